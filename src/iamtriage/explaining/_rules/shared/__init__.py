"""Share what the rules of several subjects need."""
