"""Find where statements start in lines without a log format."""

from __future__ import annotations

import re

from iamtriage._reading.entries.formats import OPENING, POWERSHELL_FIELD, START

# Words and characters after which a sentence continues.
_UNFINISHED_WORDS = (
    "a", "an", "and", "api error", "as", "because", "by", "for", "from", "in", "is", "not", "of", "on", "or", "perform", "that", "the",
    "to", "User", "with", "https response", "https response error",
)  # fmt: skip
_UNFINISHED_ENDS = (*",(-/", *_UNFINISHED_WORDS)
_UNFINISHED = re.compile(rf"(?:[,(\-/]|\b(?:{'|'.join(_UNFINISHED_WORDS)}))\Z")
# The start of a clause of a denial, or of what is left of one where a line was broken.
_CLAUSE = re.compile(
    r"(?:because\b|with an? (?:explicit )?|an explicit\b|explicit deny\b|(?:is )?(?:not )?authorized\b|(?:to )?perform\b|on (?:this |the )?resource\b|when calling\b|role credentials\b|(?:in|by|through) (?:an?|the) [a-z -]{0,40}polic|(?:cluster )?scope\b|status code: \d{3}, request id:)"
)
# A class of exceptions before its message. It labels no value.
_CLASS = r"[a-z]\w{0,40}\.[\w.]{1,100}(?:Exception|Error): "
# Lines that only label a value.
_LABELED = re.compile(
    rf"\W{{0,4}}(?!{_CLASS})"
    r"[A-Za-z][\w.-]{0,40}(?: [\w.-]{1,20}){0,2}[\"']?\s?[:=]\s?[^\s=]{1,300}\Z|\d{3} [A-Z][A-Za-z -]{1,40}\Z"
)
# The end of a line and the next line if a long word, such as an encoded message, is broken between them.
_BROKEN_WORD = re.compile(r"(?<![\w-])[\w-]{80,}\s*\Z")

# The body of a response, and the status before it in the format of boto 2, which also logs both.
_BODY_START = re.compile(r"(?:[^<\n]{0,40}\b[A-Z]{4,8}\b[^<\w]{0,6})?<(?:\?xml|ErrorResponse)\b")
_STATUS_LINE = re.compile(r"(?:\A|[\s:])[345]\d\d(?: [A-Z][a-z]{1,20}){1,3}\Z")
# The status at the end of DuckDB's line, and the code after an empty line.
ANNOUNCED_STATUS = re.compile(r"\(HTTP [345]\d\d(?: [A-Z][a-z]{1,20}){1,3}\)\Z")
_CODE_LINE = re.compile(r"[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+: ")
# The body of a response of API Gateway or a function URL without a reason, and the command that prints it.
_GATEWAY_BODY_STARTS = ('{"message":', '{"Message":')
_GATEWAY_COMMAND = re.compile(
    r"\A(?:[^\s$#%>]{0,80}[$#%>] ?|\+{1,4} )?(?:curl|https?|xh|wget) [^\n]{0,600}?\.(?:execute-api|lambda-url)\."
)
# The position of the command that failed, after which PowerShell prints the command.
# Windows PowerShell translates it.
_POWERSHELL_POSITION = re.compile(
    r"(?: (?:char|Zeichen|car|caractere)| Carácter|[Ll]igne:\d{1,5} |文字|字符|문자): ?\d{1,5}\s*\Z"
)
# A line of PowerShell's error below the command.
_POWERSHELL_LINE = re.compile(rf"\s{{0,8}}\+ (?:~+\s*\Z|{POWERSHELL_FIELD}\s+: )")
# Ansible prints the last line of a module's traceback, then the result of the task with the same message.
_ANSIBLE_EXCEPTION = "An exception occurred during task execution."
_ANSIBLE_RESULTS = ("fatal: [", "failed: [")
_KEYED = re.compile(
    rf"(?!User: arn:|[a-z][a-z0-9-]{{1,40}}:[A-Z][a-z]+[A-Z]|{_CLASS})"
    r"[\"']?[A-Za-z_][\w.-]{1,60}[\"']?\s{0,4}:(?!//)"
)
# A member of an object in YAML, whose keys are those of an API.
_MEMBER = re.compile(r"\s{0,8}[a-z]{1,40}(?:[A-Z][a-z]{0,40}){1,6}:(?: |\s?\Z)")
_QUOTED_KEY = re.compile(r"\s{0,8}[\"'][\w.-]{1,60}[\"']\s?:")
# What ends a line before a member of an object.
_OPEN_ENDS = frozenset(",:{[(")
_QUOTED_VALUE = re.compile(r"[\"']\s?:\s?[\"'][^\"']{0,300}[\"'],?\Z")
# Signs of a response, and signs of the request before it.
_RESPONSE = re.compile(r"\b[Rr]esponse [Hh]eaders\b|\b[Bb]ody(?: [Tt]ext)?:")
_REQUEST = re.compile(
    r"\bHTTP/\d\S{0,4} \d{3}\b|\b(?:response|status) code (?:was )?\d{3}\b|\A[^\n]{0,120}?\bheaders:",
    re.IGNORECASE,
)


