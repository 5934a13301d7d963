"""Explain denials of AWS managed keys, such as alias/aws/s3, and of the grant that Lambda creates for a role.

Nobody can change the policies of such keys. Only principals of the key's account can use one, and only through its service.
Lambda gets access by a grant, which a role that was created again does not have. Sources:
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key and
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying.html.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.attached_policies import DESCRIBED
from iamtriage.explaining._context.readers.bucket_owners import find_bucket_owner
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.resources import find_stated_arn
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.policy_causes import KMS_BEHIND_SERVICE, KMS_KEY_POLICY
from iamtriage.explaining._rules.denials.policy_types import resource_policies
from iamtriage.explaining._rules.denials.resource_commands import policy_principal_arn
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_own_policies
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.allow_remedies import other_side_command
from iamtriage.explaining._rules.shared.grants.denial_remedies import find_said_grant, region_argument
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import Commands, owner_remedy, present
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._readers.elements import as_strings

_SERVICES = r"backup|codecommit|dynamodb|ebs|elasticfilesystem|fsx|glue|kinesis|lambda|rds|redshift|s3|secretsmanager|sns|sqs|ssm"
_MANAGED = lazy_pattern(
    rf"(?a)(?<![\w/])alias/(?P<alias>aws/[a-z0-9-]{{2,30}})(?![\w/])|(?<![\w/.@:-])(?P<name>aws/(?:{_SERVICES}))(?![\w/.:-]*[\w/])"
    r"|\bAWS[- ]managed (?:KMS )?key\b(?! polic)|\bKeyManager\\?\"?(?: is|[:=])? {0,4}\\?\"?AWS\b"
    # What describe-key prints for a query, and how AWS describes its keys.
    r"|\bKeyManager\b[^\n]{0,80}\n[\s\[]{0,20}(?:\"?[\w:/-]{36,120}\"?,?\s{1,20})?\"?AWS\b"
    rf"|\bDefault (?:master )?key that protects my (?i:(?P<described>efs|secrets|{_SERVICES})\b)"
)
_NOT_SAID = lazy_pattern(
    r"(?i:\b(?:not|never|no|nor|if|unless|whether|when|instead of|rather than|from|was|were|used to|other|another|could|would|might|maybe|tried|docs?|documentation|can(?:not|'t)|no longer)|n't)\b[^\n.;:(,]{0,50}\Z"
)
_OWNER = lazy_pattern(r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{1,30}:([0-9]{12}):\Z")
_ASKED = lazy_pattern(r"[^\n.;!?]{0,100}\?")
_CHARS_BEFORE = 60
# Words in the descriptions of keys that are not those of their aliases.
_DESCRIBED = {"efs": "elasticfilesystem", "secrets": "secretsmanager"}
# The prefix of a service's actions, if the alias of its key has another name.
_PREFIXES = {"ebs": "ec2"}
# What aws secretsmanager describe-secret prints, with its nested lists of versions and tags.
_DESCRIBED_SECRET = lazy_pattern(
    r"\{\s{0,20}\"ARN\": ?\"arn:[\w-]{3,20}:secretsmanager:[^{}]{1,1500}(?:\{[^{}]{0,1500}\}[^{}]{0,800}){0,6}(?:\"VersionIdsToStages\": ?\{[^{}]{0,1500}\}|\"LastChangedDate\": ?[^{},]{4,60})[^{}]{0,400}\}"
)
# Dots that stand for members, and not for a part of an ID.
_LEFT_OUT = lazy_pattern(r"(?<![\w-])(?:\.\.\.|…)")
# As a query prints it, or people say it.
_NO_KEY = lazy_pattern(
    r"\bKmsKeyId\b[`\"']?(?: ?[:=]| is| shows| prints| returns)? [`\"']?(?i:null|none|empty|not set|unset)\b"
)
_ROLE_ARN = lazy_pattern(r"(?a)\barn:[\w-]{3,20}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,200}(?<![.,])")
_BY_SECRETS_MANAGER = "Access to KMS is not allowed"
_OTHER_ACCOUNT = lazy_pattern(r"\b(?i:cross[- ]account|(?:an)?other (?:AWS )?account)\b")
_CREATE = "aws kms create-key --policy file://policy.json --query KeyMetadata.Arn --output text --region {}"
# What sets the key of data, for services that need no more than its name.
SET_KEY = {
    "secretsmanager": "aws secretsmanager update-secret --secret-id {} --kms-key-id KEY_ARN",
    "dynamodb": "aws dynamodb update-table --table-name {} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY_ARN",
    "kinesis": "aws kinesis start-stream-encryption --stream-arn {} --encryption-type KMS --key-id KEY_ARN",
    "sns": "aws sns set-topic-attributes --topic-arn {} --attribute-name KmsMasterKeyId --attribute-value KEY_ARN",
}
_SET_DEFAULT = (
    "aws s3api put-bucket-encryption --bucket {} --server-side-encryption-configuration {} --region {}"
)
_KMS = '{"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "KEY_ARN"}, "BucketKeyEnabled": true}]}'
# A key can be used only through its service, so the call tells which key it is.
_OF_CALLS = frozenset({"s3", "secretsmanager", "sqs"})
# A call that writes an object, which does not exist before.
_UPLOADS = frozenset({"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"})
_UPLOAD = "An upload that names no key gets the default encryption of the bucket, which is this key: change the default. Or use SSE-S3 (AES256), as the bucket's default or with --sse AES256 in the upload if the bucket's owner accepts it, which needs no key policy."
_STEPS = {
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
    "secretsmanager": "update-secret encrypts the current version with the new key, too, if whoever runs it has kms:Encrypt on that key.",
    "s3": "Copy each object onto itself with the new key, and set the key as the bucket's default encryption. Or use SSE-S3 (--sse AES256), which needs no key policy.",
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-modifying-snapshot-permissions.html
    "ec2": "Copy the snapshot with the new key (--kms-key-id), and share the copy: one with an AWS managed key cannot be shared.",
    "rds": "A snapshot with an AWS managed key cannot be shared: share a copy with the new key (aws rds copy-db-snapshot --kms-key-id).",
    "sqs": "Set the key as KmsMasterKeyId of the queue.",
    "ssm": "Put the parameter again with --key-id and --overwrite. To share it, it must have the tier Advanced.",
}


# The starts of the actions that AWS allows nobody on its own keys.
_ADMINISTRATIVE = (
    *("putkeypolicy", "schedulekeydeletion", "disable", "enable"),
    *("update", "tag", "untag", "rotate"),
)


class _ManagedKey(NamedTuple):
    """An AWS managed key: the alias without "alias/" if the text names it, and the prefix of its service's actions."""

    name: str | None
    service: str | None


