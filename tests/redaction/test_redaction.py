"""Test what ``redact`` removes, what it keeps, and how it marks what it removed."""

from __future__ import annotations

import html
import json
import random
import string

import pytest

from iamtriage import explain, parse, redact, scan
from tests.tables import check_rows

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYDEMODEMOKY"
TOKEN = "IQoJb3JpZ2luX2VjABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=="
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImRlbW8ifQ.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6c2hvcDpjYXJ0In0.c2lnbmF0dXJlLW9mLXRoaXMtdG9rZW4"
OPAQUE = "q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK0oIeRxQz"
BLOB = "aB3_dE6fG9" * 12
HEX = "0123456789abcdef" * 4
USER = "arn:aws:iam::111122223333:user/team/ana"
DENIAL = f"User: {USER} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders-archive/2026.csv because no identity-based policy allows the s3:GetObject action"


@check_rows("width", range(24, 80, 5))
@check_rows("length", [13, 40, 100])
def test_secret_in_wrapped_html_is_hidden(width: int, length: int) -> None:
    """A terminal can break an entity, and a line with entities is shorter when they are decoded."""
    rnd = random.Random(3)
    value = "".join(rnd.choices(string.ascii_letters + string.digits, k=length))
    text = "some words before it " * 3 + html.escape(
        json.dumps({"user": "ana", "db_password": value, "x": 1})
    )
    wrapped = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    shown = redact(wrapped).replace("\n", "")
    assert not any(value[at : at + 8] in shown for at in range(length - 7))


def test_value_on_the_line_after_escaped_json_is_hidden() -> None:
    """A box breaks JSON in JSON between a key and its value."""
    text = (
        '╷\n│ Error: {"Name": "orders/db", "SecretString": "{\\"username\\": \\"ana\\", \\"password\\":\n'
        '│ \\"aB3dE6fG\\"}"}\n│ Error from server (Forbidden): pods is forbidden: User "ana" cannot list\n'
        '│ resource "pods" in API group "" in the namespace "web"\n│\n│   with module.cluster,\n╵'
    )
    shown = redact(text)
    assert "aB3dE6fG" not in shown
    assert redact(shown) == shown


@check_rows(
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
        (f"https://b.s3.amazonaws.com/k?X-Amz-Signature={HEX}: timed out", "https://b.s3.amazonaws.com/k?X-Amz-Signature=REDACTED-signature: timed out"),
        (f"on https://b.s3.amazonaws.com/k?X-Amz-Signature={HEX}.", "on https://b.s3.amazonaws.com/k?X-Amz-Signature=REDACTED-signature."),
        (f"GET https://b.s3.amazonaws.com/k?X-Amz-Signature={HEX}&x=1", "GET https://b.s3.amazonaws.com/k?X-Amz-Signature=REDACTED-signature&x=1"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer [REDACTED bearer token]"),
        (f"token {JWT} was refused", "token [REDACTED web token] was refused"),
        (f"Encoded authorization failure message: {BLOB}", "Encoded authorization failure message: [REDACTED encoded message]"),
        ("password: hunter2", "password: [REDACTED password]"),
        ("https://ana:s3cr3t@git.example.com/x.git", "https://ana:REDACTED-password@git.example.com/x.git"),
    ],
)  # fmt: skip
def test_secrets_are_removed(text: str, expected: str) -> None:
    assert redact(text) == expected


