"""Write errors as CloudTrail records and Kubernetes ``Status`` objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.failures._failures import KubernetesForbidden
from iamtriage.testing._services import find_service

if TYPE_CHECKING:
    from iamtriage.testing._sample_data import SampleData

__all__ = ("CLOUDTRAIL_KINDS", "build_cloudtrail_record", "build_kubernetes_status", "find_account")

# CloudTrail records only calls with valid credentials:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging.html.
CLOUDTRAIL_KINDS = frozenset(
    {
        "access_denied", "access_entry", "access_key_quota", "aws_error", "invalid_arn",
        "invalid_identity_token", "malformed_policy", "region_disabled",
    }
)  # fmt: skip
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_DATA_EVENTS = {
    "dynamodb": frozenset(
        {
            *("BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan"),
            *("TransactGetItems", "TransactWriteItems", "UpdateItem"),
        }
    ),
    "lambda": frozenset({"Invoke"}),
    "s3": frozenset(
        {
            *("CopyObject", "DeleteObject", "DeleteObjects", "GetObject", "GetObjectAcl", "GetObjectTagging"),
            *("HeadObject", "PutObject", "PutObjectAcl", "PutObjectTagging", "RestoreObject"),
        }
    ),
    "sns": frozenset({"Publish", "PublishBatch"}),
}
_ACCOUNT = re.compile(r"\Aarn:[^:]*:[^:]*:[^:]*:([0-9]{12}):")
_SESSION = re.compile(r"\A(arn:[^:]+):sts:(:[^:]*):assumed-role/([^/]+)/(.+)\Z")


def find_account(principal: str | None) -> str | None:
    """Return the account ID in a principal's ARN, or ``None`` if it has none.

    >>> find_account("arn:aws:iam::111122223333:user/ana"), find_account("anonymous")
    ('111122223333', None)
    """
    match = _ACCOUNT.match(principal or "")
    return match[1] if match else None


def build_cloudtrail_record(sample: SampleData, caller: str) -> dict[str, object]:
    """Return the CloudTrail record of a failed call.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    principal = sample.failure.principal or caller
    service = find_service(sample.service)
    code = sample.code or ""
    if service.protocol == "ec2":
        code = f"Client.{code}"
    elif code.isdigit() or code == "AccessDeniedException":
        # CloudTrail records this code for Step Functions, Organizations, and other services whose SDKs report
        # AccessDeniedException.
        code = "AccessDenied"
    is_data_event = sample.operation in _DATA_EVENTS.get(sample.service, ())
    return {
        "eventVersion": "1.11",
        "userIdentity": _build_user_identity(principal, sample.time),
        "eventTime": sample.time,
        "eventSource": f"{service.endpoint.removeprefix('api.') or sample.service}.amazonaws.com",
        "eventName": sample.operation,
        "awsRegion": sample.region,
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "Boto3/1.44.8 md/Botocore#1.44.8 lang/python#3.12.3",
        "errorCode": code,
        "errorMessage": sample.message,
        "requestParameters": None,
        "responseElements": None,
        "requestID": sample.request_id,
        "eventID": "5f1d7a94-0b1c-4e0f-9a51-1c2b3a4d5e6f",
        "readOnly": (sample.operation or "").startswith(("Describe", "Get", "Head", "List")),
        "eventType": "AwsApiCall",
        "managementEvent": not is_data_event,
        "recipientAccountId": find_account(principal) or find_account(caller),
        "eventCategory": "Data" if is_data_event else "Management",
    }


def _build_user_identity(principal: str, time: str) -> dict[str, object]:
    account = find_account(principal)
    session = _SESSION.match(principal)
    if session:
        prefix, region_and_account, role, name = session.groups()
        issuer = {
            "type": "Role",
            "principalId": "AROAEXAMPLEEXAMPLE12",
            "arn": f"{prefix}:iam:{region_and_account}:role/{role}",
            "accountId": account,
            "userName": role,
        }
        return {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLEEXAMPLE12:{name}",
            "arn": principal,
            "accountId": account,
            "accessKeyId": "ASIAEXAMPLEEXAMPLE12",
            "sessionContext": {
                "sessionIssuer": issuer,
                "attributes": {"creationDate": time, "mfaAuthenticated": "false"},
            },
        }
    if not principal.startswith("arn:"):
        if principal == "anonymous":
            return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
        return {"type": "AWSService", "invokedBy": principal}
    name = principal.rpartition("/")[2]
    if principal.endswith(":root"):
        return {"type": "Root", "principalId": account, "arn": principal, "accountId": account}
    kind = "FederatedUser" if ":federated-user/" in principal else "IAMUser"
    return {
        "type": kind,
        "principalId": "AIDAEXAMPLEEXAMPLE12",
        "arn": principal,
        "accountId": account,
        "userName": name,
    }


def build_kubernetes_status(sample: SampleData) -> dict[str, object]:
    """Return the ``Status`` object in the API server's response.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
    """
    status: dict[str, object] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": sample.message,
        "reason": "Unauthorized",
        "code": sample.status,
    }
    failure = sample.failure
    if isinstance(failure, KubernetesForbidden):
        details: dict[str, object] = {"kind": (failure.kubernetes_resource or "").partition(".")[0]}
        if failure.api_group:
            details["group"] = failure.api_group
        status |= {"reason": "Forbidden", "details": details}
    return status
