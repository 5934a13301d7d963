"""Find the Kubernetes controller that wrote a text, and the service account that its charts give it.

Sources: the installation pages of each, such as https://docs.aws.amazon.com/eks/latest/userguide/lbc-helm.html,
https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html and
https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts

__all__ = ("Controller", "find_controller", "usual_account")


@attrs.frozen
class Controller:
    """A controller that calls AWS from a pod.

    Attributes:
        name: Its name.
        pattern: What it logs, or what texts call it.
        namespace: The namespace of its installation guide, or ``None`` if that varies.
        service_account: The service account of its chart.
        workload: The workload of its chart, for ``kubectl rollout restart``.
    """

    name: str
    pattern: re.Pattern[str]
    namespace: str | None
    service_account: str
    workload: str


def _controller(
    name: str, namespace: str | None, service_account: str, pattern: str, workload: str | None = None
) -> Controller:
    workload = workload or f"deployment/{service_account}"
    return Controller(name, re.compile(pattern, re.ASCII), namespace, service_account, workload)


_CONTROLLERS = (
    _controller(
        "the AWS Load Balancer Controller",
        "kube-system",
        "aws-load-balancer-controller",
        r"(?i:aws-?load-?balancer-?controller)|elbv2\.k8s\.aws|FailedBuildModel|\bingress\.k8s\.aws",
    ),
    _controller(
        "the EBS CSI driver",
        "kube-system",
        "ebs-csi-controller-sa",
        r"\bebs[.-]csi|could not create volume in EC2|Could not create volume \\?\"pvc-",
        "deployment/ebs-csi-controller",
    ),
    _controller(
        "the EFS CSI driver",
        "kube-system",
        "efs-csi-controller-sa",
        r"\befs[.-]csi",
        "deployment/efs-csi-controller",
    ),
    _controller(
        "Cluster Autoscaler",
        "kube-system",
        "cluster-autoscaler",
        r"cluster-autoscaler|\baws_(?:manager|cloud_provider)\.go:|regenerate ASG cache",
    ),
    _controller("Karpenter", "kube-system", "karpenter", r"(?i:\bkarpenter)"),
    _controller("External Secrets Operator", "external-secrets", "external-secrets", r"external-secrets"),
    _controller("cert-manager", "cert-manager", "cert-manager", r"cert-manager|dns01|Route 53 record set"),
    _controller(
        "ExternalDNS",
        None,
        "external-dns",
        r"external-dns|failed to list hosted zones|records retrieval failed",
    ),
    _controller(
        "the Amazon VPC CNI plugin",
        "kube-system",
        "aws-node",
        r"\baws-node\b|amazon-vpc-cni|\bipamd\b",
        "daemonset/aws-node",
    ),
)


def find_controller(text: str) -> Controller | None:
    """Return the only controller that a text is about, or ``None``.

    >>> find_controller("failed to list hosted zones: operation error Route 53").name
    'ExternalDNS'
    """
    found = [each for each in _CONTROLLERS if each.pattern.search(text)]
    return found[0] if len(found) == 1 else None


def usual_account(facts: Facts, text: str) -> tuple[str | None, str | None]:
    """Return the namespace and the service account: the known ones, else the usual ones of the controller."""
    if facts.namespace is not None or facts.service_account is not None:
        return facts.namespace, facts.service_account
    controller = find_controller(text)
    return (None, None) if controller is None else (controller.namespace, controller.service_account)
