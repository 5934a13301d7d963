"""Compare the caller, or the role of nodes, with the ``aws-auth`` entries that the text contains.

The authenticator looks for the ARN of a session's role, which STS reports without its path:
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.
"""

from __future__ import annotations

from textwrap import indent

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import InstanceProfile, Principal, Role, RoleSession, User
from iamtriage.explaining._context.readers.callers import is_rejected_caller
from iamtriage.explaining._context.readers.kubernetes.config_maps import find_misplaced_map
from iamtriage.explaining._context.readers.kubernetes.node_roles import find_stated_node_role
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._explanations.remedies import gift_of
from iamtriage.explaining._rules.basics import Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.aws_auth import aws_auth_maps, map_entries
from iamtriage.explaining._rules.kubernetes.aws_auth.map_entries import Caller, Finding
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import ClusterPrincipal
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present, your_remedy

_WRITES = "eksctl create iamidentitymapping"
_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}")
# Causes that the map in the text answers.
_ANSWERED = frozenset({"map-entry-arn-form", "node-role-not-mapped", "not-mapped", "yaml-invalid"})


def add_stated_map(case: AnyCase, explanation: Explanation) -> Explanation:
    """Return the explanation with what the ``aws-auth`` entries in the text say about the caller."""
    entries = case.context.mappings
    caller = _find_caller(case)
    if caller is None and explanation.topic in {"eks-console", "kubernetes-login"}:
        caller = map_entries.find_unmatched_person(entries, case.failure.text)
    if find_cluster(case).mode == "API":
        return _explain_ignored_entry(case, entries, caller, explanation)
    if is_node := explanation.topic in {"kubernetes-node-login", "nodes-not-joined"}:
        caller = find_node_role(case)
    if not entries or not (caller or is_node):
        return explanation
    found = map_entries.find_entries(entries, caller)
    if caller is None:
        found = [each for each in found if each.entry.is_role and map_entries.is_for_nodes(each.entry)]
    if (matching := next((each for each in found if not each.difference), None)) is not None:
        misplaced = map_entries.explain_misplaced_map(case, matching, explanation)
        if misplaced is not None or caller is not None:
            return misplaced or _explain_matching_entry(case, matching.caller, explanation)
    # The entry with the caller's name is more likely to be the caller's than one with a similar name.
    mismatches = sorted((each for each in found if each.difference), key=lambda each: not each.has_name)
    if mismatches:
        return _explain_mismatch(case, mismatches[0], explanation)
    others = tuple(cause for cause in explanation.causes if cause.code not in _ANSWERED)
    if len(others) < len(explanation.causes) == 1:
        return explanation  # the access entries in the text say the same
    if explanation.topic == "nodes-not-joined" and find_cluster(case).mode != "CONFIG_MAP":
        # EKS creates an access entry for a node group, or an entry in aws-auth.
        caller, found = None, [each for each in found if each.difference]
    if caller is None and not found and matching is not None:
        # The entry can be that of the nodes.
        return explanation
    if caller is None:
        names = [clip_text(each.named.name) for each in found]
        listed = f"maps only {join_words(names, 'and')} for nodes" if names else "has no entry for nodes"
        text = f"The node role is not in aws-auth: the map in the text {listed}."
        cause = aws_auth_maps.MAP_WITHOUT_ENTRY.cause("possible" if names else "derived", text=text)
        return attrs.evolve(explanation, causes=(*others[:1], cause, *others[1:]))
    known = tuple(cause for cause in others if cause.evidence != "possible")
    return aws_auth_maps.explain_absent_entry(case, entries, caller, attrs.evolve(explanation, causes=known))


def find_map_entry(case: AnyCase) -> MappingEntry | None:
    """Return the entry for the caller in the ``aws-auth`` map in the text, if it matches and has an effect."""
    caller, entries = _find_caller(case), case.context.mappings
    if caller is None or not find_cluster(case).uses_aws_auth or find_misplaced_map(case.failure.text):
        return None
    return next(
        (each.entry for each in map_entries.find_entries(entries, caller) if not each.difference), None
    )


