"""Compare a request that RBAC denied with the roles and bindings that the text contains."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable

import attrs

from iamtriage._patterns import only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes import rbac_objects
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import StatedBinding, StatedRole
from iamtriage.explaining._context.values import Rule, Subject
from iamtriage.explaining._rules.basics import Cause, CauseType
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.kubernetes.entries.entry_groups import find_own_entry
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import find_known_groups
from iamtriage.explaining._rules.kubernetes.rbac.request_checks import (
    find_template_without_account,
    find_working,
    is_similar_subject,
    matches_subject,
)
from iamtriage.explaining._rules.shared import pages, remedies
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import Request, access_policy_allows
from iamtriage.explaining._rules.shared.policies.corrected_patterns import differ_in_letter
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role

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

# https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
UNNAMED_VERBS = frozenset({"create", "deletecollection", "list", "watch"})
"""The verbs whose requests are for no single object."""

# The default roles allow what access policies of EKS allow.
_POLICIES = {"ClusterRole edit": "AmazonEKSEditPolicy", "ClusterRole view": "AmazonEKSViewPolicy"}


class Gap(NamedTuple):
    """Why a role or binding in the text does not allow a request.

    Attributes:
        found: The role or binding.
        words: The reason, as the end of a sentence that begins with the object.
        lacks_rule: Whether a role needs another rule.
        is_elsewhere: Whether a role, or a group's binding, does not apply where the request is.
        group: The group of a binding: one that the user lacks, or the one to which a role is bound.
        is_bound: Whether a binding in the text gives the user the role.
        names: The names of objects that a rule is limited to, and that the request does not have, such as a list.
        meant: What a subject of a binding with a wrong kind or spelling most likely means, with the subject as written.
        account: The service account of a binding as which a pod has to run, instead of as ``default``.
    """

    found: StatedRole | StatedBinding
    words: str
    lacks_rule: bool = False
    is_elsewhere: bool = False
    group: str | None = None
    is_bound: bool = False
    names: tuple[str, ...] = ()
    meant: tuple[Subject, Subject] | None = None
    account: Subject | None = None

    @property
    def verdict(self) -> str:
        """The gap as a clause."""
        named = " ".join(filter(None, (self.found.kind, clip_text(self.found.name))))
        return f"the {named} in the text {self.words}"

    @property
    def cause(self) -> Cause:
        """The gap as a cause."""
        cause = STATED_ROLE_LACKS_RULE if self.lacks_rule else STATED_BINDING_DIFFERS
        return cause.cause("derived", text=f"T{self.verdict[1:]}.")


def find_gaps(denied: DeniedRequest) -> tuple[Gap, ...]:
    """Return why the roles and bindings in the text do not allow the request, the first one to report."""
    request, text = denied.request, denied.case.failure.text
    # Most denials stand alone.
    if request.path is not None or request.resource is None or denied.case.failure.span == (0, len(text)):
        return ()
    # People name no namespace if it is that of the request.
    stated = [
        each if each.role or each.namespace else each._replace(namespace=request.namespace)
        for each in rbac_objects.find_bindings(text)
    ]
    groups = find_known_groups(denied)
    bound = {
        each.role
        for each in stated
        for one in each.subjects
        if each.namespace in {None, request.namespace} and matches_subject(one, each, denied, groups)
    }
    roles = [
        gap._replace(
            is_bound=name_role(each) in bound
            or (
                group is not None
                and (denied.is_iam or denied.kind == "user")
                and find_working(denied, each) is not None
            ),
            group=group,
        )
        for each in rbac_objects.find_roles(text)
        for group in (_find_group(each, stated, denied, groups),)
        if (gap := compare_role(each, request)) is not None
        and not (gap.lacks_rule and _is_of_others(each, stated, denied))
    ]
    role = next((each for each in roles if not each.lacks_rule), None) or next(iter(roles), None)
    # A role that allows the request needs a binding, about which the text can say more.
    of_place = (gap.found for gap in roles if not (gap.lacks_rule or gap.is_elsewhere))
    allowing = {"ClusterRole cluster-admin", *map(name_role, of_place)}
    bindings = [gap for each in stated if (gap := _compare_binding(each, denied, allowing, groups))]
    binding = bindings[0] if len(bindings) == 1 and (role is None or not role.lacks_rule) else None
    # The binding of a group elsewhere binds the role already.
    return remedies.present(binding, None if binding is not None and binding.is_elsewhere else role)


def add_stated_verbs(denied: DeniedRequest, gaps: Iterable[Gap]) -> DeniedRequest:
    """Return the request with the verbs of a role in the wrong place or of a rule for the wrong API group, which the right one needs, too."""
    request = denied.request
    for gap in gaps:
        if isinstance(gap.found, StatedRole) and request.verb is not None:
            rules = (each for each in gap.found.rules if _covers(each, request.resource or ""))
            verbs = next((each.verbs for each in rules if request.verb in each.verbs and not each.names), ())
            return attrs.evolve(denied, request=attrs.evolve(request, verbs=verbs or request.verbs))
    return denied


def role_allows(denied: DeniedRequest, role: str) -> bool | None:
    """Return whether a default role or one in the text allows the request; ``None`` if its rules are unknown."""
    request, policy = denied.request, _POLICIES.get(role)
    if policy is not None:
        verbs, of_type = request.verbs or (request.verb or "",), (request.group or "", request.resource or "")
        return all(access_policy_allows(policy, each, *of_type) for each in verbs)
    stated = [each for each in rbac_objects.find_roles(denied.case.failure.text) if name_role(each) == role]
    gaps = (compare_role(each, request) for each in stated)
    return any(gap is not None and not gap.lacks_rule for gap in gaps) if stated else None


def name_role(role: StatedRole | StatedBinding) -> str:
    """Return the kind and the name of a role."""
    return f"{role.kind} {role.name}"


def _find_group(
    role: StatedRole, bindings: list[StatedBinding], denied: DeniedRequest, groups: tuple[str, ...] | None
) -> str | None:
    """Return the only group to which the text binds a role, unless the user lacks it, or the only one of the user."""
    if not bindings:
        own = only_one([each for each in groups or () if not each.startswith("system:")])
        is_shown = denied.kind == "user" and groups is None
        printed = rbac_objects.find_printed_subject(denied.case.failure.text, role.name) if is_shown else None
        if printed is None and groups is None and denied.kind in {"user", "iam session"}:
            return rbac_objects.find_said_group(denied.case.failure.text)
        return own if printed in {None, denied.user} else printed
    bound = {
        each.name
        for binding in bindings
        if binding.role == name_role(role)
        for each in binding.subjects
        if each.kind == "Group" and not each.name.startswith("system:")
    }
    group = only_one(bound)
    return group if groups is None or group in groups else None


def _is_of_others(role: StatedRole, bindings: list[StatedBinding], denied: DeniedRequest) -> bool:
    """Return whether the bindings in the text grant a role only to others, who would get its new rule, too."""
    subjects = [
        (subject, each) for each in bindings if each.role == name_role(role) for subject in each.subjects
    ]
    return bool(subjects) and not any(
        subject.kind == "Group" or matches_subject(subject, binding, denied) for subject, binding in subjects
    )


# Commands of kubectl, which roles name by mistake. Their requests have other verbs, or are for a subresource.
_COMMANDS = frozenset({"apply", "attach", "cp", "describe", "edit", "exec", "logs", "port-forward", "scale"})


def compare_role(role: StatedRole, request: Request) -> Gap | None:
    """Return why a role does not allow a request, or ``None`` if it has nothing to do with it."""
    verb, resource, group = request.verb or "", request.resource or "", request.group
    base, _, subresource = resource.partition("/")
    in_group = [each for each in role.rules if group is None or _has(each.groups, group)]
    of_type = [each for each in in_group if _covers(each, resource)]
    allowing = [each for each in of_type if _has(each.verbs, verb)]
    if any(not each.names or request.name in each.names for each in allowing):
        return _compare_scope(role, request)
    if _compare_scope(role, request).is_elsewhere:
        # Another rule would not make it apply there.
        return None
    other = next((each for each in role.rules if _covers(each, resource) and _has(each.verbs, verb)), None)
    if allowing:
        words = f"allows {verb} on {resource} only for {_join(allowing[0].names)}"
        if request.name is None and verb in UNNAMED_VERBS:
            words += f", and a request to {verb} {resource} names no object"
            return Gap(role, words, lacks_rule=True, names=tuple(allowing[0].names))
    elif of_type:
        verbs = dict.fromkeys(each for rule in of_type for each in rule.verbs)
        words = f"allows only {_join(verbs)} on {resource}, not {verb}"
    elif subresource and any(_covers(each, base) for each in in_group):
        words = f"has {base}, but not {resource}, which RBAC treats as a separate type"
    elif other is not None and group is not None:
        words = f"has {resource} in {_describe_groups(other.groups)}, but they are in {_describe_groups((group,))}"
    elif named := [each for rule in role.rules for each in rule.resources if _is_misnamed(each, resource)]:
        words = f"has {_join(named[:1])}, which RBAC does not know: the type is {resource}"
    else:
        return None
    rules = (each for each in in_group if _covers(each, base) or _covers(each, resource))
    if unknown := _COMMANDS.intersection(verb for each in rules for verb in each.verbs):
        words += f", and {_join(sorted(unknown))} {'is not a verb' if len(unknown) == 1 else 'are not verbs'} of RBAC"
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


# Every cluster has them, and no text shows their rules.
_BUILT_IN = frozenset(f"ClusterRole {each}" for each in ("admin", "cluster-admin", "edit", "view"))


def _compare_binding(
    binding: StatedBinding, denied: DeniedRequest, allowing: Container[str], groups: tuple[str, ...] | None
) -> Gap | None:
    request, place = denied.request, binding.namespace
    if not (binding.name or any(is_similar_subject(each, denied) for each in binding.subjects)):
        return None  # its namespace and its other subjects can be missing, too
    if any(matches_subject(each, binding, denied, groups) for each in binding.subjects):
        words = f"binds the {clip_text(binding.role)}, which does not allow it"
        if binding.role in _BUILT_IN:
            words = f"binds the {binding.role}: if that allows it, the cluster lacks the binding or has another version"
        if is_allowing := binding.role in allowing:
            words = f"binds the {clip_text(binding.role)}, which allows it, so the cluster lacks the binding or has another version"
        if is_too_narrow := binding.kind == "RoleBinding" and request.is_cluster_scope:
            what = f"the {clip_text(binding.role)}, which allows it, only" if is_allowing else "only"
            where = f"the namespace {clip_text(place)}" if place else "its namespace"
            words = f"applies {what} in {where}, and the request is for the whole cluster"
            if request.is_cluster_scoped_type:
                words = f"has no effect on {request.resource}: they are in no namespace, and a RoleBinding applies only in one"
        elif binding.kind == "RoleBinding" and place and request.namespace not in {None, place}:
            words = _describe_place(binding, request)
        elif not binding.role:
            return None  # as people say it
        elif binding.kind == "RoleBinding" and place is None:
            words = "specifies no namespace, and applies only in the one in which it was created"
        return Gap(binding, words, is_elsewhere=is_allowing and is_too_narrow) if binding.name else None
    meant = next(filter(None, (_find_meant(each, denied, groups) for each in binding.subjects)), None)
    is_here = binding.kind == "ClusterRoleBinding" or place in {None, request.namespace}
    if meant is not None and is_here and binding.name:
        written, right = meant
        of = "a group of" if right.kind == "Group" else "the name of"
        words = f"has kind: {written.kind} for {clip_text(written.name)}, which is {of} {denied.subject_text}: kind has to be {right.kind}"
        if written.kind == right.kind:
            words = f"is for the group {clip_text(written.name)}, and {denied.subject_text} has the group {clip_text(right.name)}: the spelling differs"
        return Gap(binding, words, meant=meant)
    similar = [each for each in binding.subjects if is_similar_subject(each, denied)]
    if not (is_here or binding.role) and (similar or not binding.subjects):
        return Gap(binding, _describe_place(binding, request))
    if not similar:
        return _compare_iam_subject(binding, denied, groups)
    other = similar[0]
    named = clip_text(other.name if other.namespace is None else f"{other.namespace}/{other.name}")
    caller = denied.subject_text.removeprefix("the service account ")
    words = f"names the service account {named}, and the request is from {caller}"
    # A right for default would be one of every pod without a serviceAccountName.
    is_default = denied.is_default_service_account and other.name != "default" and is_here
    if is_default and (template := find_template_without_account(denied)) is not None:
        words = f"names the service account {named}, and {template} sets no serviceAccountName, so its pods run as default"
    return Gap(binding, words, account=other if is_default and len(similar) == 1 else None)


def _find_meant(
    subject: Subject, denied: DeniedRequest, groups: tuple[str, ...] | None
) -> tuple[Subject, Subject] | None:
    """Return a subject that has another kind or spelling than the group or user that it means, and what that is."""
    wanted = denied.subject
    own = only_one([each for each in groups or () if not each.startswith("system:")]) or ""
    # Another letter can be meant: orders-ro and orders-rw.
    is_slip = len(own) != len(subject.name) or sorted(own) == sorted(subject.name)
    if subject.kind == "Group" and is_slip and differ_in_letter(subject.name, own):
        return subject, Subject("Group", own)
    if subject.kind == "User" and subject.name in (groups or ()):
        return subject, Subject("Group", subject.name)
    if subject.kind == "Group" and subject.name == denied.user and denied.kind == "user":
        return subject, Subject("User", subject.name)
    if wanted is None or wanted.kind != "ServiceAccount" or subject.kind == "ServiceAccount":
        return None
    is_same = subject.name in {wanted.name, f"{wanted.namespace}:{wanted.name}"}
    is_group = subject.kind == "Group" and subject.name == denied.user
    return (subject, wanted) if is_same or is_group else None


def _compare_iam_subject(
    binding: StatedBinding, denied: DeniedRequest, groups: tuple[str, ...] | None
) -> Gap | None:
    """Return why a binding for a group or an ARN is not for the user, if its place is that of the request."""
    is_here = binding.kind == "ClusterRoleBinding" or binding.namespace in {None, denied.request.namespace}
    if denied.kind not in {"iam session", "user"}:
        return None
    if not is_here:
        return _compare_place(binding, denied) if groups is None else None
    role = underlying_role(denied.principal)
    for each in binding.subjects:
        if each.kind == "Group" and not each.name.startswith("system:"):
            lacks = "which the user most likely does not have"
            if groups is not None:
                own = _join([group for group in groups if not group.startswith("system:")] or ["none"])
                entry = find_own_entry(denied)
                whose = denied.subject_text if entry is None else f"the access entry of {entry.description}"
                lacks = f"and the groups of {whose} are: {own}"
            return Gap(binding, f"is for the group {clip_text(each.name)}, {lacks}", group=each.name)
        named = underlying_role(try_parse_principal(each.name)) if each.kind == "User" else None
        if named and role and (named.account, named.name) == (role.account, role.name):
            words = f"is for the user {clip_text(each.name)}, and the user name is {clip_text(denied.user or '')}, whose end changes with the session"
            return Gap(binding, words)
    return None


def _compare_place(binding: StatedBinding, denied: DeniedRequest) -> Gap | None:
    """Return that a binding gives a group what the request needs in another namespace only."""
    request = denied.request
    group = only_one([each.name for each in binding.subjects if each.kind == "Group"])
    if group is not None and not binding.role and request.namespace is not None:
        return Gap(binding, _describe_place(binding, request))
    is_usable = binding.role.startswith("ClusterRole ") and request.namespace is not None
    if group is None or group.startswith("system:") or not is_usable or not role_allows(denied, binding.role):
        return None
    return Gap(binding, _describe_place(binding, request), is_elsewhere=True, group=group)


def _describe_place(binding: StatedBinding, request: Request) -> str:
    return f"applies only in the namespace {clip_text(binding.namespace or '')}, and the request is in {request.namespace}"


def _covers(rule: Rule, resource: str) -> bool:
    # "*" covers subresources, too, and "*/scale" those of every type.
    subresource = resource.partition("/")[2]
    return _has(rule.resources, resource) or bool(subresource and f"*/{subresource}" in rule.resources)


def _is_misnamed(name: str, resource: str) -> bool:
    """Return whether a name is that of a type in another form: ``Deployment``, ``deployments.apps``."""
    singular = {resource.removesuffix("s"), resource.removesuffix("es"), f"{resource.removesuffix('ies')}y"}
    return name != resource and name.lower().partition(".")[0] in {resource, *singular}


def _has(values: Iterable[str], value: str) -> bool:
    return any(each in {"*", value} for each in values)


def _join(names: Iterable[str]) -> str:
    return clip_text(join_words(tuple(names), "and"))


def _describe_groups(groups: tuple[str, ...]) -> str:
    return f"the API group {join_words([json.dumps(each) for each in groups], 'and')}"
