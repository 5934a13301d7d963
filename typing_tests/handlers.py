"""Check exception handlers in strictly typed code: narrowing, and types in except clauses.

The ignore comments are for mypy, which reports unnecessary ones. Those for pyright are in wrong_for_pyright.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from iamtriage import (
    AccessDenied,
    Classification,
    Denied,
    Expired,
    ExpiredCredentials,
    Failure,
    Retryable,
    classify,
    is_access_denied,
    is_expired,
    is_retryable,
    matching,
)
from iamtriage.typing import RetryReason

if TYPE_CHECKING:
    from collections.abc import Callable


class CallError(Exception):
    """Represents botocore's ClientError, which has no types."""

    response: dict[str, str]


def narrows(error: CallError) -> str:
    if is_access_denied(error):
        only_denied(error)
        # It keeps its type.
        return error.response["Error"]
    if is_expired(error):
        only_expired(error)
        return error.response["Error"]
    if is_retryable(error, after_change=True):
        only_retryable(error)
        return error.response["Error"]
    only_denied(error)  # type: ignore[arg-type]
    # A negative answer does not remove the class.
    assert_type(error, CallError)
    return error.response["Error"]


def only_denied(error: Denied) -> None:
    only_expired(error)  # type: ignore[arg-type]


def only_expired(error: Expired) -> None: ...


def only_retryable(error: Retryable) -> None: ...


def by_isinstance(error: CallError) -> None:
    if isinstance(error, Denied):
        only_denied(error)
        assert_type(error.response, dict[str, str])
    elif isinstance(error, Expired | Retryable):
        only_denied(error)  # type: ignore[arg-type]
        assert_type(error.response, dict[str, str])


def catches(call: Callable[[], bytes]) -> bytes:
    try:
        return call()
    except matching(AccessDenied, action="s3:GetObject") as error:
        assert_type(error, Exception)
        str(error.response)  # type: ignore[attr-defined]
    except matching(AccessDenied, ExpiredCredentials, of=CallError, code="AccessDenied") as error:
        assert_type(error, CallError)
        assert_type(error.response, dict[str, str])
    except matching(of=OSError) as error:
        assert_type(error.errno, int | None)
    except matching(AccessDenied, of=(CallError, OSError)) as error:
        str(error)
    return b""


def asks_once(error: BaseException) -> None:
    verdict = classify(error, after_change=False)
    assert_type(verdict, Classification)
    assert_type(verdict.failure, Failure | None)
    assert_type(verdict.retry, RetryReason | None)
    assert_type(verdict.is_retryable, bool)


def wrong_ways(error: Exception) -> None:
    matching("AccessDenied")  # type: ignore[call-overload]
    matching(of=int)  # type: ignore[type-var]
    matching(CallError)  # type: ignore[arg-type]
    classify()  # type: ignore[call-arg]
    is_expired(error, after_change=True)  # type: ignore[call-arg]
    try:
        raise error
    except Denied as denied:
        assert_type(denied, Denied)
