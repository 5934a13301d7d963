"""Tests for databases that have no role for the AWS service that a statement of SQL uses."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/orders-db"
UNSET = "ERROR 63985 (HY000): S3 API returned error: Both {} and aws_default_s3_role are not specified, please see documentation for more details\n"
UNINSTANTIATED = (
    "ERROR 1873 (HY000): Lambda API returned error: Missing Credentials: Cannot instantiate Lambda Client\n"
)
STORED = 'ERROR:  Credentials stored with the database {} can\'t be accessed\nHINT:  Has the IAM role Amazon Resource Name (ARN) been associated with the feature-name "{}"?\n'
CLUSTER = "$ aws rds describe-db-clusters --db-cluster-identifier orders --region eu-west-1 --query 'DBClusters[0].[DBClusterParameterGroup,AssociatedRoles]'\n"


def _printed(group: str, feature: str = "", status: str = "ACTIVE") -> str:
    of_feature = f', "FeatureName": "{feature}"' if feature else ""
    return f'{CLUSTER}[\n"{group}",\n[ {{"RoleArn": "{ROLE}", "Status": "{status}"{of_feature}}} ]\n]\n'


@check_rows(
    ("text", "verdict", "command"),
    [
        (UNSET.format("aurora_select_into_s3_role") + _printed("default.aurora-mysql8.0"), "aws_default_s3_role is not set", "--db-cluster-parameter-group-name PARAMETER_GROUP_NAME "),
        (UNSET.format("aurora_load_from_s3_role"), "aws_default_s3_role is not set.", "ParameterValue=ROLE_ARN,"),
        (f"{UNINSTANTIATED}aws_default_lambda_role = {ROLE}", "orders-db is not associated", f"aws rds add-role-to-db-cluster --db-cluster-identifier DB_CLUSTER_NAME --role-arn {ROLE}"),
        (f"{UNINSTANTIATED}| aws_default_lambda_role |   |\nThe role is {ROLE}.", "the cluster parameter aws_default_lambda_role is not set", f"ParameterName=aws_default_lambda_role,ParameterValue={ROLE},"),
        (STORED.format("instance", "s3Import") + 'resource "aws_db_instance_role_association" "s3" {\n  feature_name = "s3Export"\n  role_arn = aws_iam_', "no role for the feature s3Import", "--feature-name s3Import --role-arn ROLE_ARN"),
        ("[ERROR] The DB instance doesn't have credentials to access the specified Amazon S3 bucket. To grant access, add the S3_INTEGRATION role to the DB instance.", "no role for the feature S3_INTEGRATION", "--feature-name S3_INTEGRATION "),
        ("Msg 50000, Level 16, State 1, Procedure msdb.dbo.rds_backup_database, Line 89\nDatabase backup/restore option is not enabled yet or is in the process of being enabled.", "lacks SQLSERVER_BACKUP_RESTORE", "aws rds add-option-to-option-group --option-group-name OPTION_GROUP_NAME "),
    ],
)  # fmt: skip
def test_a_database_without_a_role(text: str, verdict: str, command: str) -> None:
    explanation = explain(text)
    assert explanation.causes[0].code == "database-without-role"
    assert verdict in explanation.summary
    assert command in f"{explanation.remedies[0].manifest}{explanation.remedies[0].commands[0]}"
    assert not any(remedy.policy for remedy in explanation.remedies)


@check_rows(
    ("text", "statement"),
    [
        ("the LOAD FROM S3 privilege(s)", "GRANT AWS_LOAD_S3_ACCESS TO"),
        ("the SELECT INTO S3 privilege(s)\n5.7.mysql_aurora.2.11.4", "GRANT SELECT INTO S3 ON *.* TO"),
        (
            "the LOAD FROM S3 privilege(s)\n$ mysql -h db -u loader -p",
            "GRANT AWS_LOAD_S3_ACCESS TO 'loader'@'%';",
        ),
        ("the AWS_BEDROCK_ACCESS privilege(s)", "GRANT AWS_BEDROCK_ACCESS TO"),
    ],
)
def test_a_privilege_of_the_database(text: str, statement: str) -> None:
    explanation = explain(f"ERROR 1227 (42000): Access denied; you need (at least one of) {text}")
    assert explanation.causes[0].code == "database-privilege-missing"
    assert statement in str(explanation.remedies[0].manifest)


@pytest.mark.parametrize(
    "text",
    [
        "ERROR 1227 (42000): Access denied; you need (at least one of) the SUPER privilege(s) for this operation",
        "ERROR 1227 (42000): Access denied; you need (at least one of) the `x` FROM S3 or AWS_`x`_S3_ACCESS privilege(s) for this operation",
        "S3 API returned error: Unable to connect to endpoint",
    ],
)
def test_other_errors_of_databases(text: str) -> None:
    assert explain(text).topic not in {"database-without-role", "database-privilege-missing"}


def test_aurora_calls_with_the_role_of_its_parameter() -> None:
    text = f"ERROR 63985 (HY000): S3 API returned error: Access Denied: Access Denied\nLOAD DATA FROM S3 's3://octo-in/a.csv' INTO TABLE t;\n| aws_default_s3_role | {ROLE} |\n"
    policy = (
        '{"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::octo-in"}]}'
    )
    explanation = explain(f"{text}role policy: {policy}")
    assert "the ARN of the bucket does not cover them" in explanation.causes[0].text
    assert "put-role-policy --role-name orders-db " in str(explanation.remedies[0].commands)
