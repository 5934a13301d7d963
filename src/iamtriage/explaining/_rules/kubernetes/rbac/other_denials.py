"""Explain Kubernetes denials other than those for missing roles: admission, service accounts and privilege escalation.

Admission follows authorization: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/. Tokens:
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ and
https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html. A role that grants more than its creator has:
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping.
"""

from __future__ import annotations

import re
from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import RoleSession
from iamtriage.explaining._context.values import Rule, Subject
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.rbac.node_requests import explain_node_restriction
from iamtriage.explaining._rules.kubernetes.users import NO_RULE
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import command, fill_command
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED, TOKEN_KEPT
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import KubernetesForbidden

_MISSING_ACCOUNT = lazy_pattern(
    r"error looking up service account(?:\s+([a-z0-9-]{1,63})/([a-z0-9.-]{1,253}))?", re.ASCII
)
_EXPIRED_TOKEN = lazy_pattern(
    # AWS says the same of the credentials of its own calls.
    r"service account token has expired|(?<![Tt]he provided )[Tt]oken (?:is|has) expired|token has been invalidated"
)
_ADMISSION = lazy_pattern(r"is forbidden: error looking up service account|\(Forbidden\)")
SERVICE_ACCOUNT_MISSING = CauseType(
    "service-account-missing",
    title="The service account does not exist",
    recognised_by="The API server says that the service account was not found or deleted.",
    fix="Create the service account, or correct its name in the pod.",
    sources=(pages.EKS_SERVICE_ACCOUNTS,),
)
COPIED_TOKEN = CauseType(
    "token-copied",
    title="The token was copied from a pod, or created for a limited time and used longer",
    fix="Use the token that Kubernetes mounts, or request one for each use.",
    recognised_by="The text shows kubectl create token, or kubectl with a token.",
    sign=r"\bkubectl (?:-n \S{1,63} )?create token\b|\bkubectl [^|;$]{0,80}--token[ =]",
    of="token-expired",
)


def find_missing_account(message: str) -> Subject | None:
    """Find the service account that does not exist; its name and namespace may be empty.

    >>> find_missing_account('error looking up service account shop/cart: serviceaccount "cart" not found')
    Subject(kind='ServiceAccount', name='cart', namespace='shop')
    """
    found = _MISSING_ACCOUNT.search(message)
    return Subject("ServiceAccount", found[2] or "", found[1] or "") if found else None


def explain_missing_account(case: AnyCase, account: Subject) -> Explanation:
    """Explain that a service account does not exist."""
    name = commands.kubernetes_name(account.name or case.facts.service_account)
    namespace = commands.namespace(account.namespace or case.facts.namespace)
    known = f" {namespace}/{name}" if (name, namespace) != ("NAME", "NAMESPACE") else ""
    summary = f"Kubernetes cannot create the pod because the service account{known} does not exist."
    why = "The pod names another service account or namespace than the existing one, or the account is not created yet."
    if not _ADMISSION.search(case.text):
        summary = f"The API server rejected the token: its service account{known} does not exist."
        why = "It was deleted or re-created: a token is valid only for the service account that it was created for, not for a later one of the same name."
    return case.explain(
        summary,
        SERVICE_ACCOUNT_MISSING.cause("reported", text=f"The service account{known} does not exist. {why}"),
        remedies=(
            cluster_remedy(
                "Create the service account",
                "If a chart or add-on contains the service account, install the chart or add-on again instead: it includes annotations and bindings.",
                commands=(
                    fill_command("kubectl get serviceaccounts -n {}", namespace),
                    fill_command("kubectl create serviceaccount {} -n {}", name, namespace),
                ),
                url=pages.EKS_SERVICE_ACCOUNTS,
            ),
            _restart_pods_remedy(namespace),
        ),
        notes="The IAM role of the service account is not the problem.",
    )


def is_expired_token(message: str) -> bool:
    """Return whether a message says that a token has expired.

    >>> is_expired_token("[invalid bearer token, service account token has expired]")
    True
    """
    return _EXPIRED_TOKEN.search(message) is not None


