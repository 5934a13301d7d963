"""A value that a text states once replaces its placeholder, in whatever notation, and one of something else does not."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDeniedException) when calling the {} operation: Access denied"
_NOT_LOGGED_IN = "error: You must be logged in to the server (Unauthorized)"
_NO_POD_CREDENTIALS = '{"level":"error","msg":"WebIdentityErr: failed to retrieve credentials, caused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"}'
_UNKNOWN_KEY = "An error occurred (AccessDeniedException) when calling the Decrypt operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
_WRONG_KEY = "An error occurred (InvalidAccessKeyId) when calling the ListBuckets operation: The AWS Access Key Id you provided does not exist in our records."
_LAUNCH = "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation."
_DENIED_BY_SCP = "User: arn:aws:sts::111122223333:assumed-role/till/s is not authorized to perform: sqs:CreateQueue with an explicit deny in a service control policy"
_NO_CREDENTIALS = "botocore.exceptions.NoCredentialsError: Unable to locate credentials"
_NO_MESSAGE = "An error occurred (AccessDenied) when calling the ReceiveMessage operation: Access to the resource https://sqs.eu-west-1.amazonaws.com/ is denied."
_NOT_JOINED = "Instances failed to join the kubernetes cluster"
_EXPIRED = (
    "Error when retrieving token from sso: Token has expired and refresh failed\nfrom a job of the night"
)
_NO_TOKEN_ROLE = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
_NO_SERVICE_ROLE = "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda."
_CHAINED = "$ aws s3 ls --profile till\nAn error occurred (ExpiredToken) when calling the AssumeRole operation: The security token included in the request is expired"
_KEY = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
_KEY_ARN = f"arn:aws:kms:eu-west-1:111122223333:key/{_KEY}"


@check_rows(
    ("text", "line", "word", "shown"),
    [
        # The cluster.
        (_NOT_LOGGED_IN, "export CLUSTER_NAME=orders-live", "CLUSTER", "--name orders-live"),
        (_NOT_LOGGED_IN, "EKS_CLUSTER: orders-live", "CLUSTER", "--name orders-live"),
        (_NOT_LOGGED_IN, "EKS cluster: orders", "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, 'eks.describe_cluster(name="orders")', "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, 'new DescribeClusterCommand({ name: "orders" })', "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, "PS> Get-EKSCluster -Name orders", "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, 'args = ["eks", "get-token", "--cluster-name", "orders"]', "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, "https://eu-west-1.console.aws.amazon.com/eks/clusters/orders?region=eu-west-1", "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, "/etc/eks/bootstrap.sh orders --use-max-pods false", "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, "kubernetes.io/cluster/orders = owned", "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, "/aws/containerinsights/orders/application", "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, '{"ParameterKey": "ClusterName", "ParameterValue": "orders"}', "CLUSTER", "--name orders"),
        (_NOT_LOGGED_IN, "It is the `orders` cluster.", "CLUSTER", "--name orders"),
        # The pod, its namespace and its service account.
        (_NO_POD_CREDENTIALS, "Name:             till-0\nNamespace:        shop\nService Account:  till", "SERVICE_ACCOUNT", "till"),
        (_NO_POD_CREDENTIALS, "$ eksctl create iamserviceaccount --cluster orders --namespace shop --name till", "NAMESPACE", "shop"),
        (_NOT_LOGGED_IN, "$ kubens shop", "NAMESPACE", "shop"),
        (_NOT_LOGGED_IN, "POD_NAMESPACE=shop", "NAMESPACE", "shop"),
        # The profile.
        (_EXPIRED, 'session = boto3.Session(profile_name="till")', "PROFILE", "--profile till"),
        (_EXPIRED, 'ProfileCredentialsProvider.create("till")', "PROFILE", "--profile till"),
        (_EXPIRED, "$ serverless deploy --aws-profile till", "PROFILE", "--profile till"),
        (_EXPIRED, "PS> Get-S3Bucket -ProfileName till", "PROFILE", "--profile till"),
        (_CHAINED, "[profile till]\nrole_arn = arn:aws:iam::111122223333:role/till\nsource_profile = base", "SOURCE_PROFILE", "aws sso login --profile base"),
        # The caller.
        (_DENIED.format("PutItem"), "whoami: arn:aws:sts::111122223333:assumed-role/till/s1", "ROLE_NAME", "--role-name till"),
        (_DENIED.format("PutItem"), "caller_arn=arn:aws:sts::111122223333:assumed-role/till/s1", "ROLE_NAME", "--role-name till"),
        (_DENIED.format("PutItem"), "Authenticated as arn:aws:sts::111122223333:assumed-role/till/s1", "ROLE_NAME", "--role-name till"),
        (_DENIED.format("PutItem"), "Execution role: till-runner", "ROLE_NAME", "--role-name till-runner"),
        (_DENIED.format("PutItem"), "$ aws iam list-attached-role-policies --role-name till-runner", "ROLE_NAME", "--role-name till-runner"),
        (_WRONG_KEY, "The key is one of the IAM user till-ci.", "USER_NAME", "--user-name till-ci"),
        (_WRONG_KEY, '"userName": "till"', "USER_NAME", "--user-name till"),
        # The role that a token, a pod or a service assumes.
        (_NO_TOKEN_ROLE, 'resource "aws_iam_role" "app" {\n  name = "till-app"\n}', "ROLE_NAME", "--role-name till-app"),
        (_NO_TOKEN_ROLE, "$ aws iam list-attached-role-policies --role-name till-app", "ROLE_NAME", "--role-name till-app"),
        (_NO_TOKEN_ROLE, "roleName: till-app", "ROLE_NAME", "--role-name till-app"),
        (_NO_SERVICE_ROLE, "IAM role: till-app", "ROLE_NAME", "--role-name till-app"),
        # Any resource, under the name of its placeholder.
        (_DENIED.format("PutItem"), "$ aws dynamodb describe-table --table-name orders", "TABLE_NAME", ":table/orders"),
        (_DENIED.format("PutItem"), "export ORDERS_TABLE_NAME=orders", "TABLE_NAME", ":table/orders"),
        (_DENIED.format("PutItem"), 'dynamodb.Table("orders")', "TABLE_NAME", ":table/orders"),
        (_DENIED.format("PutItem"), 'TableName.tableName("orders")', "TABLE_NAME", ":table/orders"),
        (_DENIED.format("StartCrawler"), 'crawler_name = "orders"', "CRAWLER_NAME", ":crawler/orders"),
        (_DENIED.format("StartBuild"), "ParameterKey=ProjectName,ParameterValue=orders", "PROJECT_NAME", ":project/orders"),
        (_DENIED.format("StartExecution"), '"stateMachineName": "orders"', "STATE_MACHINE_NAME", ":stateMachine:orders"),
        (_DENIED.format("InvokeAgent"), 'agentId="AB12CD34EF", agentAliasId="TSTALIASID"', "AGENT_ALIAS_ID", ":agent-alias/AB12CD34EF/TSTALIASID"),
        (_DENIED.format("BatchGetImage"), "repositoryName: orders/api", "REPOSITORY_NAME", ":repository/orders/api"),
        (_DENIED.format("GetSecretValue"), 'secret_id = "orders/db"', "SECRET_ID", ":secret:orders/db-??????"),
        # In an ARN of the same service, or the URL of a queue, and then as a whole.
        (_DENIED.format("PutItem"), "orders: arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "TABLE_NAME", ":eu-west-1:111122223333:table/orders"),
        (_DENIED.format("PutItem"), "orders: arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "RESOURCE_ARN", "--resource-arns arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
        (_NO_MESSAGE, "QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "QUEUE_NAME", ":sqs:eu-west-1:111122223333:orders"),
        # By the form.
        (_UNKNOWN_KEY, f"kms_key_arn = {_KEY_ARN}", "KEY_ID", f"--key-id {_KEY}"),
        (_UNKNOWN_KEY, f"KmsKeyId: {_KEY}", "KEY_ID", f"--key-id {_KEY}"),
        (_LAUNCH, 'subnet_id = "subnet-0a1b2c3d4e5f60718"', "SUBNET_ID", ":subnet/subnet-0a1b2c3d4e5f60718"),
        (_LAUNCH, "securityGroupId: sg-0a1b2c3d4e5f60718", "SECURITY_GROUP_ID", ":security-group/sg-0a1b2c3d4e5f60718"),
        (_DENIED.format("ChangeResourceRecordSets"), 'zone_id = "Z0123456789ABCDEFGHIJ"', "HOSTED_ZONE_ID", "hostedzone/Z0123456789ABCDEFGHIJ"),
        (_DENIED_BY_SCP, '{"Policies": [{"Id": "p-FullAWSAccess"}, {"Id": "p-0a1b2c3d"}]}', "POLICY_ID", "--policy-id p-0a1b2c3d"),
        (_NOT_JOINED, "arn:aws:eks:eu-west-1:111122223333:nodegroup/orders/ng-1/0a1b2c3d", "NODEGROUP", "--nodegroup-name ng-1"),
        # The account of the call, if nothing names another one.
        (_DENIED.format("PutItem"), "AWS_ACCOUNT_ID=111122223333", "ACCOUNT_ID", ":111122223333:table/"),
        (_DENIED.format("PutItem"), "cdk deploy to aws://111122223333/eu-west-1", "ACCOUNT_ID", ":eu-west-1:111122223333:table/"),
    ],
)  # fmt: skip
def test_stated(text: str, line: str, word: str, shown: str) -> None:
    """The value replaces the placeholder in all commands and policies."""
    before, after = explain(text), explain(f"{text}\n\n{line}")
    assert word in {each for remedy in before.remedies for each in remedy.placeholders}
    assert word not in {each for remedy in after.remedies for each in remedy.placeholders}
    assert shown in " ".join(after.to_text(detail="full").replace("\\\n", "").split())


@check_rows(
    ("text", "line", "word"),
    [
        # Two values.
        (_DENIED.format("PutItem"), 'table_name = "orders"\nTableName: bills-1', "TABLE_NAME"),
        (_UNKNOWN_KEY, f"{_KEY_ARN} and arn:aws:kms:eu-west-1:111122223333:key/1{_KEY[1:]}", "KEY_ID"),
        (_LAUNCH, "$ aws ec2 describe-subnets --filters Name=subnet-id,Values=subnet-0a1b2c3d4e5f60718", "SUBNET_ID"),
        (_NOT_LOGGED_IN, "CLUSTER_NAME=orders\neks.describe_cluster(name='bills')", "CLUSTER"),
        (_NOT_LOGGED_IN, "NAMESPACE=shop\n$ kubens till", "NAMESPACE"),
        (_EXPIRED, 'boto3.Session(profile_name="till")\nboto3.Session(profile_name="shop")', "PROFILE"),
        (_DENIED.format("PutItem"), "AWS_ACCOUNT_ID=111122223333\narn:aws:iam::444455556666:role/till", "ACCOUNT_ID"),
        (_DENIED.format("PutItem"), "arn:aws:dynamodb:eu-west-1:111122223333:table/orders, arn:aws:dynamodb:eu-west-1:111122223333:table/bills", "TABLE_NAME"),
        (_DENIED.format("PutItem"), '"Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"', "TABLE_NAME"),
        (_DENIED.format("PutItem"), "arn:aws:dynamodb:eu-west-1:XXXXXXXXXXXX:table/orders", "ACCOUNT_ID"),
        (_DENIED.format("PutItem"), "arn:aws:dynamodb:eu-west-1:111122223333:table/xxxxxxxx", "TABLE_NAME"),
        (_DENIED.format("PutItem"), "arn:aws:glue:eu-west-1:111122223333:table/shop/orders", "TABLE_NAME"),
        (_DENIED.format("PutItem"), "table_name = 'orders'", "RESOURCE_ARN"),
        # What a policy allows, a variable, and what has the same name in another service.
        (_UNKNOWN_KEY, f'{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ["{_KEY_ARN}"]}}', "KEY_ID"),
        (_DENIED.format("PutItem"), "table_name: orders", "TABLE_NAME"),
        (_DENIED.format("PutItem"), "table_name = var.table_name", "TABLE_NAME"),
        (_DENIED.format("GetSecretValue"), "the secret ID is unknown", "SECRET_ID"),
        (_UNKNOWN_KEY, f"request ID: {_KEY}", "KEY_ID"),
        # Another identity than the one of the call.
        (_DENIED.format("PutItem"), "$ aws iam get-role --role-name till-trust --query Role.AssumeRolePolicyDocument", "ROLE_NAME"),
        (_WRONG_KEY, "arn:aws:iam::111122223333:user/till and arn:aws:iam::111122223333:user/shop", "USER_NAME"),
        (_WRONG_KEY, "The IAM user can sign in to the console. The IAM user credentials are new. Creating IAM user: The token is wrong.", "USER_NAME"),
        (_NO_TOKEN_ROLE, "roleName: till-app\narn:aws:iam::111122223333:role/shop", "ROLE_NAME"),
        (_NO_TOKEN_ROLE, "arn:aws:iam::<account>:role/till-app-… is not assumable", "ROLE_NAME"),
        (_NO_TOKEN_ROLE, "role_name = var.role_name", "ROLE_NAME"),
        (_DENIED_BY_SCP, '{"Id": "p-FullAWSAccess"}', "POLICY_ID"),
        (_DENIED.format("PutItem"), "My colleague is authenticated as arn:aws:sts::111122223333:assumed-role/till/s1", "ROLE_NAME"),
    ],
)  # fmt: skip
def test_uncertain(text: str, line: str, word: str) -> None:
    """The placeholder remains if the text states several values, or only one of something else."""
    explanation = explain(f"{text}\n\n{line}")
    assert word in {each for remedy in explanation.remedies for each in remedy.placeholders}


_SCALER = "Failed to create AWS Manager: cannot autodiscover ASGs: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/eksctl-orders-nodegroup-NodeInstanceRole-1X/i-0a1b2c3d4e5f60718 is not authorized to perform: autoscaling:DescribeTags"
_RECORD = "An error occurred (InvalidChangeBatch) when calling the ChangeResourceRecordSets operation: [Tried to create resource record set [name='till.shop.example.', type='A'] but it already exists]"
_RECORDS = '{"ResourceRecordSets": [{"Name": "till.shop.example.", "Type": "A", "TTL": 60}]}'


@check_rows(
    ("text", "run", "words", "is_shown"),
    [
        (_SCALER, "$ kubectl -n kube-system describe sa cluster-autoscaler\nName: cluster-autoscaler\nAnnotations: <none>", "get serviceaccount cluster-autoscaler", False),
        (_SCALER, "$ kubectl -n kube-system get sa cluster-autoscaler -o jsonpath='{.metadata.annotations}'\n{}", "get serviceaccount cluster-autoscaler", False),
        (_SCALER, "$ kubectl -n kube-system get sa cluster-autoscaler -o jsonpath='{.metadata.uid}'\n0a1b2c3d", "get serviceaccount cluster-autoscaler", True),
        (_SCALER, "$ kubectl -n shop describe sa cluster-autoscaler\nName: cluster-autoscaler", "get serviceaccount cluster-autoscaler", True),
        (_SCALER, "$ kubectl -n kube-system describe sa cluster-autoscaler\nError from server (Forbidden): forbidden", "get serviceaccount cluster-autoscaler", True),
        (_RECORD, f"$ aws route53 list-resource-record-sets --hosted-zone-id Z0123456789ABCDEFGHIJ\n{_RECORDS}", "(the text shows its output)", True),
        (_RECORD, f"$ aws route53 list-resource-record-sets --hosted-zone-id Z0123456789ABCDEFGHIJ --max-items 1\n{_RECORDS}", "(the text shows its output)", False),
        (_RECORD, f"$ aws route53 get-hosted-zone --id Z0123456789ABCDEFGHIJ\n{_RECORDS}", "(the text shows its output)", False),
    ],
)  # fmt: skip
def test_shown_output(text: str, run: str, words: str, *, is_shown: bool) -> None:
    """A remedy omits a look-up, or says so, if the text shows the output or the part of it that counts."""
    shown = " ".join(explain(f"{text}\n\n{run}\n").to_text(detail="full").replace("\\\n", "").split())
    assert (words in shown) == is_shown


@pytest.mark.parametrize("separator", ["/", "-", "."])
def test_resource_of_words_in_capitals(separator: str) -> None:
    """They are names of the text. An ARN that is almost like theirs can be divided between them in one way only."""
    words = separator.join(f"{first}{second}_NAME" for first in "ABC" for second in "XYZ")
    resource = f"arn:aws:s3:::till/{words}"
    text = f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: {resource} because no identity-based policy allows the s3:GetObject action"
    alike = f"arn:aws:s3:::till/{f'a{separator}' * 300}!"
    assert resource in str(explain(f"{text}\n{alike}"))
