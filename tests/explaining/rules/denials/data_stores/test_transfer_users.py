"""Variables of AWS Transfer Family have values only in the session policy of a user."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_DENIED = 'remote open("/octo-inbox/home/ana/a.csv"): Permission denied\nana.8f1c2d3e4a5b6c7d ERROR Message="Access denied"\n'
_S3 = "An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:assumed-role/sftp-users/ana.8f1c is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::octo-inbox/home/ana/a.csv because no identity-based policy allows the s3:PutObject action\n"


def _policy(resource: str) -> str:
    statement = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("text", "resource", "widened"),
    [
        (_DENIED + "The policy of the role sftp-users:\n", "arn:aws:s3:::octo-inbox/home/${transfer:UserName}/*", "arn:aws:s3:::octo-inbox/home/*"),
        (_DENIED + "The role sftp-users has this in its policy:\n", "arn:aws:s3:::octo-inbox/${Transfer:UserName}", "arn:aws:s3:::octo-inbox/*"),
        (_S3 + "Role policy:\n", "arn:aws:s3:::${transfer:HomeBucket}/${transfer:UserName}/*", "arn:aws:s3:::octo-inbox/*"),
        (_DENIED + "We have no session policy on the users. Policy of the role:\n", "arn:aws:s3:::octo-inbox/home/${transfer:UserName}/*", "arn:aws:s3:::octo-inbox/home/*"),
        (_DENIED + "HomeDirectory /octo-inbox/home/ana, Role arn:aws:iam::111122223333:role/sftp-users, its policy:\n", "arn:aws:s3:::${transfer:HomeDirectory}*", "arn:aws:s3:::octo-inbox/*"),
        # It is where it belongs, or another variable, or the login was denied.
        (_DENIED + "The session policy of the user:\n", "arn:aws:s3:::octo-inbox/home/${transfer:UserName}/*", None),
        (_DENIED + "$ aws transfer describe-user --server-id s-1 --user-name ana\n", "arn:aws:s3:::octo-inbox/home/${transfer:UserName}/*", None),
        (_DENIED + "The policy of the role sftp-users:\n", "arn:aws:s3:::octo-inbox/home/${aws:username}/*", None),
        ("ana@sftp: Permission denied (publickey).\nRole policy:\n", "arn:aws:s3:::octo-inbox/${transfer:UserName}/*", None),
    ],
    ids=["role", "sentence", "s3", "no-session-policy", "home-directory", "session", "user", "other", "login"],
)  # fmt: skip
def test_variable_of_a_role(text: str, resource: str, widened: str | None) -> None:
    explanation = explain(text + _policy(resource))
    assert (explanation.topic == "transfer-variable") is (widened is not None)
    if widened is not None:
        [remedy] = explanation.remedies
        assert remedy.policy is not None
        assert remedy.policy["Statement"][0]["Resource"] == widened
        # Without the session policy, the role's would open all folders.
        assert "aws transfer update-user" in str(remedy.commands[0])


@pytest.mark.parametrize(
    ("argument", "topic"),
    [("", "transfer-variable"), ("  policy = data.aws_iam_policy_document.session.json\n", "nothing")],
    ids=["none", "session"],
)
def test_terraform(argument: str, topic: str) -> None:
    user = f'resource "aws_transfer_user" "ana" {{\n  user_name = "ana"\n  role      = aws_iam_role.sftp.arn\n{argument}}}\n'
    role = f'resource "aws_iam_role_policy" "sftp" {{\n  role   = aws_iam_role.sftp.id\n  policy = jsonencode({_policy("arn:aws:s3:::octo-inbox/home/$${transfer:UserName}/*")})\n}}\n'
    explanation = explain(_DENIED + user + role)
    assert explanation.topic == topic
    if topic == "transfer-variable":
        # Without the session policy, the role's would open all folders.
        user_remedy, role_remedy = explanation.remedies
        assert "arn:aws:s3:::octo-inbox/home/$${transfer:UserName}/*" in str(user_remedy.manifest)
        assert '"arn:aws:s3:::octo-inbox/home/*"' in str(role_remedy.manifest)


def test_terraform_document() -> None:
    user = 'resource "aws_transfer_user" "ana" {\n  user_name = "ana"\n  role = aws_iam_role.sftp.arn\n}\n'
    statement = '  statement {\n    actions   = ["s3:PutObject"]\n    resources = ["${aws_s3_bucket.in.arn}/home/&{transfer:UserName}/*"]\n  }\n'
    explanation = explain(f'{_DENIED}{user}data "aws_iam_policy_document" "sftp" {{\n{statement}}}\n')
    assert explanation.topic == "transfer-variable"
    assert '["${aws_s3_bucket.in.arn}/home/$${transfer:UserName}/*"]' in str(explanation.remedies[0].manifest)
