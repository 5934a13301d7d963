"""Classify errors for exception handlers: denied, expired, worth a retry.

An exception raised *from* an AWS error is classified as that error. An exception that was raised while an AWS
error was being handled is not: a bug in a handler of denials is not a denial.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

import attrs
from typing_extensions import TypeIs, override

from iamtriage._reading.parsing import parse, parse_raised
from iamtriage._reading.structured.exceptions import find_group_cause
from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage.explaining._explain import explain
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.failures._failures import AccessDenied, ExpiredCredentials, Failure
from iamtriage.typing import RetryReason

__all__ = (
    "Classification",
    "Denied",
    "ErrorTest",
    "Expired",
    "Retryable",
    "classify",
    "error_classes",
    "find_failure",
    "is_access_denied",
    "is_expired",
    "is_retryable",
)

# Topic of an explanation -> why a retry can succeed.
_RETRY_TOPICS: dict[str, RetryReason] = {
    "throttled": "throttled",
    "table-capacity": "throttled",
    "service-error": "unavailable",
    "request-stalled": "unavailable",
    "clock-skew": "clock_skew",
}
# Statuses that SDKs retry if there is no error code, such as a bare 503 from HeadObject.
_RETRY_STATUSES: dict[int, RetryReason] = {
    429: "throttled",
    500: "unavailable",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
}
# These errors, such as a missing key, are mostly expected, and a retry does not help.
_FINAL_STATUSES = frozenset({304, 404, 409, 412})
# Transient network errors. With an untrusted certificate or an unknown host, a retry fails, too.
_TRANSIENT_CAUSES = frozenset({"connection-failed", "no-answer"})
# New IAM resources take a few seconds to propagate:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
_PROPAGATION_CAUSES = frozenset({"principal-too-new", "role-too-new"})
# Topics of errors that can disappear after propagation. S3 objects need no propagation.
_PROPAGATION_TOPICS = frozenset({"invalid-credentials", "not-found"})
_S3_NOT_FOUND_CODES = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchUpload"})
_MAX_LEAVES = 200


@attrs.frozen(eq=False)
class Classification(Value, View):
    """The result of :func:`classify`.

    Attributes:
        failure: The failure; ``None`` if the error is not an AWS or Kubernetes failure.
        retry: Why the same call can succeed later; ``None`` if it can't, or if that is unknown.
            ``"throttled"``: too many calls; wait longer each time. ``"unavailable"``: the service failed or
            did not respond. ``"propagation"``: a new role, policy or key has not propagated yet, which takes
            a few seconds, and at most two minutes. ``"clock_skew"``: the clock is wrong; synchronize it,
            then retry.

    >>> Classification(None, None).is_access_denied
    False
    """

    failure: Failure | None
    retry: RetryReason | None

    @property
    def is_access_denied(self) -> bool:
        """Whether AWS denied an action."""
        return isinstance(self.failure, AccessDenied)

    @property
    def is_expired(self) -> bool:
        """Whether credentials, a session or a token have expired."""
        return isinstance(self.failure, ExpiredCredentials)

    @property
    def is_retryable(self) -> bool:
        """Whether the same call can succeed later."""
        return self.retry is not None


def classify(error: object, *, after_change: bool = False) -> Classification:
    """Classify an error: denied, expired, worth a retry.

    Args:
        error: An exception, its text, a failure, or anything else that :func:`iamtriage.parse` accepts. Any
            other value has no failure. For an exception group, the result is what applies to all of its
            exceptions.
        after_change: Whether a role, policy, key or trust policy that the call requires has just changed.
            Then denials, unknown keys and missing resources are retryable (``"propagation"``), because IAM
            changes can take a few seconds to take effect. Otherwise, a denial is not retryable.

    The content of the error never raises an exception.

    Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency

    >>> verdict = classify(
    ...     "An error occurred (ThrottlingException) when calling the ListKeys operation: Rate exceeded"
    ... )
    >>> verdict.is_retryable, verdict.retry
    (True, 'throttled')
    >>> denied = "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied"
    >>> classify(denied).retry, classify(denied, after_change=True).retry
    (None, 'propagation')
    """
    failures = _find_failures(error)
    if not failures:
        return Classification(None, None)
    reasons: list[RetryReason | None] = [
        _find_retry_reason(failure, explain(failure), after_change=after_change) for failure in failures
    ]
    kinds = {failure.kind for failure in failures}
    return Classification(failures[0] if len(kinds) == 1 else None, None if None in reasons else reasons[0])


def find_failure(error: object) -> Failure | None:
    """Return the failure of an error, without those of exceptions that were being handled."""
    if isinstance(error, BaseException):
        return parse_raised(error, contexts=False)
    if isinstance(error, Failure):
        return error
    if isinstance(error, str | bytes | Mapping):
        return parse(cast("str | bytes | Mapping[str, object]", error))
    return None


def _find_retry_reason(
    failure: Failure, explanation: Explanation, *, after_change: bool
) -> RetryReason | None:
    causes = {cause.code for cause in explanation.causes}
    if explanation.topic in _RETRY_TOPICS:
        return _RETRY_TOPICS[explanation.topic]
    if explanation.topic == "no-answer":
        return "unavailable" if causes & _TRANSIENT_CAUSES else None
    if explanation.topic == "aws-error" and failure.envelope.status_code in _RETRY_STATUSES:
        return _RETRY_STATUSES[failure.envelope.status_code]
    if causes & _PROPAGATION_CAUSES:
        return "propagation"
    is_missing = explanation.topic in _PROPAGATION_TOPICS and failure.envelope.code not in _S3_NOT_FOUND_CODES
    return "propagation" if after_change and (isinstance(failure, AccessDenied) or is_missing) else None


class ErrorTest(type):
    """The metaclass of exception classes whose instances are the errors that pass a test.

    ``isinstance`` applies the test. ``issubclass`` gets only a class. If an error of exactly that class is
    being handled, as in ``contextlib.suppress``, unittest and pytest, it applies the test to that error.
    """

    test: Callable[[object], bool]

    @override
    def __instancecheck__(cls, instance: object) -> bool:
        if "test" not in vars(cls):
            return type.__instancecheck__(cls, instance)
        return cls.test(instance)

    @override
    def __subclasscheck__(cls, subclass: type) -> bool:
        if type.__subclasscheck__(cls, subclass) or "test" not in vars(cls):
            return type.__subclasscheck__(cls, subclass)
        error = sys.exception()
        return error is not None and type(error) is subclass and cls.test(error)

    @override
    def __call__(cls, *args: object, **named: object) -> Any:
        if "test" not in vars(cls):
            return super().__call__(*args, **named)
        msg = f"{cls.__name__} can't be instantiated; use isinstance(error, {cls.__name__})"
        raise TypeError(msg)


def _all_failures_match(error: object, test: Callable[[Failure], bool]) -> bool:
    """Return whether an error, or each exception in a group, is a failure that passes a test."""
    failures = _find_failures(error)
    return bool(failures) and all(map(test, failures))


def _find_failures(error: object) -> list[Failure]:
    """Return the failures of an error or a group's exceptions; empty if one of them is not a failure."""
    leaves: list[object] = []
    pending = [error]
    groups = 0  # limits the work for cyclic causes
    while pending:
        current = pending.pop()
        # By type, because isinstance() reads __class__, which can raise.
        kind = type(current)
        if issubclass(kind, BaseException) and not issubclass(kind, BaseExceptionGroup):
            # An error that was raised from a group represents the whole group.
            group = find_group_cause(cast("BaseException", current))
            groups += group is not None
            current = current if group is None else group
        if issubclass(type(current), BaseExceptionGroup):
            pending.extend(reversed(cast("BaseExceptionGroup[BaseException]", current).exceptions))
        else:
            leaves.append(current)
        if len(leaves) + len(pending) > _MAX_LEAVES or groups > _MAX_LEAVES:
            return []
    failures: list[Failure] = []
    for leaf in leaves:
        failure = find_failure(leaf)
        if failure is None:
            return []
        failures.append(failure)
    return failures


