"""Why an action was denied, by the checks that AWS made; not for reading them.

What the checks mean: https://docs.aws.amazon.com/iam-toolbox/latest/APIReference/API_Check.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.views import View
from iamtriage.authorization._checks import Check, Evaluation, MatchedPolicy, PolicyInfo
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("Denial", "DenyingPolicy", "denials_of")


@attrs.frozen
class DenyingPolicy(View):
    """A policy that denied.

    Attributes:
        uri: its ARN, or an identifier that only AWS can read; ``GetRequestAuthorizationPolicy`` takes it.
        sids: the Sids of the statements that denied; AWS makes one up for a statement without one.
        info: what else is known of it; None where the details do not tell.
    """

    uri: str
    sids: tuple[str, ...] = ()
    info: PolicyInfo | None = None

    @property
    def arn(self) -> str | None:
        """Its ARN; None for an inline policy, which has none.

        >>> DenyingPolicy("arn:aws:iam::111122223333:policy/fence").arn
        'arn:aws:iam::111122223333:policy/fence'
        """
        inline = self.info is not None and self.info.inline
        return self.uri if self.uri.startswith("arn:") and not inline else None

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
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
        evaluation: the action and resource.
        deny: ``"explicit"``: statements deny. ``"implicit"``: none allows. None: AWS's word is not known.
        policy_type: the type of policy that decided; None where it is not told or not known.
        check: what did not hold; None where AWS does not tell.
        policies: the policies that denied. Empty for an implicit denial, and where AWS leaves them out.
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
        """The resource's ARN; empty for an action on no resource."""
        return self.evaluation.resource

    @property
    def target_arn(self) -> str | None:
        """The account, organizational unit or root whose service or resource control policies decided."""
        return None if self.check is None else self.check.target_arn

    @property
    def sids(self) -> tuple[str, ...]:
        """The Sids of all statements that denied."""
        return tuple(sid for policy in self.policies for sid in policy.sids)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
        return {
            "action": self.action,
            "resource": self.resource,
            "deny": self.deny,
            "policy_type": self.policy_type,
            "check_type": None if self.check is None else self.check.type,
            "target_arn": self.target_arn,
            "policies": [each.to_dict() for each in self.policies],
        }


def denials_of(evaluation: Evaluation, known: Mapping[str, PolicyInfo]) -> list[Denial]:
    """Give the reasons for which an evaluation denied, the explicit ones first.

    Args:
        evaluation: the evaluation.
        known: the policies that were looked at, by their URIs.
    """
    if evaluation.effect == "ALLOW":
        return []
    found = [
        Denial(
            evaluation,
            check.deny,
            check.policy_type,
            check,
            _denying(check.matched_policies, known) if check.deny == "explicit" else (),
        )
        for check in evaluation.checks
        if check.deny is not None
    ]
    if found:
        return sorted(found, key=lambda denial: denial.deny != "explicit")
    deny = evaluation.deny
    if deny == "explicit":
        # No checks are told; what matched may tell.
        found = [
            Denial(evaluation, deny, None if each.info is None else each.info.policy_type, policies=(each,))
            for each in _denying(evaluation.matched_policies, known)
        ]
    told = deny is not None or evaluation.effect is not None
    return found or ([Denial(evaluation, deny)] if told else [])


def _denying(
    policies: tuple[MatchedPolicy, ...], known: Mapping[str, PolicyInfo]
) -> tuple[DenyingPolicy, ...]:
    """Choose the policies that denied: those of which AWS says so, else those of which it does not say."""
    denied = [(policy, [each for each in policy.statements if each.denies]) for policy in policies]
    chosen = [(policy, statements) for policy, statements in denied if statements]
    if not chosen:
        untold = [(policy, [s for s in policy.statements if s.effect != "ALLOW"]) for policy in policies]
        chosen = [(policy, each) for policy, each in untold if each or not policy.statements]
    return tuple(
        DenyingPolicy(policy.uri, tuple(each.sid for each in statements if each.sid), known.get(policy.uri))
        for policy, statements in chosen
    )
