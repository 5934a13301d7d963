"""Which settings an SDK takes for its STS client, and from where; not for reading files or the environment.

Environment and file texts are arguments. The precedence is botocore's (``session.create_client``), which
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html describes for all SDKs; which host
the settings lead to is the matter of ``sts_endpoints``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final, NamedTuple, Self, TypeAlias, cast
from urllib.parse import urlsplit, urlunsplit

import attrs

from iamtriage._config_files import ConfigFile, Entry, Section, read_config
from iamtriage._sdks import SDKS, Sdk
from iamtriage._words import escaped, shown
from iamtriage.exceptions import ConfigFileError, EndpointError, IamTriageError, UnknownRegionError
from iamtriage.sts_endpoints import StsEndpoint, resolve_sts_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("SDKS", "Setting", "SettingValue", "StsSettings")

SettingValue: TypeAlias = str | bool | None
"""What a setting holds: a region, a URL, a mode, a switch, or nothing."""

_MODES = ("legacy", "regional")
_DEFAULTS_MODES = ("legacy", "auto", "standard", "in-region", "cross-region", "mobile")
# create_client's arguments. The last ones do not matter here, and are not kept.
_CLIENT_ARGS = ("region_name", "endpoint_url", "use_ssl", "config")
_OTHER_ARGS = (
    "api_version",
    "verify",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_account_id",
)
# A label of a host name; `validate_region_name` of botocore takes the empty text too.
_REGION = re.compile(r"(?![0-9]+\Z)(?!-)[a-zA-Z0-9-]{0,63}(?<!-)\Z")
_HOST = re.compile(
    r"(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)*(?!-)[a-z\d-]{1,63}(?<!-)\.?\Z", re.ASCII | re.IGNORECASE
)
_ZONE = re.compile(r"(?:[A-Za-z0-9._!~-]|%[0-9A-Fa-f]{2})+\Z")
_USER = re.compile(r"//[^/?#]*@")
_SHOWN = 64
# An endpoint's signing region or partition, where there is no region or none that we know.
_NONE = ""


def _masked(value: object) -> str:
    """Give a value for people: a password in a URL is not shown."""
    return repr(_USER.sub("//***@", value) if isinstance(value, str) else value)


@attrs.frozen
class Setting:
    """A setting: what holds, who says so, and who else said something.

    Attributes:
        name: as in the config file: ``"region"``, ``"endpoint_url"``, ….
        value: what holds.
        source: where it stands: ``"client argument region_name"``, ``"client config
            use_fips_endpoint"``, ``"environment AWS_DEFAULT_REGION"``, ``"profile dev, line 4"``,
            ``"services section local, line 9"``, ``"default"``.
        hidden: what would hold if this did not, the nearest first; and what the SDK does not read at all.
        written: how it is written there, where that is not how the SDK takes it: ``"1"`` is no ``True``.

    >>> StsSettings.from_sources({"AWS_USE_FIPS_ENDPOINT": "1"}).use_fips_endpoint.written
    '1'
    """

    name: str
    value: SettingValue = attrs.field(repr=_masked)
    source: str
    hidden: tuple[Setting, ...] = ()
    written: str | None = None


@attrs.frozen
class StsSettings:
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
            msg = f"sdk is one of {', '.join(SDKS)}, not {shown(str(sdk))}"
            raise ValueError(msg)
        # Two things are called `config`, here and in botocore; no client takes a text for one.
        if config is None and isinstance(client_args.get("config"), str):
            config = str(client_args.pop("config"))
        sources = _Sources(rules, env, _client_args(client_args), read_config(config, credentials), profile)
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
            # Few know these two: they are shown where somebody set them.
            if setting.name in {"defaults_mode", "use_ssl"} and setting.source == "default":
                continue
            hidden = "; ".join(f"{_cell(other)} ({_clean(other.source, 120)})" for other in setting.hidden)
            rows.append((setting.name, _cell(setting), _clean(setting.source, 120), hidden))
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
            lines.append(f"no host: {_clean(str(error), 400)}")
        else:
            signed = f"signed for {endpoint.signing_region}" if endpoint.signing_region else "not signed"
            lines.append(
                f"host: {_clean(endpoint.host, 255)}, {_clean(signed)}: {_clean(endpoint.reason, 400)}"
            )
        return "\n".join(lines)

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
            msg = f"{self.region.source} is {shown(str(written))}; a region's name is of A-Z, a-z, 0-9 and -"
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
            msg = f"{setting.source} is {shown(str(setting.value))}; accepted are only True, False"
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
        hidden = _USER.sub("//***@", given)
        msg = f"{self.endpoint_url.source} is {shown(hidden)}, which {problem}; wanted is https://HOST"
        raise EndpointError(msg, setting=_called(self.endpoint_url), value=hidden)


# ------------------------------------------------ the sources


class _Found(NamedTuple):
    """What a source has for a setting."""

    value: object
    source: str
    line: int | None = None


class _Sources:
    """All sources of the settings, and the order in which the SDK asks them."""

    def __init__(
        self,
        rules: Sdk,
        env: Mapping[str, str],
        client_args: Mapping[str, object],
        files: ConfigFile,
        profile: str | None,
    ) -> None:
        self._rules: Final = rules
        self._env: Final = env
        self._args: Final = client_args
        self._files: Final = files
        switch = rules.config_switch
        self._reads_files: Final = switch is None or env.get(switch, "").lower() not in {
            "",
            "0",
            "false",
            "f",
        }
        self._profile: Final = self._chosen_profile(profile)
        name = self._profile.value
        self._name: Final = "default" if name is None else str(name)
        self._section: Final = self._find_section()

    def chosen(self) -> dict[str, Setting]:
        """Give every setting."""
        rules = self._rules
        region = self._region()
        fips = self._switch("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT")
        if region.written is not None:
            first = Setting(fips.name, value=True, source=f"the region's name {shown(region.written)}")
            hidden = (
                fips.hidden if fips.source == "default" else (attrs.evolve(fips, hidden=()), *fips.hidden)
            )
            fips = attrs.evolve(first, hidden=hidden)
        ignore = self._switch("ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        defaults_mode = Setting("defaults_mode", "legacy", "default")
        if rules.is_botocore and rules.has_setting:
            found = [
                # An empty one in the client's config does not count, unlike one in the environment.
                *(one for one in self._from_config("defaults_mode") if one.value),
                *self._from_env("AWS_DEFAULTS_MODE"),
                *self._from_profile("defaults_mode"),
            ]
            defaults_mode = self._choose("defaults_mode", found, default="legacy")
        ssl = (
            [_Found(bool(self._args["use_ssl"]), "client argument use_ssl")]
            if "use_ssl" in self._args
            else []
        )
        return {
            "profile": self._profile,
            "region": region,
            "endpoint_url": self._endpoint_url(ignored=bool(ignore.value)),
            "sts_regional_endpoints": self._mode(defaults_mode),
            "use_fips_endpoint": fips,
            "use_dualstack_endpoint": self._switch("use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"),
            "ignore_configured_endpoint_urls": ignore,
            "defaults_mode": defaults_mode,
            "use_ssl": self._choose("use_ssl", ssl, default=True),
        }

    # -------------------------------------------- the settings

    def _chosen_profile(self, profile: object) -> Setting:
        found: list[_Found] = []
        if profile is not None:
            found.append(_Found(_text(profile, "profile"), "argument profile"))
        found += (one for variable in self._rules.profiles for one in self._from_env(variable))
        return self._choose("profile", found)

    def _find_section(self) -> Section | None:
        section = self._files.profiles.get(self._name)
        source = self._profile.source
        lenient = self._name == "default" and not self._rules.is_botocore
        if section is None and source != "default" and self._reads_files and not lenient:
            msg = f"no file has the profile {shown(self._name)}, which {source} names"
            raise ConfigFileError(msg)
        return section

    def _region(self) -> Setting:
        rules = self._rules
        found = [
            *self._from_args("region_name"),
            *self._from_config("region_name"),
            *(one for variable in rules.regions for one in self._from_env(variable)),
            *self._from_profile("region"),
        ]
        others = (name for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if name not in rules.regions)
        unread = [one for name in others for one in self._from_env(name)]
        chosen = self._choose("region", found, unread=unread, why=f"not read by {rules.title}")
        if isinstance(chosen.value, str):
            # As botocore does it, and whatever the place; the other names cannot be a region's.
            plain = chosen.value.replace("fips-", "").replace("-fips", "")
            if plain != chosen.value:
                return attrs.evolve(chosen, value=plain, written=chosen.value)
        return chosen

    def _mode(self, defaults_mode: Setting) -> Setting:
        name = "sts_regional_endpoints"
        rules = self._rules
        found = [*self._from_env("AWS_STS_REGIONAL_ENDPOINTS"), *self._from_profile(name)]
        if not rules.has_setting:
            none = f"{rules.title} has no such setting"
            return self._choose(name, [_Found(rules.mode, none)], unread=found, why="not read")
        if str(defaults_mode.value).lower() != "legacy":
            source = f"defaults_mode {shown(str(defaults_mode.value))} of {defaults_mode.source}"
            found.append(_Found("regional", source))
        return self._choose(name, found, default=rules.mode)

    def _switch(self, name: str, variable: str) -> Setting:
        texts = [*self._from_env(variable), *self._from_profile(name)]
        # Switches are compared with `true`; all else, a block too, is no.
        read = [
            _Found(isinstance(value, str) and value.lower() == "true", source, line)
            for value, source, line in texts
        ]
        config = list(self._from_config(name))
        chosen = self._choose(name, [*config, *read], default=False)
        written = {source: value for value, source, _ in texts if isinstance(value, str)}
        return attrs.evolve(
            chosen,
            written=_odd(written.get(chosen.source)),
            hidden=tuple(attrs.evolve(one, written=_odd(written.get(one.source))) for one in chosen.hidden),
        )

    def _endpoint_url(self, *, ignored: bool) -> Setting:
        name = "endpoint_url"
        own = list(self._from_args(name))
        # Only here does botocore, too, take an empty value for none.
        found = [one for one in self._configured_urls(strict=not own and not ignored) if one.value]
        if not self._rules.configured_urls:
            return self._choose(name, own, unread=found, why=f"not read by {self._rules.title}")
        if ignored:
            return self._choose(name, own, unread=found, why="ignored: ignore_configured_endpoint_urls")
        return self._choose(name, [*own, *found])

    def _configured_urls(self, *, strict: bool) -> Iterator[_Found]:
        """Give the URLs that environment and profile have; complain of the services section if asked."""
        found = [*self._from_env("AWS_ENDPOINT_URL_STS"), *self._from_env("AWS_ENDPOINT_URL")]
        yield from found
        asked = strict and self._rules.configured_urls and self._reads_files
        yield from self._from_services(strict=asked and not any(one.value for one in found))
        yield from self._from_profile("endpoint_url")

    # -------------------------------------------- the places

    def _from_args(self, name: str) -> Iterator[_Found]:
        value = self._args.get(name)
        if value is not None:
            source = f"client argument {name}"
            yield _Found(_text(value, source), source)

    def _from_config(self, name: str) -> Iterator[_Found]:
        config = self._args.get("config")
        if isinstance(config, Mapping):
            value = cast("Mapping[str, object]", config).get(name)
        else:
            value = getattr(config, name, None)
        if value is not None:
            source = f"client config {name}"
            is_switch = name not in {"region_name", "defaults_mode"}
            yield _Found(value if is_switch else _text(value, source), source)

    def _from_env(self, variable: str) -> Iterator[_Found]:
        value = self._env.get(variable)
        if value is not None:
            source = f"environment {variable}"
            yield _Found(_text(value, source), source)

    def _from_profile(self, name: str) -> Iterator[_Found]:
        entry = self._section.options.get(name) if self._section else None
        if entry is not None:
            yield _found(entry, f"profile {_clean(self._name)}")

    def _from_services(self, *, strict: bool) -> Iterator[_Found]:
        named = self._section.options.get("services") if self._section else None
        if named is None:
            return
        section = None if named.block is not None else self._files.services.get(named.text)
        if section is None or not section.options:
            if strict:
                what = "a block" if named.block is not None else shown(named.text)
                msg = f"profile {shown(self._name)} names the services section {what}, which no file has"
                msg += " or which is empty" if section else ""
                raise ConfigFileError(msg, line=named.line)
            return
        sts = section.options.get("sts")
        if sts is None:
            return
        if sts.block is None:
            if strict:
                msg = f"services section {shown(named.text)} has no indented block under 'sts ='"
                raise ConfigFileError(msg, line=sts.line)
            return
        url = sts.block.get("endpoint_url")
        if url is not None:
            yield _found(url, f"services section {_clean(named.text)}")

    def _choose(
        self,
        name: str,
        found: Iterable[_Found],
        *,
        default: SettingValue = None,
        unread: Iterable[_Found] = (),
        why: str = "",
    ) -> Setting:
        """Take the first that counts; the others are hidden, behind them what the SDK does not read."""
        read: list[_Found] = []
        unread = list(unread)
        for one in found:
            if not self._reads_files and one.line is not None:
                unread.append(
                    one._replace(source=f"{one.source}, not read without {self._rules.config_switch}")
                )
            # Only botocore takes an empty variable for a value.
            elif one.value != "" or self._rules.is_botocore or one.source.startswith("client"):
                read.append(one)
        first = read[0] if read else _Found(default, "default")
        if isinstance(first.value, Mapping):
            msg = f"{first.source} gives {name} a block of indented lines, where a value is wanted"
            raise ConfigFileError(msg, line=first.line)
        hidden = [Setting(name, _value(one.value), one.source) for one in read[1:]]
        for one in unread:
            known = not why or ", not read" in one.source
            hidden.append(Setting(name, _value(one.value), one.source if known else f"{one.source}, {why}"))
        return Setting(name, _value(first.value), first.source, tuple(hidden))


def _found(entry: Entry, where: str) -> _Found:
    return _Found(entry.text if entry.block is None else entry.block, f"{where}, {entry.place}", entry.line)


def _client_args(given: Mapping[str, object]) -> dict[str, object]:
    """Hold the arguments to those that ``create_client`` has."""
    for name in given:
        if name not in _CLIENT_ARGS and name not in _OTHER_ARGS:
            msg = f"create_client has no argument {shown(name)}; it has {', '.join(_CLIENT_ARGS)}"
            raise TypeError(msg)
    config: object = given.get("config")
    if type(config) in {str, bytes, bool, int, list, tuple}:
        msg = f"config is a mapping or an object such as botocore's Config, not {type(config).__name__}"
        raise TypeError(msg)
    return {name: given[name] for name in _CLIENT_ARGS if name in given}


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        msg = f"{what} is text, not {type(value).__name__}"
        raise TypeError(msg)
    return value


def _value(value: object) -> SettingValue:
    """Give what a setting can hold; what else a client's config holds is refused when it is used."""
    if isinstance(value, Mapping):
        return "(a block)"
    return value if value is None or isinstance(value, (str, bool)) else repr(value) if value else False


def _odd(written: str | None) -> str | None:
    """Give what is written of a switch, unless all would read it alike."""
    return None if written is None or written.lower() in {"true", "false"} else written


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
    msg = f"{setting.source} is {shown(value)}; {rules.title} accepts only {', '.join(accepted)}"
    return EndpointError(msg, setting=_called(setting), value=value)


def _cell(setting: Setting) -> str:
    value = setting.value
    if value is None:
        text = "-"
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = _clean(value) or "''"
    return text if setting.written is None else f"{text} (from '{_clean(setting.written)}')"


def _clean(text: str, longest: int = _SHOWN) -> str:
    """Give a text for one line of a terminal: escaped, cut, and without a password."""
    text = _USER.sub("//***@", text[: longest * 4])
    text = escaped(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
