"""Find HTTP statuses, endpoint hosts and the scopes of signatures in logs and traces.

These facts are weak: ``judging.context`` attaches them to a failure near them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.fragments import find_around_literal
from iamtriage._reading.vocabulary.grammar import VAULT
from iamtriage._reading.vocabulary.pieces import CLASS_NAME, HINT, Piece
from iamtriage._reading.vocabulary.services import HOST, service_name, service_of_host

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

_FIRST_CHARACTERS = "HEFRSefhrs345C/(\"'"
_STATUS = lazy_pattern(
    # This lookahead quickly skips most positions.
    rf"(?=[{_FIRST_CHARACTERS}])(?:"
    r"HTTP/[0-9](?:\.[0-9])?\"?\s(?P<a>[45][0-9]{2})\b"
    r"|\bH(?:TTP|ttp)\s(?P<b>[45][0-9]{2})\b"
    r"|(?:[Ee]rror|ERROR):?\s\(?(?P<c>[45][0-9]{2})(?=\s?[{<:(]|\s(?:[A-Z]|--\s))"
    r"|failed\s(?P<d>[45][0-9]{2})\s?:"
    r"|(?:[Ee]rror|[Rr]esponse):?\s[Cc]ode\*{0,2}(?:=|:?\*{0,2}\s)(?P<e>[45][0-9]{2})\b"
    r"|[Ss]tatus\s?[Cc]ode:?\s(?:was\s|is\s|of\s)?(?P<f>[45][0-9]{2})\b"
    r"|(?P<g>[45][0-9]{2})\s[\"(]?(?:Forbidden|Bad\sRequest|Unauthorized|Client\sError:)(?!\w)"
    r"|Client\serror:\s(?P<h>[45][0-9]{2})\b"
    # Soto; the SDK for Kotlin.
    r"|(?:Error,\sc|C)ode:\s(?P<x>[45][0-9]{2}),\s(?:body|Response):|HttpResponse\(status=(?P<y>[45][0-9]{2})\b"
    r"|(?<![\w/:.-])http_status_(?P<i>[45][0-9]{2})"
    r"|[Ss]tatus(?:\(|:\s(?:Some\()?)(?P<j>[45][0-9]{2})\b"
    r"|[Rr]esponseCode[:=]\s?(?P<k>[45][0-9]{2})\b"
    r"|status=(?P<l>[45][0-9]{2})\b(?=[^\n]{0,80}(?:amz|aws))"
    r"|\((?P<m>[45][0-9]{2})\)\s(?:Forbidden|Bad\sRequest|Unauthorized)"
    r"|StatusCode\((?P<n>[45][0-9]{2})\)"
    r"|/status\s(?P<o>[45][0-9]{2})\b"
    r"|http_error,\s?(?P<p>[45][0-9]{2})\b"
    r"|[Rr]esponse\s(?P<q>[45][0-9]{2})\s(?:from|code)"
    r"|[Ss]tatus\s:\s(?P<r>[45][0-9]{2})\b"
    r"|statusCode:\s?(?P<t>[45][0-9]{2})\b"
    r"|\(\s?(?P<s>[45][0-9]{2}),\s?[\"'{]"
    # Before a body or an AWS message. A status of 5xx is of another server that passes on what it received.
    r"|(?<![\w.:/#-])(?P<v>4[0-9]{2})[)\]`*]{0,3}(?:\s(?:response|body|with))?(?:\s?[:,–-])?\s[\"'`]{0,3}"
    r"(?=\{\s?[\"'](?:[Ee]rror|[Mm]essage|__type|[Cc]ode)[\"']|<\?xml\b|<(?:Error|ErrorResponse)>"
    r"|Credential\sshould\b|Access\sDenied\b|Authorization\sheader\srequires\b|User:\s(?:arn:|anonymous\b)|The\s(?:security\stoken|request\ssignature|provided\stoken)\b)"
    r"|\b(?:HTTP\s|\()[Ss]tatus\s(?P<w>[45][0-9]{2})\b"
    # Guzzle's sentence with any reason phrase.
    r"|resulted\sin\san?\s[`'\"]?(?P<u>[3-5][0-9]{2})\b(?=[^`\n]{0,60}[`'\"]?\s(?:response\b|$)))"
)
_NUMBERS = lazy_pattern(r"[345](?<![0-9].)[0-9]{2}(?![A-Za-z0-9_])")
# A status is one of these words, precedes one of the last four, or follows "_status_".
_STATUS_WORDS = frozenset(map(str, range(300, 600))) | {"Bad", "Client", "Forbidden", "Unauthorized"}
STATUS_KEY = "_status_"
# The characters that can directly precede a number after other words of the pattern.
_BEFORE_NUMBER = frozenset(" \n\x1e\x1d(:=_\"'`,")
# Maximum length of a match, in characters, before the number and from the start of the number.
_MAX_LENGTH_BEFORE = 24
_MAX_LENGTH_AFTER = 120
# Codes from the first up to the second are SMTP replies. HTTP has no such statuses.
_SMTP_FIRST, _SMTP_END = "530", "598"
_MAX_SMTP_DISTANCE = 60

# In a command, an option or a link, a host is not the one that responded.
_NOT_CALLED = lazy_pattern(
    r"(?:\A|\s)(?:\$|\+{1,3}|PS\s[^\n>]{0,80}>)\s|--endpoint(?:-url)?[ =]"
    r"|\b(?:curl|wget)\s(?!failed|error)[^:\n]*\Z|\b(?:git\s(?:clone|push|pull|fetch)|docker\s(?:pull|push|login|run)|pip\sinstall|aws\s[a-z0-9-]{2,30}\s[a-z-]{2,60}\s)"
    r"|\b(?:[Ss]ee(?:\salso)?|[Dd]ownload(?:ing|ed)?|[Vv]isit|[Ff]or\smore\sinformation|documentation|[Ff]etching(?![^\n]{0,80}:\s))\b[^\n]{0,80}\Z"
)
_MAX_LINE_LENGTH = 400
# The scope of a signature: date, Region and service.
_SCOPE = lazy_pattern(
    r"\b[0-9]{8}(?:/|%2F)[a-z0-9-]{4,30}(?:/|%2F)(?P<service>[a-z0-9-]{2,40})(?:/|%2F)aws4_request\b"
)

# Each host follows one of these.
_HOST_WORDS = frozenset({"amazonaws", "api"})
CONTEXT_WORDS = _HOST_WORDS | _STATUS_WORDS | {"aws4_request"}
"""The words, one of which a text with an endpoint or a status has, or ``STATUS_KEY``."""
_HOST_PREFIXES = ("://", "ost", "Domain(", "API re", "s3:")


def read_statuses(readable: Readable) -> Iterator[Piece]:
    """Yield the HTTP statuses in a text."""
    text = readable.text
    if _STATUS_WORDS.isdisjoint(readable.words) and STATUS_KEY not in text:
        return
    done = 0
    for number in _NUMBERS.finditer(text):
        m = _find_status(text, done, number.start())
        group = m.lastgroup if m else None
        if m is None or group is None:
            continue
        done = m.end()
        if VAULT.match(text, m.end(group)) or _is_smtp_reply(text, m):
            continue
        piece = Piece("status", m.start(), m.end())
        piece.put_group(m, "status_code", group, HINT)
        yield piece


def _find_status(text: str, start: int, number: int) -> re.Match[str] | None:
    """Return the status whose number starts at a position."""
    if text[number - 1 : number] not in _BEFORE_NUMBER:
        return _STATUS.match(text, number)
    low, done = max(start, number - _MAX_LENGTH_BEFORE), 0
    for at in [at for at in range(low, number + 1) if text[at] in _FIRST_CHARACTERS]:
        m = _STATUS.match(text, at, number + _MAX_LENGTH_AFTER) if at >= done else None
        if m and m.start(m.lastgroup or 0) >= number:
            return m if m.start(m.lastgroup or 0) == number else None
        done = m.end() if m else done
    return None


def _is_smtp_reply(text: str, m: re.Match[str]) -> bool:
    """Return whether a number is the reply of a mail server instead of an HTTP status."""
    status = m[m.lastgroup or 0]
    return (
        _SMTP_FIRST <= status < _SMTP_END
        or "SMTP" in text[max(0, m.start() - _MAX_SMTP_DISTANCE) : m.start()]
    )


def read_hosts(readable: Readable) -> Iterator[Piece]:
    """Yield the AWS endpoints in the URLs of a text, and the services of signatures."""
    text = readable.text
    for m in _SCOPE.finditer(text) if "aws4_request" in text else ():
        piece = Piece("host", m.start(), m.end())
        piece.put("service", service_name(m["service"]), rank=CLASS_NAME)
        yield piece
    if _HOST_WORDS.isdisjoint(readable.words):
        return
    if (".amazonaws." in text or ".api.aws" in text) and any(map(text.__contains__, _HOST_PREFIXES)):
        # A text is searched faster for the end of most hosts.
        is_usual = not (".api.aws" in text or ".gov" in text)
        for m in find_around_literal(text, HOST, ".amazonaws.", 320, 20) if is_usual else HOST.finditer(text):
            service = service_of_host(m["host"])
            if service and not _is_only_mentioned(text, m.start()):
                piece = Piece("host", m.start(), m.end(), is_aws=True)
                piece.put("service", service, rank=CLASS_NAME)
                yield piece


def _is_only_mentioned(text: str, at: int) -> bool:
    reach = max(0, at - _MAX_LINE_LENGTH)
    return _NOT_CALLED.search(text[max(reach, text.rfind("\n", reach, at) + 1) : at]) is not None
