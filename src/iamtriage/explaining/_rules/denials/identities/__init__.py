"""Add which identity or program made a denied call, and what changed before it."""
