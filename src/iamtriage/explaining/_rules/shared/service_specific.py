"""Classify denials that a service words in its own way.

Such a message usually has another cause than a missing ``Allow``: the state of an account, a wrong MFA code,
the owner of a resource, a setting that blocks public access. A message that is not known here is quoted
without being interpreted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from iamtriage.failures._failures import AccessDenied

__all__ = ("STANDARD_MESSAGES", "Wording", "classify_wording", "stated_reason")

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
"""What a service-specific message says."""

_MIN_WORDS = 3
_WORDS_BEFORE_MESSAGE = 8
# What S3 and EC2 say, and botocore of a response without a body.
STANDARD_MESSAGES = frozenset(
    {"Access Denied", "Forbidden", "You are not authorized to perform this operation."}
)
# The first fragment that occurs in the message, in lowercase, decides.
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
    """Return the reason that a denial states, or ``None`` if it is truncated, as in "because no"."""
    reason = failure.reason
    return reason if reason is not None and len(reason.split()) >= _MIN_WORDS else None


def classify_wording(failure: AccessDenied) -> tuple[Wording | None, str | None]:
    """Return what a service-specific message says, and the message itself if it is not known.

    Both are ``None`` for the standard denial message.
    """
    if failure.policy_type is not None and failure.deny is not None:
        return None, None
    reason = stated_reason(failure)
    if reason is None and failure.action is not None and failure.principal is not None:
        return None, None
    if failure.envelope.operation == "GetRoleCredentials":
        return "no-assignment", None
    if _is_standard(failure):
        return None, None
    return _classify_paragraph(failure, reason)


def _is_standard(failure: AccessDenied) -> bool:
    """Return whether a whole error of an SDK has a message that only says that access is denied."""
    before, _, message = failure.text.rpartition(" operation: ")
    # An error occurred (CODE) when calling the OPERATION
    if not before.startswith("An error occurred (") or len(before.split()) != _WORDS_BEFORE_MESSAGE:
        return False
    return message.partition(" Encoded authorization failure message: ")[0] in STANDARD_MESSAGES


def _classify_paragraph(failure: AccessDenied, reason: str | None) -> tuple[Wording | None, str | None]:
    # Only messages that differ from the standard one need their surroundings.
    from iamtriage.explaining._rules.shared.message_ends import truncate_at_end
    from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph, quoted_message
    from iamtriage.explaining._rules.shared.s3_compatible import find_s3_compatible_host

    paragraph = denial_paragraph(failure)
    if find_s3_compatible_host(paragraph) is not None:
        return "other-software", None
    lowered = paragraph.lower()
    for fragment, wording in _FRAGMENTS:
        if fragment in lowered:
            return wording, None
    if reason is not None:
        # "because this bucket has blocked …" gives a reason that is not a missing Allow.
        names_policy = failure.deny is not None or failure.policy_type is not None
        return (None, None) if names_policy else ("other", truncate_at_end(reason))
    if failure.action is not None or failure.encoded_message is not None or failure.policy_type is not None:
        return None, None
    message = quoted_message(failure)
    return (None, None) if message is None else ("other", message)
