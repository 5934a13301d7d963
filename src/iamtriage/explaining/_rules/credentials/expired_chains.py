"""Explain sessions of role chaining that expired after one hour, and let the SDK renew them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.session_renewal import CHARS_BEFORE, find_issuing_command
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn, underlying_role
from iamtriage.failures._failures import ExpiredCredentials

ROLE_CHAINING = CauseType(
    "role-chaining",
    title="The session is from role chaining, which limits sessions to one hour",
    fix="Use a profile that assumes the role, or assume it again every hour.",
    recognised_by="The text shows that the session of a role assumes another role.",
    of="expired-session",
)
_NO_LONGER_SESSION = "A longer --duration-seconds or maximum session duration does not help: with role chaining, STS rejects more than 3600."
_HOUR, _DAY = 3600, 86_400
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


class RoleChain(NamedTuple):
    """A role whose session assumed another role with a command, and the times in the log."""

    source: str
    session: str
    role: str
    command: CommandLine
    issued: str | None
    failed: str | None
    starts_late: bool


def _find_chain(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain that issued the credentials of the call, if the text shows both of its roles."""
    text, start = case.failure.text, case.failure.span[0]
    issued = find_issuing_command(case)
    if case.failure.envelope.operation == "AssumeRole" or issued is None:
        return None
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
    times = [_TIME_OF_DAY.match(text, line_start(text, each)) for each in (at, max(start, at))]
    stated = [each and each["time"] for each in times]
    source, session = sessions[-1]["role"], sessions[-1]["session"]
    late = stated[0] is not None and _starts_late(case, at, stated[0])
    return RoleChain(source, session, str(arn), command, stated[0], stated[1], late)


def _starts_late(case: Case[ExpiredCredentials], at: int, issued: str) -> bool:
    """Return whether the failed command began when the session that a command opened had expired already."""
    text, failed = case.failure.text, case.context.command
    shown = find_commands(text, at, case.failure.span[0])
    starts = [place for place, each in shown if failed is not None and each.text == failed.text]
    begun = _TIME_OF_DAY.match(text, line_start(text, starts[-1])) if starts else None
    return begun is not None and (_seconds(begun["time"]) - _seconds(issued)) % _DAY >= _HOUR


def _seconds(time: str) -> int:
    hours, minutes, seconds = map(int, time.split(":"))
    return hours * _HOUR + minutes * 60 + seconds


def explain_chain(case: Case[ExpiredCredentials], expired: Cause) -> Explanation | None:
    """Explain an expired session from role chaining, or return ``None`` if the text does not show both roles."""
    chain = _find_chain(case)
    if chain is None:
        return None
    times = (
        f" at {chain.issued}, and the call failed at {chain.failed}" if chain.issued and chain.failed else ""
    )
    name = chain.role.rpartition("/")[2]
    session = clip_text(f"{chain.source}/{chain.session}")
    because = f"The text shows the session {session} before the command that assumes {name}, so a role assumed the role."
    return case.explain(
        f"The session of the role {name} expired after one hour, the limit of role chaining: the role {chain.source} assumed it{times}. No permission is missing.",
        expired,
        ROLE_CHAINING.cause("derived", because),
        remedies=(_move_remedy(case, chain) if chain.starts_late else None, _chain_remedy(case, chain, name)),
    )


def _move_remedy(case: Case[ExpiredCredentials], chain: RoleChain) -> Remedy:
    """Return the remedy that opens the session only when the command that failed needs it."""
    failed = case.context.command
    words = "the failed command" if failed is None else " ".join((failed.program, *failed.words[:2]))
    return remedies.your_remedy(
        f"Assume the role right before {clip_text(words)}",
        f"Move the line with aws sts assume-role there, behind what takes long: the session starts with it. It needs the credentials of {chain.source}, so export no others before.",
        _NO_LONGER_SESSION,
        url=pages.SESSION_DURATION,
    )


def _chain_remedy(case: Case[ExpiredCredentials], chain: RoleChain, name: str) -> Remedy:
    source = next((setting for pattern, setting in _SOURCES if pattern.fullmatch(chain.session)), None)
    sources = {"ec2": "Ec2InstanceMetadata", "ecs": "EcsContainer"}
    source = source or sources.get(case.context.runtime_kind)
    profile = name if _PROFILE.fullmatch(name) else "assumed"
    configure = f"aws configure set {{}} {{}} --profile {profile}"
    external = chain.command.option("external-id")
    setting = ("credential_source", source) if source else ("source_profile", "SOURCE_PROFILE")
    of_source = "" if source else f" SOURCE_PROFILE is a profile with the credentials of {chain.source}."
    lines = (
        commands.fill_command(configure, "role_arn", commands.arn(chain.role, "ROLE_ARN")),
        commands.fill_command(configure, *setting),
        None if external is None else commands.fill_command(configure, "external_id", external.value),
    )
    return remedies.your_remedy(
        f"{'Or let' if chain.starts_late else 'Let'} the AWS CLI or SDK assume the role: it then refreshes the session",
        f"Nothing refreshes keys in environment variables, and they take precedence over AWS_PROFILE: unset them. With the profile, each program assumes the role and renews the session.{of_source}",
        None if chain.starts_late else _NO_LONGER_SESSION,
        f"Or assume the role {'' if chain.starts_late else 'again before each part of the work, or '}without chaining, such as with the ID token (OIDC) of a CI job, for up to the role's maximum session duration.",
        commands=remedies.present(
            *lines,
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            f"export AWS_PROFILE={profile}",
            commands.repeat_command(case.context.command),
        ),
        url=pages.CLI_ROLES,
    )
