"""Evaluate policies for a request."""
