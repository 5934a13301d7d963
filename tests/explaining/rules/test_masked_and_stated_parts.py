"""What reports of platforms show with masked names, stated policies and clients, and what similar reports do not."""

from __future__ import annotations

import pytest

from iamtriage import explain

_UNAUTHORIZED = "the server has asked for the client to provide credentials"
_TITLE = (
    'Error: The role "arn:aws:iam::111122223333:role/deploy" cannot be assumed.\n\n'
    "  There are a number of possible causes of this - the most common are:\n"
    "    * The credentials used in order to assume the role are invalid"
)
_PASS = "User: arn:aws:sts::{0}:assumed-role/{1}/s is not authorized to perform: iam:PassRole on resource: arn:aws:iam::{0}:role/{1}"
_SESSION = "AccessDenied: User: arn:aws:sts::***:assumed-role/{}/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::***:role/<other>"
_CALL = (
    "operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 0, RequestID: , {}"
)
_APP = "RequestError [HttpError]: Resource not accessible by integration\n    at {}/index.js:15:23"
_ARN = "An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN is invalid"
_SECRETS = 'secrets "orders" is forbidden: User "{}" cannot update resource "secrets" in API group "" in the namespace "shop"'
_REGION = "An error occurred (UnauthorizedOperation) when calling the DescribeVpcs operation: You are not authorized to perform this operation."
_TAGGING = (
    'Resource handler returned message: "Encountered a permissions error performing a tagging operation, please '
    "add required tag permissions. Resource handler returned message: "
    '"Access Denied (Service: {}, Status Code: 403, Request ID: 2FB9496CMHWVN6P1)""'
)
_ASSUME = "An error occurred (AccessDenied) when calling the AssumeRole operation: Not authorized to perform sts:AssumeRole"
_POLICY = (
    'The policy of the server is\n{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", '
    '"Action": "{}", "Resource": "*"}}]}}\n'
)
_TASKS = (
    "ClientException: ECS was unable to assume the role 'arn:aws:iam::{}:role/orders' that was provided for this task. "
    "Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user "
    "has permissions to pass this role."
)

_NODE = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/eks-worker/i-0abc12de34f567890 is not authorized to perform: route53:ListHostedZones\n"
_INSTANCE = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/ci/i-0abc12de34f567890 is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::orders/app.zip\n"
_POD = "kind: Pod\nmetadata:\n  annotations:\n    {}: external-dns-role\n"
_ENCODED = "UnauthorizedOperation: You are not authorized to perform this operation. Encoded authorization failure message: b-xSys3hzcCdcOA2xxxxxxZ0bFiL9ZY\n"
_DECODED = (
    "$ aws sts decode-authorization-message --encoded-message 9xlUnUyf1l8oXrzdmUReL0Si3oItTN\n"
    '{{"allowed": false, "explicitDeny": false, "matchedStatements": {{"items": []}}, "context": {{"principal": '
    '{{"arn": "arn:aws:iam::{0}:user/ana"}}, "action": "iam:PassRole", "resource": "arn:aws:iam::{0}:role/host",\n"conditions": {{'
)
_DEPLOYMENT = "A pod logs NoCredentialProviders: no valid providers in chain\nkind: Deployment\nmetadata:\n  name: orders\n"


