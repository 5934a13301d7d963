"""Policies that the documentation of Kubernetes controllers lists for their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("Allowance", "build_statements")


class Allowance(NamedTuple):
    """A statement of the policy that a controller documents.

    Attributes:
        actions: The actions.
        resource: The resource, with ``PARTITION`` and ``BUCKET``.
        is_narrower: Whether the resource of a denial replaces this one, because one is enough.
        conditions: The conditions, unless the resource of a denial replaces this one.
    """

    actions: tuple[str, ...]
    resource: str = "*"
    is_narrower: bool = False
    conditions: dict[str, dict[str, str]] | None = None


def build_statements(
    policy: Iterable[Allowance], action: str, resource: str, partition: str
) -> list[dict[str, Any]]:
    """Return the statements of a policy, the one with a denied action first.

    Args:
        policy: The policy.
        action: The denied action.
        resource: The resource of the denial.
        partition: The partition.
    """
    _, is_bucket, name = resource.partition(":s3:::")
    bucket = name.partition("/")[0] if is_bucket else "BUCKET"
    statements: list[dict[str, Any]] = []
    for each in sorted(policy, key=lambda each: action not in each.actions):
        actions = sorted(each.actions, key=lambda other: other != action)
        is_own = action in each.actions and each.is_narrower and "*" not in resource.rpartition("/")[2]
        template = resource if is_own else each.resource
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Action": actions[0] if len(actions) == 1 else actions,
            "Resource": template.replace("PARTITION", partition).replace("BUCKET", bucket),
        }
        if each.conditions is not None and not is_own:
            statement["Condition"] = each.conditions
        statements.append(statement)
    return statements


def _actions(service: str, names: str) -> tuple[str, ...]:
    """Return actions of a service by their names, separated by spaces.

    >>> _actions("s3", "GetObject PutObject")
    ('s3:GetObject', 's3:PutObject')
    """
    return tuple(f"{service}:{name}" for name in names.split())


_ZONES = "arn:PARTITION:route53:::hostedzone/*"
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
CLUSTER_AUTOSCALER = (
    Allowance(
        _actions(
            "autoscaling",
            "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations"
            " DescribeScalingActivities DescribeTags",
        )
        + _actions(
            "ec2",
            "DescribeImages DescribeInstanceTypes DescribeLaunchTemplateVersions"
            " GetInstanceTypesFromInstanceRequirements",
        )
        + _actions("eks", "DescribeNodegroup")
    ),
    Allowance(
        ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
        is_narrower=True,
        conditions={"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true"}},
    ),
)

# https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/iam-policy.md
VPC_CNI_IPV6 = (
    Allowance(
        _actions(
            "ec2",
            "AssignIpv6Addresses DescribeInstances DescribeTags DescribeNetworkInterfaces DescribeInstanceTypes"
            " DescribeSecurityGroups DescribeSubnets ModifyNetworkInterfaceAttribute",
        )
    ),
    Allowance(("ec2:CreateTags",), "arn:PARTITION:ec2:*:*:network-interface/*"),
)

# https://external-secrets.io/latest/provider/aws-secrets-manager/
EXTERNAL_SECRETS = (
    Allowance(
        _actions("secretsmanager", "GetSecretValue DescribeSecret GetResourcePolicy ListSecretVersionIds"),
        "SECRET_ARN",
        is_narrower=True,
    ),
)

# https://cert-manager.io/docs/configuration/acme/dns01/route53/
CERT_MANAGER = (
    Allowance(("route53:GetChange",), "arn:PARTITION:route53:::change/*"),
    Allowance(
        ("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"),
        _ZONES,
        is_narrower=True,
    ),
    Allowance(("route53:ListHostedZonesByName",)),
)

# https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md
EXTERNALDNS = (
    Allowance(
        (
            "route53:ChangeResourceRecordSets",
            "route53:ListResourceRecordSets",
            "route53:ListTagsForResources",
        ),
        _ZONES,
    ),
    Allowance(("route53:ListHostedZones",)),
)

# https://github.com/vmware-tanzu/velero-plugin-for-aws
VELERO = (
    Allowance(
        _actions(
            "s3",
            "GetObject PutObject PutObjectTagging DeleteObject AbortMultipartUpload ListMultipartUploadParts",
        ),
        "arn:PARTITION:s3:::BUCKET/*",
    ),
    Allowance(("s3:ListBucket",), "arn:PARTITION:s3:::BUCKET"),
    Allowance(
        _actions(
            "ec2",
            "DescribeVolumes DescribeSnapshots CreateTags CreateVolume CreateSnapshot DeleteSnapshot",
        )
    ),
)
