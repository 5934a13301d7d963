"""Explain why a node cannot join the cluster.

Source: https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#worker-node-fail.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.cluster_access import describe_missing_entry, mode_causes
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.arn_diagnosis import INSTANCE_PROFILE, ROLE_PATH
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    NODE_GROUPS,
    NODE_USERNAME,
    aws_auth_remedy,
    build_cluster_principal,
    create_entry_command,
    inspect_access_remedy,
)
from iamtriage.explaining._rules.shared.principal_words import underlying_role
from iamtriage.explaining._rules.sts.findings import REGION_DISABLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

__all__ = ("explain_node_login",)

_REGISTRATION_FAILED = re.compile(r"Unable to register node")


NODE_OF_OTHER_CLUSTER = CauseType(
    "node-of-other-cluster",
    title="The node was started for another cluster",
    text="The node was started with the name or endpoint of another cluster.",
    fix="Correct the cluster name and endpoint in the node's user data.",
    of="node-not-accepted",
)
NODE_ROLE_NOT_MAPPED = CauseType(
    "node-role-not-mapped",
    title="The node role has no access entry and no mapping",
    meaning="The role of the nodes has neither an access entry nor an entry in aws-auth, or the entry was changed.",
    fix="Create an access entry of type EC2_LINUX or EC2_WINDOWS, or map the role in aws-auth.",
    of="node-not-accepted",
)
ENTRY_OF_OTHER_TYPE = CauseType(
    "entry-of-other-type",
    title="The node's access entry has the wrong type",
    text="The access entry is of the type STANDARD, or the role was deleted and made again.",
    fix="Use the type EC2_LINUX or EC2_WINDOWS.",
    of="node-not-accepted",
)
NODE_NOT_ACCEPTED = CauseType(
    "node-not-accepted",
    title="The API server does not accept the node",
    recognised_by="The kubelet says Unauthorized, or nodes fail to join the cluster.",
    fix="Map the node role in the cluster.",
    sources=(pages.EKS_TROUBLESHOOTING,),
    example="k8s-login-node",
)


def explain_node_login(case: AnyCase, message: str) -> Explanation:
    """Explain that the API server rejects a node."""
    cluster = find_cluster(case)
    role = underlying_role(case.principal)
    principal = build_cluster_principal(role, "the role of the nodes", placeholder="NODE_ROLE_ARN")
    return Explanation(
        failure=case.failure,
        topic="kubernetes-node-login",
        summary="The API server does not know the node: the role of the nodes is not mapped, or not as that of nodes.",
        causes=(
            NODE_NOT_ACCEPTED.cause(
                "reported",
                ("The kubelet could not register its node.",)
                if _REGISTRATION_FAILED.search(message)
                else ("The text is a kubelet's.",),
            ),
            *mode_causes(cluster),
            *_possible_causes(cluster),
        ),
        remedies=tuple(_remedies(cluster, principal)),
        notes=(
            "EKS makes the entries for managed node groups and Fargate profiles itself. Where they are gone, make them anew.",
            "IAM policies of the node's role do not give it access. AmazonEKSWorkerNodePolicy is for other calls.",
        ),
    )


def _possible_causes(cluster: Cluster) -> Iterator[Cause]:
    text = f"The role of the nodes has {describe_missing_entry(cluster)}, or the entry was changed."
    yield NODE_ROLE_NOT_MAPPED.cause(text=text)
    text = "The entry is that of the instance profile, which is another thing than the role in it."
    yield INSTANCE_PROFILE.cause(text=text)
    if cluster.uses_aws_auth:
        text = "aws-auth holds the ARN of the role with its path, with which it never matches."
        yield ROLE_PATH.cause(text=text)
    if cluster.uses_entries:
        yield ENTRY_OF_OTHER_TYPE.cause()
    yield NODE_OF_OTHER_CLUSTER.cause()
    yield REGION_DISABLED.cause(text="STS is not activated in the region for the account.")


def _remedies(cluster: Cluster, principal: ClusterPrincipal) -> Iterator[Remedy]:
    if not principal.is_known:
        query = ("--nodegroup-name", "NODEGROUP", "--query", "nodegroup.nodeRole", "--output", "text")
        yield Remedy(
            title="Find the role of the nodes",
            who="cluster administrator",
            steps=("The first command is for managed node groups, the second for nodes of your own.",),
            commands=(
                cluster.eks_command("describe-nodegroup", *query),
                "aws iam get-instance-profile --instance-profile-name INSTANCE_PROFILE --query 'InstanceProfile.Roles[0].Arn' --output text",
            ),
        )
    yield inspect_access_remedy(cluster, principal)
    if cluster.uses_entries:
        steps = [
            "The type cannot be changed later. EC2_LINUX is for Linux and Bottlerocket, EC2_WINDOWS for Windows, EC2 for node classes of Auto Mode, HYBRID_LINUX for hybrid nodes.",
            "It takes iam:PassRole for the role, and a role of the cluster's account.",
        ]
        yield Remedy(
            title="Give the role of the nodes an access entry for nodes",
            who="cluster administrator",
            steps=(*steps, *([principal.path_note] if principal.path_note else [])),
            commands=(create_entry_command(cluster, principal, kind="EC2_LINUX"),),
            url=pages.EKS_ACCESS_ENTRIES,
        )
    if cluster.uses_aws_auth:
        yield aws_auth_remedy(
            cluster,
            principal,
            groups=NODE_GROUPS,
            username=NODE_USERNAME,
            title="Or map it in aws-auth"
            if cluster.uses_entries
            else "Map the role of the nodes in aws-auth",
            steps=("Write the ARN of the role, not of the instance profile.",),
        )
