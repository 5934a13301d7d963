"""Define the parts of IAM Toolbox's authorization details: policies, checks and evaluations.

The members and their meaning: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/Welcome.html.
Values of AWS enumerations are plain strings, so a new value is not an error.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage.authorization._documents import omit_none

if TYPE_CHECKING:
    from iamtriage.typing import Deny, PolicyType

__all__ = (
    "CHECK_TYPES",
    "EFFECTS",
    "POLICY_TYPES",
    "Check",
    "ContextValue",
    "Evaluation",
    "MatchedPolicy",
    "PolicyInfo",
    "StatementMatch",
    "context_to_dict",
)

# AWS value -> the value in records.
CHECK_TYPES: dict[str, PolicyType] = {
    "SERVICE_CONTROL_POLICY": "service_control",
    "RESOURCE_CONTROL_POLICY": "resource_control",
    "VPC_ENDPOINT": "vpc_endpoint",
    "RESOURCE": "resource",
    "PRINCIPAL": "identity",
    "PERMISSIONS_BOUNDARY": "permissions_boundary",
    "SESSION": "session",
}
POLICY_TYPES: dict[str, PolicyType] = {
    "IDENTITY_BASED_POLICY": "identity",
    "RESOURCE_BASED_POLICY": "resource",
    "PERMISSIONS_BOUNDARY": "permissions_boundary",
    "SESSION_POLICY": "session",
    "SERVICE_CONTROL_POLICY": "service_control",
    "RESOURCE_CONTROL_POLICY": "resource_control",
    "VPC_ENDPOINT_POLICY": "vpc_endpoint",
}
EFFECTS: dict[str, Deny | None] = {
    "ALLOW": None,
    "NO_IMPACT": None,
    "IMPLICIT_DENY": "implicit",
    "EXPLICIT_DENY": "explicit",
}


@attrs.frozen
class ContextValue(View):
    """A condition key of the request with its value.

    Attributes:
        key: ``"aws:PrincipalArn"``, …, as written. Keys are case-insensitive.
        text: The value as JSON text.

    >>> ContextValue("aws:TagKeys", '["team", "stage"]').values
    ('team', 'stage')
    >>> ContextValue("aws:MultiFactorAuthPresent", "true").values
    ('true',)
    """

    key: str
    text: str

    @property
    def values(self) -> tuple[str, ...]:
        """The values as strings: the items of a list, no value for null, an object as JSON text."""
        value: object = json.loads(self.text)
        items = cast("list[object]", value) if isinstance(value, list) else [] if value is None else [value]
        return tuple(item if isinstance(item, str) else json.dumps(item) for item in items)


@attrs.frozen
class StatementMatch(View):
    """A policy statement that matched the request.

    Attributes:
        sid: The statement's Sid; AWS assigns one to a statement without a Sid.
        effect: ``"ALLOW"`` or ``"DENY"``.

    >>> StatementMatch("DenyAll", "DENY").denies
    True
    """

    sid: str | None = None
    effect: str | None = None

    @property
    def denies(self) -> bool:
        """Whether the statement denies the request."""
        return self.effect == "DENY"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the AWS format."""
        return omit_none(sid=self.sid, evaluatedEffect=self.effect)


