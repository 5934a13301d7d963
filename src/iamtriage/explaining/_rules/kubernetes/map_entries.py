"""Compare an ``aws-auth`` entry with the principal that it is meant for."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.arns._principals import IdentityCenterRole, InstanceProfile, Role, RoleSession, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._rules.kubernetes.cluster_access import MAPPED_IN_WRONG_FORM
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role

if TYPE_CHECKING:
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
    of="map-entry-with-path",
)
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
_NEW_SUFFIX = "IAM Identity Center creates a role with a new suffix if a permission set is assigned again after its last assignment in the account was deleted. Policies with the old ARN, such as key, bucket and trust policies, no longer match, either."
_NODE_ENTRY_GROUPS = frozenset({"system:nodes", "system:node-proxier"})
# Numbered names, such as node-1 and node-2, belong to different roles.
_MIN_SIMILAR_LENGTH = 5


@attrs.frozen(eq=False, repr=False)
class Mismatch(Value):
    """An entry that is meant for the caller but does not match it.

    Attributes:
        type: The definition of the cause.
        entry: The entry.
        named: What the entry names.
        difference: What the entry's ARN does or is, as a phrase that follows its field.
        reason: Why that does not match.
    """

    type: CauseType
    entry: MappingEntry
    named: Role | User | InstanceProfile
    difference: str
    reason: str = "The authenticator compares it with the ARN of the caller."


def compare_entry(entry: MappingEntry, caller: Caller) -> Mismatch | None:
    """Return why an entry for the caller does not match; ``None`` if it is for another principal or matches."""
    mapped = try_parse_principal(entry.arn)
    named = underlying_role(mapped) or mapped
    if not isinstance(named, Role | User | InstanceProfile) or entry.is_role == isinstance(caller, User):
        return None
    # The authenticator ignores the case of ARNs.
    has_similar_name = named.name.lower() != caller.name.lower()
    is_profile_of_node = isinstance(named, InstanceProfile) and is_for_nodes(entry)
    if has_similar_name and not is_profile_of_node and not _is_similar(named, caller):
        return None
    if named.partition != caller.partition:
        difference = f"is in the partition {clip_text(named.partition)}, but the caller in {caller.partition}"
        return Mismatch(MAPPED_IN_WRONG_FORM, entry, named, difference)
    if named.account != caller.account:
        difference = f"is not in the caller's account {caller.account}"
        return Mismatch(MAPPED_IN_WRONG_FORM, entry, named, difference)
    if isinstance(named, InstanceProfile):
        difference = f"names the instance profile {clip_text(named.name)}, not the role in it"
        reason = "The role in an instance profile makes calls, never the profile itself."
        return Mismatch(MAPPED_IN_WRONG_FORM, entry, named, difference, reason)
    if isinstance(named, User) and not isinstance(caller, User):
        return Mismatch(MAPPED_IN_WRONG_FORM, entry, named, "names a user, not the role")
    if has_similar_name:
        difference = "differs by one letter"
        if isinstance(named, IdentityCenterRole):
            difference = "has the same permission set but another suffix"
            return Mismatch(MAP_ENTRY_OF_SIMILAR_NAME, entry, named, difference, _NEW_SUFFIX)
        return Mismatch(MAP_ENTRY_OF_SIMILAR_NAME, entry, named, difference)
    if isinstance(mapped, RoleSession):
        return Mismatch(MAPPED_IN_WRONG_FORM, entry, named, "is the ARN of a session")
    if isinstance(caller, User):
        other = "has none" if caller.path == "/" else f"has the path {clip_text(caller.path)}"
        difference = f"has the path {clip_text(named.path)}, but the user {other}"
        return Mismatch(MAP_ENTRY_WITH_PATH, entry, named, difference)
    reason = "The authenticator compares it with the role's ARN without the path, because the ARN of an STS session has no path."
    path = f"contains the path {clip_text(named.path.strip('/'))}/"
    return Mismatch(MAP_ENTRY_WITH_PATH, entry, named, path, reason) if named.path != "/" else None


def _is_similar(named: Role | User | InstanceProfile, caller: Caller) -> bool:
    """Return whether a name in an entry can be a misspelled or former name of the caller."""
    if type(named) is not type(caller):
        return False
    if isinstance(named, IdentityCenterRole) and isinstance(caller, IdentityCenterRole):
        return named.permission_set is not None and named.permission_set == caller.permission_set
    return _differs_by_one_letter(named.name.lower(), caller.name.lower())


def _differs_by_one_letter(first: str, second: str) -> bool:
    """Return whether two names differ by one letter or sign that is added, left out or replaced, or by two swapped.

    >>> [_differs_by_one_letter("eks-admin", each) for each in ("eks-admins", "eks-adnim", "eks-ops")]
    [True, True, False]
    """
    if min(len(first), len(second)) < _MIN_SIMILAR_LENGTH:
        return False
    for _ in range(2):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
        # What remains is compared from its end.
        first, second = first[same:][::-1], second[same:][::-1]
    if any(each.isdigit() for each in first + second):
        return False
    return max(len(first), len(second)) <= 1 or first == second[::-1]


def arn_in_map(caller: Caller) -> str:
    """Return the ARN that ``aws-auth`` requires, without the path of a role."""
    if isinstance(caller, User):
        return str(caller)
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def arn_field(entry: MappingEntry) -> str:
    """Return the name of the field with the ARN of an entry."""
    return "rolearn" if entry.is_role else "userarn"


def is_for_nodes(entry: MappingEntry) -> bool:
    """Return whether an entry gives its principal the groups or the user name of nodes."""
    return not _NODE_ENTRY_GROUPS.isdisjoint(entry.groups) or (entry.username or "").startswith(
        "system:node:"
    )
