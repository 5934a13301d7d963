"""Parse principals into types, with IAM's rules for their names.

Formats and limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage._typing import override
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import ACCOUNT, check_name, check_path, raise_invalid_arn
from iamtriage.arns._partitions import PARTITIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

__all__ = (
    "Account",
    "FederatedUser",
    "IdentityCenterRole",
    "InstanceProfile",
    "Principal",
    "Role",
    "RoleSession",
    "Root",
    "ServiceLinkedRole",
    "ServicePrincipal",
    "User",
    "parse_principal",
)

IDENTITY_CENTER_PREFIX = "AWSReservedSSO_"
SERVICE_LINKED_PREFIX = "AWSServiceRoleFor"

# The domains of the partitions, and the domain of older services.
_SERVICE_PRINCIPAL = lazy_pattern(
    r"(?:[a-z0-9-]{1,63}\.){1,5}(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|amazon\.com|c2s\.ic\.gov|sc2s\.sgov\.gov"
    r"|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_IDENTITY_CENTER = lazy_pattern(r"AWSReservedSSO_(?P<set>[A-Za-z0-9_+=,.@-]{1,32})_(?P<suffix>[0-9a-f]{16})")
_IDENTITY_CENTER_PATH = lazy_pattern(r"/aws-reserved/sso\.amazonaws\.com/(?:(?P<region>[a-z0-9-]{1,40})/)?")
_SERVICE_LINKED_PATH = lazy_pattern(r"/aws-service-role/(?P<service>[^/]{1,128})/")


class _ArnPrincipal(Value, View):
    """A principal that has an ARN."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def arn(self) -> Arn: ...

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen(eq=False)
class _NamedPrincipal(_ArnPrincipal):
    """An IAM entity that has a path and a name."""

    _type: ClassVar[str]

    partition: str
    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> Arn:
        """The ARN, with the path."""
        return Arn(self.partition, "iam", "", self.account, f"{self._type}{self.path}{self.name}")


@attrs.frozen(eq=False)
class Account(Value, View):
    """An account as a principal, identified by its ID.

    Attributes:
        account: 12 digits.

    >>> parse_principal("111122223333")
    Account(account='111122223333')
    """

    kind: ClassVar[str] = "account"

    account: str

    @override
    def __str__(self) -> str:
        return self.account


@attrs.frozen(eq=False)
class ServicePrincipal(Value, View):
    """An AWS service as a principal.

    Attributes:
        name: ``"ec2.amazonaws.com"``, ….

    >>> parse_principal("ec2.amazonaws.com")
    ServicePrincipal(name='ec2.amazonaws.com')
    """

    kind: ClassVar[str] = "service principal"

    name: str

    @override
    def __str__(self) -> str:
        return self.name


@attrs.frozen(eq=False)
class Root(_ArnPrincipal):
    """The root user of an account; in a policy, the whole account.

    Attributes:
        partition: The account's partition.
        account: 12 digits.

    >>> parse_principal("arn:aws:iam::111122223333:root").account
    '111122223333'
    """

    kind: ClassVar[str] = "root"

    partition: str
    account: str

    @property
    def arn(self) -> Arn:
        """The ARN."""
        return Arn(self.partition, "iam", "", self.account, "root")


# The classes of users, instance profiles and roles inherit all attributes and the methods that attrs created.
# Decorating each of them would take a millisecond of the first call.


class User(_NamedPrincipal):
    """An IAM user. STS includes the path of a user.

    Attributes:
        partition: The account's partition.
        account: 12 digits.
        name: 1 to 64 characters.
        path: ``"/"``, or the text between type and name: ``"/team/"``.

    >>> user = parse_principal("arn:aws:iam::111122223333:user/team/ana")
    >>> user.name, user.path
    ('ana', '/team/')
    """

    __slots__ = ()
    kind: ClassVar[str] = "user"
    _type: ClassVar[str] = "user"


@attrs.frozen(eq=False)
class FederatedUser(_ArnPrincipal):
    """A session of ``sts:GetFederationToken``.

    Attributes:
        partition: The account's partition.
        account: 12 digits.
        name: 2 to 32 characters.

    >>> str(FederatedUser("aws", "111122223333", "ana"))
    'arn:aws:sts::111122223333:federated-user/ana'
    """

    kind: ClassVar[str] = "federated user"

    partition: str
    account: str
    name: str

    @property
    def arn(self) -> Arn:
        """The ARN in STS."""
        return Arn(self.partition, "sts", "", self.account, f"federated-user/{self.name}")


class InstanceProfile(_NamedPrincipal):
    """The container that assigns a role to an EC2 instance. Not a principal, but often mistaken for one.

    Attributes:
        partition: The account's partition.
        account: 12 digits.
        name: 1 to 128 characters; the role can have another name.
        path: The path of the profile; the role can have another path.

    >>> parse_principal("arn:aws:iam::111122223333:instance-profile/web").name
    'web'
    """

    __slots__ = ()
    kind: ClassVar[str] = "instance profile"
    _type: ClassVar[str] = "instance-profile"


