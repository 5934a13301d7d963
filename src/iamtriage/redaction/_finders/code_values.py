"""Recognize code around what looks like a value: calls, types, and names that are assigned a variable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.redaction._finders.name_matches import NameMatch
    from iamtriage.redaction._vocabulary.secret_values import Sign
    from iamtriage.redaction._vocabulary.value_ends import Extent

__all__ = ("is_annotation", "is_word_of_code")

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
    if text.startswith(("(", "["), extent.end):
        return _CALLEE.fullmatch(value) is not None
    if value.startswith("$") and _VARIABLE.match(text, extent.start):
        return True
    if text.startswith(")", extent.end) and _CALL.match(text, extent.start):
        return True
    if text.startswith(" ", extent.end) and _SIGN.match(text, extent.start):
        return True
    is_word = value.replace("_", "").isalpha() and value.islower()
    if sign == "=":
        if text.startswith(" ", extent.end) and _OPERATOR.match(text, extent.start):
            return True
        return (
            is_word and text.startswith(", ", match.start - 2) and match.preceded_by(_OTHER_NAMES) is not None
        )
    return is_word and _QUOTED_NAME.match(text, extent.end) is not None
