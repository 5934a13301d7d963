"""Recognize words in the position of a principal that are not a principal.

In "creating role: AccessDenied: You", the label ``role:`` ends a tool's message, and another sentence follows. In
"User: the caller", a person replaced the name with a pronoun or noun.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.masks import find_arn_end

# An error code or a tool's words, then a colon or a new sentence. Text in brackets is a mask, which can contain any text.
_INTRODUCTION = lazy_pattern(r"[^<\[{(«‹]{0,200}?[\w)\]\"'`*](?::(?:\s|\Z)|\.\s(?=[A-Z]))")
_CODE = lazy_pattern(r"[A-Z]\w{0,60}(?:Exception|Error|Denied|Operation)")
_DETERMINERS = frozenset({"the", "this", "that", "these", "those", "your", "our", "their", "its"})
_GENERIC_WORDS = frozenset(
    {"request", "operation", "you", "we", "they", "who", "which", "you're", "we're", "they're"}
)
# The added words are generic only after other words: alone, each can be a user's name.
_LAST_WORDS = _GENERIC_WORDS | {"i", "he", "she", "it", "that", "this", "i'm", "it's"}
# How a sentence continues after its principal: ", and is not", " who is not", ": AccessDenied: You are not".
_CONTINUATION = lazy_pattern(r"(?<=[:,])(?:\s|\Z)|\s(?:who|which|that|and|but)\s*\Z")
# Colons in a complete ARN.
_ARN_COLONS = 5


def begins_message(value: str) -> bool:
    """Return whether the text after a label is an error code or another sentence.

    >>> begins_message("AccessDenied: You"), begins_message("my user"), begins_message("<user: ana>")
    (True, False, False)
    """
    if value.startswith("arn:"):
        return False
    return _INTRODUCTION.match(value) is not None or _CODE.fullmatch(value) is not None


def is_generic_subject(value: str) -> bool:
    """Return whether words mean the caller without naming the principal.

    >>> is_generic_subject("You"), is_generic_subject("The caller"), is_generic_subject("it"), is_generic_subject("Theo the cat")
    (True, True, False, False)
    """
    words = value.lower().split()
    if len(words) < 2:
        return bool(words) and words[0] in _GENERIC_WORDS
    return words[0] in _DETERMINERS or words[-1] in _LAST_WORDS


def find_principal_end(text: str, start: int, end: int) -> int:
    """Return where a principal ends: for an ARN, before further words of the sentence.

    >>> find_principal_end("arn:aws:iam::111122223333:user/ana who", 0, 38)
    34
    """
    arn_end = find_arn_end(text, start, end)
    if text.count(":", start, max(arn_end - 1, start)) < _ARN_COLONS:
        return end
    if _CONTINUATION.match(text, arn_end, end) is None:
        return end
    return arn_end - (text[arn_end - 1] in ":,")
