"""Check that secrets near a failure are never read as its values."""

from __future__ import annotations

import base64
import string

from hypothesis import assume, given
from hypothesis import strategies as st

from iamtriage import parse, scan, to_record
from tests.strategies import Case, known

_BASE64 = string.ascii_letters + string.digits + "+/"
_SECRET_KEYS = st.text(_BASE64, min_size=40, max_size=40).filter(lambda s: s[0].isalnum() and s[-1].isalnum())
_SESSION_TOKENS = st.text(_BASE64, min_size=100, max_size=300).map(lambda s: f"IQoJb3JpZ2luX2Vj{s}==")
_SIGNATURES = st.text("0123456789abcdef", min_size=64, max_size=64)
_PARTS = st.binary(min_size=20, max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode().rstrip("="))
_BEARERS = st.tuples(_PARTS, _PARTS, _PARTS).map(
    lambda parts: "eyJ" + ".eyJ".join(parts[:2]) + "." + parts[2]
)


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A line with secrets as in settings, shells, curl and debug logs, and the secrets."""
    key, token, signature, bearer = (
        draw(_SECRET_KEYS),
        draw(_SESSION_TOKENS),
        draw(_SIGNATURES),
        draw(_BEARERS),
    )
    scope = "AKIAIOSFODNN7DEMODEM/20310405/eu-west-1/s3/aws4_request"
    line = draw(
        st.sampled_from(
            (
                f"export AWS_SECRET_ACCESS_KEY={key}",
                f"aws_secret_access_key = {key}",
                f'{{"AccessKeyId": "ASIAIOSFODNN7DEMODEM", "SecretAccessKey": "{key}", "SessionToken": "{token}"}}',
                f"AWS_SESSION_TOKEN={token}",
                f"X-Amz-Security-Token: {token}",
                f"x-amz-security-token: '{token}',",
                f"GET https://demo-bucket.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Security-Token={token}&X-Amz-Signature={signature}",
                f"Authorization: Bearer {bearer}",
                f'curl -H "Authorization: Bearer {bearer}" https://sts.eu-west-1.amazonaws.com/',
                f"Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}",
                f"WebIdentityToken={bearer}&RoleSessionName=demo",
                f"<SecretAccessKey>{key}</SecretAccessKey><SessionToken>{token}</SessionToken>",
                f"password: {key}",
            )
        )
    )
    return line, [secret for secret in (key, token, signature, bearer) if secret in line]


@given(
    known,
    planted(),
    planted(),
    st.sampled_from(("lines", "same line", "blank line", "glued", "inside braces")),
)
def test_no_secret_becomes_a_field(
    case: Case, before: tuple[str, list[str]], after: tuple[str, list[str]], how: str
) -> None:
    """Keys, tokens and signatures around a failure are in none of its values."""
    secrets = (*before[1], *after[1])
    assume(not any(secret in case.text for secret in secrets))
    text = {
        "lines": f"{before[0]}\n{case.text}\n{after[0]}",
        "same line": f"{before[0]} {case.text} {after[0]}",
        "blank line": f"{before[0]}\n\n{case.text}\n\n{after[0]}",
        "glued": f"{before[0]}; {case.text}. {after[0]}",
        "inside braces": f"{{{before[0]}}} {case.text} {{{after[0]}}}",
    }[how]
    for failure in (*scan(text), *([] if (parsed := parse(text)) is None else [parsed])):
        for key, value in to_record(failure).items():
            for secret in secrets:
                assert secret not in str(value), (key, text)
        # Logs print the repr by accident.
        assert not any(secret in repr(failure) for secret in secrets), text
