"""Test that what only looks like a secret stays."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from iamtriage import redact
from tests.redaction.benign import LINES
from tests.tables import check_rows


@pytest.mark.unmeasured
@check_rows("line", LINES)
def test_line_is_kept(line: str) -> None:
    for text in (
        line,
        f"before\n{line}\nafter",
        f"2031-04-05T06:07:08Z INFO {line}",
        json.dumps({"log": line}),
        f"\x1b[1;32m{line}\x1b[0m",
        "x=" + quote(line, safe=""),
        "x=" + quote(quote(line, safe=""), safe=""),
    ):
        assert redact(text) == text
    assert redact({"log": line}) == {"log": line}


@pytest.mark.parametrize("prefix", ["", "> ", "+ ", "2031-04-05T06:07:08Z web1 | "])
@check_rows(
    "lines",
    [
        ("Enter password:", "localhost:5432:orders:ana:*"),
        ("Enter password:", "secretsmanager.eu-west-1.amazonaws.com"),
        ("tokenType=bearer", "password.go:17A1B2C3: undefined: x"),
        ("tokenType=bearer", "secretsmanager.eu-west-1.amazonaws.com"),
        ("tokenType=bearer", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("secrets:", "10.0.0.5:8443:backend:frontend:connected"),
        ("secrets:", "x-amz-server-side-encryption-customer-key-MD5: XrY7u+Ae7tCTyyK7j1rNww=="),
        ("if password == confirm_password:", '"GET /.well-known/openid-configuration HTTP/1.1" 200'),
        ("password: <password>", "docker login -u ana --password-stdin r.example.com < token.txt"),
        ("KeyError: 'AWS_SECRET_ACCESS_KEY'", 'etag: "33a64df551425fcc55e4d42a148795d9f25f89d4"'),
        ("vault kv get secret/orders/db", "grant_type=refresh_token"),
        ("vault read -field=password secret/orders", "client_secret=settings.CLIENT_SECRET"),
        ("token: expired", "Set-Cookie: sid=; Path=/; Max-Age=0"),
        ('if (!token) throw new Error("no token");', "tokens.py:65Traceback (most recent call last):"),
        ('password = getpass.getpass("Password: ")', 'kms_key_id = "alias/orders"'),
        ('echo "::add-mask::$TOKEN"', "", "openssl enc -aes-256-cbc -kfile key.bin -in a.csv"),
        ("\timport secrets", "\t", "\trequestId: 7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93"),
        ("module.orders.random_password.db: Creation complete after 0s [id=none]", "a: b"),
        ('aws iot create --private-key-outfile "orders.private.key"', "", "Output::", "", "ok"),
        ("KeyError: ['DB_PASSWORD', 'OAUTH2_TOKEN', 'S3_BUCKET']", "secret: orders-db"),
        ("DB_PASSWORD=", "OAUTH2_TOKEN=", "S3_BUCKET="),
        (
            "$ aws ssm get-parameter --name /x --with-decryption --query Parameter.Value",
            "AccessDeniedException",
        ),
        (
            "kubectl get secret db -o jsonpath='{.data.password}'",
            "Error from server (NotFound): secrets not found",
        ),
        ("kubectl get secret db2 -o jsonpath='{.metadata.name}'", "orders-db-7f9c"),
        ("aws secretsmanager get-secret-value --secret-id x --query ARN --output text", "orders-a1B2c3"),
        (
            "$ aws secretsmanager get-secret-value --secret-id x --query SecretString",
            "An error occurred (x9)",
        ),
        (
            "    - run: aws secretsmanager get-secret-value --secret-id x --query SecretString --output text",
            "    - uses: actions/checkout@v4",
            "    - run: deploy9",
        ),
        ("P=$(aws ssm get-parameter --name /x --with-decryption --query Parameter.Value)", '["orders1"]'),
        ("$ aws secretsmanager get-secret-value --secret-id x --query SecretString > f9", '["orders1"]'),
        ("$ aws secretsmanager list-secrets --query 'SecretList[].Name'", '["orders1"]'),
        ("$ aws ssm get-parameters --names /x --query 'Parameters[].[Name,Value]'", '["/x", "orders1"]'),
        (
            "$ aws iam list-access-keys --query 'AccessKeyMetadata[].[UserName,Status]' --output text",
            "ana9\tActive",
        ),
        (
            "$ aws secretsmanager get-secret-value --query '[Name,SecretString,VersionId]'",
            '["orders1", null, "v1"]',
        ),
        (
            "$ aws ec2 describe-instances --query 'Reservations[].Instances[].MetadataOptions.HttpTokens'",
            '["required"]',
        ),
        ("$ aws iam get-user --query User.PasswordLastUsed", '"2026-05-04T10:00:00+00:00"'),
        ("aws ecr get-login-password > file", "AWS_PROFILE=orders"),
        ("| user | password |", "|---|---|", "| ana | required |", "| eve | expired |", "| bob | hashed |"),
        ("user,password", "ana,disabled", "eve,"),
        ("tokens:", "- refresh", "- access"),
        ("secrets:", "- orders-db1", "- orders-tls2"),
        ("db.password=", "spring.rabbitmq1.connection.timeout="),
        ("GET /login?next=/account/password 302", "postgres://db.example.com:5432/orders", "auth=disabled"),
        (
            'password = getpass.getpass("Password: ")',
            "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
            "type: CUSTOM",
        ),
    ],
)
def test_line_below_a_name_is_kept(lines: tuple[str, ...], prefix: str) -> None:
    text = "\n".join(prefix + line for line in lines)
    assert redact(text) == text


@pytest.mark.parametrize("between", ["\n", "\n\n", "\nOutput:\n", "\n```\n\n"])
@check_rows(
    "line",
    [
        "Done.", "None", "null", "Finished", "Success!", "successfully", "Terminated", "undefined", "(no output)",
        "ExpiredToken", "ThrottlingException", "It printed nothing.", "Broken pipe", "Unable to locate credentials",
        "Secrets Manager can't find the specified secret.", "zsh: command not found: aws", "Connection timed out",
        "Deploying orders stack", "AWS_PROFILE=orders", "aws: error: argument operation: Invalid choice",
    ],
)  # fmt: skip
def test_line_below_a_command_that_prints_a_secret_is_kept(line: str, between: str) -> None:
    text = f"$ aws secretsmanager get-secret-value --secret-id x --query SecretString --output text{between}{line}\n"
    assert redact(text) == text


def test_variable_in_a_traceback_is_kept() -> None:
    text = 'Traceback (most recent call last):\n  File "app.py", line 3, in f\n    user, password = auth\nValueError: x\n'
    assert redact(text) == text


def test_lines_are_many() -> None:
    assert len(LINES) >= 500
