"""Missing resources that a command of the text lists in another Region."""

from __future__ import annotations

import pytest

from iamtriage import explain

_QUEUE = "The specified queue does not exist or you do not have access to it. (Aws::SQS::Errors::NonExistentQueue)\n\tfrom /app/lib/worker.rb:22\n"
_TABLE = "An error occurred (ResourceNotFoundException) when calling the GetItem operation: Requested resource not found: Table: bookings not found\n"
_CALL = 'sqs = Aws::SQS::Client.new(region: "eu-west-1")\nurl = sqs.get_queue_url(queue_name: "films-in").queue_url\n'
_LISTED = '$ aws sqs list-queues --region {}\n{{"QueueUrls": ["https://sqs.eu-north-1.amazonaws.com/111122223333/{}"]}}\n'


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            f"{_QUEUE}{_CALL}{_LISTED.format('eu-north-1', 'films-in')}",
            "The queue films-in is in eu-north-1, and the call went to eu-west-1.",
        ),
        (
            f'{_TABLE}boto3.resource("dynamodb", region_name="eu-west-1")\n$ aws dynamodb list-tables --region us-east-2\n{{"TableNames": ["bookings"]}}\n',
            "The table bookings is in us-east-2, and the call went to eu-west-1.",
        ),
    ],
)
def test_region_of_a_listing(text: str, verdict: str) -> None:
    explanation = explain(text)
    assert explanation.summary == verdict
    assert "does not exist" not in explanation.summary


@pytest.mark.parametrize(
    "listing",
    [
        _LISTED.format("eu-north-1", "films-in-dead"),
        _LISTED.format("eu-west-1", "films-in"),
        "$ aws sqs list-queues --region eu-north-1\n",
    ],
    ids=["other name", "same Region", "empty"],
)
def test_listing_that_shows_no_other_region(listing: str) -> None:
    assert "the call went to" not in explain(f"{_QUEUE}{_CALL}{listing}").summary
