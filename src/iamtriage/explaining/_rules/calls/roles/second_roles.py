"""Explain that an instance profile has a role already.

Sources: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/replace-iam-role.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.basics import Case, Cause, Explanation, Labelled
from iamtriage.explaining._rules.shared import clues, commands, pages, remedies
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.failures._failures import AwsError

# What Ansible and Terraform say of the call, and what the AWS CLI prints of a profile.
_ADDED_ROLE = lazy_pattern(
    r"\brole[ :(\"']{1,3}(?P<role>[\w+=,.@-]{1,64})[)\"']{0,2} to (?:IAM )?[Ii]nstance[ _]?[Pp]rofile[ :(\"']{1,3}(?P<profile>[\w+=,.@-]{0,127}[\w+=@-])"
)
_ROLE_OF_PROFILE = lazy_pattern(
    r"\"RoleName\"\s?:\s?\"(?P<role>[\w+=,.@-]{1,64})\"|\A\s{0,4}[\[\"\s]{0,20}(?P<plain>[\w+=,.@-]{1,64})[\"\s\]]{0,20}\Z"
)


def explain_second_role(case: Case[AwsError], cause: Cause) -> Explanation:
    """Explain that an instance profile has a role already, which a command of the text can show."""
    added = _ADDED_ROLE.search(case.text)
    role = commands.role_name(clues.stated_option(case, "role-name") or (added["role"] if added else None))
    profile = commands.instance_profile(
        clues.stated_option(case, "instance-profile-name") or (added["profile"] if added else None)
    )
    shown = f"The instance profile{'' if profile == 'INSTANCE_PROFILE' else f' {profile}'}"
    is_of_profile = ("iam", "get-instance-profile")
    outputs = (run.output for run in find_runs(case.failure) if run.command.words[:2] == is_of_profile)
    present = next(filter(None, map(_ROLE_OF_PROFILE.search, outputs)), None)
    old = (present["role"] or present["plain"]) if present else "PRESENT_ROLE"
    other = role if role != "ROLE_NAME" else "PROFILE"
    has = f"has the role {old}" if present else "has a role already"
    if old == role:
        return case.explain(
            f"{shown} has the role {role} already, so there is nothing to add. No permission is missing.",
            cause,
            remedies=remedies.your_remedy("Skip the call", url=pages.EC2_ROLES),
        )
    look = f"aws iam get-instance-profile --instance-profile-name {profile} --query 'InstanceProfile.Roles[].RoleName' --output text"
    in_profile = "--instance-profile-name {} --role-name {}"
    return case.explain(
        f"{shown} {has}, and can have only one: IAM does not raise this quota. No permission is missing.",
        cause,
        remedies=remedies.account_remedy(
            "Replace the role, or create a second instance profile",
            "Running instances lose the permissions of the present role when it is removed, and get those of the other one after a while. To keep them, attach the missing policies to the present role instead, or use a second profile.",
            "Adding a role requires iam:PassRole on it.",
            commands=(
                None if present else look,
                Labelled(
                    "Either replace the role:",
                    fill_command(f"aws iam remove-role-from-instance-profile {in_profile}", profile, old),
                ),
                fill_command(f"aws iam add-role-to-instance-profile {in_profile}", profile, role),
                Labelled(
                    "Or create a second profile, and associate it with the instances that need the role:",
                    fill_command("aws iam create-instance-profile --instance-profile-name {}", other),
                ),
                fill_command(f"aws iam add-role-to-instance-profile {in_profile}", other, role),
                "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=INSTANCE_ID",
                fill_command(
                    "aws ec2 replace-iam-instance-profile-association --association-id ASSOCIATION_ID --iam-instance-profile Name={}",
                    other,
                ),
            ),
            url=pages.IAM_QUOTAS,
        ),
    )
