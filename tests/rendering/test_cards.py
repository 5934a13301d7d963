"""Test that every text in an HTML card stays text. See ``test_browser`` for a real browser."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given
from typing_extensions import override

from iamtriage._rendering.blocks import Block, Code, Fields, Heading, Items, Link, Mark, Paragraph, Source
from iamtriage._rendering.html.cards import render
from iamtriage._rendering.html.copying import SCRIPT
from iamtriage._rendering.html.styles import STYLE
from tests.rendering.hostile import PAYLOADS, WEB_ADDRESS, documents, everywhere, text_of
from tests.tables import check_rows

ELEMENTS = frozenset(
    "div style h1 h2 h3 h4 p ul ol li dl dt dd code pre details summary mark span a".split()  # noqa: SIM905
)
# Only `title` and `href` can contain text from outside.
ATTRIBUTES = frozenset(
    "class dir open title href target rel tabindex role aria-label data-iamtriage-code".split()  # noqa: SIM905
)
_SCRIPTED = re.compile(r"\b(?:script|on[a-z]+=|javascript:|url\(|@import|expression)", re.IGNORECASE)


class CardReader(HTMLParser):
    """The elements, attributes and text of a fragment."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.opened: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.opened == []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if "script" in self.opened:
            assert data == SCRIPT
        elif "style" not in self.opened:
            self.text.append(data)

    @override
    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @override
    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    @override
    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def read_card(html: str) -> CardReader:
    """Read a card. The only script in it is the constant one."""
    return CardReader(html)


def _check(blocks: tuple[Block, ...]) -> None:
    html = render(blocks, page=False)
    assert html.encode().decode() == html
    assert html.replace("\n", "").replace("\t", "").isprintable()
    # In Markdown, an empty line ends HTML.
    assert not re.search(r"\n[ \t]*\n", html)
    read = CardReader(html)
    assert read.elements <= ELEMENTS
    assert read.attributes.keys() <= ATTRIBUTES
    assert read.attributes.get("href", set()) <= {WEB_ADDRESS}
    assert "".join(read.text) == "".join(text for block in blocks for text in text_of(block))


@given(documents)
def test_no_text_becomes_markup(blocks: tuple[Block, ...]) -> None:
    _check(blocks)


