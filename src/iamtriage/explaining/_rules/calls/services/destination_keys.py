"""Allow services to use a key: S3 that of a queue or topic for notifications, and who creates a volume its key.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html and
https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, Cause, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls import error_kind
from iamtriage.explaining._rules.calls.message_kinds import NEW_VOLUME_GONE, VOLUME_KEYS
from iamtriage.explaining._rules.shared import clues, common_causes, pages
from iamtriage.explaining._rules.shared.commands import create_grant_command, fill_command, put_policy
from iamtriage.explaining._rules.shared.grants import service_access
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    identity_remedy,
    owner_remedy,
    present,
    resource_policy_remedy,
    save_step,
)
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names


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


_USUAL_LAUNCHER = "AWSServiceRoleForAutoScaling"
_KEY_ARN = lazy_pattern(r"\barn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:[0-9]{12}:key/[A-Za-z0-9-]{1,64}\b")
_OF_GROUP = lazy_pattern(
    r"\bASGs?\b|\b[Aa]uto ?[Ss]caling [Gg]roups?\b|\bLaunching a new EC2 instance: i-|\b[Nn]ode ?[Gg]roups?\b"
)
# "The key policy has our account root with … CreateGrant"
_ALLOWS_GRANTS = lazy_pattern(r"\broot\b[^\n.]{0,200}?\bCreateGrant\b|\bCreateGrant\b[^\n.]{0,200}?\broot\b")
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


class _ForeignKey(NamedTuple):
    """The key of another account with which a group of Auto Scaling launches its instances."""

    arn: str
    owner: str
    account: str
    role: str

    @property
    def grant(self) -> str:
        """The command that grants the key to the role."""
        return create_grant_command(self.arn, self.arn.split(":")[3], self.role)


def _find_foreign_key(case: Case[AwsError]) -> _ForeignKey | None:
    """Return the only key of a text, if it is not in the account of the group."""
    text, stated = case.failure.text, case.context.account
    key = only_one(set(_KEY_ARN.findall(text)))
    role = _find_launcher(case)
    account = role.split(":")[4] if role else None if stated is None else stated.value
    if key is None or account is None or key.split(":")[4] == account or not (role or _OF_GROUP.search(text)):
        return None
    usual = f"arn:{clues.find_partition(case)}:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/{_USUAL_LAUNCHER}"
    return _ForeignKey(key, key.split(":")[4], account, role or usual)


def name_launcher(case: Case[AwsError], summary: str, cause: Cause) -> tuple[str, Cause]:
    """Return a verdict and a cause with the service-linked role that launches instances, if the text shows it."""
    if (foreign := _find_foreign_key(case)) is not None:
        name = foreign.role.rpartition("/")[2]
        text = f"The group launches its instances with {name}, to which no policy can be attached. The policy of a key in another account only lets account {foreign.account} use it, and does not reach this role: it needs a grant. People and roles of the account can have policies for the key, so with them, instances start."
        verdict = f"The instances could not start: the volume's KMS key is in account {foreign.owner}, and {name} of account {foreign.account} most likely has no grant for it."
        return verdict, attrs.evolve(cause, text=text)
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
    if (foreign := _find_foreign_key(case)) is not None:
        return _grant_remedy(case, foreign)
    shown, name = _find_launcher(case), _USUAL_LAUNCHER
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


# The setting of a StorageClass or a volume, and the role that creates the volume: that of the driver's service account.
_VOLUME_KEY = lazy_pattern(
    r"(?ai)\bkms_?key(?:_?id|_?arn)?[\\\"']{0,2}\s{0,20}(?:=>|[=:])\s{0,4}[\\\"']{0,2}(?P<key>(?:arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:[0-9]{12}:)?(?:key/|alias/)?[a-z0-9/_-]{8,256})(?![\w.:/-])"
)
_CREATING_ROLE = lazy_pattern(
    r"(?a)(?:role-arn|(?i:service_?account_?role_?arn))[\\\"']{0,2}\s{0,8}[=:\s]\s{0,4}[\\\"']{0,2}(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})"
    r"|\blist-(?:attached-)?role-policies --role-name[ =][\"']?(?P<name>[\w+=,.@-]{1,64})"
)
_DRIVER_POLICY = lazy_pattern(r"\bAmazonEBSCSIDriver\w{0,40}")
_OPENS_KEY = lazy_pattern(r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:root")
_USES_KEY = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*")


def explain_new_volume(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that EC2 deleted a volume again that somebody just created, because it cannot use the key for the caller."""
    text = case.failure.text
    key = only_one({each["key"] for each in _VOLUME_KEY.finditer(text)})
    named = {(each["arn"] or each["name"]).rpartition("/")[2] for each in _CREATING_ROLE.finditer(text)}
    role, policy = only_one(named), _DRIVER_POLICY.search(text)
    own = [each for one in case.context.policies if not one.is_of_resource for each in one.allows]
    is_allowed = any(names_action(each, "kms:CreateGrant") for each in own)
    is_known = key is not None and role is not None and not is_allowed
    who = "whoever creates the volume" if role is None else f"the role {clip_text(role)}"
    noun = (
        "its KMS key"
        if key is None
        else f"its KMS key {clip_text(key.rpartition('/')[2] if ':key/' in key else key)}"
    )
    lacks = f", and {policy[0]} has no permission for keys of yours" if policy else ""
    verdict = "most likely" if is_known else "most often"
    likely = f"{verdict}, {who} is not allowed to use {noun}"
    if is_allowed:
        likely = f"{who} cannot use {noun}, although the policy in the text allows kms:CreateGrant: most likely, the key is not enabled, or its policy does not let IAM policies decide"
    return case.explain(
        f"EC2 deleted the new volume again: {likely}.",
        NEW_VOLUME_GONE.cause(
            "derived" if is_known else "possible",
            error_kind.code_evidence(case.failure),
            text=f"EC2 accepts an encrypted volume first, and deletes it again if it cannot use the KMS key with the permissions of the caller{lacks}. {'' if is_known else 'If so, '}{'T' if is_known else 't'}hat the volume does not exist is only the consequence: nobody has deleted it.",
        ),
        topic=NEW_VOLUME_GONE.code,
        remedies=_check_volume_key(key) if is_allowed else _allow_volume_key(case, key, role),
    )


