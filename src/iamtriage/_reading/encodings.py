"""Detect the encoding of bytes by their byte order mark."""

from __future__ import annotations

# PowerShell's ">" writes UTF-16.
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def encoding_of(start: bytes) -> str:
    r"""Return the encoding of the byte order mark at the start of a text, else UTF-8.

    >>> encoding_of(b"\xff\xfeA\x00"), encoding_of(b"Access Denied")
    ('utf-16', 'utf-8-sig')
    """
    return "utf-16" if start.startswith(_UTF16_MARKS) else "utf-8-sig"
