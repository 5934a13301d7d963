"""Compare settings with real botocore sessions, and config files with ``configparser``.

Requests are caught before they are sent, so that nothing leaves the process.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore
import botocore.configloader
import botocore.loaders
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import NoRegionError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iamtriage.exceptions import ConfigFileError, IamTriageError
from iamtriage.sts import StsSettings
from iamtriage.sts._config_files import parse_config_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LOADER = botocore.loaders.create_loader()


class Sent(NamedTuple):
    """What a client sends: the URL, and the region in the signature; empty if it could not sign."""

    url: str
    region: str


class CaughtError(Exception):
    """Pass the request out of the client."""


class Place:
    """Where the sessions find their files, isolated from the machine."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        for name in os.environ:
            if name.startswith("AWS_") or name.lower().endswith("_proxy"):
                patch.delenv(name)

    def sent(
        self,
        env: Mapping[str, str],
        config: str | None,
        credentials: str | None,
        profile: str | None,
        args: Mapping[str, Any],
    ) -> Sent | str:
        """Return what a real client sends, or the name of its error."""
        files = {"config": config, "credentials": credentials}
        for name, text in files.items():
            (self.folder / name).unlink(missing_ok=True)
            if text is not None:
                (self.folder / name).write_bytes(text.encode())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_CONFIG_FILE", str(self.folder / "config"))
            patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(self.folder / "credentials"))
            patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
            for name, value in env.items():
                patch.setenv(name, value)
            try:
                return self._call(profile, args)
            except Exception as error:  # noqa: BLE001 (any error of botocore)
                return type(error).__name__

    def _call(self, profile: str | None, args: Mapping[str, Any]) -> Sent:
        session = botocore.session.Session(profile=profile)
        session.register_component("data_loader", _LOADER)
        args = dict(args)
        if "config" in args:
            args["config"] = Config(**args["config"])
        client = session.create_client(
            "sts", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="example", **args
        )
        client.meta.events.register("before-send.sts.*", _catch)
        try:
            client.get_caller_identity()
        except CaughtError as caught:
            request = caught.args[0]
        except NoRegionError:
            # Calls that need no signature still go out.
            return self._unsigned(client)
        else:
            pytest.fail("the request was sent")
        found = re.search(
            rb"Credential=AKIDEXAMPLE/\d+/([^/]*)/sts/", _bytes(request.headers["Authorization"])
        )
        assert found
        return Sent(request.url, found[1].decode())

    @staticmethod
    def _unsigned(client: Any) -> Sent:  # noqa: ANN401 (botocore has no types)
        with pytest.raises(CaughtError) as caught:
            client.assume_role_with_web_identity(
                RoleArn="arn:aws:iam::111122223333:role/app", RoleSessionName="ana", WebIdentityToken="e.y.J"
            )
        return Sent(caught.value.args[0].url, "")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _catch(request: object, **_: object) -> None:
    raise CaughtError(request)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        yield Place(tmp_path_factory.mktemp("aws"), patch)


# ------------------------------------------------ what is drawn

# Half of the draws are valid, because nearly all combinations would be rejected otherwise.
PLAIN_REGIONS = st.sampled_from(["us-west-2", "eu-west-1", "us-east-1", "ap-east-1", "cn-north-1"])
ODD_REGIONS = st.sampled_from(
    ["aws-global", "us-west-2-fips", "fips-us-east-1", "us-gov-west-1", "eu-isoe-west-1", "us-iso-east-1", "us_west_2", "", "-a", "eusc-de-east-1"]
)  # fmt: skip
PLAIN_URLS = st.sampled_from(["https://sts.example", "http://localhost:4566", "https://vpce.example/path/"])
ODD_URLS = st.sampled_from(
    ["", "sts.example", "https://[::1]:8080", "https://[fe80::1%25eth0]", "https://[v1.a:b]", "https://-a.example", " https://lead.example", "https://trail.example ", "https://user:password@h.example/a?b=c#d", "https://a.example.", "https://", "https://a_b.example", "HTTPS://UPPER.example", "https://a\t.example"]
)  # fmt: skip
PLAIN_MODES = st.sampled_from(["legacy", "regional"])
ODD_MODES = st.sampled_from(["", "REGIONAL", "global"])
SWITCHES = st.sampled_from(["true", "True", "false", "1", "", "yes"])


