"""Explain an ``aws-auth`` ConfigMap that exists, is missing or unreadable, or has no entry for the caller."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._explanations.remedies import gift_of
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.aws_auth.map_entries import Caller, arn_in_map, is_for_nodes
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import AccessEntry
from iamtriage.policies._patterns import compile_glob, matches

YAML_BROKEN = CauseType(
    "yaml-invalid",
    title="The YAML in aws-auth is invalid",
    text="The YAML in the ConfigMap is invalid: it has wrong indentation, a tab, or a list instead of a string.",
    fix="Correct the YAML; iamtriage aws-auth lint finds the line.",
    recognised_by="The aws-auth map in the text has two ARNs in one entry.",
    sign=r"\brolearn: \S{10,200} username: \S{1,80} rolearn:",
    commands=(
        "kubectl -n kube-system get configmap aws-auth",
        "kubectl -n kube-system edit configmap aws-auth",
    ),
    of="map-not-read",
)
MAP_EXISTS = CauseType(
    "map-exists",
    title="The ConfigMap aws-auth already exists",
    text="A namespace can have only one ConfigMap of this name. EKS creates it for managed node groups and Fargate profiles.",
    recognised_by='Kubernetes says: configmaps "aws-auth" already exists.',
    fix="Edit the ConfigMap instead of creating it.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
NO_MAP = CauseType(
    "aws-auth-missing",
    title="The ConfigMap aws-auth does not exist",
    text="The ConfigMap was deleted, or not created yet: EKS creates it with the first managed node group. Without it, all principals that it mapped have lost access.",
    recognised_by='Kubernetes says: configmaps "aws-auth" not found.',
    fix="Create the ConfigMap, or use access entries.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
MAP_NOT_READ = CauseType(
    "map-not-read",
    title="The authenticator cannot read aws-auth",
    recognised_by="The authenticator's log names mapRoles, mapUsers or aws-auth and an error.",
    fix="Correct the ConfigMap; iamtriage aws-auth lint finds the line.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
# https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
_NEW_MAP = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    - rolearn: NODE_ROLE_ARN
      username: {principal_mappings.NODE_USERNAME}
      groups: [{", ".join(f'"{each}"' for each in principal_mappings.NODE_GROUPS)}]
"""


