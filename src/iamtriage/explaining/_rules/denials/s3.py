"""Explain denials by Amazon S3, which often gives no reason.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument, resource_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    authorization_details_remedy,
    denial_summary,
    join_first_four,
    reason_lines,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_bare_s3", "explain_block_public_access")

_HEAD_OPERATIONS = frozenset({"HeadObject", "HeadBucket"})
# Operations that read or write the data of an object.
_OBJECT_OPERATIONS = frozenset(
    {
        "GetObject",
        "HeadObject",
        "PutObject",
        "CopyObject",
        "CreateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
    }
)
_READ_OPERATIONS = frozenset({"GetObject", "HeadObject", "GetObjectAttributes"})


def explain_block_public_access(denial: Denial) -> Explanation:
    """Explain that S3 Block Public Access rejects a public ACL or policy."""
    return Explanation(
        failure=denial.failure,
        topic="block-public-access",
        summary=denial_summary(denial, "S3 Block Public Access refuses what would make data public"),
        causes=(
            Cause(
                "block-public-access",
                "The ACL or policy of the call would give access to everybody, and a setting of Block Public Access stands against it.",
                "reported",
                reason_lines(denial),
            ),
        ),
        remedies=(
            Remedy(
                title="Give access to those who need it, not to everybody",
                who="you",
                steps=(
                    "Name accounts, roles or an organization as Principal, or restrict it by conditions such as aws:SourceVpce.",
                    "Leave out public ACLs (public-read). For a web site, put CloudFront with origin access control before the bucket.",
                ),
                url=pages.S3_PUBLIC_ACCESS,
            ),
            Remedy(
                title="Or, where public data are meant, change the setting",
                who="account administrator",
                steps=(
                    "The setting stands at the bucket, at the account, or is kept by the organization: the strictest counts.",
                    "Turn off the one setting that the message names, for the one bucket.",
                ),
                commands=(
                    "aws s3api get-public-access-block --bucket BUCKET",
                    fill_command(
                        "aws s3control get-public-access-block --account-id {}",
                        commands.account(denial.account),
                    ),
                ),
                url=pages.S3_PUBLIC_ACCESS,
            ),
        ),
        notes=("An Allow in a policy of the caller does not help.",),
    )


def explain_bare_s3(denial: Denial) -> Explanation:
    """Explain a 403 error from S3 without a reason."""
    operation = denial.failure.envelope.operation
    to = f" to {operation}" if operation else ""
    return Explanation(
        failure=denial.failure,
        topic="s3-access-denied",
        summary=f"S3 said 403{to} and gave no reason.",
        causes=tuple(_causes(denial, operation)),
        remedies=present(
            _inspect_remedy(denial, operation),
            allow_remedy(denial) if identity_allow_helps(denial) else None,
            None if denial.action is None else resource_remedy(denial),
            authorization_details_remedy(denial),
        ),
        notes=(
            "Where the bucket is of another account, both sides have to allow it: the caller's policy and the bucket's.",
            EVENTUAL_CONSISTENCY,
        ),
    )


def _causes(denial: Denial, operation: str | None) -> Iterator[Cause]:
    is_head = operation in _HEAD_OPERATIONS
    if is_head:
        has_status_code = denial.failure.envelope.code in {"403", "Forbidden"}
        yield Cause(
            "no-body",
            f"{operation} is a HEAD request, whose answer has no body: S3 cannot say why.",
            "derived",
            ("The code was made of the HTTP status.",) if has_status_code else (),
        )
    if denial.action is not None and operation is not None:
        text = f"The call {operation} takes {join_first_four(denial.actions)}."
        yield Cause("derived-action", text, denial.action_evidence)
    text = f"No policy of {denial.caller} allows it on this bucket or object."
    yield Cause("no-identity-allow", text, "possible")
    if operation in _READ_OPERATIONS:
        text = "The object does not exist: without s3:ListBucket on the bucket, S3 says 403 in place of 404."
        yield Cause("missing-object", text, "possible")
    if not is_head:
        text = (
            "The bucket is of another account or organization: within one, S3 names the policy that denies."
        )
        yield Cause("other-account", text, "possible")
    text = "The bucket's policy does not let the caller in, or denies it."
    yield Cause("resource-deny", text, "possible")
    if operation is None or operation in _OBJECT_OPERATIONS:
        text = "The object is encrypted with a KMS key that the caller may not use."
        yield Cause("kms-key", text, "possible")


def _inspect_remedy(denial: Denial, operation: str | None) -> Remedy:
    get = "Make the same call with GET where it was HEAD: its answer has a body and may name the policy."
    bucket = bucket_argument(denial)
    return Remedy(
        title="See who calls, and what stands in the way",
        who="you",
        steps=present(
            "See which identity the program uses, and which account the bucket is of.",
            get if operation in _HEAD_OPERATIONS else None,
            "Look at bucket policy, Block Public Access, object ownership and the key of the bucket's encryption.",
        ),
        commands=(
            "aws sts get-caller-identity",
            fill_command("aws s3api get-bucket-policy --bucket {} --query Policy --output text", bucket),
            fill_command("aws s3api get-bucket-encryption --bucket {}", bucket),
        ),
        url=pages.S3_403,
    )
