"""``scan --format``: JSON lines, CSV, Parquet, annotations for GitHub Actions, and SARIF."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

import iamtriage.arrow
import iamtriage.explaining
from iamtriage import fingerprint, parse, to_record
from iamtriage.cli import main
from iamtriage.explaining.causes import cause_info
from iamtriage.inputs import open_inputs
from tests.inputs.records import FAILED, MESSAGE, SUCCEEDED, compact

_CALL = f"An error occurred (AccessDenied) when calling the GetObject operation: {MESSAGE}\n"
_THROTTLED = "An error occurred (Throttling) when calling the ListRoles operation: Rate exceeded\n"
_LOG = f"10:00:01 INFO ready\n10:00:02 ERROR {_CALL}10:00:03 INFO go\n10:00:04 ERROR {_THROTTLED}10:00:05 ERROR {_CALL}"


@pytest.fixture(autouse=True)
def _in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(name: str, text: str) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def _scan(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["scan", *arguments]) == status
    return capsys.readouterr().out


def _sarif(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> dict[str, Any]:
    """Return the only run of the output, which the model of the SARIF schema accepts."""
    document: dict[str, Any] = json.loads(_scan(capsys, "--format", "sarif", *arguments, status=status))
    Sarif.model_validate({key: value for key, value in document.items() if key != "$schema"})
    assert document["version"] == "2.1.0"
    [run] = document["runs"]
    return dict(run)


def test_jsonl_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    path = _write("app.log", _LOG)
    assert _scan(capsys, "--format", "jsonl", path) == _scan(capsys, "--json", path)


@pytest.mark.parametrize("form", ["text", "jsonl", "csv", "github", "sarif"])
def test_output_to_a_file(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write("app.log", _LOG)
    printed = _scan(capsys, "--format", form, path)
    assert _scan(capsys, "--format", form, "--output", "out", path) == ""
    assert Path("out").read_bytes().decode() == printed


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    out = _scan(capsys, "--format", "csv", _write("trail.json", compact({"Records": [SUCCEEDED, FAILED]})))
    [row] = csv.DictReader(io.StringIO(out))
    failure = parse(FAILED)
    assert failure is not None
    assert list(row) == list(iamtriage.arrow.SCHEMA.names)
    expected = {**to_record(failure), "fingerprint": fingerprint(failure)}
    assert row == {key: "" if value is None else str(value) for key, value in expected.items()}


def test_csv_has_no_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    record = {**FAILED, "userAgent": '=HYPERLINK("https://example.com")', "sourceIPAddress": "+1\x1b[2J"}
    out = _scan(capsys, "--format", "csv", _write("trail.json", compact({"Records": [record]})))
    [row] = csv.DictReader(io.StringIO(out))
    assert row["user_agent"] == '\'=HYPERLINK("https://example.com")'
    assert row["source_ip"] == "'+1\\x1b[2J"


def test_parquet(capsys: pytest.CaptureFixture[str]) -> None:
    path = _write("trail.json", compact({"Records": [FAILED, SUCCEEDED] * 3}))
    assert _scan(capsys, "--format", "parquet", "--output", "out.parquet", path) == ""
    table = pyarrow.parquet.read_table("out.parquet")
    failure = parse(FAILED)
    assert failure is not None
    assert table.to_pylist() == [{**to_record(failure), "fingerprint": fingerprint(failure)}] * 3
    assert table.schema.names == iamtriage.arrow.SCHEMA.names


def test_parquet_requires_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--format", "parquet", _write("app.log", _LOG)]) == 2
    assert capsys.readouterr() == ("", "iamtriage: --format parquet requires --output\n")


def test_secrets_are_removed(capsys: pytest.CaptureFixture[str]) -> None:
    """In each format, unless ``--unredacted`` asks for them; explanations never have any."""
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
    record = {**FAILED, "userAgent": f"AWS_SECRET_ACCESS_KEY={secret}"}
    path = _write("trail.json", compact({"Records": [record]}))
    for form in ("text", "jsonl", "csv", "github", "sarif"):
        assert secret not in _scan(capsys, "--format", form, path)
        expected = form not in {"github", "sarif"}
        assert (secret in _scan(capsys, "--format", form, "--unredacted", path)) is expected


def test_github(capsys: pytest.CaptureFixture[str]) -> None:
    """Each problem is one annotation, at its first line."""
    first, second = _scan(capsys, "--format", "github", _write("logs/app.log", _LOG)).splitlines()
    title = cause_info("no-identity-allow").title
    assert first.startswith(
        f"::error file=logs/app.log,line=2,title={title}::The role app was denied s3:GetObject"
    )
    assert "%0AFound 2 times.%0A" in first
    assert first.endswith(cause_info("no-identity-allow").url)
    assert second.startswith("::warning file=logs/app.log,line=4,title=")


def test_github_states_paths_below_the_working_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / _write("a,b:c.log", _LOG)
    assert "::error file=a%2Cb%3Ac.log,line=2," in _scan(capsys, "--format", "github", str(path))
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir("deeper")
    name = str(path).replace(",", "%2C").replace(":", "%3A")
    assert f"::error file={name},line=2," in _scan(capsys, "--format", "github", str(path))


def test_github_has_no_file_for_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(_LOG))
    assert _scan(capsys, "--format", "github").startswith("::error title=")


def test_github_names_what_could_not_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    out = _scan(capsys, "--format", "github", "no.log", status=2)
    assert out == "::warning title=iamtriage could not read an input::no.log: No such file or directory\n"


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_text_of_an_error_is_not_a_command(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A line of the output that begins with ``::`` is one of ours."""
    key = "x\n::error::gotcha\r::set-env name=A::b%0A\x1b[2J"
    record = {**FAILED, "errorMessage": MESSAGE.replace("a.csv", key)}
    out = _scan(capsys, "--format", form, _write("trail.json", compact({"Records": [record]})))
    assert "\x1b" not in out
    assert "\r" not in out
    lines = [line for line in out.split("\n") if line.lstrip().startswith("::")]
    assert len(lines) == (form == "github")