def _find_caller(case: AnyCase) -> Caller | None:
    return underlying_role(case.principal) or (case.principal if isinstance(case.principal, User) else None)


def _explain_matching_entry(case: AnyCase, caller: Caller, explanation: Explanation) -> Explanation:
    """Return the explanation of a rejected caller that has an entry in the text."""
    who = principal_mappings.build_cluster_principal(caller).description
    if explanation.topic == "kubernetes-node-login":
        return attrs.evolve(
            explanation,
            summary=f"The API server rejected the kubelet (Unauthorized), although aws-auth has the right entry for {who}: most likely, the node is configured for another cluster.",
            causes=tuple(each for each in explanation.causes if each.code not in {*_ANSWERED, "role-path"}),
            remedies=(cluster_access.node_cluster_remedy(find_cluster(case)), explanation.remedies[-1]),
        )
    if explanation.topic != "kubernetes-not-mapped":
        return explanation
    find_errors = Labelled.required("To find errors in the YAML:", commands.aws_auth_command())
    look_up = commands.aws_auth_command(map_entries.arn_in_map(caller))
    lines = (find_errors, Labelled.required("To see what the ARN maps to:", look_up))
    title = "Check the entry in the map of this cluster"
    check = cluster_remedy(title, commands=lines, url=pages.EKS_AUTH_CONFIGMAP)
    return attrs.evolve(
        explanation,
        summary=f"The cluster rejected {who}, although it has an entry in the aws-auth map in the text: the YAML of the map is invalid, or the entry is newer than the request or in another cluster.",
        causes=tuple(each for each in explanation.causes if each.code != "map-entry-arn-form"),
        remedies=(check, *explanation.remedies),
    )


def _explain_mismatch(case: AnyCase, found: Finding, explanation: Explanation) -> Explanation:
    because: list[str] = [f"The text has the entry {found.field}: {clip_text(found.entry.arn)}"]
    if found.is_of_other_account and any(
        f"::{found.named.account}:" in each.arn
        for each in case.context.mappings
        if map_entries.is_for_nodes(each)
    ):
        because.append(
            f"The role of the nodes is in {found.named.account}, too, so most likely the cluster is."
        )
    # The entry explains the failure, so nothing that is only possible remains.
    known = [each for each in explanation.causes if each.evidence != "possible"]
    others = [each for each in explanation.remedies if found.is_similar and not gift_of(each)]
    notes = [each for each in explanation.notes if each != cluster_access.CREATOR_NOTE]
    if not found.is_similar:
        # The reason says what the authenticator looks up.
        notes = [each for each in notes if not each.startswith("The authenticator looks up")]
    return attrs.evolve(
        explanation,
        summary=_summarize(found),
        causes=(
            found.type.cause("derived", because, text=found.reason),
            *(each for each in known if each.code not in _ANSWERED),
        ),
        remedies=(
            *(
                _other_account_remedies(case, found)
                if found.is_of_other_account
                else [_correct_entry_remedy(case, found)]
            ),
            *access_entry_remedy(case, found),
            *others,
        ),
        notes=tuple(notes),
    )


def find_node_role(case: AnyCase) -> Role | None:
    """Return the role of a node, if the facts or the text state it, or the text has a session named after an instance.

    A command in the text can print another caller, such as the administrator.
    """
    session = getattr(case.principal, "session_name", "")
    # The authenticator rejects the node, not the administrator who reads its log.
    is_rejected = is_rejected_caller(case.context.caller, case.failure.text)
    is_of_node = (
        is_rejected or not is_derived(case.facts, "caller") or _INSTANCE_ID.fullmatch(session) is not None
    )
    role = underlying_role(case.principal) if is_of_node else None
    return role or underlying_role(try_parse_principal(find_stated_node_role(case.failure.text)))


