"""Tests for values around a failure that decide what its explanation says first: documents and outputs of lookups."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from iamtriage import explain
from tests.tables import check_rows

_S3A_ERROR = "org.apache.hadoop.fs.s3a.AWSBadRequestException: getFileStatus on s3a://octo-data/in: software.amazon.awssdk.services.s3.model.S3Exception: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1' (Service: S3, Status Code: 400, Request ID: 9W3V0T7M2K5Q8R1B):AuthorizationHeaderMalformed"


def _of_controller(role: str, operation: str, service: str) -> str:
    action = f"{service}:{operation.replace('ListBuckets', 'ListAllMyBuckets')}"
    return f"""{{"controller":"ingress","error":"operation error X: {operation}, https response error StatusCode: 403, RequestID: 2a0d, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{role}/1795946400 is not authorized to perform: {action} because no identity-based policy allows the {action} action"}}\n"""


class _Row(NamedTuple):
    """A text and what its short explanation says.

    Attributes:
        text: The text.
        shown: Words of the explanation.
        hidden: Words that are not in it.
        facts: The facts.
    """

    text: str
    shown: tuple[str, ...]
    hidden: tuple[str, ...] = ()
    facts: dict[str, Any] | None = None


def _no_session_policy(session: str) -> str:
    return f"An error occurred (AccessDenied) when calling the Publish operation: User: arn:aws:sts::111122223333:assumed-role/shared/{session} is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-west-1:111122223333:parcels because no session policy allows the sns:Publish action"


def _no_key_policy(account: int) -> str:
    return f"User: arn:aws:sts::{account}:assumed-role/cart/run is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 because no resource-based policy allows the kms:Decrypt action"


_CHAINED = "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
_QUARANTINED = """{{"eventVersion": "1.11", "userIdentity": {{"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ci", "accountId": "111122223333", "accessKeyId": "AKIAEXAMPLE000000042", "userName": "ci"}}, "eventTime": "2026-11-20T03:12:09Z", "eventSource": "iam.amazonaws.com", "eventName": "{event}", "awsRegion": "us-east-1", "sourceIPAddress": "{address}", "errorCode": "AccessDenied", "errorMessage": "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:{event} on resource: user ci with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}}"""
_NO_TASK = "ResourceInitializationError: unable to pull secrets or registry auth: User: arn:aws:sts::111122223333:assumed-role/cart-exec/0a1b is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:carts/db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action"
_NEW_ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/F9E8D7C6B5A4938271605F4E3D2C1B0A"
_OLD_ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
_OLD_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_OLD_ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{_OLD_ISSUER}:sub": "system:serviceaccount:shop:web",
                    f"{_OLD_ISSUER}:aud": "sts.amazonaws.com",
                }
            },
        }
    ],
}
_SCOPED = "An error occurred (SignatureDoesNotMatch) when calling the ListTopics operation: Credential should be scoped to a valid region, not 'us-west-2'."
_LOGGED_OUT = "$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)\n"
_PASSED = "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/depot-task' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
_ROWS = {
    "trust policy of another cluster, whose conditions match": _Row(
        f"InvalidIdentityToken: No OpenIDConnect provider found in your account for https://{_NEW_ISSUER}",
        ("The subject and audience in it match the token",),
        facts={
            "trust_policy": _OLD_TRUST,
            "token_claims": {
                "iss": f"https://{_NEW_ISSUER}",
                "sub": "system:serviceaccount:shop:web",
                "aud": ["sts.amazonaws.com"],
            },
        },
    ),
    "trust policy of another cluster, and a token with another subject": _Row(
        f"InvalidIdentityToken: No OpenIDConnect provider found in your account for https://{_NEW_ISSUER}",
        ("names the provider of another cluster",),
        ("match the token.",),
        {
            "trust_policy": _OLD_TRUST,
            "token_claims": {
                "iss": f"https://{_NEW_ISSUER}",
                "sub": "system:serviceaccount:shop:api",
                "aud": ["sts.amazonaws.com"],
            },
        },
    ),
    "boundary and what allows the action already": _Row(
        "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/web because no permissions boundary allows the iam:CreateRole action",
        ("The limit can be intentional", "Create the role with that boundary"),
        ("service control",),
    ),
    "boundary and the role of a node group of eksctl": _Row(
        '2026-11-20 11:03:16 [✖]  AWS::IAM::Role/NodeInstanceRole: CREATE_FAILED – "API: iam:CreateRole User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/eksctl-bay-nodegroup-a-NodeInstanceRole-Kq3ZbT91xWvM because no permissions boundary allows the iam:CreateRole action"',
        (
            "role/eksctl-bay-nodegroup-a-NodeInstanceRole-*",
            "iam.instanceRolePermissionsBoundary of the node group",
            "a role that an administrator creates as iam.instanceRoleARN of the node group",
        ),
    ),
    "boundary and a role of Terraform": _Row(
        'Error: creating IAM Role (bay-20261120093012345600000001): operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/bay-20261120093012345600000001 because no permissions boundary allows the iam:CreateRole action\n\n  with aws_iam_role.bay,\n  on main.tf line 3, in resource "aws_iam_role" "bay":',
        (
            '"arn:aws:iam::111122223333:role/bay-*"',
            "in Terraform, permissions_boundary",
            "instead of aws_iam_role.bay",
        ),
    ),
    "queue that CloudFormation creates": _Row(
        "CREATE_FAILED  AWS::SQS::Queue  Jobs  User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:eu-west-1:111122223333:bay-Jobs-9S8D7F6G5H4J because no identity-based policy allows the sqs:createqueue action",
        ('"arn:aws:sqs:eu-west-1:111122223333:bay-Jobs-*"', "CloudFormation ends the name"),
    ),
    "queue that a program uses": _Row(
        "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:bay-Jobs-9S8D7F6G5H4J because no identity-based policy allows the sqs:SendMessage action",
        ('"arn:aws:sqs:eu-west-1:111122223333:bay-Jobs-9S8D7F6G5H4J"',),
        ("bay-Jobs-*",),
    ),
    "queue with a name of the template": _Row(
        "CREATE_FAILED  AWS::SQS::Queue  Jobs  User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:eu-west-1:111122223333:bay-mails-2024v1 because no identity-based policy allows the sqs:createqueue action",
        ('"arn:aws:sqs:eu-west-1:111122223333:bay-mails-2024v1"',),
        ("bay-mails-*",),
    ),
    "folder of a session": _Row(
        "User: arn:aws:sts::111122223333:assumed-role/rooms/t7 is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::acme-rooms/eu/t7/tmp/a because no session policy allows the s3:DeleteObject action",
        ('"arn:aws:s3:::acme-rooms/eu/t7/*"',),
    ),
    "folder of another name than the session": _Row(
        "User: arn:aws:sts::111122223333:assumed-role/rooms/t7 is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::acme-rooms/eu/t8/tmp/a because no session policy allows the s3:DeleteObject action",
        ('"arn:aws:s3:::acme-rooms/eu/t8/tmp/a"',),
    ),
    "service of a task that did not start": _Row(
        f"(service carts) was unable to place a task. Reason: {_NO_TASK}",
        ("aws ecs update-service --cluster ECS_CLUSTER --service carts --force-new-deployment",),
        ("--service SERVICE",),
    ),
    "task that did not start, without its service": _Row(
        f"(task 0a1b2c) stopped. Reason: {_NO_TASK}",
        ("--service SERVICE --force-new-deployment",),
    ),
    "login to a registry for a task that did not start": _Row(
        "ResourceInitializationError: unable to pull secrets or registry auth: User: arn:aws:sts::111122223333:assumed-role/cart-exec/0a1b is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action",
        ("Pulling an image requires all of these actions",),
        ("Pushing",),
    ),
    "record of a call that the quarantine policy denied": _Row(
        _QUARANTINED.format(address="198.51.100.7", event="CreateAccessKey"),
        (
            "The denied call came with the key AKIAEXAMPLE000000042 from 198.51.100.7",
            "most likely an attacker's",
        ),
    ),
    "record of a call that a service made": _Row(
        _QUARANTINED.format(address="cloudformation.amazonaws.com", event="CreateAccessKey"),
        ("Keep the policy: treat the user's access keys as compromised",),
        ("The denied call came",),
    ),
    "provider of a chain that lacks a module": _Row(
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(credentialsProviders=[WebIdentityTokenCredentialsProvider(), InstanceProfileCredentialsProvider()]) : [WebIdentityTokenCredentialsProvider(): To use web identity tokens, the 'sts' service module must be on the class path., InstanceProfileCredentialsProvider(): Failed to load credentials from IMDS.]",
        (
            "software.amazon.awssdk:sts",
            "The other providers in the message are the rest of the chain",
        ),
    ),
    "calls of another service that are throttled": _Row(
        "An error occurred (ThrottlingException) when calling the DescribeServices operation: Rate exceeded",
        ("AWS throttled the call DescribeServices",),
        ("EC2",),
    ),
    "session and duration of a chained role": _Row(
        f"as arn:aws:sts::111122223333:assumed-role/hub/run-7, duration 7200\nsts.assume_role(RoleArn='arn:aws:iam::444455556666:role/load', DurationSeconds=7200)\n{_CHAINED}",
        (
            "7200 seconds for the role load: role chaining, here from the role hub,",
            "DurationSeconds=3600",
            "The role's maximum session duration does not change this limit",
        ),
    ),
    "duration of a request, and a session of the role itself": _Row(
        f"arn:aws:sts::444455556666:assumed-role/load/run-6 duration: 5321 ms\nrole_arn = arn:aws:iam::444455556666:role/load\n{_CHAINED}",
        ("role chaining, one role assuming another,", "--duration-seconds"),
        ("5321",),
    ),
    "request that curl traced, signed for another service": _Row(
        """> GET /live/carts/7?token=abc HTTP/2
> Host: a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com
> Authorization: AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE00/20261120/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=00
{"message":"Credential should be scoped to correct service: 'execute-api'. "}""",
        (
            "curl --aws-sigv4 aws:amz:eu-west-1:execute-api",
            "amazonaws.com/live/carts/7",
            "The Region, eu-west-1, is right",
            "execute-api:Invoke is checked afterwards",
        ),
        ("AWS_ENDPOINT_URL", "token=abc", "AWS SDK"),
    ),
    "request that curl traced, whose path is not plain": _Row(
        """> GET /live/carts;v=1/7 HTTP/2
> Host: a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com
{"message":"Credential should be scoped to correct service: 'execute-api'. "}""",
        ("is signed for another service",),
        ("amazonaws.com/live/carts",),
    ),
    "MFA device of another account": _Row(
        """arn:aws:iam::444455556666:mfa/ana
User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::parcels/7 with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/RequireMFA""",
        ("aws sts get-session-token --serial-number",),
        ("444455556666:mfa",),
    ),
    "revoked sessions of another role": _Row(
        """$ aws iam list-role-policies --role-name other
AWSRevokeOlderSessions
$ aws s3 ls s3://parcels
User: arn:aws:sts::111122223333:assumed-role/cart/run is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::parcels" with an explicit deny in an identity-based policy""",
        ("explicitly denies it",),
        ("revoked",),
    ),
    "revoked sessions, and a Deny of the organization": _Row(
        """$ aws iam list-role-policies --role-name cart
AWSRevokeOlderSessions
$ aws s3 ls s3://parcels
User: arn:aws:sts::111122223333:assumed-role/cart/run is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::parcels" with an explicit deny in a service control policy""",
        ("a service control policy explicitly denies it",),
        ("revoked",),
    ),
    "signature for another service and another Region": _Row(
        """> POST /live/carts HTTP/1.1
> Host: a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com
> Authorization: AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE00/20261120/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00
{"message":"Credential should be scoped to correct service: 'execute-api'. "}""",
        ("The Region must be eu-west-1 instead of us-east-1, too",),
        ("amazonaws.com/live/carts",),
    ),
    "account of the role whose Region is off": _Row(
        """$ aws sts assume-role --role-arn arn:aws:iam::444455556666:role/Audit --role-session-name ana --region ap-east-1 --profile hub
An error occurred (RegionDisabledException) when calling the AssumeRole operation: STS is not activated in this region for account:444455556666.""",
        (
            "in ap-east-1 for the account 444455556666, the account of the role Audit",
            "an opt-in Region such as ap-east-1",
            "--region us-east-1 --profile hub",
        ),
    ),
    "account without the role of the command": _Row(
        """$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/Audit --role-session-name ana --region ap-east-1
An error occurred (RegionDisabledException) when calling the AssumeRole operation: STS is not activated in this region for account:444455556666.""",
        ("in ap-east-1 for the account 444455556666.",),
        ("of the role Audit",),
    ),
    "stack that needs a service-linked role": _Row(
        """cart | CREATE_FAILED | AWS::OpenSearchService::Domain | Resource handler returned message: "Invalid request provided: Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC. (Service: OpenSearch, Status Code: 400)" """,
        (
            "to access your VPC",
            "A stack in ROLLBACK_COMPLETE cannot be updated",
            "The call itself lacks no permission",
        ),
    ),
    "bucket of an upload that a key in the same account encrypts": _Row(
        f"upload failed: ./a.csv to s3://cart-in/a.csv An error occurred (AccessDenied) when calling the PutObject operation: {_no_key_policy(111122223333)}",
        (
            "S3 encrypts the upload with this key",
            "default encryption of the bucket cart-in",
            "nor enables IAM policies",
        ),
        ("If the caller is in another account",),
    ),
    "key of another account than the caller's": _Row(
        f"An error occurred (AccessDenied) when calling the GetObject operation: {_no_key_policy(444455556666)}",
        (
            "The object is encrypted with this key",
            "as an administrator of 444455556666, which must allow the call, too, if it does not yet",
        ),
        ("nor enables IAM policies", "S3 encrypts the upload"),
    ),
    "queue in the account of a passed role": _Row(
        "caller=arn:aws:sts::111122223333:assumed-role/jobs/run-7 target=arn:aws:sqs:eu-west-1:444455556666:bills role=arn:aws:iam::444455556666:role/bills-send\nAn error occurred (AccessDeniedException) when calling the CreateSchedule operation: Cross-account pass role is not allowed.",
        (
            "Or make the call in account 444455556666, if it is the right one",
            "Create a role in 111122223333",
            "new role sqs:SendMessage",
            "The owner of account 444455556666 also adds a statement",
            '{"AWS": "arn:aws:iam::111122223333:role/bills-send"}',
            "The role jobs needs iam:PassRole",
        ),
        ("Otherwise, create a role",),
    ),
    "queue in the account of the call, with a role of another": _Row(
        "caller=arn:aws:sts::111122223333:assumed-role/jobs/run-7 target=arn:aws:sqs:eu-west-1:111122223333:bills role=arn:aws:iam::444455556666:role/bills-send\nAn error occurred (AccessDeniedException) when calling the CreateSchedule operation: Cross-account pass role is not allowed.",
        (
            "can call sqs:SendMessage on arn:aws:sqs:eu-west-1:111122223333:bills. Pass that role.",
            "aws iam put-role-policy --role-name bills-send",
        ),
        ("If the service uses resources", "permissions that the old one has"),
    ),
    "queue beside a function with a role of another account": _Row(
        "caller=arn:aws:sts::111122223333:assumed-role/jobs/run-7 env.QUEUE=arn:aws:sqs:eu-west-1:111122223333:bills role=arn:aws:iam::444455556666:role/bills-send\nAn error occurred (AccessDeniedException) when calling the CreateFunction operation: Cross-account pass role is not allowed.",
        ("the permissions that the old one has", "If the service uses resources of account 444455556666"),
        ("can call sqs", "put-role-policy"),
    ),
    "account of the call in a comment of the code": _Row(
        'An error occurred (AccessDeniedException) when calling the CreateFunction operation: Cross-account pass role is not allowed.\nfunction_name = "bills"  # in 111122223333\nexecution_role = "arn:aws:iam::444455556666:role/bills-run"',
        (
            "belongs to account 444455556666, and the call CreateFunction is made in 111122223333",
            "Set execution_role to arn:aws:iam::111122223333:role/bills-run",
            "prints another account than 111122223333",
        ),
        ("Or make the call in account", "most likely"),
    ),
    "account of a node group in an ARN": _Row(
        "$ aws eks create-nodegroup --cluster-name orders --node-role arn:aws:iam::444455556666:role/nodes --tags of=arn:aws:eks:eu-west-1:111122223333:cluster/orders\nAn error occurred (AccessDeniedException) when calling the CreateNodegroup operation: Cross-account pass role is not allowed.",
        (
            "Set --node-role to arn:aws:iam::111122223333:role/nodes",
            "AmazonEKSWorkerNodePolicy",
            "aws iam attach-role-policy --role-name nodes",
        ),
        ("Or make the call in account",),
    ),
    "two accounts in comments of the code": _Row(
        'An error occurred (AccessDeniedException) when calling the CreateFunction operation: Cross-account pass role is not allowed.\n# in 111122223333, later in 222233334444\nexecution_role = "arn:aws:iam::444455556666:role/bills-run"',
        ("most likely from another account",),
        ("111122223333",),
    ),
    "session that EKS Pod Identity named, in the cluster of the facts": _Row(
        _no_session_policy("eks-orders-eu--checkout-7-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb"),
        (
            "association of the service account shop/checkout in the cluster orders-eu-1",
            "--namespace shop --service-account checkout",
            "update-pod-identity-association --cluster-name orders-eu-1",
        ),
        ("Find the code, tool or service that creates the session",),
        {"cluster": "orders-eu-1", "namespace": "shop", "service_account": "checkout"},
    ),
    "session that EKS Pod Identity named, without facts": _Row(
        _no_session_policy("eks-orders-eu--checkout-7-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb"),
        (
            "EKS Pod Identity created it",
            "Replace CLUSTER (aws eks list-clusters), NAMESPACE, SERVICE_ACCOUNT and NAME",
        ),
    ),
    "session of another cluster than that of the facts": _Row(
        _no_session_policy("eks-billing-checkout-7-5af5e7ac-5754-49ea-b28f-2c2a2eb95fbb"),
        ("Find the code, tool or service that creates the session",),
        ("orders",),
        {"cluster": "orders-eu-1", "namespace": "shop", "service_account": "checkout"},
    ),
    "session that a person named": _Row(
        _no_session_policy("eks-upgrade"),
        ("Find the code, tool or service that creates the session",),
        ("association_id",),
    ),
    "event of a service, which starts its tasks again": _Row(
        f"(service depot) failed to launch a task with (error {_PASSED}).",
        (
            "most likely, the role's trust policy does not allow it, or the role does not exist; less likely",
            "create the role again if there is none (NoSuchEntity)",
            "ECS then starts the tasks after a while, or at once with: aws ecs update-service",
            "--service depot --force-new-deployment",
        ),
        ("repeat the call",),
    ),
    "call that starts a task once": _Row(
        f"An error occurred (ClientException) when calling the RunTask operation: {_PASSED}",
        ("Then repeat the call after about ten seconds.",),
        ("force-new-deployment",),
    ),
    "service in the trust policy of a task role, in HCL": _Row(
        """An error occurred (ClientException) when calling the RegisterTaskDefinition operation: ECS was unable to assume the role 'arn:aws:iam::111122223333:role/cart-exec' that was provided for this task.

data "aws_iam_policy_document" "exec" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}
""",
        ("ecs-tasks.amazonaws.com cannot assume the role cart-exec",),
        ("service ecs.amazonaws.com",),
    ),
    "service in the trust policy of a function, in YAML": _Row(
        """Resource handler returned message: "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400)"
  AssumeRolePolicyDocument:
    Statement:
      - Effect: Allow
        Principal:
          Service: apigateway.amazonaws.com
        Action: sts:AssumeRole
""",
        ("lambda.amazonaws.com cannot assume the role",),
        ("service apigateway.amazonaws.com",),
    ),
    "trust of another service, which the service reports as missing permissions": _Row(
        """Backup job failed: IAM Role arn:aws:iam::111122223333:role/vault-copy does not have sufficient permissions to execute the backup.
AWSBackupServiceRolePolicyForBackup is attached. Its trust policy:
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
""",
        (
            "backup.amazonaws.com cannot assume the role vault-copy",
            "The permissions of the role are right",
            '{"Service": "backup.amazonaws.com"}',
            "update-assume-role-policy --role-name vault-copy",
        ),
        ("attach-role-policy", "Pass a role for"),
    ),
    "trust of the other service of App Runner, in HCL": _Row(
        """InvalidRequestException: Error in assuming access role arn:aws:iam::111122223333:role/carts-pull
resource "aws_iam_role" "pull" {
  name = "carts-pull"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "tasks.apprunner.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy_attachment" "pull" {
  role       = aws_iam_role.pull.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSAppRunnerServicePolicyForECRAccess"
}
""",
        (
            "build.apprunner.amazonaws.com cannot assume the role carts-pull: its trust policy trusts",
            "The permissions of the role are right",
            '"Service": "build.apprunner.amazonaws.com"',
            "is for another role: the instance role",
        ),
        ("so the role or its policy was changed seconds ago", "Pass a role for"),
    ),
    "trust of another service in a template": _Row(
        """Resource handler returned message: "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING (Service: Rds, Status Code: 400)"
  Monitoring:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal:
              Service: rds.amazonaws.com
            Action: sts:AssumeRole
""",
        ("monitoring.rds.amazonaws.com cannot assume the role", "AssumeRolePolicyDocument of Monitoring"),
        ("aws iam create-role", "permissions of the role are right"),
    ),
    "trust policy that is right, with its role": _Row(
        """An error occurred (InvalidParameterValue) when calling the ModifyDBInstance operation: IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING
Trust policy of the role db-metrics:
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "monitoring.rds.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
""",
        ("Give the role db-metrics the permissions", "attach-role-policy --role-name db-metrics"),
        ("create-role", "rds-monitoring-role", "cannot assume"),
    ),
    "role without the path that a template states": _Row(
        """An error occurred (MalformedPolicyDocumentException) when calling the CreateKey operation: Policy contains a statement with one or more invalid principals.
{"Version": "2012-10-17", "Statement": [
  {"Sid": "Admin", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
  {"Sid": "Orders", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/orders"}, "Action": "kms:Decrypt", "Resource": "*"}]}
role_arn = arn:aws:iam::111122223333:role/shop/orders
""",
        (
            "in the statement Orders: the role has the path /shop/",
            '"arn:aws:iam::111122223333:role/shop/orders"',
        ),
        ("ROLE_NAME", "aws iam get-role"),
    ),
    "role of IAM Identity Center without its path": _Row(
        """MalformedPolicy: Invalid principal in policy
{"Version": "2012-10-17", "Statement": {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/*",
 "Principal": {"AWS": ["arn:aws:iam::111122223333:role/reader", "arn:aws:iam::111122223333:role/AWSReservedSSO_Data_0123456789abcdef"]}}}
""",
        (
            "AWSReservedSSO_Data_0123456789abcdef in the statement Read",
            "/aws-reserved/sso.amazonaws.com/",
            "aws iam get-role --role-name AWSReservedSSO_Data_0123456789abcdef",
            '"arn:aws:iam::111122223333:root" with "Condition": {"ArnLike"',
            "sso.amazonaws.com/*AWSReservedSSO_Data_????????????????",
            "Then save the policy again.",
        ),
        ("create it first", "AROA"),
    ),
    "role of IAM Identity Center with its path": _Row(
        """An error occurred (MalformedPolicyDocument) when calling the CreateRole operation: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Data_0123456789abcdef"
""",
        ("Check whether the principal exists",),
        ("its path is missing", "ArnLike"),
    ),
    "role of IAM Identity Center without its path in a command": _Row(
        """$ aws iam update-assume-role-policy --role-name audit --policy-document file://audit.json
An error occurred (MalformedPolicyDocument) when calling the UpdateAssumeRolePolicy operation: Invalid principal in policy: "AWS":"arn:aws:iam::444455556666:role/AWSReservedSSO_Ops_fedcba9876543210"
""",
        ("with credentials of the account 444455556666", "update-assume-role-policy --role-name audit"),
        ("create it first", "save the policy again"),
    ),
    "unique ID of a role among several principals": _Row(
        """Error: updating Secrets Manager Secret Policy: operation error Secrets Manager: PutResourcePolicy, https response error StatusCode: 400, RequestID: 0a1b, MalformedPolicyDocumentException: This resource policy contains an invalid principal.
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*",
 "Principal": {"AWS": ["AROAEXAMPLE0123456789", "arn:aws:iam::111122223333:role/app"]}}]}
""",
        ("AROAEXAMPLE0123456789 is the unique ID of a deleted role", "Keep the other principals"),
    ),
    "Deny without MFA on an action without a resource": _Row(
        """An error occurred (UnauthorizedOperation) when calling the DescribeInstances operation: You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/li is not authorized to perform: ec2:DescribeInstances with an explicit deny in an identity-based policy
{"Version": "2012-10-17", "Statement": [{"Sid": "NeedMfa", "Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
 "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}
""",
        ("the statement NeedMfa of the policy in the text denies it", "Call with MFA", "get-session-token"),
    ),
    "Deny outside of a network on an action without a resource": _Row(
        """User: arn:aws:iam::111122223333:user/li is not authorized to perform: ce:GetCostAndUsage with an explicit deny in an identity-based policy
{"Version": "2012-10-17", "Statement": [{"Sid": "Office", "Effect": "Deny", "Action": "*", "Resource": "*",
 "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}]}
""",
        ("the statement Office of the policy in the text denies it unless aws:SourceIp is 192.0.2.0/24",),
    ),
    "bootstrapped environment, by its bucket": _Row(
        """current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1', but are for the right account. Proceeding anyway.
Cart: fail: Bucket named 'cdk-hnb659fds-assets-111122223333-eu-west-1' exists, but we dont have access to it.
""",
        (
            "is bootstrapped, so",
            "Do this first: Allow sts:AssumeRole on the bootstrap roles",
            "aws sts get-caller-identity",
        ),
        ("npx cdk bootstrap",),
    ),
    "bootstrapped environment, by its parameter": _Row(
        """$ aws ssm get-parameter --name /cdk-bootstrap/hnb659fds/version --query Parameter.Value
"21"
$ npx cdk diff
current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-hnb659fds-lookup-role-111122223333-eu-west-1', but are for the right account. Proceeding anyway.
""",
        ("is bootstrapped, so", "role/cdk-hnb659fds-*-111122223333-eu-west-1"),
        ("npx cdk bootstrap",),
    ),
    "audiences of a provider in Terraform, and the action's input": _Row(
        """Run aws-actions/configure-aws-credentials@v4
  with:
    role-to-assume: arn:aws:iam::111122223333:role/deploy
    audience: https://github.com/acme
Error: Could not assume role with OIDC: Incorrect token audience

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
""",
        (
            "for the audience https://github.com/acme, but the IAM OIDC provider lists only sts.amazonaws.com",
            "Remove the input audience of aws-actions/configure-aws-credentials",
            "Or add the audience https://github.com/acme to the IAM OIDC provider [account administrator]",
        ),
        ("AUDIENCE", "agree on the audience"),
    ),
    "audience on which the job and the trust policy agree": _Row(
        """id_tokens:
  AWS_TOKEN:
    aud: https://gitlab.com
$ aws sts assume-role-with-web-identity --role-arn arn:aws:iam::111122223333:role/deploy
An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience
$ aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::111122223333:oidc-provider/gitlab.com
{"ClientIDList": ["sts.amazonaws.com"]}
"Condition": {"StringEquals": {"gitlab.com:aud": "https://gitlab.com", "gitlab.com:sub": "project_path:octo/cart:ref_type:branch:ref:main"}}
""",
        (
            "lists only sts.amazonaws.com as audience, and the token is for https://gitlab.com",
            "first: Add the audience https://gitlab.com to the IAM OIDC provider",
            "The trust policy has https://gitlab.com already",
        ),
        ("Request the token for the audience",),
    ),
    "audience that runs of HCP Terraform have by default, which the trust policy names": _Row(
        """Error: operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 1, InvalidIdentityToken: Incorrect token audience
TFC_AWS_PROVIDER_AUTH=true
$ aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::111122223333:oidc-provider/app.terraform.io
{"ClientIDList": ["sts.amazonaws.com"]}
trust: "app.terraform.io:aud": "aws.workload.identity"
""",
        (
            "lists only sts.amazonaws.com as audience, and the token is for aws.workload.identity",
            "first: Add the audience aws.workload.identity to the IAM OIDC provider [account administrator]",
            "--client-id aws.workload.identity",
            "TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE sets the audience",
            "The trust policy has aws.workload.identity already",
        ),
        ("Kubernetes", "eks.amazonaws.com", "not the problem"),
    ),
    "audience that a workspace of HCP Terraform sets": _Row(
        """Error: operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 1, InvalidIdentityToken: Incorrect token audience
TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE=octo.tide
{"ClientIDList": ["aws.workload.identity"]}
""",
        (
            "for the audience octo.tide, but the IAM OIDC provider lists only aws.workload.identity",
            "set the environment variable TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE to aws.workload.identity",
        ),
        ("The token is for aws.workload.identity", "Kubernetes"),
    ),
    "audience of HCP Terraform that the text does not say, and a provider that has the default": _Row(
        """Error: operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 1, InvalidIdentityToken: Incorrect token audience
workspace variables: TFC_AWS_PROVIDER_AUTH, TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE
{"ClientIDList": ["aws.workload.identity"]}
""",
        ("does not accept the audience of the job's token.",),
        ("The token is for", "Add the audience", "Kubernetes"),
    ),
    "list of a provider for CircleCI": _Row(
        """An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience
$ aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::111122223333:oidc-provider/oidc.circleci.com/org/11111111-2222-3333-4444-555555555555
{"ClientIDList": ["sts.amazonaws.com"]}
""",
        ("so the token has another audience.", "circleci run oidc get"),
        ("GitLab", "gitlab", "not the problem", "Kubernetes"),
    ),
    "Region of S3A as two arguments of a notebook, and the central endpoint": _Row(
        f"""In [2]: spark = SparkSession.builder.config("spark.hadoop.fs.s3a.endpoint", "s3.amazonaws.com").config("spark.hadoop.fs.s3a.endpoint.region", "us-east-1").getOrCreate()
In [3]: spark.read.parquet("s3a://octo-data/day=1/")
{_S3A_ERROR}
""",
        (
            "octo-data is in eu-central-1: spark.hadoop.fs.s3a.endpoint.region is us-east-1.",
            "first: Set spark.hadoop.fs.s3a.endpoint.region to eu-central-1",
            "notebook's kernel",
            "remove spark.hadoop.fs.s3a.endpoint, which is s3.amazonaws.com, or set it to s3.eu-central-1.amazonaws.com",
        ),
        ("AWS_REGION", "S3Client", "%env"),
    ),
    "Region of S3A in XML": _Row(
        f"{_S3A_ERROR}\n<property>\n  <name>fs.s3a.endpoint.region</name>\n  <value>us-east-1</value>\n</property>\n",
        ("eu-central-1: fs.s3a.endpoint.region is us-east-1.",),
        ("S3Client", "aws configure"),
    ),
    "Region of S3A in the defaults of Spark": _Row(
        f"{_S3A_ERROR}\nspark.hadoop.fs.s3a.endpoint.region   us-east-1\n",
        ("eu-central-1: spark.hadoop.fs.s3a.endpoint.region is us-east-1.",),
    ),
    "S3A without a setting of the Region": _Row(
        f"$ hadoop fs -ls s3a://octo-data/in\n{_S3A_ERROR}\n",
        ("first: Set fs.s3a.endpoint.region to eu-central-1", "in core-site.xml or with -D"),
        ("export", "S3Client", "remove"),
    ),
    "Region that is only a default, for a client that is not of S3A": _Row(
        """botocore.exceptions.ClientError: An error occurred (AuthorizationHeaderMalformed) when calling the ListObjectsV2 operation: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'
s3 = boto3.client("s3", region_name=os.environ.get("AWS_REGION", "us-east-1"))
""",
        ("the bucket is in eu-west-1.",),
        ("AWS_REGION is us-east-1", "fs.s3a"),
    ),
    "policy of a controller's release, which another denial of its role needs, too": _Row(
        _of_controller("octo-lbc", "DescribeListenerAttributes", "elasticloadbalancing")
        + _of_controller("octo-lbc", "DescribeRouteTables", "ec2"),
        (
            "ec2:DescribeRouteTables was denied for the same reason.",
            "first: Give the role octo-lbc the policy of the controller's release",
            "aws iam create-policy ",
            "aws iam attach-role-policy --role-name octo-lbc",
        ),
        ('"Action": "ec2:DescribeRouteTables"', "Also "),
    ),
    "policy of a controller's release, and a denial of another role": _Row(
        _of_controller("octo-lbc", "DescribeListenerAttributes", "elasticloadbalancing")
        + _of_controller("octo-node", "DescribeRouteTables", "ec2"),
        ("denials of 2 principals", "Also The role octo-node was denied ec2:DescribeRouteTables"),
        ("for the same reason",),
    ),
    "policy of a controller's release, and a denial of another service": _Row(
        _of_controller("octo-lbc", "DescribeListenerAttributes", "elasticloadbalancing")
        + _of_controller("octo-lbc", "ListBuckets", "s3"),
        ('"Action": "s3:ListAllMyBuckets"',),
        ("for the same reason",),
    ),
    "workgroup that a command names": _Row(
        "$ aws athena start-query-execution --work-group films --query-string 'SELECT 1'\nAn error occurred (AccessDeniedException) when calling the StartQueryExecution operation: User: arn:aws:sts::111122223333:assumed-role/cart/job is not authorized to perform: athena:StartQueryExecution on resource: arn:aws:athena:eu-west-1:111122223333:workgroup/films because no identity-based policy allows the athena:StartQueryExecution action",
        ("To follow a query and read its result", "workgroup/films"),
        ("primary",),
    ),
    "workgroup that no one names": _Row(
        "An error occurred (AccessDeniedException) when calling the StartQueryExecution operation: User: arn:aws:sts::111122223333:assumed-role/cart/job is not authorized to perform: athena:StartQueryExecution on resource: arn:aws:athena:eu-west-1:111122223333:workgroup/primary because no identity-based policy allows the athena:StartQueryExecution action",
        ("A client that names no workgroup (--work-group, WorkGroup) uses primary",),
    ),
    "copy of a folder whose large object was denied for its tags": _Row(
        '$ aws s3 cp s3://octo-raw/in/ s3://octo-out/in/ --recursive\ncopy: s3://octo-raw/in/a.json to s3://octo-out/in/a.json\ncopy failed: s3://octo-raw/in/b.bin to s3://octo-out/in/b.bin An error occurred (AccessDenied) when calling the GetObjectTagging operation: User: arn:aws:sts::111122223333:assumed-role/curate/job is not authorized to perform: s3:GetObjectTagging on resource: "arn:aws:s3:::octo-raw/in/b.bin" because no identity-based policy allows the s3:GetObjectTagging action',
        ("s3:GetObject and s3:PutObject are not missing", "With --copy-props, aws s3 cp leaves out the tags"),
        ("The copy itself",),
    ),
    "copy of one object that was denied for its tags": _Row(
        'copy failed: s3://octo-raw/in/b.bin to s3://octo-out/in/b.bin An error occurred (AccessDenied) when calling the GetObjectTagging operation: User: arn:aws:sts::111122223333:assumed-role/curate/job is not authorized to perform: s3:GetObjectTagging on resource: "arn:aws:s3:::octo-raw/in/b.bin" because no identity-based policy allows the s3:GetObjectTagging action',
        ("The copy itself was not denied",),
        ("are not missing",),
    ),
    "endpoint of S3A in another Region": _Row(
        f'{_S3A_ERROR}\n.config("spark.hadoop.fs.s3a.endpoint", "s3.us-east-1.amazonaws.com")\n',
        (
            "spark.hadoop.fs.s3a.endpoint is the endpoint of us-east-1.",
            "first: Remove spark.hadoop.fs.s3a.endpoint, or set it to https://s3.eu-central-1.amazonaws.com",
        ),
    ),
    "endpoint of S3A in the Region of the bucket": _Row(
        f"{_S3A_ERROR}\nfs.s3a.endpoint = s3.eu-central-1.amazonaws.com\n",
        ("first: Set fs.s3a.endpoint.region to eu-central-1",),
        ("Remove ", "remove "),
    ),
    "actions of a controller, with one step for all": _Row(
        "".join(
            f'{{"logger":"karpenter","error":"AccessDenied: User: arn:aws:sts::111122223333:assumed-role/octo/17 is not authorized to perform: iam:{each} on resource: arn:aws:iam::111122223333:instance-profile/a because no identity-based policy allows the iam:{each} action"}}\n'
            for each in ("CreateInstanceProfile", "TagInstanceProfile")
        ),
        ("first: Allow iam:CreateInstanceProfile and iam:TagInstanceProfile", "If a module or template"),
        ("2. Karpenter calls more actions",),
    ),
    "audiences of a provider as text, and the claims of a pod's token": _Row(
        """An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience
$ aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90 --query ClientIDList --output json
[]
CLIENTIDLIST	sts.amazonaws.com
""",
        ("lists only sts.amazonaws.com", "annotation eks.amazonaws.com/audience"),
        ("Read the token's aud claim",),
        {
            "token_claims": {
                "iss": "https://oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3D4E5F60718293A4B5C6D7E8F90",
                "aud": ["vault"],
                "sub": "system:serviceaccount:shop:cart",
            }
        },
    ),
    "source identity that a command passes from a role": _Row(
        """$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/audit --role-session-name a --source-identity ana
An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/bastion/i-0a1b2c3d4e5f60718 is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::111122223333:role/audit
""",
        (
            "The call sets it with the option --source-identity.",
            "Add to an identity-based policy of the role bastion:",
            "Or assume the role without a source identity",
        ),
        ("a trust policy that names the caller itself is enough",),
    ),
    "source identity that Terraform passes for a user": _Row(
        """Error: Cannot assume IAM Role

  assume_role {
    role_arn        = "arn:aws:iam::111122223333:role/audit"
    source_identity = "ana"
  }
api error AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::111122223333:role/audit
""",
        ("source_identity in the block assume_role", "a trust policy that names the caller itself is enough"),
        ("Add to an identity-based policy",),
    ),
    "Regions of a boundary in the text, and the command": _Row(
        """$ aws ec2 describe-instances --region us-west-1
An error occurred (UnauthorizedOperation) when calling the DescribeInstances operation: You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/li is not authorized to perform: ec2:DescribeInstances with an explicit deny in an identity-based policy
{"Version": "2012-10-17", "Statement": [{"Sid": "Home", "Effect": "Deny", "Action": "*", "Resource": "*",
 "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-north-1"}}}]}
""",
        (
            "because aws:RequestedRegion is us-west-1, not eu-north-1",
            "Do this first: Call in eu-north-1",
        ),
    ),
    "Region that a line of the text allows, and the command": _Row(
        """# only eu-west-3 is allowed for us
$ aws sqs list-queues --region us-east-2 --profile lab
An error occurred (AccessDenied) when calling the ListQueues operation: User: arn:aws:sts::111122223333:assumed-role/lab/li is not authorized to perform: sqs:ListQueues on resource: arn:aws:sqs:us-east-2:111122223333:* with an explicit deny in a service control policy
""",
        ("Do this first: Call in eu-west-3, with --region eu-west-3",),
    ),
    "ID of the control policy in the text": _Row(
        """User: arn:aws:iam::111122223333:user/li is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy
p-0a1b2c3d:
{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*",
 "Condition": {"StringNotEquals": {"ec2:InstanceType": "t3.micro"}}}]}
""",
        ("the service control policy p-0a1b2c3d denies it unless ec2:InstanceType is t3.micro",),
    ),
    "role of a SecretStore and a key of another account": _Row(
        """Warning  UpdateFailed  external-secrets  error processing spec.data[0] (key: shop/db), err: AccessDeniedException: Access to KMS is not allowed
spec:
  provider:
    aws:
      service: SecretsManager
      region: us-east-2
      role: arn:aws:iam::111122223333:role/eso
KmsKeyId: arn:aws:kms:us-east-2:444455556666:key/0f1e2d3c-4b5a-6978-8899-aabbccddeeff
""",
        (
            "The role eso of External Secrets Operator is not allowed to use the KMS key",
            "The key is in account 444455556666 and the role ",
            '"Principal": {"AWS": "arn:aws:iam::111122223333:role/eso"}',
            "aws iam put-role-policy --role-name eso ",
        ),
        ("kubectl get externalsecret",),
    ),
    "given caller and a key of another account": _Row(
        """An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed
"KmsKeyId": "arn:aws:kms:eu-west-1:444455556666:key/0f1e2d3c-4b5a-6978-8899-aabbccddeeff"
""",
        (
            "The key is in account 444455556666 and the role ",
            '"Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}',
        ),
        facts={"caller": "arn:aws:iam::111122223333:role/app"},
    ),
    "bucket of query results in us-east-1, by a lookup before": _Row(
        """$ aws s3api get-bucket-location --bucket acme-results --profile bi
{
    "LocationConstraint": null
}
$ aws athena start-query-execution --query-string 'SELECT 1' --result-configuration OutputLocation=s3://acme-results/ --region eu-central-1 --profile bi
An error occurred (InvalidRequestException) when calling the StartQueryExecution operation: Unable to verify/create output bucket acme-results
""",
        ("the query runs in eu-central-1, but the bucket is in us-east-1",),
        ("aws s3api get-bucket-location",),
    ),
    "bucket of query results in the Region of the query": _Row(
        """An error occurred (InvalidRequestException) when calling the StartQueryExecution operation: Unable to verify/create output bucket acme-results
region_name: eu-central-1
$ aws s3api head-bucket --bucket acme-results
{
    "BucketRegion": "eu-central-1",
    "AccessPointAlias": false
}
""",
        (
            "Allow the caller to store results in the bucket",
            "belongs to another account that does not allow the caller",
        ),
        ("aws s3api get-bucket-location", "does not exist"),
    ),
    "Role with the type in another API group": _Row(
        """Error from server (Forbidden): ingresses.networking.k8s.io is forbidden: User "ana" cannot list resource "ingresses" in API group "networking.k8s.io" in the namespace "shop"
---
kind: Role
metadata: {}
---
  kind: Role
  metadata:
    labels:
      app: shop
    name: reader
  rules:
    - verbs: ["get", "list", "watch"]
      apiGroups: ["extensions"]
      resources: ["ingresses"]
""",
        (
            'the Role reader in the text has ingresses in the API group "extensions", but they are in the API group "networking.k8s.io"',
            "kubectl patch role reader -n shop",
            '"apiGroups":["networking.k8s.io"],"resources":["ingresses"],"verbs":["get","list","watch"]',
            "The old entry for ingresses has no effect: remove it.",
        ),
    ),
    "Role with the type in another API group, for an object with a name": _Row(
        """Error from server (Forbidden): deployments.apps "web" is forbidden: User "ana" cannot patch resource "deployments" in API group "apps" in the namespace "shop"
kind: Role
metadata:
  name: deployer
rules:
- apiGroups: [""]
  resources: [pods, deployments]
  verbs: [get, create, patch]
""",
        ('"apiGroups":["apps"],"resources":["deployments"],"verbs":["get","create","patch"]}',),
        ("resourceNames",),
    ),
    "Role in another namespace": _Row(
        """Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:ci:bot" cannot list resource "pods" in API group "" in the namespace "prod"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: pods
  namespace: staging
rules:
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["*"]
""",
        (
            "allows it only in the namespace staging, and the request is in prod",
            "Do this first: Allow this",
        ),
    ),
    "Role with names of objects": _Row(
        """Error from server (Forbidden): configmaps "b" is forbidden: User "ana" cannot get resource "configmaps" in API group "" in the namespace "shop"
kind: Role
metadata:
  name: one
rules:
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [a]
  verbs: [get]
""",
        ("allows get on configmaps only for a", '"resourceNames":["b"]'),
    ),
    "ClusterRole that kubectl describes": _Row(
        """Error from server (Forbidden): deployments.apps "cart" is forbidden: User "ana" cannot patch resource "deployments/scale" in API group "apps" in the namespace "shop"
$ kubectl describe clusterrole/scaler
Name:         scaler
Labels:       <none>
Annotations:  <none>
PolicyRule:
  Resources               Non-Resource URLs  Resource Names  Verbs
  ---------               -----------------  --------------  -----
  deployments.apps/scale  []                 []              [get patch]
""",
        (
            "the ClusterRole scaler in the text allows it, so no binding applies it to the user",
            "kubectl create rolebinding scaler-ana -n shop --clusterrole=scaler --user=ana",
        ),
    ),
    "keys of GovCloud in a commercial Region": _Row(
        """$ aws ec2 describe-vpcs --region us-gov-east-1
{
    "Vpcs": []
}
$ aws ec2 describe-vpcs --region us-west-2
An error occurred (AuthFailure) when calling the DescribeVpcs operation: AWS was not able to validate the provided access credentials
""",
        (
            "The credentials are valid, but only in AWS GovCloud: us-west-2 is in the commercial Regions",
            "aws ec2 describe-vpcs --region us-gov-east-1",
            "aws ec2 describe-vpcs --region us-west-2 --profile PROFILE_NAME",
        ),
        ("Check whether the access key exists", "aws configure set region"),
    ),
    "commercial caller in a Region of China": _Row(
        """$ aws sts get-caller-identity --query Arn --output text
arn:aws:iam::111122223333:user/li
$ aws sqs list-queues --region cn-north-1
An error occurred (InvalidClientTokenId) when calling the ListQueues operation: The security token included in the request is invalid.
""",
        (
            "cn-north-1 is in the Regions in China, which have their own accounts and keys",
            "The text shows the caller arn:aws:iam::111122223333:user/li",
        ),
        ("deleted",),
    ),
    "caller in PowerShell, with a translated position": _Row(
        """PS C:\\> Get-SQSQueue -ProfileName gov -Region us-gov-west-1
Get-SQSQueue : The security token included in the request is invalid.
In Zeile:1 Zeichen:1
+ Get-SQSQueue -ProfileName gov -Region us-gov-west-1
+ ~~~~~~~~~~~~
    + CategoryInfo          : InvalidOperation: (Amazon.PowerShe...etSQSQueueCmdlet:GetSQSQueueCmdlet) [Get-SQSQueue], InvalidOperationException
    + FullyQualifiedErrorId : Amazon.SQS.AmazonSQSException,Amazon.PowerShell.Cmdlets.SQS.GetSQSQueueCmdlet

PS C:\\> (Get-STSCallerIdentity -ProfileName gov -Region us-east-1).Arn
arn:aws:iam::111122223333:user/li
""",
        (
            "us-gov-west-1 is in AWS GovCloud, which has its own accounts and keys",
            "cannot be enabled",
            "Get-STSCallerIdentity -ProfileName gov -Region us-gov-west-1",
        ),
        ("deleted", "more failure"),
    ),
    "caller of another profile in another partition": _Row(
        """$ aws sts get-caller-identity --query Arn --output text --profile com
arn:aws:iam::111122223333:user/li
$ aws sqs list-queues --region us-gov-west-1 --profile gov
An error occurred (InvalidClientTokenId) when calling the ListQueues operation: The security token included in the request is invalid.
""",
        (),
        ("but only in the commercial Regions",),
    ),
    "service account without an annotation, as kubectl describes it": _Row(
        """$ kubectl logs deploy/exporter -n media
NoCredentialProviders: no valid providers in chain. Deprecated.
$ kubectl describe sa exporter -n media
Name:                exporter
Namespace:           media
Labels:              <none>
Annotations:         <none>
""",
        (
            "Derived The service account media/exporter has neither a role annotation",
            "The service account in the text has no annotation (IRSA)",
            "--service-account exporter",
        ),
        ("kubectl get serviceaccount",),
    ),
    "manifest of a service account without an annotation": _Row(
        """botocore.exceptions.NoCredentialsError: Unable to locate credentials
apiVersion: v1
kind: ServiceAccount
metadata:
  name: thumbs
  namespace: media
---
apiVersion: v1
kind: ServiceAccount
metadata:
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/other
  name: other
""",
        (),
        ("The service account in the text has no annotation (IRSA)",),
    ),
    "trust policy in the text with another account than the caller's": _Row(
        """An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/ci/run-9 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/deploy
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["222233334444"]}, "Action": "sts:AssumeRole"}]}
""",
        (
            "its trust policy trusts account 222233334444, but the caller is in account 111122223333",
            "Or call from account 222233334444, which the policy trusts already",
            "Then, as an administrator of 111122223333, which must allow the call, too, if it does not yet: aws iam put-role-policy",
        ),
    ),
    "ACL of another upload": _Row(
        """$ aws s3 cp index.html s3://cart-site/ --acl public-read
upload: ./index.html to s3://cart-site/index.html
$ aws s3 cp a.txt s3://cart-logs/x
upload failed: ./a.txt to s3://cart-logs/x An error occurred (AccessDenied) when calling the PutObject operation: Access Denied
""",
        ("S3 denied s3:PutObject on arn:aws:s3:::cart-logs/x",),
        ("public-read", "PutObjectAcl"),
    ),
    "ACL of the same upload, on a second line": _Row(
        """$ aws s3 ls s3://cart-site
$ aws s3 cp a.txt s3://cart-logs/x \\
    --acl public-read
upload failed: ./a.txt to s3://cart-logs/x An error occurred (AccessDenied) when calling the PutObject operation: Access Denied
""",
        ("Repeat it without --acl public-read",),
    ),
    "KMS key of another upload": _Row(
        """$ aws s3 cp a.txt s3://cart-logs/x
upload failed: ./a.txt to s3://cart-logs/x An error occurred (AccessDenied) when calling the PutObject operation: Access Denied
$ aws s3 cp a.txt s3://cart-site/x --sse aws:kms --sse-kms-key-id arn:aws:kms:eu-west-1:444455556666:key/11111111-2222-3333-4444-555555555555
upload: ./a.txt to s3://cart-site/x
""",
        ("S3 denied s3:PutObject on arn:aws:s3:::cart-logs/x",),
        ("444455556666",),
    ),
    "mapping of the administrators of OpenSearch": _Row(
        """{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/read/search] and User [name=arn:aws:iam::111122223333:role/cart, backend_roles=[arn:aws:iam::111122223333:role/cart], requestedTenant=null]"}]},"status":403}
{"all_access": {"hosts": [], "users": ["ana"], "backend_roles": ["arn:aws:iam::111122223333:role/ops"], "and_backend_roles": []}}
""",
        ("rolesmapping/cart",),
        ("rolesmapping/all_access",),
    ),
    "mapping of a role of OpenSearch that only reads": _Row(
        """{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk] and User [name=arn:aws:iam::111122223333:role/cart, backend_roles=[arn:aws:iam::111122223333:role/cart], requestedTenant=null]"}]},"status":403}
{"readall": {"hosts": [], "users": ["ana"], "backend_roles": [], "and_backend_roles": []}}
""",
        ("rolesmapping/cart",),
        ("rolesmapping/readall",),
    ),
    "mapping of OpenSearch with a masked account": _Row(
        """{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk] and User [name=arn:aws:iam::111122223333:role/cart, backend_roles=[arn:aws:iam::111122223333:role/cart], requestedTenant=null]"}]},"status":403}
{"writer": {"hosts": [], "users": [], "backend_roles": ["arn:aws:iam::XXXXXXXXXXXX:role/cart"], "and_backend_roles": []}}
""",
        ("rolesmapping/cart",),
        ("rolesmapping/writer", "XXXX"),
    ),
    "mapping of OpenSearch for a caller with a masked account": _Row(
        """{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk] and User [name=arn:aws:iam::11**********:user/web/cart, backend_roles=[], requestedTenant=null]"}]},"status":403}
{"writer": {"hosts": [], "users": ["arn:aws:iam::111122223333:user/web/cart"], "backend_roles": [], "and_backend_roles": []}}
""",
        ("rolesmapping/cart", "arn:aws:iam::ACCOUNT_ID:user/web/cart"),
        ("rolesmapping/writer", "000000000000"),
    ),
    "mapping of OpenSearch for callers with two roles": _Row(
        """{"error":{"root_cause":[{"type":"security_exception","reason":"no permissions for [indices:data/write/bulk] and User [name=arn:aws:iam::111122223333:role/cart, backend_roles=[arn:aws:iam::111122223333:role/cart], requestedTenant=null]"}]},"status":403}
{"writer": {"hosts": [], "users": [], "backend_roles": [], "and_backend_roles": ["arn:aws:iam::111122223333:role/cart", "ingest"]}}
""",
        ("rolesmapping/cart",),
        ("rolesmapping/writer", "to nobody"),
    ),
    "policy of another repository": _Row(
        """An error occurred (AccessDeniedException) when calling the CreateFunction operation: Lambda does not have permission to access the ECR image. Check the ECR permissions.
$ aws lambda create-function --function-name cart --code ImageUri=444455556666.dkr.ecr.eu-west-1.amazonaws.com/cart:1 --role arn:aws:iam::111122223333:role/cart
$ aws ecr get-repository-policy --repository-name films
{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}
""",
        ("The repository policy of cart in account 444455556666 does not allow lambda.amazonaws.com",),
        ("it allows only",),
    ),
    "ClusterRole that allows everything": _Row(
        """kind: ClusterRole
metadata:
  name: everything
rules:
- apiGroups: ["*"]
  resources: ["*"]
  verbs: ["*"]
---
Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:web:bot" cannot list resource "pods" in API group "" in the namespace "shop"
""",
        ("kubectl create role list-pods",),
        ("--clusterrole=everything",),
    ),
    "ClusterRole of administrators in another namespace": _Row(
        """kind: RoleBinding
metadata:
  name: bots
  namespace: web
roleRef:
  kind: ClusterRole
  name: admin
subjects:
- kind: ServiceAccount
  name: bot
  namespace: web
---
Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:web:bot" cannot list resource "pods" in API group "" in the namespace "shop"
""",
        ("applies only in the namespace web", "kubectl create role list-pods"),
        ("--clusterrole=admin",),
    ),
    "wrong name of the variable that is missing": _Row(
        """$ env | grep -o '^AWS_.*='
AWS_ACCESS_KEY_ID=
AWS_SECRET_KEY=
botocore.exceptions.PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY
""",
        ("Rename AWS_SECRET_KEY to AWS_SECRET_ACCESS_KEY",),
    ),
    "profile with half a key": _Row(
        "$ aws sqs list-queues --profile depot\n\nPartial credentials found in shared-credentials-file, missing: aws_secret_access_key\n",
        (
            "aws configure --profile depot",
            "delete the keys of the profile from ~/.aws/credentials",
            "A user can have two keys",
            "aws iam create-access-key --user-name USER_NAME",
            "aws iam delete-access-key",
        ),
        ("aws configure list",),
    ),
    "profile with half a key, in the SDK for Go": _Row(
        "SharedCredsLoad: shared credentials depot in /home/lu/.aws/credentials did not contain aws_access_key_id\n",
        ("aws configure --profile depot",),
        ("aws configure list", "create-access-key"),
    ),
    "endpoint of another Region than that in the code": _Row(
        f'sns = boto3.client("sns", endpoint_url="https://sns.eu-west-1.amazonaws.com", region_name="us-west-2")\n{_SCOPED}',
        (
            'the endpoint of its Region, us-west-2. To call eu-west-1, keep it, and set region_name="eu-west-1"',
        ),
        ("which must be",),
    ),
    "endpoint of another Region than that of the signature": _Row(
        f"AWS_ENDPOINT_URL_SNS=https://sns.eu-west-1.amazonaws.com\n{_SCOPED}",
        ("To call eu-west-1, keep it, and set the client's Region to eu-west-1.",),
        ("which must be",),
    ),
    "user in a cluster that has only aws-auth": _Row(
        f"{_LOGGED_OUT}$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/depot/lu\n",
        (
            "first: Map the user lu in aws-auth if it has no entry, as someone with access",
            "--arn arn:aws:iam::111122223333:user/depot/lu --group GROUP --no-duplicate-arns",
            "- userarn: arn:aws:iam::111122223333:user/depot/lu",
            "If kubectl is meant to use another profile (or --role-arn): aws eks update-kubeconfig",
            "Or change the authentication mode to API_AND_CONFIG_MAP, which cannot be undone",
        ),
        ("rolearn", "create-access-entry"),
        {"cluster": "depot", "region": "eu-west-1", "authentication_mode": "CONFIG_MAP"},
    ),
    "unknown caller in a cluster that has only aws-auth": _Row(
        _LOGGED_OUT,
        (
            "first: Find out which identity kubectl uses",
            "PRINCIPAL_ARN is the ARN of the role without its path",
        ),
        ("Map the",),
        {"cluster": "depot", "region": "eu-west-1", "authentication_mode": "CONFIG_MAP"},
    ),
    "half a key in the environment": _Row(
        "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY\n",
        ("env | grep -o '^AWS_[A-Z_]*'", "Or, to use other credentials", "unset AWS_ACCESS_KEY_ID"),
        ("aws configure",),
    ),
    "path of a query's data, not of its results": _Row(
        """$ aws athena start-query-execution --query-string "select 1" --result-configuration OutputLocation=s3://cart-results/ana/
An error occurred (AccessDeniedException) when calling the StartQueryExecution operation: Insufficient permissions to execute the query. Access Denied (Path: s3://cart-data/orders/part-0.parquet)
""",
        ("Athena was denied access to arn:aws:s3:::cart-data/orders/part-0.parquet",),
        ("cart-results",),
    ),
    "temporary access key in the environment of a program that sends by SMTP": _Row(
        """AWS_ACCESS_KEY_ID=ASIAEXAMPLE000000042
server = smtplib.SMTP("email-smtp.eu-west-1.amazonaws.com", 587)
server.login(SMTP_USER, SMTP_PASSWORD)
smtplib.SMTPAuthenticationError: (535, b'Authentication Credentials Invalid')
""",
        ("SMTP credentials have their own password",),
        ("ASIAEXAMPLE",),
    ),
    "accounts in which a program did not assume a role": _Row(
        """deploy: 222233334444 ok
deploy: 333344445555 skipped, 222233334444 is done
User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/deploy
""",
        ("it worked in account 222233334444,",),
        ("333344445555",),
    ),
    "role of RBAC that states no namespace": _Row(
        """kind: Role
metadata:
  name: reader
rules:
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["list"]
---
Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:web:bot" cannot list resource "pods" in API group "" in the namespace "shop"
""",
        ("allows it, so it is in another namespace, or no binding applies it to the user",),
    ),
    "role of IAM Identity Center in a trust policy of its own account": _Row(
        """User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/deploy because no resource-based policy allows the sts:AssumeRole action
""",
        (
            '"Principal": {"AWS": "arn:aws:iam::111122223333:root"}',
            "role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Ops_0123456789abcdef",
        ),
        ("PATH",),
    ),
    "list of objects that a rule names": _Row(
        """Error from server (Forbidden): secrets is forbidden: User "arn:aws:sts::111122223333:assumed-role/ops/ana" cannot list resource "secrets" in API group "" in the namespace "web"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: few, namespace: web}
rules:
- apiGroups: [""]
  resources: ["secrets"]
  resourceNames: ["db", "mail"]
  verbs: ["get", "list"]
""",
        (
            "only for db and mail, and a request to list secrets names no object",
            "kubectl get secrets db -n web",
            "--field-selector metadata.name=db",
            "RBAC cannot filter a list by name",
        ),
        ("kubectl patch role",),
    ),
    "list of a controller that a rule limits to names": _Row(
        """Error from server (Forbidden): configmaps is forbidden: User "system:serviceaccount:web:sync" cannot watch resource "configmaps" in API group "" in the namespace "web"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: few, namespace: web}
rules:
- apiGroups: [""]
  resources: ["configmaps"]
  resourceNames: ["flags"]
  verbs: ["watch"]
""",
        (
            "Add the rule to the Role few, without resourceNames",
            "It opens all configmaps in the namespace web",
        ),
        ("Name the object",),
    ),
    "output of a command as that of a credential process": _Row(
        """botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from custom-process: Unsupported version '<Version not provided>' for credential process provider, supported versions: 1
[profile lab]
credential_process = /opt/lab-creds
/opt/lab-creds:
aws sts assume-role --profile base --role-arn arn:aws:iam::111122223333:role/lab --role-session-name ana
Is boto3 too old?
""",
        (
            "prints the output of aws sts assume-role as it is: its keys are below Credentials",
            "[profile lab] role_arn = arn:aws:iam::111122223333:role/lab source_profile = base",
            "jq '{Version: 1} + .Credentials'",
            "Another version of the SDK does not help",
        ),
        ("Run the program by hand",),
    ),
    "credential process that prints another form": _Row(
        """botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from custom-process: Missing required key in response: AccessKeyId
[profile lab]
credential_process = /opt/lab-creds
aws sts assume-role --role-arn arn:aws:iam::111122223333:role/lab --role-session-name ana | jq .Credentials
""",
        (
            "printed JSON of another form than SDKs expect",
            "aws configure get credential_process --profile lab",
        ),
        ("as it is",),
    ),
    "condition of an endpoint's policy that packages do not meet": _Row(
        """Status code: 403 for https://al2023-repos-eu-west-1-de612dc2.s3.dualstack.eu-west-1.amazonaws.com/core/mirror.list
[root@ip-10-0-0-4 ~]# S3 gateway endpoint policy, and the role has s3:GetObject on the bucket:
{"Statement": [{"Sid": "Repos", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::al2023-repos-eu-west-1-de612dc2/*",
 "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333", "aws:SourceVpc": "vpc-0a1b2c3d4e5f60718"}}}]}
""",
        (
            "the statement Repos in the policy of the S3 endpoint allows it only with a condition on aws:PrincipalAccount",
            "send requests without a signature",
            '"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-0a1b2c3d4e5f60718"}}}',
        ),
        ("the credentials of", "attach-role-policy", "BucketOfAws"),
    ),
    "condition of an endpoint's policy for all buckets": _Row(
        """Status code: 403 for https://al2023-repos-eu-west-1-de612dc2.s3.dualstack.eu-west-1.amazonaws.com/core/mirror.list
S3 gateway endpoint policy:
{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}]}
""",
        ("only with a condition on aws:PrincipalOrgID", "BucketOfAws"),
        ("Remove the condition",),
    ),
    "app client that an identity pool lists": _Row(
        """NotAuthorizedException: Token is not from a supported provider of this identity pool.
"aud": "5web1client0example0id7"
"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E", "ClientId": "5web1client0example0id7"
""",
        ("does not list the token's provider",),
        ("lists only",),
    ),
    "statement for another service of a similar name": _Row(
        """User: arn:aws:sts::111122223333:assumed-role/jobs/run is not authorized to perform: emr-serverless:StartJobRun on resource: arn:aws:emr-serverless:eu-west-1:111122223333:/applications/00f1a2b3c4d5e6f7 because no identity-based policy allows the emr-serverless:StartJobRun action
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "elasticmapreduce:*", "Resource": "*"}]}
""",
        ("those of elasticmapreduce: are for EMR on EC2, and have no effect here",),
    ),
    "execution role of a task without a task role": _Row(
        """User: arn:aws:sts::111122223333:assumed-role/hosts/i-0123456789abcdef0 is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-west-1:111122223333:parcels because no identity-based policy allows the sns:Publish action
I added sns:Publish to the role of the task.
{"family": "parcels", "executionRoleArn": "arn:aws:iam::111122223333:role/parcels", "requiresCompatibilities": ["EC2"]}
""",
        (
            "The execution role parcels is for the ECS agent",
            "Allow sns:Publish on arn:aws:sns:eu-west-1:111122223333:parcels for the task role",
        ),
        ("put-role-policy",),
    ),
    "queue policy for Lambda, which polls with its role": _Row(
        """CREATE_FAILED AWS::Lambda::EventSourceMapping Parcels Resource handler returned message: "Invalid request provided: The provided execution role does not have permissions to call ReceiveMessage on SQS (Service: Lambda, Status Code: 400)"
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sqs:ReceiveMessage, Resource: "*"}
  Parcels:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Inbox.Arn}
""",
        (
            "the queue policy for that has no effect, and can be removed",
            '"Resource": {"Fn::GetAtt": ["Inbox", "Arn"]}',
        ),
        ("ACCOUNT_ID:QUEUE_NAME",),
    ),
    "permission of SQS to invoke a function that polls": _Row(
        """Error: creating Lambda Event Source Mapping (arn:aws:sqs:eu-west-1:111122223333:parcels): operation error Lambda: CreateEventSourceMapping, https response error StatusCode: 400, InvalidParameterValueException: The provided execution role does not have permissions to call ReceiveMessage on SQS
resource "aws_lambda_permission" "sqs" {
  principal = "sqs.amazonaws.com"
}
""",
        ("the permission for sqs.amazonaws.com can be removed",),
        ("the queue policy for that",),
    ),
    "mount of a dev container with the config file only": _Row(
        """botocore.exceptions.SSOTokenLoadError: Error loading SSO Token: Token for corp does not exist
.devcontainer/devcontainer.json: "mounts": ["source=${localEnv:HOME}/.aws/config,target=/home/vscode/.aws/config,type=bind,readonly"]
""",
        (
            "source=${localEnv:HOME}/.aws,target=/home/vscode/.aws,type=bind",
            "Dev Containers: Rebuild Container",
            "--use-device-code",
        ),
        ("docker run",),
    ),
    "trust policy of IAM Roles Anywhere with the condition of the command": _Row(
        """$ aws_signing_helper credential-process --trust-anchor-arn arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 --role-arn arn:aws:iam::111122223333:role/batch
operation error RolesAnywhere: CreateSession, https response error StatusCode: 403, AccessDeniedException: Unable to assume role for arn:aws:iam::111122223333:role/batch
""",
        ("It accepted the certificate. The condition on aws:SourceArn is right, and stays.",),
        (),
        {
            "trust_policy": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": {
                            "ArnEquals": {
                                "aws:SourceArn": "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
                            }
                        },
                    }
                ]
            }
        },
    ),
    "role of another namespace, which no rule would make apply": _Row(
        """Error from server (Forbidden): secrets "mail" is forbidden: User "system:serviceaccount:shop:web" cannot get resource "secrets" in API group "" in the namespace "shop"
kind: Role
metadata:
  name: few
  namespace: tools
rules:
- apiGroups: [""]
  resources: ["secrets"]
  resourceNames: ["db"]
  verbs: ["get"]
""",
        ("kubectl create role get-secrets-mail -n shop",),
        ("kubectl patch", "-n tools"),
    ),
    "setting of the module in a comment": _Row(
        """Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/deploy): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.
  with module.eks.aws_eks_access_entry.this["deploy"],
# enable_cluster_creator_admin_permissions = true
""",
        ("terraform import",),
        ("the module declares two",),
    ),
    "setting of the module, and who runs it": _Row(
        """# applied with the module, run by role deploy
Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/deploy): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.
  with module.eks.aws_eks_access_entry.this["deploy"],
  enable_cluster_creator_admin_permissions = true
""",
        (
            "role deploy, because the module declares two",
            "Derived",
            "give it policy_associations",
        ),
        ("most likely", "Possible", "describe-access-entry"),
    ),
    "entry with access policies, and its twin in the run": _Row(
        """module.eks.aws_eks_access_entry.this["cluster_creator"]: Creation complete after 1s [id=shop:arn:aws:iam::111122223333:role/deploy]
Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/deploy): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.
  with module.eks.aws_eks_access_entry.this["deploy"],
  enable_cluster_creator_admin_permissions = true
  access_entries = {
    deploy = {
      principal_arn = "arn:aws:iam::111122223333:role/deploy"
      policy_associations = {
        view = { policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", access_scope = { type = "cluster" } }
      }
    }
  }
""",
        (
            "cluster_creator, for the identity that runs Terraform, and deploy of access_entries",
            "creates cluster_creator, and this run has done so.",
            "runs Terraform, and set enable_cluster_creator_admin_permissions = false",
        ),
        ("most likely", "give it policy_associations", "describe-access-entry"),
    ),
    "entry without access policies beside one that has them": _Row(
        """Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/deploy): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.
  with module.eks.aws_eks_access_entry.this["deploy"],
  enable_cluster_creator_admin_permissions = true
  access_entries = {
    deploy = {
      principal_arn = "arn:aws:iam::111122223333:role/deploy"
      # policy_associations = { view = {} }
      policy_associations = {}
    }
    ops = { policy_associations = { view = { policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy" } } }
  }
""",
        ("give it policy_associations", "aws eks describe-access-entry --cluster-name shop"),
        ("this run has done so",),
    ),
    "setting of the module, and nobody who runs it": _Row(
        """Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/deploy): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.
  with module.eks.aws_eks_access_entry.this["deploy"],
  enable_cluster_creator_admin_permissions = true
""",
        (
            "role deploy, most likely because the module declares two",
            "aws eks describe-access-entry --cluster-name shop",
        ),
        ("Derived",),
    ),
    "command that the program no longer runs": _Row(
        """Error when retrieving credentials from custom-process: Unsupported version 'None' for credential process provider, supported versions: 1
[profile dev]
credential_process = /opt/get.sh
The script does not run aws sts assume-role any more, it reads a vault.
""",
        ("printed JSON of another form than SDKs expect",),
        ("as it is", "jq"),
    ),
    "tool that did not send the request": _Row(
        "An error occurred (InvalidRequest) when calling the GetObject operation: The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.\nNot s3cmd, our own client.\n",
        ("aws configure set default.s3.signature_version s3v4",),
        ("pip install",),
    ),
    "permission of a token in the log of its job": _Row(
        "##[group]GITHUB_TOKEN Permissions\nContents: read\nIdToken: write\n##[endgroup]\nError: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\n",
        ("The SDK found no credentials",),
        ("The permissions of the workflow lack id-token: write",),
    ),
    "variable of another program": _Row(
        "botocore.exceptions.PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY\nAWS_SECRET_KEY is what the old tool reads\n",
        ("Set AWS_SECRET_ACCESS_KEY",),
        ("Rename",),
    ),
    "audience that an identity pool does not accept": _Row(
        "An error occurred (NotAuthorizedException) when calling the GetId operation: Invalid login token. Incorrect token audience.\n",
        ("Amazon Cognito rejected the sign-in", "aud"),
        ("STS rejects", "eks.amazonaws.com"),
    ),
}


