"""Trees of CloudTrail files: what was planted is what ``parse`` finds, and the same each time."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import fingerprint, parse
from iamtriage.testing import cloudtrail_files, write_cloudtrail_tree
from iamtriage.testing._cloudtrail.calls import DENIALS
from tests.tables import check_rows

if TYPE_CHECKING:
    from pathlib import Path


def records(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["Records"]
    return found


def test_parse_finds_what_was_planted() -> None:
    """Each denial in order, each other error as one, and nothing in records of calls that succeeded."""
    files = list(cloudtrail_files(records=2_500, denials=0.3, records_per_file=400))
    assert [file.records for file in files] == [400] * 6 + [100]
    for file in files:
        failures = [(parse(record), record) for record in records(file.text)]
        denied = [
            (failure, r["eventTime"])
            for failure, r in failures
            if failure and failure.kind == "access_denied"
        ]
        assert tuple((fingerprint(failure), time) for failure, time in denied) == file.denials
        assert sum(bool(failure and failure.kind == "aws_error") for failure, _ in failures) == file.errors
        assert all((failure is None) == ("errorCode" not in record) for failure, record in failures)


def test_every_policy_type_and_principal() -> None:
    files = list(
        cloudtrail_files(records=1_000, denials=0.5, accounts=1, regions=("eu-west-1",), problems=90)
    )
    failures = [parse(record) for file in files for record in records(file.text)]
    types = {getattr(failure, "policy_type", None) for failure in failures}
    assert types == {None, *(call.policy_type for call in DENIALS)}
    identities = {record["userIdentity"]["type"] for file in files for record in records(file.text)}
    assert identities == {
        *("AWSAccount", "AWSService", "AssumedRole", "FederatedUser", "IAMUser", "Root", "SAMLUser"),
        "WebIdentityUser",
    }


def test_sessions_and_ids_are_distinct() -> None:
    found = [record for file in cloudtrail_files(records=600) for record in records(file.text)]
    for key in ("eventID", "requestID"):
        assert len({record[key] for record in found}) == 600
    arns = [record["userIdentity"].get("arn", "") for record in found]
    sessions = [arn for arn in arns if ":assumed-role/" in arn]
    assert len(set(sessions)) == len(sessions) > 400


@pytest.mark.unmeasured
def test_same_options_same_files() -> None:
    def texts(**options: Any) -> list[tuple[str, str]]:  # noqa: ANN401 (options)
        return [
            (file.key, file.text) for file in cloudtrail_files(records=300, records_per_file=100, **options)
        ]

    assert texts() == texts() != texts(seed=1)
    assert len({key for key, _ in texts()}) == 3


def test_files_on_disk(tmp_path: Path) -> None:
    options: dict[str, Any] = {"records": 900, "records_per_file": 100, "organization": "o-exampleorgid"}
    tree = write_cloudtrail_tree(tmp_path, **options)
    generated = {file.key: file for file in cloudtrail_files(**options)}
    paths = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.json.gz")}
    assert paths.keys() == generated.keys()
    assert all(key.startswith("AWSLogs/o-exampleorgid/") for key in paths)
    assert all(
        gzip.decompress(path.read_bytes()).decode() == generated[key].text for key, path in paths.items()
    )
    planted = [each for file in generated.values() for each in file.denials]
    assert tree.problems == Counter(identity for identity, _ in planted)
    assert tree.last_seen == {
        identity: max(t for i, t in planted if i == identity) for identity in tree.problems
    }
    assert tree.first_seen == {
        identity: min(t for i, t in planted if i == identity) for identity in tree.problems
    }
    assert (tree.files, tree.records, tree.denials) == (9, 900, len(planted))
    assert tree.errors == sum(file.errors for file in generated.values())


@check_rows(
    ("options", "message"),
    [
        ({"days": 0}, "days must be at least 1, not 0"),
        ({"problems": 5}, "problems must be at least 6, one per account and Region"),
        (
            {"denials": 0.9, "errors": 0.2},
            "denials and errors must be at least 0, and their sum at most 1, not 0.9 and 0.2",
        ),
        ({"regions": ()}, "regions must name at least one Region"),
    ],
)
def test_wrong_values(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cloudtrail_files(**options)


def test_unknown_option() -> None:
    options: dict[str, Any] = {"denial": 0.1}
    with pytest.raises(TypeError, match="unknown option 'denial'; expected one of records, denials"):
        cloudtrail_files(**options)


def test_no_records() -> None:
    assert list(cloudtrail_files(records=0)) == []
