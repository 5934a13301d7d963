"""The settings of a session's STS client, compared with the client itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from botocore.config import Config

from iamtriage.boto import sts_settings
from iamtriage.exceptions import ConfigFileError

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
[default]
region = eu-west-1

[profile work]
region = eu-central-1
sts_regional_endpoints = legacy
services = own

[profile fips]
region = us-west-2
use_fips_endpoint = true

[services own]
sts =
  endpoint_url = https://sts.example.com
"""


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config file and no other settings."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    (tmp_path / "config").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def _read_settings(profile: str | None = None, region: str | None = None) -> Any:  # noqa: ANN401
    session = botocore.session.Session(profile=profile)
    if region is not None:
        session.set_config_variable("region", region)
    return session


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("variables", "session", "client_args"),
    [
        ({}, {}, {}),
        ({"AWS_DEFAULT_REGION": "us-east-2"}, {}, {}),
        ({"AWS_DEFAULT_REGION": "us-east-2"}, {"region_name": "us-east-1"}, {}),
        ({}, {"region_name": "us-east-1"}, {"region_name": "sa-east-1"}),
        ({}, {"region_name": "us-east-1"}, {"config": Config(region_name="sa-east-1")}),
        ({}, {"profile_name": "work"}, {}),
        ({"AWS_PROFILE": "fips"}, {"profile_name": "work"}, {}),
        ({"AWS_PROFILE": "fips"}, {}, {}),
        ({"AWS_PROFILE": "fips"}, {}, {"config": Config(use_fips_endpoint=False)}),
        ({}, {"profile_name": "work"}, {"config": Config(ignore_configured_endpoint_urls=True)}),
        ({"AWS_ENDPOINT_URL": "https://one.example.com"}, {}, {}),
        ({"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, {}, {}),
        ({}, {}, {"endpoint_url": "https://two.example.com"}),
    ],
)
def test_same_as_the_client(
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    session: dict[str, str],
    client_args: dict[str, Any],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    sessions: list[Any] = [
        boto3.Session(**session),
        _read_settings(session.get("profile_name"), session.get("region_name")),
    ]
    for made in sessions:
        endpoint = sts_settings(made, **client_args).resolve()
        make = getattr(made, "client", None) or made.create_client
        client = make("sts", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="s", **client_args)
        url, scope = client.generate_presigned_url("get_caller_identity").split("/?", 1)
        client.close()

        assert endpoint.url == url
        assert f"%2F{endpoint.signing_region}%2Fsts%2F" in scope


def test_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    settings = sts_settings(boto3.Session())

    assert settings.profile.source == "environment AWS_PROFILE"
    assert settings.region.source == "profile work, line 5"
    assert settings.sts_regional_endpoints.value == "legacy"


def test_profile_of_the_session() -> None:
    assert sts_settings(boto3.Session(profile_name="work")).profile.value == "work"
    assert sts_settings(boto3.Session()).profile.value is None


def test_default_config_of_the_session() -> None:
    session = botocore.session.Session()
    session.set_default_client_config(Config(use_fips_endpoint=True, use_dualstack_endpoint=True))
    settings = sts_settings(session, config=Config(use_dualstack_endpoint=False))

    assert (settings.use_fips_endpoint.value, settings.use_dualstack_endpoint.value) == (True, False)


def test_settings_in_the_credentials_file(files: Path) -> None:
    (files / "credentials").write_text("[keys]\nregion = ap-south-1\n", encoding="utf-8")
    session = boto3.Session(profile_name="keys")

    assert sts_settings(session).region.value == session.region_name == "ap-south-1"


def test_files_set_in_code(files: Path) -> None:
    (files / "other").write_text("[default]\nregion = eu-north-1\n", encoding="utf-8")
    session = botocore.session.Session()
    session.set_config_variable("config_file", str(files / "other"))

    assert sts_settings(session).region.value == "eu-north-1"


def test_no_files(files: Path) -> None:
    (files / "config").unlink()

    assert sts_settings(boto3.Session()).resolve().host == "sts.amazonaws.com"


def test_environment_variable_in_a_path(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLDER", str(files))
    monkeypatch.setenv("AWS_CONFIG_FILE", "$FOLDER/config")

    assert sts_settings(boto3.Session()).region.value == "eu-west-1"


def test_error_of_a_malformed_file_has_its_line(files: Path) -> None:
    session = boto3.Session()
    (files / "config").write_text("[default]\nregion = eu-west-1\nnonsense\n", encoding="utf-8")
    with pytest.raises(ConfigFileError) as caught:
        sts_settings(session)

    assert caught.value.line == 3


def test_error_of_another_encoding_has_its_line(files: Path) -> None:
    session = boto3.Session()
    (files / "config").write_bytes(b"[default]\nregion = eu-west-1 \xe9\n")
    with pytest.raises(ConfigFileError, match="expected UTF-8, got other bytes in line 2") as caught:
        sts_settings(session)

    assert caught.value.line == 2


def test_older_botocore_has_another_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.__version__", "1.39.17")

    assert sts_settings(boto3.Session()).resolve().host == "sts.amazonaws.com"


def test_session_of_the_wrong_type() -> None:
    with pytest.raises(TypeError, match="session must be a boto3 or botocore session, not NoneType"):
        sts_settings(None)
    with pytest.raises(TypeError, match="regoin"):
        sts_settings(boto3.Session(), regoin="eu-west-1")