def _find_managed_key(denial: Denial) -> _ManagedKey | None:
    """Return the AWS managed key that the text says was denied."""
    text = denial.failure.text
    if _describes_default_key(text):
        return _ManagedKey("aws/secretsmanager", "secretsmanager")
    if encrypted_data.ENVIRONMENT in text or encrypted_data.CUSTOMER_KEY.search(text) is not None:
        return None
    said = [each for each in _MANAGED.finditer(text) if _is_said(denial, each)]
    names = {each["alias"] or each["name"] for each in said} - {None}
    described = {each["described"].lower() for each in said if each["described"]}
    names |= {f"aws/{_DESCRIBED.get(each, each)}" for each in described}
    if not said or len(names) > 1:
        return None
    name = next(iter(names), None)
    service = None if name is None else _PREFIXES.get(name[4:], name[4:])
    operation = encrypted_data.called_operation(denial)
    callers = {each.service for each in actions_for(operation)} if operation else set[str]()
    if name is None and (own := only_one(callers & _OF_CALLS, "")):
        return _ManagedKey(f"aws/{own}", own)
    if service is not None and callers and not callers & {service, "kms"}:
        return None
    return _ManagedKey(name, service)


def _describes_default_key(text: str) -> bool:
    """Return whether the text describes a secret without a KMS key of its own.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html: KmsKeyId is omitted if the
    secret has the key aws/secretsmanager.
    """
    if _BY_SECRETS_MANAGER not in text:
        return False
    if ":key/" not in text and next(find_said(text, _NO_KEY), None) is not None:
        return True
    shown = only_one([*_DESCRIBED_SECRET.finditer(text)])
    if shown is None or "KmsKeyId" in text or _LEFT_OUT.search(shown[0]):
        return False
    # What a query leaves out says nothing.
    command = text[: shown.start()].rstrip().rpartition("\n")[2]
    return not any(each in command for each in ("--query", "jq ", "list-secrets"))


def _with_reader(denial: Denial) -> Denial:
    """Return a denial whose message names no caller with the only role of the text that is in another account."""
    owner = getattr(encrypted_data.find_data(denial), "account", None)
    if denial.principal is not None and denial.resource_account is None:
        return attrs.evolve(denial, resource_account=owner)
    roles = {each for each in _ROLE_ARN.findall(denial.failure.text) if each.split(":")[4] != owner}
    if denial.principal is not None or owner is None or len(roles) != 1:
        return denial
    role = try_parse_principal(arn := roles.pop())
    if not isinstance(role, Role):
        return denial
    return attrs.evolve(
        denial,
        principal=role,
        role=role,
        principal_text=arn,
        account=role.account,
        resource_account=owner,
        caller=f"the role {clip_text(role.name)}",
    )


