"""Find condition keys that cannot match, such as one with the value of another key.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from iamtriage._patterns import lazy_pattern, lazy_patterns
from iamtriage._text import clip_text
from iamtriage.explaining._rules.shared.policies.policy_changes import Condition, replace_condition
from iamtriage.policies._readers.elements import as_mapping, as_strings

_REQUEST_TAG = "aws:requesttag/"
# What each key compares. A value of the form of another key of the same group is a mistake.
_NOUNS = {
    "aws:SourceVpc": "the ID of a VPC",
    "aws:SourceVpce": "the ID of a VPC endpoint",
    "aws:PrincipalOrgID": "the ID of an organization",
    "aws:PrincipalAccount": "the ID of an account",
    "aws:SourceAccount": "the ID of an account",
    "aws:SourceOrgID": "the ID of an organization",
    "aws:PrincipalArn": "the ARN of a role or user",
    "aws:SourceArn": "the ARN of a resource",
}
_SPELLINGS = {each.lower(): each for each in _NOUNS}
_GROUPS = (
    ("aws:SourceVpc", "aws:SourceVpce"),
    ("aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:PrincipalArn"),
    ("aws:SourceOrgID", "aws:SourceAccount", "aws:SourceArn"),
)
_FORMS = lazy_patterns(
    {
        "aws:SourceVpc": r"vpc-[0-9a-f]{8,17}\Z",
        "aws:SourceVpce": r"vpce-[0-9a-f]{8,17}\Z",
        "aws:PrincipalOrgID": r"o-[a-z0-9]{10,32}\Z",
        "aws:PrincipalAccount": r"[0-9]{12}\Z",
        "aws:SourceOrgID": r"o-[a-z0-9]{10,32}\Z",
        "aws:SourceAccount": r"[0-9]{12}\Z",
    }
)
# Calls about what exists, which pass no tags. Those of STS pass the tags of a session, and S3 has keys of its own.
_WITHOUT_TAGS = lazy_pattern(
    r"(?!(?:s3|sts):)[a-z0-9-]{1,40}:(?!\w{0,100}tag)(?:(?:attach|delete|describe|detach|get|invoke|list|modify|reboot|receive|stop|terminate)\w{1,100}|start(?:instances|db(?:cluster|instance)))\Z"
)


class RightKey(NamedTuple):
    """The key that a condition most likely means.

    Attributes:
        name: The key.
        reason: Why the condition cannot match, as a clause about the wrong key.
        of_request: Whether the wrong key compares a tag of the request.
    """

    name: str
    reason: str
    of_request: bool = False


def passes_no_tags(action: str) -> bool:
    """Return whether a call with an action cannot pass tags.

    >>> passes_no_tags("ec2:stopinstances"), passes_no_tags("ec2:runinstances"), passes_no_tags("ec2:deletetags")
    (True, False, False)
    """
    return _WITHOUT_TAGS.match(action) is not None


def find_right_key(key: str, values: Sequence[str], action: str) -> RightKey | None:
    """Return the key that a condition most likely means, if its own cannot match in a call with an action.

    >>> find_right_key("aws:sourceVpc", ["vpce-0a1b2c3d4e5f67890"], "s3:getobject").name
    'aws:SourceVpce'
    """
    name = key.lower()
    if name.startswith(_REQUEST_TAG):
        tag = key.partition("/")[2]
        reason = f"{clip_text(key)} compares a tag that the call passes, and this one passes none"
        return RightKey(f"aws:ResourceTag/{tag}", reason, of_request=True) if passes_no_tags(action) else None
    own = _SPELLINGS.get(name)
    group = next((each for each in _GROUPS if own in each), ())
    for other in group:
        form = _FORMS.get(other)
        if form is not None and other != own and values and all(map(form.match, values)):
            value = clip_text(values[0])
            reason = f"{clip_text(key)} compares {_NOUNS[own or '']}, and {value} is {_NOUNS[other]}"
            return RightKey(other, reason)
    return None


def limit_to_untagged(statement: Mapping[str, Any], action: str) -> list[str] | str | None:
    """Return the actions of a statement that pass no tags, ``None`` if that is all of them."""
    listed = as_strings(statement.get("Action"))
    without = [each for each in listed if passes_no_tags(each.lower())]
    return None if without == listed else without or action


def replace_key(statement: Mapping[str, Any], operator: str, key: str, right: RightKey) -> dict[str, Any]:
    """Return a statement with another key in a condition, which needs an operator for strings."""
    new = operator if right.of_request else operator.replace("Arn", "String")
    value = as_mapping(as_mapping(statement.get("Condition")).get(operator))[key]
    return replace_condition(statement, operator, key, Condition(new, right.name, value))
