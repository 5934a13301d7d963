"""Find the settings of an STS client in their sources, in order of precedence.

The order is that of botocore (``session.create_client``), which
https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html documents for all SDKs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.views import View
from iamtriage._text import escape_controls, quote_text, wrong_type_message
from iamtriage._typing import NamedTuple
from iamtriage.exceptions import ConfigFileError
from iamtriage.sts._webhook_flags import require_string

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.sts._config_files import ConfigFile, Entry, Section
    from iamtriage.sts._sdks import Sdk

__all__ = (
    "Setting",
    "SettingSources",
    "SettingValue",
    "format_for_terminal",
    "hide_password",
    "select_client_args",
)

SettingValue: TypeAlias = str | bool | None
"""The value of a setting: a Region, a URL, a mode, a switch, or nothing."""

# The arguments of create_client. The others have no effect on the endpoint.
_CLIENT_ARGS = ("region_name", "endpoint_url", "use_ssl", "config")
_OTHER_ARGS = (
    "api_version", "verify", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
    "aws_account_id",
)  # fmt: skip
_USER = lazy_pattern(r"//[^/?#]*@")
_MAX_SHOWN = 64  # characters


def hide_password(url: str) -> str:
    """Return a URL, or a text with URLs, without the part before the ``@`` of a host."""
    return _USER.sub("//***@", url)


def _mask_password(value: object) -> str:
    """Return the representation of a value, without the password in a URL."""
    return repr(hide_password(value) if isinstance(value, str) else value)


@attrs.frozen
class Setting(View):
    """A setting: its value, the source of the value, and the values that it overrides.

    Attributes:
        name: The name as in the config file: ``"region"``, ``"endpoint_url"``, ….
        value: The value that takes effect.
        source: The source of the value: ``"client argument region_name"``, ``"client config
            use_fips_endpoint"``, ``"environment AWS_DEFAULT_REGION"``, ``"profile dev, line 4"``,
            ``"services section local, line 9"``, ``"default"``.
        hidden: The values that this one overrides, in order of precedence, then values that the SDK does not
            read.
        written: The value as written, if the SDK interprets it differently: ``"1"`` is not ``True``.

    >>> from iamtriage.sts import StsSettings
    >>> StsSettings.from_sources({"AWS_USE_FIPS_ENDPOINT": "1"}).use_fips_endpoint.written
    '1'
    """

    name: str
    value: SettingValue = attrs.field(repr=_mask_password)
    source: str
    hidden: tuple[Setting, ...] = ()
    written: str | None = None


class _Candidate(NamedTuple):
    """The value of a setting in a source."""

    value: object
    source: str
    line: int | None = None


class SettingSources:
    """All sources of the settings, in the SDK's order of precedence."""

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
        self._profile: Final = self._choose_profile(profile)
        name = self._profile.value
        self._name: Final = "default" if name is None else str(name)
        self._section: Final = self._find_section()

    def choose_settings(self) -> dict[str, Setting]:
        """Return every setting by name."""
        rules = self._rules
        region = self._choose_region()
        fips = self._choose_switch("use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT")
        if region.written is not None:
            first = Setting(fips.name, value=True, source=f"region name {quote_text(region.written)}")
            hidden = (
                fips.hidden if fips.source == "default" else (attrs.evolve(fips, hidden=()), *fips.hidden)
            )
            fips = attrs.evolve(first, hidden=hidden)
        ignore = self._choose_switch("ignore_configured_endpoint_urls", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        defaults_mode = Setting("defaults_mode", "legacy", "default")
        if rules.is_botocore and rules.has_setting:
            found = [
                # An empty value in the client's config is ignored, unlike one in the environment.
                *(one for one in self._from_config("defaults_mode") if one.value),
                *self._from_env("AWS_DEFAULTS_MODE"),
                *self._from_profile("defaults_mode"),
            ]
            defaults_mode = self._choose("defaults_mode", found, default="legacy")
        ssl = (
            [_Candidate(bool(self._args["use_ssl"]), "client argument use_ssl")]
            if "use_ssl" in self._args
            else []
        )
        return {
            "profile": self._profile,
            "region": region,
            "endpoint_url": self._choose_endpoint_url(ignored=bool(ignore.value)),
            "sts_regional_endpoints": self._choose_mode(defaults_mode),
            "use_fips_endpoint": fips,
            "use_dualstack_endpoint": self._choose_switch(
                "use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT"
            ),
            "ignore_configured_endpoint_urls": ignore,
            "defaults_mode": defaults_mode,
            "use_ssl": self._choose("use_ssl", ssl, default=True),
        }

    # -------------------------------------------- the settings

    def _choose_profile(self, profile: object) -> Setting:
        found: list[_Candidate] = []
        if profile is not None:
            found.append(_Candidate(require_string(profile, "profile"), "argument profile"))
        found += (one for variable in self._rules.profiles for one in self._from_env(variable))
        return self._choose("profile", found)

    def _find_section(self) -> Section | None:
        section = self._files.profiles.get(self._name)
        source = self._profile.source
        lenient = self._name == "default" and not self._rules.is_botocore
        if section is None and source != "default" and self._reads_files and not lenient:
            msg = f"the profile {quote_text(self._name)} (from {source}) could not be found"
            raise ConfigFileError(msg)
        return section

    def _choose_region(self) -> Setting:
        rules = self._rules
        found = [
            *self._from_args("region_name"),
            *self._from_config("region_name"),
            *(one for variable in rules.regions for one in self._from_env(variable)),
            *self._from_profile("region"),
        ]
        others = (name for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if name not in rules.regions)
        unread = [one for name in others for one in self._from_env(name)]
        chosen = self._choose("region", found, unread=unread, reason=f"not read by {rules.title}")
        if isinstance(chosen.value, str):
            # Like botocore, regardless of the source. No region has such a part in its name.
            plain = chosen.value.replace("fips-", "").replace("-fips", "")
            if plain != chosen.value:
                return attrs.evolve(chosen, value=plain, written=chosen.value)
        return chosen

    def _choose_mode(self, defaults_mode: Setting) -> Setting:
        name = "sts_regional_endpoints"
        rules = self._rules
        found = [*self._from_env("AWS_STS_REGIONAL_ENDPOINTS"), *self._from_profile(name)]
        if not rules.has_setting:
            source = f"{rules.title} has no such setting"
            return self._choose(name, [_Candidate(rules.mode, source)], unread=found, reason="not read")
        if str(defaults_mode.value).lower() != "legacy":
            source = f"defaults_mode {quote_text(str(defaults_mode.value))} of {defaults_mode.source}"
            found.append(_Candidate("regional", source))
        return self._choose(name, found, default=rules.mode)

    def _choose_switch(self, name: str, variable: str) -> Setting:
        texts = [*self._from_env(variable), *self._from_profile(name)]
        # Only `true` turns a switch on, no other value and no block.
        parsed = [
            _Candidate(isinstance(value, str) and value.lower() == "true", source, line)
            for value, source, line in texts
        ]
        config = list(self._from_config(name))
        chosen = self._choose(name, [*config, *parsed], default=False)
        written = {source: value for value, source, _ in texts if isinstance(value, str)}
        return attrs.evolve(
            chosen,
            written=_get_unusual_spelling(written.get(chosen.source)),
            hidden=tuple(
                attrs.evolve(one, written=_get_unusual_spelling(written.get(one.source)))
                for one in chosen.hidden
            ),
        )

    def _choose_endpoint_url(self, *, ignored: bool) -> Setting:
        name = "endpoint_url"
        arguments = list(self._from_args(name))
        # Here, even botocore ignores an empty value.
        found = [one for one in self._find_configured_urls(strict=not arguments and not ignored) if one.value]
        if not self._rules.configured_urls:
            return self._choose(name, arguments, unread=found, reason=f"not read by {self._rules.title}")
        if ignored:
            reason = "ignored: ignore_configured_endpoint_urls"
            return self._choose(name, arguments, unread=found, reason=reason)
        return self._choose(name, [*arguments, *found])

    def _find_configured_urls(self, *, strict: bool) -> Iterator[_Candidate]:
        """Yield the URLs from environment and profile; ``strict`` rejects invalid services sections."""
        found = [*self._from_env("AWS_ENDPOINT_URL_STS"), *self._from_env("AWS_ENDPOINT_URL")]
        yield from found
        is_used = strict and self._rules.configured_urls and self._reads_files
        yield from self._from_services(strict=is_used and not any(one.value for one in found))
        yield from self._from_profile("endpoint_url")

    # -------------------------------------------- the sources

    def _from_args(self, name: str) -> Iterator[_Candidate]:
        value = self._args.get(name)
        if value is not None:
            source = f"client argument {name}"
            yield _Candidate(require_string(value, source), source)

    def _from_config(self, name: str) -> Iterator[_Candidate]:
        config = self._args.get("config")
        if isinstance(config, Mapping):
            value = cast("Mapping[str, object]", config).get(name)
        else:
            value = getattr(config, name, None)
        if value is not None:
            source = f"client config {name}"
            is_switch = name not in {"region_name", "defaults_mode"}
            yield _Candidate(value if is_switch else require_string(value, source), source)

    def _from_env(self, variable: str) -> Iterator[_Candidate]:
        value = self._env.get(variable)
        if value is not None:
            source = f"environment {variable}"
            yield _Candidate(require_string(value, source), source)

    def _from_profile(self, name: str) -> Iterator[_Candidate]:
        entry = self._section.options.get(name) if self._section else None
        if entry is not None:
            yield _from_entry(entry, f"profile {format_for_terminal(self._name)}")

    def _from_services(self, *, strict: bool) -> Iterator[_Candidate]:
        reference = self._section.options.get("services") if self._section else None
        if reference is None:
            return
        section = None if reference.block is not None else self._files.services.get(reference.text)
        if section is None or not section.options:
            if strict:
                name = "an indented block" if reference.block is not None else quote_text(reference.text)
                problem = "is empty" if section else "could not be found"
                msg = f"the services section {name} of profile {quote_text(self._name)} {problem}"
                raise ConfigFileError(msg, line=reference.line)
            return
        sts = section.options.get("sts")
        if sts is None:
            return
        if sts.block is None:
            if strict:
                msg = (
                    f"services section {quote_text(reference.text)}: expected an indented block after 'sts ='"
                )
                raise ConfigFileError(msg, line=sts.line)
            return
        url = sts.block.get("endpoint_url")
        if url is not None:
            yield _from_entry(url, f"services section {format_for_terminal(reference.text)}")

    def _choose(
        self,
        name: str,
        found: Iterable[_Candidate],
        *,
        default: SettingValue = None,
        unread: Iterable[_Candidate] = (),
        reason: str = "",
    ) -> Setting:
        """Return a setting with the first value that takes effect and the values that it overrides."""
        read: list[_Candidate] = []
        unread = list(unread)
        for one in found:
            if not self._reads_files and one.line is not None:
                unread.append(
                    one._replace(source=f"{one.source}, not read without {self._rules.config_switch}")
                )
            # Only botocore uses the value of an empty variable.
            elif one.value != "" or self._rules.is_botocore or one.source.startswith("client"):
                read.append(one)
        first = read[0] if read else _Candidate(default, "default")
        if isinstance(first.value, Mapping):
            msg = f"{first.source}: expected a value for {name}, got an indented block"
            raise ConfigFileError(msg, line=first.line)
        hidden = [Setting(name, _to_setting_value(one.value), one.source) for one in read[1:]]
        for one in unread:
            has_reason = not reason or ", not read" in one.source
            source = one.source if has_reason else f"{one.source}, {reason}"
            hidden.append(Setting(name, _to_setting_value(one.value), source))
        return Setting(name, _to_setting_value(first.value), first.source, tuple(hidden))


def _from_entry(entry: Entry, section: str) -> _Candidate:
    value = entry.text if entry.block is None else entry.block
    return _Candidate(value, f"{section}, {entry.location}", entry.line)


def select_client_args(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments of ``create_client`` that affect the endpoint.

    Raises:
        TypeError: ``create_client`` has no such argument, or ``config`` has the wrong type.
    """
    for name in arguments:
        if name not in _CLIENT_ARGS and name not in _OTHER_ARGS:
            expected = ", ".join(_CLIENT_ARGS)
            msg = f"unknown create_client argument {quote_text(name)}; expected one of {expected}"
            raise TypeError(msg)
    config: object = arguments.get("config")
    if type(config) in {str, bytes, bool, int, list, tuple}:
        raise TypeError(
            wrong_type_message("config", "a mapping or an object such as botocore's Config", config)
        )
    return {name: arguments[name] for name in _CLIENT_ARGS if name in arguments}


def _to_setting_value(value: object) -> SettingValue:
    """Convert a value to the type of a setting. An invalid value in a client's config fails on use."""
    if isinstance(value, Mapping):
        return "(a block)"
    return value if value is None or isinstance(value, (str, bool)) else repr(value) if value else False


def _get_unusual_spelling(written: str | None) -> str | None:
    """Return the written value of a switch, unless its meaning is obvious."""
    return None if written is None or written.lower() in {"true", "false"} else written


def format_for_terminal(text: str, max_length: int = _MAX_SHOWN) -> str:
    """Format a text for one line of a terminal: escaped, truncated, and without passwords."""
    text = escape_controls(hide_password(text[: max_length * 4]))
    return text if len(text) <= max_length else f"{text[: max_length - 1]}…"
