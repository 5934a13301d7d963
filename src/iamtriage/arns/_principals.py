"""Who can call AWS, as types with IAM's own rules for their names; not for where an ARN goes to.

Shapes and limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import ACCOUNT, check_name, check_path, refuse
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

# The partitions' domains, and the one that older services use.
_SERVICE_PRINCIPAL = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){1,5}(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|amazon\.com|c2s\.ic\.gov|sc2s\.sgov\.gov"
    r"|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)
_IDENTITY_CENTER = re.compile(r"AWSReservedSSO_(?P<set>[A-Za-z0-9_+=,.@-]{1,32})_(?P<suffix>[0-9a-f]{16})")
_IDENTITY_CENTER_PATH = re.compile(r"/aws-reserved/sso\.amazonaws\.com/(?:(?P<region>[a-z0-9-]{1,40})/)?")
_SERVICE_LINKED_PATH = re.compile(r"/aws-service-role/(?P<service>[^/]{1,128})/")


class _WithArn(View):
    """A principal that is written as an ARN."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def arn(self) -> Arn: ...

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen
class _Pathed(_WithArn):
    """What IAM names by path and name."""

    _type: ClassVar[str]

    partition: str
    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> Arn:
        """The ARN, with the path."""
        return Arn(self.partition, "iam", "", self.account, f"{self._type}{self.path}{self.name}")


@attrs.frozen
class Account(View):
    """An account as a principal: its number alone.

    Attributes:
        account: 12 digits.
    """

    kind: ClassVar[str] = "account"

    account: str

    @override
    def __str__(self) -> str:
        return self.account


@attrs.frozen
class ServicePrincipal(View):
    """A service that acts by itself.

    Attributes:
        name: ``"ec2.amazonaws.com"``, ….
    """

    kind: ClassVar[str] = "service principal"

    name: str

    @override
    def __str__(self) -> str:
        return self.name


@attrs.frozen
class Root(_WithArn):
    """The root of an account; in a policy it stands for the whole account.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
    """

    kind: ClassVar[str] = "root"

    partition: str
    account: str

    @property
    def arn(self) -> Arn:
        """The ARN."""
        return Arn(self.partition, "iam", "", self.account, "root")


@attrs.frozen
class User(_Pathed):
    """An IAM user. STS tells users' paths too.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 1 to 64 characters.
        path: ``"/"``, or what stands between the type and the name: ``"/team/"``.
    """

    kind: ClassVar[str] = "user"
    _type: ClassVar[str] = "user"


@attrs.frozen
class FederatedUser(_WithArn):
    """A session of ``sts:GetFederationToken``.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 2 to 32 characters.
    """

    kind: ClassVar[str] = "federated user"

    partition: str
    account: str
    name: str

    @property
    def arn(self) -> Arn:
        """The ARN, which is STS's."""
        return Arn(self.partition, "sts", "", self.account, f"federated-user/{self.name}")


@attrs.frozen
class InstanceProfile(_Pathed):
    """What puts a role on an EC2 instance: no principal, but often pasted for one.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 1 to 128 characters; it need not be the role's.
        path: the profile's own path, not the role's.
    """

    kind: ClassVar[str] = "instance profile"
    _type: ClassVar[str] = "instance-profile"


@attrs.frozen
class Role(_Pathed):
    """An IAM role.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 1 to 64 characters, unique in the account whatever the path.
        path: ``"/"``, or what stands between the type and the name: ``"/team/"``. ``"/"`` also where
            the ARN comes from STS or aws-auth, which drop the path.
    """

    kind: ClassVar[str] = "role"
    _type: ClassVar[str] = "role"

    @property
    def lacks_its_path(self) -> bool:
        """Whether the role is of those that always have a path, and this one has none."""
        return False


