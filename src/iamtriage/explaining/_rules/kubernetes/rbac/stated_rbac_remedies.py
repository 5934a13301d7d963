"""Correct the roles and bindings in a text that do not allow a request which RBAC denied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import (
    StatedBinding,
    StatedRole,
    find_roles,
)
from iamtriage.explaining._context.readers.pasted_policies import find_file
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest, bind_command
from iamtriage.explaining._rules.kubernetes.entries.entry_groups import (
    add_groups_command,
    change_groups,
    find_own_entry,
)
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import find_known_groups, find_stated_entry
from iamtriage.explaining._rules.kubernetes.rbac import request_checks, stated_rbac
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes.manifests import object_name, patch_with_rule
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, your_remedy

# What keeps the cluster as a repository has it.
_SYNCED = lazy_pattern(r"(?i:git-?ops|\bargo ?cd\b|\bflux(?:cd)?\b)")
_NAME = lazy_pattern(r"[A-Za-z0-9*][\w.:*/-]{0,252}")
# They allow far more than a denied request needs.
_ADMINISTRATORS = frozenset({"admin", "cluster-admin"})
# No other group has types with the names of theirs. Pods are also types of metrics.k8s.io, for example.
_GROUPS_WITH_OWN_TYPES = frozenset({"apps", "autoscaling", "batch", "networking.k8s.io", "policy"})


def gap_remedies(denied: DeniedRequest, gap: stated_rbac.Gap) -> Iterator[Remedy]:
    """Yield the remedy that adds the missing rule to the role, or binds the role where the request is."""
    request, rule, role = denied.request, denied.request.rule, gap.found
    if isinstance(role, StatedBinding):
        yield from _binding_gap_remedies(denied, gap, role)
        return
    name = role.name or ("NAME" if gap.lacks_rule else "")
    lists_few = bool(gap.names) and request.verb in {"list", "watch"}
    if lists_few and denied.kind != "service account" and request.resource is not None:
        yield _name_objects(role, gap, request.resource, request.namespace)
    # A session, whose user name changes, has a role by a group.
    is_unbound = denied.kind == "iam session" and gap.group is None
    if (
        rule is None
        or (is_unbound and gap.lacks_rule)
        or not all(map(_NAME.fullmatch, (name, *rule.verbs, *rule.resources)))
    ):
        return
    if not gap.lacks_rule:
        if not (gap.is_elsewhere or role.has_wildcards or denied.is_default_service_account):
            default = None if role.kind == "ClusterRole" else "NAMESPACE"
            yield from _bind_role(denied, stated_rbac.name_role(role), request.namespace or default)
        return
    namespace = commands.namespace(role.namespace or request.namespace)
    place = () if role.kind == "ClusterRole" else ("-n", namespace)
    bound_to = denied.subject_text
    check = f"The last command answers yes if the role is bound to {bound_to}."
    if gap.group is not None and denied.kind in {"iam session", "user"}:
        bound_to = f"the group {clip_text(gap.group)}"
        check = f"It is bound to {bound_to}, which an access entry or aws-auth must give to {denied.subject_text}."
        if denied.kind == "user" or gap.group in (find_known_groups(denied) or ()):
            check = f"The last command answers yes if the role is bound to {bound_to}."
        denied = attrs.evolve(denied, subject=Subject("Group", gap.group))
    if gap.is_bound:
        works = request_checks.find_working(denied, role)
        check = f"The binding to {bound_to} is right{f': {works} works' if works else ''}."
    if stated_rbac.UNNAMED_VERBS.intersection(rule.verbs):
        # Such a rule of the role was meant for all objects.
        rule = rule._replace(names=())
    kinds = [*rule.groups, "*"]
    is_only_there = _GROUPS_WITH_OWN_TYPES.issuperset(rule.groups)
    if is_only_there and any(
        {*each.resources} & {*rule.resources} and not {*each.groups} & {*kinds} for each in role.rules
    ):
        check += f" The old entry for {' and '.join(rule.resources)} has no effect: remove it. The other entries of its rule stay."
    of_apply = [each for each in ("get", "patch") if not {each, "*"} & {*rule.verbs}]
    patch = f"--patch={patch_with_rule(rule)}"
    call = ("kubectl", "patch", role.kind.lower(), name, *place, "--type=json", patch)
    what = " and ".join(rule.resources)
    everywhere = "in the whole cluster" if role.kind == "ClusterRole" else f"in the namespace {namespace}"
    opens = None
    if lists_few:
        opens = f"It opens all {what} {everywhere}, with their contents: RBAC cannot filter a list by name. To list only some, move them to a namespace of their own, and allow {' and '.join(rule.verbs)} there."
    yield cluster_remedy(
        f"Add the rule to the {role.kind} {role.name or 'in the text'}{', without resourceNames' if gap.names else ''}",
        opens,
        f"If a chart or a repository contains the role, add the rule there. {check}",
        f"kubectl apply also gets and patches objects: for that, add {' and '.join(of_apply)} to the verbs."
        if of_apply and request_checks.may_apply(denied)
        else None,
        commands=(command(*call), request_checks.check_command(denied)),
        url=pages.RBAC,
    )


def _binding_gap_remedies(
    denied: DeniedRequest, gap: stated_rbac.Gap, binding: StatedBinding
) -> Iterator[Remedy]:
    """Yield the remedies for a binding that does not apply to the request."""
    if gap.account is None and gap.meant is None and gap.group is None:
        yield from _binding_remedies(denied, binding)
    elif binding.role.partition(" ")[2] in _ADMINISTRATORS:
        return
    elif gap.account is not None:
        yield _own_account_remedy(denied, binding, gap.account)
    elif gap.meant is not None:
        yield from _subject_correction(denied, binding, *gap.meant)
    elif gap.is_elsewhere:
        of_group = attrs.evolve(denied, subject=Subject("Group", gap.group or ""))
        yield from _bind_role(of_group, binding.role, denied.request.namespace, binding.name)
    else:
        yield from _group_remedies(denied, gap.group or "")
        yield from _own_group_remedies(denied, binding)


def _name_objects(role: StatedRole, gap: stated_rbac.Gap, resource: str, namespace: str | None) -> Remedy:
    """Return the remedy that names an object in the request, as a rule with ``resourceNames`` requires."""
    names, place = gap.names, () if namespace is None else ("-n", commands.namespace(namespace))
    verbs = {verb for each in role.rules if each.names == names for verb in each.verbs}
    one = command("kubectl", "get", resource, names[0], *place) if verbs & {"get", "*"} else None
    few = command("kubectl", "get", resource, *place, "--field-selector", f"metadata.name={names[0]}")
    return your_remedy(
        "Name the object in the request, as the rule requires",
        f"A rule with resourceNames applies only to requests for one of these objects: {join_words(names, 'and')}.{' The binding is right.' if gap.is_bound else ''} A list needs the field selector, which clients such as Lens don't send.",
        f"RBAC cannot filter a list by name. Other lists need a rule without resourceNames, which opens all {resource}, or a namespace of their own for these objects.",
        commands=(one, Labelled("Or:", few) if one else few),
        url=pages.RBAC,
    )  # fmt: skip


def _subject_correction(
    denied: DeniedRequest, binding: StatedBinding, written: Subject, meant: Subject
) -> Iterator[Remedy]:
    """Yield the remedies that correct the kind or the spelling of a binding's subject."""
    value, text = _write_subject(meant), denied.case.failure.text
    change = {"op": "replace", "path": f"/subjects/{binding.subjects.index(written)}", "value": value}
    lines = "\n".join(f"    {key}: {each}" for key, each in value.items())
    old, new, right = f"kind: {written.kind}", f"kind: {meant.kind}", "login and its groups are"
    if written.kind == meant.kind:
        old, new, right = written.name, meant.name, "login is"
    others = f" Others in the group {old} lose the role." if meant.kind == "Group" == written.kind else ""
    kind = f"kind: {binding.kind}\n"
    file = find_file(text, text.find(kind)) if text.count(kind) == 1 else None
    is_synced = file is not None and _SYNCED.search(text) is not None
    how = ". A patch of the cluster would be undone." if is_synced else ", or patch it."
    yield cluster_remedy(
        f"Write {new} instead of {old} in the {binding.kind} {binding.name}",
        f"Change it {f'in {file}' if file else 'where the binding is defined'}, and apply that{how} {_describe_kept(binding, allows=stated_rbac.role_allows(denied, binding.role))} The {right} right.{others}",
        commands=(
            None if is_synced else _patch_command(binding, change),
            request_checks.check_command(attrs.evolve(denied, subject=meant)),
        ),
        manifest=f"subjects:\n  - {lines.strip()}",
        url=pages.RBAC,
    )
    for each in _group_remedies(denied, written.name) if written.kind == meant.kind else ():
        is_whole = each.commands[0].startswith("aws ")
        yield attrs.evolve(each, title=f"Or a{each.title[1:]}", steps=() if is_whole else each.steps)


