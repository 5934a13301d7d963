"""The text shows the subnet, VPC, cluster or Region of a request, which the condition of its policy compares."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_START = "arn:aws:{}:eu-west-1:444455556666:{}"
_OLD, _NEW = "0a1b2c3d4e5f60718", "08192a3b4c5d6e7f0"
_ENI = _START.format("ec2", "network-interface/*")


@pytest.mark.parametrize(
    ("action", "resource", "key", "value", "shown", "requested"),
    [
        ("ec2:CreateNetworkInterface", _ENI, "ec2:Subnet", _START.format("ec2", f"subnet/subnet-{_OLD}"), f"aws ec2 create-network-interface --subnet-id subnet-{_NEW}", f"subnet-{_NEW}"),
        ("ec2:CreateNetworkInterface", _ENI, "ec2:Vpc", _START.format("ec2", f"vpc/vpc-{_OLD}"), f'vpc_id = "vpc-{_NEW}"', f"vpc-{_NEW}"),
        ("lambda:CreateFunction", _START.format("lambda", "function:f"), "lambda:SubnetIds", f"subnet-{_OLD}", f"--vpc-config SubnetIds=subnet-{_NEW},SecurityGroupIds=sg-{_NEW}", f"subnet-{_NEW}"),
        ("ecs:RunTask", _START.format("ecs", "task-definition/web:3"), "ecs:cluster", _START.format("ecs", "cluster/staging"), "aws ecs run-task --cluster prod --task-definition web:3", "cluster/prod"),
        ("ecs:UpdateService", _START.format("ecs", "service/prod/web"), "ecs:cluster", _START.format("ecs", "cluster/staging"), "", "cluster/prod"),
        ("ec2:StartInstances", _START.format("ec2", f"instance/i-{_OLD}"), "ec2:Region", "us-east-1", "", "eu-west-1"),
        ("ec2:CreateNetworkInterface", _ENI, "ec2:Subnet", f"arn:aws:ec2:${{AWS::Region}}:${{AWS::AccountId}}:subnet/subnet-{_OLD}", f"--subnet-id subnet-{_NEW}", f"subnet-{_NEW}"),
        # The policy has it, or the text does not show it.
        ("ec2:CreateNetworkInterface", _ENI, "ec2:Subnet", _START.format("ec2", f"subnet/subnet-{_OLD}"), f"--subnet-id subnet-{_OLD}", None),
        ("ec2:CreateNetworkInterface", _ENI, "ec2:Subnet", _START.format("ec2", f"subnet/subnet-{_OLD}"), f"Not with subnet-{_NEW} either.", None),
        ("ec2:CreateNetworkInterface", _ENI, "ec2:Subnet", _START.format("ec2", "subnet/subnet-*"), f"--subnet-id subnet-{_NEW}", None),
        ("ecs:RunTask", _START.format("ecs", "task-definition/web:3"), "ecs:cluster", _START.format("ecs", "cluster/staging"), "", None),
    ],
)  # fmt: skip
def test_value_of_the_request(
    action: str, resource: str, key: str, value: str, shown: str, requested: str | None
) -> None:
    condition = {"ForAllValues:StringEquals" if key.endswith("Ids") else "StringLike": {key: value}}
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
    denied = f"User: arn:aws:sts::444455556666:assumed-role/deploy/ci is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    explanation = explain(f"$ {shown}\n{denied}\n\n{json.dumps({'Statement': [statement]})}\n")
    found = explanation.summary.partition("but the request has ")[2].rstrip(".")
    assert found.endswith(requested) if requested else found == ""
