"""Build the remedies for requests that RBAC denies.

They grant exactly the denied request by a role, and name groups and access policies that grant it, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import StatedBinding, StatedRole
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import denied_requests
from iamtriage.explaining._rules.kubernetes.entries import entry_groups
from iamtriage.explaining._rules.kubernetes.other_logins import GKE
from iamtriage.explaining._rules.kubernetes.rbac import request_checks, stated_rbac
from iamtriage.explaining._rules.kubernetes.rbac.installer_remedies import (
    administrator_remedy,
    describe_limit,
    installer_remedies,
)
from iamtriage.explaining._rules.kubernetes.rbac.repeated_entries import (
    find_repeated_entry,
    merge_remedies,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests, manifests
from iamtriage.explaining._rules.shared.remedies import (
    Commands,
    cluster_remedy,
    owner_remedy,
    present,
    your_remedy,
)

_MISSING_ROLE = lazy_pattern(
    r"RBAC: \[?(role|clusterrole)\.rbac\.authorization\.k8s\.io \"([^\"]{1,253})\" not found"
)
# The API server creates these roles, with rules of its own.
_BUILT_IN = lazy_pattern(r"cluster-admin|admin|edit|view|system:(?:controller:)?[a-z-]{1,60}")
# Names of roles can have colons.
_ROLE_NAME = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,252}")
# The names of the pods of a StatefulSet stay the same. Those of others end in random letters and digits.
_OF_STATEFUL_SET = lazy_pattern(r"-[0-9]{1,3}\Z")
# The commands of kubectl that use subresources of pods.
_USERS_OF_SUBRESOURCES = {
    "attach": "attach", "ephemeralcontainers": "debug", "eviction": "drain", "exec": "exec", "log": "logs",
    "portforward": "port-forward",
}  # fmt: skip

# What GKE adds to a denial: IAM of Google Cloud and RBAC can each allow a request.
_OF_GOOGLE = lazy_pattern(r"(?a)requires one of \[\\{0,3}\"(?P<permission>container\.[\w.]{3,80})\\{0,3}\"")
_GOOGLE_USER = lazy_pattern(
    r"(?a)[\w.+-]{1,64}@(?:(?P<project>[a-z][a-z0-9-]{4,28}[a-z0-9])\.iam\.gserviceaccount\.com|[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
)
_CONTEXT = lazy_pattern(r"(?a)\bgke_(?P<project>[a-z][a-z0-9-]{4,28}[a-z0-9])_[a-z0-9-]{1,40}_")
# https://cloud.google.com/kubernetes-engine/docs/reference/api-permissions
_TYPES_OF_DEVELOPERS = frozenset(
    (
        "configmaps", "cronjobs", "daemonsets", "deployments", "ingresses", "jobs", "pods", "secrets",
        "services", "statefulsets",
    )
)  # fmt: skip
_IF_OTHER = ", which can be another one than that of the service account"


class MissingRole(NamedTuple):
    """A role that a binding names and that does not exist, and what the API server says about it."""

    kind: str
    name: str
    words: str


def find_missing_role(denied: denied_requests.DeniedRequest) -> MissingRole | None:
    """Return the role that the API server did not find, if it says so."""
    if ".rbac.authorization.k8s.io" not in denied.case.failure.text:
        return None
    found = _MISSING_ROLE.search(message_text(denied.case))
    kind = "ClusterRole" if found and found[1] == "clusterrole" else "Role"
    return None if found is None else MissingRole(kind, found[2], found[0])


# The users whose role comes with the command that checks it.
_KINDS_WITH_CHECK = frozenset({"service account", "user", "iam session"})


def rbac_remedies(denied: denied_requests.DeniedRequest) -> tuple[Remedy, ...]:
    """Return the remedies, in the order to try them."""
    if (repeated := find_repeated_entry(denied)) is not None:
        return merge_remedies(denied, repeated)
    role = _role_remedy(denied)
    policy = None if denied.installer else denied_requests.access_policy_remedy(denied)
    installers = installer_remedies(denied)
    restored = entry_groups.restore_remedies(denied)
    if restored and denied.is_policy_first:
        return present(policy, *installers, *restored)
    # kubectl apply reads only the objects in its files, and the ClusterRole edit allows to read all Secrets.
    is_role_first = denied.installer in (None, *denied_requests.VERBS_OF_PROGRAMS) and installers[:1] != (
        None,
    )
    later = None if is_role_first else role
    admin = entry_groups.cluster_admin_remedy(denied)
    first = None if entry_groups.refuses_cluster_admin(denied) else admin
    is_allowed = bool(denied.allowing_policy) and not denied.is_out_of_scope
    impersonation = request_checks.find_impersonation(denied)
    own = None if impersonation is None else request_checks.own_rights_remedy(denied, impersonation)
    is_own_first = impersonation is not None and request_checks.ADMINISTRATORS in impersonation.groups
    found = present(
        own if is_own_first else None,
        request_checks.check_caller_remedy(denied) if is_allowed else None,
        policy if denied.is_policy_first else None,
        _missing_role_remedy(denied),
        first,
        _service_account_remedy(denied),
        *((role, *installers) if is_role_first else installers),
        later,
        administrator_remedy(denied),
        None if is_own_first else own,
        None if first else admin,
        _google_remedy(denied),
        None if denied.is_policy_first or is_allowed else policy,
        None
        if role is not None and denied.kind in _KINDS_WITH_CHECK
        else request_checks.check_remedy(denied),
    )
    return (
        found
        if not restored
        else (*restored, *found)
        if restored[1:]
        else (*found[:1], *restored, *found[1:])
    )


def _missing_role_remedy(denied: denied_requests.DeniedRequest) -> Remedy | None:
    """Return the remedy that creates the role that a binding names, so that no other binding is needed."""
    missing, rule = find_missing_role(denied), denied.request.rule
    if missing is None or rule is None or _BUILT_IN.fullmatch(missing.name) is not None:
        return None
    namespace = request_checks.role_scope(denied.request)
    create, _ = request_checks.role_commands(
        denied.request,
        missing.name if _ROLE_NAME.fullmatch(missing.name) else "NAME",
        "",
        denied.subject or Subject("User", "USER"),
        None if missing.kind == "ClusterRole" else namespace,
    )
    return cluster_remedy(
        f"Create the {missing.kind} {clip_text(missing.name)}, which is bound already",
        "If a chart, an operator or a manifest contains the role, install that again instead: the role can have more rules there.",
        "Everyone in the bindings of the role gets the permission.",
        commands=(create, request_checks.check_command(denied) if denied.kind in _KINDS_WITH_CHECK else None),
        url=pages.RBAC,
    )


def _service_account_remedy(denied: denied_requests.DeniedRequest) -> Remedy | None:
    """Return the remedy for a pod that runs as ``default``, which every pod without a name does."""
    if not denied.is_default_service_account or denied.subject is None:
        return None
    namespace = commands.namespace(denied.subject.namespace)
    create, *role_commands = request_checks.account_commands(denied.request, "SERVICE_ACCOUNT", namespace)
    return Remedy(
        title=f"Run the pod as its own service account{', with a role that allows this' if role_commands else ''}",
        who="cluster administrator" if role_commands else "you",
        steps=(
            "Create the service account, unless it exists, and set it as serviceAccountName in the pod template.",
            "Do not grant the permission to the service account default: every pod of the namespace without a serviceAccountName would have it.",
        ),
        commands=(
            create,
            *role_commands,
            f"kubectl set serviceaccount deployment/NAME SERVICE_ACCOUNT --namespace {namespace}",
        ),
        url="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    )


def one_namespace_remedy(
    denied: denied_requests.DeniedRequest, binding: StatedBinding | StatedRole
) -> Remedy | None:
    """Return the remedy for a list of all namespaces, if a RoleBinding can allow that of its own namespace."""
    request, place = denied.request, binding.namespace
    if not isinstance(binding, StatedBinding) or binding.kind != "RoleBinding" or place is None:
        return None
    is_list = request.is_cluster_scope and request.verb in {"list", "watch"}
    is_own = any(request_checks.matches_subject(each, binding, denied) for each in binding.subjects)
    allowed = binding.role == "ClusterRole cluster-admin" or stated_rbac.role_allows(denied, binding.role)
    if not is_list or request.is_cluster_scoped_type is not False or not is_own or allowed is False:
        return None
    there = attrs.evolve(denied, request=attrs.evolve(request, namespace=place, is_cluster_scope=False))
    base, is_pod = (request.resource or "").partition("/")[0], denied.kind == "service account"
    who = f"let the program list {base}" if is_pod else f"list {base}"
    step = f"The RoleBinding {'allows that already' if allowed else 'is enough if its role allows that'}. Other namespaces need a RoleBinding each."
    how = "Set the namespace in the options of the program; in Go, with informers.WithNamespace of client-go, or DefaultNamespaces in the cache.Options of controller-runtime."
    get = commands.command("kubectl", "get", request.type_argument, "-n", commands.namespace(place))
    return your_remedy(
        f"Or {who} only in the namespace {clip_text(place)}, if that is enough",
        f"{step} {how}" if is_pod else step,
        commands=(None if is_pod else get, request_checks.check_command(there)),
        url=pages.RBAC,
    )


def _role_remedy(denied: denied_requests.DeniedRequest) -> Remedy | None:
    request = denied.request
    rule = request.rule
    if rule is None:
        return None
    namespace, name = request_checks.role_scope(request), request_checks.role_name(denied.request)
    subject = denied.subject or Subject("User", "USER")
    # Each subject needs a binding with its own name, or the next one would replace it.
    binding = manifests.object_name(name, subject.namespace or "", _short_name(subject))
    kinds = "Role and RoleBinding" if namespace else "ClusterRole and ClusterRoleBinding"
    group_steps, group_commands = entry_groups.change_groups(denied)
    to_group = f", for a group of {denied.subject_text}" if group_steps else ""
    steps: tuple[str | None, ...] = (
        # A short explanation shows the first one.
        " ".join(
            present(
                _scope_step(request),
                describe_limit(denied) if denied.writes_roles else None,
                _verb_step(denied),
                _subresource_step(denied),
                *group_steps[:1],
            )
        ),
        *group_steps[1:],
        "kubectl get with a name also needs the verb get, and --watch the verb watch."
        if denied.is_iam and request.verb == "list" and not request.verbs[1:]
        else None,
        *_role_steps(denied, namespace),
    )
    impersonation, rules = request_checks.find_impersonation(denied), [rule]
    groups = impersonation.groups if impersonation else ()
    names = groups if request.resource == "groups" else ()
    allow: Commands = request_checks.role_commands(request, name, binding, subject, namespace, names)
    if names:
        rules = [rule._replace(names=names)]
    elif groups:
        # kubectl create cannot limit two types to names of their own in one role.
        other = attrs.evolve(request, resource="groups", name=groups[0])
        role, rules = (
            request_checks.role_name(other),
            [rule, rule._replace(resources=("groups",), names=groups)],
        )
        bound = manifests.object_name(role, _short_name(subject))
        allow = (*allow, *request_checks.role_commands(other, role, bound, subject, None, groups))
    return cluster_remedy(
        (
            f"Or allow this for the service account default, and so for all pods that use it, with a {kinds}"
            if denied.is_default_service_account
            else f"Let {denied.installer} manage {request.type_argument} with a {kinds}{to_group}"
            if denied.is_for_installer
            else f"Allow this with a {kinds}{to_group}"
        ),
        *filter(None, steps),
        commands=(
            *allow,
            *group_commands,
            request_checks.check_command(denied) if denied.kind in _KINDS_WITH_CHECK else None,
            *_read_pod_commands(denied, namespace),
        ),
        manifest=manifests.write_role(name, rules, binding, subject, namespace=namespace),
        # A binding for a session needs a group in its access entry, too.
        gives=None if subject.kind == "Group" else "role",
        url=pages.RBAC,
    )


def _short_name(subject: Subject) -> str:
    """Return the name of a subject without the prefix of Kubernetes, or the domain of an e-mail address."""
    return subject.name.rpartition(":")[2].partition("@")[0]


def _google_remedy(denied: denied_requests.DeniedRequest) -> Remedy | None:
    """Return the remedy that grants a role of Google Cloud, which applies to all clusters of the project."""
    found = _OF_GOOGLE.search(denied.case.failure.text)
    user = _GOOGLE_USER.fullmatch(denied.user or "")
    if denied.provider is not GKE or found is None or user is None:
        return None
    if denied.request.resource not in _TYPES_OF_DEVELOPERS:
        return None
    context = only_one(set(_CONTEXT.findall(denied.case.failure.text)))
    project = context or user["project"] or "PROJECT_ID"
    kind = "serviceAccount" if user["project"] else "user"
    return owner_remedy(
        f"Or grant the IAM role roles/container.developer of Google Cloud, which has {found['permission']}, for all clusters of the project",
        "It is far more than this request: the role reads and changes objects in all namespaces, Secrets too.",
        None if context else f"The project is that of the cluster{_IF_OTHER if user['project'] else ''}.",
        commands=f"gcloud projects add-iam-policy-binding {project} --member={kind}:{denied.user} --role=roles/container.developer",
        url="https://cloud.google.com/kubernetes-engine/docs/how-to/iam",
    )


def _scope_step(request: kubernetes_requests.Request) -> str | None:
    """Return why a Role in a namespace is not enough, or may not be."""
    if request.is_cluster_scoped_type:
        # https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
        also = ""
        if request.resource in {"clusterroles", "clusterrolebindings"} and "create" in request.verbs:
            also = " Allow clusterroles and clusterrolebindings, and the verbs escalate and bind, too: without these, nobody can hand out more than they have."
        return f"{request.resource} are cluster-scoped, so a namespaced Role is not enough.{also}"
    if request.is_cluster_scoped_type is not None or not (request.is_cluster_scope and request.group):
        return None
    is_plain = commands.kubernetes_name(request.group) == request.group
    group = f" --api-group={request.group}" if is_plain else ""
    return f"kubectl api-resources{group} shows whether {request.resource} have namespaces: if not, a namespaced Role is not enough."


def _verb_step(denied: denied_requests.DeniedRequest) -> str | None:
    """Return which verbs the command needs in addition to the denied one."""
    request, impersonation = denied.request, request_checks.find_impersonation(denied)
    groups = impersonation.groups if impersonation else ()
    if groups and groups != (request.name,):
        every = " Whoever may use system:masters has every permission in the cluster."
        return f"Each --as-group needs the verb impersonate on the group, too: {clip_text(join_words(groups, 'and'))}.{every if request_checks.ADMINISTRATORS in groups else ''}"
    if request_checks.may_apply(denied):
        verbs = ",".join(denied_requests.VERBS_OF_APPLY)
        return f"kubectl apply also gets and patches objects: for that, use --verb={verbs}. Other types of objects in the file need rules, too."
    if request.verbs == denied_requests.VERBS_OF_PATCH:
        return "The command gets the object, and then patches it: the role allows both."
    return None


def _subresource_step(denied: denied_requests.DeniedRequest) -> str | None:
    """Return the step that says that a subresource of pods needs a separate rule, by the command that uses it."""
    base, sub = (denied.request.resource or "").partition("/")[0], denied.request.subresource
    if base != "pods" or sub not in _USERS_OF_SUBRESOURCES:
        return None
    opens = " It opens a shell with all that the pod can do." if sub == "exec" else ""
    return f"kubectl {_USERS_OF_SUBRESOURCES[sub]} uses pods/{sub}, which needs a separate rule: rules for pods do not cover it.{opens}"


def _read_pod_commands(denied: denied_requests.DeniedRequest, namespace: str | None) -> Commands:
    """Return the commands that allow to get pods, which kubectl does before it uses a subresource."""
    if denied.kind not in _KINDS_WITH_CHECK or denied.subject is None or _subresource_step(denied) is None:
        return ()
    get = kubernetes_requests.Request(verb="get", resource="pods", group="", namespace=namespace)
    name = manifests.object_name("get-pods", _short_name(denied.subject))
    create, bind = request_checks.role_commands(get, "get-pods", name, denied.subject, namespace)
    return (Labelled("If the caller cannot get pods, which kubectl does first:", create), bind)


def _role_steps(denied: denied_requests.DeniedRequest, namespace: str | None) -> Iterator[str]:
    request = denied.request
    if request.group is None and request.path is None:
        yield "The command kubectl api-resources prints the API group of each type; that of core is empty."
    if "update" in request.verbs and not denied.is_for_installer and len(request.verbs) > 1:
        yield "The role has three verbs, because a leader election gets, creates and updates its lock."
    if request.has_generated_name:
        base = (request.resource or "").partition("/")[0]
        reason = ", because their names change."
        if base == "pods" and _OF_STATEFUL_SET.search(request.name or ""):
            reason = (
                f". To limit it to this one, add --resource-name={commands.kubernetes_name(request.name)}."
            )
        yield f"The role covers all {base}{'' if namespace is None else ' of the namespace'}{reason}"
    if denied.installer == denied_requests.KUBECTL_APPLY and denied.is_for_installer:
        yield "The role has the verbs of kubectl apply. If the applied files have other types of objects, add these."
    if request.granted_name is not None and request.verb != "impersonate":
        yield "The role is limited to this object. Without --resource-name, it covers all objects of the type."
    if namespace is None and not (request.is_cluster_scoped_type or request.path):
        yield "The role applies in every namespace."
    if denied.kind == "user" and denied.subject is not None and denied.subject.kind == "Group":
        yield f"Others in the group {denied.subject.name} get the permission, too."
    elif denied.kind == "user" and denied.provider is None:
        source = "an access entry or aws-auth" if denied.cluster.uses_entries else "aws-auth"
        yield f"The user name is from {source}. To bind a group of that entry, use --group=NAME instead of --user."
    yield "To keep the objects in files, apply the manifest rbac.yaml instead: kubectl create -f rbac.yaml."
