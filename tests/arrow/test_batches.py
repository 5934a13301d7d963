"""Batches of failures: the same rows as plain Python, whatever is in the batch, and in every engine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import fingerprint, parse, to_record
from iamtriage.arrow import SCHEMA, SCHEMA_VERSION, cloudtrail, failures
from iamtriage.testing import cloudtrail_files, denial
from tests.tables import check_rows

DENIED = (
    "User: arn:aws:sts::111122223333:assumed-role/app/run-{0} is not authorized to perform: s3:GetObject on "
    'resource: "arn:aws:s3:::orders/{0}.csv" because no identity-based policy allows the s3:GetObject action'
)
HEAD = "An error occurred (AccessDenied) when calling the GetObject operation: "
TEXTS = [HEAD + DENIED.format(1), "all is well", None, HEAD + DENIED.format(2), HEAD + DENIED.format(1), ""]


def expected(error: Any) -> dict[str, Any]:  # noqa: ANN401 (what parse takes)
    """Return the row that plain Python makes."""
    failure = None if error is None else parse(error)
    if failure is None:
        return dict.fromkeys(SCHEMA.names)
    return {**to_record(failure), "fingerprint": fingerprint(failure)}


def test_rows_are_those_of_parse() -> None:
    batch = failures(pa.record_batch({"text": TEXTS}))
    assert batch.schema.equals(SCHEMA, check_metadata=True)
    assert batch.schema.metadata == {b"iamtriage.schema_version": str(SCHEMA_VERSION).encode()}
    assert batch.to_pylist() == [expected(text) for text in TEXTS]


@check_rows(
    "values",
    [
        pa.array(TEXTS, pa.large_string()),
        pa.array(TEXTS).dictionary_encode(),
        pa.array([None if text is None else text.encode() for text in TEXTS], pa.binary()),
        pa.array(TEXTS, pa.string_view()),
        pa.chunked_array([TEXTS[:2], TEXTS[2:]]),
    ],
    ids=lambda values: str(values.type),
)
def test_types_of_texts(values: Any) -> None:  # noqa: ANN401 (pyarrow has no types)
    table = failures(pa.table({"log": values}), "log")
    assert isinstance(table, pa.Table)
    assert table.to_pylist() == [expected(text) for text in TEXTS]


def test_empty_batches() -> None:
    for values in (pa.array([], pa.string()), pa.array([None, None], pa.null())):
        batch = failures(pa.record_batch({"text": values}))
        assert (batch.num_rows, batch.schema) == (len(values), SCHEMA)
        assert batch["kind"].null_count == len(values)


@given(st.lists(st.one_of(st.none(), st.text(), st.sampled_from([each for each in TEXTS if each]))))
def test_any_texts(texts: list[str | None]) -> None:
    """No text raises, and each row is the one that its text has alone."""
    encodable = [None if text is None else text.encode("utf-8", "replace").decode() for text in texts]
    batch = failures(pa.record_batch({"text": pa.array(encodable, pa.string())}))
    assert batch.to_pylist() == [expected(text) for text in encodable]


def test_texts_of_the_sdks() -> None:
    sample = denial("s3:GetObject")
    texts = [sample.text(envelope) for envelope in sample.envelopes]
    assert failures(pa.record_batch({"text": texts})).to_pylist() == [expected(text) for text in texts]


# ------------------------------------------------------------------------------------- CloudTrail records

RECORD = {
    "eventTime": "2026-11-27T01:02:03Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "awsRegion": "eu-west-1",
    "sourceIPAddress": "198.51.100.7",
    "userAgent": "Boto3/1.44",
    "errorCode": "AccessDenied",
    "errorMessage": DENIED.format(1),
    "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/app/run-1"},
    "eventID": "0f1e2d3c-aaaa-bbbb-cccc-0123456789ab",
    "requestID": "4TEXAMPLE7QK2M9V",
}
SUCCESS = {name: value for name, value in RECORD.items() if not name.startswith("error")}


_TEXT = json.dumps(RECORD)
ODD_JSON = [
    _TEXT,
    _TEXT[:-1] + ', "a": NaN}',
    _TEXT[:-1] + ', "a": 1e400}',
    _TEXT[:-1] + ', "a": "\\ud800"}',
    _TEXT[:-1] + f', "a": {2**70}' + "}",
    _TEXT[:-1] + ', "a": ' + "1" * 5_000 + "}",
    _TEXT[:-1] + ', "a": ' + "[" * 100_000,
    _TEXT[:-20],
]


def test_records_as_json_structs_and_columns() -> None:
    records: list[Any] = [RECORD, SUCCESS, None]
    rows = [expected(RECORD), expected(None), expected(None)]
    assert cloudtrail(pa.record_batch({"record": records}), "record").to_pylist() == rows
    texts = [None if each is None else json.dumps(each) for each in records]
    assert cloudtrail(pa.record_batch({"record": texts}), "record").to_pylist() == rows
    binary = [None if text is None else text.encode() for text in texts]
    assert cloudtrail(pa.record_batch({"record": binary}), "record").to_pylist() == rows
    assert cloudtrail(pa.Table.from_pylist(records[:2])).to_pylist() == rows[:2]


@check_rows(
    "values",
    [
        pa.array([_TEXT, None, "{}"], pa.large_string()),
        pa.array([_TEXT, None, "{}"], pa.string_view()),
        pa.array([_TEXT, None, "{}"]).dictionary_encode(),
        pa.array([_TEXT.encode(), None, b"{}"], pa.large_binary()),
        pa.chunked_array([[_TEXT], [None, "{}"]]),
        pa.array([None, RECORD, {}]).take(pa.array([1, 0, 2])),
    ],
    ids=lambda values: str(values.type)[:20],
)
def test_types_of_records(values: Any) -> None:  # noqa: ANN401 (pyarrow has no types)
    rows = [expected(RECORD), expected(None), expected(None)]
    assert cloudtrail(pa.table({"record": values}), "record").to_pylist() == rows


@check_rows("values", [[1, 2], [[RECORD], None], [None, None], [1.5, None]])
def test_columns_without_records(values: list[Any]) -> None:
    batch = cloudtrail(pa.record_batch({"record": values}), "record")
    assert batch.to_pylist() == [expected(None)] * 2
    assert cloudtrail(pa.record_batch({"errorCode": values[:1]}))["kind"].to_pylist() in (
        [None],
        ["aws_error"],
    )


@check_rows(
    "text",
    [
        "{",
        "[]",
        "null",
        '"errorCode"',
        '{"errorCode": 7}',
        '{"errorCode": "x", "eventName": [1]}',
        "[" * 100_000 + "errorCode",
    ],
)
def test_dirty_records(text: str) -> None:
    [row] = cloudtrail(pa.record_batch({"record": [text]}), "record").to_pylist()
    assert row["kind"] in {None, "aws_error"}


@given(st.dictionaries(st.sampled_from([*RECORD]), st.one_of(st.text(), st.integers(), st.none())))
def test_any_members(members: dict[str, Any]) -> None:
    record = {**RECORD, **members}
    [row] = cloudtrail(pa.record_batch({"record": [json.dumps(record)]}), "record").to_pylist()
    assert row.keys() == set(SCHEMA.names)


def test_lone_surrogates() -> None:
    """JSON can hold them and Arrow cannot, so they are replaced."""
    text = json.dumps({**RECORD, "userAgent": "\ud800"})
    batch = pa.record_batch({"record": [text, json.dumps(RECORD)]})
    assert cloudtrail(batch, "record")["user_agent"].to_pylist() == ["?", "Boto3/1.44"]


def test_records_of_the_testing_package() -> None:
    record = denial("s3:GetObject").cloudtrail()
    [row] = cloudtrail(pa.record_batch({"record": [json.dumps(record)]}), "record").to_pylist()
    assert row == expected(record)


def test_records_without_orjson() -> None:
    """Its limits are narrower than those of json, which reads what orjson rejects: the rows are the same."""
    code = (
        "import sys, json; sys.modules['orjson'] = None\n"
        "import pyarrow as pa; from iamtriage.arrow import cloudtrail\n"
        "print(json.dumps(cloudtrail(pa.record_batch({'r': json.load(sys.stdin)}), 'r').to_pylist()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(ODD_JSON), capture_output=True, text=True, check=True
    )
    batch = pa.record_batch({"r": ODD_JSON})
    assert json.loads(done.stdout) == cloudtrail(batch, "r").to_pylist()
    assert [row["kind"] for row in cloudtrail(batch, "r").to_pylist()] == ["access_denied"] * 5 + [None] * 3


def test_unread_columns_are_left_alone() -> None:
    """Columns and members that no reader uses do not change the rows."""
    unread = {"requestParameters": {"bucketName": "orders"}, "tlsDetails": {"tlsVersion": "TLSv1.3"}}
    identity = {**RECORD["userIdentity"], "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}  # type: ignore[dict-item]
    records = [
        {**RECORD, **unread, "userIdentity": identity},
        {**SUCCESS, **unread, "userIdentity": identity},
    ]
    rows = [expected(RECORD), expected(None)]
    assert cloudtrail(pa.record_batch({"record": records}), "record").to_pylist() == rows
    assert cloudtrail(pa.Table.from_pylist(records)).to_pylist() == rows


# --------------------------------------------------------------------------------------- repeated problems

GENERATED = [
    json.loads(text)
    for text in dict.fromkeys(
        json.dumps(record)
        for file in cloudtrail_files(
            records=200, denials=0.8, errors=0.2, accounts=1, regions=("eu-west-1",), problems=60
        )
        for record in json.loads(file.text)["Records"]
    )
]
SESSION = re.compile(r"i-0[0-9a-f]{16}(?![0-9a-f])")


def swap_session(text: str, session: str) -> str:
    return SESSION.sub(lambda _: session, text)


SESSIONS = st.one_of(
    st.from_regex(r"[A-Za-z0-9]{1,6}([-_@.=+,][A-Za-z0-9]{1,9}){0,3}", fullmatch=True),
    st.text(st.sampled_from(list("aZ09-_.@=+,*<>[](){}$%\"' /:|\n\té…Xx")), max_size=12),
    st.sampled_from(["app", "is", "xxxx", "REDACTED", "AccessDenied", "User", "arn", "root", "111122223333"]),
)
FORMS = (
    "{message}",
    "An error occurred ({code}) when calling the {operation} operation: {message}",
    "operation error S3: {operation}, https response error StatusCode: 403, RequestID: R1, api error {code}: {message}",
    "{message} (Service: S3, Status Code: 403, Request ID: abc) {session}",
    "x {message}\n  at y",
)


@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from(FORMS), SESSIONS), min_size=1, max_size=6))
def test_texts_that_differ_in_their_session(chosen: list[tuple[int, str, str]]) -> None:
    """A text that is looked up has the row that it has alone."""
    texts = [
        form.format(
            message=swap_session(GENERATED[at]["errorMessage"], session),
            code=GENERATED[at]["errorCode"],
            operation=GENERATED[at]["eventName"],
            session=session,
        )
        for at, form, session in chosen
    ]
    assert failures(pa.record_batch({"text": texts})).to_pylist() == [expected(text) for text in texts]


JUNK = st.one_of(
    st.none(),
    st.integers(),
    st.text(max_size=3),
    st.lists(st.none(), max_size=1),
    st.dictionaries(
        st.sampled_from(["arn", "accountId", "ARN"]), st.one_of(st.none(), st.text(max_size=3)), max_size=2
    ),
)
MEMBERS = st.sampled_from([*RECORD, "resources", "detail", "Records", "kind"])


@given(
    st.lists(
        st.tuples(st.integers(0, 60), SESSIONS, st.dictionaries(MEMBERS, JUNK, max_size=1)),
        min_size=1,
        max_size=6,
    )
)
def test_records_that_differ_in_their_session(chosen: list[tuple[int, str, dict[str, Any]]]) -> None:
    """A record that is looked up has the row that it has alone, with members of any type, too."""
    records: list[dict[str, Any]] = [
        {
            **json.loads(swap_session(json.dumps(GENERATED[at]), json.dumps(session)[1:-1])),
            **members,
        }
        for at, session, members in chosen
    ]
    rows = [
        expected(
            {name: value for name, value in each.items() if value is not None} if each["errorCode"] else None
        )
        for each in records
    ]
    batch = pa.record_batch({"record": [json.dumps(each) for each in records]})
    assert cloudtrail(batch, "record").to_pylist() == rows


# ------------------------------------------------------------------------------------------------- wrong use


def test_wrong_arguments() -> None:
    batch = pa.record_batch({"text": TEXTS, "number": [1, 2, 3, 4, 5, 6]})
    with pytest.raises(TypeError, match=r"batch must be a pyarrow\.RecordBatch or pyarrow\.Table, not list"):
        failures(TEXTS)
    with pytest.raises(KeyError, match="no column 'log'; the batch has text, number"):
        failures(batch, "log")
    with pytest.raises(TypeError, match="column 'number' must hold strings or binary data, not int64"):
        failures(batch, "number")


def test_without_pyarrow() -> None:
    """The import says what to install."""
    code = "import sys; sys.modules['pyarrow'] = None\ntry: import iamtriage.arrow\nexcept ImportError as e: print(e)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'iamtriage[arrow]'" in done.stdout


# --------------------------------------------------------------------------------------------------- DuckDB


def test_function_of_duckdb() -> None:
    """A function of the table works as a function in SQL, too."""
    rows = [expected(text) for text in TEXTS]
    database: Any = duckdb.connect()
    kinds = pa.struct([("kind", pa.string()), ("action", pa.string())])

    def read(column: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
        found = failures(pa.table({"text": column}))
        return pa.chunked_array(
            [found.select(["kind", "action"]).cast(pa.schema(list(kinds))).to_struct_array().combine_chunks()]
        )

    database.create_function(
        "denial",
        read,
        ["VARCHAR"],
        "STRUCT(kind VARCHAR, action VARCHAR)",
        type="arrow",
        null_handling="special",
    )
    database.register("logs", pa.table({"text": TEXTS}))
    found = database.sql("SELECT denial(text).action FROM logs").fetchall()
    assert [action for (action,) in found] == [row["action"] for row in rows]
