"""Render blocks as HTML cards for notebooks and pages."""
