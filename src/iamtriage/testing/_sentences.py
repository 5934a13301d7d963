"""AWS's sentences: how a denial is worded, and the usual words of other errors; not for envelopes.

The grammar is that of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.testing._services import service_of

if TYPE_CHECKING:
    from iamtriage.failures._failures import AccessDenied

__all__ = (
    "BARE",
    "NAMED_POLICIES",
    "POLICY_WORDS",
    "authorization_tail",
    "encoded_tail",
    "expired_words",
    "invalid_words",
    "sentence",
    "signature_words",
    "skewed_words",
    "throttled_words",
)

POLICY_WORDS = {
    "identity": ("an", "identity-based policy"),
    "resource": ("a", "resource-based policy"),
    "permissions_boundary": ("a", "permissions boundary"),
    "session": ("a", "session policy"),
    "service_control": ("a", "service control policy"),
    "resource_control": ("a", "resource control policy"),
    "vpc_endpoint": ("a", "VPC endpoint policy"),
    "role_trust": ("the", "role trust policy"),
}
# https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
NAMED_POLICIES = frozenset(
    {"identity", "permissions_boundary", "session", "service_control", "resource_control"}
)
# What a service says where it does not say who was denied what.
BARE = {
    "ec2": "You are not authorized to perform this operation.",
    "organizations": "You don't have permissions to access this resource.",
    "s3": "Access Denied",
}


def sentence(denied: AccessDenied) -> str:
    """Word a denial, without what may follow the sentence."""
    who, action = denied.principal or "", denied.action or ""
    federated = action.lower() in {"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"}
    if federated:
        return f"Not authorized to perform {action}"
    subject = "User" if who.startswith("arn:") or who == "anonymous" else "Service Principal"
    rest = f"{_where(denied, action)}{_why(denied, action)}"
    return f"{subject}: {who} is not authorized to perform: {action}{rest}"


def _where(denied: AccessDenied, action: str) -> str:
    resource = denied.resource
    if resource is None:
        # Decrypt may be given no key: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html.
        return " on the resource associated with this ciphertext" if action.lower() == "kms:decrypt" else ""
    quoted = action.lower().startswith("s3:") and resource.startswith("arn:")
    return f' on resource: "{resource}"' if quoted else f" on resource: {resource}"


def _why(denied: AccessDenied, action: str) -> str:
    if denied.deny is None:
        return ""
    if denied.policy_type is None:
        return " with an explicit deny"
    article, words = POLICY_WORDS[denied.policy_type]
    if denied.deny == "implicit":
        return f" because no {words} allows the {action} action"
    named = f": {denied.policy_arn}" if denied.policy_arn else ""
    return f" with an explicit deny in {article} {words}{named}"


def encoded_tail(blob: str) -> str:
    """Word EC2's encoded message, as it follows a sentence without its period."""
    return f". Encoded authorization failure message: {blob}"


def authorization_tail(authorization_id: str, region: str) -> str:
    """Word where the details of a denial can be had.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied-authorization-id.html
    """
    console = f"https://{region}.console.aws.amazon.com/iam/home?region={region}"
    return (
        f". Go to {console}#/authorization-details/{authorization_id} for complete details, or call the "
        f"GetRequestAuthorizationDetails API with the following authorization id: {authorization_id}"
    )


def expired_words(service: str) -> tuple[str, str, int]:
    """Give code, message and status with which a service refuses expired credentials."""
    if service == "ec2":
        return "RequestExpired", "Request has expired.", 400
    if service == "s3":
        return "ExpiredToken", "The provided token has expired.", 400
    message = "The security token included in the request is expired"
    if "json" not in service_of(service).protocol:
        return "ExpiredToken", message, 403
    return "ExpiredTokenException", message, service_of(service).denied_status


def invalid_words(service: str) -> tuple[str, str, int]:
    """Give code, message and status with which a service refuses credentials that it does not know."""
    if service == "ec2":
        return "AuthFailure", "AWS was not able to validate the provided access credentials", 401
    if service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return "InvalidAccessKeyId", message, 403
    message = "The security token included in the request is invalid."
    if "json" not in service_of(service).protocol:
        return "InvalidClientTokenId", message, 403
    return "UnrecognizedClientException", message, service_of(service).denied_status


def signature_words(service: str) -> tuple[str, str, int]:
    """Give code, message and status with which a service refuses a signature."""
    message = "The request signature we calculated does not match the signature you provided. Check your "
    if service == "s3":
        return "SignatureDoesNotMatch", f"{message}key and signing method.", 403
    message += "AWS Secret Access Key and signing method. Consult the service documentation for details."
    json = "json" in service_of(service).protocol
    code = "InvalidSignatureException" if json else "SignatureDoesNotMatch"
    return code, message, service_of(service).denied_status


def skewed_words(service: str, late: str, now: str) -> tuple[str, str, int]:
    """Give code, message and status with which a service refuses a request of a clock that is behind."""
    if service == "s3":
        message = "The difference between the request time and the current time is too large."
        return "RequestTimeTooSkewed", message, 403
    code, _, status = signature_words(service)
    return code, f"Signature expired: {late} is now earlier than {now} ({now} - 5 min.)", status


_THROTTLED = {
    "dynamodb": (
        "ProvisionedThroughputExceededException",
        (
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing "
            "your provisioning level with the UpdateTable API."
        ),
        400,
    ),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "lambda": ("TooManyRequestsException", "Rate Exceeded.", 429),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
}


def throttled_words(service: str) -> tuple[str, str, int]:
    """Give code, message and status with which a service asks for fewer requests."""
    if service in _THROTTLED:
        return _THROTTLED[service]
    protocol = service_of(service).protocol
    if "json" not in protocol:
        return "Throttling", "Rate exceeded", 400
    return "ThrottlingException", "Rate exceeded", 429 if protocol == "rest-json" else 400
