"""Explain access entries that have what theirs cannot have, or that code declares twice.

Sources: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html and
https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/docs/UPGRADE-20.0.md.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, find_closing_brace, join_words, quote_words
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import AccessEntry

# A line of code that is no comment.
_CREATOR_ON = lazy_pattern(
    r"(?<![#/])(?<![#/] )\benable_cluster_creator_admin_permissions\s{0,20}=\s{0,4}true\b"
)
# The entry that failed, by its key in the module.
_DECLARED = lazy_pattern(r"\baws_eks_access_entry\.this\[\\?\"(?P<key>[\w./-]{1,64})\\?\"\]")
# The entry of the identity that runs Terraform, as a plan or an apply prints it.
_CREATED = lazy_pattern(
    r"\baws_eks_access_entry\.this\[\\?\"cluster_creator\\?\"\]: [^\n]{1,60}\[id=(?P<cluster>[\w-]{1,100}):(?P<arn>arn:[^\]\s]{1,600})\]"
)
_WITH_POLICIES = lazy_pattern(
    r"(?m)^(?![ \t]{0,80}(?:#|//))[^\n]{0,200}?\bpolicy_associations\s{0,20}=\s{0,4}\{\s{0,20}[^\s}]"
)
# Who runs Terraform, as people write it.
_RUNS_AS = lazy_pattern(
    r"(?i:\b(?:runs?|running|appl(?:y|ies)|deploys?)\b)[^.\n]{0,40}?\b(?:as|by|with|under) (?:the )?(?:role|user)[ /][`\"']?(?P<name>[\w+=,.@-]{1,64})"
)
DECLARED_TWICE = CauseType(
    "entry-declared-twice",
    title="The Terraform module declares the access entry twice",
    text="enable_cluster_creator_admin_permissions = true creates an access entry for the identity that runs Terraform.",
    recognised_by="The text has enable_cluster_creator_admin_permissions = true, and an entry of access_entries that exists already.",
    fix="Remove the entry from access_entries, or set enable_cluster_creator_admin_permissions to false.",
    of="entry-exists",
    sources=("https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/docs/UPGRADE-20.0.md",),
)


def explain_second_entry(
    case: Case[AccessEntry], principal: principal_mappings.ClusterPrincipal, name: str | None
) -> Explanation | None:
    """Explain that the Terraform module for EKS creates an access entry for its caller, and another one for the same principal.

    Args:
        case: The failure of the second entry.
        principal: Its principal.
        name: The name of the principal, if it is known.
    """
    text, cluster = case.failure.text, find_cluster(case)
    # Other entries of the same run come first.
    entry = _DECLARED.search(text, case.failure.span[0]) or _DECLARED.search(text)
    caller, created = _RUNS_AS.search(text), _CREATED.search(text)
    if entry is None or entry["key"] == "cluster_creator" or _CREATOR_ON.search(text) is None:
        return None
    if caller is not None and name is not None and caller["name"].rstrip(".,") != name:
        return None
    key, because = clip_text(entry["key"]), f"Terraform runs as {principal.description}, by the text."
    made = "enable_cluster_creator_admin_permissions = true creates cluster_creator"
    if created is not None:
        if created["arn"] != find_entry_arn(case) or cluster.name not in {None, created["cluster"]}:
            return None
        made, because = f"{made}, and this run has done so", f"It is for {principal.description}."
    is_known = caller is not None or created is not None
    named = f" {cluster.argument}" if cluster.name else ""
    grants = "" if _has_policies(text, entry["key"]) else ", give it policy_associations"
    show = cluster.eks_command("describe-access-entry", principal=principal.entry_argument)
    return case.explain(
        f"The cluster{named} already has an access entry for {principal.description}, {'' if is_known else 'most likely '}because the module declares two: cluster_creator, for the identity that runs Terraform, and {key} of access_entries. No permission is missing.",
        DECLARED_TWICE.cause(
            "derived" if is_known else "possible", because if is_known else None, text=f"{made}."
        ),
        topic="access-entry-exists",
        remedies=your_remedy(
            f"Declare the entry once: remove {key} from access_entries",
            "The module's own entry has AmazonEKSClusterAdminPolicy for the whole cluster.",
            f"Or keep {key}, which does not depend on who runs Terraform{grants}, and set enable_cluster_creator_admin_permissions = false. Terraform then deletes the other entry: check first that another administrator has one (aws eks list-access-entries).",
            commands=(
                *(() if is_known else (show,)),
                Labelled("Then, with the code changed:", "terraform apply"),
            ),
        ),
    )


def _has_policies(text: str, key: str) -> bool:
    """Return whether the code of an entry associates access policies with it."""
    start = re.search(rf"(?<![\w.-])\"?{re.escape(key)}\"?\s{{0,20}}=\s{{0,4}}\{{", text)
    if start is None:
        return False
    end = find_closing_brace(text, start.end())
    return _WITH_POLICIES.search(text, start.end(), end) is not None


_NOT_FOR_CREATOR = lazy_pattern(r"reator_?[aA]dmin_?[pP]ermissions\"? ?[:=] ?false\b")
_CREATION = r"(?:creat(?:ed|es)|made|makes|built|builds|provision(?:ed|s)|set up)"
_SAME = r"(?:the |this |that |our )?same (?:\w{1,20} ){0,2}(?:identity|job|pipeline|principal|role|terraform|user|workflow)"
# "by this pipeline, role ci": what runs as the principal that follows.
_RUNNER = r"(?:the |this |that |our )?(?:\w{1,20} ){0,2}(?:job|pipeline|terraform|workflow)[,:]? \(?(?:as |with |under |using )?"
_STATED_TYPE = lazy_pattern(r"(?i:type)\W{1,40}((?:EC2|HYBRID|HYPERPOD|FARGATE)_(?:LINUX|WINDOWS))\b")
# The arguments of an entry in CloudFormation and Terraform that nodes cannot have.
_ARGUMENTS = ("AccessPolicies", "KubernetesGroups", "policy_associations", "kubernetes_groups")
# What starts nodes: as Terraform and CloudFormation report it, as the AWS CLI and the API name its role, and the role of an entry.
_STARTS_NODES = lazy_pattern(
    r"(?a)\baws_eks_(?P<kind>node_group|fargate_profile)\.[^\s:]{1,150}: (?:Creation complete|Modifications complete|Refreshing state)[^\n\[]{0,80}\[id=(?P<cluster>[\w-]{1,100}):(?P<name>[\w-]{1,63})\]"
    r"|\bCREATE_COMPLETE[ \t|]{1,40}AWS::EKS::(?P<type>Nodegroup|FargateProfile)[ \t|]{1,40}(?P<logical>\w{1,100})\b"
)
_ROLE_OF_NODES = lazy_pattern(
    r"\b(?:node-role|nodeRole|(?P<code>(?:node|pod_execution)_role_arn)|pod-execution-role-arn|podExecutionRoleArn)[\"']?[ =:]{1,20}[\"']?(?P<role>[^\s\"',]{1,300})"
)
_ROLE_OF_ENTRY = lazy_pattern(r"\bprincipal_arn {0,20}= {0,4}[\"']?([^\s\"']{1,300})")
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


def find_node_type(case: Case[AccessEntry]) -> str | None:
    """Return the type of an entry for nodes, if the text states one."""
    found = unique_value(_STATED_TYPE, case.failure.text)
    return None if found is None else found.value


def find_source_of_nodes(case: Case[AccessEntry], kind: str | None) -> str | None:
    """Return what starts the nodes of an entry, for whose role EKS creates the entry itself.

    Args:
        case: The failure.
        kind: The type of the entry, if it is one of nodes.
    """
    text, cluster, start = case.failure.text, find_cluster(case).name, case.failure.span[0]
    roles = {find_entry_arn(case), only_one(set(_ROLE_OF_ENTRY.findall(text)))}
    # What comes after the failure can be only planned. Code has no order.
    stated = [*_ROLE_OF_NODES.finditer(text)]
    used = [each for each in stated if each["role"] in roles and (each["code"] or each.start() < start)]
    for_pods = used[0][0].startswith("pod") if used else kind == "FARGATE_LINUX"
    noun = "the Fargate profile" if for_pods else "the managed node group"
    shown = [
        each["name"] or each["logical"]
        for each in _STARTS_NODES.finditer(text)
        # A stack is seldom for two clusters.
        if each["cluster"] in {None, cluster}
        and for_pods == ((each["kind"] or each["type"]) in {"fargate_profile", "FargateProfile"})
    ]
    # The nodes that the text shows have another role.
    if not used and (stated or not (kind and shown)):
        return None
    return f"{noun}{f' {clip_text(shown[0])}' if len(set(shown)) == 1 else ''}"


def find_creation(case: Case[AccessEntry]) -> str | None:
    """Return the clause that says that the principal of an entry created the cluster."""
    principal, text = try_parse_principal(find_entry_arn(case)), case.failure.text
    name = getattr(principal, "name", None)
    if name is None or "luster" not in text or _NOT_FOR_CREATOR.search(text):
        return None
    named = rf"(?:the )?(?:role |user )?[`\"']?{re.escape(name)}(?![\w+=@-]|[.,]\w)[`\"']?"
    # What runs as the principal is the same as it.
    runs_as = re.search(rf"\b(?:runs?|running|deploys?|works?) (?:as|with|under) {named}", text) is not None
    who = rf"(?:{named}|{_SAME})" if runs_as else named
    pattern = rf"\b[Cc]luster (?:itself )?(?:was |is |has been |had been )?{_CREATION}(?: [^.,;\n]{{0,40}})? (?:by|with|from|as) (?:{who}|{_RUNNER}{named})|(?<![\w/]){who} (?:has |had |also )?{_CREATION} (?:the|this|our) (?:EKS )?cluster\b"
    found = next(find_said(text, re.compile(pattern, re.ASCII)), None)
    return None if found is None else quote_words(found[0])


def explain_entry_type(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that the access entry of nodes can have neither groups nor access policies."""
    cluster = find_cluster(case)
    principal = principal_mappings.build_cluster_principal(try_parse_principal(find_entry_arn(case)))
    kind = find_node_type(case)
    steps = (
        "The type grants nodes all the permissions that they need in the cluster (group system:nodes).",
        "People and programs need their own role with an entry of type STANDARD and a narrow access policy, pods a service account with a RoleBinding.",
    )
    title, make = "Keep the entry for nodes, and give another role access", cluster_remedy
    scope, spaces = principal_mappings.find_scope(case.failure.text)
    space = None if scope == "cluster" else ",".join(spaces) or "NAMESPACE"
    reader = principal_mappings.build_cluster_principal(None, placeholder="READER_ROLE_ARN")
    then = "Then, with the role of the people or programs as READER_ROLE_ARN:"
    lines: tuple[str, ...] = (
        cluster.eks_command("describe-access-entry", principal=principal.entry_argument),
        Labelled(then, reader.create_entry_command(cluster)),
        reader.associate_policy_command(cluster, principal_mappings.VIEW_POLICY, space),
    )
    if (deployment := find_deployment(case.failure, case.facts)) is not None and deployment.resource:
        found = [each for each in _ARGUMENTS if each in case.failure.text]
        removed = " from ".join((*([join_words(found, "and")] if found else []), deployment.resource))
        title = f"Remove {removed}, and {deployment.verb} again"
        make, lines = your_remedy, ()
    return case.explain(
        f"The access entry{f' of {principal.description}' if principal.is_known else ''} is of {f'the type {kind}, which is' if kind else 'a type'} for nodes: only entries of type STANDARD can have groups or access policies.",
        NOT_STANDARD.cause("reported"),
        topic="access-entry-type",
        remedies=make(title, *steps, commands=lines, url=pages.EKS_ACCESS_POLICIES),
        notes=(
            "The type of an entry cannot be changed, and nodes whose entry is deleted lose access.",
            principal_mappings.IAM_DOES_NOT_HELP,
        ),
    )


def is_in_no_code(text: str) -> bool:
    """Return whether Terraform code has the whole association, but neither the entry nor a module that can create it."""
    associations = find_resources(text, "aws_eks_access_policy_association")
    is_whole = bool(associations) and all(each.is_whole for each in associations)
    return is_whole and "aws_eks_access_entry" not in text and "access_entries" not in text
