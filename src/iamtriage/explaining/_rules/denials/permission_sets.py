"""Explain denials of a role's credentials by IAM Identity Center.

Sources: https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html and
https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_profile
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import organization_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_NO_ACCESS_MESSAGE = lazy_pattern(r"(?i)\bno access\b")


NO_ASSIGNMENT = CauseType(
    "no-assignment",
    title="The user has no assignment of the permission set",
    recognised_by='IAM Identity Center answers GetRoleCredentials with "No access".',
    fix="Assign the permission set in the account to the user or group.",
    sources=(pages.ASSIGNMENTS,),
)
WRONG_PROFILE = CauseType(
    "wrong-profile",
    title="The profile names another account or permission set",
    text="The profile names another account, or not the permission set: sso_role_name is ReadOnly, not AWSReservedSSO_ReadOnly_0123456789abcdef.",
    fix="Correct sso_account_id and sso_role_name in the profile.",
    of="no-assignment",
)
OTHER_LOGIN = CauseType(
    "other-login",
    title="The cached sign-in is another user's",
    text="The cached sign-in belongs to another user or start URL.",
    fix="Sign out, then sign in as the right user.",
    of="no-assignment",
)
ASSIGNMENT_REMOVED = CauseType(
    "assignment-removed",
    title="The assignment was removed",
    text="The assignment was removed, or the user's membership in the group that has it.",
    fix="Assign the permission set again.",
    of="no-assignment",
)


def explain_no_assignment(denial: Denial) -> Explanation:
    """Explain that the signed-in user has no assignment of the permission set."""
    case = Case(denial.failure, denial.facts)
    profile = find_profile(case) or "PROFILE"
    is_reported = _NO_ACCESS_MESSAGE.search(case.text) is not None
    return denial.explain(
        "The signed-in user has no assignment of this permission set in this account (IAM Identity Center).",
        NO_ASSIGNMENT.cause(
            "reported" if is_reported else "derived",
            ('The text says "No access".' if is_reported else "GetRoleCredentials was denied.",),
        ),
        WRONG_PROFILE.cause(),
        OTHER_LOGIN.cause(),
        ASSIGNMENT_REMOVED.cause(),
        remedies=(
            your_remedy(
                "Compare the profile with the assignments of the user",
                "Check the account and the role name in the profile.",
                "The access portal (the start URL) lists your accounts and roles; aws configure sso offers the same list.",
                commands=tuple(
                    fill_command(f"aws configure get {setting} --profile {{}}", profile)
                    for setting in ("sso_account_id", "sso_role_name", "sso_session")
                ),
                url=pages.SSO_LOGIN,
            ),
            your_remedy(
                "If the cached sign-in is another user's, sign in again",
                commands=("aws sso logout", fill_command("aws sso login --profile {}", profile)),
                url=pages.SSO_LOGIN,
            ),
            organization_remedy(
                "Assign the permission set",
                "Check who has it in the account.",
                "Assign it to the user or, better, to one of the user's groups.",
                commands=(
                    "aws sso-admin list-instances",
                    "aws sso-admin list-account-assignments --instance-arn INSTANCE_ARN --account-id ACCOUNT_ID --permission-set-arn PERMISSION_SET_ARN",
                    "aws sso-admin create-account-assignment --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type AWS_ACCOUNT --target-id ACCOUNT_ID --principal-type GROUP --principal-id GROUP_ID",
                ),
                url=pages.ASSIGNMENTS,
            ),
        ),
        notes=("An IAM policy does not help: IAM Identity Center decides by its assignments.",),
    )
