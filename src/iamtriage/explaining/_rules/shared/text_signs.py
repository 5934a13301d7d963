"""Recognize texts about pods, and software and clouds that are compatible with S3 by their hosts.

The latter answer with S3's error codes and messages, but have their own keys and permissions.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

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


CLOUD_HOSTS = (
    r"storjshare\.io|digitaloceanspaces\.com|wasabisys\.com|backblazeb2\.com|r2\.cloudflarestorage\.com"
    r"|linodeobjects\.com|vultrobjects\.com|contabostorage\.com|your-objectstorage\.com|storage\.tigris\.dev"
)
"""The hosts of clouds other than AWS that offer S3-compatible storage."""
# The ports of LocalStack (the second is S3's in old versions), moto and MinIO.
_PORTS = ("4566", "4572", "5000", "9000")


def local_endpoints_pattern(*more_ports: str) -> str:
    """Return a pattern for local endpoints of AWS-compatible software.

    Args:
        more_ports: Ports in addition to those of S3-compatible software.

    >>> re.findall(local_endpoints_pattern("8000"), "localhost:4566, 127.0.0.1:8000, localhost:8080")
    ['localhost:4566', '127.0.0.1:8000']
    """
    ports = "|".join((*_PORTS, *more_ports))
    return rf"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker\.internal):(?:{ports})"


_HOSTS = lazy_pattern(
    rf"(?<![\w-])(?:{CLOUD_HOSTS}"
    r"|localhost\.localstack\.cloud|play\.min\.io"
    r"|(?:minio|localstack):\d{2,5}"
    rf"|{local_endpoints_pattern()}"
    r")(?![\w-]|\.\w)",
    re.ASCII | re.IGNORECASE,
)
# Responses in XML name S3 in a namespace URL with /doc/, which is not the host that was called.
_AWS = lazy_pattern(r"\.amazonaws\.com(?:\.cn)?(?!\.\w|/doc/)", re.ASCII)

# A setting for one service says nothing about the calls of others. The context reads it.
_SETTING_OF_SERVICE = lazy_pattern(r"\bAWS_ENDPOINT_URL_[A-Z0-9_]{2,40}[=:]\s?\S{1,300}")


def find_s3_compatible_host(words: str) -> str | None:
    """Return the S3-compatible host that a text names, or ``None`` if it names an AWS host, too.

    >>> find_s3_compatible_host("PUT https://gateway.storjshare.io/orders/1.csv resulted in 403")
    'storjshare.io'
    >>> find_s3_compatible_host("PUT https://orders.s3.eu-west-1.amazonaws.com/1.csv, copied from minio:9000")
    """
    found = _HOSTS.search(_SETTING_OF_SERVICE.sub(" ", words))
    return None if found is None or _AWS.search(words) else found[0]
