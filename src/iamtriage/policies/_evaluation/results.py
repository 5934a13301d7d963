"""Represent the parts of a decision: statements, outcomes and the trace."""

from __future__ import annotations

from typing import Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import clip_text
from iamtriage._typing import override
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.typing import PolicyType

__all__ = ("DecidingStatement", "Outcome", "TraceEntry", "describe_verdict")


def describe_verdict(allowed: bool | None) -> str:  # noqa: FBT001 (the only argument)
    """Return a result as a word."""
    return {True: "allowed", False: "denied", None: "undecided"}[allowed]


@attrs.frozen
class DecidingStatement(View):
    """A statement that decides a request.

    Attributes:
        policy_type: The type of its policy.
        policy: The name of the policy, or its position in the :class:`PolicySet`: ``"identity[0]"``.
        index: The index of the statement, from 0.
        sid: Its Sid, if it has one.
        effect: ``"Allow"`` or ``"Deny"``.
        file: The file that contains the policy, if known.
        line: The line on which the statement begins, if known.

    >>> print(DecidingStatement("identity", "identity[0]", 0, "ReadOrders", "Allow"))
    Allow statement "ReadOrders" of identity[0] (identity-based policy)
    """

    policy_type: PolicyType
    policy: str
    index: int
    sid: str | None = None
    effect: Literal["Allow", "Deny"] = "Allow"
    file: str | None = None
    line: int | None = None

    @override
    def __str__(self) -> str:
        name = f'statement "{clip_text(self.sid)}"' if self.sid else f"statement {self.index}"
        place = clip_text(self.policy)
        if self.file:
            # Without a line, such as in a Terraform plan, the name says which of the file's policies it is.
            file = clip_text(self.file)
            place = f"{file}:{self.line}" if self.line else f"{place} in {file}"
        return f"{self.effect} {name} of {place} ({POLICY_TYPE_NAMES[self.policy_type]})"


@attrs.frozen
class Outcome(View):
    """What the decision would be if a condition key were known.

    Attributes:
        key: The condition key.
        if_matched: The decision if the request's value matches the policy's; ``None`` if it is still unknown.
        if_unmatched: The decision if it does not match.

    >>> print(Outcome("aws:SourceIp", True, False))
    aws:SourceIp: allowed if it matches, denied if not
    """

    key: str
    if_matched: bool | None
    if_unmatched: bool | None

    @override
    def __str__(self) -> str:
        matched, unmatched = describe_verdict(self.if_matched), describe_verdict(self.if_unmatched)
        return f"{clip_text(self.key)}: {matched} if it matches, {unmatched} if not"


@attrs.frozen
class TraceEntry(View):
    """A statement that was evaluated.

    Attributes:
        statement: The statement.
        is_match: Whether it matches the request; ``None`` if that is unknown.
        reason: Why the statement does not match for certain; empty if it matches.

    >>> statement = DecidingStatement("identity", "identity[0]", 0, None, "Allow")
    >>> print(TraceEntry(statement, True, ""))
    Allow statement 0 of identity[0] (identity-based policy) matches
    """

    statement: DecidingStatement
    is_match: bool | None
    reason: str = ""

    @override
    def __str__(self) -> str:
        word = {True: "matches", False: "does not match", None: "might match"}[self.is_match]
        return f"{self.statement} {word}{': ' if self.reason else ''}{self.reason}"
