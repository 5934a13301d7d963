"""Say where a program, a controller or a deployment tool sets the tags of what it creates.

Sources: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md,
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#tags,
https://karpenter.sh/docs/concepts/nodeclasses/#spectags,
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html. Which parameter of a
call has the tags, and which action it then requires, too, is in the API reference of each service and in
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_argument
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.deployment_tools import find_deployment
from iamtriage.explaining._rules.shared.text_signs import find_controller_of_denial

__all__ = ("describe_call_tags", "describe_tag_setting")

# An identifier of Terraform needs no quotes.
_IDENTIFIER = lazy_pattern(r"[A-Za-z_][\w-]{0,255}", re.ASCII)
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
