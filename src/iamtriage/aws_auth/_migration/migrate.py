"""Access entries in place of aws-auth; not for making them, and not for what is wrong with aws-auth.

What access entries accept: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/eks/latest/userguide/set-custom-username.html and
https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-cluster-prep.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_text
from iamtriage.arns._names import ACCOUNT, PERMISSION_SET
from iamtriage.arns._principals import (
    IDENTITY_CENTER_PREFIX,
    Principal,
    Role,
    RoleSession,
    ServiceLinkedRole,
    User,
    parse_principal,
)
from iamtriage.arns._role_arns import normalize_role_arn, role_lookup
from iamtriage.aws_auth._entries import AwsAuth, Entry, RoleEntry, SsoRole
from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, Migration, PolicyAssociation
from iamtriage.aws_auth._migration.commands import sso_lookup
from iamtriage.aws_auth._templates import ACCOUNT_ID, SESSION_NAME, SESSION_NAME_RAW, render, variables_in
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("migrate",)

_CLUSTER = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")

_MASTERS = "system:masters"
_ADMIN_POLICY = "AmazonEKSClusterAdminPolicy"
_RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")

_EC2_NODE = "system:node:{{EC2PrivateDNSName}}"
_OTHER_NODE = "system:node:{{SessionName}}"
_NODE_GROUPS = frozenset({"system:bootstrappers", "system:nodes"})
_FARGATE_GROUP = "system:node-proxier"
_WINDOWS_GROUP = "eks:kube-proxy-windows"

_WHY_NOT = {
    "account": "an account is no principal that an access entry can name",
    "federated user": "a federated user is a session, which an access entry cannot name",
    "instance profile": "an instance profile is no principal; `aws iam get-instance-profile` names its role",
    "root": "an access entry for an account's root is accepted, but has no effect",
    "service principal": "a service is no principal that an access entry can name",
    "service-linked role": "access entries for service-linked roles are refused",
}

_MODE_NOTE = (
    "Access entries need the cluster's authentication mode to be API_AND_CONFIG_MAP or API. The way there "
    "is one-way. With API_AND_CONFIG_MAP, an access entry goes before the aws-auth entry of its principal."
)
_PATH_NOTE = (
    "aws-auth states no role's path, and access entries want it. Where EKS answers that a principalArn is "
    "invalid, the role has a path, or is gone: `aws iam get-role` prints its ARN."
)
_NODE_NOTE = (
    "EKS makes the access entries of managed node groups and Fargate profiles itself; where it did, "
    "create-access-entry answers ResourceInUseException, and nothing is to be done. The role of a node "
    "has to be of the cluster's account."
)


@attrs.frozen
class _Source:
    """An entry of aws-auth and whose it is.

    Attributes:
        key: the same for two entries of the same principal.
        matched: whether the authenticator ever found the entry.
    """

    entry: Entry
    principal: Role | User | SsoRole
    key: tuple[str, ...]
    matched: bool
    notes: tuple[str, ...] = ()


def migrate(aws_auth: AwsAuth, *, cluster: str) -> Migration:
    """Work out the access entries and access policies that replace an aws-auth ConfigMap.

    Nothing is called and nothing guessed. A principal whose ARN aws-auth does not tell, as that of an
    Identity Center role, comes with the command that looks it up. What access entries refuse is left out,
    and a note says so. Where several entries are of one principal, the one that the authenticator uses
    counts: the last of those that can match.

    Args:
        aws_auth: the ConfigMap.
        cluster: the cluster's name.

    Raises:
        ValueError: EKS allows no cluster of that name.

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
    if not _CLUSTER.fullmatch(cluster):
        msg = (
            f"a cluster's name is 1 to 100 of A-Z, a-z, 0-9, - and _, with no - or _ first: "
            f"{quote_text(cluster)}"
        )
        raise ValueError(msg)
    sources: list[_Source] = []
    refused: list[str] = []
    entries: list[Entry] = [*aws_auth.roles, *aws_auth.users]
    for entry in entries:
        try:
            sources.append(_source_of(entry))
        except _NoCounterpartError as error:
            refused.append(f"{_at(entry)}: left out: {error}.")
    plans: list[AccessEntryPlan] = []
    for source in _chosen(sources):
        try:
            plans.append(_plan(source))
        except _NoCounterpartError as error:
            refused.append(f"{_at(source.entry)}: left out: {error}.")
    refused += [
        f"mapAccounts {quote_text(account)}: left out: access entries are for principals, not for accounts. "
        "Each user and role of the account that is to keep its access needs an entry."
        for account in dict.fromkeys(aws_auth.accounts)
    ]
    return Migration(cluster, tuple(plans), (*_general_notes(plans), *refused))


