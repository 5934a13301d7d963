"""What text, facts and ARNs state is no placeholder, and the decisive command is in the short form."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain, parse
from tests.tables import check_rows

RCP = "arn:aws:organizations::777788889999:policy/o-a1b2c3d4e5/resource_control_policy/p-0a1b2c3d"
_CERT_MANAGER = '$ kubectl -n cert-manager logs deploy/cert-manager\nE1 sync.go:190] err="operation error Route 53: ListHostedZonesByName, https response error StatusCode: 403, RequestID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, api error SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."'

INSTANCE = "i-0a1b2c3d4e5f60718"
OTHER_ACCOUNT = """$ kubectl config current-context
arn:aws:eks:eu-west-1:222233334444:cluster/shop
$ kubectl get ns
error: You must be logged in to the server (the server has asked for the client to provide credentials)
$ aws sts get-caller-identity
{"Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/Dev/ana"}"""
OLD_KUBECONFIG = 'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"'
NO_SESSION_ALLOW = "User: arn:aws:sts::111122223333:assumed-role/release/s is not authorized to perform: s3:ListBucket on resource: arn:aws:s3:::octo-site because no session policy allows the s3:ListBucket action"
S3_DENIAL = "An error occurred (AccessDenied) when calling the {} operation: Access Denied"
_NO_ALLOW = "User: arn:aws:sts::222233334444:assumed-role/{} is not authorized to perform: events:PutRule on resource: arn:aws:events:eu-west-1:222233334444:rule/nightly because no identity-based policy allows the events:PutRule action"
_KEY = "arn:aws:kms:eu-north-1:222233334444:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
_UNKNOWN_KEY = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
NO_ACLS = "An error occurred (AccessControlListNotSupported) when calling the PutObject operation: The bucket does not allow ACLs"
MALFORMED_TOKEN = '{"level":"error","msg":"Error fetching credentials: Service account token cannot be parsed: token is malformed: could not base64 decode header: illegal base64 data at input byte'

EKS_AUTH = "Error fetching credentials: operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 400, RequestID: 0a1b,"
AGENT_REFUSED = '{"level":"error","msg":"Error fetching credentials: Service account token'
_ASKED = "the server has asked for the client to provide credentials"


_NOT_MAPPED = "$ kubectl get pods --context shop-dev\nerror: You must be logged in to the server (Unauthorized)\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/dev/ana\n"
_SESSION_MAP = "apiVersion: v1\nkind: ConfigMap\ndata:\n  mapRoles: |\n    - rolearn: arn:aws:sts::111122223333:assumed-role/dev/ana\n      username: ana\n      groups:\n        - devs\n"
TOKEN_REJECTED = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403, request id: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def _trust_policy(*subjects: str) -> str:
    host = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    names = [f"system:serviceaccount:{each}" for each in subjects]
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:sub": names if len(names) > 1 else names[0]}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


_NO_OBJECTS = "Your current IAM principal doesn't have access to Kubernetes objects on this cluster."
_NAMED_ROLE = "--principal-arn arn:aws:iam::111122223333:role/Ops"
_MASKED_ROLE = 'role_arn="$(aws iam get-role --role-name Ops --query Role.Arn --output text)"'
_S3_DENIED = "An error occurred (AccessDenied) when calling the {} operation: Access Denied"
_NO_AGENT = 'CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Received error when attempting to retrieve container metadata: Connect timeout on endpoint URL: "http://169.254.170.23/v1/credentials"'


@check_rows(
    ("text", "facts", "says", "omits"),
    [
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/octo-exec/0a1b2c3d is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/octo/key because no identity-based policy allows the ssm:GetParameters action\n"
            "$ aws ssm describe-parameters --query 'Parameters[].[Type,KeyId]'\n"
            '[["SecureString","arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"]]',
            {},
            (
                '"Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"',
            ),
            ("If the parameter is a SecureString",),
            id="the key of a parameter",
        ),
        pytest.param(
            '{"level":"error","msg":"Reconciler error","controller":"ingress","error":"operation error EC2: CreateSecurityGroup, https response error StatusCode: 403, RequestID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/octo-NodeInstanceRole/i-0a1b2c3d4e5f60718 is not authorized to perform: ec2:CreateSecurityGroup on resource: arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-0a1b2c3d because no identity-based policy allows the ec2:CreateSecurityGroup action"}\n'
            "$ kubectl -n kube-system get sa aws-load-balancer-controller -o jsonpath='{.metadata.annotations}'\n"
            '{"eks.amazonaws.com/role-arn":"arn:aws:iam::111122223333:role/octo-lbc"}\n'
            "$ kubectl -n kube-system get deploy aws-load-balancer-controller -o jsonpath='{.spec.template.spec.serviceAccountName}'\ndefault\n",
            {},
            (
                "deployment/aws-load-balancer-controller runs as the service account default instead of aws-load-balancer-controller, which has the role octo-lbc",
                "kubectl set serviceaccount deployment/aws-load-balancer-controller aws-load-balancer-controller --namespace kube-system",
            ),
            (),
            id="a deployment runs as another service account",
        ),
        pytest.param(
            "2026-01-02 03:04:00 INFO upload ok s3://octo-exports/day/Other.csv\n2026-01-02 03:05:00 ERROR download failed\n"
            'Traceback (most recent call last):\n  File "load.py", line 5, in fetch\n    s3.download_file("octo-exports", key, "/tmp/in.csv")\n'
            "botocore.exceptions.ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden",
            {},
            ("S3 answered 403 to HeadObject on arn:aws:s3:::octo-exports: ",),
            ("Other.csv",),
            id="the object of another log entry",
        ),
        pytest.param(
            '{"destination":"arn:aws:s3:::octo-raw","message":"Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role, and the access policy allows access to the S3 bucket.","errorCode":"S3.AccessDenied"}',
            {},
            (
                "The role of the Firehose stream lacks the permissions to deliver to the bucket octo-raw.",
                "trust policy must allow firehose.amazonaws.com to assume it",
            ),
            (),
            id="a delivery of Firehose",
        ),
        pytest.param(
            '"DeliverLogsErrorMessage": "Access error", "DeliverLogsPermissionArn": "arn:aws:iam::111122223333:role/octo-flow-logs"',
            {},
            (
                "The role of the flow log, octo-flow-logs, lacks the permissions to send flow logs to CloudWatch Logs.",
            ),
            (),
            id="the status of a flow log",
        ),
        pytest.param(
            "PartialCredentialsError: Partial credentials found in env, missing: aws_secret_access_key\nAWS_ACCESS_KEY_ID=****\nAWS_SECRET_KEY=****\n",
            {},
            (
                "aws_secret_access_key is missing, because the text sets AWS_SECRET_KEY instead.",
                "Most SDKs and the AWS CLI do not read AWS_SECRET_KEY",
                "Rename AWS_SECRET_KEY to AWS_SECRET_ACCESS_KEY",
            ),
            ("source_profile", "web identity"),
            id="a variable with a wrong name",
        ),
        pytest.param(
            "PartialCredentialsError: Partial credentials found in assume-role, missing: source_profile or credential_source",
            {},
            (
                "source_profile or credential_source is missing.",
                "source_profile is another profile, whose credentials assume the role.",
            ),
            ("Rename",),
            id="a role without source credentials",
        ),
        pytest.param(
            "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\n"
            "permissions:\n  contents: read\nuses: aws-actions/configure-aws-credentials@v4\nrole-to-assume: arn:aws:iam::111122223333:role/octo-gha",
            {},
            (
                "The job of GitHub Actions has no credentials: it lacks the permission id-token: write",
                'The text shows "permissions: contents: read".',
            ),
            (),
            id="the permissions of a workflow",
        ),
        pytest.param(
            "An error occurred (InvalidArgument) when calling the PutBucketNotificationConfiguration operation: Unable to validate the following destination configurations\n"
            "LambdaFunctionArn: arn:aws:lambda:eu-west-1:111122223333:function:octo-thumbs",
            {},
            (
                "Allow s3.amazonaws.com in the function policy",
                "aws lambda add-permission --function-name arn:aws:lambda:eu-west-1:111122223333:function:octo-thumbs",
            ),
            ("sqs", "DESTINATION_ARN"),
            id="notifications to a function",
        ),
        pytest.param(
            "An error occurred (InvalidArgument) when calling the PutBucketNotificationConfiguration operation: Unable to validate the following destination configurations\n"
            "QueueArn: arn:aws:sqs:eu-west-1:111122223333:octo-jobs",
            {},
            (
                "Allow s3.amazonaws.com in the queue policy",
                '"Resource": "arn:aws:sqs:eu-west-1:111122223333:octo-jobs"',
                "--queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/octo-jobs",
            ),
            ("DESTINATION_ARN", "QUEUE_URL", "lambda"),
            id="notifications to a queue",
        ),
        pytest.param(
            "An error occurred (AccessDeniedException) when calling the ListAccounts operation: You don't have permissions to access this resource.\n"
            "$ aws organizations list-accounts --profile octo",
            {},
            ("aws sts get-caller-identity --query Account --output text --profile octo",),
            (),
            id="the account of the profile",
        ),
        pytest.param(
            "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access\n"
            "[profile octo]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Billing\n",
            {},
            (
                "no assignment of the permission set Billing in the account 111122223333",
                "aws configure get sso_session --profile octo",
                "Check whether the user has Billing in 111122223333",
            ),
            ("PROFILE", "get sso_account_id"),
            id="the only profile that the text configures",
        ),
        pytest.param(
            "$ aws sso login --profile octo\nSuccessfully logged into Start URL: https://octo.awsapps.com/start\n$ aws s3 ls --profile octo\n"
            "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access",
            {},
            (
                "The sign-in worked, but IAM Identity Center gives the user no credentials for the account and permission set of the profile octo",
                "The access portal (https://octo.awsapps.com/start)",
            ),
            ("aws sso login", "another user"),
            id="a sign-in that worked",
        ),
        pytest.param(
            "Error: creating SQS Queue (octo): operation error SQS: CreateQueue, https response error StatusCode: 403, RequestID: 0a1b2c3d-1111-5222-8333-444455556666, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/octo/run is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:eu-west-1:111122223333:octo because no identity-based policy allows the sqs:createqueue action\n\n"
            "Error: creating S3 Bucket (octo): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 5TEXAMPLE9, HostID: aExampleHost=, BucketAlreadyExists\n",
            {},
            ("(BucketAlreadyExists, CreateBucket octo): no permission is missing. The name is taken",),
            (),
            id="a bucket name that is taken",
        ),
        pytest.param(
            "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access\n"
            "sso_account_id = 111122223333\nsso_role_name = AWSReservedSSO_Billing_0123456789abcdef\n",
            {},
            (
                "The profile has the name of an IAM role: sso_role_name is AWSReservedSSO_Billing_0123456789abcdef, the permission set is Billing.",
                "aws configure set sso_role_name Billing --profile PROFILE",
            ),
            (),
            id="the profile names the role of a permission set",
        ),
        pytest.param(
            "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access\n"
            "sso_account_id = 111122223333\nsso_role_name = BillingView\n"
            '$ aws sso list-account-roles --account-id 111122223333\n{"roleList": [{"roleName": "BillingViewOnly", "accountId": "111122223333"}]}\n',
            {},
            (
                "The profile names a permission set that the user does not have: sso_role_name is BillingView, most likely BillingViewOnly is meant.",
                "aws configure set sso_role_name BillingViewOnly --profile PROFILE",
                "If BillingView is meant, assign this permission set to the user in 111122223333 (organization administrator)",
            ),
            ("misspelled",),
            id="the profile names a similar permission set",
        ),
        pytest.param(
            "NotAuthorizedError - Operation Denied. Access Denied: S3Bucket=octo-bundles, S3Key=web/web-1.zip",
            {},
            ("S3 denied s3:GetObject on arn:aws:s3:::octo-bundles/web/web-1.zip",),
            ("KEY", "names no action"),
            id="the source bundle of Elastic Beanstalk",
        ),
        pytest.param(
            "com.amazon.ws.emr.hadoop.fs.shaded.com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 0A1B2C3D4E5F6071; S3 Extended Request ID: aBc=; Proxy: null)\n"
            '\tat com.amazon.ws.emr.hadoop.fs.s3.lite.call.ListObjectsV2Call.perform(ListObjectsV2Call.java:22)\nspark.read.parquet("s3://octo-lake/orders/")',
            {},
            ("S3 denied s3:ListBucket on arn:aws:s3:::octo-lake",),
            (),
            id="the operation in a frame of EMRFS",
        ),
        pytest.param(
            "org.apache.kafka.common.errors.SaslAuthenticationException: [0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9]: Access denied",
            {},
            ("denied kafka-cluster:Connect", '"Action": "kafka-cluster:Connect"'),
            ("names no action",),
            id="a connection to Amazon MSK",
        ),
        pytest.param(
            "An error occurred (AccessDeniedException) when calling the InvokeModel operation: You don't have access to the model with the specified model ID.\n"
            'client.invoke_model(modelId="octo.large-v2:0", body=body)',
            {"region": "eu-west-1"},
            ("--region eu-west-1", "--model-id octo.large-v2:0"),
            ("MODEL_ID",),
            id="the model of the call in the source code",
        ),
        pytest.param(
            "An error occurred (AccessDeniedException) when calling the InvokeModel operation: You don't have access to the model with the specified model ID.\n"
            "client.invoke_model(modelId=DEFAULT_MODEL, body=body)",
            {"region": "eu-west-1"},
            ("--model-id MODEL_ID",),
            ("DEFAULT_MODEL",),
            id="a variable is not the model",
        ),
        pytest.param(
            "An error occurred (AccessDenied) when calling the AssumeRole operation: MultiFactorAuthentication failed with invalid MFA one time pass code.\n"
            "$ aws iam list-mfa-devices --query 'MFADevices[].SerialNumber'\narn:aws:iam::111122223333:mfa/octo-phone",
            {},
            ("--serial-number arn:aws:iam::111122223333:mfa/octo-phone --token-code TOKEN_CODE",),
            ("MFA_DEVICE_ARN", "aws iam list-mfa-devices"),
            id="the only MFA device",
        ),
        pytest.param(
            "An error occurred (AccessDenied) when calling the AssumeRole operation: MultiFactorAuthentication failed with invalid MFA one time pass code.\n"
            "$ aws iam list-mfa-devices --query 'MFADevices[].SerialNumber'\narn:aws:iam::111122223333:mfa/octo-phone arn:aws:iam::111122223333:mfa/octo-key",
            {},
            ("--serial-number MFA_DEVICE_ARN", "aws iam list-mfa-devices"),
            (),
            id="one of two MFA devices",
        ),
        pytest.param(
            "identityId: us-east-1:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9\n"
            "InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool.",
            {},
            ("--identity-pool-id IDENTITY_POOL_ID",),
            ("0a1b2c3d",),
            id="an identity is not its pool",
        ),
        pytest.param(
            "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.\n"
            'secret = client.get_secret_value(SecretId="arn:aws:secretsmanager:us-east-1:111122223333:secret:cinema/db-a1B2c3")',
            {},
            (
                "--secret-id arn:aws:secretsmanager:us-east-1:111122223333:secret:cinema/db-a1B2c3",
                '"Action": "kms:Decrypt"',
                '"AWS": "CALLER_ARN"',
                "a policy of the caller must allow both",
                "Run the commands in the account of the secret.",
            ),
            ("SECRET_ID",),
            id="the ARN of a secret",
        ),
        pytest.param(
            "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.\n"
            "caller: arn:aws:sts::444455556666:assumed-role/cinema-web/i-0a1b2c3d4e5f60718",
            {},
            (
                '"AWS": "arn:aws:iam::444455556666:role/cinema-web"',
                "a policy of the role cinema-web must allow both",
            ),
            ("CALLER_ARN", "assumed-role"),
            id="the role of a caller",
        ),
        pytest.param(
            "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.\n"
            "My colleague is signed in as arn:aws:iam::444455556666:user/ana",
            {},
            ('"AWS": "CALLER_ARN"',),
            ("user ana",),
            id="another caller",
        ),
        pytest.param(
            "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.\n"
            "caller: arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana",
            {},
            ('"AWS": "CALLER_ARN"',),
            (),
            id="a role of IAM Identity Center without its path",
        ),
        pytest.param(
            "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.\n"
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:cinema/*",
            {},
            ("--secret-id SECRET_ID",),
            ("--secret-id arn:",),
            id="a pattern for secrets",
        ),
        pytest.param(
            "arn:aws:cognito-identity:us-east-1:111122223333:identitypool/us-east-1:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9\n"
            "InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool.",
            {},
            ("--region us-east-1 --identity-pool-id us-east-1:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",),
            ("IDENTITY_POOL_ID",),
            id="the ARN of an identity pool",
        ),
        pytest.param(
            "Insufficient Lake Formation permission(s): Required Select on bookings (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException)\ndb = cinema, eu-west-1",
            {},
            ('"DatabaseName": "cinema"',),
            ("DATABASE_NAME",),
            id="a database that people name",
        ),
        pytest.param(
            "Insufficient Lake Formation permission(s): Required Select on bookings (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException)\nthe db is fine, the database: it is new, or database: cinema",
            {},
            ('"DatabaseName": "DATABASE_NAME"',),
            (),
            id="words about a database",
        ),
        pytest.param(
            "upload failed: dist/a.js to s3://octo-site/a.js An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n"
            "delete failed: s3://octo-site/old.js An error occurred (AccessDenied) when calling the DeleteObject operation: Access Denied",
            {},
            (
                "S3 denied s3:PutObject on arn:aws:s3:::octo-site/a.js",
                "S3 denied s3:DeleteObject on arn:aws:s3:::octo-site/old.js",
            ),
            (),
            id="each failed transfer names its object",
        ),
        pytest.param(
            f"$ aws s3 sync out s3://octo-site --delete\nupload failed: out/a.js to s3://octo-site/a.js {S3_DENIAL.format('PutObject')}",
            {},
            (
                "PutObject requires s3:PutObject on the object and, with a KMS key, kms:GenerateDataKey. --delete also requires s3:DeleteObject.",
            ),
            ("requires s3:PutObject, s3:DeleteObject",),
            id="deleting is another call than the upload",
        ),
        pytest.param(
            "$ aws dynamodb describe-table --table-name octo --region us-east-1\n"
            "An error occurred (ResourceNotFoundException) when calling the DescribeTable operation: Requested resource not found: Table: octo not found\n"
            '$ aws dynamodb list-tables --region eu-west-1\n{"TableNames": ["octo-2", "users"]}\n',
            {},
            ("The table octo does not exist in us-east-1 in the account of the call. ", "misspelled"),
            ("it is in eu-west-1",),
            id="a command lists another resource in another Region",
        ),
        pytest.param(
            "$ kubectl get pods -n shop\n$ aws s3 ls\nAn error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            {},
            ("aws configure list",),
            ("Kubernetes Secret",),
            id="keys of a shell",
        ),
        pytest.param(
            "$ aws ecs describe-task-definition --task-definition carts --query taskDefinition.containerDefinitions\nUnable to load credentials from any of the providers. EcsContainerCredentialsProvider: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set",
            {},
            ("aws ecs describe-task-definition --task-definition carts --query",),
            ("TASK_DEFINITION",),
            id="value of an option in another command of the service",
        ),
        pytest.param(
            "AWS_ACCESS_KEY_ID=ASIAEXAMPLEEXAMPLE42\nAWS_SECRET_ACCESS_KEY=****************\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.",
            {},
            ("export AWS_SESSION_TOKEN=TOKEN aws sts get-caller-identity Or set all three",),
            (),
            id="missing session token",
        ),
        pytest.param(
            "##[group]Run aws-actions/configure-aws-credentials@v4\n  role-to-assume: arn:aws:iam::111122223333:role/ci/nightly\n  role-duration-seconds: 7200\n##[endgroup]\nAn error occurred (ExpiredTokenException) when calling the ListBuilds operation: The security token included in the request is expired",
            {},
            (
                "set role-duration-seconds of the action",
                "aws iam update-role --role-name nightly --max-session-duration 43200",
            ),
            ("Let the SDK refresh",),
            id="session of a job",
        ),
        pytest.param(
            '│ Error: creating EKS Access Entry (carts:arn:aws:iam::111122223333:role/ci): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, RequestID: 1, ResourceInUseException: The specified access entry resource is already in use on this cluster.\n│\n│   with module.eks.aws_eks_access_entry.this["ci"],\n│   on main.tf line 186',
            {"cluster": "carts"},
            (
                "terraform import 'module.eks.aws_eks_access_entry.this[\"ci\"]' carts:arn:aws:iam::111122223333:role/ci",
            ),
            ("AmazonEKSViewPolicy",),
            id="import of an access entry",
        ),
        pytest.param(
            "Error: creating IAM Role (carts-ci): operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: 1, EntityAlreadyExists: Role with name carts-ci already exists.\n\n  with aws_iam_role.ci,\n  on main.tf line 3",
            {},
            ("terraform import aws_iam_role.ci carts-ci",),
            (),
            id="import of a role",
        ),
        pytest.param(
            "Diagnostics:\n  pulumi:pulumi:Stack (carts-dev):\n    error: update failed\n  aws:s3/bucketV2:BucketV2 (files):\n    error: creating S3 Bucket (carts-files): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: 1, BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.",
            {},
            ("pulumi import aws:s3/bucketV2:BucketV2 files carts-files", "pulumi preview"),
            ("RESOURCE_ID",),
            id="import of a bucket with Pulumi",
        ),
        pytest.param(
            "Diagnostics:\n  aws:iam:Role (--yes):\n    error: creating IAM Role (carts ci;id): operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: 1, EntityAlreadyExists: Role with name carts ci;id already exists.",
            {},
            (),
            ("pulumi import",),
            id="option in place of a name of Pulumi",
        ),
        pytest.param(
            "$ aws cloudformation deploy --stack-name carts --template-file $(id)\nAn error occurred (InsufficientCapabilitiesException) when calling the CreateChangeSet operation: Requires capabilities : [CAPABILITY_NAMED_IAM]",
            {},
            ("--stack-name carts --template-file template.yaml --capabilities CAPABILITY_NAMED_IAM",),
            ("$(id)",),
            id="command that a shell changes",
        ),
        pytest.param(
            '$ echo "$SECRET" | base64 >> keys.yaml  # data.aws-secret\n$ kubectl -n dns apply -f keys.yaml\nsecret/route53-keys configured\n$ kubectl -n dns logs deploy/external-dns\nlevel=error msg="records retrieval failed: SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."',
            {},
            (
                "the encoded value ends with a newline, which echo adds before base64",
                "kubectl get secret route53-keys --namespace dns",
                '"{\\"stringData\\": {\\"aws-secret\\": ',
                "kubectl rollout restart deployment/external-dns --namespace dns",
            ),
            ("aws configure list", "in transit"),
            id="keys in a Kubernetes Secret",
        ),
        pytest.param(
            "Error: creating EKS Access Policy Association (shop#arn:aws:iam::111122223333:role/ops#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy): operation error EKS: AssociateAccessPolicy, https response error StatusCode: 404, RequestID: 0a1b2c3d, ResourceNotFoundException: The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.\n\n  with aws_eks_access_policy_association.ops,\n",
            {"cluster": "shop", "region": "eu-west-1"},
            (
                'resource "aws_eks_access_entry" "ops"',
                "principal_arn = aws_eks_access_entry.ops.principal_arn",
                "aws eks list-access-entries --cluster-name shop",
            ),
            ("create-access-entry", "NAMESPACE"),
            id="access entry in Terraform",
        ),
        pytest.param(
            f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: dns-keys\ndata:\n  secret-access-key: $(echo $KEY | base64 -w0)\n{_CERT_MANAGER}",
            {},
            (
                "use printf %s: echo adds a newline",
                "kubectl get secret dns-keys --namespace cert-manager --output 'jsonpath={.data.secret-access-key}'",
            ),
            ("NAME", "SECRET_KEY}"),
            id="manifest of a Secret",
        ),
        pytest.param(
            f'$ kubectl -n cert-manager create secret generic dns-keys --from-literal=secret.key="$KEY "\n{_CERT_MANAGER}',
            {},
            ("has a space inside the quotes", "kubectl get secret dns-keys", r"jsonpath={.data.secret\.key}"),
            ("SECRET_KEY}",),
            id="literal of a Secret",
        ),
        pytest.param(
            f"$ kubectl -n cert-manager create secret generic dns-keys --from-file=./keys/\n{_CERT_MANAGER}",
            {},
            ("kubectl patch secret dns-keys --namespace cert-manager",),
            ("--from-file", "in the file"),
            id="directory in a Secret",
        ),
        pytest.param(
            "##[group]Run aws s3 ls\nenv:\n  AWS_SECRET_ACCESS_KEY: ***\n##[endgroup]\nAn error occurred (InvalidClientTokenId) when calling the ListBuckets operation: The security token included in the request is invalid.",
            {},
            (
                "gh secret set AWS_SECRET_ACCESS_KEY",
                "If the secret is lost, create a new key",
                "a role that the job assumes with OIDC (role-to-assume)",
            ),
            ("aws configure list", "the role that the GitHub Actions job assumes"),
            id="keys in the secrets of a repository",
        ),
        pytest.param(
            'Failure executing: POST at: https://10.100.0.1:443/apis/batch/v1/namespaces/builds/cronjobs. Message: cronjobs.batch is forbidden: User "system:serviceaccount:builds:default" cannot create resource "cronjobs" in API group "batch" in the namespace "builds". Received status: Status(code=403).',
            {},
            (
                "kubectl create serviceaccount SERVICE_ACCOUNT -n builds",
                "--serviceaccount=builds:SERVICE_ACCOUNT",
                "kubectl set serviceaccount deployment/NAME SERVICE_ACCOUNT --namespace builds",
            ),
            ("deployment/NAME default",),
            id="another service account than the denied one",
        ),
        pytest.param(
            "BENCHMARK : Running Start Crawl for Crawler carts-raw\nERROR : Insufficient Lake Formation permission(s) on shop (Database name: shop) (Service: AWSGlue; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0a1b; Proxy: null)",
            {"region": "eu-west-1"},
            (
                "aws glue get-crawler --name carts-raw --query Crawler.Role --output text --region eu-west-1",
                "grant DATA_LOCATION_ACCESS on that location, too",
                "IAM policies do not grant it",
                '\'{"Database": {"Name": "shop"}}\' --region eu-west-1',
            ),
            ("ROLE_NAME",),
            id="crawler",
        ),
        pytest.param(
            "ERROR : Insufficient Lake Formation permission(s) on shop (Database name: shop, Table name: null)\nOur crawler: the one for carts, see aws glue start-crawler --name 'my crawler'",
            {},
            (
                "aws glue get-crawler --name CRAWLER_NAME --query Crawler.Role --output text",
                '\'{"Database": {"Name": "shop"}}\'',
            ),
            ("--name the", "--name my", "table null"),
            id="crawler without a name, and no table",
        ),
        pytest.param(
            "[ec2-user@ip-10-0-0-9 ~]$ aws s3 cp s3://acme-bills/2026/may.csv .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden",
            {},
            (
                "without s3:ListBucket, S3 answers 403, not 404",
                "Repeat it as a GET, then have s3:GetObject allowed if needed [you]",
                "list the key: without s3:ListBucket on arn:aws:s3:::acme-bills, S3 answers 403 for a missing one, too",
            ),
            ("The text states",),
            id="missing object behind a HEAD request",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/ci/job-7 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/apply",
            {},
            (
                "Then, as an administrator of 444455556666, if the role does not trust the role ci yet:",
                '"Principal":{"AWS":"arn:aws:iam::111122223333:role/ci"},',
                "Or for a third party, trust the role ci with an external ID",
            ),
            ("send them this statement",),
            id="trust policy of the other account",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/apply",
            {},
            ("old-policy.json statement.json > policy.json", "Next Allow the Identity Center role"),
            ("trust.json", "for a third party"),
            id="permission set and trust policy of the other account",
        ),
        pytest.param(
            "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:111122223333:q with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/NoPurge",
            {},
            (
                "most likely intentional, judging by the name NoPurge",
                'list-entities-for-policy --policy-arn "$policy"',
            ),
            (),
            id="Deny with the denied action in its name",
        ),
        pytest.param(
            "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:111122223333:q with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Guard",
            {},
            ("The Deny can be intentional.",),
            ("judging by the name",),
            id="Deny whose name says nothing",
        ),
        pytest.param(
            "$ aws s3 ls s3://acme-bills/2026/\n\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
            {},
            ("allows it, or not for s3:prefix 2026/.", "Buckets[?Name=='acme-bills'].Name"),
            (),
            id="prefix that the call lists",
        ),
        pytest.param(
            "$ aws s3 ls s3://acme-bills\n\nAn error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
            {},
            ("No identity-based policy of the caller allows it. Possible",),
            ("s3:prefix",),
            id="listing of a whole bucket",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/etl/i-0abc12de34f567890 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::acme-bills/a because no VPC endpoint policy allows the s3:GetObject action",
            {},
            ("region=REGION vpc=", "Values=com.amazonaws.$region.s3", "Replace REGION."),
            (),
            id="Region of an endpoint to fill in",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized to perform: ses:SendEmail on resource: * because no VPC endpoint policy allows the ses:SendEmail action",
            {},
            ("region=REGION aws ec2", '"Name=service-name,Values=com.amazonaws.$region.email*"'),
            (),
            id="endpoint whose service has a pattern",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/etl/i-0abc12de34f567890 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::acme-bills/a because no VPC endpoint policy allows the s3:GetObject action",
            {"region": "eu-west-1"},
            ("Values=com.amazonaws.eu-west-1.s3",),
            ("$region", "Replace"),
            id="Region of an endpoint in the facts",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/etl/job is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:Decrypt action",
            {},
            (
                '"Action": "kms:Decrypt", "Resource": "*"}',
                "The owner of account 444455556666 must allow it, too.",
            ),
            (),
            id="key policy of the other account",
        ),
        pytest.param(
            "current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-e\nu-west-1', but are for the right account. Proceeding anyway.\nAccessDeniedException: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/cdk-bootstrap/hnb659fds/version because no identity-based policy allows the ssm:GetParameter action",
            {},
            ("aws://111122223333/eu-west-1",),
            ("REGION", "111122223333-e."),
            id="quoted role that a terminal wraps",
        ),
        pytest.param(
            "An error occurred (InvalidSignatureException) when calling the ListQueues operation: Signature expired: 20261\n124T214427Z is now earlier than 20261125T071428Z (20261125T072928Z - 15 min.)",
            {},
            ("9 hours 45 minutes behind",),
            (),
            id="time of a signature that a terminal wraps",
        ),
        pytest.param(
            "[INFO] model=us.example.model-v1 region=us-w\nest-2 stream=True temperature=0.2 max=1024 t\n[ERROR] User: arn:aws:sts::111122223333:assu\nmed-role/chat/job-7 is not authorized to per\nform: bedrock:InvokeModel on resource: arn:a\nws:bedrock:us-east-2::foundation-model/examp\nle.model-v1 with an explicit deny in a servi\nce control policy",
            {},
            (
                "denies it in us-east-2, where the inference profile us.example.model-v1 sent the call made in us-west-2.",
            ),
            (),
            id="Region of the call that a terminal wraps",
        ),
        pytest.param(
            "ana@laptop:~$ aws sts get-caller-identity\nAn error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Signature expired: 20261124T001427Z is now earlier than 20261124T014428Z (20261124T015928Z - 15 min.)",
            {},
            (
                "The clock of the machine that signed is 105 minutes behind.",
                "On Linux, to turn on NTP",
                "timedatectl set-ntp",
            ),
            ("Sign requests", "was sent that long"),
            id="clock of a call with the AWS CLI",
        ),
        pytest.param(
            "CredentialsProviderError: Could not load credentials from any providers",
            {"cluster": "tea", "region": "eu-west-1", "namespace": "shop", "service_account": "cart"},
            (
                "aws eks list-pod-identity-associations --cluster-name tea --namespace shop --service-account cart --region eu-west-1",
                "kubectl annotate serviceaccount cart --namespace shop",
            ),
            ("AWS_ROLE_ARN",),
            id="association before an annotation",
        ),
        pytest.param(
            "Run aws-actions/configure-aws-credentials@v4\nIt looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission?\n##[error]Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers",
            {},
            ("it lacks the permission id-token: write",),
            ("Check which credentials are used",),
            id="job without an OIDC token",
        ),
        pytest.param(
            "INFO copying s3://acme-bills/2026/01.csv\nAn error occurred (ExpiredToken) when calling the UploadPart operation: The provided token has expired.\nAn error occurred (ExpiredTokenException) when calling the ListQueues operation: The security token included in the request is expired",
            {},
            (
                "expired while the upload was running. No permission is missing. The calls UploadPart and ListQueues failed for the same reason.",
                "Let the SDK refresh the credentials: use the role of the machine",
                "increase the role's session duration",
            ),
            ("more failure",),
            id="run that outlives its session",
        ),
        pytest.param(
            "$ aws s3 ls --profile ana\nAn error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.\n$ aws sqs list-queues --profile bo\nAn error occurred (ExpiredToken) when calling the ListQueues operation: The security token included in the request is expired",
            {},
            ("iamtriage explain --all also explains it.",),
            ("same reason",),
            id="expired sessions of two profiles",
        ),
        pytest.param(
            "$ aws sqs list-queues --region me-central-1\nAn error occurred (InvalidClientTokenId) when calling the ListQueues operation: The security token included in the request is invalid.\n$ aws dynamodb list-tables --region me-central-1\nAn error occurred (UnrecognizedClientException) when calling the ListTables operation: The security token included in the request is invalid.\nme-central-1 DISABLED\n",
            {},
            (
                "The calls ListQueues and ListTables failed for the same reason.",
                "retry once the status is ENABLED",
            ),
            ("Also", "the access key or session token is not valid"),
            id="codes of a Region that is not enabled",
        ),
        pytest.param(
            "$ aws s3 ls\nAn error occurred (SignatureDoesNotMatch) when calling the ListBuckets operation: The request signature we calculated does not match the signature you provided.\n$ aws sqs list-queues\nAn error occurred (InvalidClientTokenId) when calling the ListQueues operation: The security token included in the request is invalid.",
            {},
            ("Also",),
            ("same reason",),
            id="wrong secret and unknown key",
        ),
        pytest.param(
            "An error occurred (ThrottlingException) when calling the DescribeStacks operation: Rate exceeded\nAn error occurred (Throttling) when calling the ListStacks operation: Rate exceeded",
            {},
            ("The calls DescribeStacks and ListStacks failed for the same reason.",),
            ("more failure",),
            id="calls that are throttled together",
        ),
        pytest.param(
            "Your current IAM principal doesn't have access to Kubernetes objects on this cluster.\n(Ops/ana@example.com @ 1111-2222-3333)",
            {"cluster": "payments"},
            ("--principal-arn arn:aws:iam::111122223333:role/Ops",),
            ("PRINCIPAL_ARN",),
            id="account menu of the console",
        ),
        pytest.param(
            "Your current IAM principal doesn't have access to Kubernetes objects on this cluster.\nSigned in: arn:aws-cn:iam::111122223333:user/ana",
            {"cluster": "payments"},
            ("--principal-arn arn:aws-cn:iam::111122223333:user/ana",),
            ("PRINCIPAL_ARN",),
            id="signed in",
        ),
        pytest.param(
            'Warning  ProvisioningFailed  ebs.csi.aws.com_ebs-csi-controller  failed to provision volume with StorageClass "gp3-encrypted": User: arn:aws:sts::111122223333:assumed-role/ebs-csi/17000000 is not authorized to perform: ec2:CreateVolume on resource: arn:aws:ec2:eu-west-1:111122223333:volume/* because no identity-based policy allows the ec2:CreateVolume action',
            {},
            (
                "service-role/AmazonEBSCSIDriverPolicy",
                "If the StorageClass names a customer managed key, also allow kms:CreateGrant",
            ),
            (),
            id="encrypted volumes",
        ),
        pytest.param(
            "$ kubectl -n shop get sa cart -o yaml\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/cart\nNoCredentialProviders: no valid providers in chain. Deprecated.",
            {},
            ("get the role cart", "--namespace shop --field-selector spec.serviceAccountName=cart "),
            ("Replace POD",),
            id="service account of a command",
        ),
        pytest.param(
            "Running with gitlab-runner 17.5.0 (0a1b2c3d)\nAn error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements\nERROR: Job failed: exit code 1",
            {},
            ("the keys of GitLab", "https://HOST/oauth/discovery/keys"),
            ("EKS serves", "cluster administrator", "ISSUER_URL"),
            id="issuer of a GitLab job",
        ),
        pytest.param(
            "User: arn:aws:iam::111122223333:user/batch is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders with an explicit deny in a resource-based policy",
            {},
            (
                "They can exempt calls from a network (aws:SourceVpc, aws:SourceVpce or aws:SourceIp), over HTTPS",
            ),
            ("encryption",),
            id="conditions of a queue",
        ),
        pytest.param(
            'User: arn:aws:iam::111122223333:user/batch is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::acme-in/a" with an explicit deny in a resource-based policy',
            {},
            ("over HTTPS (aws:SecureTransport), with the encryption header that they name,",),
            (),
            id="conditions of a bucket",
        ),
        pytest.param(
            f'$ docker logs carts --tail 2\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n$ aws sts get-caller-identity --query Arn\n"arn:aws:sts::111122223333:assumed-role/carts-host/{INSTANCE}"\n$ aws ec2 describe-instances --instance-ids {INSTANCE} --query "Reservations[].Instances[].MetadataOptions"\n[{{"HttpTokens": "required", "HttpPutResponseHopLimit": 1}}]',
            {},
            (
                "hop limit of the instance metadata is 1: only the host gets the role carts-host",
                f"modify-instance-metadata-options --instance-id {INSTANCE} --http-put-response-hop-limit 2",
                "--network host",
            ),
            ("aws configure sso", "has no role", "REGION", "INSTANCE_ID"),
            id="hop limit of a container on EC2",
        ),
        pytest.param(
            'Unable to locate credentials. You can configure credentials by running "aws configure".\n$ curl -s $IMDS/latest/meta-data/iam/security-credentials/carts-host\n{\n  "Code" : "AssumeRoleUnauthorizedAccess",\n  "Message" : "EC2 cannot assume the role carts-host.  Please see documentation."\n}',
            {},
            (
                "The instance metadata has no credentials, because EC2 cannot assume the instance's role carts-host",
                "aws iam update-assume-role-policy --role-name carts-host ",
                "The permissions of the role are not the cause",
            ),
            ("aws configure sso", "REGION", "OPERATION", "Others"),
            id="EC2 cannot assume the role of an instance",
        ),
        pytest.param(
            "EC2RoleRequestError: failed to get EC2 Instance Role credentials\ncaused by: AssumeRoleUnauthorizedAccess: EC2 cannot assume the role carts-host.",
            {
                "trust_policy": {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    },
                }
            },
            (
                'trust policy trusts "lambda.amazonaws.com", not "ec2.amazonaws.com"',
                "--role-name carts-host ",
            ),
            ("hop limit", "ROLE_NAME"),
            id="the trust policy of an instance's role",
        ),
        pytest.param(
            'Unable to locate credentials\n$ curl -s 169.254.169.254/latest/meta-data/iam/info\n{"Code": "InstanceProfileNotFound", "Message": "Instance Profile with arn arn:aws:iam::111122223333:instance-profile/carts was not found."}',
            {},
            (
                "the instance profile carts no longer exists",
                "--iam-instance-profile Name=carts",
            ),
            ("hop limit", "aws configure sso", "INSTANCE_PROFILE"),
            id="a deleted instance profile",
        ),
        pytest.param(
            f"Assuming role with OIDC\nRun helm upgrade --install carts ./chart\nError: Kubernetes cluster unreachable: {_ASKED}",
            {},
            ("or the job uses another principal", "In the job, after the step that gets its credentials"),
            ("AmazonEKSViewPolicy", "namespaces="),
            id="Helm in a job",
        ),
        pytest.param(
            f"$ kubectl get applications -n argocd\nerror: You must be logged in to the server ({_ASKED})",
            {},
            ("which identity kubectl uses", "namespaces=argocd"),
            ("secret-type=cluster",),
            id="kubectl in Argo CD's namespace",
        ),
        pytest.param(
            "$ docker compose logs web\nweb-1  | Unable to locate credentials\n$ terraform state show aws_instance.web\n    http_put_response_hop_limit = 1",
            {"region": "eu-west-1"},
            ("hop limit of the instance metadata is 1: only the host gets credentials", "--region eu-west-1"),
            ("aws configure sso",),
            id="hop limit in Terraform",
        ),
        pytest.param(
            f'Our container lost its access; on the host the CLI is fine.\nCould not load credentials from any providers\n{INSTANCE}: {{"HttpTokens": "required", "HttpPutResponseHopLimit": 1}}',
            {},
            (
                f"--instance-id {INSTANCE} --http-put-response-hop-limit 2",
                "only the host",
                "metadata_options",
            ),
            ("has no role", "AWS_PROFILE", "INSTANCE_ID"),
            id="hop limit of a container that only words name",
        ),
        pytest.param(
            "With network_mode: host the report works, without it not.\nUnable to locate credentials\n",
            {},
            ("hop limit of the instance metadata is most likely 1", "its instance profile is in order"),
            ("AWS_PROFILE", "has no role"),
            id="a container that works on the network of the host",
        ),
        pytest.param(
            "It works in docker, but not on my laptop.\nUnable to locate credentials\n",
            {},
            ("Select a profile",),
            ("Pass credentials to the container",),
            id="a program that works in a container",
        ),
        pytest.param(
            "It fails on my laptop, and in docker it works.\nUnable to locate credentials\n",
            {},
            ("Select a profile",),
            ("Pass credentials to the container",),
            id="a program that fails outside of a container",
        ),
        pytest.param(
            "The image is in docker format, and runs nowhere.\nUnable to locate credentials\n",
            {},
            ("Select a profile",),
            ("Pass credentials to the container",),
            id="the format of an image",
        ),
        pytest.param(
            "In docker with --network host it does not work either.\nUnable to locate credentials\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="a container that fails on the network of the host, too",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nOn the EC2 instance itself, aws s3 ls does not work.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="an instance that fails, too",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nIt has never worked on EC2.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="what never worked on EC2",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nThe host has no instance profile attached.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="a host without a role",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nOn the host it does not work with the instance profile.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="a host that fails, too",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nThe host gets 404 for the instance profile.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="a host whose metadata has no role",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nWith --network host it works no better.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="the network of the host, which does not help",
        ),
        pytest.param(
            "$ docker run octo-app\nUnable to locate credentials\nEverything else works without host networking.\n",
            {},
            ("Pass credentials to the container",),
            ("most likely 1", "in order"),
            id="what works without the network of the host",
        ),
        pytest.param(
            f"$ docker exec web node a.js\n[ec2-user@ip-10-0-3-7 ~]$ Unable to locate credentials\n{INSTANCE} HttpPutResponseHopLimit: 2",
            {},
            ("an EC2 instance without a role",),
            ("hop limit is 1",),
            id="a hop limit of 2 is no obstacle",
        ),
        pytest.param(
            f'$ docker logs web\nUnable to locate credentials\n$ aws sts get-caller-identity --query Arn\n"arn:aws:sts::111122223333:assumed-role/web-host/{INSTANCE}"\nHttpPutResponseHopLimit: 2',
            {},
            ("Pass credentials to the container",),
            ("hop limit", "has no role"),
            id="neither the hop limit nor the role",
        ),
        pytest.param(
            f"{OTHER_ACCOUNT}\n$ aws configure list-profiles\ndefault\nshop-prod\n",
            {},
            (
                "aws sts get-caller-identity --profile shop-prod ",
                "--region eu-west-1 --profile shop-prod ",
                "get-caller-identity then prints the account 222233334444",
            ),
            ("PROFILE_NAME", "list-profiles"),
            id="the only other profile",
        ),
        pytest.param(
            f"{OTHER_ACCOUNT}\n$ aws configure list-profiles\nshop-dev\nshop-prod\n",
            {},
            ("Choose a profile whose role or user has access to the cluster", "PROFILE_NAME"),
            (),
            id="the profiles to choose from",
        ),
        pytest.param(
            f"$ aws --version\naws-cli/1.22.5 Python/3.8.10\n{OLD_KUBECONFIG}",
            {},
            (
                "the AWS CLI 1.22.5 is too old",
                "only 1.24 and later write v1beta1",
                "Update the AWS CLI even then",
            ),
            ("aws --version",),
            id="version of the AWS CLI",
        ),
        pytest.param(
            f"$ aws --version\naws-cli/1.22 Python/3.8.10\n{OLD_KUBECONFIG}",
            {},
            ("the AWS CLI 1.22 is too old",),
            ("None",),
            id="short version of the AWS CLI",
        ),
        pytest.param(
            f"$ aws --version\naws-cli/2.15.0 Python/3.11.6\n{OLD_KUBECONFIG}",
            {},
            ("The AWS CLI 2.15.0 writes v1beta1", "older aws"),
            ("too old:", "aws --version"),
            id="version that is new enough",
        ),
        pytest.param(
            f"$ echo $KUBECONFIG\n/home/ana/.kube/live.yaml\n$ kubectl get ns\n{OLD_KUBECONFIG}\n      env:\n      - {{name: AWS_PROFILE, value: live-ro}}\nAdded new context live to /home/ana/.kube/config",
            {},
            (
                "wrote to /home/ana/.kube/config, but kubectl reads /home/ana/.kube/live.yaml",
                "--profile live-ro --kubeconfig /home/ana/.kube/live.yaml",
                "k8s.io/v1beta1#' /home/ana/.kube/live.yaml",
            ),
            ("add it to the command",),
            id="kubeconfig of a variable",
        ),
        pytest.param(
            f"export KUBECONFIG=~/.kube/config\n{OLD_KUBECONFIG}\nUpdated context live in /home/ana/.kube/config",
            {},
            ("k8s.io/v1beta1#' ~/.kube/config",),
            ("wrote to",),
            id="the same kubeconfig",
        ),
        pytest.param(
            f'      inline-session-policy: {{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}]}}\n{NO_SESSION_ALLOW}',
            {},
            ("inline-session-policy of the step configure-aws-credentials",),
            ("Find what creates",),
            id="session policy of a workflow",
        ),
        pytest.param(
            f"      role-to-assume: arn:aws:iam::111122223333:role/plan\n      inline-session-policy: x\n{NO_SESSION_ALLOW}",
            {},
            ("the policy that it passes",),
            ("inline-session-policy",),
            id="session policy of another role",
        ),
        pytest.param(
            f'provider "aws" {{\n  assume_role {{\n    role_arn = var.role\n    policy   = data.x.json\n  }}\n}}\n{NO_SESSION_ALLOW}',
            {},
            ("the block assume_role of the provider",),
            ("Find what creates",),
            id="session policy of a provider",
        ),
        pytest.param(
            f"creds = sts.assume_role(RoleArn=role, RoleSessionName='t', Policy=p)\n{NO_SESSION_ALLOW}",
            {},
            ("of the STS call in the code",),
            ("Find what creates",),
            id="session policy in code",
        ),
        pytest.param(
            "$ aws s3 ls\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records.\n$ aws configure list\n   profile                    shop           manual    --profile\naccess_key     ****************7QPL              env\n$ env | grep ^AWS_ | cut -c1-24\nAWS_ACCESS_KEY_ID=ASIAQZ\nAWS_SECRET_ACCESS_KEY=x9\n",
            {},
            (
                "takes precedence over the profile shop",
                "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN ",
                "aws sts get-caller-identity grep ",
            ),
            ("get-caller-identity --profile",),
            id="keys in the environment instead of the profile",
        ),
        pytest.param(
            f"{TOKEN_REJECTED}\nkind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: shop\n{_trust_policy('default:cart')}",
            {},
            (
                "expects the subject system:serviceaccount:default:cart, and the token has system:serviceaccount:shop:cart (another namespace)",
            ),
            ("so it is not the one that STS evaluated",),
            id="service account of an object and the trust policy's subject",
        ),
        pytest.param(
            f"{TOKEN_REJECTED}\n{_trust_policy('default:cart', 'default:shop')}",
            {},
            ("the role's trust policy expects the subject system:serviceaccount:default:cart",),
            ("so it is not the one that STS evaluated",),
            id="subjects that only the trust policy states",
        ),
        pytest.param(
            '$ cat kc.yaml\nusers:\n- name: ci\n  user: {}\n$ kubectl --kubeconfig kc.yaml get pods\npods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "web"',
            {"cluster": "octo", "region": "eu-west-1"},
            ("aws eks update-kubeconfig --name octo --region eu-west-1 --kubeconfig kc.yaml",),
            (),
            id="kubeconfig of the call",
        ),
        pytest.param(
            "$ export KUBECONFIG=~/.kube/octo\n$ kubectl --context octo-admin get pods\nerror: You must be logged in to the server (Unauthorized)",
            {"cluster": "octo", "region": "eu-west-1"},
            (
                "aws eks update-kubeconfig --name octo --region eu-west-1 --profile PROFILE --kubeconfig ~/.kube/octo --alias octo-admin",
            ),
            (),
            id="kubeconfig of the shell",
        ),
        pytest.param(
            "Query failed: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 7F3K2M1P9Q8R7S6T; S3 Extended Request ID: abc=; Proxy: null), S3 Extended Request ID: abc= (Path: s3://octo-lake/orders/part-0001.parquet)",
            {},
            ("S3 denied s3:GetObject on arn:aws:s3:::octo-lake/orders/part-0001.parquet",),
            (),
            id="object that a query reads",
        ),
        pytest.param(
            "Permission denied on S3 path: s3://octo-lake/orders/dt=2031-04-05",
            {},
            (
                '"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::octo-lake"',
                "s3:GetObject or s3:PutObject",
            ),
            (),
            id="path that Athena cannot list",
        ),
        pytest.param(
            "$ aws eks update-kubeconfig --name orders --region us-east-1 --profile dev\n\nAn error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: orders.",
            {"region": "eu-west-1"},
            (
                "The cluster orders does not exist in us-east-1",
                "Derived The resource is in another Region. The facts say eu-west-1, and the text names us-east-1",
                "Do this first: Call eu-west-1 instead of us-east-1 [you]",
                "aws eks list-clusters --region eu-west-1 --profile dev",
            ),
            (),
            id="cluster in another Region than the facts say",
        ),
        pytest.param(
            f'{NO_ACLS}\n/app/tasks/pack.rb:31:in `put_object(bucket: "octo-web", key: "a.js", acl: "public-read")\'',
            {},
            ('Remove acl: "public-read" from the call', "CloudFront"),
            ("--acl in the AWS CLI",),
            id="ACL in a stack frame",
        ),
        pytest.param(
            f"$ aws s3 cp a.html s3://octo-web/a.html --acl bucket-owner-read\n{NO_ACLS}",
            {},
            ("Remove --acl bucket-owner-read from the call",),
            ("CloudFront", "acl in Terraform"),
            id="ACL in a command",
        ),
        pytest.param(
            f"{NO_ACLS}\n  File \"/srv/up.py\", line 12, in save\n    s3.put_object(Bucket=b, Key=k, ACL='public-read')",
            {},
            ("Remove ACL='public-read' from the call",),
            (),
            id="ACL in Python",
        ),
        pytest.param(
            "$ aws s3 sync out s3://octo-web/docs/ --acl public-read --delete\n"
            f"upload failed: out/a.html to s3://octo-web/docs/a.html {S3_DENIAL.format('PutObject')}\n"
            f"upload failed: out/b.html to s3://octo-web/docs/b.html {S3_DENIAL.format('PutObject')}",
            {},
            (
                "2 objects below arn:aws:s3:::octo-web/docs/",
                "Repeat it without --acl public-read, then allow s3:PutObject, s3:PutObjectAcl and s3:DeleteObject",
                "get-public-access-block --bucket octo-web",
            ),
            ("docs/b.html",),
            id="public ACL and deletion of a sync",
        ),
        pytest.param(
            "$ aws s3 cp out s3://octo-web/ --recursive --grants read=uri=http://acs.amazonaws.com/groups/global/AllUsers\n"
            f"upload failed: out/a to s3://octo-web/a {S3_DENIAL.format('PutObject')}",
            {},
            (
                "Repeat it without --grants, then",
                "s3:PutObjectAcl",
                "get-public-access-block --bucket octo-web",
            ),
            (),
            id="grants of an upload",
        ),
        pytest.param(
            "Error: uploading S3 Object (docs/a.js) to Bucket (octo-web): operation error S3: PutObject, https response error StatusCode: 403, RequestID: Q1, HostID: b+c, api error AccessDenied: Access Denied\n\n"
            '  with aws_s3_object.a,\n   3:   acl = "public-read"',
            {},
            ('"Resource": "arn:aws:s3:::octo-web/docs/a.js"', 'without acl = "public-read"'),
            ("OBJECT_KEY",),
            id="object and ACL of Terraform",
        ),
        pytest.param(
            f"    s3.put_object(Bucket='octo-web', Key='a', Body=b, ACL='bucket-owner-read', Tagging='team=a')\n{S3_DENIAL.format('PutObject')}",
            {},
            ("without ACL='bucket-owner-read'", '["s3:PutObject", "s3:PutObjectAcl", "s3:PutObjectTagging"]'),
            ("get-public-access-block",),
            id="ACL and tags of an upload with an SDK",
        ),
        pytest.param(
            "$ aws s3 cp a.gz s3://octo-web/a.gz --sse aws:kms --sse-kms-key-id arn:aws:kms:eu-west-1:444455556666:key/1234abcd\n"
            f"upload failed: ./a.gz to s3://octo-web/a.gz {S3_DENIAL.format('PutObject')}",
            {},
            ("account 444455556666 owns", '"Resource": "arn:aws:kms:eu-west-1:444455556666:key/1234abcd"'),
            (),
            id="KMS key of an upload",
        ),
        pytest.param(
            f"s3.upload_file(Key='a', SSEKMSKeyId='alias/web')\nFailed to upload a.gz to octo-web/a.gz: {S3_DENIAL.format('PutObject')}",
            {},
            ("and kms:GenerateDataKey on the KMS key alias/web: the key policy must allow it, too.",),
            ('"Resource": "alias/web"', "the bucket's KMS key"),
            id="alias of the KMS key of an upload",
        ),
        pytest.param(
            f"$ aws s3api copy-object --copy-source octo-in/a/b --bucket octo-web --key b\n{S3_DENIAL.format('CopyObject')}",
            {},
            (
                '"Resource": "arn:aws:s3:::octo-in/a/b"',
                "then allow s3:GetObject on the source and s3:PutObject",
            ),
            ("SOURCE_BUCKET_NAME", "s3:DeleteObject"),
            id="source of a copy in a command",
        ),
        pytest.param(
            f"$ aws s3 mv s3://octo-in/a s3://octo-web/a\nmove failed: s3://octo-in/a to s3://octo-web/a {S3_DENIAL.format('CopyObject')}",
            {},
            ('["s3:GetObject", "s3:DeleteObject"]', '"arn:aws:s3:::octo-in/a"'),
            (),
            id="source of a move",
        ),
        pytest.param(
            f"$ kubectl -n jobs logs deploy/flows\n{MALFORMED_TOKEN} 6",
            {},
            (
                "often, it begins with Bearer",
                "kubectl exec --stdin --tty deploy/flows --namespace jobs -- sh",
                '-H "Authorization: $token"',
            ),
            ("POD", "wc "),
            id="word before the token",
        ),
        pytest.param(
            f"{AGENT_REFUSED} cannot be parsed: token is malformed: token contains an invalid number of segments",
            {},
            ("is not the bare token", "Send the bare token"),
            ("wc ",),
            id="header that is not a token",
        ),
        pytest.param(
            f"{AGENT_REFUSED} failed basic claim validations: token is expired",
            {},
            ("because it has expired: most likely, the program reuses an old one", "kubectl rollout restart"),
            ("wc ", "not valid yet"),
            id="token that a program keeps",
        ),
        pytest.param(
            f"{AGENT_REFUSED} failed basic claim validations: token is not valid yet",
            {},
            ("most likely, the clock of the node is behind", "timedatectl set-ntp"),
            ("has expired",),
            id="token from the future",
        ),
        pytest.param(
            f"{EKS_AUTH} InvalidTokenException: Audience in the token is invalid",
            {},
            ("it is not one for EKS Pod Identity in this cluster", "the audience pods.eks.amazonaws.com"),
            ("too old to support", "Look up the error code"),
            id="token that EKS does not accept",
        ),
        pytest.param(
            f"{EKS_AUTH} ExpiredTokenException: The token included in the request is expired",
            {},
            ("Amazon EKS rejected the pod's token because it has expired", "kubectl rollout restart"),
            ("aws sso login", "role chaining"),
            id="token that has expired for EKS",
        ),
        pytest.param(
            'boot AWS_ROLE_ARN=arn:aws:iam::111122223333:role/mail\nWARN retrying: Connect timeout on endpoint URL: "http://169.254.169.254/latest/api/token"\nERROR User: arn:aws:sts::111122223333:assumed-role/mail/s is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-3:111122223333:out because no identity-based policy allows the sqs:SendMessage action',
            {},
            ("Allow sqs:SendMessage", "The timeout of 169.254.169.254 is not the cause"),
            (),
            id="timeout before a denial",
        ),
        pytest.param(
            '$ AWS_PROFILE=prod terraform plan\nError: No valid credential sources found\n  on main.tf line 1, in provider "aws":\nError: failed to refresh cached credentials, refresh cached SSO token failed, unable to refresh SSO token, operation error SSO OIDC: CreateToken, https response error StatusCode: 400, RequestID: 0d6b, InvalidGrantException: ',
            {},
            (
                "aws sso login --profile prod aws sts get-caller-identity --profile prod",
                "is only the consequence",
            ),
            (),
            id="consequence of a sign-in that has expired",
        ),
        pytest.param(
            "$ aws s3 ls --profile prod\nThe config profile (prod) could not be found\n$ aws configure list-profiles\ndefault\nacme-prod\nacme-dev\n",
            {},
            ("Use acme-prod, which the text lists",),
            ("aws configure list-profiles",),
            id="profile that resembles the missing one",
        ),
        pytest.param(
            "$ aws s3 ls\nUnable to locate credentials\n$ aws configure list-profiles\nacme-prod\n",
            {},
            (
                "Nothing selects the profile acme-prod, and there is no profile default.",
                "export AWS_PROFILE=acme-prod aws sts get-caller-identity",
            ),
            ("aws configure list-profiles", "has no profile"),
            id="the only profile, which nothing selects",
        ),
        pytest.param(
            f'[ec2-user@ip-10-0-3-7 ~]$ aws s3 ls\nUnable to locate credentials\n$ aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values={INSTANCE}\n{{\n    "IamInstanceProfileAssociations": []\n}}',
            {"region": "eu-west-1"},
            (
                f"the EC2 instance {INSTANCE} has no role",
                f"associate-iam-instance-profile --instance-id {INSTANCE} --region eu-west-1",
            ),
            ("hop limit", "describe-iam", "INSTANCE_ID"),
            id="instance without a role",
        ),
        pytest.param(
            f'{NO_ACLS}\n  with aws_s3_bucket_acl.web,\n  on main.tf line 12, in resource "aws_s3_bucket_acl" "web":',
            {},
            ("Remove the resource aws_s3_bucket_acl",),
            ("--acl in the AWS CLI",),
            id="ACL in Terraform",
        ),
        pytest.param(
            f"{NO_ACLS}\n  at com.acme.Up.save(Up.java:41)\n    req.withCannedAcl(CannedAccessControlList.PublicRead)",
            {},
            ("Remove withCannedAcl(CannedAccessControlList.PublicRead) from the call",),
            (),
            id="ACL in Java",
        ),
        pytest.param(
            "The crawler failed. ERROR : Insufficient Lake Formation permission(s) on shop (Database name: shop)",
            {},
            ("--name CRAWLER_NAME",),
            ("--name failed", "--region"),
            id="crawler without a name",
        ),
        pytest.param(
            'run_query(query, "carts", "s3://octo-results/daily/")\nAn error occurred (InvalidRequestException) when calling the StartQueryExecution operation: Unable to verify/create output bucket octo-results',
            {},
            (
                "aws s3api get-bucket-location --bucket octo-results",
                "arn:aws:s3:::octo-results/*",
                "The bucket does not exist",
            ),
            (),
            id="Athena",
        ),
        pytest.param(
            '{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3d4e5/live/GET/carts with an explicit deny"}',
            {},
            (
                "aws apigateway create-deployment --rest-api-id a1b2c3d4e5 --stage-name live --region eu-west-1",
                "Signing alone does not lift the Deny.",
            ),
            ("to everyone: sign the request",),
            id="stage",
        ),
        pytest.param(
            f"User: arn:aws:sts::111122223333:assumed-role/job/run-7 is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 with an explicit deny in a resource control policy: {RCP}",
            {},
            (
                "the resource's account 444455556666 (management account 777788889999 or a delegated administrator)",
                "whether account 111122223333 belongs to it",
                "aws:PrincipalOrgID",
                "describe-policy --policy-id p-0a1b2c3d",
            ),
            (),
            id="RCP of another organization",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/ci/run-7 is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::444455556666:role/deploy",
            {},
            ("it is passed on to every role that the session assumes",),
            (),
            id="source identity",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/guests/CognitoIdentityCredentials is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/app because no session policy allows the ssm:GetParameter action",
            {},
            ("Guests can then do all that the role allows", "AllowClassicFlow", "but not ssm:GetParameter"),
            (),
            id="guests",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/app/run-7 is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/mails/index/by-day because no identity-based policy allows the dynamodb:Query action",
            {},
            (
                "An index is a resource of its own",
                "table/mails/index/* stands for all",
            ),
            (),
            id="index of a table",
        ),
        pytest.param(
            "User: arn:aws:sts::111122223333:assumed-role/app/run-7 is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no identity-based policy allows the iam:ListUsers action",
            {},
            ("arn:aws:iam::111122223333:user/ is not the ARN of one of them.",),
            (),
            id="resource without a name",
        ),
        pytest.param(
            'putting S3 Bucket (octo-site) Policy: operation error S3: PutBucketPolicy, api error AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::octo-site" because of a closed season in Octopia.: provider=aws@6.66.2',
            {},
            ("because of a closed season in Octopia",),
            ("provider=aws", "Octopia.:"),
            id="provider of Pulumi",
        ),
        pytest.param(
            "current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1', but are for the right account. Proceeding anyway.\nAccessDeniedException: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/cdk-bootstrap/hnb659fds/version because no identity-based policy allows the ssm:GetParameter action",
            {},
            ("role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1.",),
            (),
            id="closing quote of a role",
        ),
        pytest.param(
            "User: arn:aws:iam::************:user/ana is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-2:************:parameter/PORT because no identity-based policy allows the ssm:GetParameter action",
            {},
            ("denied ssm:GetParameter on parameter/PORT in eu-west-2: no identity-based policy",),
            ("****",),
            id="masked account in the verdict",
        ),
        pytest.param(
            f"$ aws cloudformation list-stack-set-operation-results --stack-set-name baseline --operation-id 0a1b\nResourceStatusReason:{_NO_ALLOW.format('AWSCloudFormationStackSetExecutionRole/0a1b')} (RequestToken: 0a1b, HandlerErrorCode: AccessDenied)",
            {},
            (
                "AWSCloudFormationStackSetExecutionRole of the target account 222233334444 was denied events:PutRule",
                "With credentials of account 222233334444, attach",
                "start the operation of the stack set baseline again",
            ),
            ("retry the deployment",),
            id="target account of StackSets",
        ),
        pytest.param(
            f"$ aws sts get-caller-identity --query Account --output text\n111122223333\n{_NO_ALLOW.format('deploy/ci')}",
            {},
            (
                "The role deploy of account 222233334444 was denied",
                "With credentials of account 222233334444, attach",
            ),
            (),
            id="role of another account than the reader's",
        ),
        pytest.param(
            f'provider "aws" {{\n  assume_role {{\n    role_arn = "arn:aws:iam::222233334444:role/deploy"\n  }}\n}}\n{_NO_ALLOW.format("deploy/ci")}',
            {},
            ("The role deploy of account 222233334444 was denied",),
            (),
            id="role that Terraform assumes",
        ),
        pytest.param(
            f'$ aws sts get-caller-identity\n{{"Account": "222233334444"}}\n{_NO_ALLOW.format("deploy/ci")}',
            {},
            ("The role deploy was denied", "aws iam put-role-policy --role-name deploy"),
            ("With credentials of account",),
            id="role of the reader's account",
        ),
        pytest.param(
            f"AWS Control Tower failed to set up your landing zone: {_NO_ALLOW.format('AWSControlTowerExecution/AWSControlTower')}",
            {},
            ("The role AWSControlTowerExecution of account 222233334444 was denied",),
            (),
            id="enrolled account of Control Tower",
        ),
        pytest.param(
            "│ Error: Error acquiring the state lock\n│\n│ Error message: operation error S3: PutObject, https response error StatusCode: 403, RequestID: 0A1B, HostID: 0a1b=, api error AccessDenied: Access Denied\n│ Lock Info:\n│   ID:        0f6a8a4e-1d0b-4d62-9b2e-3c52a4b0f3c1\n│   Path:      shop-state/net/dev.tfstate\n│   Operation: OperationTypePlan",
            {},
            ("s3:PutObject on arn:aws:s3:::shop-state/net/dev.tfstate.tflock",),
            ("BUCKET", "OBJECT_KEY"),
            id="lock of a state in S3",
        ),
        pytest.param(
            f"download failed: s3://orders-in/2026/a.csv to ./a.csv An error occurred (AccessDenied) when calling the GetObject operation: {_UNKNOWN_KEY}",
            {},
            (
                "aws s3api head-object --bucket orders-in --key 2026/a.csv --query SSEKMSKeyId",
                "describe-key --key-id KEY_ID",
            ),
            ("--key-id arn:aws:s3",),
            id="an object is no KMS key",
        ),
        pytest.param(
            f"An error occurred (AccessDenied) when calling the GetObject operation: {_UNKNOWN_KEY}",
            {"resource": "arn:aws:s3:::orders-in/2026/a.csv"},
            ("aws s3api head-object --bucket orders-in --key 2026/a.csv --query SSEKMSKeyId",),
            ("OBJECT_KEY",),
            id="the object of the facts",
        ),
        pytest.param(
            f"Group 0: FAILED\n  {_KEY}: FAILED\n    - | AccessDeniedException: {_UNKNOWN_KEY}\n  {_KEY.replace('north', 'west')}: FAILED\n",
            {},
            (f"aws kms describe-key --key-id {_KEY} --region eu-north-1",),
            ("KEY_ID",),
            id="the key of SOPS before the error",
        ),
        pytest.param(
            f"$ aws kms decrypt --key-id {_KEY[-36:]} --ciphertext-blob fileb://x --region eu-north-1\nAn error occurred (AccessDeniedException) when calling the Decrypt operation: {_UNKNOWN_KEY}",
            {},
            (
                f"aws kms describe-key --key-id {_KEY[-36:]} --region eu-north-1",
                "Do this first: Check the key's Region",
            ),
            ("another account",),
            id="the ID of a key",
        ),
        pytest.param(
            f"$ aws kms decrypt --region us-west-2 --ciphertext-blob fileb://x\nAn error occurred (AccessDeniedException) when calling the Decrypt operation: {_UNKNOWN_KEY}\nThe file is encrypted with {_KEY}.",
            {},
            (
                "encrypted with a key of eu-north-1, and KMS was called in us-west-2",
                "aws kms decrypt --region eu-north-1 --ciphertext-blob fileb://x",
                "it cannot be replicated or converted",
            ),
            ("put-key-policy", "get-key-policy"),
            id="the key of a ciphertext in another Region",
        ),
        pytest.param(
            f"$ aws kms decrypt --region us-west-2 --ciphertext-blob fileb://x\nAn error occurred (AccessDeniedException) when calling the Decrypt operation: {_UNKNOWN_KEY}\nThe file is encrypted with {_KEY.replace('key/', 'key/mrk-')}.",
            {},
            ("get-key-policy",),
            ("KMS was called in us-west-2", "cannot be replicated"),
            id="a multi-Region key, which can have a replica",
        ),
        pytest.param(
            f"creation_rules:\n  - kms: {_KEY}\n$ sops -d a.yaml\nAccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/jobs/j is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
            {},
            (
                "The key in the text is in account 222233334444, the caller in 111122223333",
                "Allow the role jobs in the key policy, in account 222233334444",
                "Then, as an administrator of 111122223333, which must allow the call, too, if it does not yet: aws iam put-role-policy --role-name jobs",
            ),
            ("KEY_ID",),
            id="the key of SOPS in another account",
        ),
        pytest.param(
            "An error occurred (AccessDeniedException) when calling the GetParameter operation: User: arn:aws:sts::222233334444:assumed-role/jobs/j is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
            {},
            ("aws ssm describe-parameters --parameter-filters Key=Name,Values=PARAMETER_NAME",),
            (),
            id="the key of a parameter",
        ),
        pytest.param(
            f"    value = ssm.get_parameter(Name='/octo/token', WithDecryption=True)\nbotocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetParameter operation: {_UNKNOWN_KEY}",
            {},
            (
                "KMS cannot decrypt the parameter /octo/token: its key does not exist",
                "GetParameter itself was not denied.",
                "Key=Name,Values=/octo/token",
                "Then, with KEY_ARN filled in: aws kms get-key-policy --key-id KEY_ARN",
            ),
            ("PARAMETER_NAME",),
            id="the key of a parameter that code reads",
        ),
        pytest.param(
            f'GetParameterRequest.builder().name("/octo/token").build();\nsoftware.amazon.awssdk.services.ssm.model.SsmException: {_UNKNOWN_KEY} (Service: Ssm, Status Code: 400, Request ID: 2b7c)',
            {},
            ("Key=Name,Values=/octo/token",),
            ("PARAMETER_NAME",),
            id="the key of a parameter that Java reads",
        ),
        pytest.param(
            f'table = dynamo.Table("octo-carts")\nname="other"\nAn error occurred (AccessDeniedException) when calling the GetParameter operation: {_UNKNOWN_KEY}',
            {},
            ("Values=PARAMETER_NAME", "KMS cannot decrypt the parameter: its key"),
            ("octo-carts",),
            id="the name of something else",
        ),
        pytest.param(
            f"An error occurred (AccessDeniedException) when calling the Decrypt operation: {_UNKNOWN_KEY}",
            {},
            ("KMS cannot decrypt: the key does not exist",),
            ("itself was not denied",),
            id="a call of KMS itself",
        ),
        pytest.param(
            f'$ aws ecs describe-task-definition --task-definition jobs:3 --query taskDefinition.taskRoleArn\n"arn:aws:iam::222233334444:role/jobs"\necs/app/0f1e {S3_DENIAL.format("PutObject")}',
            {},
            ("then allow s3:PutObject for the role jobs", "put-role-policy --role-name jobs"),
            ("ROLE_NAME",),
            id="the role of an ECS task",
        ),
        pytest.param(
            "$ kubectl -n shop logs deploy/cart --tail=1\nAn error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.",
            {},
            ("Do this first: Let the SDK use the role of the pod's service account",),
            ("aws sso login", "kubeconfig"),
            id="expired credentials in the logs of a pod",
        ),
        pytest.param(
            "$ kubectl logs deploy/cart\nAn error occurred (ExpiredToken) when calling the AssumeRole operation: The security token included in the request is expired\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 254",
            {},
            (),
            ("service account",),
            id="expired credentials of kubectl itself",
        ),
        pytest.param(
            "ecs/app/0f1e An error occurred (InvalidAccessKeyId) when calling the PutObject operation: The AWS Access Key Id you provided does not exist in our records.",
            {},
            (
                "Do this first: Set key ID and secret again in the task definition",
                "the task role (taskRoleArn)",
            ),
            ("of the role of the ECS task",),
            id="keys of an ECS task",
        ),
        pytest.param(
            "ecs/app/0f1e ProfileNotFound: The config profile (dev) could not be found",
            {},
            ("Do this first: Let the SDK use the role of the ECS task",),
            (),
            id="a profile in an ECS task",
        ),
        pytest.param(
            "ecs/app/0f1e UnauthorizedSSOTokenError: The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.",
            {},
            ("Do this first: Let the SDK use the role of the ECS task",),
            (),
            id="a sign-in in an ECS task",
        ),
        pytest.param(
            "ecs/app/0f1e An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.",
            {},
            ("Do this first: Let the SDK use the role of the ECS task",),
            ("aws sso login",),
            id="expired credentials in an ECS task",
        ),
        pytest.param(
            f"copy failed: s3://orders-in/a.csv to s3://orders-out/a.csv An error occurred (AccessDenied) when calling the CopyObject operation: {_UNKNOWN_KEY}",
            {},
            ("aws s3api head-object --bucket orders-in --key a.csv ",),
            ("orders-out",),
            id="a copy decrypts its source",
        ),
        pytest.param(
            f"upload failed: ./a.csv to s3://orders-out/a.csv An error occurred (AccessDenied) when calling the UploadPart operation: {_UNKNOWN_KEY}",
            {},
            ("aws s3api get-bucket-encryption --bucket orders-out ",),
            ("--key-id arn:aws:s3",),
            id="an upload uses the key of the bucket",
        ),
        pytest.param(
            f"kustomization/apps: decryption failed for 'vault': cannot get sops data key\nGroup 0: FAILED\n  arn:aws:kms:eu-north-1:222233334444:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9: FAILED\n    - | api error AccessDeniedException: {_UNKNOWN_KEY}",
            {},
            (
                "key 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 of account 222233334444 in eu-north-1",
                "the role of Flux's kustomize-controller is not allowed",
                "aws kms describe-key --key-id arn:aws:kms:eu-north-1:222233334444:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 --region eu-north-1",
                "kubectl get serviceaccount kustomize-controller --namespace flux-system",
                "KMS has one message for these reasons",
            ),
            ("KEY_ID", "REGION", "SSEKMSKeyId"),
            id="the key that SOPS names",
        ),
        pytest.param(
            f'{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-north-1:222233334444:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"}}]}}\nAccessDeniedException: {_UNKNOWN_KEY}',
            {},
            ("aws kms describe-key --key-id KEY_ID",),
            (),
            id="a policy can name another key",
        ),
        pytest.param(
            f"{_NO_AGENT}\neks-pod-identity-agent-q9w8z   0/1   Running   3   3h",
            {},
            (
                "the agent eks-pod-identity-agent-q9w8z is not ready",
                "kubectl describe pod eks-pod-identity-agent-q9w8z",
            ),
            (),
            id="agent on an unknown node",
        ),
        pytest.param(
            f"{_NO_AGENT}\n$ kubectl -n kube-system get ds eks-pod-identity-agent\nNAME                     DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE\neks-pod-identity-agent   6         6         5       6            5           <none>          200d",
            {},
            ("only 5 of 6 agents are ready", "Find the agent that is not ready"),
            ("create-addon",),
            id="agents that are not ready",
        ),
        pytest.param(
            f"{_NO_AGENT}\n$ aws eks describe-addon --cluster-name prod --addon-name eks-pod-identity-agent --query addon.status --output text\nDEGRADED",
            {},
            ("the add-on eks-pod-identity-agent is DEGRADED", "Find the agent that is not ready"),
            ("create-addon",),
            id="add-on with problems",
        ),
        pytest.param(
            '$ kubectl -n shop logs deploy/cart --tail 1\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n$ aws eks list-pod-identity-associations --cluster-name prod --namespace shop --service-account cart --region eu-west-1\n{\n    "associations": []\n}',
            {"cluster": "prod", "region": "eu-west-1", "namespace": "shop", "service_account": "cart"},
            ("kubectl annotate serviceaccount cart",),
            ("list-pod-identity-associations",),
            id="no association",
        ),
        pytest.param(
            f"{_NO_AGENT}\neks-pod-identity-agent   6         6         6       6            6           <none>          200d",
            {},
            ("although the agents run", "Find what blocks the agent's address"),
            ("create-addon", "not running"),
            id="agents that run",
        ),
        pytest.param(
            f'{_NO_AGENT}\n$ kubectl -n kube-system get ds eks-pod-identity-agent\nError from server (NotFound): daemonsets.apps "eks-pod-identity-agent" not found',
            {"cluster": "prod", "region": "eu-west-1"},
            ("the cluster has no agent", "aws eks create-addon --cluster-name prod"),
            ("Possible", "kubectl get"),
            id="no agent",
        ),
        pytest.param(
            f"{_NO_AGENT}\n$ kubectl exec -n shop deploy/orders -- env | grep -i proxy\nHTTP_PROXY=http://proxy.example:3128\nNO_PROXY=169.254.169.254,.internal",
            {},
            (
                "NO_PROXY (169.254.169.254,.internal) lacks 169.254.170.23",
                "kubectl set env deploy/orders --namespace shop 'NO_PROXY=169.254.169.254,.internal,169.254.170.23,[fd00:ec2::23]'",
            ),
            ("create-addon", "Replace"),
            id="proxy for the agent",
        ),
        pytest.param(
            f"{_NO_AGENT}\nHTTP_PROXY=http://proxy.example:3128\nno_proxy=169.254.170.23,.internal",
            {},
            ("does not run on the pod's node",),
            ("lacks",),
            id="proxy that exempts the agent",
        ),
        pytest.param(
            "$ aws sts get-caller-identity --query Account --output text\n111122223333\n$ aws lambda create-function --function-name sync --role arn:aws:iam::444455556666:role/jobs/sync-exec --region eu-west-1\nAn error occurred (AccessDeniedException) when calling the CreateFunction operation: Cross-account pass role is not allowed.",
            {},
            (
                "The role sync-exec belongs to account 444455556666, and the call CreateFunction is made in 111122223333",
                "create a role in 111122223333 that trusts lambda.amazonaws.com",
                "If the service uses resources of account 444455556666, they must allow the new role",
                "aws iam create-role --role-name sync-exec",
            ),
            ("get-caller-identity",),
            id="accounts of a passed role",
        ),
        pytest.param(
            'data.aws_caller_identity.this: Read complete after 0s [id=111122223333]\nError: creating Lambda Function (sync): operation error Lambda: CreateFunction, https response error StatusCode: 403, RequestID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, api error AccessDeniedException: Cross-account pass role is not allowed.\n  role = "arn:aws:iam::444455556666:role/jobs/sync-exec"',
            {},
            (
                "The role sync-exec belongs to account 444455556666, and the call CreateFunction is made in 111122223333",
                "If account 111122223333 has a role sync-exec, pass arn:aws:iam::111122223333:role/jobs/sync-exec instead",
                "aws iam get-role --role-name sync-exec",
            ),
            ("get-caller-identity",),
            id="account that Terraform read",
        ),
        pytest.param(
            'condition = data.aws_caller_identity.this.account_id == "222233334444"\nError: creating Lambda Function (sync): operation error Lambda: CreateFunction, https response error StatusCode: 403, RequestID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, api error AccessDeniedException: Cross-account pass role is not allowed.\n  role = "arn:aws:iam::444455556666:role/jobs/sync-exec"',
            {},
            ("most likely from another account", "aws sts get-caller-identity --query Account"),
            ("222233334444",),
            id="account with which Terraform compares that of the caller",
        ),
        pytest.param(
            f'{_NO_OBJECTS}\nSigned in as Ops/ana (our role arn:aws:iam::111122223333:role/Ops).\n$ aws eks list-access-entries --cluster-name shop\n{{"accessEntries": ["arn:aws:iam::111122223333:role/nodes"]}}',
            {"region": "eu-west-1", "authentication_mode": "API"},
            (
                "The role Ops cannot read",
                "the cluster has no access entry for it, only for nodes",
                _NAMED_ROLE,
            ),
            ("PRINCIPAL_ARN", "CloudShell", "bootstrapClusterCreatorAdminPermissions"),
            id="role of the session, in brackets",
        ),
        pytest.param(
            f"{_NO_OBJECTS}\nI am signed in as ana, not as arn:aws:iam::111122223333:role/Ops.",
            {"cluster": "shop", "region": "eu-west-1"},
            ("The signed-in user or role cannot read",),
            (_NAMED_ROLE,),
            id="role that is not signed in",
        ),
        pytest.param(
            f"{_NOT_MAPPED}$ kubectl --context shop-admin -n kube-system get cm aws-auth -o yaml\n{_SESSION_MAP}",
            {},
            ("kubectl -n kube-system edit configmap aws-auth --context shop-admin",),
            ("--context shop-dev",),
            id="context of somebody with access",
        ),
        pytest.param(
            f"{_NOT_MAPPED}$ kubectl get nodes --context shop-admin\nerror: You must be logged in to the server (Unauthorized)\n{_SESSION_MAP}",
            {},
            ("kubectl -n kube-system edit configmap aws-auth In the editor",),
            ("--context shop-admin",),
            id="another context without access",
        ),
        pytest.param(
            f"{_NOT_MAPPED}$ kubectl get nodes --context shop-admin\nNAME STATUS\n$ kubectl get nodes --context old-admin\nNAME STATUS\n{_SESSION_MAP}",
            {},
            ("kubectl -n kube-system edit configmap aws-auth In the editor",),
            ("--context old-admin", "--context shop-admin"),
            id="several contexts with access",
        ),
        pytest.param(
            f"{_NOT_MAPPED}$ kubectl get nodes --context live-admin\nNAME STATUS\n{_SESSION_MAP}",
            {},
            ("kubectl -n kube-system edit configmap aws-auth In the editor",),
            ("--context live-admin",),
            id="context of another cluster",
        ),
        pytest.param(
            "WebIdentityErr: failed to retrieve credentials\ncaused by: RegionDisabledException: STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
            {"cluster": "shop", "region": "eu-north-1", "namespace": "till", "service_account": "cart"},
            (
                "activate eu-north-1",
                "pods call STS in the Region of the cluster",
            ),
            ("another Region", "call STS in an active Region", "AWS_ENDPOINT_URL_STS"),
            id="STS in the Region of a cluster",
        ),
        pytest.param(
            "get credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 2f, RegionDisabledException: STS is not activated in this region for account:111122223333.",
            {"cluster": "shop", "region": "eu-north-1", "namespace": "till", "service_account": "cart"},
            ("activate eu-north-1", "call us-east-1 (recent SDKs)"),
            ("call STS in an active Region",),
            id="STS in the Region of a cluster, with an SDK that reads endpoints",
        ),
        pytest.param(
            "RegionDisabledException: STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
            {"region": "eu-north-1"},
            ("activate eu-north-1", "call STS in an active Region, such as us-east-1"),
            ("of the cluster",),
            id="STS without a cluster",
        ),
        pytest.param(
            'Error: initializing provider: RegionDisabledException: STS is not activated in this region for account:111122223333.\n  on main.tf line 3, in provider "aws":',
            {"region": "eu-north-1"},
            ("first: Call STS in an active Region", 'sts_region = "us-east-1"', "Activate STS in eu-north-1"),
            ("In pods",),
            id="STS of a provider of Terraform",
        ),
        pytest.param(
            "$ aws configure list-profiles\ndefault\nshop-live\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/ana\ndeploy role: arn:aws:iam::444455556666:role/deploy\nServerlessError2: Cross-account pass role is not allowed.",
            {},
            (
                "The role deploy belongs to account 444455556666, and the call is made in 111122223333",
                "Do this first: Make the call with the profile shop-live, if it is of account 444455556666",
                "aws sts get-caller-identity --profile shop-live --query Account --output text",
                "iam:PassRole on arn:aws:iam::444455556666:role/deploy",
            ),
            (),
            id="passed role of the account of another profile",
        ),
        pytest.param(
            "$ aws configure list-profiles\nshop-dev\nshop-live\nshop-test\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/ana\ndeploy role: arn:aws:iam::444455556666:role/deploy\nServerlessError2: Cross-account pass role is not allowed.",
            {},
            ("Do this first: Use a role of account 111122223333",),
            ("AWS_PROFILE",),
            id="passed role and several profiles",
        ),
        pytest.param(
            "synth: new ShellStep('Synth', { commands: ['npx cdk synth'] })\ncurrent credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-hnb659fds-lookup-role-111122223333-us-west-2', but are for the right account. Proceeding anyway.\nUser: arn:aws:sts::111122223333:assumed-role/pipe-synth/AWSCodeBuild-1 is not authorized to perform: route53:ListHostedZonesByName because no identity-based policy allows the route53:ListHostedZonesByName action",
            {},
            (
                "Allow sts:AssumeRole on the lookup role for the role pipe-synth",
                "make the step a CodeBuildStep",
                "resources: ['arn:aws:iam::111122223333:role/cdk-hnb659fds-lookup-role-111122223333-us-west-2']",
                "commit cdk.context.json",
            ),
            ("put-role-policy", "Or allow route53"),
            id="lookup in a CDK pipeline",
        ),
        pytest.param(
            "$ aws eks list-access-entries --cluster-name prod\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)",
            {},
            ("list-access-entries --cluster-name prod",),
            (),
            id="check without its output",
        ),
        pytest.param(
            '$ aws eks list-access-entries --cluster-name prod --region us-east-1\n{"accessEntries": []}\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)',
            {"region": "eu-west-1"},
            ("list-access-entries --cluster-name prod --region eu-west-1",),
            (),
            id="check in another Region",
        ),
        pytest.param(
            "$ aws --endpoint-url https://sns.eu-west-1.amazonaws.com sqs list-queues\n\nAn error occurred (SignatureDoesNotMatch) when calling the ListQueues operation: Credential should be scoped to correct service: 'sns'.",
            {},
            (" aws sqs list-queues",),
            (),
            id="command without its first option",
        ),
        pytest.param(
            f"$ aws s3 cp out/ s3://octo-site/docs/ --recursive --acl public-read\nupload failed: out/a.html to s3://octo-site/docs/a.html {_S3_DENIED.format('PutObject')}\n$ aws s3 cp out/a.html s3://octo-site/docs/\nupload: out/a.html to s3://octo-site/docs/a.html",
            {},
            (
                "only with --acl public-read: the same command without it worked.",
                "requires s3:PutObjectAcl on arn:aws:s3:::octo-site/docs/*",
                "Do this first: Leave out --acl public-read",
            ),
            ("list-buckets", "No identity-based policy", "another account"),
            id="only the ACL is denied",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-site/a.csv --acl=private\nupload failed: ./a.csv to s3://octo-site/a.csv {_S3_DENIED.format('PutObject')}\n$ aws s3 cp a.csv s3://octo-site/a.csv\nupload: ./a.csv to s3://octo-site/a.csv",
            {},
            ("only with --acl private: the same command without it worked",),
            ("--acl=private",),
            id="denied option with an equals sign",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-data/in/\nupload: ./a.csv to s3://octo-data/in/a.csv\n$ aws s3 cp a.csv s3://octo-data/in/ --sse aws:kms --sse-kms-key-id alias/octo\nupload failed: ./a.csv to s3://octo-data/in/a.csv {_S3_DENIED.format('PutObject')}",
            {},
            (
                "only with --sse aws:kms --sse-kms-key-id alias/octo",
                "Do this first: Allow the caller to use the KMS key",
                '"Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "KEY_ARN"',
                "aws kms describe-key --key-id alias/octo",
                "Leave out --sse aws:kms",
            ),
            ('"s3:PutObject"',),
            id="only the key is denied",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-data/in/\nupload: ./a.csv to s3://octo-data/in/a.csv\n$ aws s3 cp a.csv s3://octo-data/in/ --sse aws:kms --sse-kms-key-id arn:aws:kms:eu-west-1:111122223333:alias/octo\nupload failed: ./a.csv to s3://octo-data/in/a.csv {_S3_DENIED.format('PutObject')}",
            {},
            (
                '"Resource": "KEY_ARN"',
                "aws kms describe-key --key-id arn:aws:kms:eu-west-1:111122223333:alias/octo",
            ),
            (),
            id="only the key of an alias is denied",
        ),
        pytest.param(
            f'$ aws s3api get-object --bucket octo-data --key a.csv --version-id x1 a.csv\n\n{_S3_DENIED.format("GetObject")}\n$ aws s3api get-object --bucket octo-data --key a.csv a.csv\n{{\n    "ContentLength": 12\n}}',
            {},
            (
                "only with --version-id x1: the same command without it worked.",
                "Allow s3:GetObjectVersion",
            ),
            ("is allowed",),
            id="only the version is denied",
        ),
        pytest.param(
            f'$ aws s3api delete-object --bucket octo-data --key a.csv\n{{\n    "VersionId": "n1"\n}}\n$ aws s3api delete-object --bucket octo-data --key a.csv --version-id x1\n\n{_S3_DENIED.format("DeleteObject")}',
            {},
            (
                "S3 checks s3:DeleteObjectVersion instead of s3:DeleteObject",
                "Object Lock",
                "aws s3api get-object-retention --bucket octo-data --key a.csv --version-id x1",
                '"Action": "s3:DeleteObjectVersion"',
            ),
            ("GetObjectVersion", "Leave out --version-id"),
            id="only the deletion of a version is denied",
        ),
        *(
            pytest.param(
                f"$ aws s3api {command} --bucket octo-data --key a.csv --version-id x1\n\n{_S3_DENIED.format(operation)}",
                {},
                (f'"Action": "{action}"',),
                (),
                id=f"a version for {operation}",
            )
            for command, operation, action in (
                ("get-object-acl", "GetObjectAcl", "s3:GetObjectVersionAcl"),
                ("put-object-tagging", "PutObjectTagging", "s3:PutObjectVersionTagging"),
                ("delete-object-tagging", "DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
                ("get-object-attributes", "GetObjectAttributes", "s3:GetObjectVersionAttributes"),
                ("restore-object", "RestoreObject", "s3:RestoreObject"),
            )
        ),
        pytest.param(
            f'$ aws s3api put-object --bucket octo-data --key a.csv --body a.csv\n{{\n    "VersionId": "n1"\n}}\n$ aws s3api get-object --bucket octo-data --key a.csv a.csv\n\n{_S3_DENIED.format("GetObject")}',
            {},
            ('"Action": "s3:GetObject"',),
            ("s3:GetObjectVersion",),
            id="a version that another command printed",
        ),
        pytest.param(
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [jobs]\n"
            'sasl.mechanism=AWS_MSK_IAM\npolicy of role reader\n{"Statement": [{"Effect": "Allow", "Action": ["kafka-cluster:Connect", "kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], "Resource": "arn:aws:kafka:eu-west-1:111122223333:cluster/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2"}]}',
            {},
            (
                "but the policy names only the cluster",
                "kafka-cluster:Connect is allowed",
                '"kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"',
                ":topic/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2/jobs",
                "--role-name reader",
                "Allow kafka-cluster:DescribeTopic for the role reader",
            ),
            ("WriteData",),
            id="a topic of Amazon MSK",
        ),
        pytest.param(
            "org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: jobs-1\n"
            "sasl.mechanism=AWS_MSK_IAM\narn:aws:kafka:eu-west-1:111122223333:cluster/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2",
            {},
            ("kafka-cluster:AlterGroup", ":group/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2/jobs-1"),
            ("topic",),
            id="a group of Amazon MSK",
        ),
        pytest.param(
            "ERROR [sink|task-0] WorkerSinkTask{id=jobs-sink-0} org.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: connect-jobs-sink\n"
            'sasl.mechanism=AWS_MSK_IAM\ngroup.id=workers, no ACLs\npolicy of role sinks\n{"Statement": [{"Effect": "Allow", "Action": "kafka-cluster:AlterGroup", "Resource": "arn:aws:kafka:eu-west-1:111122223333:group/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2/workers"}]}',
            {},
            (
                "with a group of its own, connect- and the connector's name",
                "/connectors/jobs-sink/restart?includeTasks=true&onlyFailed=true",
                "Kafka's own ACLs do not apply",
            ),
            (),
            id="the group of a sink connector on Amazon MSK",
        ),
        pytest.param(
            "org.apache.kafka.common.errors.TransactionalIdAuthorizationException: Transactional Id authorization failed.\n"
            "sasl.mechanism=AWS_MSK_IAM\narn:aws:kafka:eu-west-1:111122223333:cluster/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2",
            {},
            ("kafka-cluster:AlterTransactionalId", ":transactional-id/"),
            (":cluster/",),
            id="a transactional ID of Amazon MSK without its name",
        ),
        pytest.param(
            "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [jobs]\nsasl.mechanism=AWS_MSK_IAM",
            {},
            (":topic/CLUSTER/CLUSTER_UUID/jobs",),
            ("TOPIC_NAME",),
            id="a topic of Amazon MSK without its cluster",
        ),
        pytest.param(
            "Not authorized to access group: other\norg.apache.kafka.common.errors.GroupAuthorizationException: Not authorized to access group: jobs\nsasl.mechanism=AWS_MSK_IAM",
            {},
            (":group/CLUSTER/CLUSTER_UUID/jobs",),
            ("GROUP_NAME",),
            id="a group of Amazon MSK without its cluster",
        ),
        pytest.param(
            "SaslAuthenticationException: [0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9]: Access denied\n\n"
            "TopicAuthorizationException: Not authorized to access topics: [jobs]\n"
            "sasl.mechanism=AWS_MSK_IAM\narn:aws:kafka:eu-west-1:111122223333:cluster/octo/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9-2",
            {},
            ("kafka-cluster:Connect on cluster/octo/",),
            ("/jobs",),
            id="a connection to Amazon MSK before another denial",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-data/in/\nupload: ./a.csv to s3://octo-data/in/a.csv\n$ aws s3 cp a.csv s3://octo-data/out/\nupload failed: ./a.csv to s3://octo-data/out/a.csv {_S3_DENIED.format('PutObject')}",
            {},
            (
                "below s3://octo-data/out/, and allowed it below s3://octo-data/in/",
                "The text shows that aws s3 cp a.csv s3://octo-data/in/ worked.",
                '"Resource": "arn:aws:s3:::octo-data/out/*"',
            ),
            ("KMS", "another account", "list-buckets"),
            id="only one prefix is denied",
        ),
        pytest.param(
            f"$ aws s3 ls s3://octo-data/in/\n2026-11-01 10:00:00  12 a.csv\n$ aws s3 ls s3://octo-data/out/\n\n{_S3_DENIED.format('ListObjectsV2')}",
            {},
            (
                "S3 denied s3:ListBucket below s3://octo-data/out/",
                "add out/* to its condition on s3:prefix",
                '"Resource": "arn:aws:s3:::octo-data"',
                '"StringLike": {"s3:prefix": "out/*"}',
            ),
            ("octo-data/out/*",),
            id="only the list of one prefix is denied",
        ),
        pytest.param(
            f"$ aws s3 ls s3://octo-data/ --profile admin\n2026-11-01 10:00:00  12 a.csv\n$ aws s3 ls s3://octo-data/ --profile dev\n\n{_S3_DENIED.format('ListObjectsV2')}",
            {},
            (
                "to the profile dev, and allowed it to the profile admin",
                "If you meant admin, use --profile admin.",
                "aws sts get-caller-identity --profile dev",
            ),
            ("list-buckets",),
            id="only one profile is denied",
        ),
        pytest.param(
            f"Sign in with IAM user credentials\n{_NO_OBJECTS}\n",
            {},
            ("The signed-in user or role cannot read",),
            ("credentials cannot",),
            id="IAM user in prose",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-data/in/ --sse-c-key hunter2hunter2\nupload: ./a.csv to s3://octo-data/in/a.csv\n$ aws s3 cp a.csv s3://octo-data/in/\nupload failed: ./a.csv to s3://octo-data/in/a.csv {_S3_DENIED.format('PutObject')}",
            {},
            ("only because --sse-c-key is missing", "The text shows that aws s3 cp worked."),
            ("hunter2",),
            id="secret option that is missing",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-data/in/ --sse-c-key hunter2hunter2\nupload failed: ./a.csv to s3://octo-data/in/a.csv {_S3_DENIED.format('PutObject')}\n$ aws s3 cp a.csv s3://octo-data/in/\nupload: ./a.csv to s3://octo-data/in/a.csv",
            {},
            ("only with --sse-c-key:", "Leave out --sse-c-key"),
            ("hunter2",),
            id="secret option",
        ),
        pytest.param(
            f"$ AWS_PROFILE=admin aws s3 ls s3://octo-data/\n2026-11-01 10:00:00  12 a.csv\n$ AWS_PROFILE=dev aws s3 ls s3://octo-data/\n\n{_S3_DENIED.format('ListObjectsV2')}",
            {},
            ("to the profile dev, and allowed it to the profile admin",),
            (),
            id="only the profile of a variable is denied",
        ),
        pytest.param(
            "$ aws s3 cp s3://octo-open/a.csv .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n$ aws s3 cp s3://octo-open/a.csv . --request-payer requester\ndownload: s3://octo-open/a.csv to ./a.csv",
            {},
            (
                "only because --request-payer requester is missing",
                "Requester Pays bucket",
                " aws s3 cp s3://octo-open/a.csv . --request-payer requester",
            ),
            ("Allow",),
            id="option that is missing",
        ),
        pytest.param(
            f'$ aws s3api get-object --bucket octo-open --key a.csv a.csv\n\n{_S3_DENIED.format("GetObject")}\n$ aws s3api get-object --bucket octo-open --key a.csv a.csv --request-payer requester\n{{\n    "ContentLength": 12\n}}',
            {},
            (" aws s3api get-object --bucket octo-open --key a.csv a.csv --request-payer requester",),
            (),
            id="name of an object is not a secret",
        ),
        pytest.param(
            "$ aws s3 cp s3://octo-open/a.csv .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n$ aws s3 cp s3://octo-open/a.csv . --request-payer '$(touch x)'\ndownload: s3://octo-open/a.csv to ./a.csv",
            {},
            ("is missing",),
            (". --request-payer $(",),
            id="value that a shell would run",
        ),
        pytest.param(
            f"$ aws s3 ls s3://octo-data/ --no-sign-request\n{_S3_DENIED.format('ListObjectsV2')}\n$ aws s3 ls s3://octo-data/\n2026-11-01 10:00:00  12 a.csv",
            {},
            ("Do this first: Leave out --no-sign-request", "the bucket does not allow everyone"),
            ("Or leave",),
            id="call without a signature",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-logs/\nupload: ./a.csv to s3://octo-logs/a.csv\n$ aws s3 cp a.csv s3://octo-data/out/ --acl private\nupload failed: ./a.csv to s3://octo-data/out/a.csv {_S3_DENIED.format('PutObject')}",
            {},
            ("without a reason",),
            ("only because", "worked"),
            id="success in another bucket",
        ),
        pytest.param(
            f"$ aws s3 cp a.csv s3://octo-data/out/\nupload failed: ./a.csv to s3://octo-data/out/a.csv {_S3_DENIED.format('PutObject')}\n$ aws s3 cp a.csv s3://octo-data/out/ --acl private\nupload failed: ./a.csv to s3://octo-data/out/a.csv {_S3_DENIED.format('PutObject')}",
            {},
            ("without a reason",),
            ("only because", "worked"),
            id="two failures",
        ),
        *(
            pytest.param(
                f"{menu}\n{_NO_OBJECTS}\n",
                {"cluster": "orders", "region": "eu-west-1", "authentication_mode": "API"},
                (
                    f"The {who} cannot read the Kubernetes objects of the cluster orders in the console",
                    argument,
                ),
                ("PRINCIPAL_ARN", *(() if " or role " in who else ("get-caller-identity",))),
                id=menu,
            )
            for menu, who, argument in (
                ("[top right] Ops/lena @ 1111-****-****", "role Ops", _MASKED_ROLE),
                ("Ops/lena @ ************", "role Ops", _MASKED_ROLE),
                ("Federated user: Ops/lena\nAccount ID: 1111-2222-3333", "role Ops", _NAMED_ROLE),
                ("I see Federated user: Ops/lena, account 1111-2222-3333", "role Ops", _NAMED_ROLE),
                ("Federated user: Ops/lena", "role Ops", _MASKED_ROLE),
                ('"lena @ 1111-2222-3333", role Ops (switched role)', "role Ops", _NAMED_ROLE),
                ("I am lena @ 1111-2222-3333, switched to Ops", "role Ops", _NAMED_ROLE),
                ("Ops @ 1111-2222-3333 (switched role)", "role Ops", _NAMED_ROLE),
                (
                    "lena @ 1111-2222-3333, and the node role Ops is mapped",
                    "user or role lena",
                    "arn:aws:iam::111122223333:user/lena",
                ),
                (
                    "IAM user: lena\nAccount ID: 1111-2222-3333",
                    "user lena",
                    "arn:aws:iam::111122223333:user/lena",
                ),
                (
                    "Account ID: 1111-****-3333\nIAM user\nlena",
                    "user lena",
                    "arn:aws:iam::ACCOUNT_ID:user/lena",
                ),
                (
                    "The user lena is signed in: lena @ 1111-2222-3333",
                    "user lena",
                    "arn:aws:iam::111122223333:user/lena",
                ),
                (
                    "AuditRead @ 1111-2222-3333",
                    "user or role AuditRead",
                    "arn:aws:iam::111122223333:role/AuditRead",
                ),
                ("lena @ XXXX-XXXX-3333", "user or role lena", "arn:aws:iam::ACCOUNT_ID:user/lena"),
                ("arn:aws:sts::111122223333:assumed-role/Ops/lena", "role Ops", _NAMED_ROLE),
            )
        ),
        pytest.param(
            "The VPC: vpc-0aaa1b2c3d4e5f607 has not authorized to associate with your hosted zone. (Aws::Route53::Errors::NotAuthorizedException)\n"
            "The zone films.internal belongs to 111122223333, and 444455556666 has the VPC.\n"
            'r53.associate_vpc_with_hosted_zone(hosted_zone_id: "Z0ABCDEFGH12", vpc: { vpc_region: "us-east-2", vpc_id: id })',
            {},
            (
                "--hosted-zone-id Z0ABCDEFGH12 --vpc VPCRegion=us-east-2,VPCId=vpc-0aaa1b2c3d4e5f607",
                "No IAM permission is missing",
            ),
            ("lookup-events", "Allow route53"),
            id="VPC of another account",
        ),
        *(
            pytest.param(
                json.dumps(
                    {
                        "eventVersion": "1.11",
                        "userIdentity": {"type": "AWSAccount", "principalId": unique, "accountId": account},
                        "eventSource": "s3.amazonaws.com",
                        "eventName": "GetObject",
                        "awsRegion": "eu-west-1",
                        "errorCode": "AccessDenied",
                        "errorMessage": "Access Denied",
                        "requestParameters": {"bucketName": "films", "key": "a.csv"},
                        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::films/a.csv"}],
                        "recipientAccountId": "111122223333",
                    },
                    indent=1,
                ),
                {},
                (says,),
                (omits,),
                id=f"record about {account} {unique}",
            )
            for unique, account, says, omits in (
                (
                    "AIDAEXAMPLEEXAMPLE12",
                    "444455556666",
                    "An IAM user of account 444455556666, which is not the account 111122223333 of this record, was denied s3:GetObject",
                    "put-role-policy",
                ),
                (
                    "AROAEXAMPLEEXAMPLE12:etl",
                    "444455556666",
                    "aws iam list-roles --query \"Roles[?RoleId=='AROAEXAMPLEEXAMPLE12'].Arn\"",
                    "put-role-policy",
                ),
                (
                    "AIDAEXAMPLEEXAMPLE12",
                    "111122223333",
                    "S3 denied s3:GetObject",
                    "which is not the account",
                ),
                ("", "ANONYMOUS_PRINCIPAL", "S3 denied an anonymous request", "which is not the account"),
            )
        ),
        pytest.param(
            "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ce:GetCostAndUsage on resource: arn:aws:ce:us-east-1:111122223333:/GetCostAndUsage with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Eu\n"
            '{"Statement": [{"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}}]}',
            {},
            (
                "Have the Deny exempt Cost Explorer",
                '"NotAction": ["iam:*", "ce:*"]',
            ),
            ("Call in eu-west-1", "Find the Deny"),
            id="Deny of Regions on a service with one endpoint",
        ),
        *(
            pytest.param(
                f"{call}\nUser: arn:aws:iam::111122223333:user/ana is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action\n"
                + json.dumps(
                    {
                        "Statement": [
                            {
                                "Sid": "Own",
                                "Effect": "Allow",
                                "Action": action,
                                "Resource": resource,
                                "Condition": {"StringEquals": {key: allowed}},
                            }
                        ]
                    }
                ),
                {},
                (says,),
                (),
                id=f"own key {key} {call[:12]}",
            )
            for call, action, resource, key, allowed, says in (
                (
                    "$ aws eks associate-access-policy --cluster-name films --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope type=cluster",
                    "eks:AssociateAccessPolicy",
                    "arn:aws:eks:eu-west-1:111122223333:access-entry/films/user/111122223333/ana/0a1b2c3d",
                    "eks:policyArn",
                    "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
                    '"arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"]',
                ),
                (
                    "eks.associate_access_policy(clusterName='films', accessScope=scope, policyArn='arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy')",
                    "eks:AssociateAccessPolicy",
                    "arn:aws:eks:eu-west-1:111122223333:access-entry/films/user/111122223333/ana/0a1b2c3d",
                    "eks:policyArn",
                    "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
                    "but the request has AmazonEKSEditPolicy",
                ),
                (
                    "$ aws ecs run-task --cluster films --task-definition job:3",
                    "ecs:RunTask",
                    "arn:aws:ecs:eu-west-1:111122223333:task-definition/job:3",
                    "ecs:cluster",
                    "arn:aws:ecs:eu-west-1:111122223333:cluster/films",
                    "allows it only if ecs:cluster is arn:aws:ecs:eu-west-1:111122223333:cluster/films.",
                ),
            )
        ),
        *(
            pytest.param(
                f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action\n"
                + json.dumps({"Statement": [{"Effect": "Allow", "Action": written, "Resource": covered}]}),
                {},
                says,
                omits,
                id=f"operation {written}",
            )
            for written, action, resource, covered, says, omits in (
                (
                    "kms:ReEncrypt",
                    "kms:ReEncryptTo",
                    "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666",
                    [
                        "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666",
                        "arn:aws:kms:eu-west-1:111122223333:key/9f8e7d6c-1111-2222-3333-444455556666",
                    ],
                    (
                        "has kms:ReEncrypt, which is not an IAM action.",
                        '"Action": ["kms:ReEncryptFrom", "kms:ReEncryptTo"]',
                        "key/9f8e7d6c-1111-2222-3333-444455556666",
                    ),
                    ("Note kms:ReEncrypt",),
                ),
                (
                    "s3:ListObjectsV2",
                    "s3:ListBucket",
                    "arn:aws:s3:::films",
                    "arn:aws:s3:::films",
                    (
                        "Write s3:ListBucket in place of s3:ListObjectsV2 in the statement in the policy in the text, or attach",
                    ),
                    ("s3:ListObjectsV2, a different action",),
                ),
                (
                    "dynamodb:BatchGetItem",
                    "dynamodb:GetItem",
                    "arn:aws:dynamodb:eu-west-1:111122223333:table/films",
                    "arn:aws:dynamodb:eu-west-1:111122223333:table/films",
                    ("has dynamodb:BatchGetItem, a different action.",),
                    ("no IAM action",),
                ),
            )
        ),
        *(
            pytest.param(
                f"Exception in thread main: User: arn:aws:sts::111122223333:assumed-role/films/{session} is not authorized to perform: logs:PutRetentionPolicy on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/{group}:log-stream: because no identity-based policy allows the logs:PutRetentionPolicy action",
                {},
                (says,),
                (),
                id=f"{session} and the log group of {group}",
            )
            for session, group, says in (
                ("9f3c", "checkout", "The role films was denied"),
                ("checkout", "checkout", "The role films of the Lambda function checkout was"),
            )
        ),
        *(
            pytest.param(
                f"{log}\nAn error occurred (ExpiredTokenException) when calling the AssumeRoleWithSAML operation: Token must be redeemed within 5 minutes of issuance",
                {},
                (says,),
                (omits,),
                id=f"assertion {log[:32]}",
            )
            for log, says, omits in (
                (
                    "[08:14:07] got assertion, NotBefore 2031-11-24T07:06:51Z (UTC+1)",
                    "was issued at 07:06:51 UTC, and used at 07:14:07 UTC (08:14:07 local time)",
                    "Sign in to the identity provider again",
                ),
                (
                    '2031-11-24T09:11:03Z IssueInstant="2031-11-24T09:11:02.331Z"\n2031-11-24T09:20:32Z call STS',
                    "The program got it at once, and kept it.",
                    "the clock of the identity provider is 9 minutes behind",
                ),
                (
                    "[08:14:07] got assertion, NotBefore 2031-11-24T07:06:51Z",
                    "was more than 5 minutes old",
                    "local time",
                ),
            )
        ),
        *(
            pytest.param(
                f"User: arn:aws:sts::111122223333:assumed-role/films/run is not authorized to perform: dax:GetItem on resource: arn:aws:dax:eu-west-1:111122223333:cache/films because no identity-based policy allows the dax:GetItem action\n{said}",
                {},
                (says, "permissions count only for calls without DAX"),
                (),
                id=f"cache {said[:20]}",
            )
            for said, says in (
                (
                    "The role has dynamodb:GetItem, Query and PutItem on the table.",
                    '"Action": ["dax:GetItem", "dax:Query", "dax:PutItem"]',
                ),
                ("The role has dynamodb:DescribeTable.", '"Action": "dax:GetItem"'),
            )
        ),
        *(
            pytest.param(
                f"User: arn:aws:sts::444455556666:assumed-role/films/run is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/films with an explicit deny in a resource control policy\n{said}",
                {},
                says,
                omits,
                id=f"RCP, {said[:20]}",
            )
            for said, says, omits in (
                (
                    "Their repository policy has Principal arn:aws:iam::444455556666:root with BatchGetImage. We have our own AWS organization.",
                    (
                        "The repository policy in the text allows the call already, and needs no change.",
                        "account 444455556666 belongs to another one, so most likely this denies it",
                    ),
                    ("ask whether account",),
                ),
                (
                    "Their repository policy does not name 444455556666 for BatchGetImage.",
                    ("ask whether account 444455556666 belongs to it",),
                    ("allows the call already",),
                ),
            )
        ),
        pytest.param(
            'Who was this?\n{"eventVersion": "1.11", "userIdentity": {"type": "AWSAccount", "principalId": "AROAEXAMPLEEXAMPLE12:etl", "accountId": "444455556666"}, "eventSource": "sqs.amazonaws.com", "eventName": "SendMessage", "awsRegion": "eu-west-1", "errorCode": "AccessDenied", "resources": [{"accountId": "111122223333", "type": "AWS::SQS::Queue", "ARN": "arn:aws:sqs:eu-west-1:111122223333:films"}], "recipientAccountId": "111122223333"}',
            {},
            (
                "A role of account 444455556666, which is not the account 111122223333 of this record, was denied sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:films",
            ),
            ("arn:aws:sqs:eu-west-1:111122223333:films was denied",),
            id="record about a queue behind a question",
        ),
        *(
            pytest.param(
                'User: arn:aws:sts::111122223333:assumed-role/films/run is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::films" because no identity-based policy allows the s3:ListBucket action\n'
                f'data "aws_iam_policy_document" "films" {{\n  statement {{\n    actions   = ["s3:ListObjects", "s3:GetObject"]\n    resources = ["arn:aws:s3:::{bucket}"]\n  }}\n}}\n',
                {},
                says,
                omits,
                id=f"operation in code for {bucket}",
            )
            for bucket, says, omits in (
                (
                    "films",
                    (
                        "Write s3:ListBucket in place of s3:ListObjects",
                        'actions = ["s3:ListBucket", "s3:GetObject"]',
                    ),
                    ("put-role-policy",),
                ),
                ("posters", ("no identity-based policy allows it",), ("in place of s3:ListObjects",)),
            )
        ),
        pytest.param(
            "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/films because no identity-based policy allows the iam:PassRole action. Encoded authorization failure message: 9Kc2wR7mB1xVtQ0pZs\n"
            '{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:instance-profile/films"}',
            {},
            ("allows it only on arn:aws:iam::111122223333:instance-profile/films",),
            ("Decode the message",),
            id="nothing more to decode",
        ),
    ],
)
def test_short_form(text: str, facts: dict[str, Any], says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    shown = " ".join(str(explain(text, facts=facts)).replace("\\\n", " ").split())
    for words in says:
        assert words in shown
    for words in omits:
        assert words not in shown


@check_rows(
    ("action", "resource", "argument"),
    [
        ("ecr:PutImage", "ecr:us-east-1:***:repository/shop/api", "--repository-name shop/api"),
        ("secretsmanager:GetSecretValue", "secretsmanager:eu-west-1:***:secret:shop/db-AbCdEf", "--secret-id shop/db"),
        ("sqs:SendMessage", "sqs:eu-west-1:****:carts", "https://sqs.eu-west-1.amazonaws.com/ACCOUNT_ID/carts"),
        ("sns:Publish", "sns:eu-west-1:<account>:carts", "--topic-arn arn:aws:sns:eu-west-1:ACCOUNT_ID:carts"),
        ("kms:Decrypt", "kms:eu-west-1:***:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "--key-id 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"),
        ("dynamodb:GetItem", "dynamodb:***:***:table/carts", "--resource-arn arn:aws:dynamodb:REGION:ACCOUNT_ID:table/carts"),
        ("lambda:InvokeFunction", "lambda:eu-west-1:XXXXXXXXXXXX:function:resize", "--function-name resize"),
        ("kinesis:PutRecord", "kinesis:eu-west-1:[REDACTED]:stream/***", "--resource-arn RESOURCE_ARN"),
    ],
)  # fmt: skip
def test_masked_account_does_not_hide_the_name(action: str, resource: str, argument: str) -> None:
    text = f"User: arn:aws:sts::111122223333:assumed-role/ci/run-7 is not authorized to perform: {action} on resource: arn:aws:{resource} because no resource-based policy allows the {action} action"
    [first, *_] = explain(text).remedies
    assert all(f"{argument} " in f"{command} " for command in first.commands)
    is_name_visible = "RESOURCE_ARN" not in argument
    assert any("The text masks the account" in step for step in first.steps) == is_name_visible


SESSION = "arn:aws:sts::111122223333:assumed-role/ingest/i-0a1b2c3d4e5f60718"
KMS_KEY = "arn:aws:kms:eu-west-1:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
NO_POLICY = "because no resource-based policy allows the {} action"


def _record(action: str, resource: str, issuer: str, **identity: str) -> str:
    message = f"User: {SESSION} is not authorized to perform: {action} on resource: {resource} {NO_POLICY.format(action)}"
    service, name = action.split(":")
    return json.dumps(
        {
            "userIdentity": {
                "type": "AssumedRole",
                "arn": SESSION,
                "sessionContext": {"sessionIssuer": {"type": "Role", "arn": issuer}},
                **identity,
            },
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "errorCode": "AccessDenied",
            "errorMessage": message,
            "requestParameters": {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::octo-drop"}},
        }
    )


def test_a_mapping_shows_what_its_text_shows() -> None:
    """The resources and parameters of the record are stated outside of its message."""
    record = json.loads(_record("s3:GetObject", "*", "arn:aws:iam::111122223333:role/ingest"))
    record["errorMessage"] = "Access Denied"
    record["requestParameters"] = {"bucketName": "octo-lake", "key": "2026/orders.csv"}
    record["resources"] = [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::octo-lake/2026/orders.csv"},
        {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::octo-lake", "accountId": "111122223333"},
    ]
    explanation = explain(record)
    assert "arn:aws:s3:::octo-lake/2026/orders.csv" in explanation.summary
    assert str(explanation) == str(explain(json.dumps(record)))
    assert explanation.failure == parse(record)
    assert explanation.failure is not None
    assert explanation.failure.text == "Access Denied"


@check_rows("path", ["data/", ""])
@check_rows(
    ("action", "resource"),
    [
        ("kms:Decrypt", KMS_KEY),
        ("s3:GetObject", "arn:aws:s3:::octo-lake/orders.csv"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-AbCdEf"),
        ("sts:AssumeRole", "arn:aws:iam::444455556666:role/reader"),
    ],
)
def test_issuer_of_the_session_is_the_principal(action: str, resource: str, path: str) -> None:
    """A record states the role with its path, or that it has none."""
    issuer = f"arn:aws:iam::111122223333:role/{path}ingest"
    explanation = explain(_record(action, resource, issuer))
    principals = [
        statement["Principal"]["AWS"]
        for remedy in explanation.remedies
        if remedy.layer != "identity"
        for document in remedy.documents
        for statement in dict(document).get("Statement", [document])
    ]
    assert principals == [issuer]
    assert "STS omits" not in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    ("text", "facts", "arn"),
    [
        ("", {"caller": "arn:aws:iam::111122223333:role/data/ingest"}, "data/ingest"),
        ("assuming arn:aws:iam::111122223333:role/data/ingest.\n", {}, "data/ingest"),
        # The role of another account or with a longer name, and a role that somebody wrote without its path.
        ("assuming arn:aws:iam::444455556666:role/data/ingest\n", {}, "ingest"),
        ("assuming arn:aws:iam::111122223333:role/data/ingest-2\n", {}, "ingest"),
        ("assuming arn:aws:iam::111122223333:role/ingest\n", {}, "ingest"),
        # What get-role prints has the path.
        (
            "$ aws iam get-role --role-name ingest --query Role.[Arn,RoleId] --output text\narn:aws:iam::111122223333:role/ingest\tAROAEXAMPLEROLEID0001\n\n",
            {},
            "ingest ",
        ),
        # AWS saves the policy of a resource only if its principals exist.
        (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ingest"}, "Action": "kms:Encrypt", "Resource": "*"}]}\n',
            {},
            "ingest ",
        ),
        # Of two paths, one is wrong.
        (
            "arn:aws:iam::111122223333:role/a/ingest or arn:aws:iam::111122223333:role/b/ingest\n",
            {},
            "ingest",
        ),
    ],
)
def test_role_that_the_text_states(text: str, facts: dict[str, Any], arn: str) -> None:
    """A role's path comes from the text or the facts, else the step to look it up is shown with the policy."""
    action = "kms:Decrypt"
    text += f"User: {SESSION} is not authorized to perform: {action} on resource: {KMS_KEY} {NO_POLICY.format(action)}"
    shown = str(explain(text, facts=facts))
    assert f'"arn:aws:iam::111122223333:role/{arn.rstrip()}"' in shown
    assert ("STS omits a role's path" in shown) is (arn == "ingest")


