"""What a reader gives: a piece of a failure, with where it stands; not for joining the pieces."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from iamtriage.typing import Kind

Role: TypeAlias = Literal["class", "head", "core", "tail", "body", "status", "host"]
"""Where a piece stands in a failure: a class name or head before the sentence, the sentence
itself, a tail behind it, or a body (XML, JSON, printed object) around it."""

# How good a source is for a fact: a better one replaces what a worse one gave.
CLASS_NAME, HINT, STATED, BEST, GIVEN = 0, 1, 2, 3, 4


@attrs.frozen
class Fact:
    """A value and where it stands in the readable text; start -1 where it stands nowhere."""

    value: str
    start: int = -1
    end: int = -1
    rank: int = STATED


@attrs.define
class Partial:
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
