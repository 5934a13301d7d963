"""Render blocks as an HTML card for notebooks and pages.

A card has no event handlers and loads no resources. The only script in it is the constant in ``copying``.
Every text is escaped with ``html.escape``, and characters that are not printable become escapes. The only
attributes with untrusted text are the titles of marks and badges, and the URLs of links, which are validated.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, assert_never

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import Code, Fields, Fold, Heading, Items, Labels, Link, Paragraph, Source
from iamtriage._rendering.html.copying import SCRIPT
from iamtriage._rendering.html.styles import STYLE
from iamtriage._rendering.texts import code_text, is_web_address, parts, phrases
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._rendering.blocks import Block, Mark

__all__ = ("render",)

# The evidence for a cause -> its CSS class and its meaning.
_EVIDENCE = {
    "reported": ("sure", "AWS or Kubernetes says so"),
    "derived": ("likely", "follows from the text"),
    "supplied": ("likely", "follows from the facts that were given"),
    "possible": ("open", "fits; something else may be the cause"),
}
_COMMAND_WIDTH = 88
# A line of spaces only.
_BLANK_LINE = lazy_pattern(r"(?<=\n)([ \t]*)\n")
_CODE_NAMES = {
    "sh": "Command",
    "json": "JSON document",
    "yaml": "Manifest",
    "hcl": "Terraform",
    "text": "Text",
}


def render(blocks: tuple[Block, ...], *, page: bool, copy_buttons: bool = False) -> str:
    """Return blocks as one ``<div class="iamtriage">``, or as a page that contains it.

    Args:
        blocks: The blocks.
        page: Whether to return a page.
        copy_buttons: Whether to include the script that adds copy buttons. It finds code by the class
            ``iamtriage-code`` and its language by the attribute ``data-iamtriage-code``, and copies the
            ``textContent`` of the ``code`` element.

    >>> "<script>" in render((Heading("<script>", 1),), page=True)
    False
    """
    card = _Card(1 if page else 2)
    # These classes exclude the card from MathJax, which notebooks run on HTML.
    fragment = (
        f'<div class="iamtriage"><style>{STYLE}</style>'
        '<div class="iamtriage-card mathjax_ignore tex2jax_ignore" dir="ltr">'
        f"{''.join(card.sections(blocks))}</div>{f'<script>{SCRIPT}</script>' if copy_buttons else ''}</div>"
    )
    if not page:
        return fragment
    titles = (block.text for block in blocks if isinstance(block, Heading) and block.level == 1)
    return build_page(next(titles, "iamtriage"), fragment, STYLE, SCRIPT if copy_buttons else "")


def build_page(title: str, body: str, style: str, script: str, head: str = "") -> str:
    """Return a page that allows only one style sheet and one script, or none."""
    scripts = f"script-src {_digest(script)}; " if script else ""
    policy = f"default-src 'none'; style-src {_digest(style)}; {scripts}base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>{_text(title)}</title>{head}</head><body>{body}</body></html>\n"
    )


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


# --------------------------------------------------------------------------------------------- structure


def _split_at_headings(blocks: Iterable[Block], level: int) -> Iterator[tuple[Heading | None, list[Block]]]:
    """Yield each heading of a level with the blocks below it. Blocks before the first one have no heading."""
    heading: Heading | None = None
    part: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and block.level <= level:
            if heading or part:
                yield heading, part
            heading, part = block, []
        else:
            part.append(block)
    if heading or part:
        yield heading, part


@attrs.frozen
class _Card:
    """Renderer for a card.

    Attributes:
        level: The heading level of its title.
    """

    level: int

    def sections(self, blocks: Iterable[Block]) -> Iterator[str]:
        """Yield the sections. Folds and labels end the section before them."""
        section: list[Block] = []
        for block in blocks:
            if isinstance(block, Fold | Labels):
                yield from self._sections(section)
                yield self._block(block)
                section = []
            else:
                section.append(block)
        yield from self._sections(section)

    def _sections(self, blocks: Iterable[Block]) -> Iterator[str]:
        for heading, below in _split_at_headings(blocks, 2):
            if heading and below and all(isinstance(block, Source) for block in below):
                yield f'<details class="iamtriage-folded"><summary>{self._block(heading)}</summary>'
                yield from map(self._block, below)
                yield "</details>"
                continue
            if heading:
                yield self._block(heading)
            items: list[tuple[Heading, list[Block]]] = []
            for title, body in _split_at_headings(below, 3):
                if title:
                    items.append((title, body))
                else:
                    yield from map(self._block, body)
            if items:
                yield from self._items(items)

    def _items(self, items: list[tuple[Heading, list[Block]]]) -> Iterator[str]:
        """Yield the items of a section: causes if each has an evidence tag, else numbered remedies."""
        evidence = [next((tag for tag in title.tags if tag in _EVIDENCE), None) for title, _ in items]
        element, name = ("ul", "causes") if all(evidence) else ("ol", "remedies")
        # Some browsers expose a list without bullets as a list only if it has the role.
        yield f'<{element} class="iamtriage-{name}" role="list">'
        for (title, body), tag in zip(items, evidence, strict=True):
            yield f'<li class="iamtriage-{_EVIDENCE[tag][0]}">' if tag else "<li>"
            yield from map(self._block, (title, *body))
            yield "</li>"
        yield f"</{element}>"

    def _block(self, block: Block) -> str:
        match block:
            case Heading(text, level, tags):
                element, name = f"h{self.level + level - 1}", ("title", "section", "item")[level - 1]
                shown = " ".join((_prose(text), *map(_badge, tags)))
                return f'<{element} class="iamtriage-{name}">{shown}</{element}>'
            case Paragraph(text, quiet):
                quiet_class = " iamtriage-quiet" if quiet else ""
                return f'<p class="iamtriage-prose{quiet_class}">{_prose(text)}</p>'
            case Items(items, ordered):
                element = "ol" if ordered else "ul"
                shown = "".join(f"<li>{_prose(item)}</li>" for item in items)
                return f'<{element} class="iamtriage-list">{shown}</{element}>'
            case Labels(rows):
                shown = "".join(f"<dt>{_text(label)}</dt><dd>{_prose(text)}</dd>" for label, text in rows)
                return f'<dl class="iamtriage-labels">{shown}</dl>'
            case Fold(title, blocks, is_open):
                return (
                    f'<details class="iamtriage-folded"{" open" if is_open else ""}>'
                    f"<summary>{self._block(Heading(title))}</summary>{''.join(self.sections(blocks))}</details>"
                )
            case Fields(rows):
                shown = "".join(
                    f"<dt>{_text(name)}</dt><dd><code>{_text(value)}</code></dd>" for name, value in rows
                )
                return f'<dl class="iamtriage-facts">{shown}</dl>'
            case Code():
                # Commands look the same in all shells.
                language = "sh" if block.language == "powershell" else block.language
                name = f'<p class="iamtriage-prose">{_prose(block.caption)}</p>' if block.caption else ""
                return name + _code_block(language, escape(code_text(block, _COMMAND_WIDTH)))
            case Link():
                return f'<p class="iamtriage-prose">{_link(block)}</p>'
            case Source():
                return _code_block("text", "".join(_marked(text, mark) for text, mark in parts(block)))
            case _:
                assert_never(block)


def _badge(tag: str) -> str:
    title = f' title="{_EVIDENCE[tag][1]}"' if tag in _EVIDENCE else ""
    return f'<span class="iamtriage-badge"{title}>{_text(tag)}</span>'


def _link(block: Link) -> str:
    if not is_web_address(block.url):
        return f"{_prose(block.text)}: <code>{_text(block.url)}</code>"
    url = escape(block.url)
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{_text(block.text)}</a>'


def _code_block(language: str, shown: str) -> str:
    # An empty line ends HTML in Markdown: https://spec.commonmark.org/0.31.2/#html-blocks
    shown = _BLANK_LINE.sub(r"\1&#10;", shown)
    # Keyboard users can scroll only elements that can have the focus: https://www.w3.org/TR/WCAG22/#keyboard
    return (
        f'<div class="iamtriage-code" data-iamtriage-code="{language}">'
        f'<pre tabindex="0" role="region" aria-label="{_CODE_NAMES[language]}">'
        f"<code>{shown}</code></pre></div>"
    )


def _marked(text: str, mark: Mark | None) -> str:
    if mark is None:
        return _lines(text)
    if mark.replacement is None:
        return f'<mark title="{_text(mark.label)}">{_lines(text)}</mark>'
    return f'<span class="iamtriage-redacted" title="{_text(mark.label)}">{_text(text)}</span>'


def _prose(text: str) -> str:
    return "".join(f"<code>{escape(part)}</code>" if code else escape(part) for part, code in phrases(text))


def _text(text: str) -> str:
    return escape(escape_controls(text))


def _lines(text: str) -> str:
    """Return an escaped text of several lines. Of control characters, only newlines and tabs remain."""
    return "\n".join(
        "\t".join(map(_text, line.split("\t"))) for line in text.replace("\r\n", "\n").split("\n")
    )