def test_value_of_a_json_member_is_evidence_in_the_full_form() -> None:
    text = 'Your current IAM principal doesn\'t have access to Kubernetes objects on this cluster.\n$ aws sts get-caller-identity\n{\n    "UserId": "AROAEXAMPLEROLEID0001:ana",\n    "Account": "111122223333",\n    "Arn": "arn:aws:sts::111122223333:assumed-role/Ops/ana"\n}'
    shown = explain(text, facts={"cluster": "payments"}).to_text(detail="full", width=200)
    assert 'The text states the account: "111122223333".' in shown
    assert 'states the account: ""Account"' not in shown


def test_issuer_in_a_mapping_is_the_principal() -> None:
    """The text of a failure that is read from a mapping has only the message."""
    issuer = "arn:aws:iam::111122223333:role/data/ingest"
    record = json.loads(_record("kms:Decrypt", KMS_KEY, issuer))
    assert f'"AWS": "{issuer}"' in str(explain(record))
    assert f'"AWS": "{issuer}"' in str(explain({"detail": record, "source": "aws.kms"}))
    other = "arn:aws:iam::111122223333:role/other/ingest"
    assert f'"AWS": "{other}"' in str(explain(record, facts={"caller": other}))


@check_rows(
    ("service", "key", "data", "is_limited"),
    [
        ("s3", "aws:s3:arn", "arn:aws:s3:::octo-drop", True),
        ("ssm", "PARAMETER_ARN", "arn:aws:ssm:eu-west-1:111122223333:parameter/octo/db", True),
        ("sqs", "aws:sqs:arn", "arn:aws:sqs:eu-west-1:111122223333:octo", True),
        # What KMS can see of this service has not the name of its principal.
        ("glue", "glue_catalog_id", "111122223333", False),
    ],
    ids=["S3", "SSM", "SQS", "Glue"],
)
def test_service_that_forwards_a_call(service: str, key: str, data: str, *, is_limited: bool) -> None:
    issuer = "arn:aws:iam::111122223333:role/ingest"
    record = _record("kms:Decrypt", KMS_KEY, issuer, invokedBy=f"{service}.amazonaws.com")
    record = record.replace("arn:aws:s3:::octo-drop", data).replace("aws:s3:arn", key)
    shown = " ".join(str(explain(record)).split())
    what = f", for {data}." if is_limited else "."
    assert f"{service}.amazonaws.com made the call with the caller's permissions{what}" in shown
    assert (f'"kms:ViaService": "{service}.eu-west-1.amazonaws.com"' in shown) is is_limited
    assert ("itself was not denied, only the use of the key" in shown) is is_limited
    own = _record("kms:Decrypt", KMS_KEY, issuer)
    assert "kms:ViaService" not in str(explain(own))


