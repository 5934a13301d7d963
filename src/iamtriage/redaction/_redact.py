"""Takes secrets out of a text, and identifiers where that is wanted; not for reading failures.

How secrets and identifiers are found is in ``_redacting``.
"""

from __future__ import annotations

from iamtriage._text import wrong_type_message
from iamtriage.redaction._identifiers import hide_identifiers
from iamtriage.redaction._secrets import hide_secrets

__all__ = ("redact",)

# When some is hidden, the rest may show better: the text is looked at until nothing changes.
_MOST_TURNS = 4


def redact(text: str, *, identifiers: bool = False) -> str:
    """Give a text without its secrets, to show it to others.

    Secret access keys, session and web identity tokens, signatures of requests, Authorization headers,
    encoded authorization failure messages, private keys and passwords become markers that say what was
    there, such as ``[REDACTED session token]``. In URLs a marker is ``REDACTED-session-token``. With
    ``identifiers``, accounts, principals, key ids, names of resources, addresses and ids of requests become
    pseudonyms: the same value the same one everywhere in this text. Partition, service, region, action,
    and the shape of each ARN and name stay.

    What stays is what :func:`iamtriage.parse` needs: the redacted text gives a failure of the same kind,
    action, deny and policy type. JSON, XML and URLs stay what they are. The same text gives the same
    result, and redacting it again changes nothing more. No text raises.

    Args:
        text: any text: an error, a log, a document.
        identifiers: whether to hide who and what it is about, too.

    Raises:
        TypeError: ``text`` is no text.

    >>> redact("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY aws s3 ls")
    'AWS_SECRET_ACCESS_KEY=[REDACTED secret access key] aws s3 ls'
    >>> redact("arn:aws-cn:iam::111122223333:user/team/ana: who is ana?", identifiers=True)
    'arn:aws-cn:iam::100000000001:user/path-1/user-1: who is user-1?'
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = wrong_type_message("the argument of redact()", "a string", text)  # type: ignore[unreachable]
        raise TypeError(msg)
    for _ in range(_MOST_TURNS):
        shown = hide_secrets(text)
        if identifiers:
            shown = hide_identifiers(shown)
        if shown == text:
            break
        text = shown
    return text
