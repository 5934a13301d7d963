"""Explain credentials that AWS does not know or does not accept.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.credentials.expired_logins import explain_invalid_sso_token
from iamtriage.explaining._rules.credentials.keys import rejecting_regions
from iamtriage.explaining._rules.credentials.keys.access_keys import KEY_GONE, KEY_MISTYPED
from iamtriage.explaining._rules.credentials.keys.inactive_keys import explain_inactive_key, find_listed_key
from iamtriage.explaining._rules.credentials.keys.key_problems import (
    SESSION_TOKEN_MISSING,
    explain_mixed_credentials,
    explain_wrong_clock,
)
from iamtriage.explaining._rules.credentials.keys.key_sources import explain_override, stored_keys_remedy
from iamtriage.explaining._rules.credentials.keys.limited_credentials import (
    PARTITION_CAUSES,
    diagnose_region,
    explain_session_without_mfa,
)
from iamtriage.explaining._rules.credentials.keys.rejected_requests import (
    PASSED_TO_CONTAINER,
    RejectedRequest,
    add_token_remedy,
    describe_request,
    pass_token_remedy,
)
from iamtriage.explaining._rules.credentials.keys.unaccepted_keys import (
    INVALID_CREDENTIALS,
    likely_causes,
    list_remedies,
    possible_causes,
    reported_cause,
    summarize,
)
from iamtriage.explaining._rules.credentials.logins import service_logins
from iamtriage.explaining._rules.credentials.requests import unsigned_requests
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts import rejected_calls
from iamtriage.explaining._rules.sts.findings import StsFindings, v1_token_cause
from iamtriage.failures._failures import Failure, InvalidCredentials

_MAX_CAUSES = 6
_SSO_TOKEN_WORDS = ("Session token not found", "Error loading SSO Token")
# https://docs.gitlab.com/ci/variables/#protect-a-cicd-variable
_GITLAB_JOB = lazy_pattern(r"\bgitlab-runner|\.gitlab-ci\.yml\b|\bCI_(?:COMMIT|JOB|PIPELINE|PROJECT)_[A-Z]")
# What echo prints is on the next line.
_UNPROTECTED = lazy_pattern(
    r"\bCI_COMMIT_REF_PROTECTED(?:\\?[\"']?[=:]\s{0,2}\\?[\"']?false\b|\}?[\"']?[^\S\n]{0,20}\n(?:[^\n]{0,200}[\s=:])?false[^\S\n]{0,20}$)",
    re.MULTILINE,
)
_NOT_AUTHENTICATED = "AWS could not authenticate the caller, so it evaluated no policy."

_GITLAB_VARIABLES = your_remedy(
    "Let the job assume a role with id_tokens, or give it all three variables",
    "Temporary keys in variables expire. Remove them, and let the job assume a role of its own with an OIDC token of GitLab (AssumeRoleWithWebIdentity). The role's trust policy can limit it to some branches.",
    "Or, as a maintainer of the project, give AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN the same protection and environment scope (Settings, CI/CD, Variables), with values from the same response, or protect the branch.",
    commands="aws sts get-caller-identity",
    url=pages.GITLAB_OIDC,
)


def explain_invalid_credentials(case: Case[InvalidCredentials]) -> Explanation:
    """Explain that AWS does not accept an access key or session token."""
    request = describe_request(case)
    if request.code == "SSOTokenLoadError" or any(words in request.message for words in _SSO_TOKEN_WORDS):
        return explain_invalid_sso_token(case, request)
    if request.partition != "aws" and rejected_calls.is_relayed(case.text):
        because = (f"The client is in {request.partition}, whose credentials are valid only there.",)
        return rejected_calls.explain_relayed_scope(case, because, request.region)
    if unsigned_requests.NO_REGISTRY_LOGIN.search(request.message):
        return unsigned_requests.explain_no_registry_login(case, request.message)
    if request.code == "AuthFailure" and (wrong := explain_wrong_clock(case, reported_cause(request))):
        return wrong
    explanation = service_logins.explain_rejected_login(case, request.message)
    if explanation is None and not case.stands_alone:
        explanation = _explain_sent_credentials(case, request)
    if explanation is not None:
        return explanation
    region = diagnose_region(case, request)
    may_be_listed = request.is_signed and not request.is_temporary and not case.stands_alone
    listed = find_listed_key(case) if may_be_listed else None
    if listed is not None and not listed.keys.get(listed.key):
        explanation = explain_inactive_key(case, listed, stored_keys_remedy(case))
        return attrs.evolve(explanation, notes=(_NOT_AUTHENTICATED,))
    if request.working_regions or (request.is_opt_in and request.calls_global):
        return _explain_rejecting_region(case, request, region)
    is_other_partition = any(cause.code in PARTITION_CAUSES for cause in region.causes)
    causes = (
        reported_cause(request),
        *likely_causes(request, is_other_partition=is_other_partition),
        *region.causes,
        *possible_causes(request),
    )
    if is_other_partition and not request.is_signed:
        # The likeliest cause comes first; that AWS rejected the token is what the summary says.
        causes = (*region.causes, *(cause for cause in causes if cause not in region.causes))
    if listed is not None:
        causes = tuple(each for each in causes if each.code not in {KEY_GONE.code, KEY_MISTYPED.code})
    return case.explain(
        summarize(request, case.operation),
        *causes[:_MAX_CAUSES],
        topic="invalid-credentials",
        remedies=lambda: tuple(list_remedies(case, request, region)),
        notes=_NOT_AUTHENTICATED,
    )


def _explain_sent_credentials(case: Case[InvalidCredentials], request: RejectedRequest) -> Explanation | None:
    """Explain what is wrong with the credentials, if the text shows where they come from."""
    variable = request.variable_without_token
    # With --profile, environment variables are not used.
    if request.is_signed and variable and not (variable.isupper() and clues.find_option(case, "profile")):
        return _explain_missing_token(case, request, variable)
    mixed = explain_mixed_credentials(case) if request.is_signed and not request.is_temporary else None
    if mixed is not None:
        return mixed
    if request.is_signed and (
        overridden := explain_override(case, "does not accept it", "invalid-credentials")
    ):
        return overridden
    return explain_session_without_mfa(case, request)


def _explain_missing_token(case: Case[Failure], request: RejectedRequest, variable: str) -> Explanation:
    is_variable = variable.isupper() and variable.startswith("AWS_")
    # Terraform's provider has access_key and token.
    missing = "token" if variable == "access_key" else "aws_session_token"
    missing = missing.upper() if is_variable else missing
    because = f"The text shows {variable} with ASIA…, a temporary key, but no value of {missing}."
    verdict = f"does not accept the temporary key (ASIA…) without its session token: {missing} is not set"
    overridden = explain_override(case, verdict, "invalid-credentials") if is_variable else None
    if overridden is not None:
        return overridden
    text = case.failure.text
    container = PASSED_TO_CONTAINER.search(text) if is_variable else None
    in_gitlab = (
        is_variable
        and container is None
        and "assume-role" not in text
        and _GITLAB_JOB.search(text) is not None
    )
    is_unprotected = in_gitlab and _UNPROTECTED.search(text) is not None
    reason = ""
    if is_unprotected:
        reason = f" Most likely, {missing} is a protected variable, which GitLab passes only to jobs of protected branches and tags: in this job, CI_COMMIT_REF_PROTECTED is false."
    state, remedy = "set", add_token_remedy(missing, find_profile(case))
    if container is not None:
        state, remedy = "passed to the container", pass_token_remedy(container["program"], find_profile(case))
    return case.explain(
        f"The temporary access key (ASIA…) was sent without its session token: {missing} is not {state}. No permission is missing.{reason}",
        None if is_unprotected else reported_cause(request),
        SESSION_TOKEN_MISSING.cause("derived", because, text="The session token is missing."),
        topic="invalid-credentials",
        remedies=_GITLAB_VARIABLES if in_gitlab else remedy,
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
    shown = f"The text shows successful calls in {others}."
    return case.explain(
        f"{known}{rejects}.",
        INVALID_CREDENTIALS.cause("derived", shown, text=text) if others else reported_cause(request),
        *(() if request.has_no_token else causes),
        remedies=tuple(rejecting_regions.region_remedies(case, request, region))
        or (credential_remedies.SHOW_IDENTITY,),
        notes=f"AWS evaluated no policy in {request.region}, so no permission is missing.{note}",
    )
