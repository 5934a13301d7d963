"""What a text says against an explanation that the rest of it suggests."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_CALL = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/deploy/ci is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111122223333:orders"
_FIRST = f"09:14 ci: {_CALL} because no identity-based policy allows the sqs:CreateQueue action\n"
_DENY = f"09:21 ci: {_CALL} with an explicit deny in a service control policy\n"


@check_rows(
    ("said", "is_done"),
    [
        ("ana: attached sqs:CreateQueue to deploy", True),
        ("ana: updated the policy of deploy, please rerun", True),
        ("ana: nothing was granted yet", False),
        ("ana: please get sqs:CreateQueue added", False),
        ("ana: granted sqs:CreateQueue to the role deploy in account 999988887777", False),
        ("ana: I added logging to the job", False),
        ("ana: I updated the ticket", False),
    ],
)
def test_change_between_two_denials(said: str, *, is_done: bool) -> None:
    explanation = explain(f"{_FIRST}09:20 {said}\n{_DENY}")
    assert ("no longer reported" in explanation.summary) is is_done


def test_an_allow_lifts_no_deny() -> None:
    early, late = _DENY.replace("09:21", "09:14"), _FIRST.replace("09:14", "09:21")
    explanation = explain(f"{early}09:20 ana: attached sqs:CreateQueue to deploy\n{late}")
    assert "no longer reported" not in explanation.summary


_PULL = 'Failed to pull image "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:1": denied: Your authorization token has expired. Reauthenticate and try again.\n$ kubectl get secret -n shop | tail -n 20\n'


@pytest.mark.parametrize(
    ("row", "is_old"),
    [
        ("regcred kubernetes.io/dockerconfigjson 1 41d", True),
        ("ecr-login kubernetes.io/dockerconfigjson 1 13h", True),
        ("dockerhub kubernetes.io/dockerconfigjson 1 41d", False),
    ],
)
def test_login_in_a_pull_secret(row: str, *, is_old: bool) -> None:
    explanation = explain(f"{_PULL}{row}\n")
    assert (
        f"create secret docker-registry {row.split(maxsplit=1)[0]} "
        in " ".join(explanation.remedies[0].commands)
    ) is is_old
    assert "--namespace 20" not in str(explanation)


@pytest.mark.parametrize(
    "shown",
    ["AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID is not set", "AWS_REGION=eu-west-1\nAWS_ACCESS_KEY_ID="],
)
def test_key_that_a_shell_does_not_have(shown: str) -> None:
    text = f'$ env | grep AWS\n{shown}\n$ sudo aws s3 ls\nUnable to locate credentials. You can configure credentials by running "aws configure".'
    assert "in variables of your shell" not in explain(text).to_text(detail="full")


def test_key_of_a_secret_that_is_scheduled_for_deletion() -> None:
    text = "An error occurred (InvalidRequestException) when calling the GetSecretValue operation: You can't perform this operation on the secret because its KMS key is scheduled for deletion."
    assert not explain(text).summary.startswith("The secret is scheduled")
