"""Check the errors that a response lists: they share its request ID."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from iamtriage import parse, scan
from tests.tables import ANA, REQUEST, Facts, check_rows, denied, facts_of

if TYPE_CHECKING:
    from collections.abc import Callable

_HOST = "4vc4idGE0NuB+Gaimnh6BNE8XJFQYMPMwc1cyEJp1fz9MKDzjBlRydUdyWQlhpmSgn1Evqh0Y4m="
_METADATA = {"RequestId": REQUEST, "HostId": _HOST, "HTTPStatusCode": 200, "HTTPHeaders": {"server": "x"}}
_IDS: Facts = {"request_id": REQUEST, "host_id": _HOST}


def _message(n: int) -> str:
    return f"User: {ANA} is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::orders/{n} because no identity-based policy allows the s3:DeleteObject action"


def _facts(n: int, **facts: object) -> Facts:
    resource = f"arn:aws:s3:::orders/{n}"
    return denied(
        principal=ANA,
        action="s3:DeleteObject",
        resource=resource,
        deny="implicit",
        policy_type="identity",
        **facts,
    ) | {"request_id": REQUEST, "host_id": _HOST}


# The lists of errors of several services.
RESPONSES: dict[str, tuple[dict[str, object], list[Facts]]] = {
    "delete-objects": (
        {
            "Deleted": [{"Key": "0"}],
            "Errors": [
                {"Key": "1", "Code": "AccessDenied", "Message": _message(1)},
                {"Key": "2", "Code": "AccessDenied", "Message": "Access Denied"},
                {"Key": "3", "Code": "AccessDenied", "Message": _message(3)},
            ],
        },
        [
            _facts(1, code="AccessDenied"),
            denied(code="AccessDenied") | _IDS,
            _facts(3, code="AccessDenied"),
        ],
    ),
    "put-events": (
        {
            "FailedEntryCount": 2,
            "Entries": [
                {"EventId": "0"},
                {"ErrorCode": "AccessDeniedException", "ErrorMessage": _message(1)},
                {
                    "ErrorCode": "NotAuthorizedForSourceException",
                    "ErrorMessage": "Not authorized for the source.",
                },
            ],
        },
        [
            _facts(1, code="AccessDeniedException"),
            {"kind": "aws_error", "code": "NotAuthorizedForSourceException", **_IDS},
        ],
    ),
    "batch": (
        {"errors": [{"code": "AccessDeniedException", "message": _message(n)} for n in (1, 2)]},
        [_facts(n, code="AccessDeniedException") for n in (1, 2)],
    ),
}
PRINTS: dict[str, Callable[[object], str]] = {
    "json": json.dumps,
    "indented": lambda response: json.dumps(response, indent=4),
    "python": repr,
    "logger": lambda response: f"2026-10-07 09:00:00,123 WARNING orders: 2 failed: {json.dumps(response)}",
}


@pytest.mark.parametrize("name", RESPONSES)
def test_the_first_error_of_a_response(name: str) -> None:
    response, (first, *_) = RESPONSES[name]
    found = parse({**response, "ResponseMetadata": _METADATA})
    assert found is not None
    assert facts_of(found) == first


@check_rows("name", RESPONSES)
@check_rows("form", PRINTS)
def test_each_error_in_the_print_of_a_response(form: str, name: str) -> None:
    response, expected = RESPONSES[name]
    text = PRINTS[form]({**response, "ResponseMetadata": _METADATA})
    found = list(scan(text))
    stated = [
        {key: value for key, value in (facts_of(each) or {}).items() if key != "status_code"}
        for each in found
    ]
    assert stated == expected
    for failure in found:
        assert failure.text[slice(*failure.spans["request_id"])] == REQUEST


def test_responses_in_one_document_keep_their_ids() -> None:
    ids = [REQUEST, REQUEST[::-1]]
    text = json.dumps(
        [{**RESPONSES["batch"][0], "ResponseMetadata": {"RequestId": request}} for request in ids]
    )
    assert [failure.envelope.request_id for failure in scan(text)] == [ids[0], ids[0], ids[1], ids[1]]
