"""Records of events for tests of inputs."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "111122223333"
APP = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s-1"
MESSAGE = (
    f"User: {APP} is not authorized to perform: s3:GetObject on resource: "
    '"arn:aws:s3:::orders/a.csv" because no identity-based policy allows the s3:GetObject action'
)
SUCCEEDED: dict[str, Any] = {
    "eventVersion": "1.11",
    "userIdentity": {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:s-1",
        "arn": APP,
        "accountId": ACCOUNT,
    },
    "eventTime": "2026-11-26T10:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "192.0.2.7",
    "userAgent": "[aws-cli/2.31]",
    "requestParameters": {"bucketName": "orders", "key": "a.csv"},
    "responseElements": None,
    "requestID": "ABCDEF0123456789",
    "eventID": "7b1e0c52-9a41-4e6b-8d27-5b1e60c4fa93",
    "readOnly": True,
    "eventType": "AwsApiCall",
    "managementEvent": False,
    "recipientAccountId": ACCOUNT,
    "eventCategory": "Data",
}
FAILED: dict[str, Any] = {
    **{key: SUCCEEDED[key] for key in list(SUCCEEDED)[:8]},
    "errorCode": "AccessDenied",
    "errorMessage": MESSAGE,
    **{key: SUCCEEDED[key] for key in list(SUCCEEDED)[8:]},
}
OCSF_SUCCEEDED: dict[str, Any] = {
    "metadata": {"product": {"name": "CloudTrail", "vendor_name": "AWS"}, "uid": "e-1", "version": "1.1.0"},
    "time": 1_795_687_200_000,
    "cloud": {"region": "us-east-1", "provider": "AWS", "account": {"uid": ACCOUNT}},
    "api": {"operation": "GetObject", "service": {"name": "s3.amazonaws.com"}, "response": {"error": None, "message": None}},
    "actor": {"user": {"type": "AssumedRole", "uid": APP, "account": {"uid": ACCOUNT}}},
    "src_endpoint": {"ip": "192.0.2.7"},
    "class_uid": 6003,
    "class_name": "API Activity",
}  # fmt: skip
OCSF: dict[str, Any] = {
    **OCSF_SUCCEEDED,
    "api": {**OCSF_SUCCEEDED["api"], "response": {"error": "AccessDenied", "message": MESSAGE}},
}
AUDIT_ALLOWED: dict[str, Any] = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "auditID": "0f1c6a52-9a41-4e6b-8d27-5b1e60c4fa93",
    "verb": "list",
    "user": {"username": "ana", "groups": ["system:authenticated"]},
    "sourceIPs": ["192.0.2.7"],
    "objectRef": {"resource": "pods", "namespace": "orders", "apiVersion": "v1"},
    "responseStatus": {"metadata": {}, "code": 200},
    "requestReceivedTimestamp": "2026-11-26T10:00:00.000000Z",
}
AUDIT: dict[str, Any] = {
    **AUDIT_ALLOWED,
    "responseStatus": {
        "metadata": {},
        "status": "Failure",
        "message": 'pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "orders"',
        "reason": "Forbidden",
        "code": 403,
    },
}


def compact(document: object) -> str:
    """Return JSON without spaces, as CloudTrail writes it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def failing(number: int) -> dict[str, Any]:
    """Return one of many failing records."""
    return {**FAILED, "eventID": str(number)}
