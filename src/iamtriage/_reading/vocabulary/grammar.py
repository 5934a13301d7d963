"""Define patterns and helpers for values that several readers share.

``unwrap`` reduces whitespace to one space, one newline, or two newlines for an empty line. Every quantifier is
bounded or followed by something that it cannot match, so that every pattern takes linear time.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.masks import ends_in_mask

# ASCII's record separator replaces the prefix of a log line. Patterns treat it as whitespace.
RECORD = "\x1e"
# Followed by ASCII's group separator, it marks where a text without a log format starts another statement. No value
# continues after it.
STATEMENT = "\x1e\x1d"

# How a log entry can start, and words that tools print only at the start of a line.
ENTRY_START = (
    r"\[?\d{4}[-/]\d\d[-/]|\[?\d\d:\d\d:\d\d|[IWEF]\d{4} |time=|[A-Z][a-z]{2} [ \d]\d \d\d:|\{\""
    r"|Traceback|(?:Error|ERROR|WARN|INFO|DEBUG|FATAL)\b"
)
# What PowerShell prints after a message. Windows PowerShell translates the first line.
POWERSHELL_TRAILER = r"At (?:line:|[A-Z]:\\|/)|In (?:Zeile:|riga:|[A-Z]:\\)|Au caractère |En (?:línea: ?\d|[A-Z]:\\)|No linha:|発生場所 |所在位置 |위치 |\+ {1,200}(?:~|CategoryInfo|FullyQualifiedErrorId)"
# Text that neither starts nor continues a value: the next log entry, possibly with a truncated date, and the suffix of
# the SDK for Go v1.
NOT_A_VALUE = rf"(?!{ENTRY_START}|\d{{4}}[-/]\d{{0,2}}(?:[-/ ]|\Z)|\d{{1,2}}/[A-Z][a-z]{{2}}/|[A-Z][a-z]{{2}} [ \d]\d\b|status\s+code:)"
# After a label, such words can be the value only if they are on the label's line.
VALUE_START = rf"(?:(?<![\n\x1e])|{NOT_A_VALUE})"
# A complete ID does not continue on the next line.
_WHOLE_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
ID_CONTINUATION = rf"(?<!{_WHOLE_ID})(?<![\s:][0-9A-Za-z]{{16}})\n{NOT_A_VALUE}"
# The rest of a host ID is base64, not a word.
HOST_ID_CONTINUATION = rf"(?<!=)\n{NOT_A_VALUE}(?=[A-Za-z]{{0,120}}(?:[0-9=+/]|[a-z][A-Z]))"
# HashiCorp Vault prints "Code: 403. Errors:" for its own responses.
VAULT = lazy_pattern(r"\s*\.\s*Errors")

ACTION = lazy_pattern(r"[A-Za-z][A-Za-z0-9-]{1,62}:[A-Za-z*][A-Za-z0-9*]{0,127}")
ARN_HEAD = lazy_pattern(r"arn:[\w<\[{*-]")
# What people and log viewers write instead of a value: dots, or brackets whose content a page took for markup.
ELLIPSIS = lazy_pattern(r"\A(?:\.{2,}|…+|<>|\[\]|\{\}|\(\))\Z")
# What tools write where they truncate a text: Guzzle's "(truncated...)", "...[truncated 96 chars]",
# "<output truncated>", Node's "... 96 more characters".
_TRUNCATION_MARK = lazy_pattern(
    r"[(\[<{](?:\.{2,3}|…)?\s?(?:[A-Za-z]{1,12}\s){0,2}(?:truncated|Truncated|TRUNCATED)\b[^)\]>}\n]{0,40}[)\]>}]?"
    r"|(?:\.{3}|…)\s?(?:(?:truncated|Truncated|TRUNCATED)\b|[(\[]?\+?[0-9]{1,9}\smore\s(?:characters|chars|bytes)\b)"
)
# An ellipsis that ends a value. If the sentence continues, people left out a part of it instead.
_ELLIPSIS_AT_END = lazy_pattern(
    r"(?:\.{3,}|…+)(?![\w/:*.…-]|\s{0,2}(?:(?:on|for|because|since|with|in|Encoded|status\scode)\b|\((?:Service|SDK|Status)\b|\.{2}|…))"
)

_CLOSERS = {
    ")": "(", "]": "[", "}": "{", ">": "<", "」": "「", "』": "『", "】": "【", "》": "《", "〉": "〈",
}  # fmt: skip
_QUOTES = "\"'`"

# What comes before a rule or a condition: "By default, users are not …", "If your token has expired, …".
_GENERAL = lazy_pattern(
    r"(?:\b(?:[Ii]f|[Uu]nless|[Ww]henever|[Ww]hether)\s(?:(?:the|your|an?|this|that|you|any)\s(?:[\w'-]{1,20}\s){0,7})?"
    r"|(?:[,.:;\n]\s?|\A)(?:IAM\s)?(?:[Uu]sers|[Rr]oles|[Pp]rincipals|[Ii]dentities)\s)\Z"
)
_MAX_GENERAL_LENGTH = 80


def is_general(text: str, start: int) -> bool:
    """Return whether what starts at a position is part of a condition or a rule, so that it reports nothing.

    >>> is_general("If the caller is not authorized", 14), is_general("The caller is not authorized", 11)
    (True, False)
    """
    # A word and a space come before it.
    last = text[start - 2 : start - 1]
    return (last.isalnum() or last in "'-_") and (
        _GENERAL.search(text, max(0, start - _MAX_GENERAL_LENGTH), start) is not None
    )


def find_paragraph(text: str, start: int, end: int, reach: int) -> tuple[int, int]:
    r"""Return the bounds of the paragraph around a message.

    >>> find_paragraph("late\n\nDenied\nby S3\n\nearly", 6, 12, 100)
    (5, 18)
    """
    low, high = max(0, start - reach), min(len(text), end + reach)
    for separator in ("\n\n", RECORD):
        low = max(low, text.rfind(separator, low, start) + 1)
        following = text.find(separator, end, high)
        high = following if following >= 0 else high
    return low, high


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of a value without whitespace, quotes and trailing punctuation.

    A bracket that closes nothing inside the value is trailing punctuation. An ellipsis at the end is not.
    """
    if start < end and text[start].isalnum() and text[end - 1].isalnum():
        return start, end
    while start < end and (text[start].isspace() or text[start] in _QUOTES):
        start += 1
    while end > start:
        last = text[end - 1]
        if last.isalnum() or (last in _QUOTES and ends_in_mask(text, start, end)):
            break
        if last.isspace() or last in _QUOTES or last in ",;。":
            end -= 1
        elif last == ":" and text[end - 2 : end - 1] in _CLOSERS:
            # "Aws::SQS::Errors::AccessDenied (User: … on resource: arn:…):"
            end -= 1
        elif last == ".":
            if text.endswith(("...", "/..", ":.."), start, end):
                break
            end -= 1
        elif last == ")" and (link := text.find("](", start, end)) > start and "[" not in text[start:link]:
            # The value ends the text of a link: "[… on resource: arn:…](https://…)".
            end = link
        elif last in _CLOSERS and text.count(last, start, end) > text.count(_CLOSERS[last], start, end):
            end -= 1
        elif last in "-–—|" and text[start:end].rstrip("-–—|")[-1:].isspace():
            # "… on resource: arn:… - with an explicit deny"
            end -= 1
        elif last == "*" and _closes_bold(text, start, end):
            end -= 2
        else:
            break
    if end - start == 1 and text[start] in ":;,-.!|│":
        return start, start
    return start, end


