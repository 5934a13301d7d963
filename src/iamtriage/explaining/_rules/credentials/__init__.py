"""Explain missing, invalid and expired credentials."""
