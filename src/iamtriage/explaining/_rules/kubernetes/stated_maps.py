"""Compare the caller with the ``aws-auth`` entries that the text contains.

The authenticator looks for the ARN of a session's role, which STS reports without its path:
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import IdentityCenterRole, InstanceProfile, Principal, Role, RoleSession, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.model import MappingEntry
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._rules.kubernetes.cluster_access import MAP_WITHOUT_EFFECT, find_needed_access
from iamtriage.explaining._rules.shared import commands, pages, principal_mappings
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

    _Caller: TypeAlias = Role | User

MAP_ENTRY_WITH_PATH = CauseType(
    "map-entry-with-path",
    title="The aws-auth entry names the role with its path",
    meaning="The rolearn of the entry contains the path of the role. The STS session of the caller doesn't, so the authenticator compares with the ARN without a path and never finds the entry.",
    recognised_by="The text contains the entry, whose rolearn has a path before the caller's role name.",
    fix="Remove the path from the rolearn in aws-auth.",
    sources=(
        pages.EKS_AUTH_CONFIGMAP,
        "https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html",
    ),
)
MAP_ENTRY_OF_SESSION = CauseType(
    "map-entry-of-session",
    title="The aws-auth entry names a session instead of a role",
    meaning="The rolearn of the entry is the ARN of an assumed-role session. The authenticator looks for the ARN of the role.",
    recognised_by="The text contains the entry, whose rolearn is the ARN of a session of the caller's role.",
    fix="Use the ARN of the role, without its path, as rolearn.",
    of="map-entry-with-path",
)
MAP_ENTRY_OF_OTHER_ACCOUNT = CauseType(
    "map-entry-of-other-account",
    title="The aws-auth entry names the role of another account",
    meaning="The entry has the name of the caller's role or user, but another account or partition.",
    recognised_by="The text contains the entry, which differs from the caller's ARN in the account or partition.",
    fix="Use the account and partition of the caller in the entry.",
    of="map-entry-with-path",
)
MAP_ENTRY_OF_OTHER_TYPE = CauseType(
    "map-entry-of-other-type",
    title="The aws-auth entry names an instance profile or a user instead of the role",
    meaning="The entry has the name of the caller's role, but its ARN is that of an instance profile or a user. The authenticator looks for the ARN of the role.",
    recognised_by="The text contains the entry, whose ARN has another resource type than role.",
    fix="Use the ARN of the role in the entry.",
    of="map-entry-with-path",
)
MAP_ENTRY_OF_SIMILAR_NAME = CauseType(
    "map-entry-of-similar-name",
    title="The aws-auth entry has a similar name",
    meaning="No entry names the caller, but the name in one differs by a letter, or only by the suffix of an IAM Identity Center role.",
    recognised_by="The text contains the entry, whose name differs from that of the caller by one letter or by its suffix.",
    fix="Correct the name in the entry if it is meant for the caller.",
    of="map-entry-with-path",
)
MAP_WITHOUT_ENTRY = CauseType(
    "map-without-entry",
    title="The aws-auth ConfigMap has no entry for the caller",
    meaning="None of the entries of the aws-auth ConfigMap names the caller's role or user.",
    recognised_by="The text contains the entries of aws-auth.",
    fix="Add the caller to aws-auth, or create an access entry.",
    of="map-entry-with-path",
)
_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}", re.ASCII)
# The role in an instance profile, of which the text shows only the profile.
_ROLE_IN_PROFILE = "NODE_ROLE_NAME"
_NODE_ENTRY_GROUPS = frozenset({"system:nodes", "system:node-proxier"})
# Numbered names, such as node-1 and node-2, belong to different roles.
_MIN_SIMILAR_LENGTH = 5
# Causes that are only possible if the text does not show the map.
_ANSWERED = frozenset({"mapped-in-wrong-form", "yaml-broken", "not-mapped"})


def add_stated_map(case: AnyCase, explanation: Explanation) -> Explanation:
    """Return the explanation with what the ``aws-auth`` entries in the text say about the caller."""
    entries = context_of(case.facts).mappings
    caller = underlying_role(case.principal) or (case.principal if isinstance(case.principal, User) else None)
    if find_cluster(case).mode == "API":
        return _explain_ignored_entry(case, entries, caller, explanation)
    if entries and explanation.topic == "kubernetes-node-login":
        caller = find_node_role(case)
        if caller is None:
            return _explain_node_entries(case, entries, explanation)
    if not entries or caller is None:
        return explanation
    # The authenticator ignores the case of ARNs:
    # https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/mapper/configmap/configmap.go
    if any(each.arn.lower() == _arn(caller).lower() for each in entries):
        return _explain_matching_entry(caller, explanation)
    mismatches = [found for each in entries if (found := _compare(each, caller)) is not None]
    others = tuple(cause for cause in explanation.causes if cause.code not in _ANSWERED)
    if not mismatches:
        count = len(entries)
        named = (
            "The aws-auth entry in the text does not name"
            if count == 1
            else f"None of the {count} aws-auth entries in the text names"
        )
        cause = MAP_WITHOUT_ENTRY.cause("derived", text=f"{named} {_arn(caller)}.")
        return attrs.evolve(explanation, causes=(cause, *others))
    # The entry with the caller's name is more likely to be the caller's than one with a similar name.
    mismatch = min(mismatches, key=lambda each: getattr(each.named, "name", "") != caller.name)
    return _explain_mismatch(case, mismatch, caller, attrs.evolve(explanation, causes=others))


def _explain_matching_entry(caller: _Caller, explanation: Explanation) -> Explanation:
    """Return the explanation of a rejected caller that has an entry in the text."""
    if explanation.topic not in {"kubernetes-login", "kubernetes-not-mapped"}:
        return explanation
    is_reported = explanation.topic == "kubernetes-not-mapped"
    why = "most likely, kubectl uses another principal or another cluster"
    first: tuple[Remedy, ...] = ()
    if is_reported:
        why = "the YAML of the map is broken, or the entry is newer than the request or in another cluster"
        first = (
            cluster_remedy(
                "Check the entry in the map of this cluster",
                "The first command finds errors in the YAML, the second one prints what the ARN maps to.",
                commands=(commands.aws_auth_command(), commands.aws_auth_command(_arn(caller))),
                url=pages.EKS_AUTH_CONFIGMAP,
            ),
        )
    return attrs.evolve(
        explanation,
        summary=f"The cluster rejected {principal_mappings.build_cluster_principal(caller).description}, although the aws-auth map in the text has an entry for it: {why}.",
        causes=tuple(
            each
            for each in explanation.causes
            if each.evidence != "possible" or each.code not in {"mapped-in-wrong-form", "not-mapped"}
        ),
        remedies=(*first, *(_without_entry(each) for each in explanation.remedies)),
    )


def _without_entry(remedy: Remedy) -> Remedy:
    """Return the first remedy of a rejected login without the access entry that the caller does not need."""
    if not any(line.startswith("aws eks update-kubeconfig ") for line in remedy.commands):
        return remedy
    return attrs.evolve(
        remedy,
        steps=tuple(each for each in remedy.steps if "creates an access entry" not in each),
        commands=tuple(line for line in remedy.commands if "access-" not in line),
    )


def _explain_mismatch(
    case: AnyCase, mismatch: _Mismatch, caller: _Caller, explanation: Explanation
) -> Explanation:
    return attrs.evolve(
        explanation,
        summary=_summary(mismatch, caller),
        causes=(
            mismatch.type.cause(
                "derived",
                (f"The text has the entry {_field(mismatch.entry)}: {clip_text(mismatch.entry.arn)}",),
                text=f"The {_field(mismatch.entry)} of the entry {mismatch.difference}. {mismatch.reason}",
            ),
            # The entry explains the failure, so nothing that is only possible remains.
            *(cause for cause in explanation.causes if cause.evidence != "possible"),
        ),
        remedies=(
            _correct_entry_remedy(mismatch, caller),
            *_access_entry_remedy(case, mismatch, caller),
            *(each for each in explanation.remedies if not _grants_access(each)),
        ),
    )


def find_node_role(case: AnyCase) -> Role | None:
    """Return the role of a node, if the facts state it or the text has a session that is named after an instance.

    A command in the text can print another caller, such as the administrator.
    """
    session = getattr(case.principal, "session_name", "")
    is_of_node = not is_derived(case.facts, "caller") or _INSTANCE_ID.fullmatch(session) is not None
    return underlying_role(case.principal) if is_of_node else None


def _explain_node_entries(
    case: AnyCase, entries: tuple[MappingEntry, ...], explanation: Explanation
) -> Explanation:
    """Return the explanation with what the entries for nodes say, if the role of the node is unknown."""
    nodes = [each for each in entries if each.is_role and _is_for_nodes(each)]
    for entry in nodes:
        mapped = try_parse_principal(entry.arn)
        named = underlying_role(mapped) or mapped
        if not isinstance(named, Role | User | InstanceProfile):
            continue
        # The role that the entry is meant for. That of an instance profile can have another name.
        name = _ROLE_IN_PROFILE if isinstance(named, InstanceProfile) else named.name
        role = Role(named.partition, named.account, name)
        if (mismatch := _compare(entry, role)) is not None:
            return _explain_mismatch(case, mismatch, role, explanation)
    names = [clip_text(each.arn.rpartition("/")[2]) for each in nodes]
    listed = f"maps only {join_words(names, 'and')} for nodes" if names else "has no entry for nodes"
    cause = MAP_WITHOUT_ENTRY.cause(
        "derived" if not names else "possible",
        text=f"The node role is not in aws-auth: the map in the text {listed}.",
    )
    others = tuple(each for each in explanation.causes if each.code != "node-role-not-mapped")
    return attrs.evolve(explanation, causes=(*others[:1], cause, *others[1:]))


def _explain_ignored_entry(
    case: AnyCase, entries: tuple[MappingEntry, ...], caller: _Caller | None, explanation: Explanation
) -> Explanation:
    """Return the explanation with the access entry that replaces the caller's ignored ``aws-auth`` entry."""
    people = [each for each in entries if "system:nodes" not in each.groups]
    named = [
        each
        for each in people
        if caller is None
        or each.arn.lower() == _arn(caller).lower()
        or ((found := _compare(each, caller)) and found.type in {MAP_ENTRY_WITH_PATH, MAP_ENTRY_OF_SESSION})
    ]
    # Without a caller, only the single entry can be meant.
    if not named or (caller is None and len(people) > 1):
        return explanation
    entry = named[0]
    mapped = principal_mappings.build_cluster_principal(
        case.stated_principal if caller else try_parse_principal(entry.arn)
    )
    if not mapped.is_known or mapped.entry_refusal:
        return explanation
    where = f"The cluster {cluster.name}" if (cluster := find_cluster(case)).name else "The cluster"
    cause = MAP_WITHOUT_EFFECT.cause(
        "derived",
        (
            "The authentication mode is API.",
            f"The text has the entry {_field(entry)}: {clip_text(entry.arn)}",
        ),
    )
    others = [each for each in explanation.causes if each.evidence != "possible" and each.code != cause.code]
    return attrs.evolve(
        explanation,
        summary=f"{where} ignores the aws-auth entry for {mapped.description}: its authentication mode is API, so the principal needs an access entry.",
        causes=(*others, cause),
        remedies=(
            _replacing_entry_remedy(case, entry, mapped),
            *(each for each in explanation.remedies if not _grants_access(each)),
        ),
    )


