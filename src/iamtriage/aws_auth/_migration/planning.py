"""Plan the access entries that replace an aws-auth ConfigMap.

What access entries accept: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/eks/latest/userguide/set-custom-username.html and
https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-cluster-prep.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_text
from iamtriage.arns._principals import IDENTITY_CENTER_PREFIX, Role, User
from iamtriage.arns._role_arns import normalize_role_arn, role_lookup_command
from iamtriage.aws_auth._entries import AwsAuth, Entry, SsoRole
from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, PolicyAssociation
from iamtriage.aws_auth._migration.commands import build_sso_lookup
from iamtriage.aws_auth._migration.migration import Migration
from iamtriage.aws_auth._migration.principals import (
    MappedPrincipal,
    UnsupportedEntryError,
    describe_entry,
    find_principal,
    select_entries,
)
from iamtriage.aws_auth._templates import (
    ACCOUNT_ID,
    SESSION_NAME,
    SESSION_NAME_RAW,
    find_variables,
    replace_variables,
)
from iamtriage.exceptions import RolePathUnknownError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("migrate",)

_CLUSTER_NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")

_MASTERS = "system:masters"
_ADMIN_POLICY = "AmazonEKSClusterAdminPolicy"
_RESERVED_PREFIXES = ("system:", "eks:", "aws:", "amazon:", "iam:")

_EC2_NODE = "system:node:{{EC2PrivateDNSName}}"
_OTHER_NODE = "system:node:{{SessionName}}"
_NODE_GROUPS = frozenset({"system:bootstrappers", "system:nodes"})
_FARGATE_GROUP = "system:node-proxier"
_WINDOWS_GROUP = "eks:kube-proxy-windows"

_MODE_NOTE = (
    "Access entries require the cluster's authentication mode to be API_AND_CONFIG_MAP or API. You cannot "
    "revert that change. With API_AND_CONFIG_MAP, an access entry takes precedence over the aws-auth entry "
    "for the same principal."
)
_PATH_NOTE = (
    "aws-auth omits a role's path, but access entries require it. If EKS reports that a principalArn is "
    "invalid, the role has a path or no longer exists: `aws iam get-role` prints its ARN."
)
_NODE_NOTE = (
    "EKS creates the access entries of managed node groups and Fargate profiles automatically. For those, "
    "create-access-entry returns ResourceInUseException, and there is nothing to do. A node's role must be "
    "in the cluster's account."
)


def migrate(aws_auth: AwsAuth, *, cluster: str) -> Migration:
    """Plan the access entries and access policies that replace an aws-auth ConfigMap.

    Makes no AWS API calls, and does not guess. If aws-auth does not contain a principal's full ARN, as for
    Identity Center roles, the plan has the command that looks it up. The plan omits groups and usernames that
    access entries reject, and a note says so. If several entries map the same principal, the plan uses the
    one that the authenticator uses: the last one that can match.

    Args:
        aws_auth: The ConfigMap.
        cluster: The cluster's name.

    Raises:
        ValueError: The name is not valid for an EKS cluster.

    >>> from iamtriage.aws_auth import RoleEntry
    >>> admins = RoleEntry("arn:aws:iam::111122223333:role/admins", "a:{{SessionName}}", ("system:masters",))
    >>> nodes = RoleEntry(
    ...     "arn:aws:iam::111122223333:role/nodes",
    ...     "system:node:{{EC2PrivateDNSName}}",
    ...     ("system:bootstrappers", "system:nodes"),
    ... )
    >>> for entry in migrate(AwsAuth((admins, nodes)), cluster="demo").entries:
    ...     print(entry.principal_arn, entry.type, entry.username, [p.policy_arn for p in entry.policies])
    arn:aws:iam::111122223333:role/admins STANDARD a:{{SessionName}} \
['arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy']
    arn:aws:iam::111122223333:role/nodes EC2_LINUX None []
    """
    if not _CLUSTER_NAME.fullmatch(cluster):
        msg = (
            f"invalid cluster name {quote_text(cluster)}; expected 1 to 100 of A-Z, a-z, 0-9, - and _, "
            "beginning with a letter or digit"
        )
        raise ValueError(msg)
    mapped: list[MappedPrincipal] = []
    skipped: list[str] = []
    entries: list[Entry] = [*aws_auth.roles, *aws_auth.users]
    for entry in entries:
        try:
            mapped.append(find_principal(entry))
        except UnsupportedEntryError as error:
            skipped.append(f"{describe_entry(entry)}: skipped: {error}.")
    plans: list[AccessEntryPlan] = []
    for each in select_entries(mapped):
        try:
            plans.append(_plan_entry(each))
        except UnsupportedEntryError as error:
            skipped.append(f"{describe_entry(each.entry)}: skipped: {error}.")
    skipped += [
        f"mapAccounts {quote_text(account)}: skipped: an access entry requires an IAM principal, not an "
        "account. Create one for each user and role of the account that needs access."
        for account in dict.fromkeys(aws_auth.accounts)
    ]
    return Migration(cluster, tuple(plans), (*_general_notes(plans), *skipped))


def _general_notes(plans: list[AccessEntryPlan]) -> Iterator[str]:
    if plans:
        yield _MODE_NOTE
    if any(
        plan.role_name and (plan.principal_arn or "").endswith(f":role/{plan.role_name}") for plan in plans
    ):
        yield _PATH_NOTE
    if any(plan.type != "STANDARD" for plan in plans):
        yield _NODE_NOTE


def _plan_entry(mapped: MappedPrincipal) -> AccessEntryPlan:
    plan = _plan_principal(mapped)
    node_type = _find_node_type(mapped.entry)
    if node_type is not None:
        return _plan_node_entry(plan, mapped, node_type)
    return _plan_standard_entry(plan, mapped)


def _plan_principal(mapped: MappedPrincipal) -> AccessEntryPlan:
    """Return a plan with the principal's ARN, or with the command that looks it up."""
    principal = mapped.principal
    if isinstance(principal, SsoRole):
        command = build_sso_lookup(principal.permission_set_name, principal.account_id)
        return AccessEntryPlan(None, mapped.entry, lookup=command, notes=mapped.notes)
    if isinstance(principal, User):
        return AccessEntryPlan(str(principal), mapped.entry, notes=mapped.notes)
    arn: str | None = None
    lookup: str | None = None
    try:
        arn = normalize_role_arn(str(principal), target="access-entry")
    except RolePathUnknownError as error:
        lookup = error.command
    # aws-auth may have the name in lower case, which normalize_role_arn does not take for Identity Center's.
    if principal.path == "/" and principal.name.lower().startswith(IDENTITY_CENTER_PREFIX.lower()):
        arn, lookup = None, role_lookup_command(principal.name)
    notes = mapped.notes
    if lookup is not None:
        why = "Identity Center roles have a path, which aws-auth omits"
        notes += (f"{why}. Looking it up requires credentials for account {principal.account}.",)
    return AccessEntryPlan(arn, mapped.entry, lookup=lookup, role_name=principal.name, notes=notes)


def _find_node_type(entry: Entry) -> str | None:
    """Return the access entry type for a node's entry; ``None`` for other entries.

    Raises:
        UnsupportedEntryError: The entry is for nodes, but not for a known type.
    """
    groups = set(entry.groups)
    if groups >= _NODE_GROUPS and entry.username == _EC2_NODE:
        return "EC2_WINDOWS" if _WINDOWS_GROUP in groups else "EC2_LINUX"
    if groups >= _NODE_GROUPS and entry.username == _OTHER_NODE:
        return "FARGATE_LINUX" if _FARGATE_GROUP in groups else "HYBRID_LINUX"
    if entry.username.startswith("system:node:") or groups & {*_NODE_GROUPS, _FARGATE_GROUP, _WINDOWS_GROUP}:
        msg = (
            "it looks like a node's entry, but its username and groups do not match those of EC2, Fargate, "
            "or hybrid nodes; create its access entry by hand, with the type of its nodes"
        )
        raise UnsupportedEntryError(msg)
    return None


