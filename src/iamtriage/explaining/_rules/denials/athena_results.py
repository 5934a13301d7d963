"""Explain that Amazon Athena cannot store the results of a query.

Sources: https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html and
https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.denials.resource_policies import RESOURCE_DENY
from iamtriage.explaining._rules.denials.s3 import BUCKET_OF_OTHER_ACCOUNT, KMS_KEY
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_LOCATION = lazy_pattern(
    r"(?:s3[an]?://)?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<key>[\w./=+-]{0,500}))?", re.ASCII
)
_WRITE_ACTIONS = (
    *("s3:PutObject", "s3:GetObject"),
    *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
)
_PAGE = "https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html"


def explain_query_result(denial: Denial) -> Explanation:
    """Explain that a query cannot write to the location of its results."""
    found = _LOCATION.fullmatch(denial.resource or "")
    bucket = commands.bucket(found["bucket"] if found else None)
    prefix = (found["key"] or "").rpartition("/")[0] if found else ""
    context = context_of(denial.facts)
    if not prefix and context.bucket is not None and context.bucket.value == bucket:
        stated = context.key or context.prefix
        prefix = "" if stated is None else stated.value.rpartition("/")[0]
    arn = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    name = f"the bucket {found['bucket']}" if found else "S3"
    return denial.explain(
        f"Athena cannot write query results to {name}: it has only the permissions of the caller.",
        NO_IDENTITY_ALLOW.cause(
            text=f"No identity-based policy of {denial.caller} allows it to find the bucket (s3:GetBucketLocation) and to write objects."
        ),
        BUCKET_OF_OTHER_ACCOUNT.cause(
            text="The bucket does not exist, or belongs to another account that does not allow the caller."
        ),
        RESOURCE_DENY.cause(text="The bucket policy, an SCP, an RCP or a VPC endpoint policy blocks it."),
        KMS_KEY.cause(
            text="The results are encrypted with a KMS key that the caller is not allowed to use (kms:GenerateDataKey and kms:Decrypt)."
        ),
        topic="s3-access-denied",
        remedies=(
            identity_remedy(
                "Allow the caller to store results in the bucket",
                "Check first that the bucket exists, in the Region of the query: the first command answers NoSuchBucket if not.",
                "Attach the policy to the role or user that runs the query.",
                statements=(
                    allow(("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), arn),
                    allow(_WRITE_ACTIONS, f"{arn}/{prefix}/*" if prefix else f"{arn}/*"),
                ),
                commands=(f"aws s3api get-bucket-location --bucket {bucket}", "aws sts get-caller-identity"),
                url=_PAGE,
            ),
            your_remedy(
                "Check the location of the results",
                "The location of the workgroup can override the one of the client.",
                commands=(
                    "aws athena get-work-group --work-group WORKGROUP --query WorkGroup.Configuration",
                ),
                url=_PAGE,
            ),
        ),
    )
