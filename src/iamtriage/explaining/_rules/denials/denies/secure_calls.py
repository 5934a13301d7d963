"""Say where a program or a tool switches off TLS, and how it calls with MFA, if a Deny statement requires it."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.kubernetes.program_regions import find_variable_map
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.conditions import deny_conditions
from iamtriage.explaining._rules.denials.conditions.deny_conditions import Requirement
from iamtriage.explaining._rules.denials.conditions.requested_values import list_endpoints
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_program
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

_KEYS = ("aws:SecureTransport", "s3:TlsVersion")
# A setting that turns TLS off, and what it is instead.
_OFF = lazy_pattern(
    r"(?i)(?<![\w$.-])(?P<name>(?:[\w.-]{0,40}(?:s3|aws|sqs|sns)[\w.-]{0,20}?)?(?:(?:use_?ssl|ssl[._]enabled|use_?https)(?=\W{1,5}false\b)|(?:use_?http|disable_?ssl)(?=\W{1,5}true\b)))[\"']?\s{0,3}(?:=>|[=:, ])\s{0,3}[\"']?(?P<value>true|false)\b"
)
_IS_HADOOP = lazy_pattern(r"\bs3a\b|\b(?i:hadoop|spark)\b")
_DEVICE = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:mfa/[\w+=,.@/-]{1,128}(?<![.,])")
# What a Deny without MFA exempts, so that users can set up a device and open a session:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_my-sec-creds-self-manage.html
_OPENS_SESSION = lazy_pattern(r"sts:get(?:sessiontoken|calleridentity)|iam:.*mfa.*")
# "In the console, with the code of my phone, it works": what the sentence says first of the console counts.
_CONSOLE = lazy_pattern(r"(?i)[^.;\n]{0,60}\bconsole\b[^.;\n]{0,140}")
# But not "in my code".
_CODE = lazy_pattern(
    r"(?i)\b(?:mfa|2fa|multi-?factor|t?otp|authenticator|yubi-?key|passkey)\b|\b(?:app|device|phone|sms|token|one-time|(?:six|6)-digit)(?:'s)? codes?\b"
    r"|\bcodes? (?:from|of|on) (?:an?|my|the) (?:\w{1,20} )?(?:app|device|phone|token)\b"
)
_OUTCOME = lazy_pattern(
    r"(?i)(?P<fails>\b(?:can'?t|cannot|\w{2,6}n't|not|fails?|failed|denied|no)\b)|\b(?:can|could|works?|worked|fine|okay|ok)\b"
)
_KEEP = "The Deny is there to stop calls without TLS: no policy has to change."


def requires_tls(requirement: Requirement) -> bool:
    """Return whether a requirement is a call over HTTPS."""
    return any(map(requirement.has_key, _KEYS))


def is_about_tls(key: str, values: tuple[str, ...]) -> bool:
    """Return whether a condition of a Deny matches only calls without TLS, or with an old version of it."""
    name = key.lower()
    return name == "s3:tlsversion" or (
        name == "aws:securetransport" and [each.lower() for each in values] == ["false"]
    )


def secure_call_remedy(denial: Denial, requirement: Requirement, title: str) -> Remedy:
    """Return how to call over HTTPS, from what the text shows of the call."""
    text = denial.failure.text
    lines: tuple[str, ...] = ()
    endpoints = (each for each in list_endpoints(denial) if each["scheme"].lower() == "http")
    found, off = next(endpoints, None), _OFF.search(text)
    if found is not None:
        name, (old, url) = found["name"], (f"http{found['host']}", f"https{found['host']}")
        step = f"Write {clip_text(url)}"
        if not name.lower().startswith("curl"):
            step += ", or leave the endpoint out: the AWS CLI and the SDKs use HTTPS by default"
        where = "the text"
        if name.lower() == "--endpoint-url":
            lines = present(commands.repeat_command(denial.context.command, changes={"endpoint-url": url}))
        elif (place := find_variable_map(text, name)) is not None:
            namespace = commands.namespace(place[1] or denial.facts.namespace)
            patch = clusters.patch_map_command(place[0], namespace, {name: url})
            where = f"the ConfigMap {clip_text(place[0])}"
            lines = (patch, clusters.renew_pods_command(denial.case, namespace))
        title, step = f"{title}, instead of {clip_text(old)} ({clip_text(name)} in {where})", f"{step}."
        if name.startswith("AWS_ENDPOINT_URL") and "://sqs" in url and f"{url}/" in text:
            # https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
            step += " The https:// of a queue URL changes nothing: SDKs call the endpoint."
    elif off is not None:
        on = "true" if off["value"].lower() == "false" else "false"
        step = f"{clip_text(off['name'])} is {off['value']} in the text: set it to {on}, or remove the setting, because TLS is the default."
    else:
        of_hadoop = ", fs.s3a.connection.ssl.enabled" if _IS_HADOOP.search(text) else ""
        step = f"Use an https:// endpoint URL with TLS 1.2 or later. The AWS CLI and the SDKs do so by default: look for http:// in --endpoint-url, AWS_ENDPOINT_URL, endpoint_url of the profile{of_hadoop} and the code."
    return your_remedy(title, step, _KEEP, commands=lines, url=requirement.url)


def call_with_mfa(denial: Denial) -> tuple[str, tuple[str, ...], str | None]:
    """Return how to call with MFA, with the commands, and the lines of the profile that assumes the denied role."""
    found = _DEVICE.findall(denial.failure.text)
    device = only_one(
        {each for each in found if denial.account in {None, each.split(":")[4]}}, "SERIAL_NUMBER"
    )
    listed = ("aws iam list-mfa-devices",) if device == "SERIAL_NUMBER" else ()
    needs_session, profile = find_program(denial.failure) is not None, find_profile(denial.case)
    source = denial_remedies.find_source_profile(denial, profile)
    if source is not None and not needs_session and "mfa_serial" not in denial.failure.text:
        where = " SOURCE_PROFILE is the source_profile in its section." * (source == "SOURCE_PROFILE")
        step = f"In ~/.aws/config, add mfa_serial to the section of the profile {profile} as below, then repeat the call: the AWS CLI asks for the code. No policy has to change.{where}"
        manifest = f"[profile {profile}]\nmfa_serial = {device.replace('SERIAL_NUMBER', 'MFA_DEVICE_ARN')}"
        return step, tuple(with_profile(source, each) for each in listed), manifest
    call = denial_remedies.mfa_command(denial, device, opens_session=needs_session)
    lines = tuple(with_profile(source or profile, each) for each in (*listed, call))
    return _mfa_step(denial, needs_session=needs_session), lines, None


def may_need_mfa(denial: Denial) -> bool:
    """Return whether a Deny for calls without MFA fits: the call used keys, and no policy with the Deny is known."""
    from iamtriage.explaining._rules.denials.conditions.request_conditions import uses_keys

    facts = denial.facts
    is_known = denial.policy or denial.statements or facts.policies or context_of(facts).policies
    if is_known or facts.authorization_details or not uses_keys(denial):
        return False
    return _OPENS_SESSION.fullmatch(denial.lowercase_action) is None


def works_with_mfa(text: str) -> bool:
    """Return whether a text says that a call works in the console, with the code of a device.

    >>> works_with_mfa("In the console, with my MFA code, I can read it."), works_with_mfa("It works in the console, not in my code.")
    (True, False)
    """
    if "onsole" not in text:
        return False
    said = (each[0] for each in _CONSOLE.finditer(text) if _CODE.search(each[0]))
    outcomes = (found for each in said if (found := _OUTCOME.search(each)) is not None)
    return any(found["fails"] is None for found in outcomes)


_NOT_OF_CONSOLE = " Access keys carry no MFA, also if you sign in to the console with it."


def _mfa_step(denial: Denial, *, needs_session: bool) -> str:
    """Return how to call with MFA, with what differs between the ways to sign in of which the text speaks."""
    if denial.lowercase_action == "sts:assumerole" and not needs_session:
        is_of_console = "onsole" in denial.failure.text and "MFA" in denial.failure.text
        return f"{deny_conditions.MFA_WITH_ROLE}{_NOT_OF_CONSOLE * is_of_console}"
    asides = [
        words for sign, words in deny_conditions.MFA_ASIDES.items() if re.search(sign, denial.failure.text)
    ]
    why, _, how = deny_conditions.MFA.step.partition(". ")
    # How to set values comes after what to set.
    at = sum(not each.startswith("In PowerShell") for each in asides)
    return " ".join((f"{why}.", *asides[:at], how, *asides[at:]))
