"""Explain that the instances of an EKS node group do not join the cluster.

Source: https://repost.aws/knowledge-center/resolve-eks-node-failures.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, trust_remedy
from iamtriage.explaining._rules.shared.requirements.services import ASSUME_ROLE, service_trust_policy
from iamtriage.failures._failures import AwsError

NODES_FAILED = lazy_pattern(r"failed to join the kubernetes cluster", re.IGNORECASE)
_PROFILE = lazy_pattern(
    r"(?i:instance profile)[\s:'\"]{1,3}(?:[^\s'\"]{0,80}instance-profile/)?([\w+=,.@-]{0,100}[\d_-][\w+=,@-]{0,60})"
)
_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy")
# Terraform names the cluster and the node group.
_GROUP = lazy_pattern(r"EKS Node Group \(([A-Za-z0-9][\w-]{0,99}):([A-Za-z0-9][\w-]{0,62})\)", re.ASCII)
_INSTANCE = lazy_pattern(r"\bi-[0-9a-f]{8,17}\b", re.ASCII)
_NAMED_GROUP = lazy_pattern(r"\b[Nn]ode ?[Gg]roup [\"'`]([A-Za-z0-9][\w-]{0,62})[\"'`]", re.ASCII)
NODES_NOT_JOINED = CauseType(
    "nodes-not-joined",
    title="The nodes of a node group did not join the cluster",
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
    remedy="Give the nodes a network path",
    of="nodes-not-joined",
)
NODE_ROLE_WITHOUT_POLICIES = CauseType(
    "node-role-without-policies",
    title="The node role lacks policies or its access entry",
    text="The node role lacks AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly or, for the VPC CNI plugin, AmazonEKS_CNI_Policy, or its access entry or aws-auth entry was deleted or changed.",
    fix="Attach the policies to the node role, and create an access entry of type EC2_LINUX for it.",
    recognised_by="The text shows that no policy is attached to the role, or that an access entry was deleted or aws-auth was changed.",
    sign=r"\"AttachedPolicies\": ?\[ ?\]|\baws eks delete-access-entry\b|\bconfigmap[ /]\"?aws-auth\"? (?:deleted|edited|configured|replaced)\b",
    remedy="Give the node role its policies",
    of="nodes-not-joined",
)
NODE_IDENTITY_DELETED = CauseType(
    "node-identity-deleted",
    title="The role or instance profile of a cluster or node group was deleted",
    meaning="EKS does not find the IAM role of the cluster or node group, or the instance profile that it created for the nodes.",
    recognised_by="EKS reports IamNodeRoleNotFound, IamRoleNotFound or IamInstanceProfileNotFound as a health issue.",
    fix="Create the role or instance profile again with the same name and settings.",
    sources=(
        "https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html",
        "https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterIssue.html",
    ),
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
    cluster, group = _find_group(case)
    named = f" {clip_text(cluster.name)}" if cluster.name else ""
    return case.explain(
        f"The instances started, but the nodes did not join the cluster{named} in time: most often, they cannot reach its endpoint or AWS, or the node role lacks policies or its access entry.",
        clues.reported_cause(NODES_NOT_JOINED, message, "Instances failed to join the kubernetes cluster"),
        NODE_WITHOUT_NETWORK.cause(),
        NODE_ROLE_WITHOUT_POLICIES.cause(),
        NODE_STARTUP.cause(),
        remedies=(_find_reason_remedy(case, cluster, group), _role_remedy(cluster), _network_remedy(cluster)),
        notes="The caller's permissions are not the problem: EKS created the instances.",
    )


def explain_unreachable_cluster(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that EKS or the nodes of a group cannot reach the API server of the cluster."""
    cluster, group = _find_group(case)
    return case.explain(
        "EKS or the nodes cannot reach the cluster's API server: a network problem, not a missing permission.",
        NODE_WITHOUT_NETWORK.cause("derived", code_evidence(case.failure)),
        topic="nodes-not-joined",
        remedies=(_network_remedy(cluster), _find_reason_remedy(case, cluster, group)),
    )


def _find_group(case: Case[AwsError]) -> tuple[Cluster, str]:
    cluster, group = find_cluster(case), _GROUP.search(case.text)
    if group is None:
        stated = clues.find_option(case, "nodegroup-name")
        if stated is None or re.fullmatch(r"[A-Za-z0-9][\w-]{0,62}", stated) is None:
            named = _NAMED_GROUP.search(case.text)
            stated = named[1] if named else "NODEGROUP"
        return cluster, stated
    return attrs.evolve(cluster, name=cluster.name or group[1]), group[2]


