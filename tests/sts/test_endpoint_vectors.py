"""The shared vectors of STS endpoints, from the tests of botocore."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamtriage.sts import StsMode, StsSettings, resolve_sts_endpoint

_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "sts_endpoint_tests.jsonl"

pytestmark = pytest.mark.skipif(not _VECTORS.is_file(), reason="the shared vectors are not on this machine")


def _rows() -> list[dict[str, Any]]:
    if not _VECTORS.is_file():
        return []
    return [json.loads(line) for line in _VECTORS.read_text("utf-8").splitlines() if line.strip()]


_ROWS = _rows()


@pytest.mark.parametrize(
    "row", [r for r in _ROWS if "Endpoint" in r["params"]], ids=lambda r: r["documentation"]
)
def test_row_with_a_url(row: dict[str, Any]) -> None:
    """Rows with a configured URL belong to the settings."""
    params, expected = row["params"], row["expect"]
    switches = {
        "use_fips_endpoint": params.get("UseFIPS", False),
        "use_dualstack_endpoint": params.get("UseDualStack", False),
    }
    found = StsSettings.from_sources(
        {"AWS_STS_REGIONAL_ENDPOINTS": "legacy" if params.get("UseGlobalEndpoint") else "regional"},
        region_name=params.get("Region"),
        endpoint_url=params["Endpoint"],
        config=switches,
    ).resolve()
    # The rule set rejects FIPS and dual stack with a URL; the client then does not pass them.
    assert ("error" in expected) is any(switches.values())
    assert found.url == expected.get("url", params["Endpoint"])


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "row", [r for r in _ROWS if "Endpoint" not in r["params"]], ids=lambda row: row["documentation"]
)
def test_row(row: dict[str, Any]) -> None:
    """The result of the rule set; signing regions if the row has them."""
    params, expected = row["params"], row["expect"]
    mode: StsMode = "legacy" if params.get("UseGlobalEndpoint") else "regional"
    endpoint = resolve_sts_endpoint(
        params.get("Region"),
        fips=params.get("UseFIPS", False),
        dual_stack=params.get("UseDualStack", False),
        mode=mode,
    )
    if "error" in expected:
        # The rule set wants a region; the client around it puts aws-global in, and so do we.
        assert (expected["error"], params) == ("Invalid Configuration: Missing Region", {})
        assert endpoint.url == "https://sts.amazonaws.com"
        return
    assert endpoint.url == expected["url"]
    assert endpoint.signing_region == expected.get("signing_region", params.get("Region"))
