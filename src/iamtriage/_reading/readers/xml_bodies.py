"""Find XML error responses of the query, EC2 and REST-XML protocols.

Sources: botocore ``parsers`` (QueryParser, EC2QueryParser, RestXMLParser). A document can be truncated at either
end and wrapped by a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import is_known
from iamtriage._reading.vocabulary.grammar import ELLIPSIS
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._reading.vocabulary.pieces import BEST, HINT, Piece
from iamtriage._reading.vocabulary.services import service_of_host

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

_CODE = lazy_pattern(r"<Code>\s*(?P<code>[\w.]{2,100})\s*</Code>")
# The text can begin after the tag.
_FIRST_CODE = lazy_pattern(r"[\s`]*(?P<code>[\w.]{2,100})\s*</Code>")
# Only the query protocol states whether the sender or the receiver caused the error.
_ERROR_TYPE = lazy_pattern(r"<Type>(?:Sender|Receiver)</Type>\s*\Z")
_ROOT = lazy_pattern(
    r"<(?P<code>[A-Z][A-Za-z]{3,80}(?:Exception|Error|Denied|Fault))>\s*<(?:Message|message)>"
)
_DOCUMENT_START = lazy_pattern(r"<(?:ErrorResponse|Response|Error|ServiceErrorResponse)\b[^<>]{0,300}>")
_NAMESPACE = lazy_pattern(r"xmlns=[\"']https?://(?P<host>[\w.-]{4,100})/")
_RESPONSE_END = lazy_pattern(r"</(?:ErrorResponse|Response)>")
_VALUES = {
    "request_id": lazy_pattern(r"<Request(?:Id|ID)>\s*(?P<value>[^<>]{1,128}?)\s*</Request(?:Id|ID)\s*>"),
    "host_id": lazy_pattern(r"<HostId>\s*(?P<value>[^<>]{1,300}?)\s*</HostId\s*>"),
    "resource": lazy_pattern(r"<Resource>\s*(?P<value>[^<>\s]{1,1024})\s*</Resource>"),
}
# The text ends inside an ID, with an ellipsis.
_TRUNCATED_ID = lazy_pattern(
    r"<(?P<key>HostId|Request(?:Id|ID))>\s*(?P<value>[^<>\s]{1,300}(?:\.{3}|…))(?:\s*`{3})?\s*\Z"
)
_MAX_TRUNCATED_ID_LENGTH = 340
_MAX_ERROR_TYPE_LENGTH = 40
_MAX_DOCUMENT_LENGTH = 4000
_MAX_START_DISTANCE = 700
_MAX_URL_DISTANCE = 200
_MAX_MESSAGE_LENGTH = 1500
_ERROR_END = lazy_pattern(r"</Error>")
_MESSAGE_END = lazy_pattern(r"</Message>")


def read_xml(readable: Readable) -> Iterator[Piece]:
    """Yield XML error documents."""
    text = readable.text
    if "Code>" in text:
        floor = 0
        first = _FIRST_CODE.match(text)
        matches = [*([first] if first else ()), *_CODE.finditer(text)]
        starts = [m.start() for m in matches]
        for m, following in zip(matches, [*starts[1:], len(text)], strict=False):
            yield _document(text, m, floor, min(m.end() + _MAX_DOCUMENT_LENGTH, following))
            floor = m.end()
    if "Message>" in text or "message>" in text:
        for m in _ROOT.finditer(text):
            if is_known(m["code"]):
                piece = Piece("body", m.start(), m.end(), source="xml", is_aws=True)
                piece.put_group(m, "code", rank=BEST)
                close = text.find(f"</{m['code']}>", m.end(), m.end() + _MAX_DOCUMENT_LENGTH)
                piece.end = close if close > 0 else m.end()
                yield piece


def _document(text: str, m: re.Match[str], floor: int, limit: int) -> Piece:
    opened = list(_DOCUMENT_START.finditer(text, max(floor, m.start() - _MAX_START_DISTANCE), m.start()))
    start = opened[0].start() if opened else m.start()
    closed = _RESPONSE_END.search(text, m.end(), limit) or _ERROR_END.search(text, m.end(), limit)
    end = closed.end() if closed else limit
    has_error_type = (
        _ERROR_TYPE.search(text, max(start, m.start() - _MAX_ERROR_TYPE_LENGTH), m.start()) is not None
    )
    piece = Piece("body", start, m.end(), source="xml", is_aws=has_error_type)
    piece.put_group(m, "code", rank=BEST)
    for key, pattern in _VALUES.items():
        value = pattern.search(text, start, end)
        if value:
            piece.end = max(piece.end, value.end())
            written = rejoin(value["value"])
            if ELLIPSIS.match(written) is None:
                piece.put(key, written, *value.span("value"), HINT if key == "resource" else BEST)
    if end == len(text):
        _put_truncated_id(text, max(start, end - _MAX_TRUNCATED_ID_LENGTH), piece)
    namespace = _NAMESPACE.search(text, start, m.start())
    if namespace and "amazonaws" in namespace["host"]:
        piece.is_aws = True
        piece.put("service", service_of_host(namespace["host"]), rank=HINT)
    elif text.find("Key-Pair-Id", max(floor, start - _MAX_URL_DISTANCE), end) >= 0:
        # The parameter of signed URLs of CloudFront, whose errors have no ID: the message or the URL names it.
        piece.is_aws = True
    message = _MESSAGE_END.search(text, m.end(), end)
    piece.end = max(piece.end, message.end() if message else min(end, m.end() + _MAX_MESSAGE_LENGTH))
    return piece


def _put_truncated_id(text: str, start: int, piece: Piece) -> None:
    m = _TRUNCATED_ID.search(text, start)
    if m and ELLIPSIS.match(m["value"]) is None:
        key = "host_id" if m["key"] == "HostId" else "request_id"
        piece.put_group(m, key, "value", HINT)
        piece.end = max(piece.end, m.end("value"))
