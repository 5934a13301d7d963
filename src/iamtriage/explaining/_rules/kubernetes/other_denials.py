"""Explain Kubernetes denials other than those for missing roles: admission, service accounts and their tokens.

Admission follows authorization: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/. Tokens:
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ and
https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.values import Subject
from iamtriage.explaining._rules.kubernetes.node_requests import explain_node_restriction
from iamtriage.explaining._rules.kubernetes.role_escalations import explain_escalation, find_escalation
from iamtriage.explaining._rules.kubernetes.users import NO_RULE
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED, TOKEN_KEPT
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.failures._failures import KubernetesForbidden

_MISSING_ACCOUNT = lazy_pattern(
    r"error looking up service account(?:\s+([a-z0-9-]{1,63})/([a-z0-9.-]{1,253}))?", re.ASCII
)
_EXPIRED_TOKEN = lazy_pattern(
    r"service account token has expired|[Tt]oken (?:is|has) expired|token has been invalidated"
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
        topic="service-account-missing",
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
        notes="Requests with old tokens have the annotation authentication.k8s.io/stale-token in the audit log.",
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
    missing = find_missing_account(message)
    if missing is not None:
        return explain_missing_account(case, missing)
    escalation = find_escalation(message)
    if escalation is not None:
        return explain_escalation(case, message, escalation)
    return explain_node_restriction(case, message) or _explain_admission(case, message)


def _explain_admission(case: Case[KubernetesForbidden], message: str) -> Explanation:
    found = _PROTECTED.search(message)
    if found:
        text = "Kubernetes does not allow anyone to delete this object."
        cause = PROTECTED_OBJECT.cause("reported", f"The API server says: {found[0]}.", text=text)
        remedy = your_remedy(
            "Delete the contents of the object instead",
            "The namespaces default, kube-system and kube-public always exist.",
            "Remove the deletion from the script or tool.",
            url="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
        )
        return case.explain(
            text,
            cause,
            topic="kubernetes-admission",
            remedies=remedy,
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
