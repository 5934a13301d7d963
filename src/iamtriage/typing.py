"""The types of the flat record and its values.

The documentation page "The record" describes each key and value.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

__all__ = ("AuthenticationMode", "Deny", "Kind", "PolicyType", "Record", "RetryReason", "RoleTarget")

Kind: TypeAlias = Literal[
    "access_denied",
    "kubernetes_forbidden",
    "kubernetes_unauthorized",
    "console_kubernetes_access",
    "invalid_identity_token",
    "credential_scope",
    "expired_credentials",
    "invalid_credentials",
    "signature_mismatch",
    "missing_credentials",
    "region_disabled",
    "access_key_quota",
    "malformed_policy",
    "invalid_arn",
    "access_entry",
    "aws_error",
]
"""The kind of a failure: ``failure.kind`` and the record's ``kind``."""

Deny: TypeAlias = Literal["explicit", "implicit"]
"""How a policy denied: a Deny statement matched (explicit), or no statement allows it (implicit)."""

PolicyType: TypeAlias = Literal[
    "identity",
    "resource",
    "permissions_boundary",
    "session",
    "service_control",
    "resource_control",
    "vpc_endpoint",
    "role_trust",
]
"""The type of policy that AWS names as the cause of a denial."""

AuthenticationMode: TypeAlias = Literal["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"]
"""How an EKS cluster authenticates IAM principals: aws-auth ConfigMap, access entries, or both."""

RetryReason: TypeAlias = Literal["throttled", "unavailable", "propagation", "clock_skew"]
"""Why the same call can succeed later; see :class:`iamtriage.Classification`."""

RoleTarget: TypeAlias = Literal["iam", "aws-auth", "access-entry"]
"""Where a role ARN is used: in a policy or IAM call, the aws-auth ConfigMap, or an EKS access entry."""


class Record(TypedDict):
    """One failure as flat, JSON-ready data, with all keys. A value is ``None`` if it is not stated."""

    kind: Kind
    code: str | None
    operation: str | None
    service: str | None
    principal: str | None
    account: str | None
    action: str | None
    resource: str | None
    deny: Deny | None
    policy_type: PolicyType | None
    policy_arn: str | None
    authorization_id: str | None
    encoded_message: str | None
    request_id: str | None
    host_id: str | None
    status_code: int | None
    k8s_user: str | None
    k8s_verb: str | None
    k8s_resource: str | None
    k8s_api_group: str | None
    k8s_namespace: str | None
    time: str | None
    region: str | None
    source_ip: str | None
    user_agent: str | None
    event_id: str | None
