"""Parse failures in texts, exceptions, structured errors and streams.

* ``entries``: splits a stream into log entries and documents
* ``canonical``: parses unmodified output of SDKs and services with one pattern each
* ``unwrapping``: removes boxes, prefixes, escapes and line breaks, and maps offsets to the original
* ``readers``: find the pieces of failures in a text
* ``judging``: joins pieces into failures, drops those of other systems, and picks the root cause
* ``structured``: parses the fields of exceptions, responses and records
* ``vocabulary``: patterns, codes and names that the other packages share

Nothing here is public.
"""
