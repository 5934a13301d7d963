"""Say what the authorization details state about a decision: the reasons, and the checks that allowed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.authorization._denials import Denial as Reason
    from iamtriage.authorization._details import AuthorizationDetails
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import PolicyType

__all__ = (
    "POLICY_TYPE_NAMES",
    "allowing_policy_types",
    "identity_policy_allows",
    "matching_reasons",
)

POLICY_TYPE_NAMES: dict[PolicyType, str] = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "permissions_boundary": "permissions boundary",
    "session": "session policy",
    "service_control": "service control policy",
    "resource_control": "resource control policy",
    "vpc_endpoint": "VPC endpoint policy",
    "role_trust": "trust policy",
}
_ALLOW = frozenset({"ALLOW"})


def matching_reasons(action: str | None, details: AuthorizationDetails | None) -> tuple[Reason, ...]:
    """Return the reasons for the denied action, or for the first action if that one has none."""
    found = () if details is None else details.denials()
    if not found:
        return ()
    expected = (action or found[0].action).lower()
    return tuple(each for each in found if each.action.lower() == expected) or tuple(
        each for each in found if each.action == found[0].action
    )


def allowing_policy_types(facts: Facts, action: str | None) -> tuple[str, ...]:
    """Return the types of policies that allowed the action, according to the authorization details."""
    details = facts.authorization_details
    reasons = matching_reasons(action, details)
    if not reasons:
        return ()
    evaluation = reasons[0].evaluation
    # There is a check for each level of an organization: one that denies is the obstacle.
    denying = {reason.policy_type for reason in reasons}
    found: list[PolicyType | None] = [each.policy_type for each in evaluation.checks if each.effect in _ALLOW]
    if not evaluation.checks and details is not None:
        # Without checks, the matched policies are the only evidence.
        types: dict[str | None, PolicyType | None] = {each.uri: each.policy_type for each in details.policies}
        found = [
            types.get(each.uri)
            for each in evaluation.matched_policies
            if each.statements and all(statement.effect in _ALLOW for statement in each.statements)
        ]
    allowing: list[PolicyType] = [each for each in found if each is not None and each not in denying]
    return tuple(dict.fromkeys(POLICY_TYPE_NAMES[each] for each in allowing))


def identity_policy_allows(facts: Facts, action: str | None) -> bool:
    """Return whether the authorization details say that an identity-based policy allows the action."""
    return facts.authorization_details is not None and POLICY_TYPE_NAMES["identity"] in allowing_policy_types(
        facts, action
    )