def explain_expired_token(case: AnyCase, message: str) -> Explanation:
    """Explain that a token has expired."""
    found = _EXPIRED_TOKEN.search(message)
    because = (f"The API server says: {found[0]}.",) if found else ()
    return case.explain(
        "The API server rejected the token, because it has expired.",
        TOKEN_EXPIRED.cause("reported", because, text="The token has expired."),
        TOKEN_KEPT.cause(
            text="The program reads the token only once, but Kubernetes renews the token file. EKS accepts an old token for at most 90 days."
        ),
        COPIED_TOKEN.cause(),
        topic="kubernetes-token-expired",
        remedies=(
            your_remedy(
                "Use a client that reads the token file again",
                "These and later versions of the Kubernetes clients do: Go 0.15.7, Python 12.0.0, Java 9.0.0, JavaScript 0.10.3, C# 7.0.5.",
                url=pages.EKS_SERVICE_ACCOUNTS,
            ),
            _restart_pods_remedy("NAMESPACE"),
        ),
    )


def _restart_pods_remedy(namespace: str) -> Remedy:
    return cluster_remedy(
        "Restart the pods",
        "New pods get a new token.",
        commands=fill_command("kubectl rollout restart deployment/NAME -n {}", namespace),
    )


# parse() reports no other admission error with a reason as a Kubernetes denial.
_PROTECTED = lazy_pattern(r"may not be deleted")
PROTECTED_OBJECT = CauseType(
    "protected-object",
    title="Kubernetes protects the object",
    meaning="Kubernetes does not allow any user to delete this object, such as the namespace kube-system.",
    recognised_by="The API server says that the object cannot be deleted.",
    fix="Keep the object.",
    sources=(pages.RBAC,),
)
REFUSED_BY_ADMISSION = CauseType(
    "admission-denied",
    title="An admission plugin or webhook rejected the object",
    text='An admission plugin or webhook rejected the object. The reason follows "is forbidden".',
    fix='Follow the reason after "is forbidden".',
    of="no-rbac-rule",
)


def explain_other_denial(case: Case[KubernetesForbidden]) -> Explanation:
    """Explain a denial that is not worded as RBAC words it."""
    message = clues.message_text(case)
    if (missing := find_missing_account(message)) is not None:
        return explain_missing_account(case, missing)
    if (said := _ESCALATION.search(message)) is not None:
        return _explain_escalation(case, message, said)
    return explain_node_restriction(case, message) or _explain_admission(case, message)


def _explain_admission(case: Case[KubernetesForbidden], message: str) -> Explanation:
    if found := _PROTECTED.search(message):
        text = "Kubernetes does not allow anyone to delete this object."
        return case.explain(
            text,
            PROTECTED_OBJECT.cause("reported", f"The API server says: {found[0]}.", text=text),
            topic="kubernetes-admission",
            remedies=your_remedy(
                "Delete the contents of the object instead",
                "The namespaces default, kube-system and kube-public always exist.",
                "Remove the deletion from the script or tool.",
                url="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
            ),
            notes="Neither an IAM policy nor an RBAC role can allow this.",
        )
    remedies = (
        cluster_remedy(
            "Find out what rejects the request",
            "Read the complete message: it names the plugin, quota or webhook.",
            commands=(
                "kubectl describe namespace NAMESPACE",
                "kubectl -n NAMESPACE get resourcequota,limitrange",
                "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations",
            ),
            url=pages.KUBERNETES_ADMISSION,
        ),
        your_remedy(
            "List your permissions", commands="kubectl auth can-i --list -n NAMESPACE", url=pages.RBAC
        ),
    )
    return case.explain(
        "Kubernetes denied the request, and the text does not say why.",
        REFUSED_BY_ADMISSION.cause(),
        NO_RULE.cause(text="No RBAC role allows the request."),
        topic="kubernetes-admission",
        remedies=remedies,
        notes=(
            "An IAM policy does not help.",
            "If an admission plugin rejected the request, more RBAC permissions do not help either.",
        ),
    )


