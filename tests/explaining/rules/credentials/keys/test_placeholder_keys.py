"""Check that a made-up key of an emulator is found in settings."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_INVALID = "software.amazon.awssdk.services.sqs.model.SqsException: The security token included in the request is invalid. (Service: Sqs, Status Code: 403, Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)\n"
_SPRING = "spring:\n  cloud:\n    aws:\n      credentials:\n        access-key: {}\n        secret-key: {}\n---\nspring:\n  config:\n    activate:\n      on-profile: {}\n  cloud:\n    aws:\n      endpoint: http://localhost:4566\n"
_COMPOSE = "docker-compose.yml:\n  environment:\n    AWS_ACCESS_KEY_ID: dummy\n    AWS_SECRET_ACCESS_KEY: dummy\ndocker-compose.override.yml:\n  environment:\n    SQS_ENDPOINT: http://localstack:4566\n"


@check_rows(
    ("settings", "words"),
    [
        (_SPRING.format("test", "test", "local"), "the endpoint is only in the part for the profile local"),
        (_SPRING.format("foo", "bar", "it"), "the endpoint is only in the part for the profile it"),
        (_COMPOSE, "the endpoint is only in the file docker-compose.override.yml"),
        ('appsettings.json:\n{"AWS": {"AccessKey": "test", "SecretKey": "test"}}\nappsettings.Development.json:\n{"AWS": {"ServiceURL": "http://localhost:4566"}}\n', "the endpoint is only in the file appsettings.Development.json"),
        ("quarkus.sqs.aws.credentials.static-provider.access-key-id=test-key\n%dev.quarkus.sqs.endpoint-override=http://localhost:4566\n", "the endpoint is only in the lines with %dev"),
        ("$ env\nAWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\n", "AWS_ACCESS_KEY_ID is test, a made-up key"),
        ('provider "aws" {\n  access_key = "mock_access_key"\n}\n', "access_key is mock_access_key"),
        # A real key, a reference, a secret, and a key next to the endpoint.
        (_SPRING.format("AKIAEXAMPLEEXAMPLE77", "test", "local"), None),
        (_SPRING.format("${KEY_ID}", "${SECRET}", "local"), None),
        ("AWS_SECRET_ACCESS_KEY=test\n", None),
        # A masked key, and one that nobody uses.
        ("AWS_ACCESS_KEY_ID=xxxxxxxx\nAWS_SECRET_ACCESS_KEY=xxxxxxxx\n", None),
        ("hive.s3.aws-access-key=KEY\nhive.s3.aws-secret-key=SECRET\n", None),
        ("We no longer have AWS_ACCESS_KEY_ID=test there.\n", None),
        ("---\non-profile: local\nendpoint: http://localhost:4566\naccess-key: test\n", None),
    ],
)  # fmt: skip
def test_key_of_an_emulator(settings: str, words: str | None) -> None:
    explanation = explain(f"{_INVALID}\n{settings}")
    assert ("a made-up key" in explanation.summary) is (words is not None)
    assert words is None or words in explanation.summary
    derived = {each.code for each in explanation.causes if each.evidence == "derived"}
    assert ("key-mistyped" in derived) is (words is not None)


_UNKNOWN = "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><RequestId>DC9C75686E6A510B</RequestId><AWSAccessKeyId>{}</AWSAccessKeyId></Error>"


@check_rows(
    ("sent", "is_name"),
    [
        ("S3_KEY", True),
        ("AWS_ACCESS_KEY_ID", True),
        ("${KEY_ID}", True),
        ("{{ aws_key }}", True),
        ("undefined", True),
        # Keys, a key of another system, and masks.
        ("AKIAEXAMPLEEXAMPLE77", False),
        ("AKIA_EXAMPLE_EXAMPLE", False),
        ("minioadmin", False),
        ("YOUR_KEY_ID", False),
        ("XXX_XXX", False),
        ("REDACTED", False),
        ("MY_KEY", False),
    ],
)
def test_name_in_place_of_a_key(sent: str, *, is_name: bool) -> None:
    explanation = explain(_UNKNOWN.format(sent))
    assert (f"S3 received {sent} as the ID" in explanation.summary) is is_name
    assert (f"The answer of S3 repeats the ID as {sent}." in str(explanation)) is is_name
