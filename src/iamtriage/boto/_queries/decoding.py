"""Decode the encoded message of a denial with STS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage.authorization._decoded_messages import DecodedMessage, read_decoded_message
from iamtriage.boto._queries.calls import (
    Refusal,
    call_or_refusal,
    call_with_client,
    choose_region,
    find_failure,
    get_error_code,
)
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from iamtriage.boto._queries.calls import FailureSource

__all__ = ("decode_message", "find_encoded_message")

_ACTION = "sts:DecodeAuthorizationMessage"
# https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
_ENCODED = re.compile(r"[A-Za-z0-9_-]{100,10240}")
_MAX_LENGTH = 20_000  # with line breaks


def decode_message(
    failure: FailureSource,
    session: object,
    **client_args: Any,  # noqa: ANN401 (botocore's)
) -> DecodedMessage | Refusal:
    """Decode the encoded message of a denial: principal, action, resource and matching statements.

    Requires the permission ``sts:DecodeAuthorizationMessage``. The denied principal often lacks it; you can
    use any session of the same account that has it. The session's Region is called or, if it has none, the
    Region in the failure's ARNs. A message from another partition is not sent.

    Args:
        failure: A failure, or anything that :func:`iamtriage.parse` accepts; or the encoded message alone, as
            a string. Line breaks in it, which STS rejects, are removed.
        session: A ``boto3.Session`` or a ``botocore.session.Session``. It is not modified.
        client_args: Arguments for ``session.client("sts", …)``, such as ``region_name`` or ``config``.

    Returns:
        The decoded message, which you can pass to :func:`iamtriage.explain` as facts. A refusal if the call
        is denied, if there is no encoded message, or if it is truncated, too old or from another partition.

    Raises:
        TypeError: The failure or session has the wrong type, or ``session.client`` does not accept an
            argument.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html

    >>> import botocore.session
    >>> print(decode_message("AccessDenied: Access Denied", botocore.session.Session()))
    sts:DecodeAuthorizationMessage: There is no encoded message to decode.
    """
    found = find_failure(failure)
    message = find_encoded_message(found)
    if message is None and isinstance(failure, str) and len(failure) <= _MAX_LENGTH:
        joined = "".join(failure.split())
        message = joined if _ENCODED.fullmatch(joined) else None
    region = choose_region(session, client_args, found, _ACTION, session_first=True)
    if message is None:
        return Refusal(_ACTION, "There is no encoded message to decode.")
    if isinstance(region, Refusal):
        return region
    encoded = message
    arguments = {**client_args, "region_name": region}
    return call_with_client(session, "sts", _ACTION, arguments, lambda client: _decode(client, encoded))


def find_encoded_message(failure: object) -> str | None:
    """Return the encoded message that a failure contains."""
    return failure.encoded_message or None if isinstance(failure, AccessDenied) else None


def _decode(client: Any, message: str) -> DecodedMessage | Refusal:  # noqa: ANN401 (botocore has no types)
    response = call_or_refusal(_ACTION, client.decode_authorization_message, EncodedMessage=message)
    if not isinstance(response, Refusal):
        return call_or_refusal(_ACTION, read_decoded_message, response)
    if get_error_code(response) == "InvalidAuthorizationMessageException":
        reason = "STS rejected the message: it is truncated, altered or too old."
        return attrs.evolve(response, reason=reason)
    return response