def _is_said(denial: Denial, found: re.Match[str]) -> bool:
    """Return whether a text says of the denied key that it is an AWS managed key."""
    text, start = found.string, found.start()
    low = max(start - _CHARS_BEFORE, 0)
    owner = _OWNER.search(text, low, start)
    if owner is not None and denial.resource_account not in {None, owner[1]}:
        return False
    return not (_NOT_SAID.search(text, low, start) or _ASKED.match(text, found.end()))


def _calls_kms(denial: Denial) -> bool:
    """Return whether KMS was called, and no service that uses a key for the caller."""
    operation = encrypted_data.called_operation(denial)
    return bool(operation) and bool(actions_for(operation, "kms"))


def _find_owner(denial: Denial) -> str | None:
    """Return the account of the encrypted data. The ARN of a bucket has none, but people say it."""
    owner: str | None = getattr(encrypted_data.find_data(denial), "account", None)
    return owner or find_bucket_owner(denial.failure.text)


def _is_across(denial: Denial) -> bool:
    """Return whether the caller is not of the key's account."""
    if denial.crosses_accounts is not None:
        return denial.crosses_accounts
    owner = _find_owner(denial)
    if owner and denial.account:
        return bool(owner != denial.account)
    # Callers of its own account may use the key of Secrets Manager, whatever their policies say of KMS.
    is_of_secret = denial.account is None and _BY_SECRETS_MANAGER in denial.failure.text
    is_of_secret &= f"::{owner}:" not in denial.failure.text  # a principal of the account
    return is_of_secret or _OTHER_ACCOUNT.search(denial.failure.text) is not None


def _find_region(denial: Denial) -> str:
    region = region_argument(denial)
    return (
        region if region != "REGION" else getattr(encrypted_data.find_data(denial), "region", None) or region
    )


def explain_managed_key(denial: Denial) -> Explanation | None:
    """Explain that the policy of an AWS managed key does not allow a call, and cannot be changed."""
    key, denial = _find_managed_key(denial), encrypted_data.with_key_of_text(denial)
    if _BY_SECRETS_MANAGER in denial.failure.text:
        denial = _with_reader(denial)
    # Within its account, such a key allows the use through its service to everyone who may call that.
    is_called = denial.policy_type is None and _calls_kms(denial)
    if key is None or not (is_called or denial.policy_type == "resource" or _is_across(denial)):
        return None
    name, through = key.name or "the key", "its service"
    if key.service in encrypted_data.SERVICES:
        through = encrypted_data.SERVICES[key.service][0]
    owner = f" of account {denial.resource_account}" if denial.crosses_accounts else ""
    limit = "no other account can use" if _is_across(denial) else f"can be used only through {through}"
    if _is_administrative(denial):
        limit = "AWS manages: nobody else can do that"
    verdict = f"{name} is an AWS managed key{owner}, which {limit}"
    operation = encrypted_data.called_operation(denial)
    topic, cause = "resource-policy", KMS_KEY_POLICY
    within = "The"
    if operation and not _calls_kms(denial):
        topic, cause, within = KMS_BEHIND_SERVICE.code, KMS_BEHIND_SERVICE, f"Within {operation}, the"
    shown = ""
    if _describes_default_key(denial.failure.text):
        shown = "By the text, the secret has no KmsKeyId, so it has the default key. "
    text = f"{shown}{within} use of the key was denied. The key's policy allows only principals of its account that call {through}, and nobody can change it."
    return denial.explain(
        denial_summary(denial, verdict),
        cause.cause("derived", text=text),
        topic=topic,
        remedies=_replace_key_remedy(denial, key),
    )


def _is_administrative(denial: Denial) -> bool:
    """Return whether an action changes a key instead of using it."""
    return denial.lowercase_action.removeprefix("kms:").startswith(_ADMINISTRATIVE)


