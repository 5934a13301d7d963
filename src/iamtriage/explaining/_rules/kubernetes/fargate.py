"""Explain why Fargate cannot start pods: the pod execution role has no entry, or lacks permissions.

Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.stated_entries import is_listed
from iamtriage.explaining._rules.shared import clusters, commands, pages, principal_mappings
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, present

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import Cluster
    from iamtriage.failures._failures import AccessEntry

_FARGATE_PROFILE = lazy_pattern(r"fargate profile ([0-9A-Za-z][\w-]{0,99}) (?:blocked|is)", re.ASCII)
_DESCRIBE_PROFILE = ("describe-fargate-profile",)
_EXECUTION_ROLE = lazy_pattern(
    r"\b(?:podExecutionRoleArn|PodExecutionRoleArn|podExecutionRoleARN|pod_execution_role_arn)\b\"?\s{0,20}[:=]\s{0,20}\"?(arn:aws[\w-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})",
    re.ASCII,
)
_MAPPED_BY_EKS = (
    "EKS maps the role when it creates a Fargate profile: re-create the profile to map the role again."
)
_FARGATE_POLICY = "AmazonEKSFargatePodExecutionRolePolicy"
ROLE_NOT_MAPPED = CauseType(
    "role-not-mapped",
    title="The Fargate pod execution role has no access",
    text="The pod execution role is not mapped, because its entry was deleted or overwritten, or lacks AmazonEKSFargatePodExecutionRolePolicy: EKS has one message for both.",
    recognised_by="The message says that the pod execution role is not found in auth config or does not have all required permissions.",
    fix="Attach AmazonEKSFargatePodExecutionRolePolicy, and map the role in aws-auth or let EKS re-create its entry.",
    sources=(pages.EKS_FARGATE_ROLE,),
)


def explain_fargate_role(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that the cluster does not know the pod execution role of Fargate."""
    cluster = clusters.find_cluster(case)
    role = _find_execution_role(case)
    principal = principal_mappings.build_cluster_principal(
        role, "the pod execution role", placeholder="POD_EXECUTION_ROLE_ARN"
    )
    found = _FARGATE_PROFILE.search(clusters.failure_context(case))
    profile = found[1] if found else "FARGATE_PROFILE"
    name = commands.role_name(role.name if role else None)
    find = cluster_remedy(
        "Find the pod execution role, and check whether it is mapped",
        commands=(
            cluster.eks_command(
                *("describe-fargate-profile", "--fargate-profile-name", profile),
                query="fargateProfile.podExecutionRoleArn",
            ),
            cluster.eks_command("list-access-entries") if cluster.uses_entries else None,
        ),
        url=pages.EKS_FARGATE_ROLE,
    )
    create = cluster_remedy(
        "Create an access entry of type FARGATE_LINUX for the pod execution role",
        commands=principal.create_entry_command(cluster, kind="FARGATE_LINUX"),
        url=pages.EKS_ACCESS_ENTRIES,
    )
    mapping = principal.aws_auth_remedy(
        groups=(*principal_mappings.NODE_GROUPS, "system:node-proxier"),
        username="system:node:{{SessionName}}",
        title=f"{'Or map' if cluster.uses_entries else 'Map'} the pod execution role in aws-auth",
    )
    admit = present(create if cluster.uses_entries else None, mapping if cluster.uses_aws_auth else None)
    attach = account_remedy(
        f"Attach {_FARGATE_POLICY}",
        commands=(
            fill_command("aws iam list-attached-role-policies --role-name {}", name),
            commands.attach_policy(name, f"arn:{cluster.partition}:iam::aws:policy/{_FARGATE_POLICY}"),
        ),
        url=pages.EKS_FARGATE_ROLE,
    )
    if role is not None and (listed := _find_in_lists(case, cluster, role)) is not None:
        return _explain_listed_role(case, role, admit, attach, listed)
    return case.explain(
        "Fargate cannot start pods: the pod execution role is not mapped in the cluster, or lacks permissions.",
        ROLE_NOT_MAPPED.cause("reported"),
        cluster_access.PRINCIPAL_RECREATED.cause(
            text="The pod execution role was re-created, or aws-auth contains its path."
        ),
        topic="fargate-role",
        remedies=(find, *admit, attach),
        notes=_MAPPED_BY_EKS,
    )


def _find_execution_role(case: Case[AccessEntry]) -> Role | None:
    """Return the pod execution role that the AWS CLI prints, that Terraform sets, or that the failure states."""
    text = case.failure.text
    runs = (run.output for run in find_runs(case.failure) if run.command.words[1:2] == _DESCRIBE_PROFILE)
    printed = [arn for output in runs for arn in clusters.find_iam_arns(output)]
    named = {*_EXECUTION_ROLE.findall(text)} or {*printed}
    arn = named.pop() if len(named) == 1 else clusters.find_entry_arn(case)
    return underlying_role(try_parse_principal(arn))


def _find_in_lists(case: Case[AccessEntry], cluster: Cluster, role: Role) -> tuple[bool, str] | None:
    """Return whether the access entries and the map in a text have a role, and in which lists that is."""
    entries = is_listed(case.failure, role) if cluster.uses_entries else None
    mappings = case.context.mappings if cluster.uses_aws_auth else ()
    if entries is None and not mappings:
        return None
    in_map = any(each.arn.partition(":iam::")[2] == f"{role.account}:role/{role.name}" for each in mappings)
    places = (*(("the access entries",) if entries is not None else ()), *(("aws-auth",) if mappings else ()))
    if entries or in_map:
        return True, places[0] if entries else places[-1]
    return False, " and ".join(places)


def _explain_listed_role(
    case: Case[AccessEntry],
    role: Role,
    admit: tuple[Remedy, ...],
    attach: Remedy,
    listed: tuple[bool, str],
) -> Explanation:
    """Explain which of the two reasons applies, as the lists in the text show."""
    has_entry, places = listed
    if has_entry:
        check = "The entry must have the type FARGATE_LINUX, or in aws-auth the user name system:node:{{SessionName}} and the groups of a node."
        return case.explain(
            f"Fargate cannot start pods: the text lists the pod execution role {role.name} in {places}, so most likely it lacks {_FARGATE_POLICY}.",
            ROLE_NOT_MAPPED.cause("derived", text=f"The role is mapped, so no new entry is needed. {check}"),
            topic="fargate-role",
            remedies=(attach, *admit),
        )
    # If the mode is unknown, the map in the text shows that the cluster uses it.
    first, *others = admit[::-1] if places == "aws-auth" else admit
    title = first.title.removeprefix("Or ")
    has_none = f"the text lists {places} without an entry"
    if " and " in places or len(admit) == 1:
        has_none = "the cluster has no entry"
    text = f"EKS has one message for a missing entry and missing permissions. The text shows the first, and nothing that {role.name} lacks in IAM ({_FARGATE_POLICY})."
    because = (f"The text lists {places}, without {role.arn}.",)
    first = attrs.evolve(
        first,
        title=f"{title[0].upper()}{title[1:]}",
        steps=(*first.steps, "Or re-create the Fargate profile: EKS then maps the role itself."),
    )
    return case.explain(
        f"Fargate cannot start pods: {has_none} for the pod execution role {role.name}.",
        ROLE_NOT_MAPPED.cause("derived", because, text=text),
        topic="fargate-role",
        remedies=(first, *others, attach),
    )
