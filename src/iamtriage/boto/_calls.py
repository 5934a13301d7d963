"""Find the call that failed, with its parameters, in the traceback of an exception.

botocore's stack frames contain the client, the operation and the parameters, so nothing has to be recorded
for calls that succeed. Only parameters that name the resource are read, no request bodies and no secrets.
"""

# botocore has no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import hide_secrets
from iamtriage._typing import NamedTuple
from iamtriage.actions._operation_resources import resource_arn
from iamtriage.arns._arns import parse_arn
from iamtriage.exceptions import InvalidArnError
from iamtriage.explaining._facts import Facts, FailedCall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

    from iamtriage.failures._failures import Failure

__all__ = ("call_facts", "find_call_facts", "hides_interrupt")

_CLIENT_MODULES = frozenset({"botocore.client", "aiobotocore.client"})
_WAITER_MODULES = frozenset({"botocore.waiter", "aiobotocore.waiter"})
_SIGNER_MODULES = frozenset({"botocore.signers", "aiobotocore.signers"})
# The descriptors of BaseException: the class of an exception can override the attributes.
_CAUSE: Any = vars(BaseException)["__cause__"]
_CONTEXT: Any = vars(BaseException)["__context__"]
_SUPPRESS_CONTEXT: Any = vars(BaseException)["__suppress_context__"]
_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_MAX_FRAMES = 1_000
_MAX_EXCEPTIONS = 20


class _Call(NamedTuple):
    """A call of a botocore client."""

    client: Any
    operation: str
    parameters: Mapping[str, object]


def call_facts(error: BaseException) -> Facts | None:
    """Return what the failed call of an exception states: its resource, Region, endpoint and credentials.

    The call is found in the traceback of the exception, of its ``__cause__``, or of the exception whose
    message it quotes, such as the ``ClientError`` in an ``S3UploadFailedError``. A traceback does not survive
    pickling, so call this function in the process that raised the exception.

    Args:
        error: An exception that was raised.

    Returns:
        The facts for :func:`iamtriage.explain`, or ``None`` if no botocore call raised the exception. They
        contain no request body and no secret.

    Raises:
        TypeError: The argument is not an exception.

    >>> call_facts(RuntimeError("no call")) is None
    True
    """
    if not isinstance(error, BaseException):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"error must be an exception, not {type(error).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    from iamtriage._reading.parsing import parse_raised

    return find_call_facts(error, parse_raised(error, contexts=False))


def find_call_facts(error: BaseException, failure: Failure | None) -> Facts | None:
    """Return the facts of the call that an exception reports, or ``None`` if none can be read."""
    try:
        for each in _walk_reported(error):
            call = _find_call(_TRACEBACK.__get__(each))
            if call is not None:
                return _build_facts(call, each, failure)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (attributes of exceptions and clients can raise anything)
        return None
    return None


