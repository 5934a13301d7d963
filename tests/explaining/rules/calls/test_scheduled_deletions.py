"""Secrets and keys that are scheduled for deletion, and what exists already or is protected."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_CLI = "An error occurred (InvalidRequestException) when calling the {} operation: {}"


@pytest.mark.parametrize(
    "text",
    [
        _CLI.format("CreateSecret", "You can't create this secret because a secret with this name is already scheduled for deletion."),
        _CLI.format("GetSecretValue", "You can't perform this operation on the secret because it was marked for deletion."),
    ],
    ids=["name", "value"],
)  # fmt: skip
def test_secret_in_its_recovery_window(text: str) -> None:
    explanation = explain(text)
    assert explanation.summary.startswith("The secret is scheduled for deletion")
    assert "restore-secret" in explanation.remedies[0].commands[0]


def test_another_invalid_request_for_a_secret() -> None:
    text = _CLI.format("GetSecretValue", "You must provide a value for SecretId.")
    assert "scheduled for deletion" not in explain(text).summary


_BOX = "\u2502 Error: creating {}: operation error {}, https response error StatusCode: 400, RequestID: 1f0c7e12-6f0e-4a75-8b53-2c4f3b0c9d11, {}\n\u2502\n\u2502   with {},\n"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (_BOX.format("Secrets Manager Secret (a)", "Secrets Manager: CreateSecret", "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion.", "aws_secretsmanager_secret.a"), "Restore the secret", "aws secretsmanager describe-secret --secret-id a "),
        (_BOX.format("IAM Service Linked Role (es.amazonaws.com)", "IAM: CreateServiceLinkedRole", "InvalidInput: Service role name AWSServiceRoleForAmazonElasticsearchService has been taken in this account, please try a different suffix.", "aws_iam_service_linked_role.es"), "Use the existing role", "aws iam get-role --role-name AWSServiceRoleForAmazonElasticsearchService "),
    ],
    ids=["secret", "role"],
)  # fmt: skip
def test_import_into_terraform_comes_last(text: str, first: str, last: str) -> None:
    remedies = explain(text).remedies
    assert remedies[0].title.startswith(first)
    assert remedies[1].title == "Import it into the Terraform state, if no other one manages it"
    assert last in remedies[1].commands[0]


def test_import_into_pulumi() -> None:
    text = "     Type                        Name  Status\n     aws:iam:ServiceLinkedRole   spot  **creating failed**\nDiagnostics:\n  aws:iam:ServiceLinkedRole (spot):\n    error: creating IAM Service Linked Role (spot.amazonaws.com): operation error IAM: CreateServiceLinkedRole, https response error StatusCode: 400, RequestID: 1f0c7e12-6f0e-4a75-8b53-2c4f3b0c9d11, InvalidInputException: Service role name AWSServiceRoleForEC2Spot has been taken in this account, please try a different suffix.\n"
    assert explain(text).remedies[1].title == "Import it into the Pulumi stack, if no other one manages it"


@check_rows(
    ("said", "region", "identifier"),
    [
        ("(account 111122223333)", "eu-west-1", "arn:aws:iam::111122223333:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"),
        # Which account or partition it is stays open.
        ("", "eu-west-1", '"$(aws iam get-role'),
        ("It works in 111122223333, not in 444455556666.", "eu-west-1", '"$(aws iam get-role'),
        ("(account 111122223333)", "cn-north-1", '"$(aws iam get-role'),
    ],
)  # fmt: skip
def test_imported_service_linked_role(said: str, region: str, identifier: str) -> None:
    error = "InvalidInputException: Service role name AWSServiceRoleForEC2Spot has been taken in this account, please try a different suffix."
    text = _BOX.format(
        "IAM Service Linked Role (spot.amazonaws.com)",
        "IAM: CreateServiceLinkedRole",
        error,
        "aws_iam_service_linked_role.spot",
    )
    line = explain(f"{text}\nregion = {region}\n{said}").remedies[1].commands[0]
    assert line.startswith(f"terraform import aws_iam_service_linked_role.spot {identifier}")


_KEY = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
_STATE = f"An error occurred (KMSInvalidStateException) when calling the Decrypt operation: {_KEY} is {{}}."


@check_rows(
    ("state", "shown", "title", "step", "calls"),
    [
        ("disabled", "", "Enable the key again", "No other key decrypts its data", ["enable-key"]),
        ("pending deletion", "", "Cancel the deletion", "7 to 30 days", ["describe-key", "cancel-key-deletion", "enable-key"]),
        ("pending deletion", '"DeletionDate": "2031-02-03T04:05:06+00:00"', "Cancel the deletion", "on 2031-02-03T04:05:06+00:00", ["cancel-key-deletion", "enable-key"]),
        ("pending deletion", '"DeletionDate": "2031-02-03T04:05:06+00:00"}, {"DeletionDate": "2031-03-03T04:05:06+00:00"', "Cancel the deletion", "7 to 30 days", ["describe-key", "cancel-key-deletion", "enable-key"]),
        ("pending import", "", "Check the key's state", "If the state is", ["describe-key", "cancel-key-deletion", "enable-key"]),
    ],
    ids=["disabled", "deletion", "date", "other dates", "import"],
)  # fmt: skip
@check_rows("before", ["", "Key rotation is disabled, and IMDSv1 is disabled.\n"])
def test_state_of_a_key(before: str, state: str, shown: str, title: str, step: str, calls: list[str]) -> None:
    explanation = explain(f"{before}{_STATE.format(state)}\n{shown}")
    [remedy] = explanation.remedies
    assert explanation.summary.startswith(f"The KMS key is {state}, so nobody can use it.")
    assert remedy.title.startswith(title)
    # When the key is deleted is urgent, and part of the verdict.
    assert ("It is urgent: " in explanation.summary) is (state == "pending deletion")
    assert step in explanation.summary + remedy.steps[0]
    asks = "An administrator of the key in account 111122223333 does this"
    assert remedy.steps[0].startswith(asks) is (state == "pending deletion")
    assert [line.split()[2] for line in remedy.commands] == calls


@pytest.mark.parametrize(
    ("service", "is_of_ec2"), [("RDS: DeleteDBInstance", False), ("EC2: TerminateInstances", True)]
)
def test_protected_resource(service: str, *, is_of_ec2: bool) -> None:
    explanation = explain(
        f"operation error {service}, https response error StatusCode: 400, RequestID: 1f0c7e12-6f0e-4a75-8b53-2c4f3b0c9d11, api error InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again."
    )
    assert explanation.summary.endswith("please disable deletion protection and try again.")
    assert (explanation.remedies[0].url is not None) is is_of_ec2
