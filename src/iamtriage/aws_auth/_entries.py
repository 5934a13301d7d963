"""What an aws-auth ConfigMap says, as values; not for its text and not for what is wrong with it."""

from __future__ import annotations

import attrs

from iamtriage._rendering.views import View

__all__ = ("AwsAuth", "Entry", "RoleEntry", "SsoRole", "UserEntry")


@attrs.frozen
class SsoRole(View):
    """The ``sso:`` part of a ``mapRoles`` entry, which stands for the roles of a permission set.

    Attributes:
        permission_set_name: the permission set of IAM Identity Center.
        account_id: the account's 12 digits.
        partition: as written; empty for ``aws``.
    """

    permission_set_name: str
    account_id: str
    partition: str = ""


@attrs.frozen
class RoleEntry(View):
    """An entry of ``mapRoles``.

    Attributes:
        rolearn: the ARN as written; empty where ``sso`` stands for it.
        username: the user name in Kubernetes, with ``{{…}}`` variables; empty where none is written.
        groups: the groups in Kubernetes.
        sso: the permission set, in place of an ARN.
        line: where the entry begins in the text, counted from 1.
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
        userarn: the ARN as written.
        username: the user name in Kubernetes, with ``{{…}}`` variables; empty where none is written.
        groups: the groups in Kubernetes.
        line: where the entry begins in the text, counted from 1.
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


@attrs.frozen
class AwsAuth(View):
    """An aws-auth ConfigMap, as the authenticator reads it: what it drops is not here, see ``lint``.

    Attributes:
        roles: the entries of ``mapRoles`` in their order, duplicates too.
        users: the entries of ``mapUsers`` in their order, duplicates too.
        accounts: the account ids of ``mapAccounts``.
    """

    roles: tuple[RoleEntry, ...] = ()
    users: tuple[UserEntry, ...] = ()
    accounts: tuple[str, ...] = ()
