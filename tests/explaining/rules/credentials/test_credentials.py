"""Tests for the causes and remedies of credential, token, key, region, policy and call failures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import pytest
from botocore import exceptions as boto

from iamtriage import explain
from iamtriage.explaining import Evidence, Who
from iamtriage.failures import (
    AccessKeyQuota,
    AwsError,
    CredentialScope,
    Envelope,
    ExpiredCredentials,
    InvalidCredentials,
    InvalidIdentityToken,
    MalformedPolicy,
    MissingCredentials,
    RegionDisabled,
    SignatureMismatch,
)
from tests.explaining.golden.cases import CREDENTIALS as CASES
from tests.explaining.golden.cases_credentials import ROLE, SESSION, SSO, TOKEN_FILE, web_identity_text
from tests.explaining.rules.credentials.helpers import explained
from tests.explaining.rules.explained import codes
from tests.explaining.rules.explained import commands as list_commands
from tests.tables import botocore_text, check_rows

if TYPE_CHECKING:
    from iamtriage import Failure

POD_IDENTITY_FILE = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"

Facts = dict[str, Any]

ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
CLAIMS = {
    "iss": f"https://{ISSUER}",
    "sub": "system:serviceaccount:shop:orders-api",
    "aud": "sts.amazonaws.com",
}


def _trust(subject: str) -> Facts:
    provider = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:sub": subject}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


# ID, text, facts, topic, the first causes with their evidence, some of the suggested commands.
Row = tuple[str, str, Facts, str, dict[str, str], tuple[str, ...]]

UNKNOWN_ID = "The AWS Access Key Id you provided does not exist in our records."
INVALID = "The security token included in the request is invalid"
EXPIRED = "The security token included in the request is expired"
MISMATCH = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
SCOPE = "Credential should be scoped to a valid region"

EXPIRATIONS: tuple[Row, ...] = (
    (
        "session of a role",
        botocore_text("ExpiredToken", "ListBuckets", "The provided token has expired."),
        {"caller": SESSION},
        "expired-session",
        {"expired-session": "reported", "pasted-session": "possible", "credentials-outlived": "possible"},
        ("env | grep -o -e AWS_ACCESS_KEY_ID -e AWS_SESSION_TOKEN -e AWS_PROFILE",),
    ),
    (
        "session of Identity Center",
        botocore_text("ExpiredTokenException", "DescribeCluster", EXPIRED),
        {"caller": SSO},
        "expired-session",
        {"expired-session": "reported"},
        (
            "aws sso login --profile PROFILE",
            "aws sso-admin update-permission-set --instance-arn INSTANCE_ARN --permission-set-arn PERMISSION_SET_ARN --session-duration PT8H",
        ),
    ),
    (
        "behind a kubeconfig",
        f"Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 254\n{botocore_text('ExpiredToken', 'AssumeRole', EXPIRED)}",
        {},
        "expired-session",
        {"expired-session": "reported", "kubeconfig-profile": "possible", "pasted-session": "possible"},
        (
            "kubectl config view --minify --output jsonpath='{.users[].user.exec}'",
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
        ),
    ),
    (
        "SSO with its profile",
        "$ aws s3 ls --profile dev\n\nError when retrieving token from sso: Token has expired and refresh failed",
        {},
        "expired-sso-session",
        {"expired-sso-session": "reported", "wrong-sso-session": "possible"},
        ("aws sso login --profile dev",),
    ),
    (
        "SSO as botocore's class",
        (
            "botocore.exceptions.UnauthorizedSSOTokenError: The SSO session associated with this profile has expired or is otherwise invalid. "
            "To refresh this SSO session run aws sso login with the corresponding profile."
        ),
        {},
        "expired-sso-session",
        {"expired-sso-session": "reported"},
        ("aws sso login --profile PROFILE",),
    ),
    (
        "aws login",
        "aws: [ERROR]: Your session has expired or credentials have changed. Please reauthenticate using 'aws login'.",
        {},
        "expired-login-session",
        {"expired-login-session": "reported"},
        ("aws login",),
    ),
    (
        "renewal of aws login",
        f"$ aws s3 ls --profile console-ops\n{botocore_text('AccessDeniedException', 'CreateOAuth2Token', 'The refresh token has expired.')}",
        {},
        "expired-login-session",
        {"expired-login-session": "reported"},
        ("aws login --profile console-ops",),
    ),
    (
        "renewal of aws login after a change of the password",
        f"aws: [ERROR]: {botocore_text('AccessDeniedException', 'CreateOAuth2Token', 'Access denied')}\n\nAdditional error details:\nerror: USER_CREDENTIALS_CHANGED",
        {},
        "expired-login-session",
        {"expired-login-session": "reported"},
        ("aws login",),
    ),
    (
        "renewal of aws login without permission",
        f"aws: [ERROR]: {botocore_text('AccessDeniedException', 'CreateOAuth2Token', 'Access denied')}\n\nAdditional error details:\nerror: INSUFFICIENT_PERMISSIONS",
        {},
        "login-not-allowed",
        {"login-not-allowed": "reported"},
        (
            "aws iam attach-user-policy --user-name USER_NAME --policy-arn arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
            "aws login",
        ),
    ),
    (
        "renewal of aws login in the SDK for Java",
        "software.amazon.awssdk.services.signin.model.AccessDeniedException: The refresh token has expired. (Service: Signin, Status Code: 400, Request ID: 1)",
        {},
        "expired-login-session",
        {"expired-login-session": "reported"},
        ("aws login",),
    ),
    (
        "profile in the sentence of aws login",
        "aws: [ERROR]: Error when retrieving token from login: Your session has expired. Please reauthenticate using 'aws login --profile console-ops'.",
        {},
        "expired-login-session",
        {"expired-login-session": "reported"},
        ("aws login --profile console-ops",),
    ),
    (
        "renewal of an Identity Center sign-in",
        f"$ export AWS_PROFILE=data\n$ python3 job.py\n{botocore_text('ExpiredTokenException', 'CreateToken', 'The token is expired')}",
        {},
        "expired-sso-session",
        {"expired-sso-session": "reported"},
        ("aws sso login --profile data",),
    ),
    (
        "credentials of a source profile",
        f"$ aws s3 ls --profile prod\n{botocore_text('ExpiredToken', 'AssumeRole', EXPIRED)}",
        {},
        "expired-session",
        {"expired-session": "reported"},
        ("aws configure get source_profile --profile prod", "aws sso login --profile SOURCE_PROFILE"),
    ),
    (
        "web identity with both times",
        web_identity_text(
            "ExpiredTokenException",
            "Token expired: current date/time 1790000000 must be before the expiration date/time1789999802",
        ),
        {"namespace": "shop"},
        "expired-web-identity-token",
        {"expired-web-identity-token": "reported", "token-read-once": "possible"},
        ("kubectl rollout restart deployment/NAME --namespace shop",),
    ),
    (
        "web identity, too old",
        "<Error><Code>ExpiredTokenException</Code><Message>Token too old: 441398</Message></Error>",
        {},
        "expired-web-identity-token",
        {"expired-web-identity-token": "reported"},
        (),
    ),
    (
        "SAML",
        botocore_text(
            "ExpiredTokenException",
            "AssumeRoleWithSAML",
            "Token must be redeemed within 5 minutes of issuance",
        ),
        {},
        "expired-saml-assertion",
        {"expired-saml-assertion": "reported"},
        (),
    ),
    (
        "docker login in China",
        "docker push 111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/orders:1\ndenied: Your Authorization Token has expired. Please run 'aws ecr get-login'",
        {},
        "expired-registry-login",
        {"expired-registry-login": "reported"},
        (
            (
                "aws ecr get-login-password --region cn-north-1 | docker login --username AWS --password-stdin "
                "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn"
            ),
        ),
    ),
    (
        "docker login to an unknown registry",
        "denied: Your Authorization Token has expired. Please run 'aws ecr get-login' to fetch a new one.",
        {"region": "eu-west-1"},
        "expired-registry-login",
        {"expired-registry-login": "reported"},
        (
            (
                "aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin "
                "ACCOUNT_ID.dkr.ecr.eu-west-1.amazonaws.com"
            ),
        ),
    ),
    (
        "request",
        botocore_text("RequestExpired", "DescribeInstances", "Request has expired."),
        {},
        "expired-request",
        {"expired-request": "reported", "expired-session": "possible", "clock-wrong": "possible"},
        ("aws configure list", "aws sts get-caller-identity", "date -u", "sudo timedatectl set-ntp true"),
    ),
    (
        "request with a session of MFA",
        f"$ aws ec2 stop-instances --profile acme-mfa\n{botocore_text('RequestExpired', 'StopInstances', 'Request has expired.')}",
        {},
        "expired-request",
        {"expired-request": "reported", "expired-session": "possible", "clock-wrong": "possible"},
        (
            "aws sts get-caller-identity --profile acme-mfa",
            "aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code MFA_CODE --profile USER_PROFILE",
            "date -u",
        ),
    ),
    (
        "request with a long-term key",
        f"{botocore_text('RequestExpired', 'DescribeInstances', 'Request has expired.')}\nThe role is not used, the job has AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE.",
        {},
        "expired-request",
        {"expired-request": "reported", "clock-wrong": "possible", "request-sent-late": "possible"},
        ("date -u", "sudo timedatectl set-ntp true"),
    ),
    (
        "request with credentials that STS accepts",
        f"{botocore_text('RequestExpired', 'DescribeInstances', 'Request has expired.')}\nBut aws sts get-caller-identity works in the same shell.",
        {},
        "expired-request",
        {"expired-request": "reported", "request-sent-late": "possible", "clock-wrong": "possible"},
        ("date -u", "sudo timedatectl set-ntp true"),
    ),
    (
        "request next to a caller on another machine",
        f"{botocore_text('RequestExpired', 'DescribeInstances', 'Request has expired.')}\nOn my laptop aws sts get-caller-identity works.",
        {},
        "expired-request",
        {"expired-request": "reported", "expired-session": "possible", "clock-wrong": "possible"},
        ("aws configure list", "aws sts get-caller-identity", "date -u"),
    ),
    (
        "request with a presigned URL",
        f"GET /?Action=DescribeRegions&X-Amz-Date=20260102T030405Z&X-Amz-Signature=0f\n{botocore_text('RequestExpired', 'DescribeRegions', 'Request has expired.')}",
        {},
        "expired-request",
        {"expired-request": "reported", "clock-wrong": "possible", "presigned-url-expired": "possible"},
        ("date -u", "sudo timedatectl set-ntp true"),
    ),
)
REJECTIONS: tuple[Row, ...] = (
    (
        "unknown credentials",
        botocore_text("InvalidClientTokenId", "GetCallerIdentity", INVALID),
        {},
        "invalid-credentials",
        {
            "invalid-credentials": "reported",
            "access-key-deleted": "possible",
            "session-token-missing": "possible",
            "key-mistyped": "possible",
        },
        (
            "aws configure list",
            "aws sts get-caller-identity",
            "aws sts get-access-key-info --access-key-id ACCESS_KEY_ID",
        ),
    ),
    (
        "a key id in the text",
        f"<Error><Code>InvalidAccessKeyId</Code><Message>{UNKNOWN_ID}</Message><AWSAccessKeyId>AKIARTX3GSDSVJNFUWS2</AWSAccessKeyId></Error>",
        {"caller": "arn:aws:iam::111122223333:user/ana"},
        "invalid-credentials",
        {"unknown-access-key": "reported", "access-key-deleted": "possible"},
        (
            "aws sts get-access-key-info --access-key-id AKIARTX3GSDSVJNFUWS2",
            "aws iam list-access-keys --user-name ana",
            "aws iam create-access-key --user-name ana",
        ),
    ),
    (
        "a temporary key id",
        f"aws_access_key_id = ASIARTX3GSDSVJNFUWS2\n{botocore_text('UnrecognizedClientException', 'ListTables', INVALID)}",
        {},
        "invalid-credentials",
        {"invalid-credentials": "reported", "session-token-missing": "possible"},
        ("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN",),
    ),
    (
        "EC2",
        botocore_text(
            "AuthFailure", "DescribeInstances", "AWS was not able to validate the provided access credentials"
        ),
        {"region": "eu-west-1"},
        "invalid-credentials",
        {
            "invalid-credentials": "reported",
            "access-key-deleted": "possible",
            "session-token-missing": "possible",
            "key-mistyped": "possible",
            "clock-wrong": "possible",
        },
        ("date -u",),
    ),
    (
        "a region to opt in to, by the facts",
        botocore_text("UnrecognizedClientException", "ListClusters", INVALID),
        {"region": "af-south-1"},
        "invalid-credentials",
        {
            "invalid-credentials": "reported",
            "region-not-enabled": "possible",
            "v1-token-in-opt-in-region": "possible",
        },
        (
            "aws account get-region-opt-status --region-name af-south-1",
            "aws iam set-security-token-service-preferences --global-endpoint-token-version v2Token",
        ),
    ),
    (
        "a region to opt in to, by the host",
        f"https://sts.af-south-1.amazonaws.com:443 POST / 403\n{botocore_text('InvalidClientTokenId', 'GetCallerIdentity', INVALID)}",
        {},
        "invalid-credentials",
        {"invalid-credentials": "reported", "region-not-enabled": "possible"},
        ("aws account enable-region --region-name af-south-1",),
    ),
    (
        "a pod in China, at the global host",
        f'Post "https://sts.amazonaws.com/": {web_identity_text("InvalidClientTokenId", INVALID)}',
        {"resource": "arn:aws-cn:iam::111122223333:role/orders-api", "namespace": "shop"},
        "invalid-credentials",
        {"invalid-credentials": "reported", "china-without-region": "derived"},
        ("kubectl set env deployment/NAME --namespace shop AWS_REGION=REGION AWS_DEFAULT_REGION=REGION",),
    ),
    (
        "a pod in China, host unknown",
        web_identity_text("InvalidClientTokenId", INVALID),
        {"resource": "arn:aws-cn:iam::111122223333:role/orders-api", "region": "cn-north-1"},
        "invalid-credentials",
        {"invalid-credentials": "reported", "china-without-region": "possible"},
        (
            "kubectl set env deployment/NAME AWS_REGION=cn-north-1 AWS_DEFAULT_REGION=cn-north-1 --namespace NAMESPACE",
        ),
    ),
    (
        "GovCloud",
        botocore_text("InvalidClientTokenId", "GetCallerIdentity", INVALID),
        {"region": "us-gov-west-1"},
        "invalid-credentials",
        {"invalid-credentials": "reported", "other-partition": "possible"},
        (),
    ),
    (
        "LocalStack",
        f"PUT http://localhost:4566/orders\n{botocore_text('InvalidAccessKeyId', 'PutObject', UNKNOWN_ID)}",
        {},
        "invalid-credentials",
        {"unknown-access-key": "reported", "other-endpoint": "possible"},
        ("env | grep AWS_ENDPOINT_URL",),
    ),
    (
        "DynamoDB Local",
        f"POST http://localhost:8000/\n{botocore_text('UnrecognizedClientException', 'ListTables', INVALID)}",
        {},
        "invalid-credentials",
        {"invalid-credentials": "reported", "other-endpoint": "possible"},
        ("env | grep AWS_ENDPOINT_URL",),
    ),
    (
        "a session token of S3",
        botocore_text("InvalidToken", "ListBuckets", "The provided token is malformed or otherwise invalid."),
        {},
        "invalid-credentials",
        {"invalid-session-token": "reported", "session-token-missing": "possible"},
        ("env | grep -o '^AWS_[A-Z_]*'", "unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN", "aws login"),
    ),
    (
        "a login of Identity Center",
        f"aws s3 ls --profile dev\n{botocore_text('UnauthorizedException', 'GetRoleCredentials', 'Session token not found or invalid')}",
        {},
        "invalid-sso-token",
        {"invalid-sso-token": "reported"},
        ("aws sso login --profile dev", "aws sso logout"),
    ),
)
ABSENCES: tuple[Row, ...] = (
    (
        "laptop",
        'Unable to locate credentials. You can configure credentials by running "aws login".',
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-configuration": "possible", "profile-not-named": "possible"},
        ("aws configure sso --profile PROFILE", "aws login --profile PROFILE", "aws configure list-profiles"),
    ),
    (
        "EC2, as the text says",
        "It works on my laptop, on EC2 not:\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-instance-profile": "possible"},
        (
            "aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --region REGION --iam-instance-profile Name=INSTANCE_PROFILE",
        ),
    ),
    (
        "a container on EC2, as the text says",
        "It works on the EC2 instance, in the container not:\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        {},
        "no-credentials",
        {"no-credentials": "reported", "metadata-hop-limit": "possible"},
        (
            "aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --region REGION --http-put-response-hop-limit 2",
        ),
    ),
    (
        "a process on EC2 without a sign of a container",
        "The AWS CLI works on the EC2 instance, the systemd unit says:\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        {},
        "no-credentials",
        {
            "no-credentials": "reported",
            "no-configuration": "possible",
            "profile-not-named": "possible",
            "environment-not-passed-on": "possible",
        },
        (),
    ),
    (
        "EC2, with a timeout",
        "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        {"region": "eu-west-1"},
        "no-credentials",
        {"no-credentials": "reported", "metadata-hop-limit": "possible", "no-instance-profile": "possible"},
        (
            "aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --region eu-west-1 --http-put-response-hop-limit 2",
        ),
    ),
    (
        "a pod, by the facts",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        {"cluster": "orders", "namespace": "shop", "service_account": "orders-api", "region": "eu-west-1"},
        "no-credentials",
        {
            "no-credentials": "reported",
            "service-account-without-role": "possible",
            "pods-not-recreated": "possible",
        },
        (
            "kubectl get serviceaccount orders-api --namespace shop --output yaml | grep role-arn",
            "aws eks list-pod-identity-associations --cluster-name orders --namespace shop --service-account orders-api --region eu-west-1",
        ),
    ),
    (
        "ECS",
        "CredentialsProviderError: Could not load credentials from any providers\nECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/0f1e2d3c",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-task-role": "possible"},
        (
            "aws ecs describe-task-definition --task-definition TASK_DEFINITION --query 'taskDefinition.[taskRoleArn,executionRoleArn]'",
        ),
    ),
    (
        "ECS, with the task definition before the log",
        """$ aws ecs describe-task-definition --task-definition mailer:7 --query 'taskDefinition.[taskRoleArn,cpu]'
