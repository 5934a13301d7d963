"""Explain what settings give the principal that created a cluster: no access to it, or an entry that is declared again.

Sources: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-eks-cluster-accessconfig.html (a change of
the setting replaces the cluster) and
https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/docs/UPGRADE-20.0.md.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import find_stated_entry, is_listed
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import (
    AnyCase,
    Cluster,
    find_cluster,
    find_entry_arn,
)
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import access_policy_arn
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    IAM_DOES_NOT_HELP,
    ClusterPrincipal,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AccessEntry

# The setting of a cluster in Terraform, CloudFormation, eksctl, the CDK, the AWS CLI and its output.
_NO_CREATOR = lazy_pattern(
    r"\b(?P<name>bootstrap_cluster_creator_admin_permissions|[bB]ootstrapClusterCreatorAdminPermissions)[\"']?\s{0,20}[:=]\s{0,4}[\"']?(?i:false)\b"
)
_IN_CONSOLE = "The console also requires eks:AccessKubernetesApi in IAM."
_NO_QUOTES = str.maketrans("", "", "\"'")
# The module terraform-aws-modules/eks from version 20 on, and what grants its caller access.
_MODULE_20 = lazy_pattern(
    r"terraform-aws-modules/eks(?:/aws)?\b(?!/modules)[^}]{0,200}?(?:\bversion\s{0,20}=\s{0,4}\"[~>= ]{0,4}|/aws v?|/eks v?| v?)(?:2[0-9]|[3-9][0-9])(?:\.[0-9]{1,4}){0,2}\b"
)
_MODULE_ACCESS = lazy_pattern(
    r"\benable_cluster_creator_admin_permissions\s{0,20}=\s{0,4}(?!false)\w|\baccess_entries\s{0,20}=|\baws_eks_access_entry\b"
)
# A line of code that is no comment.
_CREATOR_ON = lazy_pattern(
    r"(?<![#/])(?<![#/] )\benable_cluster_creator_admin_permissions\s{0,20}=\s{0,4}true\b"
)
# The entry that failed, by its key in the module.
_DECLARED = lazy_pattern(r"\baws_eks_access_entry\.this\[\\?\"(?P<key>[\w./-]{1,64})\\?\"\]")
# The entry of the identity that runs Terraform, as a plan or an apply prints it.
_CREATED = lazy_pattern(
    r"\baws_eks_access_entry\.this\[\\?\"cluster_creator\\?\"\]: [^\n]{1,60}\[id=[\w-]{1,100}:(?P<arn>arn:[^\]\s]{1,600})\]"
)
# Who runs Terraform, as people write it.
_RUNS_AS = lazy_pattern(
    r"(?i:\b(?:runs?|running|appl(?:y|ies)|deploys?)\b)[^.\n]{0,40}?\b(?:as|by|with|under) (?:the )?(?:role|user)[ /][`\"']?(?P<name>[\w+=,.@-]{1,64})"
)
_OTHER_MODULE = lazy_pattern(r"\bmodule\.([\w-]{1,64})(?:\[[^\]\n]{1,60}\])?\.kubernetes_")
_MODULE_GUIDE = "https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/docs/UPGRADE-20.0.md"
DECLARED_TWICE = CauseType(
    "entry-declared-twice",
    title="The Terraform module declares the access entry twice",
    text="enable_cluster_creator_admin_permissions = true creates an access entry for the identity that runs Terraform.",
    recognised_by="The text has enable_cluster_creator_admin_permissions = true, and an entry of access_entries that exists already.",
    fix="Remove the entry from access_entries, or set enable_cluster_creator_admin_permissions to false.",
    of="entry-exists",
    sources=(_MODULE_GUIDE,),
)


def explain_second_entry(
    case: Case[AccessEntry], principal: ClusterPrincipal, name: str | None
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
    key, runs_as = clip_text(entry["key"]), f"Terraform runs as {principal.description}, by the text."
    if created is not None:
        if created["arn"] != find_entry_arn(case):
            return None
        runs_as = f"The text shows that entry, cluster_creator, for {principal.description}."
    is_known = caller is not None or created is not None
    named = f" {cluster.argument}" if cluster.name else ""
    return case.explain(
        f"The cluster{named} already has an access entry for {principal.description}, {'' if is_known else 'most likely '}because the module declares two: that of the identity that runs Terraform, and {key} of access_entries. No permission is missing.",
        DECLARED_TWICE.cause("derived" if is_known else "possible", runs_as if is_known else None),
        topic="access-entry-exists",
        remedies=your_remedy(
            f"Declare the entry once: remove {key} from access_entries",
            "The module's own entry has AmazonEKSClusterAdminPolicy for the whole cluster.",
            f"Or keep {key}, which does not depend on who runs Terraform, give it policy_associations, and set enable_cluster_creator_admin_permissions = false. Terraform then deletes the other entry: check first that another administrator has one (aws eks list-access-entries).",
            commands=(
                cluster.eks_command("describe-access-entry", principal=principal.entry_argument),
                Labelled("Then, with the code changed:", "terraform apply"),
            ),
            url=_MODULE_GUIDE,
        ),
        notes=IAM_DOES_NOT_HELP,
    )


def explain_module_creator(case: AnyCase) -> Explanation | None:
    """Explain that the Terraform module for EKS, from version 20 on, does not make its caller an administrator."""
    text = case.failure.text
    if _MODULE_20.search(text) is None or _MODULE_ACCESS.search(text):
        return None
    cluster = find_cluster(case)
    is_login = case.failure.kind == "kubernetes_unauthorized"
    unknown = "the caller of Terraform" if is_login else "the signed-in user or role"
    principal = build_cluster_principal(case.stated_principal, unknown)
    setting = "enable_cluster_creator_admin_permissions"
    named = f" {cluster.argument}" if cluster.name else ""
    entry = None
    if principal.entry_refusal is None:
        entry = cluster_access.DEPLOYMENT_ACCESS.entry_remedy(cluster, principal, None)
        entry = attrs.evolve(
            entry,
            title=f"Or create the access entry of {principal.description} with the AWS CLI",
            who="you",
            steps=("The commands require permissions in IAM, but none in Kubernetes.",),
        )
    other = next((each for each in _OTHER_MODULE.findall(text) if each != "eks"), None)
    depending = f"module.{other}" if other else "the module with the objects in the cluster"
    mode = case.facts.authentication_mode or ""
    who = principal.description if is_login else "the principal that runs Terraform"
    return case.explain(
        f"{_describe_failure(principal, named, is_login=is_login)}: most likely, it has no access entry. From version 20 on, the module eks does not create one for its caller by default.",
        cluster_access.NOT_MAPPED.cause(
            "derived",
            f"The authentication mode {mode} permits access entries." if mode.startswith("API") else None,
            text=f"Up to version 19, EKS made the creator of the cluster an administrator. Version 20 turns that off, and {setting} is false by default.",
        ),
        topic="kubernetes-login" if is_login else "eks-console",
        remedies=(
            your_remedy(
                f'Set {setting} in the module "eks"',
                f"It creates an access entry for {who}, with AmazonEKSClusterAdminPolicy. The input access_entries does the same for other roles{'' if is_login else ', such as another one that is signed in'}.",
                f"Let {depending} depend on it (depends_on = [module.eks]), so that the entry is there first."
                if is_login
                else None,
                commands="terraform apply",
                manifest=f"{setting} = true",
                manifest_language="hcl",
                url=_MODULE_GUIDE,
            ),
            entry,
        ),
        notes="IAM policies don't grant access to a cluster." if is_login else _IN_CONSOLE,
    )


def module_access_remedy(text: str) -> Remedy | None:
    """Return the remedy that makes the caller of the Terraform module for EKS an administrator, if a text shows the module.

    Args:
        text: A text in which Kubernetes denies an authenticated caller a request.
    """
    if _MODULE_20.search(text) is None or _MODULE_ACCESS.search(text):
        return None
    return your_remedy(
        'Give the role or user an access policy in the module "eks"',
        "From version 20 on, the module makes nobody an administrator by default. With this line, the principal that runs Terraform is one.",
        "For others, use access_entries with policy_associations, such as of AmazonEKSClusterAdminPolicy. If Terraform says that the entry exists already, delete it first: aws eks delete-access-entry.",
        commands="terraform apply",
        manifest="enable_cluster_creator_admin_permissions = true",
        manifest_language="hcl",
        url=_MODULE_GUIDE,
    )


def explain_excluded_creator(case: AnyCase) -> Explanation | None:
    """Explain that EKS made no access entry for the principal that created the cluster, if the text shows its setting."""
    text = case.failure.text
    setting = next(find_said(text, _NO_CREATOR), None)
    cluster = find_cluster(case)
    masked = principal_words.parse_masked_principal(case.caller) if case.caller else None
    if (
        setting is None
        or _MODULE_ACCESS.search(text)
        or (case.context.mappings and cluster.uses_aws_auth)
        or find_stated_entry(case.failure, case.principal) is not None
        or is_listed(case.failure, case.principal or masked)
        or not cluster.uses_entries
    ):
        return None
    is_login = case.failure.kind == "kubernetes_unauthorized"
    unknown = "the caller" if is_login else "the signed-in user or role"
    principal = build_cluster_principal(
        case.stated_principal or masked, unknown, is_masked=case.principal is None and masked is not None
    )
    if principal.entry_refusal:
        return None
    access = cluster_access.DEPLOYMENT_ACCESS
    create = access.entry_remedy(cluster, principal)
    who, named = principal.description, f" {cluster.argument}" if cluster.name else ""
    if not principal.is_known:
        caller = Labelled("Who calls (for a role, PRINCIPAL_ARN is its ARN in IAM):", commands.SHOW_CALLER)
        create = attrs.evolve(create, commands=(caller, *create.commands))
    replaced = f"Don't set {setting['name']} to true now: it is used only when a cluster is created, and Terraform and CloudFormation would replace the cluster."
    return case.explain(
        f"{_describe_failure(principal, is_login=is_login)}: the cluster{named} was created with {setting['name']} false, so EKS made no access entry for its creator, and {who} needs one of its own.",
        cluster_access.NOT_MAPPED.cause(
            "derived",
            f"The text shows {' '.join(setting[0].split()).translate(_NO_QUOTES)}",
            text="With this setting, not even the principal that created the cluster has access to it.",
        ),
        *cluster_access.mode_causes(cluster),
        topic="kubernetes-login" if is_login else "eks-console",
        remedies=(
            attrs.evolve(create, who="account administrator", steps=(*create.steps, replaced)),
            _terraform_remedy(cluster, principal, access.policy) if "_" in setting["name"] else None,
        ),
        notes="IAM policies don't grant access to a cluster." if is_login else _IN_CONSOLE,
    )


def _describe_failure(principal: ClusterPrincipal, named: str = "", *, is_login: bool) -> str:
    if is_login:
        return f"The cluster{named} could not authenticate {principal.description} (401)"
    return f"{capitalize_start(principal.description)} cannot read the Kubernetes objects of the cluster{named} in the console"


def _terraform_remedy(cluster: Cluster, principal: ClusterPrincipal, policy: str) -> Remedy:
    arn = principal.entry_argument if principal.entry_argument.startswith("arn:") else "PRINCIPAL_ARN"
    lines = (
        'resource "aws_eks_access_entry" "admin" {',
        f'  cluster_name  = "{cluster.argument}"',
        f'  principal_arn = "{arn}"',
        "}",
        "",
        'resource "aws_eks_access_policy_association" "admin" {',
        f'  cluster_name  = "{cluster.argument}"',
        "  principal_arn = aws_eks_access_entry.admin.principal_arn",
        f'  policy_arn    = "{access_policy_arn(policy, cluster.partition)}"',
        "",
        "  access_scope {",
        '    type = "cluster"',
        "  }",
        "}",
    )
    return cluster_remedy(
        "Or create the access entry in Terraform",
        commands="terraform apply",
        manifest="\n".join(lines),
        manifest_language="hcl",
        url=pages.EKS_ACCESS_ENTRIES,
    )
