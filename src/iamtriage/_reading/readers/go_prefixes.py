"""Find the text that the AWS SDK for Go v2 prints before a message.

Sources: smithy-go ``OperationError`` and aws-sdk-go-v2's ``ResponseError``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import is_code
from iamtriage._reading.vocabulary.grammar import (
    ELLIPSIS,
    ENTRY_START,
    HOST_ID_CONTINUATION,
    ID_CONTINUATION,
    trim,
)
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._reading.vocabulary.pieces import BEST, Piece
from iamtriage._reading.vocabulary.services import service_name

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

_OPERATION = lazy_pattern(
    # A box can break a service's name between words. People retype it with other capitals.
    rf"(?P<written>[Oo](?<!\w.)peration\s+[Ee]rror)\s+(?P<service>[A-Za-z](?:[\w .-]|\n(?=[A-Z]|v[0-9])(?!{ENTRY_START})){{0,60}}?)\s*:\s+(?P<operation>\w{{2,80}})(?=[,:\s]|\Z)"
)
# A log viewer cut off the words "operation error".
_TRUNCATED = lazy_pattern(
    r"(?P<service>[A-Z](?:(?<=\A.)|(?<=[\n\x1e\"'`(\[].)|(?<=[:>]\s.)|(?<=rror\s.))[A-Za-z0-9]{1,40}(?:[ ][A-Z][A-Za-z0-9]{0,40}){0,4})\s*:\s+"
    r"(?P<operation>[A-Z]\w{2,80})(?=,\s+(?:exceeded\s+maximum\s+number\s+of\s+attempts,\s+[0-9]{1,3},\s+)?https?\s+response\s+error\s+StatusCode:)"
)
_COMPLETE = lazy_pattern(r"operation\s+error\s+[\w .-]{0,60}\s?\Z")
_MAX_PREFIX_LENGTH = 90
# Without "response error" before it, a request ID must follow, because other programs print such structs.
GO_RESPONSE = lazy_pattern(
    r"(?P<head>(?:https?|HTTPS?)\s+[Rr]esponse\s+[Ee]rror:?\s+)?StatusCode:\s*(?P<status>[0-9]{1,3})(?(head)(?=\s*,|\n|_(?!\w)|\s(?:\.{3}|…)\s)|(?=\s*,\s*RequestID:\s*[^\s\"]))"
)
_REQUEST = lazy_pattern(
    rf"(?:\s*,\s*|\n)RequestID:\s*(?P<id>[^,;\n]{{0,128}}(?:{ID_CONTINUATION}[0-9a-f-]{{1,36}}(?=[,;\s]|\Z))?)"
)
_HOST = lazy_pattern(
    rf"(?:\s*,\s*|\n)HostID:\s*(?P<id>[^,;\n]{{0,256}}(?:{HOST_ID_CONTINUATION}[^,;\s]{{1,200}})?)"
)
# Who removed the ID removed the comma after it, too.
_NO_ID = lazy_pattern(r"api\s+error\b")
# Services have codes of any form. An error that the SDK models has no words before it, and often no message.
_MODELED_CODE = lazy_pattern(r",\s+(?P<code>[A-Z]\w{2,80}(?:\.\w{2,60})?)(?::\s|:?[ \t]*(?=\n|\Z))")


def _operation(m: re.Match[str]) -> Piece:
    written = m.groupdict().get("written", "")
    piece = Piece("head", m.start(), m.end(), source="go-v2", is_aws=written == written.lower())
    piece.put_group(m, "operation", rank=BEST)
    if not is_code(m["service"]):
        # People retype the head with the code instead of the service.
        piece.put("service", service_name(m["service"]))
    return piece


def _truncated_operation(m: re.Match[str]) -> Piece | None:
    """Read a truncated head, unless it is complete and only a newline splits its service."""
    return (
        None
        if _COMPLETE.search(m.string, max(0, m.start() - _MAX_PREFIX_LENGTH), m.start())
        else _operation(m)
    )


def _response(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), source="go-v2")
    piece.put_group(m, "status_code", "status", BEST)
    for key, pattern in (("request_id", _REQUEST), ("host_id", _HOST)):
        found = pattern.match(m.string, piece.end)
        if found is None:
            break
        if _NO_ID.match(m.string, found.start("id")):
            piece.end = found.start("id")
            break
        piece.end = found.end()
        start, end = trim(m.string, found.start("id"), found.end("id"))
        if ELLIPSIS.match(m.string[start:end]) is None:
            piece.put(key, rejoin(m.string[start:end]), start, end, BEST)
    code = _MODELED_CODE.match(m.string, piece.end) if piece.end > m.end() else None
    if code:
        piece.put_group(code, "code", rank=BEST)
        piece.end = code.end()
    return piece


_OPERATION_ERROR = "|".join(
    f"<{words}>peration "
    for words in ("operation error", "operation Error", "Operation error", "Operation Error")
)
# Each row: a fragment that the text must contain, the pattern, and the function that builds a piece.
GO_PREFIXES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Piece | None]], ...] = (
    (_OPERATION_ERROR, _OPERATION, _operation),
    ("response error StatusCode:", _TRUNCATED, _truncated_operation),
    (
        "<StatusCode>StatusCode:|<HTTPStatusCode>StatusCode:|<httpStatusCode>StatusCode:",
        GO_RESPONSE,
        _response,
    ),
)
