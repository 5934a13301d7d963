"""Determine the settings that an SDK uses for its STS client, and the resulting endpoint.

The environment and the texts of config files are arguments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit, urlunsplit

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import quote_text, wrong_type_message
from iamtriage._typing import override
from iamtriage.exceptions import EndpointError, IamTriageError, UnknownRegionError
from iamtriage.sts._config_files import parse_config_files
from iamtriage.sts._endpoints import StsEndpoint, resolve_sts_endpoint
from iamtriage.sts._sdks import SDKS, Sdk
from iamtriage.sts._setting_sources import (
    Setting,
    SettingSources,
    SettingValue,
    format_for_terminal,
    hide_password,
    select_client_args,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block

__all__ = ("SDKS", "Setting", "SettingValue", "StsSettings")

_MODES = ("legacy", "regional")
_DEFAULTS_MODES = ("legacy", "auto", "standard", "in-region", "cross-region", "mobile")
# A label of a host name; botocore's `validate_region_name` also accepts the empty string.
_REGION = lazy_pattern(r"(?![0-9]+\Z)(?!-)[a-zA-Z0-9-]{0,63}(?<!-)\Z")
_HOST = lazy_pattern(
    r"(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)*(?!-)[a-z\d-]{1,63}(?<!-)\.?\Z", re.ASCII | re.IGNORECASE
)
_ZONE = lazy_pattern(r"(?:[A-Za-z0-9._!~-]|%[0-9A-Fa-f]{2})+\Z")
# The signing region or partition of an endpoint without a known region.
_UNKNOWN = ""
# These settings are rare, so they are shown only if they are set.
_RARE_SETTINGS = frozenset({"defaults_mode", "use_ssl"})


@attrs.frozen
class StsSettings(View):
    r"""The settings of an SDK that determine its STS endpoint, each with its source.

    Create it with :meth:`from_sources`. It keeps values that the SDK rejects; :meth:`resolve` raises an error
    for them.

    Attributes:
        sdk: The name of the SDK, as in :meth:`from_sources`.
        profile: The profile. If its value is ``None``, the profile ``default`` is used.
        region: The Region; its value is ``None`` if it is not set.
        endpoint_url: The URL that replaces the endpoint; its value is ``None`` if it is not set.
        sts_regional_endpoints: ``"regional"`` or ``"legacy"``.
        use_fips_endpoint: Whether to use FIPS endpoints. A Region such as ``us-west-2-fips`` implies it.
        use_dualstack_endpoint: Whether to use dual-stack endpoints.
        ignore_configured_endpoint_urls: Whether to ignore URLs other than the client's argument.
        defaults_mode: botocore's ``defaults_mode``; any value but ``"legacy"`` makes ``"regional"`` the
            default.
        use_ssl: Whether the SDK uses ``https`` for endpoints that it determines.

    >>> settings = StsSettings.from_sources(
    ...     {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_STS_REGIONAL_ENDPOINTS": "legacy"},
    ...     "[default]\nregion = eu-central-1\n",
    ... )
    >>> settings.region.value, settings.region.source
    ('eu-west-1', 'environment AWS_DEFAULT_REGION')
    >>> settings.region.hidden[0].value, settings.region.hidden[0].source
    ('eu-central-1', 'profile default, line 2')
    >>> settings.resolve().host
    'sts.amazonaws.com'
    """

    sdk: str
    profile: Setting
    region: Setting
    endpoint_url: Setting
    sts_regional_endpoints: Setting
    use_fips_endpoint: Setting
    use_dualstack_endpoint: Setting
    ignore_configured_endpoint_urls: Setting
    defaults_mode: Setting
    use_ssl: Setting

    @classmethod
    def from_sources(
        cls,
        env: Mapping[str, str],
        config: str | None = None,
        /,
        profile: str | None = None,
        *,
        credentials: str | None = None,
        sdk: str = "boto3",
        **client_args: object,
    ) -> Self:
        r"""Determine the settings like an SDK.

        Args:
            env: The environment variables.
            config: The text of ``~/.aws/config``; ``None`` without such a file.
            profile: The profile of the session in the code.
            credentials: The text of ``~/.aws/credentials``, which SDKs search for settings, too.
            sdk: The SDK, see below.
            client_args: The arguments of ``session.create_client("sts", …)``: ``region_name``,
                ``endpoint_url``, ``use_ssl``, and ``config``, a mapping or an object with attributes such as
                ``botocore.config.Config``. Of its options, ``region_name`` and those that this class has are
                used. Other arguments of ``create_client`` are ignored. A string as ``config=`` is the text of
                the config file.

        The names for ``sdk`` are ``boto3`` (1.40 or later), ``boto3-1.39`` (or earlier), ``cli-v1``,
        ``cli-v2``, ``cpp``, ``dotnet-v3``, ``dotnet-v4``, ``go-v1``, ``go-v2``, ``java-v1``, ``java-v2``,
        ``js-v2``, ``js-v3``, ``kotlin``, ``php``, ``powershell-v4``, ``powershell-v5``, ``ruby``, ``rust``
        and ``swift``. They differ in whether they support ``sts_regional_endpoints`` and its default, in the
        variables for Region and profile, and in what they do without a Region. For .NET v3, Go v1, Java v1,
        JavaScript v2 and PowerShell, the latter is not documented, so :meth:`resolve` raises an error.
        Everything else is assumed to be as in botocore, which is not verified for the others.

        Raises:
            ConfigFileError: A file is malformed, or the profile or its ``services`` section does not exist.
                ``line`` is the line of the error.
            ValueError: The SDK is unknown.
            TypeError: ``create_client`` has no such argument, or an argument has the wrong type.

        Rules: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html,
        https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.

        >>> StsSettings.from_sources({"AWS_REGION": "eu-west-1"}, sdk="java-v1").resolve().host
        'sts.amazonaws.com'
        >>> StsSettings.from_sources({"AWS_REGION": "eu-west-1"}, sdk="java-v2").resolve().host
        'sts.eu-west-1.amazonaws.com'
        >>> StsSettings.from_sources({"AWS_PROFILE": "dev"}, "[profile prod]\n")
        Traceback (most recent call last):
            ...
        iamtriage.exceptions.ConfigFileError: the profile 'dev' (from environment AWS_PROFILE) could not be
        found
        """
        if not isinstance(env, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(wrong_type_message("env", "a mapping", env))
        rules = SDKS.get(sdk)
        if rules is None:
            msg = f"unknown sdk {quote_text(str(sdk))}; expected one of {', '.join(SDKS)}"
            raise ValueError(msg)
        # `config` means the file here and an object in botocore, which accepts no string.
        if config is None and isinstance(client_args.get("config"), str):
            config = str(client_args.pop("config"))
        files = parse_config_files(config, credentials)
        sources = SettingSources(rules, env, select_client_args(client_args), files, profile)
        return cls(sdk, **sources.choose_settings())

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All settings, in the order in which :meth:`explain` prints them."""
        return tuple(getattr(self, field.name) for field in attrs.fields(type(self)) if field.name != "sdk")

    def resolve(self) -> StsEndpoint:
        """Return the endpoint of a client with these settings: its URL and signing Region.

        For a configured URL, ``published`` is ``None``, ``partition`` is that of the Region or empty if the
        Region is unknown, and ``signing_region`` is the Region. Without a Region it is empty, and the client
        can only make unsigned calls such as ``AssumeRoleWithWebIdentity``.

        Raises:
            EndpointError: The SDK rejects a value, botocore has no such dual-stack endpoint, or the SDK
                requires a Region. ``setting`` is the name of the setting.
            UnknownRegionError: The Region is in no partition, and no URL is configured.

        >>> StsSettings.from_sources({"AWS_STS_REGIONAL_ENDPOINTS": "global"}).resolve()
        Traceback (most recent call last):
            ...
        iamtriage.exceptions.EndpointError: environment AWS_STS_REGIONAL_ENDPOINTS is 'global'; boto3 \
accepts only legacy, regional
        """
        rules = SDKS[self.sdk]
        region = self._resolve_region(rules)
        fips = self._resolve_switch(self.use_fips_endpoint)
        dual_stack = self._resolve_switch(self.use_dualstack_endpoint)
        is_legacy = self._resolve_mode(rules) == "legacy"
        url = None if self.endpoint_url.value is None else self._resolve_url()
        try:
            endpoint = resolve_sts_endpoint(
                region, fips=fips, dual_stack=dual_stack, mode="legacy" if is_legacy else "regional"
            )
        except UnknownRegionError:
            if url is None:
                raise
            partition = _UNKNOWN
        else:
            # Even with a configured URL, botocore determines its own endpoint, and fails if it cannot.
            partition = endpoint.partition
            if url is None:
                if self.use_ssl.value:
                    return endpoint
                return endpoint._replace(url=endpoint.url.replace("https:", "http:", 1))
        return StsEndpoint(
            url=url or _UNKNOWN,
            host=urlsplit(url or _UNKNOWN).netloc.rpartition("@")[2],
            signing_region=_UNKNOWN if region is None else region,
            partition=partition,
            is_global=False,
            published=None,
            reason=f"The URL comes from endpoint_url of {self.endpoint_url.source}.",
        )

    def explain(self) -> str:
        """Return the settings as a plain text table, with the resulting host or why there is none.

        The text has no control characters. Long values are shortened, and passwords in URLs are hidden.

        >>> print(StsSettings.from_sources({"AWS_REGION": "eu-west-1"}, sdk="go-v2").explain())
        setting                          value        source                  hidden
        profile                          -            default
        region                           eu-west-1    environment AWS_REGION
        endpoint_url                     -            default
        sts_regional_endpoints           regional     SDK for Go v2 has no such setting
        ...
        """
        rows = [("setting", "value", "source", "hidden")]
        for setting in self.settings:
            if setting.name in _RARE_SETTINGS and setting.source == "default":
                continue
            hidden = "; ".join(
                f"{_format_value(other)} ({format_for_terminal(other.source, 120)})"
                for other in setting.hidden
            )
            rows.append(
                (setting.name, _format_value(setting), format_for_terminal(setting.source, 120), hidden)
            )
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]
            ).rstrip()
            for row in rows
        ]
        try:
            endpoint = self.resolve()
        except IamTriageError as error:
            lines.append(f"no host: {format_for_terminal(str(error), 400)}")
        else:
            host = format_for_terminal(endpoint.host, 255)
            signed = f"signed for {endpoint.signing_region}" if endpoint.signing_region else "not signed"
            reason = format_for_terminal(endpoint.reason, 400)
            lines.append(f"host: {host}, {format_for_terminal(signed)}: {reason}")
        return "\n".join(lines)

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading

        *_, host = self.explain().splitlines()
        yield Heading(f"The STS endpoint of {SDKS[self.sdk].title}", 1)
        shown = (
            each for each in self.settings if each.name not in _RARE_SETTINGS or each.source != "default"
        )
        rows = (
            (each.name, f"{_format_value(each)}, from {format_for_terminal(each.source, 120)}")
            for each in shown
        )
        name, _, words = host.partition(": ")
        yield Fields((*rows, (name, words)))

    def _resolve_region(self, rules: Sdk) -> str | None:
        region = self.region.value
        if region is None:
            if rules.without_region == "us-east-1":
                return "us-east-1"
            if rules.without_region == "global":
                return None
            behavior = "fails" if rules.without_region == "error" else "behaves in an undocumented way"
            msg = f"without a Region, {rules.title} {behavior}; set {rules.regions[0]}"
            raise EndpointError(msg, setting="region")
        # As written, because a name without its "fips" need not follow the rule.
        written = self.region.written if self.region.written is not None else region
        if not isinstance(region, str) or not _REGION.match(str(written)):
            msg = (
                f"{self.region.source} is {quote_text(str(written))}; "
                "region names can contain only A-Z, a-z, 0-9 and -"
            )
            raise EndpointError(msg, setting=_name_in_source(self.region), value=written)
        if not region and self.endpoint_url.value is None:
            msg = f"{self.region.source} is empty; expected a Region"
            raise EndpointError(msg, setting=_name_in_source(self.region), value=region)
        return region

    def _resolve_mode(self, rules: Sdk) -> str:
        mode = self.defaults_mode
        if str(mode.value).lower() not in _DEFAULTS_MODES:
            raise _build_rejection(mode, rules, _DEFAULTS_MODES)
        mode = self.sts_regional_endpoints
        # botocore uses its default for an empty value.
        value = str(mode.value or rules.mode)
        if value not in _MODES:
            raise _build_rejection(mode, rules, _MODES)
        return value

    @staticmethod
    def _resolve_switch(setting: Setting) -> bool:
        if setting.value and not isinstance(setting.value, bool):
            msg = f"{setting.source} is {quote_text(str(setting.value))}; expected a boolean"
            raise EndpointError(msg, setting=_name_in_source(setting), value=setting.value)
        return bool(setting.value)

    def _resolve_url(self) -> str:
        """Return the URL as clients use it, without the slash that they append to a host."""
        configured = str(self.endpoint_url.value)
        try:
            parts = urlsplit(configured)
            host, _ = parts.hostname, parts.port
        except ValueError:
            problem = "is not a URL"
        else:
            # urlsplit removes these characters, so its result can look valid.
            if set("\t\r\n").intersection(configured) or not host or not _is_host(host):
                problem = "has no valid host"
            elif parts.scheme not in {"https", "http"}:
                problem = "does not begin with https:// or http://"
            else:
                return urlunsplit(parts)
        shown = hide_password(configured)
        msg = f"{self.endpoint_url.source} is {quote_text(shown)}, which {problem}; expected https://HOST"
        raise EndpointError(msg, setting=_name_in_source(self.endpoint_url), value=shown)


# ------------------------------------------------ text


def _is_host(host: str) -> bool:
    """Return whether a text is a host name or an IPv6 address, whose brackets urlsplit removes."""
    if ":" not in host:
        return len(host) <= 255 and _HOST.match(host) is not None
    address, percent, zone = host.partition("%")
    try:
        IPv6Address(address)
    except ValueError:
        return False
    return not percent or _ZONE.match(zone) is not None


def _name_in_source(setting: Setting) -> str:
    """Return the name of the setting in its source."""
    has_name = setting.source.startswith(("environment ", "client "))
    return setting.source.rpartition(" ")[2] if has_name else setting.name


def _build_rejection(setting: Setting, rules: Sdk, accepted: tuple[str, ...]) -> EndpointError:
    value = str(setting.value)
    msg = f"{setting.source} is {quote_text(value)}; {rules.title} accepts only {', '.join(accepted)}"
    return EndpointError(msg, setting=_name_in_source(setting), value=value)


def _format_value(setting: Setting) -> str:
    value = setting.value
    if value is None:
        text = "-"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = format_for_terminal(value) or "''"
    return text if setting.written is None else f"{text} (from '{format_for_terminal(setting.written)}')"
