"""Everyday failures whose cause another part of the text shows: the file of a state, an address, a list, a misspelled ARN."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain
from tests.tables import check_rows

_STATE = "Error: Failed to save state\n\nError saving state: operation error S3: PutObject, api error ExpiredToken: The provided token has expired.\n\n"
_AGENT = 'CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Could not connect to the endpoint URL: "http://169.254.170.23/v1/credentials"'
_BAD_ARN = "An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN is invalid\nAWS_ROLE_ARN=arn:aws:iam::111122223333:"
_HEADER = '{"message":"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): \'QUJDREVGR0g=\'."}'
_NO_PRINCIPAL = "$ aws eks create-access-entry --cluster-name films --region us-east-2 --principal-arn arn:aws:iam::111122223333:{}\n\nAn error occurred (InvalidParameterException) when calling the CreateAccessEntry operation: The specified principalArn is invalid: invalid principal.\n"
_ROLES = "$ aws iam list-roles --query 'Roles[].Arn' --output text\narn:aws:iam::111122223333:role/team/ci-deployer\tarn:aws:iam::111122223333:role/ops\n"
_ENTRIES = '$ aws eks list-access-entries --cluster-name films --region eu-west-1\n{{\n    "accessEntries": [{}]\n}}\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)\n'
_ASSUME = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/builder/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/release"
_NODE = "CredentialsProviderError: Could not load credentials from any providers\n    at {}/node_modules/@aws-sdk/credential-provider-node/dist-cjs/index.js:146:13"

_DENIED = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: {}"
_ROTATION = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com."
_XML = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>FE6JVJ0HDEYYQDZD</RequestId></Error>"


def _trust(principal: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}}


_CLAIMS = {
    "iss": "https://token.actions.githubusercontent.com",
    "sub": "repo:acme/films:pull_request",
    "aud": ["sts.amazonaws.com"],
}
_KEYS = "$ export AWS_PROFILE=dev\n$ aws s3 ls\n\nAn error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.\n$ env\nAWS_PROFILE=dev\nAWS_ACCESS_KEY_ID={}\n"


def _accept(subject: str) -> dict[str, Any]:
    provider = "token.actions.githubusercontent.com"
    condition = {f"{provider}:aud": "sts.amazonaws.com", f"{provider}:sub": subject}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{provider}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": condition},
    }
    return {
        "trust_policy": {"Version": "2012-10-17", "Statement": [statement]},
        "token_claims": _CLAIMS,
    }


_OIDC = "Error: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"
CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "unsigned-request-to-cloudfront": (
        "HTTP/1.1 403 Forbidden\nServer: CloudFront\n\n<Error><Code>MissingKey</Code><Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>",
        {},
        "only with signed URLs or signed cookies",
        "aws cloudfront sign",
    ),
    "launch-template-with-an-instance-profile": (
        'An error occurred (ValidationError) when calling the CreateAutoScalingGroup operation: You are not authorized to use launch template: lt-0a1b2c3d4e5f67890\nMy role "desk" has autoscaling:*, the template has IamInstanceProfile web (role web-nodes).',
        {},
        "The caller, desk, lacks the permissions to launch instances",
        "arn:aws:iam::ACCOUNT_ID:role/web-nodes",
    ),
    "attributes-of-a-table": (
        'User: arn:aws:sts::111122223333:assumed-role/desk/web is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:us-east-1:111122223333:table/Guests because no identity-based policy allows the dynamodb:Scan action\n{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/Guests", "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "room"]}}}',
        {},
        "allows it only if dynamodb:Attributes is id or room",
        "Request only attributes that the policy allows",
    ),
    "mysql-user-with-a-password": (
        "Access denied for user 'app'@'10.0.0.7' (using password: YES)\nThe token is from @aws-sdk/rds-signer.\nCREATE USER 'app'@'10.%' IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$'",
        {},
        "the user has the plugin caching_sha2_password",
        "ALTER USER 'app'@'10.%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS';",
    ),
    "mysql-user-that-was-created-with-a-password": (
        "Access denied for user 'app'@'10.0.0.7' (using password: YES)\nThe token is from @aws-sdk/rds-signer.\ncreate user if not exists app identified by '...';",
        {},
        "the user was created with a password (IDENTIFIED BY)",
        "ALTER USER 'app'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS';",
    ),
    "mysql-user-that-was-altered": (
        "Access denied for user 'app'@'10.0.0.7' (using password: YES)\nThe token is from @aws-sdk/rds-signer.\nCREATE USER app IDENTIFIED BY '...';\nALTER USER app IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS';",
        {},
        "may lack rds-db:connect",
        "aws sts get-caller-identity --query Arn --output text",
    ),
    "daily-quota-of-emails": (
        "An error occurred (TooManyRequestsException) when calling the SendEmail operation: Daily message quota exceeded",
        {"region": "eu-west-1"},
        "as many emails in 24 hours",
        "aws ses get-send-quota --region eu-west-1",
    ),
    "object-in-deep-archive": (
        "An error occurred (InvalidObjectState) when calling the GetObject operation: The operation is not valid for the object's storage class\nbucket films-old key 2019/reel.mov, class DEEP_ARCHIVE",
        {},
        "must be restored before it can be read. No permission is missing",
        'aws s3api restore-object --bucket films-old --key 2019/reel.mov --restore-request \'{"Days":7,',
    ),
    "setting-of-a-declarative-policy": (
        "Error: enabling EC2 Serial Console Access: operation error EC2: EnableSerialConsoleAccess, https response error StatusCode: 400, RequestID: 1d1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, api error DeclarativePolicyViolation: This functionality has been disabled by a Declarative Policy. Custom Message: See wiki/ec2",
        {},
        "A declarative policy of the organization enforces the setting",
        'The organization says: "See wiki/ec2".',
    ),
    "service-without-new-customers": (
        "An error occurred (OperationNotAllowedException) when calling the CreateRepository operation: CreateRepository request is not allowed because there is no existing repository in this AWS account or AWS Organization",
        {},
        "The service accepts no new customers, and no IAM permission is missing",
        "an account that has used it before",
    ),
    "add-on-without-subscription": (
        '"issues": [{"code": "AddonSubscriptionNeeded", "message": "Subscribe to the add-on first", "resourceIds": ["octo_cost"]}]',
        {"cluster": "orders"},
        "requires a subscription in AWS Marketplace",
        "aws eks update-addon --cluster-name orders --addon-name ADDON_NAME",
    ),
    "encoded-message-cut-off": (
        "An error occurred (InvalidAuthorizationMessageException) when calling the DecodeAuthorizationMessage operation: Message is not valid",
        {},
        "STS cannot decode the encoded authorization message",
        "repeat the denied call, and decode its new message.",
    ),
    "keys-of-govcloud-in-a-commercial-region": (
        "$ aws ec2 describe-instances --region us-east-1\nAn error occurred (AuthFailure) when calling the DescribeInstances operation: AWS was not able to validate the provided access credentials\nThe user is arn:aws-us-gov:iam::111122223333:user/ana",
        {},
        "the keys are from aws-us-gov, and the call went to us-east-1",
        "aws sts get-caller-identity --region us-gov-west-1",
    ),
    "regional-endpoint-of-a-cluster": (
        '"health": {"issues": [{"code": "StsRegionalEndpointDisabled", "message": "STS regional endpoint is disabled in eu-west-1", "resourceIds": ["orders"]}]}',
        {},
        "STS is not activated in eu-west-1",
        "activate eu-west-1",
    ),
    "public-data": (
        '$ aws s3 cp s3://films-ratings/2026.csv .\nUnable to locate credentials. You can configure credentials by running "aws configure".\nIt is a public dataset, I have no account.',
        {},
        "needs none: the data in films-ratings is public",
        "aws s3 cp s3://films-ratings/2026.csv . --no-sign-request",
    ),
    "public-data-by-its-name": (
        'df = pd.read_csv("s3://noaa-ghcn-pds/csv/1900.csv")\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials',
        {},
        "most likely needs none",
        'storage_options={"anon": True}',
    ),
    "data-that-is-not-public": (
        "$ aws s3 ls s3://films-ratings/\nUnable to locate credentials\nIt is not a public bucket.",
        {},
        "found no credentials. No request was sent",
        "aws sts get-caller-identity",
    ),
    "public-data-whose-reader-pays": (
        "$ aws s3 ls s3://sentinel-s2-l1c/\nUnable to locate credentials\nIt is public data.",
        {},
        "found no credentials. No request was sent",
        "aws sts get-caller-identity",
    ),
    "file-in-git-bash": (
        "ana@LT-7 MINGW64 ~\n$ aws ssm get-parameter --name films\n\nAn error occurred (ParameterNotFound) when calling the GetParameter operation: ",
        {},
        "does not exist",
        "aws ssm",
    ),
    "npm-with-an-old-token": (
        "npm error code E401\nnpm error Unable to authenticate, your authentication token seems to be invalid.\nnpm error registry https://films-111122223333.d.codeartifact.eu-west-1.amazonaws.com/npm/shared/\nDoes npm login help?",
        {},
        "CodeArtifact rejected a request to the repository shared",
        "npm login and npm logout do not help",
    ),
    "log-group-of-a-task": (
        'ResourceInitializationError: failed to validate logger args: failed to create Cloudwatch log group: api error AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/films-exec/1 is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/films:log-stream: because no identity-based policy allows the logs:CreateLogGroup action\nThe role has AmazonECSTaskExecutionRolePolicy attached, and I gave the task role CloudWatchLogsFullAccess.\n"executionRoleArn": "arn:aws:iam::111122223333:role/films-exec",\n"taskRoleArn": "arn:aws:iam::111122223333:role/films-task",\n"awslogs-create-group": "true"',
        {},
        "AmazonECSTaskExecutionRolePolicy does not allow this action",
        "aws logs create-log-group --log-group-name /ecs/films --region eu-west-1",
    ),
    "push-to-the-public-registry": (
        "We push public.ecr.aws/films/player:1.\nAn error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation: User: arn:aws:sts::111122223333:assumed-role/ci/1 is not authorized to perform: ecr-public:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr-public:GetAuthorizationToken action",
        {},
        "no identity-based policy allows it",
        '"Resource": "arn:aws:ecr-public::111122223333:repository/player"',
    ),
    "consumer-of-a-stream": (
        'User: arn:aws:sts::111122223333:assumed-role/films/1 is not authorized to perform: kinesis:SubscribeToShard on resource: arn:aws:kinesis:eu-west-1:111122223333:stream/plays/consumer/films:1764410000 because no identity-based policy allows the kinesis:SubscribeToShard action\n{"Effect": "Allow", "Action": "kinesis:*", "Resource": "arn:aws:kinesis:eu-west-1:111122223333:stream/plays"}',
        {},
        "the call is checked on its consumer",
        "stream/plays/consumer/films:*",
    ),
    "masked-account": (
        '{"Message":"User: arn:aws:sts::111122223333:assumed-role/films/1 is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3d4e5/prod/POST/plays"}\n{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/prod/GET/*"}',
        {},
        "allows it only on arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/prod/GET/*",
        "eu-west-1:111122223333:a1b2c3d4e5/prod/POST/plays",
    ),
    "actions-without-their-statement": (
        'User: arn:aws:sts::111122223333:assumed-role/films/1 is not authorized to perform: dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/plays because no identity-based policy allows the dynamodb:BatchWriteItem action\npolicy: "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/plays"\n',
        {},
        "the policy in the text does not allow this action",
        "Allow dynamodb:BatchWriteItem",
    ),
    "state-of-a-machine": (
        'User: arn:aws:sts::111122223333:assumed-role/films/1 is not authorized to perform: dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/plays because no identity-based policy allows the dynamodb:BatchWriteItem action\n{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem"}',
        {},
        "no identity-based policy allows it",
        "Allow dynamodb:BatchWriteItem",
    ),
    "whole-entry-of-linux-nodes": (
        "AccessDenied Your worker nodes do not have access to the cluster. Verify if the node instance role is present and correctly configured in the aws-auth ConfigMap.\nmapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/films-linux\n    username: system:node:{{EC2PrivateDNSName}}\n    groups:\n      - system:bootstrappers\n      - system:nodes\n",
        {"authentication_mode": "CONFIG_MAP"},
        "most likely",
        "aws-auth",
    ),
    "old-botocore": (
        'File "/home/ana/films/.venv/lib/python3.9/site-packages/botocore/credentials.py", line 2037, in _load_sso_config\nbotocore.exceptions.InvalidConfigError: The profile "dev" is configured to use SSO but is missing required configuration: sso_start_url, sso_region\n\n[sso-session films]\nsso_start_url = https://films.awsapps.com/start\nsso_region = eu-west-1\n\n[profile dev]\nsso_session = films\nsso_account_id = 111122223333\nsso_role_name = Dev\n\nbotocore 1.27.28\n',
        {},
        "the AWS SDK in botocore 1.27.28 is too old",
        "/home/ana/films/.venv/bin/python -m pip install --upgrade boto3 botocore",
    ),
    "bucket-without-a-policy": (
        "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist",
        {},
        "does not have the setting that the call reads",
        "there is nothing to fix",
    ),
    "damaged-ciphertext": (
        "An error occurred (InvalidCiphertextException) when calling the Decrypt operation: None",
        {},
        "cannot decrypt the data as it was sent",
        "base64 --decode",
    ),
    "rate-of-emails": (
        "An error occurred (Throttling) when calling the SendRawEmail operation: Maximum sending rate exceeded.",
        {},
        "too many calls in a short time",
        "MaxSendRate",
    ),
    "daily-quota-of-tokens": (
        "An error occurred (ThrottlingException) when calling the Converse operation (reached max retries: 4): Too many tokens per day, please wait before trying again.",
        {},
        "quota of tokens per day",
        "the quota is for a day",
    ),
    "tokens-a-minute": (
        "An error occurred (ThrottlingException) when calling the Converse operation (reached max retries: 4): Too many tokens, please wait before trying again.",
        {},
        "too many tokens in a short time",
        "AWS_RETRY_MODE=adaptive",
    ),
    "daily-quota-of-a-user-pool": (
        "An error occurred (LimitExceededException) when calling the SignUp operation: Exceeded daily email limit for the operation or the account.",
        {},
        "as its built-in sender may",
        "choose Send email with Amazon SES",
    ),
    "account-in-verification": (
        "An error occurred (PendingVerification) when calling the RunInstances operation: Your request for accessing resources in this region is being validated.",
        {},
        "still verifying the account",
        "aws-verification@amazon.com",
    ),
    "state-in-a-file": (
        f'{_STATE}To allow for recovery, the state has been written to the file "errored.tfstate".',
        {},
        "expired while Terraform was running",
        "terraform state push errored.tfstate",
    ),
    "state-of-opentofu": (
        f'{_STATE}OpenTofu v1.10.6: the state has been written to the file "errored.tfstate".',
        {},
        "expired while Terraform was running",
        "tofu state push errored.tfstate",
    ),
    "agent-could-not-connect": (
        _AGENT,
        {"cluster": "films", "region": "eu-west-1"},
        "most likely, the add-on eks-pod-identity-agent does not run on the pod's node",
        "aws eks create-addon --cluster-name films",
    ),
    "ecs-could-not-connect": (
        _AGENT.replace("170.23/v1/credentials", "170.2/v2/credentials/x"),
        {},
        "cannot reach 169.254.170.2, from which an ECS task gets the credentials of its role.",
        "sudo systemctl restart ecs",
    ),
    "ecs-behind-a-proxy": (
        _AGENT.replace("170.23/v1/credentials", "170.2/v2/credentials/x")
        + "\nHTTP_PROXY=http://proxy.example:3128\nNO_PROXY=.internal",
        {},
        "it uses a proxy, and NO_PROXY lacks this address",
        "export NO_PROXY=.internal,169.254.170.2",
    ),
    "agent-over-ipv6": (
        _AGENT.replace("169.254.170.23", "[fd00:ec2::23]"),
        {},
        "Agent at fd00:ec2::23",
        "aws eks create-addon",
    ),
    "agent-refused": (
        "CredentialsProviderError: Could not load credentials from any providers: connect ECONNREFUSED 169.254.170.23:80",
        {},
        "cannot reach the EKS Pod Identity Agent at 169.254.170.23",
        "NO_PROXY",
    ),
    "arn-without-its-type": (
        f"{_BAD_ARN}payer",
        {"namespace": "shop", "service_account": "payer"},
        "role/ is missing after the account ID in arn:aws:iam::111122223333:payer",
        "eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/payer",
    ),
    "arn-with-a-path-but-no-type": (
        f"{_BAD_ARN}shop/payer",
        {},
        "role/ is missing",
        "=arn:aws:iam::111122223333:role/shop/payer",
    ),
    "arn-with-roles": (f"{_BAD_ARN}roles/payer", {}, "role/ is missing", ":role/payer"),
    "arn-of-a-group": (f"{_BAD_ARN}group/payers", {}, "it is the ARN of a group", "ROLE_ARN"),
    "bearer-token-for-a-gateway": (
        f'$ curl -H "Authorization: Bearer $JWT" https://z9y8x7w6v5.execute-api.us-east-2.amazonaws.com/live/carts\n{_HEADER}',
        {},
        "got a bearer token, which it did not check. GET /carts is not deployed to the stage live",
        "create-deployment --rest-api-id z9y8x7w6v5 --region us-east-2 --stage-name live",
    ),
    "older-message-of-a-gateway": (
        "requests.post('https://z9y8x7w6v5.execute-api.us-east-2.amazonaws.com/live', headers={'Authorization': f'Basic {pair}'})\n{\"message\":\"'cGFpcg' not a valid key=value pair (missing equal-sign) in Authorization header: 'Basic cGFpcg'.\"}",
        {},
        "got a user name and password",
        "get-resources --embed methods --rest-api-id z9y8x7w6v5",
    ),
    "header-for-a-service": (
        "An error occurred (IncompleteSignature) when calling the ListUsers operation: Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'QUJD'.",
        {},
        "cannot parse the signature",
        "aws configure",
    ),
    "role-of-no-similar-name": (
        _NO_PRINCIPAL.format("role/payments") + _ROLES,
        {},
        "no role or user has this ARN",
        "aws iam get-role --role-name payments",
    ),
    "role-that-a-look-up-does-not-find": (
        _NO_PRINCIPAL.format("role/payments")
        + "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name payments cannot be found.",
        {},
        "there is no role payments in the account",
        "aws iam list-roles",
    ),
    "another-entry": (
        _ENTRIES.format('"arn:aws:iam::111122223333:role/ops"'),
        {"authentication_mode": "API"},
        "could not authenticate the caller",
        "kubectl config view",
    ),
    "trusted-account": (
        _ASSUME,
        _trust("arn:aws:iam::111122223333:root"),
        "the role's trust policy allows it, so most likely no identity-based policy of the role builder does",
        "sts:AssumeRole",
    ),
    "trusted-account-of-the-caller": (
        _ASSUME.replace("111122223333:role/", "444455556666:role/"),
        _trust("111122223333"),
        "the role's trust policy allows it, so most likely no identity-based policy",
        "arn:aws:iam::444455556666:role/release",
    ),
    "caller-trusted-by-name": (
        _ASSUME,
        _trust("arn:aws:iam::111122223333:role/builder"),
        "which is enough within one account",
        "Compare the trust policy in IAM",
    ),
    "caller-trusted-by-name-in-iam": (
        f"{_ASSUME}\n$ aws iam get-role --role-name release",
        _trust("arn:aws:iam::111122223333:role/builder"),
        "which is enough within one account. So most likely, another policy blocks the call",
        "Look for a Deny of sts:AssumeRole in the policies of the role builder",
    ),
    "caller-trusted-as-the-text-says": (
        f"{_ASSUME}\nThe trust policy of the role names arn:aws:iam::111122223333:role/builder already.",
        {},
        "which is enough within one account",
        "Compare the trust policy in IAM",
    ),
    "caller-trusted-by-another-role": (
        f"{_ASSUME}\nThe trust policy of the role web names arn:aws:iam::111122223333:role/builder already.",
        {},
        "the message does not say which",
        "sts:AssumeRole",
    ),
    "account-trusted-as-the-text-says": (
        f"{_ASSUME}\nThe trust policy of the role allows arn:aws:iam::111122223333:root.",
        {},
        "the trust policy names only the account, so most likely no identity-based policy",
        '"Action": "sts:AssumeRole"',
    ),
    "program-on-a-server": (
        _NODE.format("/srv/shop"),
        {},
        "found no credentials",
        "What is missing depends on where the program runs",
    ),
    "program-on-a-computer": (
        _NODE.format("/Users/lena/shop"),
        {},
        "found no credentials",
        "aws configure sso",
    ),
    "console-without-a-principal": (
        "Error loading Pods\nUnauthorized: Verify you have access to the Kubernetes cluster",
        {"cluster": "films", "authentication_mode": "API"},
        "most likely, it has no access entry that matches",
        "in this console session",
    ),
    "pull-request-for-a-branch": (
        _OIDC,
        _accept("repo:acme/films:ref:refs/heads/release"),
        "a pull request started the workflow",
        "Give pull requests a separate role that can only read",
    ),
    "pull-request-for-an-environment": (
        _OIDC,
        _accept("repo:acme/films:environment:live"),
        "a pull request started the workflow",
        "Set environment: live in the job",
    ),
    "key-whose-end-the-text-cuts": (
        _KEYS.format("ASIAEXAMPLE"),
        {},
        "A temporary access key in the environment takes precedence over the profile dev",
        "~/.zshrc",
    ),
    "message-to-a-phone": (
        _DENIED.format("sns:Publish on resource: +12065550100"),
        {},
        "was denied sns:Publish on +12065550100",
        '"Resource": "*"',
    ),
    "message-to-a-topic": (
        _DENIED.format("sns:Publish on resource: arn:aws:sns:eu-west-1:111122223333:orders"),
        {},
        "was denied sns:Publish",
        '"Resource": "arn:aws:sns:eu-west-1:111122223333:orders"',
    ),
    "rotation-function": (
        f"An error occurred (AccessDeniedException) when calling the RotateSecret operation: {_ROTATION} --rotation-lambda-arn arn:aws:lambda:eu-west-1:111122223333:function:rotate",
        {},
        "The function policy does not allow secretsmanager.amazonaws.com",
        "--function-name arn:aws:lambda:eu-west-1:111122223333:function:rotate --statement-id SecretsManager",
    ),
    "rotation-function-unnamed": (
        f"api error AccessDeniedException: {_ROTATION}",
        {},
        "The function policy does not allow secretsmanager.amazonaws.com",
        "--function-name FUNCTION --statement-id SecretsManager",
    ),
    "role-for-snowflake": (
        "Error assuming AWS_ROLE:\nUser: arn:aws:iam::111122223333:user/abc10000-s is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/stage",
        {},
        "the role's trust policy does not allow Snowflake",
        "STORAGE_AWS_EXTERNAL_ID",
    ),
    "role-for-snowflake-unnamed": (
        "SQL execution error: Error assuming AWS_ROLE. Please verify the role and externalId are configured correctly in your AWS policy.",
        {},
        "the role's trust policy does not allow Snowflake",
        "sts:ExternalId",
    ),
    "role-for-databricks": (
        "User: arn:aws:sts::414351767826:assumed-role/uc-master/uc is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/lake",
        {},
        "the role's trust policy does not allow Databricks",
        "Databricks shows its principal and the external ID",
    ),
    "role-for-a-vendor-by-name": (
        "Datadog is not authorized to perform action sts:AssumeRole. Account affected: 111122223333. Regions affected: every region",
        {},
        "the role's trust policy does not allow Datadog",
        "Datadog shows its principal and the external ID",
    ),
    "role-of-the-vendor-s-name": (
        "User: arn:aws:sts::111122223333:assumed-role/Datadog/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/lake",
        {},
        "either the caller's policies or the role's trust policy",
        "put-role-policy --role-name Datadog",
    ),
    "role-in-other-account": (
        "User: arn:aws:sts::444455556666:assumed-role/app/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/lake",
        {},
        "both accounts must allow it",
        "put-role-policy --role-name app",
    ),
    "declined-sign-in": (
        "operation error SSO OIDC: CreateToken, https response error StatusCode: 400, RequestID: 5e1f8c42-7b1d-4f0a-9c3e-2d6a8b7c9e01, AccessDeniedException: ",
        {},
        "did not complete the sign-in",
        "aws sso login",
    ),
    "token-with-iam": (
        _DENIED.format("sso-oauth:CreateTokenWithIAM"),
        {},
        "was denied sso-oauth:CreateTokenWithIAM",
        "sso-oauth:CreateTokenWithIAM",
    ),
    "scope-in-json": (
        '{"message":"Credential should be scoped to a valid region, not \'eu-west-1\'. "}',
        {},
        "signed for eu-west-1, but was sent to another Region's endpoint",
        "env | grep AWS_ENDPOINT_URL",
    ),
    "scope-without-service": (
        "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'us-east-2'.",
        {},
        "signed for us-east-2, but goes to another endpoint",
        "remove any endpoint URL of STS",
    ),
    "scope-that-is-no-region": (
        "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Credential should be scoped to a valid region, not 'us-east'.\nAWS_REGION=us-east",
        {},
        "signed for us-east, which is not a Region",
        "region",
    ),
    "encoded-message-missing": (
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: ",
        {},
        "cut off in this text",
        "or repeat the call",
    ),
    "rust-lists-a-bucket": (
        f"Generic S3 error: Error performing GET https://s3.eu-west-1.amazonaws.com/films?list-type=2&prefix=a in 80ms - Server returned non-2xx status code: 403 Forbidden: {_XML}",
        {},
        "S3 denied s3:ListBucket on arn:aws:s3:::films",
        "s3:ListBucket",
    ),
    "rust-writes-an-object": (
        f"Generic S3 error: Error performing PUT https://s3.eu-west-1.amazonaws.com/films/a.json in 80ms - Server returned non-2xx status code: 403 Forbidden: {_XML}",
        {},
        "S3 denied s3:PutObject on arn:aws:s3:::films/a.json",
        "s3:PutObject",
    ),
    "rust-without-a-host": (
        f"OSError: Generic S3 error: Client error with status 403 Forbidden: {_XML}",
        {},
        "S3 answered 403",
        "aws s3api list-buckets",
    ),
    "rust-without-credentials": (
        "polars.exceptions.ComputeError: Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 4.8s, after 10 retries, max_retries: 10, retry_timeout: 180s - HTTP error: error sending request",
        {},
        "it reads no profiles",
        "aws configure export-credentials --profile PROFILE --format env",
    ),
    "keys-of-s3cmd": (
        "$ s3cmd ls\nERROR: S3 error: 403 (InvalidAccessKeyId): The AWS Access Key Id you provided does not exist in our records.",
        {},
        "AWS does not know the access key ID",
        "~/.s3cfg",
    ),
    "keys-of-vagrant": (
        "AuthFailure => AWS was not able to validate the provided access credentials\n/Users/ana/.vagrant.d/gems/gems/excon-0.44.4/lib/excon/middlewares/expects.rb:6:in `response_call'",
        {},
        "AWS does not accept the credentials",
        "in the Vagrantfile",
    ),
    "profile-without-a-source": (
        "botocore.exceptions.PartialCredentialsError: Partial credentials found in assume-role, missing: source_profile or credential_source",
        {},
        "source_profile or credential_source is missing",
        "aws configure set source_profile",
    ),
    "helper-of-argo-cd": (
        'Get "https://ABC.gr7.eu-west-1.eks.amazonaws.com/version": getting credentials: exec: executable argocd-k8s-auth failed with exit code 20',
        {},
        "helper that gets credentials for the cluster failed",
        "argocd-k8s-auth aws --cluster-name CLUSTER --role-arn ROLE_ARN",
    ),
    "root-in-its-own-account": (
        "User: arn:aws:iam::111122223333:root is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders",
        {},
        "The root user of 111122223333 was denied sqs:SendMessage",
        "aws sqs get-queue-attributes",
    ),
    "task-of-a-state-machine": (
        "The role sfn_role is not authorized to assume the task state's role, arn:<partition>:iam::111122223333:role/task.",
        {},
        "sfn_role was denied sts:AssumeRole",
        "sts:AssumeRole",
    ),
    "masked-caller": (
        "User: <arn here> is not authorized to perform: kms:Decrypt because no identity-based policy allows the kms:Decrypt action",
        {},
        "The caller was denied kms:Decrypt",
        "Attach the policy to the caller",
    ),
    "masked-user": (
        "User: arn:aws:iam::<xxx>:user/<xxx> is not authorized to perform: sqs:SendMessage with an explicit deny",
        {},
        "The user was denied sqs:SendMessage",
        "simulate-principal-policy",
    ),
    "parameter-that-kms-rejects": (
        "An error occurred (AccessDeniedException) when calling the GetParameters operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 59647aab-d88f-4bf5-8ac7-b358b03f4722)",
        {},
        "KMS cannot decrypt the parameter",
        "aws ssm describe-parameters",
    ),
    "program-in-the-image-of-airflow": (
        'NoCredentialsError: Unable to locate credentials\nFile "/home/airflow/.local/lib/python3.12/site-packages/airflow/task.py", line 8 in run',
        {},
        "found no credentials",
        "What is missing depends on where the program runs",
    ),
    "program-of-logstash": (
        '[ERROR] Pipeline error {:exception=>#<Aws::Errors::MissingCredentialsError: unable to sign request without credentials set>, :backtrace=>["/usr/share/logstash/vendor/bundle/jruby/3.1.0/gems/aws-sdk-core-3.171.0/lib/seahorse/client/plugins/x.rb:17:in `call\'"]}',
        {},
        "found no credentials",
        "What is missing depends on where the program runs",
    ),
    "providers-of-s3a": (
        "java.nio.file.AccessDeniedException: s3a://films/in: org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException: No AWS Credentials provided by SimpleAWSCredentialsProvider EnvironmentVariableCredentialsProvider : com.amazonaws.SdkClientException: Unable to load AWS credentials from environment variables (AWS_ACCESS_KEY_ID (or AWS_ACCESS_KEY) and AWS_SECRET_KEY (or AWS_SECRET_ACCESS_KEY))",
        {},
        "found no credentials where S3A looks for them",
        "Each of these is enough: fs.s3a.access.key and fs.s3a.secret.key; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    "providers-of-s3a-with-profiles": (
        "org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException: No AWS Credentials provided by SimpleAWSCredentialsProvider ProfileCredentialsProvider : com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain",
        {},
        "found no credentials",
        "AWS_PROFILE",
    ),
    "provider-of-s3a-alone": (
        "Caused by: org.apache.hadoop.fs.s3a.auth.NoAwsCredentialsException: SimpleAWSCredentialsProvider: No AWS credentials in the Hadoop configuration",
        {},
        "found no credentials where S3A looks for them",
        "Each of these is enough: fs.s3a.access.key and fs.s3a.secret.key.",
    ),
    "provider-of-s3a-for-sessions": (
        "org.apache.hadoop.fs.s3a.auth.NoAwsCredentialsException: TemporaryAWSCredentialsProvider: Session credentials in Hadoop configuration: No AWS Credentials",
        {},
        "found no credentials where S3A looks for them",
        "fs.s3a.session.token with both keys",
    ),
    "token-in-a-sentence-with-parentheses": (
        "We assume roles from a runner(with IRSA in the cluster tea), and having `Not authorized to perform sts:AssumeRoleWithWebIdentity`.",
        {},
        "STS rejected the token",
        "Read the token's claims",
    ),
    "heading-about-a-role-before-the-message": (
        "Execution role does not have permissions to the KMS key\n\nResourceInitializationError: unable to pull secrets or registry auth: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:films-AbCdEf from secrets manager: AccessDeniedException: Access to KMS is not allowed status code: 400, request id: 0a1b2c3d-0000-1111-2222-333344445555",
        {},
        "not allowed to use the KMS key with which the secret films-AbCdEf is encrypted",
        "kms:Decrypt",
    ),
    "state-of-a-backend": (
        'terraform {\n  backend "s3" {\n    bucket = "acme-films-state"\n    key    = "net/terraform.tfstate"\n  }\n}\n$ terraform init\nError refreshing state: AccessDenied: Access Denied\n\tstatus code: 403, request id: 0A1B2C3D4E5F6071, host id: a/b=',
        {},
        "s3:GetObject on arn:aws:s3:::acme-films-state/net/terraform.tfstate",
        '"s3:ListBucket"',
    ),
    "state-of-another-configuration": (
        'data "terraform_remote_state" "net" {\n  backend = "s3"\n  config = {\n    bucket = "acme-net-state"\n    key    = "net.tfstate"\n  }\n}\n\n* data.terraform_remote_state.net: error loading the remote state: AccessDenied: Access Denied\n\tstatus code: 403, request id: 0A1B2C3D4E5F6071, host id: a/b=',
        {},
        "s3:GetObject on arn:aws:s3:::acme-net-state/net.tfstate",
        "aws s3api list-buckets",
    ),
    "administrator-to-no-avail": (
        "$ aws s3 cp s3://acme-films/a.csv .\ndownload failed: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\nI also tried adding AdministratorAccess, but it did not change anything.",
        {},
        "AdministratorAccess allows it, so most likely another account owns the bucket",
        "aws s3api list-buckets",
    ),
    "role-of-an-instance-profile": (
        "Error: adding role desk-20261103101112131400000001 to IAM Instance Profile (desk-20261103101112131400000002): AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/desk-20261103101112131400000001 because no identity-based policy allows the iam:PassRole action",
        {},
        "to pass the role to ec2.amazonaws.com",
        '"iam:PassedToService": "ec2.amazonaws.com"',
    ),
    "role-of-a-stack-and-other-recipients": (
        'API: cloudFormation User: arn:aws:sts::111122223333:assumed-role/films-ci/AWSCloudFormation is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/films-ci because no identity-based policy allows the iam:PassRole action\n{"Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/films/*", "Condition": {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "glue.amazonaws.com"]}}}]}',
        {},
        "the policy in the text allows it only on arn:aws:iam::111122223333:role/films/*",
        "passed only to glue.amazonaws.com and lambda.amazonaws.com",
    ),
    "publication-to-a-phone-in-yaml": (
        "User: arn:aws:sts::111122223333:assumed-role/desk/desk is not authorized to perform: SNS:Publish on resource: +15555550123 because no identity-based policy allows the SNS:Publish action\n\niamRoleStatements:\n  - Effect: Allow\n    Action:\n      - sns:Publish\n    Resource: arn:aws:sns:eu-west-1:111122223333:films\n",
        {},
        "allows it only on arn:aws:sns:eu-west-1:111122223333:films",
        'Resource: "*"',
    ),
    "container-on-an-instance-with-a-role": (
        "Our app runs in a Docker container on an EC2 instance. I attached a role to the instance.\nCredentialsProviderError: Could not load credentials from any providers",
        {},
        "in the container. The hop limit of the instance metadata is most likely 1",
        "--http-put-response-hop-limit 2",
    ),
    "metadata-that-an-option-switches-off": (
        'The job gets its credentials from IMDS.\nError: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, access disabled to EC2 IMDS via client option, or "AWS_EC2_METADATA_DISABLED" environment variable',
        {},
        "AWS_EC2_METADATA_DISABLED or an option of the program keeps it from the instance metadata",
        "printenv AWS_EC2_METADATA_DISABLED",
    ),
    "token-of-cognito-as-a-signature": (
        "We send the ID token of our Cognito user pool.\n{\"message\":\"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.\"}",
        {},
        "API Gateway read the Authorization header as an AWS signature",
        "aws apigateway get-resources",
    ),
    "policy-of-the-execution-role-for-a-program": (
        "On Fargate, our program fails: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\nI added s3:GetObject to the task execution role.",
        {},
        "the text has the policy on the task execution role, with which the program does not call",
        "taskRoleArn",
    ),
    "statements-of-functions-for-who-deploys": (
        "$ sls deploy\nUser: arn:aws:iam::111122223333:user/ana is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-west-1:111122223333:stack/films-dev/*\n\nserverless.yml:\nprovider:\n  iamRoleStatements:\n    - Effect: Allow\n      Action: cloudformation:CreateStack\n",
        {},
        "was denied cloudformation:DescribeStacks",
        "The role statements in serverless.yml are for the deployed functions",
    ),
    "deploy-role-of-an-early-bootstrap": (
        "User: arn:aws:sts::111122223333:assumed-role/cdk-hnb659fds-deploy-role-111122223333-us-west-2/aws-cdk-ana is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-west-2:111122223333:parameter/cdk-bootstrap/hnb659fds/version",
        {},
        "was denied ssm:GetParameter",
        "npx cdk bootstrap aws://111122223333/us-west-2",
    ),
    "masked-deploy-role-of-an-early-bootstrap": (
        "User: arn:aws:sts::<ACCOUNT>:assumed-role/cdk-hnb659fds-deploy-role-<ACCOUNT>-us-west-2/aws-cdk-ana is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-west-2:<ACCOUNT>:parameter/cdk-bootstrap/hnb659fds/version",
        {},
        "was denied ssm:GetParameter",
        "npx cdk bootstrap aws://ACCOUNT_ID/us-west-2",
    ),
    "controller-whose-role-no-shell-shows": (
        '{"level":"error","logger":"controller","controller":"ingress","name":"films","namespace":"shop","error":"UnauthorizedOperation: You are not authorized to perform this operation.\\n\\tstatus code: 403, request id: 0a1b2c3d-0000-1111-2222-333344445555"}',
        {},
        "The role of the AWS Load Balancer Controller",
        'attach-role-policy --role-name "${role_arn##*/}"',
    ),
    "key-of-a-parameter-in-a-sentence": (
        "AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.\nIt reads the `FILMS_KEY` parameter of the Parameter Store.",
        {},
        "KMS cannot decrypt",
        "aws ssm describe-parameters --parameter-filters Key=Name,Values=FILMS_KEY",
    ),
    "cluster-of-a-token": (
        "$ aws-iam-authenticator token -i tea-time\n{}\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)",
        {},
        "The cluster tea-time could not authenticate",
        "--name tea-time",
    ),
    "type-of-an-instance": (
        "Error: collecting instance settings: reading EC2 Instance Type (t2.micro): UnauthorizedOperation: You are not authorized to perform this operation.\n\nI have been granted AmazonEC2FullAccess, but I still get this error.",
        {},
        "denied ec2:DescribeInstanceTypes: AmazonEC2FullAccess allows it",
        "Find the policy that denies it",
    ),
    "chart-of-a-controller": (
        "Failed deploy model due to AccessDenied:  is not authorized to perform: elasticloadbalancing:AddTags on resource: arn:aws:elasticloadbalancing:us-east-1:* because no identity-based policy allows the elasticloadbalancing:AddTags action\nhelm install aws-load-balancer-controller eks/aws-load-balancer-controller -n kube-system",
        {},
        "The role of the AWS Load Balancer Controller was denied",
        "kubectl get serviceaccount aws-load-balancer-controller --namespace kube-system",
    ),
    "bucket-of-an-airflow-environment": (
        "Invalid request provided: Provided role does not have sufficient permissions for s3 location airflow-films/dags",
        {},
        "The execution role of the Amazon MWAA environment lacks the permissions to read its bucket airflow-films.",
        '"arn:aws:s3:::airflow-films/*"',
    ),
    "upload-with-the-acl-of-a-url": (
        "url = s3.generate_presigned_url(\n    ClientMethod='put_object',\n    Params={'Bucket': name, 'Key': key, 'ACL': 'public-read'},\n)\nresponse = requests.put(url, data=files)\n\nI receive back from the server:\n\nThe request signature we calculated does not match the signature you provided. Check your key and signing method.",
        {},
        "most likely, the request does not send what was signed with the same value: x-amz-acl",
        "x-amz-acl: public-read",
    ),
    "upload-with-the-type-of-a-url": (
        "const url = s3.getSignedUrl('putObject', { Bucket: name, Key: key, ContentType: 'text/csv' })\n\nThen we send the file:\n\nThe request signature we calculated does not match the signature you provided. Check your key and signing method.",
        {},
        "does not send what was signed with the same value: content-type",
        "content-type: text/csv",
    ),
    "whole-key": (
        _KEYS.format("ASIAEXAMPLE000000042"),
        {},
        "The access key …0042 in the environment takes precedence",
        "unset AWS_ACCESS_KEY_ID",
    ),
}


@check_rows(("text", "facts", "verdict", "remedy"), CASES.values(), ids=CASES)
def test_everyday_failure(text: str, facts: dict[str, Any], verdict: str, remedy: str) -> None:
    explanation = explain(text, facts=facts)
    assert verdict in explanation.summary
    first = explanation.remedies[0]
    shown = (first.title, *first.steps, *first.commands, first.manifest or "", json.dumps(first.policy))
    assert remedy in "\n".join(shown)


@check_rows(
    ("code", "message", "topic"),
    [
        ("UnknownOperationException", "", "unknown-operation"),
        (
            "InvalidAction",
            "Could not find operation DescribeFilms for version 2016-11-15",
            "unknown-operation",
        ),
        (
            "ValidationException",
            "The requested operation is not recognized by the service.",
            "unknown-operation",
        ),
        ("ValidationException", "modelId is not valid", "invalid-request"),
        ("InvalidAddress", "The address films is not valid for this endpoint.", "invalid-request"),
        ("InvalidAddress.NotFound", "Address 'films' not found.", "not-found"),
        (
            "InvalidAccessException",
            "Account 111122223333 is not subscribed to AWS Security Hub",
            "service-not-enabled",
        ),
        (
            "InvalidAccessException",
            "Account 111122223333 is not an administrator for this organization",
            "aws-error",
        ),
    ],
)
def test_a_code_that_fits_no_parameter_has_its_own_cause(code: str, message: str, topic: str) -> None:
    explanation = explain(f"An error occurred ({code}) when calling the InvokeModel operation: {message}")
    assert explanation is not None
    assert explanation.topic == topic


_ASSOCIATION = "Error: creating EKS Access Policy Association (films#arn:aws:iam::111122223333:role/dev#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy): operation error EKS: AssociateAccessPolicy, https response error StatusCode: 404, ResourceNotFoundException: The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'."


@pytest.mark.parametrize(
    ("before", "name"), [("", "RESOURCE_NAME"), ("aws_eks_access_entry.dev: Creating...\n", "dev")]
)
def test_terraform_creates_the_entry_of_an_association_itself(before: str, name: str) -> None:
    shown = str(explain(before + _ASSOCIATION))
    assert f'resource "aws_eks_access_entry" "{name}"' in shown
    assert "create-access-entry" not in shown


@pytest.mark.parametrize(
    ("words", "checks"),
    [("Token expired: 1754028847 >= 1754027905", 0), ("Issuer doesn't match providerName", 1)],
)
def test_an_expired_login_needs_no_check_of_the_provider(words: str, checks: int) -> None:
    shown = str(explain(f"NotAuthorizedException: Invalid login token. {words}"))
    assert shown.count("describe-identity-pool") == checks


def test_a_call_of_an_sdk_has_no_presigned_url() -> None:
    said = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    answer = (
        f"<Error><Code>SignatureDoesNotMatch</Code><Message>{said}</Message><HostId>abc=</HostId></Error>"
    )
    assert "presigned URL" in str(explain(answer))
    call = f"An error occurred (SignatureDoesNotMatch) when calling the PutObject operation: {said}"
    assert "presigned URL" not in str(explain(call))


@pytest.mark.parametrize(
    ("prefix", "title"),
    [("Retryable error: ", "Wait for the next attempts"), ("", "Check that the profile exists")],
)
def test_a_program_that_retries_is_left_alone(prefix: str, title: str) -> None:
    text = f"{prefix}InvalidParameterValue: Value (packer-626bea32) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name\n  status code: 400, request id: 5e96adda"
    explanation = explain(text)
    assert explanation is not None
    assert explanation.remedies[0].title.startswith(title)


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (
            'backup store for location "default" is invalid: rpc error: code = Unknown desc = ',
            "s3:ListBucket",
        ),
        (
            'BackupStorageLocation \\"default\\" is unavailable: rpc error: code = Unknown desc = ',
            "s3:ListBucket",
        ),
        ("error putting object backups/films-1/films-1-logs.gz: ", "s3:PutObject"),
    ],
)
def test_velero_is_recognized_by_its_backup_locations(words: str, action: str) -> None:
    text = (
        f"{words}AccessDenied: Access Denied\n\tstatus code: 403, request id: 70BAB74B37C444FF, host id: abc="
    )
    shown = str(explain(text))
    assert f"S3 denied {action}" in shown
    assert "AllowVelero" in shown


def test_the_account_of_the_message_is_used() -> None:
    text = "AccessDeniedException: Systems Manager's instance management role is not configured for account: 111122223333"
    shown = str(explain(text))
    assert ":111122223333:servicesetting" in shown
    assert "Save the trust policy" not in shown


@pytest.mark.parametrize(("named", "count"), [("vpce-0a1b2c3d4e5f60718", 0), ("an endpoint", 1)])
def test_named_endpoint_is_not_looked_up(named: str, count: int) -> None:
    text = f"{_DENIED.format('sqs:SendMessage')} because no VPC endpoint policy allows the sqs:SendMessage action ({named})"
    first = explain(text).remedies[0]
    assert sum("--filters" in each for each in first.commands) == count
    assert sum("Find the endpoint in the caller's VPC" in each for each in first.steps) == count


_SCOPE = "api error SignatureDoesNotMatch: Credential should be scoped to a valid region.\noperation error STS: GetCallerIdentity"


@pytest.mark.parametrize(
    ("address", "is_of_terraform"),
    [
        (
            '  with data.aws_caller_identity.current,\n  on main.tf line 2, in data "aws_caller_identity" "current":\n',
            1,
        ),
        ("", 0),
    ],
)
def test_the_endpoint_of_terraform_is_in_its_provider_block(address: str, is_of_terraform: int) -> None:
    shown = str(explain(f"Error: reading STS Caller Identity\n{address}{_SCOPE}"))
    assert shown.count("endpoints { sts }") == is_of_terraform
    assert shown.count("sts-regional-endpoints=false") == 1 - is_of_terraform


@pytest.mark.parametrize(("before", "commands"), [("", 0), ("reconciling Ingress films: ", 1)])
def test_only_a_text_about_a_cluster_asks_for_its_service_account(before: str, commands: int) -> None:
    shown = str(explain(f"{before}InvalidIdentityToken: Incorrect token audience"))
    assert shown.count("kubectl get serviceaccount") == commands
    assert shown.count("client ID of an app") == 1 - commands


def test_session_manager_forbids_credentials_that_it_rejects() -> None:
    explanation = explain(
        "An error occurred (403) when calling the StartSession operation: Server authentication failed: <UnauthorizedRequest><message>Forbidden.</message></UnauthorizedRequest>"
    )
    assert explanation.failure is not None
    assert explanation.failure.kind == "access_denied"
    assert explanation.summary.startswith("AWS does not accept the credentials")
    assert not any(each.policy for each in explanation.remedies)


_GET = "$ aws s3 cp s3://acme-films/a.csv .\ndownload failed: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n"
_UNKNOWN_KEY = "AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.\n"
_CHAIN = "NoCredentialProviders: no valid providers in chain. Deprecated.\n"


@check_rows(
    ("text", "absent"),
    [
        *((f"{_GET}{each}", "AdministratorAccess allows it") for each in (
            "After adding AdministratorAccess the error is gone.",
            "I could have added AdministratorAccess.",
            "They added AdministratorAccess to another role.",
            "I want to avoid adding AdministratorAccess.",
        )),
        *((f"Our ECS service: {_GET}{each}", "not to the execution role") for each in (
            "I never added s3:GetObject to the execution role.",
            "Do I have to add s3:GetObject to the task execution role?",
        )),
        (f"Lambda: {_GET}I added s3:GetObject to the execution role.", "not to the execution role"),
        *((f"{_GET}The role has AdministratorAccess attached. {each}", "another account owns the bucket and does not") for each in (
            "Bucket and role are in the same account.",
            "We created the bucket last week.",
        )),
        (f"{_CHAIN}It runs on my laptop. Later, it will be deployed on an EC2 instance.", "if it has none"),
        (
            f"{_UNKNOWN_KEY}$ aws kms generate-data-key --key-id arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab --number-of-bytes 32",
            "kms:GenerateDataKey",
        ),
        ("error: You must be logged in to the server (Unauthorized)\nI have full cluster permissions.", "permissions could"),
        (
            "Insufficient Glue permissions to access table\n\n1.68718E+12 Sharing failed: An error occurred (AccessDeniedException) when calling the GrantPermissions operation: Insufficient Glue permissions to access table films",
            "1.68718E",
        ),
        (
            'backend "s3" {\n  bucket = "acme-state"\n  key = "a.tfstate"\n}\nError: creating S3 Bucket (acme-films): AccessDenied: Access Denied',
            "acme-state/a.tfstate",
        ),
        (
            'Not authorized to perform sts:AssumeRoleWithWebIdentity\n{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "OIDC_ARN"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"OIDC_URL:sub": "system:serviceaccount:namespace:name"}}}]}',
            "in the namespace name",
        ),
    ],
)  # fmt: skip
def test_words_are_not_taken_for_evidence(text: str, absent: str) -> None:
    assert absent not in str(explain(text))


_CREATE = "An error occurred (AccessDenied) when calling the CreateRole operation: User: arn:aws:sts::111122223333:assumed-role/films-ci/ci is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/web"
_NO_ALLOW = " because no identity-based policy allows the iam:CreateRole action"


@check_rows(
    ("said", "verdict", "remedy"),
    [
        ("I went on to add iam:CreateRole policy to the films-ci role and I retried. However, I got the same error.", "iam:CreateRole, which the text says that it got", "Compare the statement"),
        ("The role already has the iam:CreateRole permission.", "iam:CreateRole, which the text says that it got", "Compare the statement"),
        ("I've given the role iam:CreateRole and it still fails.", "iam:CreateRole, which the text says that it got", "Compare the statement"),
        ("In the policy simulator, the films-ci role is allowed to perform iam:CreateRole.", "iam:CreateRole, which the text says that it got", "Compare the statement"),
        ("The role still has iam:PassRole and iam:CreateRole.", "iam:CreateRole, which the text says that it got", "Compare the statement"),
        ("It worked until Monday. Our account has iam:CreateRole.", "iam:CreateRole, which the text says that it got", "Compare the statement"),
        ("I have already attached IAMFullAccess to the role, still the same.", "IAMFullAccess allows it", "is attached to the role films-ci"),
        *((each, "no identity-based policy allows it", "Allow iam:CreateRole") for each in (
            "The role needs to have iam:CreateRole, I think.",
            "Does the role have iam:CreateRole?",
            "I added iam:CreateRole on arn:aws:iam::111122223333:role/app to the trust policy.",
            "They have not added iam:CreateRole on arn:aws:iam::111122223333:role/app.",
            "Should I have added iam:CreateRole on arn:aws:iam::111122223333:role/app?",
            "The key's policy allows iam:CreateRole on arn:aws:iam::111122223333:role/app.",
            "Once somebody has added iam:CreateRole to the role, the same error appears for iam:PassRole.",
            "I added iam:CreateRole to the role and it works.",
            "I added iam:CreateRole to the node role, still the same.",
            "I added iam:PassRole to the role films-ci, same error.",
            "Their account already has iam:CreateRole.",
        )),
    ],
)  # fmt: skip
def test_permission_that_the_caller_got(said: str, verdict: str, remedy: str) -> None:
    for reason, other in (("", ", or a policy of another type denies the call."), (_NO_ALLOW, ".")):
        explanation = explain(f"{_CREATE}{reason}\n\n{said}")
        assert verdict in explanation.summary
        assert explanation.summary.endswith(other) or "no identity" in verdict
        assert remedy in explanation.remedies[0].title


@check_rows(
    "said",
    [
        "I gave the role iam:CreateRole on arn:aws:iam::111122223333:role/app-* but it still fails.",
        "The role's policy allows iam:CreateRole on arn:aws:iam::111122223333:role/app-*.",
        "We granted it iam:CreateRole on arn:aws:iam::111122223333:role/app-*.",
        "I added iam:CreateRole on arn:aws:iam::111122223333:role/app-* to the role.",
    ],
)
def test_permission_for_another_resource(said: str) -> None:
    for text in (f"{said}\n{_CREATE}", f"{said}\n{_CREATE}{_NO_ALLOW}"):
        explanation = explain(text)
        assert explanation.summary.endswith(
            "describes allows it only on arn:aws:iam::111122223333:role/app-*."
        )
        assert "Allow iam:CreateRole" in explanation.remedies[0].title


_TRUST = 'The trust policy of owner:\n{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/films-ops"}, "Action": "sts:AssumeRole"}]}'
_ACROSS = "User: arn:aws:sts::111122223333:assumed-role/films-ci/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/owner"
_SECRET = "User: arn:aws:sts::111122223333:assumed-role/films-ci/ci is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:444455556666:secret:films/db-AbCdEf because no resource-based policy allows the secretsmanager:GetSecretValue action"
_ENCRYPTED = 'level=error err="operation error Secrets Manager: GetSecretValue, api error AccessDeniedException: Access to KMS is not allowed" secret=arn:aws:secretsmanager:eu-west-1:444455556666:secret:films/db-AbCdEf role=arn:aws:iam::111122223333:role/films-ci\n\n$ aws secretsmanager describe-secret --secret-id films/db\n{\n    "ARN": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:films/db-AbCdEf",\n    "Name": "films/db",\n    "LastChangedDate": "2026-01-02T12:00:00+00:00"\n}'


@check_rows(
    ("text", "said", "is_needed"),
    [
        (f"{_ACROSS}\n{_TRUST}", "Our side already has sts:AssumeRole on it.", False),
        (f"{_ACROSS}\n{_TRUST}", "The role films-ci still has sts:TagSession, sts:AssumeRole.", False),
        (f"{_ACROSS}\n{_TRUST}", "The role films-ops has sts:AssumeRole.", True),
        (f"{_ACROSS}\n{_TRUST}", "Does our side have sts:AssumeRole?", True),
        (_SECRET, "Our account still allows secretsmanager:GetSecretValue.", False),
        (_SECRET, "Our account should have secretsmanager:GetSecretValue.", True),
        (_SECRET, "Our account has an SCP for secretsmanager:GetSecretValue.", True),
        (_SECRET, "Our account allows secretsmanager:GetSecretValue in the secret's resource policy.", True),
        (_SECRET, "The vendor said that our account has secretsmanager:GetSecretValue.", True),
        (_SECRET, "Our account has secretsmanager:GetSecretValue, or does it?", True),
        (_SECRET, "> Our account has secretsmanager:GetSecretValue.", True),
        (_ENCRYPTED, "Our role has secretsmanager:GetSecretValue and kms:Decrypt on *.", False),
        # The new key is another one.
        (_ENCRYPTED, "Our role has kms:Decrypt on the key of the films.", True),
    ],
)
def test_permission_that_the_account_of_the_caller_gives(text: str, said: str, *, is_needed: bool) -> None:
    shown = " ".join(str(explain(f"{text}\n\n{said}")).split())
    assert ("put-role-policy --role-name films-ci" in shown) is is_needed
    assert ("by the text, it does" in shown or "has kms:Decrypt on * already" in shown) is not is_needed
