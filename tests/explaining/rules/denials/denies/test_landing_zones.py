"""Tests for denials that protect what a landing zone created."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

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


_OWN = {"aws:PrincipalArn": "arn:aws:iam::*:role/AWSControlTowerExecution"}


@check_rows(
    ("action", "sid", "said", "first"),
    [
        ("config:PutConfigurationRecorder", "GRCONFIGENABLED", "", "Leave the Config recorder"),
        ("cloudtrail:StopLogging", "GRCLOUDTRAILENABLED", "", "Leave the call out"),
        ("ec2:ModifySnapshotAttribute", "CTEC2PV1", "", "Leave the call out"),
        ("config:StopConfigurationRecorder", "", "It is aws-guardrails-kDfRzA.", "Leave the Config recorder"),
        # The organization's own policy also exempts the role of Control Tower.
        ("s3:DeleteBucket", "ProtectBuckets", "", None),
        ("s3:DeleteBucket", "ProtectBuckets", "It is not aws-guardrails-kDfRzA.", None),
    ],
)
def test_control_of_control_tower(action: str, sid: str, said: str, first: str | None) -> None:
    statement = {
        "Sid": sid,
        "Effect": "Deny",
        "Action": action,
        "Resource": "*",
        "Condition": {"ArnNotLike": _OWN},
    }
    shown = json.dumps({"Version": "2012-10-17", "Statement": [statement]}) if sid else ""
    text = DENIED.format("X", action, "*")
    explanation = explain(f"{text}\n{said}\n{shown}")
    codes = {each.code for each in explanation.causes}
    assert ("landing-zone-control" in codes) is (first is not None)
    assert first is None or explanation.remedies[0].title.startswith(first)
    # A change by hand is drift.
    assert ("Exempt the caller" in str(explanation)) is (first is None)


BARE = (
    "An error occurred ({}) when calling the {} operation: You are not authorized to perform this operation."
)
VPCS, VOLUMES = (
    BARE.format("UnauthorizedOperation", "DescribeVpcs"),
    BARE.format("UnauthorizedOperation", "CreateVolume"),
)


@check_rows(
    ("text", "called", "policy"),
    [
        (f"[INFO] us-east-1 vpc-0a1b deleted\n2026-01-02T03:04:05Z INFO us-west-2 done\nprocessing sa-east-1\n{VPCS}\nThe role has AdministratorAccess.", "sa-east-1", "a service control policy denies"),
        (f"It works in eu-west-1 but not in eu-south-2:\n{VOLUMES}", "eu-south-2", "a policy denies"),
        (f"us-east-1 works fine, in us-west-1 we get\n{VOLUMES}", "us-west-1", "a policy denies"),
        (f"us-east-1: 12\nap-south-1: {DENIED.format('ListFunctions', 'lambda:ListFunctions', '*')}", "ap-south-1", "a service control policy denies"),
        (f"$ aws ec2 describe-vpcs --region eu-west-1\n{{\n}}\n$ aws ec2 describe-vpcs --region me-south-1\n{VPCS}", "me-south-1", "a policy denies"),
    ],
)  # fmt: skip
def test_region_in_which_only_other_calls_succeed(text: str, called: str, policy: str) -> None:
    explanation = explain(text)
    assert "denied-region" in {each.code for each in explanation.causes}
    assert f"in {called}, but calls in" in explanation.summary
    assert policy in explanation.summary
    assert all(each.policy is None for each in explanation.remedies)


@check_rows(
    "text",
    [
        f"The account is in eu-west-1.\n{VPCS}",
        f"I created the bucket in us-east-1.\n$ aws ec2 describe-vpcs --region eu-west-1\n{VPCS}",
        f"The stack in eu-west-1 is not done yet. Region us-east-1.\n{VPCS}",
        "us-east-1 done\neu-west-1: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action",
        "us-east-1 done\nsa-east-1: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
        # A sentence is no output of a command.
        f"Our Region is eu-west-1.\n{VPCS}\nThe command:\n$ aws ec2 describe-vpcs --region us-west-2\nThanks for any help.",
        # What exists is in one Region.
        "us-east-1 done\nsa-east-1: An error occurred (AccessDeniedException) when calling the Query operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:sa-east-1:111122223333:table/orders",
    ],
)
def test_other_denials_in_a_region(text: str) -> None:
    assert "denied-region" not in {each.code for each in explain(text).causes}


PROFILE = DENIED.format(
    "ConverseStream",
    "bedrock:InvokeModelWithResponseStream",
    "arn:aws:bedrock:eu-west-3::foundation-model/example.model-v1",
)


@pytest.mark.parametrize("setting", ["llm:\n  region: eu-central-1\n", "It works in eu-central-1.\n"])
def test_inference_profile_chose_the_region(setting: str) -> None:
    text = f"{PROFILE}\nmodelId: eu.example.model-v1\n{setting}\nWe allow only the regions eu-central-1 and eu-west-1.\n"
    explanation = explain(text)
    assert (
        "in eu-west-3, where the inference profile eu.example.model-v1 sent the call" in explanation.summary
    )
    steps = " ".join(explanation.remedies[0].steps)
    assert "as long as one is denied, calls fail, some or all of them" in steps
    assert "(eu-central-1 and eu-west-1)" in " ".join(explanation.to_text(detail="full").split())


def test_region_of_the_arn_comes_before_others_in_the_text() -> None:
    launch = DENIED.format("RunInstances", "ec2:RunInstances", "arn:aws:ec2:{}:111122223333:instance/*")
    allowed = "\nIt works in eu-west-1. We also have eu-north-1.\n"
    assert "was denied ec2:RunInstances in eu-west-3" in explain(launch.format("eu-west-3") + allowed).summary
    assert "calls in" not in explain(launch.format("eu-west-1") + allowed).summary


def test_encoded_message_is_decoded_first() -> None:
    text = f"us-east-1 done\nsa-east-1: {VOLUMES} Encoded authorization failure message: {'aB3_' * 20}"
    assert explain(text).remedies[0].title.startswith("Decode the message")
