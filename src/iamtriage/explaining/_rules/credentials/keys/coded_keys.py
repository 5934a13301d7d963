"""Correct an access key that a program gets from its own code or settings, where the AWS CLI does not look.

Source: https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html, for the password of SMTP.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, Cause, CauseType
from iamtriage.failures._failures import SignatureMismatch

SMTP_PASSWORD_AS_SECRET = CauseType(
    "smtp-password-as-secret",
    title="The SMTP password of Amazon SES is used as the secret access key",
    text="The key is that of SMTP credentials of Amazon SES: their user name is an access key ID, but their password is not its secret access key, so the API rejects the signature.",
    recognised_by="The API of Amazon SES rejects the signature.",
    fix="Use an access key (ID and secret) for the API, and the SMTP credentials only for SMTP.",
    of="signature-mismatch",
    sources=("https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",),
)
_SES = lazy_pattern(
    r"\bemail\.[a-z0-9-]{6,30}\.amazonaws\.com\b|/ses/aws4_request\b|\bSes(?:V2)?Client\b|\bSESClient\b|\bSimpleEmailService\b|\bSend(?:Raw)?Email\b"
)


def smtp_cause(case: Case[SignatureMismatch]) -> Cause | None:
    """Return that the key can be an SMTP password, if the API of Amazon SES rejects a signature."""
    is_ses = case.failure.envelope.service in {"ses", "sesv2"} or _SES.search(case.text) is not None
    return SMTP_PASSWORD_AS_SECRET.cause() if is_ses else None
