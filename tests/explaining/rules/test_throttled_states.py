"""What makes fewer calls depends on the call: for one cluster, for one resource or for many."""

from __future__ import annotations

import pytest

from iamtriage import explain

_THROTTLED = "botocore.exceptions.ClientError: An error occurred (ThrottlingException) when calling the {} operation (reached max retries: 4): Rate exceeded"


@pytest.mark.parametrize(
    ("operation", "facts", "words"),
    [
        ("DescribeCluster", {"cluster": "prod", "region": "us-east-1"}, "aws eks update-kubeconfig once"),
        ("DescribeInstances", {}, "for many resources in one call"),
        ("DescribeTable", {}, "keep the response"),
        # EMR and Redshift have clusters, too.
        ("DescribeCluster", {}, "keep the response"),
    ],
)
def test_fewer_calls(operation: str, facts: dict[str, str], words: str) -> None:
    steps = " ".join(explain(_THROTTLED.format(operation), facts=facts).remedies[0].steps)
    assert words in steps
