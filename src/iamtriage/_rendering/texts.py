"""What every form has to do with the texts of blocks; not for the forms themselves.

Nothing that is given here holds a character that cannot be seen, apart from line feeds where lines are meant.
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from iamtriage._rendering.blocks import Mark
from iamtriage._rendering.shell import continued, pasteable
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Code, Source

__all__ = ("code_text", "is_web_address", "parts", "phrases", "source_lines")

_TAB = 4
_DOCUMENT_MARKERS = ("---", "...", "%")
# RFC 3986's characters, without user information: https://www.rfc-editor.org/rfc/rfc3986#appendix-A
_WEB_ADDRESS = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
)


def is_web_address(url: str) -> bool:
    """Tell whether a link may lead to it.

    >>> is_web_address("https://docs.aws.amazon.com/eks/"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return _WEB_ADDRESS.fullmatch(url) is not None


# --------------------------------------------------------------------------------------------------- code


def code_text(code: Code, width: int, indent: str = "") -> str:
    r"""Give code with all characters visible, such that it still means the same where its language allows.

    In YAML that is within double quotes: whoever writes a manifest quotes such values.

    Args:
        code: the code.
        width: columns in which a command is to fit, see :func:`iamtriage._rendering.shell.continued`.
        indent: blanks before the lines, except where they would change what the code means.

    >>> from iamtriage._rendering.blocks import Code
    >>> print(code_text(Code('{"a": "\u202e"}', "json"), 80))
    {"a": "\u202e"}
    """
    text = code.text.removesuffix("\n")
    if code.language == "sh":
        return continued(pasteable(text), width, indent)
    lines = text.replace("\r\n", "\n").expandtabs(_TAB).split("\n")
    if code.language == "json":
        lines = [line if line.isprintable() else "".join(map(_in_json, line)) for line in lines]
    elif any(line.startswith(_DOCUMENT_MARKERS) for line in lines):
        # Between two YAML documents, a marker is one at the beginning of its line only.
        indent = ""
    return "\n".join(f"{indent}{escape_controls(line)}" for line in lines)


def _in_json(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(rf"\u{units[i : i + 4]}" for i in range(0, len(units), 4))


# -------------------------------------------------------------------------------------------------- prose

_PLAIN_WORD = re.compile(r"""["'“(]{0,2}[^\W_]+(?:['’/–-][^\W_]+)*%?[)"'”]{0,2}[.,;:!?]?[)"'”]{0,2}""")
# What GitHub may make a link of: a commit, an issue (GH-7), a host.
_REFERENCE = re.compile(r"[0-9a-f]{7}|[A-Za-z]-[0-9]|[Ww]{3}\.")
_PAIRS = {'"': '"', "'": "'", "(": ")", "“": "”"}
_STRUCTURE = re.compile(r'["{}\[\]]')


def phrases(text: str) -> list[tuple[str, bool]]:
    r"""Part prose into words and what has a meaning for a machine: names, ARNs, actions, addresses.

    What is given as prose consists of letters, digits, blanks and ordinary punctuation only, and of nothing
    that GitHub or a chat would make a link or mention of. Joined, the parts are the escaped text.

    >>> phrases("Access is denied to ana@example.com.")
    [('Access is denied to ', False), ('ana@example.com', True), ('.', False)]
    """
    found = list(_words(escape_controls(text)))
    # A blank between two of a machine's words belongs to them.
    found = [
        (part, code or (part == " " and 0 < i < len(found) - 1 and found[i - 1][1] and found[i + 1][1]))
        for i, (part, code) in enumerate(found)
    ]
    return [("".join(part for part, _ in run), code) for code, run in groupby(found, key=itemgetter(1))]


def _words(text: str) -> Iterator[tuple[str, bool]]:
    for position, word in enumerate(text.split(" ")):
        if position:
            yield " ", False
        if not word:
            continue
        if _PLAIN_WORD.fullmatch(word) and not _REFERENCE.search(word):
            yield word, False
        else:
            yield from _bare(word)


def _bare(word: str) -> Iterator[tuple[str, bool]]:
    """Part a word from a pair of quotes or brackets around it, and from the punctuation behind it."""
    core = word[:-1] if word[-1] in ".,;:!?" else word
    after = word[len(core) :]
    if len(core) > 2 and _PAIRS.get(core[0]) == core[-1]:
        before, core, after = core[0], core[1:-1], core[-1] + after
        yield before, False
    elif not core or _STRUCTURE.search(core):
        core, after = word, ""
    yield core, True
    if after:
        yield after, False


# -------------------------------------------------------------------------------------------------- marks


def parts(source: Source) -> Iterator[tuple[str, Mark | None]]:
    """Give a source text in parts, each with its mark; a part that is not shown is what stands instead.

    Marks may lie in any order, outside of the text, and on each other: what one of them hides, none shows.
    Lines end in line feeds, whatever ended them in the text.

    >>> from iamtriage._rendering.blocks import Source
    >>> [text for text, _ in parts(Source("key=hush", (Mark(4, 8, "secret", "(hidden)"),)))]
    ['key=', '(hidden)']
    """
    text, position = source.text, 0
    for start, end, mark in _apart(source.marks, len(text)):
        if position < start:
            yield _cut(text, position, start), None
        yield (_cut(text, start, end) if mark.instead is None else mark.instead), mark
        position = end
    if position < len(text):
        yield _cut(text, position, len(text)), None


def _cut(text: str, start: int, end: int) -> str:
    part = text[start:end].replace("\r\n", "\n")
    return part.removesuffix("\r") if text.startswith("\n", end) else part


def source_lines(source: Source) -> list[str]:
    r"""Give a source text as lines without marks, what stands in place of something in brackets.

    >>> from iamtriage._rendering.blocks import Source
    >>> source_lines(Source("a:\r\n\tb\x1b=hush\n", (Mark(8, 12, "secret", "hidden"),)))
    ['a:', '    b\\x1b=[hidden]']
    """
    shown = (
        text if mark is None or mark.instead is None else f"[{escape_controls(text)}]"
        for text, mark in parts(source)
    )
    lines = "".join(shown).rstrip("\n").split("\n")
    return [escape_controls(line.expandtabs(_TAB)) for line in lines]


def _apart(marks: tuple[Mark, ...], length: int) -> list[tuple[int, int, Mark]]:
    """Give the marks in order, none on another: those that hide are joined, and win."""
    within = sorted(
        ((max(0, mark.start), min(mark.end, length), mark) for mark in marks),
        key=lambda item: (item[0], item[1]),
    )
    hiding: list[tuple[int, int, Mark]] = []
    for start, end, mark in within:
        if start >= end or mark.instead is None:
            continue
        if hiding and start < hiding[-1][1]:
            first, last, earlier = hiding[-1]
            hiding[-1] = first, max(last, end), earlier
        else:
            hiding.append((start, end, mark))
    shown: list[tuple[int, int, Mark]] = []
    hidden = iter([*hiding, (length + 1, length + 1, Mark(0, 0, ""))])
    wall = next(hidden)
    position = 0
    for start, end, mark in within:
        if start >= end or mark.instead is not None or start < position:
            continue
        while wall[1] <= start:
            wall = next(hidden)
        if end <= wall[0]:
            shown.append((start, end, mark))
            position = end
    return sorted([*hiding, *shown], key=lambda item: item[0])
