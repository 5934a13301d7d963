"""Compare an ``aws-auth`` entry with the principal that it is meant for, and the place of its map with that which EKS reads.

EKS reads ``aws-auth`` in ``kube-system``: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import ndiff
from textwrap import indent
from typing import TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, InstanceProfile, Role, RoleSession, User
from iamtriage.explaining._context.readers.kubernetes.config_maps import MapPlace, find_misplaced_map
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._rules.basics import CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.cluster_access import MAPPED_IN_WRONG_FORM
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase
from iamtriage.explaining._rules.shared.kubernetes.manifests import write_scalar
from iamtriage.explaining._rules.shared.policies.corrected_patterns import describe_slip
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, present

Caller: TypeAlias = Role | User

MAP_ENTRY_WITH_PATH = CauseType(
    "map-entry-with-path",
    title="The aws-auth entry contains the path of the role",
    meaning="The rolearn of the entry contains the path of the role. The caller's STS session does not, so the authenticator looks for the ARN without a path and never finds the entry.",
    recognised_by="The text contains the entry, whose rolearn has a path before the caller's role name.",
    fix="Remove the path from the rolearn in aws-auth.",
    sources=(
        pages.EKS_AUTH_CONFIGMAP,
        "https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html",
    ),
)
MAP_ENTRY_OF_SIMILAR_NAME = CauseType(
    "map-entry-of-similar-name",
    title="The aws-auth entry has a similar name",
    meaning="No entry is for the caller, but one name differs by a letter, or only by the suffix of an IAM Identity Center role.",
    recognised_by="The text contains the entry, whose name differs from that of the caller by one letter or by its suffix.",
    fix="Correct the name in the entry if it is meant for the caller.",
    of="not-mapped",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
MAP_ENTRY_IN_OTHER_LIST = CauseType(
    "map-entry-in-other-list",
    title="The aws-auth entry is in the wrong list",
    text="The authenticator reads rolearn only in mapRoles, and userarn only in mapUsers. It drops an entry with the other field.",
    recognised_by="The text contains the entry of a user in mapRoles, or that of a role in mapUsers.",
    fix="Move the entry to the list of its field.",
    of="not-mapped",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
_NEW_SUFFIX = "IAM Identity Center creates a role with a new suffix if a permission set is assigned again after its last assignment in the account was deleted. Other policies with the old ARN no longer match, either."
_NODE_ENTRY_GROUPS = frozenset({"system:nodes", principal_mappings.FARGATE_GROUP})
# Numbered names, such as node-1 and node-2, belong to different roles.
_MIN_SIMILAR_LENGTH = 5
ROLE_IN_PROFILE = "NODE_ROLE_NAME"
"""The name of the role in an instance profile, of which the text shows only the profile."""


class Finding(NamedTuple):
    """An entry that is meant for the caller.

    Attributes:
        type: The cause, if the entry does not match the caller.
        difference: What the entry's ARN does or is, as a phrase that follows its field; empty if it matches.
        reason: Why that does not match.
    """

    entry: MappingEntry
    caller: Caller
    named: Role | User | InstanceProfile
    type: CauseType = MAPPED_IN_WRONG_FORM
    difference: str = ""
    reason: str = ""

    @property
    def field(self) -> str:
        """The name of the field with the ARN."""
        return "rolearn" if self.entry.is_role else "userarn"

    @property
    def list_name(self) -> str:
        """The list in which the authenticator reads the field."""
        return "mapRoles" if self.entry.is_role else "mapUsers"

    @property
    def is_similar(self) -> bool:
        """Whether the entry has only a similar name, so that it can be another principal's."""
        return self.type is MAP_ENTRY_OF_SIMILAR_NAME

    @property
    def is_of_other_account(self) -> bool:
        """Whether the entry is right for the principal of that name in another account, and not a typing error."""
        is_other = (self.named.partition, self.named.account) != (self.caller.partition, self.caller.account)
        is_typo = describe_slip(self.named.account, self.caller.account) or is_for_nodes(self.entry)
        return is_other and self.named.partition == self.caller.partition and not is_typo

    @property
    def has_name(self) -> bool:
        """Whether the entry has the name of the caller."""
        return self.named.name.lower() == self.caller.name.lower()


