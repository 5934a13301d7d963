"""The exported notebook in a real browser: cards look right, copy, and let nothing of a text run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt
from nbconvert import exporters
from traitlets.config import Config

from tests.notebook.cells import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notebook.chromium import Page

TEMPLATES = ("lab", "classic", "basic")
# nbconvert's own pages fetch MathJax and RequireJS from elsewhere.
_ELSEWHERE = ("https://*", "http://*")
_CARD = "[...document.querySelectorAll('.iamtriage')].find(e => e.textContent.includes({}))"


def _card(words: str) -> str:
    return _CARD.format(json.dumps(words))


def _policy(notebook: Any, name: str) -> Any:  # noqa: ANN401 (nbformat's nodes are of any shape)
    """The policy as the explanation of a cell has it in Markdown."""
    [cell] = [cell for cell in notebook.cells if name in cell.metadata["tags"]]
    text = cell.outputs[-1].data["text/markdown"]
    return json.loads(text.split("```json\n")[1].split("\n```")[0])


@pytest.fixture(params=TEMPLATES)
def opened(request: pytest.FixtureRequest, page: Page, exported: Callable[[str], str]) -> Page:
    page.open(exported(request.param), blocked=_ELSEWHERE)
    return page


def test_each_code_has_one_button(opened: Page) -> None:
    found = opened.evaluate(
        "[...document.querySelectorAll('.iamtriage [data-iamtriage-code]')]"
        ".map(e => [e.dataset.iamtriageCode, e.querySelectorAll('button').length])"
    )
    assert len(found) > 8
    assert {(kind, count) for kind, count in found} == {("json", 1), ("sh", 1), ("yaml", 1), ("text", 0)}


def test_nothing_but_the_page_is_fetched(opened: Page) -> None:
    """Nor does the console show an error that is not of a page of nbconvert's own."""
    own = ("libs/require.js", "libs/mathjax", "libs/jquery", "libs/mermaid", "npm/mermaid")
    asked = [url for url in opened.requests()[1:] if not url.startswith("data:")]
    assert [url for url in asked if not any(each in url.lower() for each in own)] == []
    told = [
        text
        for text in opened.complaints()
        if "ERR_BLOCKED_BY_CLIENT" not in text and "MathJax" not in text and "mermaid" not in text
    ]
    assert told == []


def test_hostile_text_is_text(opened: Page) -> None:
    assert opened.evaluate("document.documentElement.getAttribute('data-owned')") is None
    assert opened.evaluate("document.title") != "owned"
    card = _card("onerror=")
    assert opened.evaluate(f"{card}.querySelectorAll('img').length") == 0
    assert opened.evaluate(f"{card}.querySelectorAll('script').length") == 1


def test_the_text_is_there_with_its_values_marked(opened: Page) -> None:
    card = _card("s3:ListBucket")
    assert opened.evaluate(f"{card}.querySelector('details').open") is False
    opened.click(f"{card}.querySelector('summary')")
    assert opened.evaluate(f"{card}.querySelector('details').open") is True
    marked = opened.evaluate(f"[...{card}.querySelectorAll('mark')].map(e => e.textContent)")
    assert {"s3:ListBucket", "arn:aws:s3:::example-orders"} <= set(marked)


def test_no_card_holds_the_secret(opened: Page) -> None:
    texts = opened.evaluate("[...document.querySelectorAll('.iamtriage')].map(e => e.innerHTML)")
    assert any("REDACTED secret access key" in text for text in texts)
    assert not any(SECRET in text for text in texts)


def test_the_button_copies_the_policy(opened: Page, notebook: Any) -> None:  # noqa: ANN401 (as above)
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=json]')"
    opened.click(f"{block}.querySelector('button')")
    opened.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert opened.evaluate(f"{block}.querySelector('[role=status]').textContent") == "Copied JSON document"
    pasted = opened.pasted()
    assert json.loads(pasted) == _policy(notebook, "s3")
    assert pasted == opened.evaluate(f"{block}.querySelector('code').textContent")
    opened.until(f"{block}.querySelector('button').textContent === 'Copy'")


def test_the_keyboard_copies_a_command(opened: Page) -> None:
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=sh]')"
    opened.evaluate(f"{block}.querySelector('button').focus()")
    opened.press("Enter", 13, "\r")
    opened.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert opened.evaluate(f"document.activeElement === {block}.querySelector('button')") is True
    pasted = opened.pasted()
    assert pasted.startswith("aws iam put-")
    assert pasted == opened.evaluate(f"{block}.querySelector('code').textContent")


