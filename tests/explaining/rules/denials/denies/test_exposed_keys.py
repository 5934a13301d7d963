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


_NO_KEY = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{}/ana is not authorized to perform: iam:{} on resource: user mailer with an explicit deny in {}\n"
_SCP = "a service control policy: arn:aws:organizations::444455556666:policy/o-k2m4p6q8r0/service_control_policy/p-7f3e9d1c"


@check_rows(
    ("policy", "said", "place"),
    [
        (_SCP, "the mailer is a cron job on an EC2 host", "the EC2 instance"),
        (_SCP, "the mailer is an app in our ECS service", "the ECS task"),
        (_SCP, "It runs as a Lambda every night.", "the Lambda function"),
        (_SCP, "The mailer lives in our EKS cluster.", "the pod"),
        (_SCP, "The user is for GitHub Actions.", "the workflow"),
        ("an identity-based policy", "It is a key for a job on an EC2 instance.", "the EC2 instance"),
        (_SCP, "The program does not run on EC2.", None),
        (_SCP, "Terraform runs on an EC2 instance.", None),
        (_SCP, "The key is for a server in our own data center.", None),
    ],
)
def test_role_instead_of_a_denied_key(policy: str, said: str, place: str | None) -> None:
    first = explain(_NO_KEY.format("ops", "CreateAccessKey", policy) + said).remedies[0]
    steps = " ".join(first.steps)
    assert first.title.startswith(f"Give {place} a role instead of an access key, or ") is (place is not None)
    assert (f"An account administrator can give {place} a role" in steps) is (place is not None)
    # A fact replaces the guess.
    assert "is often there to enforce" not in steps or place is None
    assert (policy != _SCP) or "management account 444455556666" in steps


def test_role_does_not_replace_another_denied_call() -> None:
    first = explain(
        _NO_KEY.format("ops", "CreateUser", _SCP) + "the mailer is a cron job on an EC2 host"
    ).remedies[0]
    assert first.title == "Have the service control policy p-7f3e9d1c changed"
