"""Explain credentials, sign-ins and tokens that have expired, and sources of credentials that return expired ones.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, hide_secrets, line_at
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials import expired_logins, old_requests, session_renewal
from iamtriage.explaining._rules.credentials.containers import container_remedy
from iamtriage.explaining._rules.credentials.expired_chains import LONG_RUNNING, ROLE_CHAINING, explain_chain
from iamtriage.explaining._rules.credentials.keys.key_sources import explain_override
from iamtriage.explaining._rules.credentials.logins import kubectl_logins, missing_logins
from iamtriage.explaining._rules.credentials.logins.sign_in_places import explain_session_of_vault
from iamtriage.explaining._rules.credentials.profiles.environment_files import explain_environment_file
from iamtriage.explaining._rules.credentials.profiles.expired_sources import (
    STILL_EXPIRED,
    describe_process,
    explain_expired_source,
    process_remedy,
)
from iamtriage.explaining._rules.credentials.requests import presigned_urls
from iamtriage.explaining._rules.credentials.tokens.identity_pools import explain_rejected_login
from iamtriage.explaining._rules.credentials.workloads.pod_agents import explain_agent_rejection
from iamtriage.explaining._rules.shared import clues, remedies
from iamtriage.explaining._rules.shared.credentials import clocks, credential_remedies, session_ends
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    LIST_COMMAND,
    find_key_of_call,
    find_listed_session,
)
from iamtriage.explaining._rules.shared.principals.principal_words import describe_principal, underlying_role
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART
from iamtriage.explaining._rules.shared.routing import Route, Routes
from iamtriage.explaining._rules.shared.texts.deployment_tools import TERRAFORM
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import ExpiredCredentials

_Rule = Callable[[Case[ExpiredCredentials], str], Explanation]

# A shorter run does not show that its credentials were new at the start.
_MIN_RUN_TIME = 600
# Terraform reads the state and acquires its lock with the credentials before it writes the state.
_RUN_BEGAN = lazy_pattern(
    r"Failed to (?:save|persist) state|Error (?:saving|uploading) state|releasing the state lock"
)
# What a program prints about calls that succeeded before.
_TRANSFERRED = lazy_pattern(
    r"(?am)^(?:upload|download|copy|move|delete): [^\n]{0,600}?\bs3://"
    r"|\b[Cc]op(?:ied|ying) [^\n]{0,300}\bs3://|\b(?:[Uu]p|[Dd]own)load(?:ed|ing) [^\n]{0,300}\bs3://"
    r"|\b(?:[Cc]opied|[Pp]rocessed|[Tt]ransferred|(?:[Uu]p|[Dd]own)loaded|[Ww]rote) \d"
    r"|\b(?:Completed |Transferred:[ \t]{1,12})\d{1,5}(?:\.\d{1,3})? [GT]iB ?/"
)
# The AWS CLI prints the mean speed: https://github.com/aws/aws-cli/blob/v2/awscli/customizations/s3/results.py
_PROGRESS = lazy_pattern(
    r"(?a)\bCompleted (\d{1,5}(?:\.\d)? [KMGT]iB)/~?(\d{1,5}(?:\.\d)? [KMGT]iB) \((\d{1,5}(?:\.\d)? [KMGT]iB)/s\)"
)
# A command that makes only one of the calls of a multipart upload.
_PART_ALONE = lazy_pattern(r"\baws s3api (?:upload-part|complete-multipart-upload)\b")
_UPLOAD = "the upload"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
_ABORT_UPLOAD = remedies.your_remedy(
    "Abort the upload that failed (aws s3api list-multipart-uploads), whose parts cost storage",
    "A new attempt uploads the whole file again. A lifecycle rule with AbortIncompleteMultipartUpload removes such parts, too.",
    commands=(
        "aws s3api list-multipart-uploads --bucket BUCKET --query 'Uploads[].[Initiated,Key,UploadId]' --output text",
        "aws s3api abort-multipart-upload --bucket BUCKET --key OBJECT_KEY --upload-id UPLOAD_ID",
    ),
)
_REGISTRY = lazy_pattern(r"uthorization [Tt]oken has expired|\bdocker (?:pull|push|login)\b|\.dkr[.-]ecr\.")
_SAML = lazy_pattern(r"must be redeemed within|AssumeRoleWithSAML")
_WEB_IDENTITY = lazy_pattern(
    r"(?i)[Tt]oken expired: current date/time|Token too old|web ?identity token|AssumeRoleWithWebIdentity|WebIdentityErr"
)
_LOGIN = lazy_pattern(
    r"\baws login\b|a change in your password|LoginCredential|credential-provider-login|logincreds"
)
_SSO = lazy_pattern(r"\bSSO\b|aws sso login|token from sso|oken has expired and refresh failed")
# Also of aws ecr get-login-password, next to docker login.
_SSO_TOKEN = lazy_pattern(r"token from sso\b|Error loading SSO Token|SSO session associated with")
_EXPIRED_REQUEST = lazy_pattern(r"[Rr]equest (?:has )?expired\b|X-Amz-Expires")
_KUBECONFIG = lazy_pattern(
    r"kubectl|(?<!update-)kubeconfig|credentials: exec|eks get-token|aws-iam-authenticator|\.eks\.amazonaws\.com"
)
_GETS_TOKEN = lazy_pattern(r"credentials: exec|\bget-token\b|\baws-iam-authenticator\b")
_LOGIN_CODES = lazy_pattern(r"LoginRefreshRequired|LoginTokenExpired|LoginRefreshTokenExpiredError")
_SSO_CODES = lazy_pattern(
    r"UnauthorizedSSOTokenError|SSOTokenExpired|SSOTokenExpiredError|SSOProviderInvalidToken"
    r"|TokenRetrievalError|PendingAuthorizationExpiredError"
)
_TOKEN_CODES = frozenset({"ExpiredToken", "ExpiredTokenException"})
_SERVICE_CODES = lazy_pattern(r"ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired")
_OF_VAULT = "aws-vault: error: "
PASTED_SESSION = CauseType(
    "pasted-session",
    title="Temporary credentials were pasted into the environment or a file",
    text="They were copied into environment variables or ~/.aws/credentials, where nothing refreshes them.",
    fix="Use a profile or a role that refreshes credentials automatically.",
    recognised_by="The text shows a session token in a variable or in the credentials file, or says that they were exported or copied.",
    sign=r"\bexport AWS_SESSION_TOKEN=|\baws_session_token ?=(?! ?[\w.]{1,60}[\[(),])|\b(?:exported|copied|pasted) (?:[\w-]{1,20} ){0,4}(?:AWS_\w{6,20}|keys|credentials)\b",
    remedy="Get new credentials",
    of="expired-session",
)
KUBECONFIG_PROFILE = CauseType(
    "kubeconfig-profile",
    title="The kubeconfig names a profile or a role whose credentials have expired",
    text="They are from the profile that the kubeconfig names for aws eks get-token.",
    fix="Sign in with that profile, or change the profile in the kubeconfig.",
    of="expired-session",
)


def explain_expired_credentials(case: Case[ExpiredCredentials]) -> Explanation:
    """Explain that credentials, a sign-in or a token have expired."""
    message = clues.message_text(case)
    is_token = clues.error_code(case.failure) in _TOKEN_CODES
    if is_token and presigned_urls.SIGNED_WITH_SESSION.search(case.text):
        return presigned_urls.explain_url_of_expired_session(case, message)
    rule = _ROUTES.choose(case.failure, message) or _explain_session
    return missing_logins.add_other_user(rule(case, message), case)


def _explain_session(case: Case[ExpiredCredentials], message: str) -> Explanation:
    role, operation = underlying_role(case.principal), session_renewal.find_operation(case)
    credentials = "The temporary credentials of the call"
    if principal := case.principal:
        credentials = f"The credentials of {describe_principal(principal, None)}"
    elif operation == "AssumeRole":
        credentials = "The credentials that were used to assume the role"
    is_from_aws = (
        _SERVICE_CODES.fullmatch(clues.error_code(case.failure))
        or "is expired" in message
        or "provided token has expired" in message
    )
    because = clues.quote_phrases(message, *expired_logins.EXPIRY_PHRASES)
    if is_from_aws and _OF_VAULT in line_at(case.failure.text, *case.failure.span):
        return explain_session_of_vault(case, old_requests.EXPIRED_SESSION.cause("reported", because))
    may_show_source = is_from_aws and not case.stands_alone
    if may_show_source and (
        overridden := explain_override(case, "answers that it has expired", "expired-session")
    ):
        return overridden
    expired = old_requests.EXPIRED_SESSION.cause("reported", because)
    if is_from_aws and (in_file := explain_environment_file(case, expired)) is not None:
        return in_file
    causes = [
        old_requests.EXPIRED_SESSION.cause("reported" if is_from_aws else "derived", because),
        PASTED_SESSION.cause(),
        LONG_RUNNING.cause(because="A client that is created with fixed credentials keeps them."),
        ROLE_CHAINING.cause(),
        clocks.CLOCK_WRONG.cause(
            text="The machine's clock is behind, so the SDK refreshes the credentials too late."
        ),
    ]
    is_job = case.context.runtime_kind in session_renewal.JOB_STEPS
    if is_job:
        causes[1:] = _causes_in_job(case) or (
            LONG_RUNNING.cause(text="The job takes longer than its credentials last, by default one hour."),
            PASTED_SESSION.cause(),
            *causes[3:],
        )
    if may_show_source and (chained := explain_chain(case, causes[0])) is not None:
        return chained
    summary = f"{credentials} have expired."
    is_of_kubectl = _KUBECONFIG.search(case.text) and not session_renewal.remedy_of_workload(case)
    gets_token = bool(is_of_kubectl and _GETS_TOKEN.search(case.text) and not TERRAFORM.search(case.text))
    (ran, takes), program = _time_run(case), _name_running(case, operation)
    is_of_run = (ran >= _MIN_RUN_TIME or program is not None) and operation != "AssumeRole"
    timed = None if operation == "AssumeRole" else _time_session(case, credentials)
    if timed is not None:
        summary, causes[1:] = timed
    elif is_of_run:
        aged = (is_job and session_renewal.find_age_in_job(case)) or ()
        lasted = (
            f", after at least {clocks.describe_duration(max((ran, *aged)))}" if ran >= _MIN_RUN_TIME else ""
        )
        program = program or ("the job" if is_job else "the program")
        summary = f"{credentials} expired while {program} was running{lasted}."
        needed = f": at the speed in the text, {clocks.describe_duration(takes)} in total" if takes else ""
        text = f"{capitalize_start(program)} takes longer than the credentials last{needed}. A role session lasts one hour by default, and at most one hour with role chaining."
        causes[1:] = (is_job and _causes_in_job(case)) or [LONG_RUNNING.cause("derived", text=text)]
    elif (found := _find_stored(case)) is not None:
        summary, causes[1:] = found
    elif is_of_kubectl:
        # The program that gets a token ends with it.
        causes[1:] = (KUBECONFIG_PROFILE.cause(), *causes[1 : 2 if gets_token else None])

    def build_remedies() -> tuple[Remedy, ...]:
        renew = (
            _container_remedy(case)
            or process_remedy(case)
            or session_renewal.renewal_remedy(case, of_kubeconfig=gets_token)
        )
        # It begins with what the other remedies find out, or unsets the variables.
        is_general = renew.url == credential_remedies.NEW_CREDENTIALS.url
        # The remedy of a job raises the duration, too. The SDK refreshes the role of a workload.
        is_enough = is_job or gets_token or renew.title.startswith("Let the SDK use ")
        # A provider that assumes roles most likely made the call.
        has_provider = operation == "AssumeRole" or "Terraform" in (program, clues.find_program(case.failure))
        source = None if has_provider else case.failure.envelope.source
        lasting = () if is_enough else session_renewal.remedies_of_run(role, source)
        clear = () if is_enough or is_general else (credential_remedies.CLEAR_ENVIRONMENT,)
        if not is_of_run:
            return (_renew_for_kubeconfig(renew) if gets_token and is_general else renew, *clear, *lasting)
        if is_general and lasting:
            renew, lasting = _outlast(renew, lasting[0], program, takes), lasting[1:]
        parts = (_ABORT_UPLOAD,) if program == _UPLOAD else ()
        return (renew, *parts, *lasting, *clear)

    return case.explain(f"{summary} No permission is missing.", *causes, remedies=build_remedies)


def _time_session(case: Case[ExpiredCredentials], credentials: str) -> tuple[str, list[Cause]] | None:
    """Return the summary and the cause of a session that had ended, if the text has its times or its duration."""
    if (ended := session_ends.find_session_end(case.failure.text, case.failure.span[0])) is not None:
        text = f"By the times in the text, {ended.words}: nothing had renewed it."
        return f"{credentials} had expired {ended.ago} before the call.", [
            LONG_RUNNING.cause("derived", text=text)
        ]
    if (seconds := session_renewal.find_duration(case)) is None:
        return None
    lasted = clocks.describe_duration(seconds)
    text = f"The program takes longer than the {lasted} that the credentials were issued for."
    cause = LONG_RUNNING.cause("derived", f'The text shows "--duration-seconds {seconds}".', text=text)
    return f"{credentials} expired before the call: they last {lasted}.", [cause]


def _renew_for_kubeconfig(renew: Remedy) -> Remedy:
    """Return how to get new credentials for the program that a kubeconfig names, from how to get new ones."""
    return attrs.evolve(
        renew,
        title="Get new credentials for the program that gets the token of the cluster",
        steps=(
            "The first command prints how the kubeconfig calls this program. If that names a profile (--profile, or AWS_PROFILE in env), renew the credentials of this profile or of its source_profile, else those of the shell, also with --role-arn.",
            renew.steps[0],
        ),
        commands=(
            kubectl_logins.SHOW_HELPER,
            *(each for each in renew.commands if "assume-role" not in each),
            Labelled.required(
                "To test them, with --role-arn and the profile if the kubeconfig has them:",
                f"{kubectl_logins.HELPER} > /dev/null",
            ),
        ),
    )


def _outlast(renew: Remedy, refresh: Remedy, program: str | None, takes: float) -> Remedy:
    """Return how to get credentials that last until a program ends, which takes a number of seconds, or 0 if unknown."""
    # Ten minutes of each hour are to spare.
    seconds = f" {min(math.ceil(takes / 3_000), 12) * 3_600}" if takes else ""
    # Terraform first needs the state that it could not save.
    again = "" if program == "Terraform" else ", then start it again"
    return attrs.evolve(
        renew,
        title=f"Get credentials that last until {program} ends{again}",
        steps=(
            f"{refresh.title}: use the role of the machine, or a profile with role_arn or of IAM Identity Center. Nothing renews copied or exported values.",
            f"Or request a longer session with --duration-seconds{seconds}: the role's maximum session duration, at most 12 hours, must allow it, and role chaining limits it to one hour.",
            *renew.steps,
        ),
    )


def _time_run(case: Case[ExpiredCredentials]) -> tuple[float, float]:
    """Return for how many seconds a run had been going on at least when the call failed, and how many it takes, or 0."""
    text, start = case.failure.text, case.failure.span[0]
    ran, shown = clocks.find_run_time(text, start) or 0, [*_PROGRESS.finditer(text, 0, start)]
    if not shown:
        return ran, 0
    done, total, speed = (
        float(number) * 1024 ** "KMGT".index(unit[0]) for number, unit in map(str.split, shown[-1].groups())
    )
    return (max(ran, done / speed), total / speed) if speed else (ran, 0)


def _name_running(case: Case[ExpiredCredentials], operation: str | None) -> str | None:
    """Return what had made other calls with the credentials before, if the text shows it."""
    text = case.failure.text
    if _RUN_BEGAN.search(text):
        return "Terraform"
    if operation in MULTIPART - {"CreateMultipartUpload"} and not _PART_ALONE.search(text):
        return _UPLOAD
    return "the program" if _TRANSFERRED.search(text, 0, case.failure.span[0]) else None


def _find_stored(case: Case[ExpiredCredentials]) -> tuple[str, list[Cause]] | None:
    """Return the summary and the cause of credentials in a file or in variables, or of a process, if the text shows them."""
    listed, key = find_listed_session(case.failure), find_key_of_call(case)
    if key is not None and key.file is not None:
        text = "They were copied or written into this file, where nothing refreshes them."
        return f"The temporary credentials under {key.section} have expired.", [
            PASTED_SESSION.cause("derived", key.shown, text=text)
        ]
    if key is not None and key.kind == "custom-process":
        process = describe_process(case, key.profile)
        return f"The credentials that the {process.described} returned have expired.", [
            attrs.evolve(process.cause, evidence="derived", because=(key.shown,))
        ]
    # Lambda passes the credentials of the execution role in variables, and renews them.
    if listed is None or case.context.runtime_kind in {*session_renewal.JOB_STEPS, "lambda"}:
        return None
    shown = f"The text shows {'the type env' if listed[0] == LIST_COMMAND else 'AWS_SESSION_TOKEN'} in the output of {clip_text(hide_secrets(listed[0]))}."
    text = "They are in environment variables, which take precedence over profiles and roles, and nothing refreshes them."
    summary = f"The temporary credentials in the environment variables{' of the container' if listed[1] else ''} have expired."
    return summary, [PASTED_SESSION.cause("derived", shown, text=text)]


def _container_remedy(case: Case[ExpiredCredentials]) -> Remedy | None:
    """Return how to pass new credentials to a container, if the text lists old ones in its variables. A pod has a role."""
    listed = find_listed_session(case.failure)
    if listed is None or not listed[1] or case.context.runtime_kind == "eks-pod":
        return None
    return attrs.evolve(container_remedy(case), title="Create the container again, without the variables")


def _causes_in_job(case: Case[ExpiredCredentials]) -> tuple[Cause, ...]:
    """Return the cause that a job's credentials had expired, if its log shows it: its steps share them, and nothing renews them."""
    aged = session_renewal.find_age_in_job(case)
    if aged is None:
        return ()
    age, lasts = map(clocks.describe_duration, aged)
    text = f"The log shows that the job got them at least {age} before the call. They last {lasts}, and nothing renews them during the job."
    return (LONG_RUNNING.cause("derived", text=text),)


