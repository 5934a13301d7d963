"""Check the pod behind a request, and build the commands that allow it, or check whether Kubernetes does."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers import statements
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import StatedBinding, StatedRole
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.kubernetes import denied_requests
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests, manifests
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

# What kubectl create and kubectl apply say.
_FILE_CREATED = "error when creating "
_POD_SPEC = lazy_pattern(r"(?m)^[ \t]{0,40}spec:[ \t]{0,8}\n[ \t]{1,42}containers:\s")
VERB = lazy_pattern(r"[a-z]{2,24}")
PATH = lazy_pattern(r"/[\x21-\x7e]{0,299}")
ADMINISTRATORS = "system:masters"
_USER_NAME = lazy_pattern(r"(?a)[A-Za-z0-9][\w.:@+-]{0,252}")
_AS = lazy_pattern(r" --as(?:-group|-uid|-user-extra)?[ =]\S+")
_PLAIN = lazy_pattern(r"(?a)kubectl(?!.*(?:token|password))[\w ./:,=@-]{1,200}")


class Impersonation(NamedTuple):
    """A command that impersonates a user: its groups that nothing allows, and the command without these options."""

    groups: tuple[str, ...]
    rest: str | None


def find_template_without_account(denied: denied_requests.DeniedRequest) -> str | None:
    """Return the pod template in the text that names no service account, as a phrase, if the pod runs as ``default``."""
    if not denied.is_default_service_account:
        return None
    text, workload = denied.case.failure.text, denied.case.context.workload
    # That the pod runs as default is known, so a part of the template is enough, if nothing is cut out.
    may_name = any(map(text.__contains__, ("serviceAccount", "...", "…")))
    is_shown = not may_name and _POD_SPEC.search(text) is not None
    if not (is_shown or read_pod_evidence(text).is_default):
        return None
    return "the pod template in the text" if workload is None else clip_text(workload.value)


def may_apply(denied: denied_requests.DeniedRequest) -> bool:
    """Return whether ``kubectl apply`` may have made the request, which needs more verbs for objects that exist."""
    is_unknown = denied.installer is None and "kubectl create" not in denied.case.text
    return is_unknown and denied.request.verb == "create" and _FILE_CREATED in message_text(denied.case)


def check_caller_remedy(denied: denied_requests.DeniedRequest) -> Remedy:
    """Return the remedy for a caller whose access policy in the text allows the request."""
    request = denied.request
    place = () if request.namespace is None else ("-n", commands.namespace(request.namespace))
    return your_remedy(
        "Retry after a few seconds, and check the user and the cluster of kubectl",
        f"{denied.allowing_policy} must be associated with the principal that the first command prints, in the cluster that the second one prints.",
        commands=(
            "kubectl auth whoami",
            "kubectl config view --minify --output 'jsonpath={.clusters[0].name}'",
            commands.command("kubectl", "auth", "can-i", *can_i_arguments(request), *place),
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )


_OF_NAMESPACE = lazy_pattern(r" (?:-n|--namespace)[ =]?([a-z0-9-]{1,63})")
# Another user can have made the call.
_OTHER_IDENTITIES = ("as", "as-group", "context", "kubeconfig", "token", "user")


def find_working(denied: denied_requests.DeniedRequest, role: StatedRole) -> str | None:
    """Return the command that succeeded with what a role allows, in the namespace of the denied request."""
    runs = [run for run in find_runs(denied.case.failure) if run.command.program == "kubectl"]
    if any(run.command.option(each) for run in runs for each in _OTHER_IDENTITIES):
        return None
    for run in runs:
        verb, kind, *_ = (*run.command.words, "", "")
        place = run.command.option("namespace") or run.command.option("n")
        is_there = place is None or place.value == denied.request.namespace
        listed = {each for rule in role.rules if "list" in rule.verbs for each in rule.resources}
        if verb == "get" and is_there and run.has_succeeded and kind in listed:
            return f"kubectl get {kind}"
    for kind in (each for rule in role.rules if "list" in rule.verbs for each in rule.resources):
        said = re.compile(rf"\bkubectl get {re.escape(kind)}\b(?! (?!are\b|is\b|run|succe|work)[a-z])")
        works = statements.find_working(denied.case.failure.text, said)
        named = _OF_NAMESPACE.search(works or "")
        if works and (named is None or named[1] == denied.request.namespace):
            return f"kubectl get {kind}"
    return None


def check_remedy(denied: denied_requests.DeniedRequest) -> Remedy | None:
    request = denied.request
    if request.resource is None and request.path is None:
        return None
    steps: list[str] = []
    if denied.kind != "service account" and denied.provider is None:
        steps.append(
            "With --as, only RBAC roles apply, not access policies. The caller can check both with the same command without --as and --as-group."
        )
    check = check_command(denied)
    return cluster_remedy(f"Check the result with {check}", *steps, commands=check, url=pages.RBAC)


def check_command(denied: denied_requests.DeniedRequest, user: str | None = None) -> str:
    """Return the command that checks whether the user of a request, or another one, can do it."""
    request = denied.request
    arguments = ["kubectl", "auth", "can-i", *can_i_arguments(request)]
    has_namespaces = request.path is None and not request.is_cluster_scoped_type
    is_in_namespace = request.namespace is not None or (has_namespaces and not request.is_cluster_scope)
    if request.path is None and is_in_namespace:
        arguments += ["-n", commands.namespace(request.namespace)]
    elif has_namespaces:
        arguments.append("--all-namespaces")
    # After an equals sign, no name can be mistaken for an option.
    arguments.append(f"--as={kubernetes_requests.user_argument(user or denied.user)}")
    if denied.subject is not None and denied.subject.kind == "Group":
        arguments.append(f"--as-group={denied.subject.name}")
    return commands.command(*arguments)


def find_impersonation(denied: denied_requests.DeniedRequest) -> Impersonation | None:
    """Return the kubectl command with ``--as`` whose impersonation RBAC denied."""
    request = denied.request
    if request.verb != "impersonate" or request.resource not in {"groups", "users"} or request.name is None:
        return None
    for run in find_runs(denied.case.failure):
        user = run.command.option("as")
        groups = tuple(dict.fromkeys(value for key, value in run.command.options if key == "as-group"))
        is_for_group = request.resource == "groups" and request.name in groups
        if run.command.program != "kubectl" or user is None:
            continue
        if is_for_group or (request.resource == "users" and user.value == request.name):
            # The API server checks the user first, and then each group.
            at = groups.index(request.name) if is_for_group else 0
            rest = _AS.sub("", run.command.text)
            return Impersonation(groups[at:], rest if _PLAIN.fullmatch(rest) else None)
    return None


def own_rights_remedy(denied: denied_requests.DeniedRequest, found: Impersonation) -> Remedy:
    """Return the remedy that does without the impersonation."""
    options = "--as and --as-group" if found.groups else "--as"
    return your_remedy(
        f"{'Run' if ADMINISTRATORS in found.groups else 'Or run'} the command without {options}, if {denied.subject_text} may do this itself",
        commands=found.rest,
    )


def can_i_arguments(request: kubernetes_requests.Request) -> tuple[str, ...]:
    verb, resource = request.verb or "", request.type_argument
    if request.verbs == denied_requests.VERBS_OF_PATCH:
        verb = "patch"
    if request.path is not None and not PATH.fullmatch(request.path):
        resource = "PATH"
    name = request.granted_name
    if name is not None and commands.kubernetes_name(name) == name:
        resource = f"{resource}/{name}"
    sub = request.subresource
    rest = (f"--subresource={sub}",) if sub and commands.kubernetes_name(sub) == sub else ()
    return (verb if VERB.fullmatch(verb) else "VERB", resource, *rest)


def account_commands(request: kubernetes_requests.Request, account: str, namespace: str) -> tuple[str, ...]:
    """Return the commands that create a service account, with a role that allows only a request, if that is known."""
    create = commands.command("kubectl", "create", "serviceaccount", account, "-n", namespace)
    if request.rule is None:
        return (create,)
    scope, name = role_scope(request), role_name(request)
    binding = manifests.object_name(name, namespace if scope is None and namespace.islower() else "")
    subject = Subject("ServiceAccount", account, namespace)
    return (create, *role_commands(request, name, binding, subject, scope))


def role_scope(request: kubernetes_requests.Request) -> str | None:
    is_cluster_wide = request.is_cluster_scope or (
        request.is_cluster_scoped_type and request.namespace is None
    )
    return None if is_cluster_wide else request.namespace or "NAMESPACE"


def role_name(request: kubernetes_requests.Request) -> str:
    several = "read" if kubernetes_requests.READ_VERBS.issuperset(request.verbs) else "manage"
    return manifests.object_name(
        request.verb or "" if len(request.verbs) < 2 else several,
        request.type_argument,
        request.subresource,
        request.granted_name or "",
    )


def role_commands(
    request: kubernetes_requests.Request,
    role: str,
    binding: str,
    subject: Subject,
    namespace: str | None,
    names: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the commands that create the role, for one object or several, and its binding, which fail if they exist already.

    Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#command-line-utilities
    """
    scope = () if namespace is None else ("-n", commands.namespace(namespace))
    kind = "clusterrole" if namespace is None else "role"
    verb = ",".join(request.verbs) or request.verb
    allowed = [f"--verb={verb if VERB.fullmatch(request.verb or '') else 'VERB'}"]
    if request.path is not None:
        allowed.append(f"--non-resource-url={request.path if PATH.fullmatch(request.path) else 'PATH'}")
    else:
        sub, type_ = request.subresource, request.type_argument
        types = (
            f"{type_}/{commands.kubernetes_name(sub)}" if sub else type_,
            *(f"{type_}/{each}" for each in request.subresources),
        )
        allowed.append(f"--resource={','.join(types)}")
    limits = names or filter(None, (request.granted_name,))
    # Names of users and groups can have colons, and an at sign.
    pattern = _USER_NAME if request.verb == "impersonate" else None
    for each in limits:
        is_plain = pattern is not None and pattern.fullmatch(each) is not None
        allowed += (f"--resource-name={each if is_plain else commands.kubernetes_name(each)}",)
    return (
        commands.command("kubectl", "create", kind, role, *scope, *allowed),
        denied_requests.bind_command(f"{kind}={role}", binding, subject, namespace),
    )


def matches_subject(
    subject: Subject,
    binding: StatedBinding,
    denied: denied_requests.DeniedRequest,
    groups: tuple[str, ...] | None = None,
) -> bool:
    """Return whether a subject of a binding is the user of a request, or one of the groups."""
    wanted = denied.subject
    if subject.kind == "Group":
        return subject.name in (groups or ())
    if wanted is not None and subject.kind == "ServiceAccount" == wanted.kind:
        return subject.name == wanted.name and (subject.namespace or binding.namespace) == wanted.namespace
    return wanted is not None and subject.kind == "User" and subject.name == denied.user


def is_similar_subject(subject: Subject, denied: denied_requests.DeniedRequest) -> bool:
    """Return whether a subject is a service account of the same name or namespace as that of a request."""
    wanted = denied.subject
    if wanted is None or not subject.kind == "ServiceAccount" == wanted.kind:
        return False
    return subject.name == wanted.name or subject.namespace == wanted.namespace is not None
