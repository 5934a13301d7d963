"""Explain that an access entry of nodes can have neither groups nor access policies.

Source: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import AccessEntry

_NODE_TYPE = lazy_pattern(r"\b((?:EC2|HYBRID|HYPERPOD|FARGATE)_(?:LINUX|WINDOWS))\b")
# The arguments of an entry in CloudFormation and Terraform that nodes cannot have.
_ARGUMENTS = ("AccessPolicies", "KubernetesGroups", "policy_associations", "kubernetes_groups")
NOT_STANDARD = CauseType(
    "entry-not-standard",
    title="The access entry is not of type STANDARD",
    text="Only entries of type STANDARD can have groups or access policies.",
    recognised_by="EKS says that the type of the access entry does not allow groups, a user name or policies.",
    fix="Use an entry of type STANDARD for people and programs.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)

OTHER_ARN = CauseType(
    "entry-arn-differs",
    title="The access entry has the ARN in another form, with or without the role's path",
    fix="Use the ARN exactly as aws eks list-access-entries prints it.",
    recognised_by="The text shows an access entry for the role with its path.",
    sign=r"(?P<shown>:role/[\w+=,.@/-]{1,200}/(?P<name>[\w+=,.@-]{1,64}))\".{0,600}--principal-arn \S{1,60}:role/(?P=name)\b",
    commands=("aws eks list-access-entries",),
    of="no-access-entry",
)


def explain_entry_type(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that the access entry of nodes can have neither groups nor access policies."""
    cluster = find_cluster(case)
    principal = principal_mappings.build_cluster_principal(try_parse_principal(find_entry_arn(case)))
    kind = unique_value(_NODE_TYPE, case.failure.text)
    role = principal.description if principal.is_known else "their role"
    steps = (
        "The type grants nodes all the permissions that they need in the cluster (group system:nodes).",
        f"People and programs need their own role with an entry of type STANDARD and a narrow access policy, pods a service account. The AWS permissions of nodes are those of {role} in IAM.",
    )
    title, make = "Keep the entry for nodes, without groups and access policies", cluster_remedy
    lines: tuple[str, ...] = (
        cluster.eks_command("describe-access-entry", principal=principal.entry_argument),
    )
    if (deployment := find_deployment(case.failure, case.facts)) is not None and deployment.resource:
        found = [each for each in _ARGUMENTS if each in case.failure.text]
        removed = " from ".join((*([join_words(found, "and")] if found else []), deployment.resource))
        title = f"Remove {removed}, and {deployment.verb} again"
        make, lines = your_remedy, ()
    return case.explain(
        f"The access entry{f' of {role}' if principal.is_known else ''} is of {f'the type {kind.value}, which is' if kind else 'a type'} for nodes: only entries of type STANDARD can have groups or access policies.",
        NOT_STANDARD.cause("reported"),
        topic="access-entry-type",
        remedies=make(title, *steps, commands=lines, url=pages.EKS_ACCESS_POLICIES),
        notes=(
            "The type of an entry cannot be changed, and nodes whose entry is deleted lose access.",
            principal_mappings.IAM_DOES_NOT_HELP,
        ),
    )
