"""The names, notations and words that secrets and identifiers are recognized by."""
