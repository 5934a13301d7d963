"""Explain that EKS rejects a name of an access entry, or that the authentication mode rules a call out.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html and
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html.
"""

from __future__ import annotations

from typing import cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes.cluster_access import ENTRY_OF_OTHER_TYPE
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials.backend_blocks import is_opentofu
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, find_entry_arn
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import access_policy_arn
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.texts import deployment_tools
from iamtriage.failures._failures import AccessEntry
from iamtriage.typing import AuthenticationMode

RESERVED_NAME = CauseType(
    "reserved-name",
    title="The user or group name is reserved or malformed",
    recognised_by="EKS says that the user name or the Kubernetes group is invalid.",
    fix="Use a name without the prefixes system:, eks:, aws:, amazon: and iam:.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)


def entry_principal(case: Case[AccessEntry]) -> principal_mappings.ClusterPrincipal:
    return principal_mappings.build_cluster_principal(
        try_parse_principal(find_entry_arn(case)), "the principal"
    )


def explain_reserved_name(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that EKS rejects a group or user name of an access entry."""
    deployment = deployment_tools.find_code(case.failure, case.facts)
    text, note = (
        f"Groups that begin with {join_words(principal_mappings.RESERVED_PREFIXES, 'or')} are reserved.",
        None,
    )
    causes: tuple[Cause, ...] = ()
    name = "group" if "group" in message.lower() else "user name"
    node_group = _NODE_GROUP.search(message) if name == "group" else None
    if node_group is not None:
        kind = "FARGATE_LINUX" if node_group[0] == principal_mappings.FARGATE_GROUP else "EC2_LINUX"
        summary = f"EKS rejected the group {node_group[0]}: nodes get it from the type of their access entry ({kind}), not from its groups as in aws-auth."
        # A call that fails creates no entry.
        if exists := case.failure.envelope.operation == "UpdateAccessEntry":
            causes = (ENTRY_OF_OTHER_TYPE.cause(text="The node role's access entry is of type STANDARD."),)
        remedy = entry_principal(case).node_entry_remedy(find_cluster(case), kind=kind, exists=exists)
        remedy = deployment_tools.change_in_code(remedy, deployment, "type")
        if deployment is not None and deployment.is_terraform:
            remedy = attrs.evolve(
                remedy,
                steps=(
                    f"Write type as below{f' in {deployment.resource}' if deployment.resource else ''}, and remove kubernetes_groups and user_name: the type sets both. The default type is STANDARD.",
                    "Windows nodes need EC2_WINDOWS. For managed node groups and Fargate profiles, EKS creates the entry itself.",
                ),
                manifest=f'type = "{kind}"',
                manifest_language="hcl",
            )
    elif name == "group" and "system:masters" in message:
        summary = f"EKS rejected the group system:masters: in access entries, the policy {_ADMIN_POLICY} replaces it."
        text = "Access entries accept no group that begins with system:, unlike the ConfigMap aws-auth."
        remedy = _masters_remedy(case, deployment)
    else:
        summary = f"EKS rejected the {name}{_describe_name(message)}"
        text = f"The {name} has a prefix that is reserved for Kubernetes and EKS, or is malformed."
        setting = "kubernetes_groups" if name == "group" else "user_name"
        remedy = deployment_tools.change_in_code(_rename_remedy(case, name), deployment, setting)
        note = "The ConfigMap aws-auth accepts such names, but access entries do not. EKS sets the user name and groups of a node's entry by its type."
    return case.explain(
        summary,
        RESERVED_NAME.cause("reported", text=text),
        *causes,
        topic="access-entry-name",
        remedies=remedy,
        notes=(note, principal_mappings.IAM_DOES_NOT_HELP),
    )


def _rename_remedy(case: Case[AccessEntry], name: str) -> Remedy:
    option, advice = {
        "group": (
            ("--kubernetes-groups", "GROUP"),
            "Instead of system:masters, associate AmazonEKSClusterAdminPolicy with the entry. For other permissions, bind a role to your own group.",
        ),
        "user name": (
            ("--username", "USER"),
            "Or omit the user name: EKS then generates one. A colon is required before {{SessionName}}.",
        ),
    }[name]
    call = f"{'create' if case.failure.envelope.operation == 'CreateAccessEntry' else 'update'}-access-entry"
    argument = entry_principal(case).entry_argument
    return cluster_remedy(
        f"Use another {name}",
        f"The {name} must not begin with {join_words(principal_mappings.RESERVED_PREFIXES, 'or')}.",
        advice,
        commands=find_cluster(case).eks_command(call, *option, principal=argument),
    )


def _describe_name(message: str) -> str:
    found = _RESERVED.search(message)
    if found is None:
        return " of the access entry: it is reserved or malformed."
    return f" {found[0]}: names that begin with {found[1]} are reserved in access entries."


_RESERVED = lazy_pattern(r"(?<![:\w])((?:system|eks|aws|amazon|iam):)(?!:)[a-zA-Z0-9][\w.@:-]{0,62}\b")
_NODE_GROUP = lazy_pattern(r"system:(?:bootstrappers|nodes|node-proxier)")
_ADMIN_POLICY = "AmazonEKSClusterAdminPolicy"
_OWN_GROUP = "Or use your own group in the entry, such as admins, and bind it: kubectl create clusterrolebinding admins --clusterrole=cluster-admin --group=admins"
_SMALLER = "The policy allows everything, as the group does: use a smaller policy if that is enough."

# The address of a resource with neither count nor for_each, before which Terraform writes "with".
_ENTRY_IN_CODE = lazy_pattern(r"(?a)\bwith (?:module\.[\w.-]{1,100}\.)?aws_eks_access_entry\.(\w{1,80}),")
_ASSOCIATION = """resource "aws_eks_access_policy_association" "{entry}" {{
  cluster_name  = aws_eks_access_entry.{entry}.cluster_name
  principal_arn = aws_eks_access_entry.{entry}.principal_arn
  policy_arn    = "{policy}"
  access_scope {{
    type = "cluster"
  }}
}}"""


def _masters_remedy(case: Case[AccessEntry], deployment: deployment_tools.Deployment | None) -> Remedy:
    cluster, principal = find_cluster(case), entry_principal(case)
    if deployment is not None:
        is_pulumi = deployment.tool == "Pulumi"
        policy, manifest = "an aws.eks.AccessPolicyAssociation" if is_pulumi else "AccessPolicies", None
        arn, named = access_policy_arn(_ADMIN_POLICY, cluster.partition), find_entry_arn(case)
        if deployment.is_terraform:
            policy = "an aws_eks_access_policy_association (in the module, policy_associations)"
            if (entry := _ENTRY_IN_CODE.search(case.failure.text)) is not None:
                manifest = _ASSOCIATION.format(entry=entry[1], policy=arn)
        of_principal = f", the principal {named}" if deployment.is_terraform and named else ""
        what = f"{policy} with the policy {arn}{of_principal} and an access scope of type cluster"
        return your_remedy(
            f"Replace the group with the access policy in the {deployment.tool} code",
            f"Remove system:masters from {deployment.spell('kubernetes_groups')}, and add {'the block below, which requires eks:AssociateAccessPolicy' if manifest else what}.",
            _SMALLER,
            _OWN_GROUP,
            manifest=manifest,
            manifest_language="hcl",
            url=pages.EKS_ACCESS_POLICIES,
        )
    exists = case.failure.envelope.operation == "UpdateAccessEntry"
    moved = None
    if not exists and cluster.uses_aws_auth and "aws-auth" in case.failure.text:
        moved = "As soon as the entry exists, it takes precedence over the one in aws-auth: run both commands together, test as the role, and only then remove the one in aws-auth."
    return cluster_remedy(
        f"Associate {_ADMIN_POLICY} with the entry",
        f"{'Update' if exists else 'Create'} the entry without the group, and associate the policy. {_SMALLER}",
        moved,
        _OWN_GROUP,
        commands=(
            None if exists else principal.create_entry_command(cluster),
            principal.associate_policy_command(cluster, _ADMIN_POLICY),
        ),
        url=pages.EKS_ACCESS_POLICIES,
    )


MODE_CONFIG_MAP = CauseType(
    "mode-config-map",
    title="The cluster's authentication mode is CONFIG_MAP",
    recognised_by="EKS says that the cluster's authentication mode must be set to API or API_AND_CONFIG_MAP.",
    fix="Change the authentication mode to API_AND_CONFIG_MAP, or use aws-auth.",
    sources=(pages.EKS_ACCESS_MODE,),
)
ONE_WAY = CauseType(
    "mode-irreversible",
    title="The authentication mode cannot be changed back",
    text="The mode can only change from CONFIG_MAP to API_AND_CONFIG_MAP to API, never back.",
    recognised_by="EKS says that the authentication mode update is unsupported.",
    fix="Keep the mode: it changes only from CONFIG_MAP to API_AND_CONFIG_MAP to API.",
    sources=(pages.EKS_ACCESS_MODE,),
)


def explain_entries_not_accepted(case: Case[AccessEntry], _message: str) -> Explanation:
    """Explain that a cluster does not accept access entries."""
    # What EKS reports takes precedence over the facts.
    cluster = attrs.evolve(find_cluster(case), mode="CONFIG_MAP")
    principal, enable = entry_principal(case), cluster.enable_entries_remedy()
    deployment = deployment_tools.find_code(case.failure, case.facts)
    create = principal.create_entry_remedy(cluster, policy=principal_mappings.VIEW_POLICY).commands
    *warnings, last = enable.steps
    filled = ""
    if deployment is not None:
        last = f"When the cluster is ACTIVE again, {deployment.verb} again: {deployment.tool} then creates the entry, and would fail if you had created it by hand. An entry alone grants nothing: the code needs an access policy or groups, too."
        create = deployment.run_commands
    elif not principal.is_known:
        last, filled = f"{last} The ARN of a role includes its path.", ", with PRINCIPAL_ARN filled in"
    then = f"Then{filled} (if EKS still rejects the entry, repeat the {'run' if deployment else 'call'}):"
    return case.explain(
        "The cluster accepts no access entries, because its authentication mode is CONFIG_MAP.",
        MODE_CONFIG_MAP.cause("reported"),
        topic="authentication-mode",
        remedies=(
            attrs.evolve(
                enable,
                steps=(*warnings, last),
                commands=(*enable.commands, *(Labelled(then, each) for each in create[:1]), *create[1:]),
            ),
            principal.aws_auth_remedy(
                groups=("GROUP",),
                title="Or keep the mode and map the principal in aws-auth",
                steps=("GROUP is a group that a RoleBinding or ClusterRoleBinding names.",),
            ),
        ),
        notes=(
            *_mode_in_code(case, "API_AND_CONFIG_MAP", is_set=False),
            principal_mappings.IAM_DOES_NOT_HELP,
        ),
    )


def explain_mode_change(case: Case[AccessEntry], message: str) -> Explanation:
    """Explain that EKS cannot change the mode in this direction, by the modes that the message names."""
    cluster = find_cluster(case)
    found = _MODE_CHANGE.search(message)
    old = cast("AuthenticationMode", found[1]) if found else cluster.mode
    name = "The cluster" if cluster.name is None else f"Cluster {clip_text(cluster.name)}"
    summary = "EKS cannot change the authentication mode so: it only goes from CONFIG_MAP to API_AND_CONFIG_MAP to API, one step at a time and never back."
    if found is not None and found[2] == old:
        summary = f"{name} already has the authentication mode {old}: there is nothing to change."
    elif old is not None:
        summary = f"{name} has the authentication mode {old}, which {_VERDICTS[old]}"
    in_code = _mode_in_code(case, "API_AND_CONFIG_MAP" if old == "CONFIG_MAP" else old)
    migrate = f"{commands.SHOW_AWS_AUTH} | iamtriage aws-auth migrate - --cluster {cluster.argument}"
    title = "Keep the mode, or change to the next one"
    step = "With API_AND_CONFIG_MAP, aws-auth still applies to each principal without an access entry. With API, EKS ignores it: all principals of aws-auth need an access entry before, also the roles of self-managed nodes (type EC2_LINUX)."
    list_entries = cluster.eks_command("list-access-entries")
    lines: Commands = present(cluster.show_mode_command(), list_entries, migrate)
    if found is not None and found[1] == "API" != found[2]:
        title = "Keep the mode, and create an access entry for each principal of aws-auth"
        step = "The calls require eks:CreateAccessEntry and eks:AssociateAccessPolicy in IAM, and no access to the cluster. Take the principals from aws-auth, or from a copy in a repository: roles with their path, and also those of self-managed nodes (type EC2_LINUX). Instead of system:masters, associate AmazonEKSClusterAdminPolicy: EKS rejects groups that begin with system:."
        person = principal_mappings.build_cluster_principal(None)
        lines = (
            list_entries,
            Labelled(
                "For each principal that is not in the list, with its groups or an access policy:",
                person.create_entry_command(cluster, groups=("GROUP",)),
            ),
            person.associate_policy_command(cluster, principal_mappings.VIEW_POLICY),
            Labelled(
                "If you have access to the cluster, this prints the commands for all of aws-auth:", migrate
            ),
        )
    elif found is not None and found.groups() == ("API_AND_CONFIG_MAP", "CONFIG_MAP"):
        title = "Keep the mode, and delete access entries that you do not want"
        step = "A principal's access entry takes precedence over its aws-auth entry. Without the access entry, the aws-auth entry applies again. Keep the entries of nodes (type EC2_LINUX) and one with which you have access."
        step += "" if in_code else " If a template sets the mode, set it back to API_AND_CONFIG_MAP there."
        lines = (list_entries, cluster.eks_command("delete-access-entry", principal="PRINCIPAL_ARN"))
    if old == "CONFIG_MAP" and (found is None or found[2] == "API"):
        title = "Change the mode to API_AND_CONFIG_MAP first"
        change: Commands = cluster.change_mode_commands()
        if any("Terraform code" in each for each in in_code):
            change = (f"{'tofu' if is_opentofu(case.failure.text) else 'terraform'} apply",)
            in_code = tuple(each.replace(", or each run fails again", "") for each in in_code)
            step += " Then set the mode to API, and apply again."
        label = "Then, this prints the commands that create the access entries:"
        lines = (*change, Labelled(label, migrate))
    return case.explain(
        summary,
        ONE_WAY.cause("reported"),
        topic="authentication-mode-change",
        remedies=cluster_remedy(title, *in_code, step, commands=lines),
        notes=principal_mappings.IAM_DOES_NOT_HELP,
    )


def _mode_in_code(case: Case[AccessEntry], mode: str | None, *, is_set: bool = True) -> tuple[str, ...]:
    """Return the step that sets the mode in the code of the tool that deploys the cluster."""
    deployment = deployment_tools.find_code(case.failure, case.facts)
    if deployment is None or mode is None:
        return ()
    argument = deployment.spell("authentication_mode")
    if deployment.tool == "Pulumi":
        argument = f"accessConfig.{argument}"
    if not is_set:
        return (f"If the {deployment.tool} code creates the cluster, set {argument} to {mode} there, too.",)
    return (f"In the {deployment.tool} code, set {argument} to {mode}, or each run fails again.",)


_VERDICTS = {
    "API": "cannot be changed back. EKS ignores its aws-auth ConfigMap, so principals that are mapped only there are Unauthorized.",
    "API_AND_CONFIG_MAP": "cannot be changed back to CONFIG_MAP. That is not necessary: aws-auth still applies.",
    "CONFIG_MAP": "changes in two steps: to API_AND_CONFIG_MAP, then to API.",
}
_MODE_CHANGE = lazy_pattern(
    r"update from (API|API_AND_CONFIG_MAP|CONFIG_MAP) to (API|API_AND_CONFIG_MAP|CONFIG_MAP)\b"
)
