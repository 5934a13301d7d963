"""Explain rejected Pod Identity associations, and roles that EKS Pod Identity cannot assume.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html. Pod Identity calls both actions, and passes the
tags in https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html#pod-id-abac-tags.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_argument
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.calls.error_kind import import_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.principal_mappings import IAM_DOES_NOT_HELP
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, save_step, trust_remedy
from iamtriage.explaining._rules.sts.service_policies import check_service_trust
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from typing import Any

    from iamtriage.arns._principals import Role
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import Cluster
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessEntry

_SERVICE = "pods.eks.amazonaws.com"
_ACTIONS = ("sts:AssumeRole", "sts:TagSession")
_TAG = "aws:RequestTag/kubernetes-"
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
    text="The cluster has no association with this ID or for this service account, or it is in another cluster or Region.",
    recognised_by="EKS says that no association was found.",
    fix="Create the association for the namespace and the service account.",
    sources=(pages.EKS_POD_ASSOCIATION,),
)
POD_IDENTITY_TRUST = CauseType(
    "pod-identity-trust",
    title="The role does not trust EKS Pod Identity",
    meaning=f"The role's trust policy does not name {_SERVICE} (it can be for IRSA instead, with an OIDC provider), does not allow sts:TagSession, or has a condition on another service account or cluster.",
    recognised_by="EKS says that the trust policy of the role is not valid for Pod Identity, or that the role cannot be assumed for the association.",
    fix=f"Allow {_SERVICE} both sts:AssumeRole and sts:TagSession in the role's trust policy.",
    sources=(pages.EKS_POD_ROLE,),
)


def explain_association_exists(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that a service account already has an association."""
    cluster = find_cluster(case)
    found = _ASSOCIATION.search(message)
    association = found[1] if found else "ASSOCIATION_ID"
    return case.explain(
        "The service account already has a Pod Identity association.",
        ASSOCIATION_EXISTS.cause("reported", (f"The association is {association}",) if found else ()),
        topic="pod-identity-exists",
        remedies=(
            import_remedy(case.failure, case.facts, identifier=f"{cluster.argument},{association}"),
            cluster_remedy(
                "Inspect the existing association",
                commands=(
                    cluster.eks_command("list-pod-identity-associations", *_OF_ACCOUNT),
                    cluster.eks_command("describe-pod-identity-association", "--association-id", association),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
            cluster_remedy(
                "Change the role of the association",
                "The call requires iam:PassRole for the role. Then re-create the pods.",
                commands=cluster.eks_command(
                    "update-pod-identity-association",
                    *("--association-id", association, "--role-arn", "ROLE_ARN"),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
        ),
        notes=IAM_DOES_NOT_HELP,
    )


def explain_association_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that an association does not exist."""
    cluster = find_cluster(case)
    return case.explain(
        "The cluster has no such Pod Identity association.",
        NO_ASSOCIATION.cause("reported"),
        topic="pod-identity-missing",
        remedies=cluster_remedy(
            "List the associations, and create the missing one",
            "The last call requires iam:PassRole for the role, which must trust pods.eks.amazonaws.com.",
            commands=(cluster.eks_command("list-pod-identity-associations"), _create_command(cluster)),
            url=pages.EKS_POD_ASSOCIATION,
        ),
    )


def _create_command(cluster: Cluster) -> str:
    return cluster.eks_command("create-pod-identity-association", *_OF_ACCOUNT, "--role-arn", "ROLE_ARN")


def explain_pod_trust(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that EKS rejects the role of an association because of its trust policy."""
    role = underlying_role(try_parse_principal(find_entry_arn(case)))
    again: tuple[str, ...] = ()
    if "CreatePodIdentityAssociation" in message:
        again = (_create_command(find_cluster(case)),)
    if role is not None:
        again = tuple(each.replace("ROLE_ARN", quote_argument(str(role))) for each in again)
    return _explain_trust(case, "pod-identity-trust", POD_IDENTITY_TRUST.cause("reported"), role, again=again)


def explain_pod_denied(denial: Denial) -> Explanation:
    """Explain that EKS Pod Identity could not assume the role of an association."""
    reason = "EKS found the association and its role, but could not assume the role."
    cause = POD_IDENTITY_TRUST.cause("derived", reason)
    cluster = find_cluster(denial.case)
    lookup = (
        cluster.eks_command("list-pod-identity-associations", *_OF_ACCOUNT[:2]),
        cluster.eks_command(
            *("describe-pod-identity-association", "--association-id", "ASSOCIATION_ID"),
            query="association.roleArn",
        ),
    )
    return _explain_trust(denial, "pod-identity", cause, None, lookup=lookup)


def _explain_trust(
    case: Case[AccessEntry] | Denial,
    topic: str,
    cause: Cause,
    role: Role | None,
    *,
    lookup: tuple[str, ...] = (),
    again: tuple[str, ...] = (),
) -> Explanation:
    """Explain that a role does not trust Pod Identity, by the trust policy in the facts if there is one."""
    statement = _build_statement(case.facts)
    trust = check_service_trust(
        case.facts,
        _SERVICE,
        _ACTIONS,
        None if role is None else str(role),
        known=_known_keys(case.facts, role),
        added=statement,
    )
    then = "Then create the association again." if again else "Then retry the call, or re-create the pods."
    causes: tuple[Cause, ...]
    if trust is not None:
        summary = f"EKS Pod Identity cannot assume the role: {trust.verdict}."
        causes = (trust.cause, cause)
        remedy = attrs.evolve(
            trust.remedy, steps=(*trust.remedy.steps, then), commands=(*trust.remedy.commands, *again)
        )
    else:
        summary = f"EKS Pod Identity cannot assume the role: its trust policy does not allow {_SERVICE} both sts:AssumeRole and sts:TagSession."
        causes = (cause,)
        find = ("Find the role of the association.",) if lookup else ()
        limit = f"A condition on {_TAG}namespace and {_TAG}service-account limits it to one service account."
        remedy = trust_remedy(
            f"Allow {_SERVICE} in the role's trust policy",
            *find,
            save_step("the role's trust policy", "trust.json"),
            None if "Condition" in statement else limit,
            commands=(*lookup, *commands.trust_policy_commands(None if role is None else role.name)),
            policy=build_document([statement]),
            url=pages.EKS_POD_ROLE,
        )
    return case.explain(
        summary,
        *causes,
        topic=topic,
        remedies=remedy,
        notes="An identity-based policy does not help. Changes to a trust policy take a few seconds to propagate.",
    )


def _build_statement(facts: Facts) -> dict[str, Any]:
    """Return the statement that allows Pod Identity, limited to the service account if that is known."""
    condition = None
    namespace, account = commands.namespace(facts.namespace), commands.kubernetes_name(facts.service_account)
    if (namespace, account) == (facts.namespace, facts.service_account):
        condition = {"StringEquals": {f"{_TAG}namespace": namespace, f"{_TAG}service-account": account}}
    return allow(_ACTIONS, sid="AllowPodIdentity", principal={"Service": _SERVICE}, condition=condition)


def _known_keys(facts: Facts, role: Role | None) -> dict[str, str | None]:
    arn = None
    if role is not None and facts.region is not None and facts.cluster is not None:
        arn = f"arn:{role.partition}:eks:{facts.region}:{role.account}:cluster/{facts.cluster}"
    return {
        f"{_TAG}namespace".lower(): facts.namespace,
        f"{_TAG}service-account".lower(): facts.service_account,
        "aws:requesttag/eks-cluster-name": facts.cluster,
        "aws:requesttag/eks-cluster-arn": arn,
        "aws:sourcearn": arn,
    }
