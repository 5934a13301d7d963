"""Read botocore's ``ClientError`` by its response, without importing botocore.

It is an exception with a ``response`` mapping and an ``operation_name``. Its text has the places of some facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from iamtriage._reading.excerpts import excerpt
from iamtriage._reading.structured.responses import state_response
from iamtriage._reading.structured.statements import read_at_length, read_exactly
from iamtriage._reading.structured.values import as_document

if TYPE_CHECKING:
    from iamtriage._reading.structured.values import Document
    from iamtriage.failures._failures import Failure


def read_alone(error: BaseException, *, contexts: bool) -> Failure | None:
    """Read a ``ClientError`` if no other exception can add anything to it.

    Args:
        error: the exception.
        contexts: whether a failure that was being handled counts, if the error itself is about access to nothing.
    """
    try:
        response: object = getattr(error, "response", None)
        operation: object = getattr(error, "operation_name", None)
        if type(response) is not dict or type(operation) is not str or error.__cause__ is not None:
            return None
        failure = read_client_error(exception_text(error), cast("Document", response), operation)
        if failure is None or error.__context__ is None or error.__suppress_context__:
            return failure
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (foreign attributes may raise anything)
        return None
    is_whole = failure.envelope.request_id is not None
    return failure if is_whole and not (contexts and failure.kind == "aws_error") else None


def read_by_text(text: str) -> Failure | None:
    """Read an exception by its text."""
    from iamtriage._reading.vocabulary.triggers import may_hold_failure

    if not may_hold_failure(text):
        return None
    from iamtriage._reading.assembly import read_cause

    return read_cause(text)


def read_client_error(text: str, response: Document, operation: str) -> Failure | None:
    """Read a ``ClientError``: its response states the facts, its text has the places of some."""
    statement = state_response(response, operation)
    if statement is None:
        return read_by_text(text)
    if statement.source != "botocore" or not statement.claimed:
        statement = statement._replace(source="botocore", claimed=True)
    if not text.endswith(statement.message):
        said = as_document(response.get("Error")).get("Message")
        if isinstance(said, str) and statement.message not in text:
            # A subclass with a text of its own.
            text = statement.message
    return read_exactly(statement, text) or read_at_length(statement, text)


def exception_text(error: BaseException) -> str:
    """Return an exception's text, "" if even that raises."""
    try:
        text = str(error)
        # A class of strings may have its own methods, which can raise as well.
        return excerpt(text if type(text) is str else str.__str__(text))
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (a foreign __str__ may raise anything)
        return ""
