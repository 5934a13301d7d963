"""Add to explanations what the context and the facts state: evidence and values."""
