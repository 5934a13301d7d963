"""Explain denied calls whose operation several services have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.denials.identity_remedies import cloudtrail_command
from iamtriage.explaining._rules.denials.missing_reasons import other_policy_cause
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.denial_remedies import authorization_details_remedy
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary, join_first_four

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial


def explain_ambiguous_service(denial: Denial) -> Explanation:
    """Explain a denial without a reason or service; a guess is not enough for an ``Allow``."""
    operation, actions = denial.failure.envelope.operation, join_first_four(denial.actions)
    return denial.explain(
        denial_summary(denial, "the message names neither the service nor a reason"),
        DERIVED_ACTION.cause(
            because=("The message names the call, not the action.",),
            text=f"Several services have a call {operation}, and the text does not say which was called. Depending on the service, it requires {actions}.",
        ),
        NO_IDENTITY_ALLOW.cause(
            text=f"No identity-based policy of {denial.caller} allows it, which is the most frequent cause."
        ),
        other_policy_cause(denial),
        topic="access-denied",
        remedies=present(
            your_remedy(
                "Find the service that was called",
                "Look at the client that makes the call in the code, or in CloudTrail: eventSource in the record is the service.",
                "Pass it to explain() as the fact service: the explanation then names the action and the policy.",
                commands=("aws sts get-caller-identity", cloudtrail_command(denial)),
                url=pages.ACCESS_DENIED,
            ),
            account_remedy(
                "If no policy of the caller allows it yet, allow the action of that service",
                f"It is one of these: {actions}. Allow only that one.",
                url=pages.MANAGE_POLICIES,
            ),
            authorization_details_remedy(denial),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )
