"""Find out which of the two roles of an ECS task a policy in code is attached to.

ECS starts a task with the execution role; its containers, and the agent of ECS Exec in them, call with the task role:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.terraform_code import find_blocks, find_resources

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("AttachedPolicy", "find_attached_policies", "find_execution_role")

_DEFINITION = "aws_ecs_task_definition"
_POLICIES = ("aws_iam_role_policy", "aws_iam_role_policy_attachment")
_ROLE = lazy_pattern(r"(?P<address>aws_iam_role\.[A-Za-z_][\w-]{0,80})\.(?:arn|id|name)\b", re.ASCII)
_DOCUMENT = lazy_pattern(
    r"\bdata\.(?P<address>aws_iam_policy_document\.[A-Za-z_][\w-]{0,80})\.json\b", re.ASCII
)
_MANAGED = lazy_pattern(r"\baws_iam_policy\.(?P<name>[A-Za-z_][\w-]{0,80})\.arn\b", re.ASCII)
_ACTION = lazy_pattern(
    r"(?<![\w:/-])(?P<action>[a-z][a-z0-9-]{1,40}:(?:[A-Z][A-Za-z0-9]{1,60}\*?|\*))(?![\w:/])"
)
# In code of the CDK, and in templates of CloudFormation.
_CDK = lazy_pattern(
    r"\b(?P<method>addToExecutionRolePolicy|addToTaskRolePolicy|(?:executionRole|obtainExecutionRole\(\))[?!]?\.addToPrincipalPolicy|taskRole\.addToPrincipalPolicy)\((?P<body>[^;]{0,1200})"
)
_PROPERTY = r"\b{}RoleArn\"?: ?(?:!GetAtt |!Ref |\{{ ?\"(?:Fn::GetAtt|Ref)\": ?\[? ?)\"?(?P<name>[A-Za-z][A-Za-z0-9]{{0,80}})"
_EXECUTION_PROPERTY, _TASK_PROPERTY = (lazy_pattern(_PROPERTY.format(each)) for each in ("Execution", "Task"))
_ROLE_RESOURCE = lazy_pattern(
    r"^(?P<indent> {0,8})(?P<name>[A-Za-z][A-Za-z0-9]{0,80}): *\n(?P=indent) {1,4}Type: ['\"]?AWS::IAM::Role['\"]? *\n(?P<body>(?:(?P=indent) {1,80}[^\n]*\n?|[ \t]*\n)*)",
    re.MULTILINE,
)


# In a task definition, or in Terraform.
_EXECUTION_ROLE = lazy_pattern(
    r"\b[eE]xecution_?[rR]ole_?[aA]rn\"?\s?[:=]\s{0,20}\"?(?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512})",
    re.ASCII,
)


def find_execution_role(text: str) -> str | None:
    """Return the ARN of the execution role, if the task definitions in a text have only one.

    >>> find_execution_role('"executionRoleArn": "arn:aws:iam::111122223333:role/start"')
    'arn:aws:iam::111122223333:role/start'
    """
    return only_one({each["arn"] for each in _EXECUTION_ROLE.finditer(text)})


class AttachedPolicy(NamedTuple):
    """A policy of one of the two roles.

    Attributes:
        actions: The actions that it names.
        of_execution: Whether it is attached to the execution role.
        place: Where the code has it, such as ``"aws_iam_role_policy.exec_shell"``.
        execution_role: What the code calls the execution role.
        task_role: What the code calls the task role, ``None`` if there is none.
        setting: The line that attaches it to the task role instead, ``None`` if that is no line of its own.
    """

    actions: frozenset[str]
    of_execution: bool
    place: str
    execution_role: str
    task_role: str | None
    setting: str | None = None


def find_attached_policies(text: str) -> list[AttachedPolicy]:
    r"""Return the policies that code in a text attaches to the execution role and to the task role of its only task definition.

    >>> code = "taskDefinition.addToExecutionRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'] }));"
    >>> [(each.of_execution, sorted(each.actions), each.setting) for each in find_attached_policies(code)]
    [(True, ['s3:GetObject'], 'addToTaskRolePolicy')]
    """
    return [*_read_terraform(text), *_read_cdk(text), *_read_template(text)]


def _read_terraform(text: str) -> Iterator[AttachedPolicy]:
    definitions = find_resources(text, _DEFINITION)
    if len(definitions) != 1:
        return
    settings = definitions[0].arguments
    execution, task = (_find_role(settings.get(f"{each}_role_arn", "")) for each in ("execution", "task"))
    if execution is None or execution == task:
        return
    for block in find_resources(text, *_POLICIES):
        role = _find_role(block.arguments.get("role", ""))
        if role not in {execution, task} or role is None:
            continue
        body = block.body + "".join(
            each.body
            for kind, pattern, key in (("data", _DOCUMENT, "address"), ("resource", _MANAGED, "name"))
            for each in find_blocks(text, kind)
            if (found := pattern.search(block.body)) is not None
            and found[key] in {f"{each.type}.{each.name}", each.name}
        )
        line = f"role = {task}.{'id' if block.type == _POLICIES[0] else 'name'}" if task else None
        yield AttachedPolicy(_find_actions(body), role == execution, block.address, execution, task, line)


def _read_cdk(text: str) -> Iterator[AttachedPolicy]:
    for each in _CDK.finditer(text):
        of_execution = "xecution" in each["method"]
        setting = "addToTaskRolePolicy" if of_execution else "addToExecutionRolePolicy"
        yield AttachedPolicy(
            _find_actions(each["body"]), of_execution, each["method"], "executionRole", "taskRole", setting
        )


def _read_template(text: str) -> Iterator[AttachedPolicy]:
    execution = {each["name"] for each in _EXECUTION_PROPERTY.finditer(text)}
    task = {each["name"] for each in _TASK_PROPERTY.finditer(text)}
    if len(execution) != 1 or len(task) > 1 or execution == task:
        return
    [own], other = execution, next(iter(task), None)
    for each in _ROLE_RESOURCE.finditer(text):
        if each["name"] in {own, other}:
            place = f"Policies of {each['name']}"
            yield AttachedPolicy(_find_actions(each["body"]), each["name"] == own, place, own, other)


def _find_role(value: str) -> str | None:
    found = _ROLE.search(value)
    return None if found is None else found["address"]


def _find_actions(text: str) -> frozenset[str]:
    return frozenset(each["action"] for each in _ACTION.finditer(text))
