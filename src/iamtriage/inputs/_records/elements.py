"""Read the elements of a JSON array one by one, in bounded memory."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Protocol

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("read_elements",)

_INVALID = "invalid JSON"
_TRUNCATED = "the JSON ends early"
_MAX_LENGTH = 256 << 20
_SEPARATOR = lazy_pattern(r"[\s,]*")
_decode = json.JSONDecoder(strict=False).raw_decode


class _HasProblem(Protocol):
    problem: str | None


def read_elements(chunks: Iterator[bytes], progress: _HasProblem) -> Iterator[object]:
    """Yield the elements of an array, up to its end or an error.

    Args:
        chunks: The array without its opening bracket, in parts.
        progress: Its ``problem`` is set to the reason if the array does not end.
    """
    decoder = getincrementaldecoder("utf-8")("replace")
    text, at, min_length = "", 0, 0
    is_final = False
    while True:
        while not is_final and len(text) - at <= min_length:
            chunk = next(chunks, b"")
            is_final = not chunk
            text, at = text[at:] + decoder.decode(chunk, is_final), 0
        separator = _SEPARATOR.match(text, at)
        at = separator.end() if separator else at
        if text.startswith("]", at):
            return
        if at == len(text):
            if is_final:
                progress.problem = _TRUNCATED
                return
            continue
        try:
            element, at = _decode(text, at)
        except RecursionError:
            progress.problem = _INVALID
            return
        except ValueError as error:
            is_truncated = _is_truncated(error, text)
            if is_final or not is_truncated:
                progress.problem = _TRUNCATED if is_truncated else _INVALID
                return
            if len(text) - at > _MAX_LENGTH:
                progress.problem = "a JSON value of more than 256 MB"
                return
            # Parsing again after each chunk would take quadratic time.
            min_length = 2 * (len(text) - at)
            continue
        min_length = 0
        yield element


def _is_truncated(error: ValueError, text: str) -> bool:
    """Return whether a text is invalid JSON only because it ends early."""
    position = getattr(error, "pos", len(text))
    return position >= len(text) - 6 or str(error).startswith("Unterminated string")
