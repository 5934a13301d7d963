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