def _walk_reported(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception, its causes, and a context whose message it quotes."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < _MAX_EXCEPTIONS:
        seen.add(id(current))
        yield current
        following = _CAUSE.__get__(current)
        if following is None and not _SUPPRESS_CONTEXT.__get__(current):
            context: BaseException | None = _CONTEXT.__get__(current)
            following = context if context is not None and _quotes(current, context) else None
        current = following


def _quotes(outer: BaseException, inner: BaseException) -> bool:
    words = str(inner)
    return bool(words) and words in str(outer)


def _find_call(traceback: TracebackType | None) -> _Call | None:
    """Return the innermost call in a traceback."""
    found: _Call | None = None
    for frame in islice(_walk_frames(traceback), _MAX_FRAMES):
        module = frame.f_globals.get("__name__")
        if module in _CLIENT_MODULES and frame.f_code.co_name == "_make_api_call":
            local = frame.f_locals
            found = (
                _build_call(local.get("self"), local.get("operation_name"), local.get("api_params")) or found
            )
        elif module in _SIGNER_MODULES and frame.f_code.co_name == "generate_presigned_url":
            local = frame.f_locals
            found = _build_call(local.get("self"), local.get("operation_name"), local.get("params")) or found
        elif module in _WAITER_MODULES and frame.f_code.co_name == "wait":
            waiter = frame.f_locals.get("self")
            method = getattr(getattr(waiter, "_operation_method", None), "_client_method", None)
            operation = getattr(getattr(waiter, "config", None), "operation", None)
            parameters = frame.f_locals.get("kwargs")
            found = _build_call(getattr(method, "__self__", None), operation, parameters) or found
    return found


def _walk_frames(traceback: TracebackType | None) -> Iterator[FrameType]:
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _build_call(client: object, operation: object, parameters: object) -> _Call | None:
    if not isinstance(operation, str) or not isinstance(parameters, Mapping) or not hasattr(client, "meta"):
        return None
    return _Call(client, operation, cast("Mapping[str, object]", parameters))


def _build_facts(call: _Call, error: BaseException, failure: Failure | None) -> Facts:
    meta = call.client.meta
    service: str = meta.service_model.service_name
    credentials = getattr(getattr(call.client, "_request_signer", None), "_credentials", None)
    account = _find_account(credentials, failure)
    resource = resource_arn(
        call.operation,
        call.parameters,
        service,
        partition=meta.partition,
        region=meta.region_name,
        account=account,
    )
    cluster = call.parameters.get("clusterName", call.parameters.get("name")) if service == "eks" else None
    facts = Facts(
        service=service,
        region=_get_real_region(meta.region_name),
        resource=resource if resource is not None and hide_secrets(resource) == resource else None,
        cluster=cluster if isinstance(cluster, str) and ":" not in cluster else None,
        call=FailedCall(
            operation=call.operation,
            endpoint=hide_secrets(str(meta.endpoint_url)),
            account=account,
            attempts=_count_attempts(error),
            credential_provider=_text_or_none(_instance_attributes(credentials).get("method")),
            is_temporary=_is_temporary(credentials),
            expires=_find_expiry(credentials),
        ),
    )
    return facts.as_derived()


def _get_real_region(region: object) -> str | None:
    """Return the Region, or ``None`` for the pseudo-region that clients of global services have."""
    return region if isinstance(region, str) and not region.endswith("-global") else None


def _find_account(credentials: object, failure: Failure | None) -> str | None:
    """Return the caller's account, from the denied principal or else from the credentials."""
    principal = getattr(failure, "principal", None)
    if isinstance(principal, str):
        try:
            return parse_arn(principal).account or None
        except InvalidArnError:
            pass
    return _text_or_none(
        _instance_attributes(credentials).get(
            "_account_id", _instance_attributes(credentials).get("account_id")
        )
    )


def _count_attempts(error: BaseException) -> int | None:
    response: object = getattr(error, "response", None)
    metadata: object = response.get("ResponseMetadata") if isinstance(response, Mapping) else None
    retries: object = metadata.get("RetryAttempts") if isinstance(metadata, Mapping) else None
    return retries + 1 if type(retries) is int and retries >= 0 else None


def _is_temporary(credentials: object) -> bool | None:
    # The public property of refreshable credentials would refresh them.
    attributes = _instance_attributes(credentials)
    if not attributes:
        return None
    return bool(attributes.get("_token", attributes.get("token")))


def _find_expiry(credentials: object) -> str | None:
    expiry = _instance_attributes(credentials).get("_expiry_time")
    return expiry.astimezone(UTC).isoformat() if isinstance(expiry, datetime) else None


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _instance_attributes(value: object) -> dict[str, object]:
    """Return the attributes of an instance, without calling its properties."""
    return getattr(value, "__dict__", {}) or {}


def hides_interrupt(error: BaseException, handled: BaseException | None) -> bool:
    """Return whether a denial, for example in ``finally``, replaced an exception that stops a program."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and current is not handled and id(current) not in seen:
        seen.add(id(current))
        if not issubclass(type(current), (Exception, BaseExceptionGroup)):
            return True
        # `raise … from` replaces an exception on purpose. Properties of the class can raise.
        context = None if _SUPPRESS_CONTEXT.__get__(current) else _CONTEXT.__get__(current)
        # Before Python 3.11.4, `asyncio.timeout` did not suppress the cancellation that it ended.
        is_ended = type(current) is TimeoutError and type(context).__name__ == "CancelledError"
        current = None if is_ended else context
    return False
