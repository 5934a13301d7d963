"""The command ``iamtriage explain``."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from iamtriage.cli import main

if TYPE_CHECKING:
    from pathlib import Path

DENIAL = (
    "An error occurred (AccessDeniedException) when calling the DescribeCluster operation: User: "
    "arn:aws:sts::111122223333:assumed-role/ci/run-7 is not authorized to perform: eks:DescribeCluster on resource: "
    "arn:aws:eks:eu-west-1:111122223333:cluster/orders because no identity-based policy allows the eks:DescribeCluster action"
)
DENY = (
    DENIAL.split(" because", maxsplit=1)[0].replace("DescribeCluster", "DeleteCluster")
    + " with an explicit deny in a service control policy"
)
FORBIDDEN = 'Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "shop"'


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _file(folder: Path, text: str) -> str:
    path = folder / "build.log"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_cause_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", _file(tmp_path, f"begin\n{DENIAL}\nend\n")]) == 0
    out = capsys.readouterr().out
    assert "The role ci was denied eks:DescribeCluster" in out
    assert "no identity-based policy allows it." in " ".join(out.split())
    assert '"Action": "eks:DescribeCluster"' in out
    assert "aws iam put-role-policy" in out
    assert "\x1b" not in out, "colors are for terminals only"


@pytest.mark.parametrize(("columns", "width"), [(60, 60), (300, 100)])
def test_a_terminal_sets_the_width(
    columns: int, width: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Sentences fill the terminal, up to 100 columns."""
    out = _Terminal()
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["explain", _file(tmp_path, DENIAL)]) == 0
    sentences = out.getvalue().partition("Do this first")[0].splitlines()
    assert width - 20 < max(map(len, sentences)) <= width


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(FORBIDDEN))
    assert main(["explain"]) == 0
    assert "kubectl create role list-pods -n shop" in capsys.readouterr().out


def test_all_explains_each_problem_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repeated = DENIAL.replace("run-7", "run-8")
    log = _file(
        tmp_path,
        f"{DENIAL}\n\n10:00 INFO next\n\n{DENY}\n\n10:00 INFO next\n\n{repeated}\n\n10:00 INFO next\n\n{FORBIDDEN}",
    )
    assert main(["explain", "--all", "--json", log]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["failure"]["kind"] for line in lines] == [
        "access_denied",
        "access_denied",
        "kubernetes_forbidden",
    ]
    assert [line["topic"] for line in lines][:2] == ["no-identity-allow", "service-control-policy"]


@pytest.mark.parametrize(
    ("option", "beginning"),
    [("--markdown", "## The role ci"), ("--html", "<!doctype html>"), ("--json", '{"topic"')],
)
def test_output_formats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, beginning: str
) -> None:
    assert main(["explain", option, _file(tmp_path, DENIAL)]) == 0
    assert capsys.readouterr().out.startswith(beginning)


def test_full_output_has_every_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _file(tmp_path, FORBIDDEN)
    assert main(["explain", file]) == 0
    short = capsys.readouterr().out
    assert main(["explain", "--full", file]) == 0
    full = capsys.readouterr().out
    assert "kind: Role" in full
    assert "kind: Role" not in short
    assert "explain --full, or .to_text" in short
    assert short.count("\n") <= 24 < full.count("\n")


def test_other_denials_of_a_text_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = _file(tmp_path, f"{DENIAL}\n\n10:00 INFO next\n\n{DENY}\n\n10:00 INFO next\n\n{FORBIDDEN}")
    assert main(["explain", log]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "Also The role ci was denied eks:DeleteCluster on arn:aws:eks:eu-west-1:111122223333:cluster/orders: explicit deny in a service control policy, which only an administrator of the organization can change: send them this denial. More iamtriage explain --all also explains it."
        in out
    )
    assert (
        "Then: Allow the user ana to list pods in the namespace shop with a Role: no RBAC role allows it [cluster administrator] kubectl create role list-pods -n shop"
        in out
    )
    assert (
        "The text has 3 failures in two layers: 2 in IAM and 1 in Kubernetes, which an IAM policy does not fix."
        in out
    )