@check_rows(
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
def test_other_text_is_kept(text: str) -> None:
    assert redact(text) == text


# In every log, names of secrets are next to values that are not secrets.
_NO_SECRETS = (
    "AWS_WEB_IDENTITY_TOKEN_FILE=/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    "open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied",
    "aws sts assume-role-with-web-identity --web-identity-token file:///tmp/token",
    "aws secretsmanager get-secret-value --secret-id orders/db",
    "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-a1B2c3 because",
    "InvalidClientTokenId: The security token included in the request is invalid.",
    "An error occurred (ExpiredToken) when calling the GetSessionToken operation: The provided token has expired.",
    "ExpiredToken: The provided token has expired.",
    "Request is missing Authentication Token",
    "(RequestToken: 7d2e9a01-3b4c-4d5e-8f60-718293a4b5c6, HandlerErrorCode: GeneralServiceException)",
    '{"NextToken": "aB3dE6fG9hJ2kL5mN8", "ClientToken": "7d2e9a01-3b4c-4d5e-8f60-718293a4b5c6"}',
    '{"password": null, "token": "", "max_tokens": 4096}',
    "export AWS_SECRET_ACCESS_KEY=$SECRET AWS_SESSION_TOKEN=${TOKEN} DB_PASSWORD=$(cat /run/pw)",
    "aws_secret_access_key = <your secret key>",
    "secret_key     ****************MOKY shared-credentials-file",
    "password=********",
    "AWS Secret Access Key [None]: ",
    "invalid password: must not be empty",
    "error: --password is required",
    'password authentication failed for user "orders"',
    "kind: Secret\nmetadata:\n  name: orders-db\nsecretName: orders-db\nsecret: orders-db",
    "https://example.com:8080/a@b?x=1, git@github.com:example/orders.git",
    "Authorization: required",
    "the Authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
    f"AKIAIOSFODNN7DEMODEM 0123456789abcdef0123456789abcdef01234567 {HEX}",
    "AKIAIOSFODNN7DEMODEM /usr/local/lib/python3/site-packages/boto",
    "-----BEGIN CERTIFICATE-----\nMIIabc\n-----END CERTIFICATE-----",
    # Types.
    "token: Token | botocore.tokens.FrozenAuthToken",
    "token: Token | orders.models.Frozen",
    "def sign(auth_token: Token | botocore.tokens.FrozenAuthToken | None, *, region: str) -> None:",
    "TypeError: expected token: Token | botocore.tokens.FrozenAuthToken, got str",
    '{"token": "Token | botocore.tokens.FrozenAuthToken"}',
    "token: botocore.tokens.FrozenAuthToken",
    "session_token: orders.models.SessionToken = None",
    "| Token | botocore.tokens.FrozenAuthToken |",
    "token: str | None = None, password: str = None",
)


@check_rows("text", _NO_SECRETS, ids=[text[:40] for text in _NO_SECRETS])
def test_values_that_are_not_secrets_are_kept(text: str) -> None:
    assert redact(text) == text


@check_rows(
    ("text", "expected"),
    [
        ('{"password": 12345, "x": null}', '{"password": "[REDACTED password]", "x": null}'),
        (r'{"password": "a\"b\\", "user": "ana"}', '{"password": "[REDACTED password]", "user": "ana"}'),
        (r'"{\"password\": \"a\\\"b\", \"user\": \"ana\"}"', r'"{\"password\": \"[REDACTED password]\", \"user\": \"ana\"}"'),
        ("password: 'it''s Zq7'", "password: '[REDACTED password]'"),
        ("DB_PASSWORD=ab,c;d)e&f", "DB_PASSWORD=[REDACTED password]"),
        ("password = correct horse battery # of the cat", "password = [REDACTED password] # of the cat"),
        ("password=Zq7hunter2, user=ana", "password=[REDACTED password], user=ana"),
        ('- "x\\npassword: Zq7hunter2\\ny z"', '- "x\\npassword: [REDACTED password]\\ny z"'),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA/7\n-----END EC PRIVATE KEY-----\nok", "[REDACTED private key]\nok"),
        (f"-----BEGIN PRIVATE KEY-----\nMHcCAQEEIA/7{SECRET}\nabcdefghijklmnop\n-----END PRIVATE KEY-----\n" * 2, "[REDACTED private key]\n" * 2),
        # A type can be between a name and its value. What only looks like a type is removed.
        ('password: str = "hunter2hunter2"', 'password: str = "[REDACTED password]"'),
        ('token: str | None = "Zq7Zq7Zq7"', 'token: str | None = "[REDACTED token]"'),
        ('password: Optional[str] = "hunter2hunter2"', 'password: Optional[str] = "[REDACTED password]"'),
        ('const password: string = "hunter2hunter2";', 'const password: string = "[REDACTED password]";'),
        ('password: SecretStr = SecretStr("hunter2hunter2")', 'password: SecretStr = SecretStr("[REDACTED password]")'),
        ("token: Token | botocore.tokens.FrozenAuthToken = 'Zq7Zq7Zq7'", "token: Token | botocore.tokens.FrozenAuthToken = '[REDACTED token]'"),
        ("token: Token | orders.models.Frozen7", "token: Token | [REDACTED token]"),
        ("token: Token | aB.orders.Models", "token: Token | [REDACTED token]"),
        ("| Token | orders.models.Frozen |", "| Token | [REDACTED token] |"),
        ("name: Token | orders.models.Frozen", "name: Token | [REDACTED token]"),
        ("token: orders.models.Frozen", "token: [REDACTED token]"),
        ("password: orders.models.Password", "password: [REDACTED password]"),
        (f"token: Token | {JWT}", "token: Token | [REDACTED token]"),
        (f"<Token-0>{TOKEN}</Token-0>", "<Token-0>[REDACTED token]</Token-0>"),
        (f"Encoded authorization failure message: {BLOB[:30]}****{BLOB[:9]} and", "Encoded authorization failure message: [REDACTED encoded message] and"),
        (f"token={'aB3dE6fG' * 500} a", "token=[REDACTED token] a"),
        ("a=mysql%20-pZq7hunter&b=%7B%22pw%22:%22x&c=a%20b%22%7D&d=mysql%2520-pZq7hunter", "a=mysql%20-pREDACTED-password&b=%7B%22pw%22:%22x&c=a%20b%22%7D&d=mysql%2520-pREDACTED-password"),
        ('sh -c "\\"a\\": \\"b\\"\npassword=xxxxxxxx; export token=Zq7Zq7Zq7"', 'sh -c "\\"a\\": \\"b\\"\npassword=xxxxxxxx; export token=[REDACTED token]"'),
        ('sh -c "\\"a\\": \\"b\\"\npassword=xxxxxxxx"', 'sh -c "\\"a\\": \\"b\\"\npassword=xxxxxxxx"'),
        ("sshpass -p'Zq7hunter2' ssh h", "sshpass -p'[REDACTED password]' ssh h"),
        ('gh secret set DB_PASSWORD -b"Zq7hunter2"', 'gh secret set DB_PASSWORD -b"[REDACTED secret]"'),
        ("PASSWORD = N'Zq7hunter2', DEFAULT_DATABASE=x", "PASSWORD = N'[REDACTED password]', DEFAULT_DATABASE=x"),
        ("map[Host:[h] Cookie:[sid=Zq7Zq7Zq7aB3dE6]]", "map[Host:[h] Cookie:[[REDACTED cookie]]]"),
        ("`Cookie: sid=Zq7Zq7Zq7aB3dE6; a=b`", "`Cookie: [REDACTED cookie]`"),
        ('open "password=Zq7hunter2": permission denied', 'open "password=[REDACTED password]": permission denied'),
        ("curl -H 'X-Db-Password: 000123Aa' https://h/\nx is forbidden: y", "curl -H 'X-Db-Password: [REDACTED password]' https://h/\nx is forbidden: y"),
    ],
    ids=["a number", "escapes", "escapes in escapes", "a doubled quote", "signs", "a passphrase", "another field", "a string with newlines", "a private key", "two private keys",
         "a type", "a type or none", "an optional type", "a type of TypeScript", "a wrapper", "a class's value", "a digit", "a capital",
         "a row", "another name", "another class", "a password like a class", "a web token", "S3's InvalidToken", "a mask inside", "a long token", "percent-encoded texts", "a mask in a script", "the end of a script",
         "an option in quotes", "an option in double quotes", "a string of SQL", "a list of Go", "code", "a setting in quotes", "a command and a sentence"],
)  # fmt: skip
def test_whole_secret_is_removed(text: str, expected: str) -> None:
    assert redact(text) == expected


@check_rows(
    ("text", "expected"),
    [
        ("docker login -u ana \\\n -p Zq7hunter2", "docker login -u ana \\\n -p [REDACTED password]"),
        ("authorization: bearer {0}\n{0}{0}{0}\nok".format("q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK"), "authorization: bearer " + "x" * 32 + "\n" + "x" * 73 + "[REDACTED bearer token]\nok"),
        (f"AKIAIOSFODNN7EXAMPLE {SECRET[:20]}\n{SECRET[20:]}", f"AKIAIOSFODNN7EXAMPLE [REDACTED secret access key]\n{'x' * 20}"),
        ("-----BEGIN PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\nMHcCAQEEIA/7\n-----END PRIVATE KEY-----\nok", "[REDACTED private key]\nok"),
        ("k8s-aws-v1.[REDACTED] and k8s-aws-v1.aHR0cHM6Ly9zdHM", "k8s-aws-v1.[REDACTED] and [REDACTED EKS token]"),
        ("ghp_" + "a" * 36, "ghp_" + "a" * 36),
        ('"{\\"password\\": \\"Zq7hunter2\\", \\"a', '"{\\"password\\": \\"[REDACTED password]\\", \\"a'),
        ("xoxb-REDACTED-token-1234567890 glpat-REDACTED-token-abcdefghi123", "xoxb-REDACTED-token-1234567890 glpat-REDACTED-token-abcdefghi123"),
        ("".join(f"{n} token: retry\n" for n in range(11_000)) + "password: Zq7hunter2", "".join(f"{n} token: retry\n" for n in range(11_000)) + 'password: "[REDACTED password]"'),
        ('token: "q7Zr2kLmN8vXcB4t\nsecond: x"', 'token: "[REDACTED token]\nsecond: x"'),
        ('password: "a\\"b', 'password: "[REDACTED password]'),
        (f"Signature=abc of Credential=AKIAIOSFODNN7EXAMPLE/2031, Signature={HEX}", "Signature=abc of Credential=AKIAIOSFODNN7EXAMPLE/2031, Signature=[REDACTED signature]"),
        (f"encoded authorization failure message: Zq7_encoded_authorization_failure_message={BLOB} and", "encoded authorization failure message: [REDACTED encoded message] and"),
        ("requestToken=7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93", "requestToken=7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93"),
        ("my_token: 7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93", "my_token: 7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93"),
        ("k8s-aws-v1.{0}{0}\nk8s-aws-v1.{0}{0}\nok".format("q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK"), "x" * 75 + "\n" + "x" * 55 + "[REDACTED EKS token]\nok"),
        ('token: "{0}{0}{0}\\n{0}{0}\n{0}{0}"'.format("q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK"), 'token: "' + "x" * 162 + "\n" + "x" * 48 + '[REDACTED token]"'),
        ("eyJhbGciOiJSUzI1NiIsImtpZCI6\nsomething else here", "eyJhbGciOiJSUzI1NiIsImtpZCI6\nsomething else here"),
        ('my_token: "7f3d0c52-9a41-4e6b-8d27-5b1e60c4fa93"', 'my_token: "[REDACTED token]"'),
        ('xpsk="Zq7hunter3Zq7hunter3" my_psk="Zq7hunter2Zq7hunter2"', 'xpsk="Zq7hunter3Zq7hunter3" my_psk="[REDACTED secret]"'),
        ("100000000000:A" + "a" * 34, "100000000000:A" + "a" * 34),
        ("2031-04-05T06:07:08Z " + "worker-6f9d4 " * 13 + "aws_session_token:\n2031-04-05T06:07:09Z " + "worker-6f9d4 " * 13 + f"{TOKEN}", "2031-04-05T06:07:08Z " + "worker-6f9d4 " * 13 + "aws_session_token:\n2031-04-05T06:07:09Z " + "worker-6f9d4 " * 13 + "[REDACTED session token]"),
        ("2031-04-05T06:07:08Z " + "worker-6f9d4 " * 13 + "token: {0}{0}\n".format("q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK") + "2031-04-05T06:07:09Z " + "worker-6f9d4 " * 13 + "q7Zr2kLmN8vXcB4tYwE6uPsA9dFgH1jK", "2031-04-05T06:07:08Z " + "worker-6f9d4 " * 13 + f"token: {'x' * 64}\n" + "2031-04-05T06:07:09Z " + "worker-6f9d4 " * 13 + "x" * 16 + "[REDACTED token]"),
        ('web1 | password=\nweb1 | "hunter2"', 'web1 | password=\nweb1 | "[REDACTED password]"'),
        ('password:\n"hunter2"', 'password:\n"[REDACTED password]"'),
        ('password:\n"Enter your password"', 'password:\n"Enter your password"'),
        ("> a: 1\n> DB_PASSWORD: >\n>   tr0ub4dor\n", "> a: 1\n> DB_PASSWORD: >\n>   [REDACTED password]\n"),
        ("\x1b[32mweb1 | DB_PASSWORD: |\nweb1 |   tr0ub4dor\nweb1 | a: b", "\x1b[32mweb1 | DB_PASSWORD: |\nweb1 |   [REDACTED password]\nweb1 | a: b"),
        ("PGPASSWORD=hunter2Horse9 psql -h db orders", "PGPASSWORD=[REDACTED password] psql -h db orders"),
        ("PGPASSWORD=hunter2Horse9 ./run all", "PGPASSWORD=[REDACTED password] ./run all"),
        ("AKIA" * 20_000, "[REDACTED session token]"),
        ("token" + "x" * 100_000 + " password=Zq7hunter2", "token" + "x" * 100_000 + " password=[REDACTED password]"),
        ("https://orders.example/?X-Amz-Signature=" + "0a1b" * 900, "https://orders.example/?X-Amz-Signature=" + "0a1b" * 900),
    ],
    ids=["a command over two lines", "a token over two lines", "a key over two lines", "a key begun twice", "a marker", "a mask",
         "JSON that is cut in a string", "markers within tokens", "many names without secrets", "an unclosed quote", "an escaped quote that nothing closes", "two signatures", "a message with the label inside", "an ID", "an unquoted ID", "a token per line", "an escaped and a written newline", "half a web token", "an ID or a token", "a name within a word",
         "a mask of a token", "long prefixes of lines", "long prefixes and two lines", "a prefix and a quoted value", "a quoted value below", "a quoted sentence below", "a quotation", "a color before the first prefix", "a command", "a program", "a long value after an ID", "a long word", "too long a signature"],
)  # fmt: skip
def test_secrets_by_their_form(text: str, expected: str) -> None:
    """A mask, a marker and what is too long for a signature stay."""
    assert redact(text) == expected


@check_rows(
    ("text", "expected"),
    [
        ("kind: Secret\nownerReferences:\n- kind: Secret\n  name: a\ndata:\n  a: pear-tree\nkind: Secret\n", 'kind: Secret\nownerReferences:\n- kind: Secret\n  name: a\ndata:\n  a: "[REDACTED secret]"\nkind: Secret\n'),
        ("kind: Pod\ndata:\n  a: plum\n---\nkind: Secret\ndata:\n  # pears\n  a: pear-tree\n", 'kind: Pod\ndata:\n  a: plum\n---\nkind: Secret\ndata:\n  # pears\n  a: "[REDACTED secret]"\n'),
        ("kind: Secret\nstringData:\n  a: \"pear-tree\"\n  b: 'plum-tree'\n", "kind: Secret\nstringData:\n  a: \"[REDACTED secret]\"\n  b: '[REDACTED secret]'\n"),
        ("kind: Secret\nstringData:\n  a: |\n  b: pear-tree\n", 'kind: Secret\nstringData:\n  a: |\n  b: "[REDACTED secret]"\n'),
        ("kind: Secret\nstringData:\n  a: |\n    pear-tree\n\n    plum-tree\n", "kind: Secret\nstringData:\n  a: |\n    [REDACTED secret]\n"),
        ("kind: Secret\nstringData:\n  a: |\n\n    pear-tree\n  b: plum-tree\n", 'kind: Secret\nstringData:\n  a: |\n\n    [REDACTED secret]\n  b: "[REDACTED secret]"\n'),
        ("a-longer-name: 1\n" * 2_100 + "kind: Secret\nstringData:\n  a: pear-tree\n", "a-longer-name: 1\n" * 2_100 + 'kind: Secret\nstringData:\n  a: "[REDACTED secret]"\n'),
    ],
    ids=["kind twice", "another document and a comment", "quotes", "an empty block", "a block with an empty line", "a block after an empty line", "a long document"],
)  # fmt: skip
def test_values_of_a_kubernetes_secret_are_removed(text: str, expected: str) -> None:
    """Whatever their keys, and however YAML writes them. If not all of a text is YAML, markers have no quotes."""
    start = "one: two: three\n---\n"
    unquoted = start + expected.replace(': "[REDACTED secret]"', ": [REDACTED secret]")
    assert redact(start + text).replace(': "[REDACTED secret]"', ": [REDACTED secret]") == unquoted
    assert redact(text) == expected


_KEPT_LINES = "connected\nrequestId=7F3d0c52 took 12 ms"


@pytest.mark.parametrize(
    "start", ["", "2031-04-05T06:07:08Z ", "worker-6f9d4 app ", "web1 | ", "│ ", "> ", "# "]
)
@check_rows(
    ("text", "expected"),
    [
        (f"aws_secret_access_key: |\n  {SECRET}", "aws_secret_access_key: |\n  [REDACTED secret access key]"),
        (f"- name: AWS_SESSION_TOKEN\n  value: {TOKEN}", "- name: AWS_SESSION_TOKEN\n  value: [REDACTED session token]"),
        (f'setx AWS_SESSION_TOKEN\n"{TOKEN}"', 'setx AWS_SESSION_TOKEN\n"[REDACTED session token]"'),
        (f"||  ClientSecret  |\n{SECRET}  ||", "||  ClientSecret  |\n[REDACTED secret]  ||"),
        (f"AWS Secret Access\nKey [None]: {SECRET}", "AWS Secret Access\nKey [None]: [REDACTED secret access key]"),
        (f"authorization: bearer\n{OPAQUE}", "authorization: bearer\n[REDACTED bearer token]"),
        (f"-----BEGIN PRIVATE KEY-----\n{SECRET * 2}\n{SECRET}", "[REDACTED private key]"),
        ("the new password:\nconnected", "the new password:\nconnected"),
        ("refreshing the access_token:\nrequestId=7F3d0c52 took 12 ms", "refreshing the access_token:\nrequestId=7F3d0c52 took 12 ms"),
    ],
)  # fmt: skip
def test_line_break_before_a_value_hides_no_secret(start: str, text: str, expected: str) -> None:
    """Whatever a log, a box or a wrapper puts between a name and its value."""
    lines = text.split("\n")
    shown = redact("\n".join(start + line for line in [*lines, *_KEPT_LINES.split("\n")]))
    wanted = "\n".join(start + line for line in [*expected.split("\n"), *_KEPT_LINES.split("\n")])
    assert "".join(shown.split()).replace("x[REDACTED", "[REDACTED") == "".join(wanted.split())


_LOG = "".join(
    f"2031-04-05T06:07:{second:02}Z INFO request {second} took 12 ms, session of user-{second}\n"
    for second in range(60)
)


@check_rows(
    ("text", "expected"),
    [
        (f"│ {TOKEN[:40]}\n│ {TOKEN[40:]}", "[REDACTED session token]"),
        (f"aws_secret_access_key:\n    {SECRET}", "[REDACTED secret access key]"),
        (
            "CREATE USER 'ana'@'10.0.0.0/255.255.255.0'\n  IDENTIFIED BY\n    'hunter2';",
            "IDENTIFIED BY '[REDACTED password]';",
        ),
        ("the password\nis now\nhunter2Horse9", "is now [REDACTED password]"),
        ("&quot;password&quot;: &quot;hunter2&quot;", "&quot;[REDACTED password]&quot;"),
    ],
)
def test_secret_in_a_long_log_is_hidden_as_if_alone(text: str, expected: str) -> None:
    shown = redact(text)
    assert expected in " ".join(shown.split()).replace("│ ", "").replace("x", "")
    assert redact(f"{_LOG}{text}\n{_LOG}") == f"{_LOG}{shown}\n{_LOG}"


@pytest.mark.parametrize(
    ("other", "text", "expected"),
    [
        ("_auth=YWI5cGFzc3dvcmQx", "_auth=YWI6cGFzc3dvcmQx", "_auth=[REDACTED authorization]"),
        ("token%2DaB3dE6fG9 ok", "token%3DaB3dE6fG9 ok", "token%3DREDACTED-token ok"),
    ],
)
def test_text_that_differs_in_digits_from_many_others_is_judged_alone(
    other: str, text: str, expected: str
) -> None:
    """A digit of an escape, or of an encoded login, decides whether a value is a secret."""
    lines = f"{other}\n" * 40
    assert redact(f"{lines}{text}\n{lines}") == f"{lines}{expected}\n{lines}"


def test_times_before_lines_differ() -> None:
    text = f"06:07:08.123 app aws_session_token:\n06:07:09.456 app   {TOKEN}\n06:07:10.789 app ready"
    assert redact(text) == (
        "06:07:08.123 app aws_session_token:\n06:07:09.456 app   [REDACTED session token]\n06:07:10.789 app ready"
    )


def test_documents_stay_valid() -> None:
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


def test_equal_values_get_equal_pseudonyms() -> None:
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


@check_rows(
    ("text", "expected"),
    [
        ("111122223333, 1111-2222-3333", "100000000001, 1000-0000-0001"),
        ('{"accountId": 111122223333}', '{"accountId": 100000000001}'),
        ("at 202604050607 and 20260405060708", "at 202604050607 and 20260405060708"),
        ("arn:aws:s3:::logs-111122223333-eu-west-1/* of 111122223333", "arn:aws:s3:::bucket-1-100000000001-eu-west-1/* of 100000000001"),
        ("https://orders.s3.eu-west-1.amazonaws.com/a.csv s3://orders/b/a.csv", "https://bucket-1.s3.eu-west-1.amazonaws.com/object-1.csv s3://bucket-1/object-2/object-1.csv"),
        ("https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "https://sqs.eu-west-1.amazonaws.com/100000000001/queue-1"),
        ("https://eu-west-1.queue.amazonaws.com/111122223333/orders", "https://eu-west-1.queue.amazonaws.com/100000000001/queue-1"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com/orders:v1.2", "100000000001.dkr.ecr.eu-west-1.amazonaws.com/repository-1:v1.2"),
        ("sts.eu-west-1.amazonaws.com, ec2.amazonaws.com, delivery.logs.amazonaws.com", "sts.eu-west-1.amazonaws.com, ec2.amazonaws.com, delivery.logs.amazonaws.com"),
        ("https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", "https://00000000000000000000000000000001.gr7.eu-west-1.eks.amazonaws.com oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000001"),
        ("ip-10-0-1-2.ec2.internal has 10.0.1.2, not 10.0.1.3 or 169.254.169.254 or 127.0.0.1", "ip-0-0-0-1.ec2.internal has 0.0.0.1, not 0.0.0.2 or 169.254.169.254 or 127.0.0.1"),
        ("fd00:1::5 at 06:07:08 in aws::sdk::v1", "2001:db8::1 at 06:07:08 in aws::sdk::v1"),
        ("ana@example.org, git@github.com:a/b", "person-1@example.com, git@github.com:a/b"),
        ("AKIAIOSFODNN7DEMODEM, AROAEXAMPLEEXAMPLE:ana-7", "AKIAxxxxxxxxxxxxxxx1, AROAxxxxxxxxxxxxx1:session-1"),
        ("vpc-0a1b2c3d4e5f60718 sg-0a1b2c3d my-service-0a1b2c3d", "vpc-00000000000000001 sg-00000001 my-service-0a1b2c3d"),
        ("arn:aws:iam::${AWS::AccountId}:role/<name> arn:aws:iam::xxxx:user/${aws:username}/x", "arn:aws:iam::${AWS::AccountId}:role/<name> arn:aws:iam::xxxx:user/${aws:username}/user-1"),
        ("role-2 is not arn:aws:iam::111122223333:role/payments nor role-1", "role-2 is not arn:aws:iam::100000000001:role/role-3 nor role-1"),
        ("aws eks update-kubeconfig --cluster-name orders-eu; orders-eu", "aws eks update-kubeconfig --cluster-name cluster-1; cluster-1"),
        ("arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF", "arn:aws:iam::100000000001:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/00000000000000000000000000000001"),
        ("arn:aws:iam::111122223333:oidc-provider/idp.orders.example/tenants/blue", "arn:aws:iam::100000000001:oidc-provider/provider-1/path-1/path-2"),
        ("arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com", "arn:aws:iam::100000000001:oidc-provider/token.actions.githubusercontent.com"),
        ("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/orders", "arn:aws:logs:eu-west-1:100000000001:log-group:/aws/lambda/log-group-1"),
        ("https://orders.awsapps.com/start of d111111abcdef8.cloudfront.net", "https://name-1.awsapps.com/start of name-2.cloudfront.net"),
        ("https://s3.eu-west-1.amazonaws.com/orders/2026.csv", "https://s3.eu-west-1.amazonaws.com/bucket-1/object-1.csv"),
        ("i-00000001, i-0a1b2c3d, i-00000002, i-1a1b2c3d", "i-00000001, i-00000003, i-00000002, i-00000004"),
        ("999.1.2.3, 10.1.2.300 and 10.1.2.3", "999.1.2.3, 10.1.2.300 and 0.0.0.1"),
        ("AROAEXAMPLEEXAMPLE:ana AROAEXAMPLEEXAMPLE", "AROAxxxxxxxxxxxxx1:session-1 AROAxxxxxxxxxxxxx1"),
        ("User: arn:aws:sts::11112222****:assumed-role/app/ana is not authorized to perform: s3:GetObject", "User: arn:aws:sts::xxxxxxxx****:assumed-role/role-1/session-1 is not authorized to perform: s3:GetObject"),
        ("arn:aws:iam::111122223333:role/cdk-tea-lookup-role-111122223333-eu-west-1, arn:aws:s3:::cdk-hnb659fds-assets-111122223333-eu-west-1", "arn:aws:iam::100000000001:role/cdk-q1-lookup-role-100000000001-eu-west-1, arn:aws:s3:::cdk-hnb659fds-assets-100000000001-eu-west-1"),
        ("SageMaker is unable to perform: sts:AssumeRole on the role", "SageMaker is unable to perform: sts:AssumeRole on the role"),
        ("arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_1123456789abcdef/ana", "arn:aws:sts::100000000001:assumed-role/AWSReservedSSO_Set1_0000000000000001/session-1 arn:aws:sts::100000000001:assumed-role/AWSReservedSSO_Set1_0000000000000002/session-1"),
        ("https://sqs.eu-west-1.amazonaws.com/orders and s3://archive/a.csv.", "https://sqs.eu-west-1.amazonaws.com/orders and s3://bucket-1/object-1.csv."),
        ("arn:aws:iam::111122223333:user/anaresource: x", "arn:aws:iam::100000000001:user/user-1resource: x"),
        ("User: arn:aws is not authorized to perform: s3:GetObject on resource: arn:x", "User: arn:aws is not authorized to perform: s3:GetObject on resource: arn:x"),
        ("User: 111122223333 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::orders/list", "User: 100000000001 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bucket-1/object-1"),
        ('Error from server (Forbidden): pods "web-1" is forbidden: User "ana" cannot get resource "pods" in API group "" in the namespace "shop"', 'Error from server (Forbidden): pods "resource-1" is forbidden: User "principal-1" cannot get resource "pods" in API group "" in the namespace "namespace-1"'),
        ('User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: "ロール orders"', 'User: arn:aws:iam::100000000001:user/user-1 is not authorized to perform: iam:PassRole on resource: "ロール resource-1"'),
        ('User: arn:aws:sts::111122223333:assumed-role/app/or\nders is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::led\nger/x y" because no identity-based policy allows the s3:GetObject action', 'User: arn:aws:sts::100000000001:assumed-role/role-1/session-1 is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::bucket-1/object-1" because no identity-based policy allows the s3:GetObject action'),
        ("https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/orders/manifests/v1.2", "https://100000000001.dkr.ecr.eu-west-1.amazonaws.com/v2/repository-1/manifests/v1.2"),
    ],
    ids=["accounts", "a JSON number", "dates", "inside of a name", "buckets", "a queue", "a queue at an old host", "an image", "services", "a cluster", "addresses", "IPv6", "e-mail", "unique ids", "ids of EC2", "placeholders", "names like pseudonyms", "an option",
         "EKS as a provider", "a custom provider", "a public provider", "a function's log group", "hosts with one name", "a bucket in the path",
         "ids that exist", "invalid addresses", "an id without a session", "a masked account", "what the CDK creates", "a name of a service", "one permission set",
         "dots and a path that is no queue", "a broken word after an ARN", "incomplete ARNs", "an account as a caller", "an object of Kubernetes", "a type in Japanese", "ARNs over two lines", "the API of a registry"],
)  # fmt: skip
def test_pseudonyms(text: str, expected: str) -> None:
    shown = redact(text, identifiers=True)
    assert shown == expected
    assert redact(shown, identifiers=True) == shown


@check_rows("name", ["on", "user", "session", "policy", "sqs", "AccessDenied"])
def test_name_that_is_also_a_word_is_replaced_only_as_a_name(name: str) -> None:
    text = f"AccessDenied: User: arn:aws:iam::111122223333:user/{name} is not authorized to perform: sqs:SendMessage on resource: * with an explicit deny in a session policy"
    assert redact(text, identifiers=True) == text.replace("111122223333", "100000000001").replace(
        f"user/{name}", "user/user-1"
    )


def test_different_values_get_different_pseudonyms() -> None:
    shown = redact("arn:aws:iam::111122223333:role/app, arn:aws:iam::444455556666:role/job", identifiers=True)
    first, second = shown.split(", ")
    assert first.split(":")[4] != second.split(":")[4]
    assert first.split("/")[-1] != second.split("/")[-1]


@check_rows(
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
def test_form_is_kept(arn: str, kept: str) -> None:
    shown = redact(arn, identifiers=True)
    assert kept in shown
    assert shown.count("/") == arn.count("/")
    assert shown.count(":") == arn.count(":")
    assert "111122223333" not in shown


@pytest.mark.parametrize("identifiers", [False, True])
def test_redacted_text_has_the_same_explanation(*, identifiers: bool) -> None:
    text = f"export AWS_SECRET_ACCESS_KEY={SECRET}\n\n{DENIAL}\n"
    before, after = explain(text), explain(redact(text, identifiers=identifiers))
    assert [cause.code for cause in after.causes] == [cause.code for cause in before.causes]
    assert after.failure is not None
    assert after.failure.action == "s3:GetObject"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"| password | {'ab-' * 40}1! |", "| password | [REDACTED password] |"),
        (f"arn:{'${a}' * 60} x", f"arn:{'${a}' * 60} x"),
        (
            f"User: arn:aws:iam::111122223333:user/{'x' * 90}! is not authorized to perform: s3:GetObject",
            "User: arn:aws:iam::100000000001:user/user-1 is not authorized to perform: s3:GetObject",
        ),
    ],
    ids=["words joined by hyphens", "variables in an ARN", "a mask and another character"],
)
def test_repetitions_are_read_in_one_way(text: str, expected: str) -> None:
    # With a pattern that can read them in several ways, this takes years.
    assert redact(text, identifiers=True) == expected


def test_marker_without_quotes_stays_in_yaml() -> None:
    text = "Parameters:\n  Thing:\n    NoEcho: 'true'\n    Default: [REDACTED secret]\n    Type: String\n"
    assert redact(text) == text


def test_redacting_twice_changes_nothing() -> None:
    text = f"{DENIAL}\npassword={SECRET}\n{JWT}"
    for identifiers in (False, True):
        once = redact(text, identifiers=identifiers)
        assert redact(once, identifiers=identifiers) == once


def test_value_ends_where_a_private_key_begins() -> None:
    """Otherwise, only the marker of the key would end it."""
    key = "-----BEGIN PRIVATE KEY-----\nMHcCAQEEIA/7\n-----END PRIVATE KEY-----"
    lines = "request 7 took 12 ms\n" * 300
    once = redact(f"{lines}token: orders,{key}\n{lines}")
    assert once == f"{lines}token: [REDACTED token],[REDACTED private key]\n{lines}"
    assert redact(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-a1B2c3\t2031-04-05T06:07:08+00:00\tx\n",
            "arn:aws:secretsmanager:eu-west-1:100000000001:secret:secret-1\t2031-04-05T06:07:08+00:00\tx\n",
        ),
        (
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/token-a1B2c3\norders/token\tok\norders/token\tok\n",
            "arn:aws:secretsmanager:eu-west-1:100000000001:secret:secret-1/secret-2\nsecret-1/token\tok\n[REDACTED token]\tok\n",
        ),
    ],
    ids=["a date", "a name below a name"],
)
def test_pseudonym_in_columns_reveals_nothing_later(text: str, expected: str) -> None:
    once = redact(text, identifiers=True)
    assert once == expected
    assert redact(once, identifiers=True) == once


