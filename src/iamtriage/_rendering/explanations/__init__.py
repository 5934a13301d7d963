"""Build the blocks of short and full explanations."""
