"""Settings of STS clients: tables of sources, SDKs, invalid input, and text."""

from __future__ import annotations

import contextlib
import copy
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from iamtriage.exceptions import ConfigFileError, EndpointError, UnknownRegionError
from iamtriage.sts import Setting, StsSettings
from iamtriage.sts._sdks import SDKS
from tests.tables import check_rows

CONFIG = """\
[default]
region = eu-central-1

[profile dev]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
region = us-west-2
endpoint_url = https://profile.example
services = local
use_fips_endpoint = yes
[services local]
s3 =
  endpoint_url = https://s3.example
sts =
  endpoint_url = https://services.example
"""


def settings(
    env: dict[str, str] | None = None,
    *files: str | None,
    **args: Any,  # noqa: ANN401 (of any type, since wrong ones are tried too)
) -> StsSettings:
    return StsSettings.from_sources(env or {}, *files, **args)


def chain(setting: Setting) -> list[tuple[object, str]]:
    return [(one.value, one.source) for one in (setting, *setting.hidden)]


# ------------------------------------------------ sources


def test_region_from_all_sources() -> None:
    found = settings(
        {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-2"},
        CONFIG,
        region_name="us-east-1",
        config={"region_name": "us-east-2"},
    )

    assert chain(found.region) == [
        ("us-east-1", "client argument region_name"),
        ("us-east-2", "client config region_name"),
        ("eu-west-1", "environment AWS_DEFAULT_REGION"),
        ("eu-central-1", "profile default, line 2"),
        ("eu-west-2", "environment AWS_REGION, not read by boto3"),
    ]


def test_url_from_all_sources() -> None:
    found = settings(
        {"AWS_ENDPOINT_URL": "https://all.example", "AWS_ENDPOINT_URL_STS": "https://sts.example"},
        CONFIG,
        profile="dev",
        endpoint_url="https://code.example",
    )

    assert chain(found.endpoint_url) == [
        ("https://code.example", "client argument endpoint_url"),
        ("https://sts.example", "environment AWS_ENDPOINT_URL_STS"),
        ("https://all.example", "environment AWS_ENDPOINT_URL"),
        ("https://services.example", "services section local, line 15"),
        ("https://profile.example", "profile dev, line 8"),
    ]
    assert chain(found.profile) == [("dev", "argument profile")]


def test_no_sources() -> None:
    found = settings()

    assert {setting.name: (setting.value, setting.source) for setting in found.settings} == {
        "profile": (None, "default"),
        "region": (None, "default"),
        "endpoint_url": (None, "default"),
        "sts_regional_endpoints": ("regional", "default"),
        "use_fips_endpoint": (False, "default"),
        "use_dualstack_endpoint": (False, "default"),
        "ignore_configured_endpoint_urls": (False, "default"),
        "defaults_mode": ("legacy", "default"),
        "use_ssl": (True, "default"),
    }
    assert found.resolve().url == "https://sts.amazonaws.com"


@pytest.mark.parametrize(
    ("env", "profile"),
    [
        ({"AWS_PROFILE": "dev"}, None),
        ({"AWS_PROFILE": "none", "AWS_DEFAULT_PROFILE": "dev"}, None),
        ({"AWS_PROFILE": "none", "AWS_DEFAULT_PROFILE": "none"}, "dev"),
    ],
)
def test_which_profile(env: dict[str, str], profile: str | None) -> None:
    assert settings(env, CONFIG, profile).region.value == "us-west-2"


@pytest.mark.parametrize("how", ["ignored in code", "in the environment", "in the profile"])
def test_ignored_urls(how: str) -> None:
    """Ignored URLs stay visible, and the argument is not ignored."""
    env = {"AWS_ENDPOINT_URL": "https://all.example"}
    config, args = "[default]\nregion = eu-west-1\n", {}
    if how == "ignored in code":
        args = {"config": SimpleNamespace(ignore_configured_endpoint_urls=True)}
    elif how == "in the environment":
        env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "TRUE"
    else:
        config += "ignore_configured_endpoint_urls = true\n"
    found = settings(env, config, **args)

    assert found.resolve().host == "sts.eu-west-1.amazonaws.com"
    assert chain(found.endpoint_url)[1:] == [
        ("https://all.example", "environment AWS_ENDPOINT_URL, ignored: ignore_configured_endpoint_urls")
    ]
    assert settings(env, config, endpoint_url="https://code.example", **args).resolve().host == "code.example"


def test_the_services_section_is_ignored_if_the_environment_has_a_url() -> None:
    config = "[default]\nservices = none\nregion = eu-west-1\n"

    assert settings({"AWS_ENDPOINT_URL": "https://a.example"}, config).resolve().host == "a.example"
    with pytest.raises(
        ConfigFileError, match="the services section 'none' of profile 'default' could not be found"
    ) as caught:
        settings({"AWS_ENDPOINT_URL": ""}, config)
    assert caught.value.line == 2


def test_an_invalid_services_section_does_not_matter_if_it_is_hidden() -> None:
    for section in (
        "",
        "[services a]\nsts = b\n",
        "[services a]\ns3 =\n  b = c\n",
        "[services a]\nsts =\n  b = c\n",
    ):
        found = settings({}, f"[default]\nservices = a\n{section}", endpoint_url="https://a.example")
        assert found.endpoint_url.hidden == ()
    block = settings({"AWS_DEFAULT_REGION": "eu-west-1"}, "[default]\nregion =\n  a = b\n")
    assert block.region.hidden[0].value == "(a block)"


def test_credentials_file() -> None:
    """Its profiles are used, and their options take precedence over those in the config file."""
    keys = "[dev]\nregion = sa-east-1\n[keys]\nregion = eu-west-3\n"

    assert chain(settings({}, CONFIG, "dev", credentials=keys).region) == [
        ("sa-east-1", "profile dev, line 2 of the credentials file")
    ]
    assert settings({"AWS_PROFILE": "keys"}, None, credentials=keys).region.value == "eu-west-3"


@check_rows(
    ("written", "value", "kept"),
    [("true", True, None), ("TRUE", True, None), ("False", False, None), ("1", False, "1"), ("", False, "")],
)
def test_switches(written: str, value: bool, kept: str | None) -> None:  # noqa: FBT001 (a row)
    found = settings({"AWS_USE_DUALSTACK_ENDPOINT": written}).use_dualstack_endpoint

    assert (found.value, found.written) == (value, kept)


def test_a_region_that_implies_fips() -> None:
    found = settings({"AWS_USE_FIPS_ENDPOINT": "false"}, region_name="us-west-2-fips")

    assert found.region.value == "us-west-2"
    assert found.region.written == "us-west-2-fips"
    assert chain(found.use_fips_endpoint) == [
        (True, "region name 'us-west-2-fips'"),
        (False, "environment AWS_USE_FIPS_ENDPOINT"),
    ]
    assert found.resolve().host == "sts-fips.us-west-2.amazonaws.com"


def test_a_config_string_is_the_file() -> None:
    assert settings({}, config=CONFIG).region.value == "eu-central-1"
    assert settings({}, CONFIG, config={"region_name": "eu-west-1"}).region.value == "eu-west-1"


def test_ignored_arguments() -> None:
    found = settings({}, aws_secret_access_key="secret", verify=False, region_name="eu-west-1")

    assert found == settings({}, region_name="eu-west-1")


def test_without_ssl() -> None:
    assert settings({}, use_ssl=False).resolve().url == "http://sts.amazonaws.com"
    assert settings({}, use_ssl=False, endpoint_url="https://a.example").resolve().url == "https://a.example"
    assert "use_ssl" in settings({}, use_ssl=False).explain()


def test_configured_urls() -> None:
    endpoint = settings({}, endpoint_url="https://vpce.example:8443/a", region_name="cn-north-1").resolve()

    assert (endpoint.url, endpoint.host) == ("https://vpce.example:8443/a", "vpce.example:8443")
    assert (endpoint.signing_region, endpoint.partition) == ("cn-north-1", "aws-cn")
    assert endpoint.published is None
    assert endpoint.reason == "The URL comes from endpoint_url of client argument endpoint_url."
    # With a configured URL, any region is accepted.
    endpoint = settings({}, endpoint_url="https://a.example", region_name="moon-1").resolve()
    assert (endpoint.signing_region, endpoint.partition) == ("moon-1", "")


def test_frozen_hashable_and_picklable() -> None:
    found = settings({"AWS_DEFAULT_REGION": "eu-west-1"}, CONFIG, "dev")

    assert len({found, copy.deepcopy(found), pickle.loads(pickle.dumps(found))}) == 1
    with pytest.raises(AttributeError):
        found.sdk = "php"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


# ------------------------------------------------ SDKs

LEGACY = {"boto3-1.39", "cli-v1", "go-v1", "java-v1", "js-v2"}
WITHOUT_SETTING = {"cli-v2", "cpp", "dotnet-v4", "go-v2", "java-v2", "js-v3", "kotlin", "rust", "swift"}
WITHOUT_REGION = {
    **dict.fromkeys(["boto3", "boto3-1.39", "cli-v1", "cli-v2", "kotlin"], "sts.amazonaws.com"),
    **dict.fromkeys(["cpp", "js-v3", "dotnet-v4"], "sts.us-east-1.amazonaws.com"),
    **dict.fromkeys(["go-v2", "rust", "swift", "java-v2", "ruby", "php"], "fails"),
    **dict.fromkeys(
        ["dotnet-v3", "go-v1", "java-v1", "js-v2", "powershell-v4", "powershell-v5"], "undocumented"
    ),
}


@check_rows("sdk", SDKS)
def test_defaults_of_sdks(sdk: str) -> None:
    env = {SDKS[sdk].regions[0]: "eu-west-1"}
    host = "sts.amazonaws.com" if sdk in LEGACY else "sts.eu-west-1.amazonaws.com"

    assert settings(env, sdk=sdk).resolve().host == host
    other = {**env, "AWS_STS_REGIONAL_ENDPOINTS": "regional" if sdk in LEGACY else "legacy"}
    flipped = settings(other, sdk=sdk)
    if sdk in WITHOUT_SETTING:
        assert flipped.resolve().host == host
        assert flipped.sts_regional_endpoints.hidden[0].value == "legacy"
    else:
        assert flipped.resolve().host != host


@check_rows("sdk", SDKS)
def test_sdks_without_region(sdk: str) -> None:
    expected = WITHOUT_REGION[sdk]
    found = settings(sdk=sdk)
    if expected.startswith("sts."):
        assert found.resolve().host == expected
        return
    with pytest.raises(EndpointError, match=expected) as caught:
        found.resolve()
    assert caught.value.setting == "region"
    assert SDKS[sdk].title in str(caught.value)


@check_rows(
    ("sdk", "region"),
    [("boto3", "eu-west-2"), ("cli-v1", "eu-west-2"), ("cli-v2", "eu-west-1"), ("go-v2", "eu-west-1"), ("cpp", "eu-west-2"), ("java-v2", "eu-west-1")],
)  # fmt: skip
def test_variable_for_the_region(sdk: str, region: str) -> None:
    env = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}

    assert settings(env, sdk=sdk).region.value == region


