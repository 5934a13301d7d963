"""Call AWS with a short-lived client, and return errors as values.

Programs query AWS in exception handlers, where a second exception would hide the first one. So every error of
a call becomes a :class:`Refusal`.
"""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import attrs
from botocore.config import Config

from iamtriage._reading.parsing import parse, parse_raised
from iamtriage._rendering.views import View
from iamtriage._text import clip_text, escape_controls, quote_text, wrong_type_message
from iamtriage._typing import override
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.boto._sessions import get_botocore_session, get_client_factory
from iamtriage.boto._sts.client import build_config
from iamtriage.exceptions import InvalidArnError
from iamtriage.explaining._explain import explain
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._facts import Facts
from iamtriage.failures._failures import Failure
from iamtriage.policies._masked_arns import find_partition
from iamtriage.redaction._redact import redact

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = (
    "FailureSource",
    "Refusal",
    "call_or_refusal",
    "call_with_client",
    "choose_region",
    "find_failure",
    "get_error_code",
    "get_sync_session",
)

FailureSource: TypeAlias = "str | bytes | BaseException | Mapping[str, object] | Failure"
"""A failure, or anything that :func:`iamtriage.parse` accepts."""

_Result = TypeVar("_Result")

_NO_FACTS = Facts()
_MAX_LENGTH = 500


@attrs.frozen
class Refusal(View):
    """Why a call to AWS returned no result.

    Functions that query AWS return a refusal instead of raising the error. A refusal is always falsy.

    Attributes:
        asked: The IAM action that was attempted, such as ``"sts:DecodeAuthorizationMessage"``.
        reason: Why there is no result, in a sentence without secrets.
        failure: The AWS failure, such as an access denial; ``None`` if AWS was not called or did not cause
            the error.

    >>> refusal = Refusal("sts:DecodeAuthorizationMessage", "There is no encoded message.")
    >>> bool(refusal), str(refusal)
    (False, 'sts:DecodeAuthorizationMessage: There is no encoded message.')
    """

    asked: str
    reason: str
    failure: Failure | None = None

    def __bool__(self) -> Literal[False]:
        return False

    @override
    def __str__(self) -> str:
        return f"{self.asked}: {self.reason}"

    @property
    def facts(self) -> Facts:
        """Empty facts, so that :func:`iamtriage.explain` accepts a refusal in place of a result."""
        return _NO_FACTS

    def explanation(self) -> Explanation:
        """Explain why the call failed, and how to make it succeed.

        >>> Refusal("iam:GetRole", "The session's account has no role app.").explanation().summary
        "The session's account has no role app."
        """
        return Explanation(None, "refusal", self.reason) if self.failure is None else explain(self.failure)


