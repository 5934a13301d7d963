"""Format shell commands so that they can be pasted.

A command is one string for a POSIX shell. It is wrapped only where its syntax is certain: text after a
substitution in quotes, a here-document or a comment is unchanged.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from iamtriage._patterns import lazy_pattern
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ("BROKEN_QUOTES", "make_pasteable", "width_of", "wrap_command")

_PIECE = lazy_pattern(
    r"""
      (?P<space>   [ \t]+ )
    | (?P<newline> \n )
    | (?P<single>  '[^']*' )
    | (?P<opening> (?<==)"\$\((?=[\w ./:=,@+-]{1,400}(?:"\$\w{1,40}"[\w ./:=,@+-]{0,400})?\)"(?:\s|\Z)) )
    | (?P<closing> \)"(?=\s|\Z) )
    | (?P<lookup>  "\$\([A-Za-z0-9 ._/:=,@+-]{1,84}\)" )
    | (?P<double>  "(?: [^"\\$`] | \\. | \$(?![({]) | \$\{\w{1,40}(?:\#\#\*/|:\?)\} )*" )
    | (?P<ansi>    \$'(?: [^'\\] | \\[^'] )*' )
    | (?P<plain>   \\[^\n]
                 | \$(?:[A-Za-z_][A-Za-z0-9_]*|(?=\())
                 | [;&|()>] | <(?!<)
                 | [^ \t\n'"\\$`#;&|()<>] [^ \t\n'"\\$`;&|()<>]* )
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE = lazy_pattern(r"\\.|[^\\]+", re.DOTALL)
_NOT_IN_ARGUMENTS = lazy_pattern("[\0\ud800-\udfff]")
_NAMED_ESCAPES = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"}
# A part of JSON, up to a comma that is in no string.
_JSON_PART = lazy_pattern(r'(?:"(?:[^"\\]|\\.)*"|[^",]|")*,?', re.DOTALL)
_CONTINUATION_WIDTH = 2
BROKEN_QUOTES = "'\\\n'"
"""What continues an argument in quotes, such as a long JSONPath template, on the next line."""
_INDENT = "    "


def _pieces(command: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a command with their kinds; ``"rest"`` from the first unknown piece on."""
    position = 0
    while match := _PIECE.match(command, position):
        yield match.lastgroup or "rest", match[0]
        position = match.end()
    if position < len(command):
        yield "rest", command[position:]


# -------------------------------------------------------------------------- characters that are not printable


def make_pasteable(command: str) -> str:
    r"""Return an equivalent command in printable characters that can be pasted.

    A character that is not printable becomes an octal escape within ``$'…'``, which bash, zsh, ksh and
    busybox decode. Newlines within quotes remain. A shell without this notation (dash) passes different
    arguments, but never runs other commands, because there is no quote and no ``\'`` inside. If no shell can
    pass the character (NUL, a lone surrogate) or the syntax is unknown, the result is a comment that explains
    this.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_04

    >>> print(make_pasteable("echo 'it is \x1b[1mred'"))
    echo $'it is \033[1mred'
    >>> print(make_pasteable("echo 'a\0b'"))
    # This cannot be pasted because of the characters written as escapes.
    # echo 'a\x00b'
    """
    if command.replace("\n", "").isprintable():
        return command
    pieces = list(_pieces(command))
    if _NOT_IN_ARGUMENTS.search(command) or not all(
        _is_printable(text) or kind in _ESCAPERS for kind, text in pieces
    ):
        lines = ("This cannot be pasted because of the characters written as escapes.", *command.split("\n"))
        return "\n".join(f"# {escape_controls(line)}" for line in lines)
    return "".join(text if _is_printable(text) else _ESCAPERS[kind](text) for kind, text in pieces)


def _is_printable(text: str) -> bool:
    return text.replace("\n", "").isprintable()


def _escape_octal(text: str) -> str:
    """Escape a text for use within ``$'…'``."""
    return "".join(
        _NAMED_ESCAPES.get(c) or (c if c.isprintable() else "".join(f"\\{byte:03o}" for byte in c.encode()))
        for c in text
    )


def _quote_unquoted(text: str) -> str:
    """Quote each character of unquoted text that is not printable, instead of a backslash before it."""
    return "".join(c if c.isprintable() else f"$'{_escape_octal(c)}'" for c in text.removeprefix("\\"))


def _escape_double_quoted(text: str) -> str:
    """Escape text in double quotes: close them around each character that is not printable."""
    shown: list[str] = []
    for match in _IN_DOUBLE.finditer(text[1:-1]):
        part = match[0]
        if part.startswith("\\") and not _is_printable(part):
            # A backslash before such a character is literal.
            shown.append(rf"\\{_close_quotes_around(part[1])}")
        else:
            shown += [c if c == "\n" else _close_quotes_around(c) for c in part]
    return f'"{"".join(shown)}"'


def _close_quotes_around(character: str) -> str:
    return character if character.isprintable() else f"\"$'{_escape_octal(character)}'\""


_ESCAPERS: dict[str, Callable[[str], str]] = {
    "space": lambda _: " ",
    "single": lambda text: f"$'{_escape_octal(text[1:-1])}'",
    "double": _escape_double_quoted,
    "plain": _quote_unquoted,
}


# ------------------------------------------------------------------------------------------------ long lines


def wrap_command(command: str, width: int, indent: str = "") -> str:
    r"""Wrap a command with backslashes so that its lines fit a width.

    It is wrapped between arguments, and JSON also after its commas. An option and its values are on one line
    if they fit, and so are a pipe and its command. Lines that the command already has are not indented:
    within quotes, that would change an argument.

    Args:
        command: The command, in printable characters.
        width: The maximum width of a line, in columns. A longer argument is not broken.
        indent: The spaces before the command.

    >>> print(wrap_command("aws iam get-role --role-name orders-api --query Role.Arn", 42))
    aws iam get-role --role-name orders-api \
        --query Role.Arn
    >>> print(wrap_command("kubectl get secret keys | base64 -d | wc -c", 40))
    kubectl get secret keys | base64 -d \
        | wc -c
    """
    if all(width_of(line) <= width for line in (indent + command).split("\n")):
        return indent + command
    pieces = [*_pieces(command)]
    for at, (kind, text) in enumerate(pieces):
        # An option, or the name of the program, precedes it on its line.
        before = pieces[at - 2][1] if at > 1 else ""
        if kind == "single" and (before == "jq" or _is_json(text[1:-1])):
            pieces[at] = kind, _break_json(text, width, indent, f"{indent}{_INDENT}{before} ")
        elif kind == "single" and width_of(text) > width - len(indent + _INDENT + "--output jsonpath= \\"):
            pieces[at] = kind, text.replace("]}{", f"]}}{BROKEN_QUOTES}{{", 1)
    return _Line(indent, width - _CONTINUATION_WIDTH).fill(_words(pieces))


def _is_json(text: str) -> bool:
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _break_json(argument: str, width: int, indent: str, before: str) -> str:
    r"""Return an argument that is JSON, or a jq filter with JSON, with newlines after commas if it is long.

    >>> _break_json("'{\"Effect\":\"Allow\",\"Action\":\"a, b\"}'", 30, "", "--document ")
    '\'{"Effect":"Allow",\n"Action":"a, b"}\''
    """
    lines = [before]
    if "\n" in argument or width_of(before + argument) <= width:
        return argument
    for part in _JSON_PART.findall(argument):
        if lines[-1] not in {before, indent} and width_of(lines[-1] + part) > width:
            lines.append(indent)
        lines[-1] += part
    return "\n".join(lines).removeprefix(before)


def _words(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the words of a command, each with the kind of its separator from the previous one."""
    word: list[str] = []
    separator = ""
    for kind, text in pieces:
        if kind in {"space", "newline"}:
            if word or kind == "newline":
                yield separator, "".join(word)
                word, separator = [], kind
        else:
            word.append(text)
    yield separator, "".join(word)


def _is_option(word: str) -> bool:
    return word.startswith("-") and word.strip("-") != ""


def _option_width(words: list[tuple[str, str]], position: int) -> int:
    """Return the width of an option with the values that follow it on its line."""
    columns = width_of(words[position][1].split("\n", 1)[0])
    if "\n" in words[position][1]:
        return columns
    # A short option has at most one value. Further words are the command's arguments, such as curl's URL.
    count = None if words[position][1].startswith("--") else 1
    for separator, word in words[position + 1 :][:count]:
        if separator == "newline" or _is_option(word) or word == "--":
            break
        columns += 1 + width_of(word.split("\n", 1)[0])
        if "\n" in word:
            break
    return columns


def _pipe_width(words: list[tuple[str, str]], position: int) -> int:
    """Return the width of a pipe with the command that follows it."""
    columns = 1
    for separator, word in words[position + 1 :]:
        if separator == "newline" or word == "|":
            break
        columns += 1 + width_of(word.split("\n", 1)[0])
        if "\n" in word:
            break
    return columns


class _Line:
    """A command that is being laid out."""

    def __init__(self, indent: str, width: int) -> None:
        self.parts = [indent]
        self.indent = indent + _INDENT
        self.column = len(indent)
        self.width = width

    def fill(self, words: Iterable[tuple[str, str]]) -> str:
        first = True
        remaining = list(words)
        for position, (separator, word) in enumerate(remaining):
            if separator == "newline":
                self._add("\n")
                first = True
            if not word:
                continue
            if not first:
                self._add(f" \\\n{self.indent}" if self._ends_before(remaining, position) else " ")
            self._add(word)
            first = False
        return "".join(self.parts)

    def _ends_before(self, words: list[tuple[str, str]], position: int) -> bool:
        """Return whether to wrap before a word, if the word, or an option with its values, does not fit."""
        word = words[position][1]
        if word == "|":
            columns = _pipe_width(words, position)
            return self.column + 1 + columns > self.width >= len(self.indent) + columns
        if _is_option(word):
            return self.column + 1 + _option_width(words, position) > self.width
        columns = width_of(word.split("\n", 1)[0])
        return self.column + 1 + columns > self.width >= len(self.indent) + columns

    def _add(self, text: str) -> None:
        self.parts.append(text)
        _, newline, last = text.rpartition("\n")
        self.column = width_of(last) + (0 if newline else self.column)


def width_of(text: str) -> int:
    """Return the width of a printable text in columns.

    Source: https://www.unicode.org/reports/tr11/

    >>> width_of("ab"), width_of("日本"), width_of("e\u0301")
    (2, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if category(character) in {"Mn", "Me"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1
