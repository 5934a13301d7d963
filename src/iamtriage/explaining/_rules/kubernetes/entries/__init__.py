"""Explain access entries that EKS rejects, that differ from the caller, or that are missing."""
