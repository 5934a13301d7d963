"""Structured errors: the table of messages states what the readers find, and what the source states is kept."""

from __future__ import annotations

import copy
import json
import pickle
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import fingerprint, parse, to_record
from iamtriage._reading.structured.events import parse_cloudtrail_event
from iamtriage._reading.structured.kubernetes_objects import parse_status
from iamtriage._reading.structured.responses import parse_response
from iamtriage._reading.structured.statements import Statement, parse_known_message
from iamtriage._reading.structured.unknown_messages import parse_unknown_message, parse_with_readers
from iamtriage.testing import (
    access_key_quota,
    aws_error,
    credential_scope,
    denial,
    expired_credentials,
    invalid_credentials,
    invalid_identity_token,
    kubernetes_forbidden,
    malformed_policy,
    region_disabled,
    signature_mismatch,
    throttled,
)
from tests.reading.readers.test_bodies import _EVENT, _EVENT_FACTS
from tests.strategies import calls
from tests.tables import ANA, DENIED, REQUEST, check_rows, denied, facts_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures import Failure
    from iamtriage.testing import Sample
    from tests.strategies import Call


def _samples() -> Iterator[Sample]:
    """Yield what services answer."""
    for action in ("eks:DescribeCluster", "s3:PutObject", "sqs:SendMessage", "kms:Decrypt"):
        for resource in (None, "*", "arn:aws:s3:::orders/2026/q-1.csv"):
            yield denial(action, resource=resource)
            yield denial(action, resource=resource, principal="glue.amazonaws.com")
            yield denial(action, resource=resource, deny="explicit", policy_type="service_control")
    yield denial("sts:AssumeRoleWithWebIdentity")
    yield denial("s3:GetObject", operation="HeadObject")
    yield denial("ec2:RunInstances", encoded=True)
    for service in ("ec2", "s3", "organizations"):
        yield denial(f"{service}:GetThing", bare=True)
    for operation, service in (("GetObject", "s3"), ("DescribeCluster", "eks"), ("RunInstances", "ec2")):
        yield expired_credentials(operation, service)
        yield invalid_credentials(operation, service)
        yield signature_mismatch(operation, service)
        yield credential_scope(operation, service)
        yield throttled(operation, service)
    yield from (region_disabled(), invalid_identity_token(), malformed_policy(), access_key_quota())
    yield aws_error("InvalidParameterException", "Rate exceeded", "CreateAccessEntry", "eks")


_SAMPLES = tuple(_samples())


def _assert_same(statement: Statement | None, text: str) -> Failure | None:
    """Compare the table with the readers if it has the message."""
    assert statement is not None
    short = parse_known_message(statement, text)
    if short is None:
        return None
    long = parse_with_readers(statement, text)
    assert long is not None
    assert short == long
    assert dict(short.spans) == dict(long.spans)
    return short


@check_rows("sample", _SAMPLES, ids=lambda sample: f"{sample.service}-{sample.code}")
def test_responses_and_client_errors(sample: Sample) -> None:
    """A response gives the same either way, and so does the error with its text."""
    statement = parse_response(sample.response, sample.operation)
    assert statement is not None
    _assert_same(statement, sample.message)
    _assert_same(statement, str(sample.client_error()))


@check_rows("sample", [sample for sample in _SAMPLES if "cloudtrail" in sample.envelopes])
def test_records(sample: Sample) -> None:
    """A record of CloudTrail gives the same either way."""
    record = sample.cloudtrail()
    failure = parse(record)
    assert failure is not None
    assert failure.envelope.time == sample.time
    assert failure.envelope.region == sample.region
    _assert_same(parse_cloudtrail_event(record), sample.message)


@check_rows(
    "sample",
    [
        pytest.param(denial("eks:DescribeCluster", resource="*"), id="denial"),
        pytest.param(denial("s3:GetObject", bare=True), id="s3-bare"),
        pytest.param(denial("s3:GetObject", operation="HeadObject"), id="head"),
        pytest.param(expired_credentials(), id="expired"),
        pytest.param(throttled("DescribeCluster", "eks"), id="throttled"),
    ],
)
def test_the_table_has_the_messages_of_the_usual_errors(sample: Sample) -> None:
    """None of these needs a reader."""
    statement = parse_response(sample.response, sample.operation)
    assert _assert_same(statement, str(sample.client_error())) is not None


