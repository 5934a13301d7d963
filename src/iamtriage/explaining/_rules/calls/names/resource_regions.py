"""Find the Region in which a missing resource is, and the one to which the call went."""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import line_at, quote_words
from iamtriage._typing import NamedTuple
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
