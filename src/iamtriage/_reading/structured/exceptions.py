"""Parse exceptions by their shape, without importing botocore or kubernetes.

* ``ClientError``: has a ``response`` mapping and an ``operation_name``
* ``BotoCoreError``: its class inherits from a class of that name
* ``ApiException`` of kubernetes: has ``status``, ``reason`` and ``body``
* A modelled error of the AWS SDK for Python v4: its class is in ``aws_sdk_SERVICE``

Any other exception is parsed by its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from iamtriage._reading.assembly import build_cause, prepare, read_pieces
from iamtriage._reading.judging.context import may_state_context
from iamtriage._reading.structured.client_errors import exception_text, parse_by_text, parse_client_error
from iamtriage._reading.structured.statements import Statement
from iamtriage._reading.structured.unknown_messages import find_failure, states_only_kind
from iamtriage._reading.structured.values import as_document, load, status_of, text_of
from iamtriage._reading.vocabulary.codes import is_generic, kind_of_client_class
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, GIVEN, Piece
from iamtriage._reading.vocabulary.services import service_name
from iamtriage._reading.vocabulary.triggers import may_contain_failure
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure

_MAX_EXCEPTIONS = 200
# Each service has a separate package.
_SDK_V4 = "aws_sdk_"


def failures_by_level(error: BaseException) -> Iterator[list[Failure]]:
    """Yield the failures of an exception by level, the innermost of each level first.

    The first level is the exception and its causes (``__cause__``). Each next level is the contexts (``__context__``)
    of the previous one, whose failures can be unrelated.
    """
    for level in _walk_levels(error):
        yield [failure for failure in map(_parse, reversed(level)) if failure is not None]


def find_group_cause(error: BaseException) -> BaseExceptionGroup[BaseException] | None:
    """Return the exception group among the causes of an exception, or ``None``.

    A group can contain unrelated exceptions.
    """
    current = _attribute(error, "__cause__")
    seen: set[int] = set()
    while current is not None and id(current) not in seen and len(seen) < _MAX_EXCEPTIONS:
        if issubclass(type(current), BaseExceptionGroup):
            return cast("BaseExceptionGroup[BaseException]", current)
        seen.add(id(current))
        current = _attribute(cast("BaseException", current), "__cause__")
    return None


def _walk_levels(error: BaseException) -> Iterator[list[BaseException]]:
    """Yield the exceptions of each level once: the outermost first, with their causes and groups."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        level: list[BaseException] = []
        handled: list[object] = []
        while waiting and len(seen) < _MAX_EXCEPTIONS:
            current = cast("BaseException", waiting.pop())
            if id(current) in seen:
                continue
            seen.add(id(current))
            level.append(current)
            cause = _attribute(current, "__cause__")
            if cause is not None:
                waiting.append(cause)
            elif not _attribute(current, "__suppress_context__"):
                handled.append(_attribute(current, "__context__"))
            if issubclass(type(current), BaseExceptionGroup):
                # The caller reverses the level, so that the first exception of the group comes first.
                waiting.extend(cast("BaseExceptionGroup[BaseException]", current).exceptions)
        if not level:
            return
        yield level
        waiting = [each for each in reversed(handled) if each is not None]


def _parse(error: BaseException) -> Failure | None:
    text = exception_text(error)
    try:
        return _parse_by_shape(error, text)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (any attribute can raise any exception)
        return parse_by_text(text)


def _parse_by_shape(error: BaseException, text: str) -> Failure | None:
    response = as_document(_attribute(error, "response"))
    operation = _attribute(error, "operation_name")
    if response and isinstance(operation, str):
        return parse_client_error(text, response, operation)
    status, body = _attribute(error, "status"), _attribute(error, "body")
    if (
        isinstance(status, int)
        and isinstance(body, str | bytes | None)
        and _has(error, "body", "reason", "headers")
    ):
        return _parse_api_exception(error, text, status, body)
    if any(cls.__name__ == "BotoCoreError" for cls in type(error).__mro__):
        return _parse_botocore_error(error, text)
    if type(error).__module__.startswith(_SDK_V4):
        return _parse_modelled_error(error, text)
    # The text of a KeyError is the missing key, such as 'AccessDenied' of a table of codes.
    if issubclass(type(error), KeyError) and not any(map(str.isspace, text)):
        return None
    return parse_by_text(text)


def _parse_api_exception(
    error: BaseException, text: str, status: int, body: str | bytes | None
) -> Failure | None:
    """Parse kubernetes' ``ApiException``, whose body is the API server's ``Status``.

    Clients that OpenAPI Generator generated for other APIs have exceptions of the same shape.
    """
    from iamtriage._reading.structured.mappings import parse_mapping

    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    for failure in parse_mapping(as_document(load(body) if body else None)):
        return failure
    if status == 401 and any(cls.__module__.startswith("kubernetes") for cls in type(error).__mro__):
        statement = Statement(
            text, "kubernetes", is_exclusive=True, kind="kubernetes_unauthorized", status_code=str(status)
        )
        return find_failure(statement)
    return parse_by_text(text)


def _parse_botocore_error(error: BaseException, text: str) -> Failure | None:
    """Parse a client-side error of botocore by its class, and by the failure that its text quotes."""
    name = next(cls.__name__ for cls in type(error).__mro__ if _is_botocore(cls))
    piece = Piece("body", 0, 0, source="botocore", is_aws=True)
    kind = kind_of_client_class(name)
    # A WaiterError quotes the service's code; a class of credentials is the code itself.
    piece.put("code", name, rank=GIVEN if kind else CLASS_NAME)
    piece.kind, piece.is_wrapper = kind, kind is not None and kind != "aws_error"
    if kind is None and not may_contain_failure(text):
        return None
    unread = prepare(text)
    pieces = read_pieces(unread)
    if kind is not None and states_only_kind(pieces, kind) and not may_state_context(unread.readable):
        envelope = build_envelope(name, None, None, None, None, None, "botocore")
        return build_failure(kind, envelope, text, (0, len(text)), ((), ()), None, None, None, None, ())
    failure = build_cause(unread, pieces, piece)
    is_unspecific = kind is None and failure is not None and failure.kind == "aws_error"
    return None if is_unspecific else failure


def _parse_modelled_error(error: BaseException, text: str) -> Failure | None:
    """Parse a modelled error of the AWS SDK for Python v4: its class is the code, its metadata has the IDs.

    https://github.com/awslabs/aws-sdk-python
    """
    name = type(error).__name__
    if is_generic(name):
        return parse_by_text(text)
    metadata = _attribute(error, "response_metadata")
    service = type(error).__module__.partition(".")[0].removeprefix(_SDK_V4)
    statement = Statement(
        text,
        "python-v4",
        is_exclusive=True,
        code=name,
        service=service_name(service),
        status_code=status_of(getattr(metadata, "http_status_code", None)),
        request_id=text_of(getattr(metadata, "request_id", None)),
        host_id=text_of(getattr(metadata, "extended_request_id", None)),
    )
    return find_failure(statement)


def _is_botocore(cls: type) -> bool:
    return cls.__module__.split(".", 1)[0] in {"botocore", "aiobotocore"} or cls.__name__ == "BotoCoreError"


def _has(error: BaseException, *names: str) -> bool:
    missing = object()
    return all(_attribute(error, name, missing) is not missing for name in names)


def _attribute(error: BaseException, name: str, default: object = None) -> object:
    try:
        return getattr(error, name, default)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (any property can raise any exception)
        return default