def _replacing_entry_remedy(case: AnyCase, entry: MappingEntry, mapped: ClusterPrincipal) -> Remedy:
    """Return the remedy that creates an access entry with the user name and groups of an ``aws-auth`` entry."""
    cluster, username = find_cluster(case), entry.username
    if username is not None and (
        username.startswith(principal_mappings.RESERVED_PREFIXES)
        or "{{" in username.replace(":{{SessionName}}", "")
    ):
        username = None
    groups = tuple(each for each in entry.groups if not each.startswith(principal_mappings.RESERVED_PREFIXES))
    is_administrator = "system:masters" in entry.groups
    create = mapped.create_entry_command(cluster, username=username, groups=groups)
    steps: list[str] = []
    policies: tuple[str, ...] = ()
    if groups:
        kept = join_words([clip_text(each) for each in groups], "and")
        steps.append(f"The entry keeps the RBAC permissions of {kept}.")
    if is_administrator:
        steps.append(
            "Access entries cannot have the group system:masters: AmazonEKSClusterAdminPolicy replaces it."
        )
        policies = (mapped.associate_policy_command(cluster, "AmazonEKSClusterAdminPolicy", namespace=None),)
    elif not groups:
        steps.append("AmazonEKSViewPolicy allows reading most types. Choose the policy that it needs.")
        namespace = commands.namespace(case.facts.namespace)
        policies = (
            mapped.associate_policy_command(cluster, principal_mappings.VIEW_POLICY, namespace=namespace),
        )
    if mapped.path_note:
        steps.append(mapped.path_note)
    return cluster_remedy(
        f"Create an access entry for {mapped.description}",
        *steps,
        "Access entries can take a few seconds to take effect.",
        commands=(create, *policies),
        url=pages.EKS_ACCESS_ENTRIES,
    )


