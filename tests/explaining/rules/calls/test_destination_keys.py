"""The key of a queue or topic that S3 may not use for its notifications."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ERROR = "An error occurred (InvalidArgument) when calling the PutBucketNotificationConfiguration operation: Unable to validate the following destination configurations\n"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:files"
_TOPIC = "arn:aws:sns:eu-west-1:111122223333:files"


def _policy(action: str, arn: str, service: str = "s3.amazonaws.com") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads"}},
    }
    return f"the policy:\n{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}\nbucket uploads\n"


_OF_QUEUE, _OF_TOPIC = _policy("sqs:SendMessage", _QUEUE), _policy("sns:Publish", _TOPIC)
_ID = "0a1b2c3d-1111-4444-8888-0123456789ab"


@check_rows(
    ("text", "verdict", "title"),
    [
        (
            f'{_ERROR}{_OF_QUEUE}"KmsMasterKeyId": "alias/aws/sqs"',
            "alias/aws/sqs is an AWS managed key",
            "Encrypt the queue with a customer managed key that allows s3.amazonaws.com",
        ),
        (
            f'{_ERROR}{_OF_TOPIC}"KmsMasterKeyId": "alias/aws/sns"',
            "alias/aws/sns is an AWS managed key",
            "Encrypt the topic with a customer managed key that allows s3.amazonaws.com",
        ),
        (
            f'{_ERROR}{_OF_QUEUE}"KmsMasterKeyId": "{_ID}"',
            f"most likely, the policy of its key {_ID} does not allow s3.amazonaws.com",
            "Allow s3.amazonaws.com to use the key, in its key policy",
        ),
        (f"{_ERROR}{_OF_QUEUE}", "most often, its policy does not allow", "Allow s3.amazonaws.com in"),
        (
            f'{_ERROR}{_policy("sqs:SendMessage", _QUEUE, "sns.amazonaws.com")}"KmsMasterKeyId": "alias/aws/sqs"',
            "the queue policy in the text",
            "Allow s3.amazonaws.com in",
        ),
    ],
    ids=["managed key of a queue", "managed key of a topic", "key", "no key", "policy for another service"],
)
def test_key_of_a_destination(*, text: str, verdict: str, title: str) -> None:
    explanation = explain(text)
    assert explanation is not None
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


_GONE = "Could not create volume \"pvc-1\": could not create volume in EC2: failed to get an available volume in EC2: InvalidVolume.NotFound: The volume 'vol-0a1b2c3d4e5f60718' does not exist.\n\n"
_CLASS = 'parameters:\n  encrypted: "true"\n  kmsKeyId: {}\n'
_VOLUME_KEY = "arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-0000-4000-8000-000000000003"
_ACCOUNT = '{"eks.amazonaws.com/role-arn": "arn:aws:iam::444455556666:role/csi"}\n'
_OPEN_KEY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "kms:*", "Resource": "*"}]}\n'
_OWN = (
    '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "kms:*", "Resource": "{}"}}]}}\n'
)


@pytest.mark.parametrize(
    ("beside", "verdict", "command"),
    [
        (
            _CLASS.format(_VOLUME_KEY) + _ACCOUNT,
            "most likely, the role csi is not allowed",
            "put-role-policy --role-name csi",
        ),
        (_CLASS.format(_VOLUME_KEY), "most often, whoever creates the volume", "--role-name ROLE_NAME"),
        (_CLASS.format("alias/ebs") + _ACCOUNT, "its KMS key alias/ebs", "describe-key --key-id alias/ebs"),
        ("", "most often, whoever creates the volume", "get-ebs-default-kms-key-id"),
        (
            _CLASS.format(_VOLUME_KEY) + _ACCOUNT + _OWN.format(_VOLUME_KEY),
            "although the policy in the text allows kms:CreateGrant",
            "KeyMetadata.KeyState",
        ),
    ],
    ids=["role", "no role", "alias", "nothing", "allowed"],
)
def test_volume_that_is_gone(beside: str, verdict: str, command: str) -> None:
    """Without the permission for its key, EC2 deletes a new volume again."""
    explanation = explain(_GONE + beside)
    assert explanation.topic == "new-volume-gone"
    assert verdict in explanation.summary
    assert any(command in each for each in explanation.remedies[0].commands)


def test_key_policy_of_a_volume_that_is_gone() -> None:
    first = explain(_GONE + _CLASS.format(_VOLUME_KEY) + _ACCOUNT + _OPEN_KEY).remedies[0]
    assert any(each.startswith("The key policy needs no change") for each in first.steps)
    assert all(each["Resource"] == _VOLUME_KEY for each in (first.policy or {})["Statement"])


def test_volume_that_somebody_deleted() -> None:
    assert "new-volume-gone" not in str(explain(_GONE.replace("get an available", "attach the")))
