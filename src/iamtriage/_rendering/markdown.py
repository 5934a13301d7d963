"""Render blocks as CommonMark, for GitHub, chats and notebooks.

No text becomes markup. Names, ARNs, URLs and everything else that is not a plain word are in code spans,
where GitHub creates no links or mentions, which a backslash would not prevent. Outside of code spans there
are only plain words, so nothing else needs escaping. Values are not broken and can be copied.

Sources: https://spec.commonmark.org/0.31.2/ and https://github.github.com/gfm/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import Code, Fields, Fold, Heading, Items, Labels, Link, Paragraph
from iamtriage._rendering.texts import code_text, is_web_address, phrases, source_lines
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("render",)

_COMMAND_WIDTH = 88
_BACKTICKS = lazy_pattern("`+")
_FENCES = lazy_pattern(r"^ {0,3}(`+|~+)", re.MULTILINE)
# cmark, which GitHub uses, supports up to 80 backticks around a code span, and fences of up to 255.
_MAX_FENCE = 60
_BACKTICK_ESCAPE = r"\x60"
# At the start of a line, "1." would start a list.
_NUMBER = lazy_pattern(r"(?<![^ ])([0-9]+)([.)])(?= |$)")


_Lists = Items | Labels | Fields


def render(blocks: tuple[Block, ...]) -> str:
    """Return blocks as Markdown, without a final newline. The title is a heading of level 2.

    >>> print(render((Heading("Why"), Items(("It lacks s3:GetObject.",)))))
    ### Why
    <BLANKLINE>
    - It lacks `s3:GetObject`.
    """
    shown: list[str] = []
    bullet = 0
    before: Block | None = None
    for block in _without_folds(blocks):
        # Markdown would join two adjacent lists with the same bullets.
        bullet = 1 - bullet if isinstance(block, _Lists) and isinstance(before, _Lists) else 0
        shown.append(_block(block, bullet))
        before = block
    return "\n\n".join(shown)


def _without_folds(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Fold):
            yield Heading(block.title)
            yield from _without_folds(block.blocks)
        else:
            yield block


def _block(block: Block, bullet: int) -> str:
    match block:
        case Heading(text, level, tags):
            words = [_prose(text), *map(_code_span, tags)]
            return f"{'#' * (level + 1)} {' '.join(words)}"
        case Paragraph(text) | Fold(text):
            # Only the first level has folds, which were replaced.
            return _prose(text)
        case Items(items, ordered):
            bullets = (f"{n}{'.)'[bullet]}" if ordered else "-*"[bullet] for n in range(1, len(items) + 1))
            return "\n".join(f"{mark} {_prose(item)}" for mark, item in zip(bullets, items, strict=False))
        case Labels(rows):
            return "\n".join(f"{'-*'[bullet]} {_prose(label)}: {_prose(text)}" for label, text in rows)
        case Fields(rows):
            return "\n".join(f"{'-*'[bullet]} {_prose(label)}: {_code_span(value)}" for label, value in rows)
        case Code():
            name = f"{_prose(block.caption)}\n\n" if block.caption else ""
            return name + _fenced(code_text(block, _COMMAND_WIDTH), block.language)
        case Link(url, text):
            if not is_web_address(url):
                return f"{_prose(text)}: {_code_span(url)}"
            # Within <…>, only entities are special.
            return f"[{_prose(text)}](<{url.replace('&', '&amp;')}>)"
        case _:
            return _fenced("\n".join(source_lines(block)), "text")


def _prose(text: str) -> str:
    shown = (
        _code_span(part) if code else _NUMBER.sub(r"\1\\\2", part) for part, code in phrases(text.strip(" "))
    )
    return "".join(shown)


def _code_span(text: str) -> str:
    """Return a text as a code span, or an empty text unchanged, because code spans cannot be empty."""
    text = escape_controls(text)
    if not text:
        return ""
    lengths = {len(run) for run in _BACKTICKS.findall(text)}
    length = next(n for n in range(1, len(lengths) + 2) if n not in lengths)
    if length > _MAX_FENCE:
        text, length = text.replace("`", _BACKTICK_ESCAPE), 1
    # Markdown removes one space at both ends.
    is_padded = text.strip(" ") and (text[0] == "`" or text[-1] == "`" or text[0] == text[-1] == " ")
    space = " " if is_padded else ""
    return f"{'`' * length}{space}{text}{space}{'`' * length}"


def _fenced(text: str, language: str) -> str:
    """Return a fenced code block. The info string is a constant, never untrusted text."""
    longest = {"`": 2, "~": 2}
    for run in _FENCES.findall(text):
        longest[run[0]] = max(longest[run[0]], len(run))
    length, mark = min((length, mark) for mark, length in longest.items())
    if length >= _MAX_FENCE:
        text, length, mark = text.replace("`", _BACKTICK_ESCAPE), 2, "`"
    fence = mark * (length + 1)
    return f"{fence}{language}\n{text}\n{fence}"
