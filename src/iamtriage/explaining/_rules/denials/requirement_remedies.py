"""Build the remedies that make a call as a Deny statement requires."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import FederatedUser
from iamtriage.explaining._rules.denials import deny_conditions
from iamtriage.explaining._rules.denials.deny_exemptions import (
    IF_NEEDED,
    change_step,
    exempt_from_mfa,
    revocation_commands,
)
from iamtriage.explaining._rules.shared import commands, denial_remedies, policy_principals
from iamtriage.explaining._rules.shared.clues import find_profile, find_program
from iamtriage.explaining._rules.shared.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.denials.deny_conditions import Requirement
    from iamtriage.explaining._rules.shared.denial import Denial

_DEVICE = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:mfa/[\w+=,.@/-]{1,128}", re.ASCII)
# A key or value of a tag that the AWS CLI reads as written: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
_TAG = lazy_pattern(r"[\w.:/=+@ -]{1,256}")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html
_TAGGED_TYPE = lazy_pattern(r":(fleet|instance|network-interface|spot-instances-request|volume)/")
_TERRAFORM_INSTANCE = lazy_pattern(r"\baws_(?:instance|spot_instance_request)\b")
_TERRAFORM_TAGS = lazy_pattern(r"\btags\s{0,12}=\s?(?P<tags>\{[\w\s\"=.,:/@-]{1,400}\})")
_BLOCK_TAGS = lazy_pattern(
    r"_block_device\s?\{[^{}]{0,400}\btags\s{0,12}=\s?(?P<tags>\{[\w\s\"=.,:/@-]{1,400}\})"
)
_LAUNCHES = frozenset({"ec2:runinstances", "ec2:createfleet", "ec2:requestspotinstances"})


def build_remedy(
    denial: Denial,
    requirement: Requirement,
    title: str,
    *steps: str,
    condition: DenyingCondition | None = None,
) -> Remedy:
    lines: tuple[str, ...] = ()
    after: tuple[str, ...] = (change_step(denial, condition),)
    if requirement.has_key("iam:PermissionsBoundary"):
        after = (
            "The boundary must also allow the actions of the policies that you attach. Each role or user that you create needs it.",
        )
    if requirement is deny_conditions.REVOCATION:
        lines = revocation_commands(denial)
        after = (
            "If a new session is denied, too, another Deny matches.",
            "Find out who revoked the sessions and why (lookup-events): credentials may have leaked. If the policy is deleted, the old sessions work again, so keep it until all of them have expired, which takes at most 12 hours.",
        )
    if requirement is deny_conditions.MFA and (denial.role or isinstance(denial.principal, FederatedUser)):
        return exempt_from_mfa(denial, title, *steps[1:])
    if requirement is deny_conditions.MFA:
        partition = denial.location.partition or "aws"
        found = _DEVICE.findall(denial.failure.text)
        devices = {each for each in found if denial.account in {None, each.split(":")[4]}}
        device = f"arn:{partition}:iam::{commands.account(denial.account)}:mfa/DEVICE_NAME"
        device = devices.pop() if len(devices) == 1 else device
        needs_session = find_program(denial.failure) is not None
        if denial.lowercase_action == "sts:assumerole" and not needs_session:
            steps = tuple(
                each.replace(deny_conditions.MFA.step, deny_conditions.MFA_WITH_ROLE) for each in steps
            )
        call = denial_remedies.mfa_command(denial, device, opens_session=needs_session)
        listed = ("aws iam list-mfa-devices",) if device.endswith("/DEVICE_NAME") else ()
        lines = tuple(with_profile(find_profile(denial.case), each) for each in (*listed, call))
    return your_remedy(
        title.replace("{what}", _describe_created(denial)),
        *steps,
        *after,
        commands=lines,
        url=requirement.url,
    )


def add_root_user(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy with how to replace a bucket policy that locks everyone out, if it denied such a change.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
    """
    if denial.policy_type != "resource" or not denial.lowercase_action.endswith("bucketpolicy"):
        return remedy
    name = "" if denial.resource_arn is None else denial.resource_arn.resource
    exempt = '"ArnNotLike": {"aws:PrincipalArn": "ROLE_ARN"}'
    if denial.role is not None:
        exempt = exempt.replace("ROLE_ARN", clip_text(policy_principals.principal_arn_pattern(denial)))
    steps = (
        "Or, if no such call is possible, delete the policy with delete-bucket-policy as the root user of the bucket's account, such as in CloudShell: no Deny in the policy prevents that. For a member account, the organization's management account can use aws sts assume-root with the task policy S3UnlockBucketPolicy.",
        f"The Deny also covers {denial.action}. In the next policy, deny only object actions such as s3:GetObject and s3:PutObject, or exempt the callers that manage the bucket with the condition {exempt}.",
    )
    delete = f"aws s3api delete-bucket-policy --bucket {commands.bucket(name)}"
    others = (each for each in remedy.steps if not each.startswith(IF_NEEDED))
    return attrs.evolve(remedy, steps=(*others, *steps), commands=(*remedy.commands, delete))


def _describe_created(denial: Denial) -> str:
    """Return what the call creates: its name, or else its type."""
    path = "" if denial.resource_arn is None else denial.resource_arn.resource
    name = path.rpartition("/")[2].rpartition(":")[2]
    if name and "*" not in name:
        return clip_text(name)
    kind = path.partition("/")[0].partition(":")[0].replace("-", " ")
    return f"the {clip_text(kind)}" if kind and "*" not in kind else "it"


def tagged_type(denial: Denial) -> str | None:
    """Return which of the resources that a launch creates is denied, each of which has tags."""
    found = _TAGGED_TYPE.search(denial.resource or "") if denial.lowercase_action in _LAUNCHES else None
    return None if found is None else found[1]


def _terraform_instance(denial: Denial) -> str | None:
    """Return how Terraform's aws_instance tags volumes at launch, if the text shows one that does it later.

    https://github.com/hashicorp/terraform-provider-aws/issues/35639
    """
    text = denial.failure.text
    if _TERRAFORM_INSTANCE.search(text) is None or "volume_tags" in text:
        return None
    found = _BLOCK_TAGS.search(text) or _TERRAFORM_TAGS.search(text)
    tags = " ".join(found["tags"].split()) if found else "{ KEY = VALUE }"
    return f"In aws_instance, write volume_tags = {tags}: tags covers only the instance, and Terraform sets those of root_block_device and ebs_block_device after the launch, with CreateTags, so the request lacks them. Remove the latter. Or use a launch template with tag_specifications for the resource type volume."


def tag_step(denial: Denial, step: str, tag: str = "KEY", value: str = "VALUE") -> str:
    """Return how to tag the one resource of a launch that is denied, or the step for other calls."""
    kind = tagged_type(denial)
    if kind is None:
        return step
    if kind == "volume" and (found := _terraform_instance(denial)) is not None:
        return found
    # No value from a policy can end the quoted argument.
    key, text = (each if _TAG.fullmatch(each) else name for each, name in ((tag, "KEY"), (value, "VALUE")))
    option = f"'ResourceType={kind},Tags=[{{Key={key},Value={text}}}]'"
    return f"Tag the {kind} in the same call: with --tag-specifications {option} in the AWS CLI, or tag_specifications in Terraform's aws_launch_template. Each type of resource has tags of its own."
