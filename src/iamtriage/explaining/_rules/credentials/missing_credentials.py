"""Explain credentials that are missing, incomplete or not sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, lower_first
from iamtriage.explaining._context.readers.names import find_kubeconfig_profile
from iamtriage.explaining._context.readers.profiles import find_listed_profiles, find_profile_sections
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Evidence, Explanation, Labelled
from iamtriage.explaining._rules.credentials import (
    containers,
    credential_sources,
    database_roles,
    partial_credentials,
    session_renewal,
)
from iamtriage.explaining._rules.credentials.keys import given_credentials, limited_credentials
from iamtriage.explaining._rules.credentials.logins import missing_logins, registry_logins, service_logins
from iamtriage.explaining._rules.credentials.no_credentials import explain_no_credentials
from iamtriage.explaining._rules.credentials.profiles import (
    broken_profiles,
    credential_processes,
    missing_profiles,
    other_users,
    unread_sources,
)
from iamtriage.explaining._rules.credentials.provider_chains import explain_unlisted_provider
from iamtriage.explaining._rules.credentials.requests import public_data, unsigned_requests
from iamtriage.explaining._rules.credentials.workloads import (
    credential_endpoints,
    ecs_tasks,
    pod_agents,
    remote_runs,
    unsteady_sources,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import certificates, credential_remedies, missing_regions
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.routing import Route, Routes
from iamtriage.explaining._rules.sts import rejected_calls
from iamtriage.failures._failures import MissingCredentials

_Rule = Callable[[Case[MissingCredentials], str], Explanation]

_PROFILE_NOT_FOUND = lazy_pattern(
    r"config profile \([^)]{1,100}\) could not be found|shared config profile|failed to get profile, |\" profile in CredentialProfileStoreChain|(?<!from ProfileCredentialsProvider: c)(?<!Suppressed: aws\.sdk\.kotlin\.runtime\.auth\.credentials\.ProviderConfigurationException: c)ould not find source profile"
    r"|(?<!nstance )[Pp]rofile [`'\"]?[\w.@:+/-]{1,64}[`'\"]? (?:was not (?:found|defined)|could not be found|not found in \[|does not exist in \S)|\" doesn't seem to be configured|' not found in credentials file|No AWS profile named '"
)
# The SDKs for JavaScript and Java report both a missing profile and one without credentials in these words.
_PROFILE_UNUSABLE = lazy_pattern(
    r"could not be found or parsed in|resolve credentials using profile: \[|contained no credentials for profile '(?!default')"
)
_NO_SSO_LOGIN = lazy_pattern(
    r"Error loading SSO Token|token for sso|SSO Token: Token for|SSO session|sso_start_url(?! ?=)|SSO [Tt]oken file|in SSO Token|valid SSO Token"
)
_NO_LOGIN_SESSION = lazy_pattern(
    r"login session|login authorization code|re-?authenticate (?:using|with) [`'\"]?aws login|[\\/]\.aws[\\/]login[\\/]"
)
_MFA_REQUIRED = lazy_pattern(
    r"MFA token required|AssumeRoleTokenProvider|assume role with MFA|mfa_serial|Enter MFA code for|MFA token code|requires multi-factor authentication"
)
_CREDENTIAL_PROCESS = lazy_pattern(
    # An SDK that does not load the config file runs no program that the file names.
    r"\A(?![\s\S]{0,9000}?\bset AWS_SDK_LOAD_CONFIG=1)[\s\S]{0,9000}?(?:from custom-process|credential_process|ProcessProvider)"
)
_KUBECONFIG_HELPER = lazy_pattern(
    r"getting credentials: exec|exec plugin|argocd-k8s-auth|could not get token|no kind \"ExecCredential\""
)
_MAX_LISTED = 6
_UNSIGNED_REQUEST = lazy_pattern(
    r"issing Authentication Token|[Rr]equest is missing|Missing required authentication"
)
PROFILE_NOT_FOUND = CauseType(
    "profile-not-found",
    title="The profile does not exist",
    recognised_by="The SDK says that the config profile could not be found.",
    fix="Use a profile from aws configure list-profiles, or create it.",
    sources=(pages.CLI_PROFILES,),
)


# A line of a notebook for the shell, what sets the profile in the notebook itself, and a line that introduces a quotation.
_EXPORT_IN_CELL = lazy_pattern(
    r"(?am)(?:\A|^(?P<line>[^\n]{0,300})\n\s{0,8})^[ \t]{0,4}(?:In ?\[\d{0,4}\]:?[ \t]{1,2})?![ \t]?(?:export|set)[ \t]{1,4}(?P<name>AWS_(?:DEFAULT_)?PROFILE)=[\"']?(?P<profile>[A-Za-z0-9][\w.@+-]{0,63})[\"']?[ \t\r]*$"
)
_IN_KERNEL = lazy_pattern(
    r"%(?:set_)?env[ \t]{1,4}AWS_|\bos\.environ\b|\bprofile_name\b|\bsetup_default_session\b|(?i:(?:\b(?:no|not|never)|n't)(?: (?:an?|in|from|run|use|using|have|the)){0,3} (?:Jupyter|notebooks?)\b)"
)
_QUOTES = lazy_pattern(r"(?i:\b(?:try|sa(?:id|ys)|told|suggests?|docs|answer|not|never)\b|n't\b)")


def explain_missing_credentials(case: Case[MissingCredentials]) -> Explanation:
    """Explain why no credentials were found or sent."""
    message = clues.message_text(case)
    if (remote := remote_runs.explain_remote_run(case)) is not None:
        return remote
    if "s3a" in message and (found := explain_unlisted_provider(case)) is not None:
        return found
    rule = _ROUTES.choose(case.failure, message)
    if rule is unsigned_requests.explain_no_registry_login and case.failure.envelope.operation:
        rule = None  # the registry's answer is a consequence of the helper's failed call
    if rule is not None:
        return rule(case, message)
    if case.stands_alone:
        return explain_no_credentials(case, message)
    return (
        public_data.explain_public_data(case)
        or _explain_lost_export(case)
        or unsteady_sources.explain_unsteady_source(case, message)
        or explain_no_credentials(case, message)
    )


def _explain_lost_export(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a notebook sets a variable in a shell that ends with the line."""
    text = case.failure.text
    exported = None if _IN_KERNEL.search(text) else _EXPORT_IN_CELL.search(text)
    if exported is None or _QUOTES.search(exported["line"] or ""):
        return None
    name, profile = exported["name"], exported["profile"]
    return case.explain(
        f"The SDK found no credentials: the line with ! sets {name} only in a shell of its own, so Python in the notebook does not see the profile {profile}. No request was sent to AWS.",
        credential_sources.ENVIRONMENT_NOT_PASSED_ON.cause(
            "derived",
            text="A notebook runs each line with ! in a shell of its own, whose variables are lost.",
        ),
        remedies=your_remedy(
            f"Select the profile {profile} in Python",
            "Create each client from this session. A client that exists keeps what it found before.",
            f"Or run %env {name}={profile} before the first call of boto3, after a restart of the kernel.",
            "If the profile uses IAM Identity Center, sign in first: aws sso login.",
            manifest=f'session = boto3.Session(profile_name="{profile}")\n',
            manifest_language="text",
            url="https://docs.aws.amazon.com/boto3/latest/guide/credentials.html",
        ),
    )


