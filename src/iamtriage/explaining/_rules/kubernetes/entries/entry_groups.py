"""Change the groups of the access entry of a caller."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence, clip_text, join_words, upper_first
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import kubernetes_name
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    RESERVED_PREFIXES,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, present


def find_own_entry(denied: DeniedRequest) -> stated_entries.StatedEntry | None:
    """Return the access entry that a text shows, if a user who is no ARN has its user name from it."""
    if stated_entries.find_template(denied) is None:
        return None
    entry = stated_entries.find_stated_entry(denied.case.failure)
    return entry if entry is not None and denied.user not in entry.groups else None


def use_stated_group(denied: DeniedRequest) -> DeniedRequest:
    """Return the request of a session with the only group that a text shows of it, to which a role can be bound."""
    if not stated_entries.find_known_groups(denied):
        return denied  # most denials stand alone
    # A user name that stays the same can be bound itself.
    mapped = (each.username for each in denied.case.context.mappings)
    templates = (stated_entries.find_template(denied), *mapped)
    has_session = any("{{SessionName}}" in (each or "") for each in templates)
    is_user = denied.kind == "user" and (has_session or stated_entries.find_unbound_group(denied) is not None)
    is_changeable = is_user or denied.kind == "iam session"
    own = stated_entries.find_known_groups(denied) if is_changeable else None
    names = [each for each in own or () if not each.startswith("system:") and kubernetes_name(each) == each]
    return attrs.evolve(denied, subject=Subject("Group", names[0])) if len(names) == 1 else denied


# An entry of the past, or one of the two of another cluster.
_NOT_HERE = lazy_pattern(
    r"(?i)\b(?:deleted|removed|dropped) (?:this|that|the|its|my|his|her)(?: old)?(?: access)? entry\b"
    r"|\b(?:other|another|old|different|staging|test|second) cluster\b"
)
_DELETE = ("eks", "delete-access-entry")


def find_lost_groups(denied: DeniedRequest) -> tuple[str, ...]:
    """Return the groups of the caller's ``aws-auth`` entry that have no effect, as a text shows its access entry, too.

    https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html
    """
    uses_both = denied.cluster.uses_entries and denied.cluster.uses_aws_auth
    if not (denied.is_iam and uses_both and denied.case.context.mappings):
        return ()
    failure = denied.case.failure
    if _NOT_HERE.search(failure.text) or stated_entries.find_runs_of(failure, _DELETE):
        return ()
    entry = stated_entries.find_stated_entry(failure, denied.principal)
    mapped = [
        each
        for each in denied.case.context.mappings
        if stated_entries.is_same_principal(try_parse_principal(each.arn), denied.principal)
    ]
    # With the user name of aws-auth, that entry is in effect.
    if entry is None or len(mapped) != 1 or mapped[0].username == denied.user:
        return ()
    return tuple(each for each in mapped[0].groups if each not in entry.groups)


def restore_remedies(denied: DeniedRequest) -> tuple[Remedy, ...]:
    """Return how to restore the groups of ``aws-auth``: in the access entry, or without it."""
    groups = find_lost_groups(denied)
    if not groups:
        return ()
    named = join_words([*map(clip_text, groups)], "and")
    delete = denied.cluster.eks_command(
        "delete-access-entry",
        principal=build_cluster_principal(denied.principal, source=denied.case.text).entry_argument,
    )
    deleted = cluster_remedy(
        "Or delete the access entry, so that the one in aws-auth applies again",
        f"Then {denied.subject_text} is in {named} again.",
        commands=delete,
        url=pages.EKS_ACCESS_MODE,
    )
    # EKS rejects others.
    allowed = tuple(each for each in groups if not each.startswith(RESERVED_PREFIXES))
    if not allowed:
        return (deleted,)
    title = f"Add {join_words([*map(clip_text, allowed)], 'and')} to the access entry"
    update = add_groups_command(denied, *allowed)
    return cluster_remedy(title, commands=update, url=pages.EKS_ACCESS_ENTRIES), deleted


def change_groups(denied: DeniedRequest) -> tuple[tuple[str, ...], Commands]:
    """Return the steps and commands that give the caller the group of the binding."""
    if denied.kind != "iam session" or denied.subject is None or denied.subject.kind != "Group":
        return (), ()
    cluster, group = denied.cluster, denied.subject.name
    principal = build_cluster_principal(denied.principal, source=denied.case.text)
    where = "the access entry" if cluster.uses_entries else "the aws-auth entry"
    effect = (
        f"The user name contains the session name, so the binding is for a group, {group}, that {where} gets."
    )
    lines: Commands = ()
    steps = [effect]
    if cluster.uses_entries:
        if group in (stated_entries.find_known_groups(denied) or ()):
            effect = f"The user name contains the session name, so the binding is for the group {group}, which {denied.subject_text} has. Others in the group get the permission, too."
            return (effect,), ()
        update = add_groups_command(denied, group)
        if update.startswith("aws "):
            return (effect,), (update,)
        lines = (Labelled.required("Then add the group to the entry, and keep those that it has:", update),)
        steps += present(principal.path_note)
    # An access entry, which the text shows, comes before aws-auth.
    if cluster.uses_aws_auth and not denied.stated_policies:
        edit = "kubectl -n kube-system edit configmap aws-auth"
        add = f"add {group} to the groups of the entry with the rolearn {principal.aws_auth_arn}"
        if cluster.uses_entries:
            lines += (Labelled(f"Or, if aws-auth maps the role, {add}:", edit),)
        else:
            lines = (edit,)
            steps.append(as_sentence(add))
    return tuple(steps), lines


_NO_CLUSTER_ADMIN = lazy_pattern(
    r"(?i:\b(?:not|never|no|without|avoid)\b[^.\n]{0,50}\bcluster[- ]?admin|n't\b[^.\n]{0,50}\bcluster[- ]?admin)"
)


# Types of objects without a namespace that charts have.
_OF_CHARTS = frozenset(
    {
        *("apiservices", "customresourcedefinitions", "mutatingwebhookconfigurations"),
        "validatingwebhookconfigurations",
    }
)


def cluster_admin_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the access policy that lets an installer create ClusterRoles, which hand out permissions.

    A chart with other objects outside of namespaces, such as types of objects and webhooks, usually has them, too.

    Sources: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html and
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping.
    """
    request, principal = denied.request, build_cluster_principal(denied.principal, source=denied.case.text)
    is_of_rbac = request.group == "rbac.authorization.k8s.io" and bool(request.is_cluster_scoped_type)
    is_of_chart = request.resource in _OF_CHARTS and denied.installer == "Helm"
    is_usable = denied.is_iam and denied.cluster.uses_entries and denied.provider is None
    if (
        not ((is_of_rbac or is_of_chart) and is_usable and denied.installer and principal.is_known)
        or principal.entry_refusal
    ):
        return None
    policy = "AmazonEKSClusterAdminPolicy"
    title = f"Associate {policy} with the access entry, or let a cluster administrator install what has ClusterRoles"
    why = ""
    if not is_of_rbac:
        title = f"Let a cluster administrator install the chart, or at least its {request.resource}, or associate {policy} with the access entry"
        why = f"Objects of the type {request.resource} have no namespace, and a chart that has them usually has ClusterRoles, too. "
    return cluster_remedy(
        title,
        f"{why}Whoever creates a ClusterRole must have all that it allows, or the verbs escalate and bind: of the access policies, only {policy} has that. {upper_first(denied.subject_text)} then administers the whole cluster.",
        "The access entry and its other associations stay as they are: what has only objects in namespaces installs with them.",
        principal.path_note,
        commands=principal.associate_policy_command(denied.cluster, policy, None),
        url=pages.EKS_ACCESS_POLICIES,
    )


def refuses_cluster_admin(denied: DeniedRequest) -> bool:
    """Return whether a text says that the caller must not administer the cluster."""
    return _NO_CLUSTER_ADMIN.search(denied.case.failure.text) is not None


def add_groups_command(denied: DeniedRequest, *groups: str) -> str:
    """Return the command that adds groups to the access entry of the caller."""
    entry = find_own_entry(denied)
    caller = denied.principal if entry is None else entry.principal
    if entry is None and caller is not None:
        entry = stated_entries.find_stated_entry(denied.case.failure, caller)
    arguments = ("--kubernetes-groups", *groups, *(() if entry is None else entry.groups))
    principal = build_cluster_principal(caller, source=denied.case.text).entry_argument
    update = denied.cluster.eks_command("update-access-entry", *arguments, principal=principal)
    if entry is not None:
        return update
    # The update replaces the groups: it runs only if they can be read. zsh splits only what commands print.
    query = "accessEntry.kubernetesGroups"
    show = denied.cluster.eks_command("describe-access-entry", query=query, principal=principal)
    return f"groups=$({show}) && {update} $(echo $groups)"
