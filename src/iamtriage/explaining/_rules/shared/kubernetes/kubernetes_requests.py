"""Parse the request that Kubernetes denied, classify its user, and find the narrowest EKS access policy that allows it.

The message is that of k8s.io/apiserver: ``pods "site" is forbidden: User "ana" cannot get resource "pods" in
API group "" in the namespace "web"``. User names:
https://kubernetes.io/docs/reference/access-authn-authz/authentication/. Access policies:
https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html; those that allow or show everything are
left out, because one denial is not a reason to grant them.
"""

from __future__ import annotations

import functools
from typing import Literal, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.kubernetes import GROUPS, is_cluster_scoped
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.explaining._context.values import Rule
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.kubernetes.service_accounts import MASK, parse_service_account
from iamtriage.failures._failures import KubernetesForbidden

READ_VERBS = frozenset({"get", "list", "watch"})
_WRITE = frozenset({"create", "delete", "deletecollection", "patch", "update"})

# API group -> resource types. The edit and admin policies can read these types, too.
_VIEW = {
    "": "bindings configmaps endpoints events limitranges namespaces namespaces/status persistentvolumeclaims"
    " persistentvolumeclaims/status pods pods/log pods/status replicationcontrollers"
    " replicationcontrollers/scale replicationcontrollers/status resourcequotas resourcequotas/status"
    " serviceaccounts services services/status",
    "apps": "controllerrevisions daemonsets daemonsets/status deployments deployments/scale"
    " deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale"
    " statefulsets/status",
    "autoscaling": "horizontalpodautoscalers horizontalpodautoscalers/status",
    "batch": "cronjobs cronjobs/status jobs jobs/status",
    "discovery.k8s.io": "endpointslices",
    "networking.k8s.io": "ingresses ingresses/status networkpolicies",
    "policy": "poddisruptionbudgets poddisruptionbudgets/status",
}
_SECRETS = {"": "secrets"}
_EDIT_READ = {"": "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"}
_EDIT_WRITE = {
    "": "configmaps events persistentvolumeclaims pods pods/attach pods/exec pods/portforward pods/proxy"
    " replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
    "apps": "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale"
    " statefulsets statefulsets/scale",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "networking.k8s.io": "ingresses networkpolicies",
    "policy": "poddisruptionbudgets",
}
# Policy, the verbs that it allows, and the types on which it allows them. The narrowest policy comes first.
_POLICIES = (
    ("AmazonEKSViewPolicy", READ_VERBS, _VIEW),
    ("AmazonEKSSecretReaderPolicy", READ_VERBS, _SECRETS),
    ("AmazonEKSEditPolicy", READ_VERBS, _EDIT_READ),
    ("AmazonEKSEditPolicy", _WRITE, _EDIT_WRITE),
    ("AmazonEKSAdminPolicy", READ_VERBS | _WRITE, {"rbac.authorization.k8s.io": "rolebindings roles"}),
    ("AmazonEKSAdminPolicy", frozenset({"create"}), {"authorization.k8s.io": "localsubjectaccessreviews"}),
)
# Policies that contain all permissions of others.
_INCLUDED = {
    "AmazonEKSAdminPolicy": ("AmazonEKSAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"),
    "AmazonEKSEditPolicy": ("AmazonEKSEditPolicy", "AmazonEKSViewPolicy"),
}

# https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.33/, and the groups of metrics servers, which are
# aggregated APIs and not custom resources.
_BUILT_IN_GROUPS = lazy_pattern(
    r"(?:admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination"
    r"|discovery|events|flowcontrol\.apiserver|internal\.apiserver|(?:custom\.|external\.)?metrics|networking|node"
    r"|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io"
)


def is_custom_group(group: str) -> bool:
    """Return whether an API group is not one of Kubernetes itself, so that no policy names its types.

    >>> is_custom_group("cert-manager.io"), is_custom_group("snapshot.storage.k8s.io")
    (True, True)
    >>> is_custom_group("storage.k8s.io"), is_custom_group("apps")
    (False, False)
    """
    return "." in group and _BUILT_IN_GROUPS.fullmatch(group) is None


