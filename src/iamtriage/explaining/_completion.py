"""Complete an explanation with the facts and the values in the text around the failure, and hide its secrets.

Rules write placeholders, such as REGION, PROFILE or NAMESPACE, into commands and documents. If the facts or
the text state the value, it replaces the placeholder here, for all rules. Values from the context are quoted
as evidence.

Rules get a failure whose values have no secrets, but they also quote sentences and settings of its text.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.explanations import copy_with
from iamtriage.failures import _secrets

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.values import Runtime
    from iamtriage.explaining._explanations.explanations import Combine, Describe, Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._facts import Facts

# In a text without such a word, nothing is said to work elsewhere.
_WORKING = lazy_pattern(
    r"(?i:\b(?:works?|worked|working|fine|ok|succeed\w{0,3}|success\w{0,5}|no (?:issue|problem)s?)\b)"
)

__all__ = ("complete_explanation",)


def complete_explanation(
    explanation: Explanation, facts: Facts, text: str | None, combine: Combine, describe: Describe
) -> Explanation:
    """Return the explanation with what the facts and the context state, and without secrets.

    Args:
        explanation: The explanation.
        facts: The facts, completed by the context.
        text: The explained text, if it was a text.
        combine: Builds one policy for several denials of a principal.
        describe: Describes another failure in the text.
    """
    context = context_of(facts)
    runtime: Runtime | None = None

    # A command needs the encoded message, which can look like a secret.
    hide = functools.partial(
        _secrets.hide_quoted_secrets, encoded_message=getattr(explanation.failure, "encoded_message", None)
    )

    def build_remedies() -> tuple[Remedy, ...]:
        # Programs often read only the causes of an explanation.
        from iamtriage.explaining._additions.remedies import complete_remedies, hide_in_remedy

        return tuple(hide_in_remedy(each, hide) for each in complete_remedies(explanation, facts, runtime))

    completed = copy_with(
        explanation, text=text, _combine=combine, _describe=describe, _remedies=build_remedies
    )
    if completed.causes and text is not None and _WORKING.search(text):
        from iamtriage.explaining._additions.working_calls import add_working_calls

        completed = add_working_calls(completed, facts, text)
    if context is NOTHING and facts.call is None:
        return _hide_in_parts(completed, hide)
    from iamtriage.explaining._additions.context_evidence import (
        evidence_of_call,
        evidence_of_context,
        has_other_caller,
        notes_about_context,
        notes_about_credentials,
        notes_about_other_errors,
    )

    if has_other_caller(explanation, context):
        runtime = context.runtime
    evidence = (*evidence_of_context(completed, facts), *evidence_of_call(completed, facts))
    if evidence and completed.causes:
        first: Cause = completed.causes[0]
        causes = (attrs.evolve(first, because=(*first.because, *evidence)), *completed.causes[1:])
        completed = attrs.evolve(completed, causes=causes)
    notes = (
        *notes_about_other_errors(explanation),
        *notes_about_context(context, runtime, completed),
        *notes_about_credentials(explanation, facts.call),
    )
    completed = attrs.evolve(completed, notes=(*notes, *completed.notes)) if notes else completed
    return _hide_in_parts(completed, hide)


def _hide_in_parts(explanation: Explanation, hide: Callable[[str], str]) -> Explanation:
    """Return an explanation without the secrets in its parts, apart from the remedies."""
    parts = [explanation.summary, *explanation.notes]
    for cause in explanation.causes:
        parts += (cause.text, *cause.because)
    if _secrets.are_plain(parts) or all(hide(part) == part for part in parts):
        return explanation
    causes = tuple(
        attrs.evolve(cause, text=hide(cause.text), because=tuple(map(hide, cause.because)))
        for cause in explanation.causes
    )
    notes = tuple(map(hide, explanation.notes))
    return copy_with(explanation, summary=hide(explanation.summary), causes=causes, notes=notes)
