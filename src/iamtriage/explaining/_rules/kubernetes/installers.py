"""Grant what a tool that installs objects needs, which is more than the verb that was denied first.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._rules.kubernetes.denied_requests import KUBECTL_APPLY
from iamtriage.explaining._rules.kubernetes.policy_remedies import access_policy_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes_requests import user_argument
from iamtriage.explaining._rules.shared.manifests import object_name
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest

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
