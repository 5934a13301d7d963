"""Missing resources that the text has in another Region or account."""

from __future__ import annotations

import pytest

from iamtriage import explain

_QUEUE = "The specified queue does not exist or you do not have access to it. (Aws::SQS::Errors::NonExistentQueue)\n\tfrom /app/lib/worker.rb:22\n"
_TABLE = "An error occurred (ResourceNotFoundException) when calling the GetItem operation: Requested resource not found: Table: bookings not found\n"
_CALL = 'sqs = Aws::SQS::Client.new(region: "eu-west-1")\nurl = sqs.get_queue_url(queue_name: "films-in").queue_url\n'
_LISTED = '$ aws sqs list-queues --region {0}\n{{"QueueUrls": ["https://sqs.{0}.amazonaws.com/111122223333/{1}"]}}\n'


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (
            f"{_QUEUE}{_CALL}{_LISTED.format('eu-north-1', 'films-in')}",
            "The queue films-in is in eu-north-1, and the call went to eu-west-1.",
        ),
        (
            f'{_TABLE}boto3.resource("dynamodb", region_name="eu-west-1")\n$ aws dynamodb list-tables --region us-east-2\n{{"TableNames": ["bookings"]}}\n',
            "The table bookings is in us-east-2, and the call went to eu-west-1.",
        ),
    ],
)
def test_region_of_a_listing(text: str, verdict: str) -> None:
    explanation = explain(text)
    assert explanation.summary == verdict
    assert "does not exist" not in explanation.summary


@pytest.mark.parametrize(
    "listing",
    [
        _LISTED.format("eu-north-1", "films-in-dead"),
        _LISTED.format("eu-west-1", "films-in"),
        "$ aws sqs list-queues --region eu-north-1\n",
    ],
    ids=["other name", "same Region", "empty"],
)
def test_listing_that_shows_no_other_region(listing: str) -> None:
    assert "the call went to" not in explain(f"{_QUEUE}{_CALL}{listing}").summary


_SCAN = "$ aws dynamodb scan --table-name bookings --region eu-west-1\nAn error occurred (ResourceNotFoundException) when calling the Scan operation: Requested resource not found\n"
_PROFILES = "[profile dev]\nsso_account_id = 111122223333\n[profile live]\nsso_account_id = 444455556666\n\n"
_SECRET = (
    "AWS_REGION=eu-west-1\nResourceNotFoundException: Secrets Manager can't find the specified secret.\n"
)
_REPOSITORY = "An error occurred (RepositoryNotFoundException) when calling the DescribeRepositories operation: The repository with name 'films' does not exist in the registry with id '111122223333'\n"
_FUNCTION = "An error occurred (ResourceNotFoundException) when calling the GetFunction operation: Function not found: arn:aws:lambda:eu-west-1:111122223333:function:films\n"
_KEY = "An error occurred (NotFoundException) when calling the DescribeKey operation: Key 'arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0' does not exist\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{_SCAN}The table lives in Frankfurt.\n", "eu-central-1, and the call went to eu-west-1"),
        (f"Outputs: arn:aws:dynamodb:us-east-2:111122223333:table/bookings\n{_SCAN}", "us-east-2, and the call went to eu-west-1"),
        (f'{_SECRET}The secret is arn:aws:secretsmanager:us-east-1:111122223333:secret:films-a1b2c3, code: get_secret_value(SecretId="films")\n', "us-east-1, and the call went to eu-west-1"),
        (f"{_FUNCTION}aws lambda list-functions --region eu-central-1 shows films\n", "eu-central-1, and the call went to eu-west-1"),
        (f'{_REPOSITORY}$ aws ecr describe-repositories --profile tools\n["arn:aws:ecr:eu-west-1:444455556666:repository/films"]\n', "account 444455556666, and the call went to account 111122223333"),
        (f"{_KEY}The key was created with profile live (444455556666).\n", "account 444455556666, and the call went to account 111122223333"),
        (f"{_PROFILES}{_SCAN.replace('--region eu-west-1', '--profile dev')}The table is in the live account.\n", "account 444455556666, and the call went to account 111122223333"),
        ("The instance runs in eu-west-3, I used --region us-east-1\nAn error occurred (InvalidInstanceID.NotFound) when calling the DescribeInstances operation: The instance ID 'i-0123456789abcdef0' does not exist\n", "eu-west-3, and the call went to us-east-1"),
        ('An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: films.\nThe ARN is arn:aws:eks:us-west-2:444455556666:cluster/films. get-caller-identity prints "Account": "111122223333", the Region is eu-west-1.\n', "us-west-2 in account 444455556666, and the call went to eu-west-1 in account 111122223333"),
    ],
)  # fmt: skip
def test_place_that_the_text_says(text: str, place: str) -> None:
    assert explain(text).summary.endswith(f" is in {place}.")


def test_profile_of_the_other_account() -> None:
    text = f"{_PROFILES}{_SCAN.replace('--region eu-west-1', '--profile dev')}The table is in the live account.\n"
    assert explain(text).remedies[0].commands == (
        "aws sts get-caller-identity --query Account --output text --profile live",
    )


@pytest.mark.parametrize(
    "said",
    [
        "Is the table in eu-central-1?",
        "The table is not in eu-central-1.",
        "The backup of the table bookings is in eu-central-1.",
        "The table is in eu-central-1 and us-east-1.",
        "The table is in eu-west-1.",
        "The table trips is in eu-central-1.",
        "The table was created in eu-central-1 by mistake and then deleted.",
        "A copy: arn:aws:dynamodb:eu-central-1:111122223333:table/bookings",
        "arn:aws:dynamodb:eu-central-1:111122223333:table/bookings-old",
    ],
)
def test_no_other_place(said: str) -> None:
    assert "the call went to" not in explain(f"{_SCAN}{said}\n").summary


_LOCAL = "aws dynamodb scan --table-name bookings --region eu-central-1 --profile dev"
_IN_POD = "An error occurred (ResourceNotFoundException) when calling the Scan operation: Requested resource not found\n"


@pytest.mark.parametrize(
    ("text", "is_elsewhere"),
    [
        (f"Locally {_LOCAL} works. In the pod:\n{_IN_POD}", True),
        (f"I run {_LOCAL} fine, but in the pod:\n{_IN_POD}", True),
        (f"Locally {_LOCAL} does not work. It says:\n{_IN_POD}", False),
        (f"$ {_LOCAL}\n{_IN_POD}", False),
    ],
)
def test_command_that_works_is_not_the_one_that_failed(text: str, *, is_elsewhere: bool) -> None:
    summary = explain(text).summary
    assert summary.startswith("The table exists in eu-central-1, as ") is is_elsewhere
    assert ("does not exist in eu-central-1" in summary) is not is_elsewhere


def test_table_in_both_regions() -> None:
    arns = "arn:aws:dynamodb:eu-west-1:111122223333:table/bookings arn:aws:dynamodb:us-east-1:111122223333:table/bookings\n"
    assert "the call went to" not in explain(f"{arns}{_SCAN}").summary


def test_region_that_the_environment_sets() -> None:
    """The call is repeated in the Region of the resource, and the variable is named."""
    text = "$ aws eks update-kubeconfig --name shop\n\nAn error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: shop.\n\n$ aws configure list\n    region                us-east-1              env    ['AWS_REGION']\n"
    remedy = explain(text, facts={"cluster": "shop", "region": "eu-west-1"}).remedies[0]
    assert remedy.commands[0] == "aws eks update-kubeconfig --name shop --region eu-west-1"
    assert "AWS_DEFAULT_REGION has us-east-1" in remedy.steps[0]
