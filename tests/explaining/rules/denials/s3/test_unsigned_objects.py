"""Requests to S3 without a signature: which clients send them, and how to sign them or open the bucket."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

URL = "https://acme-maps.s3.eu-west-1.amazonaws.com/tiles/a.png"
XML = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>7Q1EXAMPLE3XKJ5T</RequestId></Error>"
OBJECT = "arn:aws:s3:::acme-maps/tiles/a.png"
DENIED = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"


@check_rows(
    ("text", "because"),
    [
        (f"$ curl -s {URL}\n{XML}", "the request of curl is not signed"),
        (
            f"$ wget {URL}\nHTTP request sent, awaiting response... 403 Forbidden",
            "the request of wget is not signed",
        ),
        (f'<img src="{URL}"> shows nothing, and the link\n{XML}', "the request of a browser is not signed"),
        (f'await fetch("{URL}")\n{XML}', "the request of fetch is not signed"),
        (f"If I open {URL} in Firefox:\n{XML}", "the request of a browser is not signed"),
        (
            f"$ aws s3 cp s3://acme-maps/tiles/a.png . --no-sign-request\nfatal error: {DENIED}",
            "--no-sign-request turns signing off",
        ),
        (
            f'$ curl {URL}\n<Error><Code>AccessDenied</Code><Message>User: anonymous is not authorized to perform: s3:GetObject on resource: "{OBJECT}" because no resource-based policy allows the s3:GetObject action</Message></Error>',
            "the request of curl is not signed",
        ),
    ],
    ids=["curl", "wget", "image", "fetch", "browser", "option", "named"],
)
def test_unsigned_read(text: str, because: str) -> None:
    explanation = explain(text)
    assert explanation.summary == f"S3 denied an anonymous request for {OBJECT}: {because}."
    sign, publish = explanation.remedies
    assert sign.commands[0] == "aws s3 cp s3://acme-maps/tiles/a.png ."
    assert publish.policy is not None
    (statement,) = publish.policy["Statement"]
    assert (statement["Principal"], statement["Action"], statement["Resource"]) == (
        "*",
        "s3:GetObject",
        OBJECT,
    )
    assert "the caller" not in str(explanation)


@check_rows(
    "text",
    [
        f"$ curl '{URL}?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE&X-Amz-Signature=0a1b2c'\n{XML}",
        f"$ curl --aws-sigv4 aws:amz:eu-west-1:s3 {URL}\n{XML}",
        f"$ aws s3 cp s3://acme-maps/tiles/a.png .\nfatal error: {DENIED}",
        f"java.nio.file.AccessDeniedException: s3a://acme-maps/tiles/a.png: open on s3a://acme-maps/tiles/a.png: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied; request: GET {URL} {{}} Hadoop 3.3.4 (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 4KZAZ961HQGG0RSG)",
    ],
    ids=["presigned", "curl that signs", "signed", "S3A"],
)
def test_signed_read(text: str) -> None:
    assert "anonymous" not in str(explain(text))
    assert "no signature" not in str(explain(text))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (f"$ curl -T a.png {URL}\n{XML}", "aws s3 cp FILE s3://acme-maps/tiles/a.png"),
        (f"$ curl https://acme-maps.s3.eu-west-1.amazonaws.com/\n{XML}", "aws s3 ls s3://acme-maps/"),
    ],
    ids=["upload", "list"],
)
def test_bucket_is_not_opened_for_writes_and_lists(text: str, command: str) -> None:
    (sign,) = explain(text).remedies
    assert sign.commands == (command,)
