"""Render blocks of text for terminals, Markdown and HTML.

The text in a block is plain and untrusted. The renderers ``terminal``, ``markdown`` and ``html`` escape
control sequences, markup and scripts in it.
"""
