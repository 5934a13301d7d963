"""Say where a program or a deployment tool sets what a statement requires, such as encryption."""

from __future__ import annotations

import re
from collections.abc import Sequence

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.denials.conditions import condition_keys, deny_conditions
from iamtriage.explaining._rules.denials.conditions.deny_conditions import Requirement
from iamtriage.explaining._rules.denials.conditions.encrypted_data import find_key
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART
from iamtriage.explaining._rules.shared.texts.deployment_tools import (
    Deployment,
    find_deployment,
    find_pulumi_resource,
)
from iamtriage.explaining._rules.shared.texts.text_fragments import PULUMI_FRAGMENTS
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial

# What writes objects for a program, and has a setting of its own.
_PROGRAMS = (
    (
        lazy_pattern(r"RedshiftIamRoleSession|\b(?i:unload)\s?\("),
        "Add KMS_KEY_ID 'KEY_ID' ENCRYPTED to the UNLOAD statement: it then sends the header. The role needs kms:GenerateDataKey and kms:Decrypt on the key, and the key policy must allow that.",
    ),
    (
        lazy_pattern(r"\bStartQueryExecution\b|\bathena\.amazonaws\.com\b|\bAthena\b"),
        "Set the encryption of the query results: EncryptionConfiguration in ResultConfiguration, or in the workgroup, with SSE_KMS and the key, or SSE_S3.",
    ),
    (
        lazy_pattern(r"\bs3a://|\bS3AFileSystem\b"),
        "Set fs.s3a.encryption.algorithm to SSE-KMS, with the key in fs.s3a.encryption.key, or to AES256. The bucket's default encryption adds no header. With SSE-KMS, the caller also needs kms:GenerateDataKey and kms:Decrypt on the key.",
    ),
    (
        lazy_pattern(r'\bbackend "s3"|\bFailed to save state\b'),
        "Set encrypt = true in the backend, and kms_key_id for a KMS key. The bucket's default encryption adds no header.",
    ),
)
# How code and commands set the algorithm and the key, by what shows the language.
_CALLS = (
    (lazy_pattern(r"\bs3api put-object\b"), "--server-side-encryption {0}", " --ssekms-key-id {1}"),
    (lazy_pattern(r"\baws s3 (?:cp|mv|sync)\b"), "--sse {0}", " --sse-kms-key-id {1}"),
    (lazy_pattern(r"\bupload_file(?:obj)?\("), 'ExtraArgs={{"ServerSideEncryption": "{0}"', ', "SSEKMSKeyId": "{1}"'),
    (lazy_pattern(r"\bAws::S3\b|\.rb:\d"), "server_side_encryption: '{0}'", ", ssekms_key_id: '{1}'"),
    (lazy_pattern(r"\bboto(?:3|core)\b|\bput_object\(Bucket="), 'ServerSideEncryption="{0}"', ', SSEKMSKeyId="{1}"'),
    (lazy_pattern(r"\bPutObjectCommand\b|\bclient-s3\b|\.[jt]s:\d"), 'ServerSideEncryption: "{0}"', ', SSEKMSKeyId: "{1}"'),
    (lazy_pattern(r"\bsoftware\.amazon\.awssdk\b"), '.serverSideEncryption("{0}")', '.ssekmsKeyId("{1}")'),
    (lazy_pattern(r"\bs3\.PutObjectInput\b|\boperation error S3\b"), 'ServerSideEncryption: types.ServerSideEncryption("{0}")', ', SSEKMSKeyId: aws.String("{1}")'),
    (lazy_pattern(r"\bAws\\S3\b|\.php\b"), "'ServerSideEncryption' => '{0}'", ", 'SSEKMSKeyId' => '{1}'"),
    (lazy_pattern(r"\bAmazon\.S3\b|\bPutObjectRequest\s?\{"), 'ServerSideEncryptionMethod = new ServerSideEncryptionMethod("{0}")', ', ServerSideEncryptionKeyManagementServiceKeyId = "{1}"'),
    (lazy_pattern(r"\baws_s3_(?:bucket_)?object\b"), 'server_side_encryption = "{0}"', ' and kms_key_id = "{1}"'),
)  # fmt: skip
_NAME_OF_KEY = lazy_pattern(r"(?i:[\w-]*kms[\w-]*)")
_KEY_CONDITION = "s3:x-amz-server-side-encryption-aws-kms-key-id"
# Packer names its builders in each line of its output.
_PACKER = lazy_pattern(r"==> amazon-[a-z]{3,12}[.:]")
# What sets a value to true in the AWS CLI and in Terraform.
_FLAG = lazy_pattern(r"Pass --(?P<option>[\w-]+) in the CLI, or set (?P<argument>\w+) = true in Terraform\.")
_OPTION = lazy_pattern(r"--(?P<option>[\w-]+ \w+=\w+|(?<=Pass --)[\w-]+) in the CLI\b")
_OF_PACKER = 'In Packer, write this in the source block: metadata_options { http_tokens = "required" }.'
# https://developer.hashicorp.com/packer/integrations/hashicorp/amazon/latest/components/builder/ebs
_OF_IMAGE = "imds_support is only for the AMI that the build makes: it has no effect on the instance that Packer launches."
_OF_STORAGE = 'Set encrypted: "true" in the parameters of a new StorageClass. Then create the claim again.'


