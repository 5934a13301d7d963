"""Find the service's own message in the text of a failure.

If it is uncertain whether a sentence is the service's, no message is returned.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.explaining._rules.shared.java_messages import java_message
from iamtriage.explaining._rules.shared.message_ends import extract_paragraph, extract_sentence

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("denial_paragraph", "quoted_message")

_MAX_LENGTH = 8_000
_CHARS_BEFORE = 300
_CHARS_AFTER = 1_000
# What separates a denial from unrelated text before it.
_BOUNDARY = lazy_pattern(rf"{RECORD}|\n\n")
_EXCEPTION_CLASS = lazy_pattern(r"(?<=[a-z0-9])(?:Exception|Denied|Operation|Failure)['\"]?:[ ]?")
# What SDKs and services print before the message, most reliable first.
_INTRODUCTIONS = (
    # PHP
    lazy_pattern(r"(?<=\w)\s\((?:client|server)\):[ ]"),
    lazy_pattern(
        r"\)\swhen\scalling\sthe\s\w{1,99}\soperation(?:\s\(reached\smax\sretries:\s\d{1,9}\))?:[ ]?"
    ),
    lazy_pattern(
        r"[\"'<]?[Mm]essage_?[\"']?\s?(?:=>|[:=>])\s?(?:(?:Some|Optional)\()?(?:chr\s)?(?P<opening>[\"'])?(?![{\[])"
    ),
    _EXCEPTION_CLASS,
)
# Messages that say only that access is denied.
_STANDARD_MESSAGES = (
    "access denied",
    "access is denied",
    "access is not allowed",
    "all access to this object has been disabled",
    "all access to this resource has been disabled",
    "an error occurred",
    "error making request with error code",
    "exaws request error",
    "forbidden",
    "insufficient permission",
    "insufficient permissions",
    "insufficient privileges to perform this action",
    "none",
    "not authorized",
    "null",
    "request failed with status code",
    "response status code does not indicate success",
    "service returned error code",
    "the remote server returned an error",
    "unauthorized",
    "unauthorized operation",
    "unknown error",
    "unknownerror",
    "you are not authorized to perform the operation",
    "you are not authorized to perform this operation",
    "you don't have permission to access this resource",
    "you don't have permissions to access this resource",
    "you don't have the permissions that are required to perform this operation",
)
# What is left of the standard denial message after the caller.
_CUT_SENTENCE = r"(?: is(?: not?(?: a\w{0,9}(?: to?(?: p\w{0,6})?)?)?)?)?(?:\.{2,}|…)?"
_UNINFORMATIVE = lazy_pattern(
    rf"(?:{'|'.join(map(re.escape, _STANDARD_MESSAGES))}|403|status code:? ?\d+|access to the resource \S+ is denied)"
    r"(?![:,;]? ?(?-i:[a-z]))"
    # The standard denial message, truncated or without an action; SDKs that received no message.
    rf"|user: (?:.{{1,300}} is not authorized to perform\b|\S{{1,300}}{_CUT_SENTENCE}\Z)|exception of type \S+ was thrown"
    r"|(?:service returned error code|error making request with error code) \w",
    re.IGNORECASE,
)
# The SDK's own message, which precedes the response.
_SDK_MESSAGE = "Error unmarshalling response back from AWS"
_WORD = lazy_pattern(r"[^\W\d_]{2,}")
_MIN_WORDS = 2
# Before a colon and an uninformative message, fewer plain words are an object key or a call, not a reason.
_PLAIN_WORD = lazy_pattern(r"(?<!\S)[A-Za-z]{2,}(?!\S)")
_MIN_PLAIN_WORDS = 3


def denial_paragraph(failure: Failure) -> str:
    """Return the text of a denial with the rest of its paragraph, whitespace folded."""
    start = failure.span[0]
    before = _BOUNDARY.split(unwrap(failure.text[max(start - _CHARS_BEFORE, 0) : start]).text)[-1]
    if "An error occurred (" in before:  # the text between belongs to that failure
        before = ""
    text, end = _unwrap_denial(failure)
    return " ".join(f"{before} {text[:end]} {extract_paragraph(text, end)}".split())


def quoted_message(failure: Failure) -> str | None:
    """Return the message of an error, or ``None`` if it only says that access is denied."""
    text, end = _unwrap_denial(failure)
    for introduction in _INTRODUCTIONS:
        matches = (m for m in introduction.finditer(text) if m.start() < end)
        found = next((m for m in matches if not text.startswith(_SDK_MESSAGE, m.end())), None)
        if found is None:
            continue
        opening = found["opening"] if introduction.groups else None
        sentence = extract_sentence(text, found.end(), opening)
        # "message": "orders failed: OrdersException: AccessDenied: …"
        inner = max((each.end() for each in _EXCEPTION_CLASS.finditer(sentence)), default=0)
        return _informative_sentence(sentence[inner:])
    message = java_message(failure.text, *failure.span)
    if message:
        return _informative_sentence(message)
    # The text is the message field of a response that has the code in another field.
    code = failure.envelope.code
    if code is not None and failure.span == (0, len(failure.text)) and code not in failure.text:
        return _informative_sentence(extract_sentence(text, 0))
    return None


def _unwrap_denial(failure: Failure) -> tuple[str, int]:
    """Return a denial's unwrapped text with some context after it, and where the denial ends in it."""
    start, end = failure.span
    end = min(end, start + _MAX_LENGTH)
    view = unwrap(failure.text[start : end + _CHARS_AFTER])
    return view.text, bisect_left(range(len(view.text)), end - start, key=view.origin)


def _informative_sentence(sentence: str) -> str | None:
    """Return a sentence if it says more than that access is denied."""
    # A code span in Markdown that began before the sentence ends in it.
    if sentence.count("`") % 2:
        sentence = sentence.partition("`")[0].rstrip()
    lowered = sentence.lower()
    # Also matches a truncated standard message, and an empty one.
    if _UNINFORMATIVE.match(sentence) or any(each.startswith(lowered) for each in _STANDARD_MESSAGES):
        return None
    before, colon, last = sentence.rpartition(": ")
    if colon and _UNINFORMATIVE.match(last) and len(_PLAIN_WORD.findall(before)) < _MIN_PLAIN_WORDS:
        return None
    if not sentence[0].isalpha() or sentence.endswith(":"):
        return None
    words = [word for word in sentence.split() if _WORD.search(word)]
    return sentence if len(words) >= _MIN_WORDS else None
