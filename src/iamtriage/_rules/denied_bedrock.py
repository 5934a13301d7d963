"""Explains that Bedrock does not let an account use a model; not denials by policies.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._own_words import words_of
from iamtriage._rules import pages
from iamtriage._rules.clues import quoted
from iamtriage._rules.commands import command
from iamtriage._rules.wording import details_remedy, region_of
from iamtriage.explanations import Cause, Explanation, Remedy

if TYPE_CHECKING:
    from iamtriage._denials import Denial

__all__ = ("explain_bedrock_model",)


def explain_bedrock_model(denial: Denial) -> Explanation:
    """Explain that the account has no access to a model."""
    region = region_of(denial)
    words = " ".join(words_of(denial.failure).split())
    remedies = (
        Remedy(
            title="See whether the account may use the model there",
            who="you",
            steps=(
                "Run the commands with the account and the region of the call; the model id has to be one of the list, letter by letter.",
                "Where the list has no ON_DEMAND for the model, call it by the id of an inference profile.",
            ),
            commands=(
                command(
                    *("aws", "bedrock", "get-foundation-model-availability", "--region", region),
                    *("--model-id", "MODEL_ID"),
                ),
                command(
                    *("aws", "bedrock", "list-foundation-models", "--region", region),
                    *("--query", "modelSummaries[].[modelId,inferenceTypesSupported]"),
                ),
                command("aws", "bedrock", "list-inference-profiles", "--region", region),
            ),
            url=pages.BEDROCK_PROFILES,
        ),
        Remedy(
            title="Get access to the model",
            who="account administrator",
            steps=(
                "Open the model in Bedrock's model catalog, in that region, and use it once. For models of Anthropic, hand in the form on the use case, once for an account or for its organization.",
                "The first call of a third party's model subscribes the account to it in AWS Marketplace. Whoever makes it needs aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions, and the account a valid way of payment.",
                "Try again after some minutes: a subscription can take up to 15.",
            ),
            url=pages.BEDROCK_MODELS,
        ),
        details_remedy(denial),
    )
    return Explanation(
        failure=denial.failure,
        topic="bedrock-model-access",
        summary="Bedrock does not let this account use the model in the region of the call.",
        causes=(
            Cause(
                "bedrock-model-access",
                "The account has no access to the model, or there is none of this id for it.",
                "reported",
                quoted(
                    words,
                    "You don't have access to the model with the specified model ID",
                    "Your account is not authorized to invoke this API operation",
                ),
            ),
            Cause(
                "model-not-subscribed",
                "The account is not subscribed to the model yet, or the form that its maker asks for was not handed in.",
                "possible",
            ),
            Cause(
                "model-not-in-region",
                "The model is not offered in the region that was called, or its id is mistyped or out of use.",
                "possible",
            ),
            Cause(
                "other-account",
                "The credentials are of another account than the one that has access.",
                "possible",
            ),
        ),
        remedies=tuple(each for each in remedies if each is not None),
        notes=(
            "Where a policy of the caller lacks bedrock:InvokeModel, the message says so, and names the action.",
        ),
    )
