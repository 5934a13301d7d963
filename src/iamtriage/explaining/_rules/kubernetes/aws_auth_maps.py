"""Explain an ``aws-auth`` ConfigMap that exists, is missing or unreadable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.kubernetes.cluster_access import MAP_WITHOUT_EFFECT, mode_causes
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.principal_mappings import NODE_GROUPS, NODE_USERNAME
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessEntry

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
      username: {NODE_USERNAME}
      groups: [{", ".join(f'"{each}"' for each in NODE_GROUPS)}]
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
    stated = context_of(case.facts).terraform
    is_map = stated is not None and "kubernetes_config_map" in stated.value
    if stated is not None and is_map:
        imported = f"{command('terraform', 'import', stated.value)} kube-system/aws-auth"
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
                url=pages.EKS_AUTH_CONFIGMAP,
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
    return case.explain(
        "The cluster has no ConfigMap aws-auth.",
        NO_MAP.cause("reported"),
        *mode_causes(cluster),
        None if cluster.mode else MAP_WITHOUT_EFFECT.cause(),
        topic="aws-auth-missing",
        remedies=(
            cluster_remedy(
                "Check whether the cluster uses aws-auth",
                "With the mode API, the cluster ignores aws-auth: create access entries. With the other modes, it uses aws-auth.",
                commands=(cluster.show_mode_command(), cluster.eks_command("list-access-entries")),
                url=pages.EKS_ACCESS_MODE,
            ),
            cluster_remedy(
                "Create the ConfigMap with the entry of the nodes",
                "Save the manifest as aws-auth.yaml, with the ARN of the node role without its path. Then add the entries of other principals.",
                "For managed node groups, aws eks describe-nodegroup prints the node role as nodeRole.",
                commands="kubectl create -f aws-auth.yaml",
                manifest=_NEW_MAP,
                url=pages.EKS_AUTH_CONFIGMAP,
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
            "The values of mapRoles, mapUsers and mapAccounts are strings that contain YAML. The first command names each invalid line.",
            "If you have lost access, use the credentials of the cluster creator, or an access entry.",
            commands=(commands.aws_auth_command(), "kubectl -n kube-system edit configmap aws-auth"),
            url=pages.EKS_AUTH_CONFIGMAP,
        ),
        notes="One invalid entry does not affect the others. If the YAML is invalid, no entry works.",
    )
