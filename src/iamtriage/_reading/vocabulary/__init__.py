"""Define what all stages of parsing share: grammar, codes, services, masks, pieces."""
