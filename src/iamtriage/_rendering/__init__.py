"""Blocks of text for people and the forms in which they are shown; not for what the blocks say.

Whoever makes a block puts plain text in it, from wherever it comes. Making it harmless is each form's work:
``terminal``, ``markdown`` and ``cards`` (HTML) let no control sequence, markup or script of a text through.
"""
