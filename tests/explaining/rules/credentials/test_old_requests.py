"""Test that a request that is too old is explained by old keys in the environment, if the text shows them."""

from __future__ import annotations

import pytest

from iamtriage import explain

_ERROR = (
    "An error occurred (RequestExpired) when calling the DescribeVolumes operation: Request has expired.\n"
)
_LISTED = "   profile               {}   env   ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']\naccess_key     ****************7QAB   {}\n"


@pytest.mark.parametrize(
    ("text", "is_overridden"),
    [
        (
            f"$ export AWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}{_LISTED.format('audit', 'env')}",
            True,
        ),
        (
            f"AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nAWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}",
            True,
        ),
        (
            f"$ export AWS_PROFILE=audit\n$ aws ec2 describe-volumes\n{_ERROR}{_LISTED.format('audit', 'sso')}",
            False,
        ),
        (f"$ aws ec2 describe-volumes --profile audit\n{_ERROR}{_LISTED.format('audit', 'env')}", False),
        (f"AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n$ aws ec2 describe-volumes\n{_ERROR}", False),
    ],
)
def test_keys_in_the_environment(text: str, *, is_overridden: bool) -> None:
    explanation = explain(text)
    assert ("takes precedence over the profile audit" in explanation.summary) is is_overridden
    if is_overridden:
        assert explanation.remedies[0].commands[0].startswith("unset AWS_ACCESS_KEY_ID")


def test_command_that_prints_the_source_of_credentials() -> None:
    listed = "$ aws configure list\naccess_key     ****************7QAB   shared-credentials-file\n"
    steps = explain(f"$ aws ec2 describe-volumes\n{_ERROR}{listed}").remedies[0].steps
    assert any(each.startswith("Run aws configure list where the program runs") for each in steps)
