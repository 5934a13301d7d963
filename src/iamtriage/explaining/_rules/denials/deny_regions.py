"""Say in which other Region to make a call that a Deny statement denies in its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.denials import deny_conditions
from iamtriage.explaining._rules.shared import commands, denial_remedies
from iamtriage.explaining._rules.shared.decisions import request_values
from iamtriage.explaining._rules.shared.remedies import present

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

# "OnlyEuWest1", "deny-outside-eu-central-1", "Allow_us_gov_west_1"
_REGION_IN_NAME = lazy_pattern(
    r"(?P<area>us[-_]?gov|us|eu|ap|sa|ca|af|me|il|mx|cn)[-_]?(?P<side>north(?:east|west)?|south(?:east|west)?|east|west|central)[-_]?(?P<number>[1-9])(?![0-9])",
    re.IGNORECASE,
)
# What names of statements that deny one Region begin with, unless they exempt one.
_DENIES_REGION = lazy_pattern(
    r"(?:deny|block|no|not|forbid|prevent|disable)(?!.{0,20}(?:outside|except|other|non|but))", re.IGNORECASE
)
_LIMITS_REGION = lazy_pattern(r"only|region|restrict|limit|outside|except|lock", re.IGNORECASE)
_MAX_REGIONS = 2


class OtherRegion(NamedTuple):
    """How to call in another Region.

    Attributes:
        title: What to do.
        step: How to do it.
        commands: The commands to repeat.
    """

    title: str
    step: str
    commands: tuple[str, ...] = ()


def repeat_in_regions(denial: Denial, regions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that failed for each of the first Regions, if the text shows it and it can go there."""
    called = context_of(denial.facts).command
    if called is None or called.program != "aws" or not denial_remedies.can_change_region(denial):
        return ()
    valid = (each for each in regions[:_MAX_REGIONS] if commands.region(each) == each)
    return present(*(commands.repeat_command(called, changes={"region": each}) for each in valid))


def find_other_region(denial: Denial, names: tuple[str, ...]) -> OtherRegion | None:
    """Return how to call in another Region, if the text or a name states one and the call is in a Region.

    Args:
        denial: The denial.
        names: The names of statements and the policy.
    """
    called = find_called_region(denial)
    if called is None or denial_remedies.model_region_remedy(denial) is not None:
        return None
    step = describe_called_region(denial, called)
    allowed = denial_remedies.find_allowed_regions(denial.failure.text, called)
    if allowed and denial_remedies.can_change_region(denial):
        title = f"Call in {join_words(allowed, 'or')}, with --region {allowed[0]}: the text names the allowed Region{'s' if len(allowed) > 1 else ''}"
        return OtherRegion(title, step, repeat_in_regions(denial, allowed))
    for name in names:
        found = _REGION_IN_NAME.search(name)
        if found is None:
            continue
        area = found["area"].lower().replace("_", "-").replace("usgov", "us-gov")
        region = f"{area}-{found['side'].lower()}-{found['number']}"
        # Names of policies often state where they were deployed.
        is_rule = name in denial.statements or _LIMITS_REGION.search(name) is not None
        if region == called or not is_rule or _DENIES_REGION.match(name):
            continue
        title = f"Call in {region}, with --region {region}: the name {clip_text(name)} suggests that only it is allowed"
        return OtherRegion(title, step)
    return None


def find_called_region(denial: Denial) -> str | None:
    """Return the Region of the call, which the request context or the ARN of the resource states."""
    called = "" if denial.resource_arn is None else denial.resource_arn.region
    called = called or next(iter(request_values(denial.facts, *deny_conditions.REGION.keys)), "")
    return None if not called or "*" in called else called


def describe_called_region(denial: Denial, called: str) -> str:
    """Return in which Region the call was made, and how to choose another one."""
    setting = denial_remedies.region_setting(denial, called)
    return f"The call was made in {clip_text(called)}{setting}. {deny_conditions.REGION.step}"
