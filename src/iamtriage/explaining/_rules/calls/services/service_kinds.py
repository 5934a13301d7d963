"""List API errors of single services, which hide what another service or the owner of a product answered.

Sources: https://repost.aws/knowledge-center/lambda-kms-iam-permissions-errors and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html.
"""

from __future__ import annotations

from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.account_kinds import ACCOUNT_STATE
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import InvalidArn

GRANTEE_NOT_FOUND = CauseType(
    "grantee-not-found",
    title="KMS does not find the principal of a grant",
    text="The role was deleted and created again, or it is only seconds old, and KMS does not see it yet.",
    recognised_by='A message of KMS such as "ARN does not refer to a valid principal", or "the KMS key is invalid for CreateGrant" of Lambda.',
    fix="Wait for some seconds, or set the role of the function again.",
    sources=("https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html",),
)
LOG_DESTINATION = CauseType(
    "log-destination",
    title="CloudWatch Logs could not deliver a test message to the destination",
    text="CloudWatch Logs writes with the role of the subscription filter: the role must trust logs.amazonaws.com and be allowed to write to the stream, and the stream must be active.",
    recognised_by='The message says "Could not deliver test message to specified" stream.',
    fix="Correct the role of the subscription filter, or wait until the stream is active.",
    sources=("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",),
)
NO_GRANTEE = "does not refer to a valid principal"
"""What KMS says of the principal of a grant."""


def _set_role_again(role_arn: str | None) -> Remedy:
    change = "aws lambda update-function-configuration --function-name FUNCTION_NAME --role"
    return your_remedy(
        "Set the role of the function again, so that Lambda creates a new grant",
        "If the role was created seconds ago, only wait for about ten seconds, and repeat the call.",
        "Otherwise, set another role, which Lambda can assume, and then the right one. You need iam:PassRole on both.",
        commands=(
            f"{change} OTHER_ROLE_ARN",
            Labelled("Then:", f"{change} {commands.arn(role_arn, 'ROLE_ARN')}"),
        ),
    )


def explain_grantee(case: Case[InvalidArn]) -> Explanation:
    """Explain that KMS does not find the principal for which a service creates a grant."""
    arn = clues.find_role_arn(case.failure.text)
    name = commands.role_name((arn or "").rpartition("/")[2])
    look_up = your_remedy(
        "Check whether the role exists, and repeat the call after about ten seconds",
        "If it was deleted, create it again, or name another one.",
        commands=commands.fill_command(
            "aws iam get-role --role-name {} --query Role.Arn --output text", name
        ),
    )
    return case.explain(
        f"KMS does not find {f'the role {name}' if arn else 'the principal'} for which a service creates a grant on a key: most likely, the role was re-created, or it is only seconds old.",
        GRANTEE_NOT_FOUND.cause("reported"),
        topic="grantee-not-found",
        remedies=(_set_role_again(arn),) if "environment variables" in case.failure.text else (look_up,),
        notes="An IAM policy does not help: KMS evaluated none.",
    )


SERVICE_KINDS = (
    ErrorKind(
        cause=GRANTEE_NOT_FOUND,
        code=r"^InvalidParameterValue",
        message=r"\bKMS key is invalid for CreateGrant\b",
        summary="Lambda could not create the grant with which the function uses its KMS key: most likely, the function's role was re-created, or it is only seconds old.",
        remedies=(
            _set_role_again(None),
            your_remedy(
                "Check the state of the key, if that does not help",
                "KeyState must be Enabled, and the key must be in the Region of the function.",
                commands="aws kms describe-key --key-id KEY_ID --query KeyMetadata.KeyState --output text",
            ),
        ),
    ),
    ErrorKind(
        cause=LOG_DESTINATION,
        code=r"^InvalidParameterException$",
        message=r"\bCould not deliver test message to specified (?:Kinesis|Firehose|destination)\b",
        summary="CloudWatch Logs cannot write to the stream: its role lacks a permission or does not trust CloudWatch Logs, or the stream is not active.",
        lacks_permission=True,
        remedies=account_remedy(
            "Check the role of the subscription filter, then the state of the stream",
            "The role must trust logs.amazonaws.com, and allow kinesis:PutRecord or firehose:PutRecord on the ARN of the stream (and kms:GenerateDataKey on its key, if it is encrypted). A role that is only seconds old fails, too: repeat the call.",
            "Kinesis must print ACTIVE, or firehose describe-delivery-stream for a Firehose stream.",
            commands=(
                "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument",
                "aws iam list-role-policies --role-name ROLE_NAME",
                "aws kinesis describe-stream-summary --stream-name STREAM_NAME --query StreamDescriptionSummary.StreamStatus",
            ),
        ),
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=r"^OptInRequired$",
        message=r"\baccept terms and subscribe\b",
        summary="The account has not subscribed to this product of AWS Marketplace. No permission is missing for the call itself.",
        remedies=account_remedy(
            "Accept the terms of the product",
            "Open the URL in the message, signed in to the account of the call, and subscribe. That requires aws-marketplace:Subscribe, such as in AWSMarketplaceManageSubscriptions.",
            "Repeat the call after the console shows the subscription, which takes a minute or two. With a private marketplace, its administrator must approve the product first.",
            url="https://docs.aws.amazon.com/marketplace/latest/buyerguide/buyer-ami-products.html",
        ),
    ),
)
"""Kinds whose code and message must both match."""
