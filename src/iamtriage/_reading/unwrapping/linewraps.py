"""Join lines that a terminal, table cell or text wrapper broke inside a word.

A newline that replaces a space can remain, because the readers accept any whitespace. A break inside a word or value
is removed if the terminal's width is evident, or if only the joined parts are a word of AWS messages, an ARN with
enough sections, or an ID with enough digits.

Lines of the same length are evidence of a terminal's width only if more words continue across their breaks than end
there. Rows of a table, sorted lists and sentences can have the same length, too.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.broken_names import MIN_DIVIDED, divides_name
from iamtriage._reading.vocabulary.grammar import ENTRY_START, POWERSHELL_TRAILER
from iamtriage._reading.vocabulary.masks import ends_in_open_mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit, View

# The types of resources in ARNs, and the end of one before its name.
_TYPE_END = lazy_pattern(r"[a-z-]{1,20}(?=[:/][^\s/])")
_TYPES = frozenset(
    (
        "alias", "cluster", "function", "group", "instance", "instance-profile", "key", "layer", "log-group", "parameter",
        "policy", "role", "secret", "service", "stack", "table", "task-definition", "user",
    )
)  # fmt: skip
# Words of AWS messages. A break inside one of them is removed.
_KNOWN_WORDS = """
    user is are not authorized authorised to perform on resource because no identity-based resource-based
    policy policies allows allow the action with an explicit deny in a service control permissions boundary
    session vpc endpoint role trust encoded authorization failure message error occurred when calling
    operation status code request id host api principal go for complete details or call following requestid
    statuscode hostid https response access denied forbidden cannot list get create patch watch update delete namespace group cluster
    scope at extended security token included expired invalid signature does match you must be logged server
    basic credentials accessdenied accessdeniedexception unauthorizedoperation caused by and of from earlier later than now
