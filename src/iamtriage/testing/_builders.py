"""Describes what AWS services answer besides denials; for what none answers see ``_unanswered``."""

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
from iamtriage.testing._samples import TIME, Sample, checked, sample_of
from iamtriage.testing._sentences import (
    expired_words,
    invalid_words,
    signature_words,
    skewed_words,
    throttled_words,
)

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

_WHO = ("GetCallerIdentity", "sts")


def aws_error(
    code: str,
    message: str,
    operation: str,
    service: str,
    **call: Unpack[AnswerOptions],
) -> Sample:
    """Describe any error of an AWS service, in your own words.

    Its kind, and what its words state, is what :func:`iamtriage.parse` reads in them.

    Args:
        code: the error code: ``"NoSuchBucket"``.
        message: the service's words.
        operation: the operation that failed.
        service: the service's prefix.
        call: status, which is 400 else, and the rest of :class:`iamtriage.testing.AnswerOptions`.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> sample = aws_error("NoSuchEntity", "The role demo cannot be found.", "GetRole", "iam", status=404)
    >>> sample.kind, sample.http()[0]
    ('aws_error', 404)
    """
    # The reader tells what it is, from what botocore prints.
    sample = sample_of(
        AwsError(), (checked("code", code), message, 400), operation, service, {"code": code, **call}
    )
    read: Failure = parse(sample.text()) or AwsError()
    return attrs.evolve(
        sample, failure=attrs.evolve(read, envelope=Envelope(), text="", span=(0, 0), marks=((), ()))
    )


def expired_credentials(
    operation: str = _WHO[0], service: str = _WHO[1], **call: Unpack[CallOptions]
) -> Sample:
    """Describe credentials whose time has passed, in the words of the service that was called.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> expired_credentials("GetObject", "s3").message
    'The provided token has expired.'
    """
    return sample_of(ExpiredCredentials(), expired_words(service), operation, service, call)


def invalid_credentials(
    operation: str = _WHO[0], service: str = _WHO[1], **call: Unpack[CallOptions]
) -> Sample:
    """Describe credentials that AWS does not know, in the words of the service that was called.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> invalid_credentials("DescribeInstances", "ec2").code
    'AuthFailure'
    """
    return sample_of(InvalidCredentials(), invalid_words(service), operation, service, call)


def signature_mismatch(
    operation: str = _WHO[0], service: str = _WHO[1], *, skewed: bool = False, **call: Unpack[CallOptions]
) -> Sample:
    """Describe a signature that does not fit, in the words of the service that was called.

    Args:
        operation: the operation that failed.
        service: the service's prefix.
        skewed: whether it is the clock's fault, which is 20 minutes late.
        call: see :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> signature_mismatch("PutObject", "s3", skewed=True).code
    'RequestTimeTooSkewed'
    """
    said = signature_words(service)
    if skewed:
        at = datetime.fromisoformat(call.get("time", TIME))
        late = f"{at - timedelta(minutes=20):%Y%m%dT%H%M%SZ}"
        said = skewed_words(service, late, f"{at:%Y%m%dT%H%M%SZ}")
    return sample_of(SignatureMismatch(), said, operation, service, call)


def credential_scope(operation: str = _WHO[0], service: str = _WHO[1], **call: Unpack[CallOptions]) -> Sample:
    """Describe a request that was signed for another region than the endpoint's.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> credential_scope().message
    'Credential should be scoped to a valid region.'
    """
    code, _, status = signature_words(service)
    message = "Credential should be scoped to a valid region."
    return sample_of(CredentialScope(), (code, message, status), operation, service, call)


def throttled(operation: str, service: str, **call: Unpack[CallOptions]) -> Sample:
    """Describe too many requests, in the words of the service that was called.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> throttled("PutObject", "s3").code
    'SlowDown'
    """
    return sample_of(AwsError(), throttled_words(service), operation, service, call)


def region_disabled(account: str = "111122223333", **call: Unpack[CallOptions]) -> Sample:
    """Describe STS where the account has it switched off.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html

    Raises:
        ValueError: a value cannot stand in a text.

    >>> region_disabled(region="me-south-1").code
    'RegionDisabledException'
    """
    message = (
        f"STS is not activated in this region for account:{checked('account', account)}. Your account "
        "administrator can activate STS in this region using the IAM Console."
    )
    said = ("RegionDisabledException", message, 403)
    return sample_of(RegionDisabled(account=account), said, "AssumeRole", "sts", call)


def invalid_identity_token(
    message: str = "No OpenIDConnect provider found in your account for "
    "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    **call: Unpack[CallOptions],
) -> Sample:
    """Describe a web identity token that STS does not accept, as pods and CI runners meet it.

    Args:
        message: STS's words; ``"Incorrect token audience"`` is another of them.
        call: see :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: a value cannot stand in a text.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html

    >>> invalid_identity_token("Incorrect token audience").operation
    'AssumeRoleWithWebIdentity'
    """
    said = ("InvalidIdentityToken", message, 400)
    return sample_of(InvalidIdentityToken(), said, "AssumeRoleWithWebIdentity", "sts", call)


def malformed_policy(
    message: str = "Syntax errors in policy.", operation: str = "CreatePolicy", **call: Unpack[CallOptions]
) -> Sample:
    """Describe a policy document that IAM does not accept.

    Args:
        message: IAM's words; ``"This policy contains invalid Json"`` is another of them.
        operation: the operation of IAM that was given the document.
        call: see :class:`iamtriage.testing.CallOptions`.

    Raises:
        ValueError: a value cannot stand in a text.

    >>> malformed_policy(operation="PutRolePolicy").code
    'MalformedPolicyDocument'
    """
    return sample_of(MalformedPolicy(), ("MalformedPolicyDocument", message, 400), operation, "iam", call)


def access_key_quota(limit: int = 2, **call: Unpack[CallOptions]) -> Sample:
    """Describe a user who has as many access keys as IAM allows.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

    Raises:
        ValueError: a value cannot stand in a text.

    >>> access_key_quota().message
    'Cannot exceed quota for AccessKeysPerUser: 2'
    """
    said = ("LimitExceeded", f"Cannot exceed quota for AccessKeysPerUser: {int(limit)}", 409)
    return sample_of(AccessKeyQuota(), said, "CreateAccessKey", "iam", call)
