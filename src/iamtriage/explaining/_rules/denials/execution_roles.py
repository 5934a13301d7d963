"""Explains that the execution role of a Lambda function lacks a permission; not denials of the caller.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.wording import EVENTUAL_CONSISTENCY
from iamtriage.policies._grants import build_grant

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_execution_role",)

_LACKS = re.compile(
    r"execution role does not have permissions to call (?P<call>[A-Za-z]{3,60}) on (?P<service>[A-Za-z0-9]{2,20})"
)
_VPC = "AWSLambdaVPCAccessExecutionRole"
_ROLE = "the function's execution role"


def explain_execution_role(denial: Denial) -> Explanation:
    """Explain that Lambda looked into the function's role and misses a permission there."""
    words = " ".join(denial_paragraph(denial.failure).split())
    found = _LACKS.search(words)
    grant = build_grant(f"{found['service'].lower()}:{found['call']}", None, denial.place) if found else None
    if grant is not None and not grant.known:
        grant = None
    lacking = grant.action if grant is not None else "what the sentence names"
    if grant is not None and grant.action.startswith("ec2:"):
        allow: Remedy | None = _in_vpc(denial)
    elif grant is not None:
        allow = allow_remedy(denial, grant=grant, grantee=_ROLE, url=pages.LAMBDA_ROLE)
    else:
        allow = None
    look = Remedy(
        title="See which role the function has",
        who="you",
        commands=(
            command(
                *("aws", "lambda", "get-function-configuration", "--function-name", "FUNCTION"),
                *("--query", "Role", "--output", "text"),
            ),
        ),
        url=pages.LAMBDA_ROLE,
    )
    return Explanation(
        failure=denial.failure,
        topic="execution-role",
        summary=f"Lambda refuses the call, since {_ROLE} may not do {lacking}.",
        causes=(
            Cause(
                "execution-role",
                f"{_ROLE[:1].upper()}{_ROLE[1:]} lacks {lacking}, which the function needs for what the call sets up.",
                "reported",
                quote_phrases(words, "execution role does not have permissions to call"),
            ),
            Cause(
                "role-too-new", "The permission was given seconds ago, and does not count yet.", "possible"
            ),
        ),
        remedies=tuple(each for each in (look, allow) if each is not None),
        notes=("No permission of the caller is missing.", EVENTUAL_CONSISTENCY),
    )


def _in_vpc(denial: Denial) -> Remedy:
    """Give the managed policy: a function's network interfaces have no ids that a statement could name."""
    policy = f"arn:{denial.place.partition or 'aws'}:iam::aws:policy/service-role/{_VPC}"
    return Remedy(
        title="Attach the policy for functions in a VPC",
        who="account administrator",
        steps=(
            f"{_VPC} holds what Lambda takes to make and delete the network interfaces of a function, and to write logs.",
        ),
        commands=(
            command("aws", "iam", "attach-role-policy", "--role-name", "ROLE_NAME", "--policy-arn", policy),
        ),
        url=pages.LAMBDA_ROLE,
    )
