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
    assert f"does not exist in {called}" in explanation.summary
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


_ACCOUNT = '$ aws sts get-caller-identity\n{"UserId": "AIDACKCEVSQ6C2EXAMPLE", "Account": "111122223333"}\n'
_EU = "eu-north-1:111122223333"


def _failed(command: str, code: str, operation: str, message: str) -> str:
    return (
        f"$ aws {command}\n\nAn error occurred ({code}) when calling the {operation} operation: {message}\n\n"
    )


_MISSING = "ResourceNotFoundException"
_SECRET = _failed("secretsmanager get-secret-value --secret-id shop/db", _MISSING, "GetSecretValue", "Secrets Manager can't find the specified secret.")  # fmt: skip
_PARAMETER = _failed("ssm get-parameter --name /shop/db", "ParameterNotFound", "GetParameter", "")
_FUNCTION = _failed("lambda get-function --function-name bill --region us-west-2", _MISSING, "GetFunction", "Function not found: arn:aws:lambda:us-west-2:111122223333:function:bill")  # fmt: skip
_REPOSITORY = _failed("ecr list-images --repository-name shop/web", "RepositoryNotFoundException", "ListImages", "The repository with name 'shop/web' does not exist in the registry with id '111122223333'")  # fmt: skip
_URL = _failed("sqs purge-queue --queue-url https://sqs.us-west-2.amazonaws.com/111122223333/jobs", "AWS.SimpleQueueService.NonExistentQueue", "PurgeQueue", "The specified queue does not exist.")  # fmt: skip


@check_rows(
    ("text", "again"),
    [
        (f"{_EKS}{_configured('us-west-2')}{_ACCOUNT}Kim: {_ARN}", "aws eks update-kubeconfig --name shop --region eu-north-1"),
        (f"{_EKS}`aws configure get region` prints us-west-2.\nIt is {_ARN}, and get-caller-identity says Account: 111122223333", "aws eks update-kubeconfig --name shop --region eu-north-1"),
        (f"{_SECRET}{_configured('us-west-2')}{_ACCOUNT}arn:aws:secretsmanager:{_EU}:secret:shop/db-a1B2c3", "aws secretsmanager get-secret-value --secret-id shop/db --region eu-north-1"),
        (f"{_ACCOUNT}{_PARAMETER}   region    us-west-2   config-file   ~/.aws/config\narn:aws:ssm:{_EU}:parameter/shop/db", "aws ssm get-parameter --name /shop/db --region eu-north-1"),
        (f"{_ACCOUNT}{_FUNCTION}arn:aws:lambda:{_EU}:function:bill", "aws lambda get-function --function-name bill --region eu-north-1"),
        (f"{_REPOSITORY}{_configured('us-west-2')}arn:aws:ecr:{_EU}:repository/shop/web", "aws ecr list-images --repository-name shop/web --region eu-north-1"),
        (f"{_EKS.replace('--name shop', '--name shop --profile us-west-2-dev')}{_configured('us-west-2', ' --profile us-west-2-dev')}{_ACCOUNT}{_ARN}", "aws eks update-kubeconfig --name shop --profile us-west-2-dev --region eu-north-1"),
        (f"{_URL}arn:aws:sqs:{_EU}:jobs", "aws sqs purge-queue --queue-url https://sqs.eu-north-1.amazonaws.com/111122223333/jobs --region eu-north-1"),
    ],
)  # fmt: skip
def test_resource_of_the_own_account_in_another_region(text: str, again: str) -> None:
    """Nothing is left to check if the text has both Regions and both accounts."""
    explanation = explain(text)
    assert "does not exist in us-west-2, where the call went, but in eu-north-1" in explanation.summary
    assert [each.code for each in explanation.causes] == ["not-found", "resource-in-other-region"]
    assert explanation.remedies[0].commands == (again,)


@check_rows(
    "text",
    [
        f"{_EKS}{_configured('us-west-2')}{_ACCOUNT}It was {_ARN}",
        f"{_EKS}{_configured('us-west-2')}{_ACCOUNT}{_ARN}-2",
        f"{_EKS}{_configured('us-west-2')}{_configured('us-west-1')}{_ACCOUNT}{_ARN}",
        f"{_EKS}{_configured('us-west-2', ' --profile other')}{_ACCOUNT}{_ARN}",
        f"{_EKS}{_configured('us-west-2')}AWS_REGION is set, too.\n{_ACCOUNT}{_ARN}",
        f"{_EKS}{_configured('us-west-2')}get-caller-identity does not say Account: 111122223333\n{_ARN}",
        f"{_EKS}{_configured('us-west-2')}{_ACCOUNT.replace('identity', 'identity --profile other')}{_ARN}",
        f"{_EKS}{_configured('us-west-2')}{_ACCOUNT.replace('1111', '4444')}Is it {_ARN}?",
    ],
)  # fmt: skip
def test_region_or_account_is_not_sure(text: str) -> None:
    assert "as its ARN in the text shows" not in explain(text).summary


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
