"""The shared command line of the tools that generate files."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from tools import generated, sync_actions, sync_sts

SOURCE = "the source"


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    generated.add_options(parser)
    return parser.parse_args(arguments)


def test_without_an_option_the_content_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.txt"
    assert generated.update_file(path, "a\n", options(), source=SOURCE) == 0
    assert capsys.readouterr().out == "a\n"
    assert not path.exists()


def test_write_replaces_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.txt"
    path.write_text("old\n", encoding="utf-8")
    assert generated.update_file(path, "é\nb\n", options("--write"), source=SOURCE) == 0
    assert path.read_bytes() == "é\nb\n".encode()
    assert capsys.readouterr().out == ""


def test_check_accepts_the_same_content(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.txt"
    path.write_text("a\nb\n", encoding="utf-8")
    assert generated.update_file(path, "a\nb\n", options("--check"), source=SOURCE) == 0
    assert capsys.readouterr().out == ""


def test_check_prints_the_differences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "table.txt"
    path.write_text("a\nb\n", encoding="utf-8")
    assert generated.update_file(path, "a\nc\n", options("--check"), source=SOURCE) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"--- {path}",
        f"+++ {SOURCE}",
        *("@@ -1,2 +1,2 @@", " a", "-b", "+c"),
    ]
    assert path.read_text(encoding="utf-8") == "a\nb\n"


def test_check_and_write_exclude_each_other() -> None:
    with pytest.raises(SystemExit):
        options("--check", "--write")


@pytest.mark.parametrize("tool", [sync_actions, sync_sts], ids=lambda tool: tool.__name__)
def test_tools_run_as_files(tool: object, tmp_path: Path) -> None:
    path = Path(str(vars(tool)["__file__"]))
    done = subprocess.run(
        [sys.executable, str(path), "--help"], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert "--check" in done.stdout
    assert "--write" in done.stdout
