"""Parse botocore's ``ClientError`` by its response, without importing botocore.

A ``ClientError`` is an exception with a ``response`` mapping and an ``operation_name``. The response states the facts;
the text is needed only for their positions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH, excerpt
from iamtriage._reading.structured.responses import parse_response
from iamtriage._reading.structured.statements import parse_known_message
from iamtriage._reading.structured.values import as_document

if TYPE_CHECKING:
    from iamtriage._reading.structured.values import Document
    from iamtriage.failures._failures import Failure


def parse_lone_client_error(error: BaseException, *, contexts: bool) -> Failure | None:
    """Parse a ``ClientError`` if no other exception of its chain can add facts.

    Args:
        error: The exception.
        contexts: Whether an exception that was being handled can replace an ``aws_error``.

    Returns:
        The failure, or ``None`` if the exception is not a ``ClientError`` or the chain must be searched.
    """
    try:
        response: object = getattr(error, "response", None)
        operation: object = getattr(error, "operation_name", None)
        if type(response) is not dict or type(operation) is not str or error.__cause__ is not None:
            return None
        failure = parse_client_error(exception_text(error), cast("Document", response), operation)
        if failure is None or error.__context__ is None or error.__suppress_context__:
            return failure
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (any attribute can raise any exception)
        return None
    has_request_id = failure.envelope.request_id is not None
    return failure if has_request_id and not (contexts and failure.kind == "aws_error") else None


def parse_by_text(text: str) -> Failure | None:
    """Parse the text of an exception."""
    from iamtriage._reading.vocabulary.triggers import may_contain_failure

    if not may_contain_failure(text):
        return None
    from iamtriage._reading.assembly import read_cause

    return read_cause(text)


def parse_client_error(text: str, response: Document, operation: str) -> Failure | None:
    """Parse a ``ClientError``. The facts are from its response, their positions from its text."""
    statement = parse_response(response, operation)
    if statement is None:
        return parse_by_text(text)
    if statement.source != "botocore" or not statement.is_exclusive:
        statement = statement._replace(source="botocore", is_exclusive=True)
    if not text.endswith(statement.message):
        message = as_document(response.get("Error")).get("Message")
        if isinstance(message, str) and statement.message not in text:
            # A subclass has another text.
            text = statement.message
    failure = parse_known_message(statement, text)
    if failure is not None:
        return failure
    # Most errors have a known message, and there are many readers.
    from iamtriage._reading.structured.unknown_messages import parse_unknown_message

    return parse_unknown_message(statement, text)


def exception_text(error: BaseException) -> str:
    """Return the text of an exception, or ``""`` if its ``__str__`` raises."""
    try:
        text = str(error)
        if type(text) is str and len(text) <= MAX_TEXT_LENGTH:
            return text
        # Methods of a subclass of str can raise, too.
        return excerpt(str.__str__(text))
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 (any __str__ can raise any exception)
        return ""
