"""Associate an EKS access policy that allows a denied request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principal_mappings import (
    associate_policy_command,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest


def access_policy_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that associates the narrowest policy with the access entry of the caller."""
    request, cluster, policy = denied.request, denied.cluster, denied.policy
    stated = denied.stated_policies
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
    role = "a Role and RoleBinding allow" if stated else "the role above allows"
    steps = [
        f"{policy} allows more than the denied request, {scope}. Compare it with the documentation; {role} only this."
    ]
    extends_scope = denied.is_out_of_scope and policy == denied.allowing_policy and namespace is not None
    if extends_scope:
        steps = [
            "An access entry has each policy only once: list the namespaces of its present scope, too, separated by commas."
        ]
    if cluster.mode is None and not stated:
        steps.append("The cluster's authentication mode must be API or API_AND_CONFIG_MAP.")
    if cluster.uses_aws_auth and not stated:
        steps.append(
            "If EKS says that the principalArn could not be found, the caller has its access from aws-auth. A new access entry takes precedence over that: include its groups."
        )
    if principal.path_note:
        steps.append(principal.path_note)
    return cluster_remedy(
        (
            f"Extend the scope of {policy} to the namespace {namespace}"
            if extends_scope
            else f"{'Associate' if stated else 'Or associate'} {policy} with the access entry"
        ),
        *steps,
        commands=(
            *(
                ()
                if "associatedAccessPolicies" in denied.case.text
                else (
                    cluster.eks_command(
                        "list-associated-access-policies", principal=principal.entry_argument
                    ),
                )
            ),
            associate_policy_command(cluster, principal, policy, namespace=namespace),
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )
