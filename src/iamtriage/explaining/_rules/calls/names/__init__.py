"""Explain names and ARNs that a call gets wrong, or that name nothing in its account and Region."""
