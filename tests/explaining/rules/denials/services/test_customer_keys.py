"""Test where the explanation says that an upload sets a customer-provided key."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_BLOCKED = 'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::reef/a" because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type'
_ERROR = f"An error occurred (AccessDenied) when calling the PutObject operation: {_BLOCKED}"


@check_rows(
    ("before", "where"),
    [
        ('  File "/app/push.py", line 58, in push\n    s3.put_object(Bucket="reef", Key="a", SSECustomerKey=KEY)\nbotocore.exceptions.ClientError: ', "SSECustomerAlgorithm and SSECustomerKey in push.py, line 58."),
        ('  File "/app/push.py", line 58, in push\n    s3.put_object(**arguments)\nbotocore.exceptions.ClientError: ', "in SDKs, --sse-c and --sse-c-key in the CLI, the headers x-amz-server-side-encryption-customer-*."),
        ('import boto3\ns3.put_object(Bucket="reef", Key="a", SSECustomerKey=KEY)\n', "SSECustomerAlgorithm and SSECustomerKey."),
        ("import boto3\nupload failed: ", "SSECustomerAlgorithm and SSECustomerKey, in ExtraArgs of upload_file and upload_fileobj."),
        ("$ aws s3api put-object --bucket reef --key a --sse-customer-algorithm AES256\n", "--sse-customer-algorithm and --sse-customer-key."),
        ("$ aws s3 cp a s3://reef/a --sse-c AES256\n", "--sse-c and --sse-c-key."),
    ],
)  # fmt: skip
def test_where_the_key_is_set(before: str, where: str) -> None:
    explanation = explain(f"{before}{_ERROR}")
    assert explanation is not None
    assert explanation.topic == "ssec-blocked"
    step = explanation.remedies[0].steps[0]
    assert step.startswith("No permission is missing. ")
    assert step.endswith(where)
