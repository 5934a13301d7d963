"""Who can call AWS, as types with IAM's own rules for their names; not for where an ARN goes to.

Shapes and limits: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import attrs
from typing_extensions import override

from iamtriage._partitions import PARTITIONS
from iamtriage.arns import Arn, parse_arn, shown
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from collections.abc import Callable

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

_ACCOUNT = re.compile(r"[0-9]{12}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+=,.@-]")
_NOT_IN_PATHS = re.compile(r"[^\x21-\x7e]")
_SERVICE_PRINCIPAL = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){1,5}(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|amazon\.com|[a-z0-9.-]{1,40}\.gov|adc-e\.uk)"
)
_IDENTITY_CENTER = re.compile(r"AWSReservedSSO_(?P<set>[A-Za-z0-9_+=,.@-]{1,32})_(?P<suffix>[0-9a-f]{16})")
_IDENTITY_CENTER_PATH = re.compile(r"/aws-reserved/sso\.amazonaws\.com/(?:(?P<region>[a-z0-9-]{1,40})/)?")
_SERVICE_LINKED_PATH = re.compile(r"/aws-service-role/(?P<service>[^/]{1,128})/")

# The least and the most characters of names, IAM's and STS's.
_ROLE_NAME = (1, 64)
_USER_NAME = (1, 64)
_PROFILE_NAME = (1, 128)
_SESSION_NAME = (2, 64)
_FEDERATED_NAME = (2, 32)
_LONGEST_PATH = 512


@attrs.frozen
class Account:
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
class ServicePrincipal:
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
class Root:
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

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen
class User:
    """An IAM user. STS tells users' paths too.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 1 to 64 characters.
        path: ``"/"``, or what stands between the type and the name: ``"/team/"``.
    """

    kind: ClassVar[str] = "user"

    partition: str
    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> Arn:
        """The ARN, with the path."""
        return Arn(self.partition, "iam", "", self.account, f"user{self.path}{self.name}")

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen
class FederatedUser:
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

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen
class InstanceProfile:
    """What puts a role on an EC2 instance. Not a principal, but often pasted for one; its name need not be the role's.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 1 to 128 characters.
        path: the profile's own path, not the role's.
    """

    kind: ClassVar[str] = "instance profile"

    partition: str
    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> Arn:
        """The ARN, with the path."""
        return Arn(self.partition, "iam", "", self.account, f"instance-profile{self.path}{self.name}")

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen
class Role:
    """An IAM role.

    Attributes:
        partition: the account's partition.
        account: 12 digits.
        name: 1 to 64 characters, unique in the account whatever the path.
        path: ``"/"``, or what stands between the type and the name: ``"/team/"``. ``"/"`` also where
            the ARN comes from STS or aws-auth, which drop the path.
    """

    kind: ClassVar[str] = "role"

    partition: str
    account: str
    name: str
    path: str = "/"

    @property
    def arn(self) -> Arn:
        """The ARN, with the path."""
        return Arn(self.partition, "iam", "", self.account, f"role{self.path}{self.name}")

    @property
    def lacks_its_path(self) -> bool:
        """Whether the role is of those that always have a path, and this one has none."""
        return False

    @override
    def __str__(self) -> str:
        return str(self.arn)


@attrs.frozen
class IdentityCenterRole(Role):
    """A role that IAM Identity Center made of a permission set; one edits the set, not the role."""

    kind: ClassVar[str] = "Identity Center role"

    @property
    def permission_set(self) -> str:
        """The permission set's name.

        >>> parse_principal("arn:aws:iam::111122223333:role/AWSReservedSSO_View_Only_0123456789abcdef").permission_set
        'View_Only'
        """
        return self.name.removeprefix(IDENTITY_CENTER_PREFIX).rpartition("_")[0]

    @property
    def suffix(self) -> str:
        """The 16 hexadecimal digits at the name's end, other ones in each account."""
        return self.name.rpartition("_")[2]

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
class RoleSession:
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

    @override
    def __str__(self) -> str:
        return str(self.arn)


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
        if _ACCOUNT.fullmatch(text):
            return Account(text)
        if _SERVICE_PRINCIPAL.fullmatch(text):
            return ServicePrincipal(text)
    arn = text if isinstance(text, Arn) else parse_arn(text)
    return _Reader(arn).read()


def role_of(partition: str, account: str, name: str, path: str) -> Role:
    """Make a role of the type that its name and path tell."""
    if _IDENTITY_CENTER.fullmatch(name) and (path == "/" or _IDENTITY_CENTER_PATH.fullmatch(path)):
        return IdentityCenterRole(partition, account, name, path)
    if _SERVICE_LINKED_PATH.fullmatch(path) or (path == "/" and name.startswith(SERVICE_LINKED_PREFIX)):
        return ServiceLinkedRole(partition, account, name, path)
    return Role(partition, account, name, path)


