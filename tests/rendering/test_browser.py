"""Test cards in a real browser: hostile texts stay text, nothing is fetched, and none of their scripts run.

Needs Chromium or Chrome on PATH (Debian: ``apt-get install chromium``). Without one these tests are skipped,
unless the environment variable IAMTRIAGE_NEEDS_BROWSER is set.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from typing_extensions import override

from iamtriage._rendering.html.cards import render
from tests.rendering.hostile import PAYLOADS, WEB_ADDRESS, everywhere, text_of
from tests.rendering.test_cards import ATTRIBUTES, ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.unmeasured

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--virtual-time-budget=3000", "--dump-dom"),
)

# Reports what the browser made of each card, and of the page with a policy, which is in a frame.
_INSPECTOR = """
function seen(root) {
  const all = [...root.querySelectorAll('*')];
  const card = root.querySelector(':scope > .iamtriage > .iamtriage-card');
  return {
    elements: [...new Set(all.map(e => e.localName))],
    attributes: [...new Set(all.flatMap(e => e.getAttributeNames()))],
    addresses: [...new Set(all.filter(e => e.hasAttribute('href')).map(e => e.getAttribute('href')))],
    around: [...root.children].map(e => e.className),
    text: card.textContent,
  };
}
window.addEventListener('load', () => {
  const page = document.querySelector('iframe').contentDocument;
  const found = {
    cards: [...document.querySelectorAll('section')].map(seen),
    body: [...document.body.children].map(e => e.localName),
    page: seen(page.body),
    head: [...page.head.children].map(e => e.localName),
    page_title: page.title,
    titles: [document.title, document.documentElement.getAttributeNames().join(),
             page.documentElement.getAttributeNames().join()],
    style: getComputedStyle(page.querySelector('.iamtriage-card')).borderTopWidth,
  };
  document.getElementById('result').textContent = encodeURIComponent(JSON.stringify(found));
});
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found:
        return found
    if "IAMTRIAGE_NEEDS_BROWSER" in os.environ:
        pytest.fail(f"none of {', '.join(_BROWSERS)} is on PATH")
    pytest.skip(f"none of {', '.join(_BROWSERS)} is on PATH")


@contextmanager
def _served(pages: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Serve pages on the loopback interface. Yields the URL and the requested paths."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def _visit(browser: str, folder: Path, pages: dict[str, str]) -> tuple[str, list[str]]:
    """Load the page "/" in the browser. Returns what it made of it, and what it requested."""
    with _served(pages) as (address, asked):
        done = subprocess.run(
            [browser, *_FLAGS, f"--user-data-dir={folder}", f"{address}/"],
            capture_output=True,
            check=True,
            timeout=120,
        )
    return done.stdout.decode(), [path for path in asked if path != "/favicon.ico"]


def test_payloads_run_if_nothing_stops_them(browser: str, tmp_path: Path) -> None:
    """This shows that the test below can fail."""
    for name in ("script", "image", "svg"):
        page = f"<!doctype html><title>a</title><p>{PAYLOADS[name]}"
        dom, asked = _visit(browser, tmp_path / name, {"/": page})
        assert "/owned" in asked
        assert 'data-owned="1"' in dom
        assert "<title>owned</title>" in dom


@pytest.fixture(scope="module")
def visit(browser: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[str]]:
    """What the browser found in a page of cards, one per payload, and what it requested."""
    cards = "".join(
        f"<section>{render(everywhere(text), page=False)}</section>" for text in PAYLOADS.values()
    )
    page = render(tuple(block for text in PAYLOADS.values() for block in everywhere(text)), page=True)
    outer = (
        f'<!doctype html><meta charset="utf-8"><title>outer</title><body>{cards}'
        f'<iframe src="/page"></iframe><pre id="result"></pre><script>{_INSPECTOR}</script>'
    )
    dom, asked = _visit(browser, tmp_path_factory.mktemp("browser"), {"/": outer, "/page": page})
    [result] = re.findall(r'<pre id="result">([^<]+)</pre>', dom)
    return json.loads(unquote(result)), asked


def test_nothing_is_fetched(visit: tuple[dict[str, Any], list[str]]) -> None:
    assert sorted(visit[1]) == ["/", "/page"]


def test_no_script_runs(visit: tuple[dict[str, Any], list[str]]) -> None:
    found, _ = visit
    assert found["titles"] == ["outer", "", "lang"]
    assert found["body"] == ["section"] * len(PAYLOADS) + ["iframe", "pre", "script"]
    assert found["head"] == ["meta"] * 5 + ["title"]


@pytest.mark.parametrize("position", range(len(PAYLOADS)), ids=PAYLOADS)
def test_texts_stay_text(visit: tuple[dict[str, Any], list[str]], position: int) -> None:
    card = visit[0]["cards"][position]
    assert set(card["elements"]) <= ELEMENTS
    assert set(card["attributes"]) <= ATTRIBUTES
    assert set(card["addresses"]) == {WEB_ADDRESS}
    assert card["around"] == ["iamtriage"]
    blocks = everywhere(list(PAYLOADS.values())[position])
    assert card["text"] == "".join(text for block in blocks for text in text_of(block))


def test_texts_stay_text_in_a_page(visit: tuple[dict[str, Any], list[str]]) -> None:
    page = visit[0]["page"]
    assert set(page["elements"]) <= ELEMENTS
    assert set(page["attributes"]) <= ATTRIBUTES
    assert set(page["addresses"]) == {WEB_ADDRESS}
    assert page["around"] == ["iamtriage"]
    blocks = [block for text in PAYLOADS.values() for block in everywhere(text)]
    assert page["text"] == "".join(text for block in blocks for text in text_of(block))
    assert visit[0]["page_title"] == next(iter(PAYLOADS.values()))


def test_policy_of_a_page_allows_its_style(visit: tuple[dict[str, Any], list[str]]) -> None:
    assert visit[0]["style"] == "3px"
