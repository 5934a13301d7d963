"""Give an EC2 instance a role, with the instance profile that the role lacks.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.coded_principals import find_coded_principals
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import MissingCredentials

UNUSABLE_INSTANCE_ROLE = (
    r"\bAssumeRoleUnauthorizedAccess\b|\bInstanceProfileNotFound\b|\bEC2 cannot assume the role\b"
)
"""What the instance metadata returns if EC2 cannot use the instance's role or profile."""
INSTANCE_ROLE = account_remedy(
    "If the call runs on EC2: give the instance a role",
    "Check whether the instance has an instance profile, and attach one if it has none. No restart is needed.",
    "An instance profile contains a role. Only the console creates one together with the role: otherwise, use create-instance-profile and add-role-to-instance-profile (aws iam). To attach one requires iam:PassRole on its role.",
    commands=(
        "aws ec2 describe-iam-instance-profile-associations --region REGION --filters Name=instance-id,Values=INSTANCE_ID",
        "aws iam list-instance-profiles --query 'InstanceProfiles[].[InstanceProfileName,Roles[0].RoleName]' --output text",
        "aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --region REGION --iam-instance-profile Name=INSTANCE_PROFILE",
    ),
    url=pages.EC2_ROLES,
)
# "Shall I attach AdministratorAccess?"
_ASKED_POLICY = lazy_pattern(
    r"\b(?i:add|assign|attach|give|grant|need)\b[^.?\n]{0,60}?\b(?P<policy>(?:AWS|Amazon|CloudWatch)\w{3,60}|(?:Administrator|PowerUser|ReadOnly)Access)\b[^.?\n]{0,40}\?"
)
# "The role web-1 exists": a name that is no word.
_SAID_ROLE = lazy_pattern(
    r"\b[Rr]ole [\"'`]?(?P<name>(?=[\w+=,.@-]*[-_.0-9]|[A-Za-z]+[A-Z])[A-Za-z][\w+=,.@-]{2,63}(?<![.,]))[\"'`]? (?:exists|has|is|trusts|was)\b"
)
_NONE_OF_ROLE = lazy_pattern(r"\"InstanceProfiles\"\s?:\s?\[\s{0,20}\]|\A\s{0,20}\[\s{0,20}\]")
_NO_ROLE_IN_PROFILE = lazy_pattern(r"\"Roles\"\s?:\s?\[\s{0,20}\]")


def attach_profile(case: Case[MissingCredentials]) -> Remedy:
    """Return the remedy that gives an instance a role, with the instance profile that the role lacks, if the text shows that."""
    runs = [run for run in find_runs(case.failure) if run.command.words[:1] == ("iam",)]
    named = {each.value for run in runs if (each := run.command.option("role-name")) is not None}
    named = named or {each["name"] for each in _SAID_ROLE.finditer(case.failure.text)}
    role = only_one(named)
    role = role if role is not None and commands.role_name(role) == role else None
    lists_none = any(
        run.command.words[1:2] == ("list-instance-profiles-for-role",) and _NONE_OF_ROLE.search(run.output)
        for run in runs
    )
    empty = [
        each.value
        for run in runs
        if run.command.words[1:2] == ("get-instance-profile",) and _NO_ROLE_IN_PROFILE.search(run.output)
        if (each := run.command.option("instance-profile-name")) is not None
    ]
    if not empty and (in_code := _code_remedy(case.failure.text)) is not None:
        return in_code
    if role is None and not empty:
        return _attach_any_profile(case)
    profile, member = commands.instance_profile(empty[0] if empty else role), role or "ROLE_NAME"
    by_console = "Only the console creates one together with the role."
    why = f"The role {member} is in no instance profile. {by_console}"
    if empty:
        why = f"The instance profile {profile} contains no role."
    elif not lists_none:
        why = f"Unless the role has an instance profile, create one first. {by_console}"
    attach = INSTANCE_ROLE.commands[-1].replace("INSTANCE_PROFILE", profile)
    asked = _ASKED_POLICY.search(case.failure.text)
    more = (
        f"{asked['policy']} would not help: without a role, the instance has no credentials, whatever the policies of {member} are. They need no change for this."
        if asked
        else None
    )
    return account_remedy(
        f"Give the EC2 instance a role: {role or 'put one into its instance profile'}",
        why,
        more,
        "Wait a few seconds before the last command, which requires iam:PassRole on the role. No restart of the instance is needed: restart the program, or wait until it tries again.",
        commands=(
            None if empty else f"aws iam create-instance-profile --instance-profile-name {profile}",
            f"aws iam add-role-to-instance-profile --instance-profile-name {profile} --role-name {member}",
            Labelled("If the instance has no instance profile:", attach) if empty else attach,
        ),
        url=pages.EC2_ROLES,
    )