@pytest.mark.parametrize(
    ("sdk", "region"), [("boto3", "us-east-1"), ("cli-v2", "us-west-2"), ("go-v2", "us-west-2")]
)
def test_variable_for_the_profile(sdk: str, region: str) -> None:
    config = "[profile a]\nregion = us-east-1\n[profile b]\nregion = us-west-2\n"

    assert settings({"AWS_DEFAULT_PROFILE": "a", "AWS_PROFILE": "b"}, config, sdk=sdk).region.value == region


def test_only_botocore_uses_empty_variables() -> None:
    assert settings({"AWS_DEFAULT_REGION": ""}, CONFIG).region.value == ""
    assert settings({"AWS_REGION": ""}, CONFIG, sdk="go-v2").region.value == "eu-central-1"


def test_config_files_that_require_a_switch() -> None:
    found = settings({"AWS_PROFILE": "dev", "AWS_REGION": ""}, CONFIG, sdk="go-v1")

    assert found.region.value is None
    assert found.region.hidden[0].source == "profile dev, line 7, not read without AWS_SDK_LOAD_CONFIG"
    assert settings({"AWS_SDK_LOAD_CONFIG": "1", "AWS_PROFILE": "dev"}, CONFIG, sdk="js-v2").region.value
    # Then it does not matter either that a profile does not exist.
    assert settings({"AWS_PROFILE": "none"}, CONFIG, sdk="go-v1").region.value is None


