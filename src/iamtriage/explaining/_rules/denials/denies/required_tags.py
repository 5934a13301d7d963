"""Say how a call, a command or a deployment tool passes the tags that a Deny statement requires, or which tag protects a resource."""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, line_start, quote_argument
from iamtriage.explaining._context.readers.tags import find_request_tags
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.conditions import condition_keys
from iamtriage.explaining._rules.denials.conditions.required_settings import BLOCK_DEVICES, INSTANCES
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.explaining._rules.shared.texts.text_signs import find_controller_of_denial

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
_CREATED_BY_LAUNCH = lazy_pattern(r":(instance|network-interface|volume)/")
# What a call that creates one resource tags.
_CREATED_TYPE = lazy_pattern(
    r":ec2:[^:]*:[^:]*:(image|key-pair|launch-template|security-group|snapshot|subnet|volume|vpc)/"
)
# What one value of --tag-specifications tags.
_TAGGED = lazy_pattern(
    r"ResourceType=(?P<type>[a-z-]{3,40}),Tags=\[(?P<tags>(?:\{Key=[\w.:/=+@ -]{1,128},Value=[\w.:/=+@ -]{0,256}\},?){1,20})\]"
)
_PLAIN_TAGS = lazy_pattern(r"[\w\s\"=.,:/@-]{1,400}")
_LAUNCHES = frozenset({"ec2:runinstances", "ec2:createfleet", "ec2:requestspotinstances"})


def tagged_types(denial: Denial, named: tuple[str, ...] = ()) -> list[str]:
    """Return which of the resources that a launch creates, each with its own tags, is denied, and which others a Deny names."""
    if denial.lowercase_action not in _LAUNCHES:
        return []
    found = (_TAGGED_TYPE.search(denial.resource or ""), *map(_CREATED_BY_LAUNCH.search, named))
    kinds = dict.fromkeys(each[1] for each in found if each is not None)
    # A launch with a network interface that exists creates none.
    return [each for each in kinds if each != "network-interface" or "eni-" not in denial.failure.text]


def _terraform_instance(denial: Denial) -> str | None:
    """Return how Terraform's aws_instance tags volumes at launch, if the text shows one that does it later.

    https://github.com/hashicorp/terraform-provider-aws/issues/35639
    """
    text = denial.failure.text
    if not any(each in text for each in INSTANCES) or "volume_tags" in text:
        return None
    instances = find_resources(text, *INSTANCES)
    devices = (found for each in instances for name in BLOCK_DEVICES for found in each.find_nested(name))
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


# The option with its values, as the AWS CLI reads them.
_TAG_OPTION = lazy_pattern(
    r" --tag-specifications(?:[ =]{1,2}(?:'[^'\n]{1,2000}'|\"[^\"\n]{1,2000}\"|ResourceType=[^\s'\"]{1,2000})){1,8}"
)


# A tag that follows others after a comma.
_TAG_OF_MAP = lazy_pattern(r"--tags (?!(?i:(?:tag)?key)=)[\w.:/@-]{1,128}=[\w.:/@-]{1,256}")


def repeat_tagged(denial: Denial, option: str) -> str | None:
    """Return the command in the text with another option for tags, or ``None`` if it is not safe to repeat."""
    command = denial.context.command
    if option.startswith("--tags "):
        created = (denial.resource or "*").rpartition(":")[2].rpartition("/")[2]
        if (
            command is None
            or "--cli-input" in command.text
            or not ("*" in created or created in command.text)
        ):
            return None  # the file can have other tags, and another command creates something else
        is_kept = " --tags" not in command.text or _TAG_OF_MAP.fullmatch(option)
        return condition_keys.repeat_with_flag(denial, option.removeprefix("--")) if is_kept else None
    # A value that is not read would be lost, also one after which the command is not read.
    if command is None or denial.failure.text.count("ResourceType=") > len(_TAGGED.findall(command.text)):
        return None
    rest = commands.repeat_line(_TAG_OPTION.sub("", command.text, count=1))
    return f"{rest} {option}" if rest is not None and rest.startswith("aws ec2 ") else None


def tag_step(
    denial: Denial, step: str, tag: str = "KEY", value: str = "VALUE", kinds: list[str] | None = None
) -> str:
    """Return how to tag resources of a launch, of which the first is denied, or how what made the call sets tags, or the step."""
    kinds = kinds or tagged_types(denial)
    if kinds[:1] == ["volume"] and (found := _terraform_instance(denial)) is not None:
        return found
    # No value from a policy can end the quoted argument.
    key, text = (each if _TAG.fullmatch(each) else name for each, name in ((tag, "KEY"), (value, "VALUE")))
    in_terraform = (
        "tag_specifications in Terraform's aws_launch_template. Each type of resource has its own tags"
    )
    if not kinds:
        of_tool = describe_tag_setting(denial, key, text) or describe_call_tags(denial, key, text)
        created = _CREATED_TYPE.search(denial.resource or "")
        if of_tool or created is None or not re.match(r"ec2:create(?!tags)", denial.lowercase_action):
            return of_tool or step
        kinds, in_terraform = [created[1]], "tags in Terraform. The caller also needs ec2:CreateTags"
    kind, named = kinds[0], join_words([f"the {each}" for each in kinds], "and")
    command = denial.case.context.command
    tagged = {
        each["type"]: each["tags"] for each in _TAGGED.finditer("" if command is None else command.text)
    }
    others = join_words([f"the {each}" for each in tagged if each != kind], "and")
    # The same tag of another resource has the value, and the option replaces all tags of a resource.
    of_others = "".join(tags for each, tags in tagged.items() if each != kind)
    same = re.search(rf"\{{Key={re.escape(key)},Value=([^}}]+)\}}", of_others)
    text = same[1] if same and text == "VALUE" else text
    kept: list[str] = []
    for each in reversed(kinds):
        kept = [
            tag for tag in tagged.get(each, "").split("},") if tag and not tag.startswith(f"{{Key={key},")
        ]
        tagged[each] = ",".join([*(f"{tag.rstrip('}')}}}" for tag in kept), f"{{Key={key},Value={text}}}"])
    option = " ".join(f"'ResourceType={each},Tags=[{tags}]'" for each, tags in sorted(tagged.items()))
    if others or kept:
        only = f"The command tags only {others}." if others and not kept else f"The {kind} has other tags."
        return f"{only} Write --tag-specifications {option}: if the option is given twice, only the last one is used. The caller also needs ec2:CreateTags for {named}."
    if find_request_tags(denial.failure, command) == {}:
        return f"The command passes no tags. Write --tag-specifications {option}: tags that are set later are too late. The caller also needs ec2:CreateTags for {named}."
    return (
        f"Tag {named} in the same call: with --tag-specifications {option} in the AWS CLI, or {in_terraform}."
    )


