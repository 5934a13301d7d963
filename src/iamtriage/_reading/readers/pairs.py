"""Read keys and values of JSON, printed objects, headers and flattened records.

The syntax is loose on purpose: bodies are truncated at both ends, retyped, or printed as literals of Python, Ruby,
Go, Rust, Swift, EDN, Haskell or JavaScript. Only the keys of AWS and its SDKs are read, with values of the expected
form. ``structured`` reads complete CloudTrail records.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.sdk_objects import is_in_sdk_error
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.codes import (
    EKS_ISSUES,
    is_code,
    is_generic,
    is_known,
    is_status,
    kind_of_code,
    may_be_other_class,
    normalize_code,
    strip_hadoop_code,
)
from iamtriage._reading.vocabulary.grammar import ELLIPSIS, STATEMENT, VAULT, find_cut, trim
from iamtriage._reading.vocabulary.masks import rejoin
from iamtriage._reading.vocabulary.pieces import BEST, CLASS_NAME, HINT, STATED, Piece
from iamtriage._reading.vocabulary.services import service_name, service_of_event_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Lower-case keys without spaces, by the role of their value.
_KEYS = {
    "code": "errorcode error_code code __type exceptionname typename x-amzn-errortype x_amzn_errortype errortype _servicecode _serviceerrorcode exception_code s3errorcode exceptiontype",
    "status_code": "statuscode httpstatuscode status_code http_status_code httpresponsecode responsecode http_status httpstatus",
    "request_id": "requestid request_id aws_request_id x-amzn-requestid x_amzn_requestid x-amz-request-id _servicerequestid _serviceerrorrequestid",
    "host_id": "hostid host_id extendedrequestid x-amz-id-2 extended_request_id s3_extended_request_id s3errorhostid",
    "operation": "eventname aws.operation",
    "service": "eventsource aws.service _serviceabbrev _serviceerrorabbrev abbrev awsservice",
    "principal": "arn",
    "account": "accountid",
    "message": "errormessage message _servicemessage _serviceerrormessage message_",
    "record": "eventversion",
    "original": "originalerror",
    "deny": "explicitdeny",
    "action": "action",
    "resource": "resource",
    "name": "name",
    "time": "eventtime",
    "region": "awsregion",
    "source_ip": "sourceipaddress",
    "user_agent": "useragent",
    "event_id": "eventid",
}
_ROLE_OF = {name: role for role, names in _KEYS.items() for name in names.split()}
# The words of keys that say something without others; headers and keys of several words are searched for as such.
_KEY_WORDS = frozenset(name for name in _ROLE_OF if not re.search("[.-]", name))
_EVENT_KEYS = frozenset({"time", "region", "source_ip", "user_agent", "event_id"})
_IDENTITY_WORDS = frozenset({"arn", "accountid"})
_FIRST_WORDS = frozenset(
    name
    for role in ("code", "status_code", "request_id", "host_id", "operation", "service", "record", "deny")
    for name in _KEYS[role].split()
    if name in _KEY_WORDS
)
# Parts of headers, of "Request ID", and of what makes a name a code.
_FIRST_PARTS = frozenset({"x", "X", "ID", "fault", "metadata"})
# How headers and keys of several words start, by one of their words.
_STARTS = (
    *(("x", "x-amz"), ("X", "X-Amz"), ("code", "HTTP response code"), ("name", "Exception name")),
    *(
        ("message", "Error message"),
        ("ID", "Request ID"),
        ("ID", "Extended Request ID"),
        ("ID", "Extended request ID"),
    ),
    *(
        ("Code", "Status Code"),
        ("Code", "Error Code"),
        ("operation", "aws.operation"),
        ("service", "aws.service"),
    ),
)
# Constructors that look like keys.
_CONSTRUCTORS = frozenset({"RequestId", "ErrorMessage", "Abbrev", "ErrorCode"})
_PAIR = lazy_pattern(
    r"(?<![\w$@&?/.-])u?(?P<quote>[\"']?):?(?P<key>__type|x-amz[\w-]{2,24}|X-Amz[\w-]{2,24}|[A-Za-z_][\w.]{2,60}"
    r"|HTTP\sresponse\scode|Exception\sname|Error\smessage|Request\sID|Status\sCode|Error\sCode|Extended\s[Rr]equest\sID)(?P=quote)"
    r"\s?(?P<separator>:|=>|=(?!=)|(?=\s\")|,(?=\s?\")|\|)\s{0,2}"
    # Constructors around the value in Swift, Rust and Haskell; the type in the output of R's str().
    r"(?:Optional\(|Some\(|Just\s?\(?|(?:RequestId|ErrorMessage|Abbrev)\s(?:\{from[A-Z][A-Za-z]{5,15}\s=\s)?|ErrorCode\s|\(|chr\s(?=\")|(?:int|num)\s(?=[0-9])){0,3}"
)
_QUOTED = lazy_pattern(r"u?([\"'])\s?(?P<value>[^\"']{0,1024})\1|\"\s?(?P<open>[^\"'\n]{1,1024})\Z")
_BARE = lazy_pattern(
    r"(?P<value><[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n:\"']{1,60}\}|[^\s,;(){}\[\]\"'<>]{1,1024})"
)
_WITHOUT_SEPARATOR = frozenset({"code", "message", "request_id"})
_NO_VALUES = frozenset({"null", "nil", "None", "Nothing", "undefined", "true", "false"})
_QUOTES = frozenset("\"'")
# Maximum distance, in characters, between two keys of a cluster.
_MAX_GAP = 2500
# Characters of a key.
_MAX_KEY = 61
_MESSAGE_END = lazy_pattern(r"[\"'](?=\s*(?:[,}\]]|\Z|\n))")
_MESSAGE_REACH = 4000

# The SDK for JavaScript prints the error that it got while loading credentials inside its own.
_OBJECT_START = lazy_pattern(r"\s?\{\s?")
_HEADER = lazy_pattern(r"[xX]-[aA]mz[nN]?-")
# The request ID of a Lambda invocation is not that of an API call.
_LAMBDA = lazy_pattern(r"(?:START|END|REPORT)\s\Z")
# From the start of a line, up to the level that a logger wrote.
_LOG_RECORD = lazy_pattern(r"\{\s?\"[^\n]{0,200}?\"(?:level|severity|log\.level)\"\s?:")
# Before its message, or after it to its end.
_SIMPLE_VALUE = r"(?:\"[^\"\n]{0,200}\"|[\w.+-]{1,40})"
_PAIRS_BEFORE = lazy_pattern(rf"\{{\s?(?:\"[\w.@-]{{1,60}}\"\s?:\s?{_SIMPLE_VALUE},\s?){{0,20}}\"?")
_PAIRS_AFTER = lazy_pattern(
    rf"\"?(?:,\s?\"[\w.@-]{{1,60}}\"\s?:\s?{_SIMPLE_VALUE}){{0,20}}\s?\}}\s?(?:[\n\x1e]|\Z)"
)
_IDS_OF_LOGGERS = frozenset({"requestId", "request_id"})
_MAX_RECORD = 4_000
_INIT = lazy_pattern(r"Init<(?:[\w:]*::)?(?P<code>\w+)>")
_CODE_WORD = lazy_pattern(r"[^\s(){}<>\"']{1,128}")
# Only the query protocol states whether the sender or the receiver caused the error.
_ERROR_TYPE = lazy_pattern(r"\bType[\"']?\s?(?::|=>|=)\s?[\"']?(?:Sender|Receiver)[\"']?,?\s{0,2}\Z")
# amazonka (Haskell) prints values with constructors.
_ABBREV = lazy_pattern(r"\sAbbrev\s")
_ERROR_CODE = lazy_pattern(r"\sErrorCode\s\"?\Z")
# The list of health issues of an EKS cluster, node group or add-on.
_IN_ISSUES = lazy_pattern(r"\"issues\"\s?:\s?\[[^\[\]]{0,800}(?:\[[^\[\]]{0,400}\][^\[\]]{0,200}){0,8}\Z")
_ANY_CODE = lazy_pattern(r"[A-Z][A-Za-z0-9.]{2,80}")
# The frames in which the SDK for JavaScript makes an error from a service's response.
_FROM_RESPONSE = lazy_pattern(
    r"\bextractError\s\([^\s()]{0,200}aws-sdk/|\bde_\w{1,80}CommandError\s\([^\s()]{0,200}@aws-sdk/"
)
_FRAMES_REACH = 1500
_METADATA_REACH = 24
_V2_FRAME = "Request.extractError ("
_V2_FRAME_REACH = 200
_OBJECT_REACH = 400
_NAME = lazy_pattern(r"\w{2,80}")
_IDENTITY = lazy_pattern(r"userIdentity|principal\"|'principal'|\"principal|sessionIssuer")
_IDENTITY_LITERALS = ("userIdentity", "principal", "sessionIssuer")
_IDENTITY_REACH = 400
_NOT_ALLOWED = lazy_pattern(r"allowed[\"']?\s?[:=]{1,2}\s?[Ff]alse")
_ISSUER_REACH = 200


class _Pair(NamedTuple):
    """A key and its value with their positions in the text."""

    text: str
    key: str
    quoted: bool
    at: int
    value: str
    start: int
    end: int

    def before(self, reach: int) -> str:
        return self.text[max(0, self.at - reach) : self.at]


def may_hold_pairs(readable: Readable) -> bool:
    """Return whether a text has a word that such a key needs."""
    return (
        not _FIRST_WORDS.isdisjoint(readable.lowered)
        or not _FIRST_PARTS.isdisjoint(readable.words)
        or _has_other_keys(readable)
    )


def read_pairs(readable: Readable) -> Iterator[Piece]:
    """Yield clusters of keys and values outside of the pieces that other readers have found."""
    if not may_hold_pairs(readable):
        return
    text = readable.text
    cluster: Piece | None = None
    early: list[tuple[str, _Pair]] = []
    regions = sorted((piece.start, piece.end) for piece in readable.taken)
    at = 0
    for m in _find_pairs(readable):
        role = _role(m)
        if role is None:
            continue
        while at < len(regions) and regions[at][1] <= m.start():
            at += 1
        if at < len(regions) and regions[at][0] <= m.start():
            continue
        if role == "original":
            if cluster and _wraps(cluster, m):
                yield from _finish(cluster, early)
                cluster = None
            continue
        pair = _pair(text, m) if role != "message" else None
        if pair is None and role != "message":
            continue
        if cluster and (
            role == "record"
            or m.start() - cluster.end > _MAX_GAP
            or _contradicts(cluster, role, pair)
            or text.find(STATEMENT, cluster.end, m.start()) >= 0
        ):
            yield from _finish(cluster, early)
            cluster = None
        if role in _EVENT_KEYS and pair is not None and (cluster is None or cluster.source != "cloudtrail"):
            if pair.text.startswith(('"', "'"), pair.end):
                early.append((role, pair))
            continue
        fresh = cluster or Piece("body", m.start(), m.start(), source="json")
        if role == "message":
            fresh.end = max(fresh.end, _message_end(text, m))
            cluster = fresh
        elif (
            pair is not None
            and pair.value
            and ELLIPSIS.match(pair.value) is None
            and (_VALUE_READERS[role](fresh, pair) or fresh.is_lambda_error)
        ):
            fresh.end = max(fresh.end, pair.end)
            cluster = fresh
    if cluster:
        yield from _finish(cluster, early)


def _finish(cluster: Piece, early: list[tuple[str, _Pair]]) -> Iterator[Piece]:
    """Yield a complete cluster if it states anything.

    Args:
        cluster: the cluster.
        early: what the text states like a CloudTrail record, before it is known to be one; it is emptied.
    """
    if cluster.source == "cloudtrail":
        for role, pair in early:
            if cluster.start - pair.end <= _MAX_GAP:
                cluster.put(role, pair.value, rank=HINT)
                cluster.start = min(cluster.start, pair.at)
    early.clear()
    if cluster.facts:
        yield cluster


def _has_other_keys(readable: Readable) -> bool:
    """Return whether a text can contain such keys whose words are common."""
    words, flat = readable.words, readable.flat
    return (
        ("name" in words and "Exception name" in flat)
        or ("operation" in words and "aws.operation" in flat)
        or ("service" in words and "aws.service" in flat)
        or (
            any(map(flat.__contains__, _IDENTITY_LITERALS))
            and not _IDENTITY_WORDS.isdisjoint(readable.lowered)
        )
    )


def _key_words(readable: Readable) -> set[str]:
    """Return the words of a text that are keys, without those that say nothing in it."""
    keys = readable.lowered & _KEY_WORDS
    if "explicitdeny" not in keys:
        keys -= {"action", "resource"}
    if "fault" not in readable.words and "metadata" not in readable.words:
        keys -= {"name"}
    if not any(map(readable.flat.__contains__, _IDENTITY_LITERALS)):
        keys -= _IDENTITY_WORDS
    return {word for word in readable.words if word.lower() in keys} if keys else set()


def _find_pairs(readable: Readable) -> Iterator[re.Match[str]]:
    """Yield the keys of the table, and others."""
    text, words, flat = readable.text, readable.words, readable.flat
    if any(f"{word} " in flat for word in _CONSTRUCTORS & words):
        yield from _PAIR.finditer(text)
        return
    starts: set[int] = set()
    words_of_keys = _key_words(readable)
    for start, _ in readable.places(words_of_keys) if words_of_keys else ():
        first = start
        while start - first <= _MAX_KEY and (
            (before := text[first - 1 : first]).isalnum() or (before and before in "._")
        ):
            first -= 1
        starts.add(first)
    for word, key in _STARTS:
        at = flat.find(key) if word in words else -1
        while at >= 0:
            starts.add(at)
            at = flat.find(key, at + 1)
    done = 0
    for first in sorted(starts):
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


def _wraps(cluster: Piece, m: re.Match[str]) -> bool:
    """Return whether an object wraps the error that a key introduces; if so, mark it as a wrapper."""
    code = cluster.facts.get("code")
    opened = _OBJECT_START.match(m.string, m.end())
    if opened is None or code is None or kind_of_code(code.value) != "missing_credentials":
        return False
    cluster.is_wrapper, cluster.end = True, opened.end()
    return True


def _message_end(text: str, m: re.Match[str]) -> int:
    """Return where the message of a key ends: at its quote, or where it was truncated."""
    end = _MESSAGE_END.search(text, m.end(), m.end() + _MESSAGE_REACH) if m["quote"] else None
    if end is None:
        return m.end()
    cut = find_cut(text, m.end(), end.start())
    return cut[0] if cut else end.start()


def _role(m: re.Match[str]) -> str | None:
    key = m["key"].replace(" ", "").replace("\n", "").lower()
    role = _ROLE_OF.get(key) or _ROLE_OF.get(key.rpartition(".")[2])
    if not m["separator"] and role not in _WITHOUT_SEPARATOR:
        return None
    if m["separator"] == "," and _HEADER.match(m["key"]) is None:
        # ("x-amzn-RequestId","…") is a header; other pairs of strings are not.
        return None
    if role == "name":
        # Any object can have a name. That of an SDK's error is its code.
        return "code" if is_in_sdk_error(m.string, m.start(), m.end()) else None
    if key == "abbrev" and _ABBREV.search(m[0]) is None:
        return None
    return role


def _pair(text: str, m: re.Match[str]) -> _Pair | None:
    quoted = _QUOTED.match(text, m.end())
    if quoted:
        group = "value" if quoted["value"] is not None else "open"
        cut = find_cut(text, quoted.start(group), quoted.end(group))
        start, end = trim(text, quoted.start(group), cut[0] if cut else quoted.end(group))
    else:
        plain = _BARE.match(text, m.end())
        if plain is None:
            return None
        start, end = trim(text, plain.start("value"), plain.end("value"))
    value = rejoin(text[start:end])
    if value in _NO_VALUES and m["key"] != "explicitDeny":
        return None
    return _Pair(text, m["key"], bool(m["quote"]), m.start(), value, start, end)


def _contradicts(cluster: Piece, role: str, pair: _Pair | None) -> bool:
    """Return whether a second code means that another object has started."""
    if role != "code" or pair is None or "code" not in cluster.facts:
        return False
    present = cluster.facts["code"].value
    return (
        is_code(pair.value) and is_code(present) and pair.value not in present and present not in pair.value
    )


def _record(cluster: Piece, _: _Pair) -> bool:
    cluster.source = "cloudtrail"
    return True


def _near(pair: _Pair, key: str) -> bool:
    return pair.text.find(key, max(0, pair.at - _OBJECT_REACH), pair.end + _OBJECT_REACH) >= 0


def _code(cluster: Piece, pair: _Pair) -> bool:
    typed = pair.key.lower() in {"errortype", "typename"}
    is_other_class = typed and may_be_other_class(pair.value)
    if pair.key == "errorType" and (is_other_class or is_generic(pair.value)):
        # A Lambda function returned an error of its own code, with the request ID of the invocation.
        cluster.facts.pop("request_id", None)
        cluster.is_lambda_error = True
    if pair.key == "exceptionType" and not _near(pair, "awsService"):
        # Other systems have this key, too. EventBridge Pipes state the service next to it.
        return False
    init = _INIT.search(pair.value)
    value = init["code"] if init else pair.value
    if "#" in value or "://" in value:
        value = normalize_code(value)
    # The header ends with a colon if no namespace follows.
    value = value.rstrip(":")
    if value.isdigit():
        # In quotes, it can be of a Kubernetes Status. Otherwise, a number is a code of another system.
        if is_status(value) and pair.quoted:
            cluster.put("status_code", value, pair.start, pair.end, HINT)
            return True
        return False
    # Services have codes of any form. The envelope shows that this is one.
    issue = value in EKS_ISSUES and _IN_ISSUES.search(pair.before(1200)) is not None
    is_confirmed = issue or (
        _ANY_CODE.fullmatch(value) is not None
        and (_ERROR_TYPE.search(pair.before(40)) is not None or (_is_of_sdk(pair) and not is_generic(value)))
    )
    if not is_confirmed and (
        is_other_class
        or _CODE_WORD.fullmatch(value) is None
        or not is_code(value)
        or (is_generic(value) and not is_known(value))
    ):
        return False
    at = pair.text.find(value, pair.start, pair.end)
    cluster.put("code", value, at, at + len(value), CLASS_NAME if typed else BEST)
    if pair.key == "code" and _is_of_js_v2(pair):
        cluster.is_aws, cluster.source = True, "js-v2"
    cluster.is_aws = (
        cluster.is_aws
        or is_confirmed
        or pair.key in {"__type", "_serviceCode", "s3ErrorCode"}
        or _is_of_sdk(pair)
        or (typed and _FROM_RESPONSE.search(pair.text, pair.end, pair.end + _FRAMES_REACH) is not None)
    )
    return True


def _is_of_js_v2(pair: _Pair) -> bool:
    """Return whether a key is the first of an error of the SDK for JavaScript v2, printed after its frames."""
    frame = pair.text.rfind(_V2_FRAME, max(0, pair.at - _FRAMES_REACH), pair.at)
    return (
        frame >= 0
        and pair.text.find("aws-sdk/", frame, frame + _V2_FRAME_REACH) >= 0
        and pair.text.count("{", frame, pair.at) == 1
    )


def _is_of_sdk(pair: _Pair) -> bool:
    """Return whether only an AWS SDK uses this key or value for codes."""
    return (
        pair.key.rpartition(".")[2] == "name"
        or _ERROR_CODE.search(pair.text, pair.at, pair.start) is not None
    )


def _status(cluster: Piece, pair: _Pair) -> bool:
    if not is_status(pair.value) or VAULT.match(pair.text, pair.end):
        return False
    cluster.put("status_code", pair.value, pair.start, pair.end, BEST)
    cluster.is_aws = cluster.is_aws or pair.key.lower() == "httpstatuscode"
    if pair.key == "httpStatusCode" and "$metadata" in pair.before(_METADATA_REACH):
        cluster.source = "js-v3"
    if "RespMetadata" in pair.before(80):
        cluster.is_aws, cluster.source = True, "go-v1"
    return True


def _request_id(cluster: Piece, pair: _Pair) -> bool:
    if (
        cluster.is_lambda_error
        or _LAMBDA.search(pair.before(8))
        or pair.text.startswith(" Version", pair.end)
        or len(pair.value) < 2
        or _is_of_log_record(pair)
    ):
        return False
    header = _HEADER.match(pair.key) is not None
    cluster.is_aws = cluster.is_aws or header or pair.key == "aws_request_id"
    cluster.put("request_id", pair.value, pair.start, pair.end, HINT if header else STATED)
    return True


def _is_of_log_record(pair: _Pair) -> bool:
    """Return whether a key is next to the level and message of a line that a logger wrote as JSON.

    Such an ID is that of the request which the application serves.
    """
    if not pair.quoted or pair.key not in _IDS_OF_LOGGERS:
        return False
    low = max(0, pair.at - _MAX_RECORD)
    record = max(pair.text.rfind('\n{"', low, pair.at), pair.text.rfind('\x1e{"', low, pair.at)) + 1
    if not _LOG_RECORD.match(pair.text, record, pair.at):
        return False
    is_first = _PAIRS_BEFORE.fullmatch(pair.text, record, pair.at) is not None
    return is_first or _PAIRS_AFTER.match(pair.text, pair.end) is not None


def _host_id(cluster: Piece, pair: _Pair) -> bool:
    value = strip_hadoop_code(pair.value)
    if value is None:
        return False
    # Only the SDKs for JavaScript use this name.
    cluster.is_aws = cluster.is_aws or pair.key == "extendedRequestId"
    cluster.put("host_id", value, pair.start, pair.end - len(pair.value) + len(value))
    return True


def _operation(cluster: Piece, pair: _Pair) -> bool:
    if _NAME.fullmatch(pair.value) is None:
        return False
    cluster.put("operation", pair.value, pair.start, pair.end)
    if pair.key.startswith("aws."):
        # A field of a structured log: the call whose error the line reports.
        cluster.role = "head"
    return True


def _service(cluster: Piece, pair: _Pair) -> bool:
    if ".amazonaws." in pair.value:
        cluster.is_aws, cluster.source = True, "cloudtrail"
        cluster.put("service", service_of_event_source(pair.value), rank=HINT)
    elif pair.key in {"awsService", "aws.service", "_serviceAbbrev", "_serviceErrorAbbrev", "abbrev"}:
        cluster.is_aws = True
        cluster.put("service", service_name(pair.value), rank=HINT)
    else:
        return False
    return True


def _principal(cluster: Piece, pair: _Pair) -> bool:
    near = pair.before(_IDENTITY_REACH) + pair.key
    if not pair.value.startswith("arn:") or _IDENTITY.search(near) is None:
        return False
    if "sessionIssuer" in pair.before(_ISSUER_REACH) + pair.key:
        # The issuer is the role; the caller is the role session.
        return False
    cluster.put("principal", pair.value, pair.start, pair.end, HINT)
    account = account_of(pair.value)
    if account:
        at = pair.text.find(account, pair.start, pair.end)
        cluster.put("account", account, at, at + len(account), HINT)
    return True


def _account(cluster: Piece, pair: _Pair) -> bool:
    if account_of(pair.value) != pair.value or _IDENTITY.search(pair.before(_IDENTITY_REACH)) is None:
        return False
    if "resources" in pair.before(120):
        return False
    cluster.put("account", pair.value, pair.start, pair.end, CLASS_NAME)
    return True


def _deny(cluster: Piece, pair: _Pair) -> bool:
    """Read a decoded authorization message, from its ``explicitDeny`` on."""
    if _NOT_ALLOWED.search(pair.before(_IDENTITY_REACH)) is None:
        return False
    cluster.kind, cluster.is_aws = "access_denied", True
    cluster.put("deny", "explicit" if pair.value.lower() == "true" else "implicit")
    return True


def _action(cluster: Piece, pair: _Pair) -> bool:
    if cluster.kind != "access_denied":
        return False
    cluster.put("action", pair.value, pair.start, pair.end)
    prefix, colon, _ = pair.value.partition(":")
    if colon:
        cluster.put("service", prefix.lower(), pair.start, pair.start + len(prefix))
    return True


def _resource(cluster: Piece, pair: _Pair) -> bool:
    if cluster.kind != "access_denied":
        return False
    cluster.put("resource", pair.value, pair.start, pair.end)
    return True


def _of_event(key: str) -> Callable[[Piece, _Pair], bool]:
    """Return a function that reads a value only in CloudTrail records."""

    def read(cluster: Piece, pair: _Pair) -> bool:
        # A value without its closing quote is truncated.
        if cluster.source != "cloudtrail" or not pair.text.startswith(('"', "'"), pair.end):
            return False
        cluster.put(key, pair.value, rank=HINT)
        return True

    return read


_VALUE_READERS: dict[str, Callable[[Piece, _Pair], bool]] = {
    "record": _record,
    "code": _code,
    "status_code": _status,
    "request_id": _request_id,
    "host_id": _host_id,
    "operation": _operation,
    "service": _service,
    "principal": _principal,
    "account": _account,
    "deny": _deny,
    "action": _action,
    "resource": _resource,
    **{key: _of_event(key) for key in _EVENT_KEYS},
}
