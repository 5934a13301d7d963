"""Find where a service's message ends in a log or traceback.

Explanations quote messages as AWS's, so nothing else may get into one. A message ends at a traceback, a line of
source code, the next log entry or an SDK's addition, or at the end of the string literal that contains it. In
doubt, it ends too early.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import ENTRY_START, RECORD

__all__ = ("extract_paragraph", "extract_sentence", "truncate_at_end")

_MAX_LENGTH = 600
# How the AWS CLI and botocore begin a failure.
_NEXT_FAILURE = "An error occurred ("
_MAX_LINES = 12
# Terminals and text wrappers don't break lines that are shorter.
_MIN_WRAP_WIDTH = 40

_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b"
# Where a PHP frame or error is: an absolute path and the line.
_PHP_LOCATION = r"in\s(?:[A-Za-z]:)?[/\\][^\s:(]{1,200}(?:[:(]\d|\son\sline\b)"
# A line that never continues a sentence.
_NOT_PROSE = lazy_pattern(
    rf"\s?(?:{RECORD}|{ENTRY_START}|[\[(]?{_LEVEL}"
    # Frames of Java, JavaScript and .NET, of Python, of Ruby, of PHP and Rust.
    r"|at\s(?:async\s|new\s)?(?:[^\s(]{1,200}\s?\(|[^\s.\\/:<]{0,200}[.\\/:<]\S)"
    r"|File\s\"|from\s[^\s:]{1,200}:\d{1,7}:in\b|#?\d{1,4}:?\s"
    rf"|{_PHP_LOCATION}|thrown\sin\b"
    # The place in a Terraform configuration.
    r"|with\s[\w\[\]\"-]{1,100}\.[\w.\[\]\"-]{1,200},|on\s[^\s]{1,200}\sline\s\d"
    # Source code and the carets under it.
    r"|(?:raise|return|throws?|await|except|catch|import|const|let|var|def|func)\b|[~^]{2}|[{}\])<>`$#@*|]"
    r"|[^\n]{0,200}?(?:\w\((?!s\))|[;{]\s?\Z|\s[=!]=?\s)"
    # "upload failed: …", "bucket=…": the next message or field; shell messages.
    r"|[\"']?\w[\w .-]{0,40}[\"']?(?::(?:\s|\Z)|\s?=)"
    r"|(?:exit\s(?:status|code)|command\s(?:terminated|failed)|exited)\b)"
)
# A line that ends with one of these words was wrapped, because no sentence ends with it.
_UNFINISHED = lazy_pattern(
    r"\b(?:an?|and|are|as|at|be|by|can|cannot|does|for|from|has|have|in|into|is|may|must|not|of|on|only|or|that|the"
    r"|their|this|to|was|were|which|will|with|your?)\Z"
)
_END = lazy_pattern(
    rf"{RECORD}|```|\\n|</|(?:\s-)?\s?<\?xml|<!|[.!?](?:\s|\Z)"
    # An element with its end tag.
    r"|:?\s?<(?P<tag>\w{1,60})>(?=[^\n]{0,400}</(?P=tag)>)"
    # What SDKs and tools add.
    r"|\s\((?:Service|SDK|AWS|HTTP|Status|Request|request)\b|\s\([A-Z]\w{0,60}::|\sEncoded\sauthorization"
    r"|[\s,;(\[]{1,3}(?i:status\scode|(?:aws\s)?request[\s-]?id|host\s?id)\b"
    r"|:\sprovider=|;\srequest:\s[A-Z]{3,7}\shttps?:|,?\s[Cc]aused\sby\b|\s-{1,3}>|\s<-{1,3}|\s-{3}|\sAn\serror\soccurred\s\("
    # Tracebacks on one line.
    r"|\sat\s(?:async\s|new\s)?(?:[^\s(]{1,200}\s\((?:[^()]{1,200}:\d|<anonymous>|native|index\s\d)"
    r"|[\w$+<>`]{1,100}[./][\w$.+<>`\[\],/-]{1,200}\(|[^\s(]{0,200}:\d{1,7}:\d{1,7}\)?(?=\s|\Z))"
    rf"|\sFile\s\"|\sfrom\s[^\s:]{{1,200}}:\d{{1,7}}:in\b|\s#\d{{1,4}}\s|\s{_PHP_LOCATION}|\sthrown\sin\b"
    r"|\s(?i:(?:stack\s?)?(?:back)?trace):|\sTraceback\s\(|\sgoroutine\s\d|\spanic:"
    r"|\s(?:During\shandling\sof|The\sabove\sexception)\b|\s(?:raise|return|throw)\s(?:new\s)?\w{1,60}[.(]"
    # The next log entry, and other fields of this one.
    rf"|\s[\[(]?\d{{4}}[-/]\d\d[-/]\d\d[T\s]\d\d:\d\d:|\s[\[(]?{_LEVEL}|\s[IWEF]\d{{4}}\s\d\d:\d\d"
    r"|,?\s[A-Za-z][\w.-]{0,40}=[\w\"'/\[{]|(?:,|\s-)?\s\{(?:\s|[\"']|\Z)"
)

_QUOTES = lazy_pattern(r"[\"'`]")
_BEFORE_OPENING = " ([{=:<,"
# What follows a quote that ends a string, as opposed to one in prose.
_AFTER_STRING = lazy_pattern(r"\s?(?:[,;)\]}>]|\Z)|\s[\"']?[\w.-]{1,60}[\"']?\s?[:=]")


def extract_sentence(text: str, start: int, opening: str | None = None) -> str:
    r"""Return the sentence that begins at a position, empty if none does.

    Args:
        text: The unwrapped text.
        start: Where the sentence begins.
        opening: The quote before it, if it is a string literal.

    >>> extract_sentence("Denied: Agents are\n  at Agents.check(Agents.java:7)", 8)
    'Agents are'
    """
    # The line's full width tells whether a wrapper broke it.
    line_start = text.rfind("\n", 0, start) + 1
    first, *others = text[start : start + _MAX_LENGTH].split("\n")[:_MAX_LINES]
    words, width = first.strip(), start + len(first) - line_start
    for line in others:
        if _is_not_prose(line) or not _is_wrapped(words, width, line):
            break
        words = f"{words} {line.strip()}".strip()
        width = len(line)
    return truncate_at_end(words, opening)


def extract_paragraph(text: str, start: int) -> str:
    r"""Return the text from a position up to an empty line, a traceback or another log entry.

    >>> extract_paragraph("Denied: Agents are closed.\nThey open at eight.\n\nOrders are late.", 8)
    'Agents are closed. They open at eight.'
    """
    first, *others = text[start : start + _MAX_LENGTH].split("\n")
    words = [first.partition(RECORD)[0].partition(_NEXT_FAILURE)[0]]
    for line in others:
        if _is_not_prose(line) or _NEXT_FAILURE in line:
            break
        words.append(line)
    return " ".join(words)


def truncate_at_end(words: str, opening: str | None = None) -> str:
    """Return the first sentence of a line.

    Args:
        words: The line.
        opening: The quote before it, if it is a string literal.

    >>> truncate_at_end("Access to 'orders' is closed. (Service: Orders, Status Code: 403)")
    "Access to 'orders' is closed"
    """
    end = _find_string_end(words, opening)
    found = _END.search(words)
    return words[: min(end, found.start()) if found else end].rstrip(" .,;\\")


def _is_not_prose(line: str) -> bool:
    """Return whether a line can't continue the sentence of the line before."""
    return not line.strip() or _NOT_PROSE.match(line) is not None


def _is_wrapped(words: str, width: int, line: str) -> bool:
    """Return whether a wrapper, not the author, broke the line after some words."""
    if not words or _UNFINISHED.search(words):
        return True
    return width >= _MIN_WRAP_WIDTH and words[-1] not in ".!?:" and line.lstrip()[0].islower()


def _find_string_end(words: str, opening: str | None) -> int:
    """Return where the string literal around a sentence ends; it can contain unescaped quotes."""
    open_quotes = [opening] if opening else []
    for m in _QUOTES.finditer(words):
        at, quote = m.start(), m[0]
        before, after = words[at - 1 : at] or " ", words[at + 1 : at + 2] or " "
        if quote == "'" and before.isalnum() and after.isalnum():
            continue
        if before in _BEFORE_OPENING and not after.isspace():
            open_quotes.append(quote)
        elif quote in open_quotes[bool(opening) :]:
            while open_quotes.pop() != quote:
                pass
        elif quote == '"' or _AFTER_STRING.match(words, at + 1):
            return at
    return len(words)
