"""Renew the credentials of a session where they are from, and let it last longer."""

from __future__ import annotations

import re
from datetime import datetime

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._principals import IdentityCenterRole, Role
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.command_runs import selects_profile_itself
from iamtriage.explaining._context.readers.profiles import ListedKey, find_profile_sections
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.credentials import clocks, credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    find_key_of_call,
    find_listed_session,
    find_profile,
)
from iamtriage.explaining._rules.shared.kubernetes.clusters import set_variables_command
from iamtriage.explaining._rules.shared.messages.derived_actions import OTHER_OF_STS
from iamtriage.explaining._rules.shared.principals.principal_words import underlying_role
from iamtriage.explaining._rules.sts.session_durations import find_maximum
from iamtriage.failures._failures import Failure

_SECONDS = lazy_pattern(r"(?a)\d{3,5}")
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
_ISSUED_IN_JOB = lazy_pattern(rf"(?am){_TIME}(?:Authenticated as assumedRoleId|Assuming role )")
_LINE_TIME = lazy_pattern(_TIME, re.ASCII | re.MULTILINE)
_STEP = lazy_pattern(rf"(?am){_TIME}(?:##\[group\])?Run (?!aws-actions/)")
# A step that takes this part of a session leaves too little for new credentials to help.
_MOST = 0.9
_DURATION = lazy_pattern(r"(?a)\brole-duration-seconds: ?[\"']?(\d{3,5})\b")
_DEFAULT_DURATION = 3_600
# https://developer.hashicorp.com/terraform/language/state/locking
_AFTER_APPLY = "Then run the job again. The failed apply may have left the state locked (terraform force-unlock), and resources that the state lacks (terraform import)."
# Runtimes that no person signs in to.
_WORKLOADS = frozenset({"ecs", "eks-pod", "glue", "lambda", "sagemaker"})
_INSTANCE_ID = lazy_pattern(r"i-[0-9a-f]{8,17}")
_LATER_LOGIN = lazy_pattern(r"\baws (?:sso )?login\b")
# The operations that issue credentials to the caller.
_ISSUING = frozenset(
    {"assume-role", "assume-role-with-saml", "assume-role-with-web-identity", "get-session-token"}
)
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
    url=pages.GITLAB_OIDC,
)
_MFA = lazy_pattern(r"\bMFA\b|(?<![A-Za-z])mfa(?![A-Za-z])")


_SHOW_SOURCE = Labelled(
    "If the call still fails, this prints where its credentials are from:",
    "aws configure list --profile PROFILE",
)


def find_operation(case: Case[Failure]) -> str | None:
    """Return the operation that failed. Clients that name only STS assume a role, as other calls have commands of their own."""
    envelope = case.failure.envelope
    assumes = envelope.service == "sts" and OTHER_OF_STS.search(case.failure.text) is None
    return envelope.operation or ("AssumeRole" if assumes else None)


def renewal_remedy(case: Case[Failure], *, of_kubeconfig: bool = False) -> Remedy:
    """Return how to get new credentials where the text shows that the old ones are from, such as for a kubeconfig."""
    assumes, role = find_operation(case) == "AssumeRole", underlying_role(case.principal)
    called = case.context.command
    # This command does not use the role of a profile, either.
    is_direct = called is not None and called.words[:2] == ("sts", "assume-role")
    renew = (None if assumes else _issue_again_remedy(case)) or _runtime_remedy(case)
    renew = renew or (_RENEW_SOURCE if assumes and not (of_kubeconfig or is_direct) else None)
    if renew is not None:
        return renew
    profile = find_profile(case)
    section = next((each for each in find_profile_sections(case.failure.text) if each.name == profile), None)
    if isinstance(role, IdentityCenterRole):
        return credential_remedies.SSO_LOGIN
    key = find_key_of_call(case)
    if (key is not None and key.kind == "sso") or (section is not None and section.is_sso):
        sign_in = credential_remedies.SSO_LOGIN
        # Some programs prefer the keys of the credentials file to the sign-in.
        return attrs.evolve(sign_in, commands=(*sign_in.commands, _SHOW_SOURCE))
    if section is not None and "login_session" in section.settings:
        return credential_remedies.CONSOLE_LOGIN
    with_mfa = _MFA.search(case.failure.text) is not None
    if key is not None and key.file is not None and not with_mfa:
        return _replace_stored(key, key.file)
    again = None
    if find_listed_session(case.failure) is not None:
        again = commands.repeat_command(called) or "aws sts get-caller-identity"
        is_cli = again.startswith("aws ")
        again = f"{again} --profile PROFILE" if is_cli else f"AWS_PROFILE=PROFILE {again}"
    return credential_remedies.new_credentials(
        is_of_profile=selects_profile_itself(case.failure),
        with_mfa=with_mfa,
        again=again,
    )


