"""Explain calls that the cluster's authentication mode rules out.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.principal_mappings import (
    IAM_DOES_NOT_HELP,
    aws_auth_remedy,
    build_cluster_principal,
    enable_entries_remedy,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AccessEntry

MODE_CONFIG_MAP = CauseType(
    "mode-config-map",
    title="The cluster's authentication mode is CONFIG_MAP",
    text="The authentication mode must be API or API_AND_CONFIG_MAP for this call.",
    recognised_by="EKS says that the cluster's authentication mode must be set to API or API_AND_CONFIG_MAP.",
    fix="Change the authentication mode to API_AND_CONFIG_MAP, or use aws-auth.",
    sources=(pages.EKS_ACCESS_MODE,),
)
ONE_WAY = CauseType(
    "one-way",
    title="The authentication mode cannot be changed back",
    text="The mode can only change from CONFIG_MAP to API_AND_CONFIG_MAP to API, never back.",
    recognised_by="EKS says that the authentication mode update is unsupported.",
    fix="Keep the mode: it changes only from CONFIG_MAP to API_AND_CONFIG_MAP to API.",
    sources=(pages.EKS_ACCESS_MODE,),
)
CREATOR_NEEDED = CauseType(
    "creator-needed",
    title="The cluster would have no administrator",
    text="With bootstrapClusterCreatorAdminPermissions false and the mode CONFIG_MAP, no principal could grant access to the cluster.",
    recognised_by="EKS says that bootstrapClusterCreatorAdminPermissions must be true.",
    fix="Set bootstrapClusterCreatorAdminPermissions to true, or use a mode with access entries.",
    sources=(pages.EKS_ACCESS_MODE,),
)


def explain_entries_not_accepted(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that a cluster does not accept access entries."""
    # What EKS reports takes precedence over the facts.
    cluster = attrs.evolve(find_cluster(case), mode="CONFIG_MAP")
    return case.explain(
        "The cluster accepts no access entries, because its authentication mode is CONFIG_MAP.",
        MODE_CONFIG_MAP.cause("reported"),
        topic="authentication-mode",
        remedies=(
            enable_entries_remedy(cluster),
            aws_auth_remedy(
                cluster,
                build_cluster_principal(try_parse_principal(find_entry_arn(case)), "the principal"),
                groups=("GROUP",),
                title="Or keep the mode and map the principal in aws-auth",
                steps=("GROUP is a group that a RoleBinding or ClusterRoleBinding names.",),
            ),
        ),
        notes=("Terraform's aws_eks_cluster sets the mode in its block access_config.", IAM_DOES_NOT_HELP),
    )


def explain_mode_downgrade(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that EKS cannot change the mode in this direction."""
    cluster = find_cluster(case)
    return case.explain(
        "EKS cannot change the authentication mode back: it only goes from CONFIG_MAP to API_AND_CONFIG_MAP to API.",
        ONE_WAY.cause("reported"),
        topic="authentication-mode-change",
        remedies=(
            cluster_remedy(
                "Keep the mode, or change to the next one",
                "From CONFIG_MAP, change to API_AND_CONFIG_MAP first, then to API.",
                "Set the mode that the cluster has in Terraform or CloudFormation.",
                "If you only need aws-auth, API_AND_CONFIG_MAP still supports it.",
                commands=(cluster.show_mode_command(),),
                url=pages.EKS_ACCESS_MODE,
            ),
        ),
        notes=(IAM_DOES_NOT_HELP,),
    )


def explain_creator_access(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that a cluster without access entries keeps its creator as administrator."""
    cluster = find_cluster(case)
    return case.explain(
        "A cluster with the authentication mode CONFIG_MAP requires its creator as administrator.",
        CREATOR_NEEDED.cause("reported"),
        topic="cluster-creator",
        remedies=(
            your_remedy(
                "Create the cluster with another mode",
                "Set the mode to API_AND_CONFIG_MAP or API in the same call, then create an access entry for an administrator.",
                "In Terraform, set authentication_mode in the block access_config of aws_eks_cluster.",
                commands=(
                    f"aws eks create-cluster --name {cluster.argument} --role-arn CLUSTER_ROLE_ARN --resources-vpc-config subnetIds=SUBNET_ID,SUBNET_ID --access-config authenticationMode=API,bootstrapClusterCreatorAdminPermissions=false",
                ),
                url=pages.EKS_ACCESS_MODE,
            ),
            your_remedy(
                "Or set bootstrapClusterCreatorAdminPermissions to true",
                "With access entries, you can see the creator's entry and delete it later.",
                commands=(cluster.eks_command("list-access-entries"),),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
        notes=(
            "The setting applies only at creation. In Terraform, changing it later replaces the cluster: read the plan.",
        ),
    )
