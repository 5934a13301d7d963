"""Parse ARNs into their six sections.

Format: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html. The parser is as strict as the
AWS SDK for Go: an ARN starts with ``arn:`` and has at least five colons. Nothing else is checked, because
each service formats the sections in its own way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_text, wrong_type_message
from iamtriage._typing import NamedTuple, override

if TYPE_CHECKING:
    from iamtriage.exceptions import InvalidArnError

__all__ = ("Arn", "parse_arn")

_SECTIONS = ("partition", "service", "region", "account", "resource")
_SEPARATOR = lazy_pattern(r"[:/]")
# Services whose resources start with a name, without a type.
_SERVICES_WITHOUT_TYPES = frozenset({"apigateway", "codecommit", "codepipeline", "execute-api", "sns", "sqs"})


class _Sections(NamedTuple):
    partition: str
    service: str
    region: str
    account: str
    resource: str


class Arn(View, _Sections):
    """An Amazon Resource Name in sections, as written. ``str()`` returns the original text.

    An ARN is a named tuple: immutable, ordered and hashable. :func:`parse_arn` creates one from a string. The
    methods ``_replace`` and ``_make`` of named tuples do not check the sections.

    Attributes:
        partition: ``"aws"``, ``"aws-cn"``, ….
        service: ``"iam"``, ``"s3"``, ….
        region: Empty if the service is global.
        account: 12 digits, empty, or ``"aws"`` for resources that AWS owns.
        resource: Everything after the fifth colon.

    Raises:
        InvalidArnError: A section other than the resource contains a colon, which would change the sections.
        TypeError: A section is not a string.

    >>> str(Arn("aws", "iam", "", "111122223333", "role/team/app"))
    'arn:aws:iam::111122223333:role/team/app'
    """

    __slots__ = ()

    def __new__(cls, partition: str, service: str, region: str, account: str, resource: str) -> Self:
        """Check that the sections form an ARN."""
        sections: tuple[object, ...] = (partition, service, region, account, resource)
        for name, section in zip(_SECTIONS, sections, strict=True):
            if not isinstance(section, str):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(wrong_type_message(name, "a string", section))
            if ":" in section and name != "resource":
                from iamtriage.exceptions import InvalidArnError

                msg = f"{name} must not contain a colon: {quote_text(section)}"
                raise InvalidArnError(msg, text=section, position=section.index(":"))
        return super().__new__(cls, partition, service, region, account, resource)

    @override
    def __str__(self) -> str:
        return "arn:" + ":".join(self)

    @property
    def resource_parts(self) -> tuple[str, str, str]:
        """The resource up to its first separator, the separator (``:`` or ``/``) and the rest.

        Without a separator, the last two are empty. What the parts mean depends on the service.

        >>> parse_arn("arn:aws:iam::111122223333:role/team/app").resource_parts
        ('role', '/', 'team/app')
        """
        separator = _SEPARATOR.search(self.resource)
        if separator is None:
            return self.resource, "", ""
        return self.resource[: separator.start()], separator[0], self.resource[separator.end() :]

    @property
    def resource_type(self) -> str | None:
        """The resource type, if the ARN has one before its first separator.

        ``None`` if there is no separator, or if the service has a name there, such as a bucket before its key
        or an API before its path.

        >>> parse_arn("arn:aws:rds:eu-west-1:111122223333:db:orders").resource_type
        'db'
        >>> parse_arn("arn:aws:s3:::bucket/key").resource_type is None
        True
        """
        first, separator, _ = self.resource_parts
        is_name = self.service in _SERVICES_WITHOUT_TYPES or (self.service == "s3" and not self.account)
        return first if separator and first and not is_name else None

    @property
    def resource_id(self) -> str:
        """The resource after its type; the whole resource if it has no type.

        >>> parse_arn("arn:aws:iam::111122223333:user/team/ana").resource_id
        'team/ana'
        """
        return self.resource if self.resource_type is None else self.resource_parts[2]


def parse_arn(text: str) -> Arn:
    """Parse an ARN.

    Args:
        text: The ARN without surrounding text. Like the SDKs, the parser keeps whitespace and control
            characters; :func:`parse_principal` rejects them.

    Raises:
        InvalidArnError: The text does not start with ``arn:``, or has fewer than six sections.
        TypeError: ``text`` is not a string.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

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
        raise TypeError(wrong_type_message("an ARN", "a string", text)) from None
    if len(sections) == 5 and prefix == "arn":
        # The checks of `Arn.__new__` are not necessary here.
        return Arn._make(sections)
    raise _build_error(text)


def _build_error(text: str) -> InvalidArnError:
    """Build the error for a text that is not an ARN."""
    from iamtriage.exceptions import InvalidArnError

    # Not `text.startswith`: a compiled pattern has `split`, too, but is not a string.
    if not str.startswith(text, "arn:"):
        hint = " (it occurs later)" if 0 < text.find("arn:") < 2000 else ""
        return InvalidArnError(
            f"not an ARN: the text does not begin with 'arn:'{hint}: {quote_text(text)}", text=text
        )
    missing = _SECTIONS[text.count(":")]
    return InvalidArnError(
        f"not an ARN: the text ends before the {missing}: {quote_text(text)}", text=text, position=len(text)
    )