def _plan_node_entry(plan: AccessEntryPlan, mapped: MappedPrincipal, node_type: str) -> AccessEntryPlan:
    if isinstance(mapped.principal, User):
        msg = "nodes use roles, but this is a user"
        raise UnsupportedEntryError(msg)
    notes = list(plan.notes)
    implied = {*_NODE_GROUPS, _FARGATE_GROUP if node_type == "FARGATE_LINUX" else _WINDOWS_GROUP}
    extra = [group for group in dict.fromkeys(mapped.entry.groups) if group not in implied]
    if extra:
        names = ", ".join(map(quote_text, extra))
        notes.append(
            f"Left out, because an access entry of type {node_type} has no groups or policies: {names}."
        )
    if node_type == "HYBRID_LINUX":
        notes.append("The username and groups are those of hybrid nodes. For Fargate, use FARGATE_LINUX.")
    return attrs.evolve(plan, type=node_type, notes=tuple(notes))


def _plan_standard_entry(plan: AccessEntryPlan, mapped: MappedPrincipal) -> AccessEntryPlan:
    principal = mapped.principal
    account = principal.account_id if isinstance(principal, SsoRole) else principal.account
    partition = principal.partition or "aws"
    notes = list(plan.notes)
    groups: list[str] = []
    policies: list[PolicyAssociation] = []
    replaced = (replace_variables(group, {ACCOUNT_ID: account}) for group in mapped.entry.groups)
    for group in dict.fromkeys(replaced):
        if group == _MASTERS:
            policy = f"arn:{partition}:eks::aws:cluster-access-policy/{_ADMIN_POLICY}"
            policies.append(PolicyAssociation(policy))
            continue
        reason = _check_group(group)
        if reason is None:
            groups.append(group)
        else:
            notes.append(f"The group {quote_text(group)} is left out: {reason}.")
    username = replace_variables(mapped.entry.username, {ACCOUNT_ID: account})
    reason = _check_username(username, principal)
    if reason is not None:
        notes.append(
            f"The username {quote_text(username)} is left out: {reason}. EKS chooses one, and role bindings "
            "for the old username no longer apply."
        )
    chosen = None if reason or username in {"", _default_username(principal)} else username
    if not groups and not policies:
        notes.append("No groups or policies remain, so only role bindings for the username apply.")
    return attrs.evolve(
        plan, username=chosen, groups=tuple(groups), policies=tuple(policies), notes=tuple(notes)
    )


def _check_group(group: str) -> str | None:
    """Return why an access entry cannot have a group; ``None`` if it can."""
    if not group:
        return "it is empty"
    if group == "system:authenticated":
        return "Kubernetes adds every authenticated user to it"
    reserved = _find_reserved_prefix(group)
    if reserved is not None:
        return f"access entries reject groups that begin with {reserved}. Bind its roles to another group"
    if "{{" in group:
        return "access entries do not replace variables in groups"
    return None


def _check_username(username: str, principal: Role | User | SsoRole) -> str | None:
    """Return why an access entry cannot have a username; ``None`` if it can."""
    reserved = _find_reserved_prefix(username)
    if reserved is not None:
        return f"access entries reject usernames that begin with {reserved}"
    supported = (SESSION_NAME, SESSION_NAME_RAW) if not isinstance(principal, User) else ()
    unsupported = [name for name in find_variables(username) if name not in supported]
    if unsupported:
        return f"access entries do not replace {{{{{unsupported[0]}}}}} here"
    prefix, variable, _ = username.partition("{{")
    if variable and ":" not in prefix:
        return "access entries require a colon before the session name"
    return None


def _find_reserved_prefix(name: str) -> str | None:
    return next((prefix for prefix in _RESERVED_PREFIXES if name.startswith(prefix)), None)


def _default_username(principal: Role | User | SsoRole) -> str | None:
    """Return the username that EKS chooses; ``None`` if the role's name is unknown."""
    if isinstance(principal, SsoRole):
        return None
    if isinstance(principal, User):
        return str(principal)
    session = f"assumed-role/{principal.name}/{{{{{SESSION_NAME}}}}}"
    return f"arn:{principal.partition}:sts::{principal.account}:{session}"
