"""Recognize Kubernetes resource types, API server URLs and denials of admission control."""

from __future__ import annotations

import functools
import re

from iamtriage._patterns import lazy_pattern

# Built-in types without a namespace, by API group: https://kubernetes.io/docs/reference/kubernetes-api/.
CLUSTER_WIDE = {
    "": "componentstatuses groups namespaces nodes persistentvolumes users",
    "admissionregistration.k8s.io": "mutatingwebhookconfigurations validatingadmissionpolicies"
    " validatingadmissionpolicybindings validatingwebhookconfigurations",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "apiregistration.k8s.io": "apiservices",
    "authentication.k8s.io": "selfsubjectreviews tokenreviews",
    "authorization.k8s.io": "selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews",
    "certificates.k8s.io": "certificatesigningrequests signers",
    "flowcontrol.apiserver.k8s.io": "flowschemas prioritylevelconfigurations",
    "networking.k8s.io": "ingressclasses",
    "node.k8s.io": "runtimeclasses",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles",
    "scheduling.k8s.io": "priorityclasses",
    "storage.k8s.io": "csidrivers csinodes storageclasses volumeattachments",
}
_IN_NAMESPACES = {
    "": "bindings configmaps endpoints events limitranges persistentvolumeclaims pods podtemplates"
    " replicationcontrollers resourcequotas secrets serviceaccounts services",
    "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
    "authorization.k8s.io": "localsubjectaccessreviews",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "coordination.k8s.io": "leases",
    "discovery.k8s.io": "endpointslices",
    "networking.k8s.io": "ingresses networkpolicies",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "rolebindings roles",
    "storage.k8s.io": "csistoragecapacities",
}
# Custom and aggregated types that are often denied, by their definitions in the projects' repositories.
_CLUSTER_WIDE_CUSTOM = {
    "argoproj.io": "clusteranalysistemplates clusterworkflowtemplates",
    "cert-manager.io": "clusterissuers",
    "eks.amazonaws.com": "nodeclasses nodediagnostics",
    "elbv2.k8s.aws": "ingressclassparams",
    "external-secrets.io": "clusterexternalsecrets clustersecretstores",
    "gateway.networking.k8s.io": "gatewayclasses",
    "karpenter.k8s.aws": "awsnodetemplates ec2nodeclasses",
    "karpenter.sh": "nodeclaims nodepools provisioners",
    "keda.sh": "clustertriggerauthentications",
    "kyverno.io": "clusterpolicies",
    "metrics.k8s.io": "nodes",
    "snapshot.storage.k8s.io": "volumesnapshotclasses volumesnapshotcontents",
    "templates.gatekeeper.sh": "constrainttemplates",
}
_IN_NAMESPACES_CUSTOM = {
    "argoproj.io": "applications applicationsets appprojects rollouts workflows",
    "cert-manager.io": "certificaterequests certificates issuers",
    "external-secrets.io": "externalsecrets secretstores",
    "gateway.networking.k8s.io": "gateways grpcroutes httproutes",
    "keda.sh": "scaledjobs scaledobjects triggerauthentications",
    "metrics.k8s.io": "pods",
    "monitoring.coreos.com": "podmonitors prometheuses prometheusrules servicemonitors",
}
# Type -> API group, for texts that don't state the group.
GROUPS = {
    name: group
    for table in (CLUSTER_WIDE, _IN_NAMESPACES)
    for group, names in table.items()
    for name in names.split()
}
# The short names that kubectl accepts: https://kubernetes.io/docs/reference/kubectl/#resource-types.
_SHORT = {
    "cj": "cronjobs", "cm": "configmaps", "crd": "customresourcedefinitions", "crds": "customresourcedefinitions",
    "cs": "componentstatuses", "csr": "certificatesigningrequests", "deploy": "deployments", "ds": "daemonsets",
    "ep": "endpoints", "ev": "events", "hpa": "horizontalpodautoscalers", "ing": "ingresses", "limits": "limitranges",
    "netpol": "networkpolicies", "no": "nodes", "ns": "namespaces", "pc": "priorityclasses",
    "pdb": "poddisruptionbudgets", "po": "pods", "pv": "persistentvolumes", "pvc": "persistentvolumeclaims",
    "quota": "resourcequotas", "rc": "replicationcontrollers", "rs": "replicasets", "sa": "serviceaccounts",
    "sc": "storageclasses", "sts": "statefulsets", "svc": "services",
}  # fmt: skip

# The API server answers denials of RBAC and of admission control with 403 Forbidden. If admission control rejects an
# object, a rule or policy of the cluster is the reason, and no permission is missing:
# https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/.

