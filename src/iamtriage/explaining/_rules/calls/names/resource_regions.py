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

# What aws configure prints of the profile of the option, or else of the default profile, also in a sentence.
_CONFIGURED = lazy_pattern(
    rf"(?am)\bconfigure get region(?: --profile[ =](?P<profile>[\w.@:+/-]{{1,64}}))?(?:[ \t]*\n|[`'\"]? ?(?:gives|is|prints|returns|says|shows|:|=>|->):? [`'\"]?)(?P<region>{REGION})\b[`'\"]?(?:[.,;]|[ \t]|$)"
    rf"|^[ \t]*region[ \t:]+(?P<listed>{REGION})[ \t:]+(?:config-file|env)\b"
)
REGION_IN_ENVIRONMENT = lazy_pattern(r"(?am)^[ \t]*region[ \t:]+([a-z]{2}[\w-]{5,20})[ \t:]+env\b")
"""What aws configure list prints."""
_VARIABLE = lazy_pattern(r"\bAWS_(?:DEFAULT_)?REGION\b")
_IS_UNSURE = lazy_pattern(
    r"(?i:\b(?:not?|never|was|were|former|formerly|previous|old|deleted|removed|replaced|moved|if|should)\b|n't\b|\?)"
)
OWNER = lazy_pattern(
    r"(?a)sqs\.[a-z0-9-]{6,30}\.amazonaws\.com(?:\.cn)?/(\d{12})/|registry with id ['\"]?(\d{12})|under account (\d{12})"
)
"""The account in the URL of a queue and in what ECR and Kinesis say."""


class _ShownArn(NamedTuple):
    """The ARN of a missing resource, its Region and account, and whether the text has it as that of the resource."""

    arn: str
    region: str
    account: str
    is_sure: bool


class Regions(NamedTuple):
    """Where a missing resource was looked up, and where it is.

    Attributes:
        called: The Region of the call, if it is known.
        other: The Region of the resource, if it is another.
        evidence: What shows the other Region.
        account: The account of the credentials, if the ARN in the text has the same.
    """

    called: str | None
    other: str | None = None
    evidence: str = ""
    account: str | None = None


def find_regions(case: Case[AwsError], service: str, name: str | None) -> Regions:
    """Return the Region of the call, and the one of the resource if it is another, with what shows it."""
    stated = case.context.region
    called = clues.find_region(case) if stated is None else stated.value
    given = None if is_derived(case.facts, "region") else case.facts.region
    shown = _find_shown_arn(case, service, name) if name and service else None
    if shown is not None:
        if stated is None or stated.words.strip("…") in shown.arn:
            # It says where the resource is, and not where the call went.
            called = _find_called(case, given if stated else called)
        if called in {None, shown.region} or not shown.is_sure:
            return Regions(called)
        evidence = f"The text has {shown.arn}, and the Region of the call is {called}."
        asked = OWNER.search(clues.message_text(case))
        accounts = {_find_own_account(case), *(asked.groups() if asked else ())}
        account = shown.account if shown.account in accounts else None
        return Regions(called, shown.region, evidence, account)
    arn = try_parse_arn(name)
    if arn is not None and called and arn.region and arn.region != called:
        evidence = f"The ARN of the resource names {arn.region}, and the call went to {called}."
        return Regions(called, arn.region, evidence)
    if stated is not None and given and given != called:
        evidence = f"The facts say {given}, and the text names {called}: {quote_words(stated.words)}."
        return Regions(called, given, evidence)
    return Regions(called)


def _arn_pattern(service: str, region: str, name: str) -> str:
    """Return a pattern for the ARN of a resource, with the groups region and account."""
    # The ARN of a secret ends in random characters, the one of a log group in an asterisk.
    end = {"secretsmanager": r"(?:-[0-9A-Za-z]{6})?", "logs": r"(?::\*)?"}.get(service, "")
    return rf"(?a)(?<![\w:/-])arn:aws[a-z-]{{0,12}}:{service}:(?P<region>{region}):(?P<account>[0-9]{{12}}):(?:[\w-]{{1,40}}[:/])?{re.escape(name.removeprefix('/') if service == 'ssm' else name)}{end}(?![\w:/-]|\.\w)"


