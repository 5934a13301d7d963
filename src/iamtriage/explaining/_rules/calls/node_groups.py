"""List the errors of EKS node groups whose instances do not join the cluster.

Source: https://repost.aws/knowledge-center/resolve-eks-node-failures.
"""

from __future__ import annotations

from iamtriage.explaining._rules.basics import CauseType, Labelled
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy

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
NODE_STARTUP = CauseType(
    "node-startup",
    title="The node's startup does not start the kubelet for the cluster",
    text="A custom AMI or user data does not start the kubelet with the cluster's name, endpoint and certificate authority.",
    fix="Use the EKS AMI's way to join: nodeadm, or bootstrap.sh on Amazon Linux 2.",
    recognised_by="The text shows a custom AMI or user data.",
    sign=r"\bami_?[tT]ype\"? ?[:=] ?\"?CUSTOM\b\"?|\buser_?[dD]ata\b",
    of="nodes-not-joined",
)
_FIND_REASON = cluster_remedy(
    "Find out why the nodes did not join",
    "The first command prints the node role, the subnets and EKS's own findings. The second prints the console output of a node, with the start of the kubelet.",
    "Unauthorized in the log means that the node role is not mapped. A timeout points to the network, AccessDenied to the policies of the node role. If the kubelet did not start, check the AMI or the user data.",
    commands=(
        "aws eks describe-nodegroup --cluster-name CLUSTER --region REGION --nodegroup-name NODEGROUP --query nodegroup.[nodeRole,subnets,health]",
        "aws ec2 get-console-output --instance-id INSTANCE_ID --region REGION --latest --output text",
    ),
    url=pages.EKS_TROUBLESHOOTING,
)
_NETWORK = account_remedy(
    "Give the nodes a network path to the cluster and to AWS",
    "Private subnets require a route to a NAT gateway, or VPC endpoints for ec2, ecr.api, ecr.dkr, sts and s3, and private access to the cluster's endpoint. Public subnets must assign public IPv4 addresses to the instances.",
    "The security groups must allow the nodes port 443 to the cluster, and the cluster port 10250 to the nodes.",
    commands="aws eks describe-cluster --name CLUSTER --region REGION --query cluster.resourcesVpcConfig",
    url=pages.EKS_TROUBLESHOOTING,
)
_ROLE = account_remedy(
    "Give the node role its policies and its access entry",
    "The role must trust ec2.amazonaws.com, and needs AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and, unless the VPC CNI plugin has a role, AmazonEKS_CNI_Policy.",
    "EKS creates the access entry of a managed node group's role. Create it again only if it is missing.",
    commands=(
        "aws iam list-attached-role-policies --role-name NODE_ROLE_NAME",
        Labelled(
            "If the access entry is missing:",
            "aws eks create-access-entry --cluster-name CLUSTER --region REGION --principal-arn NODE_ROLE_ARN --type EC2_LINUX",
        ),
    ),
    gives="access entry",
    url=pages.EKS_ACCESS_ENTRIES,
)
NODE_KINDS = (
    ErrorKind(
        cause=NODES_NOT_JOINED,
        code=r"^NodeCreationFailure$",
        message=r"(?i)failed to join the kubernetes cluster",
        summary="The instances started, but the nodes did not join the cluster in time: most often, they cannot reach its endpoint or AWS, or the node role lacks policies or its access entry.",
        causes=(NODE_WITHOUT_NETWORK.cause(), NODE_ROLE_WITHOUT_POLICIES.cause(), NODE_STARTUP.cause()),
        remedies=(_FIND_REASON, _ROLE, _NETWORK),
        notes=("The caller's permissions are not the problem: EKS created the instances.",),
        lacks_permission=True,
    ),
    ErrorKind(
        cause=NODE_WITHOUT_NETWORK,
        code=r"^ClusterUnreachable$",
        summary="EKS or the nodes cannot reach the cluster's API server: a network problem, not a missing permission.",
        remedies=(_NETWORK, _FIND_REASON),
    ),
)
"""The kinds of these errors."""
