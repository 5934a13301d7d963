"""Collect what is known about an STS call, and derive what follows from it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import hide_secrets, quote_text
from iamtriage._typing import NamedTuple
from iamtriage.failures._failures import CredentialScope, Failure
from iamtriage.sts._endpoint_table import GLOBAL_HOST
from iamtriage.sts._endpoints import find_endpoint
from iamtriage.sts._sdks import Sdk

__all__ = (
    "CODE",
    "CONTAINER_VARIABLE",
    "GLOBAL_HOST",
    "REGIONAL_VARIABLE",
    "ROLE_ANNOTATION",
    "STS_ANNOTATION",
    "WEB_IDENTITY_VARIABLES",
    "SourcedValue",
    "StsCall",
    "quote_argument",
    "quote_failure",
    "region_in_host",
)

# The source of a value that the program sets.
CODE = "the code"
STS_ANNOTATION = "eks.amazonaws.com/sts-regional-endpoints"
ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
REGIONAL_VARIABLE = "AWS_STS_REGIONAL_ENDPOINTS"
WEB_IDENTITY_VARIABLES = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
CONTAINER_VARIABLE = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

# Enabled for every account by default: https://docs.aws.amazon.com/global-infrastructure/latest/regions/
_ALWAYS_ON = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "ap-south-1"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
    }
)

# STS operations, for errors that name no service.
_OPERATIONS = frozenset(
    {
        *("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"),
        *("DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity", "GetDelegatedAccessToken"),
        *("GetFederationToken", "GetScopedCredentials", "GetSessionToken", "GetWebIdentityToken"),
    }
)

# The host of an STS endpoint in any partition, and its region.
_HOST = lazy_pattern(r"sts(?:-fips)?\.([a-z0-9-]{1,63})\.[a-z0-9.-]{1,100}")
_HOST_IN_TEXT = lazy_pattern(r"(?<![\w.-])sts(?:-fips)?(?:\.[a-z0-9-]{1,63}){2,6}(?![\w-])", re.ASCII)
# botocore reports the same error if a name has no address and if the host does not answer.
_CONNECTION_ERROR = "EndpointConnectionError|Could not connect to the endpoint URL"
_UNRESOLVED = lazy_pattern(
    rf"{_CONNECTION_ERROR}|no such host|ENOTFOUND|EAI_AGAIN|[Nn]ame or service not known|"
    r"nodename nor servname|"
    r"getaddrinfo|[Ff]ailed to resolve|[Uu]nable to resolve|[Cc]ould not resolve|NameResolutionError|"
    r"UnknownHostException|[Tt]emporary failure in name resolution|dns error"
)
_UNREACHED = lazy_pattern(
    rf"{_CONNECTION_ERROR}|[Tt]imed? ?-?out|ETIMEDOUT|ECONNREFUSED|[Cc]onnection refused|ConnectTimeout|"
    r"[Nn]o route to host|[Nn]etwork is unreachable"
)
# In characters.
_MAX_QUOTED = 300
# An argument of a command: printable, and not longer than a Kubernetes name.
_ARGUMENT = lazy_pattern(r"[\x20-\x7e]{1,253}")


class SourcedValue(NamedTuple):
    """A value and its source."""

    value: str
    source: str


@attrs.frozen(eq=False, repr=False)
class StsCall(Value):
    """What is known about an STS call. ``None`` means unknown, never absent."""

    failure: Failure | None = None
    text: str = ""
    env: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    given_region: str | None = None
    given_endpoint: str | None = None
    sdk: Sdk | None = None
    kubernetes_version: str | None = None
    cluster_region: str | None = None
    vpc_endpoint: bool | None = None
    opt_in: bool | None = None
    pod_identity: bool | None = None
    namespace: str | None = None
    service_account: str | None = None
    workload: str | None = None

    # ---- settings

    def get_variable(self, name: str) -> str | None:
        """Return an environment variable, or ``None`` if it is empty, which SDKs treat as not set."""
        return (self.env or {}).get(name) or None

    def get_annotation(self, name: str) -> str | None:
        """Return an annotation of the service account."""
        return (self.annotations or {}).get(name)

    @property
    def scope_failure(self) -> CredentialScope | None:
        """The failure, if an STS request was signed for another Region or service."""
        failure = self.failure
        # Other services report the same error. Their endpoints and regions do not matter here.
        if not isinstance(failure, CredentialScope) or failure.envelope.service not in {None, "sts"}:
            return None
        operation = failure.envelope.operation
        is_sts = failure.envelope.service is not None or operation is None or operation in _OPERATIONS
        return failure if is_sts else None

    @property
    def region(self) -> SourcedValue | None:
        """The Region that the client uses."""
        if not self.env and not self.given_region:
            return None
        # botocore reads AWS_DEFAULT_REGION, most others AWS_REGION. The webhook sets both.
        names = ("AWS_REGION", "AWS_DEFAULT_REGION") if self.sdk is None else self.sdk.regions
        found = next(
            (SourcedValue(value, name) for name in names if (value := self.get_variable(name))), None
        )
        if self.given_region and (found is None or found.value != self.given_region):
            return SourcedValue(self.given_region, "the code or the config file")
        return found

    @property
    def endpoint(self) -> SourcedValue | None:
        """The host of the configured endpoint, in lower case."""
        if self.given_endpoint:
            return SourcedValue(_parse_host(self.given_endpoint), "the code")
        if not self.env:
            return None
        ignored = (self.get_variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") or "").lower() == "true"
        if ignored or (self.sdk is not None and not self.sdk.configured_urls):
            return None
        names = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
        return next(
            (SourcedValue(_parse_host(value), name) for name in names if (value := self.get_variable(name))),
            None,
        )

    @property
    def mode(self) -> tuple[Literal["regional", "legacy"], str] | None:
        """Regional or legacy, with the reason; ``None`` if neither the variable nor the SDK decides."""
        setting = self.get_variable(REGIONAL_VARIABLE)
        if self.sdk is not None and not self.sdk.has_setting:
            return self.sdk.mode, f"{self.sdk.title} is always regional"
        if setting == "legacy":
            return "legacy", f"{REGIONAL_VARIABLE} is legacy"
        if setting == "regional":
            return "regional", f"{REGIONAL_VARIABLE} is regional"
        return (
            None if self.sdk is None else (self.sdk.mode, f"{self.sdk.title} is {self.sdk.mode} by default")
        )

    def is_enabled(self, variable: str) -> bool:
        """Return whether a switch is on in the environment."""
        return (self.get_variable(variable) or "").lower() == "true"

    @property
    def global_call_reason(self) -> str | None:
        """Why the client calls the global endpoint; ``None`` if it does not, or if that is unknown."""
        endpoint, region = self.endpoint, self.region
        if endpoint is not None:
            if endpoint.value != GLOBAL_HOST:
                return None
            return f"{endpoint.source} sets the endpoint {GLOBAL_HOST}"
        if self.is_enabled("AWS_USE_FIPS_ENDPOINT") or self.is_enabled("AWS_USE_DUALSTACK_ENDPOINT"):
            return None
        if region is None:
            if self.env is None or self.sdk is None or self.sdk.without_region != "global":
                return None
            return f"{self.sdk.title} without a Region calls the global endpoint"
        mode, host = self.mode, find_endpoint(region.value, legacy=True)
        if mode is None or mode[0] != "legacy" or host is None or not host.is_global:
            return None
        return f"{mode[1]}, so clients in {quote_text(region.value)} call the global endpoint"

    # ---- the failure

    @property
    def unreachable_host(self) -> str | None:
        """The STS host in a connection error."""
        if not _UNREACHED.search(self.text) and not self.is_unresolved:
            return None
        match = _HOST_IN_TEXT.search(self.text)
        return None if match is None else match[0]

    @property
    def is_unresolved(self) -> bool:
        """Whether the failure can mean that a host name has no address."""
        return _UNRESOLVED.search(self.text) is not None

    # ---- regions

    @property
    def suggested_region(self) -> str | None:
        """An existing Region to suggest in a fix."""
        host, region = self.endpoint, self.region
        candidates = (
            self.cluster_region,
            None if region is None else region.value,
            None if host is None else region_in_host(host.value),
        )
        return next((name for name in candidates if name and find_endpoint(name) is not None), None)

    @property
    def regional_url(self) -> str:
        """The URL of the regional endpoint to suggest."""
        host = None if self.suggested_region is None else find_endpoint(self.suggested_region)
        return "https://sts.REGION.amazonaws.com" if host is None or host.is_global else host.url

    def is_opt_in(self, region: str) -> bool | None:
        """Return whether a Region is an opt-in Region, or ``None`` if that is unknown."""
        if self.opt_in is not None:
            return self.opt_in
        host = find_endpoint(region)
        return None if host is None or host.is_global or host.partition != "aws" else region not in _ALWAYS_ON

    # ---- commands

    @property
    def restart_command(self) -> str:
        """The command that re-creates the pods."""
        return f"kubectl rollout restart {self._workload}{self._namespace_option}"

    def annotate_command(self, annotation: str) -> str:
        """Return the command that changes an annotation of the service account."""
        account = quote_argument(self.service_account, "SERVICE_ACCOUNT")
        return f"kubectl annotate serviceaccount {account}{self._namespace_option} --overwrite {annotation}"

    def set_env_command(self, *variables: str) -> str:
        """Return the command that changes the container's environment, which re-creates the pods."""
        return f"kubectl set env {self._workload}{self._namespace_option} {' '.join(variables)}"

    def set_region_command(self, region: str) -> str:
        """Return the command that sets the Region for all SDKs."""
        return self.set_env_command(f"AWS_REGION={region}", f"AWS_DEFAULT_REGION={region}")

    @property
    def _workload(self) -> str:
        return quote_argument(self.workload, "deployment/NAME")

    @property
    def _namespace_option(self) -> str:
        return f" --namespace {quote_argument(self.namespace, 'NAMESPACE')}"


