"""The first line states the decisive fact of the text, and the first remedy is for it."""

from __future__ import annotations

import json
import re

import pytest

from iamtriage import explain
from tests.tables import check_rows

TRUST = {
    "Effect": "Allow",
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
}
GITHUB = "token.actions.githubusercontent.com"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
NOT_TRUSTED = "WebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403\n\n"


def _trust(**changes: object) -> str:
    return NOT_TRUSTED + json.dumps({"Version": "2012-10-17", "Statement": [{**TRUST, **changes}]})


def _eks(key: str, value: str) -> str:
    provider = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{EKS}"}
    return _trust(Principal=provider, Condition={"StringEquals": {key: value}})


def _rejected_url(method: str, headers: str, names: str) -> str:
    query = f"X-Amz-Date=20261125T093012Z&amp;X-Amz-SignedHeaders={names.replace(';', '%3B')}"
    message = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    return f"<Error><Code>SignatureDoesNotMatch</Code><Message>{message}</Message><CanonicalRequest>{method}\n/a\n{query}\n{headers}\n\n{names}\nUNSIGNED-PAYLOAD</CanonicalRequest></Error>"


_IN_CONTAINER = "[ec2-user@ip-10-0-3-7 ~]$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/films/i-0f1e2d3c4b5a69788\n[ec2-user@ip-10-0-3-7 ~]$ docker run films\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n"


def _print_table(limit: int) -> str:
    border = "+------+-----+------+"
    query = "Reservations[].Instances[].MetadataOptions.{HttpEndpoint:HttpEndpoint,HttpPutResponseHopLimit:HttpPutResponseHopLimit,HttpTokens:HttpTokens}"
    command = (
        f"$ aws ec2 describe-instances --query '{query}' --output table\n-------\n| DescribeInstances |\n"
    )
    return f"{command}{border}\n| HttpEndpoint | HttpPutResponseHopLimit | HttpTokens |\n{border}\n|  enabled  |  {limit}  |  required  |\n{border}\n"


_WORKSPACE = "https://aps-workspaces.us-east-2.amazonaws.com/workspaces/ws-1/api/v1/remote_write"
_SCOPED = '{"message":"Credential should be scoped to a valid region. "}'
_SCOPED_STS = "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Credential should be scoped to a valid region."
_QUEUE_POLLED = (
    "poll failed https://sqs.us-east-2.amazonaws.com/111122223333/teas\ncom.amazonaws.services.sqs.model.AmazonSQSException: "
    "Credential should be scoped to a valid region, not 'eu-west-1'. (Service: AmazonSQS; Status Code: 403; Error Code: SignatureDoesNotMatch; Request ID: 0a1b)"
)
_UNKNOWN_KEY = "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 0a1b, InvalidClientTokenId: The security token included in the request is invalid."
_UNMAPPED = (
    'error="ARN is not mapped: arn:aws:iam::111122223333:role/cirunner" method=POST path=/authenticate'
)

_UPSTREAM = "error making upstream request: received error code 403 from STS: <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region, not '{}'. </Message></Error></ErrorResponse>"

_UNKNOWN_KEYS = "UnrecognizedClientException: The security token included in the request is invalid."

_ID = "5b1f0c7e-2d3a-4e6f-8a9b-0c1d2e3f4a5b"
_CANNOT_ASSUME = "│ Error: Cannot assume IAM Role\n│ IAM Role (arn:{}:iam::111122223333:role/stacks) cannot be assumed.\n│ Error: operation error STS: AssumeRole, https response error"

