"""Find bare HTTP 403 responses of AWS endpoints, as HTTP clients print them.

This is weak evidence, used only if nothing else was read nearby (``assembly``). The status and the host must be in
one sentence or one exchange, without another host between them, and the host must be of an AWS API, not of a
customer's application. Any server can also respond "Forbidden": only the host of the request, or a header of the
response, shows that Amazon API Gateway or the URL of a Lambda function did.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.fragments import find_around_literal
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.pieces import Piece
from iamtriage._reading.vocabulary.services import MASKED_LABEL, service_name, service_of_host
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

_STATUS_403 = lazy_pattern(
    r"(?P<exchange>awaiting\sresponse\.\.\.\s|HTTPS?\s[Ee]rror\s|returned\serror:\s|received:\s(?=403\sForbidden)|Client\serror:\s\((?=403\)\sForbidden)|(?<![\w.])ERROR\s(?=403:\sForbidden))(?P<a>403)\b"
    r"|\bHTTP\s(?:(?:[Ss]tatus|[Rr]esponse)\s)?(?:[Cc]ode:?\s)?(?P<b>403)\b|HTTP/[0-9](?:\.[0-9])?\"?\s(?P<c>403)\b"
    r"|[Ss]tatus\s?[Cc]ode\]?:?\s(?:is\s|was\s|of\s)?(?P<d>403)\b|\bForbidden_(?P<e>403)\b"
    # s3fs, for one part of an upload.
    r"|\brequest\((?P<g>403):\s(?=https?://)"
    # Chrome, for HTTP/2, which has no reason.
    r"|\bstatus\sof\s(?P<i>403)\s\(\)"
    # The fields that programs in Ruby log, such as Logstash.
    r"|(?<=[\s{]):(?:response_)?(?:code|status)=>(?P<h>403)(?=[,}])"
    # The clients of OpenSearch and Elasticsearch for Python, which log each response.
    r"|\[status:(?P<j>403)\srequest:"
    # requests, Chrome and Go; aiohttp.
    r"|(?<![\w.:/=-])(?P<f>403)(?::?\s(?:Client\sError:\s)?\(?Forbidden\b|,\smessage='Forbidden')"
)
_HOST = lazy_pattern(
    # A pattern that begins with a set of characters skips all others quickly.
    rf"[hsC'\"](?:(?<=h)ttps?://(?:{MASKED_LABEL}\.)?(?P<url>[^\s/'\"<>:?#]{{1,253}})(?P<path>[^\s'\"<>]{{0,2048}})"
    # Without a scheme: in quotes, or in wget's line about its connection.
    rf"|(?:(?<=['\"])(?=[\w.<>-]{{1,253}}[/:])|(?<=C)onnect(?:ing|ed)\sto\s)(?P<bare>[A-Za-z0-9.-]{{1,240}}?(?:\.{MASKED_LABEL})?\.amazonaws\.com(?:\.cn)?)(?![\w-])"
    # Clients that print the URI from their arguments.
    r"|(?<=s)(?<!\w.)3[an]?://(?:[A-Za-z0-9][\w.-]{1,62}|<[^<>\n]{1,60}>)/[^\s'\"<>]{0,1024})"
)
# The console of Chrome prints a request next to the message, without the scheme.
_CONSOLE_HOST = lazy_pattern(
    r"(?<![\w./@-])(?P<url>[A-Za-z0-9][\w.-]{1,240}\.amazonaws\.com(?:\.cn)?)(?P<path>/[^\s'\"<>]{0,2048})"
)
# Clients that print no host: aws.s3 for R, those that write "AWS error" or "S3 error" as Rust's object_store does or
# "EC2 Response Status Code" as Salt does, the AWS SDK for Go when it logs a response, and the AWS Common Runtime in its
# logs.
_CLIENT_MESSAGE = lazy_pattern(
    r"[AEMRS(](?:(?<=\bE)rror\sin\s(?:parse_aws_(?P<service>[a-z0-9]{2,20})_response|s3HTTP)\([^\n]{0,200}?\)\s?:\s(?:Client\serror:\s)?\(?Forbidden\s\(HTTP\s(?P<a>403)\)"
    r"|(?:(?<=\bA)WS|(?<=\bE)C2|(?<=\bS)3)\s(?:error:\s(?:[A-Z][\w(: ]{0,80}?[ (])?|Response\sStatus\sCode:\s)(?P<d>403)\b"
    r"|(?<=\bR)esponse\s(?P<client>[\w.-]{2,60})/(?P<operation>[A-Z]\w{2,80})\sDetails:\s---\[\sRESPONSE\s\]-{1,80}\sHTTP/[0-9.]{1,4}\s(?P<e>403)\b"
    r"|(?<=\()aws-c-s3:\sAWS_ERROR_S3_\w{1,60},[^()\n]{0,120}\)\sand\sresponse\sstatus\s(?P<b>403)\b"
    r"|(?<=\bM)eta\srequest\scannot\srecover\sfrom\serror\s[0-9]{1,6}\s\([^()\n]{0,120}\)\.\s\(request=\w{1,40},\sresponse\sstatus=(?P<c>403)\))"
)
# Words of the hosts and headers of API Gateway and Lambda.
_GATEWAY_WORDS = frozenset({"execute", "lambda", "apigw", "Apigw"})
_CLIENT_WORDS = frozenset({"s3HTTP", "Meta"})
_CLIENT_LITERALS = (
    "parse_aws_", "(aws-c-s3:", "S3 error: ", "AWS error: ", "EC2 error: ", " Response Status Code: 403", "---[ RESPONSE ]",
)  # fmt: skip
_PROXY = lazy_pattern(r"[Pp]roxy|[Tt]unnel")
_MAX_PROXY_DISTANCE = 80
_ISSUER = lazy_pattern(r"/\.well-known/|/openid|jwks")
# Customers' applications respond through API Gateway.
_CUSTOMER_SERVICES = frozenset({"execute-api"})
# Maximum distances, in characters, between a host and a status.
_MAX_SENTENCE_DISTANCE = 160
# Maximum length, in characters, of the words before or after a status.
_MAX_WORDS_LENGTH = 32
_MAX_EXCHANGE_DISTANCE = 1500
# Up to the first letter of the status. Firefox prints "[HTTP/2 403 …]" below the request.
_WRAPPED = lazy_pattern(r":\n|\n(?=['\"(]|\[H\Z)")
_NEXT_SENTENCE = lazy_pattern(r"[.;!?]\s|\x1e")
# WebSocket APIs add IDs.
BARE_BODY = lazy_pattern(
    r"\{\s{0,8}(?:\\?[\"'])?[Mm]essage(?:\\?[\"'])?\s{0,2}:\s{0,2}\\?[\"'](?P<message>Forbidden|Unauthorized)\\?[\"']"
    r"(?:\s{0,8},\s{0,8}\\?[\"'](?:connectionId|requestId)\\?[\"']\s{0,2}:\s{0,2}\\?[\"'][\w=-]{1,80}\\?[\"']){0,2}\s{0,8}\}"
)
"""The whole body of a response of API Gateway without a reason, as JSON or as an object that a program prints."""
_PLACE = lazy_pattern(
    r"(?:https?|wss?)://(?P<host>[^\s/'\"<>:?#]{1,253})|(?<![\w.-])(?P<named>[a-z0-9]{1,63}\.execute-api\.[a-z0-9-]{4,30}\.amazonaws\.com)"
    r"|(?<![\w-])(?P<header>[Xx]-[Aa]mz-[Aa]pigw-[Ii]d|[Aa]pigw-[Rr]equest[Ii]d)[\"']?\s?[:,=]"
)
_GATEWAY_SERVICES = {".execute-api.": "execute-api", ".lambda-url.": "lambda"}
_GATEWAY_STATUS = lazy_pattern(
    r"(?:HTTP/[0-9](?:\.[0-9])?\s|[Ss]tatus(?:\s?[Cc]ode)?[\"']?[:=]?\s{1,2})(40[13])\b"
)
# Maximum distances, in characters, between a body and the host or header before or after it.
_MAX_BODY_DISTANCE_BEFORE, _MAX_BODY_DISTANCE_AFTER = 1_500, 400


class _Host(NamedTuple):
    """The position of a host, or of a header that only one service sends, and its AWS service, if any."""

    start: int
    end: int
    service: str | None


def read_bare_403s(readable: Readable) -> Iterator[Piece]:
    """Yield the bare HTTP 403 responses of AWS endpoints."""
    text = readable.text
    if not _CLIENT_WORDS.isdisjoint(readable.words) or any(map(text.__contains__, _CLIENT_LITERALS)):
        yield from map(_client_piece, _CLIENT_MESSAGE.finditer(text))
    if ".amazonaws." in text or ".api.aws" in text or "s3://" in text or "s3a://" in text:
        yield from _read_responses(text)
    if not _GATEWAY_WORDS.isdisjoint(readable.words):
        yield from read_gateway_responses(text)


def _client_piece(m: re.Match[str]) -> Piece:
    """Build a piece from a message that only clients of S3 or AWS print."""
    named = m[0].split(maxsplit=1)[0] if m["d"] else None
    name = m["service"] or m["client"] or named or "s3"
    piece = _status_piece(m.span(), m, m.lastgroup or "a", None if name == "AWS" else service_name(name))
    piece.put_group(m, "operation")
    return piece


def _status_piece(span: tuple[int, int], m: re.Match[str], status: str, service: str | None) -> Piece:
    piece = Piece("core", *span, kind="access_denied", is_aws=True)
    piece.put_group(m, "status_code", status)
    piece.put("service", service)
    return piece


def _read_responses(text: str) -> Iterator[Piece]:
    """Yield the responses of hosts that the text names."""
    statuses = [*find_around_literal(text, _STATUS_403, "403", _MAX_WORDS_LENGTH, _MAX_WORDS_LENGTH)]
    hosts = [_host_at(m) for m in _HOST.finditer(text)] if statuses else []
    if statuses and "Failed to load resource" in text:
        hosts = sorted([*hosts, *map(_host_at, _CONSOLE_HOST.finditer(text))])
    starts = [host.start for host in hosts]
    has_proxy = "roxy" in text or "unnel" in text
    for m in statuses:
        group = m.lastgroup
        if group is None or (
            has_proxy
            and _PROXY.search(text, max(0, m.start() - _MAX_PROXY_DISTANCE), m.end() + _MAX_PROXY_DISTANCE)
        ):
            continue
        at = bisect_left(starts, m.start())
        host = _responding_host(
            text, m, hosts[at - 1] if at else None, hosts[at] if at < len(hosts) else None
        )
        if host and host.service:
            span = min(host.start, m.start()), max(host.end, m.end())
            yield _status_piece(span, m, group, host.service)


def _host_at(m: re.Match[str]) -> _Host:
    host = m["url"] or m["bare"]
    service = service_of_host(host) if host else "s3"
    if (
        service in _CUSTOMER_SERVICES
        or _ISSUER.search(m["path"] or "")
        or m.string.startswith("](", m.start() - 2)
    ):
        # A Markdown link or image is not evidence of a request, either.
        service = None
    return _Host(m.start(), m.start() + len(m[0].rstrip(".,;:!?")), service)


def _responding_host(text: str, m: re.Match[str], before: _Host | None, after: _Host | None) -> _Host | None:
    """Return the host that responded: the nearest in the sentence, else the last one in the exchange."""
    near = [
        (size, host)
        for host, start, end in (
            (before, before.end if before else 0, m.start()),
            (after, m.end(), after.start if after else 0),
        )
        if host
        and (size := end - start) <= _MAX_SENTENCE_DISTANCE
        and _NEXT_SENTENCE.search(text, start, end) is None
        # A newline after a colon, or before a quote or parenthesis, wraps the sentence.
        and text.count("\n", start, end) - len(_WRAPPED.findall(text, start, end + 1))
        <= text[start:end].rstrip().endswith(":")
    ]
    if near:
        return min(near)[1]
    if before and m["exchange"] and m.start() - before.end <= _MAX_EXCHANGE_DISTANCE:
        between = text[before.end : m.start()]
        if "\n\n" not in between and between.count(RECORD) <= 1:
            return before
    return None


def read_gateway_responses(text: str) -> Iterator[Piece]:
    """Yield the responses of API Gateway, and of the URLs of Lambda functions, that state no reason."""
    bodies = list(BARE_BODY.finditer(text))
    places = [
        _Host(*m.span(), "execute-api" if m["host"] is None else _gateway_service(m["host"]))
        for m in (_PLACE.finditer(text) if bodies else ())
    ]
    starts = [place.start for place in places]
    for body in bodies:
        start, end = body.span()
        at = bisect_left(starts, start)
        before = places[at - 1] if at else None
        after = places[at] if at < len(places) else None
        place = None
        if before and start - before.end <= _MAX_BODY_DISTANCE_BEFORE:
            place = before if text.count(RECORD, before.end, start) <= 1 else None
        elif after and after.start - end <= _MAX_BODY_DISTANCE_AFTER:
            place = after if RECORD not in text[end : after.start] else None
        if place is None or place.service is None:
            continue
        piece = Piece("core", start, end, kind="access_denied", is_aws=True)
        piece.put("service", place.service)
        statuses = list(_GATEWAY_STATUS.finditer(text, max(0, start - _MAX_BODY_DISTANCE_BEFORE), start))
        if statuses and statuses[-1].start() >= min(place.start, start) - _MAX_BODY_DISTANCE_AFTER:
            piece.put("status_code", statuses[-1][1], *statuses[-1].span(1))
        yield piece


def _gateway_service(host: str) -> str | None:
    return next((service for label, service in _GATEWAY_SERVICES.items() if label in host), None)