@check_rows(
    "text",
    [
        'n,m\n1,"secret%20%22=\nhttps://a:b@ > Authorization: Bearer ey\n123457authToken\n  ->"\n',
        "1Authorization: Bearer\\\naB7pwd->7&quot;?:\\s[^\\n]{0,160}\\Z ",
        "u=%253F--token%253A%252F%252Fkind%253A%2520Secret%250D%250Adata%253A%250D%250A",
        '{"SecretAccessKey": " %0Acookie\\"=>token: 7\\n\n',
    ],
)
def test_what_a_marker_reveals_in_a_short_text_is_hidden(text: str) -> None:
    """A marker after an escape or a separate value can change how the rest is read."""
    once = redact(text)
    assert redact(once) == once


@check_rows(
    "text",
    [
        "fs.s3a.session.token=(fs.s3a.session.token=(aB3dE6fG9hJ2",
        "token:s=PASSWORD='aB3dE6fG9hJ2'",
        "ansible_become_pass=''AccountKey='aB3dE6fG9hJ2'",
        'token:""x-api-key: "aB3dE6fG9hJ2"x"',
    ],
)
def test_name_before_a_marker_is_no_secret(text: str) -> None:
    """It is a value of the name before it only without the value that the marker replaces."""
    once = redact(text + "\nsome words of a report\n" * 200)
    assert "aB3dE6fG9hJ2" not in once
    assert redact(once) == once


