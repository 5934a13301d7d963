"""Create errors of the Kubernetes API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.failures._failures import KubernetesForbidden, KubernetesUnauthorized
from iamtriage.testing._documents import find_account
from iamtriage.testing._sample_data import require_name
from iamtriage.testing._samples import Sample

if TYPE_CHECKING:
    from iamtriage.testing._envelopes import EnvelopeName

__all__ = ("kubernetes_forbidden", "kubernetes_unauthorized")


def kubernetes_forbidden(
    user: str, verb: str, resource: str, *, api_group: str = "", namespace: str | None = None
) -> Sample:
    """Create the error for a request that Kubernetes RBAC denies, on EKS or any other cluster.

    Args:
        user: The Kubernetes user, such as ``"system:serviceaccount:shop:orders"``.
        verb: The verb, such as ``"list"``, ``"get"``, or ``"create"``.
        resource: The resource, such as ``"pods"`` or ``"deployments"``.
        api_group: The API group, such as ``"apps"``; ``""`` is the core group.
        namespace: The namespace; ``None`` means at the cluster scope.

    Raises:
        ValueError: A value cannot appear in error texts.

    https://kubernetes.io/docs/reference/access-authn-authz/rbac/

    >>> print(kubernetes_forbidden("ana", "list", "pods", namespace="shop").text("kubectl"))
    Error from server (Forbidden): pods is forbidden: User "ana" cannot list resource "pods" in API group ""
    in the namespace "shop"
    """
    for name, value in (("user", user), ("verb", verb), ("resource", resource)):
        require_name(name, value)
    if api_group:
        require_name("api_group", api_group)
    scope = "at the cluster scope"
    if namespace is not None:
        scope = f'in the namespace "{require_name("namespace", namespace)}"'
    qualified = f"{resource}.{api_group}" if api_group else resource
    target = f'resource "{resource}" in API group "{api_group}" {scope}'
    message = f'{qualified} is forbidden: User "{user}" cannot {verb} {target}'
    failure = KubernetesForbidden(
        principal=user,
        account=find_account(user),
        user=user,
        verb=verb,
        kubernetes_resource=resource,
        api_group=api_group,
        namespace=namespace,
    )
    words: tuple[tuple[EnvelopeName, str], ...] = (
        ("message", message),
        ("kubectl", f"Error from server (Forbidden): {message}"),
        ("terraform-plain", f"Error: {message}"),
    )
    return Sample(failure, message, status=403, words=words)


def kubernetes_unauthorized() -> Sample:
    """Create the error for a caller that the API server could not authenticate.

    https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#unauthorized

    >>> kubernetes_unauthorized().text("kubectl")
    'error: You must be logged in to the server (Unauthorized)'
    """
    kubectl = "error: You must be logged in to the server (Unauthorized)"
    words: tuple[tuple[EnvelopeName, str], ...] = (("message", kubectl), ("kubectl", kubectl))
    return Sample(KubernetesUnauthorized(), "Unauthorized", status=401, words=words)