# Nobody was in the network that the call has to come from.
_DISCONNECTED = lazy_pattern(
    r"(?i:\bVPN(?: client)?(?: (?:was|is|were|being|switched|turned|still)){0,2} ?(?:off|disconnected|dropped|down)\b|\bVPN (?:was|is)(?: not|n['’]t) (?:on|up|connected|running)\b"
    r"|(?<!with and )(?<!with or )\b(?:without|not (?:on|in|using|connected to)|n['’]t (?:on|in|using|connected to)|off|outside) (?:(?:the|our|my|a|any|company|corporate|office) ){0,2}VPN\b"
    r"|\b(?:disconnected|turned off|switched off|forgot)(?: from| to connect)? (?:(?:the|our|my|his|her) )?VPN\b)"
)
# Who says that the VPN makes no difference, and who asks about it.
_NO_DIFFERENCE = lazy_pattern(
    r"(?i:\b(?:still|too|also|both|either|same|regardless|if|should|must|whether)\b)|\?"
)
_MAX_BEFORE = 200


def _find_disconnected(text: str) -> str | None:
    """Return the words of a text that the VPN was off, unless it says that this makes no difference.

    >>> _find_disconnected("It was from home, VPN off."), _find_disconnected("With the VPN off, it still fails.")
    ('VPN off', None)
    """
    for found in _DISCONNECTED.finditer(text):
        before = re.split(r"[.;\n]", text[max(found.start() - _MAX_BEFORE, 0) : found.start()])[-1]
        after = re.split(r"[.;\n]", text[found.end() : found.end() + _MAX_BEFORE])[0]
        if not _NO_DIFFERENCE.search(before + after) and not _NO_DIFFERENCE.match(
            text[found.end() + len(after) :]
        ):
            return found[0]
    return None


def _name_person(denial: Denial) -> str | None:
    """Return the name of the caller's session or user, if the text is by somebody else who tells what that person did."""
    name: str = getattr(denial.principal, "session_name", "") or getattr(denial.principal, "name", "")
    said = rf"(?<![\w/@.:-]){re.escape(name)} (?:says?|said|reports?|tells?|told|writes?|wrote|tried|asks?|asked|sees|saw|gets|got|works|worked|was|is|had)\b"
    return clip_text(name) if name and re.search(said, denial.failure.text) else None


def find_step(
    denial: Denial, requirement: Requirement, key: str, values: Sequence[str]
) -> tuple[str, str | None]:
    """Return how to satisfy a requirement in the tool of the text, and the command in the text that does so.

    Args:
        denial: The denial.
        requirement: What the statement requires.
        key: The key of its condition.
        values: The values that the condition accepts, as far as known.
    """
    if requirement is deny_conditions.ENCRYPTION:
        return _encryption_step(denial, key, values, requirement.step), None
    if requirement is deny_conditions.ENCRYPTED_VOLUMES:
        return _encrypt_volumes(denial, requirement.step)
    if requirement.has_key("aws:SourceIp") and (off := _find_disconnected(denial.failure.text)):
        who = _name_person(denial)
        return (
            f'The text says "{clip_text(off)}": {f"let {who} connect" if who else "connect"} the VPN, and repeat the call. With the VPN, curl https://checkip.amazonaws.com must print such an address.',
            None,
        )
    if requirement.has_key("ec2:MetadataHttpTokens") and _PACKER.search(denial.failure.text):
        return f"{_OF_PACKER} {_OF_IMAGE if 'imds_support' in denial.failure.text else ''}".rstrip(), None
    flag, deployment = _FLAG.fullmatch(requirement.step), find_deployment(denial.failure, denial.facts)
    option = _OPTION.search(requirement.step)
    again = condition_keys.repeat_with_flag(denial, option["option"]) if option else None
    controller = find_controller_of_denial(denial.action or "", denial.failure) if flag else None
    if controller is not None and controller.name == "the EBS CSI driver":
        return _OF_STORAGE, None
    is_of_pulumi = any(map(denial.failure.text.__contains__, PULUMI_FRAGMENTS))
    if flag is not None and again is None and is_of_pulumi:
        return _set_in_pulumi(denial.failure.text, flag["argument"]), None
    if flag is not None and deployment is not None and deployment.is_terraform and deployment.resource:
        is_off = any(condition_keys.find_flag(denial, key) == ("false",) for key in requirement.keys)
        said = ": the text has false" if is_off else ""
        return f"In {deployment.resource}, set {flag['argument']} = true{said}.", None
    if not (option and again):
        is_volume = denial.action == "ec2:CreateVolume" and requirement.has_key("ec2:Encrypted")
        return f"{requirement.step} {_encrypt_by_default(denial) if is_volume else ''}".rstrip(), None
    return f"Repeat the command with --{option['option'].partition(' ')[0]}.", again


