"""Read what the AWS CLI prints of the access entry of a principal, and change its groups."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import IdentityCenterRole, Role, ServiceLinkedRole, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.kubernetes import map_entries
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import find_iam_arns
from iamtriage.explaining._rules.shared.commands import kubernetes_name
from iamtriage.explaining._rules.shared.kubernetes_requests import access_policy_allows
from iamtriage.explaining._rules.shared.principal_mappings import RESERVED_PREFIXES, build_cluster_principal
from iamtriage.explaining._rules.shared.principal_words import (
    PLACEHOLDER_ACCOUNT,
    describe_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present

if TYPE_CHECKING:
    from iamtriage.arns._principals import Principal
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.readers.command_runs import CommandRun
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
    from iamtriage.explaining._rules.shared.remedies import Commands
    from iamtriage.failures._failures import Failure

__all__ = (
    "StatedEntry",
    "change_groups",
    "describe_listed",
    "find_former",
    "find_groups",
    "find_listed",
    "find_override",
    "find_policies",
    "find_recreation",
    "find_stated_entry",
    "is_listed",
    "lists_nobody",
    "use_stated_group",
)
_MAX_TEXT = 64_000
_CHARS_OF_POLICIES = 4_000
_MAX_NAMES = 3
_NOBODY = "nobody"
_LISTS = {("eks", "list-access-entries"), ("get", "accessentry"), ("get", "accessentries")}
_NOT_FOUND = "specified principalArn could not be found"
# What kubectl auth whoami prints.
_GROUPS_OF_USER = lazy_pattern(r"^Groups[ \t]{1,40}\[([^\]\n]{0,2000})\]", re.MULTILINE)
_NO_ENTRIES = lazy_pattern(r"\"accessEntries\"\s{0,4}:\s{0,4}\[\s{0,8}\]")
_PRINCIPAL = lazy_pattern(
    r"\"principalArn\"\s{0,4}:\s{0,4}\"(arn:aws[\w-]{0,12}:iam::[0-9]{12}:[\w+=,.@/-]{1,600})\""
)
_GROUPS = lazy_pattern(r"\"kubernetesGroups\"\s{0,4}:\s{0,4}\[([^\[\]]{0,4000})\]")
_GROUP = lazy_pattern(r"\"([\w.:@/-]{1,100})\"")
_NAME_OF_GROUP = lazy_pattern(r"[\w.:@/-]{1,100}")
_POLICIES = lazy_pattern(r"\"associatedAccessPolicies\"\s{0,4}:\s{0,4}\[")
_POLICY = lazy_pattern(r":cluster-access-policy/(\w{1,80})", re.ASCII)
_CLUSTER_SCOPE = lazy_pattern(r"\btype\"\s{0,4}:\s{0,4}\"cluster\"")
_TIME = lazy_pattern(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")

MAP_OVERRIDDEN = CauseType(
    "map-overridden",
    title="The access entry takes precedence over the aws-auth entry",
    meaning="The principal has an access entry and an entry in aws-auth. Only the access entry has an effect, and it lacks the groups of the other one.",
    recognised_by="The text shows an aws-auth entry of the caller, and an access entry without its groups or another user name.",
    fix="Grant the access entry what the aws-auth entry granted, or delete it.",
    sources=("https://docs.aws.amazon.com/eks/latest/userguide/migrating-access-entries.html",),
)


class StatedEntry(NamedTuple):
    """The access entry that a text shows."""

    principal: Principal
    groups: tuple[str, ...]
    policies: tuple[str, ...] | None
    has_cluster_scope: bool = False

    @property
    def allowing_policy(self) -> str | None:
        """The policy that shows all objects, if the entry has it for the whole cluster."""
        wide = (each for each in self.policies or () if access_policy_allows(each, "list", "", "nodes"))
        return next(wide, None) if self.has_cluster_scope else None

    @property
    def lack(self) -> str:
        """What the entry lacks, as the end of a sentence."""
        if self.policies and not (self.groups or self.has_cluster_scope):
            named = join_words([*map(clip_text, self.policies[:_MAX_NAMES])], "and")
            return f"{named} {'applies' if len(self.policies) == 1 else 'apply'} only in some namespaces"
        if self.groups or self.policies:
            parts = (*map(clip_text, self.groups), *map(clip_text, self.policies or ()))
            return (
                f"{join_words(parts[:_MAX_NAMES], 'and')} {'do' if len(parts) > 1 else 'does'} not allow it"
            )
        if self.policies is None:
            return "it has no Kubernetes group, and needs an access policy"
        return "it grants nothing, as it has no Kubernetes group and no access policy"


def find_stated_entry(failure: Failure, caller: Principal | None = None) -> StatedEntry | None:
    """Return the only access entry whose groups a text shows, unless it is known to be another principal's."""
    if "kubernetesGroups" not in failure.text:
        return None
    text = failure.text[:_MAX_TEXT]
    arns, groups = set(_PRINCIPAL.findall(text)), set(_GROUPS.findall(text))
    for run in find_runs(failure) if not groups else ():
        if (queried := _read_query(run)) is not None:
            arns, groups = {*arns, queried[0]}, {*groups, json.dumps(queried[1])}
    principal = try_parse_principal(arns.pop()) if len(arns) == 1 else None
    is_of_other = caller is not None and _identify(principal) != _identify(caller)
    if principal is None or is_of_other or len(groups) != 1:
        return None
    listed = _POLICIES.search(text)
    policies = None
    if listed is not None:
        policies = tuple(_POLICY.findall(text, listed.end(), listed.end() + _CHARS_OF_POLICIES))
    is_wide = policies is not None and _CLUSTER_SCOPE.search(text) is not None
    return StatedEntry(principal, tuple(_GROUP.findall(groups.pop())), policies, is_wide)


