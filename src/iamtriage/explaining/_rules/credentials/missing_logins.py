"""Explain sign-ins and helper programs that returned no credentials.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sourcing-external.html and the pages that the
remedies link to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import find_profile, find_region, quote_phrases, safe_name
from iamtriage.explaining._rules.shared.commands import fill_command

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

__all__ = (
    "explain_credential_process",
    "explain_kubeconfig_helper",
    "explain_mfa_required",
    "explain_no_login_session",
    "explain_no_sso_login",
)

_EXECUTABLE = re.compile(
    r"executable ([\w./-]{1,80}) (?:failed|not found)|exec: \"?([\w./-]{1,80})\"?: (?:executable file not found|no such file)"
)
# As the AWS CLI and aws-iam-authenticator, which are such helpers, report it.
_NO_CREDENTIALS_FOUND = re.compile(
    r"NoCredentialProviders|no valid providers in chain|Unable to locate credentials"
)
OTHER_HOME = CauseType(
    "other-home",
    title="The call runs as another user",
    text="The login was made by another user, or outside of the container.",
    meaning="The call runs as another user, in a container or with sudo, and reads other files.",
    fix="Run the call as the user who has the files, or set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE.",
    of="profile-not-found",
)
HELPER_WITHOUT_CREDENTIALS = CauseType(
    "helper-without-credentials",
    title="The kubeconfig's helper found no AWS credentials",
    fix="Sign in for the profile that the kubeconfig names, then run kubectl again.",
    of="kubeconfig-helper",
)
HELPER_PROFILE = CauseType(
    "helper-profile",
    title="The kubeconfig names a profile or role that cannot be used",
    fix="Correct the profile or the role in the kubeconfig.",
    of="kubeconfig-helper",
)
HELPER_TIMEOUT = CauseType(
    "helper-timeout",
    title="The kubeconfig's helper could not reach STS",
    fix="Check the network and the proxy of the machine.",
    of="kubeconfig-helper",
)
NO_LOGIN_SESSION = CauseType(
    "no-login-session",
    title="There is no session of aws login",
    text="The profile uses aws login, and there is no session that can be used.",
    recognised_by="The SDK says that there is no login session, or that its credentials cannot be loaded.",
    fix="Run aws login.",
    sources=(pages.CLI_LOGIN,),
)
LOGIN_NOT_ALLOWED = CauseType(
    "login-not-allowed",
    title="The user is not allowed to use aws login",
    text="The console user or role may not make sessions of aws login.",
    recognised_by="The message names signin:CreateOAuth2Token.",
    fix="Allow signin:CreateOAuth2Token and signin:AuthorizeOAuth2Access to the user or role.",
    sources=(pages.CLI_LOGIN,),
)
NO_SSO_LOGIN = CauseType(
    "no-sso-login",
    title="There is no sign-in to IAM Identity Center",
    text="The SDK found no token of a login for the profile's session.",
    recognised_by='The SDK says "Error loading SSO Token" or a similar message.',
    fix="Sign in with aws sso login.",
    sources=(pages.SSO_LOGIN,),
)
MFA_NEEDED = CauseType(
    "mfa-needed",
    title="The profile requires an MFA code",
    text="The profile has mfa_serial, and the SDK has no way to ask for the code, or to ask again.",
    recognised_by="The SDK says that an MFA token is required or that a token provider is not set.",
    fix="Get session credentials with the code, or use IAM Identity Center.",
    sources=(pages.CLI_ROLES,),
)
CREDENTIAL_PROCESS = CauseType(
    "credential-process",
    title="The credential process failed",
    text="The program failed, was not found, or printed something else than the JSON that SDKs want.",
    recognised_by='The SDK names credential_process, ProcessProvider or "from custom-process".',
    fix="Run the command in the profile by hand and correct what it prints.",
    sources=(pages.CLI_PROCESS,),
)
KUBECONFIG_HELPER = CauseType(
    "kubeconfig-helper",
    title="The credential helper of the kubeconfig failed",
    meaning="kubectl runs a program to get a token, and this program failed or was not found.",
    recognised_by='kubectl says "getting credentials: exec" or a similar message.',
    fix="Run the helper by hand, and correct what it reports.",
    sources=(pages.EKS_KUBECONFIG,),
    example="kubeconfig-helper-failed",
)

_HELPER_WITHOUT_CREDENTIALS = HELPER_WITHOUT_CREDENTIALS.cause(
    "derived", ("The helper's own error stands in the text.",)
)
_HELPER_CAUSES = (
    HELPER_WITHOUT_CREDENTIALS.cause(text="The helper found no AWS credentials, or expired ones."),
    HELPER_PROFILE.cause(),
    HELPER_TIMEOUT.cause(),
)
_INSTALL_HELPER = Remedy(
    title="Install the helper where the call runs",
    who="you",
    steps=("Install the AWS CLI there, and see that it is in the PATH of that program, not in yours alone.",),
    url=pages.EKS_KUBECONFIG,
)


def explain_no_sso_login(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the profile has no sign-in to IAM Identity Center."""
    return Explanation(
        failure=case.failure,
        topic="no-sso-login",
        summary="There is no login to IAM Identity Center for the profile.",
        causes=(
            NO_SSO_LOGIN.cause("derived", quote_phrases(message, "Error loading SSO Token")),
            OTHER_HOME.cause(),
        ),
        remedies=(
            credential_remedies.sso_login(find_profile(case)),
            credential_remedies.show_identity(find_profile(case)),
        ),
        notes=(credential_remedies.POLICIES_DO_NOT_HELP,),
    )


