"""Explain that a protection of a resource, or a state that it has for a time, rejects a call.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html,
https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_restore-secret.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html and the pages that the rows link to.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.failures._failures import AwsError

_DOCS = "https://docs.aws.amazon.com"
PROTECTED = CauseType(
    "protected-resource",
    title="A protection of the resource rejects the call",
    text="The resource has a protection against such calls, which applies to everybody, administrators, too. No permission is missing.",
    recognised_by='The message says that the resource is protected, such as "cannot be deleted because deletion protection is enabled".',
    fix="Check that the resource is the right one, switch the protection off, and repeat the call.",
    sources=(f"{_DOCS}/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html",),
)
SCHEDULED_SECRET = CauseType(
    "secret-scheduled-for-deletion",
    title="The secret is scheduled for deletion",
    text="Until its recovery window ends, such a secret cannot be read, and its name stays taken. No permission is missing.",
    recognised_by='AWS Secrets Manager says that the secret was "marked for deletion", or that one with its name is "already scheduled for deletion".',
    fix="Restore the secret, or delete it at once if nobody needs it.",
    sources=(f"{_DOCS}/secretsmanager/latest/userguide/manage_restore-secret.html",),
)
IMMUTABLE_TAG = CauseType(
    "immutable-tag",
    title="The repository does not accept a new image with the same tag",
    text="Tags of the repository are immutable: a tag that exists cannot be moved to another image. No permission is missing.",
    recognised_by='Amazon ECR says that the tag "cannot be overwritten because the repository is immutable".',
    fix="Push the image with a new tag.",
    sources=(f"{_DOCS}/AmazonECR/latest/userguide/image-tag-mutability.html",),
)


class _Row(NamedTuple):
    """A message, and what it means.

    Attributes:
        message: The pattern of the message, whose groups are values for the texts and commands.
        summary: What happened.
        title: The title of the remedy.
        command: The command of the remedy.
        url: The documentation page.
        setting: The setting in Terraform that the command changes.
        other: Another command, with its label.
        cause: The cause.
        steps: More steps.
    """

    message: str
    summary: str
    title: str
    command: str = ""
    url: str = ""
    setting: str = ""
    other: tuple[str, str] = ("", "")
    cause: CauseType = PROTECTED
    steps: tuple[str, ...] = ()


_SURE = "Check first that this is the resource to delete: what it contains is lost."
_ROWS = (
    _Row(
        r"instance '?(?P<INSTANCE_ID>i-[0-9a-f]{8,17})'? may not be terminated\. Modify its 'disableApiTermination'",
        "Termination protection keeps the instance {INSTANCE_ID} from being terminated",
        "Switch the termination protection off, then terminate the instance",
        "aws ec2 modify-instance-attribute --instance-id {INSTANCE_ID} --attribute disableApiTermination --value false",
        f"{_DOCS}/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html",
        "disable_api_termination = false",
        steps=(_SURE,),
    ),
    _Row(
        r"instance '?(?P<INSTANCE_ID>i-[0-9a-f]{8,17})'? may not be stopped\. Modify its 'disableApiStop'",
        "Stop protection keeps the instance {INSTANCE_ID} from being stopped",
        "Switch the stop protection off, then stop the instance",
        "aws ec2 modify-instance-attribute --instance-id {INSTANCE_ID} --attribute disableApiStop --value false",
        f"{_DOCS}/AWSEC2/latest/UserGuide/ec2-stop-protection.html",
        "disable_api_stop = false",
    ),
    _Row(
        r"Cannot delete protected DB Instance",
        "Deletion protection keeps the DB instance from being deleted",
        "Switch the deletion protection off, then delete the DB instance",
        "aws rds modify-db-instance --db-instance-identifier DB_INSTANCE --no-deletion-protection --apply-immediately",
        f"{_DOCS}/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
        "deletion_protection = false",
        steps=(_SURE,),
    ),
    _Row(
        r"Cannot delete protected (?:DB )?Cluster",
        "Deletion protection keeps the DB cluster from being deleted",
        "Switch the deletion protection off, then delete the DB cluster",
        "aws rds modify-db-cluster --db-cluster-identifier DB_CLUSTER --no-deletion-protection --apply-immediately",
        f"{_DOCS}/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
        "deletion_protection = false",
        steps=(_SURE,),
    ),
    _Row(
        r"Load balancer '(?P<LOAD_BALANCER_ARN>arn:[\w:/-]{20,200})' cannot be deleted because deletion protection is enabled",
        "Deletion protection keeps the load balancer from being deleted",
        "Switch the deletion protection off, then delete the load balancer",
        "aws elbv2 modify-load-balancer-attributes --load-balancer-arn {LOAD_BALANCER_ARN} --attributes Key=deletion_protection.enabled,Value=false",
        f"{_DOCS}/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        "enable_deletion_protection = false",
    ),
    _Row(
        r"Resource cannot be deleted as it is currently protected against deletion",
        "Deletion protection keeps the table from being deleted",
        "Switch the deletion protection off, then delete the table",
        "aws dynamodb update-table --table-name TABLE_NAME --no-deletion-protection-enabled",
        f"{_DOCS}/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html",
        "deletion_protection_enabled = false",
        steps=(_SURE,),
    ),
    _Row(
        r"Stack \[?(?P<STACK_NAME>[\w:/-]{1,256})\]? cannot be deleted while TerminationProtection is enabled",
        "Termination protection keeps the stack {STACK_NAME} from being deleted",
        "Switch the termination protection off, then delete the stack",
        "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {STACK_NAME}",
        f"{_DOCS}/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html",
        steps=(_SURE, "In an app of the CDK, set terminationProtection: false and deploy."),
    ),
    _Row(
        r"user pool cannot be deleted because deletion protection is activated",
        "Deletion protection keeps the user pool from being deleted",
        "Switch the deletion protection off in the Amazon Cognito console, then delete the user pool",
        "",
        f"{_DOCS}/cognito/latest/developerguide/user-pool-settings-deletion-protection.html",
        'deletion_protection = "INACTIVE"',
        steps=(
            _SURE,
            "The CLI can do it, too, but aws cognito-idp update-user-pool resets each setting that it does not pass.",
        ),
    ),
    _Row(
        r"[Dd]eregistration protection",
        "Deregistration protection keeps the image from being deregistered",
        "Switch the deregistration protection off, then deregister the image",
        "aws ec2 disable-image-deregistration-protection --image-id IMAGE_ID",
        f"{_DOCS}/AWSEC2/latest/UserGuide/ami-deregistration-protection.html",
        steps=("With a cooldown period, the image stays protected for 24 hours after that.",),
    ),
    _Row(
        r"can.{1,8}t perform this operation on the secret because it was (?:marked|scheduled) for deletion",
        "The secret is scheduled for deletion, so it cannot be read or changed",
        "Restore the secret",
        "aws secretsmanager restore-secret --secret-id SECRET_ID",
        SCHEDULED_SECRET.sources[0],
        cause=SCHEDULED_SECRET,
        steps=(
            "This requires secretsmanager:RestoreSecret, and works until the recovery window of 7 to 30 days ends. The value is then the same as before.",
            "Find out who deleted it, and why (EventName DeleteSecret in CloudTrail).",
        ),
    ),
    _Row(
        r"can.{1,8}t create this secret because a secret with this name is already scheduled for deletion",
        "A secret with this name is scheduled for deletion, and the name stays taken until its recovery window ends",
        "Restore the old secret and use it, or delete it at once",
        "aws secretsmanager restore-secret --secret-id SECRET_ID",
        SCHEDULED_SECRET.sources[0],
        other=(
            "Or, if nobody needs its value, which cannot be recovered:",
            "aws secretsmanager delete-secret --secret-id SECRET_ID --force-delete-without-recovery",
        ),
        setting="recovery_window_in_days = 0",
        cause=SCHEDULED_SECRET,
        steps=(
            "A restored secret must be imported into Terraform or CloudFormation if that is to manage it.",
        ),
    ),
    _Row(
        r"tag '(?P<TAG>[\w.-]{1,128})' already exists in the '(?P<REPOSITORY>[a-z0-9._/-]{2,256})' repository and cannot be overwritten because the (?:repository|tag) is immutable",
        "The tag {TAG} exists in the repository {REPOSITORY}, and the tags of this repository are immutable",
        "Push the image with a new tag, such as the commit",
        "aws ecr describe-images --repository-name {REPOSITORY} --image-ids imageTag={TAG} --query 'imageDetails[0].[imageDigest,imagePushedAt]'",
        IMMUTABLE_TAG.sources[0],
        other=(
            "Or, if the tag is meant to move, such as latest:",
            "aws ecr put-image-tag-mutability --repository-name {REPOSITORY} --image-tag-mutability MUTABLE",
        ),
        cause=IMMUTABLE_TAG,
        steps=(
            "The command prints the image that has the tag. If it is the same image, nothing has to be pushed.",
        ),
    ),
)
STATES = lazy_pattern("|".join(re.sub(r"\?P<\w+>", "?:", each.message) for each in _ROWS))
"""The messages of these protections and states."""
# A placeholder that the option of the failed command can state, or Terraform.
_OPTION = lazy_pattern(
    r"--(?P<option>[a-z-]{4,40}) (?P<value>DB_CLUSTER|DB_INSTANCE|IMAGE_ID|SECRET_ID|TABLE_NAME)\b"
)
_TERRAFORM = lazy_pattern(
    r"\b(?:creating|deleting) [A-Z][\w .-]{1,60} \((?P<name>[\w/.-]{1,256})\): ", re.ASCII
)
_CHARS_BEFORE = 2_000
_PLACEHOLDER = lazy_pattern(r"\{([A-Z_]{3,30})\}")


def explain_protection(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a protection or the state of a resource rejects a call."""
    row, found = next((each, match) for each in _ROWS if (match := re.search(each.message, message)))
    values = {name: value for name, value in found.groupdict().items() if value}

    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda name: clip_text(values.get(name[1], name[1])), text)

    def fill_command(text: str) -> str:
        filled = _PLACEHOLDER.sub(lambda name: quote_argument(values.get(name[1], name[1])), text)
        return _OPTION.sub(lambda option: _fill_option(case, option, found[0]), filled)

    label, other = row.other
    in_terraform = "erraform" in case.failure.text or ".tf line " in case.failure.text
    setting = row.setting if in_terraform else ""
    step = f"In Terraform, set {setting} first and apply: the next run undoes what only a command changed."
    if row.cause is SCHEDULED_SECRET:
        step = f"In Terraform, {setting} deletes a secret at once the next time."
    return case.explain(
        f"{fill(row.summary)}. No permission is missing.",
        row.cause.cause("reported", code_evidence(case.failure)),
        remedies=owner_remedy(
            fill(row.title),
            *row.steps,
            step if setting else None,
            commands=(
                fill_command(row.command) or None,
                Labelled(label, fill_command(other)) if other else None,
            ),
            url=row.url,
        ),
    )


def _fill_option(case: Case[AwsError], option: re.Match[str], message: str) -> str:
    """Return an option with the value that the failed command or Terraform states, or as it is."""
    command = case.context.command
    stated = None if command is None else command.option(option["option"])
    text, (start, end) = case.failure.text, case.failure.span
    # The errors of other resources can precede the message or follow it.
    at = text.find(message, start)
    end = end if at < 0 else at
    names = [each["name"] for each in _TERRAFORM.finditer(text, max(end - _CHARS_BEFORE, 0), end)]
    value = stated.value if stated else names[-1] if names else option["value"]
    return f"--{option['option']} {quote_argument(value)}"
