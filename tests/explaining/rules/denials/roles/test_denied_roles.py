"""Tests for roles that services, tools and domains need: service-linked roles, the CDK's, OpenSearch's."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

ACCOUNT = "111122223333"
_SPOT = "The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances."
_CODE = "AuthFailure.ServiceLinkedRoleCreationNotPermitted"


@check_rows(
    ("text", "service"),
    [
        (f"{_CODE}: {_SPOT}", "spot.amazonaws.com"),
        (
            f"An error occurred ({_CODE}) when calling the RequestSpotInstances operation: {_SPOT}",
            "spot.amazonaws.com",
        ),
        (
            "Caller does not have permissions to create a Service Linked Role for Elastic Load Balancing.",
            "elasticloadbalancing.amazonaws.com",
        ),
        (
            "An error occurred (AccessDeniedException) when calling the CreateDomainName operation: Caller does not have permissions to create a Service Linked Role.",
            "ops.apigateway.amazonaws.com",
        ),
        (
            "An error occurred (InvalidParameterException) when calling the CreateService operation: Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
            "ecs.amazonaws.com",
        ),
        (
            "An error occurred (ValidationException) when calling the CreateDomain operation: Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC.",
            "opensearchservice.amazonaws.com",
        ),
        (
            "An error occurred (InvalidRequestException) when calling the Create operation: The service linked role for Apples does not exist.",
            "SERVICE.amazonaws.com",
        ),
    ],
)
def test_missing_service_linked_role(text: str, service: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "no-service-linked-role"
    assert (
        f"aws iam create-service-linked-role --aws-service-name {service}" in explanation.remedies[0].commands
    )


@pytest.mark.parametrize(
    ("message", "is_enough"),
    [
        ("Unable to assume the service linked role. Please verify that the ECS service linked role exists.", True),
        ("Unable to create the resource. Verify that you have permission to create service linked role. Otherwise wait and try again later.", True),
        ("Before you can proceed, you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC.", False),
    ],
)  # fmt: skip
def test_second_try_where_the_service_creates_its_role(message: str, *, is_enough: bool) -> None:
    explanation = explain(
        f"An error occurred (InvalidParameter) when calling the CreateDBInstance operation: {message}"
    )
    assert explanation.remedies[0].title.startswith("Retry") is is_enough
    needs = "the caller needs" if is_enough else "Creating the role requires"
    assert f"{needs} iam:CreateServiceLinkedRole for " in explanation.notes[-1]


_AUDITED = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::{ACCOUNT}:assumed-role/tea/1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/Audit"


@check_rows(
    ("before", "accounts"),
    [
        ("222233334444: assumed Audit\n444455556666: ", "account 222233334444,"),
        ("222233334444 ok\n333344445555 ok\n444455556666 ", "accounts 222233334444 and 333344445555,"),
        ('  "Arn": "arn:aws:sts::222233334444:assumed-role/Audit/x"\n', "account 222233334444,"),
        ('"AWS": "arn:aws:sts::222233334444:assumed-role/Audit/x"\n', None),
        ("pushed to 222233334444.dkr.ecr.eu-west-1.amazonaws.com/audit: done\n", None),
        ("202611261030 tea: done\n", None),
        ("".join(f"\u2714 22223333444{n} Audit\n" for n in range(4)), "account 222233334440 and 3 others,"),
        ("222233334444: not assumed\n", None),
        ("assumed arn:aws:iam::222233334444:role/Other\n", None),
        (f"{ACCOUNT} ok\n", None),
    ],
)  # fmt: skip
def test_role_that_works_in_other_accounts(before: str, accounts: str | None) -> None:
    """What differs is in the account of the role that fails, unless the policies of the caller list accounts."""
    explanation = explain(before + _AUDITED)
    assert "oth accounts must allow it" in explanation.summary
    assert "may not exist" in explanation.summary or "or whether the role exists" in explanation.summary
    assert ("it worked in" in explanation.summary) is (accounts is not None)
    assert (accounts or "") in explanation.summary
    assert (explanation.remedies[0].layer == "role_trust") is (accounts is not None)
    assert {each.code for each in explanation.causes} == {
        "no-such-role",
        "caller-not-trusted",
        "no-identity-allow",
    }


def test_missing_service_linked_role_is_no_lack_of_capacity() -> None:
    explanation = explain(f"creating nodeclaim, insufficient capacity, with fleet error(s), {_CODE}: {_SPOT}")
    assert "Capacity is not the problem" in explanation.notes[0]
    assert explanation.remedies[1].title.endswith(
        "only on role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
    )
    assert not any("capacity" in note for note in explain(f"{_CODE}: {_SPOT}").notes)


@pytest.mark.parametrize(
    ("role", "is_proof"), [("AWSServiceRoleForEC2Spot", True), ("nodes", False)], ids=["same", "other"]
)
def test_lookup_of_the_role_shows_that_it_is_missing(role: str, *, is_proof: bool) -> None:
    lookup = f"An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name {role} cannot be found."
    explanation = explain(f"{_CODE}: {_SPOT}\n\n$ aws iam get-role --role-name {role}\n\n{lookup}\n")
    assert (f"The role with name {role} cannot be found" in str(explanation.causes[0].because)) is is_proof
    assert ("has been taken" in str(explanation.remedies[0].steps)) is not is_proof
    assert len(explanation.other_failures) == (0 if is_proof else 1)
    assert "The credentials are valid, although the code is AuthFailure." in explanation.notes


def test_policy_to_create_a_service_linked_role_names_the_role() -> None:
    policy = (
        explain(f"{_CODE}: {_SPOT}", facts={"caller": f"arn:aws:iam::{ACCOUNT}:role/nodes"})
        .remedies[1]
        .policy
    )
    assert policy is not None
    assert policy["Statement"][0]["Resource"] == (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
    )


_WARNING = (
    "current credentials could not be used to assume "
    "'arn:aws:iam::{account}:role/cdk-{qualifier}-{purpose}-role-{account}-eu-west-1', but are for the right account. Proceeding anyway.\n"
)
_DENIED = f"Shop failed: AccessDenied: User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/Shop/* because no identity-based policy allows the cloudformation:DescribeStacks action"


@pytest.mark.parametrize(
    ("qualifier", "account", "resource"),
    [
        ("hnb659fds", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-*-{ACCOUNT}-eu-west-1"),
        ("shop", "XXXXXXXXXXXX", "arn:aws:iam::ACCOUNT_ID:role/cdk-shop-*"),
    ],
    ids=["default", "masked"],
)
def test_denial_after_the_cdk_could_not_assume_its_roles(qualifier: str, account: str, resource: str) -> None:
    warnings = "".join(
        _WARNING.format(account=account, qualifier=qualifier, purpose=purpose)
        for purpose in ("lookup", "deploy")
    )
    explanation = explain(warnings + _DENIED)
    assert explanation.topic == "cdk-roles-not-assumed"
    assert "(lookup and deploy)" in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert (policy["Statement"][0]["Action"], policy["Statement"][0]["Resource"]) == (
        "sts:AssumeRole",
        resource,
    )


@check_rows(
    ("shown", "is_known"),
    [
        ("$ aws cloudformation describe-stacks --region eu-west-1 --stack-name CDKToolkit --profile admin --query 'Stacks[0].StackStatus' --output text\nUPDATE_COMPLETE\n", True),
        ('$ aws cloudformation describe-stacks --stack-name CDKToolkit\n{"Stacks": [{"StackName": "CDKToolkit", "StackStatus": "CREATE_COMPLETE"}]}\n', True),
        ("$ aws cloudformation describe-stacks --region us-east-1 --stack-name CDKToolkit --output text\nUPDATE_COMPLETE\n", False),
        ("$ aws cloudformation describe-stacks --region eu-west-1 --stack-name CDKToolkit --output text\nDELETE_COMPLETE\n", False),
    ],
    ids=["text", "JSON", "other Region", "deleted"],
)  # fmt: skip
def test_stack_shows_that_the_environment_is_bootstrapped(shown: str, *, is_known: bool) -> None:
    warning = _WARNING.format(account=ACCOUNT, qualifier="hnb659fds", purpose="deploy")
    for text in (f"{warning}{_DENIED}\n{shown}", f"{shown}$ npx cdk deploy\n{warning}{_DENIED}"):
        explanation = explain(text)
        codes = [each.code for each in explanation.causes]
        assert ("cdk-not-bootstrapped" in codes) is not is_known
        assert (
            any("cdk bootstrap" in line for each in explanation.remedies for line in each.commands)
            is not is_known
        )


@check_rows(
    ("said", "is_known"),
    [
        ("The account is bootstrapped, I can see it in the console.", True),
        ("Running `cdk bootstrap` again changed nothing.", True),
        ("I re-ran cdk bootstrap, same result.", True),
        (f"Environment aws://{ACCOUNT}/eu-west-1 bootstrapped (no changes).", True),
        ("The CDKToolkit stack exists.", True),
        ("The account is not bootstrapped yet.", False),
        ("Is the account bootstrapped?", False),
        ("I don't know whether the account is bootstrapped.", False),
        ("Do I have to run cdk bootstrap?", False),
        ("I have not ran cdk bootstrap yet.", False),
        ("The CDKToolkit stack no longer exists.", False),
        ("The docs say that environments are bootstrapped with cdk bootstrap.", False),
        ("cdk bootstrap failed, too.", False),
    ],
)
def test_people_say_that_the_environment_is_bootstrapped(said: str, *, is_known: bool) -> None:
    warning = _WARNING.format(account=ACCOUNT, qualifier="hnb659fds", purpose="deploy")
    explanation = explain(f"{said}\n{warning}{_DENIED}")
    assert ("Another cdk bootstrap changes nothing here." in explanation.notes) is is_known
    assert ("cdk-not-bootstrapped" in [each.code for each in explanation.causes]) is not is_known
    assert "needs no permissions for the resources" in explanation.causes[0].text


def test_bootstrapped_environment_of_another_account() -> None:
    warning = _WARNING.format(account="222233334444", qualifier="hnb659fds", purpose="deploy")
    explanation = explain(f"The target account is bootstrapped.\n{warning}{_DENIED}")
    assert "or the roles do not trust its account" in explanation.causes[0].text
    assert f"--trust {ACCOUNT} " in explanation.remedies[1].commands[0]
    assert not any("changes nothing" in each for each in explanation.notes)


def test_warning_of_the_cdk_after_a_denial_is_not_its_cause() -> None:
    warning = _WARNING.format(account=ACCOUNT, qualifier="shop", purpose="deploy")
    assert explain(f"{_DENIED}\n{warning}").topic != "cdk-roles-not-assumed"


_NOT_BOOTSTRAPPED = "Shop: SSM parameter /cdk-bootstrap/{qualifier}/version not found. Has the environment been bootstrapped? Please run 'cdk bootstrap'"
_NO_TRUST = "Could not assume role in target account using current credentials User: arn:aws:iam::444455556666:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::{account}:role/cdk-{qualifier}-deploy-role-{account}-eu-west-1 . Please make sure that this role exists in the account."
_OTHER_ACCOUNT = (
    "Need to perform AWS calls for account {account}, but the current credentials are for 444455556666"
)


@check_rows(
    ("text", "summary", "command"),
    [
        pytest.param(
            _WARNING,
            "is not bootstrapped, or the caller is not allowed to perform sts:AssumeRole",
            "aws ssm get-parameter --name /cdk-bootstrap/tea/version --region eu-west-1",
            id="the warning alone",
        ),
        pytest.param(
            _WARNING.replace("current credentials", "credentials returned by plugin 'tea'"),
            "is not bootstrapped, or the caller is not allowed to perform sts:AssumeRole",
            f"npx cdk bootstrap --qualifier tea aws://{ACCOUNT}/eu-west-1",
            id="credentials of a plugin",
        ),
        pytest.param(
            _WARNING + _NOT_BOOTSTRAPPED,
            f"aws://{ACCOUNT}/eu-west-1 is not bootstrapped",
            f"npx cdk bootstrap --qualifier tea aws://{ACCOUNT}/eu-west-1",
            id="no bootstrap stack",
        ),
        pytest.param(
            _OTHER_ACCOUNT,
            f"needs credentials for account {ACCOUNT}, and the current ones (the default credentials) are for account 444455556666",
            "npx cdk deploy --profile PROFILE",
            id="another account",
        ),
        pytest.param(
            f"$ npx cdk diff --profile tea\n{_OTHER_ACCOUNT}",
            "those of the profile tea",
            "npx cdk diff --profile PROFILE",
            id="the profile of another account",
        ),
        pytest.param(
            _NO_TRUST,
            "both accounts must allow it",
            f"npx cdk bootstrap --qualifier tea --trust 444455556666 --cloudformation-execution-policies arn:aws:iam::aws:policy/POLICY_NAME aws://{ACCOUNT}/eu-west-1",
            id="roles that do not trust the account",
        ),
        pytest.param(
            _NO_TRUST.replace("444455556666", "{account}"),
            "the message does not say which",
            f"npx cdk bootstrap --qualifier tea aws://{ACCOUNT}/eu-west-1",
            id="roles of the same account",
        ),
    ],
)
def test_failures_that_the_cdk_reports_itself(text: str, summary: str, command: str) -> None:
    text = text.format(account=ACCOUNT, qualifier="tea", purpose="deploy")
    for shown in (text, text.replace(" credentials", "\ncredentials").replace("assume ", "assume\n")):
        explanation = explain(shown)
        assert summary in explanation.summary
        assert command in " ".join(line for each in explanation.remedies for line in each.commands)
        documents = [each.policy for each in explanation.remedies if each.policy is not None]
        assert {each["Statement"][0]["Resource"] for each in documents} <= {
            f"arn:aws:iam::{ACCOUNT}:role/cdk-tea-*",
            f"arn:aws:iam::{ACCOUNT}:role/cdk-tea-*-{ACCOUNT}-eu-west-1",
        }


def test_deploy_role_of_the_cdk_passes_roles_to_cloudformation() -> None:
    caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/cdk-shop-deploy-role-{ACCOUNT}-eu-west-1/aws-cdk-ana"
    role = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    explanation = explain(
        f"User: {caller} is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action"
    )
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}
    }
    assert "--role-arn" in explanation.remedies[1].title


@pytest.mark.parametrize(
    ("operation", "source", "role", "service"),
    [
        ("CreateJob", "glue", "role", "glue.amazonaws.com"),
        ("CreateFunction20150331", "lambda", "role", "lambda.amazonaws.com"),
    ],
)
def test_record_of_a_role_that_the_message_does_not_name(
    operation: str, source: str, role: str, service: str
) -> None:
    passed = f"arn:aws:iam::{ACCOUNT}:role/jobs/nightly"
    record = {
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ana"},
        "eventSource": f"{source}.amazonaws.com",
        "eventName": operation,
        "errorCode": "AccessDenied",
        "errorMessage": f"User: arn:aws:iam::{ACCOUNT}:user/ana is not authorized to perform: iam:PassRole",
        "requestParameters": {"name": "nightly", role: passed},
    }
    explanation = explain(json.dumps(record))
    assert f"pass the role nightly to {service}" in explanation.summary
    [statement] = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Resource"] == passed
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": service}}
    shown = str(explanation)
    assert "the role nightly" in shown
    assert "ROLE_NAME" not in shown
    assert 'role": ' not in explanation.to_text(detail="full")


def test_role_of_the_caller_is_not_the_passed_one() -> None:
    caller = f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/run"
    error = f"Error: creating Lambda Function: AccessDeniedException: User: {caller} is not authorized to perform: iam:PassRole"
    shown = explain(f'role_arn = "arn:aws:iam::{ACCOUNT}:role/teams/deployer"\n{error}')
    assert "pass the role deployer" not in str(shown)
    assert "ROLE_ARN" in str(shown.remedies[0].policy)


@check_rows(
    ("permission", "words"),
    [
        ("indices:data/read/search", '"allowed_actions": ["read"]'),
        ("indices:data/write/bulk[s]", '"allowed_actions": ["indices:data/write/bulk[s]"]'),
        (
            "indices:data/write/bulk",
            '{"cluster_permissions": ["cluster_composite_ops"], "index_permissions": [',
        ),
        ("cluster:monitor/main", '{"cluster_permissions": ["cluster:monitor/main"]}'),
        ("indices:data/read/msearch", '{"cluster_permissions": ["indices:data/read/msearch"]}'),
        ("indices:data/read/get, indices:admin/get", '"allowed_actions": ["read", "indices:admin/get"]'),
    ],
)
def test_level_of_a_permission_of_opensearch(permission: str, words: str) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/shipper"
    text = f"no permissions for [{permission}] and User [name={role}, backend_roles=[{role}], requestedTenant=null]"
    explanation = explain(text)
    assert explanation.topic == "opensearch-role"
    assert any(words.replace(" ", "") in line.replace(" ", "") for line in explanation.remedies[0].commands)


_ANCHOR = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/3f9c1a7e-2b0d-4f6e-8a51-0c7d9b1e2f30"
_HELPER = (
    f"$ aws_signing_helper credential-process --certificate /etc/pki/app.pem --trust-anchor-arn {_ANCHOR}\n"
)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Untrusted signing certificate", "found no trust chain"),
        ("Untrusted certificate. Insufficient certificate", "found no trust chain"),
        ("Certificate revoked or expired", "has expired, is not valid yet, or was revoked"),
    ],
)
def test_certificate_that_roles_anywhere_rejects(message: str, words: str) -> None:
    text = f"{_HELPER}2026/11/26 22:10:04 AccessDeniedException: {message}\n"
    explanation = explain(text)
    assert explanation.topic == "certificate-not-trusted"
    assert words in explanation.summary
    assert "/etc/pki/app.pem" in explanation.summary
    assert explanation.remedies[0].commands == (
        "openssl x509 -in /etc/pki/app.pem -noout -issuer -dates -ext basicConstraints,keyUsage",
        "aws rolesanywhere get-trust-anchor --trust-anchor-id 3f9c1a7e-2b0d-4f6e-8a51-0c7d9b1e2f30 --region eu-west-1",
    )
    assert not any(remedy.policy for remedy in explanation.remedies)


_CA_FALSE = "X509v3 Basic Constraints: critical\n    CA:FALSE\n"
_SIGNING = "X509v3 Key Usage: critical\n    Digital Signature\n"


@check_rows(
    ("certificate", "words"),
    [
        (f"{_CA_FALSE}X509v3 Key Usage:\n    Key Encipherment, Key Agreement\n", "its key usage is Key Encipherment, Key Agreement, and lacks Digital Signature"),
        (f"X509v3 Basic Constraints:\n    CA:TRUE\n{_SIGNING}", "it is the certificate of a CA"),
        (f"Signature Algorithm: sha1WithRSAEncryption\n{_CA_FALSE}{_SIGNING}", "it is signed with sha1WithRSAEncryption"),
        (f"{_CA_FALSE}{_SIGNING}", "found no trust chain"),
        (f"{_CA_FALSE}{_SIGNING}The old certificate had Signature Algorithm: sha1WithRSAEncryption.\n", "found no trust chain"),
        # The certificate of the CA, too.
        (f"{_CA_FALSE}{_SIGNING}X509v3 Basic Constraints:\n    CA:TRUE\n", "found no trust chain"),
    ],
)  # fmt: skip
def test_certificate_that_the_text_shows(certificate: str, words: str) -> None:
    message = "AccessDeniedException: Untrusted certificate. Insufficient certificate"
    explanation = explain(f"{message}\n{_HELPER}$ openssl x509 -in app.pem -noout -text\n{certificate}")
    assert words in explanation.summary
    assert "/etc/pki/app.pem" in explanation.remedies[0].commands[0]


@check_rows(
    ("shown", "words"),
    [
        ("notAfter=Jan  1 00:00:00 2026 GMT\n$ date\nMon Mar  2 10:00:00 UTC 2026", "it expired on 2026-01-01 (notAfter)"),
        ("        Not After : Feb 10 12:00:00 2026 GMT\n2026/11/26 22:10:04 retry", "it expired on 2026-02-10"),
        ("notBefore=Jan  1 00:00:00 2027 GMT\n2026-11-26T22:10:04Z", "it is not valid before 2027-01-01"),
        ("notAfter=Jan  1 00:00:00 2026 GMT: the certificate has expired.", "it has expired, on 2026-01-01 (notAfter)"),
        ("notAfter=Jan  1 00:00:00 2030 GMT\n2026/11/26 22:10:04", "found no trust chain"),
        ("notAfter=Jan  1 00:00:00 2026 GMT", "found no trust chain"),
        ("The old certificate expired in March.", "found no trust chain"),
    ],
)  # fmt: skip
def test_certificate_that_is_no_longer_valid(shown: str, words: str) -> None:
    text = f"AccessDeniedException: Untrusted certificate. Insufficient certificate\n{_HELPER}"
    assert words in explain(f"{text}$ openssl x509 -in app.pem -noout -dates\n{shown}\n").summary


def test_role_that_roles_anywhere_cannot_assume() -> None:
    policy = (
        explain(f"AccessDeniedException: Unable to assume role for arn:aws:iam::{ACCOUNT}:role/backup")
        .remedies[0]
        .policy
    )
    assert policy is not None
    assert "rolesanywhere.amazonaws.com" in str(policy)


_NONE_FOUND = "No associations found for clusterName: prod, service account: worker, namespace: shop"


@pytest.mark.parametrize(
    "text",
    [
        f"operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 400, RequestID: 1b2c, ResourceNotFoundException: {_NONE_FOUND}",
        f"botocore.exceptions.CredentialRetrievalError: Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 404 from container metadata: (ResourceNotFoundException): {_NONE_FOUND}, fault: client",
    ],
    ids=["agent", "pod"],
)
def test_pod_without_an_association(text: str) -> None:
    explanation = explain(text, facts={"region": "eu-west-1"})
    assert "prod has no Pod Identity association for the service account shop/worker" in explanation.summary
    assert (
        "aws eks create-pod-identity-association --cluster-name prod --namespace shop --service-account worker --role-arn ROLE_ARN --region eu-west-1"
        in explanation.remedies[0].commands
    )


def test_credentials_id_that_the_ecs_agent_does_not_know() -> None:
    explanation = explain(
        'Error when retrieving credentials from container-role: Error retrieving metadata: Received non 200 response 400 from container metadata: {"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}'
    )
    assert explanation.topic == "credentials-id-unknown"


_PASS = "User: arn:aws:sts::111122223333:assumed-role/nightly/run is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/jobs/train"


def _task(kind: str, call: str, error: str) -> str:
    details = {"resourceType": kind, "resource": call, "error": error, "cause": _PASS}
    return json.dumps({"type": "TaskFailed", "taskFailedEventDetails": details})


@check_rows(
    ("kind", "call", "error", "service"),
    [
        ("ecs", "runTask.sync", "ECS.AccessDeniedException", "ecs-tasks.amazonaws.com"),
        ("sagemaker", "createTrainingJob.sync", "SageMaker.AccessDenied", "sagemaker.amazonaws.com"),
        ("aws-sdk:emrserverless", "startJobRun", "EmrServerless.Denied", "emr-serverless.amazonaws.com"),
        # The job itself, which ran, was denied the call.
        ("glue", "startJobRun.sync", "States.TaskFailed", "SERVICE.amazonaws.com"),
    ],
)
def test_role_that_a_task_of_a_state_machine_passes(kind: str, call: str, error: str, service: str) -> None:
    policy = explain(_task(kind, call, error)).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"iam:PassedToService": service}}


@check_rows(
    ("before", "service"),
    [
        ("Action Deploy-ECS: Action execution failed\n", "ecs-tasks.amazonaws.com"),
        ('{"category": "Deploy", "provider": "ECS"}\nAction execution failed\n', "ecs-tasks.amazonaws.com"),
        ("Action Publish: Action execution failed\n", "SERVICE.amazonaws.com"),
        ("make deploy-ecs\n", "SERVICE.amazonaws.com"),
    ],
    ids=["name", "provider", "another action", "no pipeline"],
)
def test_role_that_an_action_of_a_pipeline_passes(before: str, service: str) -> None:
    policy = explain(before + _PASS).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"iam:PassedToService": service}}


TASK_DENIED = "An error occurred (AccessDeniedException) when calling the RunTask operation: User: arn:aws:iam::111122223333:user/scheduler is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/{} because no identity-based policy allows the iam:PassRole action\n"
TASK_ROLES = '"executionRoleArn": "arn:aws:iam::111122223333:role/shop-execution",\n"taskRoleArn": "arn:aws:iam::111122223333:role/shop-task"\n'


@check_rows(
    ("denied", "shown", "says"),
    [
        ("shop-task", TASK_ROLES, "the policy includes shop-execution, which"),
        ("shop-execution", TASK_ROLES, "the policy includes shop-task, which"),
        ("shop-task", "", "If they differ, allow the caller to pass both"),
        (
            "shop-task",
            TASK_ROLES.replace("-execution", "-task"),
            "If they differ, allow the caller to pass both",
        ),
        # The role of another account, or two task definitions.
        (
            "shop-task",
            TASK_ROLES.replace("111122223333:role/shop-execution", "444455556666:role/shop-execution"),
            "If they differ, allow the caller to pass both",
        ),
        (
            "shop-task",
            TASK_ROLES + TASK_ROLES.replace("shop", "cart"),
            "If they differ, allow the caller to pass both",
        ),
    ],
)
def test_roles_of_a_task_definition_are_checked_in_turn(denied: str, shown: str, says: str) -> None:
    (first, *_) = explain(f"{TASK_DENIED.format(denied)}\n{shown}").remedies
    assert "one after the other" in first.steps[-1]
    assert says in first.steps[-1]
    resource = (first.policy or {})["Statement"][0]["Resource"]
    assert isinstance(resource, list) is ("the policy includes" in says)


@pytest.mark.parametrize("role", ["shop-task", "shop-fn"])
def test_task_definition_beside_another_call(role: str) -> None:
    denied = TASK_DENIED.format(role).replace("RunTask", "CreateFunction")
    if role == "shop-fn":
        denied = TASK_DENIED.format(role)
    policy = explain(f"{denied}\n{TASK_ROLES}").remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Resource"] == f"arn:aws:iam::111122223333:role/{role}"


def test_other_role_of_a_task_definition_keeps_its_path() -> None:
    shown = TASK_ROLES.replace("role/shop-task", "role/app/shop-task")
    first = explain(f"{TASK_DENIED.format('shop-execution')}\n{shown}").remedies[0]
    assert first.policy is not None
    assert first.policy["Statement"][0]["Resource"] == [
        "arn:aws:iam::111122223333:role/shop-execution",
        "arn:aws:iam::111122223333:role/app/shop-task",
    ]


def test_actions_of_roles_anywhere_come_before_its_condition() -> None:
    """The condition can be met, and a missing action cannot."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"ArnEquals": {"aws:SourceArn": _ANCHOR}},
    }
    text = f"AccessDeniedException: Unable to assume role for arn:aws:iam::{ACCOUNT}:role/onprem"
    explanation = explain(text, facts={"trust_policy": {"Statement": [statement]}})
    assert "only sts:AssumeRole, not sts:TagSession or sts:SetSourceIdentity" in explanation.summary
    assert len(explanation.remedies) == 1


