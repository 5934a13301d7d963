"""What is no failure of AWS or Kubernetes, though it uses their words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage._reading.vocabulary import other_systems
from iamtriage._reading.vocabulary.other_systems import find_other_clouds, find_other_systems, names_aws
from iamtriage._reading.vocabulary.readable import Readable
from tests.tables import ANA, check_rows, denied, facts_in

_CLOUDS = (
    (
        "alibaba",
        '{"Code":"Forbidden.RAM","Message":"User not authorized to operate on the specified resource, or this API doesn\'t support RAM."}',
    ),
    (
        "alibaba-acs",
        "User: acs:ram::1111222233334444:user/ana is not authorized to perform: ecs:StartInstance on resource: acs:ecs:*:1111222233334444:instance/i-1",
    ),
    (
        "tencent",
        "[TencentCloudSDKException] code:UnauthorizedOperation message:you are not authorized to perform operation (cvm:DescribeInstances) resource (qcs::cvm:ap-x:uin/1:instance/*) has no permission",
    ),
    (
        "huawei",
        '{"error_msg":"User: demo is not authorized to perform: ecs:servers:list because no identity-based policy allows the ecs:servers:list action","error_code":"APIGW.0301"}',
    ),
    (
        "huawei-explicit",
        "huaweicloud: Policy doesn't allow ecs:cloudServers:list to be performed with an explicit deny in the identity policy",
    ),
    (
        "gcp",
        "ERROR: (gcloud.compute.instances.list) Some requests did not succeed: Required 'compute.instances.list' permission for 'projects/demo'",
    ),
    (
        "gcp-json",
        '{"error":{"code":403,"message":"Permission \'run.services.get\' denied on resource","status":"PERMISSION_DENIED","details":[{"reason":"IAM_PERMISSION_DENIED"}]}}',
    ),
    (
        "gcp-storage",
        "AccessDeniedException: 403 ana@example.com does not have storage.objects.list access to the Google Cloud Storage bucket.",
    ),
    (
        "gcp-boto",
        "boto.exception.GSResponseError: GSResponseError: 403 Forbidden: code=AccessDenied, reason=Forbidden",
    ),
    (
        "azure",
        "(AuthorizationFailed) The client 'ana' does not have authorization to perform action 'Microsoft.Compute/virtualMachines/read' over scope '/subscriptions/00000000-0000'",
    ),
    (
        "alibaba-python",
        "oss2.exceptions.SignatureDoesNotMatch: {'status': 403, 'x-oss-request-id': '0123456789ABCDEF01234567', 'details': {'Code': 'SignatureDoesNotMatch', 'Message': 'The request signature we calculated does not match the signature you provided. Check your key and signing method.'}}",
    ),
    (
        "alibaba-xml",
        "<Error><Code>InvalidAccessKeyId</Code><Message>The OSS Access Key Id you provided does not exist in our records.</Message><RequestId>0123456789ABCDEF01234567</RequestId><HostId>xxx</HostId><OSSAccessKeyId>ana</OSSAccessKeyId></Error>",
    ),
    (
        "alibaba-headers",
        "code: 'SignatureDoesNotMatch',\n  headers:\n   { server: 'AliyunOSS',\n     'content-type': 'application/xml' },\n  message: 'The request signature we calculated does not match the signature you provided. Check your key and signing method.'",
    ),
    (
        "tencent-storage",
        "<Error><Code>SignatureDoesNotMatch</Code><Message>The Signature you specified is invalid.</Message><RequestId>0123456789ab</RequestId></Error>\nx-cos-request-id: 0123456789ab",
    ),
    (
        "huawei-storage",
        "HTTP/1.1 403 Forbidden\nServer: OBS\nx-obs-request-id: 0123456789AB\n\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>0123456789AB</RequestId><HostId>ab</HostId></Error>",
    ),
    (
        "baidu-storage",
        "HTTP/1.1 403 Forbidden\nx-bce-request-id: 0123456789ab\n\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method.</Message></Error>",
    ),
    (
        "gcp-storage-xml",
        "HTTP/1.1 403 Forbidden\nX-GUploader-UploadID: ab\nx-goog-hash: crc32c=ab==\n\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.</Message></Error>",
    ),
    (
        "gcp-storage-caller",
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>ana@example.com does not have storage.objects.get access to orders/1.csv.</Details></Error>",
    ),
    ("azure-token", "AADSTS700082: The refresh token has expired due to inactivity."),
    (
        "oracle",
        '{"code": "NotAuthorizedOrNotFound", "message": "Authorization failed or requested resource not found.", "opc-request-id": "ABC"}',
    ),
    (
        "github",
        '{"message":"Resource not accessible by integration","documentation_url":"https://docs.github.com/rest","status":"403"}',
    ),
    (
        "digitalocean",
        "GET https://api.digitalocean.com/v2/droplets: 403 You are not authorized to perform this operation",
    ),
)
_SYSTEMS = (
    ("unix", "bash: ./deploy.sh: Permission denied"),
    ("node", "Error: EACCES: permission denied, open '/etc/shadow'"),
    ("windows", "Access is denied. (os error 5)"),
    ("nfs", "mount.nfs4: access denied by server while mounting 192.0.2.1:/export"),
    ("ssh", "git@example.com: Permission denied (publickey)."),
    ("mysql", "ERROR 1045 (28000): Access denied for user 'app'@'localhost' (using password: YES)"),
    ("postgres", 'psycopg2.OperationalError: FATAL:  password authentication failed for user "app"'),
    ("postgres-table", "ERROR:  permission denied for table orders"),
    ("psutil", "psutil.AccessDenied: (pid=1, name='systemd')"),
    (
        "minio",
        'Saved in the bucket "dumps" of our MinIO (s3.storage:9000): "Failed to put file: Access Denied."',
    ),
    (
        "consul",
        "Unexpected response code: 403 (Permission denied: token with AccessorID '00000000-0000-0000-0000-000000000002' lacks permission 'key:read' on \"app\")",
    ),
    ("oracle-db", "ORA-01031: insufficient privileges"),
    ("redis", "NOPERM this user has no permissions to run the 'get' command"),
    ("mongo", "MongoServerError: not authorized on admin to execute command { listDatabases: 1 }"),
    (
        "kafka",
        "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [orders]",
    ),
    (
        "cassandra",
        "com.datastax.driver.core.exceptions.UnauthorizedException: User ana has no CREATE permission on <all keyspaces>",
    ),
    ("roles", "ValidationError: User role 'editor' does not have permission to perform 'publish_order'"),
    ("jax-rs", "io.quarkus.security.UnauthorizedException: 401 Unauthorized"),
    (
        "nest",
        "[Nest] 42  - ERROR [ExceptionsHandler] UnauthorizedException: Unauthorized\n    at JwtAuthGuard.handleRequest (/app/node_modules/@nestjs/passport/dist/auth.guard.js:60:30)",
    ),
    (
        "trino",
        "io.trino.spi.security.AccessDeniedException: Access Denied: Cannot select from table hr.people",
    ),
    (
        "npm",
        "npm error 403 Forbidden - PUT https://npm.example.com/app - You do not have permission to publish",
    ),
    (
        "hbase",
        "org.apache.hadoop.hbase.security.access.AccessDeniedException: Insufficient permissions (user=ana, action=READ)",
    ),
    ("spring", "org.springframework.security.access.AccessDeniedException: Access Denied"),
    ("java-nio", "java.nio.file.AccessDeniedException: /etc/shadow"),
    (
        "docker",
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
    ),
    ("dotnet", "System.UnauthorizedAccessException: Access to the path 'C:\\data' is denied."),
    ("django", "django.core.exceptions.PermissionDenied: Forbidden"),
    ("jwt", "jwt.exceptions.ExpiredSignatureError: Signature has expired"),
    ("http", "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://example.com/x"),
    (
        "nginx",
        '2026/01/02 03:04:05 [error] 7#7: *1 access forbidden by rule, client: 192.0.2.7, server: example.com, request: "GET / HTTP/1.1"',
    ),
    ("oauth", "InvalidGrantException: The refresh token is invalid"),
    ("linter", 'ValidationError: "Resources" is required, says the linter of CloudFormation templates'),
    ("application-login", "shop.errors.LoginError: wrong password for ana"),
    ("application-profile", "shop.errors.ProfileNotFound: no profile of user 3"),
    ("application-credentials", "com.example.CredentialsNotFoundException: no such user: ana"),
    ("application", "User: bob is not authorized to perform this task"),
    ("application-code", '{"code":"Unauthorized","message":"Please sign in"}'),
)
_OTHERS = (
    ("empty", ""),
    ("blank", " \n\t\n"),
    ("log", "2026-01-02T03:04:05Z INFO request served status=200 path=/health"),
    (
        "prose",
        "An access denied error appears when AWS denies an authorization request. Ask your administrator for help.",
    ),
    ("prose-code", "If you see AccessDeniedException, the caller lacks a permission."),
    ("prose-sentence", "The message says that the user is not authorized, and then names the action."),
    (
        "python",
        'except ClientError as error:\n    if error.response["Error"]["Code"] == "AccessDenied":\n        raise\n',
    ),
    ("python-class", "class AccessDeniedException(Exception):\n    pass\n"),
    ("javascript", "if (err.name === 'AccessDenied') { return retry(); }"),
    (
        "policy",
        '{"Version": "2012-10-17", "Statement": [{"Sid": "DenyAll", "Effect": "Deny", "Action": "eks:*", "Resource": "*"}]}',
    ),
    (
        "trust-policy",
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}',
    ),
    ("arn", f"principal = {ANA}"),
    (
        "success",
        '{"UserId": "AIDAEXAMPLE", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ana"}',
    ),
    ("command", "$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/app --role-session-name x"),
    ("terraform-plan", '  + resource "aws_iam_policy" "deny" {\n      + arn = (known after apply)\n    }'),
    (
        "rbac",
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules:\n- apiGroups: [""]\n  resources: ["pods"]\n  verbs: ["list"]\n',
    ),
    ("no-errors", "0 errors, 0 warnings: everything is authorized"),
    (
        "aws-auth",
        "mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/node\n    username: system:node:{{EC2PrivateDNSName}}\n",
    ),
)


@check_rows("text", [pytest.param(text, id=name) for name, text in (*_CLOUDS, *_SYSTEMS, *_OTHERS)])
def test_nothing_of_aws(text: str) -> None:
    """Other clouds, systems and everyday texts give None."""
    assert facts_in(text) is None


@check_rows(
    "text",
    [
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><AWSAccessKeyId>ana</AWSAccessKeyId><RequestId>0123456789ABCDEF</RequestId><HostId>ab</HostId></Error>",
        f"x-goog-cloud-target-resource: //iam.example\nUser: {ANA} is not authorized to perform: sts:AssumeRole",
        f"Copied by ali-oss from s3://orders.\nUser: {ANA} is not authorized to perform: s3:GetObject",
        "HTTP/1.1 403 Forbidden\nServer: MinIO\n\n<Error><Code>AccessDenied</Code><Message>Access Denied.</Message><RequestId>0123456789ABCDEF</RequestId><HostId>0f1e2d3c</HostId></Error>",
        "An error occurred (SignatureDoesNotMatch) when calling the PutObject operation of oss2.example: The request signature we calculated does not match the signature you provided.",
        "minio-go cannot save to the bucket: Access Denied",
    ],
    ids=["s3", "federation", "arn", "minio", "botocore", "minio-go"],
)
def test_stores_that_speak_as_s3_does_are_read(text: str) -> None:
    """What says nothing of another cloud than AWS, or comes from AWS's own SDK, is read."""
    assert facts_in(text) is not None


