"""Compare the conditions of a role's trust policy with what a call that assumes the role passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.arns._principals import User
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.sts.role_calls import find_role_call
from iamtriage.explaining._rules.sts.trust_conditions import (
    describe_passed_value,
    is_met_by_call,
    open_condition,
    open_condition_remedy,
    passed_value,
)
from iamtriage.explaining._rules.sts.trust_findings import TrustFindings, evaluate_trust_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.role_calls import RoleCall
    from iamtriage.trust._evaluation import TrustResult

__all__ = ("ACTIONS", "RoleCondition", "check_trust_policy", "compare_call")

ACTIONS = {
    action.lower(): action
    for action in (
        "sts:AssumeRole",
        "sts:TagSession",
        "sts:SetSourceIdentity",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
    )
}
"""The actions of calls that assume a role, by their names in lowercase."""
_MAX_CONDITIONS = 5
_TERRAFORM_PROVIDER = lazy_pattern(
    r"Error: Cannot assume IAM Role|provider\[\"registry\.(?:terraform\.io|opentofu\.org)/hashicorp/aws\"\]|in provider \"aws\""
)


@attrs.frozen(eq=False, repr=False)
class RoleCondition(Value):
    """The condition of a trust policy that decides.

    Attributes:
        findings: What the evaluation found, with what the call passes.
        verdict: What the policy requires and the call passes, as the end of a sentence; ``None`` if nothing is open.
        remedy: How to meet the condition.
        names_caller: Whether the policy trusts the caller under the condition.
    """

    findings: TrustFindings | None
    verdict: str | None = None
    remedy: Remedy | None = None
    names_caller: bool = False


def check_trust_policy(denial: Denial, context: Mapping[str, str] | None = None) -> TrustFindings | None:
    """Evaluate the trust policy in the facts, if there is one."""
    caller = denial.principal_text if try_parse_principal(denial.principal_text) is not None else None
    facts = attrs.evolve(denial.facts, caller=caller)
    action = ACTIONS.get(denial.lowercase_action, "sts:AssumeRole")
    return evaluate_trust_policy(facts, action, denial.resource, context)


def compare_call(denial: Denial, findings: TrustFindings | None, result: TrustResult | None) -> RoleCondition:
    """Return the condition that decides, compared with what the text shows that the call passes."""
    names_caller = result is not None and result.allowed is None and result.condition is not None
    if findings is None or result is None or open_condition(result) is None:
        return RoleCondition(findings, names_caller=names_caller)
    call = find_role_call(denial.failure.text, context_of(denial.facts).command, denial.resource)
    result, is_met = _skip_met_conditions(denial, result, call)
    required = open_condition(result)
    verdict: str | None = f"the role's trust policy requires {required}"
    text = f"The role's trust policy trusts the caller, and requires {required}. The message does not say whether the call met that."
    if is_met is True:
        verdict = None
        text = f"The role's trust policy requires {required}, which the call passes, so another policy denies it."
    elif is_met is False and call is not None:
        verdict = f"{verdict}, and {describe_passed_value(result, call)}"
        text = f"Statement[{result.statement}] of the trust policy trusts {denial.caller}, but its condition {clip_text(result.condition or '')} is not met."
    cause = attrs.evolve(findings.cause, text=text)
    if is_met is not None:
        # The reasons say that the value is unknown.
        cause = attrs.evolve(cause, evidence="derived", because=())
    remedy = None
    if verdict is not None:
        user = denial.principal.name if isinstance(denial.principal, User) else None
        is_terraform = _TERRAFORM_PROVIDER.search(denial.failure.text) is not None
        remedy = open_condition_remedy(result, denial.resource, call, user, is_terraform=is_terraform)
    return RoleCondition(attrs.evolve(findings, cause=cause), verdict, remedy, names_caller)


def _skip_met_conditions(
    denial: Denial, result: TrustResult, call: RoleCall | None
) -> tuple[TrustResult, bool | None]:
    """Return the first condition that the call does not certainly meet, and whether it meets it."""
    context: dict[str, str] = {}
    for _ in range(_MAX_CONDITIONS):
        is_met = is_met_by_call(result, call)
        if call is None or is_met is not True:
            return result, is_met
        key = (result.condition or "").partition(" ")[2]
        context[key] = passed_value(result, call) or ""
        again = check_trust_policy(denial, context)
        if again is None or again.result is None or again.result.condition is None:
            return result, True
        # Of the other keys, nothing is known.
        result = attrs.evolve(again.result, allowed=None)
    return result, None
