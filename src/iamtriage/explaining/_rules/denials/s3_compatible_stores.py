"""Explain denials by S3-compatible software and clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.s3_compatible import find_s3_compatible_host

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_s3_compatible_store",)


def explain_s3_compatible_store(denial: Denial) -> Explanation:
    """Explain that S3-compatible software, not AWS, denied a call."""
    host = find_s3_compatible_host(denial_paragraph(denial.failure)) or "the host"
    operation = denial.failure.envelope.operation
    call = f"the call {operation}" if operation and operation.isalnum() else "the call"
    return Explanation(
        failure=denial.failure,
        topic="other-software",
        summary=f"Not AWS denied {call}, but the software at {host}, which speaks as S3 does.",
        causes=(
            Cause(
                "other-software",
                "The answer is not AWS's, so no policy in AWS has a say in it.",
                "derived",
                (f"The text names the host {host}.",),
            ),
            Cause("no-right-there", "The key may not do this on the bucket there.", "possible"),
            Cause("other-key", "The key is of AWS or of another account, project or bucket.", "possible"),
        ),
        remedies=(
            Remedy(
                title="Look at the key's rights where the bucket is",
                who="you",
                steps=(
                    "See in that software, or in that provider's console, which key is used, and what it may do on which bucket.",
                    "Look at the bucket's name, region and endpoint too: some say Access Denied where there is no such bucket.",
                    "For what its errors mean, see its own documentation.",
                ),
                url=pages.SDK_ENDPOINTS,
            ),
            credential_remedies.check_endpoint(is_other_software=True),
        ),
    )