@attrs.frozen
class MatchedPolicy(View):
    """A policy with statements that matched the request.

    Attributes:
        uri: The ARN of a managed policy; for other policies, an identifier that only AWS can interpret.
        statements: The statements that matched.

    >>> MatchedPolicy("arn:aws:iam::aws:policy/AWSDenyAll", (StatementMatch("DenyAll", "DENY"),)).uri
    'arn:aws:iam::aws:policy/AWSDenyAll'
    """

    uri: str
    statements: tuple[StatementMatch, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the AWS format."""
        return {"uri": self.uri, "matchedStatements": [each.to_dict() for each in self.statements]}


@attrs.frozen
class PolicyInfo(View):
    """A policy that was evaluated, whether it matched or not.

    Attributes:
        uri: The identifier in :attr:`MatchedPolicy.uri` and the argument of
            ``GetRequestAuthorizationPolicy``.
        type: The AWS name of its type: ``"SERVICE_CONTROL_POLICY"``, ….
        inline: Whether it is an inline policy; if not, it is a managed one.
        attached_to: The ARNs of the principal, resource, account, organizational unit or root to which it is
            attached.
        source: The source of the policy as keys and values: for a KMS grant ``type``, ``typeName`` and
            ``grantId``. Usually empty.

    >>> PolicyInfo(type="VPC_ENDPOINT_POLICY").policy_type
    'vpc_endpoint'
    """

    uri: str | None = None
    type: str | None = None
    inline: bool | None = None
    attached_to: tuple[str, ...] = ()
    source: tuple[tuple[str, str], ...] = ()

    @property
    def policy_type(self) -> PolicyType | None:
        """The type as in records; ``None`` if it is unknown."""
        return POLICY_TYPES.get(self.type or "")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the AWS format."""
        return omit_none(
            type=self.type,
            inline=self.inline,
            uri=self.uri,
            attachedTo=[{"arn": arn} for arn in self.attached_to],
            policySource=dict(self.source) or None,
        )


@attrs.frozen
class Check(View):
    """A check that a call must pass to be allowed, and its result.

    Attributes:
        type: The AWS name of its type: ``"PRINCIPAL"``, ….
        effect: ``"ALLOW"``, ``"NO_IMPACT"``, ``"IMPLICIT_DENY"`` or ``"EXPLICIT_DENY"``.
        target_arn: For service and resource control policies, the account, organizational unit or root to
            which they are attached.
        relevant_policy_types: The AWS names of the policy types that the check evaluates.
        matched_policies: The policies with statements that matched. AWS can omit some.

    >>> Check("PRINCIPAL", "IMPLICIT_DENY").policy_type, Check("PRINCIPAL", "IMPLICIT_DENY").deny
    ('identity', 'implicit')
    """

    type: str
    effect: str
    target_arn: str | None = None
    relevant_policy_types: tuple[str, ...] = ()
    matched_policies: tuple[MatchedPolicy, ...] = ()

    @property
    def policy_type(self) -> PolicyType | None:
        """The type of policy that it evaluates, as in records; ``None`` if it is unknown."""
        return CHECK_TYPES.get(self.type)

    @property
    def deny(self) -> Deny | None:
        """``"explicit"`` or ``"implicit"`` if the check denied the call, otherwise ``None``."""
        return EFFECTS.get(self.effect)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the AWS format."""
        return omit_none(
            checkType=self.type,
            evaluatedEffect=self.effect,
            targetArn=self.target_arn,
            relevantPolicyTypes=list(self.relevant_policy_types),
            matchedPolicies=[each.to_dict() for each in self.matched_policies],
        )


@attrs.frozen
class Evaluation(View):
    """The evaluation of one action on one resource.

    Attributes:
        action: The IAM action.
        resource: An ARN, possibly with wildcards; empty for an action without a resource.
        effect: ``"ALLOW"``, ``"IMPLICIT_DENY"`` or ``"EXPLICIT_DENY"``; ``None`` if AWS omits it.
        context: The condition keys of this evaluation, in addition to those of the request.
        checks: The checks. Empty if AWS omits them: it returns them only to callers in the account or
            organization of the denied principal.
        matched_policies: The policies with statements that matched. AWS omits them if it returns the checks.
    """

    action: str
    resource: str
    effect: str | None = None
    context: tuple[ContextValue, ...] = ()
    checks: tuple[Check, ...] = ()
    matched_policies: tuple[MatchedPolicy, ...] = ()

    @property
    def deny(self) -> Deny | None:
        """``"explicit"`` or ``"implicit"`` if the action was denied; ``None`` if it was not, or is unknown.

        >>> Evaluation("s3:GetObject", "*", checks=(Check("SESSION", "IMPLICIT_DENY"),)).deny
        'implicit'
        """
        if self.effect is not None:
            return EFFECTS.get(self.effect)
        denies = {check.deny for check in self.checks}
        if any(each.denies for policy in self.matched_policies for each in policy.statements):
            denies.add("explicit")
        return "explicit" if "explicit" in denies else "implicit" if "implicit" in denies else None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data in the AWS format."""
        return omit_none(
            action=self.action,
            resource=self.resource,
            evaluatedEffect=self.effect,
            context=context_to_dict(self.context),
            checks=[each.to_dict() for each in self.checks],
            matchedPolicies=[each.to_dict() for each in self.matched_policies],
        )


def context_to_dict(context: tuple[ContextValue, ...]) -> dict[str, Any]:
    """Return a context in the AWS format."""
    return {each.key: json.loads(each.text) for each in context}