_BOLD = lazy_pattern(r"(?:(?<=[\s>])|\A)\*\*(?=[^\s*])")


def _closes_bold(text: str, start: int, end: int) -> bool:
    """Return whether a final ``**`` closes Markdown's bold type, and masks nothing."""
    if not text.endswith("**", start, end) or text.endswith("***", start, end):
        return False
    reach = max(0, start - 2000)
    line = text.rfind("\n", reach, start) + 1
    if _BOLD.search(text[line : start + 1]):
        return True
    # Bold type can begin on an earlier line of the paragraph.
    opening = text.rfind("**", max(reach, text.rfind("\n\n", reach, start)), end - 2)
    return opening >= 0 and _BOLD.match(text, opening) is not None


def find_cut(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return where a text was truncated between two positions, and where the mark that says so ends.

    A mark on a line of its own that ends with an ellipsis stands for lines between the value and the rest.

    >>> find_cut("perform: sqs:Sen (truncated...)", 0, 31), find_cut("perform: sqs:SendMessage", 0, 24)
    ((16, 31), None)
    """
    if (
        text.find("runcated", start, end) < 0
        and text.find("RUNCATED", start, end) < 0
        and text.find(" more ", start, end) < 0
    ):
        return None
    m = _TRUNCATION_MARK.search(text, start, end)
    if m is None:
        return None
    at = m.start()
    while at > start and (text[at - 1].isspace() or text[at - 1] in ".…"):
        at -= 1
    is_alone = "\n" in text[at : m.start()] and text[m.end() : m.end() + 1] in {"\r", "\n"}
    # Guzzle's, in parentheses, follows a value on the next line, too.
    stands_for_lines = text[m.start()] == "[" and text.endswith(("...]", "…]", "lines]"), at, m.end())
    return None if is_alone and stands_for_lines else (at, m.end())


def find_ellipsis_end(text: str, position: int) -> int:
    """Return where the ellipsis at a position ends, or the position itself if there is none."""
    m = _ELLIPSIS_AT_END.match(text, position)
    return m.end() if m else position
