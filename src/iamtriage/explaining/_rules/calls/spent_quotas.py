"""Explain daily and hourly quotas that services report as throttling: retrying after seconds does not help.

Sources: https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html,
https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html,
https://docs.aws.amazon.com/bedrock/latest/userguide/quotas.html and
https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html.
"""

from __future__ import annotations

from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.calls.quotas import QUOTA_REACHED
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

_CODE = r"Throttl|TooManyRequests|LimitExceeded|^$"
SPENT_QUOTAS = (
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)daily (?:message|sending) quota exceeded",
        summary="The account has sent as many emails in 24 hours as its SES sending quota in this Region allows. No permission is missing.",
        remedies=(
            your_remedy(
                "Stop the retries, and see how much of the quota is used",
                "Retries with backoff fail, too: SES counts the recipients of the last 24 hours, so it accepts messages again as older ones leave this window. Queue them until then.",
                "A Max24HourSend of 200 is the quota of the sandbox. If SentLast24Hours is higher than expected, look for a loop, a program that sends too much, or leaked keys.",
                commands="aws ses get-send-quota --region REGION",
                url="https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html",
            ),
            account_remedy(
                "In the sandbox, request production access, otherwise a higher sending quota",
                "If the command prints False, the account is in the sandbox in this Region: open Account dashboard in the SES console, and request production access. If it prints True, request a higher sending quota there or in Service Quotas.",
                commands="aws sesv2 get-account --region REGION --query ProductionAccessEnabled",
                url="https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",
            ),
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)too many tokens per day",
        summary="The account has used up its Bedrock quota of tokens per day for this model. No permission is missing.",
        remedies=(
            your_remedy(
                "Stop the retries, and call the model again the next day, or another model",
                "Retries with backoff fail, too: the quota is for a day, not for a minute. Other models have quotas of their own.",
                "Set max_tokens no higher than needed, shorten prompts, and cache answers.",
                url="https://docs.aws.amazon.com/bedrock/latest/userguide/quotas.html",
            ),
            account_remedy(
                "Request a higher quota of tokens per day",
                "The command lists these quotas of the Region. New accounts can have lower ones than the default. If the quota is not adjustable, open a support case.",
                commands="aws service-quotas list-service-quotas --service-code bedrock --region REGION --query \"Quotas[?contains(QuotaName, 'tokens per day')].[QuotaName,Value,Adjustable]\" --output text",
                url=pages.QUOTAS,
            ),
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)exceeded daily email limit",
        summary="Cognito has sent as many emails today as its built-in sender may. No permission is missing.",
        remedies=account_remedy(
            "Let the user pool send through Amazon SES",
            "The quota of the built-in sender is low and cannot be raised. It resets the next day, and retries before then do not help.",
            "Verify an email address or domain in SES, then edit the email settings of the user pool in the Cognito console, and choose Send email with Amazon SES. Then the sending quota of SES applies, which is low while the account is in the sandbox.",
            url="https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-email.html",
        ),
    ),
    ErrorKind(
        cause=QUOTA_REACHED,
        code=_CODE,
        message=r"(?i)\battempt limit exceeded\b",
        summary="Cognito rejects further attempts for this user for a while: there were too many, such as for codes or passwords. No permission is missing.",
        remedies=your_remedy(
            "Wait, then try once more",
            "Each attempt counts, so retries in a loop do not help. Wait about an hour. The quota is for each user and cannot be raised.",
            "Look for what makes the attempts: a form that sends twice, a test, or someone who guesses.",
            url="https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html",
        ),
    ),
)
"""Kinds whose code and message must both match, before those of throttling and other quotas."""
