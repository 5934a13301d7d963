"""Tests for listings of a bucket: they show that an object does not exist, and which one is meant."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_HEAD = "$ aws s3 cp s3://acme-in/{} .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n"
_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-in/*"}],
    }
)
_ROW = "2026-11-29 03:10:11      91234 {}\n"


def _listed(*keys: str, options: str = "", more: str = "") -> str:
    rows = [{"Key": each, "Size": 7} for each in keys]
    return f"$ aws s3api list-objects-v2 --bucket acme-in{options}\n{json.dumps({'Contents': rows} | ({'NextToken': more} if more else {}))}\n"


@pytest.mark.parametrize(
    ("key", "listing", "near", "command"),
    [
        (
            "in/report.csv",
            _listed("in/Report.csv", "in/b.csv"),
            "in/Report.csv",
            "aws s3 cp s3://acme-in/in/Report.csv .",
        ),
        (
            "in/report.csv",
            f"$ aws s3 ls s3://acme-in/in/\n{_ROW.format('report.csv.gz')}",
            "in/report.csv.gz",
            "aws s3 cp s3://acme-in/in/report.csv.gz .",
        ),
        (
            "in/report.csv",
            f"$ aws s3 ls s3://acme-in --recursive\n{_ROW.format('input/report.csv')}{_ROW.format('b.csv')}",
            "input/report.csv",
            "aws s3 cp s3://acme-in/input/report.csv .",
        ),
        ("inn/report.csv", "$ aws s3 ls s3://acme-in/\n                           PRE in/\n", None, None),
        # The file of another day is another file.
        ("in/2026-11-28.csv", _listed("in/2026-11-29.csv"), "in/2026-11-29.csv", None),
        ("in/report.csv", _listed("in/zzz.bin", options=" --prefix in/"), None, None),
    ],
)
def test_object_is_missing(key: str, listing: str, near: str | None, command: str | None) -> None:
    explanation = explain(f"{_HEAD.format(key)}Policy of the role:\n{_POLICY}\nAs admin:\n{listing}")
    end = f"has {near}, but not this key." if near else "does not have it."
    assert explanation.summary.endswith(
        f"/{key}, but the object does not exist: the listing in the text {end}"
    )
    assert explanation.causes[0].text.startswith("The policy in the text allows s3:GetObject on it")
    first, second = explanation.remedies
    assert first.commands == ((command,) if command else ())
    assert (second.policy or {})["Statement"][0]["Resource"] == "arn:aws:s3:::acme-in"


@pytest.mark.parametrize(
    ("key", "listing", "last", "told"),
    [
        (
            "in/2026-11-30.csv",
            _listed("in/2026-11-28.csv", "in/2026-11-29.csv"),
            "in/2026-11-29.csv",
            "last:",
        ),
        (
            "in/2026-11-30.csv",
            f"$ aws s3 ls s3://acme-in/in/ | tail -n 2\n{_ROW.format('2026-11-28.csv')}{_ROW.format('2026-11-29.csv')}",
            "in/2026-11-29.csv",
            "at 2026-11-29 03:10",
        ),
        (
            "in/part-0004.gz",
            f"$ aws s3 ls s3://acme-in/in/ --recursive | tail\n{_ROW.format('in/part-0003.gz')}",
            "in/part-0003.gz",
            "at 2026-11-29 03:10",
        ),
    ],
)
def test_next_object_of_a_series_is_late(key: str, listing: str, last: str, told: str) -> None:
    explanation = explain(f"{_HEAD.format(key)}Policy of the role:\n{_POLICY}\nAs admin:\n{listing}")
    assert explanation.summary.endswith(f"the listing in the text ends with {last}.")
    remedy = explanation.remedies[0]
    assert remedy.title == f"Wait for {key}, or see why it was not written"
    assert told in remedy.steps[0]


@pytest.mark.parametrize(
    ("key", "listing"),
    [
        # Other keys precede the last ones, and folders precede the objects.
        ("in/2026-11-27.csv", f"$ aws s3 ls s3://acme-in/in/ | tail -1\n{_ROW.format('2026-11-29.csv')}"),
        ("in/z/report.csv", f"$ aws s3 ls s3://acme-in/in/ | tail -1\n{_ROW.format('a.csv')}"),
        ("in/report.csv", f"$ aws s3 ls s3://acme-in/in/ | sort | tail -1\n{_ROW.format('a.csv')}"),
        ("in/report.csv", _listed("in/report.csv")),
        ("in/report.csv", _listed("in/b.csv", more="eyJ")),
        ("in/report.csv", _listed("in/b.csv", options=" --max-items 1")),
        ("in/report.csv", _listed("out/b.csv", options=" --prefix out/")),
        ("in/report.csv", _listed("in/b.csv").replace("acme-in", "acme-out")),
        ("in/report.csv", "$ aws s3 ls s3://acme-in/\n                           PRE in/\n"),
        ("in/report.csv", f"$ aws s3 ls s3://acme-in/in/ | head -1\n{_ROW.format('a.csv')}"),
        ("in/report.csv", f"$ aws s3 ls s3://acme-in --recursive\n{_ROW.format('a.csv')}...\n"),
        ("in/report.csv", f"$ aws s3 ls s3://acme-in/in/\n{_ROW.format('a.csv')}(and 200 more)\n"),
        ("in/report.csv", f"$ aws s3 ls s3://acme-in/in/\n{_ROW.format('a.csv')}[snip]\n"),
        ("in/report.csv", f"$ aws s3 ls s3://acme-in/in/ > all.txt; head -1 all.txt\n{_ROW.format('a.csv')}"),
        ("in/report.csv", f"the first few lines:\n$ aws s3 ls s3://acme-in/in/\n{_ROW.format('a.csv')}"),
        (
            "in/report.csv",
            f"$ aws s3 ls s3://acme-in/in/ --summarize\n{_ROW.format('a.csv')}\nTotal Objects: 57\n",
        ),
        ("in/report.csv", _listed("in/b.csv", options=" --no-paginate")),
        ("in/report.csv", _listed("in/b.csv", options=" --encoding-type url")),
        ("in/report.csv", _listed("in/b.csv", options=" --endpoint-url http://localhost:9000")),
        *(
            ("in/report.csv", f'$ aws s3api list-objects-v2 --bucket acme-in --query "{query}"\n{shown}\n')
            for query, shown in (
                ("Contents[?contains(Key,'b')].{Key:Key}", '[{"Key": "in/b.csv"}]'),
                ("Contents[:1].{Key:Key}", '[{"Key": "in/b.csv"}]'),
                ("Contents[0]", '{"Key": "in/b.csv"}'),
            )
        ),
        # It exists, or was written since.
        ("in/report.csv", f"{_listed('in/b.csv')}The object exists, I see it in the console.\n"),
        (
            "in/report.csv",
            f'{_listed("in/b.csv")}$ aws s3api head-object --bucket acme-in --key in/report.csv\n{{"ContentLength": 5}}\n',
        ),
        (
            "in/report.csv",
            f"{_listed('in/b.csv')}$ aws s3 cp report.csv s3://acme-in/in/report.csv\nupload: ./report.csv to s3://acme-in/in/report.csv\n",
        ),
    ],
)
def test_listing_shows_no_missing_object(key: str, listing: str) -> None:
    explanation = explain(f"{_HEAD.format(key)}Policy of the role:\n{_POLICY}\nAs admin:\n{listing}")
    assert "the listing in the text" not in explanation.summary


@pytest.mark.parametrize(
    ("before", "is_missing"),
    [
        ("As admin:\n", True),
        ("A colleague sees this:\n", True),
        # To a caller who may list the bucket, S3 answers 404.
        ("", False),
        ("Same role:\n", False),
    ],
)
def test_listing_of_another_caller(before: str, *, is_missing: bool) -> None:
    listing = f"$ aws s3 ls s3://acme-in/in/\n{_ROW.format('Report.csv')}"
    explanation = explain(f"{_HEAD.format('in/report.csv')}{before}{listing}")
    assert ("the listing in the text has in/Report.csv" in explanation.summary) is is_missing
    assert not is_missing or "no permission is missing" not in explanation.causes[0].text


def test_listing_with_another_profile() -> None:
    listing = f"$ aws s3 ls s3://acme-in/in/ --profile ops\n{_ROW.format('Report.csv')}"
    assert "the object does not exist" in explain(f"{_HEAD.format('in/report.csv')}{listing}").summary


_LIST_DENIED = 'not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::acme-in" because no identity-based policy allows the s3:ListBucket action'
_USER = "User: arn:aws:sts::111122223333:assumed-role/import/import is"
_BOTO = f"An error occurred (AccessDenied) when calling the GetObject operation: {_USER} {_LIST_DENIED}\n"
_GO = f"operation error S3: GetObject, https response error StatusCode: 403, RequestID: 7XK2V0EXAMPLE9QW, HostID: Zm9v, api error AccessDenied: {_USER} {_LIST_DENIED}\n"


@pytest.mark.parametrize(
    ("text", "title", "words"),
    [
        (
            f"{_BOTO}object.key = in/a+b%282%29.csv\n$ aws s3 ls s3://acme-in/in/\n{_ROW.format('a b(2).csv')}",
            "Decode the key before the call",
            "has in/a b(2).csv, and the call asked for in/a+b%282%29.csv: it is URL-encoded",
        ),
        (
            f'{_GO}{{"s3": {{"object": {{"key": "in/a+b.csv"}}}}}}\n',
            "Decode the key before the call",
            "The object of in/a+b.csv has the key in/a b.csv",
        ),
        (
            f"{_BOTO}body = s3.get_object(Bucket=name, Key=record['s3']['object']['key'])  # in/Q1+2026+%28new%29.pdf\n",
            "Decode the key before the call",
            "has the key in/Q1 2026 (new).pdf; keys without such characters work as they are.",
        ),
        (
            f"{_BOTO}const key = event.Records[0].s3.object.key;\n",
            "Decode the key before the call",
            "The key is that of an S3 event, and nothing in the text decodes it.",
        ),
        # Nothing in it is encoded.
        (
            f'{_BOTO}{{"s3": {{"object": {{"key": "in/report.csv"}}}}}}\n',
            "Check the key that the program asks for",
            None,
        ),
        (
            f"key=in/report.csv\n{_GO}{_listed('in/Report.csv', 'in/other.bin')}",
            "Use in/Report.csv",
            "has in/Report.csv, and the call asked for in/report.csv.",
        ),
        # A + can belong to the key, and the program can decode it.
        (f"{_BOTO}key=in/a+b.csv\n", "Check the key that the program asks for", None),
        (
            f'{_BOTO}key = unquote_plus(rec["s3"]["object"]["key"])\nobject.key = in/a+b.csv\n',
            "Check the key that the program asks for",
            None,
        ),
        (
            f"{_BOTO}key=in/2026-11-30.csv\n{_listed('in/2026-11-29.csv')}",
            "Check the key that the program asks for",
            None,
        ),
        (
            _BOTO.replace(
                "because no identity-based policy allows the s3:ListBucket action",
                "with an explicit deny in an identity-based policy",
            ),
            "Check the key that the program asks for",
            None,
        ),
    ],
)
def test_read_denied_as_listing(text: str, title: str, words: str | None) -> None:
    explanation = explain(text)
    assert explanation.topic == "missing-object"
    assert explanation.summary.endswith("the object does not exist under the key that the call asked for.")
    first, *others = explanation.remedies
    assert first.title.startswith(title)
    assert first.policy is None
    assert words is None or words in explanation.causes[0].text
    assert all("It does not make the call succeed" in each.steps[0] for each in others)
    assert len(others) == ("explicit" not in text)


@pytest.mark.parametrize(
    "text",
    [
        _BOTO.replace("GetObject", "ListObjectsV2"),
        _BOTO.replace("GetObject", "CopyObject"),
        _BOTO.replace("s3:ListBucket", "s3:GetObject").replace("acme-in", "acme-in/a+b.csv"),
        _BOTO.replace("no identity-based policy", "no service control policy"),
        f"{_USER} {_LIST_DENIED}\n",
    ],
)
def test_other_denial_is_not_of_a_missing_key(text: str) -> None:
    assert explain(text).topic != "missing-object"
