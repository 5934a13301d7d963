"""Parse structured errors whose messages are not in the table of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.assembly import read_cause
from iamtriage._reading.structured.statements import Statement, parse_known_message
from iamtriage._reading.vocabulary.pieces import BEST, GIVEN, HINT, Piece
from iamtriage._reading.vocabulary.statuses import is_status

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

_FACTS = Statement._fields[Statement._fields.index("code") : -1]


def find_failure(statement: Statement) -> Failure | None:
    """Return the failure of a structured error that has no other text than its message."""
    return parse_known_message(statement, statement.message) or parse_with_readers(
        statement, statement.message
    )


def parse_with_readers(statement: Statement, text: str) -> Failure | None:
    """Build the failure of a structured error with the facts that the readers find in its text."""
    return read_cause(text, _build_piece(statement))


def _build_piece(statement: Statement) -> Piece:
    """Return the facts as a piece that contains all pieces that the readers find."""
    ranks = {
        "code": HINT if statement.code and is_status(statement.code) else GIVEN,
        "operation": BEST,
        "status_code": BEST,
        "request_id": BEST,
        "host_id": BEST,
    }
    piece = Piece("body", 0, 0, kind=statement.kind, source=statement.source, is_aws=statement.is_exclusive)
    for key in _FACTS:
        piece.put(key, getattr(statement, key), rank=ranks.get(key, HINT))
    for key, value in statement.facts:
        piece.put(key, value, rank=HINT)
    return piece
