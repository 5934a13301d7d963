"""``python tasks.py new-cause`` writes the parts of a cause that the tests then ask to complete."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.new_cause import RULES, CauseError, add_cause, main

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    "denials/services/service_specific",
    "credentials/expired",
    "kubernetes/nodes",
    "sts/credential_scopes",
    "calls/api_errors",
)
TITLE = "The passport of the session was revoked"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    return tmp_path


def test_parts_are_written(root: Path) -> None:
    """The rules still load, and the catalogue has the new causes with their examples."""
    for number, place in enumerate(PLACES):
        assert "Replace the words in capitals" in add_cause(
            place, f"passport-revoked-{number}", TITLE, root=root
        )
        examples = root / RULES / place.partition("/")[0] / "examples.toml"
        assert f"passport-revoked-{number}" in tomllib.loads(examples.read_text(encoding="utf-8"))
    code = (
        "from iamtriage.explaining.causes import all_causes\n"
        "print(*(info.subject for info in all_causes() if info.code.startswith('passport-revoked')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(root / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(run.stdout.split()) == sorted(place.partition("/")[0] for place in PLACES)
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    section = changelog.partition("#### Explain failures\n")[2].partition("\n#### ")[0]
    assert section.rstrip().endswith("`passport-revoked-4`: the passport of the session was revoked.")
    assert changelog.count("\n#### ") == (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").count("\n#### ")


def test_imports_are_in_order(root: Path) -> None:
    """A module gets only the imports that it lacks, where the linter expects them."""
    for place in PLACES:
        add_cause(place, "passport-revoked-" + place.replace("/", "-").replace("_", "-"), TITLE, root=root)
        source = (root / RULES / f"{place}.py").read_text(encoding="utf-8")
        modules = re.findall(r"^from (iamtriage\S+) import", source, re.MULTILINE)
        assert modules == sorted(modules)
        assert len(re.findall(r"import .*\bCauseType\b|^    CauseType,$", source, re.MULTILINE)) == 1


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("place", "code", "title", "message"),
    [
        ("denials/nothing", "passport-revoked", TITLE, "unknown module 'denials/nothing'"),
        ("shared/pages", "passport-revoked", TITLE, "unknown module 'shared/pages'"),
        ("sts/trust/trust_fixes", "passport-revoked", TITLE, "no rule is in this module"),
        (PLACES[0], "Passport revoked", TITLE, "in lowercase with hyphens, not 'Passport revoked'"),
        (PLACES[0], "scp-deny", TITLE, "the code scp-deny exists"),
        (PLACES[0], "passport-revoked", "revoked", "a sentence of 8 to 80 characters"),
        (PLACES[0], "passport-revoked", f"{TITLE}.", "without its period"),
    ],
)
def test_nothing_is_written_for_wrong_arguments(
    place: str, code: str, title: str, message: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    with pytest.raises(CauseError, match=message):
        add_cause(place, code, title, root=root)
    assert (root / "CHANGELOG.md").read_text(encoding="utf-8") == before
    if place != PLACES[0] or code != "passport-revoked":
        assert main([place, code, title]) == 2
        assert message in capsys.readouterr().err


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "new-cause denials/services/service_specific passport-revoked" in capsys.readouterr().err