def describe_groups(entry: MappingEntry, text: str = "") -> str | None:
    """Return what the groups of an entry require, as a sentence; ``None`` if a text says that they have permissions."""
    own = [each for each in entry.groups if not each.startswith(principal_mappings.RESERVED_PREFIXES)]
    if not own or "system:masters" in entry.groups:
        return None
    if any(
        re.search(rf"RoleBinding\b[^.\n]{{0,80}} binds [^.\n]{{0,40}}\b{re.escape(each)}\b", text)
        for each in own
    ):
        return None
    return f"The entry has an effect only if a RoleBinding or ClusterRoleBinding names {join_words([*map(clip_text, own)], 'or')}."


def find_entries(entries: Iterable[MappingEntry], caller: Caller | None) -> list[Finding]:
    """Return the entries that are meant for the caller; if it is unknown, for the principal that each one names."""
    return [found for each in entries if (found := _compare(each, caller)) is not None]


_SESSION = lazy_pattern(r":assumed-role/([\w+=,.@-]{1,64})/")


def find_unmatched_person(entries: Iterable[MappingEntry], text: str = "") -> Caller | None:
    """Return who the only entry for people is meant for, if its ARN matches nobody and the text has no other session."""
    people = [each for each in entries if not is_for_nodes(each)]
    found = find_entries(people, None) if len(people) == 1 else []
    if not found or not found[0].difference or {*_SESSION.findall(text)} - {found[0].caller.name}:
        return None
    return found[0].caller


def _compare(entry: MappingEntry, caller: Caller | None) -> Finding | None:
    mapped = try_parse_principal(entry.arn)
    named = underlying_role(mapped) or mapped
    if not isinstance(named, Role | User | InstanceProfile):
        return None
    is_profile = isinstance(named, InstanceProfile)
    if caller is None:
        name = ROLE_IN_PROFILE if is_profile else named.name
        caller = named if isinstance(named, User) else Role(named.partition, named.account, name)
    found = Finding(entry, caller, named)
    # The authenticator ignores the case of ARNs, and reads both lists for each caller:
    # https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/mapper/configmap/configmap.go
    if entry.arn.lower() == arn_in_map(caller).lower():
        reason = f"The authenticator reads {found.field} only in {found.list_name}."
        difference, kind = f"is in {entry.wrong_list}", MAP_ENTRY_IN_OTHER_LIST
        return found._replace(type=kind, difference=difference, reason=reason) if entry.wrong_list else found
    is_session = isinstance(mapped, RoleSession) and isinstance(caller, Role)
    if entry.is_role == isinstance(caller, User) and not is_session:
        return None
    if not found.has_name and not (is_profile and is_for_nodes(entry)) and not _is_similar(named, caller):
        return None
    kind = MAPPED_IN_WRONG_FORM
    reason = "The authenticator compares the ARN in the entry with that of the caller."
    if named.partition != caller.partition:
        difference = f"is in the partition {clip_text(named.partition)}, but the caller in {caller.partition}"
    elif named.account != caller.account:
        slip = describe_slip(named.account, caller.account)
        difference = f"is in the account {clip_text(named.account)} instead of the caller's, {caller.account}{slip and f' ({slip})'}"
    elif is_profile:
        difference = f"names the instance profile {clip_text(named.name)}, not the role in it"
        reason = "The role in an instance profile makes calls, never the profile itself."
    elif isinstance(named, User) and not isinstance(caller, User):
        difference = "names a user, not the role"
    elif not found.has_name:
        kind, difference = MAP_ENTRY_OF_SIMILAR_NAME, "differs by one letter"
        if isinstance(named, IdentityCenterRole):
            difference, reason = "has the same permission set but another suffix", _NEW_SUFFIX
    elif is_session:
        difference = "is the ARN of a session"
    elif isinstance(caller, User):
        kind = MAP_ENTRY_WITH_PATH
        reason = "In aws-auth, the ARN of a user has its path. Only that of a role omits it."
        path, expected = (clip_text(each.path.lstrip("/")) for each in (named, caller))
        difference = f"has the path {path}, which the user does not have"
        if expected:
            difference = (
                f"has the path {path} instead of {expected}" if path else f"lacks the path {expected}"
            )
    else:
        kind, difference = MAP_ENTRY_WITH_PATH, f"contains the path {clip_text(named.path.strip('/'))}/"
        reason = "The authenticator compares the entry with the role's ARN without the path, because the ARN of an STS session has no path."
    return Finding(entry, caller, named, kind, difference, reason)


