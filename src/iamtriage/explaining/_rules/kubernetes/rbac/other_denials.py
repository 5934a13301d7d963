"""Explain Kubernetes denials other than those for missing roles: admission, service accounts and privilege escalation.

Admission follows authorization: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/. Tokens:
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ and
https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html. A role that grants more than its creator has:
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, line_start
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.rbac.node_requests import explain_node_restriction
from iamtriage.explaining._rules.kubernetes.users import NO_RULE
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED, TOKEN_KEPT
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import Failure, KubernetesForbidden

_MISSING_ACCOUNT = lazy_pattern(
    r"(?a)error looking up service account(?:\s+([a-z0-9-]{1,63})/([a-z0-9.-]{1,253}))?"
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
                    commands.fill_command("kubectl get serviceaccounts -n {}", namespace),
                    commands.fill_command("kubectl create serviceaccount {} -n {}", name, namespace),
                ),
            ),
            _restart_pods_remedy(namespace),
        ),
        notes="The IAM role of the service account is not the problem.",
    )


def explain_expired_token(case: AnyCase, message: str) -> Explanation | None:
    """Explain that a token has expired, if the message says so."""
    if (found := _EXPIRED_TOKEN.search(message)) is None:
        return None
    return case.explain(
        "The API server rejected the token, because it has expired.",
        TOKEN_EXPIRED.cause("reported", f"The API server says: {found[0]}.", text="The token has expired."),
        TOKEN_KEPT.cause(
            text="The program reads the token only once, but Kubernetes renews the token file. EKS accepts an old token for at most 90 days."
        ),
        COPIED_TOKEN.cause(),
        topic="kubernetes-token-expired",
        remedies=(
            your_remedy(
                "Use a client that reads the token file again",
                "These and later versions of the Kubernetes clients do: Go 0.15.7, Python 12.0.0, Java 9.0.0, JavaScript 0.10.3, C# 7.0.5.",
            ),
            _restart_pods_remedy("NAMESPACE"),
        ),
    )


# klog names the process, which is the first one only in a container. Argo CD watches other clusters, too.
_REFLECTOR = lazy_pattern(
    r"\b[EFW]\d{4} [\d:.]{8,15} +1 (?:cache/)?reflector\.go:\d{1,5}\][^\n]{0,200}?\b[Ff]ailed to (?:list|watch) \*(?!unstructured\.)[\w.]{3,100}: [^\n]{0,300}?(?:Unauthorized|provide credentials)"
)
_CHARS_OF_LINE = 600


def is_from_controller(failure: Failure) -> bool:
    """Return whether the line of a failure is from a controller in a pod that may not watch objects.

    >>> from iamtriage import parse
    >>> is_from_controller(parse("W1116 12:52:04.4 1 reflector.go:535] factory.go:9: failed to list *v1.Job: Unauthorized"))
    True
    """
    text, (start, end) = failure.text, failure.span
    low = line_start(text, start, start - _CHARS_OF_LINE)
    return _REFLECTOR.search(text[low : end + _CHARS_OF_LINE].partition("\n")[0]) is not None


def explain_controller_token(case: AnyCase) -> Explanation:
    """Explain that a controller's pod has a token that the API server does not accept."""
    return case.explain(
        "The API server rejected the token of the controller's pod (401), most likely that of its service account.",
        SERVICE_ACCOUNT_MISSING.cause(
            text="The service account was deleted or re-created while the pod was running, such as by an upgrade: the token is valid only for the old one."
        ),
        TOKEN_KEPT.cause(
            text="The controller keeps its first token instead of reading the token file again, and the token has expired."
        ),
        topic="kubernetes-controller-token",
        remedies=(
            _restart_pods_remedy(commands.namespace(case.facts.namespace)),
            cluster_remedy(
                "If a new pod is rejected, too, compare its token with the cluster",
                "The pod can mount a Secret with an old token, or have a kubeconfig for another cluster.",
                commands=commands.fill_command(
                    "kubectl get pod POD -n {} --output jsonpath='{{.spec.serviceAccountName}} {{.spec.volumes}}'",
                    commands.namespace(case.facts.namespace),
                ),
            ),
        ),
        notes="A controller in a pod needs no access entry and no entry in aws-auth. Missing permissions would be a 403.",
    )


def _restart_pods_remedy(namespace: str) -> Remedy:
    return cluster_remedy(
        "Restart the pods",
        "New pods get a new token.",
        commands=commands.fill_command("kubectl rollout restart deployment/NAME -n {}", namespace),
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
_OBJECT = lazy_pattern(
    r"\b(clusterrolebinding|clusterrole|rolebinding|role)s?(?:\.rbac\.authorization\.k8s\.io)? \"([^\"]{1,253})\" is forbidden"
)
_KINDS = {
    "clusterrolebinding": "ClusterRoleBinding",
    "clusterrole": "ClusterRole",
    "rolebinding": "RoleBinding",
    "role": "Role",
}
# A rule that the user lacks, as the API server prints it, and the groups of the user.
_RULE = lazy_pattern(
    r"\{APIGroups:\[([^\]\n]{1,200})\], Resources:\[([^\]\n]{1,400})\], (?:ResourceNames:\[([^\]\n]{1,400})\], )?Verbs:\[([^\]\n]{1,200})\]\}"
)
_GROUPS, _QUOTED = lazy_pattern(r"\(groups=\[([^\]\n]{1,600})\]"), lazy_pattern(r"\"([^\"]*)\"")
_CHARS_OF_RULES, _MAX_RULES, _CHANGES = 4_000, 3, (("apply",), ("create",))
_NOT_REPEATED = lazy_pattern(r"token|password|dry-run| -f -(?:\s|\Z)")
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
    sign=r"\bAmazonEKS(?:View|SecretReader|Edit|Admin|AdminView)Policy\b",
    remedy="Ask a cluster administrator",
    of="escalation",
)


