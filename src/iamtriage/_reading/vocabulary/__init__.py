"""Hold what all stages of reading share: grammar, codes, services, masks, pieces."""
