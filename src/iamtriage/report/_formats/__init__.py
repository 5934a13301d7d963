"""Write a report for a terminal, as Markdown, as a page, and as tables."""
