"""Recognize the codes, actions, operations and IDs that a line break divides.

Only the joined parts are a name that AWS has, or a value of a fixed form. Prose that a wrapper broke at a space has the
same characters, so a break between two words does not count if both are names or words of their own.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import is_known
from iamtriage.actions._table import find_service, is_prefix

_NAME_END = lazy_pattern(r"(?<![\w.])[A-Z][A-Za-z]{0,80}\Z")
_NAME_START = lazy_pattern(r"[A-Za-z]{1,80}(?![\w-])")
_COMPOUND = lazy_pattern(r"[a-z][A-Z]")
_CALL = lazy_pattern(r"\bcalling the [A-Z][A-Za-z0-9]{0,80}\Z")
_OPERATION = lazy_pattern(r"[A-Za-z0-9]{1,80} operation\b")
_ACTION_END = lazy_pattern(r"(?<![\w:/.-])(?P<service>[a-z][a-z0-9-]{1,40}):(?P<name>[A-Z][A-Za-z]{0,80})\Z")
# What follows an action in a message.
_AFTER_ACTION = lazy_pattern(r"\W{0,3}(?:\s|\Z)(?:on resource|because|with an explicit|action\b|\s*\Z)")
_HOST_ID = lazy_pattern(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{75}=(?!=)")
_ARN_START = lazy_pattern(r"(?<![A-Za-z0-9])arn:aws")
_HOST_ID_LENGTH = 76
MIN_DIVIDED = _HOST_ID_LENGTH - 1
"""The minimum length of a value that is no name, of which the first part does not end with a letter."""
# No name is longer.
_REACH = 160


def divides_name(line: str, following: str, word: str) -> bool:
    """Return whether a name or value continues on the following line.

    Args:
        line: The line.
        following: The following line.
        word: The last word of the line.

    >>> divides_name("InvalidInputExce", "ption: The role", "InvalidInputExce")
    True
    >>> divides_name("perform: s3:Get", "Object on resource: x", "s3:Get")
    True
    >>> divides_name("error: Access", "Denied: no", "Access")
    False
    >>> divides_name("perform: s3:GetObject", "Version 2 of the tool", "s3:GetObject")
    False
    """
    head = following[:_REACH]
    if not head[0].isascii():
        return False
    tail, word = line[-_REACH:], word[-_REACH:]
    if tail[-1].isalpha():
        is_cased, has_colon, has_operation = not word.islower(), ":" in word, " operation" in head
        rest = _NAME_START.match(head) if is_cased or has_colon or has_operation else None
        if rest and (
            (is_cased and _divides_code(word, rest[0]))
            or (has_colon and _divides_action(word, rest[0], head[rest.end() :]))
            or (has_operation and _OPERATION.match(head) is not None and _CALL.search(tail) is not None)
        ):
            return True
        if ":aws" in head[:6]:
            return _crosses(_ARN_START, tail, head)
    padding = head.find("=")
    return (
        len(word) + padding >= MIN_DIVIDED
        and head.find(" ", 0, padding) < 0
        and _crosses(_HOST_ID, word, head)
    )


def _crosses(pattern: re.Pattern[str], tail: str, head: str) -> bool:
    return any(m.start() < len(tail) < m.end() for m in pattern.finditer(tail + head))


def _divides_code(word: str, rest: str) -> bool:
    name = _NAME_END.search(word)
    if name is None or not is_known(name[0] + rest) or is_known(name[0]) or is_known(rest):
        return False
    return rest[0].islower() or name[0][-1].isupper() or _COMPOUND.search(f"{name[0]} {rest}") is not None


def _divides_action(word: str, rest: str, after: str) -> bool:
    action = _ACTION_END.search(word)
    names = find_service(action["service"]) if action and is_prefix(action["service"]) else None
    if action is None or names is None or not _lists(names, action["name"] + rest):
        return False
    return not _lists(names, action["name"]) or _AFTER_ACTION.match(after) is not None


def _lists(names: str, name: str) -> bool:
    return re.search(rf"\s{name}(?=[\s.])", names) is not None
