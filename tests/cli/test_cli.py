"""``iamtriage parse`` and ``scan``, in this process and as users start them; options and errors of all commands."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from iamtriage import __version__
from iamtriage.cli import main
from tests.tables import APP, CLUSTER, DENIAL, REQUEST, check_rows

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
    """``parse`` prints one failure, as lines for people."""
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


def test_scan_prints_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``scan`` prints every failure, separated by empty lines."""
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
    """``--json`` prints one flat record per line, in ASCII."""
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


@check_rows("arguments", [["parse"], ["parse", "-"], ["scan"], ["scan", "-"]])
def test_standard_input(arguments: list[str]) -> None:
    """``-`` and an omitted FILE read standard input."""
    done = _run(*arguments, "--json", text=_CALL)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["resource"] == CLUSTER


@check_rows("command", ["parse", "scan"])
@check_rows("text", ["", "\n", "INFO ready\n"])
def test_nothing_found(command: str, text: str) -> None:
    """If nothing is found, the status is 1, with a message on standard error unless ``--json`` is set."""
    done = _run(command, text=text)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().strip() == "iamtriage: no AWS or Kubernetes access failure found"
    done = _run(command, "--json", text=text)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["why", "a", "b"],
        ["parse", "--nonsense"],
        ["--json"],
        ["aws-auth"],
        ["aws-auth", "nonsense"],
    ],
)
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """After wrong use, the status is 2, and standard error shows the usage."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: iamtriage")


@pytest.mark.parametrize("command", ["parse", "scan"])
def test_files_that_cannot_be_read(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a missing file and a directory, the status is 2, and one line names the file."""
    for path in (tmp_path / "missing", tmp_path):
        assert main([command, str(path)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"iamtriage: {path}: ")
        assert err.count("\n") == 1


_COMMANDS = (
    "explain",
    "parse",
    "scan",
    "redact",
    "arn",
    "aws-auth",
    "aws-auth lint",
    "aws-auth fix",
    "aws-auth migrate",
    "aws-auth who",
    "sts",
    "trust",
    "why",
)


@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_help(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every help fits an 80-column terminal, keeps the case of names, and says the exit status."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*command.split(), "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"usage: iamtriage {command}".strip())
    assert all(len(line) < 80 for line in out.splitlines())
    assert "xit status" in out
    assert re.findall(r"\b(?:Aws|Eks|eks|Iam|Sts|configmap|identity center|kubernetes)\b", out) == []


def test_commands_are_listed_without_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "explain why a call failed" in err


@pytest.mark.parametrize(("columns", "width"), [(70, 68), (120, 118), (None, 78)])
def test_help_fills_the_terminal(
    columns: int | None, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Help is as wide as the terminal, or as one of 80 columns if there is none."""
    termios = pytest.importorskip("termios")
    monkeypatch.delenv("COLUMNS", raising=False)
    reader, writer = os.openpty() if columns else os.pipe()
    with os.fdopen(reader, "rb"), os.fdopen(writer, "w", encoding="utf-8") as terminal:
        if columns:
            termios.tcsetwinsize(writer, (24, columns))
        monkeypatch.setattr(sys, "__stdout__", terminal)
        assert main(["explain", "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert width - 10 < max(map(len, lines)) <= width


@pytest.mark.parametrize("command", _COMMANDS)
def test_unknown_options_show_the_usage_of_their_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    required = {
        "arn": ["x"],
        "aws-auth": ["lint", "x"],
        "aws-auth lint": ["x"],
        "aws-auth fix": ["x"],
        "aws-auth migrate": ["x", "--cluster", "demo"],
        "aws-auth who": ["x", "y"],
        "trust": ["x", "--caller", "y"],
    }
    assert main([*command.split(), "--nonsense", *required.get(command, [])]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"usage: iamtriage {command}")
    assert err.endswith("error: unrecognized arguments: --nonsense\n")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints the name and version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"iamtriage {__version__}\n"


@pytest.mark.parametrize("command", ["parse", "scan"])
def test_undecodable_bytes_hide_no_failure(command: str) -> None:
    """Undecodable bytes and NUL bytes do not matter if a failure is found."""
    done = _run(command, "--json", text=b"\xff\x00\xfe\x80\n" + _CALL.encode() + b"\n\xc3\x28")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["principal"] == APP


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("command", ["parse", "scan"])
def test_byte_order_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, encoding: str
) -> None:
    """Windows editors begin files with a byte order mark, and PowerShell writes UTF-16."""
    path = tmp_path / "log"
    text = _CALL.replace("cluster/demo", "cluster/démo")
    path.write_text(text, encoding=encoding)
    assert main([command, "--json", str(path)]) == 0
    resource = json.loads(capsys.readouterr().out)["resource"]
    assert resource.endswith("cluster/démo")
    piped = _run(command, "--json", text=text.encode(encoding))
    assert json.loads(piped.stdout)["resource"] == resource


@check_rows(
    "lines",
    [
        f"{_CALL}\n",
        f"{_CALL}\n" + "INFO ok\n" * 40,
        f"2026-01-02T03:04:05Z ERROR {_CALL}\n",
        f"2026-01-02T03:04:05Z ERROR {_CALL}\n2026-01-02T03:04:06Z INFO ok\n",
        f"api-1  | {_CALL}\nworker-1  | INFO ok\n",
        (
            'Traceback (most recent call last):\n  File "/srv/app/jobs.py", line 41, in run\n    call()\n'
            f"botocore.exceptions.ClientError: {_CALL}\n"
        ),
    ],
    ids=["one line", "many lines", "stamped", "stamped, another entry", "interleaved", "traceback"],
)
@check_rows("command", ["scan", "explain --all"])
def test_a_pipe_that_stays_open(command: str, lines: str) -> None:
    """``kubectl logs -f | iamtriage scan`` prints a failure even if no other line follows."""
    with subprocess.Popen(
        [sys.executable, "-m", "iamtriage", *command.split(), "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines.encode())
        process.stdin.flush()
        assert "eks:DescribeCluster" in process.stdout.readline().decode()
        process.stdin.close()
        assert process.wait() == 0


def test_a_character_cut_in_two_by_a_pipe() -> None:
    """What arrives in parts is read whole, whatever the parts are."""
    principal = "arn:aws:iam::111122223333:user/zoë"
    line = f"User: {principal} is not authorized to perform: iam:ListUsers\r\n".encode()
    cut = line.index("ë".encode()) + 1
    with subprocess.Popen(
        [sys.executable, "-m", "iamtriage", "scan", "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for part in (line[:cut], line[cut:]):
            process.stdin.write(part)
            process.stdin.flush()
        assert json.loads(process.stdout.readline())["principal"] == principal
        process.stdin.close()
        assert process.wait() == 0


def test_a_reader_that_exits_early() -> None:
    """``iamtriage scan | head -1`` exits without an error message."""
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


def test_colors_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ANSI sequences are printed only to terminals, and not with NO_COLOR or --json."""
    path = tmp_path / "log"
    path.write_text(_CALL, encoding="utf-8")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for arguments, is_terminal, is_colored in (
        (["parse"], True, True),
        (["parse"], False, False),
        (["parse", "--json"], True, False),
    ):
        out = _Terminal() if is_terminal else io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        assert main([*arguments, str(path)]) == 0
        assert ("\x1b" in out.getvalue()) is is_colored
    for value, is_colored in (("1", False), ("", True)):
        monkeypatch.setenv("NO_COLOR", value)
        out = _Terminal()
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["parse", str(path)]) == 0
        assert ("\x1b" in out.getvalue()) is is_colored


@pytest.mark.parametrize(
    "arguments", [["parse", "LOG"], ["explain", "LOG"], ["why", "throttled"], ["arn", APP], ["sts"]], ids=str
)
def test_option_for_colors(arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """``--color`` takes precedence over the terminal and NO_COLOR, for standard output only."""
    path = tmp_path / "log"
    path.write_text(_CALL, encoding="utf-8")
    command = [each.replace("LOG", str(path)) for each in arguments]
    monkeypatch.setenv("NO_COLOR", "1")
    for choice, is_colored in (("always", True), ("auto", False), ("never", False)):
        out = io.StringIO()
        monkeypatch.setattr(sys, "stdout", out)
        assert main([*command, "--color", choice]) == 0
        assert ("\x1b" in out.getvalue()) is is_colored
    monkeypatch.delenv("NO_COLOR")
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main([*command, "--color=never"]) == 0
    assert "\x1b" not in terminal.getvalue()


def test_files_have_no_colors(tmp_path: Path) -> None:
    path, out = tmp_path / "log", tmp_path / "out"
    path.write_text(_CALL, encoding="utf-8")
    assert main(["scan", str(path), "--output", str(out), "--color", "always"]) == 0
    assert "access denied" in out.read_text(encoding="utf-8")
    assert "\x1b" not in out.read_text(encoding="utf-8")


def test_values_cannot_control_the_terminal() -> None:
    """Control characters in a value are printed as escapes."""
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


def test_long_values_are_truncated_only_for_people() -> None:
    """A long encoded message is truncated on the terminal, and complete in JSON."""
    blob = "Ab1_" * 500
    text = f"{DENIAL}. Encoded authorization failure message: {blob}"
    out = _run("parse", "--unredacted", text=text).stdout.decode()
    assert "(2000 characters)" in out
    assert blob not in out
    assert json.loads(_run("parse", "--json", "--unredacted", text=text).stdout)["encoded_message"] == blob
    for arguments in (("parse",), ("parse", "--json"), ("scan",), ("scan", "--json")):
        assert b"[REDACTED encoded message]" in _run(*arguments, text=text).stdout


def test_order_and_labels_of_the_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The principal, action, and resource come first, and the IDs last; the values are aligned."""
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


def test_interrupt_while_a_failure_waits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The failure whose entry has not ended is printed before the command ends."""
    path = tmp_path / "log"
    path.write_text(f"{_CALL}\nnext\n", encoding="utf-8")
    real = io.TextIOWrapper.readline

    def interrupt(self: io.TextIOWrapper, size: int = -1, /) -> str:
        line = real(self, size)
        if line.startswith("next"):
            raise KeyboardInterrupt
        return line

    class Interrupted(io.TextIOWrapper):
        readline = interrupt

    monkeypatch.setattr("iamtriage.inputs._content.TextIOWrapper", Interrupted)
    assert main(["scan", str(path)]) == 130
    assert capsys.readouterr().out.startswith("access denied")


def test_interrupt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C ends the command with status 130, without a traceback."""
    path = tmp_path / "log"
    path.write_text(_CALL, encoding="utf-8")

    def interrupt(_: object, *, has_parts: bool) -> None:
        assert has_parts
        raise KeyboardInterrupt

    monkeypatch.setattr("iamtriage._reading.texts.scan_lines", interrupt)
    assert main(["scan", str(path)]) == 130
