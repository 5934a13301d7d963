"""Explain STS calls whose session duration or session name is invalid.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_role_arn
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("SESSION_DURATION", "SESSION_NAME", "explain_session_duration", "explain_session_name")

SESSION_DURATION = lazy_pattern(
    r"1 hour session limit for roles assumed by role chaining|exceeds the MaxSessionDuration set for this role"
)
"""How STS reports a duration that it does not allow."""
SESSION_NAME = lazy_pattern(r"at '(?:roleSessionName|RoleSessionName)' failed to satisfy constraint")
"""How STS reports an invalid session name."""
# A setting of the duration, as commands, workflows, code and profiles write it.
_OWN_SETTING = lazy_pattern(
    r"(?<![\w-])(?P<name>(?:--)?[\w-]{0,20}[dD]uration(?:[-_]?[sS]econds)?)[\"']?(?P<sign>\s?[=:]\s?|\s)[\"']?(?P<seconds>[1-9][0-9]{3,5})(?![\w.])",
    re.ASCII,
)
_REQUEST_LESS = "Set it with --duration-seconds, DurationSeconds in an SDK, duration_seconds in a profile, duration in Terraform's assume_role block, or role-duration-seconds in aws-actions/configure-aws-credentials."


CHAINED_SESSION_TOO_LONG = CauseType(
    "chained-session-too-long",
    title="A session from role chaining can last at most one hour",
    text="The caller is a role session itself, so this is role chaining, which is limited to one hour whatever the role's maximum is.",
    recognised_by='STS says "exceeds the 1 hour session limit for roles assumed by role chaining".',
    fix="Request at most 3600 seconds, or assume the role without another role in between.",
    sources=(pages.SESSION_DURATION,),
)
SESSION_LONGER_THAN_MAXIMUM = CauseType(
    "session-longer-than-maximum",
    title="The requested duration is longer than the role's maximum session duration",
    text="The role's maximum session duration is one hour unless it was raised.",
    recognised_by='STS says "The requested DurationSeconds exceeds the MaxSessionDuration set for this role".',
    fix="Request a shorter duration, or raise the role's maximum session duration.",
    sources=(pages.SESSION_DURATION,),
)
SESSION_NAME_INVALID = CauseType(
    "session-name-invalid",
    title="The role session name has invalid characters or length",
    text="A session name has 2 to 64 letters, digits and the characters _ + = , . @ -.",
    recognised_by="The message names roleSessionName and the regular expression pattern [\\w+=,.@-]*.",
    fix="Replace spaces, slashes, colons and other characters, and shorten the name.",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",),
)


def explain_session_duration(case: Case[AwsError], message: str) -> Explanation:
    """Explain that STS rejects the duration of a session."""
    request_less = _describe_own_setting(case.text, "3600" if "role chaining" in message else None)
    role = underlying_role(try_parse_principal(case.failure.resource or find_role_arn(case.text)))
    name = commands.role_name(None if role is None else role.name)
    is_chained = "role chaining" in message
    if is_chained:
        cause = CHAINED_SESSION_TOO_LONG
        summary = "STS rejected the session duration: role chaining, one role assuming another, is limited to one hour."
        title = "Request at most one hour"
        steps: tuple[str, ...] = (
            f"Request 3600 seconds or less, or omit the duration. {request_less}",
            "Let the SDK refresh the session: with a profile (role_arn and source_profile), it assumes the role again before it expires.",
        )
        other = account_remedy(
            "Or, for longer sessions, assume the role directly",
            "Let the role trust the first identity, such as the user, the OIDC provider or the Identity Center role, and assume it without another role in between. Then the role's maximum session duration applies.",
            url=pages.SESSION_DURATION,
        )
    else:
        cause = SESSION_LONGER_THAN_MAXIMUM
        summary = "STS rejected the session duration: it is longer than the role's maximum session duration."
        title = "Request a shorter session"
        steps = (f"The command prints the maximum in seconds. {request_less}",)
        other = account_remedy(
            "Or raise the role's maximum session duration",
            "It can be up to 43200 seconds, which is 12 hours.",
            commands=(fill_command("aws iam update-role --role-name {} --max-session-duration 43200", name),),
            url=pages.SESSION_DURATION,
        )
    show = fill_command("aws iam get-role --role-name {} --query Role.MaxSessionDuration", name)
    return case.explain(
        summary,
        cause.cause("reported"),
        topic="session-duration",
        remedies=(
            your_remedy(title, *steps, commands=() if is_chained else (show,), url=pages.SESSION_DURATION),
            other,
        ),
        notes=("No permission is missing: STS accepted the caller and the role.",),
    )


def _describe_own_setting(text: str, seconds: str | None) -> str:
    """Return how to request less: with the setting that the text shows, or else with those of clients."""
    found = {each["name"]: each for each in _OWN_SETTING.finditer(text) if "max" not in each["name"].lower()}
    if len(found) != 1:
        return _REQUEST_LESS
    setting = next(iter(found.values()))
    name, sign = setting["name"], setting["sign"]
    value = f"{name}{sign}{seconds}" if seconds is not None else f"a smaller {name}"
    return f"The text has {name}{sign}{setting['seconds']}: set {value} instead."


def explain_session_name(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that STS rejects the name of a session."""
    return case.explain(
        "STS rejected the role session name: it contains a character that is not allowed, or has the wrong length.",
        SESSION_NAME_INVALID.cause("reported"),
        topic="session-name",
        remedies=(
            your_remedy(
                "Use a session name of 2 to 64 allowed characters",
                "Replace spaces, slashes, colons and other characters, for example with a hyphen: a branch name such as feature/login contains a slash.",
                "The name is --role-session-name, RoleSessionName in an SDK, role_session_name in a profile, session_name in Terraform, role-session-name in aws-actions/configure-aws-credentials, or AWS_ROLE_SESSION_NAME.",
                commands=(
                    "aws sts assume-role --role-arn ROLE_ARN --role-session-name deploy-feature-login",
                ),
                url="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
            ),
        ),
        notes=("No permission is missing: STS evaluated no policy.",),
    )
