"""Read what a text says about who is signed in to the EKS console and what IAM and Kubernetes allow, and allow the rest.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html and, for the resources of each
action, https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principals import IdentityCenterRole, Principal, Root
from iamtriage.explaining._context.readers.callers import (
    find_console_caller,
    find_printed_caller,
    find_switched_role,
)
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import (
    find_missing_binding,
    find_vain_search,
)
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import find_bindings
from iamtriage.explaining._context.readers.statements import find_said, is_administrator
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._explanations.remedies import Who
from iamtriage.explaining._rules.basics import Case, Remedy
from iamtriage.explaining._rules.kubernetes.aws_auth.map_entries import find_unmatched_person, is_for_nodes
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import find_map_entry
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import is_same_principal
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster, find_cluster, find_iam_arns
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import ConsoleKubernetesAccess
from iamtriage.policies._documents import allow, build_document

_SWITCH_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html"
GROUP = "eks-console-viewers"
"""The group and the ClusterRole that an explanation proposes, if there is none."""
_TYPES = "cronjobs,daemonsets,deployments,endpoints,events,jobs,namespaces,nodes,pods,replicasets,services,statefulsets"
RBAC_COMMANDS = (
    f"kubectl create clusterrole {GROUP} --verb=get,list --resource={_TYPES}",
    f"kubectl create clusterrolebinding {GROUP} --clusterrole={GROUP} --group={GROUP}",
)
"""The commands that create the ClusterRole, and bind it to the group."""
_AS_ROOT = lazy_pattern(
    r"(?i:\b(?:signed|logged|log|sign) in (?:as|with|to the console as) (?:the |our |my )?(?:AWS )?(?:account(?:'s)? )?root\b|\b(?:I am|I'm|using|with) the (?:account's )?root (?:account|user)\b)"
)
# Manifests of AWS, each for a group: https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html
_MANIFESTS = {
    f"eks-console-dashboard-{kind}-access-group": f"https://s3.us-west-2.amazonaws.com/amazon-eks/docs/eks-console-{kind}-access.yaml"
    for kind in ("full", "restricted")
}


def is_root(case: Case[ConsoleKubernetesAccess]) -> bool:
    """Return whether the root user of an account is signed in."""
    if case.principal is not None:
        return isinstance(case.principal, Root)
    return next(find_said(case.failure.text, _AS_ROOT), None) is not None


def find_mapping(case: Case[ConsoleKubernetesAccess], masked: Principal | None) -> MappingEntry | None:
    """Return the ``aws-auth`` entry of the signed-in principal: if that is unknown, the only one that is not for nodes."""
    found = find_map_entry(case)
    if found is not None or masked is not None or not find_cluster(case).uses_aws_auth:
        return found
    people = [each for each in case.context.mappings if not is_for_nodes(each)]
    is_unknown = case.principal is None or is_derived(case.facts, "caller")
    is_only = is_unknown and len(people) == 1 and find_unmatched_person(people) is None
    return people[0] if is_only and people[0].wrong_list is None else None


def find_unbound(case: Case[ConsoleKubernetesAccess], mapped: MappingEntry) -> str | None:
    """Return a group of an entry for which a search in the text found no binding."""
    words = find_vain_search(case.failure.text)
    return next((each for each in mapped.groups if words is not None and words in each), None)


def describe_groups(case: Case[ConsoleKubernetesAccess], mapped: MappingEntry) -> tuple[str, str | None]:
    """Return why the groups of an entry allow nothing, as a clause, and what in the text proves it."""
    groups = join_words([*map(clip_text, mapped.groups)], "and") or "no group"
    is_one, own = len(mapped.groups) == 1, find_own_group(mapped, case.failure.text)
    if (unbound := find_unbound(case, mapped)) is not None:
        missing = f"{'which' if is_one else 'but'} no binding in the cluster names{'' if is_one else f' {clip_text(unbound)}'}"
        proof = "The search for a binding in the text finds none."
    elif own is not None and (lost := find_missing_binding(case.failure.text, own)) is not None:
        missing, proof = (
            f"but the {clip_text(lost)} does not exist",
            "The API server did not find the binding.",
        )
    else:
        that = "it" if is_one else "them"
        return (
            f"aws-auth maps it to {groups}, and most likely, no ClusterRole that shows the objects is bound to {that}",
            None,
        )
    return f"aws-auth maps it to {groups}, {missing}, so Kubernetes RBAC denies the requests", proof


def find_own_group(mapped: MappingEntry, text: str) -> str | None:
    """Return the group of an entry to bind: that of a manifest of AWS, or else the first one, unless the text binds one."""
    own = [each for each in mapped.groups if not each.startswith(principal_mappings.RESERVED_PREFIXES)]
    bound = {each.name for binding in find_bindings(text) for each in binding.subjects}
    if not bound.isdisjoint(own):
        return None
    return next((each for each in own if each in _MANIFESTS), None) or next(iter(own), None)


def bind_remedy(group: str, username: str | None) -> Remedy:
    """Return the remedy that binds a group of an ``aws-auth`` entry to a ClusterRole that shows the objects."""
    manifest, (create, bind) = _MANIFESTS.get(group), RBAC_COMMANDS
    lines: tuple[str, ...] = create, fill_command(f"{bind.rpartition('=')[0]}={{}}", group)
    step = "The ClusterRole allows the group to read common types: add others as needed."
    is_restricted = manifest is not None and "restricted" in group
    if manifest is not None:
        lines = (f"kubectl apply -f {manifest}",)
        limit = ". It shows only objects in the namespace default" if is_restricted else ""
        step = f"The manifest of AWS creates the ClusterRole and the binding of this group{limit}."
    asked = "list pods --namespace default" if is_restricted else "list nodes"
    check = fill_command(f"kubectl auth can-i {asked} --as {{}} --as-group {{}}", username or "any", group)
    return cluster_remedy(
        f"Bind the group {clip_text(group)} to a ClusterRole that shows the objects",
        "Somebody with administrator access to the cluster runs the commands, such as its creator.",
        step,
        "Then reload the console. The last command must print yes.",
        commands=(*lines, check),
        url=pages.EKS_CONSOLE,
    )


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


_PERMISSION_SET = lazy_pattern(r"AWSReservedSSO_([\w+=,.@-]{1,32})_[0-9a-f]{16}")
_SIGNED_IN_AS = lazy_pattern(r"\b(?:[Ss]igned|[Ll]ogged)[- ]?in [^\n.]{0,30}?\b(?:as|with)\b[^\n]{0,200}")


def says_signed_in(
    case: Case[ConsoleKubernetesAccess], principal: principal_mappings.ClusterPrincipal
) -> bool:
    """Return whether the text says that somebody is signed in as a principal, such as below the message."""
    name = principal.description.rpartition(" ")[2]
    found = _PERMISSION_SET.fullmatch(name)
    said = [each[0] for each in find_said(case.failure.text, _SIGNED_IN_AS)]
    if found is None or any(name in each for each in said):
        return any(name in each for each in said)
    # The access portal shows the permission set.
    as_set = re.compile(
        rf"\b(?:as|with)(?: the)?(?: (?:permission set|role))? [\"'`“]?{re.escape(found[1])}(?![\w-])"
    )
    return any(as_set.search(each) for each in said)


def find_terminal_principal(case: Case[ConsoleKubernetesAccess]) -> Principal | None:
    """Return the principal that a terminal prints, if the console's account menu shows another one."""
    text = case.failure.text
    printed, menu = find_printed_caller(text), find_console_caller(text)
    if printed is None or menu is None or switches_role(case) or "CloudShell" in text:
        return None
    terminal = principal_words.try_parse_principal(printed.value)
    console = principal_words.try_parse_principal(menu.value) or principal_words.parse_masked_principal(
        menu.value
    )
    if terminal is None or console is None or is_same_principal(terminal, console):
        return None
    # The facts can name another principal than the menu.
    caller = case.principal or principal_words.parse_masked_principal(case.caller)
    return terminal if is_same_principal(console, caller) else None


