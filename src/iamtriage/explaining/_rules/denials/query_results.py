"""Explain that Athena cannot read the data or store the results of a query, with the permissions of the caller.

Sources: https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html and
https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.regions import find_bucket_region
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.s3 import BUCKET_OF_OTHER_ACCOUNT, KMS_KEY, inspect_remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.denial_remedies import region_setting
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


RESULTS_IN_OTHER_REGION = CauseType(
    "results-in-other-region",
    title="The bucket for the results is in another Region than the query",
    meaning="Athena stores the results of a query in a bucket of the Region in which the query runs.",
    recognised_by="The text shows the Region of the bucket, and that the query runs in another one.",
    fix="Name a bucket in the Region of the query, or run the query in the Region of the bucket.",
    sources=("https://docs.aws.amazon.com/athena/latest/ug/querying.html", _PAGE),
)


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
    context = context_of(denial.facts)
    if "/" not in path and context.bucket is not None and context.bucket.value == bucket:
        stated = context.key or context.prefix
        path = "" if stated is None else stated.value
    region = find_bucket_region(denial.failure.text, bucket)
    called = denial.facts.region
    if region is not None and called not in {None, region}:
        return _explain_other_region(denial, bucket, region, called or "REGION")
    arn, objects = _resources(denial, found, path)
    check = f"aws s3api get-bucket-location --bucket {bucket}"
    missing = "The bucket does not exist, or belongs to another account that does not allow the caller."
    return denial.explain(
        f"Athena cannot write query results to {f'the bucket {bucket}' if found else 'S3'}: it has only the permissions of the caller.",
        *_causes(
            denial,
            "find the bucket (s3:GetBucketLocation) and write objects",
            of_bucket="" if region else missing,
        ),
        topic="s3-access-denied",
        remedies=(
            identity_remedy(
                "Allow the caller to store results in the bucket",
                *(() if region else (_CHECK_BUCKET,)),
                "Attach the policy to the role or user that runs the query.",
                statements=(
                    allow(("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), arn),
                    allow(_WRITE_ACTIONS, objects),
                ),
                commands=(*(() if region else (check,)), "aws sts get-caller-identity"),
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


def _explain_other_region(denial: Denial, bucket: str, region: str, called: str) -> Explanation:
    """Explain that the bucket for the results exists in another Region than that of the query."""
    setting = region_setting(denial, called)
    return denial.explain(
        f"Athena runs the query in {called}, but the bucket {bucket} for its results is in {region}.",
        RESULTS_IN_OTHER_REGION.cause(
            "derived",
            text=f"The text shows that the bucket exists, in {region}. Athena needs one in {called}{setting}.",
        ),
        topic="s3-access-denied",
        remedies=(
            your_remedy(
                f"Use a bucket in {called} for the results, or run the query in {region}",
                f"Set the location of the results (s3_staging_dir, OutputLocation or that of the workgroup) to a bucket in {called}.",
                f"Or set the Region of the client to {region}, if the tables are in a Data Catalog there.",
                "If Athena then cannot use the bucket, the caller needs s3:GetBucketLocation and s3:ListBucket on the bucket, and s3:PutObject and s3:GetObject on its objects.",
                commands=(
                    fill_command("aws s3 mb {} --region {}", "s3://BUCKET_NAME", commands.region(called)),
                ),
                url=_PAGE,
            ),
        ),
    )
