"""Find the responses of Amazon API Gateway, and of the URLs of Lambda functions, that state no reason.

Any server can respond "Forbidden". The host of the request or a header of the response must be of API Gateway or
Lambda, without another host between it and the body.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.pieces import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

# WebSocket APIs add IDs.
BARE_BODY = lazy_pattern(
    r"\{\s{0,8}(?:\\?[\"'])?[Mm]essage(?:\\?[\"'])?\s{0,2}:\s{0,2}\\?[\"'](?P<message>Forbidden|Unauthorized)\\?[\"']"
    r"(?:\s{0,8},\s{0,8}\\?[\"'](?:connectionId|requestId)\\?[\"']\s{0,2}:\s{0,2}\\?[\"'][\w=-]{1,80}\\?[\"']){0,2}\s{0,8}\}"
)
"""The whole body of such a response, as JSON or as an object that a program prints."""
_PLACE = lazy_pattern(
    r"(?:https?|wss?)://(?P<host>[^\s/'\"<>:?#]{1,253})|(?<![\w.-])(?P<named>[a-z0-9]{1,63}\.execute-api\.[a-z0-9-]{4,30}\.amazonaws\.com)"
    r"|(?<![\w-])(?P<header>[Xx]-[Aa]mz-[Aa]pigw-[Ii]d|[Aa]pigw-[Rr]equest[Ii]d)[\"']?\s?[:,=]"
)
_SERVICES = {".execute-api.": "execute-api", ".lambda-url.": "lambda"}
_STATUS = lazy_pattern(r"(?:HTTP/[0-9](?:\.[0-9])?\s|[Ss]tatus(?:\s?[Cc]ode)?[\"']?[:=]?\s{1,2})(40[13])\b")
# Maximum distances, in characters, between a body and the host or header before or after it.
_MAX_DISTANCE_BEFORE, _MAX_DISTANCE_AFTER = 1_500, 400


class _Place(NamedTuple):
    """The position of a host or header, and its service, if it is one of those of this module."""

    start: int
    end: int
    service: str | None


def read_gateway_responses(text: str) -> Iterator[Piece]:
    """Yield the responses without a reason."""
    bodies = list(BARE_BODY.finditer(text))
    places = (
        [
            _Place(*m.span(), "execute-api" if m["host"] is None else _service_of(m["host"]))
            for m in _PLACE.finditer(text)
        ]
        if bodies
        else []
    )
    starts = [place.start for place in places]
    for body in bodies:
        at = bisect_left(starts, body.start())
        before = places[at - 1] if at else None
        after = places[at] if at < len(places) else None
        start, end = body.span()
        if before is not None and start - before.end <= _MAX_DISTANCE_BEFORE:
            if before.service is None or text.count(RECORD, before.end, start) > 1:
                continue
            place = before
        elif (
            after is not None
            and after.start - end <= _MAX_DISTANCE_AFTER
            and RECORD not in text[end : after.start]
        ):
            place = after
        else:
            continue
        if place.service is None:
            continue
        piece = Piece("core", start, end, kind="access_denied", is_aws=True)
        piece.put("service", place.service)
        statuses = list(_STATUS.finditer(text, max(0, start - _MAX_DISTANCE_BEFORE), start))
        if statuses and statuses[-1].start() >= min(place.start, start) - _MAX_DISTANCE_AFTER:
            piece.put("status_code", statuses[-1][1], *statuses[-1].span(1))
        yield piece


def _service_of(host: str) -> str | None:
    return next((service for label, service in _SERVICES.items() if label in host), None)
