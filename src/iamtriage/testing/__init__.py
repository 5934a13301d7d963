"""Create realistic AWS errors for your own tests.

Each function returns a :class:`Sample` of a failure. It provides the exception that boto3 raises, the text
that an SDK, tool, or log prints, the HTTP response, and the record that you expect from
:func:`iamtriage.parse`. No function needs the network, and botocore is imported only for exceptions.

>>> from iamtriage import parse
>>> from iamtriage.testing import denial
>>> sample = denial("s3:PutObject", deny="explicit", policy_type="service_control")
>>> parse(sample.text("go-v2")).policy_type
'service_control'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.testing._cloudtrail.trees import (
        CloudTrailFile,
        CloudTrailTree,
        TreeOptions,
        cloudtrail_files,
        write_cloudtrail_tree,
    )
    from iamtriage.testing._denials import denial
    from iamtriage.testing._envelopes import ENVELOPES, EnvelopeName
    from iamtriage.testing._kubernetes_errors import kubernetes_forbidden, kubernetes_unauthorized
    from iamtriage.testing._samples import AnswerOptions, CallOptions, Sample
    from iamtriage.testing._sdk_errors import expired_sso_session, missing_credentials
    from iamtriage.testing._service_errors import (
        access_key_quota,
        aws_error,
        credential_scope,
        expired_credentials,
        invalid_credentials,
        invalid_identity_token,
        malformed_policy,
        region_disabled,
        signature_mismatch,
        throttled,
    )

__all__ = (
    "ENVELOPES",
    "AnswerOptions",
    "CallOptions",
    "CloudTrailFile",
    "CloudTrailTree",
    "EnvelopeName",
    "Sample",
    "TreeOptions",
    "access_key_quota",
    "aws_error",
    "cloudtrail_files",
    "credential_scope",
    "denial",
    "expired_credentials",
    "expired_sso_session",
    "invalid_credentials",
    "invalid_identity_token",
    "kubernetes_forbidden",
    "kubernetes_unauthorized",
    "malformed_policy",
    "missing_credentials",
    "region_disabled",
    "signature_mismatch",
    "throttled",
    "write_cloudtrail_tree",
)

_MODULE_BY_NAME = {
    "AnswerOptions": "_samples",
    "CallOptions": "_samples",
    "CloudTrailFile": "_cloudtrail.trees",
    "CloudTrailTree": "_cloudtrail.trees",
    "ENVELOPES": "_envelopes",
    "EnvelopeName": "_envelopes",
    "Sample": "_samples",
    "TreeOptions": "_cloudtrail.trees",
    "access_key_quota": "_service_errors",
    "aws_error": "_service_errors",
    "cloudtrail_files": "_cloudtrail.trees",
    "credential_scope": "_service_errors",
    "denial": "_denials",
    "expired_credentials": "_service_errors",
    "expired_sso_session": "_sdk_errors",
    "invalid_credentials": "_service_errors",
    "invalid_identity_token": "_service_errors",
    "kubernetes_forbidden": "_kubernetes_errors",
    "kubernetes_unauthorized": "_kubernetes_errors",
    "malformed_policy": "_service_errors",
    "missing_credentials": "_sdk_errors",
    "region_disabled": "_service_errors",
    "signature_mismatch": "_service_errors",
    "throttled": "_service_errors",
    "write_cloudtrail_tree": "_cloudtrail.trees",
}
if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
