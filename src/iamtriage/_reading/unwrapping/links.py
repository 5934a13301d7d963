"""Takes off the links that mail clients and chats make of what looks like an address, also inside values.

``[sts.amazonaws.com](http://sts.amazonaws.com/)`` as Markdown has it, ``<http://sts.amazonaws.com/|sts.amazonaws.com>``
as Slack does. What is shown is what was written. Not for links that people set on words, which show no address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.view import Edit

_TARGET = r"(?:https?://|mailto:)"
_MARKDOWN = re.compile(rf"\[(?P<shown>[^\[\]\s()]{{1,300}})\]\({_TARGET}[^()\s]{{1,1000}}\)")
_SLACK = re.compile(rf"<{_TARGET}[^<>|\s]{{1,1000}}\|(?P<shown>[^<>|\s]{{1,300}})>")
_ADDRESS = re.compile(
    r"arn:aws\S+|https?://\S+|mailto:\S+|[^\s@]{1,200}@[\w.-]+|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){1,10}(?::[0-9]{1,5})?(?:/\S*)?"
)
# Inside a value any link is one that was made of a part of it.
_VALUE_AHEAD = re.compile(r"(?:\barn:aws|https?://)[^\s\"'`<>]{0,300}[/:@.]\Z")
_REACH = 320


def may_hold_links(text: str) -> bool:
    """Tell whether a text can hold such a link."""
    return "](" in text or ("|" in text and ("<http" in text or "<mailto:" in text))


def strip_links(view: View) -> None:
    """Leave of each such link what it shows."""
    if may_hold_links(view.text):
        for pattern in (_MARKDOWN, _SLACK):
            view.edit(edit for m in pattern.finditer(view.text) if _is_made(m) for edit in _edits(m))


def strip_value_links(value: str) -> str:
    """Give a value without such links.

    >>> strip_value_links("[eks.amazonaws.com](http://eks.amazonaws.com/)"), strip_value_links("[the docs](https://example.com)")
    ('eks.amazonaws.com', '[the docs](https://example.com)')
    """
    view = View(value)
    strip_links(view)
    return view.text


def _edits(m: re.Match[str]) -> Iterator[Edit]:
    """Drop what stands around the words shown, so that they are found where they stand."""
    yield m.start(), m.start("shown"), ""
    yield m.end("shown"), m.end(), ""


def _is_made(m: re.Match[str]) -> bool:
    """Tell a link that a program made of an address, or of a part of one, from one that a person set."""
    ahead = max(0, m.start() - _REACH)
    return (
        _ADDRESS.fullmatch(m["shown"]) is not None
        or _VALUE_AHEAD.search(m.string, ahead, m.start()) is not None
    )
