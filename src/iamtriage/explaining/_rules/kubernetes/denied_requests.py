"""Represent a request that Kubernetes denied: its user, its cluster, and the EKS access policy that allows it."""

from __future__ import annotations

import json
import re
from typing import Self

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Principal, Role
from iamtriage.explaining._context.readers.kubernetes.access_scopes import find_namespaces, has_cluster_scope
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Case, Remedy
from iamtriage.explaining._rules.kubernetes.other_logins import ClusterProvider, find_cluster_provider
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests, service_accounts
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.manifests import object_name
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import cluster_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.failures._failures import KubernetesForbidden

AIRFLOW, KUBECTL_APPLY, SPARK = "Airflow", "kubectl apply", "Spark"
_LISTED_PRINCIPAL = lazy_pattern(
    r"(?a)list-associated-access-policies[^\n]{0,400}?--principal-arn[ =][\"']?(arn:aws[\w-]{0,12}:iam::[0-9]{12}:[\w+=,.@/-]{1,600})"
)
_ACCESS_POLICY = lazy_pattern(r"\bAmazonEKS(?:View|SecretReader|Edit|Admin|AdminView|ClusterAdmin)Policy\b")
_ADMIN_POLICY, _VIEW_POLICY = "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy"
_EDIT_POLICY = "AmazonEKSEditPolicy"
_NO_POLICIES = lazy_pattern(r"\"associatedAccessPolicies\"\s{0,4}:\s{0,4}\[\s{0,8}\]")
ASSOCIATION_IN_MODULE = '# in access_entries of the module, in the entry of the principal\npolicy_associations = {{\n  main = {{\n    policy_arn   = "{}"\n    access_scope = {{ type = "cluster" }}\n  }}\n}}'
# What tools that install objects print around the API server's message.
_INSTALLERS = Signs(
    {
        r"\b(?:INSTALLATION|UPGRADE|UNINSTALLATION|ROLLBACK) FAILED\b|\bhelm\.go:\d|\bUnable to continue with (?:install|update)\b|\bhelm (?:install|upgrade)\b|\bwith helm_release\.": "Helm",
        r"\bairflow\.[a-z]|\{taskinstance\.py:\d|\bKubernetes(?:PodOperator|Executor)\b": AIRFLOW,
        r"\bspark\.kubernetes\.|\bExecutorPods\w{4,40}|\borg\.apache\.spark\.|\bemr-containers-sa-spark-": SPARK,
        r"\bwith (?:module\.[\w.\[\]\"-]{1,200}\.)?kubernetes_(?!manifest\.|config_map_v1_data\.)\w{3,60}\.": "Terraform",
    }
)
# Each pattern of the installers requires one of these.
_WORDS_OF_INSTALLERS = ("FAILED", "helm", "airflow", "{task", "Kubernetes", "spark", "Executor", "with ")
_KUBECTL = lazy_pattern(r"\bkubectl (?![a-z]+ is\b)[^\n|;&]{0,200}")
_CHARS_BEFORE = 4_000
_APPLY_COMMAND = lazy_pattern(r"kubectl (?:-\S+ (?:[^-\s]\S* )?){0,4}apply\b")
# These read the object, and then patch it.
_PATCH_COMMAND = lazy_pattern(
    r"kubectl (?:-\S+ (?:[^-\s]\S* )?){0,4}(?:annotate|edit|label|patch|rollout restart|set)\b"
)
VERBS_OF_PATCH, VERBS_OF_WRITING = ("get", "patch"), ("create", "patch", "update")
_APPLY_OUTPUT = lazy_pattern(
    r"kubectl\.kubernetes\.io/last-applied-configuration|error when applying patch|error when retrieving current configuration"
)
# https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/
VERBS_OF_APPLY = ("create", "get", "patch")
# An installer gets the object before it changes it. The others:
# https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/operators.html and
# https://spark.apache.org/docs/latest/running-on-kubernetes.html#rbac.
_VERBS = ("create", "delete", "get", "list", "patch", "update")
VERBS_OF_PROGRAMS = {
    KUBECTL_APPLY: VERBS_OF_APPLY,
    AIRFLOW: ("create", "delete", "get", "list", "patch", "watch"),
    SPARK: (*_VERBS, "deletecollection", "watch"),
}
# A shell or a tunnel, for which a role of its own is much less than an access policy.
_STREAMS = frozenset({"pods/attach", "pods/exec", "pods/portforward"})
_TYPES_OF_PROGRAMS = {AIRFLOW: ("pods",), SPARK: ("configmaps", "persistentvolumeclaims", "pods", "services")}


