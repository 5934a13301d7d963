"""Explain STS calls that fail because of the duration or the name of the session.

Sources: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage-assume.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start, quote_words
from iamtriage.explaining._context.readers.profiles import ProfileSection, find_profile_sections
from iamtriage.explaining._context.readers.workflows import find_chained_role
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts import role_chains
from iamtriage.failures._failures import AwsError

SESSION_DURATION = lazy_pattern(
    r"1 hour session limit for roles assumed by role chaining|exceeds the MaxSessionDuration set for this role"
    r"|at 'durationSeconds' failed to satisfy constraint: Member must have value less than"
)
"""How STS reports a duration that it does not allow."""
# The limit of GetSessionToken and GetFederationToken.
_LONGEST_OF_USER = 129_600
SESSION_NAME = lazy_pattern(r"at '(?:roleSessionName|RoleSessionName)' failed to satisfy constraint")
"""How STS reports an invalid session name."""
# A setting of the duration, as commands, workflows, code and profiles write it.
_OWN_SETTING = lazy_pattern(
    r"(?a)(?<![\w-])(?P<name>(?:--)?[\w-]{0,20}[dD]uration(?:[-_]?[sS]econds)?)[\"']?(?P<sign>\s?[=:]\s?|\s(?:attribute )?|\"?>\s{0,40}<(?:\w{1,12}:)?AttributeValue[^>]{0,120}>)[\"']?(?P<seconds>[1-9][0-9]{3,5})(?!\w|\.\d| ?ms\b)"
)
# A duration as Go and Terraform write it: "4h", "90m", "1h30m0s".
_GO_DURATION = lazy_pattern(
    r'(?<![\w-])duration\s{0,20}=\s{0,4}"(?=\d)(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,3})m)?(?:(?P<s>\d{1,5})s)?"',
    re.ASCII,
)
_SECONDS = {"h": 3600, "m": 60, "s": 1}
# The role's maximum, as the text states it.
_MAXIMUM = lazy_pattern(
    r"(?i)\bmax(?:imum)?[-_ ]?session[-_ ]?duration[\"']?(?: (?:of|for|on) (?:the role |role )?[`\"']?[\w+=,.@-]{2,64}[`\"']?)?\s{0,3}(?:[=:]|of|(?:is )?set to|is|was|to)?\s{0,3}[\"']?(?P<number>[1-9][0-9]{0,4})(?:(?P<hours> ?(?:h|hours?)\b)|(?!\w|\.\d))"
)
# "aws iam update-role --role-name deploy --max-session-duration 43200"
_RAISED = lazy_pattern(
    r"(?a)\bupdate-role(?=[^\n]{0,200}--max-session-duration)[^\n]{0,200}?--role-name[ =](?P<name>[\w+=,.@-]{1,64})"
)
# Clients that get a duration from the SAML assertion, and their own options, which override it.
_SAML_OPTIONS = {"gsts": "--aws-session-duration", "saml2aws": "--session-duration"}
_REQUEST_LESS = "Set the duration with --duration-seconds, DurationSeconds in an SDK, duration_seconds in a profile, duration in Terraform's assume_role block, or role-duration-seconds in aws-actions/configure-aws-credentials."
_IN_PYTHON = "Set DurationSeconds in the call of assume_role, or duration_seconds in the profile."
# What a program logs of it.
_SAID = lazy_pattern(r"\bfor (?P<seconds>[1-9][0-9]{3,5}) ?(?:s|secs?|seconds)\b")
_OF_SESSION = lazy_pattern(r"(?i:\b(?:assum\w{0,4}|credentials?|roles?|sessions?|tokens?)\b)")
SESSION_LONGER_THAN_MAXIMUM = CauseType(
    "session-longer-than-maximum",
    title="The requested duration is longer than the role's maximum session duration",
    text="A role's maximum session duration is one hour unless an administrator raised it.",
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
    if f"less than or equal to {_LONGEST_OF_USER}" in message:
        return _explain_session_of_user(case)
    is_chained = "role chaining" in message
    maximum = find_maximum(case.text)
    allowed = role_chains.SHORTEST_MAXIMUM if is_chained else maximum or role_chains.SHORTEST_MAXIMUM
    own = _describe_own_setting(case.text, allowed)
    section, source = _find_profile(case)
    requested = clues.stated_option(case, "role-arn") or case.failure.resource
    step = find_chained_role(case.failure.text) if is_chained else None
    stated = requested or (section and section.settings["role_arn"]) or (step and step.second)
    stated = stated or _find_raised_role(case.text) or clues.find_role_arn(case.text)
    rejected = role_chains.Rejected(*own, maximum, stated, underlying_role(try_parse_principal(stated)))
    if not is_chained:
        return _explain_maximum(case, rejected)
    return role_chains.explain_session_of_user(case, rejected) or role_chains.explain_chain(
        case, rejected, section, source, step
    )


def _find_raised_role(text: str) -> str | None:
    """Return the ARN of the role whose maximum a command raised, if the text has both."""
    name = only_one({each["name"] for each in _RAISED.finditer(text)}, "")
    return name and only_one(
        set(
            re.findall(
                rf"arn:aws[a-z-]*:iam::[0-9]{{12}}:role/(?:[\w+=,.@-]+/)*{re.escape(name)}(?![\w+=,.@/-])",
                text,
            )
        )
    )


def _explain_session_of_user(case: Case[AwsError]) -> Explanation:
    """Explain that the session of an IAM user is to last longer than STS allows."""
    call, stated = case.operation or "the call", clues.stated_option(case, "duration-seconds")
    again = repeat_command(case.context.command, changes={"duration-seconds": str(_LONGEST_OF_USER)})
    return case.explain(
        f"STS rejected the session duration{f' of {stated} seconds' if stated else ''}: a session of {call} lasts at most {_LONGEST_OF_USER} seconds (36 hours).",
        SESSION_LONGER_THAN_MAXIMUM.cause(
            "reported",
            text="This limit is for IAM users, and nobody can raise it. For the root user, it is one hour.",
        ),
        topic="session-duration",
        remedies=your_remedy(
            f"Request at most {_LONGEST_OF_USER} seconds",
            "After that, get a new session. Without the setting, a session lasts 12 hours.",
            commands=again,
            url="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html",
        ),
        notes="No permission is missing: STS rejects the duration.",
    )


def _explain_maximum(case: Case[AwsError], rejected: role_chains.Rejected) -> Explanation:
    """Explain that the duration is longer than the role's maximum."""
    role = rejected.role
    account = "" if role is None else f" of account {role.account}"
    stated = f" of {rejected.maximum} seconds" if rejected.maximum and not rejected.is_enough else ""
    label = f"An administrator{account} can raise it, to at most {role_chains.LONGEST_MAXIMUM} seconds:"
    return case.explain(
        f"STS rejected {rejected.duration}: it is longer than the role's maximum session duration{stated}.",
        SESSION_LONGER_THAN_MAXIMUM.cause("reported"),
        topic="session-duration",
        remedies=your_remedy(
            "Request a shorter session, or raise the role's maximum",
            rejected.request_less,
            "Each role allows an hour (3600 seconds). The first command prints the maximum.",
            commands=(
                fill_command(
                    "aws iam get-role --role-name {} --query Role.MaxSessionDuration", rejected.name
                ),
                Labelled(label, rejected.raise_command),
            ),
        ),
        notes="No permission is missing: STS rejects the duration.",
    )


