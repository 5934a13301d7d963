"""Tells the ARNs of resources whose names may hold blanks, which AWS prints without quotes; not where they end.

Sources: the patterns of names in the services' API references; S3's keys, Glue's jobs and Auto Scaling's groups
take nearly any character.
"""

from __future__ import annotations

import re

# Service and the resource's section up to the name.
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
_ARN = re.compile(rf"arn:aws[a-z-]{{0,20}}:(?:{'|'.join(_NAMES.split())})\S")
# What is no part of a name, but of words around one.
_PROSE = re.compile(
    r"[\n ](?:status|error|Error|operation|request|when)\b|: |, |[.!?]\s|\sarn:|https?:|\n\n|```"
)
_MOST_BLANKS = 40
_REASON = r"(?:because|since)\s+(?:no|public)\b|with\s+an?\s+explicit\s+deny\b"
_GIVES_REASON = re.compile(_REASON, re.IGNORECASE)
_AWS_GOES_ON = re.compile(
    rf"\s*\(?(?:{_REASON}|(?:Service|SDK|AWS\s+Service):|status\s+code:\s)",
    re.IGNORECASE,
)


def may_hold_blanks(arn: str) -> bool:
    """Tell whether an ARN is of a type of resource whose name may hold blanks.

    >>> may_hold_blanks("arn:aws:s3:::example-bucket/my file"), may_hold_blanks("arn:aws:s3:::example-bucket please")
    (True, False)
    """
    return _ARN.match(arn) is not None


def is_prose(arn: str, reason: str) -> bool:
    """Tell whether the blanks in an ARN may as well be of prose: the reason behind it does not begin as AWS's do.

    >>> is_prose("arn:aws:s3:::b/c please help", "because I"), is_prose("arn:aws:s3:::b/my file", "because no")
    (True, False)
    """
    return arn.startswith("arn:") and " " in arn and _GIVES_REASON.match(reason) is None


def is_whole_name(arn: str, text: str, end: int) -> bool:
    """Tell whether an ARN with blanks is one up to a place in a text: AWS's own words, or an SDK's, follow there."""
    blanks = arn.count(" ") + arn.count("\n")
    return (
        blanks <= _MOST_BLANKS
        and may_hold_blanks(arn)
        and _PROSE.search(arn) is None
        and _AWS_GOES_ON.match(text, end) is not None
    )
