"""Pages of explanations with copy buttons: their content security policy allows only their own script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage import explain
from iamtriage._rendering.html.cards import render
from tests.notebook.cells import DENIED
from tests.rendering.hostile import PAYLOADS, everywhere

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notebook.chromium import Page


def test_the_buttons_of_a_page_copy(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(explain(DENIED).to_html(page=True, copy_buttons=True), encoding="utf-8")
    page.open(file.as_uri())
    assert page.problems() == []
    assert page.requests() == [file.as_uri()]
    block = "document.querySelector('[data-iamtriage-code=json]')"
    page.click(f"{block}.querySelector('button')")
    page.until(f"{block}.querySelector('button').textContent === 'Copied'")
    assert page.paste() == page.evaluate(f"{block}.querySelector('code').textContent")


def test_hostile_text_next_to_the_script_is_not_run(page: Page, tmp_path: Path) -> None:
    """The page has no content security policy, so a script in a text could run."""
    cards = "".join(render(everywhere(text), page=False, copy_buttons=True) for text in PAYLOADS.values())
    file = tmp_path / "cards.html"
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><title>cards</title>{cards}',
        encoding="utf-8",
        errors="replace",
    )
    page.open(file.as_uri())
    assert page.problems() == []
    assert page.requests() == [file.as_uri()]
    assert page.evaluate("document.title") == "cards"
    assert page.evaluate("document.documentElement.getAttribute('data-owned')") is None
    # Each card has JSON, YAML and a command to copy; the text has no button.
    assert page.evaluate("document.querySelectorAll('.iamtriage-copy').length") == 3 * len(PAYLOADS)
    # A button says "Copy" again after some seconds, maybe before the last one has answered.
    page.evaluate(
        "(() => { window.answered = new Set(); new MutationObserver((changes) => changes.forEach((each) =>"
        " each.target.matches('.iamtriage-copy') && answered.add(each.target)))"
        ".observe(document, {childList: true, subtree: true});"
        " document.querySelectorAll('.iamtriage-copy').forEach(e => e.click()); })()"
    )
    page.until(f"answered.size === {3 * len(PAYLOADS)}")
    assert page.evaluate("document.title") == "cards"


def test_a_page_saved_with_its_buttons_has_no_duplicates(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "saved.html"
    file.write_text(explain(DENIED).to_html(copy_buttons=True), encoding="utf-8")
    page.open(file.as_uri())
    count = page.evaluate("document.querySelectorAll('.iamtriage-copy').length")
    file.write_text(page.evaluate("document.documentElement.outerHTML"), encoding="utf-8")
    page.open(file.as_uri())
    assert page.evaluate("document.querySelectorAll('.iamtriage-copy').length") == count > 1
    block = "document.querySelector('[data-iamtriage-code=json]')"
    page.click(f"{block}.querySelector('button')")
    page.until(f"{block}.querySelector('button').textContent === 'Copied'")


def test_cards_get_buttons_if_a_notebook_moves_their_scripts(page: Page, tmp_path: Path) -> None:
    """VS Code runs the scripts of an output outside of it, and may do so again."""
    file = tmp_path / "outputs.html"
    cards = "".join(explain(DENIED).to_html(copy_buttons=True) for _ in range(3))
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><template>{cards}</template><div></div>', encoding="utf-8"
    )
    page.open(file.as_uri())
    page.evaluate("document.querySelector('div').innerHTML = document.querySelector('template').innerHTML")
    assert page.evaluate("document.querySelectorAll('.iamtriage-copy').length") == 0
    for _ in range(2):
        page.evaluate(
            "document.querySelectorAll('div > .iamtriage > script').forEach(e => {"
            " const again = document.createElement('script'); again.text = e.text; document.body.append(again); })"
        )
        counts = page.evaluate(
            "[...document.querySelectorAll('.iamtriage-copyable')].map(e => e.querySelectorAll('button').length)"
        )
        assert set(counts) == {1}
        assert len(counts) == 6


def test_a_printed_page_has_no_buttons(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(explain(DENIED).to_html(page=True, copy_buttons=True), encoding="utf-8")
    page.open(file.as_uri())
    page.send("Emulation.setEmulatedMedia", media="print")
    try:
        displays = page.evaluate(
            "[...document.querySelectorAll('.iamtriage-copy')].map(e => getComputedStyle(e).display)"
        )
    finally:
        page.send("Emulation.setEmulatedMedia", media="")
    assert set(displays) == {"none"}
