"""Realistic AWS errors for tests of programs that handle them; not for use outside of tests.

A function describes a failure, and gives a :class:`Sample`: the exception that boto3 raises, the text in
which any SDK, tool or log shows it, the answer as it goes over the wire, and what :func:`iamtriage.parse`
must give for it. Nothing of it needs the network, and botocore is imported for exceptions only.

>>> from iamtriage import parse
>>> from iamtriage.testing import denial
>>> sample = denial("s3:PutObject", deny="explicit", policy_type="service_control")
>>> parse(sample.text("go-v2")).policy_type
'service_control'
"""

from __future__ import annotations

from iamtriage.testing._builders import (
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
from iamtriage.testing._denials import denial
from iamtriage.testing._envelopes import ENVELOPES, EnvelopeName
from iamtriage.testing._samples import AnswerOptions, CallOptions, Sample
from iamtriage.testing._unanswered import (
    expired_sso_session,
    kubernetes_forbidden,
    kubernetes_unauthorized,
    missing_credentials,
)

__all__ = (
    "ENVELOPES",
    "AnswerOptions",
    "CallOptions",
    "EnvelopeName",
    "Sample",
    "access_key_quota",
    "aws_error",
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
)
