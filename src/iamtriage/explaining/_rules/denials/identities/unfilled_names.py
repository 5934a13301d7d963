"""Explain that a call names a resource with a placeholder that nobody filled in."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.shared.common_causes import PLACEHOLDER_IN_NAME
from iamtriage.explaining._rules.shared.texts.unfilled_placeholders import fill_remedy, find_unfilled
from iamtriage.explaining._rules.shared.wording import denial_summary

_MASK = lazy_pattern(r"[Xx]{4}|[*#]{4}")


def add_unfilled_placeholder(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a placeholder in the name of the denied resource was never filled in, which comes first."""
    unfilled = find_unfilled(denial.failure.resource or "")
    # AWS has no name like this for a caller: the text masks names in this way, or masks other parts of the ARN.
    if (
        unfilled is None
        or find_unfilled(denial.principal_text or "") is not None
        or _MASK.search(denial.failure.resource or "") is not None
    ):
        return explanation
    return attrs.evolve(
        explanation,
        topic=PLACEHOLDER_IN_NAME.code,
        summary=denial_summary(denial, f"{unfilled.words} is a placeholder that nobody filled in"),
        causes=(PLACEHOLDER_IN_NAME.cause("derived"), *explanation.causes),
        # A policy for this name would be for no resource.
        remedies=(fill_remedy(unfilled), *(each for each in explanation.remedies if each.policy is None)),
    )
