"""Tests for the context of a failure: what the surrounding text states, and what explanations make of it."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import Facts, explain, parse, read_authorization_details, to_record
from iamtriage._reading.unwrapping.boxes import remove_borders
from iamtriage.explaining._context.readers.documents import find_mappings
from iamtriage.explaining._context.resolving import read_context, resolve_facts
from iamtriage.explaining._context.values import Stated
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.explaining import Explanation
    from iamtriage.explaining._context.model import Context

TRACEBACK = 'Traceback (most recent call last):\n  File "/app/main.py", line 9, in <module>\n'
DENIED = "An error occurred (AccessDenied) when calling the {} operation: Access Denied"
BARE = "An error occurred (AccessDeniedException) when calling the {} operation: Access denied"
EXPIRED = "An error occurred (ExpiredToken) when calling the ListBuckets operation: The security token included in the request is expired"
WEB_IDENTITY = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
ROLE = "arn:aws:iam::111122223333:role/team/deploy"


def _context(text: str) -> Context:
    failure = parse(text)
    assert failure is not None, text
    return read_context(failure)


def _values(context: Context) -> dict[str, Any]:
    """Return the stated values of a context."""
    return {name: value.value for name, value in context._asdict().items() if isinstance(value, Stated)}


@pytest.mark.parametrize("order", ["command, error", "error, command"])
def test_a_command_that_succeeded_names_the_cluster(order: str) -> None:
    command = '$ aws eks describe-cluster --name shop --region eu-west-1\n{"cluster": {}}\n'
    error = "error: You must be logged in to the server (Unauthorized)\n"
    values = _values(
        _context(f"{command}\n{error}" if order.startswith("command") else f"{error}\n{command}")
    )
    assert (values["cluster"], values["region"]) == ("shop", "eu-west-1")


@check_rows(
    "entry",
    [
        "2026-03-02T09:14:05Z ERROR {}",
        "[2026-03-02 09:14:05] {}",
        'time="2026-03-02T09:14:05Z" level=error msg="{}"',
        '{{"level":"error","ts":"2026-03-02T09:14:05Z","error":"{}"}}',
        "E0302 09:14:05.000000       1 sync.go:282] {}",
        '{{"level":"info","msg":"started with s3://first-bucket/a"}}\n{{"level":"error","error":"{}"}}',
    ],
)
@check_rows(
    ("command", "error", "stated"),
    [
        ("kubectl -n tea logs deploy/brewer", BARE.format("Scan"), {"namespace": "tea"}),
        ("pods/tea/brewer-0", BARE.format("Scan"), {"namespace": "tea"}),
        (
            "kubectl -n tea get sa brewer -o yaml\nreconcile failed in the controller",
            BARE.format("Scan"),
            {"namespace": "tea"},
        ),
        ("kubectl get sa brewer -n tea; reconcile failed", BARE.format("Scan"), {"namespace": "tea"}),
        (
            "kubectl -n tea get pod brewer-0 -o jsonpath='{.spec.serviceAccountName}'\nkettle\nIts trust policy has the :sub system:serviceaccount:tea:brewer",
            BARE.format("Scan"),
            {"namespace": "tea", "service_account": "kettle"},
        ),
        # The controller of an object runs in another namespace.
        ("kubectl -n tea describe challenge tea-1", BARE.format("Scan"), {"namespace": None}),
        ("kubectl -n tea describe pod brewer-0", BARE.format("Scan"), {"namespace": "tea"}),
        ("The Challenge in namespace tea is pending", BARE.format("Scan"), {"namespace": None}),
        (
            "Normal Scheduled 1m default-scheduler Successfully assigned tea/brewer-0 to ip-10-0-0-9",
            BARE.format("Scan"),
            {"namespace": "tea"},
        ),
        (
            "/var/lib/kubelet/pods/5b6c7d8e-1111-4222-8333-944445555666/volumes/token",
            BARE.format("Scan"),
            {"namespace": None, "pod": None},
        ),
        (
            "/data/pods/5b6c7d8e-1111-4222-8333-944445555666/volumes podName:5b6c7d8e-1111-4222-8333-944445555666",
            BARE.format("Scan"),
            {"namespace": None, "pod": None},
        ),
        ("aws s3 ls s3://tea-orders/2026/", DENIED.format("ListObjectsV2"), {"bucket": "tea-orders"}),
        (
            "aws eks describe-cluster --name tea \\\n  --profile ops",
            EXPIRED,
            {"profile": "ops", "cluster": "tea"},
        ),
    ],
)
def test_log_entries_after_a_prompt_are_the_output_of_its_command(
    entry: str, command: str, error: str, stated: dict[str, str]
) -> None:
    if entry.startswith('{{"level":"info"') and not command.startswith("kubectl"):
        entry = entry.partition("\n")[2]
    values = _values(_context(f"$ {command}\n{entry.format(error)}\n"))
    assert {name: values.get(name) for name in stated} == stated
    # A command whose output has ended says nothing about a later entry.
    later = _context(f"$ {command}\n{entry.format('done')}\n$ ./sync.sh\n{entry.format(error)}\n")
    assert later.command is None


@check_rows(
    ("created", "account", "operation", "principal", "is_shown"),
    [
        pytest.param(
            "tea", "111122223333", "PutBucketPolicy", "111122223333:role/tea", True, id="the principal"
        ),
        pytest.param(
            "tea", "111122223333", "PutBucketPolicy", "111122223333:role/tea-2", False, id="another name"
        ),
        pytest.param(
            "tea", "111122223333", "PutBucketPolicy", "444455556666:role/tea", False, id="another account"
        ),
        pytest.param("tea", None, "CreateRole", "111122223333:role/tea", False, id="the failed call"),
    ],
)
def test_a_command_shows_only_a_change_of_the_principal_it_names(
    created: str, account: str | None, operation: str, principal: str, *, is_shown: bool
) -> None:
    text = f"$ aws iam create-role --role-name {created} --assume-role-policy-document file://trust.json\n"
    if account is not None:
        text += f'{{"Role": {{"Arn": "arn:aws:iam::{account}:role/{created}"}}}}\n$ ./grant.sh\n'
    text += f'An error occurred (MalformedPolicyDocument) when calling the {operation} operation: Invalid principal in policy: "AWS":"arn:aws:iam::{principal}"'
    explanation = explain(text)
    evidence = {cause.code: cause.evidence for cause in explanation.causes}
    assert evidence["principal-too-new"] == ("derived" if is_shown else "possible")
    assert explanation.remedies[0].title.startswith("Wait") == is_shown


PULL = 'Failed to pull image "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mirror/ui:3": unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/mirror/ui/manifests/3: 403 Forbidden'
XML = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@check_rows(
    ("text", "summary"),
    [
        pytest.param(
            f'{PULL}\n$ aws ecr describe-images --repository-name ui\n{{"imageDetails": []}}',
            "The ECR registry denied the pull of mirror/ui",
            id="JSON after the error",
        ),
        pytest.param(
            f'$ aws ecr describe-repositories --query "repositories[].repositoryName"\n["ui"]\n\n{PULL}',
            "The ECR registry denied the pull of mirror/ui",
            id="JSON before the error",
        ),
        pytest.param(
            f'{PULL}\n$ aws sts get-caller-identity --query Arn\n"arn:aws:iam::111122223333:user/lea"',
            "The ECR registry denied the pull of mirror/ui",
            id="the caller of the shell is not the node",
        ),
        pytest.param(
            f"{XML}\n$ aws s3api get-bucket-location --bucket shelf\n-----------\n|  GetBucketLocation  |\n",
            "S3 answered 403 without a reason.",
            id="a table",
        ),
        pytest.param(
            f"lea@host:~$ aws s3api get-bucket-acl --bucket shelf\nOWNER lea\nlea@host:~$ ./report\n{XML}",
            "S3 answered 403 without a reason.",
            id="the output of another command",
        ),
        pytest.param(
            f'$ curl https://shelf.s3.eu-west-1.amazonaws.com/a.txt\n{XML}\n$ aws s3api get-bucket-location --bucket shelf\n{{"LocationConstraint": "eu-west-1"}}',
            "S3 denied an anonymous request for arn:aws:s3:::shelf/a.txt: the request of curl is not signed",
            id="the URL of a bucket",
        ),
        pytest.param(
            f"[root@ip-10-0-4-7 ~]# aws ecr describe-repositories --output text\nREPOSITORIES ui\n[root@ip-10-0-4-7 ~]# ./pull.sh\n{PULL}",
            "The ECR registry denied the pull of mirror/ui",
            id="the same prompt",
        ),
        pytest.param(
            f"{PULL}\nPS C:\\work> aws ecr describe-repositories --output text\nREPOSITORIES ui",
            "The ECR registry denied the pull of mirror/ui",
            id="PowerShell",
        ),
        pytest.param(
            f"{BARE.partition(' when')[0]}: Access denied\n\nThis is what I ran:\naws sqs list-queues --region eu-west-1",
            "The caller was denied sqs:ListQueues",
            id="a command without output",
        ),
    ],
)
def test_a_command_owns_only_an_error_in_its_output(text: str, summary: str) -> None:
    assert explain(text).summary.startswith(summary)


@check_rows(
    ("text", "stated"),
    [
        pytest.param(
            f"upload failed: ./r.csv to s3://reports/2026/r.csv {DENIED.format('PutObject')}",
            {"bucket": "reports", "key": "2026/r.csv"},
            id="upload",
        ),
        pytest.param(
            f"download failed: s3://reports/2026/r.csv to ./r.csv {DENIED.format('GetObject')}",
            {"bucket": "reports", "key": "2026/r.csv"},
            id="download",
        ),
        pytest.param(
            f"copy failed: s3://from/a.csv to s3://onto/b.csv {DENIED.format('CopyObject')}",
            {"bucket": "onto", "key": "b.csv"},
            id="a copy writes its destination",
        ),
        pytest.param(
            f"copy failed: s3://from/a.csv to s3://onto/b.csv {DENIED.format('HeadObject')}",
            {"bucket": "from", "key": "a.csv"},
            id="a copy reads its source",
        ),
        pytest.param(
            f"boto3.exceptions.S3UploadFailedError: Failed to upload ./x.csv to reports/2026/x.csv: {DENIED.format('PutObject')}",
            {"bucket": "reports", "key": "2026/x.csv"},
            id="boto3",
        ),
        pytest.param(
            "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: Your access has been denied by S3, please make sure your request credentials have permission to GetObject for reports/code/app.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied",
            {"bucket": "reports", "key": "code/app.zip"},
            id="code of a Lambda function",
        ),
        pytest.param(
            f'----> 2 s3.download_file("reports", "2026/x.csv", "x.csv")\n{DENIED.format("HeadObject")}',
            {"bucket": "reports", "key": "2026/x.csv"},
            id="arguments of a download",
        ),
        pytest.param(
            f"{TRACEBACK}    s3.upload_file(path, 'reports', '2026/x.csv')\nbotocore.exceptions.ClientError: {DENIED.format('PutObject')}",
            {"bucket": "reports", "key": "2026/x.csv"},
            id="arguments of an upload",
        ),
        pytest.param(
            f"{TRACEBACK}    s3.Bucket('reports').download_file(f'{{day}}.csv', 'x.csv')\nbotocore.exceptions.ClientError: {DENIED.format('HeadObject')}",
            {"bucket": "reports"},
            id="resource of boto3",
        ),
        pytest.param(
            f"$ aws s3 cp ./dist/app.zip s3://artifacts/builds/\n\n{DENIED.format('PutObject')}",
            {"bucket": "artifacts", "key": "builds/app.zip"},
            id="the name of the file completes the key",
        ),
        pytest.param(
            f"$ aws s3 sync ./site s3://www/docs\n\n{DENIED.format('PutObject')}",
            {"bucket": "www", "prefix": "docs"},
            id="sync",
        ),
        pytest.param(
            f"$ aws s3api get-object --bucket reports \\\n  --key 2026/r.csv out --region eu-west-1 --profile dev\n{DENIED.format('GetObject')}",
            {"bucket": "reports", "key": "2026/r.csv", "region": "eu-west-1", "profile": "dev"},
            id="options on two lines",
        ),
        pytest.param(
            'level=error msg="bucket check failed" bucket=acme-blocks err="operation error S3: HeadBucket, https response error StatusCode: 403, RequestID: 7Q, HostID: kq=, api error Forbidden: Forbidden"',
            {"bucket": "acme-blocks"},
            id="a field, not a word of the message",
        ),
        pytest.param(
            f"Could not list objects in bucket 'reports': {DENIED.format('ListObjectsV2')}",
            {"bucket": "reports"},
            id="quoted bucket",
        ),
        pytest.param(
            f"Error: reading S3 Bucket (reports) ACL: {DENIED.format('GetBucketAcl')}",
            {"bucket": "reports"},
            id="Terraform's bucket",
        ),
        pytest.param(
            f"GET https://reports.s3.eu-west-1.amazonaws.com/2026/r.csv\n{DENIED.format('GetObject')}",
            {"bucket": "reports", "key": "2026/r.csv"},
            id="virtual-hosted URL",
        ),
        pytest.param(
            f"GET https://s3.eu-west-1.amazonaws.com/reports/2026/r.csv\n{DENIED.format('GetObject')}",
            {"bucket": "reports", "key": "2026/r.csv"},
            id="path-style URL",
        ),
        pytest.param(
            f"The bucket policy could not be read: {DENIED.format('GetBucketPolicy')}",
            {},
            id="prose names no bucket",
        ),
        pytest.param(
            f"$ export AWS_PROFILE=dev AWS_REGION=eu-central-1\n$ python list.py\n{EXPIRED}",
            {"profile": "dev", "region": "eu-central-1"},
            id="variables of the shell",
        ),
        pytest.param(
            f'PS C:\\> $env:AWS_PROFILE = "dev"\nPS C:\\> aws s3 ls\n{EXPIRED}',
            {"profile": "dev"},
            id="PowerShell",
        ),
        pytest.param(
            f"ana@pc ~> set -gx AWS_PROFILE dev\nana@pc ~> aws s3 ls\n{EXPIRED}",
            {"profile": "dev"},
            id="fish",
        ),
        pytest.param(f'os.environ["AWS_PROFILE"] = "dev"\n{EXPIRED}', {"profile": "dev"}, id="Python"),
        pytest.param(
            f"[ec2-user@ip-10-0-3-7.eu-west-1.compute.internal ~]$ python list.py\n{EXPIRED}",
            {"region": "eu-west-1"},
            id="the host names the region",
        ),
        pytest.param(
            f"$ kubectl -n shop logs deployment/cart\n{WEB_IDENTITY}",
            {"namespace": "shop", "workload": "deployment/cart"},
            id="kubectl",
        ),
        pytest.param(
            f"$ kubectl -n shop get pod cart-7d9c5b8f6d-x2v4k -o yaml\n\n{WEB_IDENTITY}",
            {"namespace": "shop", "pod": "cart-7d9c5b8f6d-x2v4k", "workload": "deployment/cart"},
            id="a pod that another command names",
        ),
        pytest.param(
            f"pod/cart-7d9c5b8f6d-x2v4k\n{WEB_IDENTITY}",
            {"pod": "cart-7d9c5b8f6d-x2v4k", "workload": "deployment/cart"},
            id="a pod of a deployment",
        ),
        pytest.param(
            f'{{"level":50,"hostname":"cart-7d9c5b8f6d-x2v4k","msg":"{WEB_IDENTITY}"}}',
            {"pod": "cart-7d9c5b8f6d-x2v4k", "workload": "deployment/cart"},
            id="the hostname of a log line",
        ),
        pytest.param(
            f"system:serviceaccount:shop:cart\n{WEB_IDENTITY}",
            {"namespace": "shop", "service_account": "cart"},
            id="a service account's user name",
        ),
        pytest.param(
            f"system:serviceaccount:shop:cart system:serviceaccount:shop:jobs\n{WEB_IDENTITY}",
            {},
            id="of two service accounts, none is certain",
        ),
        pytest.param(
            f"  with:\n    role-to-assume: {ROLE}\n    aws-region: eu-west-1\nError: {WEB_IDENTITY}",
            {"role_arn": ROLE, "region": "eu-west-1"},
            id="GitHub Actions",
        ),
        pytest.param(f"AWS_ROLE_ARN={ROLE}\n{WEB_IDENTITY}", {"role_arn": ROLE}, id="variable with the role"),
        pytest.param(
            f"%iam_role {ROLE}\n%region eu-west-1\n{WEB_IDENTITY}",
            {"role_arn": ROLE, "region": "eu-west-1"},
            id="magic of a notebook",
        ),
        pytest.param(f"COPY t IAM_ROLE '{ROLE},{ROLE}2'\n{WEB_IDENTITY}", {}, id="chain of roles"),
        pytest.param(
            f"job 77 uses OIDC role {ROLE}\n{WEB_IDENTITY}", {"role_arn": ROLE}, id="role in a sentence"
        ),
        pytest.param(
            f"arn:aws:eks:eu-west-1:111122223333:cluster/orders\n{WEB_IDENTITY}",
            {"cluster": "orders", "region": "eu-west-1"},
            id="the cluster's ARN",
        ),
        pytest.param(
            f"$ aws eks update-kubeconfig --name orders --region eu-west-1\n{BARE.format('DescribeCluster')}",
            {"cluster": "orders", "region": "eu-west-1"},
            id="--name is the cluster's",
        ),
        pytest.param(
            "error: You must be logged in to the server (Unauthorized)\n$ kubectl get svc\n"
            "$ aws eks update-kubeconfig --name orders --profile ops --region eu-west-1",
            {"cluster": "orders", "region": "eu-west-1", "profile": "ops"},
            id="the command that set up kubectl",
        ),
        pytest.param(
            f"$ aws dynamodb scan --table-name orders --name other\n{BARE.format('Scan')}",
            {},
            id="--name is not the cluster's",
        ),
        pytest.param(
            '{{"UserId": "AROA:run-7", "Account": "111122223333", "Arn": "arn:aws:sts::111122223333:assumed-role/deploy/run-7"}}\n'
            + BARE.format("ListClusters"),
            {"account": "111122223333", "caller": "arn:aws:sts::111122223333:assumed-role/deploy/run-7"},
            id="get-caller-identity",
        ),
        pytest.param(
            ">>> sts.get_caller_identity()['Arn']\n'arn:aws:sts::111122223333:assumed-role/deploy/run-7'\n>>> eks.list_clusters()\n"
            + BARE.format("ListClusters"),
            {"caller": "arn:aws:sts::111122223333:assumed-role/deploy/run-7"},
            id="get_caller_identity in Python",
        ),
        pytest.param(
            "In [3]: sts.get_caller_identity()['Arn']\nOut[3]: 'arn:aws:sts::111122223333:assumed-role/deploy/run-7'\n\nIn [4]: eks.list_clusters()\n"
            + BARE.format("ListClusters"),
            {"caller": "arn:aws:sts::111122223333:assumed-role/deploy/run-7"},
            id="get_caller_identity in a notebook",
        ),
        pytest.param(
            "sagemaker.get_execution_role()\n'arn:aws:iam::111122223333:role/service-role/deploy'\n"
            + BARE.format("ListClusters"),
            {"caller": "arn:aws:iam::111122223333:role/service-role/deploy"},
            id="get_execution_role in a notebook",
        ),
        pytest.param(
            "In [3]: iam.get_role(RoleName='deploy')['Role']['Arn']\nOut[3]: 'arn:aws:iam::111122223333:role/deploy'\n"
            + BARE.format("ListClusters"),
            {},
            id="a role that a notebook prints",
        ),
        pytest.param(
            "{\n  UserId: 'AIDA', Account: '111122223333',\n  Arn: 'arn:aws:iam::111122223333:user/ana'\n}\n"
            + BARE.format("ListClusters"),
            {"caller": "arn:aws:iam::111122223333:user/ana"},
            id="GetCallerIdentity in Node.js",
        ),
        pytest.param(
            "{'RoleName': 'deploy', 'Arn': 'arn:aws:iam::111122223333:role/deploy'}\n"
            + BARE.format("ListClusters"),
            {},
            id="a role that Python prints",
        ),
        pytest.param(
            "vpce-0a1b2c3d4e5f60718 https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/v1\n" + EXPIRED,
            {"vpc_endpoint": "vpce-0a1b2c3d4e5f60718", "api": "a1b2c3d4e5"},
            id="IDs",
        ),
        pytest.param(
            'Failed to resolve "fs-0a1b2c3d.efs.eu-west-1.amazonaws.com".\n' + EXPIRED,
            {"file_system": "fs-0a1b2c3d"},
            id="a file system",
        ),
        pytest.param(
            "fs-0a1b2c3d fs-0a1b2c3d4e5f60718 fs-redacted\n" + EXPIRED,
            {},
            id="two file systems",
        ),
        pytest.param(
            f"Error: reading EKS Cluster (orders): {BARE.format('DescribeCluster')}\n\n  with module.eks.aws_eks_cluster.this[0],\n",
            {"cluster": "orders", "terraform": "module.eks.aws_eks_cluster.this[0]"},
            id="Terraform",
        ),
        pytest.param(
            "AccessDeniedException: Access denied\n    at de_CreateFunctionCommandError "
            "(/app/node_modules/@aws-sdk/client-lambda/dist-cjs/index.js:2101:14)",
            {"service": "lambda", "operation": "CreateFunction"},
            id="JavaScript frame",
        ),
        pytest.param(
            f"$ aws lambda create-function --function-name cart --role {ROLE}\n{BARE.format('CreateFunction')}",
            {"service": "lambda", "operation": "CreateFunction", "function": "cart", "role_arn": ROLE},
            id="the command names service and operation",
        ),
        pytest.param(
            f"Error: creating function: {BARE.format('CreateFunction')}\n\n  with aws_lambda_function.cart,\n",
            {"service": "lambda", "terraform": "aws_lambda_function.cart"},
            id="the Terraform type names the service",
        ),
        pytest.param(
            "java.nio.file.AccessDeniedException: s3a://lake/raw/a: getFileStatus on s3a://lake/raw/a: "
            "com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; "
            "Error Code: 403 Forbidden; Request ID: K2J4M6P8R0S2T4V6)",
            {"service": "s3", "operation": "HeadObject", "bucket": "lake", "key": "raw/a"},
            id="S3A asks for the status by HEAD",
        ),
        pytest.param(
            f"2026-11-20 10:00:01 INFO copying s3://other/a.csv\n2026-11-20 10:00:02 ERROR {DENIED.format('GetObject')}\n"
            "2026-11-20 10:00:03 INFO copying s3://third/a.csv\n",
            {},
            id="other entries of a log",
        ),
        pytest.param(
            f"$ aws s3 ls s3://first\nPRE a/\n$ aws s3 ls s3://second\n\n{DENIED.format('ListObjectsV2')}\n$ aws s3 ls s3://third\n",
            {"bucket": "second"},
            id="other commands",
        ),
        pytest.param(
            f"$ aws s3api get-object --bucket='reports' --key=2026/r.csv --no-paginate --debug out\n{DENIED.format('GetObject')}",
            {"bucket": "reports", "key": "2026/r.csv"},
            id="values after an equals sign, and flags",
        ),
        pytest.param(
            f"$ aws dynamodb scan --cli-auto-prompt --region eu-west-1\n{BARE.format('Scan')}",
            {"region": "eu-west-1"},
            id="an option without a value",
        ),
        pytest.param(
            f"$ aws dynamodb scan --region $REGION\n{BARE.format('Scan')}",
            {},
            id="a variable is no region",
        ),
        pytest.param(
            f"[ec2-user@ip-10-0-3-7.ec2.internal ~]$ python list.py\n{EXPIRED}",
            {"region": "us-east-1"},
            id="host names of us-east-1 name no region",
        ),
        pytest.param(
            f"$ aws ecs describe-services --cluster orders --services cart\n{BARE.format('DescribeServices')}",
            {},
            id="a cluster of ECS is none of EKS",
        ),
        pytest.param(
            "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: orders.",
            {},
            id="no cluster has the name found",
        ),
        pytest.param(
            f"1 error(s) occurred and cluster hasn't been created properly\n{EXPIRED}",
            {},
            id="the start of a contraction is no cluster",
        ),
        pytest.param(
            f"The endpoint of cluster orders's new VPC is private.\n{EXPIRED}",
            {"cluster": "orders"},
            id="the genitive of a cluster",
        ),
        pytest.param(
            f'2026-02-22 06:11:20 [✖]  unexpected status "ROLLBACK_COMPLETE" while waiting for CloudFormation stack "eksctl-my-cluster-cluster"\n{EXPIRED}',
            {"cluster": "my-cluster"},
            id="the stack of a cluster of eksctl",
        ),
        pytest.param(
            f'[ℹ]  deploying stack "eksctl-orders-nodegroup-ng-1"\n[ℹ]  deploying stack "eksctl-cart-cluster"\n{EXPIRED}',
            {},
            id="stacks of two clusters of eksctl",
        ),
        pytest.param(
            f'[ℹ]  creating stack "eksctl-orders-stack"\n{EXPIRED}',
            {},
            id="another stack with the prefix of eksctl",
        ),
        pytest.param(
            f"$ kubectl get pods --context arn:aws:eks:eu-west-1:111122223333:cluster/orders\n{EXPIRED}",
            {"cluster": "orders", "region": "eu-west-1"},
            id="the context of kubectl is the cluster's ARN",
        ),
        pytest.param(
            f"$ kubectl --context ana@orders.eu-west-1.eksctl.io get pods\n{EXPIRED}",
            {"cluster": "orders", "region": "eu-west-1"},
            id="a context of eksctl",
        ),
        pytest.param(
            f"$ kubectl config current-context\nana@example.com@orders.eu-west-1.eksctl.io\n{EXPIRED}",
            {"cluster": "orders", "region": "eu-west-1"},
            id="the current context, of eksctl",
        ),
        pytest.param(
            f'"exec": {{"args": ["eks", "get-token"], "env": [{{"name": "AWS_PROFILE", "value": "shop-dev"}}]}}\n{EXPIRED}',
            {"profile": "shop-dev"},
            id="the profile of a kubeconfig in JSON",
        ),
        pytest.param(
            f"$ kubectl get pods --context staging\n{EXPIRED}",
            {},
            id="a context with another name",
        ),
        pytest.param(
            f"$ aws eks create-pod-identity-association --cluster-name orders --service-account cart --role-arn {ROLE}\n{BARE.format('CreatePodIdentityAssociation')}",
            {"cluster": "orders", "service_account": "cart", "role_arn": ROLE},
            id="the service account of the command",
        ),
        pytest.param(
            f"kind: ServiceAccount\nmetadata:\n  name: cart\n  namespace: shop\n---\n{WEB_IDENTITY}",
            {"namespace": "shop", "service_account": "cart"},
            id="a ServiceAccount object",
        ),
        pytest.param(
            f"kind: Pod\nmetadata:\n  namespace: network\nspec:\n  serviceAccountName: admin\n---\n{WEB_IDENTITY}",
            {"namespace": "network", "service_account": "admin"},
            id="names that are words in sentences",
        ),
        pytest.param(
            f"the cart-writer sa is annotated, the service account is fine\n{WEB_IDENTITY}",
            {"service_account": "cart-writer"},
            id="a sentence that begins with the name",
        ),
        pytest.param(
            "kind: ServiceAccount\nmetadata:\n  name: cart\n---\n" * 8 + WEB_IDENTITY,
            {"service_account": "cart"},
            id="the same object many times",
        ),
        pytest.param(
            f"kind: ServiceAccount\nmetadata:\n  name: cart\n---\nkind: ServiceAccount\nmetadata:\n  name: jobs\n---\n{WEB_IDENTITY}",
            {},
            id="of two ServiceAccount objects, none is certain",
        ),
        pytest.param(
            f"kind: ServiceAccount\nmetadata:\n  generateName: cart-\n---\n{WEB_IDENTITY}",
            {},
            id="a ServiceAccount object without a name",
        ),
        pytest.param(
            f"$ kubectl logs pod/cart-0\n{WEB_IDENTITY}",
            {"pod": "cart-0"},
            id="the pod of the command",
        ),
        pytest.param(
            f"$ kubectl logs daemonset/cart\n{WEB_IDENTITY}",
            {"workload": "daemonset/cart"},
            id="another object than a pod",
        ),
        pytest.param(
            f"$ aws ec2 stop-instances --instance-ids i-0a1b2c3d4e5f60718\n{BARE.format('StopInstances')}",
            {"instance": "i-0a1b2c3d4e5f60718"},
            id="the instance of the command",
        ),
        pytest.param(
            f"$ aws s3 cp ./dist s3://artifacts/builds/ --recursive\n{DENIED.format('PutObject')}",
            {"bucket": "artifacts", "prefix": "builds/"},
            id="a recursive copy writes below a prefix",
        ),
        pytest.param(
            f"$ aws s3 cp - s3://artifacts/builds/\n{DENIED.format('PutObject')}",
            {"bucket": "artifacts", "prefix": "builds/"},
            id="standard input has no name",
        ),
        pytest.param(
            f"$ aws s3 cp ./dist/app.zip s3://artifacts\n{DENIED.format('PutObject')}",
            {"bucket": "artifacts", "key": "app.zip"},
            id="the name of the file is the key",
        ),
        pytest.param(
            f"$ aws s3 mv s3://artifacts/builds/\n{DENIED.format('PutObject')}",
            {"bucket": "artifacts", "prefix": "builds/"},
            id="a command without a source",
        ),
        pytest.param(
            "COPY orders FROM 's3://lake/orders/part' iam_role default;\nERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied",
            {"service": "s3", "operation": "GetObject", "bucket": "lake", "key": "orders/part"},
            id="COPY reads",
        ),
        pytest.param(
            "COPY orders FROM 's3://lake/orders/' iam_role default;\nERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied\n  Detail: code: 8001 context: Listing bucket=lake prefix=orders/",
            {"service": "s3", "operation": "ListObjectsV2", "bucket": "lake", "prefix": "orders/"},
            id="COPY lists first",
        ),
        pytest.param(
            "UNLOAD ('select 1') TO 's3://lake/orders/part' iam_role default;\nERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied",
            {"service": "s3", "operation": "PutObject", "bucket": "lake", "key": "orders/part"},
            id="UNLOAD writes",
        ),
        pytest.param(
            ">>> s3.head_object(Bucket='lake', Key='a/1.csv')\n{'ResponseMetadata': {'HTTPStatusCode': 200, ...\n>>> s3.head_object(Bucket='lake', Key='a/2.csv')\nTraceback (most recent call last):\n  File \"<stdin>\", line 1, in <module>\nbotocore.exceptions.ClientError: An error occurred (403) when calling the HeadObject operation: Forbidden",
            {"bucket": "lake", "key": "a/2.csv"},
            id="last input of a session",
        ),
        pytest.param(
            "Amazon.SQS.AmazonSQSException: Access to the resource is denied.\n   at Amazon.SQS.AmazonSQSClient.SendMessageAsync(SendMessageRequest request)",
            {"service": "sqs", "operation": "SendMessage"},
            id=".NET frame",
        ),
        pytest.param(
            "software.amazon.awssdk.services.sqs.model.SqsException: Access Denied (Service: Sqs, Status Code: 403, Request ID: 1-2)\n"
            "\tat software.amazon.awssdk.services.sqs.DefaultSqsClient.sendMessage(DefaultSqsClient.java:1)",
            {"service": "sqs", "operation": "SendMessage"},
            id="Java frame",
        ),
        pytest.param(
            f'Traceback (most recent call last):\n  File "botocore/client.py", line 565, in _api_call\n    return self._make_api_call(operation_name, kwargs)\n{EXPIRED}',
            {},
            id="only botocore's frames",
        ),
    ],
)
def test_stated_values(text: str, stated: dict[str, str]) -> None:
    """The context has the values that the text states about this failure, and no others."""
    values = _values(_context(text))
    if "service" not in stated:
        # Each command line of the AWS CLI states these two.
        values.pop("service", None)
        values.pop("operation", None)
    assert values == stated


@check_rows(
    ("line", "kind"),
    [
        pytest.param("[ec2-user@ip-10-0-3-7 ~]$ python3 sync.py", "ec2", id="prompt"),
        pytest.param("[cloudshell-user@ip-10-2-0-7 ~]$ python3 sync.py", "cloudshell", id="CloudShell"),
        pytest.param('  File "/var/task/app.py", line 7, in handler', "lambda", id="Lambda"),
        pytest.param("ERROR: Job failed: exit code 1", "gitlab", id="GitLab"),
        pytest.param("##[error]Process completed with exit code 254.", "github-actions", id="GitHub"),
        pytest.param("[Pipeline] sh", "jenkins", id="Jenkins"),
        pytest.param("[Container] 2026/11/20 09:00:00 Running command make", "codebuild", id="CodeBuild"),
        pytest.param("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/0a1b", "ecs", id="ECS"),
        pytest.param("ecs/app/0f1e started", "ecs", id="log stream of ECS"),
        pytest.param("$ kubectl logs deploy/cart", "eks-pod", id="logs of a pod"),
        pytest.param("AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/token", "eks-pod", id="pod"),
        pytest.param(
            "export AWS_WEB_IDENTITY_TOKEN_FILE=/tmp/token\nERROR: Job failed: exit code 1",
            "gitlab",
            id="a job that writes its token to a file",
        ),
        pytest.param("GlueArgParser: started", "glue", id="Glue"),
        pytest.param(
            "at com.amazonaws.services.glue.util.Job.init(Job.scala:9)", "glue", id="class of a Glue job"
        ),
        pytest.param(
            "at com.amazonaws.services.glue.AWSGlueClient.getTable(A.java:9)", None, id="SDK for Glue"
        ),
        pytest.param("hadoop@ip-10-0-3-7: spark-submit job.py", "emr", id="EMR"),
        pytest.param("Training failed in /opt/ml/code/train.py", "sagemaker", id="SageMaker"),
        pytest.param("COPY orders FROM 's3://x' iam_role default", "redshift", id="Redshift"),
        pytest.param(
            "$ aws logs tail /aws/lambda/carts\n2026-11-01T10:00:00 [ERROR]", "lambda", id="log of Lambda"
        ),
        pytest.param("$ aws logs tail /aws/lambda/carts\n", None, id="no log"),
        pytest.param(
            "Error: creating CloudWatch Logs Log Group (/aws/lambda/carts): 409", None, id="log group"
        ),
        pytest.param("$ python3 sync.py", None, id="a shell"),
        pytest.param(
            "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI environment variables are set",
            None,
            id="variables that are not set",
        ),
        pytest.param(
            "The container metadata credential provider cannot be used unless the AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI environment variable is set",
            None,
            id="a variable without which a provider is not used",
        ),
        pytest.param(
            "Either the environment variable AWS_WEB_IDENTITY_TOKEN_FILE or the javaproperty aws.webIdentityTokenFile must be set.",
            None,
            id="a variable that must be set",
        ),
    ],
)
def test_runtimes(line: str, kind: str | None) -> None:
    """The text shows what runs the code, and the explanation says whose credentials failed."""
    text = f"{line}\n{EXPIRED}"
    runtime = _context(text).runtime
    assert (None if runtime is None else runtime.kind) == kind
    notes = " ".join(explain(text).notes)
    assert ("not yours" in notes) == (kind not in (None, "cloudshell"))


def test_answered_checks_are_not_suggested() -> None:
    """What the facts state need not be asked for."""
    text = f"upload failed: ./r.csv to s3://reports/r.csv {DENIED.format('PutObject')}"
    assert "get-caller-identity" in str(explain(text).to_dict())
    facts = {"caller": "arn:aws:iam::111122223333:user/ana"}
    lines = [line for remedy in explain(text, facts=facts).remedies for line in remedy.commands]
    assert not any("get-caller-identity" in line for line in lines)


def test_role_of_the_text_is_the_one_to_assume() -> None:
    text = f"AWS_ROLE_ARN={ROLE}\n{WEB_IDENTITY}"
    lines = [line for remedy in explain(text).remedies for line in remedy.commands]
    assert any("--role-name deploy" in line for line in lines)
    assert not any("ROLE_NAME" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        pytest.param(
            f"$ aws s3api head-object --bucket b-1 --key k\n{DENIED.format('HeadObject')}",
            "s3:GetObject",
            id="none",
        ),
        pytest.param(
            f"$ aws s3api head-object --bucket b-1 --key k --version-id 3HL4kqt\n{DENIED.format('HeadObject')}",
            "s3:GetObjectVersion",
            id="a version",
        ),
    ],
)
def test_action_on_a_version(text: str, action: str) -> None:
    """Only a call with a version ID requires the action on versions."""
    actions = {
        s["Action"] for r in explain(text).remedies if r.policy is not None for s in r.policy["Statement"]
    }
    assert actions == {action}


def test_calls_with_another_profile_state_nothing_about_the_call() -> None:
    """The caller, account and Region of a call with another profile are not those of the call that failed."""
    text = """$ aws sts get-caller-identity --profile china --region cn-north-1
{"Account": "111122223333", "Arn": "arn:aws-cn:iam::111122223333:user/li"}
$ aws sts get-caller-identity --profile world
An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token \
included in the request is invalid.
"""
    full = explain(text).to_text(detail="full")
    assert "aws-cn" not in full
    assert "cn-north-1" not in full
    same = text.replace("world", "china")
    assert "aws-cn" in explain(same).summary
    variable = text.replace(
        "aws sts get-caller-identity --profile world", "aws sts get-caller-identity"
    ).replace("aws sts get-caller-identity --profile china", "AWS_PROFILE=china aws sts get-caller-identity")
    assert "aws-cn" not in explain(variable).to_text(detail="full")


def test_kubeconfig() -> None:
    """A pasted kubeconfig names the cluster, its region and the profile."""
    text = (
        "error: You must be logged in to the server (Unauthorized)\n$ cat ~/.kube/config\nusers:\n- user:\n    exec:\n"
        "      args:\n      - --region\n      - eu-west-1\n      - eks\n      - get-token\n      - --cluster-name\n"
        "      - orders\n      env:\n      - name: AWS_PROFILE\n        value: dev\n"
    )
    lines = [line for remedy in explain(text).remedies for line in remedy.commands]
    assert "aws sts get-caller-identity --profile dev" in lines
    assert any("update-kubeconfig --name orders --region eu-west-1" in line for line in lines)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        pytest.param(
            "ERROR: Job failed: exit code 1", "Get new credentials in the job, right before the call", id="CI"
        ),
        pytest.param(
            "[ec2-user@ip-10-0-3-7 ~]$ python3 sync.py",
            "Let the SDK use the role of the EC2 instance, which it refreshes automatically",
            id="EC2",
        ),
    ],
)
def test_expired_credentials_of_a_machine(line: str, title: str) -> None:
    """No person signs in where a job or a machine made the call."""
    assert explain(f"{line}\n{EXPIRED}").remedies[0].title == title


def test_role_of_a_job_is_the_caller() -> None:
    """The policy is for the role that the job assumes, not for whoever reads the log."""
    text = (
        f"  role-to-assume: {ROLE}\n##[group]Run aws s3 ls s3://reports\n{DENIED.format('ListObjectsV2')}\n"
    )
    remedies = explain(text).remedies
    assert any(
        "put-role-policy --role-name deploy" in line for remedy in remedies for line in remedy.commands
    )


def test_runtime_is_the_caller_without_a_name() -> None:
    text = f'  File "/var/task/app.py", line 7\n{DENIED.format("PutObject")}'
    titles = [remedy.title for remedy in explain(text).remedies]
    assert any("the execution role of the Lambda function" in title for title in titles)


POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.mark.parametrize("indent", [None, 2])
def test_pasted_trust_policy(indent: int | None) -> None:
    """A trust policy in the text is evaluated like one in the facts."""
    denied = f"User: arn:aws:iam::111122223333:user/bob is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    text = f"{denied}\n\nThe role has this trust policy:\n{json.dumps(POLICY, indent=indent)}\n"
    with_facts = explain(denied, facts={"trust_policy": POLICY})
    codes = {cause.code for cause in explain(text).causes}
    assert codes == {cause.code for cause in with_facts.causes}
    assert "trust-policy-checked" in codes


CLAIMS = {
    "iss": "https://token.actions.githubusercontent.com",
    "sub": "repo:example/orders:ref:refs/heads/main",
}
DECODED = {
    "allowed": False,
    "explicitDeny": True,
    "matchedStatements": {"items": []},
    "context": {
        "principal": {"arn": "arn:aws:iam::111122223333:user/ana"},
        "action": "ec2:RunInstances",
        "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/*",
    },
}
EVALUATED = {
    "evaluations": [
        {
            "action": "sqs:SendMessage",
            "resource": "arn:aws:sqs:eu-west-1:111122223333:orders",
            "evaluatedEffect": "EXPLICIT_DENY",
            "checks": [{"checkType": "SERVICE_CONTROL_POLICY", "evaluatedEffect": "EXPLICIT_DENY"}],
        }
    ]
}


def _advice(explanation: Explanation) -> list[object]:
    """Return the codes of the causes, and the remedies."""
    codes: list[object] = [cause.code for cause in explanation.causes]
    return codes + [remedy.to_dict() for remedy in explanation.remedies]


@pytest.mark.parametrize(
    ("failure", "fact", "document"),
    [
        pytest.param(WEB_IDENTITY, "token_claims", CLAIMS, id="claims of a token"),
        pytest.param(BARE.format("RunInstances"), "decoded_message", DECODED, id="decoded message"),
        pytest.param(
            BARE.format("SendMessage"), "authorization_details", EVALUATED, id="authorization details"
        ),
    ],
)
def test_pasted_documents(failure: str, fact: str, document: dict[str, Any]) -> None:
    """A document in the text explains what it explains among the facts."""
    explanation = explain(f"{failure}\n\n{json.dumps(document)}\n")
    assert _advice(explanation) == _advice(explain(failure, facts={fact: document}))
    assert _advice(explanation) != _advice(explain(failure))


_MATCHED = {
    "statementId": "OnlyEncrypted",
    "effect": "DENY",
    "actions": {"items": [{"value": "ec2:CreateVolume"}]},
    "conditions": {"items": [{"key": "ec2:Encrypted", "values": {"items": [{"value": "false"}]}}]},
}
_OF_VOLUME = {
    "action": "ec2:CreateVolume",
    "resource": "arn:aws:ec2:eu-west-1:111122223333:volume/*",
    "conditions": {"items": [{"key": "ec2:Encrypted", "values": {"items": [{"value": "false"}]}}]},
}


@pytest.mark.parametrize(
    ("shown", "whole"),
    [
        # jq '{explicitDeny, matchedStatements, action: .context.action, ...}'
        (
            {"explicitDeny": True, "matchedStatements": {"items": [_MATCHED]}, **_OF_VOLUME},
            {"explicitDeny": True, "matchedStatements": {"items": [_MATCHED]}, "context": _OF_VOLUME},
        ),
        # jq '{matchedStatements: .matchedStatements.items, context}'
        (
            {"matchedStatements": [_MATCHED], "context": _OF_VOLUME},
            {"matchedStatements": {"items": [_MATCHED]}, "context": _OF_VOLUME},
        ),
        # jq '.matchedStatements.items[]', with the lists of words shortened
        ({**_MATCHED, "actions": ["ec2:CreateVolume"]}, {"matchedStatements": {"items": [_MATCHED]}}),
        # jq '{allowed, explicitDeny}'
        ({"allowed": False, "explicitDeny": False}, {"allowed": False, "explicitDeny": False}),
    ],
    ids=["without context", "list", "statement", "decision"],
)
def test_parts_of_a_decoded_message(shown: dict[str, Any], whole: dict[str, Any]) -> None:
    """Parts that a filter printed say what the whole message says."""
    failure = BARE.format("CreateVolume")
    explanation = explain(f"{failure}\n$ jq . message.json\n{json.dumps(shown, indent=1)}\n")
    assert _advice(explanation) == _advice(explain(failure, facts={"decoded_message": whole}))
    assert _advice(explanation) != _advice(explain(failure))


@pytest.mark.parametrize(
    "shown",
    [
        # Kubernetes' answer to an access review, a rule of another tool, a statement without an effect.
        {"status": {"allowed": False, "denied": True}},
        {"allowed": False, "action": "ec2:CreateVolume"},
        {"statementId": "allow-invoke", "action": "lambda:InvokeFunction"},
    ],
)
def test_no_decoded_message(shown: dict[str, Any]) -> None:
    failure = BARE.format("CreateVolume")
    assert _advice(explain(f"{failure}\n{json.dumps(shown)}\n")) == _advice(explain(failure))


def test_pasted_document_of_another_form() -> None:
    """A document that is not what it looks like explains nothing."""
    failure = BARE.format("RunInstances")
    text = f'{failure}\n\n{{"allowed": "perhaps", "context": 7}}\n{{"evaluations": "none"}}\n'
    assert _advice(explain(text)) == _advice(explain(failure))


@check_rows(
    ("command", "operation", "resource"),
    [
        pytest.param(
            "aws sqs send-message --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            "SendMessage",
            "arn:aws:sqs:eu-west-1:111122223333:orders",
            id="URL of a queue",
        ),
        pytest.param(
            "aws sns publish --message done --topic-arn arn:aws:sns:eu-west-1:111122223333:orders",
            "Publish",
            "arn:aws:sns:eu-west-1:111122223333:orders",
            id="ARN",
        ),
        pytest.param(
            "aws s3api list-objects-v2 --bucket reports --prefix 2026/",
            "ListObjectsV2",
            "arn:aws:s3:::reports",
            id="a prefix belongs to its bucket",
        ),
        pytest.param(
            "aws dynamodb scan --table-name orders --region eu-west-1",
            "Scan",
            "arn:aws:dynamodb:eu-west-1:ACCOUNT_ID:table/orders",
            id="name",
        ),
    ],
)
def test_resource_of_the_command(command: str, operation: str, resource: str) -> None:
    """The policy names the resource that the command names."""
    remedies = explain(f"$ {command}\n{BARE.format(operation)}").remedies
    resources = [s["Resource"] for r in remedies if r.policy is not None for s in r.policy["Statement"]]
    assert resource in resources


ALLOWED = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}


@check_rows(
    ("written", "policies"),
    [
        pytest.param(json.dumps({"Statement": ALLOWED}), [{"Statement": ALLOWED}], id="one statement"),
        pytest.param(
            json.dumps({"Version": {"is": "no text"}, "Statement": [ALLOWED]}),
            [{"Version": {"is": "no text"}, "Statement": [ALLOWED]}],
            id="an object before the member",
        ),
        pytest.param(
            f"see {{x}}: {json.dumps({'Statement': [{**ALLOWED, 'Sid': 'Statement'}]})}",
            [{"Statement": [{**ALLOWED, "Sid": "Statement"}]}],
            id="a value with the member's name",
        ),
        pytest.param(json.dumps({"Statement": ["Allow"]}), [], id="statements that are no objects"),
        pytest.param(json.dumps({"Missing": "Statement"}), [], id="a value, but no member"),
        pytest.param('"Statement": []', [], id="no object"),
        pytest.param('{{{{{"a" "Statement": []', [], id="no JSON"),
        pytest.param(json.dumps({"iss": "https://example.com"}), [], id="an issuer without a subject"),
    ],
)
def test_pasted_policies(written: str, policies: list[dict[str, Any]]) -> None:
    """Only a whole object with statements is a policy."""
    context = _context(f"{DENIED.format('GetObject')}\n{written}\n")
    assert [each.content for each in context.policies] == policies
    assert context.token_claims is None


@pytest.mark.parametrize(
    ("written", "claims"),
    [
        ('{"aud":"a", "iss": "https://example.com", "sub":"b", ...}', {"aud": "a", "iss": "https://example.com", "sub": "b"}),
        ('{"iss": "https://example.com",\n "sub":"b",\n "aud":["a"],\n …\n}', {"iss": "https://example.com", "sub": "b", "aud": ["a"]}),
        # The audience may be among what was left out.
        ('{"iss": "https://example.com", "sub":"b", ...}', None),
    ],
)  # fmt: skip
def test_shortened_claims(written: str, claims: dict[str, Any] | None) -> None:
    assert _context(f"{DENIED.format('GetObject')}\n{written}\n").token_claims == claims


def test_pasted_map() -> None:
    """The entries of an ``aws-auth`` ConfigMap are read with their user names."""
    text = (
        'level=warning msg="access denied" error="ARN is not mapped: arn:aws:iam::111122223333:role/dev"\n\n'
        "data:\n  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/team/dev\n      username: dev\n"
        "  mapUsers: |\n    - userarn: arn:aws:iam::111122223333:user/ana\n      username: ana\n"
    )
    entries = [(each.arn, each.username, each.is_role) for each in _context(text).mappings]
    assert entries == [
        ("arn:aws:iam::111122223333:role/team/dev", "dev", True),
        ("arn:aws:iam::111122223333:user/ana", "ana", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- rolearn: {}\n  username: ops:{{{{SessionName}}}}\n  groups:\n    - ops\n    - 'eng:read'\n",
        "- groups:\n  - ops\n  - eng:read\n  rolearn: {}\n  username: ops:{{{{SessionName}}}}\n",
        '[{{"groups": ["ops", "eng:read"], "rolearn": "{}", "username": "ops:{{{{SessionName}}}}"}}]',
    ],
)
def test_groups_of_an_aws_auth_entry(text: str) -> None:
    entry = next(find_mappings(text.format("arn:aws:iam::111122223333:role/dev")))
    assert (entry.username, entry.groups) == ("ops:{{SessionName}}", ("ops", "eng:read"))


def test_groups_belong_to_one_entry() -> None:
    entry = "- groups:\n  - {0}\n  rolearn: arn:aws:iam::111122223333:role/{0}\n"
    text = "".join(entry.format(each) for each in ("nodes", "ops"))
    assert [each.groups for each in find_mappings(text)] == [("nodes",), ("ops",)]


def test_secrets_are_no_values() -> None:
    """What redaction removes is neither a value nor evidence."""
    key = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab"
    text = f"$ AWS_SECRET_ACCESS_KEY={key} aws s3 ls s3://reports --profile {key}\n{DENIED.format('ListObjectsV2')}"
    assert key not in str(explain(text))


@pytest.mark.parametrize(
    "command",
    ["aws s3 ls s3://reports;reboot", "aws s3 ls 's3://$(reboot)/x'", "aws eks list-clusters --region 'x y'"],
)
def test_no_value_changes_a_command(command: str) -> None:
    """A value gets into a command only if it has the form of such a value."""
    for remedy in explain(f"$ {command}\n{DENIED.format('ListObjectsV2')}").remedies:
        assert not any("reboot" in line or "x y" in line for line in remedy.commands)


@given(st.text(alphabet="s3:/awk-nbu{}\"'()=. \n\\", max_size=300), st.text(max_size=60))
def test_any_text_around(before: str, after: str) -> None:
    """Reading the context never raises, and the record does not depend on it."""
    text = f"{before}\n{EXPIRED}\n{after}"
    failure = parse(text)
    assert failure is not None
    record = to_record(failure)
    read_context(failure)
    assert to_record(failure) == record


def test_unknown_action_has_no_resource_of_the_command() -> None:
    """The option of an unknown call may name anything."""
    denied = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: orders:ShipOrder"
    text = f"$ aws orders ship-order --order-arn arn:aws:orders:eu-west-1:111122223333:order/7\n{denied}"
    resources = [
        s["Resource"] for r in explain(text).remedies if r.policy is not None for s in r.policy["Statement"]
    ]
    assert resources == ["RESOURCE_ARN"]


@pytest.mark.parametrize("said", ["as the Deployment proves", "the deployment works."])
def test_verbs_are_no_workloads(said: str) -> None:
    text = f"The role is right, {said}\nUser: arn:aws:sts::111122223333:assumed-role/nodes/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::acme/x\npod store-0 restarts"
    failure = parse(text)
    assert failure is not None
    assert read_context(failure).workload is None


@check_rows(
    ("named", "workload"),
    [
        ("deployment/cart", "deployment/cart"),
        ("deploy/cart", "deployment/cart"),
        ("ds/cart", "daemonset/cart"),
        ("statefulset.apps/cart", "statefulset/cart"),
        ("cart-7d9c5b8f6d-x2v4k", "deployment/cart"),
    ],
)
def test_workload_of_the_command_is_restarted(named: str, workload: str) -> None:
    """A pod with the credentials of its node gets those of its service account when it starts again."""
    node = "arn:aws:sts::111122223333:assumed-role/nodes/i-0a1b2c3d4e5f60718"
    text = (
        f"$ kubectl -n shop logs {named}\nUser: {node} is not authorized to perform: sts:AssumeRole "
        "on resource: arn:aws:iam::111122223333:role/reader"
    )
    lines = [line for remedy in explain(text).remedies for line in remedy.commands]
    assert f"kubectl rollout restart {workload} --namespace shop" in lines
    assert not any("deployment/NAME" in line for line in lines)


@check_rows(
    ("words", "workload"),
    [
        ("$ kubectl rollout restart deployment cart -n shop", "deployment/cart"),
        ("$ kubectl describe sts cart", "statefulset/cart"),
        ("I ran `kubectl get ds cart`, and", "daemonset/cart"),
        ("kubectl get deployment shows 0/1 ready", None),
        ("kubectl get deploy returns Forbidden", None),
        ("$ kubectl get deploy cart till", None),
        ("$ kubectl -n sts get pods", None),
    ],
)
def test_workload_after_a_space(words: str, workload: str | None) -> None:
    """After a space, the word can be one of a sentence, and no name."""
    assert _values(_context(f"{words}\n{EXPIRED}")).get("workload") == workload


def test_region_of_a_complete_event() -> None:
    """A text without context has the region that the failure itself states."""
    event = {
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": "Scan",
        "awsRegion": "eu-west-1",
        "errorCode": "AccessDenied",
        "errorMessage": "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: dynamodb:Scan on "
        "resource: arn:aws:dynamodb:eu-west-1:111122223333:table/orders because no identity-based policy allows "
        "the dynamodb:Scan action",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ana"},
    }
    failure = parse(json.dumps(event))
    assert failure is not None
    resolved = resolve_facts(failure, Facts(cluster="orders"))
    assert (resolved.cluster, resolved.region, resolved.derived) == (
        "orders",
        "eu-west-1",
        frozenset({"region"}),
    )


def test_facts_of_authorization_details() -> None:
    """The condition keys of a request state the region and the caller; other keys state no fact."""
    details = {
        **EVALUATED,
        "requestContext": {"aws:SourceIp": "192.0.2.1", "aws:RequestedRegion": "eu-west-1"},
    }
    failure = parse(BARE.format("SendMessage"))
    assert failure is not None
    resolved = resolve_facts(failure, Facts(authorization_details=read_authorization_details(details)))
    assert (resolved.region, resolved.derived) == ("eu-west-1", frozenset({"region"}))


def test_secrets_in_the_answer_are_hidden() -> None:
    """IDs of a forged answer can contain a secret. The failure stays as read; what is shown hides it."""
    answer = (
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message>"
        "<RequestId>password=hunter2example</RequestId><HostId>K2J4M6P8</HostId></Error>"
    )
    explanation = explain(answer)
    assert explanation.failure == parse(answer)
    assert "hunter2" not in explanation.to_text(detail="full") + repr(explanation) + str(
        explanation.to_dict()
    )
    assert explanation.to_dict()["failure"]["request_id"] == "password=[REDACTED password]"


def test_secrets_in_the_user_agent_are_hidden() -> None:
    event = {
        "eventSource": "dynamodb.amazonaws.com",
        "eventName": "Scan",
        "errorCode": "AccessDenied",
        "errorMessage": "Access Denied",
        "userAgent": "orders/1.0 password=hunter2example",
    }
    explanation = explain(json.dumps(event))
    assert explanation.failure is not None
    assert explanation.failure.envelope.user_agent == event["userAgent"]
    assert explanation.to_dict()["failure"]["user_agent"] == "orders/1.0 password=[REDACTED password]"
    assert "hunter2" not in explanation.to_text(detail="full")


ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
POD_DENIED = "(AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client"
POD_FACTS = {"cluster": "orders", "region": "eu-west-1", "namespace": "shop", "service_account": "cart"}
OTHER_TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:sub": "system:serviceaccount:store:cart"}},
        }
    ]
}


def test_role_of_the_association_in_the_text() -> None:
    text = f'{POD_DENIED}\n{{"association": {{"namespace": "shop", "roleArn": "{ROLE}"}}}}'
    remedy = explain(text, facts={**POD_FACTS, "trust_policy": OTHER_TRUST}).remedies[0]
    assert remedy.commands[-1].startswith("aws iam update-assume-role-policy --role-name deploy ")


def test_role_whose_trust_policy_the_text_shows() -> None:
    text = f"{WEB_IDENTITY}\n\ntrust relationship of cart-deploy:\n{json.dumps(OTHER_TRUST)}\n"
    remedy = explain(text, facts={**POD_FACTS, "trust_policy": OTHER_TRUST}).remedies[0]
    assert remedy.commands[-1].startswith("aws iam update-assume-role-policy --role-name cart-deploy ")


@pytest.mark.parametrize(
    ("text", "lookup"),
    [
        (
            POD_DENIED,
            "association_id=$(aws eks list-pod-identity-associations --cluster-name orders --region eu-west-1 --namespace shop --service-account cart",
        ),
        (
            WEB_IDENTITY,
            r"role_arn=$(kubectl get serviceaccount cart --namespace shop --output 'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'",
        ),
    ],
    ids=["Pod Identity", "IRSA"],
)
def test_commands_find_the_role(text: str, lookup: str) -> None:
    [first, *_] = explain(text, facts={**POD_FACTS, "trust_policy": OTHER_TRUST}).remedies
    assert '--role-name "${role_arn##*/}"' in first.commands[-1]
    assert first.placeholders == ()
    assert first.commands[0].startswith(lookup)
    assert not any("serviceaccount" in step or "pod-identity-association" in step for step in first.steps)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://reports.s3.eu-west-1.amazonaws.com/2026/r.csv", "s3://reports/2026/r.csv"),
        ("https://s3.eu-west-1.amazonaws.com/reports/2026/r.csv", "s3://reports/2026/r.csv"),
        ("https://reports.s3.eu-west-1.amazonaws.com/a%20b;c", "s3://reports/KEY"),
    ],
)
def test_object_of_the_presigned_url(url: str, location: str) -> None:
    text = f"GET {url}?X-Amz-Signature=0f\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    assert f"aws s3 presign {location} --expires-in 3600" in explain(text).remedies[0].commands


BOXED = (
    "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 0a1b, api error SignatureDoesNotMatch: Signature expired: 20261126T081502Z is now earlier than 20261126T084011Z (20261126T085511Z - 15 min.)",
    "operation error EC2: ModifySubnetAttribute, https response error StatusCode: 403, RequestID: 0a1b, api error OperationNotPermitted: You do not own subnet-0a1b2c3d, and so can not perform the ModifySubnetAttribute operation.",
    "creating Lake Formation table: AccessDeniedException: Insufficient Lake Formation permission(s): Required Create Table on sales",
    'operation error S3: PutObject, https response error StatusCode: 403, api error AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::reports/2026/r.csv" because no identity-based policy allows the s3:PutObject action',
)


@check_rows("time", ["", "2026-11-26T08:55:11.1234567Z "], ids=["terminal", "log"])
@check_rows("message", BOXED, ids=["clock", "owner", "grant", "denial"])
def test_box_hides_nothing(message: str, time: str) -> None:
    """Terraform wraps messages to the width of the terminal, and to 78 columns in CI."""
    words = f"Error: {message}"
    lines = textwrap.wrap(words, 76, break_long_words=False, break_on_hyphens=False)
    boxed = "".join(f"{time}{line}\n" for line in ("╷", *(f"│ {line}" for line in lines), "│ ", "╵"))
    assert explain(boxed).to_text() == explain(words).to_text()


def test_spaces_at_the_ends_of_frames_change_nothing() -> None:
    denial = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders/1.csv"
    frames = "\n  at com.example.Orders.read(Orders.java:7)"
    spaced = f"{frames} \r" * 40
    plain, with_spaces = parse(f"{denial}{frames * 40}\ndone"), parse(f"{denial}{spaced}\ndone")
    assert plain is not None
    assert with_spaces is not None
    # With a pattern that can read the spaces in two ways, this takes years.
    assert str(explain(with_spaces)) == str(explain(plain))


def test_lists_and_records_in_a_box_stay_lines() -> None:
    text = "│ mapRoles:\n│ - rolearn: arn:aws:iam::111122223333:role/ops\n│ - rolearn: x\n│   username: ops\n│ status: 403"
    assert remove_borders(text).text == text.replace("│ ", "")
    table = "name │ value\ntext │ words"
    assert remove_borders(table).text == "name value\ntext words"


@pytest.mark.parametrize(
    "error",
    [
        "invalid header field value for Authorization",
        "aws: error: You must specify a region. You can also configure your region by running aws configure.",
    ],
)
def test_no_credentials_are_blamed_before_a_request(error: str) -> None:
    """The client sent no request, so it does not matter whose credentials the job has."""
    text = f"##[group]Run aws sts get-caller-identity\nrole-to-assume: arn:aws:iam::111122223333:role/ci\n{error}"
    assert not any("used the credentials" in note for note in explain(text).notes)


_TRUST = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}]}'


@check_rows(
    ("heading", "is_derived"),
    [
        ("Trust policy of team-deploy:", True),
        ("Trust policy for my role:", True),
        # A plain word can be what people call the role.
        ("Trust policy of staging:", True),
        ("Trust policy of orders-api:", False),
        ("$ aws iam get-role --role-name orders-api --query Role.AssumeRolePolicyDocument", False),
    ],
)
def test_trust_policy_of_another_role_is_no_fact(heading: str, *, is_derived: bool) -> None:
    denied = DENIED.format("AssumeRole").replace("Access Denied", "")
    failure = parse(
        f"{denied}User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/ops/team-deploy\n{heading}\n{_TRUST}\n"
    )
    assert failure is not None
    assert (resolve_facts(failure, Facts()).trust_policy is not None) is is_derived


@check_rows(
    ("heading", "owner"),
    [
        ("orders-api role policy (queue part):", ("role", "orders-api")),
        ("s3-read-only role policy:", ("role", "s3-read-only")),
        ("The queue is there, and I can read it from the console. role orders-api:", ("role", "orders-api")),
        ("It is denied for the team, whose account has no role orders-api:", None),
        ("role orders-api, statement for the queue:", ("role", "orders-api")),
        ("role orders-api, boundary:", None),
        # An ARN in the text says that it is a role.
        ("role/web/orders\npolicy of orders, the part they sent me:", ("role", "orders")),
        ("role/web/orders\norders policy - queue part:", ("role", "orders")),
        ("role/web/orders\nqueue policy of orders:", None),
        ("policy of orders, the part they sent me:", None),
        ("read-only role policy:", None),
        ("Our cross-account role permissions:", None),
    ],
)
def test_owner_of_a_policy_by_its_heading(heading: str, owner: tuple[str, str] | None) -> None:
    policy = (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}'
    )
    heading = heading.replace("role/web/", "arn:aws:iam::111122223333:role/web/")
    assert [each.owner for each in _context(f"{EXPIRED}\n{heading}\n{policy}\n").policies] == [owner]