class _NoCounterpartError(Exception):
    """No access entry can stand for an entry of aws-auth; the message says why."""


def _general_notes(plans: Iterable[AccessEntryPlan]) -> Iterable[str]:
    plans = list(plans)
    if plans:
        yield _MODE_NOTE
    if any(
        plan.role_name and (plan.principal_arn or "").endswith(f":role/{plan.role_name}") for plan in plans
    ):
        yield _PATH_NOTE
    if any(p.type != "STANDARD" for p in plans):
        yield _NODE_NOTE


# ------------------------------------------------------------------ whose entry it is


def _source_of(entry: Entry) -> _Source:
    if isinstance(entry, RoleEntry) and not entry.rolearn and entry.sso is not None:
        return _sso_source(entry, entry.sso)
    text, notes = _in_iams_case(entry.arn)
    try:
        principal = parse_principal(text)
    except InvalidArnError as error:
        raise _NoCounterpartError(str(error)) from None
    return _principal_source(entry, principal, notes)


def _sso_source(entry: RoleEntry, sso: SsoRole) -> _Source:
    if not ACCOUNT.fullmatch(sso.account_id):
        msg = f"an account is 12 digits, not {quote_text(sso.account_id)}"
        raise _NoCounterpartError(msg)
    if not PERMISSION_SET.fullmatch(sso.permission_set_name):
        name = quote_text(sso.permission_set_name)
        msg = f"a permission set's name is 1 to 32 of A-Z, a-z, 0-9 and _+=,.@-, not {name}"
        raise _NoCounterpartError(msg)
    notes = ["An sso entry matches only where the authenticator's feature SSORoleMatch is on."]
    if sso.partition:
        notes = ["The entry never matched: the authenticator loses the partition of an sso entry."]
    notes.append(f"The role has to be looked up with credentials of the account {sso.account_id}.")
    key = ("sso", sso.partition or "aws", sso.account_id, sso.permission_set_name.lower())
    return _Source(entry, sso, key, not sso.partition, tuple(notes))


def _principal_source(entry: Entry, principal: Principal, notes: tuple[str, ...]) -> _Source:
    matched = True
    if isinstance(principal, RoleSession):
        principal, matched = principal.role, False
        notes += ("The entry never matched: it names a session; the access entry is the role's.",)
    elif isinstance(principal, Role) and principal.path != "/":
        matched = False
        notes += ("The entry never matched: it states the role's path, which access entries want.",)
    if isinstance(principal, ServiceLinkedRole) or not isinstance(principal, Role | User):
        raise _NoCounterpartError(_WHY_NOT[principal.kind])
    # A role's name is unique in its account, whatever its path; so is a user's, but aws-auth wants a
    # user's path, so that of two paths each may be the right one.
    name = principal.name if isinstance(principal, Role) else f"{principal.path}{principal.name}"
    kind = "role" if isinstance(principal, Role) else "user"
    return _Source(
        entry, principal, (kind, principal.partition, principal.account, name.lower()), matched, notes
    )


def _in_iams_case(text: str) -> tuple[str, tuple[str, ...]]:
    """Write what AWS always writes in lower case so. aws-auth disregards case, access entries do not."""
    sections = text.split(":")
    if len(sections) < 6:
        return text, ()
    kind, slash, name = ":".join(sections[5:]).partition("/")
    straight = ":".join((*(section.lower() for section in sections[:5]), f"{kind.lower()}{slash}{name}"))
    return straight, () if straight == text else (f"The ARN was written {quote_text(text)}.",)