def _group_remedies(denied: DeniedRequest, group: str) -> Iterator[Remedy]:
    """Yield the remedy that gives the user the group of a binding."""
    if commands.kubernetes_name(group) != group:
        return
    for_group = attrs.evolve(denied, subject=Subject("Group", group))
    steps, lines = change_groups(for_group)
    place, of = "access entry" if denied.cluster.uses_entries else "aws-auth entry", denied.subject_text
    entry = find_own_entry(denied)
    if entry is not None or not (lines or denied.cluster.uses_aws_auth):
        lines = (add_groups_command(for_group, group),)
        unknown = f"PRINCIPAL_ARN is the principal of the access entry with the user name {clip_text(denied.user or '')}."
        steps = (unknown,) if entry is None else ()
        of = of if entry is None else entry.description
    elif not lines and denied.is_iam and find_stated_entry(denied.case.failure, denied.principal):
        place, lines = "access entry", (add_groups_command(for_group, group),)
    elif not lines:
        place, lines = "aws-auth entry", ("kubectl -n kube-system edit configmap aws-auth",)
        steps = (
            f"Add {group} to the groups of the entry with the username {clip_text(denied.user or '')}, and keep its others.",
        )
    yield cluster_remedy(
        f"Add the group {group} to the {place} of {of}",
        *steps,
        commands=(*lines, request_checks.check_command(for_group)),
        url=pages.EKS_ACCESS_ENTRIES if place == "access entry" else pages.EKS_AUTH_CONFIGMAP,
    )


