"""Build the codes, messages, and statuses of errors as AWS services report them.

The grammar of denials: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.testing._services import find_service

if TYPE_CHECKING:
    from iamtriage.failures._failures import AccessDenied

__all__ = (
    "BARE_DENIALS",
    "POLICY_TYPES",
    "TYPES_WITH_ARN",
    "ServiceError",
    "add_authorization_id",
    "add_encoded_message",
    "expired_credentials_error",
    "invalid_credentials_error",
    "late_clock_error",
    "signature_error",
    "throttling_error",
    "write_denial",
)


class ServiceError(NamedTuple):
    """An error as a service reports it.

    Attributes:
        code: The error code.
        message: The error message.
        status: The HTTP status.
    """

    code: str
    message: str
    status: int


# Policy type -> its article and its name in a denial.
POLICY_TYPES = {
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
TYPES_WITH_ARN = frozenset(
    {"identity", "permissions_boundary", "session", "service_control", "resource_control"}
)
# The whole message of services that do not always state the principal and the action.
BARE_DENIALS = {
    "ec2": "You are not authorized to perform this operation.",
    "organizations": "You don't have permissions to access this resource.",
    "s3": "Access Denied",
}


def write_denial(denial: AccessDenied) -> str:
    """Return the message of a denial, without an encoded message or authorization ID."""
    principal, action = denial.principal or "", denial.action or ""
    if action.lower() in {"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"}:
        return f"Not authorized to perform {action}"
    subject = "User" if principal.startswith("arn:") or principal == "anonymous" else "Service Principal"
    rest = f"{_resource_clause(denial, action)}{_policy_clause(denial, action)}"
    return f"{subject}: {principal} is not authorized to perform: {action}{rest}"


def _resource_clause(denial: AccessDenied, action: str) -> str:
    resource = denial.resource
    if resource is None:
        # Decrypt does not require a key:
        # https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html.
        return " on the resource associated with this ciphertext" if action.lower() == "kms:decrypt" else ""
    is_quoted = action.lower().startswith("s3:") and resource.startswith("arn:")
    return f' on resource: "{resource}"' if is_quoted else f" on resource: {resource}"


def _policy_clause(denial: AccessDenied, action: str) -> str:
    if denial.deny is None:
        return ""
    if denial.policy_type is None:
        return " with an explicit deny"
    article, name = POLICY_TYPES[denial.policy_type]
    if denial.deny == "implicit":
        return f" because no {name} allows the {action} action"
    arn = f": {denial.policy_arn}" if denial.policy_arn else ""
    return f" with an explicit deny in {article} {name}{arn}"


def add_encoded_message(message: str, encoded_message: str) -> str:
    """Return a denial followed by EC2's encoded message."""
    return f"{message.removesuffix('.')}. Encoded authorization failure message: {encoded_message}"


def add_authorization_id(message: str, authorization_id: str, region: str) -> str:
    """Return a denial followed by its authorization ID and where to use it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied-authorization-id.html
    """
    console = f"https://{region}.console.aws.amazon.com/iam/home?region={region}"
    return (
        f"{message}. Go to {console}#/authorization-details/{authorization_id} for complete details, or call "
        f"the GetRequestAuthorizationDetails API with the following authorization id: {authorization_id}"
    )


def expired_credentials_error(service: str) -> ServiceError:
    """Return the error with which a service rejects expired credentials."""
    if service == "ec2":
        return ServiceError("RequestExpired", "Request has expired.", 400)
    if service == "s3":
        return ServiceError("ExpiredToken", "The provided token has expired.", 400)
    message = "The security token included in the request is expired"
    if "json" not in find_service(service).protocol:
        return ServiceError("ExpiredToken", message, 403)
    return ServiceError("ExpiredTokenException", message, find_service(service).denial_status)


def invalid_credentials_error(service: str) -> ServiceError:
    """Return the error with which a service rejects unknown credentials."""
    if service == "ec2":
        message = "AWS was not able to validate the provided access credentials"
        return ServiceError("AuthFailure", message, 401)
    if service == "s3":
        message = "The AWS Access Key Id you provided does not exist in our records."
        return ServiceError("InvalidAccessKeyId", message, 403)
    message = "The security token included in the request is invalid."
    if "json" not in find_service(service).protocol:
        return ServiceError("InvalidClientTokenId", message, 403)
    return ServiceError("UnrecognizedClientException", message, find_service(service).denial_status)


def signature_error(service: str) -> ServiceError:
    """Return the error with which a service rejects a signature."""
    message = "The request signature we calculated does not match the signature you provided. Check your "
    if service == "s3":
        return ServiceError("SignatureDoesNotMatch", f"{message}key and signing method.", 403)
    message += "AWS Secret Access Key and signing method. Consult the service documentation for details."
    is_json = "json" in find_service(service).protocol
    code = "InvalidSignatureException" if is_json else "SignatureDoesNotMatch"
    return ServiceError(code, message, find_service(service).denial_status)


def late_clock_error(service: str, client_time: str, server_time: str) -> ServiceError:
    """Return the error with which a service rejects a request because the client's clock is late."""
    if service == "s3":
        message = "The difference between the request time and the current time is too large."
        return ServiceError("RequestTimeTooSkewed", message, 403)
    message = f"Signature expired: {client_time} is now earlier than {server_time} ({server_time} - 5 min.)"
    return signature_error(service)._replace(message=message)


_THROTTLING = {
    "dynamodb": ServiceError(
        "ProvisionedThroughputExceededException",
        (
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing "
            "your provisioning level with the UpdateTable API."
        ),
        400,
    ),
    "ec2": ServiceError("RequestLimitExceeded", "Request limit exceeded.", 503),
    "lambda": ServiceError("TooManyRequestsException", "Rate Exceeded.", 429),
    "s3": ServiceError("SlowDown", "Please reduce your request rate.", 503),
}


def throttling_error(service: str) -> ServiceError:
    """Return the error with which a service throttles requests."""
    if service in _THROTTLING:
        return _THROTTLING[service]
    protocol = find_service(service).protocol
    if "json" not in protocol:
        return ServiceError("Throttling", "Rate exceeded", 400)
    return ServiceError("ThrottlingException", "Rate exceeded", 429 if protocol == "rest-json" else 400)
