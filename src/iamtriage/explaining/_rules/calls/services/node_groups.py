"""Explain errors of the network of an EKS cluster: nodes that do not join it, and load balancers without subnets.

Sources: https://repost.aws/knowledge-center/resolve-eks-node-failures and
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, owner_remedy
from iamtriage.failures._failures import AwsError

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
    "Unauthorized in the log means that the node role is not mapped. A timeout points to the network, AccessDenied to the policies of the node role. If the kubelet did not start, check the AMI or the user data.",
    commands=(
        {
            "The node role, the subnets and EKS's own findings:": "aws eks describe-nodegroup --cluster-name CLUSTER --region REGION --nodegroup-name NODEGROUP --query nodegroup.[nodeRole,subnets,health]",
            "The console output of a node, with the start of the kubelet:": "aws ec2 get-console-output --instance-id INSTANCE_ID --region REGION --latest --output text",
        },
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


NO_SUBNETS = CauseType(
    "load-balancer-without-subnets",
    title="The controller finds no subnets for a load balancer",
    text="The controller chooses subnets of the cluster's VPC by their tags, if no annotation names them.",
    meaning="The load balancer controller chooses subnets of the cluster's VPC by their tags, and too few have them.",
    recognised_by="The controller could not resolve or discover at least one subnet, or found fewer than it needs.",
    fix="Tag public subnets with kubernetes.io/role/elb, private ones with kubernetes.io/role/internal-elb, or name the subnets in an annotation.",
    sources=(
        "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/",
    ),
)
NO_SUBNETS_MESSAGE = lazy_pattern(
    r"\b(?:resolve|discover) at least one subnet\b|\bsubnets count less than minimal required count: (?P<count>\d)|suitable subnets for creating the ELB"
)
"""How load balancer controllers say that they find no subnets, or too few."""
_TAG = "kubernetes.io/role/"
_WANTED = lazy_pattern(r"\bkubernetes\.io/role/(?P<internal>internal-)?elb\]")
_SCHEME = lazy_pattern(
    r"/(?:aws-load-balancer-)?scheme[\"']?: ?[\"']?(?:(?P<internal>internal)\b|internet-facing)"
)
# The subnets that the controller found have other problems.
_EVALUATED = lazy_pattern(r"\bEvaluated [1-9]\d{0,3} subnets")
_SUBNET = lazy_pattern(r"(?m)^[^\n]{0,40}?\b(subnet-[0-9a-f]{8,17})\b([^\n]{0,200})$")


def explain_no_subnets(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a load balancer controller finds no subnets, or too few, for a load balancer."""
    text, found = case.failure.text, NO_SUBNETS_MESSAGE.search(message)
    wanted = _WANTED.search(message) or _SCHEME.search(text)
    kind, tag, other = "", "TAG_KEY", "another one"
    named = "the tag for it (kubernetes.io/role/elb, or kubernetes.io/role/internal-elb if it is internal)"
    if wanted is not None:
        is_public = not wanted["internal"]
        kind, tag = ("public ", f"{_TAG}elb") if is_public else ("private ", f"{_TAG}internal-elb")
        other = (
            "internal, if it is meant to be private"
            if is_public
            else "internet-facing, if it is meant to be public"
        )
        named = f"the tag {tag}, which {'an internet-facing' if is_public else 'an internal'} one needs"
    is_full, reason = _EVALUATED.search(message) is not None, f"no subnet of the VPC has {named}"
    if found is not None and found["count"]:
        reason = f"only {found['count']} has {named}. An Application Load Balancer needs two, in different Availability Zones"
    elif is_full:
        reason = "its candidates belong to another cluster, or have too few free addresses"
    rows = _SUBNET.findall(text) if kind and not is_full and "MapPublicIpOnLaunch" in text else ()
    own, opposite = ("true", "false") if kind == "public " else ("false", "true")
    shown = ((name, row.lower()) for name, row in rows)
    lacking = [name for name, row in shown if own in row and opposite not in row and tag not in row]
    if lacking:
        several = len(lacking) > 1
        reason += (
            f". The {kind}subnet{'s' * several} {join_words(lacking, 'and')} lack{'s' * (not several)} it"
        )
    show = "aws ec2 describe-subnets --region REGION --filters Name=vpc-id,Values=VPC_ID --query 'Subnets[].[SubnetId,AvailabilityZone,MapPublicIpOnLaunch,AvailableIpAddressCount,Tags]'"
    create = f"aws ec2 create-tags --region REGION --resources {' '.join(lacking) or 'SUBNET_ID'} --tags Key={tag},Value=1"
    title = f"Tag {kind}subnets{f' with {tag}' * bool(kind)}, in at least two Availability Zones"
    return case.explain(
        f"The controller finds no subnets for the load balancer, and no permission is missing: {reason}.",
        NO_SUBNETS.cause("reported"),
        remedies=owner_remedy(
            "Look up the free addresses and the tags of the subnets" if is_full else title,
            "A subnet needs eight free addresses, and no tag kubernetes.io/cluster/NAME of another cluster only."
            if is_full
            else "The controller tries again by itself. A Network Load Balancer needs only one subnet.",
            f"Or name the subnets in the annotation alb.ingress.kubernetes.io/subnets of the Ingress (service.beta.kubernetes.io/aws-load-balancer-subnets of a Service), or set its scheme to {other}.",
            commands=(None if lacking else show, None if is_full else create),
        ),
    )
