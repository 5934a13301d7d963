"""Compare a request that RBAC denied with the roles that the text contains.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.roles import find_roles
from iamtriage.explaining._rules.kubernetes import rbac_remedies
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.manifests import object_name
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.readers.kubernetes.roles import RoleRule, StatedRole
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
    from iamtriage.explaining._rules.shared.kubernetes_requests import Request

_NAME = lazy_pattern(r"[A-Za-z0-9*][\w.:*/-]{0,252}")
STATED_ROLE_LACKS_RULE = CauseType(
    "stated-role-lacks-rule",
    title="The role in the text does not allow the request",
    meaning="The text contains a role that is close to what the request needs: a rule for the type without its subresource, with other verbs, or in another API group.",
    recognised_by="The text contains a Role or ClusterRole.",
    fix="Add the missing rule to the role.",
    sources=(pages.RBAC,),
)
STATED_ROLE_NOT_BOUND = CauseType(
    "stated-role-not-bound",
    title="The role in the text allows the request, but does not apply to it",
    meaning="The text contains a role that allows the request. It is not bound to the user, or is in another namespace.",
    recognised_by="The text contains a Role or ClusterRole.",
    fix="Bind the role to the user, in the namespace of the request.",
    sources=(pages.RBAC,),
)


class RoleGap(NamedTuple):
    """What a role in the text lacks for a request.

    Attributes:
        role: The role.
        words: What it lacks, as the end of a sentence that begins with the role.
        lacks_rule: Whether it needs a rule; otherwise it allows the request where it applies.
        is_elsewhere: Whether it does not apply where the request is.
    """

    role: StatedRole
    words: str
    lacks_rule: bool = True
    is_elsewhere: bool = False

    @property
    def name(self) -> str:
        """The role in words."""
        return f"the {self.role.kind} {clip_text(self.role.name)} in the text"

    @property
    def cause(self) -> Cause:
        """The gap as a cause."""
        cause = STATED_ROLE_LACKS_RULE if self.lacks_rule else STATED_ROLE_NOT_BOUND
        return cause.cause("derived", text=f"The{self.name[3:]} {self.words}.")


def find_role_gap(denied: DeniedRequest) -> RoleGap | None:
    """Return what the role in the text that comes closest lacks for a request, if the text contains roles."""
    request = denied.request
    if request.path is not None or request.resource is None or request.verb is None:
        return None
    gaps = [
        gap for role in find_roles(denied.case.failure.text) if (gap := _compare(role, request)) is not None
    ]
    return next((each for each in gaps if not each.lacks_rule), None) or next(iter(gaps), None)


def _compare(role: StatedRole, request: Request) -> RoleGap | None:
    verb, resource, group = request.verb or "", request.resource or "", request.group
    base, _, subresource = resource.partition("/")
    in_group = [each for each in role.rules if group is None or _has(each.groups, group)]
    of_type = [each for each in in_group if _covers(each, resource)]
    allowing = [each for each in of_type if _has(each.verbs, verb)]
    if any(not each.names or request.name in each.names for each in allowing):
        return _compare_scope(role, request)
    if allowing:
        names = join_words(tuple(map(clip_text, allowing[0].names)), "and")
        return RoleGap(role, f"allows {verb} on {resource} only for {names}")
    if of_type:
        verbs = dict.fromkeys(each for rule in of_type for each in rule.verbs)
        return RoleGap(
            role, f"allows only {clip_text(join_words(tuple(verbs), 'and'))} on {resource}, not {verb}"
        )
    if subresource and any(_covers(each, base) for each in in_group):
        return RoleGap(role, f"has {base}, but not {resource}: a subresource is a type of its own in RBAC")
    other = next((each for each in role.rules if _covers(each, resource) and _has(each.verbs, verb)), None)
    if other is not None and group is not None:
        return RoleGap(
            role,
            f"has {resource} in {_describe_groups(other.groups)}, but they are in {_describe_groups((group,))}",
        )
    return None


def _compare_scope(role: StatedRole, request: Request) -> RoleGap:
    if role.kind == "Role" and request.is_cluster_scope:
        return RoleGap(
            role,
            "allows it only in its namespace, and the request is for the whole cluster",
            lacks_rule=False,
            is_elsewhere=True,
        )
    if role.namespace is not None and request.namespace not in {None, role.namespace}:
        words = f"allows it only in the namespace {role.namespace}, and the request is in {request.namespace}"
        return RoleGap(role, words, lacks_rule=False, is_elsewhere=True)
    elsewhere = "it is in another namespace, or " if role.kind == "Role" and role.namespace is None else ""
    return RoleGap(role, f"allows it, so {elsewhere}no binding applies it to the user", lacks_rule=False)


def _covers(rule: RoleRule, resource: str) -> bool:
    # "*" covers subresources, too, and "*/scale" those of every type.
    subresource = resource.partition("/")[2]
    return _has(rule.resources, resource) or bool(subresource and f"*/{subresource}" in rule.resources)


def _has(values: Iterable[str], value: str) -> bool:
    return any(each in {"*", value} for each in values)


def _describe_groups(groups: tuple[str, ...]) -> str:
    return f"the API group {join_words([json.dumps(each) for each in groups], 'and')}"


def role_gap_remedies(denied: DeniedRequest, gap: RoleGap) -> tuple[Remedy, ...]:
    """Return the remedy that adds the missing rule to the role of the text, or that binds the role."""
    request, role, rule = denied.request, gap.role, denied.request.rule
    is_session = denied.kind == "iam session"  # whose user name changes
    if rule is None or is_session or not all(map(_is_known, (role.name, *rule.verbs, *rule.resources))):
        return ()
    kind = role.kind.lower()
    if gap.lacks_rule:
        value = {"apiGroups": rule.groups, "resources": rule.resources, "verbs": rule.verbs}
        if rule.names:
            value["resourceNames"] = rule.names
        scope = (
            ()
            if role.kind == "ClusterRole"
            else ("-n", commands.namespace(role.namespace or request.namespace))
        )
        patch = json.dumps([{"op": "add", "path": "/rules/-", "value": value}], separators=(",", ":"))
        title = f"Add the rule to the {role.kind} {role.name}"
        where = "If a chart or a repository has the role, add the rule there. "
        line = command("kubectl", "patch", kind, role.name, *scope, "--type=json", f"--patch={patch}")
    elif gap.is_elsewhere or denied.subject is None or role.has_wildcards:
        return ()
    else:
        is_wide = role.kind == "ClusterRole" and request.namespace is None
        scope = () if is_wide else ("-n", commands.namespace(request.namespace))
        binding = object_name(
            role.name, denied.subject.namespace or "", denied.subject.name.rpartition(":")[2]
        )
        title, where = f"Bind the {role.kind} {role.name} to {denied.subject_text}", ""
        bound = (f"--{kind}={role.name}", rbac_remedies.subject_option(denied.subject))
        line = command(
            "kubectl", "create", f"{'cluster' if is_wide else ''}rolebinding", binding, *scope, *bound
        )
    return (
        cluster_remedy(
            title,
            f"{where}The last command answers yes if the role is bound to {denied.subject_text}.",
            commands=(line, rbac_remedies.check_command(denied)),
            url=pages.RBAC,
        ),
    )


def _is_known(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
