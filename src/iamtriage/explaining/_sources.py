"""Show the text and values of a failure without its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._text import hide_secrets, line_start
from iamtriage.failures._labels import KUBERNETES_ATTRIBUTES, LABELS
from iamtriage.failures._secrets import has_secrets, hide_quoted_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage._rendering.blocks import Block, Source
    from iamtriage.failures._failures import Failure

__all__ = ("map_strings", "secret_remover", "text_blocks", "without_secrets")

# The number of characters around the failure that are parsed again, and of those that are shown.
_CHARS_READ, _CHARS_SHOWN = 20_000, 300
# Shorter strings occur in ordinary words.
_MIN_SECRET_LENGTH = 6


def secret_remover(failure: Failure | None) -> Callable[[str], str]:
    """Return a function that removes a failure's secrets, such as those in a presigned URL, from a text.

    An encoded message is kept, because the command that decodes it needs it.
    """
    whole: dict[str, str] = {}
    parts: dict[str, str] = {}
    encoded = getattr(failure, "encoded_message", None)
    if failure is not None and has_secrets(failure):
        from iamtriage.failures._records import to_record

        for key, value in to_record(failure).items():
            if not isinstance(value, str) or key == "encoded_message":
                continue
            shown = hide_secrets(value)
            if shown != value:
                whole[value] = shown
                parts.update(_find_secrets(value, shown))

    def remove_secrets(text: str) -> str:
        for value, replacement in (*whole.items(), *parts.items()):
            text = text.replace(value, replacement)
        return hide_quoted_secrets(text, encoded)

    return remove_secrets


def _find_secrets(value: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield each secret in a value with its marker. Other strings can contain parts of the value."""
    from iamtriage.redaction._vocabulary.markers import MARKER

    marks = list(MARKER.finditer(shown))
    at = done = 0
    for number, mark in enumerate(marks):
        start = at + mark.start() - done
        following = shown[mark.end() : marks[number + 1].start() if mark is not marks[-1] else len(shown)]
        end = value.find(following, start) if mark is not marks[-1] else len(value) - len(following)
        if end - start >= _MIN_SECRET_LENGTH and value[start:end] != mark[0]:
            yield value[start:end], mark[0]
        done, at = mark.end(), max(end, start)


def without_secrets(failure: Failure) -> Failure:
    """Return a failure with markers for the secrets in its values."""
    from iamtriage.failures._records import redact_record, to_record

    record = to_record(failure)
    values: Mapping[str, object] = record
    # The values are checked when they are read. evolve() has as many types as there are failure classes.
    changes: dict[str, Any] = {
        KUBERNETES_ATTRIBUTES.get(key, key): value
        for key, value in redact_record(record).items()
        if value != values[key] and key != "encoded_message"
    }
    in_envelope = {key: changes.pop(key) for key in list(changes) if hasattr(failure.envelope, key)}
    if in_envelope:
        changes["envelope"] = attrs.evolve(failure.envelope, **in_envelope)
    return attrs.evolve(failure, **changes)


def map_strings(value: object, change: Callable[[str], str]) -> object:
    """Return JSON-ready data with a function applied to each string."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {name: map_strings(each, change) for name, each in pairs}
    if isinstance(value, list | tuple):
        return [map_strings(each, change) for each in cast("list[object]", value)]
    return value


def text_blocks(failure: Failure) -> tuple[Block, ...]:
    """Return the blocks of a failure's text: its values, and the text with the values marked."""
    from iamtriage._rendering.blocks import Fields

    rows = tuple(failure.labelled_facts())
    return (*((Fields(rows),) if rows else ()), _source_block(failure))


def _source_block(failure: Failure) -> Source:
    """Return the failure's text with its values marked and its secrets removed.

    The redacted text is parsed again, because redaction moves the values.
    """
    from iamtriage._reading.parsing import parse
    from iamtriage._rendering.blocks import Mark, Source
    from iamtriage.redaction._redact import redact

    start, end = failure.span
    text = redact(failure.text[max(start - _CHARS_READ, 0) : end + _CHARS_READ])
    parsed = parse(text)
    if parsed is None:
        return Source(text[: 2 * _CHARS_SHOWN])
    start, end = parsed.span
    # Extend the excerpt to whole lines.
    first = line_start(text, max(start - _CHARS_SHOWN, 0))
    last = text.find("\n", min(end + _CHARS_SHOWN, len(text)))
    last = len(text) if last < 0 else last
    marks: list[Mark] = []
    for name, (begin, stop) in sorted(parsed.spans.items(), key=lambda each: each[1]):
        # If values overlap, such as service and action, the longer one is marked.
        if marks and begin - first < marks[-1].end:
            if stop - first <= marks[-1].end:
                continue
            marks.pop()
        if first <= begin < stop <= last:
            marks.append(Mark(begin - first, stop - first, LABELS[name]))
    return Source(text[first:last], tuple(marks))