class Role(_NamedPrincipal):
    """An IAM role.

    Attributes:
        partition: The account's partition.
        account: 12 digits.
        name: 1 to 64 characters, unique in the account regardless of the path.
        path: ``"/"``, or the text between type and name: ``"/team/"``. Also ``"/"`` if the ARN comes from STS
            or aws-auth, which omit the path.

    >>> str(Role("aws", "111122223333", "app", "/team/"))
    'arn:aws:iam::111122223333:role/team/app'
    """

    __slots__ = ()
    kind: ClassVar[str] = "role"
    _type: ClassVar[str] = "role"

    @property
    def lacks_its_path(self) -> bool:
        """Whether the path is missing, although this kind of role always has one."""
        return False


class IdentityCenterRole(Role):
    """A role that IAM Identity Center created for a permission set. Edit the set, not the role.

    >>> path = "aws-reserved/sso.amazonaws.com/eu-west-1"
    >>> role = parse_principal(f"arn:aws:iam::111122223333:role/{path}/AWSReservedSSO_View_0123456789abcdef")
    >>> role.permission_set, role.region, role.suffix, role.lacks_its_path
    ('View', 'eu-west-1', '0123456789abcdef', False)
    """

    __slots__ = ()
    kind: ClassVar[str] = "Identity Center role"

    @property
    def permission_set(self) -> str | None:
        """The name of the permission set; ``None`` if the role's name is truncated or masked.

        >>> role = "arn:aws:iam::111122223333:role/AWSReservedSSO_View_Only_0123456789abcdef"
        >>> parse_principal(role).permission_set
        'View_Only'
        """
        match = _IDENTITY_CENTER.fullmatch(self.name)
        return match["set"] if match else None

    @property
    def suffix(self) -> str | None:
        """The 16 hexadecimal digits at the end of the name, different in each account, or ``None``."""
        match = _IDENTITY_CENTER.fullmatch(self.name)
        return match["suffix"] if match else None

    @property
    def region(self) -> str | None:
        """The Identity Center Region in the path; ``None`` if it has none, as for ``us-east-1``."""
        match = _IDENTITY_CENTER_PATH.fullmatch(self.path)
        return match["region"] if match else None

    @property
    @override
    def lacks_its_path(self) -> bool:
        """Whether the reserved path is missing, as in ARNs from STS."""
        return self.path == "/"


class ServiceLinkedRole(Role):
    """A role that a service created for itself; only that service can change or assume it.

    >>> path = "aws-service-role/ecs.amazonaws.com"
    >>> parse_principal(f"arn:aws:iam::111122223333:role/{path}/AWSServiceRoleForECS").service
    'ecs.amazonaws.com'
    """

    __slots__ = ()
    kind: ClassVar[str] = "service-linked role"

    @property
    def service(self) -> str | None:
        """The service in the path; ``None`` if the path is missing."""
        match = _SERVICE_LINKED_PATH.fullmatch(self.path)
        return match["service"] if match else None

    @property
    @override
    def lacks_its_path(self) -> bool:
        """Whether the reserved path is missing, as in ARNs from STS."""
        return self.path == "/"


@attrs.frozen(eq=False)
class RoleSession(_ArnPrincipal):
    """A session of an assumed role. STS omits the path of the role.

    Attributes:
        partition: The account's partition.
        account: 12 digits.
        role_name: The name of the role.
        session_name: 2 to 64 characters, chosen by the caller of ``sts:AssumeRole``; on EC2, the instance ID.

    >>> session = parse_principal("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718")
    >>> session.session_name, str(session.role)
    ('i-0a1b2c3d4e5f60718', 'arn:aws:iam::111122223333:role/app')
    """

    kind: ClassVar[str] = "role session"

    partition: str
    account: str
    role_name: str
    session_name: str

    @property
    def arn(self) -> Arn:
        """The ARN in STS."""
        resource = f"assumed-role/{self.role_name}/{self.session_name}"
        return Arn(self.partition, "sts", "", self.account, resource)

    @property
    def role(self) -> Role:
        """The role with the path ``"/"``, which can be wrong: see :attr:`Role.lacks_its_path`."""
        return build_role(self.partition, self.account, self.role_name, "/")


Principal: TypeAlias = (
    Account
    | FederatedUser
    | IdentityCenterRole
    | InstanceProfile
    | Role
    | RoleSession
    | Root
    | ServiceLinkedRole
    | ServicePrincipal
    | User
)
"""Every type that :func:`parse_principal` returns."""


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


def build_role(partition: str, account: str, name: str, path: str) -> Role:
    """Build a role of the type that its name and path indicate."""
    has_path = path != "/"
    if name.startswith(IDENTITY_CENTER_PREFIX) and (not has_path or _IDENTITY_CENTER_PATH.fullmatch(path)):
        return IdentityCenterRole(partition, account, name, path)
    if _SERVICE_LINKED_PATH.fullmatch(path) if has_path else name.startswith(SERVICE_LINKED_PREFIX):
        return ServiceLinkedRole(partition, account, name, path)
    return Role(partition, account, name, path)


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
