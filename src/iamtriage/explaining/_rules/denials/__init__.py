"""Explain access denials."""