def _explain_escalation(case: Case[KubernetesForbidden], message: str, said: re.Match[str]) -> Explanation:
    """Explain that a user tried to grant permissions that the user does not have."""
    found, named = _OBJECT.search(message), _USER.search(message)
    user = f"the user {clip_text(named[1])}" if named else "the caller"
    what = clip_text(f"the {_KINDS[found[1]]} {found[2]}") if found else "the role or binding"
    run, text = case.context.command, case.failure.text
    is_same = run is not None and run.program == "kubectl" and run.words[:1] in _CHANGES and run.words[1:]
    again = run.text if run and is_same and not _NOT_REPEATED.search(run.text) else None
    start = text.find(said[0])
    rules = _RULE.findall(text, start, start + _CHARS_OF_RULES)
    lacking = join_words([f"{_listed(each[3])} on {_listed(each[1])}" for each in rules], "and")
    lacks = f"{lacking}, which" if 0 < len(rules) <= _MAX_RULES else "permissions that"
    return case.explain(
        f"RBAC allows {user} to create or change {what}, but Kubernetes rejects it: the role grants {lacks} the user does not have.",
        ESCALATION.cause("reported", f"The API server says: {said[0]}."),
        RIGHTS_OF_ACCESS_POLICY.cause() if case.facts.cluster or _EKS.search(case.text) else None,
        topic="kubernetes-escalation",
        remedies=(
            cluster_remedy(
                f"Ask a cluster administrator to create {what}",
                None if again else "They run the same kubectl, Helm or Terraform command.",
                "A member of system:masters, or a principal with AmazonEKSClusterAdminPolicy for the cluster, can create every role and binding, because it has the verbs escalate and bind. Don't give these verbs to others: with escalate, they can write every permission into a role.",
                commands=again,
                url=_PREVENTION,
            ),
            _grant_first_remedy(case, found, message, rules),
            your_remedy("Or take these permissions out of the role", url=_PREVENTION),
        ),
        notes="An IAM policy does not help: Kubernetes rejected the request.",
    )


def _listed(quoted: str) -> str:
    return join_words([clip_text(each) for each in _QUOTED.findall(quoted)], "and")


def _grant_first_remedy(
    case: Case[KubernetesForbidden],
    found: re.Match[str] | None,
    message: str,
    rules: list[tuple[str, str, str, str]],
) -> Remedy:
    """Return the remedy that gives the user the permissions, by the commands for the only group if one rule lacks."""
    groups = _GROUPS.search(message)
    own = [each for each in _QUOTED.findall(groups[1] if groups else "") if not each.startswith("system:")]
    scoped = "The caller needs the permissions in the same scope: for a Role, in its namespace or the whole cluster."
    of_policy = "To grant permissions that the caller has from an access policy, bind the caller to a role with them first."
    title = "Or grant the permissions to a group of the caller first"
    lines: tuple[str, ...] = ("kubectl auth can-i --list",)
    # With everything, the group would be the administrator.
    if found is not None and len(own) == len(rules) == 1 and '"*"' not in str(rules):
        api_groups, resources, names, verbs = map(_QUOTED.findall, rules[0])
        types = [
            f"{name}{group and f'.{group}'}{slash}{part}"
            for group in api_groups
            for name, slash, part in (each.partition("/") for each in resources)
        ]
        kind = "clusterrole" if found[1].startswith("cluster") else "role"
        namespace = None if kind == "clusterrole" else case.facts.namespace
        scope = "" if kind == "clusterrole" else f" --namespace {namespace or 'NAMESPACE'}"
        only = "".join(commands.fill_command(" --resource-name {}", each) for each in names)
        create = f"kubectl create {kind} {{}}{scope} --verb {{}} --resource {{}}"
        bind = f"kubectl create {kind}binding {{0}}{scope} --{kind} {{0}} --group {{1}}"
        where = f" in the namespace {namespace}" if namespace else ""
        title = f"Or allow the group {clip_text(own[0])} {_listed(rules[0][3])} on {_listed(rules[0][1])}{where} first"
        role = f"{found[2]}-permissions"
        lines = (
            f"{commands.fill_command(create, role, ','.join(verbs), ','.join(types))}{only}",
            commands.fill_command(bind, role, own[0]),
        )
    return cluster_remedy(title, scoped, of_policy, commands=lines, url=_PREVENTION)