def narrowest_access_policy(verb: str, group: str, resource: str) -> str | None:
    """Return the narrowest access policy that allows a verb on a resource type, if one is known.

    >>> narrowest_access_policy("list", "", "pods"), narrowest_access_policy("create", "apps", "deployments")
    ('AmazonEKSViewPolicy', 'AmazonEKSEditPolicy')
    >>> narrowest_access_policy("list", "", "nodes") is None
    True
    """
    for name, verbs, types in _POLICIES:
        if verb in verbs and resource in types.get(group, "").split():
            return name
    return None


def access_policy_allows(name: str, verb: str, group: str, resource: str) -> bool:
    """Return whether an access policy allows a verb on a resource type in its scope.

    >>> access_policy_allows("AmazonEKSViewPolicy", "list", "", "secrets")
    False
    >>> access_policy_allows("AmazonEKSAdminPolicy", "get", "apps", "deployments")
    True
    """
    if name == "AmazonEKSClusterAdminPolicy" or (name == "AmazonEKSAdminViewPolicy" and verb in READ_VERBS):
        return True
    included = _INCLUDED.get(name, (name,))
    return any(
        each in included and verb in verbs and resource in types.get(group, "").split()
        for each, verbs, types in _POLICIES
    )


def access_policy_arn(name: str, partition: str = "aws") -> str:
    """Return the ARN of an access policy.

    >>> access_policy_arn("AmazonEKSViewPolicy")
    'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
    """
    return f"arn:{partition}:eks::aws:cluster-access-policy/{name}"


UserKind: TypeAlias = Literal[
    "anonymous", "component", "iam session", "iam", "node", "service account", "unknown", "user"
]

# These requests name no object, so a rule with resourceNames never matches:
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
_VERBS_WITHOUT_NAME = frozenset({"create", "deletecollection", "list", "watch"})
# A controller generates the names of these objects, and of the jobs of a CronJob. Nodes come and go with machines.
_GENERATED_NAMES = frozenset(
    {
        "controllerrevisions", "csinodes", "endpointslices", "events", "nodeclaims", "nodes", "pods",
        "replicasets",
    }
)  # fmt: skip
_SCHEDULED_JOB = lazy_pattern(r"-[0-9]{8}\Z")

_OBJECT_NAME = lazy_pattern(r"(?a)[a-z0-9.-]\s+\"([^\"\n]{1,253})\"\s+is\s+forbidden:\s+User")
# If the quotes are escaped, the failure ends in the middle of the last one.
_PATH = lazy_pattern(r"cannot\s+\w{2,24}\s+path\s+\"([^\"\\\n]{1,300})(?:\"|\\{1,16}\Z)")
_ESCAPED = lazy_pattern(r"\\{1,16}\"")
_CLUSTER_SCOPE = lazy_pattern(r"at\s+the\s+cluster\s+scope")
_MAX_LENGTH = 4_000
# How k8s.io/client-go reports that it cannot fill a cache.
_REFLECTOR = lazy_pattern(r"reflector|[Ff]ailed to (?:list|watch)|cannot list and watch")
# How k8s.io/client-go reports that it cannot read or write the lock of a leader election.
_ELECTION = lazy_pattern(r"leader ?election|resource lock|[Ff]ailed to update lock")
_VERBS_OF_ELECTION = ("get", "create", "update")
_LOCKS = frozenset({"leases", "configmaps", "endpoints"})
_CHARS_BEFORE = 300


