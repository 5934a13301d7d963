"""Explain that something cannot be deleted, because other things belong to it or use it.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html, API_DeleteRole.html,
API_DeleteGroup.html and API_DeletePolicy.html there,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys-update.html,
https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html and
https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import find_holder
from iamtriage.explaining._rules.calls.request_kinds import CONFLICT
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import Commands, replace_in, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import AwsError

BLOCKED = lazy_pattern(
    r"(?P<first>must (?:delete|detach|remove|deactivate) [^.\n]{3,80}? first)\b|(?P<attached>Cannot delete a policy attached to entities)"
    r"|(?P<versions>policy has more than one version)|(?P<filled>bucket (?:you tried to delete )?is not empty)"
    r"|(?P<id>\b(?:sg|vpc|subnet)-[0-9a-f]{8,17})'? has (?:a dependent object|dependencies)"
)
"""What IAM, S3 and EC2 say of what cannot be deleted yet."""
_API = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_Delete{}.html"
_KIND = lazy_pattern(
    r"Delete(User|Role|Group|Policy|InstanceProfile)\Z|\bdeleting IAM (User|Role|Group|Policy)\b|\bAWS::IAM::(User|Role|Group|InstanceProfile)\b"
)
_POLICY_ARN = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:policy/[\w+=,.@/-]{1,256}")
_BUCKET = lazy_pattern(r"\bS3 Bucket \(([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\)")
_REST_OF_USER = "The API deletes a user only if it has no access keys, password, MFA devices, certificates, SSH keys, Git credentials, policies or groups. The console removes all of these with the user."


@attrs.frozen(eq=False)
class _Item:
    """What has to go first, the commands that list and remove it, with {0} for the kind and {1} for its option."""

    words: re.Pattern[str]
    what: str
    lines: Commands
    step: str | None = None
    kind: str = "User"
    title: str | None = None
    verb: str = "has"


_ITEMS = (
    _Item(
        lazy_pattern("access key"),
        "access keys",
        (
            "aws iam list-access-keys {1}",
            "aws iam get-access-key-last-used --access-key-id ACCESS_KEY_ID",
            "aws iam update-access-key {1} --access-key-id ACCESS_KEY_ID --status Inactive",
            Labelled(
                "When nothing has failed for a few days:",
                "aws iam delete-access-key {1} --access-key-id ACCESS_KEY_ID",
            ),
        ),
        "Inactive keys block the deletion, too. See for each key when and for which service it was last used: what still uses it fails afterwards. Deactivate it first, which can be undone, and delete it when nothing has failed for a few days.",
    ),
    _Item(
        lazy_pattern("login profile"),
        "a console password",
        ("aws iam delete-login-profile {1}",),
        title="Delete the console password",
    ),
    _Item(
        lazy_pattern("MFA"),
        "an MFA device",
        (
            "aws iam list-mfa-devices {1}",
            "aws iam deactivate-mfa-device {1} --serial-number MFA_SERIAL",
            "aws iam delete-virtual-mfa-device --serial-number MFA_SERIAL",
        ),
        "Only a virtual device, whose serial number is an ARN, is deleted as well.",
        title="Deactivate the MFA device",
    ),
    _Item(
        lazy_pattern("signing certificate"),
        "signing certificates",
        (
            "aws iam list-signing-certificates {1}",
            "aws iam delete-signing-certificate {1} --certificate-id CERTIFICATE_ID",
        ),
    ),
    _Item(
        lazy_pattern("(?i)ssh"),
        "SSH keys",
        (
            "aws iam list-ssh-public-keys {1}",
            "aws iam delete-ssh-public-key {1} --ssh-public-key-id KEY_ID",
        ),
    ),
    _Item(
        lazy_pattern("(?i)service.specific|git credential"),
        "credentials for services",
        (
            "aws iam list-service-specific-credentials {1}",
            "aws iam delete-service-specific-credential {1} --service-specific-credential-id CREDENTIAL_ID",
        ),
    ),
    _Item(
        lazy_pattern("users? from group"),
        "members",
        (
            "aws iam get-group {1} --query 'Users[].UserName' --output text",
            "aws iam remove-user-from-group {1} --user-name USER_NAME",
        ),
        "Its members lose what the policies of the group allow.",
        "Group",
    ),
    _Item(
        lazy_pattern("from (?:all )?groups?"),
        "groups",
        (
            "aws iam list-groups-for-user {1} --query 'Groups[].GroupName' --output text",
            "aws iam remove-user-from-group {1} --group-name GROUP_NAME",
        ),
        title="Remove it from its groups",
        verb="is in",
    ),
    _Item(
        lazy_pattern("instance profile"),
        "an instance profile",
        (
            "aws iam list-instance-profiles-for-role {1} --query 'InstanceProfiles[].InstanceProfileName' --output text",
            "aws iam remove-role-from-instance-profile --instance-profile-name INSTANCE_PROFILE {1}",
            "aws iam delete-instance-profile --instance-profile-name INSTANCE_PROFILE",
        ),
        "Instances that run with the profile lose their credentials. Only EC2 shows them: aws ec2 describe-iam-instance-profile-associations. Delete the profile, too, if nothing needs it.",
        "Role",
        "Remove it from its instance profiles",
        "is in",
    ),
    _Item(
        lazy_pattern("detach"),
        "attached managed policies",
        (
            "aws iam list-attached-{0}-policies {1} --query 'AttachedPolicies[].PolicyArn' --output text",
            "aws iam detach-{0}-policy {1} --policy-arn POLICY_ARN",
        ),
        kind="Role",
    ),
    _Item(
        lazy_pattern("polic"),
        "inline policies",
        (
            "aws iam list-{0}-policies {1} --query PolicyNames --output text",
            "aws iam delete-{0}-policy {1} --policy-name POLICY_NAME",
        ),
        kind="Role",
    ),
)
_LABEL = "Then, for each:"
# What else the API wants removed from a user, after what the message names.
_USER_CHECKS = (
    "aws iam list-attached-user-policies {1}",
    "aws iam list-user-policies {1}",
    "aws iam list-groups-for-user {1}",
    "aws iam list-mfa-devices {1}",
)
# What Terraform sets to remove what blocks a deletion itself.
_TERRAFORM = {
    "User": "In Terraform, force_destroy = true in aws_iam_user deletes keys, password and MFA devices with the user: apply it before you destroy.",
    "Role": "In Terraform, force_detach_policies = true in aws_iam_role detaches policies that it does not manage: apply it before you destroy.",
}


def explain_blocked_deletion(case: Case[AwsError], message: str) -> Explanation:
    """Explain what has to be removed first, with the commands that find and remove it."""
    found = BLOCKED.search(message)
    if found is None or found["filled"]:
        return _explain_filled_bucket(case)
    if found["id"]:
        return _explain_used_network(case, found["id"])
    if found["attached"] or found["versions"]:
        return _explain_policy(case, is_attached=bool(found["attached"]))
    item = next((each for each in _ITEMS if each.words.search(found["first"])), _ITEMS[-1])
    kind = _find_kind(case) or item.kind
    if kind == "InstanceProfile":
        return _explain_instance_profile(case)
    noun = kind.lower()
    tool = find_deployment(case.failure, case.facts)
    name = find_holder(case, noun, tool)
    option = commands.command(f"--{noun}-name", name or f"{noun.upper()}_NAME")
    filled = replace_in(replace_in(item.lines, "{0}", noun), "{1}", option)
    first, others = str(filled[0]), filled[1:]
    lines: Commands = (
        first,
        *(
            each if at or isinstance(each, Labelled) else Labelled(_LABEL, each)
            for at, each in enumerate(others)
        ),
    )
    steps: tuple[str | None, ...] = (item.step,)
    if kind == "User":
        checks = [each.format(noun, option) for each in _USER_CHECKS if each.split()[2] not in first]
        again = f"aws iam delete-user {option}"
        lines = (
            *lines,
            Labelled("What else the user has:", checks[0]),
            *checks[1:],
            Labelled("When nothing is left:", again),
        )
        steps = (item.step, _REST_OF_USER)
    is_terraform = "deleting IAM" in case.failure.text or (tool is not None and tool.is_terraform)
    is_terraform = is_terraform and item.what != "an instance profile"
    called = f"The {noun} {name}" if name else f"The {noun}"
    return _explain(
        case,
        f"{called} cannot be deleted while it {item.verb} {item.what}",
        f"{item.title or f'Remove the {item.what}'} first",
        *steps,
        _TERRAFORM.get(kind) if is_terraform else None,
        lines=lines,
        url=_API.format(kind),
    )


def _explain_policy(case: Case[AwsError], *, is_attached: bool) -> Explanation:
    stated = _POLICY_ARN.search(case.text)
    arn = commands.arn(
        clues.stated_option(case, "policy-arn") or (stated[0] if stated else None), "POLICY_ARN"
    )
    lines: Commands = (
        f"aws iam list-policy-versions --policy-arn {arn} --query 'Versions[?!IsDefaultVersion].VersionId' --output text",
        Labelled(_LABEL, f"aws iam delete-policy-version --policy-arn {arn} --version-id VERSION_ID"),
    )
    title, problem = (
        "Delete its other versions first",
        "The managed policy cannot be deleted while it has other versions than the default one",
    )
    step = None
    if is_attached:
        title = "Detach it everywhere first"
        problem = "The managed policy cannot be deleted while a role, user or group has it, or it is a permissions boundary"
        step = "What has the policy loses what it allows. A principal that has it as permissions boundary needs another boundary, or delete-role-permissions-boundary, which lifts the limit: ask who set it."
        lines = (
            f"aws iam list-entities-for-policy --policy-arn {arn}",
            f"aws iam list-entities-for-policy --policy-arn {arn} --policy-usage-filter PermissionsBoundary",
            Labelled(
                "Then, for each role (detach-user-policy and detach-group-policy for the others):",
                f"aws iam detach-role-policy --role-name ROLE_NAME --policy-arn {arn}",
            ),
        )
    return _explain(case, problem, title, step, lines=lines, url=_API.format("Policy"))


def _explain_filled_bucket(case: Case[AwsError]) -> Explanation:
    stated, named = case.context.bucket, _BUCKET.search(case.failure.text)
    bucket = stated.value if stated is not None else named[1] if named else "BUCKET"
    words = "" if bucket == "BUCKET" else f" {bucket}"
    return _explain(
        case,
        f"The bucket{words} cannot be deleted while it has objects, old versions, delete markers or unfinished uploads",
        "Look at what the bucket still has, and delete it if nobody needs it",
        "If the bucket looks empty, it has versions: the first command lists them, with delete markers.",
        "Emptying a bucket cannot be undone. In the console, Empty also deletes the versions; aws s3 rm --recursive leaves versions behind. In Terraform, force_destroy = true in aws_s3_bucket does it: apply it before you destroy.",
        lines=(
            f"aws s3api list-object-versions --bucket {bucket} --max-items 10",
            f"aws s3api list-multipart-uploads --bucket {bucket} --max-items 10",
        ),
        url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html",
    )


def _explain_used_network(case: Case[AwsError], identifier: str) -> Explanation:
    kind = identifier.partition("-")[0]
    by = {"sg": "group-id", "vpc": "vpc-id", "subnet": "subnet-id"}[kind]
    noun = {"sg": "security group", "vpc": "VPC", "subnet": "subnet"}[kind]
    interfaces = f"aws ec2 describe-network-interfaces --region REGION --filters Name={by},Values={identifier} --query 'NetworkInterfaces[].[NetworkInterfaceId,Status,InterfaceType,Description]' --output text"
    more: tuple[str, ...] = ()
    step = "The command lists the network interfaces in it. The description says what they belong to, such as a load balancer, an endpoint, a NAT gateway or a function: delete that, and wait until its interfaces are gone."
    if kind == "sg":
        more = (
            f"aws ec2 describe-security-groups --region REGION --filters Name=ip-permission.group-id,Values={identifier} --query 'SecurityGroups[].GroupId' --output text",
            f"aws ec2 describe-security-groups --region REGION --filters Name=egress.ip-permission.group-id,Values={identifier} --query 'SecurityGroups[].GroupId' --output text",
        )
        step = "The first command lists the network interfaces that have the group; the description says what they belong to. The others list groups whose rules refer to it: remove these rules."
    elif kind == "vpc":
        more = tuple(
            f"aws ec2 describe-{each} --region REGION --filters Name={name},Values={identifier}"
            for each, name in (
                ("subnets", by),
                ("internet-gateways", "attachment.vpc-id"),
                ("security-groups", by),
            )
        )
        step += " Then its subnets, gateways and security groups (except default) have to go."
    return _explain(
        case,
        f"The {noun} {identifier} cannot be deleted while something uses it",
        "Find what uses it, and remove that first",
        step,
        lines=(interfaces, *more),
        url="https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html",
    )


def _explain(
    case: Case[AwsError], problem: str, title: str, *steps: str | None, lines: Commands, url: str
) -> Explanation:
    found = BLOCKED.search(clues.message_text(case))
    return case.explain(
        f"{problem}. This is a conflict, not a missing permission.",
        CONFLICT.cause(
            "reported",
            (f"The message says: {found[0]}." if found else None, *code_evidence(case.failure)),
            text="What belongs to it or uses it must be deleted first.",
        ),
        remedies=your_remedy(title, *steps, commands=lines, url=url),
    )


def _explain_instance_profile(case: Case[AwsError]) -> Explanation:
    stated = clues.stated_option(case, "instance-profile-name")
    option = commands.command("--instance-profile-name", stated or "INSTANCE_PROFILE")
    return _explain(
        case,
        f"The instance profile{f' {stated}' if stated else ''} cannot be deleted while a role is in it",
        "Remove the role from the instance profile first",
        "Instances that run with the profile lose their credentials. Only EC2 shows them: aws ec2 describe-iam-instance-profile-associations.",
        lines=(
            f"aws iam get-instance-profile {option} --query 'InstanceProfile.Roles[].RoleName' --output text",
            f"aws iam remove-role-from-instance-profile {option} --role-name ROLE_NAME",
            f"aws iam delete-instance-profile {option}",
        ),
        url=_API.format("InstanceProfile"),
    )


def _find_kind(case: Case[AwsError]) -> str | None:
    """Return what was to be deleted, if the text says it: a call, or the type of a resource."""
    for words in (case.operation or "", case.failure.text):
        if (found := _KIND.search(words)) is not None:
            kind: str = next(filter(None, found.groups()))
            return kind
    return None
