"""Explain Kubernetes denials other than those for missing roles.

Admission follows authorization: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.kubernetes.role_escalations import explain_escalation, find_escalation
from iamtriage.explaining._rules.kubernetes.service_accounts import (
    explain_missing_account,
    find_missing_account,
)
from iamtriage.explaining._rules.kubernetes.users import NO_RULE, build_node_explanation
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import KubernetesForbidden

_NODE_RESTRICTION = lazy_pattern(
    r"\bnode \"?[a-z0-9.-]{1,253}\"? (?:is not allowed to|cannot|can only)|is not allowed to modify labels"
)
# parse() reports no other admission error with a reason as a Kubernetes denial.
_PROTECTED = lazy_pattern(r"may not be deleted")


NODE_RESTRICTION = CauseType(
    "node-restriction",
    title="A kubelet changed another node or a protected label",
    text="The admission plugin NodeRestriction allows a kubelet to change only its own Node object and its pods, and no protected labels.",
    recognised_by="The message names NodeRestriction, or says that a node is not allowed to modify another.",
    fix="Set the label with an administrator's credentials, or choose another label.",
    sources=(pages.KUBERNETES_ADMISSION,),
)
PROTECTED_OBJECT = CauseType(
    "protected-object",
    title="Kubernetes protects the object",
    meaning="Kubernetes does not allow any user to delete this object, such as the namespace kube-system.",
    recognised_by="The API server says that the object cannot be deleted.",
    fix="Keep the object.",
    sources=(pages.RBAC,),
)
REFUSED_BY_ADMISSION = CauseType(
    "refused-by-admission",
    title="An admission plugin or webhook rejected the object",
    text='An admission plugin or webhook rejected the object. The reason follows "is forbidden".',
    fix='Follow the reason after "is forbidden".',
    of="no-rule",
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
    restriction = _NODE_RESTRICTION.search(message)
    if restriction:
        cause = NODE_RESTRICTION.cause("reported", (f"The API server says: {restriction[0]}.",))
        summary = "Kubernetes allows a node to change only its own objects."
        return build_node_explanation(case, summary, [cause])
    return _explain_admission(case, message)


def _explain_admission(case: Case[KubernetesForbidden], message: str) -> Explanation:
    found = _PROTECTED.search(message)
    if found:
        text = "Kubernetes does not allow anyone to delete this object."
        cause = PROTECTED_OBJECT.cause("reported", (f"The API server says: {found[0]}.",), text=text)
        remedy = your_remedy(
            "Keep the object, and delete what it contains instead",
            "The namespaces default, kube-system and kube-public always exist.",
            "Remove the object from the script or tool that deletes it.",
            url="https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
        )
        return case.explain(
            text,
            cause,
            topic="kubernetes-admission",
            remedies=(remedy,),
            notes=("Neither an IAM policy nor an RBAC role helps.",),
        )
    namespace = commands.namespace(case.facts.namespace)
    remedies = (
        cluster_remedy(
            "Find out what rejects the request",
            "Read the complete message: it names the plugin, quota or webhook.",
            commands=(
                fill_command("kubectl describe namespace {}", namespace),
                fill_command("kubectl -n {} get resourcequota,limitrange", namespace),
                "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations",
            ),
            url=pages.KUBERNETES_ADMISSION,
        ),
        your_remedy(
            "List your permissions",
            commands=(fill_command("kubectl auth can-i --list -n {}", namespace),),
            url=pages.RBAC,
        ),
    )
    return case.explain(
        "Kubernetes denied the request, and the text does not say why.",
        REFUSED_BY_ADMISSION.cause(),
        NO_RULE.cause(text="No role allows it."),
        topic="kubernetes-admission",
        remedies=remedies,
        notes=(
            "An IAM policy does not help.",
            "If an admission plugin rejected the request, more RBAC permissions do not help either.",
        ),
    )
