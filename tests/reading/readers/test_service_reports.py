"""Check how reports of managed services that name no action are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.readers.report_frames import FRAMES
from iamtriage._reading.readers.service_reports import compiled, read_service_reports
from iamtriage._reading.vocabulary.readable import Readable
from tests.tables import (
    ACCOUNT,
    Facts,
    Table,
    botocore_text,
    check_rows,
    denied,
    expect,
    facts_in,
    has_example,
    rows,
)

if TYPE_CHECKING:
    from iamtriage._reading.readers.phrases import Phrase

ROLE = "arn:aws:iam::111122223333:role/orders-worker"
LINKED = "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
STREAM = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders"
ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def _tail(service: str) -> str:
    return f" (Service: {service}, Status Code: 400, Request ID: {ID})"


ROLES: Table = (
    (
        "firehose",
        f"Firehose is unable to assume role {ROLE}. Please check the role provided.",
        denied(resource=ROLE),
    ),
    (
        "mediaconvert",
        '{"ErrorCode":1434,"ErrorMessage":"Unable to open input file [s3://acme-raw/clip.mov]: [Failed probe/open: [Failed to read data: AssumeRole failed]]"}',
        denied(),
    ),
    ("glue", "Service is unable to assume provided role. Please verify role's TrustPolicy.", denied()),
    (
        "emr",
        f"last error: VALIDATION_ERROR: EMR service role {ROLE} is invalid",
        expect("invalid_arn", code="VALIDATION_ERROR", resource=ROLE),
    ),
    (
        "emr-json",
        f'"StateChangeReason": {{"Code": "VALIDATION_ERROR",\n  "Message": "EMR service role {ROLE} is invalid"}}',
        expect("invalid_arn", code="VALIDATION_ERROR", resource=ROLE),
    ),
    (
        "sagemaker",
        f"ValidationException: Could not assume role {ROLE}. Please ensure that the role exists.",
        denied(code="ValidationException", resource=ROLE),
    ),
    (
        "ecs-infrastructure",
        f"InvalidParameterException: ECS was unable to assume the configured ECS Infrastructure Role '{ROLE}'. Please verify that it trusts Amazon ECS.",
        denied(code="InvalidParameterException", resource=ROLE),
    ),
    (
        "ecs-target-group",
        "InvalidParameterException: Unable to assume role and validate the specified targetGroupArn. Please verify the ECS service role.",
        denied(code="InvalidParameterException"),
    ),
    (
        "service-linked role",
        "Caller does not have permissions to create a Service Linked Role for Elastic Load Balancing.",
        denied(),
    ),
    (
        "iot-rule",
        botocore_text(
            "InvalidRequestException",
            "CreateTopicRule",
            f"AWS IoT (iot.amazonaws.com) is unable to assume role (sts:AssumeRole) on resource: {ROLE}.",
        ),
        denied(code="InvalidRequestException", operation="CreateTopicRule", resource=ROLE),
    ),
    (
        "iot-credentials",
        '{"message":"Unable to assume the role, or the role to assume does not exist"}',
        denied(),
    ),
    (
        "bedrock",
        botocore_text(
            "ValidationException",
            "CreateKnowledgeBase",
            "Bedrock Knowledge Base was unable to assume the given role.",
        ),
        denied(code="ValidationException", operation="CreateKnowledgeBase"),
    ),
    (
        "codedeploy",
        f"AWS CodeDeploy does not have the permissions required to assume the role {ROLE}.{_tail('CodeDeploy')}",
        denied(service="codedeploy", resource=ROLE, status_code=400, request_id=ID),
    ),
    ("eks", "EKS does not have permissions to assume the associated role.", denied()),
    (
        "beanstalk",
        "A client error (InsufficientPrivilegesException) occurred when calling the CreateEnvironment operation: You do not have permission to perform the 'iam:PassRole' action.",
        denied(code="InsufficientPrivilegesException", operation="CreateEnvironment", action="iam:PassRole"),
    ),
    (
        "catalog",
        f"Access denied while assuming launch role {ROLE}: AccessDenied",
        denied(code="AccessDenied", resource=ROLE),
    ),
    (
        "update-job",
        f"Permission denied when attempting to assume role {ROLE}.",
        denied(resource=ROLE),
    ),
    (
        "pipeline",
        f"The provided role cannot be assumed: 'Access denied when attempting to assume the role '{ROLE}''",
        denied(resource=ROLE),
    ),
    (
        "scheduler",
        "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        denied(code="ValidationException"),
    ),
    (
        "app-runner",
        f"InvalidRequestException: Error in assuming access role {ROLE}",
        denied(code="InvalidRequestException", resource=ROLE),
    ),
    (
        "automation",
        f"The defined assume role {ROLE} is unable to be assumed.",
        expect("aws_error", resource=ROLE),
    ),
    (
        "terraform-causes",
        f'Error: The role "{ROLE}" cannot be assumed.\n\n  There are a number of possible causes of this - the most common are:\n    * The credentials used in order to assume the role are invalid\n    * The credentials do not have appropriate permission to assume the role\n',
        expect("aws_error", resource=ROLE),
    ),
    ("backup", f"IAM Role {ROLE} cannot be assumed by AWS Backup", expect("aws_error", resource=ROLE)),
    (
        "stack",
        f"ValidationError: Role {ROLE} is invalid or cannot be assumed",
        expect("aws_error", code="ValidationError", resource=ROLE),
    ),
    ("lambda", "The role defined for the function cannot be assumed by Lambda.", expect("aws_error")),
    (
        "step-functions",
        "The principal states.amazonaws.com is not authorized to assume the provided role.",
        denied(principal="states.amazonaws.com"),
    ),
    (
        "step-functions-both",
        "AccessDeniedException: Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.",
        denied(code="AccessDeniedException", principal="states.amazonaws.com"),
    ),
    (
        "step-functions-cause",
        f'{{"cause": "The role orders_state_role is not authorized to assume the task state\'s role, {ROLE}.", "error": "States.TaskFailed"}}',
        denied(principal="orders_state_role", resource=ROLE),
    ),
    ("rds", f"RDS is not authorized to assume service-linked role {LINKED}", denied(resource=LINKED)),
    ("cut", f"is not authorized to assume role {ROLE}.", denied(resource=ROLE)),
    (
        "redshift",
        f"ERROR: Not authorized to get credentials of role {ROLE}\nDetail: none",
        denied(resource=ROLE),
    ),
    (
        "redshift-association",
        f"ERROR:  exception name : UnauthorizedException, error type : 135, message: The requested role {ROLE} is not associated to cluster, should retry : 0",
        denied(resource=ROLE, code="UnauthorizedException"),
    ),
    (
        "emr-profile",
        "Failed to authorize instance profile arn:aws:iam::111122223333:instance-profile/orders",
        denied(resource="arn:aws:iam::111122223333:instance-profile/orders"),
    ),
    (
        "stack-sets",
        f"Account {ACCOUNT} should have 'OrdersExecutionRole' role with trust relationship to Role 'OrdersAdministrationRole'.",
        denied(resource="OrdersExecutionRole", principal="OrdersAdministrationRole"),
    ),
    (
        "stack-sets-masked-account",
        "Account *** should have 'OrdersExecution' role with trust relationship to Role 'service-role/OrdersStackSetRole'.",
        denied(resource="OrdersExecution", principal="service-role/OrdersStackSetRole"),
    ),
    (
        "role-by-name",
        "AWS Control Tower: The OrdersStackSetRole is unable to assume the OrdersExecution role.To continue, add the account.",
        denied(resource="OrdersExecution", principal="OrdersStackSetRole"),
    ),
    ("role-in-words", "CodeBuild: unable to assume the service role", denied()),
    (
        "stack-sets-administration",
        f"Account {ACCOUNT} should have 'OrdersAdministrationRole' role with trust relationship to CloudFormation service.",
        denied(resource="OrdersAdministrationRole"),
    ),
)

PERMISSIONS: Table = (
    (
        "rotation",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to it.",
        denied(),
    ),
    (
        "firehose-transform",
        "Access was denied. Ensure that the access policy on the Lambda function allows access to the IAM role.",
        denied(),
    ),
    (
        "transcribe",
        "The S3 URI that you provided can't be accessed. Make sure that you have read permission and try again.",
        denied(),
    ),
    (
        "indexer",
        "Amazon Kendra can't execute the request with the specified IAM role. Make sure that it has the necessary permissions.",
        denied(),
    ),
    (
        "search-logs",
        "The Resource Access Policy specified for the CloudWatch Logs log group /aws/opensearch/orders does not grant sufficient permissions for Amazon OpenSearch Service to create a log stream.",
        denied(resource="/aws/opensearch/orders"),
    ),
    ("data-set", "Insufficient privileges for accessing data in S3. Look at the bucket policy.", denied()),
    (
        "config-masked",
        "InsufficientDeliveryPolicyException: Insufficient delivery policy to s3 bucket: orders-XXXX-config, unable to write to bucket",
        denied(code="InsufficientDeliveryPolicyException", resource="orders-XXXX-config"),
    ),
    (
        "cloudtrail-masked",
        "InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is detected for bucket: audit-****-eu-west-1\n",
        denied(code="InsufficientS3BucketPolicyException", resource="audit-****-eu-west-1"),
    ),
    (
        "classifier",
        f"ValidationException: The provided data access role {ROLE} does not have proper access to the input data.",
        denied(code="ValidationException", principal=ROLE),
    ),
    (
        "alarm-key",
        'Failed to execute action arn:aws:sns:eu-west-1:111122223333:pages. Received error: "CloudWatch Alarms is not authorized to access the SNS topic encryption key."',
        denied(),
    ),
    (
        "alarm-key-no-authorization",
        'Failed to execute action arn:aws:sns:eu-west-1:111122223333:pages. Received error: "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."',
        denied(),
    ),
    ("events-key", "EventBridge is not authorized to access the KMS key of the target queue", denied()),
    (
        "logs-function",
        botocore_text(
            "InvalidParameterException",
            "PutSubscriptionFilter",
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
        ),
        denied(code="InvalidParameterException", operation="PutSubscriptionFilter"),
    ),
    (
        "firehose-bucket",
        f"Access Denied. Please check the roleArn {ROLE}, it must have permission to call s3:GetBucketLocation on octo-lake",
        denied(action="s3:GetBucketLocation", principal=ROLE, resource="octo-lake"),
    ),
    (
        "trail-topic",
        botocore_text(
            "InsufficientSnsTopicPolicyException",
            "CreateTrail",
            "SNS Topic does not exist or the topic policy is incorrect!",
        ),
        denied(code="InsufficientSnsTopicPolicyException", operation="CreateTrail"),
    ),
    (
        "receipt-rule",
        botocore_text(
            "InvalidS3ConfigurationException", "CreateReceiptRule", "Could not write to bucket: octo-mail"
        ),
        denied(code="InvalidS3ConfigurationException", operation="CreateReceiptRule"),
    ),
    # Without AWS near it, any software can say so.
    ("backup-tool", "Could not write to bucket: octo-mail", None),
    (
        "dead-letters",
        f"Access denied to arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-dlq when calling SendMessage",
        denied(resource=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders-dlq", operation="SendMessage"),
    ),
    (
        "artifact",
        (
            "Unable to access the artifact with Amazon S3 object key 'orders/BuildOutput/a1B2c3D' located in the Amazon S3 artifact bucket "
            "'orders-artifacts'. The provided role does not have sufficient permissions."
        ),
        denied(resource="orders/BuildOutput/a1B2c3D"),
    ),
    (
        "event",
        '{"detail": {"state": "ERROR", "cause": "Role provided does not have sufficient permissions", "policy": "arn:aws:dlm:eu-west-1:111122223333:policy/p-1"}}',
        denied(),
    ),
    (
        "flow-logs",
        "Access Error, The IAM role for your flow logs does not have sufficient permissions to send logs to CloudWatch",
        denied(),
    ),
    (
        "network-interface",
        "InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
        denied(code="InvalidParameterValueException", operation="CreateNetworkInterface"),
    ),
    (
        "cognito-trust",
        "InvalidSmsRoleTrustRelationshipException: Role does not have a trust relationship allowing Cognito to assume the role",
        denied(code="InvalidSmsRoleTrustRelationshipException"),
    ),
    (
        "s3-console-list",
        "Insufficient permissions to list objects. After you or your AWS administrator has updated your permissions to allow the s3:ListBucket action, refresh the page.",
        denied(action="s3:ListBucket"),
    ),
    (
        "s3-console-policy",
        "You don't have permissions to edit bucket policy\nAfter you or your AWS administrator have updated your permissions to allow the s3:PutBucketPolicy action, choose Save changes.",
        denied(action="s3:PutBucketPolicy"),
    ),
    (
        "s3-tables",
        "Insufficient permissions to execute the query. Principal does not have any privilege on specified resource",
        denied(),
    ),
    (
        "emr",
        f"Terminated with errors: Service role {ROLE} has insufficient EC2 permissions. EC2 Message: You are not authorized to perform: ec2:CreateSecurityGroup",
        denied(principal=ROLE, action="ec2:CreateSecurityGroup"),
    ),
    (
        "scaling-plan",
        "User is missing the following permissions: [ecs:UpdateService]",
        denied(action="ecs:UpdateService"),
    ),
    (
        "keyspaces",
        'cassandra.Unauthorized: Error from server: code=2100 [Unauthorized] message="User arn:aws:iam::111122223333:user/ana has no permissions."',
        denied(principal="arn:aws:iam::111122223333:user/ana"),
    ),
    (
        "missing-permission",
        "User: arn:aws:iam::111122223333:user/ana is missing permission ecs:CreateCapacityProvider",
        denied(principal="arn:aws:iam::111122223333:user/ana", action="ecs:CreateCapacityProvider"),
    ),
    (
        "codebuild",
        f"Service role {ROLE} does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build arn:aws:codebuild:eu-west-1:{ACCOUNT}:build/orders:9",
        denied(principal=ROLE, resource=f"arn:aws:codebuild:eu-west-1:{ACCOUNT}:build/orders:9"),
    ),
    (
        "codebuild-denial",
        f"ACCESS_DENIED: Service role {ROLE} does not allow AWS CodeBuild to create Amazon CloudWatch Logs log streams for build arn:aws:codebuild:eu-west-1:{ACCOUNT}:build/orders:9. Error message: User: arn:aws:sts::{ACCOUNT}:assumed-role/orders-worker/AWSCodeBuild-9 is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/codebuild/orders:log-stream:9",
        denied(
            principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/orders-worker/AWSCodeBuild-9",
            action="logs:CreateLogStream",
            resource=f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/codebuild/orders:log-stream:9",
        ),
    ),
    (
        "notification",
        "InvalidArgument: Unable to validate the following destination configurations. Permissions on the destination queue do not allow S3 to publish notifications from this bucket.",
        denied(code="InvalidArgument"),
    ),
    (
        "deployment-group",
        f"The IAM role {ROLE} does not give you permission to perform operations in the following AWS service: AmazonAutoScaling. Contact your AWS administrator.",
        denied(principal=ROLE, service="autoscaling"),
    ),
    (
        "opensearch",
        f"Invalid request provided: Amazon OpenSearch Service must be allowed to use the passed role{_tail('OpenSearch')}",
        denied(service="es", status_code=400, request_id=ID),
    ),
    (
        "athena",
        "Permission denied on S3 path: s3://orders-results/2026/part-0.parquet",
        denied(resource="s3://orders-results/2026/part-0.parquet"),
    ),
    (
        "training job",
        "ClientError: Data download failed:Access Denied for s3://orders-data/v7/manifest.json",
        denied(resource="s3://orders-data/v7/manifest.json"),
    ),
    (
        "bucket",
        "RuntimeError: access denied reading the S3 bucket s3://orders-data",
        denied(resource="s3://orders-data"),
    ),
    (
        "hadoop-s3n",
        "org.apache.hadoop.security.AccessControlException: Permission denied: s3n://orders-data/all_$folder$",
        denied(resource="s3n://orders-data/all_$folder$"),
    ),
    (
        "destination",
        "Access Denied for LogDestination: orders-flow-logs. Please check LogDestination permission",
        denied(resource="orders-flow-logs"),
    ),
    (
        "lake",
        "Amazon S3 access denied on s3://orders-lake/curated/",
        denied(resource="s3://orders-lake/curated/"),
    ),
    (
        "agent",
        botocore_text(
            "ThrottlingException",
            "InvokeAgent",
            "Access denied when calling Bedrock. Check your request permissions and retry the request.",
        ),
        denied(code="ThrottlingException", operation="InvokeAgent"),
    ),
    (
        "datasync",
        "InvalidRequestException: Unable to assume role. Reason: Access denied when calling sts:AssumeRole",
        denied(code="InvalidRequestException", action="sts:AssumeRole"),
    ),
    ("backup-call", "Access Denied trying to call AWS Backup service", denied()),
    (
        "key-of-volume",
        "wanted target 'available'. last error: The specified KMS key is not accessible",
        expect("aws_error"),
    ),
    (
        "instance-profile",
        "Invalid IamInstanceProfile: orders-web. Launching EC2 instance failed.",
        expect("aws_error"),
    ),
    (
        "instance-profile-of-cluster",
        "Terminated with errors: Invalid InstanceProfile: orders-emr.",
        expect("aws_error"),
    ),
    (
        "task-role",
        "creating ECS Task Definition (orders): ClientException: Role is not valid",
        expect("aws_error", code="ClientException"),
    ),
    (
        "launch-template",
        "InvalidRequestException: You are not authorized to launch instances with this launch template.",
        denied(code="InvalidRequestException"),
    ),
    (
        "launch-template-encoded",
        "InvalidRequestException: You are not authorized to launch instances with this launch template. Encoded authorization failure message: Qx7_aB3dEfGh1jKlMnOp",
        denied(code="InvalidRequestException", encoded_message="Qx7_aB3dEfGh1jKlMnOp"),
    ),
    (
        "beanstalk",
        f'Access denied while accessing Auto Scaling using role "{ROLE}". Verify the role policy.',
        denied(principal=ROLE),
    ),
    (
        "bucket-test",
        "Bucket access test failed: could not perform s3:HeadBucket on bucket. Access denied.",
        denied(action="s3:HeadBucket"),
    ),
    (
        "sagemaker-trust-without-space",
        "host setup failed:InvalidInputException: SageMaker is unable to perform: sts:AssumeRole on the role.",
        denied(code="InvalidInputException", principal="SageMaker", action="sts:AssumeRole"),
    ),
    (
        "sagemaker-trust",
        "ClientError: TrainingHostAgent Initialization failed: InvalidInputException: SageMaker is unable to perform: sts:AssumeRole on the role. Check if you have a trust relationship for 'sagemaker.amazonaws.com' to assume the role.",
        denied(code="InvalidInputException", principal="SageMaker", action="sts:AssumeRole"),
    ),
    (
        "backup",
        "Your backup job failed as AWS Backup does not have permission to describe resource arn:aws:s3:::orders-data. Please review your IAM policies to ensure AWS Backup can protect your resources.",
        denied(resource="arn:aws:s3:::orders-data"),
    ),
    (
        "event-source",
        f"Cannot access stream {STREAM}. Please ensure the role can perform the GetRecords Action on your stream in IAM.",
        denied(resource=STREAM),
    ),
    (
        "lake-formation",
        "AccessDeniedException: Insufficient Lake Formation permission(s): Required Create Database on Catalog",
        denied(code="AccessDeniedException", resource="Catalog"),
    ),
    (
        "glue-table",
        botocore_text(
            "AccessDeniedException", "GetTable", "Insufficient Glue permissions to access table orders_clean"
        ),
        denied(code="AccessDeniedException", operation="GetTable", resource="orders_clean"),
    ),
    (
        "lake-formation-on-table",
        "Insufficient Lake Formation permission(s): Required Describe on table orders_clean",
        denied(resource="orders_clean"),
    ),
    (
        "lake-formation-on-any-table",
        "Insufficient Lake Formation permission(s): Required Describe on table ...",
        denied(),
    ),
    (
        "lake-formation-on-a-nameless-table",
        "Athena: Insufficient Lake Formation permission(s) on table",
        denied(),
    ),
    (
        "lake-formation-partitions",
        "Insufficient Lake Formation permission(s) on orders$partitions (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException)",
        denied(code="AccessDeniedException", service="glue", resource="orders$partitions", status_code=400),
    ),
    (
        "lake-formation-on",
        "Insufficient Lake Formation permission(s) on orders_clean",
        denied(resource="orders_clean"),
    ),
    (
        "config",
        "InsufficientDeliveryPolicyException: Insufficient delivery policy to s3 bucket: orders-config, unable to write to bucket.",
        denied(code="InsufficientDeliveryPolicyException", resource="orders-config"),
    ),
    (
        "trail",
        "InsufficientEncryptionPolicyException: Insufficient permissions to access S3 bucket orders-trail or KMS key.",
        denied(code="InsufficientEncryptionPolicyException", resource="orders-trail"),
    ),
    (
        "quick-sight",
        botocore_text(
            "ValidationException", "DescribeDataSet", "Insufficient permissions to connect to this dataset"
        ),
        denied(code="ValidationException", operation="DescribeDataSet"),
    ),
    (
        "backup-privileges",
        botocore_text(
            "ValidationException", "StartBackupJob", "Insufficient privileges to perform this action."
        ),
        denied(code="ValidationException", operation="StartBackupJob"),
    ),
    ("dms", f"The IAM Role {ROLE} is not configured properly.", denied(resource=ROLE)),
    (
        "trail-bucket",
        "Incorrect S3 bucket policy is detected for bucket: orders-trail",
        denied(resource="orders-trail"),
    ),
    (
        "gateway",
        "Execution failed due to configuration error: Invalid permissions on Lambda function",
        denied(),
    ),
    (
        "runner",
        "Failed to pull your application image. Reason: Invalid Access Role in AuthenticationConfiguration.",
        denied(),
    ),
    (
        "fine-grained",
        f"no permissions for [indices:data/write/bulk] and User [name={ROLE}, backend_roles=[{ROLE}], requestedTenant=null]",
        denied(principal=ROLE),
    ),
    (
        "role-access",
        f"InvalidInputException: the role {ROLE} does not have access to it.",
        denied(code="InvalidInputException", principal=ROLE),
    ),
    (
        "destination-log",
        "AccessDeniedException: The state machine IAM Role is not authorized to access the Log Destination",
        denied(code="AccessDeniedException"),
    ),
    ("beanstalk", "(e-0a1b2c3d4e) : Service:Amazon S3, Message:Access Denied", denied(service="s3")),
    (
        "beanstalk-template",
        "Service:AmazonCloudFormation, Message:S3 error: Access Denied",
        denied(service="s3"),
    ),
    (
        "launch-template",
        "You are not authorized to use launch template: lt-0a1b2c3d4e5f60718",
        denied(resource="lt-0a1b2c3d4e5f60718"),
    ),
    (
        "athena-result",
        "Access denied when writing output to url: s3://orders-results/daily/7.csv . Please ensure you are allowed to access the S3 bucket.",
        denied(resource="s3://orders-results/daily/7.csv"),
    ),
    (
        "athena-result-call",
        botocore_text(
            "InvalidRequestException",
            "StartQueryExecution",
            "Access denied when writing output to url: s3://orders-results/daily/ Please ensure you are allowed to access the S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed to access your KMS key",
        ),
        denied(
            code="InvalidRequestException",
            operation="StartQueryExecution",
            resource="s3://orders-results/daily/",
        ),
    ),
    (
        "athena-location",
        "Access denied when writing to location: s3://orders-results/daily/",
        denied(resource="s3://orders-results/daily/"),
    ),
    (
        "athena-masked",
        "Access denied when writing output to url: s3://<bucket>/<query>.csv",
        denied(resource="s3://<bucket>/<query>.csv"),
    ),
    (
        "athena-bucket",
        botocore_text(
            "InvalidRequestException",
            "StartQueryExecution",
            "Unable to verify/create output bucket orders-results",
        ),
        denied(code="InvalidRequestException", operation="StartQueryExecution", resource="orders-results"),
    ),
    (
        "athena-bucket-java",
        f"Unable to verify/create output bucket <bucket>{_tail('AmazonAthena')}",
        denied(service="athena", resource="<bucket>", status_code=400, request_id=ID),
    ),
    (
        "sagemaker-data",
        'An error occurred (ValidationException) when calling the CreateTrainingJob operation: No S3 objects found under S3 URL "s3://orders-ml/train" given in input data source. Please ensure that the role "arn:aws:iam::111122223333:role/train" has "s3:ListBucket" permissions on bucket "orders-ml". Error message from S3: Access Denied',
        denied(
            code="ValidationException",
            operation="CreateTrainingJob",
            principal="arn:aws:iam::111122223333:role/train",
            action="s3:ListBucket",
            resource="orders-ml",
        ),
    ),
    (
        "sagemaker-no-data",
        'No S3 objects found under S3 URL "s3://orders-ml/train" given in input data source. Please ensure that the role "arn:aws:iam::111122223333:role/train" has "s3:ListBucket" permissions on bucket "orders-ml".',
        None,
    ),
    ("athena-no-bucket", "Unable to verify/create output bucket.", denied()),
    (
        "glue-target",
        f"AccessDeniedException: User does not have access to target {STREAM}",
        denied(code="AccessDeniedException", resource=STREAM),
    ),
    (
        "glue-target-name",
        botocore_text("AccessDeniedException", "GetTable", "User does not have access to target orders."),
        denied(code="AccessDeniedException", operation="GetTable"),
    ),
    (
        "backup",
        botocore_text(
            "AccessDeniedException",
            "DescribeRecoveryPoint",
            "Insufficient privileges to perform this action.",
        ),
        denied(code="AccessDeniedException", operation="DescribeRecoveryPoint"),
    ),
    (
        "backup-log",
        "2026-11-20T10:00:00Z ERROR AWS Backup: Insufficient privileges to perform this action.",
        denied(),
    ),
    ("stamped", "2026-11-20T10:00:00Z ERROR [AWS Backup] Insufficient permissions", denied()),
    ("stamped-host", "2026-11-20 10:00:00 WARN glue.amazonaws.com: Insufficient permission(s).", denied()),
)
LAUNCHES: Table = (
    (
        "output",
        "NO_WRITE_ACCESS_TO_OUTPUT: The provided data access role does not have write access to the output S3 URI",
        denied(),
    ),
    (
        "location",
        "Invalid request provided: Provided role does not have sufficient permissions for s3 location example-airflow/dags",
        denied(resource="example-airflow/dags"),
    ),
    (
        "bucket-of-a-pipeline",
        "The service role or action role doesn\u2019t have the permissions required to access the Amazon S3 bucket named crate-artifacts.",
        denied(resource="crate-artifacts"),
    ),
    (
        "denied",
        f"last error: eks-ng-1-0f1e2d3c: AsgInstanceLaunchFailures: You are not authorized to perform this operation. Encoded authorization failure message: {'aB3_dE6fG9' * 12}. Launching EC2 instance failed.",
        expect("access_denied", encoded_message="aB3_dE6fG9" * 12),
    ),
    (
        "terraform",
        "Error: waiting for EKS Node Group (orders:ng-1) create: unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: eks-ng-1-0f1e2d3c: AsgInstanceLaunchFailures: Could not launch Spot Instances. UnfulfillableCapacity",
        expect("aws_error", code="AsgInstanceLaunchFailures"),
    ),
    (
        "cloudformation",
        "Nodegroup ng-1 failed to stabilize: [{Code: IamNodeRoleNotFound,Message: The node role was not found}]",
        expect("aws_error", code="IamNodeRoleNotFound"),
    ),
    (
        "key",
        "Termination Reason: Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state",
        expect("aws_error", code="Client.InvalidKMSKey.InvalidState"),
    ),
    (
        "launch",
        '{"StatusCode": "Cancelled", "StatusMessage": "Instance became unhealthy. Termination Reason: Client.InternalError: Client error on launch"}',
        expect("aws_error", code="Client.InternalError"),
    ),
    (
        "volumes",
        "Cause: One or more of the attached Amazon EBS volumes are encrypted with an inaccessible AWS KMS key.",
        expect("aws_error"),
    ),
    (
        "new-volume",
        "Could not create volume \"pvc-1\": failed to get an available volume in EC2: InvalidVolume.NotFound: The volume 'vol-0a1b2c3d4e5f60718' does not exist.",
        expect("aws_error", code="InvalidVolume.NotFound"),
    ),
    (
        "new-volume-of-terraform",
        "Error: waiting for EBS Volume (vol-0a1b2c3d4e5f60718) create: InvalidVolume.NotFound: The volume 'vol-0a1b2c3d4e5f60718' does not exist.",
        expect("aws_error", code="InvalidVolume.NotFound"),
    ),
    (
        "nodes",
        "Your worker nodes do not have access to the cluster. Verify if the node instance role is present",
        denied(),
    ),
    (
        "account-setting",
        "CloudWatch Logs role ARN must be set in account settings to enable logging",
        expect("aws_error"),
    ),
    (
        "vmimport",
        "The service role vmimport provided does not exist or does not have sufficient permissions",
        expect("aws_error", resource="vmimport"),
    ),
    ("notifications", "Unable to validate the following destination configurations", expect("aws_error")),
    (
        "log-group-key",
        "The specified KMS key does not exist or is not allowed to be used with LogGroup 'arn:aws:logs:eu-west-1:111122223333:log-group:x'",
        expect("aws_error"),
    ),
    (
        "beanstalk",
        "ERROR: NotFoundError - The instance profile aws-elasticbeanstalk-ec2-role associated with the environment does not exist.",
        expect("aws_error"),
    ),
    (
        "map",
        "Nodegroup ng-1 failed to stabilize: [{Code: AccessDenied,Message: The aws-auth ConfigMap in your cluster is invalid }]",
        denied(code="AccessDenied"),
    ),
)
ALL = (*ROLES, *PERMISSIONS, *LAUNCHES)


@check_rows(("text", "expected"), rows(ALL))
def test_facts_of_a_report(text: str, expected: Facts | None) -> None:
    """A report has its kind and values, even if its code only says "invalid"."""
    assert facts_in(text) == expected


INTRODUCED: Table = (
    (
        "message",
        f"Error: unable to assume role {ROLE}: The security token included in the request is expired",
        expect("expired_credentials", resource=ROLE),
    ),
    (
        "code",
        f"could not assume role {ROLE}: ExpiredToken: The security token included in the request is expired",
        expect("expired_credentials", code="ExpiredToken", resource=ROLE),
    ),
    (
        "sdk",
        f"failed to assume role '{ROLE}', err: operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: {ID}, api error InvalidClientTokenId: The security token included in the request is invalid.",
        expect(
            "invalid_credentials",
            code="InvalidClientTokenId",
            operation="AssumeRole",
            service="sts",
            resource=ROLE,
            request_id=ID,
            status_code=403,
        ),
    ),
    (
        "go-cause",
        f"cannot assume role {ROLE}\ncaused by: NoCredentialProviders: no valid providers in chain",
        expect("missing_credentials", code="NoCredentialProviders", resource=ROLE),
    ),
    (
        "oidc",
        "Error: Could not assume role with OIDC: Token expired: current date/time 1782500000 must be before the expiration date/time 1782490000",
        expect("expired_credentials"),
    ),
    (
        "user",
        "Error: Could not assume role with user credentials: The security token included in the request is expired",
        expect("expired_credentials"),
    ),
    ("denial", f"unable to assume role {ROLE}: Access Denied", denied(resource=ROLE)),
    ("nothing", f"unable to assume role {ROLE}: retrying in 30 s", denied(resource=ROLE)),
)


@check_rows(("text", "expected"), rows(INTRODUCED))
def test_a_report_only_introduces_the_answer_of_sts(text: str, expected: Facts) -> None:
    """Tools print "unable to assume role" before any answer, which is the failure."""
    assert facts_in(text) == expected


@check_rows("frame", FRAMES, ids=lambda frame: frame.pattern[:40])
def test_every_frame_has_an_example(frame: Phrase) -> None:
    assert has_example(frame.fragment, compiled(frame.pattern), ALL)


@check_rows(
    "text",
    [
        "If you choose a longer session, you will be unable to assume the role in AWS.",
        "Check that a job of another branch cannot assume the role arn:aws:iam::111122223333:role/orders-worker.",
        "This IAM role can't be assumed by any repository outside of the organization.",
        "What happens if the IAM role does not have permission to read the secret?",
        "C) The IAM role does not have permission to invoke the new version",
        "It might be because the IAM role provided does not have sufficient permissions.",
        "The health check's IAM role does not have permissions for:\n\n- Amazon S3\n- Amazon DynamoDB",
        "Ensure that the role can be assumed by Lambda.",
        "Lambda: cannot read orders.csv. Check the file permissions.",
        "The page could not be accessed. Make sure that you have permission.",
        "The policy does not grant permission to the tenants of the building.",
        "Homogeneity of variance cannot be assumed by default.",
        "Bot does not have sufficient permissions.",
        "Jenkins does not have permission to push. AWS credentials are set.",
        "Insufficient permissions to execute the query",
        "Agent 'Paul' is not authorized to call 'planner'.",
        "We were unable to assume the role provided",
        "no permissions for [indices:data/read/search] and User [name=ana, backend_roles=[admin]]",
        "Insufficient privileges to perform this action.",
        "User does not have access to target room.",
        "2026-11-20T10:00:00Z ERROR Insufficient permissions",
        "2026-11-20T10:00:00Z ERROR orders: Insufficient permissions. Region of AWS: eu-west-1",
        "AWS IAM Insufficient permissions",
        "If the role arn:aws:iam::111122223333:role/orders is invalid or old, create another one.",
        "The role 'editor' is invalid for this order.",
        "The user role does not have write access to the calendar",
        "Without s3:GetBucketLocation, Athena reports 'Unable to verify/create output bucket' for every query.",
        "mount.nfs4: access denied by server while mounting nas.example.com:/orders",
        "mount.nfs4: access denied by server while mounting 127.0.0.1:/",
        "mount.nfs4: access denied by server while mounting fs-0a1b2c3d4e5f60718.efs.eu-west-1.amazonaws.com:/",
        # A script gave up before it called anything.
        f"$ aws sts assume-role\nInvalid length for parameter RoleArn, value: 16, valid min length: 20\nFailed to assume role {ROLE}",
        f"aws: error: argument --role-arn: expected one argument\nFailed to assume role {ROLE}",
        "AWS: Failed to assume role with OIDC: Error: System.AccessToken is undefined.",
    ],
)
def test_advice_and_other_products_are_not_reports(text: str) -> None:
    assert facts_in(text) is None


@check_rows("distance", [0, 1_000, 4_000, 20_000])
def test_denials_of_actions_do_not_hide_reports(distance: int) -> None:
    """Only the parts of a text around other denials are searched, however far apart they are."""
    standard = f"User: {ROLE} is not authorized to perform: s3:GetObject. "
    report = "The principal states.amazonaws.com is not authorized to assume the provided role. "
    between = standard * (distance // len(standard))
    text = f"{between}{report}{between}{report}{between}"
    numbers = [number for number, frame in enumerate(FRAMES) if frame.fragment == "<authorized>"]
    found = [(piece.start, piece.end) for piece in read_service_reports(Readable(text), numbers)]
    matches = [match for number in numbers for match in compiled(FRAMES[number].pattern).finditer(text)]
    assert found == [match.span() for match in matches]
    assert len(found) >= 2
