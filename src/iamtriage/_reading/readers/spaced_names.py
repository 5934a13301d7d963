"""Recognize ARNs of resources whose names can contain spaces.

AWS prints such ARNs without quotes. Sources: the name patterns in the services' API references. S3 object keys,
Glue jobs and Auto Scaling groups accept nearly any character.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

# ARNs from the service to the start of the name.
_NAMES = r"""
s3:::[^\s/]{1,63}/
glue:[^\s:]{0,40}:[^\s:]{0,40}:(?:job|crawler|trigger|workflow|connection|database|table|blueprint|dataQualityRuleset)/
databrew:[^\s:]{0,40}:[^\s:]{0,40}:(?:job|project|recipe|dataset|ruleset|schedule)/
cloudwatch:[^\s:]{0,40}:[^\s:]{0,40}:alarm:
elasticbeanstalk:[^\s:]{0,40}:[^\s:]{0,40}:(?:application|applicationversion|configurationtemplate|environment)/
codedeploy:[^\s:]{0,40}:[^\s:]{0,40}:(?:application|deploymentgroup|deploymentconfig):
autoscaling:[^\s:]{0,40}:[^\s:]{0,40}:(?:autoScalingGroup|launchConfiguration):[^\s:]{1,60}:\w{1,40}Name/
budgets::[^\s:]{0,40}:budget/
mediaconvert:[^\s:]{0,40}:[^\s:]{0,40}:(?:jobTemplates|presets|queues)/
logs:[^\s:]{0,40}:[^\s:]{0,40}:log-group:[^\s:]{1,512}:log-stream:
iot:[^\s:]{0,40}:[^\s:]{0,40}:topic(?:filter)?/
ec2:[^\s:]{0,40}:[^\s:]{0,40}:(?:key-pair|placement-group)/
swf:[^\s:]{0,40}:[^\s:]{0,40}:/domain/
"""
_ARN = lazy_pattern(rf"arn:aws[a-z-]{{0,20}}:(?:{'|'.join(_NAMES.split())})\S")
# Text that belongs to the words around a name.
_PROSE = lazy_pattern(
    r"[\n ](?:status|error|Error|operation|request|when)\b|: |, |[.!?]\s|\sarn:|https?:|\n\n|```"
)
_MAX_SPACES = 40
_REASON = r"(?:because|since)\s+(?:no|public)\b|with\s+an?\s+explicit\s+deny\b"
_AWS_REASON = lazy_pattern(_REASON, re.IGNORECASE)
_NEXT_CLAUSE = lazy_pattern(
    rf"\s*\(?(?:{_REASON}|(?:Service|SDK|AWS\s+Service):|status\s+code:\s)", re.IGNORECASE
)


def may_contain_spaces(arn: str) -> bool:
    """Return whether an ARN is of a resource type whose names can contain spaces.

    >>> may_contain_spaces("arn:aws:s3:::example-bucket/my file"), may_contain_spaces("arn:aws:s3:::example-bucket please")
    (True, False)
    """
    return _ARN.match(arn) is not None


def is_prose(arn: str, reason: str) -> bool:
    """Return whether an ARN with spaces can include prose, because no AWS reason follows it.

    >>> is_prose("arn:aws:s3:::b/c please help", "because I"), is_prose("arn:aws:s3:::b/my file", "because no")
    (True, False)
    """
    return arn.startswith("arn:") and " " in arn and _AWS_REASON.match(reason) is None


def is_whole_name(arn: str, text: str, end: int) -> bool:
    """Return whether an ARN with spaces ends at a position, because words of AWS or an SDK follow."""
    spaces = arn.count(" ") + arn.count("\n")
    return (
        spaces <= _MAX_SPACES
        and may_contain_spaces(arn)
        and _PROSE.search(arn) is None
        and _NEXT_CLAUSE.match(text, end) is not None
    )
