"""The shared vectors of STS settings: the behavior of real botocore clients.

Every row is right, or listed here with the reason why we differ.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamtriage.exceptions import ConfigFileError, EndpointError, UnknownRegionError
from iamtriage.sts import StsSettings
from tests.tables import check_rows

_FILE = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "sts_config.jsonl"

# Before the tables, which must have rows.
if not _FILE.is_file():
    pytest.skip("the shared vectors are not on this machine", allow_module_level=True)

_ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in _FILE.read_text("utf-8").splitlines() if line.strip()
]


def _settings(row: dict[str, Any]) -> StsSettings:
    service = row["service"]
    # What a row of another service says of its own settings holds for STS under our names.
    variable = f"AWS_ENDPOINT_URL_{service.upper()}"
    env = {"AWS_ENDPOINT_URL_STS" if name == variable else name: value for name, value in row["env"].items()}
    config = row.get("config_file")
    if config is not None and service != "sts":
        config = config.replace(f"\n{service} =", "\nsts =")
    return StsSettings.from_sources(env, config, row.get("profile"), **row["client_args"])


def _without_slash(url: str) -> str:
    """Clients append a slash to a host; the settings have the URL without it."""
    return url.removesuffix("/")


@check_rows(
    "row", [row for row in _ROWS if row["service"] == "sts"], ids=lambda row: ascii(row.get("note"))[:60]
)
def test_as_the_client(row: dict[str, Any]) -> None:
    """URL and signing region, or an error; every expectation was observed."""
    expected, observed = row["expect"], row["observed"]
    settings = _settings(row)
    if "error" in expected:
        with pytest.raises(EndpointError):
            settings.resolve()
        return
    if settings.endpoint_url.value is None and _is_invented(settings.region.value):
        # We differ: botocore takes a region that no partition has for one of the partition aws.
        with pytest.raises(UnknownRegionError):
            settings.resolve()
        return

    endpoint = settings.resolve()

    assert endpoint.url == _without_slash(observed["request_url"])
    # Calls that are not signed (SAML) have no signing region; ours is empty then.
    assert endpoint.signing_region == observed.get("signing_region", "")
    for key in ("request_url", "meta_endpoint_url", "origin"):
        if key in expected:
            assert endpoint.url == _without_slash(expected[key])
    if "signing_region" in expected:
        assert endpoint.signing_region == expected["signing_region"]
    if "session_sts_regional_endpoints" in observed:
        assert (settings.sts_regional_endpoints.value or "regional") == (
            observed["session_sts_regional_endpoints"] or "regional"
        )


def _is_invented(region: object) -> bool:
    return region in {"not-real", "fake-region-10"}


@check_rows("row", [row for row in _ROWS if row["service"] != "sts"], ids=lambda row: row["source"][-60:])
def test_urls_of_other_services(row: dict[str, Any]) -> None:
    """All services choose the URL in the same way, so their rows apply to STS, too."""
    expected = row["expect"].get("origin") or row["expect"].get("meta_endpoint_url")
    settings = _settings(row)
    if settings.endpoint_url.value is None:
        # The host of the service itself, which no setting replaced.
        assert row["service"] in expected
    else:
        assert settings.resolve().url == _without_slash(expected)


def test_a_services_section_that_is_missing() -> None:
    """No row has it; botocore raises InvalidConfigError."""
    with pytest.raises(ConfigFileError):
        StsSettings.from_sources({}, "[default]\nservices = none\n")
