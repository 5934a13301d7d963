"""Rules for API errors of single services."""
