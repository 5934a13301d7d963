"""Shell commands that are shown to be pasted; not for making them, and not for running them.

A command is one string that a POSIX shell would read. It is only cut at places that are understood for
sure: what follows a substitution, a here-document or a comment is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._rendering.widths import width_of
from iamtriage._text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ("continued", "pasteable")

_PIECE = re.compile(
    r"""
      (?P<blank>   [ \t]+ )
    | (?P<newline> \n )
    | (?P<single>  '[^']*' )
    | (?P<double>  "(?: [^"\\$`] | \\. | \$(?![({]) )*" )
    | (?P<ansi>    \$'(?: [^'\\] | \\[^'] )*' )
    | (?P<plain>   \\[^\n]
                 | \$[A-Za-z_][A-Za-z0-9_]*
                 | [;&|()>] | <(?!<)
                 | [^ \t\n'"\\$`#;&|()<>] [^ \t\n'"\\$`;&|()<>]* )
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE = re.compile(r"\\.|[^\\]+", re.DOTALL)
_NEVER_AN_ARGUMENT = re.compile("[\0\ud800-\udfff]")
_NAMED = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\"}
_ROOM_FOR_CONTINUATION = 2
_INDENT = "    "


def _pieces(command: str) -> Iterator[tuple[str, str]]:
    """Give the pieces of a command with their kinds; the first that is not understood is ``"rest"``."""
    position = 0
    while match := _PIECE.match(command, position):
        yield match.lastgroup or "rest", match[0]
        position = match.end()
    if position < len(command):
        yield "rest", command[position:]


# ------------------------------------------------------------------------------------- what cannot be seen


def pasteable(command: str) -> str:
    r"""Give a command in printable characters, such that pasting it still means the same.

    A character that cannot be shown is written as an octal escape within ``$'…'``, which bash, zsh, ksh and
    busybox turn back into it; newlines within quotes stay. A shell that does not know the notation (dash)
    passes other words on, and runs nothing else: there is no quote and no ``\'`` inside.
    Where no shell could be given the character (NUL, half a surrogate pair) or the place is not understood,
    the command is given as a comment that says so.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_04

    >>> print(pasteable("echo 'it is \x1b[1mred'"))
    echo $'it is \033[1mred'
    >>> print(pasteable("echo 'a\0b'"))
    # This cannot be pasted because of the characters written as escapes.
    # echo 'a\x00b'
    """
    if command.replace("\n", "").isprintable():
        return command
    pieces = list(_pieces(command))
    if _NEVER_AN_ARGUMENT.search(command) or not all(
        _visible(text) or kind in _SHOWN for kind, text in pieces
    ):
        lines = ("This cannot be pasted because of the characters written as escapes.", *command.split("\n"))
        return "\n".join(f"# {escape_controls(line)}" for line in lines)
    return "".join(text if _visible(text) else _SHOWN[kind](text) for kind, text in pieces)


def _visible(text: str) -> bool:
    return text.replace("\n", "").isprintable()


def _octal(text: str) -> str:
    """Give a text for the inside of ``$'…'``."""
    return "".join(
        _NAMED.get(c) or (c if c.isprintable() else "".join(f"\\{byte:03o}" for byte in c.encode()))
        for c in text
    )


def _outside(text: str) -> str:
    """Give unquoted text, each invisible character quoted; a backslash before one was its quote."""
    return "".join(c if c.isprintable() else f"$'{_octal(c)}'" for c in text.removeprefix("\\"))


def _double(text: str) -> str:
    """Give text in double quotes, the quotes closed around each invisible character."""
    shown: list[str] = []
    for match in _IN_DOUBLE.finditer(text[1:-1]):
        part = match[0]
        if part.startswith("\\") and not _visible(part):
            # Such a backslash stands for itself.
            shown.append(rf"\\{_quotes_closed(part[1])}")
        else:
            shown += [c if c == "\n" else _quotes_closed(c) for c in part]
    return f'"{"".join(shown)}"'


def _quotes_closed(character: str) -> str:
    return character if character.isprintable() else f"\"$'{_octal(character)}'\""


_SHOWN: dict[str, Callable[[str], str]] = {
    "blank": lambda _: " ",
    "single": lambda text: f"$'{_octal(text[1:-1])}'",
    "double": _double,
    "plain": _outside,
}


# --------------------------------------------------------------------------------------- what is too long


def continued(command: str, width: int, indent: str = "") -> str:
    r"""Give a command whose lines fit a width, continued by a backslash at the end of the line.

    It is broken between arguments only: an option begins a line, and its values follow it. Lines that the
    command brings itself get no indent: within quotes, it would become part of an argument.

    Args:
        command: the command, printable.
        width: columns of a line. A longer argument is kept whole.
        indent: blanks before the command.

    >>> print(continued("aws iam get-role --role-name orders-api --query Role.Arn", 30))
    aws iam get-role \
        --role-name orders-api \
        --query Role.Arn
    """
    if all(width_of(line) <= width for line in (indent + command).split("\n")):
        return indent + command
    return _Line(indent, width - _ROOM_FOR_CONTINUATION).fill(_words(_pieces(command)))


def _words(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give the words of a command, each with the kind of what separates it from the one before."""
    word: list[str] = []
    separator = ""
    for kind, text in pieces:
        if kind in {"blank", "newline"}:
            if word or kind == "newline":
                yield separator, "".join(word)
                word, separator = [], kind
        else:
            word.append(text)
    yield separator, "".join(word)


class _Line:
    """The command as laid out so far."""

    def __init__(self, indent: str, width: int) -> None:
        self.parts = [indent]
        self.indent = indent + _INDENT
        self.column = len(indent)
        self.width = width

    def fill(self, words: Iterable[tuple[str, str]]) -> str:
        first = True
        for separator, word in words:
            if separator == "newline":
                self._add("\n")
                first = True
            if not word:
                continue
            if not first:
                self._add(f" \\\n{self.indent}" if self._ends_before(word) else " ")
            self._add(word)
            first = False
        return "".join(self.parts)

    def _ends_before(self, word: str) -> bool:
        """Tell whether the line ends before a word: an option, or one that fits into the next line only."""
        if word.startswith("-") and word.strip("-"):
            return True
        wide = width_of(word.split("\n", 1)[0])
        return self.column + 1 + wide > self.width >= len(self.indent) + wide

    def _add(self, text: str) -> None:
        self.parts.append(text)
        _, newline, last = text.rpartition("\n")
        self.column = width_of(last) + (0 if newline else self.column)
