"""Explanations use the details of a post, such as its kubeconfig, log lines and commands, but take no word of a sentence for a name."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_LOGIN = "$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)\n"
_USER = '- name: aws\n  user:\n    exec:\n      command: aws-iam-authenticator\n      args:\n        - "token"\n        - "-i"\n        - "tea"\n        - "-r"\n        - "arn:aws:iam::111122223333:role/TeaAdmin"\n'
_LOGGED = 'time="2026-02-04T17:13:28Z" level=warning msg="access denied" arn="arn:aws:iam::111122223333:role/tea-dev" client="127.0.0.1:43210" error="Identity is not mapped" method=POST path=/authenticate\n'
_EC2 = "UnauthorizedOperation: You are not authorized to perform this operation.\n\tstatus code: 403, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f"
_SCALED = "E0322 18:48:28.135501       1 aws_manager.go:259] Failed to regenerate ASG cache: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/eksctl-tea-nodegroup-NodeInstanceRole-1A2B/i-0a1b2c3d4e5f60718 is not authorized to perform: autoscaling:DescribeTags\n"
_INVALID = "UnrecognizedClientException: The security token included in the request is invalid.\n"
_STACK = "AccessDenied: User: arn:aws:sts::{0}:assumed-role/tea/app is not authorized to perform: cloudformation:DescribeStackEvents on resource: arn:aws:cloudformation:eu-west-2:{0}:stack/${{APP}}-2/1a2b\n"
_NO_KEYS = "botocore.exceptions.NoCredentialsError: Unable to locate credentials\n"
_DRIVER = "docker: Error response from daemon: failed to initialize logging driver: {}NoCredentialProviders: no valid providers in chain. Deprecated."
_NODE_2 = "message: 'Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1',\n  code: 'CredentialsError'\n"
_BACKEND = 'Error configuring the backend "s3": No valid credential sources found for AWS Provider.\nprovider "aws" {{\n  profile = "{}"\n}}\n'
_PAM = 'connection to server at "tea.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com", port 5432 failed: FATAL:  PAM authentication failed for user {0}"tea"{0}\n'
_COULD_NOT = "current credentials could not be used to assume 'arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-west-1', but are for the right account. Proceeding anyway.\n"
_ASSETS = '[13:17:48] Call failed: getBucketLocation({{"Bucket":"{}-111122223333-eu-west-1"}}) => Access Denied (code=AccessDenied)\nI ran cdk deploy.\n'
_MOUNT = "mount.nfs4: access denied by server while mounting 127.0.0.1:/\n"
_CHAIN = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f; Proxy: null){}"
_MISMATCH = "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.\n"
_PODS = 'Error from server (Forbidden): pods is forbidden: User "{}" cannot list resource "pods" in API group "" at the cluster scope\n'
_MODULE = 'module "eks" {\n  source = "terraform-aws-modules/eks/aws"\n  version = "20.8.4"\n}\n'
_SSO = "Error when retrieving token from sso: Token has expired and refresh failed\n"
_METADATA = "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded\nThe pod runs in EKS{}.\n"
_MODEL = "User: arn:aws:sts::XXXXXXXXX:assumed-role/tea/app is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2:XXXXXXXXX:{} because no identity-based policy allows the bedrock:InvokeModel action\n"

_POOL = "An error occurred (NotAuthorizedException) when calling the SetIdentityPoolRoles operation: Access to {} 'arn:aws:iam::111122223333:role/tea-guest' is forbidden."
_TOPIC = "arn:aws:sns:us-west-2:444455556666:tea is the topic.\nUser: arn:aws:iam::111122223333:user/dev is not authorized to perform: SNS:Publish on resource: arn:aws:sns:us-east-2:444455556666:tea because no {} policy allows the SNS:Publish action"
_CATALOG = "Our policy names arn:aws:glue:us-west-2:444455556666:catalog.\nUser: arn:aws:iam::111122223333:user/dev is not authorized to perform: glue:GetDatabases on resource: arn:aws:glue:us-east-2:444455556666:catalog because no resource-based policy allows the glue:GetDatabases action"
_DENIED = "User: arn:aws:iam::111122223333:user/dev is not authorized to perform: {} on resource: {}"
_TWICE = "arn:aws:iam::111122223333:role/arn:aws:iam::111122223333:role/tea"
_STORE = '{}could not get secret data from provider: key "carts/db" from ExternalSecret "carts": AccessDeniedException: Access to KMS is not allowed'

_S3_JS = "\nAccessDenied: Access Denied\n    at Request.extractError (/app/node_modules/aws-sdk/lib/services/s3.js:718:35)"
_RUBY = "\n#<Aws::S3::Errors::AccessDenied: Access Denied>"
_READ = "\nAn error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
_ON_TABLE = (
    '{{"Effect": "{}", "Action": "glue:GetTable", "Resource": "arn:aws:glue:eu-west-1:111122223333:{}"}}'
)
_GLUE = "\nUser: arn:aws:iam::111122223333:user/dev is not authorized to perform: glue:GetTable on resource: arn:aws:glue:eu-west-1:111122223333:catalog because no identity-based policy allows the glue:GetTable action"
_TASK = "\nAmazon.Runtime.AmazonServiceException: Unable to get IAM security credentials from EC2 Instance Metadata Service. We use ECS Fargate."
_CHAIN_JS = "CredentialsProviderError: Could not load credentials from any providers"
_JWT = '{"errors": [{"errorType": "UnauthorizedException", "message": "Unable to parse JWT token."}]}'
_UNSIGNED = "<Error><Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>{}</HeadersNotSigned></Error>"
_VENDED = "software.amazon.awssdk.services.lakeformation.model.AccessDeniedException: Access is not allowed. (Service: LakeFormation, Status Code: 400, Request ID: 1)\n\tat software.amazon.awssdk.services.lakeformation.DefaultLakeFormationClient.{}(DefaultLakeFormationClient.java:1989)"
_END = "{}An error occurred (AccessDeniedException) when calling the TerminateSession operation: User: arn:aws:sts::111122223333:assumed-role/dev/ana is not authorized to perform: ssm:TerminateSession on resource: arn:aws:ssm:eu-west-1:111122223333:session/ana-0a1b because no identity-based policy allows the ssm:TerminateSession action"
_TOKEN = (
    "api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\nThe trust policy:\n"
)
_TRUST = '{{\n "Statement": [{{\n  "Effect": "Allow",\n  "Principal": {{"Federated": "arn:aws:iam::${{ACCOUNT}}:oidc-provider/${{PROVIDER}}"}},\n  "Action": "sts:AssumeRoleWithWebIdentity",\n  "Condition": {{\n   "{}": {{\n    "${{PROVIDER}}:sub": "system:serviceaccount:tea:provider-*"\n   }}\n  }}\n }}]\n}}\n'
_KANIKO = '{}checking push permission for "111122223333.dkr.ecr.us-west-2.amazonaws.com/tea:1": POST https://111122223333.dkr.ecr.us-west-2.amazonaws.com/v2/tea/blobs/uploads/: unexpected status code 401 Unauthorized: Not Authorized'
_BEANSTALK = "A client error ({}) occurred when calling the UpdateEnvironment operation: You do not have permission to perform the '{}' action."
_STACK_SET = "Error: Account {} should have 'AWSCloudFormationStackSetExecutionRole' role with trust relationship to Role '{}'."
_TOWER = "AWS Control Tower: The AWSControlTowerStackSetRole is unable to assume the AWSControlTowerExecution role."
_ACK = "api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/tea/ack is not authorized to perform: s3:CreateBucket on resource: arn:aws:s3:::tea\n{}"
_FLUX = 'error="scan failed: GET https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/tea/tags/list: unexpected status code 401 Unauthorized: Not Authorized","controllerGroup":"image.toolkit.fluxcd.io","controllerKind":"ImageRepository","ImageRepository":{{"name":"tea","namespace":"flux-system"}}\n{}'
_OCI = "Error: failed to authorize: pulling from host 111122223333.dkr.ecr.eu-west-1.amazonaws.com failed with status code [manifests 1.0.0]: 401 Unauthorized\n$ {} oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/tea --version 1.0.0"
_NO_TOKEN = "{}An error occurred (MissingAuthenticationToken) when calling the ListQueues operation: Request is missing Authentication Token"
_OLD_TOKEN = "An error occurred (ExpiredToken) when calling the {} operation: The security token included in the request is expired\nWe call AssumeRoleWithWebIdentity before."
_LIMIT = "An error occurred (AttachmentLimitExceeded) when calling the AttachNetworkInterface operation: Interface count {} exceeds the limit for {}"
_TIME = "Error: SSOProviderInvalidToken: the SSO session has expired or is invalid\n{}"
_ABSENT = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/dev is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/tea-manager\n{}"
_TASK_ROLE = "An error occurred ({}) when calling the RegisterTaskDefinition operation: Role is not valid"
_GRANT = "An error occurred (InvalidParameterValueException) when calling the UpdateFunctionConfiguration operation: Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant. Please check your KMS key settings. {}"
_OPT_IN = "An error occurred (OptInRequired) when calling the RunInstances operation: {}"
_BAD_ROLE = "An error occurred (ValidationException) when calling the {} operation: {}"
_OF_CDK = "arn:aws:iam::111122223333:role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1"
_RETRIED = _DENIED.format(
    "codebuild:StartBuild",
    "arn:aws:codebuild:eu-west-1:111122223333:project/tea because no identity-based policy allows the codebuild:StartBuild action\n{}",
)
_SCRIPT = '#!/bin/sh\n{}AWS_PROFILE=tea\naws s3 ls\nUnable to locate credentials. You can configure credentials by running "aws configure".'
_STEP = 'awsCodeBuild awsAccessKey: env.AWS_ACCESS_KEY_ID, awsSecretKey: env.AWS_SECRET_ACCESS_KEY, projectName: "tea"\ncom.amazonaws.services.codebuild.model.AWSCodeBuildException: The security token included in the request is invalid. (Service: AWSCodeBuild; Status Code: 400; Error Code: UnrecognizedClientException; Request ID: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f)\n{}'
_REFRESH = "{}InvalidClientTokenId: The security token included in the request is invalid.\n\tstatus code: 403, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f"
_MASKED_USER = 'Error from server (Forbidden): pods is forbidden: User "system:serviceaccount:{}" cannot list resource "pods" in API group "" at the cluster scope'
_ROLE_OF_POD = "unable to read web identity token file in pod: {}\n : no such file or directory"


@check_rows(
    ("text", "shown", "absent"),
    [
        (_END.format(""), ("most likely, the Session Manager plugin is not installed", "session-manager-plugin --version"), ()),
        (_END.format("$ aws ssm start-session --target i-0a1b2c3d4e5f60718\n"), ("plugin is not installed",), ()),
        (_END.format("$ aws ssm start-session --target i-0a1b2c3d4e5f60718\nStarting session with SessionId: ana-0a1b\n"), ("no identity-based policy allows it",), ("plugin",)),
        (_END.format("$ aws ssm terminate-session --session-id ana-0a1b\n"), ("no identity-based policy allows it",), ("plugin",)),
        (_END.format("Traceback (most recent call last):\n  reap(session)\n"), ("no identity-based policy allows it",), ("plugin",)),
        (_END.format("client.terminate_session(SessionId=id)\n"), ("no identity-based policy allows it",), ("plugin",)),
        (_TOKEN + _TRUST.format("StringEquals"), ("compares literally", '"StringLike": {'), ("oidc-provider",)),
        (_TOKEN + _TRUST.format("StringLike"), ("the role's trust policy",), ("compares literally",)),
        ("The invalid ARN message went away. Now:\n" + _TOKEN + _TRUST.format("StringEquals"), ("compares literally",), ("STS rejected the role to assume",)),
        (_KANIKO.format("error checking push permissions -- try again: "), ("kaniko has no login", '{"credHelpers": {"111122223333.dkr.ecr.us-west-2.amazonaws.com": "ecr-login"}}'), ("docker login --username",)),
        (_KANIKO.format("$ /kaniko/executor --context .\n"), ("kaniko has no login", "sign in to ECR and to push"), ("docker login --username",)),
        (_KANIKO.format(""), ("does not accept the login",), ("kaniko",)),
        (_KANIKO.format("We moved from /kaniko/executor to docker push: "), ("does not accept the login",), ("kaniko",)),
        (_BEANSTALK.format("InsufficientPrivilegesException", "s3:CreateBucket"), ("arn:aws:s3:::elasticbeanstalk-*",), ("BUCKET",)),
        (_BEANSTALK.format("InsufficientPrivilegesException", "s3:GetObject"), ("arn:aws:s3:::elasticbeanstalk-*/",), ("BUCKET",)),
        (_BEANSTALK.format("InsufficientPrivilegesException", "iam:PassRole"), (), ("elasticbeanstalk-",)),
        (_BEANSTALK.format("AccessDenied", "s3:CreateBucket"), ("arn:aws:s3:::BUCKET",), ("elasticbeanstalk-",)),
        (_DENIED.format("ssm:StartAutomationExecution", "arn:aws:ssm:eu-west-1::automation-definition/AWS-StopEC2Instance:1"), ("It is of AWS, so its ARN has no account",), ("AWS lists no resource",)),
        (_DENIED.format("ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/ami"), ("It is of AWS, so its ARN has no account",), ()),
        (_DENIED.format("ssm:StartAutomationExecution", "arn:aws:ssm:eu-west-1:111122223333:automation-definition/tea:1"), ("automation-definition/tea",), ("It is of AWS",)),
        (_LOGIN + _USER, ("the role TeaAdmin has no access entry", ":role/TeaAdmin"), ("PRINCIPAL_ARN",)),
        (_LOGIN, ("the text does not say who it is",), ()),
        (_LOGIN + _LOGGED, ("The cluster rejected the role tea-dev",), ("PRINCIPAL_ARN",)),
        ("$ aws eks get-token --cluster-name ****\n" + _LOGIN, ("The cluster could not",), ("cluster CLUSTER could",)),
        (f"panic: Unable to hydrate the AWS launch template cache, {_EC2}", ("ec2:DescribeLaunchTemplates",), ("names no action",)),
        (f'level=error error="error getting volume info: rpc error: code = Unknown desc = {_EC2}"', ("ec2:DescribeVolumes",), ("names no action",)),
        (f"failed to create things: error getting volume info: {_EC2}", ("ec2:DescribeVolumes",), ()),
        ("failed to confirm existence of 'octo-charts' bucket: Access Denied.", ("s3:ListBucket on arn:aws:s3:::octo-charts",), ("names no action",)),
        (f"eksctl create cluster \\\n--name tea \\\n--region eu-west-3\nThen the cluster autoscaler, as documented.\n{_SCALED}", ("--cluster-name tea ",), ("--cluster-name autoscaler",)),
        (f"The pods of the cluster autoscaler, restart.\n{_SCALED}", (), ("--cluster-name autoscaler",)),
        (f"I did a new aws configure and a login --profile with the new keys.\n{_INVALID}", ("aws sts get-caller-identity",), ("--profile with",)),
        (f"I did a login --profile tea with the new keys.\n{_INVALID}", ("--profile tea",), ()),
        ("User: arn:aws:iam::<xxxx>:user/<iam user name> is not authorized to perform: sqs:SendMessage on resource: orders", ("put-user-policy --user-name USER_NAME",), ("put-role-policy",)),
        (_STACK.format("XXXXXXXXXXXX"), ("no identity-based policy allows it",), ("nobody filled in",)),
        (_STACK.format("111122223333"), ("${APP} is a placeholder that nobody filled in",), ()),
        (f"The nodes have an IAM role, but about twice a day a task fails:\n{_NO_KEYS}", ("only sometimes", "AWS_METADATA_SERVICE_NUM_ATTEMPTS=5"), ("Pass credentials",)),
        (f"The task in ECS has a task role, but sometimes it fails. The instance has a role.\n{_NO_KEYS}", (), ("only sometimes",)),
        (f"The nodes have an IAM role.\n{_NO_KEYS}", (), ("only sometimes",)),
        (f"It is not intermittent, it always fails. The nodes have an IAM role.\n{_NO_KEYS}", (), ("only sometimes",)),
        (f"Sometimes it fails. The server has no IAM role.\n{_NO_KEYS}", (), ("only sometimes",)),
        (_DRIVER.format(""), ("The Docker daemon found no credentials", "AWS_SHARED_CREDENTIALS_FILE=/root"), ("--env-file",)),
        ("CannotStartContainerError: " + _DRIVER.format(""), (), ("The Docker daemon found",)),
        (_NODE_2 + "credential_process is defined in ~/.aws/config", ("reads only ~/.aws/credentials", "export AWS_SDK_LOAD_CONFIG=1"), ("Run the program by hand",)),
        (_BACKEND.format("tea"), ("does not use the profile tea", 'Add profile = "tea" to the block backend "s3"'), ()),
        (_PAM.format("") + "We get this after `15 minutes`.", ("most likely, the token has expired", "new token for each new connection"), ("Allow rds-db:connect",)),
        (_PAM.format("\\") + "It says this at once.", ("the IAM token of tea", "dbuser:DBI_RESOURCE_ID/tea"), ("has expired, because",)),
        (_PAM.format("") + "With psql, I am able to connect: aws rds generate-db-auth-token --username tea", ("a token of the AWS CLI works", "without https://"), ()),
        (_PAM.format("") + "aws rds generate-db-auth-token --username tea does not work either", (), ("a token of the AWS CLI works",)),
        (_ASSETS.format("cdk-hnb659fds-assets"), ("it could not assume its file-publishing role", "role/cdk-hnb659fds-*-111122223333-eu-west-1"), ("list-buckets",)),
        (_ASSETS.format("octo-assets"), (), ("file-publishing",)),
        (_COULD_NOT + "The roles mentioned above exist.", ("is bootstrapped, so the caller is not allowed",), ("npx cdk bootstrap",)),
        (_COULD_NOT + "Do the roles exist?", ("npx cdk bootstrap",), ()),
        (f"{_MOUNT}Without the access point, it mounts.", ("the root directory of the access point does not exist",), ()),
        (f"{_MOUNT}Without the access point, it does not work either.", (), ("root directory",)),
        (f"AWS credentials source used for IAM authentication: \n('webidentity:arn:aws:iam::111122223333:role/tea-efs,/var/run/secrets/eks.amazonaws.com/serviceaccount/token',)\n{_MOUNT}", ("--role-name tea-efs", "Do this first: Allow the mount"), ("role token",)),
        (_CHAIN.format(" (Service: Sqs, Status Code: 400, Request ID: 1)"), ("The queue is encrypted", "aws sqs get-queue-attributes"), ("head-object",)),
        (_CHAIN.format(" (Service: AmazonSNS; Status Code: 400)"), ("aws sns get-topic-attributes",), ("head-object",)),
        (_CHAIN.format(""), ("head-object",), ("get-queue-attributes",)),
        (f"{_MISMATCH}I set the secret_access_key in ~/.aws/credentials.", ("aws configure list",), ("again in",)),
        (f'Error executing "SendEmail" on "https://email.eu-west-1.amazonaws.com"; {_MISMATCH}', ("their password is not its secret access key",), ()),
        (_PODS.format("system:serviceaccount:tea:app") + _MODULE, (), ("enable_cluster_creator",)),
        ("Successfully logged into Start URL: https://tea.awsapps.com/start\nAn error occurred (UnauthorizedException) when calling the GetRoleCredentials operation: Session token not found or invalid", ("ign out, so that no old token",), ()),
        ('[tea]\naws_access_key_id = AKIAX\naws_secret_access_key = "x"\n' + _MISMATCH, ("aws configure list",), ("again in the code",)),
        (_SSO, ("Sign in to IAM Identity Center again",), ("aws sso logout",)),
        (_METADATA.format(" and uses Pod Identity"), ("Do this first: With EKS Pod Identity: check",), ()),
        (_METADATA.format(""), ("Do this first: Give the pod's service account",), ()),
        (_POOL.format("Role"), ("was denied iam:PassRole on arn:aws:iam::111122223333:role/tea-guest", '"iam:PassedToService": "cognito-identity.amazonaws.com"'), ("names no action", "the service says")),
        (_POOL.format("Thing"), (), ("iam:PassRole",)),
        ("F0118 16:40:34.650058       1 tea.go:369] NoCredentialProviders: no valid providers in chain. Deprecated.", ("The log is that of process 1 of a container.",), ("tea.go",)),
        (_TOPIC.format("resource-based"), ("the call went to us-east-2, but the text has tea in us-west-2", "Do this first: Call us-west-2"), ()),
        (_TOPIC.format("VPC endpoint"), (), ("the call went to us-east-2",)),
        (_CATALOG, ("the text has the Data Catalog in us-west-2",), ()),
        (_DENIED.format("sts:AssumeRole", _TWICE), ("has the ARN of the role twice", "Do this first: Pass arn:aws:iam::111122223333:role/tea,"), ("policy.json",)),
        (_DENIED.format("iam:PassRole", _TWICE), ("the call has the ARN of the role twice",), ("policy.json",)),
        (f"AWS_ROLE_ARN={_TWICE}\n" + _DENIED.format("s3:ListBucket", "arn:aws:s3:::tea"), ("the text has the ARN of a role twice", "Allow s3:ListBucket"), ()),
        (f"AWS_ROLE_ARN={_TWICE}\nWebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", ("the call has the ARN of the role twice",), ("--role-name arn",)),
        (_DENIED.format("sts:AssumeRole", "arn:aws:iam::111122223333:role/arn/tea"), (), ("twice",)),
        (_STORE.format(""), ("kubectl get externalsecret carts --namespace NAMESPACE",), ()),
        (_STORE.format("metadata:\n  namespace: shop\n"), ("kubectl get externalsecret carts --namespace shop",), ()),
        # A table is one of a query, and not what Python and Java import.
        (f"from awsglue.transforms import *{_GLUE}", ("database/DATABASE_NAME", "table/DATABASE_NAME/TABLE_NAME"), ("awsglue",)),
        # Or the only one that a policy in the text allows.
        (f"{_GLUE}\n{_ON_TABLE.format('Allow', 'table/shop/*')}", ("database/shop", "table/shop/*"), ("DATABASE_NAME", "TABLE_NAME")),
        (f"SELECT * FROM tea.cups{_GLUE}\n{_ON_TABLE.format('Allow', 'table/shop/*')}", ("database/tea", "table/tea/cups"), ("DATABASE_NAME",)),
        (f"{_GLUE}\n{_ON_TABLE.format('Allow', 'table/*/*')}", ("database/DATABASE_NAME",), ()),
        (f"{_GLUE}\n{_ON_TABLE.format('Deny', 'table/shop/*')}", ("database/DATABASE_NAME",), ("database/shop",)),
        (f"return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask.{_GLUE}", ("database/DATABASE_NAME",), ("database/org",)),
        (f"The settings are from config.yaml.{_GLUE}", ("database/DATABASE_NAME",), ("database/config",)),
        (f"SELECT * FROM glue_catalog.shop.carts{_GLUE}", ("database/shop", "table/shop/carts"), ("database/glue_catalog",)),
        (f'spark.sql("select id from shop.carts where x"){_GLUE}', ("table/shop/carts",), ()),
        (f"insert into shop.carts values (1){_GLUE}", ("table/shop/carts",), ()),
        # A bucket is no variable and no word of a sentence.
        (f"s3.get_object(Bucket=bucketname, Key=key){_READ}", ("without a reason",), ("bucketname",)),
        (f"s3.put_object(Body=data, Bucket=bucketname, Key=key){_READ}", (), ("bucketname",)),
        (f"const params = {{\n  Bucket: bucketname,\n  Key: key\n}};{_READ}", (), ("bucketname",)),
        (f"params: {{\n  Bucket: process.env.UPLOADS,\n}}{_READ}", (), ("process",)),
        (f"client.get_object(bucket: bucketname, key: filename).body.read{_RUBY}", ("S3 denied s3:GetObject",), ("bucketname", "body.read")),
        (f"GetObjectRequest(Bucket=carts, Key=a.csv){_READ}", ("s3:::carts",), ()),
        (f"could not read (bucket: carts, key: in/a.csv){_READ}", ("s3:::carts/in/a.csv",), ()),
        (f"I read an object from a bucket using `get_object`.{_READ}", (), ("s3:::using",)),
        (f"We write to the bucket through a proxy.{_READ}", (), ("s3:::through",)),
        (f"We read the bucket carts.{_READ}", ("s3:::carts",), ()),
        (f"aws s3 cp s3://xxxxxx/in/a.csv .{_READ}", ("Buckets[?Name=='BUCKET'].Name",), ("xxxxxx",)),
        # Frames of the SDK for JavaScript 2 name S3, and the code the call.
        (f"s3.putObject(params, done);{_S3_JS}", ("S3 denied s3:PutObject without a reason",), ()),
        (f"s3.upload(\n  {{\n    ACL: 'public-read',\n    Key: key }}, done);{_S3_JS}", ("S3 denied s3:PutObject", "Repeat it without ACL: 'public-read'"), ()),
        (f"s3.getSignedUrl(kind);{_S3_JS}", ("S3 answered 403 without a reason",), ()),
        (f"s3_client.get_object(Bucket=name, Key=key){_RUBY}", ("S3 denied s3:GetObject",), ()),
        # What the text says of the credentials.
        (f"I am able to curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI in the container.{_TASK}", ("the process does not have AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",), ("Give the ECS task a role",)),
        (f"I wasn't able to curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.{_TASK}", ("Give the ECS task a role",), ()),
        (f"I am not able to curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.{_TASK}", ("Give the ECS task a role",), ()),
        (f"Intermittently, and we no longer use kiam: {_CHAIN_JS}", ("found no credentials",), ("gives the pod a role",)),
        (f"Intermittently, with kube2iam: {_CHAIN_JS}", ("kube2iam gives the pod a role", "fromInstanceMetadata({ timeout: 5000"), ("export AWS_METADATA",)),
        (f"With kube2iam: {_CHAIN_JS}", (), ("only sometimes",)),
        ("Terraform works fine.\n$ terraform apply\n$ packer build tea.json\n" + _INVALID, ("Check which credentials Packer uses", "access_key, secret_key, token"), ("Terraform uses",)),
        ("$ terraform apply\n" + _INVALID, ("Check which credentials Terraform uses",), ("Packer",)),
        (f"axios.put(signedUrl.url, file)\n{_MISMATCH}", ("signature of the presigned URL", "method, key, query string or headers"), ()),
        (f"The unsigned URL works.\n{_MISMATCH}", (), ("signature of the presigned URL",)),
        (f"It is a CloudFront signed URL.\n{_MISMATCH}", (), ("signature of the presigned URL",)),
        # What a mask hides is not read.
        ("User: arn:aws:sts::*:assumed-role/tea-*/app is not authorized to perform: sqs:SendMessage on resource: orders", ("Attach the policy to the role (ROLE_NAME follows assumed-role/).",), ("Attach the policy to arn:",)),
        ("role tea-app-... is not authorized to perform sqs:SendMessage on orders", (), ("tea-app-....",)),
        ('could not get secret data from provider: key "XXXXX" from ExternalSecret "carts": AccessDeniedException: Access to KMS is not allowed', ("--secret-id SECRET_ID",), ("XXXXX",)),
        ("ResourceInitializationError: unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:account_id:secret:carts-db-Ab12Cd from secrets manager: AccessDeniedException: Access to KMS is not allowed", ("--secret-id carts-db ",), ("SECRET_ID",)),
        # What a service requires besides.
        (_MODEL.format("application-inference-profile/ab12"), ("The profile's models require the action, too",), ()),
        (_JWT, ("is not the token (JWT)", "without Bearer"), ("Follow the message of the service",)),
        (_VENDED.format("getTemporaryGlueTableCredentials"), ("does not allow external engines, as by default", "AllowFullTableExternalDataAccess"), ()),
        ('AccessDenied: Access Denied\n  File "/opt/app/node_modules/aws-sdk/lib/services/s3.js", line 835, col 35, in Request.extractError', ("S3 answered 403 without a reason",), ("lookup-events",)),
        (_UNSIGNED.format("x-amz-acl, x-amz-meta-user"), ("x-amz-acl and x-amz-meta-user were sent, but not signed", "Find what adds x-amz-acl and x-amz-meta-user after"), ()),
        (_UNSIGNED.format("host"), ("host was sent, but not signed", "must contain host"), ()),
        ("x?X-Amz-SignedHeaders=host&X-Amz-Expires=60\n" + _UNSIGNED.format("x-amz-acl"), ("Create the URL with x-amz-acl, or do not send it",), ()),
        (_UNSIGNED.partition("<HeadersNotSigned>")[0], ("some headers were sent, but not signed",), ()),
        (_VENDED.partition("\n")[0], ("does not allow external engines, as by default",), ()),
        ("An error occurred (AccessDeniedException) when calling the GetTemporaryGluePartitionCredentials operation: None", ("does not allow external engines",), ()),
        (_VENDED.format("getDataLakeSettings"), (), ("external engines",)),
        ("Insufficient Lake Formation permission(s) on shop2 (Service: Glue, Status Code: 400, Request ID: 1)", ("access to the database or table shop2", '"Name": "shop2"'), ("the table shop2",)),
        ("create table lake.shop2 (id int)\nInsufficient Lake Formation permission(s) on shop2 (Service: Glue, Status Code: 400, Request ID: 1)", ("the table shop2 of the database lake",), ("the database or table shop2",)),
        ("The caller cannot read the table shop2.\nInsufficient Lake Formation permission(s) on shop2 (Service: Glue, Status Code: 400, Request ID: 1)", ("access to the table shop2",), ("the database or table shop2",)),
        ("An error occurred (AccessDeniedException) when calling the GrantPermissions operation: Insufficient Glue permissions to access table carts", ('"Action": "glue:GetTable"', "table/DATABASE_NAME/carts", ":catalog"), ("Follow the message",)),
        ("An error occurred (AccessDeniedException) when calling the GrantPermissions operation: Insufficient Glue permissions to access database shop", ('"Action": "glue:GetDatabase"', ":database/shop"), ("glue:GetTable",)),
        ("An error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Glue permissions to access table carts", ("glue:GetTable",), ("cannot grant",)),
        (_MODEL.format("inference-profile/us.example.model-v1:0"), ("arn:aws:bedrock:*::foundation-model/example.model-v1:0",), ()),
        (_STACK_SET.format("***", "service-role/AWSControlTowerStackSetRole"), ("account TARGET_ACCOUNT_ID", ":role/service-role/AWSControlTowerStackSetRole"), ("account ***",)),
        (_STACK_SET.format("***", "tea-admin") + " Build 123456789012 failed.", (":ADMINISTRATOR_ACCOUNT_ID:",), (":123456789012:",)),
        (_STACK_SET.format("111122223333", "tea-admin"), ("account 111122223333", ":role/tea-admin"), ("TARGET_ACCOUNT_ID",)),
        (_TOWER, ("cannot assume the role AWSControlTowerExecution", ":role/service-role/AWSControlTowerStackSetRole"), ('"Service"',)),
        (_ACK.format("spec:\n  publicAccessBlock:\n    blockPublicACLs: true\n    blockPublicPolicy: true\n"), ("Allow s3:CreateBucket",), ("Block Public Access prevents",)),
        (_FLUX.format("The provider is set to aws."), ("although the text shows provider: aws", "Possible"), ("must have provider: aws",)),
        (_FLUX.format("The provider is set to generic."), ("must have provider: aws",), ("although",)),
        (_OCI.format("helm pull"), ("| helm registry login --username AWS",), ("docker login --username",)),
        (_OCI.format("flux pull artifact"), ("| docker login --username AWS",), ("helm registry",)),
        (_OCI.format("helm pull").replace("oci", "https"), ("| docker login --username AWS",), ("helm registry",)),
        (_NO_TOKEN.format("Could not load AWS credentials document from the task role: timeout\n"), ("The client could not load credentials", "taskRoleArn"), ("--no-sign-request",)),
        (_NO_TOKEN.format(""), (), ("could not load credentials",)),
        (_OLD_TOKEN.format("GetCallerIdentity"), (), ("web identity token",)),
        (_LIMIT.format(8, "m5a.4xlarge"), ("as many network interfaces as the type m5a.4xlarge allows", "--instance-types m5a.4xlarge"), ("Request a higher quota",)),
        (_LIMIT.format(8, "this account"), (), ("describe-instance-types",)),
        (_TIME.format('caused by: expected RFC3339 timestamp: parsing time "2026-02-04T17:13:28UTC" as "2006-01-02T15:04:05Z07:00"'), ("cannot read when the stored IAM Identity Center token expires",), ("has expired",)),
        (_TIME.format(""), ("sign-in has expired",), ("cannot read",)),
        (_ABSENT.format("I checked, and no TeaManager role exists.").replace("tea-manager", "TeaManager"), ("the text says that the role does not exist", "get-role --role-name TeaManager"), ()),
        (_ABSENT.format("The module does not create the role there."), ("the text says that the role does not exist",), ()),
        (_ABSENT.format("There is no role tea-manager anymore."), ("the text says that the role does not exist",), ()),
        (_ABSENT.format("Maybe the role does not exist?"), (), ("the text says that the role",)),
        (_ABSENT.format("STS returns this if the role does not exist."), (), ("the text says that the role",)),
        (_ABSENT.format("There is no role tea-reader anymore."), (), ("the text says that the role",)),
        (_ABSENT.format("It is not that the role does not exist."), (), ("the text says that the role",)),
        (_ABSENT.format("In the dev account the role does not exist."), (), ("the text says that the role",)),
        (_ABSENT.format("The role was deleted. We have recreated it."), (), ("the text says that the role",)),
        (_ABSENT.format("There is no role, only a user.").replace("tea-manager", "tea-role"), (), ("the text says that the role",)),
        (_TASK_ROLE.format("ClientException"), ("taskRoleArn or executionRoleArn is empty",), ("Look up the error code",)),
        (_TASK_ROLE.format("ServerException"), (), ("executionRoleArn",)),
        (_GRANT.format("KMS Exception: InvalidArnException KMS Message: ARN does not refer to a valid principal: arn:aws:iam::111122223333:role/tea-fn"), ("KMS does not find the role tea-fn", "--role arn:aws:iam::111122223333:role/tea-fn"), ("six parts",)),
        (_GRANT.format("KMS Exception: NotFoundException"), ("could not create the grant", "KeyState must be Enabled"), ("request as invalid",)),
        ("An error occurred (InvalidArnException) when calling the CreateGrant operation: ARN does not refer to a valid principal: arn:aws:iam::111122223333:role/tea", ("KMS does not find the role tea", "get-role --role-name tea"), ("update-function-configuration",)),
        ("An error occurred (InvalidParameterException) when calling the PutSubscriptionFilter operation: Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.", ("does not trust CloudWatch Logs, or the stream is not active",), ("request as invalid",)),
        ("An error occurred (InvalidParameterException) when calling the PutSubscriptionFilter operation: The filter pattern is not valid.", (), ("trust CloudWatch Logs",)),
        (_OPT_IN.format("In order to use this AWS Marketplace product you need to accept terms and subscribe. To do so please visit https://aws.amazon.com/marketplace/pp?sku=tea"), ("has not subscribed to this product", "aws-marketplace:Subscribe"), ("support case",)),
        (_OPT_IN.format("You are not subscribed to this service."), ("cannot use the service",), ("aws-marketplace",)),
        ("Error: failed creating ECS Task Definition (tea): ClientException: Role is not valid", ("taskRoleArn or executionRoleArn is empty",), ()),
        ("Error: failed creating a tea (tea): ServerException: Role is not valid", ("No AWS or Kubernetes access failure",), ()),
        (_BAD_ROLE.format("RunJobFlow", "Invalid InstanceProfile: tea-nodes."), ("The instance profile tea-nodes does not exist", "get-instance-profile --instance-profile-name tea-nodes"), ("The AWS CLI prints the request",)),
        (_BAD_ROLE.format("RunJobFlow", "Invalid InstanceProfiles: none"), (), ("instance profile",)),
        ("The IAM role arn:aws:iam::111122223333:role/tea is not valid. The IAM role must delegate access to an Amazon Redshift account. (Service: AmazonRedshift; Status Code: 400; Error Code: InvalidParameterValue; Request ID: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f)", ('"Principal": {"Service": "redshift.amazonaws.com"}', "trust policy of the role tea"), ()),
        (f"ValidationError: Role {_OF_CDK} is invalid or cannot be assumed", ("cloudformation.amazonaws.com", "cdk bootstrap aws://111122223333/eu-west-1 creates it again"), ("SERVICE",)),
        (f"ValidationError: Role {_OF_CDK.replace('cfn-exec', 'file-publishing')} is invalid or cannot be assumed", ("create it again under the same name",), ("cdk bootstrap",)),
        ("creating change set: ValidationError: TeaRole is not a valid RoleARN\n\tstatus code: 400, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f", ("TeaRole is at most the name of a role", "get-role --role-name TeaRole --query Role.Arn"), ("six parts",)),
        ("creating change set: ValidationError: This is not a valid RoleARN\n\tstatus code: 400, request id: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f", ("An ARN is malformed",), ("name of a role",)),
        ("The role arn passed 'arn:aws:iam::111122223333:user/tea' is not valid. (Service: AmazonConfig; Status Code: 400; Error Code: InvalidRoleException; Request ID: 1a2b3c4d-1111-2222-3333-0a1b2c3d4e5f)", ("it is the ARN of a user; expected the ARN of a role", "aws iam list-roles"), ("six parts", "Look up the error code")),
        (_RETRIED.format("When I click retry, it works."), ("was only seconds old",), ("Allow codebuild:StartBuild",)),
        (_RETRIED.format("It passes on the second attempt."), ("was only seconds old",), ()),
        (_RETRIED.format("When I click retry, it never works."), ("Allow codebuild:StartBuild",), ("seconds old",)),
        (_RETRIED.format("When I retry, will it work?"), ("Allow codebuild:StartBuild",), ("seconds old",)),
        (_RETRIED.format("When I retry with --profile admin it works."), ("Allow codebuild:StartBuild",), ("seconds old",)),
        (_RETRIED.format("When I retry, it works as admin."), ("Allow codebuild:StartBuild",), ("seconds old",)),
        (_RETRIED.format("Nothing works after a retry."), ("Allow codebuild:StartBuild",), ("seconds old",)),
        (_RETRIED.format("The lint job passed on retry."), ("Allow codebuild:StartBuild",), ("seconds old",)),
        (_SCRIPT.format(""), ("the script sets AWS_PROFILE without export",), ()),
        (_SCRIPT.format("export "), (), ("without export",)),
        (_SCRIPT.format("set -eua\n"), (), ("without export",)),
        (_SCRIPT.format("").replace("s3 ls", "s3 ls --profile $AWS_PROFILE"), (), ("without export",)),
        (_SCRIPT.format("").replace("aws s3", "  declare -x AWS_PROFILE\naws s3"), (), ("without export",)),
        (_STEP.format("withAWS(role: 'tea') {"), ("awsSessionToken",), ()),
        (_STEP.format(""), (), ("awsSessionToken",)),
        (_REFRESH.format("Error refreshing state: 1 error(s) occurred:\n\n* provider.aws: "), ("Check which credentials Terraform uses",), ()),
        (_REFRESH.format("* the provider aws: "), (), ("Terraform",)),
        (_MASKED_USER.format("[masked]-tea"), ("--serviceaccount=SERVICE_ACCOUNT_NAMESPACE:SERVICE_ACCOUNT",), ("--user=",)),
        (_ROLE_OF_POD.format("open"), ("kubectl get pod POD ",), ("pod open",)),
        (_ROLE_OF_POD.format("tea-0"), ("kubectl get pod tea-0 ",), ()),
        ("AccessDenied: Create S3 bucket tea returned an error: AccessDenied: Access Denied", ("s3:CreateBucket",), ("outside your organization",)),
        ('E0111 12:27:03.259314       1 controller.go:981] error syncing claim "tea": failed to provision volume with StorageClass "tea": rpc error: code = Unauthenticated desc = Access Denied. Please ensure you have the right AWS permissions: Access denied', ("the EFS CSI driver",), ()),
        ('running "sh -c terraform init" in "/home/tea/.atlantis/repos/tea/tea/2/default":\n' + _BACKEND.partition("provider")[0], ("runs on the server of Atlantis",), ("machine",)),
        ("We moved away from Atlantis.\n" + _BACKEND.partition("provider")[0], (), ("server of Atlantis",)),
        ("pulumi:providers:aws resource 'tea' has a problem: retrieving credentials: static credentials are empty", ("The AWS provider of Pulumi is given", "aws:accessKey"), ("The code sets",)),
        ("the client has a problem: retrieving credentials: static credentials are empty", (), ("AWS provider",)),
        ("The pod says \u201cAccess Denied\u201d for the S3 bucket:\nF0306 08:19:04.525174       7 client_manager.go:502] Failed to check if object store bucket exists. Error: Access Denied.", ("S3 denied s3:ListBucket",), ("names no action",)),
        ("failed to confirm existence of 'octo-charts' bucket: Request ARN is invalid. It runs in pods of Kubernetes.", ("serviceaccount source-controller -n flux-system",), ("SERVICE_ACCOUNT",)),
        ("failed to confirm the name of the bucket: Request ARN is invalid. The pod runs in EKS.", (), ("source-controller",)),
    ],
)  # fmt: skip
def test_details_of_a_post(text: str, shown: tuple[str, ...], absent: tuple[str, ...]) -> None:
    short = " ".join(str(explain(text)).split())
    for words in shown:
        assert words in short
    for words in absent:
        assert words not in short
