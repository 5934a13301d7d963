"""Name the Region of each call in the commands of remedies: the configured Region can be another one."""

from __future__ import annotations

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage.explaining._context.readers.other_profiles import hide_other_profiles
from iamtriage.explaining._explanations.remedies import Remedy, change_commands
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.commands import REGIONS_OF_IAM
from iamtriage.failures._failures import Failure

_REGION_OPTION = lazy_pattern(r"(?a)\baws [a-z0-9-]{2,40} [^|;]{0,2000}?--region ([\w-]{1,40})")
# A call of a service that has Regions. S3 finds the Region of a bucket itself, and IAM Identity Center has its own.
_REGIONAL_CALL = lazy_pattern(
    r"(?:(?<=\$\()|(?<=[|;&] )|(?<=\bdo )|^)aws (?!(?:account|budgets|ce|cloudfront|configure|ecr-public|iam|identitystore|login|organizations|route53|s3|s3api|sso|sso-admin|sts|support) )[a-z0-9-]{2,40} (?:wait )?[a-z][a-z0-9-]+(?= |$)"
)
# What follows a header with credentials is redacted.
_SIMPLE = lazy_pattern(r"(?:(?!Authorization)[^|;&<>()])*")
_PARENTHESES = lazy_pattern(r"\([^()]{0,2000}\)")
_NEXT_CALL = lazy_pattern(r"\)|[|;&] aws ")
_REGION_OF_ARN = lazy_pattern(rf"\barn:aws[a-z-]{{0,12}}:[a-z0-9-]{{2,30}}:({REGION}):")
# Without a Region, the AWS CLI calls these services in the partition aws.
_NO_OPTION = r"(?![a-z-]|[^|;&)]{0,4000}? --region )"
_IAM_CALL = lazy_pattern(rf"\baws (?:iam|organizations|sts) [a-z-]+{_NO_OPTION}")
_IAM_OR_S3_CALL = lazy_pattern(rf"\baws (?:iam|organizations|s3(?:api)?|sts) [a-z-]+{_NO_OPTION}")
# What is part of a longer name is none. The path of a role of IAM Identity Center has the Region of the latter.
_NAMED_REGION = lazy_pattern(rf"(?a)(?<![\w-])(?<!sso\.amazonaws\.com/){REGION}(?![\w-])")
_MAX_CHARS = 20_000


def find_only_region(failure: Failure) -> str | None:
    """Return the Region that the text around a failure names, if it names only one."""
    start, end = failure.span
    text = hide_other_profiles(failure, failure.text[max(start - _MAX_CHARS, 0) : end + _MAX_CHARS])
    names: set[str] = set(_NAMED_REGION.findall(text))
    if not names:
        return None
    from iamtriage.sts._endpoints import find_endpoint

    return only_one({name for name in names if find_endpoint(name) is not None})


def name_regions(lines: tuple[str, ...], known: str | None) -> tuple[str, ...]:
    """Return the commands with the Region of each regional call: that of the ARN in it, or the one that is known.

    The configured Region, which applies to a call that names none, can be another one. If the Region is not known,
    all calls use the configured one, or the placeholder.
    """
    named = {region for line in lines for region in _REGION_OPTION.findall(line)}
    region = only_one(named) if named else known
    changed = tuple(_name_region(line, region) for line in lines)
    if region == "REGION" and changed != lines:
        return tuple(line.replace(" --region REGION", "") for line in lines)
    return changed


def _name_region(line: str, region: str | None) -> str:
    for found in reversed(list(_REGIONAL_CALL.finditer(line))):
        end = found.end()
        # Without other calls: those in its arguments, those that it is an argument of, and those after it.
        call = _NEXT_CALL.split(_PARENTHESES.sub("", _PARENTHESES.sub("", line[end:])), maxsplit=1)[0]
        own = only_one(set(_REGION_OF_ARN.findall(call)), region)
        if own is not None and "--region" not in call:
            end = len(line) if _SIMPLE.fullmatch(line, end) else end
            line = f"{line[:end]} --region {own}{line[end:]}"
    return line


def name_regions_of_iam(
    remedies: tuple[Remedy, ...], failure: Failure | None, facts: Facts, stated: str | None
) -> tuple[Remedy, ...]:
    """Return remedies whose calls of IAM, Organizations and STS name a Region of the failure's partition, unless it is ``aws``.

    Calls of S3 do if the text has a call with a Region.
    """
    # Who names the Region in a call has most likely configured none, or another one.
    is_chosen = failure is not None and " --region" in failure.text
    calls = _IAM_OR_S3_CALL if is_chosen else _IAM_CALL
    if not any(calls.search(line) for each in remedies for line in (each.title, *each.commands)):
        return remedies
    region = _region_of_iam(failure, facts, stated)
    if region is None:
        return remedies
    option = rf"\g<0> --region {region}"
    return tuple(
        attrs.evolve(
            change_commands(each, tuple(calls.sub(option, line) for line in each.commands)),
            title=calls.sub(option, each.title),
        )
        for each in remedies
    )


def _region_of_iam(failure: Failure | None, facts: Facts, stated: str | None) -> str | None:
    """Return a Region of the failure's partition, whose IAM the AWS CLI calls with it, or ``None`` for ``aws``."""
    usual = None if failure is None else REGIONS_OF_IAM.get(find_partition(Case(failure, facts)))
    if usual is None or stated is None:
        return usual
    from iamtriage.policies._masked_arns import find_partition as partition_of_region

    return stated if partition_of_region(stated) == partition_of_region(usual) else usual
