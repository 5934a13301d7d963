"""Recognize code and markup around a value: calls, types, names that are assigned a variable, elements."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._vocabulary.notations import BACKSLASHES, GT, LT
from iamtriage.redaction._vocabulary.secret_values import is_other
from iamtriage.redaction._vocabulary.value_ends import Extent

if TYPE_CHECKING:
    from iamtriage.redaction._finders.name_matches import NameMatch
    from iamtriage.redaction._vocabulary.secret_values import Sign

__all__ = ("find_element", "is_annotation", "is_command", "is_word_of_code")

# What follows a word of code, unless it is a variable or one of several.
_ENDS = frozenset("([) ,")
_SPACE = rf"(?:\s|{BACKSLASHES}[nrt])"
# "password: <password>"
_PLACEHOLDER = re.compile(r"[:=][ ]?<\Z")
_TAG_END = re.compile(rf"(?:\s[^<>\n]{{0,200}})?{GT}{_SPACE}{{0,80}}(?:<!\[CDATA\[)?")
_ELEMENT_END = re.compile(rf"{_SPACE}{{0,80}}(?:{LT}/?|\]\]>)")
_MAX_ELEMENT = 20_000
# A value that is a function or a subscripted variable: "getpass.getpass(", "config[".
_CALLEE = re.compile(r"(?:await )?\$?[A-Za-z_]\w{0,80}(?:(?:\.|::|->)\w{1,80}){0,8}")
# "password = user_password or default", "token = await getToken()"
_OPERATOR = re.compile(
    r"[A-Za-z_][A-Za-z_.]{0,80}[ ](?:or|if)[ ]|(?:async|await|function|lambda|typeof|yield)[ ][\w$(.]|new [A-Z]"
)
_CALL = re.compile(r"[A-Za-z_][\w.]{0,80}\([\w.,&* ]{1,200}\)(?:;|\Z)")
_VARIABLE = re.compile(r"\$[a-z_]+[,;)]")
_SIGN = re.compile(r"[A-Za-z_$][^\s\"'0-9]{0,80}[ ](?:\|\||\?{1,2}|&&)[ ]")
# Before a type in source code.
_ANNOTATED = re.compile(r"(?<![\w.-])(?P<name>[a-z_]{1,60}):[ ]?\Z")
_CLASS = re.compile(r"(?:[a-z_]{3,30}\.){0,6}(?:[A-Z][a-z]{2,20}){1,6}")
# Before the last name of an assignment to several: "username, password = auth".
_OTHER_NAMES = re.compile(r"(?:\A|\n)[ \t]*(?:[A-Za-z_]\w{0,30},[ ]){1,6}\Z")
_QUOTED_NAME = re.compile(r" \\{0,8}[\"']{1,2}[^\"'\n]{1,200}[\"']{1,2} ")


def is_annotation(match: NameMatch, extent: Extent) -> bool:
    """Return whether a bar is part of a type, "token: Token | botocore.tokens.Frozen", not of a table."""
    if not match.text[match.start].isupper() or not _CLASS.fullmatch(match.text, extent.start, extent.end):
        return False
    label = match.preceded_by(_ANNOTATED)
    return label is not None and label["name"].lower().endswith(match.name.tail)


def is_word_of_code(match: NameMatch, extent: Extent, sign: Sign) -> bool:
    """Return whether a value is a function, a variable, or a word before a name: "password" : secret "orders"."""
    text, value = match.text, match.text[extent.start : extent.end]
    following = text[extent.end : extent.end + 1]
    if following not in _ENDS and value[:1] != "$" and not text.startswith(", ", match.start - 2):
        return False
    if following in {"(", "["}:
        return _CALLEE.fullmatch(value) is not None
    if value.startswith("$") and _VARIABLE.match(text, extent.start):
        return True
    if following == ")" and _CALL.match(text, extent.start):
        return True
    if following == " " and (
        _SIGN.match(text, extent.start) or (sign == "=" and _OPERATOR.match(text, extent.start))
    ):
        return True
    if sign == "=" and not text.startswith(", ", match.start - 2):
        return False
    is_word = value.replace("_", "").isalpha() and value.islower()
    if sign == "=":
        return is_word and match.preceded_by(_OTHER_NAMES) is not None
    if is_word and match.name.what == "token" and text[extent.start - 1] == "[":
        # A list of kinds of tokens: "[refresh, access]".
        return text.startswith(", ", extent.end)
    return is_word and _QUOTED_NAME.match(text, extent.end) is not None


def is_command(text: str, extent: Extent) -> bool:
    """Return whether a value is a command of a shell: TOKEN=`aws eks get-token`."""
    return extent.quote == "`" and text[extent.start - 2] == "=" and " " in text[extent.start : extent.end]


def find_element(match: NameMatch) -> Extent | None:
    """Return the content of an element: from the end of its tag to the next tag."""
    text = match.text
    opened = _TAG_END.match(text, match.end)
    if opened is None:
        return None
    start, limit = opened.end(), opened.end() + _MAX_ELEMENT
    closed = _ELEMENT_END.search(text, start, limit)
    if closed is None:
        return None
    content = text[start : closed.start()]
    is_redirection = text[closed.end() : closed.end() + 1].isspace()
    is_open = text.startswith("<", closed.end() - 1)
    if is_open and (
        match.preceded_by(_PLACEHOLDER)
        or "\n" in content
        or is_redirection
        or is_other(content, is_quoted=False)
    ):
        # Lines of prose before another tag, or an address.
        return None
    return Extent(start, closed.start(), "<")
