"""The search of the documentation finds the page of a pasted error, whatever names and IDs the error has.

Needs Chromium or Chrome on PATH, as :mod:`tests.rendering.test_browser` does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.notebook.chromium import open_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.notebook.chromium import Page

_SCRIPT = Path(__file__).resolve().parents[1] / "docs" / "_static" / "search.js"
# The parts of Sphinx that the script uses. Sphinx lists a single page as a number.
_SPHINX = """
const Scorer = {title: 15};
const SearchResultKind = {text: "text"};
const Search = {
  _index: {
    docnames: ["causes/scp-deny", "causes/landing-zone", "guide", "causes/expired-session"],
    filenames: ["causes/scp-deny.md", "causes/landing-zone.md", "guide.md", "causes/expired-session.md"],
    titles: ["An SCP denies the request", "The landing zone", "Guide", "The credentials have expired"],
    alltitles: {"Possible reasons": [[0, "possible-reasons"]]},
    terms: {
      explicit: [0, 1, 2], deni: [0, 1, 2], servic: [0, 1, 2], control: [0, 1], policy: [0, 1, 2],
      token: 3, expir: [2, 3], provid: [2, 3], a: 2, b: 2, c: 2, d: 2, constructor: 2,
    },
    titleterms: {scp: 0, land: 1, zone: 1, guid: 2, credenti: 3},
  },
  performTermsSearch: () => ["of Sphinx"],
};
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("search")
    html = folder / "search.html"
    html.write_text(f"<script src='{_SCRIPT.as_uri()}'></script><script>{_SPHINX}</script>", encoding="utf-8")
    with open_browser(folder / "profile") as page:
        page.open(html.as_uri())
        assert not page.problems()
        yield page


def _search(page: Page, words: str, excluded: str = "") -> Any:  # noqa: ANN401 (of any type)
    arguments = ", ".join(f"new Set({json.dumps(each.split())})" for each in (words, excluded))
    return page.evaluate(f"Search.performTermsSearch({arguments})")


def test_error_with_unknown_names_is_found(page: Page) -> None:
    found = _search(page, "bob my-queue explicit deni servic control policy __proto__")
    assert [each[0] for each in found] == ["causes/scp-deny", "causes/landing-zone", "guide"]
    assert found[0][1:] == ["An SCP denies the request", "", None, 15, "causes/scp-deny.md", "text"]
    assert _search(page, "provid token expir bob constructor")[0][0] == "causes/expired-session"


def test_error_with_only_unknown_words_is_not_found(page: Page) -> None:
    assert _search(page, "bob my-queue jane 42") == []


@pytest.mark.parametrize(("words", "excluded"), [("scp deni policy", ""), ("a b c d", "policy")])
def test_short_and_excluding_searches_are_those_of_sphinx(page: Page, words: str, excluded: str) -> None:
    assert _search(page, words, excluded) == ["of Sphinx"]