@attrs.frozen(eq=False, repr=False)
class DeniedRequest(Value):
    """A request that Kubernetes denied, and its user.

    Attributes:
        principal: The IAM principal behind the user name.
        subject: The subject for a binding; ``None`` if the text does not name the user.
        subject_text: The user as a phrase.
        provider: The provider of the cluster, if the text names another one than AWS.
        installer: The tool that installs objects, such as Helm, if it made the request.
        stated_policies: The access policies that the text names, if the caller has an access entry.
    """

    case: Case[KubernetesForbidden]
    request: kubernetes_requests.Request
    kind: kubernetes_requests.UserKind
    cluster: Cluster
    principal: Principal | None
    subject: Subject | None
    subject_text: str
    provider: ClusterProvider | None
    installer: str | None = None
    stated_policies: tuple[str, ...] = ()

    @classmethod
    def from_case(
        cls,
        case: Case[KubernetesForbidden],
        request: kubernetes_requests.Request,
        kind: kubernetes_requests.UserKind,
    ) -> Self:
        """Build a request with its user from a case."""
        user, text = case.failure.user, case.text
        installer = _INSTALLERS.find(text) if any(map(text.__contains__, _WORDS_OF_INSTALLERS)) else None
        if installer == "Helm" and request.resource == "namespaces":
            installer = None  # it only creates them, with --create-namespace
        if request.resource not in _TYPES_OF_PROGRAMS.get(installer or "", (request.resource,)):
            installer = None
        if installer is None and request.verb in VERBS_OF_APPLY:
            installer = KUBECTL_APPLY if _is_of_kubectl(case, _APPLY_COMMAND, _APPLY_OUTPUT) else None
        if installer is not None and request.path is None:
            # The role allows all that the tool does with the type. A name would not allow to create it.
            verbs, logs = VERBS_OF_PROGRAMS.get(installer, _VERBS), ("log",) if installer == AIRFLOW else ()
            request = attrs.evolve(request, name=None, verbs=verbs, subresources=logs)
        elif (
            installer is None
            and request.verb in VERBS_OF_PATCH
            and _is_of_kubectl(case, _PATCH_COMMAND, None)
        ):
            request = attrs.evolve(request, verbs=VERBS_OF_PATCH)
        principal = principal_words.try_parse_principal(user) if kind in {"iam", "iam session"} else None
        subject = _binding_subject(user, kind, principal_words.underlying_role(principal))
        cluster = find_cluster(case)
        if kind == "user" and principal is None:
            principal = _find_listed(text, user)
        has_entry = principal is not None and cluster.uses_entries
        policies = _ACCESS_POLICY.findall(text) if has_entry and "AmazonEKS" in text else ()
        if policies and _lists_only_others(text, principal):
            policies = ()
        return cls(
            case=case,
            request=request,
            kind=kind,
            cluster=cluster,
            principal=principal,
            subject=subject,
            subject_text=_describe_user(user, kind, principal, subject),
            provider=find_cluster_provider(case.failure.text),
            installer=installer,
            stated_policies=tuple(dict.fromkeys(policies)),
        )

    @property
    def user(self) -> str | None:
        """The user name."""
        return self.case.failure.user

    @property
    def is_iam(self) -> bool:
        """Whether the user is an IAM principal."""
        return self.kind in {"iam", "iam session"}

    @property
    def is_default_service_account(self) -> bool:
        """Whether the user is the service account of pods whose template names none."""
        return self.kind == "service account" and self.subject is not None and self.subject.name == "default"

    @property
    def policy(self) -> str | None:
        """The narrowest access policy that allows the request; ``None`` if none is known."""
        if self.has_empty_entry and is_administrator(self.case.failure.text):
            return _ADMIN_POLICY
        request, verb = self.request, "create" if self.installer else self.request.verb or ""
        verb = "patch" if request.verbs == VERBS_OF_PATCH else verb
        # The page does not say whether a policy for one namespace covers the namespace itself.
        is_unclear = request.resource == "namespaces" and request.namespace is not None
        if request.path or request.group is None or is_unclear or self.writes_roles:
            return None
        return kubernetes_requests.narrowest_access_policy(verb, request.group, request.resource or "")

    @property
    def writes_roles(self) -> bool:
        """Whether the request writes Roles or RoleBindings, which can grant only what the user has by RBAC.

        Permissions of an access policy do not count: https://github.com/aws/containers-roadmap/issues/2682.
        """
        request = self.request
        is_type = request.group == "rbac.authorization.k8s.io" and request.resource in {
            "roles",
            "rolebindings",
        }
        return is_type and not {request.verb, *request.verbs}.isdisjoint(VERBS_OF_WRITING)

    @property
    def has_empty_entry(self) -> bool:
        """Whether the text shows that the access entry has no access policy."""
        return self.is_iam and _NO_POLICIES.search(self.case.failure.text) is not None

    @property
    def allowing_policy(self) -> str | None:
        """The access policy in the text that allows the request in its scope."""
        request = self.request
        if request.group is None or request.path is not None:
            return None
        asked = (request.verb or "", request.group, request.resource or "")
        allows = kubernetes_requests.access_policy_allows
        return next((each for each in self.stated_policies if allows(each, *asked)), None)

    @property
    def is_out_of_scope(self) -> bool:
        """Whether an access policy in the text would allow the request in another scope."""
        return self.allowing_policy is not None and not has_cluster_scope(self.case.failure.text)

    @property
    def view_policy(self) -> str | None:
        """The access policy that allows a request to read if no narrower one does."""
        is_read = self.request.verb in kubernetes_requests.READ_VERBS and self.request.group is not None
        is_enough = self.policy is None and not (self.is_for_installer or self.writes_roles)
        return _VIEW_POLICY if is_read and is_enough else None

    @property
    def is_policy_first(self) -> bool:
        """Whether the access policy comes before a role: with an access entry, it takes a single command."""
        lacks_policy = bool(self.stated_policies and not (self.allowing_policy or self.view_policy))
        # For an object without a namespace, the policy would apply to all namespaces.
        extends_scope = self.is_out_of_scope and not self.request.is_cluster_scoped_type
        return (
            extends_scope or self.has_empty_entry or (lacks_policy and self.request.resource not in _STREAMS)
        )

    @property
    def is_for_installer(self) -> bool:
        """Whether the role for the type allows more than the denied verb."""
        return self.request.verbs in {*VERBS_OF_PROGRAMS.values(), _VERBS}


