"""Build the remedies for requests that need not be for the whole cluster: for all namespaces, or for a new one."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import find_unbound_group
from iamtriage.explaining._rules.kubernetes.rbac import request_checks
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command, fill_command
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

# How Helm, Argo CD, Flux and Terraform create the namespace of a release.
_CREATES = lazy_pattern(
    r"--create-namespace\b|\bCreateNamespace=true\b|\bcreateNamespace: ?true\b|\bcreate_namespace\s{0,20}= ?true\b"
)
_TARGET = lazy_pattern(r"(?:^|\s)(?:-n|--namespace)[ =]([a-z0-9-]{1,63})(?![\w.-])")


def one_namespace_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy for a request for all namespaces, which one of them can answer."""
    request = denied.request
    asks_for_all = request.is_cluster_scope and not (request.is_cluster_scoped_type or request.path)
    # Without any binding, a namespace makes no difference.
    is_unbound = find_unbound_group(denied) is not None
    if not asks_for_all or is_unbound or request.verb not in kubernetes_requests.READ_VERBS:
        return None
    is_known = request.is_cluster_scoped_type is not None
    return your_remedy(
        "Query one namespace, if that is enough"
        if is_known
        else f"If {request.resource} have namespaces: query one, if that is enough",
        "The request is for all namespaces. If you use -n, or set the namespace in the program, a permission in that namespace is enough.",
        commands=command(
            "kubectl", "auth", "can-i", *request_checks.can_i_arguments(request), "-n", "NAMESPACE"
        ),
        url=pages.RBAC,
    )


def _find_option(denied: DeniedRequest) -> str | None:
    """Return the option that creates the namespace of a release, if the denied request is for that."""
    request = denied.request
    if request.verb != "create" or request.resource != "namespaces" or request.group:
        return None
    found = next(find_said(denied.case.failure.text, _CREATES), None)
    return None if found is None else found[0]


def installation_step(denied: DeniedRequest) -> str | None:
    """Return what a release needs in the namespace that it creates."""
    if _find_option(denied) is None or denied.provider is not None:
        return None
    policy = (
        "AmazonEKSEditPolicy" if denied.is_iam and denied.cluster.uses_entries else "the ClusterRole edit"
    )
    return f"The release's objects need permissions in the namespace, too, such as {policy}."


def created_namespace_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that creates the namespace of a release for it, so that the release needs no permission for the cluster."""
    option = _find_option(denied)
    if option is None:
        return None
    text = denied.case.failure.text
    named = {found[1] for found in _TARGET.finditer(text)}
    name = commands.namespace(named.pop() if len(named) == 1 else None)
    space = "the namespace" if name == "NAMESPACE" else f"the namespace {name}"
    return cluster_remedy(
        f"Or create {space} first, and omit {option}",
        "The caller then needs no permission for the whole cluster.",
        commands=fill_command("kubectl create namespace {}", name),
        url=pages.RBAC,
    )
