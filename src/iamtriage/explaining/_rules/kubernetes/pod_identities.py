"""Explain rejected Pod Identity associations and pod execution roles.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import failure_context, find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_mappings import (
    IAM_DOES_NOT_HELP,
    NODE_GROUPS,
    aws_auth_remedy,
    build_cluster_principal,
    create_entry_command,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessEntry

__all__ = (
    "explain_association_exists",
    "explain_association_missing",
    "explain_fargate_role",
    "explain_pod_denied",
    "explain_pod_trust",
)

_ASSOCIATION = re.compile(r"already exists:? \"?(a-[a-z0-9]{8,40})(?![\w-])", re.ASCII)
_FARGATE_PROFILE = re.compile(r"fargate profile ([0-9A-Za-z][\w-]{0,99}) (?:blocked|is)", re.ASCII)
_FARGATE_POLICY = "AmazonEKSFargatePodExecutionRolePolicy"
_POD_SERVICE = "pods.eks.amazonaws.com"
_TAG_PREFIX = "aws:RequestTag/kubernetes-"


POD_IDENTITY_TRUST = CauseType(
    "pod-identity-trust",
    title="The role does not trust EKS Pod Identity",
    text="EKS does not accept the trust policy of the role.",
    recognised_by="EKS says that the trust policy of the role is not valid for Pod Identity, or that the role cannot be assumed for the association.",
    fix="Let the trust policy allow pods.eks.amazonaws.com sts:AssumeRole and sts:TagSession.",
    sources=(pages.EKS_POD_ROLE,),
    example="eks-pod-identity-trust",
)
ASSOCIATION_EXISTS = CauseType(
    "association-exists",
    title="The service account already has a Pod Identity association",
    recognised_by="EKS says that an association already exists.",
    fix="Update the existing association.",
    sources=(pages.EKS_POD_ASSOCIATION,),
    example="eks-pod-identity-exists",
)
NO_ASSOCIATION = CauseType(
    "no-association",
    title="There is no Pod Identity association",
    text="The cluster has no association with this ID or for this service account.",
    recognised_by="EKS says that no association was found.",
    fix="Create the association for the namespace and the service account.",
    sources=(pages.EKS_POD_ASSOCIATION,),
    example="eks-pod-identity-missing",
)
ASSOCIATION_ELSEWHERE = CauseType(
    "association-elsewhere",
    title="The association is in another cluster or region",
    fix="Call the region and the cluster of the association.",
    of="no-association",
)
NO_SERVICE = CauseType(
    "no-service",
    title="The trust policy does not name pods.eks.amazonaws.com",
    fix="Add the service principal pods.eks.amazonaws.com.",
    of="pod-identity-trust",
    example="eks-pod-identity-trust",
)
NO_TAG_SESSION = CauseType(
    "no-tag-session",
    title="The trust policy does not allow sts:TagSession",
    text="It allows sts:AssumeRole but not sts:TagSession, which Pod Identity requires, too.",
    fix="Allow both sts:AssumeRole and sts:TagSession.",
    of="pod-identity-trust",
    example="eks-pod-identity-trust",
)
IRSA_TRUST = CauseType(
    "irsa-trust",
    title="The trust policy is written for IRSA",
    text="It is written for IRSA and trusts an OIDC provider.",
    fix="Add a statement for pods.eks.amazonaws.com.",
    of="pod-identity-trust",
    example="eks-pod-identity-trust",
)
ROLE_NOT_MAPPED = CauseType(
    "role-not-mapped",
    title="The Fargate pod execution role has no access",
    text="The pod execution role is not mapped, or lacks permissions. The message covers both.",
    recognised_by="The message says that the pod execution role is not found in auth config or does not have all required permissions.",
    fix="Attach AmazonEKSFargatePodExecutionRolePolicy, and map the role in aws-auth or let EKS re-create its entry.",
    sources=(pages.EKS_FARGATE_ROLE,),
    example="eks-fargate-role",
)
ENTRY_REMOVED = CauseType(
    "entry-removed",
    title="The Fargate role's mapping was removed",
    text="EKS mapped the role when the profile was created, and the entry was deleted or overwritten.",
    fix="Restore the mapping that EKS created with the profile.",
    of="role-not-mapped",
)
ROLE_RECREATED = CauseType(
    "role-recreated",
    title="The Fargate role was re-created or has a path",
    text="The role was re-created, or it has a path that aws-auth must not contain.",
    fix="Map the ARN without its path, and re-create the profile if the role was re-created.",
    of="role-not-mapped",
)
POLICY_MISSING = CauseType(
    "policy-missing",
    title="The Fargate role lacks its managed policy",
    meaning="AmazonEKSFargatePodExecutionRolePolicy is not attached to the pod execution role.",
    fix="Attach AmazonEKSFargatePodExecutionRolePolicy.",
    of="role-not-mapped",
)


def explain_association_exists(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that a service account already has an association."""
    cluster = find_cluster(case)
    found = _ASSOCIATION.search(message)
    association = found[1] if found else "ASSOCIATION_ID"
    name = commands.kubernetes_name(case.facts.service_account)
    namespace = commands.namespace(case.facts.namespace)
    return Explanation(
        failure=case.failure,
        topic="pod-identity-exists",
        summary="The service account already has a Pod Identity association.",
        causes=(
            ASSOCIATION_EXISTS.cause("reported", (f"The association is {association}",) if found else ()),
        ),
        remedies=(
            Remedy(
                title="Inspect the existing association",
                who="cluster administrator",
                commands=(
                    cluster.eks_command(
                        "list-pod-identity-associations", "--namespace", namespace, "--service-account", name
                    ),
                    cluster.eks_command("describe-pod-identity-association", "--association-id", association),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
            Remedy(
                title="Change its role",
                who="cluster administrator",
                steps=("It requires iam:PassRole for the role. Then re-create the pods.",),
                commands=(
                    cluster.eks_command(
                        "update-pod-identity-association",
                        *("--association-id", association, "--role-arn", "ROLE_ARN"),
                    ),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
            Remedy(
                title="In Terraform, import it",
                who="you",
                commands=(
                    f"terraform import aws_eks_pod_identity_association.NAME {cluster.argument},{association}",
                ),
                url="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_pod_identity_association#import",
            ),
        ),
        notes=(IAM_DOES_NOT_HELP,),
    )


def explain_association_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that an association does not exist."""
    cluster = find_cluster(case)
    name = commands.kubernetes_name(case.facts.service_account)
    namespace = commands.namespace(case.facts.namespace)
    return Explanation(
        failure=case.failure,
        topic="pod-identity-missing",
        summary="The cluster has no such Pod Identity association.",
        causes=(
            NO_ASSOCIATION.cause("reported"),
            ASSOCIATION_ELSEWHERE.cause(),
        ),
        remedies=(
            Remedy(
                title="List the associations, and create the missing one",
                who="cluster administrator",
                steps=(
                    "It requires iam:PassRole for the role, and a role that trusts pods.eks.amazonaws.com.",
                ),
                commands=(
                    cluster.eks_command("list-pod-identity-associations"),
                    cluster.eks_command(
                        "create-pod-identity-association",
                        *("--namespace", namespace, "--service-account", name, "--role-arn", "ROLE_ARN"),
                    ),
                ),
                url=pages.EKS_POD_ASSOCIATION,
            ),
        ),
    )


def explain_pod_trust(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that a role does not trust Pod Identity."""
    role = underlying_role(try_parse_principal(find_entry_arn(case)))
    service_account = _known_service_account(case.facts)
    steps = [
        "Save the role's trust policy as trust.json, with this statement added and the existing ones that are still needed: the command replaces the whole policy."
    ]
    if service_account is None:
        steps.append(
            f"A condition on {_TAG_PREFIX}namespace and {_TAG_PREFIX}service-account limits it to one service account."
        )
    return Explanation(
        failure=case.failure,
        topic="pod-identity-trust",
        summary="The role's trust policy does not allow pods.eks.amazonaws.com sts:AssumeRole and sts:TagSession.",
        causes=(
            POD_IDENTITY_TRUST.cause("reported"),
            NO_SERVICE.cause(),
            NO_TAG_SESSION.cause(),
            IRSA_TRUST.cause(),
        ),
        remedies=(
            Remedy(
                title=f"Allow {_POD_SERVICE} in the role's trust policy",
                who="account administrator",
                steps=tuple(steps),
                commands=commands.trust_policy_commands(role.name if role else None),
                policy=_trust_policy(service_account),
                layer="role_trust",
                is_addition=True,
                url=pages.EKS_POD_ROLE,
            ),
        ),
        notes=("An IAM policy does not help. Changes to a trust policy take a few seconds to propagate.",),
    )


def explain_pod_denied(denial: Denial) -> Explanation:
    """Explain that EKS Pod Identity could not assume the role of an association."""
    facts = denial.facts
    cluster, namespace = commands.cluster(facts.cluster), commands.namespace(facts.namespace)
    return Explanation(
        failure=denial.failure,
        topic="pod-identity",
        summary="EKS Pod Identity could not assume the role of the pod's association: the role's trust policy does not allow it.",
        causes=(
            POD_IDENTITY_TRUST.cause(
                "derived",
                ("The message says that EKS does not have permissions to assume the role.",),
                text=f"The role's trust policy does not allow {_POD_SERVICE} both sts:AssumeRole and sts:TagSession.",
            ),
        ),
        remedies=(
            Remedy(
                title=f"Allow {_POD_SERVICE} in the role's trust policy",
                who="account administrator",
                steps=(
                    "Find the role of the association.",
                    "Save its trust policy as trust.json, with this statement added and the existing ones kept: the command replaces the whole policy. Both actions are needed.",
                ),
                commands=(
                    fill_command(
                        "aws eks list-pod-identity-associations --cluster-name {} --namespace {}",
                        cluster,
                        namespace,
                    ),
                    fill_command(
                        "aws eks describe-pod-identity-association --cluster-name {} --association-id ASSOCIATION_ID --query association.roleArn --output text",
                        cluster,
                    ),
                    *commands.trust_policy_commands(None),
                ),
                policy=_trust_policy(_known_service_account(facts)),
                layer="role_trust",
                is_addition=True,
                url=pages.EKS_POD_IDENTITY,
            ),
        ),
        notes=("Changes to a trust policy take a few seconds to propagate.",),
    )


def _known_service_account(facts: Facts) -> tuple[str, str] | None:
    """Return the namespace and service account, if the facts state both."""
    namespace, name = facts.namespace, facts.service_account
    if namespace is None or commands.namespace(namespace) != namespace:
        return None
    if name is None or commands.kubernetes_name(name) != name:
        return None
    return namespace, name


def _trust_policy(service_account: tuple[str, str] | None) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": "AllowPodIdentity",
        "Effect": "Allow",
        "Principal": {"Service": _POD_SERVICE},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    if service_account is not None:
        tags = {
            f"{_TAG_PREFIX}namespace": service_account[0],
            f"{_TAG_PREFIX}service-account": service_account[1],
        }
        statement["Condition"] = {"StringEquals": tags}
    return build_document([statement])


def explain_fargate_role(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that the cluster does not know the pod execution role of Fargate."""
    cluster = find_cluster(case)
    role = underlying_role(try_parse_principal(find_entry_arn(case)))
    principal = build_cluster_principal(role, "the pod execution role", placeholder="POD_EXECUTION_ROLE_ARN")
    found = _FARGATE_PROFILE.search(failure_context(case))
    profile = found[1] if found else "FARGATE_PROFILE"
    name = commands.role_name(role.name if role else None)
    policy = f"arn:{cluster.partition}:iam::aws:policy/{_FARGATE_POLICY}"
    query = ("--query", "fargateProfile.podExecutionRoleArn", "--output", "text")
    remedies = [
        Remedy(
            title="Find the pod execution role, and check whether it is mapped",
            who="cluster administrator",
            commands=(
                cluster.eks_command("describe-fargate-profile", "--fargate-profile-name", profile, *query),
                *((cluster.eks_command("list-access-entries"),) if cluster.uses_entries else ()),
            ),
            url=pages.EKS_FARGATE_ROLE,
        )
    ]
    if cluster.uses_entries:
        remedies.append(
            Remedy(
                title="Create an access entry of type FARGATE_LINUX for it",
                who="cluster administrator",
                commands=(create_entry_command(cluster, principal, kind="FARGATE_LINUX"),),
                url=pages.EKS_ACCESS_ENTRIES,
            )
        )
    if cluster.uses_aws_auth:
        remedies.append(
            aws_auth_remedy(
                cluster,
                principal,
                groups=(*NODE_GROUPS, "system:node-proxier"),
                username="system:node:{{SessionName}}",
                title="Or map it in aws-auth" if cluster.uses_entries else "Map it in aws-auth",
            )
        )
    remedies.append(
        Remedy(
            title=f"Attach {_FARGATE_POLICY}",
            who="account administrator",
            commands=(
                fill_command("aws iam list-attached-role-policies --role-name {}", name),
                fill_command("aws iam attach-role-policy --role-name {} --policy-arn {}", name, policy),
            ),
            url=pages.EKS_FARGATE_ROLE,
        )
    )
    return Explanation(
        failure=case.failure,
        topic="fargate-role",
        summary="Fargate cannot start pods: the pod execution role is not mapped in the cluster, or it lacks permissions.",
        causes=(
            ROLE_NOT_MAPPED.cause("reported"),
            ENTRY_REMOVED.cause(),
            ROLE_RECREATED.cause(),
            POLICY_MISSING.cause(text=f"{_FARGATE_POLICY} is not attached to it."),
        ),
        remedies=tuple(remedies),
        notes=(
            "EKS maps the role when a Fargate profile is created. Re-creating the profile maps it again.",
        ),
    )
