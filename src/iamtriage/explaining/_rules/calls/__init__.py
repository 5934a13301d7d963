"""Explain other errors of AWS API calls."""