"""
_WORDS = frozenset(_KNOWN_WORDS.split())

# A line that starts like this does not result from wrapping, unless a terminal's width is evident.
FRESH_LINE = lazy_pattern(
    r"[ \t\x1e]|\d{4}[-/]\d\d|\d\d:\d\d:\d\d|[IWEF]\d{4} |[{}<]|\[[^\]]{0,40}\]|time=|level=|ts=|at |File \"|Caused by|caused by"
    r"|Traceback|[A-Z][a-z]{2} [ \d]\d \d\d:|[-=_*#]{3}|\"?[A-Za-z_]{2,24}\"?[ ]?[:=] |(?:Error|ERROR|WARN|INFO|DEBUG|FATAL)\b|$"
)
# Nor does a line that starts like this, even if the previous line fills the terminal's width.
RECORD_START = lazy_pattern(
    # Docker Compose prints the service before each line.
    ENTRY_START + r"|[\w.-]{1,64}[ \t]{1,24}\|[ \t]|at |File \"|Caused by|\{$"
    # The lines of an error of the SDK for C++, in which an ID and a message can have the same length.
    r"|(?:Resolved remote host IP address|Request ID|Exception name|Error message|[0-9]{1,3} response headers):"
)
_BREAK = lazy_pattern(r"\n(?<=\S\n)(?=\S)")
_ARN_TAIL = lazy_pattern(r"arn:[^\s\"'`]*\Z")
_NAME_REST = lazy_pattern(r"[\w+=,.@/*-]{1,128}")
_TRAILER = lazy_pattern(POWERSHELL_TRAILER)
_UUID_TAIL = lazy_pattern(r"(?<![0-9a-fA-F-])[0-9a-f]{8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,11})?\Z")
_UUID = lazy_pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-fA-F])")
_WHOLE_UUID_TAIL = lazy_pattern(r"(?<![0-9a-fA-F-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_FIRST_WORD = lazy_pattern(r"[^\s]{1,256}")
# An action that a line breaks: "iam:Create\nRole".
_ACTION = lazy_pattern(r"\b[a-z][a-z0-9-]{1,40}:[A-Z]?[A-Za-z]{0,60}\n[A-Z]?[A-Za-z]")
# Lines that a program indents alike and pads to the terminal's width.
_PADDING = " " * 16 + "\n"
_PADDED = lazy_pattern(
    r"(?P<indent> (?<!. ) {1,39})\S[^\n]{0,400} {16}(?:\n(?P=indent) ?\S[^\n]{0,400} {16}){1,200}$",
    re.MULTILINE,
)
_PADDED_LINE = lazy_pattern(r"^ *| +$", re.MULTILINE)
# The space before the last column of a table.
_CELL = " " * 24
_COLUMN = lazy_pattern(r"(?<=\s)[^\s]")
# Lines of YAML: "kind: Secret" and "metadata:".
_SETTING = lazy_pattern(r" {0,24}(?:- )?[A-Za-z][\w-]{0,40}: \S{1,120}")
_KEY = lazy_pattern(r" {0,24}(?:- )?[A-Za-z][\w-]{0,40}:(?: \S{1,120})?")
_SENTENCE_START = lazy_pattern(r"[A-Z][a-z]{0,20}(?: |\Z)")
# The time in messages about signatures: "20261124T214427Z".
_TIME_OF_SIGNATURE = lazy_pattern(r"(?<!\d)\d{8}T\d{6}Z(?![\w])", re.ASCII)
# What closes a value that a character opens.
_CLOSING = {"'": "'", '"': '"', "`": "`", "(": ")", "[": "]", "<": ">"}
_PUNCTUATION = ".,:;()[]{}\"'`"
# Colons in a complete ARN.
_ARN_COLONS = 5
# Fewer characters or full lines are no evidence of a terminal's width.
MIN_WIDTH = 20
_MAX_WORD_LENGTH = 256
_MIN_WHOLE_WORD = 4
_MIN_UUID = 8
# The length of a UUID, and the character before it.
_UUID_REACH = 37
_UUID_CHARACTERS = frozenset("0123456789abcdef-")
# Two lines that start with this many equal characters are rows.
_ROW_START = 8
MIN_FULL_LINES = 2


def join_wrapped_lines(view: View) -> None:
    """Remove the newlines inside words and values."""
    if _CELL in view.text:
        view.edit(_cell_edits(view.text))
    if _PADDING in view.text:
        view.edit(_padding_edits(view.text))
    edits: list[Edit] = []
    lines = view.text.split("\n")
    at = width = number = 0
    # Two lines are no evidence of a width.
    paragraph_end = len(lines) if len(lines) <= MIN_FULL_LINES else 0
    is_certain = False
    # Other lines have a space at the break already, and the readers accept the newline as a part of it.
    for line_break in _BREAK.finditer(view.text):
        before, at = at, line_break.end()
        number += view.text.count("\n", before, at)
        line, following = lines[number - 1], lines[number]
        if number >= paragraph_end:
            start, paragraph_end = _find_paragraph(lines, number)
            width, is_certain = _terminal_width(lines[start:paragraph_end])
        if (
            _fills_width(line, following, is_certain=is_certain)
            if len(line) == width
            else _is_one_word(line, following)
            or ("arn:" in line and _ends_arn(line, following, lines[number + 1 : number + 2]))
        ):
            edits.append((at - 1, at, ""))
    if edits:
        view.edit(edits)


def _find_paragraph(lines: Sequence[str], number: int) -> tuple[int, int]:
    """Return the numbers of the first line of the paragraph around a line, and of the line after it."""
    start = end = number
    while start and lines[start - 1].strip():
        start -= 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return start, end


def _padding_edits(text: str) -> Iterator[Edit]:
    """Yield edits that remove the indent and the padding of lines; a space that is left belongs to the text."""
    for m in _PADDED.finditer(text):
        indent = len(m["indent"])
        for space in _PADDED_LINE.finditer(text, m.start(), m.end()):
            is_start = text[space.start() - 1 : space.start()] in {"", "\n"}
            yield space.start(), space.start() + indent if is_start else space.end(), ""


def _cell_edits(text: str) -> Iterator[Edit]:
    """Yield edits that join the words that the last column of a table broke, as in events that SAM shows."""
    cells: list[tuple[int, str, int, str]] = []
    width = 0
    end = text.find(f"\n{_CELL}")
    while end >= 0:
        start, following_end = text.rfind("\n", 0, end) + 1, text.find("\n", end + 1)
        line = text[start:end]
        following = text[end + 1 : following_end if following_end >= 0 else len(text)]
        column = len(following) - len(following.lstrip(" "))
        cell = line[column:].rstrip()
        # If more than one column continues on the next line, the first one of them is not the last of the table.
        is_cell = cell != "" and "  " not in cell and line[column - 1] == " " != line[column]
        if following[column:] and is_cell:
            cells.append((start + column, cell, end + 1 + column, following[column:]))
            width = max(width, len(cell))
        end = text.find(f"\n{_CELL}", end + 1)
    for start, cell, following_at, rest in cells:
        is_full = MIN_WIDTH <= len(cell) == width and not rest[0].isspace()
        if is_full and (
            _is_one_word(cell, rest) or not breaks_at_space(cell, rest) or _joins_arn(cell, rest)
        ):
            yield start + len(cell), following_at, ""


def _joins_arn(line: str, following: str) -> bool:
    """Return whether the start of an ARN is broken, whose first letter is a word, too."""
    ends = last_and_first(line, following)
    return ends is not None and (ends[0] + ends[1]).startswith("arn:")


def _fills_width(line: str, following: str, *, is_certain: bool) -> bool:
    """Return whether a line of the terminal's width continues on the next line without a space."""
    return (
        not RECORD_START.match(following)
        and not _ends_sentence(line, following)
        and not _ends_with_id(line, following)
        and (is_certain or not breaks_at_space(line, following))
    )


