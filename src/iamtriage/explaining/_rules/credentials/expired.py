"""Explain credentials, sign-ins and tokens that have expired."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.credentials import expired_logins, presigned_urls, session_renewal
from iamtriage.explaining._rules.credentials.expired_sources import STILL_EXPIRED, explain_expired_source
from iamtriage.explaining._rules.credentials.identity_pools import explain_rejected_login
from iamtriage.explaining._rules.credentials.missing_logins import add_other_user
from iamtriage.explaining._rules.credentials.overridden_profiles import explain_override, find_override
from iamtriage.explaining._rules.credentials.pod_agents import explain_agent_rejection
from iamtriage.explaining._rules.shared import clocks, clues, credential_remedies, pages
from iamtriage.explaining._rules.shared.principal_words import describe_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.routing import Route, choose_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import ExpiredCredentials

    _Rule = Callable[["Case[ExpiredCredentials]", str], Explanation]

# A shorter run does not show that its credentials were new at the start.
_MIN_RUN_TIME = 600
# Terraform reads the state and acquires its lock with the credentials before it writes the state.
_RUN_BEGAN = lazy_pattern(
    r"Failed to (?:save|persist) state|Error (?:saving|uploading) state|releasing the state lock"
)
# What a program prints about calls that succeeded before.
_TRANSFERRED = lazy_pattern(
    r"^(?:upload|download|copy|move|delete): [^\n]{0,600}?\bs3://"
    r"|\b[Cc]op(?:ied|ying) [^\n]{0,300}\bs3://|\b(?:[Uu]p|[Dd]own)load(?:ed|ing) [^\n]{0,300}\bs3://"
    r"|\b(?:[Cc]opied|[Pp]rocessed|[Tt]ransferred|(?:[Uu]p|[Dd]own)loaded|[Ww]rote) \d",
    re.MULTILINE | re.ASCII,
)
_REGISTRY = lazy_pattern(r"uthorization [Tt]oken has expired|\bdocker (?:pull|push|login)\b|\.dkr[.-]ecr\.")
_SAML = lazy_pattern(r"must be redeemed within|AssumeRoleWithSAML")
_WEB_IDENTITY = lazy_pattern(
    r"[Tt]oken expired: current date/time|Token too old|web ?identity token|AssumeRoleWithWebIdentity|WebIdentityErr",
    re.IGNORECASE,
)
_LOGIN = lazy_pattern(
    r"\baws login\b|a change in your password|LoginCredential|credential-provider-login|logincreds"
)
_SSO = lazy_pattern(r"\bSSO\b|aws sso login|token from sso|oken has expired and refresh failed")
_EXPIRED_REQUEST = lazy_pattern(r"[Rr]equest (?:has )?expired\b|X-Amz-Expires")
_KUBECONFIG = lazy_pattern(
    r"kubectl|kubeconfig|credentials: exec|eks get-token|aws-iam-authenticator|\.eks\.amazonaws\.com"
)
_LOGIN_CODES = lazy_pattern(r"LoginRefreshRequired|LoginTokenExpired|LoginRefreshTokenExpiredError")
_SSO_CODES = lazy_pattern(
    r"UnauthorizedSSOTokenError|SSOTokenExpired|SSOTokenExpiredError|SSOProviderInvalidToken"
    r"|TokenRetrievalError|PendingAuthorizationExpiredError"
)
_TOKEN_CODES = frozenset({"ExpiredToken", "ExpiredTokenException"})
_SERVICE_CODES = lazy_pattern(r"ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired")
# A command that issues temporary credentials for a stated time, and the time that the text says has passed since.
_ISSUED = lazy_pattern(
    r"\baws sts (?P<call>assume-role(?:-with-web-identity|-with-saml)?|get-session-token)\b"
    r"(?:[^\n\\]|\\\r?\n){0,2000}?(?P<shown>--duration-seconds[ =](?P<seconds>\d{3,5}))\b(?:[^\n\\]|\\\r?\n){0,2000}",
    re.ASCII,
)
_ISSUES = lazy_pattern(r"\baws (?:sts (?:assume-role|get-session-token)|sso login|login)\b")
EXPIRED_SESSION = CauseType(
    "expired-session",
    title="The credentials have expired",
    recognised_by='An error code such as ExpiredToken, ExpiredTokenException or RequestExpired, or the message "The security token included in the request is expired".',
    fix="Get new credentials, and let the SDK refresh them automatically.",
    sources=(pages.TEMPORARY_CREDENTIALS,),
)
PASTED_SESSION = CauseType(
    "pasted-session",
    title="Temporary credentials were pasted into the environment or a file",
    text="They were copied into environment variables or ~/.aws/credentials, where nothing refreshes them.",
    fix="Use a profile or a role that refreshes credentials automatically.",
    recognised_by="The text shows a session token in a variable or in the credentials file.",
    sign=r"\bexport AWS_SESSION_TOKEN=|\baws_session_token ?=",
    remedy="Get new credentials",
    of="expired-session",
)
LONG_RUNNING = CauseType(
    "credentials-outlived",
    title="The program runs longer than its credentials last",
    fix="Let the SDK get the credentials from a provider that refreshes them.",
    recognised_by="The text says that the program has been running for hours.",
    sign=r"\b(?:elapsed|running for|ran for|runtime|uptime)[:= ]{1,3}\d{1,3} ?h(?:ours?)?\b\w{0,4}|\belapsed \d{1,3}h\w{0,4}",
    remedy="Let the SDK refresh",
    of="expired-session",
)
KUBECONFIG_PROFILE = CauseType(
    "kubeconfig-profile",
    title="The kubeconfig names a profile or a role whose credentials have expired",
    fix="Sign in with that profile, or change the profile in the kubeconfig.",
    of="expired-session",
)
EXPIRED_REQUEST = CauseType(
    "expired-request",
    title="The signature of the request has expired",
    recognised_by='The message says "Signature expired" or "Request has expired".',
    fix="Sign the request again and send it immediately.",
    sources=(pages.SIGNATURES,),
)


def explain_expired_credentials(case: Case[ExpiredCredentials]) -> Explanation:
    """Explain that credentials, a sign-in or a token have expired."""
    message = clues.message_text(case)
    if clues.error_code(case.failure) in _TOKEN_CODES and presigned_urls.SIGNED_WITH_SESSION.search(
        case.text
    ):
        return presigned_urls.explain_url_of_expired_session(case, message)
    rule = choose_rule(_ROUTES, case.failure, message) or _explain_session
    return add_other_user(rule(case, message), case)


def _explain_request(case: Case[ExpiredCredentials], message: str) -> Explanation:
    return case.explain(
        "The signature of the request had expired when the request reached AWS.",
        clues.reported_cause(EXPIRED_REQUEST, message, *expired_logins.EXPIRY_PHRASES),
        clocks.CLOCK_WRONG.cause(text="The clock of the machine that signed it is behind."),
        presigned_urls.PRESIGNED_URL_EXPIRED.cause(text="The presigned URL is older than its expiry."),
        clocks.REQUEST_HELD.cause(
            text="The request waited in a queue, or was sent again without a new signature."
        ),
        remedies=(
            credential_remedies.set_clock(case.text),
            your_remedy(
                "Sign the request again",
                "Create a new presigned URL. It is valid for at most 7 days, and never longer than the credentials that signed it.",
                "Sign requests right before they are sent, and sign retries again.",
                url=pages.S3_PRESIGNED,
            ),
        ),
        notes="An IAM policy does not help, and neither does sending the same request again.",
    )


def _explain_session(case: Case[ExpiredCredentials], message: str) -> Explanation:
    principal = case.principal
    role, operation = underlying_role(principal), case.failure.envelope.operation
    credentials = "The temporary credentials of the call"
    if principal:
        credentials = f"The credentials of {describe_principal(principal, None)}"
    elif operation == "AssumeRole":
        credentials = "The credentials that were used to assume the role"
    is_from_aws = (
        _SERVICE_CODES.fullmatch(clues.error_code(case.failure))
        or "is expired" in message
        or "provided token has expired" in message
    )
    because = clues.quote_phrases(message, *expired_logins.EXPIRY_PHRASES)
    override = find_override(case)
    if is_from_aws and override is not None:
        return explain_override(case, override, "answers that it has expired", "expired-session")
    causes = [
        EXPIRED_SESSION.cause("reported" if is_from_aws else "derived", because),
        PASTED_SESSION.cause(),
        LONG_RUNNING.cause(because="A client that is created with fixed credentials keeps them."),
        session_renewal.ROLE_CHAINING.cause(),
        clocks.CLOCK_WRONG.cause(
            text="The machine's clock is behind, so the SDK refreshes the credentials too late."
        ),
    ]
    runtime = case.context.runtime
    is_job = runtime is not None and runtime.kind in session_renewal.JOB_STEPS
    if is_job:
        causes[1:] = _causes_in_job(case) or (
            LONG_RUNNING.cause(text="The job takes longer than its credentials last, by default one hour."),
            PASTED_SESSION.cause(),
            *causes[3:],
        )
    if is_from_aws and (chained := session_renewal.explain_chain(case, causes[0])) is not None:
        return chained
    summary = f"{credentials} have expired."
    issued: re.Match[str] | None = None
    ran = clocks.find_run_time(case.failure.text, case.failure.span[0]) or 0
    program = "the program" if _TRANSFERRED.search(case.failure.text, 0, case.failure.span[0]) else None
    program = "Terraform" if _RUN_BEGAN.search(case.failure.text) else program
    is_of_run = (ran >= _MIN_RUN_TIME or program is not None) and operation != "AssumeRole"
    if operation != "AssumeRole" and (issued := _find_issued(case)) is not None:
        lasted = clocks.describe_duration(int(issued["seconds"]))
        summary = f"{credentials} expired before the call: they last {lasted}."
        text = f"The program takes longer than the {lasted} that the credentials were issued for."
        causes[1:] = [LONG_RUNNING.cause("derived", f'The text shows "{issued["shown"]}".', text=text)]
    elif is_of_run:
        lasted = f", for at least {clocks.describe_duration(ran)}" if ran >= _MIN_RUN_TIME else ""
        summary = f"{credentials} expired while {program or 'the program'} was running{lasted}."
        text = "The program runs longer than the credentials last. A role session lasts one hour by default, and at most one hour with role chaining."
        causes[1:] = [LONG_RUNNING.cause("derived", text=text)]
    elif _KUBECONFIG.search(case.text) and not session_renewal.remedy_of_workload(case):
        text = "They are from the profile that the kubeconfig names for aws eks get-token."
        causes.insert(1, KUBECONFIG_PROFILE.cause(text=text))
    renew = session_renewal.renewal_remedy(case, issued)
    # It begins with what the other remedies find out.
    is_general = renew is credential_remedies.NEW_CREDENTIALS
    if is_general and is_of_run:
        # Terraform first needs the state that it could not save.
        again = "" if program == "Terraform" else "Start the program again. "
        last = f"{again}So that the next run lasts, let the SDK refresh the credentials: use the role of the machine, or a profile with role_arn."
        renew = attrs.evolve(renew, steps=(*renew.steps, last))
    # The remedy of a job raises the duration, too. The SDK refreshes the role of a workload.
    is_enough = is_job or renew.title.startswith("Let the SDK use ")
    source = None if program == "Terraform" else case.failure.envelope.source
    lasting = () if is_enough else session_renewal.remedies_of_run(role, source)
    clear = () if is_enough or is_general else (credential_remedies.CLEAR_ENVIRONMENT,)
    return case.explain(
        f"{summary} No permission is missing.",
        *causes,
        topic="expired-session",
        remedies=(renew, *((*lasting, *clear) if is_of_run else (*clear, *lasting))),
        notes=credential_remedies.NO_RETRY,
    )


def _causes_in_job(case: Case[ExpiredCredentials]) -> tuple[Cause, ...]:
    """Return that a job's credentials had expired, if its log shows it: its steps share them, and nothing renews them."""
    aged = session_renewal.find_age_in_job(case)
    if aged is None:
        return ()
    age, lasts = map(clocks.describe_duration, aged)
    text = f"The log shows that the job got them {age} before the call. They last {lasts}, and nothing renews them during the job."
    return (LONG_RUNNING.cause("derived", text=text),)


