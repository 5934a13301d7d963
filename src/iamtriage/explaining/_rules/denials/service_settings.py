"""Explain denials that a service setting or an unrecognized request causes.

Sources: https://docs.aws.amazon.com/cost-management/latest/userguide/ce-access.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_billing.html and
https://docs.aws.amazon.com/general/latest/gr/rande.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import REQUEST_CHANGED
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_cost_explorer", "explain_unknown_operation")


REQUEST_TO_WRONG_HOST = CauseType(
    "request-to-wrong-host",
    title="The request went to the wrong host",
    text="The request went to another host than the service's, or to its host in a region that lacks the operation.",
    fix="Remove the endpoint URL, or correct its region.",
    of="unknown-operation",
)
UNKNOWN_OPERATION = CauseType(
    "unknown-operation",
    title="The service cannot tell which operation was called",
    text="The path, method or headers of the request are those of no operation at this host.",
    recognised_by='AWS says "Unable to determine service/operation name to be authorized".',
    fix="Call the operation with an AWS SDK at the service's endpoint.",
    sources=(pages.SDK_ENDPOINTS,),
)
HAND_MADE_REQUEST = CauseType(
    "hand-made-request",
    title="The request was not built by an SDK",
    text="A request that no SDK made has a wrong path or method, or lacks the header X-Amz-Target or Content-Type.",
    fix="Use an AWS SDK, or correct path, method and headers.",
    of="unknown-operation",
)
COST_EXPLORER_OFF = CauseType(
    "cost-explorer-off",
    title="Cost Explorer is not enabled",
    text="Cost Explorer was never turned on in the account, or the management account does not let members use it.",
    recognised_by='AWS says "User not enabled for cost explorer access".',
    fix="Enable Cost Explorer in the management account.",
    sources=(pages.COST_EXPLORER,),
)
BILLING_CLOSED_TO_IAM = CauseType(
    "billing-closed-to-iam",
    title="IAM access to billing information is off",
    text="Billing information is open to the root user alone, until IAM access to it is activated.",
    fix="Activate IAM access to billing as the root user.",
    of="cost-explorer-off",
)


def explain_unknown_operation(denial: Denial) -> Explanation:
    """Explain that AWS could not identify the operation of a request."""
    return Explanation(
        failure=denial.failure,
        topic="unknown-operation",
        summary="AWS cannot tell from the request which operation of which service is called.",
        causes=(
            UNKNOWN_OPERATION.cause(
                "derived", ('The text says "Unable to determine service/operation name to be authorized".',)
            ),
            REQUEST_TO_WRONG_HOST.cause(),
            HAND_MADE_REQUEST.cause(),
            REQUEST_CHANGED.cause(text="A proxy or gateway changed the path or dropped headers."),
        ),
        remedies=(
            Remedy(
                title="Compare the request with the service's API reference",
                who="you",
                steps=(
                    "See which host, path and method were sent; the SDKs and the CLI print them in their debug logs.",
                    "Compare them with the API reference of the operation, and the host with the service's endpoints.",
                    "Try the same call with the AWS CLI: if it works there, the program's request or endpoint is wrong.",
                ),
                commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
        notes=("No policy helps: AWS did not get as far as to look at one.",),
    )


def explain_cost_explorer(denial: Denial) -> Explanation:
    """Explain that Cost Explorer is not enabled for the account or the caller."""
    return Explanation(
        failure=denial.failure,
        topic="cost-explorer-off",
        summary=denial_summary(denial, "Cost Explorer is not open to this account"),
        causes=(
            COST_EXPLORER_OFF.cause("derived", ('The text says "User not enabled for cost explorer".',)),
            BILLING_CLOSED_TO_IAM.cause(),
        ),
        remedies=(
            Remedy(
                title="Turn Cost Explorer on",
                who="organization administrator",
                steps=(
                    "Open Cost Explorer once in the console of the management account. The data is there after about a day.",
                    "In its preferences, let the member accounts use it.",
                ),
                url=pages.COST_EXPLORER,
            ),
            Remedy(
                title="Let IAM users and roles see billing information",
                who="account administrator",
                steps=(
                    "Signed in as the root user, open the account's settings and activate IAM access to billing information.",
                ),
                url=pages.BILLING_ACCESS,
            ),
        ),
        notes=("A policy that allows the ce: actions is needed as well, and does not help alone.",),
    )
