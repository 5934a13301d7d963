"""Tests for calls that cannot reach an endpoint from a private subnet."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

FAILED = 'Could not connect to the endpoint URL: "https://{}.eu-west-1.amazonaws.com/"\n'


def test_endpoint_with_the_name_of_its_region() -> None:
    text = 'Could not connect to the endpoint URL: "https://sts.amazonaws.com/"\nThe VPC has the interface endpoint com.amazonaws.eu-west-1.sts.'
    explanation = explain(text)
    assert "has only the name of its Region, sts.eu-west-1.amazonaws.com" in explanation.summary
    assert explanation.remedies[0].commands == (
        "export AWS_REGION=eu-west-1 AWS_STS_REGIONAL_ENDPOINTS=regional",
    )
    assert not any("service account" in each.title for each in explanation.remedies)


TIMEOUT = 'Connect timeout on endpoint URL: "https://{}.eu-west-1.amazonaws.com/"\n'
ENDPOINTS = "$ aws ec2 describe-vpc-endpoints --filters Name=service-name,Values=com.amazonaws.eu-west-1.sqs --query 'VpcEndpoints[].[VpcEndpointId,State,Groups[0].GroupId]' --output text\n{}\n"
SHOWN = ENDPOINTS.format("vpce-0a1b2c3d4e5f60718\tavailable\tsg-0a1b2c3d4e5f60718")


@check_rows(
    ("text", "group"),
    [
        (TIMEOUT.format("sqs") + SHOWN, "sg-0a1b2c3d4e5f60718"),
        (TIMEOUT.format("sqs") + ENDPOINTS.format("vpce-0a1b2c3d4e5f60718\tavailable"), "ENDPOINT_GROUP_ID"),
        (TIMEOUT.format("sqs") + ENDPOINTS.format("vpce-0a1b2c3d4e5f60718\tpending"), None),
        (TIMEOUT.format("sqs") + ENDPOINTS.format(""), None),
        (TIMEOUT.format("sns") + SHOWN, None),
        (TIMEOUT.format("sqs"), None),
        (TIMEOUT.format("sqs").replace("eu-west-1", "us-east-1") + SHOWN, None),
        (TIMEOUT.format("sqs") + ENDPOINTS.format("vpce-0a1b2c3d4e5f60718 is not available here"), None),
        (TIMEOUT.format("s3") + ENDPOINTS.replace("sqs", "s3").format("vpce-0a1b2c3d4e5f60718\tGateway\tavailable"), None),
    ],
    ids=["group", "no group", "pending", "none", "another service", "alone", "another Region", "not available", "gateway"],
)  # fmt: skip
def test_endpoint_that_is_there(text: str, group: str | None) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert any("vpce-0a1b2c3d4e5f60718 is there" in each.text for each in explanation.causes) is (
        group is not None
    )
    assert ("authorize-security-group-ingress" in first.commands[0]) is (group is not None)
    assert group is None or f"--group-id {group} " in first.commands[0]


HUB = "$ aws securityhub get-findings --region eu-central-1\n\nAn error occurred (InvalidAccessException) when calling the GetFindings operation: Account 111122223333 is not subscribed to AWS Security Hub\n"


_HUB_ARN = "arn:aws:securityhub:{}:{}:hub/default"


@check_rows(
    ("shown", "is_elsewhere"),
    [
        (_HUB_ARN.format("eu-west-1", "111122223333"), True),
        (f'"HubArn": "{_HUB_ARN.format("eu-west-1", "111122223333")}"', True),
        (_HUB_ARN.format("eu-central-1", "111122223333"), False),
        (_HUB_ARN.format("eu-west-1", "444455556666"), False),
        (f'"Resource": "{_HUB_ARN.format("eu-west-1", "111122223333")}"', False),
        (f"We disabled {_HUB_ARN.format('eu-west-1', '111122223333')} last year.", False),
        ("", False),
    ],
    ids=["text", "JSON", "same Region", "another account", "policy", "disabled", "none"],
)
def test_region_in_which_a_hub_is_shown(shown: str, *, is_elsewhere: bool) -> None:
    explanation = explain(HUB + shown)
    assert ("enabled in eu-west-1, but not in eu-central-1" in explanation.summary) is is_elsewhere
    first = explanation.remedies[0].commands[0]
    assert first == "aws securityhub " + (
        "get-findings --region eu-west-1" if is_elsewhere else "describe-hub --region eu-central-1"
    )


@pytest.mark.parametrize(
    "call", ["DisableSecurityHub disable-security-hub", "BatchUpdateFindings batch-update-findings"]
)
def test_no_change_in_the_region_of_another_hub(call: str) -> None:
    operation, command = call.split()
    text = HUB.replace("GetFindings", operation).replace("get-findings", command)
    explanation = explain(text + _HUB_ARN.format("eu-west-1", "111122223333"))
    assert "enabled in eu-west-1, but not in eu-central-1" in explanation.summary
    assert command not in explanation.to_text(detail="full")


_JAVA_404 = "com.amazonaws.services.s3.model.AmazonS3Exception: Not Found (Service: Amazon S3; Status Code: 404; Error Code: 404 Not Found; Request ID: {}; Proxy: null)"


@check_rows(
    ("text", "summary", "step"),
    [
        (
            _JAVA_404.format("9ABCD0123456789A"),
            "The object or its bucket does not exist",
            "OBJECT_KEY can be",
        ),
        (_JAVA_404.format("null"), "The object or its bucket does not exist", "The answer has no request ID"),
        (
            "An error occurred (404) when calling the HeadObject operation: Not Found",
            "The object does not exist",
            "OBJECT_KEY can be",
        ),
        (
            "An error occurred (413) when calling the PutObject operation: Request Entity Too Large",
            "The call PutObject failed",
            "Look for HTTPS_PROXY, too",
        ),
        (
            "An error occurred (412) when calling the HeadObject operation: Precondition Failed",
            "The call HeadObject failed",
            "The API reference",
        ),
    ],
)
def test_status_without_a_code(text: str, summary: str, step: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith(summary)
    assert any(each.startswith(step) for each in explanation.remedies[0].steps)
    assert ("no request ID" in str(explanation)) is ("Request ID: null" in text)


_VECTOR = 'ERROR vector::topology::builder: msg="Healthcheck failed." error={} component_kind="sink" component_type="aws_s3"'


def test_dispatch_failure_without_a_reason() -> None:
    explanation = explain(_VECTOR.format("dispatch failure"))
    assert "omits the reason" in explanation.summary
    assert "finds no credentials" in explanation.causes[0].text
    assert explanation.remedies[0].commands[0].startswith("export RUST_LOG=")
    reason = explain(_VECTOR.format("dispatch failure: io error: Name or service not known amazonaws.com"))
    assert "omits the reason" not in reason.summary


def test_vector_is_a_log_shipper() -> None:
    chain = "error=no providers in chain provided credentials"
    shown = explain(f"ERROR vector::sinks::aws_s3: Fatal error. {chain}")
    assert shown.remedies[0].title == "Give the pod's service account a role"
    assert explain(f"ERROR films: Fatal error. {chain}").remedies[0].title != shown.remedies[0].title


_IMDS = "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, {}"


@pytest.mark.parametrize(
    ("text", "is_found", "is_last"),
    [
        ("operation error SSM: GetParameter, not found, ResolveEndpointV2", True, False),
        ("operation error S3: PutObject, not found, Signing", True, False),
        ("failed to list stacks: not found, ResolveEndpointV2", True, False),
        ("failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, not found, Signing", True, False),
        (_IMDS.format("not found, Signing"), True, True),
        (_IMDS.format("operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed"), False, False),
        ("operation error S3: GetObject, not found, Signing up does not help", False, False),
    ],
)  # fmt: skip
def test_modules_of_the_sdk_for_go_that_differ(text: str, *, is_found: bool, is_last: bool) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code == "sdk-modules-differ") is is_found
    assert any("set credentials, too" in each for each in explanation.notes) is is_last


NOT_FOUND = 'Could not connect to the endpoint URL: "https://{}/"'
NO_SUCH_HOST = 'operation error STS: GetCallerIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post "https://{}/": dial tcp: lookup {} on 10.0.0.2:53: no such host'


@check_rows(
    ("text", "meant"),
    [
        (NOT_FOUND.format("sts.eu-west1.amazonaws.com"), "eu-west-1"),
        (NOT_FOUND.format("ec2.us-esat-1.amazonaws.com"), "us-east-1"),
        (NOT_FOUND.format("ec2.us-est-1.amazonaws.com"), "us-west-1 or us-east-1"),
        (NOT_FOUND.format("orders.s3.us-east-1a.amazonaws.com"), "us-east-1"),
        (NOT_FOUND.format("sqs.ap-southest-2.amazonaws.com"), "ap-southeast-2"),
        (NO_SUCH_HOST.replace("{}", "sts.eu-west1.amazonaws.com"), "eu-west-1"),
        ("getaddrinfo ENOTFOUND sts.ue-west-1.amazonaws.com", "eu-west-1"),
        # It can be a new Region.
        (NOT_FOUND.format("ec2.us-west-3.amazonaws.com"), None),
        (NOT_FOUND.format("ec2.eu-west-1.amazonaws.com"), None),
        (NOT_FOUND.format("s3.amazonaws.com"), None),
        (NOT_FOUND.format("orders.s3.amazonaws.com"), None),
        (NOT_FOUND.format("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"), None),
        # Something answered for the name.
        ('Connect timeout on endpoint URL: "https://sts.eu-west1.amazonaws.com/"', None),
    ],
)
def test_misspelled_region(text: str, meant: str | None) -> None:
    explanation = explain(text)
    assert ("AWS has no Region" in explanation.summary) == (meant is not None)
    if meant is not None:
        assert explanation.summary.endswith(f" Most likely, {meant} is meant.")
        region = "NEW_REGION" if " or " in meant else meant
        assert any(line.endswith(f"AWS_DEFAULT_REGION={region}") for line in explanation.remedies[0].commands)


def test_misspelled_region_of_a_command() -> None:
    text = "$ aws sqs list-queues --region eu-wset-1 --profile dev\n" + NOT_FOUND.format(
        "sqs.eu-wset-1.amazonaws.com"
    )
    assert explain(text).remedies[0].commands == ("aws sqs list-queues --region eu-west-1 --profile dev",)
    other = text.replace("--region eu-wset-1", "--region eu-central-1")
    assert any("aws configure set region eu-west-1" in line for line in explain(other).remedies[0].commands)


def test_region_that_no_host_name_can_have() -> None:
    explanation = explain("ValueError: Invalid endpoint: https://s3.eu-west-1 .amazonaws.com")
    assert explanation.summary.startswith("The client's Region is invalid")
    assert "without a space at the end" in str(explanation)
