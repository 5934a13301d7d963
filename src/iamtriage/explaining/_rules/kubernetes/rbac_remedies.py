"""Remedies against a refusal by RBAC: roles with exactly what was refused, groups, access policies.

Not for users to whom no role should be bound, see ``kubernetes_users``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.arns._principals import Principal, Role
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.access_policies import narrowest_access_policy
from iamtriage.explaining._rules.shared.cases import (
    Case,
    describe_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.clusters import Cluster, find_cluster
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes_requests import (
    READ_VERBS,
    Request,
    UserKind,
    parse_service_account,
    user_argument,
)
from iamtriage.explaining._rules.shared.manifests import (
    Subject,
    build_binding,
    build_role,
    object_name,
    to_yaml,
)
from iamtriage.explaining._rules.shared.principal_mappings import (
    associate_policy_command,
    build_cluster_principal,
)
from iamtriage.failures._failures import KubernetesForbidden

if TYPE_CHECKING:
    from typing import Self

__all__ = ("Refused", "remedies_for")

_GROUPS_REPLACED = "update-access-entry sets the whole list of groups: write those that describe-access-entry shows in place of EXISTING_GROUPS, or leave the word out where there are none."
_VERB = re.compile(r"[a-z]{2,24}", re.ASCII)
_PATH = re.compile(r"/[\x21-\x7e]{0,299}", re.ASCII)


@attrs.frozen
class Refused:
    """Who was refused what.

    Attributes:
        case: the failure with its facts.
        request: what was asked for.
        kind: what the user name stands for.
        cluster: the cluster.
        principal: the IAM principal for whom the user name stands.
        subject: whom a binding is to name; None for a user whose name is not told.
        who: the user in words.
    """

    case: Case[KubernetesForbidden]
    request: Request
    kind: UserKind
    cluster: Cluster
    principal: Principal | None
    subject: Subject | None
    who: str

    @classmethod
    def of(cls, case: Case[KubernetesForbidden], request: Request, kind: UserKind) -> Self:
        """Work out who it is."""
        user = case.failure.user
        principal = try_parse_principal(user) if kind in {"iam", "iam session"} else None
        subject = _subject(user, kind, underlying_role(principal))
        return cls(
            case=case,
            request=request,
            kind=kind,
            cluster=find_cluster(case),
            principal=principal,
            subject=subject,
            who=_who(user, kind, principal, subject),
        )

    @property
    def user(self) -> str | None:
        """The user name."""
        return self.case.failure.user

    @property
    def is_iam(self) -> bool:
        """Whether the user name is that of an IAM principal."""
        return self.kind in {"iam", "iam session"}

    @property
    def policy(self) -> str | None:
        """The narrowest access policy that allows it; None where none is known to."""
        request = self.request
        # A policy for one namespace may or may not cover the namespace itself: the page does not say.
        unsure = request.resource == "namespaces" and request.namespace is not None
        if request.path or request.group is None or unsure:
            return None
        return narrowest_access_policy(request.verb or "", request.group, request.resource or "")


def remedies_for(refused: Refused) -> tuple[Remedy, ...]:
    """Give what helps, in the order in which to try it."""
    found = (
        _one_namespace(refused),
        _role_remedy(refused),
        _group_remedy(refused),
        _policy_remedy(refused),
        _check(refused),
    )
    return tuple(each for each in found if each is not None)


def _subject(user: str | None, kind: UserKind, of_role: Role | None) -> Subject | None:
    if kind == "service account":
        return parse_service_account(user)
    if kind == "iam session" and of_role is not None:
        return Subject("Group", object_name("iam", of_role.name))
    return None if kind == "unknown" else Subject("User", user or "")


def _who(user: str | None, kind: UserKind, principal: Principal | None, subject: Subject | None) -> str:
    if kind == "service account" and subject is not None:
        return f"the service account {subject.namespace}/{subject.name}"
    if principal is not None:
        return clip_text(describe_principal(principal, user))
    return "the user" if kind == "unknown" else f"the user {clip_text(user or '')}"


def _one_namespace(refused: Refused) -> Remedy | None:
    request = refused.request
    if (
        not request.is_cluster_scope
        or request.is_cluster_scoped_type
        or request.path
        or request.verb not in READ_VERBS
    ):
        return None
    place = commands.namespace(refused.case.facts.namespace)
    return Remedy(
        title="Ask in one namespace, if one is enough",
        who="you",
        steps=(
            "It was asked for in all namespaces at once. Ask with -n, or set the namespace in the program: then a right in that namespace is enough.",
        ),
        commands=(command("kubectl", "auth", "can-i", *_asked(request), "-n", place),),
        url=pages.RBAC,
    )


def _role_remedy(refused: Refused) -> Remedy | None:
    request = refused.request
    rule = request.rule
    if rule is None:
        return None
    cluster_wide = request.is_cluster_scope or (request.is_cluster_scoped_type and request.namespace is None)
    place = None if cluster_wide else request.namespace or "NAMESPACE"
    subject = refused.subject or Subject("User", "USER")
    name = object_name(request.verb or "", request.type_argument, request.subresource, request.name or "")
    # One name for each of those who are bound, or the next one would take its place.
    bound = object_name(name, subject.namespace or "", subject.name.rpartition(":")[2])
    objects = (
        build_role(name, (rule,), namespace=place),
        build_binding(bound, name, subject, namespace=place),
    )
    kinds = "Role and RoleBinding" if place else "ClusterRole and ClusterRoleBinding"
    return Remedy(
        title=f"Allow exactly this by {kinds}",
        who="cluster administrator",
        steps=tuple(_role_steps(refused, place)),
        commands=("kubectl create -f rbac.yaml",),
        manifest=to_yaml(*objects),
        url=pages.RBAC,
    )


def _role_steps(refused: Refused, place: str | None) -> list[str]:
    request = refused.request
    steps = [
        "Save the manifest as rbac.yaml and read it. kubectl create changes nothing that is there already."
    ]
    no_group = request.group is None and request.path is None
    if refused.subject is None or place == "NAMESPACE" or no_group:
        steps.append("Replace the words in capitals: the text does not tell them.")
    if no_group:
        steps.append(
            "The command kubectl api-resources prints the API group of each type; that of core is empty."
        )
    if request.name is not None:
        steps.append("It holds for this object only. Without resourceNames it holds for all of the type.")
    if place is None and not request.is_cluster_scoped_type and request.path is None:
        steps.append("It holds in every namespace.")
    if refused.kind == "user":
        steps.append("Where the user name changes with the session, bind a group of the same people instead.")
    return steps


def _group_remedy(refused: Refused) -> Remedy | None:
    """Put a role into the group to which the manifest binds."""
    if refused.kind != "iam session" or refused.subject is None or refused.subject.kind != "Group":
        return None
    cluster, group = refused.cluster, refused.subject.name
    who = build_cluster_principal(refused.principal)
    lines: list[str] = []
    steps = ["A session's user name changes with the session, so the binding names a group."]
    if cluster.uses_entries:
        arguments = ("--kubernetes-groups", group, "EXISTING_GROUPS")
        lines += [
            cluster.eks_command("describe-access-entry", principal=who.entry_argument),
            cluster.eks_command("update-access-entry", *arguments, principal=who.entry_argument),
        ]
        steps += [_GROUPS_REPLACED, *([who.path_note] if who.path_note else [])]
    if cluster.uses_aws_auth:
        lines.append("kubectl -n kube-system edit configmap aws-auth")
        which = "Where there is no access entry, add" if cluster.uses_entries else "Add"
        steps.append(f"{which} the group to the entry with the rolearn {who.aws_auth_arn}, under groups.")
    return Remedy(
        title=f"Put {refused.who} into the group {group}",
        who="cluster administrator",
        steps=tuple(steps),
        commands=tuple(lines),
        url=pages.EKS_ACCESS_ENTRIES if cluster.uses_entries else pages.EKS_AUTH_CONFIGMAP,
    )


def _policy_remedy(refused: Refused) -> Remedy | None:
    request, cluster, policy = refused.request, refused.cluster, refused.policy
    principal = refused.principal
    if principal is None and refused.kind in {"user", "unknown"}:
        principal = try_parse_principal(refused.case.facts.caller)
    if policy is None or principal is None or not cluster.uses_entries:
        return None
    who = build_cluster_principal(principal)
    if not who.is_known or who.entry_refusal:
        return None
    everywhere = request.is_cluster_scope or request.is_cluster_scoped_type
    place = None if everywhere else commands.namespace(request.namespace)
    scope = "in all namespaces" if place is None else f"in the namespace {place}"
    steps = [
        f"{policy} allows more than what was refused, {scope}. Compare it with the page; the role above allows only this."
    ]
    if cluster.mode is None:
        steps.append("The cluster's authentication mode has to be API or API_AND_CONFIG_MAP.")
    steps.append(
        "Where EKS answers that the principalArn could not be found, aws-auth lets the caller in. An access entry would go before that, so take the groups along when you make one."
    )
    if who.path_note:
        steps.append(who.path_note)
    return Remedy(
        title=f"Or associate {policy} with the access entry",
        who="cluster administrator",
        steps=tuple(steps),
        commands=(
            cluster.eks_command("list-associated-access-policies", principal=who.entry_argument),
            associate_policy_command(cluster, who, policy, namespace=place),
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )


def _check(refused: Refused) -> Remedy | None:
    request = refused.request
    if request.resource is None and request.path is None:
        return None
    arguments = ["kubectl", "auth", "can-i", *_asked(request)]
    if request.path is None and (
        request.namespace is not None or not (request.is_cluster_scope or request.is_cluster_scoped_type)
    ):
        arguments += ["-n", commands.namespace(request.namespace)]
    elif request.path is None and not request.is_cluster_scoped_type:
        arguments.append("--all-namespaces")
    # With = in between, no name is taken for an option.
    arguments.append(f"--as={user_argument(refused.user)}")
    steps: list[str] = []
    if refused.subject is not None and refused.subject.kind == "Group":
        arguments.append(f"--as-group={refused.subject.name}")
    if refused.kind != "service account":
        steps.append(
            "With --as only roles count, not access policies. The caller sees both with the same command without --as and --as-group."
        )
    return Remedy(
        title="Check it",
        who="cluster administrator",
        steps=tuple(steps),
        commands=(command(*arguments),),
        url=pages.RBAC,
    )


def _asked(request: Request) -> tuple[str, ...]:
    """Give verb and type for ``kubectl auth can-i``."""
    verb = request.verb or ""
    what = request.type_argument
    if request.path is not None and not _PATH.fullmatch(request.path):
        what = "PATH"
    if request.name is not None and commands.kubernetes_name(request.name) == request.name:
        what = f"{what}/{request.name}"
    sub = request.subresource
    rest = (f"--subresource={sub}",) if sub and commands.kubernetes_name(sub) == sub else ()
    return (verb if _VERB.fullmatch(verb) else "VERB", what, *rest)