def _chosen(sources: Iterable[_Source]) -> list[_Source]:
    """Keep one entry for each principal: the last that can match, those of mapRoles before mapUsers."""
    groups: dict[tuple[str, ...], list[_Source]] = {}
    for source in sources:
        groups.setdefault(source.key, []).append(source)
    winners = [_winner(group) for group in groups.values()]
    return [_with_overlaps(winner, winners) for winner in winners]


def _winner(group: list[_Source]) -> _Source:
    winner = group[0]
    for source in group[1:]:
        same_map = type(source.entry) is type(winner.entry)
        if source.matched > winner.matched or (source.matched == winner.matched and same_map):
            winner = source
    notes = list(winner.notes)
    for source in group:
        if source is winner:
            continue
        path = source.principal.path if isinstance(source.principal, Role) else "/"
        stated = f" It states the role's path as {path}." if path != "/" else ""
        notes.append(f"{_at(source.entry)} is of the same principal, and does not count.{stated}")
    return attrs.evolve(winner, notes=tuple(notes))


def _with_overlaps(sso_source: _Source, sources: Iterable[_Source]) -> _Source:
    """Name the entries that may be of the role for which an ``sso`` entry stands."""
    sso = sso_source.principal
    if not isinstance(sso, SsoRole):
        return sso_source
    start = f"{IDENTITY_CENTER_PREFIX}{sso.permission_set_name}_".lower()
    notes = [
        f"{_at(source.entry)} is of the same permission set; EKS takes one access entry for each role."
        for source in sources
        if isinstance(source.principal, Role)
        and source.principal.account == sso.account_id
        and source.principal.name.lower().startswith(start)
    ]
    return attrs.evolve(sso_source, notes=(*sso_source.notes, *notes))


def _at(entry: Entry) -> str:
    which = "mapRoles" if isinstance(entry, RoleEntry) else "mapUsers"
    name = entry.arn
    if isinstance(entry, RoleEntry) and not name and entry.sso is not None:
        name = f"sso {entry.sso.permission_set_name}"
    return f"{which} line {entry.line}, {quote_text(name)}"


# ------------------------------------------------------------------ what the access entry states


def _plan(source: _Source) -> AccessEntryPlan:
    plan = _with_principal(source)
    node_type = _node_type(source.entry)
    if node_type is not None:
        return _node_plan(plan, source, node_type)
    return _standard_plan(plan, source)


def _with_principal(source: _Source) -> AccessEntryPlan:
    principal = source.principal
    if isinstance(principal, SsoRole):
        command = sso_lookup(principal.permission_set_name, principal.account_id)
        return AccessEntryPlan(None, source.entry, lookup=command, notes=source.notes)
    if isinstance(principal, User):
        return AccessEntryPlan(str(principal), source.entry, notes=source.notes)
    arn: str | None = None
    lookup: str | None = None
    try:
        arn = normalize_role_arn(str(principal), target="access-entry")
    except RolePathUnknownError as error:
        lookup = error.command
    # aws-auth may have the name in lower case, which hides whose role it is.
    if principal.path == "/" and principal.name.lower().startswith(IDENTITY_CENTER_PREFIX.lower()):
        arn, lookup = None, role_lookup(principal.name)
    notes = source.notes
    if lookup is not None:
        why = "A role of Identity Center has a path, which aws-auth does not tell"
        notes += (f"{why}; it has to be looked up with credentials of the account {principal.account}.",)
    return AccessEntryPlan(arn, source.entry, lookup=lookup, role_name=principal.name, notes=notes)


def _node_type(entry: Entry) -> str | None:
    """Give the type that an entry for nodes asks for; None where it is for something else.

    Raises:
        _NoCounterpartError: the entry is for nodes, but not for a kind of them that is known.
    """
    groups = set(entry.groups)
    if groups >= _NODE_GROUPS and entry.username == _EC2_NODE:
        return "EC2_WINDOWS" if _WINDOWS_GROUP in groups else "EC2_LINUX"
    if groups >= _NODE_GROUPS and entry.username == _OTHER_NODE:
        return "FARGATE_LINUX" if _FARGATE_GROUP in groups else "HYBRID_LINUX"
    if entry.username.startswith("system:node:") or groups & {*_NODE_GROUPS, _FARGATE_GROUP, _WINDOWS_GROUP}:
        msg = (
            "it looks like one for nodes, but its user name and groups are not together those of EC2, "
            "Fargate or hybrid nodes; make its access entry by hand, with the type of its nodes"
        )
        raise _NoCounterpartError(msg)
    return None


