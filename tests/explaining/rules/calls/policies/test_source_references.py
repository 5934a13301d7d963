"""A template or code compares aws:SourceArn with a reference that is not the ARN with which the service calls."""

from __future__ import annotations

import pytest

from iamtriage import explain

_SNS = """{"notification": {"topicArn": "arn:aws:sns:eu-west-1:444455556666:orders", "timestamp": "2026-09-30 06:12:55.301"}, "delivery": {"destination": "arn:aws:sqs:eu-west-1:444455556666:archive", "providerResponse": "{\\"ErrorCode\\":\\"AccessDenied\\",\\"ErrorMessage\\":\\"Access to the resource https://sqs.eu-west-1.amazonaws.com/444455556666/archive is denied.\\"}", "statusCode": 403}, "status": "FAILURE"}
"""
_RULE = 'The dead-letter queue says: ERROR_CODE NO_PERMISSIONS, ERROR_MESSAGE: "Access to the resource https://sqs.eu-west-1.amazonaws.com/444455556666/archive is denied.", RULE_ARN arn:aws:events:eu-west-1:444455556666:rule/nightly, TARGET_ARN arn:aws:sqs:eu-west-1:444455556666:archive\n'
_TEMPLATE = """
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      Name: nightly
  Orders:
    Type: AWS::SNS::Topic
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders
      Protocol: sqs
  ArchivePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Archive]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {{ Service: {} }}
            Action: sqs:SendMessage
            Resource: !GetAtt Archive.Arn
            Condition:
              ArnEquals:
                aws:SourceArn: {}
"""
_CODE = """
resource "aws_sns_topic_subscription" "a" {{
  topic_arn = aws_sns_topic.orders.arn
  protocol  = "sqs"
}}
data "aws_iam_policy_document" "q" {{
  statement {{
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.archive.arn]
    principals {{
      type        = "Service"
      identifiers = ["{}"]
    }}
    condition {{
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [{}]
    }}
  }}
}}
"""


@pytest.mark.parametrize(
    ("failure", "code", "written", "corrected", "reason"),
    [
        (_SNS, _TEMPLATE, "!Ref Subscription", "aws:SourceArn: !Ref Orders", "the ARN of a subscription"),
        (_SNS, _CODE, "aws_sns_topic_subscription.a.arn", "values   = [aws_sns_topic_subscription.a.topic_arn]", "the ARN of a subscription"),
        (_SNS, _CODE, "aws_sns_topic.orders.name", "values   = [aws_sns_topic.orders.arn]", "that is the name of the topic"),
        (_RULE, _TEMPLATE, "!Ref Nightly", "aws:SourceArn: !GetAtt Nightly.Arn", "Ref returns the name of the rule"),
        (_RULE, _CODE, "aws_cloudwatch_event_rule.nightly.id", "values   = [aws_cloudwatch_event_rule.nightly.arn]", "that is the name of the rule"),
        # These are the ARNs.
        (_SNS, _TEMPLATE, "!Ref Orders", None, ""),
        (_RULE, _TEMPLATE, "!GetAtt Nightly.Arn", None, ""),
        (_SNS, _CODE, "aws_sns_topic.orders.arn", None, ""),
        (_SNS, _CODE, "aws_sns_topic.orders.id", None, ""),
        (_SNS, _TEMPLATE, "!Ref TopicParameter", None, ""),
    ],
    ids=["subscription", "its attribute", "name", "rule", "ID of a rule", "topic", "ARN of a rule", "attribute", "ID", "parameter"],
)  # fmt: skip
def test_reference(failure: str, code: str, written: str, corrected: str | None, reason: str) -> None:
    service = "sns.amazonaws.com" if failure is _SNS else "events.amazonaws.com"
    explanation = explain(failure + code.format(service, written))
    first = explanation.remedies[0]
    assert first.manifest == corrected
    if corrected is None:
        assert "although the policy in the text allows" in explanation.summary
    else:
        assert f"allows {service} only for aws:SourceArn " in explanation.summary
        assert reason in explanation.summary
        assert "arn:aws:" in explanation.summary.rpartition(" here ")[2]


def test_arn_of_a_subscription() -> None:
    topic = "arn:aws:sns:eu-west-1:444455556666:orders"
    policy = f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "sns.amazonaws.com"}}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:444455556666:archive", "Condition": {{"ArnEquals": {{"aws:SourceArn": "{topic}:9b1d8a34-6c3f-4f8e-8f1b-2f4b4f0c6d11"}}}}}}]}}'
    explanation = explain(f"{_SNS}\n{policy}")
    assert "SNS sends the ARN of the topic" in explanation.summary
    first = explanation.remedies[0]
    assert any(f"--arg new {topic} " in each for each in first.commands)
    assert not any("another source" in each for each in first.steps)