def _read_query(run: CommandRun) -> tuple[str, list[str]] | None:
    """Return the principal and the groups of an access entry of which a command prints members with ``--query``."""
    query, stated = run.command.option("query"), run.command.option("principal-arn")
    if stated is None or query is None or "kubernetesGroups" not in query.value:
        return None
    expression = query.value.removeprefix("accessEntry.")
    members = expression.strip("[]{}").split(",")
    at = next(index for index, each in enumerate(members) if "kubernetesGroups" in each)
    value: object = run.output.partition("\n")[0].split() if run.command.option("output") else None
    with suppress(ValueError, RecursionError):  # text
        value = json.JSONDecoder().raw_decode(run.output.strip())[0]
    if isinstance(value, dict):
        value = cast("dict[str, object]", value).get(members[at].partition(":")[0].strip())
    elif isinstance(value, list) and len(members) > 1:
        values = cast("list[object]", value)
        value = values[at] if len(values) == len(members) else None
    groups = [str(each) for each in cast("list[object]", value)] if isinstance(value, list) else ["?"]
    return (stated.value, groups) if all(map(_NAME_OF_GROUP.fullmatch, groups)) else None


def find_listed(failure: Failure) -> tuple[Principal, ...] | None:
    """Return the principals of the access entries that a text lists, or ``None`` if it lists none or only a page."""
    if not any(sign in failure.text for sign in ("list-access-entries", "get accessentr")):
        return None
    outputs = [run.output for run in find_runs(failure) if run.command.words[:2] in _LISTS]
    if len(outputs) != 1 or "nextToken" in outputs[0]:
        return None
    principals = map(try_parse_principal, find_iam_arns(outputs[0].partition("]")[0]))
    listed = tuple(each for each in principals if each is not None)
    return listed if listed or _NO_ENTRIES.search(outputs[0]) else None


def find_policies(failure: Failure) -> tuple[str, ...]:
    """Return the access policies that the only list of a principal's associations in a text contains."""
    if "list-associated-access-policies" not in failure.text:
        return ()
    runs = [
        run.output
        for run in find_runs(failure)
        if run.command.words[:2] == ("eks", "list-associated-access-policies")
    ]
    return tuple(dict.fromkeys(_POLICY.findall(runs[0]))) if len(runs) == 1 else ()


def find_groups(denied: DeniedRequest) -> tuple[str, ...] | None:
    """Return the Kubernetes groups that a text shows of the user of a request, or ``None`` if it shows none."""
    text = denied.case.failure.text
    if (printed := _GROUPS_OF_USER.search(text)) is not None:
        return tuple(printed[1].split())
    entry = find_stated_entry(denied.case.failure, denied.principal) if denied.is_iam else None
    if entry is not None:
        return entry.groups
    role = underlying_role(denied.principal)
    mapped = [
        each
        for each in denied.case.context.mappings
        if each.username == denied.user
        or (role is not None and _identify(try_parse_principal(each.arn)) == _identify(role))
    ]
    return mapped[0].groups if len(mapped) == 1 else None


def is_listed(failure: Failure, principal: Principal | None) -> bool | None:
    """Return whether a text shows that a principal has an access entry, or ``None`` if it does not show it."""
    listed = None if principal is None else find_listed(failure)
    if listed is not None:
        return any(is_same_principal(each, principal) for each in listed)
    if principal is None or "describe-access-entry" not in failure.text:
        return None
    for run in find_runs(failure):
        stated = run.command.option("principal-arn")
        if stated is None or run.command.words[:2] != ("eks", "describe-access-entry"):
            continue
        if is_same_principal(try_parse_principal(stated.value), principal):
            is_shown = "accessEntry" in run.output or _read_query(run) is not None
            return True if is_shown else False if _NOT_FOUND in run.output else None
    return None


