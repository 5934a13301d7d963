"""Create access denials."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.failures._failures import AccessDenied
from iamtriage.testing._documents import find_account
from iamtriage.testing._messages import (
    BARE_DENIALS,
    POLICY_TYPES,
    TYPES_WITH_ARN,
    ServiceError,
    add_authorization_id,
    add_encoded_message,
    write_denial,
)
from iamtriage.testing._sample_data import CALLER, REGION, is_match, require_name
from iamtriage.testing._samples import Sample, build_sample
from iamtriage.testing._services import find_service

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from iamtriage.testing._samples import CallOptions
    from iamtriage.typing import Deny, PolicyType

__all__ = ("denial",)

_ACTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z][A-Za-z0-9]*\Z")
_ENCODED_MESSAGE = re.compile(r"[A-Za-z0-9_-]{1,10240}\Z")
_AUTHORIZATION_ID = re.compile(r"[0-9a-z]{1,256}\Z")
_EXAMPLE_ENCODED_MESSAGE = "Qx7Vexample-encoded_message-" + "Ab3dE6fG9hK2-mN5pR8sT_" * 12
_FEDERATED_ACTIONS = frozenset({"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
# Action -> the operation that requires it, if the names differ. See
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
_OPERATIONS = {
    "dynamodb:ConditionCheckItem": "TransactWriteItems",
    "dynamodb:PartiQLDelete": "ExecuteStatement",
    "dynamodb:PartiQLInsert": "ExecuteStatement",
    "dynamodb:PartiQLSelect": "ExecuteStatement",
    "dynamodb:PartiQLUpdate": "ExecuteStatement",
    "iam:PassRole": "CreateFunction",
    "kms:ReEncryptFrom": "ReEncrypt",
    "kms:ReEncryptTo": "ReEncrypt",
    "lambda:InvokeFunction": "Invoke",
    "s3:DeleteObjectVersion": "DeleteObject",
    "s3:GetAccelerateConfiguration": "GetBucketAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration": "GetBucketAnalyticsConfiguration",
    "s3:GetBucketCORS": "GetBucketCors",
    "s3:GetBucketObjectLockConfiguration": "GetObjectLockConfiguration",
    "s3:GetBucketPublicAccessBlock": "GetPublicAccessBlock",
    "s3:GetEncryptionConfiguration": "GetBucketEncryption",
    "s3:GetIntelligentTieringConfiguration": "GetBucketIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration": "GetBucketInventoryConfiguration",
    "s3:GetLifecycleConfiguration": "GetBucketLifecycleConfiguration",
    "s3:GetMetricsConfiguration": "GetBucketMetricsConfiguration",
    "s3:GetObjectVersion": "GetObject",
    "s3:GetReplicationConfiguration": "GetBucketReplication",
    "s3:ListAllMyBuckets": "ListBuckets",
    "s3:ListBucket": "ListObjectsV2",
    "s3:ListBucketMultipartUploads": "ListMultipartUploads",
    "s3:ListBucketVersions": "ListObjectVersions",
    "s3:ListMultipartUploadParts": "ListParts",
    "s3:PutAccelerateConfiguration": "PutBucketAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration": "PutBucketAnalyticsConfiguration",
    "s3:PutBucketCORS": "PutBucketCors",
    "s3:PutBucketObjectLockConfiguration": "PutObjectLockConfiguration",
    "s3:PutBucketPublicAccessBlock": "PutPublicAccessBlock",
    "s3:PutEncryptionConfiguration": "PutBucketEncryption",
    "s3:PutIntelligentTieringConfiguration": "PutBucketIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration": "PutBucketInventoryConfiguration",
    "s3:PutLifecycleConfiguration": "PutBucketLifecycleConfiguration",
    "s3:PutMetricsConfiguration": "PutBucketMetricsConfiguration",
    "s3:PutReplicationConfiguration": "PutBucketReplication",
    "sts:SetSourceIdentity": "AssumeRole",
    "sts:TagSession": "AssumeRole",
}
# Action -> the service whose operation requires it, if it is another service.
_SERVICES = {"iam:PassRole": "lambda"}


def denial(  # noqa: PLR0913 (one keyword per fact that a denial can state)
    action: str,
    *,
    principal: str = CALLER,
    resource: str | None = None,
    deny: Deny | None = "implicit",
    policy_type: PolicyType | None = "identity",
    policy_arn: str | None = None,
    authorization_id: str | None = None,
    encoded: bool | str = False,
    bare: bool = False,
    operation: str | None = None,
    service: str | None = None,
    **call: Unpack[CallOptions],
) -> Sample:
    """Create an access denial with the standard message, or a service-specific one if the service has it.

    The message for ``sts:AssumeRoleWithWebIdentity`` or ``…WithSAML`` does not state a principal. The message
    for ``kms:Decrypt`` without a resource mentions the ciphertext. S3 quotes the resource.
    ``operation="HeadObject"`` and ``"HeadBucket"`` fail with status 403 and no message, because a HEAD
    response has no body.

    Args:
        action: The IAM action, such as ``"s3:GetObject"``.
        principal: The denied principal: an ARN, ``"anonymous"``, or a service such as
            ``"glue.amazonaws.com"``.
        resource: The resource: an ARN, ``"*"``, or a name; ``None`` if AWS does not state it.
        deny: ``"implicit"`` if no policy allows the action, ``"explicit"`` if a policy denies it, ``None`` if
            AWS does not state it.
        policy_type: The policy type that AWS names; ``None`` for an explicit denial that names none.
        policy_arn: The ARN of the denying policy. AWS states it for explicit denials by some policy types.
        authorization_id: The authorization ID for IAM's ``GetRequestAuthorizationDetails``.
        encoded: Whether to append EC2's encoded message; a string is used as that message.
        bare: Whether the message states only that access is denied, as for S3, EC2, and Organizations.
        operation: The operation that failed; by default the one that requires the action.
        service: The prefix of the service that was called; by default the prefix of the action.
        call: ``code``, ``status``, ``region``, ``request_id``, ``host_id``, ``time``: see
            :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: The action is malformed, AWS never reports such a denial, or a value cannot appear in
            error texts.

    >>> print(denial("sqs:SendMessage", principal="arn:aws:iam::111122223333:user/ana").text())
    An error occurred (AccessDenied) when calling the SendMessage operation: User:
    arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage because no identity-based
    policy allows the sqs:SendMessage action

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if not is_match(_ACTION, action):
        msg = f"action must look like 's3:GetObject', not {action!r}"
        raise ValueError(msg)
    prefix, _, name = action.partition(":")
    operation = operation or _OPERATIONS.get(action, name)
    service = (service or _SERVICES.get(action, prefix)).lower()
    code, status = find_service(service).denial_code, find_service(service).denial_status
    if action.lower() in _FEDERATED_ACTIONS:
        failure = AccessDenied(action=action)
        error = ServiceError(code, write_denial(failure), status)
        return build_sample(failure, error, operation, service, call)
    if service == "s3" and operation in {"HeadObject", "HeadBucket"}:
        return build_sample(AccessDenied(), ServiceError("403", "Forbidden", 403), operation, service, call)
    encoded_message = _check_encoded(encoded, service)
    if bare:
        failure = AccessDenied(encoded_message=encoded_message)
        message = _find_bare_message(service)
    else:
        failure = AccessDenied(
            principal=require_name("principal", principal),
            account=find_account(principal),
            action=action,
            resource=None if resource is None else require_name("resource", resource),
            deny=deny,
            policy_type=_check_policy_type(deny, policy_type),
            policy_arn=_check_policy_arn(deny, policy_type, policy_arn),
            authorization_id=_check_authorization_id(authorization_id),
            encoded_message=encoded_message,
        )
        message = write_denial(failure)
        if encoded_message and service == "ec2":
            message = f"{BARE_DENIALS['ec2']} {message}"
    if encoded_message:
        message = add_encoded_message(message, encoded_message)
    if failure.authorization_id:
        message = add_authorization_id(message, failure.authorization_id, call.get("region", REGION))
    return build_sample(failure, ServiceError(code, message, status), operation, service, call)


