"""Explain permissions that a Lambda function's execution role lacks.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.wording import EVENTUAL_CONSISTENCY, capitalize_start
from iamtriage.policies._grants import build_grant

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_execution_role",)

_MISSING_PERMISSION = lazy_pattern(
    r"execution role does not have permissions to call (?P<call>[A-Za-z]{3,60}) on (?P<service>[A-Za-z0-9]{2,20})"
)
_VPC_POLICY = "AWSLambdaVPCAccessExecutionRole"
_SHOW_ROLE = "aws lambda get-function-configuration --function-name FUNCTION --query Role --output text"
_ROLE = "the function's execution role"


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
        remedies=present(allow or _show_role_remedy()),
        notes=("No permission of the caller is missing.", EVENTUAL_CONSISTENCY),
    )


def _show_role_remedy() -> Remedy:
    return Remedy(
        title="Find the execution role of the function, and allow it what the message names",
        who="account administrator",
        commands=(_SHOW_ROLE,),
        url=pages.LAMBDA_ROLE,
    )


def _vpc_policy_remedy(denial: Denial) -> Remedy:
    """Return the remedy that attaches the managed policy, because a statement can't name the network interfaces."""
    policy = f"arn:{denial.location.partition or 'aws'}:iam::aws:policy/service-role/{_VPC_POLICY}"
    return Remedy(
        title=f"Attach {_VPC_POLICY} to the function's execution role",
        who="account administrator",
        steps=(
            "It is the role in the call (Role). The second command prints it for a function that exists. Then retry the call.",
            f"{_VPC_POLICY} allows what Lambda needs to manage the network interfaces of a function in a VPC, and to write logs.",
        ),
        commands=(
            fill_command("aws iam attach-role-policy --role-name ROLE_NAME --policy-arn {}", policy),
            _SHOW_ROLE,
        ),
        url=pages.LAMBDA_ROLE,
    )
