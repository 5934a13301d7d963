"""Find the reasons for a denial in the checks that AWS made.

Meaning of the checks: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_Check.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.views import View
from iamtriage.authorization._checks import POLICY_TYPES, Check, Evaluation, MatchedPolicy, PolicyInfo
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("Denial", "DenyingPolicy", "find_denials")


@attrs.frozen
class DenyingPolicy(View):
    """A policy that denied a call.

    Attributes:
        uri: Its ARN, or an identifier that only AWS can interpret; ``GetRequestAuthorizationPolicy`` accepts
            both.
        sids: The Sids of the statements that denied; AWS assigns one to a statement without a Sid.
        info: Further information about the policy; ``None`` if the details have none.
    """

    uri: str
    sids: tuple[str, ...] = ()
    info: PolicyInfo | None = None

    @property
    def arn(self) -> str | None:
        """Its ARN; ``None`` for an inline policy.

        >>> DenyingPolicy("arn:aws:iam::111122223333:policy/fence").arn
        'arn:aws:iam::111122223333:policy/fence'
        """
        inline = self.info is not None and self.info.inline
        return self.uri if self.uri.startswith("arn:") and not inline else None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        info = self.info or PolicyInfo()
        return {
            "uri": self.uri,
            "arn": self.arn,
            "sids": list(self.sids),
            "inline": info.inline,
            "attached_to": list(info.attached_to),
        }


@attrs.frozen
class Denial(View):
    """One reason why one action was denied.

    Attributes:
        evaluation: The action and resource.
        deny: ``"explicit"`` if a statement denies the action, ``"implicit"`` if none allows it, ``None`` if
            the AWS value is unknown.
        policy_type: The type of policy that denied; ``None`` if it is not stated or unknown.
        check: The check that failed; ``None`` if AWS omits it.
        policies: The policies that denied. Empty for an implicit denial, and if AWS omits them.

    >>> from iamtriage import read_authorization_details
    >>> evaluation = {"action": "s3:GetObject", "resource": "*", "evaluatedEffect": "IMPLICIT_DENY"}
    >>> [denial] = read_authorization_details({"evaluations": [evaluation]}).denials()
    >>> denial.action, denial.deny, denial.policy_type
    ('s3:GetObject', 'implicit', None)
    """

    evaluation: Evaluation
    deny: Deny | None
    policy_type: PolicyType | None = None
    check: Check | None = None
    policies: tuple[DenyingPolicy, ...] = ()

    @property
    def action(self) -> str:
        """The IAM action."""
        return self.evaluation.action

    @property
    def resource(self) -> str:
        """The resource's ARN; empty for an action without a resource."""
        return self.evaluation.resource

    @property
    def target_arn(self) -> str | None:
        """The account, organizational unit or root whose service or resource control policies denied."""
        return None if self.check is None else self.check.target_arn

    @property
    def sids(self) -> tuple[str, ...]:
        """The Sids of all statements that denied."""
        return tuple(sid for policy in self.policies for sid in policy.sids)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {
            "action": self.action,
            "resource": self.resource,
            "deny": self.deny,
            "policy_type": self.policy_type,
            "check_type": None if self.check is None else self.check.type,
            "target_arn": self.target_arn,
            "policies": [each.to_dict() for each in self.policies],
        }


def find_denials(evaluation: Evaluation, known: Mapping[str, PolicyInfo]) -> list[Denial]:
    """Return the reasons why an evaluation denied, the explicit ones first.

    Args:
        evaluation: The evaluation.
        known: The policies that were evaluated, by URI.
    """
    if evaluation.effect == "ALLOW":
        return []
    denials = [
        Denial(
            evaluation,
            check.deny,
            _find_denying_type(check),
            check,
            _select_denying_policies(check.matched_policies, known) if check.deny == "explicit" else (),
        )
        for check in evaluation.checks
        if check.deny is not None
    ]
    if denials:
        return sorted(denials, key=lambda denial: denial.deny != "explicit")
    deny = evaluation.deny
    if deny == "explicit":
        # Without checks, the matched policies are the only evidence.
        denials = [
            Denial(evaluation, deny, None if each.info is None else each.info.policy_type, policies=(each,))
            for each in _select_denying_policies(evaluation.matched_policies, known)
        ]
    is_stated = deny is not None or evaluation.effect is not None
    return denials or ([Denial(evaluation, deny)] if is_stated else [])


def _find_denying_type(check: Check) -> PolicyType | None:
    """Return the type of policy that denied in a check, which can be one that caps what its policies allow.

    >>> from iamtriage.authorization._checks import StatementMatch
    >>> both, allows = ("IDENTITY_BASED_POLICY", "PERMISSIONS_BOUNDARY"), (StatementMatch(effect="ALLOW"),)
    >>> _find_denying_type(Check("PRINCIPAL", "IMPLICIT_DENY", None, both, (MatchedPolicy("a", allows),)))
    'permissions_boundary'
    """
    types: list[PolicyType | None] = [POLICY_TYPES.get(each) for each in check.relevant_policy_types]
    caps: set[PolicyType | None] = {each for each in types if each != check.policy_type}
    allows = any(each.effect == "ALLOW" for policy in check.matched_policies for each in policy.statements)
    return caps.pop() if check.deny == "implicit" and allows and len(caps) == 1 else check.policy_type


def _select_denying_policies(
    policies: tuple[MatchedPolicy, ...], known: Mapping[str, PolicyInfo]
) -> tuple[DenyingPolicy, ...]:
    """Return the policies with a denying statement, else those whose statements have no stated effect."""
    denying = [(policy, [each for each in policy.statements if each.denies]) for policy in policies]
    selected = [(policy, statements) for policy, statements in denying if statements]
    if not selected:
        unstated = [(policy, [s for s in policy.statements if s.effect != "ALLOW"]) for policy in policies]
        selected = [(policy, each) for policy, each in unstated if each or not policy.statements]
    return tuple(
        DenyingPolicy(policy.uri, tuple(each.sid for each in statements if each.sid), known.get(policy.uri))
        for policy, statements in selected
    )
