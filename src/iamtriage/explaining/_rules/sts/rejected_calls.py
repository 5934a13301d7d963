"""Explain STS calls that fail because of the region or the endpoint, such as logins that Vault or OpenBao forwards.

STS answers in its own XML, and accepts every HTTP method that SDKs use. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html,
https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (settings that redirect a call),
https://developer.hashicorp.com/vault/docs/auth/aws and https://developer.hashicorp.com/vault/api-docs/auth/aws.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.regions import find_mentioned_regions, find_working_regions
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command, repeat_command, repeat_line
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import AWS_COMPATIBLE
from iamtriage.explaining._rules.sts.findings import GLOBAL_HOST_REGIONAL_CREDENTIALS, diagnose_sts_call
from iamtriage.explaining._rules.sts.region_fixes import write_sts_region
from iamtriage.failures._failures import (
    AwsError,
    CredentialScope,
    Failure,
    InvalidCredentials,
    MissingCredentials,
    RegionDisabled,
)
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._evidence import GLOBAL_HOST, StsCall

# https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html
_OF_CLUSTER = "EKS, its nodes and its pods call STS in the Region of the cluster, so it must be active there."
_PROVIDER = lazy_pattern(
    r"\b(?:configuring|initializing) Terraform AWS Provider\b|\bin provider \"aws\"|\bwith provider\["
)
_VENDOR = "Error assuming AWS_ROLE"
_OF_VENDOR = "Snowflake calls STS in the Region of the Snowflake account, which you cannot change: activate that Region."
_PHRASES = ("STS is not activated in this region", "STS is not activated in the requested region")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html
_ALWAYS_ACTIVE = "us-east-1"
_NOTE = "Policies, the trust policy and the credentials are not the problem. Tokens from a regional STS endpoint are valid in all Regions, so you can call STS in another Region than the other services."

REGION_NOT_ENABLED = CauseType(
    "region-not-enabled",
    title="The account has not enabled the Region",
    recognised_by="The message says that the Region is not enabled for the account, or the error comes from an opt-in Region.",
    fix="Enable the Region in the account, or call another Region.",
    sources=(pages.ENABLE_REGION,),
)


def explain_region_disabled(case: Case[RegionDisabled]) -> Explanation:
    """Explain that a region or its STS endpoint is off for the account."""
    message, region = clues.message_text(case), clues.find_region(case)
    mentioned = find_mentioned_regions(message) if region is None else ()
    if len(mentioned) == 1 and find_endpoint(name := next(iter(mentioned))) is not None:
        region = name
    if not any(phrase in message for phrase in _PHRASES) and "is not enabled in your account" in message:
        return _explain_region_not_enabled(case, region)
    account = "the account" if case.failure.account is None else f"the account {case.failure.account}"
    because = clues.quote_phrases(message, *_PHRASES)
    if case.failure.envelope.code is not None:
        because += (f"The error code is {case.failure.envelope.code}.",)
    findings = diagnose_sts_call(case, codes=frozenset({"region-disabled"}), because=because)
    opts_in = None if region is None else StsCall().is_opt_in(region)
    context, causes = case.context, findings.causes
    role = None if context.role_arn is None else try_parse_principal(context.role_arn.value)
    of_role = ""
    if isinstance(role, Role) and role.account == case.failure.account:
        of_role = f", the account of the role {role.name}"
    if opts_in:
        text = f"STS is active in an opt-in Region such as {region} once an administrator of {account} has enabled the Region."
        causes = tuple(attrs.evolve(cause, text=text) for cause in causes)
    active = _find_active_region(case, region)
    repeated = repeat_command(context.command, "sts", changes={"region": active}) if active else None
    owner = case.failure.account
    provider = active and region and _PROVIDER.search(case.failure.text) and write_sts_region(region, active)
    is_first = bool(repeated or provider) or active in find_working_regions(case.text, *case.failure.span)
    # A cluster of EKS, its nodes and its pods call the endpoint of their own Region.
    is_of_cluster = case.failure.envelope.code == "StsRegionalEndpointDisabled" or (
        case.facts.cluster is not None and case.facts.region == region and not is_first
    )
    is_of_vendor = _VENDOR in case.failure.text
    in_pods: tuple[str, ...] = ()
    if is_of_cluster and "WebIdentity" in case.failure.text:
        in_pods = ("Then restart the pods that do not retry.",)
        # The call has no signature, so another endpoint is enough. The SDK for Go v1, whose error this is, reads no such variable.
        if active and (host := _host_of(active)) and "WebIdentityErr" not in case.text:
            until = f"Until then, pods with AWS_ENDPOINT_URL_STS=https://{host} call {active} (recent SDKs)."
            in_pods = (until, *in_pods)
    own = _OF_VENDOR if is_of_vendor else _OF_CLUSTER

    def build_remedies() -> tuple[Remedy, ...]:
        remedies = present(
            None if opts_in else _activate_sts_remedy(region, owner, *in_pods),
            None if opts_in is False else credential_remedies.enable_region(region, owner),
        )
        client = f" ({active}, https://{host})" if active and (host := _host_of(active)) else ""
        elsewhere = your_remedy(
            f"{'C' if is_first else 'Or c'}all STS in an active Region{f', such as {active}' if active else ''}{': add sts_region to the provider block' if provider else ''}",
            f"This works at once. {'The session is valid in all Regions' if provider else 'Any Region that is active for the account will do'}."
            if repeated or provider
            else f"Create only the STS client for an active Region{client}; the other clients keep their Region.",
            None
            if repeated or provider
            else "In pods, set AWS_REGION and AWS_DEFAULT_REGION only if all calls can go to that Region.",
            commands=repeated,
            manifest=provider or None,
            manifest_language="hcl" if provider else "yaml",
        )
        if is_of_cluster or is_of_vendor:
            return remedies
        return (elsewhere, *remedies) if is_first else (*remedies, elsewhere)

    return case.explain(
        f"STS is not activated for {account}{of_role} in the Region that was called."
        if region is None
        else f"STS is not activated in {region} for {account}{of_role}.",
        *causes,
        topic="sts-region-disabled",
        remedies=build_remedies,
        notes=f"{_NOTE.partition(' Tokens ')[0]} {own}" if is_of_cluster or is_of_vendor else _NOTE,
    )


def _find_active_region(case: Case[RegionDisabled], region: str | None) -> str | None:
    """Return a Region in which STS is active for the account: one that works for the caller, or the default one."""
    works = (
        each
        for each in find_working_regions(case.text, *case.failure.span)
        if each != region and _host_of(each)
    )
    endpoint = find_endpoint(region or _ALWAYS_ACTIVE)
    return next(works, _ALWAYS_ACTIVE if endpoint is not None and endpoint.partition == "aws" else None)


def _host_of(region: str) -> str | None:
    endpoint = find_endpoint(region)
    return None if endpoint is None else endpoint.host


def _activate_sts_remedy(region: str | None, account: str | None, *steps: str) -> Remedy:
    name = region or "the Region"
    owner = "of the requested role or user" if account is None else account
    return account_remedy(
        f"Activate STS in {name} (IAM console, Account settings)",
        f"In the IAM console of the account {owner}, open Account settings, Security Token Service (STS), Endpoints, and activate {name}. There is no API for this.",
        *steps,
        url=pages.TEMPORARY_REGIONS,
    )


def _explain_region_not_enabled(case: Case[RegionDisabled], region: str | None) -> Explanation:
    return case.explain(
        f"The Region{'' if region is None else f' {region}'} is not enabled for the account.",
        REGION_NOT_ENABLED.cause("reported", 'The text says "is not enabled in your account".'),
        remedies=(
            credential_remedies.enable_region(region),
            your_remedy(
                "Or use a Region that is enabled",
                "Set another Region in the profile, in AWS_REGION or in the client.",
                commands="aws account list-regions --region-opt-status-contains ENABLED ENABLED_BY_DEFAULT",
            ),
        ),
        notes="An organization's service control policies can deny access to Regions: then ask its administrator.",
    )


_OPERATIONS = frozenset(
    {"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetCallerIdentity", "GetSessionToken"}
)
_METHOD_NOT_ALLOWED = frozenset({"405", "MethodNotAllowed"})
_SERIALIZATION_ERROR = "SerializationError"  # from the AWS SDK for Go v1
UNREADABLE = lazy_pattern(
    r"WebIdentityErr: failed to retrieve credentials\W{1,6}caused by: (SerializationError)\b(?![^\x1e]{0,300}?(?:connection reset|i/o timeout|unexpected EOF))"
)
"""What the AWS SDK for Go v1 says of an answer to its STS call that it cannot read."""
# The AWS SDK for Go v1 names the credential provider that failed, not the operation.
_STS_CALL = lazy_pattern(r"WebIdentityErr|\bSTS: (?:AssumeRole|GetCallerIdentity)")
_URL = lazy_pattern(r"(?a)https?://([A-Za-z0-9][\w.-]{0,252}(?::\d{1,5})?)(?!/doc/|[\w.-])")
# The element at the top of an answer in XML, which the SDK for Go expects to be ErrorResponse.
_AWS_TAG = lazy_pattern(r"\bunknown error response tag, \{\{ ?(?P<tag>[A-Z]\w{2,40}Exception)\}")
_STS_HOST = lazy_pattern(r"(?a)sts(?:-fips)?\.|[\w-]{1,80}\.sts\.")
ENDPOINT_SET = CauseType(
    "endpoint-set",
    title="An endpoint URL for another service is used for STS",
    text="An endpoint URL, such as one for S3-compatible storage, is set for all clients, so it applies to STS, too.",
    fix="Remove AWS_ENDPOINT_URL, or set it per service.",
    recognised_by="The text shows an endpoint URL.",
    sign=r"\bAWS_ENDPOINT_URL(?:_STS)?=\S{1,80}|\bendpoint_url ?[=:]|\bendpointUrl ?:",
    remedy="Check which host",
    of="answer-not-from-sts",
)
PROXY_ANSWERS = CauseType(
    "proxy-answers",
    title="A proxy between the client and STS sent its own response",
    fix="Add the STS endpoint to NO_PROXY, or allow it in the proxy.",
    recognised_by="The text shows a proxy.",
    sign=r"\b(?:HTTPS?_PROXY|https?_proxy)=|\bX-Squid-Error\b|\bServer: squid/",
    of="answer-not-from-sts",
)
NOT_STS = CauseType(
    "answer-not-from-sts",
    title="Something other than STS answered",
    recognised_by="The response to an STS call has the form or the error code of another service, such as S3.",
    fix="Check the endpoint URL and the proxy of the client.",
    sources=(pages.SDK_ENDPOINTS,),
)


def is_non_sts_response(case: Case[AwsError], message: str) -> bool:
    """Return whether an STS call got a response that did not come from STS."""
    envelope = case.failure.envelope
    if envelope.operation not in _OPERATIONS and envelope.service != "sts" and not _STS_CALL.search(message):
        return False
    is_unreadable = clues.error_code(case.failure) == _SERIALIZATION_ERROR
    return _is_method_not_allowed(case) or (is_unreadable and "marshal" in message)


def _is_method_not_allowed(case: Case[AwsError] | Case[MissingCredentials]) -> bool:
    return case.failure.envelope.status_code == 405 or clues.error_code(case.failure) in _METHOD_NOT_ALLOWED


def explain_non_sts_response(case: Case[AwsError] | Case[MissingCredentials], message: str) -> Explanation:
    """Explain that something other than STS answered an STS call."""
    host = next(filter(None, map(clues.safe_name, _URL.findall(message))), None)
    is_sts_host = host is not None and _STS_HOST.match(host) is not None
    is_other_host = host is not None and not is_sts_host
    not_parsed = _SERIALIZATION_ERROR in (clues.error_code(case.failure), *UNREADABLE.findall(message))
    tag = _AWS_TAG.search(case.text)
    because = (
        "The SDK could not parse the response." if not_parsed else None,
        "The response is 405 MethodNotAllowed, which S3 and web servers return for an STS call, but STS never does."
        if _is_method_not_allowed(case)
        else None,
        tag and f"The element {tag['tag']} at the top is not the form of STS.",
        host
        and f"The text names the host {host}{', which is not an STS endpoint' if is_other_host else ''}.",
    )
    by = "Something other than STS" if tag is None else "Another service of AWS, not STS,"
    if is_other_host:
        by = f"The host {host}, not STS,"
    compatible = "The text names AWS-compatible software." if AWS_COMPATIBLE.search(case.text) else None
    of_other = "An endpoint URL of another service is set for all clients, so it applies to STS, too."
    setting = ENDPOINT_SET.cause(because=compatible, text=None if tag is None else of_other)
    proxy = PROXY_ANSWERS.cause()
    return case.explain(
        f"{by} answered the STS call.",
        NOT_STS.cause("derived", because),
        *((proxy, setting) if is_sts_host else (setting, proxy)),
        remedies=your_remedy(
            "Check which host the STS call goes to",
            "Look for AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_STS in the environment, endpoint_url in the profile, and an endpoint in the program's settings.",
            "Set the endpoint of S3-compatible storage for S3 only, with AWS_ENDPOINT_URL_S3 or in the S3 client. The AWS SDK for Go v1 uses a session's endpoint for all clients, including STS."
            if tag is None
            else "Set the endpoint of a service only in its client, or for it alone, such as with AWS_ENDPOINT_URL_S3. The AWS SDK for Go v1 uses a session's endpoint for all clients, including STS.",
            "S3-compatible storage needs no IAM role: use its own access keys, and remove AWS_ROLE_ARN from the environment."
            if tag is None
            else None,
            commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
        ),
        notes=f"An IAM policy does not help: the call did not reach {'AWS' if tag is None else 'STS'}.",
    )


_PAGE = "https://developer.hashicorp.com/vault/docs/auth/aws"
_RELAY = lazy_pattern(
    r"(?a)error making upstream request: received error code [0-9]{3} from STS|/v1/auth/aws[\w/-]{0,60}/login\b"
)
_STS_OF_RELAY = lazy_pattern(
    r"(?a)\bsts_endpoint\b[\s\"'=:]{1,40}https://sts\.(?P<region>[a-z0-9-]{5,30})\.amazonaws"
)
_REGION_OF_RELAY = lazy_pattern(r"(?a)\bsts_region\b[\s\"'=:]{1,40}(?P<region>[a-z0-9-]{5,30})\b")
_LOGIN = lazy_pattern(
    r"(?a)(?<![\w/.-])vault login(?=[^\n]{0,200} -method=aws\b)(?: -?[a-z][\w-]{0,40}(?:=[^\s\"'`|;&]{1,200})?){1,12}"
)
_LOGIN_REGION = lazy_pattern(r" region=(\S{1,40})")
_RELAYS = "Vault does not sign the login: it forwards the client's signed request to the STS endpoint in Vault's configuration."
UNSIGNED_RELAY = CauseType(
    "unsigned-relay",
    title="The client of Vault sent a login without a signature",
    text=f"{_RELAYS} The client found no credentials to sign with.",
    recognised_by='Vault says "received error code 403 from STS" with the code MissingAuthenticationToken.',
    fix="Give the client AWS credentials.",
    sources=(_PAGE,),
)


def is_relayed(text: str) -> bool:
    """Return whether a server sent the request that a client signed to STS."""
    return _RELAY.search(text) is not None


def explain_relayed_scope(
    case: Case[CredentialScope] | Case[InvalidCredentials],
    because: tuple[str, ...],
    signed_region: str | None,
) -> Explanation:
    """Explain that Vault sends the signed request of a client to the STS endpoint of another Region."""
    configured = _STS_OF_RELAY.search(case.text)
    called, region = f"the global endpoint https://{GLOBAL_HOST}, its default", "us-east-1"
    is_default = signed_region == region and configured is None
    if is_default:
        # The global endpoint would accept the default of the clients.
        stated = case.facts.region if case.facts.region != region else None
        called, region = "a regional endpoint, which its configuration names (sts_endpoint)", stated or ""
    if configured is not None:
        region = configured["region"]
        called = f"https://sts.{region}.amazonaws.com, which its configuration names"
    login, own = _LOGIN.search(case.text), _REGION_OF_RELAY.search(case.text)
    is_consistent = configured is not None and own is not None and own["region"] == region
    configure = None if is_consistent else _configure_remedy(signed_region)
    sign = _sign_remedy(region, login[0] if login else None, is_consistent=is_consistent)
    signed = f"{signed_region}, the default of the clients" if is_default else signed_region
    if signed is None and login is not None:
        given = _LOGIN_REGION.search(login[0])
        is_other = given is not None and given[1] != region and find_endpoint(given[1]) is not None
        signed = (given[1] if is_other else None) if given else "us-east-1, the default of vault login"
    text = f"{_RELAYS} The signature and the endpoint must be for the same Region."
    return case.explain(
        f"The Vault server sent the client's STS request to {called}, but the client signed it for {signed or 'another Region'}.",
        GLOBAL_HOST_REGIONAL_CREDENTIALS.cause("derived", because, text=text),
        topic="sts-endpoint",
        remedies=(sign, configure) if configured or is_default else (configure, sign),
        notes="The secret access key is not the problem, and no permission is missing.",
    )


def explain_unsigned_relay(case: Case[Failure]) -> Explanation:
    """Explain that the client of Vault sent a login without a signature."""
    return case.explain(
        "The login to Vault carries no signature: the client found no AWS credentials to sign with.",
        clues.reported_cause(UNSIGNED_RELAY, case.text, "Missing Authentication Token"),
        topic="unsigned-request",
        remedies=your_remedy(
            "Give the client of Vault AWS credentials, and log in again",
            "The first command prints the identity of the credentials. Run it where the login runs: as the same user, in the same container.",
            "In a container on EC2, the instance metadata service needs a hop limit of 2; a pod or an ECS task needs its own role.",
            commands=("aws sts get-caller-identity", "vault login -method=aws"),
        ),
        notes="The Vault server's own credentials are not used here.",
    )


def _configure_remedy(region: str | None) -> Remedy:
    endpoint = find_endpoint(region or "")
    # Not REGION, which can become the Region that Vault already calls.
    values = ("https://sts.CLIENT_REGION.amazonaws.com", "CLIENT_REGION")
    if endpoint is not None:
        values = (endpoint.url, endpoint.signing_region)
    return account_remedy(
        "Set the STS endpoint of Vault to the Region of its clients",
        "A Vault administrator does this, for the mount of the auth method. All clients of the mount must then sign for this Region. In China and GovCloud, set iam_endpoint, too.",
        commands=(
            "vault read auth/aws/config/client",
            fill_command("vault write auth/aws/config/client sts_endpoint={} sts_region={}", *values),
        ),
        url=_PAGE,
    )


def _sign_remedy(region: str, login: str | None, *, is_consistent: bool) -> Remedy:
    """Return how to sign for the Region that Vault calls.

    Args:
        region: The Region, or an empty string if it is unknown.
        login: The command in the text.
        is_consistent: Whether the text shows that the server's settings name the same Region.
    """
    # Not REGION, which can become the Region that the client signed for.
    is_unknown = region == ""
    name = "VAULT_REGION" if is_unknown else commands.region(region)
    repeated = repeat_line(f"{_LOGIN_REGION.sub('', login)} region={name}") if login else None
    return your_remedy(
        f"Sign the login for {'' if is_unknown else f'{name}, '}the Region that Vault calls",
        "VAULT_REGION is sts_region, or the Region in sts_endpoint, in the output of vault read. AWS_REGION alone does not change what vault login signs for."
        if is_unknown
        else None,
        f"Set region in the login{'' if repeated else ', and keep its other parameters'}. In Vault Agent, set region in the config of auto_auth; with an SDK, set the Region of the STS client that signs.",
        "On the server, sts_endpoint and sts_region agree: leave them as they are."
        if is_consistent
        else None,
        commands=(
            "vault read auth/aws/config/client" if is_unknown else None,
            repeated or fill_command("vault login -method=aws region={}", name),
        ),
        url=_PAGE,
    )
