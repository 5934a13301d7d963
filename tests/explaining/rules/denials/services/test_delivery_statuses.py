"""The status of a trail or delivery channel says that S3 denied what a service delivers."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_SOURCE = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"
_TRAIL = f'{{"trailList": [{{"Name": "main", "S3BucketName": "octo-trail", "TrailARN": "{_SOURCE}"}}]}}\n'
_STATUS = '$ aws cloudtrail get-trail-status --name main\n{\n  "IsLogging": true,\n  "LatestDeliveryError": "AccessDenied"\n}\n'
_CHANNEL = '$ aws configservice describe-delivery-channels\n{"DeliveryChannels": [{"name": "default", "s3BucketName": "octo-config"}]}\n'
_HISTORY = '{"DeliveryChannelsStatus": [{"name": "default", "configHistoryDeliveryInfo": {"lastStatus": "FAILURE", "lastErrorCode": "AccessDenied"}}]}\n'
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_DENY = {"Sid": "OnlyOurKey", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::octo-trail/*", "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}}  # fmt: skip


def _policy(*others: object, source: str = _SOURCE) -> str:
    principal, condition = (
        {"Service": "cloudtrail.amazonaws.com"},
        {"StringEquals": {"aws:SourceArn": source}},
    )
    allows = [
        {"Effect": "Allow", "Principal": principal, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::octo-trail", "Condition": condition},
        {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::octo-trail/AWSLogs/111122223333/*", "Condition": condition},
    ]  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [*allows, *others]})


@check_rows(
    ("text", "said", "command"),
    [
        (_TRAIL + _STATUS, "bucket policy of octo-trail does not allow cloudtrail.amazonaws.com", "--bucket octo-trail "),
        (_STATUS.replace(": ", ":"), "bucket policy does not allow cloudtrail.amazonaws.com", "--bucket BUCKET "),
        (_CHANNEL + _HISTORY, "bucket policy of octo-config does not allow config.amazonaws.com", "--bucket octo-config "),
        # The bucket policy allows it, so that another policy denies it.
        (_TRAIL + _STATUS + _policy(), "although the bucket policy in the text allows it", "get-bucket-encryption --bucket octo-trail"),
        (_STATUS + _policy(), "although the bucket policy in the text allows it", "get-bucket-encryption --bucket octo-trail"),
        (_TRAIL.replace('"TrailARN"', f'"KmsKeyId": "{_KEY}", "TrailARN"') + _STATUS + _policy(), f"the policy of the key {_KEY}", f"get-key-policy --key-id {_KEY}"),
        (_TRAIL + _STATUS + _policy(_DENY), "its Deny statement OnlyOurKey or", "get-bucket-policy --bucket octo-trail"),
        (_TRAIL + _STATUS + _policy().replace("StringEquals", "StringNotEquals"), "bucket policy of octo-trail does not allow cloudtrail.amazonaws.com", "--bucket octo-trail "),
    ],
    ids=["trail", "compact", "config", "allowed", "only-policy", "key", "deny",  "excluded"],
)  # fmt: skip
def test_delivery(text: str, said: str, command: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "service-principal"
    assert said in explanation.summary
    assert command in explanation.remedies[0].commands[0]


@pytest.mark.parametrize(
    "text",
    [
        _STATUS.replace("AccessDenied", "NoSuchBucket"),
        _STATUS.replace('"AccessDenied"', '""'),
        _HISTORY.replace("History", "Stream").replace("AccessDenied", "TopicNotFound"),
    ],
    ids=["bucket", "none", "topic"],
)
def test_no_denied_delivery(text: str) -> None:
    assert explain(text).topic == "nothing"


@pytest.mark.parametrize(("named", "is_other"), [("old", True), ("prod", False)])
def test_bucket_policy_of_another_trail(named: str, *, is_other: bool) -> None:
    """The trail that a call creates is not the one that the bucket policy allows."""
    arn = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/AWSLogs/444455556666/*"],
        "Condition": {"StringEquals": {"aws:SourceArn": f"{arn}{named}"}},
    }
    error = "An error occurred (InsufficientS3BucketPolicyException) when calling the CreateTrail operation: Incorrect S3 bucket policy is detected for bucket: logs"
    call = "$ aws cloudtrail create-trail --name prod --s3-bucket-name logs --region eu-west-1"
    explanation = explain(f"{call}\n{error}\n\n{json.dumps({'Statement': [statement]})}\n")
    verdict = f"only for aws:SourceArn {arn}old, and the request has {arn}prod."
    assert explanation.summary.endswith(verdict) is is_other
    assert any(f"--arg new {arn}prod" in each for each in explanation.remedies[0].commands) is is_other
