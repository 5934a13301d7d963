"""Say how to tag the resources that a launch of EC2 instances creates, each of which has tags of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

# A key or value of a tag that the AWS CLI reads as written: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
_TAG = lazy_pattern(r"[\w.:/=+@ -]{1,256}")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html
_TAGGED_TYPE = lazy_pattern(r":(fleet|instance|network-interface|spot-instances-request|volume)/")
_LAUNCHES = frozenset({"ec2:runinstances", "ec2:createfleet", "ec2:requestspotinstances"})


def tagged_type(denial: Denial) -> str | None:
    """Return which of the resources that a launch creates is denied, each of which has tags."""
    found = _TAGGED_TYPE.search(denial.resource or "") if denial.lowercase_action in _LAUNCHES else None
    return None if found is None else found[1]


def tag_step(denial: Denial, step: str, tag: str = "KEY", value: str = "VALUE") -> str:
    """Return how to tag the one resource of a launch that is denied, or the step for other calls."""
    kind = tagged_type(denial)
    if kind is None:
        return step
    # No value from a policy can end the quoted argument.
    key, text = (each if _TAG.fullmatch(each) else name for each, name in ((tag, "KEY"), (value, "VALUE")))
    option = f"'ResourceType={kind},Tags=[{{Key={key},Value={text}}}]'"
    of_others = "" if kind == "instance" else " Tags of the instance do not apply to it."
    return f"Tag the {kind} in the same call.{of_others} In Terraform, use tag_specifications in aws_launch_template, or {'tags' if kind == 'instance' else 'volume_tags'} in aws_instance. In the AWS CLI, add: --tag-specifications {option}."
