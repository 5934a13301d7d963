"""List what can be too long in IAM and Organizations, and how to make it shorter.

The quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import pages

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.remedies import Commands

__all__ = ("CDK", "MERGED_BY_CDK", "POLICY_SIZES", "PolicySize")
_ATTACHED = "by default, a role, user or group can have 10"
_NOT_RAISED = "This quota cannot be raised. Whitespace is not counted."
# https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html
CDK = lazy_pattern(r"\bcdk\b|/DefaultPolicy\b|DefaultPolicy[0-9A-F]{8}\b")
MERGED_BY_CDK = "The AWS CDK merges statements if the context in cdk.json has @aws-cdk/aws-iam:minimizePolicies set to true."
_WILDCARDS = "Use a wildcard for common prefixes only if all matching actions or resources are meant."


class PolicySize(NamedTuple):
    """What can be too long, which kind of holder names it, and how to make it shorter.

    The quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html.
    """

    pattern: re.Pattern[str]
    what: str
    kind: str
    title: str
    steps: tuple[str, ...]
    url: str = pages.IAM_QUOTAS
    commands: Commands = ()


# By what the message says. The last one is for messages that name no limit.
POLICY_SIZES = (
    PolicySize(
        lazy_pattern(r"\b(?:[Cc]annot exceed )?quota for PolicySize: (?P<count>\d{3,6})", re.ASCII),
        "the managed policy",
        "policy",
        "Shorten or split the policy",
        (
            _NOT_RAISED,
            f"Split it into several managed policies: {_ATTACHED}. Or use inline policies of a role: together they can have 10,240 characters.",
            _WILDCARDS,
        ),
    ),
    PolicySize(
        lazy_pattern(
            r"Maximum policy size of (?P<count>\d{3,6}) bytes exceeded for (?P<kind>role|user|group) (?P<name>[\w+=,.@-]{1,128})",
            re.ASCII,
        ),
        "the inline policies of the {kind} {name} together",
        "",
        "Move statements into managed policies",
        (
            _NOT_RAISED,
            f"Move statements into managed policies of up to 6,144 characters each: {_ATTACHED}. Then delete the inline policy, or replace it by what remains of it.",
            "Or merge statements that differ only in actions or resources, and delete inline policies that are not used.",
        ),
    ),
    PolicySize(
        lazy_pattern(r"\b(?:[Cc]annot exceed )?quota for ACLSizePerRole: (?P<count>\d{3,6})", re.ASCII),
        "the trust policy of the role",
        "role",
        "Merge statements of the trust policy",
        (
            "A role has one trust policy, which cannot be split, and the policies attached to the role do not count. Nor does whitespace. List principals, or the values of a condition on sub, in one statement. Remove providers of deleted clusters, and principals that no longer use the role.",
            "Or trust fewer identities: another role for some, or EKS Pod Identity, whose trust policy is the same for all clusters.",
            "Or an account administrator requests a higher quota, Role trust policy length (IAM), of up to 8,192 characters for all roles.",
        ),
        commands=(
            "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument",
            Labelled(
                "Or, for a higher quota, such as 4,096 (account administrator):",
                "aws service-quotas request-service-quota-increase --service-code iam --quota-code L-C07B4B0D --desired-value 4096 --region us-east-1",
            ),
        ),
    ),
    PolicySize(
        lazy_pattern(
            r"final policy size \(\d{3,6}\) is bigger than the limit \((?P<count>\d{3,6})\)", re.ASCII
        ),
        "the resource-based policy of the function",
        "",
        "Remove statements of the function's policy",
        (
            "Remove those of triggers that no longer exist: aws lambda remove-permission. aws lambda get-policy lists them.",
            "Replace the statements of many sources of one service by one, with a wildcard in the source ARN.",
        ),
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    PolicySize(
        lazy_pattern(r"exceeded the maximum policy size"),
        "",
        "",
        "Shorten the policy of the organization",
        (
            "Remove whitespace, which Organizations counts if the AWS CLI or an SDK saves the policy: jq -c . policy.json",
            "Merge statements, or split the policy into several that are attached to the same target.",
        ),
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html",
    ),
    PolicySize(
        lazy_pattern(r""),
        "",
        "",
        "Shorten or split the policy",
        (
            "A managed policy can have 6,144 characters, all inline policies of a role together 10,240, of a group 5,120 and of a user 2,048. IAM does not raise these quotas, and does not count whitespace. A trust policy can have 2,048 by default.",
            f"Split a permissions policy into several managed policies: {_ATTACHED}.",
            _WILDCARDS,
        ),
    ),
)