@check_rows("text", [pytest.param(text, id=name) for name, text in _CLOUDS])
def test_other_clouds_name_no_aws(text: str) -> None:
    """The samples of other clouds hold none of AWS's names."""
    assert not names_aws(text)


@check_rows(
    "text",
    [
        "arn:aws:iam::111122223333:root",
        "https://sts.amazonaws.com/",
        "botocore.session",
        "Aws::S3::Client",
        "~/.aws/config",
        "the AWS account",
        "on EKS",
        "failed to change Route 53 record set",
        "Waiting for DOWNLOAD_SOURCE",
        "at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:388:20)",
        "{ '$fault': 'client' }",
    ],
)
def test_aws_is_known_by_name(text: str) -> None:
    """What only AWS and its SDKs print."""
    assert names_aws(text)


_OURS = "Error: putting S3 Bucket ACL: AccessDenied: User is not authorized to perform: s3:PutBucketAcl on resource"
_AZURE = "Error: checking: Unauthorized to perform action 'Microsoft.Authorization/roleAssignments/read'"
_GOOGLE = "Error 403: The caller does not have permission, forbidden"


@pytest.mark.parametrize(
    "text",
    [
        f"AWS:\n{_OURS}\nAzure:\n{_AZURE}\nGCP:\n{_GOOGLE}",
        f"Azure:\n{_AZURE}\nAWS:\n{_OURS}\nGCP:\n{_GOOGLE}",
        f"## Google Cloud\n\n{_GOOGLE}\n\n## Azure\n\n{_AZURE}\n\n## AWS\n\n{_OURS}\n",
    ],
    ids=["first", "middle", "last"],
)
def test_clouds_side_by_side(text: str) -> None:
    """Under its own name, AWS's failure is AWS's; nothing of another cloud's section belongs to it."""
    assert facts_in(text) == denied(code="AccessDenied", action="s3:PutBucketAcl")


