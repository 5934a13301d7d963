"""Explain calls of a FIPS endpoint in a Region where the service has none.

Where services have one: https://aws.amazon.com/compliance/fips/. How SDKs select them:
https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.shared import clusters, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.findings import UNPUBLISHED_FIPS_HOST

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.remedies import Commands
    from iamtriage.failures._failures import AwsError

_HOST = lazy_pattern(
    r"(?:\A|\.)(?P<service>[a-z0-9-]{2,40})-fips\.(?:dualstack\.)?(?P<region>[a-z]{2}-[a-z]{4,10}-[0-9])\.(?:amazonaws\.com|api\.aws)\Z",
    re.ASCII,
)
# Most services have FIPS endpoints only in the United States and Canada. STS has none in Canada. These have
# others, too, according to the endpoints that botocore lists.
_NORTH_AMERICA = ("us-", "ca-")
_ELSEWHERE = frozenset(
    {
        "ecr", "dms", "elasticfilesystem", "fms", "fsx", "iam", "kms", "networkmanager", "rds",
        "rekognition", "snowball", "waf", "waf-regional", "wafv2",
    }
)  # fmt: skip
# STS, EC2, SQS.
_CHARS_OF_ABBREVIATION = 3
_SWITCH = lazy_pattern(r"\b(?:AWS_USE_FIPS_ENDPOINT|use_?fips_?endpoint)\b", re.IGNORECASE)


def explain_fips_host(case: Case[AwsError], host: str | None) -> Explanation | None:
    """Explain that a name cannot be resolved because there is no such FIPS endpoint; return ``None`` for others."""
    found = None if host is None else _HOST.search(host)
    if host is None or found is None or found["service"] in _ELSEWHERE:
        return None
    service, region = found["service"], found["region"]
    if region.startswith("us-" if service == "sts" else _NORTH_AMERICA):
        return None
    name = service.upper() if len(service) <= _CHARS_OF_ABBREVIATION else service
    plain, facts = host.replace("-fips.", ".", 1), case.facts
    switch = _SWITCH.search(case.failure.text)
    look = "Look for AWS_USE_FIPS_ENDPOINT in its environment, use_fips_endpoint in its AWS config file, and UseFIPSEndpoint in its code."
    lines: Commands = ("env | grep -i fips", "grep -i fips ~/.aws/config")
    if facts.namespace or clusters.runs_in_pod(case):
        lines = (clusters.set_variables_command(case, "AWS_USE_FIPS_ENDPOINT-"),)
        look = "The command removes AWS_USE_FIPS_ENDPOINT, which re-creates the pods: remove it from their manifest, too. If it is not set, look for use_fips_endpoint in the AWS config file, and UseFIPSEndpoint in the code."
    if switch:
        look = f"The text has {switch[0]}: remove it, or set it to false."
    others = "a Region of the United States or Canada"
    if service == "sts":
        others = "us-east-1, us-east-2, us-west-1 or us-west-2"
    return case.explain(
        f"The host {host} does not exist: the program asks for FIPS endpoints, and {name} has none in {region}.",
        UNPUBLISHED_FIPS_HOST.cause(
            "derived",
            f"The text names the host {host}.",
            text=f"An SDK with FIPS turned on builds this name, but AWS publishes no FIPS endpoint of {name} for {region}.",
        ),
        topic="no-answer",
        remedies=your_remedy(
            "Turn off FIPS endpoints for this program",
            f"{look} The SDK then calls {plain}.",
            None if region.startswith("cn-") else f"If FIPS is required, call {others} instead.",
            commands=lines,
            url=pages.SDK_VARIANTS,
        ),
        notes="The request did not reach AWS, so an IAM policy or a trust policy does not help.",
    )
