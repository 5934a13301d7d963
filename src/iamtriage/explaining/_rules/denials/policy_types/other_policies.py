"""Add what the authorization details, a decoded message and the IAM policy simulator say about other policies.

What the simulator evaluates: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text, join_words, lower_first
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._context.readers.simulations import Simulation, find_simulated, find_simulation
from iamtriage.explaining._explanations.explanations import ONE_POLICY_TYPE, copy_with
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.policy_types import (
    control_policies,
    endpoint_policies,
    guardrails,
    session_policies,
)
from iamtriage.explaining._rules.denials.policy_types.missing_allows import explain_missing_allow
from iamtriage.explaining._rules.denials.shown_policies.stated_remedies import explain_allowed_caller
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.messages import decisions
from iamtriage.explaining._rules.shared.remedies import account_remedy, insert_after_saving, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES, with_article
from iamtriage.policies._readers.elements import iterate_conditions, iterate_statements
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from iamtriage.authorization._denials import Denial as Reason

# Each of them has to allow the call. A resource-based policy can be an alternative to an identity-based one.
_RULES: dict[PolicyType, Callable[[Denial], Explanation]] = {
    "identity": explain_missing_allow,
    "permissions_boundary": guardrails.explain_permissions_boundary,
    "resource_control": control_policies.explain_resource_control,
    "service_control": control_policies.explain_service_control,
    "session": session_policies.explain_session_policy,
    "vpc_endpoint": endpoint_policies.explain_vpc_endpoint,
}


_CAPS: frozenset[PolicyType | None] = frozenset(
    {"permissions_boundary", "resource_control", "service_control"}
)


def add_details(denial: Denial, explanation: Explanation) -> Explanation:
    """Add how to get the details of the decision, which IAM keeps only for a few hours, as the second remedy at the latest."""
    details = denial_remedies.authorization_details_remedy(denial)
    if details is None:
        return explanation

    def build_remedies() -> tuple[Remedy, ...]:
        remedies = explanation.remedies
        if remedies[:1] == (details,):
            return remedies
        return (*remedies[:1], details, *(each for each in remedies[1:] if each != details))

    return copy_with(explanation, _remedies=build_remedies)


def add_other_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the other policies that have to change, too: their causes and remedies, or a note."""
    others: dict[PolicyType | None, Reason] = {each.policy_type: each for each in _find_others(denial)}
    notes = (*_other_policy_notes(denial, frozenset(others)), *explanation.notes)
    if denial.facts.authorization_details is not None:
        # The details have the checks of all types of policies.
        notes = tuple(each for each in notes if each != ONE_POLICY_TYPE)
    for reason in others.values():
        explanation = _add_other(denial, explanation, reason)
    return explanation if notes == explanation.notes else attrs.evolve(explanation, notes=notes)


def _find_others(denial: Denial) -> Iterator[Reason]:
    """Yield the reasons of the details that have a rule of their own, if the details state the first one, too."""
    reasons = decisions.matching_reasons(denial.action, denial.facts.authorization_details)
    if denial.policy_type not in {each.policy_type for each in reasons}:
        return
    for each in reasons:
        is_capped = denial.policy_type in _CAPS and each.deny == "implicit"
        if each.policy_type == "identity" and "explicit" in {each.deny, denial.deny} and not is_capped:
            continue  # no Allow is proposed against a Deny, unless that is in a policy of others
        if each.policy_type in _RULES and each.policy_type != denial.policy_type:
            yield each


def _add_other(denial: Denial, explanation: Explanation, reason: Reason) -> Explanation:
    """Add the causes and remedies of another policy that has to change before the call succeeds."""
    kind, policy = reason.policy_type, decisions.find_policy(reason, denial.facts, denial.principal_text)
    if kind is None:
        return explanation
    other = attrs.evolve(
        denial, policy_type=kind, policy_type_evidence="supplied", deny=reason.deny, policy=policy
    )
    found, clause = _RULES[kind](other), _describe(kind, reason.deny, policy)
    if kind == "identity":
        others = decisions.other_policies_without_allow(denial.facts, denial.action)
        clause += f" ({others} does not)" if others and " and " not in others else ""
    remedies, added = explanation.remedies, found.remedies
    if remedies and added:
        same = _compare_statements(added[0], remedies[0])
        then = lower_first(added[0].title)
        if kind == "identity" and isinstance(denial.role, IdentityCenterRole) and denial.role.permission_set:
            then = f"allow {denial.action} in the permission set {denial.role.permission_set}"
        step = f"This alone leads to the next denial: {then}, too{same}."
        remedies = (insert_after_saving(remedies[0], step), *added, *remedies[1:])
    summary, causes = f"{explanation.summary.removesuffix('.')}, and {clause}.", found.causes
    return attrs.evolve(
        explanation, summary=summary, causes=(*explanation.causes, *causes), remedies=remedies
    )


def _compare_statements(added: Remedy, first: Remedy) -> str:
    """Return how the statement of another remedy differs from that of the first one, as the end of a sentence."""
    [*own], conditions = iterate_statements(first.policy or {}), (added.statement or {}).get("Condition")
    if added.statement is None or not own:
        return ""
    if conditions == own[0].get("Condition"):
        return ", with the same statement"
    keys = dict.fromkeys(clip_text(key) for _, key, _ in iterate_conditions(added.statement))
    return f", with this statement and a condition on {join_words(tuple(keys), 'and')}" if keys else ""


