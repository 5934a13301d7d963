"""Secrets that are scheduled for deletion, whose names stay taken."""

from __future__ import annotations

import pytest

from iamtriage import explain

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
