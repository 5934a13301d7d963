"""Explain sign-ins and logins to registries that are missing, or made elsewhere."""
