"""Explain for every statement why it does or does not match a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text, join_words, quote_json
from iamtriage.policies._evaluation.layers import Matched, is_trust, layer_exemption
from iamtriage.policies._evaluation.matching import Question, match_statement
from iamtriage.policies._evaluation.results import DecidingStatement, TraceEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.policies._evaluation.matching import StatementMatch
    from iamtriage.policies._requests import Request
    from iamtriage.policies._sets import PolicySet
    from iamtriage.policies._statements import Statement
    from iamtriage.typing import PolicyType

__all__ = ("describe_statement", "trace_statements")

_ORDER: tuple[PolicyType, ...] = (
    *("service_control", "resource_control", "vpc_endpoint", "resource"),
    *("identity", "permissions_boundary", "session"),
)
_MAX_VALUES = 3


def trace_statements(request: Request, policies: PolicySet) -> tuple[TraceEntry, ...]:
    """Return an entry for every statement of the policies, in the order in which AWS evaluates them."""
    return tuple(_trace(request, policies))


def _trace(request: Request, policies: PolicySet) -> Iterator[TraceEntry]:
    keys = request.keys
    question = Question(keys, has_boundary=policies.permissions_boundary is not None)
    trust = is_trust(keys)
    for policy_type in _ORDER:
        is_control = policy_type in {"service_control", "resource_control"}
        is_exempt = is_control and layer_exemption(policy_type, keys)[0] is False
        for source in policies.sources(policy_type) or ():
            for statement in source.policy.statements:
                match = match_statement(statement, question, has_variables=source.policy.has_variables)
                described = describe_statement(Matched(source, statement, match), trust=trust)
                if is_exempt:
                    yield TraceEntry(described, is_match=False, reason="it does not apply to the principal")
                else:
                    yield TraceEntry(described, match.is_match, _explain(statement, match, request))


def _explain(statement: Statement, match: StatementMatch, request: Request) -> str:
    if match.is_match:
        return ""
    if match.is_match is None:
        return "; ".join(dict.fromkeys(each.reason for each in match.unknown))
    if match.failed == "action":
        name = "NotAction" if statement.is_not_action else "Action"
        return f"its {name} is {_join(statement.actions)}, and the action is {request.action}"
    if match.failed == "resource":
        name = "NotResource" if statement.is_not_resource else "Resource"
        values = tuple(each.text for each in statement.resources or ())
        return f"its {name} is {_join(values)}, and the resource is {quote_json(request.resource)}"
    checked = match.condition
    if checked is not None:
        actual = _join(checked.actual) if checked.actual else "no value"
        expected = _join(checked.expected)
        return f"{clip_text(str(checked.condition))} expects {expected}, and the request has {actual}"
    name = "NotPrincipal" if statement.is_not_principal else "Principal"
    values = tuple(value for _, value in statement.principals)
    return f"its {name} is {_join(values)}, and the principal is {quote_json(request.principal)}"


def _join(values: tuple[str, ...]) -> str:
    shown = [quote_json(each) for each in values[:_MAX_VALUES]]
    if len(values) > _MAX_VALUES:
        shown.append(f"{len(values) - _MAX_VALUES} more")
    return join_words(shown, "or") or "empty"


def describe_statement(matched: Matched, *, trust: bool) -> DecidingStatement:
    """Describe a statement for a decision."""
    source, statement = matched.source, matched.statement
    known: DecidingStatement | None = source.described.get((statement.index, trust))
    if known is not None:
        return known
    described = DecidingStatement(
        "role_trust" if trust and source.policy_type == "resource" else source.policy_type,
        source.label,
        statement.index,
        statement.sid,
        "Deny" if statement.denies else "Allow",
        source.file,
        source.lines[statement.index] if statement.index < len(source.lines) else None,
    )
    source.described[statement.index, trust] = described
    return described
