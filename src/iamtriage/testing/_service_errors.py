"""Create errors of AWS services other than access denials."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import attrs

from iamtriage._reading.parsing import parse
from iamtriage.failures import (
    AccessKeyQuota,
    AwsError,
    CredentialScope,
    Envelope,
    ExpiredCredentials,
    InvalidCredentials,
    InvalidIdentityToken,
    MalformedPolicy,
    RegionDisabled,
    SignatureMismatch,
)
from iamtriage.testing._messages import (
    ServiceError,
    expired_credentials_error,
    invalid_credentials_error,
    late_clock_error,
    signature_error,
    throttling_error,
)
from iamtriage.testing._sample_data import TIME, require_name
from iamtriage.testing._samples import Sample, build_sample

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from iamtriage.failures import Failure
    from iamtriage.testing._samples import AnswerOptions, CallOptions

__all__ = (
    "access_key_quota",
    "aws_error",
    "credential_scope",
    "expired_credentials",
    "invalid_credentials",
    "invalid_identity_token",
    "malformed_policy",
    "region_disabled",
    "signature_mismatch",
    "throttled",
)

_WHOAMI = ("GetCallerIdentity", "sts")


def aws_error(
    code: str,
    message: str,
    operation: str,
    service: str,
    **call: Unpack[AnswerOptions],
) -> Sample:
    """Create any error of an AWS service with a code and a message.

    The kind and the facts of the sample are those that :func:`iamtriage.parse` finds.

    Args:
        code: The error code, such as ``"NoSuchBucket"``.
        message: The error message.
        operation: The operation that failed.
        service: The prefix of the service.
        call: ``status``, which is 400 by default, and the other :class:`iamtriage.testing.AnswerOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> sample = aws_error("NoSuchEntity", "The role demo cannot be found.", "GetRole", "iam", status=404)
    >>> sample.kind, sample.http()[0]
    ('aws_error', 404)
    """
    error = ServiceError(require_name("code", code), message, 400)
    sample = build_sample(AwsError(), error, operation, service, {"code": code, **call})
    failure: Failure = parse(sample.text()) or AwsError()
    return attrs.evolve(
        sample, failure=attrs.evolve(failure, envelope=Envelope(), text="", span=(0, 0), marks=((), ()))
    )


def expired_credentials(
    operation: str = _WHOAMI[0], service: str = _WHOAMI[1], **call: Unpack[CallOptions]
) -> Sample:
    """Create a service's error for expired credentials.

    Args:
        operation: The operation that failed.
        service: The prefix of the service.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> expired_credentials("GetObject", "s3").message
    'The provided token has expired.'
    """
    return build_sample(ExpiredCredentials(), expired_credentials_error(service), operation, service, call)


def invalid_credentials(
    operation: str = _WHOAMI[0], service: str = _WHOAMI[1], **call: Unpack[CallOptions]
) -> Sample:
    """Create a service's error for credentials that do not exist.

    Args:
        operation: The operation that failed.
        service: The prefix of the service.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> invalid_credentials("DescribeInstances", "ec2").code
    'AuthFailure'
    """
    return build_sample(InvalidCredentials(), invalid_credentials_error(service), operation, service, call)


def signature_mismatch(
    operation: str = _WHOAMI[0],
    service: str = _WHOAMI[1],
    *,
    skewed: bool = False,
    **call: Unpack[CallOptions],
) -> Sample:
    """Create a service's error for a signature that does not match.

    Args:
        operation: The operation that failed.
        service: The prefix of the service.
        skewed: Whether the cause is the client's clock, which is 20 minutes behind.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> signature_mismatch("PutObject", "s3", skewed=True).code
    'RequestTimeTooSkewed'
    """
    error = signature_error(service)
    if skewed:
        server_time = datetime.fromisoformat(call.get("time", TIME))
        client_time = server_time - timedelta(minutes=20)
        error = late_clock_error(service, f"{client_time:%Y%m%dT%H%M%SZ}", f"{server_time:%Y%m%dT%H%M%SZ}")
    return build_sample(SignatureMismatch(), error, operation, service, call)


def credential_scope(
    operation: str = _WHOAMI[0], service: str = _WHOAMI[1], **call: Unpack[CallOptions]
) -> Sample:
    """Create the error for a request that was signed for a Region other than the endpoint's.

    Args:
        operation: The operation that failed.
        service: The prefix of the service.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> credential_scope().message
    'Credential should be scoped to a valid region.'
    """
    error = signature_error(service)._replace(message="Credential should be scoped to a valid region.")
    return build_sample(CredentialScope(), error, operation, service, call)


def throttled(operation: str, service: str, **call: Unpack[CallOptions]) -> Sample:
    """Create a service's error for too many requests.

    Args:
        operation: The operation that failed.
        service: The prefix of the service.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> throttled("PutObject", "s3").code
    'SlowDown'
    """
    return build_sample(AwsError(), throttling_error(service), operation, service, call)


def region_disabled(account: str = "111122223333", **call: Unpack[CallOptions]) -> Sample:
    """Create the STS error in a Region where the account has deactivated STS.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html

    Args:
        account: The 12-digit account ID.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> region_disabled(region="me-south-1").code
    'RegionDisabledException'
    """
    message = (
        f"STS is not activated in this region for account:{require_name('account', account)}. Your account "
        "administrator can activate STS in this region using the IAM Console."
    )
    error = ServiceError("RegionDisabledException", message, 403)
    return build_sample(RegionDisabled(account=account), error, "AssumeRole", "sts", call)


def invalid_identity_token(
    message: str = "No OpenIDConnect provider found in your account for "
    "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    **call: Unpack[CallOptions],
) -> Sample:
    """Create the STS error for a web identity token that STS rejects, as in pods and CI jobs.

    Args:
        message: The error message of STS, such as ``"Incorrect token audience"``.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html

    >>> invalid_identity_token("Incorrect token audience").operation
    'AssumeRoleWithWebIdentity'
    """
    error = ServiceError("InvalidIdentityToken", message, 400)
    return build_sample(InvalidIdentityToken(), error, "AssumeRoleWithWebIdentity", "sts", call)


def malformed_policy(
    message: str = "Syntax errors in policy.", operation: str = "CreatePolicy", **call: Unpack[CallOptions]
) -> Sample:
    """Create the IAM error for a policy document that IAM rejects.

    Args:
        message: The error message of IAM, such as ``"This policy contains invalid Json"``.
        operation: The IAM operation that received the document.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> malformed_policy(operation="PutRolePolicy").code
    'MalformedPolicyDocument'
    """
    error = ServiceError("MalformedPolicyDocument", message, 400)
    return build_sample(MalformedPolicy(), error, operation, "iam", call)


def access_key_quota(limit: int = 2, **call: Unpack[CallOptions]) -> Sample:
    """Create the IAM error for a user who already has the maximum number of access keys.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    Args:
        limit: The maximum number of access keys per user.
        call: See :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: A value cannot appear in error texts.

    >>> access_key_quota().message
    'Cannot exceed quota for AccessKeysPerUser: 2'
    """
    message = f"Cannot exceed quota for AccessKeysPerUser: {int(limit)}"
    error = ServiceError("LimitExceeded", message, 409)
    return build_sample(AccessKeyQuota(), error, "CreateAccessKey", "iam", call)
