"""Evaluate the conditions of statements with what is known about a denied request."""
