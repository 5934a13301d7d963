"""Find secrets after names that announce one, and the new values of names in diffs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage.redaction._finders.assigned_values import HIDDEN, QUOTES, check_value, find_value_of
from iamtriage.redaction._finders.name_matches import (
    LOOKAHEAD,
    LOOKBEHIND,
    MAX_SUFFIX,
    NameMatch,
    match_name,
)
from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.markers import WORD
from iamtriage.redaction._vocabulary.notations import GT, QUOTE
from iamtriage.redaction._vocabulary.secret_names import MARKER_START, NAME_OR_MARKER
from iamtriage.redaction._vocabulary.unquoted_values import UnquotedValues
from iamtriage.redaction._vocabulary.value_ends import find_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("find_assigned_secrets",)

# In a diff of Terraform or Pulumi: name = "old" -> "NEW", name: "old" => "NEW".
_CHANGE = re.compile(
    rf"(?P<old>{QUOTE}?(?:[ \t]{{0,40}}[=:][ \t]{{0,40}}(?:{QUOTE}[^\n\"]{{0,400}}{QUOTE}|[^\s\"()]{{1,400}}|\([^()\n]{{1,60}}\)))?)"
    rf"[ \t]{{0,8}}(?:-{GT}|→|(?<=[^:=\s][\"'][ ])=>(?=[ ][\"']))[ \t]{{0,8}}"
)
# The maximum length of a change up to its new value, and the number of characters after a name that contain most.
_MAX_CHANGE = 520
_CHANGE_LOOKAHEAD = 900
_CHANGE_STARTS = QUOTES | frozenset(" \t=:-→")
_CLOSING = frozenset("\"'\\")
_ARROWS = ("->", "→", "-\\", '" => "')
# The number of characters after a name that contain a digit of its value.
_DIGIT_REACH = 4_000
# The number of characters after a value that can show that it continues.
_MARGIN = 120


def find_assigned_secrets(
    text: str,
    folded: str,
    names: Iterable[re.Match[str]] | None = None,
    unresolved: list[tuple[int, int]] | None = None,
    runs: UnquotedValues | None = None,
) -> Iterator[FoundSecret]:
    """Find every secret after a name.

    Args:
        text: The text.
        folded: The text in lower case, character for character.
        names: The matches of ``NAME_OR_MARKER`` in it, if they are known.
        unresolved: A list to which the position of each name without a secret is added.
        runs: The unquoted values of the text, if another finder needs them.
    """
    done = 0
    runs = UnquotedValues(text) if runs is None else runs
    has_changes = any(arrow in text for arrow in _ARROWS)
    reach = _CHANGE_LOOKAHEAD if has_changes else LOOKAHEAD
    is_long = len(text) > reach
    is_marked = WORD in text
    has_markers = MARKER_START in folded
    for name_end in NAME_OR_MARKER.finditer(folded) if names is None else names:
        at = name_end.start()
        if at < done or (has_markers and name_end[0].startswith(MARKER_START)):
            continue
        surroundings = ""
        judged: _Judged | None = None
        if is_long and at >= LOOKBEHIND and runs.is_repetitive:
            # The last word of a name is always at the same position in them.
            surroundings = runs.zeroed[at - LOOKBEHIND : name_end.end() + MAX_SUFFIX + reach]
            judged = runs.recall(surroundings)
        if judged is not None and (judged.run is None or runs.is_within(judged.run, at, at + reach)):
            is_name = judged.is_name
            secrets = [_moved(found, at) for found in judged.secrets] if judged.secrets else []
        else:
            name = match_name(text, folded, name_end, runs)
            is_name, secrets = name is not None, []
            runs.last_end, runs.last_run = 0, None
            # A result that is stored must not depend on digits outside the surroundings.
            if name and (
                surroundings or not name.name.needs_digit or runs.digits.is_near(name.end, _DIGIT_REACH)
            ):
                secrets = _find_values_of(name, has_changes=has_changes)
            if surroundings:
                judged = _judge(name, secrets, name_end, reach)
                if judged:
                    runs.know(surroundings, judged)
        if is_name and not secrets and unresolved is not None:
            unresolved.append(name_end.span())
        for found in secrets:
            if not is_marked or is_unmarked(text, found.start, found.end):
                yield found
                done = found.end


def _find_values_of(name: NameMatch, *, has_changes: bool) -> list[FoundSecret]:
    """Return the value of a name, and its new value in a diff, as far as they are secrets."""
    found = find_value_of(name)
    secrets = [found] if found else []
    if has_changes:
        text, at = name.text, found.end if found else name.end
        name.runs.last_end = max(name.runs.last_end, at + _MAX_CHANGE)
        changed = _CHANGE.match(text, at) if text[at : at + 1] in _CHANGE_STARTS else None
        if changed and not HIDDEN.match(text, changed.end()):
            new = check_value(name, "=", find_value(text, changed.end(), name.runs))
            if new:
                secrets.append(new)
    return secrets


class _Judged(NamedTuple):
    """The result for a name in its surroundings.

    Attributes:
        is_name: Whether it announces a secret.
        secrets: Its values, relative to its last word.
        run: The unquoted value, far from whose end each such name must be; ``None`` if there is none.
    """

    is_name: bool
    secrets: list[FoundSecret]
    run: tuple[re.Pattern[str], int] | None = None


def _judge(
    name: NameMatch | None, secrets: list[FoundSecret], word: re.Match[str], reach: int
) -> _Judged | None:
    """Return the result for a name, if its surroundings suffice to judge it.

    Args:
        name: The name, if the word is one.
        secrets: Its values.
        word: Its last word.
        reach: The number of characters after it that are part of its surroundings.
    """
    if name is None:
        return _Judged(is_name=False, secrets=[])
    if name.end > word.end() + MAX_SUFFIX or not name.is_local():
        return None
    runs, start = name.runs, word.start()
    if runs.last_end < name.end + reach - 1 and _is_decided(name, secrets, reach):
        return _Judged(is_name=True, secrets=[_moved(found, -start) for found in secrets])
    run = runs.last_run
    if run and run[1] == runs.last_end and not secrets and runs.is_within(run, start, start + reach):
        return _Judged(is_name=True, secrets=[], run=run)
    return None


def _is_decided(name: NameMatch, secrets: list[FoundSecret], reach: int) -> bool:
    """Return whether the surroundings of a name show where its values end."""
    last = name.end + reach - 1
    return all(
        found.end + _MARGIN < last
        and (
            name.text[found.end : found.end + 1] in _CLOSING
            or name.has_local_line()
            # It is dropped, whatever follows it.
            or not is_unmarked(name.text, found.start, found.end)
        )
        for found in secrets
    )


def _moved(found: FoundSecret, by: int) -> FoundSecret:
    # Faster than a copy with changes.
    return FoundSecret(found.start + by, found.end + by, *found[2:-1], found.name_start + by)
