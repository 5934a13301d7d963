"""Explain denials of assuming and passing roles, also with web identities and SAML."""
