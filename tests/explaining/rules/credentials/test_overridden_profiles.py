"""Keys in the environment are named as the cause only if the call used them, and not the profile's."""

from __future__ import annotations

import pytest

from iamtriage import explain

_INVALID = "An error occurred (InvalidClientTokenId) when calling the ListBuckets operation: The security token included in the request is invalid"
_EXPIRED = (
    "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired."
)
_SIGNATURE = "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
_LIST = "$ aws configure list\n   profile     {}\naccess_key     ****************Q7ZX     {}\n"
_FILE = (
    "$ cat ~/.aws/credentials\n[{}]\naws_access_key_id = AKIAZEXAMPLEQWER{}\naws_secret_access_key = x\n\n"
)


@pytest.mark.parametrize("failure", [_INVALID, _EXPIRED, _SIGNATURE])
@pytest.mark.parametrize(
    ("shown", "profile"),
    [
        (_LIST.format("lab     env   ['AWS_PROFILE']", "env"), "lab"),
        (_FILE.format("lab", "AB12") + _LIST.format("lab     env   ['AWS_PROFILE']", "env"), "lab"),
        (_FILE.format("default", "AB12") + _LIST.format("<not set>", "env"), "default"),
        ("$ env | grep AWS\nAWS_PROFILE=lab\nAWS_ACCESS_KEY_ID=AKIAZEXAMPLEQWERQ7ZX\n", "lab"),
        (
            "$ env | grep AWS\nAWS_PROFILE=lab\nAWS_ACCESS_KEY_ID=ASIAZEXAMPLEQWERQ7ZX\nAWS_SECRET_ACCESS_KEY=x\n",
            "lab",
        ),
    ],
)
def test_key_of_environment(failure: str, shown: str, profile: str) -> None:
    explanation = explain(f"{shown}$ aws s3 ls\n{failure}")
    assert explanation.causes[0].code == "profile-overridden"
    assert f"takes precedence over the profile {profile}" in explanation.summary
    assert ("AB12" in explanation.summary) is ("AB12" in shown)
    assert explanation.remedies[0].commands[0].startswith("unset AWS_ACCESS_KEY_ID")


@pytest.mark.parametrize("failure", [_INVALID, _EXPIRED, _SIGNATURE])
@pytest.mark.parametrize(
    "shown",
    [
        _LIST.format("lab     env   ['AWS_PROFILE']", "shared-credentials-file"),
        _FILE.format("lab", "Q7ZX") + _LIST.format("lab     env   ['AWS_PROFILE']", "env"),
        _LIST.format("<not set>", "env"),
        _FILE.format("default", "AB12"),
    ],
)
def test_key_that_is_not_of_the_environment_or_the_same(failure: str, shown: str) -> None:
    explanation = explain(f"{shown}$ aws s3 ls\n{failure}")
    assert "profile-overridden" not in [each.code for each in explanation.causes]


def test_option_takes_precedence_over_the_environment() -> None:
    shown = _LIST.format("lab     env   ['AWS_PROFILE']", "env")
    explanation = explain(f"{shown}$ aws s3 ls --profile lab\n{_INVALID}")
    assert "profile-overridden" not in [each.code for each in explanation.causes]


_LOGIN = "$ aws sso login --profile lab\n{} logged into Start URL: https://acme.awsapps.com/start\n"


def test_keys_of_the_environment_after_a_sign_in() -> None:
    shown = _LOGIN.format("Successfully") + _LIST.format("<not set>", "env")
    explanation = explain(f"{shown}$ aws s3 ls\n{_EXPIRED}")
    assert "takes precedence over the profile lab" in explanation.summary
    assert "export AWS_PROFILE=lab" in explanation.remedies[0].commands
    assert "aws sso login --profile lab" not in explanation.remedies[0].commands


_LISTED = "$ aws s3 ls --profile lab\n2026-11-20 10:00:00 orders\n"
_STRING = '$ aws dynamodb list-tables --profile lab --query TableNames[0]\n"orders"\n'
_KEYS = "$ env | grep AWS\nAWS_ACCESS_KEY_ID=ASIAZEXAMPLEQWERQ7ZX\nAWS_SESSION_TOKEN=IQoJ\n"


@pytest.mark.parametrize(
    ("shown", "is_overridden"),
    [
        (f"{_KEYS}{_LISTED}$ aws s3 ls\n", True),
        (f"{_KEYS}{_STRING}$ terraform plan\nError: ", True),
        # The call selects the profile, whose credentials have expired then.
        (f"{_KEYS}{_LISTED}$ aws s3 ls --profile lab\n", False),
        (f'{_KEYS}{_STRING}provider "aws" {{\n  profile = "lab"\n}}\n$ terraform plan\nError: ', False),
        # Only somebody who looked up the key used the profile.
        (f'{_KEYS}$ aws iam get-user --profile ops --query User.UserName\n"ana"\n$ aws s3 ls\n', False),
    ],
)
def test_profile_that_works_next_to_keys_of_the_environment(shown: str, *, is_overridden: bool) -> None:
    explanation = explain(f"{shown}{_EXPIRED}")
    assert ("takes precedence over the profile lab" in explanation.summary) is is_overridden
    assert ("export AWS_PROFILE=lab" in explanation.remedies[0].commands) is is_overridden


@pytest.mark.parametrize(
    ("shown", "listed", "can_be_unset"),
    [
        # With --profile, aws configure list does not show the keys in the environment.
        ("$ aws s3 ls --profile lab\n", "aws configure list --profile lab", False),
        (f"{_LISTED}$ aws s3 ls\n", "aws configure list", True),
        (f"{_LISTED}$ python3 sync.py\n", "aws configure list", True),
        ("$ aws eks update-kubeconfig --name lab --profile lab\n$ kubectl get pods\n", "aws configure list", True),
        ("boto3.Session(profile_name='lab')\n[profile lab]\nsso_session = lab\n", "aws configure list --profile lab", False),
    ],
)  # fmt: skip
def test_list_of_the_credentials_that_the_call_used(shown: str, listed: str, *, can_be_unset: bool) -> None:
    remedy = explain(f"{shown}{_EXPIRED}").remedies[0]
    assert listed in remedy.commands
    assert any(line.startswith("unset ") for line in remedy.commands) is can_be_unset