def is_access_denied(error: object) -> TypeIs[Denied]:
    """Return whether AWS denied an action.

    It works for any service, and for exceptions that boto3 or your own ``raise … from`` wraps. Kubernetes
    RBAC denials and rejected or expired credentials are not access denials.

    Args:
        error: An exception, or anything else that :func:`classify` accepts. A group is denied if all of its
            exceptions are, so that ``group.split(is_access_denied)`` splits a group.

    >>> is_access_denied("An error occurred (AccessDenied) when calling the GetObject operation: No way")
    True
    >>> is_access_denied(PermissionError(13, "Permission denied"))
    False
    """
    return _all_failures_match(error, lambda failure: isinstance(failure, AccessDenied))


def is_expired(error: object) -> TypeIs[Expired]:
    """Return whether credentials, a session or a token have expired and must be renewed.

    Args:
        error: As for :func:`is_access_denied`.

    >>> is_expired("An error occurred (ExpiredToken) when calling the ListBuckets operation: It has expired.")
    True
    """
    return _all_failures_match(error, lambda failure: isinstance(failure, ExpiredCredentials))


def is_retryable(error: object, *, after_change: bool = False) -> TypeIs[Retryable]:
    """Return whether the same call can succeed later.

    Reasons are throttling, a service error, no response, a new IAM resource and a wrong clock;
    :func:`classify` returns the reason. SDKs already retry a few times for the first three. Limit your
    retries, because a role that does not exist looks like one that has not propagated yet.

    Args:
        error: As for :func:`is_access_denied`.
        after_change: See :func:`classify`.

    >>> is_retryable(
    ...     "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: "
    ...     "The role defined for the function cannot be assumed by Lambda."
    ... )
    True
    """
    return _all_failures_match(
        error,
        lambda failure: _find_retry_reason(failure, explain(failure), after_change=after_change) is not None,
    )