def _explain_ignored_entry(
    case: AnyCase, entries: tuple[MappingEntry, ...], caller: Caller | None, explanation: Explanation
) -> Explanation:
    """Return the explanation with the access entry that replaces the caller's ignored ``aws-auth`` entry."""
    people = [each for each in entries if "system:nodes" not in each.groups]
    named = [each for each in map_entries.find_entries(people, caller) if _is_of_caller(each)]
    # Without a caller, only the single entry can be meant.
    if not named or (caller is None and len(people) > 1):
        return explanation
    entry = named[0].entry
    mapped = principal_mappings.build_cluster_principal(
        case.stated_principal if caller else try_parse_principal(entry.arn)
    )
    if not mapped.is_known or mapped.entry_refusal:
        return explanation
    where = f"The cluster {cluster.name}" if (cluster := find_cluster(case)).name else "The cluster"
    cause = cluster_access.MAP_WITHOUT_EFFECT.cause("derived", "The authentication mode is API.")
    writes = f"{_WRITES} writes aws-auth. " if _WRITES in case.failure.text else ""
    others = [each for each in explanation.causes if each.evidence != "possible" and each.code != cause.code]
    is_right = ", which is correct in itself" if caller and not named[0].difference else ""
    return attrs.evolve(
        explanation,
        summary=f"{where} has the authentication mode API, so it ignores the aws-auth entry for {mapped.description}{is_right}: the principal needs an access entry.",
        causes=(*others, cause),
        remedies=(
            replacing_entry_remedy(
                case,
                entry,
                mapped,
                more=f"{writes}The mode cannot be changed back to one that uses aws-auth{', so do the same for the other entries of aws-auth that are not for nodes' if len(people) > 1 else ''}.",
            ),
        ),
        notes=tuple(each for each in explanation.notes if each != cluster_access.CREATOR_NOTE),
    )


def replacing_entry_remedy(
    case: AnyCase,
    entry: MappingEntry,
    mapped: ClusterPrincipal,
    title: str | None = None,
    *,
    more: str | None = None,
) -> Remedy:
    """Return the remedy that creates an access entry with the user name and groups of an ``aws-auth`` entry."""
    reserved = principal_mappings.RESERVED_PREFIXES
    groups = tuple(each for each in entry.groups if not each.startswith(reserved))
    policy, namespace, reason, _ = cluster_access.find_needed_access(case)
    named = join_words([*map(clip_text, groups)], "and")
    kept = f"The entry keeps what a RoleBinding or ClusterRoleBinding grants to {named}. If none does, associate an access policy with it (associate-access-policy)."
    if is_administrator := "system:masters" in entry.groups:
        policy, namespace = "AmazonEKSClusterAdminPolicy", None
        reason = (
            "Access entries cannot have the group system:masters: AmazonEKSClusterAdminPolicy replaces it."
        )
    needs_policy = is_administrator or not groups
    return mapped.create_entry_remedy(
        find_cluster(case),
        policy=policy if needs_policy else None,
        namespace=namespace,
        title=title,
        steps=present(kept if groups else None, reason if needs_policy else None, more),
        create=_create_command(case, entry, mapped),
    )


def _create_command(case: AnyCase, entry: MappingEntry, mapped: ClusterPrincipal) -> str:
    """Return the command that creates an access entry with the user name and groups of an ``aws-auth`` entry."""
    reserved, username = principal_mappings.RESERVED_PREFIXES, entry.username or ""
    is_reserved = username.startswith(reserved) or "{{" in username.replace(":{{SessionName}}", "")
    return mapped.create_entry_command(
        find_cluster(case),
        username=None if is_reserved else entry.username,
        groups=tuple(each for each in entry.groups if not each.startswith(reserved)),
    )


def create_mapped_command(case: AnyCase, principal: Principal | None, mapped: ClusterPrincipal) -> str | None:
    """Return the command that creates an access entry for a principal like its ``aws-auth`` entry in the text."""
    caller = underlying_role(principal) or principal
    if not isinstance(caller, Role | User):
        return None
    found = map_entries.find_entries(case.context.mappings, caller)
    same = next((each.entry for each in found if not each.difference), None)
    return None if same is None else _create_command(case, same, mapped)


