"""Name the other policies that deny or allow a call, according to the authorization details and a decoded message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._explanations import ONE_POLICY_TYPE
from iamtriage.explaining._rules.shared import decisions

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial


def add_other_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add notes on the other policy types that have to change, too."""
    notes = (*_other_policy_notes(denial), *explanation.notes)
    if denial.facts.authorization_details is not None:
        # The details have the checks of all types of policies.
        notes = tuple(each for each in notes if each != ONE_POLICY_TYPE)
    return explanation if notes == explanation.notes else attrs.evolve(explanation, notes=notes)


def _other_policy_notes(denial: Denial) -> tuple[str, ...]:
    """Return notes on the other policy types that have to change, too."""
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
        name = decisions.POLICY_TYPE_NAMES[policy_type]
        text = f"no {name} allows it either"
        if deny == "explicit":
            text = f"{decisions.with_article(policy_type)} denies it too"
        # The details can name other types of policies than the message, as those of another call do.
        is_of_message = policy_type == denial.failure.policy_type and policy_type not in types_of_details
        source = "message" if is_of_message else "authorization details"
        notes.append(f"According to the {source}, {text}.")
    if denial.other_policy_types and denial.failure.policy_type not in {None, *types_of_details}:
        notes.append("The authorization details and the message name different types of policies.")
    allowing = decisions.allowing_policy_types(denial.facts, denial.action)
    # What a boundary must allow is shown with the policies that allow it already.
    is_in_step = denial.policy_type == "permissions_boundary" and not denial.is_explicit
    if allowing and not (is_in_step and decisions.identity_policy_allows(denial.facts, denial.action)):
        listed = decisions.join_policy_types(allowing)
        notes.append(f"Authorization details: {listed} allow it, so they are not the obstacle.")
    return tuple(notes)