def test_sarif(capsys: pytest.CaptureFixture[str]) -> None:
    run = _sarif(capsys, _write("logs/my app.log", _LOG))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["no-identity-allow", "throttled"]
    for rule in rules:
        info = cause_info(rule["id"])
        assert rule["helpUri"] == info.url
        assert rule["shortDescription"]["text"] == info.title
    denied, throttled = run["results"]
    failure = parse(_CALL)
    assert failure is not None
    assert denied["ruleId"] == rules[denied["ruleIndex"]]["id"] == "no-identity-allow"
    assert denied["level"] == "error"
    assert denied["occurrenceCount"] == 2
    assert denied["partialFingerprints"] == {"iamtriage/v1": fingerprint(failure)}
    assert denied["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "logs/my%20app.log"}, "region": {"startLine": 2}}}
    ]
    assert throttled["level"] == "warning"
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_without_failures(capsys: pytest.CaptureFixture[str]) -> None:
    run = _sarif(capsys, _write("app.log", "ready\n"), status=1)
    assert run["results"] == run["tool"]["driver"]["rules"] == []


def test_sarif_names_what_could_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / _write("app.log", _LOG)
    run = _sarif(capsys, str(path), "no.log", status=2)
    assert len(run["results"]) == 2
    [invocation] = run["invocations"]
    assert not invocation["executionSuccessful"]
    [notification] = invocation["toolExecutionNotifications"]
    assert notification == {"level": "error", "message": {"text": "no.log: No such file or directory"}}


def test_sarif_states_a_file_outside_as_a_url(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / _write("app.log", _LOG)
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir("deeper")
    [result, _] = _sarif(capsys, str(path))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == path.as_uri()


def test_sarif_of_a_cause_that_is_not_in_the_catalogue(capsys: pytest.CaptureFixture[str]) -> None:
    def extend(explanation: iamtriage.Explanation) -> iamtriage.Explanation:
        cause = iamtriage.Cause("acme-guardrail", "See ACME-1.", "supplied", url="https://acme.example/1")
        return explanation.with_added(causes=(cause,))

    with iamtriage.explaining.extended(extend):
        run = _sarif(capsys, _write("app.log", _CALL))
    [rule] = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["helpUri"]) == ("acme-guardrail", "https://acme.example/1")
    assert rule["shortDescription"] == {"text": "acme guardrail"}


@given(
    st.lists(
        st.sampled_from(
            [
                "10:00:00 INFO ready\n",
                "\n",
                "    at Frame (app.js:1)\n",
                f"10:00:00 ERROR {_CALL}",
                f"10:00:00 ERROR {_THROTTLED}",
                f"10:00:00 ERROR failed\n{_CALL}",
            ]
        ),
        max_size=12,
    )
)
def test_line_numbers(parts: list[str]) -> None:
    """The line of a failure contains its text; repeated failures have different lines."""
    text = "".join(parts)
    Path("app.log").write_text(text, encoding="utf-8", newline="")
    lines = text.split("\n")
    [source] = open_inputs(["app.log"])
    found = list(source.failures_with_lines())
    numbers = [line for _, line in found]
    assert len(found) == len(list(source.failures()))
    for failure, line in found:
        assert line is not None
        assert failure.envelope.operation is not None
        assert failure.envelope.operation in lines[line - 1]
    assert numbers == sorted({number for number in numbers if number is not None})


def test_line_numbers_far_into_a_log() -> None:
    quiet = "10:00:00 INFO ready\n" * 30_000
    long = "10:00:00 INFO " + "x" * 3_000_000 + "\n"
    Path("app.log").write_text(f"{quiet}{long}10:00:01 ERROR {_CALL}", encoding="utf-8")
    [source] = open_inputs(["app.log"])
    assert [line for _, line in source.failures_with_lines()] == [30_002]


def test_formats_are_listed_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--help"]) == 0
    assert re.search(
        r"--format \{text,jsonl,csv,parquet,github,sarif\}", capsys.readouterr().out.replace(os.linesep, " ")
    )
