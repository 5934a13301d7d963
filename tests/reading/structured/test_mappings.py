"""Mappings: a ClientError's response, API bodies, CloudTrail records, the API server's Status."""

from __future__ import annotations

import json

import pytest

from tests.reading.readers.test_bodies import _EVENT, _EVENT_FACTS, _STATED_FACTS
from tests.tables import ANA, APP, DENIAL, DENIED, REQUEST, Facts, check_rows, denied, expect, facts_in

_CODED: Facts = {**DENIED, "code": "AccessDeniedException"}
_RESPONSE: dict[str, object] = {
    "Error": {"Code": "AccessDeniedException", "Message": DENIAL},
    "ResponseMetadata": {"RequestId": REQUEST, "HTTPStatusCode": 403, "HTTPHeaders": {}, "RetryAttempts": 0},
}
_STATUS: dict[str, object] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
_RBAC = 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "web"'
_DECODED: dict[str, object] = {
    "allowed": False,
    "explicitDeny": False,
    "matchedStatements": {"items": []},
    "context": {
        "principal": {"id": "AIDAEXAMPLE", "arn": ANA},
        "action": "ec2:StopInstances",
        "resource": "*",
    },
}

_TABLE: tuple[tuple[str, dict[str, object], Facts | None], ...] = (
    ("response", _RESPONSE, {**_CODED, "status_code": 403, "request_id": REQUEST}),
    (
        "response-s3",
        {
            "Error": {"Code": "AccessDenied", "Message": "Access Denied"},
            "ResponseMetadata": {"RequestId": "EXAMPLE0REQUEST1", "HostId": "abc=", "HTTPStatusCode": 403},
        },
        denied(code="AccessDenied", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abc="),
    ),
    # What a Lambda function is called with.
    (
        "delivered-by-a-queue",
        {"Records": [{"eventSource": "aws:sqs", "awsRegion": "eu-west-1", "body": json.dumps(_EVENT)}]},
        _EVENT_FACTS,
    ),
    (
        "delivered-by-a-topic",
        {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(_EVENT)}}]},
        _EVENT_FACTS,
    ),
    (
        "delivered-by-a-topic-to-a-queue",
        {
            "Records": [
                {
                    "eventSource": "aws:sqs",
                    "body": json.dumps({"Type": "Notification", "Message": json.dumps(_EVENT)}),
                }
            ]
        },
        _EVENT_FACTS,
    ),
    (
        "object-created",
        {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "eu-west-1"}]},
        None,
    ),
    ("cloudtrail-lake", {"eventData": _EVENT}, _EVENT_FACTS),
    (
        "pipes",
        {
            "error": {
                "message": "no words",
                "httpStatusCode": 400,
                "awsService": "states",
                "exceptionType": "AccessDenied",
            }
        },
        denied(code="AccessDenied", service="states", status_code=400),
    ),
    (
        "response-head",
        {"Error": {"Code": "403", "Message": "Forbidden"}, "ResponseMetadata": {"HTTPStatusCode": 403}},
        denied(code="403", status_code=403),
    ),
    (
        "response-empty-code",
        {
            "Error": {"Code": "", "Message": ""},
            "ResponseMetadata": {"RequestId": REQUEST, "HTTPStatusCode": 403},
        },
        denied(status_code=403, request_id=REQUEST),
    ),
    (
        "response-without-error",
        {"ResponseMetadata": {"RequestId": REQUEST, "HTTPStatusCode": 403}},
        denied(status_code=403, request_id=REQUEST),
    ),
    (
        "response-empty-code-of-another-status",
        {"Error": {"Code": "", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 500}},
        None,
    ),
    ("status-alone", {"statusCode": 403}, None),
    (
        "response-no-message",
        {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {}},
        denied(code="AccessDenied"),
    ),
    (
        "response-of-empty-texts",
        {"Error": {"Code": "", "Message": ""}, "ResponseMetadata": {}},
        None,
    ),
    (
        "response-throttled",
        {
            "Error": {"Code": "Throttling", "Message": "Rate exceeded"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },
        expect("aws_error", code="Throttling", status_code=400),
    ),
    ("json", {"__type": "com.amazonaws.eks#AccessDeniedException", "Message": DENIAL}, _CODED),
    (
        "json-decorated",
        {"__type": "AccessDeniedException:http://internal.amazon.com/coral/", "message": DENIAL},
        _CODED,
    ),
    ("cli", {"Code": "AccessDeniedException", "Message": DENIAL, "Type": "Sender"}, _CODED),
    (
        "query",
        {
            "ErrorResponse": {
                "Error": {"Type": "Sender", "Code": "AccessDenied", "Message": DENIAL},
                "RequestId": REQUEST,
            }
        },
        {**DENIED, "code": "AccessDenied", "request_id": REQUEST},
    ),
    (
        "ec2",
        {
            "Response": {
                "Errors": {
                    "Error": {
                        "Code": "UnauthorizedOperation",
                        "Message": "You are not authorized to perform this operation.",
                    }
                },
                "RequestID": REQUEST,
            }
        },
        denied(code="UnauthorizedOperation", request_id=REQUEST),
    ),
    (
        "js-v3",
        {
            "name": "AccessDenied",
            "Code": "AccessDenied",
            "message": "Access Denied",
            "$metadata": {
                "httpStatusCode": 403,
                "requestId": "EXAMPLE0REQUEST1",
                "extendedRequestId": "abc=",
            },
        },
        denied(code="AccessDenied", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abc="),
    ),
    (
        "js-v2",
        {
            "code": "AccessDenied",
            "message": "Access Denied",
            "statusCode": 403,
            "requestId": "EXAMPLE0REQUEST1",
        },
        denied(code="AccessDenied", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    ("bytes", {"__type": b"AccessDeniedException", "message": DENIAL.encode()}, _CODED),
    (
        "status-as-text",
        {"code": "AccessDenied", "message": "Access Denied", "statusCode": "403"},
        denied(code="AccessDenied", status_code=403),
    ),
    (
        "gateway",
        {"Message": "User is not authorized to access this resource with an explicit deny"},
        denied(deny="explicit"),
    ),
    ("record", dict(_EVENT), _EVENT_FACTS),
    (
        "record-principal",
        {**_EVENT, "errorMessage": "Access Denied"},
        denied(
            code="AccessDenied",
            operation="DescribeCluster",
            service="eks",
            principal=APP,
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
    ("record-success", {k: v for k, v in _EVENT.items() if not k.startswith("error")}, None),
    (
        "record-code-only",
        {k: v for k, v in _EVENT.items() if k not in {"errorMessage", "userIdentity"}},
        denied(
            code="AccessDenied",
            operation="DescribeCluster",
            service="eks",
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
    ("records", {"Records": [_EVENT]}, _EVENT_FACTS),
    ("lookup", {"Events": [{"CloudTrailEvent": json.dumps(_EVENT)}]}, _EVENT_FACTS),
    ("lookup-parsed", {"Events": [{"CloudTrailEvent": _EVENT}]}, _EVENT_FACTS),
    ("eventbridge", {"detail-type": "AWS API Call via CloudTrail", "detail": _EVENT}, _EVENT_FACTS),
    (
        "kubernetes",
        {**_STATUS, "message": _RBAC, "reason": "Forbidden", "code": 403},
        expect(
            "kubernetes_forbidden",
            principal="bob",
            k8s_user="bob",
            k8s_verb="list",
            k8s_resource="pods",
            k8s_api_group="",
            k8s_namespace="web",
            status_code=403,
        ),
    ),
    (
        "kubernetes-unauthorized",
        {**_STATUS, "message": "Unauthorized", "reason": "Unauthorized", "code": 401},
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "kubernetes-unsaid",
        {**_STATUS, "message": "unknown", "reason": "Forbidden", "code": 403},
        expect("kubernetes_forbidden", status_code=403),
    ),
    (
        "kubernetes-admission",
        {
            **_STATUS,
            "message": 'pods "a" is forbidden: exceeded quota: small',
            "reason": "Forbidden",
            "code": 403,
        },
        None,
    ),
    (
        "kubernetes-no-account",
        {
            **_STATUS,
            "message": 'pods "a" is forbidden: error looking up service account web/app: serviceaccount "app" not found',
            "reason": "Forbidden",
            "code": 403,
        },
        expect("kubernetes_unauthorized", status_code=403),
    ),
    ("kubernetes-success", {"kind": "Status", "status": "Success"}, None),
    (
        "kubernetes-absent",
        {**_STATUS, "message": 'pods "a" not found', "reason": "NotFound", "code": 404},
        None,
    ),
    (
        "cloudtrail-with-links",
        {
            "eventSource": "[inspector2.amazonaws.com](http://inspector2.amazonaws.com/)",
            "eventName": "ListMembers",
            "errorCode": "AccessDenied",
            "userIdentity": {
                "arn": "arn:aws:sts::111122223333:assumed-role/app/[ana@example.com](mailto:ana@example.com)"
            },
        },
        denied(
            code="AccessDenied",
            operation="ListMembers",
            service="inspector2",
            principal="arn:aws:sts::111122223333:assumed-role/app/ana@example.com",
        ),
    ),
    ("decoded", _DECODED, denied(principal=ANA, action="ec2:StopInstances", resource="*", deny="implicit")),
    (
        "decoded-explicit",
        {**_DECODED, "explicitDeny": True},
        denied(principal=ANA, action="ec2:StopInstances", resource="*", deny="explicit"),
    ),
    (
        "decoded-no-prefix",
        {**_DECODED, "context": {"principal": {}, "action": "RunInstances"}},
        denied(action="RunInstances", deny="implicit"),
    ),
    ("decoded-allowed", {**_DECODED, "allowed": True}, None),
    ("empty", {}, None),
    ("unrelated", {"name": "demo", "status": "ACTIVE"}, None),
    ("other-types", {"Error": 3, "message": None, "code": 7, "Records": "x", "Events": 9}, None),
    ("error-of-nobody", {"error": "access_denied", "error_description": "The user denied the request"}, None),
)


@check_rows(("document", "expected"), [pytest.param(d, e, id=name) for name, d, e in _TABLE])
def test_mapping(document: dict[str, object], expected: Facts | None) -> None:
    """Each structured form gives what it states."""
    assert facts_in(document) == expected


@check_rows(
    ("document", "expected"),
    [
        pytest.param(d, e, id=name)
        for name, d, e in _TABLE
        if name not in {"bytes", "error-of-nobody", "response-head", "kubernetes-absent"}
    ],
)
def test_mapping_as_json_gives_the_same(document: dict[str, object], expected: Facts | None) -> None:
    """The JSON text of a form reads as the form."""
    assert facts_in(json.dumps(document)) == expected


def test_the_denial_among_records_is_chosen() -> None:
    """Of the records of a file the first denial, else the first that is no aws_error."""
    throttled = {**_EVENT, "errorCode": "ThrottlingException", "errorMessage": "Rate exceeded"}
    expired = {
        **_EVENT,
        "errorCode": "ExpiredTokenException",
        "errorMessage": "The security token included in the request is expired",
    }
    assert facts_in({"Records": [throttled, expired, _EVENT]}) == _EVENT_FACTS
    found = facts_in({"Records": [throttled, expired]})
    assert found is not None
    assert found["kind"] == "expired_credentials"


def test_a_record_with_a_long_message() -> None:
    """The facts are those of a short one."""
    record = {**_EVENT, "errorMessage": "Access Denied " + "x" * 70_000}
    expected = facts_in({**_EVENT, "errorMessage": "Access Denied"})
    assert expected is not None
    assert facts_in(record) == expected


def test_long_json_is_not_loaded() -> None:
    """A record among 50 MB of spaces would be read from a shorter text."""
    record = json.dumps(_EVENT)
    assert facts_in({"Events": [{"CloudTrailEvent": f"{record} "}]}) == _EVENT_FACTS
    assert facts_in({"Events": [{"CloudTrailEvent": record + " " * 50_000_000}]}) is None


def test_deep_nesting_ends() -> None:
    """Hostile nesting costs little and gives None."""
    document: dict[str, object] = dict(_EVENT)
    for _ in range(50):
        document = {"Records": [document]}
    assert facts_in(document) is None
    assert facts_in("[" * 100_000) is None
    assert facts_in('{"eventSource":' * 10_000) is None
