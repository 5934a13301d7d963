"""The pages agree with the code: links, paths, and the figures of the architecture."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import iamtriage

ROOT = Path(__file__).resolve().parents[1]
_README = (ROOT / "README.md").read_text(encoding="utf-8")
_SITE = "https://iamtriage.readthedocs.io/en/latest/"
# tools/write_cause_pages.py writes them when the pages are built.
_GENERATED_PAGES = frozenset({"causes/index.md"})
_FILES = re.compile(
    r"https://(?:raw\.githubusercontent|github)\.com/iamtriage/iamtriage/(?:blob/|tree/)?main/([^)\s]+)"
)
_PAGE_LINKS = re.compile(r"\]\(([\w./-]+\.md)(?:#[\w-]*)?\)")
_PATH = re.compile(r"`([\w./-]+(?:\.py|\.toml|/))`")


def test_readme_is_short() -> None:
    assert len(_README.splitlines()) < 150


def test_links_of_the_readme_work_on_a_package_index() -> None:
    """A package index shows the page without the repository: every link is absolute, and its target exists."""
    links = re.findall(r"\]\(([^)\s]+)\)", _README)
    assert len(links) > 20
    for link in links:
        assert link.startswith("https://"), link
        if link.startswith(_SITE):
            page = link.removeprefix(_SITE).removesuffix(".html")
            is_generated = f"{page}.md" in _GENERATED_PAGES
            assert is_generated or (ROOT / "docs" / f"{page or 'index'}.md").is_file(), link
        else:
            [path] = _FILES.findall(link)
            assert (ROOT / path).exists(), link


def test_links_between_pages_lead_to_pages() -> None:
    """The build of the site checks them, too, and takes minutes."""
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "api").glob("*.md")]
    links = [(page, link) for page in pages for link in _PAGE_LINKS.findall(page.read_text(encoding="utf-8"))]
    assert len(links) > 100
    for page, link in links:
        target = (page.parent / link).resolve().relative_to(ROOT / "docs")
        assert target.as_posix() in _GENERATED_PAGES or (ROOT / "docs" / target).is_file(), (page.name, link)


def test_urls_of_the_project_are_those_of_the_readme() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == _SITE
    assert f"]({project['urls']['Changelog']})" in _README


@pytest.mark.parametrize("page", ["architecture.md", "extending.md"])
def test_paths_on_contributors_pages_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    paths = [path for path in _PATH.findall(text) if "SUBJECT" not in path and "*" not in path]
    assert len(paths) > 8
    for path in paths:
        assert any((ROOT / base / path).exists() for base in ("", "src/iamtriage", "tests")), path


def test_figures_are_drawn_from_the_code() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "draw_architecture.py"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_figure_of_the_packages_shows_the_contract() -> None:
    """Each layer of the contract is a row of the figure, in the same order, with a box for each package."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [layers] = [c["layers"] for c in contracts["contracts"] if c["id"] == "packages"]
    drawn = (ROOT / "docs" / "_static" / "packages.svg").read_text(encoding="utf-8")
    rows: dict[int, list[str]] = {}
    for top, name in re.findall(r'class="name" x="\d+" y="(\d+)">(\w+)</text>', drawn):
        rows.setdefault(int(top), []).append(name)
    assert [rows[top] for top in sorted(rows)] == [layer.split(" | ") for layer in layers]


def test_every_page_is_in_the_index() -> None:
    """A page in no table of contents is found by no reader."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([\w/-]+)$", index, re.MULTILINE))
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= listed


def test_every_public_name_is_on_an_api_page() -> None:
    """The pages say that any other name is private."""
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "api").glob("*.md"))
    documented = {
        name.rpartition(".")[2] for name in re.findall(r"^\.\. auto\w+:: ([\w.]+)", pages, re.MULTILINE)
    }
    packages = [
        each.name for each in pkgutil.iter_modules(iamtriage.__path__) if not each.name.startswith("_")
    ]
    for name in set(packages) - {"cli"}:
        public = getattr(importlib.import_module(f"iamtriage.{name}"), "__all__", ())
        assert set(public) <= documented, name
    assert set(iamtriage.__all__) <= documented
