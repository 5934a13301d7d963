"""Find the narrowest EKS access policy that allows a Kubernetes request.

Source: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html. Policies that allow or
show everything are left out, because one denial is not a reason to grant them.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern

_READ = frozenset({"get", "list", "watch"})
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
    ("AmazonEKSViewPolicy", _READ, _VIEW),
    ("AmazonEKSSecretReaderPolicy", _READ, _SECRETS),
    ("AmazonEKSEditPolicy", _READ, _EDIT_READ),
    ("AmazonEKSEditPolicy", _WRITE, _EDIT_WRITE),
    ("AmazonEKSAdminPolicy", _READ | _WRITE, {"rbac.authorization.k8s.io": "rolebindings roles"}),
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
    if name == "AmazonEKSClusterAdminPolicy" or (name == "AmazonEKSAdminViewPolicy" and verb in _READ):
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
