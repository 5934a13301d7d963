"""Define pattern fragments for the notations that contain secrets and identifiers.

A text can be JSON in JSON to any depth, so each sign has these forms. Texts that are escaped for HTML, or
percent-encoded, are decoded.
Every quantifier is bounded, so that no pattern takes more than linear time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = (
    "BACKSLASHES", "BASE64", "BASE64_ESCAPES", "BEFORE", "BLANK", "BREAK", "ENCODED_STARTS", "EQUALS",
    "FILLER", "GT", "INDENT", "LT", "MASK", "PADDING", "QUOTE", "SIGN", "build_tree", "separate",
)  # fmt: skip

# Replaces each character of a document in a text that is searched without the document. No value, quote or
# space in any notation contains it.
FILLER = "\x81"

BACKSLASHES = r"\\{1,64}"
_ANSI = r"\x1b\[[0-9;]{0,16}m"

QUOTE = r"(?:\\{0,64}[\"'`]|[“”„‘’])"
# The color codes of a terminal count as spaces.
BLANK = rf"(?:[ \t\xa0]|{_ANSI}|{BACKSLASHES}t)"
LT = rf"(?:<|{BACKSLASHES}u003[cC])"
GT = rf"(?:>|{BACKSLASHES}u003[eE])"
# Between a name and its value.
SIGN = rf"(?:=>|:=|->|[:=]|{BACKSLASHES}u003[dDeE])"
EQUALS = rf"(?:=|%3[Dd]|{BACKSLASHES}u003[dD])"
# Every sign that is encoded for a URL, HTML or JSON has one of these.
ENCODED_STARTS = ("%", "&", "\\u00")

# The escapes of "/", "+" and "=" in JSON, and of "+" and "/" in a URL.
BASE64_ESCAPES = rf"{BACKSLASHES}(?:/|u00(?:2[bBfF]|3[dD]))"
BASE64 = rf"(?:[A-Za-z0-9+/]|%2[BbFf]|{BASE64_ESCAPES})"
PADDING = rf"{EQUALS}{{0,2}}"
# The characters that people write in the middle of a value to hide it.
MASK = r"(?:\*{2,200}|\.{3,200}|…{1,20}|\[\.{3}\])"


def separate(start: str, length: int) -> str:
    """Return the pattern of the start of a value without a letter or digit before it, except that of an escape.

    A text is searched fast for a pattern that begins with certain characters, so the check follows them.

    Args:
        start: The pattern of the start.
        length: Its length in characters.
    """
    befores = ("![A-Za-z0-9_+/-]", "=%[0-9A-Fa-f]{2}", r"=\\[nrt]", r"=\\u00[0-9a-f]{2}")
    checks = "|".join(f"(?<{before}[^\\n]{{{length}}})" for before in befores)
    return f"{start}(?:{checks})"


# Before a value. The letter of an escape is not part of the value.
BEFORE = r"(?!(?<=\\)[nrtu])" + separate("", 0)

_Node: TypeAlias = "dict[str, _Node]"


def build_tree(words: Iterable[Sequence[str]]) -> str:
    """Return the pattern of words as a tree, so that it fails early. The longest word is tried first.

    Args:
        words: The words, each as patterns of one character.
    """
    root: _Node = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _build_branches(root)


def _build_branches(node: _Node) -> str:
    """Return the pattern of the possible continuations."""
    branches = [character + _build_branches(following) for character, following in node.items() if character]
    if not branches:
        return ""
    if len(branches) == 1 and "" not in node:
        return branches[0]
    # A separator is optional, so the branches without one are tried first.
    return f"(?:{'|'.join(sorted(branches, key=lambda branch: branch[0] == '['))}){'?' if '' in node else ''}"


# A line break in a value, plain or escaped, and the start of the next line of a box, a quotation or an indent.
BREAK = rf"(?:[ \t]{{0,80}}(?:[│┃|][ \t]{{0,8}})?\r?\n|{BACKSLASHES}r?\\{{0,64}}n)"
INDENT = rf"[ \t]{{0,80}}(?:{_ANSI}){{0,4}}(?:[│┃|>#*](?:{_ANSI}){{0,4}}[ \t]{{1,8}})?"
