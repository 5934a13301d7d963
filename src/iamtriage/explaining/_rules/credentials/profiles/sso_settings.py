"""Explain settings of IAM Identity Center that do not fit: the access portal, its Region, and ``sso_session``.

The AWS CLI names the file of a profile with ``sso_session`` after the session, and one without it after the start URL.
SDKs that do not know ``sso_session`` look for the latter. Terraform's S3 backend has such an SDK before version 1.6:
https://github.com/hashicorp/terraform/issues/32448 and 32465.
"""

from __future__ import annotations

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage.explaining._context.readers.region_names import PLACE, region_of_place
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AwsError

_REGION = rf"({REGION})\b"
# The Region that the client was given, and the one in which the portal answers the browser.
_GIVEN = lazy_pattern(
    rf"\bSSO [Rr]egion ?(?:\[[^\]\n]{{0,40}}\])?: ?{_REGION}|\bsso_region\s{{0,4}}=\s{{0,4}}{_REGION}|\bdevice\.sso\.{_REGION}"
)
_HOME = lazy_pattern(
    rf"awsapps\.com/[^\s\"'<>]{{0,400}}?[?&#]region={_REGION}|\boidc\.{_REGION}[\w.]{{0,30}}/device_authorization/"
)
# "Identity Center lives in Ireland": people know the name of its Region.
_SAID_HOME = lazy_pattern(
    rf"\b(?:Identity Center|SSO)\b(?:(?!\b(?:team|admin(?:istrator)?|people|colleague|office|owner|user)s?\b)[^\n.;]){{0,60}}?\b(?:is|lives|runs|sits|was (?:created|enabled|set up)) in (?:the Region )?({PLACE})\b(?!-)"
)
PORTAL_NOT_FOUND = CauseType(
    "portal-not-found",
    title="IAM Identity Center has no such access portal in the Region",
    meaning="The start URL is not that of an AWS access portal, or IAM Identity Center is in another Region.",
    recognised_by='The call StartDeviceAuthorization, with which a sign-in begins, is rejected as invalid, or the browser shows "Invalid grant provided".',
    fix="Set sso_start_url and sso_region to the values that the settings of IAM Identity Center show.",
    sources=(
        pages.SSO_LOGIN,
        "https://github.com/aws/aws-cli/issues/7129",
        "https://github.com/aws/aws-cli/issues/5058",
    ),
)


def explain_unknown_portal(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a sign-in names an access portal that IAM Identity Center does not have in the Region."""
    found = ([*pattern.finditer(case.failure.text)] for pattern in (_GIVEN, _HOME))
    regions = ({next(filter(None, each.groups())) for each in matches} for matches in found)
    given, home = (only_one(each) for each in regions)
    said = next(find_said(case.failure.text, _SAID_HOME), None) if home is None else None
    if said is not None:
        home = region_of_place(said[1])
    profile, is_pending = find_profile(case), "Invalid grant" in message
    why = "most likely, sso_region or sso_start_url is wrong"
    if is_pending:
        why = f"most likely, sso_region{f' ({given})' if given else ''} is not the Region of IAM Identity Center, or the code has expired"
    lines = (f"aws configure get {each}" for each in ("sso_session", "sso_start_url", "sso_region"))
    return case.explain(
        f"IAM Identity Center rejected the {'' if is_pending else 'start of the '}sign-in: {why}.",
        PORTAL_NOT_FOUND.cause(
            text="The setting sso_region must be the Region of IAM Identity Center, which can differ from that of your resources, and sso_start_url the URL of its AWS access portal, not that of another identity provider."
        ),
        remedies=your_remedy(
            "Correct sso_region and sso_start_url",
            "The settings of IAM Identity Center show its Region and the URL of the access portal (https://…/start). If you cannot see them, ask its administrator.",
            "With sso_session, both are in the section [sso-session NAME] of ~/.aws/config. If a URL with a custom name fails, try the one with the ID (https://d-….awsapps.com/start).",
            commands=(
                *(credential_remedies.with_profile(profile, line) for line in lines),
                Labelled("Then:", "aws sso login --profile PROFILE"),
            ),
            url=pages.SSO_LOGIN,
        ),
        notes=f"No permission is missing: the sign-in {'was not completed' if is_pending else 'did not begin'}.",
    )
