"""List the policies that the documentation of Kubernetes controllers requires for their roles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iamtriage._typing import NamedTuple
from iamtriage.policies._documents import allow, list_actions


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
        filled = template.replace("PARTITION", partition).replace("BUCKET", bucket)
        statements.append(allow(actions, filled, condition=None if is_own else each.conditions))
    return statements


_ZONES = "arn:PARTITION:route53:::hostedzone/*"
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
CLUSTER_AUTOSCALER = (
    Allowance(
        list_actions(
            "autoscaling",
            "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations"
            " DescribeScalingActivities DescribeTags",
        )
        + list_actions(
            "ec2",
            "DescribeImages DescribeInstanceTypes DescribeLaunchTemplateVersions"
            " GetInstanceTypesFromInstanceRequirements",
        )
        + list_actions("eks", "DescribeNodegroup")
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
        list_actions(
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
        list_actions(
            "secretsmanager", "GetSecretValue DescribeSecret GetResourcePolicy ListSecretVersionIds"
        ),
        "SECRET_ARN",
        is_narrower=True,
    ),
)

# https://cert-manager.io/docs/configuration/acme/dns01/route53/
CERT_MANAGER = (
    Allowance(("route53:GetChange",), "arn:PARTITION:route53:::change/*"),
    Allowance(
        ("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"), _ZONES, is_narrower=True
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
        list_actions(
            "s3",
            "GetObject PutObject PutObjectTagging DeleteObject AbortMultipartUpload ListMultipartUploadParts",
        ),
        "arn:PARTITION:s3:::BUCKET/*",
    ),
    Allowance(("s3:ListBucket",), "arn:PARTITION:s3:::BUCKET"),
    Allowance(
        list_actions(
            "ec2", "DescribeVolumes DescribeSnapshots CreateTags CreateVolume CreateSnapshot DeleteSnapshot"
        )
    ),
)
