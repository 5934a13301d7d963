"""Render blocks of text for terminals, Markdown and HTML.

The text in a block is plain and can come from anywhere. Each renderer makes it harmless: ``terminal``,
``markdown`` and ``html`` let no control sequence, markup or script of a text through.
"""
