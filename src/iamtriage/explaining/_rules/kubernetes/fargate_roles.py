"""Explain pods that Fargate cannot start because of their pod execution role.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import failure_context, find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_mappings import (
    NODE_GROUPS,
    aws_auth_remedy,
    build_cluster_principal,
    create_entry_command,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AccessEntry

_FARGATE_PROFILE = lazy_pattern(r"fargate profile ([0-9A-Za-z][\w-]{0,99}) (?:blocked|is)", re.ASCII)
_FARGATE_POLICY = "AmazonEKSFargatePodExecutionRolePolicy"


ROLE_NOT_MAPPED = CauseType(
    "role-not-mapped",
    title="The Fargate pod execution role has no access",
    text="The pod execution role is not mapped, or lacks permissions. The message covers both.",
    recognised_by="The message says that the pod execution role is not found in auth config or does not have all required permissions.",
    fix="Attach AmazonEKSFargatePodExecutionRolePolicy, and map the role in aws-auth or let EKS re-create its entry.",
    sources=(pages.EKS_FARGATE_ROLE,),
)
ENTRY_REMOVED = CauseType(
    "entry-removed",
    title="The Fargate role's mapping was removed",
    text="EKS mapped the role when the profile was created, and the entry was deleted or overwritten.",
    fix="Restore the mapping that EKS created with the profile.",
    recognised_by="The text shows that an access entry was deleted or aws-auth was changed.",
    sign=r"\baws eks delete-access-entry\b|\bconfigmap[ /]\"?aws-auth\"? (?:deleted|edited|configured|replaced)\b",
    remedy="Create an access entry of type",
    of="role-not-mapped",
)
ROLE_RECREATED = CauseType(
    "role-recreated",
    title="The Fargate role was re-created or has a path",
    text="The role was re-created, or it has a path that aws-auth must not contain.",
    fix="Map the ARN without its path, and re-create the profile if the role was re-created.",
    recognised_by="The text shows that a role was created or replaced.",
    sign=r"\baws_iam_role\.\S{1,80}: (?:Destruction|Creation) complete|\baws_iam_role\.\S{1,80} must be replaced",
    of="role-not-mapped",
)
POLICY_MISSING = CauseType(
    "policy-missing",
    title="The Fargate role lacks its managed policy",
    meaning="AmazonEKSFargatePodExecutionRolePolicy is not attached to the pod execution role.",
    fix="Attach AmazonEKSFargatePodExecutionRolePolicy.",
    recognised_by="The text shows that no policy is attached to the role.",
    sign=r"\"AttachedPolicies\": ?\[ ?\]",
    remedy="Attach AmazonEKSFargatePodExecutionRolePolicy",
    of="role-not-mapped",
)


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
        cluster_remedy(
            "Find the pod execution role, and check whether it is mapped",
            commands=(
                cluster.eks_command("describe-fargate-profile", "--fargate-profile-name", profile, *query),
                *((cluster.eks_command("list-access-entries"),) if cluster.uses_entries else ()),
            ),
            url=pages.EKS_FARGATE_ROLE,
        )
    ]
    if cluster.uses_entries:
        remedies.append(
            cluster_remedy(
                "Create an access entry of type FARGATE_LINUX for it",
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
        account_remedy(
            f"Attach {_FARGATE_POLICY}",
            commands=(
                fill_command("aws iam list-attached-role-policies --role-name {}", name),
                fill_command("aws iam attach-role-policy --role-name {} --policy-arn {}", name, policy),
            ),
            url=pages.EKS_FARGATE_ROLE,
        )
    )
    return case.explain(
        "Fargate cannot start pods: the pod execution role is not mapped in the cluster, or it lacks permissions.",
        ROLE_NOT_MAPPED.cause("reported"),
        ENTRY_REMOVED.cause(),
        ROLE_RECREATED.cause(),
        POLICY_MISSING.cause(text=f"{_FARGATE_POLICY} is not attached to it."),
        topic="fargate-role",
        remedies=tuple(remedies),
        notes=(
            "EKS maps the role when a Fargate profile is created. Re-creating the profile maps it again.",
        ),
    )
