"""Build the pieces of the text that SDKs and tools print before a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.pieces import STATED, Piece

if TYPE_CHECKING:
    import re

REASON_PHRASES = frozenset({"Forbidden", "Unauthorized", "NotFound"})
"""HTTP reason phrases, which are not codes."""


def code_piece(
    m: re.Match[str], *, source: str | None = None, rank: int = STATED, is_aws: bool = False
) -> Piece:
    """Build a head from a match with a group ``code``."""
    piece = Piece("head", m.start(), m.end(), source=source, is_aws=is_aws)
    piece.put("code", m["code"], m.start("code"), m.end("code"), rank)
    return piece


def put_group(piece: Piece, m: re.Match[str], key: str, group: str | None = None, rank: int = STATED) -> None:
    """Add the value of a group as a fact, if the group matched."""
    group = group or key
    if m[group]:
        piece.put(key, m[group], m.start(group), m.end(group), rank)
