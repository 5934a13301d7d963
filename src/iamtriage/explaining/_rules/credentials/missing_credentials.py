"""Explains credentials that are set up wrongly or half, or that no request carries; not where none are set up.

Where none are set up, ``machines`` tells what gives them there. Sources:
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html and the pages to which the remedies
point.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.broken_profiles import explain_broken_profile, is_broken_profile
from iamtriage.explaining._rules.credentials.missing_logins import (
    explain_exec,
    explain_mfa,
    explain_no_login,
    explain_no_sso_login,
    explain_process,
)
from iamtriage.explaining._rules.credentials.no_credentials import explain_none_found
from iamtriage.explaining._rules.credentials.unsigned_requests import (
    explain_no_registry_login,
    explain_unsigned,
    is_of_registry,
)
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import (
    error_code,
    find_profile,
    message_text,
    quote_phrases,
    safe_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

    _Rule = Callable[["Case[MissingCredentials]", str], Explanation]

__all__ = ("explain_missing",)

# code, pattern: either is enough. The order decides, so what says most stands first.
_PARTIAL = re.compile(r"Partial credentials found in ([\w./-]{1,40}), missing:? ?([\w ,]{0,80})")
_PROFILE = re.compile(
    r"config profile \([^)]{1,100}\) could not be found|shared config profile|ould not find source profile"
)
_SSO = re.compile(r"Error loading SSO Token|token for sso|SSO Token: Token for|SSO session|sso_start_url")
_LOGIN = re.compile(r"login session|signin:CreateOAuth2Token|login credentials")
_MFA = re.compile(r"MFA token required|AssumeRoleTokenProvider|assume role with MFA|mfa_serial")
_PROCESS = re.compile(r"from custom-process|credential_process|ProcessProvider")
_EXEC = re.compile(r"getting credentials: exec|exec plugin|argocd-k8s-auth|could not get token")

_UNSIGNED = re.compile(r"issing Authentication Token|[Rr]equest is missing|Missing required authentication")


def explain_missing(case: Case[MissingCredentials]) -> Explanation:
    """Say why no credentials were found or sent, as far as the text tells it."""
    message = message_text(case)
    rule = _rule_for(message, error_code(case.failure))
    return explain_none_found(case, message) if rule is None else rule(case, message)


def _rule_for(message: str, code: str) -> _Rule | None:
    if is_of_registry(message):
        return explain_no_registry_login
    if code == "ProfileNotFound" or code.startswith("SharedConfigProfile") or _PROFILE.search(message):
        return _no_profile
    if is_broken_profile(message):
        return explain_broken_profile
    if code == "PartialCredentialsError" or _PARTIAL.search(message):
        return _half
    if code.startswith("Login") or _LOGIN.search(message):
        return explain_no_login
    if code.startswith(("SSO", "NoAuthToken")) or _SSO.search(message):
        return explain_no_sso_login
    if code in {"RefreshWithMFAUnsupportedError", "AssumeRoleTokenProviderNotSetError"} or _MFA.search(
        message
    ):
        return explain_mfa
    if code.startswith("ProcessProvider") or _PROCESS.search(message):
        return explain_process
    if _EXEC.search(message):
        return explain_exec
    if code.startswith(("MissingAuthenticationToken", "MissingSecurityHeader")) or _UNSIGNED.search(message):
        return explain_unsigned
    return None


# ------------------------------------------------ profiles


def _no_profile(case: Case[MissingCredentials], message: str) -> Explanation:
    profile = find_profile(case)
    which = f"The profile {profile}" if profile else "The profile"
    return Explanation(
        failure=case.failure,
        topic="profile-not-found",
        summary=f"{which} is in no config or credentials file.",
        causes=(
            Cause(
                "profile-not-found",
                f"{which} was asked for, and the files that were read have none of that name.",
                "derived",
                quote_phrases(
                    message,
                    "could not be found",
                    "failed to get shared config profile",
                    "could not find source profile",
                ),
            ),
            Cause("profile-mistyped", "Its name is mistyped; upper and lower case count.", "possible"),
            Cause(
                "section-name",
                "In ~/.aws/config the section is [NAME] in place of [profile NAME]; in ~/.aws/credentials it is the reverse.",
                "possible",
            ),
            Cause(
                "other-home",
                "The call runs as another user, in a container or with sudo, and reads other files.",
                "possible",
                ("AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name the files, if they are set.",),
            ),
        ),
        remedies=(
            Remedy(
                title="See which profiles there are",
                who="you",
                steps=(
                    "List them where the call runs, and name one of them in AWS_PROFILE or --profile.",
                    "On a machine with a role of its own, unset AWS_PROFILE: no profile is needed.",
                ),
                commands=(
                    "aws configure list-profiles",
                    "printenv AWS_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE",
                ),
                url=pages.CLI_PROFILES,
            ),
            Remedy(
                title="Or make the profile",
                who="you",
                commands=(credential_remedies.with_profile(profile or "PROFILE", "aws", "configure", "sso"),),
                url=pages.SSO_LOGIN,
            ),
        ),
        notes=("No IAM policy helps here: no call was made.",),
    )


def _half(case: Case[MissingCredentials], message: str) -> Explanation:
    profile = find_profile(case)
    found = _PARTIAL.search(message)
    place = (safe_name(found[1]) if found else None) or "one place"
    lacking = safe_name(found[2].strip(" ,")) if found else None
    cause = Cause(
        "partial-credentials",
        f"The settings of {place} are there by half{f', and lack {lacking}' if lacking else ''}.",
        "derived",
        (f"The SDK says that credentials in {place} are partial.",),
    )
    return Explanation(
        failure=case.failure,
        topic="partial-credentials",
        summary="The credentials are set up by half: a part of them is missing.",
        causes=(cause,),
        remedies=(
            Remedy(
                title="Set all parts of one kind of credentials",
                who="you",
                steps=(
                    "Keys: aws_access_key_id and aws_secret_access_key, both in one place; temporary ones need aws_session_token too.",
                    "A role: role_arn with source_profile (another profile) or credential_source (Environment, Ec2InstanceMetadata or EcsContainer).",
                    "A web identity: AWS_ROLE_ARN with AWS_WEB_IDENTITY_TOKEN_FILE.",
                    "If the other half is in another place: the SDK does not put them together.",
                ),
                commands=(
                    credential_remedies.with_profile(profile, "aws", "configure", "list"),
                    credential_remedies.with_profile(profile, "aws", "configure", "get", "source_profile"),
                ),
                url=pages.CLI_ROLES,
            ),
        ),
        notes=("No IAM policy helps here: no call was made.",),
    )