def test_facts_are_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = tmp_path / "trust.json"
    trust.write_text(
        json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::111122223333:user/bob"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    text = "AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/reader"
    assert main(["explain", _file(tmp_path, text), "--fact", f"trust_policy=@{trust}"]) == 0
    assert "Supplied" in capsys.readouterr().out


def test_one_policy_for_all_denials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = _file(tmp_path, f"{DENIAL}\n\n10:00 INFO next\n\n{DENY}\n")
    assert main(["explain", "--policy", log]) == 0
    policy = json.loads(capsys.readouterr().out)
    assert [statement["Action"] for statement in policy["Statement"]] == ["eks:DescribeCluster"]


def test_one_policy_for_each_principal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A single policy is plain JSON; several have their principal on a line before each."""
    ana = "arn:aws:iam::111122223333:user/ana"
    other = f"User: {ana} is not authorized to perform: iam:DeleteRole on resource: role app"
    log = _file(tmp_path, f"{DENIAL}\n\n10:00 INFO next\n\n{other}\n")
    assert main(["explain", "--policy", log]) == 0
    first, second = capsys.readouterr().out.removeprefix("# ").split("# ")
    assert "eks:DescribeCluster" in first
    assert "iam:DeleteRole" not in first
    label, _, document = second.partition("\n")
    assert label == ana
    assert json.loads(document)["Statement"][0]["Action"] == "iam:DeleteRole"

    assert main(["explain", "--policy", "--principal", ana, log]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(document)
    assert main(["explain", "--policy", "--principal", f"{ana}s", log]) == 2
    assert "unknown principal" in capsys.readouterr().err
    assert main(["explain", "--principal", ana, log]) == 2
    assert "--principal requires --policy" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["all is well\n", DENY])
def test_no_policy_if_no_allow_helps(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert main(["explain", "--policy", _file(tmp_path, text)]) == 1
    streams = capsys.readouterr()
    assert not streams.out
    assert "no denial found" in streams.err


@pytest.mark.parametrize("extra", [[], ["--json"], ["--full"]])
def test_a_problem_without_a_failure(
    extra: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "mount.nfs4: access denied by server while mounting 127.0.0.1:/\n"
    assert main(["explain", _file(tmp_path, text), *extra]) == 0
    assert "elasticfilesystem:ClientMount" in capsys.readouterr().out


def test_nothing_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", _file(tmp_path, "all is well\n")]) == 1
    streams = capsys.readouterr()
    assert not streams.out
    assert "no AWS or Kubernetes access failure found" in streams.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--fact", "cluster"], "NAME=VALUE"),
        (["--fact", "colour=red"], "unknown fact"),
        (["--fact", "authentication_mode=BOTH"], "unknown authentication_mode"),
        (["--fact", "decoded_message={}"], "decoded_message: "),
        (["--fact", "authorization_details={"], "authorization_details: not JSON"),
        (["--fact", "token_claims=nonsense"], "token_claims: "),
        (["--fact", "trust_policy={"], "trust_policy: not JSON"),
        (["--fact", 'token_claims={"aud"'], "token_claims: "),
        (["--fact", "trust_policy=@/nowhere/trust.json"], "/nowhere/trust.json"),
        (["--all", "--html"], "--html"),
        (["--json", "--html"], ""),
        (["/nowhere/build.log"], "/nowhere/build.log"),
    ],
)
def test_wrong_use(capsys: pytest.CaptureFixture[str], options: list[str], words: str) -> None:
    assert main(["explain", *options]) == 2
    streams = capsys.readouterr()
    assert words in streams.err
    assert streams.err
    assert "Traceback" not in streams.err


def test_explanations_are_separated_by_an_empty_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = _file(tmp_path, f"{DENIAL}\n\n10:00 INFO next\n\n{FORBIDDEN}\n")
    assert main(["explain", "--all", log]) == 0
    out = capsys.readouterr().out
    assert "eks:DescribeCluster" in out.partition("\n\n")[0]
    assert "\n\n" in out


def test_claims_are_json_or_a_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both ways give the same explanation. A file that is not text is an error."""
    claims = {
        "iss": "https://oidc.example.com",
        "sub": "system:serviceaccount:shop:web",
        "aud": "sts.amazonaws.com",
    }
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    log = _file(
        tmp_path,
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: "
        "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    )
    outs: list[str] = []
    for value in (json.dumps(claims), f"e30.{body}.c2ln"):
        assert main(["explain", "--full", log, "--fact", f"token_claims={value}"]) == 0
        outs.append(capsys.readouterr().out)
    assert outs[0] == outs[1]
    assert "system:serviceaccount:shop:web" in outs[0]

    binary = tmp_path / "claims"
    binary.write_bytes(b"{\xff}")
    assert main(["explain", log, "--fact", f"token_claims=@{binary}"]) == 2
    assert "claims: expected UTF-8, got other bytes at byte 1" in capsys.readouterr().err


def test_trust_policy_that_is_not_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = tmp_path / "trust.json"
    binary.write_bytes(b"{\xff}")
    assert main(["trust", str(binary), "--caller", "arn:aws:iam::111122223333:role/ci"]) == 2
    assert "trust.json: expected UTF-8" in capsys.readouterr().err


@pytest.fixture
def owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "example_owners.py").write_text(
        "def add_owner(explanation):\n    return explanation.with_added(notes=('Ask #cloud-platform.',))\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    return "example_owners:add_owner"


def test_extension_adds_a_note(owners: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The addition holds for the one command."""
    log = tmp_path / "call.log"
    log.write_text(
        "An error occurred (Throttling) when calling the GetRole operation: Rate exceeded\n", encoding="utf-8"
    )
    assert main(["explain", "--full", "--extension", owners, str(log)]) == 0
    assert "Ask #cloud-platform." in capsys.readouterr().out
    assert main(["explain", "--full", str(log)]) == 0
    assert "Ask #cloud-platform." not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        ("example_owners", "--extension: expected MODULE:FUNCTION, got 'example_owners'"),
        ("example_owners:nobody", "module 'example_owners' has no attribute 'nobody'"),
        ("example_nothing:add", "No module named 'example_nothing'; to import from this folder"),
    ],
)
@pytest.mark.usefixtures("owners")
def test_extension_that_cannot_be_loaded(
    extension: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "--extension", extension]) == 2
    assert message in capsys.readouterr().err


def test_extension_that_fails(tmp_path: Path) -> None:
    """The status is not that of a log without a failure. ``python -m`` imports from the folder."""
    (tmp_path / "example_owners.py").write_text("def add_owner(explanation):\n    return 'Ask Ana.'\n")
    (tmp_path / "call.log").write_text(
        "An error occurred (AccessDenied) when calling the ListRoles operation: x"
    )
    command = [
        sys.executable,
        "-m",
        "iamtriage",
        "explain",
        "--extension",
        "example_owners:add_owner",
        "call.log",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the result of add_owner() must be an explanation or None, not str" in done.stderr