@check_rows(
    ("text", "service"),
    [
        ("create_delivery_stream failed for stream logs: {}", "firehose.amazonaws.com"),
        ("{}\n    at StateMachines.createStateMachine (/app/deploy.js:9)", "states.amazonaws.com"),
        ("await lambda.send(new CreateFunctionCommand(input))\n{}", "lambda.amazonaws.com"),
        ("{}\ncreate_pipe failed", "pipes.amazonaws.com"),
        # Several services have such a method, or it passes no role.
        ("{}\ncreate_cluster failed", "SERVICE.amazonaws.com"),
        ("{}\ncreate_user failed", "SERVICE.amazonaws.com"),
        ("{}\nput_metric_data failed", "SERVICE.amazonaws.com"),
    ],
)  # fmt: skip
def test_method_of_an_sdk_tells_which_service_gets_the_role(text: str, service: str) -> None:
    denial = "User: arn:aws:iam::111122223333:user/bot is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/logs because no identity-based policy allows the iam:PassRole action"
    policy = explain(text.format(denial)).remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"iam:PassedToService": service}}


def test_role_that_an_unnamed_caller_may_not_create() -> None:
    text = "An error occurred (InvalidParameterValue) when calling the CreateDBCluster operation: Unable to create the resource. Verify that you have permission to create service linked role. Otherwise wait and try again later."
    create, allow = explain(text, facts={"account": "111122223333"}).remedies
    assert create.commands == ("aws iam create-service-linked-role --aws-service-name rds.amazonaws.com",)
    assert allow.policy is not None
    assert allow.policy["Statement"][0] == {
        "Effect": "Allow",
        "Action": "iam:CreateServiceLinkedRole",
        "Resource": "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
        "Condition": {"StringLike": {"iam:AWSServiceName": "rds.amazonaws.com"}},
    }


