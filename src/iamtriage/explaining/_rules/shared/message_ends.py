"""Where a sentence of a service ends in a log or trace; not for where it begins, nor for what it says.

Sentences are quoted to people as what AWS says, so that nothing else may get into one: it ends where a
trace, a line of source code, the next entry of a log, or what an SDK adds begins, and where the string ends
that it stands in. In doubt it ends too early.
"""

from __future__ import annotations

import re

from iamtriage._reading.vocabulary.grammar import ENTRY, RECORD

__all__ = ("extract_paragraph", "extract_sentence", "truncate_at_end")

_MAX_LENGTH = 600
# Another failure begins.
_NEXT_FAILURE = "An error occurred ("
_MAX_LINES = 12
# Narrower lines no terminal or text wrapper makes.
_MIN_WRAP_WIDTH = 40

_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b"
# The place of a PHP frame or error: an absolute path and the line.
_PHP_LOCATION = r"in\s(?:[A-Za-z]:)?[/\\][^\s:(]{1,200}(?:[:(]\d|\son\sline\b)"
# A line that is no part of a sentence, whatever stands before it.
_NOT_PROSE = re.compile(
    rf"\s?(?:{RECORD}|{ENTRY}|[\[(]?{_LEVEL}"
    # Frames of Java, JavaScript and .NET, of Python, of Ruby, of PHP and Rust.
    r"|at\s(?:async\s|new\s)?(?:[^\s(]{1,200}\s?\(|[^\s.\\/:<]{0,200}[.\\/:<]\S)"
    r"|File\s\"|from\s[^\s:]{1,200}:\d{1,7}:in\b|#?\d{1,4}:?\s"
    rf"|{_PHP_LOCATION}|thrown\sin\b"
    # Terraform says where in its files it stood.
    r"|with\s[\w\[\]\"-]{1,100}\.[\w.\[\]\"-]{1,200},|on\s[^\s]{1,200}\sline\s\d"
    # Source code, and the marks under it.
    r"|(?:raise|return|throws?|await|except|catch|import|const|let|var|def|func)\b|[~^]{2}|[{}\])<>`$#@*|]"
    r"|[^\n]{0,200}?(?:\w\((?!s\))|[;{]\s?\Z|\s[=!]=?\s)"
    # "upload failed: …", "bucket=…": the next message or field; and what shells say.
    r"|[\"']?\w[\w .-]{0,40}[\"']?(?::(?:\s|\Z)|\s?=)"
    r"|(?:exit\s(?:status|code)|command\s(?:terminated|failed)|exited)\b)"
)
# No sentence ends with such a word: a wrapper broke the line.
_UNFINISHED = re.compile(
    r"\b(?:an?|and|are|as|at|be|by|can|cannot|does|for|from|has|have|in|into|is|may|must|not|of|on|only|or|that|the"
    r"|their|this|to|was|were|which|will|with|your?)\Z"
)
_END = re.compile(
    rf"{RECORD}|```|\\n|</|(?:\s-)?\s?<\?xml|<!|[.!?](?:\s|\Z)"
    # An element: what closes it stands behind it.
    r"|:?\s?<(?P<tag>\w{1,60})>(?=[^\n]{0,400}</(?P=tag)>)"
    # What SDKs and tools add.
    r"|\s\((?:Service|SDK|AWS|HTTP|Status|Request|request)\b|\s\([A-Z]\w{0,60}::|\sEncoded\sauthorization"
    r"|[\s,;(\[]{1,3}(?i:status\scode|(?:aws\s)?request[\s-]?id|host\s?id)\b"
    r"|;\srequest:\s[A-Z]{3,7}\shttps?:|,?\s[Cc]aused\sby\b|\s-{1,3}>|\s<-{1,3}|\s-{3}|\sAn\serror\soccurred\s\("
    # Traces that were folded into one line.
    r"|\sat\s(?:async\s|new\s)?(?:[^\s(]{1,200}\s\((?:[^()]{1,200}:\d|<anonymous>|native|index\s\d)"
    r"|[\w$+<>`]{1,100}[./][\w$.+<>`\[\],/-]{1,200}\(|[^\s(]{0,200}:\d{1,7}:\d{1,7}\)?(?=\s|\Z))"
    rf"|\sFile\s\"|\sfrom\s[^\s:]{{1,200}}:\d{{1,7}}:in\b|\s#\d{{1,4}}\s|\s{_PHP_LOCATION}|\sthrown\sin\b"
    r"|\s(?i:(?:stack\s?)?(?:back)?trace):|\sTraceback\s\(|\sgoroutine\s\d|\spanic:"
    r"|\s(?:During\shandling\sof|The\sabove\sexception)\b|\s(?:raise|return|throw)\s(?:new\s)?\w{1,60}[.(]"
    # The next entry of a log, and the other fields of this one.
    rf"|\s[\[(]?\d{{4}}[-/]\d\d[-/]\d\d[T\s]\d\d:\d\d:|\s[\[(]?{_LEVEL}|\s[IWEF]\d{{4}}\s\d\d:\d\d"
    r"|,?\s[A-Za-z][\w.-]{0,40}=[\w\"'/\[{]|(?:,|\s-)?\s\{(?:\s|[\"']|\Z)"
)

