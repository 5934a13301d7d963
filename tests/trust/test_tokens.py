"""Reading web identity tokens, and errors that contain nothing of an invalid token."""

from __future__ import annotations

import base64
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.exceptions import TokenError
from iamtriage.trust import read_web_identity_token
from tests.tables import check_rows

ISSUER = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": ["sts.amazonaws.com"],
    "sub": "system:serviceaccount:shop:cart",
    "exp": 1767225600,
    "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "cart"}},
}
SECRET = "s3cr3tValue"


def part(data: bytes | str) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def token_of(claims: object, header: object = None) -> str:
    head = {"alg": "RS256", "kid": "k"} if header is None else header
    return f"{part(json.dumps(head))}.{part(json.dumps(claims))}.{part(b'signature')}"


def with_claims(raw: bytes | str) -> str:
    return f"{HEADER}.{part(raw)}.c2ln"


HEADER = part('{"alg":"RS256"}')
TOKEN = token_of(CLAIMS)


@check_rows(
    "token",
    [TOKEN, TOKEN.encode(), TOKEN + "\n", f" \t{TOKEN}\r\n".encode(), TOKEN.encode() + b"\n"],
    ids=["text", "bytes", "newline", "whitespace", "bytes with newline"],
)
def test_claims(token: str | bytes) -> None:
    assert read_web_identity_token(token) == CLAIMS


def test_text_of_other_scripts() -> None:
    assert read_web_identity_token(token_of({"sub": "é☃𝄞"})) == {"sub": "é☃𝄞"}


BAD = {
    "empty": ("", "three parts separated by dots, not 1"),
    "one part": (SECRET, "not 1"),
    "two parts": (f"{HEADER}.{SECRET}", "not 2"),
    "five parts": (f"{HEADER}.{SECRET}.c.d.e", "encrypted"),
    "many parts": ("." * 999_000, "more than 10"),
    "not base64url": (f"{HEADER}.{SECRET}+/.c2ln", "claims is not base64url"),
    "padding": (f"{HEADER}.{part('{}')}==.c2ln", "claims is not base64url"),
    "length that encodes nothing": (f"{HEADER}.abcde.c2ln", "claims is not base64url"),
    "newline within": (f"{HEADER}.{part('{}')}\n.c2ln", "claims is not base64url"),
    "quotes": (f'"{TOKEN}"', "header is not base64url"),
    "bearer": (f"Bearer {TOKEN}", "header is not base64url"),
    "other digits": (f"{HEADER}.٣٣٣٣.c2ln", "claims is not base64url"),
    "not JSON": (with_claims(SECRET), "claims are not JSON"),
    "not UTF-8": (with_claims(b'{"' + SECRET.encode() + b'\xff": 1}'), "claims are not JSON"),
    "list": (with_claims(json.dumps([SECRET])), "claims are not a JSON object"),
    "null": (with_claims("null"), "claims are not a JSON object"),
    "no claims": (f"{HEADER}..c2ln", "claims are not JSON"),
    "header": (f"{part(json.dumps(SECRET))}.{part('{}')}.c2ln", "header is not a JSON object"),
    "no signature": (f"{HEADER}.{part('{}')}.", "no signature"),
    "duplicate": (with_claims('{"sub":"' + SECRET + '","sub":"b"}'), "duplicate key"),
    "NaN": (with_claims('{"exp":NaN}'), "NaN"),
    "Infinity": (with_claims('{"exp":-Infinity}'), "Infinity"),
    "long integer": (with_claims('{"exp":' + "1" * 5000 + "}"), "claims are not JSON"),
    "deep": (with_claims('{"a":' + "[" * 200_000 + "]" * 200_000 + "}"), "nested too deeply"),
    "too long": (f"{HEADER}.{'a' * 1_000_000}.c2ln", "at most 1,000,000 characters"),
}


@check_rows(("token", "reason"), BAD.values(), ids=BAD)
def test_invalid_tokens(token: str, reason: str) -> None:
    """The message says what is wrong and contains nothing of the token; there is no other error as its context."""
    with pytest.raises(TokenError, match="token") as caught:
        read_web_identity_token(token)

    assert reason in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    with pytest.raises(TokenError):
        read_web_identity_token(token.encode())


@check_rows("value", [None, 1, bytearray(b"a.b.c"), ["a"], {}])
def test_wrong_types(value: object) -> None:
    with pytest.raises(TypeError, match="token must be a string or bytes, not"):
        read_web_identity_token(cast("str", value))


@given(st.one_of(st.text(), st.binary(), st.text(alphabet=".aA-_= \n"), st.builds(token_of, st.text())))
def test_nothing_else_is_raised(token: str | bytes) -> None:
    with pytest.raises(TokenError):
        read_web_identity_token(token)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_every_object_is_returned(claims: dict[str, Any]) -> None:
    assert read_web_identity_token(token_of(claims)) == claims
