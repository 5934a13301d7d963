"""A principal that the same run creates is referred to, not written as a string."""

from __future__ import annotations

import pytest

from iamtriage import explain

ERROR = (
    'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:{}/etl-runner"'
)
CREATED = "aws_iam_role.etl: Creating...\naws_iam_role.etl: Creation complete after 2s [id=etl-runner]\n"
BLOCK = 'resource "aws_iam_user" "etl" {\n  name = "etl-runner"\n}\n'
TEMPLATE = "Resources:\n  EtlRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: etl-runner\n  Key:\n    Type: AWS::KMS::Key\n"
STRING = '  identifiers = ["arn:aws:iam::${local.account}:role/etl-runner"]\n'


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (f"{CREATED}Error: creating IAM Role: {ERROR.format('role')}\n{STRING}", "Principal = { AWS = aws_iam_role.etl.arn }"),
        (f"Error: {ERROR.format('user')}\n{BLOCK}{STRING.replace('role', 'user')}", "Principal = { AWS = aws_iam_user.etl.arn }"),
        (f'{TEMPLATE}            AWS: !Sub "arn:aws:iam::${{AWS::AccountId}}:role/etl-runner"\nKey CREATE_FAILED {ERROR.format("role")}\n', "Principal:\n  AWS: !GetAtt EtlRole.Arn"),
    ],
)  # fmt: skip
def test_principal_of_the_same_run_is_referred_to(text: str, reference: str) -> None:
    explanation = explain(text)
    assert explanation.causes[0].code == "principal-too-new"
    assert [each.manifest for each in explanation.remedies] == [reference]


@pytest.mark.parametrize(
    "text",
    [
        f"{CREATED}Error: {ERROR.format('role')}\n  identifiers = [aws_iam_role.etl.arn]\n",
        f"{CREATED.replace('etl', 'web')}Error: {ERROR.format('role')}\n{STRING}",
        f"Error: {ERROR.format('role')}\n{STRING}",
    ],
    ids=["a reference", "another role", "nothing created"],
)
def test_other_unknown_principals(text: str) -> None:
    assert all(each.manifest is None for each in explain(text).remedies)