def _find_issued(case: Case[ExpiredCredentials]) -> re.Match[str] | None:
    """Return the last command before the failure that issued credentials for a stated time."""
    command = case.context.command
    if command is not None and command.option("profile") is not None:
        # The profile has other credentials.
        return None
    start = case.failure.span[0]
    text = case.failure.text
    found = list(_ISSUED.finditer(text, max(start - session_renewal.CHARS_BEFORE, 0), start))
    # A later command has issued other credentials.
    return found[-1] if found and not _ISSUES.search(text, found[-1].end(), start) else None


# The most specific routes come first.
_ROUTES: tuple[Route[_Rule], ...] = (
    Route(explain_expired_source, message=STILL_EXPIRED),
    Route(expired_logins.explain_expired_trade_in, code=r"ExpiredTradeInToken\w*"),
    Route(expired_logins.explain_expired_login, operation="CreateOAuth2Token"),
    Route(expired_logins.explain_expired_login, code=r"\w+", service="signin"),
    Route(explain_agent_rejection, operation="AssumeRoleForPodIdentity"),
    Route(expired_logins.explain_expired_sso, operation="CreateToken"),
    Route(expired_logins.explain_expired_sso, operation="GetRoleCredentials"),
    Route(explain_rejected_login, message="Invalid login token"),
    Route(expired_logins.explain_expired_registry_login, message=_REGISTRY, except_code=_SERVICE_CODES),
    Route(expired_logins.explain_expired_saml, message=_SAML, operation="AssumeRoleWithSAML"),
    Route(
        expired_logins.explain_expired_web_identity,
        message=_WEB_IDENTITY,
        operation="AssumeRoleWithWebIdentity",
    ),
    Route(expired_logins.explain_expired_login, message=_LOGIN, code=_LOGIN_CODES, except_code=_SSO_CODES),
    Route(_explain_request, code="RequestExpired"),
    Route(_explain_session, code=_SERVICE_CODES),
    Route(expired_logins.explain_expired_sso, message=_SSO, code=_SSO_CODES),
    Route(_explain_request, message=_EXPIRED_REQUEST),
)
