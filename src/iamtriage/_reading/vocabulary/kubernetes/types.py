"""List the built-in resource types of Kubernetes with their API groups."""

from __future__ import annotations

__all__ = ("CLUSTER_WIDE", "GROUPS", "find_type", "is_built_in", "is_cluster_scoped")

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