@attrs.frozen(eq=False, repr=False)
class Request(Value):
    """A request to the Kubernetes API.

    Attributes:
        verb: The verb, such as ``"list"``; ``None`` if unknown.
        verbs: The verb with those that the client needs, too.
        subresources: The subresources that the client needs, too, such as ``"log"``.
        group: The API group; ``None`` if unknown.
        resource: The resource type with its subresource, such as ``"pods/log"``; ``None`` if unknown, or for a path.
        name: The object, if the text names one and a rule can be restricted to it.
        path: The path of a non-resource request.
        namespace: The namespace.
        is_cluster_scope: Whether the request was for the whole cluster.
        is_cluster_scoped_type: Whether the resource type is cluster-scoped; ``None`` if that is not known.
        has_supplied_namespace: Whether the namespace comes from the facts.
    """

    verb: str | None = None
    group: str | None = None
    resource: str | None = None
    name: str | None = None
    path: str | None = None
    namespace: str | None = None
    is_cluster_scope: bool = False
    is_cluster_scoped_type: bool | None = False
    has_supplied_namespace: bool = False
    verbs: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()

    @property
    def granted_name(self) -> str | None:
        """The name of the object to which a role can be limited, or ``None`` if it is a generated one."""
        return None if self.has_generated_name else self.name

    @property
    def has_generated_name(self) -> bool:
        """Whether the object has a name that changes when it is re-created."""
        base = (self.resource or "").partition("/")[0]
        is_scheduled_job = base == "jobs" and _SCHEDULED_JOB.search(self.name or "") is not None
        return self.name is not None and (base in _GENERATED_NAMES or is_scheduled_job)

    @property
    def rule(self) -> Rule | None:
        """The RBAC rule that allows exactly this request, or ``None`` if too little is known."""
        if self.verb is None:
            return None
        if self.path is not None:
            return Rule((self.verb,), urls=(self.path,))
        if self.resource is None:
            return None
        group = "API_GROUP" if self.group is None else self.group
        return Rule(
            self.verbs or (self.verb,),
            (group,),
            (self.resource, *(f"{self.resource}/{each}" for each in self.subresources)),
            () if self.granted_name is None else (self.granted_name,),
        )

    @property
    def type_argument(self) -> str:
        """The type as a ``kubectl`` argument, such as ``deployments.apps``, or the path."""
        if self.path is not None:
            return self.path
        base = (self.resource or "").partition("/")[0]
        if not base or commands.kubernetes_name(base) != base:
            return "RESOURCE"
        if self.group and commands.kubernetes_name(self.group) == self.group:
            return f"{base}.{self.group}"
        return base

    @property
    def scope_text(self) -> str:
        """The namespace or the cluster in words, with a leading space, or empty."""
        if self.path is not None:
            return ""
        if self.namespace is not None:
            return f" in the namespace {self.namespace}"
        return " at the cluster scope" if self.is_cluster_scope or self.is_cluster_scoped_type else ""

    @property
    def subresource(self) -> str:
        """The subresource, or empty."""
        return (self.resource or "").partition("/")[2]

    @property
    def description(self) -> str:
        """Verb, type and namespace in words, escaped and shortened for a message."""
        return clip_text(f"{self.verb_and_type}{self.scope_text}")

    @property
    def verb_and_type(self) -> str:
        """Verb and type: ``list pods``, or with the API group ``patch deployments.apps/scale``."""
        if self.path is not None:
            return f"{self.verb} the path {self.path}"
        kind, slash, subresource = (self.resource or "this").partition("/")
        return f"{self.verb} {kind}{f'.{self.group}' if self.group else ''}{slash}{subresource}"


def parse_request(case: Case[KubernetesForbidden]) -> Request:
    """Parse the denied request."""
    failure = case.failure
    words = _unescape_failure(case)
    path = _PATH.search(words) if "path" in words else None
    if path:
        path_verbs = () if failure.verb is None else (failure.verb,)
        return Request(verb=failure.verb, path=path[1], is_cluster_scope=True, verbs=path_verbs)
    group, resource = _split_type(failure)
    name = find_object_name(case)
    base, _, subresource = (resource or "").partition("/")
    verbs = required_verbs(failure)
    has_name = failure.verb not in _VERBS_WITHOUT_NAME or (failure.verb == "create" and bool(subresource))
    if verbs == _VERBS_OF_ELECTION:
        # A role for one name does not allow to create the object.
        has_name = False
    is_cluster_scoped_type = is_cluster_scoped(base, group or "")
    is_cluster_scope = failure.namespace is None and _CLUSTER_SCOPE.search(words) is not None
    namespace = failure.namespace
    if namespace is None and not is_cluster_scope and not is_cluster_scoped_type:
        namespace = case.facts.namespace
    return Request(
        verb=failure.verb,
        group=group,
        resource=resource,
        name=name if has_name else None,
        namespace=namespace,
        is_cluster_scope=is_cluster_scope,
        is_cluster_scoped_type=is_cluster_scoped_type,
        has_supplied_namespace=namespace is not None and failure.namespace is None,
        verbs=verbs,
    )


