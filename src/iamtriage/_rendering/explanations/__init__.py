"""Choose and build the blocks of explanations, in short and in full."""
