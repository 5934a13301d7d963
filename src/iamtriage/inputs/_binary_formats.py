"""Recognize binary formats by their first bytes."""

from __future__ import annotations

import re

__all__ = ("find_binary_format",)

# Magic number -> format. No text begins with one of these. Magic numbers in plain ASCII are below.
_COMPRESSED = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"PK\x07\x08": "a zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"\x04\x22\x4d\x18": "lz4-compressed data",
    b"\xff\x06\x00\x00sNaPpY": "snappy-compressed data",
    b"\x1f\x9d": "data of compress",
}
_OTHER = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"%PDF-": "a PDF document",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x7fELF": "an ELF binary",
    b"Obj\x01": "Avro data",
    b"ARROW1\x00\x00": "Arrow data",
}
# These begin with letters, so the whole prefix has to match.
_LETTERS = (
    (b"PAR", rb"PAR[1E].*[\x00-\x08\x0e-\x1f]", "Parquet data"),
    (b"ORC", rb"ORC[\x00-\x08\x0e-\x1f]", "ORC data"),
    (b"GIF", rb"GIF8[79]a.*[\x00-\x08\x0e-\x1f]", "a GIF image"),
    (b"RIFF", rb"RIFF....WEBP", "a WebP image"),
)
# Every second byte of ASCII text in UTF-16 is NUL.
_UTF16 = rb"(?:[\t\n\r\x20-\x7e]\x00){4}|(?:\x00[\t\n\r\x20-\x7e]){4}"
# More bytes would only add text to what follows a magic number in letters.
_MAX_PREFIX = 64


def find_binary_format(prefix: bytes) -> str | None:
    r"""Describe the binary format of a file by its first bytes, or return ``None`` for text.

    >>> find_binary_format(b"PK\x03\x04\x14")
    'a zip archive; decompress it first'
    >>> find_binary_format(b"%PDF-1.7\n")
    'a PDF document, not text'
    >>> find_binary_format(b"An error occurred (AccessDenied)") is None
    True
    """
    prefix = prefix[:_MAX_PREFIX]
    for magic, name in _COMPRESSED.items():
        if prefix.startswith(magic):
            return f"{name}; decompress it first"
    for magic, name in _OTHER.items():
        if prefix.startswith(magic):
            return f"{name}, not text"
    for letters, pattern, name in _LETTERS:
        if prefix.startswith(letters) and re.match(pattern, prefix, re.DOTALL):
            return f"{name}, not text"
    if b"\0" in prefix and re.match(_UTF16, prefix):
        return "UTF-16 without a byte order mark; convert it to UTF-8 first"
    return None
