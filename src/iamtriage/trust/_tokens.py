"""Read the claims of web identity tokens without verifying them.

A token is a JWT (https://www.rfc-editor.org/rfc/rfc7519#section-7.2) in compact serialization
(https://www.rfc-editor.org/rfc/rfc7515#section-7.1). Only STS verifies the signature.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._text import wrong_type_message
from iamtriage.exceptions import TokenError

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ("read_web_identity_token",)

# Characters.
_MAX_LENGTH = 1_000_000
_PART = lazy_pattern(r"[A-Za-z0-9_-]*")
_PARTS = ("header", "claims", "signature")


def read_web_identity_token(token: str | bytes) -> dict[str, Any]:
    """Return the claims of a web identity token, unverified.

    Do not rely on unverified claims, for example to grant access. They help to find out why a trust policy
    does not match. Error messages do not contain the token.

    Args:
        token: The token, for example the content of the file in ``AWS_WEB_IDENTITY_TOKEN_FILE``. Surrounding
            whitespace is ignored.

    Raises:
        TokenError: The token does not have three base64url parts, its header or claims are not JSON objects,
            a key is duplicate, or it has more than 1,000,000 characters.
        TypeError: The token is neither a string nor bytes.

    Source: https://www.rfc-editor.org/rfc/rfc7519

    >>> import base64, json
    >>> def part(data): return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
    >>> token = f"{part({'alg': 'RS256'})}.{part({'sub': 'system:serviceaccount:shop:cart'})}.c2ln"
    >>> read_web_identity_token(token)
    {'sub': 'system:serviceaccount:shop:cart'}
    >>> read_web_identity_token("a.b")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.TokenError: a web identity token must have three parts separated by dots, not 2
    """
    parts = _require_text(token).strip().split(".", 10)
    if len(parts) != len(_PARTS):
        count = len(parts) if len(parts) <= 10 else "more than 10"
        hint = "; five parts are an encrypted token, which STS rejects" if len(parts) == 5 else ""
        _fail(f"a web identity token must have three parts separated by dots, not {count}{hint}")
    header, claims, signature = (_decode_part(part, name) for part, name in zip(parts, _PARTS, strict=True))
    if not signature:
        _fail("the token has no signature")
    _parse_object(header, "header")
    return _parse_object(claims, "claims")


def _require_text(token: object) -> str:
    if not isinstance(token, (str, bytes)):
        raise TypeError(wrong_type_message("token", "a string or bytes", token))
    if len(token) > _MAX_LENGTH:
        _fail(f"a token must have at most {_MAX_LENGTH:,} characters, not {len(token):,}")
    # A token is ASCII. The check of its parts rejects other bytes.
    return token.decode("latin-1") if isinstance(token, bytes) else token


def _decode_part(part: str, name: str) -> bytes:
    # One character more than a multiple of four encodes no byte.
    if not _PART.fullmatch(part) or len(part) % 4 == 1:
        _fail(f"the token's {name} is not base64url")
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:  # pragma: no cover (the check above finds every error)
        _fail(f"the token's {name} is not base64url")


def _parse_object(data: bytes, name: str) -> dict[str, Any]:
    problem = "not JSON"
    parsed: object = None
    try:
        parsed = json.loads(
            data.decode(), object_pairs_hook=_reject_duplicates, parse_constant=_reject_constant
        )
    except TokenError:
        raise
    except RecursionError:
        problem = "nested too deeply"
    except ValueError:  # not UTF-8, not JSON, or an integer with thousands of digits
        pass
    else:
        problem = "" if isinstance(parsed, dict) else "not a JSON object"
    if problem:  # outside of `except`, because that error quotes the token
        _fail(f"the token's {name} {'are' if name == 'claims' else 'is'} {problem}")
    return cast("dict[str, Any]", parsed)


def _reject_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    # RFC 7519, section 4: a parser rejects duplicates or uses the last one. It is unknown what STS does.
    if len(members) != len(pairs):
        _fail("the token has a duplicate key")
    return members


def _reject_constant(_: str) -> NoReturn:
    _fail("the token contains NaN or Infinity, which JSON does not allow")


def _fail(reason: str) -> NoReturn:
    raise TokenError(reason)
