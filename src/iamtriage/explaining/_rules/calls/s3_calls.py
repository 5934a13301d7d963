"""Explain errors of Amazon S3 that are not denials.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Evidence, Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import BUCKET_IN_OTHER_REGION
from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements, find_lacking
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.failures._failures import AwsError, Failure

_COPY_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"
_COPY_SOURCE = lazy_pattern(
    r"(?:\b(?:CopySource|copy_?[sS]ource|x-amz-copy-source)[\"']?\s?(?:=>|[=:(])\s?|--copy-source[ =])(?P<quote>[\"'`]?)/?"
    r"(?P<source>(?P<first>[\w.-]{1,63})/[\w.+=@,/-]{1,600})(?P=quote)(?![\w$])",
    re.ASCII,
)
_DESTINATION = lazy_pattern(
    r"(?:\b[Bb]ucket[\"']?\s?(?:=>|[=:])\s?[\"'`]|--bucket[ =][\"']?)(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?![\w$])",
    re.ASCII,
)
# What the codes say about the bucket that S3 takes the folder for.
_CODES_OF_OTHER_BUCKET = {
    "AllAccessDisabled": "which most likely belongs to somebody else",
    "InvalidBucketName": "whose name is invalid",
    "NoSuchBucket": "which does not exist",
}
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
COPY_SOURCE_WITHOUT_BUCKET = CauseType(
    "copy-source-without-bucket",
    title="The source of the copy lacks the name of its bucket",
    text="CopySource is the bucket and the key of the source, with a slash between them. Bucket and Key are the destination only.",
    recognised_by="S3 says that the source's bucket does not exist or is disabled, or the text shows that its name is that of a folder.",
    fix="Put the name of the bucket before the key in CopySource.",
    sources=(_COPY_PAGE,),
)


def status_as_code(case: Case[AwsError]) -> str:
    """Return the error code, or else the HTTP status as a string."""
    code, status = clues.error_code(case.failure), case.failure.envelope.status_code
    return code or ("" if status is None else str(status))


def explain_copy_source(case: Case[Failure]) -> Explanation | None:
    """Explain that S3 takes a folder in the source of a copy as its bucket; return ``None`` for other calls."""
    text = case.failure.text
    if "opy" not in text:
        return None
    source, target = _COPY_SOURCE.search(text), _DESTINATION.search(text)
    if source is None or target is None or source["first"] == target["bucket"]:
        return None
    folder, bucket = source["first"], target["bucket"]
    # A key that begins with the folder is that of the copy, as in a backup under the name of the source's bucket.
    names_copy = re.search(rf"\b[Kk]ey[\"']?\s?(?:=>|[=: ])\s?[\"'`]?/?{re.escape(folder)}/", text)
    is_folder = names_copy is None and f"{bucket}/{folder}/" in text
    code = clues.error_code(case.failure)
    whose = _CODES_OF_OTHER_BUCKET.get(code)
    if not is_folder and whose is None:
        return None
    other = f"{code} is about a bucket named {folder}, {whose}, and not about your object."
    missing = "Most likely, the name of the bucket is missing before it."
    if is_folder:
        missing = f"The name of the bucket {bucket} is missing before it."
    return case.explain(
        f"S3 takes {folder}, the first part of CopySource, as the bucket of the source. {missing}",
        COPY_SOURCE_WITHOUT_BUCKET.cause(
            "derived" if is_folder else "possible", None if whose is None else other
        ),
        remedies=your_remedy(
            f"Set CopySource to {bucket}/{source['source']}",
            None if is_folder else f"If the source is in another bucket than {bucket}, put its name there.",
            "URL-encode the key if it has other characters than letters, digits and -_.~/.",
            url=_COPY_PAGE,
        ),
        notes="No permission is missing, and no policy has to change.",
    )


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
_SERVICES = {"queue": "sqs", "topic": "sns"}
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
# The kind of a destination in Terraform, in a configuration of the API, and in the CDK.
_KINDS = lazy_pattern(
    r"(?P<sqs>^\s{0,12}queue\s?\{|\bQueueConfigurations?\b|\bSqsDestination\b)|(?P<sns>^\s{0,12}topic\s?\{|\bTopicConfigurations?\b|\bSnsDestination\b)"
    r"|(?P<lambda>^\s{0,12}lambda_function\s?\{|\bLambda(?:Function)?Configurations?\b|\bLambdaDestination\b)",
    re.MULTILINE,
)
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

    text, service = case.failure.text, service_access.NOTIFICATIONS.service
    destination, actions = service_access.find_destination(text), service_access.DESTINATION_ACTIONS
    which, reason = "a destination of the notifications", f"most often, its policy does not allow {service}"
    evidence: Evidence = "possible"
    remedy = service_access.allow_notifications_remedy(text, {"PARTITION": clues.find_partition(case)})
    kinds = {each.lastgroup for each in _KINDS.finditer(text)}
    if destination is not None:
        kinds = {each for each in actions if destination[each]}
    called = [actions[each] for each in actions if kinds == {each}]
    compared = (compare_statements(case, service, each, destination and destination[0]) for each in called)
    stated = next(filter(None, compared), None)
    key = service_access.find_stated_key(text)
    noun = next((each for each, name in service_access.MANAGED_KEYS.items() if name == key), None)
    if noun is not None and (not kinds or _SERVICES[noun] in kinds) and (stated is None or stated.is_allowed):
        return _explain_managed_key(case, noun, is_allowed=stated is not None)
    if stated is not None:
        which = f"the destination {destination[0]}" if destination else which
        reason = f"{'its policy' if destination else 'the policy in the text'} {stated.verdict}"
        evidence, remedy = "derived", stated.correct(remedy)
    of_key = find_lacking(case, service, *_KEY_ACTIONS) if stated is None or stated.is_allowed else None
    if of_key is not None and not of_key.is_allowed:
        reason, evidence = f"the key policy in the text {of_key.verdict}", "derived"
        remedy = of_key.correct(service_access.allow_service_remedy(service_access.KEY_OF_DESTINATION, {}))
    elif stated is not None and stated.is_allowed:
        which, evidence = "a destination of the notifications", "possible"
        reason = f"the policy in the text allows {service}, so it is another destination, or the key that encrypts this one"
        remedy = owner_remedy(
            "Check the other destinations, and the key of an encrypted queue or topic",
            f"The key policy must allow {service} kms:GenerateDataKey and kms:Decrypt. The key alias/aws/sqs or alias/aws/sns does not: use a customer managed key, or SSE-SQS.",
            commands="aws s3api get-bucket-notification-configuration --bucket BUCKET",
            url=service_access.NOTIFICATIONS.url,
        )
    return case.explain(
        f"S3 could not validate {which}: {reason}.",
        common_causes.SERVICE_NOT_ALLOWED.cause(
            evidence,
            text=f"When notifications are saved, S3 tests whether it may send to the destination. InvalidArgument means here that the policy of the destination does not allow {service}, and not that the caller lacks a permission.",
        ),
        NOTIFICATION_DESTINATION_GONE.cause() if evidence == "possible" else None,
        topic="service-principal",
        remedies=remedy,
        notes="S3 validates all destinations of the bucket, also those configured earlier.",
    )


def _explain_managed_key(case: Case[AwsError], noun: str, *, is_allowed: bool) -> Explanation:
    """Explain that S3 may not use the AWS managed key of a queue or topic."""
    from iamtriage.explaining._rules.shared.grants import service_access
    from iamtriage.policies._documents import allow

    text, service = case.failure.text, service_access.NOTIFICATIONS.service
    key, account = service_access.MANAGED_KEYS[noun], service_access.find_account(text)
    values = {"PARTITION": clues.find_partition(case), "ACCOUNT_ID": commands.account(account)}
    statement = allow(["kms:Decrypt", "kms:GenerateDataKey*"], "*", principal={"Service": service})
    right = f" The {noun} policy is right: it allows {service}, and suffices without the key."
    create, change = service_access.CREATE_KEY, service_access.SET_KEY[noun]
    return case.explain(
        f"S3 could not validate the {noun}{service_access.name_encrypted(text)}: it is encrypted with {key}, an AWS managed key, which {service} is not allowed to use.",
        common_causes.SERVICE_NOT_ALLOWED.cause(
            "derived",
            text=f"When notifications are saved, S3 sends a test message, for which it needs the key. The policy of an AWS managed key allows only principals of the account, and cannot be changed.{right if is_allowed else ''}",
        ),
        topic="service-principal",
        remedies=service_access.replace_key_remedy(text, noun, service, statement, values, (create, change)),
    )
