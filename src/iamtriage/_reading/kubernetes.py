"""Reads what Kubernetes, the authenticator and the EKS console say about access; not AWS's API errors.

Sources: k8s.io/apiserver's forbidden message, kubectl, aws-iam-authenticator's server log, and the
EKS console's banners (https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.grammar import account_of, rejoin, trim
from iamtriage._reading.partials import Fact, Partial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.typing import Kind

_VERBS = r"get|list|watch|create|update|patch|delete|deletecollection|impersonate|bind|escalate|use|proxy|approve|sign|connect|\w{2,24}"
_FORBIDDEN = re.compile(
    r"(?:(?P<name>[a-z0-9.-]{1,120}(?:/[a-z0-9-]{1,60})?)(?:\s+\"[^\"\n]{0,253}\")?\s+is\s+)?forbidden:\s+User\s+[\"'`](?P<user>[^\"`]{0,600}?)[\"'`]\s+"
    rf"cannot\s+(?P<verb>{_VERBS})\s+(?:resources?\s+[\"'`](?P<resource>[\w./*-]{{1,120}})[\"'`]|path\s+[\"'`](?P<path>[^\"'`\n]{{1,300}})[\"'`]|(?P<old>[a-z][\w./-]{{1,120}}))"
    r"(?:\s+in\s+API\s+group\s+[\"'`](?P<group>[\w.*-]{0,120})[\"'`])?"
    r"(?:\s+in\s+the\s+namespace\s+[\"'`](?P<namespace>[^\"'`\s]{1,120})[\"'`]|\s+at\s+the\s+(?P<cluster>cluster\s+scope))?"
)
_FORBIDDEN_HEAD = re.compile(r"User\s+[\"'`](?P<user>[^\"'`\n]{1,600})[\"'`]\s+cannot\s+(?P<verb>[a-z]{2,24})\s+resource\s+[\"'`](?P<resource>[\w./*-]{1,120})[\"'`]")
_FORBIDDEN_BARE = re.compile(r"Error from server \(Forbidden\):|\bis forbidden: (?!User)(?=\w[^\n]{0,200}?(?:not allowed to|can only|cannot|not permitted|attempting to grant))")

_NOT_RBAC = re.compile(r"exceeded quota|PodSecurity|violates|admission webhook|already exists|is invalid")
_WRAPPERS = frozenset({"ould not get token"})
_UNAUTHORIZED: tuple[tuple[str, re.Pattern[str], Kind], ...] = tuple(
    (fragment, re.compile(pattern.replace(" ", r"\s+"), re.MULTILINE), kind)
    for fragment, pattern, kind in (
        ("must be logged in to the server", r"[Yy]ou must be logged in to the server", "kubernetes_unauthorized"),
        ("asked for the client to provide credentials", r"the server has asked for the client to provide credentials", "kubernetes_unauthorized"),
        ("rror looking up service account", r"error looking up service account", "kubernetes_unauthorized"),
        ("RN is not mapped", r"ARN is not mapped", "kubernetes_unauthorized"),
        ("dentity is not mapped", r"identity is not mapped", "kubernetes_unauthorized"),
        ("RN does not match User ID", r"ARN does not match User ID", "kubernetes_unauthorized"),
        ("ould not get token", r"could not get token", "kubernetes_unauthorized"),
        ("did not contain an instance id", r"SessionName did not contain an instance id", "kubernetes_unauthorized"),
        ("nput token was not properly formatted", r"input token was not properly formatted", "kubernetes_unauthorized"),
        ("make webhook authenticator request", r"Failed to make webhook authenticator request", "kubernetes_unauthorized"),
        ("authenticate the request due to an error", r"Unable to authenticate the request(?: due to an error)?", "kubernetes_unauthorized"),
        ("nauthorized", r"Error from server \(Unauthorized\)", "kubernetes_unauthorized"),
        ("nauthorized", r"[Uu]nable to recognize .{1,300}?: Unauthorized", "kubernetes_unauthorized"),
        ("nauthorized", r"Unable to register node .{1,200}?with API server: Unauthorized", "kubernetes_unauthorized"),
        ("nauthorized", r"(?:Failed to|failed to|Unable to|unable to|error|Error|cannot|could not)[^\n]{0,300}?(?:\*?v\d\w*\.|node|nodes|lease|leases|configmap|Kubernetes|kubernetes|k8s|API server|pods?|services?|namespaces?|customresourcedefinitions?|secrets?|serviceaccounts?)\b[^\n]{0,300}?: (?:Unauthorized|the server has asked)", "kubernetes_unauthorized"),
        ("nauthorized", r"\"message\"\s?:\s?\"Unauthorized\"|'message': 'Unauthorized'", "kubernetes_unauthorized"),
        ("nauthorized", r"^(?:Error: )?(?:.{0,80}: )?Unauthorized$(?=[\s\S]{0,1500}\b(?:kubernetes_|helm_release|kubectl|kubeconfig|aws-auth|aws_auth))", "kubernetes_unauthorized"),
        ("nauthorized", r"err=\"Unauthorized\"", "kubernetes_unauthorized"),
        ("nauthorized", r"KubernetesClientException: [^\n]{0,400}?Unauthorized", "kubernetes_unauthorized"),
        ("erify you have access to the Kubernetes cluster", r"Unauthorized: Verify you have access to the Kubernetes cluster", "console_kubernetes_access"),
        ("ubernetes", r"(?:Zugriff auf Kubernetes-Objekte|accès aux objets Kubernetes|acceso a los objetos de Kubernetes|acesso aos objetos (?:do )?Kubernetes|accesso agli oggetti Kubernetes)", "console_kubernetes_access"),
        ("Kubernetes", r"Kubernetes (?:オブジェクト|对象|物件|객체|개체)", "console_kubernetes_access"),
        ("nauthorized", r"INSTALLATION FAILED: (?:.{0,200}: )?Unauthorized|(?:INSTALLATION|UPGRADE) FAILED: .{0,200}?Unauthorized|query: failed to query with labels: Unauthorized|[Kk]ubernetes cluster unreachable: .{0,200}?(?:Unauthorized|provide credentials)", "kubernetes_unauthorized"),
        ("the server doesn't have a resource type", r"the server doesn't have a resource type \"", "kubernetes_unauthorized"),
        ("does not have access to Kubernetes objects", r"[Yy]our current (?:user or role|IAM principal) does not have access to Kubernetes objects on this (?:EKS )?cluster", "console_kubernetes_access"),
        ("have access to Kubernetes objects", r"[Yy]our current (?:user or role|IAM principal) (?:doesn't|does not) have access to Kubernetes objects", "console_kubernetes_access"),
    )
)
_LOGFMT_ARN = re.compile(r"\barn=\"?(?P<arn>arn:[^\s\"]{1,2048})\"?")
# Kubernetes-only clusters elsewhere: still RBAC, but no one to whom EKS's remedies apply.
_REACH = 400


def read_kubernetes(text: str) -> Iterator[Partial]:
    """Find every statement of Kubernetes and EKS about access."""
    yield from _read_forbidden(text)
    for fragment, pattern, kind in _UNAUTHORIZED:
        if fragment in text:
            for m in pattern.finditer(text):
                partial = Partial("core", m.start(), m.end(), kind=kind, aws=True, source="kubernetes", wrapper=fragment in _WRAPPERS)
                if kind == "kubernetes_unauthorized":
                    _read_identity(text, partial)
                yield partial


def _read_identity(text: str, partial: Partial) -> None:
    """Read the arn= field of the authenticator's log line."""
    left = max(text.rfind("\n", 0, partial.start), partial.start - _REACH, 0)
    for m in _LOGFMT_ARN.finditer(text, left, partial.start):
        start, end = trim(text, m.start("arn"), m.end("arn"))
        _put_principal(partial, text[start:end], start, end)


