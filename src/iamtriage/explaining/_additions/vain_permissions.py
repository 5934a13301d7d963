"""Add that a wide permission should be removed if the text says that it was added and did not help."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.actions._operations import spell_action
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared.requirements.required_resources import required_resources
from iamtriage.failures._failures import AccessDenied, Failure

_WIDE = r"[`'\"]?(?:AdministratorAccess|PowerUserAccess|[A-Z]\w{2,40}FullAccess|[a-z][a-z0-9-]{1,30}:\*)[`'\"]?(?![\w*/-])"
_NAME = lazy_pattern(r"(?a)[A-Z]\w{2,50}|(?P<service>[a-z][a-z0-9-]{1,30}):\*")
_ADDED = lazy_pattern(
    r"\b(?:added|adding|attached|attaching|gave|giving|given|granted|granting|tried|trying|put|assigned|allowed)\b"
    r"[^\n.!?;:\"]{0,120}?(?<![\w/:.-])"
    rf"(?P<what>{_WIDE}(?:(?:, ?| )(?:(?:and|or|plus|then|even|also|finally|now) ){{0,3}}{_WIDE}){{0,4}})"
    # "The role has AdministratorAccess since yesterday (I attached it as a test)."
    rf"|\b(?:has|have)\b[^\n.!?;:\"]{{0,40}}?(?<![\w/:.-])(?P<had>{_WIDE})(?=[^\n.!?;:\"]{{0,60}}\b(?:(?:attached|added|gave) it|as a test|for (?:a )?test(?:ing)?|temporarily)\b)"
)
_IS_OTHER = lazy_pattern(r"(?i:\b(?:if|should|must|can|could|want to|instead of|without|boundary)\b)")
# What a cause says of another policy of the caller.
_ALLOWED = "allows the action already"
_KEPT = "If you added it for this, remove it."
# An Allow is then one of the two that the accounts must have.
_TWO_SIDED = "must allow"


def remove_vain_permission(
    remedies: tuple[Remedy, ...], causes: tuple[Cause, ...], failure: Failure
) -> tuple[Remedy, ...]:
    """Return the remedies, the first of which also removes a permission that was added in vain."""
    if not remedies or any(_KEPT in cause.text for cause in causes):
        return remedies
    found = next(_find_added(failure, remedies), None)
    if found is None:
        return remedies
    first, name = remedies[0], clip_text(found)
    step = f"Then remove {name} again, unless something else needs it: it does not help here."
    is_superfluous = any(_ALLOWED in cause.text and found not in cause.text for cause in causes)
    if (
        isinstance(failure, AccessDenied)
        and failure.action is not None
        and not is_superfluous
        # A resource-based policy that has to allow the call makes an identity-based one superfluous.
        and (failure.deny, failure.policy_type) != ("implicit", "resource")
    ):
        action, resource = spell_action(failure.action), failure.resource or "the resource"
        if required_resources(action, resource, failure.text) is None:
            step = f"Then replace {name} in the caller's policies with what the call needs, {action} on {resource}, unless something else needs it."
        else:
            step += f" If no other policy of the caller allows the call, replace it: {action} on {resource} alone is not enough."
    return (attrs.evolve(first, steps=(*first.steps, step)), *remedies[1:])


def _find_added(failure: Failure, remedies: tuple[Remedy, ...]) -> Iterator[str]:
    """Yield the wide permissions that were added and that no remedy needs."""
    service = failure.envelope.service or ""
    if isinstance(failure, AccessDenied):
        service = (failure.action or "").partition(":")[0]
    needs_allow = any(each.layer == "identity" and each.policy is not None for each in remedies)
    is_two_sided = any(_TWO_SIDED in step for each in remedies[:1] for step in each.steps)
    for found in find_said(failure.text, _ADDED):
        if _IS_OTHER.search(found[0]):
            continue
        for each in _NAME.finditer(found["what"] or found["had"]):
            if each["service"] is None or (
                each["service"] == service and not needs_allow and not is_two_sided
            ):
                yield each[0]
