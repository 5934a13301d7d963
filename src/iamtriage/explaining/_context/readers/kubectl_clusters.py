"""Read the names of EKS clusters in a kubeconfig, the one of kubectl's current context, and what objects kubectl shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, search_last
from iamtriage.explaining._context.readers.unique_values import unique_value

if TYPE_CHECKING:
    from iamtriage.explaining._context.values import Stated

CLUSTER_NAME = r"[0-9A-Za-z][\w-]{0,99}"
"""A pattern for the name of a cluster."""
# The names that the AWS CLI and eksctl give to a cluster in a kubeconfig.
_NAME_OF_CLUSTER = (
    rf"(?:arn:aws[a-z-]{{0,12}}:eks:(?P<region>[a-z0-9-]{{1,30}}):[0-9]{{12}}:cluster/(?P<name>{CLUSTER_NAME})"
    rf"|(?P<eksctl>{CLUSTER_NAME})\.(?P<eksctl_region>[a-z]{{2}}[a-z0-9-]{{1,28}})\.eksctl\.io)"
)
_NAMED_CLUSTER = lazy_pattern(_NAME_OF_CLUSTER, re.ASCII)
_LISTED_CLUSTER = lazy_pattern(
    rf"(?a)\bserver[\"']?: [^\n]{{1,200}}\n\s{{0,20}}\}}?,?\s{{0,20}}[\"']?name[\"']?: [\"']?{_NAME_OF_CLUSTER}"
)
# The cluster of the current context, as kubectl prints it. eksctl puts the caller before its name.
_CURRENT_CLUSTER = lazy_pattern(
    rf"(?am)(?:\bcurrent-context:?[^\S\n]{{0,4}}\n?|^\*[ \t]{{1,20}}(?:\S{{1,200}}[ \t]{{1,200}})?)\"?(?:[\w.@-]{{1,100}}@)?{_NAME_OF_CLUSTER}"
)
# What aws eks update-kubeconfig says: it selects the context.
_WRITTEN_CLUSTER = lazy_pattern(rf"(?a)\b(?:Added new|Updated) context {_NAME_OF_CLUSTER}")


def find_current_cluster(text: str) -> tuple[str, str] | None:
    """Return the name and the Region of the cluster of kubectl's current context, as the name of the context says."""
    found = _CURRENT_CLUSTER.search(text) or search_last(_WRITTEN_CLUSTER, text)
    return None if found is None else _identify(found)


def find_listed_clusters(text: str) -> set[tuple[str, str]]:
    """Return the names and the Regions of the clusters of a kubeconfig."""
    return {_identify(each) for each in _LISTED_CLUSTER.finditer(text)}


def parse_cluster_name(name: str) -> tuple[str, str] | None:
    """Return the name and the Region of a cluster from its name in a kubeconfig, or ``None`` if somebody chose that.

    >>> parse_cluster_name("shop.eu-west-1.eksctl.io")
    ('shop', 'eu-west-1')
    """
    found = _NAMED_CLUSTER.fullmatch(name)
    return None if found is None else _identify(found)


def _identify(found: re.Match[str]) -> tuple[str, str]:
    return found["name"] or found["eksctl"], found["region"] or found["eksctl_region"]


# What kubectl prints and people say of objects that a controller in another namespace reconciles. Built-in types whose pods
# are in the namespace are none of them.
_RECONCILED = lazy_pattern(
    r"(?m)^(?:Kind: {2,20}(?!(?:(?:Cluster)?Role|ServiceAccount|User|Group|Pod|Deployment|DaemonSet|StatefulSet|ReplicaSet|Job|CronJob|Namespace|Secret|ConfigMap|Service|Node)\b)[A-Z]|StorageClass: {2,20}\S)"
    r"|\b(?:Challenge|Certificate|CertificateRequest|Issuer|ExternalSecret|Ingress|PersistentVolumeClaim|PVC)\b[^\n.]{0,60} (?:in|of) (?:the )?namespace\b"
    r"|\bkubectl [^\n|;&]{0,100}?(?<=[ ])(?:describe|get) (?:challenge|certificate|certificaterequest|issuer|externalsecret|order|persistentvolumeclaim|pvc|cert|ing|ingress)(?:e?s)?(?![\w-])"
)


def shows_reconciled(text: str) -> bool:
    """Return whether a text is about an object whose namespace is not that of the controller's pods.

    >>> [shows_reconciled(f"The {each} in namespace shop is pending.") for each in ("Challenge", "pod")]
    [True, False]
    """
    return _RECONCILED.search(text) is not None


# A command about a service account names its namespace, whatever object a controller processes. A SecretStore uses one of its own.
_NAMESPACES_OF_ACCOUNTS = lazy_pattern(
    rf"(?a)\b(?:kubectl|k) (?:[^\n|;&]{{0,100}}? )?(?:-n|--namespace)[ =]({KUBERNETES_NAME}) (?:[^\n|;&]{{1,60}} )?(?:get|describe|annotate|create) (?:sa|serviceaccounts?)[ /]"
    rf"|\b(?:kubectl|k) (?:[^\n|;&]{{1,100}} )?(?:get|describe|annotate|create) (?:sa|serviceaccounts?)[ /][^\n|;&]{{1,160}}? (?:-n|--namespace)[ =]({KUBERNETES_NAME})(?![\w-])"
)
_EXTERNAL_SECRET = lazy_pattern(
    rf'"ExternalSecret\\?":\s?\{{\\?"name\\?":\s?\\?"[^"]{{1,253}}","namespace\\?":\s?\\?"({KUBERNETES_NAME})'
)


def find_namespace_of_account(text: str) -> Stated | None:
    """Return the namespace of the service account that a command or a SecretStore names, if it is only one.

    >>> find_namespace_of_account("$ kubectl -n shop get sa reader -o yaml").value
    'shop'
    """
    if (found := unique_value(_NAMESPACES_OF_ACCOUNTS, text)) is not None:
        return found
    is_own = "serviceAccountRef" in text and "ClusterSecretStore" not in text
    return unique_value(_EXTERNAL_SECRET, text) if is_own else None
