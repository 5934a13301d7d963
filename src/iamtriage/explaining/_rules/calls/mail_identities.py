"""Explain that SES has not verified an address in the Region that was called, which can be another one than was meant.

Sources: https://docs.aws.amazon.com/ses/latest/dg/regions.html and, for the settings of django-ses,
https://github.com/django-ses/django-ses/blob/main/django_ses/settings.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.regions import REGION
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

EMAIL_NOT_VERIFIED = CauseType(
    "email-not-verified",
    title="An address or domain of the message is not verified in the Region of the call",
    recognised_by='The code MessageRejected with "Email address is not verified".',
    fix="Verify the address or its domain in the Region of the call.",
    sources=(pages.SES_SANDBOX,),
)
NOT_VERIFIED = lazy_pattern(r"Email address is not verified|identities failed the check in region")
_CALLED = lazy_pattern(r"failed the check in region ([A-Z0-9-]{8,20})")
# The Region in the settings of a program, in a host of SES, and in a command.
_MEANT = lazy_pattern(
    rf"(?i:\b\w{{0,30}}region\w{{0,20}})[\"']?\s?(?:=>?|:)\s?[\"']?({REGION})\b|\bemail(?:-smtp)?\.({REGION})\.amazonaws|\baws ses(?:v2)? [^\n]{{0,200}}--region[ =]({REGION})\b"
)
_VERIFIED = lazy_pattern(r"Verifi(?:ed|cation)\w{0,20}[^\n]{0,40}\s{0,9}\"?(?:true|Success)\b")
_SETTING = lazy_pattern(r"\bAWS_SES_REGION_(?!NAME\b|ENDPOINT)\w{1,20}")


def explain_unverified_address(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that an address is not verified in the Region of the call."""
    text, found = case.failure.text, _CALLED.search(case.failure.text)
    called = "" if found is None else found[1].lower()
    stated = {next(filter(None, each.groups())) for each in _MEANT.finditer(text)} - {called}
    if called and len(stated) == 1:
        return _explain_other_region(case, called, stated.pop())
    region = commands.region(called)
    return case.explain(
        f"SES rejected the message because an address is not verified in {called or 'this Region'}.",
        EMAIL_NOT_VERIFIED.cause("reported", code_evidence(case.failure)),
        remedies=account_remedy(
            f"Verify the address or its domain{f' in {called}' if called else ''}, or request production access",
            "Both are per Region: an address that is verified in another Region does not count. While ProductionAccessEnabled is false, the account is in the SES sandbox, where recipients must be verified, too.",
            commands=(
                f"aws sesv2 get-account --region {region} --query ProductionAccessEnabled",
                f"aws sesv2 create-email-identity --region {region} --email-identity ADDRESS_OR_DOMAIN",
            ),
            url=pages.SES_SANDBOX,
        ),
        notes=NOT_A_DENIAL,
    )


def _explain_other_region(case: Case[AwsError], called: str, meant: str) -> Explanation:
    """Explain that the program called another Region than its settings or the commands in the text."""
    text = case.failure.text
    is_verified, because, manifest = _VERIFIED.search(text) is not None, None, None
    step = f"Set the Region of the SES client to {meant} in the code or the variables of the program, and its host, if it has one: email.{meant}.amazonaws.com (SMTP: email-smtp.{meant}.amazonaws.com)."
    if "django_ses" in text or "django-ses" in text or "AWS_SES_REGION_" in text:
        other = _SETTING.search(text)
        unknown = f" {other[0]} is not one of its settings." if other else ""
        because = (
            f"AWS_SES_REGION_ENDPOINT sets the host of django-ses, by default that of us-east-1.{unknown}"
        )
        manifest = f"AWS_SES_REGION_NAME = '{meant}'\nAWS_SES_REGION_ENDPOINT = 'email.{meant}.amazonaws.com'"
        step = f"Set both in settings.py{f' instead of {other[0]}' if other else ''}."
    return case.explain(
        f"The message went to SES in {called}, where the address is not verified, and not in {meant}, {'where it is verified' if is_verified else 'which the text names'}.",
        EMAIL_NOT_VERIFIED.cause("derived", because, text="Identities and production access are per Region."),
        remedies=your_remedy(
            f"Send the message through SES in {meant}",
            step,
            f"Then restart the program. {'Nothing has to be verified again' if is_verified else 'Addresses must be verified'} in {meant}.",
            manifest=manifest,
            manifest_language="text",
            url="https://docs.aws.amazon.com/ses/latest/dg/regions.html",
        ),
        notes=NOT_A_DENIAL,
    )
