"""Explain roles that a service lacks or cannot use for a call."""
