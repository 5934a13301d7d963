"""Tests for denials that protect what a landing zone created."""

from __future__ import annotations

import pytest

from iamtriage import explain

DENIED = "An error occurred (AccessDenied) when calling the {0} operation: User: arn:aws:sts::111122223333:assumed-role/admin/ana is not authorized to perform: {1} on resource: {2} with an explicit deny in a service control policy"
CALL = ("DeleteRole", "iam:DeleteRole")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("aws-controltower-AdministratorExecutionRole", "AWS Control Tower"),
        ("AWSControlTowerExecution", "AWS Control Tower"),
        ("AWSAccelerator-PipelineRole", "the Landing Zone Accelerator on AWS"),
    ],
)
def test_resource_of_a_landing_zone(name: str, owner: str) -> None:
    explanation = explain(DENIED.format(*CALL, f"arn:aws:iam::111122223333:role/{name}"))
    assert f"most likely to protect the resources of {owner}" in explanation.summary
    first = explanation.remedies[0]
    assert first.who == "you"
    assert "grep" not in str(first.steps)


def test_loop_over_names() -> None:
    group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/aws-controltower-forwarder"
    loop = "for name in $(aws logs describe-log-groups --query 'logGroups[].logGroupName' --output text); do aws logs delete-log-group --log-group-name $name; done\n"
    text = loop + DENIED.format("DeleteLogGroup", "logs:DeleteLogGroup", group)
    assert "grep -v aws-controltower" in str(explain(text).remedies[0].steps)


@pytest.mark.parametrize(
    "text",
    [
        DENIED.format(*CALL, "arn:aws:iam::111122223333:role/orders"),
        DENIED.format(*CALL, "arn:aws:iam::111122223333:role/AWSControlTowerExecution").replace(
            "a service control policy", "an identity-based policy"
        ),
    ],
    ids=["other name", "other policy"],
)
def test_other_denials(text: str) -> None:
    assert "landing-zone-resource" not in {each.code for each in explain(text).causes}
