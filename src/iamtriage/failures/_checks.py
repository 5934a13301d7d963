"""Check arguments that must be failures or kinds of failure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeGuard, get_args

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.failures._failures import FAILURE_CLASSES
from iamtriage.typing import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure

__all__ = ("check_failure", "check_failures", "check_kinds", "is_collection_like")

_KINDS: tuple[Kind, ...] = get_args(Kind)


def check_failure(value: object, function: str) -> None:
    """Check that an argument is a failure.

    Args:
        value: The argument.
        function: The public function that was called: ``"fingerprint()"``.

    Raises:
        TypeError: It is not a failure.

    >>> check_failure(None, "fingerprint()")
    Traceback (most recent call last):
    TypeError: the argument of fingerprint() must be a failure, such as parse() returns, not NoneType
    """
    if not isinstance(value, FAILURE_CLASSES):
        name = f"the argument of {function}"
        raise TypeError(wrong_type_message(name, "a failure, such as parse() returns", value))


def is_collection_like(values: object) -> TypeGuard[Iterable[object]]:
    """Return whether a value is an iterable of items, not a single failure, record or text.

    >>> is_collection_like([]), is_collection_like("text")
    (True, False)
    """
    return isinstance(values, Iterable) and not isinstance(values, (str, bytes, Mapping, *FAILURE_CLASSES))


def check_failures(values: object, function: str) -> Iterator[Failure]:
    """Yield failures, and check each of them just before.

    Args:
        values: The argument.
        function: The public function that was called.

    Raises:
        TypeError: It is not an iterable of failures, such as a single failure or a string.

    >>> list(check_failures("text", "policy_for()"))
    Traceback (most recent call last):
    TypeError: the argument of policy_for() must be an iterable of failures, such as scan() returns, not str
    """
    name = f"the argument of {function}"
    if not is_collection_like(values):
        raise TypeError(wrong_type_message(name, "an iterable of failures, such as scan() returns", values))
    for value in values:
        if not isinstance(value, FAILURE_CLASSES):
            raise TypeError(wrong_type_message(f"each item in {name}", "a failure", value))
        yield value


def check_kinds(kinds: Iterable[Kind]) -> frozenset[Kind]:
    """Return kinds of failure as a set.

    Raises:
        TypeError: ``kinds`` is not an iterable, or is a string, whose characters would be read as kinds.
        ValueError: A kind is unknown.

    >>> check_kinds(["access_denied", "access_denied"])
    frozenset({'access_denied'})
    """
    if isinstance(kinds, (str, bytes)) or not isinstance(kinds, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("kinds", "an iterable of kinds, such as a tuple or a set", kinds))
    given = list(kinds)
    for kind in given:
        if kind not in _KINDS:
            msg = f"unknown kind {quote_text(str(kind))}; expected one of {', '.join(_KINDS)}"
            raise ValueError(msg)
    return frozenset(given)
