"""Match prints after what a logger puts before its messages.

The prefixes are those of which no part can be a fact: a time, a level, a thread, the name of a logger. Others take
the long way, such as names of error classes or clouds.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from iamtriage._reading.canonical.matching import read_print
from iamtriage._reading.vocabulary.strict import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.failures._failures import Failure

_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?:Z| ?[+-]\d\d:?\d\d)?"
_STAMP = rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}{_ZONE}"
_LEVEL = "(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL|error|warning|info)"
# The short names of object stores of other clouds take the long way.
_WORD = r"(?!(?:oss|obs|cos|bce)\b)[a-z_]{2,40}"
_NAME = rf"(?:root|__main__|main|app|{_WORD}(?:\.{_WORD}){{1,5}})"
# A number of three digits could be a status.
_THREAD = r"(?:main|MainThread|(?:Thread|[a-z]{2,20})-\d{1,2}|\d{1,2}|\d{4,7})"
_PART = rf"(?:{_LEVEL}:?|\[{_LEVEL}\]|{_NAME}:?|\[{_THREAD}\]|-)"
_FRAME = (
    r'  File "[\w/.@-]{1,300}", line \d{1,6}, in [\w<>]{1,80}\n'
    r"(?:    [a-z][\w .,()*=]{1,200}\n)?(?:    [ ^~]{1,200}\n)?"
)
_PREFIX = (
    rf"(?:{_STAMP}|\[{_STAMP}\]) (?:{_PART} {{1,4}}){{1,5}}"
    rf"|{_LEVEL}:{_NAME}:"
    rf"|(?:{_LEVEL}:|\[{_LEVEL}\]) "
    # klog
    r"|[EWI]\d{4} \d\d:\d\d:\d\d\.\d{6} {1,7}\d{1,7} [a-z_]{1,40}\.go:\d{1,4}\] "
    rf"|Traceback \(most recent call last\):\n(?P<frames>(?:{_FRAME}){{1,100}})botocore\.exceptions\.ClientError: "
    # AWS Lambda
    rf"|\[{_LEVEL}\]\t{_STAMP}\t{UUID}\t"
)


# Words that name a cloud or a service, and others that readers look for.
_TELLING = (
    *("aws", "amazon", "azure", "google", "cloud", "yun", "tencent", "huawei", "yandex", "linode", "ovh"),
    *("vault", "docker", "spring", "java", "psutil"),
    *("denied", "auth", "status", "requestid", "request_id", "hostid", "host_id"),
)
_TELLING_FRAME = re.compile(r"Exception|Error|Fault|Denied|NotFound|[45][0-9]{2}")
# How prints begin. A sentence of another sort would be tried as every message of AWS.
_STARTS = (
    *(
        "An error occurred (",
        "A client error (",
        "aws: [ERROR]: ",
        "operation error ",
        "Error: ",
        "Error from server",
    ),
    *(
        "User: ",
        "Not authorized to perform",
        "You are not authorized",
        "Unable to locate",
        "Unhandled exception. ",
    ),
    *("AccessDenied", "Expired", "Invalid", "Signature", "Throttl", "Unauthorized", "Unrecognized"),
    *(
        "The security token",
        "The provided token",
        "Resource handler",
        "com.amazonaws.",
        "software.amazon.",
        "Amazon.",
    ),
    *("Aws::", "service error: ", "unhandled error (", '{"', "<", "/"),
)


@cache
def _match_prefix() -> Callable[[str], re.Match[str] | None]:
    return re.compile(_PREFIX, re.ASCII).match


def read_logged_print(text: str) -> Failure | None:
    """Read the failure of a log entry that is a print and nothing else.

    >>> printed = "An error occurred (AccessDenied) when calling the GetRole operation: Access Denied"
    >>> read_logged_print(f"ERROR:root:{printed}").kind
    'access_denied'
    """
    m = _match_prefix()(text)
    if m is None or not text.startswith(_STARTS, m.end()):
        return None
    failure = read_print(text, m.end())
    if failure is None:
        return None
    prefix, frames = m.group(0, "frames")
    if prefix.endswith(":") and "\n" in text.rstrip():
        # Without a space, the readers find the code of a longer print only after its first word.
        return None
    is_telling = any(map(prefix.__contains__, _TELLING)) or (frames and _TELLING_FRAME.search(frames))
    return None if is_telling else failure
