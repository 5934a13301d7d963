"""Explain answers of software and clouds that have the APIs of AWS, such as MinIO.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html and
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import error_code
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.text_signs import find_s3_compatible_host

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import Failure

# What the system decided about the caller. Other kinds have their own rules, such as signing regions.
_KINDS = frozenset({"access_denied", "expired_credentials", "invalid_credentials", "signature_mismatch"})
_CODES = frozenset(
    {"NoSuchBucket", "NoSuchKey", "NotImplemented", "BucketAlreadyOwnedByYou", "MethodNotAllowed"}
)
_CLOCK_CODES = frozenset({"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"})
_PRODUCTS = {
    "minio": "MinIO",
    "localstack": "LocalStack",
    ":4566": "LocalStack",
    "r2.cloudflarestorage.com": "Cloudflare R2",
}
_REMOVE_ENDPOINT = "If you meant to call AWS, remove the endpoint from the code, the options, the profile and AWS_ENDPOINT_URL."

OTHER_SOFTWARE = CauseType(
    "answer-not-from-aws",
    title="The answer is not from AWS",
    text="The answer is not from AWS: no IAM permission is missing, and no AWS policy applies.",
    recognised_by="The text names an endpoint or a host of another system with the API of S3 or AWS.",
    fix="Use the keys and look for the permission in the system that answered, or remove the endpoint URL.",
    sources=(pages.SDK_ENDPOINTS, pages.S3_403),
)
NO_RIGHT_THERE = CauseType(
    "key-lacks-permission",
    title="The key lacks the permission in that system",
    text="The key is not allowed to do this on the bucket there.",
    fix="Grant the permission in that system.",
    of="answer-not-from-aws",
)
OTHER_KEY = CauseType(
    "other-key",
    title="The key belongs to another system or account",
    text="The client sent keys of AWS, or of another account or project, that it found in the environment or a profile.",
    fix="Use a key of that system.",
    of="answer-not-from-aws",
)


def is_from_other_system(case: Case[Failure]) -> bool:
    """Return whether a system that is not AWS answered, by the endpoint that the text names."""
    failure = case.failure
    if context_of(case.facts).other_endpoint is None or error_code(failure) in _CLOCK_CODES:
        return False
    return failure.kind in _KINDS or (failure.kind == "aws_error" and error_code(failure) in _CODES)


def explain_s3_compatible_store(denial: Denial) -> Explanation:
    """Explain that S3-compatible software, not AWS, denied a call."""
    return explain_other_system(denial.case)


def explain_other_system(case: Case[Failure]) -> Explanation:
    """Explain that another system with the API of AWS answered a call."""
    failure = case.failure
    endpoint = context_of(case.facts).other_endpoint
    if endpoint is None:
        host = find_s3_compatible_host(denial_paragraph(failure)) or "the host"
        because = f"The text names the host {host}."
    else:
        host = endpoint.value
        because = f"The text sets {endpoint.words} to {host}."
    product = next((name for sign, name in _PRODUCTS.items() if sign in host.lower()), None)
    system = product or ("The S3-compatible system" if endpoint is None else "The system")
    return Explanation(
        failure=failure,
        topic="answer-not-from-aws",
        summary=f"{system} at {host}, not AWS, {_describe_answer(failure)}",
        causes=(OTHER_SOFTWARE.cause("derived", (because,)), *_causes(failure)),
        remedies=_remedies(case, host),
    )


def _describe_answer(failure: Failure) -> str:
    operation = failure.envelope.operation
    call = f"the call {operation}" if operation and operation.isalnum() else "the call"
    match failure.kind:
        case "access_denied":
            return f"denied {call}."
        case "signature_mismatch":
            return f"rejected the signature of {call}: the secret key is not the one of the access key there."
        case "expired_credentials":
            return f"answered {call}: the credentials have expired."
        case "invalid_credentials":
            return f"rejected {call}: the access key does not exist there."
        case _:
            return f"answered {call} with {error_code(failure)}."


def _causes(failure: Failure) -> tuple[Cause, ...]:
    if failure.kind == "aws_error":
        return ()
    causes = (OTHER_KEY.cause(),)
    return (NO_RIGHT_THERE.cause(), *causes) if failure.kind == "access_denied" else causes


def _remedies(case: Case[Failure], host: str) -> tuple[Remedy, ...]:
    use_key = your_remedy(
        "Use an access key of that system",
        "Check which key the client sends: one in the code, else AWS_ACCESS_KEY_ID, else that of the profile. The command prints its last characters.",
        f"Pass a key that was created at {host} to the client, or keep it in a profile for this endpoint.",
        _REMOVE_ENDPOINT,
        commands=("aws configure list",),
        url=pages.SDK_ENDPOINTS,
    )
    check_permissions = your_remedy(
        "Check the permissions of the key in that system",
        "Check in the console of that system which key is used, and what it is allowed to do on which bucket.",
        "Check the name, Region and endpoint of the bucket, too: some systems answer Access Denied if it does not exist.",
        _REMOVE_ENDPOINT,
        url=pages.SDK_ENDPOINTS,
    )
    if case.failure.kind == "aws_error":
        return (credential_remedies.check_endpoint(is_other_software=True),)
    if case.failure.kind == "access_denied":
        return check_permissions, use_key
    return (use_key,)
