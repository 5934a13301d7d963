"""Find what deploys the resource of a failure: Terraform, or CloudFormation with the tools that use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.template_resources import (
    find_late_policies,
    find_separate_policies,
    find_template_resources,
)
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.generated_names import GENERATED_NAME
from iamtriage.explaining._rules.shared.texts.text_fragments import DEPLOYMENT_FRAGMENTS, PULUMI_FRAGMENTS
from iamtriage.failures._failures import Failure

# What deployment tools print. The roles of nodes that eksctl created are named after it.
# The AWS Load Balancer Controller logs references such as #/resources/AWS::EC2::SecurityGroup/….
_DEPLOYMENT_TOOL = lazy_pattern(
    r"(?a)\.tf line \d|\bwith (?:module\.|data\.|aws_)|(?i:terraform|pulumi)|AWSCloudFormation|(?<!#/resources/)\bAWS::[A-Z]|\beksctl (?:associate|create|delete|drain|enable|get|register|scale|set|unset|update|upgrade|utils|version)\b"
)
_MAX_TEXT = 32_000
# Maximum distance, in characters, between the resource of an event and the message of AWS in it.
_MAX_BEFORE_MESSAGE = 400
_STATUS = r"(?P<status>(?:CREATE|UPDATE|DELETE)_FAILED)"
_TYPE = r"(?:AWS::[A-Za-z0-9]{2,40}::[A-Za-z0-9]{2,60}|Custom::[\w@-]{1,60})"
# An event as the console, the CLI, SAM, the CDK, eksctl and Serverless print it, and as the API returns it. The name follows
# the type, or precedes the status and the reason follows the type; or name and type precede the status.
_EVENT = lazy_pattern(
    rf"(?a)\b{_STATUS}(?:[\s|]{{1,80}}(?P<type>{_TYPE})(?:[\s|]{{1,80}}(?P<name>[A-Za-z0-9][\w/:.-]{{0,254}}+)(?! (?:[a-z]|Denied)))?"
    rf"|: (?P<logical_id>[A-Za-z0-9]{{1,255}}) \((?P<logical_type>{_TYPE})\))"
    rf"|\b(?P<column_type>{_TYPE})(?:[ \t|]{{1,80}}|/(?P<path_id>[A-Za-z0-9]{{1,255}}): )(?P<column_status>(?:CREATE|UPDATE|DELETE)_FAILED)\b"
    rf"|\"LogicalResourceId\"\s?:\s?\"(?P<member>[A-Za-z0-9]{{1,255}})\""
    rf"(?:[^{{}}]{{0,1500}}?\"ResourceType\"\s?:\s?\"(?P<member_type>{_TYPE})\")?"
    rf"(?:[^{{}}]{{0,300}}?\"ResourceStatus\"\s?:\s?\"(?P<member_status>(?:CREATE|UPDATE|DELETE)_FAILED)\")?"
    # Fields in any order, as in YAML.
    rf"|\bLogical ?(?:Resource ?)?I[Dd]\s?[:=]\s{{0,20}}(?P<field>[A-Za-z0-9]{{1,255}})\b(?=[^{{}}]{{0,600}}?Type\s?[:=]\s{{0,20}}(?P<field_type>{_TYPE}))"
    rf"(?=[^{{}}]{{0,600}}?Status\s?[:=]\s{{0,20}}(?P<field_status>(?:CREATE|UPDATE|DELETE)_FAILED))"
)
_TYPES = ("type", "logical_type", "column_type", "member_type", "field_type")
_STATUSES = ("status", "column_status", "member_status", "field_status")
_NAMES = ("name", "logical_id", "member", "path_id", "field")
_STACKS = ("name", "row", "event", "member", "cdk", "field", "option", "said")
_NAME_BEFORE = lazy_pattern(
    r"(?a)(?<![\w:+./-])([A-Za-z][\w-]{2,254})(?:[ \t]{0,40}[|\t][ \t]{0,40}| {2,80})\Z"
)
_STACK_NAME = r"[A-Za-z][A-Za-z0-9-]{0,127}"
_STACK = lazy_pattern(
    rf"(?a):cloudformation:(?P<region>[a-z0-9-]{{6,30}}):[0-9]{{12}}:stack/(?P<name>{_STACK_NAME})"
    # The row of an event: the name follows the type, or precedes it or the status.
    rf"|(?<![\w:+./-])(?P<row>{_STACK_NAME})[ \t|]{{1,80}}(?:[A-Z]{{4,8}}_[A-Z_]{{4,40}}[ \t|]{{1,80}}AWS::CloudFormation::Stack\b|AWS::CloudFormation::Stack[ \t|]{{1,80}}[A-Z]{{4,8}}_)"
    rf"|AWS::CloudFormation::Stack[\s|]{{1,80}}(?P<event>{_STACK_NAME})(?![\w:-])"
    rf"|\"StackName\"\s?:\s?\"(?P<member>{_STACK_NAME})\"|\bstack named (?P<cdk>{_STACK_NAME}) failed"
    rf"|\bStack ?(?:Name)?: (?P<field>{_STACK_NAME})(?![\w:-])|--stack-name[ =](?P<option>{_STACK_NAME})(?![\w-])"
    rf"|\b[Ss]tack [\"'`]?(?P<said>(?=[a-z]{{0,127}}[A-Z0-9-]){_STACK_NAME})[\"'`]? (?:is|failed|ended|reached)\b"
)
# https://registry.terraform.io/modules/terraform-aws-modules/eks/aws/latest
_MODULE_ENTRY = lazy_pattern(
    r"(?a)\bmodule\.[\w.-]{1,100}\.aws_eks_access_entry\.this\[\"([\w.@-]{1,64})\"\]"
)
_CHANGING = lazy_pattern(r"\baws [a-z0-9-]{2,30} (?:associate|create|update)-")
# How the AWS provider begins its errors.
_TERRAFORM_ERROR = lazy_pattern(r"(?a)Error: (?:creating|updating) [A-Z][\w ]{2,60} \([^()\n]{1,300}\): ")
# Versions before 0.15 print no address.
_TERRAFORM_BLOCK = lazy_pattern(
    r"(?a)\.tf line \d{1,6}, in resource \"(?P<type>aws_\w{2,60})\" \"[\w-]{1,80}\""
)
# The creation of the stack failed: an update is rolled back with UPDATE_ROLLBACK_….
_ROLLBACK = lazy_pattern(r"(?<!UPDATE_)ROLLBACK_(?:IN_PROGRESS|COMPLETE)")


TERRAFORM = lazy_pattern(
    # Not what the providers of Crossplane print, which contain Terraform's.
    r"(?<![\w/-])(?i:terraform|tofu|terragrunt)\b(?! setup:| plugin SDK (?:async )?external client)|\.tf\b|\b(?:data|module|provider|resource)\s{1,4}\"[\w./-]{1,64}\"|\bwith (?:module\.|provider\[)"
    r"|\baws_(?:lambda_function|s3_bucket)|\u2502 ?Error: |\u2577|\bError: putting S3 Bucket"
)
"""Code, output or the name of Terraform or OpenTofu, but not a role that is named after it."""


class Deployment(NamedTuple):
    """What deploys the resource of a failure.

    Attributes:
        tool: What deploys it.
        resource: The logical ID or the address of the resource; ``None`` if the text does not name it.
        type: The type of the resource, such as ``"AWS::Lambda::Function"``.
        status: The status in the event that has the failure's message, such as ``"CREATE_FAILED"``.
        stack: The name of the CloudFormation stack.
        region: The region in the ARN of the stack.
        is_new_stack: Whether the creation of the stack failed, which leaves a stack that must be deleted.
    """

    tool: Literal["CloudFormation", "Pulumi", "Terraform"]
    resource: str | None
    type: str | None = None
    status: str | None = None
    stack: str | None = None
    region: str | None = None
    is_new_stack: bool = False

    @property
    def is_terraform(self) -> bool:
        """Whether Terraform deploys it, and not CloudFormation."""
        return self.tool == "Terraform"

    @property
    def verb(self) -> str:
        """What one does with changed code."""
        return {"Pulumi": "run pulumi up", "Terraform": "apply"}.get(self.tool, "deploy")

    @property
    def run_commands(self) -> tuple[str, ...]:
        """The command that deploys changed code, if the tool has only one."""
        return {"Pulumi": ("pulumi up",), "Terraform": ("terraform apply",)}.get(self.tool, ())

    def spell(self, argument: str) -> str:
        """Return an argument of Terraform as the tool spells it.

        >>> Deployment("CloudFormation", None).spell("assume_role_policy")
        'AssumeRolePolicy'
        >>> Deployment("Pulumi", None).spell("principal_arn")
        'principalArn'
        """
        if self.is_terraform:
            return argument
        if self.tool == "Pulumi":
            first, *words = argument.split("_")
            return "".join((first, *map(str.capitalize, words)))
        return "".join(map(str.capitalize, argument.replace("user_name", "username").split("_")))


def find_deployment(failure: Failure, facts: Facts) -> Deployment | None:
    """Return what deploys the resource of a failure, or ``None`` if the text shows no tool."""
    address = context_of(facts).terraform
    if address is not None:
        return Deployment("Terraform", address.value)
    block = _TERRAFORM_BLOCK.search(failure.text)
    if block is not None or _TERRAFORM_ERROR.search(failure.text) is not None:
        return Deployment("Terraform", None, block and block["type"])
    start = max(failure.span[0] - _MAX_TEXT // 2, 0)
    text = failure.text[start : start + _MAX_TEXT]
    if not any(map(text.__contains__, DEPLOYMENT_FRAGMENTS)):
        return None
    events, stack = [*_EVENT.finditer(text)], _STACK.search(text)
    at = failure.span[0] - start
    event = next((each for each in reversed(events) if each.start() <= at), events[0] if events else None)
    has_message = event is not None and 0 <= at - event.end() <= _MAX_BEFORE_MESSAGE
    if event is not None and len(events) == 1 and event["field"]:
        # Fields can follow the reason.
        has_message = has_message or 0 <= event.start() + start - failure.span[1] <= _MAX_BEFORE_MESSAGE
    kind = event and next(filter(None, map(event.group, _TYPES)), None)
    status = event and next(filter(None, map(event.group, _STATUSES)), None)
    return Deployment(
        "CloudFormation",
        None if event is None else _find_name(event),
        kind,
        status if has_message else None,
        next(find_stack_names(text), None),
        None if stack is None else stack["region"],
        _ROLLBACK.search(text) is not None,
    )


# Pulumi prints the type and the name of a resource above its diagnostics.
_OF_PULUMI = lazy_pattern(r"(?a)(?<![\w:])(aws:[\w/]{1,60}:\w{1,60}) \((\w[\w.-]{0,199})\):")


def find_pulumi_resource(text: str) -> tuple[str, str] | None:
    """Return the type and the name of the only resource that Pulumi could not deploy."""
    return only_one({(each[1], each[2]) for each in _OF_PULUMI.finditer(text)})


def find_code(failure: Failure, facts: Facts) -> Deployment | None:
    """Return what deploys the resource of a failure, also if that is Pulumi."""
    if not any(map(failure.text.__contains__, PULUMI_FRAGMENTS)):
        return find_deployment(failure, facts)
    found = find_pulumi_resource(failure.text)
    return Deployment("Pulumi", found and found[1], found and found[0])


def find_stack_names(text: str) -> Iterator[str]:
    """Find the names of CloudFormation stacks."""
    return (next(filter(None, map(found.group, _STACKS)), "") for found in _STACK.finditer(text))


def find_stack(failure: Failure, facts: Facts) -> Deployment | None:
    """Return the deployment of a failure if CloudFormation does it."""
    deployment = find_deployment(failure, facts)
    return None if deployment is None or deployment.is_terraform else deployment


RETRY = "Retry the deployment afterwards."
"""How to continue with a stack whose update failed."""
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
RETRY_NEW = f"{RETRY} A stack in ROLLBACK_COMPLETE cannot be updated: delete it first."
"""How to continue with a stack whose creation can have failed."""


def change_in_code(remedy: Remedy, deployment: Deployment | None, argument: str, *steps: str) -> Remedy:
    """Return a remedy for an argument of a resource that a tool creates: in the code of the tool, not by hand.

    Args:
        remedy: The remedy by hand.
        deployment: What deploys the resource; if ``None``, the remedy stays as it is.
        argument: The argument, as Terraform spells it.
        steps: Further steps on the code.
    """
    if deployment is None:
        return remedy
    element = deployment.spell(argument)
    code = {"CloudFormation": "template", "Terraform": "configuration"}.get(deployment.tool, "code")
    address = deployment.resource or ""
    key = _MODULE_ENTRY.search(address)
    of = f" of {address}" if address else ""
    of += f' (the input access_entries["{key[1]}"] of the module)' if key else ""
    return attrs.evolve(
        remedy,
        title=f"Correct {element} in the {deployment.tool} {code}, and {deployment.verb} again",
        who="you",
        steps=(
            *((f"Change {element}{of}.",) if of else ()),
            *steps,
            *remedy.steps,
            f"Do not create it with the AWS CLI: {deployment.tool} would then fail because it exists.",
        ),
        commands=tuple(line for line in remedy.commands if not _CHANGING.search(line)),
    )


_DEPENDS_ON = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html"
)


class LatePolicy(NamedTuple):
    """A policy of a role that a tool created too late for the resource that needs it: in words, why, and the remedy."""

    verdict: str
    text: str
    remedy: Remedy


def find_late_policy(
    text: str, deployment: Deployment, action: str, *, may_guess: bool = False
) -> LatePolicy | None:
    """Find the policy with an action for which a resource should have waited.

    Args:
        text: The text, with events of the tool or code.
        deployment: The resource, whose creation failed.
        action: The action that the policy must allow if the text has its code.
        may_guess: Whether code without events is enough.
    """
    name = deployment.resource or ""
    separate, late = find_separate_policies(text, name, action), find_late_policies(text, name)
    shown = {each.name for each in find_template_resources(text)}
    # A policy of the template that lacks the action, or for which the resource waits, is not what is late.
    possible = [each for each in late if each in separate or not {each, name} <= shown]
    policy = only_one(set(separate).intersection(possible)) or only_one(possible)
    if policy is None and not late and may_guess:
        policy = only_one(separate)
    if policy is None:
        return None
    allows = f"{policy} allows {action}: no other or wider policy is needed. " if policy in separate else ""
    why = f"{allows}{name} does not wait for {policy}, so it is chance which of them is ready first. That is why the same can work elsewhere, or at the next try."
    likely, created = "most likely, ", "was not created yet"
    if late:
        created, likely = "was still being created", "" if allows else likely
    code, place = (
        f"{name}:\n  DependsOn: {policy}\n",
        "in the template, or move the policy into Policies of the role",
    )
    page: str | None = _DEPENDS_ON
    if "/" in policy:
        code, place = f"{name.lower()}.node.addDependency(policy)\n", "in the CDK"
    if deployment.is_terraform:
        code, place, page = f"depends_on = [{policy}]\n", "in its block", None
    remedy = your_remedy(
        f"Let {name} wait for {policy}, and deploy again",
        f"Add the line below to {name} {place}. Trying again without it works only by chance.",
        None if allows else f"If {policy} does not allow {action}, add that, too.",
        url=page,
    )
    return LatePolicy(
        f"{likely}the policy {policy}, which the execution role needs for {action}, {created} when {deployment.tool} created {name}",
        why,
        attrs.evolve(remedy, manifest=code),
    )


def delete_failed_stack(remedy: Remedy, deployment: Deployment, facts: Facts) -> Remedy:
    """Return a remedy that deletes the stack before the next deployment if its creation failed."""
    if deployment.is_new_stack:
        step = "First delete the stack: it cannot be updated, because its creation failed."
        region = commands.region(facts.region or deployment.region)
        delete = "aws cloudformation delete-stack --stack-name {} --region {}"
        line = commands.fill_command(delete, deployment.stack or "STACK_NAME", region)
        return attrs.evolve(remedy, steps=(*remedy.steps, step), commands=(*remedy.commands, line))
    if deployment.is_terraform or deployment.status != "CREATE_FAILED":
        return remedy
    step = "If the stack is new, delete it first: a stack in ROLLBACK_COMPLETE cannot be updated."
    return attrs.evolve(remedy, steps=(*remedy.steps, step))


def _find_name(event: re.Match[str]) -> str | None:
    name: str | None = next(filter(None, map(event.group, _NAMES)), None)
    if name is None:
        start = max(event.start() - 300, 0)
        found = _NAME_BEFORE.search(event.string[start : event.start()])
        name = found and found[1]
    return name and name.rstrip(":.-")


# The type of a resource in the output of Pulumi.
_PULUMI_TYPE = lazy_pattern(r"(?a)\baws:[a-z0-9]{2,30}/[a-zA-Z]{2,40}:[A-Z]\w{1,60}\b")


def trust_in_code_steps(deployment: Deployment | None, text: str = "") -> tuple[str, ...]:
    """Return a step that changes the trust policy of a role in the code that deploys it."""
    if deployment is None and _PULUMI_TYPE.search(text):
        return (
            "If the role allows it already, the role was only too new: run pulumi up again. If Pulumi manages the role, make this change in the program.",
        )
    if deployment is None:
        return ()
    element = "assume_role_policy" if deployment.is_terraform else "AssumeRolePolicyDocument"
    of = f" of {deployment.resource}" if deployment.resource else ""
    return (
        f"If {deployment.tool} manages the role{of}, make this change in its {element}: a change by hand is undone.",
    )


def find_role_in_stack(deployment: Deployment | None, role_name: str | None) -> str | None:
    """Return the logical ID of a role and its stack, in words, if the name shows that CloudFormation created the role.

    >>> find_role_in_stack(Deployment("CloudFormation", "Fn", stack="web"), "web-FnRole-1QZ8XKEXAMPLE")
    'FnRole (stack web)'
    """
    if deployment is None or deployment.is_terraform or role_name is None:
        return None
    found = GENERATED_NAME.fullmatch(role_name)
    is_of_stack = found is not None and deployment.stack in {None, found["stack"]}
    return f"{found['id']} (stack {found['stack']})" if found is not None and is_of_stack else None


def is_about_deployments(text: str) -> bool:
    """Return whether a deployment tool made the call.

    >>> is_about_deployments("with aws_s3_bucket.logs,"), is_about_deployments("role/eksctl-prod")
    (True, False)
    """
    return _DEPLOYMENT_TOOL.search(text) is not None


_OF_LAMBDA = "policy/service-role/AWSLambda"
_ROLE_OF_CODE = lazy_pattern(r"aws_iam_role\.\w{1,64}(?:\[[\w\"]{1,64}\])?\.(?:name|id)")


_CDK_ROLE = lazy_pattern(
    r"\b(?:const|let|var) (?P<name>\w{1,60}) = new iam\.Role\([^;]{0,300}?\blambda\.amazonaws\.com\b"
)


def attach_in_code(text: str, policy: str, address: str | None) -> Remedy | None:
    """Return how to attach a policy to the role of a function where the CDK creates it, or Terraform attaches another one, for the resource with an address."""
    attached = find_resources(text, "aws_iam_role_policy_attachment")
    role = only_one({each.arguments.get("role") for each in attached if _OF_LAMBDA in each.body})
    name = policy.rpartition("/")[2]
    created = only_one({each["name"] for each in _CDK_ROLE.finditer(text)})
    if created is not None and "/service-role/" in policy:
        line = f"iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/{name}')"
        attach = f"{created}.addManagedPolicy({line});\n"
        title = f"Attach {name} to {created} in the CDK code"
        return account_remedy(
            title, manifest=attach, manifest_language="text", commands="cdk deploy", url=pages.LAMBDA_ROLE
        )
    if role is None or not _ROLE_OF_CODE.fullmatch(role) or not policy.startswith("arn:"):
        return None
    wait = f"In {address}, write depends_on = [aws_iam_role_policy_attachment.lambda_access], so that it is there first."
    return account_remedy(
        f"Attach {name} to {role.rpartition('.')[0]} in the Terraform code",
        wait if address is not None else None,
        "AWSLambdaBasicExecutionRole allows only the logs." if "BasicExecutionRole" in text else None,
        manifest=f'resource "aws_iam_role_policy_attachment" "lambda_access" {{\n  role       = {role}\n  policy_arn = "{policy}"\n}}\n',
        manifest_language="hcl",
        commands="terraform apply",
        url=pages.LAMBDA_ROLE,
    )
