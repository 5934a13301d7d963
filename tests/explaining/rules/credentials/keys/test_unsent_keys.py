"""A key with a line break is named with its place, and SDKs without a default Region are told where to look."""

from __future__ import annotations

from base64 import b64encode

import pytest

from iamtriage import explain
from tests.tables import check_rows

_HEADER = "botocore.exceptions.HTTPClientError: An HTTP Client raised an unhandled exception: Invalid header value b'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE{}/20260102/eu-west-1/sqs/aws4_request, SignedHeaders=host'\n"
_GET = "$ kubectl -n batch get secret s3-keys -o jsonpath='{{.data.AWS_ACCESS_KEY_ID}}'\n{}\n"


@check_rows(
    ("header", "value", "says"),
    [
        ("\\n", "", "the access key ID ends with a line break"),
        ("...", b64encode(b"AKIAIOSFODNN7EXAMPLE\n").decode(), "ends with a line break, as its Base64 value"),
        ("...", b64encode(b"AKIAIOSFODNN7EXAMPLE").decode(), "characters that an HTTP header cannot have"),
        ("...", "", "characters that an HTTP header cannot have"),
    ],
)
def test_line_break_in_a_key(header: str, value: str, says: str) -> None:
    explanation = explain(_HEADER.format(header) + (_GET.format(value) if value else ""))
    assert says in explanation.summary
    lines = " ".join(explanation.remedies[0].commands)
    assert ("kubectl patch secret s3-keys --namespace batch" in lines) is bool(value)
    assert ("printf %s" in lines) is not bool(value)


_ID = b64encode(b"AKIAIOSFODNN7EXAMPLE\n").decode()
_MADE = '$ echo "$AK" | base64\n{}\n$ {}\n****\n$ kubectl -n jobs apply -f keys.yaml  # data: access_key_id, secret_access_key\nsecret/s3-keys configured\n$ kubectl -n jobs logs deploy/sweeper\n'


@check_rows(
    ("encodes", "adds"),
    [
        ('echo "$AWS_SECRET" | base64 -w0', True),
        ('echo -n "$AWS_SECRET" | base64 -w0', False),
        ('printf %s "$AWS_SECRET" | base64', False),
    ],
)
def test_secret_that_commands_encode(encodes: str, *, adds: bool) -> None:
    explanation = explain(_MADE.format(_ID, encodes) + _HEADER.format("\\n"))
    assert ("so it ends with a newline as well" in explanation.causes[0].text) is adds
    lines = explanation.remedies[0].commands
    assert any("patch secret s3-keys --namespace jobs" in each and "access_key_id" in each for each in lines)
    assert "kubectl rollout restart deployment/sweeper --namespace jobs" in lines


_REGION = "software.amazon.awssdk.services.s3.model.S3Exception: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1' (Service: S3, Status Code: 400, Request ID: 5Q2)"
_CLI = "An error occurred (AuthorizationHeaderMalformed) when calling the GetObject operation: The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'"


@pytest.mark.parametrize(("text", "has_default"), [(_REGION, False), (_CLI, True)])
def test_default_region(text: str, *, has_default: bool) -> None:
    cause = explain(text).causes[0].text
    assert ("most likely the default of the client" in cause) is has_default
    assert ("no default Region" in cause) is not has_default


_EXPIRED = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>{}</X-Amz-Expires><Expires>2026-01-02T10:00:00Z</Expires><ServerTime>{}</ServerTime></Error>"


@pytest.mark.parametrize(
    ("seconds", "server", "codes"),
    [
        (3600, "2026-01-05T10:00:00Z", ["presigned-url-expired"]),
        (3600, "2026-01-02T10:20:00Z", ["presigned-url-expired", "clock-wrong"]),
        (30, "2026-01-02T10:20:00Z", ["presigned-url-expired", "expiry-too-short", "clock-wrong"]),
    ],
)
def test_clock_is_not_blamed_for_days(seconds: int, server: str, codes: list[str]) -> None:
    explanation = explain(_EXPIRED.format(seconds, server))
    assert [each.code for each in explanation.causes] == codes
    assert "604800" in str(explanation.remedies[0].steps)


_SIGNED_URL = "https://acme.s3.eu-west-1.amazonaws.com/a?X-Amz-Security-Token=IQoJ&X-Amz-Expires=604800\n<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>\n{}"


@check_rows(
    ("said", "words"),
    [
        ("With the keys in .env it worked all week.", "most likely, an IAM user's access key signed there"),
        ("It works for a week on my laptop.", "most likely an IAM user's access key signs"),
        ("With the keys in .env it did not work either.", None),
        ("It worked before.", None),
    ],
    ids=["keys", "computer", "not", "no keys"],
)
def test_url_of_a_key_that_lasts(said: str, words: str | None) -> None:
    [cause] = explain(_SIGNED_URL.format(said)).causes
    because = " ".join(cause.because)
    assert (words in because) if words else ("access key" not in because)


