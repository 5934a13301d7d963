"""Catch errors by their content in an ``except`` clause."""

from __future__ import annotations

import sys
from typing import Any, TypeVar, overload

from iamtriage._reading.structured.exceptions import find_group_cause
from iamtriage.explaining._classification import find_failure
from iamtriage.failures._failures import Failure

__all__ = ("matching",)

_Raised = TypeVar("_Raised", bound=BaseException)


class _NeverRaisedError(BaseException):
    """The class that :func:`matching` returns if the error does not match. It is never raised."""


@overload
def matching(
    *failures: type[Failure], code: str | None = None, operation: str | None = None, action: str | None = None
) -> type[Exception]: ...
@overload
def matching(
    *failures: type[Failure],
    of: type[_Raised] | tuple[type[_Raised], ...],
    code: str | None = None,
    operation: str | None = None,
    action: str | None = None,
) -> type[_Raised]: ...
def matching(
    *failures: type[Failure],
    of: type[BaseException] | tuple[type[BaseException], ...] = Exception,
    code: str | None = None,
    operation: str | None = None,
    action: str | None = None,
) -> type[Any]:
    """Return the class for an ``except`` clause that catches errors by their content.

    Python evaluates the expression after ``except`` while the error is being handled. So this function can
    inspect the error, and returns the error's class if all arguments match. Otherwise the error propagates as
    if the clause did not exist. Call it only in an ``except`` clause, not after ``except*``, because groups
    never match.

    Args:
        failures: The classes of failures that match; by default, every failure matches.
        of: The class of the error, or a tuple of classes, such as ``of=ClientError``. Type checkers then know
            the type of the error. Without it, errors that wrap an AWS error match, too.
        code: The error code, such as ``"AccessDenied"``.
        operation: The API operation, such as ``"GetObject"``.
        action: The IAM action in the error; case is ignored, as in policies.

    Raises:
        TypeError: An argument is not a class of failures or exceptions.
        RuntimeError: The call is not in an ``except`` clause.

    >>> from iamtriage import AccessDenied
    >>> try:
    ...     raise OSError("An error occurred (AccessDenied) when calling the GetObject operation: No way")
    ... except matching(AccessDenied, operation="PutObject"):
    ...     print("writing")
    ... except matching(AccessDenied, operation="GetObject"):
    ...     print("reading")
    reading
    """
    for cls in failures:
        if not _is_class(cls, Failure):
            msg = f"the arguments of matching() must be failure classes, such as AccessDenied, not {cls!r}"
            raise TypeError(msg)
    if not all(_is_class(each, BaseException) for each in (of if isinstance(of, tuple) else (of,))):
        msg = f"of must be an exception class or a tuple of them, not {of!r}"
        raise TypeError(msg)
    error = sys.exception()
    if error is None:
        msg = "matching() must be called in an except clause, while an error is being handled"
        raise RuntimeError(msg)
    if not isinstance(error, of) or isinstance(error, BaseExceptionGroup):
        return _NeverRaisedError
    failure = None if find_group_cause(error) is not None else find_failure(error)
    if failure is None or (failures and not isinstance(failure, failures)):
        return _NeverRaisedError
    matches = (
        code in {None, failure.envelope.code}
        and operation in {None, failure.envelope.operation}
        and (action is None or action.lower() == (failure.action or "").lower())
    )
    return type(error) if matches else _NeverRaisedError


def _is_class(value: object, base: Any) -> bool:  # noqa: ANN401 (a class or a union of classes)
    return isinstance(value, type) and issubclass(value, base)
