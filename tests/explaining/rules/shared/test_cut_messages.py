"""Tests for messages that a text cuts off."""

from __future__ import annotations

import pytest

from iamtriage import explain, parse
from tests.tables import check_rows

ACCOUNT = "111122223333"
_DENIED = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/app/run is not authorized to perform: "


@check_rows("mark", ["...", "…", "... [truncated 1143 chars]", "[truncated]", "***"])
def test_encoded_message_that_is_cut(mark: str) -> None:
    encoded = "aB3_dE6fG9" * 12
    text = f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized to perform this operation. Encoded authorization failure message: {encoded}"
    assert "cut off" not in str(explain(text))
    explanation = explain(f"{text}{mark}")
    assert explanation.summary.endswith("which is cut off in this text.")
    assert explanation.remedies[0].title == "Get the whole message, and decode it"


_ENCODED = "aB3_dE6fG9" * 12
_NOT_AUTHORIZED = "You are not authorized to perform this operation. Encoded authorization failure message: "


@check_rows(
    ("text", "call", "action", "is_of_stack", "is_broken"),
    [
        (f"CREATE_FAILED | AWS::EC2::Volume | Data | API: ec2:CreateVolume {_NOT_AUTHORIZED}{_ENCODED}", "the call CreateVolume", "ec2:CreateVolume", True, False),
        (f"web | CREATE_FAILED | AWS::EC2::Instance\n  API: ec2:RunInstances {_NOT_AUTHORIZED}{_ENCODED[:50]}\n  {_ENCODED[50:]}", "the call RunInstances", "ec2:RunInstances", True, True),
        (f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: {_NOT_AUTHORIZED}{_ENCODED}", "the call RunInstances", "ec2:RunInstances", False, False),
        (f"An error occurred (UnauthorizedOperation) when calling the RunInstances operation: {_NOT_AUTHORIZED.replace('Encoded', f'{_DENIED}ec2:CreateTags on resource: arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*. Encoded')}{_ENCODED}", "ec2:CreateTags", None, False, False),
    ],
)  # fmt: skip
def test_call_that_an_encoded_message_need_not_name(
    text: str, call: str, action: str | None, *, is_of_stack: bool, is_broken: bool
) -> None:
    explanation = explain(text)
    assert f"was denied {call}" in explanation.summary
    shown = " ".join(explanation.to_text(detail="full").split())
    assert ("the stack's service role, or without one, whoever deploys it" in shown) is is_of_stack
    assert ("the first command takes the message from it, in one piece" in shown) is is_broken
    assert ("The encoded message can name another action" in shown) is (action is not None)
    assert ("if the decoded message names it" in shown) is (action is not None)
    assert "for Data. The encoded message" in shown or "| Data |" not in text


@pytest.mark.parametrize(
    ("action", "resource", "shown"),
    [
        ("s3:PutObject", "arn:aws:s3:::orders/inbound/20…", "begins with 20:"),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-...",
            "begins with db-:",
        ),
        (
            "eks:DescribeNodegroup",
            f"arn:aws:eks:eu-west-1:{ACCOUNT}:nodegroup/prod/wor…",
            "begins with wor:",
        ),
    ],
)
def test_resource_that_is_cut(action: str, resource: str, shown: str) -> None:
    explanation = explain(f"{_DENIED}{action} on resource: {resource}")
    assert explanation.summary.endswith("the text is cut off before the reason.")
    steps = explanation.remedies[0].steps
    assert shown in steps[0]
    assert explanation.remedies[0].title == (f"Get the whole message, then allow {action} for the role app")
    assert not any("no resource of this form" in step for step in steps)
    assert "NAME" in str(explanation.remedies[0].policy)


