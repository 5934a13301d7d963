"""Replace the secrets in a text with markers, in one or more rounds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage.redaction._finders.assignments import find_assigned_secrets
from iamtriage.redaction._finders.headers import find_header_secrets
from iamtriage.redaction._finders.key_pairs import find_paired_secrets
from iamtriage.redaction._secret_spans import FoundSecret, FoundSpans, insert_markers, list_windows
from iamtriage.redaction._secrets import find_in_distinct_parts, find_secrets
from iamtriage.redaction._vocabulary.searched_text import SearchedText
from iamtriage.redaction._vocabulary.secret_values import looks_random

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = ("hide_revealed_secrets", "hide_secrets")

# Redacting a secret can reveal another one, so the text is searched until nothing changes.
_MAX_ROUNDS = 8
# In a text of at most so many characters, a marker can change the meaning of all of it.
_MAX_SHORT = 4_000
# If the lines around markers that can reveal a secret are a larger part of a text, all of it is searched.
_MAX_PART = 5
# The maximum number of values that are searched for elsewhere.
_MAX_REPEATED = 30
# An action, which a failure can state.
_ACTION = re.compile(r"[a-z][a-z0-9-]{1,60}:(?:[A-Z][a-z]{1,20}){2,8}")


def hide_secrets(text: str) -> str:
    """Return the text with a marker for each secret."""
    finds = find_secrets(text)
    finds += [*_find_repeated_values(text, finds)]
    for number in range(_MAX_ROUNDS):
        hidden = insert_markers(text, finds)
        # A marker that others have revealed can reveal the next one, also if it is a separate value.
        is_short = len(text) <= _MAX_SHORT
        if hidden == text or not (is_short or _may_reveal(text, hidden, finds, is_first=not number)):
            return hidden
        text = hidden
        finds = [*find_in_distinct_parts(text, find_secrets)]
    return text


def _find_repeated_values(text: str, finds: list[FoundSecret]) -> Iterator[FoundSecret]:
    """Find the values of secrets where nothing else shows that they are secret."""
    values: dict[str, Secret] = {text[found.start : found.end]: found.what for found in finds}
    starts = {found.start for found in finds}
    random = (
        value
        for value in values
        if looks_random(value) and value.isprintable() and not _ACTION.fullmatch(value)
    )
    for value in islice(random, _MAX_REPEATED):
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if at not in starts and not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                yield FoundSecret(at, end, values[value], is_dashed=True)
            at = text.find(value, end)


def hide_revealed_secrets(
    text: str, changed: Iterable[tuple[int, int]], joined: Iterable[tuple[int, int]]
) -> str:
    """Return a text with a marker for each secret that pseudonyms and joined words have revealed.

    Args:
        text: A text without other secrets.
        changed: The positions of the lines around pseudonyms.
        joined: The positions of the lines around joined words.
    """
    is_revealed = any(_is_announced(text[start:end]) for start, end in changed)
    if is_revealed or any(find_secrets(text[start:end]) for start, end in joined):
        return hide_secrets(text)
    return text


def _is_announced(text: str) -> bool:
    """Return whether a text contains a secret after a name or in a header."""
    searched = SearchedText(text)
    return any(find_assigned_secrets(searched)) or any(find_header_secrets(searched))


def _may_reveal(text: str, hidden: str, finds: list[FoundSecret], *, is_first: bool) -> bool:
    """Return whether the markers of secrets, which the hidden text contains, can reveal another one."""
    if any(find_paired_secrets(SearchedText(hidden))):
        # A marker has brought it closer to an access key ID.
        return True
    finds = sorted(finds)
    windows = list_windows(text, finds, with_separate=not is_first)
    if sum(high - low for low, high in windows) * _MAX_PART > len(text):
        return True
    starts = [found.start for found in finds]
    for low, high in windows:
        inside = [
            found._replace(start=found.start - low, end=found.end - low)
            for found in finds[bisect_left(starts, low) : bisect_left(starts, high)]
            if found.end <= high
        ]
        window = text[low:high]
        revealed = _count_values(insert_markers(window, inside))
        # What is found without the markers is no secret in the whole text.
        if revealed and revealed - _count_values(window, inside):
            return True
    return False


def _count_values(text: str, known: Iterable[FoundSecret] = ()) -> Counter[str]:
    """Count the secrets in a text that have no marker yet and are not known."""
    finds = find_secrets(text)
    if insert_markers(text, finds) == text:
        return Counter()
    spans = FoundSpans(text, known)
    return Counter(
        text[start:end] for start, end in {each[:2] for each in finds} if not spans.cover(start, end)
    )
