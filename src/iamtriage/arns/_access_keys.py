"""What an access key id tells of itself; not for secrets, nor for what the key may do.

The prefixes are of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes.
The length is that of https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html. That
newer ids hold their account is not documented by AWS; it was found and described by Tal Be'ery.
"""

from __future__ import annotations

import base64
import re
import shlex
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage.exceptions import AccessKeyIdError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from iamtriage._rendering.blocks import Block

__all__ = ("AccessKeyId", "AccessKeyKind", "find_access_key_ids")

AccessKeyKind: TypeAlias = Literal[
    "STS service bearer token",
    "certificate",
    "context-specific credential",
    "group",
    "instance profile",
    "long-term access key",
    "managed policy",
    "managed policy version",
    "public key",
    "role",
    "temporary access key",
    "user",
]
"""What the first four characters of a key id or unique id stand for."""

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
_KEYS = frozenset({"AKIA", "ASIA"})
# The API takes 16 to 128 characters.
_SHAPE = re.compile(rf"(?:{'|'.join(_KINDS)})[A-Z0-9]{{12,124}}")
# A percent-encoded sign, or an escaped line end, may stand directly in front.
_IN_TEXT = re.compile(
    rf"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\[nrt]))(?:{_SHAPE.pattern})(?![A-Za-z0-9])"
)
# base32 behind the prefix, its first bit set: ids of the older kind, without an account, have it not.
_WITH_ACCOUNT = re.compile(r"A[KS]IA[Q-Z2-7][A-Z2-7]{15}")
_LARGEST_ACCOUNT = 999_999_999_999


def _read(text: str) -> str:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"an access key id is text, not {type(text).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    written = text.strip()
    if _SHAPE.fullmatch(written) is None:
        # Without the text, since it may be a secret that was given by mistake.
        msg = "an access key id has a prefix such as AKIA or ASIA, then 12 to 124 of A-Z and 0-9"
        raise AccessKeyIdError(msg)
    return written


@attrs.frozen
class AccessKeyId(View):
    """An access key id, or the unique id of something else in IAM.

    Attributes:
        id: the id; white space around it does not matter.

    Raises:
        AccessKeyIdError: no such id. The message does not hold the text, since it may be a secret that
            was given by mistake.
        TypeError: it is no text.

    >>> key = AccessKeyId("ASIARTX3GSDSVJNFUWS2")
    >>> key.kind, key.is_temporary, key.account
    ('temporary access key', True, '111122223333')
    >>> AccessKeyId("hunter2")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.AccessKeyIdError: an access key id has a prefix such as AKIA or ASIA, \
then 12 to 124 of A-Z and 0-9
    """

    id: str = attrs.field(converter=_read)

    @override
    def __str__(self) -> str:
        return self.id

    @property
    def kind(self) -> AccessKeyKind:
        """What its prefix stands for.

        >>> AccessKeyId("AIDAEXAMPLEEXAMPLE").kind
        'user'
        """
        return _KINDS[self.id[:4]]

    @property
    def is_key(self) -> bool:
        """Whether it is of an access key, not of a user, a role or something else.

        >>> AccessKeyId("AROAEXAMPLEEXAMPLE").is_key
        False
        """
        return self.id[:4] in _KEYS

    @property
    def is_temporary(self) -> bool:
        """Whether it is of temporary credentials, which need their session token, too."""
        return self.kind == "temporary access key"

    @property
    def account(self) -> str | None:
        """The 12-digit account that the id holds; None where it holds none, never a guess.

        Access key ids of 20 characters hold it, those of an older kind excepted. Nothing in an id tells
        whether somebody made it up.

        >>> AccessKeyId("AKIARZPUZDIKFJNFUWS2").account
        '123456789012'
        >>> AccessKeyId("AKIAIOSFODNN7EXAMPLE").account is None
        True
        """
        if _WITH_ACCOUNT.fullmatch(self.id) is None:
            return None
        number = int.from_bytes(base64.b32decode(self.id[4:])[:6], "big")
        account = (number & 0x7FFF_FFFF_FF80) >> 7
        return f"{account:012d}" if account <= _LARGEST_ACCOUNT else None

    @property
    def command(self) -> str | None:
        """The AWS CLI command that asks STS for the account, quoted for a shell; None for what is no key.

        STS answers about keys of other accounts, too. It does not say whether a key is active, nor whose.

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
    """Give every id in a text, each once, in the order in which they first stand there.

    Args:
        text: any text.

    Raises:
        TypeError: ``text`` is no text.

    >>> [key.account for key in find_access_key_ids("AKIAQAAAAAAAVJNFUWS2, then AKIA6RVFFB77VJNFUWS2")]
    ['000000000001', '999999999999']
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"find_access_key_ids() takes text, not {type(text).__name__}"  # type: ignore[unreachable]
        raise TypeError(msg)
    found = dict.fromkeys(m[0] for m in _IN_TEXT.finditer(text))
    return tuple(map(AccessKeyId, found))