@pytest.mark.parametrize(
    ("action", "cut", "resource"),
    [
        ("iam:PassRole", "iam::{}:ro...", "iam::{}:role/ROLE_NAME_WITH_PATH"),
        ("iam:PassRole", "iam::{}:…", "iam::{}:role/ROLE_NAME_WITH_PATH"),
        (
            "dynamodb:Query",
            "dynamodb:eu-west-1:{}:ta... (truncated)",
            "dynamodb:eu-west-1:{}:table/TABLE_NAME",
        ),
        (
            "lambda:InvokeFunction",
            "lambda:eu-west-1:{}:fun...",
            "lambda:eu-west-1:{}:function:FUNCTION_NAME",
        ),
        # The name follows the account, without a type.
        ("sns:Publish", "sns:eu-west-1:{}:ord...", "sns:eu-west-1:{}:TOPIC_NAME"),
    ],
)
def test_resource_type_that_is_cut_is_completed(action: str, cut: str, resource: str) -> None:
    explanation = explain(f"{_DENIED}{action} on resource: arn:aws:{cut.format(ACCOUNT)}")
    assert explanation.remedies[0].policy is not None
    [statement] = explanation.remedies[0].policy["Statement"]
    assert statement["Resource"] == f"arn:aws:{resource.format(ACCOUNT)}"
    assert ("begins with" in str(explanation)) == (action == "sns:Publish")


@pytest.mark.parametrize(
    ("cut", "action"),
    [
        ("secretsmanager:GetSec...", "secretsmanager:GetSecretValue"),
        ("dynamodb:BatchGetI…", "dynamodb:BatchGetItem"),
        # Several actions begin so.
        ("s3:PutObj...", None),
    ],
)
def test_action_that_is_cut_is_completed(cut: str, action: str | None) -> None:
    explanation = explain(f"{_DENIED}{cut}")
    assert explanation.failure is not None
    if action is None:
        assert explanation.remedies[0].policy is None
    else:
        assert action in explanation.summary
        assert explanation.causes[0].text.startswith("The text cuts the action off, and only")
        assert explanation.remedies[0].policy is not None
    assert "decoded message" not in " ".join(explanation.notes)


@pytest.mark.parametrize(
    ("stated", "action"),
    [("s3:ListObjectsV2", "s3:ListBucket"), ("s3:HeadObject", "s3:GetObject"), ("s3:NewCall", None)],
)
def test_operation_that_is_written_as_an_action(stated: str, action: str | None) -> None:
    """DataSync does so, for the calls of the bucket access role."""
    text = f"An error occurred (InvalidRequestException) when calling the CreateLocationS3 operation: DataSync location access test failed: could not perform {stated} in bucket orders-sync. Access denied."
    explanation = explain(text)
    assert f"was denied {action or stated} on " in explanation.summary
    assert (explanation.causes[0].code == "derived-action") == (action is not None)
    if action is not None:
        operation = stated.partition(":")[2]
        assert (
            explanation.causes[0].text
            == f"The message names the operation {operation}, which requires {action}."
        )
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Action"] == (action or stated)
    assert "decoded message" not in " ".join(explanation.notes)


def test_action_that_is_cut_is_that_of_the_operation() -> None:
    message = f"{_DENIED}s3:PutObj[truncated]"
    explanation = explain(f"An error occurred (AccessDenied) when calling the PutObject operation: {message}")
    assert "was denied s3:PutObject: the text is cut off" in explanation.summary


@pytest.mark.parametrize(
    "resource", ["arn:aws:iam::...:role/reader", "arn:aws:s3:::orders-***/a", "arn:aws:s3:::orders/***"]
)
def test_masked_resource_is_not_cut(resource: str) -> None:
    assert "cut off" not in str(explain(f"{_DENIED}s3:GetObject on resource: {resource}"))


@pytest.mark.parametrize(
    ("rest", "action", "resource"),
    [
        ('s3:PutObject on resource: "arn:aws:s3:::acme-up', "s3:PutObject", "arn:aws:s3:::NAME/OBJECT_KEY"),
        ("dynamodb:Get", None, None),
        ("dynamodb:GetItem", "dynamodb:GetItem", None),
    ],
)
def test_end_of_the_text_cuts_the_message(rest: str, action: str | None, resource: str | None) -> None:
    """The failure stays as it was read; only the explanation takes it for cut."""
    explanation = explain(f"{_DENIED}{rest}")
    assert explanation.failure == parse(f"{_DENIED}{rest}")
    assert ("cut off" in explanation.summary) == (rest != "dynamodb:GetItem")
    policy = explanation.remedies[0].policy
    assert (policy is None) == (action is None)
    if policy is not None:
        assert policy["Statement"][0]["Action"] == action
        assert resource in {None, policy["Statement"][0]["Resource"]}