_OTHER_MESSAGES = {
    "The specified queue does not exist.": "QueueDoesNotExist",
    "Role with name orders already exists.": "EntityAlreadyExists",
    "You do not have access to orders": "AccessDeniedException",
    "Insufficient Lake Formation permission(s): Required Describe on orders": "AccessDeniedException",
    "Model access is denied, the role is not authorized to perform aws-marketplace:Subscribe": "AccessDeniedException",
    f"User: {ANA} is not authorized to access this resource": "AccessDeniedException",
    "User: arn:aws:iam::111122223333:user/a": "AccessDenied",
    "OrdersSession is not authorized to perform: iot:AttachPolicy": "ForbiddenException",
    "Access denied (Service: S3, Status Code: 403, Request ID: 5F6E7D8C9B0A4C1D)": "ValidationError",
    "AccessDenied: no permission": "ValidationException",
    "Two\nlines for https://s3.eu-central-1.amazonaws.com/": "InvalidRequest",
    "status code 404 of https://sqs.eu-central-1.amazonaws.com/": "InternalFailure",
    "The grant is invalid": "InvalidGrantException",
    "anything": "InvalidRequestException",
    " ": "Throttling",
    "": "AccessDeniedException",
}


@check_rows("message", _OTHER_MESSAGES)
@check_rows("operation", ["GetThing", "CreateToken", "CreateAccessEntry", "AssumeRole"])
def test_other_messages(message: str, operation: str) -> None:
    """A message that is not in the table is read alone; the error states the same as its whole text."""
    metadata = {"RequestId": REQUEST, "HTTPStatusCode": 400}
    response = {"Error": {"Code": _OTHER_MESSAGES[message], "Message": message}, "ResponseMetadata": metadata}
    error = ClientError(response, operation)
    statement = parse_response(response, operation)
    assert statement is not None

    alone, whole = parse_unknown_message(statement, str(error)), parse_with_readers(statement, str(error))

    assert alone == parse(error)
    assert alone is not None
    assert whole is not None
    assert to_record(alone) == to_record(whole)
    spans = {key: str(error)[slice(*span)] for key, span in alone.spans.items()}
    assert spans.get("operation") == alone.envelope.operation
    assert spans.items() >= {key: str(error)[slice(*span)] for key, span in whole.spans.items()}.items()


@given(calls(), st.booleans())
def test_generated_errors(call: Call, is_record: bool) -> None:  # noqa: FBT001 (drawn)
    """Whatever the services say, the table is as right as the readers."""
    said = call.message
    if is_record:
        event = {**_EVENT, "eventName": said.operation, "errorCode": said.code, "errorMessage": said.text}
        _assert_same(parse_cloudtrail_event(event), said.text)
    else:
        response = {
            "Error": {"Code": said.code, "Message": said.text},
            "ResponseMetadata": {"RequestId": call.request_id, "HTTPStatusCode": call.status},
        }
        _assert_same(parse_response(response, said.operation), str(ClientError(response, said.operation)))


@check_rows("user", ["ana", "system:serviceaccount:shop:orders", ANA])
@check_rows("namespace", [None, "shop"])
def test_a_status_of_rbac(user: str, namespace: str | None) -> None:
    """An answer of the API server that states only RBAC's sentence needs no reader."""
    sample = kubernetes_forbidden(user, "list", "pods", namespace=namespace)
    failure = _assert_same(parse_status(sample.kubernetes_status()), sample.message)
    assert failure is not None
    assert failure == parse(sample.kubernetes_status())


def test_an_event_of_eventbridge_states_what_its_record_does() -> None:
    """The record in it may come with any other keys, and hold other documents."""
    record = denial("eks:DescribeCluster", resource="*").cloudtrail()
    event = {
        "version": "0",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.eks",
        "detail": record,
    }
    assert parse(event) == parse(record)
    assert parse({**event, "detail": {"Records": [record], "eventSource": "eks.amazonaws.com"}}) == parse(
        record
    )
    assert parse({**event, "Records": [record], "detail": {**record, "errorCode": "Throttling"}}) == parse(
        record
    )


def test_a_client_error_has_the_places_of_its_text() -> None:
    """The values that the text of the error has are marked in it."""
    error = denial("eks:DescribeCluster", resource="*").client_error()
    failure = parse(error)
    assert failure is not None
    assert failure.text == str(error)
    places = {key: failure.text[start:end] for key, (start, end) in failure.spans.items()}
    assert places["code"] == "AccessDeniedException"
    assert places["operation"] == "DescribeCluster"
    assert places["action"] == "eks:DescribeCluster"
    assert "request_id" not in places


# -------------------------------------------------------------------------- what the source states

