"""Reads the HTTP status 403 of an AWS endpoint, which is all that plain HTTP clients print; no codes, no sentences.

Weak: it counts only where nothing else was read (``assembly``). The status and the host must stand in one
sentence or one exchange, with no other host nearer, and what answers there must be AWS, not a customer's program.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.pieces import Piece
from iamtriage._reading.vocabulary.services import MASKED_LABEL, service_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

_REFUSED = re.compile(
    r"(?P<exchange>awaiting\sresponse\.\.\.\s|HTTPS?\s[Ee]rror\s|returned\serror:\s|(?<![\w.])ERROR\s(?=403:\sForbidden))(?P<a>403)\b"
    r"|\bHTTP\s(?:(?:[Ss]tatus|[Rr]esponse)\s)?(?:[Cc]ode:?\s)?(?P<b>403)\b|HTTP/[0-9](?:\.[0-9])?\"?\s(?P<c>403)\b"
    r"|[Ss]tatus\s?[Cc]ode:?\s(?:is\s|was\s|of\s)?(?P<d>403)\b|\bForbidden_(?P<e>403)\b"
    # s3fs's, of one part of several.
    r"|\brequest\((?P<g>403):\s(?=https?://)"
    # requests', Chrome's, Go's; aiohttp's.
    r"|(?<![\w.:/=-])(?P<f>403)(?::?\s(?:Client\sError:\s)?\(?Forbidden\b|,\smessage='Forbidden')"
)
_HOST = re.compile(
    rf"https?://(?:{MASKED_LABEL}\.)?(?P<url>[^\s/'\"<>:?#]{{1,253}})(?P<path>[^\s'\"<>]{{0,2048}})"
    # Without a scheme: in quotes, or as wget tells where it connects.
    r"|(?:['\"](?=[\w.-]{1,253}[/:])|(?:Connecting|Connected)\sto\s)(?P<bare>[A-Za-z0-9.-]{1,240}\.amazonaws\.com(?:\.cn)?)(?![\w-])"
)
# Clients of S3 alone, which name no host: R's aws.s3, and the AWS Common Runtime, as in its logs.
_SAID_BY_CLIENTS = re.compile(
    r"\bError\sin\s(?:parse_aws_(?P<service>[a-z0-9]{2,20})_response|s3HTTP)\([^\n]{0,200}?\)\s:\s(?:Client\serror:\s)?\(?Forbidden\s\(HTTP\s(?P<a>403)\)"
    r"|\(aws-c-s3:\sAWS_ERROR_S3_\w{1,60},[^()\n]{0,120}\)\sand\sresponse\sstatus\s(?P<b>403)\b"
    r"|\bMeta\srequest\scannot\srecover\sfrom\serror\s[0-9]{1,6}\s\([^()\n]{0,120}\)\.\s\(request=\w{1,40},\sresponse\sstatus=(?P<c>403)\)"
)
_CLIENTS = ("parse_aws_", "s3HTTP", "aws-c-s3", "Meta request")
_PROXY = re.compile(r"[Pp]roxy|[Tt]unnel")
_PROXY_REACH = 80
_ISSUER = re.compile(r"/\.well-known/|/openid|jwks")
# Behind API Gateway, programs of AWS's customers answer.
_CUSTOMERS = frozenset({"execute-api"})
_IN_SENTENCE = 160
_IN_EXCHANGE = 1500
_NEXT_SENTENCE = re.compile(r"[.;!?]\s|\x1e")


class _Place(NamedTuple):
    """Where a host stands, and the service that AWS serves there, if any."""

    start: int
    end: int
    service: str | None


def read_bare_403s(text: str) -> Iterator[Piece]:
    """Find every such answer."""
    if "403" not in text:
        return
    if any(client in text for client in _CLIENTS):
        yield from map(_said, _SAID_BY_CLIENTS.finditer(text))
    if ".amazonaws." in text or ".api.aws" in text:
        yield from _answered(text)


def _said(m: re.Match[str]) -> Piece:
    """Read what tells by its words which client it is, and so which service answered."""
    status = m.lastgroup or "a"
    return _refusal(m.span(), m, status, m["service"] or "s3")


def _refusal(span: tuple[int, int], m: re.Match[str], status: str, service: str) -> Piece:
    piece = Piece("core", *span, kind="access_denied", is_aws=True)
    piece.put("status_code", m[status], m.start(status), m.end(status))
    piece.put("service", service)
    return piece


def _answered(text: str) -> Iterator[Piece]:
    """Find the answers of hosts that are named."""
    places = [_place(m) for m in _HOST.finditer(text)]
    starts = [place.start for place in places]
    for m in _REFUSED.finditer(text):
        group = m.lastgroup
        if group is None or _PROXY.search(text, max(0, m.start() - _PROXY_REACH), m.end() + _PROXY_REACH):
            continue
        at = bisect_left(starts, m.start())
        place = _asked(text, m, places[at - 1] if at else None, places[at] if at < len(places) else None)
        if place and place.service:
            span = min(place.start, m.start()), max(place.end, m.end())
            yield _refusal(span, m, group, place.service)


def _place(m: re.Match[str]) -> _Place:
    host = m["url"] or m["bare"]
    service = service_of_host(host)
    if service in _CUSTOMERS or _ISSUER.search(m["path"] or "") or m.string.startswith("](", m.start() - 2):
        # Nor does Markdown's link or picture tell of a request.
        service = None
    return _Place(m.start(), m.start() + len(m[0].rstrip(".,;:!?")), service)


def _asked(text: str, m: re.Match[str], before: _Place | None, after: _Place | None) -> _Place | None:
    """Give the host that answered: the nearest in the sentence, else the last one named in the exchange."""
    near = [
        (size, place)
        for place, start, end in (
            (before, before.end if before else 0, m.start()),
            (after, m.end(), after.start if after else 0),
        )
        if place
        and (size := end - start) <= _IN_SENTENCE
        and _NEXT_SENTENCE.search(text, start, end) is None
        and text.count("\n", start, end) <= text[start:end].rstrip().endswith(":")
    ]
    if near:
        return min(near)[1]
    if before and m["exchange"] and m.start() - before.end <= _IN_EXCHANGE:
        between = text[before.end : m.start()]
        if "\n\n" not in between and between.count(RECORD) <= 1:
            return before
    return None