def _replace_key_remedy(denial: Denial, key: _ManagedKey) -> Remedy:
    data = encrypted_data.describe_data(encrypted_data.called_operation(denial))
    is_across, region = _is_across(denial), _find_region(denial)
    is_own_call = _calls_kms(denial)
    where = f", in account {denial.resource_account}" if denial.crosses_accounts else ""
    owner = denial.resource_account or _find_owner(denial)
    owner = owner or (None if is_across else denial.account) or "ACCOUNT_ID"
    partition = getattr(denial.resource_arn, "partition", denial.location.partition) or "aws"
    root = f"arn:{partition}:iam::{owner}:root"
    added: list[dict[str, Any]] = [allow("kms:Decrypt", "*", principal={"AWS": policy_principal_arn(denial)})]
    if denial.lowercase_action.startswith("kms:"):
        added = (resource_policies.resource_remedy(denial).policy or {}).get("Statement", [])
    if _is_administrative(denial):
        added = []
    limit = encrypted_data.via_service(key.service, region, partition)
    if limit is not None and region != "REGION" and not is_own_call:
        added = [{**each, "Condition": limit} for each in added]
    of_service = () if is_own_call else _set_key(denial, key)
    title = f"Encrypt the {data} with a customer managed key"
    if _describes_default_key(denial.failure.text):
        title = "Give the secret a customer managed key (update-secret --kms-key-id) that both accounts allow"
    if is_own_call:
        title = "Use a customer managed key"
    is_upload = key.service == "s3" and encrypted_data.called_operation(denial) in _UPLOADS
    if is_upload and (bucket := denial.context.bucket) is not None:
        title = f"Encrypt new objects of {clip_text(bucket.value)} with a customer managed key"
    has_all = find_said_grant(denial, "kms:Decrypt", on_all=True) is not None or _shows_grant(denial)
    # A line with the action and the pattern of the new key, too.
    every_key = rf"(?i)(?:has|allows?)\b[^\n]*\b{re.escape(denial.action or '')}\b[^\n]*:kms:(?:{region}|\*):{owner}:key/\*"
    may_use = has_all or re.search(every_key, denial.failure.text) is not None
    asks = bool(added) and is_across and not may_use
    own = other_side_command(denial, added[-1]["Action"], "KEY_ARN") if asks else None
    first = of_service[0] if of_service else None
    lines: Commands = (
        commands.fill_command(_CREATE, region),
        *present(Labelled.required("With the ARN that it prints as KEY_ARN:", first) if first else None),
        *of_service[1:],
        *present(own),
    )
    remedy = owner_remedy(
        f"{title}{where}",
        f"By the text, {denial.caller} has kms:Decrypt on * already: its policy and the secret's can stay. Later, narrow the * to KEY_ARN."
        if has_all and key.service == "secretsmanager" and denial.crosses_accounts
        else None,
        None if is_own_call else _UPLOAD if is_upload else _STEPS.get(key.service or ""),
        None if first else "Use the ARN that the command prints in place of the AWS managed key.",
        commands=lines,
        url="https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key",
    )
    return attrs.evolve(remedy, policy=build_document([allow("kms:*", "*", principal={"AWS": root}), *added]))


def _shows_grant(denial: Denial) -> bool:
    """Return whether a policy of the caller in the text allows the use of every key."""
    return any(
        "*" in as_strings(each.get("Resource"))
        and names_action(each, "kms:Decrypt")
        and not each.get("Condition")
        for policy in list_own_policies(denial)
        # One that the text only describes can be of another role.
        if policy.name != DESCRIBED
        for each in policy.allows
    )


def _set_key(denial: Denial, key: _ManagedKey) -> tuple[str, ...]:
    """Return the commands that give the data another key."""
    region = _find_region(denial)
    if key.service == "s3":
        bucket, name = denial.context.bucket, denial.context.key
        if encrypted_data.called_operation(denial) in _UPLOADS:
            return (
                commands.fill_command(_SET_DEFAULT, commands.bucket(bucket and bucket.value), _KMS, region),
            )
        path = f"s3://{commands.bucket(bucket and bucket.value)}/{name.value if name else 'OBJECT_KEY'}"
        return (
            commands.fill_command(
                "aws s3 cp {} {} --sse aws:kms --sse-kms-key-id KEY_ARN --region {}", path, path, region
            ),
        )
    if key.service == "ec2":
        return (
            f"aws ec2 copy-snapshot --source-region {region} --source-snapshot-id SNAPSHOT_ID --encrypted --kms-key-id KEY_ARN --region {region}",
        )
    if key.service not in SET_KEY:
        return ()
    stated = find_stated_arn(denial.failure, lambda each: each.split(":")[2] == key.service, is_anywhere=True)
    if key.service == "dynamodb" and stated is not None:
        stated = stated.partition(":table/")[2].partition("/")[0]
    value = (
        stated
        or encrypted_data.find_data_name(denial, key.service)
        or encrypted_data.SHOW_KEYS[key.service][2]
    )
    return (commands.fill_command(f"{SET_KEY[key.service]} --region {{}}", value, region),)
