"""``iamtriage sts`` and ``iamtriage trust``."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from iamtriage.cli import main

if TYPE_CHECKING:
    from pathlib import Path

_ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
_ROLE = "arn:aws:iam::111122223333:role/orders"


@pytest.mark.parametrize(
    ("arguments", "host", "signing_region"),
    [
        ([], "sts.amazonaws.com", "us-east-1"),
        (["--region", "eu-west-1"], "sts.eu-west-1.amazonaws.com", "eu-west-1"),
        (["--region", "eu-west-1", "--legacy"], "sts.amazonaws.com", "us-east-1"),
        (["--region", "eu-west-1", "--sdk", "java-v1"], "sts.amazonaws.com", "us-east-1"),
        (["--region", "us-east-2", "--fips"], "sts-fips.us-east-2.amazonaws.com", "us-east-2"),
        (["--region", "eu-west-1", "--dual-stack"], "sts.eu-west-1.api.aws", "eu-west-1"),
        (["--region", "cn-north-1"], "sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ],
)
def test_endpoints(
    arguments: list[str], host: str, signing_region: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The options alone decide."""
    assert main(["sts", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0] == f"https://{host}"
    assert main(["sts", "--json", *arguments]) == 0
    endpoint = json.loads(capsys.readouterr().out)
    assert (endpoint["host"], endpoint["signing_region"]) == (host, signing_region)
    assert main(["sts", "--explain", *arguments]) == 0
    assert host in capsys.readouterr().out


def test_settings_of_the_machine_are_not_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only ``doctor`` uses the environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://sts.example.com")
    assert main(["sts", "--region", "eu-west-1"]) == 0
    assert "example.com" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--region", "us_east_1"],
        ["--region", ""],
        ["--region", "a\x1b[31m"],
        ["--region", "x" * 10_000],
        ["--region", "eu-isoe-west-1", "--dual-stack"],
        ["--sdk", "cobol"],
        ["--sdk", "go-v2"],
        ["patient"],
        ["--error", "error.txt"],
        ["--profile", "dev"],
    ],
)
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An invalid setting is an error without control characters."""
    assert main(["sts", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert all(c == "\n" or c.isprintable() for c in err)
    assert len(err) < 3000


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Remove all AWS settings, and return the path of the config file."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path / "config"


def test_doctor_reads_the_machine(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``doctor`` prints the settings of the environment and the file, with their sources."""
    machine.write_text(
        "[default]\nregion = eu-west-1\n[profile dev]\nregion = eu-north-1\n", encoding="utf-8"
    )
    main(["sts", "doctor"])
    out = capsys.readouterr().out
    assert "sts.eu-west-1.amazonaws.com" in out
    assert "line 2" in out
    main(["sts", "doctor", "--profile", "dev"])
    assert "sts.eu-north-1.amazonaws.com" in capsys.readouterr().out
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    main(["sts", "doctor"])
    assert "sts.amazonaws.com" in capsys.readouterr().out


def test_doctor_finds_causes(machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--error`` adds the cause of an error message, also in JSON."""
    machine.write_text("[default]\nregion = eu-west-1\n", encoding="utf-8")
    error = tmp_path / "error.txt"
    error.write_text(
        "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: "
        "Credential should be scoped to a valid region. ",
        encoding="utf-8",
    )
    assert main(["sts", "doctor", "--error", str(error)]) == 0
    assert "wrong-scope" in capsys.readouterr().out
    assert main(["sts", "doctor", "--json", "--error", str(error)]) == 0
    causes = json.loads(capsys.readouterr().out)["diagnosis"]["causes"]
    assert "wrong-scope" in {cause["code"] for cause in causes}


def test_doctor_names_the_line_of_an_error(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A malformed file is an error; a value that botocore rejects is a finding."""
    machine.write_text("[default\nregion = eu-west-1\n", encoding="utf-8")
    assert main(["sts", "doctor"]) == 2
    assert "line 1" in capsys.readouterr().err
    machine.write_text("[default]\nsts_regional_endpoints = REGIONAL\n", encoding="utf-8")
    assert main(["sts", "doctor", "--region", "eu-west-1"]) == 0
    out = capsys.readouterr().out
    assert "no host: profile default, line 2 is 'REGIONAL'; boto3 accepts only legacy, regional" in out


def _token(**claims: object) -> bytes:
    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    return b".".join([part({"alg": "RS256"}), part(claims), b"c2lnbmF0dXJl"]) + b"\n"


def _policy(subject: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{_ISSUER}:sub": subject, f"{_ISSUER}:aud": "sts.amazonaws.com"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(("namespace", "status"), [("shop", 0), ("web", 1)])
def test_trust_of_a_token(
    namespace: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The output has the verdict, the condition that does not match, and the fix, but never the token."""
    token = _token(
        iss=f"https://{_ISSUER}",
        sub="system:serviceaccount:shop:orders",
        aud=["sts.amazonaws.com"],
        exp=4102444800,
    )
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "policy").write_text(_policy(f"system:serviceaccount:{namespace}:orders"), encoding="utf-8")
    command = ["trust", str(tmp_path / "policy"), "--token", str(tmp_path / "token"), "--role", _ROLE]
    assert main(command) == status
    out, err = capsys.readouterr()
    assert err == ""
    assert token.decode().strip() not in out
    assert main([*command, "--json"]) == status
    result = json.loads(capsys.readouterr().out)
    assert result["allowed"] is (status == 0)
    if status:
        assert f"{_ISSUER}:sub" in result["condition"]
        assert "system:serviceaccount:shop:orders" in result["fix"]
        assert result["actual"] == ["system:serviceaccount:shop:orders"]
        assert result["reason"] in out


def test_trust_of_another_account(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--context`` sets condition keys."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "orders-7"}},
    }
    policy = tmp_path / "policy"
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}), encoding="utf-8")
    command = ["trust", str(policy), "--caller", "arn:aws:iam::444455556666:role/deploy", "--role", _ROLE]
    assert main([*command, "--context", "sts:ExternalId=orders-7"]) == 0
    assert main([*command, "--context", "sts:ExternalId=other"]) == 1
    assert main(command) == 1
    out = capsys.readouterr().out.split("\n")
    assert "undecided" in out
    assert "not allowed" in out


@pytest.mark.parametrize(
    ("policy", "token", "more", "words"),
    [
        ("{", _token(sub="x"), [], "policy: not JSON"),
        ("[]", _token(sub="x"), [], "policy: a policy must be"),
        (_policy("x"), b"a.b", [], "token: a web identity token must"),
        (_policy("x"), b"\xff\xfe", [], "token: "),
        (_policy("x"), b"", [], "token: "),
        (_policy("x"), _token(sub="x"), ["--context", "novalue"], "--context"),
        (_policy("x"), _token(sub="x"), ["--context", "aws:CurrentTime=tomorrow"], "aws:CurrentTime"),
        (_policy("x"), _token(sub="x"), ["--action", "s3:GetObject"], "action"),
        (_policy("x"), _token(sub="x"), ["--role", "arn:aws:s3:::orders"], "arn:aws:s3:::orders"),
    ],
)
def test_invalid_trust_arguments(
    policy: str, token: bytes, more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An invalid policy, token, or option is an error, which names it."""
    (tmp_path / "policy").write_text(policy, encoding="utf-8")
    (tmp_path / "token").write_bytes(token)
    assert main(["trust", str(tmp_path / "policy"), "--token", str(tmp_path / "token"), *more]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("iamtriage: ")
    assert words in err
    assert err.count("\n") == 1
