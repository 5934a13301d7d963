"""Parse exceptions and mappings by their fields; only messages are searched for more facts."""
