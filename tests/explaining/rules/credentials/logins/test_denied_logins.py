"""A sign-in with ``aws login`` that is denied is allowed to whom the text names."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "aws: [ERROR]: Unable to create or refresh login credentials due to insufficient permissions. You may be missing permission for the 'signin:CreateOAuth2Token' action."


@check_rows(
    ("said", "who", "attached"),
    [
        ("I am signed in to the console as IAM user ana (account 111122223333).", "the user ana", ["user-policy --user-name ana"]),
        ('I am logged in as the user ana. My group "web" has no such policy.', "the user ana", ["user-policy --user-name ana", "group-policy --group-name web"]),
        ('We are signed in to our AWS Management Console with the role ops-dev. My group is "web".', "the role ops-dev", ["role-policy --role-name ops-dev"]),
        # Another one, and one with which it works.
        ("My colleague is signed in to the console as IAM user kim.", "the user or role", ["user-policy --user-name USER_NAME", "role-policy --role-name ROLE_NAME"]),
        ("I signed in to the console as the user kim, and it works.", "the user or role", ["user-policy --user-name USER_NAME", "role-policy --role-name ROLE_NAME"]),
        ("We signed in to the database as the user kim.", "the user or role", ["user-policy --user-name USER_NAME", "role-policy --role-name ROLE_NAME"]),
        ("Caller: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/ana", "the user or role", ["user-policy --user-name USER_NAME", "role-policy --role-name ROLE_NAME"]),
    ],
)  # fmt: skip
def test_who_signed_in(said: str, who: str, attached: list[str]) -> None:
    remedy = explain(f"{_DENIED}\n\n{said}").remedies[0]
    assert remedy.title == f"Allow {who} to use aws login"
    policies = [each for each in remedy.commands if "attach-" in each]
    assert [
        each.partition("aws iam attach-")[2].partition(" --policy-arn")[0] for each in policies
    ] == attached


@pytest.mark.parametrize("said", ["", "I am signed in as the user ana (account 111122223333)."])
def test_denied_login_has_no_caller_to_ask(said: str) -> None:
    """Without a sign-in, no call says who the caller is."""
    assert "get-caller-identity" not in explain(f"{_DENIED}\n\n{said}").to_text(detail="full")


_PULL = "ERROR: failed to solve: 111122223333.dkr.ecr.us-east-1.amazonaws.com/base:20: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials\n"
_STEPS = "- uses: aws-actions/configure-aws-credentials@v4\n  with:\n    role-to-assume: arn:aws:iam::{}:role/build\n    aws-region: {}\n- uses: aws-actions/amazon-ecr-login@v2\n"


@check_rows(
    ("account", "region", "after", "added"),
    [
        ("111122223333", "eu-west-1", "", ["AWS_REGION: us-east-1"]),
        ("444455556666", "us-east-1", "", ['registries: "111122223333"']),
        ("444455556666", "eu-west-1", "", ["AWS_REGION: us-east-1", 'registries: "111122223333"']),
        # It is the same registry, or the step names registries itself.
        ("111122223333", "us-east-1", "", []),
        ("111122223333", "eu-west-1", '  with:\n    registries: "111122223333"\n', []),
    ],
)
def test_registry_of_the_step_that_signs_in(account: str, region: str, after: str, added: list[str]) -> None:
    explanation = explain(_PULL + _STEPS.format(account, region) + after)
    assert explanation is not None
    assert explanation.summary.startswith("The step amazon-ecr-login signs in to") is bool(added)
    manifest = explanation.remedies[0].manifest or ""
    assert [
        each for each in ("AWS_REGION: us-east-1", 'registries: "111122223333"') if each in manifest
    ] == added