def explain_node_identity(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the role of a cluster or its nodes, or the instance profile of the nodes, was deleted."""
    is_profile = "rofile" in message
    is_cluster = "IamRoleNotFound" in message or "IAM_ROLE_NOT_FOUND" in message
    owner = "cluster" if is_cluster else "node group"
    noun = f"{'instance profile' if is_profile else 'IAM role'} of the {owner}"
    name = _PROFILE.search(message) if is_profile else None
    role = clues.find_role_arn(case.text)
    named = name[1] if name else None if role is None or is_profile else role.rpartition("/")[2]
    return case.explain(
        f"The {noun}{f', {named},' if named else ''} no longer exists.",
        NODE_IDENTITY_DELETED.cause(
            "reported", code_evidence(case.failure), text=f"EKS does not find the {noun}."
        ),
        remedies=_create_profile_remedy(case, named, role)
        if is_profile
        else _create_role_remedy(find_cluster(case), named, role, is_cluster=is_cluster),
        notes="The caller's permissions are not the problem.",
    )


def _create_profile_remedy(case: Case[AwsError], name: str | None, role: str | None) -> Remedy:
    cluster, group = _find_group(case)
    profile = commands.role_name(name).replace("ROLE_NAME", "INSTANCE_PROFILE")
    of_role = "NODE_ROLE_NAME" if role is None else commands.role_name(role.rpartition("/")[2])
    find_role = cluster.eks_command(
        "describe-nodegroup", "--nodegroup-name", group, query="nodegroup.nodeRole"
    )
    return account_remedy(
        "Create the instance profile again with the same name",
        "EKS created the profile and named it in the launch template of the node group, so it must have the same name.",
        "describe-nodegroup prints the node role." if role is None else None,
        commands=(
            find_role if role is None else None,
            f"aws iam create-instance-profile --instance-profile-name {profile}",
            f"aws iam add-role-to-instance-profile --instance-profile-name {profile} --role-name {of_role}",
        ),
        url=NODE_IDENTITY_DELETED.sources[0],
    )


def _create_role_remedy(cluster: Cluster, name: str | None, role: str | None, *, is_cluster: bool) -> Remedy:
    of_role = commands.role_name(name)
    path = (role or "").partition(":role/")[2].rpartition("/")[0]
    in_path = f" --path /{path}/" if path and of_role != "ROLE_NAME" else ""
    policies = ("AmazonEKSClusterPolicy",) if is_cluster else _NODE_POLICIES
    principal = "eks.amazonaws.com" if is_cluster else "ec2.amazonaws.com"
    of_nodes = "The access entry has the unique ID of the deleted role: delete it and create it again with type EC2_LINUX. Add the role to the instance profile, too (add-role-to-instance-profile)."
    create = f"aws iam create-role --role-name {{}}{in_path} --assume-role-policy-document file://trust.json"
    return trust_remedy(
        "Create the role again with the same name and path",
        f"Attach all policies that the role had: {'a cluster needs at least this one' if is_cluster else 'nodes need at least these'}.",
        None if is_cluster else of_nodes,
        commands=(commands.fill_command(create, of_role), *_attach_commands(cluster, of_role, policies)),
        policy=service_trust_policy(principal, ASSUME_ROLE),
        is_addition=False,
        url=NODE_IDENTITY_DELETED.sources[1 if is_cluster else 0],
    )


def _attach_commands(cluster: Cluster, role: str, policies: tuple[str, ...]) -> tuple[str, ...]:
    managed = f"arn:{cluster.partition}:iam::aws:policy"
    return tuple(commands.attach_policy(role, f"{managed}/{each}") for each in policies)


def _find_reason_remedy(case: Case[AwsError], cluster: Cluster, group: str) -> Remedy:
    # Any of several instances shows the reason.
    instance = _INSTANCE.search(case.text)
    name = instance[0] if instance else "INSTANCE_ID"
    return cluster_remedy(
        "Find out why the nodes did not join",
        "The first command prints the node role, the subnets and EKS's own findings. The second prints the console output of a node, with the start of the kubelet.",
        "Unauthorized in the log means that the node role is not mapped. A timeout points to the network, AccessDenied to the policies of the node role. If the kubelet did not start, check the AMI or the user data.",
        "The third command runs the AWS checks for the instance, while it is running. Their result is in Systems Manager, under Automation.",
        commands=(
            cluster.eks_command(
                "describe-nodegroup",
                *("--nodegroup-name", group),
                *("--query", "nodegroup.[nodeRole,subnets,health]"),
            ),
            f"aws ec2 get-console-output --instance-id {name} --region REGION --latest --output text",
            f"aws ssm start-automation-execution --region REGION --document-name AWSSupport-TroubleshootEKSWorkerNode --parameters ClusterName=CLUSTER,WorkerID={name}",
        ),
        url=pages.EKS_TROUBLESHOOTING,
    )


def _role_remedy(cluster: Cluster) -> Remedy:
    principal = build_cluster_principal(None, "the node role", placeholder="NODE_ROLE_ARN")
    attach = _attach_commands(cluster, "NODE_ROLE_NAME", _NODE_POLICIES)
    return account_remedy(
        "Give the node role its policies and its access entry",
        "The role must trust ec2.amazonaws.com. AmazonEKS_CNI_Policy can be attached to a role of the VPC CNI plugin instead.",
        "EKS creates the access entry of a managed node group's role. Create it again only if it is missing.",
        commands=(
            "aws iam list-attached-role-policies --role-name NODE_ROLE_NAME",
            Labelled("Those that are missing:", attach[0]),
            *attach[1:],
            principal.create_entry_command(cluster, kind="EC2_LINUX"),
        ),
        gives="access entry",
        url=pages.EKS_ACCESS_ENTRIES,
    )


def _network_remedy(cluster: Cluster) -> Remedy:
    return account_remedy(
        "Give the nodes a network path to the cluster and to AWS",
        "Private subnets require a route to a NAT gateway, or VPC endpoints for ec2, ecr.api, ecr.dkr, sts and s3, and private access to the cluster's endpoint.",
        "Public subnets must assign public IPv4 addresses to the instances.",
        "The security groups must allow the nodes port 443 to the cluster, and the cluster port 10250 to the nodes.",
        commands=cluster.eks_command(
            "describe-cluster", "--query", "cluster.resourcesVpcConfig", flag="--name"
        ),
        url=pages.EKS_TROUBLESHOOTING,
    )
