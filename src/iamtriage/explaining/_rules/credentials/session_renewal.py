"""Renew the credentials of a session where they are from, let it last longer, and explain the limit of role chaining.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining and
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.arns._principals import IdentityCenterRole, Role
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._rules.shared import clocks, commands, credential_remedies, pages, remedies
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_arn, underlying_role
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.values import CommandLine
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import ExpiredCredentials, Failure

# How jobs of CI systems get credentials, and what sets how long those last.
JOB_STEPS = {
    "github-actions": (
        "Run aws-actions/configure-aws-credentials again before the step that failed.",
        "role-duration-seconds of the action",
    ),
    "gitlab": (
        "Assume the role in the job that failed, with an ID token of this job: a token of an earlier job has expired.",
        "--duration-seconds of aws sts assume-role-with-web-identity",
    ),
    "jenkins": (
        "Wrap the step that failed in withAWS or withCredentials again, so that it assumes the role again.",
        "duration in withAWS",
    ),
    "codebuild": (
        "Remove copied keys: CodeBuild refreshes the credentials of its service role. Assume other roles again.",
        "--duration-seconds of aws sts assume-role",
    ),
}
# The number of characters before the failure to search for the command that issued the credentials.
CHARS_BEFORE = 4_000
# When a job of GitHub Actions got its credentials, and the time of a line: logs have it in UTC.
_TIME = r"^(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z "
_ISSUED_IN_JOB = lazy_pattern(
    rf"{_TIME}(?:Authenticated as assumedRoleId|Assuming role )", re.ASCII | re.MULTILINE
)
_LINE_TIME = lazy_pattern(_TIME, re.ASCII | re.MULTILINE)
_DURATION = lazy_pattern(r"\brole-duration-seconds: ?[\"']?(\d{3,5})\b", re.ASCII)
_DEFAULT_DURATION = 3_600
# Runtimes that no person signs in to.
_WORKLOADS = frozenset({"ecs", "eks-pod", "glue", "lambda", "sagemaker"})
_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}")
_LATER_LOGIN = lazy_pattern(r"\baws (?:sso )?login\b")
# The operations that issue credentials to the caller.
_ISSUING = (("assume-role",), ("get-session-token",))
_RENEW_SOURCE = remedies.your_remedy(
    "Renew the credentials that are used to assume the role",
    "They belong to the profile in source_profile, which the first command prints. Without a source_profile, they are from credential_source or the environment.",
    "Sign in with that profile: aws sso login for IAM Identity Center, aws login for a console user. Then retry the call.",
    commands=("aws configure get source_profile --profile PROFILE", "aws sso login --profile SOURCE_PROFILE"),
    url=pages.CLI_ROLES,
)
# https://docs.gitlab.com/ci/secrets/id_token_authentication/: a job's timeout sets when its tokens expire.
_FIRST_STEP = remedies.your_remedy(
    "Assume the role at the start of the job, or run the call in a separate job",
    "GitLab issues the ID token when the job starts and does not renew it. Another job, or a retry of this one, gets a new token.",
    "In one job, assume the role in before_script with the command, and export the three values that it prints. ID_TOKEN is the name of the token under id_tokens. The role's maximum session duration must allow --duration-seconds.",
    "Or raise timeout of the job in .gitlab-ci.yml: the token is valid for that long.",
    commands='aws sts assume-role-with-web-identity --role-arn ROLE_ARN --role-session-name gitlab --web-identity-token "$ID_TOKEN" --duration-seconds 7200',
    url="https://docs.gitlab.com/ci/cloud_services/aws/",
)


def renewal_remedy(case: Case[ExpiredCredentials], issued: re.Match[str] | None) -> Remedy:
    """Return how to get new credentials where the text shows that the old ones are from."""
    operation, role = case.failure.envelope.operation, underlying_role(case.principal)
    renew = None if operation == "AssumeRole" else _issue_again_remedy(case, issued)
    renew = renew or _runtime_remedy(case) or (_RENEW_SOURCE if operation == "AssumeRole" else None)
    if renew is None and isinstance(role, IdentityCenterRole):
        return credential_remedies.SSO_LOGIN
    return renew or credential_remedies.new_credentials(case.failure)


def find_age_in_job(case: Case[ExpiredCredentials]) -> tuple[int, int] | None:
    """Return how old the credentials of a job were at least and how long they last, in seconds, if its log shows that they expired."""
    text, end = case.failure.text, case.failure.span[1]
    stated = _DURATION.search(text, 0, end)
    lasts = int(stated[1]) if stated else _DEFAULT_DURATION
    issued = [*_ISSUED_IN_JOB.finditer(text, 0, end)]
    if not issued:
        age = clocks.find_run_time(text, case.failure.span[0]) or 0
        return (age, lasts) if age >= lasts and "role-to-assume" in text else None
    used = [*_LINE_TIME.finditer(text, issued[-1].end(), end)]
    try:
        times = [datetime.fromisoformat(each["time"]) for each in (issued[-1], *used[-1:])]
    except ValueError:
        return None
    age = int((times[-1] - times[0]).total_seconds())
    return (age, lasts) if age >= lasts else None


def remedies_of_run(role: Role | None, source: str | None) -> tuple[Remedy, ...]:
    """Return how to keep credentials valid for as long as a program runs, with the SDK that printed the error."""
    # The first step is about profiles, which the AWS CLI uses, too.
    provider = None if source == "botocore" else credential_remedies.REFRESHING_PROVIDERS.get(source or "")
    return (
        remedies.your_remedy(
            f"Let the SDK refresh the credentials{f', with {provider}' if provider else ''}",
            "Use a profile with role_arn and source_profile or credential_source, and create clients without keys.",
            "On EC2, ECS, Lambda and in pods, set no keys: the SDK uses the role and refreshes its credentials.",
            "In a long-running program, create a new client when a call reports expired credentials.",
            url=pages.CLI_ROLES,
        ),
        _session_duration_remedy(role),
    )


def find_issuing_command(case: Case[ExpiredCredentials]) -> tuple[int, CommandLine] | None:
    """Return the command that issued the credentials of the call, and where it is, if the text shows it."""
    failed, start = case.context.command, case.failure.span[0]
    if failed is not None and failed.words[:1] != ("sts",) and failed.option("profile") is not None:
        # The profile has other credentials.
        return None
    shown = [
        (at, each)
        for at, each in find_commands(case.failure.text, max(start - CHARS_BEFORE, 0), start)
        if each.words[:1] == ("sts",) and each.words[1:2] in _ISSUING
    ]
    if not shown or _LATER_LOGIN.search(case.failure.text, shown[-1][0], start):
        return None
    return shown[-1]


def _issue_again_remedy(case: Case[ExpiredCredentials], issued: re.Match[str] | None) -> Remedy | None:
    """Return how to get new credentials from the command that issued the expired ones, if the text shows it."""
    issued_by = find_issuing_command(case)
    if issued_by is None:
        return None
    issuing = issued_by[1]
    call, role = issuing.words[1], issuing.option("role-arn")
    longer = f"{'Or pass a longer' if issued else 'To get longer sessions, pass'} --duration-seconds"
    limit = "The role's maximum session duration must allow it, and with role chaining, the limit is 3600."
    if call == "get-session-token":
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
        longer, limit = f"{longer}, for a user at most 129600", ""
    show = None
    if role is not None and call == "assume-role":
        name = commands.role_name(role.value.rpartition("/")[2])
        show = f"aws iam get-role --role-name {name} --query Role.MaxSessionDuration"
    return remedies.your_remedy(
        f"Get new credentials with aws sts {call}",
        "Run the same command again right before the call, and export all three values.",
        f"{longer}. {limit}".rstrip(),
        commands=(repeat_command(issuing, "sts", call), show),
        url=pages.SESSION_DURATION,
    )


def _runtime_remedy(case: Case[ExpiredCredentials]) -> Remedy | None:
    """Return how to get new credentials where the text shows that the call ran, if no person signs in there."""
    runtime = case.context.runtime
    session = getattr(case.principal, "session_name", "")
    if runtime is None and _INSTANCE_ID.fullmatch(session):
        return _sdk_remedy("the role of the EC2 instance")
    if runtime is None or runtime.kind == "cloudshell":
        return None
    if runtime.kind in JOB_STEPS:
        renew, duration = JOB_STEPS[runtime.kind]
        return _job_remedy(case, renew, duration)
    return _sdk_remedy(runtime.caller)


def remedy_of_workload(case: Case[Failure]) -> tuple[Remedy, ...]:
    """Return how to use the role of a program that no person signs in for, if the text shows where it ran."""
    runtime = case.context.runtime
    return () if runtime is None or runtime.kind not in _WORKLOADS else (_sdk_remedy(runtime.caller),)


def _job_remedy(case: Case[ExpiredCredentials], renew: str, duration: str) -> Remedy:
    role, stated = underlying_role(case.principal), case.context.role_arn
    name = role.name if role is not None else stated.value.rpartition("/")[2] if stated is not None else None
    step = f"If the job takes longer than the credentials last, set {duration}. An administrator can raise the role's maximum session duration with the command, to at most 12 hours (43200). Split a job that takes longer."
    seconds, aged = 43_200, find_age_in_job(case)
    if aged is not None and (needed := max(2 * aged[1], _HOUR * (aged[0] // 3_000 + 1))) <= seconds:
        # With time to spare: ten minutes of each hour.
        seconds = needed
        step = f"Or let them last longer: an administrator raises the role's maximum session duration with the command, then set {duration} to {seconds}. Without the first, STS refuses the second."
    # A permission set has the duration of its roles.
    line = None if isinstance(role, IdentityCenterRole) else _raise_maximum_command(name, seconds)
    return remedies.your_remedy(
        "Get new credentials in the job, right before the call",
        *(renew, step),
        commands=line,
        url=pages.SESSION_DURATION,
    )


def _raise_maximum_command(role: str | None, seconds: int) -> str:
    return f"aws iam update-role --role-name {commands.role_name(role)} --max-session-duration {seconds}"


def remedy_of_token(case: Case[ExpiredCredentials]) -> Remedy | None:
    """Return how a job of a CI system assumes a role before its web identity token expires, if the text shows the job."""
    runtime = case.context.runtime
    if runtime is not None and runtime.kind == "github-actions":
        return _job_remedy(case, *JOB_STEPS[runtime.kind])
    return _FIRST_STEP if runtime is not None and runtime.kind == "gitlab" else None


def _sdk_remedy(role: str) -> Remedy:
    return remedies.your_remedy(
        f"Let the SDK use {role}, which it refreshes automatically",
        "Remove access keys, session tokens and AWS_PROFILE from the code, the environment variables and the configuration: with them, the SDK does not use the role.",
        "Create the client without credentials, so that the SDK refreshes them.",
        commands="env | grep -o -e AWS_ACCESS_KEY_ID -e AWS_SESSION_TOKEN -e AWS_PROFILE",
        url=pages.CLI_ROLES,
    )


def _session_duration_remedy(role: Role | None) -> Remedy:
    if isinstance(role, IdentityCenterRole):
        return remedies.organization_remedy(
            "Increase the permission set's session duration",
            "The permission set defines how long the role's sessions last, up to 12 hours.",
            "How long a sign-in lasts is a setting of the Identity Center instance.",
            commands="aws sso-admin update-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --session-duration PT8H",
            url=pages.PERMISSION_SETS,
        )
    return remedies.account_remedy(
        "Increase the role's session duration",
        "Raise the role's maximum, up to 12 hours, and request it with --duration-seconds.",
        "Sessions from role chaining stay limited to one hour.",
        commands=_raise_maximum_command(None if role is None else role.name, 43_200),
        url=pages.SESSION_DURATION,
    )


ROLE_CHAINING = CauseType(
    "role-chaining",
    title="The session is from role chaining, which limits sessions to one hour",
    fix="Use a profile that assumes the role, or assume it again every hour.",
    recognised_by="The text shows that the session of a role assumes another role.",
    of="expired-session",
)
_HOUR = 3600
_SESSION = lazy_pattern(r":assumed-role/(?P<role>[\w+=,.@-]{1,64})/(?P<session>[\w+=,.@-]{2,64})", re.ASCII)
# The time at the start of a line, in the brackets of some loggers.
_TIME_OF_DAY = lazy_pattern(
    r"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?(?P<time>[0-2]\d:[0-5]\d:[0-5]\d)(?!\d)", re.ASCII
)
# The session names of EC2 instances and ECS tasks.
_SOURCES = (
    (lazy_pattern(r"i-[0-9a-f]{8,17}"), "Ec2InstanceMetadata"),
    (lazy_pattern(r"[0-9a-f]{32}"), "EcsContainer"),
)
_PROFILE = lazy_pattern(r"[A-Za-z][\w.-]{0,63}", re.ASCII)


_ARN = r"arn:aws[a-z-]{0,12}:iam::\d{12}:role/[\w+=,.@/-]{1,200}"
_CODE = lazy_pattern(
    rf"\b(?i:assume_?role)(?:Command|Request|Input|Async)?\b[^;]{{0,300}}?\b(?i:role_?arn)[\"']?\s?(?:=>?|:|\()\s?(?:aws\.String\()?[\"'](?P<arn>{_ARN})[\"']",
    re.ASCII,
)
_CHAIN_LIMIT = "1 hour session limit for roles assumed by role chaining"
# What a machine or a container runs with, by the words for it.
_OWN_ROLE = lazy_pattern(
    rf"\b(?P<kind>instance|EC2|task|ECS)(?:'s)? role\b(?:[ :=(\"']{{1,4}}(?:(?:is|named|of the (?:host|box|task)) )?(?P<arn>{_ARN}))?",
    re.ASCII,
)
_SOURCE_OF_KIND = {"instance": "Ec2InstanceMetadata", "EC2": "Ec2InstanceMetadata"}
_OWN_DURATION = lazy_pattern(
    r"\b(?:DurationSeconds|durationSeconds|duration_seconds)[\"']?\s?(?:=>?|:)\s?(?!3600\b)(?P<seconds>\d{3,5})\b"
)


class RoleChain(NamedTuple):
    """A role whose session assumed another role with a command or in code, and the times in the log."""

    source: str | None
    session: str
    role: str
    command: CommandLine | None
    issued: str | None
    failed: str | None
    setting: str | None = None


def _find_chain_in_code(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain of code that assumes a role, if the text says that a role runs it, or STS reports the chain."""
    text = case.failure.text
    assumed = {each["arn"] for each in _CODE.finditer(text)}
    own, duration = _OWN_ROLE.search(text), _OWN_DURATION.search(text)
    if duration is not None and int(duration["seconds"]) < _HOUR:
        return None
    if len(assumed) != 1 or (own is None and _CHAIN_LIMIT not in text):
        return None
    setting = None if own is None else _SOURCE_OF_KIND.get(own["kind"], "EcsContainer")
    source = own["arn"].rpartition("/")[2].rstrip(".,") if own is not None and own["arn"] else None
    return RoleChain(source, "", assumed.pop(), None, None, None, setting)


