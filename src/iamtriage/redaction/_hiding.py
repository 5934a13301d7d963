"""Replace the secrets in a text with markers, in one or more rounds."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.columns import find_column_secrets
from iamtriage.redaction._documents.document_secrets import Documents
from iamtriage.redaction._finders.assignments import find_assigned_secrets
from iamtriage.redaction._finders.headers import find_header_secrets
from iamtriage.redaction._finders.key_pairs import find_paired_secrets
from iamtriage.redaction._finders.phrases import find_phrased_secrets
from iamtriage.redaction._secret_spans import (
    MAX_AROUND,
    FoundSecret,
    FoundSpans,
    insert_markers,
    list_windows,
    merge_secrets,
)
from iamtriage.redaction._secrets import find_in_distinct_parts, find_secrets
from iamtriage.redaction._vocabulary.searched_text import SearchedText
from iamtriage.redaction._vocabulary.secret_values import looks_random
from iamtriage.redaction._windows import extend_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = ("hide_revealed_secrets", "hide_secrets")

# Redacting a secret can reveal another one, so the text is searched until nothing changes.
_MAX_ROUNDS = 8
# In a text of at most so many characters, a marker can change the meaning of all of it.
_MAX_SHORT = 4_000
# The maximum number of values that are searched for elsewhere.
_MAX_REPEATED = 30
# An action, which a failure can state.
_ACTION = re.compile(r"[a-z][a-z0-9-]{1,60}:(?:[A-Z][a-z]{1,20}){2,8}")


def hide_secrets(text: str) -> str:
    """Return the text with a marker for each secret."""
    finds = find_secrets(text)
    finds += [*_find_repeated_values(text, finds)]
    for number in range(_MAX_ROUNDS):
        finds = merge_secrets(text, finds)
        hidden = insert_markers(text, finds)
        if hidden == text:
            break
        # A marker that others have revealed can reveal the next one, also if it is a separate value.
        if len(text) <= _MAX_SHORT or _reveals_secret(text, finds, with_separate=number > 0):
            finds = [*find_in_distinct_parts(hidden, find_secrets)]
        else:
            # A marker has brought them closer to an access key ID.
            finds = [*find_paired_secrets(SearchedText(hidden))]
        text = hidden
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
) -> tuple[str, list[tuple[int, int]] | None]:
    """Hide the secrets that pseudonyms and joined words have revealed.

    Args:
        text: A text without other secrets.
        changed: The positions of the lines around pseudonyms, in order.
        joined: The positions of the lines around joined words, in order.

    Returns:
        The text with a marker for each secret, and the positions of its parts to search for identifiers;
        ``None`` to search all of it.
    """
    joined = [*joined]
    announced = [place for start, end in changed for place in _find_announced(text, start, end)]
    if not announced and not any(find_secrets(text[start:end]) for start, end in joined):
        return text, joined
    windows = extend_spans(text, sorted([*extend_spans(text, announced, MAX_AROUND), *joined]))
    if len(text) <= _MAX_SHORT or windows == [(0, len(text))] or Documents(text):
        hidden = hide_secrets(text)
        return hidden, joined if hidden == text else None
    pieces: list[str] = []
    shown: list[tuple[int, int]] = []
    done = length = 0
    for start, end in windows:
        hidden = hide_secrets(text[start:end])
        pieces += (text[done:start], hidden)
        length += start - done
        shown.append((length, length + len(hidden)))
        length += len(hidden)
        done = end
    return "".join([*pieces, text[done:]]), shown


def _find_announced(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the surroundings of each secret with a name, in a header or a sentence in a part of a text."""
    searched = SearchedText(text[start:end])
    finders = (find_assigned_secrets, find_header_secrets, find_phrased_secrets, find_column_secrets)
    for found in sorted(found for find in finders for found in find(searched)):
        yield max(0, start + found.start - MAX_AROUND), start + found.end + MAX_AROUND


def _reveals_secret(text: str, finds: list[FoundSecret], *, with_separate: bool) -> bool:
    """Return whether the lines around the markers of secrets, which are merged, contain another secret."""
    starts = [found.start for found in finds]
    for low, high in list_windows(text, finds, with_separate=with_separate):
        if (low, high) == (0, len(text)):
            return True
        inside = [
            found.moved(-low)
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
    if insert_markers(text, merge_secrets(text, finds)) == text:
        return Counter()
    spans = FoundSpans(text, known)
    return Counter(
        text[start:end] for start, end in {each[:2] for each in finds} if not spans.cover(start, end)
    )
