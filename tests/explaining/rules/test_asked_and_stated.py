"""What a person says of the role that they have, or of where a token is kept, decides what to do."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_LAKE = "[HIVE_METASTORE_ERROR] Insufficient Lake Formation permission(s): Required {} on sales (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException; Request ID: x; Proxy: null)\n"
_SELECT = _LAKE.format("Select")
_PACKAGES = "npm ERR! code E401\nnpm ERR! Unable to authenticate, your authentication token seems to be invalid.\nnpm ERR! registry https://orders-111122223333.d.codeartifact.eu-west-1.amazonaws.com/npm/internal/\n"
_HAS_DESCRIBE = "but not SELECT. You can grant it"
_LISTS_ADMINISTRATORS = "get-data-lake-settings"
_IN_EACH_JOB = "Get a new token at the start of each job"
_AGAIN = "Log in to CodeArtifact again"

_KEY = "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/reader/s1 is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access\n"
_COSTS = "An error occurred (AccessDeniedException) when calling the GetCostAndUsage operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ce:GetCostAndUsage on resource: arn:aws:ce:us-east-1:111122223333:/GetCostAndUsage because no identity-based policy allows the ce:GetCostAndUsage action\n"
_ACTIVATE = "Do this first: Activate IAM access to billing information"

_ALERT = "User: arn:aws:sts::111122223333:assumed-role/notify/f1 is not authorized to perform: SNS:Publish on resource: arn:aws:sns:eu-west-1:111122223333:alerts because no identity-based policy allows the SNS:Publish action\nserverless.yml\nprovider:\n  iam:\n    role:\n      statements:\n        - Effect: Allow\n          Action: sns:Publish\n          Resource: !Sub arn:aws:sns:${{AWS::Region}}:${{AWS::AccountId}}:{}\n"

_KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-4444-8888-0123456789ab"
_SECRET = 'ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3 from secrets manager: AccessDeniedException: Access to KMS is not allowed status code: 400, request id: x\n"executionRoleArn": "arn:aws:iam::111122223333:role/web-exec"\n'
_INLINE = 'web-exec has {"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-*"}'
_IMAGE = 'Error: creating Lambda Function (web): api error AccessDeniedException: Lambda does not have permission to access the ECR image. Check the ECR permissions.\n  image_uri = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/web:1"\n'

_STORE = "Warning UpdateFailed external-secrets error processing spec.data[0], err: unable to create session: an IAM role must be associated with service account films-store (namespace: films)\n"
_ASSOCIATED = (
    "films films-store arn:aws:eks:eu-west-1:111122223333:podidentityassociation/live/a-0a1b2c3d4e5f6a7b8\n"
)

_NODE = 'An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/films-NodeInstanceRole/i-0aa11bb22cc33dd44 is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::films-logs/a.log" because no identity-based policy allows the s3:PutObject action\n'
_ACCOUNTS = "$ kubectl -n films get sa -o custom-columns='NAME:.metadata.name,ROLE:.metadata.annotations.eks\\.amazonaws\\.com/role-arn'\nNAME       ROLE\nscheduler  arn:aws:iam::111122223333:role/films-s3\nserver     arn:aws:iam::111122223333:role/films-s3\nworker     <none>\n"
_POD = "$ kubectl -n films get pod extract-1 -o jsonpath='{.spec.serviceAccountName}'\nworker\n"

_DELIVERY = '{"destination":"arn:aws:s3:::octo-raw","message":"Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role, and the access policy allows access to the S3 bucket.","errorCode":"S3.AccessDenied"}\n'
_OF_STREAM = 'policy of the role:\n{{"Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::octo-raw{}"}}\n'
_PULL = "User: arn:aws:sts::111122223333:assumed-role/films-NodeInstanceRole/i-0aa11bb22cc33dd44 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/films because no identity-based policy allows the ecr:BatchGetImage action\n"
_ANNOTATED = "kind: ServiceAccount\nmetadata:\n  name: source-controller\n  namespace: flux-system\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/films-flux\n"
_ATTACHES = 'An error occurred (AccessDenied) when calling the AttachRolePolicy operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:AttachRolePolicy on resource: role web with an explicit deny in an identity-based policy\npolicy of ana:\n{"Effect": "Deny", "Action": "iam:AttachRolePolicy", "Resource": "*", "Condition": {"ArnNotLike": {"iam:PolicyARN": "arn:aws:iam::111122223333:policy/team/*"}}}\n'

_TABLE = 'An error occurred (AccessDeniedException) when calling the GetTable operation: Insufficient Lake Formation permission(s) on sales\n$ aws sts get-caller-identity\n{"Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/etl/s1"}\n'
_SECRET_ELSEWHERE = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:sts::444455556666:assumed-role/reader/reader is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:films-AbCdEf because no resource-based policy allows the secretsmanager:GetSecretValue action\n"
_LOGIN = "An error occurred (AccessDeniedException) when calling the GetAuthorizationToken operation: User: arn:aws:sts::111122223333:assumed-role/films-nodes/i-0aa11bb22cc33dd44 is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action\n"
_OF_UPDATER = "The service account updater has eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/films-updater, since today."
_GRANTS = "$ aws lakeformation list-permissions --query 'PrincipalResourcePermissions[].[Principal.DataLakePrincipalIdentifier,Permissions]'\n"
_OTHER_HAS = f"{_TABLE}{_GRANTS}[['arn:aws:iam::111122223333:role/other', ['SELECT']]]\n"
_TEAM_HAS = _OTHER_HAS.replace("role/other", "role/team")

_DBT = "outputs:\n  dev:\n    type: glue\n    role_arn: arn:aws:iam::111122223333:role/other\n"

_LISTING = "Insufficient permissions to list objects\nAfter you or your AWS administrator has updated your permissions to allow the s3:ListBucket action, refresh the page."
_KEY_OF_USER = "$ aws iam delete-user --user-name ana\n\nAn error occurred (DeleteConflict) when calling the DeleteUser operation: Cannot delete entity, must delete access keys first."

_EXPIRED = "The instance profile is attached.\nAn error occurred (ExpiredToken) when calling the PutObject operation: The provided token has expired.\n"
_UNIT = "$ systemctl cat mailer | grep Environment\nEnvironmentFile=/etc/mailer/env\n"
_VARIABLES = "AWS_ACCESS_KEY_ID=ASIAXXXX\nAWS_SECRET_ACCESS_KEY=xxxx\nAWS_SESSION_TOKEN=IQoJxxxx\n"

_DOTNET = "Amazon.Runtime.AmazonServiceException: Unable to get IAM security credentials from EC2 Instance Metadata Service.\n"

_KEY_OF_SESSION = "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>ASIAEXAMPLEFILMS42QX</AWSAccessKeyId></Error>\n"

_EX_AWS = 'config :ex_aws,\n  access_key_id: System.fetch_env!("AWS_ACCESS_KEY_ID"),\n'

_LAUNCH = 'Termination Reason: Client.InternalError: Client error on launch\n"KmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-4444-8888-0123456789ab"\n'
_LINKED = (
    "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
)
_MFA = "An error occurred (AccessDenied) when calling the DescribeStacks operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-central-1:111122223333:stack/films/* with an explicit deny in an identity-based policy\n"

_CONNECTION = "Unable to use Connection: arn:aws:codeconnections:eu-west-1:111122223333:connection/6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d. The provided role does not have sufficient permissions.\n"
_SHELL = '$ aws sts get-caller-identity --query Arn\n"arn:aws:iam::111122223333:user/ines"\n'

_INTERFACE = "The provided execution role does not have permissions to call CreateNetworkInterface on EC2 (Service: Lambda, Status Code: 400, Request ID: x)\n"
_ATTACHED = 'resource "aws_iam_role_policy_attachment" "basic" {\n  role       = aws_iam_role.fn.name\n  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"\n}\n'


@check_rows(
    ("text", "said", "absent"),
    [
        (f"{_SELECT}I am a data lake administrator.", _HAS_DESCRIBE, _LISTS_ADMINISTRATORS),
        (f"{_SELECT}I'm the Lake Formation admin", _HAS_DESCRIBE, _LISTS_ADMINISTRATORS),
        (f"{_SELECT}I am not a data lake admin.", _LISTS_ADMINISTRATORS, _HAS_DESCRIBE),
        (f"{_SELECT}I am an admin of the account.", _LISTS_ADMINISTRATORS, _HAS_DESCRIBE),
        # An administrator has it already, so the message is about another principal.
        (
            f"{_LAKE.format('Describe')}I am a data lake administrator.",
            _LISTS_ADMINISTRATORS,
            "As a data lake administrator",
        ),
        (
            f"{_SELECT}It is me (arn:aws:iam::111122223333:user/pia) who runs the query.",
            "The user pia lacks the Lake Formation permission SELECT",
            "ROLE_ARN",
        ),
        (
            f"{_SELECT}It ran until they revoked IAMAllowedPrincipals.",
            "has no grant any more",
            "The database or table does not exist",
        ),
        (
            f"{_SELECT}Yesterday IAM_ALLOWED_PRINCIPALS was removed from the database.",
            "each role and user needs a grant",
            "To leave access to IAM instead",
        ),
        (f"{_SELECT}We did not revoke IAMAllowedPrincipals.", "does not exist", "any more"),
        (f"{_SELECT}Should IAMAllowedPrincipals have been revoked?", "does not exist", "any more"),
        # The list is of the role in the text, which the message does not name.
        (
            f"{_SELECT}Job role: arn:aws:iam::111122223333:role/etl\n{_GRANTS}[['arn:aws:iam::111122223333:role/other', ['SELECT']]]\n",
            "the role etl, which made this call, has none",
            "Check what Lake Formation grants already",
        ),
        (
            f"{_SECRET_ELSEWHERE}The function's role has secretsmanager:* on *. The secret uses aws/secretsmanager.",
            "No other account can use the key aws/secretsmanager",
            "put-role-policy",
        ),
        (
            f"{_SECRET_ELSEWHERE}The function's role has secretsmanager:* on *.",
            "The secret's KMS key must be customer managed",
            "put-role-policy",
        ),
        (f"{_LOGIN}{_OF_UPDATER}", "Re-create the pods", "for the role films-nodes"),
        # The kubelet pulls images as the node.
        (
            _LOGIN.replace("An error occurred (", "pull: (") + _OF_UPDATER,
            "for the role films-nodes",
            "Re-create",
        ),
        (f"{_PACKAGES}The token is in a GitLab variable.", _IN_EACH_JOB, _AGAIN),
        (f"{_PACKAGES}env: TOKEN: ${{{{ secrets.CODEARTIFACT_TOKEN }}}}", _IN_EACH_JOB, _AGAIN),
        (f"{_PACKAGES}On the laptop, in my .npmrc.", _AGAIN, _IN_EACH_JOB),
        (f"{_PACKAGES}In GitLab, since tonight.", _AGAIN, _IN_EACH_JOB),
        (
            f"{_KEY}The bucket is in account 444455556666 and uses aws/s3.",
            "aws/s3 is an AWS managed key",
            "put-key-policy",
        ),
        (
            f"{_KEY}The bucket belongs to 444455556666, KeyManager: AWS",
            "aws/s3 is an AWS managed key",
            "put-key-policy",
        ),
        (
            f"{_KEY}The bucket is in account 111122223333 and uses aws/s3.",
            "put-key-policy",
            "no other account can",
        ),
        (
            f"{_KEY}The bucket is in account 444455556666 and uses alias/data.",
            "put-key-policy",
            "AWS managed key",
        ),
        (f"{_COSTS}IAM access to billing is off in the account.", _ACTIVATE, "Do this first: Allow"),
        (
            f"{_COSTS}IAM user/role access to billing information is not activated",
            _ACTIVATE,
            "Do this first: Allow",
        ),
        (f"{_COSTS}IAM access to billing information is activated.", "Do this first: Allow", "Activate IAM"),
        (
            _COSTS.replace("ce:Get", "sqs:Get") + "IAM access to billing is off.",
            "Do this first: Allow",
            "Activate IAM",
        ),
        (
            _ALERT.format("alert"),
            "Resource: !Sub arn:aws:sns:${AWS::Region}:${AWS::AccountId}:alerts Then deploy",
            "Let the statement",
        ),
        (_ALERT.format("${Topic}"), "The role notify was denied", "Resource: !Sub"),
        (
            f'{_SECRET}$ aws secretsmanager describe-secret --secret-id db --query KmsKeyId\n"{_KEY_ARN}"\n{_INLINE}',
            f'"Resource": "{_KEY_ARN}"',
            "a policy of another type",
        ),
        (f"{_SECRET}{_INLINE}", "is not allowed to use the KMS key", "a policy of another type"),
        (
            f"{_IMAGE}I gave the execution role AmazonEC2ContainerRegistryReadOnly. In ECS, it works.",
            "ECR permissions of that role play no part",
            "taskRoleArn",
        ),
        (f"{_STORE}{_ASSOCIATED}", "Remove auth from the store", "annotate serviceaccount"),
        (_STORE, "Give the pod's service account a role", "Remove auth from the store"),
        (
            f"{_STORE}$ aws eks list-pod-identity-associations --cluster-name live\n[]\n",
            "Give the pod's service account a role",
            "Remove auth from the store",
        ),
        (
            f"{_STORE.replace('external-secrets', 'csi-driver')}{_ASSOCIATED}",
            "service account films/films-store has no IAM role",
            "Remove auth from the store",
        ),
        (
            f"{_DELIVERY}{_OF_STREAM.format('')}",
            "The policy in the text names only the bucket: its objects have the ARN with /*.",
            "a policy of another type",
        ),
        (
            f"{_DELIVERY}{_OF_STREAM.format('/*')}",
            "lacks the permissions to deliver",
            "names only the bucket",
        ),
        # Flux pulls artifacts itself, and the kubelet images.
        (
            f"{_PULL}Warning OCIArtifactPullFailed source-controller\n{_ANNOTATED}",
            "the pod did not use the role films-flux of its service account",
            "Do this first: Allow ecr:BatchGetImage for the role films-NodeInstanceRole",
        ),
        (
            f"{_PULL}Warning Failed kubelet\n{_ANNOTATED}",
            "Do this first: Allow ecr:BatchGetImage for the role films-NodeInstanceRole",
            "the pod did not use the role",
        ),
        (
            f"{_ATTACHES}$ aws iam attach-role-policy --role-name web --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess",
            "Use a policy that the Deny accepts: arn:aws:iam::111122223333:policy/team/*",
            "as iam:PolicyARN [you]",
        ),
        (
            f"{_NODE}{_ACCOUNTS}{_POD}",
            "--overwrite eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/films-s3",
            "create-pod-identity-association",
        ),
        (
            f"{_NODE}{_ACCOUNTS.replace('role/films-s3', 'role/other', 1)}{_POD}",
            "with the role of its node",
            "eks.amazonaws.com/role-arn=arn",
        ),
        (
            _OTHER_HAS,
            "grants only for other:",
            "Possible",
        ),
        (
            f"{_OTHER_HAS}{_DBT}",
            "other (role_arn) is only the role of the Glue session that dbt starts. For GetTable, dbt uses its own credentials: those of the role etl",
            "Grant SELECT",
        ),
        (
            f"{_OTHER_HAS}execution_role_arn='arn:aws:iam::111122223333:role/other'",
            "(execution_role_arn) is only the role of the session or job that the program starts",
            "whoever calls as one of them",
        ),
        # role_arn of a profile, and a session whose role has no grant.
        (
            f"{_OTHER_HAS}{_DBT.replace('glue', 'athena')}",
            "whoever calls as one of them succeeds",
            "is only the role",
        ),
        (
            f"{_TEAM_HAS}{_DBT}",
            "whoever calls as one of them succeeds",
            "is only the role",
        ),
        (
            f"{_TEAM_HAS}It works on my laptop.",
            "Locally, it works because the caller there most likely is team.",
            "Check what Lake Formation grants",
        ),
        (
            f"{_TEAM_HAS}Does it work on a laptop?",
            "whoever calls as one of them succeeds",
            "Locally",
        ),
        (
            f"{_TABLE}{_GRANTS}[['arn:aws:iam::111122223333:role/etl', ['DESCRIBE']]]\n",
            "Lake Formation denied the role etl",
            "grants only for",
        ),
        (_TABLE, "Possible The database or table does not exist", "grants only for"),
        (
            f"Amazon S3 > Buckets > films-data\n\n{_LISTING}",
            '"Resource": "arn:aws:s3:::films-data"',
            "BUCKET",
        ),
        (
            f"https://eu-west-1.console.aws.amazon.com/s3/buckets/films-data?region=eu-west-1\n{_LISTING}",
            '"Resource": "arn:aws:s3:::films-data"',
            "BUCKET",
        ),
        (f"Amazon S3 > Buckets\n\n{_LISTING}", "arn:aws:s3:::BUCKET", "films-data"),
        (_KEY_OF_USER, "aws iam get-access-key-last-used --access-key-id ACCESS_KEY_ID", "MFA_DEVICE_ARN"),
        (_KEY_OF_USER.replace("access keys", "MFA device"), "MFA_DEVICE_ARN", "get-access-key-last-used"),
        (
            f"{_EXPIRED}{_UNIT}{_VARIABLES}",
            "Do this first: Remove AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from /etc/mailer/env",
            "aws sso login",
        ),
        (f"{_EXPIRED}{_UNIT}{_VARIABLES}", "sudo systemctl restart mailer", "Possible"),
        (f"{_EXPIRED}{_UNIT}AWS_REGION=eu-west-1\n", "have expired", "/etc/mailer/env"),
        (f"{_EXPIRED}{_VARIABLES}", "have expired", "systemctl"),
        (f"{_EXPIRED.replace('instance profile', 'user')}{_UNIT}{_VARIABLES}", "have expired", "systemctl"),
        (
            f'{_DOTNET}"taskRoleArn": null, "requiresCompatibilities": ["FARGATE"]',
            "Give the ECS task a role",
            "EC2 instance without",
        ),
        (
            f'{_DOTNET}"taskRoleArn": null, "requiresCompatibilities": ["EC2"]',
            "Give the ECS task a role",
            "FARGATE",
        ),
        (
            f'{_KEY_OF_SESSION}{_EX_AWS}  secret_access_key: System.fetch_env!("AWS_SECRET_ACCESS_KEY")\n',
            'security_token: System.fetch_env!("AWS_SESSION_TOKEN")',
            "another partition",
        ),
        (
            f'{_KEY_OF_SESSION}{_EX_AWS}  security_token: System.fetch_env!("AWS_SESSION_TOKEN")\n',
            "AWS does not know the access key ID",
            "Set security_token",
        ),
        (
            f"{_KEY_OF_SESSION}fog_credentials = {{ provider: 'AWS',\n  aws_access_key_id: ENV['AWS_ACCESS_KEY_ID'],\n  aws_secret_access_key: ENV['AWS_SECRET_ACCESS_KEY'] }}\n",
            "aws_session_token: ENV['AWS_SESSION_TOKEN']",
            "another partition",
        ),
        (
            _KEY_OF_SESSION.replace("ASIA", "AKIA")
            + 'config :ex_aws,\n  access_key_id: System.fetch_env!("AWS_ACCESS_KEY_ID")\n',
            "AWS does not know the access key ID",
            "security_token",
        ),
        (f"{_LAUNCH}{_LINKED}", f'"Principal": {{"AWS": "{_LINKED}"', "ACCOUNT_ID"),
        (
            f"{_LAUNCH}{_LINKED}",
            "your own permissions do not count. For an encrypted volume, this role needs the KMS key, which must be enabled.",
            "another account",
        ),
        (
            f"{_LAUNCH}{_LINKED}\nAn instance starts fine when I launch it by hand.",
            "Allow AWSServiceRoleForAutoScaling in the key's policy",
            "describe-key",
        ),
        (f"{_LAUNCH}{_LINKED}\nLaunching it manually works.", "The key is enabled, since", "describe-key"),
        (
            f"{_LAUNCH}{_LINKED}\nIt doesn't start by hand.",
            "Check the key's state",
            "The key is enabled, since",
        ),
        (
            _LAUNCH.replace("111122223333", "444455556666") + _LINKED,
            "most likely has no grant for it",
            "ACCOUNT_ID",
        ),
        (_LAUNCH, "allow whoever launches the instances in its policy", "AWSServiceRoleForAutoScaling in"),
        (
            f"{_MFA}In the console, with the code of my phone, it works.",
            "most likely because access keys carry no MFA. Reported",
            "Allow cloudformation",
        ),
        (
            f"{_MFA}With 2FA in the console I can see it, with my key I can't.",
            "Do this first: Make the call with MFA [you]",
            "Try the call",
        ),
        (f"{_MFA}In the console with MFA it is denied, too.", "Find the Deny statement", "carry no MFA"),
        (f"{_MFA}In the console it works.", "Try the call with MFA", "carry no MFA"),
        (f"{_MFA}In the console it works, but not in my code.", "Try the call with MFA", "carry no MFA"),
        (_MFA, "Try the call with MFA", "A console session has MFA"),
        (
            '{"awsRegion": "eu-north-1", "errorCode": "AccessDenied", "eventSource": "rds.amazonaws.com", "eventName": "CreateDBInstance", "errorMessage": "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: rds:CreateDBInstance on resource: arn:aws:rds:eu-north-1:111122223333:db:films with an explicit deny in a service control policy"}',
            "The request went to eu-north-1. If",
            "awsRegion",
        ),
        (
            f'{_CONNECTION}$ aws codepipeline get-pipeline --name web --query pipeline.roleArn\n"arn:aws:iam::111122223333:role/service-role/web-pipeline"\n{_SHELL}',
            "--role-name web-pipeline ",
            "ines",
        ),
        (f"{_CONNECTION}{_SHELL}", "--role-name ROLE_NAME ", "user ines"),
        (
            f"{_INTERFACE}{_ATTACHED}",
            'role = aws_iam_role.fn.name policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"',
            "FUNCTION_NAME",
        ),
        (_INTERFACE, "--function-name FUNCTION_NAME", "terraform apply"),
        (
            f"{_INTERFACE}const r = new iam.Role(this, 'R', {{ assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }});\n",
            "r.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'));",
            "FUNCTION_NAME",
        ),
        (
            f"{_INTERFACE}const r = new iam.Role(this, 'R', {{ assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }});\n",
            "--function-name FUNCTION_NAME",
            "addManagedPolicy",
        ),
        (
            f"{_INTERFACE}{_ATTACHED}{_ATTACHED.replace('.fn.', '.other.')}",
            "--function-name FUNCTION_NAME",
            "terraform apply",
        ),
    ],
)
def test_what_a_person_says_decides(*, text: str, said: str, absent: str) -> None:
    shown = " ".join(str(explain(text)).split())
    assert said in shown
    assert absent not in shown


_TRUST = '\ntrust of films-s3:\n"Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF:aud": "sts.amazonaws.com", "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF:sub": "system:serviceaccount:films:NAME"}}\n'


@check_rows(
    ("name", "adds", "checks"),
    [
        ("scheduler", True, False),
        ("worker", False, False),
        # A pattern may cover it. Without a trust policy, nothing is known.
        ("*", False, True),
        ("", False, True),
    ],
)
def test_trust_policy_of_the_role_that_a_service_account_gets(name: str, *, adds: bool, checks: bool) -> None:
    explanation = explain(f"{_NODE}{_ACCOUNTS}{_POD}{_TRUST.replace('NAME', name) if name else ''}")
    assert explanation is not None
    lines = explanation.remedies[0].commands
    assert any("--arg sub system:serviceaccount:films:worker" in each for each in lines) is adds
    assert any("file://trust.json" in each for each in lines) is adds
    assert ("and the trust policy of films-s3 does not allow it" in explanation.summary) is adds
    assert any("must allow the subject" in each for each in explanation.remedies[0].steps) is checks
    assert "kubectl annotate serviceaccount worker" in lines[0]


@check_rows(
    ("before", "account", "restarts"),
    [
        ("Airflow with the KubernetesExecutor.\n", "worker", False),
        ("kind: CronJob\n", "worker", False),
        ("", "worker", True),
        # What starts the pods of tasks runs on.
        ("Airflow with the KubernetesExecutor.\n", "scheduler", True),
        ("Airflow with the CeleryExecutor.\n", "worker", True),
    ],
)
def test_pods_of_tasks_need_no_restart(before: str, account: str, *, restarts: bool) -> None:
    accounts = _ACCOUNTS.replace("worker   ", f"{account}   ").replace("scheduler  arn", "web  arn")
    explanation = explain(f"{before}{_NODE}{accounts}{_POD.replace('worker', account)}")
    assert explanation is not None
    first = explanation.remedies[0]
    assert f"kubectl annotate serviceaccount {account}" in first.commands[0]
    assert any("rollout restart" in each for each in first.commands) is restarts
    assert any("Nothing has to be restarted" in each for each in first.steps) is not restarts


@check_rows(
    ("spec", "is_default"),
    [
        ("kind: Workflow\nspec:\n  entrypoint: main\n", True),
        ("kind: CronWorkflow\nspec:\n  workflowSpec:\n    entrypoint: main\n", True),
        # It names the account, or is cut.
        ("kind: Workflow\nspec:\n  serviceAccountName: films\n  entrypoint: main\n", False),
        ("kind: Workflow\nspec:\n  entrypoint: main\n  ...\n", False),
    ],
)
def test_workflow_without_a_service_account(spec: str, *, is_default: bool) -> None:
    account = '$ kubectl -n films get sa films -o jsonpath=\'{.metadata.annotations}\'\n{"eks.amazonaws.com/role-arn":"arn:aws:iam::111122223333:role/films-s3"}\n'
    explanation = explain(f"{_NODE}{spec}{account}")
    assert explanation is not None
    first = explanation.remedies[0]
    assert first.title.startswith("Name the service account films in the ") is is_default
    assert ("serviceAccountName: films" in (first.manifest or "")) is is_default
    assert not any("rollout restart" in each for each in first.commands)