def lists_nobody(failure: Failure, region: str | None) -> bool:
    """Return whether a text lists the access entries of a cluster in this Region, and there are none."""
    if find_listed(failure) is None or describe_listed(failure) != _NOBODY:
        return False
    stated = (run.command.option("region") for run in find_runs(failure) if run.command.words[:2] in _LISTS)
    return all(each is None or each.value == region for each in stated)


def find_former(failure: Failure, principal: Principal | None) -> IdentityCenterRole | None:
    """Return the listed role of the caller's permission set, which has another suffix.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    """
    role = underlying_role(principal)
    if not isinstance(role, IdentityCenterRole) or role.permission_set is None:
        return None
    listed = (each for each in find_listed(failure) or () if isinstance(each, IdentityCenterRole))
    return next((each for each in listed if each.permission_set == role.permission_set), None)


def describe_listed(failure: Failure) -> str:
    """Return for whom the access entries are that a text lists, as a phrase.

    The service-linked role of EKS is in every cluster.
    """
    listed = [each for each in find_listed(failure) or () if not isinstance(each, ServiceLinkedRole)]
    names = [clip_text(describe_principal(each, None).rpartition(" ")[2]) for each in listed]
    more = [f"{len(names) - _MAX_NAMES} others"] if len(names) > _MAX_NAMES else []
    return join_words([*names[:_MAX_NAMES], *more], "and") or _NOBODY


def find_recreation(failure: Failure, caller: Principal | None) -> tuple[Principal, str, str] | None:
    """Return a principal that is newer than its access entry, and the days of their creation, if a text shows both."""
    if "describe-access-entry" not in failure.text:
        return None
    runs = {run.command.words[:2]: run for run in find_runs(failure)}
    entry = runs.get(("eks", "describe-access-entry"))
    of_iam = runs.get(("iam", "get-role")) or runs.get(("iam", "get-user"))
    stated = entry and entry.command.option("principal-arn")
    name = of_iam and of_iam.command.option("role-name", "user-name")
    principal = try_parse_principal(stated.value) if stated else None
    if not (entry and of_iam and name and principal and str(principal).endswith(f"/{name.value}")):
        return None
    arns = [each for each in find_iam_arns(of_iam.output) if each.endswith(f"/{name.value}")]
    others = [each for each in (caller, *map(try_parse_principal, arns)) if each is not None]
    is_same = all(_identify(each) == _identify(principal) for each in others)
    entered, created = _find_creation(entry), _find_creation(of_iam)
    is_newer = entered is not None and created is not None and entered < created
    return (principal, str(created)[:10], str(entered)[:10]) if is_same and is_newer else None


def _find_creation(run: CommandRun) -> datetime | None:
    """Return when what a command describes was created: the first of the times that it prints."""
    query = run.command.option("query")
    if query is not None and "create" not in query.value.lower():
        return None
    with suppress(ValueError):  # no time, or none that exists
        return min(map(datetime.fromisoformat, _TIME.findall(run.output)))
    return None


def is_same_principal(first: Principal | None, second: Principal | None) -> bool:
    """Return whether two ARNs are of the same principal, with or without the path of a role, or a masked account."""
    one, other = _identify(first), _identify(second)
    if isinstance(one, tuple) and isinstance(other, tuple) and PLACEHOLDER_ACCOUNT in {one[0], other[0]}:
        return one[1] == other[1]
    return one == other


def _identify(principal: Principal | None) -> tuple[str, str] | Principal | None:
    """Return what sessions and ARNs without a path have in common with a role: its account and name."""
    role = underlying_role(principal)
    return principal if role is None else (role.account, role.name)


def use_stated_group(denied: DeniedRequest) -> DeniedRequest:
    """Return the request of a session with the only group that a text shows of it, to which a role can be bound."""
    own = find_groups(denied) if denied.kind == "iam session" else None
    names = [each for each in own or () if not each.startswith("system:") and kubernetes_name(each) == each]
    return attrs.evolve(denied, subject=Subject("Group", names[0])) if len(names) == 1 else denied


_GROUPS_IN_TERRAFORM = lazy_pattern(
    r"^[ \t]{0,20}kubernetes_groups[ \t]{0,20}=[ \t]{0,4}\[(?P<groups>(?:[ \t]{0,4}\"[\w:.-]{1,63}\",?){0,8})[ \t]{0,4}\]",
    re.MULTILINE,
)


