"""Build the remedies that grant a tool which installs objects more than the denied verb.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles.
"""

from __future__ import annotations

import attrs

from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.kubernetes.denied_requests import (
    AIRFLOW,
    KUBECTL_APPLY,
    SPARK,
    DeniedRequest,
    access_policy_remedy,
    bind_command,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests
from iamtriage.explaining._rules.shared.kubernetes.manifests import object_name
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

# The default roles that allow what the access policies of EKS allow.
_ROLES = {"AmazonEKSEditPolicy": "edit", "AmazonEKSAdminPolicy": "admin"}
_SCOPES = {
    "edit": "{} covers the workloads, Services, ConfigMaps and Secrets of the namespace: who has it can read the Secrets and run pods as any service account. Roles and RoleBindings require {}.",
    "admin": "{} covers the objects of the namespace, including Roles and RoleBindings.",
}


def installer_remedies(denied: DeniedRequest) -> tuple[Remedy | None, ...]:
    """Return what grants an installer more than the denied verb: a default role, and an access policy."""
    if denied.installer is None:
        return ()
    role, policy = _default_role_remedy(denied), access_policy_remedy(denied)
    if role is None and policy is not None:
        title, steps = f"Associate {denied.policy} with the access entry", (_need(denied), *policy.steps[1:])
        policy = attrs.evolve(policy, title=title, steps=steps)
    elif policy is not None and denied.policy in _ROLES:
        title = f"{policy.title}, for the namespace {commands.namespace(denied.request.namespace)}"
        covers = _SCOPES[_ROLES[denied.policy]].format(denied.policy, "AmazonEKSAdminPolicy")
        policy = attrs.evolve(policy, title=title, steps=(covers, *policy.steps[1:]))
        if role is not None and denied.is_policy_first:
            # The entry has another policy for the namespace already.
            policy = attrs.evolve(policy, steps=(_need(denied), *policy.steps))
            return policy, attrs.evolve(role, title=f"Or let{role.title.removeprefix('Or ')[3:]}")
    return role, policy


def _need(denied: DeniedRequest) -> str:
    what = "reads, creates, changes and deletes the objects that it installs"
    if denied.installer == "Helm" and denied.request.resource == "secrets":
        what = "stores each release in a Secret of the namespace, so it gets, lists, creates, updates and deletes Secrets, and the objects of the chart"
    elif denied.installer == AIRFLOW:
        what = "creates, watches, reads and deletes pods, and reads their logs"
    elif denied.installer == SPARK:
        what = "creates, watches and deletes the objects of its executors"
    elif denied.installer == KUBECTL_APPLY:
        what = "reads, creates and patches objects"
    other = ", and cluster-admin is not necessary" if "cluster-admin" in denied.case.failure.text else ""
    return f"{denied.installer} {what}. The denied verb alone is not enough{other}."


def _default_role_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that lets a tool manage the objects of a namespace, or ``None`` if no default role does."""
    request, subject, role = denied.request, denied.subject, _ROLES.get(denied.policy or "")
    if denied.installer is None or role is None or subject is None or request.namespace is None:
        return None
    if subject.kind == "Group":
        # A binding for a session needs a group in its access entry. An access policy does not.
        return None
    scope = ("-n", commands.namespace(request.namespace))
    name = object_name(subject.name.rpartition(":")[2].rpartition("/")[2].partition("@")[0], role)
    start = "Or let" if denied.installer in {AIRFLOW, KUBECTL_APPLY} else "Let"
    return cluster_remedy(
        f"{start} {denied.installer} manage the namespace with the ClusterRole {role}",
        _need(denied),
        _SCOPES[role].format(f"The ClusterRole {role}", "admin"),
        commands=(
            bind_command(f"clusterrole={role}", name, subject, request.namespace),
            command(
                *("kubectl", "auth", "can-i", request.verb or "create", request.type_argument, *scope),
                f"--as={kubernetes_requests.user_argument(denied.user)}",
            ),
        ),
        url=pages.RBAC,
    )
