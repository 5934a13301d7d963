"""Explain STS calls that fail because of the duration or the name of the session.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role
    from iamtriage.explaining._context.readers.profiles import ProfileSection
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

SESSION_DURATION = lazy_pattern(
    r"1 hour session limit for roles assumed by role chaining|exceeds the MaxSessionDuration set for this role"
    r"|at 'durationSeconds' failed to satisfy constraint: Member must have value less than(?! or equal to 129600)"
)
"""How STS reports a duration that it does not allow for a role. A session of a user can last for 129600 seconds."""
SESSION_NAME = lazy_pattern(r"at '(?:roleSessionName|RoleSessionName)' failed to satisfy constraint")
"""How STS reports an invalid session name."""
# A setting of the duration, as commands, workflows, code and profiles write it.
_OWN_SETTING = lazy_pattern(
    r"(?<![\w-])(?P<name>(?:--)?[\w-]{0,20}[dD]uration(?:[-_]?[sS]econds)?)[\"']?(?P<sign>\s?[=:]\s?|\s(?:attribute )?|\"?>\s{0,40}<(?:\w{1,12}:)?AttributeValue[^>]{0,120}>)[\"']?(?P<seconds>[1-9][0-9]{3,5})(?![\w.]| ?ms\b)",
    re.ASCII,
)
# The role's maximum, as the text states it.
_MAXIMUM = lazy_pattern(
    r"\bmax(?:imum)?[-_ ]?session[-_ ]?duration[\"']?\s{0,3}(?:[=:]|of|(?:is )?set to|is|was|to)?\s{0,3}[\"']?(?P<number>[1-9][0-9]{0,4})(?![\w.])(?P<hours> ?(?:h|hours?)\b)?",
    re.IGNORECASE,
)
# Temporary credentials of GetSessionToken count as chaining: https://github.com/coinbase/assume-role/issues/24 and
# https://github.com/99designs/aws-vault/issues/351. aws-vault has --no-session (issue 263 there).
_AWS_VAULT = lazy_pattern(
    r"\baws-vault (?P<verb>exec|login|export)\b(?![^\n]{0,200}--no-session)(?P<rest>(?: [\w@%+=:,./-]{1,100}){0,12})(?P<more>[^\n]?)",
    re.ASCII,
)
_CHARS_BEFORE = 4_000
# No role's maximum is shorter: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
_SHORTEST_MAXIMUM, _LONGEST_MAXIMUM = 3600, 43200
# Clients that get a duration from the SAML assertion, and their own options, which override it.
_SAML_OPTIONS = {"gsts": "--aws-session-duration", "saml2aws": "--session-duration"}
_SESSION = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@-]{1,64}/[\w+=,.@-]{1,64}", re.ASCII
)
_REQUEST_LESS = "Set the duration with --duration-seconds, DurationSeconds in an SDK, duration_seconds in a profile, duration in Terraform's assume_role block, or role-duration-seconds in aws-actions/configure-aws-credentials."
CHAINED_SESSION_TOO_LONG = CauseType(
    "chained-session-too-long",
    title="A session from role chaining can last at most one hour",
    text="The caller is already a role session. The role's maximum session duration does not change this limit.",
    recognised_by='STS says "exceeds the 1 hour session limit for roles assumed by role chaining".',
    fix="Request at most 3600 seconds, or assume the role without another role in between.",
    sources=(pages.SESSION_DURATION,),
)
SESSION_LONGER_THAN_MAXIMUM = CauseType(
    "session-longer-than-maximum",
    title="The requested duration is longer than the role's maximum session duration",
    text="A role's maximum session duration is one hour unless it was raised, and the same duration can work for another role.",
    recognised_by='STS says "The requested DurationSeconds exceeds the MaxSessionDuration set for this role".',
    fix="Request a shorter duration, or raise the role's maximum session duration.",
    sources=(pages.SESSION_DURATION,),
)
SESSION_NAME_INVALID = CauseType(
    "session-name-invalid",
    title="The role session name has invalid characters or length",
    text="A session name has 2 to 64 characters: letters, digits and _ + = , . @ -.",
    recognised_by="The message names roleSessionName and the regular expression pattern [\\w+=,.@-]*.",
    fix="Replace spaces, slashes, colons and other characters, and shorten the name.",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",),
)


def explain_session_duration(case: Case[AwsError], message: str) -> Explanation:
    """Explain that STS rejects the duration of a session."""
    is_chained = "role chaining" in message
    maximum = _find_maximum(case.text)
    allowed = _SHORTEST_MAXIMUM if is_chained else maximum or _SHORTEST_MAXIMUM
    seconds, request_less = _describe_own_setting(case.text, allowed)
    section, source = _find_profile(case)
    requested = clues.stated_option(case, "role-arn") or case.failure.resource
    stated = requested or (section and section.settings["role_arn"]) or clues.find_role_arn(case.text)
    role = underlying_role(try_parse_principal(stated))
    name = commands.role_name(None if role is None else role.name)
    target = "the role" if role is None else f"the role {clip_text(role.name)}"
    duration = f"the session duration{f' of {seconds} seconds' if seconds else ''}{'' if role is None else f' for {target}'}"
    if is_chained and (direct := _find_direct_call(case)) is not None:
        return _explain_session_of_user(case, duration, target, direct)
    raised = min(int(seconds or _LONGEST_MAXIMUM), _LONGEST_MAXIMUM)
    is_enough = maximum is not None and raised <= maximum
    change = fill_command(f"aws iam update-role --role-name {{}} --max-session-duration {raised}", name)
    if not is_chained:
        account = "" if role is None else f" of account {role.account}"
        show = fill_command("aws iam get-role --role-name {} --query Role.MaxSessionDuration", name)
        return case.explain(
            f"STS rejected {duration}: it is longer than the role's maximum session duration{f' of {maximum} seconds' if maximum and not is_enough else ''}.",
            SESSION_LONGER_THAN_MAXIMUM.cause("reported"),
            topic="session-duration",
            remedies=your_remedy(
                "Request a shorter session, or raise the role's maximum",
                request_less,
                "Each role allows an hour (3600 seconds). The first command prints the maximum.",
                commands=(
                    show,
                    Labelled(
                        f"An administrator{account} can raise it, to at most {_LONGEST_MAXIMUM} seconds:",
                        change,
                    ),
                ),
                url=pages.SESSION_DURATION,
            ),
            notes="No permission is missing: STS rejects the duration.",
        )
    chained = _find_chained_caller(case, role)
    caller = _find_source_role(source) or (chained and f"the role {chained.name}")
    first = "the first identity, such as the user, the OIDC provider or the Identity Center role,"
    chain = "one role assuming another,"
    if caller is not None:
        first, chain = f"the identity that assumes {caller}", f"here from {caller},"
    again = repeat_command(case.context.command, changes={"duration-seconds": "3600"})
    again = again if again and "assume-role" in again and section is None else None
    refresh, profile = None, tuple[str | Labelled, ...]()
    if section is not None:
        step, way = _profile_steps(section, source)
    else:
        step = f"Request 3600 seconds or less, or omit the duration.{f' {request_less}' if seconds is None or again is None else ''}"
        refresh = "Let the SDK refresh the session: with a profile (role_arn, and source_profile or credential_source), it assumes the role again before it expires."
        if role is not None and commands.arn(stated) == stated:
            configure = f"aws configure set {{}} {{}} --profile {name}"
            profile = (
                Labelled("To let a profile renew it:", fill_command(configure, "role_arn", stated)),
                fill_command(configure, "source_profile", "PROFILE"),
            )
        way = f"assume it with {first} and without another role in between, such as with the OIDC token of a CI job"
    raises = f": raise it{f' to {seconds}' if seconds and int(seconds) <= _LONGEST_MAXIMUM else ''}"
    if is_enough:
        raises = f" ({maximum} seconds, which is enough)"
    longer = f"For longer sessions, {way}. {target[0].upper()}{target[1:]} must trust that identity{'' if section is None else ', which also needs sts:AssumeRole'}, and the role's maximum session duration applies{raises}."
    if isinstance(chained, IdentityCenterRole) and section is None:
        own = clip_text(chained.permission_set or chained.name)
        longer = f"For longer sessions, add the permissions to the permission set {own}, and raise its session duration (at most 12 hours); or run the job where AWS provides the role's credentials and renews them, such as in an ECS task, on EC2 or with AWS Batch."
        is_enough = True  # no maximum is in the way
    label = "For longer sessions without chaining, an administrator raises the maximum:"
    return case.explain(
        f"STS rejected {duration}: role chaining, {chain} is limited to one hour{f', although the role allows {maximum} seconds' if maximum and maximum > _SHORTEST_MAXIMUM else ''}.",
        CHAINED_SESSION_TOO_LONG.cause("reported"),
        topic="session-duration",
        remedies=your_remedy(
            "Request at most one hour",
            step,
            refresh,
            longer,
            # The label is not shown before the first command.
            commands=(again, *profile, None if is_enough else Labelled(label, change)) if again else (),
            url=pages.SESSION_DURATION,
        ),
        notes="No permission is missing: STS rejects the duration.",
    )


class _DirectCall(NamedTuple):
    """How to assume a role without the credentials of GetSessionToken.

    Attributes:
        verdict: What assumes the role, as a clause.
        title: What to do.
        steps: How.
        renew: What to do instead.
        again: The command.
        url: The documentation of the tool.
    """

    verdict: str
    title: str
    steps: tuple[str, ...]
    renew: str
    again: str | None
    url: str


def _find_direct_call(case: Case[AwsError]) -> _DirectCall | None:
    """Return how to assume the role directly, if the text shows the credentials of GetSessionToken."""
    text, start = case.failure.text, case.failure.span[0]
    vault = _AWS_VAULT.search(text)
    if vault is not None and ":assumed-role/" not in text:
        direct = f"aws-vault {vault['verb']} --no-session{vault['rest']}"
        return _DirectCall(
            "aws-vault assumes it with the temporary credentials of GetSessionToken",
            "Call aws-vault with --no-session",
            ("It then assumes the role with the user's access key, and asks for the MFA code each time.",),
            "Or run aws-vault exec with --ecs-server, which renews sessions of one hour",
            direct if vault["rest"] and not vault["more"] else None,
            "https://github.com/99designs/aws-vault/blob/master/USAGE.md",
        )
    shown = [each for _, each in find_commands(text, max(start - _CHARS_BEFORE, 0), start)]
    issuing = next((each for each in shown if each.words[:2] == ("sts", "get-session-token")), None)
    failed = next((each for each in reversed(shown) if each.words[:2] == ("sts", "assume-role")), None)
    if issuing is None or (failed is not None and failed.option("profile") is not None):
        return None
    device, profile = issuing.option("serial-number"), issuing.option("profile")
    changes = {"profile": commands.profile(profile.value)} if profile else {}
    if device is not None:
        changes |= {"serial-number": commands.arn(device.value, "MFA_DEVICE_ARN"), "token-code": "MFA_CODE"}
    mfa = ", with the MFA code in that call," if device else ""
    step = f"Call AssumeRole with the user's access key itself{mfa} instead of get-session-token first."
    again = repeat_command(failed, changes=changes)
    return _DirectCall(
        "it is assumed with the temporary credentials of GetSessionToken",
        "Assume the role with the long-term access key",
        (
            step,
            "In the AWS CLI, a profile with role_arn, source_profile, mfa_serial and duration_seconds does this, too.",
        ),
        "Or request at most one hour, and renew the session",
        again,
        pages.SESSION_DURATION,
    )


def _explain_session_of_user(
    case: Case[AwsError], duration: str, target: str, direct: _DirectCall
) -> Explanation:
    """Explain that the credentials of GetSessionToken are limited like those of role chaining."""
    return case.explain(
        f"STS rejected {duration}: {direct.verdict}, and STS limits a role that temporary credentials assume to one hour, as with role chaining.",
        CHAINED_SESSION_TOO_LONG.cause(
            "derived",
            text="The role's maximum session duration only applies if the user's long-term access key assumes it.",
        ),
        topic="session-duration",
        remedies=(
            your_remedy(
                direct.title,
                *direct.steps,
                commands=direct.again,
                url=direct.url,
            ),
            your_remedy(
                direct.renew,
                "Request 3600 seconds, or omit the duration. The cached session of GetSessionToken can stay: with it, the role can be assumed again each hour without a code.",
                url=pages.SESSION_DURATION,
            ),
        ),
        notes=f"No permission is missing, and a longer maximum session duration of {target} does not help.",
    )


def _find_profile(case: Case[AwsError]) -> tuple[ProfileSection | None, ProfileSection | None]:
    """Return the profile whose role is assumed, and the one whose credentials assume it, if the text shows them.

    It is the selected profile, or the only one with a duration.
    """
    sections = {each.name: each for each in find_profile_sections(case.failure.text)}
    timed = [each.name for each in sections.values() if "duration_seconds" in each.settings]
    name = clues.find_profile(case) or (timed[0] if len(timed) == 1 else "default")
    section = sections.get(name)
    if section is None or "role_arn" not in section.settings:
        return None, None
    return section, sections.get(section.settings.get("source_profile", ""))


def _profile_steps(section: ProfileSection, source: ProfileSection | None) -> tuple[str, str]:
    """Return how a profile requests less, and how it assumes its role without another one."""
    header, origin = section.header, source.settings.get("source_profile") if source else None
    step = f"In {header}, set duration_seconds = 3600, or delete the line. The AWS CLI and SDKs assume the role again before the hour ends, so long jobs go on."
    if origin is not None:
        return (
            step,
            f"set source_profile = {origin} in {header}, if {origin} has the keys of a user, not a role",
        )
    return step, f"set source_profile in {header} to a profile that is no role, such as that of a user"


def _find_source_role(source: ProfileSection | None) -> str | None:
    """Return the role of the profile that another one names as its source."""
    if source is None:
        return None
    role = underlying_role(try_parse_principal(source.settings.get("role_arn")))
    if role is not None:
        return f"the role {clip_text(role.name)} of the profile {source.name}"
    return f"the Identity Center role of the profile {source.name}" if source.is_sso else None


def _find_maximum(text: str) -> int | None:
    """Return the maximum session duration of the role in seconds, if the text states one.

    >>> _find_maximum("MaxSessionDuration is 43200"), _find_maximum("max session duration: 12 hours")
    (43200, 43200)
    """
    found = {int(each["number"]) * (3600 if each["hours"] else 1) for each in _MAXIMUM.finditer(text)}
    maximum = found.pop() if len(found) == 1 else 0
    return maximum if _SHORTEST_MAXIMUM <= maximum <= _LONGEST_MAXIMUM else None


def _find_chained_caller(case: Case[AwsError], target: Role | None) -> Role | None:
    """Return the role that assumes another one, if the text states the ARN of one session only."""
    roles = (underlying_role(try_parse_principal(arn)) for arn in set(_SESSION.findall(case.text)))
    others = {
        each.name: each for each in roles if each is not None and each.name != getattr(target, "name", None)
    }
    return next(iter(others.values())) if len(others) == 1 else None


def _describe_own_setting(text: str, allowed: int) -> tuple[str | None, str]:
    """Return the duration that the text shows, and how to request less: with its setting, or with those of clients."""
    found = [
        each
        for each in _OWN_SETTING.finditer(text)
        if "max" not in each["name"].lower() and int(each["seconds"]) > _SHORTEST_MAXIMUM
    ]
    if len({each["seconds"] for each in found}) != 1:
        return None, _REQUEST_LESS
    # A log can repeat the value of the code in words.
    setting = next(
        (each for each in found if each["sign"].strip() or each["name"].startswith("--")), found[0]
    )
    name, sign = setting["name"], setting["sign"]
    if name == "SessionDuration":
        option = next((each for tool, each in _SAML_OPTIONS.items() if tool in text), None)
        own = "" if option is None else f", or set {option} 3600"
        step = f"The attribute SessionDuration of the SAML assertion requests {setting['seconds']} seconds: lower it in the identity provider{own}."
        return setting["seconds"], step
    value = f"{name}{sign}{allowed}" if allowed < int(setting["seconds"]) else f"a smaller {name}"
    return setting["seconds"], f"The text has {name}{sign}{setting['seconds']}: set {value} instead."


def explain_session_name(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that STS rejects the name of a session."""
    return case.explain(
        "STS rejected the role session name: it contains a character that is not allowed, or has the wrong length.",
        SESSION_NAME_INVALID.cause("reported"),
        topic="session-name",
        remedies=your_remedy(
            "Use a session name of 2 to 64 allowed characters",
            "Replace spaces, slashes, colons and other characters with a hyphen: a branch name such as feature/login contains a slash.",
            "Set it with --role-session-name, RoleSessionName in an SDK, role_session_name in a profile, session_name in Terraform, role-session-name in aws-actions/configure-aws-credentials, or AWS_ROLE_SESSION_NAME.",
            commands="aws sts assume-role --role-arn ROLE_ARN --role-session-name deploy-feature-login",
            url="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
        ),
        notes="No permission is missing: STS evaluated no policy.",
    )
