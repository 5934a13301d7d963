"""Explain denials by a Requester Pays bucket, whose requests must agree to pay.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html, and
https://registry.opendata.aws for the public buckets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

# Public data whose buckets are Requester Pays buckets: https://info.arxiv.org/help/bulk_data_s3.html and
# https://registry.opendata.aws.
_BUCKETS = frozenset({"arxiv", "sentinel-s1-l1c", "sentinel-s2-l1c", "sentinel-s2-l2a", "usgs-landsat"})
_SAID = lazy_pattern(r"\b[Rr]equester[- ]?[Pp]ays\b")
# A bare 403 for data that is public, to a caller who is an administrator, or who calls both with and without a signature.
_PUBLIC_DATA = lazy_pattern(
    r"\b(?:[Oo]pen|[Pp]ublic)[- ]data(?: ?sets?)?\b|\b[Rr]egistry of [Oo]pen [Dd]ata\b"
)
_IS_NOT_THE_CALLER = lazy_pattern(r"\bAdministratorAccess\b|--no-sign-request\b|\bUNSIGNED\b|\banonymous")
_AGREED = lazy_pattern(
    r"--request-payer|\bRequestPayer[\"']? ?[:=]|\bAWS_REQUEST_PAYER\b|x-amz-request-payer|\brequester_pays ?= ?True"
)
_READS = frozenset({"ListObjectsV2", "ListObjects", "GetObject", "HeadObject", "HeadBucket", "CopyObject"})
_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html"
REQUESTER_PAYS = CauseType(
    "requester-pays",
    title="The bucket is a Requester Pays bucket, and the request does not agree to pay",
    text="S3 denies requests to a Requester Pays bucket, with Access Denied or 403, unless they are signed and have the header x-amz-request-payer. Anonymous requests (--no-sign-request) cannot have access.",
    recognised_by="The bucket is a public one that is known to be a Requester Pays bucket, or the text says so, or that its data is public and permissions do not help.",
    fix="Add --request-payer requester to the command, or RequestPayer to the call.",
    sources=(_PAGE,),
)


def explain_requester_pays(denial: Denial) -> Explanation | None:
    """Explain that a bucket with public data is a Requester Pays bucket, if nothing in the text agrees to pay."""
    text = denial.failure.text
    bucket = (denial.resource or "").rpartition(":::")[2].partition("/")[0]
    said = _SAID.search(text) or (_PUBLIC_DATA.search(text) if _IS_NOT_THE_CALLER.search(text) else None)
    is_known = bucket in _BUCKETS
    if denial.operation not in _READS or _AGREED.search(text) or not (is_known or said):
        return None
    because = (
        f"{bucket} is known to be one."
        if is_known
        else f"The text says {quote_words(said[0]) if said else ''}."
    )
    command = context_of(denial.facts).command
    again = commands.repeat_command(command, "s3") or commands.repeat_command(command, "s3api")
    name = f"the bucket {bucket}" if bucket else "the bucket"
    needs = f"If the request is still denied, the caller needs {denial.action or 'the action'} in an identity-based policy, too."
    if "AdministratorAccess" in text:
        needs = "AdministratorAccess is enough for the caller: no permission is missing."
    return denial.explain(
        f"S3 denied the call {denial.operation} to {name}: {'' if is_known else 'most likely, '}it is a Requester Pays bucket, and the request does not agree to pay.",
        REQUESTER_PAYS.cause("derived" if is_known else "possible", (because,)),
        topic="s3-access-denied",
        remedies=(
            your_remedy(
                "Sign the request, and agree to pay: --request-payer requester",
                "Add the option to each command, ls and cp. The account of the credentials is charged for requests and data transfer.",
                'In code, set RequestPayer="requester" in each call, in GDAL the variable AWS_REQUEST_PAYER=requester. Otherwise, send the header x-amz-request-payer: requester.',
                commands=present(
                    f"{again} --request-payer requester"
                    if again
                    else commands.fill_command("aws s3 ls s3://{}/ --request-payer requester", bucket)
                    if bucket
                    else None
                ),
                url=_PAGE,
            ),
        ),
        notes=(f"Another account owns the bucket. {needs}",),
    )