def _summarize(found: Finding) -> str:
    name = clip_text(found.named.name)
    if found.caller.name == map_entries.ROLE_IN_PROFILE:
        return f"The API server rejected the node, because no aws-auth entry matches its role: the {found.field} of the entry for {name} is the ARN of an instance profile, not of the role in it."
    if found.type is map_entries.MAP_ENTRY_IN_OTHER_LIST:
        return f"The aws-auth entry for {name} has no effect: it is in {found.entry.wrong_list}, and its {found.field} belongs in {found.list_name}."
    looked_up = f"the authenticator looks for {map_entries.arn_in_map(found.caller)}."
    if found.is_of_other_account:
        return f"No aws-auth entry is for {map_entries.arn_in_map(found.caller)}: the entry with that name is for the {'role' if found.entry.is_role else 'user'} of the account {clip_text(found.named.account)}."
    if not found.has_name:
        if isinstance(found.named, InstanceProfile):
            return f"The API server rejected the node: the aws-auth entry for nodes {found.difference}, {found.caller.name}."
        return f"No aws-auth entry in the text is for {found.caller.name}: the one for {name} {found.difference}."
    if isinstance(try_parse_principal(found.entry.arn), RoleSession):
        looked_up = (
            f"the authenticator replaces a session by its role, {map_entries.arn_in_map(found.caller)}."
        )
    return f"The aws-auth entry for {found.caller.name} never matches: its {found.field} {found.difference}, and {looked_up}"


def _is_of_caller(found: Finding) -> bool:
    """Return whether an entry names the caller, in whichever form."""
    named = found.named
    return (
        not isinstance(named, InstanceProfile)
        and map_entries.arn_in_map(named).lower() == map_entries.arn_in_map(found.caller).lower()
    )


def _describe_node_entries(case: AnyCase, found: Finding) -> str:
    """Return what depends on the other entries in the text, as the end of a sentence."""
    others = (each for each in case.context.mappings if each is not found.entry)
    roles = [each.arn.rpartition("/")[2] for each in others if map_entries.is_for_nodes(each)]
    return (
        f": nodes join with the entry of {join_words([*map(clip_text, roles[:2])], 'and')}" if roles else ""
    )


_FIRST_OF_ENTRY = lazy_pattern(r"( {0,40})- (?:role|user)arn: {1,4}[\"']?")


def _correct_entry_remedy(case: AnyCase, found: Finding) -> Remedy:
    if found.type is map_entries.MAP_ENTRY_IN_OTHER_LIST:
        return map_entries.build_move_remedy(found, case.failure.text)
    if isinstance(found.caller, Role) and not found.entry.is_role:
        moved = found.entry._replace(is_role=True, wrong_list="mapUsers")
        return map_entries.build_move_remedy(found._replace(entry=moved), case.failure.text)
    start, end = found.entry.around
    is_terraform, is_for_nodes = "=" in start, map_entries.is_for_nodes(found.entry)
    where = "Terraform configuration of aws-auth" if is_terraform else "ConfigMap aws-auth in kube-system"
    session = getattr(try_parse_principal(found.entry.arn), "session_name", None)
    names = ""
    if session and session == found.entry.username:
        names = f" The entry is then for all sessions of the role: unless a binding names {clip_text(session)}, the username {found.caller.name}:{{{{SessionName}}}} tells them apart."
    is_profile = found.caller.name == map_entries.ROLE_IN_PROFILE
    look_up = "The first command prints the ARN of the role in the instance profile: the names of the two can differ. If it has a path after role/, omit the path: aws-auth needs an ARN without one."
    if "erraform" in case.failure.text:
        look_up += " In Terraform, it is the arn of aws_iam_role, not of aws_iam_instance_profile."
    # With the indentation of the line, and a dash only if it has one, the entry stays valid YAML.
    new = map_entries.arn_in_map(found.caller)
    manifest, first = f"{start}{new}{end}\n", _FIRST_OF_ENTRY.fullmatch(start)
    if first is not None and found.entry.username and found.entry.groups:
        manifest = f"{indent(map_entries.write_entry(found), first[1])}\n"
    keep = f"Keep its username and groups, and all other entries{_describe_node_entries(case, found)}.{names}"
    path = getattr(found.caller, "path", "/").strip("/")
    if path and isinstance(found.named, InstanceProfile):
        keep += f" The ARN is without the path {clip_text(path)}/, which STS sessions do not have."
    change = f"n the {where}, change the {found.field} of the entry to {new}. {keep}"
    return cluster_remedy(
        f"Correct the {found.field} in aws-auth{'' if is_for_nodes or is_profile else ', as someone who still has access'}",
        look_up if is_profile else None,
        f"If the entry is meant for the caller, i{change}" if found.is_similar else f"I{change}",
        map_entries.describe_groups(found.entry, case.failure.text),
        commands=(
            _profile_command(found) if is_profile else None,
            "terraform apply" if is_terraform else "kubectl -n kube-system edit configmap aws-auth",
            Labelled("Then, the nodes join by themselves:", "kubectl get nodes") if is_for_nodes else None,
        ),
        manifest=manifest,
        url=pages.EKS_AUTH_CONFIGMAP,
    )