def _explain_profile_not_found(case: Case[MissingCredentials], message: str) -> Explanation:
    profile = find_profile(case)
    subject = f"The profile {profile}" if profile else "The profile"
    kubeconfig = _KUBECONFIG_HELPER.search(case.text) is not None
    sections = find_profile_sections(case.failure.text)
    if profile and (wrong := missing_profiles.explain_wrong_section(case, profile, sections)):
        return wrong
    if profile and (pinned := missing_profiles.explain_pinned_profile(case, profile)):
        return pinned
    if profile and (home := unread_sources.explain_other_home(case, f"profile {profile}")):
        return home
    shown = tuple(
        f"The text shows {each.header} in {'the file' if each.file is None else f'~/.aws/{each.file}'}."
        for each in sections
        if each.name == profile
    )
    is_unusable = _PROFILE_UNUSABLE.search(message) is not None
    in_container = containers.is_in_container(case.text)
    problem = "does not exist, or has no credentials," if is_unusable else "does not exist"
    files = f"that the {'process in the container' if in_container else 'call'} reads"
    other = None if in_container else other_users.find_other_shell(case)
    is_theirs = other is not None and other.has_person
    spellings: tuple[Cause, ...] = (
        () if shown else (missing_profiles.PROFILE_MISTYPED.cause(), missing_profiles.SECTION_NAME.cause())
    )
    because = "AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name the files, if they are set."
    text = "The call runs as another user, in a container or with sudo, and reads other files."
    if in_container:
        because = "The text is from a container."
        text = (
            "The container has its own file system, so it does not read ~/.aws of the computer that runs it."
        )
    evidence: Evidence = "derived" if shown or in_container else "possible"
    other_home = missing_logins.OTHER_HOME.cause(evidence, shown or because, text=text)
    if other is not None:
        files = other.files
        other_home = missing_logins.OTHER_HOME.cause("derived", (*shown, *other.because), text=other.why)
        spellings = () if is_theirs and not shown else spellings
    listed = tuple(each for each in find_listed_profiles(case.failure.text) if clues.safe_name(each))
    setting = "AWS_PROFILE" if kubeconfig else broken_profiles.profile_setting(case.failure)
    choose = f"List the profiles where the call runs, and select one of them with {setting}."
    choose += "" if kubeconfig else " If the machine has a role, unset AWS_PROFILE instead."
    title = "Use a profile that exists, or create this one"
    lines: tuple[str, ...] = (
        *(() if listed else ("aws configure list-profiles",)),
        "printenv AWS_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE",
        *(_KUBECONFIG_COMMANDS if kubeconfig else ()),
        Labelled("Or, to create it:", "aws configure sso --profile PROFILE"),
    )
    if listed:
        called = (profile or "").lower()
        similar = [each for each in listed if called and (called in each.lower() or each.lower() in called)]
        if len(similar) == 1 and not kubeconfig:
            title = f"Use the profile {similar[0]}"
            again = commands.repeat_command(case.context.command, changes={"profile": similar[0]})
            lines = (again or commands.fill_command("export AWS_PROFILE={}", similar[0]),)
        choose = f"Use {join_words(similar[:_MAX_LISTED] or listed[:_MAX_LISTED], 'or')}, which the text lists, as {setting}."
    precedence = "The kubeconfig takes precedence if it selects the profile (env AWS_PROFILE or --profile). aws eks update-kubeconfig with --profile changes it."
    last = precedence if kubeconfig else None
    remedy = your_remedy(title, choose, last, commands=lines, url=pages.CLI_PROFILES)
    selects = f"the kubeconfig{'' if find_kubeconfig_profile(case.text) else ' or AWS_PROFILE'} names it"
    is_fine = other is not None and is_theirs and bool(other.because)
    # The remedy of sudo says it, too.
    is_said = other is not None and lines[-1] in other.remedy.commands
    return case.explain(
        f"{subject} {problem} in the config and credentials files {files}{f', but {selects}' if kubeconfig else ''}.",
        PROFILE_NOT_FOUND.cause(
            "reported",
            clues.quote_phrases(
                message,
                "could not be found",
                "failed to get shared config profile",
                "could not find source profile",
                "failed to get profile",
                "profile in CredentialProfileStoreChain",
                f"Could not resolve credentials using profile: [{profile}]",
                f"contained no credentials for profile '{profile}'",
                "not found in credentials file",
                "was not found",
                "was not defined",
                "No AWS profile named",
                "doesn't seem to be configured",
            )[:1],
            text=f"The call uses {lower_first(subject)}, and no file that it read has {'credentials for it' if is_unusable else 'it'}.",
        ),
        *((other_home, *spellings) if in_container or other is not None else (*spellings, other_home)),
        remedies=(
            None if other is None else other.remedy,
            *session_renewal.remedy_of_workload(case),
            containers.container_remedy(case, missing_profile=profile) if in_container and profile else None,
            None if is_fine or is_said else remedy,
        ),
        notes=(
            "The profile and its access to the cluster are in order." if is_fine and kubeconfig else None,
            credential_remedies.NO_CALL_MADE,
        ),
    )


