"""Private readers behind ``iamtriage.parse``: from any text to drafts of failures.

Layers, each importing only those above it:

* ``view``, ``codes``, ``services``, ``grammar``, ``triggers``: offsets and facts
* ``partials``: what a reader gives
* the readers (``sentences``, ``phrases``, ``kubernetes``, ``heads``, ``tails``, ``bodies``, ...)
* ``unwrap``: takes log and transport wrappings off
* ``assembly``: joins what the readers found into failures and says which is the cause
* ``mappings``, ``raised``: structured errors and exceptions
* ``shortcut``: the one shape that is read without all this

Nothing here is public.
"""
