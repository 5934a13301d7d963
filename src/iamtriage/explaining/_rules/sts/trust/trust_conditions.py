"""Describe conditions of a trust policy on the call itself, such as an external ID or MFA, and how to meet them.

The text can show how a role is assumed: by a command, a profile, code or Terraform. What such a call does not set is
not sent. Names: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies import date_conditions
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts.shown_calls import UNKNOWN, CodeCall, RoleCall, name_of_setting
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from iamtriage.trust._evaluation import TrustResult

EXTERNAL_ID = "sts:externalid"
"""The condition key of the external ID, in lowercase."""
_MFA = "aws:multifactorauthpresent"
_MFA_AGE = "aws:multifactorauthage"
MFA_KEYS = frozenset({_MFA, _MFA_AGE})
"""The condition keys of credentials that were obtained with MFA, in lowercase."""
_SESSION_NAME, _SOURCE_IDENTITY = "sts:rolesessionname", "sts:sourceidentity"
# Condition keys, and the setting of a profile that passes their value.
_SETTINGS = {
    EXTERNAL_ID: "external_id",
    _MFA: "mfa_serial",
    _MFA_AGE: "mfa_serial",
    _SESSION_NAME: "role_session_name",
    _SOURCE_IDENTITY: "source_identity",
}
# What the call must have, if the trust policy states the values.
_NOUNS = {
    EXTERNAL_ID: "the external ID",
    _SESSION_NAME: "the session name",
    _SOURCE_IDENTITY: "the source identity",
    "aws:principalorgid": "a caller of the organization",
    "aws:principalaccount": "a caller of the account",
    "aws:principalarn": "the caller",
    "aws:sourceip": "a source address in",
    "aws:requestedregion": "the Region",
}

# Those that a call can choose.
_VALUES = {
    EXTERNAL_ID: "an external ID",
    _SESSION_NAME: "a session name",
    _SOURCE_IDENTITY: "a source identity",
}


def open_condition(result: TrustResult) -> str | None:
    """Return the condition of a trust policy that decides and is unknown, as a phrase, or ``None``."""
    if result.allowed is not None or result.condition is None:
        return None
    operator, _, key = result.condition.partition(" ")
    noun, value = _NOUNS.get(key.lower()), _VALUES.get(key.lower())
    expected = clip_text(" or ".join(result.expected[:2]))
    if "Not" in operator:
        if value:
            return f"{value} other than {expected}"
        noun = None
    elif value and "Like" in operator and "*" in expected:
        start = expected.rstrip("*")
        is_start = start and "*" not in start and len(result.expected) == 1
        return f"{value} that {f'begins with {start}' if is_start else f'matches {expected}'}"
    if noun is not None and result.expected:
        return f"{noun} {expected}"
    other = f"a request that meets its condition on {clip_text(key)}"
    if date_conditions.is_date(key) and result.expected:
        return f"a call {'after' if 'Greater' in operator else 'before'} {expected}"
    if result.expected and operator.startswith(("String", "Arn")) and "Not" not in operator:
        other = f"{clip_text(key)} to be {expected}"
    return {
        _MFA: "credentials that were obtained with MFA",
        _MFA_AGE: "credentials that were obtained with MFA a short time ago",
        "aws:sourceip": "another source address",
        **_VALUES,
    }.get(key.lower(), other)


def passed_value(result: TrustResult, call: RoleCall) -> str | None:
    """Return what a call passes for the condition key that decides."""
    setting = _SETTINGS.get((result.condition or "").partition(" ")[2].lower())
    return None if setting is None else call.settings.get(setting)


def is_met_by_call(result: TrustResult, call: RoleCall | None) -> bool | None:
    """Return whether a call meets the condition that decides; ``None`` if the text does not show that."""
    operator, _, key = (result.condition or "").partition(" ")
    setting = _SETTINGS.get(key.lower())
    if call is None or setting is None or "Null" in operator or "Not" in operator:
        return None
    value = call.settings.get(setting)
    if value is None and call.is_of_eks:
        return None
    if value is None:
        return False
    if setting == "mfa_serial" or "$" in value:
        return None
    if "IgnoreCase" in operator:
        return any(value.lower() == each.lower() for each in result.expected)
    if operator.removesuffix("IfExists").endswith("Like"):
        return any(matches(value, compile_glob(each)) for each in result.expected)
    return value in result.expected


# Where a value that is for another setting stands.
_NAMES_OF_SETTINGS = {
    "role_session_name": "session name",
    "source_identity": "source identity",
    "external_id": "external ID",
}


def find_misplaced(result: TrustResult, call: RoleCall) -> str | None:
    """Return the setting of a call that has the value that the condition requires of another one."""
    setting = _SETTINGS.get((result.condition or "").partition(" ")[2].lower())
    others = (each for each in _NAMES_OF_SETTINGS if each != setting)
    return next((each for each in others if call.settings.get(each) in result.expected), None)


def describe_passed_value(result: TrustResult, call: RoleCall) -> str:
    """Return what a call passes instead of what the condition requires, as a clause."""
    setting = _SETTINGS[(result.condition or "").partition(" ")[2].lower()]
    value = call.settings.get(setting)
    if value is None:
        lacks = "no code of a device" if setting == "mfa_serial" else "none"
        other = find_misplaced(result, call)
        instead = (
            f": it passes {clip_text(result.expected[0])} as the {_NAMES_OF_SETTINGS[other]}" if other else ""
        )
        return (
            f"{clip_text(call.source)} {f'has no {setting}' if call.profile else f'passes {lacks}'}{instead}"
        )
    if call.is_of_eks:
        return f"{call.source} has {clip_text(value)}"
    same = result.expected and value.lower() == result.expected[0].lower()
    return f"{clip_text(call.source)} passes {clip_text(value)}{' (they differ in case)' if same else ''}"


def _describe_external_id(value: str, call: RoleCall | None, accept: str | None) -> str:
    """Return where to set an external ID, unless the remedy completes the command or profile in the text."""
    unchanged = ", and the trust policy needs no change" if accept is None else ""
    where = f'Set ExternalId in the code (in Python, ExternalId="{value}"), or external_id in a profile or in the block assume_role of Terraform. '
    if call is not None and accept is None and call.profile is None and call.source == "the command":
        return (
            "In profiles: external_id; in SDKs: ExternalId. Case matters. The trust policy needs no change."
        )
    if call is not None and accept is None and call.profile is not None:
        where = ""
    return f"{where}The comparison is case-sensitive{unchanged}."


def open_condition_remedy(
    result: TrustResult,
    role_arn: str | None,
    call: RoleCall | None = None,
    user: str | None = None,
    *,
    is_terraform: bool = False,
    program: str | None = None,
) -> Remedy | None:
    """Return how a caller meets the condition of a trust policy that decides."""
    required = open_condition(result)
    if required is None or result.condition is None:
        return None
    operator, _, key = result.condition.lower().partition(" ")
    wanted = () if "not" in operator else result.expected
    arn = commands.arn(role_arn, "ROLE_ARN")
    assume = f"aws sts assume-role --role-arn {{}} --role-session-name {_session_name(result, call)}"
    profile = None if call is None or call.profile is None else commands.profile(call.profile)
    setting = _SETTINGS.get(key)
    known = {} if call is None else {key: each for key, each in call.settings.items() if each != UNKNOWN}
    passed = known.get(setting or "")
    owner = "the owner of the role"
    if arn.startswith("arn:"):
        owner = f"an administrator of the account {arn.split(':')[4]}"
    accept = f"If {clip_text(passed)} is right, {owner} changes the condition." if passed else None
    title = "Meet the condition of the role's trust policy"
    lines: tuple[str, ...] = ()
    manifest, url = None, pages.TRUST_POLICIES
    steps: tuple[str, ...] = (f"The trust policy requires {required}.",)
    if key == EXTERNAL_ID:
        accept = accept and f"Find out which ID was agreed. {accept}"
        value = commands.external_id(wanted[0] if wanted else None)
        title, url = f"Pass {required}", pages.EXTERNAL_ID
        lines = (commands.fill_command(f"{assume} --external-id {{}}", arn, value),)
        if call is not None and call.code is not None and value != "EXTERNAL_ID":
            return _code_remedy(result, call, call.code, (title, value, lines[0]), accept)
        if profile is not None:
            lines = (commands.fill_command("aws configure set external_id {} --profile {}", value, profile),)
        steps = present(_describe_external_id(value, call, accept), accept)
        if is_terraform and value != "EXTERNAL_ID":
            steps = (
                "In the provider, the block assume_role needs external_id. The comparison is case-sensitive, and the trust policy needs no change.",
                "To check it, run the command with the credentials of Terraform.",
            )
            # The value is one that no shell and no string of Terraform changes.
            manifest = _build_block(arn, value, known.get("role_session_name"))
            lines = tuple(f"{each} --query AssumedRoleUser.Arn" for each in lines)
    elif key in {_SESSION_NAME, _SOURCE_IDENTITY} and result.expected:
        title = f"Pass {required}"
        option = {_SESSION_NAME: "role-session-name", _SOURCE_IDENTITY: "source-identity"}[key]
        value = commands.session_name(_fit_value(wanted[0], passed) if wanted else None)
        value = value if value != "SESSION_NAME" or key == _SESSION_NAME else "SOURCE_IDENTITY"
        template = "aws sts assume-role --role-arn {}" if key == _SESSION_NAME else assume
        lines = (commands.fill_command(f"{template} --{option} {{}}", arn, value),)
        step = f"In a profile, the setting is {_SETTINGS[key]}."
        if key == _SOURCE_IDENTITY:
            step = "Profiles have no setting for it: set SourceIdentity in an SDK, or source_identity in Terraform."
        steps = present(step, accept)
    elif key == "aws:principalorgid":
        title = "Check that the caller's account belongs to the organization"
        lines = ("aws organizations describe-organization --query Organization.Id",)
        steps += (
            "Run with the caller's credentials, the command prints the organization of its account. If it is another organization, the role's owner must name the caller in the trust policy.",
        )
    elif key in MFA_KEYS:
        return _mfa_remedy(commands.fill_command(assume, arn), profile, user, program)
    remedy = your_remedy(title, *steps, commands=lines, manifest=manifest, url=url)
    return remedy if manifest is None else attrs.evolve(remedy, manifest_language="hcl")


def _build_block(arn: str, external_id: str, session_name: str | None) -> str:
    """Return the block of a provider that assumes a role with an external ID, and keeps the name of its session."""
    rows = {"role_arn": arn, "session_name": session_name, "external_id": external_id}
    shown = {key: each for key, each in rows.items() if each is not None}
    width = max(map(len, shown))
    lines = (f"  {key:{width}} = {json.dumps(each)}\n" for key, each in shown.items())
    return f"assume_role {{\n{''.join(lines)}}}"


def _session_name(result: TrustResult, call: RoleCall | None) -> str:
    """Return a session name: any will do, unless the call or the policy has one."""
    settings: Mapping[str, str] = {} if call is None else call.settings
    is_misplaced = call is not None and find_misplaced(result, call) == "role_session_name"
    stated = settings.get("role_session_name", UNKNOWN)
    return commands.session_name("check" if is_misplaced or stated == UNKNOWN else stated)


def _code_remedy(
    result: TrustResult, call: RoleCall, code: CodeCall, parts: tuple[str, str, str], accept: str | None
) -> Remedy:
    """Return how the code of a text passes an external ID, from a title, the value and a command."""
    title, value, line = parts
    misplaced = find_misplaced(result, call)
    source = next((each for each in code.settings if misplaced and misplaced == name_of_setting(each)), None)
    free = f" The {_NAMES_OF_SETTINGS[misplaced]} can be any other." if misplaced else ""
    where = "replace the line for the external ID with" if "external_id" in call.settings else "add"
    unchanged = ", and the trust policy needs no change" if accept is None else ""
    remedy = your_remedy(
        title,
        f"In the code, {where} this line.{free} The comparison is case-sensitive{unchanged}.",
        accept,
        commands=Labelled("To check it with the same credentials:", line),
        manifest=code.external_id_line(value, source),
        url=pages.EXTERNAL_ID,
    )
    return attrs.evolve(remedy, manifest_language="text")


def _fit_value(expected: str, passed: str | None) -> str:
    """Return what a call can pass for a pattern: its start, followed by the end of what it passed.

    >>> _fit_value("release-*", "build-7731"), _fit_value("ci-?", "build")
    ('release-7731', 'ci-?')
    """
    start = expected.rstrip("*")
    if not passed or start in {"", expected}:
        return expected
    return start + ((not start[-1].isalnum() and passed.partition(start[-1])[2]) or passed)


def _mfa_remedy(assume: str, profile: str | None, user: str | None, program: str | None) -> Remedy:
    """Return how to assume a role with MFA in the tool that assumes it."""
    list_devices = "aws iam list-mfa-devices"
    if user is not None:
        list_devices = commands.fill_command(f"{list_devices} --user-name {{}}", commands.user_name(user))
    device = "MFA_DEVICE_ARN is the SerialNumber that the first command prints. If it prints none, register a device for the user."
    others = (
        "The trust policy needs no change. A job that runs unattended needs a role without this condition."
    )
    title = "Assume the role with MFA"
    steps: tuple[str, ...] = (
        device,
        f"In a profile with role_arn, mfa_serial names the device, and the CLI asks for the code. {others}",
    )
    line = f"{assume} --serial-number MFA_DEVICE_ARN --token-code TOKEN_CODE"
    if program is not None:
        title = f"Open a session with MFA, then run {program} with it"
        steps = (
            f"Long-term access keys carry no MFA, and {program} cannot ask for a code, so mfa_serial in a profile does not work.",
            f"Export the credentials that the second command returns as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, then run {program}. {others}",
            device,
        )
        line = "aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code TOKEN_CODE"
    elif profile is not None:
        ask = f"With mfa_serial in the profile {clip_text(profile)}, the CLI asks for the code. {others}"
        steps = (device, ask)
        line = commands.fill_command("aws configure set mfa_serial MFA_DEVICE_ARN --profile {}", profile)
    return your_remedy(title, *steps, commands=(list_devices, line), url=pages.MFA_SESSIONS)
