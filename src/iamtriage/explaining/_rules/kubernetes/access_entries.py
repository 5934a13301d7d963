"""Explain why EKS rejects an access entry, an association or ``aws-auth``.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html,
https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html and
https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.error_kind import import_remedy
from iamtriage.explaining._rules.kubernetes.aws_auth import aws_auth_maps
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import create_mapped_command
from iamtriage.explaining._rules.kubernetes.entries import entry_parameters, entry_settings, stated_entries
from iamtriage.explaining._rules.kubernetes.entries.entry_parameters import explain_second_entry
from iamtriage.explaining._rules.kubernetes.pods import rejected_pod_roles
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.kubernetes import clusters, principal_mappings
from iamtriage.explaining._rules.shared.messages.quoted_message import end_summary
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_pulumi_resource, find_stack
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.failures._failures import AccessEntry

_Rule = Callable[[Case[AccessEntry], str], Explanation]

# Words of operations, what they create or change, and what the AWS CLI calls a list of it.
_OBJECTS = (
    ("AccessPolic", "the association of an access policy", "access-entries"),
    ("AccessEntr", "the access entry", "access-entries"),
    ("PodIdentityAssociation", "the Pod Identity association", "pod-identity-associations"),
)
_CREATED = lazy_pattern(r"(?a)\baws_eks_access_entry\.(\w{1,80})(?=[\[:])")
# How the provider of Terraform reports the call, also without the address of the resource.
_TERRAFORM_CALL = "Error: creating EKS Access Policy Association"
_ASSOCIATION = lazy_pattern(r"(?a)\baws_eks_access_policy_association\.(?P<name>[\w-]{1,64})(?=[\"'\[]|\Z)")
_OTHER_TYPE = "The type of an entry cannot be changed: to use another type, delete the entry and create it again. Until then, the principal has no access."
# The key of the entry for the cluster's creator in the module terraform-aws-eks.
_CREATOR_KEY = 'aws_eks_access_entry.this["cluster_creator"]'
# The map access_entries of the module terraform-aws-eks, by a name that is not one of nodes.
_LISTED = lazy_pattern(
    r"aws_eks_access_entry\.this\[\"(?![^\"]{0,80}(?i:node|worker|karpenter|fargate|ng\b))"
)
_MADE_FOR_CREATOR = "EKS created the entry for the principal that created the cluster (bootstrapClusterCreatorAdminPermissions)."
_KEEP_FOR_CREATOR = "The simplest is to remove the resource from the configuration, as the creator is an administrator of the cluster already. Do not delete the entry from the cluster: its principal can lose access."
_MADE_FOR_NODES = (
    "EKS created the entry automatically, for the role of a managed node group or Fargate profile."
)
_KEEP_FOR_NODES = "Do not delete the entry from the cluster: the nodes lose access."
_IF_OF_NODES = "If a managed node group or Fargate profile has the role, or the same configuration declares the entry twice, remove the resource from the configuration, not the entry from the cluster."

ENTRY_EXISTS = CauseType(
    "entry-exists",
    title="The principal already has an access entry",
    text="A principal can have only one access entry in a cluster.",
    recognised_by='EKS says "The specified access entry resource is already in use on this cluster".',
    fix="Update the existing entry instead of creating one.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)
ENTRY_MADE_BY_EKS = CauseType(
    "entry-created-by-eks",
    title="EKS created the access entry",
    text="EKS created the entry automatically, for the cluster creator or for the role of a managed node group or Fargate profile.",
    fix="Keep the entry: EKS creates it for the cluster creator, managed node groups and Fargate profiles.",
    recognised_by="The text shows that the cluster's creator becomes its administrator.",
    sign=r"\bbootstrap_cluster_creator_admin_permissions ?= ?true\b|\bbootstrapClusterCreatorAdminPermissions\"?[:=] ?true\b",
    remedy="the existing",
    of="entry-exists",
)
MADE_ELSEWHERE = CauseType(
    "entry-created-elsewhere",
    title="Another tool, or another part of the configuration, created the access entry",
    fix="Import the entry, or let one tool manage it.",
    recognised_by="The text shows that another tool created it.",
    sign=r"\bcreated access entry for principal\b|\baws:cloudformation:stack-(?:name|id)\b",
    remedy="Inspect the existing entry",
    of="entry-exists",
)
NO_ENTRY = CauseType(
    "no-access-entry",
    title="The cluster has no access entry for the principalArn",
    recognised_by="EKS says that the specified principalArn could not be found.",
    fix="Create the access entry before you associate a policy.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)
NOT_MADE_YET = CauseType(
    "entry-created-later",
    title="The access entry is created later",
    text="The access entry is created later, or in the same run without a dependency on it.",
    fix="Create the entry first. In Terraform, let the association depend on the entry.",
    recognised_by="The text shows that the access entry is created in the same run.",
    sign=r"\baws_eks_access_entry\.\S{1,80}: (?:Still c|C)reating\.\.\.",
    remedy="Create the entry",
    of="no-access-entry",
)
MAPPED_IN_AWS_AUTH = CauseType(
    "mapped-in-aws-auth",
    title="The principal is mapped in aws-auth only",
    text="The principal has access from aws-auth, whose entry is no access entry.",
    fix="Create an access entry, or keep using aws-auth.",
    recognised_by="The text shows an entry of aws-auth.",
    sign=r"\b(?:role|user)arn: ?[\"']?arn:aws[\w:/+=,.@-]{0,200}",
    remedy="Create the entry",
    of="no-access-entry",
)
REFUSED_OBJECT = CauseType(
    "object-rejected",
    title="EKS rejected the access entry or association",
    text="EKS rejected the object or the change.",
    recognised_by="EKS rejects an access entry with a message that no other cause covers.",
    fix="Correct the parameters of the entry.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)


def explain_access_entry(case: Case[AccessEntry]) -> Explanation:
    """Explain that EKS rejects an access entry, an association or ``aws-auth``."""
    # The failure's own sentence comes first, because the text around it can describe another failure.
    for message in (clusters.failure_sentence(case), clusters.failure_context(case)):
        if (rule := _RULES.find(message)) is not None:
            return rule(case, message)
    # The sentence is truncated or unknown.
    if case.failure.envelope.code == "ResourceInUseException":
        if case.failure.envelope.operation == "CreateAccessEntry":
            return _explain_entry_exists(case, clusters.failure_sentence(case))
        if case.failure.envelope.operation == "CreatePodIdentityAssociation":
            return rejected_pod_roles.explain_association_exists(case, clusters.failure_sentence(case))
    return _explain_other(case)


def _explain_entry_exists(case: Case[AccessEntry], _message: str) -> Explanation:
    cluster, principal = clusters.find_cluster(case), entry_settings.entry_principal(case)
    found = try_parse_principal(clusters.find_entry_arn(case))
    if (second := explain_second_entry(case, principal, getattr(found, "name", None))) is not None:
        return second
    called, argument = case.context.command, principal.entry_argument
    repeated = repeat_command(
        called, "eks", "create-access-entry", changes={"type": "", "tags": ""}, of_region=cluster.region
    )
    update = cluster.eks_command("update-access-entry", "--kubernetes-groups", "GROUP", principal=argument)
    associate = principal.associate_policy_command(cluster, principal_mappings.VIEW_POLICY, "NAMESPACE")
    missing = Labelled.required("Then add an access policy, if one is missing, such as this:", associate)
    lacks_policies = found is not None and stated_entries.lacks_policies(case, found)
    changes: Commands = (associate if lacks_policies else missing, Labelled("Or, for RBAC groups:", update))
    # An entry for nodes has neither.
    sets_groups = repeated is not None and (" --kubernetes-groups" in repeated or " --username" in repeated)
    if repeated is not None and sets_groups:
        changed = repeated.replace(" create-access-entry", " update-access-entry", 1)
        then = ", after you have added the existing groups to the list" if "-groups" in changed else ""
        changes = (Labelled(f"Then{then}:", changed),)
    kind = entry_parameters.find_node_type(case)
    starter = entry_parameters.find_source_of_nodes(case, kind)
    is_of_nodes = kind is not None or starter is not None
    check = cluster.eks_command("describe-access-entry", principal=argument)
    associated = cluster.eks_command("list-associated-access-policies", principal=argument)
    by_hand = cluster_remedy(
        "Associate an access policy with the existing entry"
        if lacks_policies
        else "Keep the existing entry: nodes need nothing else"
        if is_of_nodes
        else "Inspect the existing entry, and update it instead of creating one",
        "AmazonEKSViewPolicy only reads. For all namespaces, use --access-scope type=cluster."
        if lacks_policies
        else None
        if sets_groups or is_of_nodes
        else "If the type is STANDARD, associate the access policy that the principal needs, or set its groups. Leave an entry for nodes (EC2_LINUX and others) alone. Do not delete the entry to create it again: until then, its principal has no access.",
        None
        if is_of_nodes
        else "update-access-entry replaces the list of groups: include the existing ones. A group grants nothing until a RoleBinding or ClusterRoleBinding names it.",
        _OTHER_TYPE if "--type" in case.text else None,
        commands=changes if lacks_policies else check if is_of_nodes else (check, associated, *changes),
    )
    terraform = case.context.terraform
    is_listed = terraform is not None and _LISTED.search(terraform.value) is not None
    steps: tuple[str, ...] = (
        f"If EKS created the entry for {'' if is_listed else 'nodes or for '}the cluster creator, or the same configuration declares it twice, remove the resource from the configuration, not the entry from the cluster.",
        "In the module terraform-aws-eks, enable_cluster_creator_admin_permissions creates an entry for the identity that runs Terraform: do not create another one for it.",
    )
    if find_pulumi_resource(case.failure.text):
        steps = steps[:1]
    elif terraform is not None and "node_group" in terraform.value:
        # https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2977
        steps = (
            "If several node groups have this role, each creates the entry: set create_access_entry = false in all but one. EKS itself creates the entry of a managed node group's role.",
        )
    is_of_creator = terraform is not None and _CREATOR_KEY in terraform.value
    if is_of_creator:
        steps = (
            "This entry is what enable_cluster_creator_admin_permissions = true creates. If EKS created it already, or another configuration has it, set that to false instead. Do not delete the entry: its principal can lose access.",
        )
    creation = None if is_of_creator else entry_parameters.find_creation(case)
    if creation is not None:
        steps = (_KEEP_FOR_CREATOR, *steps[1:])
    elif starter is not None:
        steps = (_KEEP_FOR_NODES,)
    elif is_of_nodes:
        steps = (_IF_OF_NODES,)
    identifier = f"{cluster.argument}:{argument}"
    in_code = _change_code(case, steps, (check,) if is_of_nodes else (check, associated), identifier, starter)
    in_terraform = None
    if in_code is None and "eksctl" not in case.text and (called is None or called.program != "aws"):
        page = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_access_entry#import"
        line = f"terraform import aws_eks_access_entry.NAME {identifier}"
        title = "In Terraform, import the entry or remove the resource"
        in_terraform = your_remedy(title, *steps, commands=line, url=page)
    return case.explain(
        f"The cluster{f' {cluster.argument}' if cluster.name else ''} already has an access entry for {principal.description}{', but no access policy is associated with it' if lacks_policies else ''}: no {'IAM ' if lacks_policies else ''}permission is missing.",
        ENTRY_EXISTS.cause("reported"),
        ENTRY_MADE_BY_EKS.cause("derived", f"The text says: {creation}.", text=_MADE_FOR_CREATOR)
        if creation
        else ENTRY_MADE_BY_EKS.cause(
            "derived",
            f"The text shows {starter}.",
            text=f"EKS most likely created the entry by itself, with {starter}.",
        )
        if starter
        else ENTRY_MADE_BY_EKS.cause(
            text=_MADE_FOR_CREATOR
            if is_of_creator or is_listed or sets_groups
            else _MADE_FOR_NODES
            if is_of_nodes
            else ""
        ),
        None if creation or starter else MADE_ELSEWHERE.cause(),
        topic="access-entry-exists",
        # Code fails again, whatever the entry allows, and manages what it imports.
        remedies=(in_code, None if in_code is not None else by_hand, in_terraform),
        notes=principal_mappings.IAM_DOES_NOT_HELP,
    )


def _change_code(
    case: Case[AccessEntry], steps: tuple[str, ...], checks: Commands, identifier: str, starter: str | None
) -> Remedy | None:
    """Return the remedy that changes the code of Terraform or CloudFormation, or ``None`` if neither made the call.

    Args:
        case: The failure.
        steps: What to know about the entry.
        checks: The commands that show the entry and what it allows.
        identifier: The entry, as Terraform imports it.
        starter: What starts the nodes for which EKS created it.
    """
    stack = find_stack(case.failure, case.facts) if "AWS::EKS::AccessEntry" in case.failure.text else None
    if stack is not None:
        why = f": {starter} needs no other entry" if starter else ", or import the existing entry"
        return your_remedy(
            f"Remove {clip_text(stack.resource or 'the entry')} from the template{why}",
            steps[0].replace("configuration", "template"),
            commands=checks,
        )
    terraform = case.context.terraform
    imported = import_remedy(case.failure, case.facts, *steps, identifier=identifier, checks=checks)
    if imported is None or starter is None or terraform is None:
        return imported
    keep = "Or, to manage the entry in Terraform, keep the resource:"
    return attrs.evolve(
        imported,
        title=f"Remove {clip_text(terraform.value)} from the configuration: {starter} needs no other entry",
        steps=steps,
        commands=(
            *checks,
            Labelled.required("Then, with the resource removed:", "terraform plan"),
            *(Labelled(keep, each) for each in imported.commands[len(checks) : -1]),
        ),
    )


def _explain_entry_missing(case: Case[AccessEntry], _message: str) -> Explanation:
    principal = entry_settings.entry_principal(case)
    create, called = _create_entry_remedy(case, principal), case.context.command
    is_association = case.failure.envelope.operation == "AssociateAccessPolicy"
    why = ", and a policy can only be associated with an entry" if is_association else ""
    is_in_no_code = entry_parameters.is_in_no_code(case.failure.text)
    about = "entry, which the Terraform code in the text does not create" if is_in_no_code else "entry"
    named = f" {name}" if (name := clusters.find_cluster(case).name) else ""
    return case.explain(
        f"The cluster{named} has no access entry for {principal.description}{why}.",
        NO_ENTRY.cause("reported", text=f"The message is about the {about}. The principal can exist in IAM."),
        # A single command makes no entry in the same run.
        None if is_in_no_code or (called and called.program == "aws") else NOT_MADE_YET.cause(),
        entry_parameters.OTHER_ARN.cause(),
        MAPPED_IN_AWS_AUTH.cause() if clusters.find_cluster(case).uses_aws_auth else None,
        topic="access-entry-missing",
        remedies=create,
        notes=principal_mappings.IAM_DOES_NOT_HELP,
    )


def _create_entry_remedy(case: Case[AccessEntry], principal: principal_mappings.ClusterPrincipal) -> Remedy:
    """Return the remedy that creates the missing entry before the association, in Terraform if that made the call."""
    cluster, context = clusters.find_cluster(case), case.context
    notes = tuple(filter(None, (principal.entry_refusal, principal.path_note)))
    precedence = cluster.entry_precedence
    address = None if context.terraform is None else _ASSOCIATION.search(context.terraform.value)
    if address is None and _TERRAFORM_CALL not in case.failure.text:
        create = create_mapped_command(case, try_parse_principal(clusters.find_entry_arn(case)), principal)
        if create is not None:
            kept = "user name and groups" if "--kubernetes-groups" in create else "user name"
            precedence = f"The new entry takes precedence over the aws-auth entry, and keeps its {kept}. Then you can remove that one."
        return cluster_remedy(
            "Create the entry first, then associate the policy",
            *notes,
            precedence,
            "Associating does not create the entry. If the list has the ARN in another form, with or without a path, skip create-access-entry, and use that ARN.",
            commands=(
                cluster.eks_command("list-access-entries"),
                Labelled(
                    "If it does not list the ARN in another form:",
                    create or principal.create_entry_command(cluster),
                ),
                _repeat_association(case),
            ),
            url=pages.EKS_ACCESS_POLICIES,
        )
    # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_access_entry
    created = _CREATED.search(case.failure.text)
    name = address["name"] if address else created[1] if created else "RESOURCE_NAME"
    return cluster_remedy(
        "Create the entry in Terraform, before the association",
        *notes,
        f"Add the first resource{'' if entry_parameters.is_in_no_code(case.failure.text) else ' if it is missing'}, and refer to it in the association, so that Terraform creates the entry first.",
        precedence and precedence.replace("--kubernetes-groups", "kubernetes_groups"),
        commands=(
            Labelled("Before you apply, look whether it exists:", cluster.eks_command("list-access-entries")),
            Labelled(
                "If it lists the ARN:",
                f"terraform import aws_eks_access_entry.{name} {cluster.argument}:{principal.entry_argument}",
            ),
        ),
        manifest=f'resource "aws_eks_access_entry" "{name}" {{\n  cluster_name  = "{cluster.argument}"\n  principal_arn = "{principal.entry_argument}"\n}}\n\nresource "aws_eks_access_policy_association" "{name}" {{\n  principal_arn = aws_eks_access_entry.{name}.principal_arn\n  # the other lines stay\n}}',
        manifest_language="hcl",
        url=pages.EKS_ACCESS_POLICIES,
    )


def _repeat_association(case: Case[AccessEntry]) -> str:
    """Return the command that failed, or one that associates the policy that the text states, for the same scope."""
    cluster, called = clusters.find_cluster(case), case.context.command
    repeated = repeat_command(called, "eks", "associate-access-policy", of_region=cluster.region)
    policies = set(principal_mappings.STATED_POLICY.findall(case.text))
    kind, namespaces = principal_mappings.find_scope(case.text)
    policy = only_one(policies, principal_mappings.VIEW_POLICY)
    # These policies are about cluster-scoped resources, too, which a scope of namespaces excludes.
    is_wide = not kind and policy.endswith(("AdminViewPolicy", "ClusterAdminPolicy"))
    namespace = None if kind == "cluster" or is_wide else "NAMESPACE"
    return repeated or entry_settings.entry_principal(case).associate_policy_command(
        cluster, policy, ",".join(namespaces) or namespace
    )


def _explain_other(case: Case[AccessEntry]) -> Explanation:
    cluster, operation = clusters.find_cluster(case), case.failure.envelope.operation or ""
    rejected, listing = next(
        (each for name, *each in _OBJECTS if name in operation),
        ("an access entry, a Pod Identity association or aws-auth", "access-entries"),
    )
    is_taken = case.failure.envelope.code == "ResourceInUseException"
    return case.explain(
        f"EKS rejected {rejected}{end_summary(case.failure)}",
        REFUSED_OBJECT.cause("reported"),
        topic="access-entry",
        remedies=(
            import_remedy(case.failure, case.facts) if is_taken else None,
            cluster_remedy(
                f"List the {listing.replace('-', ' ')} of the cluster",
                commands=(cluster.show_mode_command(), cluster.eks_command(f"list-{listing}")),
            ),
        ),
        notes=principal_mappings.IAM_DOES_NOT_HELP,
    )


# The first pattern that matches is used.
_RULES: Signs[_Rule] = Signs(
    {
        r"access entry resource is already in use|access entry already exists": _explain_entry_exists,
        r"authentication mode must be set to one of": entry_settings.explain_entries_not_accepted,
        r"Access Entries with a type of|kubernetesGroups .{0,60} type (?:EC2|FARGATE|HY)": entry_parameters.explain_entry_type,
        r"Pod execution role is not found in auth config": rejected_pod_roles.explain_fargate_role,
        r"Trust policy of the role provided is invalid|PodIdentityAssociation.{0,400}[Tt]rust (?:[Pp]olicy|[Rr]elationship)"
        r"|[Tt]rust (?:[Pp]olicy|[Rr]elationship).{0,200}(?:pods\.eks\.|Pod Identity)": rejected_pod_roles.explain_pod_trust,
        r"[Aa]ssociation already exists|odIdentityAssociation .{0,80}already exists": rejected_pod_roles.explain_association_exists,
        r"[Pp]od ?[Ii]dentity ?[Aa]ssociation.{0,120}(?:not (?:be )?found|NotFound)": rejected_pod_roles.explain_association_missing,
        r"principalArn could not be found|access entry (?:could not be|does not exist|was not found)": _explain_entry_missing,
        r"authentication mode update|authentication mode .{0,60}(?:cannot be changed|not supported)": entry_settings.explain_mode_change,
        r"(?:begin|start)s? with|[Gg]roup ?[Nn]ame \S{1,60} is invalid": entry_settings.explain_reserved_name,
        r"aws-auth\"? already exists": aws_auth_maps.explain_aws_auth_exists,
        r"aws-auth\"? (?:not found|does not exist)": aws_auth_maps.explain_aws_auth_missing,
        r"parsing (?:config map|aws-auth)|one of rolearn or SSO|value for (?:user|role)arn": aws_auth_maps.explain_aws_auth_unreadable,
    }
)
