"""Tests for commands that finish what a failure interrupted."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

EXPIRED = "operation error S3: PutObject, https response error StatusCode: 400, RequestID: 0A1B, HostID: c2Q=, api error ExpiredToken: The provided token has expired."
DENIED = "operation error S3: PutObject, https response error StatusCode: 403, RequestID: 0A1B, HostID: c2Q=, api error AccessDenied: Access Denied"
STATE = """Error: Failed to save state

Error saving state: failed to upload state: {error}

Error: Failed to persist state to backend

To retry writing this state, use the following command:
    {tool} state push errored.tfstate
"""
LOCK = """Error: Error releasing the state lock

Error message: failed to retrieve lock info for lock ID "01234567-89ab-cdef-0123-456789abcdef": operation error DynamoDB: GetItem, https response error StatusCode: 400, RequestID: 0A1B, api error ExpiredTokenException: The security token included in the request is expired
"""
HELD = """Error: Error acquiring the state lock

Error message: operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: 0A1B, ConditionalCheckFailedException: The conditional request failed
Lock Info:
  ID:        01234567-89ab-cdef-0123-456789abcdef
  Who:       lea@tea-host
"""
UNLOCK = "terraform force-unlock 01234567-89ab-cdef-0123-456789abcdef"
NOT_WRITTEN = f"Error: Error acquiring the state lock: {DENIED.replace('S3: PutObject', 'DynamoDB: PutItem')}"
ROLLBACK = """UPDATE_ROLLBACK_FAILED AWS::CloudFormation::Stack tea-api
tea-function UPDATE_FAILED: The security token included in the request is expired (Service: Lambda, Status Code: 403, Request ID: 0A1B)
"""
PIPELINE = """Pipeline {name}, stage {stage}, action Deploy: Failed
Action execution failed
The provided role does not have sufficient permissions: User: arn:aws:sts::111122223333:assumed-role/tea-pipeline/1764012345678 is not authorized to perform: ecs:TagResource on resource: arn:aws:ecs:eu-west-1:111122223333:task-definition/tea:* because no identity-based policy allows the ecs:TagResource action
"""
RETRY = """aws codepipeline retry-stage-execution --pipeline-name tea-prod --stage-name Release --retry-mode FAILED_ACTIONS --pipeline-execution-id "$(aws codepipeline get-pipeline-state --name tea-prod --query "stageStates[?stageName=='Release'].latestExecution.pipelineExecutionId" --output text)\""""
PIPELINE_STATE = """$ aws codepipeline get-pipeline-state --name tea-prod
    "stageName": "Release",
    "errorDetails": {
        "code": "PermissionError",
        "message": "User: arn:aws:sts::111122223333:assumed-role/tea-pipeline/1764012345678 is not authorized to perform: ecs:UpdateService on resource: arn:aws:ecs:eu-west-1:111122223333:service/tea/api because no identity-based policy allows the ecs:UpdateService action"
    }
"""
PULUMI = f"error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\nerror: {EXPIRED}"


@check_rows(
    ("text", "title", "command"),
    [
        pytest.param(
            STATE.format(error=EXPIRED, tool="terraform"),
            "then push errored.tfstate",
            "terraform state push errored.tfstate",
            id="state",
        ),
        pytest.param(
            STATE.format(error=DENIED, tool="tofu"),
            "then push errored.tfstate",
            "tofu state push errored.tfstate",
            id="state after a denial",
        ),
        pytest.param(
            "\n".join(f"│ {line}" for line in LOCK.replace("lock ID ", "lock ID\n").splitlines()),
            "then remove the state lock",
            UNLOCK,
            id="lock in a box",
        ),
        pytest.param(
            STATE.format(error=EXPIRED, tool="terraform") + LOCK,
            "then push errored.tfstate and remove the state lock",
            UNLOCK,
            id="state and lock",
        ),
        pytest.param(HELD, "or remove its lock", UNLOCK, id="lock of another run"),
        pytest.param(
            ROLLBACK,
            "then continue the rollback",
            "aws cloudformation continue-update-rollback --stack-name tea-api",
            id="rollback",
        ),
        pytest.param(
            f"CREATE_COMPLETE AWS::CloudFormation::Stack tea-base\n{ROLLBACK}",
            "then continue the rollback",
            "aws cloudformation continue-update-rollback --stack-name tea-api",
            id="rollback of one of two stacks",
        ),
        pytest.param(
            PIPELINE.format(name="tea-prod", stage="Release"), "then retry the stage", RETRY, id="pipeline"
        ),
        pytest.param(PIPELINE_STATE, "then retry the stage", RETRY, id="state of a pipeline"),
        pytest.param(PULUMI, "then remove the lock of the stack", "pulumi cancel", id="Pulumi"),
    ],
)
def test_the_first_remedy_finishes_what_was_interrupted(text: str, title: str, command: str) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert title in first.title
    assert first.commands[-1] == command
    shown = str(explanation)
    assert command.partition(" --retry-mode")[0] in shown.replace(" \\\n     ", "")
    assert shown.count("\n") < 32


def test_what_a_pipeline_registers_has_tags() -> None:
    steps = " ".join(explain(PIPELINE.format(name="tea-prod", stage="Release")).remedies[0].steps)
    assert "RegisterTaskDefinition with tags requires ecs:TagResource on what it creates" in steps