_OCSF = {
    "class_uid": 6003,
    "metadata": {"product": {"name": "CloudTrail", "vendor_name": "AWS"}, "uid": _EVENT["eventID"]},
    "time": 1767323045000,
    "time_dt": "2026-01-02T03:04:05Z",
    "cloud": {"provider": "AWS", "region": "eu-west-1"},
    "actor": {"user": {"uid": ANA, "account": {"uid": "111122223333"}}},
    "src_endpoint": {"ip": "192.0.2.7"},
    "http_request": {"user_agent": "Boto3/1.44.8"},
    "api": {
        "operation": "DescribeCluster",
        "service": {"name": "eks.amazonaws.com"},
        "request": {"uid": REQUEST},
        "response": {"error": "AccessDenied", "message": _EVENT["errorMessage"]},
    },
}
_AUDIT = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "auditID": "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
    "verb": "list",
    "user": {"username": "ana", "groups": ["system:authenticated"]},
    "sourceIPs": ["192.0.2.7"],
    "userAgent": "kubectl/v1.33.1",
    "objectRef": {"resource": "pods", "namespace": "web", "apiVersion": "v1"},
    "responseStatus": {"metadata": {}, "status": "Failure", "reason": "Forbidden", "code": 403},
    "requestReceivedTimestamp": "2026-01-02T03:04:05.000000Z",
}
_AUDIT_FACTS = {
    "kind": "kubernetes_forbidden",
    "status_code": 403,
    "principal": "ana",
    "k8s_user": "ana",
    "k8s_verb": "list",
    "k8s_resource": "pods",
    "k8s_namespace": "web",
    "time": "2026-01-02T03:04:05.000000Z",
    "source_ip": "192.0.2.7",
    "user_agent": "kubectl/v1.33.1",
    "event_id": "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
}


def test_an_ocsf_event_states_what_its_record_did() -> None:
    """Security Lake's form of a CloudTrail event reads as the record does."""
    assert facts_in(_OCSF) == {**_EVENT_FACTS, "user_agent": "Boto3/1.44.8"}


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        pytest.param({"time_dt": None}, {"time": "1767323045000"}, id="time-as-number"),
        pytest.param({"src_endpoint": {"domain": "eks.amazonaws.com"}}, {"source_ip": "eks.amazonaws.com"}, id="domain"),
        pytest.param(
            {
                "actor": {"user": {"uid": "AIDAEXAMPLE", "uuid": ANA, "account_uid": "111122223333"}},
                "api": {**_OCSF["api"], "response": {"error": "AccessDenied", "error_message": "Access Denied"}},  # type: ignore[dict-item]
            },
            {"principal": ANA, "action": None, "resource": None},
            id="older-version",
        ),
    ],
)  # fmt: skip
def test_other_versions_of_ocsf(change: dict[str, object], facts: dict[str, object]) -> None:
    """Older versions of the schema name some values otherwise."""
    expected = {**_EVENT_FACTS, "user_agent": "Boto3/1.44.8", **facts}
    assert facts_in({**_OCSF, **change}) == {
        key: value for key, value in expected.items() if value is not None
    }


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"api": {"operation": "DescribeCluster", "response": {}}}, id="success"),
        pytest.param({"metadata": {"product": {"name": "Firewall"}}}, id="another-product"),
        pytest.param({"api": "text", "metadata": None}, id="other-types"),
    ],
)
def test_ocsf_events_that_are_no_failure(change: dict[str, object]) -> None:
    """Other events are not read as CloudTrail's."""
    assert facts_in({**_OCSF, **change}) is None


def test_an_audit_event_without_a_message() -> None:
    """The API server's audit log states who was denied what, also if it has no message."""
    assert facts_in(_AUDIT) == _AUDIT_FACTS
    assert facts_in({"kind": "EventList", "items": [_AUDIT]}) == _AUDIT_FACTS


@check_rows(
    ("answer", "facts"),
    [
        pytest.param({"code": 200}, None, id="allowed"),
        pytest.param({"code": 404, "reason": "NotFound"}, None, id="not-found"),
        pytest.param({"code": 403, "reason": "Forbidden", "message": "exceeded quota: small"}, None, id="admission"),
        pytest.param(
            {"code": 401, "reason": "Unauthorized", "message": "Unauthorized"},
            {"kind": "kubernetes_unauthorized", "status_code": 401},
            id="unauthorized",
        ),
    ],
)  # fmt: skip
def test_audit_events(answer: dict[str, object], facts: dict[str, object] | None) -> None:
    """Only what denies access is a failure."""
    found = facts_in({**_AUDIT, "user": {}, "responseStatus": answer})
    stated = ("time", "source_ip", "user_agent", "event_id")
    assert found == (None if facts is None else {**facts, **{key: _AUDIT_FACTS[key] for key in stated}})


