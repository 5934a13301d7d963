"""Explain that IAM Identity Center does not accept the token of a sign-in.

Source: https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.credentials.rejected_requests import REJECTION_PHRASES
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import (
    find_profile,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.credentials.rejected_requests import RejectedRequest
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

__all__ = ("explain_invalid_sso_token",)

INVALID_SSO_TOKEN = CauseType(
    "invalid-sso-token",
    title="The sign-in token is invalid",
    text="IAM Identity Center does not know the sign-in token, or no longer accepts it.",
    recognised_by='The error code UnauthorizedException, or the message "Session token not found or invalid".',
    fix="Sign in again with aws sso login.",
    sources=(pages.SSO_LOGIN,),
)
LOGGED_OUT = CauseType(
    "logged-out",
    title="The session was ended",
    text="Someone signed out, or an administrator ended the session.",
    fix="Sign in again.",
    recognised_by="The text shows aws sso logout.",
    sign=r"\baws sso logout\b|\b[Ss]igned out of all SSO profiles\b",
    remedy="Sign in to IAM Identity Center",
    of="invalid-sso-token",
)
OTHER_SSO_REGION = CauseType(
    "other-sso-region",
    title="The profile's sso_region is wrong",
    text="The profile's sso_region is not the region of the Identity Center instance.",
    fix="Set sso_region to the region of the IAM Identity Center instance.",
    of="invalid-sso-token",
)


def explain_invalid_sso_token(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation:
    profile = find_profile(case)
    return case.explain(
        "IAM Identity Center does not accept the sign-in token.",
        INVALID_SSO_TOKEN.cause(
            "reported" if "Session token not found" in request.message else "derived",
            quote_phrases(request.message, *REJECTION_PHRASES, "Error loading SSO Token"),
        ),
        LOGGED_OUT.cause(),
        OTHER_SSO_REGION.cause(),
        remedies=(
            credential_remedies.sso_login(profile),
            your_remedy(
                "If that does not help, sign out first, and check the profile",
                "The command aws sso logout deletes the cached tokens of all profiles.",
                "Compare sso_start_url and sso_region in ~/.aws/config with the values that the access portal shows.",
                commands=(
                    "aws sso logout",
                    fill_command("aws sso login --profile {}", commands.profile(profile)),
                ),
                url=pages.SSO_LOGIN,
            ),
        ),
        notes=(credential_remedies.POLICIES_DO_NOT_HELP,),
    )
