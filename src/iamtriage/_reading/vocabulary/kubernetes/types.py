"""List the built-in resource types of Kubernetes with their API groups."""

from __future__ import annotations

__all__ = ("CLUSTER_WIDE", "GROUPS", "is_built_in")

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
# Type -> API group, for texts that don't state the group.
GROUPS = {
    name: group
    for table in (CLUSTER_WIDE, _IN_NAMESPACES)
    for group, names in table.items()
    for name in names.split()
}
# The short names that kubectl accepts: https://kubernetes.io/docs/reference/kubectl/#resource-types.
_SHORT_NAMES = """
    cj cm crd crds cs csr deploy ds ep ev hpa ing
    limits netpol no ns pc pdb po pv pvc quota rc rs sa sc sts svc
"""
_SHORT = frozenset(_SHORT_NAMES.split())


def is_built_in(name: str) -> bool:
    """Return whether a name that kubectl accepts is of a built-in type.

    >>> is_built_in("svc"), is_built_in("Pod"), is_built_in("networkpolicy"), is_built_in("widgets")
    (True, True, True, False)
    """
    name = name.lower()
    plurals = (name, f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies")
    return name in _SHORT or any(plural in GROUPS for plural in plurals)
