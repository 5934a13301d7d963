"""Private readers behind ``iamtriage.parse``: from any text to candidates of failures.

Layers, each importing only those above it:

* ``grammar``, ``view``, ``codes``, ``services``, ``triggers``, ``foreign``: words and offsets
* ``unwrap``, ``continuations``, ``linewraps``: take log and transport wrappings off
* ``pieces``: what a reader gives; ``sentences``, ``phrases``, ``kubernetes``, ``heads``,
  ``tails``, ``pairs``, ``xml_bodies`` and the others: the readers
* ``candidates``, ``surroundings``, ``verdicts``: join pieces into failures and choose the cause
* ``building``, ``assembly``, ``texts``: from one text, of any length, to failures
* ``mappings``, ``raised``: structured errors and exceptions
* ``shortcut``: the one shape that is read without all this

Nothing here is public.
"""
