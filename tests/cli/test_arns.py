"""``iamtriage arn``."""

from __future__ import annotations

import json

import pytest

from iamtriage.cli import main

_SSO = "AWSReservedSSO_Developer_0123456789abcdef"
_SESSION = f"arn:aws:sts::111122223333:assumed-role/{_SSO}/ana"
_SSO_PATH = "/aws-reserved/sso.amazonaws.com/eu-central-1/"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["arn:aws:iam::111122223333:role/team/app", "--for", "aws-auth"],
            "arn:aws:iam::111122223333:role/app",
        ),
        (
            ["arn:aws:iam::111122223333:role/team/app", "--for", "iam"],
            "arn:aws:iam::111122223333:role/team/app",
        ),
        ([_SESSION, "--for", "aws-auth"], f"arn:aws:iam::111122223333:role/{_SSO}"),
        (
            [_SESSION, "--for", "access-entry", "--path", _SSO_PATH],
            f"arn:aws:iam::111122223333:role{_SSO_PATH}{_SSO}",
        ),
    ],
)
def test_one_form(arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``--for`` prints only the ARN, with ``--json`` as a JSON string."""
    assert main(["arn", *arguments]) == 0
    assert capsys.readouterr() == (f"{expected}\n", "")
    assert main(["arn", "--json", *arguments]) == 0
    assert json.loads(capsys.readouterr().out) == expected


def test_unknown_path(capsys: pytest.CaptureFixture[str]) -> None:
    """If a form requires an unknown path, the status is 1, and the message says how to find the path."""
    assert main(["arn", _SESSION, "--for", "access-entry"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"aws iam get-role --role-name {_SSO} " in err
    assert main(["arn", _SESSION]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert f"  for aws-auth      arn:aws:iam::111122223333:role/{_SSO}\n" in out
    assert out.count("requires the path") == 2
    assert "aws iam get-role" in out
    assert main(["arn", "--json", _SESSION]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["kind"], shown["session"], shown["forms"]["iam"]) == ("role session", "ana", None)


def test_a_session_of_an_ordinary_role(capsys: pytest.CaptureFixture[str]) -> None:
    """The forms are printed with a note about the path, unless ``--path`` states it."""
    session = "arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718"
    assert main(["arn", session]) == 0
    out = capsys.readouterr().out
    assert "for iam           arn:aws:iam::111122223333:role/app\n" in out
    assert "does not contain the role's path" in out
    assert main(["arn", session, "--path", "/team/"]) == 0
    out = capsys.readouterr().out
    assert "for iam           arn:aws:iam::111122223333:role/team/app\n" in out
    assert "does not contain" not in out


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("arn:aws:s3:::bucket/key", "s3 resource", "resource   bucket/key"),
        ("arn:aws:iam::111122223333:group/team", "iam resource", "resource   group/team"),
        ("arn:aws:iam::111122223333:user/team/ana", "user", "path       /team/"),
        ("arn:aws:iam::111122223333:root", "root", "account    111122223333"),
        ("ec2.amazonaws.com", "service principal", "name  ec2.amazonaws.com"),
        ("111122223333", "account", "account  111122223333"),
        ("arn:::::", "unknown resource", ""),
    ],
)
def test_other_arns(text: str, kind: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Any ARN is taken apart, but only a role has forms."""
    assert main(["arn", text]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines()[0] == kind
    assert line in out
    assert "for iam" not in out
    if kind != "account":
        assert main(["arn", text, "--for", "iam"]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("iamtriage: ")


@pytest.mark.parametrize(
    "text", ["", "foo", "arn:aws:iam", "arn:aws:iam::1:role/app", "arn:aws:iam::111122223333:role/a\x1b[31m"]
)
def test_invalid_arns(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For an invalid ARN, the status is 2; its control characters are not printed."""
    for more in ([], ["--for", "iam"], ["--json"]):
        assert main(["arn", text, *more]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("iamtriage: ")
        assert err.count("\n") == 1
        assert err[:-1].isprintable()


def test_control_characters_in_a_resource(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters are printed as escapes."""
    assert main(["arn", "arn:aws:s3:::bucket/\x1b]0;x\x07"]) == 0
    assert "\\x1b]0;x\\x07" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options", [[], ["--json"], ["--for", "iam"], ["--for", "access-entry", "--path", "/x/"]]
)
@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:role/{}",
        "arn:aws:sts::111122223333:assumed-role/octo/{}",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:{}",
    ],
)
def test_secret_in_a_name(arn: str, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    token = f"ghp_{'a1B2' * 9}"
    main(["arn", arn.format(token), *options])
    assert token not in "".join(capsys.readouterr())
