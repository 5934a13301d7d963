"""Explain that the instances of an EKS node group do not join the cluster.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html and
https://repost.aws/knowledge-center/resolve-eks-node-failures.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.clusters import Cluster, find_cluster
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_mappings import (
    build_cluster_principal,
    create_entry_command,
)
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("NODES_FAILED", "explain_node_group")

NODES_FAILED = lazy_pattern(r"failed to join the kubernetes cluster", re.IGNORECASE)
_INSTANCE = lazy_pattern(r"(?<![\w-])i-[0-9a-f]{8,17}(?![0-9a-f])")
# Terraform names the cluster and the node group.
_GROUP = lazy_pattern(r"EKS Node Group \(([A-Za-z0-9][\w-]{0,99}):([A-Za-z0-9][\w-]{0,62})\)", re.ASCII)

NODES_NOT_JOINED = CauseType(
    "nodes-not-joined",
    title="The nodes of a node group did not join the cluster",
    text="The instances started, but did not register with the cluster in time.",
    recognised_by='EKS reports NodeCreationFailure or "Instances failed to join the kubernetes cluster".',
    fix="Read the kubelet's log: it says whether the network, the node role or the startup is the reason.",
    sources=(pages.EKS_TROUBLESHOOTING,),
)
NODE_WITHOUT_NETWORK = CauseType(
    "node-without-network",
    title="The nodes cannot reach the cluster or AWS",
    text="The nodes' subnets have no route to the cluster's endpoint and to EC2, ECR, S3 and STS, or a security group or network ACL blocks them.",
    fix="Give the subnets a NAT gateway or VPC endpoints, or let public subnets assign public addresses.",
    recognised_by="The text shows a connection of the node that timed out.",
    sign=r"\bdial tcp \S{7,60}: i/o timeout\b|\bconnection timed out\b|\bcurl: \(28\)",
    remedy="Give the nodes a way",
    of="nodes-not-joined",
)
NODE_ROLE_WITHOUT_POLICIES = CauseType(
    "node-role-without-policies",
    title="The node role lacks policies",
    text="The node role lacks AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly or, for the VPC CNI plugin, AmazonEKS_CNI_Policy.",
    fix="Attach the policies to the node role.",
    recognised_by="The text shows that no policy is attached to the role.",
    sign=r"\"AttachedPolicies\": ?\[ ?\]",
    remedy="Give the node role its policies",
    of="nodes-not-joined",
)
NODE_ROLE_ENTRY_LOST = CauseType(
    "node-role-entry-lost",
    title="The node role is not mapped",
    text="The access entry or the aws-auth entry of the node role was deleted or changed.",
    fix="Create an access entry of type EC2_LINUX for the node role.",
    recognised_by="The text shows that an access entry was deleted or aws-auth was changed.",
    sign=r"\baws eks delete-access-entry\b|\bconfigmap[ /]\"?aws-auth\"? (?:deleted|edited|configured|replaced)\b",
    remedy="Give the node role its policies",
    of="nodes-not-joined",
)
NODE_STARTUP = CauseType(
    "node-startup",
    title="The node's startup does not start the kubelet for the cluster",
    text="A custom AMI or user data does not start the kubelet with the cluster's name, endpoint and certificate authority.",
    fix="Use the EKS AMI's way to join: nodeadm, or bootstrap.sh on Amazon Linux 2.",
    recognised_by="The text shows a custom AMI or user data.",
    sign=r"\bami_?[tT]ype\"? ?[:=] ?\"?CUSTOM\b\"?|\buser_?[dD]ata\b",
    of="nodes-not-joined",
)


def explain_node_group(case: Case[AwsError], message: str) -> Explanation:
    """Explain that nodes did not join, and how to find out why."""
    cluster = find_cluster(case)
    group = _GROUP.search(case.text)
    if group is not None and cluster.name is None:
        cluster = attrs.evolve(cluster, name=group[1])
    instance = _INSTANCE.search(message) or _INSTANCE.search(case.text)
    return case.explain(
        "The nodes did not join the cluster in time: most often, they cannot reach its endpoint or AWS, or the node role lacks policies or its access entry.",
        NODES_NOT_JOINED.cause(
            "reported", quote_phrases(message, "Instances failed to join the kubernetes cluster")
        ),
        NODE_WITHOUT_NETWORK.cause(),
        NODE_ROLE_WITHOUT_POLICIES.cause(),
        NODE_ROLE_ENTRY_LOST.cause(),
        NODE_STARTUP.cause(),
        remedies=(
            _find_reason_remedy(cluster, group[2] if group else None, instance[0] if instance else None),
            _role_remedy(cluster),
            _network_remedy(cluster),
        ),
        notes=("No permission of the caller is missing: EKS created the instances.",),
    )


def _find_reason_remedy(cluster: Cluster, group: str | None, instance: str | None) -> Remedy:
    region = commands.region(cluster.region)
    return cluster_remedy(
        "Find out why the nodes did not join",
        "The first command prints the node role, the subnets and EKS's own findings. The second prints the console of a node with the kubelet's start.",
        "Unauthorized in the log: the node role is not mapped. Timeouts: the network. AccessDenied: the policies of the node role. No kubelet at all: the AMI or the user data.",
        "The third command runs AWS's checks for the instance. Systems Manager then shows the result.",
        commands=(
            cluster.eks_command(
                "describe-nodegroup",
                *("--nodegroup-name", group or "NODEGROUP"),
                *("--query", "nodegroup.[nodeRole,subnets,health]"),
            ),
            fill_command(
                "aws ec2 get-console-output --instance-id {} --region {} --latest --output text",
                instance or "INSTANCE_ID",
                region,
            ),
            fill_command(
                "aws ssm start-automation-execution --region {} --document-name AWSSupport-TroubleshootEKSWorkerNode --parameters {}",
                region,
                f"ClusterName={cluster.argument},WorkerID={instance or 'INSTANCE_ID'}",
            ),
        ),
        url=pages.EKS_TROUBLESHOOTING,
    )


def _role_remedy(cluster: Cluster) -> Remedy:
    principal = build_cluster_principal(None, "the node role", placeholder="NODE_ROLE_ARN")
    policies = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
    return account_remedy(
        "Give the node role its policies and its access entry",
        "The role must trust ec2.amazonaws.com. AmazonEKS_CNI_Policy can be attached to a role of the VPC CNI plugin instead.",
        "EKS creates the access entry of a managed node group's role. Create it again only if it is missing.",
        commands=(
            "aws iam list-attached-role-policies --role-name NODE_ROLE_NAME",
            *(
                f"aws iam attach-role-policy --role-name NODE_ROLE_NAME --policy-arn arn:{cluster.partition}:iam::aws:policy/{policy}"
                for policy in policies
            ),
            create_entry_command(cluster, principal, kind="EC2_LINUX"),
        ),
        url=pages.EKS_ACCESS_ENTRIES,
    )


def _network_remedy(cluster: Cluster) -> Remedy:
    return account_remedy(
        "Give the nodes a way to the cluster and to AWS",
        "Private subnets require a route to a NAT gateway, or VPC endpoints for ec2, ecr.api, ecr.dkr, sts and s3, and private access to the cluster's endpoint.",
        "Public subnets must assign public IPv4 addresses to the instances.",
        "The security groups must allow the nodes port 443 to the cluster, and the cluster port 10250 to the nodes.",
        commands=(
            cluster.eks_command("describe-cluster", "--query", "cluster.resourcesVpcConfig", flag="--name"),
        ),
        url=pages.EKS_TROUBLESHOOTING,
    )
