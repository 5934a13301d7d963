"""Explain requests that Kubernetes authorization denies.

RBAC or an EKS access policy decides: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and
https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.kubernetes.access_scopes import find_namespaces, has_cluster_scope
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes import users
from iamtriage.explaining._rules.kubernetes.aws_auth.mapped_groups import explain_wrong_groups
from iamtriage.explaining._rules.kubernetes.cluster_access import add_administrator
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest, access_policy_remedy
from iamtriage.explaining._rules.kubernetes.entries.entry_groups import find_lost_groups, use_stated_group
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import (
    find_known_groups,
    find_unbound_group,
    is_user_name,
)
from iamtriage.explaining._rules.kubernetes.nodes import explain_node_entry
from iamtriage.explaining._rules.kubernetes.other_logins import GKE
from iamtriage.explaining._rules.kubernetes.rbac.node_requests import explain_node
from iamtriage.explaining._rules.kubernetes.rbac.other_denials import explain_other_denial
from iamtriage.explaining._rules.kubernetes.rbac.rbac_remedies import (
    find_missing_role,
    one_namespace_remedy,
    rbac_remedies,
)
from iamtriage.explaining._rules.kubernetes.rbac.repeated_entries import find_repeated_entry
from iamtriage.explaining._rules.kubernetes.rbac.request_checks import find_template_without_account
from iamtriage.explaining._rules.kubernetes.rbac.stated_rbac import add_stated_verbs, find_gaps
from iamtriage.explaining._rules.kubernetes.rbac.stated_rbac_remedies import gap_remedies
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import KubernetesForbidden

# EC2 names the sessions of an instance's role after the instance.
_INSTANCE_SESSION = lazy_pattern(r"[:/]i-[0-9a-f]{8,17}\Z")
_READING_POLICIES = ("AmazonEKSViewPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSSecretReaderPolicy")
_HAS_SCOPE = lazy_pattern(r" in the namespace | scope\Z")
RBAC_ROLE_MISSING = CauseType(
    "rbac-role-missing",
    title="The binding refers to a role that does not exist",
    recognised_by="The API server says that a role or clusterrole was not found.",
    fix="Create the Role or ClusterRole, or correct the binding.",
    sources=(pages.RBAC,),
)
BINDING_NAMES_OTHER_USER = CauseType(
    "binding-names-other-user",
    title="The binding is for another user name",
    text="A binding is for another user name. The caller's user name ends with the session name, which changes, and Kubernetes compares the whole name.",
    fix="Use the user name of the error in the binding, or bind a group.",
    recognised_by="The binding in the text names another session of the role.",
    sign=r"(?P<shown>:assumed-role/(?P<role>[\w+=,.@-]{1,64})/(?P<session>[\w+=,.@-]{2,64}))\".{0,800}:assumed-role/(?P=role)/(?!(?P=session)\")[\w+=,.@-]{2,64}\"? cannot\b",
    remedy="Allow this",
    of="no-rbac-rule",
)
NO_SERVICE_ACCOUNT_NAME = CauseType(
    "no-service-account-name",
    title="The pod template sets no serviceAccountName",
    text="The pod runs as the service account default: its template most likely sets no serviceAccountName.",
    fix="Set serviceAccountName in the pod template to the service account that has the permission.",
    of="no-rbac-rule",
)
ENTRY_WITHOUT_POLICY = CauseType(
    "entry-without-policy",
    title="The access entry has no access policy and no group",
    text="The caller's access entry has neither an access policy nor a group that allows the request.",
    fix="Associate an access policy with the entry, or set a Kubernetes group.",
    recognised_by="The text shows that the access entry has no access policy.",
    sign=r"\"associatedAccessPolicies\": ?\[ ?\]",
    remedy="Associate Amazon",
    of="no-rbac-rule",
)


def explain_forbidden(case: Case[KubernetesForbidden]) -> Explanation:
    """Explain that Kubernetes denies a request of an authenticated user."""
    failure = case.failure
    if failure.verb is None:
        return explain_other_denial(case)
    request = kubernetes_requests.parse_request(case)
    kind = kubernetes_requests.classify_user(failure.user)
    if kind == "anonymous":
        return users.explain_anonymous(case, request)
    if kind == "node":
        return explain_node(case, request)
    if kind == "component":
        return users.explain_component(case, request)
    denied = DeniedRequest.from_case(case, request, kind)
    if kind == "iam session" and _is_node_registration(case, request):
        return explain_node_entry(case, request.description)
    note = "IAM policies do not help: only the groups of the entry and RBAC do."
    joined = explain_wrong_groups(case, request.description, is_user_name, note=note)
    if joined is not None:
        return joined
    denied = use_stated_group(denied)
    gaps = find_gaps(denied)
    is_of_pod = bool(gaps) and gaps[0].account is not None
    denied = add_stated_verbs(denied, gaps)
    # A role that is bound can allow it elsewhere.
    where = request.scope_text if any(each.is_elsewhere for each in gaps) else ""
    group = next(
        (f" or the group {clip_text(gap.group)}" for gap in gaps if gap.lacks_rule and gap.group), ""
    )
    verdict, causes = _describe_gap(denied), tuple(_causes(denied, where, group))
    asked = request.description
    if request.verb == "impersonate" and request.name is not None:
        who = (request.resource or "").removesuffix("s").replace("serviceaccount", "service account")
        asked = f"act as the {who} {clip_text(request.name)} (--as{'-group' if request.resource == 'groups' else ''})"
    if denied.provider is not None:
        # That it is not a cluster of EKS decides who can help.
        asked += f" {'of' if _HAS_SCOPE.search(asked) else 'in'} {'an' if denied.provider.name[0] in 'AO' else 'a'} {denied.provider.name} cluster"
    if gaps:
        known = (each for each in causes if each.evidence != "possible")
        verdict, causes = gaps[0].verdict, (gaps[0].cause, *known)
    if request.verb == "impersonate":
        verdict += ". Kubernetes did not check the request itself"

    def build_remedies() -> tuple[Remedy, ...]:
        # With its subject corrected, a binding gives the role that allows the request.
        bound = getattr(gaps[0].found, "role", None) if gaps and gaps[0].meant else None
        relevant = [gap for gap in gaps if gap.lacks_rule or f"{gap.found.kind} {gap.found.name}" != bound]
        of_gaps = tuple(remedy for gap in relevant for remedy in gap_remedies(denied, gap))
        # A role that is bound only lacks the rule, and an account that is bound only the pod.
        is_of_group = denied.kind == "user" and all(gap.group is not None for gap in gaps)
        is_bound = all((gap.is_bound or is_of_group) and gap.lacks_rule for gap in gaps)
        if of_gaps and (is_bound or is_of_pod or gaps[0].meant):
            return of_gaps
        if of_gaps and gaps[0].is_elsewhere and gaps[0].group is not None:
            # A Role for the request alone would need a group, too.
            policy = access_policy_remedy(denied)
            return (*of_gaps, *([attrs.evolve(policy, steps=policy.steps[1:])] if policy else []))
        narrower = present(one_namespace_remedy(denied, gaps[0].found)) if gaps else ()
        if of_gaps and gaps[0].is_elsewhere:
            return (*of_gaps, *narrower)
        found = (*of_gaps, *rbac_remedies(denied))
        return (*found[:1], *narrower, *found[1:])

    explanation = Explanation(
        failure=failure,
        topic="kubernetes-rbac",
        summary=f"{capitalize_start(denied.subject_text)} is not authorized to {asked}: {verdict}.",
        causes=causes,
        remedies=build_remedies,
        notes=tuple(_notes(denied))[: 1 if is_of_pod else None],
    )
    return add_administrator(case, explanation) if denied.is_iam else explanation


def _is_node_registration(case: Case[KubernetesForbidden], request: kubernetes_requests.Request) -> bool:
    """Return whether a kubelet tries to register its node as an IAM session instead of as a node."""
    registers = request.resource in {"nodes", "csinodes"} and request.verb in {"create", "patch", "update"}
    return registers and _INSTANCE_SESSION.search(case.failure.user or "") is not None


def _describe_gap(denied: DeniedRequest) -> str:
    """Return what does not allow the request, as a clause.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """
    is_custom = kubernetes_requests.is_custom_group(denied.request.group or "")
    if is_custom and denied.is_iam and denied.cluster.uses_entries:
        if denied.stated_policies and denied.allowing_policy is None:
            covers = "covers" if len(denied.stated_policies) == 1 else "cover"
            return f"no RBAC role allows it, and {join_words(denied.stated_policies, 'and')} {covers} only built-in types, no custom resources"
        return "no RBAC role allows it, and access policies such as AmazonEKSAdminPolicy do not cover custom resources"
    if denied.allowing_policy and not denied.is_out_of_scope:
        return f"no RBAC role allows it, and {denied.allowing_policy}, which does, is newer than the request, or belongs to another cluster or principal"
    if denied.is_out_of_scope:
        scope = [clip_text(each) for each in find_namespaces(denied.case.failure.text)]
        where = f"the namespace{'s' * (len(scope) != 1)} {join_words(scope, 'and') or 'of its scope'}"
        shown = f"{denied.allowing_policy}, which the text shows, covers only"
        if denied.request.is_cluster_scoped_type:
            return f"{shown} objects in {where}, but {denied.request.resource} are in no namespace"
        return f"{shown} {where}, and no RBAC role allows it"
    if denied.stated_policies and denied.allowing_policy is None:
        is_one, stated = len(denied.stated_policies) == 1, join_words(denied.stated_policies, "and")
        scope = [clip_text(each) for each in find_namespaces(denied.case.failure.text)]
        if denied.request.is_cluster_scoped_type and scope:
            where = f"the namespace{'s' * (len(scope) != 1)} {join_words(scope, 'and')}"
            return f"no RBAC role allows it, and {stated} appl{'ies' if is_one else 'y'} only to objects in {where}, but {denied.request.resource} are in no namespace"
        if denied.request.is_cluster_scoped_type:
            return f"no RBAC role allows it, and {stated} cover{'s' * is_one} objects in namespaces (with the scope cluster, in all of them), but no {denied.request.resource}"
        is_write = denied.request.verb not in kubernetes_requests.READ_VERBS
        only_reads = "only reads" if is_write and stated in _READING_POLICIES else None
        if denied.request.namespace in scope:
            lacks = "the policy does not" if is_one else "the policies do not"
            lacks = (
                f"the policy {only_reads}, and no RBAC role allows it"
                if only_reads
                else f"{lacks} allow it, and no RBAC role does"
            )
            return f"the scope of {stated} is right (the namespace {denied.request.namespace}), but {lacks}"
        anywhere = " in any scope" if has_cluster_scope(denied.case.failure.text) else ""
        lacks = only_reads or f"{'does' if is_one else 'do'} not include it{anywhere}"
        return f"{stated}, which the text shows, {lacks}, and no RBAC role allows it"
    if (missing := find_missing_role(denied)) is not None:
        return f"the {missing.kind} {clip_text(missing.name)}, to which it is bound, does not exist"
    if (repeated := find_repeated_entry(denied)) is not None:
        return repeated.verdict
    if lost := find_lost_groups(denied):
        named = join_words([*map(clip_text, lost)], "and")
        return f"its access entry takes precedence over aws-auth, so {named} there {'has' if len(lost) == 1 else 'have'} no effect"
    own = [clip_text(each) for each in find_known_groups(denied) or () if not each.startswith("system:")]
    if (unbound := find_unbound_group(denied)) is not None:
        return f"its group {clip_text(unbound)} is bound to no RBAC role, as the search in the text shows"
    if own and (denied.is_iam or denied.kind == "user"):
        kind = "group" if len(own) == 1 else "groups"
        return f"no RBAC role of its {kind} {join_words(own, 'and')}{_or_policy(denied)} allows it"
    return f"no RBAC role{_or_policy(denied)} allows it"


def _or_policy(denied: DeniedRequest) -> str:
    if denied.provider is GKE and denied.kind == "user":
        return " and no IAM role of Google Cloud"
    has_policies = denied.kind != "service account" and denied.provider is None
    has_policies = has_policies and denied.request.verb != "impersonate"
    return " and no access policy" if has_policies and denied.cluster.uses_entries else ""


def _describe_login(denied: DeniedRequest) -> str:
    if denied.kind == "service account":
        fixed = "may have been revoked" in denied.case.text
        said = " (may have been revoked is a fixed phrase of the client)" if fixed else ""
        return f"The API server authenticated the service account: its token is not the problem{said}."
    what = "the login is" if denied.provider else "the login and IAM policies are"
    return f"The API server authenticated the user: {what} not the problem."


def _causes(denied: DeniedRequest, where: str, group: str) -> Iterator[Cause]:
    if (missing := find_missing_role(denied)) is not None:
        text = f"A binding refers to the {missing.kind} {clip_text(missing.name)}, which does not exist."
        yield RBAC_ROLE_MISSING.cause("reported", f"The API server says: {missing.words}.", text=text)
    who = "the service account" if denied.kind == "service account" else "the user"
    yield users.NO_RULE.cause(
        "reported",
        (_describe_login(denied), f"The API server says that {who} cannot {denied.request.description}."),
        text=f"No RBAC role that is bound to {denied.subject_text}{group}{_or_policy(denied)} allows it{where}.",
    )
    if (template := find_template_without_account(denied)) is not None:
        text = f"{capitalize_start(template)} sets no serviceAccountName, so its pods run as default."
        yield NO_SERVICE_ACCOUNT_NAME.cause("derived", text=text)
    elif denied.is_default_service_account:
        yield NO_SERVICE_ACCOUNT_NAME.cause()
    if denied.request.verb == "impersonate" or find_unbound_group(denied) is not None:
        return
    if denied.kind == "iam session" and not (denied.stated_policies or denied.has_empty_entry):
        yield BINDING_NAMES_OTHER_USER.cause(because=f"The user name is {denied.user}")
    if denied.is_iam and denied.cluster.uses_entries and not denied.stated_policies:
        yield ENTRY_WITHOUT_POLICY.cause()


def _notes(denied: DeniedRequest) -> Iterator[str]:
    request = denied.request
    if denied.provider is not None:
        yield "AWS IAM policies and EKS access entries have no effect in this cluster."
    elif denied.kind == "service account":
        yield "IAM policies, IRSA and EKS access entries do not help: only RBAC governs a service account."
    else:
        entries = " and access policies of access entries grant access to Kubernetes objects"
        if not denied.cluster.uses_entries:
            entries = " do. With the authentication mode CONFIG_MAP, the cluster has no access policies"
        yield f"IAM policies do not help: only RBAC roles{entries}."
    if denied.is_iam and not (denied.policy or denied.view_policy) and denied.cluster.uses_entries:
        yield "Of the access policies for people, only AmazonEKSClusterAdminPolicy, which allows everything, covers all of this (AmazonEKSAdminViewPolicy only reads). A role that you create can allow less."
    if request.verb in {"escalate", "bind", "impersonate"}:
        yield f"A user with the verb {request.verb} can get more permissions. Limit the verb to resource names."
    if request.resource == "secrets" and request.verb in {"list", "watch"} and denied.installer is None:
        yield "Listing Secrets reads them: the list contains their data."
    called = denied.case.context.command
    is_enough = denied.provider is not None or len(request.verbs) > 1 or denied.installer is not None
    is_enough = is_enough or denied.is_out_of_scope
    is_enough = is_enough or (request.verb == "list" and called is not None and called.program == "kubectl")
    if request.verb in {"get", "list"} and not (request.path or request.subresource or is_enough):
        of_get = "kubectl get without a name requires list, and " if request.verb == "get" else ""
        yield f"Clients often need more verbs: {of_get}controllers require get, list and watch."
    if request.has_supplied_namespace:
        yield "The namespace is from the facts; the text does not state one."
