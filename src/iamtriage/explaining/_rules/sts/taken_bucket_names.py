"""Explain that a bucket cannot be created because its name is taken in another Region.

S3 answers for the existing bucket, whoever owns it: https://github.com/hashicorp/terraform-provider-aws/issues/19043.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.cases import FailureT_co
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.region_settings import find_bucket

_CREATING = lazy_pattern(
    r"\bCreateBucket\b|[Cc]reating (?:Amazon )?S3 [Bb]ucket(?! [A-Za-z]+ )|\bmake_bucket failed"
)
# With a custom endpoint, the signature can be for another Region than the endpoint.
_CUSTOM_ENDPOINT = lazy_pattern(r"--endpoint-url|endpoint_url|AWS_ENDPOINT_URL|\bendpoints? ?[{=:]")
_NEW_BUCKET = lazy_pattern(
    r"(?:S3 [Bb]ucket \(|make_bucket failed: s3://)(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
)
_ADDRESS = lazy_pattern(r"\b(?:module\.[\w.-]{1,80}\.)?aws_s3_bucket\.[\w-]{1,80}")
BUCKET_NAME_TAKEN = CauseType(
    "bucket-name-taken",
    title="A bucket with this name exists in another Region",
    meaning="Bucket names are unique across all accounts and Regions of a partition. S3 answers for the existing bucket, and expects a signature for its Region.",
    recognised_by="CreateBucket fails because S3 expects another Region than that of the client.",
    fix="Choose another name. If the bucket is yours, import or delete it.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",),
)


def creates_bucket(case: Case[FailureT_co]) -> bool:
    """Return whether the failed call creates a bucket, at the endpoint that the client chooses."""
    if _CUSTOM_ENDPOINT.search(case.failure.text) is not None:
        return False
    operation = case.failure.envelope.operation
    if operation is not None:
        return operation == "CreateBucket"
    return _CREATING.search(clues.message_text(case)) is not None


def explain_taken_name(case: Case[FailureT_co], signed: str | None, expected: str | None) -> Explanation:
    """Explain that the name of a new bucket is taken."""
    text = case.failure.text
    named = _NEW_BUCKET.search(text)
    bucket = named["name"] if named is not None else find_bucket(case)
    name = f"the name {clip_text(bucket)}" if bucket else "the name"
    where = f"in {expected}" if expected else "in another Region"
    change = "Add, for example, the account ID or the environment to the name."
    address = _ADDRESS.search(text)
    steps = [
        f"To import it, the client or provider for this bucket must use {expected or 'its Region'}.",
        "Or delete it, if an earlier run left it behind: it can take some time until the name is free again.",
    ]
    lines: tuple[str, ...] = ()
    if address is not None:
        change += " In Terraform, bucket_prefix adds a unique suffix."
        lines = (commands.command("terraform", "import", address[0], bucket or "BUCKET"),)
    kept = f" Do not set it to {expected}: there, the call would fail, too." if expected else ""
    check = f"aws s3api head-bucket --bucket {commands.bucket(bucket)}"
    return case.explain(
        f"The bucket cannot be created: most likely, {name} is taken by a bucket {where}. The Region {signed or 'of the client'} is not wrong.",
        BUCKET_NAME_TAKEN.cause(
            "derived", f"AWS expects {expected or 'another Region'} for a bucket that does not exist yet."
        ),
        remedies=(
            your_remedy(
                "Choose another, unique name for the bucket",
                change,
                f"Leave the Region as it is.{kept}",
                "If the command fails with 403, another account owns the existing bucket. Without an error, you have access to it.",
                commands=check,
            ),
            account_remedy("Or, if the bucket is yours, import or delete it", *steps, commands=lines),
        ),
        notes="No permission is missing, and neither the keys nor the clock is the cause.",
    )
