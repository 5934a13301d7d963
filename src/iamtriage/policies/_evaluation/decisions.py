"""Represent the result of evaluating policies for a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._evaluation.results import DecidingStatement, Outcome, TraceEntry, describe_verdict
from iamtriage.policies._evaluation.tracing import trace_statements
from iamtriage.policies._requests import Request
from iamtriage.policies._sets import PolicySet
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("Decision",)

_MAX_SHOWN = 20


@attrs.frozen
class Decision(View):
    """Whether policies allow a request, and why.

    Attributes:
        allowed: Whether the policies allow the request; ``None`` if that is undecided, for the ``reason``.
        deny: ``"explicit"`` if a Deny statement matches, ``"implicit"`` if an Allow is missing.
        layer: The type of the policy that decides; ``None`` if none does, as for the root user.
        statements: The statements that decide.
        missing: The unknown condition keys that the decision depends on.
        reason: The reason, in one or two sentences.
        outcomes: What the decision would be if a missing key matched, and if it did not.
        assumptions: The assumptions of the decision.
        request: The request.
        policies: The policies.

    >>> from iamtriage.policies import PolicySet, Request, evaluate
    >>> decision = evaluate(Request("arn:aws:iam::111122223333:user/ana", "sqs:ListQueues", "*"), PolicySet())
    >>> decision.allowed, decision.deny, decision.layer
    (False, 'implicit', 'identity')
    """

    allowed: bool | None
    deny: Deny | None
    layer: PolicyType | None
    statements: tuple[DecidingStatement, ...]
    missing: tuple[str, ...]
    reason: str
    outcomes: tuple[Outcome, ...] = ()
    assumptions: tuple[str, ...] = ()
    request: Request = attrs.field(kw_only=True, repr=False)
    policies: PolicySet = attrs.field(kw_only=True, repr=False)

    @property
    def trace(self) -> tuple[TraceEntry, ...]:
        """Every statement that was evaluated, and why it does or does not match."""
        return trace_statements(self.request, self.policies)

    @override
    def __str__(self) -> str:
        return self.to_text()

    def to_text(self, detail: Literal["short", "full"] = "short") -> str:
        """Return the decision as text.

        Args:
            detail: ``"full"`` adds the trace.
        """
        lines = [f"{describe_verdict(self.allowed)}: {self.reason}"]
        lines += [f"  {each}" for each in self.statements[:_MAX_SHOWN]]
        lines += [f"  {each}" for each in self.outcomes[:_MAX_SHOWN]]
        lines += [f"  assuming that {each}" for each in self.assumptions]
        if detail == "full":
            lines += ["", "Trace:", *(f"  {each}" for each in self.trace)]
        return "\n".join(lines)

    def to_dict(self, detail: Literal["short", "full"] = "full") -> dict[str, Any]:
        """Return the decision as JSON-ready data.

        Args:
            detail: ``"full"`` adds the trace.
        """
        data: dict[str, Any] = {
            "allowed": self.allowed,
            "deny": self.deny,
            "layer": self.layer,
            "reason": self.reason,
            "statements": [attrs.asdict(each) for each in self.statements],
            "missing": list(self.missing),
            "outcomes": [attrs.asdict(each) for each in self.outcomes],
            "assumptions": list(self.assumptions),
            "request": {
                "principal": self.request.principal,
                "action": self.request.action,
                "resource": self.request.resource,
            },
        }
        if detail == "full":
            data["trace"] = [attrs.asdict(each) for each in self.trace]
        return data

    @override
    def _repr_fields(self) -> Iterator[tuple[str, object]]:
        yield from (("allowed", self.allowed), ("deny", self.deny), ("layer", self.layer))
        if self.missing:
            yield "missing", self.missing
        yield from (("reason", self.reason), ("statements", self.statements))

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading, Items, Paragraph

        yield Heading(f"{self.request.action}: {describe_verdict(self.allowed)}", 1)
        yield Paragraph(self.reason)
        rows = (
            ("principal", self.request.principal),
            ("action", self.request.action),
            ("resource", self.request.resource),
            ("denied", self.deny),
            ("policy type", POLICY_TYPE_NAMES[self.layer] if self.layer else None),
        )
        yield Fields(tuple((name, value) for name, value in rows if value))
        parts = (
            ("Statements", self.statements),
            ("What decides", self.outcomes),
            ("Assumptions", self.assumptions),
            ("Trace", self.trace),
        )
        for title, values in parts:
            if values:
                yield Heading(title)
                yield Items(tuple(str(each) for each in values[:_MAX_SHOWN]))
