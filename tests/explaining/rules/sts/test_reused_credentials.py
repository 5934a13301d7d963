"""Credentials that were used before or that another program uses: MFA codes, keys of containers, chained profiles."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_CODE = "An error occurred (AccessDenied) when calling the AssumeRole operation: MultiFactorAuthentication failed with invalid MFA one time pass code.\n"
_ASSUME = "aws sts assume-role --role-arn arn:aws:iam::444455556666:role/A --role-session-name t --serial-number arn:aws:iam::111122223333:mfa/kim --token-code {}\n"


@check_rows(
    ("shown", "is_reused"),
    [
        (f"for id in 1 2; do\n{_ASSUME.format('$otp')}done\n", True),
        (_ASSUME.format("123456") + _ASSUME.format("123456"), True),
        (_ASSUME.format("7**4*2") + _ASSUME.format("7**4*2"), True),
        ("The app still shows the same six digits.\n", True),
        ("for arn in arns:\n    sts.assume_role(RoleArn=arn, TokenCode=code)\n", True),
        ("The second call with the same code fails.\n", True),
        ("I use the code twice: for dev, and right after it for prod.\n", True),
        ("The code was used already, for the plan.\n", True),
        ("I never use the same code.\n", False),
        (_ASSUME.format("123456"), False),
        (_ASSUME.format("123456") + _ASSUME.format("654321"), False),
        (_ASSUME.format("7**4*2") + _ASSUME.format("7**4*1"), False),
        (_ASSUME.format("****42") + _ASSUME.format("****42"), False),
        ("The app did not show the same six digits.\n", False),
        ("", False),
    ],
)
def test_code_for_several_calls(shown: str, *, is_reused: bool) -> None:
    explanation = explain(f"{shown}{_CODE}")
    codes = [each.code for each in explanation.causes]
    assert ("mfa-code-reused" in codes) is is_reused
    assert ("mfa-device" in codes) is not is_reused
    assert any("get-session-token" in str(each) for each in explanation.remedies[0].commands) is is_reused


def test_same_code_typed_for_the_next_call() -> None:
    text = f"{_ASSUME.format('123456')}{_ASSUME.format('123456 --profile base')}{_CODE}"
    [remedy] = explain(text).remedies
    assert remedy.title.startswith("Wait until the device shows the next code")
    assert remedy.commands[0].startswith("aws sts assume-role --role-arn arn:aws:iam::444455556666:role/A ")
    assert remedy.commands[0].endswith(" --profile base")
    # A session is the call itself.
    [remedy] = explain(text.replace("calling the AssumeRole", "calling the GetSessionToken")).remedies
    assert len([each for each in remedy.commands if "get-session-token" in each]) == 1


def test_code_for_several_profiles() -> None:
    profile = "[profile prod]\nrole_arn = arn:aws:iam::444455556666:role/A\nsource_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/kim\n"
    [remedy] = explain(f"{_CODE}{profile}I entered the same code as for dev.\n").remedies
    assert "--token-code MFA_CODE --profile base" in remedy.commands[0]
    assert remedy.commands[-1] == "aws configure set source_profile mfa --profile prod"


_CHAINED = "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.\n"
_PROFILES = "[profile hop]\n{}\n[profile far]\nrole_arn = arn:aws:iam::444455556666:role/Far\nsource_profile = hop\nduration_seconds = 7200\n"
_ROLE = "role_arn = arn:aws:iam::111122223333:role/Hop\nsource_profile = base"


@pytest.mark.parametrize(
    "call", ["$ aws s3 ls --profile far\n", "$ export AWS_PROFILE=far\n$ aws s3 ls\n", "$ terraform plan\n"]
)
@pytest.mark.parametrize(
    ("source", "caller", "step"),
    [
        (_ROLE, "the role Hop of the profile hop", "source_profile = base in [profile far]"),
        (
            "sso_session = x\nsso_role_name = Dev",
            "the Identity Center role of the profile hop",
            "a profile that is no role",
        ),
    ],
)
def test_chained_profiles(call: str, source: str, caller: str, step: str) -> None:
    explanation = explain(f"{call}{_CHAINED}{_PROFILES.format(source)}")
    assert "for the role Far" in explanation.summary
    assert caller in explanation.summary
    assert "In [profile far], set duration_seconds = 3600" in explanation.remedies[0].steps[0]
    assert step in explanation.remedies[0].steps[1]
    assert not explanation.remedies[0].commands