@check_rows(
    "text",
    [
        "kind: Secret\n-----BEGIN PRIVATE KEY-----\nstringData:\n  a: pear-tree\n",
        'stringData:\n  a: "pear-tree\n-----BEGIN PRIVATE KEY-----\nkind: Secret\n',
        "kind: Secret\nstringData:\n  a: plum\n-----END PRIVATE KEY-----\n  b: pear-tree\n",
        "kind: Secret\nstringData:\n  a: pear-tree\n-----END PRIVATE KEY-----\n",
    ],
    ids=["before the data", "before the kind", "in the data", "after the data"],
)
def test_private_key_in_kubernetes_secret_ends_no_document(text: str) -> None:
    """A marker that replaces the key ends none, either."""
    once = redact(text + "\nsome words of a report\n" * 200)
    assert "pear-tree" not in once
    assert redact(once) == once


@pytest.mark.parametrize(("words", "count"), [(150, 4), (150, 20), (2, 500)])
def test_secret_in_repeated_wrapped_lines_is_hidden(words: int, count: int) -> None:
    """Lines that repeat others are searched only if the others contain a secret."""
    lines = f"│ {'some words ' * words}the password is\n│ hunter2Horse9 and\n"
    assert "hunter2Horse9" not in redact(lines * count)


def test_account_that_a_later_round_joins_gets_one_pseudonym() -> None:
    """The third round finds the pseudonym that the second one has made."""
    text = (
        "User: arn:aws:sts::111122223333:assumed-role/a/b is not authorized to perform: \nec2:RunInstances with an "
        "explicit deny in an identity-based policy. Authorizati\non ID: 000000\\n000000 for more"
    )
    once = redact(text, identifiers=True)
    assert once.endswith("Authorization ID: 100000000002 for more")
    assert redact(once, identifiers=True) == once


