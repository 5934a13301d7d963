"""Explain that a sign-in to IAM Identity Center names a wrong access portal, or another Region than the portal's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import clues, credential_remedies, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

_REGION = r"([a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9])\b"
# The Region that the client was given, and the one in which the portal answers the browser.
_GIVEN = lazy_pattern(
    rf"\bSSO [Rr]egion ?(?:\[[^\]\n]{{0,40}}\])?: ?{_REGION}|\bsso_region\s{{0,4}}=\s{{0,4}}{_REGION}|\bdevice\.sso\.{_REGION}"
)
_HOME = lazy_pattern(
    rf"awsapps\.com/[^\s\"'<>]{{0,400}}?[?&#]region={_REGION}|\boidc\.{_REGION}[\w.]{{0,30}}/device_authorization/"
)
_SESSION = lazy_pattern(r"\[sso-session[ \t]{1,4}([\w.@+-]{1,64})\]|\bsso_session\s?=\s?([\w.@+-]{1,64})")
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


class _Regions(NamedTuple):
    given: str | None
    home: str | None


def _find_regions(text: str) -> _Regions:
    """Return the Region that a sign-in was given, and the portal's, each if the text has one of them."""
    given, home = (
        {next(filter(None, each.groups())) for each in pattern.finditer(text)} for pattern in (_GIVEN, _HOME)
    )
    return _Regions(given.pop() if len(given) == 1 else None, home.pop() if len(home) == 1 else None)


def explain_unknown_portal(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a sign-in names an access portal that IAM Identity Center does not have in the Region."""
    given, home = _find_regions(case.failure.text)
    profile, is_pending = clues.find_profile(case), "Invalid grant" in message
    if given is not None and home is not None and given != home:
        return _explain_other_region(case, given, home, profile)
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


def _explain_other_region(case: Case[AwsError], given: str, home: str, profile: str | None) -> Explanation:
    """Explain that a sign-in was begun in another Region than that of IAM Identity Center."""
    session = _SESSION.search(case.failure.text)
    name = "" if session is None else f" {next(filter(None, session.groups()))}"
    where = f"In ~/.aws/config, set sso_region = {home} in [sso-session{name or ' NAME'}], or in a profile without sso_session."
    sign_in = "aws sso login"
    if "SSO region [" in case.failure.text:
        # A profile that is not configured yet.
        where = f"Stop the command that waits (Ctrl+C), run the commands, and answer {home} to SSO region."
        sign_in = "aws configure sso"
    with_profile = partial(credential_remedies.with_profile, profile or "PROFILE")
    return case.explain(
        f"The sign-in was started in {given}, but IAM Identity Center is in {home}: sso_region must be {home}.",
        PORTAL_NOT_FOUND.cause(
            "derived",
            text=f"The text shows {home} in URLs of the access portal, which does not know the codes of {given}.",
        ),
        remedies=your_remedy(
            f"Set sso_region to {home}",
            f"{where} It is the Region of IAM Identity Center. The setting region is another one: it can stay that of your workloads.",
            commands=(
                "rm -r ~/.aws/sso/cache",
                with_profile(sign_in),
                Labelled("Check:", with_profile("aws sts get-caller-identity")),
            ),
            url=pages.SSO_LOGIN,
        ),
        notes="Permission sets, policies and the browser are not the cause: the sign-in was not completed.",
    )
