"""Explain that a user of IAM Identity Center has no assignment of a permission set.

Sources: https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html and
https://docs.aws.amazon.com/singlesignon/latest/userguide/useraccess.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import organization_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_NO_ACCESS_MESSAGE = lazy_pattern(r"(?i)\bno access\b")
_PERMISSION_SET = lazy_pattern(r"\bsso_role_name[ \t]{0,4}=[ \t]{0,4}([\w+=,.@-]{1,64})", re.ASCII)
_ROLE = lazy_pattern(r"AWSReservedSSO_([\w+=,.@-]{1,32})_[0-9a-f]{16}", re.ASCII)
# What list-account-roles prints as text, as JSON or as a table, which has the same columns.
_LISTED = lazy_pattern(
    r"^ROLELIST\s+(?P<account>[0-9]{12})\s+(?P<name>[\w+=,.@-]{1,64})\s*$"
    r"|\"roleName\"\s?:\s?\"(?P<member>[\w+=,.@-]{1,64})\",\s{0,40}\"accountId\"\s?:\s?\"(?P<of>[0-9]{12})\""
    r"|^\|\s{1,40}(?P<cell>[0-9]{12})\s{1,40}\|\s{1,40}(?P<of_cell>[\w+=,.@-]{1,64})\s{1,80}\|\s*$",
    re.ASCII | re.MULTILINE,
)
_SIGNED_IN = "Successfully logged into Start URL"
_ACCOUNT_OF_PROFILE = lazy_pattern(r"\bsso_account_id[ \t]{0,4}=[ \t]{0,4}([0-9]{12})\b", re.ASCII)

NO_ASSIGNMENT = CauseType(
    "no-assignment",
    title="The user has no assignment of the permission set",
    text="The user has no assignment of the permission set, or lost it: it was removed, or the user left the group that has it.",
    recognised_by='IAM Identity Center answers GetRoleCredentials with "No access".',
    fix="Assign the permission set in the account to the user or group.",
    sources=(pages.ASSIGNMENTS,),
)
WRONG_PROFILE = CauseType(
    "wrong-profile",
    title="The profile names another account or permission set",
    text="The profile names another account or permission set. sso_role_name is the name of the permission set, without the prefix AWSReservedSSO_ of its role.",
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


def explain_no_assignment(denial: Denial) -> Explanation:
    """Explain that the signed-in user has no assignment of the permission set."""
    is_reported = _NO_ACCESS_MESSAGE.search(denial.case.text) is not None
    stated = [unique_value(each, denial.failure.text) for each in (_PERMISSION_SET, _ACCOUNT_OF_PROFILE)]
    name, account = (each.value if each else None for each in stated)
    listed = _listed_names(denial.failure.text, account)
    if name is not None and listed and name not in listed:
        return _explain_other_name(denial, name, account, listed)
    wrong_profile = WRONG_PROFILE.cause()
    if name is not None and (of_role := _ROLE.fullmatch(name)) is not None:
        text = f"sso_role_name is {name}, the name of a role. It must be that of the permission set, {of_role[1]}."
        name = of_role[1]
        wrong_profile = WRONG_PROFILE.cause("derived", text=text)
    verdict = f"has no assignment of {f'the permission set {name}' if name else 'this permission set'} in {f'the account {account}' if account else 'this account'}"
    return denial.explain(
        f"The signed-in user {verdict} (IAM Identity Center).",
        NO_ASSIGNMENT.cause(
            "reported" if is_reported else "derived",
            ('The text says "No access".' if is_reported else "GetRoleCredentials was denied.",),
        ),
        wrong_profile,
        OTHER_LOGIN.cause(),
        remedies=(
            your_remedy(
                "Compare the profile with the assignments of the user",
                f"Check whether the user has {name} in {account or 'the account'}, or another permission set that is enough: then set sso_role_name to that."
                if name
                else "Check the account and the permission set in the profile.",
                "The access portal (the start URL) and aws configure sso list the user's accounts and permission sets.",
                commands=(
                    *(() if account else ("aws configure get sso_account_id --profile PROFILE",)),
                    *(() if name else ("aws configure get sso_role_name --profile PROFILE",)),
                    *(
                        ()
                        if "sso_start_url" in denial.failure.text
                        else ("aws configure get sso_session --profile PROFILE",)
                    ),
                ),
                url=pages.SSO_LOGIN,
            ),
            your_remedy(
                "If the cached sign-in is another user's, sign in again",
                commands=("aws sso logout", "aws sso login --profile PROFILE"),
                url=pages.SSO_LOGIN,
            ),
            organization_remedy(
                "Assign the permission set",
                "Check who has it in the account: list-permission-sets prints PERMISSION_SET_ARN.",
                "Assign it to the user or, better, to one of the user's groups: identitystore list-groups prints GROUP_ID.",
                commands=tuple(
                    line.replace("ACCOUNT_ID", account or "ACCOUNT_ID")
                    for line in (
                        "aws sso-admin list-instances",
                        "aws sso-admin list-account-assignments --instance-arn INSTANCE_ARN --account-id ACCOUNT_ID --permission-set-arn PERMISSION_SET_ARN",
                        "aws sso-admin create-account-assignment --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --target-type AWS_ACCOUNT --target-id ACCOUNT_ID --principal-type GROUP --principal-id GROUP_ID",
                    )
                ),
                url=pages.ASSIGNMENTS,
            ),
        ),
        notes=("An IAM policy does not help: only assignments in IAM Identity Center decide.",),
    )


def _listed_names(text: str, account: str | None) -> tuple[str, ...]:
    """Return the permission sets that list-account-roles printed for the account of the profile."""
    rows = (
        (
            found["account"] or found["of"] or found["cell"],
            found["name"] or found["member"] or found["of_cell"],
        )
        for found in _LISTED.finditer(text)
    )
    return tuple(dict.fromkeys(name for of, name in rows if account in {None, of}))


def _explain_other_name(
    denial: Denial, name: str, account: str | None, listed: tuple[str, ...]
) -> Explanation:
    """Explain that the profile names a permission set that the user does not have, unlike the listed ones."""
    from difflib import get_close_matches

    has = f"The user has {join_words(listed, 'and')}{f' in {account}' if account else ''}"
    of_role = _ROLE.fullmatch(name)
    close = [of_role[1]] if of_role else get_close_matches(name, listed, n=1, cutoff=0.75)
    chosen = next((each for each in close if each in listed), None) or (
        listed[0] if len(listed) == 1 else None
    )
    misspelled = (
        "a misspelled name" if close and chosen in close else "a permission set that the user does not have"
    )
    meant = f", {chosen} is meant" if close and chosen in close else ""
    signed_in = " The sign-in itself succeeded." if _SIGNED_IN in denial.case.text else ""
    setting = f"Write sso_role_name = {chosen or 'PERMISSION_SET'} in the profile"
    return denial.explain(
        f"The profile has {misspelled}: sso_role_name is {name}{meant}. {has}.",
        NO_ASSIGNMENT.cause(
            "reported", text=f"IAM Identity Center has no assignment of {name} to the user.{signed_in}"
        ),
        WRONG_PROFILE.cause(
            "derived",
            (f"list-account-roles printed {join_words(listed, 'and')}.",),
            text=f"{has}, and not {name}.",
        ),
        remedies=(
            your_remedy(
                setting if chosen else f"{setting}: {join_words(listed, 'or')}",
                "Names of permission sets are compared exactly. The new value is used at once, without another sign-in.",
                commands=(
                    *((f"aws configure set sso_role_name {chosen} --profile PROFILE",) if chosen else ()),
                    "aws sts get-caller-identity --profile PROFILE",
                ),
                url=pages.SSO_LOGIN,
            ),
            organization_remedy(
                f"If {name} is meant, assign this permission set to the user",
                url=pages.ASSIGNMENTS,
            ),
        ),
        notes=("An IAM policy does not help: only assignments in IAM Identity Center decide.",),
    )
