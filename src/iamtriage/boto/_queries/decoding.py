"""Asks STS to decode the encoded message of a denial; not for what the message means.

See ``decoded_messages`` for the latter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage.authorization._decoded_messages import DecodedMessage, read_decoded_message
from iamtriage.boto._queries.calls import Refusal, code_of, failure_told, region_for, tried, with_client
from iamtriage.failures._failures import AccessDenied

if TYPE_CHECKING:
    from iamtriage.boto._queries.calls import Told

__all__ = ("decode_message", "encoded_message_in")

_ASKED = "sts:DecodeAuthorizationMessage"
# https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
_ENCODED = re.compile(r"[A-Za-z0-9_-]{100,10240}")
_LONGEST = 20_000


def decode_message(failure: Told, session: object, **client_args: Any) -> DecodedMessage | Refusal:  # noqa: ANN401 (botocore's)
    """Ask STS what the encoded message of a denial says: who, what, and the statements that denied.

    It takes the permission ``sts:DecodeAuthorizationMessage``, which who was denied often lacks: any session
    of the account that has it will do. The region is the session's, or that of what was called for
    where the session has none. A message of another partition than the session's is not sent.

    Args:
        failure: what :func:`iamtriage.parse` takes or gives; or the encoded message alone, as text. Line
            breaks in it, which STS does not accept, are taken out.
        session: a ``boto3.Session`` or a ``botocore.session.Session``; it is not changed.
        client_args: what ``session.client("sts", …)`` takes, such as ``region_name`` or ``config``.

    Returns:
        The decoded message, which :func:`iamtriage.explain` takes as facts; a refusal where it is denied,
        there is no encoded message, or it is cut, too old, or of another partition.

    Raises:
        TypeError: nothing that tells of a failure, not a session, or an argument that ``session.client``
            does not have.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html

    >>> import botocore.session
    >>> print(decode_message("AccessDenied: Access Denied", botocore.session.Session()))
    sts:DecodeAuthorizationMessage: There is no encoded message to decode.
    """
    found = failure_told(failure)
    message = encoded_message_in(found)
    if message is None and isinstance(failure, str) and len(failure) <= _LONGEST:
        alone = "".join(failure.split())
        message = alone if _ENCODED.fullmatch(alone) else None
    region = region_for(session, client_args, found, _ASKED, session_first=True)
    if message is None:
        return Refusal(_ASKED, "There is no encoded message to decode.")
    if isinstance(region, Refusal):
        return region
    encoded = message
    arguments = {**client_args, "region_name": region}
    return with_client(session, "sts", _ASKED, arguments, lambda client: _decoded(client, encoded))


def encoded_message_in(failure: object) -> str | None:
    """Give the encoded message that a failure states."""
    return failure.encoded_message or None if isinstance(failure, AccessDenied) else None


def _decoded(client: Any, message: str) -> DecodedMessage | Refusal:  # noqa: ANN401 (botocore has no types)
    answer = tried(_ASKED, client.decode_authorization_message, EncodedMessage=message)
    if not isinstance(answer, Refusal):
        return tried(_ASKED, read_decoded_message, answer)
    if code_of(answer) == "InvalidAuthorizationMessageException":
        reason = "STS does not accept this message: it is cut or changed, or too old."
        return attrs.evolve(answer, reason=reason)
    return answer