@check_rows("row", _ROWS.values(), ids=_ROWS)
def test_neighbouring_values(row: _Row) -> None:
    """The short explanation uses the value, and does not ask for it."""
    shown = str(explain(row.text, facts=row.facts))
    words = " ".join(shown.split())
    assert [each for each in row.shown if each not in words] == []
    assert [each for each in row.hidden if each in words] == []


_SIMULATED = 'An error occurred (AccessDeniedException) when calling the GetItem operation: User: arn:aws:sts::111122223333:assumed-role/films/job is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/films because no identity-based policy allows the dynamodb:GetItem action\naws iam simulate-principal-policy --policy-source-arn arn:aws:iam::111122223333:role/{0}\n{{"EvaluationResults": [{{"EvalActionName": "dynamodb:GetItem", "EvalResourceName": "{1}", "EvalDecision": "allowed"}}]}}'


@check_rows(
    ("role", "resource", "is_own"),
    [
        ("films", "*", True),
        ("team/films", "arn:aws:dynamodb:eu-west-1:111122223333:table/films", True),
        ("trips", "*", False),
        ("films", "arn:aws:dynamodb:eu-west-1:111122223333:table/trips", False),
    ],
)
def test_simulation_of_the_denied_call(role: str, resource: str, *, is_own: bool) -> None:
    summary = explain(_SIMULATED.format(role, resource)).summary
    assert ("the simulation in the text allows it" in summary) is is_own


