"""Redact the secrets in a text or in parsed data, and optionally the identifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, overload

from iamtriage._text import wrong_type_message
from iamtriage.redaction._hiding import hide_revealed_secrets, hide_secrets
from iamtriage.redaction._secrets import forget_secrets

__all__ = ("redact",)

_Key = TypeVar("_Key")

# A joined word can reveal a secret or identifier, so its surroundings are searched until nothing changes.
_MAX_ROUNDS = 4


@overload
def redact(text: str, *, identifiers: bool = False) -> str: ...
@overload
def redact(text: Mapping[_Key, object], *, identifiers: bool = False) -> dict[_Key, object]: ...
@overload
def redact(text: list[Any], *, identifiers: bool = False) -> list[object]: ...
def redact(
    text: str | Mapping[Any, object] | list[Any], *, identifiers: bool = False
) -> str | dict[Any, object] | list[object]:
    """Return a text, or parsed data, without its secrets, so that you can share it.

    Markers replace secret access keys, session and web identity tokens, request signatures, Authorization
    headers, encoded authorization failure messages, private keys, provider tokens and passwords. A marker
    says what it replaces: ``[REDACTED session token]``, or ``REDACTED-session-token`` in a URL. With
    ``identifiers``, pseudonyms replace accounts, principals, access key IDs, resource names, IP addresses and
    request IDs. The same value gets the same pseudonym everywhere in the text. Partition, service, Region,
    action, and the form of each ARN and name stay.

    :func:`iamtriage.parse` reads a failure of the same kind, action, deny and policy type from the result.
    JSON in the text is redacted value by value, and its other characters stay. XML and URLs stay valid. The
    same text always has the same result, and redacting a redacted text changes nothing. No content raises an
    exception.

    For parsed data, the result is a new dict or list. Its strings are redacted by their keys and contents.
    Tuples become lists, and objects of other types stay.

    Args:
        text: Any text, such as an error, a log or a document; or parsed data, a mapping or a list, such as
            the result of ``json.loads``.
        identifiers: Whether to replace identifiers, too.

    Raises:
        TypeError: ``text`` is not a string, a mapping or a list.

    >>> redact("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY aws s3 ls")
    'AWS_SECRET_ACCESS_KEY=[REDACTED secret access key] aws s3 ls'
    >>> redact("arn:aws-cn:iam::111122223333:user/team/ana: who is ana?", identifiers=True)
    'arn:aws-cn:iam::100000000001:user/path-1/user-1: who is user-1?'
    >>> redact({"user": "ana", "password": "hunter2"})
    {'user': 'ana', 'password': '[REDACTED password]'}
    """
    try:
        if isinstance(text, str):
            return _redact_text(text, identifiers=identifiers)
        if isinstance(text, Mapping | list):  # pyright: ignore[reportUnnecessaryIsInstance]
            from iamtriage.redaction._data import redact_data

            return redact_data(text, _hide_identifiers if identifiers else None)
    finally:
        forget_secrets()
    msg = wrong_type_message("the argument of redact()", "a string, a mapping or a list", text)  # type: ignore[unreachable]
    raise TypeError(msg)


def _redact_text(text: str, *, identifiers: bool) -> str:
    text = hide_secrets(text)
    if not identifiers:
        return text
    # Imported here because it needs the readers, which take long to import.
    from iamtriage.redaction._identifiers import IdentifierRedaction

    redaction = IdentifierRedaction(text)
    for _ in range(_MAX_ROUNDS - 1):
        if redaction.text == text:
            break
        text, windows = hide_revealed_secrets(redaction.text, redaction.changed, redaction.windows)
        if windows is None:
            redaction = IdentifierRedaction(text)
        elif windows:
            redaction.search_windows(text, windows)
    return redaction.text


def _hide_identifiers(text: str) -> str:
    from iamtriage.redaction._identifiers import IdentifierRedaction

    return IdentifierRedaction(text).text
