"""Explain errors of Amazon S3 that are not denials, and that a service cannot read an object there for a call.

Sources: ``ModelDataUrl`` in https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html,
https://docs.aws.amazon.com/rekognition/latest/APIReference/API_S3Object.html,
https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html,
https://docs.aws.amazon.com/transcribe/latest/APIReference/API_Media.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.regions import find_bucket_region
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Evidence, Explanation, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import BUCKET_IN_OTHER_REGION
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.calls.request_kinds import INVALID_REQUEST
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials import credential_remedies, session_ends
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
    # The SDK for Go 2 uses the words of the status.
    if code == "BadRequest":
        return str(status or 400)
    return code or ("" if status is None else str(status))


def is_head_call(case: Case[AwsError]) -> bool:
    return case.operation in {"HeadObject", "HeadBucket"}


# What SDKs for Java and Go make of an answer of S3 without a body.
_EMPTY_ANSWER = lazy_pattern(
    r"S3Exception: (?:null|Bad Request|Moved Permanently) \(Service: (?:Amazon )?S3[;,] Status Code: (?:400|301|307)[;,] (?:Error Code: [^;\n]{1,40}; )?Request ID: (?!null)"
    r"|\bBadRequest: Bad Request\s{1,9}status code: 400, request id: [^\s,]{1,80}, host id: "
)
# DuckDB prints only the status of an answer.
_BODY_NOT_PRINTED = lazy_pattern(r"\bHTTP (?:GET|HEAD) error (?:on|reading) ")


def shows_only_status(case: Case[AwsError]) -> bool:
    """Return whether the text cannot have the reason: the answer had no body, or the program does not print it."""
    text = case.failure.text
    return (
        is_head_call(case)
        or _EMPTY_ANSWER.search(text) is not None
        or (case.service == "s3" and _BODY_NOT_PRINTED.search(text) is not None)
    )


def explain_head_call(case: Case[AwsError], _words: str) -> Explanation:
    """Explain an S3 status without a reason, because a response to HEAD has no body.

    The codes that S3 sends with these statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    status = status_as_code(case)
    text = "The bucket is in another Region than the one that was called."
    causes: tuple[Cause, ...] = (BUCKET_IN_OTHER_REGION.cause(text=text),)
    ended = None
    if status == "400":
        evidence: Evidence = "possible"
        text = "The session token has expired or is invalid: S3 returns 400 for these, too."
        if (ended := session_ends.find_session_end(case.failure.text, case.failure.span[0])) is not None:
            text, evidence = f"S3 answers 400 to a session token that has expired: {ended.words}.", "derived"
        causes = (common_causes.INVALID_SESSION_TOKEN.cause(evidence, text=text), *causes)
        # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: InvalidRequest
        sent = CUSTOMER_KEY.cause("derived", text=_KEY_OF_CALL)
        causes = (sent, *causes) if _sends_key(case) else (*causes, CUSTOMER_KEY.cause())
    summary = f"S3 answered {case.failure.envelope.operation} with {status} and no reason: responses to HEAD requests have no body."
    if is_head_call(case):
        causes = (
            common_causes.NO_BODY.cause("derived", "The SDK made the code from the HTTP status."),
            *causes,
        )
    elif _EMPTY_ANSWER.search(case.failure.text) is not None:
        summary = f"S3 answered with {status} and no reason: the response had no body, most likely that of a HEAD request."
    else:
        summary = f"S3 answered with {status}, and the program does not print the body, which has the reason."
    renew: tuple[Remedy, ...] = ()
    if ended is not None:
        renew = (credential_remedies.NEW_CREDENTIALS,)
        summary = f"S3 answered with {status}: by the times in the text, the session had ended {ended.ago} before the call."
    return case.explain(
        summary,
        *causes,
        topic="head-without-reason",
        remedies=(*renew, *_head_call_remedies(case, with_reason=status == "400")),
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
            "Repeat the call with GET" if is_head_call(case) else "Repeat the call with the AWS CLI",
            "If the first command fails with ExpiredToken or InvalidToken, the credentials are the reason: sign in again.",
            "The second command is the same call, with GET, and prints the code and the message of the answer.",
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


_NOTIFY = "put-bucket-notification-configuration"
_NOTIFICATION = lazy_pattern(r"\baws_s3_bucket_notification\.[\w\[\]\"-]{1,60}")
_OWN_POLICY = lazy_pattern(r"\baws_(?:sqs_queue_policy|sns_topic_policy|lambda_permission)\.\w{1,60}")
_MANAGED_ENCRYPTION = lazy_pattern(r"\"SqsManagedSseEnabled\"\s?:\s?\"?true\b")


def explain_unvalidated_destination(case: Case[AwsError], _words: str) -> Explanation:
    """Explain that a queue, topic or function does not accept the test message of S3."""
    # No other API error needs a policy.
    from iamtriage.explaining._rules.calls.policies.service_permissions import (
        allow_notifications_in_terraform,
    )
    from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements
    from iamtriage.explaining._rules.shared.grants import service_access

    service, text = service_access.NOTIFICATIONS.service, case.failure.text
    remedy = service_access.allow_notifications_remedy(text, {"PARTITION": clues.find_partition(case)})
    verdict = f"most often, its policy does not allow {service}"
    causes: tuple[Cause, ...] = ()
    evidence: Evidence = "possible"
    meaning = f"InvalidArgument means here that the policy of the destination does not allow {service}, and not that the caller lacks a permission."
    found, contrast = service_access.find_destination(text), None
    if found is not None:
        action = service_access.DESTINATION_ACTIONS[found["service"]]
        contrast = compare_statements(case, service, action, found[0])
        key = service_access.find_stated_key(text) if contrast is not None and contrast.is_allowed else None
        if key is not None and found["service"] != "lambda":
            from iamtriage.explaining._rules.calls.services.destination_keys import explain_destination_key

            return explain_destination_key(case, found, key)
    if found is None or contrast is None or contrast.is_allowed:
        causes = (NOTIFICATION_DESTINATION_GONE.cause(),)
        in_code, notification = allow_notifications_in_terraform(text), _NOTIFICATION.search(text)
        if in_code is None and notification is not None and "depends_on" not in text:
            named = _OWN_POLICY.search(text)
            wait = "In Terraform, put the statement into {0}, and write depends_on = [{0}] into {1}: otherwise, the notification can be created first."
            step = wait.format(named[0] if named else "aws_sqs_queue_policy.NAME", notification[0])
            remedy = attrs.evolve(remedy, steps=(*remedy.steps, step))
        remedy = in_code or remedy
    else:
        policy = remedy.title.partition(" in ")[2]
        verdict, evidence = f"{policy} in the text {contrast.verdict}", "derived"
        command, remedy = case.context.command, contrast.correct(remedy)
        is_cli = command is not None and command.words[:2] == ("s3api", _NOTIFY)
        # The command itself can have a file with the name of one that the remedy writes.
        again = f"Then repeat {f'aws s3api {_NOTIFY}' if is_cli else 'the call'}."
        remedy = attrs.evolve(remedy, steps=(*remedy.steps, again))
        bucket, excluded = case.context.bucket, ["The caller lacks no permission"]
        if bucket is not None and find_bucket_region(text, bucket.value) == found["region"]:
            excluded.append(f"the bucket is in {found['region']} as well")
        if _MANAGED_ENCRYPTION.search(text):
            excluded.append("a queue with SSE-SQS requires no key policy")
        meaning = f"{join_words(excluded, 'and')}."
    return case.explain(
        f"S3 could not validate a destination of the notifications: {verdict}.",
        common_causes.SERVICE_NOT_ALLOWED.cause(
            evidence,
            text=f"When notifications are saved, S3 tests whether it may send to the destination. {meaning}",
        ),
        *causes,
        topic="service-principal",
        remedies=remedy,
        notes="S3 validates all destinations of the bucket, also those configured earlier.",
    )


UNREADABLE = lazy_pattern(
    r"Could not access model data at s3://|Failed to download model data for container|Unable to get object metadata from S3\. Check object key, region"
    r"|S3 Error Code: PermanentRedirect\b|\bS3 ?[Bb]ucket(?:: \S{1,64})? (?:isn't|is not|must be) (?:located )?in the same (?:AWS )?[Rr]egion\b"
    r"|Unable to download from S3 location \(Bucket: \S{1,64}\s{1,4}Key: \S{1,1000}\)\. Reason: Moved Permanently"
    r"|S3 bucket addressed by the query is in a different region|S3 location provided to save your query results is invalid"
)
"""What services say of an object that they cannot read, if its Region may be the reason."""
_OBJECT = lazy_pattern(
    r"(?a)\bs3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[\w./=+@-]{0,1000}[\w/])?"
)
# A parameter of the call in code, JSON, YAML or the AWS CLI, or the calls of a builder.
_PARAMETER = lazy_pattern(
    r"(?a)(?:--s3-bucket[ =]|\b(?:S3)?Bucket[\"']?\s?[=:]\s?|\b(?:s3)?bucket\()[\"']?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])[\"']?(?:,|\s|\)\s{0,40}\.){1,20}[\"']?(?:--s3-key[ =]|(?:Name|(?:S3)?(?:Object)?Key)[\"']?\s?[=:]\s?|(?:name|key)\()[\"']?(?P<key>[\w./=+@-]{1,1000})"
)
# What leaves no other reason than the Region.
_IS_ELSEWHERE = lazy_pattern(
    r"\bPermanentRedirect\b|\bMoved Permanently\b|\bin a different region\b|\b(?:isn't|is not|must be) (?:located )?in the same (?:AWS )?[Rr]egion\b"
)
_OF_REDSHIFT = "is in a different region from this cluster"
# Calls for what a service writes to a bucket: access logs, results of queries.
_WRITES = frozenset({"ModifyLoadBalancerAttributes", "StartQueryExecution"})
# "the object is located in eu-west-1", "Make sure the bucket is in the eu-west-1 region".
_REQUIRED = lazy_pattern(rf"\b(?:bucket|object) is (?:located )?in (?:the )?(?P<region>{REGION})\b")
_ACTUAL = lazy_pattern(rf"\bbucket is in this region: (?P<region>{REGION})\b")
# The error of S3 in that of the service.
_CODE_OF_S3 = lazy_pattern(r"\bGetObject\. S3 Error Code: PermanentRedirect\b")
_ROLE = lazy_pattern(
    r"\brole \\?\"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,8}(?P<name>[\w+=,.@-]{1,64})\\?\""
)
_PRINCIPAL = lazy_pattern(r"(?a)\bservice principal \\?\"([a-z0-9-]{2,40}\.amazonaws\.com)\\?\"")
_SERVICES = {
    "athena": "Athena",
    "elasticbeanstalk": "Elastic Beanstalk",
    "elasticloadbalancing": "Elastic Load Balancing",
    "lambda": "Lambda",
    "rekognition": "Rekognition",
    "sagemaker": "SageMaker",
    "textract": "Textract",
    "transcribe": "Amazon Transcribe",
}
_UNNAMED = "The service"


class _Read(NamedTuple):
    """An object that a service reads.

    Attributes:
        service: The name of the service.
        bucket: The bucket.
        key: The key of the object.
        role: The name of the role with which the service reads it, if the message has that.
        is_written: Whether the service writes to the bucket instead.
    """

    service: str
    bucket: str | None
    key: str | None
    role: str | None
    is_written: bool = False

    @property
    def is_of_cluster(self) -> bool:
        """Whether a cluster reads it, whose Region is fixed."""
        return self.service == "Redshift"

    @property
    def verb(self) -> str:
        """What the service does with the object."""
        return "write to" if self.is_written else "read"

    @property
    def name(self) -> str:
        """The object in words."""
        if self.bucket is None:
            return "the bucket" if self.is_written else "the object"
        return f"s3://{self.bucket}/{self.key or ''}"


def explain_unreadable_object(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a service cannot read an object, from whose Region, policies or key the reason may come."""
    text, context = case.failure.text, case.context
    found, role = _OBJECT.search(message) or _OBJECT.search(text), _ROLE.search(message)
    stated = found or _PARAMETER.search(text)
    bucket, key = stated.group("bucket", "key") if stated else (None, None)
    if bucket is None and context.bucket is not None:
        bucket, key = context.bucket.value, None if context.key is None else context.key.value
    service = next(
        (_SERVICES[each.service] for each in actions_for(case.operation or "") if each.service in _SERVICES),
        _SERVICES.get(case.failure.envelope.service or "", _UNNAMED),
    )
    if _OF_REDSHIFT in text:
        service = "Redshift"
    is_written = case.operation in _WRITES
    read = _Read(service, bucket, key, role["name"] if role else None, is_written)
    required, actual = _REQUIRED.search(message), _ACTUAL.search(message)
    called = required["region"] if required else clues.find_region(case)
    region = actual["region"] if actual else find_bucket_region(text, bucket) if bucket else None
    if actual and called == region:
        called = None  # the Region of the call is not stated
    if (region is not None and region != called) or _IS_ELSEWHERE.search(message):
        return _explain_other_region(case, read, called, region)
    return _explain_open(case, read, called, region)


def _explain_other_region(
    case: Case[AwsError], read: _Read, called: str | None, region: str | None
) -> Explanation:
    where = called or f"the Region of the {'cluster' if read.is_of_cluster else 'call'}"
    is_null = region == "us-east-1" and re.search(r"\bLocationConstraint\"?: ?(?:null|None)\b", case.text)
    shown = "LocationConstraint null means us-east-1." if is_null else None
    code = _CODE_OF_S3.search(case.failure.text)
    of_s3 = None if code is None else f'The text says "{code[0]}".'
    copy = None
    if called and region and read.bucket and read.key and not read.is_written:
        source = fill_command("aws s3 cp s3://{}/{}", read.bucket, read.key)
        copy = fill_command(f"{source} s3://BUCKET/{{}} --source-region {region} --region {called}", read.key)
    whose = f"The role {clip_text(read.role)} and its policies are" if read.role else "IAM policies are"
    return case.explain(
        f"{read.service} cannot {read.verb} {clip_text(read.name)}: the bucket is in {region or 'another Region'}, not in {where}.",
        BUCKET_IN_OTHER_REGION.cause(
            "derived",
            (shown, of_s3),
            text=f"{read.service} {'writes only to' if read.is_written else 'reads only from'} buckets in the Region in which it {'runs' if read.is_of_cluster else 'is called'}. {whose} the same in all Regions, and not the cause.",
        ),
        remedies=your_remedy(
            f"Use a bucket in {where}",
            f"Copy the object to a bucket there, with the same permissions: a bucket cannot move. If the call was meant for {region or 'the Region of the bucket'}, change its Region instead.",
            "For COPY and UNLOAD, add REGION to the statement instead." if read.is_of_cluster else None,
            commands=copy
            if region
            else fill_command("aws s3api get-bucket-location --bucket {}", commands.bucket(read.bucket)),
            url=pages.S3_ERRORS,
        ),
    )


def _explain_open(case: Case[AwsError], read: _Read, called: str | None, region: str | None) -> Explanation:
    """Explain the reasons that the message leaves open."""
    unnamed = "the execution role" if "role passed to CreateModel" in case.failure.text else "the caller"
    reader = f"the role {clip_text(read.role)}" if read.role else unnamed
    where = called or "the Region of the call"
    reasons = f"its bucket is not in {where}, the key does not exist, or {reader} is not allowed to read it"
    if region is not None:
        reasons = f"the bucket is in {where}, as required, so the key does not exist, or {reader} is not allowed to read it"
    bucket = commands.bucket(read.bucket)
    profile = find_profile(case)
    locate = fill_command("aws s3api get-bucket-location --bucket {}", bucket)
    look = fill_command("aws s3api head-object --bucket {} --key {}", bucket, read.key or "OBJECT_KEY")
    option = f" --profile {commands.profile(profile)}" if profile else ""
    trusted = _PRINCIPAL.search(case.failure.text) if read.role else None
    return case.explain(
        f"{read.service} cannot read {clip_text(read.name)}: {reasons}.",
        INVALID_REQUEST.cause(
            "reported",
            code_evidence(case.failure),
            text=f"{read.service} reports these reasons in the same words.",
        ),
        None if region else BUCKET_IN_OTHER_REGION.cause(text=f"The bucket is not in {where}."),
        common_causes.NO_IDENTITY_ALLOW.cause(
            text=f"No policy of {reader} allows s3:GetObject on the object, or kms:Decrypt on its key."
        ),
        remedies=your_remedy(
            "Check the Region of the bucket, and then the object",
            None
            if region
            else f"The first command must print {where} (null means us-east-1). If it does not, copy the object to a bucket in {where}.",
            f"The last one must find the object with the credentials of {reader}: 404 means another key, and 403 that a permission is missing (without s3:ListBucket, or the key).",
            trusted and f"The role must exist, and trust {trusted[1]}.",
            commands=(None if region else f"{locate}{option}", f"{look}{option}"),
            url=pages.S3_ERRORS,
        ),
    )
