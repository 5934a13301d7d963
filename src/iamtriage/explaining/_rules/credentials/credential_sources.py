"""Advise on the sources of credentials on a computer, on EC2, in IIS and in Lambda.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and
https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-configure.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.endpoints import find_unexempted_hosts
from iamtriage.explaining._context.readers.profiles import (
    describe_missing_default,
    find_listed_profiles,
    find_profile_sections,
)
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials import provider_chains
from iamtriage.explaining._rules.credentials.profiles import local_programs
from iamtriage.explaining._rules.credentials.profiles.broken_profiles import profile_setting
from iamtriage.explaining._rules.credentials.workloads import credential_endpoints, instance_profiles
from iamtriage.explaining._rules.credentials.workloads.pod_roles import Advice
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import backend_blocks, credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_profile,
    find_shell_profile,
    find_signed_in_profile,
)
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.services import ASSUME_ROLE
from iamtriage.failures._failures import MissingCredentials

METADATA_SIGNS = lazy_pattern(
    r"EC2 IMDS|ec2imds|EC2RoleRequestError|EC2MetadataError|169\.254\.169\.254|instance profile|EC2 Instance Metadata|IMDS|iam-role\b"
)
METADATA_ADDRESS = "169.254.169.254"
TIMEOUT_SIGNS = lazy_pattern(r"[Tt]ime(?:d )?-?out|deadline exceeded|canceled")
CONTAINER = lazy_pattern(
    r"(?i)\b(?<!aws )(?:docker|podman|containers?|containerd|kubernetes|pods?|ecs|eks|nodes?|fluent-?(?:bit|d))\b"
)
_MAX_LISTED = 6
NO_INSTANCE_PROFILE = CauseType(
    "no-instance-profile",
    title="The EC2 instance has no role",
    text="The program runs on an EC2 instance without a role.",
    fix="Attach an instance profile with a role.",
    recognised_by="The text shows that the instance has no instance profile, or that its metadata has no role.",
    sign=r"\"IamInstanceProfileAssociations\": ?\[ ?\]|\bIamInstanceProfile(?:\.Arn)?\b[\]'\":]{0,3}(?: --[a-z-]{2,30} [\w-]{1,40}){0,4} (?:(?:null|None)\b|\[ ?\])"
    r"|\bIamInstanceProfile(?:\.Arn)?\b[^$#]{0,60}?\bi-[0-9a-f]{8,17}[ ,\"]{1,4}(?:null|None)\b"
    r"|\"InstanceProfileName\": ?\"[^\"]{1,128}\"[^$\[\]]{0,300}\"Roles\": ?\[ ?\]"
    r"|(?P<shown>/iam/security-credentials/?\S{0,40}) .{0,200}?\b404\b",
    remedy="instance a role",
    of="no-credentials",
)
NO_ROLE = lazy_pattern(
    r"(?s)\bno EC2 (?:instance|IMDS) role found\b.{0,200}?(?i:\bstatus ?code: 404\b)"
    r"|\bmetadata is not found at http://169\.254\.169\.254/latest/meta-data/iam/security-credentials/?(?![\w/-])"
)
"""What SDKs for Go and Java say if the metadata answers that there is no role."""
_ECS_AGENT = lazy_pattern(r"/etc/ecs/ecs\.config\b|\bAmazon ECS Agent\b|\bECS_CLUSTER=")
# The ECS-optimized AMI of Amazon Linux 2 came in 2018. The services of Amazon Linux 1 are those of upstart.
_AGENT_OF_AMAZON_LINUX_1 = lazy_pattern(r"\bECS Agent - v1\.(?:\d|1[0-7])\.|\bAmazon Linux (?:1\b|AMI\b)")
# The log of squid.
METADATA_PROXIED = CauseType(
    "metadata-proxied",
    title="The request to the instance metadata goes to a proxy",
    text="The SDK sends the request to the proxy, which cannot reach an address of the instance.",
    fix="Add 169.254.169.254 to NO_PROXY.",
    recognised_by="The text shows HTTP_PROXY, and NO_PROXY lacks 169.254.169.254.",
    sources=("https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html",),
)
NOTHING_CONFIGURED = CauseType(
    "no-configuration",
    title="This user has no profile, sign-in or access key on this machine",
    fix="Run aws configure sso, aws login or aws configure.",
    recognised_by="The output of aws configure list has no access key.",
    sign=r"\baccess_key\s+<not set>",
    remedy="Select a profile",
    of="no-credentials",
)
PROFILE_NOT_NAMED = CauseType(
    "profile-not-named",
    title="A profile exists, but it is not named default, and nothing selects it",
    fix="Set AWS_PROFILE.",
    recognised_by="The text shows the profiles of the config file, and the call names none.",
    sign=r"\[profile [\w.@/-]{1,64}\]|\baws configure list-profiles\b",
    remedy="Select a profile",
    of="no-credentials",
)
ENVIRONMENT_NOT_PASSED_ON = CauseType(
    "environment-not-passed-on",
    title="The environment is not passed to the process",
    text="The variables or files belong to another user or shell: sudo, cron, systemd, docker and IDEs do not pass them on.",
    fix="Pass the variables or mount the files into the process or container.",
    recognised_by="The text shows sudo without -E, cron or systemd.",
    sign=r"\bsudo (?!-\w*E)(?:-\w+ )*(?:aws|python3?|terraform)\b(?!.{0,300}[$#] (?:aws|python3?|terraform) )",
    remedy="without sudo",
    of="no-credentials",
)
LAMBDA_VARIABLES_LOST = CauseType(
    "lambda-variables-missing",
    title="The function's code ignores the role's credentials",
    text="The function's environment has the role's credentials, but the code uses a profile, empty keys, or a process without that environment.",
    fix="Use the default credential chain in the function.",
    of="no-credentials",
)


_PROFILE_IN_CODE = lazy_pattern(r"\bprofile(?:_name|Name)?[\"']?\s?(?:[=:]|=>|\()\s?[\"']")


def _names_profile(case: Case[MissingCredentials]) -> bool:
    """Return whether an option, a variable or code selects a profile."""
    text = case.failure.text
    selected = clues.stated_option(case, "profile") or find_shell_profile(text) or case.context.profile
    return bool(selected) or "AWS_PROFILE" in text or _PROFILE_IN_CODE.search(text) is not None


def find_unselected_profiles(case: Case[MissingCredentials]) -> list[str]:
    """Return the profiles that the text shows, if nothing selects one of them and none is the default."""
    text, names_profile = case.failure.text, _names_profile(case)
    listed = [
        each
        for each in find_listed_profiles(text)
        if each != "default" and commands.profile(each) == each and clues.safe_name(each)
    ]
    if not listed and not names_profile:
        # Sections of the config file, none of which is selected.
        sections = [
            each
            for each in find_profile_sections(text)
            if each.name != "default" or any(map(_GIVES_CREDENTIALS.match, each.settings))
        ]
        shown = [each.name for each in sections if clues.safe_name(each.name)]
        listed = [] if "default" in shown else [each for each in shown if commands.profile(each) == each]
    return listed if find_profile(case) is None or not names_profile else []


# The settings of a section that give it credentials: without one, the default profile has none.
_GIVES_CREDENTIALS = lazy_pattern(r"aws_|sso_|role_arn|credential_|login_|web_identity_")


def advise_on_laptop(case: Case[MissingCredentials], message: str) -> Advice:
    if (wsl := local_programs.explain_wsl(case.failure.text)) is not None:
        place, why, remedy = wsl
        return Advice([ENVIRONMENT_NOT_PASSED_ON.cause("derived", text=why)], [remedy], place)
    is_new = provider_chains.lacks_files(message)
    set_up = credential_remedies.CREATE_PROFILE if is_new else credential_remedies.CONFIGURE_CREDENTIALS
    if 'running "aws configure"' in case.failure.text:
        set_up = credential_remedies.CONFIGURE_OLD_CLI
    if case.stands_alone:
        return _advise_on_profiles(set_up, _not_named("AWS_PROFILE or --profile"))
    if clues.find_program(case.failure) == "Terraform":
        set_up = credential_remedies.CREDENTIALS_FOR_TERRAFORM
    elif local_programs.find_computer(case.failure.text) is not None:
        needs = local_programs.describe_modules(case.failure.text)
        in_ide = local_programs.describe_ide(case.failure.text)
        set_up = attrs.evolve(set_up, steps=(*present(in_ide), *set_up.steps, *present(needs)))
    listed = find_unselected_profiles(case)
    if listed:
        names = join_words(listed[:_MAX_LISTED], "or")
        without = describe_missing_default(case.failure.text)
        not_named = PROFILE_NOT_NAMED.cause(
            "derived", "The text shows the profiles.", text=f"Nothing selects the profile {names}{without}."
        )
        profile = only_one(listed, "PROFILE_NAME")
        select = your_remedy(
            f"Select the profile {names}",
            "Run the commands where the call runs. Sign in first if the profile requires it.",
            commands=(f"export AWS_PROFILE={profile}", "aws sts get-caller-identity"),
            url=pages.CLI_PROFILES,
        )
        return Advice([not_named, ENVIRONMENT_NOT_PASSED_ON.cause()], [select, set_up])
    signed_in = find_signed_in_profile(case.failure.text)
    is_selected = find_shell_profile(case.failure.text) or clues.stated_option(case, "profile")
    if is_selected == signed_in and 'running "aws ' not in case.failure.text:
        # Another command of the AWS CLI selects it, such as the sign-in.
        is_selected = find_shell_profile(case.failure.text)
    if signed_in is not None and is_selected is None:
        text = f"The sign-in is that of the profile {signed_in}, and nothing selects this profile: the call used default."
        ide = local_programs.find_ide(case.failure.text)
        return Advice(
            [PROFILE_NOT_NAMED.cause("derived", "The text shows the sign-in.", text=text)],
            [local_programs.select_profile(signed_in, case.failure.text)],
            f"{f' in {ide[1]}' if ide else ''}: nothing selects the profile {signed_in}, which is signed in",
        )
    selected = find_profile(case)
    if selected is not None:
        text = f"The profile {clip_text(selected)} does not exist in the files that the call reads, or has neither a sign-in nor access keys."
        return Advice([NOTHING_CONFIGURED.cause(text=text), ENVIRONMENT_NOT_PASSED_ON.cause()], [set_up])
    if is_new:
        return Advice([NOTHING_CONFIGURED.cause(), ENVIRONMENT_NOT_PASSED_ON.cause()], [set_up])
    if backend_blocks.is_of_backend(case.failure.text):
        return _advise_on_profiles(set_up, backend_blocks.ONLY_IN_PROVIDER)
    return _advise_on_profiles(set_up, _not_named(profile_setting(case.failure)))


def _not_named(setting: str) -> Cause:
    return PROFILE_NOT_NAMED.cause(because=f"{setting} selects one.")


def _advise_on_profiles(set_up: Remedy, not_named: Cause) -> Advice:
    return Advice([NOTHING_CONFIGURED.cause(), not_named, ENVIRONMENT_NOT_PASSED_ON.cause()], [set_up])


def find_proxied_hosts(case: Case[MissingCredentials], message: str) -> str | None:
    """Return the hosts in ``NO_PROXY`` if a proxy takes the request to the instance metadata, or ``None``."""
    is_requested = METADATA_SIGNS.search(message) is not None
    return find_unexempted_hosts(case.failure.text, METADATA_ADDRESS) if is_requested else None


def lacks_instance_role(text: str) -> bool:
    """Return whether a text shows that an instance has no role. The metadata of other clouds has none of AWS."""
    is_shown = cached_pattern(NO_INSTANCE_PROFILE.sign).search(text) is not None
    return is_shown or (NO_ROLE.search(text) is not None and clues.find_instance(text) is not None)


def advise_on_ec2(case: Case[MissingCredentials], message: str) -> Advice:
    if case.stands_alone:
        return Advice([NO_INSTANCE_PROFILE.cause()], [instance_profiles.INSTANCE_ROLE])
    if "FARGATE" in case.text:
        return Advice([], [])  # its tasks have no instance metadata
    timed_out = TIMEOUT_SIGNS.search(message) is not None
    if (hosts := find_proxied_hosts(case, message)) is not None:
        text = case.failure.text
        shown = f"NO_PROXY is {hosts}." if hosts else "NO_PROXY is not set."
        title, url = f"Add {METADATA_ADDRESS} to NO_PROXY", METADATA_PROXIED.sources[0]
        step = "Set it where the program gets HTTP_PROXY from: the shell, the systemd unit, the service or the image."
        exempted = ",".join(filter(None, (hosts, METADATA_ADDRESS)))
        line, manifest = f"export NO_PROXY='{exempted}'", None
        if _ECS_AGENT.search(text) is not None:
            manifest = f"NO_PROXY={exempted},169.254.170.2,/var/run/docker.sock"
            title = "Add NO_PROXY to /etc/ecs/ecs.config, next to HTTP_PROXY, and restart the ECS agent"
            step = "The proxy stays for the calls to Amazon ECS. Docker, which pulls the images, and ecs-init have their own settings for it: set NO_PROXY there, too (see the documentation)."
            is_upstart = _AGENT_OF_AMAZON_LINUX_1.search(text) is not None
            line = "sudo stop ecs; sudo start ecs" if is_upstart else "sudo systemctl restart ecs"
            url = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/http_proxy_config.html"
        exempt = your_remedy(title, step, manifest=manifest, manifest_language="text", commands=line, url=url)
        return Advice(
            [METADATA_PROXIED.cause("derived", f"The text shows a proxy. {shown}")],
            [exempt],
            f": its request to the instance metadata goes to the proxy, because NO_PROXY lacks {METADATA_ADDRESS}",
        )
    because = "The SDK tried the instance metadata, where SDKs look last."
    if NO_ROLE.search(message):
        because = "The instance metadata answered 404."
    no_profile = NO_INSTANCE_PROFILE.cause(because=because if METADATA_SIGNS.search(message) else None)
    is_reachable = credential_endpoints.HIGHER_HOP_LIMIT.search(case.text) is not None
    text = case.text
    contrast = credential_endpoints.find_contrast(text) or credential_endpoints.works_on_host(text)
    works = bool(contrast or credential_endpoints.INSTANCE_SESSION.search(text))
    works = works or credential_endpoints.is_said_with_role(text)
    if works and credential_endpoints.has_container_sign(case):
        hop_limit, raise_limit = credential_endpoints.advise_on_hop_limit(case, timed_out=timed_out)
        return Advice([], []) if is_reachable else Advice([hop_limit], [raise_limit])
    if lacks_instance_role(case.text):
        no_profile, found = NO_INSTANCE_PROFILE.cause(), clues.find_instance(case.failure.text)
        named = f" {found}" if found else ""
        if NO_ROLE.search(case.text) is not None:
            text = f"The metadata service of the instance answered that it has no role (404): no instance profile with a role is attached to{named or ' it'}."
            empty = '"IamInstanceProfileAssociations": []'
            listed = f"The text shows {empty}." if empty in case.text else None
            no_profile = NO_INSTANCE_PROFILE.cause("derived", listed, text=text)
        return Advice(
            [no_profile], [instance_profiles.attach_profile(case)], f": the EC2 instance{named} has no role"
        )
    give_role = instance_profiles.INSTANCE_ROLE
    if is_reachable or (not timed_out and CONTAINER.search(case.text) is None):
        if NO_ROLE.search(message):
            text = "A profile, variables, or the role of a container or a web identity were meant, and the process does not have them: cron, systemd and sudo pass on no variables, and read other ~/.aws files."
            not_passed = ENVIRONMENT_NOT_PASSED_ON.cause(text=text)
            return Advice([no_profile, not_passed], [give_role, _PASS_ON])
        return Advice([no_profile], [give_role])
    hop_limit, raise_limit = credential_endpoints.advise_on_hop_limit(case, timed_out=timed_out)
    if not timed_out:
        return Advice([no_profile, hop_limit], [give_role, raise_limit])
    # A timeout shows that the response was lost; an instance without a role gets a 404. Nodes have a role.
    if credential_endpoints.HOP_LIMIT_OF_ONE.search(case.text) or case.facts.service_account is not None:
        return Advice([hop_limit], [raise_limit])
    return Advice([hop_limit, no_profile], [raise_limit, give_role])


_PASS_ON = your_remedy(
    "If other credentials were meant: check what the process has",
    "Without AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE or AWS_CONTAINER_CREDENTIALS_…, only ~/.aws of the user of the process counts. Set them in the unit, the crontab or the container.",
    commands="sudo cat /proc/PID/environ | tr '\\0' '\\n' | grep -o '^AWS_[A-Z_]*'",
    url=pages.CLI_CREDENTIALS,
)


def advise_on_lambda(_case: Case[MissingCredentials], _message: str) -> Advice:
    remedy = your_remedy(
        "On Lambda: let the SDK find the execution role",
        "Create clients without profile and keys, and don't set AWS_PROFILE.",
        "Pass the environment to processes that the function starts.",
        "On your computer, the function has no role: use a profile there.",
        commands="aws lambda get-function-configuration --function-name FUNCTION --query Role",
        url=pages.LAMBDA_ROLE,
    )
    return Advice([LAMBDA_VARIABLES_LOST.cause(because="The text mentions Lambda.")], [remedy])


_NAMED_ROLE = lazy_pattern(
    r"\bEC2 cannot assume the role ([\w+=,.@-]{0,63}[\w+=,@-])|/iam/security-credentials/([\w+=,.@-]{1,64})"
)
_LOST_PROFILE = lazy_pattern(
    r"\bInstance Profile with (?:id|arn) (?:[\w:+=,.@/-]{1,500}:instance-profile/)?(?:[\w+=,.@-]{1,100}/){0,4}([\w+=,.@-]{1,128}) (?:cannot be|was not) found"
)


def explain_instance_role(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that the instance metadata has no credentials, because EC2 cannot use the role or its profile.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.
    """
    is_lost = "InstanceProfileNotFound" in case.text
    lost = _LOST_PROFILE.search(case.text)
    profile = commands.instance_profile(lost[1] if lost else None)
    attach = account_remedy(
        "Attach the instance profile again"
        if is_lost
        else "If no credentials appear after a few minutes, attach the instance profile again",
        "EC2 keeps using the old profile or role after one with the same name is created again. Check that the profile exists and contains the role, and replace the association. No restart is needed.",
        commands=(
            "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=INSTANCE_ID",
            f"aws ec2 replace-iam-instance-profile-association --association-id ASSOCIATION_ID --iam-instance-profile Name={profile}",
        ),
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html",
    )
    note = "No access keys are needed on the instance. A few minutes after EC2 can use the role, /latest/meta-data/iam/info has the code Success, and the SDK gets credentials."
    if is_lost:
        return case.explain(
            f"The instance metadata has no credentials: the instance profile{f' {profile}' if lost else ''} no longer exists. It was deleted or re-created.",
            NO_INSTANCE_PROFILE.cause(
                "reported",
                'The text says "InstanceProfileNotFound".',
                text="EC2 cannot find the instance profile that is attached to the instance.",
            ),
            remedies=attach,
            notes=note,
        )
    found = _NAMED_ROLE.search(case.text)
    name = None if found is None else found[1] or found[2]
    # Few missing credentials need the evaluation of a trust policy.
    from iamtriage.explaining._rules.sts.trust.service_trust import explain_untrusted_role

    explanation = explain_untrusted_role(
        case,
        "ec2.amazonaws.com",
        ASSUME_ROLE,
        None if name is None else f"arn:aws:iam::****:role/{name}",
        clues.quote_phrases(case.text, "AssumeRoleUnauthorizedAccess", "EC2 cannot assume the role"),
    )
    role = "the instance's role" if name is None else f"the instance's role {name}"
    _, _, verdict = explanation.summary.partition(": ")
    text = "The metadata returns an error in place of credentials."
    reported = attrs.evolve(explanation.causes[0], text=text)
    return attrs.evolve(
        explanation,
        summary=f"The instance metadata has no credentials, because EC2 cannot assume {role}: {verdict}",
        causes=(reported, *explanation.causes[1:]),
        remedies=(explanation.remedies[0], attach),
        notes=(
            f"The instance profile is attached, because the metadata names its role. The permissions of the role{', the hop limit and other options of the metadata' if re.search('hop.?limit', case.text, re.IGNORECASE) else ''} are not the cause.",
            note,
        ),
    )


