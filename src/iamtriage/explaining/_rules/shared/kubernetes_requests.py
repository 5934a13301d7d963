"""What Kubernetes refused to whom, as its sentence tells it; not for what helps.

The sentence is that of k8s.io/apiserver: ``pods "site" is forbidden: User "ana" cannot get resource "pods" in
API group "" in the namespace "web"``. Who a user name stands for:
https://kubernetes.io/docs/reference/access-authn-authz/authentication/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from iamtriage._reading.vocabulary.kubernetes_types import CLUSTER_WIDE, GROUPS
from iamtriage._text import clip_text
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.manifests import Rule, Subject

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import KubernetesForbidden

__all__ = (
    "READ_VERBS",
    "Request",
    "UserKind",
    "classify_user",
    "parse_request",
    "parse_service_account",
    "user_argument",
)

UserKind: TypeAlias = Literal[
    "anonymous", "component", "iam session", "iam", "node", "service account", "unknown", "user"
]

READ_VERBS = frozenset({"get", "list", "watch"})
# Such a request names no object, so a rule that names one would never match:
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
_VERBS_WITHOUT_NAME = frozenset({"create", "deletecollection", "list", "watch"})

_OBJECT_NAME = re.compile(
    r"(?:[a-z0-9.-]{1,120}(?:/[a-z0-9-]{1,60})?)\s+\"([^\"\n]{1,253})\"\s+is\s+forbidden:\s+User", re.ASCII
)
# Where the quotes are escaped, the failure ends in the middle of the last one.
_PATH = re.compile(r"cannot\s+\w{2,24}\s+path\s+\"([^\"\\\n]{1,300})(?:\"|\\{1,16}\Z)")
_ESCAPED = re.compile(r"\\{1,16}\"")
_CLUSTER_SCOPE = re.compile(r"at\s+the\s+cluster\s+scope")
_SERVICE_ACCOUNT = re.compile(
    r"system:serviceaccount:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)",
    re.ASCII,
)
_MASKED = re.compile(r"\*{2}|<[^<>]{0,60}>|\[[^\[\]]{0,60}\]|…|\.\.\.|(?<!\w)[xX]{3,}(?!\w)|REDACTED|\$\{")
_MAX_LENGTH = 4_000


@attrs.frozen
class Request:
    """What was asked for.

    Attributes:
        verb: ``"list"``; None where the text does not tell.
        group: the API group; None where nothing tells.
        resource: the type with its subresource: ``"pods/log"``; None for a path, and where nothing tells.
        name: the object, where the text names one and a rule can be limited to it.
        path: the path, for a request of no object.
        namespace: where.
        everywhere: whether it was asked for at the scope of the whole cluster.
        is_cluster_wide: whether the type stands in no namespace.
        is_supplied: whether the namespace comes of the facts.
    """

    verb: str | None = None
    group: str | None = None
    resource: str | None = None
    name: str | None = None
    path: str | None = None
    namespace: str | None = None
    is_cluster_scope: bool = False
    is_cluster_scoped_type: bool = False
    has_supplied_namespace: bool = False

    @property
    def rule(self) -> Rule | None:
        """The rule that allows exactly this; None where the text tells too little."""
        if self.verb is None:
            return None
        if self.path is not None:
            return Rule((self.verb,), urls=(self.path,))
        if self.resource is None:
            return None
        group = "API_GROUP" if self.group is None else self.group
        return Rule((self.verb,), (group,), (self.resource,), () if self.name is None else (self.name,))

    @property
    def type_argument(self) -> str:
        """The type for ``kubectl``: ``pods``, ``deployments.apps``, and for a path the path."""
        if self.path is not None:
            return self.path
        base = (self.resource or "").partition("/")[0]
        if commands.kubernetes_name(base) != base or not base:
            return "RESOURCE"
        return (
            f"{base}.{self.group}"
            if self.group and commands.kubernetes_name(self.group) == self.group
            else base
        )

    @property
    def scope_text(self) -> str:
        """The place in words, with a blank before it."""
        if self.path is not None:
            return ""
        if self.namespace is not None:
            return f" in the namespace {self.namespace}"
        return " in the whole cluster" if self.is_cluster_scope or self.is_cluster_scoped_type else ""

    @property
    def subresource(self) -> str:
        """What stands behind the slash in the type; empty where nothing does."""
        return (self.resource or "").partition("/")[2]

    @property
    def description(self) -> str:
        """Verb, type and place in words, fit for a message."""
        return clip_text(f"{self.verb_and_type}{self.scope_text}")

    @property
    def verb_and_type(self) -> str:
        """Verb and type in words: ``list pods``."""
        if self.path is not None:
            return f"{self.verb} the path {self.path}"
        grouped = f" of {self.group}" if self.group else ""
        return f"{self.verb} {self.resource or 'this'}{grouped}"


def parse_request(case: Case[KubernetesForbidden]) -> Request:
    """Read what was asked for."""
    failure = case.failure
    start, end = failure.span
    words = _ESCAPED.sub('"', failure.text[start : min(end, start + _MAX_LENGTH)])
    path = _PATH.search(words)
    if path:
        return Request(verb=failure.verb, path=path[1], is_cluster_scope=True)
    group, resource = _split_type(failure)
    named = _OBJECT_NAME.search(words)
    base, _, subresource = (resource or "").partition("/")
    limits = failure.verb not in _VERBS_WITHOUT_NAME or (failure.verb == "create" and bool(subresource))
    cluster_wide = base in CLUSTER_WIDE.get(group or "", "").split()
    everywhere = failure.namespace is None and _CLUSTER_SCOPE.search(words) is not None
    namespace = failure.namespace
    if namespace is None and not everywhere and not cluster_wide:
        namespace = case.facts.namespace
    return Request(
        verb=failure.verb,
        group=group,
        resource=resource,
        name=named[1] if named and limits else None,
        namespace=namespace,
        is_cluster_scope=everywhere,
        is_cluster_scoped_type=cluster_wide,
        has_supplied_namespace=namespace is not None and failure.namespace is None,
    )


def _split_type(failure: KubernetesForbidden) -> tuple[str | None, str | None]:
    """Give API group and type, where old texts tell the group in the type's name or not at all."""
    resource = failure.kubernetes_resource
    if resource is None or failure.api_group is not None:
        return failure.api_group, resource
    name, slash, subresource = resource.partition("/")
    base, dot, group = name.partition(".")
    if dot:
        return group, f"{base}{slash}{subresource}"
    return GROUPS.get(name), resource


