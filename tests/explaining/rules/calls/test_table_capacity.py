"""DynamoDB throttles by the capacity of a table, an index or a key, other services by the rate of an account."""

from __future__ import annotations

import pytest

from iamtriage import explain
from iamtriage.explaining import classify

_CALL = "An error occurred ({}) when calling the {} operation: {}"
_LEVEL = "The level of configured provisioned throughput for {} was exceeded."
_CODE = "ProvisionedThroughputExceededException"


@pytest.mark.parametrize(
    "text",
    [
        _CALL.format(_CODE, "PutItem", _LEVEL.format("the table")),
        _CALL.format(_CODE, "Query", _LEVEL.format("one or more global secondary indexes of the table")),
        _CALL.format(
            "ThrottlingException",
            "GetItem",
            "Throughput exceeds the current capacity of your table or index.",
        ),
    ],
    ids=["table", "index", "on demand"],
)
def test_capacity_of_a_table(text: str) -> None:
    explanation = explain(text)
    assert [each.code for each in explanation.causes] == ["table-capacity"]
    assert "capacity of the DynamoDB table" in explanation.summary
    assert "of an account" not in explanation.to_text(detail="full")
    assert classify(text).retry == "throttled"


@pytest.mark.parametrize(
    "text",
    [
        _CALL.format(_CODE, "PutRecord", "Rate exceeded for shard shardId-000000000000 in stream clicks."),
        _CALL.format("ThrottlingException", "ListTables", "Rate exceeded"),
    ],
    ids=["stream", "account"],
)
def test_other_limits(text: str) -> None:
    assert "DynamoDB" not in str(explain(text))


def test_limit_of_a_shard() -> None:
    text = _CALL.format(_CODE, "PutRecords", "Rate exceeded for shard shardId-000000000000 in stream clicks.")
    assert "limit of one shard" in str(explain(text))
    assert "of an account" not in str(explain(text))
