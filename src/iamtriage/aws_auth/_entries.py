"""Represent the contents of an aws-auth ConfigMap."""

from __future__ import annotations

import attrs

from iamtriage._rendering.views import View

__all__ = ("AwsAuth", "Entry", "RoleEntry", "SsoRole", "UserEntry")


@attrs.frozen
class SsoRole(View):
    """The ``sso`` mapping of a ``mapRoles`` entry, which matches the roles of a permission set.

    Attributes:
        permission_set_name: The permission set in IAM Identity Center.
        account_id: The 12-digit account ID.
        partition: The partition as written; empty for ``aws``.

    >>> SsoRole("ReadOnly", "111122223333").partition
    ''
    """

    permission_set_name: str
    account_id: str
    partition: str = ""


@attrs.frozen
class RoleEntry(View):
    """An entry of ``mapRoles``.

    Attributes:
        rolearn: The ARN as written; empty if the entry has ``sso`` instead.
        username: The Kubernetes username, with ``{{…}}`` variables; empty if none is written.
        groups: The Kubernetes groups.
        sso: The permission set, in place of an ARN.
        line: The line on which the entry begins, counted from 1.

    >>> RoleEntry("arn:aws:iam::111122223333:role/app", "app", ("readers",)).arn
    'arn:aws:iam::111122223333:role/app'
    """

    rolearn: str = ""
    username: str = ""
    groups: tuple[str, ...] = ()
    sso: SsoRole | None = None
    line: int = attrs.field(default=1, eq=False)

    @property
    def arn(self) -> str:
        """The ARN as written."""
        return self.rolearn


@attrs.frozen
class UserEntry(View):
    """An entry of ``mapUsers``.

    Attributes:
        userarn: The ARN as written.
        username: The Kubernetes username, with ``{{…}}`` variables; empty if none is written.
        groups: The Kubernetes groups.
        line: The line on which the entry begins, counted from 1.

    >>> UserEntry("arn:aws:iam::111122223333:user/ana", "ana", ("readers",)).groups
    ('readers',)
    """

    userarn: str
    username: str = ""
    groups: tuple[str, ...] = ()
    line: int = attrs.field(default=1, eq=False)

    @property
    def arn(self) -> str:
        """The ARN as written."""
        return self.userarn


Entry = RoleEntry | UserEntry
"""An entry of an aws-auth ConfigMap."""


@attrs.frozen
class AwsAuth(View):
    """An aws-auth ConfigMap as the authenticator reads it, without the entries that it drops.

    Attributes:
        roles: The entries of ``mapRoles`` in order, including duplicates.
        users: The entries of ``mapUsers`` in order, including duplicates.
        accounts: The account IDs of ``mapAccounts``.

    >>> AwsAuth((RoleEntry("arn:aws:iam::111122223333:role/app", "app"),)).roles[0].username
    'app'
    """

    roles: tuple[RoleEntry, ...] = ()
    users: tuple[UserEntry, ...] = ()
    accounts: tuple[str, ...] = ()
