"""EKS refuses an access entry, an association or a ConfigMap as an object; not a call for lack of permission.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html and
https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.calls.invalid_arns import explain_invalid_arn
from iamtriage.explaining._rules.kubernetes.authentication_modes import (
    explain_bootstrap,
    explain_mode_back,
    explain_wrong_mode,
)
from iamtriage.explaining._rules.kubernetes.aws_auth_maps import (
    explain_broken_map,
    explain_map_exists,
    explain_map_missing,
)
from iamtriage.explaining._rules.kubernetes.pod_identities import (
    explain_association_exists,
    explain_association_missing,
    explain_fargate_role,
    explain_pod_trust,
)
from iamtriage.explaining._rules.kubernetes.users import TERRAFORM
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.cases import try_parse_principal
from iamtriage.explaining._rules.shared.clusters import (
    failure_context,
    failure_sentence,
    find_cluster,
    find_entry_arn,
)
from iamtriage.explaining._rules.shared.principal_mappings import (
    IAM_DOES_NOT_HELP,
    VIEW_POLICY,
    associate_policy_command,
    build_cluster_principal,
    create_entry_command,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal
    from iamtriage.failures._failures import AccessEntry

__all__ = ("explain_access_entry", "explain_invalid_arn")

_Rule: TypeAlias = "Callable[[Case[AccessEntry], str], Explanation]"

_RESERVED = ("system:", "eks:", "aws:", "amazon:", "iam:")
_GROUPS_REPLACED = (
    "update-access-entry sets the whole list of groups: write those that it has beside the new one."
)


def explain_access_entry(case: Case[AccessEntry]) -> Explanation:
    """Explain that an access entry, aws-auth or Pod Identity association is refused as an object."""
    # Its own words first: what stands around may be of another failure.
    for message in (failure_sentence(case), failure_context(case)):
        for pattern, rule in _RULES:
            if pattern.search(message):
                return rule(case, message)
    # Where the sentence is cut off, or another than is known.
    if case.failure.envelope.code == "ResourceInUseException":
        if case.failure.envelope.operation == "CreateAccessEntry":
            return _in_use(case, failure_sentence(case))
        if case.failure.envelope.operation == "CreatePodIdentityAssociation":
            return explain_association_exists(case, failure_sentence(case))
    return _other(case)


def _who(case: Case[AccessEntry]) -> ClusterPrincipal:
    return build_cluster_principal(try_parse_principal(find_entry_arn(case)), "the principal")


def _in_use(case: Case[AccessEntry], _message: str) -> Explanation:
    cluster, who = find_cluster(case), _who(case)
    terraform = TERRAFORM.search(case.text) is not None or "EKS Access Entry" in case.text
    causes = [
        Cause(
            "entry-exists",
            "The principal has an access entry in this cluster already; it can have one only.",
            "reported",
        ),
        Cause(
            "made-by-eks",
            "EKS made it by itself: for whoever made the cluster, for the role of a managed node group or of a Fargate profile.",
            "possible",
        ),
        Cause(
            "made-elsewhere", "Another tool made it, or another part of the same configuration.", "possible"
        ),
    ]
    remedies = [
        Remedy(
            title="See the entry that is there",
            who="cluster administrator",
            commands=(
                cluster.eks_command("describe-access-entry", principal=who.entry_argument),
                cluster.eks_command("list-associated-access-policies", principal=who.entry_argument),
            ),
            url=pages.EKS_ACCESS_ENTRIES,
        ),
        Remedy(
            title="Change it in place of making one",
            who="cluster administrator",
            steps=(
                _GROUPS_REPLACED,
                "Its type cannot be changed: for another type, delete the entry and make it anew. Until then the principal is locked out.",
            ),
            commands=(
                cluster.eks_command(
                    "update-access-entry", "--kubernetes-groups", "GROUP", principal=who.entry_argument
                ),
                associate_policy_command(cluster, who, VIEW_POLICY, namespace="NAMESPACE"),
            ),
            url=pages.EKS_ACCESS_POLICIES,
        ),
    ]
    imported = Remedy(
        title="In Terraform, import it or leave it out",
        who="you",
        steps=(
            "For an entry that EKS made for the nodes or for whoever made the cluster, leave the resource out.",
            "In the module terraform-aws-eks, enable_cluster_creator_admin_permissions makes an entry for whoever runs Terraform: name that principal in one place only.",
        ),
        commands=(f"terraform import aws_eks_access_entry.NAME {cluster.argument}:{who.entry_argument}",),
        url="https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_access_entry#import",
    )
    remedies.insert(1 if terraform else len(remedies), imported)
    return Explanation(
        failure=case.failure,
        topic="access-entry-exists",
        summary="The cluster has an access entry of this principal already.",
        causes=tuple(causes),
        remedies=tuple(remedies),
        notes=(IAM_DOES_NOT_HELP,),
    )


def _standard_only(case: Case[AccessEntry], _message: str) -> Explanation:
    cluster, who = find_cluster(case), _who(case)
    return Explanation(
        failure=case.failure,
        topic="access-entry-type",
        summary="The access entry is one for nodes, which takes neither groups nor access policies.",
        causes=(
            Cause(
                "not-standard",
                "Only entries of the type STANDARD take groups, user names and policies.",
                "reported",
            ),
            Cause("shared-role", "People or programs use the role of nodes.", "possible"),
        ),
        remedies=(
            Remedy(
                title="Leave the entry as it is, for nodes",
                who="cluster administrator",
                steps=("EKS gives nodes what they need by the type of the entry. Nothing has to be added.",),
                commands=(cluster.eks_command("describe-access-entry", principal=who.entry_argument),),
                url=pages.EKS_ACCESS_POLICIES,
            ),
            Remedy(
                title="Give people and programs another role",
                who="cluster administrator",
                steps=("That role gets an entry of its own. The role of nodes is for nodes.",),
                commands=(create_entry_command(cluster, build_cluster_principal(None)),),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
        notes=(
            "The type of an entry cannot be changed, and a node whose entry is deleted is locked out.",
            IAM_DOES_NOT_HELP,
        ),
    )


def _missing(case: Case[AccessEntry], _message: str) -> Explanation:
    cluster, who = find_cluster(case), _who(case)
    return Explanation(
        failure=case.failure,
        topic="access-entry-missing",
        summary="The cluster has no access entry of this principal.",
        causes=(
            Cause("no-entry", "There is no access entry for the principalArn in this cluster.", "reported"),
            Cause(
                "not-made-yet",
                "The entry is made later, or in the same run without an order between the two.",
                "possible",
            ),
            Cause(
                "other-arn",
                "The entry has the ARN in another form, with or without the path of the role.",
                "possible",
            ),
            Cause(
                "mapped-in-aws-auth", "The principal gets in by aws-auth, which is another list.", "possible"
            ),
        ),
        remedies=(
            Remedy(
                title="See which entries there are",
                who="cluster administrator",
                steps=("The principalArn has to be as it is printed here.",),
                commands=(cluster.eks_command("list-access-entries"),),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
            Remedy(
                title="Make the entry first, then associate the policy",
                who="cluster administrator",
                steps=(
                    *filter(None, (who.entry_refusal, who.path_note)),
                    "An entry goes before what aws-auth has for the same principal: take the groups along.",
                    "In Terraform, let the association take principal_arn from the resource of the entry.",
                ),
                commands=(
                    create_entry_command(cluster, who),
                    associate_policy_command(
                        cluster, who, VIEW_POLICY, namespace=commands.namespace(case.facts.namespace)
                    ),
                ),
                url=pages.EKS_ACCESS_POLICIES,
            ),
        ),
        notes=(IAM_DOES_NOT_HELP,),
    )


def _reserved(case: Case[AccessEntry], message: str) -> Explanation:
    cluster, who = find_cluster(case), _who(case)
    group = re.search(r"[Gg]roup", message) is not None
    what = "group" if group else "user name"
    steps = [f"Choose a {what} that begins with none of {', '.join(_RESERVED)}."]
    if group:
        steps.append(
            "In place of system:masters, associate AmazonEKSClusterAdminPolicy. Bind other roles to a group of your own."
        )
        change = cluster.eks_command(
            "update-access-entry", "--kubernetes-groups", "GROUP", principal=who.entry_argument
        )
    else:
        steps.append(
            "Leave the user name out where it does not matter: EKS chooses one. With {{SessionName}}, a colon has to stand before it."
        )
        change = cluster.eks_command(
            "update-access-entry", "--username", "USER", principal=who.entry_argument
        )
    return Explanation(
        failure=case.failure,
        topic="access-entry-name",
        summary=f"EKS does not take the {what} for an access entry.",
        causes=(
            Cause(
                "reserved-name",
                f"The {what} is one that is kept for Kubernetes and EKS, or malformed.",
                "reported",
            ),
        ),
        remedies=(
            Remedy(
                title=f"Take another {what}",
                who="cluster administrator",
                steps=tuple(steps),
                commands=(change,),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
        notes=(
            "aws-auth takes such names, access entries do not. An entry for nodes gets its name and groups by its type.",
            IAM_DOES_NOT_HELP,
        ),
    )


def _other(case: Case[AccessEntry]) -> Explanation:
    cluster = find_cluster(case)
    return Explanation(
        failure=case.failure,
        topic="access-entry",
        summary="EKS refuses an access entry, aws-auth or an association as an object.",
        causes=(Cause("refused-object", "The object or the change is not one that EKS takes.", "reported"),),
        remedies=(
            Remedy(
                title="See what the cluster has",
                who="cluster administrator",
                commands=_looks(cluster),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
        notes=(IAM_DOES_NOT_HELP,),
    )


def _looks(cluster: Cluster) -> tuple[str, ...]:
    return (
        cluster.show_mode_command(),
        cluster.eks_command("list-access-entries"),
        cluster.eks_command("list-pod-identity-associations"),
    )


_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = (
    (re.compile(r"access entry resource is already in use|access entry already exists"), _in_use),
    (re.compile(r"authentication mode must be set to one of"), explain_wrong_mode),
    (re.compile(r"bootstrapClusterCreatorAdminPermissions must be"), explain_bootstrap),
    (re.compile(r"Access Entries with a type of"), _standard_only),
    (re.compile(r"Pod execution role is not found in auth config"), explain_fargate_role),
    (re.compile(r"Trust policy of the role provided is invalid"), explain_pod_trust),
    (
        re.compile(r"[Aa]ssociation already exists|odIdentityAssociation .{0,80}already exists"),
        explain_association_exists,
    ),
    (
        re.compile(r"[Pp]od ?[Ii]dentity ?[Aa]ssociation.{0,120}(?:not (?:be )?found|NotFound)"),
        explain_association_missing,
    ),
    (
        re.compile(
            r"principalArn could not be found|access entry (?:could not be|does not exist|was not found)"
        ),
        _missing,
    ),
    (
        re.compile(
            r"authentication mode update|authentication mode .{0,60}(?:cannot be changed|not supported)"
        ),
        explain_mode_back,
    ),
    (re.compile(r"(?:begin|start)s? with|[Gg]roup ?[Nn]ame \S{1,60} is invalid"), _reserved),
    (re.compile(r"aws-auth\"? already exists"), explain_map_exists),
    (re.compile(r"aws-auth\"? (?:not found|does not exist)"), explain_map_missing),
    (
        re.compile(r"parsing (?:config map|aws-auth)|one of rolearn or SSO|value for (?:user|role)arn"),
        explain_broken_map,
    ),
)
