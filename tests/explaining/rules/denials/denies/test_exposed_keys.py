"""What the text says of an exposed key, and of who made the call, is in the advice on a quarantined user."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:iam::111122223333:user/deployer is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3\n"
_SUSPECT = "an attacker most likely did"


@check_rows(
    ("said", "file"),
    [
        ("I committed config/prod.env to our public repo yesterday and reverted it.", "config/prod.env"),
        ("We pushed the terraform.tfvars by accident.", "terraform.tfvars"),
        ("Did somebody push .env?", None),
        ("I never pushed .env anywhere.", None),
        ("I pushed the image and the branch.", None),
    ],
)
def test_file_with_the_exposed_key(said: str, file: str | None) -> None:
    steps = " ".join(explain(f"{_DENIED}{said}").remedies[0].steps)
    assert ("leaked with" in steps) is (file is not None)
    assert (
        file is None
        or f"leaked with {file}: a later commit that removes the file does not undo that" in steps
    )
    assert (_SUSPECT in steps) is (file is None)


@pytest.mark.parametrize(
    ("before", "is_own"),
    [
        ("##[group]Run terraform apply\n", True),
        ("│ Error: creating EC2 Instance:\n│   with aws_instance.web,\n", True),
        ("", False),
    ],
)
def test_who_made_the_call_of_a_quarantined_user(before: str, *, is_own: bool) -> None:
    steps = " ".join(explain(f"{before}{_DENIED}").remedies[0].steps)
    assert (_SUSPECT not in steps) is is_own


_ITSELF = "\nAn error occurred (AccessDenied) when calling the {} operation: User: arn:aws:iam::111122223333:user/deployer is not authorized to perform: iam:{} on resource: user deployer with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3\n"


@pytest.mark.parametrize(
    ("command", "operation", "is_repeated"),
    [
        ("update-access-key --user-name deployer --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive", "UpdateAccessKey", True),
        ("update-access-key --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive --user-name deployer", "UpdateAccessKey", True),
        # Another command than the first one of the remedy was denied.
        ("create-access-key --user-name deployer # AKIAIOSFODNN7EXAMPLE", "CreateAccessKey", False),
    ],
)  # fmt: skip
def test_denied_command_is_for_an_administrator(command: str, operation: str, *, is_repeated: bool) -> None:
    """In the same shell, it fails again."""
    explanation = explain(f"$ aws iam {command}{_ITSELF.format(operation, operation)}")
    first = explanation.remedies[0]
    assert first.commands[0].endswith(" --profile ADMIN_PROFILE") is is_repeated
    assert any("--profile" in each for each in first.commands) is is_repeated
    assert ("denies iam:UpdateAccessKey to this user" in first.steps[0]) is is_repeated
    # Somebody reads the answer to a call of their own.
    assert _SUSPECT not in " ".join(first.steps)