# A resource of EC2, whose tags one command prints.
_OF_EC2 = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:ec2:(?P<region>[a-z0-9-]{1,30}):\d{12}:(?P<kind>[a-z-]{3,40})/(?P<id>(?P<prefix>[a-z]{1,12})-[0-9a-f]{8,17})"
)


def leave_out(denial: Denial, rule: str, key: str, values: str) -> tuple[str, str, tuple[str, ...]]:
    """Return a title, a step and commands for a Deny that protects resources by a tag or another property."""
    tag = key.partition("ResourceTag/")[2]
    shown, with_value = (f"the tag {tag}", f"the tag {tag}={values}") if tag else (key, f"{key} = {values}")
    tagged = _OF_EC2.fullmatch(denial.resource or "") if tag else None
    command = denial.context.command
    call = command.text if command else denial.failure.text.partition('"requestParameters"')[2]
    named = rf"\b{tagged['prefix']}-[0-9a-f]{{8,17}}\b" if tagged is not None else r"(?!)"
    count = len({*re.findall(named, call.partition('"responseElements"')[0])})
    then = "leave the resource out of the call" if count > 1 else "do not make this call"
    step = f"{rule} denies the call on everything with {with_value}, most likely on purpose. If that is right, {then}. Do not change {shown} to avoid the Deny: only if it is wrong, its owner corrects it."
    if tagged is None:
        return f"Ask whether a resource with {with_value} is protected on purpose", step, ()
    if count > 1:
        step += f" Of the {count} in the call, the denial names only this one."
    return (
        f"Check that the {tagged['kind'].replace('-', ' ')} {tagged['id']} is the right one: the Deny protects it by {shown}",
        step,
        (
            f"aws ec2 describe-tags --region {tagged['region']} --filters Name=resource-id,Values={tagged['id']}",
        ),
    )


# "The SCP denies RunInstances without the tag cost-center", "instances must have a team tag".
_SAID_TAG = lazy_pattern(
    r"(?i)\b(?:without|unless (?:it|they) ha(?:s|ve)|must (?:carry|have)|(?:requires?|enforces?|needs?|wants?)) (?:an? |the )?(?:\w{1,12} )?"
    r"(?:tag [`\"']?(?P<key>(?!(?:and|are|for|in|is|of|on|or|that|to|which|with)\b)[\w.:/+@-]{2,128}(?<![.:]))|[`\"']?(?P<named>[\w.:/+@-]{2,128})[`\"']? tag\b)"
)
_CREATES = lazy_pattern(r"[a-z0-9-]+:(?:create|put|register|request|run).*")
_SENTENCE = lazy_pattern(r"(?:[^.!?\n]|[.!?](?!\s))+\??")
# A question, or a tag of the session or principal.
_OF_CALLER = lazy_pattern(
    r"(?i)\?|\b(?:callers?|i(?:dentity )?p(?:rovider)?|principals?|roles?|sessions?|users?)\b"
)
_NO_KEY = frozenset(
    {"a", "an", "any", "correct", "every", "mandatory", "no", "required", "right", "the", "this"}
)


def add_said_tag(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the text says that a Deny is for requests without a tag: then the caller sets it."""
    text = denial.failure.text
    found = _SAID_TAG.search(text) if _CREATES.fullmatch(denial.lowercase_action) else None
    if found is None:
        return explanation
    key, low = found["key"] or found["named"], line_start(text, found.start())
    sentence = _SENTENCE.match(text, max(low, text.rfind(". ", low, found.start()) + 1))
    if key.lower() in _NO_KEY or (sentence and _OF_CALLER.search(sentence[0])):
        return explanation
    by_hand = (
        f"Pass the tag {key} in the call that creates the resource: a tag that is set later is too late."
    )
    step = describe_tag_setting(denial, key, "VALUE") or tag_step(denial, by_hand, key)
    remedy = your_remedy(
        f"Set the tag {key} when the resource is created, as the text says",
        step,
        "If the Deny also tests the value, use one that it allows.",
    )
    summary = f"{explanation.summary.removesuffix('.')}, by the text because the request lacks the tag {key}."
    return attrs.evolve(explanation, summary=summary, remedies=(remedy, *explanation.remedies))
