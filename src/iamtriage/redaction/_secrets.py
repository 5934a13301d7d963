"""Puts markers in the place of a text's secrets: the order of the steps, and nothing else.

The text is looked through as it is; then, block by block, as the readers of failures see it, where wrapped
lines are joined and escapes undone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage.redaction._blocks import blocks
from iamtriage.redaction._finders.assignments import assigned_secrets
from iamtriage.redaction._finders.encoded_messages import encoded_messages
from iamtriage.redaction._finders.headers import header_secrets
from iamtriage.redaction._finders.key_pairs import paired_secrets
from iamtriage.redaction._finders.shapes import shaped_secrets
from iamtriage.redaction._finders.wrapped_values import wrapped_secrets
from iamtriage.redaction._folding import folded
from iamtriage.redaction._secret_spans import Found, hide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.view import View

__all__ = ("hide_secrets", "original_span")

# Each secret has one of these near it, or is one.
_SIGNS = re.compile(
    r"secret|token|pass|pwd|signature|encoded|api[-_. ]?key|private|session|saml|cookie|bearer|auth|verifier"
    r"|device|aws|akia|asia|abia|acca|a3t|ey[ja]|k8s-aws|ojb3|ogzxiv|fqodyxdz|qvdtomv5|gh[pousr]_|://"
)


def hide_secrets(text: str) -> str:
    """Give the text with a marker for each secret."""
    return hide(text, [*_secrets(text), *_secrets_unwrapped(text)])


def _secrets(text: str) -> Iterator[Found]:
    lower = folded(text)
    if _SIGNS.search(lower) is None:
        return
    yield from encoded_messages(text, lower)
    yield from header_secrets(text, lower)
    yield from assigned_secrets(text, lower)
    yield from shaped_secrets(text)
    yield from paired_secrets(text, lower)
    yield from wrapped_secrets(text, lower)


def _secrets_unwrapped(text: str) -> Iterator[Found]:
    """Find what only shows, or only shows in full, when the text is unwrapped."""
    at = 0
    for block in blocks(text):
        if _SIGNS.search(folded(block)):
            view = unwrap(block, links=False)
            if view.text != block:
                for found in _secrets(view.text):
                    start, end = original_span(view, found.start, found.end)
                    yield Found(at + start, at + end, found.what)
        at += len(block)


def original_span(view: View, start: int, end: int) -> tuple[int, int]:
    """Give where a part of the readable text stands in the original, all of an escape at its end included."""
    first = view.origin(start)
    last = view.origin(end - 1) + 1
    if view.original[last - 1 : last] != view.text[end - 1 : end]:
        last = view.origin(end)
    return first, min(max(first, last), len(view.original))