def add_doubt(
    case: Case[ConsoleKubernetesAccess], principal: principal_mappings.ClusterPrincipal
) -> principal_mappings.ClusterPrincipal:
    """Return a principal as the user or role that it can be, if only the console's account menu shows its name."""
    menu, text = find_console_caller(case.failure.text), case.failure.text
    kind, _, name = (case.caller or "").rpartition(":")[2].rpartition("/")
    if menu is None or menu.value != case.caller or not menu.words.startswith(f"{name} @ "):
        return principal
    if "switched" in text or re.search(rf"\b(?:{kind}|IAM user)[ :\"'`/]{{1,3}}{re.escape(name)}\b", text):
        return principal
    other = "user" if kind == "role" else "role"
    path = f" The ARN of a role also has its path: aws iam get-role --role-name {commands.role_name(name)} --query Role.Arn prints it."
    return attrs.evolve(
        principal,
        description=f"the user or role {clip_text(name)}",
        path_note=f"The account menu shows a user and a role to which somebody switched alike: aws sts get-caller-identity in CloudShell prints which it is. If it is a {other}, write {other}/ instead of {kind}/ in the ARN.{path} {principal.path_note or ''}".rstrip(),
    )


def use_terminal_principal(terminal: Principal) -> Remedy:
    """Return the remedy that gives the console the principal of a terminal, which has access."""
    role = principal_words.underlying_role(terminal)
    described = principal_words.describe_principal(terminal, None)
    title, step = f"Or sign in to the console as {described}", None
    if isinstance(role, IdentityCenterRole):
        step = "Open the console from the AWS access portal, with this account and permission set."
    elif role is not None:
        title = f"Or switch to {described} in the console"
        step = f"In the account menu, choose Switch role, with the account {role.account} and the role {role.name}. Its trust policy must allow that, and it also needs eks:AccessKubernetesApi in IAM."
    return your_remedy(title, step, url=_SWITCH_PAGE if role is not None else pages.EKS_CONSOLE)


