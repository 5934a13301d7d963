"""Explain that Athena cannot read the data or store the results of a query, with the permissions of the caller.

Sources: https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html and
https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.regions import find_bucket_region
from iamtriage.explaining._rules.denials.buckets import KMS_KEY
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.s3 import BUCKET_OF_OTHER_ACCOUNT, inspect_remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.text_signs import find_closest
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_LOCATION = lazy_pattern(
    r"(?:s3[an]?://)?(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<key>[\w./=+-]{0,500}))?", re.ASCII
)
_QUERY_PATH = lazy_pattern(
    r"s3a?://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[\w./=+-]{0,500})", re.ASCII
)
_WRITE_ACTIONS = (
    *("s3:PutObject", "s3:GetObject"),
    *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
)
_CHECK_BUCKET = "Check first that the bucket exists, in the Region of the query: the first command answers NoSuchBucket if not."
_PAGE = "https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html"


def explain_query_data(denial: Denial) -> Explanation:
    """Explain that a query in Athena is not allowed to read its data or to write its result."""
    found = find_closest(_QUERY_PATH.finditer(denial.failure.text), denial.failure)
    arn, objects = _resources(denial, found, found["key"] if found else "")
    where = f"{arn}/{found['key']}" if found else "its data"
    remedy = identity_remedy(
        "Allow the caller to read the data",
        "Attach the policy to the role or user that runs the query. For the location of query results, it also needs s3:PutObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts.",
        statements=(allow("s3:GetObject", objects), allow(("s3:ListBucket", "s3:GetBucketLocation"), arn)),
        commands=("aws sts get-caller-identity",),
        url=_PAGE,
    )
    return denial.explain(
        f"Athena was denied access to {where}: it reads and writes S3 with the permissions of the caller.",
        *_causes(denial, "read the data or write the result"),
        topic="s3-access-denied",
        remedies=(remedy, inspect_remedy(denial, denial.operation)),
        notes=("If Lake Formation manages the location, it must grant the access instead.",),
    )


def _resources(denial: Denial, found: re.Match[str] | None, path: str) -> tuple[str, str]:
    """Return the ARNs of a bucket and of the objects next to a path."""
    arn = (
        f"arn:{denial.location.partition or 'aws'}:s3:::{commands.bucket(found['bucket'] if found else None)}"
    )
    folder = path.rpartition("/")[0]
    return arn, f"{arn}/{folder}/*" if folder else f"{arn}/*"


def _causes(denial: Denial, call: str, *, of_bucket: str = "") -> tuple[Cause, ...]:
    return (
        NO_IDENTITY_ALLOW.cause(text=f"No identity-based policy of {denial.caller} allows it to {call}."),
        BUCKET_OF_OTHER_ACCOUNT.cause(text=of_bucket),
        DENIES["resource"].cause(
            text="The bucket policy, an SCP, an RCP or a VPC endpoint policy blocks it."
        ),
        KMS_KEY.cause(
            text="The caller is not allowed to use the KMS key (kms:Decrypt to read, kms:GenerateDataKey to write)."
        ),
    )


def explain_query_result(denial: Denial) -> Explanation:
    """Explain that a query cannot write to the location of its results."""
    found = _LOCATION.fullmatch(denial.resource or "")
    bucket, path = commands.bucket(found["bucket"] if found else None), (found["key"] or "") if found else ""
    region, called = find_bucket_region(denial.failure.text, bucket), denial.facts.region
    is_elsewhere = region is not None and called not in {None, region}
    arn, objects = _resources(denial, found, path)
    summary = f"Athena cannot write query results to {f'the bucket {bucket}' if found else 'S3'}: it has only the permissions of the caller"
    if is_elsewhere:
        summary = f"Athena runs the query in {called}, but the bucket {bucket} for its results is in {region}"
    where = your_remedy(
        "Use a bucket in the Region of the query for the results",
        "Set the location of the results (s3_staging_dir, OutputLocation) to such a bucket, or the Region of the client to that of the bucket. The location of the workgroup can override that of the client.",
        commands=("aws athena get-work-group --work-group WORKGROUP --query WorkGroup.Configuration",),
        url=_PAGE,
    )
    allow_it = identity_remedy(
        "Allow the caller to store results in the bucket",
        *(() if region else (_CHECK_BUCKET,)),
        "Attach the policy to the role or user that runs the query.",
        statements=(
            allow(("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), arn),
            allow(_WRITE_ACTIONS, objects),
        ),
        commands=(
            *(() if region else (f"aws s3api get-bucket-location --bucket {bucket}",)),
            "aws sts get-caller-identity",
        ),
        url=_PAGE,
    )
    missing = (
        ""
        if region
        else "The bucket does not exist, or belongs to another account that does not allow the caller."
    )
    return denial.explain(
        f"{summary}.",
        *_causes(denial, "find the bucket (s3:GetBucketLocation) and write objects", of_bucket=missing),
        topic="s3-access-denied",
        remedies=(where, allow_it) if is_elsewhere else (allow_it, where),
    )