# The text, a part of the first line, and a part of the first remedy: its title, steps, policy or commands.
CASES = {
    "program-in-the-journal": (
        "Nov 24 03:00:04 web-1 orders-sync[812]: botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "found no credentials in the systemd unit",
        "sudo systemctl edit orders-sync",
    ),
    "region-of-another-partition": (
        "An error occurred (InvalidClientTokenId) when calling the AssumeRoleWithWebIdentity operation: The security token included in the request is invalid\nrole: arn:aws-cn:iam::111122223333:role/app\nenv:\n- name: AWS_REGION\n  value: eu-west-1",
        "the Region of the SDK is eu-west-1, and STS there accepts no roles in aws-cn",
        "AWS_REGION=REGION AWS_DEFAULT_REGION=REGION",
    ),
    "noted-unit": (
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n# unit: User=orders, ExecStart=/usr/bin/python3 sync.py",
        "found no credentials in the systemd unit",
        "set User= to the user who has the credentials",
    ),
    "noted-subject": (
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\ntrust policy: StringLike token.actions.githubusercontent.com:sub = repo:acme/web:ref:refs/heads/main\n# the job has: environment: production",
        "expects the subject repo:acme/web:ref:refs/heads/main, and the token has repo:acme/web:environment:production",
        "Accept the token's subject in the trust policy",
    ),
    "function-in-its-log": (
        '[ERROR] AccessDeniedException: An error occurred (AccessDeniedException) when calling the PutItem operation: User: arn:aws:sts::111122223333:assumed-role/orders-role-x1y2z3/orders is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders because no identity-based policy allows the dynamodb:PutItem action\nTraceback (most recent call last):\n  File "/var/task/app.py", line 12, in lambda_handler',
        "The role orders-role-x1y2z3 of the Lambda function orders was",
        "Allow dynamodb:PutItem for the role orders-role-x1y2z3",
    ),
    "action-of-an-iot-rule": (
        '{"failures": [{"failedAction": "OpenSearchAction", "failedResource": "orders", "errorMessage": "Failed to index document in OpenSearch.  The error received was Forbidden. Message arrived on: plant/a, Action: openSearch"}]}',
        "The role of the rule's OpenSearch action lacks the permissions",
        "es:ESHttpPut",
    ),
    "role-of-a-migration": (
        "Last Error Failed to assume role ARN 'arn:aws:iam::111122223333:role/orders-dms'. Task error notification received from subtask 0, thread 0",
        "The service cannot assume the role orders-dms",
        "update-assume-role-policy --role-name orders-dms",
    ),
    "rust-without-a-message": (
        'Error: ServiceError { err: HeadObjectError { kind: Unhandled(Error { code: None, message: None, request_id: None, extras: {} }) }, raw: Response { inner: Response { status: 403, headers: {"x-amz-request-id": "0A1B2C3D4E5F6A7B", "content-type": "application/xml"}, body: SdkBody { inner: Once(None) } } } }',
        "the message names no action",
        "get-caller-identity",
    ),
    "role-of-a-backup-plan": (
        "The IAM role arn:aws:iam::111122223333:role/backup does not have sufficient permissions to execute the backup",
        "The role of the backup plan, backup, lacks the permissions",
        "AWSBackupServiceRolePolicyForBackup",
    ),
    "java-without-region": (
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to load region from any of the providers in the chain software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain@1b: [software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider@2c: Unable to load region from system settings.]",
        "No Region is set where the call runs",
        "AWS_REGION",
    ),
    "project-and-branch-of-gitlab": (
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\nERROR: Job failed: exit code 254\nCI_PROJECT_PATH=acme/shop CI_COMMIT_REF_NAME=main",
        "most likely, the role's trust policy does not allow the subject",
        "project_path:acme/shop:ref_type:branch:ref:main",
    ),
    "several-resources-of-a-call": (
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: rds:CreateDBInstance on resource: arn:aws:rds:eu-west-1:111122223333:subgrp:default because no identity-based policy allows the rds:CreateDBInstance action",
        "was denied rds:CreateDBInstance",
        "on the other resources of the call, too (DB instance, option group and parameter group)",
    ),
    "several-resources-of-a-call-under-a-boundary": (
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: rds:CreateDBInstance on resource: arn:aws:rds:eu-west-1:111122223333:db:orders because no permissions boundary allows the rds:CreateDBInstance action",
        "its permissions boundary does not allow it",
        "too (option group, parameter group and subnet group)",
    ),
    "transform-of-a-template": (
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:aws:transform/Serverless-2016-10-31 because no identity-based policy allows the cloudformation:CreateChangeSet action",
        "was denied cloudformation:CreateChangeSet",
        "transform of the template",
    ),
    "bucket-of-a-stack": (
        'CREATE_FAILED | AWS::S3::Bucket | Logs | Resource handler returned message: "Access Denied (Service: S3, Status Code: 403, Request ID: 0A1B2C3D4E5F6071, Extended Request ID: x=)" (RequestToken: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9, HandlerErrorCode: AccessDenied)',
        "S3 denied a call for Logs (AWS::S3::Bucket)",
        "s3:PutBucketTagging",
    ),
    "region-of-the-settings": (
        "$ aws configure get region\nme-south-1\n$ aws sts get-caller-identity\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid",
        "in me-south-1: most likely, the account has not enabled this Region",
        "me-south-1",
    ),
    "region-in-the-list-of-settings": (
        "    region               me-south-1      config-file    ~/.aws/config\n$ aws sts get-caller-identity\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid",
        "in me-south-1: most likely, the account has not enabled this Region",
        "me-south-1",
    ),
    "topic": (
        "AuthorizationError: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:111122223333:alerts because no identity-based policy allows the SNS:Publish action",
        "was denied sns:Publish on",
        "Allow sns:Publish",
    ),
    "vault-login": (
        f"Error authenticating: Error making API request.\nURL: PUT https://vault.example.com:8200/v1/auth/aws/login\nCode: 400. Errors:\n* {_UPSTREAM.format('eu-west-1')}",
        "The Vault server sent the client's STS request to the global endpoint",
        "vault write auth/aws/config/client sts_endpoint=https://sts.eu-west-1.amazonaws.com sts_region=eu-west-1",
    ),
    "vault-with-endpoint": (
        f"sts_endpoint               https://sts.eu-west-2.amazonaws.com\nError authenticating: {_UPSTREAM.format('us-east-1')}",
        "https://sts.eu-west-2.amazonaws.com, which its configuration names",
        "vault login -method=aws region=eu-west-2",
    ),
    "opensearch-role": (
        '{"error":{"type":"security_exception","reason":"no permissions for [indices:data/read/search] and User [name=arn:aws:iam::111122223333:role/logs-reader, backend_roles=[arn:aws:iam::111122223333:role/logs-reader], requestedTenant=null]"},"status":403}',
        "OpenSearch denied the role logs-reader the permission indices:data/read/search",
        '{"backend_roles":["arn:aws:iam::111122223333:role/logs-reader"]}',
    ),
    "account-without-role": (
        "failed to mount secrets store objects for pod shop/cart-7d9, err: rpc error: code = Unknown desc = eu-west-1: An IAM role must be associated with service account cart (namespace: shop)",
        "The service account shop/cart has no IAM role",
        "kubectl annotate serviceaccount cart --namespace shop",
    ),
    "agent-unreachable": (
        'Error when retrieving credentials from container-role: Error retrieving metadata: Received error when attempting to retrieve container metadata: Connect timeout on endpoint URL: "http://169.254.170.23/v1/credentials"',
        "cannot reach the EKS Pod Identity Agent",
        "NO_PROXY",
    ),
    "exec-into-a-pod": (
        'Error from server (Forbidden): pods "cart-7d9" is forbidden: User "ana" cannot create resource "pods/exec" in API group "" in the namespace "shop"',
        "not authorized to create pods/exec",
        "kubectl create role create-pods-exec -n shop --verb=create --resource=pods/exec\n",
    ),
    "registry-of-other-region": (
        "$ aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com\nError response from daemon: login attempt to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/ failed with status: 400 Bad Request",
        "it is for us-east-1, and the registry is in eu-west-1",
        "aws ecr get-login-password --region eu-west-1",
    ),
    "nodes-not-joined": (
        "waiting for EKS Node Group (orders:ng-1) create: unexpected state 'CREATE_FAILED'. last error: i-0a1b2c3d4e5f60718: NodeCreationFailure: Instances failed to join the kubernetes cluster",
        "The instances started, but the nodes did not join the cluster in time",
        "aws eks describe-nodegroup --cluster-name orders",
    ),
    "old-token-program": (
        "error: exec plugin is configured to use API version client.authentication.k8s.io/v1beta1, plugin returned version client.authentication.k8s.io/v1alpha1",
        "the AWS CLI is too old",
        "aws eks update-kubeconfig",
    ),
    "eksctl-without-credentials": (
        "Error: checking AWS STS access – cannot get role ARN for current session: operation error STS: GetCallerIdentity, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded",
        "The SDK found no credentials",
        "aws configure sso",
    ),
    "roles-anywhere": (
        "$ aws_signing_helper credential-process --role-arn arn:aws:iam::111122223333:role/onprem\nAccessDeniedException: Unable to assume role for arn:aws:iam::111122223333:role/onprem",
        "rolesanywhere.amazonaws.com cannot assume the role onprem",
        "sts:SetSourceIdentity",
    ),
    "principal-with-wildcard": (
        'An error occurred (MalformedPolicyDocument) when calling the UpdateAssumeRolePolicy operation: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/orders-*"',
        "must not contain a wildcard",
        "a condition on aws:PrincipalArn, which supports wildcards",
    ),
    "bucket-policy-with-wildcard": (
        'An error occurred (MalformedPolicy) when calling the PutBucketPolicy operation: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/orders-*"',
        "must not contain a wildcard",
        "a condition on aws:PrincipalArn, which supports wildcards",
    ),
    "service-misspelled": (
        'An error occurred (MalformedPolicyDocument) when calling the CreateRole operation: Invalid principal in policy: "SERVICE":"lamda.amazonaws.com"',
        "lamda.amazonaws.com",
        "lambda.amazonaws.com is meant",
    ),
    "inspected-tls": (
        "botocore.exceptions.SSLError: SSL validation failed for https://eks.eu-west-1.amazonaws.com/clusters [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate",
        "does not trust the certificate that it got for eks.eu-west-1.amazonaws.com",
        "export AWS_CA_BUNDLE",
    ),
    "inspected-tls-of-cli": (
        "C:\\Users\\ana> aws s3 ls --profile dev\n\nSSL validation failed for https://s3.eu-west-1.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1000)\n\nC:\\Users\\ana> echo %HTTPS_PROXY%\nhttp://ana:secret@proxy.example.com:8080",
        "most likely, it is that of the proxy proxy.example.com.",
        "$env:AWS_CA_BUNDLE = ",
    ),
    "inspected-tls-of-powershell": (
        "PS C:\\> aws s3 ls\nSSL validation failed for https://s3.eu-west-1.amazonaws.com/ [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
        "No request reached AWS, so no credentials or permissions were checked.",
        "$env:AWS_CA_BUNDLE = ",
    ),
    "inspected-tls-of-java": (
        "software.amazon.awssdk.core.exception.SdkClientException: Unable to execute HTTP request: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException",
        "does not trust the certificate that it got for the AWS endpoint",
        "keytool -importcert -cacerts",
    ),
    "inspected-tls-of-node": (
        "CredentialsProviderError: Could not load credentials from any providers: self-signed certificate in certificate chain",
        "a proxy inspects TLS connections",
        "export NODE_EXTRA_CA_CERTS=",
    ),
    "inspected-tls-of-docker": (
        'Error response from daemon: Get "https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        "got for 111122223333.dkr.ecr.eu-west-1.amazonaws.com",
        "sudo update-ca-certificates",
    ),
    "certificate-expired": (
        'Post "https://sts.eu-west-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
        "this machine's clock is wrong",
        "Compare the output of date -u",
    ),
    "certificate-of-other-host": (
        'operation error S3: GetObject, https response error StatusCode: 0, RequestID: , request send failed, Get "https://a.b.s3.eu-west-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate is valid for s3.eu-west-1.amazonaws.com, *.s3.eu-west-1.amazonaws.com, not a.b.s3.eu-west-1.amazonaws.com',
        "it is for another host name",
        "path-style addressing",
    ),
    "tls-cut": (
        "SSL validation failed for https://s3.eu-west-1.amazonaws.com/ EOF occurred in violation of protocol (_ssl.c:997)",
        "the connection was refused or reset",
        "nslookup s3.eu-west-1.amazonaws.com",
    ),
    "api-server-untrusted": (
        "$ kubectl get nodes --context arn:aws:eks:eu-west-1:111122223333:cluster/orders\nUnable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "the kubeconfig is that of another cluster",
        "aws eks update-kubeconfig --name orders --region eu-west-1",
    ),
    "api-server-unknown": (
        "Unable to connect to the server: dial tcp: lookup 0A1B2C3D4E5F60718293A4B5C6D7E8F9.gr7.eu-west-1.eks.amazonaws.com on 127.0.0.53:53: no such host",
        "its endpoint does not allow connections from this network",
        "aws eks describe-cluster --name CLUSTER --region eu-west-1",
    ),
    "api-server-silent": (
        "Unable to connect to the server: dial tcp 10.0.1.2:443: i/o timeout\n$ aws eks describe-cluster --name orders --region eu-west-1",
        "its endpoint does not allow connections from this network",
        "publicAccessCidrs",
    ),
    "old-sdk-of-controller": (
        'Ignoring, HTTP credential provider invalid endpoint host, "169.254.170.23", only loopback hosts are allowed. <nil>\nlevel=fatal msg="records retrieval failed: failed to list hosted zones: NoCredentialProviders: no valid providers in chain. Deprecated."',
        "The SDK in ExternalDNS is too old for EKS Pod Identity",
        "AWS SDK for Go v1.47.11 or later, or v2",
    ),
    "old-sdk-of-java": (
        "com.amazonaws.SdkClientException: The full URI (http://169.254.170.23/v1/credentials) contained within environment variable AWS_CONTAINER_CREDENTIALS_FULL_URI has an invalid host. Host can only be one of [localhost, 127.0.0.1].",
        "The SDK is too old for EKS Pod Identity",
        "AWS SDK for Java 1.12.746 or later",
    ),
    "variables-not-set": (
        "Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain() : [ContainerCredentialsProvider(): Cannot fetch credentials from container - neither AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI environment variables are set., InstanceProfileCredentialsProvider(): Failed to load credentials from IMDS.]",
        "The SDK found no credentials",
        "Give the program credentials where it runs",
    ),
    "no-credentials-in-iis": (
        "Server Error in '/shop' Application.\nFailed to resolve AWS credentials. The credential providers used to search for credentials returned the following errors:\n\nException 1 of 2: AWS_WEB_IDENTITY_TOKEN_FILE environment variable is not set.\nException 2 of 2: Unable to get IAM security credentials from EC2 Instance Metadata Service.",
        "The SDK found no credentials",
        "On EC2, give the instance a role",
    ),
    "docker-run-with-profile": (
        "$ docker run --rm -e AWS_PROFILE=dev -e AWS_REGION=eu-west-1 -v $PWD:/w acme/sync:1.4 --fast\nprovider: Profile, context: the credential provider was not enabled: No profiles were defined\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "in the container: AWS_PROFILE names the profile dev, but ~/.aws is not mounted",
        'docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=dev IMAGE',
    ),
    "docker-run-without-profile": (
        "$ docker run --rm -p 80:80 acme/sync:1.4\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "found no credentials",
        'docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=PROFILE --rm -p 80:80 acme/sync:1.4',
    ),
    "docker-run-in-a-sentence": (
        "I started it with docker run orders:1 and it printed this.\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "found no credentials",
        'docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=PROFILE IMAGE',
    ),
    "docker-run-with-secret": (
        "$ docker run -e AWS_PROFILE=dev -e DB_PASSWORD=hunter2hunter2 acme/sync:1.4\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "in the container: AWS_PROFILE names the profile dev, but ~/.aws is not mounted",
        'docker run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=dev IMAGE',
    ),
    "clock-of-windows": (
        "PS C:\\app> aws s3 ls\nAn error occurred (RequestTimeTooSkewed) when calling the ListBuckets operation: The difference between the request time and the current time is too large.",
        "differs from the AWS time by more than 15 minutes: most likely, the clock of the machine that signed is wrong",
        "w32tm /resync",
    ),
    "clock-window-of-s3": (
        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20261126T021706Z</RequestTime><ServerTime>2026-11-26T10:29:03Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>",
        "8 hours 12 minutes behind the AWS time",
        "AWS accepts signatures that are at most 15 minutes off.",
    ),
    "clocks-of-two-machines": (
        "AuthFailure: AWS was not able to validate the provided access credentials\n\tstatus code: 401\n\n$ date -u\nMon Nov 23 09:12:44 UTC 2026\nMy laptop says 09:31.",
        "the clocks of the two machines in the text are 19 minutes apart (09:12:44 and 09:31)",
        "sudo timedatectl set-ntp true",
    ),
    "clock-and-date-header": (
        "An error occurred (RequestTimeTooSkewed) when calling the ListBuckets operation: The difference between the request time and the current time is too large.\n$ date -u\nMon Nov 23 09:51:44 AM UTC 2026\n$ curl -sI https://s3.amazonaws.com | grep -i date\nDate: Mon, 23 Nov 2026 09:31:02 GMT",
        "the clock of the machine is 21 minutes ahead (09:51:44 instead of 09:31:02)",
        "sudo timedatectl set-ntp true",
    ),
    "clocks-that-agree": (
        "AuthFailure: AWS was not able to validate the provided access credentials\n\tstatus code: 401\n\n$ date -u\nMon Nov 23 09:30:44 UTC 2026\nMy laptop says 09:31.",
        "the access key or session token is not valid",
        "aws sts get-caller-identity",
    ),
    "secret-with-newline-in-github": (
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\nS3_SECRET_KEY is a GitHub secret, and its value ends with a newline.",
        "the secret access key was stored with a newline, as the text says",
        'printf %s "$secret" | gh secret set S3_SECRET_KEY',
    ),
    "secret-with-carriage-return": (
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n$ file prod.env\nprod.env: ASCII text, with CRLF line terminators",
        "the lines of the file end with a carriage return (CRLF)",
        "sed -i 's/\\r$//' prod.env",
    ),
    "secret-with-a-newline-that-printf-shows": (
        'SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n$ printf %s "$AWS_SECRET_ACCESS_KEY" | wc -c\n41',
        "has 41 characters instead of 40",
        "aws configure list",
    ),
    "newline-of-a-command": (
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n$ aws configure get aws_secret_access_key | wc -c\n41",
        "most often, the secret access key is wrong",
        "aws configure list",
    ),
    "encoded-user-data": (
        'SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\n$ echo "$USER_DATA" | base64',
        "most often, the secret access key is wrong",
        "aws configure list",
    ),
    "secret-without-newline": (
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.\nThe secret has no newline. The object key contains a space.",
        "most often, the secret access key is wrong",
        "aws configure list",
    ),
    "sign-in-outside-of-container": (
        "Error loading SSO Token: Token for acme does not exist\nservices:\n  etl:\n    volumes:\n      - ~/.aws/config:/home/app/.aws/config:ro\n",
        "the token is in ~/.aws/sso/cache on your computer",
        "~/.aws:/home/app/.aws\n",
    ),
    "sign-in-outside-of-dev-container": (
        'The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.\n"mounts": ["source=${localEnv:HOME}/.aws/config,target=/home/vscode/.aws/config,type=bind"]',
        "There is no IAM Identity Center sign-in in the container",
        "source=${localEnv:HOME}/.aws,target=/home/vscode/.aws,type=bind\n",
    ),
    "sign-in-with-mounted-cache": (
        "Error loading SSO Token: Token for acme does not exist\n$ docker run -v ~/.aws/config:/root/.aws/config:ro -v ~/.aws/sso:/root/.aws/sso etl\n",
        "There is no IAM Identity Center sign-in for the session acme",
        "Run the call as the user who has the files",
    ),
    "sign-in-outside-of-container-whose-error-names-the-token": (
        "$ podman run --rm -v ~/.aws/config:/home/app/.aws/config:ro -e AWS_PROFILE=dev etl:2 load\nfailed to refresh cached credentials, the SSO session has expired or is invalid: failed to read cached SSO token file, open /home/app/.aws/sso/cache/5eddfd83.json: no such file or directory\n",
        "There is no IAM Identity Center sign-in in the container",
        "podman run --rm -v ~/.aws:/home/app/.aws -e AWS_PROFILE=dev etl:2 load",
    ),
    "valid-sign-in-outside-of-container": (
        "$ docker run -v ~/.aws/config:/root/.aws/config:ro -e AWS_PROFILE=dev etl load\nError loading SSO Token: Token for acme does not exist\n$ aws sts get-caller-identity --profile dev --query Arn --output text\narn:aws:sts::111122223333:assumed-role/Reader/kim\n",
        "The IAM Identity Center sign-in of the profile dev is valid on your computer, but the container does not see it",
        "docker run --env-file <(aws configure export-credentials --profile dev --format env-no-export) etl load",
    ),
    "sign-in-before-the-container": (
        "$ aws sso login --profile dev\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n$ docker run -v ~/.aws/config:/root/.aws/config:ro -e AWS_PROFILE=dev etl load\nError loading SSO Token: Token for acme does not exist\n",
        "The IAM Identity Center sign-in of the profile dev is valid on your computer, but the container does not see it",
        "docker run -v ~/.aws:/root/.aws -e AWS_PROFILE=dev etl load",
    ),
    "sign-in-of-another-profile-before-the-container": (
        "$ aws sso login --profile ops\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n$ docker run -v ~/.aws/config:/root/.aws/config:ro -e AWS_PROFILE=dev etl load\nError loading SSO Token: Token for acme does not exist\n",
        "There is no IAM Identity Center sign-in in the container",
        "aws sso login --profile dev",
    ),
    "valid-sign-in-of-another-profile": (
        "$ docker run -v ~/.aws/config:/root/.aws/config:ro -e AWS_PROFILE=dev etl\nError loading SSO Token: Token for acme does not exist\n$ aws sts get-caller-identity --profile ops --query Arn --output text\narn:aws:sts::111122223333:assumed-role/Reader/kim\n",
        "There is no IAM Identity Center sign-in in the container",
        "aws sso login --profile dev",
    ),
    "sign-in-of-the-profile-of-the-container": (
        "$ aws s3 ls --profile ops\n2026-11-20 10:00:00 acme\n$ docker run -v ~/.aws/config:/root/.aws/config:ro -e AWS_PROFILE=dev etl\nError loading SSO Token: Token for acme does not exist\n",
        "There is no IAM Identity Center sign-in in the container",
        "export-credentials --profile dev",
    ),
    "sign-in-outside-of-container-with-a-key": (
        "$ docker run -v ~/.aws/config:/root/.aws/config:ro -e DB_PASSWORD=Tr0ub4dor-and-3 etl\nError loading SSO Token: Token for acme does not exist\n",
        "There is no IAM Identity Center sign-in in the container",
        "~/.aws:/root/.aws\n",
    ),
    "sign-in-with-a-cache-that-is-said-to-be-mounted": (
        "Error loading SSO Token: Token for acme does not exist\nvolumes:\n  - ~/.aws/config:/root/.aws/config:ro\nI mounted ~/.aws/sso as well.\n",
        "There is no IAM Identity Center sign-in for the session acme",
        "aws sso login",
    ),
    "hop-limit-in-a-table": (
        _IN_CONTAINER + _print_table(1),
        "The hop limit of the instance metadata is 1: only the host gets the role films from it",
        "Raise the hop limit of the instance metadata to 2",
    ),
    "higher-hop-limit-in-a-table": (
        _IN_CONTAINER + _print_table(2),
        "The SDK found no credentials. No request",
        "Pass credentials to the container",
    ),
    "hop-limit-in-a-table-of-no-command": (
        _IN_CONTAINER + _print_table(1).partition("\n")[2],
        "The hop limit of the instance metadata is most likely 1",
        "For containers: raise the hop limit to 2",
    ),
    "other-method-that-works": (
        "Error: AccessDenied: Access Denied\nSecretsManager.getSecretValue works, this does not.",
        "the message names no action",
        "",
    ),
    "sign-in-of-windows": (
        "Error loading SSO Token: Token for acme does not exist\nI logged in with PowerShell, and the script runs in WSL.",
        "There is no IAM Identity Center sign-in in WSL",
        "aws sso login --sso-session acme",
    ),
    "sign-in-of-wsl": (
        "Error loading SSO Token: Token for acme does not exist\nI ran aws sso login in WSL, and Terraform runs on Windows.",
        "There is no IAM Identity Center sign-in in Windows",
        "aws sso login --sso-session acme",
    ),
    "no-sign-in-in-windows": (
        "Error loading SSO Token: Token for acme does not exist\nI use WSL, and did not log in in Windows.",
        "There is no IAM Identity Center sign-in for the session acme",
        "aws sso login",
    ),
    "sign-in-under-sudo": (
        "$ aws sso login --profile ops\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n$ sudo -E aws s3 ls --profile ops\nError loading SSO Token: Token for acme does not exist\n",
        "the token cache of root, under sudo, has no token for it",
        "Run the command without sudo",
    ),
    "sign-in-for-another-session": (
        "Error loading SSO Token: Token for acme-prod does not exist\n$ aws sso login --profile dev\n~/.aws/config\n[profile dev]\nsso_session = acme-dev\n[profile prod]\nsso_session = acme-prod\n",
        "for the session acme-prod, which the profile prod uses: the sign-in in the text is for the session acme-dev",
        "aws sso login --profile prod",
    ),
    "sign-in-for-another-profile": (
        "$ aws sso login --profile dev\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n$ aws s3 ls --profile prod\n\nError when retrieving token from sso: Token has expired and refresh failed\n",
        "for the profile prod, which the call uses: the sign-in in the text is for the profile dev",
        "aws sso login --profile prod",
    ),
    "sign-in-for-another-profile-than-the-kubeconfig": (
        "$ aws sso login --profile dev\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n$ kubectl get pods\nError loading SSO Token: Token for corp does not exist\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 255\n    env:\n    - name: AWS_PROFILE\n      value: prod\n",
        "for the profile prod (session corp), which the call uses: the sign-in in the text is for the profile dev",
        "aws sso login --profile prod",
    ),
    "sign-in-for-another-session-than-the-kubeconfig": (
        "$ aws sso login --profile dev\nSuccessfully logged into Start URL: https://acme.awsapps.com/start\n$ kubectl get pods\nError loading SSO Token: Token for corp does not exist\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 255\n",
        "There is no IAM Identity Center sign-in for the session corp",
        "aws sso login --sso-session corp",
    ),
    "sign-in-that-is-only-proposed": (
        "$ aws s3 ls --profile prod\n\nError when retrieving token from sso: Token has expired and refresh failed\nFor the test account, run aws sso login --profile dev instead.\n",
        "The IAM Identity Center sign-in has expired: sign in again.",
        "aws sso login --profile prod",
    ),
    "sign-in-for-another-portal": (
        "Error when retrieving token from sso: Token has expired and refresh failed\nI ran `aws sso login`: Successfully logged into Start URL: https://d-1111.awsapps.com/start/#\nfromIni({ profile: 'client' })\n[profile client]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://d-2222.awsapps.com/start\n",
        "for the start URL https://d-1111.awsapps.com/start, but the profile client uses https://d-2222.awsapps.com/start",
        "aws sso login --profile client",
    ),
    "sign-in-for-the-default-session": (
        'The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.\n$ aws sso login\n$ python etl.py  # Session(profile_name="client")\n[default]\nsso_session = acme\n[profile client]\nsso_session = corp\n',
        "session corp, which the profile client uses: the sign-in in the text is for the session acme",
        "aws sso login --profile client",
    ),
    "sign-in-for-the-same-portal": (
        'The SSO session associated with this profile has expired or is otherwise invalid.\nSession(profile_name="client")\nSuccessfully logged into Start URL: https://corp.awsapps.com/start\n[profile client]\nsso_start_url = https://corp.awsapps.com/start/\n',
        "The IAM Identity Center sign-in has expired: sign in again",
        "aws sso logout",
    ),
    "sign-in-for-the-same-session": (
        "Error loading SSO Token: Token for acme does not exist\n$ aws sso login --profile dev\n~/.aws/config\n[profile dev]\nsso_session = acme\n[profile prod]\nsso_session = acme\n",
        "There is no IAM Identity Center sign-in for the session acme",
        "aws sso login",
    ),
    "sso-region": (
        "An error occurred (UnauthorizedException) when calling the GetRoleCredentials operation: Session token not found or invalid\n[profile dev]\nsso_region = us-east-1\nIdentity Center is in eu-central-1.",
        "sso_region of [profile dev] must be eu-central-1",
        "sso_region = eu-central-1\n",
    ),
    "sso-region-that-is-right": (
        "An error occurred (UnauthorizedException) when calling the GetRoleCredentials operation: Session token not found or invalid\n[profile dev]\nsso_region = us-east-1\nIdentity Center is in us-east-1.",
        "IAM Identity Center no longer accepts the sign-in",
        "aws sso login --profile dev",
    ),
    "env-file-of-compose": (
        "api-1 | botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n.env\nAWS_ACCESS_KEY_ID=...\n\ndocker-compose.yml\nservices:\n  api:\n    image: api\n",
        "the service has neither env_file nor environment",
        "services:\n  api:\n    env_file: .env\n",
    ),
    "env-file-of-one-of-several-services": (
        "api-1 | botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n.env\nAWS_ACCESS_KEY_ID=...\n\ndocker-compose.yml\nservices:\n  db:\n    image: postgres:17\n  api:\n    image: api\n",
        "the service api gets no credentials",
        "--force-recreate api",
    ),
    "file-in-the-shell-of-root": (
        "NoCredentialsError: Unable to locate credentials\nopen /home/app/.aws/credentials: permission denied\nroot@host:~$ ls",
        "not allowed to read /home/app/.aws/credentials",
        "sudo chown -R app /home/app/.aws",
    ),
    "credentials-of-something-else": (
        "NoCredentialsError: Unable to locate credentials\n$ ls -l /etc/app/credentials ~/.aws\n-rw------- 1 root root 116 Nov  3 10:11 /etc/app/credentials\n$ whoami\ndeploy",
        "The SDK found no credentials",
        "",
    ),
    "file-of-another-user": (
        "$ whoami\napp\n$ ./sync\nopen /root/.aws/credentials: permission denied\nNoCredentialsError: Unable to locate credentials",
        "not allowed to read /root/.aws/credentials, a file of the user root",
        "env | grep -E '^(HOME|AWS_CONFIG_FILE|",
    ),
    "env-file-that-compose-passes": (
        "api-1 | botocore.exceptions.NoCredentialsError: Unable to locate credentials\n\n.env\nAWS_ACCESS_KEY_ID=...\n\ndocker-compose.yml\nservices:\n  api:\n    image: api\n    env_file: .env\n",
        "The SDK found no credentials.",
        "Pass credentials to the container",
    ),
    "sdk-too-old-for-pod-identity": (
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n$ kubectl exec deploy/etl -- env\nAWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials\n$ kubectl exec deploy/etl -- pip freeze\nboto3==1.26.90\nbotocore==1.29.90\n",
        "boto3 1.26.90 does not support EKS Pod Identity",
        "pip install --upgrade boto3",
    ),
    "sdk-too-old-for-web-identities": (
        "NoCredentialProviders: no valid providers in chain\n$ kubectl exec deploy/api -- env\nAWS_ROLE_ARN=arn:aws:iam::111122223333:role/api\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token\ngithub.com/aws/aws-sdk-go v1.19.6\n",
        "aws-sdk-go 1.19.6 does not support web identities (IRSA)",
        "go get github.com/aws/aws-sdk-go@latest",
    ),
    "sdk-new-enough-for-web-identities": (
        "NoCredentialProviders: no valid providers in chain\n$ kubectl exec deploy/api -- env\nAWS_ROLE_ARN=arn:aws:iam::111122223333:role/api\nAWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token\ngithub.com/aws/aws-sdk-go v1.44.6\n",
        "The SDK found no credentials. No request",
        "let it choose its provider",
    ),
    "files-of-root": (
        "$ ls -l ~/.aws\n-rw------- 1 root root 116 Nov  3 10:11 credentials\n$ whoami\ndeploy\n$ python3 sync.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "the files in ~/.aws belong to root, who alone is allowed to read them, and the call runs as deploy",
        "sudo chown -R deploy ~/.aws",
    ),
    "pod-behind-a-hop-limit-of-one": (
        'botocore.exceptions.NoCredentialsError: Unable to locate credentials\nA pod in EKS, and the node role has the permissions.\n"HttpPutResponseHopLimit": 1\n',
        "the hop limit of the node's instance metadata is 1, which keeps pods from the role of the node",
        "Give the pod's service account a role",
    ),
    "metadata-switched-off": (
        "NoCredentialProviders: no valid providers in chain\nAWS_EC2_METADATA_DISABLED=true\nThe pod uses the node role.",
        "AWS_EC2_METADATA_DISABLED is true, so it does not ask the instance metadata",
        "Remove AWS_EC2_METADATA_DISABLED",
    ),
    "metadata-switched-off-with-irsa": (
        "no EC2 IMDS role found, operation error ec2imds: GetMetadata\nfailed to refresh cached credentials\nAWS_EC2_METADATA_DISABLED=true\nThe pod has a service account with a role, not the node role.",
        "The SDK found no credentials",
        "kubectl",
    ),
    "metadata-switched-off-on-a-laptop": (
        "NoCredentialProviders: no valid providers in chain\nAWS_EC2_METADATA_DISABLED=true\nIt does not run on an EC2 instance.",
        "The SDK found no credentials. No request",
        "",
    ),
    "metadata-no-longer-switched-off": (
        "NoCredentialProviders: no valid providers in chain\nWe removed AWS_EC2_METADATA_DISABLED=true on the EC2 instance.",
        "The SDK found no credentials. No request",
        "Select a profile",
    ),
    "settings-with-wrong-names-of-another-profile": (
        "Unable to locate credentials\n~/.aws/credentials\n[default]\naws_access_key_id = x\n[old]\naws_secret_key = x\n",
        "The SDK found no credentials. No request",
        "aws configure",
    ),
    "settings-with-wrong-names": (
        "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n$ cat ~/.aws/credentials\n[default]\naws_access_key = ...\naws_secret_key = ...\n",
        "The names are aws_access_key_id and aws_secret_access_key",
        "Replace aws_access_key with aws_access_key_id.",
    ),
    "profile-in-a-buildspec": (
        "[Container] 2026/11/20 10:00:00 Running command aws s3 ls\nThe config profile (ci) could not be found\nenv:\n  variables:\n    AWS_PROFILE: ci\n",
        "The service role of the CodeBuild project is not used: AWS_PROFILE in the environment of the job names the profile ci",
        "Delete AWS_PROFILE in the environment of the job.",
    ),
    "files-in-another-home": (
        "$ sudo ls -l /root/.aws/credentials\n-rw------- 1 root root 116 Nov  3 10:11 /root/.aws/credentials\n$ whoami\ndeploy\n$ python3 sync.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "The SDK found no credentials. No request was sent",
        "aws configure list-profiles",
    ),
    "clock-of-another-moment": (
        "AuthFailure: AWS was not able to validate the provided access credentials\n\tstatus code: 401\n\nThe server started Mon Nov 23 09:12:44 UTC 2026, and the host is 12:30 hours old.",
        "the access key or session token is not valid",
        "aws sts get-caller-identity",
    ),
    "files-that-the-user-owns": (
        "$ ls -l ~/.aws\n-rw------- 1 deploy deploy 116 Nov  3 10:11 credentials\n$ whoami\ndeploy\n$ python3 sync.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "The SDK found no credentials. No request was sent",
        "aws configure list-profiles",
    ),
    "file-with-permission-denied": (
        "PermissionError: [Errno 13] Permission denied: '/home/deploy/.aws/credentials'\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "the user is not allowed to read /home/deploy/.aws/credentials",
        "sudo chown -R deploy /home/deploy/.aws",
    ),
    "program-of-a-credential-process": (
        "Error when retrieving credentials from custom-process: /opt/bin/creds: line 3: vault: command not found",
        "its script /opt/bin/creds does not find vault",
        "command -v vault",
    ),
    "profile-in-the-code-of-a-function": (
        '[ERROR] ProfileNotFound: The config profile (dev) could not be found\n  File "/var/task/handler.py", line 4, in <module>\n    session = boto3.Session(profile_name="dev")\n',
        "The execution role of the Lambda function is not used: the code names the profile dev",
        "Remove the profile from the project",
    ),
    "profile-that-saml2aws-wrote": (
        '$ saml2aws login\nTo use this credential, call the AWS CLI with the --profile option (e.g. aws --profile saml ec2 describe-instances).\n$ aws s3 ls\nUnable to locate credentials. You can configure credentials by running "aws login".\n',
        "nothing selects the profile saml, which is signed in",
        "export AWS_PROFILE=saml",
    ),
    "key-in-aws-vault": (
        "aws-vault: error: exec: Failed to get credentials for dev: operation error STS: GetSessionToken, https response error StatusCode: 403, RequestID: 0a1b, api error InvalidClientTokenId: The security token included in the request is invalid.",
        "the access key that aws-vault has stored for dev",
        "aws-vault add dev",
    ),
    "session-of-the-global-endpoint": (
        "An error occurred (InvalidClientTokenId) when calling the DescribeInstances operation: The security token included in the request is invalid\nRegion me-central-1. The session comes from https://sts.amazonaws.com. It works in eu-west-1.",
        "most likely, the session token is a version 1 token of the global STS endpoint",
        "export AWS_STS_REGIONAL_ENDPOINTS=regional",
    ),
    "proxy-of-cli": (
        'PS C:\\> aws s3 ls\n\naws: [ERROR]: Failed to connect to proxy URL: "http://ana:secret@proxy.example.com:3128"',
        "the proxy blocked it or did not respond",
        "env | grep -i proxy",
    ),
    "sso-token-unreadable": (
        "Error loading SSO Token: expiresAt is missing",
        "cannot use the cached token of the IAM Identity Center sign-in",
        "aws sso login",
    ),
    "sso-setting-missing": (
        'The profile "dev" is configured to use SSO but is missing required configuration: sso_region',
        "lacks IAM Identity Center settings: sso_region",
        "aws configure sso --profile dev",
    ),
    "sso-session-unknown": (
        'The specified sso-session does not exist: "corp"',
        "the sso-session corp",
        "aws configure sso-session",
    ),
    "login-profile": (
        "LoginError: no login session found for profile dev. Unable to locate credentials",
        "The profile dev has no usable session",
        "aws login --profile dev",
    ),
    "not-a-jwt": (
        "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
        "not an ID token in the form of a JWT",
        "not its access token",
    ),
    "group-of-administrators-in-terraform": (
        '╷\n│ Error: creating EKS Access Entry (octo:arn:aws:iam::111122223333:role/ops): operation error EKS: CreateAccessEntry, https response error StatusCode: 400, RequestID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, InvalidParameterException: The kubernetes group name system:masters is invalid, it cannot start with system:\n│\n│   with aws_eks_access_entry.ops,\n│   on main.tf line 3, in resource "aws_eks_access_entry" "ops":\n╵',
        "EKS rejected the group system:masters",
        'resource "aws_eks_access_policy_association"',
    ),
    "principal-that-the-message-names": (
        "An error occurred (ValidationException) when calling the PutTargets operation: Provided role 'arn:aws:iam::111122223333:role/events-run' cannot be assumed by principal 'events.amazonaws.com'.",
        "The service events.amazonaws.com cannot assume the role events-run",
        "Allow events.amazonaws.com in the trust policy of the role events-run",
    ),
    "principals-that-a-node-role-lacks": (
        "An error occurred (InvalidParameterException) when calling the CreateNodegroup operation: Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of nodeRole arn:aws:iam::111122223333:role/nodes",
        "The service ec2.amazonaws.com cannot assume the role nodes",
        "Allow ec2.amazonaws.com in the trust policy of the role nodes",
    ),
    "role-of-an-activation": (
        "An error occurred (ValidationException) when calling the CreateActivation operation: Nonexistent role or missing ssm service principal in trust policy: arn:aws:iam::111122223333:role/hybrid",
        "The service ssm.amazonaws.com cannot assume the role hybrid",
        '"Principal": {"Service": "ssm.amazonaws.com"}',
    ),
    "role-of-an-integration": (
        "Execution failed due to configuration error: API Gateway does not have permission to assume the provided role arn:aws:iam::111122223333:role/to-queue",
        "The service apigateway.amazonaws.com cannot assume the role to-queue",
        '"Principal": {"Service": "apigateway.amazonaws.com"}',
    ),
    "role-of-a-pipe": (
        "An error occurred (ValidationException) when calling the CreatePipe operation: Pipes could not assume the provided role arn:aws:iam::111122223333:role/pipe",
        "The service pipes.amazonaws.com cannot assume the role pipe",
        '"Principal": {"Service": "pipes.amazonaws.com"}',
    ),
    "role-of-enhanced-monitoring": (
        "An error occurred (InvalidParameterValue) when calling the CreateDBInstance operation: IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
        "RDS has no working role for Enhanced Monitoring",
        "AmazonRDSEnhancedMonitoringRole",
    ),
    "throttled-ec2-without-a-code": (
        "software.amazon.awssdk.services.ec2.model.Ec2Exception: Request limit exceeded. (Service: Ec2, Status Code: 503, Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)",
        "AWS throttled the request",
        "AWS_MAX_ATTEMPTS=10",
    ),
    "content-md5": (
        "An error occurred (MissingContentMD5) when calling the DeleteObjects operation: Missing required header for this request: Content-Md5.",
        "requires the header Content-MD5",
        "boto3 before 1.36",
    ),
    "masters-in-access-entry": (
        "An error occurred (InvalidParameterException) when calling the CreateAccessEntry operation: The kubernetes group name system:masters is invalid, it cannot start with system:",
        "system:masters",
        "AmazonEKSClusterAdminPolicy",
    ),
    "old-eks-token": (
        'level=warning msg="access denied" client="127.0.0.1:40378" error="input token was not properly formatted: X-Amz-Date parameter is expired (15 minute expiration)" method=POST path=/authenticate',
        "it is older than 15 minutes",
        "aws eks update-kubeconfig",
    ),
    "no-id-token-permission": (
        "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\nIt looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission?",
        "lacks the permission id-token: write",
        "id-token: write",
    ),
    "trust-without-provider": (
        _trust(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole"),
        "the trust policy names ec2.amazonaws.com and no OIDC provider",
        "system:serviceaccount:",
    ),
    "trust-action": (
        _trust(Action="sts:AssumeRole"),
        "a token requires sts:AssumeRoleWithWebIdentity",
        '"Action": "sts:AssumeRoleWithWebIdentity"',
    ),
    "trust-provider-url": (
        _trust(Principal={"Federated": EKS}),
        f"{EKS} as Federated, which is not the ARN of an OIDC provider",
        f"oidc-provider/{EKS}",
    ),
    "trust-literal-wildcard": (
        _trust(Condition={"StringEquals": {f"{GITHUB}:sub": "repo:acme/orders:*"}}),
        "compares literally, so repo:acme/orders:* matches no token",
        '"StringLike": {"token.actions.githubusercontent.com:sub": "repo:acme/orders:*"}',
    ),
    "trust-other-issuer": (
        _eks(f"{EKS[:-1]}0:sub", "system:serviceaccount:shop:cart"),
        "but its condition is for",
        f'"{EKS}:sub": "system:serviceaccount:shop:cart"',
    ),
    "trust-subject-form": (
        _eks(f"{EKS}:sub", "shop:cart"),
        "expects the subject shop:cart",
        "system:serviceaccount:",
    ),
    "sso-session": (
        "botocore.exceptions.SSOTokenLoadError: Error loading SSO Token: Token for acme-sso does not exist",
        "the session acme-sso",
        "aws sso login --sso-session acme-sso",
    ),
    "sso-chain": (
        "Error: failed to refresh cached credentials, refresh cached SSO token failed, unable to refresh SSO token, operation error SSO OIDC: CreateToken, https response error StatusCode: 400, RequestID: 4f, InvalidGrantException: ",
        "The IAM Identity Center sign-in has expired",
        "aws sso login",
    ),
    "kubeconfig-exit-code": (
        'Get "https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.gr7.eu-central-1.eks.amazonaws.com/api": getting credentials: exec: executable aws failed with exit code 253',
        "its configuration or credentials are missing or invalid",
        "--region eu-central-1",
    ),
    "kubeconfig-version": (
        'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"',
        "The kubeconfig is too old for this kubectl",
        "aws eks update-kubeconfig",
    ),
    "kubeconfig-version-of-kubectl": (
        'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"\n$ kubectl version --client\nClient Version: v1.31.2',
        "The kubeconfig is too old for kubectl 1.31.2: it uses",
        "aws eks update-kubeconfig",
    ),
    "kubeconfig-version-of-server": (
        'error: exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"\nServer Version: v1.31.2',
        "The kubeconfig is too old for this kubectl: it uses",
        "aws eks update-kubeconfig",
    ),
    "kubeconfig-profile": (
        "The config profile (qa) could not be found\nerror: getting credentials: exec: executable aws failed with exit code 255",
        "The profile qa does not exist",
        "aws eks update-kubeconfig --name CLUSTER",
    ),
    "js-profile": (
        "CredentialsProviderError: Could not resolve credentials using profile: [batch-qa] in configuration/credentials file(s).",
        "The profile batch-qa does not exist, or has no credentials,",
        "aws configure sso --profile batch-qa",
    ),
    "js-profile-in-compose": (
        "$ AWS_PROFILE=batch-qa docker compose up loader\nloader-1  | CredentialsProviderError: Could not resolve credentials using profile: [batch-qa] in configuration/credentials file(s).",
        "that the process in the container reads",
        'docker compose run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=batch-qa loader',
    ),
    "java-profile": (
        "software.amazon.awssdk.core.exception.SdkClientException: Profile file contained no credentials for profile 'batch-qa': ProfileFile(sections=[])",
        "The profile batch-qa does not exist, or has no credentials,",
        "aws configure sso --profile batch-qa",
    ),
    "java-1-profile": (
        "java.lang.IllegalArgumentException: No AWS profile named 'batch-qa'",
        "The profile batch-qa does not exist in",
        "aws configure sso --profile batch-qa",
    ),
    "rust-profile-in-podman": (
        "$ podman run loader:3\nProviderError: profile `batch-qa` was not defined",
        "The profile batch-qa does not exist in",
        'podman run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE=batch-qa loader:3',
    ),
    "controller": (
        '{"level":"error","msg":"Reconciler error","controller":"bucket","error":"failed to refresh cached credentials, no EC2 IMDS role found"}',
        "The SDK found no credentials",
        "kubectl get pod POD --namespace NAMESPACE --output jsonpath='{.spec.containers[*].env[*].name}'",
    ),
    "missing-queue": (
        "reading SQS Queue (https://sqs.us-east-1.amazonaws.com/111122223333/orders): AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist or you do not have access to it.\n\tstatus code: 400, request id: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "The queue orders does not exist in us-east-1",
        "aws sqs list-queues --region us-east-1",
    ),
    "missing-repository": (
        "An error occurred (RepositoryNotFoundException) when calling the DescribeImages operation: The repository with name 'api' does not exist in the registry with id '111122223333'",
        "The repository api does not exist",
        "prints with 111122223333",
    ),
    "source-profile": (
        'The source_profile "base" referenced in the profile "prod" does not exist',
        "The profile prod uses source_profile = base",
        "--profile prod",
    ),
    "config-file": (
        "Unable to parse config file: /home/dana/.aws/credentials",
        "The file /home/dana/.aws/credentials has invalid syntax",
        "missing bracket",
    ),
    "partial": (
        "PartialCredentialsError: Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY",
        "The credentials in the environment variables are incomplete: AWS_SECRET_ACCESS_KEY is missing",
        "in the same place",
    ),
    "metadata-timeout": (
        "failed to list hosted zones: operation error Route 53: ListHostedZones, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        "its request to the instance metadata, where SDKs look last, timed out",
        "kubectl annotate serviceaccount external-dns",
    ),
    "metadata-timeout-without-kubernetes": (
        "no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        "timed out",
        "--http-put-response-hop-limit 2",
    ),
    "driver-without-role": (
        'rpc error: code = Internal desc = Could not create volume "pvc-1": could not create volume in EC2: NoCredentialProviders: no valid providers in chain\n\tcaused by: EC2RoleRequestError: no EC2 instance role found\n\tstatus code: 404, request id:\n',
        "the instance metadata has no role",
        "serviceaccount ebs-csi-controller-sa --namespace kube-system",
    ),
    "temporary-key-without-token": (
        "$ env | grep AWS_ACCESS_KEY_ID\nAWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE\n$ aws s3 ls\n\nAn error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records.",
        "it is temporary (ASIA), so it needs its own session token",
        "Set all three values",
    ),
    "region-to-enable": (
        "$ aws sts get-caller-identity --region ap-east-1\n\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid",
        "the account has not enabled this Region",
        "aws account enable-region --region-name ap-east-1",
    ),
    "presigned-by-session": (
        "https://acme.s3.eu-west-1.amazonaws.com/r.csv?X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20261120%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Expires=604800\n<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><RequestId>K2J4M6P8R0S2T4V6</RequestId></Error>",
        "the temporary credentials that signed it have expired",
        "redirects to a new presigned URL",
    ),
    "cognito-expired": (
        "NotAuthorizedException: Invalid login token. Token expired: 1764230000 >= 1764226400",
        "the ID token in Logins has expired",
        "pass the new ID token",
    ),
    "cognito-identity": (
        "NotAuthorizedException: Logins don't match. Please include at least one valid login for this identity or identity pool.",
        "do not belong to the identity",
        "Call GetId again",
    ),
    "api-route": (
        '$ curl https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders\n{"message":"Missing Authentication Token"}',
        "has no route /orders in the stage prod of the API a1b2c3d4e5",
        "--rest-api-id a1b2c3d4e5 --region eu-west-1",
    ),
    "chained-session": (
        "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        "role chaining, one role assuming another, is limited to one hour",
        "3600 seconds",
    ),
    "session-duration": (
        "An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        "longer than the role's maximum session duration",
        "--query Role.MaxSessionDuration",
    ),
    "session-duration-in-terraform": (
        'An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.\nassume_role {\n  role_arn = "arn:aws:iam::444455556666:role/apply"\n  duration = "2h30m"\n}',
        "the session duration of 9000 seconds for the role apply",
        'The text has duration = "2h30m": set duration = "1h" instead.',
    ),
    "role-of-function": (
        "InvalidParameterValueException: The provided execution role does not have permissions to call CreateNetworkInterface on EC2\nThe execution role is arn:aws:iam::111122223333:role/service/mail-exec.",
        "the execution role mail-exec is not allowed to perform ec2:CreateNetworkInterface",
        "attach-role-policy --role-name mail-exec",
    ),
    "entry-declared-twice": (
        'Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/deploy): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, RequestID: 0f1e2d3c, ResourceInUseException: The specified access entry resource is already in use on this cluster.\n\n  with module.eks.aws_eks_access_entry.this["deploy"],\n\nenable_cluster_creator_admin_permissions = true\nWe run apply as role/deploy.',
        "because the module declares two",
        "remove deploy from access_entries",
    ),
    "session-name": (
        r"An error occurred (ValidationError) when calling the AssumeRole operation: 1 validation error detected: Value 'feature/login' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*",
        "STS rejected the role session name",
        "slashes",
    ),
    "invalid-request": (
        "An error occurred (InvalidParameterException) when calling the CreateNodegroup operation: Subnets are not tagged with the required tag",
        "AWS rejected the request as invalid: Subnets are not tagged with the required tag.",
        "Print the parameters",
    ),
    "no-connection": (
        'Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        "no response from sts.eu-west-1.amazonaws.com",
        "curl --silent --show-error --head --max-time 10 https://sts.eu-west-1.amazonaws.com",
    ),
    "principal-in-document": (
        'api error MalformedPolicy: Invalid principal in policy\n{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app-reader"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-logs/*"}]}',
        "cannot find the principal arn:aws:iam::111122223333:role/app-reader",
        "aws iam get-role --role-name app-reader",
    ),
    "policy-as-role": (
        "WebIdentityErr: failed to retrieve credentials\ncaused by: ValidationError: Request ARN is invalid\n\nkind: ServiceAccount\nmetadata:\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy\n  name: ebs-csi-controller-sa\n  namespace: kube-system\n",
        "is the ARN of a policy, not of a role",
        "serviceaccount ebs-csi-controller-sa -n kube-system",
    ),
    "role-of-other-partition": (
        "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/team/audit --role-session-name q3 --region us-gov-west-1\n\nAn error occurred (ValidationError) when calling the AssumeRole operation: Request ARN is invalid",
        "the ARN begins with arn:aws:, but those of us-gov-west-1 begin with arn:aws-us-gov:",
        "--role-arn arn:aws-us-gov:iam::111122223333:role/team/audit",
    ),
    "sentence-of-terraform-before-invalid-arn": (
        f'{_CANNOT_ASSUME.format("aws-us-gov")} StatusCode: 400, RequestID: {_ID}, api error ValidationError: Request ARN is invalid\n# provider region = "eu-north-1"',
        "the ARN begins with arn:aws-us-gov:, but those of eu-north-1 begin with arn:aws:",
        "Use arn:aws:iam::111122223333:role/stacks.",
    ),
    "sentence-of-terraform-before-expired-token": (
        f"{_CANNOT_ASSUME.format('aws')} StatusCode: 403, RequestID: {_ID}, api error ExpiredToken: The security token included in the request is expired",
        "expired",
        "",
    ),
    "entry-of-other-partition": (
        "$ aws eks create-access-entry --cluster-name orders --region cn-north-1 --principal-arn arn:aws:iam::111122223333:role/team/ops\n\nAn error occurred (InvalidParameterException) when calling the CreateAccessEntry operation: The principalArn parameter format is not valid",
        "the ARN begins with arn:aws:, but those of cn-north-1 begin with arn:aws-cn:",
        "--principal-arn arn:aws-cn:iam::111122223333:role/team/ops",
    ),
    "bucket-of-a-pipeline": (
        "The service role or action role doesn't have the permissions required to access the Amazon S3 bucket named depot-artifacts. Update the IAM role permissions, and then try again. Error: Amazon S3:AccessDenied:Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 0QW1ER2TY3UI4OP5; S3 Extended Request ID: aa/bb=; Proxy: null)",
        "lacks the permissions to use the bucket depot-artifacts",
        "arn:aws:s3:::depot-artifacts/*",
    ),
    "bucket-of-a-pipeline-in-the-console": (
        "The service role or action role doesn\u2019t have the permissions required to access the Amazon S3 bucket named depot-artifacts.\nUpdate the IAM role permissions, and then try again.\nError: Amazon S3:AccessDenied:Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 0QW1ER2TY3UI4OP5)",
        "lacks the permissions to use the bucket depot-artifacts",
        "arn:aws:s3:::depot-artifacts/*",
    ),
    "role-of-a-task-definition-in-a-stack": (
        'Task CREATE_FAILED AWS::ECS::TaskDefinition Resource handler returned message: "User: arn:aws:sts::111122223333:assumed-role/stacks/AWSCloudFormation is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/depot because no identity-based policy allows the iam:PassRole action (Service: AmazonECS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 2f0e)"',
        "to pass the role to ecs-tasks.amazonaws.com",
        '"iam:PassedToService": "ecs-tasks.amazonaws.com"',
    ),
    "managed-policy-in-a-text-with-arns-of-china": (
        "CREATE_FAILED Policy arn:aws:iam::aws:policy/AmazonEKSClusterPolicy does not exist or is not attachable. (Service: Iam, Status Code: 404, Request ID: 2f0e)\narn:aws-cn:cloudformation:cn-north-1:111122223333:stack/depot/2f0e",
        "its partition, path or name is wrong",
        "aws-cn in China",
    ),
    "managed-policy-that-does-not-exist": (
        "An error occurred (NoSuchEntity) when calling the AttachRolePolicy operation: Policy arn:aws:iam::aws:policy/AWSGlueServiceRole does not exist or is not attachable.",
        "AWS has no managed policy with the ARN arn:aws:iam::aws:policy/AWSGlueServiceRole",
        "list-policies --scope AWS",
    ),
    "bucket-in-the-partition-of-the-backend": (
        'terraform {\n  backend "s3" {\n    bucket = "depot-state"\n    region = "cn-north-1"\n  }\n}\nError: Unable to list objects in S3 bucket "depot-state": operation error S3: ListObjectsV2, https response error StatusCode: 403, RequestID: 0QW1ER2TY3UI4OP5, HostID: aa=, api error AccessDenied: Access Denied',
        "arn:aws-cn:s3:::depot-state",
        "arn:aws-cn:s3:::depot-state",
    ),
    "partition-in-a-policy-document": (
        'An error occurred (MalformedPolicyDocument) when calling the PutRolePolicy operation: Partition "aws" is not valid for resource "arn:aws:sqs:cn-north-1:*:jobs".',
        "the resource arn:aws:sqs:cn-north-1:*:jobs has the partition aws, but the call is in aws-cn",
        "in every ARN of the document: aws-cn, such as arn:aws-cn:sqs:cn-north-1:*:jobs.",
    ),
    "partition-in-a-policy-document-of-powershell": (
        'Write-IAMRolePolicy : Partition "aws" is not valid for resource "arn:aws:s3:::depot/*".\nAt line:1 char:1\n+ Write-IAMRolePolicy -RoleName depot -Region us-gov-west-1\n+ ~~~~~~~~\n    + CategoryInfo          : InvalidOperation: (Amazon.PowerShe...olicyCmdlet:WriteIAMRolePolicyCmdlet) [Write-IAMRolePolicy], InvalidOperationException\n    + FullyQualifiedErrorId : Amazon.IdentityManagement.Model.MalformedPolicyDocumentException,Amazon.PowerShell.Cmdlets.IAM.WriteIAMRolePolicyCmdlet',
        "the resource arn:aws:s3:::depot/* has the partition aws, but the call is in aws-us-gov",
        "such as arn:aws-us-gov:s3:::depot/*.",
    ),
    # A denial that is only a status or a code is not the headline next to a failure that says more.
    "bare-403-before-expired-token": (
        "ERROR Executor: AmazonS3Exception: null (Service: S3, Status Code: 403, Request ID: 0QW1ER2TY3UI4OP5)\nERROR Driver: S3Exception: The provided token has expired. (Service: S3, Status Code: 400, Request ID: 1QW1ER2TY3UI4OP5)",
        "have expired",
        "",
    ),
    "bare-code-before-rejected-credentials": (
        "publish.sh: AccessDenied\ncaused by: InvalidClientTokenId: The security token included in the request is invalid.\n\tstatus code: 403, request id: 2f0e",
        "does not accept the credentials",
        "",
    ),
    "bare-code-after-missing-credentials": (
        'The error was: botocore.exceptions.NoCredentialsError: Unable to locate credentials\nfatal: [builder]: FAILED! => {"msg": "Failed while looking up bucket invoices: Access Denied"}',
        "found no credentials",
        "",
    ),
    "bare-code-before-quota": (
        'CREATE_FAILED AWS::Lambda::Function "Access Denied (Service: Lambda, Status Code: 403, Request ID: 2f0e)" (HandlerErrorCode: AccessDenied)\nCREATE_FAILED AWS::EC2::VPC "The maximum number of VPCs has been reached. (Service: Ec2, Status Code: 400, Request ID: 3f0e)" (HandlerErrorCode: ServiceLimitExceeded)',
        "The maximum number of VPCs",
        "",
    ),
    "bare-403-before-rejected-web-identity": (
        "ERROR read failed: Access Denied (Service: S3, Status Code: 403, Request ID: 0QW1ER2TY3UI4OP5)\nERROR WebIdentityTokenFileCredentialsProvider: Not authorized to perform sts:AssumeRoleWithWebIdentity (Service: Sts, Status Code: 403, Request ID: 3f0e)",
        "STS rejected the token",
        "",
    ),
    "bare-code-before-rbac": (
        'ERROR sync: AccessDenied: Access Denied\n\tstatus code: 403, request id: 2f0e\nERROR watch: secrets is forbidden: User "system:serviceaccount:billing:sync" cannot list resource "secrets" in API group "" in the namespace "billing"',
        "is not authorized to list secrets",
        "",
    ),
    "bare-code-with-call-of-the-command-before-rejected-credentials": (
        "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.",
        "S3 denied s3:PutObject",
        "",
    ),
    "bare-code-of-aws-after-provider-without-credentials": (
        "WARN Unable to load credentials from service endpoint\nERROR AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 0QW1ER2TY3UI4OP5)",
        "S3 answered 403",
        "",
    ),
    "head-without-reason-before-rejected-keys": (
        "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n$ aws sts get-caller-identity\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.",
        "AWS does not accept the credentials",
        "",
    ),
    "head-without-reason-before-expired-token": (
        "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\nAn error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired",
        "S3 answered 403 to HeadObject",
        "",
    ),
    "bare-code-before-server-error": (
        "ERROR AccessDenied: Access Denied\nERROR InternalError: We encountered an internal error. status code: 500, request id: 2f0e",
        "denied access",
        "",
    ),
    "failed-arn-is-no-remedy": (
        'WebIdentityErr: failed to retrieve credentials\ncaused by: ValidationError: Request ARN is invalid\n\n  eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/reader "',
        "the value is not a valid role ARN",
        'role-arn="$(aws iam get-role --role-name reader',
    ),
    "role-with-long-account": (
        "api error ValidationError: Request ARN is invalid\n\n  eks.amazonaws.com/role-arn: arn:aws:iam::0111122223333:role/reader",
        "an account ID must have 12 digits",
        "kubectl annotate serviceaccount",
    ),
    "id-of-a-file-system": (
        'Failed to resolve "fs-0a1b2c3d.efs.eu-west-1.amazonaws.com".\nUser: arn:aws:sts::111122223333:assumed-role/volumes/i-0a1b2c3d is not authorized to perform: elasticfilesystem:DescribeMountTargets on the specified resource',
        "was denied elasticfilesystem:DescribeMountTargets",
        "file-system/fs-0a1b2c3d",
    ),
    "entry-with-partly-masked-account": (
        "creating EKS Access Entry (orders:arn:aws:iam::4444xxxx:role/ops): operation error EKS: CreateAccessEntry, https response error StatusCode: 400, RequestID: 2f0e, InvalidParameterException: The specified principalArn is invalid: invalid principal.",
        "no role or user has this ARN",
        "",
    ),
    "tags-on-the-next-line": (
        'Resource handler returned message: "User with accountId: 111122223333 is not authorized to perform CreateLogGroup with Tags.\n  An additional permission "logs:TagResource" is required. (Service: CloudWatchLogs, Status Code: 400, Request ID: 2f0e)"',
        "lacks logs:TagResource",
        "AllowTagResource",
    ),
    "helper-denied-a-role": (
        "could not get token: AccessDenied: Access denied\n\tstatus code: 403, request id: 2f0e",
        "was denied sts:AssumeRole",
        "get-role --role-name TARGET_ROLE_NAME",
    ),
    "helper-that-another-call-follows": (
        "could not get token: no answer\nAccessDenied: Access Denied\n\tstatus code: 403, request id: 2f0e",
        "names no action",
        "",
    ),
    "token-of-a-controller": (
        "E1116 12:52:04.413625       1 reflector.go:147] k8s.io/client-go@v0.28.3/tools/cache/reflector.go:229: Failed to watch *v1alpha1.Order: failed to list *v1alpha1.Order: Unauthorized",
        "rejected the token of the controller's pod",
        "kubectl rollout restart",
    ),
    "watch-of-a-local-program": (
        "E1116 12:52:04.413625    1067 reflector.go:138] pkg/mod/k8s.io/client-go@v0.20.0/tools/cache/reflector.go:167: Failed to watch *v1.Service: failed to list *v1.Service: Unauthorized",
        "could not authenticate the caller",
        "",
    ),
    "watch-of-another-cluster": (
        "E1116 12:52:04.413625       1 reflector.go:138] pkg/mod/k8s.io/client-go@v0.20.0/tools/cache/reflector.go:167: Failed to watch *unstructured.Unstructured: failed to list *unstructured.Unstructured: Unauthorized",
        "could not authenticate the caller",
        "",
    ),
    "kubectl-beside-a-controller": (
        "W1116 12:52:03.1       1 reflector.go:147] factory.go:229: Failed to watch *v1.Order: unexpected EOF\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)",
        "could not authenticate the caller",
        "",
    ),
    "token-that-sts-rejects": (
        'time="2026-08-08T16:41:30Z" level=warning msg="access denied" client="127.0.0.1:27688" error="sts getCallerIdentity failed: error from AWS (expected 200, got 403)" method=POST path=/authenticate',
        "STS rejected the token (403)",
        "aws eks get-token",
    ),
    "bound-role-that-is-missing": (
        'orders.shop.example.com is forbidden: User "system:serviceaccount:shop:cart" cannot list resource "orders" in API group "shop.example.com" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "system:shop:viewer" not found',
        "the ClusterRole system:shop:viewer, to which it is bound, does not exist",
        "kubectl create clusterrole system:shop:viewer --verb=list --resource=orders.shop.example.com",
    ),
    "keys-of-lambda-without-token": (
        f"{_UNKNOWN_KEYS}\n    at Runtime.handler (/var/task/index.mjs:9:14)\n\nconst sqs = new SQSClient({{ credentials: {{ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }} }});",
        "a key ID and secret of the execution role without a session token",
        "Or pass the session token, too: sessionToken: process.env.AWS_SESSION_TOKEN",
    ),
    "keys-of-lambda-that-work-on-a-laptop": (
        f"On my laptop it works.\n{_UNKNOWN_KEYS}\n    at Runtime.handler (/var/task/index.mjs:9:14)\n\ncredentials: {{ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }}",
        "a key ID and secret of the execution role",
        "Delete the whole object credentials (an empty one fails, too)",
    ),
    "keys-of-session-without-token": (
        f'{_UNKNOWN_KEYS}\nsqs = boto3.client("sqs", aws_access_key_id=answer["Credentials"]["AccessKeyId"], aws_secret_access_key=answer["Credentials"]["SecretAccessKey"])',
        "of temporary credentials without a session token",
        "Pass aws_session_token: it must come from",
    ),
    "keys-of-environment-without-token": (
        f'{_UNKNOWN_KEYS}\ncredentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), "")',
        "temporary credentials require it",
        'Or pass the session token, too: os.Getenv("AWS_SESSION_TOKEN") as the third argument of NewStaticCredentialsProvider',
    ),
    "keys-of-code-in-other-classes": (
        f'{_UNKNOWN_KEYS}\nvar keys = new BasicAWSCredentials(Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));',
        "temporary credentials require it",
        'Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN") as the third argument of SessionAWSCredentials',
    ),
    "keys-of-code-beside-the-variables": (
        f'{_UNKNOWN_KEYS}\nboto3.client("sqs", aws_access_key_id=os.getenv("AWS_ACCESS_KEY_ID"), aws_secret_access_key=os.getenv("AWS_SECRET_ACCESS_KEY"))\n\n$ env | grep AWS\nAWS_ACCESS_KEY_ID=ASIAEXAMPLE000000042\nAWS_SECRET_ACCESS_KEY=****\nAWS_SESSION_TOKEN=****',
        "a temporary key (ASIA…) and its secret without a session token (aws_session_token is missing)",
        'aws_session_token=os.getenv("AWS_SESSION_TOKEN")',
    ),
    "keys-of-code-with-other-values": (
        f'{_UNKNOWN_KEYS}\nboto3.client("sqs", aws_access_key_id=settings.key, aws_secret_access_key=settings.secret)\nThe key begins with ASIA.',
        "a temporary key and its secret without a session token",
        "Pass aws_session_token",
    ),
    "keys-of-code-with-the-token": (
        f'{_UNKNOWN_KEYS}\nboto3.client(\n    "sqs",\n    aws_access_key_id=settings.key,\n    aws_secret_access_key=settings.secret,\n    aws_session_token=settings.token,\n)\nThe key begins with ASIA.',
        "the access key or session token is not valid",
        "Check which credentials are used",
    ),
    "keys-of-code-that-are-long-term": (
        f"AWS_ACCESS_KEY_ID=AKIAEXAMPLE000000042\n{_UNKNOWN_KEYS}\ncredentials: {{ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY }}",
        "the access key is not valid",
        "Check whether the access key exists",
    ),
    "keys-of-lambda-with-token": (
        f"{_UNKNOWN_KEYS}\n    at Runtime.handler (/var/task/index.mjs:9:14)\n\ncredentials: {{ accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.TOKEN }}",
        "the access key or session token is not valid",
        "The names are reserved",
    ),
    "plugin": (
        "SessionManagerPlugin is not found.",
        "The Session Manager plugin is not installed",
        "session-manager-plugin",
    ),
    "terraform-and-aws": (
        "Error: Cannot assume IAM Role\n\nIAM Role (arn:aws:iam::444455556666:role/deploy) cannot be assumed.\n\nError: operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 9f, api error AccessDenied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/deploy",
        "The user ci was denied sts:AssumeRole on arn:aws:iam::444455556666:role/deploy",
        "arn:aws:iam::444455556666:role/deploy",
    ),
    "node-groups": (
        "An error occurred (InvalidParameterException) when calling the UpdateAccessEntry operation: The kubernetes group name system:bootstrappers is invalid, it cannot start with system:",
        "nodes get it from the type of their access entry",
        "--type EC2_LINUX",
    ),
    "node-as-person": (
        'kubelet[1412]: E0103 10:00:00.000000 1412 kubelet_node_status.go:106] "Unable to register node with API server" err="nodes is forbidden: User \\"arn:aws:sts::111122223333:assumed-role/shop-nodes/i-0abc12de34f567890\\" cannot create resource \\"nodes\\" in API group \\"\\" at the cluster scope"',
        "the role shop-nodes has an access entry or aws-auth entry of the type STANDARD, which is not for nodes",
        "--principal-arn arn:aws:iam::111122223333:role/shop-nodes --type EC2_LINUX",
    ),
    "node-unauthorized": (
        'kubelet[2044]: E0507 06:53:16.500000 2044 kubelet_node_status.go:94] "Unable to register node with API server" err="Unauthorized" node="ip-10-0-12-7.ec2.internal"',
        "the node role has neither an access entry nor an entry in aws-auth",
        "--type EC2_LINUX",
    ),
    "controller-lists-everything": (
        'failed to list *v1.Secret: secrets is forbidden: User "system:serviceaccount:shop:sync" cannot list resource "secrets" in API group "" at the cluster scope',
        "The service account shop/sync is not authorized to list secrets",
        "kubectl create clusterrole",
    ),
    "terraform-on-a-computer": (
        'Error: No valid credential sources found\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n\nError: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded',
        "The SDK found no credentials for Terraform",
        "aws configure sso",
    ),
    "terraform-with-aws-login": (
        "[profile console]\nlogin_session = arn:aws:iam::111122223333:user/dana\n$ AWS_PROFILE=console terraform init\nError: No valid credential sources found",
        "it does not support the profile console of aws login",
        "credential_process 'aws configure export-credentials --profile console --format process'",
    ),
    "java-without-sts": (
        "SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain() : [WebIdentityTokenCredentialsProvider(): To use web identity tokens, the 'sts' service module must be on the class path.]",
        "the class path lacks the module sts",
        "software.amazon.awssdk:sts",
    ),
    "jenkins": (
        '[Pipeline] sh\n+ aws s3 ls\nUnable to locate credentials. You can configure credentials by running "aws configure".',
        "The AWS CLI found no credentials",
        "withAWS",
    ),
    "compose": (
        "app_1  | botocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "The SDK found no credentials",
        "docker compose run -v",
    ),
    "signed-header": (
        "$ curl -X PUT -T a.png 'https://acme.s3.eu-west-1.amazonaws.com/a.png?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261127%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost'\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message></Error>",
        "curl did not send the signed header content-type",
        "-H 'content-type: VALUE' -T a.png",
    ),
    "received-header": (
        (
            "$ curl -X PUT --data-binary @in/a.json 'https://acme.s3.eu-west-1.amazonaws.com/a?X-Amz-Expires=900&X-Amz-SignedHeaders=content-type%3Bhost'\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>"
            "<CanonicalRequest>PUT\n/a\nX-Amz-Expires=900\ncontent-type:application/x-www-form-urlencoded\nhost:acme.s3.eu-west-1.amazonaws.com\n\ncontent-type;host\nUNSIGNED-PAYLOAD</CanonicalRequest></Error>"
        ),
        "curl sent content-type: application/x-www-form-urlencoded, and the URL was most likely signed with another one",
        "curl -H 'content-type: VALUE' -T in/a.json 'PRESIGNED_URL'",
    ),
    "missing-header": (
        (
            "PUT https://acme.s3.eu-west-1.amazonaws.com/a.bin?X-Amz-Expires=900&X-Amz-SignedHeaders=host%3Bx-amz-acl 403\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your key and signing method.</Message>"
            "<CanonicalRequest>PUT\n/a.bin\nX-Amz-Expires=900\nhost:acme.s3.eu-west-1.amazonaws.com\nx-amz-acl:\n\nhost;x-amz-acl\nUNSIGNED-PAYLOAD</CanonicalRequest></Error>"
        ),
        "the request did not send the signed header x-amz-acl",
        "-H 'x-amz-acl: VALUE'",
    ),
    "signed-type": (
        _rejected_url(
            "PUT", "content-type:application/octet-stream\nhost:acme.s3.amazonaws.com", "content-type;host"
        )
        + '\n$ curl -T in/a.pdf -H "Content-Type: application/octet-stream" "$URL"\nurl = s3.generate_presigned_url("put_object", Params={"Bucket": "acme", "Key": "a", "ContentType": "application/pdf"})',
        "signed for content-type: application/pdf, but curl sent application/octet-stream",
        "curl -H 'content-type: application/pdf' -T in/a.pdf \"$URL\"",
    ),
    "other-type-than-signed": (
        _rejected_url("PUT", "content-type:text/plain\nhost:acme.s3.amazonaws.com", "content-type;host")
        + '\n$ curl -T in/a.txt -H "Content-Type: text/plain" "$URL"\nurl = s3.generate_presigned_url("put_object", Params={"Bucket": "acme", "Key": "a", "ContentType": "application/json"})',
        "signed for content-type: application/json, but curl sent text/plain",
        'In the code that signs, write "ContentType": "text/plain"',
    ),
    "signed-acl": (
        _rejected_url("PUT", "host:acme.s3.amazonaws.com\nx-amz-acl:", "host;x-amz-acl")
        + '\nconst command = new PutObjectCommand({ Bucket, Key, ACL: "public-read" });\nconst url = await getSignedUrl(client, command);',
        "signed for x-amz-acl: public-read, but the request did not send this header",
        "-H 'x-amz-acl: public-read'",
    ),
    "signed-acl-with-other-newlines": (
        _rejected_url("PUT", "host:acme.s3.amazonaws.com\nx-amz-acl:private", "host;x-amz-acl").replace(
            "\n", "\r\n"
        )
        + '\r\nurl = s3.generate_presigned_url("put_object", Params={"Bucket": "acme", "Key": "a", "ACL": "public-read"})',
        "signed for x-amz-acl: public-read, but the request sent private",
        "-H 'x-amz-acl: public-read'",
    ),
    "method-of-curl": (
        '$ aws s3 presign s3://acme/a.bin\n$ curl -I "$URL"\n'
        + _rejected_url("HEAD", "host:acme.s3.amazonaws.com", "host"),
        "signed for GET, but curl sent HEAD",
        "Send a GET request",
    ),
    "type-that-is-not-signed": (
        'await fetch(url, { method: "PUT", headers: { "Content-Type": "image/jpeg" }, body: file });\n'
        + _rejected_url("PUT", "", "").partition("<Canonical")[0]
        + '\nconst command = new PutObjectCommand({ Bucket, Key, ContentType: "image/png" });\nreturn getSignedUrl(client, command); // presigned',
        "most likely, the request differs from the signed one in method, key or query string",
        "with the method that it was created for",
    ),
    "type-without-headers": (
        'url = s3.generate_presigned_url("put_object", Params={"Bucket": "acme", "Key": "a", "ContentType": "text/csv"})\n$ curl -T in/a.csv "$URL"\n'
        + _rejected_url("PUT", "", "").partition("<Canonical")[0],
        "signed for content-type: text/csv, but curl did not send this header",
        "curl -H 'content-type: text/csv' -T in/a.csv \"$URL\"",
    ),
    "lowercase-arn": (
        (
            f'time="2026-11-25T08:02:41Z" level=info msg="STS response" arn="arn:aws:sts::111122223333:assumed-role/CiRunner/job"\ntime="2026-11-25T08:02:42Z" level=warning msg="access denied" {_UNMAPPED}\n'
            "$ kubectl -n kube-system get cm aws-auth -o yaml\n- rolearn: arn:aws:iam::111122223333:role/ci/CiRunner"
        ),
        "CiRunner never matches: its rolearn contains the path ci/",
        "- rolearn: arn:aws:iam::111122223333:role/CiRunner\n",
    ),
    "lowercase-arn-and-table": (
        f"{_UNMAPPED}\n$ eksctl get iamidentitymapping --cluster prod\nARN\t\tUSERNAME\tGROUPS\tACCOUNT\narn:aws:iam::111122223333:role/ci/CiRunner\tci\tviewers,testers\t",
        "CiRunner never matches: its rolearn contains the path ci/",
        "rolearn: arn:aws:iam::111122223333:role/CiRunner\n",
    ),
    "lowercase-arn-and-json": (
        _UNMAPPED
        + '\n{"mapRoles":"- rolearn: arn:aws:iam::111122223333:role/ci/CiRunner\\n  username: ci\\n"}',
        "CiRunner never matches: its rolearn contains the path ci/",
        "- rolearn: arn:aws:iam::111122223333:role/CiRunner\n",
    ),
    "lowercase-arn-and-terraform": (
        f'{_UNMAPPED}\n  aws_auth_roles = [\n    {{\n      rolearn  = "arn:aws:iam::111122223333:role/ci/CiRunner"\n      username = "ci"\n    }},\n  ]',
        "CiRunner never matches: its rolearn contains the path ci/",
        'rolearn  = "arn:aws:iam::111122223333:role/CiRunner"\n',
    ),
    "lowercase-arn-with-another-suffix": (
        f"{_UNMAPPED.replace('cirunner', 'awsreservedsso_ops_0a1b2c3d4e5f6071')}\n- rolearn: arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_f0e1d2c3b4a59687\n  username: ops",
        "the one for AWSReservedSSO_Ops_f0e1d2c3b4a59687 has the same permission set but another suffix",
        "- rolearn: arn:aws:iam::111122223333:role/AWSReservedSSO_Ops_0a1b2c3d4e5f6071\n",
    ),
    "cluster-of-log-group": (
        f"$ aws logs tail /aws/eks/orders/cluster\n{_UNMAPPED}",
        "The cluster rejected the role cirunner",
        "--cluster-name orders",
    ),
    "lowercase-arn-alone": (
        _UNMAPPED,
        "The cluster rejected the role cirunner",
        "grep -i '/cirunner$'",
    ),
    "lowercase-arn-of-identity-center": (
        _UNMAPPED.replace("cirunner", "awsreservedsso_ops_0a1b2c3d4e5f6071"),
        "no access entry and no aws-auth entry matches it",
        "role_arn=\"$(aws iam list-roles --query 'Roles[].Arn' --output text | tr '\\t' '\\n' | grep -i '/awsreservedsso_ops_0a1b2c3d4e5f6071$')\"",
    ),
    "region-of-prometheus": (
        f'remote_write:\n  - url: {_WORKSPACE}\n    sigv4:\n      region: us-east-1\n\nts=2026-11-25T06:12:44.018Z level=error url={_WORKSPACE} err="403 Forbidden: {_SCOPED}"',
        "signed for us-east-1, but the endpoint aps-workspaces.us-east-2.amazonaws.com is in us-east-2: region: us-east-1 in sigv4 is wrong",
        "restart the program",
    ),
    "region-of-fluent-bit": (
        f"[OUTPUT]\n    Name   opensearch\n    Host   search-orders-abc123.eu-central-1.es.amazonaws.com\n    AWS_Auth On\n    AWS_Region eu-west-1\n[2026/11/24 07:12:03] [error] [output:opensearch:opensearch.0] HTTP status=403 URI=/_bulk, response: {_SCOPED}",
        "signed for eu-west-1, but the endpoint search-orders-abc123.eu-central-1.es.amazonaws.com is in eu-central-1",
        "Set AWS_Region eu-central-1 in [OUTPUT]",
    ),
    "region-of-vector": (
        f'sinks.amp.aws.region = "us-west-2"\nendpoint = "{_WORKSPACE}"\nERROR vector::sinks: response={_SCOPED}',
        "signed for us-west-2, but the endpoint aps-workspaces.us-east-2.amazonaws.com",
        "Set sinks.amp.aws.region = us-east-2",
    ),
    "region-of-signer": (
        f'const signer = new SignatureV4({{ service: "aps", region: "us-east-1", credentials }});\nhost: aps-workspaces.us-east-2.amazonaws.com\n403 {_SCOPED}',
        "signed for us-east-1, but the endpoint aps-workspaces.us-east-2.amazonaws.com",
        "us-east-2",
    ),
    "region-of-opensearch-py": (
        "auth = AWS4Auth(key, secret, \"us-west-2\", \"es\")\nhost = 'search-orders-abc123.eu-central-1.es.amazonaws.com'\nAuthorizationException(403, 'Credential should be scoped to a valid region. ')",
        "signed for us-west-2, but the endpoint search-orders-abc123.eu-central-1.es.amazonaws.com",
        "Set the Region of AWS4Auth to eu-central-1",
    ),
    "region-of-proxy-arguments": (
        f"args:\n- --name\n- aps\n- --region\n- us-east-1\n- --host\n- aps-workspaces.us-east-2.amazonaws.com\n{_SCOPED}",
        "signed for us-east-1, but the endpoint aps-workspaces.us-east-2.amazonaws.com",
        "Set --region us-east-2",
    ),
    "region-of-block": (
        f'endpoint {{\n  url = "{_WORKSPACE}"\n  sigv4 {{\n    region = "us-east-1"\n  }}\n}}\n403 {_SCOPED}',
        "region = us-east-1 in sigv4 is wrong",
        "Set region = us-east-2 in sigv4",
    ),
    "region-of-helm-value": (
        f"$ helm upgrade p p --set remoteWrite[0].url={_WORKSPACE} --set remoteWrite[0].sigv4.region=us-east-1\n403 Forbidden: {_SCOPED}",
        "signed for us-east-1, but the endpoint aps-workspaces.us-east-2.amazonaws.com",
        "Set remoteWrite[0].sigv4.region=us-east-2",
    ),
    "region-of-header": (
        f"Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261125/us-east-1/execute-api/aws4_request, SignedHeaders=host\nHost: a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com\n{_SCOPED}",
        "signed for us-east-1, but the endpoint a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
        "Set the client's Region to eu-west-1",
    ),
    "region-of-endpoint-url": (
        f"$ aws sts get-caller-identity --region eu-west-1 --endpoint-url https://sts.us-east-1.amazonaws.com\n\n{_SCOPED_STS}",
        "signed for eu-west-1, but --endpoint-url sends it to sts.us-east-1.amazonaws.com, which accepts only signatures for us-east-1",
        "aws sts get-caller-identity --region eu-west-1",
    ),
    "region-of-sts-host": (
        f'AWS_REGION=eu-west-1\nPost "https://sts.us-east-1.amazonaws.com/": {_SCOPED_STS}',
        "goes to sts.us-east-1.amazonaws.com",
        "grep -rnI sts.us-east-1.amazonaws.com .",
    ),
    "region-of-service-host": (
        f"AWS_REGION=eu-west-1\nhttps://sqs.us-east-1.amazonaws.com/\n{_SCOPED_STS.replace('GetCallerIdentity', 'ListQueues')}",
        "signed for eu-west-1, but the endpoint sqs.us-east-1.amazonaws.com is in us-east-1",
        "Or remove the URL of sqs.us-east-1.amazonaws.com",
    ),
    "region-of-queue-url": (
        _QUEUE_POLLED,
        "signed for eu-west-1, but the endpoint sqs.us-east-2.amazonaws.com is in us-east-2",
        "export AWS_REGION=us-east-2 AWS_DEFAULT_REGION=us-east-2",
    ),
    "queue-url-of-other-region": (
        _QUEUE_POLLED,
        "signed for eu-west-1",
        "Or, if the queue is in eu-west-1, correct its URL, which names us-east-2.",
    ),
    "keys-of-terraform": (
        f'Error: {_UNKNOWN_KEY}\n\n  with provider["registry.terraform.io/hashicorp/aws"],\n  on versions.tf line 9, in provider "aws":\n   9: provider "aws" {{',
        "AWS does not accept the credentials",
        'in the block provider "aws" (versions.tf line 9)',
    ),
    "keys-of-backend": (
        f"$ terraform init\nInitializing the backend...\nError: {_UNKNOWN_KEY}",
        "AWS does not accept the credentials",
        "in the block backend.",
    ),
    "keys-of-pulumi": (
        f"$ pulumi up\nerror: {_UNKNOWN_KEY}",
        "AWS does not accept the credentials",
        "aws:accessKey in what pulumi config prints",
    ),
    "keys-of-program": (
        f"main: {_UNKNOWN_KEY}",
        "AWS does not accept the credentials",
        "Look for keys or a profile in its code and configuration.",
    ),
    "service-of-tool": (
        '$ awscurl --service es --region eu-west-1 https://abc123.eu-west-1.aoss.amazonaws.com/_cat/indices\n{"message":"Credential should be scoped to correct service: \'aoss\'. "}',
        "signed for the service es, but the endpoint expects signatures for aoss",
        "Set the service to aoss instead of es",
    ),
    "service-of-endpoint-url": (
        f"$ aws sqs list-queues --endpoint-url https://sns.eu-west-1.amazonaws.com\n\n{_SCOPED_STS.partition('Cred')[0]}Credential should be scoped to correct service: 'sns'. ",
        "signed for the service sqs, but the endpoint expects signatures for sns",
        "aws sqs list-queues",
    ),
    "region-of-host-only": (
        f"ERROR {_WORKSPACE}: 403 Forbidden: {_SCOPED}",
        "signed for another Region, but the endpoint aps-workspaces.us-east-2.amazonaws.com is in us-east-2",
        "Set the client's Region to us-east-2",
    ),
    "mail-of-cron": (
        (
            "From: root@web1 (Cron Daemon)\nSubject: Cron <root@web1> /srv/orders/export.sh\n\nupload failed: ./o.csv to s3://orders/o.csv Unable to locate credentials\n\n"
            "lena@web1:~$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/exports"
        ),
        "found no credentials in the cron job of root (your shell has those of user/exports)",
        "AWS_SHARED_CREDENTIALS_FILE=/home/USER/.aws/credentials",
    ),
    "variables-of-a-shell-for-cron": (
        "By hand it works, from cron it dies:\naws-sdk-core: unable to sign request without credentials set (Aws::Errors::MissingCredentialsError)\n$ cat ~/.zshrc\n# keys\nexport AWS_ACCESS_KEY_ID=****\nexport AWS_DEFAULT_REGION=us-east-2",
        "in the cron job: cron does not read ~/.zshrc",
        "AWS_PROFILE=job\nAWS_DEFAULT_REGION=us-east-2",
    ),
    "variables-of-a-shell-for-a-unit": (
        "report.timer starts it every night: botocore.exceptions.NoCredentialsError: Unable to locate credentials\nMy shell works: the keys are exported in ~/.profile.",
        "in the systemd unit: systemd does not read ~/.profile",
        "With sudo systemctl edit report.service, add the lines to the unit",
    ),
    "file-of-a-shell-that-cron-reads": (
        "5 2 * * * . ~/.profile; /srv/etl/run.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\nThe keys are exported in ~/.profile.",
        "found no credentials in the cron job. No",
        "Specify the profile and the files in the crontab",
    ),
    "mail-of-cron-alone": (
        "Subject: Cron <etl@web1> /srv/etl/run.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "in the cron job of etl",
        "sudo crontab -u etl -e",
    ),
    "unit-before-the-identity": (
        (
            "Nov 25 02:00:09 web1 export.sh[812]: fatal error: Unable to locate credentials\nNov 25 02:00:09 web1 systemd[1]: exports.service: Main process exited, code=exited, status=1/FAILURE\n\n"
            "lena@web1:~$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/exports"
        ),
        "in the systemd unit (your shell has those of user/exports)",
        "sudo systemctl edit exports",
    ),
    "identity-after-a-program": (
        "$ python3 sync.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/exports",
        "in this process (your shell has those of user/exports)",
        "aws configure export-credentials",
    ),
    "identity-after-the-fix": (
        "$ python3 sync.py\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n$ aws configure\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::111122223333:user/exports",
        "The SDK found no credentials. No request was sent",
        "aws configure",
    ),
    "task-of-windows": (
        "C:\\>schtasks /query /tn exports /v /fo list\nRun As User: SYSTEM\nupload failed: .\\a.zip to s3://orders/a.zip Unable to locate credentials",
        "in the scheduled task",
        "schtasks /change /tn TASK_NAME /ru USER",
    ),
    "job-of-launchd": (
        "$ sudo launchctl load /Library/LaunchDaemons/com.example.exports.plist\nUnable to locate credentials",
        "in the launchd job",
        "set UserName",
    ),
    "program-of-supervisor": (
        "2026-11-25 02:00:09,112 INFO spawned: 'sync' with pid 4411\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        "in the program of Supervisor",
        'HOME="/home/USER"',
    ),
    "mount-of-a-bucket": (
        "goofys: ERROR code=NoCredentialProviders msg=no valid providers in chain. Deprecated.\nThis happens when I run sudo mount -a with this line in /etc/fstab:\ngoofys#acme-media /mnt/media fuse _netdev,allow_other 0 0",
        "in the mount of /etc/fstab",
        "reads /root/.aws",
    ),
    "user-in-the-log-of-cron": (
        "Nov 25 02:00:01 web1 CRON[4411]: (www-data) CMD (/srv/orders/export.sh)\nNov 25 02:00:09 web1 export.sh: fatal error: Unable to locate credentials",
        "in the cron job of www-data",
        "sudo crontab -u www-data -e",
    ),
    "audience-of-github": (
        "Run aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/deploy\nError: Could not assume role with OIDC: Incorrect token audience",
        "does not accept the audience of the job's token, sts.amazonaws.com",
        f"arn:aws:iam::111122223333:oidc-provider/{GITHUB} --client-id sts.amazonaws.com",
    ),
    "trust-audience-of-github": (
        _trust(
            Condition={
                "StringEquals": {
                    f"{GITHUB}:aud": "https://github.com/acme",
                    f"{GITHUB}:sub": "repo:acme/orders:ref:refs/heads/main",
                }
            }
        ),
        "expects the audience https://github.com/acme",
        f'"{GITHUB}:aud": "sts.amazonaws.com"',
    ),
    "service-by-name": (
        "An error occurred (InvalidInputException) when calling the CreateProject operation: CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::111122223333:role/orders",
        "The service codebuild.amazonaws.com cannot assume the role orders",
        '"Service": "codebuild.amazonaws.com"',
    ),
    "service-that-is-unable": (
        "InvalidInputException: SageMaker is unable to perform: sts:AssumeRole on the role: it must trust sagemaker.amazonaws.com",
        "The service sagemaker.amazonaws.com cannot assume the role",
        '"Service": "sagemaker.amazonaws.com"',
    ),
    "bucket-with-underscores": (
        "error: S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 0123ABCD,ExtRid ab=,CanRetry 1\n context: S3 key being read : s3://all_my_orders/a",
        "S3 denied s3:GetObject on arn:aws:s3:::all_my_orders/a without a reason",
        "arn:aws:s3:::all_my_orders/a*",
    ),
    "vault-with-a-regional-endpoint": (
        "URL: PUT https://vault.acme.internal/v1/auth/aws/login\n* error making upstream request: received error code 403 from STS: <ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to a valid region, not 'us-east-1'. </Message></Error></ErrorResponse>",
        "to a regional endpoint, which its configuration names (sts_endpoint), but the client signed it for us-east-1, the default of the clients",
        "vault login -method=aws region=VAULT_REGION",
    ),
    "multi-region-access-point": (
        "An error occurred (InvalidSignatureException) when calling the GetObject operation: Credential should be scoped to a valid region.\nbotocore: https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/a.csv",
        "the Multi-Region Access Point accepts only SigV4A signatures",
        "boto3[crt]",
    ),
    "endpoint-without-region": (
        "failed to change Route 53 record set: MissingEndpoint: 'Endpoint' configuration is required for this service",
        "No Region is set where the call runs",
        "spec.acme.solvers[].dns01.route53.region of the Issuer or ClusterIssuer",
    ),
    "task-definition-not-found": (
        "An error occurred (ClientException) when calling the DescribeTaskDefinition operation: Unable to describe task definition.",
        "The task definition does not exist",
        "aws ecs list-task-definitions",
    ),
    "object-missing-in-a-log-of-go": (
        "s3.DEBUG DEBUG: Validate Response s3/HeadObject failed, attempt 0/3, error NotFound: Not Found\n\tstatus code: 404, request id: 1A2B3C4D, host id: ab=",
        "The object does not exist",
        "aws s3api list-objects-v2",
    ),
    "redshift-copy-of-a-prefix": (
        "copy sales from 's3://acme-lake/2026/sales' iam_role 'arn:aws:iam::111122223333:role/loader'\nS3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 0123ABCD,ExtRid ab=,CanRetry 1",
        "S3 denied s3:GetObject on arn:aws:s3:::acme-lake/2026/sales",
        '"Resource": "arn:aws:s3:::acme-lake/2026/sales*"}, {"Sid": "S3ListBucket"',
    ),
    "line-break-after-a-masked-key": (
        r'E0215 09:23:05.938218       1 provider.go:124] "msg"="error getting metric" "error"="RequestError: send request failed\ncaused by: Post \"https://sqs.eu-west-1.amazonaws.com/\": net/http: invalid header field value \"AWS4-HMAC-SHA256 Credential=${KEY_ID}\\n/20260215/eu-west-1/sqs/aws4_request\" for key Authorization"',
        "the access key ID ends with a line break",
        "kubectl get secret NAME",
    ),
    "role-of-database-migration": (
        "assumed-role/dms-engine-role-v9/DMS_ENGINE_ROLE is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/dms-access-for-endpoint",
        "AWS DMS uses only a role with the name dms-access-for-endpoint, and finds none that it can assume",
        "dms.amazonaws.com",
    ),
    "role-of-another-service-named-like-it": (
        "User: arn:aws:sts::111122223333:assumed-role/etl/i-0a1b is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/dms-access-for-endpoint",
        "The role etl was denied sts:AssumeRole",
        "dms-access-for-endpoint",
    ),
    "masked-session-of-the-ssm-agent": (
        "INFO [ssm-agent-worker] Entering SSM Agent hibernate - AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web/INSTANCE_ID is not authorized to perform: ssm:UpdateInstanceInformation on resource: arn:aws:ec2:eu-west-1:111122223333:instance/INSTANCE_ID because no identity-based policy allows the ssm:UpdateInstanceInformation action",
        "of the SSM Agent was denied ssm:UpdateInstanceInformation",
        "aws:policy/AmazonSSMManagedInstanceCore",
    ),
    "conditional-deny-of-a-shown-policy": (
        'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs\n\nThe policy of the queue:\n\n"Sid": "OnlyVpc",\n"Effect": "Deny",\n"Principal": "*",\n"Action": "sqs:*",\n"Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs",\n"Condition": {\n"StringNotEquals": {\n"aws:SourceVpce": "vpce-0a1b2c3d"\n}\n}\n',
        "the statement OnlyVpc of the queue policy in the text denies it unless aws:SourceVpce is vpce-0a1b2c3d",
        "Call through the VPC endpoint vpce-0a1b2c3d",
    ),
    "usual-deny-of-a-shown-policy": (
        'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs\n\nThe policy of the queue:\n\n{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}',
        "most likely, no identity-based policy allows it",
        "sqs:SendMessage",
    ),
    "anonymous-client-of-an-sdk": (
        "com.amazonaws.services.ecr.model.AmazonECRException: Missing Authentication Token (Service: AmazonECR; Status Code: 400; Error Code: MissingAuthenticationTokenException; Request ID: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f; Proxy: null)\n\tat org.jenkinsci.plugins.docker.Run",
        "The SDK sent a request without a signature: most likely, the program gave it anonymous credentials",
        "In Jenkins, check the credentials",
    ),
    "scope-in-a-custom-resource": (
        "shop | CREATE_FAILED | Custom::Setup | Setup7135 | Received response status [FAILED] from custom resource. Message returned: Credential should be scoped to a valid region, not 'us-gov-east-1'.",
        "The request is signed for us-gov-east-1, but was sent to another Region's endpoint",
        "env | grep AWS_ENDPOINT_URL",
    ),
    "disabled-bucket": (
        "An error occurred (AllAccessDisabled) when calling the GetObject operation: All access to this object has been disabled",
        "is disabled, by AWS or its owner",
        "aws s3api list-buckets",
    ),
    "disabled-bucket-with-half-a-message": (
        'Excon::Errors::Forbidden: Expected(204) <=> Actual(403 Forbidden) :body => "<?xml version=\\"1.0\\"?>\\n<Error><Code>AllAccessDisabled</Code><Message>All access to',
        "is disabled, by AWS or its owner",
        "aws s3api list-buckets",
    ),
    "no-provider": (
        f"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for https://{EKS}",
        "IAM has no OIDC provider for the EKS cluster",
        f"aws iam create-open-id-connect-provider --url https://{EKS}",
    ),
}


@check_rows(("text", "verdict", "remedy"), CASES.values(), ids=CASES)
def test_explanation_begins_with_the_decisive_fact(text: str, verdict: str, remedy: str) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    first = explanation.remedies[0]
    shown = "\n".join(
        (first.title, *first.steps, *first.commands, first.manifest or "", json.dumps(first.policy))
    )
    assert remedy in shown
    assert len(str(explanation).splitlines()) <= 32


@pytest.mark.parametrize(
    ("before", "facts", "commands"),
    [
        (
            "",
            {"namespace": "shop", "service_account": "teas"},
            (
                "pod=$(kubectl get pods --namespace shop --field-selector spec.serviceAccountName=teas --output jsonpath='{.items[0].metadata.name}')",
                "kubectl exec $pod --namespace shop -- env | grep -e AWS_REGION -e AWS_DEFAULT_REGION -e AWS_ENDPOINT_URL",
                'workload=$(kubectl get deploy,ds,statefulset --namespace shop -o jsonpath=\'{range .items[?(@.spec.template.spec.serviceAccountName=="teas")]}{.kind}/{.metadata.name}{"\\n"}{end}\')',
                "kubectl set env $workload --namespace shop AWS_REGION=us-east-2 AWS_DEFAULT_REGION=us-east-2",
            ),
        ),
        ("START RequestId: 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f Version: $LATEST\n", {}, ()),
        (
            "$ aws sqs receive-message --queue-url teas\n",
            {"service_account": "teas"},
            ("aws configure set region us-east-2",),
        ),
    ],
    ids=["pod", "function", "command"],
)
def test_region_is_set_where_the_client_runs(
    before: str, facts: dict[str, str], commands: tuple[str, ...]
) -> None:
    found = explain(f"{before}{_QUEUE_POLLED}", facts=facts)
    assert found.remedies[0].commands == commands
    assert "Neither the keys nor the clock is the cause" in found.notes[0]


def test_access_entry_for_a_map_of_another_account_is_for_the_caller() -> None:
    """The account of the entry is the mistake, so no remedy repeats it."""
    text = 'error="ARN is not mapped: arn:aws:iam::111122223333:role/deployer"\n\n  mapRoles: |\n    - rolearn: arn:aws:iam::444455556666:role/deployer\n      username: deployer\n'
    explanation = explain(text)
    assert [cause.code for cause in explanation.causes] == ["map-entry-arn-form"]
    lines = [line for remedy in explanation.remedies for line in remedy.commands]
    assert any("create-access-entry" in line and ":111122223333:role/deployer" in line for line in lines)
    assert not any("444455556666" in line for line in lines)


LISTED = "AWS_ACCESS_KEY_ID=ASIAEXAMPLE000000042\nAWS_SECRET_ACCESS_KEY=********"
REJECTED = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid."


@check_rows(
    ("text", "first", "because"),
    [
        (
            f"$ env | grep AWS_\n{LISTED}\n$ aws s3 ls\n{REJECTED}",
            "Set all three values",
            "no value of AWS_SESSION_TOKEN",
        ),
        (
            f"$ cat ~/.aws/credentials\n[dev]\naws_access_key_id = ASIA****************\naws_secret_access_key = ****\n$ aws s3 ls --profile dev\n{REJECTED}",
            "Set aws_session_token, too",
            "no value of aws_session_token",
        ),
        (
            f'$ echo ${{AWS_ACCESS_KEY_ID:0:4}} "[$AWS_SESSION_TOKEN]"\nASIA []\n$ aws s3 ls\n{REJECTED}',
            "Set all three values",
            "no value of AWS_SESSION_TOKEN",
        ),
        (
            f"$ printenv AWS_ACCESS_KEY_ID\nASIAEXAMPLE000000042\n$ echo ${{#AWS_SESSION_TOKEN}}\n0\n$ aws s3 ls\n{REJECTED}",
            "Set all three values",
            "no value of AWS_SESSION_TOKEN",
        ),
        (
            f"    env:\n    - name: AWS_ACCESS_KEY_ID\n      value: ASIAEXAMPLE000000042\n    - name: AWS_SECRET_ACCESS_KEY\n      value: x\n{REJECTED}",
            "Set all three values",
            "no value of AWS_SESSION_TOKEN",
        ),
    ],
    ids=["environment", "file", "printed", "length", "manifest"],
)
def test_listed_credentials_without_a_session_token(text: str, first: str, because: str) -> None:
    found = explain(text)
    assert "was sent without its session token" in found.summary
    is_of_profile = "--profile" in text and "aws_access_key_id" in text
    assert (" is not set in the profile " in found.summary) is is_of_profile
    assert found.remedies[0].title.startswith(first)
    assert "possible" not in [cause.evidence for cause in found.causes]
    assert because in str(found.causes[1].because)
    lines = " ".join(found.remedies[0].commands)
    assert "env | grep" not in lines
    assert ("--profile dev" in lines) == ("--profile" in text)


@pytest.mark.parametrize(
    "text",
    [
        f"{LISTED}\nAWS_SESSION_TOKEN=****\n$ aws s3 ls\n{REJECTED}",
        f"{LISTED}\n$ aws s3 ls --profile dev\n{REJECTED}",
    ],
    ids=["token", "--profile"],
)
def test_session_token_is_not_certainly_missing(text: str) -> None:
    assert "without its session token" not in explain(text).summary


CONFIGURATION = "      Name                    Value             Type    Location\naccess_key     ****************0042              env"


@check_rows(
    ("before", "command"),
    [
        ("$ export AWS_PROFILE=prod\n$ aws s3 ls", "aws sts get-caller-identity"),
        ("AWS_PROFILE=prod\n$ aws s3 ls", "aws sts get-caller-identity"),
        ("$ AWS_PROFILE=prod aws s3 ls", "aws sts get-caller-identity --profile prod"),
        ("$ aws s3 ls --profile prod", "aws sts get-caller-identity --profile prod"),
    ],
)
def test_checks_use_the_credentials_of_the_call(before: str, command: str) -> None:
    """With --profile, botocore ignores the access keys in environment variables; with AWS_PROFILE, it does not."""
    remedies = explain(f"{before}\n{REJECTED}").remedies
    [check] = [each for each in remedies if each.title == "Check which credentials are used"]
    assert command in check.commands
    found = explain(f"{before}\n{REJECTED}\n$ aws configure list\n{CONFIGURATION}")
    checks = [each for each in found.remedies if each.title == "Check which credentials are used"]
    is_overridden = found.causes[0].code == "profile-overridden"
    assert is_overridden == ("AWS_PROFILE" in before and "$ AWS_PROFILE" not in before)
    assert [each.commands[:1] for each in checks] == ([] if is_overridden else [(command,)])
    assert "unset" not in " ".join(check.commands) or "--profile" not in before


EXPIRED = (
    "An error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired."
)


SHELL_KEYS = "AWS_ACCESS_KEY_ID=AKIAEXAMPLE000000042\nAWS_SECRET_ACCESS_KEY=********\nAWS_PROFILE=prod"


@check_rows(
    ("text", "is_overridden"),
    [
        (f"$ env | grep AWS_\n{SHELL_KEYS}\n$ aws s3 ls\n{REJECTED}", True),
        (f"$ aws s3 ls\n{REJECTED}\n   profile       prod     env    ['AWS_PROFILE']\n{CONFIGURATION}", True),
        (f"$ aws s3 ls\n{REJECTED}\nprofile    : prod   : env  : AWS_PROFILE\naccess_key : ****0042 : env  :", True),
        (f"$ env | grep AWS_\n{SHELL_KEYS}\nAWS_SESSION_TOKEN=****\n$ aws s3 ls\n{EXPIRED}", True),
        (f"$ env | grep AWS_\n{SHELL_KEYS}\n$ aws s3 ls --profile prod\n{REJECTED}", False),
        (f"$ export AWS_PROFILE=prod\n$ aws s3 ls\n{REJECTED}", False),
        (f"$ aws s3 ls\n{REJECTED}\n   profile       prod     env    ['AWS_PROFILE']\naccess_key   ****0042   shared-credentials-file", False),
    ],
)  # fmt: skip
def test_keys_in_the_environment_override_the_profile(text: str, *, is_overridden: bool) -> None:
    found = explain(text)
    title = "Unset the keys, so that the profile prod is used"
    assert (found.remedies[0].title == title) == is_overridden
    assert ("take precedence over the profile prod" in found.causes[0].text) == is_overridden


DENIED_USER = "An error occurred (AccessDenied) when calling the ListTopics operation: User: arn:aws:iam::111122223333:user/old is not authorized to perform: sns:ListTopics on resource: arn:aws:sns:eu-west-1:111122223333:*"


@pytest.mark.parametrize("reason", ["", " because no identity-based policy allows the sns:ListTopics action"])
def test_a_denied_user_whose_keys_override_the_profile(reason: str) -> None:
    found = explain(f"$ env | grep AWS_\n{SHELL_KEYS}\n$ aws sns list-topics\n{DENIED_USER}{reason}")
    (remedy,) = found.remedies
    # With --profile, the command would print the profile's identity whether or not the keys are unset.
    assert "aws sts get-caller-identity" in remedy.commands
    assert {each.evidence for each in found.causes} <= {"derived", "reported"}
    assert (
        "Only if the user old itself is to make the call, an administrator allows sns:ListTopics"
        in found.notes[0]
    )


def test_token_of_the_terraform_provider() -> None:
    provider = 'provider "aws" {\n  access_key = "ASIAEXAMPLE000000042"\n  secret_key = "****"\n'
    assert "without its session token: token is not set" in explain(f"{provider}}}\n{REJECTED}").summary
    assert "is not set" not in explain(f'{provider}  token = "****"\n}}\n{REJECTED}').summary


@check_rows(
    ("words", "facts", "evidence"),
    [
        ('"msg":"Reconciler error"', {}, 'The text says "Reconciler".'),
        ("serviceaccount mail", {}, 'The text says "serviceaccount".'),
        ("level=error namespace=mail", {}, "The namespace is mail."),
        ("level=error", {"service_account": "sender"}, "The service account sender has neither"),
    ],
)
def test_cause_in_a_pod_quotes_what_shows_the_pod(words: str, facts: dict[str, str], evidence: str) -> None:
    explanation = explain(f"{words} error: no EC2 IMDS role found", facts=facts)
    cause = next(each for each in explanation.causes if each.code == "service-account-without-role")
    assert " ".join((*cause.because, cause.text)).startswith(evidence)


def test_step_restarts_the_pods_of_the_controller() -> None:
    facts = {"cluster": "shop", "namespace": "kube-system", "service_account": "aws-load-balancer-controller"}
    steps = explain("aws-load-balancer-controller: no EC2 IMDS role found", facts=facts).remedies[0].steps
    assert steps[1].endswith(
        "Then re-create the pods: kubectl rollout restart deployment/aws-load-balancer-controller --namespace kube-system"
    )


_NO_TOKEN = "getting credentials: exec: executable aws failed with exit code 255"
_RETRIEVAL = "WebIdentityErr: failed to retrieve credentials"


@check_rows(
    ("text", "is_of_kubectl"),
    [
        (
            ("aws: [ERROR]: An error occurred (AccessDeniedException) when calling the CreateOAuth2Token operation: The refresh token has expired.\n"
             f'E0102 09:02:11.4 7 memcache.go:265] "Unhandled Error" err="{_NO_TOKEN}"\nUnable to connect to the server: {_NO_TOKEN}'),
            True,
        ),
        (f"aws: [ERROR]: Your session has expired. Please reauthenticate using 'aws login'.\nerror: {_NO_TOKEN}", True),
        (f"Error loading SSO Token: Token for dev does not exist\nerror: {_NO_TOKEN}", True),
        (
            f"An error occurred (ExpiredToken) when calling the AssumeRole operation: The security token included in the request is expired\nerror: {_NO_TOKEN}",
            True,
        ),
        (
            (f"E0102 06:10:12.8 1 cache.go:128] {_RETRIEVAL}\ncaused by: InvalidIdentityToken: No OpenIDConnect provider found in your account for "
             "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF\n\tstatus code: 400\n"
             f"F0102 06:10:12.8 1 cloud.go:417] Failed to create AWS Manager: {_RETRIEVAL}\n"),
            False,
        ),
    ],
)  # fmt: skip
def test_what_follows_from_a_failure_is_no_further_failure(text: str, is_of_kubectl: bool) -> None:  # noqa: FBT001
    explanation = explain(text)
    assert explanation.other_failures == ()
    assert ("This is why aws eks get-token failed" in explanation.summary) == is_of_kubectl


@pytest.mark.parametrize(
    ("host", "region", "meant"),
    [
        ("orders.s3-us-west-2.amazonaws.com", None, ""),
        ("s3-accelerate.amazonaws.com", None, ""),
        ("sts.eu-central-1.amazonaws.com", None, ""),
    ],
)
def test_region_that_does_not_exist(host: str, region: str | None, meant: str) -> None:
    found = explain(f'Could not connect to the endpoint URL: "https://{host}/"')
    assert (f"Region {region}" in found.summary) is (region is not None)
    assert region is None or found.remedies[0].steps[0] == f"Most likely, {meant} is meant."


_JAVA_CHAIN = (
    "SdkClientException: Unable to load credentials from any of the providers in the chain: [WebIdentityTokenCredentialsProvider(): "
    "Either the environment variable AWS_WEB_IDENTITY_TOKEN_FILE or the javaproperty aws.webIdentityTokenFile must be set., "
    "ContainerCredentialsProvider(): Cannot fetch credentials from container - {}]"
)


@pytest.mark.parametrize(
    ("endpoint", "is_injected"),
    [
        ("neither AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI environment variables are set.", False),
        ("no metadata.", True),
    ],
    ids=["no variable", "unknown"],
)  # fmt: skip
def test_chain_shows_whether_the_pod_has_a_role(endpoint: str, is_injected: bool) -> None:  # noqa: FBT001
    found = explain(_JAVA_CHAIN.format(endpoint), facts={"namespace": "carts", "service_account": "api"})
    assert ("EKS gave the pod no role" in found.summary) is not is_injected
    assert ("Update the SDK" in {each.title for each in found.remedies}) is is_injected


@pytest.mark.parametrize(
    ("facts", "first", "is_of_job"),
    [({"namespace": "carts", "service_account": "api"}, "Restart the pods", False), ({}, "Read the token file again", True)],
    ids=["pod", "unknown"],
)  # fmt: skip
def test_token_of_a_pod_has_expired(facts: dict[str, str], first: str, is_of_job: bool) -> None:  # noqa: FBT001
    found = explain(
        "An error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: current date/time 1795168800 must be before the expiration date/time 1795082400",
        facts=facts,
    )
    assert found.remedies[0].title.startswith(first)
    assert ("token-of-job-too-old" in {each.code for each in found.causes}) is is_of_job


_NO_STS = "SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain : [WebIdentityTokenCredentialsProvider(): To use web identity tokens, the 'sts' service module must be on the class path.]\n"


_SKIPPED = "WARN s.a.a.a.c.i.WebIdentityCredentialsUtils To use web identity tokens, the 'sts' service module must be on the class path.\n"
_DENIED_NEXT = (
    "ERROR S3Exception: Access Denied (Service: S3, Status Code: 403, Request ID: 4Q2W8E6R1T5Y3U7I)\n"
)


@check_rows(
    ("text", "skips", "words"),
    [
        (_SKIPPED + _DENIED_NEXT + "eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/backup", True, ("skips the role backup", "usually those of the node")),
        (_SKIPPED + 'User: arn:aws:sts::111122223333:assumed-role/nodes/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::a/b" because no identity-based policy allows the s3:PutObject action', True, ("skips the role of the service account", "those of the node, the role nodes")),
        (_SKIPPED + "User: arn:aws:sts::111122223333:assumed-role/backup/aws-sdk-java-17 is not authorized to perform: s3:PutObject because no identity-based policy allows the s3:PutObject action", False, ("The role backup was denied",)),
        (_NO_STS + "access denied?", False, ("found no credentials",)),
        (_SKIPPED, False, ("found no credentials",)),
        ("S3 said Access Denied before the restart.\n" + _SKIPPED.strip(), False, ("found no credentials",)),
        (_SKIPPED.replace("To use web identity tokens", "To use assumed roles in the 'ops' profile") + _DENIED_NEXT, False, ("the profile ops",)),
    ],
    ids=["annotation", "named-node", "named-role", "chain", "warning", "earlier", "profile"],
)  # fmt: skip
def test_web_identity_that_the_sdk_skips(text: str, *, skips: bool, words: tuple[str, ...]) -> None:
    shown = " ".join(str(explain(text)).split())
    assert all(each in shown for each in words)
    assert ("more denial" not in shown and "no request was sent" not in shown) or not skips


_SDK = "SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(credentialsProviders=[]) : [{}]"
_NO_KEYS = "EnvironmentVariableCredentialsProvider(): Unable to load credentials from system settings. Access key must be specified either via environment variable, "
_NO_TOKEN = "WebIdentityTokenCredentialsProvider(): Either the environment variable AWS_WEB_IDENTITY_TOKEN_FILE or the javaproperty aws.webIdentityTokenFile must be set., "
_NO_FILE = "ProfileCredentialsProvider(profileName=default, profileFile=ProfileFile(sections=[])): Profile file contained no credentials for profile 'default': ProfileFile(sections=[]), "
_NO_SECTION = _NO_FILE.replace("[]", "[profiles]")
_NO_CONTAINER = (
    "ContainerCredentialsProvider(): Cannot fetch credentials from container - neither variable is set."
)


@check_rows(
    ("text", "summary", "step"),
    [
        (_SDK.format(_NO_KEYS + _NO_TOKEN + _NO_FILE + _NO_CONTAINER), "no web identity token, no profile (the files are missing or empty) and no container credentials", "the modules sso and ssooidc"),
        (_SDK.format(_NO_KEYS + _NO_SECTION + _NO_CONTAINER), "no keys in environment variables, no credentials in the profile and no container", "taskRoleArn"),
        (_SDK.format(_NO_CONTAINER), "found no credentials. No request", "a Pod Identity association"),
        ("CredentialsProviderError: Could not load credentials from any providers\n    at /usr/src/app/node_modules/@aws-sdk/x.js:1:1", "found no credentials. No request", "an instance profile"),
        ('level=warn caller=queue/sender.go:41 err="NoCredentialProviders: no valid providers in chain. Deprecated.\\n\\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors"', "found no credentials. No request", "With CredentialsChainVerboseErrors in aws.Config"),
    ],
    ids=["nothing", "no keys in the profile", "one provider", "image of Node.js", "log of Go"],
)  # fmt: skip
def test_program_that_can_run_anywhere(text: str, summary: str, step: str) -> None:
    found = explain(text)
    assert summary in found.summary
    [remedy] = found.remedies
    assert remedy.title == "Give the program credentials where it runs"
    assert step in " ".join(remedy.steps)


@pytest.mark.parametrize(
    ("text", "lacking", "added"),
    [
        ("SdkClientException: To use assumed roles in the 'ops' profile, the 'sts' service module must be on the class path.", "lacks the module sts, which it needs for the profile ops", ["sts"]),
        ("IllegalStateException: To use Sso related properties in the 'ops' profile, the 'sso' service module must be on the class path.", "lacks the module sso, which it needs for the profile ops", ["sso", "ssooidc"]),
        (_NO_STS, "needs for a web identity", ["sts"]),
    ],
    ids=["role", "IAM Identity Center", "web identity"],
)  # fmt: skip
def test_module_that_a_profile_requires(text: str, lacking: str, added: list[str]) -> None:
    found = explain(text)
    assert lacking in found.summary
    manifest = found.remedies[0].manifest or ""
    assert re.findall(r"<artifactId>(\w+)<", manifest) == added


_NO_ANSWER = '│ Error: No valid credential sources found\n│\n│   on main.tf line 3, in provider "aws":\n│\n│ Error: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, {}\n'
_TIMED_OUT = _NO_ANSWER.format("request canceled, context deadline exceeded")
_ELSEWHERE = "exists only on EC2. Elsewhere"


@check_rows(
    ("text", "title", "has_note"),
    [
        (f"{_TIMED_OUT}Error: Process completed with exit code 1.", "Give the job of GitHub Actions a role", True),
        (f"{_TIMED_OUT}Error: Terraform exited with code 1.", "Give the job of GitHub Actions a role", True),
        (f"{_TIMED_OUT}gitlab-runner: Job failed: exit code 1", "Give the job of GitLab CI/CD a role", True),
        # An instance answers.
        (
            _NO_ANSWER.format("http response error StatusCode: 404, request to EC2 IMDS failed") + "Error: Process completed with exit code 1.",
            "Give the job of GitHub Actions a role",
            False,
        ),
        (f"{_TIMED_OUT}make: *** [plan] Error 1", "Set up credentials for Terraform", True),
    ],
    ids=["GitHub", "action of Terraform", "GitLab", "answered", "computer"],
)  # fmt: skip
def test_terraform_without_credentials_in_ci(text: str, title: str, *, has_note: bool) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert first.title == title
    assert (_ELSEWHERE in str(explanation.notes)) is has_note
    assert ("- run: aws sts get-caller-identity" in (first.manifest or "")) is ("GitHub" in title)


@check_rows(
    ("facts", "text", "line"),
    [
        ({"namespace": "tea", "service_account": "leaf"}, _NO_STS, "--field-selector spec.serviceAccountName=leaf"),
        ({}, f"The pod leaf-7d9f8c-x2x4z says: {_NO_STS}", "kubectl get pod leaf-7d9f8c-x2x4z"),
        ({}, f"The pod leaf has AWS_WEB_IDENTITY_TOKEN_FILE. {_NO_STS}", None),
        ({}, f"On my laptop: {_NO_STS}", None),
        ({"service_account": "leaf"}, _SKIPPED + _DENIED_NEXT, None),
        ({"service_account": "leaf"}, _NO_STS.replace("To use web identity tokens", "To use assumed roles in the 'ops' profile"), None),
    ],
    ids=["account", "pod", "with a token", "no pod", "skipped", "profile"],
)  # fmt: skip
def test_pod_that_may_have_no_web_identity(facts: dict[str, str], text: str, line: str | None) -> None:
    first = explain(text, facts=facts).remedies[0]
    assert first.title == "Add the module sts to the program"
    assert (line in first.commands[0]) if line else not first.commands
    assert ("its service account has no role" in str(first.steps)) is bool(line)


@pytest.mark.parametrize(
    ("found", "summary", "step"),
    [
        ("WebIdentityTokenCredentialsProvider(): Multiple HTTP implementations were found on the classpath. To avoid non-deterministic loading implementations, please explicitly provide an HTTP client via the client builders", "did not get the role of the web identity token, such as IRSA: its class path has several HTTP clients", "Exclude the others"),
        ("ContainerCredentialsProvider(): Unable to load an HTTP implementation from any provider in the chain. You must declare a dependency on an appropriate HTTP implementation", "did not get credentials: its class path has no HTTP client", "apache-client"),
    ],
    ids=["several", "none"],
)  # fmt: skip
def test_http_clients_of_a_java_program(found: str, summary: str, step: str) -> None:
    explanation = explain(
        f"DEBUG AwsCredentialsProviderChain: Unable to load credentials from {found}\nsoftware.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain()\n"
    )
    assert explanation.topic == "no-credentials"
    assert summary in explanation.summary
    assert step in " ".join(explanation.remedies[0].steps)


_NO_STS_1 = "com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain: [WebIdentityTokenCredentialsProvider: To use assume role profiles the aws-java-sdk-sts module must be on the class path., com.amazonaws.auth.profile.ProfileCredentialsProvider@1b: {}]\n"
_NO_FILE_1 = "profile file cannot be null"


@check_rows(
    ("text", "lacking", "added"),
    [
        (f"{_NO_STS_1.format(_NO_FILE_1)}AWS_WEB_IDENTITY_TOKEN_FILE is set", "lacks the module aws-java-sdk-sts, which it needs for a web identity", "<artifactId>aws-java-sdk-sts</artifactId>"),
        (_NO_STS_1.format("To use assume role profiles the aws-java-sdk-sts module must be on the class path."), "needs for a profile with role_arn", "<artifactId>aws-java-sdk-sts</artifactId>"),
        # The provider of web identities says it also where there is none.
        (f"{_NO_STS_1.format(_NO_FILE_1)}It runs on my laptop.", "found no credentials", None),
        ("System.InvalidOperationException: Assembly AWSSDK.SSOOIDC could not be found or loaded. This assembly must be available at runtime to use Amazon.Runtime.SSOAWSCredentials.", "lacks AWSSDK.SSO and AWSSDK.SSOOIDC", "dotnet add package AWSSDK.SSO"),
        ('System.InvalidOperationException: Assembly AWSSDK.SSOOIDC could not be found or loaded. This assembly must be available at runtime to use Amazon.Runtime.SSOAWSCredentials.\n<PackageReference Include="AWSSDK.S3" Version="3.7.415" />', "lacks AWSSDK.SSO and AWSSDK.SSOOIDC", 'dotnet add package AWSSDK.SSO --version "3.7.*"'),
        ("System.InvalidOperationException: Assembly AWSSDK.SecurityToken could not be found or loaded. This assembly must be available at runtime to use Amazon.Runtime.AssumeRoleAWSCredentials.", "also with a web identity", "dotnet add package AWSSDK.SecurityToken"),
        ("ProfileFile provider could not be built: This behavior requires following cargo feature(s) enabled: credentials-process.", "needs for credential_process", "cargo add aws-config --features credentials-process"),
        ('Missing Dependency: Using the login credential provider requires an additional dependency. You will need to pip install "botocore[crt]" before proceeding.', "needs for the credentials of aws login", 'python3 -m pip install "botocore[crt]"'),
        # Somebody else's words about such a package.
        ("botocore.exceptions.NoCredentialsError: Unable to locate credentials\nI have run pip install botocore[crt] already.", "found no credentials", None),
        ("botocore.exceptions.NoCredentialsError: Unable to locate credentials\nThe build says cargo feature(s) enabled: Sso.", "found no credentials", None),
    ],
)  # fmt: skip
def test_part_of_an_sdk_that_is_missing(text: str, lacking: str, added: str | None) -> None:
    found = explain(text)
    [first, *_] = found.remedies
    assert lacking in found.summary
    assert (added is None) is ("lacks" not in found.summary)
    assert (
        added is None
        or added in ((first.manifest or "").splitlines() or first.commands)
        or added in (first.manifest or "")
    )


@pytest.mark.parametrize(
    ("build", "added"),
    [
        ("<groupId>software.amazon.awssdk</groupId>\n<artifactId>sqs</artifactId>\n</dependency>", "<dependency>\n  <groupId>software.amazon.awssdk</groupId>\n  <artifactId>sts</artifactId>\n</dependency>"),
        ("", "<dependency>\n  <groupId>software.amazon.awssdk</groupId>\n  <artifactId>sts</artifactId>\n</dependency>"),
    ],
    ids=["Maven", "no build file"],
)  # fmt: skip
def test_module_of_the_sdk_for_java(build: str, added: str) -> None:
    [remedy] = explain(_NO_STS + build).remedies
    assert remedy.manifest == added


@pytest.mark.parametrize(
    ("rest", "provider"),
    [
        ('with provider["registry.terraform.io/hashicorp/aws"],\naws = {\n source = "hashicorp/aws"\n version = "~> 4.1"\n}', "hashicorp/aws 4.1"),
        ('with provider["registry.opentofu.org/octo/pg"],', "octo/pg"),
    ],
)  # fmt: skip
def test_old_sdk_of_a_terraform_provider(rest: str, provider: str) -> None:
    error = 'Error: loading configuration: invalid endpoint host, "169.254.170.23", only loopback hosts are allowed'
    explanation = explain(f"{error}\n  {rest}")
    assert explanation.summary.startswith(f"The SDK in the Terraform provider {provider} is too old")
    assert explanation.remedies[0].title == f"Raise the version of the provider {provider.partition(' ')[0]}"
    assert explain(error).remedies[0].title == "Update the SDK"


_OF_SESSION = 'User "arn:aws:sts::111122223333:assumed-role/shop-nodes/i-0abc12de34f567890"'


def test_all_denials_of_a_kubelet_have_one_cause() -> None:
    denied = f'kubelet[14]: E0103 kubelet_node_status.go:106] "Unable to register node with API server" err="nodes is forbidden: {_OF_SESSION} cannot create resource \\"nodes\\" in API group \\"\\" at the cluster scope"'
    watch = f'kubelet[14]: E0103 reflector.go:150] failed to list *v1.Service: services is forbidden: {_OF_SESSION} cannot list resource "services" in API group "" at the cluster scope'
    entry = '$ aws eks describe-access-entry --cluster-name shop\n{"principalArn": "arn:aws:iam::111122223333:role/shop-nodes", "type": "STANDARD"}'
    groups = "An error occurred (InvalidParameterException) when calling the CreateAccessEntry operation: The kubernetes group name system:nodes is invalid, it cannot start with system:"
    explanation = explain(f"{denied}\n{watch}\n{entry}\n{groups}")
    assert explanation.other_failures == ()
    assert (
        explanation.summary
        == "The kubelet cannot create nodes: the role shop-nodes has an access entry of the type STANDARD, which is not for nodes."
    )
    assert "groups that begin with system:" in " ".join(explanation.remedies[0].steps)
    assert "aws iam get-role" not in " ".join(explanation.remedies[0].steps)
    other = watch.replace("shop-nodes/i-0abc12de34f567890", "shop-ci/build")
    assert len(explain(f"{denied}\n{other}").other_failures) == 1


@pytest.mark.parametrize(
    ("before", "verbs"),
    [
        ("", "--verb=create --resource"),
        ("$ kubectl create -f app.yaml\n", "--verb=create --resource"),
        ("$ kubectl apply -f app.yaml\n", "--verb=create,get,patch --resource"),
    ],
    ids=["unknown", "create", "apply"],
)
def test_verbs_of_a_file_that_is_created(before: str, verbs: str) -> None:
    error = 'Error from server (Forbidden): error when creating "app.yaml": jobs.batch is forbidden: User "system:serviceaccount:ci:bot" cannot create resource "jobs" in API group "batch" in the namespace "carts"'
    found = explain(before + error)
    assert verbs in found.remedies[0].commands[0]
    # Without a command, it can be either.
    assert ("use --verb=create,get,patch" in found.remedies[0].steps[0]) is (before == "")
    assert "rbac.yaml" not in str(found)


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("operation error SQS: ListQueues, https response error StatusCode: 403, RequestID: 0a1b, api error ExpiredToken: The security token included in the request is expired", ", with aws.NewCredentialsCache around stscreds.NewAssumeRoleProvider"),
        ("An error occurred (ExpiredToken) when calling the ListQueues operation: The security token included in the request is expired", ""),
    ],
    ids=["Go", "botocore"],
)  # fmt: skip
def test_provider_that_refreshes(text: str, provider: str) -> None:
    assert f"Let the SDK refresh the credentials{provider}" in {each.title for each in explain(text).remedies}


