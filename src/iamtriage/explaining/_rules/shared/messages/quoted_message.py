"""Find the service's own message in the text of a failure, and where it ends.

Explanations quote messages as AWS's, so nothing else may get into one: if it is uncertain whether a sentence is the
service's, no message is returned. A message ends at a traceback, a line of source code, the next log entry or an SDK's
addition, or at the end of the string literal that contains it. In doubt, it ends too early. AWS SDKs for Java print the
message before ``(Service: …; Status Code: …)``, and after the exception's class or a log prefix.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._reading.vocabulary.grammar import ENTRY_START, RECORD
from iamtriage._text import clip_text, line_start
from iamtriage.failures._failures import Failure

_MAX_SENTENCE = 600
# How the AWS CLI and botocore begin a failure.
_NEXT_FAILURE = "An error occurred ("
_MAX_LINES = 12
# Terminals and text wrappers don't break lines that are shorter.
_MIN_WRAP_WIDTH = 40

_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b"
# Where a PHP frame or error is: an absolute path and the line.
_PHP_LOCATION = r"in\s(?:[A-Za-z]:)?[/\\][^\s:(]{1,200}(?:[:(]\d|\son\sline\b)"
OF_SCHEMA = lazy_pattern(r"(?i:not authorized to access) \w{1,80} on type \w")
"""What AWS AppSync says of a field of a GraphQL API."""
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
    # Commands that someone typed or a job runs.
    r"|(?:rclone|kubectl|eksctl|s[35]cmd|aws\s(?:s3|s3api|sts|iam|eks|ec2|ecr|ecs|ssm|kms|logs|lambda)|helm\s(?:upgrade|install)"
    r"|terraform\s(?:init|plan|apply|import|destroy)|docker\s(?:pull|push|build|run|login))\s[a-z-]"
    # "upload failed: …", "bucket=…": the next message or field; shell messages.
    r"|[\"']?\w[\w .-]{0,40}[\"']?(?::(?:\s|\Z)|\s?=)"
    r"|(?:exit\s(?:status|code)|command\s(?:terminated|failed)|exited)\b)"
)
# All that S3 says.
_WHOLE_MESSAGES = frozenset({"Access Denied", "Forbidden"})
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
    rf"|\sFile\s\"|\sfrom\s[^\s:]{{1,200}}:\d{{1,7}}:in\b|(?<!part)\s#\d{{1,4}}\s|\s{_PHP_LOCATION}|\sthrown\sin\b"
    r"|\s(?i:(?:stack\s?)?(?:back)?trace):|\sTraceback\s\(|\sgoroutine\s\d|\spanic:"
    r"|\s(?:During\shandling\sof|The\sabove\sexception)\b|\s(?:raise|return|throw)\s(?:new\s)?\w{1,60}[.(]"
    # The next log entry, and other fields of this one.
    rf"|\s[\[(]?\d{{4}}[-/]\d\d[-/]\d\d[T\s]\d\d:\d\d:|\s[\[(]?{_LEVEL}|\s[IWEF]\d{{4}}\s\d\d:\d\d"
    r"|,?\s[A-Za-z][\w.-]{0,40}=[\w\"'/\[{]|(?:,|\s-)?\s\{(?:\s|[\"']|\Z)|,\sbucket\s[^\s,]{3,63},\skey\s"
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
    first, *others = text[start : start + _MAX_SENTENCE].split("\n")[:_MAX_LINES]
    # The line's full width tells whether a wrapper broke it.
    words, width = first.strip(), start + len(first) - line_start(text, start)
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
    first, *others = text[start : start + _MAX_SENTENCE].split("\n")
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
    if words in _WHOLE_MESSAGES:
        return False
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


_PARENTHESIS = lazy_pattern(r"\(\s?(?:AWS\s)?Service:\s")
_CHARS_BEFORE_PARENTHESIS = 800
# What separates the message from another log entry or failure.
_ENTRY_BOUNDARY = lazy_pattern(rf"{RECORD}|\n\n|\(\s?(?:AWS\s)?Service:\s[^()]{{0,800}}\)")
_JAVA_CLASS = lazy_pattern(
    r"(?<![\w.$])(?:[\w$]{1,80}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error)(?:\[|:\s?)"
)
# "orders failed: ", "[main] ", "orders - ", msg=", {"message": ", and a level.
_LOG_PREFIX = lazy_pattern(
    r"(?:(?::|\]|\s[-–|]|=>)\s{1,2}[\"'`]?|[=:\[(,]\s?[\"'`]|\A\s?\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)\]?\s{1,5})(?=\w)"
)
# Messages that give no reason, also after the columns of a CloudFormation event.
_UNINFORMATIVE_END = lazy_pattern(r"(?:\A|\s)(?:null|None|Access Denied|Forbidden|Unknown ?Error)[.\s]*\Z")
# How sentences begin, as opposed to a status or a name.
_SENTENCE_START = lazy_pattern(r"(?:[A-Z][a-z']*,?|[A-Z]{2,4}[0-9]?)\s[a-z0-9'\"(]")
_MAX_JAVA_LINES = 3


def java_message(text: str, start: int, end: int) -> str | None:
    """Return the message before the first parenthesis between two positions of a text.

    >>> message = "OrdersException: Orders are closed (Service: Orders, Status Code: 403)"
    >>> java_message(message, 0, len(message))
    'Orders are closed'
    """
    tail = _PARENTHESIS.search(text, start, end)
    if tail is None:
        return None
    begin = max(0, tail.start() - _CHARS_BEFORE_PARENTHESIS)
    entries = _ENTRY_BOUNDARY.split(unwrap(text[begin : tail.start()]).text)
    message = _find_message(entries[-1], is_whole=begin == 0 or len(entries) > 1)
    is_reason = message[:1].isupper() and _UNINFORMATIVE_END.search(message) is None
    return truncate_at_end(message) if is_reason else None


def _find_message(entry: str, *, is_whole: bool) -> str:
    """Return the message at the end of a log entry, empty if its beginning is uncertain."""
    if class_names := list(_JAVA_CLASS.finditer(entry)):
        return " ".join(entry[class_names[-1].end() :].split())
    lines = entry.strip().split("\n")
    words = lines.pop()
    taken = 1
    while lines and taken < _MAX_JAVA_LINES and words[:1].islower():
        words = f"{lines.pop()} {words}"
        taken += 1
    begin = max((m.end() for m in _LOG_PREFIX.finditer(words)), default=0)
    # A quotation is still open: it fails with "You are not …
    if words.count('"', begin) % 2:
        begin = words.rindex('"') + 1
    message = words[begin:].strip()
    is_uncertain = not begin and not lines and not is_whole
    return "" if is_uncertain or _SENTENCE_START.match(message) is None else message


_MAX_QUOTED = 300
_MAX_LENGTH = 8_000
_CHARS_BEFORE = 300
_CHARS_AFTER = 1_000
# What separates a denial from unrelated text before it.
_BOUNDARY = lazy_pattern(rf"{RECORD}|\n\n")
_EXCEPTION_CLASS = lazy_pattern(
    r"(?<=[a-z0-9])(?:Exception|Denied|Operation|Failure|Exists|Entity|Exceeded|Conflict|Input)['\"]?:[ ]?"
)
# What SDKs and services print before the message, most reliable first.
_INTRODUCTIONS = (
    # PHP
    lazy_pattern(r"(?<=\w)\s\((?:client|server)\):[ ]"),
    # Go, also in Terraform.
    lazy_pattern(r"\bapi\serror\s[A-Za-z][\w.]{1,80}:[ ]"),
    lazy_pattern(
        r"\)\swhen\scalling\sthe\s\w{1,99}\soperation(?:\s\(reached\smax\sretries:\s\d{1,9}\))?:[ ]?"
    ),
    lazy_pattern(
        r"[\"'<]?[Mm]essage_?[\"']?\s?(?:=>|[:=>])\s?(?:(?:Some|Optional)\()?(?:chr\s)?(?P<opening>[\"'])?(?![{\[]| ?None,)"
    ),
    _EXCEPTION_CLASS,
)
# Messages that say only that access is denied.
_STANDARD_MESSAGES = (
    "access denied", "access is denied", "access is not allowed", "an error occurred",
    "error making request with error code", "exaws request error", "forbidden", "insufficient permission",
    "insufficient permissions", "insufficient privileges to perform this action", "none", "not authorized",
    "null", "one or more objects could not be deleted", "request failed with status code", "response status code does not indicate success",
    "service returned error code", "the remote server returned an error", "unauthorized",
    "unauthorized operation", "unknown error", "unknownerror",
    "you are not authorized to perform the operation", "you are not authorized to perform this operation",
    "you don't have permission to access this resource", "you don't have permissions to access this resource",
    "you don't have the permissions that are required to perform this operation",
)  # fmt: skip
# What is left of the standard denial message after the caller.
_CUT_SENTENCE = r"(?: is(?: not?(?: a\w{0,9}(?: to?(?: p\w{0,6})?)?)?)?)?(?:\.{2,}|…)?"
_UNINFORMATIVE = lazy_pattern(
    rf"(?i)(?:{'|'.join(map(re.escape, _STANDARD_MESSAGES))}|403|status code:? ?\d+|access to the resource \S+ is denied)"
    r"(?![:,;]? ?(?-i:[a-z]))"
    # The standard denial message, truncated or without an action; SDKs that received no message.
    rf"|user: (?:.{{1,300}} is not authorized to perform\b|\S{{1,300}}{_CUT_SENTENCE}\Z)|exception of type \S+ was thrown"
    r"|(?:service returned error code|error making request with error code) \w"
    # The next line of a box of Terraform: a place in the configuration, or the configuration itself.
    r"|(?:access denied|forbidden) (?:on \S{1,200} line \d|with [\w.\[\]\"-]{1,300},|[a-z_]{1,40} (?:\"|=|\{))"
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
    before, own, after = split_denial_paragraph(failure)
    return " ".join(f"{before} {own} {after}".split())


def split_denial_paragraph(failure: Failure) -> tuple[str, str, str]:
    """Return the text of a denial's paragraph before it, its own text, and the text after it."""
    start = failure.span[0]
    before = _BOUNDARY.split(unwrap(failure.text[max(start - _CHARS_BEFORE, 0) : start]).text)[-1]
    if "An error occurred (" in before:  # the text between belongs to that failure
        before = ""
    text, end = _unwrap_denial(failure)
    return before, text[:end], extract_paragraph(text, end)


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
    if message := java_message(failure.text, *failure.span):
        return _informative_sentence(message)
    # The text is the message field of a response that has the code in another field.
    code = failure.envelope.code
    if code is not None and failure.span == (0, len(failure.text)) and code not in failure.text:
        return _informative_sentence(extract_sentence(text, 0))
    return None


_OPENING = {")": "(", "]": "[", "}": "{"}


def end_summary(failure: Failure) -> str:
    """Return the service's message as the end of a summary, or a full stop if there is none to show."""
    # A message can contain anything.
    from iamtriage.redaction._redact import redact

    message = quoted_message(failure)
    if message is None or len(message) > _MAX_QUOTED:
        return "."
    return f": {clip_text(redact(_without_closers(message))).rstrip('.')}."


def _without_closers(message: str) -> str:
    """Return a message without the brackets that close the object of an SDK, and the marks of Markdown behind it.

    >>> _without_closers("Incorrect user name.}_"), _without_closers("Denied (by a policy)")
    ('Incorrect user name.', 'Denied (by a policy)')
    """
    while message and (
        message[-1] in "_*"
        or (message[-1] in _OPENING and message.count(message[-1]) > message.count(_OPENING[message[-1]]))
    ):
        message = message[:-1].rstrip()
    return message


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