def classify_user(user: str | None) -> UserKind:
    """Tell what a user name stands for.

    >>> classify_user("system:serviceaccount:shop:cart"), classify_user("system:node:ip-10-0-0-1.ec2.internal")
    ('service account', 'node')
    >>> classify_user("arn:aws:sts::111122223333:assumed-role/dev/a"), classify_user("arn:aws:iam::**:user/a")
    ('iam session', 'unknown')
    """
    if not user or not user.isprintable() or _MASKED.search(user.replace("{{", "").replace("}}", "")):
        return "unknown"
    if user == "system:anonymous":
        return "anonymous"
    if user.startswith("system:node:"):
        return "node"
    if _SERVICE_ACCOUNT.fullmatch(user):
        return "service account"
    if user.startswith(("system:", "eks:")):
        return "component"
    if user.startswith("arn:"):
        return "iam session" if ":assumed-role/" in user else "iam"
    return "user"


def parse_service_account(user: str | None) -> Subject | None:
    """Give the service account for which a user name stands.

    >>> parse_service_account("system:serviceaccount:shop:cart")
    Subject(kind='ServiceAccount', name='cart', namespace='shop')
    """
    found = _SERVICE_ACCOUNT.fullmatch(user or "")
    return Subject("ServiceAccount", found[2], found[1]) if found else None


def user_argument(user: str | None) -> str:
    """Give a user name for a command, not quoted, or a placeholder.

    >>> user_argument("dev:ana"), user_argument("arn:aws:iam::****:user/ana")
    ('dev:ana', 'USER')
    """
    return "USER" if user is None or classify_user(user) == "unknown" or len(user) > 300 else user
