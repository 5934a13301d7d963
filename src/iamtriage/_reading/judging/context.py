"""Attach facts from the surrounding text: HTTP statuses, hosts, class names.

Such facts are weak. Only a failure that states none itself gets one: the failure that contains it, else the next
one, else the previous one. What is under another cloud's name belongs to that cloud.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from iamtriage._reading.judging.cloud_sections import section_of
from iamtriage._reading.readers.traces import read_hosts, read_statuses
from iamtriage._reading.vocabulary.grammar import STATEMENT
from iamtriage._reading.vocabulary.pieces import HINT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.readable import Readable

# How far around a failure, in characters of the readable text.
_BEFORE = 700
_BEHIND = 1200
_start = attrgetter("start")


def attach_context(
    candidates: Sequence[Candidate],
    readable: Readable,
    sections: list[tuple[int, int]],
    classes: Sequence[Piece],
) -> None:
    """Attach statuses and services near failures to those that state none.

    Args:
        candidates: the failures.
        readable: the readable text.
        sections: those under AWS's name, where the text sets clouds side by side.
        classes: the exception classes in the text, as ``read_classes`` yields them.
    """
    text = readable.text
    # A cluster of ids alone, as of headers, is part of the answer that the failure came in.
    candidates = [candidate for candidate in candidates if not candidate.only_ids] or candidates
    if any("status_code" not in candidate.facts for candidate in candidates):
        _give(candidates, read_statuses(text), "status_code", text, sections)
    if any("service" not in candidate.facts for candidate in candidates):
        places = [*read_hosts(text), *(piece for piece in classes if "service" in piece.facts)]
        places.sort(key=_start)
        _give(candidates, places, "service", text, sections)


def _give(
    candidates: Sequence[Candidate],
    pieces: Iterable[Piece],
    key: str,
    text: str,
    sections: list[tuple[int, int]],
) -> None:
    """Attach pieces to their failures; both are in the order of the text."""
    at = 0
    for piece in pieces:
        while at < len(candidates) and max(candidates[at].end, candidates[at].body_end) <= piece.start:
            at += 1
        candidate = _owner(candidates, at, piece, text)
        if candidate is None or _apart(sections, candidate, piece):
            continue
        present = candidate.facts.get(key)
        ahead = piece.end <= candidate.start
        # Of several ahead of a failure the last one counts; behind it, the first.
        if present is None or (
            ahead and present.rank <= HINT and present.start >= 0 and present.end < candidate.start
        ):
            candidate.facts[key] = piece.facts[key]
            candidate.is_aws = candidate.is_aws or piece.is_aws


def _apart(sections: list[tuple[int, int]], candidate: Candidate, piece: Piece) -> bool:
    section = section_of(sections, candidate.start, candidate.end)
    return section is not None and section != section_of(sections, piece.start, piece.end)


def _owner(candidates: Sequence[Candidate], at: int, piece: Piece, text: str) -> Candidate | None:
    """Return the failure that contains a piece, else the next one nearby, else the previous one."""
    if at < len(candidates):
        following = candidates[at]
        if following.start <= piece.start:
            return following
        if following.start - piece.end <= _BEFORE and STATEMENT not in text[piece.end : following.start]:
            return following
    if at:
        before = candidates[at - 1]
        if piece.start - before.end <= _BEHIND and STATEMENT not in text[before.end : piece.start]:
            return before
    return None