def _find_profile(case: Case[AwsError]) -> tuple[ProfileSection | None, ProfileSection | None]:
    """Return the profile whose role is assumed, and the one whose credentials assume it, if the text shows them.

    It is the selected profile, or the only one with a duration.
    """
    sections = {each.name: each for each in find_profile_sections(case.failure.text)}
    name = find_profile(case) or only_one(
        [each.name for each in sections.values() if "duration_seconds" in each.settings], "default"
    )
    section = sections.get(name)
    if section is None or "role_arn" not in section.settings:
        return None, None
    return section, sections.get(section.settings.get("source_profile", ""))


def find_maximum(text: str) -> int | None:
    """Return the maximum session duration of the role in seconds, if the text states one.

    >>> find_maximum("MaxSessionDuration is 43200"), find_maximum("max session duration: 12 hours")
    (43200, 43200)
    """
    maximum = only_one(
        {int(each["number"]) * (3600 if each["hours"] else 1) for each in _MAXIMUM.finditer(text)}, 0
    )
    return maximum if role_chains.SHORTEST_MAXIMUM <= maximum <= role_chains.LONGEST_MAXIMUM else None


def _describe_own_setting(text: str, allowed: int) -> tuple[str | None, str | None, str]:
    """Return the duration that the text shows, its setting, and how to request less: with it, or with those of clients."""
    found = [
        each
        for each in _OWN_SETTING.finditer(text)
        if "max" not in each["name"].lower() and int(each["seconds"]) > role_chains.SHORTEST_MAXIMUM
    ]
    if not found and (written := _GO_DURATION.search(text)) is not None:
        seconds = sum(int(written[unit] or 0) * length for unit, length in _SECONDS.items())
        if seconds > allowed:
            shorter = f"{allowed // 3600}h" if allowed % 3600 == 0 else f"{allowed}s"
            step = f'The text has {written[0]}: set duration = "{shorter}" instead.'
            return str(seconds), written[0], step
    if len({each["seconds"] for each in found}) != 1:
        said = only_one(
            {
                each["seconds"]
                for each in _SAID.finditer(text)
                if int(each["seconds"]) > allowed
                and _OF_SESSION.search(
                    text[line_start(text, each.start()) : each.start()].rpartition(". ")[2]
                )
            }
        )
        return None if found else said, None, _IN_PYTHON if "botocore." in text else _REQUEST_LESS
    # A log can repeat the value of the code in words.
    setting = next(
        (each for each in found if each["sign"].strip() or each["name"].startswith("--")), found[0]
    )
    name, sign = setting["name"], setting["sign"]
    if name == "SessionDuration":
        option = next((each for tool, each in _SAML_OPTIONS.items() if tool in text), None)
        own = "" if option is None else f", or set {option} 3600"
        step = f"The attribute SessionDuration of the SAML assertion requests {setting['seconds']} seconds: lower it in the identity provider{own}."
        return setting["seconds"], None, step
    value = f"{name}{sign}{allowed}" if allowed < int(setting["seconds"]) else f"a smaller {name}"
    shown = f"{name}{sign}{setting['seconds']}"
    return setting["seconds"], shown, f"The text has {shown}: set {value} instead."


