"""Associate an EKS access policy that allows a denied request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principal_mappings import (
    associate_policy_command,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal

if TYPE_CHECKING:
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest

__all__ = ("access_policy_remedy",)


def access_policy_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that associates the narrowest policy with the access entry of the caller."""
    request, cluster, policy = denied.request, denied.cluster, denied.policy
    caller = denied.principal
    if caller is None and denied.kind in {"user", "unknown"}:
        caller = try_parse_principal(denied.case.facts.caller)
    if policy is None or caller is None or not cluster.uses_entries or denied.provider is not None:
        return None
    principal = build_cluster_principal(caller)
    if not principal.is_known or principal.entry_refusal:
        return None
    is_cluster_wide = request.is_cluster_scope or request.is_cluster_scoped_type
    namespace = None if is_cluster_wide else commands.namespace(request.namespace)
    scope = "in all namespaces" if namespace is None else f"in the namespace {namespace}"
    steps = [
        f"{policy} allows more than the denied request, {scope}. Compare it with the documentation; the role above allows only this."
    ]
    if cluster.mode is None:
        steps.append("The cluster's authentication mode must be API or API_AND_CONFIG_MAP.")
    if cluster.uses_aws_auth:
        steps.append(
            "If EKS says that the principalArn could not be found, the caller has its access from aws-auth. A new access entry takes precedence over that: include its groups."
        )
    if principal.path_note:
        steps.append(principal.path_note)
    return Remedy(
        title=f"Or associate {policy} with the access entry",
        who="cluster administrator",
        steps=tuple(steps),
        commands=(
            cluster.eks_command("list-associated-access-policies", principal=principal.entry_argument),
            associate_policy_command(cluster, principal, policy, namespace=namespace),
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )
