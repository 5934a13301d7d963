"""Hide the secrets that an explanation quotes from a text.

Rules get a failure whose values have no secrets, but they also quote sentences and settings of its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import hide_secrets
from iamtriage.explaining._explanations import Remedy, copy_with
from iamtriage.explaining._sources import map_strings, may_quote_secret

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping
    from typing import Any

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation

__all__ = ("hide_quoted_secrets",)

_T = TypeVar("_T", "Cause", Remedy)
_MARKER = lazy_pattern(r"\[REDACTED ([A-Za-z -]{1,40})\]")


def hide_quoted_secrets(explanation: Explanation) -> Explanation:
    """Return an explanation without the secrets in its parts, except the encoded message in a command."""
    kept = getattr(explanation.failure, "encoded_message", None)

    def hide(text: str) -> str:
        return hide_secrets(text) if may_quote_secret(text, kept) else text

    def hide_in_remedies() -> tuple[Remedy, ...]:
        return tuple(_hide_in_remedy(remedy, hide) for remedy in explanation.remedies)

    parts = [explanation.summary, *explanation.notes]
    for cause in explanation.causes:
        parts += (cause.text, *cause.because)
    changes: dict[str, object] = {"_remedies": hide_in_remedies}
    if may_quote_secret("\n".join(parts), kept):
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
        shown = hide(command)
        return shown if shown == command else _MARKER.sub(_to_word, shown)

    def hide_in_document(document: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return None if document is None else cast("Mapping[str, Any]", map_strings(document, hide))

    return _change(
        remedy,
        title=hide(remedy.title),
        steps=tuple(map(hide, remedy.steps)),
        commands=tuple(map(hide_in_command, remedy.commands)),
        policy=hide_in_document(remedy.policy),
        statement=hide_in_document(remedy.statement),
        manifest=None if remedy.manifest is None else hide(remedy.manifest),
    )


def _to_word(marker: re.Match[str]) -> str:
    return f"REDACTED-{marker[1].replace(' ', '-')}"


def _change(part: _T, **values: object) -> _T:
    """Return a part with other values; the same part if they are equal."""
    changes: Any = {name: value for name, value in values.items() if value != getattr(part, name)}
    return attrs.evolve(part, **changes) if changes else part