@attrs.frozen(eq=False, repr=False)
class _Mismatch(Value):
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
    named: Principal
    difference: str
    reason: str = "The authenticator compares it with the ARN of the caller."


def _compare(entry: MappingEntry, caller: _Caller) -> _Mismatch | None:
    """Return why an entry for the caller does not match; ``None`` if it is for another principal or matches."""
    mapped = try_parse_principal(entry.arn)
    named = underlying_role(mapped) or mapped
    if not isinstance(named, Role | User | InstanceProfile) or entry.is_role == isinstance(caller, User):
        return None
    has_similar_name = named.name != caller.name
    is_profile_of_node = isinstance(named, InstanceProfile) and _is_for_nodes(entry)
    if has_similar_name and not is_profile_of_node and not _is_similar(named, caller):
        return None
    if named.partition != caller.partition:
        difference = f"is in the partition {clip_text(named.partition)}, but the caller in {caller.partition}"
        return _Mismatch(MAP_ENTRY_OF_OTHER_ACCOUNT, entry, named, difference)
    if named.account != caller.account:
        difference = f"is not in the account {caller.account} of the caller"
        return _Mismatch(MAP_ENTRY_OF_OTHER_ACCOUNT, entry, named, difference)
    if isinstance(named, InstanceProfile):
        difference = f"names the instance profile {clip_text(named.name)}, not the role in it"
        reason = "An instance profile never calls: the role in it does."
        return _Mismatch(MAP_ENTRY_OF_OTHER_TYPE, entry, named, difference, reason)
    if isinstance(named, User) and not isinstance(caller, User):
        return _Mismatch(MAP_ENTRY_OF_OTHER_TYPE, entry, named, "names a user, not the role")
    if has_similar_name:
        difference = "differs by one letter"
        if isinstance(named, IdentityCenterRole):
            difference = "has the same permission set but another suffix"
        return _Mismatch(MAP_ENTRY_OF_SIMILAR_NAME, entry, named, difference)
    if isinstance(mapped, RoleSession):
        return _Mismatch(MAP_ENTRY_OF_SESSION, entry, named, "is the ARN of a session")
    if isinstance(caller, User):
        other = "has none" if caller.path == "/" else f"has the path {clip_text(caller.path)}"
        difference = f"has the path {clip_text(named.path)}, but the user {other}"
        return _Mismatch(MAP_ENTRY_WITH_PATH, entry, named, difference)
    reason = "The authenticator compares it with the role's ARN without its path, because an STS session doesn't have the path."
    path = f"contains the path {clip_text(named.path.strip('/'))}/"
    return _Mismatch(MAP_ENTRY_WITH_PATH, entry, named, path, reason) if named.path != "/" else None