_KUBECONFIG_COMMANDS = (
    "kubectl config view --minify --output jsonpath='{.users[].user.exec}'",
    Labelled(
        "If it names the profile:",
        "aws eks update-kubeconfig --name CLUSTER --region REGION --profile OTHER_PROFILE",
    ),
)


# The most specific routes come first.
_ROUTES: Routes[_Rule] = Routes(
    Route(database_roles.explain_uninstantiated, message=database_roles.NOT_INSTANTIATED),
    Route(database_roles.explain_uninstantiated, message=database_roles.STORED),
    Route(ecs_tasks.explain_unknown_credentials_id, message=ecs_tasks.UNKNOWN_CREDENTIALS_ID),
    Route(unsigned_requests.explain_no_registry_login, message=unsigned_requests.NO_REGISTRY_LOGIN),
    Route(service_logins.explain_missing_smtp_login, message=service_logins.NOT_LOGGED_IN),
    Route(service_logins.explain_no_packages, message=service_logins.NO_NPM_LOGIN),
    Route(service_logins.explain_missing_key, message=service_logins.NO_AUTHORIZATION),
    Route(registry_logins.explain_registry_helper, message=registry_logins.HELPER_FAILED),
    Route(given_credentials.explain_ambient_credentials, message=given_credentials.AMBIENT_OFF),
    Route(given_credentials.explain_keda_keys, message=given_credentials.KEDA_KEYS),
    Route(given_credentials.explain_empty_credentials, message=given_credentials.GIVEN_EMPTY),
    Route(given_credentials.explain_no_provider, message=given_credentials.NO_PROVIDER),
    Route(
        _explain_profile_not_found,
        message=_PROFILE_NOT_FOUND,
        code=r"ProfileNotFound|SharedConfigProfile.*|NoSuchProfileError",
    ),
    Route(_explain_profile_not_found, message=_PROFILE_UNUSABLE),
    *(
        Route(broken_profiles.explain_broken_profile, message=pattern)
        for pattern in broken_profiles.BROKEN_PROFILE_MESSAGES
    ),
    Route(
        partial_credentials.explain_partial_credentials,
        message=partial_credentials.PARTIAL,
        code=r"PartialCredentialsError",
    ),
    Route(missing_logins.explain_no_login_session, message=_NO_LOGIN_SESSION, code=r"Login.*"),
    Route(
        missing_logins.explain_no_sso_login, message=_NO_SSO_LOGIN, code=r"(?:SSO|NoAuthToken|InvalidSSO).*"
    ),
    Route(
        limited_credentials.explain_mfa_required,
        message=_MFA_REQUIRED,
        code=r"RefreshWithMFAUnsupportedError|AssumeRoleTokenProviderNotSetError",
    ),
    Route(
        credential_processes.explain_credential_process,
        message=_CREDENTIAL_PROCESS,
        code=r"ProcessProvider.*",
    ),
    Route(missing_logins.explain_kubeconfig_helper, message=_KUBECONFIG_HELPER),
    Route(
        unsigned_requests.explain_unsigned_request,
        message=_UNSIGNED_REQUEST,
        code=r"MissingAuthenticationToken.*",
    ),
    Route(missing_regions.explain_region_of_credentials, message=missing_regions.REGION_OF_CREDENTIALS),
    Route(pod_agents.explain_agent_rejection, message=pod_agents.REJECTED_TOKEN),
    Route(pod_agents.explain_missing_association, message=pod_agents.MISSING_ASSOCIATION),
    Route(containers.explain_account_without_role, message=containers.ACCOUNT_WITHOUT_ROLE),
    Route(credential_endpoints.explain_agent_unreachable, message=credential_endpoints.AGENT_UNREACHABLE),
    *(Route(rule, message=pattern) for pattern, rule in ecs_tasks.UNREACHABLE_RULES),
    Route(containers.explain_sts_unreachable, message=containers.STS_UNREACHABLE),
    Route(rejected_calls.explain_non_sts_response, message=rejected_calls.UNREADABLE),
    Route(containers.explain_token_unreadable, message=containers.TOKEN_UNREADABLE),
    Route(
        partial(certificates.explain_untrusted_certificate, topic="no-credentials"),
        message=certificates.CERTIFICATE_ERROR,
    ),
)
