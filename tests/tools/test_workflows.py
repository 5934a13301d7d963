"""The workflows on GitHub: every action is pinned to a commit, and no job has more permissions than it needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

_FOLDER = Path(__file__).parents[2] / ".github"
_WORKFLOWS = sorted((_FOLDER / "workflows").glob("*.yml"))
# A tag can be moved to another commit. The comment is for people and Dependabot.
_PINNED = re.compile(r"uses: [\w-]+/[\w-]+(?:/[\w-]+)*@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def _load(path: Path) -> Any:  # noqa: ANN401 (a document of any form)
    return YAML(typ="safe").load(path)


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits(path: Path) -> None:
    used = re.findall(r"uses: .*", path.read_text(encoding="utf-8"))
    assert used
    assert [each for each in used if not _PINNED.fullmatch(each)] == []


def test_an_action_has_one_commit() -> None:
    """No workflow stays behind when another one is updated."""
    pins: dict[str, set[str]] = {}
    for path in _WORKFLOWS:
        for action, rest in re.findall(r"uses: ([\w-]+/[\w-]+)\S*?@(.*)", path.read_text(encoding="utf-8")):
            pins.setdefault(action, set()).add(rest)
    assert pins
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_jobs_state_their_permissions(path: Path) -> None:
    workflow = _load(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        allowed = {"contents": "read"} | ({"security-events": "write"} if path.name == "codeql.yml" else {})
        assert job["permissions"] == allowed


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_checkouts_leave_no_credentials(path: Path) -> None:
    for job in _load(path)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_dependabot_updates_actions_and_packages() -> None:
    updates = _load(_FOLDER / "dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"github-actions", "pip"}