def _is_similar(named: Role | User | InstanceProfile, caller: Caller) -> bool:
    """Return whether a name in an entry can be a misspelled or former name of the caller."""
    if type(named) is not type(caller):
        return False
    if isinstance(named, IdentityCenterRole) and isinstance(caller, IdentityCenterRole):
        return named.permission_set is not None and named.permission_set == caller.permission_set
    return _differs_by_one_letter(named.name.lower(), caller.name.lower())


def _differs_by_one_letter(first: str, second: str) -> bool:
    """Return whether two names differ by about one letter or sign, but not by a number.

    >>> [_differs_by_one_letter("eks-admin", each) for each in ("eks-admins", "eks-amdin", "eks-ops")]
    [True, True, False]
    """
    changed = [each[2:] for each in ndiff(first, second) if not each.startswith(" ")]
    return (
        min(len(first), len(second)) >= _MIN_SIMILAR_LENGTH
        and len(changed) <= 2
        and not any(map(str.isdigit, changed))
    )


def arn_in_map(caller: Caller) -> str:
    """Return the ARN that ``aws-auth`` requires, without the path of a role."""
    if isinstance(caller, User):
        return str(caller)
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def is_for_nodes(entry: MappingEntry) -> bool:
    """Return whether an entry gives its principal the groups or the user name of nodes."""
    return not _NODE_ENTRY_GROUPS.isdisjoint(entry.groups) or (entry.username or "").startswith(
        "system:node:"
    )


def suggest_groups(entry: MappingEntry) -> str:
    """Return the groups of an entry as a suggestion for another one, unless they administer the cluster."""
    groups = join_words([clip_text(each) for each in entry.groups], "and")
    return f", with groups such as {groups}" if groups and "system:masters" not in entry.groups else ""


def write_entry(found: Finding) -> str:
    """Return the entry with the ARN of the caller, as YAML."""
    entry, groups = found.entry, found.entry.groups
    field = "userarn" if isinstance(found.caller, User) else "rolearn"
    lines = (
        f"- {field}: {arn_in_map(found.caller)}",
        None if entry.username is None else f"  username: {write_scalar(entry.username)}",
        "  groups:" if groups else None,
        *(f"    - {write_scalar(group)}" for group in groups),
    )
    return "\n".join(present(*lines))


def build_move_remedy(found: Finding, text: str) -> Remedy:
    """Return the remedy that moves an entry to the list of its field."""
    entry = found.entry
    is_missing = all(f"{found.list_name}{sign}" not in text for sign in (":", "=", " ="))
    manifest = write_entry(found)
    if is_missing:
        manifest = f"{found.list_name}: |\n{indent(manifest, '  ')}"
    is_terraform = "=" in entry.around[0]
    return cluster_remedy(
        f"Move the entry for {clip_text(found.named.name)} from {entry.wrong_list} to {found.list_name}",
        f"{f'Add {found.list_name}, which is missing, delete' if is_missing else 'Delete'} the entry in {entry.wrong_list}, and keep all others. Somebody with access to the cluster does this, such as its creator.",
        describe_groups(entry, text),
        commands="terraform apply" if is_terraform else "kubectl -n kube-system edit configmap aws-auth",
        manifest=None if is_terraform else manifest,
        url=pages.EKS_AUTH_CONFIGMAP,
    )