[
    null,
    "256"
]
$ aws logs tail /ecs/mailer | tail -1
2026-11-24T11:20:44 ecs/app/0f1e NoCredentialProviders: no valid providers in chain. Deprecated.""",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-task-role": "possible"},
        (
            "aws ecs describe-task-definition --task-definition mailer:7 --query taskDefinition > task.json",
            "aws ecs update-service --cluster ECS_CLUSTER --service SERVICE --task-definition mailer",
        ),
    ),
    (
        "ECS, with a definition in Terraform without a task role",
        """resource "aws_ecs_task_definition" "mailer" {
  family             = "mailer"
  execution_role_arn = aws_iam_role.exec.arn
}
ecs/mailer/0f1e Error: Unable to locate credentials""",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-task-role": "possible"},
        (),
    ),
    (
        "ECS, with a definition in CloudFormation without a task role",
        "  Mailer:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      Family: mailer\n$ aws logs tail /ecs/mailer\nCredentialsProviderError: Could not load credentials from any providers",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-task-role": "possible"},
        (),
    ),
    (
        "ECS, with a definition that has a task role",
        '"taskDefinition": {"family": "mailer", "taskRoleArn": "arn:aws:iam::111122223333:role/mailer"}\necs/app/4f1c NoCredentialsError: Unable to locate credentials',
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-task-role": "possible", "relative-uri-missing": "possible"},
        ("aws ecs describe-tasks --cluster ECS_CLUSTER --tasks TASK --query 'tasks[].taskDefinitionArn'",),
    ),
    (
        "AWS Batch",
        "$ aws batch describe-job-definitions --query 'jobDefinitions[0].containerProperties.jobRoleArn'\nnull\nnightly/default/0f1e NoCredentialsError: Unable to locate credentials",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-task-role": "possible"},
        (
            "aws batch describe-job-definitions --job-definition-name JOB_DEFINITION --status ACTIVE --query 'jobDefinitions[].containerProperties.[jobRoleArn,executionRoleArn]'",
        ),
    ),
    (
        "the AWS CLI itself, after a call for ECS",
        'aws ecs list-tasks --cluster web\nUnable to locate credentials. You can configure credentials by running "aws configure".',
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-configuration": "possible"},
        ("aws configure sso --profile PROFILE",),
    ),
    (
        "EC2, with an instance without a profile",
        """[ec2-user@ip-10-0-3-9 ~]$ aws ec2 describe-instances --instance-ids i-0abc12de34f567891 --query 'Reservations[0].Instances[0].IamInstanceProfile'
