"""Explain that a session from role chaining has expired, if the text shows which role assumed which.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining and
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.credentials import session_renewal
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_arn, underlying_role
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.values import CommandLine
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import ExpiredCredentials

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
_TIME = lazy_pattern(r"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?(?P<time>[0-2]\d:[0-5]\d:[0-5]\d)(?!\d)", re.ASCII)
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


def _find_chain(case: Case[ExpiredCredentials]) -> RoleChain | None:
    """Return the role chain that issued the credentials of the call, if the text shows both of its roles."""
    text, start = case.failure.text, case.failure.span[0]
    issued = session_renewal.find_issuing_command(case)
    if issued is None or case.failure.envelope.operation == "AssumeRole":
        return None
    at, command = issued
    target, seconds = command.option("role-arn"), command.option("duration-seconds")
    arn = try_parse_arn(target.value) if target is not None else None
    # Another profile has other credentials than the session that the text shows.
    if arn is None or command.words[1] != "assume-role" or command.option("profile") is not None:
        return None
    if seconds is not None and seconds.value != str(_HOUR):
        return None
    sessions = list(_SESSION.finditer(text, max(at - session_renewal.CHARS_BEFORE, 0), at))
    caller = underlying_role(case.principal)
    name = str(arn).rpartition("/")[2]
    if not sessions or sessions[-1]["role"] == name or (caller is not None and caller.name != name):
        return None
    times = [_TIME.match(text, text.rfind("\n", 0, each) + 1) for each in (at, max(start, at))]
    stated = [each and each["time"] for each in times]
    return RoleChain(sessions[-1]["role"], sessions[-1]["session"], str(arn), command, stated[0], stated[1])


def explain_chain(case: Case[ExpiredCredentials], expired: Cause) -> Explanation | None:
    """Explain an expired session from role chaining, or return ``None`` if the text does not show both roles."""
    chain = _find_chain(case)
    if chain is None:
        return None
    times = ""
    if chain.issued and chain.failed:
        times = f" at {chain.issued}, and the call failed at {chain.failed}"
    name = chain.role.rpartition("/")[2]
    session = quote_words(f":assumed-role/{chain.source}/{chain.session}")
    because = f"The text shows {session} before the command that assumes {name}, so a role assumed the role."
    return case.explain(
        f"The session of the role {name} expired after one hour, the limit of role chaining: the role {chain.source} assumed it{times}. No permission is missing.",
        expired,
        ROLE_CHAINING.cause("derived", because),
        topic="expired-session",
        remedies=_chain_remedy(case, chain, name),
        notes=credential_remedies.NO_RETRY,
    )


def _chain_remedy(case: Case[ExpiredCredentials], chain: RoleChain, name: str) -> Remedy:
    kind = getattr(case.context.runtime, "kind", None)
    source = next((setting for pattern, setting in _SOURCES if pattern.fullmatch(chain.session)), None)
    source = source or {"ec2": "Ec2InstanceMetadata", "ecs": "EcsContainer"}.get(kind or "")
    profile = name if _PROFILE.fullmatch(name) else "assumed"
    configure = f"aws configure set {{}} {{}} --profile {profile}"
    external = chain.command.option("external-id")
    setting = ("credential_source", source) if source else ("source_profile", "SOURCE_PROFILE")
    of_source = "" if source else f" SOURCE_PROFILE is a profile with the credentials of {chain.source}."
    return your_remedy(
        "Let the AWS CLI or SDK assume the role: it then refreshes the session",
        f"Nothing refreshes keys in environment variables, and they take precedence over AWS_PROFILE: unset them. With the profile, each program assumes the role and renews the session.{of_source}",
        "A longer --duration-seconds or maximum session duration does not help: with role chaining, STS rejects more than 3600.",
        "Or assume the role again before each part of the work, or without chaining, such as with the ID token (OIDC) of a CI job, for up to the role's maximum session duration.",
        commands=present(
            fill_command(configure, "role_arn", commands.arn(chain.role, "ROLE_ARN")),
            fill_command(configure, *setting),
            None if external is None else fill_command(configure, "external_id", external.value),
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            f"export AWS_PROFILE={profile}",
            repeat_command(case.context.command),
        ),
        url=pages.CLI_ROLES,
    )
