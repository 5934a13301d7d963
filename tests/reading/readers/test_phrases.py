"""Check how messages of AWS and its SDKs are read, one per line."""

from __future__ import annotations

import pytest

from iamtriage._reading.readers.credential_phrases import CREDENTIAL_MESSAGES
from iamtriage._reading.readers.phrases import PHRASES, compiled, table
from tests.tables import (
    ACCOUNT,
    DENIAL,
    DENIED,
    REQUEST,
    Facts,
    Table,
    botocore_text,
    check_rows,
    denied,
    expect,
    facts_in,
    has_example,
    list_alternatives,
    rows,
)

_OF_KAFKA = (
    "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [orders]"
)
ROLE = "arn:aws:iam::111122223333:role/reader"
OIDC = "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789ABCDEF012345678"

DENIALS: Table = (
    ("root-account", "Roles may not be assumed by root accounts.", denied()),
    (
        "iot-rule",
        "Failed to index document in OpenSearch.  The error received was Forbidden. Message arrived on: plant/a, Action: openSearch",
        denied(),
    ),
    ("anonymous", "Anonymous users cannot initiate multipart uploads. Please authenticate.", denied()),
    (
        "login-not-allowed",
        "Unable to create or refresh login credentials due to insufficient permissions. You may be missing permission for the 'signin:CreateOAuth2Token' action.",
        denied(action="signin:CreateOAuth2Token", service="signin"),
    ),
    (
        "login-not-allowed-in-sdks",
        "Unable to refresh credentials due to insufficient permissions. You may be missing permission for the 'CreateOAuth2Token' action.",
        denied(operation="CreateOAuth2Token"),
    ),
    *(
        (f"kafka-{name}", text, result)
        for name, text, result in (
            ("setting-after", f"{_OF_KAFKA}\nsasl.mechanism=AWS_MSK_IAM", denied()),
            ("setting-before", f"sasl.mechanism = AWS_MSK_IAM\n{_OF_KAFKA}", denied()),
            ("policy", f'{_OF_KAFKA}\n"Action": "kafka-cluster:Connect"', denied()),
            ("elsewhere", f"{_OF_KAFKA}\nsasl.mechanism=SCRAM-SHA-512", None),
        )
    ),
    ("anonymous-elsewhere", "Anonymous users cannot vote. Log in first", None),
    (
        "firehose",
        "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role",
        denied(),
    ),
    (
        "flow-log-status",
        '"DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"',
        denied(),
    ),
    (
        "rds-login",
        'connection to server at "orders.a1b2c3d4e5f6.eu-west-1.rds.amazonaws.com" failed: FATAL:  PAM authentication failed for user "app"',
        denied(),
    ),
    (
        "rds-login-psycopg2",
        'psycopg2.OperationalError: connection to server at "orders.a1b2c3d4e5f6.eu-west-1.rds.amazonaws.com" failed: FATAL:  PAM authentication failed for user "app"',
        denied(),
    ),
    ("database-login-elsewhere", 'FATAL:  PAM authentication failed for user "app"', None),
    ("trail-status", '"IsLogging": true, "LatestDeliveryError": "AccessDenied"', denied()),
    ("trail-status-compact", '{"IsLogging":true,"LatestDigestDeliveryError":"AccessDenied"}', denied()),
    (
        "delivery-channel-status",
        '{"name": "default", "configHistoryDeliveryInfo": {"lastStatus": "FAILURE", "lastErrorCode": "AccessDenied"}}',
        denied(),
    ),
    ("trail-status-bucket", '"IsLogging": true, "LatestDeliveryError": "NoSuchBucket"', None),
    ("flow-log-quota", '"DeliverLogsErrorMessage": "Rate limited"', None),
    (
        "firehose-glue",
        "Access was denied when calling Glue. Ensure that the access policy on the IAM role used allows access to the appropriate Glue APIs.",
        denied(),
    ),
    (
        "target-group",
        "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.",
        denied(),
    ),
    ("athena-query", "Athena: Insufficient permissions to execute the query. s3://orders-example", denied()),
    (
        "custom-resource",
        "Received response status [FAILED] from custom resource. Message returned: Access Denied Logs: /aws/lambda/orders-Handler",
        denied(),
    ),
    (
        "custom-resource-log",
        f"Received response status [FAILED] from custom resource. Message returned: Access Denied See details in CloudWatch Log: 2026/01/02/[$LATEST]0a1b (RequestId: {REQUEST})",
        denied(request_id=REQUEST),
    ),
    (
        "custom-resource-failed",
        "Failed to create resource. Error: Access Denied. See the details in CloudWatch Log Stream: 2026/01/02/[$LATEST]0a1b",
        denied(),
    ),
    ("resource-elsewhere", "The shop says: Failed to create resource. Access Denied for ana", None),
    ("cloudformation-deploy", "CliError: The CloudFormation deploy failed: Access Denied", denied()),
    (
        "s3-in-a-name",
        "PermissionError: Access Denied\n    orders = pd.read_parquet(s3_orders_path)",
        denied(),
    ),
    ("authorizer", "User is not authorized to access this resource", denied()),
    ("alone", "Access Denied", denied()),
    ("no-stop", "Amazon S3 says:\nAccess Denied Please contact your provider for assistance", denied()),
    ("goes-on", "Amazon S3 says:\nAccess Denied pages are never cached", None),
    ("api-version", "Error calling DAX.describeClusters\nAccess Denied to API Version: DAX_V3", denied()),
    ("api-version-elsewhere", "Access denied: this API version needs a newer licence", None),
    (
        "import-path",
        "Could not create volume: CreateFileSystem failed: BadRequest: Access denied for import path.",
        denied(code="BadRequest"),
    ),
    (
        "export-path",
        "Export failed: BadRequest: Access denied for export path.",
        denied(code="BadRequest"),
    ),
    ("import-path-elsewhere", "Access denied for import path: ../orders.json", None),
    (
        "identity-pool-printed",
        "NotAuthorizedException {\n  message=Unauthenticated access is not supported for this identity pool.,\n}",
        denied(code="NotAuthorizedException"),
    ),
    (
        "identity-pool",
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        denied(),
    ),
    (
        "load-balancer",
        "Access Denied for bucket: orders-logs. Please check S3bucket permission",
        denied(resource="orders-logs"),
    ),
    (
        "load-balancer-masked",
        "| Access  Denied for bucket:  orders-****-logs-****. Please  check S3bucket permission",
        denied(resource="orders-****-logs-****"),
    ),
    (
        "openshift",
        'level=warning msg="Action not allowed with tested creds" action="iam:CreateUser"',
        denied(action="iam:CreateUser"),
    ),
    (
        "cyberduck",
        "Access denied (Amazon S3)\nCannot replace folder /a with file a.html.",
        denied(service="s3"),
    ),
    (
        "emr",
        "Service role EMR_DefaultRole has insufficient EC2 permissions",
        denied(principal="EMR_DefaultRole"),
    ),
    (
        "eventbridge",
        '{"messageAttributes": {"ERROR_CODE": {"stringValue": "NO_PERMISSIONS", "dataType": "String"}}}',
        denied(),
    ),
    ("eventbridge-table", "ERROR_CODE    String    NO_PERMISSIONS", denied()),
    (
        "eventbridge-row",
        "arn:aws:events:eu-west-1:111122223333:rule/shop/paid\tNO_PERMISSIONS",
        denied(),
    ),
    (
        "eventbridge-list",
        'The dead letter has ["NO_PERMISSIONS", "arn:aws:events:eu-west-1:111122223333:rule/shop/paid"]',
        denied(),
    ),
    ("eventbridge-other", "ERROR_CODE is SDK_CLIENT_ERROR, it was NO_PERMISSIONS last week", None),
    ("eventbridge-negated", "The ERROR_CODE of the event is not NO_PERMISSIONS.", None),
    (
        "clickhouse",
        "Code: 499. DB::Exception: Access Denied: while reading key: a.csv, from bucket: orders. (S3_ERROR)",
        denied(service="s3"),
    ),
    (
        "clickhouse-wrapped",
        "Code: 499. DB::Exception: Access Denied: while reading key: a.csv,\nfrom bucket: orders. (S3_ERROR)",
        denied(service="s3"),
    ),
    (
        "clickhouse-status",
        "Code: 499. DB::Exception: No response body.. HTTP response code: 403: while reading a.csv. (S3_ERROR)",
        denied(service="s3", status_code=403),
    ),
    (
        "clickhouse-write",
        "Code: 499. DB::Exception: Message: Access Denied, bucket orders, key a/b_check, object size 4. (S3_ERROR)",
        denied(service="s3"),
    ),
    (
        "clickhouse-log",
        "<Error> WriteBufferFromS3: S3Exception name AccessDenied, Message: Access Denied, bucket orders, key a/b, object size 4",
        denied(code="AccessDenied", service="s3"),
    ),
    (
        "clickhouse-elsewhere",
        "Code: 497. DB::Exception: Access Denied: not enough privileges. (ACCESS_DENIED)",
        None,
    ),
    (
        "amplify",
        'StorageAccessDeniedException {\n  "message": "S3 access denied when making the API call.",\n  "recoverySuggestion": "See the cause."\n}',
        denied(code="StorageAccessDeniedException", service="s3"),
    ),
    ("iot", "[ERROR] EVENT:MQTT Client Connect MESSAGE:Connect Status: AUTHORIZATION_FAILURE", denied()),
    (
        "iot-indented",
        '{\n  "eventType": "Connect",\n  "protocol": "MQTT",\n  "clientId": "pump-7",\n  "reason": "AUTHORIZATION_FAILURE"\n}',
        denied(),
    ),
    ("iot-compact", '{"protocol":"MQTT","reason":"AUTHORIZATION_FAILURE"}', denied()),
    (
        "lambda-code",
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for orders-code/v1/app.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
        denied(code="AccessDenied", service="s3", resource="orders-code/v1/app.zip"),
    ),
    *(
        (
            f"lambda-code-of-{name}",
            f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message} (Service: AWSLambdaInternal; Status Code: 400; Error Code: InvalidParameterValueException; Request ID: {REQUEST})",
            expect(kind, code=code, operation="GetObject", service="s3"),
        )
        for name, code, kind, message in (
            (
                "another-region",
                "AuthorizationHeaderMalformed",
                "credential_scope",
                "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'eu-north-1'",
            ),
            ("a-missing-object", "NoSuchKey", "aws_error", "The specified key does not exist."),
            ("an-expired-session", "ExpiredToken", "expired_credentials", "The provided token has expired."),
        )
    ),
    (
        "ecs-without-message",
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: service call has been retried 1 time(s): AccessDeniedException",
        denied(code="AccessDeniedException"),
    ),
    (
        "goamz-limit",
        "Error querying images: Request limit exceeded. (RequestLimitExceeded)",
        expect("aws_error", code="RequestLimitExceeded"),
    ),
    (
        "conditional",
        "ConditionalCheckFailedException: The conditional request failed\nLock Info:\n  ID: 1",
        expect("aws_error", code="ConditionalCheckFailedException"),
    ),
    (
        "duckdb-400",
        "HTTP Error: HTTP GET error on 'https://shop-logs.s3.eu-west-1.amazonaws.com/in/a.gz' (HTTP 400)",
        expect("aws_error", service="s3", status_code=400),
    ),
    (
        "duckdb-404",
        "HTTP Error: HTTP HEAD error reading 'https://shop-logs.s3.eu-west-1.amazonaws.com/in/a.gz' in region 'eu-west-1' (HTTP 404 Not Found)",
        expect("aws_error", service="s3", status_code=404),
    ),
    (
        "duckdb-head",
        "HTTP Error: HTTP HEAD error on 'https://shop-logs.s3.eu-west-1.amazonaws.com/in/a.gz' (HTTP 301)",
        expect("aws_error", service="s3", status_code=301),
    ),
    (
        "duckdb-get",
        "HTTP Error: HTTP GET error reading 'https://shop-logs.s3.eu-west-1.amazonaws.com/in/a.gz' (HTTP 400 Bad Request)",
        expect("aws_error", service="s3", status_code=400),
    ),
    ("duckdb-elsewhere", "HTTP Error: HTTP GET error on 'https://data.example.com/a.gz' (HTTP 400)", None),
    (
        "table-capacity",
        "{'Error': {'Code': 'ThrottlingError', 'Message': 'Throughput exceeds the current capacity of your table or index.'}, 'TableName': 'orders'}",
        expect("aws_error", code="ThrottlingError"),
    ),
    (
        "index-capacity",
        "{'Error': {'Code': 'ThrottlingError', 'Message': 'Throughput exceeds the current capacity for one or more global secondary indexes.'}}",
        expect("aws_error", code="ThrottlingError"),
    ),
    (
        "email-identities",
        "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: ana@example.com",
        expect("aws_error"),
    ),
    (
        "email-identities-code",
        "Error in sendReminder: MessageRejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: ana@example.com",
        expect("aws_error", code="MessageRejected"),
    ),
    (
        "pull-before-18",
        "Error response from daemon: repository 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders not found: does not exist or no pull access",
        denied(service="ecr"),
    ),
    ("pull-elsewhere", "Error: repository orders not found: does not exist or no pull access", None),
    (
        "pull-cut",
        "CannotPullContainerError: Error response from daemon:\npull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders",
        denied(service="ecr"),
    ),
    (
        "image-pull",
        "CannotPullContainerError: pull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders/api, repository does not exist or may require 'docker login'",
        denied(service="ecr"),
    ),
    (
        "image-pull-elsewhere",
        "Error: pull access denied for registry.example.com/orders/api, repository does not exist or may require 'docker login'",
        None,
    ),
    (
        "code-after-hint",
        "taper: The request signature we calculated does not match the signature you provided. Check your key and signing method. (SignatureDoesNotMatch)",
        expect("signature_mismatch", code="SignatureDoesNotMatch"),
    ),
    (
        "serverless-search",
        "AuthorizationException(403, 'security_exception', 'OpenSearch exception [type=authorization_exception, reason=User does not have permissions for the requested resource]')",
        denied(status_code=403),
    ),
    (
        "serverless-index",
        "elastic: Error 403 (Forbidden): User does not have permissions for the requested resource [type=authorization_exception]",
        denied(status_code=403),
    ),
    (
        "knowledge-base-authorization",
        "An error occurred (ValidationException) when calling the CreateKnowledgeBase operation: The knowledge base storage configuration provided is invalid... Bad Authorization",
        denied(code="ValidationException", operation="CreateKnowledgeBase"),
    ),
    (
        "knowledge-base-ingestion",
        '["Encountered error: Request failed:\n[security_exception] authentication/authorization failure. Call to Amazon OpenSearch\nServerless Vector Database did not succeed."]',
        denied(),
    ),
    (
        "other-security-exception",
        "Request failed: [security_exception] authentication/authorization failure. See the log",
        None,
    ),
    (
        "knowledge-base",
        "An error occurred (ValidationException) when calling the CreateKnowledgeBase operation: The knowledge base storage configuration provided is invalid... Request failed: [security_exception] 403 Forbidden",
        denied(code="ValidationException", operation="CreateKnowledgeBase", status_code=403),
    ),
    (
        "checked-role",
        "An error occurred (ValidationException) when calling the CreateAgentRuntime operation: Access denied while validating ECR URI '111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1'. The execution role requires permissions for ecr:GetAuthorizationToken, and ecr:BatchGetImage operations.",
        denied(
            code="ValidationException",
            operation="CreateAgentRuntime",
            service="ecr",
            action="ecr:GetAuthorizationToken",
        ),
    ),
    (
        "scope-at-search",
        "opensearchpy.exceptions.AuthorizationException: AuthorizationException(403, 'Credential should be scoped to a valid region. ')",
        expect("credential_scope", code="AuthorizationException", status_code=403),
    ),
    (
        "expired-at-search",
        "AuthorizationException(403, 'The security token included in the request is expired')",
        expect("expired_credentials", status_code=403),
    ),
    (
        "no-organization",
        "Error: describing Organization: AWSOrganizationsNotInUseException: Your account is not a member of an organization.\n\tstatus code: 400, request id: ",
        expect("aws_error", code="AWSOrganizationsNotInUseException", status_code=400),
    ),
    (
        "databricks",
        "com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied; request: PUT https://orders.s3.eu-west-1.amazonaws.com a.csv {} Hadoop 3.3.2",
        denied(service="s3"),
    ),
    ("mfa", "MultiFactorAuthentication failed with invalid MFA one time pass code", denied()),
    (
        "beanstalk",
        "ERROR: NotAuthorizedError - Operation Denied. Access Denied",
        denied(code="NotAuthorizedError"),
    ),
    (
        "beanstalk-invalid",
        "ERROR: The current user does not have the correct permissions. Reason: Operation Denied. The security token included in the request is invalid.",
        expect("invalid_credentials"),
    ),
    ("goamz-rate", "Error: Rate exceeded (Throttling)", expect("aws_error", code="Throttling")),
    ("rate", "Error 429: Rate exceeded (see the documentation)", None),
    (
        "go-waiter",
        "Error waiting for image: ResourceNotReady: exceeded wait attempts",
        expect("aws_error", code="ResourceNotReady"),
    ),
    ("not-ready", "ResourceNotReady: the database starts", None),
    (
        "identity-center",
        "Cached Identity Center token is expired. Log in again.",
        expect("expired_credentials"),
    ),
    (
        "iot-json",
        '{"eventType": "Connect", "protocol": "MQTT", "clientId": "pump-7", "reason": "AUTHORIZATION_FAILURE"}',
        denied(),
    ),
    (
        "graphql",
        '{"data": {"listOrders": null}, "errors": [{"path": ["listOrders"], "data": null, "errorType": "Unauthorized", "errorInfo": null, "message": "Not Authorized to access listOrders on type Query"}]}',
        denied(code="Unauthorized"),
    ),
    ("graphql-message", "Not Authorized to access createOrder on type Mutation", denied()),
    (
        "kms-old",
        "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
        denied(),
    ),
    ("kms-after-a-service", "Access to KMS is not allowed", denied()),
    (
        "kms-lambda",
        "Lambda was unable to decrypt the environment variables because KMS access was denied.",
        denied(),
    ),
    (
        "kms-service-principal",
        "events.amazonaws.com is not authorized to access the key because the key policy does not allow it",
        denied(principal="events.amazonaws.com"),
    ),
    (
        "s3-disabled",
        "All access to this object has been disabled",
        denied(),
    ),
    (
        "s3-disabled-template",
        "S3 error: All access to this object has been disabled",
        denied(service="s3"),
    ),
    (
        "redshift-role",
        f"ERROR: Not authorized to get credentials of role {ROLE}\nDetail: none",
        denied(resource=ROLE),
    ),
    (
        "ecs-role",
        f"ECS was unable to assume the role '{ROLE}' that was provided for this task.",
        denied(resource=ROLE),
    ),
    ("pass-role", "Cross-account pass role is not allowed.", denied()),
    (
        "code-last",
        "Error querying AMI: You are not authorized to perform this operation. (UnauthorizedOperation)",
        denied(code="UnauthorizedOperation"),
    ),
    (
        "object-storage",
        "blocks storage: unable to successfully send a request to object storage: Access Denied",
        denied(),
    ),
    (
        "tempo-objects",
        'msg="error running Tempo" err="failed to create store: unexpected error from ListObjects on example-traces: Access Denied"',
        denied(operation="ListObjects", resource="example-traces"),
    ),
    ("tempo-other", "unexpected error from ListUsers on example-traces: Access Denied", None),
    (
        "object-copy",
        'level=ERROR msg="backup failed" err="copier: aws copy object from data/1/7 to backup/7: Access Denied"',
        denied(),
    ),
    ("object-copy-elsewhere", "copier: az copy object from data/1/7 to backup/7: Access Denied", None),
    ("argo-outputs", "generate-artifact  orders-7  3s  failed to save outputs: Access Denied", denied()),
    (
        "datastore-mode",
        "User is unauthorized to query syncOrders with auth mode API_KEY. No data could be returned",
        denied(),
    ),
    (
        "restic-lock",
        "unable to create lock in backend: client.PutObject: Access Denied.",
        denied(operation="PutObject"),
    ),
    (
        "restic-key",
        "Fatal: create key in repository at s3:https://s3.eu-west-1.amazonaws.com/orders failed: wrote 0 bytes instead of the expected 455 bytes with error Access Denied",
        denied(service="s3"),
    ),
    ("any-error", "copy of orders.csv failed with error Access Denied", None),
    (
        "argo-artifact",
        "Error (exit code 1): artifact archive failed to load: failed to get file: Access Denied.",
        denied(),
    ),
    (
        "cdk-role",
        "current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-tea-deploy-role-111122223333-eu-west-1', but are for the right account. Proceeding anyway.",
        denied(),
    ),
    (
        "launch-template-by-name",
        "Orders: CREATE_FAILED - You are not authorized to use launch template: orders-nodegroup-a",
        denied(resource="orders-nodegroup-a"),
    ),
    (
        "training-data",
        "ClientError: Data download failed:Unable to download object s3://orders-data/a/1.csv (AccessDenied: Access Denied)",
        denied(code="AccessDenied", resource="s3://orders-data/a/1.csv"),
    ),
    ("other-download", "Unable to download object orders/1.csv (403: quota exceeded)", None),
    (
        "athena-partitions",
        "Athena: Insufficient permissions to execute the query. User is not authorized to create partitions on Glue catalog . Clean up.",
        denied(),
    ),
    (
        "snowflake-role",
        "Error assuming AWS_ROLE. Please verify the role and externalId are configured correctly in your AWS policy.",
        denied(),
    ),
    (
        "snowflake-cause",
        "Error assuming AWS_ROLE:\nSTS is not activated in this region for account:111122223333.",
        expect("region_disabled", account="111122223333"),
    ),
    ("file-elsewhere", "failed to get file: Access Denied.", None),
    (
        "greengrass-role",
        "Greengrass is not authorized to assume the Service Role associated with this account.",
        denied(),
    ),
    ("vpc-endpoint", "Access denied due to a VPC endpoint policy", denied(policy_type="vpc_endpoint")),
    (
        "sqs",
        "Access to the resource https://sqs.eu-west-1.amazonaws.com/111122223333/jobs is denied.",
        denied(service="sqs", resource="https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"),
    ),
    *(
        (
            f"sqs-masked-{name}",
            f"One or more errors occurred. (Access to the resource {mask} is denied.)\n   at Amazon.Runtime.Internal.HttpErrorResponseExceptionHandler.HandleException(IExecutionContext context)",
            denied(resource=mask),
        )
        for name, mask in (("angle", "<the queue>"), ("square", "[queue url]"), ("stars", "****"))
    ),
    (
        "selling-partner-api",
        '{"errors": [{"message": "Access to requested resource is denied.", "code": "Unauthorized"}]}',
        denied(code="Unauthorized"),
    ),
    ("requested-resource-of-others", "Access to the requested resource has been denied", None),
    (
        "mountpoint",
        "Error: Failed to create S3 client\n\nCaused by:\n    0: HeadBucket failed for bucket s3://octo-lake/ in region eu-west-1\n    1: Service error\n    2: Permission denied\n",
        denied(operation="HeadBucket"),
    ),
    (
        "s3-resource",
        "Access to the specified s3 resource is denied, please check your iam/s3 bucket policies",
        denied(),
    ),
    ("resource-of-others", "Access to the resource <the queue> is denied.", None),
    ("resource-named", "AWS: Access to the resource orders is denied.", None),
    (
        "cognito",
        "NotAuthorizedException: Access to Identity 'eu-west-1:example-identity' is forbidden.",
        denied(code="NotAuthorizedException", resource="eu-west-1:example-identity"),
    ),
    (
        "cognito-role",
        "NotAuthorizedException: Access to Role 'arn:aws:iam::111122223333:role/guest' is forbidden.",
        denied(code="NotAuthorizedException", resource="arn:aws:iam::111122223333:role/guest"),
    ),
    (
        "owner",
        botocore_text(
            "AuthFailure", "DetachVolume", "You are not the owner of volume 'vol-0123456789abcdef0'"
        ),
        denied(code="AuthFailure", operation="DetachVolume", resource="vol-0123456789abcdef0"),
    ),
    (
        "already-exists",
        botocore_text("InvalidRequest", "CreateStack", "demo-logs already exists due to missing permissions"),
        denied(code="InvalidRequest", operation="CreateStack", resource="demo-logs"),
    ),
    ("cloudformation", "Access denied for operation 'AWS::Lambda::Function'.", denied()),
    (
        "stack-policy",
        "Action denied by stack policy: Statement [#1] does not allow [Update:Replace] for resource [LogicalResourceId/OrdersDb]",
        denied(resource="LogicalResourceId/OrdersDb"),
    ),
    (
        "stack-policy-all",
        "Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [*]",
        denied(),
    ),
    (
        "stack-policy-of-other-cloud",
        "ALIYUN::RDS::DBInstance: Action denied by stack policy: Update:Replace on LogicalResourceId/OrdersDb",
        None,
    ),
    ("stack-policy-asked", 'When does CloudFormation say "Action denied by stack policy: …"?', None),
    (
        "cloudformation-operation",
        "Access denied for operation 'CreateTable'.",
        denied(operation="CreateTable"),
    ),
    (
        "efs-mount-helper",
        "Unauthorized to perform operation DescribeAvailabilityZones.",
        denied(operation="DescribeAvailabilityZones"),
    ),
    ("eks-role", "EKS does not have permissions to assume the associated role.", denied()),
    (
        "execution-role",
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        denied(operation="CreateNetworkInterface"),
    ),
    (
        "sentinel",
        "Status code:S3B40011, Message: Access to an SQS queue (https://sqs.eu-west-1.amazonaws.com/111122223333/orders) was denied.",
        denied(service="sqs", resource="https://sqs.eu-west-1.amazonaws.com/111122223333/orders"),
    ),
    ("s3-error", "S3 error: Access Denied", denied(service="s3")),
    ("aurora-mysql", "ERROR 1871 (HY000): S3 API returned error: Access Denied", denied(service="s3")),
    (
        "aurora-lambda",
        "ERROR 63996 (HY000): Lambda API returned error: Access Denied",
        denied(service="lambda"),
    ),
    (
        "rds-postgresql",
        "ERROR: could not upload to Amazon S3\nDETAIL: Amazon S3 client returned 'Access Denied'.",
        denied(service="s3"),
    ),
    (
        "rds-postgresql-import",
        "ERROR: HTTP 403. Permission denied. Check bucket or provided credentials as they may no longer be valid.",
        denied(status_code=403),
    ),
    (
        "neptune",
        '"fullUri": "s3://orders/2026.csv", "status": "LOAD_S3_ACCESS_DENIED_ERROR"',
        denied(service="s3"),
    ),
    (
        "assume",
        f"config.amazonaws.com is not authorized to assume role {ROLE}.",
        denied(principal="config.amazonaws.com", resource=ROLE),
    ),
    (
        "session-credentials",
        "Cannot call GetSessionToken with session credentials",
        denied(operation="GetSessionToken"),
    ),
    (
        "DMS endpoint",
        "Test Endpoint failed: Application-Status: 1020912, Application-Message: Failed to connect to S3 endpoint. Access Denied.",
        denied(service="s3"),
    ),
    (
        "function URL",
        '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
        denied(),
    ),
    ("images", "Not authorized for images: [ami-0123456789abcdef0]", denied()),
    (
        "tagging",
        "Encountered a permissions error performing a tagging operation, please add required tag permissions.",
        denied(),
    ),
    (
        "athena-column",
        "COLUMN_NOT_FOUND: line 1:8: Column 'email' cannot be resolved or requester is not authorized to access requested resources",
        denied(),
    ),
    (
        "lake-formation",
        "Resource does not exist or requester is not authorized to access requested permissions.",
        denied(),
    ),
    (
        "lake-formation-permission",
        "Insufficient Lake Formation permission(s): Required Select on sales",
        denied(resource="sales"),
    ),
    (
        "requested-resource",
        botocore_text(
            "SomethingNew", "GetReport", "You do not have sufficient access to the requested resource"
        ),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "this-action",
        botocore_text(
            "SomethingNew", "GetReport", "You do not have sufficient access to perform this action."
        ),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "this-operation",
        botocore_text("SomethingNew", "GetReport", "You are not authorized to perform this operation."),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "access-denied",
        botocore_text("SomethingNew", "GetReport", "Access Denied"),
        denied(code="SomethingNew", operation="GetReport"),
    ),
    (
        "efs-driver",
        "Still stuck with `Access Denied. Please ensure you have the right AWS permissions: Access denied` on this node",
        denied(),
    ),
    ("model", "You don't have access to the model with the specified model ID.", denied()),
    (
        "ecr-status",
        f"unexpected status from HEAD request to https://{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/v2/web/manifests/1.0: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "ecr-public-status",
        "unexpected status from HEAD request to https://public.ecr.aws/v2/demo/web/manifests/1.0: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "helm-status-private",
        f"Error: pulling from host {ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com failed with status code [manifests 1.2.0]: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "helm-status",
        "Error: pulling from host public.ecr.aws failed with status code [manifests 1.2.0]: 403 Forbidden",
        denied(service="ecr", status_code=403),
    ),
    (
        "organizations",
        botocore_text("SomethingNew", "ListRoots", "You don't have permissions to access this resource."),
        denied(code="SomethingNew", operation="ListRoots"),
    ),
    *(
        (
            f"msk-{name}",
            f"{words}[{REQUEST}]: Access denied",
            denied(),
        )
        for name, words in (
            ("java", "org.apache.kafka.common.errors.SaslAuthenticationException: "),
            ("python", "[Error 58] SaslAuthenticationFailedError: "),
            (
                "broker",
                "Connection to node -1 (b-1.orders.example.kafka.eu-west-1.amazonaws.com/192.0.2.7:9098) failed authentication due to: ",
            ),
        )
    ),
    ("msk-shortened", "kafka server: SASL Authentication failed: [...] Access denied", denied()),
    ("msk-masked", "SASL authentication failed: [<request id>]: Access denied", denied()),
    ("kafka", "SaslAuthenticationException: [broker-1]: Access denied", None),
    (
        "serverless",
        "\n  Serverless Error ---------------------------------------\n\n  Access Denied\n",
        denied(),
    ),
    ("serverless-class", "ServerlessError: Access Denied\n    at run (/app/deploy.js:26:11)", denied()),
    ("serverless-sentence", "ServerlessError: Access Denied for guests", None),
    (
        "push",
        'The push refers to repository [111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders]\n0a1b2c3d4e5f: Preparing\nerror parsing HTTP 403 response body: unexpected end of JSON input: ""',
        denied(status_code=403),
    ),
    (
        "push-elsewhere",
        'The push refers to repository [registry.example.com/orders]\nerror parsing HTTP 403 response body: unexpected end of JSON input: ""',
        None,
    ),
)
# Messages that only AWS uses need no other evidence.
TOKENS: Table = (
    (
        "provider",
        f"No OpenIDConnect provider found in your account for {OIDC}",
        expect("invalid_identity_token"),
    ),
    ("provider-short", "No OpenIDConnect provider found", expect("invalid_identity_token")),
    ("audience", "Incorrect token audience", expect("invalid_identity_token")),
    (
        "key",
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        expect("invalid_identity_token"),
    ),
    ("claim", "Missing a required claim: aud", expect("invalid_identity_token")),
    (
        "thumbprint",
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        expect("invalid_identity_token"),
    ),
    (
        "jwt",
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        expect("invalid_identity_token"),
    ),
    ("jwt-lower", "The ID token provided is not a valid JWT.", expect("invalid_identity_token")),
    (
        "passed",
        "The web identity token that was passed could not be validated by AWS. Get a new token from the identity provider and then retry.",
        expect("invalid_identity_token"),
    ),
)
# Messages that other systems use, too, need a code, host or SDK of AWS.
TOKENS_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "AssumeRoleWithWebIdentity", message),
        expect("invalid_identity_token", code="SomethingNew", operation="AssumeRoleWithWebIdentity"),
    )
    for name, message in (
        ("issuer", "Invalid token issuer"),
        ("issuer-invalid", "Token issuer is invalid"),
        ("issuer-differs", "The issuer in the token does not match the issuer of the provider"),
        ("provider-invalid", "The token from the identity provider was invalid"),
        ("accepted", "The audience in ID Token [sts] and the app's did not match the accepted ones"),
        ("verify", "Failed to verify the web identity token"),
    )
)
SCOPES: Table = (
    ("scope", "Credential should be scoped to a valid region.", expect("credential_scope")),
    (
        "scope-not",
        "Credential should be scoped to a valid region, not 'eu-west-1'.",
        expect("credential_scope"),
    ),
    (
        "scope-Region",
        "Credential should be scoped to a valid Region, not 'us-east-1'.",
        expect("credential_scope"),
    ),
    ("scope-service", "Credential should be scoped to correct service: 'sts'.", expect("credential_scope")),
    (
        "scope-s3",
        "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
        expect("credential_scope"),
    ),
    (
        "credential-without-key",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '/'",
        expect("signature_mismatch"),
    ),
    (
        "malformed",
        'The authorization header is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
        expect("signature_mismatch"),
    ),
    (
        "malformed-no-key",
        '{"message": "Error: The authorization header is malformed; a non-empty Access Key (AKID) must be provided in the credential."}',
        expect("signature_mismatch"),
    ),
    ("malformed-bearer", "The Authorization header is malformed; expected format: Bearer <token>", None),
)
REGIONS: Table = (
    (
        "sts",
        "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
        expect("region_disabled", account=ACCOUNT),
    ),
    (
        "sts-requested",
        "STS is not activated in the requested region for this account",
        expect("region_disabled"),
    ),
    ("sts-short", "STS is not activated in this region", expect("region_disabled")),
    (
        "opt-in",
        botocore_text("SomethingNew", "CreateVpc", "The region me-south-1 is not enabled in your account"),
        expect("region_disabled", code="SomethingNew", operation="CreateVpc"),
    ),
)
QUOTAS: Table = (
    ("keys", "Cannot exceed quota for AccessKeysPerUser: 2", expect("access_key_quota")),
    (
        "inline-policies",
        "AWS::IAM::Policy Maximum policy size of 10240 bytes exceeded for role reader",
        expect("aws_error"),
    ),
    ("acls", "The bucket does not allow ACLs", expect("aws_error")),
    (
        "policy",
        '"FailureReason": "Received a 404 status error: Policy arn:aws:iam::111122223333:policy/Reader does not exist or is not attachable."',
        expect("aws_error", status_code=404),
    ),
    *(
        (f"session-{name}", f"Error: Could not assume role with OIDC: {message}", expect("aws_error"))
        for name, message in (
            ("maximum", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."),
            (
                "chained",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            ),
            (
                "name",
                "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: ...",
            ),
            (
                "longest",
                "1 validation error detected: Value '50000' at 'durationSeconds' failed to satisfy constraint: ...",
            ),
        )
    ),
    (
        "service-linked-role",
        "Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC.",
        expect("aws_error"),
    ),
    *(
        (f"handler-{name}", f'Resource handler returned message: "{message} (Serv...', expect("aws_error"))
        for name, message in (
            ("rate", "Rate exceeded"),
            ("name", "Role with name app already exists."),
            ("other", "A queue's name cannot end with a dot.\" (RequestToken: 1"),
        )
    ),
    (
        "handler-status",
        'Resource handler returned message: "The role cannot be read (Service: Sqs, Status Code: 403...)"',
        denied(service="sqs", status_code=403),
    ),
    (
        "handler-denied",
        f'Resource handler returned message: "{DENIAL}" (RequestToken: *, HandlerErrorCode: InvalidRequest)',
        DENIED,
    ),
    (
        "handler-code",
        "UPDATE_FAILED AWS::SQS::Queue Orders \"Resource of type 'AWS::SQS::Queue' cannot be updated.\" (HandlerErrorCode: NotUpdatable)",
        expect("aws_error"),
    ),
    ("handler-empty", "Search the events for 'Resource handler returned message: \"'.", None),
    (
        "model-data",
        'Failed to download model data for container "container_1" from URL: "s3://orders-models/a/model.tar.gz". Please ensure that there is an object located at the URL and that the role passed to CreateModel has permissions to download the object.',
        expect("aws_error"),
    ),
    (
        "model-image",
        "Please make sure all images included in the model for the production variant orders-1 exist, and that the execution role used to create the model has permissions to access them.",
        expect("aws_error"),
    ),
    (
        "policy-versions",
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
        expect("aws_error"),
    ),
    (
        "other",
        "Error: attaching IAM Policy to IAM User (ana): LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10",
        expect("aws_error", code="LimitExceeded"),
    ),
)
POLICIES: Table = tuple(
    (name, message, expect("malformed_policy"))
    for name, message in (
        ("principal", 'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/gone"'),
        ("json", "This policy contains invalid Json"),
        (
            "serverless",
            "Policy json is invalid, error: [$[0].Principal[0]: does not match the regex pattern ^saml/]",
        ),
        ("principals", "Policy contains a statement with one or more invalid principals."),
        ("scope", "Invalid parameter: Policy statement action out of service scope!"),
        ("syntax", "Syntax errors in policy."),
        ("legacy", "The policy failed legacy parsing"),
        ("no-principal", "Policy document should not specify a principal."),
        ("resource", "Policy has invalid resource"),
        ("applies", "Action does not apply to any resource(s) in statement"),
        ("federated", "Federated principals must be valid domain names or SAML metadata ARNs"),
        ("field", "Has prohibited field Resource"),
        (
            "organizations",
            "The provided policy document does not meet the requirements: MALFORMED_POLICY_DOCUMENT",
        ),
        ("contains", "Policy statement must contain actions."),
    )
)
ARNS: Table = tuple(
    (name, message, expect("invalid_arn"))
    for name, message in (
        ("principal", "The specified principalArn is invalid: invalid principal."),
        ("format", "The principalArn parameter format is not valid"),
        (
            "service-linked",
            "The caller is not allowed to modify access entries with a principalArn value of a Service Linked Role",
        ),
        ("request", "Request ARN is invalid"),
        ("execution-role", "arn:aws:sagemaker: The execution role ARN is invalid."),
        ("prefix", "could not parse ARN: arn: invalid prefix"),
        ("sections", "arn: not enough sections"),
        ("authenticator", "arn 'role/app' is invalid: 'arn: invalid prefix'"),
        ("terraform", '"policy_arn" (role/app) is an invalid ARN: arn: invalid prefix'),
        ("valid-forms", "ARN role/app is invalid. Valid ARNs begin with arn:"),
        ("partition", "arn 'arn:aws-moon:iam::111122223333:role/app' does not have a recognized partition"),
        ("service", "service s3 in arn arn:aws:s3:::demo is not a valid service for identities"),
        ("pattern", "value doesn't match expected ARN pattern"),
    )
)
ARNS_PASSED: Table = tuple(
    (
        f"passed-{kind}",
        f"The role arn passed 'arn:aws:iam::111122223333:{kind}/app' is not valid",
        expect("invalid_arn"),
    )
    for kind in ("user", "group", "policy")
)
ARNS_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "CreateCluster", message),
        expect("invalid_arn", code="SomethingNew", operation="CreateCluster"),
    )
    for name, message in (
        ("role", "app is not a valid role ARN"),
        ("role-iam", "app is not a valid IAM role ARN"),
        ("role-one-word", "app is not a valid RoleARN"),
        ("role-lower", "app is not a valid iam role arn"),
        ("invalid", "Invalid ARN: app"),
        ("is-not", "app is not a valid ARN"),
        ("role-arn", "The roleArn app is not valid"),
        ("role-arn-upper", "The roleARN app is not valid"),
        ("role-arn-pattern", "The roleArn app doesn't match the pattern"),
        ("role-arn-pattern-upper", "The roleARN app doesn't match the pattern"),
    )
)
ENTRIES: Table = tuple(
    (name, message, expect("access_entry"))
    for name, message in (
        ("in-use", "The specified access entry resource is already in use on this cluster."),
        (
            "mode",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        ),
        (
            "bootstrap",
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
        ),
        ("type", 'This operation can only be performed on Access Entries with a type of "STANDARD".'),
        (
            "not-found",
            "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
        ),
        ("absent", "The access entry does not exist"),
        (
            "fargate",
            "Misconfigured Fargate Profile: Pod execution role is not found in auth config or does not have all required permissions for launching fargate pods.",
        ),
        ("trust", "Trust policy of the role provided is invalid"),
        ("association", "Association already exists: a-0123456789abcdefg"),
        ("configmap-exists", 'configmaps "aws-auth" already exists'),
        ("configmap-absent", 'Error from server (NotFound): configmaps "aws-auth" not found'),
        (
            "configmap-terraform",
            'The configmap "aws-auth" does not exist, ConfigMap kube-system/aws-auth does not exist',
        ),
        ("rolearn", "one of rolearn or SSO must be supplied"),
        ("userarn", "value for userarn must be supplied"),
    )
)
ENTRIES_IN_CALLS: Table = tuple(
    (
        name,
        botocore_text("SomethingNew", "CreateAccessEntry", message),
        expect("access_entry", code="SomethingNew", operation="CreateAccessEntry"),
    )
    for name, message in (
        ("association", "The pod identity association already exists"),
        ("association-word", "PodIdentityAssociation a-0123 could not be found"),
        ("association-key", "The podIdentityAssociation a-0123 could not be found"),
        ("mode", "Unsupported authentication mode update from API to CONFIG_MAP"),
        ("mode-changed", "The authentication mode of the cluster cannot be changed"),
        ("username", "The username demo:x must not begin with system:"),
        ("group", "The kubernetes group name system:masters is invalid, it cannot start with system:"),
        ("group-short", "group name system:masters is invalid"),
        ("group-one-word", "groupname system:masters begins with system:"),
        ("parse", "error parsing config map: [yaml: line 3: found a tab character]"),
        ("parse-aws-auth", "error parsing aws-auth: yaml: line 3: found a tab character"),
    )
)
_OF_LAMBDA = "The role defined for the function cannot be assumed by Lambda."
SECRETS: Table = (
    (
        "bucket",
        "Fatal: create repository at s3:s3.amazonaws.com/example-backups/web failed: client.BucketExists: The specified bucket does not exist.",
        expect("aws_error", service="s3"),
    ),
    ("bucket-elsewhere", "googleapi: Error 404: The specified bucket does not exist., notFound", None),
    (
        "secret",
        "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        expect("aws_error", code="ResourceNotFoundException"),
    ),
)
ROLES: Table = (
    ("lambda", _OF_LAMBDA, expect("aws_error")),
    (
        "lambda-code",
        f"An unexpected error occurred!\nInvalidParameterValueException: {_OF_LAMBDA}",
        expect("aws_error", code="InvalidParameterValueException"),
    ),
    ("lambda-in-prose", "The role cannot be assumed by Lambda, so I wrote a trust policy.", None),
    ("code-alone", "InvalidParameterValueException: The value of the order is not valid.", None),
    (
        "object-metadata",
        "InvalidS3ObjectException: Unable to get object metadata from S3. Check object key, region and/or access permissions.",
        expect("aws_error", code="InvalidS3ObjectException"),
    ),
    (
        "kinesis-analytics-code",
        "InvalidArgumentException: Please check the role provided or validity of S3 location you provided. We are unable to get the specified fileKey: orders.jar",
        expect("aws_error", code="InvalidArgumentException"),
    ),
    (
        "dotnet-assume-role",
        "Get-S3Bucket: Error calling AssumeRole for role arn:aws:iam::111122223333:role/reader",
        expect("aws_error", resource="arn:aws:iam::111122223333:role/reader"),
    ),
    (
        "dotnet-assume-role-answer",
        "Amazon.Runtime.AmazonClientException: Error calling AssumeRole for role arn:aws:iam::111122223333:role/reader\n ---> Amazon.SecurityToken.Model.ExpiredTokenException: The security token included in the request is expired",
        expect(
            "expired_credentials",
            code="ExpiredTokenException",
            service="sts",
            resource="arn:aws:iam::111122223333:role/reader",
        ),
    ),
    ("object-metadata-in-prose", "We are unable to get object metadata from S3 on Fridays.", None),
    (
        "security-hub",
        "SecurityHub raises an InvalidAccessException: Account 111122223333 is not an administrator for this organization",
        expect("aws_error", code="InvalidAccessException"),
    ),
    ("administrator-elsewhere", "InvalidAccessException: Account ana is not an owner of the project", None),
)
NETWORK: Table = (
    (
        "imds-go-v1-instance",
        "RequestError: send request failed\ncaused by: Get http://169.254.169.254/latest/meta-data/instance-id: dial tcp",
        expect("aws_error", code="RequestError"),
    ),
    (
        "service-linked-role",
        "InvalidParameterValue: Unable to create the resource. Verify that you have permission to create service linked role.",
        expect("aws_error", code="InvalidParameterValue"),
    ),
    (
        "opt-in-required",
        "OptInRequired: You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe.",
        expect("aws_error", code="OptInRequired"),
    ),
    ("not-subscribed", "You are not subscribed to this service.", None),
    (
        "endpoint-go",
        "MissingEndpoint: 'Endpoint' configuration is required for this service",
        expect("aws_error", code="MissingEndpoint"),
    ),
    (
        "region-go",
        "MissingRegion: could not find region configuration",
        expect("aws_error", code="MissingRegion"),
    ),
    (
        "region-java",
        "SdkClientException: Unable to load region from any of the providers in the chain",
        expect("aws_error"),
    ),
    ("region-s3", "A region must be set when sending requests to S3.", expect("aws_error", service="s3")),
    (
        "region-php",
        "Missing required client configuration options: \n\nregion: (string)",
        expect("aws_error"),
    ),
    (
        "region-javascript",
        "at node_modules/@aws-sdk/client-sts\nError: Region is missing",
        expect("aws_error"),
    ),
    (
        "grant-of-portal",
        'POST https://oidc.eu-west-1.amazonaws.com/device_authorization/associate_token {"error_description":"Invalid grant provided", "error": "invalid_grant"}',
        expect("aws_error", service="ssooidc"),
    ),
    (
        "grant-of-page",
        "https://corp.awsapps.com/start/authorize.html?state=a\nInvalid grant provided",
        expect("aws_error"),
    ),
    ("grant-elsewhere", 'sso: {"error":"invalid_grant","error_description":"Invalid grant provided"}', None),
    ("region-elsewhere", "Error: Region is missing in the address", None),
    (
        "outbound-federation",
        "Outbound web identity federation is disabled for your account",
        expect("aws_error"),
    ),
    (
        "signature-version",
        "Error: this way to sign is not supported. Please use AWS4-HMAC-SHA256.",
        expect("aws_error"),
    ),
    (
        "endpoint",
        'Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        expect("aws_error", service="sts"),
    ),
    (
        "timeout",
        'Connect timeout on endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        expect("aws_error", service="sts"),
    ),
    (
        "read",
        'Read timeout on endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        expect("aws_error", service="sts"),
    ),
    (
        "identity-pool",
        "InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        expect("aws_error", code="InvalidIdentityPoolConfigurationException"),
    ),
    (
        "dynamodb-table",
        'level=error err="ResourceNotFoundException: Requested resource not found: Table: orders not found"',
        expect("aws_error", code="ResourceNotFoundException"),
    ),
    (
        "log-group",
        "failed to start logging driver: failed to create log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
        expect("aws_error", code="ResourceNotFoundException"),
    ),
    ("not-found-elsewhere", "ResourceNotFoundException: Requested resource not found on this host", None),
    ("stack", "orders-prod failed: Error: Stack with id orders-prod does not exist", expect("aws_error")),
    (
        "stack-state",
        "Stack:arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 is in UPDATE_ROLLBACK_FAILED state and can not be updated.",
        expect("aws_error"),
    ),
    ("other-state", "Stack: orders is in a FAILED state and cannot be updated.", None),
    (
        "bucket-acl",
        "Error: error creating S3 bucket ACL for orders: AccessControlListNotSupported: The bucket does not allow ACLs",
        expect("aws_error", code="AccessControlListNotSupported"),
    ),
    ("session-plugin", "SessionManagerPlugin is not found.", expect("aws_error")),
    ("node-group", "last error: Instances failed to join the kubernetes cluster", expect("aws_error")),
    (
        "no-subnet",
        "Failed build model due to unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
        expect("aws_error"),
    ),
    (
        "few-subnets",
        "couldn't auto-discover subnets: subnets count less than minimal required count: 1 < 2",
        expect("aws_error"),
    ),
    (
        "no-subnet-of-service",
        "Error syncing load balancer: could not find any suitable subnets for creating the ELB",
        expect("aws_error"),
    ),
    ("rust-match", "Err(SdkError::ConstructionFailure(MissingCredentials) => retry(),", None),
    ("rust-compare", "if error == ConstructionFailure(MissingCredentials) { return; }", None),
    (
        "tls",
        "SSL validation failed for https://sts.eu-west-1.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        expect("aws_error", service="sts"),
    ),
    (
        "tls-without-quotes",
        "Post https://sts.amazonaws.com//: net/http: TLS handshake timeout",
        expect("aws_error", service="sts"),
    ),
    (
        "timeout-http",
        'Get "http://orders.s3.eu-west-1.amazonaws.com/check": context deadline exceeded',
        expect("aws_error", service="s3"),
    ),
    (
        "tls-elsewhere",
        "SSL validation failed for https://minio.example.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        None,
    ),
    (
        "proxy",
        'aws: [ERROR]: Failed to connect to proxy URL: "http://proxy.example.com:3128"',
        expect("aws_error"),
    ),
    (
        "closed",
        'Connection was closed before we received a valid response from endpoint URL: "https://sts.eu-west-1.amazonaws.com/".',
        expect("aws_error", service="sts"),
    ),
    (
        "http-client",
        "An HTTP Client raised an unhandled exception: Invalid header value b'a\\n'",
        expect("aws_error"),
    ),
    (
        "header-of-python",
        "ValueError: Invalid header value b'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\\n/20261120/eu-west-1/s3/aws4_request'",
        expect("aws_error", service="s3"),
    ),
    (
        "header-of-java",
        "java.lang.IllegalArgumentException: Illegal character(s) in message header value: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE",
        expect("aws_error"),
    ),
    ("header-of-others", "ValueError: Invalid header value b'Bearer abc\\n'", None),
    (
        "no-region",
        'You must specify a region. You can also configure your region by running "aws configure".',
        expect("aws_error"),
    ),
    ("no-region-bare", "aws s3 ls\nYou must specify a region.", expect("aws_error")),
    *(
        (
            f"unknown-endpoint-{name}",
            f'{head}could not resolve endpoint{separator}partition: "aws", service: "ec2", region: "", known: [eu-west-1 us-east-1]',
            expect("aws_error", service="ec2", **facts),
        )
        for name, head, separator, facts in (
            ("v1", "UnknownEndpointError: ", "\n\t", {"code": "UnknownEndpointError"}),
            ("v2", "create failed: unknown endpoint,\n      ", ", ", {}),
        )
    ),
    ("unknown-endpoint-elsewhere", "unknown endpoint, could not resolve endpoint of the broker", None),
    ("no-region-elsewhere", "You must specify a region.", None),
    (
        "blank-in-region",
        "Invalid endpoint: https://orders.s3.eu-west-1 .amazonaws.com",
        expect("aws_error", service="s3"),
    ),
    ("blank-elsewhere", "Invalid endpoint: https://orders.example.com /a.amazonaws.com", None),
    (
        "no-region-sagemaker",
        "ValueError: Must setup local AWS configuration with a region supported by SageMaker.",
        expect("aws_error"),
    ),
    *(
        (f"no-region-{name}", text, expect("aws_error", **facts))
        for name, text, facts in (
            ("rust", 'ResolveEndpointError { message: "Invalid Configuration: Missing Region" }', {}),
            ("js-v2", "ConfigError: Missing region in config", {"code": "ConfigError"}),
            ("kotlin", "aws.smithy.kotlin.runtime.ClientException: unable to auto detect AWS region", {}),
            (
                "powershell",
                "Get-S3Bucket : No region specified or obtained from persisted/shell defaults.",
                {"service": "s3"},
            ),
            (
                "terraform",
                'The "region" attribute or the "AWS_REGION" or "AWS_DEFAULT_REGION" environment variables must be set.',
                {},
            ),
            ("empty-terraform", "Error: invalid AWS Region: ", {}),
            ("host", "dial tcp: lookup sts..amazonaws.com: no such host", {"service": "sts"}),
            ("bucket", "getaddrinfo ENOTFOUND carts.s3..amazonaws.com", {"service": "s3"}),
        )
    ),
    ("no-region-in-prose", "We use sts.eu-west-1.amazonaws.com, and missing regions are added later.", None),
    (
        "region-format",
        "Provided region_name 'eu_west_1' doesn't match a supported format.",
        expect("aws_error"),
    ),
    (
        "region-service",
        "Unable to construct an endpoint for eks in region eu-north",
        expect("aws_error"),
    ),
    (
        "java",
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: PKIX path building failed",
        expect("aws_error"),
    ),
    (
        "ruby",
        "Seahorse::Client::NetworkingError: SSL_connect returned=1 errno=0 state=error: certificate verify failed",
        expect("aws_error"),
    ),
    (
        "rust",
        "DispatchFailure(DispatchFailure { source: ConnectorError { kind: Io, source: hyper::Error(Connect, InvalidCertificate(UnknownIssuer)) } })",
        expect("aws_error"),
    ),
    (
        "go-modules",
        "panic: failed to list stacks: not found, ResolveEndpointV2",
        expect("aws_error"),
    ),
    ("go-modules-prose", "aws: the function was not found, resolve the endpoint first", None),
    (
        "rust-without-reason",
        "Failed while fetching range from: Generic S3 error: dispatch failure",
        expect("aws_error"),
    ),
    (
        "rust-vector",
        'ERROR vector::topology::builder: error=dispatch failure component_kind="sink" component_type="aws_s3"',
        expect("aws_error"),
    ),
    ("rust-prints", "We load it with aws_sdk_s3.\nError: dispatch failure", None),
    ("rust-cli", "$ aws s3 ls\nError: dispatch failure", expect("aws_error")),
    ("events", "AWS: we saw a dispatch failure in our event bus.", None),
    ("events-named", "aws events: dispatch failure: the handler is gone", None),
    (
        "rust-no-credentials",
        "aws s3 ls\nDispatchFailure(DispatchFailure { source: ConnectorError { kind: Other(None), source: NoMatchingAuthScheme(ExploredList { items: [] }) } })",
        expect("missing_credentials"),
    ),
    (
        "go",
        'RequestError: send request failed\ncaused by: Post "https://ecs.eu-west-1.amazonaws.com/": net/http: request canceled (Client.Timeout exceeded)\n[WARN] Unable to obtain the zone from EC2 Metadata: EC2MetadataError: failed to make EC2Metadata request\ncaused by: 404 - Not Found',
        expect("aws_error", code="RequestError", service="ecs"),
    ),
    (
        "node",
        (
            "Error: self-signed certificate in certificate chain\n    at TLSSocket.onConnectSecure (node:_tls_wrap:1674:34) {\n"
            "  code: 'SELF_SIGNED_CERT_IN_CHAIN',\n  '$metadata': { attempts: 1, totalRetryDelay: 0 }\n}"
        ),
        expect("aws_error"),
    ),
    (
        "node-metadata",
        "Error: connect ETIMEDOUT 169.254.169.254:80\n    at TCPConnectWrap.afterConnect {\n  code: 'ETIMEDOUT',\n  '$metadata': { attempts: 3, totalRetryDelay: 120 }\n}",
        None,
    ),
    (
        "node-v2",
        (
            "Error: self signed certificate in certificate chain\n    at TLSSocket.onConnectSecure (_tls_wrap.js:1260:34) {\n"
            "  code: 'NetworkingError',\n  region: 'eu-west-1',\n  hostname: 'sts.eu-west-1.amazonaws.com',\n  retryable: true\n}"
        ),
        expect("aws_error", service="sts", code="NetworkingError"),
    ),
    (
        "node-name",
        "Error: getaddrinfo ENOTFOUND sts.eu-west-9.amazonaws.com",
        expect("aws_error", service="sts"),
    ),
    (
        "node-elsewhere",
        "npm ERR! code SELF_SIGNED_CERT_IN_CHAIN\nnpm ERR! request failed, reason: self signed certificate in certificate chain",
        None,
    ),
    (
        "urllib3",
        "HTTPSConnectionPool(host='sts.eu-west-1.amazonaws.com', port=443): Max retries exceeded with url: / (Caused by SSLError())",
        expect("aws_error", service="sts"),
    ),
    (
        "urllib3-elsewhere",
        "HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded with url: /simple (Caused by SSLError())",
        None,
    ),
    (
        "go",
        'Post "https://sts.eu-west-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        expect("aws_error", service="sts"),
    ),
    *(
        (
            f"go-{method.lower()}",
            f'{method} "https://orders.s3.eu-west-1.amazonaws.com/a.csv": dial tcp: i/o timeout',
            expect("aws_error", service="s3"),
        )
        for method in ("Put", "Head", "Delete", "Patch")
    ),
    (
        "go-elsewhere",
        'Get "https://registry.example.com/v2/": x509: certificate signed by unknown authority',
        None,
    ),
    (
        "kubectl",
        "aws eks update-kubeconfig --name prod\nUnable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
        expect("aws_error"),
    ),
    (
        "helm",
        "aws eks update-kubeconfig --name prod\nError: Kubernetes cluster unreachable: context deadline exceeded",
        expect("aws_error"),
    ),
    (
        "kubectl-elsewhere",
        "Unable to connect to the server: x509: certificate signed by unknown authority",
        None,
    ),
    (
        "region-dotnet",
        "Amazon.Runtime.AmazonClientException: No RegionEndpoint or ServiceURL configured",
        expect("aws_error"),
    ),
    ("endpoint-elsewhere", 'Could not connect to the endpoint URL: "https://minio.example.com/"', None),
)
TABLES = (
    DENIALS, TOKENS, TOKENS_IN_CALLS, SCOPES, REGIONS, QUOTAS, POLICIES, ARNS, ARNS_PASSED, ARNS_IN_CALLS, ENTRIES, ENTRIES_IN_CALLS, SECRETS, ROLES, NETWORK,
)  # fmt: skip
ALL = [row for each in TABLES for row in each]
CREDENTIALS = table(CREDENTIAL_MESSAGES)


