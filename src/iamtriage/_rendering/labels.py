"""What people call the keys of a flat record; not for the values."""

from __future__ import annotations

__all__ = ("LABELS", "TELLING")

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
}
"""In the order in which they are shown."""

TELLING = tuple(LABELS)[: tuple(LABELS).index("service") + 1]
"""The keys that tell people something; the others are for looking a call up."""
