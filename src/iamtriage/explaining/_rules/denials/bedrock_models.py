"""Explain that an account has no access to an Amazon Bedrock model.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import CREDENTIALS_OF_OTHER_ACCOUNT
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.wording import (
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    capitalize_start,
    denial_summary,
    reason_lines,
    region_argument,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "explain_bedrock_model",
    "explain_bedrock_subscription",
    "subscribes_to_model",
)

# The actions with which a first call subscribes an account to a model, in lowercase.
_SUBSCRIPTION_ACTIONS = frozenset({"aws-marketplace:subscribe", "aws-marketplace:viewsubscriptions"})
_MODEL_OPERATIONS = frozenset({"InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"})
_ACCESS_DENIED = "Model access is denied"
_INVALID_PAYMENT = "INVALID_PAYMENT_INSTRUMENT"
_AVAILABILITY_COMMAND = "aws bedrock get-foundation-model-availability --region {} --model-id MODEL_ID"
_RETRY_LATER = "Try again after some minutes: a subscription can take up to 15."


MODEL_NOT_SUBSCRIBED = CauseType(
    "model-not-subscribed",
    title="The account is not subscribed to the model",
    text="The account is not subscribed to the model in AWS Marketplace. Bedrock tried to do it with the caller's permissions.",
    recognised_by="The denied action is aws-marketplace:Subscribe or aws-marketplace:ViewSubscriptions.",
    fix="Subscribe to the model once with a principal that has the AWS Marketplace permissions.",
    sources=(pages.BEDROCK_MODELS,),
    example="bedrock-subscription",
)
NO_MARKETPLACE_ALLOW = CauseType(
    "no-marketplace-allow",
    title="The caller lacks the AWS Marketplace permissions",
    meaning="The caller is not allowed to subscribe to the model in AWS Marketplace.",
    recognised_by="The denied action is an action of AWS Marketplace during a call to Bedrock.",
    fix="Allow aws-marketplace:Subscribe, Unsubscribe and ViewSubscriptions to the one who opens the model.",
    sources=(pages.BEDROCK_MODELS,),
    example="bedrock-subscription",
)
BEDROCK_MODEL_ACCESS = CauseType(
    "bedrock-model-access",
    title="The account has no access to the model",
    text="The account has no access to the model, or there is none of this id for it.",
    recognised_by='Bedrock says "You don\'t have access to the model with the specified model ID".',
    fix="Open the model in the Bedrock console, or use another model or region.",
    sources=(pages.BEDROCK_MODELS,),
    example="bedrock-model",
)
MODEL_NOT_IN_REGION = CauseType(
    "model-not-in-region",
    title="The model is not available in the region",
    text="The model is not offered in the region that was called, or its id is mistyped or out of use.",
    fix="Call a region that has the model, and check the model ID.",
    of="bedrock-model-access",
)
PAYMENT_MISSING = CauseType(
    "payment-missing",
    title="The account has no valid payment method",
    text="The subscription to the model takes a valid way of payment, and the account has none that AWS Marketplace takes.",
    recognised_by="Bedrock says INVALID_PAYMENT_INSTRUMENT.",
    fix="Add a payment method that AWS Marketplace accepts.",
    sources=(pages.BEDROCK_MODELS,),
    example="bedrock-payment",
)


def subscribes_to_model(denial: Denial) -> bool:
    """Return whether the subscription to a model was denied, not one to another AWS Marketplace product."""
    if denial.lowercase_action not in _SUBSCRIPTION_ACTIONS:
        return False
    if denial.failure.envelope.operation in _MODEL_OPERATIONS:
        return True
    return _ACCESS_DENIED in denial_paragraph(denial.failure)


def explain_bedrock_subscription(denial: Denial) -> Explanation:
    """Explain that the caller is not allowed to subscribe the account to the model."""
    subscribe = Remedy(
        title="Subscribe the account to the model once, as somebody who may",
        who="account administrator",
        steps=(
            "Call the model once, in the account and region of the failing call, as a person or role that has both permissions: in the playground of Bedrock's console, or by the API.",
            "The subscription is the account's. Once it is there, others call the model without any permission for AWS Marketplace.",
            _RETRY_LATER,
        ),
        commands=(fill_command(_AVAILABILITY_COMMAND, region_argument(denial)),),
        url=pages.BEDROCK_MODELS,
    )
    allow: Remedy | None = None
    if identity_allow_helps(denial):
        allow = allow_remedy(
            denial,
            title=f"Or let {denial.caller} subscribe the account",
            first_step="Think twice for a role that a program runs under: aws-marketplace:Subscribe lets it buy for the account, and is needed once only.",
        )
    missing = f"{capitalize_start(denial.caller)} may not do what a subscription takes: aws-marketplace:ViewSubscriptions and aws-marketplace:Subscribe."
    if denial.policy_type == "identity":
        missing = f"No policy of {denial.caller} allows {denial.action}."
    return Explanation(
        failure=denial.failure,
        topic="bedrock-subscription",
        summary=denial_summary(
            denial, "the account is not subscribed to the model, and the caller may not subscribe it"
        ),
        causes=(
            MODEL_NOT_SUBSCRIBED.cause(
                "derived", quote_phrases(denial_paragraph(denial.failure), _ACCESS_DENIED)
            ),
            NO_MARKETPLACE_ALLOW.cause("reported", reason_lines(denial), text=missing),
        ),
        remedies=present(subscribe, allow, authorization_details_remedy(denial)),
        notes=(
            "bedrock:InvokeModel is another permission, and does not help here.",
            *((ONE_POLICY_TYPE,) if denial.policy_type is not None else ()),
        ),
    )


def explain_bedrock_model(denial: Denial) -> Explanation:
    """Explain that the account has no access to a model."""
    region = region_argument(denial)
    words = denial_paragraph(denial.failure)
    if _INVALID_PAYMENT in words:
        return _explain_payment(denial, words)
    remedies = (
        Remedy(
            title="See whether the account may use the model there",
            who="you",
            steps=(
                "Run the commands with the account and the region of the call; the model id has to be one of the list, letter by letter.",
                "Where the list has no ON_DEMAND for the model, call it by the id of an inference profile.",
            ),
            commands=(
                fill_command(_AVAILABILITY_COMMAND, region),
                fill_command(
                    "aws bedrock list-foundation-models --region {} --query 'modelSummaries[].[modelId,inferenceTypesSupported]'",
                    region,
                ),
                fill_command("aws bedrock list-inference-profiles --region {}", region),
            ),
            url=pages.BEDROCK_PROFILES,
        ),
        Remedy(
            title="Get access to the model",
            who="account administrator",
            steps=(
                "Open the model in Bedrock's model catalog, in that region, and use it once. For models of Anthropic, hand in the form on the use case, once for an account or for its organization.",
                "The first call of a third party's model subscribes the account to it in AWS Marketplace. Whoever makes it needs aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, and the account a valid way of payment.",
                _RETRY_LATER,
            ),
            url=pages.BEDROCK_MODELS,
        ),
        authorization_details_remedy(denial),
    )
    return Explanation(
        failure=denial.failure,
        topic="bedrock-model-access",
        summary="Bedrock does not let this account use the model in the region of the call.",
        causes=(
            BEDROCK_MODEL_ACCESS.cause(
                "reported",
                quote_phrases(
                    words,
                    "You don't have access to the model with the specified model ID",
                    "Your account is not authorized to invoke this API operation",
                    _ACCESS_DENIED,
                ),
            ),
            MODEL_NOT_SUBSCRIBED.cause(
                text="The account is not subscribed to the model yet, or the form that its maker asks for was not handed in."
            ),
            MODEL_NOT_IN_REGION.cause(),
            CREDENTIALS_OF_OTHER_ACCOUNT.cause(
                text="The credentials are of another account than the one that has access."
            ),
        ),
        remedies=present(*remedies),
        notes=(
            "Where a policy of the caller lacks bedrock:InvokeModel, the message says so, and names the action.",
        ),
    )


def _explain_payment(denial: Denial, words: str) -> Explanation:
    return Explanation(
        failure=denial.failure,
        topic="bedrock-payment",
        summary="Bedrock does not let this account use the model: AWS Marketplace has no valid way of payment for it.",
        causes=(
            PAYMENT_MISSING.cause(
                "reported", quote_phrases(words, "A valid payment instrument must be provided")
            ),
        ),
        remedies=(
            Remedy(
                title="See to the account's way of payment",
                who="account administrator",
                steps=(
                    "Look at the payment methods in Billing, and set one that is valid for purchases in AWS Marketplace.",
                    f"Then call the model again. {_RETRY_LATER}",
                ),
                url=pages.BEDROCK_MODELS,
            ),
        ),
        notes=("An Allow in a policy does not help.",),
    )