def continues_statement(before: str, content: str, *, is_hot: bool, is_logged: bool) -> bool:
    """Return whether a line continues the statement of the previous line.

    Args:
        before: The previous line.
        content: The line.
        is_hot: Whether the statement can report a failure.
        is_logged: Whether both lines are in an entry of a logger, where lines of programs are hardly mixed.

    >>> continues_statement("User: x is not authorized to", "perform: s3:GetObject", is_hot=True, is_logged=False)
    True
    >>> continues_statement("Access Denied", "request took 3 ms", is_hot=True, is_logged=False)
    False
    """
    if not content.strip():
        return True
    if not before:
        return False
    if _is_response(content):
        return _has_response(before)
    if (
        ":" in content
        and (key := _KEYED.match(content))
        and (key_before := _KEYED.match(before))
        # One object has each key once.
        and key[0] != key_before[0]
        and not (OPENING.match(before) or START.match(before))
    ):
        return True
    if is_logged and content[0].islower():
        return True
    return (
        _is_unfinished(before)
        or _is_next_member(before, content)
        or (is_hot and (starts_with_clause(content) or _is_labeled(content.strip())))
        or (is_hot and " " not in content and _BROKEN_WORD.search(before[-200:] + content) is not None)
    )


def continues_sentence(before: str, content: str, *, is_hot: bool = True) -> bool:
    """Return whether a line is the rest of the previous line, although a runner wrote a time before both.

    >>> continues_sentence("User: x is not authorized to perform:", "s3:GetObject with an explicit deny")
    True
    >>> continues_sentence("An error occurred (AccessDenied)", "retrying in 3 s")
    False
    """
    if _is_response(content):
        return _has_response(before)
    return (
        (is_hot and (before.endswith(":") or _is_unfinished(before)))
        or _is_next_member(before, content)
        or (_MEMBER.match(content) is not None and _KEYED.match(before) is not None)
    )


def starts_report(before: str, content: str) -> bool:
    """Return whether a line has the headers that the Kubernetes client prints, without its first lines."""
    return content.startswith("HTTP response headers:") and not before.startswith("Reason: ")


def starts_members(before: str, content: str) -> bool:
    """Return whether a line is the first of an object's members, without the bracket before them."""
    return (
        before[-1:] not in _OPEN_ENDS
        and _QUOTED_KEY.match(content) is not None
        and _QUOTED_KEY.match(before) is None
        and _QUOTED_VALUE.search(before[-400:]) is None
    )


def starts_with_clause(content: str) -> bool:
    """Return whether a line starts with a clause of a denial, which the previous line starts."""
    return _CLAUSE.match(content) is not None


def _is_response(content: str) -> bool:
    """Return whether a line has the body or the headers of a response."""
    return ("ody" in content or "eaders" in content) and _RESPONSE.search(content, 0, 160) is not None


def _has_response(before: str) -> bool:
    """Return whether the body or the headers of a response can follow a line."""
    return _REQUEST.search(before) is not None and "ody" not in before[:160]


def _is_unfinished(text: str) -> bool:
    return text.endswith(_UNFINISHED_ENDS) and _UNFINISHED.search(text[-20:]) is not None


def _is_next_member(before: str, content: str) -> bool:
    """Return whether both lines are members of one JSON object."""
    return _QUOTED_KEY.match(content) is not None and _QUOTED_VALUE.search(before[-400:]) is not None


def has_body_of(before: str, content: str) -> bool:
    """Return whether the previous line announces a line: a response's body, PowerShell's command, Ansible's result.

    >>> has_body_of("S3ResponseError: S3ResponseError: 403 Forbidden", '<?xml version="1.0"?>')
    True
    """
    if content.lstrip().startswith("+"):
        return _POWERSHELL_POSITION.search(before[-40:]) is not None or (
            before.startswith("+") and _POWERSHELL_LINE.match(content) is not None
        )
    if content.startswith(_ANSIBLE_RESULTS):
        return before.startswith(_ANSIBLE_EXCEPTION)
    if content.startswith(_GATEWAY_BODY_STARTS):
        return _GATEWAY_COMMAND.match(before) is not None
    if before.endswith(")"):
        return ANNOUNCED_STATUS.search(before[-80:]) is not None and _CODE_LINE.match(content) is not None
    return (
        "<" in content[:56]
        and _BODY_START.match(content) is not None
        and _STATUS_LINE.search(before[-80:]) is not None
    )


def _is_labeled(text: str) -> bool:
    """Return whether a line only labels a value, or is an HTTP status."""
    return (":" in text or "=" in text or text[0].isdigit()) and _LABELED.match(text) is not None
