"""Find the text that SDKs print after a message: status, request ID, service.

Sources: aws-sdk-go's ``awserr.RequestFailure``, aws-sdk-java v1 ``AmazonServiceException.getMessage``
and v2 ``AwsServiceException``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import is_code, is_generic, strip_hadoop_code
from iamtriage._reading.vocabulary.grammar import (
    ELLIPSIS,
    HOST_ID_CONTINUATION,
    ID_CONTINUATION,
    RECORD,
    trim,
)
from iamtriage._reading.vocabulary.pieces import BEST, HINT, Piece
from iamtriage._reading.vocabulary.services import service_name
from iamtriage._reading.vocabulary.statuses import is_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Markdown's marks before an ID. More of them are a mask.
_MARKS = r"(?:[ ]?(?=\*{3,64}(?:[\s,]|\Z))|[ *]*)"
# If the lines of a box around the error were joined, a bar can remain in the text.
_GO1 = lazy_pattern(
    rf"status\s+code:\s*(?P<status>[0-9]{{3}})\b(?:\s*,\s*request\s+id:(?:\s*(?:\|\s)?(?=[0-9a-f]{{8}}-[0-9a-f]{{4}}-|[A-Z0-9]{{16}}\b|\w{{0,2}}[xX]{{4}})|{_MARKS})"
    rf"(?P<request>(?:[^\s,\"'`<|]|<(?!/))*(?:{ID_CONTINUATION}[0-9a-f]{{1,12}}(?![\w-]))?))?"
    rf"(?:\s*,\s*host\s+id:{_MARKS}(?P<host>(?:[^\s,\"'`<|]|<(?!/))*(?:{HOST_ID_CONTINUATION}[A-Za-z0-9+/]{{4,120}}=?=?)?))?"
)
# The services of AWS have longer request IDs, unless someone has shortened them. The SDK begins a line with its suffix.
_OTHER_ID = lazy_pattern(r"[0-9a-f]{1,15}\)?")
# "Code: message" before the suffix of the SDK for Go v1, which has no other format: any word there is a code.
_GO1_CODE = lazy_pattern(
    r"(?P<code>[A-Z](?:(?<=\A.)|(?<=:\s.)|(?<=desc\s=\s.)|(?<=[\n\x1e\"'`].))[a-z][A-Za-z0-9]{1,60}(?:\*{0,2}\.[A-Z][A-Za-z]{1,40}){0,2}):[ ](?=\S)"
)
_MAX_CODE_DISTANCE = 600
_WORDS = lazy_pattern(r"[A-Z][^A-Z.]*")
# Words before a colon that are labels of people and tools, not codes.
_LABEL_WORDS = """
    Cause Caused Denied Description Detail Details Error Errors Event Failed Failure Fatal Info Message Output Reason Result
    Status User Warning
