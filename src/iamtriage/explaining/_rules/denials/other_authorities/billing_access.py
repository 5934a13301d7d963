"""Explain denials of billing services by a setting of the account: Cost Explorer, or IAM access to billing.

Sources: https://docs.aws.amazon.com/cost-management/latest/userguide/ce-access.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_billing.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, lower_first
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, organization_remedy
from iamtriage.explaining._rules.shared.wording import denial_summary

COST_EXPLORER_OFF = CauseType(
    "cost-explorer-off",
    title="Cost Explorer is not enabled",
    text="Cost Explorer was never enabled in the account, or the management account does not allow members to use it. Until IAM access to billing information is activated, only the root user can use it.",
    recognised_by='AWS says "User not enabled for cost explorer access".',
    fix="Enable Cost Explorer in the management account.",
    sources=(pages.COST_EXPLORER,),
)
BILLING_ACCESS_OFF = CauseType(
    "billing-access-off",
    title="IAM access to billing information is not activated",
    text="Until the root user activates IAM access to billing information, no policy gives users and roles of the account access to it.",
    recognised_by="The text says so, and an action of a billing service was denied.",
    fix="Activate IAM access to billing information as the root user of the account.",
    sources=(pages.BILLING_ACCESS,),
)
_ACTIVATE_BILLING = account_remedy(
    "Activate IAM access to billing information",
    "Sign in as the root user, open the account settings and activate IAM access to billing information.",
    url=pages.BILLING_ACCESS,
)
# "IAM access to billing is off", "IAM user and role access to Billing information: Deactivated"
_NOT_ACTIVATED = lazy_pattern(
    r"(?i:\bIAM (?:user ?)?(?:(?:and |/ ?)role )?access\b[^\n.]{0,60}?\b(?:off|de-?activated|disabled|inactive|not (?:been )?(?:activated|enabled|active|on)|isn't (?:activated|enabled|on|active))\b)"
)


def add_billing_access(denial: Denial, explanation: Explanation) -> Explanation:
    """Say first that IAM access to billing information is not activated, if the text says so.

    https://repost.aws/knowledge-center/aws-billing-access-denied
    """
    said = _NOT_ACTIVATED.search(denial.failure.text)
    if said is None:
        return explanation
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, "IAM access to billing information is not activated in the account"),
        causes=(
            BILLING_ACCESS_OFF.cause("derived", f'The text says "{clip_text(said[0])}".'),
            *explanation.causes,
        ),
        remedies=(
            _ACTIVATE_BILLING,
            *(
                attrs.evolve(each, title=f"If it is still denied: {lower_first(each.title)}")
                for each in explanation.remedies[:1]
            ),
        ),
    )


def explain_cost_explorer(denial: Denial) -> Explanation:
    """Explain that Cost Explorer is not enabled for the account or the caller."""
    return denial.explain(
        denial_summary(denial, "Cost Explorer is not enabled for this account"),
        COST_EXPLORER_OFF.cause("derived", 'The text says "User not enabled for cost explorer".'),
        remedies=(
            organization_remedy(
                "Enable Cost Explorer",
                "Open Cost Explorer once in the console of the management account. The data is available after about a day.",
                "In its preferences, allow member accounts to use it.",
                url=pages.COST_EXPLORER,
            ),
            _ACTIVATE_BILLING,
        ),
        notes="An identity-based policy must allow the ce: actions, too.",
    )