@pytest.mark.parametrize("name", ["x" * 200 + "a", "xX" * 100 + "/", "xx-" * 70 + "1"])
def test_name_like_a_mask_takes_no_long_time(name: str) -> None:
    """A pattern whose parts can match the same characters would take years."""
    text = f"User: arn:aws:iam::111122223333:user/{name} is not authorized to perform: s3:GetObject"
    assert "111122223333" not in redact(text, identifiers=True)


def test_repeated_report_that_is_wrapped_shows_no_name() -> None:
    """Only the surroundings of line breaks in words are searched again."""
    wrapped = (
        "Message returned: User: arn:aws:sts::111122223333:assumed-role/orders-dev-deploym\n"
        "entRole0B71AB61/deploy-7 is not authorized to perform: eks:DeleteCluster on resource: "
        "arn:aws:eks:eu-west-1:111122223333:cluster/orders\n"
    )
    log = f"{_LOG}{wrapped}{_LOG}{wrapped}{_LOG}"
    once = redact(log, identifiers=True)
    for name in ("orders", "entRole", "deploy-7", "111122223333"):
        assert name not in once
    assert redact(once, identifiers=True) == once
    assert once.count("request 7 took 12 ms") == 3


def test_short_name_after_a_line_break_is_replaced() -> None:
    """A report that repeats another one, except for its line breaks, states the same names."""
    report = f"User: {USER} is not authorized to perform: eks:ListClusters on resource: Hd with an explicit deny in a VPC endpoint policy"
    once = redact(report + "\n" + report.replace(": Hd", ":\nHd"), identifiers=True)
    assert "Hd" not in once
    assert redact(once, identifiers=True) == once


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            (
                "Apr  5 06:07:08 web1 app[4242]: User: anonymous is not authorized to per\\nform: s3:ListBucket on resource: role w8"
                "\\n because no VPC endpoint policy allows t\\nhe s3:ListBucket action. Go to https://a\\np-southeast-2.console.aws."
                "amazon.com/iam\\n/home?region=ap-southeast-2#/authorizati\\non-details/h6v6c92c19pkbzryv3n99047gb fo\\nr complete "
                "details, or call the GetReque\\nstAuthorizationDetails API with the foll\\nowing authorization id: h6v6c92c19pkbzry"
                "\\nv3n99047gb"
            ),
            "v3n99047gb",
        ),
        (
            (
                'time="2031-04-05T06:07:08Z" level=error msg="User: arn:aws-iso:iam::111122223333:root\\n is not authorized to '
                "perform: iam:Creat\\neRole on resource: arn:aws-eusc:secretsm\\nanager:eusc-de-east-1:444455556666:secre\\nt:nGr-a1B2c3."
                '" controller=nodes'
            ),
            "nGr",
        ),
    ],
    ids=["an ID", "a name"],
)
def test_name_in_a_wrapped_message_of_a_logger_is_replaced(text: str, name: str) -> None:
    """The pseudonyms change where the escaped line breaks in the message seem to be."""
    once = redact(text, identifiers=True)
    assert name not in once
    assert redact(once, identifiers=True) == once