def test_the_recovery_comes_before_longer_sessions() -> None:
    text = f"##[group]Run terraform apply\naws_db_instance.tea: Still creating... [1h02m10s elapsed]\n{STATE.format(error=EXPIRED, tool='terraform')}"
    explanation = explain(text)
    assert "expired while Terraform was running, after at least 62 minutes" in explanation.summary
    assert "before another terraform apply" in explanation.remedies[0].steps[0]
    assert [each.split()[0] for each in explanation.remedies[0].commands] == ["terraform", "aws"]


@pytest.mark.parametrize(
    ("progress", "is_shown"),
    [
        ("aws_db_instance.tea: Creation complete after 40m1s [id=tea]", True),
        (" +  aws:rds:Instance tea creating (2400s)", True),
        ("aws_db_instance.tea: Still creating... [20s elapsed]", False),
    ],
)
def test_a_long_run_outlives_its_credentials(progress: str, *, is_shown: bool) -> None:
    explanation = explain(f"{progress}\nError: {EXPIRED}")
    assert ("after at least 40 minutes" in explanation.summary) == is_shown
    evidence = {cause.code: cause.evidence for cause in explanation.causes}
    assert evidence["credentials-outlived"] == ("derived" if is_shown else "possible")


def test_a_lock_that_was_not_written_is_not_removed() -> None:
    assert not any("force-unlock" in line for each in explain(NOT_WRITTEN).remedies for line in each.commands)


_DENIED = "User: arn:aws:sts::111122223333:assumed-role/app/i is not authorized to perform: {} on resource: {} {}\n{}"
_KEY = "arn:aws:kms:eu-west-1:{}:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f"
_NO_BOUNDARY = "because no permissions boundary allows the iam:CreateRole action"
_NEW_ROLE = "arn:aws:iam::111122223333:role/x"
_NO_KEY_POLICY = "because no resource-based policy allows the kms:Decrypt action"


@check_rows(
    ("text", "step"),
    [
        (_DENIED.format("iam:CreateRole", _NEW_ROLE, _NO_BOUNDARY, "I tried it with AdministratorAccess, no luck"), "Then replace AdministratorAccess in the caller's policies with what the call needs, iam:CreateRole on arn:aws:iam::111122223333:role/x"),
        # One statement on the denied resource does not let a call work that requires others, too.
        (_DENIED.format("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:volume/*", "with an explicit deny in a service control policy", "We attached AmazonEC2FullAccess, no luck"), "Then remove AmazonEC2FullAccess again, unless something else needs it: it does not help here. If no other policy of the caller allows the call, replace it: ec2:RunInstances on arn:aws:ec2:eu-west-1:111122223333:volume/* alone is not enough."),
        (_DENIED.format("ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718", "with an explicit deny in a service control policy", "We attached AmazonEC2FullAccess, no luck"), "Then replace AmazonEC2FullAccess in the caller's policies with what the call needs, ec2:StopInstances on arn:aws:ec2:eu-west-1:111122223333:instance/i-"),
        (_DENIED.format("glue:GetTable", "arn:aws:glue:eu-west-1:111122223333:table/bay/tides", "because no permissions boundary allows the glue:GetTable action", "I attached PowerUserAccess as a test"), "Then remove PowerUserAccess again"),
        (_DENIED.format("kms:Decrypt", _KEY.format("111122223333"), _NO_KEY_POLICY, "We added kms:* to the role, no change."), "Then remove kms:* again"),
        ("Insufficient Lake Formation permission(s) on bills (Database name: bills) (Service: AWSGlue; Error Code: AccessDeniedException)\nI gave the role PowerUserAccess.", "Then remove PowerUserAccess again"),
        ("I even attached AmazonEKSFullAccess\nerror: You must be logged in to the server (Unauthorized)", "Then remove AmazonEKSFullAccess again"),
        ('pods is forbidden: User "system:serviceaccount:bay:web" cannot list resource "pods" in API group "" at the cluster scope\n\nWe gave its role sqs:* and even AdministratorAccess, still the same.', "Then remove AdministratorAccess again"),
        ("I tried sqs:*, then `AmazonEKSFullAccess`.\nerror: You must be logged in to the server (Unauthorized)", "Then remove AmazonEKSFullAccess again"),
        # It is necessary in the other account, a question, a rule, and what was there before.
        (_DENIED.format("kms:Decrypt", _KEY.format("444455556666"), _NO_KEY_POLICY, "We added kms:* to the role, no change."), None),
        (_DENIED.format("iam:CreateRole", _NEW_ROLE, _NO_BOUNDARY, "Must I be given AdministratorAccess?"), None),
        (_DENIED.format("iam:CreateRole", _NEW_ROLE, _NO_BOUNDARY, "Roles should not be given AdministratorAccess."), None),
        (_DENIED.format("iam:CreateRole", _NEW_ROLE, _NO_BOUNDARY, "The role has AdministratorAccess."), None),
        (_DENIED.format("iam:CreateRole", _NEW_ROLE, _NO_BOUNDARY, "We attached the boundary PowerUserAccess."), None),
        (_DENIED.format("iam:CreateRole", _NEW_ROLE, "because no identity-based policy allows the iam:CreateRole action", "I added s3:* before."), None),
    ],
)  # fmt: skip
def test_a_permission_that_was_added_in_vain_is_removed(text: str, step: str | None) -> None:
    steps = [each for each in explain(text).remedies[0].steps if "unless something else needs it" in each]
    assert [each.startswith(step or "-") for each in steps] == ([] if step is None else [True])