def test_access_entry_of_a_role_that_the_text_states() -> None:
    text = f'error: You must be logged in to the server (Unauthorized)\n$ aws sts get-caller-identity --output json\n{{"Arn": "{SESSION}"}}\n$ aws iam get-role --role-name ingest --query Role.Arn\n"arn:aws:iam::111122223333:role/data/ingest"'
    shown = str(explain(text, facts={"cluster": "octo", "authentication_mode": "API"}))
    assert "--principal-arn arn:aws:iam::111122223333:role/data/ingest" in shown


TOPIC = "arn:aws:sns:eu-west-1:111122223333:pages"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders"
ALARM = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:cpu"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:resize"
ACTION_FAILED = 'Failed to execute action {}. Received error: "{}"'


@check_rows(
    ("text", "service", "action", "says"),
    [
        (
            ACTION_FAILED.format(
                TOPIC, "CloudWatch Alarms is not authorized to access the SNS topic encryption key."
            ),
            "cloudwatch.amazonaws.com",
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            f"get-topic-attributes --topic-arn {TOPIC} --query Attributes.KmsMasterKeyId",
        ),
        (
            ACTION_FAILED.format(
                TOPIC, "null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException)"
            ),
            "cloudwatch.amazonaws.com",
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            "alias/aws/sns",
        ),
        (
            ACTION_FAILED.format(
                TOPIC, f"Resource: {ALARM} is not authorized to perform: SNS:Publish on resource: {TOPIC}"
            ),
            "cloudwatch.amazonaws.com",
            "sns:Publish",
            ALARM,
        ),
        (
            ACTION_FAILED.format(
                FUNCTION, f"CloudWatch Alarms is not authorized to invoke the function {FUNCTION}"
            ),
            "lambda.alarms.cloudwatch.amazonaws.com",
            "lambda:InvokeFunction",
            "--source-account 111122223333",
        ),
        (
            f"EventBridge is not authorized to access the KMS key of the target queue {QUEUE}",
            "events.amazonaws.com",
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
        ),
        (
            f"Amazon S3 is not authorized to send messages to the queue {QUEUE}",
            "s3.amazonaws.com",
            "sqs:SendMessage",
            "jq -Rs '{Policy: .}' policy.json | aws sqs set-queue-attributes",
        ),
        (
            "AWS Config is not authorized to access the bucket octo-config",
            "config.amazonaws.com",
            "s3:GetBucketAcl",
            "arn:aws:s3:::octo-config/AWSLogs/ACCOUNT_ID/Config/*",
        ),
        (
            "Amazon SES is not authorized to write to the bucket octo-mail",
            "ses.amazonaws.com",
            "s3:PutObject",
            "arn:aws:s3:::octo-mail/*",
        ),
        (
            "An error occurred (InvalidS3ConfigurationException) when calling the CreateReceiptRule operation: Could not write to bucket: octo-mail",
            "ses.amazonaws.com",
            "s3:PutObject",
            "put-bucket-policy --bucket octo-mail",
        ),
        (
            "An error occurred (InsufficientSnsTopicPolicyException) when calling the CreateTrail operation: SNS Topic does not exist or the topic policy is incorrect!",
            "cloudtrail.amazonaws.com",
            "sns:Publish",
            "Replace TOPIC_ARN and ACCOUNT_ID.",
        ),
        (
            f"$ aws logs put-subscription-filter --destination-arn {FUNCTION}\nAn error occurred (InvalidParameterException) when calling the PutSubscriptionFilter operation: Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
            "logs.amazonaws.com",
            "lambda:InvokeFunction",
            f"add-permission --function-name {FUNCTION}",
        ),
    ],
)
def test_service_that_a_message_names_in_words(
    text: str, service: str, action: str | list[str], says: str
) -> None:
    """The policy of what the service uses has to allow its principal, and no identity policy helps."""
    explanation = explain(text)
    [remedy] = [each for each in explanation.remedies if each.layer == "resource"]
    if remedy.documents:
        statement = remedy.documents[0]
        assert statement["Principal"] == {"Service": service}
        assert statement["Action"] == action
    else:
        assert f"--action {action} --principal {service}" in remedy.commands[0]
    shown = " ".join(str(explanation).replace("\\\n", " ").split())
    assert says in shown


