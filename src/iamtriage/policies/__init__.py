"""Policy documents that let denied calls through and nothing else; not for whether such a document helps.

``grants`` makes of an action and a resource what a statement has to say, ``statements`` makes statements
and documents of it, ``checking`` holds documents to the grammar. ``_denials`` knows when an Allow helps.
"""
