"""Correct a parameter that EKS rejects: the policy or scope of an association, or the type of an access entry.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html,
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html and API_AccessScope.html.
"""

from __future__ import annotations

from difflib import get_close_matches

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import find_listed, is_same_principal
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import stated_option
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import access_policy_arn
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import AccessEntry

# Policies for people, and the one for nodes of Auto Mode.
_POLICIES = (
    "AmazonEKSViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy", "AmazonEKSClusterAdminPolicy",
    "AmazonEKSAdminViewPolicy", "AmazonEKSSecretReaderPolicy", "AmazonEKSAutoNodePolicy",
)  # fmt: skip
# IAM policies that people mean by name, and the access policies with similar permissions.
_SIMILAR = {
    "AdministratorAccess": "AmazonEKSClusterAdminPolicy",
    "AmazonEKSClusterPolicy": "AmazonEKSClusterAdminPolicy",
    "ReadOnlyAccess": "AmazonEKSAdminViewPolicy",
    "ViewOnlyAccess": "AmazonEKSViewPolicy",
}
_POLICY = lazy_pattern(
    r"(?P<arn>arn:(?P<partition>aws[a-z-]{0,12}):(?P<service>iam|eks)::(?:aws|[0-9]{12})?:(?:cluster-access-)?policy/(?:[\w+=,.@-]{1,64}/){0,4}(?P<name>[\w+=.@-]{1,128}))"
)
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


def correct_parameter(case: Case[AccessEntry], message: str) -> tuple[str, Remedy] | None:
    """Return what is wrong with the parameter that a message names, and the remedy, if the text shows its value."""
    if "policyArn" in message or "policy ARN" in message:
        return _correct_policy(case)
    if "ccessScope" in message or "namespaces" in message:
        return _correct_scope(case)
    return None


def _repeat_call(case: Case[AccessEntry], option: str, value: str) -> str | None:
    """Return the command that failed, with another value of an option."""
    called = case.context.command
    verb = (called.words[1:2] if called else ()) or ("",)
    return repeat_command(
        called, "eks", verb[0], changes={option: value}, of_region=find_cluster(case).region
    )


def _correct_policy(case: Case[AccessEntry]) -> tuple[str, Remedy] | None:
    given = _POLICY.search(stated_option(case, "policy-arn") or case.text.rpartition("policy_arn")[2])
    given = given or _POLICY.search(case.text)
    if given is None:
        return None
    close = get_close_matches(given["name"], _POLICIES, n=1, cutoff=0.75)
    name = _SIMILAR.get(given["name"]) or (close[0] if close else None)
    is_same = name == given["name"]
    partition = find_cluster(case).partition if given["service"] == "eks" else given["partition"]
    # A policy with the right name can have the wrong account or partition.
    summary = f"EKS rejected {clip_text(given['arn'])}: the access policy of this name has another ARN."
    steps: tuple[str, ...] = ()
    if given["service"] == "iam":
        summary = f"EKS rejected {clip_text(given['arn'])}: it is an IAM policy, but an access entry takes only EKS access policies."
        steps = (
            f"EKS access policies contain Kubernetes permissions. Their ARNs begin with arn:{partition}:eks::aws:cluster-access-policy/: aws eks list-access-policies lists them.",
            "The principal must have an access entry: if it has none, create it first.",
        )
    elif not is_same:
        summary = f"EKS has no access policy {clip_text(given['name'])}."
    if name is not None and not is_same:
        steps = (*steps, f"The closest access policy is {name}. The first command lists them all.")
    arn = access_policy_arn(name or "POLICY", partition)
    repeated = _repeat_call(case, "policy-arn", arn)
    return summary, cluster_remedy(
        f"Repeat the call with {arn if len(arn) < 64 else 'the ARN of the access policy'}",
        f'In Terraform, set policy_arn = "{arn}".' if repeated is None else None,
        *steps,
        commands=(
            None if is_same else "aws eks list-access-policies --query 'accessPolicies[].arn'",
            repeated,
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )


def _correct_scope(case: Case[AccessEntry]) -> tuple[str, Remedy] | None:
    kind, namespaces = principal_mappings.find_scope(case.text)
    if bool(namespaces) == (kind == "namespace"):
        return None
    reason, step = "type=namespace requires at least one namespace", None
    if namespaces:
        reason = "type=cluster applies to all namespaces and takes no list"
        step = "For the whole cluster, omit the namespaces: type=cluster."
    scope = f"type=namespace,namespaces={','.join(namespaces) or 'NAMESPACE'}"
    repeated = _repeat_call(case, "access-scope", scope)
    return f"EKS rejected the scope of the association: {reason}.", cluster_remedy(
        f"Repeat the call with {scope}",
        "In Terraform, change the block access_scope of the resource." if repeated is None else None,
        step,
        commands=repeated,
        url=pages.EKS_ACCESS_POLICIES,
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


def find_other_arn(case: Case[AccessEntry]) -> str | None:
    """Return the ARN of the principal in the list of access entries in the text, if the call has another one."""
    principal = try_parse_principal(find_entry_arn(case))
    listed = () if principal is None else find_listed(case.failure) or ()
    same = [str(each) for each in listed if is_same_principal(each, principal)]
    return same[0] if len(same) == 1 and same[0] != str(principal) else None


def explain_other_arn(
    case: Case[AccessEntry], principal: principal_mappings.ClusterPrincipal, other: str
) -> Explanation:
    """Explain that the access entry of the principal has another ARN than the call."""
    argument = principal_mappings.build_cluster_principal(try_parse_principal(other)).entry_argument
    repeated = _repeat_call(case, "principal-arn", argument)
    return case.explain(
        f"The access entry of {principal.description} exists, but with the ARN {other}: the call must have exactly this ARN.",
        OTHER_ARN.cause("derived", text=f"The list in the text has {other}."),
        topic="access-entry-missing",
        remedies=cluster_remedy(
            "Repeat the call with the ARN of the entry",
            None if repeated else f"Set principal_arn (or principalArn) to {other}.",
            commands=repeated,
            url=pages.EKS_ACCESS_POLICIES,
        ),
        notes=principal_mappings.IAM_DOES_NOT_HELP,
    )
