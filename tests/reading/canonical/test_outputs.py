"""The table of prints reads a text as the long way does: every field, every span."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import parse
from iamtriage._reading.assembly import read_cause
from iamtriage._reading.canonical.logged import parse_logged_output
from iamtriage._reading.canonical.matching import parse_output
from iamtriage.testing import (
    ENVELOPES,
    access_key_quota,
    aws_error,
    credential_scope,
    denial,
    expired_credentials,
    expired_sso_session,
    invalid_credentials,
    invalid_identity_token,
    kubernetes_forbidden,
    kubernetes_unauthorized,
    malformed_policy,
    missing_credentials,
    region_disabled,
    signature_mismatch,
    throttled,
)
from tests.strategies import ALONE, calls, cases, denials, fragments
from tests.strategies import bare as bare_case
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures import Failure
    from iamtriage.testing import EnvelopeName, Sample
    from iamtriage.typing import PolicyType

_ANA = "arn:aws:iam::111122223333:user/ana"
_POLICY = "arn:aws:iam::111122223333:policy/team/DenyAll"
_ID = "ex4mple1a2b3c4d5e6f7g8h9"
_CALLS = (
    ("GetObject", "s3"),
    ("DescribeCluster", "eks"),
    ("RunInstances", "ec2"),
    ("GetCallerIdentity", "sts"),
    ("PutItem", "dynamodb"),
    ("Invoke", "lambda"),
    ("SendMessage", "sqs"),
    ("CreateRole", "iam"),
)
_IMPLICIT: tuple[PolicyType, ...] = (
    "identity", "resource", "permissions_boundary", "session", "service_control", "vpc_endpoint"
)  # fmt: skip
_NAMED: tuple[PolicyType, ...] = ("identity", "session", "service_control", "resource_control")


def _denials() -> Iterator[Sample]:
    """Yield denials by every type of policy, of every sort of principal and resource."""
    for action in ("eks:DescribeCluster", "s3:PutObject", "sqs:SendMessage", "kms:Decrypt", "iam:PassRole"):
        for resource in (None, "*", "arn:aws:s3:::orders/2026/q-1.csv", f"{_ANA}/x"):
            yield denial(action, resource=resource)
    for principal in (_ANA, "arn:aws-cn:iam::111122223333:root", "anonymous", "glue.amazonaws.com"):
        yield denial("sqs:SendMessage", principal=principal, resource="*")
    for kind in _IMPLICIT:
        yield denial("s3:GetObject", policy_type=kind, authorization_id=_ID)
    for kind in _NAMED:
        yield denial("eks:ListClusters", deny="explicit", policy_type=kind, policy_arn=_POLICY)
    yield denial("sts:AssumeRole", policy_type="role_trust")
    yield denial("s3:GetObject", deny="explicit", policy_type=None)
    yield denial("s3:GetObject", deny=None)
    yield denial("s3:GetObject", operation="HeadObject")
    yield denial("sts:AssumeRoleWithWebIdentity")
    yield denial(
        "ec2:RunInstances",
        service="ec2",
        encoded=True,
        resource="arn:aws:ec2:eu-west-1:111122223333:instance/*",
    )
    yield denial("ec2:RunInstances", encoded=True, bare=True)
    for service in ("ec2", "s3", "organizations"):
        yield denial(f"{service}:GetThing", bare=True)


def _others() -> Iterator[Sample]:
    """Yield what services answer besides denials, and what none answers."""
    for operation, service in _CALLS:
        yield expired_credentials(operation, service)
        yield invalid_credentials(operation, service)
        yield signature_mismatch(operation, service)
        yield signature_mismatch(operation, service, skewed=True)
        yield credential_scope(operation, service)
        yield throttled(operation, service)
    yield region_disabled()
    yield invalid_identity_token()
    yield invalid_identity_token("Incorrect token audience")
    yield malformed_policy()
    yield access_key_quota()
    yield aws_error("NoSuchBucket", "The specified bucket does not exist", "GetObject", "s3", status=404)
    yield from (expired_sso_session(), missing_credentials(), kubernetes_unauthorized())
    for namespace in (None, "shop"):
        yield kubernetes_forbidden("system:serviceaccount:shop:orders", "list", "pods", namespace=namespace)
        yield kubernetes_forbidden(_ANA, "create", "deployments", api_group="apps", namespace=namespace)


_SAMPLES = (*_denials(), *_others())


def _assert_same(text: str) -> Failure | None:
    """Compare both ways if the table has the text."""
    short = parse_output(text)
    if short is None:
        return None
    long = read_cause(text)
    assert long is not None, text
    # The envelope is a field like the others.
    assert short == long, text
    assert dict(short.spans) == dict(long.spans), text
    return short


@pytest.mark.unmeasured
@check_rows("envelope", ENVELOPES)
def test_every_message_in_every_print_of_the_testing_package(envelope: EnvelopeName) -> None:
    """Each sample gives the same either way, alone and with the end of its line."""
    for sample, end in itertools.product(_SAMPLES, ("", "\n")):
        if envelope in sample.envelopes:
            _assert_same(sample.text(envelope) + end)


_LOGGED = {
    "python": "2026-03-14 09:26:53,589 ERROR reports.upload [worker-1] ",
    "python-default": "ERROR:reports.upload:",
    "python-dashes": "2026-03-14 09:26:53,589 - reports.upload - ERROR - ",
    "gunicorn": "[2026-03-14 09:26:53 +0000] [27] [ERROR] ",
    "level": "[ERROR] ",
    "level-colon": "ERROR: ",
    "iso": "2026-03-14T09:26:53.589Z WARN ",
    "klog": "E0314 09:26:53.589793       1 reports.go:142] ",
    "traceback": 'Traceback (most recent call last):\n  File "/srv/app/jobs.py", line 41, in run\n    client.call(**arguments)\n    ^^^^^^\nbotocore.exceptions.ClientError: ',
    "lambda": "[ERROR]\t2026-03-14T09:26:53.589Z\t5f6e7d8c-9b0a-4c1d-8e2f-3a4b5c6d7e8f\t",
}


@check_rows("prefix", _LOGGED.values(), ids=_LOGGED)
@check_rows("form", ["botocore", "go-v2", "java-v2"])
def test_prints_after_the_prefixes_of_loggers(prefix: str, form: EnvelopeName) -> None:
    """What a logger puts before a print moves its places, and changes nothing else."""
    text = prefix + denial("eks:DescribeCluster", resource="*").text(form)
    failure = parse_logged_output(text)
    assert failure is not None
    long = read_cause(text)
    assert long is not None
    assert failure == long
    assert dict(failure.spans) == dict(long.spans)


_QUOTED = {
    "logfmt": 'time="2026-03-14T09:26:53Z" level=error msg={}',
    "logfmt-bare-time": "ts=2026-03-14T09:26:53.589Z level=warn logger=reports.upload error={}",
    "json": '{{"level":"error","ts":"2026-03-14T09:26:53Z","logger":"reports.upload","msg":{}}}',
    "json-spaces": '{{"timestamp": "2026-03-14T09:26:53Z", "severity": "ERROR", "message": {}}}',
}


@pytest.mark.unmeasured
@check_rows("line", _QUOTED.values(), ids=_QUOTED)
def test_prints_in_a_field_of_a_log_line(line: str) -> None:
    """A print in quotes is read as the long way reads it; what the quotes escape has no span."""
    forms: tuple[EnvelopeName, ...] = ("message", "botocore", "go-v1", "go-v2", "java-v2", "js-v3", "kubectl")
    read = 0
    for sample, form in itertools.product(_SAMPLES, forms):
        if form in sample.envelopes:
            text = line.format(json.dumps(sample.text(form))) + "\n"
            failure = parse_logged_output(text)
            if failure is not None:
                long = read_cause(text)
                assert long is not None
                assert failure == long, text
                assert dict(failure.spans) == dict(long.spans), text
                read += 1
    assert read > len(_SAMPLES)


@check_rows(
    "text",
    [
        'level=error msg="An error occurred (AccessDenied) when calling the GetRole operation: Access Denied" status=404',
        'level=error msg="An error occurred (AccessDenied) when calling the GetRole operation: \\u0041ccess Denied"',
        'level=error logger=aws.client msg="An error occurred (AccessDenied) when calling the GetRole operation: Access Denied"',
        'level=error msg="An error occurred (AccessDenied) when calling the GetRole operation: Access Denied',
        '{"level":"error","msg":"An error occurred (AccessDenied) when calling the GetRole operation: Access Denied","x":1}',
    ],
    ids=["more-fields", "other-escapes", "telling", "cut", "more-members"],
)
def test_other_fields_take_the_long_way(text: str) -> None:
    """What the table does not describe exactly, it does not read."""
    assert parse_logged_output(text) is None


_CODE = st.one_of(
    st.sampled_from(
        [
            "client.call(**arguments)",
            "raise error_class(parsed_response, operation_name)",
            "raise AccessDenied()",
            "x = 1",
        ]
    ),
    st.text("abcdefgh_.()=*, AESDn4035", min_size=1, max_size=40).map(str.strip),
)
_PATHS = st.sampled_from(
    [
        "/srv/app/jobs.py",
        "/usr/lib/python3.12/site-packages/botocore/client.py",
        "/srv/aliyun/x.py",
        "/srv/s3/403.py",
    ]
)
_FUNCTIONS = st.sampled_from(["run", "_make_api_call", "<module>", "AccessDenied", "status"])
_FRAMES = st.lists(
    st.tuples(_PATHS, st.integers(1, 600), _FUNCTIONS, _CODE, st.booleans()), min_size=1, max_size=4
)
_RAISED = [sample for sample in _SAMPLES if "botocore" in sample.envelopes]


@given(_FRAMES, st.sampled_from(_RAISED))
def test_generated_tracebacks(frames: list[tuple[str, int, str, str, bool]], sample: Sample) -> None:
    """A print at the end of a Python traceback is read as the long way reads it, if its frames tell nothing."""
    lines = ["Traceback (most recent call last):"]
    for path, number, function, code, is_marked in frames:
        lines += [f'  File "{path}", line {number}, in {function}', f"    {code}"]
        lines += ["    " + "^" * len(code)] * is_marked
    text = "\n".join([*lines, f"botocore.exceptions.ClientError: {sample.text('botocore')}"])
    failure = parse_logged_output(text)
    if failure is not None:
        long = read_cause(text)
        assert long is not None, text
        assert failure == long, text
        assert dict(failure.spans) == dict(long.spans), text


_NAMES = st.one_of(
    st.sampled_from(
        [
            "root",
            "main",
            "app",
            "reports.upload",
            "worker-1",
            "MainThread",
            "27",
            "403",
            "http-403",
            "http_status_403",
            "aliyun",
            "gcloud.run",
            "huawei.go",
            "x.requestid",
            "aws.s3",
            "botocore.exceptions",
            "sts.token",
            "user.code",
            "com.example.AccessDeniedException",
            "AccessDenied",
            "Throttling",
            "vault.auth",
        ]
    ),
    st.from_regex(r"[a-z_]{2,12}(\.[a-z_]{2,12}){0,2}", fullmatch=True),
)
_SHAPES = st.sampled_from(
    [
        "2026-03-14 09:26:53,589 ERROR {0} ", "2026-03-14T09:26:53Z [{1}] ERROR {0}: ", "2026-03-14 09:26:53 - {0} - ERROR - ",
        "ERROR:{0}:", "WARNING:{1}.{0}:", "{0}: ", "[{0}] ", "E0314 09:26:53.589793       1 {0}] ", "E0314 09:26:53.589793       1 {0}.go:42] ",
        "[2026-03-14 09:26:53 +0000] [{0}] [ERROR] ", "2026-03-14 09:26:53 ERROR [{0}] {1} - ", "2026-03-14 09:26:53 {0} ",
    ]
)  # fmt: skip


@given(_SHAPES, _NAMES, _NAMES, st.sampled_from(_SAMPLES), st.data())
def test_generated_prefixes(shape: str, name: str, other: str, sample: Sample, data: st.DataObject) -> None:
    """A prefix that could tell something is not in the table, or is read as the long way reads it."""
    text = shape.format(name, other) + sample.text(data.draw(st.sampled_from(sample.envelopes)))
    failure = parse_logged_output(text)
    if failure is not None:
        long = read_cause(text)
        assert long is not None, text
        assert failure == long, text
        assert dict(failure.spans) == dict(long.spans), text


_FORMS: tuple[EnvelopeName, ...] = (
    "message", "botocore", "cli", "cli-legacy", "cli-v1", "cli-json", "go-v1", "go-v2", "java-v1", "java-v2", "js-v2",
    "js-v3", "dotnet", "ruby", "rust", "cpp", "terraform-plain", "cloudformation", "body",
)  # fmt: skip


@check_rows("form", _FORMS)
@check_rows(
    "sample",
    [
        pytest.param(denial("eks:DescribeCluster", resource="*"), id="denial"),
        pytest.param(denial("s3:GetObject", resource="arn:aws:s3:::orders/q1.csv"), id="quoted-resource"),
        pytest.param(denial("s3:GetObject", bare=True), id="s3-bare"),
        pytest.param(expired_credentials("ListObjectsV2", "s3"), id="expired"),
        pytest.param(invalid_credentials(), id="invalid"),
    ],
)
def test_the_table_has_the_prints_of_the_sdks(form: EnvelopeName, sample: Sample) -> None:
    """None of these takes the long way, except two words that could be anyone's."""
    text = sample.text(form)
    is_unclaimed = form == "message" and sample.message == "Access Denied"
    assert (_assert_same(text) is None) == is_unclaimed, text
    assert parse(text) == read_cause(text)