def describe_switch(case: Case[ConsoleKubernetesAccess], *, kubectl_works: bool) -> str:
    """Return the clause that the access of the identity that switched to a role does not apply."""
    arns = map(principal_words.try_parse_principal, find_iam_arns(case.failure.text))
    others = {
        principal_words.describe_principal(each, None)
        for each in arns
        if not is_same_principal(each, case.principal)
    }
    whose = only_one(others, "the user who switched")
    kubectl = f". kubectl works because it uses the credentials of {whose}" if kubectl_works else ""
    return f"after Switch role, the console acts as this role, so the cluster access of {whose} does not count{kubectl}"


def iam_remedy(case: Case[ConsoleKubernetesAccess], cluster: Cluster) -> Remedy:
    """Return the remedy that allows the calls of the console in IAM."""
    principal = case.principal or principal_words.parse_masked_principal(case.caller)
    role = principal_words.underlying_role(principal)
    account = cluster.account if cluster.account and ACCOUNT.fullmatch(cluster.account) else None
    # The console shows only clusters of the caller's own account.
    account = account or getattr(case.principal, "account", None) or "ACCOUNT_ID"
    region, name = commands.region(cluster.region), cluster.argument
    who: Who = "account administrator"
    described = principal_words.describe_principal(principal, "the signed-in user or role")
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


def describe_console(principal: principal_mappings.ClusterPrincipal, cluster: Cluster) -> str:
    """Return what the console does not show, as a clause."""
    who, where = "The signed-in user or role", ""
    if principal.is_known:
        who, where = capitalize_start(principal.description), " in the console"
    objects = "this cluster's Kubernetes objects"
    if cluster.name:
        objects = f"the Kubernetes objects of the cluster {cluster.argument}"
    return f"{who} cannot read {objects}{where}"
