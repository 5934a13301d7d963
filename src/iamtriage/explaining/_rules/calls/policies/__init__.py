"""Explain policy documents that AWS rejects or that do not do what their author expects."""