@pytest.mark.parametrize("form", ["message", "kubectl", "kubernetes-status"])
def test_the_table_has_the_prints_of_kubernetes(form: EnvelopeName) -> None:
    """RBAC's sentence is read alone, as client-go gives it, as kubectl prints it, and in the server's answer."""
    failure = _assert_same(kubernetes_forbidden("ana", "list", "pods", namespace="shop").text(form))
    assert failure is not None
    assert failure.kind == "kubernetes_forbidden"


@given(
    st.one_of(cases(), calls(denials()).map(bare_case), st.sampled_from(ALONE)).map(lambda case: case.text)
)
@example(denial("sqs:SendMessage", principal="arn:aws:iam::111122223333:user/huawei-sync").text("go-v1"))
def test_generated_prints(text: str) -> None:
    """So does whatever the generators of prints make."""
    _assert_same(text)


def test_a_print_of_several_lines_after_the_name_of_a_logger() -> None:
    """Readers find its code only after the first word, so the table leaves it to them."""
    text = f"ERROR:root:{denial('eks:DescribeCluster', resource='*').text('go-v1')}"
    assert "\n" in text
    assert parse_logged_output(text) is None
    failure = parse(text)
    assert failure is not None
    assert failure.envelope.code is not None


@st.composite
def _touched(draw: st.DrawFn) -> str:
    """Draw a print with something put in, cut out or added."""
    sample = draw(st.sampled_from(_SAMPLES))
    text = sample.text(draw(st.sampled_from(sample.envelopes)))
    place = draw(st.integers(0, len(text)))
    names = ("", "com.example.AccessDeniedException", "http_status_403", "responseCode:403", "gcloud")
    more = draw(st.one_of(fragments, st.sampled_from(names), st.text("aZ9.,:;=-_*/@ \n", max_size=4)))
    return text[:place] + more + text[place + draw(st.sampled_from((0, 0, 0, 1, 2, 9))) :]