def explain_session_name(case: Case[AwsError], message: str) -> Explanation:
    """Explain that STS rejects the name of a session."""
    text = case.failure.text
    is_action, branch = (
        "configure-aws-credentials" in text and "Could not assume role" in text,
        _BRANCH.search(text),
    )
    where = "Set it with --role-session-name, RoleSessionName in an SDK, role_session_name in a profile, session_name in Terraform, role-session-name in aws-actions/configure-aws-credentials, or AWS_ROLE_SESSION_NAME."
    if is_action:
        where = "Or set this line in the step of aws-actions/configure-aws-credentials: it is always valid."
    if is_action and branch:
        where += f" {branch['name']} is the name of a branch, so each one with a slash fails."
    return case.explain(
        f"STS rejected the role session name: {_find_flaw(message)}.",
        SESSION_NAME_INVALID.cause("reported"),
        topic="session-name",
        remedies=your_remedy(
            "Use a session name of 2 to 64 allowed characters",
            "Replace spaces, slashes, colons and other characters with a hyphen: a branch name such as feature/login contains a slash.",
            where,
            commands=()
            if is_action
            else f"aws sts assume-role --role-arn ROLE_ARN --role-session-name {_correct_name(message)}",
            manifest="role-session-name: gha-${{ github.run_id }}\n" if is_action else None,
            manifest_language="yaml",
        ),
        notes="No permission is missing: STS evaluated no policy.",
    )


_BRANCH = lazy_pattern(r"\brole-session-name: ?[^\n]{0,80}?\b(?P<name>github\.(?:head_ref|ref_name|ref))\b")
# A value that is masked or a placeholder does not show what was sent.
_SESSION_NAME = lazy_pattern(r"\bValue '(?P<name>[^'\n*<>$…\[\\]{1,200})' at 'roleSessionName'")


def _correct_name(message: str) -> str:
    """Return the name of the session with a hyphen in place of what is not allowed, or an example."""
    found = _SESSION_NAME.search(message)
    sent = found["name"] if found else ""
    name = re.sub(r"[^\w+=,.@-]+", "-", sent, flags=re.ASCII)[:64].strip("-")
    # The reason can be another one.
    return name if len(name) > 1 and name != sent else "deploy-feature-login"


def _find_flaw(message: str) -> str:
    """Return what is wrong with the name of a session, as far as the message shows it."""
    found = _SESSION_NAME.search(message)
    name = found["name"] if found else ""
    if (wrong := re.search(r"[^\w+=,.@-]", name, re.ASCII)) is not None:
        shown = "a space" if wrong[0].isspace() else f'"{wrong[0]}"'
        return f"{quote_words(name)} contains {shown}, which is not allowed"
    if name and not 2 <= len(name) <= 64:
        return f"it has {len(name)} character{'s' if len(name) > 1 else ''}, and 2 to 64 are allowed"
    return "it contains a character that is not allowed, or has the wrong length"
