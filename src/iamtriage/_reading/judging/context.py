"""Attach HTTP statuses and services from the surrounding text to failures.

Such facts are weak evidence, so only a failure without the fact gets one: the failure that contains it, else the next
one, else the previous one. Facts in another cloud's section are ignored.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from iamtriage._reading.judging.text_context import find_section
from iamtriage._reading.readers.traces import read_hosts, read_statuses
from iamtriage._reading.vocabulary.codes import kind_of_code
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.pieces import HINT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.readable import Readable

# Maximum distance, in characters of the readable text, between a failure and a fact before or after it.
_MAX_DISTANCE_BEFORE = 700
_MAX_DISTANCE_AFTER = 1200
_start = attrgetter("start")
# AWS and Kubernetes answer a call with one of these statuses if they do not accept the caller. Other kinds have others.
_DENIED = frozenset({"400", "401", "403"})
_KINDS_WITH_OTHER_STATUSES = frozenset(
    {None, "aws_error", "access_entry", "access_key_quota", "missing_credentials"}
)


def attach_context(
    candidates: Sequence[Candidate],
    readable: Readable,
    sections: list[tuple[int, int]],
    pieces: Sequence[Piece],
) -> None:
    """Attach the status and the service near a failure to it, if it states none."""
    text = readable.text
    if len(candidates) > 1:
        # A candidate of IDs only, such as headers, is part of the response with the failure.
        candidates = [each for each in candidates if not each.only_ids or each.code] or candidates
    if _any_lacks("status_code", candidates):
        _attach(candidates, read_statuses(readable), "status_code", text, sections)
    if _any_lacks("service", candidates):
        places = [*read_hosts(readable)]
        places += [piece for piece in pieces if piece.role == "class" and "service" in piece.facts]
        _attach(
            candidates, sorted(places, key=_start) if len(places) > 1 else places, "service", text, sections
        )


def _any_lacks(key: str, candidates: Iterable[Candidate]) -> bool:
    """Return whether one of the failures does not state a fact."""
    for candidate in candidates:  # noqa: SIM110 (any() takes longer)
        if key not in candidate.facts:
            return True
    return False


def _attach(
    candidates: Sequence[Candidate],
    pieces: Iterable[Piece],
    key: str,
    text: str,
    sections: list[tuple[int, int]],
) -> None:
    """Attach a fact of each piece to the failure that it belongs to; both are in the order of the text."""
    at = 0
    for piece in pieces:
        while at < len(candidates) and max(candidates[at].end, candidates[at].body_end) <= piece.start:
            at += 1
        candidate = _find_owner(candidates, at, piece, text)
        if (
            candidate is None
            or _are_in_other_sections(sections, candidate, piece)
            or (key == "status_code" and not _may_answer(piece.facts[key].value, candidate))
        ):
            continue
        present = candidate.facts.get(key)
        precedes = piece.end <= candidate.start
        # If several precede a failure, the last one is used; if several follow it, the first.
        if present is None or (
            precedes and present.rank <= HINT and present.start >= 0 and present.end < candidate.start
        ):
            candidate.facts[key] = piece.facts[key]
            candidate.is_aws = candidate.is_aws or piece.is_aws


def _may_answer(status: str, candidate: Candidate) -> bool:
    """Return whether a failure can have a status."""
    kinds = {*candidate.kinds, kind_of_code(candidate.code) if candidate.code else None}
    return status in _DENIED or kinds <= _KINDS_WITH_OTHER_STATUSES


def _are_in_other_sections(sections: list[tuple[int, int]], candidate: Candidate, piece: Piece) -> bool:
    section = find_section(sections, candidate.start, candidate.end)
    return section is not None and section != find_section(sections, piece.start, piece.end)


def _find_owner(candidates: Sequence[Candidate], at: int, piece: Piece, text: str) -> Candidate | None:
    """Return the failure that contains a piece, else the next one nearby, else the previous one nearby."""
    if at < len(candidates):
        following = candidates[at]
        if following.start <= piece.start:
            return following
        if (
            following.start - piece.end <= _MAX_DISTANCE_BEFORE
            and STATEMENT not in text[piece.end : following.start]
        ):
            return following
    if at:
        before = candidates[at - 1]
        if (
            piece.start - before.end <= _MAX_DISTANCE_AFTER
            and STATEMENT not in text[before.end : piece.start]
        ):
            return before
    return None
