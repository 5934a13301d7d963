"""Find the status and code that s3cmd prints.

Source: s3cmd's ``S3Error``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.prefix_pieces import REASON_PHRASES, put_group
from iamtriage._reading.vocabulary.codes import is_code
from iamtriage._reading.vocabulary.pieces import BEST, Piece

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# After the first character, a lookbehind lets a pattern skip to such characters.
_STATUS = lazy_pattern(r"(?P<status>[345](?<![\w.].)[0-9]{2})\s\((?P<code>[A-Z][A-Za-z0-9]{2,80})\)(?!\w)")
_LABEL = lazy_pattern(r"\bS3\serror:\s\Z")


def read_s3cmd(readable: Readable) -> Iterator[Piece]:
    """Yield the status and code that s3cmd prints."""
    for m in _STATUS.finditer(readable.text):
        piece = _build(m)
        if piece is not None:
            yield piece


def _build(m: re.Match[str]) -> Piece | None:
    """Build a piece from "403 (AccessDenied): …", or from "403 (Forbidden)" if the response has no code."""
    named = _LABEL.search(m.string, max(0, m.start() - 12), m.start()) is not None
    code = is_code(m["code"]) and m["code"] not in REASON_PHRASES
    if not named and not code:
        return None
    piece = Piece("head", m.start(), m.end(), source="s3cmd" if named else None, is_aws=named)
    if code:
        put_group(piece, m, "code", rank=BEST)
    put_group(piece, m, "status_code", "status", BEST)
    piece.put("service", "s3" if named else None)
    return piece
