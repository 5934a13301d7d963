"""What a reader gives: a piece of a failure, with where it stands; not for joining the pieces."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

import attrs

from iamtriage._reading.vocabulary.grammar import find_cut, find_ellipsis_end
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage.typing import Kind

Role: TypeAlias = Literal["class", "head", "core", "tail", "body", "status", "host"]
"""Where a piece stands in a failure: a class name or head before the sentence, the sentence
itself, a tail behind it, or a body (XML, JSON, printed object) around it."""

# How good a source is for a fact: a better one replaces what a worse one gave.
CUT_OFF, CLASS_NAME, HINT, STATED, BEST, GIVEN = -1, 0, 1, 2, 3, 4

# Facts of which a cut can leave a wrong value.
_CUTTABLE = frozenset(
    {
        "code", "principal", "action", "resource", "policy_arn", "authorization_id", "encoded_message",
        "request_id", "host_id", "reason",
    }
)  # fmt: skip
_ELLIPSIS = re.compile(r"\.{2,}|…+")
# How far behind a value the words may reach that say that it was cut.
_MARK_REACH = 80


@attrs.frozen
class Fact:
    """A value and where it stands in the readable text; start -1 where it stands nowhere.

    Attributes:
        stem: the beginning of a value that the text cuts off; None for a whole value.
    """

    value: str
    start: int = -1
    end: int = -1
    rank: int = STATED
    stem: str | None = None

    @property
    def lost(self) -> bool:
        """Whether only a beginning is there, which does not say so: no value to give."""
        return self.stem == self.value

    def agrees(self, other: Fact) -> bool:
        """Tell whether two facts can be the same value, of which one may be cut off."""
        if self.stem is not None and other.value.startswith(self.stem):
            return True
        if other.stem is not None and self.value.startswith(other.stem):
            return True
        return self.value == other.value


@attrs.define
class Piece:
    """A piece of a failure between ``start`` and ``end`` of the readable text.

    Attributes:
        kind: the kind that this piece means by itself, if any.
        aws: this piece can only come from AWS or its SDKs.
        lambda_answer: what a Lambda function gives back for an error of its own.
        thrown: a class name with a message behind it, or around which a message stands.
        wrapper: made by a client around another failure, as Go's WebIdentityErr.
        source: the SDK or tool whose shape it is.
    """

    role: Role
    start: int
    end: int
    facts: dict[str, Fact] = attrs.field(factory=dict[str, Fact])
    kind: Kind | None = None
    aws: bool = False
    wrapper: bool = False
    thrown: bool = False
    lambda_answer: bool = False
    source: str | None = None

    def put(self, key: str, value: str | None, start: int = -1, end: int = -1, rank: int = STATED) -> None:
        """Add a fact, unless it is empty or a better one is there."""
        if value and (key not in self.facts or self.facts[key].rank < rank):
            self.facts[key] = Fact(value, start, end, rank)

    def mark_cuts(self, text: str) -> None:
        """Mark the facts whose values the text cuts off, so that a whole copy of one wins."""
        for key, fact in self.facts.items():
            if fact.start >= 0 and key in _CUTTABLE:
                self.facts[key] = _cut_off(text, key, fact)


def may_be_cut(text: str) -> bool:
    """Tell whether anything in a text can be a mark of a cut."""
    return "..." in text or "…" in text or "runcated" in text or "RUNCATED" in text


def _cut_off(text: str, key: str, fact: Fact) -> Fact:
    """Give a fact as it is, or marked as cut off."""
    mark = find_cut(text, fact.start, min(len(text), fact.end + _MARK_REACH))
    if key == "reason":
        # "… an explicit deny in a service con (truncated...)": a clause may go on up to the cut. It is words,
        # of which a part is as true as the whole.
        return attrs.evolve(fact, rank=CUT_OFF) if mark else fact
    if mark is None or text[fact.end : mark[0]].strip(":."):
        if key == "code":
            # "AccessDenied... because": codes are known words, which people do not shorten.
            return fact
        if fact.value.endswith(("...", "…")):
            return attrs.evolve(fact, rank=CUT_OFF, stem=fact.value.rstrip(".…"))
        end = find_ellipsis_end(text, fact.end)
        return _with_mark(text, fact, fact.end, end) if end > fact.end else fact
    at, end = mark
    if end < fact.end:
        # A mask inside of a value, as of an object's key.
        return fact
    if any(char.isspace() for char in text[at:end]):
        # What the tool says apart is no part of the value, but for an ellipsis.
        ellipsis = _ELLIPSIS.match(text, at)
        end = ellipsis.end() if ellipsis else at
    return _with_mark(text, fact, at, end)


def _with_mark(text: str, fact: Fact, at: int, end: int) -> Fact:
    """Give a fact that is cut off at a place, with the mark that stands in the value itself."""
    stem = rejoin(text[fact.start : at])
    return Fact(stem + text[at:end], fact.start, end, CUT_OFF, stem)
