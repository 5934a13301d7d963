"""What the rules of several subjects share."""