def _is_similar(named: Role | User | InstanceProfile, caller: _Caller) -> bool:
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


def _arn(caller: _Caller) -> str:
    """Return the ARN that ``aws-auth`` requires, without the path of a role."""
    if isinstance(caller, User):
        return str(caller)
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def _field(entry: MappingEntry) -> str:
    return "rolearn" if entry.is_role else "userarn"


def _summary(mismatch: _Mismatch, caller: _Caller) -> str:
    name = clip_text(getattr(mismatch.named, "name", ""))
    if caller.name == _ROLE_IN_PROFILE:
        return f"The API server rejected the node (Unauthorized), because no aws-auth entry matches its role: the {_field(mismatch.entry)} of the entry for {name} is the ARN of an instance profile, not of the role in it."
    looked_up = f"the authenticator looks for {_arn(caller)}."
    if mismatch.type is MAP_ENTRY_OF_SIMILAR_NAME:
        return f"No aws-auth entry in the text matches {caller.name}: the one for {name} {mismatch.difference}, and {looked_up}"
    if name != caller.name:
        return f"No aws-auth entry in the text matches {caller.name}: the one for nodes {mismatch.difference}, and {looked_up}"
    return f"The aws-auth entry for {caller.name} never matches: its {_field(mismatch.entry)} {mismatch.difference}, and {looked_up}"


