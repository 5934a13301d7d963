"""Compare a pasted bucket policy with the trail for which CloudTrail calls.

The policy names trails in aws:SourceArn, so that a second trail is refused where the first one works. Source:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.calls.policies import service_statements
from iamtriage.explaining._rules.shared.clues import find_region, stated_option
from iamtriage.policies._readers.elements import iterate_conditions

SERVICE = "cloudtrail.amazonaws.com"
# In Terraform, in templates and in calls of SDKs.
_NAME = lazy_pattern(
    r"\"aws_cloudtrail\"[^{}]{0,80}\{[^{}]{0,400}?\bname\s{0,20}=\s?\"(?P<terraform>[\w.-]{3,128})\"|\bTrailName\"?: ?[\"']?(?P<template>[\w.-]{3,128})\b|\b(?:create|update)_?[Tt]rail(?:Command)?\((?:[^()]{0,400}?[\s({])?[Nn]ame[\"']?\s?[=:]\s?[\"'](?P<call>[\w.-]{3,128})[\"']"
)
_ACTIONS = ("s3:GetBucketAcl", "s3:PutObject")
_REGION, _ACCOUNT = 3, 4


def compare_trail(
    denial: Denial, folder: str, account: str | None
) -> service_statements.ServiceContrast | None:
    """Return that a condition of the bucket policy does not match the trail, with the change, if it is so.

    Args:
        denial: The denial.
        folder: The ARN of the folder that CloudTrail writes to, with a slash at its end.
        account: The account of the trail.
    """
    named = {each[each.lastgroup] for each in _NAME.finditer(denial.failure.text) if each.lastgroup}
    name = stated_option(denial.case, "name") or only_one(named, "")
    stated = next(_list_sources(denial), None)
    if not name or stated is None:
        return None
    parts = stated.split(":", 5)
    parts[_REGION] = find_region(denial.case) or parts[_REGION]
    parts[_ACCOUNT] = account or parts[_ACCOUNT]
    source = ":".join((*parts[:5], f"trail/{name}"))
    target = folder.partition("/")[0]
    for action in _ACTIONS:
        of_action = target if action == _ACTIONS[0] else f"{folder}{parts[_ACCOUNT]}/CloudTrail/"
        contrast = service_statements.compare_statements(denial.case, SERVICE, action, of_action, source)
        if contrast is not None and contrast.change is not None:
            return contrast._replace(keeps_old=True)
    return None


def _list_sources(denial: Denial) -> Iterator[str]:
    """Yield the ARNs of trails for which the policies of the text allow CloudTrail."""
    for policy in denial.context.resource_policies:
        for statement in policy.allows:
            for _, key, values in iterate_conditions(statement):
                if key.lower() == "aws:sourcearn":
                    yield from (each for each in values if ":trail/" in each)
