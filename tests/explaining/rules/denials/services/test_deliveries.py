"""Tests for deliveries that SNS logs as failed: the policy of the destination, or the key that encrypts it."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain, scan
from tests.tables import check_rows

TOPIC = "arn:aws:sns:eu-west-1:111122223333:orders"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:billing"
DENIED = {"ErrorCode": "AccessDenied", "ErrorMessage": "Access to the resource https://sqs.eu-west-1.amazonaws.com/111122223333/billing is denied."}  # fmt: skip
NO_KEY = {"ErrorCode": "KMS.AccessDeniedException", "ErrorMessage": "null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0a1b; Proxy: null)"}  # fmt: skip


def _record(response: dict[str, str], indent: int | None = None) -> str:
    """Return what SNS logs about a delivery: https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html."""
    notification = {"messageId": "0a1b2c3d", "topicArn": TOPIC}
    delivery = {
        "destination": QUEUE,
        "providerResponse": json.dumps(response),
        "attempts": 1,
        "statusCode": 403,
    }
    return json.dumps(
        {"notification": notification, "delivery": delivery, "status": "FAILURE"}, indent=indent
    )


@pytest.mark.parametrize("indent", [None, 2])
def test_queue_policy_allows_the_topic(indent: int | None) -> None:
    explanation = explain(_record(DENIED, indent=indent))
    [remedy] = explanation.remedies
    assert (
        explanation.summary
        == "The queue policy does not allow sns.amazonaws.com to send messages to the queue billing."
    )
    assert remedy.policy is not None
    assert remedy.policy["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE,
            "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
        }
    ]


def test_unknown_key_of_the_queue_is_looked_up() -> None:
    explanation = explain(_record(NO_KEY))
    assert (
        explanation.summary
        == "The key policy does not allow sns.amazonaws.com to use the key that encrypts the queue billing."
    )
    assert "--attribute-names KmsMasterKeyId" in explanation.remedies[0].commands[0]


def test_destination_of_another_record_is_not_taken() -> None:
    other = _record(DENIED).replace("billing", "refunds").replace(TOPIC, f"{TOPIC}-old")
    explanation = explain(f"{_record(DENIED)}\n{other}")
    assert "the queue billing" in explanation.summary


def test_function_is_allowed_for_the_topic_only() -> None:
    function = "arn:aws:lambda:eu-west-1:111122223333:function:bill"
    explanation = explain(
        _record(DENIED)
        .replace(QUEUE, function)
        .replace(
            "Access to the resource https://sqs.eu-west-1.amazonaws.com/111122223333/billing is denied.",
            "Access Denied",
        )
    )
    [remedy] = explanation.remedies
    assert f"--principal sns.amazonaws.com --source-arn {TOPIC}" in remedy.commands[0]


@pytest.mark.parametrize(
    "other", ["https://example.org/hook", "arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs"]
)
def test_destination_without_a_policy(other: str) -> None:
    """No policy of a queue is at fault if SNS delivers to something else."""
    assert "queue policy" not in explain(_record(NO_KEY).replace(QUEUE, other)).summary


def test_key_that_encrypts_no_more_decides_nothing() -> None:
    text = f"{ALARM_IN_WORDS} The topic is not encrypted with alias/aws/sns any more."
    assert explain(text).summary.startswith("The key policy does not allow cloudwatch.amazonaws.com")


def test_keys_of_two_queues_decide_nothing() -> None:
    shown = '{"KmsMasterKeyId": "alias/aws/sqs"}\n{"KmsMasterKeyId": "alias/billing"}'
    assert explain(f"{_record(NO_KEY)}\n{shown}").summary.startswith(
        "The key policy does not allow sns.amazonaws.com"
    )


ALARM = f'Failed to execute action {TOPIC}. Received error: "null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0a1b; Proxy: null)"\n'
ALARM_IN_WORDS = f'Failed to execute action {TOPIC}. Received error: "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."'


@check_rows(
    ("text", "noun", "key"),
    [
        (f"{ALARM}  Type: AWS::SNS::Topic\n  KmsMasterKeyId: alias/aws/sns", "topic", "alias/aws/sns"),
        (f'{_record(NO_KEY)}\n"KmsMasterKeyId": "alias/aws/sqs"', "queue", "alias/aws/sqs"),
        (f'{ALARM_IN_WORDS}\n$ aws sns get-topic-attributes --topic-arn {TOPIC} --query Attributes.KmsMasterKeyId\n"alias/aws/sns"', "topic", "alias/aws/sns"),
        (f"{ALARM_IN_WORDS} The topic is encrypted with the AWS managed key `alias/aws/sns`.", "topic", "alias/aws/sns"),
    ],
)  # fmt: skip
def test_key_of_aws_cannot_allow_a_service(text: str, noun: str, key: str) -> None:
    explanation = explain(text)
    assert f"it is {key}, an AWS managed key" in explanation.summary
    [remedy] = explanation.remedies
    assert remedy.policy is not None
    owner, _ = remedy.policy["Statement"]
    assert owner["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert [line.split()[1:3] for line in remedy.commands] == [
        ["kms", "create-key"],
        ["sns" if noun == "topic" else "sqs", f"set-{noun}-attributes"],
    ]
    assert ("the next deployment would set" in " ".join(remedy.steps)) == ("AWS::SNS::Topic" in text)


def test_key_in_terraform_is_replaced_there() -> None:
    text = f'{ALARM}resource "aws_sns_topic" "pages" {{\n  kms_master_key_id = "alias/aws/sns"'
    [remedy] = explain(text).remedies
    assert "kms_master_key_id = aws_kms_key.pages.arn in aws_sns_topic.pages" in remedy.steps[0]
    assert '"Principal": {"Service": "cloudwatch.amazonaws.com"}' in (remedy.manifest or "")
    assert remedy.commands == ("terraform apply",)


UNVALIDATED = "An error occurred (InvalidArgument) when calling the PutBucketNotificationConfiguration operation: Unable to validate the following destination configurations\n"


def _queue(key: str, service: str) -> str:
    return f"""resource "aws_sqs_queue" "jobs" {{
  kms_master_key_id = {key}
}}
resource "aws_sqs_queue_policy" "jobs" {{
  policy = <<POLICY
{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{service}"}}, "Action": "sqs:SendMessage", "Resource": "${{aws_sqs_queue.jobs.arn}}", "Condition": {{"ArnLike": {{"aws:SourceArn": "${{aws_s3_bucket.uploads.arn}}"}}, "StringEquals": {{"aws:SourceAccount": "111122223333"}}}}}}]}}
POLICY
}}
resource "aws_s3_bucket_notification" "uploads" {{
  queue {{
    queue_arn = aws_sqs_queue.jobs.arn
  }}
}}
"""


def test_policy_of_another_kind_of_destination_says_nothing() -> None:
    other = _queue("aws_kms_key.jobs.arn", "sns.amazonaws.com").replace("  queue {", "  topic {")
    assert "most often, its policy does not allow s3.amazonaws.com" in explain(UNVALIDATED + other).summary


_NOTIFY = f"$ aws s3api put-bucket-notification-configuration --bucket octo-scans --notification-configuration file://n.json\n{UNVALIDATED}"
_SCANS = "arn:aws:sqs:eu-west-1:111122223333:scans"
_ONLY_FOR = "only for aws:SourceArn arn:aws:s3:::octo-scan, and the request has arn:aws:s3:::octo-scans."


def _shown_policy(arn: str, action: str, bucket: str, service: str = "s3.amazonaws.com") -> str:
    policy = f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "{service}"}}, "Action": "{action}", "Resource": "{arn}", "Condition": {{"ArnLike": {{"aws:SourceArn": "arn:aws:s3:::{bucket}"}}}}}}]}}'
    return f'{{"Attributes": {{"Policy": {json.dumps(policy)}, "SqsManagedSseEnabled": "true"}}}}\n'


@check_rows(
    ("arn", "action", "bucket", "end"),
    [
        (_SCANS, "sqs:SendMessage", "octo-scan", f"the queue policy in the text allows s3.amazonaws.com {_ONLY_FOR}"),
        (_SCANS.replace("sqs", "sns"), "sns:Publish", "octo-scan", f"the topic policy in the text allows s3.amazonaws.com {_ONLY_FOR}"),
        (_SCANS, "sqs:ReceiveMessage", "octo-scans", "the queue policy in the text allows s3.amazonaws.com only sqs:ReceiveMessage, not sqs:SendMessage."),
        # The policy allows it.
        (_SCANS, "sqs:SendMessage", "octo-scans", "most often, its policy does not allow s3.amazonaws.com."),
        (_SCANS, "sqs:SendMessage", "octo-*", "most often, its policy does not allow s3.amazonaws.com."),
    ],
)  # fmt: skip
def test_shown_policy_of_a_destination(arn: str, action: str, bucket: str, end: str) -> None:
    explanation = explain(f"{_NOTIFY}{_shown_policy(arn, action, bucket)}")
    assert explanation.summary.endswith(end)
    is_shown = "in the text" in end
    assert [each.code for each in explanation.causes][1:] == (
        [] if is_shown else ["notification-destination-gone"]
    )
    assert (
        "Then repeat aws s3api put-bucket-notification-configuration." in explanation.to_text(detail="full")
    ) is is_shown


@check_rows(
    ("condition", "options"),
    [
        ('"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::octo-scan"}', "--source-arn arn:aws:s3:::octo-scans"),
        (
            '"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::octo-scan"}, "StringEquals": {"AWS:SourceAccount": "111122223333"}',
            "--source-arn arn:aws:s3:::octo-scans --source-account 111122223333",
        ),
        (
            '"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::octo-scan"}, "StringNotEquals": {"AWS:SourceAccount": "444455556666"}',
            "--source-arn arn:aws:s3:::octo-scans",
        ),
    ],
)
def test_replaced_permission_keeps_its_other_condition(condition: str, options: str) -> None:
    function = "arn:aws:lambda:eu-west-1:111122223333:function:scan"
    policy = f'{{"Version": "2012-10-17", "Statement": [{{"Sid": "s3", "Effect": "Allow", "Principal": {{"Service": "s3.amazonaws.com"}}, "Action": "lambda:InvokeFunction", "Resource": "{function}", "Condition": {{{condition}}}}}]}}'
    [remedy] = explain(f"{_NOTIFY}{policy}\n").remedies
    assert f" --principal s3.amazonaws.com {options} --statement-id s3" in remedy.commands[1]


@check_rows(
    "more",
    [
        # Two destinations, and the policy of a queue that is not named.
        _shown_policy(_SCANS, "sqs:SendMessage", "octo-scan") + f"{_SCANS}-late",
        "",
    ],
)
def test_unclear_destination(more: str) -> None:
    assert "most often" in explain(f"{_NOTIFY}{more}").summary


@check_rows(
    ("stated", "first"),
    [
        ("KmsMasterKeyId: 0a1b2c3d-1111-2222-3333-444455556666", "aws kms get-key-policy --key-id 0a1b2c3d-1111-"),
        ('"KmsMasterKeyId": "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"', "aws kms get-key-policy --key-id 0a1b2c3d-1111-"),
        ("KmsMasterKeyId: alias/orders", "aws kms describe-key --key-id alias/orders"),
        ("", "aws sns get-topic-attributes"),
    ],
)  # fmt: skip
def test_key_in_the_text(stated: str, first: str) -> None:
    explanation = explain(f"{ALARM}{stated}")
    assert explanation.summary.startswith("The key policy does not allow cloudwatch.amazonaws.com")
    assert explanation.remedies[0].commands[0].startswith(first)
    assert "SSE-SQS" not in " ".join(explanation.remedies[0].steps)


def test_delivery_that_failed_before_another_error_is_not_its_reason() -> None:
    code = 'resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {\n  bucket = "octo-logs"\n  rule {\n    apply_server_side_encryption_by_default {\n      sse_algorithm = "aws:kms"\n    }\n  }\n}'
    text = f"Error: modifying ELBv2 Load Balancer (web) attributes: InvalidConfigurationRequest: Access Denied for bucket: octo-logs. Please check S3bucket permission\n  with aws_lb.web,\n{code}\nAn error occurred (NotAuthorizedException) when calling the InitiateAuth operation: Incorrect username or password."
    summaries = [explain(each).summary for each in scan(text)]
    assert "write access logs" in summaries[0]
    assert "write access logs" not in summaries[1]


def test_control_character_in_the_message_of_a_role() -> None:
    text = "An error occurred (AccessDeniedException) when calling the CreateStateMachine operation: 'arn:aws:iam::111122223333:role/octo' is not authorized\x00 to create managed-rule."
    assert "CreateStateMachine" in explain(text).summary


_RULE = "arn:aws:events:eu-west-1:111122223333:rule/shop/paid"
_UNDELIVERED = {
    "ERROR_CODE": "NO_PERMISSIONS",
    "ERROR_MESSAGE": DENIED["ErrorMessage"],
    "RULE_ARN": _RULE,
    "TARGET_ARN": QUEUE,
}


def _undelivered(source: str | None = None, **changed: str) -> str:
    """Return a received event of a dead-letter queue, and a queue policy for a source."""
    attributes = {
        key: {"StringValue": value, "DataType": "String"}
        for key, value in {**_UNDELIVERED, **changed}.items()
    }
    shown = f"$ aws sqs receive-message --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/dead --query 'Messages[0].MessageAttributes'\n{json.dumps(attributes, indent=2)}\n"
    if source is None:
        return shown
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }
    return f"{shown}{json.dumps(statement)}"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (None, "does not allow events.amazonaws.com to send messages to the queue billing."),
        (
            "arn:aws:events:eu-west-1:111122223333:event-bus/shop",
            f"only for aws:SourceArn arn:aws:events:eu-west-1:111122223333:event-bus/shop, and the request has {_RULE}.",
        ),
        ("arn:aws:events:eu-west-1:111122223333:rule/shop/*", "although the policy in the text allows"),
    ],
)
def test_event_that_the_queue_of_a_rule_denied(source: str | None, says: str) -> None:
    explanation = explain(_undelivered(source))
    assert says in explanation.summary
    assert any("does not retry" in each for each in explanation.notes)
    assert "ReceiveMessage" not in str(explanation)


@pytest.mark.parametrize(
    "text",
    [
        _undelivered(TARGET_ARN="arn:aws:sqs:eu-west-1:111122223333:other"),
        _undelivered(ERROR_MESSAGE="Unable to assume role arn:aws:iam::111122223333:role/shop"),
        f'{_undelivered()}{{"Id": "1", "RoleArn": "arn:aws:iam::111122223333:role/shop"}}',
    ],
)
def test_undelivered_event_of_another_reason(text: str) -> None:
    assert "does not allow events.amazonaws.com" not in explain(text).summary


_SELECTED = "RULE_ARN.StringValue,TARGET_ARN.StringValue,ERROR_CODE.StringValue"
_RECEIVE = "$ aws sqs receive-message --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/dead --query 'Messages[0].MessageAttributes.{}'{}\n{}\n"
_VALUES = (_RULE, QUEUE, "NO_PERMISSIONS")


@pytest.mark.parametrize(
    "shown",
    [
        _RECEIVE.format(
            "{rule:RULE_ARN.StringValue,target:TARGET_ARN.StringValue,code:ERROR_CODE.StringValue}",
            "",
            json.dumps(dict(zip(("rule", "target", "code"), _VALUES, strict=True)), indent=2),
        ),
        _RECEIVE.format(f"[{_SELECTED}]", "", json.dumps(_VALUES, indent=2)),
        _RECEIVE.format(f"[{_SELECTED}]", " --output text", "\t".join(_VALUES)),
        _RECEIVE.format(
            "[ERROR_CODE.StringValue,RULE_ARN.StringValue,TARGET_ARN.StringValue]",
            "",
            json.dumps(["NO_PERMISSIONS", _RULE, QUEUE]),
        ),
    ],
    ids=["members", "list", "text", "code first"],
)
def test_event_whose_rule_went_to_another_bus(shown: str) -> None:
    """A query selects its attributes, and the code has another name."""
    former = _RULE.replace("rule/shop/", "rule/")
    policy = _undelivered(former).rpartition("\n")[2]
    explanation = explain(f"{shown}\nThe policy of the queue:\n{policy}\n")
    assert f"only for aws:SourceArn {former}, and the request has {_RULE}." in explanation.summary
    assert any("needs no role" in each and "On the bus shop" in each for each in explanation.notes)


@pytest.mark.parametrize(
    "text",
    [
        '{"code": "NO_PERMISSIONS", "message": "ask an admin"} from our own API on AWS in eu-west-1',
        f"The rule {_RULE} has no NO_PERMISSIONS errors.",
    ],
)
def test_code_of_another_system(text: str) -> None:
    assert explain(text).topic == "nothing"


_NOTIFICATION = """resource "aws_s3_bucket_notification" "in" {{
  bucket = aws_s3_bucket.in.id
  {0} {{
    {0}_arn = {1}.jobs.arn
    events = ["s3:ObjectCreated:*"]
  }}
  {2}
}}
"""


@check_rows(
    ("text", "shown", "hidden"),
    [
        (
            "queue: https://sqs.eu-west-1.amazonaws.com/111122223333/jobs",
            ('"Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs"', '"aws:SourceAccount": "111122223333"'),
            "DESTINATION_ARN",
        ),
        # Two queues: the text does not say which one is meant.
        (
            "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs https://sqs.eu-west-1.amazonaws.com/111122223333/old",
            ("DESTINATION_ARN",),
            "depends_on",
        ),
        (
            _NOTIFICATION.format("queue", "aws_sqs_queue", ""),
            ('resource "aws_sqs_queue_policy" "jobs"', "depends_on = [aws_sqs_queue_policy.jobs]"),
            "DESTINATION_ARN",
        ),
        (
            _NOTIFICATION.format("lambda_function", "aws_lambda_function", ""),
            ('resource "aws_lambda_permission" "jobs"', "source_arn = aws_s3_bucket.in.arn"),
            "sqs",
        ),
        # Two destinations, and a policy that the notification waits for.
        (
            _NOTIFICATION.format("queue", "aws_sqs_queue", "queue_arn = aws_sqs_queue.old.arn"),
            ("DESTINATION_ARN",),
            'resource "aws_sqs_queue_policy"',
        ),
        (
            _NOTIFICATION.format("queue", "aws_sqs_queue", "depends_on = [aws_sqs_queue_policy.jobs]")
            + 'resource "aws_sqs_queue_policy" "jobs" {\n  queue_url = aws_sqs_queue.jobs.id\n}\n',
            ("DESTINATION_ARN",),
            "terraform apply",
        ),
        (
            "with aws_s3_bucket_notification.in,\naws_sqs_queue_policy.jobs: Creating...",
            ("write depends_on = [aws_sqs_queue_policy.jobs] into aws_s3_bucket_notification.in",),
            "terraform apply",
        ),
    ],
)
def test_destination_of_notifications(text: str, shown: tuple[str, ...], hidden: str) -> None:
    full = explain(f"{UNVALIDATED}{text}").to_text(detail="full", width=10_000)
    assert all(each in full for each in shown)
    assert hidden not in full