def _other_account_remedies(case: AnyCase, found: Finding) -> tuple[Remedy, ...]:
    """Return the remedies for a caller whose namesake in another account has the entry."""
    mapped, account = principal_mappings.build_cluster_principal(found.caller), clip_text(found.named.account)
    added = mapped.aws_auth_remedy(
        groups=found.entry.groups,
        title=f"Or let somebody with access to the cluster add an entry for {map_entries.arn_in_map(found.caller)} to aws-auth, next to the others{map_entries.suggest_groups(found.entry)}",
        others="Do this only if that account should have access, and use groups that allow no more than necessary.",
    )
    return (
        your_remedy(
            f"If you meant {clip_text(found.named.name)} of the account {account}, use a profile of that account",
            f"The first command must print {account}.",
            commands=(
                "aws sts get-caller-identity --profile PROFILE_NAME",
                f"{find_cluster(case).kubeconfig_command()} --profile PROFILE_NAME",
            ),
            url=pages.EKS_KUBECONFIG,
        ),
        attrs.evolve(added, commands=added.commands[1:], manifest=map_entries.write_entry(found)),
    )


def _profile_command(found: Finding) -> str:
    return commands.fill_command(
        "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[0].Arn' --output text",
        commands.instance_profile(found.named.name),
    )


def access_entry_remedy(case: AnyCase, found: Finding) -> tuple[Remedy, ...]:
    """Return the remedy that creates an access entry, which requires the path that the text states."""
    cluster, entry = find_cluster(case), found.entry
    if not cluster.uses_entries:
        return ()
    has_path = found.type is map_entries.MAP_ENTRY_WITH_PATH and isinstance(found.named, Role)
    # Unless the entry has the role's path, its ARN is wrong, and the log shows the role's ARN without its path.
    if has_path:
        mapped = principal_mappings.build_cluster_principal(found.named)
    else:
        mapped = principal_mappings.build_cluster_principal(found.caller, is_canonical=True)
    lookup: tuple[str, ...] = ()
    if found.caller.name == map_entries.ROLE_IN_PROFILE:
        mapped = principal_mappings.build_cluster_principal(
            None, "the role in the instance profile", placeholder="NODE_ROLE_ARN"
        )
        lookup = (_profile_command(found),)
    title = f"Or create an access entry for {mapped.description}"
    # The cluster uses aws-auth.
    mode = ", in the authentication mode API_AND_CONFIG_MAP" if cluster.mode is None else ""
    if map_entries.is_for_nodes(entry):
        # The groups of nodes: https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html and
        # https://docs.aws.amazon.com/eks/latest/userguide/fargate-getting-started.html.
        kind = "EC2_WINDOWS" if principal_mappings.WINDOWS_GROUP in entry.groups else "EC2_LINUX"
        kind = "FARGATE_LINUX" if principal_mappings.FARGATE_GROUP in entry.groups else kind
        title = f"Or create an access entry of type {kind} for {mapped.description}"
        return (mapped.create_node_entry_remedy(cluster, kind=kind, title=title, lookup=lookup),)
    if has_path:
        title = "Or create an access entry, which requires the ARN with the path"
    return (replacing_entry_remedy(case, entry, mapped, f"{title}{mode}"),)
