"""Test with a CommonMark parser that no text becomes markup in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from iamtriage._rendering.blocks import (
    Block,
    Code,
    Fields,
    Fold,
    Heading,
    Items,
    Labels,
    Link,
    Mark,
    Paragraph,
    Source,
)
from iamtriage._rendering.markdown import render
from tests.rendering.hostile import PAYLOADS, WEB_ADDRESS, documents, everywhere, text_of
from tests.tables import check_rows

if TYPE_CHECKING:
    from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OURS = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence"),
    *("bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"),
    *("list_item_open", "list_item_close"),
}
_OURS_INLINE = {"text", "text_special", "code_inline", "link_open", "link_close"}
# What GitHub finds in texts after Markdown: URLs, mentions, issues, emoji, formulas.
_FOUND_LATER = re.compile(r"[@#$]\S|:[\w+-]+:|://|www\.|[A-Za-z]-[0-9]")


def _inline(token: Token) -> list[Token]:
    return token.children or []


def _read(markdown: str) -> list[str]:
    """The texts of the blocks, in order."""
    return [
        token.content.removesuffix("\n")
        if token.type == "fence"
        else "".join(child.content for child in _inline(token))
        for token in _PARSER.parse(markdown)
        if token.type in {"fence", "inline"}
    ]


def _expected(blocks: tuple[Block, ...]) -> list[str]:
    """The expected texts. Prose is stripped, and code has no tabs."""
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Fields | Labels):
            pieces = text_of(block)
            found += [
                f"{name.strip(' ')}: {value}" for name, value in zip(pieces[::2], pieces[1::2], strict=True)
            ]
        else:
            found += text_of(block)
    return found


def _squeezed(texts: list[str]) -> list[str]:
    """The texts without what Markdown cannot express: spaces, escaped backticks, empty texts."""
    return [text for text in (re.sub(r"[\s\[\]]+|`|\\x60", "", text) for text in texts) if text]


def _unfolded(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with each fold replaced by a heading and its blocks."""
    found: list[Block] = []
    for block in blocks:
        found += (Heading(block.title), *_unfolded(block.blocks)) if isinstance(block, Fold) else (block,)
    return tuple(found)


def _check(folded: tuple[Block, ...]) -> None:
    markdown = render(folded)
    blocks = _unfolded(folded)
    assert markdown.replace("\n", "").isprintable()
    assert markdown.encode().decode() == markdown
    tokens = _PARSER.parse(markdown)
    assert {token.type for token in tokens} <= _OURS
    children = [child for token in tokens for child in _inline(token)]
    assert {child.type for child in children} <= _OURS_INLINE
    links = [child for child in children if child.type == "link_open"]
    assert len(links) == sum(isinstance(block, Link) and block.url == WEB_ADDRESS for block in blocks)
    assert {link.attrs["href"] for link in links} <= {WEB_ADDRESS.replace("[", "%5B").replace("]", "%5D")}
    for token in tokens:
        outside = "".join(c.content if c.type != "code_inline" else "`" for c in _inline(token))
        assert not _FOUND_LATER.search(outside), outside
    headings = [f"h{block.level + 1}" for block in blocks if isinstance(block, Heading)]
    assert [token.tag for token in tokens if token.type == "heading_open"] == headings
    items = sum(
        len(b.items) if isinstance(b, Items) else len(b.rows)
        for b in blocks
        if isinstance(b, Items | Labels | Fields)
    )
    assert sum(token.type == "list_item_open" for token in tokens) == items
    assert _squeezed(_read(markdown)) == _squeezed(_expected(blocks))


@given(documents)
def test_no_text_becomes_markup(blocks: tuple[Block, ...]) -> None:
    _check(blocks)


@pytest.mark.unmeasured
@check_rows("text", PAYLOADS.values(), ids=PAYLOADS)
def test_hostile_texts_everywhere(text: str) -> None:
    _check(everywhere(text))


@check_rows(
    ("blocks", "markdown"),
    [
        pytest.param((Heading("The role may not.", 1),), "## The role may not.", id="title"),
        pytest.param((Heading("Allow it", 3, ("you", "a`b")),), "#### Allow it `you` ``a`b``", id="tags"),
        pytest.param((Paragraph("It lacks iam:PassRole, says AWS."),), "It lacks `iam:PassRole`, says AWS.", id="prose"),
        pytest.param((Paragraph("1. first 2) second"),), r"1\. first 2\) second", id="numbers begin no list"),
        pytest.param((Items(("a", "b")),), "- a\n- b", id="list"),
        pytest.param((Items(("a", "b"), ordered=True),), "1. a\n2. b", id="ordered list"),
        pytest.param((Items(("a",)), Items(("b",)), Items(("c",))), "- a\n\n* b\n\n- c", id="lists in a row"),
        pytest.param((Items(("a",), True), Items(("b",), True)), "1. a\n\n1) b", id="ordered lists in a row"),  # noqa: FBT003
        pytest.param((Fields((("who", "a\nb"), ("action", "`"), ("x", " y "), ("z", ""))),), "- who: `a\\nb`\n- action: `` ` ``\n- x: `  y  `\n- z: ", id="fields"),
        pytest.param((Code('{"a": "```"}', "json"),), '```json\n{"a": "```"}\n```', id="JSON"),
        pytest.param((Code("a: |\n  ```\n  x", "yaml"),), "~~~yaml\na: |\n  ```\n  x\n~~~", id="a fence within"),
        pytest.param((Code("```\n~~~~\n", "yaml"),), "````yaml\n```\n~~~~\n````", id="fences within"),
        pytest.param((Code("aws sts get-caller-identity", "sh"),), "```sh\naws sts get-caller-identity\n```", id="command"),
        pytest.param((Link("https://docs.example.com/a?b=1&lt;=2", "The page"),), "[The page](<https://docs.example.com/a?b=1&amp;lt;=2>)", id="link"),
        pytest.param((Link("javascript:x", "The page"),), "The page: `javascript:x`", id="no link"),
        pytest.param((Source("a\r\n\tb=c\n", (Mark(6, 7, "secret", "hidden"),)),), "```text\na\n    b=[hidden]\n```", id="source"),
    ],
)  # fmt: skip
def test_blocks(blocks: tuple[Block, ...], markdown: str) -> None:
    assert render(blocks) == markdown


@check_rows("value", ["`", "``", "a`", "` `", " a ", " ", "a  b", "`a``b```c", "\\", "&amp;"])
def test_values_can_be_copied(value: str) -> None:
    assert _read(render((Fields((("x", value),)),))) == [f"x: {value}"]


def test_too_many_backticks_for_github_are_escaped() -> None:
    value = "".join("`" * n + "x" for n in range(1, 90))
    shown = render((Fields((("x", value),)), Code("`" * 300 + "\n" + "~" * 300, "yaml")))
    assert max(map(len, re.findall("`+", shown))) <= 60
    assert _read(shown)[0] == "x: " + value.replace("`", r"\x60")
