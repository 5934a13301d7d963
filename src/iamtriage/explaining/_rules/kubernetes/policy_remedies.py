"""Grant a denied request by an EKS access policy, or what a tool that installs objects needs.

Such a tool needs more than the verb that was denied first. Source:
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._rules.kubernetes.denied_requests import KUBECTL_APPLY
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes_requests import user_argument
from iamtriage.explaining._rules.shared.manifests import object_name
from iamtriage.explaining._rules.shared.principal_mappings import build_cluster_principal
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
            principal.associate_policy_command(cluster, policy, namespace=namespace),
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )


# The default roles that allow what the access policies of EKS allow.
_ROLES = {"AmazonEKSEditPolicy": "edit", "AmazonEKSAdminPolicy": "admin"}
_SCOPES = {
    "edit": "The ClusterRole edit covers workloads, Services, ConfigMaps and Secrets of the namespace, but no Roles and RoleBindings: these require admin.",
    "admin": "The ClusterRole admin covers the objects of the namespace with its Roles and RoleBindings.",
}


def installer_remedies(denied: DeniedRequest) -> tuple[Remedy | None, ...]:
    """Return what grants an installer more than the denied verb: a default role, and an access policy."""
    if denied.installer is None:
        return ()
    role, policy = _default_role_remedy(denied), access_policy_remedy(denied)
    if role is None and policy is not None:
        title, steps = f"Associate {denied.policy} with the access entry", (_need(denied), *policy.steps[1:])
        policy = attrs.evolve(policy, title=title, steps=steps)
    return role, policy


def _need(denied: DeniedRequest) -> str:
    what = "reads, creates, changes and deletes the objects that it installs"
    if denied.installer == KUBECTL_APPLY:
        what = "reads, creates and patches objects"
    return f"{denied.installer} {what}, so a role for this verb alone leads to the next denial."


def _default_role_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that lets a tool manage the objects of a namespace, or ``None`` if no default role does."""
    request, subject, role = denied.request, denied.subject, _ROLES.get(denied.policy or "")
    if denied.installer is None or role is None or subject is None or request.namespace is None:
        return None
    if subject.kind == "Group":
        # A binding for a session needs a group in its access entry. An access policy does without.
        return None
    scope = ("-n", commands.namespace(request.namespace))
    if subject.kind == "ServiceAccount":
        who = f"--serviceaccount={commands.namespace(subject.namespace)}:{commands.kubernetes_name(subject.name)}"
    else:
        who = f"--user={user_argument(subject.name)}"
    name = object_name(subject.name.rpartition(":")[2].rpartition("/")[2], role)
    check = ("auth", "can-i", "create", request.type_argument, *scope, f"--as={user_argument(denied.user)}")
    return cluster_remedy(
        f"Let {denied.installer} manage the namespace with the ClusterRole {role}",
        _need(denied),
        _SCOPES[role],
        commands=(
            command("kubectl", "create", "rolebinding", name, *scope, f"--clusterrole={role}", who),
            command("kubectl", *check),
        ),
        url=pages.RBAC,
    )
