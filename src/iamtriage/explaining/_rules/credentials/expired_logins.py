"""Explain sign-ins and tokens of identity providers that have expired, or that AWS rejects.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html,
https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html and the pages that the
remedies link to.
"""

from __future__ import annotations

from datetime import UTC, datetime

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials import session_renewal
from iamtriage.explaining._rules.credentials.keys.rejected_requests import REJECTION_PHRASES, RejectedRequest
from iamtriage.explaining._rules.credentials.logins import registry_logins, sign_in_places
from iamtriage.explaining._rules.credentials.logins.missing_logins import OTHER_HOME
from iamtriage.explaining._rules.credentials.profiles import environment_files, sso_settings
from iamtriage.explaining._rules.credentials.requests.unsigned_requests import EXPIRED_REGISTRY_LOGIN
from iamtriage.explaining._rules.credentials.tokens import kept_tokens
from iamtriage.explaining._rules.shared import commands, common_causes, pages
from iamtriage.explaining._rules.shared.clues import error_code, find_registry, quote_phrases, reported_cause
from iamtriage.explaining._rules.shared.credentials import (
    clock_remedies,
    credential_remedies,
    selected_profiles,
)
from iamtriage.explaining._rules.shared.credentials.clocks import CLOCK_WRONG, describe_duration, find_age
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import ExpiredCredentials, Failure, InvalidCredentials

EXPIRY_PHRASES = (
    "security token included in the request is expired",
    "provided token has expired",
    "SSO session associated with this profile has expired",
    "Token has expired and refresh failed",
    "refresh cached SSO token failed",
    "Authorization Token has expired",
    "authorization token has expired",
    "Request has expired",
)
_EXPIRY_TIMES = lazy_pattern(
    r"current date/time:? {0,2}(\d{9,12}) must be before the expiration date/time:? {0,2}(\d{9,12})(?!\d)"
)
# The end of the year 9999, the last one of datetime.
_MAX_SECONDS = 253_402_300_799
EXPIRED_SSO_SESSION = CauseType(
    "expired-sso-session",
    title="The IAM Identity Center session has expired",
    recognised_by="The SDK says that the SSO session or token has expired, or CreateToken returns InvalidGrantException.",
    fix="Sign in again with aws sso login.",
    sources=(pages.SSO_LOGIN,),
)
EXPIRED_LOGIN_SESSION = CauseType(
    "expired-login-session",
    title="The session of aws login has expired",
    text="The session that aws login started has ended, or the credentials behind it have changed.",
    recognised_by="The SDK says that the login session or its refresh token has expired.",
    fix="Run aws login again.",
    sources=(pages.CLI_LOGIN,),
)
EXPIRED_WEB_IDENTITY_TOKEN = CauseType(
    "expired-web-identity-token",
    title="The web identity token has expired",
    recognised_by="The error code ExpiredTokenException with a message about the web identity token.",
    fix="Read the token from its file for each call, or get a new token.",
    sources=(pages.OIDC_ROLES,),
)
TOKEN_OF_JOB_TOO_OLD = CauseType(
    "token-of-job-too-old",
    title="A CI job used its token long after it got it",
    fix="Assume the role at the start of the job, or run the call in a separate job.",
    recognised_by="The text shows a variable of a CI job, such as CI_JOB_ID.",
    sign=r"\b(?:CI_JOB_(?:JWT\w{0,8}|ID)|GITLAB_OIDC_TOKEN|ACTIONS_ID_TOKEN_REQUEST_\w{3,5}|BITBUCKET_STEP_OIDC_TOKEN|CIRCLE_OIDC_TOKEN\w{0,3})\b",
    remedy="Assume the role at the start",
    of="expired-web-identity-token",
)
EXPIRED_SAML_ASSERTION = CauseType(
    "expired-saml-assertion",
    title="The SAML assertion has expired",
    recognised_by="The message says that the SAML assertion has expired.",
    fix="Sign in again, and use the assertion within 5 minutes.",
    sources=(pages.SAML,),
)


