"""Tells words that stand where a principal may, and name none: "creating role: AccessDenied: You", "User: the caller".

A label such as ``role:`` may end the words of a tool, behind which another sentence begins; and people write
pronouns. Not for finding where a principal stands.
"""

from __future__ import annotations

import re

from iamtriage._reading.vocabulary.masks import ARN

# A code, or the words of a tool, then what they announce; brackets are of masks, which may hold anything.
_ANNOUNCES = re.compile(r"[^<\[{(«‹]{0,200}?[\w)\]\"'`*](?::(?:\s|\Z)|\.\s(?=[A-Z]))")
_CODE = re.compile(r"[A-Z]\w{0,60}(?:Exception|Error|Denied|Operation)")
_POINTING = frozenset({"the", "this", "that", "these", "those", "your", "our", "their", "its"})
_WHOEVER = frozenset(
    {"request", "operation", "you", "we", "they", "who", "which", "you're", "we're", "they're"}
)
# Alone, these are names that a user may have.
_BEHIND_OTHERS = _WHOEVER | {"i", "he", "she", "it", "that", "this", "i'm", "it's"}
_ARN = re.compile(ARN)
# What goes on behind a principal that is said already: ", and is not", " who is not", ": AccessDenied: You are not".
_GOES_ON = re.compile(r"(?<=[:,])(?:\s|\Z)|\s(?:who|which|that|and|but)\s*\Z")
_ARN_COLONS = 5


def begins_other_words(value: str) -> bool:
    """Tell whether other words follow a label than a principal: a code with its message, a sentence of their own.

    >>> begins_other_words("AccessDenied: You"), begins_other_words("my user"), begins_other_words("<user: ana>")
    (True, False, False)
    """
    if value.startswith("arn:"):
        return False
    return _ANNOUNCES.match(value) is not None or _CODE.fullmatch(value) is not None


def is_generic_subject(value: str) -> bool:
    """Tell whether words mean whoever asked, and do not say who that is.

    >>> is_generic_subject("You"), is_generic_subject("The caller"), is_generic_subject("it"), is_generic_subject("Theo the cat")
    (True, True, False, False)
    """
    words = value.lower().split()
    if len(words) < 2:
        return bool(words) and words[0] in _WHOEVER
    return words[0] in _POINTING or words[-1] in _BEHIND_OTHERS


def end_of_principal(text: str, start: int, end: int) -> int:
    """Give where an ARN ends in front of further words about it; the end as it is for anything else.

    >>> end_of_principal("arn:aws:iam::111122223333:user/ana who", 0, 38)
    34
    """
    arn = _ARN.match(text, start, end)
    if arn is None or text.count(":", start, arn.end() - 1) < _ARN_COLONS:
        return end
    if _GOES_ON.match(text, arn.end(), end) is None:
        return end
    return arn.end() - (text[arn.end() - 1] in ":,")