@check_rows(
    "text",
    [
        f"AWS:\n{_OURS}\nHostId: demo.oss-cn-hangzhou.aliyuncs.com",
        f"AWS:\nnothing\nAzure:\n{_OURS}\n{_AZURE}",
        f"AWS:\n{_OURS}\nHostId: demo.oss-cn-hangzhou.aliyuncs.com\nAzure:\n{_AZURE}",
        f"{_OURS}\n{_AZURE}",
    ],
    ids=["no-other-section", "in-the-others", "a-sign-in-it", "no-sections"],
)
def test_a_name_above_is_not_enough(text: str) -> None:
    """Another cloud's sign in the same section, or where there are none, says that it is that cloud's."""
    assert facts_in(text) is None


@pytest.mark.parametrize(
    "pattern",
    dict.fromkeys(pattern for _, pattern in (*other_systems._CLOUDS, *other_systems._OTHER_SYSTEMS)),
    ids=lambda pattern: pattern.pattern,
)
@settings(max_examples=8)
@given(data=st.data())
def test_every_match_has_one_of_the_literals_that_are_looked_for(
    pattern: re.Pattern[str], data: st.DataObject
) -> None:
    """The literals only save time."""
    text = data.draw(st.from_regex(re.compile(pattern.pattern, pattern.flags)))
    readable = Readable(text)
    found = {*find_other_clouds(readable), *find_other_systems(readable)}
    assert found.issuperset(m.start() for m in pattern.finditer(text))
