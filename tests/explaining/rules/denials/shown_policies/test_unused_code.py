"""Code in a text that does not give a role the permission that its author expects."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "User: arn:aws:sts::111122223333:assumed-role/{role}/x is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action\n"


_SERVERLESS = "service: media\nprovider:\n  name: aws\nfunctions:\n  resize:\n    handler: a.b\n    iamRoleStatements:\n      - Effect: Allow\n        Action: s3:PutObject\n        Resource: arn:aws:s3:::acme-media/thumbs/*\n"
_WARNING = "\n$ npx serverless deploy --stage prod\nWarning: Invalid configuration encountered\n  at 'functions.resize': unrecognized property 'iamRoleStatements'\n"


@pytest.mark.parametrize(
    ("more", "is_unread"),
    [
        (_WARNING, True),
        ("\nserverless.yml is above.\n", True),
        ("\nplugins:\n  - serverless-iam-roles-per-function\n", False),
    ],
    ids=["warning", "file", "plugin"],
)
def test_statements_that_the_serverless_framework_ignores(more: str, *, is_unread: bool) -> None:
    resource = "arn:aws:s3:::acme-media/thumbs/1.jpg"
    text = _DENIED.format(role="media-prod-lambdaRole", action="s3:PutObject", resource=resource)
    first = explain(f"{text}\n{_SERVERLESS}{more}").remedies[0]
    assert first.title.startswith("Move the statement to provider.iam.role.statements") is is_unread
    assert ("not harmless" in " ".join(first.steps)) is (more is _WARNING)
    assert ("npx serverless deploy --stage prod" in first.commands) is (more is _WARNING)


def test_statements_of_the_provider_are_read() -> None:
    text = _DENIED.format(
        role="media-prod-lambdaRole", action="s3:PutObject", resource="arn:aws:s3:::acme-media/thumbs/1.jpg"
    )
    code = "service: media\nprovider:\n  name: aws\n  iamRoleStatements:\n    - Effect: Allow\n      Action: s3:PutObject\n      Resource: arn:aws:s3:::acme-media/thumbs/*\nfunctions:\n  resize:\n    handler: a.b\n"
    first = explain(f"{text}\n{code}\n$ serverless deploy").remedies[0]
    assert not first.title.startswith("Move the statement")


def _query(code: str, value: str) -> str:
    table = "arn:aws:dynamodb:eu-west-1:111122223333:table/notes"
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [value]}}
    policy = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": table, "Condition": condition}
    text = _DENIED.format(role="notes-auth", action="dynamodb:Query", resource=table)
    return f"{text}{code}\n{json.dumps([policy])}"


_IDENTITY = "${cognito-identity.amazonaws.com:sub}"


@check_rows(
    ("code", "value", "has"),
    [
        ("ExpressionAttributeValues: {':u': {S: claims.sub}}", _IDENTITY, "the sub of the user pool"),
        ("key = decoded['sub']", _IDENTITY, "the sub of the user pool"),
        ("ExpressionAttributeValues: {':u': {S: user.username}}", _IDENTITY, "user.username"),
        ("key = credentials.identityId", _IDENTITY, None),
        ("key = decoded['sub']", "${aws:PrincipalTag/sub}", None),
        ("key = user.email", "${aws:PrincipalTag/email}", None),
    ],
)
def test_other_value_than_the_identity(code: str, value: str, has: str | None) -> None:
    """The variable of the identity pool is the ID of the identity, whatever else the code knows of the user."""
    explanation = explain(_query(code, value))
    assert explanation.remedies[0].title.startswith("Use the identity ID as the key") is (has is not None)
    assert has is None or f"most likely the call has {has}" in explanation.summary


def test_session_policy_for_what_the_user_may_do() -> None:
    """The policy of the user who opens a federated session is only one side of it."""
    denied = 'User: arn:aws:sts::111122223333:federated-user/viewer-1 is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::acme-tiles/a.png" because no session policy allows the s3:GetObject action\n'
    code = 'sts.get_federation_token(Name=f"viewer-{uid}", DurationSeconds=3600)\n'
    policy = 'Policy of user broker:\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-tiles/*"}]}'
    explanation = explain(denied + code + policy)
    assert "without a session policy" in explanation.summary
    [statement] = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Resource"] == "arn:aws:s3:::acme-tiles/*"


def test_pattern_below_a_path_does_not_match_the_path() -> None:
    path = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/prod"
    text = _DENIED.format(role="api", action="ssm:GetParametersByPath", resource=path)
    policy = {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": f"{path}/*"}
    explanation = explain(f"{text}{json.dumps([policy])}")
    assert "parameter/shop/prod/*, which covers only what is below the path." in explanation.summary
    code = f'# iam.tf\nresource "aws_iam_role_policy" "api" {{\n  policy = jsonencode({{ Statement = [{{\n    Effect = "Allow"\n    Action = ["ssm:GetParameter", "ssm:GetParametersByPath"]\n    Resource = "{path}/*"\n  }}] }})\n}}'
    in_code = explain(f"{text}\n{code}")
    assert in_code.remedies[0].manifest == f'Resource = ["{path}/*", "{path}"]'
    assert "put-role-policy" not in str(in_code)
    assert "put-role-policy" in in_code.to_text(detail="full")
    assert not any(each.startswith("This is not a delay") for each in explanation.notes)
    asked = explain(f"{text}{json.dumps([policy])}\nDoes it take a while until a policy has an effect?")
    assert asked.notes[0].startswith("This is not a delay")


@pytest.mark.parametrize(
    ("said", "is_sufficient", "names_account"),
    [
        (
            "The task role inventory in our account 444455556666 has AWSOrganizationsReadOnlyAccess.",
            True,
            True,
        ),
        ("The management account is 444455556666.", False, False),
        ("The role has no AWSOrganizationsReadOnlyAccess.", False, False),
    ],
)
def test_policy_for_organizations_that_is_there_already(
    said: str, *, is_sufficient: bool, names_account: bool
) -> None:
    text = "An error occurred (AccessDeniedException) when calling the ListAccounts operation: You don't have permissions to access this resource.\n"
    summary = explain(text + said).summary
    assert ("although AWSOrganizationsReadOnlyAccess is sufficient" in summary) is is_sufficient
    assert ("account 444455556666 is neither" in summary) is names_account
