"""The caller, resource or name in a text is not the one that it seems at first."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = "CLIENT_ERROR - User: arn:aws:sts::111122223333:assumed-role/EcsService-core/0a1b is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/jobs"
ENVIRONMENT = '{"computeEnvironmentName": "nightly", "status": "INVALID", "statusReason": "%s"}'


@check_rows(
    ("text", "is_of_batch"),
    [
        (ENVIRONMENT % DENIED, True),
        ("CLIENT_ERROR - User: batch.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/jobs", True),
        (DENIED, False),
        (ENVIRONMENT % DENIED.removeprefix("CLIENT_ERROR - "), False),
        (ENVIRONMENT % DENIED.replace("sts:AssumeRole", "ecs:CreateCluster"), False),
    ],
)  # fmt: skip
def test_role_of_a_compute_environment(text: str, *, is_of_batch: bool) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith("The service batch.amazonaws.com cannot assume") is is_of_batch
    first = explanation.remedies[0]
    assert any("service-role/" in each for each in first.steps) is is_of_batch
    assert any("EcsService" in each for each in first.commands) is ("EcsService" in text and not is_of_batch)


BODY = "<Error><Code>AccessDenied</Code><Message>Access Denied{}</Error>"


@check_rows(
    ("rest", "is_of_other"),
    [
        (
            ".</Message><BucketName>films</BucketName><Resource>/films</Resource><RequestId>1638</RequestId>",
            True,
        ),
        (".</Message><Key>a</Key><BucketName>films</BucketName><Resource>/films/a</Resource>", True),
        ("</Message><RequestId>0A1B2C3D4E5F6071</RequestId><HostId>a=</HostId>", False),
        ("</Message><Resource>/films</Resource><RequestId>0A1B2C3D4E5F6071</RequestId>", False),
    ],
)
def test_body_of_another_store(rest: str, *, is_of_other: bool) -> None:
    summary = explain(BODY.format(rest)).summary
    assert summary.startswith("MinIO, not AWS, denied the call") is is_of_other


URL = "backing up https://films.s3.eu-west-1.amazonaws.com/a.jpg?X-Amz-Credential=AKIAI44QH8DHBEXAMPLE%2F20260101 failed: "


@pytest.mark.parametrize(
    ("error", "is_own_call"),
    [
        ("Forbidden: Forbidden\n\tstatus code: 403, request id: 0A1B2C3D4E5F6071, host id: Zx9=", True),
        ("403 Client Error: Forbidden for url", False),
        ("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", False),
    ],
)
def test_call_beside_a_presigned_url(error: str, *, is_own_call: bool) -> None:
    explanation = explain(URL + error)
    assert ("the program itself signed" in explanation.summary) is is_own_call
    shown = str(explanation)
    assert ("films" in shown) is not is_own_call
    assert ("expired" in shown) is ("Client Error" in error)


@check_rows(
    ("role", "named"),
    [
        ("orders-firehose", "orders-firehose"),
        ("orders-fire…", "ROLE_NAME"),
        ("orders-fire...", "ROLE_NAME"),
        ("orders-fire[...]", "ROLE_NAME"),
    ],
)
def test_name_of_a_role_that_is_cut_off(role: str, named: str) -> None:
    arn = f"arn:aws:iam::111122223333:role/service-role/{role}"
    commands = explain(f"Firehose is unable to assume role {arn} Please check the role.").remedies[0].commands
    assert commands[0].startswith(f"aws iam get-role --role-name {named} ")


EXPIRED = "The security token included in the request is expired"


@check_rows(
    ("text", "is_source"),
    [
        (f"software.amazon.awssdk.services.sts.model.StsException: {EXPIRED} (Service: Sts, Status Code: 403, Request ID: 0a1b)", True),
        (f"software.amazon.awssdk.services.sns.model.SnsException: {EXPIRED} (Service: Sns, Status Code: 403, Request ID: 0a1b)", False),
        (f"An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: {EXPIRED}", False),
        (f"software.amazon.awssdk.services.sts.model.StsException: {EXPIRED} (Service: Sts, Status Code: 403, Request ID: 0a1b)\n    at software.amazon.awssdk.services.sts.DefaultStsClient.getCallerIdentity(DefaultStsClient.java:1)", False),
    ],
)  # fmt: skip
def test_credentials_with_which_a_role_is_assumed(text: str, *, is_source: bool) -> None:
    explanation = explain(text)
    assert ("used to assume the role" in explanation.summary) is is_source
    shown = explanation.to_text(detail="full")
    assert ("with StsAssumeRoleCredentialsProvider" in shown) is ("awssdk" in text and not is_source)
    assert ("get source_profile" in shown) is is_source


@check_rows(
    ("image", "is_add_on"),
    [("amazon-k8s-cni:v1.19.0", True), ("eks/kube-proxy:v1.33.0", True), ("orders:1", False), ("team/eks/orders:1", False)],
)  # fmt: skip
def test_image_of_an_add_on_needs_no_pull_secret(image: str, *, is_add_on: bool) -> None:
    text = f'kubelet: Failed to pull image "602401143452.dkr.ecr.eu-west-1.amazonaws.com/{image}": no basic auth credentials'
    shown = explain(text).to_text(detail="full")
    assert "attach-role-policy" in shown
    assert ("patch serviceaccount default" in shown) is not is_add_on
    assert ("its repository policy must allow" in shown) is not is_add_on


NO_ANSWER = 'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.amazonaws.com/": dial tcp 203.0.113.7:443: i/o timeout'


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("failed to list hosted zones: ", "Let the subnet of the pods reach STS"),
        ("failed to list queues: ", "Make the pods call the regional STS endpoint"),
    ],
)
def test_program_that_calls_a_global_endpoint(said: str, first: str) -> None:
    remedy = explain(f"external-dns: {said}{NO_ANSWER}").remedies[0]
    assert remedy.title == first
    assert any("also calls Route 53" in each for each in remedy.steps) is ("zones" in said)


@check_rows(
    ("caller", "resource", "is_of_controller"),
    [
        ("ipamd/ipamd.go:935", "network interface 'eni-0a1b2c3d4e5f60718'", True),
        ("ipamd/ipamd.go:935", "network interface '<eni>'", True),
        ("ipamd/ipamd.go:935", "eni-0a1b2c3d4e5f60718", True),
        ("ipamd/ipamd.go:935", "vol-0a1b2c3d4e5f60718", False),
        ("web/main.go:9", "network interface 'eni-0a1b2c3d4e5f60718'", False),
    ],
)
def test_owner_of_a_network_interface(caller: str, resource: str, *, is_of_controller: bool) -> None:
    code = "AuthFailure" if "network" in resource else "UnauthorizedOperation"
    text = f'{{"caller":"{caller}","msg":"Failed to allocate addresses: {code}: You are not the owner of {resource}"}}'
    explanation = explain(text)
    assert ("did not let the Amazon VPC CNI plugin change" in explanation.summary) is is_of_controller
    interface = "eni-0a1b2c3d4e5f60718" if "eni-" in resource else "ENI_ID"
    shown = str(explanation.remedies[0].commands)
    assert (f"--network-interface-ids {interface} " in shown) is is_of_controller


@check_rows(
    ("text", "may_be_route", "summary"),
    [
        ('{"message": "Missing Authentication Token"}', True, "API Gateway has no such path or method, or"),
        ('{"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}', True, "The request has no signature, or"),
        ("MissingAuthenticationTokenException: Missing Authentication Token", True, "The request has no signature, or"),
        ("<Error><Code>MissingAuthenticationTokenException</Code><Message>Missing Authentication Token</Message></Error>", False, "The request has no signature."),
    ],
)  # fmt: skip
def test_form_of_an_answer_to_an_unsigned_request(text: str, *, may_be_route: bool, summary: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith(summary)
    assert ("API Gateway" in str(explanation)) is may_be_route
    first = explanation.remedies[0].title
    assert first.startswith("Compare the URL" if summary.startswith("API") else "Sign the request")


@pytest.mark.parametrize(
    ("role", "is_controller"),
    [("dev-alb-controller-role", True), ("alb-logs-role", False), ("salb-controller-x", False)],
)
def test_role_of_a_controller_by_its_short_name(role: str, *, is_controller: bool) -> None:
    text = f"AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{role}/1 is not authorized to perform: elasticloadbalancing:DescribeLoadBalancers"
    assert ("iam_policy.json" in explain(text).to_text()) is is_controller


@pytest.mark.parametrize(
    ("place", "caller"),
    [
        ("at run (/home/ec2-user/app/index.js:1:1)", "The caller was denied"),
        ("[ec2-user@ip-10-0-3-7 ~]$ node app.js", "The role of the EC2 instance was denied"),
    ],
)
def test_home_directory_on_an_instance(place: str, caller: str) -> None:
    text = f"{place}\nUnauthorizedOperation: You are not authorized to perform this operation."
    explanation = explain(text)
    assert explanation.summary.startswith(caller)
    assert "most likely used the credentials of the role of the EC2 instance" in str(explanation)


@pytest.mark.parametrize(
    ("role", "is_named"),
    [("policy of the runner role (build-runner):", True), ("this is the policy:", False)],
)
def test_role_of_a_job_that_the_text_names(role: str, *, is_named: bool) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::carts"}]}'
    text = f"+ aws s3 cp s3://carts/a.json .\nfatal error: An error occurred (403) when calling the HeadObject operation: Forbidden\n##[error]Process completed with exit code 1.\n\n{role}\n{policy}"
    assert ("most likely used the credentials of the role that" in str(explain(text))) is not is_named


@pytest.mark.parametrize(
    ("before", "lacks", "has"),
    [
        ("* Error generating STS keys: ", "presigned URLs", "vault write aws/roles/VAULT_ROLE credential_type=assumed_role"),
        ("botocore: ", "vault write", "presigned URLs"),
    ],
)  # fmt: skip
def test_federation_token_for_vault(before: str, lacks: str, has: str) -> None:
    text = f"{before}AccessDenied: Cannot call GetFederationToken with session credentials"
    shown = " ".join(explain(text).to_text(detail="full").replace("\\\n", " ").split())
    assert has in shown
    assert lacks not in shown


@check_rows(
    ("before", "is_app"),
    [
        ("E/LoginManager(1457): ", True),
        ("02-26 10:11:12.123 E/LoginManager( 1457): ", True),
        ("ERROR LoginManager (1457): ", False),
        ("$ kubectl logs films-1\nE/LoginManager(1457): ", False),
    ],
)
def test_token_of_an_app(before: str, *, is_app: bool) -> None:
    text = f"{before}Not authorized to perform sts:AssumeRoleWithWebIdentity (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: 85fe151a)"
    shown = str(explain(text))
    assert ("AWS_WEB_IDENTITY_TOKEN_FILE" in shown) is not is_app
    assert ("cognito-identity.amazonaws.com:aud" in shown) is is_app


@pytest.mark.parametrize(
    ("before", "is_of_vendor"), [("Error assuming AWS_ROLE:\n", True), ("Error assuming the role:\n", False)]
)
def test_region_that_a_vendor_calls(before: str, *, is_of_vendor: bool) -> None:
    text = f"{before}STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console."
    explanation = explain(text)
    assert explanation.summary.endswith("for the account 111122223333 in the Region that was called.")
    titles = str([each.title for each in explanation.remedies])
    assert ("call STS in an active Region" in titles) is not is_of_vendor
    assert ("Snowflake" in str(explanation.notes)) is is_of_vendor


@check_rows(
    ("operation", "region", "shown"),
    [
        (
            "AssumeRoleWithWebIdentity",
            "eu-west-1",
            "AWS_ENDPOINT_URL_STS=https://sts.us-east-1.amazonaws.com",
        ),
        # The signature names the Region, and other partitions have other accounts.
        ("AssumeRole", "eu-west-1", None),
        ("AssumeRoleWithWebIdentity", "cn-north-1", None),
    ],
)
def test_region_of_a_cluster_without_sts(operation: str, region: str, shown: str | None) -> None:
    text = f"An error occurred (RegionDisabledException) when calling the {operation} operation: STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console."
    steps = str(explain(text, facts={"cluster": "films", "region": region}).remedies[0].steps)
    assert ("AWS_ENDPOINT_URL_STS" in steps) is (shown is not None)
    assert shown is None or shown in steps


@pytest.mark.parametrize(("user", "may_end"), [("system:kube-scheduler", True), ("eks:addon-manager", False)])
def test_denials_of_a_component_can_end(user: str, *, may_end: bool) -> None:
    text = (
        f'pods is forbidden: User "{user}" cannot list resource "pods" in API group "" at the cluster scope'
    )
    remedy = explain(text).remedies[0]
    assert any("end by themselves" in each for each in remedy.steps) is may_end


@pytest.mark.parametrize("is_first", [True, False])
def test_login_to_a_database_beside_a_denied_call(*, is_first: bool) -> None:
    login = 'FATAL:  password authentication failed for user "films"'
    call = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    lines = [login, call] if is_first else [call, login]
    assert explain("\n".join(lines)).summary.startswith("S3 denied s3:GetObject")


def test_cell_of_a_table_is_no_service_of_compose() -> None:
    text = "$ docker run films\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials\n|  Name  |  State  |\n|  i-1 |  running  |\n"
    shown = explain(text).to_text()
    assert "docker run" in shown
    assert "compose run" not in shown


def test_endpoint_of_the_signed_region_does_not_reject_the_signature() -> None:
    text = "SignatureDoesNotMatch: Credential should be scoped to a valid region, not 'eu-west-1'.\nPOST https://sts.eu-west-1.amazonaws.com"
    assert "goes to sts.eu-west-1" not in explain(text).summary


def test_source_of_a_copy_in_a_record() -> None:
    record = '{"eventSource": "s3.amazonaws.com", "eventName": "CopyObject", "errorCode": "AccessDenied", "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/etl/s"}, "requestParameters": {"bucketName": "films", "key": "b.mov", "x-amz-copy-source": "raw/a.mov"}}'
    shown = explain(record).to_text()
    assert "arn:aws:s3:::raw/a.mov" in shown
    assert "the text does not name" not in shown


_STATE_DENIED = 'Error: Error refreshing state: Unable to access object "web/terraform.tfstate" in S3 bucket "octo-state": operation error S3: HeadObject, https response error StatusCode: 403, RequestID: 4442587FB7D0A2F9, HostID: abc=, api error Forbidden: Forbidden\n'
_SHELL = '$ aws sts get-caller-identity{}\n{{\n    "UserId": "AIDAEXAMPLE",\n    "Account": "444455556666",\n    "Arn": "arn:aws:iam::444455556666:user/kim"\n}}\n'
_BACKEND = 'terraform {{\n  backend "s3" {{\n    bucket = "octo-state"\n{}  }}\n}}\n'


@check_rows(
    ("shell", "setting", "is_caller"),
    [
        ("", "", True),
        ("", '    profile = "prod"\n', False),
        (" --profile prod", '    profile = "prod"\n', True),
        (" --profile dev", '    profile = "prod"\n', False),
    ],
)
def test_shell_with_another_profile_than_the_backend(shell: str, setting: str, *, is_caller: bool) -> None:
    shown = explain(f"{_STATE_DENIED}{_SHELL.format(shell)}{_BACKEND.format(setting)}").to_text(detail="full")
    assert ("--user-name kim" in shown) is is_caller
