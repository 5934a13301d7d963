"""Calls that got no response from a local endpoint, which is none of AWS."""

from __future__ import annotations

import pytest

from iamtriage import explain

_BOTOCORE = 'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "{}/"\n'
_GO = 'operation error SQS: SendMessage, https response error StatusCode: 0, RequestID: , request send failed, Post "{}/": dial tcp 127.0.0.1:4566: connect: connection refused\n'
_NODE = "Error: connect ECONNREFUSED {}\n  code: 'ECONNREFUSED',\n  '$metadata': {{ attempts: 3, totalRetryDelay: 200 }}\n"
_JAVA = "software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: Connect to {} [localhost/127.0.0.1] failed: Connection refused (SDK Attempt Count: 4)\n"


@pytest.mark.parametrize(
    ("text", "summary", "step"),
    [
        (_BOTOCORE.format("http://localstack:4566") + "AWS_ENDPOINT_URL: http://localstack:4566", "localstack:4566, an address of LocalStack: AWS_ENDPOINT_URL sends it there, not to AWS", "The name localstack resolves only in the containers of its network"),
        (_BOTOCORE.format("http://tickets-aws:5000"), "tickets-aws:5000, which is no host of AWS: a setting or the code", "The name tickets-aws resolves only"),
        (_GO.format("http://localhost:4566"), "localhost:4566, an address of LocalStack", "In a container, localhost is the container itself"),
        (_NODE.format("127.0.0.1:4566") + "AWS_ENDPOINT_URL_SQS=http://localhost:4566", "127.0.0.1:4566, an address of LocalStack: AWS_ENDPOINT_URL_SQS sends", "In a container"),
        (_JAVA.format("localhost:8000"), "localhost:8000, an address of DynamoDB Local", "In a container"),
        ("The pod tickets-5d8f7c9b4-x2x9k of namespace tickets:\n" + _BOTOCORE.format("http://minio:9000"), "minio:9000, an address of MinIO", "minio is found only in the namespace of the pod"),
    ],
)  # fmt: skip
def test_local_endpoint(text: str, summary: str, step: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "no-answer"
    assert summary in explanation.summary
    assert step in " ".join(explanation.remedies[0].steps)
    assert "VPC" not in str(explanation)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_NODE.format("127.0.0.1:3128"), id="the port of a proxy"),
        pytest.param(_BOTOCORE.format("https://store.tickets.example"), id="a host of a network"),
        pytest.param(
            _BOTOCORE.format("https://sqs.eu-west-1.amazonaws.com")
            + "We tested with http://localstack:4566 before.",
            id="AWS",
        ),
    ],
)
def test_other_endpoint(text: str) -> None:
    assert "not to AWS" not in explain(text).summary
