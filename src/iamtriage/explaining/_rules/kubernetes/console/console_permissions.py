"""Allow what the EKS console calls in IAM, and read whether the text says that it is allowed.

The resources of each action: https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._context.readers.callers import find_switched_role
from iamtriage.explaining._context.readers.statements import find_said, is_administrator
from iamtriage.explaining._explanations.remedies import Remedy, Who
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import is_same_principal
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_iam_arns
from iamtriage.explaining._rules.shared.principals import masked_principals, principal_words
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._documents import allow, build_document

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster
    from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import ClusterPrincipal
    from iamtriage.failures._failures import ConsoleKubernetesAccess

_CLUSTER_ACTIONS = (
    "eks:AccessKubernetesApi", "eks:DescribeCluster", "eks:ListAddons", "eks:ListFargateProfiles",
    "eks:ListIdentityProviderConfigs", "eks:ListNodegroups", "eks:ListUpdates",
)  # fmt: skip
_ACTIONS_WITHOUT_RESOURCE = ("eks:DescribeAddonVersions", "eks:ListClusters", "iam:ListRoles")
# What people say of the permission in IAM.
_HAS_IAM = lazy_pattern(
    r"\bIAM (?:is|looks|part is|side is)(?: all)? (?:done|fine|ok|okay|good|right|set)\b|\beks:AccessKubernetesApi (?:is|was) (?:already )?(?:in|allowed|granted|there|attached|part)\b"
    r"|\b(?:has|have|with|allows?|includes?|contains?|granted|added|gave)\b[^.\n]{0,60}\beks:(?:AccessKubernetesApi|\*)"
)

COMPARE_PRINCIPALS = your_remedy(
    "Compare the principal of the console with that of kubectl",
    "Run the command in CloudShell, which has the principal of the console, and then where kubectl works. If they differ, sign in as the second one, or create an access entry for the first.",
    commands=commands.SHOW_CALLER,
    url=pages.EKS_CONSOLE,
)


def may_call(case: Case[ConsoleKubernetesAccess]) -> bool:
    """Return whether the text says that IAM allows the calls of the console."""
    text = case.failure.text
    return is_administrator(text) or next(find_said(text, _HAS_IAM), None) is not None


def switches_role(case: Case[ConsoleKubernetesAccess]) -> bool:
    """Return whether the text says that the console's user switched to a role."""
    return find_switched_role(case.failure.text) is not None


def describe_switch(case: Case[ConsoleKubernetesAccess], *, kubectl_works: bool) -> str:
    """Return the clause that the access of the identity that switched to a role does not apply."""
    arns = map(principal_words.try_parse_principal, find_iam_arns(case.failure.text))
    others = {
        principal_words.describe_principal(each, None)
        for each in arns
        if not is_same_principal(each, case.principal)
    }
    whose = others.pop() if len(others) == 1 else "the user who switched"
    kubectl = f". kubectl works because it uses the credentials of {whose}" if kubectl_works else ""
    return f"after Switch role, the console acts as this role, so the cluster access of {whose} does not count{kubectl}"


def iam_remedy(case: Case[ConsoleKubernetesAccess], cluster: Cluster) -> Remedy:
    """Return the remedy that allows the calls of the console in IAM."""
    principal = case.principal or masked_principals.parse_masked_principal(case.caller)
    role = principal_words.underlying_role(principal)
    account = cluster.account if cluster.account and ACCOUNT.fullmatch(cluster.account) else None
    # The console shows only clusters of the caller's own account.
    account = account or getattr(case.principal, "account", None) or "ACCOUNT_ID"
    region, name = commands.region(cluster.region), cluster.argument
    who: Who = "account administrator"
    described = "the signed-in user or role"
    if principal:
        described = principal_words.describe_principal(principal, None)
    step = f"Attach the policy to {described}."
    if isinstance(role, IdentityCenterRole):
        who = "organization administrator"
        permission_set = f"permission set {role.permission_set}" if role.permission_set else "permission set"
        step = f"Add the policy to the {permission_set} in IAM Identity Center: the role itself cannot be changed."
    eks = f"arn:{cluster.partition}:eks:{region}:{account}"
    parameters = f"arn:{cluster.partition}:ssm:{region}:{account}:parameter/*"
    return Remedy(
        title="Also allow eks:AccessKubernetesApi, eks:DescribeCluster and eks:ListClusters in IAM",
        who=who,
        steps=(
            step,
            "eks:ListClusters, eks:DescribeAddonVersions and iam:ListRoles accept only * as the resource.",
            "The AWS documentation includes ssm:GetParameter on all parameters of the account. Omit this statement if you do not want to allow that.",
        ),
        policy=build_document(
            [
                allow(_CLUSTER_ACTIONS, f"{eks}:cluster/{name}", sid="ViewCluster"),
                allow("eks:DescribeNodegroup", f"{eks}:nodegroup/{name}/*/*", sid="ViewNodegroups"),
                allow(_ACTIONS_WITHOUT_RESOURCE, "*", sid="ListWithoutResource"),
                allow("ssm:GetParameter", parameters, sid="ReadParameters"),
            ]
        ),
        layer="identity",
        url=pages.EKS_CONSOLE,
    )


def describe_console(principal: ClusterPrincipal, cluster: Cluster) -> str:
    """Return what the console does not show, as a clause."""
    who, where = "The signed-in user or role", ""
    if principal.is_known:
        who, where = capitalize_start(principal.description), " in the console"
    objects = "this cluster's Kubernetes objects"
    if cluster.name:
        objects = f"the Kubernetes objects of the cluster {cluster.argument}"
    return f"{who} cannot read {objects}{where}"