_EKS = lazy_pattern(r"\beks|EKS")
# Kubernetes up to 1.11 and OpenShift 3 call them extra privileges.
_ESCALATION = lazy_pattern(
    r"attempting to grant RBAC permissions not currently held|(?:attempt to|cannot) grant extra privileges"
)
_USER = lazy_pattern(r"\buser \"([^\"]{1,300})\"")
# The groups of the user, in the form of Go.
_GROUPS = lazy_pattern(r"\(groups=\[(\"[^\]\n]{1,2000})\]\)")
_QUOTED = lazy_pattern(r"\"([^\"]{0,253})\"")
_OBJECT = lazy_pattern(
    r"\b(clusterrolebinding|clusterrole|rolebinding|role)s?(?:\.rbac\.authorization\.k8s\.io)? \"([^\"]{1,253})\" is forbidden"
)
_FILE = lazy_pattern(r"error when creating \"([\w./-]{1,200}\.(?:ya?ml|json))\"", re.ASCII)
# k8s.io/component-helpers/auth/rbac/validation: CompactString writes the fields of a rule, without the empty ones.
_RULE = lazy_pattern(r"\{((?:[A-Za-z]{5,16}:\[[^\[\]{}]{0,1000}\](?:, )?){1,5})\}")
_FIELD = lazy_pattern(r"([A-Za-z]{5,16}):\[([^\[\]{}]{0,1000})\]")
_KINDS = {
    "clusterrolebinding": "ClusterRoleBinding",
    "clusterrole": "ClusterRole",
    "rolebinding": "RoleBinding",
    "role": "Role",
}
_MAX_RULES, _MAX_RULES_NAMED = 20, 3
_PREVENTION = f"{pages.RBAC}#privilege-escalation-prevention-and-bootstrapping"
ESCALATION = CauseType(
    "escalation",
    title="A role cannot grant more than its creator has",
    text="Kubernetes prevents privilege escalation: a user who creates or binds a role must already have all its permissions, in the same scope.",
    recognised_by='The message says "attempting to grant RBAC permissions not currently held".',
    fix="Create the role with an administrator's credentials, or grant the missing permissions first.",
    sources=(pages.RBAC,),
)
RIGHTS_OF_ACCESS_POLICY = CauseType(
    "access-policy-permissions",
    title="Permissions of EKS access policies do not apply here",
    text="The caller has the permissions from an EKS access policy, which do not count here: Kubernetes compares only RBAC roles.",
    fix="Bind the caller to a role with the permissions.",
    recognised_by="The text shows an EKS access policy of the caller.",
    sign=r":cluster-access-policy/AmazonEKS\w{3,40}",
    remedy="Ask a cluster administrator",
    of="escalation",
)


def _explain_escalation(case: Case[KubernetesForbidden], message: str, said: re.Match[str]) -> Explanation:
    """Explain that a user tried to grant permissions that the user does not have."""
    found, named, written = (pattern.search(message) for pattern in (_OBJECT, _USER, _FILE))
    user = f"the user {clip_text(named[1])}" if named else "the caller"
    kind = _KINDS[found[1]] if found else ""
    what = clip_text(f"the {kind} {found[2]}") if found else "the role or binding"
    # Kubernetes 1.11 lists all rules of the user after the missing ones.
    missing = _describe_rules(message[said.end() :].partition("ownerrules=")[0]) or "permissions"
    verb = "create" if "error when creating" in message else "create or change"
    grants = "the role that it binds grants" if kind.endswith("Binding") else "it grants"
    space = commands.namespace(case.facts.namespace)
    where = f" in the namespace {space}" if kind in {"Role", "RoleBinding"} and space != "NAMESPACE" else ""
    file = written[1] if written and not written[1].startswith("-") else None
    return case.explain(
        f"RBAC allows {user} to {verb} {what}, but Kubernetes rejects it: {grants} {missing}, which the user does not have.",
        ESCALATION.cause("reported", f"The API server says: {said[0]}."),
        RIGHTS_OF_ACCESS_POLICY.cause() if case.facts.cluster or _EKS.search(case.text) else None,
        topic="kubernetes-escalation",
        remedies=(
            cluster_remedy(
                f"Ask a cluster administrator to create {what}",
                None if file else "They run the same kubectl, Helm or Terraform command.",
                "A member of system:masters, or a principal with AmazonEKSClusterAdminPolicy for the cluster, can create every role and binding, because it has the verbs escalate and bind. Give these verbs to others only for single roles (resourceNames): otherwise, they can get every permission.",
                commands=command("kubectl", "apply", "-f", file) if file else None,
                url=_PREVENTION,
            ),
            cluster_remedy(
                f"Or grant {missing} to {_find_grantee(message, named)}{where} first",
                "The caller needs the permissions in the same scope: for a Role, in its namespace or the whole cluster.",
                "To grant permissions that the caller has from an access policy, bind the caller to a role with them first.",
                commands=command(
                    "kubectl", "auth", "can-i", "--list", *(("--namespace", space) if where else ())
                ),
                url=_PREVENTION,
            ),
            your_remedy(f"Or take {missing} out of the role", url=_PREVENTION),
        ),
        notes="An IAM policy does not help: Kubernetes rejected the request.",
    )


