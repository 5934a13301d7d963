"""Explain roles that only AWS changes: service-linked roles, and those of IAM Identity Center.

Source: https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.grants import service_access
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.failures._failures import AwsError

PROTECTED_ROLE = lazy_pattern(r"protected role [\"'`]?(?P<role>[\w+=,.@-]{1,64})?")
"""How IAM names a role that only AWS can change."""
_PERMISSION_SET = lazy_pattern(r"AWSReservedSSO_(?P<name>[\w+=,.@-]{1,32})_[0-9a-f]{16}")
_OF_KEYS = lazy_pattern(r"(?i:kms|ebs|encrypt|cmk|(?<![a-z])key)")
_POLICY = lazy_pattern(r"arn:aws[a-z-]{0,12}:iam::(?:[0-9]{12}|aws):policy/[\w+=,.@/-]{1,576}", re.ASCII)
PROTECTED = CauseType(
    "protected-role",
    title="A service of AWS manages the role",
    text="It is a service-linked role: only its service changes the policies of the role, whatever permissions the caller has.",
    recognised_by='The error code UnmodifiableEntity, or the message "Cannot perform the operation on the protected role".',
    fix="Allow the role in the policy of the resource, or use your own role where the service accepts one.",
    sources=(pages.SERVICE_LINKED,),
)


def explain_protected_role(case: Case[AwsError], message: str) -> Explanation:
    """Explain that only AWS can change a role."""
    found = PROTECTED_ROLE.search(message)
    name = (found["role"] if found else None) or clues.stated_option(case, "role-name") or "ROLE_NAME"
    permission_set = _PERMISSION_SET.fullmatch(name)
    text = ""
    if permission_set is not None:
        text = "IAM Identity Center manages the role, and changes it only with its permission set."
        policy = clues.stated_option(case, "policy-arn") or _find_policy(message)
        is_own = policy is not None and ":iam::aws:" not in policy
        own = "The policy must exist with this name and path in each account that has the permission set."
        address = case.context.terraform
        kind = "customer_managed" if is_own else "managed"
        instead = f": aws_ssoadmin_{kind}_policy_attachment attaches the policy to a permission set"
        remove = None
        if address is not None:
            remove = f"Remove {address.value} from the Terraform configuration{instead if 'policy_attachment' in address.value else ''}."
        remedy = remedies.organization_remedy(
            f"Change the permission set {clip_text(permission_set['name'])} instead, in IAM Identity Center",
            "An administrator of IAM Identity Center does this, in the management account or that of the delegated administrator. It changes the role in all accounts with the permission set.",
            f"{f'{own} ' if is_own else ''}The console shows INSTANCE_ARN and PERMISSION_SET_ARN on the page of the permission set.",
            remove,
            commands=_change_permission_set(case, policy),
            url="https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html",
        )
    elif (case.failure.envelope.operation or "").startswith("Delete"):
        remedy = remedies.account_remedy(
            "Delete the role with its own call, once its service uses it no more",
            "First delete the resources of the service that use the role: otherwise, the deletion task fails, and names them.",
            commands=fill_command("aws iam delete-service-linked-role --role-name {}", name),
            url=pages.SERVICE_LINKED,
        )
    else:
        remedy = _allow_remedy(case, name)
    return case.explain(
        f"Only AWS can change the role {clip_text(name)}: {'IAM Identity Center manages it' if permission_set else 'it is a service-linked role'}. No permission is missing.",
        PROTECTED.cause("reported", code_evidence(case.failure), text=text),
        remedies=remedy,
    )


def _find_policy(message: str) -> str | None:
    """Return the only managed policy that a message names."""
    found = {each.rstrip(".") for each in _POLICY.findall(message)}
    return found.pop() if len(found) == 1 else None


def _change_permission_set(case: Case[AwsError], policy: str | None) -> tuple[str, ...]:
    """Return the commands that change the policies of a permission set as the call would those of a role."""
    verb = (case.operation or "").removesuffix("RolePolicy").lower()
    if verb == "put":
        of = "--instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN"
        return (
            f"aws sso-admin get-inline-policy-for-permission-set {of} --query InlinePolicy --output text > policy.json",
            f"aws sso-admin put-inline-policy-to-permission-set {of} --inline-policy file://policy.json",
            f"aws sso-admin provision-permission-set {of} --target-type ALL_PROVISIONED_ACCOUNTS",
        )
    if verb not in {"attach", "detach"}:
        return ()
    kind, option = "managed-policy", "managed-policy-arn"
    if policy and ":iam::aws:" not in policy:
        kind = option = "customer-managed-policy-reference"
        path, _, name = policy.partition(":policy")[2].rpartition("/")
        policy = f"Name={name},Path={path}/"
    change = f"{verb}-{kind}-{'to' if verb == 'attach' else 'from'}-permission-set"
    of = "--instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN"
    return (
        fill_command(f"aws sso-admin {change} {of} --{option} {{}}", policy or "POLICY_ARN"),
        f"aws sso-admin provision-permission-set {of} --target-type ALL_PROVISIONED_ACCOUNTS",
    )


def _allow_remedy(case: Case[AwsError], name: str) -> Remedy:
    """Return the remedy that allows a service-linked role in the policy of what it is to use."""
    policy_arn = clues.stated_option(case, "policy-arn") or ""
    policy = clues.stated_option(case, "policy-name") or policy_arn.rpartition("/")[2]
    stated, region = case.context.account, clues.find_region(case)
    owner = policy_arn.partition(":policy/")[0].rpartition(":")[2]
    account = commands.account(stated.value if stated else owner)
    service = principal_words.LINKED_ROLE_SERVICES.get(name.partition("_")[0], "SERVICE")
    arn = f"arn:{clues.find_partition(case)}:iam::{account}:role/aws-service-role/{service}.amazonaws.com/{name}"
    own = "Where the service accepts your own role, attach the policy to one, and pass that instead."
    if not _OF_KEYS.search(policy):
        return remedies.owner_remedy(
            "Allow the role in the policy of the resource that it is to use",
            f"The policy of a KMS key, bucket, queue or topic can allow the principal {arn}, without a policy of the role.",
            own,
            commands=fill_command("aws iam get-role --role-name {} --query Role.Arn", name),
            url=pages.SERVICE_LINKED,
        )
    key = RESOURCE_POLICIES["kms"]
    in_region = f" --region {commands.region(region)}" if region else ""
    return remedies.resource_policy_remedy(
        "Allow the role in the key policy instead",
        f"The name {clip_text(policy)} suggests that the role is to use a KMS key: if so, the key policy is the place for it.",
        remedies.save_step("the key policy"),
        f"If the key is in another account, its policy allows this account, and kms create-grant names the role. {own}",
        commands=tuple(
            each.replace(" ARN", " KEY_ID") + in_region for each in (key.show_command, key.change_command)
        ),
        statements=service_access.linked_role_key_statements(arn),
        url="https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
    )