def explain_aws_auth_exists(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that ``aws-auth`` already exists."""
    in_terraform = your_remedy(
        "In Terraform, import the ConfigMap or manage only its data",
        "The resource kubernetes_config_map_v1_data manages the data of an existing ConfigMap; with force, it takes over fields of other managers.",
        "Before you import the ConfigMap, add the entries of the nodes to the configuration: without them, the nodes lose access.",
        commands="terraform import kubernetes_config_map.NAME kube-system/aws-auth",
        url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/resources/config_map_v1_data",
    )
    stated = case.context.terraform
    is_map = stated is not None and "kubernetes_config_map" in stated.value
    if stated is not None and is_map:
        imported = f"{commands.command('terraform', 'import', stated.value)} kube-system/aws-auth"
        in_terraform = attrs.evolve(
            in_terraform, commands=(commands.SHOW_AWS_AUTH, imported, "terraform plan")
        )
    return case.explain(
        "A tool tries to create the ConfigMap aws-auth, which already exists.",
        MAP_EXISTS.cause("reported"),
        topic="aws-auth-exists",
        remedies=(
            in_terraform if is_map else None,
            cluster_remedy(
                "Inspect the ConfigMap before you replace it",
                "The ConfigMap maps the node roles. Without these entries, the nodes lose access.",
                commands=(commands.SHOW_AWS_AUTH, commands.aws_auth_command()),
            ),
            None if is_map else in_terraform,
            cluster_remedy(
                "Or use access entries",
                "iamtriage aws-auth migrate prints commands that create the same access with access entries.",
                commands=f"{commands.SHOW_AWS_AUTH} | iamtriage aws-auth migrate - --cluster {find_cluster(case).argument}",
                url=pages.EKS_ACCESS_MODE,
            ),
        ),
    )


def explain_aws_auth_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that ``aws-auth`` does not exist."""
    cluster = find_cluster(case)
    list_entries = cluster.eks_command("list-access-entries")
    return case.explain(
        "The cluster has no ConfigMap aws-auth.",
        NO_MAP.cause("reported"),
        *cluster_access.mode_causes(cluster),
        None if cluster.mode else cluster_access.MAP_WITHOUT_EFFECT.cause(),
        remedies=(
            cluster_remedy(
                "Check whether the cluster uses aws-auth",
                "With the mode API, the cluster ignores aws-auth: create access entries. With the other modes, it uses aws-auth.",
                commands=(cluster.show_mode_command(), list_entries),
                url=pages.EKS_ACCESS_MODE,
            )
            if cluster.mode is None
            else None,
            cluster_remedy(
                "Create access entries",
                "The command lists the existing ones.",
                commands=list_entries,
                url=pages.EKS_ACCESS_MODE,
            )
            if cluster.mode == "API"
            else cluster_remedy(
                "Create the ConfigMap with the entry of the nodes",
                "Save the manifest as aws-auth.yaml, with the ARN of the node role without its path. Then add the entries of other principals.",
                "For managed node groups, aws eks describe-nodegroup prints the node role as nodeRole.",
                commands="kubectl create -f aws-auth.yaml",
                manifest=_NEW_MAP,
            ),
        ),
        notes="kubectl edit and kubectl patch work only if the ConfigMap exists.",
    )


def explain_invalid_map(denial: Denial) -> Explanation:
    """Explain the health issue of a node group in whose cluster ``aws-auth`` is invalid."""
    return explain_aws_auth_unreadable(denial, denial.failure.text)


def explain_aws_auth_unreadable(case: Case[AccessEntry] | Denial, message: str) -> Explanation:
    """Explain that ``aws-auth`` or one of its entries cannot be read."""
    because = clues.quote_phrases(
        message, "one of rolearn or SSO must be supplied", "value for userarn must be supplied"
    )
    no_arn = "An entry has no ARN, because its key is misspelled or wrongly indented. The authenticator ignores the entry."
    reason = YAML_BROKEN.cause("derived", because, text=no_arn) if because else YAML_BROKEN.cause()
    return case.explain(
        "The authenticator cannot read the ConfigMap aws-auth, or a part of it.",
        MAP_NOT_READ.cause("reported", because),
        reason,
        topic="aws-auth-broken",
        remedies=cluster_remedy(
            "Find and correct the lines",
            "The values of mapRoles, mapUsers and mapAccounts are strings that contain YAML.",
            "If you have lost access, use the credentials of the cluster creator, or an access entry.",
            commands={
                "To name each invalid line:": commands.aws_auth_command(),
                "Then:": "kubectl -n kube-system edit configmap aws-auth",
            },
        ),
        notes="One invalid entry does not affect the others. If the YAML is invalid, no entry works.",
    )


MAP_WITHOUT_ENTRY = CauseType(
    "map-without-entry",
    title="The ConfigMap aws-auth has no entry for the caller's role or user",
    recognised_by="The text contains the entries of aws-auth.",
    fix="Add the caller to aws-auth, or create an access entry.",
    of="not-mapped",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
_MAX_NAMES = 3
_SESSION = ":assumed-role/"
_MASTERS = "system:masters"


def explain_absent_entry(
    case: AnyCase, entries: Sequence[MappingEntry], caller: Caller, explanation: Explanation
) -> Explanation:
    """Return the explanation of a caller for whom the map in the text has no entry."""
    is_node, cluster = explanation.topic in {"kubernetes-node-login", "nodes-not-joined"}, find_cluster(case)
    principal = principal_mappings.build_cluster_principal(caller if is_node else case.stated_principal)
    listed = join_words([*_name(entries)[:_MAX_NAMES], *(["others"] * (len(entries) > _MAX_NAMES))], "and")
    summary = f"aws-auth maps only {listed}"
    of_user = isinstance(caller, Role) and any(not each.is_role for each in entries)
    where = f"The cluster{f' {cluster.argument}' if cluster.name else ''}"
    if is_node:
        verdict = "The API server rejected the kubelet (Unauthorized)"
        if explanation.topic == "nodes-not-joined":
            verdict = "The nodes did not join the cluster"
        summary = f"{verdict}: {summary}, not {principal.description}. No IAM permission is missing."
    else:
        summary = f"{where} rejected {principal.description}: {summary}."
        summary += " The entry of a user does not apply to a role that the user assumes." if of_user else ""
    text = f"The aws-auth map in the text has no entry for {arn_in_map(caller)}."
    patterns = [
        each for each in entries if "*" in each.arn and matches(arn_in_map(caller), compile_glob(each.arn))
    ]
    if patterns:
        summary = f"{summary.rpartition(': ')[0]}: the * in {_name(patterns)[0]} of aws-auth is no wildcard, so no entry matches."
        text = f"The authenticator compares ARNs literally: each role needs an entry with its own ARN. {text}"
    # The entry of a session matches nobody.
    people = [each for each in entries if not is_for_nodes(each) and _SESSION not in each.arn]
    username = patterns[0].username if patterns else None
    mapping = _mapping_remedy(patterns[:1] or people, principal, username, is_node=is_node)
    # With API_AND_CONFIG_MAP, an access entry requires no access to the cluster.
    entry = tuple(each for each in explanation.remedies if gift_of(each) == "access entry")
    parsed = (
        try_parse_principal(each.arn) for each in people if each.is_role != of_user and "*" not in each.arn
    )
    named = (each for each in parsed if each is not None)
    return attrs.evolve(
        explanation,
        summary=summary,
        causes=(MAP_WITHOUT_ENTRY.cause("derived", text=text), *explanation.causes),
        remedies=(
            *((*entry, mapping) if cluster.mode else (mapping, *entry)),
            *(() if is_node else cluster_access.use_other_remedies(named, cluster)),
        ),
    )


def _mapping_remedy(
    people: Sequence[MappingEntry],
    principal: principal_mappings.ClusterPrincipal,
    username: str | None,
    *,
    is_node: bool,
) -> Remedy:
    """Return the remedy that adds the entry to the map, or to the Terraform configuration that the text shows."""
    masters = _name([each for each in people if _MASTERS in each.groups and ":group/" not in each.arn])
    of_people = {each.groups for each in people if each.groups and _MASTERS not in each.groups}
    groups: tuple[str, ...] = principal_mappings.NODE_GROUPS if is_node else ("GROUP",)
    step = None if is_node else "GROUP is the subject of a RoleBinding."
    if not is_node and len(of_people) == 1:
        [groups] = of_people
        same = _name([each for each in people if each.groups == groups])
        has = "have" if len(same) > 1 else "has"
        kind = "groups" if len(groups) > 1 else "group"
        step = f"In the map, {join_words(same[:_MAX_NAMES], 'and')} {has} the {kind} {join_words([*map(clip_text, groups)], 'and')}."
    who = f"{masters[0]}, which has {_MASTERS}," if masters else "Somebody with access to the cluster"
    retry = " The kubelet keeps trying." if is_node else ""
    return principal.aws_auth_remedy(
        groups=groups,
        username=principal_mappings.NODE_USERNAME if is_node else username,
        steps=(step,),
        others=f"{who} adds the entry: the other entries stay.{retry}",
    )


def _name(entries: Sequence[MappingEntry]) -> list[str]:
    names = (each.arn.partition(_SESSION)[2] or each.arn.rpartition("/")[2] for each in entries)
    return [clip_text(each) for each in names]
