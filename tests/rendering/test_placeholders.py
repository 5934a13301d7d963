"""Test that placeholders are words that no shell interprets, and that all of them are recognized."""

from __future__ import annotations

import json
import re

import pytest

from iamtriage import explain
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.actions import find_action
from iamtriage.policies._arn_templates import Location
from iamtriage.policies._grants import build_grant
from tests.explaining.golden.cases import CASES, explained
from tests.tables import check_rows

_CAPITALS = re.compile(r"(?<![A-Za-z0-9_.-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?![A-Za-z0-9_-])")
# Values that commands and documents take as they are.
_VALUES = {
    # Values of options of the AWS CLI, and a setting of Git Bash.
    *("DECLARATIVE_POLICY_EC2", "MSYS_NO_PATHCONV", "MUTABLE", "OFF"),
    *("ALL_PROVISIONED_ACCOUNTS", "API", "API_AND_CONFIG_MAP", "AWS", "AWS_ACCOUNT", "CONFIG_MAP", "EC2_LINUX"),
    *("FARGATE_LINUX", "FARGATE_PROFILE", "HYBRID_LINUX", "EC2_WINDOWS", "IAM", "IDENTITY_POLICY", "RESOURCE_POLICY"),
    *("RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY", "TAG_POLICY", "STANDARD", "GET", "PUT", "HEAD", "T", "H", "U", "PT8H", "HOME", "SAML"),
    # What test-authorization of AWS IoT tests.
    *("CONNECT", "PUBLISH", "SUBSCRIBE"),
    # The type of a principal in IAM Identity Center; elsewhere a placeholder.
    "GROUP",
    # What awk runs at the end.
    "END",
    # The variable of a GitLab job.
    "ID_TOKEN",
    # The variable of a settings.xml or .npmrc.
    "CODEARTIFACT_AUTH_TOKEN",
    # Statuses of Regions.
    *("ENABLED", "ENABLED_BY_DEFAULT"),
    # The key and the capacity of a DynamoDB table.
    *("S", "HASH", "PAY_PER_REQUEST"),
    # Encryption types of S3.
    *("NONE", "AES256", "AWS_KMS"),
    # Statuses of resources in CloudFormation.
    "CREATE_FAILED",
    # Permissions in Lake Formation.
    *("SELECT", "DESCRIBE", "ALTER", "CREATE_TABLE", "CREATE_DATABASE", "DATA_LOCATION_ACCESS"),
}  # fmt: skip


@pytest.mark.unmeasured
@check_rows(("name", "text", "facts"), CASES, ids=[case[0] for case in CASES])
def test_words_in_capitals_are_placeholders_or_values(name: str, text: str, facts: dict[str, object]) -> None:
    for remedy in explained(name).remedies:
        documents = json.dumps([remedy.policy, remedy.statement])
        for code in (*remedy.commands, documents):
            words = set(_CAPITALS.findall(code)) - set(
                _CAPITALS.findall(text + json.dumps(facts, default=str))
            )
            unknown = words - set(find_placeholders(code)) - _VALUES
            assert not {word for word in unknown if not word.startswith("AWS_")}, (name, code)
            assert not re.search(r"<[A-Z_a-z-]+>|\{[A-Z_]+\}|REPLACE_", code), (name, code)


@check_rows(
    "action",
    ["s3:GetObject", "eks:DescribeCluster", "sqs:SendMessage", "dynamodb:GetItem", "lambda:InvokeFunction", "ec2:StartInstances",
     "iam:GetRole", "kms:Decrypt", "secretsmanager:GetSecretValue", "rds:StartDBInstance", "glue:GetTable", "ecs:RunTask"],
)  # fmt: skip
def test_unknown_parts_of_resources_are_recognized(action: str) -> None:
    assert find_action(action) is not None
    grant = build_grant(action, None, Location("aws"))
    assert grant is not None
    for resource in grant.resources:
        parts = [part for part in re.split(r"[:/]", resource) if part.isupper()]
        assert parts
        assert set(parts) <= set(find_placeholders(resource))


@check_rows(
    ("arn", "placeholders"),
    [
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/PAYMENTS_CLIENT_ID", ()),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/AWS_ACCOUNT_ID", ()),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/shop/REGION", ()),
        ("arn:aws:ssm:eu-west-1:************:parameter/PAYMENTS_SECRET_ARN", ("ACCOUNT_ID",)),
        ("arn:aws:ssm:eu-west-1:111122223333:parameter/ACCOUNT_ID", ("NAME",)),
        # What people write in place of a name repeats the type.
        ("arn:aws:dynamodb:REGION:ACCOUNT_ID:table/TABLE_NAME", ("REGION", "ACCOUNT_ID", "TABLE_NAME")),
    ],
)
def test_names_of_the_text_are_no_placeholders(arn: str, placeholders: tuple[str, ...]) -> None:
    explanation = explain(
        f"User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ssm:GetParameter on resource: {arn} "
        "because no identity-based policy allows the ssm:GetParameter action"
    )
    assert explanation.remedies[0].placeholders == placeholders
    assert ("Replace" in str(explanation)) == bool(placeholders)
