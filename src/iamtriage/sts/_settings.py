"""Which settings an SDK takes for its STS client, and from where; not for reading files or the environment.

Environment and file texts are arguments. Where each setting comes from is the matter of ``_sts_sources``;
which host a region leads to, that of ``sts_endpoints``.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit, urlunsplit

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage._text import quote_text
from iamtriage.exceptions import EndpointError, IamTriageError, UnknownRegionError
from iamtriage.sts._config_files import read_config
from iamtriage.sts._endpoints import StsEndpoint, resolve_sts_endpoint
from iamtriage.sts._sdks import SDKS, Sdk
from iamtriage.sts._setting_sources import (
    Setting,
    SettingValue,
    Sources,
    clean,
    known_client_args,
    without_password,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage._rendering.blocks import Block

__all__ = ("SDKS", "Setting", "SettingValue", "StsSettings")

_MODES = ("legacy", "regional")
_DEFAULTS_MODES = ("legacy", "auto", "standard", "in-region", "cross-region", "mobile")
# A label of a host name; `validate_region_name` of botocore takes the empty text too.
_REGION = re.compile(r"(?![0-9]+\Z)(?!-)[a-zA-Z0-9-]{0,63}(?<!-)\Z")
_HOST = re.compile(
    r"(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)*(?!-)[a-z\d-]{1,63}(?<!-)\.?\Z", re.ASCII | re.IGNORECASE
)
_ZONE = re.compile(r"(?:[A-Za-z0-9._!~-]|%[0-9A-Fa-f]{2})+\Z")
# An endpoint's signing region or partition, where there is no region or none that we know.
_NONE = ""
# Few know these two: they are shown where somebody set them.
_RARE = frozenset({"defaults_mode", "use_ssl"})


@attrs.frozen
class StsSettings(View):
    r"""The settings of an SDK that decide on its STS endpoint, each with its source.

    :meth:`from_sources` makes one. Values that the SDK refuses are kept; :meth:`resolve` refuses them.

    Attributes:
        sdk: a name of the table in :meth:`from_sources`.
        profile: the profile whose settings count; its value is None where nobody names one, and ``default``
            counts.
        region: the region; its value is None where nobody gives one.
        endpoint_url: the URL that replaces what the SDK would work out; its value is None where nobody
            gives one.
        sts_regional_endpoints: ``"regional"`` or ``"legacy"``.
        use_fips_endpoint: whether FIPS hosts are wanted. A region such as ``us-west-2-fips`` says so too.
        use_dualstack_endpoint: whether dual-stack hosts are wanted.
        ignore_configured_endpoint_urls: whether only the client's argument may give a URL.
        defaults_mode: botocore's ``defaults_mode``; any but ``"legacy"`` makes ``"regional"`` the default.
        use_ssl: whether a URL that the SDK works out begins with ``https``.

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
        r"""Choose the settings as an SDK does.

        Args:
            env: the environment variables.
            config: the text of ``~/.aws/config``; None where there is no such file.
            profile: the profile that the code names for its session.
            credentials: the text of ``~/.aws/credentials``, which SDKs search for settings too.
            sdk: whose rules to use, see below.
            client_args: the arguments of ``session.create_client("sts", …)``: ``region_name``,
                ``endpoint_url``, ``use_ssl``, and ``config``, a mapping or an object with attributes such as
                ``botocore.config.Config``. Of its options those count that this class has, and
                ``region_name``. Other arguments of ``create_client`` are dropped. A ``config=`` that is text
                is the config file's.

        The names for ``sdk`` are ``boto3`` (1.40 or later), ``boto3-1.39`` (or earlier), ``cli-v1``,
        ``cli-v2``, ``cpp``, ``dotnet-v3``, ``dotnet-v4``, ``go-v1``, ``go-v2``, ``java-v1``, ``java-v2``,
        ``js-v2``, ``js-v3``, ``kotlin``, ``php``, ``powershell-v4``, ``powershell-v5``, ``ruby``, ``rust``
        and ``swift``. They differ in the default of ``sts_regional_endpoints`` and whether they have it, in
        the variables that give region and profile, and in what they do without a region. What .NET v3,
        Go v1, Java v1, JavaScript v2 and PowerShell do then is not documented, so that :meth:`resolve`
        raises. All else is taken to be as in botocore, which for the others is not verified.

        Raises:
            ConfigFileError: a file is malformed, the profile does not exist, or it names a ``services``
                section that does not exist. ``line`` tells where.
            ValueError: no such SDK.
            TypeError: an argument that ``create_client`` does not have, or of the wrong type.

        The rules: https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html,
        https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html.

        >>> StsSettings.from_sources({"AWS_REGION": "eu-west-1"}, sdk="java-v1").resolve().host
        'sts.amazonaws.com'
        >>> StsSettings.from_sources({"AWS_REGION": "eu-west-1"}, sdk="java-v2").resolve().host
        'sts.eu-west-1.amazonaws.com'
        >>> StsSettings.from_sources({"AWS_PROFILE": "dev"}, "[profile prod]\n")
        Traceback (most recent call last):
            ...
        iamtriage.exceptions.ConfigFileError: no file has the profile 'dev', which environment ...
        """
        rules = SDKS.get(sdk)
        if rules is None:
            msg = f"sdk is one of {', '.join(SDKS)}, not {quote_text(str(sdk))}"
            raise ValueError(msg)
        # Two things are called `config`, here and in botocore; no client takes a text for one.
        if config is None and isinstance(client_args.get("config"), str):
            config = str(client_args.pop("config"))
        sources = Sources(
            rules, env, known_client_args(client_args), read_config(config, credentials), profile
        )
        return cls(sdk, **sources.chosen())

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All settings, in the order in which :meth:`explain` prints them."""
        return tuple(getattr(self, field.name) for field in attrs.fields(type(self)) if field.name != "sdk")

    def resolve(self) -> StsEndpoint:
        """Give the endpoint to which the settings lead: URL and signing region of a real client.

        For a URL that somebody gave, ``published`` is None, ``partition`` is that of the region or empty for
        regions that no partition has, and ``signing_region`` is the region, empty without one; then
        only calls can be made that are not signed, such as ``AssumeRoleWithWebIdentity``.

        Raises:
            EndpointError: a value that the SDK refuses, dual stack where botocore has no such hosts, or no
                region for an SDK that wants one. ``setting`` is the setting's name.
            UnknownRegionError: a region that no partition has, and no URL was given.

        >>> StsSettings.from_sources({"AWS_STS_REGIONAL_ENDPOINTS": "global"}).resolve()
        Traceback (most recent call last):
            ...
        iamtriage.exceptions.EndpointError: environment AWS_STS_REGIONAL_ENDPOINTS is 'global'; boto3 \
