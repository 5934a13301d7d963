"""Explain rejected Pod Identity associations.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_argument
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.calls.error_kind import import_remedy
from iamtriage.explaining._rules.kubernetes import pod_identity_trust
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.principal_mappings import IAM_DOES_NOT_HELP
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.sts.trust_documents import limit_to_subject, remove_deleted_principals
from iamtriage.explaining._rules.sts.trust_fixes import WHOLE_DOCUMENT

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role
    from iamtriage.explaining._cause_types import Cause, Evidence
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.kubernetes.pod_identity_trust import PodTrust
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import Cluster
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessEntry

_OF_ACCOUNT = ("--namespace", "NAMESPACE", "--service-account", "SERVICE_ACCOUNT")
_ASSOCIATION = lazy_pattern(r"already exists:? \"?(a-[a-z0-9]{8,40})(?![\w-])", re.ASCII)

ASSOCIATION_EXISTS = CauseType(
    "association-exists",
    title="The service account already has a Pod Identity association",
    recognised_by="EKS says that an association already exists.",
    fix="Update the existing association.",
    sources=(pages.EKS_POD_ASSOCIATION,),
)
NO_ASSOCIATION = CauseType(
    "no-association",
    title="There is no Pod Identity association",
    text="The cluster has no association with this ID or for this service account.",
    recognised_by="EKS says that no association was found.",
    fix="Create the association for the namespace and the service account.",
    sources=(pages.EKS_POD_ASSOCIATION,),
)
ASSOCIATION_ELSEWHERE = CauseType(
    "association-elsewhere",
    title="The association is in another cluster or Region",
    fix="Call the Region and the cluster of the association.",
    of="no-association",
)


def explain_association_exists(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that a service account already has an association."""
    cluster = find_cluster(case)
    found = _ASSOCIATION.search(message)
    association = found[1] if found else "ASSOCIATION_ID"
    identifier = f"{cluster.argument},{association}"
    imported = import_remedy(case.failure, case.facts, identifier=identifier)
    return case.explain(
        "The service account already has a Pod Identity association.",
        ASSOCIATION_EXISTS.cause("reported", (f"The association is {association}",) if found else ()),
        topic="pod-identity-exists",
        remedies=(
            *((imported,) if imported else ()),
            remedies.cluster_remedy(
                "Inspect the existing association",
                commands=(
                    cluster.eks_command("list-pod-identity-associations", *_OF_ACCOUNT),
                    cluster.eks_command("describe-pod-identity-association", "--association-id", association),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
            remedies.cluster_remedy(
                "Change its role",
                "It requires iam:PassRole for the role. Then re-create the pods.",
                commands=(
                    cluster.eks_command(
                        "update-pod-identity-association",
                        *("--association-id", association, "--role-arn", "ROLE_ARN"),
                    ),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
            *(() if imported else _import_remedies(case, identifier)),
        ),
        notes=(IAM_DOES_NOT_HELP,),
    )


def _import_remedies(case: Case[AccessEntry], identifier: str) -> tuple[Remedy, ...]:
    called = context_of(case.facts).command
    if called is not None and called.program == "aws":
        return ()
    return (
        remedies.your_remedy(
            "In Terraform, import it",
            commands=(f"terraform import aws_eks_pod_identity_association.NAME {identifier}",),
            url="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_pod_identity_association#import",
        ),
    )


def explain_association_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that an association does not exist."""
    cluster = find_cluster(case)
    return case.explain(
        "The cluster has no such Pod Identity association.",
        NO_ASSOCIATION.cause("reported"),
        ASSOCIATION_ELSEWHERE.cause(),
        topic="pod-identity-missing",
        remedies=(
            remedies.cluster_remedy(
                "List the associations, and create the missing one",
                "It requires iam:PassRole for the role, and a role that trusts pods.eks.amazonaws.com.",
                commands=(
                    cluster.eks_command("list-pod-identity-associations"),
                    _create_command(cluster),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
        ),
    )


def explain_pod_trust(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that a role does not trust Pod Identity."""
    role = underlying_role(try_parse_principal(find_entry_arn(case)))
    checked = pod_identity_trust.check_pod_trust(case.facts, role.account if role else None)
    if checked is not None:
        cause = pod_identity_trust.POD_IDENTITY_TRUST.cause("reported")
        creates = "CreatePodIdentityAssociation" in message
        again = (_create_command(find_cluster(case)),) if creates else ()
        return _explain_checked(case, "pod-identity-trust", checked, cause, role, again)
    service_account = pod_identity_trust.known_service_account(case.facts)
    steps = [
        "Save the role's trust policy as trust.json, with this statement added and the existing ones that are still needed: the command replaces the whole policy."
    ]
    if service_account is None:
        steps.append(
            f"A condition on {pod_identity_trust.TAG_PREFIX}namespace and {pod_identity_trust.TAG_PREFIX}service-account limits it to one service account."
        )
    return case.explain(
        "The role's trust policy does not allow pods.eks.amazonaws.com sts:AssumeRole and sts:TagSession.",
        pod_identity_trust.POD_IDENTITY_TRUST.cause("reported"),
        pod_identity_trust.NO_SERVICE.cause(),
        pod_identity_trust.NO_TAG_SESSION.cause(),
        pod_identity_trust.IRSA_TRUST.cause(),
        remedies=(
            remedies.trust_remedy(
                f"Allow {pod_identity_trust.POD_SERVICE} in the role's trust policy",
                *steps,
                commands=commands.trust_policy_commands(role.name if role else None),
                policy=pod_identity_trust.build_pod_trust_policy(service_account),
                url=pages.EKS_POD_ROLE,
            ),
        ),
        notes=("An IAM policy does not help. Changes to a trust policy take a few seconds to propagate.",),
    )


def _create_command(cluster: Cluster) -> str:
    return cluster.eks_command("create-pod-identity-association", *_OF_ACCOUNT, "--role-arn", "ROLE_ARN")


def _explain_checked(
    case: Case[AccessEntry] | Denial,
    topic: str,
    checked: PodTrust,
    reported: Cause,
    role: Role | None,
    again: tuple[str, ...],
) -> Explanation:
    """Explain what is wrong in a trust policy that is known."""
    show, replace = commands.trust_policy_commands(role.name if role else None)
    others: tuple[Remedy, ...] = ()
    if checked.alternative is not None:
        others = (
            remedies.cluster_remedy(
                checked.alternative,
                "An association is for one service account in one namespace of one cluster.",
                url=pages.EKS_POD_ASSOCIATION,
            ),
        )
    evidence: Evidence = "derived" if is_derived(case.facts, "trust_policy") else "supplied"
    if role is not None:
        again = tuple(each.replace("ROLE_ARN", quote_argument(str(role))) for each in again)
    if checked.fixed is None:
        remedy = remedies.account_remedy(
            checked.title,
            "Supply the policy that the command prints, with namespace, service account and cluster.",
            commands=(show, *again),
            url=pages.EKS_POD_ROLE,
        )
    else:
        then = (
            "Then create the association again." if again else "Then retry the call, or re-create the pods."
        )
        fixed, removed = remove_deleted_principals(checked.fixed)
        # Another pod can use the statement for the provider, so its subject is unknown.
        _, warning = limit_to_subject(fixed, Facts())
        remedy = remedies.trust_remedy(
            checked.title,
            " ".join((WHOLE_DOCUMENT, *warning, then)),
            *removed,
            commands=(replace, *again),
            policy=fixed,
            is_addition=False,
            url=pages.EKS_POD_ROLE,
        )
    return case.explain(
        checked.text,
        checked.cause.cause(evidence, (checked.reason,), text=checked.text),
        reported,
        topic=topic,
        remedies=(remedy, *others),
        notes=("An IAM policy does not help. Changes to a trust policy take a few seconds to propagate.",),
    )


def explain_pod_denied(denial: Denial) -> Explanation:
    """Explain that EKS Pod Identity could not assume the role of an association."""
    facts = denial.facts
    checked = pod_identity_trust.check_pod_trust(facts)
    if checked is not None:
        reason = "The message says that EKS does not have permissions to assume the role."
        cause = pod_identity_trust.POD_IDENTITY_TRUST.cause("derived", (reason,))
        return _explain_checked(denial, "pod-identity", checked, cause, None, ())
    return denial.explain(
        "EKS Pod Identity could not assume the role of the pod's association: the role's trust policy does not allow it.",
        pod_identity_trust.POD_IDENTITY_TRUST.cause(
            "derived",
            ("The message says that EKS does not have permissions to assume the role.",),
            text=f"The role's trust policy does not allow {pod_identity_trust.POD_SERVICE} both sts:AssumeRole and sts:TagSession.",
        ),
        topic="pod-identity",
        remedies=(
            remedies.trust_remedy(
                f"Allow {pod_identity_trust.POD_SERVICE} in the role's trust policy",
                "Find the role of the association.",
                "Save its trust policy as trust.json, with this statement added and the existing ones kept: the command replaces the whole policy. Both actions are needed.",
                commands=(
                    "aws eks list-pod-identity-associations --cluster-name CLUSTER --namespace NAMESPACE",
                    "aws eks describe-pod-identity-association --cluster-name CLUSTER --association-id ASSOCIATION_ID --query association.roleArn --output text",
                    *commands.trust_policy_commands(None),
                ),
                policy=pod_identity_trust.build_pod_trust_policy(
                    pod_identity_trust.known_service_account(facts)
                ),
                url=pages.EKS_POD_IDENTITY,
            ),
        ),
        notes=("Changes to a trust policy take a few seconds to propagate.",),
    )
