"""Load JSON, with orjson if it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("Record", "get", "load")

Record: TypeAlias = Mapping[str, Any]
"""An event, or another JSON object."""


@cache
def _find_loader() -> Callable[[bytes | str], object]:
    try:
        from orjson import loads
    except ImportError:
        return _load_slowly
    return loads


def _load_slowly(data: bytes | str) -> object:
    import json  # few inputs are JSON

    # The decoder would guess other encodings than UTF-8.
    return json.loads(data if isinstance(data, str) else data.decode())


def load(data: bytes | str) -> object:
    r"""Load JSON, or return ``None`` for anything else.

    >>> load(b'{"eventName": "GetObject"}')
    {'eventName': 'GetObject'}
    >>> load(b"not JSON") is None
    True
    """
    try:
        return _find_loader()(data)
    except (ValueError, RecursionError):
        pass
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    return _load_tolerantly(text) if text.startswith(("{", "[")) else None


def _load_tolerantly(text: str) -> object:
    """Load what orjson rejects and CloudTrail writes: lone surrogates, large numbers, invalid UTF-8."""
    import json

    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def get(value: object, *keys: str) -> object:
    """Return a value in nested objects, or ``None``.

    >>> get({"cloud": {"region": "us-east-1"}}, "cloud", "region")
    'us-east-1'
    """
    for key in keys:
        value = cast("Record", value).get(key) if isinstance(value, Mapping) else None
    return value