null
[ec2-user@ip-10-0-3-9 ~]$ python3 sync.py
botocore.exceptions.NoCredentialsError: Unable to locate credentials""",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-instance-profile": "possible"},
        (
            "aws ec2 associate-iam-instance-profile --instance-id i-0abc12de34f567891 --region REGION --iam-instance-profile Name=INSTANCE_PROFILE",
        ),
    ),
    (
        "EC2, in the log of the system",
        "Nov 24 11:20:44 ip-172-31-3-9 sync[2412]: botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-instance-profile": "possible"},
        (),
    ),
    (
        "GitHub Actions, with the task definition that the job deploys",
        '{"family": "mailer", "executionRoleArn": "arn:aws:iam::111122223333:role/exec"}\n::error::Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers',
        {},
        "no-credentials",
        {
            "no-credentials": "reported",
            "no-id-token-permission": "possible",
            "job-without-credentials": "possible",
            "secrets-of-forks": "possible",
        },
        (),
    ),
    (
        "Java, with container and instance side by side",
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(credentialsProviders=[ContainerCredentialsProvider(), InstanceProfileCredentialsProvider()]) : [ContainerCredentialsProvider(): Cannot fetch credentials from container - neither AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI environment variables are set., InstanceProfileCredentialsProvider(): Failed to load credentials from IMDS.]",
        {},
        "no-credentials",
        {"no-credentials": "reported"},
        (),
    ),
    (
        "Lambda",
        '[ERROR] NoCredentialsError: Unable to locate credentials\n  File "/var/task/lambda_function.py", line 7, in handler',
        {},
        "no-credentials",
        {"no-credentials": "reported", "lambda-variables-missing": "possible"},
        (),
    ),
    (
        "GitHub Actions",
        "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\nDid you mean to set the `id-token` permission?",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-id-token-permission": "possible"},
        (),
    ),
    (
        "a profile that is not there",
        "The config profile (staging) could not be found",
        {},
        "profile-not-found",
        {"profile-not-found": "reported", "profile-mistyped": "possible"},
        ("aws configure list-profiles", "aws configure sso --profile staging"),
    ),
    (
        "a profile that is not there, and another one in the environment",
        "AWS_PROFILE=dev\nThe config profile (staging) could not be found",
        {},
        "profile-not-found",
        {"profile-not-found": "reported", "profile-mistyped": "possible"},
        ("aws configure list-profiles", "aws configure sso --profile staging"),
    ),
    (
        "a key without a secret",
        "botocore.exceptions.PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        {},
        "partial-credentials",
        {"partial-credentials": "reported"},
        (),
    ),
    (
        "a source profile that is not there",
        'botocore.exceptions.InvalidConfigError: The source_profile "base" referenced in the profile "dev" does not exist',
        {},
        "profile-invalid",
        {"profile-invalid": "reported"},
        ("aws configure get source_profile --profile dev",),
    ),
    (
        "no SSO login",
        "aws eks list-clusters --profile dev\nError loading SSO Token: Token for dev-session does not exist",
        {},
        "no-sso-login",
        {"no-sso-login": "reported"},
        ("aws sso login --profile dev",),
    ),
    (
        "MFA",
        "botocore.exceptions.RefreshWithMFAUnsupportedError: Cannot refresh credentials: MFA token required.",
        {},
        "mfa-needed",
        {"mfa-needed": "reported"},
        (),
    ),
    (
        "credential_process",
        "botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from custom-process: helper: not logged in",
        {},
        "credential-process",
        {"credential-process": "derived"},
        ("aws configure get credential_process",),
    ),
    (
        "a kubeconfig's helper",
        "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255",
        {"cluster": "orders", "region": "eu-west-1"},
        "kubeconfig-helper",
        {"kubeconfig-helper": "reported", "helper-without-credentials": "possible"},
        ("aws eks get-token --cluster-name orders --region eu-west-1",),
    ),
    (
        "a kubeconfig's helper that is not installed",
        "Unable to connect to the server: getting credentials: exec: executable aws not found",
        {},
        "kubeconfig-helper",
        {"kubeconfig-helper": "reported"},
        (),
    ),
    (
        "a token's file of another user",
        f"WebIdentityErr: unable to read file at {TOKEN_FILE}\ncaused by: open {TOKEN_FILE}: permission denied",
        {},
        "token-file-unreadable",
        {"token-file-unreadable": "reported", "token-file-of-root": "possible"},
        (),
    ),
    *(
        (
            f"a token's file of another user, {name}",
            f"{text}\n\n$ kubectl -n shop exec deploy/carts -- id\nuid=1000(app) gid=2000(app)",
            {},
            "token-file-unreadable",
            {"token-file-unreadable": "reported", "token-file-of-root": "possible"},
            (
                """kubectl patch deployment/carts --namespace shop --patch '{"spec":{"template":{"spec":{"securityContext":{"fsGroup":2000}}}}}'""",
            ),
        )
        for file in (TOKEN_FILE, POD_IDENTITY_FILE)
        for name, text in (
            (f"Python, {file}", f"PermissionError: [Errno 13] Permission denied: '{file}'"),
            (f"Node.js, {file}", f"Error: EACCES: permission denied, open '{file}'"),
            (f"Java, {file}", f"Caused by: java.nio.file.AccessDeniedException: {file}"),
            (f"Ruby, {file}", f"Errno::EACCES: Permission denied @ rb_sysopen - {file}"),
            (f".NET, {file}", f"System.UnauthorizedAccessException: Access to the path '{file}' is denied."),
            (f"PHP, {file}", f"file_get_contents({file}): Failed to open stream: Permission denied"),
            (
                f"Rust, {file}",
                f'Os {{ code: 13, kind: PermissionDenied, message: "Permission denied" }} reading {file}',
            ),
            (
                f"Go, {file}",
                f"failed to refresh cached credentials, failed to read authorization token from {file}: open {file}: permission denied",
            ),
        )
    ),
    *(
        (
            f"a token's file that is not there, {name}",
            text,
            {},
            "token-file-unreadable",
            {"token-file-unreadable": "reported", "pods-not-recreated": "possible"},
            (),
        )
        for name, text in (
            ("Node.js", f"Error: ENOENT: no such file or directory, open '{POD_IDENTITY_FILE}'"),
            ("Java", f"java.nio.file.NoSuchFileException: {TOKEN_FILE}"),
            (
                "Java v1",
                "com.amazonaws.SdkClientException: Unable to locate specified web identity token file: /tmp/token",
            ),
        )
    ),
    (
        "a token's file that is not there",
        f"[Errno 2] No such file or directory: '{TOKEN_FILE}'",
        {"namespace": "shop"},
        "token-file-unreadable",
        {"token-file-unreadable": "reported", "pods-not-recreated": "possible"},
        ("kubectl rollout restart deployment/NAME --namespace shop",),
    ),
    (
        "a token's file that is only named",
        f"AWS_WEB_IDENTITY_TOKEN_FILE={TOKEN_FILE}\nNoCredentialProviders: no valid providers in chain. Deprecated.",
        {},
        "no-credentials",
        {"no-credentials": "reported", "sdk-too-old": "possible", "other-provider": "possible"},
        (),
    ),
    (
        "a controller's object without credentials",
        "kubectl get externalsecrets --namespace shop\norders  failed: Missing credentials in config",
        {},
        "no-credentials",
        {"no-credentials": "reported", "service-account-without-role": "possible"},
        (),
    ),
    (
        "people of a pod",
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\nThe pod runs in the namespace shop.",
        {},
        "no-credentials",
        {"no-credentials": "reported", "service-account-without-role": "possible"},
        (),
    ),
    (
        "a program that ships logs",
        (
            "[2026/08/03 10:15:00] [error] [aws_credentials] STS assume role request failed\n"
            "[2026/08/03 10:15:00] [error] [signv4] Provider returned no credentials, service=es"
        ),
        {},
        "role-request-failed",
        {"role-request-failed": "reported"},
        (),
    ),
    (
        "a kubeconfig's helper that finds none",
        "could not get token: NoCredentialProviders: no valid providers in chain. Deprecated.",
        {"cluster": "orders", "region": "eu-west-1"},
        "kubeconfig-helper",
        {"kubeconfig-helper": "reported", "helper-without-credentials": "derived"},
        ("aws eks get-token --cluster-name orders --region eu-west-1", "aws configure sso --profile PROFILE"),
    ),
    (
        "Pod Identity with an old SDK",
        "CredentialsProviderError: 169.254.170.23 is not a valid container metadata service hostname",
        {},
        "sdk-too-old",
        {"sdk-too-old": "derived"},
        (),
    ),
    (
        "no way to STS",
        'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.amazonaws.com/": dial tcp 203.0.113.7:443: i/o timeout',
        {"region": "eu-west-1"},
        "sts-unreachable",
        {"sts-unreachable": "derived", "private-dns-regional-only": "possible"},
        ("curl --silent --show-error --head --max-time 10 https://sts.eu-west-1.amazonaws.com",),
    ),
    (
        "a certificate on the way to STS",
        'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.eu-west-1.amazonaws.com/": x509: certificate signed by unknown authority',
        {},
        "sts-unreachable",
        {"untrusted-certificate": "derived", "inspecting-proxy": "possible"},
        (),
    ),
    (
        "a program that was built in GitHub Actions",
        "NoCredentialProviders: no valid providers in chain. Deprecated.\norders/pkg.check\n\t/home/runner/work/orders/orders/pkg/check.go:7",
        {},
        "no-credentials",
        {"no-credentials": "reported", "no-configuration": "possible"},
        (),
    ),
    (
        "docker without a login",
        "docker pull 111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1\nno basic auth credentials",
        {},
        "no-registry-login",
        {"no-registry-login": "derived"},
        (
            "aws ecr get-login-password --region eu-west-1 | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com",
        ),
    ),
    (
        "API Gateway",
        'GET https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orderz\n{"message":"Missing Authentication Token"}',
        {},
        "no-such-route",
        {"no-such-route": "possible", "unsigned-call": "possible"},
        ("aws apigateway get-resources --embed methods --rest-api-id a1b2c3d4e5 --region eu-west-1",),
    ),
    (
        "an unsigned call of STS",
        botocore_text(
            "MissingAuthenticationToken", "GetCallerIdentity", "Request is missing Authentication Token"
        ),
        {},
        "request-unsigned",
        {"unsigned-call": "reported"},
        (),
    ),
    (
        "an unsigned call of nobody knows what",
        '{"message":"Missing Authentication Token"}',
        {},
        "request-unsigned",
        {"unsigned-call": "possible", "no-such-route": "possible"},
        (),
    ),
    (
        "profiles in a circle",
        "InfiniteLoopConfigError: Infinite loop in credential configuration detected. Attempting to load from profile a which has already been visited.",
        {},
        "profile-invalid",
        {"profile-invalid": "reported"},
        (),
    ),
    (
        "a provider for credential_process only",
        "CredentialsProviderError: Profile ops did not contain credential_process.",
        {},
        "profile-invalid",
        {"profile-invalid": "reported"},
        (),
    ),
    (
        "a CI system",
        "gitlab-runner: NoCredentialsError: Unable to locate credentials",
        {},
        "no-credentials",
        {"no-credentials": "reported", "job-without-credentials": "possible"},
        (),
    ),
    (
        "a node without a login",
        'kubelet: Failed to pull image "111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:1": no basic auth credentials',
        {},
        "no-registry-login",
        {"no-registry-login": "derived", "node-role-cannot-pull": "possible"},
        ("aws iam list-attached-role-policies --role-name NODE_ROLE_NAME",),
    ),
)
_PACKAGES = "https://orders-111122223333.d.codeartifact.eu-west-1.amazonaws.com"
_LOGIN = "--domain orders --domain-owner 111122223333 --region eu-west-1 --repository shared"
_TOKEN = 'export CODEARTIFACT_AUTH_TOKEN="$(aws codeartifact get-authorization-token --domain orders --domain-owner 111122223333 --region eu-west-1 --query authorizationToken --output text)"'
PACKAGES: tuple[Row, ...] = tuple(
    (name, text, {}, "no-codeartifact-login", {"no-codeartifact-login": "reported"}, (command,))
    for name, text, command in (
        (
            "pip",
            f"WARNING: 401 Error, Credentials not correct for {_PACKAGES}/pypi/shared/simple/uv/",
            f"aws codeartifact login --tool pip {_LOGIN}",
        ),
        (
            "twine",
            f"Uploading distributions to {_PACKAGES}/pypi/shared/\nERROR    HTTPError: 401 Unauthorized from {_PACKAGES}/pypi/shared/",
            f"aws codeartifact login --tool twine {_LOGIN}",
        ),
        (
            "uv",
            f"Caused by: HTTP status client error (401 Unauthorized) for url ({_PACKAGES}/pypi/shared/simple/requests/)",
            _TOKEN,
        ),
        (
            "poetry",
            f"  HTTPError\n\n  401 Client Error: Unauthorized for url: {_PACKAGES}/pypi/shared/simple/requests/",
            _TOKEN,
        ),
        (
            "npm over IPv6",
            f"npm error 401 Unauthorized - GET {_PACKAGES.replace('amazonaws.com', 'on.aws')}/npm/shared/lodash",
            f"aws codeartifact login --tool npm {_LOGIN} --endpoint-type dualstack",
        ),
        (
            "npm without a login",
            f"npm error code ENEEDAUTH\nnpm error need auth This command requires you to be logged in to {_PACKAGES}/npm/shared/",
            f"aws codeartifact login --tool npm {_LOGIN}",
        ),
        (
            "Yarn 1",
            f'error An unexpected error occurred: "{_PACKAGES}/npm/shared/lodash: Request failed \\"401 Unauthorized\\"".',
            f"aws codeartifact login --tool npm {_LOGIN}",
        ),
        (
            "Yarn 2",
            f"➤ YN0041: │   Response Code: 401 (Unauthorized)\n➤ YN0041: │   Request Method: GET\n➤ YN0041: │   Request URL: {_PACKAGES}/npm/shared/lodash",
            _TOKEN,
        ),
        (
            "pnpm",
            f" ERR_PNPM_FETCH_401  GET {_PACKAGES}:443/npm/shared/lodash/-/lodash-4.17.21.tgz: Unauthorized - 401",
            f"aws codeartifact login --tool npm {_LOGIN}",
        ),
        (
            "dotnet",
            f"error NU1301: Unable to load the service index for source {_PACKAGES}/nuget/shared/v3/index.json.\nerror NU1301:   Response status code does not indicate success: 401 (Unauthorized).",
            f"aws codeartifact login --tool dotnet {_LOGIN}",
        ),
        (
            "nuget",
            f"nuget restore\nUnable to load the service index for source {_PACKAGES}/nuget/shared/v3/index.json.\n  Response status code does not indicate success: 401 (Unauthorized).",
            f"aws codeartifact login --tool dotnet {_LOGIN}",
        ),
        (
            "Gradle",
            f"> Could not GET '{_PACKAGES}/maven/shared/com/example/lib/1.0/lib-1.0.pom'. Received status code 401 from server: Unauthorized",
            _TOKEN,
        ),
        (
            "Cargo",
            f"failed to get successful HTTP response from `{_PACKAGES}/cargo/shared/config.json` (198.51.100.7), got 401",
            _TOKEN,
        ),
        (
            "a prompt before it",
            f"User for {_PACKAGES.removeprefix('https://')}: aws\nWARNING: 401 Error, Credentials not correct for {_PACKAGES}/pypi/shared/simple/requests/",
            f"aws codeartifact login --tool pip {_LOGIN}",
        ),
        (
            "a masked repository",
            "ERR_PNPM_FETCH_401  GET https://<domain>-<account>.d.codeartifact.us-east-1.amazonaws.com:443/npm/<repository>/lodash: Unauthorized - 401",
            "aws codeartifact login --tool npm --domain DOMAIN --domain-owner ACCOUNT_ID --region us-east-1 --repository REPOSITORY",
        ),
        (
            "a masked domain",
            "npm error 401 Unauthorized - GET https://<domain>.d.codeartifact.eu-west-1.amazonaws.com/npm/shared/lodash",
            "aws codeartifact login --tool npm --domain DOMAIN --domain-owner ACCOUNT_ID --region eu-west-1 --repository shared",
        ),
    )
)
SIGNATURES: tuple[Row, ...] = (
    (
        "a wrong secret",
        botocore_text("SignatureDoesNotMatch", "GetCallerIdentity", MISMATCH),
        {},
        "signature-mismatch",
        {"signature-mismatch": "reported", "wrong-secret": "possible", "request-changed": "possible"},
        ("aws configure list",),
    ),
    (
        "a presigned URL",
        f"GET https://orders.s3.eu-west-1.amazonaws.com/a.pdf?X-Amz-Expires=3600\n<Error><Code>SignatureDoesNotMatch</Code><Message>{MISMATCH}</Message></Error>",
        {},
        "signature-mismatch",
        {"signature-mismatch": "reported", "presigned-url-edited": "possible"},
        (),
    ),
    (
        "a clock behind",
        botocore_text(
            "SignatureDoesNotMatch",
            "DescribeStacks",
            "Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)",
        ),
        {},
        "clock-skew",
        {"clock-skew": "reported", "clock-wrong": "derived"},
        ("date -u", "sudo timedatectl set-ntp true"),
    ),
    (
        "a clock ahead, time of AWS masked",
        "SignatureDoesNotMatch: Signature not yet current: 20260803T101500Z is still later than XXXXXX + 5min",
        {},
        "clock-skew",
        {"clock-skew": "reported", "clock-wrong": "derived"},
        (),
    ),
    (
        "a clock behind, time of AWS cut",
        botocore_text(
            "SignatureDoesNotMatch",
            "DescribeStacks",
            "Signature expired: 20260803T101500Z is now earlier than",
        ),
        {},
        "clock-skew",
        {"clock-skew": "reported", "clock-wrong": "possible", "request-sent-late": "possible"},
        (),
    ),
    (
        "a header that cannot be read",
        botocore_text(
            "IncompleteSignature",
            "ListUsers",
            "'AKIA' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential=AKIA'.",
        ),
        {},
        "authorization-malformed",
        {"authorization-malformed": "reported", "whitespace-in-credentials": "possible"},
        (),
    ),
    (
        "the EKS page's text",
        botocore_text("SignatureDoesNotMatch", "GetCallerIdentity", SCOPE),
        {},
        "sts-endpoint",
        {"wrong-scope": "reported", "global-host-regional-credentials": "possible"},
        (
            "kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite eks.amazonaws.com/sts-regional-endpoints=false",
        ),
    ),
    (
        "the global host and a region",
        f"Post \"https://sts.amazonaws.com/\": {botocore_text('SignatureDoesNotMatch', 'AssumeRole', SCOPE)}, not 'eu-west-1'. ",
        {"kubernetes_version": "1.31", "namespace": "shop", "service_account": "orders-api"},
        "sts-endpoint",
        {"wrong-scope": "reported", "global-host-regional-credentials": "derived"},
        (
            "kubectl annotate serviceaccount orders-api --namespace shop --overwrite eks.amazonaws.com/sts-regional-endpoints=false",
        ),
    ),
    (
        "a version of Kubernetes that is none",
        botocore_text("SignatureDoesNotMatch", "GetCallerIdentity", SCOPE),
        {"kubernetes_version": "new"},
        "sts-endpoint",
        {"wrong-scope": "reported"},
        (),
    ),
    (
        "a bucket of another region",
        botocore_text(
            "AuthorizationHeaderMalformed",
            "ListObjectsV2",
            "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
        ),
        {},
        "wrong-signing-region",
        {"wrong-signing-region": "reported"},
        ("aws configure set region eu-west-1",),
    ),
    (
        "another service",
        botocore_text(
            "SignatureDoesNotMatch", "ListQueues", "Credential should be scoped to correct service: 'sts'. "
        ),
        {},
        "wrong-signing-service",
        {"wrong-signing-service": "reported", "endpoint-of-other-service": "possible"},
        (),
    ),
    (
        "another service's region",
        f"com.amazonaws.services.sqs.model.AmazonSQSException: {SCOPE}, not 'eu-west-1'. (Service: AmazonSQS; Status Code: 403; Error Code: SignatureDoesNotMatch)",
        {},
        "wrong-signing-region",
        {"wrong-signing-region": "reported", "endpoint-of-other-region": "possible"},
        (),
    ),
    (
        "dates that differ",
        botocore_text(
            "SignatureDoesNotMatch",
            "ListUsers",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        ),
        {},
        "authorization-malformed",
        {"authorization-malformed": "reported", "date-mismatch": "derived"},
        (),
    ),
    (
        "MinIO",
        f"PUT http://minio:9000/orders\n{botocore_text('SignatureDoesNotMatch', 'PutObject', MISMATCH)}",
        {},
        "signature-mismatch",
        {"signature-mismatch": "reported", "other-endpoint": "possible"},
        ("env | grep AWS_ENDPOINT_URL",),
    ),
    (
        "S3, with what it signed",
        f"<Error><Code>SignatureDoesNotMatch</Code><Message>{MISMATCH}</Message><StringToSign>AWS4-HMAC-SHA256</StringToSign></Error>",
        {},
        "signature-mismatch",
        {
            "signature-mismatch": "reported",
            "wrong-secret": "possible",
            "request-changed": "possible",
            "presigned-url-edited": "possible",
        },
        (),
    ),
    (
        "a clock that is off, times unknown",
        botocore_text(
            "RequestTimeTooSkewed",
            "ListBuckets",
            "The difference between the request time and the current time is too large.",
        ),
        {},
        "clock-skew",
        {"clock-skew": "reported", "clock-wrong": "possible", "request-sent-late": "possible"},
        (),
    ),
)
TOKENS: tuple[Row, ...] = (
    (
        "no provider for a cluster",
        web_identity_text(
            "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{ISSUER}"
        ),
        {"cluster": "orders"},
        "no-oidc-provider",
        {
            "no-oidc-provider": "reported",
            "role-of-other-account": "possible",
            "cluster-recreated": "possible",
        },
        (
            "aws iam list-open-id-connect-providers",
            "eksctl utils associate-iam-oidc-provider --cluster orders --region eu-west-1 --approve",
            f"aws iam create-open-id-connect-provider --url https://{ISSUER} --client-id-list sts.amazonaws.com",
        ),
    ),
    (
        "no provider for a cluster whose id is masked",
        "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.us-east-1.amazonaws.com/id/****",
        {},
        "no-oidc-provider",
        {
            "no-oidc-provider": "reported",
            "role-of-other-account": "possible",
            "cluster-recreated": "possible",
        },
        (
            "eksctl utils associate-iam-oidc-provider --cluster CLUSTER --region us-east-1 --approve",
            "aws iam create-open-id-connect-provider --url ISSUER_URL --client-id-list sts.amazonaws.com",
        ),
    ),
    (
        "no provider for GitHub",
        "Error: No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com",
        {},
        "no-oidc-provider",
        {
            "no-oidc-provider": "reported",
            "role-of-other-account": "possible",
            "provider-url-differs": "possible",
        },
        (
            "aws iam create-open-id-connect-provider --url https://token.actions.githubusercontent.com --client-id-list sts.amazonaws.com",
        ),
    ),
    (
        "no provider, in XML: the slash stays",
        "<Error><Code>InvalidIdentityToken</Code><Message>No OpenIDConnect provider found in your account for https://login.example.com/</Message></Error>",
        {},
        "no-oidc-provider",
        {"no-oidc-provider": "reported"},
        (
            "aws iam create-open-id-connect-provider --url https://login.example.com/ --client-id-list AUDIENCE",
        ),
    ),
    (
        "no provider, issuer of the facts",
        "InvalidIdentityToken: No OpenIDConnect provider found in your account",
        {"token_claims": CLAIMS},
        "no-oidc-provider",
        {"no-oidc-provider": "reported"},
        (
            f"aws iam create-open-id-connect-provider --url https://{ISSUER} --client-id-list sts.amazonaws.com",
        ),
    ),
    (
        "wrong audience",
        web_identity_text("InvalidIdentityToken", "Incorrect token audience"),
        {},
        "wrong-audience",
        {"wrong-audience": "reported", "audience-of-token": "possible"},
        (
            "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn PROVIDER_ARN --client-id sts.amazonaws.com",
        ),
    ),
    (
        "wrong audience, only the account is unknown",
        web_identity_text("InvalidIdentityToken", "Incorrect token audience"),
        {"token_claims": {**CLAIMS, "aud": ["sts.amazonaws.com"]}},
        "wrong-audience",
        {"wrong-audience": "reported", "audience-of-token": "supplied"},
        (
            f"aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::ACCOUNT_ID:oidc-provider/{ISSUER} --client-id sts.amazonaws.com",
        ),
    ),
    (
        "wrong audience of a job, the account is that of the facts",
        web_identity_text("InvalidIdentityToken", "Incorrect token audience"),
        {
            "account": "444455556666",
            "token_claims": {
                "iss": "https://gitlab.example.com",
                "sub": "project_path:shop/api:ref_type:branch:ref:main",
                "aud": "https://gitlab.example.com",
            },
        },
        "wrong-audience",
        {"wrong-audience": "reported", "audience-of-token": "supplied"},
        (
            "aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::444455556666:oidc-provider/gitlab.example.com --query ClientIDList",
        ),
    ),
    (
        "wrong audience, known from the facts",
        web_identity_text("InvalidIdentityToken", "Incorrect token audience"),
        {"token_claims": {**CLAIMS, "aud": ["vault"]}, "resource": ROLE},
        "wrong-audience",
        {"wrong-audience": "reported", "audience-of-token": "supplied"},
        (
            (
                "kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE eks.amazonaws.com/audience-"
            ),
        ),
    ),
    (
        "a claim is missing",
        web_identity_text("InvalidIdentityToken", "Missing a required claim: aud"),
        {},
        "missing-claim",
        {"missing-claim": "reported"},
        (),
    ),
    (
        "no key",
        web_identity_text(
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        ),
        {"token_claims": CLAIMS},
        "no-verification-key",
        {"no-verification-key": "reported", "issuer-unreachable": "possible"},
        (f"curl --silent --show-error --include https://{ISSUER}/.well-known/openid-configuration",),
    ),
    (
        "provider unreached",
        web_identity_text("IDPCommunicationError", "The identity provider could not be reached."),
        {},
        "no-verification-key",
        {"no-verification-key": "reported"},
        (),
    ),
    (
        "claim rejected",
        web_identity_text("IDPRejectedClaim", "The identity provider reported that authentication failed."),
        {},
        "claim-rejected",
        {"claim-rejected": "reported"},
        (),
    ),
    (
        "thumbprint",
        web_identity_text(
            "InvalidIdentityToken",
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        ),
        {},
        "wrong-thumbprint",
        {"wrong-thumbprint": "reported"},
        (
            'aws iam update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn PROVIDER_ARN --thumbprint-list "$thumbprint"',
        ),
    ),
    (
        "no JWT",
        web_identity_text("InvalidIdentityToken", "The ID Token provided is not a valid JWT."),
        {},
        "invalid-identity-token",
        {"invalid-identity-token": "reported", "not-an-id-token": "possible"},
        (),
    ),
)
DISABLED = "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console."
ACCOUNTS: tuple[Row, ...] = (
    (
        "STS off in a region that is always on",
        web_identity_text("RegionDisabledException", DISABLED),
        {"region": "eu-west-1"},
        "sts-region-disabled",
        {"region-disabled": "reported"},
        (),
    ),
    (
        "STS off in a region to opt in to",
        web_identity_text("RegionDisabledException", DISABLED),
        {"region": "ap-east-1"},
        "sts-region-disabled",
        {"region-disabled": "reported"},
        ("aws account enable-region --region-name ap-east-1",),
    ),
    (
        "STS off somewhere",
        "RegionDisabledException: STS is not activated in this region",
        {},
        "sts-region-disabled",
        {"region-disabled": "reported"},
        ("aws account get-region-opt-status --region-name REGION",),
    ),
    (
        "two keys, user in the command",
        f"aws iam create-access-key --user-name ana\n{botocore_text('LimitExceeded', 'CreateAccessKey', 'Cannot exceed quota for AccessKeysPerUser: 2')}",
        {},
        "access-key-quota",
        {"access-key-quota": "reported"},
        (
            "aws iam list-access-keys --user-name ana",
            "aws iam get-access-key-last-used --access-key-id KEY_ID",
            "aws iam update-access-key --user-name ana --access-key-id KEY_ID --status Inactive",
            "aws iam delete-access-key --user-name ana --access-key-id KEY_ID",
            "aws iam create-access-key --user-name ana",
        ),
    ),
    (
        "two keys in a list, of which the first one can be in use",
        '"AccessKeyId": "AKIAQ7XNSV5UA2RBJ3KD"\n"AccessKeyId": "AKIAQ7XNSV5UA2RBJ3KE"\nCannot exceed quota for AccessKeysPerUser: 2',
        {},
        "access-key-quota",
        {"access-key-quota": "reported"},
        ("aws iam delete-access-key --user-name USER_NAME --access-key-id KEY_ID",),
    ),
    (
        "two keys, user of the facts",
        "Cannot exceed quota for AccessKeysPerUser: 2",
        {"caller": "arn:aws:iam::111122223333:user/team/ana"},
        "access-key-quota",
        {"access-key-quota": "reported"},
        ("aws iam create-access-key --user-name ana",),
    ),
    (
        "a region that is not enabled",
        "error: An error occurred (RegionDisabledException) when calling the ListClusters operation: The region ap-east-1 is not enabled in your account",
        {"region": "ap-east-1"},
        "region-not-enabled",
        {"region-not-enabled": "reported"},
        ("aws account get-region-opt-status --region-name ap-east-1",),
    ),
)
POLICIES: tuple[Row, ...] = (
    (
        "a role that is not there",
        botocore_text(
            "MalformedPolicyDocument",
            "UpdateAssumeRolePolicy",
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/team/billing"',
        ),
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "principal-not-found": "possible", "principal-too-new": "possible"},
        ("aws iam get-role --role-name billing --query Role.Arn",),
    ),
    (
        "a role that was deleted",
        botocore_text(
            "MalformedPolicy", "PutBucketPolicy", 'Invalid principal in policy: "AWS":"AROAEXAMPLE0123456789"'
        ),
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "deleted-principal": "derived"},
        (
            "aws accessanalyzer validate-policy --policy-document file://policy.json --policy-type RESOURCE_POLICY",
        ),
    ),
    (
        "a user that was deleted, in JSON within JSON",
        r'{"message":"MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"AIDAEXAMPLE0123456789\""}',
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "deleted-principal": "derived"},
        (),
    ),
    (
        "a wildcard",
        botocore_text(
            "MalformedPolicyDocument",
            "CreateRole",
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"',
        ),
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "wildcard-in-principal": "derived"},
        (),
    ),
    (
        "a service that is none",
        botocore_text(
            "MalformedPolicyDocument",
            "CreateRole",
            'Invalid principal in policy: "SERVICE":"eksx.amazonaws.com"',
        ),
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "principal-not-found": "possible"},
        (),
    ),
    (
        "no JSON",
        botocore_text("MalformedPolicyDocument", "CreatePolicy", "This policy contains invalid Json"),
        {},
        "malformed-policy",
        {"invalid-json": "reported"},
        (
            "aws accessanalyzer validate-policy --policy-document file://policy.json --policy-type IDENTITY_POLICY",
        ),
    ),
    (
        "a resource in a trust policy",
        botocore_text("MalformedPolicyDocument", "CreateRole", "Has prohibited field Resource"),
        {},
        "malformed-policy",
        {"prohibited-field": "reported"},
        (),
    ),
    (
        "a field is missing",
        botocore_text("MalformedPolicyDocument", "PutRolePolicy", "Missing required field Action"),
        {},
        "malformed-policy",
        {"missing-field": "reported"},
        (),
    ),
    (
        "a Federated principal",
        "MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs",
        {},
        "malformed-policy",
        {"federated-principal": "reported"},
        (),
    ),
    (
        "a vendor",
        botocore_text(
            "MalformedPolicyDocument",
            "CreatePolicy",
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        {},
        "malformed-policy",
        {"missing-service-prefix": "reported"},
        (),
    ),
    (
        "something else",
        botocore_text("MalformedPolicyDocument", "CreatePolicy", "It is not so."),
        {},
        "malformed-policy",
        {"malformed-policy": "reported"},
        (),
    ),
    (
        "a user that is not there",
        botocore_text(
            "MalformedPolicyDocument",
            "CreateRole",
            'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/bob"',
        ),
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "principal-not-found": "possible"},
        ("aws iam get-user --user-name bob --query User.Arn",),
    ),
    (
        "an identity provider that is not there",
        botocore_text(
            "MalformedPolicyDocument",
            "CreateRole",
            'Invalid principal in policy: "FEDERATED":"arn:aws:iam::111122223333:saml-provider/idp"',
        ),
        {},
        "invalid-principal",
        {"invalid-principal": "reported", "principal-not-found": "possible"},
        ("aws iam list-open-id-connect-providers",),
    ),
    (
        "a principal is missing",
        botocore_text("MalformedPolicyDocument", "CreateRole", "Missing required field Principal"),
        {},
        "malformed-policy",
        {"missing-field": "reported"},
        (),
    ),
    (
        "a principal too many",
        botocore_text("MalformedPolicyDocument", "CreatePolicy", "Has prohibited field Principal"),
        {},
        "malformed-policy",
        {"prohibited-field": "reported"},
        (),
    ),
)
CALLS: tuple[Row, ...] = (
    (
        "a pool without a role",
        botocore_text(
            "InvalidIdentityPoolConfigurationException",
            "GetCredentialsForIdentity",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        ),
        {"region": "eu-west-1"},
        "identity-pool-roles",
        {"identity-pool-roles": "reported"},
        (
            "aws cognito-identity get-identity-pool-roles --region eu-west-1 --identity-pool-id IDENTITY_POOL_ID",
        ),
    ),
    (
        "a form that was not handed in",
        botocore_text(
            "ResourceNotFoundException",
            "InvokeModel",
            "Model use case details have not been submitted for this account.",
        ),
        {},
        "bedrock-use-case",
        {"bedrock-use-case": "reported"},
        (),
    ),
    (
        "an agent that gets no token",
        "Error fetching credentials: Service account token cannot be empty",
        {"namespace": "shop"},
        "pod-identity-token",
        {"agent-rejected-token": "reported", "sdk-too-old": "possible"},
        ("kubectl rollout restart deployment/NAME --namespace shop",),
    ),
    (
        "an agent that gets no token, as PHP says it",
        "Error retrieving credential from ECS (Client error: `GET http://169.254.170.23/v1/credentials` resulted in a `400 Bad Request` response:\nService account token cannot be empty\n)",
        {},
        "pod-identity-token",
        {"agent-rejected-token": "reported"},
        (),
    ),
    (
        "an agent that gets an old token",
        "Error retrieving credential from ECS (Client error: `GET http://169.254.170.23/v1/credentials` resulted in a `400 Bad Request` response:\nService account token failed basic claim validations: token has invalid claims: token is expired\n)",
        {},
        "pod-identity-token",
        {"agent-rejected-token": "reported", "token-read-once": "possible"},
        (),
    ),
    (
        "throttled",
        botocore_text("ThrottlingException", "DescribeClusters", "Rate exceeded"),
        {},
        "throttled",
        {"throttled": "reported"},
        ("export AWS_RETRY_MODE=adaptive AWS_MAX_ATTEMPTS=10",),
    ),
    (
        "dry run",
        botocore_text(
            "DryRunOperation", "RunInstances", "Request would have succeeded, but DryRun flag is set."
        ),
        {},
        "dry-run",
        {"dry-run": "reported"},
        (),
    ),
    (
        "not found",
        botocore_text("ResourceNotFoundException", "DescribeCluster", "No cluster found for name: orders."),
        {"region": "eu-west-1"},
        "not-found",
        {
            "not-found": "reported",
            "resource-in-other-region": "possible",
            "resource-in-other-account": "possible",
        },
        ("aws eks list-clusters --region eu-west-1",),
    ),
    (
        "role, which has no Region",
        botocore_text("NoSuchEntity", "GetRole", "The role with name worker cannot be found."),
        {},
        "not-found",
        {"not-found": "reported", "resource-in-other-account": "possible"},
        ("aws iam list-roles --query 'Roles[].RoleName'",),
    ),
    (
        "stack, reported as invalid",
        botocore_text("ValidationError", "DescribeStacks", "Stack with id web does not exist"),
        {},
        "not-found",
        {"not-found": "reported"},
        ("aws cloudformation list-stacks --query 'StackSummaries[].[StackName,StackStatus]'",),
    ),
    (
        "quota",
        botocore_text("VpcLimitExceeded", "CreateVpc", "The maximum number of VPCs has been reached."),
        {"region": "eu-west-1"},
        "quota-reached",
        {"quota-reached": "reported"},
        ("aws service-quotas list-service-quotas --service-code SERVICE_CODE --region eu-west-1",),
    ),
    (
        "not subscribed",
        botocore_text("OptInRequired", "DescribeInstances", "You are not subscribed to this service."),
        {},
        "account-state",
        {"account-state": "reported"},
        (),
    ),
    (
        "a disabled key of KMS",
        botocore_text(
            "DisabledException",
            "Decrypt",
            "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 is disabled.",
        ),
        {},
        "kms-key-state",
        {"kms-key-state": "reported"},
        (
            "aws kms enable-key --key-id arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 --region eu-west-1",
        ),
    ),
    (
        "a key of KMS that is to be deleted",
        botocore_text("KMSInvalidStateException", "Decrypt", "The key is pending deletion."),
        {},
        "kms-key-state",
        {"kms-key-state": "reported"},
        ("aws kms cancel-key-deletion --key-id KEY_ARN",),
    ),
    (
        "an instance profile",
        botocore_text(
            "InvalidParameterValue",
            "RunInstances",
            "Value (orders-api) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        ),
        {},
        "instance-profile-not-found",
        {"instance-profile-not-found": "reported", "role-too-new": "possible"},
        ("aws iam wait instance-profile-exists --instance-profile-name orders-api",),
    ),
    (
        "a role and Lambda",
        botocore_text(
            "InvalidParameterValueException",
            "CreateFunction",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        {},
        "service-cannot-assume-role",
        {
            "service-cannot-assume-role": "reported",
            "service-not-trusted": "possible",
            "role-too-new": "possible",
        },
        (
            "aws iam get-role --role-name ROLE_NAME --query Role.AssumeRolePolicyDocument --output json > old-trust.json",
        ),
    ),
    (
        "a role and EKS",
        f"InvalidParameterException: Role with arn: {ROLE}, could not be assumed because it does not exist or the trusted entity is not correct",
        {},
        "service-cannot-assume-role",
        {"service-cannot-assume-role": "reported"},
        (
            "aws iam get-role --role-name orders-api --query Role.AssumeRolePolicyDocument --output json > old-trust.json",
        ),
    ),
    (
        "there already",
        botocore_text("EntityAlreadyExists", "CreateRole", "Role with name orders-api already exists."),
        {},
        "already-exists",
        {"already-exists": "reported"},
        (),
    ),
    (
        "a policy that is too long",
        botocore_text("LimitExceeded", "CreatePolicy", "Cannot exceed quota for PolicySize: 6144"),
        {},
        "policy-too-long",
        {"policy-too-long": "reported"},
        (),
    ),
    (
        "session tags that are too long",
        botocore_text(
            "PackedPolicyTooLarge",
            "AssumeRole",
            "Packed policy consumes 115% of allotted space, please use smaller policy.",
        ),
        {},
        "session-too-long",
        {"session-too-long": "reported"},
        (),
    ),
    (
        "service unavailable",
        botocore_text("ServiceUnavailable", "ListBuckets", "Service is unable to handle request."),
        {},
        "service-error",
        {"service-error": "reported"},
        (),
    ),
    (
        "STS answered by what is none",
        'POST "https://minio.shop.svc:9000/": '
        + botocore_text(
            "MethodNotAllowed", "AssumeRole", "The specified method is not allowed against this resource."
        ),
        {},
        "answer-not-from-sts",
        {"answer-not-from-sts": "derived", "endpoint-set": "possible"},
        ("env | grep AWS_ENDPOINT_URL",),
    ),
    (
        "an answer that cannot be read",
        "WebIdentityErr: failed to retrieve credentials\ncaused by: SerializationError: failed to unmarshal error message\n\tstatus code: 404, request id: ",
        {},
        "answer-not-from-sts",
        {"answer-not-from-sts": "derived", "endpoint-set": "possible"},
        (),
    ),
    (
        "a method that another service does not allow",
        botocore_text(
            "MethodNotAllowed", "PutObject", "The specified method is not allowed against this resource."
        ),
        {},
        "aws-error",
        {"aws-error": "reported"},
        (),
    ),
    (
        "validation",
        botocore_text("ValidationException", "DescribeCluster", "clusterName is not valid"),
        {},
        "invalid-request",
        {"invalid-request": "reported"},
        (),
    ),
    (
        "conflict",
        botocore_text("ConflictException", "UpdateFunctionCode", "An update is in progress."),
        {},
        "conflict",
        {"conflict": "reported"},
        (),
    ),
    (
        "no region",
        "botocore.exceptions.NoRegionError: You must specify a region.",
        {},
        "no-region",
        {"no-region": "reported"},
        ("export AWS_REGION=REGION AWS_DEFAULT_REGION=REGION", "aws configure set region REGION"),
    ),
    *(
        (
            f"no region for STS, {name}",
            text,
            {"region": "eu-west-1"},
            "no-region",
            {"no-region": "reported"},
            ("export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1",),
        )
        for name, text in (
            (
                "Go",
                "failed to refresh cached credentials, operation error STS: AssumeRole, failed to resolve service endpoint, an AWS region is required, but was not found",
            ),
            (
                "Java",
                "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(credentialsProviders=[]) : [WebIdentityTokenCredentialsProvider(): Unable to load region from any of the providers in the chain]",
            ),
        )
    ),
    (
        "no region in a pod",
        "operation error S3: ListBuckets, resolve auth scheme: resolve endpoint: endpoint rule error, Invalid Configuration: Missing Region",
        {"region": "eu-west-1", "namespace": "shop", "service_account": "carts"},
        "no-region",
        {"no-region": "reported"},
        ("kubectl set env $workload --namespace shop AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1",),
    ),
    *(
        (
            f"no region, {name}",
            text,
            {"region": "eu-west-1"},
            "no-region",
            {"no-region": "reported"},
            (
                "export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1",
                "aws configure set region eu-west-1",
            ),
        )
        for name, text in (
            (
                "Go",
                "operation error S3: ListBuckets, failed to resolve service endpoint, endpoint rule error, Invalid Configuration: Missing Region",
            ),
            (
                "Go v1",
                'RequestError: send request failed\ncaused by: Post "https://sts..amazonaws.com/": dial tcp: lookup sts..amazonaws.com: no such host',
            ),
            ("JavaScript v2", "ConfigError: Missing region in config"),
            (".NET", "Amazon.Runtime.AmazonClientException: No RegionEndpoint or ServiceURL configured"),
            (
                "PHP",
                "InvalidArgumentException: Missing required client configuration options: region: (string)  A 'region' configuration value is required for the 's3' service",
            ),
            ("host of the CLI", 'Could not connect to the endpoint URL: "https://ec2..amazonaws.com/"'),
        )
    ),
    (
        "no answer",
        'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "https://eks.eu-west-1.amazonaws.com/clusters"',
        {},
        "no-answer",
        {"no-answer": "reported"},
        ("nslookup eks.eu-west-1.amazonaws.com",),
    ),
    (
        "no name",
        'operation error STS: GetCallerIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-west-9.amazonaws.com/": dial tcp: lookup sts.eu-west-9.amazonaws.com: no such host',
        {},
        "no-answer",
        {"host-not-resolved": "reported"},
        ("nslookup sts.eu-west-9.amazonaws.com",),
    ),
    (
        "a certificate",
        'operation error EKS: ListClusters, https response error StatusCode: 0, RequestID: , request send failed, Get "https://eks.eu-west-1.amazonaws.com/clusters": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        {},
        "no-answer",
        {"untrusted-certificate": "derived"},
        (),
    ),
    (
        "a header",
        'operation error STS: GetCallerIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-west-1.amazonaws.com/": net/http: invalid header field value for "Authorization"',
        {},
        "whitespace-in-credentials",
        {"whitespace-in-credentials": "derived"},
        (),
    ),
    (
        "no capacity",
        botocore_text("InsufficientInstanceCapacity", "RunInstances", "There is no capacity."),
        {},
        "no-capacity",
        {"no-capacity": "reported"},
        (),
    ),
    (
        "a redirect",
        botocore_text(
            "PermanentRedirect", "ListObjectsV2", "The bucket must be addressed using the specified endpoint."
        ),
        {},
        "bucket-in-other-region",
        {"bucket-in-other-region": "reported"},
        (),
    ),
    (
        "something else",
        botocore_text("UnsupportedAvailabilityZoneException", "CreateCluster", "The zone has no room."),
        {},
        "aws-error",
        {"aws-error": "reported"},
        (),
    ),
    (
        "refused",
        'operation error STS: GetCallerIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-west-1.amazonaws.com/": dial tcp 203.0.113.7:443: connect: connection refused',
        {},
        "no-answer",
        {"connection-failed": "reported"},
        (),
    ),
    (
        "too slow",
        'botocore.exceptions.ReadTimeoutError: Read timeout on endpoint URL: "https://eks.eu-west-1.amazonaws.com/"',
        {},
        "no-answer",
        {"connection-failed": "reported"},
        (),
    ),
    (
        "an upload that stalled",
        "<Error><Code>RequestTimeout</Code><Message>Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.</Message><RequestId>K2J4M6P8R0S2T4V6</RequestId><HostId>Example0hostId1of2S3==</HostId></Error>",
        {},
        "request-stalled",
        {"request-stalled": "reported"},
        (),
    ),
    (
        "an old signature",
        botocore_text(
            "InvalidArgument",
            "GetObject",
            "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.",
        ),
        {},
        "signature-version",
        {"signature-version": "reported"},
        ("aws configure set default.s3.signature_version s3v4",),
    ),
    (
        "another invalid argument",
        botocore_text("InvalidArgument", "GetObject", "Part number must be an integer between 1 and 10000"),
        {},
        "invalid-request",
        {"invalid-request": "reported"},
        (),
    ),
    (
        "a model that takes no calls by its own id",
        botocore_text(
            "ValidationException",
            "InvokeModel",
            "Invocation of model ID example.orders-v1:0 with on-demand throughput isn't supported.",
        ),
        {},
        "inference-profile-needed",
        {"inference-profile-needed": "reported"},
        (),
    ),
    (
        "a token for an external service",
        botocore_text(
            "OutboundWebIdentityFederationDisabledException", "GetWebIdentityToken", "It is not enabled."
        ),
        {},
        "outbound-federation-off",
        {"outbound-federation-off": "reported"},
        ("aws iam enable-outbound-web-identity-federation",),
    ),
    (
        "credentials that would outlive the session",
        botocore_text("InsufficientSessionLifetime", "GetScopedCredentials", "Choose a shorter duration."),
        {},
        "token-outlives-session",
        {"token-outlives-session": "reported"},
        (),
    ),
    (
        "a time-out of the C++ SDK's own",
        "AWS Error REQUEST_TIMEOUT during UploadPart operation: curlCode: 28, Timeout was reached",
        {},
        "no-answer",
        {"connection-failed": "reported"},
        (),
    ),
    (
        "a proxy",
        'operation error STS: GetCallerIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-west-1.amazonaws.com/": proxyconnect tcp: dial tcp 203.0.113.7:3128: i/o timeout',
        {},
        "no-answer",
        {"proxy": "reported"},
        (),
    ),
    (
        "a status of 500 without a code",
        "(Service: Eks, Status Code: 503, Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
        {},
        "service-error",
        {"service-error": "derived"},
        (),
    ),
    (
        "a rate without a code",
        "(Service: Eks, Status Code: 400, Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0) Rate exceeded",
        {},
        "throttled",
        {"throttled": "derived"},
        (),
    ),
    (
        "a quota without a code",
        "The maximum number of VPC endpoints has been reached. (Service: Ec2, Status Code: 400, Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
        {},
        "quota-reached",
        {"quota-reached": "reported"},
        ("aws service-quotas list-service-quotas --service-code ec2 --region REGION",),
    ),
    (
        "a cluster that a validation does not find",
        botocore_text("ClusterNotFoundException", "DescribeServices", "Cluster not found."),
        {},
        "not-found",
        {"not-found": "reported"},
        (),
    ),
    (
        "a role and an unknown service",
        botocore_text("ValidationException", "CreateThing", f"Role {ROLE} can not be assumed"),
        {},
        "service-cannot-assume-role",
        {"service-cannot-assume-role": "reported"},
        (),
    ),
)
NODES: tuple[Row, ...] = (
    (
        "an instance that no Auto Scaling group launches",
        "$ aws ec2 describe-instances --region eu-west-1\nState transition reason message: Client.InternalError: Client error on launch",
        {},
        "volume-key",
        {"volume-key": "possible"},
        ("aws kms describe-key --key-id KEY_ARN --query KeyMetadata.KeyState --region eu-west-1",),
    ),
    (
        "a node of EKS Auto Mode",
        'Instance failed to launch for the NodeClass "default". Cause: One or more of the attached Amazon EBS volumes are encrypted with an inaccessible AWS KMS key.',
        {"cluster": "orders", "region": "eu-west-1"},
        "volume-key",
        {"volume-key": "derived"},
        ("aws kms describe-key --key-id KEY_ARN --query KeyMetadata.KeyState --region eu-west-1",),
    ),
    (
        "an API server that nodes cannot reach",
        '{"health": {"issues": [{"code": "ClusterUnreachable", "message": "The nodes cannot reach it"}]}}',
        {"cluster": "orders", "region": "eu-west-1"},
        "node-without-network",
        {"node-without-network": "reported"},
        (),
    ),
)
ROWS = (
    *NODES,
    *EXPIRATIONS,
    *REJECTIONS,
    *ABSENCES,
    *PACKAGES,
    *SIGNATURES,
    *TOKENS,
    *ACCOUNTS,
    *POLICIES,
    *CALLS,
)


@check_rows(
    ("text", "facts", "topic", "causes", "commands"),
    [pytest.param(*row[1:], id=f"{row[3]}: {row[0]}") for row in ROWS],
)
def test_explanation(
    text: str, facts: Facts, topic: str, causes: dict[str, str], commands: tuple[str, ...]
) -> None:
    explanation = explained(text, facts)
    assert explanation.topic == topic
    found = {cause.code: cause.evidence for cause in explanation.causes[: len(causes)]}
    assert found == causes
    assert set(commands) <= set(list_commands(explanation))


# ------------------------------------------------ single explanations


@check_rows(
    ("sign", "title"),
    [
        pytest.param(
            "ERROR: Job failed: exit code 1", "Assume the role at the start of the job", id="GitLab"
        ),
        pytest.param("##[error]Process completed", "Get new credentials in the job", id="GitHub"),
        pytest.param(
            "$ echo $CIRCLE_OIDC_TOKEN_V2", "Assume the role at the start of the job", id="CircleCI"
        ),
        pytest.param("$ ./sync", "Read the token file again", id="no job"),
    ],
)
def test_expired_token_of_a_job(sign: str, title: str) -> None:
    """A job gets its token once, and nothing writes a new one into a file."""
    message = "Token expired: current date/time 1790000000 must be before the expiration date/time 1789996400"
    explanation = explain(f"{web_identity_text('ExpiredTokenException', message)}\n{sign}")
    assert "expired 60 minutes before the call" in explanation.summary
    assert explanation.remedies[0].title.startswith(title)


@check_rows(
    ("shown", "copy"),
    [
        ("+ cp {} /tmp/token\n+ export AWS_WEB_IDENTITY_TOKEN_FILE=/tmp/token", "/tmp/token"),
        ("$ cp -pL {} /srv/aws/\nAWS_WEB_IDENTITY_TOKEN_FILE=/srv/aws/token", "/srv/aws/token"),
        ("sh -c 'cat {} > /run/t; exec app'\n- name: AWS_WEB_IDENTITY_TOKEN_FILE\n  value: /run/t", "/run/t"),
        ("install -m 644 {} /opt/jwt\nweb_identity_token_file = /opt/jwt", "/opt/jwt"),
        (
            'shutil.copy("{}", "/tmp/t")\nos.environ["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/tmp/t"',
            "/tmp/t",
        ),
        (
            "cp $AWS_WEB_IDENTITY_TOKEN_FILE /tmp/t && export AWS_WEB_IDENTITY_TOKEN_FILE=/tmp/t && app",
            "/tmp/t",
        ),
        # The original is in use, the copy is another one, or something renews it.
        ("cp {0} /tmp/token\nAWS_WEB_IDENTITY_TOKEN_FILE={0}", None),
        ("cp {} /tmp/token\nAWS_WEB_IDENTITY_TOKEN_FILE=/tmp/other-token", None),
        ("while :; do cp {} /tmp/t; sleep 60; done\nAWS_WEB_IDENTITY_TOKEN_FILE=/tmp/t", None),
        ("# cp {} /tmp/t\nAWS_WEB_IDENTITY_TOKEN_FILE=/tmp/t", None),
        ("We no longer cp {} /tmp/t; AWS_WEB_IDENTITY_TOKEN_FILE=/tmp/t was for that", None),
    ],
)
def test_expired_copy_of_a_token(shown: str, copy: str | None) -> None:
    source = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
    message = "Token expired: current date/time 1790000000 must be before the expiration date/time 1789996400"
    explanation = explain(f"{shown.format(source)}\n{web_identity_text('ExpiredTokenException', message)}")
    assert ("nothing renews" in explanation.summary) is (copy is not None)
    if copy is not None:
        assert f"in {copy}," in explanation.summary
        assert explanation.causes[0].evidence == "derived"
        assert not explanation.remedies[0].commands


def test_endpoint_of_another_service_in_a_variable() -> None:
    explanation = explain(
        "AWS_ENDPOINT_URL=https://sqs.eu-west-1.amazonaws.com python3 send.py\n"
        + botocore_text(
            "SignatureDoesNotMatch", "ListTopics", "Credential should be scoped to correct service: 'sqs'."
        )
    )
    found = {cause.code: cause.evidence for cause in explanation.causes}
    assert found["endpoint-of-other-service"] == "derived"
    assert explanation.remedies[0].title == "Remove or correct AWS_ENDPOINT_URL"


@pytest.mark.unmeasured
@check_rows(
    ("text", "facts"),
    [pytest.param(text, facts, id=name) for name, text, facts in CASES],
)
def test_no_explanation_suggests_permissions_for_the_caller(text: str, facts: Facts) -> None:
    """The caller's policies cause hardly any of these failures. Documents are trust policies, or trust a service or its role."""
    explanation = explained(text, facts)
    # EBS checks the caller's permission for the key only after the call has succeeded, and Docker does not report that of
    # its credential helper. CloudWatch Logs delivers with a role, and CloudTrail writes to a log group with one. The agent of
    # ECS Exec has the task role.
    if explanation.topic in {
        "ecs-exec-agent",
        "new-volume-gone",
        "registry-helper",
        "subscription-undelivered",
        "trail-role-lacks-logs",
    }:
        return
    for remedy in explanation.remedies:
        if remedy.policy is not None and remedy.layer != "role_trust":
            assert remedy.layer == "resource"
            kind = "AWS" if explanation.topic in {"key-policy-lockout", "volume-key"} else "Service"
            assert all(each["Principal"].keys() == {kind} for each in remedy.policy["Statement"])
        assert remedy.statement is None


