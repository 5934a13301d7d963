"""Explain that the ConfigMap with the entry of a caller is not the one that EKS reads.

EKS reads ``aws-auth`` in ``kube-system``: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.config_maps import find_misplaced_map
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.kubernetes.map_entries import describe_groups
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.config_maps import MapPlace
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.kubernetes.map_entries import Finding
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.explaining._rules.shared.remedies import Commands

MAP_IN_WRONG_PLACE = CauseType(
    "map-in-wrong-place",
    title="The ConfigMap with the entry is not aws-auth in kube-system",
    text="EKS reads only the ConfigMap aws-auth in the namespace kube-system.",
    recognised_by="The text shows the ConfigMap with the caller's entry under another name or in another namespace.",
    fix="Create the ConfigMap aws-auth in kube-system with the entry, and delete the other one.",
    of="map-entry-with-path",
)
_VARIABLES = {"mapRoles": "map_roles", "mapUsers": "map_users"}
_TERRAFORM = 'resource "kubernetes_config_map'


def explain_misplaced_map(case: AnyCase, found: Finding, explanation: Explanation) -> Explanation | None:
    """Return the explanation of a caller whose entry is in a ConfigMap that EKS does not read."""
    place = find_misplaced_map(case.failure.text)
    if place is None:
        return None
    caller = build_cluster_principal(found.caller).description
    where = (
        f"in the namespace {place.namespace}"
        if place.namespace != "kube-system"
        else f"named {place.name} instead of aws-auth"
    )
    none = ("kubectl lists no ConfigMap aws-auth in kube-system.",) if place.is_only else ()
    cause = MAP_IN_WRONG_PLACE.cause(
        "derived",
        (f"The text shows {place.name} in the namespace {place.namespace}.", *none),
        text=f"EKS reads only the ConfigMap aws-auth in the namespace kube-system. The entry itself is correct: its {found.field} is the ARN that the authenticator looks for.",
    )
    return attrs.evolve(
        explanation,
        summary=f"The cluster rejected {caller}: the ConfigMap with its entry is {where}, and EKS reads only aws-auth in kube-system.",
        causes=(*(each for each in explanation.causes if each.evidence != "possible"), cause),
        remedies=(
            _move_remedy(case, found, place),
            *(each for each in explanation.remedies if "aws-auth" not in each.title),
        ),
    )


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
    if place.is_only is False:
        title, changes = "Add the entry to aws-auth in kube-system", (edit,)
    elif place.is_only is None:
        changes += (Labelled("Or, if kube-system already has one, add the entry to it:", edit),)
    delete: Commands = (
        Labelled(
            "When the caller has access, delete the ConfigMap without effect:",
            fill_command("kubectl -n {} delete configmap {}", place.namespace, place.name),
        ),
    )
    if _TERRAFORM in text:
        title = (
            "Correct the metadata of the ConfigMap in the Terraform configuration: aws-auth in kube-system"
        )
        changes, delete = ("terraform apply",), ()
    return cluster_remedy(
        title,
        "Somebody with access to the cluster does this, such as its creator. Keep or add the entries of node roles: without them, self-managed nodes lose access.",
        describe_groups(found.entry),
        commands=(*changes, *delete),
        url=pages.EKS_AUTH_CONFIGMAP,
    )
