"""Keys in the environment are named as the cause only if the call used them, and not the profile's."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_INVALID = "An error occurred (InvalidClientTokenId) when calling the ListBuckets operation: The security token included in the request is invalid"
_EXPIRED = (
    "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired."
)
_SIGNATURE = "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
_LIST = "$ aws configure list\n   profile     {}\naccess_key     ****************Q7ZX     {}\n"
_FILE = (
    "$ cat ~/.aws/credentials\n[{}]\naws_access_key_id = AKIAZEXAMPLEQWER{}\naws_secret_access_key = x\n\n"
)


@check_rows("failure", [_INVALID, _EXPIRED, _SIGNATURE])
@check_rows(
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


@check_rows(
    ("status", "code"),
    [
        ('{ "Account": "111122223333" }', "profile-overridden"),
        ("The config profile (lab) could not be found", None),
    ],
)
def test_profile_that_works_after_the_failure(status: str, code: str | None) -> None:
    text = f"$ ./run\n{_EXPIRED}\n$ aws sts get-caller-identity --profile lab\n{status}\n$ env | grep AWS\nAWS_ACCESS_KEY_ID=ASIAZEXAMPLEQWERQ7ZX\n"
    assert ("profile-overridden" in [each.code for each in explain(text).causes]) is (code is not None)


@check_rows("failure", [_INVALID, _EXPIRED, _SIGNATURE])
@check_rows(
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


@check_rows(
    ("shown", "file"),
    [
        ("$ cat .envrc\nexport AWS_ACCESS_KEY_ID=ASIA************Q7ZX\n", ".envrc"),
        ("$ grep AWS ~/.zshrc\nexport AWS_ACCESS_KEY_ID=AKIA****\n", "~/.zshrc"),
        ("# .env.local\nAWS_ACCESS_KEY_ID=AKIA****\n", ".env.local"),
        ("$ env | grep AWS_A\nAWS_ACCESS_KEY_ID=AKIA****\n", None),
        # The output of another command follows that of the first.
        ("$ ls .envrc\n.envrc\n$ env | grep AWS_A\nAWS_ACCESS_KEY_ID=AKIA****\n", None),
        ("$ cat .env\nAWS_ACCESS_KEY_ID=A****\n$ cat ~/.zshrc\nexport AWS_ACCESS_KEY_ID=A****\n", None),
    ],
)
def test_file_that_sets_the_keys(shown: str, file: str | None) -> None:
    listed = _LIST.format("lab     env   ['AWS_PROFILE']", "env")
    remedy = explain(f"{listed}{shown}$ aws s3 ls\n{_EXPIRED}").remedies[0]
    assert any(each.startswith("grep -rls") for each in remedy.commands) is (file is None)
    assert file is None or any(each.startswith(f"{file} sets them") for each in remedy.steps)


def test_option_takes_precedence_over_the_environment() -> None:
    shown = _LIST.format("lab     env   ['AWS_PROFILE']", "env")
    explanation = explain(f"{shown}$ aws s3 ls --profile lab\n{_INVALID}")
    assert "profile-overridden" not in [each.code for each in explanation.causes]


@pytest.mark.parametrize(
    "before",
    ["", "$ aws sso login   # again\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n"],
)
def test_another_sign_in_does_not_help(before: str) -> None:
    shown = _LIST.format("lab     env   ['AWS_PROFILE']", "env")
    explanation = explain(f"{before}{shown}$ aws s3 ls\n{_EXPIRED}")
    assert "takes precedence over the profile lab" in explanation.summary
    assert ("another sign-in does not help" in explanation.summary) is bool(before)


_LOGIN = "$ aws sso login --profile lab\n{} logged into Start URL: https://acme.awsapps.com/start\n"


def test_keys_of_the_environment_after_a_sign_in() -> None:
    shown = _LOGIN.format("Successfully") + _LIST.format("<not set>", "env")
    explanation = explain(f"{shown}$ aws s3 ls\n{_EXPIRED}")
    assert "takes precedence over the profile lab" in explanation.summary
    assert "export AWS_PROFILE=lab" in explanation.remedies[0].commands
    assert "aws sso login --profile lab" not in explanation.remedies[0].commands


@pytest.mark.parametrize(
    ("login", "call", "is_unselected"),
    [
        ("Successfully", "aws s3 ls", True),
        ("Successfully", "aws s3 ls --profile lab", False),
        ("Not", "aws s3 ls", False),
    ],
)
def test_profile_that_is_signed_in_and_not_selected(login: str, call: str, *, is_unselected: bool) -> None:
    text = f'{_LOGIN.format(login)}$ {call}\nUnable to locate credentials. You can configure credentials by running "aws configure".'
    explanation = explain(text)
    assert ("nothing selects the profile lab" in explanation.summary) is is_unselected
    assert ("export AWS_PROFILE=lab" in explanation.remedies[0].commands[:1]) is is_unselected


_REJECTED = "error: You must be logged in to the server (the server has asked for the client to provide credentials)\n"
_PODS = f"$ kubectl get pods\n{_REJECTED}"
_WHO = "$ aws sts get-caller-identity\n"
_INVALID_CALL = _INVALID.replace("ListBuckets", "GetCallerIdentity")
_EXPIRED_CALL = _EXPIRED.replace("ListBuckets", "DescribeCluster")
_ARN = '{"Arn": "arn:aws:sts::111122223333:assumed-role/lab/ana"}\n'
_STORED = "apiVersion: v1\nkind: Config\nusers:\n- name: robot\n  user:\n    token: REDACTED\n"


@check_rows(
    ("text", "kind"),
    [
        (f"{_PODS}{_WHO}{_INVALID_CALL}\n", "invalid_credentials"),
        (f"{_PODS}$ aws eks update-kubeconfig --name lab\n{_EXPIRED_CALL}\n", "expired_credentials"),
        (f"{_WHO}{_SIGNATURE}\n{_PODS}", "signature_mismatch"),
        (f"{_LOGIN.format('Successfully')}{_PODS}{_WHO}{_EXPIRED_CALL}\n", "expired_credentials"),
        # The credentials are new, or others than those of kubectl.
        (f"{_PODS}{_WHO}{_INVALID_CALL}\n{_LOGIN.format('Successfully')}{_PODS}", "kubernetes_unauthorized"),
        (f"{_PODS}{_WHO}{_INVALID_CALL}\n$ unset AWS_ACCESS_KEY_ID\n{_WHO}{_ARN}{_PODS}", "kubernetes_unauthorized"),
        (f"{_STORED}{_PODS}{_WHO}{_INVALID_CALL}\n", "kubernetes_unauthorized"),
        (f"{_PODS}{_WHO}{_ARN}", "kubernetes_unauthorized"),
        (f"{_PODS}report: {_EXPIRED}\n", "kubernetes_unauthorized"),
    ],
    ids=["invalid", "cluster", "before", "login-before", "login-after", "unset", "stored", "accepted", "other-call"],
)  # fmt: skip
def test_login_with_rejected_credentials(text: str, kind: str) -> None:
    explanation = explain(text)
    assert explanation.failure is not None
    assert explanation.failure.kind == kind
    assert ("its 401 has this cause, too" in explanation.summary) is (kind != "kubernetes_unauthorized")
    commands = [line for each in explanation.remedies for line in each.commands]
    assert any("create-access-entry" in each for each in commands) is (kind == "kubernetes_unauthorized") or (
        text.startswith(_STORED)
    )


@check_rows(
    ("text", "is_same"),
    [
        (f"{_WHO}{_EXPIRED_CALL}\n{_PODS}", True),
        (f"{_WHO}{_EXPIRED_CALL}\n$ export AWS_ACCESS_KEY_ID=REDACTED\n{_PODS}", False),
        (f"{_WHO}{_EXPIRED_CALL}\n> $env:AWS_PROFILE = 'new'\n{_PODS}", False),
        (f'{_WHO}{_EXPIRED_CALL}\n{_WHO}{{\n    "Arn": "arn:aws:iam::111122223333:user/ana"\n}}\n{_PODS}', False),
        (f"{_WHO.strip()} --profile lab\n{_EXPIRED_CALL}\n{_PODS}", False),
        (f"$ AWS_PROFILE=lab {_WHO[2:]}{_EXPIRED_CALL}\n{_PODS}", False),
        (f"{_PODS}{_WHO.strip()} --profile lab\n{_EXPIRED_CALL}\n", False),
        (f"$ aws eks update-kubeconfig --name octo --profile lab\n{_PODS}{_WHO.strip()} --profile lab\n{_EXPIRED_CALL}\n", True),
        (f"{_PODS}{_WHO.strip()} --profile lab\n{_EXPIRED_CALL}\nThe kubeconfig has AWS_PROFILE: lab\n", True),
    ],
)  # fmt: skip
def test_credentials_of_the_rejected_call(text: str, *, is_same: bool) -> None:
    assert ("its 401 has this cause, too" in explain(text).summary) is is_same


def test_key_of_the_environment_that_kubectl_uses() -> None:
    shown = _LIST.format("lab     env   ['AWS_PROFILE']", "env")
    explanation = explain(f"{_LOGIN.format('Successfully')}{_PODS}{_WHO}{_EXPIRED_CALL}\n{shown}")
    assert "takes precedence over the profile lab" in explanation.summary
    assert "Others" not in explanation.to_text()


_LISTED = "$ aws s3 ls --profile lab\n2026-11-20 10:00:00 orders\n"
_STRING = '$ aws dynamodb list-tables --profile lab --query TableNames[0]\n"orders"\n'
_KEYS = "$ env | grep AWS\nAWS_ACCESS_KEY_ID=ASIAZEXAMPLEQWERQ7ZX\nAWS_SESSION_TOKEN=IQoJ\n"


@check_rows(
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


@check_rows(
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


_OF_TERRAFORM = "Error: validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 5f6d, api error ExpiredToken: The security token included in the request is expired\n"
_OF_BACKEND = "Error: error configuring S3 Backend: error validating provider credentials: error calling sts:GetCallerIdentity: ExpiredToken: The security token included in the request is expired\n\tstatus code: 403, request id: 6f0e\n"
_KEYS = "~/.aws/credentials\n[lab]\naws_access_key_id = ASIAZEXAMPLEQWERQ7ZX\naws_secret_access_key = x\naws_session_token = y\n"
_SSO = "\n~/.aws/config\n[profile lab]\nsso_session = acme\nsso_role_name = dev\n"


@check_rows(
    ("text", "verdict"),
    [
        (f"{_OF_TERRAFORM}{_KEYS}{_SSO}", "used the old key under [lab] in ~/.aws/credentials"),
        (f"{_OF_TERRAFORM}I ran aws sso login --profile lab\n{_KEYS}", "used the old key under [lab]"),
        (f"{_OF_BACKEND}I ran aws sso login --profile lab\n{_KEYS}", "The S3 backend of Terraform used the old key under [lab]"),
        # The AWS CLI uses the sign-in, and another profile has its own keys.
        (f"{_EXPIRED}\n{_KEYS}{_SSO}", None),
        (f"{_OF_TERRAFORM}{_KEYS.replace('lab', 'ops')}{_SSO}", None),
        (f"AWS_PROFILE=ops terraform plan\n{_OF_TERRAFORM}{_KEYS}{_SSO}", None),
        (f"{_OF_TERRAFORM}{_KEYS}", None),
        (f"{_OF_TERRAFORM}export AWS_PROFILE=lab\n{_KEYS}", None),
    ],
)  # fmt: skip
def test_keys_beside_the_sign_in_of_a_profile(text: str, verdict: str | None) -> None:
    explanation = explain(text)
    assert ("keys-beside-sign-in" in {each.code for each in explanation.causes}) is (verdict is not None)
    assert verdict is None or verdict in explanation.summary
    assert verdict is None or "sed -i.bak" in explanation.remedies[0].commands[0]
    assert "takes precedence over the profile" not in explanation.summary


def test_backend_that_the_text_does_not_show() -> None:
    explanation = explain(f'{_OF_BACKEND}provider "aws" {{ profile = "lab" }}\n')
    assert "most likely, it does not use the profile lab" in explanation.summary
    assert explanation.remedies[0].title == "Set profile in the backend, too"
    keys = explain(f'{_OF_BACKEND}provider "aws" {{ region = "eu-west-1" }}\n')
    assert "backend" not in keys.summary


@check_rows(
    ("key", "said"),
    [
        (
            "ASIAQEXAMPLE****",
            "A temporary access key in the environment takes precedence over the profile lab",
        ),
        ("AKIAQEXAMPLE****", "An access key in the environment takes precedence over the profile lab"),
    ],
)
def test_kind_of_a_masked_key(key: str, said: str) -> None:
    denied = "An error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired."
    text = f"$ env | grep AWS_\nAWS_ACCESS_KEY_ID={key}\nAWS_PROFILE=lab\n$ aws s3 ls\n{denied}\n"
    assert explain(text).summary.startswith(said)


_DENIED = "An error occurred (AccessDenied) when calling the ListBuckets operation: User: arn:aws:iam::111122223333:user/old is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action"
_NEW_LIST = (
    "$ aws configure list\nprofile    : {}  : None : None\naccess_key : ****************Q7ZX  : {} :\n"
)
_PASTED = "$ cat ~/.aws/credentials\n[{}]\naws_access_key_id = ASIA****Q7ZX\naws_secret_access_key = x\naws_session_token = x\n\n"


@check_rows("failure", [_INVALID, _EXPIRED, _SIGNATURE, _DENIED])
@check_rows(
    "shown",
    [
        _LOGIN.format("Successfully") + _LIST.format("<not set>   None", "shared-credentials-file"),
        _LOGIN.format("Successfully") + _NEW_LIST.format("<not set>", "shared-credentials-file"),
        "`aws sts get-caller-identity --profile lab` works.\n"
        + _NEW_LIST.format("<not set>", "shared-credentials-file"),
        _LOGIN.format("Successfully") + _PASTED.format("default"),
    ],
)
def test_keys_of_default_beside_a_sign_in(failure: str, shown: str) -> None:
    explanation = explain(f"{shown}$ aws s3 ls\n{failure}")
    assert explanation.causes[0].code == "profile-overridden"
    assert "nothing selects" in explanation.summary
    assert "[default] in ~/.aws/credentials" in explanation.summary
    first = explanation.remedies[0]
    assert first.commands[:2] == ("aws s3 ls --profile lab", "export AWS_PROFILE=lab")
    # A denied caller can be in use elsewhere.
    assert any(each.startswith("sed ") for each in first.commands) is (failure != _DENIED)


@check_rows("failure", [_INVALID, _EXPIRED, _SIGNATURE, _DENIED])
@check_rows(
    ("shown", "call"),
    [
        (_NEW_LIST.format("<not set>", "shared-credentials-file"), "aws s3 ls"),
        (_LOGIN.format("Not") + _NEW_LIST.format("<not set>", "shared-credentials-file"), "aws s3 ls"),
        (_LOGIN.format("Successfully") + _NEW_LIST.format("<not set>", "iam-role"), "aws s3 ls"),
        (_LOGIN.format("Successfully") + _NEW_LIST.format("old", "shared-credentials-file"), "aws s3 ls"),
        (
            _LOGIN.format("Successfully") + _NEW_LIST.format("<not set>", "shared-credentials-file"),
            "aws s3 ls --profile lab",
        ),
        (
            _LOGIN.format("Successfully") + _NEW_LIST.format("<not set>", "shared-credentials-file"),
            "AWS_PROFILE=lab ./run",
        ),
        (_LOGIN.format("Successfully") + _PASTED.format("old"), "aws s3 ls"),
    ],
)
def test_keys_of_default_that_the_call_need_not_use(failure: str, shown: str, call: str) -> None:
    explanation = explain(f"{shown}$ {call}\n{failure}")
    assert "profile-overridden" not in [each.code for each in explanation.causes]


@check_rows(
    ("shown", "words", "code"),
    [
        (_NEW_LIST.format("<not set>", "shared-credentials-file"), "under [default] in ~/.aws/credentials", "pasted-session"),
        (_NEW_LIST.format("<not set>", "config-file"), "under [default] in ~/.aws/config", "pasted-session"),
        (_LIST.format("lab     env", "shared-credentials-file"), "under [lab] in ~/.aws/credentials", "pasted-session"),
        (_PASTED.format("default"), "under [default] in ~/.aws/credentials", "pasted-session"),
        (_NEW_LIST.format("<not set>", "env"), "in the environment variables have expired", "pasted-session"),
        (_LIST.format("lab     env", "custom-process"), "that the credential process of the profile lab returned", "process-returns-cached"),
    ],
)  # fmt: skip
def test_source_of_expired_credentials_rules_out_the_others(shown: str, words: str, code: str) -> None:
    explanation = explain(f"{shown}$ aws s3 ls\n{_EXPIRED}")
    assert words in explanation.summary
    assert [each.code for each in explanation.causes] == ["expired-session", code]
    assert explanation.causes[1].evidence == "derived"


@check_rows(
    ("shown", "call"),
    [
        (_NEW_LIST.format("<not set>", "shared-credentials-file"), "aws s3 ls --profile lab"),
        (_PASTED.format("lab"), "aws s3 ls"),
    ],
)
def test_source_of_the_credentials_of_another_profile(shown: str, call: str) -> None:
    assert "under [" not in explain(f"{shown}$ {call}\n{_EXPIRED}").summary
