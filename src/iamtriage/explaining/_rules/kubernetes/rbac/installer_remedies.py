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
from iamtriage.explaining._rules.kubernetes.entries.entry_groups import change_groups
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests
from iamtriage.explaining._rules.shared.kubernetes.manifests import object_name
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present

# The default roles that allow what the access policies of EKS allow.
_ROLES = {"AmazonEKSEditPolicy": "edit", "AmazonEKSAdminPolicy": "admin"}
_SCOPES = {
    "edit": "{} covers the workloads, Services, ConfigMaps and Secrets of the namespace: who has it can read the Secrets and run pods as any service account. Roles and RoleBindings require {}.",
    "admin": "{} covers the objects of the namespace, including Roles and RoleBindings.",
}


def installer_remedies(denied: DeniedRequest) -> tuple[Remedy | None, ...]:
    """Return what grants an installer more than the denied verb: a default role, and an access policy."""
    if denied.installer is None and not denied.writes_roles:
        return ()
    role, policy = _default_role_remedy(denied), access_policy_remedy(denied)
    if role is None and policy is not None:
        title = f"Associate {denied.policy} with the access entry"
        policy = attrs.evolve(policy, title=title, steps=present(_need(denied), *policy.steps[1:]))
    elif policy is not None and denied.policy in _ROLES:
        title = f"{policy.title}, for the namespace {commands.namespace(denied.request.namespace)}"
        covers = _SCOPES[_ROLES[denied.policy]].format(denied.policy, "the ClusterRole admin")
        policy = attrs.evolve(policy, title=title, steps=(covers, *policy.steps[1:]))
        if role is not None and denied.is_policy_first:
            # The entry has another policy for the namespace already.
            policy = attrs.evolve(policy, steps=present(_need(denied), *policy.steps))
            return policy, attrs.evolve(role, title=f"Or let{role.title.removeprefix('Or ')[3:]}")
    return role, policy


def administrator_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that leaves the Roles and RoleBindings to somebody who may write all of them."""
    if not denied.writes_roles:
        return None
    return cluster_remedy(
        "Or let a cluster administrator create the Roles and RoleBindings",
        "With AmazonEKSClusterAdminPolicy or in system:masters, they have the verbs escalate and bind, which lift the limit.",
        url=pages.RBAC,
    )


def describe_limit(denied: DeniedRequest) -> str:
    """Say what a user who may write Roles and RoleBindings can grant by them."""
    uncounted = denied.is_iam and denied.cluster.uses_entries
    so = ", so AmazonEKSAdminPolicy is not enough" if uncounted else ""
    return f"A Role or RoleBinding can grant only what its creator has by RBAC roles{so}."


def _need(denied: DeniedRequest) -> str | None:
    if denied.installer is None:
        return None
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
    request, subject = denied.request, denied.subject
    role = "admin" if denied.writes_roles else _ROLES.get(denied.policy or "")
    if role is None or subject is None or request.namespace is None:
        return None
    if subject.kind == "Group" and not denied.writes_roles:
        # A binding for a session needs a group in its access entry. An access policy does not.
        return None
    steps, lines = change_groups(denied)
    scope = ("-n", commands.namespace(request.namespace))
    name = object_name(subject.name.rpartition(":")[2].rpartition("/")[2].partition("@")[0], role)
    start = "Or let" if denied.installer in {AIRFLOW, KUBECTL_APPLY, None} else "Let"
    who, group = denied.installer or denied.subject_text, ""
    if steps:
        of_group = f"a group of {denied.subject_text}"
        who, group = (who, f", for {of_group}") if denied.installer else (of_group, "")
    limit = ""
    if denied.writes_roles:
        limit = f" {describe_limit(denied)} With this ClusterRole, it can grant what the ClusterRole has."
    return cluster_remedy(
        f"{start} {who} manage the namespace with the ClusterRole {role}{group}",
        _need(denied),
        f"{_SCOPES[role].format(f'The ClusterRole {role}', 'admin')}{limit}",
        *steps,
        commands=(
            bind_command(f"clusterrole={role}", name, subject, request.namespace),
            *lines,
            command(
                *("kubectl", "auth", "can-i", request.verb or "create", request.type_argument, *scope),
                f"--as={kubernetes_requests.user_argument(denied.user)}",
                *((f"--as-group={subject.name}",) if subject.kind == "Group" else ()),
            ),
        ),
        url=pages.RBAC,
    )