def _own_group_remedies(denied: DeniedRequest, binding: StatedBinding) -> Iterator[Remedy]:
    """Yield the remedy that adds the only group that the user is known to have to a binding for another group."""
    named = (each for each in find_known_groups(denied) or () if not each.startswith("system:"))
    group = only_one([*named])
    if group is None or not all(commands.kubernetes_name(each) == each for each in (group, binding.name)):
        return
    subject = Subject("Group", group)
    yield cluster_remedy(
        f"Or add the group {group} to the subjects of the {binding.kind} {binding.name}",
        f"Everyone in {group} then has the {clip_text(binding.role) or 'role of the binding'}.",
        commands=(
            _patch_command(binding, {"path": "/subjects/-", "value": _write_subject(subject)}),
            request_checks.check_command(attrs.evolve(denied, subject=subject)),
        ),
        url=pages.RBAC,
    )


def _write_subject(subject: Subject) -> dict[str, str]:
    """Return a subject as a binding names it."""
    value = {"kind": subject.kind, "name": subject.name}
    if subject.kind == "ServiceAccount":
        return {**value, "namespace": subject.namespace or ""}
    return {**value, "apiGroup": "rbac.authorization.k8s.io"}


def _patch_command(binding: StatedBinding, change: Mapping[str, object]) -> str:
    """Return the command that changes, or adds, a subject of a binding."""
    patch = json.dumps([{"op": "add", **change}], separators=(",", ":"))
    place = () if binding.kind == "ClusterRoleBinding" else ("-n", commands.namespace(binding.namespace))
    call = (binding.kind.lower(), binding.name, *place, "--type=json", f"--patch={patch}")
    return command("kubectl", "patch", *call)


