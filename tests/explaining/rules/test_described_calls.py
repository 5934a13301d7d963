"""The call that words, frames or the form of an answer show is named if the denial does not name it."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_EC2_DENIAL = "UnauthorizedOperation: You are not authorized to perform this operation."
_S3_DENIAL = "AccessDenied: Access Denied\n\tstatus code: 403, request id: 4442587FB7D0A2F9, host id: aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789+/aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab="
CASES = {
    "described-attribute": (
        f"failed to create new vpc: failed to set vpc attributes: {_EC2_DENIAL}",
        "was denied ec2:ModifyVpcAttribute",
        'The text says "failed to set vpc attributes": the call ModifyVpcAttribute',
    ),
    "described-listing": (
        f'level=error err="could not describe instances: {_EC2_DENIAL}"',
        "was denied ec2:DescribeInstances",
        "ec2:DescribeInstances cannot be limited to single resources",
    ),
    "described-query": (
        f"failed to query ec2 for VPCs: {_EC2_DENIAL}",
        "was denied ec2:DescribeVpcs",
        "VPCs",
    ),
    "described-launch": (
        f"Error launching source instance: {_EC2_DENIAL}",
        "was denied ec2:RunInstances",
        "instance",
    ),
    "described-with-service": (
        "Failed to create the CloudFormation stack: AccessDenied: Access denied\n\tstatus code: 403, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f",
        "was denied cloudformation:CreateStack",
        "Failed to create the CloudFormation stack",
    ),
    "described-record": (
        "failed to change Route 53 record set: AccessDenied: Access Denied\n\tstatus code: 403, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f",
        "was denied route53:ChangeResourceRecordSets",
        "route53",
    ),
    "described-outer-call-only": (
        f"failed to create cluster: failed to tag things: {_EC2_DENIAL}",
        "the message names no action",
        "Find the caller and the call",
    ),
    "described-in-several-services": (
        "failed to create cluster: AccessDenied: Access Denied\n\tstatus code: 403, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f",
        "the message names no action",
        "Find the caller and the call",
    ),
    "described-by-name": (
        "Access denied when calling CreateServiceLinkedRole operation Logs: /aws/lambda/setup",
        "was denied iam:CreateServiceLinkedRole",
        "iam:CreateServiceLinkedRole",
    ),
    "query-of-url": (
        "403 Client Error: Forbidden for url: https://monitoring.eu-west-1.amazonaws.com/?Action=PutMetricData&MetricData.member.1.MetricName=df",
        "was denied cloudwatch:PutMetricData",
        "cloudwatch:PutMetricData",
    ),
    "logstash-input": (
        'Plugin: <LogStash::Inputs::S3 bucket=>"acme-trail", prefix=>"AWSLogs/">\n  Error: Access Denied\n  Exception: Aws::S3::Errors::AccessDenied',
        "S3 denied s3:ListBucket on arn:aws:s3:::acme-trail ",
        "arn:aws:s3:::acme-trail",
    ),
    "s3cmd-list": (
        "$ s3cmd ls s3://acme-logs\nERROR: Access to bucket 'acme-logs' was denied",
        "S3 denied s3:ListBucket on",
        "arn:aws:s3:::acme-logs",
    ),
    "s3cmd-put": (
        "$ s3cmd ls s3://acme-logs\n$ s3cmd -c /etc/s3cfg put a.gz s3://acme-logs/a.gz\nERROR: S3 error: 403 (AccessDenied): Access Denied",
        "S3 denied s3:PutObject on arn:aws:s3:::acme-logs",
        "s3:PutObject",
    ),
    "s3cmd-other": (
        "$ s3cmd ls s3://acme-logs\n$ s3cmd sync . s3://acme-logs/\nERROR: S3 error: 403 (AccessDenied): Access Denied",
        "S3 answered 403",
        "--bucket acme-logs",
    ),
    "glue-library": (
        "LAUNCH ERROR | Error downloading from S3 for bucket: acme-glue-libs, key: jars/parser-1.2.0.jar.Access Denied (Service: Amazon S3; Status Code: 403; Please refer logs for details.",
        "S3 denied s3:GetObject on arn:aws:s3:::acme-glue-libs/jars/parser-1.2.0.jar.",
        "aws glue get-job",
    ),
    "knowledge-base-ingestion": (
        'Ingestion job failed: ["Encountered error: Request failed: [security_exception] authentication/authorization failure. Call to Amazon OpenSearch Serverless Vector Database did not succeed."]',
        "does not allow the request of the role of the knowledge base",
        "get-access-policy",
    ),
    "hadoop-shell": (
        "$ hdfs dfs -get s3://acme-lake/jars/etl.jar /tmp\n-get: Fatal internal error\ncom.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 9ABCD0123456789A)",
        "S3 denied s3:GetObject on arn:aws:s3:::acme-lake/jars/etl.jar ",
        "s3:GetObject",
    ),
    "hadoop-shell-without-s3": (
        "$ hdfs dfs -get /jars/etl.jar /tmp\nUnauthorizedOperation: You are not authorized to perform this operation.",
        "the message names no action",
        "sts get-caller-identity",
    ),
    "jruby-frame": (
        "#<Class:0x1a2b3c>: Access Denied\n  return_or_raise at /opt/gems/aws-sdk-v1-1.66.0/lib/aws/core/client.rb:375\n  put_object at (eval):3\n  write_with_put_object at /opt/gems/aws-sdk-v1-1.66.0/lib/aws/s3/s3_object.rb:1760",
        "S3 denied s3:PutObject",
        "s3:PutObject",
    ),
    "php-class": (
        "S3::getBucketLocation(acme-uploads): [AccessDenied] Access Denied",
        "S3 denied s3:GetBucketLocation on arn:aws:s3:::acme-uploads ",
        "arn:aws:s3:::acme-uploads",
    ),
    "pulumi-state": (
        'error: failed to load checkpoint: blob (key ".pulumi/stacks/shop/dev.json") (code=Unknown): AccessDenied: Access Denied',
        "S3 denied s3:GetObject",
        "The call GetObject requires s3:GetObject",
    ),
    "status-without-body": (
        "com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: 9ABCD0123456789A)",
        "S3 answered 403 to HeadObject",
        "The response had no body",
    ),
    "status-of-bucket": (
        "you do not have permissions to access the bucket acme-snapshots; nested: AmazonS3Exception[Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: 9ABCD0123456789A)]",
        "S3 denied s3:ListBucket on arn:aws:s3:::acme-snapshots",
        "most likely HeadBucket",
    ),
    "answer-without-request-id": (
        "software.amazon.awssdk.services.s3.model.S3Exception: null (Service: S3, Status Code: 403, Request ID: null)",
        "S3 answered 403 without a reason",
        "The answer has no request ID, which S3 always sends",
    ),
    "bucket-of-a-sentence": (
        "The tempDir is an S3 bucket specified in the job: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied",
        "S3 answered 403 without a reason",
        "--bucket BUCKET",
    ),
    "duckdb-list": (
        "duckdb.Error: Invalid Error: HTTP GET error on 'https://acme-lake.s3.eu-west-1.amazonaws.com/?encoding-type=url&list-type=2&prefix=sales%2F' (HTTP 403)",
        "S3 denied s3:ListBucket on arn:aws:s3:::acme-lake. The text shows only the status",
        "The call ListObjectsV2 requires s3:ListBucket",
    ),
    "duckdb-list-of-a-bucket": (
        "HTTP Error: HTTP GET error reading 's3://acme-lake/?encoding-type=url&list-type=2&prefix=sales' in region 'eu-west-1' (HTTP 403 Forbidden)\n\nAccessDenied: Access Denied\n",
        "S3 denied s3:ListBucket on arn:aws:s3:::acme-lake without a reason",
        "The call ListObjectsV2 requires s3:ListBucket",
    ),
    "velero-list": (
        'level=error msg="Error listing backups in backup store" backupLocation=default controller=backup-sync error="rpc error: code = Unknown desc = AccessDenied: Access Denied\\n\\tstatus code: 403, request i',
        "S3 denied s3:ListBucket",
        "Attach the policy to the role of Velero",
    ),
    "duckdb-without-credentials": (
        "HTTP Error:\nHTTP GET error reading 'https://acme-lake.s3.amazonaws.com/a.parquet' in region '' (HTTP 403 Forbidden)\n\nAccessDenied: Access Denied\n\n* No credentials are provided.\n",
        "S3 denied an anonymous request for arn:aws:s3:::acme-lake/a.parquet: DuckDB had no credentials to sign it with",
        "provider credential_chain",
    ),
    "exaws-signs": (
        '{:error, {:http_error, 403, %{body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>9ABCD0123456789A</RequestId></Error>"}}}',
        "S3 answered 403 without a reason. Possible An account outside your organization",
        "Check which identity the program uses",
    ),
    "duckdb-get": (
        "HTTP Error: HTTP GET error reading 'https://acme-lake.s3.eu-west-1.amazonaws.com/a.parquet?x=list-type' in region '' (HTTP 403 Forbidden)\n\nAccessDenied: Access Denied",
        "S3 denied s3:GetObject on arn:aws:s3:::acme-lake/a.parquet without a reason",
        "Find the bucket's owner",
    ),
    "clickhouse-read": (
        "Code: 499. DB::Exception: Received from localhost:9000. DB::Exception: Access Denied: while reading key: 2026/a.csv, from bucket: acme-lake: The data format cannot be detected. (S3_ERROR)",
        "S3 denied s3:GetObject on arn:aws:s3:::acme-lake/2026/a.csv without a reason",
        "The call GetObject requires s3:GetObject",
    ),
    "clickhouse-info": (
        "Code: 499. DB::Exception: Failed to get object info: No response body.. HTTP response code: 403: while reading 2026/a.csv. (S3_ERROR)",
        "S3 answered 403 to HeadObject",
        "the response to a HEAD request has no body",
    ),
    "clickhouse-write": (
        "Code: 499. DB::Exception: Message: Access Denied, bucket acme-lake, key disks/check_1, object size 4. (S3_ERROR)",
        "S3 denied s3:PutObject on arn:aws:s3:::acme-lake/disks/check_1 without a reason",
        "Find the bucket's owner",
    ),
    "clickhouse-log": (
        "<Error> WriteBufferFromS3: S3Exception name AccessDenied, Message: Access Denied, bucket acme-lake, key disks/check_1, object size 4",
        "S3 denied s3:PutObject on arn:aws:s3:::acme-lake/disks/check_1 without a reason",
        "Find the bucket's owner",
    ),
    "website-of-bucket": (
        f"Error: error getting S3 Bucket website configuration: {_S3_DENIAL}",
        "S3 denied s3:GetBucketWebsite without a reason",
        '"s3:GetBucketWebsite"',
    ),
    "tags-of-bucket": (
        f"Error: error getting S3 Bucket tags: {_S3_DENIAL}",
        "S3 denied s3:GetBucketTagging without a reason",
        '"s3:GetBucketTagging"',
    ),
    "object-lock": (
        f"Error: error getting S3 Bucket Object Lock configuration: {_S3_DENIAL}",
        "S3 denied s3:GetBucketObjectLockConfiguration without a reason",
        "bucket's ARN, not on objects",
    ),
    "configuration-of-nothing-known": (
        f"Error: error getting S3 Bucket orders configuration: {_S3_DENIAL}",
        "S3 answered 403",
        "Check the bucket policy",
    ),
    "kafka-in-python": (
        "[Error 58] SaslAuthenticationFailedError: [0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9]: Access denied",
        "was denied kafka-cluster:Connect",
        "The connection itself requires kafka-cluster:Connect",
    ),
}


@check_rows(("text", "verdict", "shown"), CASES.values(), ids=CASES)
def test_call_of_a_nameless_denial(text: str, verdict: str, shown: str) -> None:
    explained = " ".join(str(explain(text)).split())
    assert verdict in explained
    assert shown in explained
