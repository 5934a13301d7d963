"""Explain permissions that a Lambda function's execution role lacks.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.deployments import find_deployment
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.wording import EVENTUAL_CONSISTENCY, capitalize_start
from iamtriage.policies._grants import build_grant
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.shared.deployments import Deployment

__all__ = ("explain_execution_role",)

_MISSING_PERMISSION = lazy_pattern(
    r"execution role does not have permissions to call (?P<call>[A-Za-z]{3,60}) on (?P<service>[A-Za-z0-9]{2,20})"
)
_VPC_POLICY = "AWSLambdaVPCAccessExecutionRole"
_SHOW_ROLE = "aws lambda get-function-configuration --function-name FUNCTION --query Role --output text"
_ROLE = "the function's execution role"
# The managed policies AWSLambdaSQSQueueExecutionRole, AWSLambdaDynamoDBExecutionRole and AWSLambdaKinesisExecutionRole.
_EVENT_SOURCES = (
    ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    (
        *("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords"),
        *("kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams"),
    ),
)


EXECUTION_ROLE = CauseType(
    "execution-role",
    title="The execution role lacks a permission",
    meaning="The function's execution role lacks a permission that the function needs for what the call sets up.",
    recognised_by='AWS says "The provided execution role does not have permissions to call …".',
    fix="Allow the action for the function's execution role.",
    sources=(pages.LAMBDA_ROLE,),
)


def explain_execution_role(denial: Denial) -> Explanation:
    """Explain that Lambda requires a permission that the execution role lacks."""
    words = denial_paragraph(denial.failure)
    found = _MISSING_PERMISSION.search(words)
    grant = (
        build_grant(f"{found['service'].lower()}:{found['call']}", None, denial.location) if found else None
    )
    if grant is not None and not grant.known:
        grant = None
    missing = "what the message names" if grant is None else grant.action
    deployment = find_deployment(denial.failure, denial.facts)
    allow: Remedy | None = None
    if grant is not None and grant.action.startswith("ec2:"):
        allow = _vpc_policy_remedy(denial)
    elif grant is not None:
        allow = allow_remedy(denial, grant=grant, grantee=_ROLE, url=pages.LAMBDA_ROLE)
    return Explanation(
        failure=denial.failure,
        topic="execution-role",
        summary=f"Lambda rejected the call: {_ROLE} is not allowed to perform {missing}.",
        causes=(
            EXECUTION_ROLE.cause(
                "reported",
                quote_phrases(words, "execution role does not have permissions to call"),
                text=f"{capitalize_start(_ROLE)} lacks {missing}, which the function needs for what the call sets up.",
            ),
            ROLE_TOO_NEW.cause(text="The permission was added seconds ago and is not in effect yet."),
        ),
        remedies=present(
            None if deployment is None else _code_remedy(denial, deployment, missing),
            allow or _show_role_remedy(),
        ),
        notes=("No permission of the caller is missing.", EVENTUAL_CONSISTENCY),
    )


def _show_role_remedy() -> Remedy:
    return Remedy(
        title="Find the execution role of the function, and allow it what the message names",
        who="account administrator",
        commands=(_SHOW_ROLE,),
        url=pages.LAMBDA_ROLE,
    )


def _vpc_policy(denial: Denial, region: str | None = None) -> str:
    partition = denial.location.partition or (find_partition(region) if region else None)
    return f"arn:{partition or 'aws'}:iam::aws:policy/service-role/{_VPC_POLICY}"


def _code_remedy(denial: Denial, deployment: Deployment, missing: str) -> Remedy:
    """Return how to change the code that deploys the function.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
    """
    name = deployment.resource or "the function"
    of = name
    if "EventSourceMapping" in (deployment.type or "") or "event_source_mapping" in name:
        of = f"the function of {name}"
    source = next((actions for actions in _EVENT_SOURCES if missing in actions), None)
    if source is not None:
        missing = join_words(source, "and")
    is_vpc = missing.startswith("ec2:")
    what = _vpc_policy(denial, deployment.region) if is_vpc else missing
    if deployment.tool == "Terraform":
        resource = "aws_iam_role_policy_attachment" if is_vpc else "aws_iam_role_policy"
        return Remedy(
            title=f"In the code, allow it for the role of {of}",
            who="you",
            steps=(
                f"The argument role of {of} refers to the execution role. Add an {resource} with {what} for that role.",
                f"Let {name} wait for it: depends_on = [{resource}.NAME]. Then run terraform apply again.",
            ),
            url=pages.LAMBDA_ROLE,
        )
    element = "ManagedPolicyArns" if is_vpc else "Policies"
    steps = [
        f"The property Role of {of} refers to the execution role: add {what} to its {element} in the template. The policy also allows ec2:DescribeNetworkInterfaces and ec2:DeleteNetworkInterface, which Lambda needs, too."
        if is_vpc
        else f"The property Role of {of} refers to the execution role: allow it {what} in its {element} in the template.",
        f"If a policy resource of the same stack grants it, add DependsOn to {name}, so that the policy is there first.",
    ]
    lines: tuple[str, ...] = ()
    if deployment.is_new_stack:
        steps.append("Delete the stack, which cannot be updated after its creation failed, and deploy again.")
        lines = (
            fill_command(
                "aws cloudformation delete-stack --stack-name {} --region {}",
                *(
                    deployment.stack or "STACK_NAME",
                    commands.region(denial.facts.region or deployment.region),
                ),
            ),
        )
    else:
        steps.append("Then deploy again.")
    return Remedy(
        title=f"In the template, allow it for the role of {of}",
        who="you",
        steps=tuple(steps),
        commands=lines,
        url=pages.LAMBDA_ROLE,
    )


def _vpc_policy_remedy(denial: Denial) -> Remedy:
    """Return the remedy that attaches the managed policy, because a statement can't name the network interfaces."""
    policy = _vpc_policy(denial)
    is_new = denial.operation == "CreateFunction"
    return Remedy(
        title=f"Attach {_VPC_POLICY} to the function's execution role",
        who="account administrator",
        steps=(
            "It is the role that the call names (Role). Then retry the call."
            if is_new
            else "It is the role that the call names (Role), or else the one that the first command prints. Then retry the call.",
            f"{_VPC_POLICY} allows what Lambda needs to manage the network interfaces of a function in a VPC, and to write logs.",
        ),
        commands=(
            *(() if is_new else (_SHOW_ROLE,)),
            fill_command("aws iam attach-role-policy --role-name ROLE_NAME --policy-arn {}", policy),
        ),
        url=pages.LAMBDA_ROLE,
    )
