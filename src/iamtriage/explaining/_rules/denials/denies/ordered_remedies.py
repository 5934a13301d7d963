"""Order the remedies for a Deny statement: what the caller cannot change comes after what the owner of the policy can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_at, lower_first, upper_first
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.conditions.deny_conditions import ENFORCES
from iamtriage.explaining._rules.denials.denies.corrections import AS_ROOT
from iamtriage.explaining._rules.denials.denies.deny_remedies import AS_PRINCIPAL, IF_NEEDED
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import runs_in_ci
from iamtriage.explaining._rules.shared.principals.principal_words import session_name
from iamtriage.explaining._rules.shared.remedies import as_alternative

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition

# How the title of a remedy begins that adds a value to those that a Deny exempts, or an address.
_ADDS, _ADDS_ADDRESS = "Or add ", "Or set aws:SourceIp "
_OF_VPC = ("Call from the VPC", "Call through the VPC endpoint")
_MOVED = lazy_pattern(
    r"(?i)\b(?:moved|migrated|relocated|switched)\b[^\n.?]{0,60}\b(?:VPCs?|subnets?|endpoints?|network)\b|\b(?:new [^\n.?]{0,20}endpoint|endpoint since)\b"
)


def order_remedies(
    denial: Denial, remedy: Remedy | None, others: tuple[Remedy, ...], met: DenyingCondition | None
) -> tuple[Remedy, ...]:
    """Return how to call as a Deny requires, and the others.

    A caller whom a known trust policy certainly denies for what it is changes nothing about that: the new policy comes first.
    So does the change of a list of principals, if the policy is known, of addresses for a CI job, which has no VPN, and of
    endpoints if the caller moved to another VPC.
    """
    if remedy is None:
        return _replace_access_key(denial, others)
    is_of_ci = runs_in_ci(denial.case) or session_name(denial.principal) == "GitHubActions"
    if is_of_ci and others and others[0].title.startswith(_ADDS_ADDRESS):
        steps = (remedy.steps[0].partition(" Connect ")[0], *remedy.steps[1:])
        title = "Or run the job on a runner in a network that the Deny exempts"
        added = attrs.evolve(others[0], title=upper_first(others[0].title.removeprefix("Or ")))
        return (added, attrs.evolve(remedy, title=title, steps=steps), *others[1:])
    is_listed = met is not None and met.key.lower() == "aws:principalarn" and bool(met.request_values)
    if is_listed and others and others[0].title.startswith(_ADDS) and remedy.title.startswith(AS_PRINCIPAL):
        added = attrs.evolve(others[0], title=upper_first(others[0].title.removeprefix("Or ")))
        return (
            added,
            attrs.evolve(remedy, title="Or call as a principal that the Deny exempts"),
            *others[1:],
        )
    if (
        others
        and others[0].title.startswith(_ADDS)
        and remedy.title.startswith(_OF_VPC)
        and next(find_said(denial.failure.text, _MOVED), None) is not None
    ):
        # The call comes from the place where it is meant to come from now.
        added = attrs.evolve(others[0], title=upper_first(others[0].title.removeprefix("Or ")))
        return (added, as_alternative(remedy), *others[1:])
    is_certain = met is not None and bool(met.request_values)
    is_written = bool(others) and any("file://trust.json" in each for each in others[0].commands)
    if is_certain and is_written and remedy.title.startswith(AS_PRINCIPAL):
        return (others[0], attrs.evolve(as_alternative(remedy), steps=remedy.steps[:1]), *others[1:])
    return (add_root_user(denial, remedy), *others)


def add_root_user(denial: Denial, remedy: Remedy) -> Remedy:
    """Return a remedy with how to replace a bucket policy that locks everyone out, if it denied such a change."""
    if denial.policy_type != "resource" or not denial.lowercase_action.endswith("bucketpolicy"):
        return remedy
    name = "" if denial.resource_arn is None else denial.resource_arn.resource
    exempt = '"ArnNotLike": {"aws:PrincipalArn": "ROLE_ARN"}'
    if denial.role is not None:
        exempt = exempt.replace("ROLE_ARN", clip_text(resource_commands.principal_arn_pattern(denial)))
    steps = (
        f"Or, if no such call is possible, delete the policy with delete-bucket-policy {AS_ROOT}",
        f"The Deny also covers {denial.action}. In the next policy, deny only object actions such as s3:GetObject and s3:PutObject, or exempt the callers that manage the bucket with the condition {exempt}.",
    )
    delete = f"aws s3api delete-bucket-policy --bucket {commands.bucket(name)}"
    others = (each for each in remedy.steps if not each.startswith(IF_NEEDED))
    return attrs.evolve(remedy, steps=(*others, *steps), commands=(*remedy.commands, delete))


# Where the program for an access key runs, and what gives it a role there.
_PROGRAMS = (
    (
        lazy_pattern(r"\b(?:on|in) (?:an? |the |our |my |its )?(?:plain |new )?EC2\b|\bEC2 (?:box|host|instance|machine|server)\b"),
        "the EC2 instance",
        "an instance profile, which aws ec2 associate-iam-instance-profile attaches",
    ),
    (lazy_pattern(r"\b(?:on|in) (?:AWS )?Fargate\b|\bECS (?:container|service|task)\b"), "the ECS task", "taskRoleArn in the task definition"),
    (lazy_pattern(r"\b(?:as|in|is) (?:an? |the |our |my )?(?:AWS )?Lambda\b"), "the Lambda function", "its execution role"),
    (lazy_pattern(r"\b(?:on|in) (?:our |the |an? )?EKS\b"), "the pod", "EKS Pod Identity or IRSA"),
    (lazy_pattern(r"\bfor (?:our |the |a )?GitHub Actions\b"), "the workflow", "GitHub's OIDC provider and aws-actions/configure-aws-credentials"),
)  # fmt: skip
# What runs the denied call itself.
_OF_CALLER = lazy_pattern(
    r"(?i:\b(?:I|we|agents?|atlantis|bastion|caller|CI|jenkins|pipelines?|runners?|terraform|pulumi)\b)"
)


def _replace_access_key(denial: Denial, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Return remedies with how a program does without the access key that a Deny prevents, if the text says where it runs."""
    if denial.lowercase_action != "iam:createaccesskey" or not remedies:
        return remedies
    text, first = denial.failure.text, remedies[0]
    for sign, place, how in _PROGRAMS:
        said = next(find_said(text, sign), None)
        if said is None or _OF_CALLER.search(line_at(text, *said.span())):
            continue
        role = f"An account administrator can give {place} a role ({how}). The program then gets temporary credentials, and needs neither a key nor an exception."
        code = " In Terraform, remove aws_iam_access_key." if "aws_iam_access_key" in text else ""
        kept = (each for each in first.steps if not each.startswith(ENFORCES.format(denial.action)))
        title = f"Give {place} a role instead of an access key, or {lower_first(first.title)}"
        return (attrs.evolve(first, title=title, steps=(f"{role}{code}", *kept)), *remedies[1:])
    return remedies
