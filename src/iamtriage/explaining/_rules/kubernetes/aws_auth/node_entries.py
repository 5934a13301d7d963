"""Explain that the ``aws-auth`` entry of a node role in the text lacks a group of nodes.

Source: https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.kubernetes.aws_auth import map_entries
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role
    from iamtriage.explaining._context.values import MappingEntry
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase

_WINDOWS = lazy_pattern(
    r"(?i:\bwindows\b[^\n.]{0,60}\b(?:node|nodegroup|worker|instance|ami|group)s?\b|\b(?:node|nodegroup|worker)s?\b[^\n.]{0,40}\bwindows\b|WINDOWS_(?:CORE|FULL))"
)
_WINDOWS_NAME = lazy_pattern(r"(?i:(?<![a-z])win(?:dows)?(?![a-z]))")
NODE_ENTRY_WITHOUT_GROUP = CauseType(
    "node-entry-without-group",
    title="The aws-auth entry of the node role lacks a group of nodes",
    text="Nodes need the groups system:bootstrappers and system:nodes, and Windows nodes also eks:kube-proxy-windows.",
    recognised_by="The text contains the entry, which lacks one of the groups.",
    fix="Add the missing group to the entry in aws-auth.",
    sources=(
        pages.EKS_AUTH_CONFIGMAP,
        "https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html",
    ),
)


def explain_incomplete_entry(
    case: AnyCase, role: Role | None, explanation: Explanation
) -> Explanation | None:
    """Return the explanation of nodes that an entry in the text keeps out, or ``None`` if each entry has its groups."""
    found = _find_incomplete(case, role)
    if found is None or not find_cluster(case).uses_aws_auth:
        return None
    entry, missing = found
    name, lacking = clip_text(entry.arn.rpartition("/")[2]), join_words(missing, "and")
    is_windows = principal_mappings.WINDOWS_GROUP in missing
    need = (
        "which Windows nodes need in addition to those of Linux nodes" if is_windows else "which nodes need"
    )
    plural = "s" if len(missing) > 1 else ""
    verdict = explanation.summary.partition(": ")[0]
    groups = (*missing, *(each for each in entry.groups if each not in missing))
    lines = (
        f"- rolearn: {entry.arn}",
        f"  username: {entry.username or principal_mappings.NODE_USERNAME}",
        "  groups:",
        *(f"    - {each}" for each in groups),
    )
    entries = "Windows" if is_windows else "nodes"
    return attrs.evolve(
        explanation,
        summary=f"{verdict}: the aws-auth entry for {name} lacks the group{plural} {lacking}, {need}.",
        causes=(
            *(each for each in explanation.causes if each.evidence in {"reported", "supplied"}),
            NODE_ENTRY_WITHOUT_GROUP.cause(
                "derived", f"The text has the entry rolearn: {clip_text(entry.arn)}"
            ),
        ),
        remedies=(
            cluster_remedy(
                f"Add the group{plural} {lacking} to the entry for {name} in aws-auth",
                "Somebody with access to the cluster edits the ConfigMap aws-auth in kube-system so that the entry is as below. The other entries and the IAM policies of the roles stay as they are.",
                f"Use the role for {entries} only: Linux nodes have another one." if is_windows else None,
                commands="kubectl -n kube-system edit configmap aws-auth",
                manifest="\n".join(lines),
                url=NODE_ENTRY_WITHOUT_GROUP.sources[-1],
            ),
        ),
    )


def _find_incomplete(case: AnyCase, role: Role | None) -> tuple[MappingEntry, tuple[str, ...]] | None:
    """Return the entry of a node role that lacks groups, and these groups."""
    entries = [each for each in case.context.mappings if each.is_role and map_entries.is_for_nodes(each)]
    for entry in entries:
        missing = tuple(each for each in principal_mappings.NODE_GROUPS if each not in entry.groups)
        # A Fargate profile has a group of its own.
        if missing and entry.groups and principal_mappings.FARGATE_GROUP not in entry.groups:
            return entry, missing
    if not _WINDOWS.search(case.failure.text) or any(
        principal_mappings.WINDOWS_GROUP in each.groups for each in entries
    ):
        return None
    named = [each for each in entries if _WINDOWS_NAME.search(each.arn.rpartition("/")[2])]
    if not named and role is not None:
        named = [each for each in entries if each.arn.endswith(f"/{role.name}")]
    meant = named or entries
    return (meant[0], (principal_mappings.WINDOWS_GROUP,)) if len(meant) == 1 else None