def _binding_remedies(denied: DeniedRequest, binding: StatedBinding) -> Iterator[Remedy]:
    """Yield the remedy that corrects the subject of a binding, or binds its ClusterRole in another namespace, too."""
    kind, _, role = binding.role.partition(" ")
    namespace = denied.request.namespace
    is_elsewhere = namespace is not None and binding.namespace not in {None, namespace}
    groups = find_known_groups(denied)
    own = next(
        (each for each in binding.subjects if request_checks.matches_subject(each, binding, denied, groups)),
        None,
    )
    if not binding.role and is_elsewhere:
        subject = own or only_one(binding.subjects) or denied.subject
        yield from () if subject is None else (_bind_same_role(denied, binding, subject),)
        return
    is_known = all(commands.kubernetes_name(each) == each for each in (binding.name, role))
    if role in _ADMINISTRATORS or not is_known:
        return
    if denied.request.is_cluster_scope and binding.kind == "RoleBinding":
        yield from _bind_everywhere(attrs.evolve(denied, subject=own), binding.role) if own else ()
        return
    if not (own or (is_elsewhere and binding.kind == "RoleBinding")):
        yield from _subject_remedies(denied, binding)
    elif kind == "ClusterRole" and is_elsewhere and own is not None:
        yield from _bind_role(attrs.evolve(denied, subject=own), binding.role, namespace, binding.name)


def _bind_everywhere(denied: DeniedRequest, role: str) -> Iterator[Remedy]:
    """Yield the remedy that binds a ClusterRole in the text, which allows the request, in the whole cluster."""
    shown = [each for each in find_roles(denied.case.failure.text) if stated_rbac.name_role(each) == role]
    is_usable = role.startswith("ClusterRole ") and stated_rbac.role_allows(denied, role)
    if not shown or not is_usable or shown[0].has_wildcards or denied.is_default_service_account:
        return
    types = {each for rule in shown[0].rules for each in rule.resources} - {denied.request.resource}
    more = f"Its rules for {clip_text(join_words(sorted(types), 'and'))} then apply in all namespaces, too."
    for each in _bind_role(denied, role, None):
        yield attrs.evolve(
            each,
            title=f"{each.title} with a ClusterRoleBinding",
            steps=(*((more,) if types else ()), *each.steps),
        )


def _bind_same_role(denied: DeniedRequest, binding: StatedBinding, subject: Subject) -> Remedy:
    """Return the remedy that binds the role of a binding, which the text does not name, where the request is."""
    place, namespace = commands.namespace(binding.namespace), denied.request.namespace
    query = f"kubectl get rolebinding {binding.name} -n {place} -o jsonpath="
    bind = bind_command("clusterrole=ROLE", binding.name, subject, namespace)
    return cluster_remedy(
        f"Bind the role of the RoleBinding {binding.name} in the namespace {namespace}, too",
        f"A RoleBinding applies only in its own namespace. A Role does, too: if the first command prints Role, create it in {namespace} as well, or use the next remedy.",
        commands=(
            f"{query}'{{.roleRef.kind}} {{.roleRef.name}}'",
            Labelled(
                "If it prints ClusterRole:",
                bind.replace("=ROLE ", f"=\"$({query}'{{.roleRef.name}}')\" ", 1),
            ),
            request_checks.check_command(denied),
        ),
        url=pages.RBAC,
    )


def _subject_remedies(denied: DeniedRequest, binding: StatedBinding) -> Iterator[Remedy]:
    """Yield the remedy that corrects the service account in a binding, or adds one of the same namespace."""
    wanted = denied.subject
    other = next((each for each in binding.subjects if request_checks.is_similar_subject(each, denied)), None)
    allows = stated_rbac.role_allows(denied, binding.role)
    of_other_pods = denied.is_default_service_account and other is not None and other.name != "default"
    if wanted is None or other is None or allows is False or of_other_pods:
        return
    own = f"The subject needs namespace: {wanted.namespace}{f'; the binding stays in {binding.namespace}' if binding.namespace else ''}."
    at = binding.subjects.index(other)
    change: dict[str, object] = {"path": f"/subjects/{at}/namespace", "value": wanted.namespace}
    title = f"Correct the subject's namespace in the {binding.kind} {binding.name}"
    if other.name != wanted.name:
        title = f"Add {denied.subject_text} to the subjects of the {binding.kind} {binding.name}"
        own = f"Or replace {clip_text(other.name)}, if nothing uses it."
        change = {"path": "/subjects/-", "value": wanted._asdict()}
    yield cluster_remedy(
        title,
        f"{own} {_describe_kept(binding, allows=allows)} If a chart or a repository contains the binding, change it there.",
        commands=(_patch_command(binding, change), request_checks.check_command(denied)),
        url=pages.RBAC,
    )