def test_header_after_a_name_in_each_line_is_no_part_of_the_name() -> None:
    lines = "web-1 x-amz-id-2: aBcd1234EfGh5678iJkl90==\t\n" * 2
    assert "aBcd" not in redact(lines, identifiers=True)


def test_cluster_after_an_escaped_line_break_is_replaced() -> None:
    host = "0A1B2C3D4E5F60718293A4B5C6D7E8F9.gr7.eu-west-1.eks.amazonaws.com"
    assert "0A1B2C3D" not in redact(f"addr:fe80::2 x\\n{host}-", identifiers=True)


def test_every_failure_in_a_log_is_kept() -> None:
    log = (
        f"10:00 INFO up\n{DENIAL}\n10:01 INFO\n\nerror: You must be logged in to the server (Unauthorized)\n"
    )
    kinds = [failure.kind for failure in scan(log)]
    assert [failure.kind for failure in scan(redact(log, identifiers=True))] == kinds


def test_other_types_are_rejected() -> None:
    with pytest.raises(TypeError):
        redact(b"password=hunter2")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType,reportCallIssue]


@pytest.mark.parametrize(
    "who",
    [
        "user/[ana](https://mail.example.com/ana)",
        "assumed-role/dev/[ana@example.com](mailto:ana@example.com)",
    ],
)
def test_text_of_a_link_is_not_a_placeholder(who: str) -> None:
    hidden = redact(
        f"User: arn:aws:iam::111122223333:{who} is not authorized to perform: s3:GetObject", identifiers=True
    )
    assert "ana" not in hidden
    assert hidden.endswith(" is not authorized to perform: s3:GetObject")