MAP_IN_WRONG_PLACE = CauseType(
    "map-in-wrong-place",
    title="The ConfigMap with the entry is not aws-auth in kube-system",
    text="EKS reads only the ConfigMap aws-auth in the namespace kube-system.",
    recognised_by="The text shows the ConfigMap with the caller's entry under another name or in another namespace.",
    fix="Create the ConfigMap aws-auth in kube-system with the entry, and delete the other one.",
    of="not-mapped",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
_VARIABLES = {"mapRoles": "map_roles", "mapUsers": "map_users"}
_TERRAFORM = 'resource "kubernetes_config_map'


def explain_misplaced_map(case: AnyCase, found: Finding, explanation: Explanation) -> Explanation | None:
    """Return the explanation of a caller whose entry is in a ConfigMap that EKS does not read."""
    place = find_misplaced_map(case.failure.text)
    if place is None:
        return None
    caller = principal_mappings.build_cluster_principal(found.caller).description
    shown = f"The text shows {place.name} in the namespace {place.namespace}."
    if place.namespace != "kube-system":
        where = f"in the namespace {place.namespace}"
    else:
        where = f"named {place.name} instead of aws-auth"
    if not place.has_namespace:
        if not place.is_stated:
            where = "in the current namespace of kubectl, such as default"
        where += ", because its manifest has no metadata.namespace"
        shown = "The manifest in the text has no metadata.namespace."
        if place.is_created:
            shown += (
                " kubectl says that it created the ConfigMap, so it did not change the one that EKS reads."
            )
    none = ("kubectl lists no ConfigMap aws-auth in kube-system.",) if place.is_only else ()
    cause = MAP_IN_WRONG_PLACE.cause(
        "derived",
        (shown, *none),
        text=f"EKS reads only the ConfigMap aws-auth in the namespace kube-system. The entry itself is correct: its {found.field} is the ARN that the authenticator looks for.",
    )
    return attrs.evolve(
        explanation,
        summary=f"The cluster rejected {caller}: the ConfigMap with its entry is {where}, and EKS reads only aws-auth in kube-system.",
        causes=(*(each for each in explanation.causes if each.evidence != "possible"), cause),
        remedies=(_move_remedy(case, found, place), *_other_ways(case, explanation)),
        notes=tuple(each for each in explanation.notes if not each.startswith("The authenticator looks up")),
    )


def _other_ways(case: AnyCase, explanation: Explanation) -> Iterable[Remedy]:
    """Yield the remedies that need no entry in the map: an access entry, which not every mode accepts."""
    for each in explanation.remedies:
        if each.title.startswith("Create an access entry") and not case.facts.authentication_mode:
            title = f"Or {lower_first(each.title)}, if the authentication mode is not CONFIG_MAP"
            yield attrs.evolve(each, title=title)
        elif "aws-auth" not in each.title and not each.title.startswith("List "):
            yield each


def _move_remedy(case: AnyCase, found: Finding, place: MapPlace) -> Remedy:
    text = case.failure.text
    members = {name: var for name, var in _VARIABLES.items() if name in text} or {"mapRoles": "map_roles"}
    reads = tuple(
        f"{var}=\"$(kubectl -n {place.namespace} get configmap {place.name} -o 'jsonpath={{.data.{name}}}')\""
        for name, var in members.items()
    )
    create = " ".join(f'--from-literal={name}="${var}"' for name, var in members.items())
    title = f"Create aws-auth in kube-system with {join_words([*members], 'and')} of the other ConfigMap"
    edit = "kubectl -n kube-system edit configmap aws-auth"
    changes: Commands = (*reads, f"kubectl -n kube-system create configmap aws-auth {create}")
    keep = "Keep or add the entries of node roles: without them, self-managed nodes lose access."
    if place.is_only is False or not place.is_stated:
        title, changes = f"Add the entry to {' and '.join(members)} of aws-auth in kube-system", (edit,)
        keep = "Keep the entries that it has. Don't apply the manifest there as it is: it would replace the entries of the node roles, and the nodes would lose access."
    elif place.is_only is None:
        changes += (Labelled("Or, if kube-system already has one, add the entry to it:", edit),)
    manifest = write_entry(found) if changes == (edit,) else None
    delete: Labelled | None = Labelled(
        "When the caller has access, delete the ConfigMap without effect:",
        fill_command(
            "kubectl -n {} delete configmap {}",
            place.namespace if place.is_stated else "NAMESPACE",
            place.name,
        ),
    )
    if _TERRAFORM in text:
        title = (
            "Correct the metadata of the ConfigMap in the Terraform configuration: aws-auth in kube-system"
        )
        changes, delete, manifest = ("terraform apply",), None, None
    return cluster_remedy(
        title,
        f"Somebody with access to the cluster does this, such as its creator. {keep}",
        describe_groups(found.entry, text),
        commands=(*changes, delete),
        manifest=manifest,
        url=pages.EKS_AUTH_CONFIGMAP,
    )
