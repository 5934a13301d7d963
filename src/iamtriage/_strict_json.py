"""JSON text read strictly, for documents on which a decision rests; not for what the documents mean.

A key that stands twice and a number that is none (NaN) are faults: two readers may take them for two things.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from iamtriage._text import quote_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("JsonError", "strict_json")


class JsonError(Exception):
    """Why a text is not read; for callers to turn into an error of their own."""


def strict_json(text: str | bytes, *, quote: Callable[[str], str] = quote_text) -> object:
    """Read JSON text.

    Args:
        text: the text, or its bytes in UTF-8, UTF-16 or UTF-32.
        quote: how a key is written in the fault's words.

    Raises:
        JsonError: no JSON, or a key that stands twice in an object. Its words and context hold nothing of
            the text but such a key.

    >>> strict_json('{"a": 1}')
    {'a': 1}
    >>> strict_json('{"a": 1, "a": 2}')
    Traceback (most recent call last):
    iamtriage._strict_json.JsonError: the key 'a' stands twice in one object
    """

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                msg = f"the key {quote(key)} stands twice in one object"
                raise JsonError(msg)
            found[key] = value
        return found

    try:
        decoded: object = json.loads(text, object_pairs_hook=unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        words = f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except RecursionError:
        words = "it is nested too deeply"
    except UnicodeDecodeError:
        words = "not JSON: bytes that are no text"
    except ValueError:
        words = "not JSON: a number of thousands of digits is too long"
    else:
        return decoded
    raise JsonError(words)  # here, outside of `except`: the error there holds the text


def _no_constant(name: str) -> NoReturn:
    msg = f"not JSON: {name} is no number"
    raise JsonError(msg)
