"""Explain texts as people paste them: with masks, with parts left out, and with the same error twice."""

from __future__ import annotations

import json
from typing import TypeAlias

from iamtriage import explain
from tests.tables import check_rows

Case: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...]]
"""A name, a text, and what the explanation says and omits."""

USER = "arn:aws:iam::111122223333:user/ana"
MASKS: tuple[Case, ...] = (
    (
        "dots-for-account",
        "User: arn:aws:sts::...assumed-role/cart-build/... is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:...cluster/prod-7",
        ("The role cart-build was denied", "arn:aws:eks:REGION:ACCOUNT_ID:cluster/prod-7", "--role-name cart-build"),
        ("ROLE_NAME", "CLUSTER."),
    ),
    (
        "colon-lost",
        "User: arn:aws:sts:xxxxxxxx:assumed-role/cart-build/run-1 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:xxxxxxxx:orders",
        ("The role cart-build was denied", "arn:aws:sqs:eu-west-1:ACCOUNT_ID:orders"),
        ("ROLE_NAME",),
    ),
    (
        "root-user",
        "User: arn:aws:iam::MY-ACCOUNT:root is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-west-1:MY-ACCOUNT:orders",
        ("The root user of the account was denied", "which has no identity-based policies"),
        ("put-role-policy", "000000000000"),
    ),
    (
        "role-of-cluster",
        "InvalidParameterException: Role with arn: arn:aws:iam::myAccount:role/cart-eks, could not be assumed because it does not exist or the trusted entity is not correct",
        ("cannot assume the role cart-eks", "aws iam get-role --role-name cart-eks"),
        ("ROLE_NAME",),
    ),
    (
        "name-masked",
        "User: arn:aws:sts::...assumed-role/.../run is not authorized to perform: eks:DescribeCluster on resource: arn:aws:eks:...cluster/...",
        ("--role-name ROLE_NAME", "ACCOUNT_ID:cluster/CLUSTER"),
        (),
    ),
)  # fmt: skip
REPEATS: tuple[Case, ...] = (
    (
        "class-above-message",
        f'**Aws::S3::Errors::AccessDenied** in **CartJob@low**\nUser: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7" because no identity-based policy allows the s3:DeleteObject action',
        ("The user ana was denied s3:DeleteObject",),
        ("Others",),
    ),
    (
        "record-of-the-call",
        f'User: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7.json" because no identity-based policy allows the s3:DeleteObject action\n\nCloudTrail, shortened:\n{{"eventSource":"s3.amazonaws.com","eventName":"DeleteObject","errorCode":"AccessDenied","requestParameters":{{"bucketName":"carts","key":"7.json"}},"vpcEndpointId":"vpce-0a1b2c3d4e5f67890"}}\n',
        ("The user ana was denied s3:DeleteObject",),
        ("Also", "without a reason"),
    ),
    (
        "record-of-another-object",
        f'User: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7.json" because no identity-based policy allows the s3:DeleteObject action\n\nCloudTrail, shortened:\n{{"eventSource":"s3.amazonaws.com","eventName":"DeleteObject","errorCode":"AccessDenied","requestParameters":{{"bucketName":"carts","key":"8.json"}},"vpcEndpointId":"vpce-0a1b2c3d4e5f67890"}}\n',
        ("1 more denial in this text: S3 denied",),
        (),
    ),
    (
        "record-of-another-call",
        f'User: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7.json" because no identity-based policy allows the s3:DeleteObject action\n\nCloudTrail, shortened:\n{{"eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"AccessDenied","requestParameters":{{"bucketName":"carts","key":"7.json"}},"vpcEndpointId":"vpce-0a1b2c3d4e5f67890"}}\n',
        ("1 more denial in this text: S3 denied",),
        (),
    ),
    (
        "other-service-above",
        f'**Aws::SQS::Errors::AccessDenied** in **CartJob@low**\nUser: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7" because no identity-based policy allows the s3:DeleteObject action',
        ("Others",),
        (),
    ),
    (
        "other-call",
        f'User: {USER} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::carts/7"\nAn error occurred (AccessDenied) when calling the PutObject operation: Access Denied',
        ("1 more denial in this text: S3 denied s3:PutObject without a reason",),
        (),
    ),
)  # fmt: skip


SESSION = "arn:aws:sts::111122223333:assumed-role/cart/run"


