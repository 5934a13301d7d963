"""Read structured text value by value, so that redaction changes values only."""
