"""Explanations as notes of exceptions (PEP 678) and as log records; not for adding them to anything.

Whatever is given here is printable, and holds no secret.
"""

from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._text import escape_controls
from iamtriage.failures._records import to_record
from iamtriage.redaction._redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.typing import Record

__all__ = ("MARK", "is_note", "log_of", "note_of", "trace_of")

MARK = "iamtriage explains:"
"""How each note begins. By it a note is known again, whoever added it."""

_REMEDIES = 3
_LONGEST_LINE = 500
_LONGEST_NOTE = 30_000
_FRAMES = 20
# How much of the text around the failure tells redaction what is whose name.
_AROUND = 500
_WIDTH = 80
_BORDER = "\n--- iamtriage ---\n"


def is_note(note: object) -> bool:
    """Tell whether a note is one of :func:`note_of`.

    >>> is_note(f"{MARK} Access is denied."), is_note("read the manual")
    (True, False)
    """
    return isinstance(note, str) and str.startswith(note, MARK)


def note_of(
    explanation: Explanation, *, full: bool = False, redacted: bool = False, facts: Facts | None = None
) -> str:
    """Give an explanation as a note for an exception.

    Args:
        explanation: what to say.
        full: whether to say all of it. Else it is the summary, the first three remedies in a line each, and
            the first page to read.
        redacted: whether accounts, names and ids become pseudonyms, too. Secrets never show.
        facts: those that the explanation rests on; their names are hidden with the others.

    Where notes show: https://peps.python.org/pep-0678/.

    >>> from iamtriage import explain
    >>> print(note_of(explain("error: You must be logged in to the server (Unauthorized)")))
    iamtriage explains: The API server does not know who calls: ...
    - See as whom you call (you)
    ...
    More: print(iamtriage.explain(error))
    """
    if full:
        text = attrs.evolve(explanation, summary=f"{MARK} {explanation.summary}").to_text(width=_WIDTH)
    else:
        text = "\n".join(_short(explanation))
    (shown,) = _hidden(explanation, [text], redacted=redacted, facts=facts)
    # Redaction takes the word that stands for a message in a command for a message.
    shown = shown.replace("--encoded-message [REDACTED encoded message]", "--encoded-message ENCODED_MESSAGE")
    lines = "\n".join(map(escape_controls, shown.split("\n")))
    return lines if len(lines) <= _LONGEST_NOTE else f"{lines[: _LONGEST_NOTE - 1]}…"


def log_of(
    explanation: Explanation, *, redacted: bool = False, facts: Facts | None = None
) -> tuple[str, Record | None]:
    """Give an explanation for a log: its summary on one line, and the flat record of its failure.

    Args:
        explanation: what to say.
        redacted: whether accounts, names and ids become pseudonyms, too: the same ones in both.
        facts: those that the explanation rests on.

    >>> from iamtriage import explain
    >>> summary, record = log_of(explain("error: You must be logged in to the server (Unauthorized)"))
    >>> record["kind"]
    'kubernetes_unauthorized'
    """
    if explanation.failure is None:
        (summary,) = _hidden(explanation, [_line(explanation.summary)], redacted=redacted)
        return escape_controls(summary), None
    record = to_record(explanation.failure)
    texts = [_line(explanation.summary), json.dumps(record)]
    summary, told = _hidden(explanation, texts, redacted=redacted, facts=facts)
    return escape_controls(summary), _record(told, record)


def trace_of(error: BaseException, *, redacted: bool = False) -> str:
    """Give the traceback of an exception alone, for a log: not of those that it was raised beside.

    Args:
        error: what went wrong beside the user's exception, whose text is not for the log.
        redacted: whether accounts, names and ids become pseudonyms, too.
    """
    text = "".join(traceback.format_exception(error, chain=False))
    if len(text) > _LONGEST_NOTE:  # where it came from, then; what a cut secret was cannot be seen
        text = "".join((*traceback.format_tb(error.__traceback__, limit=-_FRAMES), type(error).__name__))
    text = redact(text, identifiers=redacted)
    return "\n".join(map(escape_controls, text.rstrip().split("\n")))


def _short(explanation: Explanation) -> Iterator[str]:
    first = explanation.remedies[:_REMEDIES]
    yield f"{MARK} {_line(explanation.summary)}"
    for remedy in first:
        yield _line(f"- {remedy.title} ({remedy.who})")
    for url in [remedy.url for remedy in first if remedy.url][:1]:
        yield f"Read: {url}"
    yield "More: print(iamtriage.explain(error))"


def _line(text: str) -> str:
    line = escape_controls(text)
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


def _hidden(
    explanation: Explanation, texts: list[str], *, redacted: bool, facts: Facts | None = None
) -> list[str]:
    """Take the secrets out of texts, and the identifiers where that is wanted.

    What is a name shows where AWS or Kubernetes says it, so that is read along.
    """
    if not redacted or explanation.failure is None:
        return [redact(text, identifiers=redacted) for text in texts]
    failure = explanation.failure
    start, end = failure.span
    said = "\n".join((failure.text[max(start - _AROUND, 0) : end + _AROUND], *_said_by(facts))).replace(
        _BORDER, "\n"
    )
    record = json.dumps(to_record(failure))
    hidden = redact(_BORDER.join((said, record, *texts)), identifiers=True).split(_BORDER)
    if len(hidden) != len(texts) + 2:
        return [redact(text, identifiers=True) for text in texts]
    return hidden[-len(texts) :]


def _said_by(facts: Facts | None) -> Iterator[str]:
    """Say the names that facts give as AWS and Kubernetes say them."""
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


def _record(told: str, record: Record) -> Record:
    """Read a redacted record again; of one that is none any more, only what is no name is kept."""
    try:
        again: object = json.loads(told)
    except ValueError:
        again = None
    if not isinstance(again, dict) or cast("dict[object, object]", again).keys() != record.keys():
        kept = {"kind", "service", "action", "deny", "policy_type", "status_code"}
        again = {key: value if key in kept else None for key, value in record.items()}
    return cast("Record", again)