def _correct_entry_remedy(mismatch: _Mismatch, caller: _Caller) -> Remedy:
    field = _field(mismatch.entry)
    start, end = mismatch.entry.around
    where = f"n the ConfigMap aws-auth in kube-system, replace the {field} line of the entry with this one."
    is_similar = mismatch.type is MAP_ENTRY_OF_SIMILAR_NAME
    steps = [
        f"If the entry is meant for the caller, i{where}" if is_similar else f"I{where}",
        "Keep its username and groups. Someone who still has access to the cluster must do this, such as the cluster creator.",
    ]
    lookup: tuple[str, ...] = ()
    if caller.name == _ROLE_IN_PROFILE:
        lookup = (_profile_command(mismatch),)
        step = "The first command prints the ARN of the role in the instance profile. Often both have one name, but not always."
        steps.insert(0, step)
    check = "kubectl auth whoami"
    if _is_for_nodes(mismatch.entry):
        steps.append("The nodes then join automatically.")
        check = "kubectl get nodes"
    return cluster_remedy(
        f"Correct the {field} in aws-auth",
        *steps,
        commands=(*lookup, "kubectl -n kube-system edit configmap aws-auth", check),
        # With the indentation of the line, and a dash only if it has one, the entry stays valid YAML.
        manifest=f"{start}{_arn(caller)}{end}\n",
        url=pages.EKS_AUTH_CONFIGMAP,
    )


def _is_for_nodes(entry: MappingEntry) -> bool:
    return not _NODE_ENTRY_GROUPS.isdisjoint(entry.groups) or (entry.username or "").startswith(
        "system:node:"
    )


def _profile_command(mismatch: _Mismatch) -> str:
    name: str = getattr(mismatch.named, "name", "")
    return fill_command(
        "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[0].Arn' --output text",
        commands.role_name(name),
    )


def _access_entry_remedy(case: AnyCase, mismatch: _Mismatch, caller: _Caller) -> tuple[Remedy, ...]:
    """Return the remedy that creates an access entry, which requires the path that the text states."""
    cluster, entry = find_cluster(case), mismatch.entry
    if not cluster.uses_entries:
        return ()
    has_path = mismatch.type is MAP_ENTRY_WITH_PATH and isinstance(mismatch.named, Role)
    # Unless the entry has the role's path, its ARN is wrong, and the log shows the role's ARN without its path.
    mapped = (
        principal_mappings.build_cluster_principal(mismatch.named)
        if has_path
        else principal_mappings.build_cluster_principal(caller, is_canonical=True)
    )
    lookup: tuple[str, ...] = ()
    if caller.name == _ROLE_IN_PROFILE:
        mapped = principal_mappings.build_cluster_principal(
            None, "the role in the instance profile", placeholder="NODE_ROLE_ARN"
        )
        lookup = (_profile_command(mismatch),)
    title = f"Or create an access entry for {mapped.description}"
    if _is_for_nodes(entry):
        kind = _node_type(entry)
        return (mapped.create_node_entry_remedy(cluster, kind=kind, title=title, lookup=lookup),)
    policy, namespace, _ = find_needed_access(case)
    if "system:masters" in entry.groups:
        policy, namespace = "AmazonEKSClusterAdminPolicy", None
    if has_path:
        title = "Or create an access entry, which requires the ARN with the path"
    return (mapped.create_entry_remedy(cluster, policy=policy, namespace=namespace, title=title),)


def _node_type(entry: MappingEntry) -> str:
    """Return the type of the access entry that replaces the entry of a node.

    The groups of nodes: https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html and
    https://docs.aws.amazon.com/eks/latest/userguide/fargate-getting-started.html.
    """
    if "system:node-proxier" in entry.groups:
        return "FARGATE_LINUX"
    return "EC2_WINDOWS" if "eks:kube-proxy-windows" in entry.groups else "EC2_LINUX"


def _grants_access(remedy: Remedy) -> bool:
    return any("create-access-entry" in line or "iamidentitymapping" in line for line in remedy.commands)