def _unescape_failure(case: Case[KubernetesForbidden]) -> str:
    start, end = case.failure.span
    words = case.failure.text[start : min(end, start + _MAX_LENGTH)]
    return _ESCAPED.sub('"', words) if "\\" in words else words


def find_object_name(case: Case[KubernetesForbidden]) -> str | None:
    """Return the name of the object that the API server quotes, also if a list or watch selects it."""
    words = _unescape_failure(case)
    # Most requests are for a type, and have no quotation mark before this word.
    end = words.rfind("forbidden:")
    found = _OBJECT_NAME.search(words) if words.find('"', 0, max(end, 0)) >= 0 else None
    return None if found is None else found[1]


def required_verbs(failure: KubernetesForbidden) -> tuple[str, ...]:
    """Return the denied verb, with the others that the client needs for the same task.

    Informers get and list objects before they watch them:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes. A leader election
    gets, creates and updates its lock: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection/resourcelock#Interface.
    """
    if failure.verb is None:
        return ()
    start = failure.span[0]
    before = failure.text[max(start - _CHARS_BEFORE, 0) : start].rpartition("\n")[2]
    if failure.verb == "watch" or (failure.verb == "list" and _REFLECTOR.search(before) is not None):
        return ("get", "list", "watch")
    is_lock = failure.verb in _VERBS_OF_ELECTION and _split_type(failure)[1] in _LOCKS
    if is_lock and _ELECTION.search(before) is not None:
        return _VERBS_OF_ELECTION
    return (failure.verb,)


def _split_type(failure: KubernetesForbidden) -> tuple[str | None, str | None]:
    """Return API group and type; old versions write the group into the type or omit it."""
    resource = failure.kubernetes_resource
    if resource is None or failure.api_group is not None:
        return failure.api_group, resource
    name, slash, subresource = resource.partition("/")
    base, dot, group = name.partition(".")
    if dot:
        return group, f"{base}{slash}{subresource}"
    return GROUPS.get(name), resource


# Logs repeat the same users.
@functools.lru_cache(maxsize=512)
def classify_user(user: str | None) -> UserKind:
    """Return what kind of user a user name denotes.

    >>> classify_user("system:serviceaccount:shop:cart"), classify_user("system:node:ip-10-0-0-1.ec2.internal")
    ('service account', 'node')
    >>> classify_user("arn:aws:sts::111122223333:assumed-role/dev/a"), classify_user("arn:aws:iam::**:user/a")
    ('iam session', 'unknown')
    """
    if not user or not user.isprintable():
        return "unknown"
    account = parse_service_account(user)
    if account is None and MASK.search(user.replace("{{", "").replace("}}", "")):
        return "unknown"
    if user == "system:anonymous":
        return "anonymous"
    if user.startswith("system:node:"):
        return "node"
    if account is not None:
        return "service account"
    if user.startswith(("system:", "eks:")):
        return "component"
    if user.startswith("arn:"):
        return "iam session" if ":assumed-role/" in user else "iam"
    return "user"


def user_argument(user: str | None) -> str:
    """Return a user name as an unquoted command argument, or a placeholder.

    >>> user_argument("dev:ana"), user_argument("arn:aws:iam::****:user/ana")
    ('dev:ana', 'USER')
    """
    if user is None or classify_user(user) == "unknown" or len(user) > 300:
        return "USER"
    account = parse_service_account(user)
    return user if account is None else f"system:serviceaccount:{account.namespace}:{account.name}"
