"""Define the types of principals: users, roles and their sessions, accounts, services.

Formats: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.arns._arns import Arn

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
)

IDENTITY_CENTER_PREFIX = "AWSReservedSSO_"
SERVICE_LINKED_PREFIX = "AWSServiceRoleFor"

IDENTITY_CENTER_ROLE = lazy_pattern(r"(?a)AWSReservedSSO_(?P<set>[\w+=,.@-]{1,32})_(?P<suffix>[0-9a-f]{16})")
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

    >>> from iamtriage.arns import parse_principal
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

    >>> from iamtriage.arns import parse_principal
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

    >>> from iamtriage.arns import parse_principal
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

    >>> from iamtriage.arns import parse_principal
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

    >>> from iamtriage.arns import parse_principal
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

    >>> from iamtriage.arns import parse_principal
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

        >>> from iamtriage.arns import parse_principal
        >>> role = "arn:aws:iam::111122223333:role/AWSReservedSSO_View_Only_0123456789abcdef"
        >>> parse_principal(role).permission_set
        'View_Only'
        """
        match = IDENTITY_CENTER_ROLE.fullmatch(self.name)
        return match["set"] if match else None

    @property
    def suffix(self) -> str | None:
        """The 16 hexadecimal digits at the end of the name, different in each account, or ``None``."""
        match = IDENTITY_CENTER_ROLE.fullmatch(self.name)
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

    >>> from iamtriage.arns import parse_principal
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

    >>> from iamtriage.arns import parse_principal
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


def build_role(partition: str, account: str, name: str, path: str) -> Role:
    """Build a role of the type that its name and path indicate."""
    has_path = path != "/"
    if name.startswith(IDENTITY_CENTER_PREFIX) and (not has_path or _IDENTITY_CENTER_PATH.fullmatch(path)):
        return IdentityCenterRole(partition, account, name, path)
    if _SERVICE_LINKED_PATH.fullmatch(path) if has_path else name.startswith(SERVICE_LINKED_PREFIX):
        return ServiceLinkedRole(partition, account, name, path)
    return Role(partition, account, name, path)
