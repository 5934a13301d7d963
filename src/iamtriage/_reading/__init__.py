"""Read failures from texts, exceptions, structured errors and streams.

* ``entries``: cuts a stream into log entries and documents
* ``canonical``: reads unmodified output of SDKs and services with one match each
* ``unwrapping``: removes boxes, prefixes, escapes and line breaks, and keeps the offsets
* ``readers``: find the pieces of failures in a text
* ``judging``: joins pieces into failures, decides whether they are of AWS, and picks the cause
* ``structured``: reads exceptions, responses and records by their fields
* ``vocabulary``: what all of them share

Nothing here is public.
"""
