"""Reads raised exceptions by their shape; botocore and kubernetes are not imported.

A ``ClientError`` is an exception with a ``response`` mapping and an ``operation_name``; a
``BotoCoreError`` one whose class descends from a class of that name; kubernetes' ``ApiException``
one with ``status``, ``reason`` and ``body``. Anything else is read by its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from iamtriage._reading.assembly import excerpt, read_cause
from iamtriage._reading.structured.mappings import as_document, failures_of, load, stated_by
from iamtriage._reading.vocabulary.codes import kind_of_client_class
from iamtriage._reading.vocabulary.pieces import BEST, CLASS_NAME, GIVEN, Piece
from iamtriage._reading.vocabulary.triggers import may_hold_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.structured.mappings import Document
    from iamtriage.failures._failures import Failure

_MOST_EXCEPTIONS = 200


def failures_raised(error: BaseException) -> Iterator[list[Failure]]:
    """Give the failures of an exception, level by level, those of a level innermost first.

    The first level is the exception and what it was raised from. The next are those that were being handled
    when one of the level before was raised: a failure of theirs may have nothing to do with it.
    """
    for level in _levels(error):
        yield [failure for failure in map(_failure, reversed(level)) if failure is not None]


def group_behind(error: BaseException) -> BaseExceptionGroup[BaseException] | None:
    """Give the group that an exception was raised from: beside a failure, that may hold anything else."""
    current = _attribute(error, "__cause__")
    seen: set[int] = set()
    while current is not None and id(current) not in seen and len(seen) < _MOST_EXCEPTIONS:
        if issubclass(type(current), BaseExceptionGroup):
            return cast("BaseExceptionGroup[BaseException]", current)
        seen.add(id(current))
        current = _attribute(cast("BaseException", current), "__cause__")
    return None


def _levels(error: BaseException) -> Iterator[list[BaseException]]:
    """Walk causes and groups of each level outermost first, and go on with contexts; each exception once."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        level: list[BaseException] = []
        handled: list[object] = []
        while waiting and len(seen) < _MOST_EXCEPTIONS:
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
                # What is read is reversed later: the first of a group shall come first then.
                waiting.extend(cast("BaseExceptionGroup[BaseException]", current).exceptions)
        if not level:
            return
        yield level
        waiting = [each for each in reversed(handled) if each is not None]


def _failure(error: BaseException) -> Failure | None:
    text = _text_of(error)
    try:
        return _by_shape(error, text)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (what stands in a foreign exception may raise anything)
        return read_cause(text) if may_hold_failure(text) else None


def _by_shape(error: BaseException, text: str) -> Failure | None:
    response = as_document(_attribute(error, "response"))
    operation = _attribute(error, "operation_name")
    if response and isinstance(operation, str):
        return _client_error(text, response, operation)
    status, body = _attribute(error, "status"), _attribute(error, "body")
    if (
        isinstance(status, int)
        and isinstance(body, str | bytes | None)
        and _has(error, "body", "reason", "headers")
    ):
        return _api_exception(error, text, status, body)
    if any(cls.__name__ == "BotoCoreError" for cls in type(error).__mro__):
        return _botocore_error(error, text)
    # The text of a KeyError is the key that is not there, such as 'AccessDenied' of a table of codes.
    if issubclass(type(error), KeyError) and not any(map(str.isspace, text)):
        return None
    if not may_hold_failure(text):
        return None
    return read_cause(text)


def _client_error(text: str, response: Document, operation: str) -> Failure | None:
    """Read a ClientError: its response wins, its text gives the places."""
    stated = stated_by(response, operation)
    if stated is None:
        return read_cause(text)
    _, partial = stated
    partial.source, partial.aws = "botocore", True
    said = as_document(response.get("Error")).get("Message")
    message = excerpt(said) if isinstance(said, str) else ""
    return read_cause(text if message in text else message, partial)


def _api_exception(error: BaseException, text: str, status: int, body: str | bytes | None) -> Failure | None:
    """Read kubernetes' ApiException: the body is the API server's Status.

    Clients that OpenAPI Generator made for any other API have exceptions of the same shape.
    """
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    for failure in failures_of(as_document(load(body) if body else None)):
        return failure
    if status == 401 and any(cls.__module__.startswith("kubernetes") for cls in type(error).__mro__):
        partial = Piece("body", 0, 0, kind="kubernetes_unauthorized", source="kubernetes", aws=True)
        partial.put("status_code", str(status), rank=BEST)
        return read_cause(text, partial)
    return read_cause(text) if may_hold_failure(text) else None


def _botocore_error(error: BaseException, text: str) -> Failure | None:
    """Read one of botocore's client-side errors: by its class, and by what its text quotes."""
    name = next(cls.__name__ for cls in type(error).__mro__ if _is_botocore(cls))
    partial = Piece("body", 0, 0, source="botocore", aws=True)
    kind = kind_of_client_class(name)
    # A WaiterError quotes the service's code; a class of credentials is the code itself.
    partial.put("code", name, rank=GIVEN if kind else CLASS_NAME)
    partial.kind, partial.wrapper = kind, kind is not None and kind != "aws_error"
    if kind is None and not may_hold_failure(text):
        return None
    failure = read_cause(text, partial)
    unsaid = kind is None and failure is not None and failure.kind == "aws_error"
    return None if unsaid else failure


def _is_botocore(cls: type) -> bool:
    return cls.__module__.split(".", 1)[0] in {"botocore", "aiobotocore"} or cls.__name__ == "BotoCoreError"


def _text_of(error: BaseException) -> str:
    """Give an exception's text; "" where even that raises."""
    try:
        # A class of texts may have methods of its own, which raise as well.
        return excerpt(str.__str__(str(error)))
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a foreign __str__ may raise anything)
        return ""


def _has(error: BaseException, *names: str) -> bool:
    missing = object()
    return all(_attribute(error, name, missing) is not missing for name in names)


def _attribute(error: BaseException, name: str, default: object = None) -> object:
    try:
        return getattr(error, name, default)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a foreign property may raise anything)
        return default
