"""Texts that a tool cut off: a beginning of a value is no value, and a whole copy of it wins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iamtriage import parse, scan, to_record
from iamtriage.testing import EnvelopeName, Sample, denial
from tests.tables import ANA, REQUEST, Facts, Table, all_facts_in, check_rows, denied, facts_in, rows
from tests.testing.samples import denials, find_differences

_USER = f"User: {ANA} is not authorized to perform:"
_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
_WHY = "because no identity-based policy allows the sqs:SendMessage action"
_WHOLE = f"{_USER} sqs:SendMessage on resource: {_QUEUE} {_WHY}"
_FACTS: Facts = denied(
    principal=ANA, action="sqs:SendMessage", resource=_QUEUE, deny="implicit", policy_type="identity"
)
_NO_ACTION: Facts = denied(principal=ANA, service="sqs")
_NO_RESOURCE: Facts = denied(principal=ANA, action="sqs:SendMessage")
_DOCUMENT = (
    "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>EXAMPLE0</RequestId><HostId>"
)
_DOCUMENT_FACTS: Facts = denied(code="AccessDenied", request_id="EXAMPLE0")

# What tools write behind what is left, apart from it.
APART = (
    " (truncated...)",
    " (truncated)",
    " [truncated]",
    " [TRUNCATED]",
    " [truncated 96 chars]",
    " <truncated>",
    " <output truncated>",
    " [...truncated]",
    "\n(truncated...)",
)


@check_rows("mark", APART)
def test_a_beginning_is_no_value(mark: str) -> None:
    assert facts_in(f"{_USER} sqs:Sen{mark}") == _NO_ACTION
    assert facts_in(f"{_USER} sqs:SendMessage on resource: {_QUEUE[:-3]}{mark}") == _NO_RESOURCE
    assert facts_in(f'{_USER} sqs:SendMessage on resource: "{_QUEUE[:-3]}{mark} of "it"') == _NO_RESOURCE
    assert facts_in(f"{_USER} sqs:SendMessage on resource: arn:aws:sqs:{mark}") == _NO_RESOURCE


STATED: Table = (
    # A mark of lines between two prints.
    (
        "lines-left-out",
        f"AccessDenied: {_USER} sqs:SendMessage on resource: {_QUEUE}\n    [... truncated ...]\n1 failed",
        denied(code="AccessDenied", principal=ANA, action="sqs:SendMessage", resource=_QUEUE),
    ),
    (
        "lines-counted",
        f"AccessDenied: {_USER} sqs:SendMessage on resource: {_QUEUE}\n[truncated 30 lines]\n1 failed",
        denied(code="AccessDenied", principal=ANA, action="sqs:SendMessage", resource=_QUEUE),
    ),
    (
        "output-left-out",
        f"{_USER} sqs:SendMessage on resource: {_QUEUE[:-3]}\n[output truncated]\n1 failed",
        _NO_RESOURCE,
    ),
    # An ellipsis that stands in the value is a part of it.
    ("action", f"{_USER} sqs:Sen...", denied(principal=ANA, action="sqs:Sen...")),
    ("action-character", f"{_USER} sqs:Sen…", denied(principal=ANA, action="sqs:Sen…")),
    ("action-quoted", f'{{"message": "{_USER} sqs:Sen..."}}', denied(principal=ANA, action="sqs:Sen...")),
    ("action-counted", f"{_USER} sqs:Sen... 96 more characters", denied(principal=ANA, action="sqs:Sen...")),
    ("action-mark", f"{_USER} sqs:Sen[truncated]", denied(principal=ANA, action="sqs:Sen[truncated]")),
    # The stop may be a name's as well as the sentence's.
    ("resource-stop", f"{_USER} sqs:SendMessage on resource: {_QUEUE}. (truncated...)", _NO_RESOURCE),
    ("action-dots", f"{_USER} sqs:Sen ... (truncated)", _NO_ACTION),
    ("action-marks", f"{_USER} sqs:Sen... (truncated)", denied(principal=ANA, action="sqs:Sen...")),
    (
        "resource",
        f"{_USER} sqs:SendMessage on resource: {_QUEUE[:-3]}...",
        {**_NO_RESOURCE, "resource": f"{_QUEUE[:-3]}..."},
    ),
    (
        "mask",
        f'{_USER} sqs:SendMessage on resource: "arn:aws:s3:::logs/<truncated>/a" {_WHY}',
        {**_FACTS, "resource": "arn:aws:s3:::logs/<truncated>/a"},
    ),
    # People leave a part of the sentence out, not of the value.
    ("elided", f"{_USER} sqs:SendMessage ... {_WHY}", {**_FACTS, "resource": None}),
    ("elided-closely", f"{_USER} sqs:SendMessage... {_WHY}", {**_FACTS, "resource": None}),
    ("elided-resource", f"{_USER} sqs:SendMessage... on resource: {_QUEUE} {_WHY}", _FACTS),
    (
        "elided-tail",
        f"{_USER} sqs:SendMessage... (Service: Sqs, Status Code: 403, Request ID: {REQUEST})",
        {**_NO_RESOURCE, "status_code": 403, "request_id": REQUEST},
    ),
    ("code-elided", f"AccessDenied... {_WHOLE}", {**_FACTS, "code": "AccessDenied"}),
    # What else a text is cut in.
    (
        "policy",
        f"{_USER} sqs:SendMessage with an explicit deny in a service control policy: arn:aws:organizations::111122223333:pol (truncated...)",
        {**_NO_RESOURCE, "deny": "explicit", "policy_type": "service_control"},
    ),
    (
        "policy-type",
        f"{_USER} sqs:SendMessage with an explicit deny in a service con (truncated...)",
        {**_NO_RESOURCE, "deny": "explicit"},
    ),
    (
        "encoded",
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: aB3_xyz-0123456789 (truncated...)",
        denied(code="UnauthorizedOperation", operation="RunInstances"),
    ),
    (
        "request",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>EXAMPLE0 (truncated...)",
        denied(code="AccessDenied"),
    ),
    ("host-ended", f"{_DOCUMENT}abcDEF123456/+abc", _DOCUMENT_FACTS),
    ("host-dots", f"{_DOCUMENT}abcDEF...", {**_DOCUMENT_FACTS, "host_id": "abcDEF..."}),
    ("host-fenced", f"```\n{_DOCUMENT}abcDEF…\n```\n", {**_DOCUMENT_FACTS, "host_id": "abcDEF…"}),
    ("host-lone-dots", f"{_DOCUMENT}...", _DOCUMENT_FACTS),
    ("host-marked", f"{_DOCUMENT}abcDEF (truncated...)", _DOCUMENT_FACTS),
    (
        "request-dots",
        f"{_DOCUMENT[: _DOCUMENT.index('PLE0')]}...",
        {**_DOCUMENT_FACTS, "request_id": "EXAM..."},
    ),
    (
        "request-json",
        '{"__type":"AccessDeniedException","requestId":"0f1e2d3c (truncated...)',
        denied(code="AccessDeniedException"),
    ),
    (
        "request-logged",
        f"code=AccessDenied requestId=0f1e2d3c [truncated] {_WHOLE}",
        {**_FACTS, "code": "AccessDenied"},
    ),
    ("code", f'{{"__type": "AccessDeniedEx (truncated...)\n{_WHOLE} - {{"a": 1}}', _FACTS),
)


@check_rows(("text", "expected"), rows(STATED))
def test_what_a_cut_text_states(text: str, expected: Facts) -> None:
    assert facts_in(text) == {key: value for key, value in expected.items() if value is not None}


def test_a_whole_id_wins() -> None:
    whole = f"{_DOCUMENT}abcDEF123456=</HostId></Error>"
    cut = f"{_DOCUMENT}abcDEF..."
    found = all_facts_in(f"2026-01-02 03:04:05 ERROR {whole}\n2026-01-02 03:04:06 ERROR {cut}")
    assert found == [{**_DOCUMENT_FACTS, "host_id": "abcDEF123456="}]


@check_rows("mark", [*APART, "...", "…", "[truncated]", "... (truncated)"])
def test_a_whole_copy_wins(mark: str) -> None:
    for beginning in (f"{_USER} sqs:Sen", _WHOLE[: _WHOLE.index("ers") + 1]):
        stamp, cut = "2026-01-02 03:04:05 ERROR", f"{beginning}{mark}"
        assert all_facts_in(f"{stamp} {cut}\n{_WHOLE}\n") == [_FACTS]
        assert all_facts_in(f"{stamp} {_WHOLE}\n{cut}\n") == [_FACTS]


def test_a_beginning_that_does_not_fit_is_of_another_failure() -> None:
    other = f"{_USER} sns:Publish because no identity-based policy allows the sns:Publish action"
    assert all_facts_in(f"{_USER} sqs:Sen (truncated...)\n{other}\n") == [
        _NO_ACTION,
        denied(principal=ANA, action="sns:Publish", deny="implicit", policy_type="identity"),
    ]


def _php(sample: Sample, length: int) -> str:
    """Give PHP's text with the body cut after a length, which users of Guzzle can set."""
    body = sample.http()[2].decode()
    before, _, behind = sample.text("php").partition(" response:\n")
    behind = behind[behind.rindex(f"\n {sample.code} (") :]
    excerpt = body if len(body) <= length else f"{body[:length]} (truncated...)\n"
    return f"{before} response:\n{excerpt}{behind}"


