"""Finds the sentence of a denial that is in a service's own words; not for what it means.

Where it is in doubt whether what stands there is a sentence of the service, there is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage.explaining._rules.shared.java_messages import java_message
from iamtriage.explaining._rules.shared.message_ends import extract_paragraph, extract_sentence

if TYPE_CHECKING:
    from iamtriage.failures._failures import AccessDenied

__all__ = ("denial_paragraph", "quoted_message")

_MAX_LENGTH = 8_000
_CHARS_BEFORE = 300
_CHARS_AFTER = 1_000
# What parts a denial from what stands before it.
_BOUNDARY = re.compile(rf"{RECORD}|\n\n")
_EXCEPTION_CLASS = re.compile(r"(?<=[a-z0-9])(?:Exception|Denied|Operation|Failure)['\"]?:[ ]?")
# What stands before the sentence, as SDKs and services print the two; the surest first.
_INTRODUCTIONS = (
    # PHP
    re.compile(r"(?<=\w)\s\((?:client|server)\):[ ]"),
    re.compile(r"\)\swhen\scalling\sthe\s\w{1,99}\soperation(?:\s\(reached\smax\sretries:\s\d{1,9}\))?:[ ]?"),
    re.compile(
        r"[\"'<]?[Mm]essage_?[\"']?\s?(?:=>|[:=>])\s?(?:(?:Some|Optional)\()?(?:chr\s)?(?P<opening>[\"'])?(?![{\[])"
    ),
    _EXCEPTION_CLASS,
)
# Sentences that say no more than that access is denied.
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
_UNINFORMATIVE = re.compile(
    rf"(?:{'|'.join(map(re.escape, _STANDARD_MESSAGES))}|403|status code:? ?\d+|access to the resource \S+ is denied)"
    r"(?![:,;]? ?(?-i:[a-z]))"
    # The usual sentence, cut or without its action; SDKs that got no sentence.
    r"|user: (?:.{1,300} is not authorized to perform\b|\S{1,300}\Z)|exception of type \S+ was thrown"
    r"|(?:service returned error code|error making request with error code) \w",
    re.IGNORECASE,
)
# What an SDK says of an answer, before it shows the answer.
_SDK_MESSAGE = "Error unmarshalling response back from AWS"
_WORD = re.compile(r"[^\W\d_]{2,}")
_MIN_WORDS = 2
# Before a colon and words that say nothing stand an object's key or a call more often than a reason.
_PLAIN_WORD = re.compile(r"(?<!\S)[A-Za-z]{2,}(?!\S)")
_MIN_PLAIN_WORDS = 3


def denial_paragraph(failure: AccessDenied) -> str:
    """Give all that a text says of a denial: its span, and what stands around it in the same paragraph."""
    start = failure.span[0]
    ahead = _BOUNDARY.split(unwrap(failure.text[max(start - _CHARS_BEFORE, 0) : start]).text)[-1]
    text, end = _unwrap_denial(failure)
    # What stands behind another failure is that one's.
    return " ".join(
        (*([] if "An error occurred (" in ahead else [ahead]), text[:end], extract_paragraph(text, end))
    )


def quoted_message(failure: AccessDenied) -> str | None:
    """Give the sentence of a denial, None where it says no more than that access is denied."""
    text, end = _unwrap_denial(failure)
    for head in _INTRODUCTIONS:
        finds = (m for m in head.finditer(text) if m.start() < end)
        found = next((m for m in finds if not text.startswith(_SDK_MESSAGE, m.end())), None)
        if found is None:
            continue
        opening = found["opening"] if head.groups else None
        sentence = extract_sentence(text, found.end(), opening)
        # "message": "orders failed: OrdersException: AccessDenied: …"
        inner = max((each.end() for each in _EXCEPTION_CLASS.finditer(sentence)), default=0)
        return _informative_sentence(sentence[inner:])
    ahead = java_message(failure.text, *failure.span)
    if ahead:
        return _informative_sentence(ahead)
    # The message of an answer whose code is in another field of it.
    code = failure.envelope.code
    if code is not None and failure.span == (0, len(failure.text)) and code not in failure.text:
        return _informative_sentence(extract_sentence(text, 0))
    return None


def _unwrap_denial(failure: AccessDenied) -> tuple[str, int]:
    """Give a denial's text and a little more of it, made readable, and where in it the denial ends."""
    start, end = failure.span
    end = min(end, start + _MAX_LENGTH)
    view = unwrap(failure.text[start : end + _CHARS_AFTER])
    return view.text, bisect_left(range(len(view.text)), end - start, key=view.origin)


def _informative_sentence(sentence: str) -> str | None:
    """Give a sentence that tells something, else None."""
    # The end of a quotation in Markdown that began in front of the sentence.
    if sentence.count("`") % 2:
        sentence = sentence.partition("`")[0].rstrip()
    lowered = sentence.lower()
    # A standard sentence may be cut.
    if _UNINFORMATIVE.match(sentence) or any(each.startswith(lowered) for each in _STANDARD_MESSAGES):
        return None
    ahead, colon, last = sentence.rpartition(": ")
    if colon and _UNINFORMATIVE.match(last) and len(_PLAIN_WORD.findall(ahead)) < _MIN_PLAIN_WORDS:
        return None
    if (
        not sentence[0].isalpha()
        or sentence.endswith(":")
        or sum(map(bool, map(_WORD.search, sentence.split()))) < _MIN_WORDS
    ):
        return None
    return sentence
