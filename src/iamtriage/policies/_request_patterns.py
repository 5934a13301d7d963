"""Recognize resources that AWS itself writes as a pattern.

A new resource has no ID yet, and some calls name no single resource. Then AWS checks an ARN with an asterisk,
and the message contains this ARN. Any other asterisk in a message belongs to a name or masks one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage.actions._lookup import Action

__all__ = ("is_aws_pattern", "is_log_group_pattern", "restore_end")

# CloudWatch Logs ends the ARN of a log group so in its messages, and some texts lose the last colon:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_NO_STREAM = lazy_pattern(r"(?P<group>arn:[^:]+:logs:[^:]*:[^:]*:log-group:[^:]+):log-stream:?")
_VARIABLE = lazy_pattern(r"\\\$\\\{\w{1,64}\\\}")
_VERB = lazy_pattern(r"[A-Z][a-z]+")

# The call states the name, and only the ID that AWS assigned is unknown:
# "cloudformation:CreateStack on resource: arn:aws:cloudformation:…:stack/NAME/*",
# "elasticloadbalancing:CreateLoadBalancer on resource: …:loadbalancer/app/NAME/*"
# (https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/load-balancer-authentication-access-control.html),
# "autoscaling:CreateAutoScalingGroup on resource: …:autoScalingGroup:*:autoScalingGroupName/NAME".
_NAMED_WITHOUT_ID = frozenset({"autoscaling", "cloudformation", "elasticloadbalancing"})
# "ec2:RunInstances on resource: arn:aws:ec2:…:instance/*":
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
_CREATING_VERBS = frozenset(
    {"Allocate", "Copy", "Create", "Import", "Provision", "Purchase", "Register", "Request", "Run"}
)
# "rds:DescribeDBInstances on resource: arn:aws:rds:…:db:*": https://github.com/awslabs/pireporter/issues/8.
# The same from ElastiCache, Redshift and ECR, whose actions have the plural of the type as their object.
_LISTING_VERBS = frozenset({"Describe", "List"})
# AWS assigns the ID of what such an action creates: "config:PutConfigRule on resource: …:config-rule/*",
# "wafv2:CreateWebACL on resource: …:regional/webacl/*/*".
_ASSIGNING_VERBS = _CREATING_VERBS | {"Put", "Start"}
_ASSIGNED_ID = lazy_pattern(r"\$\{(?:\w{0,60}[a-z])?I[Dd]\}\Z")
# "ecs:RegisterTaskDefinition on resource: …:task-definition/web:*": any revision of one name.
_REVISION = lazy_pattern(r":\$\{\w{0,60}(?:Revision|Version)\w{0,20}\}\Z")
# The rule groups of a web ACL that AWS manages are checked together: "…:regional/managedruleset/*/*".
_GROUPS_OF_AWS = "managedruleset"
_OTHER_LISTED_TYPES = {"rds:DescribeDBInstances": "db", "codedeploy:ListDeployments": "deploymentgroup"}


def is_log_group_pattern(arn: str) -> bool:
    """Return whether an ARN is that of a log group in its documented form, which ends in ``:*``.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html

    >>> is_log_group_pattern("arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/app:*")
    True
    """
    return ":log-group:" in arn and arn.endswith(":*") and arn.count("*") == 1


def restore_end(action: Action, arn: str) -> str:
    """Return an ARN that ends as in a policy: for all streams of a log group, or with the asterisk of AWS.

    Markdown removes such an asterisk.

    >>> from iamtriage.actions import find_action
    >>> group = "arn:aws:logs:eu-west-1:111122223333:log-group:orders"
    >>> restore_end(find_action("logs:GetLogEvents"), f"{group}:log-stream:")
    'arn:aws:logs:eu-west-1:111122223333:log-group:orders:*'
    >>> restore_end(find_action("ec2:RunInstances"), "arn:aws:ec2:eu-west-1:111122223333:instance/")
    'arn:aws:ec2:eu-west-1:111122223333:instance/*'
    """
    if (found := _NO_STREAM.fullmatch(arn)) is not None:
        return f"{found['group']}:*"
    return f"{arn}*" if arn.endswith("/") and is_aws_pattern(action, f"{arn}*") else arn


def is_aws_pattern(action: Action, arn: str) -> bool:
    """Return whether AWS itself writes the asterisk in an ARN if it denies the action.

    Args:
        action: The denied action.
        arn: The denied resource as the message shows it.

    >>> from iamtriage.actions import find_action
    >>> is_aws_pattern(find_action("ec2:RunInstances"), "arn:aws:ec2:eu-west-1:111122223333:instance/*")
    True
    >>> is_aws_pattern(find_action("ec2:StopInstances"), "arn:aws:ec2:eu-west-1:111122223333:instance/*")
    False
    """
    *sections, resource = arn.split(":", 5)
    if len(sections) != 5 or "*" not in resource or "**" in resource:
        return False
    if is_log_group_pattern(arn) or _has_documented_asterisk(action, resource):
        return True
    name = action.name.partition(":")[2]
    if resource == "*" and sections[4] and (action.access_level == "list" or name == "TagResource"):
        # "appsync:TagResource on resource: arn:aws:appsync:us-east-2:111122223333:*", before there is an API
        return True
    verb = _VERB.match(name)
    verb_name = verb[0] if verb else ""
    for kind in action.resource_types:
        for template in kind.arns:
            values = _read_values(template, resource)
            if values is None or not _has_whole_wildcards(values):
                continue
            is_named = values[-1] == "*" and "*" not in "".join(values[:-1])
            if is_named and verb_name in _ASSIGNING_VERBS and _REVISION.search(template):
                return True
            if action.service in _NAMED_WITHOUT_ID and any(value != "*" for value in values):
                return True
            if action.service == "ec2" and verb_name in _CREATING_VERBS:
                return True
            if _has_assigned_id(action.name, verb_name, kind.name, template):
                return True
            if verb_name in _LISTING_VERBS and _lists_type(action.name, kind.name):
                return True
    return False


def _has_documented_asterisk(action: Action, resource: str) -> bool:
    """Return whether AWS documents the asterisk: "neptune-db:connect on resource: …:cluster-ABC/*"."""
    templates = [each for kind in action.resource_types for each in kind.arns if each.endswith("/*")]
    values = [_read_values(each, resource) for each in templates]
    return any(each is not None and "*" not in "".join(each) for each in values)


def _has_whole_wildcards(values: tuple[str, ...]) -> bool:
    return "*" in values and all(value == "*" or "*" not in value for value in values)


def _has_assigned_id(action: str, verb: str, type_name: str, template: str) -> bool:
    """Return whether an action creates a resource of the type, whose ID is then unknown."""
    if type_name == _GROUPS_OF_AWS and _GROUPS_OF_AWS not in action.lower():
        return True
    is_created = (
        verb in _ASSIGNING_VERBS and action.partition(":")[2].lower() == f"{verb.lower()}{_noun(type_name)}"
    )
    return is_created and _ASSIGNED_ID.search(template) is not None


def _noun(type_name: str) -> str:
    """Return the name of a type as the names of actions contain it, in lower case."""
    return type_name.lower().replace("-", "").replace("_", "")


def _lists_type(action: str, type_name: str) -> bool:
    """Return whether the action lists resources of the type, not parts of one resource."""
    if _OTHER_LISTED_TYPES.get(action) == type_name:
        return True
    noun = _noun(type_name)
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return action.lower().endswith(plural)


def _read_values(template: str, resource: str) -> tuple[str, ...] | None:
    """Return the values of a template's variables in a resource, or ``None`` if it does not match.

    A trailing asterisk can replace several variables: ``deploymentgroup:*``.
    """
    pattern, prefix = _compile_template(template.split(":", 5)[5])
    found = pattern.fullmatch(resource)
    if found is not None:
        return found.groups()
    return ("*",) if prefix and resource == f"{prefix}*" else None


@lru_cache(maxsize=1024)
def _compile_template(resource: str) -> tuple[re.Pattern[str], str]:
    """Compile the resource of a template. A variable before the last one contains no separator."""
    literals = _VARIABLE.split(re.escape(resource))
    between = "([^/:]+)".join(literals[:-1])
    joined = f"{between}(.+){literals[-1]}" if len(literals) > 1 else literals[0]
    return re.compile(joined), resource.partition("${")[0]
