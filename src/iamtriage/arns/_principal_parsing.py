"""Parse principals, with IAM's rules for their names.

Formats and limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_text
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import ACCOUNT, check_name, check_path, raise_invalid_arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import (
    Account,
    FederatedUser,
    InstanceProfile,
    RoleSession,
    Root,
    ServicePrincipal,
    User,
    build_role,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from iamtriage.arns._principals import Principal, Role

__all__ = ("parse_principal",)

# The domains of the partitions, and the domain of older services.
_SERVICE_PRINCIPAL = lazy_pattern(
    r"(?:[a-z0-9-]{1,63}\.){1,5}(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|amazon\.com|c2s\.ic\.gov|sc2s\.sgov\.gov"
    r"|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)


def parse_principal(text: str | Arn) -> Principal:
    """Parse a principal.

    Args:
        text: An IAM or STS ARN, a 12-digit account ID, or the host name of a service principal.

    Raises:
        InvalidArnError: ``text`` is none of these, or IAM would reject its name, path, account or partition.
            The message states the rule, and ``position`` locates the error.
        TypeError: ``text`` is neither a string nor an ``Arn``.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    >>> parse_principal("arn:aws:iam::111122223333:role/team/app")
    Role(partition='aws', account='111122223333', name='app', path='/team/')
    >>> parse_principal("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718").role_name
    'app'
    >>> parse_principal("ec2.amazonaws.com").kind, parse_principal("111122223333").kind
    ('service principal', 'account')
    >>> parse_principal("arn:aws:iam::111122223333:role/my app")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.InvalidArnError: role names can contain only A-Z, a-z, 0-9 and _+=,.@-, not ' ': \
'arn:aws:iam::111122223333:role/my app'
    """
    if isinstance(text, str) and len(text) <= 256 and not text.startswith("arn:"):
        if ACCOUNT.fullmatch(text):
            return Account(text)
        if _SERVICE_PRINCIPAL.fullmatch(text):
            return ServicePrincipal(text)
    arn = text if isinstance(text, Arn) else parse_arn(text)
    return _PrincipalParser(arn).parse()


class _PrincipalParser:
    """Parser for the principal in an ARN. It tracks positions in the text for error messages."""

    def __init__(self, arn: Arn) -> None:
        self.arn = arn
        self.text = str(arn)
        self.resource_position = len(self.text) - len(arn.resource)

    def parse(self) -> Principal:
        arn = self.arn
        kind, _, rest = arn.resource.partition("/")
        parsers: dict[str, Callable[[str], Principal]] = {}
        if arn.service == "iam":
            parsers = {
                "role": self._role,
                "user": self._user,
                "instance-profile": self._profile,
                "root": self._root,
            }
        elif arn.service == "sts":
            parsers = {"assumed-role": self._session, "federated-user": self._federated}
        else:
            position = len(arn.partition) + 5
            self._fail(
                f"a principal's ARN must belong to iam or sts, not {quote_text(arn.service)}", position
            )
        parser = parsers.get(kind)
        if parser is None:
            known = ", ".join(parsers)
            reason = f"unknown {arn.service} principal type {quote_text(kind)}; expected one of {known}"
            self._fail(reason, self.resource_position)
        self._check_sections()
        return parser(rest)

    def _check_sections(self) -> None:
        arn = self.arn
        if arn.partition not in PARTITIONS:
            known = ", ".join(PARTITIONS)
            self._fail(f"unknown partition {quote_text(arn.partition)}; expected one of {known}", 4)
        if arn.region:
            position = len(arn.partition) + len(arn.service) + 6
            self._fail(f"{arn.service} ARNs have no region", position)
        if not ACCOUNT.fullmatch(arn.account):
            position = self.resource_position - 1 - len(arn.account)
            self._fail(f"an account ID must have 12 digits, not {quote_text(arn.account)}", position)

    def _role(self, rest: str) -> Role:
        path, name = self._path_and_name(rest, "role")
        return build_role(self.arn.partition, self.arn.account, name, path)

    def _user(self, rest: str) -> User:
        path, name = self._path_and_name(rest, "user")
        return User(self.arn.partition, self.arn.account, name, path)

    def _profile(self, rest: str) -> InstanceProfile:
        path, name = self._path_and_name(rest, "instance profile")
        return InstanceProfile(self.arn.partition, self.arn.account, name, path)

    def _root(self, rest: str) -> Root:
        if rest or self.arn.resource != "root":
            self._fail("the ARN of an account's root must end with root", self.resource_position + 4)
        return Root(self.arn.partition, self.arn.account)

    def _session(self, rest: str) -> RoleSession:
        role, slash, session = rest.partition("/")
        position = len(self.text) - len(rest)
        if not slash:
            self._fail("the ARN of a role session must end with assumed-role/ROLE/SESSION", len(self.text))
        check_name(role, "role", self.text, position)
        check_name(session, "role session", self.text, position + len(role) + 1)
        return RoleSession(self.arn.partition, self.arn.account, role, session)

    def _federated(self, rest: str) -> FederatedUser:
        check_name(rest, "federated user", self.text, len(self.text) - len(rest))
        return FederatedUser(self.arn.partition, self.arn.account, rest)

    def _path_and_name(self, rest: str, noun: str) -> tuple[str, str]:
        parents, slash, name = rest.rpartition("/")
        path = f"/{parents}/" if slash else "/"
        check_name(name, noun, self.text, len(self.text) - len(name))
        # The path starts with the slash after the type.
        check_path(path, self.text, len(self.text) - len(rest) - 1)
        return path, name

    def _fail(self, reason: str, position: int) -> NoReturn:
        raise_invalid_arn(reason, self.text, position)