_TRUSTED_SERVICE = lazy_pattern(r"(?<![\w.-])[a-z0-9-]{2,40}\.amazonaws\.com(?![\w/.-])")


def _code_remedy(text: str) -> Remedy | None:
    """Return the remedy for code that creates a role and an instance, and no instance profile."""
    if "nstance_profile" in text or "nstanceProfile" in text:
        return None
    trusted = {each[0] for each in _TRUSTED_SERVICE.finditer(text)}
    if trusted and "ec2.amazonaws.com" not in trusted:
        return None  # the role is for another service
    roles = find_coded_principals(text)
    in_hcl = find_resources(text, "aws_instance", "aws_launch_template")
    in_template = find_template_resources(text, "AWS::EC2::Instance", "AWS::EC2::LaunchTemplate")
    instances = [(each.type, each.name) for each in in_hcl]
    instances += ((each.type, each.name) for each in in_template)
    if len(roles) != 1 or len(instances) != 1 or roles[0].is_terraform != bool(in_hcl):
        return None
    role, is_hcl, (kind, name) = roles[0].label, roles[0].is_terraform, instances[0]
    if is_hcl:
        profile = f"aws_iam_instance_profile.{role}.name"
        use = f"iam_instance_profile = {profile}"
        if kind == "aws_launch_template":
            use = f"iam_instance_profile {{\n    name = {profile}\n  }}"
        manifest = f'resource "aws_iam_instance_profile" "{role}" {{\n  role = aws_iam_role.{role}.name\n}}\n\nresource "{kind}" "{name}" {{\n  {use}\n}}\n'
    else:
        use = "IamInstanceProfile: !Ref InstanceProfile"
        if kind.endswith("LaunchTemplate"):
            use = (
                "LaunchTemplateData:\n        IamInstanceProfile:\n          Arn: !GetAtt InstanceProfile.Arn"
            )
        manifest = f"  InstanceProfile:\n    Type: AWS::IAM::InstanceProfile\n    Properties:\n      Roles: [!Ref {role}]\n  {name}:\n    Properties:\n      {use}\n"
    return your_remedy(
        f"Give the EC2 instance a role: add an instance profile with {role} to the code",
        f"The code creates the role, but no instance profile, and {name} names none. Add the lines below to the others. No restart of the instance is needed.",
        "Running instances of a launch template keep what they have: replace them."
        if "aunch" in kind
        else None,
        manifest=manifest,
        manifest_language="hcl" if is_hcl else "yaml",
        commands="terraform apply" if is_hcl else None,
        url=pages.EC2_ROLES,
    )


# A program that uses the instance's credentials, as a shell of the instance started it.
_STARTED = lazy_pattern(
    r"(?m)[$#>] (?P<line>(?:ansible-playbook|cdk|eksctl|kubectl|packer|pulumi|sam|terraform|terragrunt|tofu) [\w][\w./=:@ -]{1,100})$"
)


def _attach_any_profile(case: Case[MissingCredentials]) -> Remedy:
    """Return the remedy that attaches a profile that the text does not name, and repeats the failed call."""
    text, program = case.failure.text, clues.find_program(case.failure) or "the program"
    started = [*_STARTED.finditer(text, 0, case.failure.span[0])]
    failed = "" if case.context.command is None else case.context.command.text
    again = commands.repeat_line(started[-1]["line"] if started else failed)
    return account_remedy(
        "Give the EC2 instance a role",
        f"Attach an instance profile whose role has the permissions that {program} needs. No restart is needed{'' if again else ': repeat the call'}.",
        *INSTANCE_ROLE.steps[1:],
        commands=(*INSTANCE_ROLE.commands[1:], Labelled("Then, on the instance:", again) if again else None),
        url=pages.EC2_ROLES,
    )