def _replace_stored(key: ListedKey, file: str) -> Remedy:
    """Return how to replace temporary credentials in a file."""
    name = key.profile or "default"
    return remedies.your_remedy(
        f"Get new credentials, and delete the old ones from {file}",
        "Let what wrote them write new ones, such as the access portal, saml2aws or a script: all three values. Better, use a profile that refreshes its credentials itself.",
        commands=(
            Labelled.required(commands.DELETE_OLD.format(f"[{name}]"), commands.delete_section(name, file)),
            Labelled("With IAM Identity Center:", "aws configure sso"),
            Labelled("Or, with a console user:", "aws login"),
        ),
        url=pages.TEMPORARY_CREDENTIALS,
    )


def find_age_in_job(case: Case[Failure]) -> tuple[int, int] | None:
    """Return how old the credentials of a job were at least and how long they last, in seconds, if its log shows that they expired."""
    text, end = case.failure.text, case.failure.span[1]
    stated = _DURATION.search(text, 0, end)
    lasts = int(stated[1]) if stated else _DEFAULT_DURATION
    issued = [*_ISSUED_IN_JOB.finditer(text, 0, end)]
    if issued:
        age = _seconds_between(issued[-1], *_LINE_TIME.finditer(text, issued[-1].end(), end))
    else:
        age = ("role-to-assume" in text and clocks.find_run_time(text, case.failure.span[0])) or 0
    return (age, lasts) if age >= lasts else None


def _seconds_between(*lines: re.Match[str]) -> int:
    """Return how many seconds after the first line the last one is, or -1 if a time does not exist."""
    try:
        first, last = (datetime.fromisoformat(lines[at]["time"]) for at in (0, -1))
    except ValueError:
        return -1
    return int((last - first).total_seconds())


def _step_outlasts(case: Case[Failure], lasts: int) -> bool:
    """Return whether a job's step that began with new credentials failed only when these had expired."""
    text, start = case.failure.text, case.failure.span[0]
    issued, steps = [*_ISSUED_IN_JOB.finditer(text, 0, start)], [*_STEP.finditer(text, 0, start)]
    failed = [*_LINE_TIME.finditer(text, 0, case.failure.span[1])]
    if not (issued and steps and failed) or steps[-1].start() < issued[-1].start():
        return False
    return _seconds_between(steps[-1], failed[-1]) >= lasts * _MOST


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


def find_issuing_command(case: Case[Failure]) -> tuple[int, CommandLine] | None:
    """Return the command that issued the credentials of the call, and where it is, if the text shows it."""
    failed, start = case.context.command, case.failure.span[0]
    if failed is not None and failed.words[:1] != ("sts",) and failed.option("profile") is not None:
        # The profile has other credentials.
        return None
    shown = [
        (at, each)
        for at, each in find_commands(case.failure.text, max(start - CHARS_BEFORE, 0), start)
        if each.words[:1] == ("sts",) and not _ISSUING.isdisjoint(each.words[1:2])
    ]
    if not shown or _LATER_LOGIN.search(case.failure.text, shown[-1][0], start):
        return None
    return shown[-1]


def find_duration(case: Case[Failure]) -> int | None:
    """Return for how many seconds a command issued the credentials of the call, if it states that."""
    issued = find_issuing_command(case)
    stated = None if issued is None else issued[1].option("duration-seconds")
    return int(stated.value) if stated is not None and _SECONDS.fullmatch(stated.value) else None


def _issue_again_remedy(case: Case[Failure]) -> Remedy | None:
    """Return how to get new credentials from the command that issued the expired ones, if the text shows it."""
    _, issuing = find_issuing_command(case) or (0, None)
    if issuing is None or "-with-" in issuing.words[1]:
        return None
    call, role = issuing.words[1], issuing.option("role-arn")
    longer = (
        f"{'Or pass a longer' if find_duration(case) else 'To get longer sessions, pass'} --duration-seconds"
    )
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
        commands=(commands.repeat_command(issuing, "sts", call), show),
        url=pages.SESSION_DURATION,
    )


