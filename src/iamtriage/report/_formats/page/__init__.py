"""The page of a report: one HTML file that loads nothing."""
