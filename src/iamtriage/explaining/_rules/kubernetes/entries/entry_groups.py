"""Change the groups of the access entry of a caller, and explain that it overrides an entry in aws-auth."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence, clip_text, join_words, upper_first
from iamtriage.arns._principals import Role, User
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Cause, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.aws_auth import map_entries
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import kubernetes_name
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    RESERVED_PREFIXES,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals.principal_words import underlying_role
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, present

_GROUPS_IN_TERRAFORM = lazy_pattern(
    r"^[ \t]{0,20}kubernetes_groups[ \t]{0,20}=[ \t]{0,4}\[(?P<groups>(?:[ \t]{0,4}\"[\w:.-]{1,63}\",?){0,8})[ \t]{0,4}\]",
    re.MULTILINE,
)
MAP_OVERRIDDEN = CauseType(
    "map-overridden",
    title="The access entry takes precedence over the aws-auth entry",
    meaning="The principal has an access entry and an entry in aws-auth. Only the access entry has an effect, and it lacks the groups of the other one.",
    recognised_by="The text shows an aws-auth entry of the caller, and an access entry without its groups or another user name.",
    fix="Grant the access entry what the aws-auth entry granted, or delete it.",
    sources=("https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html",),
)


def use_stated_group(denied: DeniedRequest) -> DeniedRequest:
    """Return the request of a session with the only group that a text shows of it, to which a role can be bound."""
    if not stated_entries.find_known_groups(denied):
        return denied  # most denials stand alone
    # A user name that stays the same can be bound itself.
    has_session = any("{{SessionName}}" in (each.username or "") for each in denied.case.context.mappings)
    is_user = denied.kind == "user" and (has_session or stated_entries.find_unbound_group(denied) is not None)
    is_changeable = (is_user or denied.kind == "iam session") and not is_in_terraform(denied)
    own = stated_entries.find_known_groups(denied) if is_changeable else None
    names = [each for each in own or () if not each.startswith("system:") and kubernetes_name(each) == each]
    return attrs.evolve(denied, subject=Subject("Group", names[0])) if len(names) == 1 else denied


def _find_groups_in_terraform(denied: DeniedRequest) -> re.Match[str] | None:
    """Return the only groups that Terraform code sets, if it is for the caller's access entry."""
    text, role = denied.case.failure.text, underlying_role(denied.principal)
    found = [*_GROUPS_IN_TERRAFORM.finditer(text)] if denied.cluster.uses_entries else []
    is_own = len(found) == 1 and not (role is not None and stated_entries.declares_others(text, role))
    return found[0] if is_own else None


def is_in_terraform(denied: DeniedRequest) -> bool:
    """Return whether Terraform code sets the groups of the caller's access entry."""
    return _find_groups_in_terraform(denied) is not None


def change_groups(denied: DeniedRequest) -> tuple[tuple[str, ...], Commands]:
    """Return the steps and commands that give the caller the group of the binding."""
    if denied.kind != "iam session" or denied.subject is None or denied.subject.kind != "Group":
        return (), ()
    cluster, group = denied.cluster, denied.subject.name
    principal = build_cluster_principal(denied.principal, source=denied.case.text)
    where = "the access entry" if cluster.uses_entries else "the aws-auth entry"
    effect = f"The user name contains the session name, so the binding is for the group {group} of {where}."
    # Terraform resets what a command changes.
    if (in_code := _find_groups_in_terraform(denied)) is not None:
        listed = ", ".join(filter(None, (in_code["groups"].strip(" \t,"), f'"{group}"')))
        effect += f" In Terraform, set kubernetes_groups = [{listed}] in that entry, and apply it."
        return (effect,), ()
    lines: Commands = ()
    steps = [effect]
    if cluster.uses_entries:
        if group in (stated_entries.find_known_groups(denied) or ()):
            effect = f"The user name contains the session name, so the binding is for the group {group}, which {denied.subject_text} has. Others in the group get the permission, too."
            return (effect,), ()
        update = _add_groups_command(denied, group)
        if update.startswith("aws "):
            return (effect,), (update,)
        lines = (
            Labelled.required("Then add the group to those of the entry, which an update replaces:", update),
        )
        steps += present(principal.path_note)
    if cluster.uses_aws_auth:
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


