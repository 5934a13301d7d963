"""Recognize texts about pods, and what pods log."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("find_pod_wording", "is_about_pods")


# What pods log and people write about them: how logs name objects, how Kubernetes components log as process 1 of a
# container, and controllers that only run in pods.
_POD_WORDING = lazy_pattern(
    r"\b[Pp]ods?\b|\b[Ss]ervice[Aa]ccounts?\b|/var/run/secrets/|kube-system|[Rr]econcil[a-z]{0,10}"
    r"|\bnamespace[\"']{0,2}[:=] ?[\"']?[a-z0-9][a-z0-9-]{0,62}"
    r"|\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} 1 [\w-]{1,60}\.go:\d"
    r"|external-?(?:dns|secrets)|cluster[-_]autoscaler|karpenter|load-?balancer-?controller|alb-?ingress|cert-manager"
    r"|(?:ebs|efs|fsx)[-.]csi|kube2iam|\bkiam\b|crossplane|secrets-store",
    re.ASCII,
)
# Each match of the pattern contains one of these, and finding them takes a tenth of the time.
_POD_FRAGMENTS = (
    "Pod", "pod", "erviceAccount", "erviceaccount", "/var/run/secrets/", "kube", "econcil", "amespace", ".go:",
    "external", "cluster", "karpenter", "ontroller", "alb", "cert-manager", "csi", "kiam", "crossplane",
    "secrets-store",
)  # fmt: skip


def is_about_pods(text: str) -> bool:
    """Return whether a text is about pods or written by one.

    It is not enough that it mentions Kubernetes, because people and builds use Kubernetes, too.

    >>> is_about_pods("the pod orders-7c9 restarted"), is_about_pods("aws eks update-kubeconfig --name c")
    (True, False)
    """
    return find_pod_wording(text) is not None


def find_pod_wording(text: str) -> str | None:
    """Return the words that show that a text is about pods or written by one.

    >>> find_pod_wording("the pod orders-7c9 restarted")
    'pod'
    """
    if not any(part in text for part in _POD_FRAGMENTS):
        return None
    found = _POD_WORDING.search(text)
    return None if found is None else found[0]
