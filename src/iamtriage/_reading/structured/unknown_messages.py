"""Parse structured errors whose messages are not in the table of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.assembly import Unread, build_cause, prepare, read_cause, read_pieces
from iamtriage._reading.canonical.messages import NO_MESSAGE, Message
from iamtriage._reading.judging.context import may_state_context
from iamtriage._reading.readers.table import BARE_403
from iamtriage._reading.structured.statements import AWS_SOURCES, Statement, mark_head, parse_known_message
from iamtriage._reading.vocabulary.codes import is_expired_sign_in
from iamtriage._reading.vocabulary.pieces import BEST, GIVEN, HINT, Piece
from iamtriage._reading.vocabulary.statuses import is_status
from iamtriage.failures._building import place_failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind

# The roles of pieces that are the start of an error inside another one.
_HEADS = frozenset({"head", "class", "body"})
# The words of denials, which readers find by what precedes them.
_SENTENCE_WORDS = frozenset({"User", "authorized"})
_FACTS = Statement._fields[Statement._fields.index("code") : -1]


def find_failure(statement: Statement) -> Failure | None:
    """Return the failure of a structured error that has no other text than its message."""
    return parse_known_message(statement, statement.message) or parse_unknown_message(
        statement, statement.message
    )


def parse_unknown_message(statement: Statement, text: str) -> Failure | None:
    """Build the failure of a structured error whose message is not in the table of messages."""
    at = len(text) - len(statement.message)
    names, marks = mark_head(statement, text)
    if at and not (names and text.endswith(statement.message) and text.startswith(": ", at - 2)):
        return parse_with_readers(statement, text)
    unread = prepare(statement.message)
    is_clear = _is_clear(statement, unread)
    pieces = read_pieces(unread) if is_clear or not at else []
    if is_clear and states_only_kind(pieces, pieces[0].kind if pieces else None):
        message = Message(pieces[0].kind, -1, -1, len(text), is_exclusive=False) if pieces else NO_MESSAGE
        failure = parse_known_message(statement, text, message)
        if failure is not None:
            return failure
    if at:
        # Readers also look at what precedes a message, but what it states is known.
        unread = prepare(text, unread.readers)
        pieces = read_pieces(unread)
    if at and any(piece.role in _HEADS for piece in pieces):
        return parse_with_readers(statement, text)
    failure = build_cause(unread, pieces, _build_piece(statement))
    if failure is not None and at and failure.envelope.operation == statement.operation:
        spans = failure.spans
        place_failure(failure, text, (0, len(text)), ((*spans, *names), (*spans.values(), *marks)))
    return failure


def states_only_kind(pieces: Iterable[Piece], kind: Kind | None) -> bool:
    """Return whether pieces are messages without facts, all of one kind."""
    return all(
        piece.role == "core" and piece.kind == kind and not (piece.facts or piece.source or piece.is_wrapper)
        for piece in pieces
    )


def _is_clear(statement: Statement, unread: Unread) -> bool:
    """Return whether the code and the kind of the message are all that an error can state."""
    _, source, is_exclusive, kind, code, operation, service, *_, facts = statement
    return (
        source in AWS_SOURCES
        and is_exclusive
        and not (kind or facts)
        and not is_expired_sign_in(operation, code, service)
        and BARE_403 not in unread.readers
        and not may_state_context(unread.readable)
        and _SENTENCE_WORDS.isdisjoint(unread.readable.words)
    )


def parse_with_readers(statement: Statement, text: str) -> Failure | None:
    """Build the failure of a structured error with the facts that the readers find in its whole text."""
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