def _describe_kept(binding: StatedBinding, *, allows: bool | None) -> str:
    start = "The roleRef stays:" if allows else "The last command answers yes if"
    return f"{start} the {clip_text(binding.role)} allows the request."


def _own_account_remedy(denied: DeniedRequest, binding: StatedBinding, subject: Subject) -> Remedy:
    """Return the remedy that runs a pod as the service account of a binding instead of as ``default``."""
    workload, role = denied.case.context.workload, clip_text(binding.role)
    account = commands.kubernetes_name(subject.name)
    namespace = commands.namespace(subject.namespace or binding.namespace)
    check = f"The last command answers yes if the {role} allows the request."
    if (allows := stated_rbac.role_allows(denied, role)) is not None:
        check = (
            "" if allows else f"The {role} in the text does not allow the request: add the rule to it, too."
        )
    return your_remedy(
        f"Run the pod as the service account {account}",
        f"In the manifest or chart, set serviceAccountName: {account} in the spec of the pod template. The first command does it at once, and starts new pods. {check}",
        f"If the service account does not exist: kubectl create serviceaccount {account} -n {namespace}.",
        f"Do not bind the {role} to default: every pod of the namespace without a serviceAccountName would get it.",
        commands=(
            f"kubectl set serviceaccount {workload.value if workload else 'deployment/NAME'} {account} -n {namespace}",
            request_checks.check_command(denied, f"system:serviceaccount:{namespace}:{account}"),
        ),
        url="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    )


def _bind_role(
    denied: DeniedRequest, role: str, namespace: str | None, binding: str | None = None
) -> Iterator[Remedy]:
    kind, _, name = role.partition(" ")
    if (subject := denied.subject) is None:
        return
    of_group = "a group of " if subject.kind == "Group" else ""
    title, step = f"Bind the {role} to {of_group}{denied.subject_text}", ""
    check = (
        None
        if stated_rbac.role_allows(denied, role)
        else f"The last command answers yes if the {kind} allows the request."
    )
    if binding is not None:
        title = f"Bind the {role} in the namespace {namespace}, too"
        step = "A RoleBinding applies a ClusterRole only in its own namespace."
        if role == "ClusterRole edit" and stated_rbac.role_allows(denied, "ClusterRole view"):
            name, binding = "view", None
            title = f"Bind the ClusterRole view in the namespace {namespace}"
            step += " There, view is enough: edit also changes objects and reads Secrets."
    binding = binding or object_name(name, subject.namespace or "", subject.name.rpartition(":")[2])
    steps, lines = change_groups(denied)
    is_known = subject.name in (find_known_groups(denied) or ())
    if step and subject.kind == "Group" and not is_known:
        steps, lines = _check_group(denied, subject.name)
    yield cluster_remedy(
        title,
        *steps,
        " ".join(filter(None, (step, check))) or None,
        commands=(
            bind_command(f"{kind.lower()}={name}", binding, subject, namespace),
            *lines,
            request_checks.check_command(denied),
        ),
        url=pages.RBAC,
    )


def _check_group(denied: DeniedRequest, group: str) -> tuple[tuple[str, ...], Commands]:
    """Return the step and the command that show whether the caller has the group of a binding."""
    cluster, principal = denied.cluster, build_cluster_principal(denied.principal, source=denied.case.text)
    step = f"It helps only if {denied.subject_text} has the group {group}."
    if denied.provider is not None or not principal.is_known:
        return (step,), ()
    line = "kubectl -n kube-system get configmap aws-auth -o yaml"
    if cluster.uses_entries:
        query = "accessEntry.kubernetesGroups"
        line = cluster.eks_command("describe-access-entry", query=query, principal=principal.entry_argument)
    return (step,), (Labelled("The groups of the role:", line),)
