"""Parse JSON strictly, for documents that affect decisions.

Duplicate keys and constants such as ``NaN`` are errors, because two parsers can read them differently.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from iamtriage._text import quote_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("JsonError", "parse_strict_json")


class JsonError(Exception):
    """The reason why a text is not valid JSON. Callers raise another error with this message."""


def parse_strict_json(text: str | bytes, *, quote: Callable[[str], str] = quote_text) -> object:
    """Parse JSON text.

    Args:
        text: The text, or its bytes in UTF-8, UTF-16 or UTF-32.
        quote: A function that quotes a key for the error message.

    Raises:
        JsonError: The text is not JSON, or an object has a duplicate key. The message and context contain
            only that key from the text, because it can be a secret.

    >>> parse_strict_json('{"a": 1}')
    {'a': 1}
    >>> parse_strict_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    iamtriage.authorization._strict_json.JsonError: duplicate key 'a'
    """

    def reject_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                msg = f"duplicate key {quote(key)}"
                raise JsonError(msg)
            found[key] = value
        return found

    try:
        decoded: object = json.loads(
            text, object_pairs_hook=reject_duplicates, parse_constant=_reject_constant
        )
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except RecursionError:
        message = "nested too deeply"
    except UnicodeDecodeError:
        message = "not JSON: the bytes are not text"
    except ValueError:
        message = "not JSON: a number has too many digits"
    else:
        return decoded
    raise JsonError(message)  # outside of `except`, because that error includes the text


def _reject_constant(name: str) -> NoReturn:
    msg = f"not JSON: {name} is not a number"
    raise JsonError(msg)
