"""Say where a program or a deployment tool sets what a Deny statement requires: encryption or tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, quote_argument
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.denials.conditions import condition_keys, deny_conditions
from iamtriage.explaining._rules.denials.conditions.encrypted_data import find_key
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition
    from iamtriage.explaining._rules.denials.conditions.deny_conditions import Requirement

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
_OF_STORAGE = 'Set encrypted: "true" in the parameters of a new StorageClass. Then create the claim again.'


def find_step(denial: Denial, requirement: Requirement) -> tuple[str, str | None]:
    """Return how to satisfy a requirement in the tool of the text, and the command in the text that does so."""
    if requirement.has_key("ec2:MetadataHttpTokens") and _PACKER.search(denial.failure.text):
        return _OF_PACKER, None
    flag, deployment = _FLAG.fullmatch(requirement.step), find_deployment(denial.failure, denial.facts)
    option = _OPTION.search(requirement.step)
    again = condition_keys.repeat_with_flag(denial, option["option"]) if option else None
    controller = find_controller_of_denial(denial.action or "", denial.failure) if flag else None
    if controller is not None and controller.name == "the EBS CSI driver":
        return _OF_STORAGE, None
    if flag is not None and deployment is not None and deployment.is_terraform and deployment.resource:
        is_off = any(condition_keys.find_flag(denial, key) == ("false",) for key in requirement.keys)
        said = ": the text has false" if is_off else ""
        return f"In {deployment.resource}, set {flag['argument']} = true{said}.", None
    if not (option and again):
        return requirement.step, None
    return f"Repeat the command with --{option['option'].partition(' ')[0]}.", again


def encryption_step(denial: Denial, condition: DenyingCondition, general: str) -> str:
    """Return how the program writes with the encryption that the condition of a Deny requires.

    Args:
        denial: The denial.
        condition: The condition on an encryption header.
        general: The step for an unknown program or encryption.
    """
    text = denial.failure.text
    own = next((words for sign, words in _PROGRAMS if sign.search(text)), None)
    if own is not None:
        return own
    is_of_key = condition.key.lower() == _KEY_CONDITION
    listed = condition.policy_values if deny_conditions.accepts_listed_values(condition) else ()
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
        default = (
            f" Without {setting_of_key[0]}, it is the default encryption's key, or aws/s3."
            if key is None and setting_of_key
            else ""
        )
        on = "the key" if key is not None else "a customer managed key"
        needs = f"{default} The caller also needs kms:GenerateDataKey on {on}, and kms:Decrypt for multipart uploads."
    is_replaced = condition_keys.repeat_with(denial, condition.key, listed) is not None
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


__all__ = ("describe_call_tags", "describe_tag_setting", "tag_step", "tagged_type")

# An identifier of Terraform needs no quotes.
_IDENTIFIER = lazy_pattern(r"(?a)[A-Za-z_][\w-]{0,255}")
# By the name of the controller or tool. {key} and {value} are those of the tag, {name} is the key in Terraform, {pair}
# both in a shell, and {resource} is what the tool was working on.
_SETTINGS = {
    "the EBS CSI driver": "Let the driver tag its volumes: controller.extraVolumeTags: {{{key}: {value}}} in its Helm chart or add-on, or tagSpecification_1: {key}={value} in the parameters of a new StorageClass. Then create the claim again.",
    "the EFS CSI driver": "Let the driver tag its access points: controller.tags: {{{key}: {value}}} in its Helm chart. Then create the claim again.",
    "the AWS Load Balancer Controller": "Let the controller tag what it creates: defaultTags: {{{key}: {value}}} in its Helm chart; or only for one Ingress, the annotation alb.ingress.kubernetes.io/tags: {key}={value}; for one Service, service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags: {key}={value}.",
    "Karpenter": "Let Karpenter tag what it launches: add {key}: {value} to spec.tags of the EC2NodeClass.",
    "Terraform": 'Set it for all resources in the provider: default_tags {{ tags = {{ {name} = "{value}" }} }}; or as tags in {resource}.',
    "CloudFormation": "Tag the stack, which passes its tags on to most resources: --tags {pair} with cdk deploy, sam deploy or aws cloudformation deploy; or set Tags in {resource}.",
}

# By service: the parameter for tags, the form of its value, and the action that tags.
_PARAMETERS = {
    "dynamodb": ("Tags", "Key", "TagResource"),
    "ecr": ("tags", "Key", "TagResource"),
    "ecs": ("tags", "key", "TagResource"),
    "eks": ("tags", "", "TagResource"),
    "elasticloadbalancing": ("Tags", "Key", "AddTags"),
    "kms": ("Tags", "TagKey", "TagResource"),
    "lambda": ("Tags", "", "TagResource"),
    "logs": ("tags", "", "TagResource"),
    "rds": ("Tags", "Key", "AddTagsToResource"),
    "secretsmanager": ("Tags", "Key", "TagResource"),
    "sns": ("Tags", "Key", "TagResource"),
    "sqs": ("tags", "", "TagQueue"),
    "ssm": ("Tags", "Key", "AddTagsToResource"),
    "states": ("tags", "key", "TagResource"),
}
_WORD_START = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def describe_call_tags(denial: Denial, key: str, value: str) -> str | None:
    """Return how the call in the text passes a tag: code for boto3 or JavaScript, or a command of the AWS CLI."""
    known, operation = _PARAMETERS.get(denial.service or ""), (denial.action or "").partition(":")[2]
    if known is None or not operation.startswith("Create"):
        return None
    parameter, name, action = known
    text, snake = denial.failure.text, _WORD_START.sub("_", operation).lower()
    of_value = name.replace("Key", "Value").replace("key", "value")
    if re.search(rf"\.{snake}\(", text):
        call, written = snake, f'{{"{key}": "{value}"}}'
        if name:
            written = f'[{{"{name}": "{key}", "{of_value}": "{value}"}}]'
        argument = f"{parameter}={written}"
    elif re.search(rf"\b{operation}Command\(", text):
        call, written = f"{operation}Command", f'{{ "{key}": "{value}" }}'
        if name:
            written = f'[{{ {name}: "{key}", {of_value}: "{value}" }}]'
        argument = f"{parameter}: {written}"
    elif re.search(rf"\baws [a-z0-9-]{{2,30}} {snake.replace('_', '-')}\b", text):
        call = f"the command {snake.replace('_', '-')}"
        pair = f"{name}={key},{of_value}={value}" if name else f"{key}={value}"
        argument = f"--tags {quote_argument(pair)}"
    else:
        return None
    return f"Add {argument} to {call}: tags that are set after the call are too late, and the key must be exactly {key}. With tags, the caller also needs {denial.service}:{action}."


def describe_tag_setting(denial: Denial, key: str, value: str) -> str | None:
    """Return where what made the call sets a tag, or ``None`` if the text shows no such program."""
    failure = denial.failure
    if (controller := find_controller_of_denial(denial.action or "", failure)) is not None:
        name, resource = controller.name, ""
    elif (deployment := find_deployment(failure, denial.facts)) is not None:
        name, resource = deployment.tool, deployment.resource or "the resource"
    else:
        return None
    template = _SETTINGS.get(name)
    key_of_map = key if _IDENTIFIER.fullmatch(key) else f'"{key}"'
    pair = quote_argument(f"{key}={value}")
    words = {"key": key, "value": value, "name": key_of_map, "pair": pair, "resource": resource}
    return None if template is None else template.format_map(words)


# A key or value of a tag that the AWS CLI reads as written: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
_TAG = lazy_pattern(r"[\w.:/=+@ -]{1,256}")
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html
_TAGGED_TYPE = lazy_pattern(r":(fleet|instance|network-interface|spot-instances-request|volume)/")
# What a call that creates one resource tags.
_CREATED_TYPE = lazy_pattern(
    r":ec2:[^:]*:[^:]*:(image|key-pair|launch-template|security-group|snapshot|subnet|volume|vpc)/"
)
# What one value of --tag-specifications tags.
_TAGGED = lazy_pattern(
    r"ResourceType=(?P<type>[a-z-]{3,40}),Tags=\[(?P<tags>(?:\{Key=[\w.:/=+@ -]{1,128},Value=[\w.:/=+@ -]{0,256}\},?){1,20})\]"
)
_INSTANCES = ("aws_instance", "aws_spot_instance_request")
_BLOCK_DEVICES = ("root_block_device", "ebs_block_device")
_PLAIN_TAGS = lazy_pattern(r"[\w\s\"=.,:/@-]{1,400}")
_LAUNCHES = frozenset({"ec2:runinstances", "ec2:createfleet", "ec2:requestspotinstances"})


def tagged_type(denial: Denial) -> str | None:
    """Return which of the resources that a launch creates is denied, each of which has tags."""
    found = _TAGGED_TYPE.search(denial.resource or "") if denial.lowercase_action in _LAUNCHES else None
    return None if found is None else found[1]


def _terraform_instance(denial: Denial) -> str | None:
    """Return how Terraform's aws_instance tags volumes at launch, if the text shows one that does it later.

    https://github.com/hashicorp/terraform-provider-aws/issues/35639
    """
    text = denial.failure.text
    if not any(each in text for each in _INSTANCES) or "volume_tags" in text:
        return None
    instances = find_resources(text, *_INSTANCES)
    devices = (found for each in instances for name in _BLOCK_DEVICES for found in each.find_nested(name))
    device = next((each for each in devices if each.find_nested("tags")), None)
    stated = [
        tags.body
        for block in (*present(device), *instances)
        for tags in block.find_nested("tags")
        if _PLAIN_TAGS.fullmatch(tags.body)
    ]
    tags = f"{{ {' '.join(max(stated, key=lambda each: each.count('='), default='KEY = VALUE').split())} }}"
    remove = "" if device is None else f", and remove tags from {device.kind}: the two conflict"
    return f"In aws_instance, write volume_tags = {tags}{remove}. Terraform sets the tags of a block device after the launch, with CreateTags, so the request lacks them; tags is for the instance. Or use a launch template with tag_specifications for volume."


# The volumes of a launch in the short notation of the AWS CLI.
_VOLUMES = lazy_pattern(
    r"(?a)--block-device-mappings[ =]([\"'])(DeviceName=[\w/,.=:{}-]{1,800})\1(?!\s{1,20}(?:\\\s{1,20})?[\"']?DeviceName=)"
)
_EBS = lazy_pattern(r"\bEbs=\{([^{}]{0,400})\}")


def _encrypt(ebs: re.Match[str]) -> str:
    settings = [each for each in ebs[1].split(",") if each and not each.startswith("Encrypted=")]
    return f"Ebs={{{','.join([*settings, 'Encrypted=true'])}}}"


def encrypt_volumes(denial: Denial, usual: str) -> tuple[str, str | None]:
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
    step, region = describe_unencrypted(text) or of_tool, commands.region(region_argument(denial))
    return (
        f"{step} Or an administrator has the Region encrypt all new volumes: aws ec2 enable-ebs-encryption-by-default --region {region}.",
        None,
    )


def describe_unencrypted(text: str) -> str | None:
    r"""Return which volumes of the only instance in Terraform's code lack the setting that encrypts them.

    >>> describe_unencrypted('resource "aws_instance" "job" {\n  root_block_device {\n    volume_size = 50\n  }\n}')
    'In aws_instance.job, set encrypted = true in root_block_device.'
    """
    # An error quotes the first line of the code.
    instances = [each for each in find_resources(text, *_INSTANCES) if each.is_whole]
    if len(instances) != 1:
        return None
    [instance] = instances
    devices = {name: instance.find_nested(name) for name in _BLOCK_DEVICES}
    if not devices["root_block_device"]:
        return f"In {instance.address}, add root_block_device {{ encrypted = true }}."
    lacking = [
        name
        for name, blocks in devices.items()
        if any(each.arguments.get("encrypted", "false") == "false" for each in blocks)
    ]
    named = join_words(lacking, "and")
    return f"In {instance.address}, set encrypted = true in {named}." if lacking else None


# The option with its values, as the AWS CLI reads them.
_TAG_OPTION = lazy_pattern(
    r" --tag-specifications(?:[ =]{1,2}(?:'[^'\n]{1,2000}'|\"[^\"\n]{1,2000}\"|ResourceType=[^\s'\"]{1,2000})){1,8}"
)


def repeat_tagged(denial: Denial, option: str) -> str | None:
    """Return the command in the text with another option for tags, or ``None`` if it is not safe to repeat."""
    command = denial.context.command
    # A value that is not read would be lost, also one after which the command is not read.
    if command is None or denial.failure.text.count("ResourceType=") > len(_TAGGED.findall(command.text)):
        return None
    rest = commands.repeat_line(_TAG_OPTION.sub("", command.text, count=1))
    return f"{rest} {option}" if rest is not None and rest.startswith("aws ec2 ") else None


def tag_step(denial: Denial, step: str, tag: str = "KEY", value: str = "VALUE") -> str:
    """Return how to tag the one resource of a launch that is denied, or how what made the call sets tags, or the step."""
    kind = tagged_type(denial)
    if kind == "volume" and (found := _terraform_instance(denial)) is not None:
        return found
    # No value from a policy can end the quoted argument.
    key, text = (each if _TAG.fullmatch(each) else name for each, name in ((tag, "KEY"), (value, "VALUE")))
    in_terraform = (
        "tag_specifications in Terraform's aws_launch_template. Each type of resource has its own tags"
    )
    if kind is None:
        of_tool = describe_tag_setting(denial, key, text) or describe_call_tags(denial, key, text)
        created = _CREATED_TYPE.search(denial.resource or "")
        if of_tool or created is None or not re.match(r"ec2:create(?!tags)", denial.lowercase_action):
            return of_tool or step
        kind, in_terraform = created[1], "tags in Terraform. The caller also needs ec2:CreateTags"
    command = denial.case.context.command
    tagged = {
        each["type"]: each["tags"] for each in _TAGGED.finditer("" if command is None else command.text)
    }
    others = join_words([f"the {each}" for each in tagged if each != kind], "and")
    # The same tag of another resource has the value, and the option replaces all tags of a resource.
    of_others = "".join(tags for each, tags in tagged.items() if each != kind)
    same = re.search(rf"\{{Key={re.escape(key)},Value=([^}}]+)\}}", of_others)
    text = same[1] if same and text == "VALUE" else text
    kept = [
        each for each in tagged.pop(kind, "").split("},") if each and not each.startswith(f"{{Key={key},")
    ]
    tagged[kind] = ",".join([*(f"{each.rstrip('}')}}}" for each in kept), f"{{Key={key},Value={text}}}"])
    option = " ".join(f"'ResourceType={each},Tags=[{tags}]'" for each, tags in tagged.items())
    if others or kept:
        only = f"The command tags only {others}." if others and not kept else f"The {kind} has other tags."
        return f"{only} Write --tag-specifications {option}: if the option is given twice, only the last one is used. The caller also needs ec2:CreateTags for the {kind}."
    return f"Tag the {kind} in the same call: with --tag-specifications {option} in the AWS CLI, or {in_terraform}."
