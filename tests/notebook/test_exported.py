"""The exported notebook in a real browser: how cards look, that they copy, and that no text in them runs."""

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

pytestmark = pytest.mark.unmeasured

TEMPLATES = ("lab", "classic", "basic")
# nbconvert's templates load MathJax and RequireJS from other hosts.
_OTHER_HOSTS = ("https://*", "http://*")
_CARD = "[...document.querySelectorAll('.iamtriage')].find(e => e.textContent.includes({}))"


def _card(words: str) -> str:
    return _CARD.format(json.dumps(words))


def _policy(notebook: Any, name: str) -> Any:  # noqa: ANN401 (nbformat's nodes are of any shape)
    """Return the policy in the Markdown output of a cell."""
    [cell] = [cell for cell in notebook.cells if name in cell.metadata["tags"]]
    text = cell.outputs[-1].data["text/markdown"]
    return json.loads(text.split("```json\n")[1].split("\n```")[0])


@pytest.fixture(params=TEMPLATES)
def opened(request: pytest.FixtureRequest, page: Page, exported: Callable[[str], str]) -> Page:
    page.open(exported(request.param), blocked=_OTHER_HOSTS)
    return page


def test_each_code_has_one_button(opened: Page) -> None:
    buttons = opened.evaluate(
        "[...document.querySelectorAll('.iamtriage [data-iamtriage-code]')]"
        ".map(e => [e.dataset.iamtriageCode, e.querySelectorAll('button').length])"
    )
    assert len(buttons) > 8
    assert {(kind, count) for kind, count in buttons} == {("json", 1), ("sh", 1), ("yaml", 1), ("text", 0)}


def test_cards_load_nothing_and_log_no_errors(opened: Page) -> None:
    """Requests and errors of nbconvert's own templates are ignored."""
    of_nbconvert = ("libs/require.js", "libs/mathjax", "libs/jquery", "libs/mermaid", "npm/mermaid")
    requested = [url for url in opened.requests()[1:] if not url.startswith("data:")]
    assert [url for url in requested if not any(each in url.lower() for each in of_nbconvert)] == []
    problems = [
        text
        for text in opened.problems()
        if "ERR_BLOCKED_BY_CLIENT" not in text and "MathJax" not in text and "mermaid" not in text
    ]
    assert problems == []


def test_hostile_text_is_not_run(opened: Page) -> None:
    assert opened.evaluate("document.documentElement.getAttribute('data-owned')") is None
    assert opened.evaluate("document.title") != "owned"
    card = _card("onerror=")
    assert opened.evaluate(f"{card}.querySelectorAll('img').length") == 0
    assert opened.evaluate(f"{card}.querySelectorAll('script').length") == 1


def test_the_text_is_shown_with_marked_values(opened: Page) -> None:
    card = _card("s3:ListBucket")
    assert opened.evaluate(f"{card}.querySelector('details').open") is False
    opened.click(f"{card}.querySelector('summary')")
    assert opened.evaluate(f"{card}.querySelector('details').open") is True
    marked = opened.evaluate(f"[...{card}.querySelectorAll('mark')].map(e => e.textContent)")
    assert {"s3:ListBucket", "arn:aws:s3:::example-orders"} <= set(marked)


def test_no_card_contains_the_secret(opened: Page) -> None:
    texts = opened.evaluate("[...document.querySelectorAll('.iamtriage')].map(e => e.innerHTML)")
    assert any("REDACTED secret access key" in text for text in texts)
    assert not any(SECRET in text for text in texts)


def test_the_button_copies_the_policy(opened: Page, notebook: Any) -> None:  # noqa: ANN401 (as above)
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=json]')"
    opened.click(f"{block}.querySelector('button')")
    opened.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert opened.evaluate(f"{block}.querySelector('[role=status]').textContent") == "Copied JSON document"
    pasted = opened.paste()
    assert json.loads(pasted) == _policy(notebook, "s3")
    assert pasted == opened.evaluate(f"{block}.querySelector('code').textContent")
    opened.until(f"{block}.querySelector('button').textContent === 'Copy'")


