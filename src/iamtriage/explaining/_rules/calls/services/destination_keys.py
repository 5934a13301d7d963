"""Allow services to use a key: S3 that of a queue or topic for notifications, Auto Scaling that of volumes.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html and
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._rules.basics import Case, Cause, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.message_kinds import VOLUME_KEYS
from iamtriage.explaining._rules.shared import clues, common_causes
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.grants import service_access
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, save_step
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow


def explain_destination_key(case: Case[AwsError], destination: re.Match[str], key: str) -> Explanation:
    """Explain that S3 may send to a queue or topic by its policy, but not use the key that encrypts it."""
    noun = "topic" if destination["service"] == "sns" else "queue"
    service = service_access.NOTIFICATIONS.service
    name, region, account = destination["name"], destination["region"], destination["account"]
    partition = destination[0].split(":")[1]
    # The bucket can be in another account.
    source = only_one(set(ACCOUNT_IN_TEXT.findall(case.failure.text)), "ACCOUNT_ID")
    statement = allow(
        ["kms:GenerateDataKey", "kms:Decrypt"],
        "*",
        sid="S3Notifications",
        principal={"Service": service},
        condition={"StringEquals": {"aws:SourceAccount": source}},
    )
    is_managed = key == service_access.MANAGED_KEYS[noun]
    verdict = f"{key} is an AWS managed key, whose policy does not allow {service} and cannot be changed"
    if is_managed:
        url = f"https://sqs.{region}.{find_domain(partition)}/{account}/{name}"
        set_key = service_access.SET_KEY[noun].replace("QUEUE_URL", url).replace("ARN", destination[0])
        lines = (f"{service_access.CREATE_KEY} --region {region}", f"{set_key} --region {region}")
        values = {"PARTITION": partition, "ACCOUNT_ID": account}
        remedy = service_access.replace_key_remedy(case.failure.text, noun, service, statement, values, lines)
    else:
        verdict = f"most likely, the policy of its key {clip_text(key)} does not allow {service}"
        show = "aws kms describe-key --key-id {} --query KeyMetadata.KeyId --output text --region {}"
        remedy = resource_policy_remedy(
            f"Allow {service} to use the key, in its key policy",
            statements=[statement],
            commands=(
                fill_command(show, key, region),
                Labelled.required(
                    "With the key that it prints as KEY_ID:",
                    f"aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text --region {region}",
                ),
                f"aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json --region {region}",
            ),
            url=service_access.KEY_URLS[noun],
        )
    return case.explain(
        f"S3 could not validate the {noun} {clip_text(name)}: its policy in the text allows {service}, but {verdict}.",
        common_causes.SERVICE_NOT_ALLOWED.cause(
            "derived",
            text=f"S3 tests whether it may send, and needs kms:GenerateDataKey and kms:Decrypt on the key of the {noun}. The {noun}'s policy needs no change, and the caller lacks no permission.",
        ),
        topic="service-principal",
        remedies=remedy,
    )


_LAUNCHING_ROLE = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/aws-service-role/autoscaling\.amazonaws\.com/AWSServiceRoleForAutoScaling\w{0,30}"
)


# Who starts an instance with the same key without the group shows that the key is enabled.
_STARTS_BY_HAND = lazy_pattern(
    r"(?i)\b(?<!n't )(?<!not )(?<!never )(?:launch(?:es)?|runs?|starts?|works?)\b[^.\n]{0,60}\b(?:by hand|by myself|manually)\b"
    r"|\b(?:by hand|manually)\b[^.\n]{0,60}(?<!n't )(?<!not )(?<!never )\b(?:works?|starts|succeeds?)\b"
)


def _find_launcher(case: Case[AwsError]) -> str | None:
    """Return the service-linked role that launches instances, if the text shows only one."""
    # The role of a group can have a suffix.
    return only_one(set(_LAUNCHING_ROLE.findall(case.failure.text)))


def name_launcher(case: Case[AwsError], summary: str, cause: Cause) -> tuple[str, Cause]:
    """Return a verdict and a cause with the service-linked role that launches instances, if the text shows it."""
    if (role := _find_launcher(case)) is None:
        return summary, cause
    name = role.rpartition("/")[2]
    text = f"The group launches its instances with {name}, so your own permissions do not count. For an encrypted volume, this role needs the KMS key"
    if _STARTS_BY_HAND.search(case.failure.text):
        text += ". The key is enabled, since an instance starts without the group."
    else:
        text += ", which must be enabled."
    verdict = f"The instances could not start: most likely, the policy of the volume's KMS key does not allow {name}, which launches them."
    return verdict, attrs.evolve(cause, text=text)


def launch_remedy(case: Case[AwsError]) -> Remedy:
    """Return the remedy that allows whoever launches instances to use the KMS key of their volumes."""
    shown = _find_launcher(case)
    name = "AWSServiceRoleForAutoScaling"
    role = f"arn:{clues.find_partition(case)}:iam::ACCOUNT_ID:role/aws-service-role/autoscaling.amazonaws.com/{name}"
    who = "whoever launches the instances" if shown is None else shown.rpartition("/")[2]
    show = "aws kms get-key-policy --key-id KEY_ARN --policy-name default --query Policy --output text"
    is_enabled = shown is not None and _STARTS_BY_HAND.search(case.failure.text) is not None
    return resource_policy_remedy(
        f"Allow {who} in the key's policy"
        if is_enabled
        else f"Check the key's state, and then allow {who} in its policy",
        "No policy can be attached to a service-linked role."
        if shown is not None
        else "The statements are for Auto Scaling groups and managed node groups, which launch with AWSServiceRoleForAutoScaling. For EKS Auto Mode, name the cluster role, and for other programs their own role.",
        save_step("the key policy"),
        None
        if shown and f":{shown.split(':')[4]}:key/" in case.failure.text
        else "If the key is in another account, its policy must allow the account of the instances, and that account creates a grant for the role (aws kms create-grant).",
        statements=service_access.linked_role_key_statements(shown or role),
        commands=(
            None if is_enabled else "aws kms describe-key --key-id KEY_ARN --query KeyMetadata.KeyState",
            show if is_enabled else Labelled("If it prints Enabled:", show),
            "aws kms put-key-policy --key-id KEY_ARN --policy-name default --policy file://policy.json",
        ),
        url=VOLUME_KEYS,
    )
