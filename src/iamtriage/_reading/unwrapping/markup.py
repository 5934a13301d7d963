"""Remove the markup of Markdown and chats: emphasis around whole lines, and links that programs add to addresses.

Find the styles of terminals.

Markdown has ``[sts.amazonaws.com](http://sts.amazonaws.com/)``, Slack
``<http://sts.amazonaws.com/|sts.amazonaws.com>``. The text shown is the original. Links that people add to words
remain, because they show no address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.view import Edit

# Two or more words. A single one, such as ``**REDACTED**``, is masked, and a wildcard follows a delimiter.
_EMPHASIZED_LINE = lazy_pattern(
    r"[ >]{0,8}(?P<mark>\*\*|__|[*_])(?=[A-Za-z])(?P<text>\S+ [^\n]{0,4000}(?<=[\w.!)\"'*]))(?P<end>(?P=mark))$",
    re.MULTILINE,
)
_EMPHASIS_ENDS = ("*", "_")
_EMPHASIS_END = lazy_pattern(r"\n(?<=[*_]\n)")
_EMPHASIS_START = lazy_pattern(r"\n[ >]{0,8}[*_]{1,2}[A-Za-z]")
_TARGET = r"(?:https?://|mailto:)"
_MARKDOWN = lazy_pattern(rf"\[(?P<shown>[^\[\]\s()]{{1,300}})\]\({_TARGET}[^()\s]{{1,1000}}\)")
_SLACK = lazy_pattern(rf"<{_TARGET}[^<>|\s]{{1,1000}}\|(?P<shown>[^<>|\s]{{1,300}})>")
_ADDRESS = lazy_pattern(
    r"arn:aws\S+|https?://\S+|mailto:\S+|[^\s@]{1,200}@[\w.-]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){1,10}(?::[0-9]{1,5})?(?:/\S*)?"
)
# A program, not a person, adds a link inside a value.
_INSIDE_VALUE = lazy_pattern(r"(?:\barn:aws|https?://)[^\s\"'`<>]{0,300}[/:@.]\Z")
_MAX_VALUE_LENGTH = 320
# A terminal's style whose escape character was lost or spelled out when the text was copied, or that Pulumi spells out:
# "<{%reset%}>". Not "[5m]", a duration.
_BARE_ANSI = lazy_pattern(r"\[(?:\d{1,3}(?:;\d{0,3}){0,5})?m(?!\])|<\{%[\w ]{1,20}%\}>")
_WRITTEN_ESCAPE = lazy_pattern(r"(?:\x1b|\u241b|\^\[|\ufffd|#033|\\{1,8}(?:033|e|u001[bB]|x1[bB]))\Z")
_MAX_ESCAPE = 13


def find_styles(text: str) -> Iterator[Edit]:
    """Yield edits that remove the styles of a terminal, with the escape before each."""
    for style in _BARE_ANSI.finditer(text):
        start = style.start()
        escape = _WRITTEN_ESCAPE.search(text, max(0, start - _MAX_ESCAPE), start)
        yield escape.start() if escape and text[start] == "[" else start, style.end(), ""


def strip_emphasis(view: View) -> None:
    """Remove the marks around lines that are wholly in bold type or italics."""
    text = view.text
    has_ends = (
        text.endswith(_EMPHASIS_ENDS) or ("*" in text and "*\n" in text) or ("_" in text and "_\n" in text)
    )
    if has_ends and _EMPHASIS_START.search("\n" + text):
        view.edit(_emphasis_edits(text))


def _emphasis_edits(text: str) -> Iterator[Edit]:
    for end in _EMPHASIS_END.finditer(f"{text}\n"):
        m = _EMPHASIZED_LINE.match(text, text.rfind("\n", 0, end.start() - 1) + 1)
        if m and (m["mark"][0] not in m["text"].replace("/*", "") or m["mark"][0] == "_"):
            yield *m.span("mark"), ""
            yield *m.span("end"), ""


def may_contain_links(text: str) -> bool:
    """Return whether a text can contain an added link."""
    return "](" in text or ("|" in text and ("<http" in text or "<mailto:" in text))


def strip_links(view: View) -> None:
    """Replace each such link with the text that it shows."""
    if may_contain_links(view.text):
        for pattern in (_MARKDOWN, _SLACK):
            view.edit(
                edit for m in pattern.finditer(view.text) if _is_automatic(m) for edit in _link_edits(m)
            )


def strip_value_links(value: str) -> str:
    """Return a value without added links.

    >>> strip_value_links("[eks.amazonaws.com](http://eks.amazonaws.com/)"), strip_value_links("[the docs](https://example.com)")
    ('eks.amazonaws.com', '[the docs](https://example.com)')
    """
    view = View(value)
    strip_links(view)
    return view.text


def _link_edits(m: re.Match[str]) -> Iterator[Edit]:
    """Yield edits that remove the rest of a link, so that the shown text keeps its position."""
    yield m.start(), m.start("shown"), ""
    yield m.end("shown"), m.end(), ""


def _is_automatic(m: re.Match[str]) -> bool:
    """Return whether a program, not a person, added a link."""
    low = max(0, m.start() - _MAX_VALUE_LENGTH)
    return (
        _ADDRESS.fullmatch(m["shown"]) is not None
        or _INSIDE_VALUE.search(m.string, low, m.start()) is not None
    )
