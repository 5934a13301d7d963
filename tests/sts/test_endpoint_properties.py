"""Properties of every text as a region of STS."""

from __future__ import annotations

import string
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.sts import StsMode, resolve_sts_endpoint
from iamtriage.sts._endpoint_table import GLOBAL_HOST, PARTITIONS

MODES: tuple[StsMode, ...] = get_args(StsMode)
known = [
    region
    for partition in PARTITIONS
    for region in (*partition.regions, *partition.unlisted, *partition.pseudo)
]
listed = {region for partition in PARTITIONS for region in partition.regions}
# Bits of regions in any order: some fit a partition's pattern, most nearly do.
bits = st.lists(
    st.sampled_from(
        (
            *("us", "eu", "ap", "cn", "eusc", "de", "gov", "iso", "isob", "isoe", "isof", "aws", "global"),
            *(
                "-",
                "-",
                "-",
                "_",
                ".",
                "/",
                " ",
                "\n",
                "\0",
                "é",
                "٣",
                "\ud800",
                "A",
                "fips",
                "-fips",
                "fips-",
            ),
            *("east", "west", "a" * 50, "1", "9", "10", "https://", "us-east-1", "cn-north-1"),
        )
    ),
    max_size=8,
).map("".join)
names = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
fitting = st.builds(
    "{}-{}-{}".format,
    st.sampled_from(("us", "eu", "sa", "cn", "us-gov", "us-iso", "us-isob", "eu-isoe", "us-isof", "eusc-de")),
    names,
    st.integers(0, 99),
)
texts = st.one_of(st.text(max_size=80), bits, fitting, st.sampled_from(known))
SUFFIXES = {partition.name: (partition.dns_suffix, partition.dual_stack_suffix) for partition in PARTITIONS}


@given(region=texts, fips=st.booleans(), dual_stack=st.booleans(), mode=st.sampled_from(MODES))
@example(region="us-east-9\n", fips=False, dual_stack=False, mode="regional")
@example(region="-fipsus-east-1", fips=False, dual_stack=False, mode="regional")
def test_endpoint_or_error(region: str, fips: bool, dual_stack: bool, mode: StsMode) -> None:  # noqa: FBT001
    try:
        endpoint = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack, mode=mode)
    except UnknownRegionError as error:
        assert (error.region, str(error).isprintable()) == (region, True)  # noqa: PT017 (not every text raises)
        return
    except EndpointError:
        assert dual_stack
        return
    suffix = SUFFIXES[endpoint.partition][dual_stack]
    assert endpoint.host.endswith(f".{suffix}")
    assert endpoint.url == f"https://{endpoint.host}"
    assert endpoint.is_global is (endpoint.host == GLOBAL_HOST)
    assert endpoint.host.isascii()
    assert set(endpoint.host) <= {*string.ascii_letters, *string.digits, "-", "."}
    assert all(0 < len(label) <= 63 for label in endpoint.host.split("."))
    assert endpoint.is_global or endpoint.signing_region in {*endpoint.host.split("."), "us-east-1"}
    assert endpoint.reason.isprintable()


@given(fitting)
def test_region_that_fits_is_taken_as_new(region: str) -> None:
    endpoint = resolve_sts_endpoint(region)

    assert endpoint.signing_region == region
    assert endpoint.published is (True if region in listed else None)


@pytest.mark.parametrize("region", known)
@given(fips=st.booleans(), dual_stack=st.booleans())
def test_legacy_differs_in_nothing_but_the_global_host(region: str, fips: bool, dual_stack: bool) -> None:  # noqa: FBT001
    try:
        regional = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack)
        legacy = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack, mode="legacy")
    except EndpointError:
        assert dual_stack
        return
    assert legacy.host in {regional.host, GLOBAL_HOST}
    assert legacy.partition == regional.partition
