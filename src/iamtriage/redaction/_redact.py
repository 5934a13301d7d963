"""Redact the secrets in a text, and on request its identifiers."""

from __future__ import annotations

from iamtriage._text import wrong_type_message
from iamtriage.redaction._secrets import hide_secrets

__all__ = ("redact",)

# Redacting a secret can reveal another one, so the text is searched until nothing changes.
_MAX_ROUNDS = 4


def redact(text: str, *, identifiers: bool = False) -> str:
    """Return a text without its secrets, so that you can share it.

    Secret access keys, session and web identity tokens, request signatures, Authorization headers, encoded
    authorization failure messages, private keys and passwords become markers that say what was there, like
    ``[REDACTED session token]``, or ``REDACTED-session-token`` in a URL. With ``identifiers``, accounts,
    principals, access key IDs, resource names, IP addresses and request IDs become pseudonyms. The same value
    gets the same pseudonym everywhere in the text. Partition, service, region, action, and the form of each
    ARN and name stay.

    :func:`iamtriage.parse` reads a failure of the same kind, action, deny and policy type from the result.
    JSON, XML and URLs stay valid. The same text gives the same result, and redacting it again changes
    nothing. No content of the text raises.

    Args:
        text: Any text: an error, a log, a document.
        identifiers: Whether to replace identifiers, too.

    Raises:
        TypeError: ``text`` is not a string.

    >>> redact("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY aws s3 ls")
    'AWS_SECRET_ACCESS_KEY=[REDACTED secret access key] aws s3 ls'
    >>> redact("arn:aws-cn:iam::111122223333:user/team/ana: who is ana?", identifiers=True)
    'arn:aws-cn:iam::100000000001:user/path-1/user-1: who is user-1?'
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = wrong_type_message("the argument of redact()", "a string", text)  # type: ignore[unreachable]
        raise TypeError(msg)
    for _ in range(_MAX_ROUNDS):
        redacted = hide_secrets(text)
        if identifiers:
            # It needs the readers, which take long to import.
            from iamtriage.redaction._identifiers import hide_identifiers

            redacted = hide_identifiers(redacted)
        if redacted == text:
            break
        text = redacted
    return text
