"""Explanations use the names, contrasts and settings that a text states beside the failure."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_MODEL = "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.\n"
_INVOKE = '{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}\n'
_LAUNCH = "User: arn:aws:sts::111122223333:assumed-role/lab-runner/r1 is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy\n"
_DENIES = '[{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": {"NumericGreaterThan": {"ec2:MetadataHttpPutResponseHopLimit": "2"}}}, {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}}]\n'
_ACL = 'Error: error creating S3 bucket ACL for octo-logs-1: AccessControlListNotSupported: The bucket does not allow ACLs\n  with {}aws_s3_bucket_acl.this\nacl            = "private"\n'
_SPOT = "launching node, with fleet error(s), AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.\n"
_PUBLIC = 'Error:\nCREATE_FAILED: SitePolicy (AWS::S3::BucketPolicy)\nAPI: s3:PutBucketPolicy Access Denied\nThe user has AdministratorAccess.\nSite:\n  Type: AWS::S3::Bucket\n{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::octo-site/*"}\n'
_PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/octo/api:1: unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/octo/api/manifests/1: 403 Forbidden\n"
_VOLUME = "failed to provision volume: Could not create volume \"pvc-1\": failed to get an available volume in EC2: InvalidVolume.NotFound: The volume 'vol-0a1b2c3d4e5f60718' does not exist.\n\tstatus code: 400, request id: 7d2f6c1e-0b5a-4a4f-8f5e-2b9c1a0d3e4f\n"
_UNREAD = "Error: Credentials could not be loaded, please check your action inputs: Could not load credentials from any providers\nDid you mean to set the `id-token` permission?\nuses: aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::111122223333:role/site\non:\n  push:\n{}"

_OPEN = 'AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::octo-site" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.\n'
_MAIL = "Access denied: User `arn:aws:iam::111122223333:user/relay' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:us-east-1:111122223333:identity/octo.example'"
_BEARER = 'aws codeartifact login --tool npm --domain octo --repository npm\nUser: arn:aws:sts::111122223333:assumed-role/build/b-1 is not authorized to perform: sts:GetServiceBearerToken on resource: arn:aws:sts::111122223333:assumed-role/build/b-{} because no identity-based policy allows the sts:GetServiceBearerToken action\n{{"Statement":{{"Effect":"{}","Action":"codeartifact:{}","Resource":"*"}}}}'
_UNKNOWN_CALLER = "error: You must be logged in to the server (Unauthorized)\n"
_OFF = "An error occurred (RegionDisabledException): STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.\nclient region {}\n"
_ENDPOINT = "User: arn:aws:sts::111122223333:assumed-role/lab-runner/i-0a1b2c3d4e5f60718 is not authorized to perform: {} because no VPC endpoint policy allows the {} action\n"
_ENDPOINT_OF_QUEUE = _ENDPOINT.format(
    "sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders", "sqs:SendMessage"
)
_RULE = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueUrl","sqs:ListQueues"],"Resource":"*"}]}'
_SINGLE = "User: arn:aws:sts::111122223333:assumed-role/chat/t1 is not authorized to perform: {0} on resource: arn:aws:bedrock:eu-west-1:111122223333:{1} because no identity-based policy allows the {0} action\n"
_BOTH = '{"Effect":"Allow","Action":["bedrock:InvokeModel","bedrock:InvokeModelWithResponseStream","bedrock:ListTagsForResource"],"Resource":"arn:aws:bedrock:eu-west-1:111122223333:%s"}'
_DECLARED = "api error DeclarativePolicyViolation: This functionality has been disabled by a Declarative Policy. Custom Message: "
_DEPLOYED = "Error code: AUTO_SCALING_IAM_ROLE_PERMISSIONS\nThe IAM role arn:aws:iam::111122223333:role/CodeDeploy does not give you permission to perform operations in the following AWS service: AmazonAutoScaling. Contact your AWS administrator if you need help. If you are an AWS administrator, you can grant permissions to your users or groups by creating IAM policies.\nThe role has AWSCodeDeployRole attached.\n"
_KEY_FAULT = "An error occurred (KMSKeyNotAccessibleFault) when calling the CopyDBSnapshot operation: Specified KMS key [arn:aws:kms:eu-west-1:111122223333:key/0a] does not exist, is not enabled or you do not have permissions to access it.\nrds = client('rds', region_name='eu-central-1')\nrds.{}({}arn:aws:kms:eu-west-1:111122223333:key/0a')\n"
_SCALED = "User: arn:aws:sts::111122223333:assumed-role/keda-operator/1764 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/worker\npodIdentity:\n  provider: aws\n  identityOwner: {}\n"
_ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
_NO_PROVIDER = f"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for {_ISSUER}\neks.amazonaws.com/role-arn: arn:aws:iam::444455556666:role/lake\n$ aws iam list-open-id-connect-providers --output text\narn:aws:iam::111122223333:oidc-provider/{_ISSUER[8:]}\n"
_ENV = "KMSAccessDeniedException: Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Message: The security token included in the request is invalid.\n{}"
_LAKE = "An error occurred (AccessDeniedException): Insufficient Lake Formation permission(s): Required Select on orders (Service: AmazonDataCatalog; Status Code: 400)\nrole arn:aws:iam::111122223333:role/lab\n"
_HEAD = "$ aws s3 cp s3://octo-in/in/a.csv .\nfatal error: An error occurred (400) when calling the HeadObject operation: Bad Request\n"
_AGENT = "An error occurred (TargetNotConnected) when calling the StartSession operation: i-0a1b2c3d4e5f60718 is not connected.\nVPC endpoints: {}\n"
_GOV = "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.\n$ aws sts get-caller-identity --profile g --region us-east-1\n"
_SHARED = "User: arn:aws:sts::444455556666:assumed-role/octo/1 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-Ab12Cd because no resource-based policy allows the secretsmanager:GetSecretValue action\n"
_SOURCE = "An error occurred (InvalidParameterValueException) when calling the CreateEventSourceMapping operation: The provided execution role does not have permissions to call ReceiveMessage on SQS\n"
_SSO = "botocore.exceptions.UnauthorizedSSOTokenError: The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile.\nI ran aws sso login --profile dev before.\n{}\n[profile dev]\nsso_session = octo\n[profile prod]\n{}\n"
_URL = "sso_start_url = https://octo.awsapps.com/start\nsso_region = eu-west-1"
_JOB = 'An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\nid_tokens:\n  TOKEN:\n    aud: {}\nTrust policy condition: "StringEquals": {{"gitlab.octo.example:aud": "sts.amazonaws.com"}}, "StringLike": {{"gitlab.octo.example:sub": "project_path:octo/*"}}'
_TAGS = 'User: arn:aws:sts::111122223333:assumed-role/ci/1 is not authorized to perform: s3:{} on resource: "arn:aws:s3:::octo-in" because no identity-based policy allows the s3:{} action'
_START = "Stopped reason: ResourceInitializationError: "
_MFA = 'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:PurgeQueue on resource: arn:aws:sqs:eu-west-1:111122223333:orders with an explicit deny in an identity-based policy\n{}{{"Effect":"Deny","NotAction":"iam:ListMFADevices","Resource":"*","Condition":{{"{}":{{"aws:MultiFactorAuthPresent":"false"}}}}}}'


@check_rows(
    ("text", "shown", "absent"),
    [
        (f"{_OFF.format('eu-west-3')}In eu-central-1 the same call works.", ("Do this first: Call STS in an active Region, such as eu-central-1", "https://sts.eu-central-1.amazonaws.com"), ("us-east-1",)),
        (_OFF.format("eu-west-3"), ("Do this first: Activate STS in eu-west-3", "Or call STS in an active Region, such as us-east-1"), ()),
        (_OFF.format("cn-north-1"), ("Or call STS in an active Region (you)",), ("us-east-1",)),
        (f"{_ENDPOINT_OF_QUEUE}\n$ aws ec2 describe-vpc-endpoints --vpc-endpoint-ids vpce-0a1b2c3d4e5f60718\n{_RULE}", ("sqs:GetQueueUrl and sqs:ListQueues.", "--vpc-endpoint-id vpce-0a1b2c3d4e5f60718"), ("describe-instances", "1 more.")),
        (f"{_ENDPOINT_OF_QUEUE}The role has AmazonSQSFullAccess.", ("AmazonSQSFullAccess allows the action already: that alone does not help", "describe-instances"), ("A policy of the caller must",)),
        (_SINGLE.format("bedrock:InvokeModel", "inference-profile/two") + _BOTH % "inference-profile/one", ('"Action": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]',), ('"bedrock:ListTags',)),
        (_SINGLE.format("bedrock:ListTagsForResource", "inference-profile/two") + _BOTH % "inference-profile/one", ('"Action": "bedrock:ListTagsForResource"',), ('"bedrock:Invoke',)),
        (f"{_NO_PROVIDER}$ kubectl -n shop describe sa loader", ("system:serviceaccount:shop:loader", f'"arn:aws:iam::444455556666:oidc-provider/{_ISSUER[8:]}"', "update-assume-role-policy --role-name lake"), ()),
        (_NO_PROVIDER, ("The trust policy of the role must name this provider",), ("system:serviceaccount",)),
        (_ENV.format("bill-fn, eu-west-1. Yesterday the role bill-fn-role was deleted and created again."), ("--function-name bill-fn ",), ("FUNCTION_NAME",)),
        (_ENV.format("eu-west-1. Yesterday the role bill-fn was deleted and created again."), ("FUNCTION_NAME",), ("--function-name bill-fn ",)),
        (f"{_LAKE}The simulator says glue:GetTable, lakeformation:GetDataAccess all allowed.", ("no IAM policy is missing for it.",), ("also needs",)),
        (f"{_GOV}The profile is of our AWS GovCloud account.", ("valid, but only in AWS GovCloud", "Do this first: Call in us-gov-west-1"), ()),
        (f"{_GOV}The profile is not of our GovCloud account.", ("the access key or session token is not valid",), ("us-gov-west-1",)),
        (f"{_SHARED}The secret has the key aws/secretsmanager.", ("No other account can use the key aws/secretsmanager",), ("must be customer managed",)),
        (f"{_SHARED}The secret does not have the key aws/secretsmanager.", ("must be customer managed",), ("No other account",)),
        (f"{_SOURCE}role arn:aws:iam::111122223333:role/octo-fn, queue arn:aws:sqs:eu-west-1:111122223333:jobs", ("the execution role octo-fn is not allowed", "--role-name octo-fn "), ("FUNCTION_NAME", "ROLE_NAME")),
        (_SSO.format('boto3.Session(profile_name="prod")', _URL), ("the start URL https://octo.awsapps.com/start, which the profile prod uses", "aws sso login --profile prod"), ("login --profile dev",)),
        (_SSO.format('boto3.Session(profile_name="prod")', "sso_session = octo"), ("There is no valid IAM Identity Center sign-in for the profile prod", "aws sso login --profile prod"), ("which the profile prod uses",)),
        (_JOB.format("https://gitlab.octo.example"), ("expects the audience sts.amazonaws.com, and the token has https://gitlab.octo.example.", "does not show the token's subject"), ("role condition",)),
        (_JOB.format("sts.amazonaws.com"), ("STS rejected the token for the role:",), ("role condition", "expects the audience")),
        (_TAGS.format("TagResource", "TagResource"), ("s3:PutBucketTagging, which earlier releases need, does not include it.",), ()),
        (_TAGS.format("ListTagsForResource", "ListTagsForResource"), ("s3:GetBucketTagging, which earlier",), ()),
        ("VPC_CLIENT_ERROR: Unexpected EC2 error: UnauthorizedOperation\nThe service role is arn:aws:iam::111122223333:role/codebuild-octo", ("The CodeBuild service role, codebuild-octo, lacks the permissions to create the network interface", "--role-name codebuild-octo "), ("names no action",)),
        (f"{_START}failed to download env files: file download command: non empty error stream: service call has been retried 1 time(s): failed to download env files: unable to download object octo-env/prod.env: AccessDenied: Access Denied", ("s3:GetObject on arn:aws:s3:::octo-env/prod.env", "describe-task-definition"), ("get-caller-identity",)),
        ("Greengrass is not authorized to assume the service role associated with this account.", ('"Principal": {"Service": "greengrass.amazonaws.com"}',), ("names no action",)),
        ("CognitoClientException{statusCode: 400, code: NotAuthorizedException, name: NotAuthorizedException, message: Incorrect username or password.}", ("Incorrect username or password.",), ("password.}",)),
        (f"{_LAKE}It is in the database sales, and Athena reads it.", ("orders of the database sales", '"DatabaseName": "sales"'), ("DATABASE_NAME",)),
        (f"{_LAKE}The database admin is on leave. Is the database, or the table, missing?", ("DATABASE_NAME",), ()),
        (f"{_HEAD}It was uploaded with --sse-c AES256 --sse-c-key fileb://k.bin", ("customer-provided key (SSE-C), and the call does not send it", "--sse-c-key fileb://KEY_FILE"), ("GET [you]",)),
        (_HEAD.replace(" .", " . --sse-c AES256 --sse-c-key fileb://k.bin"), ("S3 answers 400 if the object was stored without one",), ("does not send it",)),
        (_HEAD, ("--key in/a.csv",), ("KEY_FILE", "OBJECT_KEY")),
        (f"{_LAKE}The role has lakeformation:GetDataAccess.", ("no IAM policy is missing for it.",), ()),
        (f"{_LAKE}The role has no lakeformation:GetDataAccess.", ("also needs an identity-based policy",), ("no IAM policy is missing",)),
        (f"{_LAKE}Should the role have lakeformation:GetDataAccess?", ("also needs an identity-based policy",), ()),
        (_MFA.format("PS C:\\> aws sqs purge-queue\n", "BoolIfExists"), ("never carry MFA. BoolIfExists also matches their requests", "$env:AWS_SESSION_TOKEN"), ()),
        (_MFA.format("$ aws sqs purge-queue\n", "Bool"), ("Call with MFA",), ("BoolIfExists", "$env:")),
        (f"{_MODEL}{_INVOKE}ECS, task role octo-gateway", ("the task role octo-gateway is not allowed to subscribe it", "valid payment method."), ("The policy in the text does not allow", "Anthropic")),
        (f"{_MODEL}Model: eu.anthropic.claude-3-5-sonnet-20240620-v1:0 in eu-west-1", ("--model-id anthropic.claude-3-5-sonnet-20240620-v1:0", "use case form of Anthropic"), ("MODEL_ID",)),
        (f"{_MODEL}Resource: anthropic.*", ("the caller is not allowed to subscribe it", "MODEL_ID"), ()),
        (f"{_LAUNCH}The role has ec2:*.\n{_DENIES}", ("the service control policy in the text denies it unless ec2:MetadataHttpTokens is required", "not even ec2:*. If you added it for this, remove it.", "Another statement denies the call if ec2:MetadataHttpPutResponseHopLimit is greater than 2", "1. Set HttpTokens to required"), ("Derived A statement",)),
        (f"{_LAUNCH}{_DENIES}", ("An Allow does not override it.",), ("remove it",)),
        (f"==> amazon-ebs.web: Launching a source AWS instance...\n{_LAUNCH}{_DENIES}", ('In Packer, write this in the source block: metadata_options { http_tokens = "required" }.',), ("--metadata-options", "Terraform")),
        (f'==> amazon-ebs.web: error\nimds_support = "v2.0"\n{_LAUNCH}{_DENIES}', ("imds_support is only for the AMI that the build makes",), ("--metadata-options",)),
        (f"The image is from Packer.\n{_LAUNCH}{_DENIES}", ("--metadata-options",), ("In Packer",)),
        (_ACL.format("module.logs.").replace("this", "this[0]"), ('The bucket octo-logs-1 does not allow ACLs, and the request has one: acl = "private"', 'from the module block "logs"', "control_object_ownership = true", "terraform apply"), ("BUCKET.",)),
        (_ACL.format(""), ("in depends_on of aws_s3_bucket_acl",), ("control_object_ownership",)),
        (f"{_SPOT}Account 444455556666, karpenter with its own IRSA role (octo-karpenter). On-demand works. In our old account it works.", ("the role octo-karpenter is not allowed to create it", "An account that has used EC2 Spot Instances before has it. On-Demand Instances do not need it.", "for the role octo-karpenter, only on role/aws-service-role/spot"), ("Replace",)),
        (f"{_SPOT}New account (staging), karpenter. The same values run in prod.", ("An account that has used EC2 Spot Instances before has it.",), ("On-Demand",)),
        (f"{_SPOT}karpenter", ("the role of Karpenter is not allowed",), ("On-Demand", "before has it")),
        (_PUBLIC, ("If anyone may read the data, turn off BlockPublicPolicy in the template [you]", "of Site, as below", "No Allow overrides them."), ()),
        (_UNREAD.format("permissions:\n  contents: read\n  packages: write\njobs:\n"), ('The text shows "permissions: contents: read packages: write"', "permissions: id-token: write contents: read packages: write"), ("ROLE_ARN", "steps:")),
        (f"{_PULL}executionRoleArn: arn:aws:iam::111122223333:role/ecs/octo-exec", ("--role-name octo-exec",), ("EXECUTION_ROLE_NAME", "another account", "If the role is not in")),
        (f'{_PULL}task_role_arn = "arn:aws:iam::111122223333:role/octo-task"\nexecution_role_arn = "arn:aws:iam::444455556666:role/octo-exec"', ("allow the role octo-exec in the repository policy", "The repository is in another account"), ("EXECUTION_ROLE_NAME",)),
        (f"{_PULL}The task role is arn:aws:iam::111122223333:role/octo-task", ("--role-name EXECUTION_ROLE_NAME", "If the role is not in"), ("octo-task",)),
        (_UNREAD.format("jobs:\n"), ("permissions: id-token: write contents: read",), ('The text shows "permissions', "steps:")),
        # The message of the organization ends with its line.
        (f"{_DECLARED}See wiki/ebs\n$ aws ec2 get-snapshot-block-public-access-state\n", ('The organization says: "See wiki/ebs".', "neither an IAM policy nor a service control policy"), ("get-snapshot",)),
        (f"{_DEPLOYED}We moved from a launch configuration to a launch template (instance profile web with role web-instance).\n", (":role/web-instance", "A group with a launch configuration does not need them"), ("INSTANCE_ROLE_NAME",)),
        (f"{_DEPLOYED}The group has a launch template.\n", ("INSTANCE_ROLE_NAME",), ("launch configuration does",)),
        (_SCALED.format("workload"), ("with which KEDA assumes the role of the workload",), ()),
        (_SCALED.format("keda"), (), ("with which KEDA assumes",)),
        (f"{_OPEN}The bucket is two weeks old, behind CloudFront distribution E1ABCDEXAMPLE.", ("Do this first: Allow only the CloudFront distribution", ":distribution/E1ABCDEXAMPLE"), ("DISTRIBUTION_ID", "aws:SourceVpce")),
        (f"{_OPEN}I removed the old OAI, the CloudFront distribution is E1ABCDEXAMPLE.", (":distribution/E1ABCDEXAMPLE",), ()),
        (f"{_OPEN}The old CloudFront distribution E1ABCDEXAMPLE is gone.", (":distribution/DISTRIBUTION_ID",), ("E1ABCDEXAMPLE",)),
        (f"{_OPEN}We do not use CloudFront.", ("Do this first: Allow those who need access", "aws:SourceVpce"), ("only the CloudFront",)),
        (f"{_UNKNOWN_CALLER}the cluster is ledger-prod in us-east-2", ("update-kubeconfig --name ledger-prod --region us-east-2",), ()),
        (f"{_UNKNOWN_CALLER}cluster is ledger2, us-east-2", ("update-kubeconfig --name ledger2 --region us-east-2",), ()),
        (f"{_UNKNOWN_CALLER}The cluster is called ledger.", ("update-kubeconfig --name ledger ",), ()),
        (f"{_UNKNOWN_CALLER}The cluster name is `ledger`.", ("update-kubeconfig --name ledger ",), ()),
        (f"{_UNKNOWN_CALLER}The cluster is self-managed in us-east-2.", ("update-kubeconfig --name CLUSTER",), ()),
        (f"{_UNKNOWN_CALLER}The cluster is multi-az in us-east-2.", ("update-kubeconfig --name CLUSTER",), ()),
        (f"{_UNKNOWN_CALLER}The cluster is running in us-east-2.", ("update-kubeconfig --name CLUSTER",), ()),
        (f"{_UNKNOWN_CALLER}The cluster is ledger-a in us-east-2, my other cluster is ledger-b in us-west-2.", ("update-kubeconfig --name CLUSTER",), ()),
        (f"status=bounced (host email-smtp.us-east-1.amazonaws.com said: 554 {_MAIL} (in reply to end of DATA command))", ("every mail over SMTP as ses:SendRawEmail. The SMTP login succeeded", "put-user-policy --user-name relay"), ()),
        (f'smtplib.SMTPDataError: (554, b"{_MAIL}")', ("The SMTP login succeeded",), ()),
        (f"{_MAIL}\nOver SMTP it works.", ("put-user-policy --user-name relay",), ("SMTP login",)),
        (_BEARER.format(1, "Allow", "GetAuthorizationToken"), ("was denied sts:GetServiceBearerToken on its own session:", "codeartifact:GetAuthorizationToken, which the policy in the text allows: it stays"), ()),
        (_BEARER.format(1, "Allow", "Get*"), ("which the policy in the text allows: it stays",), ()),
        (_BEARER.format(1, "Allow", "ReadFromRepository"), ("on its own session:",), ("which the policy in the text allows",)),
        (_BEARER.format(1, "Deny", "GetAuthorizationToken"), ("on its own session:",), ("which the policy in the text allows",)),
        (_BEARER.format(2, "Allow", "GetAuthorizationToken"), (":assumed-role/build/b-2",), ("its own session",)),
    ],
)  # fmt: skip
def test_names_of_the_text(text: str, shown: tuple[str, ...], absent: tuple[str, ...]) -> None:
    short = " ".join(str(explain(text)).split())
    for words in shown:
        assert words in short
    for words in absent:
        assert words not in short


_LISTED = '$ aws s3 sync s3://octo-drop/home/ana/ .\nfatal error: An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied\nPolicy on user ana:\n{"Statement": [{"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::octo-drop", "Condition": {"StringEquals": {"s3:delimiter": "/"}}}]}\n'
_PASSES = '{}User: arn:aws:iam::111122223333:user/airflow is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/task-a because no identity-based policy allows the iam:PassRole action\n{{"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/exec-a"}}\n"executionRoleArn": "arn:aws:iam::111122223333:role/exec-a",\n"taskRoleArn": "arn:aws:iam::111122223333:role/task-a"\n'
_IN_REGION = '$ aws ec2 describe-vpcs --region ap-east-1\nAn error occurred (AuthFailure) when calling the DescribeVpcs operation: AWS was not able to validate the provided access credentials\n$ aws sts get-caller-identity --region ap-east-1\nAn error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid\n$ aws sts get-caller-identity --region us-west-2\n{"Arn": "arn:aws:sts::111122223333:assumed-role/Ops/ana"}\nThe Region is enabled in our account.\n'


@check_rows(
    ("text", "shown", "absent"),
    [
        ('An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\naws s3 cp a s3://octo/out/a\nThe permissions for role uploader:\n{"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::octo/in/*"}]}', ("The role uploader was denied s3:PutObject", "aws iam put-role-policy --role-name uploader "), ("ROLE_NAME", "put-user-policy")),
        ('An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\naws s3 cp a s3://octo/out/a\nThe permissions for user uploader:\n{"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::octo/in/*"}]}', ("The user uploader was denied s3:PutObject", "aws iam put-user-policy --user-name uploader "), ("ROLE_NAME",)),
        (_LISTED, ("The user ana was denied s3:ListBucket",), ("Check the bucket policy", "requires s3:ListBucket on the bucket's ARN")),
        (_PASSES.format("An error occurred (AccessDeniedException) when calling the RunTask operation: "), ("the policy in the text allows exec-a already", "to the Resource of the statement Pass in the policy in the text, or attach the policy below"), ("trusts ecs-tasks",)),
        (f"{_IN_REGION}debug: Using STS endpoint https://sts.amazonaws.com\n", ("rejects them: the session token is a version 1 token", "The text shows the global endpoint."), ("Others", "most likely")),
        (_IN_REGION, ("most likely, the session token is a version 1 token",), ("The text shows the global endpoint",)),
    ],
)  # fmt: skip
def test_other_pieces_of_the_text(text: str, shown: tuple[str, ...], absent: tuple[str, ...]) -> None:
    short = " ".join(str(explain(text)).split())
    for words in shown:
        assert words in short
    for words in absent:
        assert words not in short


_LOST = "get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded\nThe pod of the service account cart is in CrashLoopBackOff.\nOn the node itself, curl with a token to http://169.254.169.254/latest/meta-data/iam/security-credentials/ prints the role name octo-node.\n"
_SLOW = "Ubuntu on WSL2\nInvalidSignatureException: Signature expired: 20260318T081204Z is now earlier than 20260318T183331Z (20260318T183831Z - 5 min.)\n"
_UNTRUSTED = "An error occurred (ClientException) when calling the RunTask operation: ECS was unable to assume the role 'arn:aws:iam::111122223333:role/app/octo-task' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.\n"
_GUEST = "User: arn:aws:sts::111122223333:assumed-role/octo-guest/CognitoIdentityCredentials is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/app because no session policy allows the ssm:GetParameter action\n"
_TAGGED = 'User: arn:aws:sts::111122223333:assumed-role/octo-karpenter/1 is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0aa11bb22cc33dd44 because no identity-based policy allows the ec2:RunInstances action\n$ aws ec2 describe-tags --filters Name=resource-id,Values=sg-0aa11bb22cc33dd44\n{"Tags": [{"Key": "Name", "ResourceId": "sg-0aa11bb22cc33dd44", "ResourceType": "security-group", "Value": "nodes"}]}\n'
_TAG_POLICY = '{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": ["arn:aws:ec2:*:*:security-group/*", "arn:aws:ec2:*:*:launch-template/*"], "Condition": {"StringEquals": {"aws:ResourceTag/team": "octo"}}}\n'


@check_rows(
    ("text", "facts", "shown", "absent"),
    [
        (_LOST, {"namespace": "shop", "service_account": "cart", "cluster": "prod", "region": "eu-west-1"}, ("the metadata has the role octo-node", "kubectl rollout restart", "give shop/cart its own role, and leave the limit at 1"), ("check the association",)),
        (f"{_SLOW}It works on Windows.", {}, ("the time of Windows, which is right", "AWS accepts signatures that are at most 5 minutes off"), ("--insecure", "Check the clock of Windows")),
        (f"{_SLOW}in PowerShell on the same laptop it works", {}, ("the time of Windows, which is right",), ("Check the clock of Windows",)),
        ("botocore.errorfactory.ExpiredTokenException: An error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: current date/time 1795251600 must be before the expiration date/time 1795165200", {}, ("The token expired at 2026-11-20 09:00:00 UTC, and STS received it at 2026-11-21 09:00:00.",), ("The text says",)),
        (_SLOW, {}, ("Check the clock of Windows, too",), ("which is right",)),
        (_UNTRUSTED, {}, ("The first command must print arn:aws:iam::111122223333:role/app/octo-task", "--query 'Role.[Arn,AssumeRolePolicyDocument]'", "If the policy lacks the statement:"), ()),
        (f"{_GUEST}AWS.config.credentials = new AWS.CognitoIdentityCredentials({{}}); In the old pool it works.", {}, ("pass RoleArn to CognitoIdentityCredentials", "A pool with which it works most likely uses this flow"), ("GetOpenIdToken",)),
        (_GUEST, {}, ("call GetOpenIdToken", "A pool with which it works most likely uses this flow"), ("pass RoleArn",)),
        (f"{_TAGGED}{_TAG_POLICY}", {}, ("lacks it (its tags: Name = nodes)", "The statement requires it of each launch-template, too."), ()),
    ],
)  # fmt: skip
def test_settings_of_the_text(
    text: str, facts: dict[str, str], shown: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    explanation = explain(text, facts=facts) if facts else explain(text)
    short = " ".join(str(explanation).split())
    for words in shown:
        assert words in short
    for words in absent:
        assert words not in short


_PROVISION = "Error: {}: operation error {}, https response error StatusCode: 403, RequestID: 0f1e, api error AccessDenied: User: arn:aws:iam::111122223333:user/tf is not authorized to perform: {}\n"


@check_rows(
    ("work", "call", "action", "resource"),
    [
        ("creating SQS Queue (films)", "SQS: CreateQueue", "sqs:createqueue", "sqs:REGION:111122223333:films"),
        ("creating SSM Parameter (/films/db)", "SSM: PutParameter", "ssm:PutParameter", "ssm:REGION:111122223333:parameter/films/db"),
        ("reading DynamoDB Table (films)", "DynamoDB: DescribeTable", "dynamodb:DescribeTable", "dynamodb:REGION:111122223333:table/films"),
        ("deleting SNS Topic (arn:aws:sns:eu-west-1:111122223333:films)", "SNS: DeleteTopic", "SNS:DeleteTopic", "sns:eu-west-1:111122223333:films"),
        ("reading ECS Service (films)", "ECS: DescribeClusters", "ecs:DescribeClusters", "ecs:REGION:111122223333:cluster/CLUSTER"),
    ],
)  # fmt: skip
def test_name_in_the_line_of_terraform(work: str, call: str, action: str, resource: str) -> None:
    policy = explain(_PROVISION.format(work, call, action)).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Resource"] == f"arn:aws:{resource}"