def _find_bare_message(service: str) -> str:
    if service not in BARE_DENIALS:
        msg = f"bare: {service} has no such message; expected one of {', '.join(BARE_DENIALS)}"
        raise ValueError(msg)
    return BARE_DENIALS[service]


def _check_encoded(encoded: bool | str, service: str) -> str | None:  # noqa: FBT001 (the public argument)
    if encoded is False:
        return None
    if service != "ec2":
        msg = f"encoded: {service} returns no encoded message, only EC2 does: set service='ec2'"
        raise ValueError(msg)
    message = _EXAMPLE_ENCODED_MESSAGE if encoded is True else encoded
    if not is_match(_ENCODED_MESSAGE, message):
        msg = "encoded must be 1 to 10240 letters, digits, - and _"
        raise ValueError(msg)
    return message


def _check_policy_type(deny: Deny | None, policy_type: PolicyType | None) -> PolicyType | None:
    if deny not in (None, "implicit", "explicit"):
        msg = f"deny must be 'implicit', 'explicit', or None, not {deny!r}"
        raise ValueError(msg)
    if policy_type is not None and policy_type not in tuple(POLICY_TYPES):
        msg = f"policy_type must be None or one of {', '.join(POLICY_TYPES)}, not {policy_type!r}"
        raise ValueError(msg)
    if deny is None:
        if policy_type not in {None, "identity"}:
            msg = f"with deny=None, AWS states no policy type, so policy_type cannot be {policy_type!r}"
            raise ValueError(msg)
        return None
    if deny == "implicit" and policy_type is None:
        msg = "an implicit denial states a policy type; use deny=None for a message without one"
        raise ValueError(msg)
    if deny == "implicit" and policy_type == "resource_control":
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
        msg = "a resource control policy cannot deny implicitly: it allows what it does not deny"
        raise ValueError(msg)
    return policy_type


def _check_policy_arn(
    deny: Deny | None, policy_type: PolicyType | None, policy_arn: str | None
) -> str | None:
    if policy_arn is None:
        return None
    if deny != "explicit" or policy_type not in TYPES_WITH_ARN:
        types = ", ".join(sorted(TYPES_WITH_ARN))
        msg = f"policy_arn: AWS states it only for explicit denials by one of {types}"
        raise ValueError(msg)
    return require_name("policy_arn", policy_arn)


def _check_authorization_id(authorization_id: str | None) -> str | None:
    if authorization_id is not None and not is_match(_AUTHORIZATION_ID, authorization_id):
        msg = f"authorization_id must be 1 to 256 lowercase letters and digits, not {authorization_id!r}"
        raise ValueError(msg)
    return authorization_id
