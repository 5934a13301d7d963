"""Explain that a source of credentials returned some that had expired already.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern, only_one, search_last
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.readers.runtimes import search_present
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads.instance_profiles import UNUSABLE_INSTANCE_ROLE
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import clock_remedies, clocks
from iamtriage.explaining._rules.shared.credentials.credential_remedies import WINDOWS
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_key_of_call, find_profile
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import ExpiredCredentials

_PHRASES = (
    "refreshed credentials are still expired",
    "retrieved credentials have already expired",
    "credential_process returned expired credentials",
)
STILL_EXPIRED = lazy_pattern("|".join(_PHRASES))
"""How SDKs say that the source returned credentials that are expired, too."""
# The profile in the message of the SDK for JavaScript.
_OF_PROFILE = lazy_pattern(r"\b(?:Profile (?P<profile>\S{1,64}) )?credential_process returned expired")
# Both times in the message of the SDK for .NET.
_STATED_END = lazy_pattern(
    r"already expired: Now = (?P<now>\d[\w/:. -]{6,28}\w), Credentials expiration = (?P<end>\d[\w/:.-]{4,19}\w(?: [\d:.]{3,11}\d(?: [AP]M)?)?)"
)
_EC2_PROMPT = lazy_pattern(
    r"\bEC2AMAZ-|InstanceProfileAWSCredentials|\b(?:ec2-user|ubuntu|admin)@ip-\d|169\.254\.169\.254|InstanceMetadata|\bi-[0-9a-f]{8,17}\b"
)
_PLAIN_WORD = lazy_pattern(r"(?a)[\w./:=@,+-]{1,200}")
# The output has the secrets, too.
_ONLY_EXPIRATION = """ | grep -o '"Expiration" *: *"[^"]*"'"""
_CONTAINER_SIGN = lazy_pattern(
    r"(?a)AWS_CONTAINER_CREDENTIALS_(?P<kind>RELATIVE|FULL)_URI|169\.254\.170\.(?:2|23)(?!\d)"
)
_OF_TASK = 'curl -s "169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"'
_OF_POD = 'curl -s "$AWS_CONTAINER_CREDENTIALS_FULL_URI" -H "Authorization: $(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")"'
_OF_CUSTOM_PROCESS = (
    "If python3 prints custom-process, the output of credential_process must have a future Expiration."
)
_OF_CONTAINER = " If it prints container-role, replace the task or pod."
_ELSEWHERE = "If the metadata does not answer, the program is not on EC2. Look at the Expiration in the output of credential_process, or replace the task or pod."
_AHEAD = "The clock of the machine is ahead, so new credentials look expired."
_RESTART = "Then restart the program: it keeps what it got."
_COMPARE_CLOCK = (
    "date -u",
    clock_remedies.AWS_TIME,
    Labelled.required(
        "If the time of AWS, which curl prints, is earlier, correct the clock, and restart the program:",
        "sudo chronyc makestep",
    ),
)
_CLOCK_OF_WINDOWS = (
    "w32tm /query /status",
    Labelled.required(
        "If the clock is ahead, as administrator, and then restart the program:", "w32tm /resync"
    ),
)
SOURCE_RETURNS_EXPIRED = CauseType(
    "source-returns-expired",
    title="The credential source returns expired credentials",
    text="The SDK got new credentials from their source, and by the machine's clock they have expired.",
    recognised_by="The SDK says that the refreshed or retrieved credentials, or those of credential_process, have expired already.",
    fix="Check the clock, then the Expiration that the source returns: instance metadata, container metadata or a credential process.",
    sources=(pages.EC2_METADATA_CREDENTIALS,),
)
STALE_METADATA = CauseType(
    "stale-metadata",
    title="The metadata service returns old credentials",
    text="The metadata service has only old credentials. The role of the instance profile was deleted, re-created or no longer trusts EC2.",
    fix="Check the Code and Expiration in the metadata, and the instance profile with its role.",
    recognised_by="The instance metadata in the text has the code AssumeRoleUnauthorizedAccess or InstanceProfileNotFound.",
    sign=UNUSABLE_INSTANCE_ROLE,
    remedy="Check the instance profile",
    of="source-returns-expired",
)
CACHED_BY_PROCESS = CauseType(
    "process-returns-cached",
    title="The credential process returns a session from its cache",
    text="The credential process returns an old session from its cache.",
    fix="Run the command in credential_process, and compare Expiration with the time. Delete its cache, or sign in again to the system behind it.",
    of="source-returns-expired",
)
# What the source printed about the session, next to its name or address.
_END = lazy_pattern(
    r"(?a)\bExpiration\b[^\n]{0,160}?(?:\n[^\n]{0,4})?(?P<time>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)"
)
# A query of the end and date in one line, which print a line each.
_END_AND_TIME = lazy_pattern(
    r"\bExpiration\b[^\n]{0,40};[ \t]{0,4}date\b[^\n]{0,40}\n(?P<end>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)\s{1,4}(?P<now>20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
)
_ADDRESS = r"(?:169\.254\.1(?:69|70)\.|AWS_CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI)"
_PROMPT = lazy_pattern(r"(?m)^[^\n\"{}]{0,60}[$#%>] ")
_CHARS_OF_COMMAND = 600
# A clock with the local time in place of UTC is ahead by no more.
_MAX_AHEAD = 14 * 3600
# A file of which the option or the path says that it is a cache.
_CACHE_FILE = lazy_pattern(
    r"(?a)(?i:(?<=\s)--?[\w-]{0,30}cache[\w-]{0,20}[ =](?=[/~])|(?<=\s)(?=[/~][\w./-]{0,200}cache))(?P<path>[/~][\w./-]{1,200}\.\w{2,8})(?=\s|\Z)"
)
# Without the file, such a process returns nothing.
_PRINTS_FILE = lazy_pattern(r"[\"']?(?:/(?:usr/)?bin/)?(?:cat|head|jq|type)\s")


def _find_past_end(text: str, source: str) -> tuple[str, bool]:
    """Return the Expiration that a source with this pattern printed, with the time of the machine, if that is later.

    Hardly any clock is ahead by so much if the second value is true.
    """
    if (stated := _STATED_END.search(text)) is not None:
        return f"they ended at {stated['end']}, and the machine's clock showed {stated['now']}", False
    now = clocks.find_machine_time(text)
    called = lazy_pattern(rf"(?m)^(?![^\n]{{0,80}}credential_process)[^\n]{{0,400}}{source}[^\n]{{0,400}}")
    ends = {each["time"] for each in _END.finditer(text) if _is_output(text, each, called)}
    end = only_one(ends)
    if (both := _END_AND_TIME.search(text)) is not None and _is_output(text, both, called):
        end, now = both["end"], clocks.parse_time(both["now"])
    if now is None or end is None or (ended := clocks.parse_time(end)) is None or ended >= now:
        return "", False
    words = f"Expiration is {end}, and date prints {now:%Y-%m-%dT%H:%M:%SZ}"
    return words, (now - ended).total_seconds() > _MAX_AHEAD


def _is_output(text: str, found: re.Match[str], called: re.Pattern[str]) -> bool:
    """Return whether the last command before the end of a match is one of those that a pattern finds."""
    low = max(found.start() - _CHARS_OF_COMMAND, 0)
    last = search_last(called, text[low : found.end()])
    return last is not None and _PROMPT.search(text, low + last.end(), found.end()) is None


def _find_process(case: Case[ExpiredCredentials], message: str) -> tuple[str | None, str] | None:
    """Return the profile whose ``credential_process`` the call uses, and its command if the text contains it."""
    named = _OF_PROFILE.search(message)
    profile = (named and named["profile"]) or find_profile(case)
    found = [
        (each.name, each.settings["credential_process"])
        for each in find_profile_sections(case.failure.text)
        if each.settings.get("credential_process") and profile in {None, each.name}
    ]
    return only_one(found) or ((profile, "") if named else None)


class _Source(NamedTuple):
    """A source of credentials, and what shows what it returns."""

    described: str
    cause: Cause
    check: str
    commands: tuple[str, ...]
    url: str = pages.EC2_METADATA_CREDENTIALS
    title: str = "Check the clock, then the Expiration that the credential source returns"
    others: tuple[Remedy, ...] = ()


def describe_process(case: Case[ExpiredCredentials], profile: str | None) -> _Source:
    """Return the ``credential_process`` of a profile, or of default, and how to check it."""
    sections = find_profile_sections(case.failure.text)
    shown = (
        each.settings.get("credential_process") for each in sections if each.name == (profile or "default")
    )
    is_windows = WINDOWS.search(case.text) is not None
    return _describe_process(profile, next(filter(None, shown), ""), is_windows=is_windows)


def process_remedy(case: Case[ExpiredCredentials]) -> Remedy | None:
    """Return how to check the process that returned the credentials of the call, if ``aws configure list`` shows one."""
    key = find_key_of_call(case)
    if key is None or key.kind != "custom-process":
        return None
    source = describe_process(case, key.profile)
    return your_remedy(source.title, source.check, commands=source.commands, url=source.url)


def _describe_process(profile: str | None, command: str, *, is_windows: bool) -> _Source:
    words = command.split()
    # Other words are a script, whose first word says little.
    name = clip_text(words[0]) if words and all(map(_PLAIN_WORD.fullmatch, words)) else ""
    show = "aws configure get credential_process"
    show = show if profile is None else commands.fill_command(f"{show} --profile {{}}", profile)
    # The reader's own config file names the program to run, not a text from anywhere.
    run = Labelled.required("As the same user as the program:", f'sh -c "$({show})"{_ONLY_EXPIRATION}')
    if is_windows:
        run = Labelled.required("As the same user as the program, run what this prints:", show)
    return _Source(
        f"credential process{name and f' {name}'}{'' if profile is None else f' of the profile {clip_text(profile)}'}",
        CACHED_BY_PROCESS.cause(),
        "Expiration is in UTC: if it is in the past, delete the cache of the process, or sign in again to the system behind it.",
        (run,),
        pages.CLI_PROCESS,
        f"Run {name or 'the credential process'}, and compare its Expiration with the clock",
    )


def _describe_endpoint(found: re.Match[str]) -> _Source:
    is_ecs = found["kind"] == "RELATIVE" or found[0].endswith(".2")
    return _Source(
        "credential endpoint of the container",
        STALE_METADATA.cause(text="The credential endpoint of the container has only old credentials."),
        f"Expiration is in UTC: if it is in the past, replace the {'task' if is_ecs else 'pod'} and look at the log of the agent on its node.",
        (Labelled.required("In the container:", f"{_OF_TASK if is_ecs else _OF_POD}{_ONLY_EXPIRATION}"),),
        pages.ECS_TASK_ROLE if is_ecs else pages.EKS_POD_IDENTITY,
    )


def _describe_unknown(case: Case[ExpiredCredentials], *, is_python: bool, is_windows: bool) -> _Source:
    described, cause, check = "credential source", STALE_METADATA.cause(), _RESTART
    is_on_ec2 = search_present(_EC2_PROMPT, case.text) is not None
    if is_on_ec2:
        described += ", such as the instance metadata service,"
        if cached_pattern(UNUSABLE_INSTANCE_ROLE).search(case.text) is None:
            cause = STALE_METADATA.cause(text=_OLD_ON_INSTANCE)
    first, *rest = _METADATA_OF_WINDOWS if is_windows else _METADATA
    where = "If it prints iam-role" if is_python else "On EC2"
    lines = (
        Labelled.required(f"{where}, this must print Code Success and a future Expiration:", first),
        *rest,
    )
    if is_python:
        check = f"{_OF_CUSTOM_PROCESS}{'' if is_on_ec2 else _OF_CONTAINER}"
        lines = (_SHOW_SOURCE, *lines)
    elif not is_on_ec2:
        check = f"{_ELSEWHERE} {_RESTART}"
    return _Source(described, cause, check, lines, others=(_INSTANCE_PROFILE,))


def explain_expired_source(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a credential source returned credentials that have expired already."""
    process, container = _find_process(case, message), search_present(_CONTAINER_SIGN, case.text)
    is_windows = WINDOWS.search(case.text) is not None
    clock = clocks.CLOCK_WRONG.cause(text=_AHEAD)
    compare: tuple[str, ...] = _CLOCK_OF_WINDOWS if is_windows else _COMPARE_CLOCK
    if process is not None:
        source = _describe_process(*process, is_windows=is_windows)
    elif container is not None:
        source = _describe_endpoint(container)
    else:
        source = _describe_unknown(case, is_python=_PHRASES[0] in message, is_windows=is_windows)
    command = "" if process is None else process[1]
    program = re.escape(command.partition(" ")[0].rpartition("/")[2]) or "(?!)"
    end, is_old = _find_past_end(case.failure.text, _ADDRESS if process is None else program)
    set_clock = clock_remedies.find_set_clock(case.failure.text)
    is_certain = is_old or set_clock is not None
    reason = end or f"they are old{'' if is_certain else ', or the clock is ahead'}"
    reason += "" if set_clock is None else f". The clock is synchronized ({set_clock})"
    expired = "had expired already" if is_certain else "have expired by the machine's clock"
    causes: tuple[Cause, ...] = (source.cause, clock) if process or end else (clock, source.cause)
    reported = clues.reported_cause(SOURCE_RETURNS_EXPIRED, message, *_PHRASES)
    if is_certain:
        causes, compare = (source.cause,), ()
        reported = attrs.evolve(
            reported, text="The SDK got credentials from their source again, and these have expired, too."
        )
    title, check = source.title, source.check
    if end and process is not None and not _PRINTS_FILE.match(command):
        cache, whose = _CACHE_FILE.search(f" {command}"), source.title.partition(",")[0].removeprefix("Run ")
        file = cache and cache["path"]
        title = f"{f'Move the cache {file} of {whose} away' if file else f'Delete the cache of {whose}'}, and run it again"
        check = "Do both as the same user as the program. If the new Expiration is not in the future, sign in again to the system behind it, or repair the process: it must compare Expiration with the time before it answers from its cache. Then start the program again."
        if file:
            causes = (attrs.evolve(source.cause, evidence="derived"), *causes[1:])
            compare = (f"mv {file} {file}.old", *compare)
    return case.explain(
        f"The {source.described} returned credentials that {expired}: {reason}. No permission is missing.",
        reported,
        *causes,
        topic="expired-session",
        remedies=(
            your_remedy(title, check, commands=(*compare, *source.commands), url=source.url),
            *source.others,
        ),
    )


