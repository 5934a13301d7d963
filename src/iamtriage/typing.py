"""Words as types, those of the flat record first; not for values or logic.

The keys and their meaning are those of the project's documentation page "The flat record".
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
"""What went wrong, as one word: ``failure.kind`` and the record's ``kind``."""

Deny: TypeAlias = Literal["explicit", "implicit"]
"""How a policy denied: by a Deny statement, or because none allows."""

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
"""How an EKS cluster finds out who a caller is: by the aws-auth ConfigMap, by access entries, or both."""

RetryReason: TypeAlias = Literal["throttled", "unavailable", "propagation", "clock_skew"]
"""Why the same call may succeed later, see :class:`iamtriage.Classification`."""

RoleTarget: TypeAlias = Literal["iam", "aws-auth", "access-entry"]
"""Where a role ARN goes to: a policy or call of IAM, the aws-auth ConfigMap, an EKS access entry."""


class Record(TypedDict):
    """One failure as flat, JSON-ready data: every key is there, None where the text is silent."""

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
