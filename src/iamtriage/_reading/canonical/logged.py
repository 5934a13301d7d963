"""Parse SDK output alone, after a logger's prefix, or in a field of logfmt or JSON.

The prefixes and fields contain nothing that can be a fact: a time, a level, a thread, the name of a logger. A text
with anything else, such as the name of an error class or a cloud, is left to the readers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.canonical.matching import parse_output
from iamtriage._reading.vocabulary.strict import UUID

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?:Z| ?[+-]\d\d:?\d\d)?"
_STAMP = rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}{_ZONE}"
_LEVEL = "(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL|error|warning|info)"
# Names of object stores of other clouds are left to the readers.
_WORD = r"(?!(?:oss|obs|cos|bce)\b)[a-z_]{2,40}"
_NAME = rf"(?:root|__main__|main|app|{_WORD}(?:\.{_WORD}){{1,5}})"
# A number of three digits could be a status.
_THREAD = r"(?:main|MainThread|(?:Thread|[a-z]{2,20})-\d{1,2}|\d{1,2}|\d{4,7})"
_PART = rf"(?:{_LEVEL}:?|\[{_LEVEL}\]|{_NAME}:?|\[{_THREAD}\]|-)"
_FRAME = (
    r'  File "[\w/.@-]{1,300}", line \d{1,6}, in [\w<>]{1,80}\n'
    r"(?:    [a-z][\w .,()*=]{1,200}\n)?(?:    [ ^~]{1,200}\n)?"
)
_PREFIX = lazy_pattern(
    rf"(?:{_STAMP}|\[{_STAMP}\]) (?:{_PART} {{1,4}}){{1,5}}"
    rf"|{_LEVEL}:{_NAME}:"
    rf"|(?:{_LEVEL}:|\[{_LEVEL}\]) "
    # klog
    r"|[EWI]\d{4} \d\d:\d\d:\d\d\.\d{6} {1,7}\d{1,7} [a-z_]{1,40}\.go:\d{1,4}\] "
    rf"|Traceback \(most recent call last\):\n(?P<frames>(?:{_FRAME}){{1,100}})botocore\.exceptions\.ClientError: "
    # AWS Lambda
    rf"|\[{_LEVEL}\]\t{_STAMP}\t{UUID}\t",
    re.ASCII,
)
_PREFIX_STARTS = frozenset("0123456789[DIWECFTewi")
# A line of logfmt or JSON up to its message.
_FIELD = rf"{_STAMP}|{_LEVEL}|warn|fatal|{_NAME}"
_FIELDS = lazy_pattern(
    rf'(?:(?:time|ts|level|logger)=(?:"(?:{_FIELD})"|{_FIELD}) ){{1,4}}(?:msg|error|err)="'
    rf'|\{{(?:"(?:time|ts|timestamp|level|severity|logger)": ?"(?:{_FIELD})", ?){{1,4}}"(?:msg|message)": ?"',
    re.ASCII,
)
_LOGFMT = ("time=", "ts=", "level=", "logger=")
_FIELD_STARTS = (*_LOGFMT, '{"t', '{"l', '{"s')

# Names of clouds and services, and other words that readers search for.
_EVIDENCE = (
    *("aws", "amazon", "azure", "google", "cloud", "yun", "tencent", "huawei", "yandex", "linode", "ovh"),
    *("vault", "docker", "spring", "java", "psutil"),
    *("denied", "auth", "status", "requestid", "request_id", "hostid", "host_id"),
)
_EVIDENCE_IN_FRAMES = lazy_pattern(r"Exception|Error|Fault|Denied|NotFound|[45][0-9]{2}")
# The starts of SDK output. Any other sentence would be compared with every AWS message.
_OUTPUT_STARTS = (
    "An error occurred (", "A client error (", "aws: [ERROR]: ", "operation error ", "Error: ", "Error from server",
    "User: ", "Not authorized to perform", "You are not authorized", "Unable to locate", "Unhandled exception. ",
    "AccessDenied", "Expired", "Invalid", "Signature", "Throttl", "Unauthorized", "Unrecognized",
    "The security token", "The provided token", "Resource handler", "com.amazonaws.", "software.amazon.", "Amazon.",
    "Aws::", "service error: ", "unhandled error (", '{"', "<", "/",
)  # fmt: skip
# The first characters of output of several lines that can start without whitespace: XML, JSON, of the CLI, too, and the
# output of the SDK for C++.
_STARTS_OF_LINES = frozenset("<{\naH")


def parse_any_output(text: str) -> Failure | None:
    """Return the failure in unmodified SDK output, alone or as a log entry, or ``None``."""
    if text.startswith(_LOGFMT):
        return _parse_quoted_output(text)
    line_end = text.find("\n", 1)
    if line_end > 0 and text[line_end + 1 : line_end + 2].strip() and text[0] not in _STARTS_OF_LINES:
        # The text goes on with a line that no output has.
        return parse_logged_output(text)
    return parse_output(text) or parse_logged_output(text)


def parse_logged_output(text: str) -> Failure | None:
    """Return the failure in a log entry that contains unmodified SDK output and nothing else, or ``None``.

    >>> printed = "An error occurred (AccessDenied) when calling the GetRole operation: Access Denied"
    >>> parse_logged_output(f"ERROR:root:{printed}").kind
    'access_denied'
    >>> parse_logged_output(f'level=error msg="{printed}"').kind
    'access_denied'
    """
    m = _PREFIX.match(text) if text[:1] in _PREFIX_STARTS else None
    if m is None:
        return _parse_quoted_output(text) if text.startswith(_FIELD_STARTS) else None
    if not text.startswith(_OUTPUT_STARTS, m.end()):
        return None
    failure = parse_output(text, m.end())
    if failure is None:
        return None
    prefix, frames = m.group(0, "frames")
    if prefix.endswith(":") and "\n" in text.rstrip():
        # Without a space, the readers find the code of a longer text only after its first word.
        return None
    has_evidence = any(map(prefix.__contains__, _EVIDENCE)) or (frames and _EVIDENCE_IN_FRAMES.search(frames))
    return None if has_evidence else failure


def _parse_quoted_output(text: str) -> Failure | None:
    """Return the failure in a line of logfmt or JSON whose last field is unmodified SDK output, or ``None``."""
    m = _FIELDS.match(text)
    if m is None or ("logger" in m[0] and any(map(m[0].__contains__, _EVIDENCE))):
        return None
    start, end = m.end(), len(text.rstrip())
    closing = '"}' if text[0] == "{" else '"'
    if not text.endswith(closing, start, end):
        return None
    end -= len(closing)
    escaped_quotes = text.count('\\"', start, end)
    if escaped_quotes != text.count('"', start, end) or escaped_quotes != text.count("\\", start, end):
        # The message ends earlier, or there are other escapes, which only the readers resolve.
        return None
    if "message" in m[0] and "{" in text[start:end]:
        # The readers would read such a key as a part of the object in the message.
        return None
    failure = parse_output(text, start, end) if text.startswith(_OUTPUT_STARTS, start) else None
    # For the readers, a failure ends within the escaped quote.
    return None if failure is None or text.startswith('\\"', failure.span[1] - 2) else failure
