"""Reads what Kubernetes says when RBAC forbids a request, and what its clients make of that; not 401s.

Grammar (k8s.io/apiserver's forbidden message, with and without what older servers and tools leave out):

    message = [name "is forbidden:"] "User" user "cannot" verb what ["in API group" group] [scope]
    what    = "resource" resource | "path" path | resource
    scope   = "in the namespace" namespace | "at the cluster scope"

A quote may be lost on either side of a value. The kubelet has a form of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.cluster_urls import is_of_cluster
from iamtriage._reading.grammar import account_of, rejoin, trim
from iamtriage._reading.partials import HINT, Fact, Partial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import Kind

_Q = "[\"'`]"
_SENTENCE = re.compile(
    rf"(?<!\w)User\s+(?:{_Q}(?P<user>[^\"`]{{0,600}}?){_Q}|{_Q}?(?P<bare_user>[^\s\"'`]{{1,300}}){_Q}?)\s+"
    rf"cannot\s+{_Q}?(?P<verb>\w{{2,24}}){_Q}?\s+"
    rf"(?:resources?\s+(?!(?:in|at)\s){_Q}?(?P<resource>[\w./*-]{{1,120}}){_Q}?|(?:path|on)\s+{_Q}(?P<path>[^\"'`\n]{{1,300}}){_Q}"
    r"|resources?\b|(?P<old>[a-z][\w./-]{1,120}))"
    rf"(?P<group_words>\s+in\s+API\s+group(?:\s+(?:{_Q}(?P<group>[\w.*-]{{0,120}}){_Q}|(?!(?:in|at)\s){_Q}?(?P<bare_group>[\w.*-]{{1,120}})))?)?"
    rf"(?:\s+in\s+the\s+namespace\s+{_Q}?(?P<namespace>[^\"'`\s]{{1,120}}){_Q}?|\s+at\s+the\s+(?P<cluster>cluster\s+scope))?"
)
_HEAD = re.compile(
    r"(?:[a-z0-9.-]{1,120}(?:/[a-z0-9-]{1,60})?(?:\s+\"[^\"\n]{0,253}\")?\s+is\s+)?[Ff]orbidden\)?\s?:\s+\Z"
)
_HEAD_REACH = 450
# The server's refusals in words of their own, of which some are the quota's or an admission plugin's.
_OTHER_WORDS = re.compile(
    r"Error from server \(Forbidden\):|\bis forbidden: (?!User)(?=\w[^\n]{0,200}?(?:not allowed to|can only|cannot|not permitted|attempting to grant))"
)
_NOT_RBAC = re.compile(
    r"exceeded quota|PodSecurity|violates|admission webhook|already exists|is invalid|error looking up service account"
)
_NOT_RBAC_REACH = 300
_GRANTING = re.compile(
    r"user\s+\"(?P<user>[^\"\n]{1,300})\"(?:\s+\(groups=[^()]{0,1500}\))?\s+(?:is\s+attempting\s+to\s+grant|cannot\s+grant)"
)
_GRANTING_REACH = 600
# https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/server/server.go
_KUBELET = re.compile(
    r"Forbidden\s\(user=(?P<user>[^\s,()]{1,300}),\s?verb=(?P<verb>\w{2,24}),\s?resource=(?P<resource>[\w./-]{1,120}),"
    r"\s?subresource(?:\(s\))?=\[?(?P<sub>[\w/ -]{0,200})\]?\)"
)

# What clients print of an answer whose message they do not show, by words that only they use.
_CLIENTS = tuple(
    (needed, re.compile(pattern))
    for needed, pattern in (
        (
            "ApiException",
            (
                r"io\.kubernetes\.client\.(?:openapi\.)?ApiException:\s+(?:Message:\s+)?(?P<reason>Forbidden|Unauthorized)\b"
                r"(?:\s+HTTP\s+response\s+code:\s+(?P<status>[0-9]{3})\b)?"
            ),
        ),
        (
            "KubernetesClientException",
            r"KubernetesClientException:\s[^\n]{0,400}?Message:\s+(?P<reason>Forbidden|Unauthorized)\b",
        ),
        (
            "dynamic.exceptions",
            r"(?:kubernetes|openshift)\.dynamic\.exceptions\.(?P<reason>Forbidden|Unauthorized)Error:\s+(?P<status>[0-9]{3})\b",
        ),
        (
            "Autorest",
            r"k8s\.Autorest\.HttpOperationException:\s+Operation\s+returned\s+an\s+invalid\s+status\s+code\s+'(?P<reason>Forbidden|Unauthorized)'",
        ),
        (
            "(Kube",
            r"(?P<status>40[13])\s+(?P<reason>Forbidden|Unauthorized)\s+\((?:KubeException|Kubeclient::\w{1,40})\)",
        ),
    )
)
# HTTP clients of any API, so the URL has to be a cluster's: requests and httpx; aiohttp; Ruby's kubeclient.
_ASKED = re.compile(
    r"(?P<status>40[13])(?:\s+Client\s+Error:\s+|,\s+message='|,?\s+)(?P<reason>Forbidden|Unauthorized)\b[^\s]{0,3}\s+"
    r"(?:for\s+(?:url:?\s+|[A-Z]{3,7}\s+)|url=)[^\s]{0,8}?(?P<url>https?://[^\s'\"<>]{1,2000})"
)
# Clients that OpenAPI's generator made print this for any API, so something of Kubernetes has to stand by.
_GENERATED = re.compile(r"\((?P<status>40[13])\)\s+Reason:\s+(?P<reason>Forbidden|Unauthorized)\b")
_GENERATED_FOR = re.compile(r"kubernetes|openshift|\b[A-Z]\w{2,30}V[0-9]\w{0,10}Api->|system:serviceaccount")
_GENERATED_REACH = 400
# The server's answer as JSON, Python's dict or Rust's struct, from its reason on.
_REASON = re.compile(r"[\"']?\breason[\"']?\s?[:=]\s?[\"'](?P<reason>Forbidden|Unauthorized)[\"']")
_FAILURE = re.compile(r"[\"']?\bstatus[\"']?\s?[:=]\s?(?:Some\()?[\"']?Failure\b")
_STATUS_CODE = re.compile(r"[\"']?\bcode[\"']?\s?[:=]\s?(?P<status>40[13])\b")
_BODY_REACH = 1500
_CODE_REACH = 600

_KINDS: dict[str, Kind] = {"Forbidden": "kubernetes_forbidden", "Unauthorized": "kubernetes_unauthorized"}


def read_rbac(text: str) -> Iterator[Partial]:
    """Find every such statement."""
    if "orbidden" in text or "nauthorized" in text:
        yield from _read_other_words(text)
        yield from _read_kubelet(text)
        yield from _read_clients(text)
        yield from _read_answers(text)
    if "cannot" in text and "User" in text:
        yield from _read_sentences(text)


def put_principal(partial: Partial, value: str, start: int, end: int) -> None:
    """Add a principal, and the account that it states."""
    partial.put("principal", value, start, end)
    account = account_of(value)
    if account:
        at = start + value.find(account)
        partial.put("account", account, at, at + len(account))


def _partial(start: int, end: int, reason: str = "Forbidden") -> Partial:
    return Partial("core", start, end, kind=_KINDS[reason], aws=True, source="kubernetes")


def _put_user(partial: Partial, user: str, start: int, end: int) -> None:
    partial.put("k8s_user", user, start, end)
    put_principal(partial, user, start, end)


def _read_sentences(text: str) -> Iterator[Partial]:
    for m in _SENTENCE.finditer(text):
        reach = max(0, m.start() - _HEAD_REACH)
        head = _HEAD.search(text, reach, m.start())
        if head is None and not _speaks_for_itself(m):
            continue
        partial = _partial(m.start() if head is None else head.start(), m.end())
        name = "user" if m["user"] is not None else "bare_user"
        user = rejoin(m[name])
        if user:
            _put_user(partial, user, *m.span(name))
        partial.put("k8s_verb", m["verb"], *m.span("verb"))
        for name in ("resource", "old"):
            if m[name]:
                partial.put("k8s_resource", m[name], *m.span(name))
        name = "group" if m["group"] is not None else "bare_group"
        if m[name] is not None:
            # Fact values are never empty elsewhere: the core group is the one that is.
            partial.facts["k8s_api_group"] = Fact(m[name], *m.span(name))
        if m["namespace"]:
            start, end = trim(text, *m.span("namespace"))
            partial.put("k8s_namespace", text[start:end], start, end)
        yield partial


def _speaks_for_itself(m: re.Match[str]) -> bool:
    """Tell whether a sentence without "is forbidden" in front is the server's, and not anybody's words."""
    if m["user"] is None and ":" not in m["bare_user"]:
        return m["group_words"] is not None
    if m["old"]:
        return bool(m["namespace"] or m["cluster"])
    return bool(m["resource"] or m["path"])


def _read_other_words(text: str) -> Iterator[Partial]:
    for m in _OTHER_WORDS.finditer(text):
        if _NOT_RBAC.search(text, m.end(), m.end() + _NOT_RBAC_REACH) is None:
            partial = _partial(m.start(), m.end())
            granting = _GRANTING.search(text, m.end(), m.end() + _GRANTING_REACH)
            if granting:
                _put_user(partial, granting["user"], *granting.span("user"))
            yield partial


def _read_kubelet(text: str) -> Iterator[Partial]:
    for m in _KUBELET.finditer(text):
        partial = _partial(m.start(), m.end())
        _put_user(partial, m["user"], *m.span("user"))
        partial.put("k8s_verb", m["verb"], *m.span("verb"))
        # Of several subresources any would have done, so none of them is what was denied.
        named = m["sub"] and " " not in m["sub"]
        partial.put(
            "k8s_resource", f"{m['resource']}/{m['sub']}" if named else m["resource"], *m.span("resource")
        )
        yield partial


def _read_clients(text: str) -> Iterator[Partial]:
    for needed, pattern in _CLIENTS:
        if needed in text:
            for m in pattern.finditer(text):
                if _NOT_RBAC.search(text, m.end(), m.end() + _NOT_RBAC_REACH):
                    continue
                partial = _partial(m.start(), m.end(), m["reason"])
                if m.groupdict().get("status"):
                    partial.put("status_code", m["status"], *m.span("status"))
                yield partial
    if "://" in text:
        for m in _ASKED.finditer(text):
            if is_of_cluster(m["url"]):
                partial = _partial(m.start(), m.end(), m["reason"])
                partial.put("status_code", m["status"], *m.span("status"))
                yield partial
    if "Reason:" in text:
        for m in _GENERATED.finditer(text):
            if _GENERATED_FOR.search(text, max(0, m.start() - _GENERATED_REACH), m.end() + _GENERATED_REACH):
                partial = _partial(m.start(), m.end(), m["reason"])
                partial.put("status_code", m["status"], *m.span("status"))
                yield partial


def _read_answers(text: str) -> Iterator[Partial]:
    """Read the server's ``Status``, whatever its message says."""
    if "Failure" not in text:
        return
    for m in _REASON.finditer(text):
        begin = text.rfind("Failure", max(0, m.start() - _BODY_REACH), m.start())
        if begin < 0 or _FAILURE.search(text, max(0, begin - 20), begin + len("Failure")) is None:
            continue
        if _NOT_RBAC.search(text, begin, m.start()):
            continue
        partial = _partial(m.start(), m.end(), m["reason"])
        code = _STATUS_CODE.search(text, m.end(), m.end() + _CODE_REACH)
        if code:
            partial.put("status_code", code["status"], *code.span("status"), HINT)
        yield partial
