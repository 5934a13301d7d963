"""Define the labels of the keys of a flat record."""

from __future__ import annotations

__all__ = ("KUBERNETES_ATTRIBUTES", "LABELS", "SHOWN_KEYS")

KUBERNETES_ATTRIBUTES = {
    "k8s_user": "user",
    "k8s_verb": "verb",
    "k8s_resource": "kubernetes_resource",
    "k8s_api_group": "api_group",
    "k8s_namespace": "namespace",
}
"""Record keys of a Kubernetes denial -> attributes of :class:`iamtriage.KubernetesForbidden`."""

LABELS = {
    "principal": "who",
    "action": "action",
    "resource": "resource",
    "k8s_user": "user",
    "k8s_verb": "verb",
    "k8s_resource": "resource type",
    "k8s_api_group": "API group",
    "k8s_namespace": "namespace",
    "deny": "denied",
    "policy_type": "policy type",
    "policy_arn": "policy",
    "code": "code",
    "operation": "operation",
    "service": "service",
    "status_code": "HTTP status",
    "account": "account",
    "request_id": "request id",
    "host_id": "host id",
    "authorization_id": "authorization id",
    "encoded_message": "encoded message",
    "time": "time",
    "region": "Region",
    "source_ip": "source address",
    "user_agent": "user agent",
    "event_id": "event id",
}
"""Record keys -> labels, in display order."""

SHOWN_KEYS = tuple(LABELS)[: tuple(LABELS).index("service") + 1]
"""The keys that show what failed. The others help to look up the call."""
