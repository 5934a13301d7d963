"""Explain credentials that AWS does not know or does not accept.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence, clip_text, join_words
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.credentials import session_renewal
from iamtriage.explaining._rules.credentials.expired_logins import explain_invalid_sso_token
from iamtriage.explaining._rules.credentials.keys import (
    given_credentials,
    printed_lengths,
    rejecting_regions,
    token_settings,
)
from iamtriage.explaining._rules.credentials.keys.access_keys import (
    KEY_GONE,
    KEY_MISTYPED,
    explain_quoted_keys,
)
from iamtriage.explaining._rules.credentials.keys.key_problems import (
    SESSION_TOKEN_MISSING,
    explain_key_of_vault,
    explain_mixed_credentials,
    explain_passed_keys,
    explain_wrong_clock,
)
from iamtriage.explaining._rules.credentials.keys.key_sources import explain_override, stored_keys_remedy
from iamtriage.explaining._rules.credentials.keys.limited_credentials import (
    PARTITION_CAUSES,
    SESSION_WITHOUT_MFA,
    diagnose_region,
    explain_other_partition,
    explain_session_without_mfa,
)
from iamtriage.explaining._rules.credentials.keys.program_regions import explain_program_region
from iamtriage.explaining._rules.credentials.keys.rejected_requests import (
    EXPORTED_KEY,
    PASSED_TO_CONTAINER,
    REJECTION_PHRASES,
    RejectedRequest,
    add_token_remedy,
    describe_request,
    find_other_rejection,
    pass_token_remedy,
    set_token_remedy,
)
from iamtriage.explaining._rules.credentials.keys.unaccepted_keys import (
    CHECK_KEY,
    INVALID_CREDENTIALS,
    UNKNOWN_ACCESS_KEY,
    likely_causes,
    list_remedies,
    possible_causes,
    reported_cause,
    summarize,
)
from iamtriage.explaining._rules.credentials.keys.unusable_keys import (
    explain_inactive_key,
    explain_placeholder_key,
    explain_sent_name,
    find_listed_key,
)
from iamtriage.explaining._rules.credentials.logins import service_logins
from iamtriage.explaining._rules.credentials.logins.missing_logins import add_other_user
from iamtriage.explaining._rules.credentials.profiles.other_users import find_unit
from iamtriage.explaining._rules.credentials.requests import unsigned_requests
from iamtriage.explaining._rules.credentials.requests.authorization_headers import explain_swapped_keys
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies, session_ends
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts import rejected_calls
from iamtriage.explaining._rules.sts.findings import StsFindings, v1_token_cause
from iamtriage.failures._failures import Failure, InvalidCredentials

_MAX_CAUSES = 6
_SSO_TOKEN_WORDS = ("Session token not found", "Error loading SSO Token")
# https://docs.gitlab.com/ci/variables/#protect-a-cicd-variable: what echo prints is on the next line.
_UNPROTECTED = lazy_pattern(
    r"(?m)\bCI_COMMIT_REF_PROTECTED(?:\\?[\"']?[=:]\s{0,2}\\?[\"']?false\b|\}?[\"']?[^\S\n]{0,20}\n(?:[^\n]{0,200}[\s=:])?false[^\S\n]{0,20}$)"
)
# What Terraform, Vault and others say before the error of a call to IAM, which has one Region in each partition.
_CALLS_IAM = lazy_pattern(
    r"\b(?:[Cc]reat|[Rr]ead|[Gg]ett|[Ll]ist|[Uu]pdat|[Dd]elet|[Aa]ttach|[Pp]utt)ing IAM [A-Za-z]\w+\b[^\n]{0,200}:"
)
_CHARS_BEFORE = 400
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
_OTHER_SESSION = SESSION_WITHOUT_MFA.cause(
    text="The credentials are from GetSessionToken without MFA, or from GetFederationToken: IAM accepts neither."
)
_NOT_AUTHENTICATED = "AWS could not authenticate the caller, so it evaluated no policy."


def explain_invalid_credentials(case: Case[InvalidCredentials]) -> Explanation:
    """Explain that AWS does not accept an access key or session token."""
    request = describe_request(case)
    if request.code == "SSOTokenLoadError" or any(words in request.message for words in _SSO_TOKEN_WORDS):
        return explain_invalid_sso_token(case, request)
    if request.partition != "aws" and rejected_calls.is_relayed(case.text):
        because = (f"The client is in {request.partition}, whose credentials are valid only there.",)
        return rejected_calls.explain_relayed_scope(case, because, request.region)
    if request.code == "InvalidSubjectCredentials":
        return _explain_invalid_session(case, request)
    if unsigned_requests.NO_REGISTRY_LOGIN.search(request.message):
        return unsigned_requests.explain_no_registry_login(case, request.message)
    if "access credentials are missing" in request.message:
        return unsigned_requests.explain_unsigned_request(case, request.message)
    if request.code == "AuthFailure" and (wrong := explain_wrong_clock(case, reported_cause(request))):
        return wrong
    explanation = service_logins.explain_rejected_login(case, request.message)
    is_alone = case.stands_alone
    if explanation is None and not is_alone:
        explanation = explain_swapped_keys(case) or explain_quoted_keys(case)
        explanation = explanation or _explain_sent_credentials(case, request) or _explain_end(case, request)
    if explanation is not None:
        return explanation
    start, end = case.failure.span
    described = _CALLS_IAM.search(case.failure.text, max(start - _CHARS_BEFORE, 0), end)
    service = case.facts.service or case.failure.envelope.service
    if request.may_need_opt_in and (described or service == "iam"):
        request = attrs.evolve(request, region="us-east-1")
    region = diagnose_region(case, request)
    may_be_listed = request.is_signed and not request.is_temporary and not is_alone
    listed = find_listed_key(case) if may_be_listed else None
    if listed is not None and not listed.keys.get(listed.key):
        explanation = explain_inactive_key(case, listed, stored_keys_remedy(case))
        return attrs.evolve(explanation, notes=(_NOT_AUTHENTICATED,))
    if (disabled := rejecting_regions.explain_disabled(case, request)) is not None:
        return disabled
    if request.working_regions or (request.is_opt_in and request.calls_global):
        return _explain_rejecting_region(case, request, region)
    is_other_partition = any(cause.code in PARTITION_CAUSES for cause in region.causes)
    causes = (
        reported_cause(request),
        *likely_causes(request, is_other_partition=is_other_partition),
        *(
            each
            for each in region.causes
            if not (request.is_enabled and each.code == rejected_calls.REGION_NOT_ENABLED.code)
        ),
        *((_OTHER_SESSION,) if described and request.is_temporary is not False else ()),
        # The key of a unit, which a timer starts, worked before.
        *possible_causes(request, can_be_new=is_alone or find_unit(case) is None),
    )
    if listed is not None:
        causes = tuple(each for each in causes if each.code not in {KEY_GONE.code, KEY_MISTYPED.code})
    if is_other_partition and not request.is_signed:
        # The likeliest cause comes first; that AWS rejected the token is what the summary says.
        causes = (*region.causes, *(cause for cause in causes if cause not in region.causes))
    explanation = case.explain(
        summarize(request, case.operation),
        *causes[:_MAX_CAUSES],
        topic="invalid-credentials",
        remedies=lambda: tuple(list_remedies(case, request, region)),
        notes=_NOT_AUTHENTICATED,
    )
    return add_other_user(explanation, case)


def _explain_end(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation | None:
    """Explain that the session of the call had ended, if the times in the text prove it."""
    ended = session_ends.find_session_end(case.failure.text, case.failure.span[0])
    if ended is None or request.is_temporary is False:
        return None
    text = f"By the times in the text, {ended.words}."
    return case.explain(
        f"AWS does not accept the credentials: their session had ended {ended.ago} before the call. No permission is missing.",
        INVALID_CREDENTIALS.cause("derived", reported_cause(request).because, text=text),
        topic="invalid-credentials",
        remedies=(session_renewal.renewal_remedy(case), CHECK_KEY),
        notes=_NOT_AUTHENTICATED,
    )


def _explain_sent_credentials(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation | None:
    """Explain what is wrong with the credentials, if the text shows where they come from."""
    variable = request.variable_without_token
    providers = find_blocks(case.failure.text, "provider", "aws")
    # It has keys, also by reference, and no session token.
    lacks_token = any("access_key" in each.arguments and "token" not in each.arguments for each in providers)
    if request.is_temporary and lacks_token:
        variable = "access_key"
    explanation = (explain_placeholder_key(case) or explain_sent_name(case)) if request.is_signed else None
    if explanation is None and request.is_signed:
        explanation = token_settings.explain_token_setting(case)
    if explanation is None and request.is_temporary and variable and not variable.isupper():
        keys = given_credentials.find_keys_in_code(case.text, is_temporary=True)
        explanation = None if keys is None else _explain_keys_in_code(case, request, keys)
    if explanation is not None:
        return explanation
    # With --profile, environment variables are not used.
    if request.is_signed and variable and not (variable.isupper() and clues.find_option(case, "profile")):
        return _explain_missing_token(case, request, variable)
    mixed = explain_mixed_credentials(case) if request.is_signed and not request.is_temporary else None
    if mixed is not None:
        return mixed
    if not request.is_signed:
        return explain_session_without_mfa(case, request)
    explanation = explain_override(case, "does not accept it", "invalid-credentials")
    explanation = explanation or explain_passed_keys(case) or _explain_length(case, request)
    if explanation is not None:
        return explanation
    may_lack_token = request.is_temporary is not False and not request.is_aws_compatible
    keys = None
    if may_lack_token:
        is_temporary = request.is_temporary or token_settings.is_said_temporary(case.failure.text)
        keys = given_credentials.find_keys_in_code(case.text, is_temporary=is_temporary)
    if keys is not None:
        return _explain_keys_in_code(case, request, keys)
    explanation = explain_program_region(case, request) or explain_other_partition(case, request)
    explanation = explanation or explain_session_without_mfa(case, request)
    return explanation or (None if request.is_temporary else explain_key_of_vault(case))


def _explain_length(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation | None:
    """Explain that the access key ID, as the program has it, is too long or too short."""
    flaw = printed_lengths.describe_key_id(case.failure.text)
    if flaw is None or request.is_aws_compatible or request.concerns_token:
        return None
    stored = stored_keys_remedy(case)
    program = clues.find_program(case.failure)
    return case.explain(
        f"AWS does not accept the access key ID: {flaw}. No permission is missing.",
        KEY_MISTYPED.cause("derived", text=as_sentence(flaw)),
        topic="invalid-credentials",
        remedies=stored or credential_remedies.used_credentials_remedy(program, case.failure),
        notes=_NOT_AUTHENTICATED,
    )


def _explain_invalid_session(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation:
    """Explain that GetScopedCredentials was not called with a session."""
    return case.explain(
        "STS cannot scope down the credentials: GetScopedCredentials requires those of a valid session, and not the access key of an IAM user or of the root user.",
        clues.reported_cause(
            INVALID_CREDENTIALS,
            request.message,
            *REJECTION_PHRASES,
            text="The credentials of the call are not those of a session that STS can resolve.",
        ),
        remedies=your_remedy(
            "Call GetScopedCredentials with the credentials of a session",
            "Assume a role first. As an IAM user, call GetSessionToken first.",
            commands="aws sts get-caller-identity",
            url=pages.TEMPORARY_CREDENTIALS,
        ),
        notes=_NOT_AUTHENTICATED,
    )


_KEY_IN_PROVIDER = lazy_pattern(r"\baccess_key\s{0,40}=\s{0,40}\"?ASIA")


def _explain_missing_token(case: Case[Failure], request: RejectedRequest, variable: str) -> Explanation:
    is_variable = variable.isupper() and variable.startswith("AWS_")
    # Terraform's provider has access_key and token.
    missing = "token" if variable == "access_key" else "aws_session_token"
    missing = missing.upper() if is_variable else missing
    because = f"The text shows {variable} with ASIA…, a temporary key, but no value of {missing}."
    if variable == "access_key" and not _KEY_IN_PROVIDER.search(case.failure.text):
        because = (
            "The text shows a temporary key, ASIA…, and a provider block with access_key, but without token."
        )
    exported = EXPORTED_KEY.search(case.failure.text) if is_variable and "ASIA" not in case.text else None
    if exported is not None:
        because = (
            f"{variable} is from a response of STS, whose keys are temporary, and nothing sets {missing}."
        )
    verdict = f"does not accept the temporary key (ASIA…) without its session token: {missing} is not set"
    overridden = explain_override(case, verdict, "invalid-credentials") if is_variable else None
    if overridden is not None:
        return overridden
    text = case.failure.text
    container = PASSED_TO_CONTAINER.search(text) if is_variable else None
    is_job = is_variable and container is None and "assume-role" not in text
    of_job = token_settings.job_variables_remedy(case) if is_job else None
    of_file = token_settings.env_file_remedy(text) if is_variable and container is None else None
    is_unprotected = of_job is not None and _UNPROTECTED.search(text) is not None
    reason = ""
    if is_unprotected:
        reason = f" Most likely, {missing} is a protected variable, which GitLab passes only to jobs of protected branches and tags: in this job, CI_COMMIT_REF_PROTECTED is false."
    profile = find_profile(case)
    of_profile = (
        f" in the profile {clip_text(profile)}" if profile and variable == "aws_access_key_id" else ""
    )
    state, remedy = f"set{of_profile}", add_token_remedy(missing, profile)
    if container is not None:
        state = "passed to the container"
        remedy = pass_token_remedy(container["program"], container[0], profile)
    if exported is not None:
        remedy = set_token_remedy(missing, exported[0])
    reported = reported_cause(request)
    if reported.code == UNKNOWN_ACCESS_KEY.code:
        reported = attrs.evolve(reported, text="AWS finds a temporary key only with its session token.")
    return case.explain(
        f"The temporary access key (ASIA…) was sent without its session token: {missing} is not {state}. No permission is missing.{reason}",
        None if is_unprotected else reported,
        SESSION_TOKEN_MISSING.cause("derived", because, text="The session token is missing."),
        topic="invalid-credentials",
        remedies=of_job or of_file or remedy,
        notes=_NOT_AUTHENTICATED,
    )


def _explain_keys_in_code(
    case: Case[InvalidCredentials], request: RejectedRequest, keys: given_credentials.KeysInCode
) -> Explanation:
    text = case.failure.text
    is_lambda = keys.is_from_environment and (
        request.is_in_lambda or token_settings.IN_LAMBDA.search(text) is not None
    )
    what, because = token_settings.describe_keys(
        keys, text, is_lambda=is_lambda, is_temporary=bool(request.is_temporary)
    )
    is_temporary = because is not None
    title, other = "Pass the session token, too", None
    step = f"Pass {keys.token}: it must come from the same response as the other two values."
    if keys.is_from_environment:
        restart = "Deploy the function again." if is_lambda else "Restart the program."
        title, other = "Remove the keys from the code", f"Or pass the session token, too: {keys.argument}"
        step = f"Delete {keys.words}: the SDK then finds all three values itself, with its default credential chain. {restart}"
    remedy = your_remedy(title, step, other, url=pages.TEMPORARY_CREDENTIALS)
    passes = "The code does not pass the session token."
    if is_lambda and request.is_temporary:
        passes += " The key ID (ASIA…) is that of the role's session, so IAM lists it under no user."
    return case.explain(
        f"The code passes {what} without a session token{keys.missing}, and AWS does not accept them: temporary credentials require it. No permission is missing.",
        reported_cause(request),
        SESSION_TOKEN_MISSING.cause("derived" if is_temporary else "possible", because, text=passes),
        None if is_temporary else KEY_GONE.cause(),
        topic="invalid-credentials",
        remedies=remedy if is_temporary else (remedy, stored_keys_remedy(case), CHECK_KEY),
        notes=_NOT_AUTHENTICATED,
    )


def _explain_rejecting_region(
    case: Case[InvalidCredentials], request: RejectedRequest, region: StsFindings
) -> Explanation:
    # With a setting for STS, calls elsewhere do not use the same session.
    others = "" if request.sets_global else join_words(request.working_regions, "and")
    note = ""
    known = f"The credentials are valid: they work in {others}. " if others else ""
    rejects = f"Only {request.region} rejects them"
    if request.is_opt_in:
        likeliest = rejecting_regions.describe_not_enabled(request, "it")
        if request.uses_session or request.is_enabled:
            # Recent SDKs and versions of the AWS CLI call the regional endpoint.
            is_known = request.is_enabled or request.has_v1_tokens or request.calls_global
            other = " of the global STS endpoint" if is_known else f", or {likeliest}"
            if is_known and (request.sets_global or request.global_command):
                setting = "AWS_ENDPOINT_URL_STS sets" if request.sets_global else "--endpoint-url names"
                other += f", which {setting}"
            likeliest = f"the session token is a version 1 token{other}"
        if not (request.is_enabled and (request.has_v1_tokens or request.calls_global)):
            likeliest = f"most likely, {likeliest}"
        rejects = f"{'Only ' if others else ''}{request.region}, an opt-in Region, rejects {'them' if others else 'the credentials'}: {likeliest}"
    is_shown, is_global = request.has_v1_tokens, request.calls_global
    of_token = v1_token_cause(
        request.region,
        is_shown=is_shown,
        is_global=is_global,
        is_enabled=request.is_enabled,
        sets_global=request.sets_global,
    )
    causes = (of_token,) if request.is_enabled or request.sets_global else region.causes
    if is_global and not (request.is_enabled or request.sets_global or others):
        causes = (of_token, *(each for each in causes if each.code != of_token.code))
    if request.lacks_region_of_caller:
        causes, note = causes[:1], " The role and its trust policy are not the problem either."
    text = "AWS knows the credentials."
    if request.has_no_token:
        text = "The access key exists and is active. It is that of a user, without a session token."
    shown = present(f"The text shows successful calls in {others}.", find_other_rejection(case))
    return case.explain(
        f"{known}{rejects}.",
        INVALID_CREDENTIALS.cause("derived", shown, text=text) if others else reported_cause(request),
        *(() if request.has_no_token else causes),
        remedies=tuple(rejecting_regions.region_remedies(case, request, region))
        or (credential_remedies.SHOW_IDENTITY,),
        notes=f"AWS evaluated no policy in {request.region}, so no permission is missing.{note}",
    )
