"""Explain that the grant of a Lambda function on a KMS key is for a deleted role, and how Lambda creates a new one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.denials.encrypted_data import (
    KMS_GRANT_OF_OTHER_ROLE,
    MANAGED_KEY,
    function_of,
)
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import account_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_INVALID_TOKEN = "security token included in the request is invalid"  # noqa: S105 (words of KMS)
_RECREATED = lazy_pattern(
    r"[^\n.;:,]{0,60}\b(?:re-?creat(?:ed?|ing)|(?:destroy|delet|remov)\w{0,4}(?: it)? and (?:then )?(?:re-?)?(?:creat|ma[dk])\w{1,3})\b[^\n.;:,]{0,60}"
    r"|[^\n.;:,]{0,60}\bdestroy\w{0,3}(?: ?/ ?|,? and (?:then )?|,? then )(?:re-?)?appl(?:y|ied)\b[^\n.;:,]{0,60}"
    r"|-/\+ resource \"aws_iam_role\"|-replace[= ]\S{0,60}aws_iam_role\.[\w-]{1,60}"
)
_OF_ROLE = lazy_pattern(r"\broles?\b|\biam\b|aws_iam_role", re.IGNORECASE)
_TERRAFORM = lazy_pattern(r"\b(?i:terraform|tofu|terragrunt)\b|\baws_lambda_function\b")
_TERRAFORM_ROLE = lazy_pattern(r"\baws_iam_role\.[A-Za-z_][\w-]{0,60}(?![\w-])")
_FUNCTION_RESOURCE = lazy_pattern(r"\bresource \"aws_lambda_function\" \"([\w-]{1,64})\"")


def find_recreated_role(text: str) -> tuple[tuple[str, ...], bool]:
    """Return what shows that the role of a function was deleted and created again, and whether the text says so."""
    said = next((each[0] for each in _RECREATED.finditer(text) if _OF_ROLE.search(each[0])), None)
    if said is not None:
        return (f"The text says {quote_words(said.strip())}.",), True
    return (f'KMS reports an invalid token ("{_INVALID_TOKEN}").',) if _INVALID_TOKEN in text else (), False


def renew_grant_remedy(denial: Denial, *, is_certain: bool = False) -> Remedy:
    """Return the remedy that lets Lambda create a new grant, for the function that the session is named after."""
    function, text = function_of(denial), denial.failure.text
    update = f"aws lambda update-function-configuration --function-name {function} --role"
    show = f"aws lambda get-function-configuration --function-name {function} --query"
    check = (
        f"{show} '[Role, KMSKeyArn, LastModified]'",
        'aws iam get-role --role-name "${role##*/}" --query Role.CreateDate',
    )
    step = f"Lambda creates a new grant on the key when the role changes. Repeat this for each function with the role. It requires iam:PassRole{'' if MANAGED_KEY.search(text) else ' and, for a customer managed key, kms:CreateGrant'}."
    check_dates = "The cause is certain if CreateDate of the role is later than LastModified of the function. If KMSKeyArn is null, the key is the AWS managed key."
    in_terraform = None
    if _TERRAFORM.search(text) is not None:
        found = _TERRAFORM_ROLE.search(text)
        name = found[0] if found else "aws_iam_role.NAME"
        resource = _FUNCTION_RESOURCE.search(text)
        again = (
            "Terraform sees no change: the new role has the same ARN."
            if resource is None
            else f"Or run terraform apply -replace=aws_lambda_function.{resource[1]}, which creates the function again."
        )
        in_terraform = f"{again} To avoid this, set replace_triggered_by = [{name}.unique_id] in the function's lifecycle block (role in the same module), or use a customer managed key."
    then = "Then, with one of the roles:" if is_certain else "Then, if this is the cause:"
    return account_remedy(
        "Give the function another role, and then its own again",
        None if is_certain else check_dates,
        step,
        in_terraform,
        commands=(
            f'role="$({show} Role --output text)"',
            *((commands.list_roles("lambda.amazonaws.com"),) if is_certain else check),
            Labelled(then, f"{update} OTHER_ROLE_ARN"),
            f"aws lambda wait function-updated --function-name {function}",
            f'{update} "$role"',
        ),
        url=KMS_GRANT_OF_OTHER_ROLE.sources[0],
    )
