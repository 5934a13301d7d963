"""Find the Deny statement for a service in a pasted resource-based policy, which no Allow overrides."""

from __future__ import annotations

from typing import Any

from iamtriage._text import clip_text
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, principal_names, shown_sid
from iamtriage.policies._readers.unknown_values import widen


def find_deny(case: Case[Any], service: str, action: str, target: str | None) -> tuple[str, Remedy] | None:
    """Return the end of a sentence that says that a Deny without a condition is for a service, and what to do about it."""
    for policy in case.context.policies:
        if policy.is_trust_policy or policy.is_code:
            continue
        for each in policy.denies:
            names = principal_names(each)
            resources = as_strings(each.get("Resource"))
            is_on = target is None or any(matches(target, compile_glob(widen(one))) for one in resources)
            if each.get("Condition") or not {service, "*"} & set(names):
                continue
            if not resources or not is_on or names_action(each, action) is False:
                continue
            words = f"the statement {sid}" if (sid := shown_sid(each)) else "the Deny statement"
            remedy = owner_remedy(
                f"Change {words} of the policy, or remove it",
                f"An Allow does not override it. If {service} is meant to call, exempt it.",
                url=pages.EVALUATION,
            )
            return f"denies {service} {clip_text(action)} ({words})", remedy
    return None
