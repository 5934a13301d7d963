"""The documentation has a page for each cause, with the error text that people search for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamtriage.explaining.causes import SUBJECTS, all_causes, cause_info
from iamtriage.explaining.causes._catalogue import find_folders
from tools import write_cause_pages
from tools.write_cause_pages import HEADINGS, write_pages

# The pages have every explanation of the catalogue, which the golden files have, too.
pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "causes"
    write_pages(folder)
    return folder


def test_each_cause_has_a_page(folder: Path) -> None:
    pages = {path.stem for path in folder.glob("*.md")}
    assert pages == {"index", *(info.code for info in all_causes())}


def test_page_has_the_error_text(folder: Path) -> None:
    """The words of the error are on the page, so the search of the documentation finds it."""
    for info in all_causes():
        page = (folder / f"{info.code}.md").read_text(encoding="utf-8")
        words = re.findall(r"[A-Za-z]{4,}", info.example.text)
        assert len(words) > 1
        assert [word for word in words[:200] if word not in page] == []
        assert info.fix.split()[0] in page


def test_section_that_the_search_prefers_is_on_the_pages(folder: Path) -> None:
    assert "## Possible reasons\n" in (folder / "scp-deny.md").read_text(encoding="utf-8")
    assert '"Possible reasons"' in (ROOT / "docs" / "_static" / "search.js").read_text(encoding="utf-8")


def test_links_between_pages_work(folder: Path) -> None:
    for path in folder.glob("*.md"):
        for target in re.findall(r"\]\(([a-z0-9-]+\.md)\)", path.read_text(encoding="utf-8")):
            assert (folder / target).is_file(), (path.name, target)


def test_index_groups_the_causes(folder: Path) -> None:
    index = (folder / "index.md").read_text(encoding="utf-8")
    titles = re.findall(r"^## (.+)$", index, re.MULTILINE)
    assert titles == list(SUBJECTS.values())
    assert "\n### Amazon S3\n\n- [" in index
    codes = re.findall(r"^ *- \[.+: `([a-z0-9-]+)`$", index, re.MULTILINE)
    assert sorted(codes) == sorted(info.code for info in all_causes())
    assert "\n- [The SDK found no credentials](no-credentials.md): `no-credentials`\n  - [" in index


def test_headings_are_for_folders_with_causes() -> None:
    assert HEADINGS.keys() <= set(find_folders().values())


def test_possible_reason_links_to_the_cause_that_it_can_explain(folder: Path) -> None:
    """Its own signs come first; a cause without signs says that no error states it."""
    link = "a possible reason for [The SDK found no credentials](no-credentials.md)."
    hop_limit = (folder / "metadata-hop-limit.md").read_text(encoding="utf-8")
    assert "The text shows HttpPutResponseHopLimit 1" in hop_limit
    assert link in hop_limit
    for info in all_causes():
        page = (folder / f"{info.code}.md").read_text(encoding="utf-8")
        assert (f"({info.reason_for}.md)" in page) == (info.reason_for is not None)


def test_pages_of_removed_causes_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unchanged pages are left alone, so that Sphinx does not read them again."""
    causes = [cause_info("no-credentials"), cause_info("throttled")]
    monkeypatch.setattr(write_cause_pages, "all_causes", lambda: tuple(causes))
    write_pages(tmp_path)
    kept, removed = tmp_path / "no-credentials.md", tmp_path / "throttled.md"
    assert removed.exists()
    before = kept.stat().st_mtime_ns
    del causes[1]
    write_pages(tmp_path)
    assert not removed.exists()
    assert kept.stat().st_mtime_ns == before
