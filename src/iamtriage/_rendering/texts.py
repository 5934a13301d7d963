"""Prepare the texts of blocks for all renderers.

All results consist of printable characters, and of newlines between lines.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.blocks import Mark
from iamtriage._rendering.placeholders import is_placeholder_in_prose
from iamtriage._rendering.shell import BROKEN_QUOTES, make_pasteable, wrap_command
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Code, Source

__all__ = ("code_text", "is_web_address", "parts", "phrases", "source_lines")

_TAB = 4
# A command whose output a variable of the shell keeps.
_DOCUMENT_MARKERS = ("---", "...", "%")
# RFC 3986's characters, without user information: https://www.rfc-editor.org/rfc/rfc3986#appendix-A
_WEB_ADDRESS = lazy_pattern(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
)


def is_web_address(url: str) -> bool:
    """Return whether a URL can be the target of a link.

    >>> is_web_address("https://docs.aws.amazon.com/eks/"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    return _WEB_ADDRESS.fullmatch(url) is not None


# --------------------------------------------------------------------------------------------------- code


def code_text(code: Code, width: int, indent: str = "") -> str:
    r"""Return equivalent code in printable characters, if the language allows it.

    YAML allows escapes within double quotes only, so manifests must quote such values.

    Args:
        code: The code.
        width: The width for a command, see :func:`iamtriage._rendering.shell.wrap_command`.
        indent: The spaces before each line, unless they would change the meaning of the code.

    >>> from iamtriage._rendering.blocks import Code
    >>> print(code_text(Code('{"a": "\u202e"}', "json"), 80))
    {"a": "\u202e"}
    """
    text = code.text.removesuffix("\n")
    if code.language == "sh":
        return wrap_command(make_pasteable(text), width, indent)
    if code.language == "powershell":
        # Most texts are for a POSIX shell.
        from iamtriage._rendering.powershell import to_powershell

        # https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_special_characters
        text = to_powershell(make_pasteable(text))
        return wrap_command(text, width, indent).replace(BROKEN_QUOTES, "").replace(" \\\n", " `\n")
    lines = text.replace("\r\n", "\n").expandtabs(_TAB).split("\n")
    if code.language == "json":
        lines = [line if line.isprintable() else "".join(map(_escape_json_character, line)) for line in lines]
    elif any(line.startswith(_DOCUMENT_MARKERS) for line in lines):
        # A marker between two YAML documents must be at the start of its line.
        indent = ""
    return "\n".join(f"{indent}{escape_controls(line)}" for line in lines)


def _escape_json_character(character: str) -> str:
    if character.isprintable():
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(rf"\u{units[i : i + 4]}" for i in range(0, len(units), 4))


# -------------------------------------------------------------------------------------------------- prose

_PLAIN_WORD = lazy_pattern(
    r"""["'“(]{0,2}(?:…|[^\W_]+(?:['’/–-][^\W_]+)*%?)[)"'”]{0,2}[.,;:!?]?[)"'”]{0,2}"""
)
# Words that GitHub can turn into a link: a commit, an issue (GH-7), a host.
_REFERENCE = lazy_pattern(r"[0-9a-f]{7}|[A-Za-z]-[0-9]|[Ww]{3}\.")
# A command in a sentence. Its last option has one value, so that the words after it are prose.
_COMMAND = lazy_pattern(
    r"(?<![^\s(])(?:aws(?: [a-z0-9][a-z0-9-]{1,39}){1,2}|eksctl(?: [a-z][a-z-]{2,39}){1,2}"
    r"|kubectl (?:annotate|apply|auth (?:can-i|whoami)|config view|create|delete|describe|edit|exec|get|logs"
    r"|patch|rollout restart))"
    r"(?: --?[a-z][a-z-]{0,40}(?:[ =](?!-)(?:'[^'\n]{0,200}'|[^\s,;:()]*[^\s,;:().]))?){1,12}(?![^\s.,;:)])"
    # One without options, in brackets.
    r"|(?<=\()aws [a-z][a-z0-9-]{1,39} [a-z][a-z0-9-]{1,59}(?=[),])"
)
_BRACKETS = "\"'“”()"
_PUNCTUATION = f"{_BRACKETS}.,;:!?"
_PAIRS = {'"': '"', "'": "'", "(": ")", "“": "”"}
_OPENING = {last: first for first, last in _PAIRS.items()}
_STRUCTURE = lazy_pattern(r'["{}\[\]]')
_VARIABLE = lazy_pattern(r"\{\{\w{1,40}\}\}")
_MAX_BRACKETS = 3  # around a word


def phrases(text: str) -> list[tuple[str, bool]]:
    r"""Split text into prose and code: names, ARNs, actions, URLs.

    Prose consists of letters, digits, spaces and ordinary punctuation, without anything that GitHub or a chat
    would turn into a link or mention. The joined parts are the escaped text.

    >>> phrases("Access is denied to ana@example.com.")
    [('Access is denied to ', False), ('ana@example.com', True), ('.', False)]
    >>> phrases("Use what aws iam get-role --role-name app prints.")
    [('Use what ', False), ('aws iam get-role --role-name app', True), (' prints.', False)]
    >>> phrases("Run aws iam get-role --role-name app.")
    [('Run ', False), ('aws iam get-role --role-name app', True), ('.', False)]
    >>> phrases("Replace REGION (aws ec2 describe-regions).")
    [('Replace ', False), ('REGION', True), (' (', False), ('aws ec2 describe-regions', True), (').', False)]
    >>> phrases('STS says "may not call sts:AssumeRole".')
    [('STS says "may not call ', False), ('sts:AssumeRole', True), ('".', False)]
    """
    found = list(_words(escape_controls(text)))
    # A space between two words of code is also code.
    found = [
        (part, code or (part == " " and 0 < i < len(found) - 1 and found[i - 1][1] and found[i + 1][1]))
        for i, (part, code) in enumerate(found)
    ]
    return [("".join(part for part, _ in run), code) for code, run in groupby(found, key=itemgetter(1))]


def _words(text: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for command in _COMMAND.finditer(text):
        yield from _split_rest(text[end : command.start()], is_first=not end)
        yield command[0], True
        end = command.end()
    yield from _split_rest(text[end:], is_first=not end)


def _split_rest(text: str, *, is_first: bool) -> Iterator[tuple[str, bool]]:
    """Yield the words of a part of a text, without the punctuation of a command before it, which is prose."""
    rest = text if is_first else text.lstrip(_PUNCTUATION)
    if rest != text:
        yield text[: len(text) - len(rest)], False
    yield from _split_words(rest)


def _split_words(text: str) -> Iterator[tuple[str, bool]]:
    for position, word in enumerate(text.split(" ")):
        if position:
            yield " ", False
        if not word:
            continue
        if _is_prose(word):
            yield word, False
        else:
            yield from _split_word(word)


def _is_prose(word: str) -> bool:
    core = word.strip(_PUNCTUATION)
    is_plain = _PLAIN_WORD.fullmatch(word) is not None and _REFERENCE.search(word) is None
    if not core:
        return word[0] in _BRACKETS  # those of a command next to it
    return is_plain and not is_placeholder_in_prose(core)


def _split_word(word: str) -> Iterator[tuple[str, bool]]:
    """Yield a word separately from the quotes or brackets around it and the punctuation after it."""
    start, end = 0, len(word) - (word[-1] in ".,;:!?")
    is_quoted = False
    for _ in range(_MAX_BRACKETS):
        if end - start <= 2:
            break
        first, last = word[start], word[end - 1]
        is_pair = _PAIRS.get(first) == last
        # A quotation or bracket can begin or end at another word.
        begins = is_pair or (first in _PAIRS and _PAIRS[first] not in word[start + 1 : end])
        ends = is_pair or (last in _OPENING and _OPENING[last] not in word[start : end - 1])
        start, end, is_quoted = start + begins, end - ends, is_quoted or is_pair
    core = word[start:end]
    if not core or (not is_quoted and _STRUCTURE.search(core) and not _VARIABLE.fullmatch(core)):
        start, end = 0, len(word)
    for part, code in ((word[:start], False), (word[start:end], True), (word[end:], False)):
        if part:
            yield part, code


# -------------------------------------------------------------------------------------------------- marks


def parts(source: Source) -> Iterator[tuple[str, Mark | None]]:
    """Yield a source text in parts, each with its mark. The replacement is yielded instead of a hidden part.

    Marks can be in any order, outside of the text, and overlap. A part that one of them hides is never shown.
    All line endings become newlines.

    >>> from iamtriage._rendering.blocks import Source
    >>> [text for text, _ in parts(Source("key=hush", (Mark(4, 8, "secret", "(hidden)"),)))]
    ['key=', '(hidden)']
    """
    text, position = source.text, 0
    for start, end, mark in _without_overlaps(source.marks, len(text)):
        if position < start:
            yield _cut(text, position, start), None
        yield (_cut(text, start, end) if mark.replacement is None else mark.replacement), mark
        position = end
    if position < len(text):
        yield _cut(text, position, len(text)), None


def _cut(text: str, start: int, end: int) -> str:
    part = text[start:end].replace("\r\n", "\n")
    return part.removesuffix("\r") if text.startswith("\n", end) else part


def source_lines(source: Source) -> list[str]:
    r"""Return a source text as lines without marks, with replacements in brackets.

    >>> from iamtriage._rendering.blocks import Source
    >>> source_lines(Source("a:\r\n\tb\x1b=hush\n", (Mark(8, 12, "secret", "hidden"),)))
    ['a:', '    b\\x1b=[hidden]']
    """
    shown = (
        text if mark is None or mark.replacement is None else f"[{escape_controls(text)}]"
        for text, mark in parts(source)
    )
    lines = "".join(shown).rstrip("\n").split("\n")
    return [escape_controls(line.expandtabs(_TAB)) for line in lines]


def _without_overlaps(marks: tuple[Mark, ...], length: int) -> list[tuple[int, int, Mark]]:
    """Return the marks in order and without overlaps. Marks with a replacement take precedence."""
    within = sorted(
        ((max(0, mark.start), min(mark.end, length), mark) for mark in marks),
        key=lambda item: (item[0], item[1]),
    )
    hiding: list[tuple[int, int, Mark]] = []
    for start, end, mark in within:
        if start >= end or mark.replacement is None:
            continue
        if hiding and start < hiding[-1][1]:
            first, last, earlier = hiding[-1]
            hiding[-1] = first, max(last, end), earlier
        else:
            hiding.append((start, end, mark))
    shown: list[tuple[int, int, Mark]] = []
    hidden = iter([*hiding, (length + 1, length + 1, Mark(0, 0, ""))])
    next_hidden = next(hidden)
    position = 0
    for start, end, mark in within:
        if start >= end or mark.replacement is not None or start < position:
            continue
        while next_hidden[1] <= start:
            next_hidden = next(hidden)
        if end <= next_hidden[0]:
            shown.append((start, end, mark))
            position = end
    return sorted([*hiding, *shown], key=lambda item: item[0])
