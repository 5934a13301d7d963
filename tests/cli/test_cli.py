"""The two commands, in this process and as the user starts them."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from iamtriage import __version__
from iamtriage.cli import main
from tests.tables import APP, CLUSTER, DENIAL, REQUEST

if TYPE_CHECKING:
    from pathlib import Path

_CALL = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL} with an explicit deny in a permissions boundary"
_RBAC = 'pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "web"'
_TWO = f"{_CALL}\n\n{_RBAC}\n"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _run(*arguments: str, text: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
    data = text if isinstance(text, bytes) else text.encode()
    return subprocess.run(
        [sys.executable, "-m", "iamtriage", *arguments], input=data, capture_output=True, check=False
    )


def test_parse_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A FILE gives one failure, as lines for people."""
    path = tmp_path / "log"
    path.write_text(_TWO, encoding="utf-8")
    assert main(["parse", str(path)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0] == "access denied  (from botocore)"
    assert [line.split(maxsplit=1) for line in lines[1:4]] == [
        ["who", APP],
        ["action", "eks:DescribeCluster"],
        ["resource", CLUSTER],
    ]
    assert "forbidden" not in out


def test_scan_gives_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``scan`` prints every failure, an empty line between two."""
    path = tmp_path / "log"
    path.write_text(_TWO, encoding="utf-8")
    assert main(["scan", str(path)]) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    assert [block.splitlines()[0].split("  ")[0] for block in blocks] == [
        "access denied",
        "kubernetes forbidden",
    ]
    assert "bob" in blocks[1]
    assert blocks[1].count("bob") == 1


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--json`` prints flat records, one a line, ASCII only."""
    path = tmp_path / "log"
    path.write_text(_TWO.replace("bob", "zoë"), encoding="utf-8")
    assert main(["scan", "--json", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    first, second = map(json.loads, out.splitlines())
    assert (first["kind"], first["action"], first["code"]) == (
        "access_denied",
        "eks:DescribeCluster",
        "AccessDeniedException",
    )
    assert (second["kind"], second["k8s_user"], second["k8s_api_group"]) == (
        "kubernetes_forbidden",
        "zoë",
        "",
    )
    assert list(first) == list(second)


@pytest.mark.parametrize("arguments", [["parse"], ["parse", "-"], ["scan"], ["scan", "-"]])
def test_standard_input(arguments: list[str]) -> None:
    """``-`` and no FILE read standard input."""
    done = _run(*arguments, "--json", text=_CALL)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["resource"] == CLUSTER


@pytest.mark.parametrize("command", ["parse", "scan"])
@pytest.mark.parametrize("text", ["", "\n", "INFO ready\n"])
def test_nothing_found(command: str, text: str) -> None:
    """Nothing found is exit status 1, said on standard error, and with ``--json`` said by the status alone."""
    done = _run(command, text=text)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().strip() == "iamtriage: no AWS or Kubernetes access failure found"
    done = _run(command, "--json", text=text)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["parse", "a", "b"], ["parse", "--nonsense"], ["--json"]],
)
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use is exit status 2, with the usage on standard error."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: iamtriage")


@pytest.mark.parametrize("command", ["parse", "scan"])
def test_files_that_cannot_be_read(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing file and a directory are wrong use, named in one line."""
    for path in (tmp_path / "missing", tmp_path):
        assert main([command, str(path)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"iamtriage: {path}: ")
        assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--help"], ["parse", "--help"], ["scan", "--help"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help is no error."""
    assert main(arguments) == 0
    assert "usage: iamtriage" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints name and version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"iamtriage {__version__}\n"


@pytest.mark.parametrize("command", ["parse", "scan"])
def test_binary_input(command: str) -> None:
    """Undecodable bytes, NUL and all hide no failure, and alone are none."""
    done = _run(command, "--json", text=b"\xff\x00\xfe\x80\n" + _CALL.encode() + b"\n\xc3\x28")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["principal"] == APP
    assert _run(command, text=bytes(range(256)) * 64).returncode == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("command", ["parse", "scan"])
def test_byte_order_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, encoding: str
) -> None:
    """Windows editors and PowerShell put a mark in front, and write UTF-16."""
    path = tmp_path / "log"
    text = _CALL.replace("cluster/demo", "cluster/démo")
    path.write_text(text, encoding=encoding)
    assert main([command, "--json", str(path)]) == 0
    resource = json.loads(capsys.readouterr().out)["resource"]
    assert resource.endswith("cluster/démo")
    piped = _run(command, "--json", text=text.encode(encoding))
    assert json.loads(piped.stdout)["resource"] == resource


