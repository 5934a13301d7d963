"""Attach policies to a user if the text says that its writer calls as one, and names no role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._rules.shared.remedies import UNKNOWN_CALLER

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.failures._failures import Failure

# "The policy on my user", "attached to my IAM user", but not "it works with my user".
_OWN_USER = lazy_pattern(
    r"(?<!works with )(?<!works from )(?<!works for )(?<!works as )(?<!fine with )(?<!call as )(?<!not )\b[Mm]y (?:own )?(?:IAM )?user\b(?! (?:data|id|name|pool|story|uploads?|has access|can|works|succeeds)\b|[-'’])"
)
# Who calls instead: a role, or what has one.
_ROLE = lazy_pattern(
    r"\b(?:[Rr]ole|[Ll]ambda|[Pp]od|CI|[Tt]ask|[Jj]ob|[Pp]ipeline|[Ff]unction|[Ii]nstance|[Cc]ontainer|[Ww]orkflow)s?\b|:assumed-role/"
)
_CHANGES_ROLE = lazy_pattern(r"(attach|put)-role-policy --role-name ROLE_NAME")


def attach_to_user(remedies: tuple[Remedy, ...], failure: Failure) -> tuple[Remedy, ...]:
    """Return remedies that attach their policies to a user instead of a role, of which neither has a known name."""
    if _OWN_USER.search(failure.text) is None or _ROLE.search(failure.text):
        return remedies
    return tuple(_attach_to_user(each) for each in remedies)


def _attach_to_user(remedy: Remedy) -> Remedy:
    if not any(map(_CHANGES_ROLE.search, remedy.commands)):
        return remedy
    steps = tuple(each.replace(UNKNOWN_CALLER, "the user") for each in remedy.steps)
    return attrs.evolve(change_commands(remedy, tuple(map(_name_user, remedy.commands))), steps=steps)


def _name_user(command: str) -> str:
    changed = _CHANGES_ROLE.sub(r"\1-user-policy --user-name USER_NAME", command)
    if not isinstance(command, Labelled):
        return changed
    label = command.label.replace("ROLE_NAME", "USER_NAME")
    return Labelled(label, changed, is_required=command.is_required)
