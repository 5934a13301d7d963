"""Attach HTTP statuses, services and free-standing error codes from the surrounding text to failures.

Such facts are weak evidence, so only a failure without the fact gets one: the failure that contains it, else the next
one, else the previous one. Facts in another cloud's section are ignored.

People paste "ExpiredToken, The security token …" without any SDK's formatting. A message gets such a code only if both
mean the same kind of failure.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.judging.text_context import find_section
from iamtriage._reading.readers.traces import CONTEXT_WORDS, STATUS_KEY, read_hosts, read_statuses
from iamtriage._reading.vocabulary.codes import kind_of_code
from iamtriage._reading.vocabulary.grammar import RECORD, STATEMENT
from iamtriage._reading.vocabulary.pieces import HINT, Fact

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage._reading.vocabulary.readable import Readable

# Maximum distance, in characters of the readable text, between a failure and a fact before or after it.
_MAX_DISTANCE_BEFORE = 700
_MAX_DISTANCE_AFTER = 1200
_ONLY_SERVICE = frozenset({"service"})
_start = attrgetter("start")
# AWS and Kubernetes answer a call with one of these statuses if they do not accept the caller. Other kinds have others.
_DENIED = frozenset({"400", "401", "403"})
_KINDS_WITH_OTHER_STATUSES = frozenset(
    {None, "aws_error", "access_entry", "access_key_quota", "missing_credentials"}
)
# Maximum distance, in characters, between a message and a code before or after it. Some messages are recognized by
# later words, so the distance before them is longer.
_MAX_CODE_DISTANCE_BEFORE = 40
_MAX_CODE_DISTANCE_AFTER = 48
_MAX_CODE_LENGTH = 80
# Two capitalized words in one, which does not occur in prose. CloudFormation's handler has its own codes.
_BARE_CODE = lazy_pattern(
    r"[A-Z](?<![\w./\\$@#-].)(?<!HandlerErrorCode:\s.)[a-z]+[A-Z][A-Za-z]{1,70}(?![\w/-]|\\(?!:)|\.\w|\()"
)
# Kinds of message, and the other kinds of code that services send with them.
_OTHER_KINDS = {"credential_scope": ("signature_mismatch", "invalid_credentials")}


def may_state_context(readable: Readable) -> bool:
    """Return whether a text can have the status or the endpoint of a failure."""
    return not CONTEXT_WORDS.isdisjoint(readable.words) or STATUS_KEY in readable.text


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
        # Nor does the name of a class with the service of its SDK stand for another failure.
        candidates = [
            each
            for each in candidates
            if each.code or not (each.only_ids or (not each.kinds and each.facts.keys() == _ONLY_SERVICE))
        ] or candidates
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


def attach_bare_codes(candidates: Sequence[Candidate], readable: Readable) -> None:
    """Attach adjacent codes to messages without one."""
    if not readable.codes or not any(map(_lacks_code, candidates)):
        return
    text = readable.text
    last_end = 0
    for candidate, following in zip(candidates, [*candidates[1:], None], strict=False):
        if _lacks_code(candidate):
            limit = len(text) if following is None else following.start
            words_before = _BARE_CODE.finditer(
                text,
                max(last_end, candidate.start - _MAX_CODE_DISTANCE_BEFORE - _MAX_CODE_LENGTH),
                candidate.start,
            )
            words_after = _BARE_CODE.finditer(
                text, candidate.end, min(limit, candidate.end + _MAX_CODE_DISTANCE_AFTER + _MAX_CODE_LENGTH)
            )
            found = _find_before(candidate, words_before, text) or _find_after(candidate, words_after, text)
            if found:
                candidate.facts["code"] = Fact(found[0], found.start(), found.end(), HINT)
                candidate.start, candidate.end = (
                    min(candidate.start, found.start()),
                    max(candidate.end, found.end()),
                )
        last_end = max(last_end, candidate.end)


def _lacks_code(candidate: Candidate) -> bool:
    """Return whether a candidate is a message of AWS without a code."""
    return bool("code" not in candidate.facts and candidate.is_aws and candidate.has_core and candidate.kinds)


def _find_before(candidate: Candidate, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    found = None
    for m in words:
        between = text[m.end() : candidate.start]
        if (
            len(between) <= _MAX_CODE_DISTANCE_BEFORE
            and "\n\n" not in between
            and RECORD not in between
            and _is_same_kind(m[0], candidate)
        ):
            found = m
    return found


def _find_after(candidate: Candidate, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    for m in words:
        between = text[candidate.end : m.start()]
        if (
            len(between) <= _MAX_CODE_DISTANCE_AFTER
            and "\n" not in between
            and _is_same_kind(m[0], candidate)
        ):
            return m
    return None


def _is_same_kind(code: str, candidate: Candidate) -> bool:
    """Return whether a code and a message mean the same kind of failure."""
    kind, message_kind = kind_of_code(code), candidate.kinds[0]
    return kind is not None and (kind == message_kind or kind in _OTHER_KINDS.get(message_kind, ()))