# The most specific routes come first.
_ROUTES: Routes[_Rule] = Routes(
    Route(explain_expired_source, message=STILL_EXPIRED),
    Route(expired_logins.explain_expired_trade_in, code=r"ExpiredTradeInToken\w*"),
    Route(missing_logins.explain_denied_renewal, message="INSUFFICIENT_PERMISSIONS"),
    Route(expired_logins.explain_expired_login, operation="CreateOAuth2Token"),
    Route(expired_logins.explain_expired_login, code=r"\w+", service="signin"),
    Route(explain_agent_rejection, operation="AssumeRoleForPodIdentity"),
    Route(expired_logins.explain_expired_sso, operation="CreateToken"),
    Route(expired_logins.explain_expired_sso, code=r"InvalidGrantException", service="ssooidc"),
    Route(expired_logins.explain_expired_sso, operation="GetRoleCredentials"),
    Route(explain_rejected_login, message="Invalid login token"),
    Route(expired_logins.explain_expired_sso, message=_SSO_TOKEN),
    Route(expired_logins.explain_expired_registry_login, message=_REGISTRY, except_code=_SERVICE_CODES),
    Route(expired_logins.explain_expired_saml, message=_SAML, operation="AssumeRoleWithSAML"),
    # Services reject credentials, not the session of a login.
    Route(
        expired_logins.explain_expired_login,
        message=_LOGIN,
        code=_LOGIN_CODES,
        except_code=rf"{_SSO_CODES.pattern}|{_SERVICE_CODES.pattern}",
    ),
    Route(old_requests.explain_old_request, code="RequestExpired"),
    # Nobody signs the call that sends a web identity token.
    Route(_explain_session, message="security token included in the request is expired"),
    Route(
        expired_logins.explain_expired_web_identity,
        message=_WEB_IDENTITY,
        operation="AssumeRoleWithWebIdentity",
    ),
    Route(_explain_session, code=_SERVICE_CODES),
    Route(expired_logins.explain_expired_sso, message=_SSO, code=_SSO_CODES),
    Route(old_requests.explain_request, message=_EXPIRED_REQUEST),
)
