"""No content raises: text, bytes, lines or mappings of anything give a failure or None."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import fingerprint, from_record, parse, scan, to_record
from tests.strategies import ENVELOPES, Call, Case, calls, fragments, known, messages, other_clouds, soup
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.failures import Failure

any_text = st.text(st.characters(), max_size=300)


@st.composite
def shuffled(draw: st.DrawFn) -> str:
    """The words of real messages in any order, with something foreign between."""
    text = draw(known).text + " " + draw(known).text
    words = re.split(r"(?<=[\s:(\"'{])", text)
    return draw(st.permutations(words).map("".join)) + draw(any_text)


def _use(failure: Failure | None) -> None:
    """Do with a failure what users do; nothing of it may raise either."""
    if failure is not None:
        record = to_record(failure)
        json.dumps(record)
        assert to_record(from_record(record)) == record
        fingerprint(failure)
        assert repr(failure)
        assert all(
            0 <= start <= end <= len(failure.text) for start, end in (failure.span, *failure.spans.values())
        )


@given(
    st.one_of(any_text, soup, shuffled(), st.builds("".join, st.lists(st.one_of(any_text, soup), max_size=4)))
)
@example("AccessDenied: Access Denied\n{ httpStatusCode: '²²²', requestId: 'abcdef' }")
@example("AccessDenied (Service: Eks, Status Code: ²²², Request ID: abcd)")
@example(
    "operation error EKS: X, https response error StatusCode: ٤٠٣, RequestID: a, api error AccessDenied: no"
)
@example("\ud800 User: arn:aws:iam::111122223333:user/\udfff is not authorized to perform: s3:GetObject")
def test_no_text_raises(text: str) -> None:
    """Any characters, lone surrogates and NULs too, and pieces of real messages in any order."""
    _use(parse(text))
    for failure in scan(text):
        _use(failure)
    for failure in scan(text.splitlines()):
        _use(failure)
    for failure in scan(io.StringIO(text)):
        _use(failure)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(soup, st.binary(max_size=60), soup).map(
            lambda t: t[0].encode("utf-8", "surrogatepass") + t[1] + t[2].encode("utf-8", "surrogatepass")
        ),
    )
)
@example(b"\xff\xfeA")
@example(b"\xfe\xff\xd8")
@example(b"\xef\xbb\xbfAccessDenied: Access Denied \x00\xff")
def test_no_bytes_raise(data: bytes) -> None:
    """Undecodable bytes, cut byte order marks, binary around a message."""
    _use(parse(data))
    for failure in scan([data]):  # type: ignore[list-item]
        _use(failure)


@given(fragments, st.integers(1, 3000), known, fragments)
def test_no_repetition_raises(piece: str, times: int, case: Case, other: str) -> None:
    """The same fragment thousands of times, with or without a message behind it."""
    text = piece * times + case.text + other * (times // 2)
    text = text[:20_000]
    _use(parse(text))
    for failure in scan(text):
        _use(failure)


@pytest.mark.unmeasured
@check_rows("depth", [1, 5, 50, 500, 5000])
@check_rows(
    ("opening", "closing"),
    [
        ('{"error":', "}"),
        ("[", "]"),
        ('{"eventSource":"eks.amazonaws.com","Records":[', "]}"),
        ('{"detail":{"eventSource":', "}}"),
        ("<Error>", "</Error>"),
        ("(", ")"),
        ('{"CloudTrailEvent":', "}"),
    ],
    ids=["objects", "lists", "records", "details", "xml", "parentheses", "events"],
)
@check_rows("core", ['"AccessDenied"', '{"__type":"AccessDeniedException","message":"no"}', ""])
def test_no_nesting_raises(depth: int, opening: str, closing: str, core: str) -> None:
    """Documents nested thousands of levels deep, closed or cut."""
    for text in (opening * depth + core + closing * depth, opening * depth + core):
        _use(parse(text))
        _use(parse(text.encode()))
        for failure in scan(text):
            _use(failure)


@check_rows("depth", [1, 2, 4, 8, 16])
def test_no_depth_of_escapes_raises(depth: int) -> None:
    """A message that each layer of a log pipeline escaped anew."""
    text = 'User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k"'
    for _ in range(depth):
        text = json.dumps({"log": text})
        if len(text) > 200_000:
            break
        _use(parse(text))


_NAMES = (
    "Error", "error", "Code", "code", "Message", "message", "__type", "errorCode", "errorMessage", "eventSource", "eventName", "userIdentity", "arn", "accountId", "resources", "ARN",
    "ResponseMetadata", "HTTPStatusCode", "RequestId", "HostId", "kind", "status", "reason", "Records", "Events", "detail", "detail-type", "CloudTrailEvent", "Response", "Errors",
    "ErrorResponse", "allowed", "explicitDeny", "context", "principal", "action", "resource", "$metadata", "statusCode",
)  # fmt: skip
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=10),
    st.sampled_from(("AccessDenied", "Status", "Failure", "Forbidden", "Unauthorized", "403", "²²²", "User: a is not authorized to perform: s3:GetObject", -1, 403)),
)  # fmt: skip
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(_NAMES), st.integers(), st.text(max_size=5)), inner, max_size=5
        ),
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.one_of(st.sampled_from(_NAMES), st.text(max_size=8)), _VALUES, max_size=8))
@example({"kind": "Status", "status": []})
@example({"kind": "Status", "status": "Failure", "reason": {}, "code": [], "message": 7})
@example({"Error": {"Code": "AccessDenied", "Message": None}, "ResponseMetadata": {"HTTPStatusCode": "²²²"}})
def test_no_mapping_raises(document: dict[str, object]) -> None:
    """Values of any type under the keys of errors, records and events."""
    _use(parse(document))


@check_rows("key", ["Code", "code", "Message", "requestID", "statusCode", "RequestId"])
def test_no_huge_number_raises(key: str) -> None:
    """An integer too long for Python to print is no value of a record."""
    document = {"Code": "AccessDenied", "Message": "Access Denied", key: 10**5000}
    _use(parse(document))
    _use(parse({"Error": document, "ResponseMetadata": {"HTTPStatusCode": 10**5000}}))


class _ShapedError(Exception):
    """An exception with the attributes of a ClientError or ApiException, of any value."""


@given(
    st.dictionaries(
        st.sampled_from(("response", "operation_name", "status", "reason", "body", "args")),
        st.one_of(_VALUES, st.just("CreateRole")),
        max_size=5,
    ),
    any_text,
)
def test_no_exception_raises(attributes: dict[str, object], text: str) -> None:
    """An exception whose attributes only look like those of botocore's or kubernetes' is read, too."""
    error = _ShapedError(text)
    for name, value in attributes.items():
        if name != "args":
            setattr(error, name, value)
    _use(parse(error))


@given(calls(messages), st.sampled_from(tuple(ENVELOPES)), st.data())
def test_no_cut_raises(call: Call, name: str, data: st.DataObject) -> None:
    """A text that was cut at both ends is read as far as it goes."""
    text = ENVELOPES[name](call).text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    _use(parse(text[start:end]))


@given(other_clouds, soup)
def test_no_foreign_text_raises(text: str, more: str) -> None:
    """Other clouds' errors with fragments of AWS's around them."""
    _use(parse(more + text))
