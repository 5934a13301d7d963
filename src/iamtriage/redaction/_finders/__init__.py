"""Find secrets and identifiers in text, one module per kind."""
