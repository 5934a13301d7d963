"""Read the names by which people call Regions.

Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, search_last
from iamtriage.explaining._context.values import Stated

# Region.EU_WEST_1 of Java, and RegionEndpoint.EUWest1 of .NET.
_CONSTANT = lazy_pattern(
    r"\b(?:RegionEndpoint|Regions?|Aws::Region)(?:\.|::)(?P<name>[A-Z]{2}(?:_(?:GOV_|ISOB?_)?[A-Z]{4,9}_\d|[A-Z][a-z]{3,8}\d)|[A-Z][a-z][A-Z][a-z]{3,8}\d)\b"
)

_REGIONS = {
    "N. Virginia": "us-east-1", "Northern Virginia": "us-east-1", "Virginia": "us-east-1", "Ohio": "us-east-2",
    "N. California": "us-west-1", "Northern California": "us-west-1", "Oregon": "us-west-2",
    "Montreal": "ca-central-1", "Calgary": "ca-west-1", "Sao Paulo": "sa-east-1", "São Paulo": "sa-east-1",
    "Ireland": "eu-west-1", "Dublin": "eu-west-1", "London": "eu-west-2", "Paris": "eu-west-3",
    "Frankfurt": "eu-central-1", "Zurich": "eu-central-2", "Stockholm": "eu-north-1", "Milan": "eu-south-1",
    "Bahrain": "me-south-1", "Tel Aviv": "il-central-1", "Cape Town": "af-south-1", "Mumbai": "ap-south-1",
    "Hyderabad": "ap-south-2", "Singapore": "ap-southeast-1", "Sydney": "ap-southeast-2",
    "Jakarta": "ap-southeast-3", "Melbourne": "ap-southeast-4", "Tokyo": "ap-northeast-1",
    "Seoul": "ap-northeast-2", "Osaka": "ap-northeast-3", "Hong Kong": "ap-east-1", "Taipei": "ap-east-2",
    "Beijing": "cn-north-1", "Ningxia": "cn-northwest-1",
}  # fmt: skip
PLACE = rf"(?:{REGION}|{'|'.join(_REGIONS)})".replace(". ", r"\. ")
"""The source of a pattern for the code or the name of a Region."""


def region_of_place(words: str) -> str:
    """Return the code of a Region, given the code or the name.

    >>> region_of_place("Ireland"), region_of_place("eu-west-1")
    ('eu-west-1', 'eu-west-1')
    """
    return _REGIONS.get(words, words)


def find_region_constant(text: str) -> Stated | None:
    """Return the Region of the last constant of an SDK that code in a text has.

    >>> find_region_constant("new AmazonTextractClient(RegionEndpoint.APSoutheast2)").value
    'ap-southeast-2'
    """
    found = search_last(_CONSTANT, text)
    if found is None:
        return None
    name = found["name"]
    words = name.split("_") if "_" in name else [name[:2], name[2:-1], name[-1]]
    region = "-".join(words).lower()
    return Stated(region, found[0]) if re.fullmatch(REGION, region) else None
