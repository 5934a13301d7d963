"""Render a report as one HTML page that loads nothing."""
