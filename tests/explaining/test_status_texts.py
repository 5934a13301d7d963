"""A command that prints the status of a job or resource has succeeded: the failed call is that of the job."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ROLE = "arn:aws:iam::111122223333:role/octo-job"
_S3 = "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 3C1A7F5E5A424F0B)"


@check_rows(
    ("text", "role"),
    [
        (f'$ aws sagemaker describe-training-job --training-job-name t\n{{\n  "RoleArn": "{_ROLE}",\n  "TrainingJobStatus": "Failed",\n  "FailureReason": "ClientError: {_S3}"\n}}\n', "octo-job"),
        (f'$ aws glue get-job-run --job-name etl --run-id jr_1\n{{"JobRun": {{"JobRunState": "FAILED", "ErrorMessage": "{_S3}"}}}}\n', "caller"),
        (f'aws batch describe-compute-environments\n{{"computeEnvironments": [{{"status": "INVALID", "statusReason": "CLIENT_ERROR - {_S3}", "serviceRole": "{_ROLE}"}}]}}\n', "octo-job"),
        (f'{{"Status": "FAILED", "FailureReason": "{_S3}", "DataAccessRoleArn": "{_ROLE}"}}\n', "octo-job"),
        # It has two roles.
        (f'{{"Status": "FAILED", "FailureReason": "{_S3}", "DataAccessRoleArn": "{_ROLE}", "ServiceRole": "{_ROLE}-2"}}\n', "caller"),
    ],
    ids=["sagemaker", "glue", "batch", "pasted", "two"],
)  # fmt: skip
def test_job_is_denied(text: str, role: str) -> None:
    explanation = explain(text)
    shown = explanation.to_text(detail="full")
    assert explanation.topic == "s3-access-denied"
    assert not any(
        each in shown for each in ("DescribeTrainingJob", "GetJobRun", "DescribeComputeEnvironments")
    )
    assert ("octo-job" in " ".join(each.text for each in explanation.causes)) is (role == "octo-job")


@pytest.mark.parametrize(
    "text",
    [
        "$ aws glue get-job-run --job-name etl --run-id jr_1\nAn error occurred (AccessDeniedException) when calling the GetJobRun operation: Access denied\n",
        '$ aws glue get-job-run --job-name etl --run-id jr_1 --cli-error-format json\n{"Code": "AccessDeniedException", "Message": "You are not authorized to perform this operation."}\n',
    ],
    ids=["error", "json"],
)
def test_command_is_denied(text: str) -> None:
    assert "GetJobRun" in explain(text).to_text(detail="full")