@given(denials(), st.integers(10, 900))
def test_php_prints_one_failure_wherever_guzzle_cuts_the_body(sample: Sample, length: int) -> None:
    text = _php(sample, length)
    (failure,) = scan(text)
    read = to_record(failure)
    assert find_differences(read, sample.record) == {}, text
    assert (read["code"], read["operation"], read["status_code"]) == (
        sample.code,
        sample.operation,
        sample.status,
    )


def test_each_cut_of_one_body() -> None:
    sample = denial("sqs:SendMessage", principal=ANA, resource=_QUEUE)
    for length in range(1, len(sample.http()[2])):
        (failure,) = scan(_php(sample, length))
        assert find_differences(to_record(failure), sample.record) == {}, length


ENVELOPES: tuple[EnvelopeName, ...] = ("message", "botocore", "go-v2", "java-v2", "cloudformation", "body")


@given(denials(), st.integers(20, 900), st.sampled_from((*APART, "...", "…")), st.sampled_from(ENVELOPES))
def test_no_cut_makes_a_wrong_value(sample: Sample, length: int, mark: str, envelope: EnvelopeName) -> None:
    text = sample.text(envelope)[:length].rstrip()
    failure = parse(f"{text}{mark}")
    if failure is None:
        return
    read, meant = to_record(failure), sample.record
    for key in ("principal", "action", "resource", "policy_arn", "authorization_id", "encoded_message"):
        value = read[key]
        # Nothing, the value, or a part that says that it is one.
        assert value is None or value == meant[key] or value.endswith(("...", "…")), text
    assert read["deny"] in {None, meant["deny"]}
    assert read["policy_type"] in {None, meant["policy_type"]}


def test_what_php_says_of_another_resource_is_another_failure() -> None:
    sample = denial("sqs:SendMessage", principal=ANA, resource=_QUEUE)
    other = _WHOLE.replace("orders", "invoices")
    first, second = scan(f"{_php(sample, 120)}\n{other}\n")
    assert (first.resource, second.resource) == (_QUEUE, f"{_QUEUE[:-6]}invoices")
