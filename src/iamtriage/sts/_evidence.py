"""What is known of a pod and its call of STS, thing by thing; not for judging them together."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import attrs

from iamtriage._text import quote_text
from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.failures._failures import CredentialScope, Failure
from iamtriage.sts._endpoint_table import GLOBAL_HOST
from iamtriage.sts._endpoints import StsEndpoint, resolve_sts_endpoint
from iamtriage.sts._sdks import Sdk

__all__ = (
    "ANNOTATION",
    "CONTAINER",
    "GLOBAL_HOST",
    "ROLE",
    "SETTING",
    "WEB_IDENTITY",
    "Known",
    "Set",
    "region_of",
    "resolved",
    "word",
)

ANNOTATION = "eks.amazonaws.com/sts-regional-endpoints"
ROLE = "eks.amazonaws.com/role-arn"
SETTING = "AWS_STS_REGIONAL_ENDPOINTS"
WEB_IDENTITY = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
CONTAINER = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

# Open to every account without opting in: https://docs.aws.amazon.com/global-infrastructure/latest/regions/
_ALWAYS_ON = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "ap-south-1"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
    }
)

# Of STS, for errors that name no service.
_OPERATIONS = frozenset(
    {
        *("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"),
        *("DecodeAuthorizationMessage", "GetAccessKeyInfo", "GetCallerIdentity", "GetDelegatedAccessToken"),
        *("GetFederationToken", "GetScopedCredentials", "GetSessionToken", "GetWebIdentityToken"),
    }
)

# A host of STS as resolve_sts_endpoint makes it, whatever the partition, and its region.
_HOST = re.compile(r"sts(?:-fips)?\.([a-z0-9-]{1,63})\.[a-z0-9.-]{1,100}", re.ASCII)
_HOST_IN_TEXT = re.compile(r"(?<![\w.-])sts(?:-fips)?(?:\.[a-z0-9-]{1,63}){2,6}(?![\w-])", re.ASCII)
# botocore says the same of a name without an address and of one that does not answer.
_BOTH = "EndpointConnectionError|Could not connect to the endpoint URL"
_UNRESOLVED = re.compile(
    rf"{_BOTH}|no such host|ENOTFOUND|EAI_AGAIN|[Nn]ame or service not known|nodename nor servname|"
    r"getaddrinfo|[Ff]ailed to resolve|[Uu]nable to resolve|[Cc]ould not resolve|NameResolutionError|"
    r"UnknownHostException|[Tt]emporary failure in name resolution|dns error"
)
_UNREACHED = re.compile(
    rf"{_BOTH}|[Tt]imed? ?-?out|ETIMEDOUT|ECONNREFUSED|[Cc]onnection refused|ConnectTimeout|"
    r"[Nn]o route to host|[Nn]etwork is unreachable"
)
_LONGEST_LABEL = 63
# A word of a command: printable, and no longer than names of Kubernetes are.
_PLAIN = re.compile(r"[\x20-\x7e]{1,253}")


class Set(NamedTuple):
    """A value and where it is set."""

    value: str
    where: str


@attrs.frozen
class Known:
    """What was given, and what follows from it alone. None is not known, never absent."""

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

    def variable(self, name: str) -> str | None:
        """Give a variable; empty ones count as not set, as SDKs take them."""
        return (self.env or {}).get(name) or None

    def annotation(self, name: str) -> str | None:
        """Give an annotation of the service account."""
        return (self.annotations or {}).get(name)

    @property
    def scope_failure(self) -> CredentialScope | None:
        """The failure, if a call of STS was signed for another region or service."""
        failure = self.failure
        # The same sentence comes from other services; their hosts and regions are not ours to judge.
        if not isinstance(failure, CredentialScope) or failure.envelope.service not in {None, "sts"}:
            return None
        operation = failure.envelope.operation
        named = failure.envelope.service is not None or operation is None
        return failure if named or operation in _OPERATIONS else None

    @property
    def region(self) -> Set | None:
        """The region that the client uses."""
        # botocore reads the one, most others the other; the webhook sets both.
        names = ("AWS_REGION", "AWS_DEFAULT_REGION") if self.sdk is None else self.sdk.regions
        found = next((Set(value, name) for name in names if (value := self.variable(name))), None)
        if self.given_region and (found is None or found.value != self.given_region):
            return Set(self.given_region, "the code or the config file")
        return found

    @property
    def endpoint(self) -> Set | None:
        """The host of the endpoint that is set, in lower case."""
        if self.given_endpoint:
            return Set(_host_of(self.given_endpoint), "the code")
        ignored = (self.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") or "").lower() == "true"
        if ignored or (self.sdk is not None and not self.sdk.configured_urls):
            return None
        names = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
        return next((Set(_host_of(value), name) for name in names if (value := self.variable(name))), None)

    @property
    def mode(self) -> tuple[Literal["regional", "legacy"], str] | None:
        """Regional or legacy, and why; None where neither variable nor SDK tells."""
        setting = self.variable(SETTING)
        if self.sdk is not None and not self.sdk.has_setting:
            return self.sdk.mode, f"{self.sdk.title} is always regional"
        if setting == "legacy":
            return "legacy", f"{SETTING} is legacy"
        if setting == "regional":
            return "regional", f"{SETTING} is regional"
        return (
            None if self.sdk is None else (self.sdk.mode, f"{self.sdk.title} is {self.sdk.mode} by default")
        )

    def wants(self, variable: str) -> bool:
        """Tell whether a switch is on in the environment."""
        return (self.variable(variable) or "").lower() == "true"

    @property
    def calls_global(self) -> str | None:
        """Why the client calls the global host; None: it does not, or that is not known."""
        endpoint, region = self.endpoint, self.region
        if endpoint is not None:
            return f"{endpoint.where} names the host {GLOBAL_HOST}" if endpoint.value == GLOBAL_HOST else None
        if self.wants("AWS_USE_FIPS_ENDPOINT") or self.wants("AWS_USE_DUALSTACK_ENDPOINT"):
            return None
        if region is None:
            goes = self.env is not None and self.sdk is not None and self.sdk.without_region == "global"
            return f"{self.sdk.title} without a region calls the global host" if goes and self.sdk else None
        mode, host = self.mode, resolved(region.value, legacy=True)
        if mode is None or mode[0] != "legacy" or host is None or not host.is_global:
            return None
        return f"{mode[1]}, which sends {quote_text(region.value)} to the global host"

    # ---- the failure

    @property
    def failing_host(self) -> str | None:
        """The host of STS that a failure to connect names."""
        if not _UNREACHED.search(self.text) and not self.is_unresolved:
            return None
        found = _HOST_IN_TEXT.search(self.text)
        return None if found is None else found[0]

    @property
    def is_unresolved(self) -> bool:
        """Whether the failure may be that of a name without an address."""
        return _UNRESOLVED.search(self.text) is not None

    # ---- regions

    @property
    def home(self) -> str | None:
        """The best region to write into a fix: one that exists."""
        host, region = self.endpoint, self.region
        candidates = (
            self.cluster_region,
            None if region is None else region.value,
            None if host is None else region_of(host.value),
        )
        return next((name for name in candidates if name and resolved(name) is not None), None)

    @property
    def regional_url(self) -> str:
        """The URL of the regional host to call."""
        host = None if self.home is None else resolved(self.home)
        return "https://sts.REGION.amazonaws.com" if host is None or host.is_global else host.url

    def opts_in(self, region: str) -> bool | None:
        """Tell whether accounts have to enable a region; None where that is not known."""
        if self.opt_in is not None:
            return self.opt_in
        host = resolved(region)
        return None if host is None or host.is_global or host.partition != "aws" else region not in _ALWAYS_ON

    # ---- commands

    @property
    def account_words(self) -> str:
        """The service account, as words of kubectl annotate."""
        return f"serviceaccount {word(self.service_account, 'SERVICE_ACCOUNT')}{self._in_namespace}"

    @property
    def restart(self) -> str:
        """The command that makes the pods anew."""
        return f"kubectl rollout restart {word(self.workload, 'deployment/NAME')}{self._in_namespace}"

    def annotate(self, words: str) -> str:
        """Give the command that changes an annotation."""
        return f"kubectl annotate {self.account_words} --overwrite {words}"

    def set_env(self, *words: str) -> str:
        """Give the command that changes the container's environment, and makes the pods anew."""
        workload = word(self.workload, "deployment/NAME")
        return f"kubectl set env {workload}{self._in_namespace} {' '.join(words)}"

    def set_region(self, region: str) -> str:
        """Give the command that sets the region for all SDKs."""
        return self.set_env(f"AWS_REGION={region}", f"AWS_DEFAULT_REGION={region}")

    @property
    def _in_namespace(self) -> str:
        return f" --namespace {word(self.namespace, 'NAMESPACE')}"


