"""Explain an ``aws-auth`` ConfigMap that exists, is missing or unreadable.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html. The remedies run the command
``iamtriage aws-auth``, because only :mod:`iamtriage.aws_auth` reads the ConfigMap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    aws_auth_command,
    aws_auth_remedy,
    build_cluster_principal,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AccessEntry

__all__ = ("explain_aws_auth_exists", "explain_aws_auth_missing", "explain_aws_auth_unreadable")

_SHOW_MAP = "kubectl -n kube-system get configmap aws-auth -o yaml"


MAP_MADE_BY_EKS = CauseType(
    "map-made-by-eks",
    title="EKS created aws-auth",
    text="EKS made it for a managed node group or Fargate profile.",
    fix="Edit the existing ConfigMap.",
    of="map-exists",
)
ENTRY_WITHOUT_ARN = CauseType(
    "entry-without-arn",
    title="An entry of aws-auth has no ARN",
    text="An entry has no ARN: the key is misspelt or badly indented. The entry is dropped.",
    recognised_by="The authenticator reports a missing ARN in mapRoles or mapUsers.",
    fix="Write rolearn or userarn, indented like the other keys.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
    example="eks-map-broken",
)
YAML_BROKEN = CauseType(
    "yaml-broken",
    title="The YAML in aws-auth is invalid",
    text="The YAML inside of the map is broken: indentation, a tab, or a list in place of the text behind |.",
    fix="Correct the YAML; iamtriage aws-auth lint finds the line.",
    of="map-not-read",
    example="eks-map-broken-yaml",
)
MAP_EXISTS = CauseType(
    "map-exists",
    title="The ConfigMap aws-auth already exists",
    text="There can be one ConfigMap of this name.",
    recognised_by='Kubernetes says that configmaps "aws-auth" already exists.',
    fix="Edit it instead of creating it.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
    example="eks-map-exists",
)
NO_MAP = CauseType(
    "no-map",
    title="The ConfigMap aws-auth does not exist",
    recognised_by='Kubernetes says that configmaps "aws-auth" not found.',
    fix="Create it, or use access entries.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
    example="eks-map-missing",
)
NOT_NEEDED_YET = CauseType(
    "not-needed-yet",
    title="The cluster has no managed node group yet",
    text="Nobody has made it: EKS makes it with the first managed node group.",
    fix="Create the ConfigMap yourself, or use access entries.",
    of="no-map",
)
ACCESS_ENTRIES = CauseType(
    "access-entries",
    title="The cluster uses access entries",
    fix="Use access entries: aws-auth is not needed.",
    of="no-map",
)
MAP_DELETED = CauseType(
    "map-deleted",
    title="The ConfigMap aws-auth was deleted",
    text="It was deleted, and all that it let in are locked out.",
    fix="Re-create it with the node roles first.",
    of="no-map",
)
MAP_NOT_READ = CauseType(
    "map-not-read",
    title="The authenticator cannot read aws-auth",
    recognised_by="The authenticator's log names mapRoles, mapUsers or aws-auth and an error.",
    fix="Correct the ConfigMap; iamtriage aws-auth lint finds the line.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
    example="eks-map-broken",
)


def explain_aws_auth_exists(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that ``aws-auth`` already exists."""
    return Explanation(
        failure=case.failure,
        topic="aws-auth-exists",
        summary="The ConfigMap aws-auth is there already, and a tool wants to make it.",
        causes=(
            MAP_EXISTS.cause("reported"),
            MAP_MADE_BY_EKS.cause(),
        ),
        remedies=(
            Remedy(
                title="Look at it before you replace it",
                who="cluster administrator",
                steps=("It holds the roles of the nodes. Without these entries the nodes are locked out.",),
                commands=(_SHOW_MAP, aws_auth_command()),
                url=pages.EKS_AUTH_CONFIGMAP,
            ),
            Remedy(
                title="In Terraform, take it over or change its data only",
                who="you",
                steps=(
                    "The resource kubernetes_config_map_v1_data changes the data of a map that is there; with force it takes over fields that others keep.",
                    "An import takes the map as it is. Bring the entries of the nodes into the configuration first.",
                ),
                commands=("terraform import kubernetes_config_map.NAME kube-system/aws-auth",),
                url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/resources/config_map_v1_data",
            ),
            Remedy(
                title="Or use access entries",
                who="cluster administrator",
                steps=("iamtriage aws-auth migrate writes the commands that replace the map.",),
                commands=(
                    f"{_SHOW_MAP} | iamtriage aws-auth migrate - --cluster {find_cluster(case).argument}",
                ),
                url=pages.EKS_ACCESS_MODE,
            ),
        ),
    )


def explain_aws_auth_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that ``aws-auth`` does not exist."""
    cluster = find_cluster(case)
    return Explanation(
        failure=case.failure,
        topic="aws-auth-missing",
        summary="The cluster has no ConfigMap aws-auth.",
        causes=(
            NO_MAP.cause("reported"),
            NOT_NEEDED_YET.cause(),
            ACCESS_ENTRIES.cause(),
            MAP_DELETED.cause(),
        ),
        remedies=(
            Remedy(
                title="See whether the map counts at all",
                who="cluster administrator",
                steps=("With the mode API it does not: make access entries. With the others it does.",),
                commands=(cluster.show_mode_command(), cluster.eks_command("list-access-entries")),
                url=pages.EKS_ACCESS_MODE,
            ),
            aws_auth_remedy(
                cluster,
                build_cluster_principal(None, "a role"),
                groups=("GROUP",),
                title="Make it with its first entry",
                steps=("eksctl makes the map where there is none. Begin with the roles of the nodes.",),
            ),
        ),
        notes=("kubectl edit does not work on a map that is not there.",),
    )


def explain_aws_auth_unreadable(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that ``aws-auth`` or one of its entries cannot be read."""
    because = clues.quote_phrases(
        message, "one of rolearn or SSO must be supplied", "value for userarn must be supplied"
    )
    reason = ENTRY_WITHOUT_ARN.cause("derived", because) if because else YAML_BROKEN.cause()
    return Explanation(
        failure=case.failure,
        topic="aws-auth-broken",
        summary="The authenticator cannot read the ConfigMap aws-auth, or a part of it.",
        causes=(
            MAP_NOT_READ.cause("reported", because),
            reason,
        ),
        remedies=(
            Remedy(
                title="Find and mend the lines",
                who="cluster administrator",
                steps=(
                    "mapRoles, mapUsers and mapAccounts hold YAML as text. lint names each line that is wrong.",
                    "Use credentials of whoever made the cluster, or an access entry, if you are locked out.",
                ),
                commands=(aws_auth_command(), "kubectl -n kube-system edit configmap aws-auth"),
                url=pages.EKS_AUTH_CONFIGMAP,
            ),
        ),
        notes=("Good entries count beside bad ones. Where the YAML is broken, nobody is let in by the map.",),
    )
