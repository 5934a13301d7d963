"""Explain a Deny that matched because the request lacks a value that another part of the text sets.

A negated operator such as StringNotEquals also matches a request that has no such key:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.denials.deny_conditions import REQUIREMENTS
from iamtriage.explaining._rules.shared.policy_principals import principal_arn_pattern
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.denials.request_conditions import CheckedCondition
    from iamtriage.explaining._rules.shared.denial import Denial

_CONTROLS = frozenset({"service_control", "resource_control"})


def describe_unsent(condition: CheckedCondition) -> str:
    """Return that a setting of the text did not reach the request, as a sentence."""
    return f"The text sets {clip_text(condition.unsent or '')}, but this request does not have it, and {condition.operator} also matches a request without the key."


def unsent_remedy(denial: Denial, condition: CheckedCondition) -> Remedy:
    """Return how to send the value that the text sets elsewhere."""
    key, values = clip_text(condition.key), clip_text(join_words(condition.values, "or"))
    who = "an administrator of the organization" if denial.policy_type in _CONTROLS else "an administrator"
    exempt = (
        f"exempt {principal_arn_pattern(denial)} (ArnNotLike on aws:PrincipalArn), or " if denial.role else ""
    )
    change = f'Or {who} can {exempt}add "Null": {{"{key}": "false"}} to the Condition: the Deny then matches only requests that have the key.'
    controller = find_controller(denial.failure.text)
    # A fleet, which real launches create, is denied this action, too.
    is_dry_run = denial.operation == "RunInstances" and key.lower() == "ec2:metadatahttptokens"
    if controller is not None and controller.name == "Karpenter" and is_dry_run:
        # https://github.com/aws/karpenter-provider-aws/issues/9018 and its settings
        return cluster_remedy(
            "Turn off Karpenter's dry run, which does not send the setting",
            f"Karpenter validates an EC2NodeClass with a dry run of RunInstances that has only the launch template. EC2 reads {key} from the request, so httpTokens in the EC2NodeClass has no effect on it. Real launches are not affected.",
            "Set DISABLE_DRY_RUN in the Helm values, too. Check the issue aws/karpenter-provider-aws 9018 for a release whose dry run sends the setting.",
            change,
            commands=("kubectl set env deployment/karpenter --namespace kube-system DISABLE_DRY_RUN=true",),
            url="https://karpenter.sh/docs/reference/settings/",
        )
    requirement = next((each for each in REQUIREMENTS if each.has_key(key)), None)
    return your_remedy(
        f"Send {key} = {values} with this request",
        f"Find what makes this call: a setting of a launch template, of another call or of another resource does not count. {requirement.step if requirement is not None else ''}".rstrip(),
        f"If the call creates several resources, the one in the message may not have {key}. Then the Deny needs a narrower Resource.",
        change,
        url=None if requirement is None else requirement.url,
    )