def _lists_only_others(text: str, principal: Principal | None) -> bool:
    """Return whether a text lists the access policies of other principals only."""
    asked = [arn.rpartition("/")[2] for arn in _LISTED_PRINCIPAL.findall(text)]
    own = principal_words.underlying_role(principal) or principal
    return bool(asked) and getattr(own, "name", None) not in asked


def _find_listed(text: str, user: str | None) -> Principal | None:
    """Return the principal whose access policies a text lists, if a Kubernetes user has its name."""
    arn = only_one({*_LISTED_PRINCIPAL.findall(text)})
    return principal_words.try_parse_principal(arn) if arn and arn.rpartition("/")[2] == user else None


def _is_of_kubectl(
    case: Case[KubernetesForbidden], command: re.Pattern[str], output: re.Pattern[str] | None
) -> bool:
    """Return whether the last kubectl command before a denial matches, or its output is in the text."""
    text, start = case.failure.text, case.failure.span[0]
    if commands := list(_KUBECTL.finditer(text, max(start - _CHARS_BEFORE, 0), start)):
        return command.match(commands[-1][0]) is not None
    return output is not None and output.search(case.text) is not None


def _binding_subject(
    user: str | None, kind: kubernetes_requests.UserKind, of_role: Role | None
) -> Subject | None:
    if kind == "service account":
        return service_accounts.parse_service_account(user)
    if kind == "iam session" and of_role is not None:
        return Subject("Group", object_name("iam", of_role.name))
    return None if kind == "unknown" else Subject("User", user or "")


def _describe_user(
    user: str | None, kind: kubernetes_requests.UserKind, principal: Principal | None, subject: Subject | None
) -> str:
    if kind == "service account" and subject is not None:
        return service_accounts.describe_service_account(subject)
    if principal is not None:
        return clip_text(principal_words.describe_principal(principal, user))
    noun = "Google service account" if (user or "").endswith(".gserviceaccount.com") else "user"
    return "the user" if kind == "unknown" else f"the {noun} {clip_text(user or '')}"


def _describe_role(denied: DeniedRequest, kind: str) -> str:
    """Return what a role has that allows only the request, and to whom it is bound."""
    request = denied.request
    rule = f"{join_words(request.verbs or (request.verb or 'the verb',), 'and')} on {request.resource}"
    if request.resource in _STREAMS:
        rule += " and get on pods"
    is_group = denied.subject is not None and denied.subject.kind == "Group"
    return f"a {kind} with {rule}, bound to {'a group of the access entry' if is_group else 'the user'},"