@pytest.mark.unmeasured
@check_rows("text", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_texts_everywhere(text: str) -> None:
    _check(everywhere(text))


def _body(*blocks: Block) -> str:
    """The inner HTML of the card."""
    html = render(blocks, page=False)
    found = re.fullmatch(
        r'<div class="iamtriage"><style>[^<]*</style><div class="iamtriage-card [^"]*" dir="ltr">(.*)</div></div>',
        html,
        re.DOTALL,
    )
    assert found
    return re.sub(r' (?:role|tabindex|aria-label)="[^"]*"', "", found[1])


@check_rows(
    ("blocks", "html"),
    [
        pytest.param((Heading("T", 1),), '<h2 class="iamtriage-title">T</h2>', id="title"),
        pytest.param((Paragraph("a", quiet=True),), '<p class="iamtriage-prose iamtriage-quiet">a</p>', id="aside"),
        pytest.param((Items(("a", "b:c")),), '<ul class="iamtriage-list"><li>a</li><li><code>b:c</code></li></ul>', id="list"),
        pytest.param((Fields((("who", "a&b"),)),), '<dl class="iamtriage-facts"><dt>who</dt><dd><code>a&amp;b</code></dd></dl>', id="fields"),
        pytest.param(
            (Heading("Why"), Heading("A", 3, ("reported",)), Items(("b",)), Heading("C", 3, ("possible",))),
            '<h3 class="iamtriage-section">Why</h3><ul class="iamtriage-causes">'
            '<li class="iamtriage-sure"><h4 class="iamtriage-item">A '
            '<span class="iamtriage-badge" title="AWS or Kubernetes says so">reported</span></h4>'
            '<ul class="iamtriage-list"><li>b</li></ul></li>'
            '<li class="iamtriage-open"><h4 class="iamtriage-item">C <span class="iamtriage-badge" '
            'title="fits; something else may be the cause">possible</span></h4></li></ul>',
            id="causes",
        ),
        pytest.param(
            (Heading("What helps"), Paragraph("p"), Heading("A", 3, ("you",)), Items(("b", "c"), ordered=True)),
            '<h3 class="iamtriage-section">What helps</h3><p class="iamtriage-prose">p</p><ol class="iamtriage-remedies">'
            '<li><h4 class="iamtriage-item">A <span class="iamtriage-badge">you</span></h4>'
            '<ol class="iamtriage-list"><li>b</li><li>c</li></ol></li></ol>',
            id="remedies",
        ),
        pytest.param(
            (Heading("The text"), Source("\na b=hush", (Mark(1, 2, 'x"y'), Mark(5, 9, "secret", "<hidden>")))),
            '<details class="iamtriage-folded"><summary><h3 class="iamtriage-section">The text</h3></summary>'
            '<div class="iamtriage-code" data-iamtriage-code="text"><pre><code>\n<mark title="x&quot;y">a</mark> b='
            '<span class="iamtriage-redacted" title="secret">&lt;hidden&gt;</span></code></pre></div></details>',
            id="source",
        ),
        pytest.param(
            (Code("aws a 'b<c'", "sh"),),
            '<div class="iamtriage-code" data-iamtriage-code="sh"><pre><code>aws a &#x27;b&lt;c&#x27;</code></pre></div>',
            id="command",
        ),
        pytest.param(
            (Link("https://docs.example.com/?a=1&b='", "Docs"),),
            '<p class="iamtriage-prose"><a href="https://docs.example.com/?a=1&amp;b=&#x27;" target="_blank" '
            'rel="noopener noreferrer">Docs</a></p>',
            id="link",
        ),
        pytest.param(
            (Link("javascript:alert(1)", "Docs"),),
            '<p class="iamtriage-prose">Docs: <code>javascript:alert(1)</code></p>',
            id="no link",
        ),
    ],
)  # fmt: skip
def test_blocks(blocks: tuple[Block, ...], html: str) -> None:
    assert _body(*blocks) == html


def test_page_allows_only_its_style() -> None:
    page = render((Heading("</title><b>", 1),), page=True)
    assert page.startswith('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">')
    assert "<title>&lt;/title&gt;&lt;b&gt;</title>" in page
    assert '<h1 class="iamtriage-title">' in page
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    [policy] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "<title>iamtriage</title>" in render((), page=True)


# ------------------------------------------------------------------------------------------------ style


def test_style_loads_nothing_and_applies_only_to_the_card() -> None:
    assert not _SCRIPTED.search(STYLE)
    assert "<" not in STYLE
    rules = re.sub(r"@media[^{]*\{", "", STYLE)
    selectors = [one for group in re.findall(r"([^{}]+)\{", rules) for one in group.split(",")]
    assert len(selectors) > 30
    assert all(".iamtriage" in selector for selector in selectors)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@check_rows("scheme", ["light", "dark"])
@check_rows(
    ("text", "back"),
    [
        *((text, back) for text in ("text", "quiet", "link") for back in ("back", "inset")),
        ("on-accent", "accent"),
        *((name, f"{name}-back") for name in ("sure", "likely", "open", "who", "mark", "gone")),
    ],
)
def test_contrast(scheme: str, text: str, back: str) -> None:
    # https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    [block] = set(re.findall(rf"color-scheme: {scheme};([^}}]*--it-gone-back: #[0-9a-f]+;)", STYLE))
    colours = dict(re.findall(r"--it-([a-z-]+): (#[0-9a-f]{6});", block))
    light, dark = sorted((_luminance(colours[text]), _luminance(colours[back])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
