"""Check the narrowing of the closed union of failures: a missing class is a type error.

The ignore comments are for mypy, which reports unnecessary ones. Those for pyright are in wrong_for_pyright.py.
"""

from __future__ import annotations

from typing import Literal, assert_never, assert_type

from iamtriage import (
    AccessDenied,
    AccessEntry,
    AccessKeyQuota,
    AwsError,
    ConsoleKubernetesAccess,
    CredentialScope,
    Envelope,
    ExpiredCredentials,
    Failure,
    InvalidArn,
    InvalidCredentials,
    InvalidIdentityToken,
    KubernetesForbidden,
    KubernetesUnauthorized,
    MalformedPolicy,
    MissingCredentials,
    RegionDisabled,
    SignatureMismatch,
)
from iamtriage.typing import Deny, Kind, PolicyType


def complete(failure: Failure) -> str | None:  # noqa: C901, PLR0912
    match failure:
        case AccessDenied():
            assert_type(failure, AccessDenied)
            assert_type(failure.kind, Literal["access_denied"])
            assert_type(failure.deny, Deny | None)
            assert_type(failure.policy_type, PolicyType | None)
            return failure.encoded_message
        case KubernetesForbidden():
            assert_type(failure.kind, Literal["kubernetes_forbidden"])
            assert_type(failure.verb, str | None)
            return failure.api_group
        case KubernetesUnauthorized():
            assert_type(failure.kind, Literal["kubernetes_unauthorized"])
        case ConsoleKubernetesAccess():
            assert_type(failure.kind, Literal["console_kubernetes_access"])
        case InvalidIdentityToken():
            assert_type(failure.kind, Literal["invalid_identity_token"])
        case CredentialScope():
            assert_type(failure.kind, Literal["credential_scope"])
        case ExpiredCredentials():
            assert_type(failure.kind, Literal["expired_credentials"])
        case InvalidCredentials():
            assert_type(failure.kind, Literal["invalid_credentials"])
        case SignatureMismatch():
            assert_type(failure.kind, Literal["signature_mismatch"])
        case MissingCredentials():
            assert_type(failure.kind, Literal["missing_credentials"])
        case RegionDisabled():
            assert_type(failure.kind, Literal["region_disabled"])
        case AccessKeyQuota():
            assert_type(failure.kind, Literal["access_key_quota"])
        case MalformedPolicy():
            assert_type(failure.kind, Literal["malformed_policy"])
        case InvalidArn():
            assert_type(failure.kind, Literal["invalid_arn"])
        case AccessEntry():
            assert_type(failure.kind, Literal["access_entry"])
        case AwsError():
            assert_type(failure.kind, Literal["aws_error"])
        case _:
            assert_never(failure)
    return failure.principal


def incomplete(failure: AccessDenied | KubernetesForbidden | AwsError) -> None:
    match failure:
        case AccessDenied() | KubernetesForbidden():
            pass
        case _:
            # The missing case is AwsError.
            assert_never(failure)  # type: ignore[arg-type]


def by_attribute_patterns(failure: Failure) -> str | None:
    match failure:
        case AccessDenied(deny="explicit", policy_type="service_control", policy_arn=arn):
            assert_type(arn, str | None)
            return arn
        case AccessDenied(action=str(action)) | AwsError(action=str(action)):
            return action
        case KubernetesForbidden(user=user):
            assert_type(user, str | None)
            return user
        case _:
            return failure.account


def by_isinstance(failure: Failure | None) -> str | None:
    if failure is None:
        return None
    if isinstance(failure, AccessDenied):
        return failure.policy_arn
    if isinstance(failure, ExpiredCredentials | InvalidCredentials | MissingCredentials):
        assert_type(failure, ExpiredCredentials | InvalidCredentials | MissingCredentials)
        assert_type(
            failure.kind, Literal["expired_credentials", "invalid_credentials", "missing_credentials"]
        )
    return failure.resource


def by_kind(failure: AccessDenied | KubernetesForbidden) -> str | None:
    if failure.kind == "access_denied":
        assert_type(failure, AccessDenied)
        return failure.authorization_id
    assert_type(failure, KubernetesForbidden)
    return failure.namespace


def kind_is_one_of_the_words(failure: Failure) -> Kind:
    return failure.kind


def common(failure: Failure) -> None:
    assert_type(failure.envelope, Envelope)
    assert_type(failure.envelope.status_code, int | None)
    assert_type(failure.envelope.request_id, str | None)
    assert_type(failure.text, str)
    assert_type(failure.span, tuple[int, int])
    start, end = failure.spans["action"]
    assert_type(failure.text[start:end], str)
    # Only AccessDenied states how a policy denied.
    failure.deny  # type: ignore[union-attr]  # noqa: B018


def frozen(failure: AccessDenied) -> None:
    failure.action = "s3:GetObject"  # type: ignore[misc]
    failure.envelope.code = "AccessDenied"  # type: ignore[misc]


def made() -> None:
    assert_type(AccessDenied(deny="implicit", policy_type="identity"), AccessDenied)
    AccessDenied(deny="maybe")  # type: ignore[arg-type]
    AccessDenied(policy_type="scp")  # type: ignore[arg-type]
    KubernetesForbidden(deny="explicit")  # type: ignore[call-arg]
    Envelope(status_code="403")  # type: ignore[arg-type]
