"""Represent the statements, conditions and principals in decoded authorization messages."""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage._typing import override
from iamtriage.authorization._documents import omit_none

__all__ = (
    "DecodedPrincipal",
    "DenyingCondition",
    "KeyValues",
    "MatchedStatement",
    "conditions_to_dict",
    "key_owner",
    "statement_to_dict",
)

_MAX_VALUES = 3


@attrs.frozen
class KeyValues(View):
    """A condition key and its values, in a statement or in the request.

    Attributes:
        key: ``"ec2:InstanceType"``, …, as written. Keys are case-insensitive.
        values: The values.

    >>> KeyValues("ec2:InstanceType", ("t3.micro",)).values
    ('t3.micro',)
    """

    key: str
    values: tuple[str, ...] = ()


@attrs.frozen
class DecodedPrincipal(View):
    """The principal that made the call.

    Attributes:
        id: The unique ID: ``"AIDA…"`` for a user, ``"AROA…:SESSION"`` for a role session.
        name: The user's name; ``None`` for a session.
        arn: The ARN. The ARN of a role session omits the role's path.

    >>> DecodedPrincipal("AIDAEXAMPLEEXAMPLE", "ana", "arn:aws:iam::111122223333:user/ana").name
    'ana'
    """

    id: str | None = None
    name: str | None = None
    arn: str | None = None


@attrs.frozen
class MatchedStatement(View):
    """A statement that matches the request. STS does not say which policy contains it.

    Attributes:
        sid: The statement's Sid, if it has one.
        effect: ``"DENY"`` or ``"ALLOW"``, as written.
        principals: The unique IDs or patterns of its principals.
        principal_groups: The groups to which it applies.
        actions: Its actions.
        resources: Its resources.
        conditions: The keys of its conditions with the policy's values. STS omits the operators, so
            ``"true"`` can also be the value of a ``Null`` condition.
    """

    sid: str | None = None
    effect: str | None = None
    principals: tuple[str, ...] = ()
    principal_groups: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    conditions: tuple[KeyValues, ...] = ()

    @property
    def denies(self) -> bool:
        """Whether the effect is Deny.

        >>> MatchedStatement(effect="DENY").denies
        True
        """
        return (self.effect or "").upper() == "DENY"


@attrs.frozen
class DenyingCondition(View):
    """A condition key of a statement that denied, with the values of policy and request.

    ``str()`` returns a readable sentence with quoted and escaped values.

    Attributes:
        sid: The statement's Sid, if it has one.
        statement: The index of the statement in ``DecodedMessage.statements``.
        key: The condition key as the policy writes it.
        policy_values: The policy's values.
        request_values: The request's values; ``None`` if the decoded message omits them, like some keys that
            every request has.

    >>> print(DenyingCondition(None, 0, "ec2:InstanceType", ("t3.micro",), ("m5.large",)))
    'ec2:InstanceType' is 'm5.large' in the call; the statement compares it with 't3.micro'.
    """

    sid: str | None
    statement: int
    key: str
    policy_values: tuple[str, ...]
    request_values: tuple[str, ...] | None

    @override
    def __str__(self) -> str:
        key, expected = quote_text(self.key), _shorten(self.policy_values)
        if self.request_values is None:
            return f"The statement compares {key} with {expected}; the message omits the call's value."
        actual = _shorten(self.request_values)
        owner = {"principal": "for the caller", "resource": "on the resource"}.get(
            key_owner(self.key), "in the call"
        )
        return f"{key} is {actual} {owner}; the statement compares it with {expected}."


def key_owner(key: str) -> str:
    """Return what a condition key is a property of: ``"principal"``, ``"resource"`` or ``"request"``.

    The keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
    """
    name = key.lower().partition(":")[2]
    if key.lower().startswith("aws:principal") or key.lower() in {"aws:userid", "aws:username"}:
        return "principal"
    of_resource = ("resourcetag/", "existingobjecttag/", "resourceaccount", "resourceorg")
    return "resource" if name.startswith(of_resource) else "request"


def statement_to_dict(statement: MatchedStatement) -> dict[str, Any]:
    return omit_none(
        statementId=statement.sid or "",
        effect=statement.effect,
        principals=_values_to_dict(statement.principals),
        principalGroups=_values_to_dict(statement.principal_groups),
        actions=_values_to_dict(statement.actions),
        resources=_values_to_dict(statement.resources),
        conditions=conditions_to_dict(statement.conditions),
    )


def conditions_to_dict(conditions: tuple[KeyValues, ...]) -> dict[str, Any]:
    return {"items": [{"key": each.key, "values": _values_to_dict(each.values)} for each in conditions]}


def _values_to_dict(values: tuple[str, ...]) -> dict[str, Any]:
    return {"items": [{"value": value} for value in values]}


def _shorten(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - _MAX_VALUES} more" if len(values) > _MAX_VALUES else ""
    return ", ".join(quote_text(value) for value in values[:_MAX_VALUES]) + more or "no value"
