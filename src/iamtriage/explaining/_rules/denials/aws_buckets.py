"""Explain that a bucket of AWS denies a download: usually, the policy of the network's S3 endpoint does not allow it.

Buckets: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html (layers of images),
https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html (SSM Agent, patches) and
https://repost.aws/knowledge-center/ec2-al1-al2-update-yum-without-internet (packages of Amazon Linux).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.denials.guardrails import VPC_ENDPOINT_NO_ALLOW
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

_REGION = r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-(?:gov|iso[a-z]?))?-[a-z]{4,9}-[0-9]"
# After a slash of a URL, or the colons of an ARN.
_BUCKET = lazy_pattern(
    rf"(?<=[/:])(?P<bucket>prod-{_REGION}-starport-layer-bucket|{_REGION}-birdwatcher-prod|amazonlinux\.{_REGION}"
    r"|(?:amazon-ssm(?:-packages)?|aws-ssm(?:-distributor-file|-document-attachments)?|aws-windows-downloads|aws-patch-manager"
    rf"|patch-baseline-snapshot|amazonlinux-2-repos|al2023-repos|aws-codedeploy)-{_REGION}(?:-[a-z0-9]{{8,12}})?)(?=[./?\s\"']|\Z)",
    re.ASCII,
)
_REGION_IN_BUCKET = lazy_pattern(_REGION, re.ASCII)
# Docker downloads the configuration and the layers of an image from S3, and prints S3's answer.
_DOCKER_DOWNLOAD = lazy_pattern(
    r"error pulling image configuration|download failed after attempts|failed to copy: "
)
_MAX_TEXT = 32_000
_LAYERS = "-starport-layer-bucket"


def is_bucket_of_aws(denial: Denial) -> bool:
    """Return whether S3 denied, without a reason, what is in a bucket that AWS owns."""
    return denial.policy_type is None and denial.deny is None and _find_bucket(denial) is not None


def _find_bucket(denial: Denial) -> str | None:
    """Return the bucket of AWS that the text or the resource names, or in which ECR keeps the layers of the image."""
    text = denial.failure.text[:_MAX_TEXT]
    found = _BUCKET.search(denial.resource or "") or _BUCKET.search(text)
    if found is not None:
        return found["bucket"]
    if denial.failure.envelope.host_id is None or not _DOCKER_DOWNLOAD.search(text):
        return None
    registry, region = find_registry(Case(denial.failure, denial.facts))
    return f"prod-{region}{_LAYERS}" if ".dkr.ecr" in registry and commands.region(region) == region else None


def explain_bucket_of_aws(denial: Denial) -> Explanation:
    """Explain that a bucket that AWS owns denied a download."""
    bucket = _find_bucket(denial) or "BUCKET"
    found = _REGION_IN_BUCKET.search(bucket)
    region = commands.region(found[0] if found else None)
    partition = find_partition(region) or "aws"
    objects = f"arn:{partition}:s3:::{bucket}/*"
    summary = f"S3 denied a download from {bucket}, a bucket of AWS: most likely, the S3 endpoint of the VPC does not allow it."
    owner = f"AWS owns {bucket}: you cannot change its policy."
    more = "SSM Agent and CodeDeploy sign their requests: the instance's role must allow s3:GetObject on the bucket, too, and SCPs must exempt it."
    if bucket.endswith(_LAYERS):
        summary = f"ECR accepted the pull, but S3 denied a layer in {bucket}: most likely, the S3 endpoint of the VPC does not allow it."
        owner = f"ECR keeps the layers of images in {bucket}, which belongs to AWS. Sign-in and manifest worked, so no ecr permission is missing."
        more = "If the VPC has no S3 endpoint, a proxy or firewall can be what answers 403."
    return denial.explain(
        summary,
        VPC_ENDPOINT_NO_ALLOW.cause(
            because=(owner,),
            text="The request went through an S3 gateway endpoint whose policy does not allow s3:GetObject on this bucket.",
        ),
        topic="vpc-endpoint-policy",
        remedies=(
            Remedy(
                title="Allow the bucket in the policy of the S3 endpoint of the VPC",
                who="account administrator",
                steps=(
                    "The network team often owns the endpoint: the one for S3 in the VPC of the node, task or instance.",
                    "Save its policy with this statement added as policy.json: the command replaces the policy.",
                    more,
                ),
                commands=(*commands.endpoint_policy_commands(region, f"com.amazonaws.{region}.s3"),),
                statement={
                    "Sid": "BucketOfAws",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": objects,
                },
                layer="vpc_endpoint",
                url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
                if bucket.endswith(_LAYERS)
                else pages.VPC_ENDPOINT,
            ),
        ),
    )
