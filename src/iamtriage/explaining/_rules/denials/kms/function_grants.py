"""Recognize a function whose role was deleted and created again, and renew its grant on the KMS key.

Lambda has a grant on the key for the unique ID of the role, which a new role does not have. Source:
https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers import recreations
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import TERRAFORM
from iamtriage.failures._failures import Failure

_INVALID_TOKEN = "security token included in the request is invalid"  # noqa: S105 (words of KMS)
_TERRAFORM_ROLE = lazy_pattern(r"\baws_iam_role\.[A-Za-z_][\w-]{0,60}(?![\w-])")


def find_recreation_signs(failure: Failure) -> tuple[tuple[str, ...], bool]:
    """Return what shows that the role of a function was deleted and created again, and whether the text says so."""
    text = failure.text
    if (days := recreations.find_newer_role(failure)) is not None:
        return (
            f"The role was created on {days[0]}, after the last change of the function ({days[1]}).",
        ), True
    if (said := recreations.find_recreated_role(text)) is not None:
        return (f"The text says {quote_words(said)}.",), True
    return (f'KMS reports an invalid token ("{_INVALID_TOKEN}").',) if _INVALID_TOKEN in text else (), False


def may_be_old_grant(denial: Denial) -> bool:
    """Return whether the grant on the key of a function is most likely for a role that was deleted."""
    text = denial.failure.text
    if denial.is_explicit or denial.crosses_accounts or recreations.never_recreated(text):
        return False
    because, _ = find_recreation_signs(denial.failure)
    return bool(because) or encrypted_data.MANAGED_KEY.search(text) is not None


def describe_grant(*, is_managed: bool, has_reasons: bool = False) -> str:
    """Return why a role that was created again cannot use the key, and what does not help.

    Args:
        is_managed: Whether it is the AWS managed key.
        has_reasons: Whether KMS names reasons of which this is one.
    """
    no_policy = " Nobody can change the policy of aws/lambda, and an Allow in the role's policies does not replace the grant."
    reasons = (
        " Of the three reasons that KMS names, only the last applies: no key is missing or in another Region."
    )
    return f"{encrypted_data.KMS_GRANT_OF_OTHER_ROLE.sentence}{no_policy if is_managed else ''}{reasons if has_reasons else ''}"


def renew_grant_remedy(denial: Denial, *, is_certain: bool = False) -> Remedy:
    """Return the remedy that lets Lambda create a new grant, for the function that the session is named after."""
    function, text = encrypted_data.function_of(denial), denial.failure.text
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
    needs = (
        "" if encrypted_data.MANAGED_KEY.search(text) else " and, for a customer managed key, kms:CreateGrant"
    )
    again = " Other functions with the role need it, too." if is_certain else ""
    step = f"Lambda creates a new grant when the role changes (requires iam:PassRole{needs}). OTHER_ROLE_ARN is any role that Lambda can assume.{again}"
    check_dates = "This is certain if CreateDate of the role is later than LastModified of the function. KMSKeyArn null means the AWS managed key."
    in_terraform = None
    if TERRAFORM.search(text) is not None:
        found = _TERRAFORM_ROLE.search(text)
        name = found[0] if found else "aws_iam_role.NAME"
        functions = find_resources(text, "aws_lambda_function")
        again = "Terraform sees no change: the new role has the same ARN."
        if functions:
            again = (
                f"Or run terraform apply -replace={functions[0].address}, which creates the function again."
            )
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
        url=encrypted_data.KMS_GRANT_OF_OTHER_ROLE.sources[0],
    )
