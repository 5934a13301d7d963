"""Explain denials that a service setting or an unrecognized request causes.

Sources: https://docs.aws.amazon.com/cost-management/latest/userguide/ce-access.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_billing.html and
https://docs.aws.amazon.com/general/latest/gr/rande.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.resource_policies import bucket_argument
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW, REQUEST_CHANGED
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    organization_remedy,
    owner_remedy,
    your_remedy,
)
from iamtriage.explaining._rules.shared.wording import denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

REQUEST_TO_WRONG_HOST = CauseType(
    "request-to-wrong-host",
    title="The request went to the wrong host",
    text="The request went to the host of another service, or of a Region that lacks the operation.",
    fix="Remove the endpoint URL, or correct its region.",
    of="unknown-operation",
)
UNKNOWN_OPERATION = CauseType(
    "unknown-operation",
    title="The service cannot tell which operation was called",
    text="The path, method or headers of the request do not match any operation of this host.",
    recognised_by='AWS says "Unable to determine service/operation name to be authorized".',
    fix="Call the operation with an AWS SDK at the service's endpoint.",
    sources=(pages.SDK_ENDPOINTS,),
)
HAND_MADE_REQUEST = CauseType(
    "hand-made-request",
    title="The request was not built by an SDK",
    text="A request that was not built by an SDK has a wrong path or method, or lacks the header X-Amz-Target or Content-Type.",
    fix="Use an AWS SDK, or correct path, method and headers.",
    of="unknown-operation",
)
COST_EXPLORER_OFF = CauseType(
    "cost-explorer-off",
    title="Cost Explorer is not enabled",
    text="Cost Explorer was never enabled in the account, or the management account does not allow members to use it.",
    recognised_by='AWS says "User not enabled for cost explorer access".',
    fix="Enable Cost Explorer in the management account.",
    sources=(pages.COST_EXPLORER,),
)
BILLING_CLOSED_TO_IAM = CauseType(
    "billing-closed-to-iam",
    title="IAM access to billing information is off",
    text="Only the root user can see billing information until IAM access to it is activated.",
    fix="Activate IAM access to billing as the root user.",
    of="cost-explorer-off",
)
SSEC_BLOCKED = CauseType(
    "ssec-blocked",
    title="The bucket blocks uploads with customer-provided keys (SSE-C)",
    text="The bucket blocks uploads that are encrypted with customer-provided keys (SSE-C). No policy is involved.",
    recognised_by='S3 says "this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C)".',
    fix="Upload with SSE-KMS or SSE-S3, or unblock SSE-C in the encryption configuration of the bucket.",
    sources=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html",
    ),
)
NOT_MANAGEMENT_ACCOUNT = CauseType(
    "not-management-account",
    title="The call needs the management account or a delegated administrator",
    text="AWS Organizations accepts most calls only from the management account or a delegated administrator.",
    recognised_by='AWS Organizations says "You don\'t have permissions to access this resource".',
    fix="Make the call with credentials of the management account, or delegate the administration to the account.",
    sources=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_troubleshoot_general.html",),
)


def explain_ssec_block(denial: Denial) -> Explanation:
    """Explain that a bucket blocks uploads with customer-provided keys."""
    bucket = bucket_argument(denial)
    return denial.explain(
        denial_summary(denial, "the bucket blocks uploads with customer-provided keys (SSE-C)"),
        SSEC_BLOCKED.cause("reported"),
        remedies=(
            your_remedy(
                "Upload with another encryption",
                "Remove the customer-provided key from the call: --sse-c and --sse-c-key in the CLI, SSECustomerKey in SDKs, the header x-amz-server-side-encryption-customer-key.",
                "The bucket then encrypts with its default. For a key of your own, use SSE-KMS (--sse aws:kms --sse-kms-key-id).",
                commands=(fill_command("aws s3api get-bucket-encryption --bucket {}", bucket),),
                url=SSEC_BLOCKED.sources[0],
            ),
            owner_remedy(
                "Or unblock SSE-C for the bucket",
                'Save the value of ServerSideEncryptionConfiguration as encryption.json, with "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]} in its rule: the command replaces the whole configuration.',
                commands=(
                    fill_command("aws s3api get-bucket-encryption --bucket {}", bucket),
                    f"aws s3api put-bucket-encryption --bucket {bucket} --server-side-encryption-configuration file://encryption.json",
                ),
                url=SSEC_BLOCKED.sources[0],
            ),
        ),
        notes=("An Allow does not help: no policy denied the upload.",),
    )


def explain_organizations(denial: Denial) -> Explanation:
    """Explain that AWS Organizations rejects a call from a member account."""
    return denial.explain(
        denial_summary(
            denial, "most likely, the caller is not in the management account or a delegated administrator"
        ),
        NOT_MANAGEMENT_ACCOUNT.cause("derived", ("The message is the one of AWS Organizations.",)),
        NO_IDENTITY_ALLOW.cause(text=f"No identity-based policy of {denial.caller} allows the action."),
        remedies=(
            organization_remedy(
                "Make the call in the management account",
                "Compare the account of the credentials with the management account. If they differ, use a role of the management account, or register the account as a delegated administrator of the service.",
                "In the right account, the caller needs an identity-based policy that allows the organizations: action.",
                commands=(
                    "aws sts get-caller-identity --query Account --output text",
                    "aws organizations describe-organization --query Organization.MasterAccountId --output text",
                ),
                url=NOT_MANAGEMENT_ACCOUNT.sources[0],
            ),
        ),
    )


def explain_unknown_operation(denial: Denial) -> Explanation:
    """Explain that AWS could not identify the operation of a request."""
    return denial.explain(
        "AWS cannot tell from the request which operation was called.",
        UNKNOWN_OPERATION.cause(
            "derived", ('The text says "Unable to determine service/operation name to be authorized".',)
        ),
        REQUEST_TO_WRONG_HOST.cause(),
        HAND_MADE_REQUEST.cause(),
        REQUEST_CHANGED.cause(text="A proxy or gateway changed the path or dropped headers."),
        remedies=(
            your_remedy(
                "Compare the request with the service's API reference",
                "Check which host, path and method were sent: SDKs and the CLI print them in their debug logs.",
                "Compare them with the API reference of the operation, and the host with the service's endpoints.",
                "Try the same call with the AWS CLI: if it works there, the program's request or endpoint is wrong.",
                commands=("env | grep AWS_ENDPOINT_URL", "aws configure get endpoint_url"),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
        notes=("No policy helps: AWS did not evaluate any.",),
    )


def explain_cost_explorer(denial: Denial) -> Explanation:
    """Explain that Cost Explorer is not enabled for the account or the caller."""
    return denial.explain(
        denial_summary(denial, "Cost Explorer is not enabled for this account"),
        COST_EXPLORER_OFF.cause("derived", ('The text says "User not enabled for cost explorer".',)),
        BILLING_CLOSED_TO_IAM.cause(),
        remedies=(
            organization_remedy(
                "Enable Cost Explorer",
                "Open Cost Explorer once in the console of the management account. The data is available after about a day.",
                "In its preferences, allow member accounts to use it.",
                url=pages.COST_EXPLORER,
            ),
            account_remedy(
                "Activate IAM access to billing information",
                "Sign in as the root user, open the account settings and activate IAM access to billing information.",
                url=pages.BILLING_ACCESS,
            ),
        ),
        notes=("An identity-based policy must allow the ce: actions, too.",),
    )
