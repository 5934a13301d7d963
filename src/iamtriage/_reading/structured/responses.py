"""Parse AWS API responses as botocore parsed them. Others are parsed as bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH
from iamtriage._reading.structured.statements import Statement
from iamtriage._reading.structured.values import (
    CODE_KEYS,
    DENIED,
    HOST_KEYS,
    MESSAGE_KEYS,
    REQUEST_KEYS,
    STATUS_KEYS,
    plain_code,
    status_from_code,
    status_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage._reading.structured.values import Document

# The __new__ of a named tuple takes twice the time.
_new: Callable[[type[Statement], tuple[object, ...]], Statement] = cast("Any", tuple).__new__
_OTHER_FIELDS = tuple(Statement("")[10:])
# Keys of other bodies, which botocore's parsed responses do not have, or only in their metadata.
_UNPARSED_KEYS = frozenset(
    {*CODE_KEYS, *MESSAGE_KEYS, *REQUEST_KEYS, *HOST_KEYS, *STATUS_KEYS, "awsService"} - {"Code", "Message"}
)


def parse_response(response: Document, operation: str | None) -> Statement | None:
    """Return the facts in an API response, or ``None`` if it is not an error."""
    error, metadata = response.get("Error"), response.get("ResponseMetadata")
    if type(error) is dict and type(metadata) is dict and metadata:
        stated = cast("Document", error)
        # With two keys, there are no others.
        has_two = len(stated) == 2 and "Code" in stated and "Message" in stated
        if (has_two or _UNPARSED_KEYS.isdisjoint(stated)) and (
            len(response) == 2 or _UNPARSED_KEYS.isdisjoint(response)
        ):
            return _parse_botocore_response(stated, cast("Document", metadata), operation)
    from iamtriage._reading.structured.bodies import parse_body

    return parse_body(response, operation)


def _parse_botocore_response(error: Document, metadata: Document, operation: str | None) -> Statement | None:
    """Return the facts in a response that botocore parsed."""
    code, message = error.get("Code"), error.get("Message")
    if type(code) is not str or type(message) is not str or not code or len(message) > MAX_TEXT_LENGTH:
        code, message = text_of(code), text_of(message)
        if code is None and message is None and status_of(metadata.get("HTTPStatusCode")) != DENIED:
            return None
    request_id, host_id, status = (
        metadata.get("RequestId"),
        metadata.get("HostId"),
        metadata.get("HTTPStatusCode"),
    )
    if type(request_id) is not str or not request_id:
        request_id = text_of(request_id)
    return _new(
        Statement,
        (
            message or "", "botocore", True, None, plain_code(code), operation, None, status_of(status) or status_from_code(code),
            request_id, None if host_id is None else text_of(host_id), *_OTHER_FIELDS,
        ),
    )  # fmt: skip
