"""``redact``: what goes, what stays, and what stands in its place."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain, parse, redact, scan

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
TOKEN = "IQoJb3JpZ2luX2VjABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=="
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImRlbW8ifQ.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6c2hvcDpjYXJ0In0.c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4"
BLOB = "aB3_dE6fG9" * 12
HEX = "0123456789abcdef" * 4
USER = "arn:aws:iam::111122223333:user/team/ana"
DENIAL = f"User: {USER} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders-archive/2026.csv because no identity-based policy allows the s3:GetObject action"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"export AWS_SECRET_ACCESS_KEY={SECRET}", "export AWS_SECRET_ACCESS_KEY=[REDACTED secret access key]"),
        (f"aws_secret_access_key = {SECRET}", "aws_secret_access_key = [REDACTED secret access key]"),
        (f"$env:AWS_SESSION_TOKEN='{TOKEN}'", "$env:AWS_SESSION_TOKEN='[REDACTED session token]'"),
        (f'{{"SecretAccessKey": "{SECRET}"}}', '{"SecretAccessKey": "[REDACTED secret access key]"}'),
        (f"<SecretAccessKey>{SECRET}</SecretAccessKey>", "<SecretAccessKey>[REDACTED secret access key]</SecretAccessKey>"),
        (f"secret_key: {SECRET}", "secret_key: [REDACTED secret access key]"),
        (f"{{SecretAccessKey:{SECRET} SessionToken:{TOKEN}}}", "{SecretAccessKey:[REDACTED secret access key] SessionToken:[REDACTED session token]}"),
        (f"X-Amz-Security-Token: {TOKEN}", "X-Amz-Security-Token: [REDACTED session token]"),
        (f"GET https://b.s3.amazonaws.com/k?X-Amz-Signature={HEX}&x=1", "GET https://b.s3.amazonaws.com/k?X-Amz-Signature=REDACTED-signature&x=1"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer [REDACTED bearer token]"),
        (f"token {JWT} was refused", "token [REDACTED web token] was refused"),
        (f"Encoded authorization failure message: {BLOB}", "Encoded authorization failure message: [REDACTED encoded message]"),
        ("password: hunter2", "password: [REDACTED password]"),
        ("https://ana:s3cr3t@git.example.com/x.git", "https://ana:REDACTED-password@git.example.com/x.git"),
    ],
)  # fmt: skip
def test_secrets_go(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the token is expired, and no password helps",
        "commit 0123456789abcdef0123456789abcdef01234567",
        "requestId: 7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93",
        "sha256:" + HEX,
        "AccessDenied: Access Denied",
        "secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3",
        "session policy, session name, signing region",
        DENIAL,
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_a_document_stays_one() -> None:
    text = json.dumps(
        {
            "log": json.dumps(
                {"SecretAccessKey": SECRET, "message": f"Encoded authorization failure message: {BLOB}"}
            )
        }
    )
    shown = json.loads(json.loads(redact(text))["log"])
    assert shown["SecretAccessKey"] == "[REDACTED secret access key]"
    assert BLOB not in shown["message"]


def test_the_same_value_gets_the_same_pseudonym_everywhere() -> None:
    text = f"{DENIAL}\nana is of 111122223333; s3://orders-archive/2026.csv; https://orders-archive.s3.amazonaws.com/"
    shown = redact(text, identifiers=True)
    for value in ("111122223333", "ana", "orders-archive", "2026", "team"):
        assert value not in shown
    first = parse(shown)
    assert first is not None
    account = first.account
    assert account is not None
    assert shown.count(account) == 2
    assert shown.count("user-1") == 2


def test_other_values_get_other_pseudonyms() -> None:
    shown = redact("arn:aws:iam::111122223333:role/app, arn:aws:iam::444455556666:role/job", identifiers=True)
    first, second = shown.split(", ")
    assert first.split(":")[4] != second.split(":")[4]
    assert first.split("/")[-1] != second.split("/")[-1]


@pytest.mark.parametrize(
    ("arn", "kept"),
    [
        ("arn:aws-cn:eks:cn-north-1:111122223333:cluster/orders", "arn:aws-cn:eks:cn-north-1:"),
        ("arn:aws-us-gov:iam::111122223333:role/a/b/app", "arn:aws-us-gov:iam::"),
        (
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_View_0123456789abcdef",
            "AWSReservedSSO_",
        ),
        (
            "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS",
            "AWSServiceRoleForAmazonEKS",
        ),
        ("arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60718", ":instance/i-"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("arn:aws:ec2:eu-west-1:111122223333:instance/*", ":instance/*"),
    ],
)
def test_shape_stays(arn: str, kept: str) -> None:
    shown = redact(arn, identifiers=True)
    assert kept in shown
    assert shown.count("/") == arn.count("/")
    assert shown.count(":") == arn.count(":")
    assert "111122223333" not in shown


@pytest.mark.parametrize("identifiers", [False, True])
def test_the_redacted_text_is_explained_as_before(*, identifiers: bool) -> None:
    text = f"export AWS_SECRET_ACCESS_KEY={SECRET}\n\n{DENIAL}\n"
    before, after = explain(text), explain(redact(text, identifiers=identifiers))
    assert [cause.code for cause in after.causes] == [cause.code for cause in before.causes]
    assert after.failure is not None
    assert after.failure.action == "s3:GetObject"


def test_redacting_twice_is_redacting_once() -> None:
    text = f"{DENIAL}\npassword={SECRET}\n{JWT}"
    for identifiers in (False, True):
        once = redact(text, identifiers=identifiers)
        assert redact(once, identifiers=identifiers) == once


def test_every_failure_of_a_log_stays() -> None:
    log = (
        f"10:00 INFO up\n{DENIAL}\n10:01 INFO\n\nerror: You must be logged in to the server (Unauthorized)\n"
    )
    kinds = [failure.kind for failure in scan(log)]
    assert [failure.kind for failure in scan(redact(log, identifiers=True))] == kinds


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError):
        redact(b"password=hunter2")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