def _find_shown_arn(case: Case[AwsError], service: str, name: str) -> _ShownArn | None:
    text, (start, end) = case.failure.text, case.failure.span
    if f":{service}:" not in text:
        return None
    command = case.context.command
    found = [
        each
        for each in re.finditer(_arn_pattern(service, REGION, name), text)
        if not start <= each.start() < end
        # This one is of where the call went.
        and not text.endswith("not found: ", 0, each.start())
        and (command is None or each[0] not in command.text)
    ]
    if len({each[0] for each in found}) != 1:
        return None
    line = line_at(text, found[0].start(), found[0].end()).replace(found[0][0], "")
    account = found[0]["account"]
    is_sure = _find_own_account(case) in {None, account} and not _IS_UNSURE.search(line)
    return _ShownArn(found[0][0], found[0]["region"], account, is_sure)


def _find_called(case: Case[AwsError], given: str | None) -> str | None:
    """Return the configured Region of the call's profile, if the text prints it, or else the given one."""
    text, start, command = case.failure.text, case.failure.span[0], case.context.command
    profile = find_profile(case)
    printed = [each for each in _CONFIGURED.finditer(text) if each["profile"] == profile]
    before = [each for each in printed if each.start() < start][-1:]
    region = only_one({each["region"] or each["listed"] for each in before or printed})
    # What precedes the setting is not printed by this command.
    is_set = command is not None and command.option("region") is not None
    if region is None or is_set or (not before and _VARIABLE.search(text)):
        return given
    return region


# The account that get-caller-identity prints, and not that of an ARN with a Region.
_OWN_ACCOUNT = lazy_pattern(
    r"(?a)\bget-caller-identity\b[^\n]{0,120}(?:\n[^\n$#>]{0,200}?){1,5}?(?<![0-9])(?<!-[0-9]:)(?P<account>[0-9]{12})(?![0-9])"
    # In a sentence.
    r"|\bget-caller-identity\b(?:(?!\bnot\b|n't\b)[^\n]){0,80}?\b[Aa]ccount[\"']?(?: is|:)? ?[\"'`]?(?P<said>[0-9]{12})(?![0-9])"
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


def _find_own_account(case: Case[AwsError]) -> str | None:
    # That of another profile is not the account of the call.
    profile = find_profile(case)
    printed = {
        each["account"] or each["said"]
        for each in _OWN_ACCOUNT.finditer(case.failure.text)
        if " --profile" not in each[0] or (profile is not None and profile in each[0])
    }
    return getattr(case.principal, "account", None) or only_one(printed)


def find_owner(case: Case[AwsError], service: str, name: str | None) -> Owner | None:
    """Return the account of a missing resource whose ARN in the text has another account than the call."""
    text, own = case.failure.text, _find_own_account(case)
    if not name or not service or own is None:
        return None
    pattern = _arn_pattern(service, r"[a-z0-9-]{0,30}", name)
    command, (start, end) = case.context.command, case.failure.span
    found = [
        each
        for each in re.finditer(pattern, text)
        if not start <= each.start() < end
        and _IS_UNSURE.search(line_at(text, each.start(), each.end()).replace(each[0], "")) is None
    ]
    account = only_one({each["account"] for each in found})
    # A call that names the whole ARN went to its account.
    is_called = command is not None and any(each[0] in command.text for each in found)
    if account is None or account == own or is_called:
        return None
    sections = (each for each in find_profile_sections(text) if account in "".join(each.settings.values()))
    said = next(_SAID_PROFILE.finditer(text), None)
    profile = (said["name"] or said["first"]) if said else next((each.name for each in sections), None)
    return Owner(account, own, profile)