@pytest.mark.unmeasured
@check_rows(("text", "facts"), [pytest.param(text, facts, id=name) for name, text, facts in CASES])
def test_explanation_is_well_formed(text: str, facts: Facts) -> None:
    """Sentences end properly, evidence and people are known values, and each remedy says something."""
    explanation = explained(text, facts)
    sentences = [explanation.summary, *explanation.notes]
    for cause in explanation.causes:
        assert cause.evidence in get_args(Evidence)
        sentences += [cause.text, *cause.because]
    assert explanation.causes
    assert explanation.remedies
    assert len({cause.code for cause in explanation.causes}) == len(explanation.causes)
    assert len({remedy.title for remedy in explanation.remedies}) == len(explanation.remedies)
    for remedy in explanation.remedies:
        assert remedy.who in get_args(Who)
        assert remedy.steps or remedy.commands
        assert remedy.url is not None
        assert remedy.url.startswith("https://")
        assert not remedy.title.endswith(".")
        sentences += remedy.steps
    for sentence in sentences:
        assert sentence.endswith(".")
        assert not sentence.endswith("..")
        assert sentence[0] == sentence[0].upper()
        assert "  " not in sentence


@pytest.mark.unmeasured
def test_there_are_few_possible_causes() -> None:
    for name, text, facts in CASES:
        possible = [cause for cause in explained(text, facts).causes if cause.evidence == "possible"]
        assert len(possible) <= 5, name