def resolved(region: str, *, fips: bool = False, legacy: bool = False) -> StsEndpoint | None:
    """Give the endpoint of a region, None where there is none."""
    # No label of a host name is longer, and nothing long is kept.
    return _resolved(region, fips, legacy) if len(region) <= _LONGEST_LABEL else None


@functools.lru_cache(maxsize=256)
def _resolved(region: str, fips: bool, legacy: bool) -> StsEndpoint | None:  # noqa: FBT001 (keys of the cache)
    try:
        return resolve_sts_endpoint(region, fips=fips, mode="legacy" if legacy else "regional")
    except (EndpointError, UnknownRegionError):
        return None


def region_of(host: str) -> str | None:
    """Give the region in a host of STS.

    >>> region_of("sts.eu-west-1.amazonaws.com"), region_of("sts.amazonaws.com")
    ('eu-west-1', None)
    """
    found = _HOST.fullmatch(host)
    return found[1] if found is not None and resolved(found[1]) is not None else None


def word(value: str | None, placeholder: str) -> str:
    """Give a value as a word of a command; the placeholder where it is not known, or no plain word.

    What begins with a dash would be taken for an option, whatever its quotes.

    >>> word("a; b", "NAME"), word("-x", "NAME"), word(None, "NAME")
    ("'a; b'", 'NAME', 'NAME')
    """
    if value is None or value.startswith("-") or not _PLAIN.fullmatch(value):
        return placeholder
    return shlex.quote(value)


def _host_of(url: str) -> str:
    """Give the host of a URL in lower case, empty where there is none: a URL may hold a password."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        host = None
    return (host or "").lower().rstrip(".")
