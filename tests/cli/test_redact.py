"""The command ``iamtriage redact``."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

from iamtriage.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LINE = "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
DENIAL = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:ListAllMyBuckets"


def _file(folder: Path, text: str) -> str:
    path = folder / "shell.log"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_secrets_are_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redact", _file(tmp_path, f"begin\n{LINE}\n{DENIAL}\nend")]) == 0
    assert (
        capsys.readouterr().out
        == f"begin\nexport AWS_SECRET_ACCESS_KEY=[REDACTED secret access key]\n{DENIAL}\nend"
    )


def test_identifiers_are_replaced_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redact", "--identifiers", _file(tmp_path, DENIAL)]) == 0
    out = capsys.readouterr().out
    assert "111122223333" not in out
    assert "s3:ListAllMyBuckets" in out


def test_a_text_without_secrets_is_printed_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["redact", _file(tmp_path, DENIAL)]) == 1
    assert capsys.readouterr().out == DENIAL


def test_standard_output_that_something_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The text is written to a stream of strings, too."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    assert main(["redact", _file(tmp_path, LINE)]) == 0
    assert out.getvalue() == "export AWS_SECRET_ACCESS_KEY=[REDACTED secret access key]"


def test_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["redact", "/nowhere/shell.log"]) == 2
    assert "/nowhere/shell.log" in capsys.readouterr().err


def test_everything_else_is_written_byte_for_byte() -> None:
    """Newlines, bytes that are not UTF-8, and a missing final newline stay."""
    data = b"a\r\nb\xff\xfe\n" + LINE.encode() + b"\r\nc"
    done = subprocess.run(
        [sys.executable, "-m", "iamtriage", "redact"], input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"a\r\nb\xff\xfe\nexport AWS_SECRET_ACCESS_KEY=[REDACTED secret access key]\r\nc"


def test_powershells_utf_16_is_read() -> None:
    """PowerShell's ``>`` writes UTF-16; the output is UTF-8."""
    data = f"{LINE}\r\n".encode("utf-16")
    done = subprocess.run(
        [sys.executable, "-m", "iamtriage", "redact", "-"], input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b"export AWS_SECRET_ACCESS_KEY=[REDACTED secret access key]\r\n"