def _record(service: str, operation: str, parameters: object, code: str = "AccessDenied") -> str:
    return json.dumps(
        {
            "userIdentity": {"type": "AssumedRole", "arn": SESSION, "accountId": "111122223333"},
            "eventTime": "2026-01-02T03:04:05Z",
            "eventSource": f"{service}.amazonaws.com",
            "eventName": operation,
            "awsRegion": "eu-west-1",
            "errorCode": code,
            "errorMessage": "Access Denied",
            "requestParameters": parameters,
            "responseElements": None,
        },
        indent=2,
    )


RECORDS: tuple[Case, ...] = (
    (
        "two-parameters",
        _record("ec2", "AttachVolume", {"volumeId": "vol-0a1b2c3d", "instanceId": "i-0a1b2c3d"}, "Client.UnauthorizedOperation"),
        (":instance/i-0a1b2c3d", ":volume/vol-0a1b2c3d"),
        (),
    ),
    (
        "one-instance",
        _record("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d"}]}}, "Client.UnauthorizedOperation"),
        (":instance/i-0a1b2c3d",),
        ("INSTANCE_ID",),
    ),
    (
        "two-instances",
        _record("ec2", "StopInstances", {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d"}, {"instanceId": "i-0b1b2c3d"}]}}, "Client.UnauthorizedOperation"),
        (":instance/INSTANCE_ID",),
        (),
    ),
    ("object", _record("s3", "PutObject", {"bucketName": "carts", "key": "a/b.csv"}), ('"arn:aws:s3:::carts/a/b.csv"',), ("OBJECT_KEY",)),
    ("secret", _record("secretsmanager", "GetSecretValue", {"secretId": "prod/db"}), (":secret:prod/db-??????",), ()),
    (
        "name-of-a-container",
        _record("batch", "SubmitJob", {"overrides": [{"name": "sidecar"}], "jobQueue": "nightly"}),
        (),
        ("sidecar",),
    ),
    (
        "name-in-a-tag",
        _record("logs", "PutRetentionPolicy", {"logGroupName": "/carts/*", "tags": {"logGroupName": "octo"}}),
        (),
        ("octo",),
    ),
    (
        "name-in-an-item",
        _record("dynamodb", "PutItem", {"tableName": "carts", "key": {"tableName": "octo"}}),
        (":table/carts",),
        ("octo",),
    ),
    (
        "name-in-a-tag-in-yaml",
        f"userIdentity:\n  arn: {SESSION}\neventSource: dynamodb.amazonaws.com\neventName: PutItem\nawsRegion: eu-west-1\nrequestParameters:\n  tableName: carts\n  key:\n    tableName: octo\nerrorCode: AccessDenied\nrequestID: 0a1b",
        (":table/carts",),
        ("octo",),
    ),
    (
        "yaml",
        f'userIdentity:\n  arn: {SESSION}\neventSource: rds.amazonaws.com\neventName: StopDBInstance\nawsRegion: eu-west-1\nrequestParameters:\n  dBInstanceIdentifier: carts-db\nerrorCode: AccessDenied\nerrorMessage: "User is not authorized to perform: rds:StopDBInstance"\nrequestID: "0a1b"',
        ("arn:aws:rds:eu-west-1:111122223333:db:carts-db",),
        ("REGION",),
    ),
    (
        "log-group-above",
        "[ info] [output:cloudwatch_logs:0] Creating log group /carts/prod\n[error] [output:cloudwatch_logs:0] CreateLogGroup API responded with error='AccessDeniedException'",
        ("The role of Fluent Bit was denied logs:CreateLogGroup", ":log-group:/carts/prod:*"),
        ("LOG_GROUP_NAME",),
    ),
    (
        "two-log-groups",
        "[ info] Creating log group /carts/prod\n[ info] Creating log group /carts/dev\n[error] [output:cloudwatch_logs:0] CreateLogGroup API responded with error='AccessDeniedException'",
        (":log-group:LOG_GROUP_NAME:*",),
        (),
    ),
    (
        "program-of-backups",
        "backup failed: error putting object backups/nightly/carts.json: AccessDenied: Access Denied\n\tstatus code: 403, request id: 0A1B2C3D4E5F6071, host id: 0a1b2c3d4e5f60718293",
        ("S3 denied s3:PutObject",),
        (),
    ),
)  # fmt: skip
CALLS: tuple[Case, ...] = (
    (
        "ruby-3",
        "raise_response_errors.rb:17:in `call': Access Denied (Aws::S3::Errors::AccessDenied)\n\tfrom /gems/aws-sdk-s3-1.114.0/lib/aws-sdk-s3/client.rb:6043:in `put_object'",
        ("S3 denied s3:PutObject",),
        (),
    ),
    (
        "ruby-3.4",
        "raise_response_errors.rb:17:in 'call': Access Denied (Aws::S3::Errors::AccessDenied)\n\tfrom /gems/aws-sdk-s3-1.200.0/lib/aws-sdk-s3/client.rb:6043:in 'Aws::S3::Client#get_object'",
        ("S3 denied s3:GetObject",),
        (),
    ),
    (
        "ruby-1",
        "/gems/aws-sdk-1.51.0/lib/aws/core/client.rb:375:in `return_or_raise': Access Denied (AWS::S3::Errors::AccessDenied)\n\tfrom (eval):3:in `get_bucket_acl'",
        ("S3 denied s3:GetBucketAcl",),
        (),
    ),
    (
        "javascript-2",
        "UnauthorizedOperation: You are not authorized to perform this operation.\n    at Request.extractError (/app/node_modules/aws-sdk/lib/services/ec2.js:50:35)",
        ("was denied a call to ec2.amazonaws.com", "AttributeKey=EventSource,AttributeValue=ec2.amazonaws.com"),
        ("OPERATION",),
    ),
    (
        "javascript-3",
        "AccessDeniedException: UnknownError\n    at de_CommandError (/app/node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:4065:14)",
        ("was denied a call to lambda.amazonaws.com",),
        (),
    ),
    (
        "template",
        "An error occurred (ValidationError) when calling the CreateChangeSet operation: S3 error: Access Denied",
        ("S3 denied s3:GetObject", "CloudFormation reads the template as the caller (s3:GetObject on the object)."),
        ("Others",),
    ),
    (
        "role-of-an-update",
        "An error occurred (InvalidRequestException) when calling the\nCreateSoftwareUpdateJob operation: Permission denied when attempting\nto assume role arn:aws:iam::111122223333:role/gateway-updates.",
        ("gateway-updates",),
        ("Also", "did not reach AWS"),
    ),
    (
        "model-of-an-index",
        "An error occurred (ValidationException) when calling the StartIngestionJob operation: Knowledge base role arn:aws:iam::111122223333:role/orders-index is not able to call specified embedding model arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0: You don't have access to the model with the specified model ID. (Service: BedrockRuntime, Status Code: 403)",
        ("The account has no access to the Bedrock model",),
        ("Also",),
    ),
    (
        "answer-of-another-service",
        "WebIdentityErr: failed to retrieve credentials\ncaused by: SerializationError: failed to unmarshal error message\n\tstatus code: 403, request id: 0a1b\ncaused by: unknown error response tag, {{ AccessDeniedException} []}",
        ("Another service of AWS, not STS, answered", "did not reach STS"),
        ("Also", "did not reach AWS"),
    ),
    (
        "role-of-a-trail",
        "aws cloudtrail create-trail --name audit --s3-bucket-name acme-audit --cloud-watch-logs-log-group-arn arn:aws:logs:eu-west-1:111122223333:log-group:audit:* --cloud-watch-logs-role-arn arn:aws:iam::111122223333:role/audit-to-logs\n\nAn error occurred (InvalidCloudWatchLogsLogGroupArnException) when calling the CreateTrail operation: Access denied. Check the permissions for your role.",
        (
            "CloudTrail's role for CloudWatch Logs is not allowed",
            '"arn:aws:logs:eu-west-1:111122223333:log-group:audit:log-stream:*"',
            "put-role-policy --role-name audit-to-logs",
        ),
        ("get-caller-identity",),
    ),
    (
        "role-of-a-trail-in-a-stack",
        'Resource handler returned message: "Invalid request provided: Access denied. Verify in IAM that the role has adequate permissions. (Service: CloudTrail, Status Code: 400, Request ID: 0a1b2c3d)" (RequestToken: 0a1b, HandlerErrorCode: InvalidRequest)',
        ("CloudTrail's role for CloudWatch Logs is not allowed", "TRAIL_ROLE_NAME"),
        (),
    ),
    (
        "upload-of-an-app",
        "StorageException(message: Something went wrong with your AWS S3 Storage upload file operation, recoverySuggestion: See attached exception for more information and suggestions, underlyingException: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: K2J4M6P8R0S2T4V6), S3 Extended Request ID: Example0hostId1of2S3==)",
        ("S3 denied the upload: most likely, the access rules of Amplify Storage", "allow.authenticated.to("),
        ("put-role-policy", "outside the bucket's account", "The bucket policy in the text"),
    ),
    (
        "call-of-an-app-with-a-bucket-policy",
        'StorageAccessDeniedException {\n "message": "S3 access denied when making the API call.",\n "underlyingException": "Instance of \'UnknownSmithyHttpException\'"\n}\n{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme-media"}]}\naccess: (allow) => ({\'media/*\': [allow.guest.to([\'read\'])]})',
        ("S3 denied the call: most likely, the access rules", "covers the bucket, but none of its objects"),
        ("allow.authenticated.to(",),
    ),
    (
        "linked-role-of-functions-at-the-edge",
        "Resource handler returned message: WebsiteDistribution - The user is not authorized to create or assume a service linked role. (Service: AmazonCloudFront; Status Code: 403; Error Code: AccessDenied; Request ID: K2J4M6P8R0S2T4V6).",
        (
            "no service-linked role for Lambda@Edge yet, and the caller is not allowed",
            "--aws-service-name replicator.lambda.amazonaws.com",
        ),
        ("SERVICE.amazonaws.com",),
    ),
    (
        "bucket-of-a-logger",
        'level=INFO msg="replicating to" name=s3 type=s3 sync-interval=1s bucket=acme-backups path=app region=eu-west-2 endpoint=""\nlevel=ERROR msg="monitor error" replica=s3 error="AccessDenied: Access Denied\\n\\tstatus code: 403, request id: K2J4M6P8R0S2T4V6, host id: Example0hostId1of2S3=="',
        ("--bucket acme-backups",),
        ("Replace BUCKET",),
    ),
    (
        "host-in-a-trace",
        'level=debug s3TraceMsg="GET /?list-type=2&prefix= HTTP/1.1\\r\\nHost: acme-metrics.s3.dualstack.eu-west-2.amazonaws.com\\r\\nUser-Agent: MinIO (linux; amd64) minio-go/v7.0.61\\r\\n\\r"\nlevel=debug s3TraceMsg="HTTP/1.1 403 Forbidden\\r\\nServer: AmazonS3\\r\\n\\r\\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>K2J4M6P8R0S2T4V6</RequestId><HostId>Example0hostId1of2S3==</HostId></Error>"',
        ("acme-metrics",),
        ("Replace BUCKET",),
    ),
    (
        "other-validation",
        "An error occurred (ValidationError) when calling the CreateChangeSet operation: Template format error: unsupported value",
        ("AWS rejected the request",),
        ("s3:",),
    ),
    (
        "source-of-a-build",
        "CLIENT_ERROR: AccessDenied: Access Denied status code: 403, request id: 0A1B, host id: 0a1b for primary source and\nsource version arn:aws:s3:::carts-source/app.zip",
        ("The CodeBuild service role lacks the permissions to download the source", "arn:aws:s3:::carts-source/*"),
        (),
    ),
    (
        "lake-formation-permission",
        "AccessDeniedException: Insufficient Lake Formation permission(s): Required Create Table (Service: AWSGlue; Status Code: 400)",
        ("The Lake Formation permission CREATE_TABLE",),
        ("SELECT",),
    ),
    (
        "bucket-in-powershell",
        "Write-S3Object : The specified bucket does not exist\nAt C:\\up.ps1:3 char:1\n    + FullyQualifiedErrorId : Amazon.S3.AmazonS3Exception,Amazon.PowerShell.Cmdlets.S3.WriteS3ObjectCmdlet",
        ("The bucket does not exist",),
        (),
    ),
    (
        "controller",
        '{"level":"error","caller":"ipamd/ipamd.go:444","msg":"Failed to call ec2:DescribeNetworkInterfaces for [eni-0a1b2c3d]: UnauthorizedOperation: You are not authorized to perform this operation."}',
        ("The role of the Amazon VPC CNI plugin was denied", "--policy-arn arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy", "If role_arn stays empty, the pod has the role of its node"),
        ("put-user-policy",),
    ),
    (
        "action-of-no-controller",
        '{"level":"error","caller":"ipamd/ipamd.go:444","msg":"Failed to call sqs:ListQueues: UnauthorizedOperation: You are not authorized to perform this operation."}',
        ("The caller was denied sqs:ListQueues",),
        ("AmazonEKS_CNI_Policy",),
    ),
    (
        "s3fs",
        '[DBG] curl.cpp:RequestPerform(1928): Body Text: <?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>0A1B2C3D</RequestId><HostId>0a1b=</HostId></Error>',
        ("S3 answered 403",),
        ("browsers and curl",),
    ),
    (
        "browser",
        '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>0A1B2C3D</RequestId><HostId>0a1b=</HostId></Error>',
        ("browsers and curl send no signature",),
        (),
    ),
    (
        "queue",
        '{"Error":{"Code":"AccessDenied","Message":"Access to the resource https://sqs.eu-west-1.amazonaws.com/111122223333/carts.fifo is denied.","Type":"Sender"}}',
        ("Senders need sqs:SendMessage", "on arn:aws:sqs:eu-west-1:111122223333:carts.fifo", "--queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/carts.fifo"),
        ("cloudtrail", "OPERATION"),
    ),
    (
        "all-queues",
        '{"Error":{"Code":"AccessDenied","Message":"Access to the resource https://sqs.cn-north-1.amazonaws.com.cn/ is denied.","Type":"Sender"}}',
        ("cloudtrail lookup-events --region cn-north-1",),
        ("Senders",),
    ),
    (
        "vault",
        "Error reading team-aws/creds/deploy: Error making API request.\n\nURL: GET http://127.0.0.1:8200/v1/team-aws/creds/deploy\nCode: 400. Errors:\n\n* Error creating IAM user: The security token included in the request is invalid.",
        ("Check which credentials Vault uses", "vault read team-aws/config/root"),
        (),
    ),
    (
        "vault-elsewhere",
        "$ vault kv get app/db\n$ aws s3 ls\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records.",
        ("Check which credentials are used",),
        ("config/root",),
    ),
    (
        "grafana",
        't=2026-01-02T03:04:05+0000 lvl=eror msg="Unable to call AWS API" logger=context userId=5 orgId=1 uname=ana error="InvalidClientTokenId: The security token included in the request is invalid."',
        ("Check which credentials Grafana uses",),
        (),
    ),
    (
        "php",
        'PHP Warning:  Uncaught Aws\\Sqs\\Exception\\SqsException: Error executing "SendMessage" on "https://sqs.eu-west-1.amazonaws.com"; AWS HTTP error: Client error: `POST https://sqs.eu-west-1.amazonaws.com` resulted in a `403 Forbidden` response: InvalidClientTokenId (client): The security token included in the request is invalid.',
        ("Check which credentials PHP uses", "PHP-FPM's environment", "get-access-key-info"),
        (),
    ),
    (
        "public-policy",
        'An error occurred (AccessDenied) when calling the PutBucketPolicy operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::docs" because public policies are blocked by the BlockPublicPolicy block public access setting.',
        ('"arn:aws:s3:::docs/*"', "arn:aws:cloudfront::111122223333:distribution/DISTRIBUTION_ID"),
        (),
    ),
    (
        "public-policy-in-govcloud",
        'An error occurred (AccessDenied) when calling the PutBucketPolicy operation: User: arn:aws-us-gov:iam::111122223333:user/ana is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws-us-gov:s3:::docs" because public policies are blocked by the BlockPublicPolicy block public access setting.',
        ("Name accounts, roles or an organization as Principal",),
        ("DISTRIBUTION_ID",),
    ),
    (
        "two-more-calls",
        'A: CREATE_FAILED – "API: ec2:CreateVpc You are not authorized to perform this operation."\nB: CREATE_FAILED – "API: ec2:allocateAddress You are not authorized to perform this operation."',
        ("ec2:AllocateAddress was denied for the same reason", "Allow ec2:AllocateAddress and ec2:CreateVpc"),
        ("ec2:allocateAddress",),
    ),
)  # fmt: skip
CASES = (*CALLS, *MASKS, *REPEATS, *RECORDS)


@check_rows(
    ("name", "text", "says", "omits"),
    CASES,
    ids=[case[0] for case in CASES],
)
def test_explanation(name: str, text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    folded = " ".join(str(explain(text)).replace("\\\n", " ").split())
    assert [words for words in says if words not in folded] == [], name
    assert [words for words in omits if words in folded] == [], name
