"""What holds for every text, not only for examples."""