def test_stream_that_a_function_reads() -> None:
    """All actions of the message are in the policy, those without a resource in their own statement."""
    stream = "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks"
    text = f"An error occurred (InvalidParameterValueException) when calling the CreateEventSourceMapping operation: Cannot access stream {stream}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM."
    policy = explain(text).remedies[0].policy
    assert policy is not None
    on_stream, on_all = policy["Statement"]
    assert f"is not allowed to read the stream {stream}." in explain(text).summary
    assert on_stream["Resource"] == stream
    assert on_stream["Action"] == [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ]
    assert (on_all["Action"], on_all["Resource"]) == ("kinesis:ListStreams", "*")


def test_resource_tells_the_service_of_a_call() -> None:
    text = f"Access denied to {QUEUE} when calling SendMessage"
    assert "was denied sqs:SendMessage" in str(explain(text))


@check_rows(
    ("login", "command", "signed"),
    [
        (
            "$ vault login -method=aws -path=aws-prod role=ops header_value=vault.example.com",
            "vault login -method=aws -path=aws-prod role=ops header_value=vault.example.com region=eu-west-2",
            "for us-east-1, the default of vault login.",
        ),
        (
            "$ vault login -method=aws region=sa-east-1 role=ops",
            "vault login -method=aws role=ops region=eu-west-2",
            "for sa-east-1.",
        ),
        (
            "$ vault login -method=aws region=auto role=ops",
            "vault login -method=aws role=ops region=eu-west-2",
            "for another Region.",
        ),
        (
            "$ vault login -method=aws role=ops aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
            "vault login -method=aws region=eu-west-2",
            "for us-east-1, the default of vault login.",
        ),
        ("$ vault login -method=oidc", "vault login -method=aws region=eu-west-2", "for another Region."),
    ],
)
def test_login_to_vault_keeps_its_parameters(login: str, command: str, signed: str) -> None:
    server = "sts_endpoint  https://sts.eu-west-2.amazonaws.com\nsts_region    {}\n"
    consistent, other = (
        explain(f"{server.format(each)}{login}\nError authenticating: {_UPSTREAM}")
        for each in ("eu-west-2", "us-east-1")
    )
    assert consistent.remedies[0].commands == (command,)
    assert consistent.summary.endswith(signed)
    assert "leave them" in str(consistent.remedies[0].steps)
    assert len(consistent.remedies) == 1
    assert "vault write" in str(other.remedies[1].commands)


