"""Check how a denial by a session policy that is a managed policy in the text is explained."""

import pytest

from iamtriage import explain

DENIED = "User: arn:aws:sts::111122223333:assumed-role/site/ci is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::acme-site/a because no session policy allows the s3:PutObject action"


@pytest.mark.parametrize(
    ("text", "passed", "inline"),
    [
        ("managed-session-policies: |\n    arn:aws:iam::aws:policy/ReadOnlyAccess\n", "ReadOnlyAccess", "inline-session-policy"),
        ("$ aws sts assume-role --role-arn arn:aws:iam::111122223333:role/site --role-session-name ci --policy-arns arn=arn:aws:iam::aws:policy/ReadOnlyAccess\n", "ReadOnlyAccess", "--policy file://policy.json"),
        ("sts.assume_role(RoleArn=arn, RoleSessionName='ci', PolicyArns=[{'arn': 'arn:aws:iam::aws:policy/job-function/Billing'}])\n", "Billing", "Policy of the same call"),
    ],
)  # fmt: skip
def test_aws_managed_policy_cannot_be_changed(text: str, passed: str, inline: str) -> None:
    remedy = explain(text + DENIED).remedies[0]
    assert f"{passed} (" in remedy.steps[0]
    assert inline in remedy.steps[0]
    assert remedy.statement is None
    assert remedy.policy is not None


def test_customer_managed_policy_gets_the_statement() -> None:
    text = "managed-session-policies: arn:aws:iam::111122223333:policy/ci/cap\n"
    remedy = explain(text + DENIED).remedies[0]
    assert "the policy cap" in remedy.steps[0]
    assert remedy.statement is not None


_ANYWHERE = "credential_process = /opt/aws_signing_helper credential-process --profile-arn arn:aws:rolesanywhere:eu-west-1:111122223333:profile/0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9 --role-arn arn:aws:iam::111122223333:role/{}"


@pytest.mark.parametrize(
    ("config", "profile"),
    [
        (_ANYWHERE.format("orders"), "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"),
        ("credential_process = aws_signing_helper credential-process", "PROFILE_ID"),
        (_ANYWHERE.format("billing"), None),
        ("", None),
    ],
    ids=["profile", "helper only", "another role", "nothing"],
)
def test_profile_of_roles_anywhere(config: str, profile: str | None) -> None:
    denial = "An error occurred (AccessDenied) when calling the DeleteObject operation: User: arn:aws:sts::111122223333:assumed-role/orders/4c1f0a9b77d2 is not authorized to perform: s3:DeleteObject on resource: arn:aws:s3:::orders-backup/a because no session policy allows the s3:DeleteObject action"
    first = explain(f"{denial}\n{config}").remedies[0]
    assert ("Roles Anywhere" in first.title) == (profile is not None)
    if profile is not None:
        assert [f"--profile-id {profile}" in each for each in first.commands] == [True, True]
        assert first.who == "account administrator"
