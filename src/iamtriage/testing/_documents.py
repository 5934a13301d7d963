"""Errors as documents: CloudTrail's record, Kubernetes' Status; not for texts that people read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.failures._failures import KubernetesForbidden
from iamtriage.testing._services import service_of

if TYPE_CHECKING:
    from iamtriage.testing._samples import Sample

__all__ = ("LOGGED", "account_in", "cloudtrail_record", "kubernetes_status")

# CloudTrail holds no call whose credentials were not valid:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging.html.
LOGGED = frozenset(
    {
        "access_denied",
        "access_entry",
        "access_key_quota",
        "aws_error",
        "invalid_arn",
        "invalid_identity_token",
        "malformed_policy",
        "region_disabled",
    }
)
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


def account_in(principal: str | None) -> str | None:
    """Give the account of a principal's ARN.

    >>> account_in("arn:aws:iam::111122223333:user/ana"), account_in("anonymous")
    ('111122223333', None)
    """
    found = _ACCOUNT.match(principal or "")
    return found[1] if found else None


def cloudtrail_record(sample: Sample, caller: str) -> dict[str, object]:
    """Write the record of the event.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    principal = sample.failure.principal or caller
    service = service_of(sample.service)
    code = sample.code or ""
    if service.protocol == "ec2":
        code = f"Client.{code}"
    elif code.isdigit() or code == "AccessDeniedException":
        # So write Step Functions, Organizations and others, whose SDKs say AccessDeniedException.
        code = "AccessDenied"
    is_data = sample.operation in _DATA_EVENTS.get(sample.service, ())
    return {
        "eventVersion": "1.11",
        "userIdentity": _identity(principal, sample.time),
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
        "managementEvent": not is_data,
        "recipientAccountId": account_in(principal) or account_in(caller),
        "eventCategory": "Data" if is_data else "Management",
    }


def _identity(principal: str, time: str) -> dict[str, object]:
    account = account_in(principal)
    session = _SESSION.match(principal)
    if session:
        start, rest, role, name = session.groups()
        issuer = {
            "type": "Role",
            "principalId": "AROAEXAMPLEEXAMPLE12",
            "arn": f"{start}:iam:{rest}:role/{role}",
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


def kubernetes_status(sample: Sample) -> dict[str, object]:
    """Write the Status that the API server answers with.

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