def test_a_pipe_that_stays_open() -> None:
    """``kubectl logs -f | iamtriage scan`` shows a failure when quiet lines follow, not at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "iamtriage", "scan", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{_CALL}\n".encode() + b"INFO ok\n" * 40)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["action"] == "eks:DescribeCluster"
        process.stdin.close()
        assert process.wait() == 0


def test_reader_that_leaves_early() -> None:
    """``iamtriage scan | head -1`` ends silently."""
    lines = "".join(
        f"2026-01-02T03:04:05Z ERROR {_CALL.replace('cluster/demo', f'cluster/demo-{n}')}\n"
        for n in range(3000)
    )
    process = subprocess.Popen(
        f"{sys.executable} -m iamtriage scan --json - | head -1",
        shell=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = process.communicate(lines.encode())
    assert json.loads(out)["action"] == "eks:DescribeCluster"
    assert err == b""
    assert process.returncode == 0


def test_colours_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ANSI sequences are for terminals, and not where NO_COLOR is set or JSON is asked for."""
    path = tmp_path / "log"
    path.write_text(_CALL, encoding="utf-8")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for arguments, terminal, colour in (
        (["parse"], True, True),
        (["parse"], False, False),
        (["parse", "--json"], True, False),
    ):
        out = _Terminal() if terminal else io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        assert main([*arguments, str(path)]) == 0
        assert ("\x1b" in out.getvalue()) is colour
    for value, colour in (("1", False), ("", True)):
        monkeypatch.setenv("NO_COLOR", value)
        out = _Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["parse", str(path)]) == 0
        assert ("\x1b" in out.getvalue()) is colour


def test_values_cannot_command_the_terminal() -> None:
    """Control characters inside a value are printed escaped."""
    text = json.dumps(
        {
            "Code": "AccessDenied",
            "Message": 'User: "arn:aws:iam::111122223333:user/a\u009b31mb" is not authorized to perform: iam:ListUsers',
        }
    )
    done = _run("parse", text=text)
    out = done.stdout.decode()
    assert done.returncode == 0
    assert all(c == "\n" or c.isprintable() for c in out)
    assert "\\x9b" in out


def test_long_values_are_cut_for_people_only() -> None:
    """An encoded message of thousands of characters is cut on screen and whole in JSON."""
    blob = "Ab1_" * 500
    text = f"{DENIAL}. Encoded authorization failure message: {blob}"
    out = _run("parse", text=text).stdout.decode()
    assert "(2000 characters)" in out
    assert blob not in out
    assert json.loads(_run("parse", "--json", text=text).stdout)["encoded_message"] == blob


def test_order_and_labels_of_the_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Who, what and on what come first; ids last; each line has a label of one width."""
    path = tmp_path / "log"
    path.write_text(
        f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL} with an explicit deny in a session policy",
        encoding="utf-8",
    )
    assert main(["parse", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    labels = [line.strip().split("  ")[0] for line in lines]
    assert len({len(line) - len(line[2:].lstrip().split("  ", 1)[1].lstrip()) for line in lines}) == 1
    assert labels[:6] == ["who", "action", "resource", "denied", "policy type", "code"]
    assert labels[-1] == "request id"


def test_interrupt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C ends with the status of an interrupted command, without a traceback."""
    path = tmp_path / "log"
    path.write_text(_CALL, encoding="utf-8")

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("iamtriage._reading.scanning.scan", interrupt)
    assert main(["scan", str(path)]) == 130