def _terminal_width(lines: list[str]) -> tuple[int, bool]:
    """Return the width at which a terminal wrapped these lines, and whether it is certain.

    The width is in characters, and 0 if none is evident.
    """
    if len(lines) <= MIN_FULL_LINES:
        return 0, False
    lengths = [*map(len, lines)]
    last = lengths.pop()
    width = max(lengths)
    if width < MIN_WIDTH or last > width or lengths.count(width) < MIN_FULL_LINES:
        return 0, False
    word_wrapped = 0
    full: list[tuple[str, str]] = []
    for line, following in pairwise(lines):
        if len(line) != width:
            # A wrapper that breaks at spaces leaves a line short if the next word does not fit.
            word = _FIRST_WORD.match(following)
            word_wrapped += word is not None and len(line) + 1 + len(word[0]) > width
        elif not RECORD_START.match(following):
            full.append((line, following))
    if len(full) < MIN_FULL_LINES or len(full) <= word_wrapped or not are_wrapped(full):
        return 0, False
    return width, len(full) > MIN_FULL_LINES and not word_wrapped


def are_wrapped(pairs: Iterable[tuple[str, str]]) -> bool:
    """Return whether more full lines continue on the next line than end there."""
    # Logs repeat lines.
    signs = Counter[bool | None]()
    for (line, following), count in Counter(pairs).items():
        signs[_continues(line, following)] += count
    return signs[True] > signs[False]


def _continues(line: str, following: str) -> bool | None:
    """Return whether the text of a full line continues on the next line, ``None`` if that is unknown."""
    if _are_rows(line, following):
        return False
    if _ends_with_id(line, following) or (_SETTING.fullmatch(line) and _KEY.fullmatch(following)):
        return False
    if (line[-1:] == " ") != (following[:1] == " " and following[1:2] != " "):
        # A terminal keeps the space at which it breaks a line. Tabs and more spaces are indentation.
        return True
    ends = last_and_first(line, following)
    if ends is None:
        return None
    if _is_one_word(line, following) or _ACTION.search(ends[0] + "\n" + ends[1]):
        return True
    # A command can print ARNs below each of its runs.
    if ends[0][-1].isalnum() and ends[1].startswith("arn:aws"):
        return False
    tail, head = (end.strip(_PUNCTUATION) for end in ends)
    if tail[-1:].isalnum() and (_is_whole(tail, head) or _is_whole(head, tail)):
        return False
    return True if line[-1].isalnum() and following[0].isalnum() and not following[0].isupper() else None


def _is_whole(word: str, other: str) -> bool:
    """Return whether a word at the edge of a line is complete. Short words can be parts of other words."""
    return _is_known(word) and (len(word) >= _MIN_WHOLE_WORD or word[0].isupper() or _is_known(other))


def _are_rows(line: str, following: str) -> bool:
    """Return whether two lines are rows or list items: they start alike, or have the same columns."""
    if line[:_ROW_START] == following[:_ROW_START] and not line[:_ROW_START].isalnum():
        return True
    columns = [m.start() for m in _COLUMN.finditer(line)]
    return len(columns) > 1 and columns == [m.start() for m in _COLUMN.finditer(following)]