def mostly(plain: st.SearchStrategy[str], odd: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(plain, plain, plain, plain, plain, odd)


regions = mostly(PLAIN_REGIONS, ODD_REGIONS)
urls = mostly(PLAIN_URLS, ODD_URLS)
modes = mostly(PLAIN_MODES, ODD_MODES)
defaults = st.sampled_from(["legacy", "standard", "Mobile", "legacy", "auto", "in-region", "", "new"])

environments = st.fixed_dictionaries(
    # Mostly none, since a profile that does not exist hides all else.
    {
        "AWS_PROFILE": st.sampled_from([*[None] * 9, "dev", "dev", "none"]),
        "AWS_DEFAULT_PROFILE": st.sampled_from([*[None] * 12, "default", ""]),
    },
    optional={
        "AWS_DEFAULT_REGION": regions,
        "AWS_REGION": regions,
        "AWS_ENDPOINT_URL": urls,
        "AWS_ENDPOINT_URL_STS": urls,
        "AWS_STS_REGIONAL_ENDPOINTS": modes,
        "AWS_USE_FIPS_ENDPOINT": SWITCHES,
        "AWS_USE_DUALSTACK_ENDPOINT": SWITCHES,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": SWITCHES,
        "AWS_DEFAULTS_MODE": defaults,
    },
).map(lambda drawn: {name: value for name, value in drawn.items() if value is not None})
client_configs = st.fixed_dictionaries(
    {},
    optional={
        "region_name": regions,
        "use_fips_endpoint": st.sampled_from([True, False, None]),
        "use_dualstack_endpoint": st.sampled_from([True, False, None]),
        "ignore_configured_endpoint_urls": st.sampled_from([True, False, None]),
        "defaults_mode": defaults,
    },
)
client_args = st.fixed_dictionaries(
    {},
    optional={
        "region_name": st.none() | regions,
        "endpoint_url": st.none() | urls,
        "use_ssl": st.booleans(),
        "config": client_configs,
    },
)
options = st.fixed_dictionaries(
    {},
    optional={
        "region": regions,
        "endpoint_url": urls,
        "services": st.sampled_from(["local", "local", "empty", "none"]),
        "sts_regional_endpoints": modes,
        "Use_FIPS_Endpoint": SWITCHES,
        "use_dualstack_endpoint": SWITCHES,
        "ignore_configured_endpoint_urls": SWITCHES,
        "defaults_mode": defaults,
    },
)


@st.composite
def config_texts(draw: st.DrawFn) -> str:
    lines: list[str] = []
    for header in draw(st.permutations(["[default]", "[profile dev]", '[profile "default"]', "[DEFAULT]"]))[
        :3
    ]:
        lines.append(header)
        lines += [f"{name} = {value}" for name, value in draw(options).items()]
        lines += draw(st.sampled_from([[], ["# comment", ""], ["s3 =", "  a = b"], ["region_b : x"]]))
    lines += ["[services local]", "sts =", f"  endpoint_url = {draw(urls)}", "[services empty]"]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


# ------------------------------------------------ as botocore


def _ours(
    env: Mapping[str, str],
    config: str | None,
    credentials: str | None,
    profile: str | None,
    args: Mapping[str, Any],
) -> Sent | str:
    try:
        found = StsSettings.from_sources(env, config, profile, credentials=credentials, **args)
        endpoint = found.resolve()
    except IamTriageError as error:
        return type(error).__name__
    assert endpoint.host in found.explain()
    return Sent(endpoint.url, endpoint.signing_region)


@pytest.mark.skipif(
    tuple(map(int, botocore.__version__.split(".")[:2])) < (1, 40),
    reason="botocore before 1.40 has legacy mode for its default, and fewer settings",
)
@settings(max_examples=60)
@given(
    environments,
    st.one_of(st.none(), config_texts(), config_texts(), config_texts()),
    st.none() | st.sampled_from(["[default]\nregion = sa-east-1\n", "[keys]\nregion = us-west-1\n"]),
    st.sampled_from([*[None] * 9, "dev", "dev", "default", "keys"]),
    client_args,
)
@example({"AWS_PROFILE": "a"}, "[profile a]\nservices =\n  b = c\n", None, None, {})
@example({}, "[default]\nservices = a\n[services a]\nsts = b\n", None, None, {"region_name": "eu-west-1"})
@example({}, "[default]\nregion =\n  a = b\n", None, None, {})
@example({}, "[default]\nuse_fips_endpoint =\n  a = b\n", None, None, {"region_name": "eu-west-1"})
@example({}, "[default]\nregion = eu-west-1\n  # c\n  d\n", None, None, {})
@example({}, "\ufeff[default]\nregion = eu-west-1\n", None, None, {})
@example({}, None, None, None, {"region_name": "", "endpoint_url": "https://a.example"})
@example({}, None, None, None, {"endpoint_url": "https://a.example"})
@example({"AWS_USE_FIPS_ENDPOINT": "true"}, None, None, None, {})
@example({}, None, None, None, {"region_name": "eu-isoe-west-1", "endpoint_url": "https://a.example", "config": {"use_dualstack_endpoint": True}})  # fmt: skip
def test_as_a_botocore_session(
    place: Place,
    env: dict[str, str],
    config: str | None,
    credentials: str | None,
    profile: str | None,
    args: dict[str, Any],
) -> None:
    """URL and signing region are those of a real client, or both fail."""
    theirs = place.sent(env, config, credentials, profile, args)
    ours = _ours(env, config, credentials, profile, args)

    if isinstance(theirs, str):
        assert isinstance(ours, str), (theirs, ours)
        return
    assert isinstance(ours, Sent), (theirs, ours)
    # A client puts a slash behind a host.
    assert theirs.url in {ours.url, ours.url.replace("?", "/?"), f"{ours.url}/"}
    assert theirs.region == ours.region


# ------------------------------------------------ as configparser

file_lines = st.one_of(
    st.sampled_from(
        ["[default]", "[profile dev]", "[DEFAULT]", "[services a]", "[profile 'x y']", '[profile "x]', "[]", "[a]b]c", "[profile dev", "a = b", "A: b = c", "  a = b", "\ta=b", "a", "  a", "= b", "a =", "  x = y", "# c", "  ; c", "", "   ", "sts =", "  endpoint_url = https://a", "    deeper = d", "\x0bv = w", "region = eu\x1dx = y", "  a\u2028 b = c"]
    ),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=12),
)  # fmt: skip
file_texts = st.lists(file_lines, max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines))
)


@settings(max_examples=120)
@given(file_texts)
def test_as_configparser(place: Place, text: str) -> None:
    """The same profiles, services and values; both reject the same files, and the error has the line."""
    path = place.folder / "any"
    path.write_bytes(text.encode())
    try:
        theirs = botocore.configloader.load_config(str(path))
    except Exception:  # noqa: BLE001 (ConfigParseError, and whatever else it fails with)
        with pytest.raises(ConfigFileError) as caught:
            parse_config_files(text)
        assert caught.value.line is not None
        assert 1 <= caught.value.line <= text.count("\n") + text.count("\r") + 1
        return

    ours = parse_config_files(text)

    for kind in ("profiles", "services"):
        mine = {
            name: {
                option: entry.text
                if entry.block is None
                else {key: one.text for key, one in entry.block.items()}
                for option, entry in section.options.items()
            }
            for name, section in getattr(ours, kind).items()
        }
        assert mine == theirs[kind]