def change_groups(denied: DeniedRequest) -> tuple[tuple[str, ...], Commands]:
    """Return the steps and commands that give the caller the group of the binding."""
    if denied.kind != "iam session" or denied.subject is None or denied.subject.kind != "Group":
        return (), ()
    cluster, group = denied.cluster, denied.subject.name
    principal = build_cluster_principal(denied.principal, source=denied.case.text)
    lines: list[str | Labelled] = []
    where = "the access entry" if cluster.uses_entries else "the aws-auth entry"
    effect = f"The user name contains the session name, so the binding is for the group {group} of {where}."
    steps = [effect]
    # Terraform resets what a command changes.
    in_code = [*_GROUPS_IN_TERRAFORM.finditer(denied.case.failure.text)] if cluster.uses_entries else []
    if len(in_code) == 1:
        listed = ", ".join(filter(None, (in_code[0]["groups"].strip(" \t,"), f'"{group}"')))
        return (
            f"{effect} In Terraform, set kubernetes_groups = [{listed}] in that entry, and apply it.",
        ), ()
    if cluster.uses_entries:
        if group in (find_groups(denied) or ()):
            effect = f"The user name contains the session name, so the binding is for the group {group}, which {denied.subject_text} has. Others in the group get the permission, too."
            return (effect,), ()
        update = _add_groups_command(denied, group)
        if update.startswith("aws "):
            return (effect,), (update,)
        lines = [Labelled("Then add the group to those of the entry, which an update replaces:", update)]
        steps = [effect, *([principal.path_note] if principal.path_note else [])]
    if cluster.uses_aws_auth:
        edit = "kubectl -n kube-system edit configmap aws-auth"
        add = f"add {group} to the groups of the entry with the rolearn {principal.aws_auth_arn}"
        if cluster.uses_entries:
            lines.append(Labelled(f"Or, if aws-auth maps the role, {add}:", edit))
        else:
            lines.append(edit)
            steps.append(f"{add[:1].upper()}{add[1:]}.")
    return tuple(steps), tuple(lines)


def _add_groups_command(denied: DeniedRequest, *groups: str) -> str:
    """Return the command that adds groups to the access entry of the caller."""
    entry = find_stated_entry(denied.case.failure, denied.principal)
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
    """Return that an access entry overrides an ``aws-auth`` entry with more groups, if a text shows both.

    It is a clause, a cause and the remedies, which require no access to the cluster.
    """
    failure, cluster = denied.case.failure, denied.cluster
    caller = underlying_role(denied.principal) or denied.principal
    if not isinstance(caller, Role | User) or not cluster.uses_entries or denied.allowing_policy:
        return None
    found = map_entries.find_entries(denied.case.context.mappings, caller)
    mapped = next((each.entry for each in found if not each.difference), None)
    if mapped is None or map_entries.is_for_nodes(mapped):
        return None
    entry, because = find_stated_entry(failure, denied.principal), "The text shows the access entry."
    if entry is None and not is_listed(failure, denied.principal):
        # Without a user name of its own, an access entry gives the ARN of the caller.
        if mapped.username is None or "arn:" in mapped.username:
            return None
        because = f"The request has the ARN as its user name, and aws-auth has {clip_text(mapped.username)}."
    runs = (run for run in find_runs(failure) if run.command.words[:2] == ("eks", "describe-access-entry"))
    if created := next(filter(None, map(_find_creation, runs)), None):
        because = f"The text shows the access entry, which was created on {str(created)[:10]}."
    lost = tuple(each for each in mapped.groups if entry is None or each not in entry.groups)
    if not lost:
        return None
    named = join_words([*map(clip_text, lost)], "and")
    groups = "" if entry is None else f", which has {join_words(entry.groups, 'and') or 'no group'},"
    verdict = f"its access entry{groups} takes precedence over its entry in aws-auth, where {named} no longer {'has' if len(lost) == 1 else 'have'} an effect"
    if not cluster.uses_aws_auth:
        verdict = f"with the authentication mode API, only its access entry{groups} has an effect, not its entry in aws-auth with {named}"
    cause = MAP_OVERRIDDEN.cause("derived", because, text=f"{verdict[:1].upper()}{verdict[1:]}.")
    return verdict, cause, _override_remedies(denied, lost)


def _override_remedies(denied: DeniedRequest, lost: tuple[str, ...]) -> tuple[Remedy, ...]:
    principal = build_cluster_principal(denied.principal, source=denied.case.text)
    own = tuple(each for each in lost if not each.startswith(RESERVED_PREFIXES))
    policy, why = None if own else denied.policy or denied.view_policy, None
    if "system:masters" in lost:
        policy = "AmazonEKSClusterAdminPolicy"
        why = f"{policy} replaces system:masters, which access entries cannot have."
    delete = denied.cluster.eks_command("delete-access-entry", principal=principal.entry_argument)
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
            commands=delete,
            url=pages.EKS_ACCESS_ENTRIES,
        )
        if denied.cluster.uses_aws_auth
        else None,
    )
