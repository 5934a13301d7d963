"""Find keys and values in JSON, printed objects, headers and flattened records.

The syntax is loose on purpose: bodies are truncated at both ends, retyped, or printed as literals of Python, Ruby,
Go, Rust, Swift, EDN, Haskell or JavaScript. Only keys of AWS and its SDKs with values of the expected form are read.
``structured`` parses complete CloudTrail records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.pair_values import EVENT_KEYS, HEADER, VALUE_READERS, Pair
from iamtriage._reading.readers.sdk_objects import is_in_sdk_error
from iamtriage._reading.vocabulary.codes import is_code, kind_of_code
from iamtriage._reading.vocabulary.grammar import ELLIPSIS, STATEMENT, find_cut, trim
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._reading.vocabulary.pieces import HINT, Fact, Piece

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Keys without spaces, by the role of their value. They can be in any case.
_KEYS = {
    "code": "errorCode error_code code __type exceptionName typeName x-amzn-errorType x_amzn_errorType errorType _serviceCode _serviceErrorCode _restCode exception_code s3ErrorCode exceptionType NSLocalizedFailureReason",
    "status_code": "statusCode httpStatusCode status_code http_status_code httpResponseCode responseCode http_status httpStatus",
    "request_id": "requestId request_id aws_request_id x-amzn-requestId x_amzn_requestId x-amz-request-id _serviceRequestId _serviceErrorRequestId _restRequestId",
    "host_id": "hostId host_id requestId2 extendedRequestId x-amz-id-2 extended_request_id s3_extended_request_id s3ErrorHostId",
    "operation": "eventName aws.operation operation_name rpc.method",
    "service": "eventSource aws.service rpc.service _serviceAbbrev _serviceErrorAbbrev abbrev awsService",
    "principal": "arn requester",
    "account": "accountId",
    "message": "errorMessage message _serviceMessage _serviceErrorMessage _restMessage message_",
    "record": "eventVersion",
    "original": "originalError",
    "deny": "explicitDeny",
    "action": "action",
    "resource": "resource",
    "name": "name",
    "time": "eventTime",
    "region": "awsRegion",
    "source_ip": "sourceIPAddress",
    "user_agent": "userAgent",
    "event_id": "eventID",
}
_ROLE_OF = {name: role for role, names in _KEYS.items() for name in names.lower().split()}
_IDENTITY_LITERALS = ("userIdentity", "principal", "sessionIssuer")
_FIRST_ROLES = ("code", "status_code", "request_id", "host_id", "operation", "service", "record", "deny")


def _spellings(key: str) -> set[str]:
    """Return a key as programs write it.

    >>> sorted(_spellings("requestId"))
    ['REQUESTID', 'RequestID', 'RequestId', 'Requestid', 'requestID', 'requestId', 'requestid']
    """
    names = {key, key[0].upper() + key[1:]}
    names |= {name.replace(part, part.upper()) for name in names for part in ("Id", "Http", "http")}
    return names | {key.lower(), key.upper(), key.title(), key.capitalize()}


# Keys that are single words, as they are written. Headers and keys of several words are searched for separately.
_KEY_WORDS = frozenset(
    spelling
    for names in _KEYS.values()
    for key in names.split()
    if key.isidentifier()
    for spelling in _spellings(key)
)
# Keys that other words of the text must confirm.
_DECISION_WORDS = _spellings("explicitDeny")
_DECIDED_WORDS = _spellings("action") | _spellings("resource")
_NAME_WORDS = _spellings("name")
_IDENTITY_WORDS = _spellings("arn") | _spellings("accountId")
# What a text must contain: a key that alone states a fact, or a name or identity and the word that confirms it.
FRAGMENTS = [
    "|".join(
        [
            "<x>x-amz|<X>X-Amz|<ID>Request ID|<ID>Extended|<name>Exception name|<operation>aws.operation|<service>aws.service|<method>rpc.method",
            *(
                f"<{word}>"
                for role in _FIRST_ROLES
                for key in _KEYS[role].split()
                for word in _spellings(key)
                if key.isidentifier()
            ),
            *(f"<{sign}>{word}" for word in _NAME_WORDS for sign in ("fault", "metadata")),
            *(f"<{sign}>{word}" for word in _IDENTITY_WORDS for sign in ("userIdentity", "sessionIssuer")),
            *(f"<{word}>principal" for word in _IDENTITY_WORDS),
        ]
    )
]
# One word and the start of each header and key of several words.
_STARTS = {
    "x": ("x-amz",), "X": ("X-Amz",), "ID": ("Request ID", "Extended Request ID", "Extended request ID"),
    "Code": ("Status Code", "Error Code"), "code": ("HTTP response code",), "message": ("Error message",),
    "name": ("Exception name",), "operation": ("aws.operation",), "service": ("aws.service", "rpc.service"),
    "method": ("rpc.method",),
}  # fmt: skip
# Constructors that look like keys.
_CONSTRUCTORS = frozenset({"RequestId", "ErrorMessage", "Abbrev", "ErrorCode"})
_PAIR = lazy_pattern(
    r"(?<![\w$@&?/.-])u?(?P<quote>[\"']?):?(?P<key>__type|x-amz[\w-]{2,24}|X-Amz[\w-]{2,24}|[A-Za-z_][\w.]{2,60}"
    r"|HTTP\sresponse\scode|Exception\sname|Error\smessage|Request\sID|Status\sCode|Error\sCode|Extended\s[Rr]equest\sID)(?P=quote)"
    r"\s?(?P<separator>:|=>|=(?!=)|(?=\s\")|,(?=\s?\")|\|)\s{0,2}"
    # Constructors around the value in Swift, Rust and Haskell; the type in the output of R's str().
    r"(?:Optional\(|Some\(|Just\s?\(?|(?:RequestId|ErrorMessage|Abbrev)\s(?:\{from[A-Z][A-Za-z]{5,15}\s=\s)?|ErrorCode\s|\(|chr\s(?=\")|(?:int|num)\s(?=[0-9])){0,3}"
)
_QUOTED = lazy_pattern(r"u?([\"'])\s?(?P<value>[^\"']{0,1024})\1|[\"']\s?(?P<open>[^\"'\n]{1,1024})\Z")
_BARE = lazy_pattern(
    r"(?P<value><[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n:\"']{1,60}\}|[^\s,;(){}\[\]\"'<>]{1,1024})"
)
_MAX_LENGTH = 1024
# With a namespace. A short limit, because a value without spaces can contain many keys.
_MAX_CODE_LENGTH = 256
_WITHOUT_SEPARATOR = frozenset({"code", "message", "request_id", "host_id"})
_NO_VALUES = frozenset({"null", "nil", "None", "Nothing", "undefined", "true", "false"})
_QUOTES = frozenset("\"'")
_ELLIPSIS_STARTS = frozenset(".…")
_QUOTED_STARTS = _QUOTES | {"u"}
# The end of an element of a list, and the start of the next one. An error object starts with one of these keys.
_ELEMENT = lazy_pattern(r"\}[\s}\]]{0,8},\s?\{")
_ELEMENT_ROLES = frozenset({"code", "message"})
# Maximum distance, in characters, between two keys of a cluster.
_MAX_GAP = 2500
# What can follow a word of a key, and what can follow a space after it.
_SEPARATORS = frozenset(':=|,"')
_AFTER_KEY = _SEPARATORS | frozenset("'. \n")
# Maximum length of a key, in characters.
_MAX_KEY_LENGTH = 61
_MESSAGE_END = lazy_pattern(r"[\"'](?=\s*(?:[,}\]]|\Z|\n))")
_MAX_MESSAGE_LENGTH = 4000

# The SDK for JavaScript prints the error of loading credentials inside its error.
_OBJECT_START = lazy_pattern(r"\s?\{\s?")
# amazonka (Haskell) prints values with constructors.
_ABBREV = lazy_pattern(r"\sAbbrev\s")
# A key in JSON that programs give to the request that they serve, up to its value.
_PROGRAM_KEY = lazy_pattern(
    r"[\"'][\w.]{0,30}(?:requestId|request_id|statusCode|status_code)[\"']\s?:\s{0,2}[\"']?\Z"
)
_MAX_PROGRAM_KEY_LENGTH = 50
_IDS = frozenset({"request_id", "status_code"})


def read_pairs(readable: Readable, _: Iterable[int]) -> Iterator[Piece]:
    """Yield clusters of keys and values outside of the pieces that other readers found."""
    text = readable.text
    cluster: Piece | None = None
    event_pairs: list[tuple[str, Pair]] = []
    for m in _find_pairs(readable):
        role = _role(m)
        if role is None:
            continue
        if role == "original":
            if cluster and _wraps(cluster, m):
                yield from _finish(text, cluster, event_pairs)
                cluster = None
            continue
        pair = _pair(text, m, role) if role != "message" else None
        if pair is None and role != "message":
            continue
        if cluster and (
            role == "record"
            or m.start() - cluster.end > _MAX_GAP
            or _contradicts(cluster, role, pair)
            or (
                role in _ELEMENT_ROLES
                and "code" in cluster.facts
                and _ELEMENT.search(text, cluster.end, m.start())
            )
            or text.find(STATEMENT, cluster.end, m.start()) >= 0
        ):
            yield from _finish(text, cluster, event_pairs)
            cluster = None
        if role in EVENT_KEYS and pair is not None and (cluster is None or cluster.source != "cloudtrail"):
            if pair.text.startswith(('"', "'"), pair.end):
                event_pairs.append((role, pair))
            continue
        extended = cluster or Piece("body", m.start(), m.start(), source="json")
        if role == "message":
            extended.end = max(extended.end, _message_end(text, m))
            cluster = extended
        elif (
            pair is not None
            and pair.value
            and not (pair.value[0] in _ELLIPSIS_STARTS and ELLIPSIS.match(pair.value))
            and (VALUE_READERS[role](extended, pair) or extended.is_lambda_error)
        ):
            extended.end = max(extended.end, pair.end)
            cluster = extended
    if cluster:
        yield from _finish(text, cluster, event_pairs)


def _finish(text: str, cluster: Piece, event_pairs: list[tuple[str, Pair]]) -> Iterator[Piece]:
    """Yield a complete cluster if it has facts.

    Args:
        text: The readable text.
        cluster: The cluster.
        event_pairs: Pairs with keys of CloudTrail records that precede the evidence of a record. The list is
            cleared.
    """
    if cluster.source == "cloudtrail":
        for role, pair in event_pairs:
            if cluster.start - pair.end <= _MAX_GAP:
                cluster.put(role, pair.value, rank=HINT)
                cluster.start = min(cluster.start, pair.at)
    event_pairs.clear()
    facts = cluster.facts
    is_of_program = facts.keys() <= _IDS and all(_is_of_program(text, fact) for fact in facts.values())
    if facts and not is_of_program:
        yield cluster


def _is_of_program(text: str, fact: Fact) -> bool:
    """Return whether a value is the ID or status of the request that the program serves, if no code is next to it."""
    return (
        _PROGRAM_KEY.search(text, max(0, fact.start - _MAX_PROGRAM_KEY_LENGTH), max(0, fact.start))
        is not None
    )


def _keys(readable: Readable) -> set[str]:
    """Return the keys in a text, without those that other words of the text must confirm."""
    words = readable.words
    keys = words & _KEY_WORDS
    if keys.isdisjoint(_DECISION_WORDS):
        keys -= _DECIDED_WORDS
    if "fault" not in words and "metadata" not in words:
        keys -= _NAME_WORDS
    if not (keys.isdisjoint(_IDENTITY_WORDS) or any(map(readable.flat.__contains__, _IDENTITY_LITERALS))):
        keys -= _IDENTITY_WORDS
    return keys


def _find_pairs(readable: Readable) -> Iterator[re.Match[str]]:
    """Yield the matches of keys outside of other pieces, including ones that are not in the table."""
    text = readable.text
    done = 0
    for first in readable.not_taken(_key_starts(readable)):
        # Before the key there can be a colon, a quote and Python's "u".
        at = first - (text[first - 1 : first] == ":")
        at -= text[at - 1 : at] in _QUOTES
        at -= text[at - 1 : at] == "u"
        while at <= first:
            m = _PAIR.match(text, at) if at >= done else None
            if m:
                yield m
                done = m.end()
                break
            at += 1


def _key_starts(readable: Readable) -> list[int]:
    """Return the positions at which keys can start, in order."""
    text, words, flat = readable.text, readable.words, readable.flat
    constructors = _CONSTRUCTORS & words
    if constructors and any(f"{word} " in flat for word in constructors):
        return [m.start("key") for m in _PAIR.finditer(text)]
    starts: set[int] = set()
    for start, end in readable.places(_keys(readable)):
        after = text[end : end + 1]
        if after not in _AFTER_KEY or (after == " " and text[end + 1 : end + 2] not in _SEPARATORS):
            continue
        first = start
        while start - first <= _MAX_KEY_LENGTH and (
            (before := text[first - 1 : first]).isalnum() or (before and before in "._")
        ):
            first -= 1
        starts.add(first)
    for word in words.intersection(_STARTS):
        for key in _STARTS[word]:
            at = flat.find(key)
            while at >= 0:
                starts.add(at)
                at = flat.find(key, at + 1)
    return sorted(starts)


def _wraps(cluster: Piece, m: re.Match[str]) -> bool:
    """Return whether an object wraps the error that a key introduces; if so, mark it as a wrapper."""
    code = cluster.facts.get("code")
    opened = _OBJECT_START.match(m.string, m.end())
    if opened is None or code is None or kind_of_code(code.value) != "missing_credentials":
        return False
    cluster.is_wrapper, cluster.end = True, opened.end()
    return True


def _message_end(text: str, m: re.Match[str]) -> int:
    """Return where the message of a key ends: at the closing quote, or where it was truncated."""
    end = _MESSAGE_END.search(text, m.end(), m.end() + _MAX_MESSAGE_LENGTH) if m["quote"] else None
    if end is None:
        return m.end()
    cut = find_cut(text, m.end(), end.start())
    return cut[0] if cut else end.start()


def _role(m: re.Match[str]) -> str | None:
    key = m["key"].replace(" ", "").replace("\n", "").lower()
    role = _ROLE_OF.get(key) or _ROLE_OF.get(key.rpartition(".")[2])
    if not m["separator"] and role not in _WITHOUT_SEPARATOR:
        return None
    if m["separator"] == "," and HEADER.match(m["key"]) is None:
        # ("x-amzn-RequestId","…") is a header; other pairs of strings are not.
        return None
    if role == "name":
        # Any object can have a name. The name of an SDK error is its code.
        return "code" if is_in_sdk_error(m.string, m.start(), m.end()) else None
    if key == "abbrev" and _ABBREV.search(m[0]) is None:
        return None
    return role


def _pair(text: str, m: re.Match[str], role: str) -> Pair | None:
    at = m.end()
    quoted = _QUOTED.match(text, at) if text[at : at + 1] in _QUOTED_STARTS else None
    if quoted:
        start, end = quoted.span(quoted.lastindex or 0)
        cut = find_cut(text, start, end)
        start, end = trim(text, start, cut[0] if cut else end)
    else:
        plain = _BARE.match(text, at, at + (_MAX_CODE_LENGTH if role == "code" else _MAX_LENGTH))
        if plain is None or (plain["value"].endswith(":") and "\n" in m[0]):
            # After an empty value, the next line starts with the next key.
            return None
        start, end = trim(text, plain.start("value"), plain.end("value"))
    value = " ".join(text[start:end].split()) if m["key"] == "userAgent" else rejoin(text[start:end])
    if m["key"] == "code" and text.startswith(" desc = ", end):
        # gRPC: "rpc error: code = PermissionDenied desc = …"
        return None
    if value in _NO_VALUES and m["key"] != "explicitDeny":
        return None
    return Pair(text, m["key"], bool(m["quote"]), m.start(), value, start, end)


def _contradicts(cluster: Piece, role: str, pair: Pair | None) -> bool:
    """Return whether a second code means that another object has started."""
    if role != "code" or pair is None or "code" not in cluster.facts:
        return False
    present = cluster.facts["code"].value
    return (
        is_code(pair.value) and is_code(present) and pair.value not in present and present not in pair.value
    )