def test_unsigned_call_does_not_blame_access_keys() -> None:
    """AssumeRoleWithWebIdentity is not signed, so an access key cannot be the cause."""
    explanation = explained(web_identity_text("InvalidClientTokenId", INVALID))
    assert not {"access-key-deleted", "key-mistyped", "session-token-missing"} & {
        cause.code for cause in explanation.causes
    }
    assert not any("access-key" in command for command in list_commands(explanation))


def test_identity_center_role_is_not_changed() -> None:
    explanation = explained(botocore_text("ExpiredToken", "ListBuckets", EXPIRED), {"caller": SSO})
    assert not any("update-role" in command for command in list_commands(explanation))


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_default_region_is_not_enabled(region: str) -> None:
    for text in (
        botocore_text("AuthFailure", "DescribeInstances", INVALID),
        web_identity_text("RegionDisabledException", DISABLED),
    ):
        assert not any(
            "enable-region" in command for command in list_commands(explained(text, {"region": region}))
        )


@pytest.mark.parametrize(
    ("times", "summary"),
    [
        (
            "Signature expired: 20260803T101500Z is now earlier than 20260803T104500Z (20260803T105000Z - 5 min.)",
            "35 minutes behind",
        ),
        (
            "Signature not yet current: 20260803T121000Z is still later than 20260803T101500Z (20260803T101000Z + 5 min.)",
            "2 hours ahead of",
        ),
    ],
    ids=["behind", "ahead"],
)
def test_direction_of_the_clock_skew(times: str, summary: str) -> None:
    assert summary in explained(botocore_text("SignatureDoesNotMatch", "ListUsers", times)).summary


def test_skew_of_whole_hours_suggests_a_time_zone() -> None:
    text = "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20260803T121000Z</RequestTime><ServerTime>2026-08-03T10:11:00Z</ServerTime></Error>"
    cause = explained(text).causes[1]
    assert cause.code == "clock-wrong"
    assert any("time zone" in line for line in cause.because)


def test_supplied_trust_policy_that_denies_is_a_cause() -> None:
    facts = {
        "trust_policy": _trust("system:serviceaccount:shop:cart"),
        "token_claims": CLAIMS,
        "resource": ROLE,
    }
    explanation = explained(web_identity_text("InvalidIdentityToken", "Incorrect token audience"), facts)
    cause = explanation.causes[-1]
    assert (cause.code, cause.evidence) == ("trust-policy-checked", "supplied")
    remedy = explanation.remedies[-1]
    assert remedy.steps[0].startswith("Set Statement[0].Condition")
    # The policy is known, so no command prints it.
    assert remedy.commands == (
        "aws iam update-assume-role-policy --role-name orders-api --policy-document file://trust.json",
    )


def test_supplied_trust_policy_that_allows_is_not_mentioned() -> None:
    facts = {"trust_policy": _trust(str(CLAIMS["sub"])), "token_claims": CLAIMS, "resource": ROLE}
    explanation = explained(web_identity_text("InvalidIdentityToken", "Incorrect token audience"), facts)
    assert not any(cause.code.startswith("trust-policy") for cause in explanation.causes)


def test_role_for_a_service_gets_a_trust_statement() -> None:
    text = botocore_text(
        "InvalidParameterValueException",
        "CreateFunction",
        "The role defined for the function cannot be assumed by Lambda.",
    )
    documents = [remedy.policy for remedy in explained(text).remedies if remedy.policy is not None]
    assert documents == [
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ]


# ------------------------------------------------ records and exceptions