def _find_chain(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain that issued the credentials of the call, if the text shows both of its roles."""
    text, start = case.failure.text, case.failure.span[0]
    issued = find_issuing_command(case)
    if case.failure.envelope.operation == "AssumeRole":
        return None
    if issued is None:
        return _find_chain_in_code(case)
    at, command = issued
    target, seconds = command.option("role-arn"), command.option("duration-seconds")
    arn = try_parse_arn(target.value) if target is not None else None
    is_hour = seconds is None or seconds.value == str(_HOUR)
    # Another profile has other credentials than the session that the text shows.
    is_same = command.words[1] == "assume-role" and command.option("profile") is None
    if arn is None or not is_same or not is_hour:
        return None
    sessions = list(_SESSION.finditer(text, max(at - CHARS_BEFORE, 0), at))
    caller = underlying_role(case.principal)
    name = str(arn).rpartition("/")[2]
    if not sessions or sessions[-1]["role"] == name or (caller is not None and caller.name != name):
        return None
    times = [_TIME_OF_DAY.match(text, text.rfind("\n", 0, each) + 1) for each in (at, max(start, at))]
    stated = [each and each["time"] for each in times]
    return RoleChain(sessions[-1]["role"], sessions[-1]["session"], str(arn), command, stated[0], stated[1])


def explain_chain(case: Case[ExpiredCredentials], expired: Cause) -> Explanation | None:
    """Explain an expired session from role chaining, or return ``None`` if the text does not show both roles."""
    chain = _find_chain(case)
    if chain is None:
        return None
    times = (
        f" at {chain.issued}, and the call failed at {chain.failed}" if chain.issued and chain.failed else ""
    )
    name = chain.role.rpartition("/")[2]
    by = f"the role {chain.source}" if chain.source else "another role"
    because = f"{capitalize_start(by)} assumes {name}."
    if chain.command is not None:
        session = quote_words(f":assumed-role/{chain.source}/{chain.session}")
        because = (
            f"The text shows {session} before the command that assumes {name}, so a role assumed the role."
        )
    elif _CHAIN_LIMIT in case.failure.text:
        because = f'STS says "{_CHAIN_LIMIT}".'
    return case.explain(
        f"The session of the role {name} expired after one hour, the limit of role chaining: {by} assumed it{times}. No permission is missing.",
        expired,
        ROLE_CHAINING.cause("derived", because),
        remedies=_chain_remedy(case, chain, name),
    )


def _chain_remedy(case: Case[ExpiredCredentials], chain: RoleChain, name: str) -> Remedy:
    kind = getattr(case.context.runtime, "kind", None)
    source = next((setting for pattern, setting in _SOURCES if pattern.fullmatch(chain.session)), None)
    source = chain.setting or source or {"ec2": "Ec2InstanceMetadata", "ecs": "EcsContainer"}.get(kind or "")
    profile = name if _PROFILE.fullmatch(name) else "assumed"
    configure = f"aws configure set {{}} {{}} --profile {profile}"
    external = None if chain.command is None else chain.command.option("external-id")
    setting = ("credential_source", source) if source else ("source_profile", "SOURCE_PROFILE")
    of_source = (
        ""
        if source
        else f" SOURCE_PROFILE is a profile with the credentials of {chain.source or 'the first role'}."
    )
    lines = (
        fill_command(configure, "role_arn", commands.arn(chain.role, "ROLE_ARN")),
        fill_command(configure, *setting),
        None if external is None else fill_command(configure, "external_id", external.value),
    )
    if chain.command is None:
        own = _OWN_DURATION.search(case.failure.text)
        python = f'boto3.Session(profile_name="{profile}").client(…)' if "boto" in case.failure.text else None
        return remedies.your_remedy(
            "Let the SDK assume the role: it then refreshes the session",
            f"Nothing refreshes keys that code passes to a client. Create the client with the profile {profile} instead{f' ({python})' if python else ''}: the SDK assumes the role again before the session expires.{of_source}",
            f"{f'Remove {own[0]}. ' if own else ''}No setting raises the limit: with role chaining, STS rejects more than 3600 seconds, whatever the role's maximum session duration is.",
            f"Or avoid the chain: let {chain.source or 'the first role'} call the service itself, which a resource policy of the other account must allow, such as a bucket policy.",
            commands=remedies.present(*lines),
            url=pages.CLI_ROLES,
        )
    return remedies.your_remedy(
        "Let the AWS CLI or SDK assume the role: it then refreshes the session",
        f"Nothing refreshes keys in environment variables, and they take precedence over AWS_PROFILE: unset them. With the profile, each program assumes the role and renews the session.{of_source}",
        "A longer --duration-seconds or maximum session duration does not help: with role chaining, STS rejects more than 3600.",
        "Or assume the role again before each part of the work, or without chaining, such as with the ID token (OIDC) of a CI job, for up to the role's maximum session duration.",
        commands=remedies.present(
            *lines,
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            f"export AWS_PROFILE={profile}",
            repeat_command(case.context.command),
        ),
        url=pages.CLI_ROLES,
    )
