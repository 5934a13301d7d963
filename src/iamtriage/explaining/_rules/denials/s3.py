"""Denials by S3, which says little: "Access Denied", or nothing at all to HEAD; not for policies it names.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import bucket_of, resource_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    authorization_details_remedy,
    denial_summary,
    join_first_four,
    reason_lines,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_bare_s3", "explain_public_access")

_HEADS = frozenset({"HeadObject", "HeadBucket"})
# Calls that read or write the bytes of an object.
_OBJECTS = frozenset(
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
_READS = frozenset({"GetObject", "HeadObject", "GetObjectAttributes"})


def explain_public_access(denial: Denial) -> Explanation:
    """Explain that S3 Block Public Access refuses a public ACL or policy."""
    reason = reason_lines(denial)
    return Explanation(
        failure=denial.failure,
        topic="block-public-access",
        summary=denial_summary(denial, "S3 Block Public Access refuses what would make data public"),
        causes=(
            Cause(
                "block-public-access",
                "The ACL or policy of the call would give access to everybody, and a setting of Block Public Access stands against it.",
                "reported",
                reason,
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
                    command(
                        "aws",
                        "s3control",
                        "get-public-access-block",
                        "--account-id",
                        commands.account(denial.account),
                    ),
                ),
                url=pages.S3_PUBLIC_ACCESS,
            ),
        ),
        notes=("An Allow in a policy of the caller does not help.",),
    )


def explain_bare_s3(denial: Denial) -> Explanation:
    """Explain a 403 of S3 that says no more."""
    operation = denial.failure.envelope.operation
    head = operation in _HEADS
    who = denial.caller
    causes: list[Cause] = []
    if head:
        causes.append(
            Cause(
                "no-body",
                f"{operation} is a HEAD request, whose answer has no body: S3 cannot say why.",
                "derived",
                ("The code was made of the HTTP status.",)
                if denial.failure.envelope.code in {"403", "Forbidden"}
                else (),
            )
        )
    if denial.action is not None and operation is not None:
        causes.append(
            Cause(
                "derived-action",
                f"The call {operation} takes {join_first_four(denial.actions)}.",
                denial.action_evidence,
            )
        )
    causes.append(
        Cause("no-identity-allow", f"No policy of {who} allows it on this bucket or object.", "possible")
    )
    if operation in _READS:
        causes.append(
            Cause(
                "missing-object",
                "The object does not exist: without s3:ListBucket on the bucket, S3 says 403 in place of 404.",
                "possible",
            )
        )
    if not head:
        causes.append(
            Cause(
                "other-account",
                "The bucket is of another account or organization: within one, S3 names the policy that denies.",
                "possible",
            )
        )
    causes.append(
        Cause("resource-deny", "The bucket's policy does not let the caller in, or denies it.", "possible")
    )
    if operation is None or operation in _OBJECTS:
        causes.append(
            Cause(
                "kms-key", "The object is encrypted with a KMS key that the caller may not use.", "possible"
            )
        )
    remedies: list[Remedy | None] = [_look(denial)]
    if identity_allow_helps(denial):
        remedies.append(allow_remedy(denial))
    if denial.action is not None:
        remedies.append(resource_remedy(denial))
    remedies.append(authorization_details_remedy(denial))
    what = f" to {operation}" if operation else ""
    return Explanation(
        failure=denial.failure,
        topic="s3-access-denied",
        summary=f"S3 said 403{what} and gave no reason.",
        causes=tuple(causes),
        remedies=tuple(each for each in remedies if each is not None),
        notes=(
            "Where the bucket is of another account, both sides have to allow it: the caller's policy and the bucket's.",
            EVENTUAL_CONSISTENCY,
        ),
    )


def _look(denial: Denial) -> Remedy:
    operation = denial.failure.envelope.operation
    steps = [
        "See which identity the program uses, and which account the bucket is of.",
        "Make the same call with GET where it was HEAD: its answer has a body and may name the policy.",
        "Look at bucket policy, Block Public Access, object ownership and the key of the bucket's encryption.",
    ]
    if operation not in _HEADS:
        del steps[1]
    bucket = bucket_of(denial)
    return Remedy(
        title="See who calls, and what stands in the way",
        who="you",
        steps=tuple(steps),
        commands=(
            "aws sts get-caller-identity",
            command(
                "aws",
                "s3api",
                "get-bucket-policy",
                "--bucket",
                bucket,
                "--query",
                "Policy",
                "--output",
                "text",
            ),
            command("aws", "s3api", "get-bucket-encryption", "--bucket", bucket),
        ),
        url=pages.S3_403,
    )