# botocore extends what the metadata service returns: https://github.com/boto/botocore/pull/2664.
_OLD_ON_INSTANCE = "The source has only old credentials: a credential process has a cache, or the instance's role was deleted, re-created or no longer trusts EC2."
_SHOW_SOURCE = Labelled.required(
    "Otherwise, find the source:",
    "python3 -c 'import boto3; print(boto3.Session().get_credentials().method)'",
)
# The responses have the secrets, too.
_METADATA_OF_WINDOWS = (
    '$N = "X-aws-ec2-metadata-token"',
    '$T = irm -Method Put 169.254.169.254/latest/api/token -Headers @{"$N-ttl-seconds" = 60}',
    "$H = @{$N = $T}",
    '$U = "169.254.169.254/latest/meta-data/iam/security-credentials/"',
    'irm "$U$(irm $U -Headers $H)" -Headers $H | select Code, Expiration',
)
_METADATA = (
    'T=$(curl -sX PUT 169.254.169.254/latest/api/token -H "X-aws-ec2-metadata-token-ttl-seconds: 60")',
    'H="X-aws-ec2-metadata-token: $T"',
    "U=169.254.169.254/latest/meta-data/iam/security-credentials/",
    'curl -sH "$H" "$U$(curl -sH "$H" $U)" | grep -e Code -e Expiration',
)
_INSTANCE_PROFILE = account_remedy(
    "Check the instance profile, if Expiration or Code is wrong",
    "The profile must be attached and contain the role. The role must exist and trust ec2.amazonaws.com. If the role was re-created, add it to the profile again.",
    commands=(
        "aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values=INSTANCE_ID",
        "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument",
    ),
    url=pages.EC2_ROLES,
)
