"""Explain regions that an account cannot use.

Either STS is not activated in the region, or the region is not enabled.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clues import find_region, message_text, quote_phrases
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import diagnose_sts_call
from iamtriage.sts._evidence import StsCall

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import RegionDisabled

__all__ = ("explain_region_disabled",)

_PHRASES = ("STS is not activated in this region", "STS is not activated in the requested region")
_NOTE = "An IAM policy does not help. Tokens of a regional STS endpoint are valid in all regions, so STS can be called in another region than the other services."


REGION_NOT_ENABLED = CauseType(
    "region-not-enabled",
    title="The account has not enabled the region",
    recognised_by="The message says that the region is not enabled for the account, or the error comes from an opt-in region.",
    fix="Enable the region in the account, or call another region.",
    sources=(pages.ENABLE_REGION,),
)


def explain_region_disabled(case: Case[RegionDisabled]) -> Explanation:
    """Explain that a region or its STS endpoint is off for the account."""
    message, region = message_text(case), find_region(case)
    if not any(phrase in message for phrase in _PHRASES) and "is not enabled in your account" in message:
        return _explain_region_not_enabled(case, region)
    place = "the region that was called" if region is None else region
    account = "the account" if case.failure.account is None else f"the account {case.failure.account}"
    because = quote_phrases(message, *_PHRASES)
    if case.failure.envelope.code is not None:
        because += (f"The error code is {case.failure.envelope.code}.",)
    findings = diagnose_sts_call(case, codes=frozenset({"region-disabled"}), because=because)
    opts_in = None if region is None else StsCall().is_opt_in(region)
    return case.explain(
        f"STS is not activated for {account} in {place}.",
        *findings.causes,
        topic="sts-region-disabled",
        remedies=(
            *([_activate_sts_remedy(region)] if opts_in is not True else []),
            *([credential_remedies.enable_region(region)] if opts_in is not False else []),
            _other_region_remedy(),
        ),
        notes=(_NOTE,),
    )


def _activate_sts_remedy(region: str | None) -> Remedy:
    name = region or "the region"
    return account_remedy(
        f"Activate STS in {name}",
        "Open the IAM console, Account settings, Security Token Service (STS), Endpoints.",
        f"Activate {name}. There is no API for this. The endpoint in us-east-1 is always active.",
        "The setting belongs to the account of the role or user that is requested.",
        url=pages.TEMPORARY_REGIONS,
    )


def _other_region_remedy() -> Remedy:
    return your_remedy(
        "Or call STS in an active region",
        "Create only the STS client for an active region; the other clients keep theirs.",
        "In pods, set AWS_REGION and AWS_DEFAULT_REGION only if all calls can go to that region.",
        url=pages.STS_REGIONS,
    )


def _explain_region_not_enabled(case: Case[RegionDisabled], region: str | None) -> Explanation:
    return case.explain(
        f"The Region{'' if region is None else f' {region}'} is not enabled for the account.",
        REGION_NOT_ENABLED.cause("reported", ('The text says "is not enabled in your account".',)),
        remedies=(
            credential_remedies.enable_region(region),
            your_remedy(
                "Or use a region that is enabled",
                "Set another region in the profile, in AWS_REGION or in the client.",
                commands=(
                    "aws account list-regions --region-opt-status-contains ENABLED ENABLED_BY_DEFAULT",
                ),
                url=pages.ENABLE_REGION,
            ),
        ),
        notes=(
            "An organization's service control policies can block regions; then its administrator decides.",
        ),
    )
