"""Find 401 and 403 responses that Kubernetes clients print without the server's message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.fragments import find_around_literal
from iamtriage._reading.vocabulary.kubernetes import is_admission_denial, is_cluster_url
from iamtriage._reading.vocabulary.pieces import HINT, Piece

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable
    from iamtriage.typing import Kind

_REASON_PHRASE = "(?P<reason>Forbidden|Unauthorized)"
_INVALID_STATUS = rf"Operation\s+returned\s+an\s+invalid\s+status\s+code\s+[\"']{_REASON_PHRASE}[\"']"
# The pattern of each client that prints no message, and a literal in its output.
_CLIENTS = {
    lazy_pattern(pattern): literal
    for literal, pattern in (
        ("ApiException", rf"io\.kubernetes\.client\.(?:openapi\.)?ApiException:\s+(?:Message:\s+)?{_REASON_PHRASE}\b(?:\s+HTTP\s+response\s+code:\s+(?P<status>[0-9]{{3}})\b)?"),
        ("KubernetesClientException", rf"KubernetesClientException:\s[^\n]{{0,600}}?(?:Message:\s+|due\s+to:\s?){_REASON_PHRASE}\b"),
        ("dynamic.exceptions", rf"(?:kubernetes|openshift)\.dynamic\.exceptions\.{_REASON_PHRASE}Error:\s+(?P<status>[0-9]{{3}})\b"),
        ("invalid status code", rf"k8s\.Autorest\.HttpOperationException:\s+{_INVALID_STATUS}"),
        # Microsoft's other clients raise it, too, so the client's name or frame must follow.
        ("invalid status code", rf"Microsoft\.Rest\.HttpOperationException[^\x1e]{{0,200}}?{_INVALID_STATUS}(?=[^\x1e]{{0,600}}?(?:Source=KubernetesClient\b|\bat\s+k8s\.))"),
        ("(Kube", rf"(?P<status>40[13])\s+{_REASON_PHRASE}\s+\((?:KubeException|Kubeclient::\w{{1,40}})\)"),
        # The Python client could not open a websocket.
        ("Handshake status", rf"kubernetes\.[\w.]{{1,60}}ApiException:\s+\(0\)\s+(?:E\s+)?Reason:\s+Handshake\s+status\s+(?P<status>40[13])\s+{_REASON_PHRASE}\b"),
        # The server's Status object, printed by Java and Go.
        ("Status(apiVersion", rf"\bStatus\(apiVersion=v1,\s+code=(?P<status>40[13]),[^\x1e]{{0,2000}}?\breason={_REASON_PHRASE}\b"),
        ("v1.Status{", rf"\bv1\.Status\{{[^\x1e]{{0,2000}}?\bReason:\"{_REASON_PHRASE}\"(?:[^\x1e]{{0,600}}?\bCode:(?P<status>40[13])\b)?"),
    )
}  # fmt: skip
# HTTP clients print this for any API, so the URL must be of a cluster: requests and httpx; aiohttp; kubeclient (Ruby).
_REQUEST = lazy_pattern(
    r"(?P<status>40[13])(?:\s+Client\s+Error:\s+|,\s+message='|,?\s+)(?P<reason>Forbidden|Unauthorized)\b[^\s]{0,3}\s+"
    r"(?:for\s+(?:url:?\s+|[A-Z]{3,7}\s+)|url=)[^\s]{0,8}?(?P<url>https?://[^\s'\"<>]{1,2000})"
)
# Clients generated from OpenAPI print this for any API, so signs of Kubernetes must be near it.
_GENERATED = lazy_pattern(r"\((?P<status>40[13])\)\s+Reason:\s+(?P<reason>Forbidden|Unauthorized)\b")
_GENERATED_FOR = lazy_pattern(
    r"kubernetes|openshift|\b[A-Z]\w{2,30}V[0-9]\w{0,10}Api->|system:serviceaccount"
)
_MAX_SIGN_DISTANCE = 400
# The server's Status as JSON, a Python dict or a Rust struct, from its reason on.
_REASON = lazy_pattern(r"[\"']?\breason[\"']?\s?[:=]\s?[\"'](?P<reason>Forbidden|Unauthorized)[\"']")
_MAX_REASON_LENGTH = 30
_FAILURE = lazy_pattern(r"[\"']?\bstatus[\"']?\s?[:=]\s?(?:Some\()?[\"']?Failure\b")
_STATUS_CODE = lazy_pattern(r"[\"']?\bcode[\"']?\s?[:=]\s?(?P<status>40[13])\b")
_MAX_HEADERS_LENGTH = 1000
_MAX_BODY_LENGTH = 1500
_MAX_CODE_DISTANCE = 600

_KINDS: dict[str, Kind] = {"Forbidden": "kubernetes_forbidden", "Unauthorized": "kubernetes_unauthorized"}


def read_clients(readable: Readable) -> Iterator[Piece]:
    """Yield the 401 and 403 responses that Kubernetes clients print without a message."""
    yield from _read_clients(readable.text)
    yield from _read_status_objects(readable.text)


def _piece(m: re.Match[str]) -> Piece:
    piece = Piece("core", m.start(), m.end(), kind=_KINDS[m["reason"]], is_aws=True, source="kubernetes")
    if "status" in m.re.groupindex:
        piece.put_group(m, "status_code", "status")
    return piece


def _read_clients(text: str) -> Iterator[Piece]:
    for pattern, literal in _CLIENTS.items():
        if literal in text:
            yield from (_piece(m) for m in pattern.finditer(text) if not _is_of_admission(text, m))
    if "://" in text:
        yield from (_piece(m) for m in _REQUEST.finditer(text) if is_cluster_url(m["url"]))
    if "Reason:" in text:
        for m in _GENERATED.finditer(text):
            near = (max(0, m.start() - _MAX_SIGN_DISTANCE), m.end() + _MAX_SIGN_DISTANCE)
            if _GENERATED_FOR.search(text, *near) and not _is_of_admission(text, m):
                yield _piece(m)


def _is_of_admission(text: str, m: re.Match[str]) -> bool:
    """Return whether admission control denied a request, according to a client's message or the body after it."""
    body = text.find("esponse body", m.end(), m.end() + _MAX_HEADERS_LENGTH)
    return is_admission_denial(text, m.start(), max(body, m.end()))


def _read_status_objects(text: str) -> Iterator[Piece]:
    """Yield each ``Status`` object of the server, regardless of its message."""
    if "Failure" not in text:
        return
    for m in find_around_literal(text, _REASON, "reason", 1, _MAX_REASON_LENGTH):
        begin = text.rfind("Failure", max(0, m.start() - _MAX_BODY_LENGTH), m.start())
        if begin < 0 or _FAILURE.search(text, max(0, begin - 20), begin + len("Failure")) is None:
            continue
        if is_admission_denial(text, begin, m.start()):
            continue
        piece = _piece(m)
        code = _STATUS_CODE.search(text, m.end(), m.end() + _MAX_CODE_DISTANCE)
        if code:
            piece.put_group(code, "status_code", "status", HINT)
        yield piece
