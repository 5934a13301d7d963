"""Add what the IAM policy simulator decided about the denied call, if the text shows it.

What it evaluates: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.simulations import find_simulation
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._rules.denials.control_policies import explain_service_control
from iamtriage.explaining._rules.denials.guardrails import explain_permissions_boundary
from iamtriage.explaining._rules.denials.stated_policies import explain_allowed_caller
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.denial_remedies import list_policies_commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.readers.simulations import Simulation
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.typing import Deny, PolicyType

SIMULATED_DECISION = CauseType(
    "simulated-decision",
    title="The policy simulator shows which policy decides",
    meaning="The text has the result of simulate-principal-policy for the action.",
    recognised_by="The text has the result of the simulation as JSON.",
    fix="Change the policy that the result names.",
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html",),
)
_NAME = "the simulation in the text"
_NOT_SIMULATED = "The simulator evaluates neither session policies nor VPC endpoint policies, and the resource's policy only if that is passed."


def add_simulation(denial: Denial, explanation: Explanation) -> Explanation:
    """Add which policy decides according to a simulation of the denied action."""
    found = find_simulation(denial.failure.text, denial.action or "")
    if found is None or denial.policy_type not in {None, "identity"}:
        return explanation
    if found.by_organization is False and denial.policy_type is None:
        return _explain_cap(denial, "service_control")
    if found.by_boundary is False and denial.policy_type is None:
        return _explain_cap(denial, "permissions_boundary")
    if found.decision == "explicitDeny" and found.policies and denial.deny != "implicit":
        return _explain_deny(denial, explanation, found)
    if found.decision == "allowed" and not denial.is_explicit:
        return _explain_allowed(denial, explanation)
    if found.missing and not denial.is_explicit:
        keys = join_words(tuple(map(clip_text, found.missing)), "and")
        text = f"Statements of the caller's policies have conditions on {keys}, whose values the simulation did not have: compare them with the call."
        return attrs.evolve(
            explanation, causes=(*explanation.causes, SIMULATED_DECISION.cause("derived", text=text))
        )
    return explanation


def _explain_cap(denial: Denial, policy_type: PolicyType) -> Explanation:
    """Explain a denial without a reason by the type of policy that does not allow the action in the simulation."""
    # The result does not tell a Deny from a missing Allow.
    deny: Deny = "explicit" if policy_type == "service_control" else "implicit"
    capped = attrs.evolve(
        denial, policy_type=policy_type, policy_type_evidence="derived", deny=denial.deny or deny
    )
    if policy_type == "permissions_boundary":
        explanation, member = explain_permissions_boundary(capped), "AllowedByPermissionsBoundary"
        verdict = "its permissions boundary does not allow it"
    else:
        explanation, member = explain_service_control(capped), "AllowedByOrganizations"
        verdict = "a service control policy does not allow it"
    cause = _cause(f"The result has {member}: false. Another Allow for {denial.caller} does not help.")
    return attrs.evolve(
        explanation, summary=denial_summary(denial, f"according to {_NAME}, {verdict}"), causes=(cause,)
    )


def _explain_deny(denial: Denial, explanation: Explanation, found: Simulation) -> Explanation:
    """Return that policies of the caller, which the simulation names, have the Deny."""
    names = join_words(tuple(map(clip_text, found.policies)), "or")
    remedy = account_remedy(
        f"Read the Deny in {names}, then call as it requires or scope it down",
        "An Allow does not override it, not even AdministratorAccess.",
        commands=list_policies_commands(denial),
        url=pages.EVALUATION,
    )
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"according to {_NAME}, {names} denies it explicitly"),
        causes=(_cause(f"The statement that matches is in {names}."), *explanation.causes),
        remedies=(remedy, *explanation.remedies[1:]),
    )


def _explain_allowed(denial: Denial, explanation: Explanation) -> Explanation:
    """Return that the caller's policies allow the call now, so that they are not the problem, or were not in effect."""
    if denial.policy_type is None:
        shown = explain_allowed_caller(denial, explanation, _NAME)
        done = tuple(map(_without_simulation, shown.remedies))
        return attrs.evolve(shown, causes=(_cause(_NOT_SIMULATED), *shown.causes), remedies=done)
    remedy = your_remedy(
        "Repeat the call, with the credentials that the simulation is about",
        "The simulation evaluates the policies of now: the Allow may be younger than the call.",
        "If the call is denied again, compare its caller, action and resource with those of the simulation, and its conditions with ContextKeyNames: the simulator knows no values of the call.",
        commands=("aws sts get-caller-identity",),
        url=pages.EVALUATION,
    )
    general = {NO_IDENTITY_ALLOW.code}
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"{_NAME} allows it, so the Allow was not in effect for this call"),
        causes=(
            _cause(f"AWS found no identity-based policy that allows it when {denial.caller} called."),
            *(each for each in explanation.causes if each.code not in general or each.evidence != "possible"),
        ),
        remedies=(remedy, *others),
    )


def _without_simulation(remedy: Remedy) -> Remedy:
    """Return a remedy without the simulation, which the text shows."""
    lines = tuple(each for each in remedy.commands if "simulate-principal-policy" not in each)
    steps = tuple(each for each in remedy.steps if not each.startswith("The simulator "))
    return attrs.evolve(change_commands(remedy, lines), steps=steps)


def _cause(text: str) -> Cause:
    return SIMULATED_DECISION.cause("derived", text=text)