def test_identifiers_in_the_columns_of_a_log_are_replaced() -> None:
    """A job name with identifiers is no prefix that redaction leaves out."""
    key, time = "ASIAQAAAAAAAVJNFUWS2", "2031-04-05T06:07:08.1234567Z"
    text = f"deploy 111122223333\t{key}\t{time} An error occurred (AccessDenied): Access Denied"
    shown = redact(text, identifiers=True)
    assert key not in shown
    assert "111122223333" not in shown


@check_rows(
    ("text", "expected"),
    [
        ("TOKEN=aB3dE6fG9hJ2\n+ [[ -z aB3dE6fG9hJ2 ]]", "TOKEN=[REDACTED token]\n+ [[ -z REDACTED-token ]]"),
        ("token: aB3dE6fG9hJ2\nxaB3dE6fG9hJ2", "token: [REDACTED token]\nxaB3dE6fG9hJ2"),
        ("PASSWORD=swordfish\nswordfish", "PASSWORD=[REDACTED password]\nswordfish"),
        (
            "| api_key | s3:GetObject |\nnot authorized to perform: s3:GetObject",
            "| api_key | [REDACTED secret] |\nnot authorized to perform: s3:GetObject",
        ),
    ],
    ids=["a repetition", "a part of a word", "a word", "an action"],
)
def test_random_secret_is_removed_where_it_is_repeated(text: str, expected: str) -> None:
    assert redact(text) == expected
