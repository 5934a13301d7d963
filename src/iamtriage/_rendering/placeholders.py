"""Recognize placeholders: words in capitals that replace unknown values in commands and documents.

A placeholder is one plain word, such as ``ACCOUNT_ID``, because shells interpret ``<…>``, ``{…}`` and ``$…``.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

__all__ = ("find_placeholders", "placeholder_word")

_WORD = lazy_pattern(r"(?<![A-Za-z0-9_.-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![A-Za-z0-9_])")
# A word with such an ending is a placeholder. The environment variables of AWS begin with AWS_.
_ENDINGS = (
    *("_NAME", "_ID", "_ARN", "_PATH", "_URL", "_URI", "_KEY", "_CODE", "_VALUE", "_ADDRESS", "_IP"),
    *("_NUMBER", "_VERSION"),
)
# Every command calls these values by the second name.
_SHORTER = {
    "BUCKET_NAME": "BUCKET",
    "CLUSTER_NAME": "CLUSTER",
    "DOMAIN_NAME": "DOMAIN",
    "OBJECT_NAME": "OBJECT_KEY",
}
_WORDS = frozenset(
    {
        "ACTION",
        "ADDRESS_OR_DOMAIN",
        "ARN",
        "AUDIENCE",
        "BUCKET",
        "CERTIFICATE_FILE",
        "CLUSTER",
        "CODE",
        "DOMAIN",
        "ENCODED_MESSAGE",
        "EXISTING_GROUPS",
        "FILE",
        "FUNCTION",
        "GROUP",
        "HOST",
        "INSTANCE_PROFILE",
        "ISSUER",
        "KEY",
        "MOUNT_POINT",
        "NAME",
        "NAMESPACE",
        "NODEGROUP",
        "OPERATION",
        "PARTITION",
        "PATH",
        "POD",
        "PROFILE",
        "PROVIDER",
        "REGION",
        "REPOSITORY",
        "RESOURCE",
        "ROLE_NAME_WITH_PATH",
        "SERVICE",
        "SERVICE_ACCOUNT",
        "SOURCE_PROFILE",
        "STAGE",
        "SUBJECT",
        "TASK",
        "TASK_DEFINITION",
        "THUMBPRINT",
        "TOKEN",
        "USER",
        "VALUE",
        "VERB",
        "WORKGROUP",
    }
)


def find_placeholders(text: str) -> tuple[str, ...]:
    """Return the placeholders in a command or document, each once, in order.

    >>> find_placeholders("aws eks describe-cluster --name CLUSTER --region REGION")
    ('CLUSTER', 'REGION')
    >>> find_placeholders("arn:aws:iam::ACCOUNT_ID:role/app"), find_placeholders("unset AWS_ACCESS_KEY_ID")
    (('ACCOUNT_ID',), ())
    """
    words = [word for word in _WORD.findall(text) if _is_placeholder(word)]
    if ".REGION." in text:  # a host
        words.append("REGION")
    return tuple(dict.fromkeys(words))


def placeholder_word(name: str) -> str:
    """Return the placeholder for a value of a name in lowercase.

    >>> placeholder_word("cluster_name"), placeholder_word("fleet")
    ('CLUSTER', 'FLEET_NAME')
    """
    word = name.upper()
    word = _SHORTER.get(word, word)
    return word if _is_placeholder(word) else f"{word}_NAME"


def _is_placeholder(word: str) -> bool:
    return word in _WORDS or (word.endswith(_ENDINGS) and not word.startswith("AWS_"))