_UPSTREAM = "error making upstream request: received error code 403 from STS: <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region. </Message></Error></ErrorResponse>"


@pytest.mark.parametrize(
    ("text", "facts", "command"),
    [
        (
            f"sts_endpoint               https://sts.eu-west-2.amazonaws.com\nError authenticating: {_UPSTREAM}",
            {},
            "vault write auth/aws/config/client sts_endpoint=https://sts.CLIENT_REGION.amazonaws.com sts_region=CLIENT_REGION",
        ),
        (
            "gke-gcloud-auth-plugin: error\nerror: You must be logged in to the server (Unauthorized)",
            {"region": "eu-west-1"},
            "gcloud container clusters get-credentials CLUSTER --location LOCATION",
        ),
        (
            "Nov 24 03:00:04 web-1 systemd[1]: botocore.exceptions.NoCredentialsError: Unable to locate credentials",
            {},
            "sudo systemctl edit UNIT",
        ),
    ],
)
def test_known_value_of_something_else_is_not_filled_in(
    text: str, facts: dict[str, Any], command: str
) -> None:
    commands = [line for remedy in explain(text, facts=facts).remedies for line in remedy.commands]
    assert command in commands


_NO_CREDENTIALS = 'Unable to locate credentials. You can configure credentials by running "aws configure".'
_OTHER_KEY = "arn:aws:kms:us-west-2:444455556666:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
_KEY_ALIAS = "arn:aws:kms:us-west-2:444455556666:alias/app"


