"""Explain denials by S3-compatible software and clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.s3_compatible import find_s3_compatible_host

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_s3_compatible_store",)


OTHER_SOFTWARE = CauseType(
    "other-software",
    title="The answer is not from AWS",
    text="The answer is not from AWS, so no AWS policy applies.",
    recognised_by="The text names a host of another S3-compatible system.",
    fix="Look for the permission in the S3-compatible system that answered.",
    sources=(pages.S3_403,),
)
NO_RIGHT_THERE = CauseType(
    "no-right-there",
    title="The key lacks the permission in that system",
    text="The key is not allowed to do this on the bucket there.",
    fix="Grant the permission in that system.",
    of="other-software",
)
OTHER_KEY = CauseType(
    "other-key",
    title="The key belongs to another system or account",
    text="The key belongs to AWS, or to another account, project or bucket.",
    fix="Use a key of that system.",
    of="other-software",
)


def explain_s3_compatible_store(denial: Denial) -> Explanation:
    """Explain that S3-compatible software, not AWS, denied a call."""
    host = find_s3_compatible_host(denial_paragraph(denial.failure)) or "the host"
    operation = denial.failure.envelope.operation
    call = f"the call {operation}" if operation and operation.isalnum() else "the call"
    return Explanation(
        failure=denial.failure,
        topic="other-software",
        summary=f"The S3-compatible software at {host}, not AWS, denied {call}.",
        causes=(
            OTHER_SOFTWARE.cause("derived", (f"The text names the host {host}.",)),
            NO_RIGHT_THERE.cause(),
            OTHER_KEY.cause(),
        ),
        remedies=(
            Remedy(
                title="Check the permissions of the key in that system",
                who="you",
                steps=(
                    "Check in the console of that system which key is used, and what it is allowed to do on which bucket.",
                    "Check the name, region and endpoint of the bucket, too: some systems answer Access Denied if it does not exist.",
                    "Its documentation says what its errors mean.",
                ),
                url=pages.SDK_ENDPOINTS,
            ),
            credential_remedies.check_endpoint(is_other_software=True),
        ),
    )
