"""Build the remedies of a denial that does not say which action was denied: the call has to be found first."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages, wording
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.policies._masked_arns import find_partition

_QUEUE_URL = lazy_pattern(
    r"(?a)https://(?:sqs\.)?(?P<region>[a-z0-9-]{5,30})\.[a-z.]{3,40}/(?P<account>[0-9]{12})/(?P<name>[\w-]{1,80}(?:\.fifo)?)"
)
_REQUEST_ID = lazy_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# The message of EC2, whose code the text can lack.
_OF_EC2 = lazy_pattern(r"You are not authorized to perform this operation\b")
# The execution log of API Gateway, and what AWS says of a request whose template does not encode the message.
_OF_GATEWAY = lazy_pattern(
    r"\bEndpoint response (?:body before transformations|headers)\b|\bExecution failed due to configuration error\b|\A(?![\s\S]{0,9000}?[Ll]ambda)[\s\S]{0,9000}?(?:^|[.;\n])"
    # Not "we do not use API Gateway" or "it works from API Gateway".
    r"(?![^.;\n]{0,200}?(?:\b(?:no|not|without|instead|unlike|works?)\b|n't\b))[^.;\n]{0,200}?\bAPI Gateway\b"
)
_NOT_ENCODED = lazy_pattern(
    r"\bspecial characters\b[^.]{0,60}\b(?:aren't|are not|not)\b[^.]{0,40}\bmessage body\b(?![^.]{0,80}(?:\?|\bbut\b))"
)
_GATEWAY_PAGE = "https://repost.aws/knowledge-center/api-gateway-rest-api-sqs-errors"
_ENCODE = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
# CloudTrail records the events of these services in us-east-1, in the partition aws:
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-cli.html
GLOBAL_SERVICES = frozenset({"cloudfront", "iam", "organizations", "route53"})
"""Services that have one Region in each partition."""
# Data events, which the event history of CloudTrail does not have:
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
_DATA_EVENTS = {
    "dynamodb": "GetItem",
    "lambda": "Invoke",
    "s3": "GetObject",
    "sns": "Publish",
    "sqs": "SendMessage",
}
# A page of lookup-events has 50 events.
_LATEST = "1000"


def unnamed_call_remedies(denial: Denial) -> tuple[Remedy, ...]:
    """Return the remedies if the message names no action, or no service."""
    return _ambiguous_remedies(denial) if denial.actions else (_unnamed_call_remedy(denial),)


def denied_calls_command(source: str | None, region: str, sign: str, latest: str = "") -> str:
    """Return the command that prints denied calls: when, what, who and the message of AWS.

    Args:
        source: The event source of the service, such as ``"s3.amazonaws.com"``, if it is known.
        region: The Region.
        sign: What the records have: an error code, or the request ID.
        latest: The number of events to search, from the latest one; by default those of 90 days.
    """
    attribute = f" --lookup-attributes AttributeKey=EventSource,AttributeValue={source}" if source else ""
    limit = f" --max-items {latest}" if latest else ""
    return f"aws cloudtrail lookup-events --region {region}{attribute}{limit} --query 'Events[?contains(CloudTrailEvent, `{sign}`)].CloudTrailEvent' --output text | jq -r '[.eventTime, .eventName, .userIdentity.arn, .errorMessage] | @tsv'"


def _unnamed_call_remedy(denial: Denial) -> Remedy:
    queue = _QUEUE_URL.fullmatch(denial.resource or "")
    if queue is None:
        data = _DATA_EVENTS.get((denial.event_source or "").partition(".")[0])
        without = f", which lacks data events, such as {data}" if data else ""
        says_ec2 = _OF_EC2.search(denial.failure.text, *denial.failure.span) is not None
        is_ec2 = denial.service == "ec2" or (denial.service is None and says_ec2)
        sign = "UnauthorizedOperation" if is_ec2 else "AccessDenied"
        found, request = "the denied calls", denial.failure.envelope.request_id or ""
        look, again = ": look for the one at the time of the error", ""
        if _REQUEST_ID.fullmatch(request):
            found, look, sign = "the call, by its request ID, if it is", "", request
            again = ", use its request ID instead"
        return your_remedy(
            "Find the caller and the call",
            "Check which identity the program uses: it can differ from the one that you expect.",
            f"The second command prints {found} among the latest {int(_LATEST):,} that CloudTrail has{without}{look}. If it is older, repeat the call{again}, and wait a few minutes.",
            commands=(
                "aws sts get-caller-identity",
                denied_calls_command(denial.event_source, _region(denial), sign, _LATEST),
            ),
        )
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    partition = find_partition(queue["region"]) or "aws"
    arn = f"arn:{partition}:sqs:{queue['region']}:{queue['account']}:{queue['name']}"
    template = "aws sqs get-queue-attributes --queue-url {} --attribute-names Policy --region {}"
    if _NOT_ENCODED.search(denial.failure.text):
        return your_remedy(
            "Encode the message body in the mapping template of the API Gateway integration",
            "The text says that special characters are the cause: then no policy helps.",
            "The integration also needs the request header Content-Type, mapped from 'application/x-www-form-urlencoded'.",
            manifest=f"{_ENCODE}\n",
            manifest_language="text",
            url=_GATEWAY_PAGE,
        )
    if _OF_GATEWAY.search(denial.failure.text):
        return account_remedy(
            f"Allow the role of the API Gateway integration what it does with the queue {queue['name']}",
            f"API Gateway calls SQS with the role that the first command prints. Most integrations send messages, and need sqs:SendMessage on {arn}.",
            f"If only messages with special characters fail, encode them in the mapping template: {_ENCODE}",
            commands=(
                f"aws apigateway get-integration --rest-api-id REST_API_ID --resource-id RESOURCE_ID --http-method POST --query credentials --output text --region {queue['region']}",
                commands.fill_command(template, queue[0], queue["region"]),
            ),
            url=_GATEWAY_PAGE,
        )
    return account_remedy(
        f"Allow {denial.caller} what it does with the queue {queue['name']}",
        f"SQS names no action. Senders need sqs:SendMessage, and consumers need sqs:ReceiveMessage, sqs:DeleteMessage and sqs:GetQueueAttributes, on {arn}.",
        f"For a caller outside the account {queue['account']}, the queue policy must allow it, too: the second command prints it.",
        commands=("aws sts get-caller-identity", commands.fill_command(template, queue[0], queue["region"])),
    )


def _ambiguous_remedies(denial: Denial) -> tuple[Remedy, ...]:
    """Return the remedies if several services have the operation; a guess is not enough for an ``Allow``."""
    return (
        your_remedy(
            "Find the service that was called",
            "Look at the client that makes the call in the code, or in CloudTrail: eventSource in the record is the service.",
            "Pass it to explain() as the fact service: the explanation then names the action and the policy.",
            commands=("aws sts get-caller-identity", cloudtrail_command(denial)),
        ),
        account_remedy(
            "If no policy of the caller allows it yet, allow the action of that service",
            f"It is one of these: {wording.join_first_four(denial.actions)}. Allow only that one.",
            url=pages.MANAGE_POLICIES,
        ),
    )


def cloudtrail_command(denial: Denial) -> str:
    """Return the command that looks up the records of the denied call."""
    operation = denial.failure.envelope.operation or (denial.action or "").partition(":")[2]
    name = operation if operation.isalnum() and operation.isascii() else "OPERATION"
    return f"aws cloudtrail lookup-events --region {_region(denial)} --lookup-attributes AttributeKey=EventName,AttributeValue={name} --max-results 10"


def _region(denial: Denial) -> str:
    """Return the Region in which CloudTrail records the call."""
    if denial.service in GLOBAL_SERVICES and denial.location.partition in {None, "aws"}:
        return "us-east-1"
    return denial_remedies.region_argument(denial)
