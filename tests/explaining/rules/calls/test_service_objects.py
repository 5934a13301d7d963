"""A service that cannot read an object for a call needs it in a bucket of its own Region."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_SAGEMAKER = 'An error occurred (ValidationException) when calling the CreateModel operation: Could not access model data at s3://reef-models/a/model.tar.gz. Please ensure that the role "arn:aws:iam::111122223333:role/reef-run" exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object is located in eu-west-1.\n'
_REKOGNITION = "An error occurred (InvalidS3ObjectException) when calling the DetectLabels operation: Unable to get object metadata from S3. Check object key, region and/or access permissions.\n$ aws rekognition detect-labels --region eu-west-1 --image S3Object={Bucket=reef-img,Name=a.png}\n"
_LAMBDA = "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-1. Please use this region to retry the request\n$ aws lambda create-function --region eu-west-1 --code S3Bucket=reef-code,S3Key=a.zip\n"
_TRANSCRIBE = "An error occurred (BadRequestException) when calling the StartTranscriptionJob operation: The specified S3 bucket isn't in the same region. Make sure the bucket is in the eu-west-1 region and try your request again.\nMediaFileUri: s3://reef-media/a.mp3\n"
_LOCATION = '$ aws s3api get-bucket-location --bucket {}\n{{ "LocationConstraint": {} }}\n'
_BEANSTALK = "An error occurred (InvalidParameterCombination) when calling the CreateApplicationVersion operation: Unable to download from S3 location (Bucket: reef-eb  Key: app.zip). Reason: Moved Permanently\n"
_REDSHIFT = "S3ServiceException:The S3 bucket addressed by the query is in a different region from this cluster.,Status 301,Error PermanentRedirect\nCOPY a FROM 's3://reef-raw/a/' FORMAT AS {};\n"
_ATHENA = "An error occurred (InvalidRequestException) when calling the StartQueryExecution operation: The S3 location provided to save your query results is invalid. Please check your S3 location is correct and is in the same region and try again.\n--result-configuration OutputLocation=s3://reef-out/q/ --region eu-west-1\n"
_LOGS = "An error occurred (InvalidConfigurationRequest) when calling the ModifyLoadBalancerAttributes operation: S3Bucket: reef-logs is not located in the same region with ELB: app/web/1a2b\n"


@check_rows(
    ("text", "summary", "command"),
    [
        # Nothing shows the bucket's Region, or that of another bucket, or it is the right one.
        (_SAGEMAKER, "its bucket is not in eu-west-1, the key does not exist, or the role reef-run is not allowed to read it.", None),
        (_SAGEMAKER + _LOCATION.format("reef-logs", "null"), "its bucket is not in eu-west-1", None),
        (_SAGEMAKER + _LOCATION.format("reef-models", '"eu-west-1"'), "the bucket is in eu-west-1, as required, so the key does not exist", None),
        (_REKOGNITION, "its bucket is not in eu-west-1, the key does not exist, or the caller is not allowed", None),
    ],
)  # fmt: skip
def test_object_in_another_region(text: str, summary: str, command: str | None) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    title = "Copy the object" if command else "Check the Region of the bucket"
    # A service that keeps nothing can be called in the bucket's Region instead.
    is_called_there = explanation.remedies[0].title.startswith("Call Rekognition in us-west-2")
    first = explanation.remedies[is_called_there]
    assert first.title.startswith(title)
    assert command is None or command in first.commands[1]


@pytest.mark.parametrize(
    ("text", "summary", "title"),
    [
        (_ATHENA + _LOCATION.format("reef-out", "null"), "Athena cannot write to s3://reef-out/q/: the bucket is in us-east-1, not in eu-west-1.", "Use a bucket in eu-west-1"),
        (_LOGS, "Elastic Load Balancing cannot write to s3://reef-logs/: the bucket is in another Region", "Use a bucket in the Region of the call"),
    ],
)  # fmt: skip
def test_bucket_in_another_region(text: str, summary: str, title: str) -> None:
    """What a service writes is not copied, and Redshift can use a bucket where it is."""
    explanation = explain(text)
    assert summary in explanation.summary
    assert explanation.remedies[0].title.startswith(title)
    assert not any(each.startswith("aws s3 cp") for each in explanation.remedies[0].commands)


_OF_LAMBDA = "An error occurred (InvalidParameterValueException) when calling the UpdateFunctionCode operation: Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: eu-west-1. Please use this region to retry the request"


@pytest.mark.parametrize(
    ("call", "where", "command"),
    [
        ("", "not in the Region of the call.", None),
        ("aws lambda update-function-code --function-name reef --s3-bucket reef-code --s3-key a/1.zip --region eu-central-1", "not in eu-central-1.", "aws s3 cp s3://reef-code/a/1.zip s3://BUCKET/a/1.zip --source-region eu-west-1 --region eu-central-1"),
    ],
    ids=["unknown", "known"],
)  # fmt: skip
def test_error_of_s3_in_that_of_lambda(call: str, where: str, command: str | None) -> None:
    explanation = explain(f"$ {call}\n\n{_OF_LAMBDA}")
    assert explanation.summary.endswith(f"the bucket is in eu-west-1, {where}")
    assert list(explanation.remedies[0].commands) == ([command] if command else [])
    assert not explanation.other_failures


@pytest.mark.parametrize(("status", "command"), [("400", "get-object"), ("301", "get-bucket-location")])
def test_answer_whose_body_a_program_does_not_print(status: str, command: str) -> None:
    """DuckDB reads with GET, so the body of the answer had the reason."""
    url = "https://reef-raw.s3.eu-west-1.amazonaws.com/in/a.parquet"
    explanation = explain(f"HTTP Error: HTTP GET error on '{url}' (HTTP {status})")
    assert f"S3 answered with {status}" in explanation.summary
    assert "HEAD" not in explanation.to_text(detail="full")
    assert any(f"aws s3api {command} --bucket reef-raw" in line for line in explanation.remedies[0].commands)


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        ("The bucket octo-logs is in eu-central-1.", True),
        ("our bucket was created in eu-central-1", True),
        ("The bucket octo-logs isn't in eu-central-1.", False),
        ("The target bucket is in eu-central-1.", False),
        ("The target bucket octo-logs is in eu-central-1.", True),
    ],
)
def test_region_of_the_bucket_in_a_sentence(said: str, *, is_known: bool) -> None:
    text = "aws s3 ls s3://octo-logs --region us-east-1\nAn error occurred (PermanentRedirect) when calling the ListObjectsV2 operation: The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.\n"
    assert ("is in eu-central-1" in explain(text + said).summary) is is_known
