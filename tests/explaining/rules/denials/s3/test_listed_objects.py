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
        ("in/2026-11-30.csv", _listed("in/2026-11-29.csv"), "in/2026-11-29.csv", None),
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
    ("key", "listing"),
    [
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