def explain_no_login_session(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that there is no session of ``aws login``."""
    causes = [NO_LOGIN_SESSION.cause("derived")]
    remedies = [credential_remedies.console_login(find_profile(case))]
    if "signin:CreateOAuth2Token" in message:
        causes = [LOGIN_NOT_ALLOWED.cause("derived", quote_phrases(message, "signin:CreateOAuth2Token"))]
        remedies.insert(
            0,
            Remedy(
                title="Allow aws login to the user or role",
                who="account administrator",
                steps=("Attach the managed policy SignInLocalDevelopmentAccess.",),
                commands=(
                    "aws iam attach-user-policy --user-name USER_NAME --policy-arn arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
                ),
                url=pages.CLI_LOGIN,
            ),
        )
    return Explanation(
        failure=case.failure,
        topic="no-login-session",
        summary="There is no session of aws login that can be used.",
        causes=tuple(causes),
        remedies=tuple(remedies),
    )


def explain_mfa_required(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the profile's role requires an MFA code."""
    profile = find_profile(case)
    return Explanation(
        failure=case.failure,
        topic="mfa-needed",
        summary="The profile's role takes an MFA code, and nobody is there to be asked for one.",
        causes=(
            MFA_NEEDED.cause(
                "derived", quote_phrases(message, "MFA token required", "AssumeRoleTokenProvider")
            ),
        ),
        remedies=(
            Remedy(
                title="Take a session with the code first",
                who="you",
                steps=(
                    "Run one command of the AWS CLI with the profile: it asks for the code, and keeps the session for its time.",
                    "Programs then take that session: aws configure export-credentials gives it to them, as a credential_process.",
                    "For programs without people use a role that asks for no MFA.",
                ),
                commands=(
                    credential_remedies.with_profile(
                        profile or "PROFILE", "aws", "sts", "get-caller-identity"
                    ),
                ),
                url=pages.CLI_ROLES,
            ),
        ),
    )


def explain_credential_process(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a ``credential_process`` returned no credentials."""
    profile = find_profile(case)
    return Explanation(
        failure=case.failure,
        topic="credential-process",
        summary="The program that the profile names as credential_process gave no credentials.",
        causes=(
            CREDENTIAL_PROCESS.cause(
                "derived", quote_phrases(message, "custom-process", "credential_process", "ProcessProvider")
            ),
        ),
        remedies=(
            Remedy(
                title="Run the program by hand",
                who="you",
                steps=(
                    "Run the credential process that the profile names, as the user that makes the call, and correct what it reports.",
                    "It has to print JSON with Version 1, AccessKeyId, SecretAccessKey and, for sessions, SessionToken and Expiration, and nothing else.",
                    "Name it by its whole path. Do not show what it prints to anybody: it is a secret.",
                ),
                commands=(
                    credential_remedies.with_profile(
                        profile, "aws", "configure", "get", "credential_process"
                    ),
                ),
                url=pages.CLI_PROCESS,
            ),
        ),
        notes=(credential_remedies.NO_CALL_MADE,),
    )


def explain_kubeconfig_helper(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the kubeconfig's credential helper failed."""
    found = _EXECUTABLE.search(message)
    name = safe_name(next(filter(None, found.groups()), None)) if found else None
    outcome = "failed"
    causes: tuple[Cause, ...] = _HELPER_CAUSES
    first: tuple[Remedy, ...] = ()
    # The helper's own error takes precedence over a file that was not found.
    if _NO_CREDENTIALS_FOUND.search(message):
        causes = (_HELPER_WITHOUT_CREDENTIALS,)
        first = (credential_remedies.configure_credentials(find_profile(case)),)
    elif "not found" in message or "no such file" in message:
        outcome, causes, first = "was not found", (), (_INSTALL_HELPER,)
    region = commands.region(find_region(case))
    cluster = commands.cluster(case.facts.cluster)
    remedies = (
        *first,
        Remedy(
            title="Run the helper by hand",
            who="you",
            steps=(
                "Run it as the user, and in the container, that calls the cluster. Its own error says what is wrong.",
                "If its credentials are missing or expired, mend those; the cluster is not the cause.",
            ),
            commands=(
                fill_command("aws eks get-token --cluster-name {} --region {}", cluster, region),
                "aws sts get-caller-identity",
            ),
            url=pages.EKS_KUBECONFIG,
        ),
        Remedy(
            title="Write the kubeconfig anew",
            who="you",
            steps=("An old kubeconfig may name a helper, a profile or a role that is gone.",),
            commands=(fill_command("aws eks update-kubeconfig --name {} --region {}", cluster, region),),
            url=pages.EKS_KUBECONFIG,
        ),
    )
    return Explanation(
        failure=case.failure,
        topic="kubeconfig-helper",
        summary=f"The helper that gets credentials for the cluster {outcome}.",
        causes=(
            KUBECONFIG_HELPER.cause(
                "derived",
                () if name is None else (f"The text names the program {name}.",),
                text=f"The program that the kubeconfig runs for a token {outcome}.",
            ),
            *causes,
        ),
        remedies=remedies,
    )
