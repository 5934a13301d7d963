"""Reads what SDKs and tools put before a message: code, operation, service, class; not the message.

Sources, by shape: botocore ``exceptions.ClientError``, aws-cli's error handler and error formats,
smithy-go ``OperationError`` and aws-sdk-go-v2's ``ResponseError``, aws-sdk-go's ``awserr``,
aws-sdk-php's ``WrappedHttpHandler``, aws-sdk-ruby's error classes, smithy-rs's display of errors,
aws-sdk-cpp's log lines, aws-sdk-net's ``AmazonServiceException``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.codes import FOREIGN_NAMESPACE, is_code, is_generic, is_known, kind_of_code
from iamtriage._reading.grammar import rejoin, trim
from iamtriage._reading.partials import BEST, CLASS_NAME, HINT, STATED, Partial
from iamtriage._reading.services import service_name, service_of_host

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOTOCORE = re.compile(
    r"(?:An|A\s+client)\s+error\s+(?:occurred\s+)?\(\s*(?P<code>[^()\s]{1,128})\s*\)(?:\s+occurred)?"
    r"(?:\s+when\s+calling\s+the\s+(?P<operation>\w{1,80})\s+operation)?(?:\s+\(reached\s+max\s+retries:\s+\d+\))?\s*:?\s*"
)
_CLI = re.compile(
    r"aws:\s\[ERROR\]:\s|(?:fatal error|upload failed|download failed|copy failed|move failed|delete failed)[:\s]"
)
_GO2_OPERATION = re.compile(
    r"operation\s+error\s+(?P<service>[A-Za-z][\w .-]{0,60}?)\s*:\s+(?P<operation>\w{2,80})(?=[,:\s]|\Z)"
)
_GO2_RESPONSE = re.compile(
    r"(?P<head>https?\s+response\s+error\s+)?StatusCode:\s*(?P<status>\d{1,3})(?=\s*,)(?(head)|(?=\s*,\s*RequestID:\s*[^\s\"]))"
)
_GO2_REQUEST = re.compile(r"(?<![\w ])\s?RequestID:\s*(?P<id>[^,;\n]{0,128})(?=,|\s*\Z)")
_GO2_HOST = re.compile(r"HostID:\s*(?P<id>[^,;\n]{0,256}(?:\n[^,;\s]{1,120})?)(?=,|\s*\Z)")
_GO2_CODE = re.compile(r"api\s+error\s+(?P<code>[A-Za-z][\w.]{1,100})\s*:\s*")
_CODE_COLON = re.compile(
    r"(?<![\w.:/\\$@-])(?P<code>(?:Client\.|Server\.)?[A-Z][A-Za-z0-9]{2,80}(?:\.[A-Z][A-Za-z]{2,40})?|403|Forbidden)(?:\(\w{1,24}\))?[`*]{0,2}(?:\s?:(?=\s|\Z|\"|\[|`)|\s=>\s|\s[-–]\s(?=User)|(?=\s\(HTTP\s|\sUser:\sarn:|\s?(?:\.\.\.|…)))"
)
_CODE_QUOTED = re.compile(
    r"(?:error|Error|code|Code|exception|AWSError|errorcode)\s?[=:]?\s?'(?P<code>[A-Z][A-Za-z0-9]{3,80})'"
)
_CODE_PARENTHESES = re.compile(
    r"(?:unhandled\s+error|service\s+error|error)\s*\((?P<code>[A-Z][A-Za-z0-9]{3,80})\)"
)
_CODE_END = re.compile(
    r"(?:[Ee]rror|failed|[Cc]ode|due to|with|returned|reason|[Rr]esponse):?\s+(?P<code>[A-Z][A-Za-z0-9]{4,80})(?=\s*(?:[\"'.)\]}]|\Z|\n))"
)
_RESPONDED = re.compile(r"(?P<operation>[A-Z][A-Za-z0-9]{3,80})\s+API\s+responded\s+with\s+error")
_PHP = re.compile(r"Error\s+executing\s+\"(?P<operation>\w{2,80})\"\s+on\s+\"(?P<url>[^\"\n]{1,2000})\"")
_PHP_CODE = re.compile(r"(?<![\w\\])(?P<code>[A-Z][A-Za-z0-9]{2,80})\s+\((?:client|server)\):\s*")
_DOTNET = re.compile(
    r"Error\s+making\s+request\s+with\s+Error\s+Code\s+(?P<code>\w{2,80})\s+and\s+Http\s+Status\s+Code\s+(?P<status>\w{2,40})"
)
_KMS = re.compile(r"KMS\s+Exception:\s*(?P<code>[A-Z]\w{2,60}?Exception)\s*KMS\s+Message")
# The EKS Pod Identity agent's answer.
_POD_IDENTITY = re.compile(r"\[(?P<id>[0-9a-fx*-]{8,64})\]:\s\((?P<code>[A-Z]\w{2,80})\):\s*")
_CPP = re.compile(r"Encountered\s+(?:Unknown\s+)?AWSError\s+'?(?P<code>\w{2,80})'?\s*:\s*")
_CALLING = re.compile(
    r"while calling (?P<operation>[A-Z]\w{2,80}) on (?:Amazon::Coral::)?(?P<service>[A-Z]\w{2,60}?)(?:Client)?\b"
)

_RUBY_CLASS = re.compile(
    r"(?<![\w:])(?:Aws|AWS)::(?P<service>[A-Z]\w{1,40})::(?:Errors::(?P<code>[A-Z]\w{2,80})|ResponseError)"
)
_RUBY_MESSAGE = re.compile(
    r"AWS::(?P<service>[A-Z]\w{1,40}) Response Error: (?P<code>[A-Z][A-Za-z]{3,60}?)(?=The |Rate |Request )"
)
_PHP_CLASS = re.compile(
    r"(?<![\w\\])Aws\s?\\\s?(?P<service>[A-Z]\w{1,40})\s?\\\s?Exception\s?\\\s?(?P<code>[A-Z]\w{2,80})"
)
_DOTNET_CLASS = re.compile(
    r"(?<![\w.])Amazon\.(?P<service>[A-Z]\w{1,60})\.(?:Model\.)?(?P<code>[A-Z]\w{2,80}Exception)\b"
)
_JAVA_CLASS = re.compile(
    r"(?<![\w.])(?:com\.amazonaws\.services|software\.amazon\.awssdk\.services|com\.amazonaws\.services\.\w+)\.(?P<service>\w{1,60})"
    r"(?:\.\w{1,40}){0,3}\.(?P<code>[A-Z]\w{2,80}(?:Exception|Error))\b|com\.amazonaws\.(?:services\.\w{1,40}\.)?(?:model\.)?(?P<bare>[A-Z]\w{2,80}Exception)\b"
)
_OTHER_CLASS = re.compile(
    r"(?<![\w.])(?P<namespace>(?:[A-Za-z_]\w{0,60}[.\\]){1,12})(?P<code>[A-Z]\w{2,80}(?:Exception|Error|Fault|Denied))\b"
)
_SWIFT_CLASS = re.compile(r"(?<![\w.])AWS(?P<service>[A-Z]\w{1,40})\.(?P<code>[A-Z]\w{2,80}Exception)\b")

_WHOLE = re.compile(r"[\s\"'`]*(?P<code>[A-Z][A-Za-z0-9]{5,80})[.\s\"'`]*")
_PLAIN_WORDS = frozenset({"Forbidden", "Unauthorized", "NotAuthorized", "Throttling"})
# The sender is no error of AWS, though it prints a code-like word before a colon.
_NOT_CODES = frozenset({"UnknownError", "NetworkError"})


def read_heads(text: str) -> Iterator[Partial]:
    """Find everything that stands before messages."""
    yield from _read_botocore(text)
    yield from _read_go2(text)
    if "Error executing" in text:
        for m in _PHP.finditer(text):
            partial = Partial("head", m.start(), m.end(), source="php", aws="amazonaws" in m["url"])
            _put(partial, m, "operation")
            host = re.match(r"https?://([^/\s:]+)", m["url"])
            service = service_of_host(host[1]) if host else None
            partial.put("service", service)
            yield partial
    if "(client)" in text or "(server)" in text:
        for m in _PHP_CODE.finditer(text):
            if is_code(m["code"]):
                yield _code_partial(m, source="php", rank=BEST)
    if "Error making request with" in text:
        for m in _DOTNET.finditer(text):
            partial = _code_partial(m, source="dotnet", rank=BEST, aws=True)
            if m["status"].isdigit():
                partial.put("status_code", m["status"], m.start("status"), m.end("status"))
            yield partial
    if "AWSError" in text:
        for m in _CPP.finditer(text):
            yield _code_partial(m, source="cpp", rank=BEST)
    if "KMS Message" in text or "KMS\nMessage" in text:
        for m in _KMS.finditer(text):
            yield _code_partial(m, rank=BEST, aws=True)
    if "]: (" in text:
        for m in _POD_IDENTITY.finditer(text):
            partial = _code_partial(m, rank=BEST, aws=True)
            partial.put("request_id", m["id"], m.start("id"), m.end("id"))
            yield partial
    if "while calling" in text:
        for m in _CALLING.finditer(text):
            partial = Partial("tail", m.start(), m.end())
            _put(partial, m, "operation")
            partial.put("service", service_name(m["service"]))
            yield partial
    bare = _WHOLE.fullmatch(text)
    if (
        bare
        and kind_of_code(bare["code"])
        and not bare["code"].isdigit()
        and bare["code"] not in _PLAIN_WORDS
    ):
        yield _code_partial(bare, aws=True)
    if "API responded with error" in text:
        for m in _RESPONDED.finditer(text):
            partial = Partial("head", m.start(), m.end())
            _put(partial, m, "operation")
            yield partial
    yield from _read_codes(text)


def _read_botocore(text: str) -> Iterator[Partial]:
    if (
        " error occurred" not in text
        and "client error" not in text
        and "\nerror occurred" not in text
        and "error\noccurred" not in text
    ):
        return
    for m in _BOTOCORE.finditer(text):
        partial = Partial("head", m.start(), m.end(), source="botocore", aws=True)
        partial.put("code", m["code"], m.start("code"), m.end("code"), BEST)
        if m["code"].isdigit() and len(m["code"]) == 3:
            partial.put("status_code", m["code"], m.start("code"), m.end("code"), HINT)
        _put(partial, m, "operation", BEST)
        cli = _CLI.search(text, max(0, m.start() - 300), m.start() + 1)
        if cli:
            partial.source = "aws-cli"
        yield partial


def _read_go2(text: str) -> Iterator[Partial]:
    if "operation" in text and "error" in text:
        for m in _GO2_OPERATION.finditer(text):
            partial = Partial("head", m.start(), m.end(), source="go-v2", aws=True)
            _put(partial, m, "operation", BEST)
            partial.put("service", service_name(m["service"]))
            yield partial
    if "StatusCode:" in text:
        for m in _GO2_RESPONSE.finditer(text):
            partial = Partial("head", m.start(), m.end(), source="go-v2")
            partial.put("status_code", m["status"], m.start("status"), m.end("status"), BEST)
            end = m.end()
            request = re.compile(r"\s*,\s*RequestID:\s*(?P<id>[^,;\n]{0,128}(?:\n[0-9a-f-]{1,36})?)").match(
                text, end
            )
            if request:
                end = request.end()
                _put_id(text, partial, "request_id", request)
                host = re.compile(r"\s*,\s*HostID:\s*(?P<id>[^,;\n]{0,256}(?:\n[^,;\s]{1,200})?)").match(
                    text, end
                )
                if host:
                    end = host.end()
                    _put_id(text, partial, "host_id", host)
            partial.end = end
            yield partial
    if "api" in text:
        for m in _GO2_CODE.finditer(text):
            yield _code_partial(m, source="go-v2", rank=BEST, aws=True)


def _read_codes(text: str) -> Iterator[Partial]:
    """Find codes that stand before a colon, in quotes, or alone behind "error"."""
    for m in _CODE_COLON.finditer(text):
        code = m["code"]
        if not is_code(code) or code in _NOT_CODES:
            continue
        if code.isdigit() and text[m.end() : m.end() + 1] != " ":
            continue
        if FOREIGN_NAMESPACE.search(text, max(0, m.start() - 100), m.start()):
            continue
        if (
            code.isdigit()
            or code in {"Unauthorized", "NotAuthorized"}
            or (code == "Forbidden" and text[max(0, m.start() - 4) : m.start()].strip().isdigit())
        ):
            continue
        yield _code_partial(m, rank=STATED if is_known(code) else CLASS_NAME)
    if "'" in text:
        for m in _CODE_QUOTED.finditer(text):
            # With a colon it is a pair of a printed object, which "bodies" reads.
            if kind_of_code(m["code"]) and ": '" not in m[0]:
                yield _code_partial(m, rank=STATED)
    if "error" in text and "(" in text:
        for m in _CODE_PARENTHESES.finditer(text):
            if is_code(m["code"]):
                yield _code_partial(m, source="rust", rank=STATED)
    for m in _CODE_END.finditer(text):
        if (
            kind_of_code(m["code"])
            and not m["code"].isdigit()
            and m["code"] not in {"Forbidden", "Unauthorized"}
        ):
            yield _code_partial(m, rank=HINT)


def read_classes(text: str) -> Iterator[Partial]:
    """Find exception classes whose namespace or name tells service or code."""
    if "::" in text:
        for m in _RUBY_CLASS.finditer(text):
            yield _class_partial(m, "ruby", rank=STATED)
        for m in _RUBY_MESSAGE.finditer(text):
            yield _class_partial(m, "ruby", rank=STATED)
    if "\\" in text:
        for m in _PHP_CLASS.finditer(text):
            yield _class_partial(m, "php")
    if "." in text:
        if "Amazon." in text:
            for m in _DOTNET_CLASS.finditer(text):
                yield _class_partial(m, "dotnet")
        if "AWS" in text:
            for m in _SWIFT_CLASS.finditer(text):
                yield _class_partial(m, "swift")
        if "amazon" in text:
            for m in _JAVA_CLASS.finditer(text):
                yield _class_partial(m, "java-v2" if "awssdk" in m[0] else "java-v1")
        for m in _OTHER_CLASS.finditer(text):
            if "amazon" not in m["namespace"].lower() and not FOREIGN_NAMESPACE.match(m["namespace"]):
                partial = Partial("class", m.start(), m.end())
                known = is_known(m["code"]) or "botocore" in m["namespace"]
                if known and is_code(m["code"]) and not is_generic(m["code"]):
                    partial.put("code", m["code"], m.start("code"), m.end("code"), CLASS_NAME)
                    partial.aws = "botocore" in m["namespace"]
                    partial.source = "botocore" if partial.aws else None
                    yield partial


def _class_partial(m: re.Match[str], source: str, rank: int = CLASS_NAME) -> Partial:
    partial = Partial("class", m.start(), m.end(), source=source, aws=True)
    groups = m.groupdict()
    service = groups.get("service")
    if service:
        partial.put("service", service_name(service), rank=HINT)
    name = "code" if groups.get("code") else "bare"
    code = groups.get(name)
    if code and is_code(code) and not _names_service(code, service):
        partial.put("code", code, m.start(name), m.end(name), rank)
    return partial


def _names_service(code: str, service: str | None) -> bool:
    """Tell whether a class is the service's base class: StsException, AmazonSQSException."""
    if is_generic(code):
        return True
    plain = code.removesuffix("Exception").removesuffix("Error").lower()
    return service is not None and plain in {
        service.lower(),
        service.lower().removesuffix("v2"),
        "amazon" + service.lower(),
    }


def _code_partial(
    m: re.Match[str], *, source: str | None = None, rank: int = STATED, aws: bool = False
) -> Partial:
    partial = Partial("head", m.start(), m.end(), source=source, aws=aws)
    partial.put("code", m["code"], m.start("code"), m.end("code"), rank)
    return partial


def _put(partial: Partial, m: re.Match[str], key: str, rank: int = STATED) -> None:
    if m[key]:
        partial.put(key, m[key], m.start(key), m.end(key), rank)


def _put_id(text: str, partial: Partial, key: str, m: re.Match[str]) -> None:
    start, end = trim(text, m.start("id"), m.end("id"))
    partial.put(key, rejoin(text[start:end]), start, end, BEST)
