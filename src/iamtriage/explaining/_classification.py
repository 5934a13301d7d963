"""Questions that exception handlers ask of an error: was it denied, did it expire, does it pay to try again.

Not for reading texts (``parsing``), nor for what helps (``explaining``).

An exception that only happened while another one was handled is not answered for by that other one: a bug in
a handler of denials is no denial. What it was raised *from* counts.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar, cast, overload

import attrs
from typing_extensions import TypeIs, override

from iamtriage._reading.parsing import parse, parse_raised
from iamtriage._reading.structured.exceptions import group_behind
from iamtriage._rendering.views import View
from iamtriage.explaining._explain import explain
from iamtriage.failures._failures import AccessDenied, ExpiredCredentials, Failure
from iamtriage.typing import RetryReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._explanations import Explanation

__all__ = (
    "Classification",
    "Denied",
    "Expired",
    "Retryable",
    "classify",
    "is_access_denied",
    "is_expired",
    "is_retryable",
    "matching",
)

_Raised = TypeVar("_Raised", bound=BaseException)

# What an explanation is about -> why it pays to try again.
_TOPICS: dict[str, RetryReason] = {
    "throttled": "throttled",
    "service-fault": "unavailable",
    "request-stalled": "unavailable",
    "clock-skew": "clock_skew",
}
# What SDKs try again by the status, where the code tells nothing: a bare 503 of HeadObject, say.
_STATUSES: dict[int, RetryReason] = {
    429: "throttled",
    500: "unavailable",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
}
# What the network said in passing. A certificate or an unknown name is as wrong the next time.
_PASSING = frozenset({"connection-refused", "no-answer", "timeout"})
# What IAM made seconds ago is not known everywhere:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
_TOO_NEW = frozenset({"not-yet-known", "principal-too-new", "role-too-new"})
# What may come true once it is known. An object of S3 is there or not.
_SETTLING = frozenset({"invalid-credentials", "not-found"})
_NOT_OF_IAM = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchUpload"})
_MOST_LEAVES = 200


@attrs.frozen
class Classification(View):
    """The answers for one error, read once. :func:`classify` gives it.

    Attributes:
        failure: the failure that was read; None where there is none of AWS or Kubernetes.
        retry: why the same call may succeed later; None where it will not, or where that is not known.
            ``"throttled"``: too many calls; wait longer each time. ``"unavailable"``: the service failed
            on its side, or did not answer. ``"propagation"``: a role, policy or key that was made just
            now is not known everywhere; some seconds, two minutes at most. ``"clock_skew"``: the clock was
            too far off; try again when it is set.

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
        """Whether credentials, a session or a token were valid once."""
        return isinstance(self.failure, ExpiredCredentials)

    @property
    def is_retryable(self) -> bool:
        """Whether the same call may succeed later."""
        return self.retry is not None


