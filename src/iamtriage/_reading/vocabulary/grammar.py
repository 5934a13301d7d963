"""Named pieces of the messages' grammar, shared by the readers; not for whole sentences.

White space is what ``unwrap`` leaves: one blank, one newline, or two newlines for an empty line.
Every quantifier is bounded or followed by something that it cannot match, so that no pattern
takes more than linear time.
"""

from __future__ import annotations

import re

from iamtriage._reading.vocabulary.masks import ends_in_mask

# ASCII's record separator, white space to every pattern, stands where a line of a log began.
RECORD = "\x1e"
# Its group separator stands where a text without a format begins another statement: nothing goes on there.
STATEMENT = "\x1e\x1d"

# How an entry of a log may begin, and what tools print at the start of a line, never inside one.
ENTRY = (
    r"\[?\d{4}[-/]\d\d[-/]|\[?\d\d:\d\d:\d\d|[IWEF]\d{4} |time=|[A-Z][a-z]{2} [ \d]\d \d\d:|\{\""
    r"|Traceback|(?:Error|ERROR|WARN|INFO|DEBUG|FATAL)\b"
)
# Where no value goes on, or begins: with the next entry, whose date may be cut off, or with Go's tail.
NO_VALUE = rf"(?!{ENTRY}|\d{{4}}[-/]\d{{0,2}}(?:[-/ ]|\Z)|\d{{1,2}}/[A-Z][a-z]{{2}}/|[A-Z][a-z]{{2}} [ \d]\d\b|status\s+code:)"
# Behind a label: of these words, those on its own line may be the value.
VALUE_BEGINS = rf"(?:(?<![\n\x1e])|{NO_VALUE})"
# Nor does an id go on that is whole.
_WHOLE_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ID_GOES_ON = rf"(?<!{_WHOLE_ID})(?<![\s:][0-9A-Za-z]{{16}})\n{NO_VALUE}"
# The rest of a host id, in base64, is no word.
HOST_ID_GOES_ON = rf"(?<!=)\n{NO_VALUE}(?=[A-Za-z]{{0,120}}(?:[0-9=+/]|[a-z][A-Z]))"
# HashiCorp Vault prints "Code: 403. Errors:" of answers of its own.
VAULT = re.compile(r"\s*\.\s*Errors")

PRINCIPAL_ACCOUNT = re.compile(r"arn:[\w-]*:\s?[\w-]*:[\w-]*:\s?([0-9]{12}):|\A([0-9]{12})\Z", re.ASCII)
ACTION = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,62}:[A-Za-z*][A-Za-z0-9*]{0,127}", re.ASCII)
ARN_HEAD = re.compile(r"arn:[\w<\[{*-]")
# Marks that people and log viewers put in place of a value.
ELLIPSIS = re.compile(r"\A(?:\.{2,}|…+)\Z")
# What tools write where they cut a text off: Guzzle's "(truncated...)", "...[truncated 96 chars]",
# "<output truncated>", Node's "... 96 more characters".
_CUT = re.compile(
    r"[(\[<{](?:\.{2,3}|…)?\s?(?:[A-Za-z]{1,12}\s){0,2}(?:truncated|Truncated|TRUNCATED)\b[^)\]>}\n]{0,40}[)\]>}]?"
    r"|(?:\.{3}|…)\s?(?:(?:truncated|Truncated|TRUNCATED)\b|[(\[]?\+?[0-9]{1,9}\smore\s(?:characters|chars|bytes)\b)"
)
_MAY_BE_CUT = ("runcated", "RUNCATED", " more ")
# An ellipsis at the end of a value, unless the sentence goes on: then people left a part of it out.
_TRAILING = re.compile(
    r"(?:\.{3,}|…+)(?![\w/:*.…-]|\s{0,2}(?:(?:on|for|because|since|with|in|Encoded|status\scode)\b|\((?:Service|SDK|Status)\b|\.{2}|…))"
)

_CLOSERS = {
    ")": "(",
    "]": "[",
    "}": "{",
    ">": "<",
    "」": "「",
    "』": "『",
    "】": "【",
    "》": "《",
    "〉": "〈",
}
_QUOTES = "\"'`"


def account_of(principal: str) -> str | None:
    """Give the 12-digit account that a principal states.

    >>> account_of("arn:aws:sts::111122223333:assumed-role/app/i-0abc"), account_of("arn:aws:iam::xxx:root")
    ('111122223333', None)
    """
    m = PRINCIPAL_ACCOUNT.search(principal)
    return None if m is None else m[1] or m[2]


def paragraph_around(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    r"""Give how far around a place the same message may go on: up to an empty line or another entry of a log.

    >>> paragraph_around("late\n\nDenied\nby S3\n\nearly", 6, 12, 100)
    (5, 18)
    """
    low, high = max(0, start - reach), min(len(text), end + reach)
    for parting in ("\n\n", RECORD):
        low = max(low, text.rfind(parting, low, start) + 1)
        behind = text.find(parting, end, high)
        high = behind if behind >= 0 else high
    return low, high


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Narrow ``[start, end)`` to the value in it: without blanks, quotes, and trailing punctuation.

    Brackets that close nothing inside the value are trailing punctuation; a final ellipsis is not.
    """
    while start < end and (text[start].isspace() or text[start] in _QUOTES):
        start += 1
    while end > start:
        last = text[end - 1]
        if last in _QUOTES and ends_in_mask(text, start, end):
            break
        if last.isspace() or last in _QUOTES or last in ",;。":
            end -= 1
        elif last == ".":
            if text.endswith("...", start, end):
                break
            end -= 1
        elif last in _CLOSERS and text.count(last, start, end) > text.count(_CLOSERS[last], start, end):
            end -= 1
        elif last == "*" and _closes_bold(text, start, end):
            end -= 2
        else:
            break
    if end - start == 1 and text[start] in ":;,-.!":
        return start, start
    return start, end


_BOLD = re.compile(r"(?:(?<=[\s>])|\A)\*\*(?=[^\s*])")


def _closes_bold(text: str, start: int, end: int) -> bool:
    """Tell Markdown's closing ``**`` from stars that mask a value."""
    if not text.endswith("**", start, end) or text.endswith("***", start, end):
        return False
    line = text.rfind("\n", max(0, start - 2000), start) + 1
    return _BOLD.search(text[line : start + 1]) is not None


def cut_in(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Give where, between two places, a text was cut off, and where the words end that say so.

    >>> cut_in("perform: sqs:Sen (truncated...)", 0, 31), cut_in("perform: sqs:SendMessage", 0, 24)
    ((16, 31), None)
    """
    if not any(text.find(sign, start, end) >= 0 for sign in _MAY_BE_CUT):
        return None
    m = _CUT.search(text, start, end)
    if m is None:
        return None
    at = m.start()
    while at > start and (text[at - 1].isspace() or text[at - 1] in ".…"):
        at -= 1
    return at, m.end()


def trailing_ellipsis(text: str, position: int) -> int:
    """Give where the ellipsis ends that a place in a text begins, the place itself where there is none."""
    m = _TRAILING.match(text, position)
    return m.end() if m else position