@given(_touched())
def test_prints_that_someone_has_touched(text: str) -> None:
    """A text that only resembles a print is not in the table, or is read as the long way reads it."""
    _assert_same(text)


_BOTOCORE = "An error occurred (AccessDenied) when calling the GetObject operation: "


@check_rows(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(_BOTOCORE, id="no-message"),
        pytest.param(f"{_BOTOCORE}Access Denied, sorry", id="more"),
        pytest.param("AccessDenied: Access Denied", id="no-ending"),
        pytest.param(f"2026-03-14 ERROR {_BOTOCORE}Access Denied", id="stamp"),
    ],
)
def test_other_texts_take_the_long_way(text: str) -> None:
    """The table answers only for a whole print."""
    assert parse_output(text) is None


_JAVA = (
    "com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; "
    "Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1; Proxy: null)\n\tat com.example.{}.call(Orders.java:3)\n"
)
_GO = "operation error AccessDenied: GetObject, https response error StatusCode: 403, RequestID: EXAMPLE0REQUEST1, api error AccessDenied: "


@check_rows(
    "text",
    [
        pytest.param(_JAVA.format("OrdersException"), id="class-in-a-java-frame"),
        pytest.param(
            "Unhandled exception. Amazon.S3.AmazonS3Exception: Access Denied\n   at Amazon.S3.OrdersException.Raise(Int32 x)\n",
            id="class-in-a-dotnet-frame",
        ),
        pytest.param(f"{_GO}Access Denied", id="service"),
        pytest.param(
            f"{_GO}User: {_ANA} is not authorized to perform: sqs:SendMessage", id="service-of-a-denial"
        ),
        pytest.param("Aws::SQS::Errors::ServiceError: Access Denied", id="base-class"),
    ],
)
def test_words_that_could_be_codes_take_the_long_way(text: str) -> None:
    """What they are shows only among all the words of the text."""
    assert parse_output(text) is None
    failure = read_cause(text)
    assert failure is not None
    assert failure.kind == "access_denied"


def test_a_frame_may_name_a_class_that_is_no_error() -> None:
    failure = _assert_same(_JAVA.format("OrdersExceptions"))
    assert failure is not None
    assert failure.envelope.code == "AccessDenied"


def test_a_print_may_begin_behind_a_prefix() -> None:
    """A log entry is read from where its print begins; spans count in the whole text."""
    prefix, printed = (
        "2026-03-14 09:26:53 ERROR ",
        denial("eks:DescribeCluster", resource="*").text("botocore"),
    )
    failure, alone = parse_output(prefix + printed, len(prefix)), parse_output(printed)
    assert failure is not None
    assert alone is not None
    shift = len(prefix)
    assert failure.span == (shift, shift + len(printed))
    assert dict(failure.spans) == {
        key: (start + shift, end + shift) for key, (start, end) in alone.spans.items()
    }
