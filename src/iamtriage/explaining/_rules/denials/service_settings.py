"""Explain denials that a service setting or an unrecognized request causes.

Sources: https://docs.aws.amazon.com/cost-management/latest/userguide/ce-access.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_billing.html and
https://docs.aws.amazon.com/general/latest/gr/rande.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_cost_explorer", "explain_unknown_operation")


def explain_unknown_operation(denial: Denial) -> Explanation:
    """Explain that AWS could not identify the operation of a request."""
    return Explanation(
        failure=denial.failure,
        topic="unknown-operation",
        summary="AWS cannot tell from the request which operation of which service is called.",
        causes=(
            Cause(
                "unknown-operation",
                "The path, method or headers of the request are those of no operation at this host.",
                "derived",
                ('The text says "Unable to determine service/operation name to be authorized".',),
            ),
            Cause(
                "other-endpoint",
                "The request went to another host than the service's, or to its host in a region that lacks the operation.",
                "possible",
            ),
            Cause(
                "hand-made-request",
                "A request that no SDK made has a wrong path or method, or lacks the header X-Amz-Target or Content-Type.",
                "possible",
            ),
            Cause("proxy", "A proxy or gateway changed the path or dropped headers.", "possible"),
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
            Cause(
                "cost-explorer-off",
                "Cost Explorer was never turned on in the account, or the management account does not let members use it.",
                "derived",
                ('The text says "User not enabled for cost explorer".',),
            ),
            Cause(
                "billing-closed-to-iam",
                "Billing information is open to the root user alone, until IAM access to it is activated.",
                "possible",
            ),
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