@check_rows(
    ("text", "expected"),
    [
        pytest.param(
            "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n$ aws iam create-access-key --user-name ana\nAn error occurred (LimitExceeded) when calling the CreateAccessKey operation: Cannot exceed quota for AccessKeysPerUser: 2",
            "aws iam delete-access-key --user-name ana --access-key-id KEY_ID",
            id="the key of the call is in use",
        ),
        pytest.param(
            f"$ aws ec2 start-instances --instance-ids {INSTANCE}\n{_NO_CREDENTIALS}",
            "aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --region REGION --iam-instance-profile Name=INSTANCE_PROFILE",
            id="the command names another instance than its own",
        ),
        pytest.param(
            "$ aws iam get-user --user-name bob\nUser: arn:aws:sts::111122223333:federated-user/app is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-west-1:111122223333:orders because no identity-based policy allows the sns:Publish action",
            "aws iam put-user-policy --user-name USER_NAME --policy-name AllowPublish-0d5654 --policy-document file://policy.json",
            id="the command names another user than the caller",
        ),
        pytest.param(
            f"AWS_REGION=eu-west-1\nUser: arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForBackup/b is not authorized to perform: kms:CreateGrant on resource: {_OTHER_KEY} because no resource-based policy allows the kms:CreateGrant action",
            f"aws kms create-grant --key-id {_OTHER_KEY} --region us-west-2 --grantee-principal",
            id="the key is in another Region than the call",
        ),
        pytest.param(
            "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\nUser: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/x with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2",
            "aws iam update-access-key --user-name ana --access-key-id ACCESS_KEY_ID",
            id="the key of a session cannot be deactivated",
        ),
        pytest.param(
            "AWS_REGION=us-east-1\nUser: arn:aws:sts::111122223333:assumed-role/dev/s is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-abcdef because no VPC endpoint policy allows the secretsmanager:GetSecretValue action",
            "aws ec2 modify-vpc-endpoint --region eu-west-1",
            id="the denied resource is in another Region than the variable",
        ),
        pytest.param(
            "AWS_REGION=eu-west-1\nAn error occurred (AccessDenied) when calling the CreateRole operation: Access denied",
            "aws cloudtrail lookup-events --region us-east-1 --lookup-attributes AttributeKey=EventName,AttributeValue=CreateRole",
            id="events of IAM are in one Region",
        ),
        pytest.param(
            f"An error occurred (KMSAccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed. {_KEY_ALIAS}",
            "aws kms get-key-policy --key-id KEY_ARN",
            id="an alias is not the key's ARN",
        ),
    ],
)
def test_values_of_others_are_not_used(text: str, expected: str) -> None:
    """A value is filled only in where it is the one that the command is about."""
    lines = [line for remedy in explain(text).remedies for line in remedy.commands]
    assert any(line.startswith(expected) for line in lines), lines