def _node_plan(plan: AccessEntryPlan, source: _Source, node_type: str) -> AccessEntryPlan:
    if isinstance(source.principal, User):
        msg = "nodes have roles, and this is a user"
        raise _NoCounterpartError(msg)
    notes = list(plan.notes)
    own = {*_NODE_GROUPS, _FARGATE_GROUP if node_type == "FARGATE_LINUX" else _WINDOWS_GROUP}
    extra = [group for group in dict.fromkeys(source.entry.groups) if group not in own]
    if extra:
        named = ", ".join(map(quote_text, extra))
        notes.append(
            f"Left out, since an entry of type {node_type} takes no groups and no policies: {named}."
        )
    if node_type == "HYBRID_LINUX":
        notes.append("The user name and groups are those of hybrid nodes; for Fargate, choose FARGATE_LINUX.")
    return attrs.evolve(plan, type=node_type, notes=tuple(notes))


def _standard_plan(plan: AccessEntryPlan, source: _Source) -> AccessEntryPlan:
    principal = source.principal
    account = principal.account_id if isinstance(principal, SsoRole) else principal.account
    partition = principal.partition or "aws"
    notes = list(plan.notes)
    groups: list[str] = []
    policies: list[PolicyAssociation] = []
    for group in dict.fromkeys(render(group, {ACCOUNT_ID: account}) for group in source.entry.groups):
        if group == _MASTERS:
            policy = f"arn:{partition}:eks::aws:cluster-access-policy/{_ADMIN_POLICY}"
            policies.append(PolicyAssociation(policy))
            continue
        reason = _why_no_group(group)
        if reason is None:
            groups.append(group)
        else:
            notes.append(f"The group {quote_text(group)} is left out: {reason}.")
    username = render(source.entry.username, {ACCOUNT_ID: account})
    reason = _why_no_username(username, principal)
    if reason is not None:
        notes.append(
            f"The user name {quote_text(username)} is left out: {reason}. EKS chooses one, and role "
            "bindings for "
            "the old one no longer count."
        )
    chosen = None if reason or username in {"", _automatic_username(principal)} else username
    if not groups and not policies:
        notes.append(
            "No groups and no policies are left, so that only role bindings for the user name count."
        )
    return attrs.evolve(
        plan, username=chosen, groups=tuple(groups), policies=tuple(policies), notes=tuple(notes)
    )


def _why_no_group(group: str) -> str | None:
    if not group:
        return "it is empty"
    if group == "system:authenticated":
        return "Kubernetes puts everybody in it who logs in"
    reserved = _reserved_prefix(group)
    if reserved is not None:
        return f"access entries refuse groups that begin with {reserved}. Bind its roles to another group"
    if "{{" in group:
        return "access entries replace no variables in groups"
    return None


def _why_no_username(username: str, principal: Role | User | SsoRole) -> str | None:
    reserved = _reserved_prefix(username)
    if reserved is not None:
        return f"access entries refuse user names that begin with {reserved}"
    session = (SESSION_NAME, SESSION_NAME_RAW) if not isinstance(principal, User) else ()
    foreign = [name for name in variables_in(username) if name not in session]
    if foreign:
        return f"access entries do not replace {{{{{foreign[0]}}}}} here"
    before, variable, _ = username.partition("{{")
    if variable and ":" not in before:
        return "access entries want a colon before the session's name"
    return None


def _reserved_prefix(name: str) -> str | None:
    return next((prefix for prefix in _RESERVED if name.startswith(prefix)), None)


def _automatic_username(principal: Role | User | SsoRole) -> str | None:
    """Give the user name that EKS chooses; None where the role's name is not known."""
    if isinstance(principal, SsoRole):
        return None
    if isinstance(principal, User):
        return str(principal)
    session = f"assumed-role/{principal.name}/{{{{{SESSION_NAME}}}}}"
    return f"arn:{principal.partition}:sts::{principal.account}:{session}"
