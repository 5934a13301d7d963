"""Explain access keys and session tokens that AWS rejects."""