LAKE = "\nAn error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Lake Formation permission(s): Required Describe on leads"


@check_rows(
    ("code", "database", "permissions"),
    [
        ('df = wr.athena.read_sql_table(table="leads", database="crm")', "crm", "DESCRIBE SELECT"),
        ('spark.sql("SELECT * FROM crm.leads")', "crm", "DESCRIBE SELECT"),
        ("$ aws glue get-table --database-name crm --name leads", "crm", "DESCRIBE"),
        ("glue.get_table(DatabaseName='crm', Name='leads')", "crm", "DESCRIBE"),
    ],
    ids=["argument", "SQL", "command", "call"],
)
def test_database_of_a_table(code: str, database: str, permissions: str) -> None:
    administrators, line = explain(code + LAKE).remedies[0].commands
    assert "DataLakeAdmins" in administrators
    assert f" --permissions {permissions} " in line
    assert f'"DatabaseName": "{database}", "Name": "leads"' in line


@check_rows(
    ("failed", "resource"),
    [
        ("Required Describe on crm_db", '{"Database": {"Name": "crm_db"}}'),
        ("Insufficient Lake Formation permission(s) on crmdb", '{"Database": {"Name": "crmdb"}}'),
        ("Required Describe on lake_glue_db_eu_west_1", '{"Database": {"Name": "lake_glue_db_eu_west_1"}}'),
        ("Required Describe on crm. The code has database_name='crm'", '{"Database": {"Name": "crm"}}'),
        ("Required Describe on leads", '"Name": "leads"}}'),
        ("Required Describe on dbt_runs", '"Name": "dbt_runs"}}'),
        # Tables with such names: a permission on tables only, a qualified name, and a call for tables.
        ("Required Select on crm_db", '"Name": "crm_db"}}'),
        ("Required Describe on crm.leads_db", '{"DatabaseName": "crm", "Name": "leads_db"}}'),
        ("Required Describe on leads_db, with crm.leads_db in SQL", '{"DatabaseName": "crm", "Name": "leads_db"}}'),
        ("when calling the GetTable operation: Required Describe on crm_db", '"Name": "crm_db"}}'),
        ("Required Drop on db_events\nDROP TABLE IF EXISTS db_events", '"Name": "db_events"}}'),
    ],
)  # fmt: skip
def test_database_by_its_name(failed: str, resource: str) -> None:
    failed = failed.replace("Required", "Insufficient Lake Formation permission(s): Required")
    before = (
        "An error occurred (AccessDeniedException) " if "calling" in failed else "AccessDeniedException: "
    )
    line = explain(before + failed).remedies[0].commands[1]
    assert resource in line
    assert '"Table"' in line or '{"Database"' in resource


def test_administrator_reads_a_table() -> None:
    attached = "\n$ aws iam list-attached-role-policies --role-name crm --query 'AttachedPolicies[].PolicyName'\nAdministratorAccess"
    assert any("no IAM policy is missing" in each for each in explain(LAKE + attached).notes)
    assert not any("no IAM policy is missing" in each for each in explain(LAKE + attached + "-Amplify").notes)
