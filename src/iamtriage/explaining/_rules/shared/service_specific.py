"""What a denial says in words that are not the usual sentence; not for that sentence: see ``_reading``.

Such words tell of causes that no missing Allow is: the state of an account, a wrong one-time code, an
owner, a setting that forbids public data. What is not known here is repeated, not interpreted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage.explaining._rules.shared.message_ends import truncate_at_end
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph, quoted_message
from iamtriage.explaining._rules.shared.s3_compatible import find_s3_compatible_host

if TYPE_CHECKING:
    from iamtriage.failures._failures import AccessDenied

__all__ = ("Wording", "classify_wording", "stated_reason")

Wording: TypeAlias = Literal[
    "authorizer",
    "bedrock-model",
    "block-public-access",
    "cost-explorer-off",
    "cross-account-pass-role",
    "execution-role",
    "identity-pool-forbidden",
    "identity-pool-guest",
    "identity-pool-roles",
    "image",
    "kms-key-unknown",
    "kms-opaque",
    "kms-three-way",
    "lake-formation",
    "mfa",
    "no-assignment",
    "not-owner",
    "other",
    "other-software",
    "pod-identity",
    "presigned-url-expired",
    "presigned-url-incomplete",
    "presigned-url-not-yet-valid",
    "root-assumes",
    "unknown-operation",
]
"""What a sentence says that is not of the usual form."""

_MIN_WORDS = 3
# Fragments of sentences; the first that stands in the text tells.
_FRAGMENTS: tuple[tuple[str, Wording], ...] = (
    ("explicitly denies access", "kms-three-way"),
    ("ciphertext refers to a customer master key", "kms-key-unknown"),
    ("access to kms is not allowed", "kms-opaque"),
    ("kms access was denied", "kms-opaque"),
    ("cross-account pass role is not allowed", "cross-account-pass-role"),
    ("block public access", "block-public-access"),
    ("blockpublicpolicy", "block-public-access"),
    ("blockpublicacls", "block-public-access"),
    ("may not be assumed by root", "root-assumes"),
    ("multifactorauthentication failed", "mfa"),
    ("unable to determine service/operation name", "unknown-operation"),
    ("user not enabled for cost explorer", "cost-explorer-off"),
    ("does not have permissions to assume the associated role", "pod-identity"),
    ("user is not authorized to access this resource", "authorizer"),
    ("requester is not authorized to access requested permissions", "lake-formation"),
    ("lake formation permission", "lake-formation"),
    ("you are not the owner", "not-owner"),
    ("not authorized for images", "image"),
    ("access to the model with the specified model", "bedrock-model"),
    ("account is not authorized to invoke this api operation", "bedrock-model"),
    ("model access is denied due to invalid_payment_instrument", "bedrock-model"),
    ("unauthenticated access is not supported for this identity pool", "identity-pool-guest"),
    ("execution role does not have permissions to call", "execution-role"),
    ("access to identity '", "identity-pool-forbidden"),
    ("invalid identity pool configuration", "identity-pool-roles"),
    ("query-string authentication requires the signature", "presigned-url-incomplete"),
    ("request is not yet valid", "presigned-url-not-yet-valid"),
    ("request has expired", "presigned-url-expired"),
)


def stated_reason(failure: AccessDenied) -> str | None:
    """Give the reason that a denial states; None where the text is cut before it says one: "because no"."""
    reason = failure.reason
    return reason if reason is not None and len(reason.split()) >= _MIN_WORDS else None


def classify_wording(failure: AccessDenied) -> tuple[Wording | None, str | None]:
    """Tell what the sentence says, where it is not of the usual form."""
    if failure.policy_type is not None and failure.deny is not None:
        return None, None
    reason = stated_reason(failure)
    if reason is None and failure.action is not None and failure.principal is not None:
        return None, None
    if failure.envelope.operation == "GetRoleCredentials":
        return "no-assignment", None
    if find_s3_compatible_host(denial_paragraph(failure)) is not None:
        return "other-software", None
    lowered = " ".join(denial_paragraph(failure).lower().split())
    for fragment, said in _FRAGMENTS:
        if fragment in lowered:
            return said, None
    if reason is not None:
        # "because this bucket has blocked …": a reason, and no policy that lacks an Allow.
        named = failure.deny is not None or failure.policy_type is not None
        return (None, None) if named else ("other", truncate_at_end(reason))
    if failure.action is not None or failure.encoded_message is not None or failure.policy_type is not None:
        return None, None
    sentence = quoted_message(failure)
    return (None, None) if sentence is None else ("other", sentence)