def test_sdks_without_configured_urls() -> None:
    env = {"AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "https://a.example"}

    assert settings(env, sdk="java-v1").resolve().host == "sts.amazonaws.com"
    assert settings(env, sdk="java-v2").resolve().host == "a.example"


def test_only_botocore_requires_a_named_default_profile_to_exist() -> None:
    assert settings({"AWS_PROFILE": "default", "AWS_REGION": "eu-west-1"}, sdk="go-v2").region.value
    with pytest.raises(ConfigFileError):
        settings({"AWS_PROFILE": "default"})


def test_defaults_mode() -> None:
    """Any mode but legacy makes calls regional if legacy is the default; an explicit setting takes precedence."""
    env = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_DEFAULTS_MODE": "Standard"}
    found = settings(env, sdk="boto3-1.39")

    assert found.resolve().host == "sts.eu-west-1.amazonaws.com"
    assert found.sts_regional_endpoints.source == "defaults_mode 'Standard' of environment AWS_DEFAULTS_MODE"
    assert "defaults_mode" in found.explain()
    assert settings({**env, "AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, sdk="boto3-1.39").resolve().is_global
    assert (
        settings({"AWS_DEFAULTS_MODE": "new"}, sdk="cli-v2").resolve().is_global
    )  # which has no such setting
    # An empty value means the default of the version, not `regional`.
    empty = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_STS_REGIONAL_ENDPOINTS": ""}
    assert settings(empty, sdk="boto3-1.39").resolve().is_global


# ------------------------------------------------ rejected values


@check_rows(
    ("env", "args", "setting", "text"),
    [
        ({"AWS_STS_REGIONAL_ENDPOINTS": "REGIONAL"}, {}, "AWS_STS_REGIONAL_ENDPOINTS", "legacy, regional"),
        ({"AWS_STS_REGIONAL_ENDPOINTS": "global"}, {"endpoint_url": "https://a.example"}, "AWS_STS_REGIONAL_ENDPOINTS", "legacy, regional"),
        ({"AWS_DEFAULTS_MODE": ""}, {}, "AWS_DEFAULTS_MODE", "standard"),
        ({"AWS_DEFAULT_REGION": "us_east_1"}, {}, "AWS_DEFAULT_REGION", "A-Z"),
        ({}, {"region_name": ""}, "region_name", "empty"),
        ({}, {"region_name": "12"}, "region_name", "A-Z"),
        ({}, {"region_name": "us-east-1\n"}, "region_name", "A-Z"),
        ({}, {"region_name": "a" * 10_000}, "region_name", "10000 characters"),
        ({}, {"region_name": "https://sts.amazonaws.com"}, "region_name", "A-Z"),
        ({}, {"endpoint_url": ""}, "endpoint_url", "no valid host"),
        ({"AWS_ENDPOINT_URL_STS": "sts.env"}, {}, "AWS_ENDPOINT_URL_STS", "no valid host"),
        ({}, {"endpoint_url": "https://[::1"}, "endpoint_url", "is not a URL"),
        ({}, {"endpoint_url": "https://a.example:99999"}, "endpoint_url", "is not a URL"),
        ({}, {"endpoint_url": "https://[fe80::1%a%b]"}, "endpoint_url", "is not a URL|no valid host"),
        ({}, {"endpoint_url": "https://[v1.a:b]"}, "endpoint_url", "no valid host"),
        ({}, {"endpoint_url": "https://" + "a." * 200 + "example"}, "endpoint_url", "no valid host"),
        ({}, {"endpoint_url": "ftp://a.example"}, "endpoint_url", "does not begin with https:// or http://"),
        ({}, {"endpoint_url": "https://a\n.example"}, "endpoint_url", "no valid host"),
        ({}, {"config": {"use_fips_endpoint": "true"}}, "use_fips_endpoint", "expected a boolean"),
        ({}, {"config": {"use_dualstack_endpoint": 1}}, "use_dualstack_endpoint", "expected a boolean"),
        ({}, {"config": {"use_dualstack_endpoint": True}, "region_name": "eu-isoe-west-1"}, "use_dualstack_endpoint", "dual"),
    ],
)  # fmt: skip
def test_rejected_values(env: dict[str, str], args: dict[str, Any], setting: str, text: str) -> None:
    found = settings(env, **args)
    with pytest.raises(EndpointError, match=text) as caught:
        found.resolve()

    assert caught.value.setting == setting
    assert len(str(caught.value)) < 400
    assert found.explain().splitlines()[-1].startswith("no host: ")


def test_unknown_regions() -> None:
    with pytest.raises(UnknownRegionError):
        settings({}, region_name="moon-1").resolve()


@check_rows(
    ("args", "text"),
    [
        ({"region": "eu-west-1"}, "unknown create_client argument 'region'; expected one of region_name, "),
        ({"region_name": 1}, "client argument region_name must be a string, not int"),
        ({"endpoint_url": b"https://a.example"}, "endpoint_url must be a string, not bytes"),
        ({"config": 1}, "config must be a mapping or an object"),
        ({"config": {"region_name": 1}}, "client config region_name must be a string, not int"),
        ({"profile": 1}, "profile must be a string, not int"),
        ({"credentials": b""}, "credentials must be a string, not bytes"),
    ],
)
def test_wrong_types(args: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        settings({}, **args)


def test_wrong_types_of_the_environment_and_of_both_texts() -> None:
    with pytest.raises(TypeError, match="environment AWS_DEFAULT_REGION must be a string, not int"):
        StsSettings.from_sources({"AWS_DEFAULT_REGION": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="config must be a mapping"):
        settings({}, CONFIG, config=CONFIG)
    with pytest.raises(TypeError, match="env must be a mapping, not int"):
        StsSettings.from_sources(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_unknown_sdk() -> None:
    with pytest.raises(ValueError, match=r"unknown sdk 'perl'; expected one of boto3, .*swift"):
        settings({}, sdk="perl")


# ------------------------------------------------ files


@check_rows(
    ("config", "line", "text"),
    [
        ("region = eu-west-1\n", 1, r"expected a \[section\] first"),
        ("\ufeff[default]\nregion = eu-west-1\n", 1, "byte order mark"),
        (
            "[default]\r\nregion = a\r\nsecret\r\n",
            3,
            r"expected a \[section\], 'name = value', a comment or an indented line",
        ),
        (
            "[default]\rregion = a\rsecret\r",
            3,
            r"expected a \[section\], 'name = value', a comment or an indented line",
        ),
        ("[default\nregion = a\n", 1, r"expected a \[section\] first"),
        ("[default]\n[default]\n", 2, r"duplicate section \[default\]; the first is in line 1"),
        ("[default]\nregion = a\nREGION = b\n", 3, "duplicate option 'region'; the first is in line 2"),
        (
            "[default]\n= secret\n",
            2,
            r"expected a \[section\], 'name = value', a comment or an indented line",
        ),
        ("[default]\ns3 =\n  a = b\n  secret\n", 4, "expected 'name = value' in an indented block"),
        (
            "[default]\nregion =\n  a = b\n",
            2,
            "profile default, line 2: expected a value for region, got an indented block",
        ),
        ("[default]\nservices =\n  a = b\n", 2, "the services section an indented block of profile"),
        (
            "[default]\nservices = a\n[services a]\n",
            2,
            "the services section 'a' of profile 'default' is empty",
        ),
        (
            "[default]\nservices = a\n[services a]\nsts = https://secret\n",
            4,
            "expected an indented block after 'sts ='",
        ),
    ],
)
def test_malformed_files(config: str, line: int, text: str) -> None:
    """The error names the line but does not quote it, because it can contain a secret."""
    with pytest.raises(ConfigFileError, match=text) as caught:
        settings({}, config)

    assert caught.value.line == line
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_tabs_and_comments(newline: str) -> None:
    lines = [
        "# comment",
        "[default]",
        "",
        "\tregion\t:\teu-west-1",
        "; comment",
        "services=x",
        "[services x]",
    ]
    lines += ["sts =", "", "\t# comment", "\t\tendpoint_url\t=\thttps://a.example"]
    config = newline.join(lines)
    found = settings({}, config)

    assert (found.region.value, found.region.source) == ("eu-west-1", "profile default, line 4")
    assert found.endpoint_url.source == "services section x, line 11"


def test_other_line_separators_in_a_block() -> None:
    """As in botocore, which splits a block with ``str.splitlines``."""
    config = (
        "[default]\nservices = x\n[services x]\nsts =\n  a = b\u2028\u2028endpoint_url = https://a.example\n"
    )
    assert settings({}, config).endpoint_url.value == "https://a.example"


def test_section_names_like_in_botocore() -> None:
    config = "[DEFAULT]\nregion = eu-west-1\n[profile 'my dev']\n[dev]\n[profile a b]\n[profile \"c]\n"

    assert settings({}, config, "my dev").region.value == "eu-west-1"
    for name in ("dev", "a", "a b", "c", "DEFAULT"):
        with pytest.raises(ConfigFileError, match="could not be found"):
            settings({}, config, name)


@pytest.mark.unmeasured
@check_rows(
    "config",
    [
        "[default]\n" + "".join(f"name{number} = value\n" for number in range(12_000)),
        "".join(f"[profile p{number}]\nregion = eu-west-1\n" for number in range(6_000)),
        "[default]\nregion = eu-west-1\n" + "  x\n" * 50_000,
        "[default]\na" + " " * 200_000 + "b = c\n",
        "[default]\n" + "[" * 200_000,
        "[profile " + "a" * 200_000 + "]\n",
        "[default]\na =\n" + "  b = c\n" * 24_000,
        "[default]\na = " + "b" * 200_000,
    ],
    ids=["options", "sections", "continued", "spaces", "brackets", "header", "block", "value"],
)
def test_a_large_file(config: str) -> None:
    """Any content is parsed or rejected."""
    with contextlib.suppress(ConfigFileError):
        assert settings({}, config).explain()


# ------------------------------------------------ text


def test_explain() -> None:
    found = settings({"AWS_REGION": "eu-west-1", "AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, CONFIG)

    assert found.explain() == (
        "setting                          value         source                                  hidden\n"
        "profile                          -             default\n"
        "region                           eu-central-1  profile default, line 2                 eu-west-1 (environment AWS_REGION, not read by boto3)\n"
        "endpoint_url                     -             default\n"
        "sts_regional_endpoints           legacy        environment AWS_STS_REGIONAL_ENDPOINTS\n"
        "use_fips_endpoint                false         default\n"
        "use_dualstack_endpoint           false         default\n"
        "ignore_configured_endpoint_urls  false         default\n"
        "host: sts.amazonaws.com, signed for us-east-1: In legacy mode, a client in eu-central-1 calls the global endpoint; requests to it are signed for us-east-1."
    )


def test_no_secrets_are_printed() -> None:
    found = settings({}, CONFIG.replace("https://services", "https://user:pass@services"), "dev")
    printed = found.explain() + repr(found)

    assert "AKIAIOSFODNN7EXAMPLE" not in printed
    assert "wJalrXUtnFEMI" not in printed
    assert "user:pass" not in printed
    assert "https://***@services.example" in printed
    with pytest.raises(EndpointError) as caught:
        settings({}, endpoint_url="https://user:pass@a b").resolve()
    assert "user:pass" not in f"{caught.value} {caught.value.value}"


@check_rows("hostile", ["\x1b[31mred", "a\nhost: evil", "\u202eevil", "\ud800", "x" * 100_000, "a\x00b"])
def test_hostile_values(hostile: str) -> None:
    env = {
        "AWS_DEFAULT_REGION": hostile,
        "AWS_STS_REGIONAL_ENDPOINTS": hostile,
        "AWS_ENDPOINT_URL": hostile,
        "AWS_USE_FIPS_ENDPOINT": hostile,
    }
    one_line = hostile.replace("\n", " ")[:3000]
    config = f"[profile '{one_line}']\nregion = {one_line}\n"
    found = settings(env, config, one_line)
    printed = found.explain()

    assert all(line.isprintable() for line in printed.splitlines())
    assert printed.count("\n") == 8
    assert len(printed) < 5000
    with pytest.raises(EndpointError) as caught:
        found.resolve()
    assert str(caught.value).isprintable()
    with pytest.raises(EndpointError) as caught:
        settings({}, config + "sts_regional_endpoints = no\n", one_line, region_name="eu-west-1").resolve()
    assert str(caught.value).isprintable()
    with pytest.raises(ConfigFileError) as missing:
        settings({"AWS_PROFILE": hostile})
    assert str(missing.value).isprintable()