def check_path(path: str, text: str, start: int) -> None:
    """Hold a path to IAM's rules.

    Raises:
        InvalidArnError: it breaks one.
    """
    if len(path) > _LONGEST_PATH:
        raise _broken(f"a path has at most {_LONGEST_PATH} characters, this one has {len(path)}", text, start)
    wrong = _NOT_IN_PATHS.search(path)
    if wrong:
        msg = f"a path holds ASCII characters from ! to ~ only, not {wrong[0]!r}"
        raise _broken(msg, text, start + wrong.start())
    if not (path.startswith("/") and path.endswith("/")) or path == "//":
        raise _broken(
            "a path is / alone, or begins and ends with a slash, with characters between", text, start
        )


def _broken(words: str, text: str, position: int) -> InvalidArnError:
    return InvalidArnError(f"{words}: {shown(text)}", text=text, position=position)


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
            raise self._wrong(f"a principal's ARN is of iam or sts, not of {shown(arn.service)}", at)
        reader = readers.get(kind)
        if reader is None:
            wanted = ", ".join(readers)
            msg = f"{arn.service} has no principals of type {shown(kind)}, only {wanted}"
            raise self._wrong(msg, self.resource_at)
        self._check_sections()
        return reader(rest)

    def _check_sections(self) -> None:
        arn = self.arn
        if arn.partition not in PARTITIONS:
            raise self._wrong(
                f"no partition is called {shown(arn.partition)}, only {', '.join(PARTITIONS)}", 4
            )
        if arn.region:
            at = len(arn.partition) + len(arn.service) + 6
            raise self._wrong(f"{arn.service}'s ARNs state no region", at)
        if not _ACCOUNT.fullmatch(arn.account):
            at = self.resource_at - 1 - len(arn.account)
            raise self._wrong(f"an account is 12 digits, not {shown(arn.account)}", at)

    def _role(self, rest: str) -> Role:
        path, name = self._path_and_name(rest, "role", _ROLE_NAME)
        return role_of(self.arn.partition, self.arn.account, name, path)

    def _user(self, rest: str) -> User:
        path, name = self._path_and_name(rest, "user", _USER_NAME)
        return User(self.arn.partition, self.arn.account, name, path)

    def _profile(self, rest: str) -> InstanceProfile:
        path, name = self._path_and_name(rest, "instance profile", _PROFILE_NAME)
        return InstanceProfile(self.arn.partition, self.arn.account, name, path)

    def _root(self, rest: str) -> Root:
        if rest or self.arn.resource != "root":
            raise self._wrong("nothing stands behind an account's root", self.resource_at + 4)
        return Root(self.arn.partition, self.arn.account)

    def _session(self, rest: str) -> RoleSession:
        role, slash, session = rest.partition("/")
        at = len(self.text) - len(rest)
        if not slash:
            msg = (
                "a role session's ARN ends with the role's name and the session's: assumed-role/ROLE/SESSION"
            )
            raise self._wrong(msg, len(self.text))
        self._check_name(role, "role", _ROLE_NAME, at)
        self._check_name(session, "role session", _SESSION_NAME, at + len(role) + 1)
        return RoleSession(self.arn.partition, self.arn.account, role, session)

    def _federated(self, rest: str) -> FederatedUser:
        self._check_name(rest, "federated user", _FEDERATED_NAME, len(self.text) - len(rest))
        return FederatedUser(self.arn.partition, self.arn.account, rest)

    def _path_and_name(self, rest: str, noun: str, limits: tuple[int, int]) -> tuple[str, str]:
        before, slash, name = rest.rpartition("/")
        path = f"/{before}/" if slash else "/"
        self._check_name(name, noun, limits, len(self.text) - len(name))
        # The path's first slash is the one behind the type.
        check_path(path, self.text, len(self.text) - len(rest) - 1)
        return path, name

    def _check_name(self, name: str, noun: str, limits: tuple[int, int], at: int) -> None:
        least, most = limits
        wrong = _NOT_IN_NAMES.search(name)
        if wrong:
            msg = f"a {noun}'s name holds A-Z, a-z, 0-9 and _+=,.@- only, not {wrong[0]!r}"
            raise self._wrong(msg, at + wrong.start())
        if not name:
            raise self._wrong(f"the {noun}'s name is missing", at)
        if not least <= len(name) <= most:
            msg = f"a {noun}'s name has {least} to {most} characters, this one has {len(name)}"
            raise self._wrong(msg, at)

    def _wrong(self, words: str, position: int) -> InvalidArnError:
        return _broken(words, self.text, position)