def access_policy_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that associates the narrowest policy with the access entry of the caller."""
    request, cluster, policy = denied.request, denied.cluster, denied.policy or denied.view_policy
    stated, caller = denied.stated_policies or denied.has_empty_entry, denied.principal
    if caller is None and denied.kind in {"user", "unknown"}:
        caller = principal_words.try_parse_principal(denied.case.facts.caller)
    if policy is None or not cluster.uses_entries or denied.provider is not None:
        return None
    principal = build_cluster_principal(caller, source=denied.case.text)
    # Only in a cluster of EKS is a user without an ARN the name in an access entry.
    is_of_entry = denied.kind == "user" and (cluster.name or cluster.mode) is not None
    is_of_entry = is_of_entry and denied.installer not in {None, KUBECTL_APPLY}
    if not (principal.is_known or is_of_entry) or principal.entry_refusal:
        return None
    is_cluster_wide = request.is_cluster_scope or request.is_cluster_scoped_type
    namespace = None if is_cluster_wide else commands.namespace(request.namespace)
    scope = "in all namespaces" if namespace is None else f"in the namespace {namespace}"
    is_of_one = namespace == request.namespace is not None and not denied.is_policy_first
    role = "the role above allows"
    if denied.is_policy_first:
        role = f"{_describe_role(denied, 'ClusterRole' if is_cluster_wide else 'Role')} allows"
    step = f"{policy} allows more than the denied request, {scope}; {role} only this request."
    if stated and request.resource == "secrets" and denied.allowing_policy is None:
        step = f"Decide first whether {denied.subject_text} should read them: access policies for reading leave Secrets out on purpose, and cannot be edited. {policy} reads all Secrets {scope}; {role} only this request."
    if policy == _ADMIN_POLICY and denied.has_empty_entry:
        step = f"{policy} allows everything in the cluster, as AdministratorAccess does in the account. To read only, {_VIEW_POLICY} is enough."
    manifest, text = None, denied.case.failure.text
    if denied.has_empty_entry and "terraform-aws-modules/eks" in text and namespace is None:
        manifest = ASSOCIATION_IN_MODULE.format(
            kubernetes_requests.access_policy_arn(policy, cluster.partition)
        )
    extends_scope = denied.is_out_of_scope and policy == denied.allowing_policy and namespace is not None
    kept = find_namespaces(text) if denied.is_out_of_scope else ()
    scoped = ",".join(dict.fromkeys((*kept, namespace or ""))) if extends_scope and kept else namespace
    if extends_scope:
        step = f"An access entry has each policy only once{', so the command keeps its namespaces.' if kept else ': include the namespaces of its current scope, separated by commas.'}"
        if kept and "access_scope" in text:
            step = (
                "In Terraform, use the list below, and apply it. An access entry has each policy only once."
            )
            manifest = f"namespaces = {json.dumps((scoped or '').split(','))}"
    elif kept and namespace and namespace not in kept and not denied.stated_policies[1:]:
        step += f" To extend {denied.allowing_policy} instead, use namespaces={clip_text(','.join((*kept, namespace)))}: an access entry has each policy only once."
    includes = ", which shows everything, including Secrets," if denied.view_policy else ""
    if policy == _EDIT_POLICY and request.resource != "secrets":
        includes = ", which also changes Secrets,"
    mode = "The cluster's authentication mode must be API or API_AND_CONFIG_MAP."
    mapped = "If EKS says that the principalArn could not be found, the caller has access from aws-auth. A new access entry takes precedence over aws-auth: include its groups."
    unknown = f"PRINCIPAL_ARN is the principal of the access entry with the user name {denied.user}."
    return cluster_remedy(
        (
            f"Extend the scope of {policy} to the namespace {namespace}"
            if extends_scope
            else f"{'Associate' if denied.is_policy_first else 'Or associate'} {policy}{includes} with the {f'entry, scoped to {namespace}' if is_of_one else 'access entry'}"
        ),
        step,
        mode if cluster.mode is None and not stated else None,
        mapped if cluster.uses_aws_auth and not stated else None,
        None if principal.is_known else unknown,
        principal.path_note,
        commands=(
            None
            if "associatedAccessPolicies" in denied.case.text or scoped != namespace
            else cluster.eks_command("list-associated-access-policies", principal=principal.entry_argument),
            "terraform apply"
            if manifest and extends_scope
            else principal.associate_policy_command(cluster, policy, scoped),
        ),
        manifest=manifest,
        manifest_language="hcl",
        url=pages.EKS_ACCESS_POLICIES,
    )


def bind_command(role: str, binding: str, subject: Subject, namespace: str | None) -> str:
    """Return the command that binds a role to a subject, in a namespace or the whole cluster.

    >>> bind_command("clusterrole=edit", "ci", Subject("ServiceAccount", "bot", "ci"), "shop")
    'kubectl create rolebinding ci -n shop --clusterrole=edit --serviceaccount=ci:bot'
    """
    if subject.kind == "ServiceAccount":
        is_placeholder = subject.name == "SERVICE_ACCOUNT"
        name = subject.name if is_placeholder else commands.kubernetes_name(subject.name)
        who = f"--serviceaccount={service_accounts.namespace_argument(subject)}:{name}"
    else:
        who = f"--{subject.kind.lower()}={kubernetes_requests.user_argument(subject.name) if subject.kind == 'User' else subject.name}"
    kind = "clusterrolebinding" if namespace is None else "rolebinding"
    place = () if namespace is None else ("-n", commands.namespace(namespace))
    return command("kubectl", "create", kind, binding, *place, f"--{role}", who)
