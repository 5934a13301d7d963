"""Failures in the output of agents, collectors and tools that get credentials or make calls in a way of their own."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_CREDENTIAL_HELPER = 'level=error msg="Error retrieving credentials" error="ecr: Failed to get authorization token: operation error ECR: GetAuthorizationToken, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context deadline exceeded"\n'
_UNAUTHORIZED = '\nE1120 10:00:00.125601       1 archfilter.go:167] "failed to get image architectures" err=<\n\tGET https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/films/manifests/1: unexpected status code 401 Unauthorized: Not Authorized'
_VAULT = "aws-vault: error: exec: Failed to get credentials for films: "
_TOKEN = "operation error SSO: GetRoleCredentials, https response error StatusCode: 401, RequestID: , UnauthorizedException: Session token not found or invalid"
_KEY = "operation error STS: GetSessionToken, https response error StatusCode: 403, RequestID: 06d17f46-6d61-4801-a0bf-9015c3ee5bf9, api error InvalidClientTokenId: The security token included in the request is invalid."
_EXPIRED = "operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 06d17f46-6d61-4801-a0bf-9015c3ee5bf9, api error ExpiredToken: The security token included in the request is expired"
_MISMATCH = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
_FILE = "SharedCredsLoad: failed to load shared credentials file caused by: FailedRead: unable to open file caused by: open {}: no such file or directory"
_THROTTLED = "[2026/11/20 10:00:00] [error] [output:cloudwatch_logs:cloudwatch_logs.0] PutLogEvents API responded with error='ThrottlingException', message='Rate exceeded for logStreamName films'"
_DEVICE = "SdkClientException: Failed to fetch credentials\n    at com.aws.greengrass.tes.LazyCredentialProvider.resolveCredentials(LazyCredentialProvider.java:40)"
_RESTIC = "Fatal: unable to open config file: Stat: Access Denied.\nIs there a repository at the following location?\ns3:https://s3.amazonaws.com/films-backup/restic/desk"
_POLLER = "2026-11-20 10:00:00 ERROR [codedeploy-agent(2912)]: InstanceAgent::Plugins::CodeDeployPlugin::CommandPoller: "
_POLL = f"{_POLLER}Cannot reach InstanceService: Aws::CodeDeployCommand::Errors::AccessDeniedException - Aws::CodeDeployCommand::Errors::AccessDeniedException"

_UNSIGNED = 'err="server returned HTTP status 403 Forbidden: {\\"message\\":\\"Missing Authentication Token\\"}" url=https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/'
_ALERT = "Error generating STS keys: RequestError: send request failed\ncaused by: Post https://sts.amazonaws.com/: remote error: tls: "
_REFUSED = "Error response from daemon: pull access denied for 111122223333.dkr.ecr.eu-west-1.amazonaws.com/films/app, repository does not exist or may require 'docker login'"

_STEP = "Run s3cmd info s3://films-archive\n  env:\n    AWS_ACCESS_KEY_ID: ***\n    AWS_SECRET_ACCESS_KEY: ***\n{}ERROR: S3 error: 403 (AccessDenied): Access Denied\nError: Process completed with exit code 77."
_FRAMES = '{{"errorMessage": "null (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1TM4POAKDQ2KIEIU)", "errorType": "com.amazonaws.AmazonServiceException", "{}": ["com.amazonaws.services.dynamodbv2.AmazonDynamoDBClient.invoke(AmazonDynamoDBClient.java:1772)", "com.amazonaws.services.dynamodbv2.AmazonDynamoDBClient.executeGetItem(AmazonDynamoDBClient.java:1150)", "com.amazonaws.services.dynamodbv2.AmazonDynamoDBClient.getItem(AmazonDynamoDBClient.java:1141)"]}}'
_WHOLE = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: {} on resource: arn:aws:{}:eu-west-1:111122223333:*"
_ID = "4Y39NMW1KSBQFJ9P"
_DENIED = _THROTTLED.replace("ThrottlingException", "AccessDeniedException").partition(", message")[0]
_PUT = "An error occurred (AccessDeniedException) when calling the PutLogEvents operation: Access denied"
_WEB_IDENTITY = 'err="WebIdentityErr: failed to retrieve credentials\\n'
_FILMS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::films/*"}]}'
_OF_VAULT = "User: arn:aws:iam::111122223333:user/{} is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::films/a because no identity-based policy allows the s3:PutObject action"

_RCLONE = 'rclone copy /srv/films archive:films-archive\n{}ERROR : a.7z: Failed to copy: s3 upload: 403 Forbidden: <?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
_SAML = "{}Exception: Request ARN is invalid (Service: AWSSecurityTokenService; Status Code: 400; Error Code: ValidationError; Request ID: 76b154dd-8c86-11e9-b9dd-6d97c7eb77da)"
_CALLER = "User: {} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:a1b2c3d4e5/test/GET/films"
_STRING = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.\n\nThe Canonical String for this request should have been\n'POST\n/workspaces/ws-1/api/v1/remote_write\n\nhost:aps-workspaces.eu-west-1.amazonaws.com\nx-amz-date:20261120T100000Z\n{}"
_START = 'ResourceInitializationError: unable to pull secrets or registry auth: RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 192.0.2.7:443: i/o timeout'
_NOT_MANAGED = "An error occurred (InvalidInstanceId) when calling the SendCommand operation: Instances [[i-0a1b2c3d4e5f60718]] not in a valid state for account 111122223333"
_PING = "ERROR Health ping failed with error - AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/films/desk is not authorized to perform: ssm:UpdateInstanceInformation on resource: arn:aws:ec2:eu-west-1:111122223333:"
_VAULT_CALL = "An error occurred (AccessDeniedException) when calling the {}BackupVault operation: Insufficient privileges to perform this action."


def _show(text: str) -> tuple[str, str]:
    explanation = explain(text)
    first = explanation.remedies[0]
    shown = "\n".join((first.title, *first.steps, *first.commands, json.dumps(first.policy)))
    return explanation.summary, shown


@check_rows(
    ("text", "verdict", "remedy"),
    [
        (f"{_CREDENTIAL_HELPER}{_UNAUTHORIZED}", "The SDK found no credentials", "role"),
        (f"{_VAULT}{_TOKEN}", "the sign-in that aws-vault has stored", "aws-vault clear films"),
        (f"$ aws-vault --debug exec films\n{_VAULT.replace(' for films', '')}{_TOKEN}", "that aws-vault has stored", "aws-vault clear films"),
        (f"{_VAULT}{_EXPIRED}", "The session with which aws-vault calls AWS has expired", "aws-vault clear films"),
        (_TOKEN, "no longer accepts the sign-in", "aws sso login"),
        (f"$ aws-vault login films\n{_VAULT.replace(' for films', '').replace('exec', 'login')}{_KEY}", "has stored for films", "aws-vault"),
        (_FILE.format("/usr/share/grafana/.aws/credentials"), "only from the file /usr/share/grafana/.aws/credentials", "AWS SDK Default"),
        (_FILE.format("/root/.aws/credentials"), "which does not exist", "for the user that runs it"),
        (_THROTTLED, "PutLogEvents", "raise Retry_Limit in its [OUTPUT] section"),
        (_THROTTLED.replace("PutLogEvents", "PutRecordBatch"), "PutRecordBatch", "only the records again that the response lists as failed"),
        ('Failed to get regions    logger=tsdb.cloudwatch error="UnauthorizedOperation: You are not authorized to perform this operation.\\n\\tstatus code: 403, request id: fafcc68b-4c57-4ab4-a1bd-f49df530cd26"', "denied ec2:DescribeRegions", "Allow ec2:DescribeRegions"),
        (f"mc: <ERROR> Unable to list folder. {_MISMATCH}", "rejected the signature", "mc alias set ALIAS URL"),
        (f"$ rclone lsd films:\nERROR : : error listing: SignatureDoesNotMatch: {_MISMATCH}\n\tstatus code: 403, request id: 4Y39NMW1KSBQFJ9P, host id: Zv0hP0Ue", "rejected the signature", "rclone config"),
        ("Error: error configuring S3 Backend: IAM Role (arn:aws:iam::111122223333:role/films-ci) cannot be assumed.", "Terraform could not assume the role films-ci, and the text does not have the answer", "--role-arn arn:aws:iam::111122223333:role/films-ci"),
        (_DEVICE, "The Greengrass device got no credentials", "iot:AssumeRoleWithCertificate"),
        (f"{_DEVICE}\n{{iotCredentialsPath=/role-aliases/FilmsAlias/credentials}}", "no credentials", "--role-alias FilmsAlias"),
        (_RESTIC, "films-backup/restic/desk/config", "films-backup"),
        (_RESTIC.replace("unable to open config file: Stat", "create repository failed: client.BucketExists"), "films-backup", ""),
        (_POLL, "most likely, the agent does not use the role of the instance profile", "restart codedeploy-agent"),
        (f"{_UNSIGNED}remote_write", "The remote write has no signature", "sigv4 with the region eu-west-1"),
        (f"{_ALERT}access denied", "A firewall or proxy refused the TLS connection to sts.amazonaws.com", "-servername sts.amazonaws.com"),
        (_REFUSED, "refused the pull of films/app: the repository does not exist in this account", "describe-repositories --registry-id 111122223333"),
        (f"CannotPullContainerError: {_REFUSED}", "or the task execution role lacks the permission", "aws ecr describe-repositories"),
        (_SAML.format("Auto select role as only one is available : arn:aws:iam::111122223333:saml-provider/okta\n"), "saml-provider/okta is the ARN of a SAML provider", "Swap the two ARNs"),
        (_CALLER.format("annonymous"), "An anonymous caller was denied", "resource policy"),
        (_STRING.format("x-amz-security-token:FwoGZXIvYXdzEJr"), "something changes the request after signing", "canonical request"),
        ("SerializationError: failed to unmarshal the answer\n\tstatus code: 403, request id: 06d17f46-6d61-4801-a0bf-9015c3ee5bf9", "failed with SerializationError", "Check which endpoint is called"),
        ('error\tExporting failed.\t{"name": "awsxray", "error": "Permanent error: : \\n\\tstatus code: 408, request id: "}', "did not receive the whole request in time", "Retry"),
        ("<Code>AuthFailure</Code><Message>AWS was not able to authenticate the request: access credentials are missing</Message>", "The request has no signature", "Sign the request"),
        (_NOT_MANAGED, "no connection to the instance", "describe-instance-information"),
        (f"restic, on S3-compatible storage: Fatal: Stat: {_MISMATCH} (SignatureDoesNotMatch)", "rejected the signature", "Check which endpoint is called"),
        (f"{_PING}instance/...", "is cut off before the reason", "Get the whole message"),
        (f"{_PING}instance/<id>", "The role films of the SSM Agent was denied ssm:UpdateInstanceInformation", "Allow ssm:UpdateInstanceInformation for the role films"),
        ("films.x1.eu-west-1.redshift.amazonaws.com: permission denied for relation stv_films", "the relation stv_films", ""),
        ("client.PutObject: Access Denied. films-archive.s3.amazonaws.com", "S3 denied s3:PutObject", ""),
        ("ValueError: Error raised by bedrock service: An error occurred (ValidationException) when calling the InvokeModel operation: Operation not allowed", "Bedrock does not let the account call models", "Open a support case"),
        ("An error occurred (ValidationException) when calling the UpdateItem operation: Operation not allowed", "rejected the request as invalid", "Correct the value"),
        ("error: Uncaught Error: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '/'", "the access key ID in it is empty", "Set the access key ID"),
        ("IncompleteSignature: Credential must have exactly 5 slash-delimited elements, got 'Ab3/xyz/20261120/us-east-1/iam/aws4_request'", "has a slash", "Enter the access key ID again"),
        (_VAULT_CALL.format("Describe"), "if the vault does not exist", "Allow backup:DescribeBackupVault"),
        (f"The copy lasted 4 hours. {_EXPIRED}".replace("STS: AssumeRole", "S3: PutObject"), "have expired", "Let the SDK refresh"),
        (f"Lost task 3.0 in stage 12.0 (TID 9): {_EXPIRED}".replace("STS: AssumeRole", "S3: PutObject"), "have expired", "Let the SDK refresh"),
        (f"It fails after 12 hours. {_EXPIRED}", "have expired", "Let the SDK refresh"),
        (f"Create repo failed to Mkdir: AccessDenied: Access Denied\n\tstatus code: 403, request id: {_ID}", "S3 denied s3:CreateBucket", "no_check_bucket = true"),
        (f"$ rclone copy a.7z s3:films\nFailed to copy: operation error S3: CreateBucket, https response error StatusCode: 403, RequestID: {_ID}, api error AccessDenied: Access Denied", "s3:CreateBucket on arn:aws:s3:::films", "let rclone not create it"),
        (f"S3 bucket films: error reading source root directory: AccessDenied: Access Denied\n\tstatus code: 403, request id: {_ID}", "S3 denied s3:ListBucket on arn:aws:s3:::films", ""),
        (f"$ kubectl logs -n logging ds/fluent-bit\n{_DENIED}", "The role of Fluent Bit was denied logs:PutLogEvents", "Fluent Bit calls more actions"),
        (f"$ kubectl logs -n shop deploy/cart\n{_PUT}", "The role of the pod's service account was denied logs:PutLogEvents", ""),
        (f'{_WEB_IDENTITY}caused by: SerializationError: failed to unmarshal error message"', "Something other than STS answered", "AWS_ENDPOINT_URL"),
        (f'{_WEB_IDENTITY}caused by: RequestError: send request failed"', "STS did not respond", ""),
        ("An error occurred (InvalidClientException) when calling the CreateToken operation: Invalid client provided", "does not accept the client registration", "rm -r ~/.aws/sso/cache"),
        ('AccessToken expired. Start retrieving a new AccessToken\nFATAL InvalidClientException: {\n  RespMetadata: {\n    StatusCode: 401\n  },\n  Error_description: "Invalid client provided"\n}', "does not accept the client registration", "rm -r ~/.aws/sso/cache"),
        (_OF_VAULT.format("vault-token-films-1786560253-eVgl3oau"), "was denied s3:PutObject", "policy_document of the Vault role"),
        (f"{_OF_VAULT.format('vault-token-films-1786560253-eVgl3oau')}\n$ vault read aws/roles/films\ncredential_type  iam_user\npolicy_document  {_FILMS}\n", "does not allow this action", "vault write aws/roles/films policy_document=@policy.json"),
        (_OF_VAULT.format("vault-films"), "was denied s3:PutObject", "aws iam put-user-policy --user-name vault-films"),
        (_START, "no response from api.ecr.eu-west-1.amazonaws.com: the connection timed out", "assignPublicIp"),
    ],
)  # fmt: skip
def test_agent_or_tool(text: str, verdict: str, remedy: str) -> None:
    summary, shown = _show(text)
    assert verdict in summary
    assert remedy in shown.replace("service codedeploy-agent restart", "restart codedeploy-agent")


@check_rows(
    ("text", "absent"),
    [
        (f"NoCredentialProviders: no valid providers in chain caused by: EnvAccessKeyNotFound: failed to find credentials in the environment. {_FILE.format('/root/.aws/credentials')}", "only from the file"),
        (_THROTTLED.replace("cloudwatch_logs:cloudwatch_logs.0", "plugin"), "Fluent Bit"),
        (_VAULT_CALL.format("Create"), "does not exist"),
        (_NOT_MANAGED, "wrong form"),
        (f"{_WEB_IDENTITY}caused by: SerializationError: failed to decode response body\\ncaused by: read tcp 10.0.0.1:4: read: connection reset by peer", "Something other than STS"),
        ("An error occurred (ValidationException) when calling the CreateBot operation: Invalid client provided", "rm -r"),
        (_OF_VAULT.format("vault-token-films-1786560253-eVgl3oau"), "Attach the policy to the user"),
        (f"$ rclone mkdir s3:films\noperation error S3: CreateBucket, https response error StatusCode: 403, RequestID: {_ID}, api error AccessDenied: Access Denied", "no_check_bucket"),
        (f"We copy with rclone. Terraform: operation error S3: CreateBucket, https response error StatusCode: 403, RequestID: {_ID}, api error AccessDenied: Access Denied", "no_check_bucket"),
        (_EXPIRED, "aws-vault"),
        ('INFO  [codedeploy-agent(7)]: [Aws::CodeDeployCommand::Client 200 0.03 0 retries] put_host_command_complete(command_status:"Failed",diagnostics:{format:"JSON",payload:"{\\"error_code\\":5,\\"message\\":\\"Access Denied\\"}"}\n\nError: Aws::S3::Errors::AccessDenied - Access Denied', "CodeDeploy denied"),
        ("An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda.", "Terraform"),
        (f"ERROR: SignatureDoesNotMatch: {_MISMATCH}", "has its keys in"),
        (_THROTTLED, "lookup-events"),
        ("An error occurred (ThrottlingException) when calling the PutRecords operation: Rate exceeded", "lookup-events"),
        (_DEVICE.replace("greengrass.tes", "films.auth"), "Greengrass"),
        (f"{_POLL}\nEnable auth policy = true", "does not use the role"),
        (f"{_POLLER}Error polling for host commands: Aws::S3::Errors::AccessDenied - Access Denied", "does not use the role"),
        (f"{_POLL} on arn:aws:codedeploy:eu-west-1:111122223333:instance/desk", "does not use the role"),
        (f"{_UNSIGNED}query", "remote write"),
        (f"{_ALERT}handshake failure", "firewall or proxy refused"),
        (f"{_REFUSED}: denied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/films/app", "describe-repositories"),
        (_RCLONE.format(""), "browsers"),
        (_SAML.format("role_arn=arn:aws:iam::111122223333:role/films, provider arn:aws:iam::111122223333:saml-provider/okta\n"), "SAML provider, not"),
        (_CALLER.format("anatolius"), "anonymous"),
        (_STRING.format("x-amz-content-sha256:0a1b2c"), "something changes the request after signing"),
        (_START.removeprefix("ResourceInitializationError: "), "assignPublicIp"),
    ],
)  # fmt: skip
def test_near_miss_of_an_agent_or_tool(text: str, absent: str) -> None:
    assert absent not in "\n".join(_show(text))


def test_keys_of_a_job_are_those_of_a_user() -> None:
    explained = explain(_STEP.format("")).to_text(detail="full")
    assert "the user whose access keys the GitHub Actions job has" in " ".join(explained.split())
    assert "exit code 77" in explained
    of_role = explain(_STEP.format("    AWS_SESSION_TOKEN: ***\n")).to_text(detail="full")
    assert "the role that the GitHub Actions job assumes" in " ".join(of_role.split())


def test_the_frames_of_lambda_name_the_operation() -> None:
    assert explain(_FRAMES.format("stackTrace")).summary.startswith(
        "The execution role of the Lambda function was denied dynamodb:GetItem"
    )
    assert "Lambda" not in explain(_FRAMES.format("frames")).summary


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("appsync:TagResource", "appsync:eu-west-1:111122223333:*"),
        ("lambda:InvokeFunction", "lambda:eu-west-1:111122223333:NAME"),
    ],
)
def test_asterisk_that_aws_writes_instead_of_a_resource(action: str, resource: str) -> None:
    assert resource in _show(_WHOLE.format(action, action.partition(":")[0]))[1]


_AGENT = "An error occurred (accessDeniedException) when calling the {} operation: Access denied when calling Bedrock. Check your request permissions and retry the request."


def test_agent_calls_its_model_with_its_own_role() -> None:
    explanation = explain(_AGENT.format("InvokeAgent"))
    assert explanation.summary == "The service role of the agent lacks the permissions to call its model."
    assert "agentResourceRoleArn" in explanation.remedies[0].commands[0]
    assert "bedrock:InvokeModel" in str(explanation.remedies[0].policy)
    assert "service role" not in explain(_AGENT.format("InvokeInlineAgent")).summary