accepts only legacy, regional
        """
        rules = SDKS[self.sdk]
        region = self._region(rules)
        fips = self._switch(self.use_fips_endpoint)
        dual_stack = self._switch(self.use_dualstack_endpoint)
        legacy = self._mode(rules) == "legacy"
        url = None if self.endpoint_url.value is None else self._given_url()
        try:
            endpoint = resolve_sts_endpoint(
                region, fips=fips, dual_stack=dual_stack, mode="legacy" if legacy else "regional"
            )
        except UnknownRegionError:
            if url is None:
                raise
            partition = _NONE
        else:
            # botocore works its own host out even where a URL is given, and fails where it cannot.
            partition = endpoint.partition
            if url is None:
                if self.use_ssl.value:
                    return endpoint
                return endpoint._replace(url=endpoint.url.replace("https:", "http:", 1))
        return StsEndpoint(
            url=url or _NONE,
            host=urlsplit(url or _NONE).netloc.rpartition("@")[2],
            signing_region=_NONE if region is None else region,
            partition=partition,
            is_global=False,
            published=None,
            reason=f"endpoint_url of {self.endpoint_url.source} names the URL.",
        )

    def explain(self) -> str:
        """Give all settings as a table of plain text, and the host to which they lead, or why to none.

        It holds no control characters, cuts long values, and hides passwords in URLs.

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
            if setting.name in _RARE and setting.source == "default":
                continue
            hidden = "; ".join(f"{_cell(other)} ({clean(other.source, 120)})" for other in setting.hidden)
            rows.append((setting.name, _cell(setting), clean(setting.source, 120), hidden))
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
            lines.append(f"no host: {clean(str(error), 400)}")
        else:
            signed = f"signed for {endpoint.signing_region}" if endpoint.signing_region else "not signed"
            lines.append(f"host: {clean(endpoint.host, 255)}, {clean(signed)}: {clean(endpoint.reason, 400)}")
        return "\n".join(lines)

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading

        *_, host = self.explain().splitlines()
        yield Heading(f"The STS endpoint of {SDKS[self.sdk].title}", 1)
        told = (each for each in self.settings if each.name not in _RARE or each.source != "default")
        rows = ((each.name, f"{_cell(each)}, from {clean(each.source, 120)}") for each in told)
        name, _, words = host.partition(": ")
        yield Fields((*rows, (name, words)))

    def _region(self, rules: Sdk) -> str | None:
        region = self.region.value
        if region is None:
            if rules.without_region == "us-east-1":
                return "us-east-1"
            if rules.without_region == "global":
                return None
            what = "fails" if rules.without_region == "error" else "does something that AWS does not document"
            msg = f"without a region, {rules.title} {what}; set {rules.regions[0]}"
            raise EndpointError(msg, setting="region")
        # As written: what a name with "fips" becomes is not held to the rule.
        written = self.region.written if self.region.written is not None else region
        if not isinstance(region, str) or not _REGION.match(str(written)):
            msg = (
                f"{self.region.source} is {quote_text(str(written))}; a region's name is of A-Z, "
                "a-z, 0-9 and -"
            )
            raise EndpointError(msg, setting=_called(self.region), value=written)
        if not region and self.endpoint_url.value is None:
            msg = f"{self.region.source} is empty; no host can be made of that"
            raise EndpointError(msg, setting=_called(self.region), value=region)
        return region

    def _mode(self, rules: Sdk) -> str:
        mode = self.defaults_mode
        if str(mode.value).lower() not in _DEFAULTS_MODES:
            raise _refusal(mode, rules, _DEFAULTS_MODES)
        mode = self.sts_regional_endpoints
        # botocore takes an empty value for its default.
        value = str(mode.value or rules.mode)
        if value not in _MODES:
            raise _refusal(mode, rules, _MODES)
        return value

    @staticmethod
    def _switch(setting: Setting) -> bool:
        if setting.value and not isinstance(setting.value, bool):
            msg = f"{setting.source} is {quote_text(str(setting.value))}; accepted are only True, False"
            raise EndpointError(msg, setting=_called(setting), value=setting.value)
        return bool(setting.value)

    def _given_url(self) -> str:
        """Give the URL as clients send it, less the slash that they put behind a host."""
        given = str(self.endpoint_url.value)
        try:
            parts = urlsplit(given)
            host, _ = parts.hostname, parts.port
        except ValueError:
            problem = "is no URL"
        else:
            # urlsplit drops these three, so that what it gives may look good.
            if set("\t\r\n").intersection(given) or not host or not _is_host(host):
                problem = "has no valid host"
            elif parts.scheme not in {"https", "http"}:
                problem = "has no scheme https or http"
            else:
                return urlunsplit(parts)
        hidden = without_password(given)
        msg = f"{self.endpoint_url.source} is {quote_text(hidden)}, which {problem}; wanted is https://HOST"
        raise EndpointError(msg, setting=_called(self.endpoint_url), value=hidden)


# ------------------------------------------------ words


def _is_host(host: str) -> bool:
    """Tell whether it is a name, or an IPv6 address, whose brackets urlsplit takes off."""
    if ":" not in host:
        return len(host) <= 255 and _HOST.match(host) is not None
    address, percent, zone = host.partition("%")
    try:
        IPv6Address(address)
    except ValueError:
        return False
    return not percent or _ZONE.match(zone) is not None


def _called(setting: Setting) -> str:
    """Give what the source calls the setting."""
    by_name = setting.source.startswith(("environment ", "client "))
    return setting.source.rpartition(" ")[2] if by_name else setting.name


def _refusal(setting: Setting, rules: Sdk, accepted: tuple[str, ...]) -> EndpointError:
    value = str(setting.value)
    msg = f"{setting.source} is {quote_text(value)}; {rules.title} accepts only {', '.join(accepted)}"
    return EndpointError(msg, setting=_called(setting), value=value)


def _cell(setting: Setting) -> str:
    value = setting.value
    if value is None:
        text = "-"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = clean(value) or "''"
    return text if setting.written is None else f"{text} (from '{clean(setting.written)}')"