@pytest.mark.parametrize(
    ("text", "provider", "source"),
    [
        ("An error occurred (AccessDenied) when calling the AssumeRoleWithSAML operation: Not authorized to perform sts:TagSession\nprovider arn:aws:iam::111122223333:saml-provider/Okta", "arn:aws:iam::111122223333:saml-provider/Okta", "PrincipalTag attributes"),
        ("An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:TagSession", "PROVIDER_ARN", "the claim https://aws.amazon.com/tags"),
    ],
    ids=["SAML", "OIDC"],
)  # fmt: skip
def test_tags_of_a_federated_call_are_allowed_to_the_provider(text: str, provider: str, source: str) -> None:
    explanation = explain(text)
    assert source in explanation.causes[0].text
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Principal"] == {"Federated": provider}
    assert not any("names the account" in each for each in explanation.notes)


_PASSES = "An error occurred (AccessDeniedException) when calling the {} operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole"


@pytest.mark.parametrize(
    ("command", "operation", "passed", "place"),
    [
        (
            "aws eks create-cluster --name reef \\\n>   --role-arn arn:aws:iam::111122223333:role/eks/reef-cluster",
            "CreateCluster",
            "the role reef-cluster to eks.amazonaws.com",
            "in --role-arn",
        ),
        (
            "aws lambda create-function --function-name reef \\\n>   --role arn:aws:iam::111122223333:role/jobs/reef",
            "CreateFunction",
            "the role reef to lambda.amazonaws.com",
            "in --role",
        ),
        ("aws eks create-cluster --name reef", "CreateCluster", "a role to eks.amazonaws.com", "in the parameter"),
    ],
)  # fmt: skip
def test_role_of_the_command_that_the_message_does_not_name(
    command: str, operation: str, passed: str, place: str
) -> None:
    explanation = explain(f"$ {command}\n{_PASSES.format(operation)}")
    assert explanation.summary.endswith(f"is not allowed to pass {passed}.")
    said = " ".join(explanation.to_text(detail="full").split())
    assert f" {place}" in said
    # Only a role for nodes is passed to another service.
    assert ("EKS Auto Mode" in said) is (passed.startswith("a role"))