# A script that sets a variable of the shell only, and calls the AWS CLI after that.
_UNEXPORTED = lazy_pattern(
    r"(?m)^#! ?/[^\n]{0,40}sh\b[^\n]{0,40}\n(?:[^\n]{0,300}\n){0,12}?(?P<name>AWS_(?:PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE))=[^\s;]{1,200}\n(?:[^\n]{0,300}\n){0,12}?[ \t]*aws "
)
_PASSED_ON = lazy_pattern(r"(?m)^[^\n#]{0,80}(?<![\w-])(?:export|(?:declare|typeset) -\w{0,4}x|set -\w{0,6}a|set -o allexport|source|env)\b|\$\{?AWS_(?:PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE)\b|--profile\b")  # fmt: skip


def explain_unexported(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a script does not pass on the variable that names the credentials, or return ``None``."""
    found = _UNEXPORTED.search(case.failure.text)
    if found is None or _PASSED_ON.search(case.failure.text):
        return None
    name = found["name"]
    return case.explain(
        f"The AWS CLI found no credentials: the script sets {name} without export, so the programs that it starts do not get the variable. No request was sent to AWS.",
        ENVIRONMENT_NOT_PASSED_ON.cause("derived", text="A shell passes on only exported variables."),
        remedies=your_remedy(
            f"Export {name} in the script",
            "Put the line before the first call of the AWS CLI, or write the variable on the same line before the command.",
            commands=f"export {name}=VALUE",
        ),
    )
