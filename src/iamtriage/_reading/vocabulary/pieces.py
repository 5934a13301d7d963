"""Define the pieces of failures that readers yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.grammar import STATEMENT, find_cut, find_ellipsis_end
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Set as AbstractSet

    from iamtriage.typing import Kind

Role: TypeAlias = Literal["class", "head", "core", "tail", "body", "status", "host"]
"""The part of a failure that a piece is: a class name or head before the message, the message itself (core), a tail
after it, a body around it (XML, JSON, a printed object), or an HTTP status or host near it."""

# How reliable a fact is. A fact with a higher rank replaces one with a lower rank.
CUT_OFF, CLASS_NAME, HINT, STATED, BEST, GIVEN = -1, 0, 1, 2, 3, 4

# Facts whose values are wrong if the text truncates them.
_TRUNCATABLE = frozenset(
    {
        "code", "principal", "action", "resource", "policy_arn", "authorization_id", "encoded_message",
        "request_id", "host_id", "reason",
    }
)  # fmt: skip
_ELLIPSIS = lazy_pattern(r"\.{2,}|…+")
_TRUNCATED = frozenset({"truncated", "Truncated", "TRUNCATED"})
# Maximum distance, in characters, between a value and the mark that says that it was truncated.
_MAX_MARK_DISTANCE = 80


class Fact(NamedTuple):
    """A value and its position in the readable text.

    Attributes:
        value: The value.
        start: Where it starts in characters, or -1 if the text doesn't contain it.
        end: Where it ends.
        rank: How reliable it is.
        stem: The part of a truncated value that the text contains; ``None`` for a complete value.
    """

    value: str
    start: int = -1
    end: int = -1
    rank: int = STATED
    stem: str | None = None

    def agrees(self, other: Fact) -> bool:
        """Return whether two facts can be the same value, one of them possibly truncated or masked."""
        if self.stem is not None and other.value.startswith(self.stem):
            return True
        if other.stem is not None and self.value.startswith(other.stem):
            return True
        # Someone who masks an ID by hand overlooks its second print.
        return self.value == other.value or not self.value.strip("xX*-") or not other.value.strip("xX*-")


class Piece:
    """A piece of a failure between ``start`` and ``end`` of the readable text.

    Attributes:
        kind: The kind of failure that the piece implies, if any.
        is_aws: Whether the piece can only come from AWS or its SDKs.
        is_wrapper: Whether a client reports another failure with it, such as Go's WebIdentityErr.
        is_thrown: Whether it is the class of an exception that has a message.
        is_lambda_error: Whether a Lambda function returned it for an error in the function itself.
        is_lambda_record: Whether Lambda logged it with the request ID of the invocation.
        source: The SDK or tool that uses this format.
    """

    def __init__(
        self,
        role: Role,
        start: int,
        end: int,
        *,
        kind: Kind | None = None,
        is_aws: bool = False,
        source: str | None = None,
    ) -> None:
        self.role, self.start, self.end = role, start, end
        self.kind: Kind | None = kind
        self.is_aws, self.source = is_aws, source
        self.is_wrapper = self.is_thrown = self.is_lambda_error = self.is_lambda_record = False
        self.facts: dict[str, Fact] = {}

    def put(self, key: str, value: str | None, start: int = -1, end: int = -1, rank: int = STATED) -> None:
        """Add a fact, unless it is empty or there is one of the same or a higher rank."""
        if value and ((present := self.facts.get(key)) is None or present.rank < rank):
            # The constructor of a named tuple is a Python function and takes twice as long.
            fact: Fact = tuple.__new__(Fact, (value, start, end, rank, None))  # pyright: ignore[reportUnknownMemberType]
            self.facts[key] = fact

    def put_group(self, m: re.Match[str], key: str, group: str = "", rank: int = STATED) -> None:
        """Add the value of a group, by default the one of the fact's name, if it matched."""
        group = group or key
        self.put(key, m[group], m.start(group), m.end(group), rank)

    def put_principal(self, text: str, value: str, start: int, end: int, rank: int = STATED) -> None:
        """Add a principal and the account ID that it contains."""
        self.put("principal", value, start, end, rank)
        account = account_of(value)
        if account:
            at = text.find(account, start, end)
            self.put("account", account, at, at + len(account), rank)

    def put_action(
        self, value: str, start: int, end: int, rank: int = STATED, service_rank: int = BEST
    ) -> None:
        """Add an action, and the service that its prefix names."""
        self.put("action", value, start, end, rank)
        prefix, colon, _ = value.partition(":")
        if colon:
            self.put("service", prefix.lower(), start, start + len(prefix), service_rank)

    def leave_other_statements(self, text: str) -> None:
        """Leave out the words of other statements before the first and after the last fact."""
        places = [fact for fact in self.facts.values() if fact.start >= 0]
        if places and text.find(STATEMENT, self.start, self.end) >= 0:
            before = text.rfind(STATEMENT, self.start, min(fact.start for fact in places))
            after = text.find(STATEMENT, max(fact.end for fact in places), self.end)
            self.start = before + len(STATEMENT) if before >= 0 else self.start
            self.end = after if after >= 0 else self.end

    def mark_cuts(self, text: str) -> None:
        """Mark truncated facts, so that a complete copy of a value replaces them, and drop a truncated operation."""
        operation = self.facts.get("operation")
        if operation and operation.start >= 0 and find_ellipsis_end(text, operation.end) > operation.end:
            # A part of the name can be the name of another operation.
            del self.facts["operation"]
        for key, fact in self.facts.items():
            if fact.start >= 0 and key in _TRUNCATABLE:
                self.facts[key] = _mark_cut(text, key, fact)


def code_piece(
    m: re.Match[str], *, source: str | None = None, rank: int = STATED, is_aws: bool = False
) -> Piece:
    """Build a head from a match with a group ``code``."""
    piece = Piece("head", m.start(), m.end(), source=source, is_aws=is_aws)
    piece.put_group(m, "code", rank=rank)
    return piece


def may_be_cut(text: str, words: AbstractSet[str]) -> bool:
    """Return whether a text with certain words can contain a mark of truncation."""
    return "..." in text or "…" in text or not _TRUNCATED.isdisjoint(words)


def _mark_cut(text: str, key: str, fact: Fact) -> Fact:
    """Return a fact, marked if the text truncates its value."""
    mark = find_cut(text, fact.start, min(len(text), fact.end + _MAX_MARK_DISTANCE))
    if key == "reason":
        # "… an explicit deny in a service con (truncated...)": a truncated clause is still true.
        return fact._replace(rank=CUT_OFF) if mark else fact
    if mark is None or text[fact.end : mark[0]].strip(":."):
        if key == "code":
            # "AccessDenied... because": codes are not shortened.
            return fact
        if fact.value.endswith(("...", "…")):
            return fact._replace(rank=CUT_OFF, stem=fact.value.rstrip(".…"))
        end = find_ellipsis_end(text, fact.end)
        return _with_mark(text, fact, fact.end, end) if end > fact.end else fact
    at, end = mark
    if end < fact.end:
        # The mark is part of the value, for example of an object key.
        return fact
    if any(char.isspace() for char in text[at:end]):
        # Only the ellipsis of a mark with spaces is part of the value.
        ellipsis = _ELLIPSIS.match(text, at)
        end = ellipsis.end() if ellipsis else at
    return _with_mark(text, fact, at, end)


def _with_mark(text: str, fact: Fact, at: int, end: int) -> Fact:
    """Return a truncated fact whose value ends with the mark."""
    stem = rejoin(text[fact.start : at])
    return Fact(stem + text[at:end], fact.start, end, CUT_OFF, stem)
