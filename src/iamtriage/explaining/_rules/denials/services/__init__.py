"""Explain denials that are specific to a service."""
