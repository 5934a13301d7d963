"""Add the other policies that deny or allow a call, according to the authorization details and a decoded message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._explanations.explanations import ONE_POLICY_TYPE
from iamtriage.explaining._rules.denials import control_policies, guardrails, session_policies
from iamtriage.explaining._rules.denials.missing_allows import explain_missing_allow
from iamtriage.explaining._rules.shared import decisions
from iamtriage.explaining._rules.shared.remedies import insert_after_saving
from iamtriage.explaining._rules.shared.stated_decisions import find_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage.authorization._denials import Denial as Reason
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.typing import Deny, PolicyType

# Each of them has to allow the call. A resource-based policy can be an alternative to an identity-based one.
_RULES: dict[PolicyType, Callable[[Denial], Explanation]] = {
    "identity": explain_missing_allow,
    "permissions_boundary": guardrails.explain_permissions_boundary,
    "resource_control": control_policies.explain_resource_control,
    "service_control": control_policies.explain_service_control,
    "session": session_policies.explain_session_policy,
    "vpc_endpoint": guardrails.explain_vpc_endpoint,
}


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
        if each.policy_type == "identity" and "explicit" in {each.deny, denial.deny}:
            continue  # no Allow is proposed against a Deny
        if each.policy_type in _RULES and each.policy_type != denial.policy_type:
            yield each


def _add_other(denial: Denial, explanation: Explanation, reason: Reason) -> Explanation:
    """Add the causes and remedies of another policy that has to change before the call succeeds."""
    kind, policy = reason.policy_type, find_policy(reason, denial.facts, denial.principal_text)
    if kind is None:
        return explanation
    other = attrs.evolve(
        denial, policy_type=kind, policy_type_evidence="supplied", deny=reason.deny, policy=policy
    )
    found, clause = _RULES[kind](other), _describe(kind, reason.deny, policy)
    remedies, added = explanation.remedies, found.remedies
    if remedies and added:
        title = added[0].title
        same = ", with the same statement" if added[0].statement is not None and remedies[0].policy else ""
        step = f"This alone leads to the next denial: {title[0].lower()}{title[1:]}, too{same}."
        remedies = (insert_after_saving(remedies[0], step), *added, *remedies[1:])
    summary, causes = f"{explanation.summary.removesuffix('.')}, and {clause}.", found.causes
    return attrs.evolve(
        explanation, summary=summary, causes=(*explanation.causes, *causes), remedies=remedies
    )


def _describe(kind: PolicyType, deny: Deny | None, policy: str | None = None) -> str:
    """Return how another type of policy decides, as a clause."""
    name = decisions.POLICY_TYPE_NAMES[kind]
    if kind == "permissions_boundary" and policy:
        verb = "denies it, too" if deny == "explicit" else "does not allow it, either"
        return f"the {name} {clip_text(policy)} {verb}"
    if deny == "explicit":
        return f"{decisions.with_article(kind)} denies it, too"
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
        # The details can name other types of policies than the message, as those of another call do.
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
