"""Reads what Kubernetes, the authenticator and the EKS console say about access; not AWS's API errors.

Sources: k8s.io/apiserver's forbidden message, kubectl, aws-iam-authenticator's server log, and the
EKS console's banners (https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.grammar import account_of, rejoin, trim
from iamtriage._reading.partials import Fact, Partial
from iamtriage._reading.phrases import compiled, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERBS = r"get|list|watch|create|update|patch|delete|deletecollection|impersonate|bind|escalate|use|proxy|approve|sign|connect|\w{2,24}"
_FORBIDDEN = re.compile(
    r"(?:(?P<name>[a-z0-9.-]{1,120}(?:/[a-z0-9-]{1,60})?)(?:\s+\"[^\"\n]{0,253}\")?\s+is\s+)?forbidden:\s+User\s+[\"'`](?P<user>[^\"`]{0,600}?)[\"'`]\s+"
    rf"cannot\s+(?P<verb>{_VERBS})\s+(?:resources?\s+[\"'`](?P<resource>[\w./*-]{{1,120}})[\"'`]|path\s+[\"'`](?P<path>[^\"'`\n]{{1,300}})[\"'`]|(?P<old>[a-z][\w./-]{{1,120}}))"
    r"(?:\s+in\s+API\s+group\s+[\"'`](?P<group>[\w.*-]{0,120})[\"'`])?"
    r"(?:\s+in\s+the\s+namespace\s+[\"'`](?P<namespace>[^\"'`\s]{1,120})[\"'`]|\s+at\s+the\s+(?P<cluster>cluster\s+scope))?"
)
_FORBIDDEN_HEAD = re.compile(
    r"User\s+[\"'`](?P<user>[^\"'`\n]{1,600})[\"'`]\s+cannot\s+(?P<verb>[a-z]{2,24})\s+resource\s+[\"'`](?P<resource>[\w./*-]{1,120})[\"'`]"
)
_FORBIDDEN_BARE = re.compile(
    r"Error from server \(Forbidden\):|\bis forbidden: (?!User)(?=\w[^\n]{0,200}?(?:not allowed to|can only|cannot|not permitted|attempting to grant))"
)

_NOT_RBAC = re.compile(r"exceeded quota|PodSecurity|violates|admission webhook|already exists|is invalid")
_TABLE = r"""
[kubernetes_unauthorized]
sure  | must be logged in to the server | [Yy]ou must be logged in to the server
sure  | asked for the client to provide credentials | the server has asked for the client to provide credentials
sure  | rror looking up service account | error looking up service account
sure  | RN is not mapped | ARN is not mapped
sure  | dentity is not mapped | identity is not mapped
sure  | RN does not match User ID | ARN does not match User ID
outer | ould not get token | could not get token
sure  | did not contain an instance id | SessionName did not contain an instance id
sure  | nput token was not properly formatted | input token was not properly formatted
sure  | make webhook authenticator request | Failed to make webhook authenticator request
sure  | authenticate the request | Unable to authenticate the request(?: due to an error)?
sure  | nauthorized | Error from server \(Unauthorized\)
sure  | nauthorized | [Uu]nable to recognize .{1,300}?: Unauthorized
sure  | nauthorized | Unable to register node .{1,200}?with API server: Unauthorized
sure  | nauthorized | (?:Failed to|failed to|Unable to|unable to|error|Error|cannot|could not)[^\n]{0,300}?(?:\*?v\d\w*\.|node|nodes|lease|leases|configmap|Kubernetes|kubernetes|k8s|API server|pods?|services?|namespaces?|customresourcedefinitions?|secrets?|serviceaccounts?)\b[^\n]{0,300}?: (?:Unauthorized|the server has asked)
sure  | nauthorized | \"message\"\s?:\s?\"Unauthorized\"|'message': 'Unauthorized'
unsure | nauthorized | ^\x1e?(?:Error: )?(?:[^\n]{0,120}: )?Unauthorized$
sure  | nauthorized | err=\"Unauthorized\"
sure  | nauthorized | KubernetesClientException: [^\n]{0,400}?Unauthorized
sure  | nauthorized | INSTALLATION FAILED: (?:.{0,200}: )?Unauthorized|(?:INSTALLATION|UPGRADE) FAILED: .{0,200}?Unauthorized|query: failed to query with labels: Unauthorized|[Kk]ubernetes cluster unreachable: .{0,200}?(?:Unauthorized|provide credentials)
sure  | the server doesn't have a resource type | the server doesn't have a resource type \"

[console_kubernetes_access]
sure  | erify you have access to the Kubernetes cluster | Unauthorized: Verify you have access to the Kubernetes cluster
sure  | ubernetes | (?:Zugriff auf Kubernetes-Objekte|accès aux objets Kubernetes|acceso a los objetos de Kubernetes|acesso aos objetos (?:do )?Kubernetes|accesso agli oggetti Kubernetes)
sure  | Kubernetes | Kubernetes (?:オブジェクト|对象|物件|객체|개체)
sure  | does not have access to Kubernetes objects | [Yy]our current (?:user or role|IAM principal) does not have access to Kubernetes objects on this (?:EKS )?cluster
sure  | have access to Kubernetes objects | [Yy]our current (?:user or role|IAM principal) (?:doesn't|does not) have access to Kubernetes objects
"""
_UNAUTHORIZED = table(_TABLE)
_NAMES_KUBERNETES = re.compile(
    r"kubernetes|kubectl|kubeconfig|\bhelm|aws[-_]auth|GroupVersion|[Nn]odes?\b|[Pp]ods?\b|configmap|namespace|eksctl|\bEKS\b"
)
_LOGFMT_ARN = re.compile(r"\barn=\"?(?P<arn>arn:[^\s\"]{1,2048})\"?")
_REACH = 400


def read_kubernetes(text: str, flat: str) -> Iterator[Partial]:
    """Find every statement of Kubernetes and EKS about access; the arguments as ``read_phrases``'."""
    yield from _read_forbidden(text)
    for phrase in _UNAUTHORIZED:
        if phrase.fragment in flat and (phrase.sure != "unsure" or _NAMES_KUBERNETES.search(text)):
            for m in compiled(phrase.pattern).finditer(text):
                partial = Partial("core", m.start(), m.end(), kind=phrase.kind, aws=True, source="kubernetes")
                partial.wrapper = phrase.sure == "outer"
                if phrase.kind == "kubernetes_unauthorized":
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
                yield Partial(
                    "core", m.start(), m.end(), kind="kubernetes_forbidden", aws=True, source="kubernetes"
                )
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
        partial = Partial(
            "core", m.start(), m.end(), kind="kubernetes_forbidden", aws=True, source="kubernetes"
        )
        partial.put("k8s_user", m["user"], m.start("user"), m.end("user"))
        _put_principal(partial, m["user"], m.start("user"), m.end("user"))
        partial.put("k8s_verb", m["verb"], m.start("verb"), m.end("verb"))
        partial.put("k8s_resource", m["resource"], m.start("resource"), m.end("resource"))
        yield partial


def _api_group(m: re.Match[str]) -> Fact:
    return Fact(m["group"], m.start("group"), m.end("group"))
