"""The shared vectors of STS endpoints, from botocore's own tests; absent outside of the workshop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamtriage.sts_endpoints import StsMode, resolve_sts_endpoint

_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "sts_endpoint_tests.jsonl"

pytestmark = pytest.mark.skipif(not _VECTORS.is_file(), reason="the shared vectors are not on this machine")


def _rows() -> list[dict[str, Any]]:
    if not _VECTORS.is_file():
        return []
    return [json.loads(line) for line in _VECTORS.read_text("utf-8").splitlines() if line.strip()]


_ROWS = _rows()


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: row["documentation"])
def test_row(row: dict[str, Any]) -> None:
    """What the rule set gives; signing regions where the row tells them."""
    params, expected = row["params"], row["expect"]
    if "Endpoint" in params:
        pytest.skip("a custom endpoint is a matter of settings")
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
