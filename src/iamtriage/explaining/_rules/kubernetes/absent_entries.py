"""Explain that the ``aws-auth`` map in a text has no entry for the caller, or that a cluster has no access entry at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.kubernetes.cluster_access import (
    DEPLOYMENT_ACCESS,
    NOT_MAPPED,
    mode_causes,
    use_other_remedies,
)
from iamtriage.explaining._rules.kubernetes.map_entries import arn_in_map, is_for_nodes
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    NODE_GROUPS,
    NODE_USERNAME,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.values import MappingEntry
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.kubernetes.map_entries import Caller
    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

MAP_WITHOUT_ENTRY = CauseType(
    "map-without-entry",
    title="The ConfigMap aws-auth has no entry for the caller's role or user",
    recognised_by="The text contains the entries of aws-auth.",
    fix="Add the caller to aws-auth, or create an access entry.",
    of="map-entry-with-path",
)
_MAX_NAMES = 3
_MASTERS = "system:masters"


def explain_no_entries(
    case: AnyCase, cluster: Cluster, principal: ClusterPrincipal, reported: Cause
) -> Explanation:
    """Return the explanation of a cluster that has no access entry, so that only the EKS API can change that.

    https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
    """
    access = DEPLOYMENT_ACCESS
    only = ": it admits no IAM principal, not even the one that created it"
    if cluster.uses_aws_auth:
        only = ", so it admits only the principals in aws-auth"
    text = "The cluster was created without bootstrapClusterCreatorAdminPermissions, or the entry of its creator was deleted."
    who = principal.description if principal.is_known else "the role or user that is to be the administrator"
    create = principal.create_entry_remedy(
        cluster,
        policy=access.policy,
        namespace=None,
        title=f"Create the first access entry, for {who}",
        steps=present(
            None
            if principal.is_known
            else "PRINCIPAL_ARN is its ARN in IAM, with the path, and not that of a session."
        ),
    )
    nobody = f" for {who} or anybody else" if principal.is_known else ""
    return case.explain(
        f"The cluster{f' {cluster.argument}' if cluster.name else ''} has no access entry{nobody}{only}.",
        reported,
        NOT_MAPPED.cause("derived", "The text shows an empty list of access entries.", text=text),
        *mode_causes(cluster),
        topic="kubernetes-login",
        remedies=attrs.evolve(create, who="account administrator"),
        notes="The entry is created with the EKS API, so nobody needs access to the cluster for it.",
    )


def explain_absent_entry(
    case: AnyCase, entries: Sequence[MappingEntry], caller: Caller, explanation: Explanation
) -> Explanation:
    """Return the explanation of a caller for whom the map in the text has no entry."""
    is_node, cluster = explanation.topic in {"kubernetes-node-login", "nodes-not-joined"}, find_cluster(case)
    principal = build_cluster_principal(caller if is_node else case.stated_principal)
    listed = join_words([*_name(entries)[:_MAX_NAMES], *(["others"] * (len(entries) > _MAX_NAMES))], "and")
    summary = f"aws-auth maps only {listed}"
    of_user = isinstance(caller, Role) and any(not each.is_role for each in entries)
    if is_node:
        verdict = "The API server rejected the kubelet (Unauthorized)"
        if explanation.topic == "nodes-not-joined":
            verdict = "The nodes did not join the cluster"
        summary = f"{verdict}: {summary}, not {principal.description}. No IAM permission is missing."
    else:
        where = f"The cluster{f' {cluster.argument}' if cluster.name else ''}"
        summary = f"{where} rejected {principal.description}: {summary}."
        summary += " The entry of a user does not count for a role that the user assumes." if of_user else ""
    people = [each for each in entries if not is_for_nodes(each)]
    mapping = _mapping_remedy(entries, people, principal, is_node=is_node)
    # With API_AND_CONFIG_MAP, an access entry requires no access to the cluster.
    entry = tuple(each for each in explanation.remedies if "create-access-entry" in str(each.commands))
    parsed = (try_parse_principal(each.arn) for each in people if each.is_role != of_user)
    named = (each for each in parsed if each is not None)
    text = f"The aws-auth map in the text has no entry for {arn_in_map(caller)}."
    return attrs.evolve(
        explanation,
        summary=summary,
        causes=(MAP_WITHOUT_ENTRY.cause("derived", text=text), *explanation.causes),
        remedies=(
            *((*entry, mapping) if cluster.mode else (mapping, *entry)),
            *(() if is_node else use_other_remedies(named, cluster)),
        ),
    )


def _mapping_remedy(
    entries: Sequence[MappingEntry],
    people: Sequence[MappingEntry],
    principal: ClusterPrincipal,
    *,
    is_node: bool,
) -> Remedy:
    """Return the remedy that adds the entry to the map, or to the Terraform configuration that the text shows."""
    masters = _name([each for each in people if _MASTERS in each.groups])
    of_people = {each.groups for each in people if each.groups and _MASTERS not in each.groups}
    groups: tuple[str, ...] = NODE_GROUPS if is_node else ("GROUP",)
    step = None if is_node else "GROUP is the subject of a RoleBinding."
    if not is_node and len(of_people) == 1:
        [groups] = of_people
        same = _name([each for each in people if each.groups == groups])
        has = "have" if len(same) > 1 else "has"
        kind = "groups" if len(groups) > 1 else "group"
        step = f"In the map, {join_words(same[:_MAX_NAMES], 'and')} {has} the {kind} {join_words([*map(clip_text, groups)], 'and')}."
    who = f"{masters[0]}, which has {_MASTERS}," if masters else "Somebody with access to the cluster"
    retry = " The kubelet keeps trying." if is_node else ""
    remedy = principal.aws_auth_remedy(
        groups=groups,
        username=NODE_USERNAME if is_node else None,
        steps=present(step),
        others=f"{who} adds the entry: the other entries stay.{retry}",
    )
    if not any("=" in each.around[0] for each in entries):
        return remedy
    kind = "user" if ":user/" in principal.aws_auth_arn else "role"
    lines = (
        f'  {kind}arn  = "{principal.aws_auth_arn}"',
        f'  username = "{NODE_USERNAME if is_node else principal.aws_auth_arn.rpartition("/")[2]}"',
        f"  groups   = [{', '.join(f'{chr(34)}{each}{chr(34)}' for each in groups)}]",
    )
    code = cluster_remedy(
        f"Add {principal.description} to aws-auth in the Terraform configuration",
        step,
        f"Whoever can run Terraform for the cluster adds the entry: the other entries stay.{retry}",
        commands="terraform apply",
        manifest="\n".join(("{", *lines, "},")),
        url=pages.EKS_AUTH_CONFIGMAP,
    )
    return attrs.evolve(code, manifest_language="hcl")


def _name(entries: Sequence[MappingEntry]) -> list[str]:
    return [clip_text(each.arn.rpartition("/")[2]) for each in entries]