def explain_expired_registry_login(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a docker login to ECR has expired."""
    what, text = "The docker login to ECR", case.failure.text
    if registry_logins.is_about_public_registry(text):
        return registry_logins.explain_public_registry(case)
    if credential_remedies.uses_argo_cd(text):
        what = "The ECR password in Argo CD's repository Secret"
    reported = reported_cause(EXPIRED_REGISTRY_LOGIN, message, *EXPIRY_PHRASES)
    if (of_secret := registry_logins.explain_old_pull_secret(case, reported)) is not None:
        return of_secret
    return case.explain(
        f"{what} has expired. No permission is missing.",
        reported,
        remedies=credential_remedies.docker_login(*find_registry(case), text),
        notes="The login requires valid AWS credentials. If they have expired as well, renew them first.",
    )


def explain_expired_sso(case: Case[Failure], message: str) -> Explanation:
    """Explain that a sign-in to IAM Identity Center has expired."""
    if (unknown := sso_settings.explain_unknown_session(case)) is not None:
        return unknown
    causes = [reported_cause(EXPIRED_SSO_SESSION, message, *EXPIRY_PHRASES)]
    # SDKs say the same if there is no token.
    if (elsewhere := sign_in_places.explain_sign_in_elsewhere(case, None, causes[0])) is not None:
        return elsewhere
    profile, signed_in = find_profile(case), selected_profiles.find_signed_in_profile(case.failure.text)
    is_other = None not in {profile, signed_in} and profile != signed_in
    if "refresh failed" in message or is_other:
        causes.append(common_causes.WRONG_SSO_SESSION.cause())
    if cached_pattern(OTHER_HOME.sign).search(case.text):
        text = "Another user signed in, or the sign-in is outside of the container, which sees it only if ~/.aws is mounted."
        causes.insert(1, OTHER_HOME.cause(text=text))
    login = credential_remedies.SSO_LOGIN
    if profile is not None and not (is_other or "refresh failed" in message):
        # The command has the profile of the failing call.
        login = attrs.evolve(login, steps=login.steps[1:])
    whose = "The IAM Identity Center sign-in"
    if (
        unattended := environment_files.explain_unattended_sign_in(case, causes[0], login, whose)
    ) is not None:
        return unattended
    return case.explain(
        f"{sso_settings.describe_expiry(message)} No permission is missing.",
        *causes,
        remedies=(
            *session_renewal.remedy_of_workload(case),
            # A token that cannot be refreshed can be that of another profile than the one that was signed in.
            login
            if "refresh failed" in message or is_other or _SIGNED_IN.search(case.text) is None
            else _SIGN_OUT_FIRST,
            your_remedy(
                "If it expires again immediately, sign in to the profile's sso_session (aws configure list shows the profile)",
                "Look up sso_session and sso_start_url of the profile in ~/.aws/config, and sign in to that one.",
                "Tools with their own token cache (aws-sso-util, granted, saml2aws) do not renew the tokens of the AWS CLI.",
                commands="aws configure list",
            ),
        ),
        notes=_CONSEQUENCE if "No valid credential sources" in case.text else None,
    )


# What the AWS CLI and aws-sso-util print.
_SIGNED_IN = lazy_pattern(r"\bSuccessfully logged (?:into Start URL|in)\b|\bLogin succeeded, valid until\b")
_SIGN_OUT_FIRST = your_remedy(
    "Sign out, so that no old token stays in the cache, and sign in again",
    "The text shows a sign-in that succeeded: tools use the token in ~/.aws/sso/cache until it expires, even if IAM Identity Center ended the session earlier.",
    "Tools with a login command of their own have an option for it, such as aws-sso-util login --force.",
    commands=(
        "aws sso logout",
        "aws sso login --profile PROFILE",
        "aws sts get-caller-identity --profile PROFILE",
    ),
)
# What Terraform reports of each failure to get credentials.
_CONSEQUENCE = (
    '"No valid credential sources found" is only the consequence: the provider block is not the cause.'
)


def explain_expired_login(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a session of ``aws login`` has expired."""
    because = quote_phrases(
        message,
        "Your session has expired or credentials have changed",
        "Please reauthenticate using 'aws login'",
        "because of a change in your password",
        "The refresh token has expired",
        "authorization grant is invalid, expired, revoked, or malformed",
        "USER_CREDENTIALS_CHANGED",
        "AUTHCODE_EXPIRED",
        "TOKEN_EXPIRED",
    )
    summary = "The session of aws login has expired. No permission is missing."
    if case.failure.envelope.operation is not None:
        summary = f"The session of aws login has expired: its renewal ({case.failure.envelope.operation}) failed, not the command itself. No permission is missing, whatever the code {error_code(case.failure)} says."
    reported, login = EXPIRED_LOGIN_SESSION.cause("reported", because), credential_remedies.CONSOLE_LOGIN
    whose = "The session of aws login"
    if (unattended := environment_files.explain_unattended_sign_in(case, reported, login, whose)) is not None:
        return unattended
    profile, note = selected_profiles.find_profile(case), None
    if profile and any(each.name == profile for each in selected_profiles.list_sign_ins(case.failure.text)):
        note = f"aws sso login does not help: it signs in to IAM Identity Center, and the profile {profile} uses aws login."
    return case.explain(
        summary,
        reported,
        remedies=login,
        notes=note,
    )


_RESTART_PODS = your_remedy(
    "Restart the pods, and let the SDK read the token file again",
    "First compare the exp of the running pod's file with what date prints. If it is later, the program keeps an old copy: a restart helps at once. If not, the clock or the kubelet of the node is wrong.",
    "For a lasting fix, let a current SDK assume the role. Your own code must read the file in AWS_WEB_IDENTITY_TOKEN_FILE for each call.",
    commands=(
        "kubectl exec POD --namespace NAMESPACE -- sh -c 'cut -d. -f2 \"$AWS_WEB_IDENTITY_TOKEN_FILE\" | base64 -d' | grep -o '\"exp\":[0-9]*'",
        "date +%s",
        Labelled.required("If exp is later than that:", commands.RESTART_PODS),
    ),
    url=pages.EKS_IRSA_SDK,
)


_PHRASES = ("Token expired: current date/time", "Token too old")
_TOO_OLD = "The web identity token was issued too long ago, even if its exp is in the future"


def explain_expired_web_identity(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a web identity token has expired."""
    found = _EXPIRY_TIMES.search(message)
    reported = reported_cause(EXPIRED_WEB_IDENTITY_TOKEN, message, *_PHRASES)
    summary = _TOO_OLD if "oken too old" in message else "The web identity token sent to STS has expired"
    if found is not None and (late := int(found[1]) - int(found[2])) >= 0:
        summary = f"The web identity token sent to STS expired {describe_duration(late)} before the call"
        call, end = (
            f"{datetime.fromtimestamp(min(int(each), _MAX_SECONDS), UTC):%Y-%m-%d %H:%M:%S}"
            for each in found.group(1, 2)
        )
        reported = EXPIRED_WEB_IDENTITY_TOKEN.cause(
            "reported", text=f"The token expired at {end} UTC, and STS received it at {call}."
        )
    if (kept_token := kept_tokens.explain_kept_token(case, reported, summary)) is not None:
        return kept_token
    kept = common_causes.TOKEN_KEPT.cause(
        because="Kubernetes replaces the file's content before the token expires.",
        text="The program read the token once and keeps it instead of reading the file again: its SDK is old, or its own code keeps the token.",
    )
    is_pod = (case.facts.service_account or case.facts.namespace) is not None
    causes = (reported, kept) if is_pod else (reported, kept, TOKEN_OF_JOB_TOO_OLD.cause())
    of_job = session_renewal.remedy_of_token(case)
    if of_job is not None:
        causes = (TOKEN_OF_JOB_TOO_OLD.cause("derived"), reported)
    return case.explain(
        f"{summary}. No permission is missing.",
        *causes,
        topic=causes[0].code,
        remedies=of_job or (_RESTART_PODS if is_pod else credential_remedies.REREAD_TOKEN),
    )


def explain_expired_saml(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a SAML assertion has expired."""
    is_saml2aws = "saml2aws" in case.text
    age = find_age(case.failure.text, case.failure.span[0])
    first: Remedy | None = None
    summary = "The SAML assertion was more than 5 minutes old when it reached STS."
    causes: tuple[Cause, ...] = (
        reported_cause(EXPIRED_SAML_ASSERTION, message, "must be redeemed within 5 minutes of issuance"),
    )
    if age is not None:
        local = "" if f"{age.used:%H:%M:%S}" == age.shown else f" ({age.shown} local time)"
        old = describe_duration(age.seconds)
        summary = f"The SAML assertion was {old} old when it reached STS, which accepts 5 minutes."
        text = f"The assertion in the text was issued at {age.issued:%H:%M:%S} UTC, and used at {age.used:%H:%M:%S} UTC{local}."
        kept = " The program got it at once, and kept it." if age.is_kept else ""
        causes = (attrs.evolve(causes[0], text=f"{text}{kept}"),)
        if not kept:
            text = f"The clock of the identity provider is {old} behind, or the program used an assertion that it had stored."
            causes = (*causes, CLOCK_WRONG.cause("possible", text=text))
    if age is not None and not age.is_kept:
        clock = clock_remedies.set_clock(case.text, case.failure.text)
        first = attrs.evolve(
            clock,
            title="Correct the clock of the identity provider, and use each assertion at once",
            steps=(
                "The administrator of the identity provider runs the commands on its server: they print whether its clock is synchronized, and synchronize it.",
                "If the clock is right, the program stores the assertion: let it request a new one for each call of STS.",
            ),
            url=pages.SAML,
        )
    return case.explain(
        f"{summary} No permission is missing.",
        *causes,
        topic=EXPIRED_SAML_ASSERTION.code,
        remedies=first
        or your_remedy(
            "Sign in to the identity provider again, and pass the new assertion to STS at once",
            "Do not use a saved or cached SAMLResponse, and do not wait between the sign-in and the call, such as for the choice of a role. For many roles or accounts, get a new assertion every 5 minutes.",
            "If STS rejects a new assertion, too, compare its IssueInstant, after decoding it from Base64, with the time in UTC: most likely, the clock of the identity provider is wrong.",
            commands="saml2aws login --force" if is_saml2aws else None,
        ),
        notes="DurationSeconds and the maximum session duration of the role do not matter here: they apply to the session, not to the assertion.",
    )


EXPIRED_TRADE_IN_TOKEN = CauseType(
    "expired-trade-in-token",
    title="The trade-in token has expired",
    text="The trade-in token can no longer be exchanged for credentials.",
    recognised_by="The error code ExpiredTradeInTokenException.",
    fix="Create a new delegation request, and exchange its token as soon as it arrives.",
    sources=("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetDelegatedAccessToken.html",),
)


def explain_expired_trade_in(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that a trade-in token for delegated access has expired. The caller's credentials are valid."""
    return case.explain(
        "The trade-in token that was passed to GetDelegatedAccessToken has expired. No permission is missing, and your own AWS credentials have not expired.",
        reported_cause(EXPIRED_TRADE_IN_TOKEN, message, "has expired"),
        remedies=your_remedy(
            "Create a new delegation request, and exchange its token when it arrives",
            "A request (CreateDelegationRequest) yields one token, which IAM sends when the customer releases it (SendDelegationToken). So a new token requires a new request, which the customer accepts.",
            "Exchange the token as soon as it arrives: look for a queue or a retry that delays the call.",
        ),
    )


INVALID_SSO_TOKEN = CauseType(
    "invalid-sso-token",
    title="IAM Identity Center no longer accepts the sign-in",
    text="IAM Identity Center does not know the token of the sign-in: the session has ended, or the token was renewed elsewhere.",
    recognised_by='The error code UnauthorizedException or InvalidGrantException, or the message "Session token not found or invalid".',
    fix="Sign in again with aws sso login.",
    sources=(pages.SSO_LOGIN,),
)


def explain_invalid_sso_token(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation:
    summary, text = "IAM Identity Center no longer accepts the sign-in", ""
    reported = INVALID_SSO_TOKEN.cause("reported", quote_phrases(request.message, *REJECTION_PHRASES))
    if (other := sign_in_places.explain_rejected_token(case, reported)) is not None:
        return other
    if "Error loading SSO Token" in request.message:
        summary = "The AWS CLI or SDK cannot use the cached token of the IAM Identity Center sign-in"
        text = "The file in ~/.aws/sso/cache is incomplete."
    return case.explain(
        f"{summary}. No permission is missing.",
        INVALID_SSO_TOKEN.cause(
            "reported" if "Session token not found" in request.message else "derived",
            quote_phrases(request.message, *REJECTION_PHRASES, "Error loading SSO Token"),
            text=text,
        ),
        common_causes.LOGGED_OUT.cause(),
        remedies=(
            credential_remedies.SSO_LOGIN if _SIGNED_IN.search(case.text) is None else _SIGN_OUT_FIRST,
            None
            if _SIGNED_IN.search(case.text)
            else your_remedy(
                "If that does not help, sign out first, and check the profile",
                "The command aws sso logout deletes the cached tokens of all profiles.",
                "Compare sso_start_url and sso_region in ~/.aws/config with the values in the access portal.",
                commands=("aws sso logout", "aws sso login --profile PROFILE"),
            ),
        ),
    )


SSO_LOGIN_DENIED = CauseType(
    "sso-login-denied",
    title="IAM Identity Center issued no token for the sign-in",
    text="It issued no token: the sign-in was declined in the browser, or IAM Identity Center does not allow the user to use this application.",
    recognised_by="IAM Identity Center's OIDC service returns AccessDeniedException without an action.",
    fix="Sign in again, and allow the request in the browser.",
    sources=("https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html",),
)


def explain_denied_sso_login(denial: Denial) -> Explanation:
    """Explain that the OIDC service of IAM Identity Center, whose calls need no permissions, issued no token."""
    return denial.explain(
        "IAM Identity Center did not complete the sign-in. No IAM policy is involved.",
        SSO_LOGIN_DENIED.cause("derived"),
        remedies=your_remedy(
            "Sign in to IAM Identity Center again",
            "Compare the code in the browser with the one that the program shows, and allow the request. In an IDE, first remove the connection.",
            "If it fails again, compare sso_start_url and sso_region with the values in the access portal, and ask the administrator of IAM Identity Center whether your user has access.",
            commands=("aws sso logout", "aws sso login --profile PROFILE"),
            url=pages.SSO_LOGIN,
        ),
        notes="The call that gets the token requires no AWS credentials, so an Allow does not help.",
    )