@pytest.mark.parametrize(
    ("trust", "is_noted"), [("arn:aws:iam::444455556666:role/other", False), (None, True)]
)
def test_accounts_are_noted_unless_the_trust_policy_is_known(trust: str | None, *, is_noted: bool) -> None:
    denied = "User: arn:aws:sts::111122223333:assumed-role/ci/1 is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/ship"
    allowed = [{"Effect": "Allow", "Principal": {"AWS": trust}, "Action": "sts:AssumeRole"}]
    facts = {"trust_policy": {"Version": "2012-10-17", "Statement": allowed}} if trust else None
    notes = explain(denied, facts=facts).notes
    assert any("The caller is in account 111122223333" in each for each in notes) is is_noted


@check_rows(
    ("resource", "kind", "command"),
    [
        ("arn:aws:iam::111122223333:user/deploy", "a user", "aws iam list-roles --query 'Roles[].Arn'"),
        ("arn:aws:iam::444455556666:root", "an account", "aws iam list-roles --query 'Roles[].Arn'"),
        ("arn:aws:iam::11112222333:user/deploy", "a user", "aws iam list-roles --query 'Roles[].Arn'"),
        (
            "arn:aws:iam::444455556666:instance-profile/ec2/web",
            "an instance profile",
            "--instance-profile-name web",
        ),
        (
            "arn:aws:sts::444455556666:assumed-role/web/me",
            "a session of a role",
            "get-role --role-name web --query",
        ),
        ("arn:aws:iam::444455556666:group/ops", "a group", "aws iam list-roles --query 'Roles[].Arn'"),
        ("arn:aws:iam::444455556666:role/user/deploy", None, "Action"),
        ("arn:aws:iam::444455556666:role/root", None, "Action"),
    ],
)
def test_assumed_arn_is_not_that_of_a_role(resource: str, kind: str | None, command: str) -> None:
    text = f"User: arn:aws:iam::111122223333:user/deploy is not authorized to perform: sts:AssumeRole on resource: {resource}"
    explanation = explain(text)
    told = " ".join(str(explanation).split())
    assert (kind is not None) == ("only roles can be assumed" in told)
    assert f"with the ARN of {kind}, {resource}" in told or kind is None
    assert command in told.replace("\\ ", "")
    assert (explanation.remedies[0].policy is None) == (kind is not None)
