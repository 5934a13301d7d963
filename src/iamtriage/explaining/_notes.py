"""Format explanations as notes for exceptions (PEP 678) and for logs.

The results are printable and contain no secrets.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from typing import cast

import attrs

from iamtriage._text import escape_controls
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._facts import Facts
from iamtriage.failures._records import to_record
from iamtriage.redaction._redact import redact
from iamtriage.typing import Record

__all__ = ("NOTE_PREFIX", "format_note", "format_traceback", "is_note", "summarize_for_log")

NOTE_PREFIX = "iamtriage explains:"
"""The beginning of each note. It also identifies notes that other code added."""

_MAX_LINE_LENGTH = 500
_MAX_NOTE_LENGTH = 30_000
_MAX_SHORT_NOTE_LENGTH = 8_000
_MAX_FRAMES = 20
# The number of characters around the failure that help redaction to recognize names.
_CHARS_AROUND = 500
_SEPARATOR = "\n--- iamtriage ---\n"


def is_note(note: object) -> bool:
    """Return whether a note is from :func:`format_note`.

    >>> is_note(f"{NOTE_PREFIX} Access is denied."), is_note("read the manual")
    (True, False)
    """
    return isinstance(note, str) and str.startswith(note, NOTE_PREFIX)


def format_note(
    explanation: Explanation, *, full: bool = False, redacted: bool = False, facts: Facts | None = None
) -> str:
    """Format an explanation as a note for an exception.

    Args:
        explanation: The explanation.
        full: Whether to include all of it. Otherwise, the note is the short text.
        redacted: Whether to replace account IDs, names and IDs with pseudonyms. Secrets are always removed.
        facts: The facts of the explanation. Names in them are replaced, too.

    Notes: https://peps.python.org/pep-0678/.

    >>> from iamtriage import explain
    >>> print(format_note(explain("error: You must be logged in to the server (Unauthorized)")))
    iamtriage explains: The cluster ...
    ...
    Do this first: ...
    ...
    More      ...
    """
    summary = f"{NOTE_PREFIX} {explanation.summary}"
    prefixed = attrs.evolve(explanation, summary=summary if full else _single_line(summary))
    text = prefixed.to_text(detail="full" if full else "short")
    (shown,) = _redact_together(explanation, [text], redacted=redacted, facts=facts)
    # Redaction mistakes the placeholder in a command for an encoded message.
    shown = shown.replace("--encoded-message [REDACTED encoded message]", "--encoded-message ENCODED_MESSAGE")
    lines = "\n".join(map(escape_controls, shown.split("\n")))
    longest = _MAX_NOTE_LENGTH if full else _MAX_SHORT_NOTE_LENGTH
    return lines if len(lines) <= longest else f"{lines[: longest - 1]}…"


def summarize_for_log(
    explanation: Explanation, *, redacted: bool = False, facts: Facts | None = None
) -> tuple[str, Record | None]:
    """Return an explanation's summary on one line, and its failure as a flat record.

    Args:
        explanation: The explanation.
        redacted: Whether to replace account IDs, names and IDs with pseudonyms, the same ones in both
            results.
        facts: The facts of the explanation.

    >>> from iamtriage import explain
    >>> explanation = explain("error: You must be logged in to the server (Unauthorized)")
    >>> summary, record = summarize_for_log(explanation)
    >>> record["kind"]
    'kubernetes_unauthorized'
    """
    if explanation.failure is None:
        (summary,) = _redact_together(explanation, [_single_line(explanation.summary)], redacted=redacted)
        return escape_controls(summary), None
    record = to_record(explanation.failure)
    texts = [_single_line(explanation.summary), json.dumps(record)]
    summary, redacted_record = _redact_together(explanation, texts, redacted=redacted, facts=facts)
    return escape_controls(summary), _parse_record(redacted_record, record)


def format_traceback(error: BaseException, *, redacted: bool = False) -> str:
    """Format the traceback of an internal error for a log, without the user's exceptions in its chain.

    Args:
        error: The error.
        redacted: Whether to replace account IDs, names and IDs with pseudonyms.
    """
    text = "".join(traceback.format_exception(error, chain=False))
    if len(text) > _MAX_NOTE_LENGTH:
        # Omit the message, because redaction can't recognize a truncated secret.
        text = "".join((*traceback.format_tb(error.__traceback__, limit=-_MAX_FRAMES), type(error).__name__))
    text = redact(text, identifiers=redacted)
    return "\n".join(map(escape_controls, text.rstrip().split("\n")))


def _single_line(text: str) -> str:
    line = escape_controls(text)
    return line if len(line) <= _MAX_LINE_LENGTH else f"{line[: _MAX_LINE_LENGTH - 1]}…"


def _redact_together(
    explanation: Explanation, texts: list[str], *, redacted: bool, facts: Facts | None = None
) -> list[str]:
    """Redact several texts with the same pseudonyms.

    The failure's text and record are redacted together with them, because they show which words are names.
    """
    if not redacted or explanation.failure is None:
        return [redact(text, identifiers=redacted) for text in texts]
    failure = explanation.failure
    start, end = failure.span
    around = failure.text[max(start - _CHARS_AROUND, 0) : end + _CHARS_AROUND]
    context = "\n".join((around, *_facts_as_messages(facts))).replace(_SEPARATOR, "\n")
    record = json.dumps(to_record(failure))
    parts = redact(_SEPARATOR.join((context, record, *texts)), identifiers=True).split(_SEPARATOR)
    if len(parts) != len(texts) + 2:
        return [redact(text, identifiers=True) for text in texts]
    return parts[-len(texts) :]


def _facts_as_messages(facts: Facts | None) -> Iterator[str]:
    """Yield the names in the facts as AWS and Kubernetes write them."""
    if facts is None:
        return
    yield from (name for name in (facts.caller, facts.resource) if name)
    if facts.cluster:
        yield f"arn:aws:eks:::cluster/{facts.cluster}"
    if facts.namespace or facts.service_account:
        namespace = facts.namespace or "default"
        user = f"system:serviceaccount:{namespace}:{facts.service_account or 'default'}"
        yield (
            f'Error from server (Forbidden): pods is forbidden: User "{user}" cannot list resource "pods" in '
            f'API group "" in the namespace "{namespace}"'
        )


def _parse_record(text: str, record: Record) -> Record:
    """Parse a redacted record. If redaction broke it, keep only the fields that contain no names."""
    try:
        parsed: object = json.loads(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict) or cast("dict[object, object]", parsed).keys() != record.keys():
        nameless = {"kind", "service", "action", "deny", "policy_type", "status_code"}
        parsed = {key: value if key in nameless else None for key, value in record.items()}
    return cast("Record", parsed)
