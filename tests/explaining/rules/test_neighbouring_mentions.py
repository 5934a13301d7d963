"""Words near a failure that are about something else do not decide its explanation."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_KUBECTL = "error: You must be logged in to the server (Unauthorized)\n"
_KEY = "$ export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n"
_WHO = "$ aws sts get-caller-identity{}\narn:aws:sts::111122223333:assumed-role/{}/kim\n"
_SWITCH = "$ unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\n$ export AWS_PROFILE=ops\n"
_FORMER = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLE0OLD4ROLE"}, "Action": "%s"}]}'
_ASSUME = f"User: arn:aws:sts::111122223333:assumed-role/tea/run-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/shop\n{_FORMER % 'sts:AssumeRole'}\n"
_GET_ROLE = '$ aws iam get-role --role-name tea --profile other\n{"Role": {"RoleName": "tea", "RoleId": "AROAEXAMPLE0NEW4ROLE", "Arn": "arn:aws:iam::444455556666:role/tea"}}\n'
_CROSS = "User: arn:aws:sts::111122223333:assumed-role/tea/run-1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/shop-1\n"
_TRUSTED = (
    f"{_CROSS}$ aws iam get-role --role-name shop-1 --query 'Role.AssumeRolePolicyDocument.{{}}'\n{{}}\n"
)
_READ = f"User: arn:aws:sts::111122223333:assumed-role/tea/run-1 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::leaves/a because no resource-based policy allows the s3:GetObject action\nBucket policy:\n{_FORMER % 's3:GetObject'}\n"
_PUT = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n"
_ALLOW = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::leaves/*"}]}'
_VALIDATION = "An error occurred (ValidationException) when calling the CreateModel operation: 1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must {}"
_ROLE_PATTERN = r"satisfy regular expression pattern: arn:.*:iam::\d{12}:role/.*"
_GO_THROTTLED = "operation error {}: {}, exceeded maximum number of attempts, 3, https response error StatusCode: 400, RequestID: 12f20059-7cd2-48f9-a38f-7078327f8fa8, api error ThrottlingException: Rate exceeded"
_QUOTA = "An error occurred (LimitExceeded) when calling the AttachRolePolicy operation: Cannot exceed quota for PoliciesPerRole: 10\n"
_NO_CREDENTIALS = 'Unable to locate credentials. You can configure credentials by running "aws configure".'
_S3A = "java.nio.file.AccessDeniedException: s3a://leaves: org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException: No AWS Credentials provided by {} : software.amazon.awssdk.core.exception.SdkClientException: none"
_JOB = "{}- uses: aws-actions/configure-aws-credentials@v4\nupload failed: ./a to s3://leaves/a An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\n##[error]Process completed with exit code 1."
_ENTRY = 'Error: creating EKS Access Entry (orders:arn:aws:iam::111122223333:role/tea): ResourceInUseException: The specified access entry resource is already in use on this cluster.\n  with module.eks.aws_eks_access_entry.this["tea"]\nenable_cluster_creator_admin_permissions = true\n'
_CREATED = 'module.eks.aws_eks_access_entry.this["cluster_creator"]: Creation complete after 1s [id={}:arn:aws:iam::111122223333:role/tea]\n'
_CODE = "$ aws sts get-session-token --serial-number arn:aws:iam::111122223333:mfa/kim --token-code 123456 --profile dev\nAn error occurred (AccessDenied) when calling the GetSessionToken operation: MultiFactorAuthentication failed with invalid MFA one time pass code."
_CONDITION = "operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: K2J4M6P8R0S2T4V6, api error ConditionalCheckFailedException: The conditional request failed"
_VAULT = "aws-vault: error: exec: Failed to get credentials for ops: operation error STS: GetSessionToken, https response error StatusCode: 403, RequestID: 06d17f46-6d61-4801-a0bf-9015c3ee5bf9, api error "
_BOUND = 'Error from server (Forbidden): pods is forbidden: User "kim" cannot list resource "pods" in API group "" in the namespace "shop": RBAC: clusterrole.rbac.authorization.k8s.io "{}" not found'
_IDENTITY = "User: arn:aws:sts::111122223333:assumed-role/tea/run-1 is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::111122223333:role/shop\n"
_LAUNCH = """$ aws ec2 run-instances --image-id ami-1 --tag-specifications 'ResourceType=instance,Tags=[{Key=env,Value=test}]'
User: arn:aws:sts::111122223333:assumed-role/dev/kim is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy
{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"StringNotEquals": {"aws:RequestTag/env": ["ops", "dev"]}}}]}"""
_ENDPOINT = 'User: arn:aws:sts::111122223333:assumed-role/tea/run-1 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::leaves/a because no VPC endpoint policy allows the s3:GetObject action\nThe endpoint vpce-0123456789abcdef0 has this policy:\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "*"}]}'


@check_rows(
    ("text", "shown", "hidden"),
    [
        (_KEY + _WHO.format("", "ci") + _WHO.format(" --profile ops", "ops") + "$ export AWS_PROFILE=ops\n" + _KUBECTL, "not with the profile ops", "(401)"),
        (_KEY + _WHO.format("", "ci") + _SWITCH + _WHO.format(" --profile ops", "ops") + _KUBECTL, "(401)", "not with the profile ops"),
        (_ASSUME + _GET_ROLE.replace("444455556666", "111122223333"), "the role tea has AROAEXAMPLE0NEW4ROLE", "instead of the caller"),
        (_ASSUME + _GET_ROLE, "instead of the caller", "AROAEXAMPLE0NEW4ROLE"),
        (_TRUSTED.format("Statement[0].Principal", '{"AWS": "AROAEXAMPLE0OLD4ROLE"}'), """sed -E 's|"AROAEXAMPLE0OLD4ROLE"|"arn:aws:iam::111122223333:role/tea"|'""", "EXTERNAL_ID"),
        (_TRUSTED.format("Statement[].Principal.AWS", '["AROAEXAMPLE0OLD4ROLE"]') + "Is that a bug?", "No, it is not a bug. The role", "if the role does not trust"),
        (_TRUSTED.format("Statement[0].Principal.AWS", "AIDAEXAMPLE0OLD4USER"), "AIDAEXAMPLE0OLD4USER, the unique ID of a deleted user", "not a bug"),
        (_TRUSTED.format("Statement[0].[Principal,Action]", '[{"AWS": "AROAEXAMPLE0OLD4ROLE"}, "sts:AssumeRole"]'), "AROAEXAMPLE0OLD4ROLE, the unique ID", "EXTERNAL_ID"),
        (_TRUSTED.format("Statement[0].[Principal,Action]", '[{"AWS": "AROAEXAMPLE0OLD4ROLE"}, "sts:TagSession"]'), "both accounts must allow it", "AROAEXAMPLE0OLD4ROLE, the unique ID"),
        (_TRUSTED.format("Statement[0].Principal", '{"Service": "ec2.amazonaws.com"}'), "trusts only the service ec2.amazonaws.com", "unique ID"),
        (_TRUSTED.format("Statement[].Principal", '[{"AWS": "arn:aws:iam::111122223333:role/tea"}, {"AWS": "AROAEXAMPLE0OLD4ROLE"}]'), "Unless it has a condition", "unique ID"),
        (_TRUSTED.format("Statement[0].Principal", '{"AWS": "AROAEXAMPLE0OLD4ROLE"}').replace("name shop-1", "name shop-2"), "both accounts must allow it", "unique ID"),
        (f"{_CROSS}The trust policy of shop-1 now shows AROAEXAMPLE0OLD4ROLE in place of the ARN.", "AROAEXAMPLE0OLD4ROLE, the unique ID", "put-role-policy"),
        (f"{_CROSS}The trust policy of backup now shows AROAEXAMPLE0OLD4ROLE in place of the ARN.", "put-role-policy", "unique ID"),
        (f"{_CROSS}There is an AROAEXAMPLE0OLD4ROLE in its trust policy.", "AROAEXAMPLE0OLD4ROLE, the unique ID", "put-role-policy"),
        (f"{_CROSS}The trust policy names the ARN of tea (role id AROAEXAMPLE0OLD4ROLE).", "both accounts must allow it", "unique ID"),
        (f"{_CROSS}If a trust policy shows AROAEXAMPLE0OLD4ROLE, somebody deleted a role.", "both accounts must allow it", "unique ID"),
        (f"{_CROSS}We deleted the role tea and created it again.", """sed -E 's|"AROA[A-Z0-9]+"|"arn:aws:iam::111122223333:role/tea"|'""", "as a whole"),
        (_READ + "We recreated tea yesterday.", "the unique ID of the role that was deleted", "instead of the caller"),
        (_READ + "The bucket tea was recreated yesterday.", "instead of the caller", "the role that was deleted"),
        (f"{_PUT}The policy of the role tea:\n{_ALLOW}", "The role tea was denied", "The caller"),
        (f"{_PUT}The policy of the role now:\n{_ALLOW}", "The caller was denied", "The role now"),
        (f"{_PUT}The other role tea-1 has this policy, and works:\n{_ALLOW}", "The caller was denied", "The role tea-1"),
        (_VALIDATION.format("Pa55", "pwd", "have length greater than or equal to 6"), "The value of pwd must", "Pa55"),
        (_VALIDATION.format("arn:aws:iam::111122223333:user/kim", "roleArn", _ROLE_PATTERN), "--role-name ROLE_NAME", "--role-name kim"),
        (f"We run cluster-autoscaler, too.\n{_GO_THROTTLED.format('EC2', 'DescribeInstances')}", "AWS_RETRY_MODE", "--scan-interval"),
        ("An error occurred (503) when calling the DescribeInstances operation (reached max retries: 4): Service Unavailable", "503", "another server"),
        (f"{_QUOTA}We detached arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess before.", "the maximum.", "does not fit"),
        ('We have fixed a ResourceInitializationError.\nCould not connect to the endpoint URL: "https://ecs.eu-west-1.amazonaws.com/"', "no response", "assignPublicIp"),
        ("The CodeDeployCommand agent works.\nAn error occurred (AccessDeniedException) when calling the CreateDeployment operation: Access denied", "CreateDeployment", "restart"),
        (f"com.aws.greengrass.tes.CredentialRequestHandler works. On my laptop:\n{_NO_CREDENTIALS}", "The AWS CLI found no credentials", "Greengrass"),
        (f"[error] [output:cloudwatch_logs:cloudwatch_logs.0] failed\n{_GO_THROTTLED.format('SSM', 'GetParameter')}", "GetParameter", "Retry_Limit"),
        ('Later, we set up remote_write.\n{"message":"Missing Authentication Token"} https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/query', "no signature", "remote write"),
        (f"S3 can say: There were headers present in the request which were not signed. Here: {_PUT}", "s3:PutObject", "not signed"),
        (_S3A.format("SimpleAWSCredentialsProvider"), "Set credentials that S3A reads", "AWS_PROFILE selects"),
        (_S3A.format("TeaCredentialsProvider"), "found no credentials", "Set credentials that S3A reads"),
        (_JOB.format("AWS_SECRET_ACCESS_KEY: ${{ secrets.KEY }}\n"), "the user whose access keys", "the role that the GitHub"),
        (_JOB.format("AWS_SECRET_ACCESS_KEY: ${{ secrets.KEY }}\n"), "put-user-policy --user-name USER_NAME", "put-role-policy"),
        (_JOB.format("# AWS_SECRET_ACCESS_KEY: ${{ secrets.OLD }}\n"), "the role that the GitHub", "the user whose access keys"),
        (_ENTRY + _CREATED.format("orders"), "the module declares two", "Import"),
        (_ENTRY + _CREATED.format("staging"), "Import", "the module declares two"),
        (f"$ aws-vault exec dev -- terraform plan\n{_CODE}", "get mfa_serial --profile dev", "get-session-token"),
        (f"Kim runs aws-vault exec staging -- terraform plan.\n{_CODE}", "get-session-token", "staging"),
        (_ENDPOINT, "--vpc-endpoint-id vpce-0123456789abcdef0", "with ENDPOINT_ID filled in"),
        ('InvalidIdentityToken: Incorrect token audience\ntoken.actions.githubusercontent.com\nclient_id_list = ["sts.amazonaws.com.cn"]', "provider lists sts.amazonaws.com.cn", "lists sts.amazonaws.com,"),
        (f"Error: Error acquiring the state lock\n{_CONDITION}", "The Terraform state is locked", "condition"),
        (f"Last week: Error acquiring the state lock\n\nError: creating an item: {_CONDITION}", "condition", "The Terraform state is locked"),
        ("We use Crossplane elsewhere.\nbotocore.exceptions.NoRegionError: You must specify a region.", "Set the client's Region", "forProvider"),
        (f"{_VAULT}ExpiredToken: The provided token has expired.", "aws-vault clear ops", "aws sso login"),
        ("Kim gets aws-vault: error: exec: Failed to get credentials for ops: timeout\n$ aws s3 ls --profile dev\nAn error occurred (ExpiredToken) when calling the ListBuckets operation: The provided token has expired.", "expired", "aws-vault clear"),
        (_BOUND.format("shop-reader"), "Create the ClusterRole shop-reader", "cluster-admin"),
        (_BOUND.format("cluster-admin"), "the ClusterRole cluster-admin, to which it is bound, does not exist", "create clusterrole cluster-admin"),
        (f"{_IDENTITY}We disabled source identity in Keycloak.", "the call passes a source identity", "identity provider"),
        (f"{_IDENTITY}Trying without source identity in Keycloak changes nothing.", "the call passes a source identity", "identity provider"),
        (_LAUNCH, "Tags=[{Key=env,Value=VALUE}]", "Value=test}"),
    ],
)  # fmt: skip
def test_words_about_something_else(text: str, shown: str, hidden: str) -> None:
    explained = " ".join(str(explain(text)).split())
    assert shown in explained
    assert hidden not in explained