_QUOTES = re.compile(r"[\"'`]")
_BEFORE_OPENING = " ([{=:<,"
# Behind a quote that ends a string, not one that stands in prose.
_AFTER_STRING = re.compile(r"\s?(?:[,;)\]}>]|\Z)|\s[\"']?[\w.-]{1,60}[\"']?\s?[:=]")


def extract_sentence(text: str, start: int, opening: str | None = None) -> str:
    r"""Give the sentence that begins at a place of a readable text, empty where none does.

    Args:
        text: what ``unwrap`` gives.
        start: where the sentence begins.
        opening: the quote in front of it, where it is a string.

    >>> extract_sentence("Denied: Agents are\n  at Agents.check(Agents.java:7)", 8)
    'Agents are'
    """
    # Where the line begins tells how wide it is.
    line_start = text.rfind("\n", 0, start) + 1
    first, *others = text[start : start + _MAX_LENGTH].split("\n")[:_MAX_LINES]
    words, width = first.strip(), start + len(first) - line_start
    for line in others:
        if _ends_sentence(line) or not _is_wrapped(words, width, line):
            break
        words = f"{words} {line.strip()}".strip()
        width = len(line)
    return truncate_at_end(words, opening)


def extract_paragraph(text: str, start: int) -> str:
    r"""Give what stands at a place of a readable text, up to an empty line, a trace or another entry.

    >>> extract_paragraph("Denied: Agents are closed.\nThey open at eight.\n\nOrders are late.", 8)
    'Agents are closed. They open at eight.'
    """
    first, *others = text[start : start + _MAX_LENGTH].split("\n")
    words = [first.partition(RECORD)[0].partition(_NEXT_FAILURE)[0]]
    for line in others:
        if _ends_sentence(line) or _NEXT_FAILURE in line:
            break
        words.append(line)
    return " ".join(words)


def truncate_at_end(words: str, opening: str | None = None) -> str:
    """Give the first sentence of words that stand in one line; ``opening`` as above.

    >>> truncate_at_end("Access to 'orders' is closed. (Service: Orders, Status Code: 403)")
    "Access to 'orders' is closed"
    """
    end = _find_string_end(words, opening)
    found = _END.search(words)
    return words[: min(end, found.start()) if found else end].rstrip(" .,;\\")


def _ends_sentence(line: str) -> bool:
    """Tell whether a line is no part of the sentence of the line before."""
    return not line.strip() or _NOT_PROSE.match(line) is not None


def _is_wrapped(words: str, width: int, line: str) -> bool:
    """Tell whether a wrapper broke the line behind words, and not their author."""
    if not words or _UNFINISHED.search(words):
        return True
    return width >= _MIN_WRAP_WIDTH and words[-1] not in ".!?:" and line.lstrip()[0].islower()


def _find_string_end(words: str, opening: str | None) -> int:
    """Give where the string ends in which a sentence stands; quotes may stand in it, unescaped."""
    open_quotes = [opening] if opening else []
    for m in _QUOTES.finditer(words):
        at, quote = m.start(), m[0]
        before, behind = words[at - 1 : at] or " ", words[at + 1 : at + 2] or " "
        if quote == "'" and before.isalnum() and behind.isalnum():
            continue
        if before in _BEFORE_OPENING and not behind.isspace():
            open_quotes.append(quote)
        elif quote in open_quotes[bool(opening) :]:
            while open_quotes.pop() != quote:
                pass
        elif quote == '"' or _AFTER_STRING.match(words, at + 1):
            return at
    return len(words)
