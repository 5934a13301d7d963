"""A service that cannot read an object for a call needs it in a bucket of its own Region."""

from __future__ import annotations

import pytest

from iamtriage import explain

_SAGEMAKER = 'An error occurred (ValidationException) when calling the CreateModel operation: Could not access model data at s3://reef-models/a/model.tar.gz. Please ensure that the role "arn:aws:iam::111122223333:role/reef-run" exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object is located in eu-west-1.\n'
_REKOGNITION = "An error occurred (InvalidS3ObjectException) when calling the DetectLabels operation: Unable to get object metadata from S3. Check object key, region and/or access permissions.\n$ aws rekognition detect-labels --region eu-west-1 --image S3Object={Bucket=reef-img,Name=a.png}\n"
_LAMBDA = "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-1. Please use this region to retry the request\n$ aws lambda create-function --region eu-west-1 --code S3Bucket=reef-code,S3Key=a.zip\n"
_TRANSCRIBE = "An error occurred (BadRequestException) when calling the StartTranscriptionJob operation: The specified S3 bucket isn't in the same region. Make sure the bucket is in the eu-west-1 region and try your request again.\nMediaFileUri: s3://reef-media/a.mp3\n"
_LOCATION = '$ aws s3api get-bucket-location --bucket {}\n{{ "LocationConstraint": {} }}\n'


@pytest.mark.parametrize(
    ("text", "summary", "command"),
    [
        (_SAGEMAKER + _LOCATION.format("reef-models", "null"), "SageMaker cannot read s3://reef-models/a/model.tar.gz: the bucket is in us-east-1, and has to be in eu-west-1.", "aws s3 cp s3://reef-models/a/model.tar.gz s3://reef-models-eu-west-1/a/model.tar.gz --source-region us-east-1 --region eu-west-1"),
        (_REKOGNITION + _LOCATION.format("reef-img", '"us-west-2"'), "the bucket is in us-west-2, and has to be in eu-west-1.", "--source-region us-west-2 --region eu-west-1"),
        (_LAMBDA, "Lambda cannot read s3://reef-code/a.zip: the bucket is in us-east-1, and has to be in eu-west-1.", "aws s3 cp s3://reef-code/a.zip s3://reef-code-eu-west-1/a.zip --source-region us-east-1"),
        (_TRANSCRIBE, "Amazon Transcribe cannot read s3://reef-media/a.mp3: the bucket is in another Region", "get-bucket-location --bucket reef-media --query"),
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
    first = explanation.remedies[0]
    assert first.title.startswith("Copy the object" if command else "Check the Region of the bucket")
    assert command is None or command in first.commands[1]


def test_role_may_read_the_copy() -> None:
    text = _SAGEMAKER + _LOCATION.format("reef-models", "null")
    line = explain(text).remedies[0].commands[-1]
    assert line.startswith("aws iam put-role-policy --role-name reef-run ")
    assert '"Action":"s3:GetObject","Resource":"arn:aws:s3:::reef-models-eu-west-1/*"' in line
