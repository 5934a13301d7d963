"""The key of a queue or topic that S3 may not use for its notifications."""

from __future__ import annotations

import json

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
