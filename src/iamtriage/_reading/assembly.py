"""Find every failure in one text.

This module defines the order of the steps: unwrap the text, let the readers find pieces, join the pieces into
failures. Only the readers know what messages look like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.judging.assembling import MAX_TO_TAIL, assemble_candidates, standalone_candidates
from iamtriage._reading.judging.building import build
from iamtriage._reading.judging.classification import classify, drop_wrappers, pick_root_cause
from iamtriage._reading.judging.context import attach_bare_codes, attach_context
from iamtriage._reading.judging.deduplication import merge_duplicates
from iamtriage._reading.judging.text_context import TextContext, find_aws_sections
from iamtriage._reading.readers.source_code import find_source_code
from iamtriage._reading.readers.table import BARE_403, possible_readers
from iamtriage._reading.unwrapping.unwrap import is_plain_line, is_readable_line, unwrap
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.pieces import may_be_cut
from iamtriage._reading.vocabulary.readable import Readable, outside
from iamtriage._reading.vocabulary.view import View
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.readers.table import Reader
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage.failures._failures import Failure

# Order of the pieces that start at the same position: a piece that contains others comes first.
_ORDER = {"body": 0, "class": 1, "head": 2, "core": 3, "tail": 4}


def read(
    text: str,
    stated: Piece | None = None,
    *,
    prefixes: Sequence[tuple[int, int]] = (),
    statements: Sequence[int] = (),
) -> tuple[View, list[Candidate]]:
    """Find every failure in a text, without wrappers and repeated reports.

    Args:
        text: The text.
        stated: Facts from outside the text, such as an exception's response. They belong to the failure in the
            text and take precedence over it.
        prefixes: The spans of the prefixes that the log put before its lines.
        statements: The starts of the lines that do not continue the previous line.

    Returns:
        The unwrapped text and the failures in it.
    """
    unread = prepare(text, prefixes=prefixes, statements=statements)
    if not unread.readers and stated is None:
        return unread.view, []
    return unread.view, _find_candidates(unread, read_pieces(unread), stated)


class Unread(NamedTuple):
    """An unwrapped text, and the readers that can find pieces in it, each with the rows of its table."""

    view: View
    readable: Readable
    readers: Mapping[Reader, Sequence[int]]


def prepare(
    text: str,
    readers: Mapping[Reader, Sequence[int]] | None = None,
    *,
    prefixes: Sequence[tuple[int, int]] = (),
    statements: Sequence[int] = (),
) -> Unread:
    """Unwrap a text and find its readers, unless they are given; the other arguments are those of ``read``."""
    line = text.rstrip("\n")
    if is_plain_line(line):
        readable = Readable(" ".join(line.split()) if "  " in line else line)
        readers = possible_readers(readable) if readers is None else readers
        if not readers:
            # True for most log lines that report errors. Unwrapping a plain line only removes words, so no reader
            # can find anything afterwards.
            return Unread(View(text), readable, readers)
        if prefixes or not is_readable_line(line):
            view = unwrap(text, prefixes=prefixes, statements=statements)
            readable.shorten(view.text)
        else:
            view = View(text)
    else:
        view = unwrap(text, prefixes=prefixes, statements=statements)
        readable = Readable(view.text)
        readers = possible_readers(readable) if readers is None else readers
    return Unread(view, readable, readers)


def read_cause(text: str, stated: Piece | None = None) -> Failure | None:
    """Return the root cause in a text; the arguments are those of ``read``."""
    unread = prepare(text)
    return build_cause(unread, read_pieces(unread), stated)


def build_cause(unread: Unread, pieces: list[Piece], stated: Piece | None = None) -> Failure | None:
    """Return the root cause in a text, of which the pieces were read."""
    candidates = _find_candidates(unread, pieces, stated)
    if not candidates:
        return None
    candidate = pick_root_cause(candidates, unread.readable.text)
    return None if candidate is None else build(candidate, unread.view)


def _find_candidates(unread: Unread, pieces: list[Piece], stated: Piece | None) -> list[Candidate]:
    """Return every failure in a text, without wrappers and repeated reports."""
    _, readable, readers = unread
    may_be_bare_403 = BARE_403 in readers
    if not pieces and stated is None and not may_be_bare_403:
        return []
    found = pieces
    pieces = _order(found, readable)
    if stated is not None:
        stated.start, stated.end = 0, max(len(readable.text), 1)
        pieces.insert(0, stated)
    candidates = assemble_candidates(readable.text, pieces)
    sections = find_aws_sections(readable) if candidates else []
    attach_context(candidates, readable, sections, found)
    attach_bare_codes(candidates, readable)
    context = TextContext(readable, sections)
    candidates = [candidate for candidate in candidates if classify(candidate, context)]
    if len(candidates) > 1:
        candidates = drop_wrappers(candidates, context)
    if len(candidates) > 1:
        candidates = [candidate for candidate in candidates if not candidate.only_tail] or candidates[:1]
    # In a short text, each is near another failure.
    if may_be_bare_403 and (not candidates or len(readable.text) >= MAX_TO_TAIL):
        candidates += [
            candidate
            for candidate in standalone_candidates(BARE_403.read(readable), candidates)
            if classify(candidate, context)
        ]
        candidates.sort(key=_start)
    if len(candidates) > 1:
        candidates = merge_duplicates(candidates, readable.text)
    return candidates


def read_pieces(unread: Unread) -> list[Piece]:
    """Return the pieces that the readers find."""
    _, readable, readers = unread
    pieces: list[Piece] = []
    for reader, rows in readers.items():
        if reader is BARE_403:
            continue
        if not (found := [*(reader.read(readable) if reader.anchors else reader.read(readable, rows))]):
            continue
        part = reader.part
        if part == "sentence":
            readable.sentences = sorted([*readable.sentences, *found], key=_start)
        elif part == "message" and readable.sentences:
            named = [(each.start, each.end) for each in readable.sentences if "action" in each.facts]
            pieces += outside(sorted(found, key=_start), named, _start)
        else:
            pieces += found
            if part == "envelope":
                readable.taken += found
    if readable.sentences:
        pieces[:0] = [sentence for sentence in readable.sentences if sentence.kind]
    return pieces


def _order(pieces: list[Piece], readable: Readable) -> list[Piece]:
    """Return pieces in the order of the text, without those in source code, and mark truncated facts."""
    if len(pieces) > 1:
        if STATEMENT in readable.text:
            for piece in pieces:
                piece.leave_other_statements(readable.text)
        pieces.sort(key=_position)
    source = find_source_code(readable) if pieces else ()
    if source:
        pieces = list(outside(pieces, source, _start))
    if may_be_cut(readable.text, readable.words):
        for piece in pieces:
            piece.mark_cuts(readable.text)
    return pieces


def _position(piece: Piece) -> tuple[int, int, int]:
    return piece.start, _ORDER.get(piece.role, 5), -piece.end


def _start(piece: Candidate | Piece) -> int:
    return piece.start
