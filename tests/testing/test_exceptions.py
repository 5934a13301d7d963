"""Samples as exceptions, in a stubber, and as responses to a real client; and invalid arguments."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import MagicMock

import attrs
import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from iamtriage import parse, testing, to_record
from iamtriage.testing import Sample, denial
from tests.boto.conftest import aws_environment, clients, get_protocol, server  # noqa: F401 (fixtures)
from tests.boto.wires import Reply
from tests.tables import check_rows
from tests.testing.samples import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.boto.wires import AwsLikeServer

ROLE = "arn:aws:iam::111122223333:role/orders"
# A call for each protocol: the sample, the client, its method, and the arguments.
CALLS: dict[str, tuple[Sample, str, str, dict[str, object]]] = {
    "query": (denial("iam:GetUser"), "iam", "get_user", {}),
    "query-expired": (testing.expired_credentials(), "sts", "get_caller_identity", {}),
    "sns": (denial("sns:ListTopics"), "sns", "list_topics", {}),
    "ec2": (denial("ec2:DescribeVpcs", encoded=True), "ec2", "describe_vpcs", {}),
    "ec2-invalid": (testing.invalid_credentials("DescribeVpcs", "ec2"), "ec2", "describe_vpcs", {}),
    "json": (denial("dynamodb:ListTables"), "dynamodb", "list_tables", {}),
    "json-throttled": (testing.throttled("ListTables", "dynamodb"), "dynamodb", "list_tables", {}),
    "json-query": (denial("sqs:ListQueues"), "sqs", "list_queues", {}),
    "rest-json": (denial("eks:ListClusters"), "eks", "list_clusters", {}),
    "rest-json-2": (
        denial("iam:PassRole", resource=ROLE),
        "lambda",
        "create_function",
        {"FunctionName": "orders", "Role": ROLE, "Code": {"ZipFile": b"x"}},
    ),
    "s3": (denial("s3:GetObject", resource="arn:aws:s3:::orders/a&b.csv"), "s3", "get_object", {"Bucket": "orders", "Key": "a&b.csv"}),
    "s3-throttled": (testing.throttled("GetObject", "s3"), "s3", "get_object", {"Bucket": "orders", "Key": "a"}),
    "s3-head": (denial("s3:GetObject", operation="HeadObject"), "s3", "head_object", {"Bucket": "orders", "Key": "a"}),
    "rest-xml": (denial("route53:ListHostedZones"), "route53", "list_hosted_zones", {}),
    "json-query-2": (denial("cloudwatch:ListDashboards"), "cloudwatch", "list_dashboards", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_client_raises_the_samples_exception(
    name: str,
    server: AwsLikeServer,  # noqa: F811 (the fixture)
    clients: Callable[..., Any],  # noqa: F811 (the fixture)
) -> None:
    sample, service, method, arguments = CALLS[name]
    status, headers, body = sample.http()
    server.reply = Reply(status, body, headers)
    client = clients(service, server.url)
    if name.startswith("json-query") and get_protocol(client) == "query":
        pytest.skip(f"this botocore uses the query protocol for {service} and cannot parse JSON")
    with pytest.raises(ClientError) as caught:
        getattr(client, method)(**arguments)
    response = caught.value.response
    expected = sample.response
    assert caught.value.operation_name == sample.operation
    assert response["Error"] == expected["Error"]
    metadata = response["ResponseMetadata"]
    names = ("HTTPStatusCode", "RequestId", "HostId", "RetryAttempts")
    assert {name: metadata.get(name) for name in names} == {
        name: expected["ResponseMetadata"].get(name) for name in names
    }
    assert expected["ResponseMetadata"]["HTTPHeaders"].items() <= metadata["HTTPHeaders"].items()
    # The clients of these tests do not retry, and botocore says so.
    message = str(caught.value).replace(" (reached max retries: 0)", "")
    assert message == str(sample.client_error()) == sample.text("botocore")
    assert type(sample.client_error(client)) is type(caught.value)
    failure = parse(caught.value)
    assert failure is not None
    assert to_record(failure) == sample.record


@pytest.mark.parametrize("name", CALLS)
def test_a_stubber_raises_the_samples_exception(name: str, clients: Callable[..., Any]) -> None:  # noqa: F811 (the fixture)
    sample, service, method, arguments = CALLS[name]
    client = clients(service, "http://127.0.0.1:9")
    with Stubber(client) as stubber:
        sample.stub(stubber, arguments)
        with pytest.raises(ClientError) as caught:
            getattr(client, method)(**arguments)
        stubber.assert_no_pending_responses()
    assert str(caught.value) == sample.text("botocore")
    failure = parse(caught.value)
    assert failure is not None
    assert to_record(failure) == sample.record


def test_a_stubber_of_another_service_is_rejected(clients: Callable[..., Any]) -> None:  # noqa: F811 (the fixture)
    with (
        Stubber(clients("iam", "http://127.0.0.1:9")) as stubber,
        pytest.raises(ValueError, match="the iam client has no operation 'GetItem'"),
    ):
        denial("dynamodb:GetItem").stub(stubber)


def test_the_exception_has_the_clients_class() -> None:
    eks = boto3.client("eks", region_name="eu-west-1")
    error = denial("eks:DescribeCluster").client_error(eks)
    assert isinstance(error, eks.exceptions.AccessDeniedException)
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        raise testing.aws_error(
            "ResourceNotFoundException", "No cluster found for name: demo.", "DescribeCluster", "eks"
        ).client_error(eks)
    assert type(denial("s3:GetObject").client_error(eks)) is ClientError


@check_rows("client", ["s3", 42, boto3, MagicMock(), MagicMock(spec=["get_object"])])
def test_only_clients_are_accepted(client: object) -> None:
    """Otherwise a test would catch another class than it says."""
    with pytest.raises(TypeError, match="client must be a boto3 or botocore client, not"):
        denial("s3:GetObject").client_error(client)


def test_only_stubbers_are_accepted(clients: Callable[..., Any]) -> None:  # noqa: F811 (the fixture)
    for stubber in ("s3", clients("s3", "http://127.0.0.1:9")):
        with pytest.raises(TypeError, match=r"stubber must be a botocore\.stub\.Stubber, not"):
            denial("s3:GetObject").stub(stubber)


def test_exceptions_and_responses_are_new_each_time() -> None:
    sample = denial("s3:GetObject")
    error = sample.client_error()
    error.response["Error"]["Code"] = "changed"
    assert error is not sample.client_error()
    assert sample.client_error().response["Error"]["Code"] == "AccessDenied"
    assert sample.http()[1] is not sample.http()[1]


def test_botocores_own_exceptions() -> None:
    import botocore.exceptions

    assert type(testing.missing_credentials().exception()) is botocore.exceptions.NoCredentialsError
    assert type(testing.expired_sso_session().exception()) is botocore.exceptions.UnauthorizedSSOTokenError
    assert str(testing.expired_sso_session().exception()) == testing.expired_sso_session().message


@check_rows("name", SAMPLES)
def test_a_sample_is_a_value(name: str) -> None:
    sample = SAMPLES[name]
    assert pickle.loads(pickle.dumps(sample)) == sample
    assert copy.deepcopy(sample) == sample
    assert {sample: 1}[attrs.evolve(sample)] == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        sample.message = "x"  # type: ignore[misc]


def test_a_sample_can_be_changed() -> None:
    sample = attrs.evolve(denial("s3:GetObject"), request_id="9ZEXAMPLE", status=503)
    assert "status code: 503, request id: 9ZEXAMPLE" in sample.text("go-v1")
    assert sample.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_texts_do_not_import_botocore() -> None:
    code = (
        "import sys; from iamtriage.testing import denial; sample = denial('ec2:RunInstances', encoded=True)\n"
        "for name in sample.envelopes: sample.text(name)\n"
        "sample.http(), sample.response, sample.record\n"
        "assert 'botocore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@check_rows(
    ("arguments", "says"),
    [
        ({"action": "GetObject"}, "must look like 's3:GetObject'"),
        ({"action": "s3:*"}, "must look like"),
        ({"action": "s3:GetObject\n"}, "must look like"),
        ({"action": ""}, "must look like"),
        ({"action": "s3:GetObject", "principal": ""}, "principal must be .*, not ''"),
        ({"action": "s3:GetObject", "principal": "ana is"}, "principal must be .*, not 'ana is'"),
        ({"action": "s3:GetObject", "resource": 'a"b'}, "resource must be"),
        ({"action": "s3:GetObject", "resource": "a\nb"}, "resource must be"),
        ({"action": "s3:GetObject", "resource": "a\x1b[31m"}, "control characters"),
        ({"action": "s3:GetObject", "deny": "maybe"}, "deny must be .*, not 'maybe'"),
        ({"action": "s3:GetObject", "policy_type": "scp"}, "policy_type must be .*, not 'scp'"),
        ({"action": "s3:GetObject", "policy_type": None}, "an implicit denial states a policy type"),
        ({"action": "s3:GetObject", "deny": None, "policy_type": "session"}, "states no policy type"),
        ({"action": "s3:GetObject", "policy_type": "resource_control"}, "cannot deny implicitly"),
        ({"action": "s3:GetObject", "policy_arn": "arn:aws:iam::aws:policy/x"}, "only for explicit denials"),
        (
            {"action": "s3:GetObject", "deny": "explicit", "policy_type": "resource", "policy_arn": "x"},
            "by one of identity",
        ),
        ({"action": "s3:GetObject", "encoded": True}, "s3 returns no encoded message"),
        ({"action": "ec2:RunInstances", "encoded": "a b"}, "encoded must be"),
        ({"action": "ec2:RunInstances", "encoded": ""}, "encoded must be"),
        ({"action": "iam:GetUser", "authorization_id": "A-1"}, "authorization_id must be .*, not 'A-1'"),
        ({"action": "eks:ListClusters", "bare": True}, "eks has no such message"),
        ({"action": "s3:GetObject", "time": "yesterday"}, "time must look like .*, not 'yesterday'"),
        ({"action": "s3:GetObject", "request_id": "a\nb"}, "request_id must be"),
        ({"action": "s3:GetObject", "code": "a b"}, "code must be .*, not 'a b'"),
        ({"action": "s3:GetObject", "code": ""}, "code must be .*, not ''"),
        ({"action": "s3:GetObject", "region": ""}, "region must be .*, not ''"),
        ({"action": "s3:GetObject", "status": 42}, "status must be an HTTP status, not 42"),
        ({"action": "s3:GetObject", "status": "403"}, "status must be an HTTP status, not '403'"),
        ({"action": None}, "action must look like .*, not None"),
        ({"action": "s3:GetObject", "principal": None}, "principal must be .*, not None"),
        ({"action": "s3:GetObject", "deny": ["implicit"]}, "deny must be"),
        ({"action": "s3:GetObject", "policy_type": ["identity"]}, "policy_type must be"),
        ({"action": "s3:GetObject", "time": None}, "time must look like .*, not None"),
        ({"action": "ec2:RunInstances", "encoded": 3}, "encoded must be"),
        ({"action": "iam:GetUser", "authorization_id": 5}, "authorization_id must be .*, not 5"),
    ],
)  # fmt: skip
def test_impossible_denials_are_rejected(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        denial(**arguments)


def test_unknown_options_are_rejected() -> None:
    with pytest.raises(TypeError, match="unknown option 'resorce'; expected one of "):
        denial("s3:GetObject", resorce="*")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unknown option 'stat'"):
        testing.throttled("GetItem", "dynamodb", stat=1)  # type: ignore[call-arg]


@check_rows(
    ("ask", "says"),
    [
        (lambda: denial("s3:GetObject").text(cast("Any", "perl")), "unknown envelope 'perl'; expected one of message, botocore"),
        (lambda: denial("s3:GetObject").text("kubectl"), "not available for access_denied of s3; expected one of message"),
        (lambda: testing.expired_credentials().text("cloudtrail"), "not available for expired_credentials"),
        (lambda: denial("s3:GetObject", operation="HeadObject").text("java-v2"), "expected one of botocore"),
        (lambda: testing.missing_credentials().text("body"), "expected one of message"),
        (lambda: testing.expired_credentials().cloudtrail(), "valid credentials"),
        (lambda: testing.missing_credentials().client_error(), "no ClientError for missing_credentials"),
        (lambda: testing.missing_credentials().response, "no response for missing_credentials"),
        (lambda: testing.missing_credentials().http(), "no HTTP response for missing_credentials"),
        (lambda: testing.missing_credentials().stub(None), "no response to stub"),
        (lambda: testing.kubernetes_unauthorized().exception(), "boto3 raises no exception"),
        (lambda: denial("s3:GetObject").kubernetes_status(), "Kubernetes does not return access_denied"),
        (lambda: testing.aws_error("A\x00", "x", "GetRole", "iam"), "code must be"),
        (lambda: testing.aws_error("A", "x\x1b[31m", "GetRole", "iam"), "message must be"),
        (lambda: testing.aws_error("A", " ", "GetRole", "iam"), "message must be"),
        (lambda: testing.aws_error("A", "x", "", "iam"), "operation must be .*, not ''"),
        (lambda: testing.kubernetes_forbidden('a"b', "list", "pods"), "user must be"),
        (lambda: testing.region_disabled(account="1\n2"), "account must be"),
    ],
)  # fmt: skip
def test_errors_say_what_is_possible(ask: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ask()
