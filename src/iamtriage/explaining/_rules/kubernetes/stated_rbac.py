"""Compare a request that RBAC denied with the roles and bindings that the text contains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import (
    StatedBinding,
    StatedRole,
    find_bindings,
    find_roles,
)
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.kubernetes import request_checks
from iamtriage.explaining._rules.kubernetes.denied_requests import bind_command
from iamtriage.explaining._rules.kubernetes.entry_groups import change_groups
from iamtriage.explaining._rules.kubernetes.stated_entries import find_groups
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes_requests import access_policy_allows
from iamtriage.explaining._rules.shared.manifests import object_name, patch_with_rule
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.values import Rule
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
    from iamtriage.explaining._rules.shared.kubernetes_requests import Request

_NAME = lazy_pattern(r"[A-Za-z0-9*][\w.:*/-]{0,252}")
STATED_ROLE_LACKS_RULE = CauseType(
    "stated-role-lacks-rule",
    title="The role in the text does not allow the request",
    meaning="The text contains a role that almost allows the request: a rule lacks the subresource, the verb, the object or the API group.",
    recognised_by="The text contains a Role or ClusterRole.",
    fix="Add the missing rule to the role.",
    sources=(pages.RBAC,),
)
STATED_BINDING_DIFFERS = CauseType(
    "stated-binding-differs",
    title="The role or binding in the text does not apply to the request",
    meaning="The text contains a role that allows the request but is not bound to the user, or a binding for another namespace, service account or role.",
    recognised_by="The text contains a Role, ClusterRole, RoleBinding or ClusterRoleBinding.",
    fix="Bind the role to the user of the request, in the namespace of the request.",
    sources=(pages.RBAC,),
)
# They allow far more than a denied request needs.
_ADMINISTRATORS = frozenset({"admin", "cluster-admin"})
# The default roles allow what access policies of EKS allow.
_POLICIES = {"ClusterRole edit": "AmazonEKSEditPolicy", "ClusterRole view": "AmazonEKSViewPolicy"}


class Gap(NamedTuple):
    """Why a role or binding in the text does not allow a request.

    Attributes:
        found: The role or binding.
        words: The reason, as the end of a sentence that begins with the object.
        lacks_rule: Whether a role needs another rule.
        is_elsewhere: Whether a role does not apply where the request is.
        group: The group of a binding that the user lacks.
        is_bound: Whether a binding in the text gives the user the role.
    """

    found: StatedRole | StatedBinding
    words: str
    lacks_rule: bool = False
    is_elsewhere: bool = False
    group: str | None = None
    is_bound: bool = False

    @property
    def verdict(self) -> str:
        """The gap as a clause."""
        return f"the {self.found.kind} {clip_text(self.found.name)} in the text {self.words}"

    @property
    def cause(self) -> Cause:
        """The gap as a cause."""
        cause = STATED_ROLE_LACKS_RULE if self.lacks_rule else STATED_BINDING_DIFFERS
        return cause.cause("derived", text=f"T{self.verdict[1:]}.")


def find_gaps(denied: DeniedRequest) -> tuple[Gap, ...]:
    """Return why the roles and bindings in the text do not allow the request, the first one to report."""
    request, text = denied.request, denied.case.failure.text
    if request.path is not None or request.resource is None:
        return ()
    stated = list(find_bindings(text))
    bound = {each.role for each in stated if any(_matches(one, each, denied) for one in each.subjects)}
    roles = [
        gap._replace(is_bound=_name_role(each) in bound)
        for each in find_roles(text)
        if (gap := _compare_role(each, request)) is not None
        and not (gap.lacks_rule and _is_of_others(each, stated, denied))
    ]
    role = next((each for each in roles if not each.lacks_rule), None) or next(iter(roles), None)
    # A role that allows the request needs a binding, of which the text can say more.
    of_place = (gap.found for gap in roles if not (gap.lacks_rule or gap.is_elsewhere))
    allowing = {"ClusterRole cluster-admin", *map(_name_role, of_place)}
    groups = find_groups(denied)
    bindings = [
        gap for each in stated if (gap := _compare_binding(each, denied, allowing, groups)) is not None
    ]
    binding = bindings[0] if len(bindings) == 1 and (role is None or not role.lacks_rule) else None
    return tuple(gap for gap in (binding, role) if gap is not None)


def add_stated_verbs(denied: DeniedRequest, gaps: Iterable[Gap]) -> DeniedRequest:
    """Return the request with the verbs of a role in the wrong place or of a rule for the wrong API group, which the right one needs, too."""
    request = denied.request
    for gap in gaps:
        if isinstance(gap.found, StatedRole) and request.verb is not None:
            rules = (each for each in gap.found.rules if _covers(each, request.resource or ""))
            verbs = next((each.verbs for each in rules if request.verb in each.verbs and not each.names), ())
            return attrs.evolve(denied, request=attrs.evolve(request, verbs=verbs or request.verbs))
    return denied


def _name_role(role: StatedRole | StatedBinding) -> str:
    return f"{role.kind} {role.name}"


def _is_of_others(role: StatedRole, bindings: list[StatedBinding], denied: DeniedRequest) -> bool:
    """Return whether the bindings in the text grant a role only to others, who would get its new rule, too."""
    subjects = [
        (subject, each) for each in bindings if each.role == _name_role(role) for subject in each.subjects
    ]
    return bool(subjects) and not any(
        subject.kind == "Group" or _matches(subject, binding, denied) for subject, binding in subjects
    )


def _compare_role(role: StatedRole, request: Request) -> Gap | None:
    verb, resource, group = request.verb or "", request.resource or "", request.group
    base, _, subresource = resource.partition("/")
    in_group = [each for each in role.rules if group is None or _has(each.groups, group)]
    of_type = [each for each in in_group if _covers(each, resource)]
    allowing = [each for each in of_type if _has(each.verbs, verb)]
    if any(not each.names or request.name in each.names for each in allowing):
        return _compare_scope(role, request)
    other = next((each for each in role.rules if _covers(each, resource) and _has(each.verbs, verb)), None)
    if allowing:
        words = f"allows {verb} on {resource} only for {_join(allowing[0].names)}"
    elif of_type:
        verbs = dict.fromkeys(each for rule in of_type for each in rule.verbs)
        words = f"allows only {_join(verbs)} on {resource}, not {verb}"
    elif subresource and any(_covers(each, base) for each in in_group):
        words = f"has {base}, but not {resource}: RBAC treats a subresource as a separate type"
    elif other is not None and group is not None:
        words = f"has {resource} in {_describe_groups(other.groups)}, but they are in {_describe_groups((group,))}"
    else:
        return None
    return Gap(role, words, lacks_rule=True)


def _compare_scope(role: StatedRole, request: Request) -> Gap:
    if role.kind == "Role" and request.is_cluster_scope:
        words = "allows it only in its namespace, and the request is for the whole cluster"
        if request.is_cluster_scoped_type:
            words = f"has {request.resource}, which are in no namespace: a Role never grants them"
        return Gap(role, words, is_elsewhere=True)
    if role.namespace is not None and request.namespace not in {None, role.namespace}:
        words = f"allows it only in the namespace {role.namespace}, and the request is in {request.namespace}"
        return Gap(role, words, is_elsewhere=True)
    elsewhere = "it is in another namespace, or " if role.kind == "Role" and role.namespace is None else ""
    return Gap(role, f"allows it, so {elsewhere}no binding applies it to the user")


def _compare_binding(
    binding: StatedBinding, denied: DeniedRequest, allowing: Container[str], groups: tuple[str, ...] | None
) -> Gap | None:
    request, place = denied.request, binding.namespace
    of_group = [each.name for each in binding.subjects if each.kind == "Group"]
    if any(_matches(each, binding, denied) for each in binding.subjects) or not set(of_group).isdisjoint(
        groups or ()
    ):
        words = f"binds the {clip_text(binding.role)}, which does not allow it"
        if binding.role in allowing:
            words = f"binds the {clip_text(binding.role)}, which allows it, so the cluster lacks the binding or has another version"
        if binding.kind == "RoleBinding" and request.is_cluster_scope:
            words = "applies only in its namespace, and the request is for the whole cluster"
            if request.is_cluster_scoped_type:
                words = f"has no effect on {request.resource}: they are in no namespace, and a RoleBinding applies only in one"
        elif binding.kind == "RoleBinding" and place and request.namespace not in {None, place}:
            words = f"applies only in the namespace {place}, and the request is in {request.namespace}"
        elif binding.kind == "RoleBinding" and place is None:
            words = "specifies no namespace, and applies only in the one in which it was created"
        return Gap(binding, words)
    other = next((each for each in binding.subjects if _is_similar(each, denied)), None)
    if other is None:
        return _compare_iam_subject(binding, denied, groups)
    named = clip_text(other.name if other.namespace is None else f"{other.namespace}/{other.name}")
    caller = denied.subject_text.removeprefix("the service account ")
    return Gap(binding, f"names the service account {named}, and the request is from {caller}")


def _compare_iam_subject(
    binding: StatedBinding, denied: DeniedRequest, groups: tuple[str, ...] | None
) -> Gap | None:
    """Return why a binding for a group or an ARN is not for the user, if its place is that of the request."""
    is_here = binding.kind == "ClusterRoleBinding" or binding.namespace in {None, denied.request.namespace}
    if denied.kind not in {"iam session", "user"} or not is_here:
        return None
    role = underlying_role(denied.principal)
    for each in binding.subjects:
        if each.kind == "Group" and not each.name.startswith("system:"):
            lacks = "which the user most likely does not have"
            if groups is not None:
                own = _join([group for group in groups if not group.startswith("system:")] or ["none"])
                lacks = f"and the groups of {denied.subject_text} are: {own}"
            return Gap(binding, f"is for the group {clip_text(each.name)}, {lacks}", group=each.name)
        named = underlying_role(try_parse_principal(each.name)) if each.kind == "User" else None
        if (
            named is not None
            and role is not None
            and (named.account, named.name) == (role.account, role.name)
        ):
            differs = (
                f"and the user name is {clip_text(denied.user or '')}, whose end changes with the session"
            )
            return Gap(binding, f"is for the user {clip_text(each.name)}, {differs}")
    return None


def _matches(subject: Subject, binding: StatedBinding, denied: DeniedRequest) -> bool:
    wanted = denied.subject
    if wanted is not None and subject.kind == "ServiceAccount" == wanted.kind:
        return subject.name == wanted.name and (subject.namespace or binding.namespace) == wanted.namespace
    return wanted is not None and subject.kind == "User" and subject.name == denied.user


def _is_similar(subject: Subject, denied: DeniedRequest) -> bool:
    wanted = denied.subject
    if wanted is None or not subject.kind == "ServiceAccount" == wanted.kind:
        return False
    return subject.name == wanted.name or subject.namespace == wanted.namespace is not None


def _covers(rule: Rule, resource: str) -> bool:
    # "*" covers subresources, too, and "*/scale" those of every type.
    subresource = resource.partition("/")[2]
    return _has(rule.resources, resource) or bool(subresource and f"*/{subresource}" in rule.resources)


def _has(values: Iterable[str], value: str) -> bool:
    return any(each in {"*", value} for each in values)


def _join(names: Iterable[str]) -> str:
    return clip_text(join_words(tuple(names), "and"))


def _describe_groups(groups: tuple[str, ...]) -> str:
    return f"the API group {join_words([json.dumps(each) for each in groups], 'and')}"


def gap_remedies(denied: DeniedRequest, gap: Gap) -> Iterator[Remedy]:
    """Yield the remedy that adds the missing rule to the role, or binds the role where the request is."""
    request, rule, role = denied.request, denied.request.rule, gap.found
    if isinstance(role, StatedBinding):
        if gap.group is None:
            yield from _binding_remedies(denied, role)
        elif role.role.partition(" ")[2] not in _ADMINISTRATORS:
            yield from _group_remedies(denied, gap.group)
        return
    is_session = denied.kind == "iam session"  # whose user name changes
    if (
        rule is None
        or (is_session and gap.lacks_rule)
        or not all(map(_NAME.fullmatch, (role.name, *rule.verbs, *rule.resources)))
    ):
        return
    if not gap.lacks_rule:
        if not (gap.is_elsewhere or role.has_wildcards):
            default = None if role.kind == "ClusterRole" else "NAMESPACE"
            yield from _bind_role(denied, _name_role(role), request.namespace or default)
        return
    namespace = commands.namespace(role.namespace or request.namespace)
    place = () if role.kind == "ClusterRole" else ("-n", namespace)
    check = f"The last command answers yes if the role is bound to {denied.subject_text}."
    if gap.is_bound:
        check = f"The binding to {denied.subject_text} is right."
    patch = f"--patch={patch_with_rule(rule)}"
    call = ("kubectl", "patch", role.kind.lower(), role.name, *place, "--type=json", patch)
    yield cluster_remedy(
        f"Add the rule to the {role.kind} {role.name}",
        f"If a chart or a repository contains the role, add the rule there. {check}",
        commands=(command(*call), request_checks.check_command(denied)),
        url=pages.RBAC,
    )


def _group_remedies(denied: DeniedRequest, group: str) -> Iterator[Remedy]:
    """Yield the remedy that gives the user the group of a binding."""
    if commands.kubernetes_name(group) != group:
        return
    for_group = attrs.evolve(denied, subject=Subject("Group", group))
    steps, lines = change_groups(for_group)
    place = "access entry" if denied.cluster.uses_entries else "aws-auth entry"
    if not lines:
        place, lines = "aws-auth entry", ("kubectl -n kube-system edit configmap aws-auth",)
        steps = (
            f"Add {group} to the groups of the entry with the username {clip_text(denied.user or '')}, and keep its others.",
        )
    yield cluster_remedy(
        f"Add the group {group} to the {place} of {denied.subject_text}",
        *steps,
        commands=(*lines, request_checks.check_command(for_group)),
        url=pages.EKS_ACCESS_ENTRIES if place == "access entry" else pages.EKS_AUTH_CONFIGMAP,
    )


def _binding_remedies(denied: DeniedRequest, binding: StatedBinding) -> Iterator[Remedy]:
    """Yield the remedy that corrects the subject of a binding, or binds its ClusterRole in another namespace, too."""
    kind, _, role = binding.role.partition(" ")
    namespace = denied.request.namespace
    is_elsewhere = namespace is not None and binding.namespace not in {None, namespace}
    is_of_caller = any(_matches(each, binding, denied) for each in binding.subjects)
    is_known = all(commands.kubernetes_name(each) == each for each in (binding.name, role))
    if role in _ADMINISTRATORS or not is_known:
        return
    if not (is_of_caller or (is_elsewhere and binding.kind == "RoleBinding")):
        yield from _subject_remedies(denied, binding)
    elif kind == "ClusterRole" and is_elsewhere and is_of_caller:
        yield from _bind_role(denied, binding.role, namespace, binding.name)


def _subject_remedies(denied: DeniedRequest, binding: StatedBinding) -> Iterator[Remedy]:
    """Yield the remedy that corrects the service account in a binding, or adds one of the same namespace."""
    wanted = denied.subject
    other = next((each for each in binding.subjects if _is_similar(each, denied)), None)
    allows = _role_allows(denied, binding.role)
    if wanted is None or other is None or allows is False:
        return
    kept = f"{'roleRef stays:' if allows else 'The last command answers yes if'} the {clip_text(binding.role)} allows the request."
    own = f"The subject needs namespace: {wanted.namespace}{f'; the binding stays in {binding.namespace}' if binding.namespace else ''}."
    at = binding.subjects.index(other)
    change: dict[str, object] = {"path": f"/subjects/{at}/namespace", "value": wanted.namespace}
    title = f"Correct the subject's namespace in the {binding.kind} {binding.name}"
    if other.name != wanted.name:
        title = f"Add {denied.subject_text} to the subjects of the {binding.kind} {binding.name}"
        own = f"Or replace {clip_text(other.name)}, if nothing uses it."
        change = {"path": "/subjects/-", "value": wanted._asdict()}
    patch = json.dumps([{"op": "add", **change}], separators=(",", ":"))
    place = () if binding.kind == "ClusterRoleBinding" else ("-n", commands.namespace(binding.namespace))
    call = ("kubectl", "patch", binding.kind.lower(), binding.name, *place, "--type=json", f"--patch={patch}")
    yield cluster_remedy(
        title,
        f"{own} {kept} If a chart or a repository contains the binding, change it there.",
        commands=(command(*call), request_checks.check_command(denied)),
        url=pages.RBAC,
    )


def _role_allows(denied: DeniedRequest, role: str) -> bool | None:
    """Return whether a default role or one in the text allows the request; ``None`` if its rules are unknown."""
    request, policy = denied.request, _POLICIES.get(role)
    if policy is not None:
        verbs, of_type = request.verbs or (request.verb or "",), (request.group or "", request.resource or "")
        return all(access_policy_allows(policy, each, *of_type) for each in verbs)
    stated = [each for each in find_roles(denied.case.failure.text) if _name_role(each) == role]
    gaps = (_compare_role(each, request) for each in stated)
    return any(gap is not None and not gap.lacks_rule for gap in gaps) if stated else None


def _bind_role(
    denied: DeniedRequest, role: str, namespace: str | None, binding: str | None = None
) -> Iterator[Remedy]:
    kind, _, name = role.partition(" ")
    if (subject := denied.subject) is None:
        return
    of_group = "a group of " if subject.kind == "Group" else ""
    title, step = f"Bind the {role} to {of_group}{denied.subject_text}", ""
    if binding is not None:
        title = f"Bind the {role} in the namespace {namespace}, too"
        step = "A RoleBinding applies a ClusterRole only in its own namespace. "
    binding = binding or object_name(name, subject.namespace or "", subject.name.rpartition(":")[2])
    yield cluster_remedy(
        title,
        *change_groups(denied)[0],
        f"{step}The last command answers yes if the {kind} allows the request.",
        commands=(
            bind_command(f"{kind.lower()}={name}", binding, subject, namespace),
            *change_groups(denied)[1],
            request_checks.check_command(denied),
        ),
        url=pages.RBAC,
    )
