"""List botocore's partitions and STS hosts. This file is generated: do not edit it.

``tools/sync_sts.py`` generated it from botocore 1.44.8. A test compares it with the installed botocore.
"""

from __future__ import annotations

from iamtriage._typing import NamedTuple

BOTOCORE = "1.44.8"


class Partition(NamedTuple):
    """A partition and its STS hosts.

    Attributes:
        regions: The Regions for which endpoints.json lists an STS host.
        unlisted: The Regions that only partitions.json lists.
        pseudo: Region names that are not Regions, such as ``aws-global``.
        fips_regions: The Regions for which endpoints.json lists a FIPS host.
        rejects_dual_stack: Whether clients raise EndpointVariantError for dual stack.
    """

    name: str
    pattern: str
    dns_suffix: str
    dual_stack_suffix: str
    fips_label: str
    rejects_dual_stack: bool
    regions: tuple[str, ...]
    unlisted: tuple[str, ...]
    pseudo: tuple[str, ...]
    fips_regions: tuple[str, ...]


PARTITIONS = (
    Partition(
        name="aws",
        pattern=r"^(us|eu|ap|sa|ca|me|af|il|mx)\-\w+\-\d+$",
        dns_suffix="amazonaws.com",
        dual_stack_suffix="api.aws",
        fips_label="sts-fips",
        rejects_dual_stack=False,
        regions=(
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "mx-central-1",
            "sa-east-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ),
        unlisted=("me-west-1", "sa-west-1"),
        pseudo=("aws-global",),
        fips_regions=("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
    ),
    Partition(
        name="aws-cn",
        pattern=r"^cn\-\w+\-\d+$",
        dns_suffix="amazonaws.com.cn",
        dual_stack_suffix="api.amazonwebservices.com.cn",
        fips_label="sts-fips",
        rejects_dual_stack=False,
        regions=("cn-north-1", "cn-northwest-1"),
        unlisted=(),
        pseudo=("aws-cn-global",),
        fips_regions=(),
    ),
    Partition(
        name="aws-us-gov",
        pattern=r"^us\-gov\-\w+\-\d+$",
        dns_suffix="amazonaws.com",
        dual_stack_suffix="api.aws",
        fips_label="sts",
        rejects_dual_stack=False,
        regions=("us-gov-east-1", "us-gov-west-1"),
        unlisted=(),
        pseudo=("aws-us-gov-global",),
        fips_regions=("us-gov-east-1", "us-gov-west-1"),
    ),
    Partition(
        name="aws-iso",
        pattern=r"^us\-iso\-\w+\-\d+$",
        dns_suffix="c2s.ic.gov",
        dual_stack_suffix="api.aws.ic.gov",
        fips_label="sts-fips",
        rejects_dual_stack=False,
        regions=("us-iso-east-1", "us-iso-west-1"),
        unlisted=(),
        pseudo=("aws-iso-global",),
        fips_regions=(),
    ),
    Partition(
        name="aws-iso-b",
        pattern=r"^us\-isob\-\w+\-\d+$",
        dns_suffix="sc2s.sgov.gov",
        dual_stack_suffix="api.aws.scloud",
        fips_label="sts-fips",
        rejects_dual_stack=False,
        regions=("us-isob-east-1", "us-isob-west-1"),
        unlisted=(),
        pseudo=("aws-iso-b-global",),
        fips_regions=(),
    ),
    Partition(
        name="aws-iso-e",
        pattern=r"^eu\-isoe\-\w+\-\d+$",
        dns_suffix="cloud.adc-e.uk",
        dual_stack_suffix="api.cloud-aws.adc-e.uk",
        fips_label="sts-fips",
        rejects_dual_stack=True,
        regions=("eu-isoe-west-1",),
        unlisted=(),
        pseudo=("aws-iso-e-global",),
        fips_regions=(),
    ),
    Partition(
        name="aws-iso-f",
        pattern=r"^us\-isof\-\w+\-\d+$",
        dns_suffix="csp.hci.ic.gov",
        dual_stack_suffix="api.aws.hci.ic.gov",
        fips_label="sts-fips",
        rejects_dual_stack=True,
        regions=("us-isof-east-1", "us-isof-south-1"),
        unlisted=(),
        pseudo=("aws-iso-f-global",),
        fips_regions=(),
    ),
    Partition(
        name="aws-eusc",
        pattern=r"^eusc\-(de)\-\w+\-\d+$",
        dns_suffix="amazonaws.eu",
        dual_stack_suffix="api.amazonwebservices.eu",
        fips_label="sts-fips",
        rejects_dual_stack=False,
        regions=("eusc-de-east-1",),
        unlisted=(),
        pseudo=(),
        fips_regions=(),
    ),
)
# The pseudo-region of the global endpoint, its host, and the region that signs for it.
GLOBAL_REGION = "aws-global"
GLOBAL_HOST = "sts.amazonaws.com"
GLOBAL_SIGNING_REGION = "us-east-1"
# Regions whose calls go to the global endpoint in legacy mode.
LEGACY_GLOBAL_REGIONS = frozenset(
    {
        "ap-northeast-1",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "aws-global",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)
