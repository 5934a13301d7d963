"""Recognize the URLs of a Kubernetes API server.

Many programs have paths such as ``/api/v1/users``, so a path is accepted only for parts that no other program has.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.kubernetes.types import GROUPS

# The endpoint of an EKS cluster, and the names of the API server inside a cluster.
_HOST = lazy_pattern(
    r"kubernetes(?:\.default(?:\.svc(?:\.[\w.-]{1,100})?)?)?|[\w.-]{1,200}\.eks\.amazonaws\.com(?:\.cn)?"
)
# Weak evidence: hosts and ports that API servers share with other programs.
_PORTS = (None, ":443", ":6443", ":8443")
_LIKELY_HOST = lazy_pattern(r"[0-9.]{7,15}|[\w.-]{0,200}(?:kube|k8s)[\w.-]{0,200}")
_URL = lazy_pattern(
    r"https://(?P<host>[\w.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])(?P<port>:[0-9]{1,5})?(?P<path>/[^\s'\"?#)]{0,2000})?"
)
_PATH = lazy_pattern(
    r"(?:/[\w.-]{1,60}){0,4}?/(?:api/v1|apis/(?P<group>[a-z0-9.-]{1,120})/v[1-9]\w{0,12})"
    r"(?P<namespaced>/(?:watch/)?namespaces/[^/]{1,120})?(?:/(?:watch/)?(?P<type>[a-z]{2,60})(?:/.{0,2000})?)?",
    re.DOTALL,
)
# Types of the core group, except those that exist only for impersonation.
_CORE = frozenset(name for name, group in GROUPS.items() if not group) - {"groups", "users"}
# Types whose names other APIs use, too.
_COMMON_NAMES = frozenset({"bindings", "endpoints", "events", "namespaces", "nodes", "secrets", "services"})


def is_cluster_url(url: str) -> bool:
    """Return whether a URL is of a Kubernetes API server.

    >>> is_cluster_url("https://kubernetes:443/version"), is_cluster_url("https://10.0.0.1/apis/apps/v1/deployments")
    (True, True)
    >>> is_cluster_url("https://shop.example.com/api/v1/services"), is_cluster_url("https://shop.example.com/api/v1/pods")
    (False, True)
    """
    m = _URL.match(url)
    if m is None:
        return False
    if _HOST.fullmatch(m["host"]):
        return True
    path = _PATH.fullmatch((m["path"] or "").rstrip("/."))
    if path is None:
        return False
    name, group = path["type"], path["group"]
    if group:
        known = "." in group or group in GROUPS.values()
        return known and (path["namespaced"] is not None or name in GROUPS)
    if name not in _CORE:
        return False
    likely = m["port"] in _PORTS and _LIKELY_HOST.fullmatch(m["host"]) is not None
    return likely or path["namespaced"] is not None or name not in _COMMON_NAMES
