"""Explain how pods, containers, instances and CI jobs get credentials, and what keeps them from it."""
