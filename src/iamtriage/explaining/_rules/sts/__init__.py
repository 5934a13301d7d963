"""Explain failing calls to STS."""
