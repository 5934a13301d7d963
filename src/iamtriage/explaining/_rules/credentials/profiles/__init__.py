"""Explain profiles and credential files that are missing, wrong or not read."""