def _check_volume_key(key: str | None) -> Remedy:
    """Return the remedy that finds why a key cannot be used by a role whose policy allows it."""
    show = "aws kms describe-key --key-id {} --query KeyMetadata.KeyState"
    policy = "aws kms get-key-policy --key-id {} --policy-name default --query Policy --output text"
    return owner_remedy(
        "Check the state and the policy of the key",
        "The state must be Enabled. The key policy must let IAM policies decide (the account's root as principal), or allow the role.",
        commands=(fill_command(show, key or "KEY_ARN"), fill_command(policy, key or "KEY_ARN")),
        url=pages.KMS_KEY_STATE,
    )


def _allow_volume_key(case: Case[AwsError], key: str | None, role: str | None) -> Remedy:
    """Return the remedy that allows who creates a volume to use its key."""
    opened = [
        each
        for one in case.context.policies
        if one.is_of_resource
        for each in one.allows
        if any(map(_OPENS_KEY.fullmatch, principal_names(each))) and names_action(each, "kms:CreateGrant")
    ]
    arn = key if key is not None and ":key/" in key else "KEY_ARN"
    statements = (
        allow(_USES_KEY, arn),
        allow("kms:CreateGrant", arn, condition={"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    )
    find = None
    if key is None:
        find = fill_command(
            "aws ec2 get-ebs-default-kms-key-id --region {}", clues.find_region(case) or "REGION"
        )
    elif arn != key:
        find = fill_command("aws kms describe-key --key-id {} --query KeyMetadata.Arn --output text", key)
    return identity_remedy(
        f"Allow {f'the role {clip_text(role)}' if role else 'whoever creates the volume'} to use the KMS key",
        None if role else "For the EBS CSI driver, ROLE_NAME is the role of ebs-csi-controller-sa.",
        "The StorageClass (kmsKeyId) or the setting of the volume names the key. Without one, it is the key that the command prints, if EBS encrypts by default."
        if key is None
        else None,
        "The key policy needs no change: it lets the IAM policies of the account decide (root)."
        if opened
        else "The key policy must let IAM policies decide (the account's root as principal), or allow the role, too: always if the key is in another account.",
        "The driver then creates the volume by itself." if "pvc-" in case.failure.text else None,
        statements=statements,
        commands=present(find, put_policy(role or "ROLE_NAME", inline_policy_name(list(statements)))),
        url="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html",
    )


def _grant_remedy(case: Case[AwsError], foreign: _ForeignKey) -> Remedy:
    """Return the remedy that grants a key of another account to the role that launches instances."""
    name = foreign.role.rpartition("/")[2]
    title = f"Grant the key to {name}, as an administrator of account {foreign.account}"
    again = "The group then tries again by itself. Whoever creates the grant needs kms:CreateGrant on the key, which must be enabled."
    if next(find_said(case.failure.text, _ALLOWS_GRANTS), None) is not None:
        return account_remedy(
            title,
            "The key policy in the text allows that already: it needs no change.",
            again,
            commands=foreign.grant,
            url=VOLUME_KEYS,
        )
    root = f"arn:{clues.find_partition(case)}:iam::{foreign.account}:root"
    region = foreign.arn.split(":")[3]
    show = "aws kms get-key-policy --key-id {} --policy-name default --query Policy --output text --region {}"
    change = (
        "aws kms put-key-policy --key-id {} --policy-name default --policy file://policy.json --region {}"
    )
    return resource_policy_remedy(
        f"Allow account {foreign.account} in the key's policy, and grant the key to {name}",
        save_step("the key policy"),
        again,
        statements=service_access.linked_role_key_statements(root, grants_only_for_services=False),
        commands=(
            fill_command(show, foreign.arn, region),
            fill_command(change, foreign.arn, region),
            Labelled.required(f"Then, as an administrator of account {foreign.account}:", foreign.grant),
        ),
        url=VOLUME_KEYS,
    )
