"""The command ``check``: exit statuses, files, and what it prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage.cli import main

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
REQUEST = ["--principal", USER, "--action", "sqs:SendMessage", "--resource", QUEUE]
DENIED = f"User: {USER} is not authorized to perform: sqs:SendMessage on resource: {QUEUE} because no identity-based policy allows the sqs:SendMessage action"  # fmt: skip


def doc(effect: str = "Allow", **more: object) -> dict[str, Any]:
    statement: dict[str, object] = {"Effect": effect, "Action": "sqs:SendMessage", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | more]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    files = {
        "allow.json": doc(),
        "deny.json": doc("Deny", Sid="NoOrders"),
        "maybe.json": doc(Condition={"StringEquals": {"aws:PrincipalTag/team": "orders"}}),
        "other.json": doc(Action="sqs:ReceiveMessage"),
        "full.json": doc(Action="*"),
        "listed.json": {"UserName": "ana", "PolicyName": "p", "PolicyDocument": doc()},
    }
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
    (tmp_path / "error.txt").write_text(DENIED, encoding="utf-8")
    (tmp_path / "both").mkdir()
    for name in ("allow.json", "other.json"):
        (tmp_path / "both" / name).write_text((tmp_path / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    return tmp_path


STATUSES = {
    "allowed": (["allow.json", *REQUEST], 0, "allowed: Allow statement 0 of allow.json:4"),
    "denied by nothing": (["other.json", *REQUEST], 1, "denied: No identity-based policy allows"),
    "denied explicitly": (["allow.json", "deny.json", *REQUEST], 1, 'Deny statement "NoOrders" of deny.json:4'),
    "cannot be told": (["maybe.json", *REQUEST], 3, "aws:PrincipalTag/team"),
    "context": (["maybe.json", *REQUEST, "--context", "aws:PrincipalTag/team=orders"], 0, "allowed"),
    "complete context": (["maybe.json", *REQUEST, "--complete-context"], 1, "denied"),
    "folder": (["both", *REQUEST], 0, "both/allow.json"),
    "pattern": (["both/a*.json", *REQUEST], 0, "both/allow.json"),
    "answer": (["listed.json", *REQUEST], 0, "listed.json"),
    "error": (["other.json", "--error", "error.txt"], 1, "denied"),
    "error that is fixed": (["other.json", "--error", "error.txt", "--adding", "allow.json"], 0, "fixed: "),
    "error that is not fixed": (["deny.json", "--error", "error.txt", "--adding", "allow.json"], 1, "not fixed: "),
    "error about another resource": (["allow.json", "--error", "error.txt", "--resource", f"{QUEUE}2"], 0, "allowed"),
    "boundary": (["allow.json", "--boundary", "other.json", *REQUEST], 1, "permissions boundary"),
    "levels": (["allow.json", "--scp", "full.json", "--scp", "other.json", *REQUEST], 1, "level 1"),
    "level": (["allow.json", "--scp", "full.json", "other.json", *REQUEST], 0, "allowed"),
    "other account": (["allow.json", *REQUEST, "--resource-account", "444455556666"], 1, "resource-based policy"),
    "full": (["allow.json", "other.json", "--full", *REQUEST], 0, 'its Action is "sqs:ReceiveMessage"'),
    "no resource": (["full.json", "--principal", USER, "--action", "s3:ListAllMyBuckets"], 0, "allowed"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATUSES)
def test_status(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    arguments, status, words = STATUSES[name]
    assert main(["check", *arguments]) == status
    assert words in capsys.readouterr().out.replace("\\", "/")


WRONG = {
    "nothing": ([], "expected --error, or --principal"),
    "no resource": (["--principal", USER, "--action", "sqs:SendMessage"], "expected --error"),
    "no file": (["missing.json", *REQUEST], "missing.json"),
    "no match": (["both/*.yaml", *REQUEST], "both/*.yaml: no file matches this pattern"),
    "no policies": (["empty", *REQUEST], "no *.json file"),
    "no policy": (["error.txt", *REQUEST], "error.txt: not JSON"),
    "no denial": (["--error", "allow.json"], "expected the message of an access denial"),
    "no caller": (["--error", "bare.txt"], "does not state the caller"),
    "context": ([*REQUEST, "--context", "aws:SourceIp"], "--context must be KEY=VALUE"),
    "principal": (["--principal", "ana", "--action", "s3:GetObject", "--resource", "*"], "ana"),
    "bytes": (["bytes.json", *REQUEST], "bytes.json"),
    "adding": ([*REQUEST, "--adding", "scps.json"], "--adding: expected a policy"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, words = WRONG[name]
    (folder / "bare.txt").write_text(
        "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
        encoding="utf-8",
    )
    (folder / "bytes.json").write_bytes(b'{"Statement": "\xff\xfe\xfd"}')
    listed = {"Policies": [{"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY"}]}
    (folder / "scps.json").write_text(json.dumps(listed), encoding="utf-8")
    assert main(["check", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_missing_policies_make_it_undecided(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = {"Policies": [{"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY"}]}
    (folder / "scps.json").write_text(json.dumps(listed), encoding="utf-8")
    assert main(["check", "allow.json", "scps.json", *REQUEST]) == 3
    assert "the control policy p-1" in capsys.readouterr().out
    assert main(["check", "deny.json", "scps.json", *REQUEST]) == 1


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del folder
    assert main(["check", "other.json", "--error", "error.txt", "--adding", "allow.json", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["allowed"], data["missing_policies"]) == (True, [])
    assert data["verification"]["fixes"] is True
    assert "trace" not in data
    assert main(["check", "other.json", *REQUEST, "--json", "--full"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["deny"], data["layer"], data["verification"]) == ("implicit", "identity", None)
    assert data["trace"][0]["statement"]["line"] == 4
