"""Instances of Auto Scaling whose volumes have a KMS key of another account."""

from __future__ import annotations

import pytest

from iamtriage import explain

_FAILED = "Description: Launching a new EC2 instance: i-0123456789abcdef0. Status Reason: Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: Client.InternalError: Client error on launch\n"
_KEY = "arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_SHARED = f"The Auto Scaling group is in account 111122223333, the snapshot is encrypted with {_KEY}.\n"


@pytest.mark.parametrize(
    ("said", "has_grant_only"),
    [
        ("The key policy allows arn:aws:iam::111122223333:root.", True),
        ("The key policy already lets account 111122223333 use it.", True),
        ("The key policy allows arn:aws:iam::777788889999:root.", False),
        ("Should the key policy allow account 111122223333?", False),
    ],
)
def test_grant_for_the_service_linked_role(said: str, *, has_grant_only: bool) -> None:
    explanation = explain(f"{_FAILED}{_SHARED}{said}")
    first = explanation.remedies[0]
    grant = [each for each in first.commands if each.startswith("aws kms create-grant")]
    assert len(grant) == 1
    assert "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" in grant[0]
    assert "arn:aws:iam::111122223333:" in grant[0]
    assert (len(first.commands) == 1) == has_grant_only
    assert ("has no grant for the KMS key" in explanation.summary) == has_grant_only


def test_account_of_the_group() -> None:
    group = "arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:0a1b:autoScalingGroupName/films"
    explanation = explain(f"{_FAILED}{group}, encrypted with {_KEY}.")
    assert "arn:aws:iam::111122223333:role/aws-service-role" in explanation.remedies[0].commands[-1]
    other = group.replace("111122223333", "777788889999")
    explanation = explain(f"{_FAILED}{group} and {other}, encrypted with {_KEY}.")
    assert "arn:aws:iam::ACCOUNT_ID:role/aws-service-role" in explanation.remedies[0].commands[-1]


def test_key_of_the_same_account() -> None:
    explanation = explain(
        f"{_FAILED}{_SHARED}The key policy allows account 111122223333.".replace(
            "444455556666", "111122223333"
        )
    )
    assert not any("create-grant" in each for each in explanation.remedies[0].commands)