def cluster_admin_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the access policy that lets an installer create ClusterRoles, which hand out permissions.

    Sources: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html and
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping.
    """
    request, principal = denied.request, build_cluster_principal(denied.principal, source=denied.case.text)
    is_of_rbac = request.group == "rbac.authorization.k8s.io" and bool(request.is_cluster_scoped_type)
    is_usable = denied.is_iam and denied.cluster.uses_entries and denied.provider is None
    if not (is_of_rbac and is_usable and denied.installer and principal.is_known) or principal.entry_refusal:
        return None
    policy = "AmazonEKSClusterAdminPolicy"
    return cluster_remedy(
        f"Associate {policy} with the access entry, or let a cluster administrator install what has ClusterRoles",
        f"Whoever creates a ClusterRole must have all that it allows, or the verbs escalate and bind: of the access policies, only {policy} has that. {upper_first(denied.subject_text)} then administers the whole cluster.",
        "The access entry and its other associations stay as they are: what has only objects in namespaces installs with them.",
        principal.path_note,
        commands=principal.associate_policy_command(denied.cluster, policy, None),
        url=pages.EKS_ACCESS_POLICIES,
    )


def refuses_cluster_admin(denied: DeniedRequest) -> bool:
    """Return whether a text says that the caller must not administer the cluster."""
    return _NO_CLUSTER_ADMIN.search(denied.case.failure.text) is not None


def _add_groups_command(denied: DeniedRequest, *groups: str) -> str:
    """Return the command that adds groups to the access entry of the caller."""
    entry = stated_entries.find_stated_entry(denied.case.failure, denied.principal)
    arguments = ("--kubernetes-groups", *groups, *(() if entry is None else entry.groups))
    principal = build_cluster_principal(denied.principal, source=denied.case.text).entry_argument
    update = denied.cluster.eks_command("update-access-entry", *arguments, principal=principal)
    if entry is not None:
        return update
    # The update replaces the groups: it runs only if they can be read. zsh splits only what commands print.
    query = "accessEntry.kubernetesGroups"
    show = denied.cluster.eks_command("describe-access-entry", query=query, principal=principal)
    return f"groups=$({show}) && {update} $(echo $groups)"


def find_override(denied: DeniedRequest) -> tuple[str, Cause, tuple[Remedy, ...]] | None:
    """Explain that an access entry overrides an ``aws-auth`` entry with more groups, if a text shows both.

    Return a clause, a cause and the remedies, which require no access to the cluster.
    """
    failure, cluster = denied.case.failure, denied.cluster
    caller = underlying_role(denied.principal) or denied.principal
    if not isinstance(caller, Role | User) or not cluster.uses_entries or denied.allowing_policy:
        return None
    found = map_entries.find_entries(denied.case.context.mappings, caller)
    mapped = next((each.entry for each in found if not each.difference), None)
    if mapped is None or map_entries.is_for_nodes(mapped):
        return None
    entry, because = (
        stated_entries.find_stated_entry(failure, denied.principal),
        "The text shows the access entry.",
    )
    is_shown = entry is not None or stated_entries.is_listed(failure, denied.principal)
    if not is_shown:
        # Without a user name of its own, an access entry gives the ARN of the caller.
        if is_shown is False or mapped.username is None or "arn:" in mapped.username:
            return None
        because = f"The request has the ARN as its user name, and aws-auth has {clip_text(mapped.username)}."
    if day := stated_entries.find_creation_day(failure, denied.principal):
        because = f"The text shows the access entry, which was created on {day}."
    lost = tuple(each for each in mapped.groups if entry is None or each not in entry.groups)
    if not lost:
        return None
    named = join_words([*map(clip_text, lost)], "and")
    groups = "" if entry is None else f", which has {join_words(entry.groups, 'and') or 'no group'},"
    verdict = f"its access entry{groups} takes precedence over its entry in aws-auth, where {named} no longer {'has' if len(lost) == 1 else 'have'} an effect"
    if not cluster.uses_aws_auth:
        verdict = f"with the authentication mode API, only its access entry{groups} has an effect, not its entry in aws-auth with {named}"
    cause = MAP_OVERRIDDEN.cause("derived", because, text=as_sentence(verdict))
    return verdict, cause, _override_remedies(denied, lost)


def _override_remedies(denied: DeniedRequest, lost: tuple[str, ...]) -> tuple[Remedy, ...]:
    principal = build_cluster_principal(denied.principal, source=denied.case.text)
    own = tuple(each for each in lost if not each.startswith(RESERVED_PREFIXES))
    policy, why = None if own else denied.policy or denied.view_policy, None
    if "system:masters" in lost:
        policy = "AmazonEKSClusterAdminPolicy"
        why = f"{policy} replaces system:masters, which access entries cannot have."
    return present(
        cluster_remedy(
            f"Grant the access entry of {denied.subject_text} what aws-auth granted",
            why,
            "The change requires permissions in IAM only, and no access to the cluster.",
            commands=(
                principal.associate_policy_command(denied.cluster, policy) if policy else None,
                _add_groups_command(denied, *own) if own else None,
            ),
            url=pages.EKS_ACCESS_ENTRIES,
        ),
        cluster_remedy(
            "Or delete the access entry, so that the entry in aws-auth has an effect again",
            commands=denied.cluster.eks_command("delete-access-entry", principal=principal.entry_argument),
            url=pages.EKS_ACCESS_ENTRIES,
        )
        if denied.cluster.uses_aws_auth
        else None,
    )
