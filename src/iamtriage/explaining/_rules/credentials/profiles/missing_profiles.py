"""Explain profiles that do not exist: a section has another name, or the profile is on another computer.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html,
https://www.pulumi.com/registry/packages/aws/installation-configuration/ and
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.profiles import ProfileSection
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.profiles import broken_profiles
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

PROFILE_MISTYPED = CauseType(
    "profile-mistyped",
    title="The profile's name is misspelled: names are case-sensitive",
    fix="Correct the name of the profile.",
    remedy="Use ",
    recognised_by="The text shows a profile whose name differs only in case.",
    sign=r"\baws configure list-profiles\b(?: [\w.@/-]{1,64}){0,20}? (?P<shown>(?P<name>[\w.@/-]{1,64})) .{0,200}\bThe config profile \((?!(?P=name)\))(?i:(?P=name))\)",
    of="profile-not-found",
)
SECTION_NAME = CauseType(
    "section-name",
    title="The section of the profile has the wrong name",
    text="The section must be [profile NAME] in ~/.aws/config, but [NAME] in ~/.aws/credentials.",
    fix="Write [profile NAME] in ~/.aws/config, and [NAME] in ~/.aws/credentials.",
    recognised_by="The text shows the section [NAME] of the config file, or [profile NAME] of the credentials file.",
    sign=r"~/\.aws/credentials (?:under|as|in|with) \[profile [\w.@/-]{1,64}\]|(?P<shown>/\.aws/config \[(?!default\])(?P<name>[\w.@/-]{1,64})\]) .{0,800}\bprofile \((?P=name)\)",
    of="profile-not-found",
)


def _find_wrong_section(profile: str, sections: tuple[ProfileSection, ...]) -> ProfileSection | None:
    """Return the section that is meant for a profile, if none has its name."""
    if any(each.name == profile and each.header == each.correct_header for each in sections):
        return None
    same = [each for each in sections if each.name == profile and each.file is not None]
    similar = [each for each in sections if each.name.lower() == profile.lower() and each.name != profile]
    return next(iter((*same, *similar)), None)


def explain_wrong_section(
    case: Case[MissingCredentials], profile: str, sections: tuple[ProfileSection, ...]
) -> Explanation | None:
    """Explain that the section that is meant for a profile has a wrong name, or return ``None``."""
    section = _find_wrong_section(profile, sections)
    if section is None:
        return None
    file = f"~/.aws/{section.file}" if section.file else "the file"
    correct = attrs.evolve(section, name=profile).correct_header
    if section.name == profile:
        cause = SECTION_NAME.cause(
            "derived",
            f"The text shows {section.header} in {file}.",
            text="In ~/.aws/config, the section of a profile other than default begins with the word profile. In ~/.aws/credentials, it does not.",
        )
        step = f"In {file}, replace {section.header} with {correct}. The settings below it stay."
    else:
        cause = PROFILE_MISTYPED.cause(
            "derived",
            f"The text shows {section.header}, and the call uses {profile}.",
            text="Names of profiles are case-sensitive.",
        )
        step = f"Use {section.name} in {broken_profiles.profile_setting(case.failure)}, or replace {section.header} with {correct} in {file}."
    sign_in = "aws sso login" if section.is_sso else "aws sts get-caller-identity"
    return case.explain(
        f"The profile {profile} does not exist: {file} has {section.header}, and it must be {correct}.",
        cause,
        topic="profile-not-found",
        remedies=your_remedy(
            f"Write the section as {correct}",
            step,
            "Then check that the first command lists the profile, and retry the call.",
            commands=("aws configure list-profiles", sign_in),
            url=pages.CLI_PROFILES,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


# https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sign-in.html
LOGIN_PROFILE = lazy_pattern(r"\blogin_session ?= ?arn:")
"""A profile of aws login."""
LOGIN_PROFILE_UNSUPPORTED = CauseType(
    "login-profile-unsupported",
    title="The program's SDK does not support profiles of aws login",
    recognised_by="The text shows a profile with login_session, and another program than the AWS CLI finds no credentials.",
    fix="Add a profile whose credential_process is aws configure export-credentials, and use it in the program.",
    sources=(pages.CLI_LOGIN, "https://github.com/hashicorp/terraform-provider-aws/issues/45316"),
)


def explain_login_profile(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a program does not support profiles of aws login."""
    return case.explain(
        "The program found no credentials: most likely, it does not support profiles of aws login (login_session).",
        LOGIN_PROFILE_UNSUPPORTED.cause(because="The text shows login_session in a profile."),
        topic="no-credentials",
        remedies=your_remedy(
            "Add a profile that exports the credentials, and use it in the program",
            "Add the profile to ~/.aws/config. The AWS CLI then provides and refreshes the credentials.",
            "Sign in with aws login, and run the program with AWS_PROFILE set to the new profile. Or update the program to a version that supports aws login.",
            commands=(
                "aws login --profile PROFILE",
                "aws configure set credential_process 'aws configure export-credentials --profile PROFILE --format process' --profile exported",
                "AWS_PROFILE=exported aws sts get-caller-identity",
            ),
            url=pages.CLI_LOGIN,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
