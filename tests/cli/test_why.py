"""``iamtriage why``."""

from __future__ import annotations

import json

import pytest

from iamtriage.cli import main
from iamtriage.explaining.causes import SUBJECTS, all_causes, cause_info


def test_page(capsys: pytest.CaptureFixture[str]) -> None:
    """The page says what the cause means and how to fix it, and explains the example."""
    assert main(["why", "no-identity-allow"]) == 0
    out, err = capsys.readouterr()
    info = cause_info("no-identity-allow")
    assert err == ""
    assert out.startswith(info.title)
    shown = " ".join(out.split())
    assert info.meaning != f"{info.title}."
    assert info.meaning in shown
    assert info.fix in shown
    assert info.url in shown
    assert info.example.explain().remedies[0].title in shown


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.startswith("  ")] == [
        info.code for info in all_causes()
    ]
    assert [line for line in lines if not line.startswith("  ")] == list(SUBJECTS.values())


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "throttled", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == cause_info("throttled").to_dict()
    assert main(["why", "--list", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["code"] for line in lines] == [info.code for info in all_causes()]


def test_unknown_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "scp-den"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("iamtriage: unknown cause 'scp-den'; did you mean scp-deny")
    assert main(["why", "42"]) == 1
    assert capsys.readouterr().err == "iamtriage: unknown cause '42'; iamtriage why --list prints all codes\n"


@pytest.mark.parametrize("arguments", [["why"], ["why", "scp-deny", "--list"]])
def test_either_a_code_or_the_list(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "either CODE or --list" in capsys.readouterr().err
