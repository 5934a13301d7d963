"""Compare the caller with the ``aws-auth`` entries that the text contains.

The authenticator looks for the ARN of a session's role, which STS reports without its path:
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import InstanceProfile, Role, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._rules.kubernetes.cluster_access import (
    CREATOR_NOTE,
    MAP_WITHOUT_EFFECT,
    find_needed_access,
)
from iamtriage.explaining._rules.kubernetes.map_entries import (
    MAP_ENTRY_OF_SIMILAR_NAME,
    MAP_ENTRY_WITH_PATH,
    arn_field,
    arn_in_map,
    compare_entry,
    is_for_nodes,
)
from iamtriage.explaining._rules.shared import commands, pages, principal_mappings
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import MappingEntry
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.kubernetes.map_entries import Caller, Mismatch
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal


MAP_WITHOUT_ENTRY = CauseType(
    "map-without-entry",
    title="The ConfigMap aws-auth has no entry for the caller's role or user",
    recognised_by="The text contains the entries of aws-auth.",
    fix="Add the caller to aws-auth, or create an access entry.",
    of="map-entry-with-path",
)
_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}", re.ASCII)
# The role in an instance profile, of which the text shows only the profile.
_ROLE_IN_PROFILE = "NODE_ROLE_NAME"
# Causes that are only possible if the text does not show the map.
_ANSWERED = frozenset({"map-entry-arn-form", "yaml-invalid", "not-mapped"})


def add_stated_map(case: AnyCase, explanation: Explanation) -> Explanation:
    """Return the explanation with what the ``aws-auth`` entries in the text say about the caller."""
    entries = context_of(case.facts).mappings
    caller = underlying_role(case.principal) or (case.principal if isinstance(case.principal, User) else None)
    if find_cluster(case).mode == "API":
        return _explain_ignored_entry(case, entries, caller, explanation)
    if entries and explanation.topic in {"kubernetes-node-login", "nodes-not-joined"}:
        caller = find_node_role(case)
        if caller is None:
            return _explain_node_entries(case, entries, explanation)
    if not entries or caller is None:
        return explanation
    # The authenticator ignores the case of ARNs:
    # https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/mapper/configmap/configmap.go
    if any(each.arn.lower() == arn_in_map(caller).lower() for each in entries):
        return _explain_matching_entry(caller, explanation)
    mismatches = [found for each in entries if (found := compare_entry(each, caller)) is not None]
    others = tuple(cause for cause in explanation.causes if cause.code not in _ANSWERED)
    if not mismatches:
        count = len(entries)
        named = (
            "The aws-auth entry in the text is not for"
            if count == 1
            else f"None of the {count} aws-auth entries in the text is for"
        )
        cause = MAP_WITHOUT_ENTRY.cause("derived", text=f"{named} {arn_in_map(caller)}.")
        return attrs.evolve(explanation, causes=(cause, *others))
    # The entry with the caller's name is more likely to be the caller's than one with a similar name.
    mismatch = min(mismatches, key=lambda each: not _has_name(each, caller))
    return _explain_mismatch(case, mismatch, caller, attrs.evolve(explanation, causes=others))


def _explain_matching_entry(caller: Caller, explanation: Explanation) -> Explanation:
    """Return the explanation of a rejected caller that has an entry in the text."""
    if explanation.topic not in {"kubernetes-login", "kubernetes-not-mapped"}:
        return explanation
    is_reported = explanation.topic == "kubernetes-not-mapped"
    why = "most likely, kubectl uses another principal or another cluster"
    first: tuple[Remedy, ...] = ()
    if is_reported:
        why = "the YAML of the map is invalid, or the entry is newer than the request or in another cluster"
        first = (
            cluster_remedy(
                "Check the entry in the map of this cluster",
                "The first command finds errors in the YAML, the second one prints what the ARN maps to.",
                commands=(commands.aws_auth_command(), commands.aws_auth_command(arn_in_map(caller))),
                url=pages.EKS_AUTH_CONFIGMAP,
            ),
        )
    return attrs.evolve(
        explanation,
        summary=f"The cluster rejected {principal_mappings.build_cluster_principal(caller).description}, although the aws-auth map in the text has an entry for it: {why}.",
        causes=tuple(
            each
            for each in explanation.causes
            if each.evidence != "possible" or each.code not in {"map-entry-arn-form", "not-mapped"}
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
    case: AnyCase, mismatch: Mismatch, caller: Caller, explanation: Explanation
) -> Explanation:
    return attrs.evolve(
        explanation,
        summary=_summary(mismatch, caller),
        causes=(
            mismatch.type.cause(
                "derived",
                (f"The text has the entry {arn_field(mismatch.entry)}: {clip_text(mismatch.entry.arn)}",),
                text=f"The {arn_field(mismatch.entry)} of the entry {mismatch.difference}. {mismatch.reason}",
            ),
            # The entry explains the failure, so nothing that is only possible remains.
            *(cause for cause in explanation.causes if cause.evidence != "possible"),
        ),
        remedies=(
            _correct_entry_remedy(mismatch, caller),
            *_access_entry_remedy(case, mismatch, caller),
            # An entry of a similar name can be another role's.
            *(
                each
                for each in explanation.remedies
                if mismatch.type is MAP_ENTRY_OF_SIMILAR_NAME and not _grants_access(each)
            ),
        ),
        notes=tuple(each for each in explanation.notes if each != CREATOR_NOTE),
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
    nodes = [each for each in entries if each.is_role and is_for_nodes(each)]
    for entry in nodes:
        mapped = try_parse_principal(entry.arn)
        named = underlying_role(mapped) or mapped
        if not isinstance(named, Role | User | InstanceProfile):
            continue
        # The role that the entry is meant for. That of an instance profile can have another name.
        name = _ROLE_IN_PROFILE if isinstance(named, InstanceProfile) else named.name
        role = Role(named.partition, named.account, name)
        if (mismatch := compare_entry(entry, role)) is not None:
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
    case: AnyCase, entries: tuple[MappingEntry, ...], caller: Caller | None, explanation: Explanation
) -> Explanation:
    """Return the explanation with the access entry that replaces the caller's ignored ``aws-auth`` entry."""
    people = [each for each in entries if "system:nodes" not in each.groups]
    named = [
        each
        for each in people
        if caller is None
        or each.arn.lower() == arn_in_map(caller).lower()
        or (
            (found := compare_entry(each, caller))
            and not isinstance(found.named, InstanceProfile)
            and arn_in_map(found.named).lower() == arn_in_map(caller).lower()
        )
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
            f"The text has the entry {arn_field(entry)}: {clip_text(entry.arn)}",
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
        steps.append(f"The new entry keeps the RBAC permissions of {kept}.")
    if is_administrator:
        steps.append(
            "Access entries cannot have the group system:masters: AmazonEKSClusterAdminPolicy replaces it."
        )
        policies = (mapped.associate_policy_command(cluster, "AmazonEKSClusterAdminPolicy", namespace=None),)
    elif not groups:
        steps.append(
            "AmazonEKSViewPolicy allows reading most types. Choose the policy that the principal needs."
        )
        policies = (
            mapped.associate_policy_command(cluster, principal_mappings.VIEW_POLICY, namespace="NAMESPACE"),
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


def _summary(mismatch: Mismatch, caller: Caller) -> str:
    name = clip_text(mismatch.named.name)
    if caller.name == _ROLE_IN_PROFILE:
        return f"The API server rejected the node, because no aws-auth entry matches its role: the {arn_field(mismatch.entry)} of the entry for {name} is the ARN of an instance profile, not of the role in it."
    looked_up = f"the authenticator looks for {arn_in_map(caller)}."
    if mismatch.type is MAP_ENTRY_OF_SIMILAR_NAME:
        return f"No aws-auth entry in the text matches {caller.name}: the one for {name} {mismatch.difference}, and {looked_up}"
    if not _has_name(mismatch, caller):
        return f"No aws-auth entry in the text matches {caller.name}: the one for nodes {mismatch.difference}, and {looked_up}"
    return f"The aws-auth entry for {caller.name} never matches: its {arn_field(mismatch.entry)} {mismatch.difference}, and {looked_up}"


def _has_name(mismatch: Mismatch, caller: Caller) -> bool:
    return mismatch.named.name.lower() == caller.name.lower()


def _correct_entry_remedy(mismatch: Mismatch, caller: Caller) -> Remedy:
    field = arn_field(mismatch.entry)
    start, end = mismatch.entry.around
    is_terraform = "=" in start
    where = "Terraform configuration of aws-auth" if is_terraform else "ConfigMap aws-auth in kube-system"
    change = f"in the {where}, replace the {field} line of the entry with this one."
    is_similar = mismatch.type is MAP_ENTRY_OF_SIMILAR_NAME
    steps = [
        f"If the entry is meant for the caller, {change}"
        if is_similar
        else f"{change[:1].upper()}{change[1:]}",
        "Keep its username and groups. This requires access to the cluster, such as that of the cluster creator.",
    ]
    lookup: tuple[str, ...] = ()
    if caller.name == _ROLE_IN_PROFILE:
        lookup = (_profile_command(mismatch),)
        step = "The first command prints the ARN of the role in the instance profile, whose name can differ. If it has a path after role/, omit the path: aws-auth needs an ARN without one."
        steps.insert(0, step)
    check: tuple[str, ...] = ()
    if is_for_nodes(mismatch.entry):
        steps.append("The nodes then join automatically.")
        check = ("kubectl get nodes",)
    return cluster_remedy(
        f"Correct the {field} in aws-auth",
        *steps,
        commands=(
            *lookup,
            "terraform apply" if is_terraform else "kubectl -n kube-system edit configmap aws-auth",
            *check,
        ),
        # With the indentation of the line, and a dash only if it has one, the entry stays valid YAML.
        manifest=f"{start}{arn_in_map(caller)}{end}\n",
        url=pages.EKS_AUTH_CONFIGMAP,
    )


def _profile_command(mismatch: Mismatch) -> str:
    return fill_command(
        "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[0].Arn' --output text",
        commands.instance_profile(mismatch.named.name),
    )


def _access_entry_remedy(case: AnyCase, mismatch: Mismatch, caller: Caller) -> tuple[Remedy, ...]:
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
    if is_for_nodes(entry):
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
