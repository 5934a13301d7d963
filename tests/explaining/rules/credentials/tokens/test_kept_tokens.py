"""Tests of web identity tokens that a program reads only once."""

from __future__ import annotations

import pytest

from iamtriage import explain

_EXPIRED = "\n\nAn error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: current date/time 1789430461 must be before the expiration date/time 1789344000\n"
_FILE = 'os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"]'
_READ = f"open({_FILE}).read()"
_PYTHON_CALL = 'sts.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="s", WebIdentityToken={})'
_NODE_CALL = "sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn: arn, WebIdentityToken: token }))"


@pytest.mark.parametrize(
    ("code", "variable", "reader"),
    [
        (f"JWT = {_READ}\n\ndef credentials():\n    return {_PYTHON_CALL.format('JWT')}", "JWT", _READ),
        (f"FILE = {_FILE}\nwith open(FILE) as f:\n    JWT = f.read()\n\ndef credentials():\n    return {_PYTHON_CALL.format('JWT')}", "JWT", None),
        (f"class Feed:\n    def __init__(self):\n        self.jwt = {_READ}\n\n    def login(self):\n        return {_PYTHON_CALL.format('self.jwt')}", "self.jwt", _READ),
        (f'const token = fs.readFileSync(process.env.AWS_WEB_IDENTITY_TOKEN_FILE, "utf8");\nasync function login() {{\n  return {_NODE_CALL};\n}}', "token", 'fs.readFileSync(process.env.AWS_WEB_IDENTITY_TOKEN_FILE, "utf8")'),
        ('\tjwt, err := os.ReadFile(os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"))\n\tfor {\n\t\tclient.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{\n\t\t\tWebIdentityToken: aws.String(string(jwt)),\n\t\t})', "jwt", None),
        ('JWT=$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")\nwhile true; do\n  aws sts assume-role-with-web-identity --role-arn "$ROLE" --role-session-name s --web-identity-token "$JWT" > /tmp/keys\n  ./work.sh\ndone', "JWT", '$(cat "$AWS_WEB_IDENTITY_TOKEN_FILE")'),
        (f'const token = fs.readFileSync(process.env.AWS_WEB_IDENTITY_TOKEN_FILE, "utf8");\nexports.login = () => {_NODE_CALL};', "token", 'fs.readFileSync(process.env.AWS_WEB_IDENTITY_TOKEN_FILE, "utf8")'),
        # The code reads the file before each call, runs only once, or can read it again.
        (f"def credentials():\n    jwt = {_READ}\n    return {_PYTHON_CALL.format('jwt')}", None, None),
        (f"jwt = {_READ}\ntry:\n    {_PYTHON_CALL.format('jwt')}\nexcept ClientError as e:\n    print(e)", None, None),
        (f"JWT = {_READ}\n\ndef renew():\n    global JWT\n    JWT = {_READ}\n\ndef login():\n    renew()\n    return {_PYTHON_CALL.format('JWT')}", None, None),
        (f"class Feed:\n    def load(self):\n        self.jwt = {_READ}\n\n    def login(self):\n        self.load()\n        return {_PYTHON_CALL.format('self.jwt')}", None, None),
        (f"SIZE = len({_READ})\n\ndef login():\n    return {_PYTHON_CALL.format('load()')}", None, None),
    ],
)  # fmt: skip
def test_token_in_variable(code: str, variable: str | None, reader: str | None) -> None:
    explanation = explain(code + _EXPIRED)
    assert explanation is not None
    shown = str(explanation)
    words = " ".join(shown.split())
    assert (f"only once, into the variable {variable}." in words) is (variable is not None)
    assert (f"replace {variable} with {reader}." in words) is (reader is not None)
    if variable is not None:
        assert explanation.causes[0].code == "token-read-once"
        assert "kubectl rollout restart" not in shown
        with_pods = explain(code + _EXPIRED, facts={"namespace": "feeds", "service_account": "feed"})
        assert "kubectl rollout restart" in str(with_pods)
