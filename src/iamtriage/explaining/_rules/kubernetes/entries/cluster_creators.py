"""Explain that the Terraform module for EKS declares the entry of the cluster's creator again.

Source: https://github.com/terraform-aws-modules/terraform-aws-eks/blob/master/docs/UPGRADE-20.0.md.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared.kubernetes.clusters import (
    find_cluster,
    find_entry_arn,
)
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    IAM_DOES_NOT_HELP,
    ClusterPrincipal,
)
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AccessEntry

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
