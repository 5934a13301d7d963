"""``iamtriage aws-auth``, in this process and, for standard input, as users start it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from iamtriage.aws_auth import fix, load
from iamtriage.cli import main

if TYPE_CHECKING:
    from pathlib import Path

_NODE = "arn:aws:iam::111122223333:role/node"
_CLEAN = f"""\
mapRoles: |
  - rolearn: {_NODE}
    username: system:node:{{{{EC2PrivateDNSName}}}}
    groups: [system:bootstrappers, system:nodes]
"""
_FAULTY = (
    f"{_CLEAN}  # the team\r\n  - rolearn: arn:aws:iam::111122223333:role/team/app  # ü\n    username: app\n"
)
_FIXED = _FAULTY.replace("role/team/app", "role/app")
_NODE_CALLER = "arn:aws:sts::111122223333:assumed-role/node/i-0a1b2c3d4e5f60718"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "aws-auth.yaml"
    path.write_bytes(_FAULTY.encode())
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.yaml"
    path.write_bytes(_CLEAN.encode())
    return path


def test_lint(faulty: Path, clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings have a place, severity, code, reason, and fix. The status is 1 with findings, else 0."""
    assert main(["aws-auth", "lint", str(faulty)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    first, fix_line = out.splitlines()[:2]
    assert first.startswith(f"{faulty}:6: error[role-path] ")
    assert "arn:aws:iam::111122223333:role/app" in fix_line
    assert main(["aws-auth", "lint", str(clean)]) == 0
    assert capsys.readouterr() == ("", "iamtriage: no problems found\n")


def test_lint_as_json(faulty: Path, clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` prints one object per finding, and nothing if there is none."""
    assert main(["aws-auth", "lint", "--json", str(faulty)]) == 1
    finding = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (finding["code"], finding["severity"], finding["line"]) == ("role-path", "error", 6)
    assert main(["aws-auth", "lint", "--json", str(clean)]) == 0
    assert capsys.readouterr() == ("", "")


def test_lint_guards_the_next_command(faulty: Path, clean: Path) -> None:
    """``lint && kubectl apply`` applies only a ConfigMap without findings."""
    for path, is_applied in ((faulty, False), (clean, True)):
        command = f'"$0" -m iamtriage aws-auth lint "{path}" && echo applied'
        done = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, check=False)
        assert (b"applied" in done.stdout) is is_applied


def test_fix_prints_and_writes(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--diff`` only prints the changes, with status 1; without it, fix keeps the file's mode and name."""
    faulty.chmod(0o640)
    assert main(["aws-auth", "fix", "--diff", str(faulty)]) == 1
    printed = capsys.readouterr().out
    assert faulty.read_bytes() == _FAULTY.encode()
    assert main(["aws-auth", "fix", str(faulty)]) == 0
    assert capsys.readouterr().out == printed
    assert "-  - rolearn: arn:aws:iam::111122223333:role/team/app" in printed
    assert "+  - rolearn: arn:aws:iam::111122223333:role/app" in printed
    assert faulty.read_bytes() == _FIXED.encode()
    assert stat.S_IMODE(faulty.stat().st_mode) == 0o640
    assert os.listdir(faulty.parent) == [faulty.name]  # noqa: PTH208 (the name alone)
    for options in ([], ["--diff"]):
        assert main(["aws-auth", "fix", *options, str(faulty)]) == 0
        out, err = capsys.readouterr()
        assert out == ""
        assert "nothing to fix" in err


def test_fix_follows_a_link(faulty: Path) -> None:
    """A symbolic link stays one."""
    link = faulty.with_name("link.yaml")
    link.symlink_to(faulty)
    assert main(["aws-auth", "fix", str(link)]) == 0
    assert link.is_symlink()
    assert faulty.read_bytes() == _FIXED.encode()


def test_a_failed_write_leaves_the_file_unchanged(
    faulty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error while writing, such as a full disk, leaves the old file and no other files."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(faulty))

    monkeypatch.setattr("os.fsync", full)
    assert main(["aws-auth", "fix", str(faulty)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert faulty.read_bytes() == _FAULTY.encode()
    assert os.listdir(faulty.parent) == [faulty.name]  # noqa: PTH208 (the name alone)


def test_fix_as_a_filter() -> None:
    """``-`` reads standard input and prints the whole text, fixed or unchanged."""
    for text, expected in ((_FAULTY, _FIXED), (_CLEAN, _CLEAN)):
        done = subprocess.run(
            [sys.executable, "-m", "iamtriage", "aws-auth", "fix", "-"],
            input=text.encode(),
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, expected.encode(), b"")


def test_who(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The output has the entry, the username, and the groups. Without an entry, the status is 1."""
    assert main(["aws-auth", "who", str(clean), _NODE_CALLER]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "matched"
    assert "system:bootstrappers, system:nodes" in out
    assert main(["aws-auth", "who", "--json", str(clean), _NODE_CALLER]) == 0
    match = json.loads(capsys.readouterr().out)
    assert (match["entry"], match["line"], match["problem"]) == (_NODE, 2, None)
    stranger = _NODE_CALLER.replace("/node/", "/stranger/")
    assert main(["aws-auth", "who", str(clean), stranger]) == 1
    assert capsys.readouterr().err.startswith("iamtriage: no entry matches this caller")
    assert main(["aws-auth", "who", "--json", str(clean), stranger]) == 1
    assert capsys.readouterr() == ("", "")


def test_migrate(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The output is commands, Terraform, or JSON."""
    command = ["aws-auth", "migrate", str(clean), "--cluster", "demo"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "aws eks create-access-entry" in out
    assert "EC2_LINUX" in out
    assert main([*command, "--terraform"]) == 0
    assert 'resource "aws_eks_access_entry"' in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cluster"] == "demo"


@pytest.mark.parametrize("text", ["", "mapRoles: |\n  []\n"])
def test_migrate_without_entries(text: str, tmp_path: Path) -> None:
    """Without entries, the status is 1."""
    path = tmp_path / "empty.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["aws-auth", "migrate", str(path), "--cluster", "demo"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["aws-auth"],
        ["aws-auth", "lint"],
        ["aws-auth", "lint", "missing.yaml"],
        ["aws-auth", "migrate", "CLEAN"],
        ["aws-auth", "migrate", "CLEAN", "--cluster", "no/name"],
        ["aws-auth", "migrate", "CLEAN", "--cluster", "demo", "--json", "--terraform"],
        ["aws-auth", "who", "CLEAN"],
        ["aws-auth", "who", "CLEAN", "nobody"],
        ["aws-auth", "who", "CLEAN", "arn:aws:s3:::bucket"],
        ["aws-auth", "who", "BAD", _NODE_CALLER],
        ["aws-auth", "fix", "BAD"],
        ["aws-auth", "migrate", "BAD", "--cluster", "demo"],
        ["aws-auth", "fix", "BINARY"],
    ],
)
def test_wrong_use(
    arguments: list[str], clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is 2, with one reason on standard error; files stay unchanged."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("mapRoles: |\n  - a: [\n", encoding="utf-8")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"mapRoles: \xff\xfe\n")
    names = {"CLEAN": str(clean), "BAD": str(bad), "BINARY": str(binary)}
    assert main([names.get(argument, argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(("iamtriage: ", "usage: "))
    assert binary.read_bytes() == b"mapRoles: \xff\xfe\n"


def test_yaml_errors_have_a_position(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file, line, and column."""
    path = tmp_path / "tabs.yaml"
    path.write_text("data:\n\tmapRoles: x\n", encoding="utf-8")
    assert main(["aws-auth", "fix", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"iamtriage: {path}: ")
    assert main(["aws-auth", "lint", str(path)]) == 1
    assert f"{path}:2: error[unreadable]" in capsys.readouterr().out


def test_without_the_extra(clean: Path) -> None:
    """Without ruamel.yaml, one line says what to install, and the other commands work."""
    code = "import sys; sys.modules['ruamel.yaml'] = None; from iamtriage.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "aws-auth", "lint", str(clean)], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines() == [
        "iamtriage: iamtriage.aws_auth needs ruamel.yaml: pip install 'iamtriage[yaml]'"
    ]
    done = subprocess.run([sys.executable, "-c", code, "arn", _NODE], capture_output=True, check=False)
    assert done.returncode == 0


def test_hostile_values_are_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No control character in a map reaches the terminal."""
    path = tmp_path / "hostile.yaml"
    path.write_text(
        'mapRoles: "- rolearn: \\"arn:aws:iam::111122223333:role/a\\\\e]0;x\\\\a/b\\"\\n  username: \\"u\\\\e[31m\\"\\n"\n',
        encoding="utf-8",
    )
    assert load(path.read_text(encoding="utf-8")).roles[0].username == "u\x1b[31m"
    for command in (["lint"], ["fix", "--diff"], ["migrate", "--cluster", "demo"]):
        main(["aws-auth", command[0], str(path), *command[1:]])
        out, err = capsys.readouterr()
        assert all(c == "\n" or c.isprintable() for c in out + err), command


def test_the_command_and_the_function_agree(faulty: Path) -> None:
    assert main(["aws-auth", "fix", str(faulty)]) == 0
    assert faulty.read_bytes().decode() == fix(_FAULTY)