def _find_grantee(message: str, named: re.Match[str] | None) -> str:
    """Return to whom to grant permissions: a group of the user, whose name can be that of a single session."""
    listed = _GROUPS.search(message)
    groups = [] if listed is None else _QUOTED.findall(listed[1])
    own = [clip_text(each) for each in groups if each and not each.startswith("system:")]
    if own:
        return f"the group {own[0]}" if len(own) == 1 else f"one of the groups {join_words(own, 'or')}"
    if named is None or isinstance(try_parse_principal(named[1]), RoleSession):
        # The name of a session can be another one next time.
        return "a group of the caller"
    return f"the user {clip_text(named[1])}"


def _describe_rules(text: str) -> str:
    """Return the first rules that a text lists in words, or nothing if it lists none."""
    parsed = (_parse_rule(each[1]) for each in islice(_RULE.finditer(text), _MAX_RULES))
    rules = [each for each in parsed if each is not None]
    named = [_describe_rule(each) for each in rules[:_MAX_RULES_NAMED]]
    more = [f"{len(rules) - len(named)} more"] if len(rules) > len(named) else []
    return clip_text(join_words([*named, *more], "and"))


def _parse_rule(text: str) -> Rule | None:
    fields = {name: tuple(_QUOTED.findall(values)) for name, values in _FIELD.findall(text)}
    verbs = fields.get("Verbs", ())
    urls = fields.get("NonResourceURLs", ())
    resources = fields.get("Resources", ())
    if not verbs or not (urls or resources):
        return None
    if urls:
        return Rule(verbs, urls=urls)
    return Rule(verbs, fields.get("APIGroups", ()) or ("",), resources, fields.get("ResourceNames", ()))


def _describe_rule(rule: Rule) -> str:
    """Return a rule in words.

    >>> _describe_rule(Rule(("get", "list"), ("apps",), ("deployments",)))
    'get and list on deployments.apps'
    """
    verbs = "every verb" if "*" in rule.verbs else join_words(rule.verbs, "and")
    if rule.urls:
        return f"{verbs} on {'every path' if '*' in rule.urls else join_words(rule.urls, 'and')}"
    groups = [each for each in rule.groups if each]
    of_groups = ""
    if "*" in groups:
        of_groups = " in every API group"
    elif groups:
        of_groups = f" of {join_words(groups, 'and')}"
    resources = "every resource" if "*" in rule.resources else join_words(rule.resources, "and")
    if len(rule.resources) == len(groups) == 1 and of_groups.startswith(" of") and "*" not in rule.resources:
        resources, of_groups = f"{rule.resources[0]}.{groups[0]}", ""
    names = f" named {join_words(rule.names, 'and')}" if rule.names else ""
    return f"{verbs} on {resources}{of_groups}{names}"
