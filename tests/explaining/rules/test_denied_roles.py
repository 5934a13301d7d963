"""Tests for roles that services, tools and domains need: service-linked roles, the CDK's, OpenSearch's."""

from __future__ import annotations

import pytest

from iamtriage import explain, parse

ACCOUNT = "111122223333"
_SPOT = "The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances."
_CODE = "AuthFailure.ServiceLinkedRoleCreationNotPermitted"


@pytest.mark.parametrize(
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
        ("hnb659fds", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/cdk-hnb659fds-*"),
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


def test_warning_of_the_cdk_after_a_denial_is_not_its_cause() -> None:
    warning = _WARNING.format(account=ACCOUNT, qualifier="shop", purpose="deploy")
    assert explain(f"{_DENIED}\n{warning}").topic != "cdk-roles-not-assumed"


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
    ("permission", "words"),
    [
        ("indices:data/read/search", "needs indices:data/read/search as an index permission"),
        ("indices:data/write/bulk[s]", "needs indices:data/write/bulk[s] as an index permission"),
        ("indices:data/write/bulk", "needs indices:data/write/bulk as a cluster permission"),
        ("cluster:monitor/main", "needs cluster:monitor/main as a cluster permission"),
        ("indices:data/read/msearch", "needs indices:data/read/msearch as a cluster permission"),
        (
            "indices:data/read/get, indices:admin/get",
            "needs indices:data/read/get and indices:admin/get as an index permission",
        ),
    ],
)
def test_level_of_a_permission_of_opensearch(permission: str, words: str) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/shipper"
    text = f"no permissions for [{permission}] and User [name={role}, backend_roles=[{role}], requestedTenant=null]"
    explanation = explain(text)
    assert explanation.topic == "opensearch-role"
    assert any(words in step for step in explanation.remedies[0].steps)


@pytest.mark.parametrize("mark", ["...", "…", "... [truncated 1143 chars]", "[truncated]", "***"])
def test_encoded_message_that_is_cut(mark: str) -> None:
    encoded = "aB3_dE6fG9" * 12
    text = f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: {encoded}"
    assert "cut off" not in str(explain(text))
    explanation = explain(f"{text}{mark}")
    assert explanation.summary.endswith("which is cut off in this text.")
    assert explanation.remedies[0].title == "Get the whole message, and decode it"
    assert parse(f"{text}{mark}") is not None