def test_it_copies_where_pages_may_not_use_the_clipboard(opened: Page) -> None:
    opened.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=sh]')"
    opened.click(f"{block}.querySelector('button')")
    opened.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert opened.pasted() == opened.evaluate(f"{block}.querySelector('code').textContent")


def test_where_nothing_copies_the_text_is_selected(opened: Page) -> None:
    opened.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    opened.evaluate("document.execCommand = () => false")
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=json]')"
    opened.click(f"{block}.querySelector('button')")
    opened.until(f"{block}.querySelector('button').textContent === 'Selected'")
    selected = opened.evaluate("getSelection().toString()")
    assert json.loads(selected) == json.loads(opened.evaluate(f"{block}.querySelector('code').textContent"))


def test_without_scripts_no_button_is_missing_its_work(page: Page, exported: Callable[[str], str]) -> None:
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.send("Network.setBlockedURLs", urls=list(_ELSEWHERE))
        page.send("Page.navigate", url=exported("lab"))
        page.until("document.readyState === 'complete'")
        assert page.evaluate("document.querySelectorAll('.iamtriage-card').length") > 4
        assert page.evaluate("document.querySelectorAll('.iamtriage button').length") == 0
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)


_CONTRAST = """(() => {
  const card = CARD.querySelector('.iamtriage-card');
  const light = (color) => {
    const [r, g, b] = color.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const button = getComputedStyle(card.querySelector('.iamtriage-copy'));
  const [a, b] = [light(button.color), light(button.backgroundColor)].sort();
  return [light(getComputedStyle(card).backgroundColor), (b + 0.05) / (a + 0.05)];
})()"""


@pytest.mark.parametrize(("theme", "reader_is_dark"), [("light", True), ("dark", False)])
def test_cards_follow_the_notebooks_theme(
    page: Page, exported: Callable[[str, str], str], theme: str, *, reader_is_dark: bool
) -> None:
    page.open(exported("lab", theme), dark=reader_is_dark, blocked=_ELSEWHERE)
    brightness, contrast = page.evaluate(_CONTRAST.replace("CARD", _card("s3:ListBucket")))
    assert (brightness > 0.5) is (theme == "light")
    assert contrast >= 4.5


def test_an_export_to_markdown_can_have_the_cards_as_markdown(notebook: Any) -> None:  # noqa: ANN401 (as above)
    wanted = Config({"NbConvertBase": {"display_data_priority": ["text/markdown", "text/plain"]}})
    exporter: Any = exporters.MarkdownExporter(config=wanted)  # type: ignore[no-untyped-call] # half typed
    body, _ = exporter.from_notebook_node(notebook)
    cards = [
        output.data["text/markdown"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "display_data"
    ]
    assert len(cards) > 4
    assert all(card in body for card in cards)
    assert "iamtriage-card" not in body


def test_an_export_to_markdown_holds_whole_cards(notebook: Any) -> None:  # noqa: ANN401 (as above)
    exporter: Any = exporters.MarkdownExporter(config=Config())  # type: ignore[no-untyped-call] # half typed
    body, _ = exporter.from_notebook_node(notebook)
    page = MarkdownIt("commonmark", {"html": True}).render(body)
    cards = [
        output.data["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "iamtriage-card" in output.get("data", {}).get("text/html", "")
    ]
    assert len(cards) > 4
    assert all(card in page for card in cards)


def _cell(words: str) -> str:
    return f"{_card(words)}.closest('.jp-Cell')"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures(page: Page, exported: Callable[[str, str], str], theme: str, tmp_path: Path) -> None:
    """With IAMTRIAGE_PICTURES set, these are the pictures of docs/notebooks.md."""
    page.open(exported("lab", theme), blocked=_ELSEWHERE)
    folder = Path("docs/_static") if "IAMTRIAGE_PICTURES" in os.environ else tmp_path
    file = folder / f"notebook-{theme}.png"
    page.evaluate(f"{_card('s3:ListBucket')}.querySelector('details').open = true")
    page.picture(file, _cell("s3:ListBucket"))
    picture = file.read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert 20_000 < len(picture) < 300_000
