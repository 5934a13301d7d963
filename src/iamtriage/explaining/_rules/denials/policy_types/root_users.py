"""Say what root users can do whom a service control policy denies a call, also one that unlocks a bucket or queue.

No Deny in the policy of a bucket stops the root user from changing it, but policies of AWS Organizations do:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html. Privileged root sessions have
aws:AssumedRoot: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html and
https://github.com/aws-samples/service-control-policy-examples.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import Root
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.remedies import Commands, organization_remedy

# What organizations protect from all principals of their accounts, and not only from root users.
_PROTECTED = frozenset({"account", "cloudtrail", "config", "guardduty", "organizations", "securityhub"})
_TASKS = {
    "s3:getbucketpolicy": "S3UnlockBucketPolicy",
    "s3:putbucketpolicy": "S3UnlockBucketPolicy",
    "s3:deletebucketpolicy": "S3UnlockBucketPolicy",
    "sqs:getqueueattributes": "SQSUnlockQueuePolicy",
    "sqs:setqueueattributes": "SQSUnlockQueuePolicy",
}
# What people say who have no other caller left. Otherwise, a role may do what the root user tried.
_LOCKED = lazy_pattern(
    r"(?i:\b(?:lock(?:ed|s|ing)?\b[^\n.]{0,40}?\bout|lock-?out|last resort|den(?:y|ies|ied) (?:everyone|everybody|all principals|us all)|(?:nobody|no one|no role|not even (?:an )?admin\w{0,12})\b[^\n.]{0,40}?\b(?:can|could|access|reach)))"
)


def assume_root_command(denial: Denial, account: str | None) -> str | None:
    """Return the command that opens a privileged session for a call on the policy of a bucket or queue, ``None`` for other calls."""
    task = _TASKS.get(denial.lowercase_action)
    if task is None:
        return None
    return f"aws sts assume-root --target-principal {account or 'ACCOUNT_ID'} --task-policy-arn arn=arn:{denial.location.partition or 'aws'}:iam::aws:policy/root-task/{task}"


def call_as_role(denial: Denial, policy: str) -> tuple[str, str] | None:
    """Return the title and the first step of the remedy for a root user whom a service control policy denies a call."""
    if denial.service in _PROTECTED:
        return None
    title = f"Call as a role instead of the root user, or have {policy} changed"
    step = f"Try it as a role or a user of IAM Identity Center with {denial.action or 'the permission'}: such policies often deny only root users (aws:PrincipalArn arn:{denial.location.partition or 'aws'}:iam::*:root)."
    return title, step


def _unlocked(denial: Denial) -> tuple[str, str]:
    """Return the resource and the calls that no Deny of its own policy denies to the root user."""
    if denial.service == "sqs":
        return "queue", "sqs:GetQueueAttributes and sqs:SetQueueAttributes"
    return "bucket", "s3:GetBucketPolicy, s3:PutBucketPolicy and s3:DeleteBucketPolicy"


def unlock_step(denial: Denial) -> str | None:
    """Return what to do about the policy of a bucket or queue if no role can call, ``None`` for other calls."""
    if denial.lowercase_action not in _TASKS or not isinstance(denial.principal, Root):
        return None
    noun, calls = _unlocked(denial)
    return f"Only if the {noun} policy denies all roles, too: have them exempt the root user for {calls}, which the {noun} policy cannot deny to it."


def unlock_resource(denial: Denial, policy: str, ask: str, lines: Commands) -> Remedy | None:
    """Return how an organization lets a root user repair the policy of a bucket or queue that locks everyone out, if it does.

    Args:
        denial: The denial by a service control policy.
        policy: The policy in words.
        ask: Whom to ask.
        lines: The commands that find the policy.
    """
    assume = assume_root_command(denial, denial.account)
    if assume is None or not isinstance(denial.principal, Root) or not _LOCKED.search(denial.failure.text):
        return None
    region = commands.region(denial_remedies.region_argument(denial))
    if region == "REGION" and denial.location.partition in {None, "aws"}:
        # Any Region does, but the global endpoint has no such call.
        region = "us-east-1"
    noun, calls = _unlocked(denial)
    name = "" if denial.resource_arn is None else denial.resource_arn.resource
    delete = f"aws s3api delete-bucket-policy --bucket {commands.bucket(name)}"
    if noun == "queue":
        delete = """aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes '{"Policy":""}'"""
    return organization_remedy(
        f"Have {policy} exempt the repair of the {noun} policy",
        f"{ask} They exempt {calls} for the root user until the {noun} is repaired. A Deny of the {noun} policy does not stop the root user from these calls, but such policies do.",
        'Or, with centralized root access, they open a privileged session. The Deny stops that, too, unless it has the condition "Null": {"aws:AssumedRoot": "true"}.',
        commands=(*lines, Labelled("For the session, in the management account:", f"{assume} --region {region}"), Labelled(f"Then, as the root user or in the session, delete the {noun} policy that locks you out:", delete)),
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html",
    )  # fmt: skip
