"""Explain a call to a resource of another account whose service has no resource-based policies: only a role there helps.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html.
"""

from __future__ import annotations

import json

import attrs

from iamtriage._text import quote_argument
from iamtriage.arns._principals import SERVICE_LINKED_PREFIX, User
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.resource_commands import policy_principal_arn
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants.allow_remedies import other_side_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._documents import allow, build_document

# Services whose resources can neither have a policy nor be shared with another account.
_SERVICES = {
    "athena": "Amazon Athena",
    "autoscaling": "Amazon EC2 Auto Scaling",
    "cloudformation": "CloudFormation",
    "ecs": "Amazon ECS",
    "eks": "Amazon EKS",
    "elasticache": "Amazon ElastiCache",
}
RESOURCE_OF_OTHER_ACCOUNT = CauseType(
    "resource-of-other-account",
    title="The resource is in another account, which only a role there makes accessible",
    meaning="Resources of the service have no resource-based policies, so their account cannot allow a caller of another account. The caller assumes a role of that account instead.",
    recognised_by="Caller and resource are in different accounts, and the service has no resource-based policies.",
    fix="Create a role in the account of the resource, and let the caller assume it.",
    sources=(pages.OTHER_ACCOUNTS,),
)


# What CloudFormation lets other accounts use: delegated administrators, and users of what others publish.
_SHARED = (":stackset/", ":stackset-target/", ":type/")


def _can_assume(denial: Denial) -> bool:
    """Return whether the caller is able to assume a role of the resource's account.

    A root user, a federated user and a service are not, and AssumeRole does not work across partitions:
    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html.
    """
    is_of_service = denial.role is not None and denial.role.name.startswith(SERVICE_LINKED_PREFIX)
    if is_of_service or not (denial.role is not None or isinstance(denial.principal, User)):
        return False
    partition = getattr(denial.resource_arn, "partition", None)
    return partition is None or partition == getattr(denial.role or denial.principal, "partition", partition)


def explain_other_account(denial: Denial) -> Explanation | None:
    """Explain that the caller needs a role of the account of the resource, if it can only reach it with one."""
    there, name = denial.resource_account, _SERVICES.get(denial.service or "")
    is_missing = denial.policy_type in {None, "identity"} and not denial.is_explicit
    is_shared = any(each in (denial.resource or "") for each in _SHARED)
    if name is None or is_shared or not (denial.crosses_accounts and is_missing and _can_assume(denial)):
        return None
    text = f"The caller is in account {denial.account}, the resource in {there}. {name} has no resource-based policies, so an Allow for {denial.caller} is not enough."
    return denial.explain(
        f"{capitalize_start(denial.caller)} of account {denial.account} was denied {denial.action} on {denial.resource} of account {there}: it needs a role of that account, which it assumes.",
        RESOURCE_OF_OTHER_ACCOUNT.cause("derived", text=text),
        remedies=lambda: (_create_role_remedy(denial),),
    )


def _create_role_remedy(denial: Denial) -> Remedy:
    there, partition = denial.resource_account, denial.location.partition or "aws"
    role = f"arn:{partition}:iam::{there}:role/NEW_ROLE_NAME"
    trust = allow("sts:AssumeRole", principal={"AWS": policy_principal_arn(denial)})
    document = quote_argument(
        json.dumps({"Version": "2012-10-17", "Statement": trust}, separators=(",", ":"))
    )
    grant = required_grant(denial)
    statements = [allow(grant.action, grant.resources[0])] if grant is not None else []
    use: Labelled | None = None
    is_cluster = ":cluster/" in (denial.resource or "") and denial.service == "eks"
    if is_cluster:
        name = (denial.resource or "").rpartition("/")[2]
        region = commands.region(None if denial.resource_arn is None else denial.resource_arn.region)
        line = commands.fill_command(
            "aws eks update-kubeconfig --name {} --region {} --role-arn {}", name, region, role
        )
        use = Labelled.required("Then start to use the role, as the caller:", line)
    remedy = owner_remedy(
        f"Create a role in account {there}, and let {denial.caller} assume it",
        f"If the account ID {there} is a mistake, correct it in the call instead. Otherwise, an administrator of {there} creates the role.",
        "For kubectl, the role also needs an access entry of the cluster (aws eks create-access-entry)."
        if is_cluster
        else None,
        "If the caller belongs to another company, also require an external ID (sts:ExternalId) in the trust policy.",
        commands=(
            f"aws iam create-role --role-name NEW_ROLE_NAME --assume-role-policy-document {document}",
            commands.put_policy("NEW_ROLE_NAME", f"Allow{(denial.action or '').partition(':')[2]}"),
            *present(other_side_command(denial, "sts:AssumeRole", role), use),
        ),
        url=pages.OTHER_ACCOUNTS,
    )
    return attrs.evolve(remedy, policy=build_document(statements), layer="identity") if statements else remedy
