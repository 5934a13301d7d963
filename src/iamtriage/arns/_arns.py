"""ARNs as text with six sections; not for what IAM makes of them, see ``principals`` and ``role_arns``.

The format is of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html. As strict as the
SDK for Go: the text begins with ``arn:`` and has five colons at least. Nothing else is checked, since
each service writes the sections as it likes.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Self

from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.exceptions import InvalidArnError

__all__ = ("Arn", "parse_arn")

_SECTIONS = ("partition", "service", "region", "account", "resource")
_SEPARATOR = re.compile(r"[:/]")
# Services whose resources begin with a name, not with a type.
_TYPELESS = frozenset({"apigateway", "codecommit", "codepipeline", "execute-api", "sns", "sqs"})


class _Sections(NamedTuple):
    partition: str
    service: str
    region: str
    account: str
    resource: str


class Arn(View, _Sections):
    """An Amazon Resource Name, section by section as written. ``str()`` gives the text back.

    A named tuple: frozen, ordered, hashable. :func:`parse_arn` makes one of a text. ``_replace`` and
    ``_make``, which named tuples have, check nothing.

    Attributes:
        partition: ``"aws"``, ``"aws-cn"``, ….
        service: ``"iam"``, ``"s3"``, ….
        region: empty where the service is global.
        account: 12 digits, empty, or ``"aws"`` for what AWS owns.
        resource: everything behind the fifth colon.

    Raises:
        InvalidArnError: a section but the resource holds a colon, so that the text would read differently.
        TypeError: a section is no text.

    >>> str(Arn("aws", "iam", "", "111122223333", "role/team/app"))
    'arn:aws:iam::111122223333:role/team/app'
    """

    __slots__ = ()

    def __new__(cls, partition: str, service: str, region: str, account: str, resource: str) -> Self:
        """Hold the sections to what makes them an ARN."""
        sections: tuple[object, ...] = (partition, service, region, account, resource)
        for name, section in zip(_SECTIONS, sections, strict=True):
            if not isinstance(section, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                msg = f"an ARN's {name} is text, not {type(section).__name__}"
                raise TypeError(msg)
            if ":" in section and name != "resource":
                msg = f"an ARN's {name} holds no colon: {quote_text(section)}"
                raise InvalidArnError(msg, text=section, position=section.index(":"))
        return super().__new__(cls, partition, service, region, account, resource)

    @override
    def __str__(self) -> str:
        return "arn:" + ":".join(self)

    @property
    def resource_parts(self) -> tuple[str, str, str]:
        """The resource up to its first separator, the separator (``:`` or ``/``) and the rest.

        Where there is no separator, it and the rest are empty. So is the text written, whatever it means.

        >>> parse_arn("arn:aws:iam::111122223333:role/team/app").resource_parts
        ('role', '/', 'team/app')
        """
        found = _SEPARATOR.search(self.resource)
        if found is None:
            return self.resource, "", ""
        return self.resource[: found.start()], found[0], self.resource[found.end() :]

    @property
    def resource_type(self) -> str | None:
        """The type of the resource, where the ARN states one before its first separator.

        None where there is no separator, and for services that write a name there: a bucket and its key,
        an API and its path.

        >>> parse_arn("arn:aws:rds:eu-west-1:111122223333:db:orders").resource_type
        'db'
        >>> parse_arn("arn:aws:s3:::bucket/key").resource_type is None
        True
        """
        first, separator, _ = self.resource_parts
        named = self.service in _TYPELESS or (self.service == "s3" and not self.account)
        return first if separator and first and not named else None

    @property
    def resource_id(self) -> str:
        """What stands behind the resource's type; the whole resource where it states no type.

        >>> parse_arn("arn:aws:iam::111122223333:user/team/ana").resource_id
        'team/ana'
        """
        return self.resource if self.resource_type is None else self.resource_parts[2]


def parse_arn(text: str) -> Arn:
    """Read an ARN.

    Args:
        text: the ARN and nothing around it. White space and control characters are kept, as in the
            SDKs; the functions that know what a principal is refuse them.

    Raises:
        InvalidArnError: the text does not begin with ``arn:``, or has fewer than six sections.
        TypeError: ``text`` is no text.

    >>> arn = parse_arn("arn:aws:eks:eu-west-1:111122223333:cluster/demo")
    >>> arn.service, arn.resource, str(arn)
    ('eks', 'cluster/demo', 'arn:aws:eks:eu-west-1:111122223333:cluster/demo')
    >>> parse_arn("arn:aws:s3")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.InvalidArnError: not an ARN: the text ends before the region: 'arn:aws:s3'
    """
    try:
        prefix, *sections = text.split(":", 5)
    except (AttributeError, TypeError):
        msg = f"an ARN is text, not {type(text).__name__}"
        raise TypeError(msg) from None
    if len(sections) == 5 and prefix == "arn":
        # Past the checks of `Arn.__new__`, which hold by now.
        return Arn._make(sections)
    raise _fault(text)


def _fault(text: str) -> InvalidArnError:
    """Say what an ARN that is none lacks, and where."""
    # Not `text.startswith`: what splits as a text does need not be one (a compiled pattern).
    if not str.startswith(text, "arn:"):
        at = text.find("arn:")
        around = " (it does further on)" if 0 < at < 2000 else ""
        return InvalidArnError(
            f"not an ARN: the text does not begin with 'arn:'{around}: {quote_text(text)}", text=text
        )
    missing = _SECTIONS[text.count(":")]
    return InvalidArnError(
        f"not an ARN: the text ends before the {missing}: {quote_text(text)}", text=text, position=len(text)
    )
