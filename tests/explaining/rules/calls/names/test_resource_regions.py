"""The Region of a call whose missing resource the text has by its ARN."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_WHO = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/dev/kim\n"
_EKS = "$ aws eks update-kubeconfig --name shop\n\nAn error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: shop.\n\n"
_ARN = "arn:aws:eks:eu-north-1:111122223333:cluster/shop"
_SQS = "$ aws sqs get-queue-url --queue-name jobs --region us-east-2\n\nAn error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: The specified queue does not exist.\n\n"
_TABLE = "$ aws dynamodb describe-table --table-name carts\n\nAn error occurred (ResourceNotFoundException) when calling the DescribeTable operation: Requested resource not found: Table: carts not found\n\n"


def _configured(region: str, option: str = "") -> str:
    return f"$ aws configure get region{option}\n{region}\n"


@pytest.mark.parametrize(
    ("text", "called", "again"),
    [
        (f"{_configured('us-west-2')}{_WHO}{_EKS}Pat: it is {_ARN}", "us-west-2", "aws eks update-kubeconfig --name shop --region eu-north-1"),
        (f"{_WHO}{_configured('us-west-2')}{_EKS}{_ARN} works for me", "us-west-2", "aws eks update-kubeconfig --name shop --region eu-north-1"),
        (f"{_SQS}Pat: mine is arn:aws:sqs:eu-north-1:111122223333:jobs", "us-east-2", "aws sqs get-queue-url --queue-name jobs --region eu-north-1"),
        (f"{_configured('us-west-2')}{_TABLE}The ARN is arn:aws:dynamodb:eu-north-1:111122223333:table/carts.", "us-west-2", "aws dynamodb describe-table --table-name carts --region eu-north-1"),
    ],
)  # fmt: skip
def test_resource_in_another_region(text: str, called: str, again: str) -> None:
    """The call went to the configured Region, and the ARN says where the resource is."""
    explanation = explain(text)
    assert f"does not exist in {called} " in explanation.summary
    assert "resource-in-other-region" in [
        each.code for each in explanation.causes if each.evidence == "derived"
    ]
    assert explanation.remedies[0].commands[0] == again


@pytest.mark.parametrize(
    ("text", "place"),
    [
        # Nothing says where the call went.
        (f"{_EKS}Pat: it is {_ARN}", ""),
        (f"{_configured('us-west-2', ' --profile other')}{_EKS}Pat: it is {_ARN}", ""),
        # It is there no more, in another account, or in the Region of the call.
        (f"{_configured('us-west-2')}{_EKS}Pat: it was {_ARN}", " in us-west-2"),
        (f"{_configured('us-west-2')}{_EKS}Pat: we deleted {_ARN}", " in us-west-2"),
        (f"{_configured('us-west-2')}{_EKS}Is it {_ARN}?", " in us-west-2"),
        (f"{_configured('eu-north-1')}{_EKS}Pat: it is {_ARN}", " in eu-north-1"),
        # The ARN of another queue.
        (f"{_SQS}Pat: mine is arn:aws:sqs:eu-north-1:111122223333:jobs-old", " in us-east-2"),
        # Two clusters of the name.
        (f"{_SQS}arn:aws:sqs:eu-north-1:111122223333:jobs\narn:aws:sqs:eu-south-1:111122223333:jobs", " in us-east-2"),
    ],
)  # fmt: skip
def test_region_of_the_resource_is_not_known(text: str, place: str) -> None:
    """The Region of an ARN is never that of the call."""
    explanation = explain(text)
    assert f" does not exist{place} in the account of the call" in explanation.summary
    assert "derived" not in [each.evidence for each in explanation.causes]


_ELSEWHERE = _ARN.replace("1111", "4444")


@check_rows(
    ("said", "profile"),
    [
        (f"It is {_ELSEWHERE}", "PROFILE"),
        (f"It is {_ELSEWHERE}, my profile for that account is shop-prod.", "shop-prod"),
        (f"It is {_ELSEWHERE}\n[profile shop-prod]\nsso_account_id = {_ELSEWHERE.split(':')[4]}\nsso_role_name = Ops\n", "shop-prod"),
        # Nobody knows, it was elsewhere, or it is in the account of the call.
        (f"Is it {_ELSEWHERE}?", None),
        (f"The old one was {_ELSEWHERE}", None),
        (f"It is {_ARN}", None),
        (f"Another one is {_ELSEWHERE}-2", None),
    ],
)  # fmt: skip
def test_resource_in_another_account(said: str, profile: str | None) -> None:
    explanation = explain(f"{_WHO}{_EKS}{said}\n")
    is_elsewhere = explanation.causes[0].code == "resource-in-other-account"
    assert is_elsewhere is (profile is not None)
    if profile is not None:
        assert explanation.remedies[0].commands[0].endswith(f" --profile {profile}")