def test_keys_of_external_secrets() -> None:
    """The paths of a stack trace are those of the build, and a store reads the Secret of its own namespace."""
    value = b64encode(b"AKIAIOSFODNN7EXAMPLE\n").decode()
    text = (
        '{"level":"error","msg":"could not get secret data from provider","SecretStore":{"name":"shop","namespace":"shop"},'
        '"error":"RequestError: send request failed\\ncaused by: Post \\"https://ssm.eu-west-1.amazonaws.com/\\": net/http: invalid header field value for \\"Authorization\\"",'
        '"stacktrace":"/home/runner/work/external-secrets/external-secrets/pkg/store.go:205"}\n'
        f"kind: Secret\nmetadata:\n  name: ssm-keys\ndata:\n  access-key: {value}\n  secret-access-key: eA==\n"
    )
    explanation = explain(text)
    shown = explanation.to_text(detail="full")
    assert "GitHub" not in shown
    assert "kubectl patch secret ssm-keys --namespace shop" in shown
    assert '\\"access-key\\": \\"${key_id:?}\\", \\"secret-access-key\\"' in shown
    assert "rollout restart" not in shown


def test_secret_is_not_emptied_if_no_value_was_read() -> None:
    explanation = explain(f"{_HEADER.format(chr(92) + 'n')}$ kubectl -n jobs get secret keys -o yaml\n")
    patch = next(each for each in explanation.remedies[0].commands if "patch secret" in each)
    assert "${key_id:?}" in patch
    assert "read -rs key_id" in str(explanation)


_V4 = "<Error><Code>AuthorizationQueryParametersError</Code><Message>Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.</Message></Error>"
_V2 = "<Error><Code>AccessDenied</Code><Message>Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters</Message></Error>"
_URL = "https://acme.s3.amazonaws.com/out/x.csv?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260102T100000Z&X-Amz-Expires=600&X-Amz-Signature=0f"


@check_rows(
    ("text", "says", "command"),
    [
        (f"$ curl -sS {_URL}\n[1] 812\n[2] 813\n[3] 814\n{_V4}", "S3 got only X-Amz-Algorithm", "curl --output x.csv 'PRESIGNED_URL'"),
        (f"C:\\>curl {_URL}\n{_V4}\n'X-Amz-Date' is not recognized as an internal or external command,", "S3 got only X-Amz-Algorithm", 'curl --output x.csv "PRESIGNED_URL"'),
        (f"$ wget https://acme.s3.amazonaws.com/x.csv?AWSAccessKeyId=AKIA&Expires=1&Signature=0f\n{_V2}", "S3 got only AWSAccessKeyId", "wget --output-document=x.csv 'PRESIGNED_URL'"),
        (f"$ curl -X PUT -T x.csv {_URL}\n{_V4}", "S3 got only X-Amz-Algorithm", "curl -X PUT -T x.csv 'PRESIGNED_URL'"),
        (f"$ curl -T $(id) {_URL}\n{_V4}", "S3 got only X-Amz-Algorithm", "curl 'PRESIGNED_URL'"),
        # No such time.
        (f"$ curl {_URL.replace('0102T10', '9999T99')}\n{_V4}", "S3 got only X-Amz-Algorithm", "curl --output x.csv 'PRESIGNED_URL'"),
        (f"$ curl {_URL.replace('20260102T10', '99991231T23').replace('600', '9999999')}\n{_V4}", "S3 got only X-Amz-Algorithm", "curl --output x.csv 'PRESIGNED_URL'"),
        # Quotes keep the URL together, and so do backslashes.
        (f"$ curl {_URL.replace('&', chr(92) + '&')}\n{_V4}", "The URL lacks parameters", ""),
        (f"$ curl '{_URL.partition('&X-Amz-Sig')[0]}'\n{_V4}", "The URL lacks parameters", ""),
        (f'$ curl -o "x y" "{_URL}"\n{_V4}', "The URL lacks parameters", ""),
    ],
)  # fmt: skip
def test_url_that_a_shell_cuts(text: str, says: str, command: str) -> None:
    explanation = explain(text)
    assert says in explanation.summary
    first = explanation.remedies[0]
    assert ("Put the URL in quotes" in first.title) is bool(command)
    assert not command or command in first.commands
    assert ("until 2026-01-02 10:10:00 UTC" in str(first.steps)) is (bool(command) and _URL in text)
