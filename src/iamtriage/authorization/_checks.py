"""The parts of IAM Toolbox's authorization details: policies, checks and evaluations; not for reading them.

The members and their meaning: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/Welcome.html.
Words of AWS's are kept as text, so that one of tomorrow does no harm.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage.authorization._documents import stated

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

# AWS's word -> ours.
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
    """A condition key of the call with what it had.

    Attributes:
        key: ``"aws:PrincipalArn"``, …, as written. Case does not matter in keys.
        text: the value as JSON text.

    >>> ContextValue("aws:TagKeys", '["team", "stage"]').values
    ('team', 'stage')
    >>> ContextValue("aws:MultiFactorAuthPresent", "true").values
    ('true',)
    """

    key: str
    text: str

    @property
    def values(self) -> tuple[str, ...]:
        """The values as texts: those of a list one by one, none for null, an object as JSON text."""
        value: object = json.loads(self.text)
        each = cast("list[object]", value) if isinstance(value, list) else [] if value is None else [value]
        return tuple(one if isinstance(one, str) else json.dumps(one) for one in each)


@attrs.frozen
class StatementMatch(View):
    """A statement that matched.

    Attributes:
        sid: the statement's Sid, or one that AWS made up for a statement without one.
        effect: ``"ALLOW"`` or ``"DENY"``.
    """

    sid: str | None = None
    effect: str | None = None

    @property
    def denies(self) -> bool:
        """Whether it denies."""
        return self.effect == "DENY"

    def to_dict(self) -> dict[str, Any]:
        """Give it in AWS's form."""
        return stated(sid=self.sid, evaluatedEffect=self.effect)


@attrs.frozen
class MatchedPolicy(View):
    """A policy of which statements matched.

    Attributes:
        uri: the ARN of a managed policy; for other policies an identifier that only AWS can read.
        statements: the statements that matched.
    """

    uri: str
    statements: tuple[StatementMatch, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give it in AWS's form."""
        return {"uri": self.uri, "matchedStatements": [each.to_dict() for each in self.statements]}


@attrs.frozen
class PolicyInfo(View):
    """A policy that was looked at, whether it matched or not.

    Attributes:
        uri: what :attr:`MatchedPolicy.uri` refers to, and ``GetRequestAuthorizationPolicy`` takes.
        type: AWS's word for its type: ``"SERVICE_CONTROL_POLICY"``, ….
        inline: whether it is an inline policy, not a managed one.
        attached_to: the ARNs of what it is attached to: principal, resource, account, organizational unit
            or root.
        source: what it was made from, as keys and values: for a KMS grant ``type``, ``typeName`` and
            ``grantId``. Mostly empty.

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
        """The type in our words; None where it is not known."""
        return POLICY_TYPES.get(self.type or "")

    def to_dict(self) -> dict[str, Any]:
        """Give it in AWS's form."""
        return stated(
            type=self.type,
            inline=self.inline,
            uri=self.uri,
            attachedTo=[{"arn": arn} for arn in self.attached_to],
            policySource=dict(self.source) or None,
        )


@attrs.frozen
class Check(View):
    """Something that must hold for a call to be allowed, and whether it did.

    Attributes:
        type: AWS's word for it: ``"PRINCIPAL"``, ….
        effect: ``"ALLOW"``, ``"NO_IMPACT"``, ``"IMPLICIT_DENY"`` or ``"EXPLICIT_DENY"``.
        target_arn: for service and resource control policies, the account, organizational unit or root
            that they are attached to.
        relevant_policy_types: AWS's words for the types of policies that have a say in it.
        matched_policies: the policies with statements that matched. AWS may leave some out.

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
        """The type of policy that it is about, in our words; None where it is not known."""
        return CHECK_TYPES.get(self.type)

    @property
    def deny(self) -> Deny | None:
        """How it denied; None where it did not."""
        return EFFECTS.get(self.effect)

    def to_dict(self) -> dict[str, Any]:
        """Give it in AWS's form."""
        return stated(
            checkType=self.type,
            evaluatedEffect=self.effect,
            targetArn=self.target_arn,
            relevantPolicyTypes=list(self.relevant_policy_types),
            matchedPolicies=[each.to_dict() for each in self.matched_policies],
        )


@attrs.frozen
class Evaluation(View):
    """One action on one resource, and whether it was allowed.

    Attributes:
        action: the IAM action.
        resource: an ARN, with wildcards or without; empty for an action on no resource.
        effect: ``"ALLOW"``, ``"IMPLICIT_DENY"`` or ``"EXPLICIT_DENY"``; None where AWS does not tell.
        context: the condition keys of this evaluation, besides those of the call.
        checks: what had to hold. Empty where AWS does not tell: it tells only callers of the account or
            organization of who was denied.
        matched_policies: the policies with statements that matched, which AWS tells no more when it tells
            the checks.
    """

    action: str
    resource: str
    effect: str | None = None
    context: tuple[ContextValue, ...] = ()
    checks: tuple[Check, ...] = ()
    matched_policies: tuple[MatchedPolicy, ...] = ()

    @property
    def deny(self) -> Deny | None:
        """How it was denied; None where it was not, or AWS does not tell.

        >>> Evaluation("s3:GetObject", "*", checks=(Check("SESSION", "IMPLICIT_DENY"),)).deny
        'implicit'
        """
        if self.effect is not None:
            return EFFECTS.get(self.effect)
        found = {check.deny for check in self.checks}
        if any(each.denies for policy in self.matched_policies for each in policy.statements):
            found.add("explicit")
        return "explicit" if "explicit" in found else "implicit" if "implicit" in found else None

    def to_dict(self) -> dict[str, Any]:
        """Give it in AWS's form."""
        return stated(
            action=self.action,
            resource=self.resource,
            evaluatedEffect=self.effect,
            context=context_to_dict(self.context),
            checks=[each.to_dict() for each in self.checks],
            matchedPolicies=[each.to_dict() for each in self.matched_policies],
        )


def context_to_dict(context: tuple[ContextValue, ...]) -> dict[str, Any]:
    """Give a context in AWS's form."""
    return {each.key: json.loads(each.text) for each in context}
