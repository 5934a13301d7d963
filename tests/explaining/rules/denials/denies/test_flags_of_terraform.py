"""A Deny on a value that is true or false, and what the failing resource of Terraform in the text has."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

_SCP = "arn:aws:organizations::999988887777:policy/o-abc123def4/service_control_policy/p-1a2b3c4d"
_ERROR = 'Error: creating: operation error: {service}: {operation}, https response error StatusCode: 403, RequestID: 1A2B, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/apply/run-4 is not authorized to perform: {action} on resource: {resource} with an explicit deny in a service control policy: {scp}\n\n  with {address},\n  on store.tf line 2, in resource "{type}" "films":\n'


def _text(action: str, key: str, type_: str, argument: str) -> str:
    service, _, operation = action.partition(":")
    error = _ERROR.format(
        service=service.upper(),
        operation=operation,
        action=action,
        resource=f"arn:aws:{service}:eu-west-1:111122223333:x/films",
        scp=_SCP,
        address=f"{type_}.films",
        type=type_,
    )
    statement = {
        "Sid": "NoPlain",
        "Effect": "Deny",
        "Action": action,
        "Resource": "*",
        "Condition": {"Bool": {key: "false"}},
    }
    return f'{error}\np-1a2b3c4d:\n{json.dumps(statement)}\n\nresource "{type_}" "films" {{\n  name = "films"\n{argument}'


@pytest.mark.parametrize(
    ("action", "key", "type_", "argument"),
    [
        ("rds:CreateDBInstance", "rds:StorageEncrypted", "aws_db_instance", "storage_encrypted"),
        ("rds:CreateDBCluster", "rds:StorageEncrypted", "aws_rds_cluster", "storage_encrypted"),
        ("elasticfilesystem:CreateFileSystem", "elasticfilesystem:Encrypted", "aws_efs_file_system", "encrypted"),
    ],
)  # fmt: skip
def test_value_of_the_failing_resource(action: str, key: str, type_: str, argument: str) -> None:
    explanation = explain(_text(action, key, type_, f"  {argument} = false\n}}\n"))
    assert explanation.summary.endswith(
        f"of the service control policy p-1a2b3c4d denies it because {key} is false."
    )
    first = explanation.remedies[0]
    assert first.who == "you"
    assert first.steps[0] == f"In {type_}.films, set {argument} = true: the text has false."


@pytest.mark.parametrize(
    "argument",
    ["", "  storage_encrypted = var.encrypted\n}\n", '  tags = { storage_encrypted = "false" }\n}\n'],
)
def test_value_that_the_text_does_not_state(argument: str) -> None:
    explanation = explain(_text("rds:CreateDBInstance", "rds:StorageEncrypted", "aws_db_instance", argument))
    assert explanation.summary.endswith("denies it if rds:StorageEncrypted is false.")
    assert "the text has false" not in explanation.remedies[0].steps[0]


def test_value_of_another_resource() -> None:
    text = _text("rds:CreateDBInstance", "rds:StorageEncrypted", "aws_db_instance", "}\n")
    other = 'resource "aws_db_instance" "logs" {\n  storage_encrypted = false\n}\n'
    assert "if rds:StorageEncrypted is false" in explain(text + other).summary


@pytest.mark.parametrize(
    ("action", "key", "above", "expected"),
    [
        ("elasticfilesystem:CreateFileSystem", "elasticfilesystem:Encrypted", "pulumi:pulumi:Stack films-dev\n  aws:efs:FileSystem (films):\n", "In the Pulumi program, set encrypted to true in films (aws:efs:FileSystem)."),
        ("rds:CreateDBInstance", "rds:StorageEncrypted", "pulumi:pulumi:Stack films-dev\n  aws:rds/instance:Instance (films):\n", "In the Pulumi program, set storageEncrypted (in Python, storage_encrypted) to true in films (aws:rds/instance:Instance)."),
        # Two resources failed.
        ("redshift:CreateCluster", "redshift:Encrypted", "pulumi:pulumi:Stack films-dev\n  aws:sqs:Queue (a):\n    error: busy\n  aws:redshift:Cluster (films):\n", "In the Pulumi program, set encrypted to true."),
        # Another tool.
        ("elasticfilesystem:CreateFileSystem", "elasticfilesystem:Encrypted", "", "Pass --encrypted in the CLI, or set encrypted = true in Terraform."),
    ],
)  # fmt: skip
def test_setting_of_pulumi(action: str, key: str, above: str, expected: str) -> None:
    service = action.partition(":")[0]
    deny = {"Sid": "NoPlain", "Effect": "Deny", "Action": action, "Resource": "*", "Condition": {"Bool": {key: "false"}}}  # fmt: skip
    text = f"{above}    error: api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/apply/run-4 is not authorized to perform: {action} on resource: arn:aws:{service}:eu-west-1:111122223333:x/films with an explicit deny in a service control policy: {_SCP}\n\np-1a2b3c4d:\n{json.dumps(deny)}\n"
    assert explain(text).remedies[0].steps[0] == expected
