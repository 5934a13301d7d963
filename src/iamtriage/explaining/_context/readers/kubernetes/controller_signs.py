"""Recognize texts that can name a controller, so that other texts need neither the table of controllers nor its patterns."""

from __future__ import annotations

CONTROLLER_FRAGMENTS = (
    "argo", "cert-manager", "cwagent", ".go:", "regenerate asg", "s-plugin", "assumeroleforpodidentity",
    "decryption failed", "failed to pull", "failedbuildmodel", "faileddeploymodel", " model due to ", "fluent", "backup",
    "k8s", "karpenter", "kubelet", "create volume", "tach volume", "velero", "vpc-cni", "vpc id", "vpcid", "dns01", "external",
    "flux ", "hosted zone", "challenge solver", "autoscaler", "aws-node", "balancer", "cloudwatch", "controller", "csi",
    "introspect", "ipamd", "nodeadm", "eks/bootstrap", "updateinstanceinformation", "ec2messages", "record",
    "confirm existence", "aws-vpc-id", "right aws permissions",
)  # fmt: skip
"""Each match of a controller's patterns contains one of these in lowercase."""


def may_name_controller(text: str) -> bool:
    """Return whether a text can name a controller, which is faster than to find it.

    >>> may_name_controller("ebs.csi.aws.com"), may_name_controller("arn:aws:s3:::orders")
    (True, False)
    """
    return any(map(text.lower().__contains__, CONTROLLER_FRAGMENTS))
