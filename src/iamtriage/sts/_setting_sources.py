"""Where the settings of an STS client may stand, and which place goes first; not for what they lead to.

The order is botocore's (``session.create_client``), which
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html describes for all SDKs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

import attrs

from iamtriage._rendering.views import View
from iamtriage._text import escape_controls, quote_text
from iamtriage.exceptions import ConfigFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.sts._config_files import ConfigFile, Entry, Section
    from iamtriage.sts._sdks import Sdk

__all__ = ("Setting", "SettingValue", "Sources", "clean", "known_client_args", "without_password")

SettingValue: TypeAlias = str | bool | None
"""What a setting holds: a region, a URL, a mode, a switch, or nothing."""

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
_USER = re.compile(r"//[^/?#]*@")
_SHOWN = 64


def without_password(url: str) -> str:
    """Give a URL, or a text with URLs, without what stands before the ``@`` of a host."""
    return _USER.sub("//***@", url)


def _masked(value: object) -> str:
    """Give a value for people: a password in a URL is not shown."""
    return repr(without_password(value) if isinstance(value, str) else value)


@attrs.frozen
class Setting(View):
    """A setting: what holds, who says so, and who else said something.

    Attributes:
        name: as in the config file: ``"region"``, ``"endpoint_url"``, ….
        value: what holds.
        source: where it stands: ``"client argument region_name"``, ``"client config
            use_fips_endpoint"``, ``"environment AWS_DEFAULT_REGION"``, ``"profile dev, line 4"``,
            ``"services section local, line 9"``, ``"default"``.
        hidden: what would hold if this did not, the nearest first; and what the SDK does not read at all.
        written: how it is written there, where that is not how the SDK takes it: ``"1"`` is no ``True``.

    >>> from iamtriage.sts import StsSettings
    >>> StsSettings.from_sources({"AWS_USE_FIPS_ENDPOINT": "1"}).use_fips_endpoint.written
    '1'
    """

    name: str
    value: SettingValue = attrs.field(repr=_masked)
    source: str
    hidden: tuple[Setting, ...] = ()
    written: str | None = None


class _Found(NamedTuple):
    """What a source has for a setting."""

    value: object
    source: str
    line: int | None = None


class Sources:
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
            first = Setting(fips.name, value=True, source=f"the region's name {quote_text(region.written)}")
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
            msg = f"no file has the profile {quote_text(self._name)}, which {source} names"
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
            source = f"defaults_mode {quote_text(str(defaults_mode.value))} of {defaults_mode.source}"
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
            yield _found(entry, f"profile {clean(self._name)}")

    def _from_services(self, *, strict: bool) -> Iterator[_Found]:
        named = self._section.options.get("services") if self._section else None
        if named is None:
            return
        section = None if named.block is not None else self._files.services.get(named.text)
        if section is None or not section.options:
            if strict:
                what = "a block" if named.block is not None else quote_text(named.text)
                msg = f"profile {quote_text(self._name)} names the services section {what}, which no file has"
                msg += " or which is empty" if section else ""
                raise ConfigFileError(msg, line=named.line)
            return
        sts = section.options.get("sts")
        if sts is None:
            return
        if sts.block is None:
            if strict:
                msg = f"services section {quote_text(named.text)} has no indented block under 'sts ='"
                raise ConfigFileError(msg, line=sts.line)
            return
        url = sts.block.get("endpoint_url")
        if url is not None:
            yield _found(url, f"services section {clean(named.text)}")

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


def known_client_args(given: Mapping[str, object]) -> dict[str, object]:
    """Hold the arguments to those that ``create_client`` has."""
    for name in given:
        if name not in _CLIENT_ARGS and name not in _OTHER_ARGS:
            msg = f"create_client has no argument {quote_text(name)}; it has {', '.join(_CLIENT_ARGS)}"
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


def clean(text: str, longest: int = _SHOWN) -> str:
    """Give a text for one line of a terminal: escaped, cut, and without a password."""
    text = without_password(text[: longest * 4])
    text = escape_controls(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
