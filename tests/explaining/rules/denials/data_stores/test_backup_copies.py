"""Tests for copies of AWS Backup that the vault of another account does not accept."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

FAILED = "Copy job 1C2D3E4F FAILED: Access Denied trying to call AWS Backup service\n"
VAULT = "Destination: arn:aws:backup:eu-west-1:444455556666:backup-vault:central, copies from 111122223333\n"
PATHS = ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]


def _policy(operator: str, key: str, values: list[str]) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
        "Condition": {operator: {key: values}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (f"{FAILED}{VAULT}", "111122223333"),
        # The text names no other unit, so the condition can be met.
        (f"{FAILED}{VAULT}{_policy('StringLike', 'aws:PrincipalOrgPaths', PATHS)}", "111122223333"),
        (FAILED, "SOURCE_ACCOUNT_ID"),
    ],
    ids=["accounts", "met", "no-accounts"],
)
def test_policy_that_may_lack_the_account(text: str, account: str) -> None:
    explanation = explain(text)
    assert explanation.causes[0].evidence == "possible"
    [statement] = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}


_JOB = '"StatusMessage": "Access Denied trying to call AWS Backup service", "SourceBackupVaultArn": "arn:aws:backup:eu-west-1:777788889999:backup-vault:Default", "DestinationBackupVaultArn": "arn:aws:backup:eu-west-1:444455556666:backup-vault:central"\n'


@pytest.mark.parametrize(
    ("principal", "is_other"),
    [
        ("arn:aws:iam::777788889999:root", False),
        ("*", False),
        ("999988887777", True),
        # A role may be of any use.
        ("arn:aws:iam::999988887777:role/copies", False),
    ],
)
def test_principals_of_the_policy(principal: str, *, is_other: bool) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    }
    explanation = explain(_JOB + json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert (f"only to {principal}, not to 777788889999" in explanation.summary) is is_other
    assert explanation.causes[0].evidence == ("derived" if is_other else "possible")


_OPEN = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]}'


@pytest.mark.parametrize(
    ("text", "summary", "first"),
    [
        # What an Allow excludes is no list of what it accepts.
        (
            f"{FAILED}{VAULT}Our organization is o-z9y8x7w6v5.\n{_policy('StringNotEquals', 'aws:PrincipalOrgID', ['o-a1b2c3d4e5'])}",
            "most likely, its access policy does not allow 111122223333",
            "Allow backup:CopyIntoBackupVault for 111122223333",
        ),
        (
            f"{FAILED}from arn:aws:backup:eu-west-1:111122223333:backup-vault:daily to arn:aws:backup:us-east-1:111122223333:backup-vault:dr",
            "the vault dr of the same account",
            "Allow backup:CopyIntoBackupVault for the role of the copy job",
        ),
        (
            f"{FAILED}{VAULT}{_OPEN}",
            "although its access policy in the text allows 111122223333",
            "Compare the organizations of both accounts",
        ),
    ],
    ids=["negated-condition", "same-account", "allowed"],
)
def test_policy_that_is_not_the_reason(text: str, summary: str, first: str) -> None:
    explanation = explain(text)
    assert summary in explanation.summary
    assert explanation.causes[0].evidence == "possible"
    assert explanation.remedies[0].title.startswith(first)


def test_vaults_that_a_query_prints_in_order() -> None:
    text = (
        "$ aws backup describe-copy-job --copy-job-id J1 --query 'CopyJob.[StatusMessage,SourceBackupVaultArn,DestinationBackupVaultArn]'\n"
        '[\n"Access Denied trying to call AWS Backup service",\n"arn:aws:backup:eu-west-1:777788889999:backup-vault:daily",\n"arn:aws:backup:eu-west-1:444455556666:backup-vault:central"\n]\n'
    )
    [remedy] = explain(text).remedies
    assert (
        remedy.title
        == "Allow backup:CopyIntoBackupVault for 777788889999 in the access policy of the vault central of account 444455556666"
    )
    assert "--backup-vault-name central" in str(remedy.commands)
    # Another vault comes before the query.
    before = "The vault arn:aws:backup:eu-west-1:444455556666:backup-vault:central has a policy.\n"
    assert "the vault central of account 444455556666" in explain(before + text).remedies[0].title
    # Without the names of what is printed, nothing says which vault is the destination.
    [remedy] = explain(text.replace("SourceBackupVaultArn,DestinationBackupVaultArn", "*")).remedies
    assert "--backup-vault-name VAULT" in str(remedy.commands)
