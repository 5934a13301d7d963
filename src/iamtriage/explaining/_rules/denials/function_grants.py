"""Explain that the grant of a Lambda function on a KMS key is for a deleted role, and how Lambda creates a new one."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.denials.encrypted_data import (
    CUSTOMER_KEY,
    KMS_GRANT_OF_OTHER_ROLE,
    MANAGED_KEY,
    function_of,
)
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import account_remedy

_INVALID_TOKEN = "security token included in the request is invalid"  # noqa: S105 (words of KMS)
_RECREATED = lazy_pattern(
    r"[^\n.;:,]{0,60}\b(?:re-?creat(?:ed?|ing)|(?:destroy|delet|remov)\w{0,4}(?: it)? and (?:then )?(?:re-?)?(?:creat|ma[dk])\w{1,3})\b[^\n.;:,]{0,60}"
    r"|[^\n.;:,]{0,60}\bdestroy\w{0,3}(?: ?/ ?|,? and (?:then )?|,? then )(?:re-?)?appl(?:y|ied)\b[^\n.;:,]{0,60}"
    r"|\baws_iam_role\.[\w.\[\]\"'-]{1,80}\"? (?:(?:must|will|has to|had to) be|was|is being|got|is) replaced\b"
    r"|[^\n.;:,]{0,60}\b(?i:roles?|AWS::IAM::Role)\b[^\n.;:,]{0,40}\b(?:was replaced|got replaced|Replacement|forces replacement)\b"
    r"|[-+]/[-+] resource \"aws_iam_role\"|-replace[= ]\S{0,60}aws_iam_role\.[\w-]{1,60}"
)
_NEVER_RECREATED = lazy_pattern(r"\brole\b[^\n.;:,]{0,40}(?:\b(?:not|never)|n't) (?:been )?re-?created\b")
_NEGATION = lazy_pattern(r"(?i:\b(?:not|never|nobody|without|if|unless|no longer)\b|n't\b)")
_OF_ROLE = lazy_pattern(r"\broles?\b|\biam\b|aws_iam_role", re.IGNORECASE)
_TERRAFORM = lazy_pattern(r"\b(?i:terraform|tofu|terragrunt)\b|\baws_lambda_function\b")
_TERRAFORM_ROLE = lazy_pattern(r"\baws_iam_role\.[A-Za-z_][\w-]{0,60}(?![\w-])")
_FUNCTION_RESOURCE = lazy_pattern(r"\bresource \"aws_lambda_function\" \"([\w-]{1,64})\"")


def find_recreated_role(text: str) -> tuple[tuple[str, ...], bool]:
    """Return what shows that the role of a function was deleted and created again, and whether the text says so."""
    found = (each[0] for each in _RECREATED.finditer(text))
    said = next((each for each in found if _OF_ROLE.search(each) and not _NEGATION.search(each)), None)
    if said is not None:
        return (f"The text says {quote_words(said.strip())}.",), True
    return (f'KMS reports an invalid token ("{_INVALID_TOKEN}").',) if _INVALID_TOKEN in text else (), False


def may_be_old_grant(denial: Denial) -> bool:
    """Return whether the grant on the key of a function is most likely for a role that was deleted.

    A key policy that does not even enable IAM policies is most likely that of the key aws/lambda, to which Lambda gets
    access by a grant: https://github.com/github-aws-runners/terraform-aws-github-runner/issues/4775.
    """
    text = denial.failure.text
    if denial.is_explicit or denial.crosses_accounts or _NEVER_RECREATED.search(text) is not None:
        return False
    because, _ = find_recreated_role(text)
    if because or MANAGED_KEY.search(text) is not None:
        return True
    return denial.policy_type == "resource" and CUSTOMER_KEY.search(text) is None


def describe_grant(*, is_managed: bool) -> str:
    """Return why a role that was created again cannot use the key, and what does not help."""
    no_policy = " Nobody can change the policy of aws/lambda, and no Allow in the role's policies helps."
    return f"{KMS_GRANT_OF_OTHER_ROLE.sentence}{no_policy if is_managed else ''}"


def renew_grant_remedy(denial: Denial, *, is_certain: bool = False) -> Remedy:
    """Return the remedy that lets Lambda create a new grant, for the function that the session is named after."""
    function, text = function_of(denial), denial.failure.text
    update = f"aws lambda update-function-configuration --function-name {function} --role"
    show = f"aws lambda get-function-configuration --function-name {function} --query"
    name, own = '"${role##*/}"', '"$role"'
    lookup: str | None = f'role="$({show} Role --output text)"'
    if denial.role is not None:
        # Its name is enough, and leaves space for the last command, which restores it.
        name = commands.role_name(denial.role.name)
        own, lookup = f'"$(aws iam get-role --role-name {name} --query Role.Arn --output text)"', None
    check = (
        f"{show} '[Role, KMSKeyArn, LastModified]'",
        f"aws iam get-role --role-name {name} --query Role.CreateDate",
    )
    needs = "" if MANAGED_KEY.search(text) else " and, for a customer managed key, kms:CreateGrant"
    again = " Other functions with the role need it, too." if is_certain else ""
    step = f"Lambda creates a new grant when the role changes (requires iam:PassRole{needs}). OTHER_ROLE_ARN is any role that Lambda can assume.{again}"
    check_dates = "This is certain if CreateDate of the role is later than LastModified of the function. KMSKeyArn null means the AWS managed key."
    in_terraform = None
    if _TERRAFORM.search(text) is not None:
        found = _TERRAFORM_ROLE.search(text)
        name = found[0] if found else "aws_iam_role.NAME"
        resource = _FUNCTION_RESOURCE.search(text)
        again = "Terraform sees no change: the new role has the same ARN."
        if resource is not None:
            again = f"Or run terraform apply -replace=aws_lambda_function.{resource[1]}, which creates the function again."
        in_terraform = f"{again} To avoid this, set replace_triggered_by = [{name}.unique_id] in the function's lifecycle block (role in the same module), or use a customer managed key."
    change = f"{update} OTHER_ROLE_ARN"
    return account_remedy(
        "Give the function another role, and then its own again",
        None if is_certain else check_dates,
        step,
        in_terraform,
        commands=(
            lookup,
            *(() if is_certain else check),
            change if is_certain else Labelled("Then, if this is the cause:", change),
            f"aws lambda wait function-updated --function-name {function}",
            f"{update} {own}",
        ),
        url=KMS_GRANT_OF_OTHER_ROLE.sources[0],
    )