def describe_created(denial: Denial) -> str:
    """Return what the call creates: its name, or else its type."""
    path = "" if denial.resource_arn is None else denial.resource_arn.resource
    name = path.rpartition("/")[2].rpartition(":")[2]
    if name and "*" not in name:
        return clip_text(name)
    kind = path.partition("/")[0].partition(":")[0].replace("-", " ")
    return f"the {clip_text(kind)}" if kind and "*" not in kind else "it"


def _set_in_pulumi(text: str, argument: str) -> str:
    """Return how a Pulumi program sets to true what has this name in Terraform.

    >>> _set_in_pulumi("aws:rds:Instance (shop):", "storage_encrypted")
    'In the Pulumi program, set storageEncrypted (in Python, storage_encrypted) to true in shop (aws:rds:Instance).'
    """
    name = Deployment("Pulumi", None).spell(argument)
    if name != argument:
        name += f" (in Python, {argument})"
    found = find_pulumi_resource(text)
    where = "" if found is None else f" in {found[1]} ({found[0]})"
    return f"In the Pulumi program, set {name} to true{where}."


def _encryption_step(denial: Denial, key_of_header: str, listed: Sequence[str], general: str) -> str:
    """Return how the program writes with the encryption that a condition on an encryption header requires."""
    text = denial.failure.text
    own = next((words for sign, words in _PROGRAMS if sign.search(text)), None)
    if own is not None:
        return own
    is_of_key = key_of_header.lower() == _KEY_CONDITION
    algorithm = "aws:kms" if is_of_key else only_one(listed)
    if algorithm not in {"aws:kms", "aws:kms:dsse", "AES256"}:
        return general
    key = None
    if algorithm != "AES256":
        key = next(
            (each for each in listed if is_of_key and each.startswith("arn:") and "*" not in each), None
        )
        key = key or find_key(denial) or ("KEY_ARN" if is_of_key else None)
    call = next(((first, more) for sign, first, more in _CALLS if sign.search(text)), None)
    if call is None:
        if not is_of_key:
            return general
        call = ('ServerSideEncryption "{0}"', ' and SSEKMSKeyId "{1}"')
    setting = "".join(call if key is not None else call[:1]).format(algorithm, clip_text(key or ""))
    setting += "}" if setting.startswith("ExtraArgs") else ""
    needs = ""
    if algorithm != "AES256":
        setting_of_key = _NAME_OF_KEY.search(call[1])
        default = ""
        if key is None and setting_of_key:
            default = f" Without {setting_of_key[0]}, it is the default encryption's key, or aws/s3."
            if len({*ACCOUNT_IN_TEXT.findall(text)}) > 1:
                default += " If the bucket is in another account, ask its owner for the ARN of a customer managed key whose policy allows the caller: aws/s3 cannot be shared."
        on = "the key" if key is not None else "a customer managed key"
        needs = f"{default} The caller also needs kms:GenerateDataKey on {on}, and kms:Decrypt for multipart uploads."
    is_replaced = condition_keys.repeat_with(denial, key_of_header, listed) is not None
    start = "" if is_replaced else f"Add this to the call: {setting}. "
    return f"{start}The bucket's default encryption adds no header.{needs}"


_SMALL_ARRIVES = lazy_pattern(
    r"(?i:\bsmall(?:er)? (?:files?|objects?|uploads?|ones) (?:are|is|get|gets) (?:copied|uploaded|written|stored)\b)"
)
_SMALL = lazy_pattern(
    r"(?i:\bsmall(?:er)? (?:files?|objects?|uploads?|ones|dumps?|backups?|archives?|images?|blobs?)\b|\b\d{1,3} ?[KM]i?B\b)"
)
PARTS_NEED_DECRYPT = "A large object (usually from 8 MB) is a multipart upload, whose parts S3 decrypts to join them: that requires kms:Decrypt. A small one is sent whole, which requires only kms:GenerateDataKey"
"""Why the upload of a large object needs more than that of a small one."""