@check_rows(("text", "expected"), rows(ALL))
def test_facts_of_a_message(text: str, expected: Facts | None) -> None:
    """A message has its kind and facts, without other evidence if only AWS uses it."""
    assert facts_in(text) == expected


@pytest.mark.unmeasured
@check_rows(("fragment", "pattern"), list_alternatives([each for each in PHRASES if each not in CREDENTIALS]))
def test_every_alternative_has_an_example(fragment: str, pattern: str) -> None:
    """Each alternative and each fragment of the rows of the reader's table has an example in a table above."""
    assert has_example(fragment, compiled(pattern), ALL)


@check_rows(
    "text",
    [
        "If the token has expired, sign in again with `aws sso login`.",
        "if your SSO session has expired: run aws sso login",
        "The docs say how to refresh a token. For AWS, one runs `aws sso login`.",
        "Set a region (if AWS credentials were expired, renew them).",
    ],
)
def test_condition_is_not_a_message(text: str) -> None:
    """Advice names what can fail, not what failed."""
    assert facts_in(f"aws s3 ls\n{text}") is None


@check_rows(
    "text",
    [
        "Access Denied for guest",
        "Your session has expired. Please reauthenticate",
        "No credentials found",
        "Insufficient permissions to execute the query",
        "Token is expired",
        "Missing required authentication credentials",
        "no credentials have been configured",
        "an error occurred while loading credentials",
        "no valid credential found",
        "Invalid token issuer",
        "You do not have sufficient access to perform this action.",
        "no basic auth credentials",
        "Failed to fetch credentials",
        "credential required for basic auth",
        "Missing value for environment variable ORDERS_TOKEN",
        "could not find source profile staging",
        "Error retrieving credentials from Vault",
        "Failed to get a valid set of credentials",
        "getting credentials: exec: exit status 1",
        'getting credentials: exec: exec: "gke-gcloud-auth-plugin": executable file not found in $PATH',
        "An IAM role must be associated with service account before you install the chart",
        "Service account token cannot be empty",
    ],
)
def test_common_messages_need_a_sign_of_aws(text: str) -> None:
    """A message that any system can print is not evidence of AWS."""
    assert facts_in(f"login failed: {text}") is None
