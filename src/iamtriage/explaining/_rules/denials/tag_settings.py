"""Say where a controller or a deployment tool sets the tags of what it creates, because nobody passes them in its calls.

Sources: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md,
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#tags,
https://karpenter.sh/docs/concepts/nodeclasses/#spectags,
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#default_tags-configuration-block and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_argument
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.text_signs import find_controller_of_denial, find_deployment

__all__ = ("describe_tag_setting",)

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
