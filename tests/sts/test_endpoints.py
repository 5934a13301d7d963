"""STS endpoints: tables, errors and the checked-in data; `tests/boto/test_sts_clients.py` compares with botocore."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore
import pytest

from iamtriage.arns._partitions import PARTITIONS
from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.sts import StsEndpoint, _endpoint_table, resolve_sts_endpoint
from tests.tables import check_rows

_TOOL = Path(__file__).resolve().parents[2] / "tools" / "sync_sts.py"
_FIPS = {"fips": True}
_DUAL = {"dual_stack": True}
_BOTH = {**_FIPS, **_DUAL}
_LEGACY = {"mode": "legacy"}


def _resolve(region: object, **settings: object) -> StsEndpoint:
    """Call the function with arguments of any type."""
    ask: Any = resolve_sts_endpoint
    answer = ask(region, **settings)
    assert isinstance(answer, StsEndpoint)
    return answer


# ------------------------------------------------ answers


@check_rows(
    ("region", "settings", "host", "signing_region", "partition", "published"),
    [
        ("us-west-2", {}, "sts.us-west-2.amazonaws.com", "us-west-2", "aws", True),
        ("us-west-2", _FIPS, "sts-fips.us-west-2.amazonaws.com", "us-west-2", "aws", True),
        ("us-west-2", _DUAL, "sts.us-west-2.api.aws", "us-west-2", "aws", True),
        ("us-west-2", _BOTH, "sts-fips.us-west-2.api.aws", "us-west-2", "aws", True),
        ("us-west-2", _LEGACY, "sts.amazonaws.com", "us-east-1", "aws", True),
        ("us-west-2", {**_LEGACY, **_FIPS}, "sts-fips.us-west-2.amazonaws.com", "us-west-2", "aws", True),
        ("us-west-2", {**_LEGACY, **_DUAL}, "sts.us-west-2.api.aws", "us-west-2", "aws", True),
        ("us-west-2-fips", {}, "sts-fips.us-west-2.amazonaws.com", "us-west-2", "aws", True),
        ("fips-us-west-2", _DUAL, "sts-fips.us-west-2.api.aws", "us-west-2", "aws", True),
        ("us-west-2-fips", _LEGACY, "sts-fips.us-west-2.amazonaws.com", "us-west-2", "aws", True),
        ("eu-south-1", _LEGACY, "sts.eu-south-1.amazonaws.com", "eu-south-1", "aws", True),
        ("ap-northeast-2", _LEGACY, "sts.ap-northeast-2.amazonaws.com", "ap-northeast-2", "aws", True),
        ("eu-west-1", _FIPS, "sts-fips.eu-west-1.amazonaws.com", "eu-west-1", "aws", False),
        ("eu-west-1", _BOTH, "sts-fips.eu-west-1.api.aws", "eu-west-1", "aws", False),
        ("ca-central-1", _FIPS, "sts-fips.ca-central-1.amazonaws.com", "ca-central-1", "aws", False),
        ("ca-central-1", _BOTH, "sts-fips.ca-central-1.api.aws", "ca-central-1", "aws", None),
        # No region, and the name for none.
        (None, {}, "sts.amazonaws.com", "us-east-1", "aws", True),
        (None, _LEGACY, "sts.amazonaws.com", "us-east-1", "aws", True),
        (None, _FIPS, "sts-fips.aws-global.amazonaws.com", "us-east-1", "aws", False),
        (None, _DUAL, "sts.aws-global.api.aws", "us-east-1", "aws", False),
        ("aws-global", {}, "sts.amazonaws.com", "us-east-1", "aws", True),
        ("aws-global", _LEGACY, "sts.amazonaws.com", "us-east-1", "aws", True),
        ("aws-cn-global", {}, "sts.aws-cn-global.amazonaws.com.cn", "aws-cn-global", "aws-cn", False),
        # Other partitions.
        ("cn-north-1", {}, "sts.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn", True),
        ("cn-north-1", _FIPS, "sts-fips.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn", False),
        ("cn-north-1", _DUAL, "sts.cn-north-1.api.amazonwebservices.com.cn", "cn-north-1", "aws-cn", True),
        ("us-gov-west-1", {}, "sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov", True),
        ("us-gov-west-1", _FIPS, "sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov", True),
        ("us-gov-west-1", _DUAL, "sts.us-gov-west-1.api.aws", "us-gov-west-1", "aws-us-gov", True),
        ("us-gov-west-1", _BOTH, "sts-fips.us-gov-west-1.api.aws", "us-gov-west-1", "aws-us-gov", None),
        ("us-iso-east-1", _DUAL, "sts.us-iso-east-1.api.aws.ic.gov", "us-iso-east-1", "aws-iso", None),
        ("eusc-de-east-1", {}, "sts.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "aws-eusc", True),
        # Known to partitions.json alone, and to nobody.
        ("me-west-1", {}, "sts.me-west-1.amazonaws.com", "me-west-1", "aws", None),
        ("us-west-9", {}, "sts.us-west-9.amazonaws.com", "us-west-9", "aws", None),
        ("us-west-9", _FIPS, "sts-fips.us-west-9.amazonaws.com", "us-west-9", "aws", None),
        ("us-gov-south-1", _FIPS, "sts.us-gov-south-1.amazonaws.com", "us-gov-south-1", "aws-us-gov", None),
    ],
)
def test_endpoint(
    region: str | None,
    settings: dict[str, Any],
    host: str,
    signing_region: str,
    partition: str,
    published: bool | None,  # noqa: FBT001 (three values)
) -> None:
    endpoint = resolve_sts_endpoint(region, **settings)

    assert endpoint._asdict() | {"reason": ""} == {
        "url": f"https://{host}",
        "host": host,
        "signing_region": signing_region,
        "partition": partition,
        "is_global": host == "sts.amazonaws.com",
        "published": published,
        "reason": "",
    }
    # One sentence: a capital, and no full stop but the last, save those in version numbers.
    assert endpoint.reason[0].isupper() or endpoint.reason.startswith(str(region))
    assert endpoint.reason.endswith(".")
    assert ". " not in endpoint.reason


@check_rows(
    ("region", "settings", "reason"),
    [
        (
            "eu-west-1",
            {},
            "A client calls the regional endpoint of eu-west-1 in the partition aws.",
        ),
        (
            "eu-west-1",
            _FIPS,
            "A client calls the FIPS endpoint of eu-west-1 in the partition aws; SDKs build its name, but AWS does not publish it.",
        ),
        (
            "us-west-2",
            _LEGACY,
            "In legacy mode, a client in us-west-2 calls the global endpoint; requests to it are signed for us-east-1.",
        ),
        (
            "us-west-2",
            {**_LEGACY, **_DUAL},
            "Legacy mode does not apply to FIPS and dual stack, so a client calls the dual-stack endpoint of us-west-2 in the partition aws.",
        ),
        (
            "us-west-2-fips",
            {},
            "us-west-2-fips means us-west-2 with FIPS, so a client calls the FIPS endpoint of us-west-2 in the partition aws.",
        ),
        (
            "eu-south-1",
            _LEGACY,
            "Legacy mode does not apply to eu-south-1, so a client calls the regional endpoint of eu-south-1 in the partition aws.",
        ),
        (
            None,
            _FIPS,
            "A client without a Region uses aws-global, and with FIPS or dual stack it calls the FIPS endpoint of aws-global in the partition aws, which is not a Region and has no such endpoint.",
        ),
        (
            "aws-global",
            {},
            "aws-global means the global endpoint; requests to it are signed for us-east-1.",
        ),
        (
            "us-iso-east-1",
            _DUAL,
            "A client calls the dual-stack endpoint of us-iso-east-1 in the partition aws-iso; it is unknown whether AWS publishes it.",
        ),
    ],
)
def test_reason(region: str | None, settings: dict[str, Any], reason: str) -> None:
    assert resolve_sts_endpoint(region, **settings).reason == reason


def test_reason_names_the_botocore_version_for_an_unknown_region() -> None:
    for region in ("me-west-1", "us-west-9"):
        assert f"botocore {_endpoint_table.BOTOCORE} " in resolve_sts_endpoint(region).reason


def test_same_result_twice_and_in_any_order() -> None:
    first = resolve_sts_endpoint("eu-west-1", fips=True)

    assert resolve_sts_endpoint(dual_stack=False, mode="regional", fips=True, region="eu-west-1") == first
    assert resolve_sts_endpoint("eu-west-1") != first


def test_endpoint_is_a_frozen_value() -> None:
    endpoint = resolve_sts_endpoint("eu-west-1")

    assert pickle.loads(pickle.dumps(endpoint)) == endpoint
    assert copy.deepcopy(endpoint) == endpoint
    assert hash(endpoint) == hash(copy.copy(endpoint))
    with pytest.raises(AttributeError):
        endpoint.url = "https://example.com"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


# ------------------------------------------------ errors


@check_rows(
    ("region", "suggested"),
    [
        ("", None),
        (" ", None),
        ("moon-1", None),
        ("us_east_1", "us-east-1"),
        ("US-EAST-1", "us-east-1"),
        ("us east 1", "us-east-1"),
        (" eu-west-1\n", "eu-west-1"),
        ("us-east-1a", "us-east-1"),
        ("useast1", "us-east-1"),
        ("us-gov-west1", "us-gov-west-1"),
        ("https://sts.ap-southeast-2.amazonaws.com", "ap-southeast-2"),
        ("sts.amazonaws.com", None),
        ("arn:aws:iam::111122223333:role/app", None),
        ("us-east-1\0", "us-east-1"),
        ("us-\x1b[31meast-1", "us-east-1"),
        ("us-éast-1", "us-east-1"),
        ("us-east-٣", "us-east-2"),
        ("eu-c_ntral-1", "eu-central-1"),
        ("us-" + "a" * 61 + "-1", None),
        ("\ud800", None),
        ("fips-", None),
        ("-fips", None),
        ("-fipsus-east-1", "us-east-1"),
        ("fips-fips", None),
        ("None", None),
        ("a" * 10_000, None),
        ("us-east-1" * 10_000, "us-east-1"),
        ("-fips" * 10_000, None),
    ],
    ids=lambda value: ascii(value)[:30],
)
@check_rows("settings", [{}, _FIPS, _DUAL, _LEGACY], ids=str)
def test_unknown_region(region: str, suggested: str | None, settings: dict[str, Any]) -> None:
    with pytest.raises(UnknownRegionError) as caught:
        resolve_sts_endpoint(region, **settings)

    message = str(caught.value)
    assert caught.value.region == region
    assert message.isprintable()
    assert len(message) < 800
    assert message.partition("; did you mean ")[2] == (f"{suggested}?" if suggested else "")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.region) == (message, region)


@check_rows("region", [b"us-east-1", 1, 1.5, True, ["us-east-1"], {}, object(), str])
def test_region_that_is_not_a_string(region: object) -> None:
    with pytest.raises(TypeError, match=rf"^region must be a string or None, not {type(region).__name__}$"):
        _resolve(region)


@check_rows("value", ["false", "", 0, 1, None, [], {}])
@check_rows("switch", ["fips", "dual_stack"])
def test_switch_that_is_not_a_boolean(switch: str, value: object) -> None:
    """The string "false" from an environment would be truthy. 1 equals True, in a cache, too."""
    _resolve("us-east-1", **{switch: True})
    with pytest.raises(TypeError, match=rf"^{switch} must be a boolean, not {type(value).__name__}$"):
        _resolve("us-east-1", **{switch: value})


@check_rows("mode", ["REGIONAL", "global", "", "x" * 10_000, "\0", None, 1, ["legacy"]])
def test_unknown_mode(mode: object) -> None:
    with pytest.raises(EndpointError, match=r"^unknown mode .*; expected one of regional, legacy$") as caught:
        _resolve("us-east-1", mode=mode)

    assert caught.value.setting == "mode"
    assert caught.value.value == mode
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 800


@check_rows("region", ["eu-isoe-west-1", "us-isof-south-1", "us-isof-new-7"])
@check_rows("fips", [False, True])
def test_dual_stack_that_botocore_rejects(region: str, fips: bool) -> None:  # noqa: FBT001 (a parameter)
    with pytest.raises(EndpointError, match="botocore rejects dual stack for ") as caught:
        resolve_sts_endpoint(region, dual_stack=True, fips=fips)

    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.setting, again.value) == ("use_dualstack_endpoint", True)
    assert region in str(again)


def test_errors_have_no_context() -> None:
    """The cache does not show in a traceback."""
    with pytest.raises(TypeError) as caught:
        _resolve(["us-east-1"])

    assert caught.value.__context__ is None


# ------------------------------------------------ the table


def test_table_has_the_partitions() -> None:
    assert {partition.name for partition in _endpoint_table.PARTITIONS} == set(PARTITIONS)


def test_table_holds_each_region_once() -> None:
    regions = [
        region
        for partition in _endpoint_table.PARTITIONS
        for region in (*partition.regions, *partition.unlisted, *partition.pseudo)
    ]

    assert len(set(regions)) == len(regions)
    assert set(regions) >= _endpoint_table.LEGACY_GLOBAL_REGIONS


@pytest.mark.skipif(not _TOOL.is_file(), reason="no checkout")
@pytest.mark.skipif(
    botocore.__version__ != _endpoint_table.BOTOCORE,
    reason=f"the table is of botocore {_endpoint_table.BOTOCORE}, others have other data",
)
def test_table_matches_the_installed_botocore() -> None:
    done = subprocess.run(
        [sys.executable, str(_TOOL), "--check"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, f"run `python tools/sync_sts.py --write`:\n{done.stdout}{done.stderr}"


def test_no_botocore_and_no_difflib_for_an_answer() -> None:
    code = (
        "import sys; from iamtriage.sts import resolve_sts_endpoint as r; r('eu-west-1'); "
        "print(sorted({'botocore', 'boto3', 'difflib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