@attrs.frozen
class IdentityCenterRole(Role):
    """A role that IAM Identity Center made of a permission set; one edits the set, not the role."""

    kind: ClassVar[str] = "Identity Center role"

    @property
    def permission_set(self) -> str | None:
        """The permission set's name; None where the role's name is cut or masked.

        >>> role = "arn:aws:iam::111122223333:role/AWSReservedSSO_View_Only_0123456789abcdef"
        >>> parse_principal(role).permission_set
        'View_Only'
        """
        found = _IDENTITY_CENTER.fullmatch(self.name)
        return found["set"] if found else None

    @property
    def suffix(self) -> str | None:
        """The 16 hexadecimal digits at the name's end, other ones in each account; None without them."""
        found = _IDENTITY_CENTER.fullmatch(self.name)
        return found["suffix"] if found else None

    @property
    def region(self) -> str | None:
        """Identity Center's region as the path states it; None where it does not, as for ``us-east-1``."""
        found = _IDENTITY_CENTER_PATH.fullmatch(self.path)
        return found["region"] if found else None

    @property
    @override
    def lacks_its_path(self) -> bool:
        """Whether the reserved path is missing, as in what STS prints."""
        return self.path == "/"


@attrs.frozen
class ServiceLinkedRole(Role):
    """A role that a service made for itself; nobody else can change or assume it."""

    kind: ClassVar[str] = "service-linked role"

    @property
    def service(self) -> str | None:
        """The service that the path names; None where the path is missing."""
        found = _SERVICE_LINKED_PATH.fullmatch(self.path)
        return found["service"] if found else None

    @property
    @override
    def lacks_its_path(self) -> bool:
        """Whether the reserved path is missing, as in what STS prints."""
        return self.path == "/"


@attrs.frozen
class RoleSession(_WithArn):
    """A role that somebody assumed. STS does not tell the role's path.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        role_name: the role's name.
        session_name: 2 to 64 characters, chosen by who assumed the role; an instance id on EC2.
    """

    kind: ClassVar[str] = "role session"

    partition: str
    account: str
    role_name: str
    session_name: str

    @property
    def arn(self) -> Arn:
        """The ARN, which is STS's."""
        resource = f"assumed-role/{self.role_name}/{self.session_name}"
        return Arn(self.partition, "sts", "", self.account, resource)

    @property
    def role(self) -> Role:
        """The role, with the path ``"/"``, which may be wrong: see :attr:`Role.lacks_its_path`."""
        return role_of(self.partition, self.account, self.role_name, "/")


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
"""Every type that :func:`parse_principal` gives."""


def parse_principal(text: str | Arn) -> Principal:
    """Read who it is.

    Args:
        text: an IAM or STS ARN, an account's 12 digits, or a service principal's host name.

    Raises:
        InvalidArnError: none of these, or a name, path, account or partition that IAM would refuse;
            the message names the limit and the place.
        TypeError: ``text`` is no text.

    >>> parse_principal("arn:aws:iam::111122223333:role/team/app")
    Role(partition='aws', account='111122223333', name='app', path='/team/')
    >>> parse_principal("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718").role_name
    'app'
    >>> parse_principal("ec2.amazonaws.com").kind, parse_principal("111122223333").kind
    ('service principal', 'account')
    >>> parse_principal("arn:aws:iam::111122223333:role/my app")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.InvalidArnError: a role's name holds A-Z, a-z, 0-9 and _+=,.@- only, not ' ': \
'arn:aws:iam::111122223333:role/my app'
    """
    if isinstance(text, str) and len(text) <= 256 and not text.startswith("arn:"):
        if ACCOUNT.fullmatch(text):
            return Account(text)
        if _SERVICE_PRINCIPAL.fullmatch(text):
            return ServicePrincipal(text)
    arn = text if isinstance(text, Arn) else parse_arn(text)
    return _Reader(arn).read()


