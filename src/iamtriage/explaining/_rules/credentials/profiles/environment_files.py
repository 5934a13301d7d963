"""Explain that credentials in a file or in variables hide the role of an instance or a pod, or a sign-in.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html, for the order of the sources.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.node_roles import find_listed_role
from iamtriage.explaining._context.readers.profiles import find_listed_key, find_profile_sections
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.profiles.local_programs import find_computer
from iamtriage.explaining._rules.credentials.profiles.other_users import find_unit
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_profile,
    list_selected_profiles,
    list_sign_ins,
)
from iamtriage.explaining._rules.shared.kubernetes.clusters import set_variables_command
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.explaining._rules.shared.principals.principal_words import (
    describe_principal,
    try_parse_principal,
)
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import ExpiredCredentials, Failure

_CHAIN = "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"
# systemd, Docker and Compose.
_FILE = lazy_pattern(
    r"(?:\bEnvironmentFile=-?|--env-file[ =]|\benv_file: ?(?:\n\s{0,20}- )?)[\"']?(?P<path>[\w./-]{1,200})"
)
_TOKEN = lazy_pattern(r"(?m)^[ \t]{0,8}AWS_SESSION_TOKEN=\S")
_UNIT = lazy_pattern(r"\bsystemctl \w{2,12} (?P<unit>[\w@.-]{1,80})")
_HAS_ROLE = lazy_pattern(
    r"(?i:\binstance (?:profile|role)\b|\btask role\b|\brole of the (?:instance|task)\b)"
)
# "The instance has the role web-1."
_NAME = r"[`\"']?(?P<{}>(?=[\w+=,.@-]{{0,60}}[-_0-9])[\w+=,.@-]{{1,63}}\w)\b"
_SAID_ROLE = lazy_pattern(
    rf"(?i:\b(?:instance|host|machine|server) has (?:an?|its|the) (?:\w{{1,12}} ){{0,2}}(?:role|instance profile))\b(?: {_NAME.format('name')})?"
    rf"|\b(?i:role|instance profile) (?:{_NAME.format('attached')} )?(?i:is attached to (?:my|our|the|this) (?:ec2 )?(?:instance|host|machine|server))\b"
)
_ON_LAPTOP = lazy_pattern(
    r"(?i)\b(?:laptop|macbook|workstation|my (?:computer|mac|pc)|my (?:own )?machine|locally)\b"
)
# What env prints in a pod whose service account has a role.
_KEY_OF_POD = lazy_pattern(r"(?m)^[ \t]{0,8}AWS_ACCESS_KEY_ID[=:] ?[\"']?(?P<key>A[KS]IA[0-9A-Z]{0,16})?")
_ROLE_OF_POD = lazy_pattern(
    r"(?m)^[ \t]{0,8}AWS_ROLE_ARN[=:] ?[\"']?arn:aws[a-z-]{0,12}:iam::\S{3,15}:role/(?:[^\s/]{1,100}/){0,5}(?P<name>[\w+=,.@-]{1,64})"
)
# A task definition.
_KEY_OF_TASK = lazy_pattern(
    r"\"name\"\s?:\s?\"AWS_ACCESS_KEY_ID\"(?:\s?,\s?\"value\"\s?:\s?\"(?P<key>A[KS]IA[0-9A-Z]{0,16}))?"
)
_ROLE_OF_TASK = lazy_pattern(
    r"\"taskRoleArn\"\s?:\s?\"arn:aws[a-z-]{0,12}:iam::\S{3,15}:role/(?:[^\s/]{1,100}/){0,5}(?P<name>[\w+=,.@-]{1,64})\""
)
_CALLER = lazy_pattern(r"\barn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@-]{1,64}/[\w+=,.@-]{1,64}")


def explain_environment_file(case: Case[ExpiredCredentials], cause: Cause) -> Explanation | None:
    """Explain that credentials in a file of a service hide the role of its instance, if the text shows both."""
    text = case.failure.text
    file, role = _FILE.search(text), _HAS_ROLE.search(text)
    if file is None or role is None or _TOKEN.search(text) is None:
        return None
    path, unit = clip_text(file["path"]), _UNIT.search(text)
    caller = only_one(set(_CALLER.findall(text)))
    session = try_parse_principal(caller) if caller is not None else None
    whose = f", a session of {describe_principal(session, None)}," if session is not None else ""
    has_unit = unit is not None and "EnvironmentFile=" in file[0]
    return case.explain(
        f"The temporary credentials in {path}{whose} have expired: they take precedence over the role of the instance or task, and nothing renews them. No permission is missing.",
        cause,
        topic="expired-session",
        remedies=your_remedy(
            f"Remove AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from {path}",
            "After a restart, the service gets the credentials of the role, which the SDK renews itself. The role needs the permissions that the session had.",
            "A longer session of the role does not help. Do not put an access key of a user into the file instead.",
            commands=fill_command("sudo systemctl restart {}", unit["unit"]) if unit and has_unit else None,
            url=_CHAIN,
        ),
    )


class HiddenRole(NamedTuple):
    """The role of an instance that access keys hide.

    Attributes:
        role: The role, in words.
        key: The key and its place.
        remedy: The remedy that removes the key.
    """

    role: str
    key: str
    remedy: Remedy


def find_hidden_role(case: Case[Failure]) -> HiddenRole | None:
    """Return the role of an instance or pod whose default profile or environment has access keys, if the text shows both."""
    text = case.failure.text
    key, given = _KEY_OF_POD.search(text), _ROLE_OF_POD.search(text)
    if key is not None and given is not None and "AWS_WEB_IDENTITY_TOKEN_FILE" in text:
        role = f"the role {given['name']} of the pod's service account"
        remedy = your_remedy(
            f"Remove the access keys from the pod, so that the role {given['name']} is used",
            "If somebody exported these temporary keys only in a shell in the pod, this is enough there: unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN."
            if (key["key"] or "").startswith("ASIA")
            else None,
            "Delete them where they are set, too: env and envFrom in the manifest or the chart, or the Secret. Otherwise, the next deployment sets them again.",
            commands=set_variables_command(
                case, "AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-"
            ),
            url=_CHAIN,
        )
        return HiddenRole(role, f"the access key {key['key'] or ''}".rstrip() + " in the environment", remedy)
    key, given = _KEY_OF_TASK.search(text), _ROLE_OF_TASK.search(text)
    if key is not None and given is not None:
        title = (
            f"Remove the access keys from the task definition, so that the task role {given['name']} is used"
        )
        remedy = load_rule("credentials.workloads.ecs_tasks.remove_keys_from_task")(text, title)
        shown = f" {key['key']}" if key["key"] else ""
        return HiddenRole(
            f"the task role {given['name']}", f"the access key{shown} in the container's environment", remedy
        )
    listed, said = find_listed_key(text), next(find_said(text, _SAID_ROLE), None)
    # The places of keys that SDKs use before the role of the instance.
    place = listed and ("the environment" if listed.kind == "env" else listed.file)
    if find_computer(text) is not None or _ON_LAPTOP.search(text) is not None:
        return None  # the call did not run on the instance
    if listed is None or said is None or place is None or find_profile(case) not in {None, "default"}:
        return None
    name = said["name"] or said["attached"]
    role = f"the instance's role{f' {name}' if name else ''}"
    ending = f" …{listed.ending}" if listed.ending.isalnum() else ""
    remove = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
    where = "Also delete the lines that set them (~/.bashrc, ~/.profile, /etc/environment, the unit of a service), or they come back."
    if listed.kind != "env":
        remove = commands.delete_section("default", place)
        where = f"The first command deletes the section default, and keeps the old file as {place.rpartition('/')[2]}.bak. If it has settings that you need, such as the Region, delete only the keys."
    again = commands.repeat_command(case.context.command)
    remedy = your_remedy(
        f"Remove the key from {place}, so that {role} is used",
        f"{where} Then aws configure list must print iam-role as the type of access_key.",
        commands=(remove, "aws configure list", again or "aws sts get-caller-identity"),
        url=_CHAIN,
    )
    return HiddenRole(role, f"the access key{ending} in {place}", remedy)


def explain_hidden_role(
    case: Case[Failure], verdict: str, topic: str, cause: CauseType
) -> Explanation | None:
    """Explain that AWS rejected keys that hide the role of an instance: the verdict is what AWS did with them."""
    hidden = find_hidden_role(case)
    if hidden is None:
        return None
    text = f"SDKs and the AWS CLI use such keys before {hidden.role}, which was not used."
    return case.explain(
        f"{upper_first(hidden.key)} takes precedence over {hidden.role}, and AWS {verdict}.",
        cause.cause("derived", "The text shows where the key is from.", text=text),
        topic=topic,
        remedies=hidden.remedy,
        notes="No permission is missing, and no new key is needed.",
    )


# Sections with keys come before the sign-in in the SDKs for Go (resolveCredsFromProfile) and JavaScript (resolveProfileData).
KEYS_BESIDE_SIGN_IN = CauseType(
    "keys-beside-sign-in",
    title="Old keys in ~/.aws/credentials are used instead of the sign-in",
    meaning="If ~/.aws/credentials has keys under the name of a profile that signs in with IAM Identity Center, programs such as Terraform use the keys. The AWS CLI uses the sign-in.",
    recognised_by="The text shows keys in the section of a profile, and that the profile signs in with IAM Identity Center.",
    fix="Delete the keys from the section in ~/.aws/credentials.",
    sources=("https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html",),
)
_BACKEND = lazy_pattern(r"\b[Cc]onfiguring (?:Terraform |the )?S3 [Bb]ackend\b|\bbackend initialization\b")


def _find_keys_beside_sign_in(case: Case[Failure]) -> str | None:
    """Return the profile that signs in with IAM Identity Center, and has keys in ~/.aws/credentials that another program uses."""
    text = case.failure.text
    # The AWS CLI and boto3 use the sign-in.
    if case.failure.envelope.source == "botocore" or "AWS_ACCESS_KEY_ID" in text:
        return None
    sections = find_profile_sections(text)
    signed_in = {each.name for each in sections if each.is_sso}
    signed_in |= {each.name for each in list_sign_ins(text) if each.kind == "profile"}
    stored = (
        each.name for each in sections if "aws_access_key_id" in each.settings and each.file != "config"
    )
    # Another profile has other keys.
    selected = list_selected_profiles(text, "variable", "block")
    return next(
        (each for each in stored if each in signed_in and clues.safe_name(each) and selected <= {each}), None
    )


def explain_keys_beside_sign_in(case: Case[Failure], verdict: str, topic: str) -> Explanation | None:
    """Explain that a program used old keys of a profile, not its sign-in: the verdict is what AWS did with them."""
    profile = _find_keys_beside_sign_in(case)
    if profile is None:
        return None
    text = case.failure.text
    program = clues.find_program(case.failure) or "the program"
    is_backend = _BACKEND.search(text) is not None
    if is_backend:
        program = "the S3 backend of Terraform"
    name = commands.profile(profile)
    return case.explain(
        f"{upper_first(program)} used the old key under [{profile}] in ~/.aws/credentials, and AWS {verdict}. The sign-in of the profile {profile} is fine: the AWS CLI uses it, but SDKs such as that for Go take the keys first.",
        KEYS_BESIDE_SIGN_IN.cause(
            "derived",
            text="The section has keys, and the profile signs in with IAM Identity Center. A new sign-in changes nothing in that file.",
        ),
        topic=topic,
        remedies=your_remedy(
            f"Delete the section [{profile}] from ~/.aws/credentials",
            "The first command deletes the section, and keeps the old file as credentials.bak. The profile in ~/.aws/config, with the settings of the sign-in, stays.",
            "If the profile default has old keys, too, delete these as well."
            if name != "default" and is_backend
            else None,
            commands=(
                commands.delete_section(name),
                f"aws configure list --profile {name}",
                "terraform init -reconfigure" if is_backend else None,
            ),
        ),
        notes="No permission is missing, and no new key is needed.",
    )


UNATTENDED_SIGN_IN = CauseType(
    "unattended-sign-in",
    title="A job that nobody attends uses the sign-in of a person",
    meaning="Only a person can sign in again, in a browser. A sign-in lasts as long as IAM Identity Center or aws login allows, so a job that depends on it fails each time that it ends.",
    text="A sign-in ends after a fixed time, such as 8 hours, so a job that uses it fails again and again.",
    recognised_by="The text shows a crontab, a timer or a unit, or says that the call is that of such a job.",
    fix="Let the job use the role of its instance, task or pod. Elsewhere, use IAM Roles Anywhere.",
    sources=(pages.SSO_LOGIN, pages.EC2_ROLES),
    of="expired-sso-session",
)
_ROLES_ANYWHERE = "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html"
# A line of a crontab or of a unit.
_SET_IN_FILE = r"(?m)^[ \t]{{0,8}}(?:(?:Environment=[\"']?)?AWS_PROFILE={0}[\"']?[ \t\r]*$|(?:[\d*][\d*/,-]{{0,20}}[ \t]{{1,4}}){{5}}AWS_PROFILE={0} )"
# A job of cron or systemd.
_CRON = lazy_pattern(
    r"(?am)\bCRON\[\d{1,7}\]|^[ \t]{0,4}(?:[\d*][\d*/,-]{0,20}[ \t]{1,4}){5}\S|^[ \t]{0,4}@(?:hourly|daily|weekly|monthly|reboot)[ \t]\S"
    r"|(?<!not )(?<!no )(?<!not a )(?<!n't a )\b(?i:cron ?tab\b|cron ?jobs?\b|(?:a|by|from|in|of|the|via|my|our) cron\b)|/etc/cron(?:tab\b|\.(?:d|hourly|daily|weekly|monthly)/)|\(Cron Daemon\)"
)
_TIMER = lazy_pattern(
    r"(?m)^[ \t]{0,8}OnCalendar=|\b[\w@-]{1,80}\.timer\b|\b(?i:systemd (?:timers?|units?|services?))\b|\bjournalctl [^\n]{0,60}?(?:-u|--unit)[ =]|\bsystemd\[\d{1,7}\]|^[ \t]{0,8}ExecStart="
)
_CRON_USER = lazy_pattern(
    r"\b[Cc]rontab (?:of|for) (?:the )?(?:user )?(?P<owner>(?!the\b|an?\b|my\b|our\b|this\b)[a-z_][\w.-]{0,31})\b|\bcrontab (?:-l |-e )?-u (?P<user>[a-z_][\w.-]{0,31})\b"
)
# What the job does with S3: the only files that it copies there, or from there.
_COPY = lazy_pattern(
    r"\baws s3 (?:cp|mv) (?:(?P<local>(?!s3://)[^\s|;&]{1,200}) )?s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/"
)


def find_instance_role(text: str) -> str | None:
    r"""Return the name of the role that an instance has, an empty string if only that it has one is known.

    >>> find_instance_role("The instance has the role web-1."), find_instance_role("No instance role is attached.")
    ('web-1', None)
    """
    if (listed := find_listed_role(text)) is not None:
        return listed
    said = next(find_said(text, _SAID_ROLE), None)
    return None if said is None else said["name"] or said["attached"] or ""


def explain_unattended_sign_in(
    case: Case[Failure], reported: Cause, sign_in: Remedy, whose: str
) -> Explanation | None:
    """Explain that a job of cron or systemd uses a sign-in that has expired, if the text shows the job.

    Args:
        case: The failure.
        reported: That the sign-in has expired.
        sign_in: How a person signs in again.
        whose: The sign-in, in words.
    """
    text = case.failure.text
    is_cron = _CRON.search(text) is not None
    if not is_cron and _TIMER.search(text) is None:
        return None
    job, file = ("cron job", "crontab") if is_cron else ("systemd unit", "unit")
    role, profile = find_instance_role(text), find_profile(case)
    of_profile = f" of the profile {profile}" if profile else ""
    owner = next((each["owner"] or each["user"] for each in _CRON_USER.finditer(text)), None)
    where = f"the {file}{f' of {owner}' if owner else ''}"
    removed = f"what selects the profile{f' {profile}' if profile else ''} (AWS_PROFILE or --profile) from the job and its files"
    edit: str | None = None
    if profile and re.search(_SET_IN_FILE.format(re.escape(profile)), text):
        removed = f"AWS_PROFILE={profile} from {where}"
        edit = commands.command("sudo", "crontab", "-u", owner, "-e") if owner else "crontab -e"
        if not is_cron:
            edit = commands.fill_command("sudo systemctl edit --full {}", find_unit(case) or "UNIT")
    known = f"the instance's role{f' {role}' if role else ''}"
    allows = f"{f'The role {role}' if role else 'The role'} must itself allow what the job does{_describe_copy(text)}: it has other permissions than the profile."
    title, url = f"Let the {job} use {known}", pages.EC2_ROLES
    steps = [
        f"Remove {removed}. Without a profile and keys, the AWS CLI and SDKs get the credentials of the role, and renew them."
    ]
    check: Labelled | None = Labelled.required(
        f"As the user of the job, this must print {f'the role {role}' if role else 'the role'}:",
        "env -u AWS_PROFILE aws sts get-caller-identity",
    )
    if role is None and case.context.runtime_kind == "ec2":
        steps.append("If the instance has no role, attach an instance profile first.")
    elif role is None:
        title, known, check, url = (
            f"Give the {job} credentials that renew themselves",
            "a role",
            None,
            _ROLES_ANYWHERE,
        )
        steps = [
            f"On AWS, use the role of the instance or container: remove {removed}. Elsewhere, use IAM Roles Anywhere, whose credential_process needs a certificate and no person.",
        ]
    return case.explain(
        f"{whose}{of_profile} has expired, and only a person can renew it. The {job} can use {known} instead. No permission is missing.",
        reported,
        UNATTENDED_SIGN_IN.cause("derived", f"The text shows a {job}."),
        topic=reported.code,
        remedies=your_remedy(
            title,
            *steps,
            allows,
            commands=(
                edit,
                check,
                Labelled.required("Until then, as the user of the job:", sign_in.commands[0]),
            ),
            url=url,
        ),
    )


def _describe_copy(text: str) -> str:
    """Return which permission the only copy to or from S3 in a text requires, to go on with it, or nothing."""
    needed = {
        f"{'s3:PutObject' if each['local'] else 's3:GetObject'} on arn:aws:s3:::{each['bucket']}/*"
        for each in _COPY.finditer(text)
    }
    return f", such as {needed.pop()}" if len(needed) == 1 else ""