def _describe(kind: PolicyType, deny: Deny | None, policy: str | None = None) -> str:
    """Return how another type of policy decides, as a clause."""
    name = POLICY_TYPE_NAMES[kind]
    if kind == "permissions_boundary" and policy:
        verb = "denies it, too" if deny == "explicit" else "does not allow it, either"
        return f"the {name} {clip_text(policy)} {verb}"
    if deny == "explicit":
        return f"{with_article(kind)} denies it, too"
    return f"no {name} allows it, either"


def _other_policy_notes(denial: Denial, added: frozenset[PolicyType | None]) -> tuple[str, ...]:
    """Return notes on the other policy types that have no remedy here, and on those that allow the call."""
    notes: list[str] = []
    stated = denial.failure.action
    is_supplied = denial.action_evidence == "supplied" and denial.action is not None
    if stated is not None and is_supplied and stated.lower() != denial.lowercase_action:
        details = denial.facts.authorization_details
        source = "the decoded message" if details is None else "the authorization details"
        notes.append(
            f"The message names {stated}. According to {source}, {denial.action} was denied within that call."
        )
    types_of_details = {
        each.policy_type
        for each in decisions.matching_reasons(denial.action, denial.facts.authorization_details)
    }
    for policy_type, deny in denial.other_policy_types:
        if policy_type in added:
            continue
        # The details of another call can name other types of policies than the message.
        is_of_message = policy_type == denial.failure.policy_type and policy_type not in types_of_details
        source = "message" if is_of_message else "authorization details"
        notes.append(f"According to the {source}, {_describe(policy_type, deny)}.")
    if denial.other_policy_types and denial.failure.policy_type not in {None, *types_of_details}:
        notes.append("The authorization details and the message name different types of policies.")
    # The other explanations say which identity-based policy allows it with the cause or in a step.
    is_shown = denial.policy_type not in {"service_control", "resource_control"}
    is_shown = is_shown and decisions.identity_policy_allows(denial.facts, denial.action)
    if decisions.allowing_policy_types(denial.facts, denial.action) and not is_shown:
        allowing = decisions.describe_allowing(denial.facts, denial.action)
        is_complete = decisions.identity_policy_allows(denial.facts, denial.action)
        then = "no identity-based Allow is missing" if is_complete else "they are not the obstacle"
        notes.append(f"Authorization details: {allowing}, so {then}.")
    return tuple(notes)


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
    found = find_simulation(denial.failure.text, denial.action or "", denial.resource)
    own, simulated = denial.role or denial.principal, find_simulated(denial.failure.text)
    if simulated and getattr(own, "name", None) not in {None, *simulated}:
        return explanation  # the simulation is about another role or user
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
        explanation, member = guardrails.explain_permissions_boundary(capped), "AllowedByPermissionsBoundary"
        verdict = "its permissions boundary does not allow it"
    else:
        explanation, member = control_policies.explain_service_control(capped), "AllowedByOrganizations"
        verdict = "a service control policy does not allow it"
    cause = _simulated_cause(
        f"The result has {member}: false. Another Allow for {denial.caller} does not help."
    )
    return attrs.evolve(
        explanation, summary=denial_summary(denial, f"according to {_NAME}, {verdict}"), causes=(cause,)
    )


def _explain_deny(denial: Denial, explanation: Explanation, found: Simulation) -> Explanation:
    """Add that policies of the caller, which the simulation names, have the Deny."""
    names = join_words(tuple(map(clip_text, found.policies)), "or")
    title = f"Read the Deny in {names}, {denial_remedies.CHANGE_OR_NARROW}"
    lines = denial_remedies.list_policies_commands(denial)
    remedy = account_remedy(title, commands=lines, url=pages.EVALUATION)
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"according to {_NAME}, {names} denies it explicitly"),
        causes=(_simulated_cause(f"The statement that matches is in {names}."), *explanation.causes),
        remedies=(remedy, *explanation.remedies[1:]),
    )


def _explain_allowed(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the caller's policies allow the call now, so that they are not the problem, or were not in effect."""
    if denial.policy_type is None:
        shown = explain_allowed_caller(denial, explanation, _NAME)
        done = tuple(map(_without_simulation, shown.remedies))
        return attrs.evolve(shown, causes=(_simulated_cause(_NOT_SIMULATED), *shown.causes), remedies=done)
    remedy = your_remedy(
        "Repeat the call, with the credentials that the simulation is about",
        "The simulation evaluates the policies of now: the Allow may be younger than the call.",
        "If the call is denied again, compare its caller, action and resource with those of the simulation, and its conditions with ContextKeyNames: the simulator knows no values of the call.",
        commands="aws sts get-caller-identity",
        url=pages.EVALUATION,
    )
    general = {NO_IDENTITY_ALLOW.code}
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"{_NAME} allows it, so the Allow was not in effect for this call"),
        causes=(
            _simulated_cause(
                f"AWS found no identity-based policy that allows it when {denial.caller} called."
            ),
            *(each for each in explanation.causes if each.code not in general or each.evidence != "possible"),
        ),
        remedies=(remedy, *others),
    )


def _without_simulation(remedy: Remedy) -> Remedy:
    """Return a remedy without the simulation, which the text shows."""
    lines = tuple(each for each in remedy.commands if "simulate-principal-policy" not in each)
    steps = tuple(each for each in remedy.steps if not each.startswith("The simulator "))
    return attrs.evolve(remedy, steps=steps, commands=lines)


def _simulated_cause(text: str) -> Cause:
    return SIMULATED_DECISION.cause("derived", text=text)