def quote_failure(failure: Failure) -> str:
    """Return what a failure says as evidence, without secrets."""
    start, end = failure.span
    text = hide_secrets(failure.text[start:end].strip() or failure.kind)
    # The end of a message says what is wrong.
    return f"the failure says {'' if len(text) <= _MAX_QUOTED else '…'}{text[-_MAX_QUOTED:]!r}"


def region_in_host(host: str) -> str | None:
    """Return the Region in an STS host.

    >>> region_in_host("sts.eu-west-1.amazonaws.com"), region_in_host("sts.amazonaws.com")
    ('eu-west-1', None)
    """
    match = _HOST.fullmatch(host)
    return match[1] if match is not None and find_endpoint(match[1]) is not None else None


def quote_argument(value: str | None, placeholder: str) -> str:
    """Quote a value as an argument of a command, or return the placeholder if it is unknown or unusual.

    A value that begins with a dash would be an option, even in quotes.

    >>> quote_argument("a; b", "NAME"), quote_argument("-x", "NAME"), quote_argument(None, "NAME")
    ("'a; b'", 'NAME', 'NAME')
    """
    if value is None or value.startswith("-") or not _ARGUMENT.fullmatch(value):
        return placeholder
    return shlex.quote(value)


def _parse_host(url: str) -> str:
    """Return the host of a URL in lower case, without a password; empty if it has no host."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        host = None
    return (host or "").lower().rstrip(".")
