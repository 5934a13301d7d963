"""Test that expired credentials are renewed as the profile of the call gets them."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_EXPIRED = "$ aws s3 ls --profile ops\nAn error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.\n"
_SSO = "[profile ops]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Ops\n"
_LOGIN = "[profile ops]\nlogin_session = arn:aws:iam::111122223333:user/kim\n"


@pytest.mark.parametrize(
    ("shown", "title", "command"),
    [
        (
            f"$ cat ~/.aws/config\n{_SSO}",
            "Sign in to IAM Identity Center again",
            "aws sso login --profile ops",
        ),
        (f"$ cat ~/.aws/config\n{_LOGIN}", "Sign in with aws login again", "aws login --profile ops"),
        (
            f"$ cat ~/.aws/config\n{_SSO.replace('ops', 'other')}",
            "Get new credentials from where the old ones came from",
            "aws configure list --profile ops",
        ),
    ],
)
def test_how_the_profile_signs_in(shown: str, title: str, command: str) -> None:
    remedy = explain(f"{_EXPIRED}{shown}").remedies[0]
    assert (remedy.title, remedy.commands[0]) == (title, command)


def test_a_rejected_call_is_no_renewal_of_a_login() -> None:
    explanation = explain(f"{_EXPIRED}$ aws login --profile ops\n$ cat ~/.aws/config\n{_SSO}")
    assert (
        explanation.summary == "The temporary credentials of the call have expired. No permission is missing."
    )
    assert "aws login" not in explanation.remedies[0].commands[0]


_EXPIRED_SIGN_IN = "Error: failed to refresh cached credentials, refresh cached SSO token failed, unable to refresh SSO token, operation error SSO OIDC: CreateToken, https response error StatusCode: 400, RequestID: 1A2B, InvalidGrantException:\n"


@pytest.mark.parametrize(
    ("shown", "profile"),
    [
        ('provider "aws" {\n  region  = "eu-west-1"\n  profile = "films-dev"\n}\n', "films-dev"),
        ("", "PROFILE"),
    ],
)
def test_sign_in_of_a_profile_that_the_text_names(shown: str, profile: str) -> None:
    first = explain(_EXPIRED_SIGN_IN + shown).remedies[0]
    assert f"aws sso login --profile {profile}" in first.commands
    # Only an unknown profile has to be found.
    is_unknown = profile == "PROFILE"
    assert any("the profile that the failing call uses" in each for each in first.steps) is is_unknown


@pytest.mark.parametrize(
    ("profile", "title"),
    [
        ("dev", "Sign out, so that no old token stays in the cache, and sign in again"),
        # The sign-in that succeeded does not serve this call.
        ("live", "Sign in to IAM Identity Center with the profile dev"),
    ],
)
def test_sign_in_with_another_profile(profile: str, title: str) -> None:
    signed_in = f"$ aws sso login --profile {profile}\nSuccessfully logged into Start URL: https://octo.awsapps.com/start\n"
    failed = "$ aws s3 ls --profile dev\nThe SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.\n"
    remedy = explain(signed_in + failed).remedies[0]
    assert remedy.title == title
    assert "aws sso login --profile dev" in remedy.commands


def test_sign_in_that_only_the_headers_of_the_answer_name() -> None:
    """The entries of a debug log state parts of one answer, which is one failure."""
    log = """DEBUG - Starting new HTTPS connection (1): oidc.eu-central-1.amazonaws.com:443
DEBUG - https://oidc.eu-central-1.amazonaws.com:443 "POST /token HTTP/1.1" 400 78
2026-03-06 10:54:27,185 - MainThread - botocore.parsers - DEBUG - Response headers: {'Content-Length': '78', 'x-amzn-RequestId': '8506bebb-9eca-4771-9336-953ba378efb1', 'x-amzn-ErrorType': 'InvalidGrantException:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/'}
"""
    explanation = explain(log)
    assert explanation.summary.startswith("The IAM Identity Center sign-in has expired")
    assert "Also" not in str(explanation)


_LOG = "{} assumed role etl, DurationSeconds=3600\n{} An error occurred ({}) when calling the GetItem operation: {}"
_EXPIRED_CODE = ("ExpiredTokenException", "The security token included in the request is expired")
_INVALID_CODE = ("UnrecognizedClientException", "The security token included in the request is invalid.")


@check_rows(
    ("text", "ago"),
    [
        (_LOG.format("09:00:03", "10:12:41", *_EXPIRED_CODE), "12 minutes"),
        (_LOG.format("2026-12-03T09:00:03Z", "2026-12-03T10:12:41Z", *_INVALID_CODE), "12 minutes"),
        (
            f"Token issued at 9:00, valid for one hour. Error at 11:05:\n{_INVALID_CODE[0]}: {_INVALID_CODE[1]}",
            "65 minutes",
        ),
        (
            f'"Expiration": "2026-12-03T08:55:10Z"\n2026-12-03T09:30:11Z ERROR {_INVALID_CODE[0]}: {_INVALID_CODE[1]}',
            "35 minutes",
        ),
        (
            "09:00:03 assumed role etl, DurationSeconds=3600\n10:12:41 An error occurred (400) when calling the HeadObject operation: Bad Request",
            "12 minutes",
        ),
        # Not over yet, the next day, other time zones, an unknown one, no duration, or a session that was renewed.
        (_LOG.format("09:30:03", "10:12:41", *_INVALID_CODE), None),
        (
            _LOG.format("09:00:03", "10:12:41", *_INVALID_CODE).replace(
                "assumed role", "user session created"
            ),
            None,
        ),
        (_LOG.format("23:30:03", "00:12:41", *_INVALID_CODE), None),
        (_LOG.format("2026-12-03T09:00:03Z", "2026-12-03 10:12:41", *_INVALID_CODE), None),
        (
            f'"Expiration": "2026-12-03T08:55:10Z"\n2026-12-03 09:30:11 {_INVALID_CODE[0]}: {_INVALID_CODE[1]}',
            None,
        ),
        (_LOG.format("09:00:03", "10:12:41", *_INVALID_CODE).replace(", DurationSeconds=3600", ""), None),
        (
            f"09:00:03 assumed role etl, DurationSeconds=3600\n{_LOG.format('09:59:00', '10:12:41', *_INVALID_CODE)}",
            None,
        ),
    ],
)
def test_times_prove_that_the_session_had_ended(text: str, ago: str | None) -> None:
    summary = explain(text).summary
    assert ("before the call" in summary) is (ago is not None)
    assert (ago or "") in summary