@pytest.mark.parametrize(
    ("text", "shown", "absent"),
    [
        # Argo CD has no kubeconfig, and other clients have.
        (
            f"rpc error: code = Unknown desc = REST config invalid: {_UNAUTHORIZED}",
            "Secret in Argo CD",
            "kubeconfig",
        ),
        (
            f"Failed to load live state: failed to get cluster info: {_UNAUTHORIZED}",
            "awsAuthConfig",
            "kubeconfig",
        ),
        (f"error: You must be logged in to the server ({_UNAUTHORIZED})", "kubeconfig", "Argo CD"),
        # An old title of Terraform stands alone.
        (_TITLE, "TF_LOG=DEBUG", "the text ends"),
        # Two masked names are not one role, and two names are.
        (_PASS.format("xxxxx", "xxxxx"), "iam:PassRole", "itself"),
        (_PASS.format("***", "orders"), "itself", "xxxxx"),
        (_PASS.format("xxxxx", "xxxxx"), "--role-name ROLE_NAME", "--role-name xxxxx"),
        (_PASS.format("***", "xx"), "--role-name xx", "--role-name ROLE_NAME"),
        # A masked session is the caller, and one with a name is its role.
        (
            _SESSION.format("<role_name>"),
            "The caller was denied sts:AssumeRole",
            "for a user: put-user-policy",
        ),
        (_SESSION.format("***"), "Attach the policy to the role (ROLE_NAME follows", "arn:aws:sts"),
        (_SESSION.format("deploy"), "The role deploy was denied sts:AssumeRole", "The caller"),
        # Whoever calls gave up, or nothing answered.
        (_CALL.format("canceled, context canceled"), "the client canceled the call", "timed out"),
        (_CALL.format("request send failed: i/o timeout"), "the connection timed out", "canceled"),
        # An app, and a job.
        (_APP.format("/var/task"), "the permissions of the app", "GITHUB_TOKEN"),
        (f"My GitHub App comments.\n{_APP.format('/srv')}", "the permissions of the app", "GITHUB_TOKEN"),
        (_APP.format("/home/runner/work/_actions"), "GITHUB_TOKEN", "GitHub App that"),
        # A job that calls STS itself is no pod.
        (
            f"$ aws sts assume-role-with-web-identity --role-arn $ROLE\n{_ARN}",
            "It is role_arn in the profile",
            "service account",
        ),
        (_ARN, "eks.amazonaws.com/role-arn", "sts assume-role-with-web-identity --role-arn $ROLE"),
        # The name of a service account is known without its namespace.
        (
            _SECRETS.format("system:serviceaccount:*****:builder"),
            "--serviceaccount=SERVICE_ACCOUNT_NAMESPACE:builder",
            "USER",
        ),
        (_SECRETS.format("system:serviceaccount:shop:***"), "--serviceaccount=shop:SERVICE_ACCOUNT", "USER"),
        (_SECRETS.format("system:serviceaccount:shop:cart"), "--serviceaccount=shop:cart", "SERVICE_ACCOUNT"),
        # A landing zone does not govern the Region, or nothing says so.
        (f"It fails in a region that's not governed.\n{_REGION}", "Control Tower denies", "put-role-policy"),
        (f"It fails in a region that's not ours.\n{_REGION}", "ec2:DescribeVpcs", "Control Tower denies"),
        # CloudFormation tags a bucket, or something else.
        (_TAGGING.format("S3"), "lacks s3:PutBucketTagging", "s3:GetObject"),
        (_TAGGING.format("Sns"), "names no action", "s3:PutBucketTagging"),
        # The caller's policy allows it, so the trust policy is open, unless it is about something else.
        (_POLICY.format("sts:AssumeRole") + _ASSUME, "allows sts:AssumeRole", "put-role-policy"),
        (_POLICY.format("ses:SendEmail") + _ASSUME, "sts:AssumeRole", "allows sts:AssumeRole"),
        # A masked account is no account.
        (_TASKS.format("123456"), "must print the ARN of the call", "000000000000"),
        (_TASKS.format("111122223333"), "must print arn:aws:iam::111122223333:role/orders", "000000000000"),
        # A pod with the annotation of kube2iam has a role, and one with another annotation has none.
        (
            _POD.format("iam.amazonaws.com/role") + _NODE,
            "did not give the pod the role external-dns-role",
            "ROLE_ARN",
        ),
        (
            f"We use kiam.\n{_POD.format('iam.amazonaws.com/role')}{_NODE}",
            "kiam did not give",
            "kube2iam or kiam",
        ),
        (_POD.format("example.com/owner") + _NODE, "Give the pod's service account its own role", "kube2iam"),
        # A program without credentials calls as its instance, and one with a user's does not.
        (
            f"No credentials provided for build!\n{_INSTANCE}",
            "so it called with the role of its EC2 instance",
            "NAMESPACE",
        ),
        (
            f"{_INSTANCE}No credentials provided for build!",
            "was denied s3:PutObject",
            "the settings of the program",
        ),
        (
            f"No credentials provided for build!\n{_INSTANCE.replace('sts::', 'iam::').replace('assumed-role/ci/i-0abc12de34f567890', 'user/ci')}",
            "was denied s3:PutObject",
            "the settings of the program",
        ),
        # The text has the decoded message, or not.
        (_ENCODED + _DECODED.format("YOUR_ACCOUNT_ID"), "iam:PassRole", "Decode the message"),
        (_ENCODED, "Decode the message", "iam:PassRole"),
        # The namespace of the only workload, if it has one.
        (
            f"{_DEPLOYMENT}  namespace: kube-system\n",
            "deployment/orders --namespace kube-system",
            "NAMESPACE",
        ),
        (_DEPLOYMENT, "deployment/orders --namespace NAMESPACE", "shop"),
        # Comments in code are no errors.
        (
            "+// AccessDenied indicates that access has been denied.\n+const AccessDenied = 1",
            "No AWS",
            "The first error in the text",
        ),
        ("orders: Error: upload failed", "The first error in the text", "No error"),
    ],
)
def test_reports_with_masks_and_statements(text: str, shown: str, absent: str) -> None:
    """A masked name, a stated policy or the client decides what an explanation says."""
    report = " ".join(str(explain(text)).split())
    assert shown in report
    assert absent not in report
