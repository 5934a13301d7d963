"""Explain profiles that do not exist: a section has another name, or the profile is on another computer.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html,
https://www.pulumi.com/registry/packages/aws/installation-configuration/ and
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.profiles import ProfileSection
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials.profiles import broken_profiles
from iamtriage.explaining._rules.credentials.profiles.other_users import find_identity
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import find_program, runs_in_ci
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.backend_blocks import find_credential_blocks
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
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
PROFILE_PINNED = CauseType(
    "profile-pinned",
    title="The project names a profile that does not exist where it runs",
    meaning="A profile in the configuration or code of a project must exist wherever the project runs. The program fails without it, whatever credentials the environment has.",
    recognised_by="The text shows the profile in a file of the project, and a CI job runs the command.",
    fix="Remove the profile from the project, and select it with AWS_PROFILE where it is needed.",
    of="profile-not-found",
)
# Where a project names a profile, by the setting: the place in words, and the command that removes it.
_PINS = (
    (r"^[ \t]{0,8}aws:profile: ?[\"']?NAME[\"']?[ \t]*$", "aws:profile in the Pulumi configuration", "pulumi config rm aws:profile --stack {stack}"),
    (r"\bsamconfig\.toml\b[^$]{0,600}?^[ \t]{0,8}profile[ \t]{0,4}= ?\"NAME\"", "profile in samconfig.toml", None),
    (r"\bserverless\.ya?ml\b[^$]{0,400}?\bprofile: ?[\"']?NAME\b", "profile in serverless.yml", None),
    (r"\"profile\": ?\"NAME\"", '"profile" in the JSON file of the project', None),
    (r"^[ \t]{1,12}(?:aws_?)?profile: ?[\"']?NAME[\"']?[ \t]*$", "profile in the YAML file of the project", None),
    (r"\b(?:profile_name ?=|Session\(profile_name ?=|fromIni\(\{ ?profile:|profile(?:Name)?\()[ \t]?[\"']NAME[\"']", "the profile in the code", None),
    (r"\bENV AWS_PROFILE[ =]NAME\b", "ENV AWS_PROFILE in the Dockerfile", None),
    (r"^[ \t]{1,20}AWS_PROFILE: ?[\"']?NAME[\"']?[ \t]*$", "AWS_PROFILE in the environment of the job", None),
)  # fmt: skip
_AT_RUN_TIME = (
    "the profile in the code",
    "ENV AWS_PROFILE in the Dockerfile",
    "AWS_PROFILE in the environment of the job",
)
_SHELL = lazy_pattern(
    r"(?m)^(?:[^\n]{0,60}[$%#>»] )?(?:export |set )?AWS_PROFILE ?= ?[\"']?(?P<set>[\w.@+-]{1,64})|\becho \"?\$\{?AWS_PROFILE\}?\"?[ \t]*\n(?P<shown>[\w.@+-]{1,64})[ \t]*$"
)
_STACK = lazy_pattern(r"(?a)\bPulumi\.([\w-]{1,60})\.ya?ml\b")


# The same in blocks of Terraform.
_PINNING_BLOCKS = (("provider", "aws", None), ("backend", "s3", "terraform init -reconfigure"))
# Runtimes with a role of their own, and without files of a person.
_WORKLOADS = frozenset({"codebuild", "ecs", "eks-pod", "glue", "lambda", "sagemaker"})


def _find_pins(text: str, profile: str) -> Iterator[tuple[str, str | None]]:
    """Yield where a project names a profile, and the command that removes it there."""
    for kind, type_name, line in _PINNING_BLOCKS:
        for block in find_blocks(text, kind, type_name):
            if block.text_of("profile") == profile:
                yield f"profile in {block.header}", line
    name = re.escape(profile)
    # A comment sets nothing.
    code = re.sub(rf"(?m:^[ \t]{{0,40}}(?:#|//)[^\n]{{0,200}}{name}[^\n]{{0,200}}$)", "", text)
    for sign, place, line in _PINS:
        if re.search(sign.replace("NAME", name), code, re.MULTILINE):
            yield place, line


def explain_pinned_profile(case: Case[MissingCredentials], profile: str) -> Explanation | None:
    """Explain that a project names a profile that a CI job or a workload does not have, if the text shows both."""
    text, runtime = case.failure.text, case.context.runtime
    is_workload = runtime is not None and runtime.kind in _WORKLOADS
    if not is_workload and not runs_in_ci(case):
        return None
    # Other files are for the deployment.
    pins = (each for each in _find_pins(text, profile) if not is_workload or each[0] in _AT_RUN_TIME)
    place, line = next(pins, (None, None))
    if place is None:
        return None
    stack, file = _STACK.search(text), place
    if stack is not None and "Pulumi" in place:
        file = f"aws:profile in {stack[0]}"
    remove = line and line.format(stack=stack[1] if stack else "STACK")
    select = fill_command("export AWS_PROFILE={}", profile)
    unused = f"The credentials of the job are not used: {file} names the profile {profile}, which does not exist in the job."
    after = "The job then uses the credentials in its environment: neither its role nor its variables need a change. Do not create the profile in the job."
    if is_workload and runtime is not None:
        unused = f"{capitalize_start(runtime.caller)} is not used: {file.removeprefix('the profile in ')} names the profile {profile}, which exists only on a computer."
        after = f"Without it, the SDK uses {runtime.caller}, and refreshes its credentials. Deploy the code again."
    return case.explain(
        unused,
        PROFILE_PINNED.cause(
            "derived",
            text=f"A profile in the configuration or code of a project must exist wherever it runs. The program fails without {profile}, whatever credentials the environment has.",
        ),
        remedies=(
            your_remedy(
                "Remove the profile from the project",
                None if remove and "rm" in remove else f"Delete {file}.",
                after,
                commands=remove,
                url=pages.CLI_PROFILES,
            ),
            your_remedy(
                f"On computers that need {profile}, select it with AWS_PROFILE",
                "Set the variable in the shell, or with direnv in .envrc.",
                commands=select,
                url=pages.CLI_PROFILES,
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def explain_other_profile(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a block of Terraform names another profile than the shell, if only that of the shell is known to work."""
    text = case.failure.text
    blocks = [each for each in find_credential_blocks(text) if "profile" in each.texts]
    shell = _SHELL.search(text)
    selected = None if shell is None else shell["set"] or shell["shown"]
    if not blocks or selected is None or selected == blocks[0].texts["profile"] or not find_identity(case):
        return None
    block, name, own = blocks[0].header, clip_text(blocks[0].texts["profile"]), clip_text(selected)
    return case.explain(
        f"Terraform found no credentials: {block} names the profile {name}, which takes precedence over AWS_PROFILE ({own}), and has no credentials. Those of the profile {own} are fine.",
        PROFILE_PINNED.cause(
            "derived",
            f"The text shows profile = {name} in the block, and AWS_PROFILE is {own}.",
            text=f"An argument profile takes precedence over AWS_PROFILE, so Terraform does not use {own}.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            f'Remove profile from {block}, or set it to "{own}"',
            "Without the argument, Terraform uses AWS_PROFILE, and each person and job can use another profile.",
            commands="terraform init -reconfigure" if "backend" in block else "terraform plan",
            url=pages.CLI_PROFILES,
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _find_wrong_section(profile: str, sections: tuple[ProfileSection, ...]) -> ProfileSection | None:
    """Return the section that is meant for a profile, if none has its name."""
    if any(each.name == profile and each.header == each.correct_header for each in sections):
        return None
    same = [each for each in sections if each.name == profile and each.file is not None]
    similar = [each for each in sections if each.name.lower() == profile.lower() and each.name != profile]
    return next(iter((*same, *similar)), None)


# "[profile: dev]", "[Profile dev]": the word profile, not followed by a space only.
_MALFORMED = r"(?m)^[ \t]{{0,4}}(?P<header>\[ ?[\"']?(?!profile [\"']?{0}[\"']?\])(?i:profiles?)[ :=_-]{{0,3}}[\"']?{0}[\"']? ?\])"


def explain_wrong_section(
    case: Case[MissingCredentials], profile: str, sections: tuple[ProfileSection, ...]
) -> Explanation | None:
    """Explain that the section that is meant for a profile has a wrong name, or return ``None``."""
    section, malformed = _find_wrong_section(profile, sections), None
    if section is None:
        malformed = re.search(_MALFORMED.format(re.escape(profile)), case.failure.text)
        if malformed is None or f"[profile {profile}]" in case.failure.text:
            return None
        is_sso = "sso_" in case.failure.text[malformed.end() :].partition("[")[0]
        settings = {"sso_session": ""} if is_sso else {}
        section = ProfileSection(profile, has_prefix=True, file="config", settings=settings)
    file = f"~/.aws/{section.file}" if section.file else "the file"
    correct = attrs.evolve(section, name=profile).correct_header
    header = malformed["header"] if malformed else section.header
    if section.name == profile:
        cause = SECTION_NAME.cause(
            "derived",
            f"The text shows {header} in {file}.",
            text=f"In ~/.aws/config, the section of a profile other than default begins with the word profile{' and a space' if malformed else ''}. In ~/.aws/credentials, it does not.",
        )
        step = f"In {file}, replace {header} with {correct}. The settings below it stay."
        with_key = rf"{re.escape(header)}[^\[]{{0,400}}?\baws_secret_access_key\b"
        if section.file == "config" and re.search(with_key, case.failure.text):
            step += f" Or move the keys to [{profile}] in ~/.aws/credentials (chmod 600), the better place: there, the name stands alone."
    else:
        cause = PROFILE_MISTYPED.cause(
            "derived",
            f"The text shows {header}, and the call uses {profile}.",
            text="Names of profiles are case-sensitive.",
        )
        step = f"Use {section.name} in {broken_profiles.profile_setting(case.failure)}, or replace {header} with {correct} in {file}."
    sign_in = "aws sso login" if section.is_sso else "aws sts get-caller-identity"
    return case.explain(
        f"The profile {profile} does not exist: {file} has {header}, and it must be {correct}.",
        cause,
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


_SECTION_OF_LOGIN = lazy_pattern(
    r"(?m)^\s{0,8}\[profile ([\w.@-]{1,64})\][^\[]{0,400}?^\s{0,8}login_session ?= ?arn:"
)
_METADATA = lazy_pattern(r"\bIMDS\b|\bimds\b|169\.254\.169\.254|EC2MetadataError|instance metadata")


def explain_login_profile(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a program does not support profiles of aws login."""
    text = case.failure.text
    program = find_program(case.failure) or "the program"
    found = _SECTION_OF_LOGIN.search(text)
    profile = f"the profile {clip_text(found[1])}" if found is not None else "the profile"
    why = "The AWS CLI supports login_session, older SDKs of other programs do not."
    if _METADATA.search(text):
        why += " So the program went on to the instance metadata (IMDS), the last source: its error there says nothing about the profile."
    return case.explain(
        f"{capitalize_start(program)} found no credentials: most likely, it does not support {profile} of aws login (login_session).",
        LOGIN_PROFILE_UNSUPPORTED.cause(because="The text shows login_session in a profile.", text=why),
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
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
