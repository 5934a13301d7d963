"""Read exceptions and mappings: fields are facts, only messages are parsed."""