def role_of(partition: str, account: str, name: str, path: str) -> Role:
    """Make a role of the type that its name and path tell."""
    if name.startswith(IDENTITY_CENTER_PREFIX) and (path == "/" or _IDENTITY_CENTER_PATH.fullmatch(path)):
        return IdentityCenterRole(partition, account, name, path)
    if _SERVICE_LINKED_PATH.fullmatch(path) or (path == "/" and name.startswith(SERVICE_LINKED_PREFIX)):
        return ServiceLinkedRole(partition, account, name, path)
    return Role(partition, account, name, path)


class _Reader:
    """Reads the principal of an ARN, knowing where in the text each part stands."""

    def __init__(self, arn: Arn) -> None:
        self.arn = arn
        self.text = str(arn)
        self.resource_at = len(self.text) - len(arn.resource)

    def read(self) -> Principal:
        arn = self.arn
        kind, _, rest = arn.resource.partition("/")
        readers: dict[str, Callable[[str], Principal]] = {}
        if arn.service == "iam":
            readers = {
                "role": self._role,
                "user": self._user,
                "instance-profile": self._profile,
                "root": self._root,
            }
        elif arn.service == "sts":
            readers = {"assumed-role": self._session, "federated-user": self._federated}
        else:
            at = len(arn.partition) + 5
            self._refuse(f"a principal's ARN is of iam or sts, not of {quote_text(arn.service)}", at)
        reader = readers.get(kind)
        if reader is None:
            wanted = ", ".join(readers)
            msg = f"{arn.service} has no principals of type {quote_text(kind)}, only {wanted}"
            self._refuse(msg, self.resource_at)
        self._check_sections()
        return reader(rest)

    def _check_sections(self) -> None:
        arn = self.arn
        if arn.partition not in PARTITIONS:
            self._refuse(
                f"no partition is called {quote_text(arn.partition)}, only {', '.join(PARTITIONS)}", 4
            )
        if arn.region:
            at = len(arn.partition) + len(arn.service) + 6
            self._refuse(f"{arn.service}'s ARNs state no region", at)
        if not ACCOUNT.fullmatch(arn.account):
            at = self.resource_at - 1 - len(arn.account)
            self._refuse(f"an account is 12 digits, not {quote_text(arn.account)}", at)

    def _role(self, rest: str) -> Role:
        path, name = self._path_and_name(rest, "role")
        return role_of(self.arn.partition, self.arn.account, name, path)

    def _user(self, rest: str) -> User:
        path, name = self._path_and_name(rest, "user")
        return User(self.arn.partition, self.arn.account, name, path)

    def _profile(self, rest: str) -> InstanceProfile:
        path, name = self._path_and_name(rest, "instance profile")
        return InstanceProfile(self.arn.partition, self.arn.account, name, path)

    def _root(self, rest: str) -> Root:
        if rest or self.arn.resource != "root":
            self._refuse("nothing stands behind an account's root", self.resource_at + 4)
        return Root(self.arn.partition, self.arn.account)

    def _session(self, rest: str) -> RoleSession:
        role, slash, session = rest.partition("/")
        at = len(self.text) - len(rest)
        if not slash:
            msg = (
                "a role session's ARN ends with the role's name and the session's: assumed-role/ROLE/SESSION"
            )
            self._refuse(msg, len(self.text))
        check_name(role, "role", self.text, at)
        check_name(session, "role session", self.text, at + len(role) + 1)
        return RoleSession(self.arn.partition, self.arn.account, role, session)

    def _federated(self, rest: str) -> FederatedUser:
        check_name(rest, "federated user", self.text, len(self.text) - len(rest))
        return FederatedUser(self.arn.partition, self.arn.account, rest)

    def _path_and_name(self, rest: str, noun: str) -> tuple[str, str]:
        before, slash, name = rest.rpartition("/")
        path = f"/{before}/" if slash else "/"
        check_name(name, noun, self.text, len(self.text) - len(name))
        # The path's first slash is the one behind the type.
        check_path(path, self.text, len(self.text) - len(rest) - 1)
        return path, name

    def _refuse(self, words: str, position: int) -> NoReturn:
        refuse(words, self.text, position)
