"""Tests for conditions on the tags of a request that a log or a command shows, and for callers that the text describes."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

EFS = """cloud.go:215] Calling Create AP with input: {
  ClientToken: "a1",
  Tags: [{
      Key: "efs.csi.aws.com/cluster",
      Value: "true"
    },{
      Key: "owner",
      Value: "data"
    }]
}
GRPC error: rpc error: code = Unauthenticated desc = Access Denied. Please ensure you have the right AWS permissions: Access denied
"""
SNS = "$ aws sns create-topic --name jobs --tags {} --region eu-west-1\nAn error occurred (AuthorizationError) when calling the CreateTopic operation: User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:eu-west-1:111122223333:jobs because no identity-based policy allows the sns:CreateTopic action\n"


def _policy(action: str, *keys: str) -> str:
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": keys}}
    statement = {"Sid": "Tagged", "Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}  # fmt: skip
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@check_rows(
    ("text", "action", "listed", "others"),
    [
        (EFS, "elasticfilesystem:CreateAccessPoint", ("efs.csi.aws.com/cluster",), "owner"),
        (EFS, "elasticfilesystem:CreateAccessPoint", ("efs.csi.aws.com/cluster", "owner"), ""),
        (SNS.format("Key=team,Value=data Key=cost,Value=1"), "sns:CreateTopic", ("team",), "cost"),
        (SNS.format("Key=team,Value=data"), "sns:CreateTopic", ("team", "cost"), ""),
        (SNS.format("team=data,cost=1"), "sns:CreateTopic", ("team",), ""),
    ],
    ids=["log", "log-met", "option", "option-met", "unknown-form"],
)
def test_tag_keys_of_the_request(text: str, action: str, listed: tuple[str, ...], others: str) -> None:
    explanation = explain(text + _policy(action, *listed))
    words = f"with no other aws:TagKeys than {listed[0]}, but the request also has {others}"
    assert (words in explanation.summary) == bool(others)


def test_policy_of_aws_is_not_edited() -> None:
    text = f"{EFS}Role efs-csi-prod has the AWS managed policy AmazonEFSCSIDriverPolicy:\n{_policy('elasticfilesystem:CreateAccessPoint', 'efs.csi.aws.com/cluster')}"
    explanation = explain(text)
    assert explanation.summary.startswith(
        "The role efs-csi-prod was denied elasticfilesystem:CreateAccessPoint"
    )
    remedy = explanation.remedies[0]
    assert "An AWS managed policy cannot be edited" in remedy.steps[0]
    assert "--role-name efs-csi-prod" in remedy.commands[-1]
    [statement] = (remedy.policy or {})["Statement"]
    assert statement["Action"] == ["elasticfilesystem:CreateAccessPoint", "elasticfilesystem:TagResource"]


@check_rows(
    ("values", "name"),
    [
        ("controller:\n  replicas: 1\n  tags:\n    owner: data\n", "controller.tags"),
        ("driver:\n  extraTags:\n    owner: data\n", "driver.extraTags"),
        ("controller:\n  replicas: 1\nnode:\n  tags:\n    owner: data\n", "node.tags"),
        ("controller:\n  replicas: 1\n", None),
    ],
)
def test_tags_among_the_values_of_a_chart(values: str, name: str | None) -> None:
    policy = _policy("elasticfilesystem:CreateAccessPoint", "efs.csi.aws.com/cluster")
    step = explain(f"{EFS}{policy}\n{values}").remedies[0].steps[-1]
    assert step.startswith(f"Or send the call without these tags{f' ({name} in the text)' if name else ''}.")


@pytest.mark.parametrize("action", ["elasticfilesystem:*", "*"])
def test_policy_of_aws_with_all_actions_is_not_copied(action: str) -> None:
    text = f"{EFS}Role efs-csi-prod has the AWS managed policy AmazonEFSCSIDriverPolicy:\n{_policy(action, 'efs.csi.aws.com/cluster')}"
    [statement] = (explain(text).remedies[0].policy or {})["Statement"]
    assert statement["Action"] == "elasticfilesystem:CreateAccessPoint"
    assert statement["Resource"] != "*"


@pytest.mark.parametrize(
    ("before", "action"),
    [
        ('failed to provision volume with StorageClass "efs-sc": ', "elasticfilesystem:CreateAccessPoint"),
        ("", None),
    ],
)
def test_volume_that_efs_cannot_provision(before: str, action: str | None) -> None:
    error = "rpc error: code = Unauthenticated desc = Access Denied. Please ensure you have the right AWS permissions: Access denied"
    explanation = explain(f"efs.csi.aws.com {before}{error}")
    assert (f"denied {action}" in explanation.summary) == (action is not None)
    assert ("AmazonEFSCSIDriverPolicy" in explanation.remedies[0].title) == (action is not None)


DENIED = "An error occurred (AccessDenied) when calling the GetObjectTagging operation: Access Denied\n"


@check_rows(
    ("said", "caller"),
    [
        ("Role build-1 may s3:GetObject on it.", "build-1"),
        ("The role build-1 has AmazonS3FullAccess.", "build-1"),
        ("The role only has AmazonS3FullAccess.", None),
        ("The role build-1 has a trust policy.", None),
        ("Role build-1 may s3:GetObject, role build-2 may s3:PutObject.", None),
        ("The job role (build-1) has this policy.", "build-1"),
        ("Our task role is build-1.", "build-1"),
        ('My role "ops" has: s3:List* on *', "ops"),
        ("It works with the job role (build-1).", None),
        ("The job role (build-1) passes arn:aws:iam::111122223333:role/build-2.", None),
        ("My colleague uses the job role (build-1).", None),
        ("The target role (build-1) is in the other account.", None),
        ("The role is read-only.", None),
        ("Our role is cross-account, in us-east-1.", None),
        ("The Lambda role is set-up in Terraform.", None),
        ("The cross-account role is called build-1.", None),
        ("The database role is build_rw.", None),
        ("My old role is build-1.", None),
        ("The pipeline role (build-1) was deleted.", None),
        ("The pipeline role: us-east-1", None),
        ("The pipeline role is `read-only`, it says.", "read-only"),
    ],
)
def test_role_that_the_text_describes(said: str, caller: str | None) -> None:
    commands = [line for each in explain(DENIED + said).remedies for line in each.commands]
    assert any(f"--role-name {caller}" in line for line in commands) == (caller is not None)


LISTENER = "Failed deploy model due to operation error Elastic Load Balancing v2: DescribeListenerAttributes, https response error StatusCode: 403, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{}/17281 is not authorized to perform: elasticloadbalancing:DescribeListenerAttributes because no identity-based policy allows the elasticloadbalancing:DescribeListenerAttributes action\n"


@pytest.mark.parametrize(
    ("role", "said", "version"),
    [
        ("lbc", "Warning  FailedDeployModel, chart 1.9.1; with chart 1.8.3 it works", "v2.9.1"),
        (
            "eksctl-a-addon-iamserviceaccount-Role1-A1",
            "FailedDeployModel: created by eksctl 0.190",
            "VERSION",
        ),
        ("lbc", "FailedDeployModel, chart 0.1.9", "VERSION"),
    ],
)
def test_policy_of_the_chart(role: str, said: str, version: str) -> None:
    explanation = explain(f"{LISTENER.format(role)}{said}")
    assert explanation.causes[0].code == "policy-older-than-release"
    remedy = explanation.remedies[0]
    assert f"/{version}/docs/install/iam_policy.json" in remedy.commands[0]
    assert ("attachPolicyARNs" in " ".join(remedy.steps)) == role.startswith("eksctl-")


def test_tool_that_creates_roles_is_no_controller() -> None:
    text = f"$ eksctl create iamserviceaccount --name x\nFailedDeployModel {LISTENER.format('admin')}"
    assert explain(text).causes[0].code != "policy-older-than-release"


def test_role_with_a_name_that_is_too_long() -> None:
    """People replace names by longer ones than AWS accepts, and commands then have the name of the text."""
    name = f"eksctl-addon-{'x' * 60}-Role1"
    commands = [line for each in explain(LISTENER.format(name)).remedies for line in each.commands]
    assert any(f"--role-name {name}" in line for line in commands)
    assert not any("ROLE_NAME" in line for line in commands)


_UNTAGGED = "User: arn:aws:sts::111122223333:assumed-role/films/run is not authorized to perform: {0} on resource: arn:aws:{1}:eu-west-1:111122223333:films with an explicit deny in an identity-based policy\n{2}\n"


@check_rows(
    ("action", "call", "words"),
    [
        ("secretsmanager:CreateSecret", 'sm.create_secret(Name="films")', 'Add Tags=[{"Key": "team", "Value": "VALUE"}] to create_secret'),
        ("sqs:CreateQueue", 'new CreateQueueCommand({ QueueName: "films" })', 'Add tags: { "team": "VALUE" } to CreateQueueCommand'),
        ("kms:CreateKey", "$ aws kms create-key", "--tags TagKey=team,TagValue=VALUE"),
        ("lambda:CreateFunction", "client.create_function(FunctionName=name)", 'Add Tags={"team": "VALUE"} to create_function'),
        ("sqs:CreateQueue", "the program creates a queue", "--tags in most services"),
    ],
)  # fmt: skip
def test_tag_in_the_call(action: str, call: str, words: str) -> None:
    statement = {
        "Effect": "Deny",
        "Action": action,
        "Resource": "*",
        "Condition": {"Null": {"aws:RequestTag/team": "true"}},
    }
    text = _UNTAGGED.format(action, action.partition(":")[0], call) + json.dumps(statement)
    assert words in " ".join(explain(text).remedies[0].steps)


@check_rows(
    ("action", "call", "again"),
    [
        ("sqs:CreateQueue", "aws sqs create-queue --queue-name films", " --tags team=VALUE"),
        ("sqs:CreateQueue", "aws sqs create-queue --queue-name films --tags cost=it", ",team=VALUE"),
        ("sns:CreateTopic", "aws sns create-topic --name films", " --tags Key=team,Value=VALUE"),
        # Other tags would be lost, or it is another command.
        ("sns:CreateTopic", "aws sns create-topic --name films --tags Key=cost,Value=it", None),
        ("sqs:CreateQueue", "aws sqs create-queue --queue-name films --tags file://tags.json", None),
        ("sqs:CreateQueue", "aws sqs create-queue --cli-input-json file://films.json", None),
        ("sqs:CreateQueue", "aws sqs list-queues", None),
    ],
)
def test_command_with_the_tag(action: str, call: str, again: str | None) -> None:
    condition = {"Null": {"aws:RequestTag/team": "true"}}
    deny = {"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition}
    denied = _UNTAGGED.format(action, action.partition(":")[0], "")
    first = explain(f"$ {call}\n\n{denied}{json.dumps(deny)}").remedies[0]
    assert first.commands == (() if again is None else (f"{call}{again} --region eu-west-1",))
    assert first.steps[0].startswith("Repeat the command as below") is (again is not None)


_VOLUME = "You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/ops/run is not authorized to perform: ec2:CreateVolume on resource: arn:aws:ec2:eu-west-1:111122223333:volume/* because no identity-based policy allows the ec2:CreateVolume action."


@check_rows(
    ("required", "sent", "words"),
    [
        ("CostCenter", "costcentre", "has a value, but the request has costcentre instead"),
        ("cost-center", "CostCenter", "has a value, but the request has CostCenter instead"),
        # Condition keys are not case-sensitive, so this condition is met.
        ("CostCenter", "costcenter", "the policy in the text allows it, but it was not yet in effect"),
        ("CostCenter", "owner", "has a value, but the request has none"),
    ],
    ids=["spelling", "hyphen", "case", "another-tag"],
)
def test_tag_with_another_spelling(required: str, sent: str, words: str) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "ec2:CreateVolume",
        "Resource": "*",
        "Condition": {"StringLike": {f"aws:RequestTag/{required}": "*"}},
    }
    context = {"items": [{"key": f"aws:RequestTag/{sent}", "values": {"items": [{"value": "7"}]}}]}
    message = {"allowed": False, "explicitDeny": False, "matchedStatements": {"items": []}, "context": {"action": "ec2:CreateVolume", "resource": "arn:aws:ec2:eu-west-1:111122223333:volume/*", "conditions": context}}  # fmt: skip
    text = f'{_VOLUME}\n  tags:\n    {sent}: "7"\nPolicy of the role ops:\n{json.dumps(statement)}'
    explanation = explain(text, facts={"decoded_message": message})
    assert words in explanation.summary
    if "instead" in words:
        assert explanation.remedies[0].manifest == f'{required}: "7"'
        assert "can stay as it is" in explanation.remedies[0].steps[0]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("parameter//app/key", "with one slash"),
        ("parameter/app/key", "the policy in the text allows it, but it was not yet in effect"),
        ("parameter/web/key", "but the request has arn:aws:ssm:eu-west-1:111122223333:parameter/app/key"),
    ],
    ids=["two-slashes", "met", "another-parameter"],
)
def test_encryption_context_of_the_record(path: str, words: str) -> None:
    arn, key = "arn:aws:ssm:eu-west-1:111122223333:", "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"  # fmt: skip
    record = {
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt",
        "errorCode": "AccessDenied",
        "errorMessage": f"User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy allows the kms:Decrypt action",
        "requestParameters": {"encryptionContext": {"PARAMETER_ARN": f"{arn}parameter/app/key"}},
    }
    condition = {"StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": f"{arn}{path}"}}
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, "Condition": condition}]}  # fmt: skip
    explanation = explain(f"{json.dumps(record)}\n\nPolicy of the role app:\n{json.dumps(policy)}")
    assert words in explanation.summary
    if "slash" in words:
        [statement] = (explanation.remedies[0].policy or {})["Statement"]
        assert statement["Condition"] == {
            "StringEquals": {"kms:EncryptionContext:PARAMETER_ARN": f"{arn}parameter/app/key"}
        }
        assert explanation.remedies[0].placeholders == ()


@pytest.mark.parametrize(
    ("sent", "words"),
    [("app=orders,stage=prod", "is not in effect"), ("app=billing", "but the request has billing")],
)
def test_encryption_context_of_the_command(sent: str, words: str) -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    text = f"$ aws kms decrypt --ciphertext-blob fileb://a.bin --encryption-context {sent}\nAn error occurred (AccessDeniedException) when calling the Decrypt operation: User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy allows the kms:Decrypt action\n"
    condition = {"StringEquals": {"kms:EncryptionContext:app": "orders"}}
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key, "Condition": condition}]}  # fmt: skip
    assert words in explain(text + json.dumps(policy)).summary


def test_excluded_value_is_not_written_again() -> None:
    condition = {"StringNotEquals": {"aws:RequestTag/Team": "shop"}}
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sns:CreateTopic", "Resource": "*", "Condition": condition}]}  # fmt: skip
    explanation = explain(SNS.format("Key=Team,Value=shop") + json.dumps(policy))
    assert explanation.summary.endswith("only if aws:RequestTag/Team is not shop, but the request has shop.")
    assert "slash" not in str(explanation)
