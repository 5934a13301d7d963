"""Decode the kind and the account in an access key ID.

Prefixes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes.
Length: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html.
AWS does not document that newer IDs contain the account. Tal Be'ery discovered and described it.
"""

from __future__ import annotations

import base64
import shlex
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import wrong_type_message
from iamtriage._typing import override
from iamtriage.exceptions import AccessKeyIdError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from iamtriage._rendering.blocks import Block

__all__ = ("AccessKeyId", "AccessKeyKind", "find_access_key_ids")

AccessKeyKind: TypeAlias = Literal[
    "STS service bearer token", "certificate", "context-specific credential", "group", "instance profile",
    "long-term access key", "managed policy", "managed policy version", "public key", "role",
    "temporary access key", "user",
]  # fmt: skip
"""What the first four characters of an access key ID or unique ID mean."""

_KINDS: Final[dict[str, AccessKeyKind]] = {
    "ABIA": "STS service bearer token",
    "ACCA": "context-specific credential",
    "AGPA": "group",
    "AIDA": "user",
    "AIPA": "instance profile",
    "AKIA": "long-term access key",
    "ANPA": "managed policy",
    "ANVA": "managed policy version",
    "APKA": "public key",
    "AROA": "role",
    "ASCA": "certificate",
    "ASIA": "temporary access key",
}
_KEY_PREFIXES = frozenset({"AKIA", "ASIA"})
# The API accepts 16 to 128 characters.
_ID = lazy_pattern(rf"(?:{'|'.join(_KINDS)})[A-Z0-9]{{12,124}}")
# A percent-encoded character or an escaped newline can precede it.
_ID_IN_TEXT = lazy_pattern(
    rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\[nrt]))(?:{_ID.pattern})(?![A-Za-z0-9])"
)
# Base32 after the prefix. The first bit is set; in older IDs, which contain no account, it is not.
_ID_WITH_ACCOUNT = lazy_pattern(r"A[KS]IA[Q-Z2-7][A-Z2-7]{15}")
_MAX_ACCOUNT = 999_999_999_999


def _validate_id(text: str) -> str:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = wrong_type_message("an access key ID", "a string", text)  # type: ignore[unreachable]
        raise TypeError(msg)
    stripped = text.strip()
    if _ID.fullmatch(stripped) is None:
        # Without the text, because it can be a secret that was passed by mistake.
        msg = (
            "not an access key ID: expected a prefix such as AKIA or ASIA, "
            "then 12 to 124 characters A-Z and 0-9"
        )
        raise AccessKeyIdError(msg)
    return stripped


@attrs.frozen
class AccessKeyId(View):
    """An access key ID, or the unique ID of another IAM resource.

    Attributes:
        id: The ID. Surrounding whitespace is ignored.

    Raises:
        AccessKeyIdError: It is not such an ID. The message does not contain the text, because it can be a
            secret that was passed by mistake.
        TypeError: It is not a string.

    >>> key = AccessKeyId("ASIARTX3GSDSVJNFUWS2")
    >>> key.kind, key.is_temporary, key.account
    ('temporary access key', True, '111122223333')
    >>> AccessKeyId("hunter2")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.AccessKeyIdError: not an access key ID: expected a prefix such as AKIA or ASIA, \
then 12 to 124 characters A-Z and 0-9
    """

    id: str = attrs.field(converter=_validate_id)

    @override
    def __str__(self) -> str:
        return self.id

    @property
    def kind(self) -> AccessKeyKind:
        """What the prefix means.

        >>> AccessKeyId("AIDAEXAMPLEEXAMPLE").kind
        'user'
        """
        return _KINDS[self.id[:4]]

    @property
    def is_key(self) -> bool:
        """Whether it is an access key ID, not the unique ID of a user, a role or another resource.

        >>> AccessKeyId("AROAEXAMPLEEXAMPLE").is_key
        False
        """
        return self.id[:4] in _KEY_PREFIXES

    @property
    def is_temporary(self) -> bool:
        """Whether it belongs to temporary credentials, which also need their session token."""
        return self.kind == "temporary access key"

    @property
    def account(self) -> str | None:
        """The 12-digit account ID that the ID contains, or ``None``. It is never guessed.

        Access key IDs of 20 characters contain the account, except for older ones. A made-up ID can contain
        any account.

        >>> AccessKeyId("AKIARZPUZDIKFJNFUWS2").account
        '123456789012'
        >>> AccessKeyId("AKIAIOSFODNN7EXAMPLE").account is None
        True
        """
        if _ID_WITH_ACCOUNT.fullmatch(self.id) is None:
            return None
        number = int.from_bytes(base64.b32decode(self.id[4:])[:6], "big")
        account = (number & 0x7FFF_FFFF_FF80) >> 7
        return f"{account:012d}" if account <= _MAX_ACCOUNT else None

    @property
    def command(self) -> str | None:
        """The AWS CLI command that looks up the account, quoted for a shell, or ``None`` for other IDs.

        STS returns the account of any access key, even in another account, but neither the key's status nor
        its owner.

        >>> print(AccessKeyId("AKIAIOSFODNN7EXAMPLE").command)
        aws sts get-access-key-info --access-key-id AKIAIOSFODNN7EXAMPLE --query Account --output text
        """
        if not self.is_key:
            return None
        words = ["aws", "sts", "get-access-key-info", "--access-key-id", self.id]
        return shlex.join([*words, "--query", "Account", "--output", "text"])

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Code, Fields, Heading

        yield Heading(self.id, 1, (type(self).__name__,))
        rows = (("kind", self.kind), ("account", self.account))
        yield Fields(tuple((name, value) for name, value in rows if value))
        if self.account is None and self.command is not None:
            yield Code(self.command, "sh")


def find_access_key_ids(text: str) -> tuple[AccessKeyId, ...]:
    """Find the access key IDs and other unique IDs in a text.

    Args:
        text: Any text.

    Returns:
        The IDs in order of appearance, without duplicates.

    Raises:
        TypeError: ``text`` is not a string.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids

    >>> [key.account for key in find_access_key_ids("AKIAQAAAAAAAVJNFUWS2, then AKIA6RVFFB77VJNFUWS2")]
    ['000000000001', '999999999999']
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = wrong_type_message("text", "a string", text)  # type: ignore[unreachable]
        raise TypeError(msg)
    found = dict.fromkeys(m[0] for m in _ID_IN_TEXT.finditer(text))
    return tuple(map(AccessKeyId, found))
