"""The shared vectors for matching, most of them from the authenticator's tests."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from iamtriage import InvalidArnError
from iamtriage.aws_auth._arnlike import arn_like
from iamtriage.aws_auth._entries import AwsAuth, RoleEntry, SsoRole, UserEntry
from iamtriage.aws_auth._matching import build_sso_pattern, who_matches

_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "canonicalize.jsonl"

pytestmark = pytest.mark.skipif(not _VECTORS.is_file(), reason="the shared vectors are not on this machine")


def rows(*functions: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in _VECTORS.read_text("utf-8").splitlines() if line.strip()]
    # The dynamic file is another back end, which compares unique IDs.
    return [
        row for row in found if row["function"] in functions and row["input"].get("backend") != "dynamicfile"
    ]


def role_entry(mapping: dict[str, Any]) -> RoleEntry:
    sso = mapping.get("sso")
    return RoleEntry(
        mapping.get("rolearn", ""),
        mapping.get("username", ""),
        tuple(mapping.get("groups", ())),
        sso and SsoRole(sso["permissionSetName"], sso["accountID"], sso.get("partition", "")),
    )


def config(data: dict[str, Any]) -> AwsAuth:
    users = [
        UserEntry(user["userarn"], user.get("username", ""), tuple(user.get("groups", ())))
        for user in data.get("mapUsers", ())
    ]
    roles = map(role_entry, data.get("mapRoles", ()))
    return AwsAuth(tuple(roles), tuple(users), tuple(data.get("mapAccounts", ())))


def test_arn_like() -> None:
    found = rows("ArnLike")
    assert found
    for row in found:
        assert arn_like(row["input"]["arn"], row["input"]["pattern"]) is row["expect"]["match"], row


def test_wildcards() -> None:
    """The expected regular expression matches the same resources as our pattern."""
    found = rows("quoteMeta")
    assert found
    arn = "arn:aws:iam::111122223333:"
    for row in found:
        for resource in ("", "a", "ab", "abc", row["input"]["text"]):
            expected = re.fullmatch(row["expect"]["regex"], resource) is not None
            assert arn_like(arn + resource, arn + row["input"]["text"]) is expected, row


def test_matches() -> None:
    found = rows("RoleMapping.Matches", "UserMapping.Matches")
    assert found
    for row in found:
        mapping, arn = row["input"]["mapping"], row["input"]["arn"]
        users = {"mapUsers": [mapping]} if "userarn" in mapping else {"mapRoles": [mapping]}
        is_match = who_matches(config(users), arn) is not None
        if "is case-sensitive: callers must lower-case" in row.get("note", ""):
            # who_matches is the caller of Matches, and lower-cases the ARN.
            assert is_match
            assert arn_like(arn, row["expect"]["key"]) is row["expect"]["match"]
            continue
        assert is_match is row["expect"]["match"], row


def test_keys() -> None:
    found = rows("RoleMapping.Key", "RoleMapping.Matches")
    assert found
    for row in found:
        entry = role_entry(row["input"]["mapping"])
        if "key" in row["expect"]:
            assert (build_sso_pattern(entry.sso) if entry.sso else entry.rolearn.lower()) == row["expect"][
                "key"
            ], row


def test_config_maps() -> None:
    found = rows("ConfigMap.RoleMapping", "ConfigMap.UserMapping", "ConfigMap.AWSAccount")
    assert found
    for row in found:
        aws_auth = config(row["input"]["config"])
        if "account" in row["input"]:
            arn = f"arn:aws:iam::{row['input']['account']}:user/nobody"
            assert (who_matches(aws_auth, arn) is not None) is row["expect"]["allowed"]
        elif "error" in row["expect"]:
            # The authenticator finds no user, because the text is not an ARN.
            with pytest.raises(InvalidArnError):
                who_matches(aws_auth, row["input"]["arn"])
        else:
            match = who_matches(aws_auth, row["input"]["arn"])
            assert match is not None
            assert match.username == row["expect"]["username"], row


def test_mappers() -> None:
    found = rows("Mapper.Map")
    assert found
    for row in found:
        inputs, expect = row["input"], row["expect"]
        caller = inputs["identity"]["canonicalARN"]
        if "store_keys" in inputs:
            # The keys are ARNs in lower case. The vectors state nothing else about the store.
            aws_auth = AwsAuth(tuple(RoleEntry(arn) for arn in inputs["store_keys"]))
            assert expect == {"result": "mapped"}, row
            assert who_matches(aws_auth, caller) is not None, row
            continue
        match = who_matches(config(inputs["config"]), caller)
        assert match is not None
        assert (match.username, list(match.groups)) == (expect["username"], expect["groups"]), row