@check_rows(
    ("upload", "end"),
    [
        ('curl -X PUT --data-binary @a.csv "$(cat link.txt)"', '-T a.csv "$(cat link.txt)"'),
        ('curl -X PUT --data-binary @a.csv "$(< link)"', '-T a.csv "$(< link)"'),
        ('curl -X PUT --data-binary @a.csv "$URL"', '-T a.csv "$URL"'),
        # Other commands can have effects.
        ('curl -X PUT --data-binary @a.csv "$(./sign.sh a.csv)"', "-T a.csv 'PRESIGNED_URL'"),
    ],
)
def test_url_of_the_command_is_used_again(upload: str, end: str) -> None:
    code = 'client.generate_presigned_url("put_object", Params={"ContentType": "text/csv"})'
    sent = "content-type:application/x-www-form-urlencoded\nhost:films.s3.amazonaws.com"
    rejected = _rejected_url("PUT", sent, "content-type;host").replace(
        "&amp;", "&amp;X-Amz-Expires=600&amp;", 1
    )
    explanation = explain(f"{code}\n$ {upload}\n{rejected}")
    [remedy] = explanation.remedies
    assert remedy.commands == (f"curl -H 'content-type: text/csv' {end}",)
    assert "If the 600 seconds of the URL are over, create it again." in remedy.steps[0]
    # Both sides are known.
    assert "If it fails again" not in " ".join(remedy.steps)