def find_small_upload(text: str) -> str | None:
    """Return the clause that says that small objects arrive, which are sent whole."""
    return find_working(text, _SMALL) or next((each[0] for each in find_said(text, _SMALL_ARRIVES)), None)


def why_decrypt(operation: str | None) -> tuple[str, str] | None:
    """Return why a call that only writes requires kms:Decrypt, and what else reading would require.

    The limit of one request to S3 is 5 GB: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html.
    SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html.
    """
    if operation in MULTIPART:
        return (
            f"{PARTS_NEED_DECRYPT}.",
            "kms:Decrypt alone lets the caller read no object: that also requires s3:GetObject. Objects up to 5 GB can do without it: raise multipart_threshold.",
        )
    if operation in {"SendMessage", "SendMessageBatch"}:
        return (
            "SQS verifies each new data key before it encrypts with it: that requires kms:Decrypt besides kms:GenerateDataKey.",
            "kms:Decrypt alone lets the caller receive no message: that also requires sqs:ReceiveMessage.",
        )
    return None


INSTANCES = ("aws_instance", "aws_spot_instance_request")
BLOCK_DEVICES = ("root_block_device", "ebs_block_device")
# The volumes of a launch in the short notation of the AWS CLI.
_VOLUMES = lazy_pattern(
    r"(?a)--block-device-mappings[ =]([\"'])(DeviceName=[\w/,.=:{}-]{1,800})\1(?!\s{1,20}(?:\\\s{1,20})?[\"']?DeviceName=)"
)
_EBS = lazy_pattern(r"\bEbs=\{([^{}]{0,400})\}")


def _encrypt(ebs: re.Match[str]) -> str:
    settings = [each for each in ebs[1].split(",") if each and not each.startswith("Encrypted=")]
    return f"Ebs={{{','.join([*settings, 'Encrypted=true'])}}}"


def _encrypt_volumes(denial: Denial, usual: str) -> tuple[str, str | None]:
    """Return how to create volumes encrypted, and the command in the text that does so, with that setting.

    Args:
        denial: The denial.
        usual: What to do if nothing shows which tool creates them.
    """
    text = denial.failure.text
    given = {found[2]: found[0] for found in _VOLUMES.finditer(text)}
    volumes = only_one(given)
    if volumes is not None and (encrypted := _EBS.sub(_encrypt, volumes)) != volumes:
        called, option = denial.context.command, f"--block-device-mappings '{encrypted}'"
        rest = None if called is None else commands.repeat_line(called.text.replace(f" {given[volumes]}", ""))
        again = None if rest is None or volumes not in getattr(called, "text", "") else f"{rest} {option}"
        return f"Set Encrypted for each volume, also the root volume{'' if again else f': {option}'}.", again
    tools = deny_conditions.ENCRYPTED_VOLUMES_OF_TOOLS.items()
    of_tool = next((words for sign, words in tools if re.search(sign, f"{text} {denial.caller}")), usual)
    deployment = find_deployment(denial.failure, denial.facts)
    address = (deployment.resource if deployment is not None and deployment.is_terraform else None) or ""
    if any(f"{each}." in address for each in INSTANCES):
        of_tool = f"In {address}, set encrypted = true in root_block_device (add one if it has none) and in each ebs_block_device."
    return f"{describe_unencrypted(text) or of_tool} {_encrypt_by_default(denial)}", None


def _encrypt_by_default(denial: Denial) -> str:
    region = commands.region(region_argument(denial))
    return f"Or an administrator has the Region encrypt all new volumes: aws ec2 enable-ebs-encryption-by-default --region {region}."


def describe_unencrypted(text: str) -> str | None:
    r"""Return which volumes of the only instance in Terraform's code lack the setting that encrypts them.

    >>> describe_unencrypted('resource "aws_instance" "job" {\n  root_block_device {\n    volume_size = 50\n  }\n}')
    'In aws_instance.job, set encrypted = true in root_block_device.'
    """
    # An error quotes the first line of the code.
    instances = [each for each in find_resources(text, *INSTANCES) if each.is_whole]
    if len(instances) != 1:
        return None
    [instance] = instances
    devices = {name: instance.find_nested(name) for name in BLOCK_DEVICES}
    if not devices["root_block_device"]:
        return f"In {instance.address}, add root_block_device {{ encrypted = true }}."
    lacking = [
        name
        for name, blocks in devices.items()
        if any(each.arguments.get("encrypted", "false") == "false" for each in blocks)
    ]
    named = join_words(lacking, "and")
    return f"In {instance.address}, set encrypted = true in {named}." if lacking else None
