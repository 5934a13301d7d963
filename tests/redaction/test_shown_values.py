"""Test that nothing that is shown or logged contains a secret, and that data stays as read."""

from __future__ import annotations

import json
import logging
import subprocess

import pytest

from iamtriage import (
    ConfigFileError,
    InvalidArnError,
    PolicyError,
    UnknownRegionError,
    explain,
    from_record,
    parse,
    parse_arn,
    redact,
    resolve_sts_endpoint,
    to_frame,
    to_record,
)
from iamtriage._text import SECRET_SIGNS, hide_secrets, quote_argument
from iamtriage.cli import main
from iamtriage.failures._frames import guard_formula
from iamtriage.failures._secrets import _may_quote_secret, hide_quoted_secrets
from iamtriage.logs import FailureFilter
from iamtriage.policies._parsing import parse_policy
from iamtriage.sts import StsSettings
from tests.redaction.planted import BODY, HEX, JWT, OPAQUE, PASSWORD, TEXTS, TOKENS
from tests.redaction.tool_texts import TOOL_TEXTS
from tests.tables import check_rows

_TOKEN = dict(TOKENS)["GitHub"]
_FORBIDDEN = 'Error from server (Forbidden): pods is forbidden: User "{}" cannot list resource "pods" in API group "" in the namespace "shop"'
_DENIED = "An error occurred (AccessDenied) when calling the GetObject operation: User: {} is not authorized to perform: s3:GetObject on resource: {} because no identity-based policy allows the s3:GetObject action"
_SIGNED = f"https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE&X-Amz-Signature={HEX}"

# Failures that have a secret among their values, and the secret.
FAILURES = (
    (_FORBIDDEN.format(JWT), JWT),
    (_FORBIDDEN.format("k8s-aws-v1." + BODY[:60].replace("+", "a").replace("/", "b")), BODY[20:40]),
    (_FORBIDDEN.format(_TOKEN), _TOKEN),
    (_FORBIDDEN.format(f"oidc:{JWT}"), JWT),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", f"arn:aws:s3:::orders/token={OPAQUE}"), OPAQUE),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", f"arn:aws:s3:::orders/{_TOKEN}"), _TOKEN),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", _SIGNED), HEX),
    (_DENIED.format(f"arn:aws:sts::111122223333:assumed-role/orders/{_TOKEN}", "arn:aws:s3:::orders/a"), _TOKEN),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", f"arn:aws:s3:::orders/https://ana:{PASSWORD}@h/x"), PASSWORD),
    (f"An error occurred ({_TOKEN}) when calling the GetObject operation: Access Denied", _TOKEN),
)  # fmt: skip


# Texts whose sentences and settings have a secret, which is no value of the failure.
QUOTES = (
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::orders/a").replace("no identity-based", f"no {_TOKEN}"), _TOKEN),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::orders/a").replace("allows the s3", f"allows the s3:{_TOKEN} or s3"), _TOKEN),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::orders/a") + f"\nRequestId: {_TOKEN}", _TOKEN),
    (f"export AWS_PROFILE={_TOKEN}\n\u2577\n\u2502 Error: getting credentials: exec: executable aws failed with exit code 255\n\u2575", _TOKEN),
    (f"Unable to access the artifact with Amazon S3 object key '{{\"password\":\"{OPAQUE}\"}}/Build/a' located in the Amazon S3 artifact bucket 'orders-artifacts'. The provided role does not have sufficient permissions.", OPAQUE),
    (_DENIED.format("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::orders/a").replace("because no identity-based policy allows the s3:GetObject action", f"with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/password={OPAQUE}"), OPAQUE),
)  # fmt: skip


def _strings(value: object) -> str:
    """Return all that an explanation's parts contain."""
    return json.dumps(value, default=str)


# What an explanation can quote from a line.
QUOTED = (
    f"mongosh -u ana -p {PASSWORD} db",
    f"ldapsearch -D cn=ana -w {PASSWORD} -b dc=example",
    f"redis-cli -h cache -a {PASSWORD} ping",
    f"curl --user 'ana:{PASSWORD}' https://example.com/",
    f"echo {PASSWORD} | kinit ana",
    f"sudo -S ls <<< {PASSWORD}",
    f"ana:{PASSWORD}@tcp(db:3306)/orders",
    f"db.example.com:5432:orders:ana:{PASSWORD}",
    f"CREATE USER ana IDENTIFIED BY '{PASSWORD}'",
    f"ALTER ROLE ana WITH PASSWORD '{PASSWORD}'",
    f"the password is {PASSWORD}",
    f"use password {PASSWORD} to log in",
    f"os.environ['DB_PASSWORD'] = '{PASSWORD}'",
    f"<password>{PASSWORD}</password>",
    f"::add-mask::{PASSWORD}",
    next(token for what, token in TOKENS if token.startswith("hf_")),
)


@pytest.mark.unmeasured
@check_rows("text", [text for _, text, _ in (*TEXTS, *TOOL_TEXTS)] + [text for _, text in TOKENS])
def test_values_and_texts_are_searched_alike(text: str) -> None:
    assert hide_secrets(text) == redact(text)


