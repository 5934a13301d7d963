"""Complete an explanation with the facts and the values in the text around the failure.

Rules write placeholders, such as REGION, PROFILE or NAMESPACE, into commands and documents. If the facts or
the text state the value, it replaces the placeholder here, for all rules. Values from the context are quoted
as evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._explanations import copy_with

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.resolving import ResolvedFacts
    from iamtriage.explaining._context.values import Runtime
    from iamtriage.explaining._explanations import Combine, Describe, Explanation, Remedy

__all__ = ("complete_explanation",)


def complete_explanation(
    explanation: Explanation,
    facts: ResolvedFacts,
    text: str | None,
    combine: Combine,
    describe: Describe,
) -> Explanation:
    """Return the explanation with the values that the facts and the context state, and their evidence.

    Args:
        explanation: The explanation.
        facts: The facts, completed by the context.
        text: The explained text, if it was a text.
        combine: Builds one policy for several denials of a principal.
        describe: Describes another failure in the text.
    """
    context = facts.context
    changes: dict[str, object] = {"text": text, "_combine": combine, "_describe": describe}
    if context is NOTHING and facts.call is None:
        changes["_remedies"] = lambda: _complete_remedies(explanation, facts, None)
        return copy_with(explanation, **changes)
    from iamtriage.explaining._additions.context_evidence import (
        evidence_of_call,
        evidence_of_context,
        has_other_caller,
        notes_about_context,
        notes_about_credentials,
        notes_about_other_errors,
    )

    runtime = context.runtime if has_other_caller(explanation, context) else None
    changes["_remedies"] = lambda: _complete_remedies(explanation, facts, runtime)
    completed = copy_with(explanation, **changes)
    evidence = (*evidence_of_context(completed, facts), *evidence_of_call(completed, facts))
    if evidence and completed.causes:
        first: Cause = completed.causes[0]
        causes = (attrs.evolve(first, because=(*first.because, *evidence)), *completed.causes[1:])
        completed = attrs.evolve(completed, causes=causes)
    notes = (
        *notes_about_other_errors(explanation),
        *notes_about_context(context, runtime),
        *notes_about_credentials(explanation, facts.call),
    )
    return attrs.evolve(completed, notes=(*notes, *completed.notes)) if notes else completed


def _complete_remedies(
    explanation: Explanation, facts: ResolvedFacts, runtime: Runtime | None
) -> tuple[Remedy, ...]:
    # Programs often read only the causes of an explanation, so the remedies are completed when they are read.
    from iamtriage.explaining._additions.recoveries import add_recoveries, may_have_recoveries
    from iamtriage.explaining._additions.remedy_values import complete_remedies

    remedies = complete_remedies(explanation, facts, runtime)
    failure = explanation.failure
    if failure is None or not may_have_recoveries(failure.text):
        return remedies
    return add_recoveries(remedies, failure.kind, failure.text)