# The service account of a pod does not exist. ``readers.kubernetes`` reports this as a separate kind.
NO_SERVICE_ACCOUNT = "error looking up service account"
_REJECTION = lazy_pattern(
    # Quotas and limits, priorities, volumes.
    r"exceeded quota|failed quota:|status unknown for quota"
    r"|(?:maximum|minimum) [\w./-]{1,60} usage per |max limit to request ratio per "
    r"|no PriorityClass with name|priorityClass is not permitted in|only dynamically provisioned pvc can be resized"
    # Pod Security, the policies that preceded it, and those of OpenShift.
    r"|PodSecurity|unable to validate against any (?:pod security policy|security context constraint)"
    # Rules that cluster administrators write.
    r"|violates|admission webhook|ValidatingAdmissionPolicy|image policy webhook"
    # The state of the object.
    rf"|because it is being terminated|cannot find RESTMapping|already exists|is invalid|{NO_SERVICE_ACCOUNT}"
)
# Characters to search after the end of a message.
_MAX_REJECTION_DISTANCE = 300

# Many programs have paths such as /api/v1/users, so a path of an API server is accepted only for parts that no other
# program has.

# The endpoint of an EKS cluster, and the names of the API server inside a cluster.
_HOST = lazy_pattern(
    r"kubernetes(?:\.default(?:\.svc(?:\.[\w.-]{1,100})?)?)?|[\w.-]{1,200}\.eks\.amazonaws\.com(?:\.cn)?"
)
# Weak evidence: hosts and ports that API servers share with other programs.
_PORTS = (None, ":443", ":6443", ":8443")
_LIKELY_HOST = lazy_pattern(r"[0-9.]{7,15}|[\w.-]{0,200}(?:kube|k8s)[\w.-]{0,200}")
_URL = lazy_pattern(
    r"https://(?P<host>[\w.-]{1,253}|\[[0-9a-fA-F:]{2,45}\])(?P<port>:[0-9]{1,5})?(?P<path>/[^\s'\"?#)]{0,2000})?"
)
_PATH = lazy_pattern(
    r"(?:/[\w.-]{1,60}){0,4}?/(?:api/v1|apis/(?P<group>[a-z0-9.-]{1,120})/v[1-9]\w{0,12})"
    r"(?P<namespaced>/(?:watch/)?namespaces/[^/]{1,120})?(?:/(?:watch/)?(?P<type>[a-z]{2,60})(?:/.{0,2000})?)?",
    re.DOTALL,
)
# Types of the core group, except those that exist only for impersonation.
_CORE = frozenset(name for name, group in GROUPS.items() if not group) - {"groups", "users"}
# Types whose names other APIs use, too.
_COMMON_NAMES = frozenset({"bindings", "endpoints", "events", "namespaces", "nodes", "secrets", "services"})


def find_type(name: str) -> str | None:
    """Return the built-in type of a name that kubectl accepts.

    >>> find_type("svc"), find_type("Pod"), find_type("networkpolicy"), find_type("widgets")
    ('services', 'pods', 'networkpolicies', None)
    """
    name = name.lower()
    plurals = (_SHORT.get(name, name), f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies")
    return next((plural for plural in plurals if plural in GROUPS), None)


def is_built_in(name: str) -> bool:
    """Return whether a name that kubectl accepts is of a built-in type."""
    return find_type(name) is not None


@functools.lru_cache(maxsize=512)
def is_cluster_scoped(name: str, group: str) -> bool | None:
    """Return whether a type has no namespace, or ``None`` if its definition is not known.

    >>> is_cluster_scoped("nodes", ""), is_cluster_scoped("pods", ""), is_cluster_scoped("nodes", "metrics.k8s.io")
    (True, False, True)
    >>> is_cluster_scoped("widgets", "example.com") is None
    True
    """
    for tables, answer in (
        ((CLUSTER_WIDE, _CLUSTER_WIDE_CUSTOM), True),
        ((_IN_NAMESPACES, _IN_NAMESPACES_CUSTOM), False),
    ):
        if any(name in table.get(group, "").split() for table in tables):
            return answer
    return None


def is_admission_denial(text: str, start: int, end: int) -> bool:
    """Return whether admission control denied a request, according to a message and the text after it.

    >>> is_admission_denial('pods "a" is forbidden: exceeded quota: small', 0, 10), is_admission_denial("pods is forbidden", 0, 10)
    (True, False)
    """
    return _REJECTION.search(text, start, end + _MAX_REJECTION_DISTANCE) is not None


def is_cluster_url(url: str) -> bool:
    """Return whether a URL is of a Kubernetes API server.

    >>> is_cluster_url("https://kubernetes:443/version"), is_cluster_url("https://10.0.0.1/apis/apps/v1/deployments")
    (True, True)
    >>> is_cluster_url("https://shop.example.com/api/v1/services"), is_cluster_url("https://shop.example.com/api/v1/pods")
    (False, True)
    """
    m = _URL.match(url)
    if m is None:
        return False
    if _HOST.fullmatch(m["host"]):
        return True
    path = _PATH.fullmatch((m["path"] or "").rstrip("/."))
    if path is None:
        return False
    name, group = path["type"], path["group"]
    if group:
        known = "." in group or group in GROUPS.values()
        return known and (path["namespaced"] is not None or name in GROUPS)
    if name not in _CORE:
        return False
    likely = m["port"] in _PORTS and _LIKELY_HOST.fullmatch(m["host"]) is not None
    return likely or path["namespaced"] is not None or name not in _COMMON_NAMES