_SOURCE = "An error occurred (InvalidParameterValueException) when calling the CreateEventSourceMapping operation: The function execution role does not have permissions to call ReceiveMessage on SQS\n"


def test_role_of_another_function() -> None:
    role = "arn:aws:iam::111122223333:role/trips-exec"
    called = "aws lambda create-event-source-mapping --function-name {}\nThe function trips has the execution role {}."
    assert "the execution role trips-exec" in explain(_SOURCE + called.format("trips", role)).summary
    assert "trips-exec" not in explain(_SOURCE + called.format("films", role)).to_text(detail="full")


def test_statement_of_a_command_has_no_reference() -> None:
    """IAM accepts no reference of Terraform, and a command has a statement for IAM."""
    code = 'resource "aws_lambda_event_source_mapping" "films" {\n  event_source_arn = aws_sqs_queue.films.arn\n}\n'
    assert "aws_sqs_queue.films" not in str(explain(_SOURCE + code).remedies[0].policy)


_LAYERS = "Status code: 403 for https://al2023-repos-eu-west-1-de612dc2.s3.dualstack.eu-west-1.amazonaws.com/core/mirrors/2023/x86_64/mirror.list\nvpce-0a1b2c3d4e5f60718 has this policy: "


@pytest.mark.parametrize(("resource", "is_allowed"), [("al2023-repos-*", True), ("films", False)])
def test_policy_of_an_endpoint_that_allows_the_packages(resource: str, *, is_allowed: bool) -> None:
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{resource}/*"}}]}}'
    explanation = explain(_LAYERS + policy)
    assert ("the policy in the text allows it" in explanation.summary) is is_allowed
    assert ("the route table" in explanation.remedies[0].title) is is_allowed


def test_change_of_another_permission_set() -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Films_0123456789abcdef/ana is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/films because no identity-based policy allows the dynamodb:GetItem action\n"
    said = "We ran put-inline-policy-to-permission-set for {} permission set."
    assert "was not provisioned" in explain(denied + said.format("the")).summary
    assert "was not provisioned" not in explain(denied + said.format("another")).summary


def test_denials_of_a_name_with_and_without_its_account() -> None:
    """A retyped denial names the caller without its ARN."""
    retyped = "User: studio is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders with an explicit deny in a service control policy\n"
    other = 'User: arn:aws:sts::111122223333:assumed-role/studio/ana is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::logs/a" with an explicit deny in an identity-based policy\n'
    shown = " ".join(str(explain(f"{retyped}\n{other}")).split())
    assert "2 denials of 2 principals (studio and studio in 111122223333)" in shown