def _put_principal(partial: Partial, value: str, start: int, end: int) -> None:
    partial.put("principal", value, start, end)
    account = account_of(value)
    if account:
        at = start + value.find(account)
        partial.put("account", account, at, at + len(account))


def _read_forbidden(text: str) -> Iterator[Partial]:
    if "is forbidden: " in text or "(Forbidden)" in text:
        for m in _FORBIDDEN_BARE.finditer(text):
            if _NOT_RBAC.search(text, m.end(), m.end() + 300) is None:
                yield Partial("core", m.start(), m.end(), kind="kubernetes_forbidden", aws=True, source="kubernetes")
    if "cannot" not in text or "User" not in text:
        return
    end = 0
    for m in _FORBIDDEN.finditer(text):
        end = m.end()
        partial = Partial("core", m.start(), end, kind="kubernetes_forbidden", aws=True, source="kubernetes")
        user = rejoin(m["user"])
        if user:
            partial.put("k8s_user", user, m.start("user"), m.end("user"))
            _put_principal(partial, user, m.start("user"), m.end("user"))
        partial.put("k8s_verb", m["verb"], m.start("verb"), m.end("verb"))
        for group in ("resource", "old"):
            if m[group]:
                partial.put("k8s_resource", m[group], m.start(group), m.end(group))
        if m["group"] is not None:
            # Fact values are never empty elsewhere: the core group is the one that is.
            partial.facts["k8s_api_group"] = _api_group(m)
        if m["namespace"]:
            partial.put("k8s_namespace", m["namespace"], m.start("namespace"), m.end("namespace"))
        yield partial
    for m in _FORBIDDEN_HEAD.finditer(text, end):
        partial = Partial("core", m.start(), m.end(), kind="kubernetes_forbidden", aws=True, source="kubernetes")
        partial.put("k8s_user", m["user"], m.start("user"), m.end("user"))
        _put_principal(partial, m["user"], m.start("user"), m.end("user"))
        partial.put("k8s_verb", m["verb"], m.start("verb"), m.end("verb"))
        partial.put("k8s_resource", m["resource"], m.start("resource"), m.end("resource"))
        yield partial


def _api_group(m: re.Match[str]) -> Fact:
    return Fact(m["group"], m.start("group"), m.end("group"))