def _ends_sentence(line: str, following: str) -> bool:
    """Return whether a sentence ends with a line and another one starts on the next."""
    return line[-1] in ".!?" and _SENTENCE_START.match(following) is not None


def _ends_with_id(line: str, following: str) -> bool:
    """Return whether a line ends with a complete UUID, which no character can continue."""
    return following[:1] not in _PUNCTUATION and _WHOLE_UUID_TAIL.search(line[-_UUID_REACH:]) is not None


def last_and_first(line: str, following: str) -> tuple[str, str] | None:
    """Return the last word of a line and the first word of the next, or ``None`` if either is missing."""
    if not line or not following or line[-1].isspace() or following[0].isspace():
        return None
    return (
        line[-_MAX_WORD_LENGTH:].rsplit(maxsplit=1)[-1],
        following[:_MAX_WORD_LENGTH].split(maxsplit=1)[0],
    )


def _is_known(word: str) -> bool:
    return word.strip(_PUNCTUATION).lower() in _WORDS


def breaks_at_space(line: str, following: str) -> bool:
    """Return whether a line ends, or the next starts, with a complete word, so that a space was between them."""
    ends = last_and_first(line, following)
    if ends is None:
        return True
    tail, head = ends
    return (_is_known(tail) or _is_known(head)) and not _is_known(tail + head)


def _ends_arn(line: str, following: str, after: list[str]) -> bool:
    """Return whether a line is the rest of an ARN with which a message ends, before what PowerShell prints after it."""
    arn = _ARN_TAIL.search(line[-_MAX_WORD_LENGTH:]) if after else None
    return (
        arn is not None
        and arn[0].count(":") >= _ARN_COLONS
        and _NAME_REST.fullmatch(following) is not None
        and not _is_known(following)
        and any(map(_TRAILER.match, after))
    )


def _divides_type(arn: str, head: str) -> bool:
    """Return whether the type of a resource goes on after a line break: "…:secre", "t:orders"."""
    start, rest = arn.rpartition(":")[2], _TYPE_END.match(head)
    return rest is not None and start not in _TYPES and start + rest[0] in _TYPES


def _is_one_word(line: str, following: str) -> bool:
    """Return whether the last word of a line and the first of the next, without spaces between, are parts of one word."""
    last = line[-1]
    if not ((last.isascii() and last.isalnum()) or last in "-+/" or "arn:" in line):
        return False
    tail = line[-_MAX_WORD_LENGTH:].rsplit(None, 1)[-1]
    head = following[:_MAX_WORD_LENGTH].split(None, 1)[0]
    word = tail + head
    if len(tail) < _MIN_UUID and word.isalpha() and tail.islower() and head.islower():
        # No name, ARN or ID consists of such parts.
        return word in _WORDS and not (tail in _WORDS and head in _WORDS)
    if (tail[-1].isalpha() or len(word) >= MIN_DIVIDED) and divides_name(line, following, tail):
        return True
    if (
        "T" in word
        and "Z" in word
        and any(m.start() < len(tail) < m.end() for m in _TIME_OF_SIGNATURE.finditer(word))
    ):
        return True
    if (
        (tail[-1].isalpha() or tail[-1] == "-")
        and _is_known(word)
        and not (_is_known(tail) and _is_known(head))
    ):
        return True
    if "arn:" in tail and (arn := _ARN_TAIL.search(tail)):
        closing = _CLOSING.get(tail[0], "")
        if closing and closing not in tail[1:] and closing in head and head[0] not in _PUNCTUATION:
            return True
        if _is_known(head) or ends_in_open_mask(arn[0]):
            # The line was broken at a space, in the second case inside the mask.
            return False
        if arn[0].count(":") < _ARN_COLONS:
            return ":" in head or head[0].isdigit()
        if _divides_type(arn[0], head):
            return True
        if tail[-1] in "/:-_" and (head[0].isalnum() or head[0] in "[<{*"):
            if tail.endswith("):"):
                # "… on resource: arn:…):" ends the message of a Ruby exception.
                return False
            if RECORD_START.match(following):
                return False
            return FRESH_LINE.match(following) is None or head[0] in "[<{*"
    if len(tail) < _MIN_UUID or tail[-1] not in _UUID_CHARACTERS or head[0] not in _UUID_CHARACTERS:
        return False
    uuid = _UUID_TAIL.search(tail)
    return uuid is not None and not _is_known(head) and _UUID.match(uuid[0] + head) is not None