def test_the_keyboard_copies_a_command(opened: Page) -> None:
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=sh]')"
    opened.evaluate(f"{block}.querySelector('button').focus()")
    opened.press("Enter", 13, "\r")
    opened.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert opened.evaluate(f"document.activeElement === {block}.querySelector('button')") is True
    pasted = opened.paste()
    assert pasted.startswith("aws iam put-")
    assert pasted == opened.evaluate(f"{block}.querySelector('code').textContent")


def test_it_copies_without_permission_for_the_clipboard(opened: Page) -> None:
    opened.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=sh]')"
    opened.click(f"{block}.querySelector('button')")
    opened.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert opened.paste() == opened.evaluate(f"{block}.querySelector('code').textContent")


def test_if_copying_fails_the_text_is_selected(opened: Page) -> None:
    opened.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    opened.evaluate("document.execCommand = () => false")
    block = f"{_card('s3:ListBucket')}.querySelector('[data-iamtriage-code=json]')"
    opened.click(f"{block}.querySelector('button')")
    opened.until(f"{block}.querySelector('button').textContent === 'Selected'")
    selected = opened.evaluate("getSelection().toString()")
    assert json.loads(selected) == json.loads(opened.evaluate(f"{block}.querySelector('code').textContent"))


def test_without_scripts_there_are_no_buttons(page: Page, exported: Callable[[str], str]) -> None:
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.send("Network.setBlockedURLs", urls=list(_OTHER_HOSTS))
        page.send("Page.navigate", url=exported("lab"))
        page.until("document.readyState === 'complete'")
        assert page.evaluate("document.querySelectorAll('.iamtriage-card').length") > 4
        assert page.evaluate("document.querySelectorAll('.iamtriage button').length") == 0
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)


_CONTRAST = """(() => {
  const card = CARD.querySelector('.iamtriage-card');
  const luminance = (color) => {
    const [r, g, b] = color.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const button = getComputedStyle(card.querySelector('.iamtriage-copy'));
  const [a, b] = [luminance(button.color), luminance(button.backgroundColor)].sort();
  return [luminance(getComputedStyle(card).backgroundColor), (b + 0.05) / (a + 0.05)];
})()"""


@pytest.mark.parametrize(("theme", "prefers_dark"), [("light", True), ("dark", False)])
def test_cards_follow_the_notebooks_theme(
    page: Page, exported: Callable[[str, str], str], theme: str, *, prefers_dark: bool
) -> None:
    page.open(exported("lab", theme), dark=prefers_dark, blocked=_OTHER_HOSTS)
    brightness, contrast = page.evaluate(_CONTRAST.replace("CARD", _card("s3:ListBucket")))
    assert (brightness > 0.5) is (theme == "light")
    assert contrast >= 4.5


def test_an_export_to_markdown_can_contain_markdown_cards(notebook: Any) -> None:  # noqa: ANN401 (as above)
    config = Config({"NbConvertBase": {"display_data_priority": ["text/markdown", "text/plain"]}})
    exporter: Any = exporters.MarkdownExporter(config=config)  # type: ignore[no-untyped-call] # partly typed
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


def test_an_export_to_markdown_contains_whole_html_cards(notebook: Any) -> None:  # noqa: ANN401 (as above)
    exporter: Any = exporters.MarkdownExporter(config=Config())  # type: ignore[no-untyped-call] # partly typed
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
def test_screenshots(page: Page, exported: Callable[[str, str], str], theme: str, tmp_path: Path) -> None:
    """If IAMTRIAGE_PICTURES is set, save them as the images of docs/notebooks.md."""
    page.open(exported("lab", theme), blocked=_OTHER_HOSTS)
    folder = Path("docs/_static") if "IAMTRIAGE_PICTURES" in os.environ else tmp_path
    file = folder / f"notebook-{theme}.png"
    page.evaluate(f"{_card('s3:ListBucket')}.querySelector('details').open = true")
    page.save_screenshot(file, _cell("s3:ListBucket"))
    picture = file.read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert 20_000 < len(picture) < 300_000
