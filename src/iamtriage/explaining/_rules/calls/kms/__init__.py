"""Explain KMS keys that a service cannot use for a call."""
