"""Joins lines that a terminal, a table cell or a text wrapper broke; not for prefixes of lines.

A line end that stands for a blank may stay: the readers take any white space. What must be undone
is a break inside a word or value. Evidence for one: the lines of a paragraph are all of one
length (a terminal's width), or the two pieces together make a word or value that each alone does
not: a word of AWS's sentences, an ARN of too few sections, an id of too few digits.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.grammar import ENTRY_START
from iamtriage._reading.vocabulary.masks import ends_in_open_mask

if TYPE_CHECKING:
    from iamtriage._reading.vocabulary.view import Edit, View

# The words of the sentences that matter; a break inside one of them is undone.
_KNOWN = """
    user is are not authorized authorised to perform on resource because no identity-based resource-based
    policy policies allows allow the action with an explicit deny in a service control permissions boundary
    session vpc endpoint role trust encoded authorization failure message error occurred when calling
    operation status code request id host api principal go for complete details or call following requestid
    statuscode hostid https response access denied forbidden cannot list get create namespace group cluster
    scope at extended security token included expired invalid signature does match you must be logged server
    accessdenied accessdeniedexception unauthorizedoperation caused by and of from
"""
_WORDS = frozenset(_KNOWN.split())

# A line that begins like this was not made by a wrap, unless a terminal's width says otherwise.
FRESH_LINE = re.compile(
    r"[ \t\x1e]|\d{4}[-/]\d\d|\d\d:\d\d:\d\d|[IWEF]\d{4} |[{}<]|\[[^\]]{0,40}\]|time=|level=|ts=|at |File \"|Caused by|caused by"
    r"|Traceback|[A-Z][a-z]{2} [ \d]\d \d\d:|[-=_*#]{3}|\"?[A-Za-z_]{2,24}\"?[ ]?[:=] |(?:Error|ERROR|WARN|INFO|DEBUG|FATAL)\b|$"
)
# Nor was one like this, not even where the line before it is as long as the terminal is wide.
RECORD_START = re.compile(
    # Docker Compose writes whose line it is before each.
    ENTRY_START + r"|[\w.-]{1,64}[ \t]{1,24}\|[ \t]|at |File \"|Caused by|\{$"
    # The lines of an error that the C++ SDK prints: an id and a message are soon of one length.
    r"|(?:Resolved remote host IP address|Request ID|Exception name|Error message|[0-9]{1,3} response headers):"
)
_ARN_TAIL = re.compile(r"arn:[^\s\"'`]*\Z")
_UUID_TAIL = re.compile(r"(?<![0-9a-fA-F-])[0-9a-f]{8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,11})?\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-fA-F])")
_TOKEN_HEAD = re.compile(r"[^\s]{1,256}")
_TOKEN_TAIL = re.compile(r"[^\s]{1,256}\Z")
_PUNCTUATION = ".,:;()[]{}\"'`"
_ARN_COLONS = 5
NARROWEST = 20
_LONGEST_TOKEN = 256
FULL_LINES = 2


def join_wrapped_lines(view: View) -> None:
    """Drop the line ends that stand inside a word or value."""
    edits: list[Edit] = []
    paragraph: list[tuple[int, str]] = []
    at = 0
    for line in view.text.split("\n"):
        if line.strip():
            paragraph.append((at, line))
        else:
            edits.extend(_paragraph_edits(paragraph))
            paragraph = []
        at += len(line) + 1
    edits.extend(_paragraph_edits(paragraph))
    view.edit(edits)


def _paragraph_edits(lines: list[tuple[int, str]]) -> list[Edit]:
    if len(lines) < 2:
        return []
    width, sure = _terminal_width([line for _, line in lines])
    edits: list[Edit] = []
    for (at, line), (following_at, following) in pairwise(lines):
        if line[-1].isspace() or following[0].isspace():
            # The blank is there: the readers take the line end as part of it.
            joined = False
        elif len(line) == width:
            joined = not RECORD_START.match(following) and (sure or not whole_words_meet(line, following))
        else:
            joined = _pieces_belong(line, following)
        if joined:
            edits.append((at + len(line), following_at, ""))
    return edits


def _terminal_width(lines: list[str]) -> tuple[int, bool]:
    """Give the width at which a terminal broke these lines, 0 where none is evident, and if it is sure."""
    width = max(map(len, lines[:-1]))
    if width < NARROWEST or len(lines[-1]) > width:
        return 0, False
    full = ragged = 0
    for line, following in pairwise(lines):
        if len(line) == width:
            full += not RECORD_START.match(following)
        else:
            # A wrapper that breaks at blanks leaves a line short because the next word did not fit.
            word = _TOKEN_HEAD.match(following)
            ragged += word is not None and len(line) + 1 + len(word[0]) > width
    return (width, full > FULL_LINES and not ragged) if full >= FULL_LINES and full > ragged else (0, False)


def last_and_first(line: str, following: str) -> tuple[str, str] | None:
    """Give the last word of a line and the first of the next."""
    tail = _TOKEN_TAIL.search(line[-_LONGEST_TOKEN:])
    head = _TOKEN_HEAD.match(following)
    return (tail[0], head[0]) if tail and head else None


def _known(word: str) -> bool:
    return word.strip(_PUNCTUATION).lower() in _WORDS


def whole_words_meet(line: str, following: str) -> bool:
    """Tell whether a line ends, or the next begins, with a whole word, so that a blank was there."""
    ends = last_and_first(line, following)
    if ends is None:
        return True
    tail, head = ends
    return (_known(tail) or _known(head)) and not _known(tail + head)


def _pieces_belong(line: str, following: str) -> bool:
    """Tell whether the last word of a line and the first of the next are pieces of one."""
    ends = last_and_first(line, following)
    if ends is None:
        return False
    tail, head = ends
    if _known(tail + head) and not (_known(tail) and _known(head)):
        return tail[-1].isalpha() or tail[-1] == "-"
    if _known(head):
        return False
    arn = _ARN_TAIL.search(tail)
    if arn and ends_in_open_mask(arn[0]):
        # A blank of the mask stood there.
        return False
    if arn:
        if arn[0].count(":") < _ARN_COLONS:
            return ":" in head or head[0].isdigit()
        if tail[-1] in "/:-_" and (head[0].isalnum() or head[0] in "[<{*"):
            if RECORD_START.match(following):
                return False
            return FRESH_LINE.match(following) is None or head[0] in "[<{*"
    uuid = _UUID_TAIL.search(tail)
    return uuid is not None and _UUID.match(uuid[0] + head) is not None