"""
_LABELS = frozenset(_LABEL_WORDS.split())
_JAVA = lazy_pattern(r"\(\s*(?:Service|AWS\s+Service):\s*(?P<service>[^;,()]{1,80})(?P<separator>[;,])")
# A value continues on lines of one word up to the next separator. Without one, a truncated suffix ends with its line.
_WRAP = r"\n[^\S\n]*(?=(?:[^\s;,()]{1,300}[^\S\n]*\n[^\S\n]*){0,3}[^\s;,()]{1,300}[;,)])"
_JAVA_PART = lazy_pattern(
    rf"\s*(?P<key>[A-Z][A-Za-z0-9]*(?:\s+[A-Z][A-Za-z0-9]*){{0,3}}|Http\s+Status\s+Code)\s*:(?:[^\S\n]|{_WRAP})*"
    rf"(?P<value>\([^()\n]{{1,60}}\)|(?:<[^<>\n]{{1,60}}>|\[[^\[\]\n]{{1,60}}\]|[^\s;,()<\[])(?:[^\n;,()\"`]|[\"`](?!\s)|{_WRAP}){{0,300}})"
    r"(?P<separator>[;,)]|(?=[\n\"`])|\Z)"
)
# The same as the SDKs print them.
_JAVA_PARTS = lazy_pattern(
    r" Status Code: (?P<status>[0-9]{3})(?:[;,] Error Code: (?P<code>(?!null;)[A-Za-z][A-Za-z.]{0,78}[A-Za-z]))?[;,] Request ID: (?P<request>(?!null\b)[0-9A-Za-z][0-9A-Za-z-]{0,78}[0-9A-Za-z])"
    r"(?:[;,] (?:S3 )?Extended Request ID: (?:null|(?P<host>[A-Za-z0-9+/]{0,120}[A-Za-z0-9]={0,2})))?(?:; Proxy: null)?\)",
    re.ASCII,
)
# People quote it without parentheses. Then each value is one word.
_JAVA_QUOTED = lazy_pattern(
    r"Service:(?<![\w(-]Service:)(?<!\(\sService:)(?<!AWS\sService:)\s(?P<service>[A-Za-z][A-Za-z0-9]{1,60}(?:\s[A-Z0-9][A-Za-z0-9]{0,40}){0,3})(?P<separator>[;,])(?=\s?Status\s+Code:\s?[0-9]{3}[;,]\s)"
)
_JAVA_QUOTED_PART = lazy_pattern(
    r"\s?(?P<key>(?:S3\s+)?[A-Z][a-z]+(?:\s+[A-Z][A-Za-z]*){1,3}):\s?(?P<value>[^\s;,()\"'`<>]{1,300})(?P<separator>[;,]?)"
)
_AWS_SERVICE = lazy_pattern(r"Service:\s(?:Amazon|AWS)")
# Documentation also lists the parts, and leaves out the request ID.
_JAVA_OLDEST = lazy_pattern(
    r"Status\s+Code:\s*(?P<status>[0-9]{3})[,\s][\s+]*AWS\s+Service:\s*(?P<service>[^,]{1,60}?)[,\s][\s+]*(?:AWS\s+Request\s+ID:\s*(?P<request>[^,\s]{1,80})[,\s][\s+]*)?"
    r"AWS\s+Error\s+Code:\s*(?P<code>[^,\s]{1,80})[,\s][\s+]*AWS\s+Error\s+Message:\s*"
)
_JAVA_OLDEST_HOST = lazy_pattern(r"S3\s+Extended\s+Request\s+ID:\s*(?P<host>[^\s,)]{1,200})")
_BARE_STATUS = lazy_pattern(r"\(Status\s+Code:\s*(?P<status>[0-9]{3})\)")
_MAX_PARTS = 8
_KEYS = {
    "statuscode": "status_code", "httpstatuscode": "status_code", "errorcode": "code",
    "requestid": "request_id", "extendedrequestid": "host_id", "s3extendedrequestid": "host_id",
}  # fmt: skip


def read_suffixes(readable: Readable) -> Iterator[Piece]:
    """Yield the suffixes of messages."""
    text = readable.text
    if "status" in text:
        at = 0
        for m in _GO1.finditer(text):
            if m["request"] is not None:
                yield from _read_go1_code(text, max(at, m.start() - _MAX_CODE_DISTANCE), m.start())
            at = m.end()
            piece = Piece("tail", m.start(), m.end(), source="go-v1")
            is_short = m["request"] is not None and _OTHER_ID.fullmatch(m["request"]) is not None
            has_line = m.start() > 0 and text[m.start() - 1] == "\n"
            piece.is_aws = m["request"] is not None and (has_line or not is_short)
            piece.put_group(m, "status_code", "status", BEST)
            for group, key in (("request", "request_id"), ("host", "host_id")):
                if m[group]:
                    _put(text, piece, key, m.start(group), m.end(group))
            yield piece
    if "Service:" in text:
        yield from _read_java(text)
    if "AWS Error" in text or "AWS\nError" in text:
        for m in _JAVA_OLDEST.finditer(text):
            piece = Piece("head", m.start(), m.end(), source="java-v1", is_aws=True)
            piece.put_group(m, "status_code", "status", BEST)
            piece.put("service", service_name(m["service"]))
            piece.put_group(m, "request_id", "request")
            _put(text, piece, "code", m.start("code"), m.end("code"))
            host = _JAVA_OLDEST_HOST.search(text, m.end(), m.end() + 1000)
            if host:
                _put(text, piece, "host_id", host.start("host"), host.end("host"))
            yield piece
    if "(Status Code:" in text:
        for m in _BARE_STATUS.finditer(text):
            piece = Piece("tail", m.start(), m.end())
            piece.put_group(m, "status_code", "status")
            yield piece


def _read_go1_code(text: str, begin: int, end: int) -> Iterator[Piece]:
    """Yield the code before a suffix, unless other readers find it, because it looks like a code."""
    begin = max(begin, text.rfind("\n\n", begin, end) + 1, text.rfind(RECORD, begin, end) + 1)
    found = [m for m in _GO1_CODE.finditer(text, begin, end) if m["code"] not in _LABELS]
    if not found or any(is_code(m["code"]) for m in found):
        return
    # A message can also start with a single word: "Cluster: …". A compound is more likely a code.
    m = max(found, key=lambda m: (len(_WORDS.findall(m["code"])) > 1, m.start()))
    if not is_generic(m["code"]):
        piece = Piece("head", m.start(), m.end(), source="go-v1")
        # Bold text in Markdown can end inside the code.
        piece.put("code", m["code"].replace("*", ""), m.start("code"), m.end("code"))
        yield piece


def _read_java(text: str) -> Iterator[Piece]:
    yield from _read_java_suffixes(text, _JAVA, _JAVA_PART)
    for piece in _read_java_suffixes(text, _JAVA_QUOTED, _JAVA_QUOTED_PART):
        # Other systems have services, too.
        piece.is_aws = "request_id" in piece.facts or _AWS_SERVICE.match(text, piece.start) is not None
        if piece.is_aws or "code" in piece.facts:
            yield piece


def _read_java_suffixes(text: str, head: re.Pattern[str], parts: re.Pattern[str]) -> Iterator[Piece]:
    for m in head.finditer(text):
        source = "java-v1" if m["separator"] == ";" else "java-v2"
        piece = Piece("tail", m.start(), m.end(), source=source, is_aws=True)
        service = "".join(m["service"].split())
        piece.put("service", None if service == "null" else service_name(service))
        at = m.end()
        plain = _JAVA_PARTS.match(text, at) if head is _JAVA else None
        if plain:
            status, code, request, host = plain.groups()
            piece.put("status_code", status, *plain.span(1), BEST)
            if code:
                # Services have codes of any form. The position shows that it is one.
                piece.put("code", code, *plain.span(2), BEST if is_code(code) else HINT)
            piece.put("request_id", request, *plain.span(3), BEST)
            piece.put("host_id", host, *plain.span(4), BEST)
            piece.end = plain.end()
        for _ in () if plain else range(_MAX_PARTS):
            part = parts.match(text, at)
            if part is None:
                break
            key = _KEYS.get("".join(part["key"].split()).lower())
            if key == "status_code":
                # Statuses need no other correction than that of a wrap.
                value = "".join(part["value"].split())
                piece.put(key, value if is_status(value) else None, *part.span("value"), BEST)
            elif key:
                _put(text, piece, key, part.start("value"), part.end("value"))
            piece.end = at = part.end()
            if not part["separator"] or part["separator"] not in ";,":
                break
        yield piece


def _put(text: str, piece: Piece, key: str, start: int, end: int) -> None:
    start, end = trim(text, start, end)
    value = text[start:end]
    if key == "code" and "\n" in value and is_code(line := value.partition("\n")[0].strip()):
        # A suffix without its closing parenthesis ends with the line.
        end, value = start + len(line), line
    if "\n" in value:
        value = "".join(value.split())
    if not value or value == "null" or ELLIPSIS.match(value):
        return
    if key in {"request_id", "host_id"}:
        plain = strip_hadoop_code(value.rstrip(":"))
        if not plain or ELLIPSIS.match(plain):
            return
        end -= len(value) - len(plain)
        value = plain
    if key == "code" and value[:3].isdigit():
        # "403 Forbidden" is an HTTP status with its reason phrase, not a code.
        return
    if key == "code" and value.endswith(("...", "…")) and is_code(value.rstrip(".…")):
        value = value.rstrip(".…")
        end = start + len(value)
    if key == "code" and not is_code(value):
        # Services have codes of any form. The position shows that it is one.
        piece.put(key, value, start, end, HINT)
        return
    piece.put(key, value, start, end, BEST)