@pytest.mark.parametrize(
    ("failure", "topic"),
    [
        (ExpiredCredentials(envelope=Envelope(code="RequestExpired")), "expired-request"),
        (ExpiredCredentials(), "expired-session"),
        (InvalidCredentials(), "invalid-credentials"),
        (MissingCredentials(envelope=Envelope(code="ProfileNotFound")), "profile-not-found"),
        (MissingCredentials(), "no-credentials"),
        (SignatureMismatch(envelope=Envelope(code="RequestTimeTooSkewed")), "clock-skew"),
        (SignatureMismatch(), "signature-mismatch"),
        (CredentialScope(), "sts-endpoint"),
        (InvalidIdentityToken(), "invalid-identity-token"),
        (RegionDisabled(account="111122223333"), "sts-region-disabled"),
        (AccessKeyQuota(), "access-key-quota"),
        (MalformedPolicy(), "malformed-policy"),
        (AwsError(envelope=Envelope(code="Throttling")), "throttled"),
        (AwsError(), "aws-error"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_failure_from_a_record_is_explained(failure: Failure, topic: str) -> None:
    explanation = explained(failure)
    assert explanation.topic == topic
    assert explanation.remedies


@pytest.mark.parametrize(
    ("error", "topic"),
    [
        (boto.NoCredentialsError(), "no-credentials"),
        (
            boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            "partial-credentials",
        ),
        (boto.ProfileNotFound(profile="staging"), "profile-not-found"),
        (boto.UnauthorizedSSOTokenError(), "expired-sso-session"),
        (boto.SSOTokenLoadError(error_msg="Token for dev does not exist"), "no-sso-login"),
        (
            boto.TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
            "expired-sso-session",
        ),
        (boto.CredentialRetrievalError(provider="custom-process", error_msg="exit 1"), "credential-process"),
        (
            boto.InfiniteLoopConfigError(source_profile="a", visited_profiles=["a", "b"]),
            "profile-invalid",
        ),
        (boto.RefreshWithMFAUnsupportedError(), "mfa-needed"),
        (boto.NoRegionError(), "no-region"),
        (boto.EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com/"), "no-answer"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_botocore_exceptions(error: BaseException, topic: str) -> None:
    assert explained(error).topic == topic


_ACTION = "Run aws-actions/configure-aws-credentials@v4\nError: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers"


@pytest.mark.parametrize(
    ("text", "codes", "title"),
    [
        (
            f"with:\n  role-to-assume: {ROLE}\n  aws-region: eu-west-1\n{_ACTION}",
            ["no-credentials", "no-id-token-permission", "secrets-of-forks"],
            "Give the job the permission id-token: write",
        ),
        (
            f"with:\n  role-to-assume: {ROLE}\n  aws-region: eu-west-1\n{_ACTION}\n# .github/workflows/release.yml\npermissions:\n  contents: read",
            ["no-credentials", "no-id-token-permission"],
            "Give the job the permission id-token: write in release.yml",
        ),
        # The workflow of another repository.
        (
            f"with:\n  role-to-assume: {ROLE}\n  aws-region: eu-west-1\n{_ACTION}\nuses: acme/ci/.github/workflows/release.yml@v1\npermissions:\n  contents: read",
            ["no-credentials", "no-id-token-permission"],
            "Give the job the permission id-token: write",
        ),
        (
            _ACTION,
            ["no-credentials", "no-id-token-permission", "job-without-credentials", "secrets-of-forks"],
            "Give the job of GitHub Actions a role",
        ),
    ],
    ids=["role", "in a file", "of another repository", "no-role"],
)
def test_github_job_that_names_its_role_needs_no_secret(text: str, codes: list[str], title: str) -> None:
    found = explained(text)
    assert [cause.code for cause in found.causes] == codes
    assert found.remedies[0].title == title
    assert "id-token: write" in (found.remedies[0].manifest or "")


_KEYS = "aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}"


@check_rows(
    ("text", "code", "title"),
    [
        (
            f"{_KEYS}\nred on the PR from a contributor's fork",
            "secrets-of-forks",
            "Skip the steps that need AWS",
        ),
        (f"{_KEYS}\nIt fails for fork PRs.", "secrets-of-forks", "Skip the steps that need AWS"),
        ("It fails for external contributors.", "secrets-of-forks", "Skip the steps that need AWS"),
        (f"{_KEYS}\nred for Dependabot only", "job-without-credentials", "for Dependabot"),
        (f"{_KEYS}\nIt is not from a fork.", "job-without-credentials", "Check that the secrets are set"),
        (
            f"jobs:\n  ship:\n    steps:\n      - {_KEYS}\nThe secrets are in the environment prod.",
            "job-without-credentials",
            "Set environment: prod",
        ),
        (
            f"jobs:\n  ship:\n    environment: prod\n    steps:\n      - {_KEYS}\nThe secrets are in the environment prod.",
            "job-without-credentials",
            "Check that the secrets are set",
        ),
        ("We run the action from our fork of it.", "no-id-token-permission", "Give the job"),
    ],
)
def test_github_job_whose_secrets_are_empty(text: str, code: str, title: str) -> None:
    found = explained(f"{_ACTION}\n{text}")
    causes = [each.code for each in found.causes if each.code != "no-credentials"]
    assert causes[0] == code
    assert title in found.remedies[0].title


_CHECKOUT = "      - uses: actions/checkout@v5\n"
_PLAN = "      - run: terraform plan\n"
_ASSUME = "      - uses: aws-actions/configure-aws-credentials@v6\n        with:\n          role-to-assume: arn:aws:iam::111122223333:role/ci\n          aws-region: eu-west-1\n"


def _job_of_github(steps: str, *, name: str = "plan", more: str = "") -> str:
    return f"  {name}:\n    runs-on: ubuntu-latest\n{more}    steps:\n{steps}"


def _jobs(steps: str, *, before: str = "", more: str = "") -> str:
    return f"jobs:\n{before}{_job_of_github(steps, more=more)}"


@check_rows(
    ("workflow", "summary", "line"),
    [
        (_jobs(_CHECKOUT + _PLAN), "nothing in the workflow gives the job plan any", "id-token: write"),
        ("env:\n  AWS_REGION: eu-west-1\n" + _jobs(_CHECKOUT + "      - run: |\n          npm ci\n          node sync.js\n"), "nothing in the workflow gives", "configure-aws-credentials@v6"),
        (_jobs(_CHECKOUT + _PLAN + _ASSUME), "comes after the one that calls AWS", "role-to-assume: arn:aws:iam::111122223333:role/ci"),
        (_jobs(_PLAN, before=_job_of_github(_ASSUME, name="login")), "only the job login assumes a role, and the job plan runs on another runner", "  plan:"),
        # A comment does not end the steps, whatever its indentation.
        (_jobs(_PLAN, before=_job_of_github("    # sign in\n" + _ASSUME, name="login")), "only the job login assumes a role", "role-to-assume: arn:aws:iam::111122223333:role/ci"),
        (_jobs(_PLAN, before=_job_of_github("      [{uses: aws-actions/configure-aws-credentials@v6}]\n", name="login")), "nothing in the workflow gives the job plan any", None),
        (".gitlab-ci.yml\nplan:\n  stage: test\n  script:\n    - terraform plan\n", ".gitlab-ci.yml gives the job plan none", "    AWS_ROLE_ARN: ROLE_ARN"),
        (_jobs(_ASSUME + "      - run: docker run --rm etl python load.py\n"), "in the container: the job has credentials, and docker run does not pass", "run: docker run -e AWS_ACCESS_KEY_ID"),
        ("pipeline {\n  agent any\n  stages {\n    stage('check') { steps { withAWS(role: 'ci') { sh 'aws s3 ls' } } }\n    stage('ship') { steps { sh 'aws s3 sync a s3://b' } }\n  }\n}\n", "in the stage ship: its call of AWS is outside of the block withAWS", "withAWS(role: 'ci') {\n  sh 'aws s3 sync a s3://b'\n}"),
        ("bitbucket-pipelines.yml\npipelines:\n  default:\n    - step:\n        script:\n          - aws s3 sync a s3://b\n", "bitbucket-pipelines.yml gives the step none", "    oidc: true"),
        ("bitbucket-pipelines.yml\npipelines:\n  default:\n    - step:\n        oidc: true\n        script:\n          - aws s3 sync a s3://b\n", None, None),
        # What can give a job credentials: variables, another action, a runner with a role, another file.
        ("env:\n  AWS_ROLE_ARN: arn\n" + _jobs(_PLAN), None, None),
        (_jobs(_PLAN, more="    env:\n      AWS_ACCESS_KEY_ID: x\n"), None, None),
        (_jobs("      - uses: ./.github/actions/setup\n" + _PLAN), None, None),
        (_jobs(_PLAN).replace("ubuntu-latest", "[self-hosted, linux]"), None, None),
        # A script that can set the variables, and one that sets others.
        (_jobs("      - run: |\n          source ci/session.sh\n          terraform plan\n"), None, None),
        (_jobs("      - run: ci/session >> $GITHUB_ENV\n" + _PLAN), None, None),
        (_jobs('      - run: echo "TAG=1" >> $GITHUB_ENV\n      - run: source .venv/bin/activate\n' + _PLAN), "nothing in the workflow gives the job plan any", None),
        (_jobs(_ASSUME + _PLAN), None, None),
        # The other job calls AWS, and can be the one that failed.
        (_jobs("      - run: python tests/run.py\n", before=_job_of_github(_ASSUME + "      - run: python deploy.py\n", name="ship")), None, None),
        (_jobs(_ASSUME + "      - run: docker run --rm -e AWS_PROFILE etl python load.py\n"), None, None),
        (_jobs(_ASSUME + "      - run: docker run --rm lint\n" + _PLAN), None, None),
        ("pipeline {\n  agent any\n  stages {\n    stage('check') { steps { withAWS(role: 'ci') { sh 'aws s3 ls' } } }\n    stage('ship') { steps { sh 'make test' } }\n  }\n}\n", None, None),
        (_jobs("      - run: npm test\n" + _ASSUME + _PLAN), None, None),
        # These need no credentials.
        (_jobs("      - run: terraform init -backend=false\n", before=_job_of_github(_ASSUME + _PLAN, name="ship")), None, None),
        (_jobs("      - run: aws s3 cp s3://a/b . --no-sign-request\n" + _ASSUME), None, None),
        ("pipeline {\n  agent any\n  stages {\n    stage('check') { steps { withAWS(role: 'ci') { sh 'aws s3 ls' } } }\n    stage('ship') { steps { sh '. ci/session && aws s3 ls' } }\n  }\n}\n", None, None),
        (".gitlab-ci.yml\ninclude: aws.yml\nplan:\n  script:\n    - terraform plan\n", None, None),
        (".gitlab-ci.yml\nplan:\n  extends: .aws\n  script:\n    - terraform plan\n", None, None),
    ],
)  # fmt: skip
def test_workflow_that_gives_a_job_no_credentials(
    workflow: str, summary: str | None, line: str | None
) -> None:
    found = explain(f"botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n{workflow}")
    assert any(each.code == "workflow-without-credentials" for each in found.causes) is (summary is not None)
    assert summary is None or summary in found.summary
    assert line is None or line in (found.remedies[0].manifest or "")


@pytest.mark.parametrize(
    ("sign", "duration"),
    [
        ("##[error]Process completed with exit code 1.", "role-duration-seconds"),
        ("[Pipeline] sh", "duration in withAWS"),
    ],
    ids=["github", "jenkins"],
)
def test_long_job_requests_a_longer_session(sign: str, duration: str) -> None:
    text = f"{botocore_text('ExpiredToken', 'PutObject', 'The provided token has expired.')}\n{sign}"
    found = explain(text)
    assert any(duration in step for step in found.remedies[0].steps)
    assert found.causes[1].code == "credentials-outlived"
    assert any("--max-session-duration 43200" in line for line in found.remedies[0].commands)


REJECTED = botocore_text("InvalidClientTokenId", "GetCallerIdentity", INVALID)
IDENTITY = '{"Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/dev/kim"}'


@check_rows(
    ("text", "summary", "remedy"),
    [
        (
            f"$ saml2aws exec -- ./loop.sh\nap-east-1\n\n{REJECTED}\neu-west-1\n{IDENTITY}\n",
            "The credentials are valid: they work in eu-west-1. Only ap-east-1, an opt-in Region, rejects them: most likely, the session token is a version 1 token, or the account has not enabled it.",
            "Get the session from a regional STS endpoint",
        ),
        (
            f"== us-east-1 ==\nok\n== me-south-1 ==\n{REJECTED}\n== eu-west-1 ==\nok\n",
            "The credentials are valid: they work in us-east-1 and eu-west-1. Only me-south-1, an opt-in Region, rejects them: most likely, the account has not enabled it.",
            "Check whether me-south-1 is enabled for the account",
        ),
        (
            f"$ aws sts get-caller-identity --region af-south-1\n{REJECTED}\n$ aws sts get-caller-identity --region eu-west-1\n{IDENTITY}\n",
            "The credentials are valid: they work in eu-west-1. Only af-south-1, an opt-in Region, rejects them: most likely, the session token is a version 1 token, or the account has not enabled it.",
            "Get the session from a regional STS endpoint",
        ),
        (
            (
                "irb(main):001:0> Aws::EC2::Client.new(region: 'eu-south-1', profile: 'milan').describe_regions\n"
                "call.rb:17:in `call': The security token included in the request is invalid. (Aws::STS::Errors::InvalidClientTokenId)\n"
                "irb(main):002:0> ec2 = Aws::EC2::Client.new(region: 'eu-west-1', profile: 'milan')\n=> #<Aws::EC2::Client>\n"
                "irb(main):003:0> ec2.describe_regions.regions.size\n=> 17\nirb(main):004:0> exit\n"
                "$ aws configure get role_arn --profile milan\narn:aws:iam::111122223333:role/milan\n"
            ),
            "The credentials are valid: they work in eu-west-1. Only eu-south-1, an opt-in Region, rejects them: most likely, the account has not enabled it.",
            "Check whether eu-south-1 is enabled for the account",
        ),
        (
            (
                f'>>> sts = boto3.client("sts", region_name="af-south-1")\n>>> sts.get_caller_identity()\n{REJECTED}\n'
                '>>> sts = boto3.client("sts", region_name="eu-west-1")\n>>> sts.get_caller_identity()["Account"]\n\'111122223333\'\n'
            ),
            "The credentials are valid: they work in eu-west-1. Only af-south-1, an opt-in Region, rejects them: most likely, the account has not enabled it.",
            "Check whether af-south-1 is enabled for the account",
        ),
        (
            (
                '>>> sts = boto3.client("sts", region_name="us-east-1")\n>>> c = sts.assume_role(RoleArn=ROLE)\n'
                '>>> s = boto3.Session(*KEYS)\n>>> len(s.client("sqs", "eu-west-1").list_queues()["QueueUrls"])\n3\n'
                '>>> len(s.client("sqs").list_queues()["QueueUrls"])\n2\n'
                f'>>> s.client("sts", "af-south-1").get_caller_identity()\n{REJECTED}\n'
            ),
            "The credentials are valid: they work in eu-west-1. Only af-south-1, an opt-in Region, rejects them: most likely, the account has not enabled it.",
            "Check whether af-south-1 is enabled for the account",
        ),
        (
            f'eu-west-1 ok, eu-south-1:\n{REJECTED}\nsts = boto3.client("sts", region_name="us-east-1", endpoint_url="https://sts.amazonaws.com")\n',
            "The credentials are valid: they work in eu-west-1. Only eu-south-1, an opt-in Region, rejects them: most likely, the session token is a version 1 token of the global STS endpoint.",
            "Get the session from a regional STS endpoint",
        ),
        (
            f"region = me-central-1, works with --region eu-west-1\n{REJECTED}\n",
            "The credentials are valid: they work in eu-west-1. Only me-central-1, an opt-in Region, rejects them: most likely, the account has not enabled it.",
            "Check whether me-central-1 is enabled for the account",
        ),
        (
            f"us-east-1:\n{REJECTED}\neu-west-1:\nok\n",
            "The credentials are valid: they work in eu-west-1. Only us-east-1 rejects them.",
            "Check which credentials are used",
        ),
    ],
)
def test_success_in_other_regions_refutes_invalid_keys(text: str, summary: str, remedy: str) -> None:
    explanation = explain(text)
    assert explanation.summary == summary
    assert explanation.remedies[0].title == remedy
    if remedy.endswith("is enabled for the account"):
        assert "leave it out, such as of a loop over Regions" in str(explanation.remedies[0].steps)
    assert {cause.code for cause in explanation.causes}.isdisjoint({"access-key-deleted", "key-mistyped"})


JAVA_TOKEN = "AmazonS3Exception: The provided token is malformed or otherwise invalid. (Service: Amazon S3; Status Code: 400; Error Code: InvalidToken; Request ID: 2M1KEXAMPLE9XQ0B; Proxy: null)\n"
JAVA_CODE = '    .withEndpointConfiguration(new EndpointConfiguration("https://sts.amazonaws.com", "us-east-1"))\nsts.assumeRole(new AssumeRoleRequest().withRoleArn("arn:aws:iam::111122223333:role/copy"))\ns3.withRegion("eu-south-1")\n'


@pytest.mark.parametrize(
    ("said", "likeliest"),
    [
        ("The status of the Region is ENABLED.\n", ": the session token is a version 1 token"),
        (
            "The status of the Region is not ENABLED.\n",
            ": most likely, the session token is a version 1 token",
        ),
        ("", ": most likely, the session token is a version 1 token"),
    ],
)
def test_token_of_the_global_endpoint_in_the_code(said: str, likeliest: str) -> None:
    explanation = explain(said + JAVA_TOKEN + JAVA_CODE)
    words = f"eu-south-1, an opt-in Region, rejects the credentials{likeliest} of the global STS endpoint."
    assert explanation.summary == words
    assert explanation.causes[1].code == "v1-token-in-opt-in-region"
    assert "sts.us-east-1.amazonaws.com" in (explanation.remedies[0].manifest or "")
    assert "v2Token" in str(explanation.remedies[1].commands)


_CALL = "$ aws sqs list-queues --region af-south-1\n"
_OPENS = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/feeds --role-session-name x"


@check_rows(
    ("opened", "command"),
    [
        (f"+ KEYS=$({_OPENS} --region us-west-2 --endpoint-url https://sts.amazonaws.com)", "--region us-west-2 --endpoint-url https://sts.us-west-2.amazonaws.com"),
        (f'$ {_OPENS} --endpoint-url "https://sts.amazonaws.com/" > keys.json', None),
        (f"$ {_OPENS} --endpoint-url=https://sts.amazonaws.com > keys.json", "--endpoint-url https://sts.eu-west-1.amazonaws.com --region eu-west-1"),
        ("$ aws --endpoint-url https://sts.amazonaws.com sts get-session-token > keys.json", "aws --endpoint-url https://sts.eu-west-1.amazonaws.com sts get-session-token --region eu-west-1"),
        (f"$ {_OPENS} --endpoint-url https://sts.eu-west-1.amazonaws.com > keys.json", ""),
        (f"# {_OPENS} --endpoint-url https://sts.amazonaws.com", ""),
        (f"Not {_OPENS} --endpoint-url https://sts.amazonaws.com, as before", ""),
        ("$ aws sts get-caller-identity --endpoint-url https://sts.amazonaws.com", ""),
        (f"$ {_OPENS} --endpoint-url https://sts.amazonaws.com > a\n$ {_OPENS} > keys.json", ""),
    ],
    ids=["region", "quoted", "equals", "before-the-service", "regional", "comment", "negated", "other-call", "earlier"],
)  # fmt: skip
def test_option_with_the_global_sts_endpoint(opened: str, command: str | None) -> None:
    works = "\n$ aws sqs list-queues --region eu-west-1\n{}\n"
    explanation = explain(
        f"{opened}{works}{_CALL}{botocore_text('InvalidClientTokenId', 'ListQueues', INVALID)}\n"
    )
    first = explanation.remedies[0]
    said = "a version 1 token of the global STS endpoint, which --endpoint-url names"
    assert (said in explanation.summary) is (command != "")
    # The command that opens the session has other credentials.
    assert "they work in eu-west-1. Only af-south-1" in explanation.summary
    if command != "":
        assert "AWS_STS_REGIONAL_ENDPOINTS has no effect" in first.steps[0]
        assert (command or "") in str(first.commands)
        assert bool(first.commands) is (command is not None)


def test_option_with_the_global_sts_endpoint_behind_the_failure() -> None:
    failed = botocore_text("InvalidClientTokenId", "ListQueues", INVALID)
    said = f"I opened the session like this:\n{_OPENS} --endpoint-url https://sts.amazonaws.com\n"
    explanation = explain(f"{_CALL}{failed}\n{said}")
    assert "which --endpoint-url names" in explanation.summary


@check_rows(
    ("setting", "facts", "command"),
    [
        ("$ env | grep AWS_\nAWS_ENDPOINT_URL_STS=https://sts.amazonaws.com\n", {}, "unset AWS_ENDPOINT_URL_STS"),
        ('export AWS_ENDPOINT_URL_STS="https://sts.amazonaws.com/"\n', {}, "unset AWS_ENDPOINT_URL_STS"),
        (
            "        - name: AWS_ENDPOINT_URL_STS\n          value: https://sts.amazonaws.com\n",
            {"service_account": "feeds", "namespace": "data"},
            "kubectl set env $workload --namespace data AWS_ENDPOINT_URL_STS-",
        ),
        (
            "DEBUG env AWS_PAGER=cat AWS_ENDPOINT_URL_STS=https://sts.amazonaws.com LANG=C\n",
            {},
            "unset AWS_ENDPOINT_URL_STS",
        ),
        (
            '$ kubectl -n data get cm feeds-env -o jsonpath=\'{.data}\'\n{"AWS_RETRY_MODE":"standard","AWS_ENDPOINT_URL_STS":"https://sts.amazonaws.com"}\n',
            {"service_account": "feeds", "namespace": "data"},
            'kubectl patch configmap feeds-env --namespace data --type merge --patch \'{"data": {"AWS_ENDPOINT_URL_STS": "https://sts.af-south-1.amazonaws.com"}}\'',
        ),
        ('{"AWS_ENDPOINT_URL_STS":"https://sts.af-south-1.amazonaws.com"}\n', {}, None),
        ("AWS_ENDPOINT_URL_STS=https://sts.af-south-1.amazonaws.com\n", {}, None),
        ("# AWS_ENDPOINT_URL_STS=https://sts.amazonaws.com\n", {}, None),
        ("It lacks AWS_ENDPOINT_URL_STS=https://sts.amazonaws.com\n", {}, None),
        (
            "AWS_ENDPOINT_URL_STS=https://sts.amazonaws.com\nAWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true\n",
            {},
            None,
        ),
    ],
    ids=["env", "export", "manifest", "in one line", "data of a ConfigMap", "JSON, regional", "regional", "comment", "prose", "ignored"],
)  # fmt: skip
def test_variable_with_the_global_sts_endpoint(
    setting: str, facts: dict[str, str], command: str | None
) -> None:
    role = "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/feeds\nAWS_STS_REGIONAL_ENDPOINTS=regional\n"
    text = f"{botocore_text('InvalidClientTokenId', 'ListQueues', INVALID)}\nAWS_REGION=af-south-1\n{role}{setting}"
    explanation = explain(f"{text}The same image works in eu-central-1.\n", facts=facts)
    first = explanation.remedies[0]
    assert (command in first.commands) if command else "AWS_ENDPOINT_URL_STS" not in str(first)
    if command:
        assert first.title.endswith("or set it to https://sts.af-south-1.amazonaws.com")
        assert "of the global STS endpoint, which AWS_ENDPOINT_URL_STS sets" in explanation.summary
        # Another pod has a session of its own.
        assert "are valid" not in explanation.summary
        assert "region-not-enabled" not in {each.code for each in explanation.causes}


@check_rows(
    "text",
    [
        f"ap-east-1\n{REJECTED}\neu-west-1\n{REJECTED}\n",
        f"ap-east-1\n{REJECTED}\neu-west-1\n",
        f"$ aws sts get-caller-identity --region ap-east-1 --profile a\n{REJECTED}\n$ aws sts get-caller-identity --region eu-west-1 --profile b\n{IDENTITY}\n",
        f"ap-east-1\n$ ./call.sh\n{REJECTED}\neu-west-1\nok\n",
        f"irb(main):001:0> sts.get_caller_identity\n{REJECTED}\nirb(main):002:0> sts = Aws::STS::Client.new(region: 'eu-west-1')\n=> #<Aws::STS::Client>\n",
    ],
)
def test_other_calls_do_not_prove_the_credentials(text: str) -> None:
    assert not explain(text).summary.startswith("The credentials are valid")


@check_rows(
    "text",
    [
        f'boto3.client("ec2", region_name="af-south-1")\n{REJECTED}',
        f"$sts = new StsClient(['region' => 'af-south-1']);\n{REJECTED}",
        f'config.LoadDefaultConfig(ctx, config.WithRegion("af-south-1"))\n{REJECTED}',
        f'StsClient.builder().region(Region.of("af-south-1")).build()\n{REJECTED}',
        f"region: us-east-1\nboto3.client('ec2', region_name='af-south-1')\n{REJECTED}\nregion: eu-west-1\n",
        f"$ aws ec2 describe-vpcs --region af-south-1\n{REJECTED}\n$ export AWS_REGION=eu-west-1\n",
    ],
)
def test_region_of_the_failed_call_is_the_last_before_its_error(text: str) -> None:
    explanation = explain(text)
    assert "the credentials in af-south-1: most likely, the account has not enabled" in explanation.summary


NO_PROFILE = (
    "$ export AWS_PROFILE=ops\n$ aws sts get-caller-identity\n\nThe config profile (ops) could not be found\n"
)
SSO_SETTINGS = "sso_session = acme\nsso_account_id = 111122223333\nsso_role_name = ReadOnly\n"


@pytest.mark.parametrize(
    ("file", "verdict", "code", "command"),
    [
        (
            f"$ cat ~/.aws/config\n[default]\nregion = eu-west-1\n\n[ops]\n{SSO_SETTINGS}",
            "~/.aws/config has [ops], and it must be [profile ops].",
            "section-name",
            "aws sso login --profile ops",
        ),
        (
            "$ cat ~/.aws/credentials\n[profile ops]\naws_access_key_id = AKIA****************\n",
            "~/.aws/credentials has [profile ops], and it must be [ops].",
            "section-name",
            "aws sts get-caller-identity --profile ops",
        ),
        (
            "C:\\Users\\ana\\.aws\\config\n[profile Ops]\nregion = eu-west-1\n",
            "~/.aws/config has [profile Ops], and it must be [profile ops].",
            "profile-mistyped",
            "aws sts get-caller-identity --profile ops",
        ),
        (
            f"$ cat ~/.aws/config\n[profile: ops]\n{SSO_SETTINGS}",
            "~/.aws/config has [profile: ops], and it must be [profile ops].",
            "section-name",
            "aws sso login --profile ops",
        ),
        (
            "$ cat ~/.aws/config\n[Profile ops]\nregion = eu-west-1\n",
            "~/.aws/config has [Profile ops], and it must be [profile ops].",
            "section-name",
            "aws sts get-caller-identity --profile ops",
        ),
        (
            "[ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = default\n",
            "~/.aws/config has [ops], and it must be [profile ops].",
            "section-name",
            "aws sts get-caller-identity --profile ops",
        ),
    ],
)
def test_section_of_the_profile_in_the_text(file: str, verdict: str, code: str, command: str) -> None:
    explanation = explain(NO_PROFILE + file)
    assert explanation.summary == f"The profile ops does not exist: {verdict}"
    assert [(cause.code, cause.evidence) for cause in explanation.causes] == [(code, "derived")]
    assert command in explanation.remedies[0].commands


def test_keys_in_the_config_file_can_move() -> None:
    keys = "aws_access_key_id = AKIA****************\naws_secret_access_key = ****\n"
    remedies = [
        explain(f"{NO_PROFILE}$ cat ~/.aws/config\n[ops]\n{each}").remedies[0]
        for each in (keys, SSO_SETTINGS)
    ]
    assert ["(chmod 600)" in str(each.steps) for each in remedies] == [True, False]


def test_correct_section_of_the_profile_in_the_text() -> None:
    """The call reads other files then."""
    explanation = explain(f"{NO_PROFILE}$ cat ~/.aws/config\n[profile ops]\nregion = eu-west-1\n")
    assert [(cause.code, cause.evidence) for cause in explanation.causes] == [
        ("profile-not-found", "reported"),
        ("other-local-user", "derived"),
    ]


@pytest.mark.parametrize(
    "file",
    [
        "[profile: dev]\nregion = eu-west-1\n",
        '[profile "ops"]\nregion = eu-west-1\n',
        "[dev]\nregion = eu-west-1\n",
        "[ops]\n",
        "2026-11-26 [ops] region = 1\n",
    ],
)
def test_other_sections_do_not_name_the_profile(file: str) -> None:
    assert explain(NO_PROFILE + file).causes[0].code == "profile-not-found"


SKEWED = botocore_text(
    "InvalidSignatureException",
    "GetAuthorizationToken",
    "Signature expired: 20261127T052235Z is now earlier than 20261127T140004Z (20261127T141504Z - 15 min.)",
)


@check_rows(
    ("before", "after", "is_in_machine"),
    [
        ("$ docker run --rm amazon/aws-cli s3 ls", "On the host it works fine.", True),
        ("in the container:", "The same command outside the container succeeds.", True),
        ("Docker Desktop 4.30 on a Mac", "", True),
        ("$ docker run --rm amazon/aws-cli s3 ls", "Does it work on the host?", False),
        ("$ docker run --rm amazon/aws-cli s3 ls", "It fails on the host, too.", False),
        ("This is Linux, not Docker Desktop.", "", False),
        ("$ docker run --rm amazon/aws-cli s3 ls", "It works from another host.", False),
        ("The container runs in ECS.", "It works on the bastion host.", False),
        ("We removed Docker Desktop.", "", False),
        ("We do not have Docker Desktop.", "", False),
        ("", "It works on another host.", False),
    ],
)
def test_clock_of_a_machine_for_containers(before: str, after: str, *, is_in_machine: bool) -> None:
    """On Linux, a container has the clock of its host: only in a virtual machine the two can differ."""
    explanation = explain(f"{before}\n{SKEWED}\n{after}")
    commands = explanation.remedies[0].commands
    assert ("docker run --rm alpine date -u" in commands) is is_in_machine
    assert (not any("timedatectl" in each for each in commands)) is is_in_machine
    assert explanation.summary.startswith("The clock of the virtual machine") is is_in_machine


@pytest.mark.parametrize(
    "before",
    [
        "$ uname -r\n5.15.167.4-microsoft-standard-WSL2",
        "PS C:\\> wsl\nana@PC-12:~$ aws ecr get-login-password",
    ],
)
def test_clock_of_wsl(before: str) -> None:
    """NTP normally has no effect there, and the message gives the limit."""
    explanation = explain(f"{before}\n{SKEWED}")
    assert "8 hours 52 minutes behind" in explanation.summary
    remedy = explanation.remedies[0]
    assert remedy.commands[:2] == ("sudo hwclock -s", "date -u")
    assert "at most 15 minutes off" in explanation.causes[0].text
    assert "sudo timedatectl set-ntp true" in explain(SKEWED).remedies[0].commands


@check_rows(
    ("shown", "host", "words"),
    [
        ("[root@edge-3 ~]# timedatectl\n System clock synchronized: no\n NTP service: inactive\n", "edge-3", "System clock synchronized: no"),
        ("kim@gate:~$ chronyc tracking\nLeap status     : Not synchronised\n", "gate", "Leap status : Not synchronised"),
        ("● chronyd.service - NTP client/server\n   Loaded: loaded (/usr/lib/systemd/system/chronyd.service; disabled)\n   Active: inactive (dead)\n", "the machine", "Active: inactive"),
        ("$ timedatectl\n System clock synchronized: yes\n NTP service: active\n", None, ""),
        ("$ timedatectl\n System clock synchronized: no\n NTP service: active\n", None, ""),
        ('The page says that timedatectl prints "NTP service: inactive".', None, ""),
        ("● app.service - shop\n   Loaded: loaded\n   Active: inactive (dead)\n", None, ""),
    ],
    ids=["timedatectl", "chronyc", "systemctl", "synchronized", "not yet", "page", "another service"],
)  # fmt: skip
def test_clock_that_no_time_service_sets(shown: str, host: str | None, words: str) -> None:
    remedy = explain(f"{SKEWED}\n{shown}").remedies[0]
    if host is None:
        assert remedy.title == "Correct the clock"
        return
    assert remedy.title == f"Turn on time synchronization on {host}"
    assert words in remedy.steps[0]
    assert remedy.commands[0] == "sudo timedatectl set-ntp true"
    in_utc = explain(f"{SKEWED}\n Time zone: Etc/UTC (UTC, +0000)\n{shown}").remedies[0]
    assert ["set-timezone" in " ".join(each.steps) for each in (remedy, in_utc)] == [False, True]
    assert not any("curl" in each for each in remedy.commands)
    is_chrony = "chrony" in shown
    assert remedy.commands[-1] == ("chronyc tracking" if is_chrony else "timedatectl")
    assert any("timesyncd" in each for each in remedy.commands) is not is_chrony


def test_clock_that_slept_is_not_that_of_a_time_zone() -> None:
    skewed = "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Signature expired: 20261120T081500Z is now earlier than 20261120T090012Z (20261120T091512Z - 15 min.)"
    assert "close to 1 hour" in str(explain(skewed))
    # Nor is one that is off by a few minutes more.
    assert "close to" not in str(explain(skewed.replace("091512Z", "091912Z")))
    assert "close to" not in str(explain(f"$ uname -r\n5.15-microsoft-standard-WSL2\n{skewed}"))


NO_METADATA = "Error: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded"


@check_rows(
    ("text", "first"),
    [
        (
            f'Preparing the "docker" executor\nRunning on runner-1 via ip-10-20-4-17.eu-west-1.compute.internal...\nERROR: Job failed: exit code 1\n{NO_METADATA}',
            "For containers: raise the hop limit to 2",
        ),
        (
            f"[ec2-user@ip-10-0-3-7 ~]$ docker run app\n{NO_METADATA}",
            "For containers: raise the hop limit to 2",
        ),
        (
            f"On MR pipelines: {NO_METADATA}\nThe keys are in Settings > CI/CD > Variables, flags: Protected, Masked.",
            "Give the branches of GitLab CI/CD a role, or let them have the variables",
        ),
        (
            f"On MR pipelines: {NO_METADATA}\nThe keys are in Settings > CI/CD > Variables, flags: Masked. The branch main is protected.",
            "Give the job of GitLab CI/CD a role",
        ),
        (
            f"Running with gitlab-runner 17.5.3\n{NO_METADATA}\nERROR: Job failed: exit code 1",
            "Give the job of GitLab CI/CD a role",
        ),
    ],
    ids=["GitLab runner", "docker run", "protected variables", "protected branch", "no container"],
)
def test_container_on_ec2_without_an_answer_of_the_metadata(text: str, first: str) -> None:
    assert explain(text).remedies[0].title == first


@pytest.mark.parametrize(
    ("system", "title", "words"),
    [
        (
            "circleci-agent",
            "Give the job of the CI system a role",
            "write it to a file, and set AWS_ROLE_ARN",
        ),
        (
            "[Pipeline] sh",
            "Give the job of Jenkins a role",
            "in withAWS(credentials: 'CREDENTIALS_ID', region:",
        ),
        ("codebuild", "Let the build use the service role of the CodeBuild project", "with docker run -e"),
    ],
)
def test_credentials_of_a_job(system: str, title: str, words: str) -> None:
    """Each system has steps of its own, and no other system is named."""
    remedy = explain(f"{system}\n{NO_METADATA}").remedies[0]
    assert (remedy.title, "GitHub" in str(remedy)) == (title, False)
    assert words in " ".join(remedy.steps)


@check_rows(
    ("text", "title", "words"),
    [
        (
            botocore_text(
                "PriorRequestNotComplete", "ChangeResourceRecordSets", "A prior request is not complete."
            ),
            "Retry with exponential backoff and jitter, and make fewer calls",
            "still processing an earlier change of the same hosted zone. Let the SDK retry",
        ),
        (
            botocore_text("Throttling", "ChangeResourceRecordSets", "Rate exceeded"),
            "Retry with exponential backoff and jitter, and make fewer calls",
            "put the changes of a hosted zone into one change batch",
        ),
        (
            "/var/task/bootstrap: operation error DynamoDB: ListTables, https response error StatusCode: 400, RequestID: 1, api error ThrottlingException: Rate exceeded",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "AWS_RETRY_MODE=adaptive",
        ),
        (
            botocore_text("Throttling", "AssumeRole", "Rate exceeded"),
            "Reuse the role's credentials, and retry with exponential backoff and jitter",
            "Keep the credentials and the client of one AssumeRole",
        ),
        (
            "operation error IAM: GetRole, exceeded maximum number of attempts, 15, https response error StatusCode: 400, RequestID: 1, api error Throttling: Rate exceeded",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "already made 15 attempts. More attempts are more calls: let it slow down with the retry mode adaptive. Set AWS_RETRY_MODE=adaptive in the environment of the program. Make fewer calls: cache",
        ),
        (
            f'Traceback (most recent call last):\n  File "/srv/bill.py", line 9, in run\nbotocore.exceptions.ClientError: {botocore_text("ThrottlingException", "GetSecretValue", "Rate exceeded")}',
            "Retry with exponential backoff and jitter, and make fewer calls",
            "in the environment of the program. Make fewer calls: cache the secret in the program",
        ),
        (
            botocore_text("ThrottlingException", "GetParameters", "Rate exceeded"),
            "Retry with exponential backoff and jitter, and make fewer calls",
            "up to 10 names with GetParameters, which are separate actions",
        ),
        (
            "ThrottlingException: Rate exceeded\n    at Request.extractError (/var/task/node_modules/aws-sdk/lib/protocol/json.js:51:27)\n  code: 'ThrottlingException'",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "{maxRetries: 10, retryDelayOptions: {base: 300}}. It reads no variables for this.",
        ),
        (
            "ThrottlingException: Rate exceeded\n    at de_CommandError (/var/task/node_modules/@aws-sdk/client-ssm/dist-cjs/index.js:1:1)",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "Set AWS_RETRY_MODE=adaptive",
        ),
        (
            "INFO operation error ECS: ListTasks, https response error StatusCode: 400, RequestID: 1, api error ThrottlingException: Rate exceeded, retrying in 3.0 seconds",
            "Make fewer calls, if the client gives up after its retries",
            "without a later error, do nothing.",
        ),
        (
            "operation error ECS: ListTasks, https response error StatusCode: 400, RequestID: 1, api error ThrottlingException: Rate exceeded, not retrying",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "Set AWS_RETRY_MODE=adaptive",
        ),
        (
            "ThrottlingException: Rate exceeded\nWARN the broker closed the connection, retrying in 5 seconds",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "Set AWS_RETRY_MODE=adaptive",
        ),
        (
            "operation error ECS: ListTasks, api error ThrottlingException: Rate exceeded, retrying in 3.0 seconds\noperation error ECS: ListTasks, exceeded maximum number of attempts, 3, https response error StatusCode: 400, RequestID: 1, api error ThrottlingException: Rate exceeded",
            "Retry with exponential backoff and jitter, and make fewer calls",
            "Set AWS_RETRY_MODE=adaptive",
        ),
    ],
    ids=[
        "earlier change of a zone",
        "changes of a zone",
        "Lambda",
        "STS",
        "many attempts",
        "stack trace",
        "Parameter Store",
        "JavaScript 2",
        "JavaScript 3",
        "next attempt",
        "last attempt",
        "retry of another client",
        "retries that ended",
    ],
)
def test_program_decides_how_to_make_fewer_calls(text: str, title: str, words: str) -> None:
    remedy = explain(text).remedies[0]
    assert remedy.title == title
    assert words in " ".join((explain(text).causes[0].text, *remedy.steps))
    has_settings = any(each.startswith("export AWS_RETRY_MODE=adaptive") for each in remedy.commands)
    assert has_settings == text.startswith("An error occurred")


TIMEOUT = 'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.amazonaws.com/": dial tcp 203.0.113.7:443: i/o timeout'


@pytest.mark.parametrize(
    ("text", "facts", "title", "command"),
    [
        (
            f"E1125 16:42:20.103377 1 aws_manager.go:128] Failed to regenerate ASG cache: {TIMEOUT}",
            {"region": "eu-west-1"},
            "Make the pods call the regional STS endpoint",
            "kubectl rollout restart deployment/cluster-autoscaler --namespace kube-system",
        ),
        (
            TIMEOUT,
            {"region": "eu-west-1", "namespace": "shop", "service_account": "orders-api"},
            "Make the pods call the regional STS endpoint",
            "kubectl annotate serviceaccount orders-api --namespace shop --overwrite eks.amazonaws.com/sts-regional-endpoints=true",
        ),
        (
            'botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://sts.amazonaws.com/"',
            {"region": "eu-west-1"},
            "Change how the code calls STS",
            "export AWS_REGION=eu-west-1 AWS_STS_REGIONAL_ENDPOINTS=regional",
        ),
    ],
    ids=["controller", "pod", "program"],
)
def test_first_way_to_the_regional_sts_endpoint(
    text: str, facts: dict[str, str], title: str, command: str
) -> None:
    """Whoever installed a controller can configure it, but cannot change its code."""
    remedy = explain(text, facts=facts).remedies[0]
    assert remedy.title == title
    assert "https://sts.eu-west-1.amazonaws.com" in remedy.steps[0]
    assert command in remedy.commands


@check_rows(
    ("before", "first", "command"),
    [
        ("s3 = boto3.client('s3', region_name='us-east-1')", "Set region_name='eu-west-1' [you]", None),
        ('new S3Client({ region: "us-east-1" })', "Set region: eu-west-1 [you]", None),
        ('backend "s3" {\n  region = "us-east-1"', "Set region = eu-west-1 in backend s3 [you]", "terraform init -reconfigure"),
        ("$ aws s3 ls s3://orders --region us-east-1", "Set --region eu-west-1 [you]", "aws s3 ls s3://orders --region eu-west-1"),
        ("export AWS_REGION=us-east-1", "Set AWS_REGION=eu-west-1 [you]", None),
        ("store:\n  region: us-east-1", "Set region: eu-west-1 in store [you]", None),
        ("tea:\n  s3:\n    # the region\n\n    buckets:\n    - a\n    region: us-east-1", "Set region: eu-west-1 [you]", None),
        ("stores:\n- name: main\n  config:\n    region: us-east-1", "Set region: eu-west-1 in config [you]", None),
        (
            "env:\n- name: AWS_REGION\n  value: us-east-1",
            "Set AWS_REGION to eu-west-1 in the manifest [you]",
            None,
        ),
        (
            "$ aws s3 ls --endpoint-url https://s3.us-east-1.amazonaws.com",
            "Remove --endpoint-url, or set it to https://s3.eu-west-1.amazonaws.com [you]",
            "aws s3 ls --region eu-west-1",
        ),
        ("AWS_ENDPOINT_URL_S3=https://s3.us-east-1.amazonaws.com", "Remove AWS_ENDPOINT_URL_S3, or set it to https://s3.eu-west-1.amazonaws.com [you]", "unset AWS_ENDPOINT_URL_S3"),
        ("[remote]\ntype = s3\nregion = us-east-1", "Set region = eu-west-1 in [remote] [you]", None),
        (
            "[profile ops]\nregion = us-east-1",
            "Set region = eu-west-1 in [profile ops] [you]",
            "aws configure set region eu-west-1 --profile ops",
        ),
        ("level=info region=us-east-1", "Set the client's Region to eu-west-1 [you]", "aws configure set region eu-west-1"),
        ("Using region: us-east-1", "Set the client's Region to eu-west-1 [you]", "aws configure set region eu-west-1"),
        ("region = eu-north-1", "Set the client's Region to eu-west-1 [you]", "aws configure set region eu-west-1"),
    ],
)  # fmt: skip
def test_wrong_region_is_changed_where_it_is_written(before: str, first: str, command: str | None) -> None:
    error = "AuthorizationHeaderMalformed: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"
    remedy = explain(f"{before}\n{error}").remedies[0]
    assert f"{remedy.title} [{remedy.who}]" == first
    fixes = tuple(each for each in remedy.commands if " head-bucket " not in each)
    assert fixes == (() if command is None else (command,))


@check_rows(
    ("text", "summary", "command"),
    [
        pytest.param(
            "BucketRegionError: incorrect region, the bucket is not in 'us-east-1' region at endpoint '', bucket is in 'eu-west-1' region\n\tstatus code: 301, request id: 0a1b, host id: c2Q=",
            "signed for us-east-1, but the bucket or endpoint is in eu-west-1.",
            "export AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1",
            id="Go",
        ),
        pytest.param(
            "BucketRegionError: incorrect region, the bucket is not in 'us-east-1' region at endpoint ''\n\tstatus code: 301, request id: 0a1b, host id: c2Q=",
            "signed for us-east-1, but the bucket or endpoint is in another Region.",
            "aws s3api head-bucket --bucket BUCKET --query BucketRegion --output text",
            id="Go, older",
        ),
        pytest.param(
            'terraform {\n  backend "s3" {\n    bucket = "tea-state"\n    region = "us-east-1"\n  }\n}\n\nError: Error refreshing state: Unable to access object "tea" in S3 bucket "tea-state": operation error S3: HeadObject, https response error StatusCode: 301, RequestID: 0A1B, HostID: c2Q=, requested bucket from "us-east-1", actual location "eu-west-1"',
            "signed for us-east-1, but the bucket tea-state is in eu-west-1: region = us-east-1 in backend s3 is wrong.",
            "terraform init -reconfigure",
            id="Terraform",
        ),
        pytest.param(
            "$ aws s3 ls s3://tea --region us-east-1\nAn error occurred (PermanentRedirect) when calling the ListObjectsV2 operation: The bucket must be addressed using the specified endpoint.\n<Endpoint>tea.s3.eu-west-1.amazonaws.com</Endpoint>",
            "signed for us-east-1, but the bucket tea is in eu-west-1.",
            "aws s3 ls s3://tea --region eu-west-1",
            id="endpoint",
        ),
        pytest.param(
            "An error occurred (IllegalLocationConstraintException) when calling the ListObjectsV2 operation: The af-south-1 location constraint is incompatible for the region specific endpoint this request was sent to.",
            "signed for another Region, but the bucket or endpoint is in af-south-1.",
            "aws configure set region af-south-1",
            id="location constraint",
        ),
    ],
)
def test_clients_that_state_the_region_of_the_bucket(text: str, summary: str, command: str) -> None:
    explanation = explain(text)
    assert explanation.summary.endswith(summary)
    assert explanation.causes[0].code == "bucket-in-other-region"
    assert command in explanation.remedies[0].commands


def test_a_bucket_is_created_with_a_location_constraint() -> None:
    error = "An error occurred (IllegalLocationConstraintException) when calling the CreateBucket operation: The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
    explanation = explain(f"$ aws s3api create-bucket --bucket tea --region eu-west-1\n\n{error}")
    assert explanation.remedies[0].commands == (
        "aws s3api create-bucket --bucket tea --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1",
    )


@check_rows(
    ("shown", "seconds"),
    [
        ("Run make image   # 1h 14m", "7200"),
        ("docker build took 75 minutes", "7200"),
        ("tests finished in 2 hours 5 min", "10800"),
        ("running for 13 h", "43200"),
    ],
)
def test_a_job_that_states_how_long_a_step_took(shown: str, seconds: str) -> None:
    """A step that took longer than the credentials last explains why they expired."""
    job = "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/brewer\n"
    explanation = explain(f"{job}{shown}\n{_EXPIRED}")
    assert [(cause.code, cause.evidence) for cause in explanation.causes] == [
        ("expired-session", "reported"),
        ("credentials-outlived", "derived"),
    ]
    assert "expired while the job was running" in explanation.summary
    assert explanation.remedies[0].commands == (
        f"aws iam update-role --role-name brewer --max-session-duration {seconds}",
    )


_ASSUMED = "An error occurred (ExpiredToken) when calling the AssumeRole operation: The security token included in the request is expired"
_OF_HELPER = "Get new credentials for the program that gets the token of the cluster"
_OF_PROFILE = "Renew the credentials that are used to assume the role"


@check_rows(
    ("text", "title", "line"),
    [
        (
            f'Error: Kubernetes cluster unreachable: Get "https://ABC.gr7.eu-west-1.eks.amazonaws.com/version": getting credentials: exec: executable aws failed with exit code 254\n\n{_ASSUMED}',
            _OF_HELPER,
            "aws eks get-token --cluster-name CLUSTER --region eu-west-1 > /dev/null",
        ),
        (
            f"$ kubectl get pods\n{_ASSUMED}\n$ cat kubeconfig\n      args: [--region, eu-west-1, eks, get-token, --cluster-name, tea, --role, arn:aws:iam::111122223333:role/tea]\n      env:\n        - name: AWS_PROFILE\n          value: leaf\n",
            _OF_HELPER,
            "aws sso login --profile leaf",
        ),
        (
            "Unable to connect to the server: getting credentials: exec: executable aws-iam-authenticator failed with exit code 1\ncould not get token: ExpiredToken: The security token included in the request is expired\n\tstatus code: 403",
            _OF_HELPER,
            "aws configure list",
        ),
        # The role is that of a profile.
        (
            f"$ aws s3 ls --profile tea\n\n{_ASSUMED}",
            _OF_PROFILE,
            "aws configure get source_profile --profile tea",
        ),
        # The call needs no profile with a role.
        (
            f"$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/tea --role-session-name a\n\n{_ASSUMED}",
            "Get new credentials from where the old ones came from",
            "aws configure list",
        ),
        # Terraform calls the program without a kubeconfig.
        (
            f'│ Error: Get "https://ABC.gr7.eu-west-1.eks.amazonaws.com/api": getting credentials: exec: executable aws failed with exit code 254\n│ with kubernetes_namespace.tea,\n│   on main.tf line 9, in resource "kubernetes_namespace" "tea":\n{_ASSUMED}',
            _OF_PROFILE,
            "aws configure get source_profile --profile PROFILE",
        ),
    ],
)
def test_where_the_credentials_for_a_role_come_from(text: str, title: str, line: str) -> None:
    first = explain(text).remedies[0]
    assert first.title == title
    assert line in first.commands


_FAILED_PART = (
    "An error occurred (ExpiredToken) when calling the UploadPart operation: The provided token has expired."
)


@check_rows(
    ("text", "says", "duration"),
    [
        # 150 GiB at 50 MiB/s take 51 minutes, and 500 GiB almost three hours.
        (
            f"Completed 150.0 GiB/500.0 GiB (50.0 MiB/s) with 1 file(s) remaining\nupload failed: ./a to s3://tea/a {_FAILED_PART}",
            "the upload was running, after at least 51 minutes",
            "with --duration-seconds 14400:",
        ),
        (
            f"Completed 2.0 TiB/~40.0 TiB (50.0 MiB/s) with ~9 file(s) remaining (calculating...)\n{_FAILED_PART}",
            "the upload was running, after at least 11 hours 39 minutes",
            "with --duration-seconds 43200:",
        ),
        (
            f"boto3.exceptions.S3UploadFailedError: Failed to upload a to tea/a: {_FAILED_PART}",
            "the upload was running.",
            "with --duration-seconds:",
        ),
        (
            f"Transferred:   \t  12.031 GiB / 1.102 TiB, 1%, 61.220 MiB/s, ETA 5h\n{_FAILED_PART.replace('UploadPart', 'GetObject')}",
            "the program was running.",
            "with --duration-seconds:",
        ),
    ],
)
def test_a_transfer_that_outlives_its_session(text: str, says: str, duration: str) -> None:
    explanation = explain(text)
    assert f"expired while {says}" in explanation.summary
    assert [cause.code for cause in explanation.causes] == ["expired-session", "credentials-outlived"]
    assert duration in explanation.remedies[0].steps[1]
    aborts = "abort-multipart-upload" in str(explanation.remedies[1].commands)
    assert aborts is ("upload" in says)


@pytest.mark.parametrize(
    "text",
    [
        f"$ aws s3api upload-part --bucket tea --key a --part-number 1 --body a --upload-id x\n\n{_FAILED_PART}",
        _FAILED_PART.replace("UploadPart", "CreateMultipartUpload"),
        # The first bytes are counted before S3 answers.
        f"Completed 256.0 KiB/12.0 MiB (410.0 KiB/s) with 1 file(s) remaining\n{_FAILED_PART.replace('UploadPart', 'PutObject')}",
        f"Transferred:   \t  0 B / 0 B, -, 0 B/s, ETA -\n{_FAILED_PART.replace('UploadPart', 'ListObjectsV2')}",
        f"Completed 1.0 GiB/2.0 GiB (0.0 MiB/s)\n{_FAILED_PART.replace('UploadPart', 'AssumeRole')}",
    ],
)
def test_a_transfer_that_began_with_expired_credentials(text: str) -> None:
    assert "while" not in explain(text).summary


@pytest.mark.parametrize(
    ("between", "profile", "age"),
    [
        ("$ ./brew.sh\n", "", "they last 15 minutes."),
        ("$ ./brew.sh\n", " --profile tea", None),
        ("$ aws sso login\n", "", None),
    ],
)
def test_the_duration_that_credentials_were_issued_for(between: str, profile: str, age: str | None) -> None:
    issue = "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/team/brewer --role-session-name tea \\\n    --duration-seconds 900 > c.json\n"
    explanation = explain(
        f"{issue}{between}$ aws s3 ls s3://tea-orders{profile}\n"
        "An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired."
    )
    causes = {cause.code: cause.evidence for cause in explanation.causes}
    if age is None:
        assert causes["credentials-outlived"] == "possible"
    else:
        assert explanation.summary.endswith(f"{age} No permission is missing.")
        assert causes == {"expired-session": "reported", "credentials-outlived": "derived"}
        assert explanation.remedies[0].commands == (
            "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/team/brewer --role-session-name tea --duration-seconds 900",
            "aws iam get-role --role-name brewer --query Role.MaxSessionDuration",
        )


_EXPIRED = "An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired."
ASSUME_LONG = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/brewer --role-session-name tea"
_URL = "GET https://orders.s3.amazonaws.com/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=x&X-Amz-Date=20261120T090000Z&X-Amz-Expires=900&X-Amz-Signature=0f -> 403"


def test_expired_credentials_are_renewed_with_the_command_that_issued_them() -> None:
    issue = "aws sts assume-role --role-arn arn:aws:iam::111122223333:role/brewer --role-session-name tea --profile ops"
    assert explain(f"$ {issue} > c.json\n{_EXPIRED}").remedies[0].commands[0] == issue
    assert issue not in explain(f"$ {issue} > c.json\n$ aws sso login\n{_EXPIRED}").remedies[0].commands


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("I ran aws sts assume-role and got:", "aws sts assume-role"),
        ("aws sts get-session-token fails with this", "aws sts get-session-token"),
        (f"I ran {ASSUME_LONG} yesterday", ASSUME_LONG),
    ],
)
def test_the_words_of_a_sentence_belong_to_no_command(said: str, command: str) -> None:
    assert explain(f"{said}\n{_EXPIRED}").remedies[0].commands[0] == command


SETTINGS: tuple[Row, ...] = (
    (
        "no role for the logs of API Gateway",
        'Resource handler returned message: "CloudWatch Logs role ARN must be set in account settings to enable logging (Service: ApiGateway, Status Code: 400)"',
        {"region": "eu-west-1"},
        "no-account-role",
        {"no-account-role": "reported"},
        (
            "aws apigateway update-account --region eu-west-1 --patch-operations op=replace,path=/cloudwatchRoleArn,value=arn:aws:iam::ACCOUNT_ID:role/apigateway-cloudwatch-logs",
        ),
    ),
    (
        "a role that API Gateway cannot use",
        "$ aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=arn:aws:iam::111122223333:role/logs/api\n"
        + botocore_text(
            "BadRequestException",
            "UpdateAccount",
            "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.",
        ),
        {},
        "no-account-role",
        {"no-account-role": "reported"},
        ("aws iam update-assume-role-policy --role-name api --policy-document file://trust.json",),
    ),
    (
        "no default role for Systems Manager",
        "error calling RequestManagedInstanceRoleToken: AccessDeniedException: Systems Manager's instance management role is not configured for account: 111122223333",
        {},
        "no-account-role",
        {"no-account-role": "reported"},
        (
            "aws iam attach-role-policy --role-name AWSSystemsManagerDefaultEC2InstanceManagementRole --policy-arn arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",
        ),
    ),
    (
        "a launch template that the caller may not use",
        '{"StatusCode":"Failed","StatusMessage":"You are not authorized to use launch template: lt-0a1b2c3d4e5f60718. Launching EC2 instance failed."}',
        {"caller": "arn:aws:iam::111122223333:role/ops"},
        "service-role-lacks-permission",
        {"service-role-lacks-permission": "derived"},
        (
            "aws iam put-role-policy --role-name ops --policy-name AllowRunInstances-54a013 --policy-document file://policy.json",
        ),
    ),
    (
        "a service-linked role that was deleted",
        '{"StatusCode":"Failed","StatusMessage":"Access denied when attempting to assume role arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling. Validating load balancer configuration failed."}',
        {},
        "no-service-linked-role",
        {"no-service-linked-role": "reported"},
        ("aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com",),
    ),
    (
        "a key that a service cannot use",
        botocore_text(
            "KMSKeyNotAccessibleFault",
            "CreateDBInstance",
            "The specified KMS key [arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0] does not exist, is not enabled or you do not have permissions to access it.",
        ),
        {},
        "key-not-accessible",
        {"key-not-accessible": "reported"},
        (
            "aws kms describe-key --key-id arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 --query 'KeyMetadata.[KeyState,Enabled]' --region eu-west-1",
        ),
    ),
    (
        "the role of AWS DMS",
        botocore_text(
            "AccessDeniedFault",
            "CreateReplicationSubnetGroup",
            "The IAM Role arn:aws-cn:iam::111122223333:role/dms-vpc-role is not configured properly.",
        ),
        {"region": "cn-north-1"},
        "no-account-role",
        {"no-account-role": "reported"},
        (
            "aws iam attach-role-policy --region cn-north-1 --role-name dms-vpc-role --policy-arn arn:aws-cn:iam::aws:policy/service-role/AmazonDMSVPCManagementRole",
        ),
    ),
    (
        "the role of AWS DMS for Amazon Redshift",
        botocore_text(
            "AccessDeniedFault",
            "CreateEndpoint",
            "The IAM Role arn:aws:iam::111122223333:role/dms-access-for-endpoint is not configured properly.",
        ),
        {},
        "no-account-role",
        {"no-account-role": "reported"},
        (
            "aws iam attach-role-policy --role-name dms-access-for-endpoint --policy-arn arn:aws:iam::aws:policy/service-role/AmazonDMSRedshiftS3Role",
        ),
    ),
    (
        "the role of AWS DMS for logs",
        botocore_text(
            "AccessDeniedFault",
            "StartReplicationTask",
            "The IAM Role arn:aws:iam::111122223333:role/dms-cloudwatch-logs-role is not configured properly.",
        ),
        {},
        "no-account-role",
        {"no-account-role": "reported"},
        (
            "aws iam attach-role-policy --role-name dms-cloudwatch-logs-role --policy-arn arn:aws:iam::aws:policy/service-role/AmazonDMSCloudWatchLogsRole",
        ),
    ),
    (
        "a role of AWS DMS that exists already",
        botocore_text("EntityAlreadyExists", "CreateRole", "Role with name dms-vpc-role already exists."),
        {},
        "already-exists",
        {"already-exists": "reported"},
        (),
    ),
)


@check_rows(
    ("text", "facts", "topic", "causes", "commands"),
    [pytest.param(*row[1:], id=row[0]) for row in SETTINGS],
)
def test_what_a_service_lacks_is_not_the_permission_of_the_call(
    text: str, facts: Facts, topic: str, causes: dict[str, str], commands: tuple[str, ...]
) -> None:
    """Some of these are denials, and others are errors of calls."""
    explanation = explain(text, facts=facts)
    assert explanation.topic == topic
    assert {cause.code: cause.evidence for cause in explanation.causes} == causes
    assert set(commands) <= set(list_commands(explanation))


def test_variable_that_boto_does_not_read() -> None:
    text = "$ docker run -e AWS_REGION=eu-west-1 carts\nbotocore.exceptions.NoRegionError: You must specify a region."
    step = "The text sets AWS_REGION, which boto3 does not read: set AWS_DEFAULT_REGION."
    assert step in explain(text).remedies[0].steps
    assert step not in explain(text.replace("AWS_REGION", "AWS_DEFAULT_REGION")).remedies[0].steps


def test_variables_of_a_missing_token_are_not_checked() -> None:
    """They name the file that does not exist."""
    remedy = explain(f"Error: ENOENT: no such file or directory, open '{POD_IDENTITY_FILE}'").remedies[0]
    assert remedy.steps[0].startswith("Remove AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE from the manifest")
    assert not any("env[*]" in line for line in remedy.commands)


_ID, _OTHER_ID = "AKIAIOSFODNN7ABCDEFG", "AKIAQQQQQQQQ7ABCDXYZ"
_UNKNOWN_KEY = "$ aws s3 ls\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records."
_LIST = "$ aws iam list-access-keys --user-name ci --profile ops"


def _listed(*keys: tuple[str, str]) -> str:
    found = [{"UserName": "ci", "AccessKeyId": key, "Status": status} for key, status in keys]
    return f"{_LIST}\n{json.dumps({'AccessKeyMetadata': found}, indent=4)}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{_listed((_OTHER_ID, 'Active'), (_ID, 'Inactive'))}$ cat .env\nAWS_ACCESS_KEY_ID={_ID}\n{_UNKNOWN_KEY}",
        f"$ export AWS_ACCESS_KEY_ID={_ID}\n{_UNKNOWN_KEY}\n{_LIST}\n|| {_OTHER_ID} | Active | ci ||\n|| {_ID} | Inactive | ci ||\n",
        f"$ aws configure list\naccess_key     ****************DEFG env\n{_UNKNOWN_KEY}\n{_listed((_ID, 'Inactive'), (_OTHER_ID, 'Active'))}",
    ],
    ids=["JSON", "table", "masked"],
)
def test_key_that_the_list_of_keys_has_as_inactive(text: str) -> None:
    explanation = explain(text)
    assert f"{_ID} of the user ci is inactive, and {_OTHER_ID} is active" in explanation.summary
    assert [cause.code for cause in explanation.causes] == ["access-key-deleted"]
    first, second = explanation.remedies[:2]
    assert first.title == f"Use the active key {_OTHER_ID} instead"
    assert second.commands == (
        f"aws iam update-access-key --user-name ci --access-key-id {_ID} --status Active --profile ops",
    )


@pytest.mark.parametrize(
    ("ending", "status", "is_inactive"),
    [("OLD4", "Inactive", True), ("OLD4", "Active", False), ("XXX9", "Inactive", False)],
)
def test_listed_key_whose_id_is_shortened(ending: str, status: str, *, is_inactive: bool) -> None:
    """The ending in the configuration says which key of the list is in use."""
    listed = f"{_LIST} --query 'AccessKeyMetadata[].[AccessKeyId,Status]' --output text\nAKIAEXAMPLEAAOLD4\t{status}\nAKIAEXAMPLEAANEW7\tActive\n"
    text = f"$ aws configure list\naccess_key     ****************{ending} env\n{_UNKNOWN_KEY}\n{listed}"
    found = "AKIAEXAMPLEAAOLD4 of the user ci is inactive, and AKIAEXAMPLEAANEW7 is active"
    assert (found in explain(text).summary) is is_inactive


@pytest.mark.parametrize(
    ("create", "is_named"),
    [
        ("--user-name ci --profile ops", True),
        ("--user-name web --profile ops", False),
        ("--user-name ci", False),
    ],
    ids=["same user", "another user", "another profile"],
)
def test_inactive_key_of_the_user_is_deleted(create: str, *, is_named: bool) -> None:
    failed = botocore_text("LimitExceeded", "CreateAccessKey", "Cannot exceed quota for AccessKeysPerUser: 2")
    text = (
        f"$ aws iam create-access-key {create}\n{failed}\n{_listed((_ID, 'Inactive'), (_OTHER_ID, 'Active'))}"
    )
    lines = explain(text).remedies[0].commands
    assert any("delete-access-key" in each and _ID in each for each in lines) is is_named


def test_active_key_of_a_program_is_not_set_in_a_shell() -> None:
    text = f"sync[4]: boto3 with {_ID}: {_UNKNOWN_KEY.partition(chr(10))[2]}\n{_listed((_ID, 'Inactive'), (_OTHER_ID, 'Active'))}"
    first = explain(text).remedies[0]
    assert first.title == f"Use the active key {_OTHER_ID} instead"
    assert first.commands == ()
    assert first.steps[0].endswith("where the program gets them, and restart it.")
    shown = f"{text}$ grep key_id ~/.aws/credentials\naws_access_key_id = {_ID}\n"
    assert explain(shown).remedies[0].steps[0].endswith("in ~/.aws/credentials, and restart the program.")


@pytest.mark.parametrize(
    ("sign_in", "is_named"),
    [
        ("$ aws sso login --profile console-ops\n", True),
        ("$ aws sso login --profile other\n", False),
        ("$ aws login --profile console-ops\n", False),
    ],
)
def test_sign_in_of_the_other_kind(sign_in: str, *, is_named: bool) -> None:
    error = botocore_text("AccessDeniedException", "CreateOAuth2Token", "The refresh token has expired.")
    notes = explain(f"$ aws s3 ls --profile console-ops\n{error}\n{sign_in}").notes
    assert any("aws sso login does not help" in each for each in notes) is is_named


def test_only_key_that_is_inactive() -> None:
    text = f"AWS_ACCESS_KEY_ID={_ID}\n{_UNKNOWN_KEY}\n{_listed((_ID, 'Inactive'))}"
    assert explain(text).remedies[0].commands == ("aws iam create-access-key --user-name ci --profile ops",)


@check_rows(
    ("shown", "where"),
    [
        (
            f"$ cat ~/.aws/credentials\n[default]\naws_access_key_id = {_ID}\n",
            "in ~/.aws/credentials, and check",
        ),
        (f"$ grep -r AKIA /opt/backup/.env\nAWS_ACCESS_KEY_ID={_ID}\n", "in /opt/backup/.env, and check"),
        (f"$ env | grep AWS\nAWS_ACCESS_KEY_ID={_ID}\n", "wherever the old ones are set"),
        (f"$ ls /opt/backup\n$ env\nAWS_ACCESS_KEY_ID={_ID}\n", "wherever the old ones are set"),
    ],
)
def test_file_with_the_inactive_key(shown: str, where: str) -> None:
    steps = explain(f"{_UNKNOWN_KEY}\n{_listed((_ID, 'Inactive'))}{shown}").remedies[0].steps
    assert where in steps[-1]


@check_rows(
    ("said", "whose"),
    [
        ("The console shows {} of user mailer as inactive.", " of the user mailer"),
        ("The user has {}, and the console shows it as inactive.", ""),
        ("A colleague deactivated {} in May.", ""),
        ("Why is {} inactive?", ""),
        ("Is the key {} inactive?", None),
        ("What if {} was deactivated?", None),
        ("{} is active, and the other one inactive.", None),
        ("We deactivated the old one, and now use {}.", None),
        ("{} is of the user mailer, whose MFA is disabled.", None),
    ],
)
def test_key_that_is_said_to_be_inactive(said: str, whose: str | None) -> None:
    summary = explain(f"{_UNKNOWN_KEY}\n{said.format(_ID)}").summary
    assert ("inactive" in summary) is (whose is not None)
    assert whose is None or f"the access key {_ID}{whose} is inactive" in summary


@pytest.mark.parametrize("used", [_OTHER_ID, "AKIAZZZZZZZZZZZZZZZZ", ""])
def test_another_key_in_the_list_is_inactive(used: str) -> None:
    text = f"AWS_ACCESS_KEY_ID={used}\n{_UNKNOWN_KEY}\n{_listed((_OTHER_ID, 'Active'), (_ID, 'Inactive'))}"
    explanation = explain(text)
    assert "inactive" not in explanation.summary
    assert ("is not a key of the user ci" in explanation.summary) == used.startswith("AKIAZ")
    assert ("access-key-deleted" in dict(codes(explanation))) == (used != _OTHER_ID)


@pytest.mark.parametrize("key", ["AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n", ""])
def test_key_of_a_user_has_no_token_of_a_version(key: str) -> None:
    identity = IDENTITY.replace("sts::111122223333:assumed-role/dev/kim", "iam::111122223333:user/kim")
    text = f"{key}$ aws sts get-caller-identity --region eu-west-1\n{identity}\n$ aws sts get-caller-identity --region af-south-1\n{REJECTED}\n"
    explanation = explain(text)
    assert explanation.summary.endswith("most likely, the account has not enabled it.")
    # The ARN of a user is also that of a session of GetSessionToken.
    titles = " ".join(each.title for each in explanation.remedies)
    assert ("Get the session from a regional STS endpoint" in titles) == (not key)
    assert ("v1-token-in-opt-in-region" in {cause.code for cause in explanation.causes}) == (not key)


def test_rate_of_parameter_store_has_a_command() -> None:
    text = botocore_text("ThrottlingException", "GetParameter", "Rate exceeded")
    shown = explain(text)
    assert any("high-throughput-enabled" in line for line in shown.remedies[1].commands)
    assert [each.who for each in shown.remedies] == ["you", "account administrator"]
