"""Explain that Amazon S3 cannot validate the destination of event notifications.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

__all__ = ("UNVALIDATED_DESTINATION", "explain_unvalidated_destination")

UNVALIDATED_DESTINATION = lazy_pattern(r"Unable to validate the following destination configurations")
NOTIFICATION_DESTINATION_GONE = CauseType(
    "notification-destination-gone",
    title="A destination of the notifications does not exist, or is in another Region",
    fix="Remove the destination from the bucket's notification configuration, or create it in the Region of the bucket.",
    of="service-not-allowed",
    subject="denials",
)


def explain_unvalidated_destination(case: Case[AwsError], _words: str) -> Explanation:
    """Explain that a queue, topic or function does not accept the test message of S3."""
    # No other API error needs a policy.
    from iamtriage.explaining._rules.shared.service_access import NOTIFICATIONS, allow_service_remedy

    return case.explain(
        f"S3 could not validate a destination of the notifications: most often, its policy does not allow {NOTIFICATIONS.service}.",
        SERVICE_NOT_ALLOWED.cause(
            "possible",
            code_evidence(case.failure),
            text=f"The policy of the queue, topic or function does not allow {NOTIFICATIONS.service} to {NOTIFICATIONS.purpose}. No permission of the caller is missing.",
        ),
        NOTIFICATION_DESTINATION_GONE.cause(),
        topic="service-principal",
        remedies=(allow_service_remedy(NOTIFICATIONS, {"PARTITION": find_partition(case)}),),
        notes=("S3 validates all destinations of the bucket, those that were configured before, too.",),
    )