class Denied(Exception, metaclass=ErrorTest):  # noqa: N818 (names what it catches)
    """The type of errors for which :func:`is_access_denied` is true.

    It works with ``isinstance``, ``contextlib.suppress``, ``pytest.raises``, ``assertRaises`` and tenacity's
    ``retry_if_exception_type``. An ``except`` clause checks only the class of an error. So ``except Denied``
    catches only errors that get the class: those of clients that :func:`iamtriage.boto.install` covers, and
    those that leave :func:`iamtriage.boto.explain_errors`. :func:`matching` needs neither.

    >>> isinstance(ValueError("no"), Denied)
    False
    """

    __slots__ = ()
    test: ClassVar[Callable[[object], bool]] = staticmethod(is_access_denied)


class Expired(Exception, metaclass=ErrorTest):  # noqa: N818 (as Denied)
    """The type of errors for which :func:`is_expired` is true; see :class:`Denied`.

    >>> error = "An error occurred (ExpiredToken) when calling the ListBuckets operation: It has expired."
    >>> isinstance(OSError(error), Expired)
    True
    """

    __slots__ = ()
    test: ClassVar[Callable[[object], bool]] = staticmethod(is_expired)


class Retryable(Exception, metaclass=ErrorTest):  # noqa: N818 (as Denied)
    """The type of errors for which :func:`is_retryable` is true; see :class:`Denied`.

    >>> error = "An error occurred (Throttling) when calling the ListRoles operation: Rate exceeded"
    >>> isinstance(OSError(error), Retryable)
    True
    """

    __slots__ = ()
    test: ClassVar[Callable[[object], bool]] = staticmethod(is_retryable)


def error_classes(failure: Failure) -> tuple[type[Exception], ...]:
    """Return those of :class:`Denied`, :class:`Expired` and :class:`Retryable` that apply to a failure."""
    if isinstance(failure, AccessDenied):
        return (Denied,)
    if isinstance(failure, ExpiredCredentials):
        return (Expired,)
    if failure.envelope.status_code in _FINAL_STATUSES:
        return ()
    reason = _find_retry_reason(failure, explain(failure), after_change=False)
    return (Retryable,) if reason is not None else ()