def test_denial_has_no_sign_of_a_secret() -> None:
    # A sign that every text has would make every search as slow as that of a text with secrets.
    text = _DENIED.format("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::orders/a")
    assert SECRET_SIGNS.search(text.lower()) is None


@check_rows("text", QUOTED)
def test_quoted_line_shows_no_secret(text: str) -> None:
    assert hide_quoted_secrets(text, None) == redact(text) != text


@pytest.mark.parametrize(
    "command",
    [
        "kubectl create rolebinding list-pods-ana -n shop --role=list-pods --user=ana",
        "aws iam put-role-policy --role-name orders --policy-name AllowS3ListBucketOnOrders2 --policy-document file://policy.json",
    ],
)
def test_command_of_a_remedy_needs_no_search(command: str) -> None:
    assert not _may_quote_secret(command, None)


@check_rows(("text", "secret"), FAILURES)
def test_failure_has_a_secret_among_its_values(text: str, secret: str) -> None:
    failure = parse(text)
    assert failure is not None
    assert secret in _strings(dict(to_record(failure)))
    assert secret not in repr(failure)


@check_rows(("text", "secret"), [*FAILURES, *QUOTES])
def test_explanation_shows_no_secret(text: str, secret: str) -> None:
    explanation = explain(text)
    shown = [explanation.summary, repr(explanation), str(explanation), explanation.to_markdown(detail="full")]
    shown += [explanation.to_text(detail="full", width=200), explanation.to_html(), *explanation.notes]
    shown.append(_strings(explanation.to_dict()))
    for cause in explanation.causes:
        shown += [cause.text, *cause.because, repr(cause)]
    for remedy in explanation.remedies:
        shown += [remedy.title, *remedy.steps, *remedy.commands, remedy.manifest or "", repr(remedy)]
        shown += [_strings(dict(remedy.policy or {})), _strings(dict(remedy.statement or {}))]
    for each in shown:
        assert secret not in each
        assert secret[:20] not in each, "a cut secret is one, too"


@check_rows(("text", "secret"), FAILURES)
def test_data_stays_as_read_unless_asked(text: str, secret: str) -> None:
    failure = parse(text)
    assert failure is not None
    assert explain(text).failure == failure
    assert secret in _strings(dict(to_record(failure)))
    assert secret not in _strings(dict(to_record(failure, redacted=True)))
    frame = to_frame([failure], library="polars", redacted=True)
    assert secret not in _strings(frame.to_dicts())
    assert secret in _strings(to_frame([failure], library="polars").to_dicts())


@pytest.mark.unmeasured
@pytest.mark.parametrize(("text", "secret"), FAILURES)
@pytest.mark.parametrize("command", ["parse", "scan"])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_command_line_prints_no_secret(
    text: str,
    secret: str,
    command: str,
    options: tuple[str, ...],
    tmp_path: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = f"{tmp_path}/log"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 (a name is all that is needed)
        file.write(text)
    assert main([command, path, *options]) == 0
    assert secret not in capsys.readouterr().out
    assert main([command, path, "--json", "--unredacted"]) == 0
    assert secret in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [("explain", _TOKEN), ("redact", f"--{_TOKEN}"), ("why", _TOKEN)],
)
def test_command_line_quotes_no_secret_in_errors(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments]) != 0
    assert _TOKEN not in capsys.readouterr().err


@check_rows(("text", "secret"), FAILURES)
def test_log_records_get_no_secret(text: str, secret: str) -> None:
    record = logging.LogRecord("app", logging.ERROR, "app.py", 1, "%s", (text,), None)
    FailureFilter(explain=True).filter(record)
    assert secret not in _strings(vars(record)["iamtriage"])
    assert secret not in str(vars(record)["iamtriage_summary"])


_UNSAFE = "\x9b31m\u202eevil\ud800\u2066"


@pytest.mark.parametrize(
    "text",
    [
        _DENIED.format(f"arn:aws:iam::111122223333:user/an{_UNSAFE}a", f"arn:aws:s3:::b/k{_UNSAFE}"),
        _DENIED.format("arn:aws:iam::111122223333:user/ana", f"arn:aws:s3:::b/k{_UNSAFE}"),
        _FORBIDDEN.format(f"ana{_UNSAFE}"),
    ],
)
def test_shown_text_is_printable(text: str) -> None:
    """No control, direction mark or lone surrogate is left in what is meant for people."""
    explanation = explain(text)
    shown = [explanation.summary, explanation.to_text(detail="full"), *explanation.notes]
    for cause in explanation.causes:
        shown += [cause.text, *cause.because]
    for remedy in explanation.remedies:
        shown += [remedy.title, *remedy.steps]
    for each in shown:
        assert each.replace("\n", "").isprintable(), ascii(each)
        each.encode()


