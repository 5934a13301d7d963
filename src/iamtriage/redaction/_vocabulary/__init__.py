"""Define the names, notations and words by which secrets and identifiers are recognized."""
