"""What reports of controllers, stacks and profiles show beside an error, and what near misses do not."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_TRUST = 'problem error="WebIdentityErr: failed to retrieve credentials\\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\\n\\tstatus code: 403, request id: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"\n'
_ROLE = "eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/drain"
_NO_STORE = "unable to create session: an IAM role must be associated with service account\n"
_METADATA = "NoCredentialProviders: no valid providers in chain. Deprecated.\n"
_STS = "com.amazonaws.services.securitytoken.model.AWSSecurityTokenServiceException: {} (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: 0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9)"
_INVALID = "The security token included in the request is invalid\n"
_EXPIRED = "Error:\nThe security token included in the request is expired\n"
_LIST = "$ aws configure list\n   profile                  shop              env    ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']\naccess_key     ****************0042              {}    \n"
_EVENT = 'AWS::EC2::{}: CREATE_FAILED – "API: ec2:{} You are not authorized to perform this operation."\n'
_ERROR = "ec2:{} failed: UnauthorizedOperation: You are not authorized to perform this operation.\n"
_STORE = "AccessDenied: {}\n\tstatus code: 403, request id: 0a1b2c3d4e5f6071, host id: aB3"
_DENIED = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: dynamodb:UpdateItem on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders\n"
_DENIED_FULLY = f"{_DENIED.rstrip()} because no identity-based policy allows the dynamodb:UpdateItem action\n"
_MIGRATION = "User: arn:aws:sts::111122223333:assumed-role/dms-session-role/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/{}"
_POLICY = 'My policy:\n{{"Version": "{}", "Statement": [{{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"}}]}}\n'
_BALANCER = "operation error Elastic Load Balancing v2: DescribeLoadBalancers, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded\n"
_CRT = "Credentials Error: Valid credentials could not be sourced by the IMDS provider\n"


_TASK = "- name: store\n  s3: bucket=acme-backups {} mode=put region=eu-west-1\nmsg: S3ResponseError: 403 Forbidden\n"


@check_rows(
    ("text", "shown", "absent"),
    [
        # The name of a service account can be after the namespace, and a longer name is another controller's.
        (f"{_TRUST}kubectl annotate serviceaccount -n kube-system aws-node-drainer {_ROLE}", "kube-system:aws-node-drainer", 'kube-system:aws-node"'),
        (f"{_TRUST}$ kubectl annotate sa --namespace=ops drainer {_ROLE}", "serviceaccount:ops:drainer", "kube-system"),
        (f"aws-node-x7k2p {_TRUST}", "serviceaccount:kube-system:aws-node", "drainer"),
        # The ARN in an annotation of kiam can be masked.
        (f"{_NO_STORE}$ k -n shop describe sa/web\nAnnotations: iam.amazonaws.com/role: arn:aws:iam::1234567890:role/web-reader\n", "with the role web-reader", "the role arn"),
        (f"{_NO_STORE}$ k -n shop describe sa/web\nAnnotations: iam.amazonaws.com/role: arn:aws:iam::<account>:role/web-reader\n", "annotate serviceaccount web --namespace", "--role-name arn"),
        (f"{_NO_STORE}$ k -n shop describe sa/web\nAnnotations: iam.amazonaws.com/role: arn:aws:iam::111122223333:role/web\n", "role-arn=arn:aws:iam::111122223333:role/web", "ROLE_ARN"),
        # What the text says is not used is no place.
        (f"The pod logs {_METADATA}We are not using Fargate.", "pod's service account", "ECS"),
        (f"The pod logs {_METADATA}It doesn't run on Fargate.", "pod's service account", "ECS"),
        (f"The task logs {_METADATA}We are not on EC2 but on Fargate.", "ECS", "pod's"),
        # The flags of a controller name it.
        (f'{_BALANCER}We set "--aws-vpc-id".', "aws-load-balancer-controller", "no profile, sign-in"),
        (f'{_BALANCER}We set "--vpc-id".', "no profile, sign-in", "aws-load-balancer-controller"),
        # STS names each other action that it denies.
        (_STS.format("Access denied"), "denied sts:AssumeRole: either", "names no action"),
        (f"{_STS.format('Access denied')}\n\tat shop.Login.getCallerIdentity(Login.java:7)", "names no action", "sts:AssumeRole"),
        (_STS.format("Roles may not be assumed by root accounts"), "root user", "names no action"),
        # A check in the steps is among the commands, whoever made the call.
        (f"AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are set.\n{_INVALID}", "    aws sts get-caller-identity\n", "-o yaml"),
        # The listing names the profile, and where its key is from.
        (_EXPIRED + _LIST.format("sso"), "aws sso login --profile shop", "Replace PROFILE"),
        (_EXPIRED + _LIST.format("shared-credentials-file"), "credentials under [shop] in ~/.aws/credentials have expired", "Sign in to IAM Identity Center again"),
        (f"{_LIST.format('sso')}$ aws s3 ls --profile till\n{_EXPIRED}", "--profile till", "Sign in to IAM Identity Center again"),
        # CloudFormation names operations of S3 as an old SDK did.
        ("StagingBucket API: s3:SetBucketEncryption Access Denied", "s3:PutEncryptionConfiguration", "check its spelling"),
        ("StagingBucket API: s3:PutBucketPolicy Access Denied", "denied s3:PutBucketPolicy", "requires"),
        # The events of a stack have one caller, and errors of programs can have several.
        (_EVENT.format("VPC", "DescribeVpcs") + _EVENT.format("EIP", "describeAddresses"), "Allow ec2:DescribeAddresses and ec2:DescribeVpcs", "1 more denial"),
        (_ERROR.format("DescribeVpcs") + "\n" + _ERROR.format("DescribeAddresses"), "denied", "Allow ec2:DescribeAddresses and ec2:DescribeVpcs"),
        # Backblaze B2 says so, and AWS does not.
        (_STORE.format("not entitled"), "Backblaze B2, not AWS", "IAM policy"),
        (_STORE.format("you are not entitled to the report"), "denied", "Backblaze"),
        # AWS DMS finds only three roles by their names, and services say of many roles that they lack permissions.
        (_MIGRATION.format("dms-vpc-role"), "AWS DMS uses only a role with the name dms-vpc-role", "either the caller's"),
        (_MIGRATION.format("dms-orders"), "either the caller's", "AWS DMS uses"),
        ("An error occurred (AccessDeniedException) when calling the CreateJob operation: The role ARN does not have required permissions", "denied the call CreateJob", "API Gateway"),
        ("An error occurred (InvalidParameterValue) when calling the ModifyDBInstance operation: IAM role ARN value is invalid, ENHANCED_MONITORING", "An ARN is malformed", "RDS has no"),
        # IAM saves no policy with another version.
        (_DENIED + _POLICY.format("2017-08-17"), "no policy with the Version 2017-08-17", "text allows it, so"),
        (_DENIED_FULLY + _POLICY.format("2017-08-17"), "no policy with the Version 2017-08-17", "text allows it, but"),
        (_DENIED_FULLY + _POLICY.format("2012-10-17"), "text allows it, but", "the Version"),
        (_DENIED + _POLICY.format("2012-10-17"), "text allows it, so", "no policy with the Version"),
        (_DENIED + _POLICY.format("2008-10-17"), "text allows it, so", "no policy with the Version"),
        # The arguments of a task follow the bucket, and a path after it can have a partition.
        (_TASK.format("object=/daily/a.tar.gz src=a.tar.gz"), "arn:aws:s3:::acme-backups/daily/a.tar.gz", "acme-backups//"),
        (_TASK.format("dest=/srv/daily/a.tar.gz"), "acme-backups", "acme-backups/dest"),
        (_TASK.format("year=2026/a.tar.gz"), "arn:aws:s3:::acme-backups/year=2026/a.tar.gz", "acme-backups/a.tar.gz"),
        # A program that names a profile runs where a person has one.
        (f"[ WARNING ] Failed to initialize with profile 'shop/Admin'\n{_CRT}", "export AWS_PROFILE=shop/Admin", "nothing selects it"),
        (f"[ WARNING ] Failed to initialize with settings 'shop/Admin'\n{_CRT}", "nothing selects it", "shop/Admin"),
    ],
)  # fmt: skip
def test_part_of_a_report(text: str, shown: str, absent: str) -> None:
    written = explain(text).to_text(detail="full", width=10_000)
    assert shown in written
    assert absent not in written