def classify(error: object, *, after_change: bool = False) -> Classification:
    """Answer the questions of a handler at once.

    Args:
        error: an exception, the text of one, what :func:`iamtriage.parse` gives or takes. Anything else has
            no failure. Of an exception group, the answers are those that hold for all of it.
        after_change: whether a role, policy, key or trust that the call needs was changed a short while ago.
            Denials, unknown keys and things not found then count as ``"propagation"``, since what IAM was
            told takes seconds to reach all of AWS. Without that, a denial is final.

    No content of the error raises.

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
    failures = _failures_in(error)
    if not failures:
        return Classification(None, None)
    reasons: list[RetryReason | None] = [
        _retry_of(failure, explain(failure), after_change=after_change) for failure in failures
    ]
    kinds = {failure.kind for failure in failures}
    return Classification(failures[0] if len(kinds) == 1 else None, None if None in reasons else reasons[0])


def _failure_of(error: object) -> Failure | None:
    if isinstance(error, BaseException):
        return parse_raised(error, contexts=False)
    if isinstance(error, Failure):
        return error
    if isinstance(error, str | bytes | Mapping):
        return parse(cast("str | bytes | Mapping[str, object]", error))
    return None


def _retry_of(failure: Failure, explanation: Explanation, *, after_change: bool) -> RetryReason | None:
    causes = {cause.code for cause in explanation.causes}
    if explanation.topic in _TOPICS:
        return _TOPICS[explanation.topic]
    if explanation.topic == "no-answer":
        return "unavailable" if causes & _PASSING else None
    if explanation.topic == "aws-error" and failure.envelope.status_code in _STATUSES:
        return _STATUSES[failure.envelope.status_code]
    if causes & _TOO_NEW:
        return "propagation"
    settles = isinstance(failure, AccessDenied) or (
        explanation.topic in _SETTLING and failure.envelope.code not in _NOT_OF_IAM
    )
    return "propagation" if after_change and settles else None


# ------------------------------------------------ one question


class _Told(type):
    """Types that an error is of by what it tells, not by its class."""

    test: Callable[[object], bool]

    @override
    def __instancecheck__(cls, instance: object) -> bool:
        return cls.test(instance)

    @override
    def __call__(cls, *args: object, **named: object) -> NoReturn:
        msg = f"{cls.__name__} is for isinstance(); it has no instances of its own"
        raise TypeError(msg)


def _holds(error: object, test: Callable[[Failure], bool]) -> bool:
    """Ask an error; a group is asked by its leaves, all of which have to agree, as for ``group.split``."""
    failures = _failures_in(error)
    return bool(failures) and all(map(test, failures))


def _failures_in(error: object) -> list[Failure]:
    """Give the failure of an error, of a group those of its leaves; none where one of these has none."""
    leaves: list[object] = []
    waiting = [error]
    behind = 0  # bounds what causes in a circle cost
    while waiting:
        current = waiting.pop()
        # By the type, since an object may raise where it is asked for its class.
        kind = type(current)
        if issubclass(kind, BaseException) and not issubclass(kind, BaseExceptionGroup):
            # An error that was raised from a group tells of all of it.
            group = group_behind(cast("BaseException", current))
            behind += group is not None
            current = current if group is None else group
        if issubclass(type(current), BaseExceptionGroup):
            waiting.extend(reversed(cast("BaseExceptionGroup[BaseException]", current).exceptions))
        else:
            leaves.append(current)
        if len(leaves) + len(waiting) > _MOST_LEAVES or behind > _MOST_LEAVES:
            return []
    failures: list[Failure] = []
    for leaf in leaves:
        failure = _failure_of(leaf)
        if failure is None:
            return []
        failures.append(failure)
    return failures


def is_access_denied(error: object) -> TypeIs[Denied]:
    """Tell whether AWS denied an action: for any service, wrapped by boto3 or by your own ``raise … from``.

    Refusals of Kubernetes RBAC are not meant; expired or unknown credentials are not either.

    Args:
        error: an exception, or anything that :func:`classify` takes. For an exception group, all of it has to
            be denied, so that ``group.split(is_access_denied)`` parts a group.

    >>> is_access_denied("An error occurred (AccessDenied) when calling the GetObject operation: No way")
    True
    >>> is_access_denied(PermissionError(13, "Permission denied"))
    False
    """
    return _holds(error, lambda failure: isinstance(failure, AccessDenied))


def is_expired(error: object) -> TypeIs[Expired]:
    """Tell whether the credentials, the session or the token were valid once: new ones help.

    Args:
        error: as for :func:`is_access_denied`.

    >>> is_expired("An error occurred (ExpiredToken) when calling the ListBuckets operation: It has expired.")
    True
    """
    return _holds(error, lambda failure: isinstance(failure, ExpiredCredentials))


def is_retryable(error: object, *, after_change: bool = False) -> TypeIs[Retryable]:
    """Tell whether the same call may succeed later; :func:`classify` says why.

    Throttling, faults of the service, no answer, what IAM made seconds ago, and a clock that was off. SDKs
    retry the first three by themselves a few times. Give a loop an end: a role that was never made looks
    like one that is too new.

    Args:
        error: as for :func:`is_access_denied`.
        after_change: see :func:`classify`.

    >>> is_retryable(
    ...     "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: "
    ...     "The role defined for the function cannot be assumed by Lambda."
    ... )
    True
    """
    return _holds(
        error, lambda failure: _retry_of(failure, explain(failure), after_change=after_change) is not None
    )


class Denied(metaclass=_Told):
    """An error that :func:`is_access_denied`, for ``isinstance``; not for ``except``, see :func:`matching`.

    >>> isinstance(ValueError("no"), Denied)
    False
    """

    test: ClassVar[Callable[[object], bool]] = staticmethod(is_access_denied)


class Expired(metaclass=_Told):
    """An error that :func:`is_expired`, for ``isinstance``; not for ``except``, see :func:`matching`."""

    test: ClassVar[Callable[[object], bool]] = staticmethod(is_expired)


class Retryable(metaclass=_Told):
    """An error that :func:`is_retryable`, for ``isinstance``; not for ``except``, see :func:`matching`."""

    test: ClassVar[Callable[[object], bool]] = staticmethod(is_retryable)


# ------------------------------------------------ except clauses


class _NeverRaisedError(BaseException):
    """What an except clause looks for when the error is not the one that is wanted."""


@overload
def matching(
    *failures: type[Failure],
    code: str | None = None,
    operation: str | None = None,
    action: str | None = None,
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
    """Catch an error in an ``except`` clause by what it tells.

    Python evaluates what stands behind ``except`` when an error is there, so it can be looked at: this gives
    the error's own class where it fits, else one that nothing has. All that is given has to fit. Other errors
    go on as if the clause were not there. Use it only there, and not with ``except*``: a group does not fit.

    Args:
        failures: the kinds of failures, any of which fits; none given: any failure.
        of: the class that the error has to be of, which the type checker then knows: ``of=ClientError``. As
            behind ``except``, it may be a tuple of classes.
            Without it, errors that boto3 or others made of AWS's fit too.
        code: the error code, such as ``"AccessDenied"``.
        operation: the API operation, such as ``"GetObject"``.
        action: the IAM action that the error states; upper and lower case do not matter, as in policies.

    Raises:
        TypeError: an argument is no class of failures or exceptions.
        RuntimeError: no error is being handled: it was called outside of an except clause.

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
            msg = f"matching() takes classes of failures, such as AccessDenied, not {cls!r}"
            raise TypeError(msg)
    if not all(_is_class(each, BaseException) for each in (of if isinstance(of, tuple) else (of,))):
        msg = f"of is a class of exceptions or a tuple of them, not {of!r}"
        raise TypeError(msg)
    error = sys.exception()
    if error is None:
        msg = "matching() looks at the error that is being handled, so it has to stand in an except clause"
        raise RuntimeError(msg)
    if not isinstance(error, of) or isinstance(error, BaseExceptionGroup):
        return _NeverRaisedError
    failure = None if group_behind(error) is not None else _failure_of(error)
    if failure is None or (failures and not isinstance(failure, failures)):
        return _NeverRaisedError
    fits = (
        code in {None, failure.envelope.code}
        and operation in {None, failure.envelope.operation}
        and (action is None or action.lower() == (failure.action or "").lower())
    )
    return type(error) if fits else _NeverRaisedError


def _is_class(value: object, base: Any) -> bool:  # noqa: ANN401 (a class or a union of classes)
    return isinstance(value, type) and issubclass(value, base)
