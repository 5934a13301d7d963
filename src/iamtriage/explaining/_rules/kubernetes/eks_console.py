"""Explain why the EKS console shows no Kubernetes objects.

It requires both IAM permissions and access to the cluster:
https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html. The resources of each action:
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.stated_entries import find_stated_entry
from iamtriage.explaining._rules.kubernetes.users import NO_RULE
from iamtriage.explaining._rules.shared import arn_diagnosis, clues, commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import VIEW_POLICY, build_cluster_principal
from iamtriage.explaining._rules.shared.principal_words import (
    describe_principal,
    parse_masked_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Who
    from iamtriage.explaining._rules.kubernetes.stated_entries import StatedEntry
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal
    from iamtriage.failures._failures import ConsoleKubernetesAccess

_GROUP = "eks-console-viewers"
_CLUSTER_ACTIONS = (
    "eks:AccessKubernetesApi",
    "eks:DescribeCluster",
    "eks:ListAddons",
    "eks:ListFargateProfiles",
    "eks:ListIdentityProviderConfigs",
    "eks:ListNodegroups",
    "eks:ListUpdates",
)
_ACTIONS_WITHOUT_RESOURCE = ("eks:DescribeAddonVersions", "eks:ListClusters", "iam:ListRoles")
# What opens a cluster in the console. The remedy in IAM adds its other pages.
_IAM_STEP = "In IAM, it needs eks:AccessKubernetesApi, eks:DescribeCluster and eks:ListClusters, as the next remedy shows."
_TYPES = "cronjobs,daemonsets,deployments,endpoints,events,jobs,namespaces,nodes,pods,replicasets,services,statefulsets"
_RBAC_COMMANDS = (
    f"kubectl create clusterrole {_GROUP} --verb=get,list --resource={_TYPES}",
    f"kubectl create clusterrolebinding {_GROUP} --clusterrole={_GROUP} --group={_GROUP}",
)
_SIGNED_IN_STEP = "The message names no principal: run the first command in CloudShell, as the signed-in user or role. For a role, PRINCIPAL_ARN is what get-role prints."
_MAPPED_STEP = "aws sts get-caller-identity in CloudShell prints the signed-in user or role. PRINCIPAL_ARN is the ARN of the user, or that of the role without its path and session."
_SIGNED_IN_COMMANDS = (
    "aws sts get-caller-identity --query Arn --output text",
    arn_diagnosis.lookup_command(None),
)
# The console asks for the nodes, which only this access policy and RBAC show: the banner stays without them.
# https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
_VIEW_ALL_POLICY = "AmazonEKSAdminViewPolicy"
# What a page of the console could not load, if it is of types that the narrower access policy shows.
_WORKLOADS = lazy_pattern(
    r"\bError loading (?:Namespaces|Pods|Deployments|ReplicaSets|StatefulSets|DaemonSets|Jobs|CronJobs|Services|Endpoints|Ingresses|ConfigMaps)\b"
)
_UNAUTHORIZED_PHRASE = "Unauthorized: Verify you have access to the Kubernetes cluster"
CONSOLE_WITHOUT_ACCESS = CauseType(
    "console-without-access",
    title="The signed-in principal has no access to the Kubernetes objects of this cluster",
    recognised_by="The console says that your current IAM principal doesn't have access to Kubernetes objects on this cluster.",
    fix="Create an access entry with an access policy for the signed-in role.",
    sources=(pages.EKS_CONSOLE,),
)
NO_IAM_PERMISSION = CauseType(
    "no-iam-permission",
    title="The IAM policies do not allow eks:AccessKubernetesApi",
    text="The principal's IAM policies do not allow eks:AccessKubernetesApi and the other actions of the console.",
    fix="Allow eks:AccessKubernetesApi for the signed-in role.",
    recognised_by="The text names eks:AccessKubernetesApi.",
    sign=r"\beks:AccessKubernetesApi\b",
    remedy="allow eks:AccessKubernetesApi",
    of="console-without-access",
)


def explain_eks_console(case: Case[ConsoleKubernetesAccess]) -> Explanation:
    """Explain that the EKS console shows no Kubernetes objects."""
    cluster = find_cluster(case)
    # People mask the account in the console's menu.
    masked = parse_masked_principal(case.caller) if case.principal is None else None
    entry = find_stated_entry(case.failure.text, case.principal)
    principal = build_cluster_principal(
        case.stated_principal or masked or (None if entry is None else entry.principal),
        case.caller or "the signed-in user or role",
        is_masked=masked is not None,
        source=case.text,
    )
    who, where = "The signed-in user or role", ""
    if principal.is_known:
        who, where = capitalize_start(principal.description), " in the console"
    objects = (
        f"the Kubernetes objects of the cluster {cluster.argument}"
        if cluster.name
        else "this cluster's Kubernetes objects"
    )
    missing = cluster_access.describe_missing_entry(cluster)
    reason = f"most likely, it has {missing} with permissions"
    if entry is not None:
        reason = f"its access entry exists, but {entry.lack}"
    shown = f"{who} cannot read {objects}{where}"
    summary = f"{shown}: {reason}."
    if entry is None and _UNAUTHORIZED_PHRASE in case.text:
        named = f"cluster {cluster.argument}" if cluster.name else "Kubernetes cluster"
        summary = f"The {named} does not accept {principal.description}: most likely, it has {missing}."
    in_map = _aws_auth_remedy(cluster, principal)
    return case.explain(
        summary,
        CONSOLE_WITHOUT_ACCESS.cause(
            "reported", clues.quote_phrases(case.text, _UNAUTHORIZED_PHRASE), text=f"{shown}."
        ),
        *_causes(case, cluster, entry),
        topic="eks-console",
        remedies=present(
            _access_entry_remedy(case, cluster, principal, entry) if cluster.uses_entries else in_map,
            _iam_remedy(case, cluster),
            in_map if cluster.uses_aws_auth and cluster.uses_entries and entry is None else None,
            _rbac_remedy() if cluster.uses_entries else None,
            principal.inspect_access_remedy(cluster),
            None if cluster.uses_entries else cluster.enable_entries_remedy(),
        ),
        notes=(cluster_access.CREATOR_NOTE,),
    )


def _causes(
    case: Case[ConsoleKubernetesAccess], cluster: Cluster, entry: StatedEntry | None
) -> Iterator[Cause]:
    yield from cluster_access.mode_causes(cluster)
    if entry is not None:
        yield NO_RULE.cause(
            "derived", text="The text shows the access entry, with its groups or access policies."
        )
        yield NO_IAM_PERMISSION.cause()
        return
    missing = f"The principal has {cluster_access.describe_missing_entry(cluster)}."
    if _UNAUTHORIZED_PHRASE in case.text:
        unknown = "With 401 Unauthorized, the cluster does not know the principal: it did not evaluate RBAC."
        yield cluster_access.NOT_MAPPED.cause("derived", (unknown,), text=missing)
    else:
        yield cluster_access.NOT_MAPPED.cause(text=missing)
        yield NO_RULE.cause(
            text="The principal is mapped, but no access policy or RBAC role allows it to read objects."
        )
    yield NO_IAM_PERMISSION.cause()


def _iam_remedy(case: Case[ConsoleKubernetesAccess], cluster: Cluster) -> Remedy:
    principal = case.principal or parse_masked_principal(case.caller)
    role = underlying_role(principal)
    account = cluster.account if cluster.account and ACCOUNT.fullmatch(cluster.account) else None
    # The console shows only clusters of the caller's own account.
    account = account or getattr(case.principal, "account", None) or "ACCOUNT_ID"
    region, name = commands.region(cluster.region), cluster.argument
    steps: list[str] = []
    who: Who = "account administrator"
    if isinstance(role, IdentityCenterRole):
        who = "organization administrator"
        permission_set = f"permission set {role.permission_set}" if role.permission_set else "permission set"
        steps.append(
            f"Add the policy to the {permission_set} in IAM Identity Center: the role itself cannot be changed."
        )
    else:
        described = describe_principal(principal, None) if principal else "the signed-in user or role"
        steps.append(f"Attach the policy to {described}.")
    steps += [
        "eks:ListClusters, eks:DescribeAddonVersions and iam:ListRoles accept only * as the resource.",
        "The AWS documentation includes ssm:GetParameter on all parameters of the account. Omit this statement if you do not want to allow that.",
    ]
    eks = f"arn:{cluster.partition}:eks:{region}:{account}"
    parameters = f"arn:{cluster.partition}:ssm:{region}:{account}:parameter/*"
    return Remedy(
        title="Also allow eks:AccessKubernetesApi and the console's other actions in IAM",
        who=who,
        steps=tuple(steps),
        policy=build_document(
            [
                _statement("ViewCluster", _CLUSTER_ACTIONS, f"{eks}:cluster/{name}"),
                _statement("ViewNodegroups", "eks:DescribeNodegroup", f"{eks}:nodegroup/{name}/*/*"),
                _statement("ListWithoutResource", _ACTIONS_WITHOUT_RESOURCE, "*"),
                _statement("ReadParameters", "ssm:GetParameter", parameters),
            ]
        ),
        layer="identity",
        url=pages.EKS_CONSOLE,
    )


def _statement(sid: str, actions: tuple[str, ...] | str, resource: str) -> dict[str, Any]:
    action = actions if isinstance(actions, str) else list(actions)
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}


def _access_entry_remedy(
    case: Case[ConsoleKubernetesAccess],
    cluster: Cluster,
    principal: ClusterPrincipal,
    entry: StatedEntry | None,
) -> Remedy:
    policy = VIEW_POLICY if _WORKLOADS.search(case.text) else _VIEW_ALL_POLICY
    choice = f"{_VIEW_ALL_POLICY} shows everything, including Secrets; {VIEW_POLICY} neither Secrets nor nodes. If an entry exists already, skip create-access-entry."
    if entry is not None:
        return cluster_remedy(
            f"Associate {policy} with the access entry",
            choice,
            "Reload the console after a few seconds.",
            _IAM_STEP,
            commands=(principal.associate_policy_command(cluster, policy, namespace=None),),
            url=pages.EKS_ACCESS_ENTRIES,
        )
    remedy = principal.create_entry_remedy(
        cluster,
        policy=policy,
        namespace=None,
        title=f"Create an access entry with {policy} for {principal.description}",
        steps=(
            *(() if principal.is_known else (_SIGNED_IN_STEP,)),
            choice,
            _IAM_STEP,
            f"To see nodes but not Secrets, create the ClusterRole below, and add --kubernetes-groups {_GROUP} to create-access-entry.",
        ),
    )
    if principal.is_known:
        return remedy
    return attrs.evolve(remedy, commands=(*_SIGNED_IN_COMMANDS, *remedy.commands))


def _rbac_remedy() -> Remedy:
    return cluster_remedy(
        "Or bind a group to a ClusterRole, to show nodes but not Secrets",
        "It allows the group to read common types: add others as needed.",
        commands=_RBAC_COMMANDS,
        url=pages.EKS_CONSOLE,
    )


def _aws_auth_remedy(cluster: Cluster, principal: ClusterPrincipal) -> Remedy:
    if cluster.uses_entries:
        mode = "in the authentication mode CONFIG_MAP" if cluster.mode is None else "without access entries"
        title = f"Or, {mode}, map {principal.description} to a group in aws-auth"
        return principal.aws_auth_remedy(groups=(_GROUP,), title=title)
    return principal.aws_auth_remedy(
        groups=(_GROUP,),
        title=f"Map {principal.description} in aws-auth to a group that can read the objects",
        steps=(
            *(() if principal.is_known else (_MAPPED_STEP,)),
            "Somebody with access to the cluster runs the commands, such as its creator.",
            _IAM_STEP,
        ),
        setup=_RBAC_COMMANDS,
    )