def test_what_the_source_states_beside_makes_no_other_problem() -> None:
    """Time, Region, address, program and event ID are in the record, and not in the fingerprint."""
    failure, later = (
        parse(_EVENT),
        parse({**_EVENT, "eventTime": "2027-01-01T00:00:00Z", "awsRegion": "eu-west-3"}),
    )
    assert failure is not None
    assert later is not None
    assert fingerprint(failure) == fingerprint(later)
    assert to_record(failure) != to_record(later)
    again: Failure = pickle.loads(pickle.dumps(failure))
    assert again == failure == copy.deepcopy(failure)
    assert again.envelope.source_ip == "192.0.2.7"


@check_rows("cut", range(40, len(json.dumps(_EVENT)), 23))
def test_a_truncated_record_never_takes_the_session_issuer_for_the_caller(cut: int) -> None:
    """The role whose session called is not who called, wherever the text of a record begins."""
    failure = parse(json.dumps(_EVENT)[cut:])
    assert failure is None or failure.principal in (None, DENIED["principal"], _EVENT["userIdentity"]["arn"])  # type: ignore[index]


# ---------------------------------------------------------------------- AWS SDK for Python, version 4


class _Metadata:
    """As smithy-python's ``ResponseMetadata``."""

    request_id = REQUEST
    extended_request_id = None
    http_status_code = 403


class _ServiceError(Exception):
    """As the base class of a service's modelled errors."""

    response_metadata = _Metadata()


def _modelled(name: str, package: str) -> type[Exception]:
    """Make a class as the package of a service has it."""
    return type(name, (_ServiceError,), {"__module__": f"{package}.models"})


def test_a_modelled_error_is_read_by_its_class() -> None:
    """Its class is the code, its package the service, its metadata has the IDs; an unknown sentence is no obstacle."""
    error = _modelled("ExpiredTokenException", "aws_sdk_sts")("words that nobody knows")
    assert facts_in(error) == {
        "kind": "expired_credentials",
        "code": "ExpiredTokenException",
        "service": "sts",
        "status_code": 403,
        "request_id": REQUEST,
    }
    denied_error = _modelled("AccessDeniedException", "aws_sdk_bedrock_runtime")(_EVENT["errorMessage"])
    assert facts_in(denied_error) == {
        **DENIED,
        "code": "AccessDeniedException",
        "status_code": 403,
        "request_id": REQUEST,
    }
    unknown = _modelled("JWTPayloadSizeExceededException", "aws_sdk_sts")("The payload is too large")
    assert facts_in(unknown) == {
        "kind": "aws_error",
        "code": "JWTPayloadSizeExceededException",
        "service": "sts",
        "status_code": 403,
        "request_id": REQUEST,
    }


def test_a_base_class_is_no_code() -> None:
    """The class of all errors of a service says nothing."""
    assert facts_in(_modelled("ServiceError", "aws_sdk_sts")("something happened")) is None


@check_rows(
    ("text", "facts"),
    [
        pytest.param(
            "Unknown error for operation com.amazonaws.sts#AssumeRole - status: 403 - id: com.amazonaws.sts#AccessDenied - reason: Forbidden",
            denied(code="AccessDenied", operation="AssumeRole", service="sts", status_code=403),
            id="denied",
        ),
        pytest.param(
            "Unknown error for operation com.amazonaws.bedrockruntime#Converse - status: 400 - id: ThrottlingException",
            {"kind": "aws_error", "code": "ThrottlingException", "operation": "Converse", "service": "bedrock", "status_code": 400},
            id="plain-id",
        ),
        pytest.param(
            "Unknown error for operation com.amazonaws.s3#GetObject - status: 403",
            denied(operation="GetObject", service="s3", status_code=403),
            id="no-id",
        ),
        pytest.param("Unknown error for operation com.example.weather#GetCity - status: 403 - id: NoSuchCity", None, id="others"),
    ],
)  # fmt: skip
def test_a_call_error_is_read_by_its_text(text: str, facts: dict[str, object] | None) -> None:
    """Errors that the service does not model come with status and code in a text."""
    assert facts_in(text) == facts
    assert facts_in(type("CallError", (Exception,), {"__module__": "smithy_core.exceptions"})(text)) == facts