@check_rows(
    ("argument", "quoted"),
    [
        ("orders", "orders"),
        ("orders api", "'orders api'"),
        ("it's", '"it\'s"'),
        ("it's $HOME", "'it'\"'\"'s $HOME'"),
        ("Events[?a=='b'&&c!='d']", "'Events[?a=='\"'\"'b'\"'\"'&&c!='\"'\"'d'\"'\"']'"),
        ("=ls", "'=ls'"),
        ("%self", "'%self'"),
        ("a\\b", "'a\\b'"),
        ("a\\\\b", 'a"\\\\""\\\\"b'),
        ("a b\\", "'a b'\"\\\\\""),
        ("\\", '"\\\\"'),
        ("", "''"),
        ("$(id)`id`", "'$(id)`id`'"),
    ],
)
def test_argument_is_quoted_for_every_shell(argument: str, quoted: str) -> None:
    """A leading = is a command's path in zsh, and a backslash in single quotes an escape in fish."""
    assert quote_argument(argument) == quoted
    for shell in ("bash", "sh"):
        command = [shell, "-c", f"printf %s {quoted}"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == argument


def test_cells_begin_with_no_formula() -> None:
    failure = parse(_FORBIDDEN.format('=HYPERLINK("x")'.replace('"', "'")))
    assert failure is not None
    row = to_frame([failure], library="polars", csv_safe=True).to_dicts()[0]
    assert row["k8s_user"] == "'=HYPERLINK('x')"
    assert to_frame([failure], library="polars").to_dicts()[0]["k8s_user"] == "=HYPERLINK('x')"
    assert [guard_formula(f"{sign}1") for sign in "=+-@\t\r\n"] == [f"'{sign}1" for sign in "=+-@\t\r\n"]


@check_rows(
    "key",
    [
        "account",
        "code",
        "operation",
        "service",
        "request_id",
        "host_id",
        "event_id",
        "time",
        "region",
        "authorization_id",
    ],
)
def test_every_text_of_a_redacted_record_is_redacted(key: str) -> None:
    failure = parse(_DENIED.format("arn:aws:iam::111122223333:user/ana", "arn:aws:s3:::orders/a"))
    assert failure is not None
    record: dict[str, object] = {**to_record(failure), key: _TOKEN}
    assert dict(to_record(from_record(record), redacted=True))[key] == "[REDACTED token]"


def test_encoded_message_is_data_too() -> None:
    message = "aB3_dE6fG9" * 12
    failure = parse(
        "An error occurred (UnauthorizedOperation) when calling the RunInstances operation: You are not authorized "
        f"to perform this operation. Encoded authorization failure message: {message}"
    )
    assert failure is not None
    assert to_record(failure)["encoded_message"] == message
    assert to_record(failure, redacted=True)["encoded_message"] == "[REDACTED encoded message]"
    assert "encoded_message='[REDACTED encoded message]'" in repr(failure)
    assert message not in _strings(explain(failure).to_dict())


def test_error_messages_quote_no_secret() -> None:
    with pytest.raises(InvalidArnError) as invalid:
        parse_arn(f"password={PASSWORD} {'a' * 90} {JWT}")
    assert PASSWORD not in str(invalid.value)
    assert JWT[:20] not in str(invalid.value)
    assert PASSWORD in invalid.value.text
    with pytest.raises(UnknownRegionError) as unknown:
        resolve_sts_endpoint(_TOKEN)
    assert _TOKEN not in str(unknown.value)
    with pytest.raises(ConfigFileError) as unreadable:
        StsSettings.from_sources({"AWS_PROFILE": _TOKEN}, "[default]\nregion = eu-west-1\n")
    assert _TOKEN not in str(unreadable.value)


# A token that is longer than what is searched, and one that only begins there.
LONG_TOKEN = f"eyJ{'hbGciOiJSUzI1NiJ9' * 300}.eyJ{'zdWIiOiJhbmEifQ' * 300}.{'c2lnbmF0dXJl' * 30}"


@pytest.mark.parametrize("text", [LONG_TOKEN, f"{JWT}," * 34 + LONG_TOKEN, "x" * 5_950 + LONG_TOKEN])
def test_a_secret_is_hidden_before_a_value_is_truncated(text: str) -> None:
    failure = parse(_FORBIDDEN.format(text))
    assert failure is not None
    with pytest.raises(InvalidArnError) as invalid:
        parse_arn(text)
    with pytest.raises(PolicyError) as unreadable:
        parse_policy({"Statement": [{"Effect": "Allow", "Action": text, "Resource": "*"}]})
    for shown in (repr(failure), repr(invalid.value), str(invalid.value), str(unreadable.value)):
        assert "hbGciOi" not in shown, shown
        assert "c2lnbmF0" not in shown, shown


def test_settings_and_endpoints_show_no_secret() -> None:
    url = f"https://ana:{PASSWORD}@sts.example.com"
    settings = StsSettings.from_sources({"AWS_ENDPOINT_URL_STS": url, "AWS_REGION": "eu-west-1"})
    assert PASSWORD not in repr(settings)
    assert PASSWORD not in repr(settings.endpoint_url)
    assert settings.endpoint_url.value == url
