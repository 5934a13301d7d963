"""Explain that sessions of role chaining last at most one hour, and how to renew them or avoid the chain.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, Role
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError

# No role's maximum is shorter: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
SHORTEST_MAXIMUM, LONGEST_MAXIMUM = 3600, 43200
"""The bounds of a role's maximum session duration, in seconds."""
# Where a profile gets the credentials that assume its role.
_SOURCES = {
    "ec2": ("credential_source", "Ec2InstanceMetadata"),
    "ecs": ("credential_source", "EcsContainer"),
}
_SESSION = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@-]{1,64}/[\w+=,.@-]{1,64}", re.ASCII
)
CHAINED_SESSION_TOO_LONG = CauseType(
    "chained-session-too-long",
    title="A session from role chaining can last at most one hour",
    text="The caller is already a role session. The role's maximum session duration does not change this limit, which nobody can raise.",
    recognised_by='STS says "exceeds the 1 hour session limit for roles assumed by role chaining".',
    fix="Request at most 3600 seconds, or assume the role without another role in between.",
    sources=(pages.SESSION_DURATION,),
)


class Rejected(NamedTuple):
    """A duration that STS rejected.

    Attributes:
        seconds: The duration, if the text shows it.
        setting: The setting with the duration, as in the text.
        request_less: How to request less.
        maximum: The role's maximum session duration, if the text states it.
        arn: The ARN of the role, as in the text.
        role: The role.
    """

    seconds: str | None
    setting: str | None
    request_less: str
    maximum: int | None
    arn: str | None
    role: Role | None

    @property
    def name(self) -> str:
        """The name of the role as a command argument."""
        return commands.role_name(None if self.role is None else self.role.name)

    @property
    def target(self) -> str:
        """The role as part of a sentence."""
        return "the role" if self.role is None else f"the role {clip_text(self.role.name)}"

    @property
    def duration(self) -> str:
        """The duration as part of a sentence."""
        of_role = "" if self.role is None else f" for {self.target}"
        return f"the session duration{f' of {self.seconds} seconds' if self.seconds else ''}{of_role}"

    @property
    def is_enough(self) -> bool:
        """Whether the role's maximum allows the duration."""
        wanted = min(int(self.seconds or LONGEST_MAXIMUM), LONGEST_MAXIMUM)
        return self.maximum is not None and wanted <= self.maximum

    @property
    def raise_command(self) -> str:
        """The command that raises the role's maximum."""
        raised = min(int(self.seconds or LONGEST_MAXIMUM), LONGEST_MAXIMUM)
        return fill_command(
            f"aws iam update-role --role-name {{}} --max-session-duration {raised}", self.name
        )


def explain_chain(case: Case[AwsError], rejected: Rejected) -> Explanation:
    """Explain that the session of one role assumes another role for longer than an hour."""
    maximum, chained = rejected.maximum, _find_chained_caller(case, rejected.role)
    caller = None if chained is None else f"the role {chained.name}"
    chain = "one role assuming another," if caller is None else f"here from {caller},"
    return case.explain(
        f"STS rejected {rejected.duration}: role chaining, {chain} is limited to one hour{f', although the role allows {maximum} seconds' if maximum and maximum > SHORTEST_MAXIMUM else ''}.",
        CHAINED_SESSION_TOO_LONG.cause("reported"),
        topic="session-duration",
        remedies=_hour_remedy(case, rejected, chained, caller),
        notes="No permission is missing: STS rejects the duration.",
    )


def _hour_remedy(
    case: Case[AwsError], rejected: Rejected, chained: Role | None, caller: str | None
) -> Remedy:
    """Return how to work with sessions of one hour, or without the chain.

    Args:
        case: The case.
        rejected: The duration.
        chained: The role that assumes the other one, if the text states its session.
        caller: The role that assumes the other one, in words.
    """
    kind = case.context.runtime_kind
    is_workload = kind in _SOURCES or is_about_pods(case.failure.text)
    way = "assume it without another role before it: with the access key of a user, or directly with an OIDC token, such as that of a CI job, or a SAML assertion. A session of IAM Identity Center is a role session, too, and does not help"
    if is_workload and caller is not None:
        way = f"assume it with the identity that assumes {caller} and without another role in between"
    raised = f" ({rejected.maximum} seconds, which is enough)" if rejected.is_enough else ""
    longer = f"For longer sessions, {way}. {capitalize_start(rejected.target)} must trust that identity, and its maximum session duration applies{raised}."
    change: Labelled | None = Labelled(
        "For longer sessions without chaining, an administrator raises the maximum:", rejected.raise_command
    )
    if isinstance(chained, IdentityCenterRole):
        own = clip_text(chained.permission_set or chained.name)
        longer = f"For longer sessions, add the permissions to the permission set {own}, and raise its session duration (at most 12 hours); or run the job where AWS provides the role's credentials and renews them, such as in an ECS task, on EC2 or with AWS Batch."
        change = None  # no maximum is in the way
    profile: tuple[str, ...] = ()
    if rejected.role is not None and rejected.arn is not None and commands.arn(rejected.arn) == rejected.arn:
        configure = f"aws configure set {{}} {{}} --profile {rejected.name}"
        source = _SOURCES.get(kind, ("source_profile", "PROFILE"))
        profile = (fill_command(configure, "role_arn", rejected.arn), fill_command(configure, *source))
    refresh = "Let the SDK refresh the session: with a profile (role_arn, and source_profile or credential_source), it assumes the role again before it expires."
    again = repeat_command(case.context.command, changes={"duration-seconds": "3600"})
    again = again if again and "assume-role" in again else None
    labelled = [Labelled("To let a profile renew it:", each) for each in profile[:1]]
    less = f" {rejected.request_less}" if rejected.seconds is None or again is None else ""
    return your_remedy(
        "Request at most one hour",
        f"Request 3600 seconds or less, or omit the duration.{less}",
        refresh,
        longer,
        # The label is not shown before the first command.
        commands=None
        if again is None
        else (again, *labelled, *profile[1:], None if rejected.is_enough else change),
        url=pages.SESSION_DURATION,
    )


def _find_chained_caller(case: Case[AwsError], target: Role | None) -> Role | None:
    """Return the role that assumes another one, if the text states the ARN of one session only."""
    found = set(_SESSION.findall(case.text)) or {case.facts.caller}
    roles = (underlying_role(try_parse_principal(arn)) for arn in found)
    others = {
        each.name: each for each in roles if each is not None and each.name != getattr(target, "name", None)
    }
    return next(iter(others.values())) if len(others) == 1 else None
