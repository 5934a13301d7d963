"""Find the Region and the account in which a missing resource is, and those to which the call went."""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import line_at, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Case
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.failures._failures import AwsError

# What aws configure prints of the profile of the option, or else of the default profile.
_CONFIGURED = lazy_pattern(
    rf"(?am)\bconfigure get region(?: --profile[ =](?P<profile>[\w.@:+/-]{{1,64}}))?[ \t]*\n(?P<region>{REGION})[ \t]*$"
)
_IS_UNSURE = lazy_pattern(
    r"(?i:\b(?:not?|never|was|were|former|formerly|previous|old|deleted|removed|replaced|moved|if|should)\b|n't\b|\?)"
)


class _ShownArn(NamedTuple):
    """The ARN of a missing resource after the failure, its Region, and whether the text has it as that of the resource."""

    arn: str
    region: str
    is_sure: bool


def find_regions(case: Case[AwsError], service: str, name: str | None) -> tuple[str | None, str | None, str]:
    """Return the Region of the call, and the one of the resource if it is another, with what shows it."""
    stated = case.context.region
    called = clues.find_region(case) if stated is None else stated.value
    given = None if is_derived(case.facts, "region") else case.facts.region
    shown = _find_shown_arn(case, service, name) if name and service else None
    if shown is not None and stated is not None:
        if stated.words.strip("…") in shown.arn:
            # It says where the resource is, and not where the call went.
            called = _find_configured(case) or given
        if called in {None, shown.region} or not shown.is_sure:
            return called, None, ""
        return called, shown.region, f"The text has {shown.arn}, and the Region of the call is {called}."
    arn = try_parse_arn(name)
    if arn is not None and called and arn.region and arn.region != called:
        evidence = f"The ARN of the resource names {arn.region}, and the call went to {called}."
        return called, arn.region, evidence
    if stated is not None and given and given != called:
        evidence = f"The facts say {given}, and the text names {called}: {quote_words(stated.words)}."
        return called, given, evidence
    return called, None, ""


def _find_shown_arn(case: Case[AwsError], service: str, name: str) -> _ShownArn | None:
    rest = case.failure.text[case.failure.span[1] :]
    pattern = rf"(?a)(?<![\w:/-])arn:aws[a-z-]{{0,12}}:{service}:({REGION}):([0-9]{{12}}):(?:[\w-]{{1,40}}[:/])?{re.escape(name)}(?![\w:/-]|\.\w)"
    found = list(re.finditer(pattern, rest)) if f":{service}:" in rest else []
    if len({each[0] for each in found}) != 1:
        return None
    line = line_at(rest, found[0].start(), found[0].end()).replace(found[0][0], "")
    account = getattr(case.principal, "account", None) or found[0][2]
    return _ShownArn(found[0][0], found[0][1], account == found[0][2] and not _IS_UNSURE.search(line))


def _find_configured(case: Case[AwsError]) -> str | None:
    """Return the configured Region of the call's profile, if the text has it before the failure."""
    printed = list(_CONFIGURED.finditer(case.failure.text, 0, case.failure.span[0]))
    return printed[-1]["region"] if printed and printed[-1]["profile"] == find_profile(case) else None


# The account that get-caller-identity prints.
_OWN_ACCOUNT = lazy_pattern(
    r"(?a)\bget-caller-identity\b[^\n]{0,120}(?:\n[^\n$#>]{0,200}?){1,5}?(?<![0-9])(?P<account>[0-9]{12})(?![0-9])"
)
# "My profile for that account is shop-prod."
_SAID_PROFILE = lazy_pattern(
    r"(?i)\bprofile (?:for|in|of|to) (?:it|that|the (?:other|right)|this|[0-9]{12})(?: account)?(?: \([^()\n]{1,40}\))? is (?:called |named )?[`\"']?(?P<name>[\w.@-]{1,63}\w)"
    r"|\bprofile [`\"']?(?P<first>[\w.@-]{1,63}\w)[`\"']? is (?:for|in|of|that of) (?:that|the other|this) account\b"
)


class Owner(NamedTuple):
    """The account of a missing resource, if it is not that of the call.

    Attributes:
        account: The account that the ARN in the text has.
        own: The account of the credentials.
        profile: The profile with credentials of the owner, if the text names it.
    """

    account: str
    own: str
    profile: str | None


def find_owner(case: Case[AwsError], service: str, name: str | None) -> Owner | None:
    """Return the account of a missing resource whose ARN in the text has another account than the call."""
    text = case.failure.text
    printed = {each["account"] for each in _OWN_ACCOUNT.finditer(text)}
    own = getattr(case.principal, "account", None) or only_one(printed)
    if not name or not service or own is None:
        return None
    pattern = rf"(?a)(?<![\w:/-])arn:aws[a-z-]{{0,12}}:{service}:[a-z0-9-]{{0,30}}:([0-9]{{12}}):(?:[\w-]{{1,40}}[:/])?{re.escape(name)}(?![\w:/-]|\.\w)"
    command, (start, end) = case.context.command, case.failure.span
    found = [
        each
        for each in re.finditer(pattern, text)
        if not start <= each.start() < end
        and _IS_UNSURE.search(line_at(text, each.start(), each.end()).replace(each[0], "")) is None
    ]
    account = only_one({each[1] for each in found})
    # A call that names the whole ARN went to its account.
    is_called = command is not None and any(each[0] in command.text for each in found)
    if account is None or account == own or is_called:
        return None
    sections = (each for each in find_profile_sections(text) if account in "".join(each.settings.values()))
    said = next(_SAID_PROFILE.finditer(text), None)
    profile = (said["name"] or said["first"]) if said else next((each.name for each in sections), None)
    return Owner(account, own, profile)
