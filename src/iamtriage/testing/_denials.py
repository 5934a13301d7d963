"""Describes denials, by IAM action; not for other failures, see ``_builders``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.failures._failures import AccessDenied
from iamtriage.testing._documents import account_in
from iamtriage.testing._samples import CALLER, REGION, Sample, checked, fits, sample_of
from iamtriage.testing._sentences import (
    BARE,
    NAMED_POLICIES,
    POLICY_WORDS,
    authorization_tail,
    encoded_tail,
    sentence,
)
from iamtriage.testing._services import service_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from iamtriage.testing._samples import CallOptions
    from iamtriage.typing import Deny, PolicyType

__all__ = ("denial",)

_ACTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z][A-Za-z0-9]*\Z")
_BLOB = re.compile(r"[A-Za-z0-9_-]{1,10240}\Z")
_AUTHORIZATION_ID = re.compile(r"[0-9a-z]{1,256}\Z")
_ENCODED = "Qx7Vexample-encoded_message-" + "Ab3dE6fG9hK2-mN5pR8sT_" * 12
_FEDERATED = frozenset({"sts:assumerolewithsaml", "sts:assumerolewithwebidentity"})
# Where the operation bears another name than its action, and where it is one of another service. See
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
_SERVICES = {"iam:PassRole": "lambda"}


def denial(  # noqa: PLR0913 (keywords, one for each thing that a denial may state)
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
    """Describe a denial; the words are AWS's, also where a service has its own.

    ``sts:AssumeRoleWithWebIdentity`` and ``…WithSAML`` state no principal, ``kms:Decrypt`` without a resource
    speaks of the ciphertext, S3 sets its resource in quotes, and ``operation="HeadObject"`` or
    ``"HeadBucket"`` gets a 403 and no words, since the answer to a HEAD request has no body.

    Args:
        action: the IAM action: ``"s3:GetObject"``.
        principal: who was denied: an ARN, ``"anonymous"``, or a service: ``"glue.amazonaws.com"``.
        resource: on what: an ARN, ``"*"`` or a name; None: not stated.
        deny: ``"implicit"``, no policy allows it; ``"explicit"``, one denies it; None: not stated.
        policy_type: the type of policy that AWS names; None: not stated, as some explicit denials do.
        policy_arn: the denying policy, which explicit denials by some types name.
        authorization_id: the id for IAM's GetRequestAuthorizationDetails.
        encoded: whether EC2's encoded message follows; a text is that message.
        bare: whether the service says no more than that it denies: S3, EC2 and Organizations.
        operation: the operation that failed; else the one that the action is for.
        service: the prefix of the service that was called; else the action's.
        call: code, status, region, request_id, host_id, time: see :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: the action is malformed, AWS never says such a thing, or a value cannot stand in a text.

    >>> print(denial("sqs:SendMessage", principal="arn:aws:iam::111122223333:user/ana").text())
    An error occurred (AccessDenied) when calling the SendMessage operation: User:
    arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage because no identity-based
    policy allows the sqs:SendMessage action

    Source of the wording: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if not fits(_ACTION, action):
        msg = f"action is {action!r}; it must look like 's3:GetObject'"
        raise ValueError(msg)
    prefix, _, name = action.partition(":")
    operation = operation or _OPERATIONS.get(action, name)
    service = (service or _SERVICES.get(action, prefix)).lower()
    code, status = service_of(service).denied_code, service_of(service).denied_status
    if action.lower() in _FEDERATED:
        message = sentence(AccessDenied(action=action))
        return sample_of(AccessDenied(action=action), (code, message, status), operation, service, call)
    if service == "s3" and operation in {"HeadObject", "HeadBucket"}:
        return sample_of(AccessDenied(), ("403", "Forbidden", 403), operation, service, call)
    blob = _blob(encoded, service)
    if bare:
        said = AccessDenied(encoded_message=blob)
        message = _bare(service)
    else:
        said = AccessDenied(
            principal=checked("principal", principal),
            account=account_in(principal),
            action=action,
            resource=None if resource is None else checked("resource", resource),
            deny=deny,
            policy_type=_policy_type(deny, policy_type),
            policy_arn=_policy(deny, policy_type, policy_arn),
            authorization_id=_id(authorization_id),
            encoded_message=blob,
        )
        message = sentence(said)
        if blob and service == "ec2":
            message = f"{BARE['ec2']} {message}"
    if blob:
        message = message.removesuffix(".") + encoded_tail(blob)
    if said.authorization_id:
        message += authorization_tail(said.authorization_id, call.get("region", REGION))
    return sample_of(said, (code, message, status), operation, service, call)


def _bare(service: str) -> str:
    if service not in BARE:
        msg = f"{service} has no bare form; these have: {', '.join(BARE)}"
        raise ValueError(msg)
    return BARE[service]


def _blob(encoded: bool | str, service: str) -> str | None:  # noqa: FBT001 (the public argument)
    if encoded is False:
        return None
    if service != "ec2":
        msg = f"{service} gives no encoded message, EC2 does; a call of EC2 has service='ec2'"
        raise ValueError(msg)
    blob = _ENCODED if encoded is True else encoded
    if not fits(_BLOB, blob):
        msg = "encoded must be of letters, digits, - and _, at most 10240"
        raise ValueError(msg)
    return blob


def _policy_type(deny: Deny | None, policy_type: PolicyType | None) -> PolicyType | None:
    if deny not in (None, "implicit", "explicit"):
        msg = f"deny is {deny!r}; it must be 'implicit', 'explicit' or None"
        raise ValueError(msg)
    if policy_type is not None and policy_type not in tuple(POLICY_WORDS):
        msg = f"policy_type is {policy_type!r}; it must be None or one of {', '.join(POLICY_WORDS)}"
        raise ValueError(msg)
    if deny is None:
        if policy_type not in {None, "identity"}:
            msg = f"without deny= no policy is stated, also none of type {policy_type}"
            raise ValueError(msg)
        return None
    if deny == "implicit" and policy_type is None:
        msg = "an implicit denial states a policy type; deny=None states nothing"
        raise ValueError(msg)
    if deny == "implicit" and policy_type == "resource_control":
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
        msg = "a resource control policy cannot deny implicitly: what it does not deny, it allows"
        raise ValueError(msg)
    return policy_type


def _policy(deny: Deny | None, policy_type: PolicyType | None, policy_arn: str | None) -> str | None:
    if policy_arn is None:
        return None
    if deny != "explicit" or policy_type not in NAMED_POLICIES:
        msg = f"AWS names the policy of explicit denials only, by one of {', '.join(sorted(NAMED_POLICIES))}"
        raise ValueError(msg)
    return checked("policy_arn", policy_arn)


def _id(authorization_id: str | None) -> str | None:
    if authorization_id is not None and not fits(_AUTHORIZATION_ID, authorization_id):
        msg = f"authorization_id is {authorization_id!r}; it must be of small letters and digits, at most 256"
        raise ValueError(msg)
    return authorization_id
