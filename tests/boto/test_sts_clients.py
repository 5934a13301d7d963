"""The matrix of STS settings, compared with real botocore clients whose requests are captured, not sent.

Needs the botocore whose data are checked in; others have other regions.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import botocore
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import EndpointVariantError, InvalidRegionError
from botocore.session import Session

from iamtriage.exceptions import EndpointError, UnknownRegionError
from iamtriage.sts import StsMode, resolve_sts_endpoint
from iamtriage.sts._endpoint_table import BOTOCORE, PARTITIONS
from tests.measuring import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    botocore.__version__ != BOTOCORE, reason=f"the table is of botocore {BOTOCORE}, others have other data"
)

MODES: tuple[StsMode, ...] = get_args(StsMode)
SETTINGS = list(itertools.product((False, True), (False, True), MODES))
REGIONS: tuple[str | None, ...] = (
    None,
    *(
        region
        for partition in PARTITIONS
        for region in (*partition.regions, *partition.unlisted, *partition.pseudo)
    ),
)
PSEUDO = (
    *(f"{partition.regions[0]}-fips" for partition in PARTITIONS),
    *(f"fips-{partition.regions[-1]}" for partition in PARTITIONS),
    *(f"fips-{partition.pseudo[0]}" for partition in PARTITIONS if partition.pseudo),
    *("us-fips-west-2", "us-west-2-fips-fips", "fips-fips-us-west-2", "fips-us-west-2-fips"),
)
# Regions that only match the pattern of their partition.
FITTING = (
    *("us-west-9", "us-EAST-1", "eu-west-10", "cn-x-1", "us-gov-south-1", "us-iso-south-9", "us-isob-a-1"),
    *("eu-isoe-north-7", "us-isof-a-1", "eusc-de-west-2", "fips-us-west-9", f"us-{'a' * 50}-1"),
)
# Regions that botocore rejects, or builds no host name for.
REFUSED = (
    *("", " ", "us_east_1", "us east 1", "us-a_b-1", "us-é-1", "us-a-١", "us-east-9\n", "1", "-a", "a-"),
    *("fips-", "-fips", "fips-us-east-1-", "-fipsus-east-1", "us-east-1fips-", f"us-{'a' * 61}-1"),
    *("https://sts.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com", "a" * 10_000),
)
# Regions that botocore assigns to the partition aws.
GUESSED = ("moon-1", "US-EAST-1", "us-east-1a", "useast1", "global", "cn-north", "aws-eusc-global")


class Sent(NamedTuple):
    """The URL of a request, and the region in its credential scope."""

    url: str
    signing_region: str


class RequestCapture:
    """Sessions whose clients do not send their requests."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.sessions: dict[str, Session] = {mode: self._session(mode) for mode in MODES}

    def _session(self, mode: str) -> Session:
        session = Session()
        session.set_config_variable("sts_regional_endpoints", mode)
        session.set_credentials("AKIDEXAMPLE", "example-secret")
        session.register("before-send.sts.GetCallerIdentity", self._capture)
        return session

    def _capture(self, request: Any, **_: object) -> AWSResponse:  # noqa: ANN401 (botocore has no types)
        header = request.headers["Authorization"]
        text = header.decode() if isinstance(header, bytes) else header
        scope = re.search(r"Credential=AKIDEXAMPLE/\d{8}/([^/]*)/sts/aws4_request", text)
        assert scope is not None
        self.sent.append(Sent(request.url, scope[1]))
        return AWSResponse(request.url, 200, {}, _Empty())

    @unmeasured
    def build_request(self, region: str | None, *, fips: bool, dual_stack: bool, mode: str) -> Sent:
        """Create a client; return the request that it would send."""
        self.sent.clear()
        config = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack)
        client = self.sessions[mode].create_client("sts", region_name=region, config=config)
        client.get_caller_identity()
        client.close()
        [sent] = self.sent
        return sent


class _Empty:
    """An empty response body."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield b"<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>"


@pytest.fixture(scope="module")
def capture(aws_environment: pytest.MonkeyPatch) -> RequestCapture:
    del aws_environment
    return RequestCapture()


@pytest.mark.parametrize("region", [*REGIONS, *PSEUDO, *FITTING], ids=str)
def test_same_request_as_a_client(capture: RequestCapture, region: str | None) -> None:
    """URL and credential scope are those of the client. If the client rejects the settings, so do we."""
    for fips, dual_stack, mode in SETTINGS:
        try:
            sent = capture.build_request(region, fips=fips, dual_stack=dual_stack, mode=mode)
        except EndpointVariantError:
            with pytest.raises(EndpointError):
                resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack, mode=mode)
            continue
        endpoint = resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack, mode=mode)
        assert Sent(f"{endpoint.url}/", endpoint.signing_region) == sent


@pytest.mark.parametrize("region", REFUSED, ids=lambda region: ascii(region)[:30])
def test_regions_that_a_client_rejects_are_rejected(capture: RequestCapture, region: str) -> None:
    for fips, dual_stack, mode in SETTINGS:
        with pytest.raises((InvalidRegionError, ValueError)):
            capture.build_request(region, fips=fips, dual_stack=dual_stack, mode=mode)
        with pytest.raises(UnknownRegionError):
            resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack, mode=mode)


@pytest.mark.parametrize("region", GUESSED)
def test_regions_that_a_client_guesses_are_rejected(capture: RequestCapture, region: str) -> None:
    """The only difference: a client assigns an unknown region to the partition aws."""
    for fips, dual_stack, mode in SETTINGS:
        sent = capture.build_request(region, fips=fips, dual_stack=dual_stack, mode=mode)
        assert sent.url.endswith((".amazonaws.com/", ".api.aws/"))
        assert sent.signing_region == region
        with pytest.raises(UnknownRegionError):
            resolve_sts_endpoint(region, fips=fips, dual_stack=dual_stack, mode=mode)
