"""Complete an explanation with the facts and the values in the text around the failure, and hide its secrets.

Rules write placeholders, such as REGION, PROFILE or NAMESPACE, into commands and documents. If the facts or
the text state the value, it replaces the placeholder here, for all rules. Values from the context are quoted
as evidence.

Rules get a failure whose values have no secrets, but they also quote sentences and settings of its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._explanations.explanations import copy_with
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.failures import _secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.resolving import ResolvedFacts
    from iamtriage.explaining._context.values import Runtime
    from iamtriage.explaining._explanations.explanations import Combine, Describe, Explanation
    from iamtriage.explaining._explanations.remedies import Remedy

__all__ = ("complete_explanation", "hide_quoted_secrets")

_T = TypeVar("_T", "Cause", "Remedy")
# Wide permissions, which people add in vain.
_WIDE_SIGNS = ("FullAccess", "AdministratorAccess", "PowerUserAccess", ":*")
_MARKER = lazy_pattern(r"\[REDACTED ([A-Za-z -]{1,40})\]")


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
        *notes_about_context(context, runtime, completed),
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
    if failure is None:
        return remedies
    if any(sign in failure.text for sign in _WIDE_SIGNS):
        from iamtriage.explaining._additions.vain_permissions import remove_vain_permission

        remedies = remove_vain_permission(remedies, explanation.causes, failure)
    if not may_have_recoveries(failure.text):
        return remedies
    return add_recoveries(remedies, failure.kind, failure.text)


def hide_quoted_secrets(explanation: Explanation) -> Explanation:
    """Return an explanation without the secrets in its parts, except the encoded message in a command."""
    kept = getattr(explanation.failure, "encoded_message", None)

    def hide(text: str) -> str:
        return _secrets.hide_quoted_secrets(text, kept)

    def hide_in_remedies() -> tuple[Remedy, ...]:
        return tuple(_hide_in_remedy(remedy, hide) for remedy in explanation.remedies)

    changes: dict[str, object] = {"_remedies": hide_in_remedies}
    parts = [explanation.summary, *explanation.notes]
    for cause in explanation.causes:
        parts += (cause.text, *cause.because)
    if not _secrets.are_plain(parts) and any(hide(part) != part for part in parts):
        changes["summary"] = hide(explanation.summary)
        changes["notes"] = tuple(map(hide, explanation.notes))
        changes["causes"] = tuple(
            _change(cause, text=hide(cause.text), because=tuple(map(hide, cause.because)))
            for cause in explanation.causes
        )
    return copy_with(explanation, **changes)


def _hide_in_remedy(remedy: Remedy, hide: Callable[[str], str]) -> Remedy:
    def hide_in_command(command: str) -> str:
        # A shell would expand the brackets of a marker.
        return _MARKER.sub(lambda found: f"REDACTED-{found[1].replace(' ', '-')}", hide(command))

    # Programs often read only the causes of an explanation.
    from iamtriage.explaining._sources import map_strings

    def hide_in_document(document: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return None if document is None else cast("Mapping[str, Any]", map_strings(document, hide))

    return _change(
        change_commands(remedy, tuple(map(hide_in_command, remedy.commands))),
        title=hide(remedy.title),
        steps=tuple(map(hide, remedy.steps)),
        policy=hide_in_document(remedy.policy),
        statement=hide_in_document(remedy.statement),
        manifest=None if remedy.manifest is None else hide(remedy.manifest),
    )


def _change(part: _T, **values: object) -> _T:
    """Return a part with other values; the same part if they are equal."""
    changes: Any = {name: value for name, value in values.items() if value != getattr(part, name)}
    return attrs.evolve(part, **changes) if changes else part
