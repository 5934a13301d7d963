"""Reads bodies: XML error documents, and keys with values in JSON, printed objects and headers.

Loose on purpose: bodies come cut at both ends, retyped, as Python, Ruby, Go, Rust, Swift, EDN or
JavaScript literals. Only keys that AWS and its SDKs use count, with values of the right shape.
Whole JSON documents are read by ``mappings``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.codes import bare, is_code, is_generic, is_known
from iamtriage._reading.grammar import ELLIPSIS, account_of, rejoin, trim
from iamtriage._reading.partials import BEST, CLASS_NAME, HINT, STATED, Partial
from iamtriage._reading.services import HOST, service_name, service_of_event_source, service_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

_XML_CODE = re.compile(r"<Code>\s*(?P<code>[\w.]{2,100})\s*</Code>")
_XML_ROOT = re.compile(
    r"<(?P<code>[A-Z][A-Za-z]{3,80}(?:Exception|Error|Denied|Fault))>\s*<(?:Message|message)>"
)
_XML_OPEN = re.compile(r"<(?:ErrorResponse|Response|Error|ServiceErrorResponse)\b[^<>]{0,300}>")
_XML_NAMESPACE = re.compile(r"xmlns=[\"']https?://(?P<host>[\w.-]{4,100})/")
_XML_CLOSE = re.compile(r"</(?:ErrorResponse|Response)>")
_XML_VALUE = {
    "request_id": re.compile(r"<Request(?:Id|ID)>\s*(?P<value>[^<>]{1,128}?)\s*</Request(?:Id|ID)>"),
    "host_id": re.compile(r"<HostId>\s*(?P<value>[^<>]{1,300}?)\s*</HostId>"),
    "resource": re.compile(r"<Resource>\s*(?P<value>[^<>\s]{1,1024})\s*</Resource>"),
}
_XML_REACH = 4000

_KEYS = {
    "code": (
        "errorcode error_code code __type exceptionname typename x-amzn-errortype errortype _servicecode exception_code"
    ),
    "status_code": (
        "statuscode httpstatuscode status_code http_status_code httpresponsecode responsecode http_status httpstatus"
    ),
    "request_id": "requestid request_id aws_request_id x-amzn-requestid x-amz-request-id _servicerequestid",
    "host_id": "hostid host_id extendedrequestid x-amz-id-2 extended_request_id",
    "operation": "eventname",
    "service": "eventsource _serviceabbrev",
    "principal": "arn sessionissuer.arn",
    "account": "accountid",
    "message": "errormessage message _servicemessage message_",
    "record": "eventversion",
    "deny": "explicitdeny",
    "action": "action",
    "resource": "resource",
}
_ROLE_OF = {name: key for key, names in _KEYS.items() for name in names.split()}
_PAIR = re.compile(
    r"(?<![\w$@&?/.-])(?P<quote>[\"']?):?(?P<key>__type|x-amz[\w-]{2,24}|X-Amz[\w-]{2,24}|[A-Za-z_][\w.]{2,60}"
    r"|HTTP\sresponse\scode|Exception\sname|Error\smessage|Request\sID|Status\sCode|Error\sCode|Extended\sRequest\sID)(?P=quote)\s?(?P<separator>:|=>|=(?!=)|(?=\s\")|,(?=\s?\")|\|)\s{0,2}"
    r"(?P<wrap>(?:Optional\(|Some\(|Just\s?\(|RequestId\s(?:\{fromRequestId\s=\s)?|ErrorCode\s|ErrorMessage\s|Abbrev\s|\(){0,3})"
)
_QUOTED = re.compile(r"([\"'])\s?(?P<value>[^\"'\n]{0,1024})\1|\"\s?(?P<open>[^\"'\n]{1,1024})\Z")
_BARE_VALUE = re.compile(
    r"(?P<value><[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n:\"']{1,60}\}|[^\s,;(){}\[\]\"'<>]{1,1024})"
)
_LAMBDA = re.compile(r"(?:START|END|REPORT)\s\Z")
_PRINTED_HEADER = re.compile(r"[xX]-[aA]mz[nN]?-")
_CLUSTER_GAP = 2500
_IDENTITY = re.compile(r"userIdentity|principal\"|'principal'|\"principal|sessionIssuer")
_IDENTITY_REACH = 400
_INIT = re.compile(r"Init<(?:[\w:]*::)?(?P<code>\w+)>")

_STATUS = re.compile(
    r"HTTP/\d(?:\.\d)?\"?\s(?P<a>[45]\d\d)\b|\bHTTP\s(?P<b>[45]\d\d)\b|[Ee]rror\s\(?(?P<c>[45]\d\d)\s?(?=[{<:(])|failed\s(?P<d>[45]\d\d)\s?:"
    r"|(?:[Ee]rror|[Rr]esponse)\s[Cc]ode:?\s(?P<e>[45]\d\d)\b|[Ss]tatus\s?[Cc]ode:?\s(?:was\s|is\s|of\s)?(?P<f>[45]\d\d)\b|(?P<g>[45]\d\d)\s(?:Forbidden|Bad Request|Unauthorized)\b"
    r"|Client\serror:\s(?P<h>[45]\d\d)\b|http_status_(?P<i>[45]\d\d)|[Ss]tatus(?:\(|:\s(?:Some\()?)(?P<j>[45]\d\d)\b|[Rr]esponseCode[:=]\s?(?P<k>[45]\d\d)\b|status=(?P<l>[45]\d\d)\b(?=[^\n]{0,80}(?:amz|aws))|\((?P<m>[45]\d\d)\)\s(?:Forbidden|Bad Request|Unauthorized)"
    r"|StatusCode\((?P<n>[45]\d\d)\)|/status\s(?P<o>[45]\d\d)\b|http_error,\s?(?P<p>[45]\d\d)\b|[Rr]esponse\s(?P<q>[45]\d\d)\s(?:from|code)|[Ss]tatus\s:\s(?P<r>[45]\d\d)\b"
)
_VAULT = re.compile(r"\s*\.\s*Errors")


def read_xml(text: str) -> Iterator[Partial]:
    """Find XML error documents."""
    if "<Code>" in text:
        floor = 0
        matches = list(_XML_CODE.finditer(text))
        for m, following in zip(matches, [*matches[1:], None], strict=True):
            limit = min(m.end() + _XML_REACH, following.start() if following else len(text))
            yield _xml_partial(text, m, floor, limit)
            floor = m.end()
    if "Message>" in text or "message>" in text:
        for m in _XML_ROOT.finditer(text):
            if is_known(m["code"]):
                partial = Partial("body", m.start(), m.end(), source="xml", aws=True)
                partial.put("code", m["code"], m.start("code"), m.end("code"), BEST)
                close = text.find(f"</{m['code']}>", m.end(), m.end() + _XML_REACH)
                partial.end = close if close > 0 else m.end()
                yield partial


def _xml_partial(text: str, m: re.Match[str], floor: int, limit: int) -> Partial:
    opened = list(_XML_OPEN.finditer(text, max(floor, m.start() - 700), m.start()))
    start = opened[0].start() if opened else m.start()
    closed = _XML_CLOSE.search(text, m.end(), limit) or re.compile(r"</Error>").search(text, m.end(), limit)
    end = closed.end() if closed else limit
    partial = Partial("body", start, m.end(), source="xml")
    partial.put("code", m["code"], m.start("code"), m.end("code"), BEST)
    for key, pattern in _XML_VALUE.items():
        value = pattern.search(text, start, end)
        if value:
            partial.end = max(partial.end, value.end())
            written = rejoin(value["value"])
            if ELLIPSIS.match(written) is None:
                partial.put(
                    key,
                    written,
                    value.start("value"),
                    value.end("value"),
                    HINT if key == "resource" else BEST,
                )
    namespace = _XML_NAMESPACE.search(text, start, m.start())
    if namespace and "amazonaws" in namespace["host"]:
        partial.aws = True
        partial.put("service", service_of_host(namespace["host"]), rank=HINT)
    message = re.compile(r"</Message>").search(text, m.end(), end)
    partial.end = max(partial.end, message.end() if message else min(end, m.end() + 1500))
    return partial


def read_pairs(text: str, taken: list[Partial]) -> Iterator[Partial]:
    """Find clusters of keys and values that AWS and its SDKs print."""
    cluster: Partial | None = None
    regions = sorted(
        (p.start, p.end) for p in taken if p.role in {"tail", "head", "core"} or p.source == "xml"
    )
    at = 0
    for m in _PAIR.finditer(text):
        role = _ROLE_OF.get(m["key"].replace(" ", "").replace("\n", "").lower()) or _ROLE_OF.get(
            m["key"].rpartition(".")[2].lower() if "." in m["key"] else ""
        )
        if role is None or (not m["separator"] and role not in {"code", "message", "request_id"}):
            continue
        if m["separator"] == "," and not _PRINTED_HEADER.match(m["key"]):
            continue
        while at < len(regions) and regions[at][1] <= m.start():
            at += 1
        if at < len(regions) and regions[at][0] <= m.start() < regions[at][1]:
            continue
        value = _value(text, m)
        if value is None and role != "message":
            continue
        start, end = value or (m.end(), m.end())
        written = rejoin(text[start:end])
        if (
            role == "record"
            or (cluster and m.start() - cluster.end > _CLUSTER_GAP)
            or _contradicts(cluster, role, written)
        ):
            if cluster and cluster.facts:
                yield cluster
            cluster = None
        if cluster is None:
            cluster = Partial("body", m.start(), m.start(), source="json")
        if _take(text, cluster, m, role, written, start, end):
            cluster.end = max(cluster.end, end)
        elif not cluster.facts and cluster.end == cluster.start:
            cluster = None
    if cluster and cluster.facts:
        yield cluster


def _contradicts(cluster: Partial | None, role: str, value: str) -> bool:
    if cluster is None or role not in {"code", "request_id"} or role not in cluster.facts:
        return False
    present = cluster.facts[role].value
    return (
        is_code(value) and is_code(present) and value not in present and present not in value
        if role == "code"
        else False
    )


def _value(text: str, m: re.Match[str]) -> tuple[int, int] | None:
    quoted = _QUOTED.match(text, m.end())
    if quoted:
        group = "value" if quoted["value"] is not None else "open"
        return trim(text, quoted.start(group), quoted.end(group))
    plain = _BARE_VALUE.match(text, m.end())
    return trim(text, plain.start("value"), plain.end("value")) if plain else None


def _take(text: str, cluster: Partial, m: re.Match[str], role: str, value: str, start: int, end: int) -> bool:  # noqa: C901, PLR0912
    """Add one pair to a cluster, if its value is of the right shape; tell whether it was."""
    if role == "message":
        return True
    if role == "record":
        cluster.source = "cloudtrail"
        return True
    if (
        not value
        or ELLIPSIS.match(value)
        or (value in {"null", "nil", "None", "undefined", "true", "false"}
        and role != "deny")
    ):
        return False
    if role == "code":
        init = _INIT.search(value)
        if init:
            value = init["code"]
        value = bare(value) if "#" in value or "://" in value else value
        if value.isdigit():
            if len(value) == 3 and m["quote"]:
                cluster.put("status_code", value, start, end, HINT)
                return True
            return False
        if not is_code(value) or (is_generic(value) and not is_known(value)):
            return False
        at = text.find(value, start, end)
        typed = m["key"].lower() in {"errortype", "typename"}
        cluster.put("code", value, at, at + len(value), CLASS_NAME if typed else BEST)
        cluster.aws = cluster.aws or m["key"] == "__type"
        if m["key"] == "errorCode" and "eventSource" in text:
            cluster.source = "cloudtrail"
        return True
    if role == "status_code":
        if not (value.isdigit() and len(value) == 3) or _VAULT.match(text, end):
            return False
        cluster.put("status_code", value, start, end, BEST)
        if "RespMetadata" in text[max(0, m.start() - 80) : m.start()]:
            cluster.aws = True
            cluster.source = "go-v1"
    elif role == "request_id":
        if (
            _LAMBDA.search(text, max(0, m.start() - 8), m.start())
            or len(value) < 2
            or text[end : end + 8] == " Version"
        ):
            return False
        cluster.put("request_id", value, start, end, HINT if _PRINTED_HEADER.match(m["key"]) else STATED)
        if value.startswith("Just") or value == "RequestId":
            return False
    elif role == "host_id":
        cluster.put("host_id", value, start, end)
    elif role == "operation":
        if re.fullmatch(r"\w{2,80}", value) is None:
            return False
        cluster.put("operation", value, start, end)
    elif role == "service":
        if ".amazonaws." in value:
            cluster.put("service", service_of_event_source(value), rank=HINT)
            cluster.aws = True
        elif m["key"] == "_serviceAbbrev":
            cluster.put("service", service_name(value), rank=HINT)
        else:
            return False
    elif role == "principal":
        if (
            not value.startswith("arn:")
            or _IDENTITY.search(text, max(0, m.start() - _IDENTITY_REACH), m.end()) is None
        ):
            return False
        issuer = "sessionIssuer" in m["key"] or "sessionIssuer" in text[max(0, m.start() - 200) : m.start()]
        cluster.put("principal", value, start, end, CLASS_NAME if issuer else HINT)
        account = account_of(value)
        if account and not issuer:
            at = text.find(account, start, end)
            cluster.put("account", account, at, at + len(account), HINT)
    elif role == "account":
        if (
            re.fullmatch(r"\d{12}", value) is None
            or _IDENTITY.search(text, max(0, m.start() - 300), m.start()) is None
        ):
            return False
        if "resources" in text[max(0, m.start() - 120) : m.start()]:
            return False
        cluster.put("account", value, start, end, CLASS_NAME)
    elif role == "deny":
        if '"allowed"' not in text and "'allowed'" not in text:
            return False
        cluster.kind = "access_denied"
        cluster.aws = True
        cluster.put("deny", "explicit" if value.lower() == "true" else "implicit")
    elif cluster.kind == "access_denied" and role in {"action", "resource"}:
        cluster.put(role, value, start, end)
        if role == "action":
            cluster.put("service", value.partition(":")[0].lower() if ":" in value else None)
    else:
        return False
    return True


def read_statuses(text: str) -> Iterator[Partial]:
    """Find HTTP statuses in the words of logs and traces; weak facts that need a failure to belong to."""
    for m in _STATUS.finditer(text):
        group = m.lastgroup
        if group is None or _VAULT.match(text, m.end(group)):
            continue
        partial = Partial("status", m.start(), m.end())
        partial.put("status_code", m[group], m.start(group), m.end(group), HINT)
        yield partial


def read_hosts(text: str) -> Iterator[Partial]:
    """Find the AWS endpoints that a text names in URLs; weak facts of the same sort."""
    if "://" in text:
        for m in HOST.finditer(text):
            service = service_of_host(m["host"])
            if service:
                partial = Partial("host", m.start(), m.end(), aws=True)
                partial.put("service", service, rank=CLASS_NAME)
                yield partial
    m = re.compile(r"Domain\(\"([\w.-]{4,200})\"\)").search(text) if "Domain(" in text else None
    if m and ".amazonaws." in m[1]:
        partial = Partial("host", m.start(), m.end(), aws=True)
        partial.put("service", service_of_host(m[1]), rank=CLASS_NAME)
        yield partial
