"""Test that expired credentials are renewed as the profile of the call gets them."""

from __future__ import annotations

import pytest

from iamtriage import explain

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
