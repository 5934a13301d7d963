"""A setting of the program avoids a call that it makes only without the setting."""

from __future__ import annotations

import pytest

from iamtriage import explain

ROLE = "arn:aws:sts::111122223333:assumed-role/tasks/s1"


def _denied(action: str, resource: str) -> str:
    return f"User: {ROLE} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"


LIST = _denied("sqs:ListQueues", "arn:aws:sqs:eu-west-1:111122223333:")
CREATE = _denied("sns:CreateTopic", "arn:aws:sns:eu-west-1:111122223333:orders")
VERSIONING = _denied("s3:PutBucketVersioning", "arn:aws:s3:::acme-state")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            f'kombu.exceptions.OperationalError: {LIST}\ntask_default_queue = "mail"',
            '"mail": {"url": "https://sqs.eu-west-1.amazonaws.com/111122223333/mail"}',
        ),
        (
            f'celery -A app worker -Q jobs\n{LIST}\nbroker_transport_options = {{"region": "eu-west-1"}}',
            'broker_transport_options = {\n    "region": "eu-west-1",\n    "predefined_queues": {\n        "jobs"',
        ),
        (f"Celery worker: {LIST}", '"QUEUE_NAME": {"url"'),
        (f"component pubsub.aws.snssqs: {CREATE}", "disableEntityManagement"),
        (f"terragrunt plan\n{VERSIONING}", "disable_bucket_update = true"),
    ],
    ids=["queue", "options", "unknown queue", "dapr", "terragrunt"],
)
def test_setting_instead_of_a_permission(text: str, code: str) -> None:
    first, second, *_ = explain(text).remedies
    assert code in (first.manifest or "")
    assert second.title.startswith("Otherwise, allow ")


@pytest.mark.parametrize(
    "text",
    [
        f'celery: {LIST}\nbroker_transport_options = {{"predefined_queues": {{}}}}',
        f"worker: {LIST}",
        f"celery: {_denied('sqs:SendMessage', 'arn:aws:sqs:eu-west-1:111122223333:mail')}",
        f"terragrunt: {_denied('s3:GetObject', 'arn:aws:s3:::acme-state/a')}",
        f"{LIST}\nWe do not use Celery here, only boto3.",
        f"{VERSIONING}\nWe moved from Terragrunt to Terraform.",
        f"terragrunt apply\n{_denied('s3:PutBucketPolicy', 'arn:aws:s3:::web')}\n\n  with aws_s3_bucket_policy.web,\n  on main.tf line 3",
        f"celery\n$ aws sqs list-queues\n{LIST}",
    ],
    ids=["set", "other program", "other call", "other action", "not used", "moved", "resource", "command"],
)
def test_call_that_a_permission_allows(text: str) -> None:
    assert "avoidable-call" not in {each.code for each in explain(text).causes}


def test_cut_message_at_the_end_of_a_traceback() -> None:
    error = "An error occurred (AccessDenied) when calling the ListQueues operation"
    text = f"[CRITICAL] ClientError('{error}: {LIST}')\nTraceback (most recent call last):\nbotocore.exceptions.ClientError: {error}\n\nx = 1"
    assert "Also" not in str(explain(text))
