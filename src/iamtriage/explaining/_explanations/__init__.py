"""Represent explanations and their remedies."""