def get_sync_session(session: object) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return the botocore session of a session.

    Raises:
        TypeError: The argument is not a session, or it is an asynchronous one.
    """
    core = get_botocore_session(session)
    if inspect.iscoroutinefunction(getattr(core, "get_credentials", None)):
        raise TypeError(wrong_type_message("session", "a synchronous session", session))
    return core


def find_failure(source: FailureSource) -> Failure | None:
    """Return a failure unchanged, or the failure that the source reports.

    Raises:
        TypeError: The source is neither a failure nor an argument for :func:`iamtriage.parse`.
    """
    if isinstance(source, Failure):
        return source
    if callable(getattr(source, "client", None)) or callable(getattr(source, "create_client", None)):
        msg = f"the first argument must be the failure, not a session ({type(source).__name__})"
        raise TypeError(msg)
    if not isinstance(source, str | bytes | BaseException | Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(
            wrong_type_message(
                "the first argument", "a failure, an exception, a string, bytes or a mapping", source
            )
        )
    return parse(source)


def call_with_client(
    session: object,
    service: str,
    asked: str,
    client_args: Mapping[str, Any],
    use: Callable[[Any], _Result | Refusal],
) -> _Result | Refusal:
    """Create a client, pass it to a function and close it.

    The timeouts are those of :func:`iamtriage.boto.sts_client`.

    Raises:
        TypeError: The session is not a session, or ``session.client`` does not accept an argument.
    """
    core = get_sync_session(session)
    create_client = get_client_factory(session)
    config = client_args.get("config")
    if config is not None and not isinstance(config, Config):
        raise TypeError(wrong_type_message("config", "a botocore Config", config))
    arguments = {**client_args, "config": build_config(core, config)}
    inspect.signature(create_client).bind(service, **arguments)
    client = call_or_refusal(asked, create_client, service, **arguments)
    if isinstance(client, Refusal):
        return client
    with closing(client):
        return use(client)


def call_or_refusal(asked: str, call: Callable[..., _Result], *args: Any, **kwargs: Any) -> _Result | Refusal:  # noqa: ANN401
    """Return the result of a function, or a refusal if it raises an exception."""
    try:
        return call(*args, **kwargs)
    except Exception as error:  # noqa: BLE001
        # botocore also lets exceptions of sockets, files, JSON and plugins through.
        return _build_refusal(asked, error)


def get_error_code(refusal: Refusal) -> str | None:
    """Return the error code of the AWS failure."""
    return None if refusal.failure is None else refusal.failure.envelope.code


def choose_region(
    session: object,
    client_args: Mapping[str, Any],
    failure: Failure | None,
    asked: str,
    *,
    stated_region: str | None = None,
    session_first: bool,
) -> str | Refusal | None:
    """Return the Region to call, or ``None`` to let the client resolve it.

    The first of these wins: the Region in ``client_args``; the session's Region, if ``session_first``; the
    failure's Region (``stated_region``, else the one in its ARNs); the session's Region.

    A failure never redirects a call to another partition: the session's credentials are not valid there, and
    the request would disclose their session token. Such a call becomes a :class:`Refusal`. A session without
    a Region has no partition to compare.
    """
    requested: object = client_args.get("region_name") or getattr(
        client_args.get("config"), "region_name", None
    )
    if isinstance(requested, str):
        return requested
    session_region: object = call_or_refusal(asked, get_sync_session(session).get_config_variable, "region")
    partition, region = _locate_call(failure)
    if stated_region is not None and partition in {None, find_partition(stated_region)}:
        partition, region = find_partition(stated_region), stated_region
    if not isinstance(session_region, str):
        return region
    session_partition = find_partition(session_region)
    if session_partition is None:
        return session_region  # in an unknown partition, so the failure must not redirect the call
    if partition not in {None, session_partition}:
        reason = (
            f"The failed call is in the partition {partition}, but the session's Region "
            f"{quote_text(session_region)} is in {session_partition}."
        )
        return Refusal(asked, reason)
    return session_region if session_first else (region or session_region)


def _locate_call(failure: Failure | None) -> tuple[str | None, str | None]:
    """Return the partition and Region of a failed call, if its ARNs state them."""
    partition: str | None = None
    region: str | None = None
    for text in () if failure is None else (failure.resource, failure.principal):
        try:
            arn = parse_arn(text or "")
        except InvalidArnError:
            continue
        if partition is None and arn.partition in PARTITIONS:
            partition = arn.partition
        if region is None and partition == arn.partition == find_partition(arn.region):
            region = arn.region
    return partition, region


def _build_refusal(asked: str, error: Exception) -> Refusal:
    # Without contexts: the context can be the failure that the query is about.
    failure = parse_raised(error, contexts=False)
    if failure is None:
        return Refusal(asked, f"{type(error).__name__}: {clip_text(redact(_format_error(error)))}")
    summary = escape_controls(redact(explain(failure).summary))
    return Refusal(asked, summary if len(summary) <= _MAX_LENGTH else f"{summary[:_MAX_LENGTH]}…", failure)


def _format_error(error: Exception) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001 (a `__str__` can raise anything)
        return ""
