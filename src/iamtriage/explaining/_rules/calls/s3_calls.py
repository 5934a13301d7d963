"""Explain errors of Amazon S3 that are not denials.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import BUCKET_IN_OTHER_REGION
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, common_causes, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AwsError

CUSTOMER_KEY = CauseType(
    "customer-key",
    title="The object is encrypted with a customer-provided key (SSE-C)",
    text="The object is encrypted with a customer-provided key (SSE-C), and the call does not send it.",
    fix="Send the key that the object was encrypted with. Add --sse-customer-algorithm AES256 and --sse-customer-key fileb://KEY_FILE to the call (in aws s3: --sse-c AES256 and --sse-c-key fileb://KEY_FILE). To need no key later, store the object with SSE-KMS.",
    recognised_by="The text shows SSE-C.",
    sign=r"--sse-customer-(?:key|algorithm)\b|--sse-c(?:-key)?(?![\w-])|\b[Cc]ustomer-provided (?:encryption )?keys?\b|\bSSE-?C\b|\bSSECustomer\w{1,20}|\bx-amz-server-side-encryption-customer-\w{1,20}",
    of="head-without-body",
)
_KEY_OF_CALL = "The call sends a customer-provided key (SSE-C). S3 answers 400 if the object was stored without one, and 403 if it has another one."


def status_as_code(case: Case[AwsError]) -> str:
    """Return the error code, or else the HTTP status as a string."""
    code, status = clues.error_code(case.failure), case.failure.envelope.status_code
    return code or ("" if status is None else str(status))


def is_head_call(case: Case[AwsError]) -> bool:
    return case.operation in {"HeadObject", "HeadBucket"}


def explain_head_call(case: Case[AwsError], _words: str) -> Explanation:
    """Explain an S3 status without a reason, because a response to HEAD has no body.

    The codes that S3 sends with these statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    status = status_as_code(case)
    text = "The bucket is in another Region than the one that was called."
    causes: tuple[Cause, ...] = (BUCKET_IN_OTHER_REGION.cause(text=text),)
    if status == "400":
        text = "The session token has expired or is invalid: S3 returns 400 for these, too."
        causes = (common_causes.INVALID_SESSION_TOKEN.cause(text=text), *causes)
        # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: InvalidRequest
        sent = CUSTOMER_KEY.cause("derived", text=_KEY_OF_CALL)
        causes = (sent, *causes) if _sends_key(case) else (*causes, CUSTOMER_KEY.cause())
    return case.explain(
        f"S3 answered {case.failure.envelope.operation} with {status} and no reason: responses to HEAD requests have no body.",
        common_causes.NO_BODY.cause("derived", "The SDK made the code from the HTTP status."),
        *causes,
        topic="head-without-reason",
        remedies=tuple(_head_call_remedies(case, with_reason=status == "400")),
        notes=NOT_A_DENIAL,
    )


def _sends_key(case: Case[AwsError]) -> bool:
    command = case.context.command
    return command is not None and command.option("sse-c-key", "sse-customer-key") is not None


def _head_call_remedies(case: Case[AwsError], *, with_reason: bool) -> Iterator[Remedy]:
    identify, get, locate = (
        credential_remedies.with_profile(find_profile(case), line)
        for line in (
            "aws sts get-caller-identity",
            "aws s3api get-object --bucket BUCKET --key OBJECT_KEY --range bytes=0-0 /dev/null",
            "aws s3api get-bucket-location --bucket BUCKET",
        )
    )
    if with_reason:
        yield your_remedy(
            "Repeat the call with GET",
            "If the first command fails with ExpiredToken or InvalidToken, the credentials are the reason: sign in again.",
            "The second command is the same call with GET, whose response has a code and a message.",
            commands=(identify, get),
            url=pages.S3_ERRORS,
        )
    yield your_remedy(
        "Call the bucket's Region",
        "The command prints the bucket's Region; null means us-east-1. Create the client for that Region.",
        commands=locate,
        url=pages.S3_ERRORS,
    )


UNVALIDATED_DESTINATION = lazy_pattern(r"Unable to validate the following destination configurations")
NOTIFICATION_DESTINATION_GONE = CauseType(
    "notification-destination-gone",
    title="A destination of the notifications does not exist, or is in another Region",
    fix="Remove the destination from the bucket's notification configuration, or create it in the Region of the bucket.",
    of="service-not-allowed",
    subject="denials",
)


def explain_unvalidated_destination(case: Case[AwsError], _words: str) -> Explanation:
    """Explain that a queue, topic or function does not accept the test message of S3."""
    # No other API error needs a policy.
    from iamtriage.explaining._rules.shared.grants import service_access

    service = service_access.NOTIFICATIONS.service
    return case.explain(
        f"S3 could not validate a destination of the notifications: most often, its policy does not allow {service}.",
        common_causes.SERVICE_NOT_ALLOWED.cause(
            text=f"When notifications are saved, S3 tests whether it may send to the destination. InvalidArgument means here that the policy of the destination does not allow {service}, and not that the caller lacks a permission.",
        ),
        NOTIFICATION_DESTINATION_GONE.cause(),
        topic="service-principal",
        remedies=service_access.allow_notifications_remedy(
            case.failure.text, {"PARTITION": clues.find_partition(case)}
        ),
        notes="S3 validates all destinations of the bucket, also those configured earlier.",
    )