def _runtime_remedy(case: Case[Failure]) -> Remedy | None:
    """Return how to get new credentials where the text shows that the call ran, if no person signs in there."""
    runtime, listed = case.context.runtime, find_listed_session(case.failure)
    if listed is not None and listed[1] and runtime is not None and runtime.kind == "eks-pod":
        variables = "AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY- AWS_SESSION_TOKEN-"
        return attrs.evolve(_sdk_remedy(runtime.caller), commands=(set_variables_command(case, variables),))
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


def _job_remedy(case: Case[Failure], renew: str, duration: str) -> Remedy:
    role, stated = underlying_role(case.principal), case.context.role_arn
    name = role.name if role is not None else stated.value.rpartition("/")[2] if stated is not None else None
    text = case.failure.text
    shown = (each for _, each in find_commands(text, 0, len(text)) if each.words == ("iam", "get-role"))
    name = name or only_one({named.value for each in shown if (named := each.option("role-name"))})
    step = f"If the job takes longer than the credentials last, set {duration}. An administrator can raise the role's maximum session duration with the command, to at most 12 hours (43200). Split a job that takes longer."
    seconds, aged = 43_200, find_age_in_job(case)
    if (
        aged is not None
        and (needed := max(2 * aged[1], _DEFAULT_DURATION * (aged[0] // 3_000 + 1))) <= seconds
    ):
        # With time to spare: ten minutes of each hour.
        seconds = needed
        step = f"Or let them last longer: an administrator raises the role's maximum session duration with the command, then set {duration} to {seconds}. Without the first, STS rejects the second."
    # A permission set has the duration of its roles.
    line = None if isinstance(role, IdentityCenterRole) else raise_maximum_command(name, seconds)
    maximum = find_maximum(case.text) or 0
    # A wait of Terraform is part of one step, and cannot be split.
    waited = (" elapsed]" in text and clocks.find_run_time(text, case.failure.span[0])) or 0
    is_one_wait = aged is not None and waited >= aged[1] * _MOST
    is_allowed, outlasts = (
        seconds <= maximum,
        is_one_wait or (aged is not None and _step_outlasts(case, aged[1])),
    )
    if aged is not None and (outlasts or (is_allowed and line is not None)):
        allowed = "An administrator raises the role's maximum session duration, to at most 12 hours, with the command first: without that, STS rejects the longer session."
        if is_allowed:
            allowed = f"The role's maximum session duration already allows it ({maximum} seconds): that is a limit, and not the default, which is one hour."
        again = f"Or get new credentials right before the call. {renew}"
        if outlasts:
            sync = " aws s3 sync skips what is there already." if "s3 sync" in case.text else ""
            again = f"Or split the step, which takes longer than the credentials last, and get new credentials before each part.{sync}"
        return remedies.your_remedy(
            f"Request a longer session: set {duration} to {seconds}",
            *(allowed if is_allowed or line is not None else None, None if is_one_wait else again),
            _AFTER_APPLY if "terraform apply" in case.text else None,
            commands=None if is_allowed else line,
            manifest=_write_step(case, f"role-duration-seconds: {seconds}"),
            url=pages.SESSION_DURATION,
        )
    longer = (f"# role-duration-seconds: {seconds}",) if line and seconds < 43_200 else ()
    workflow = _write_step(case, *longer)
    return remedies.your_remedy(
        "Get new credentials in the job, right before the call",
        *(renew, step),
        commands=Labelled("For longer sessions, as an administrator:", line) if line and workflow else line,
        manifest=workflow,
        url=pages.SESSION_DURATION,
    )


def _write_step(case: Case[Failure], *settings: str) -> str | None:
    """Return the step of a workflow that gets credentials, if the text shows the role of the action."""
    role, text = case.context.role_arn, case.failure.text
    if role is None or case.context.runtime_kind != "github-actions" or "role-to-assume" not in text:
        return None
    return credential_remedies.write_action(text, *settings).replace("ROLE_ARN", commands.arn(role.value))


def raise_maximum_command(role: str | None, seconds: int) -> str:
    """Return the command that sets the maximum duration of the sessions of a role."""
    return f"aws iam update-role --role-name {commands.role_name(role)} --max-session-duration {seconds}"


def remedy_of_token(case: Case[Failure]) -> Remedy | None:
    """Return how a job of a CI system assumes a role before its web identity token expires, if the text shows the job."""
    kind = case.context.runtime_kind
    if kind == "github-actions":
        return _job_remedy(case, *JOB_STEPS[kind])
    return _FIRST_STEP if kind == "gitlab" else None


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
        commands=raise_maximum_command(None if role is None else role.name, 43_200),
        url=pages.SESSION_DURATION,
    )
