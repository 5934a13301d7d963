"""The shared vectors for loading ConfigMaps, and the list of those that do not apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamtriage import AwsAuthError
from iamtriage.aws_auth import lint, load

_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "canonicalize.jsonl"

pytestmark = pytest.mark.skipif(not _VECTORS.is_file(), reason="the shared vectors are not on this machine")

# Tested here, in test_vectors_matching.py, and in tests/corpus/test_vectors_arns.py.
_TESTED = frozenset(
    {
        "ArnLike", "Canonicalize", "CRD.canonicalARN", "ConfigMap.AWSAccount", "ConfigMap.ParseMap", "ConfigMap.RoleMapping", "ConfigMap.UserMapping",
        "ConfigMap.load", "Identity.fromGetCallerIdentity", "Mapper.Map", "RoleMapping.Key", "RoleMapping.Matches", "RoleMapping.Validate", "StripPath",
        "UserMapping.Matches", "UserMapping.Validate", "iam.Parse", "quoteMeta",
    }
)  # fmt: skip
# Function -> why it does not apply.
_NOT_APPLICABLE = {
    "AuthConfigMap.add": "eksctl adds entries to a cluster's map; iamtriage edits no cluster",
    "AuthConfigMap.addAccount": "as AuthConfigMap.add",
    "AuthConfigMap.remove": "as AuthConfigMap.add",
    "AwsAuth.read": "keikoproj's client reads a cluster, with retries",
    "AwsAuth.remove": "keikoproj's client edits a cluster's map",
    "AwsAuth.render": "keikoproj's client rewrites the whole map; iamtriage keeps the text",
    "AwsAuth.upsert": "as AwsAuth.remove",
    "AwsAuth.upsertMultiple": "as AwsAuth.remove",
    "CompareIdentity": "eksctl compares two of its entries; iamtriage's entries compare by value",
    "DynamicFile.UserMapping": "the authenticator's mounted file is another back end, keyed by unique IDs",
    "DynamicFile.load": "as DynamicFile.UserMapping",
}


def _rows(*functions: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in _VECTORS.read_text("utf-8").splitlines() if line.strip()]
    return [row for row in found if not functions or row["function"] in functions]


def test_every_function_is_tested_or_listed_as_not_applicable() -> None:
    assert {row["function"] for row in _rows()} <= _TESTED | _NOT_APPLICABLE.keys()


def _manifest(data: dict[str, str]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "data": data})


def test_config_maps() -> None:
    found = _rows("ConfigMap.load")
    assert found
    for row in found:
        text, expect = row["input"]["configmap_yaml"], row["expect"]
        if expect.get("error"):
            with pytest.raises(AwsAuthError):
                load(text)
            assert any(finding.severity == "error" for finding in lint(text))
            continue
        aws_auth = load(text)
        roles = {
            role.arn.lower(): {"rolearn": role.arn, "username": role.username, "groups": list(role.groups)}
            for role in aws_auth.roles
        }
        users = {
            user.arn.lower(): {"username": user.username, "groups": list(user.groups)}
            for user in aws_auth.users
        }
        assert (roles, users, list(aws_auth.accounts)) == (
            expect["roles"],
            expect["users"],
            expect["accounts"],
        ), row


def test_maps() -> None:
    found = _rows("ConfigMap.ParseMap")
    assert found
    for row in found:
        aws_auth, expect = load(_manifest(row["input"]["data"])), row["expect"]
        users = [
            {"userarn": user.arn, "username": user.username, "groups": list(user.groups)}
            for user in aws_auth.users
        ]
        assert users == expect["users"]
        assert [role.username for role in aws_auth.roles] == [role["username"] for role in expect["roles"]]
        for role, expected in zip(aws_auth.roles, expect["roles"], strict=True):
            assert role.rolearn == expected.get("rolearn", "")
            assert list(role.groups) == expected["groups"]
            sso = expected.get("sso")
            stated = role.sso and (role.sso.permission_set_name, role.sso.account_id, role.sso.partition)
            assert stated == (sso and (sso["permissionSetName"], sso["accountID"], sso["partition"]))


def test_validation() -> None:
    """An entry that the authenticator rejects is dropped, and reported by ``lint``."""
    found = _rows("RoleMapping.Validate", "UserMapping.Validate")
    assert found
    for row in found:
        map_name = "mapUsers" if row["function"].startswith("User") else "mapRoles"
        text = _manifest({map_name: json.dumps([row["input"]["mapping"]])})
        aws_auth = load(text)
        assert bool(aws_auth.roles or aws_auth.users) is row["expect"]["valid"], row
        if not row["expect"]["valid"]:
            assert {finding.code for finding in lint(text)} & {"missing-arn", "invalid-sso"}, row
