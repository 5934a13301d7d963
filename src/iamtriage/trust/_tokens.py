"""Web identity tokens: what a token says of itself; not for whether it is genuine.

The form is of https://www.rfc-editor.org/rfc/rfc7519#section-7.2 (JWT) in the compact serialization of
https://www.rfc-editor.org/rfc/rfc7515#section-7.1. The signature is not looked at: STS checks it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any, cast

from iamtriage.exceptions import TokenError

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ("read_web_identity_token",)

_LARGEST = 1_000_000
_PART = re.compile(r"[A-Za-z0-9_-]*")
_PARTS = ("header", "claims", "signature")


def read_web_identity_token(token: str | bytes) -> dict[str, Any]:
    """Give the claims of a web identity token, unverified.

    Believe them only where nothing depends on it: to see why a role's trust policy does not fit, say.
    No message of an error holds anything of the token.

    Args:
        token: the token, such as the file that ``AWS_WEB_IDENTITY_TOKEN_FILE`` names holds; white
            space around it does not matter.

    Raises:
        TokenError: not three parts of base64url, header and claims not JSON objects, a claim that
            stands twice, or over 1,000,000 characters.
        TypeError: neither text nor bytes.

    >>> import base64, json
    >>> def part(data): return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
    >>> token = f"{part({'alg': 'RS256'})}.{part({'sub': 'system:serviceaccount:shop:cart'})}.c2ln"
    >>> read_web_identity_token(token)
    {'sub': 'system:serviceaccount:shop:cart'}
    >>> read_web_identity_token("a.b")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.TokenError: a web identity token has three parts between dots, this has 2
    """
    parts = _text_of(token).strip().split(".", 10)
    if len(parts) != len(_PARTS):
        count = len(parts) if len(parts) <= 10 else "more than 10"
        encrypted = "; five are an encrypted token, which STS does not take" if len(parts) == 5 else ""
        _refuse(f"a web identity token has three parts between dots, this has {count}{encrypted}")
    header, claims, signature = (_bytes_of(part, name) for part, name in zip(parts, _PARTS, strict=True))
    if not signature:
        _refuse("the token has no signature")
    _object_of(header, "header")
    return _object_of(claims, "claims")


def _text_of(token: object) -> str:
    if not isinstance(token, (str, bytes)):
        msg = f"a token is text or bytes, not {type(token).__name__}"
        raise TypeError(msg)
    if len(token) > _LARGEST:
        _refuse(f"a token of {len(token)} characters; STS takes none over 20,000")
    # ASCII is all that a token has; other bytes fall to the check of the parts.
    return token.decode("latin-1") if isinstance(token, bytes) else token


def _bytes_of(part: str, name: str) -> bytes:
    # One character more than a multiple of four encodes no byte.
    if not _PART.fullmatch(part) or len(part) % 4 == 1:
        _refuse(f"the token's {name} is no base64url")
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:  # pragma: no cover (the check above leaves nothing to it)
        _refuse(f"the token's {name} is no base64url")


def _object_of(data: bytes, name: str) -> dict[str, Any]:
    problem = "no JSON"
    found: object = None
    try:
        found = json.loads(data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except TokenError:
        raise
    except RecursionError:
        problem = "nested too deeply"
    except ValueError:  # no UTF-8, no JSON, or an integer of thousands of digits
        pass
    else:
        problem = "" if isinstance(found, dict) else "no JSON object"
    if problem:  # here, outside of `except`: the error there quotes the token, and would be shown too
        _refuse(f"the token's {name} {'are' if name == 'claims' else 'is'} {problem}")
    return cast("dict[str, Any]", found)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    # RFC 7519, section 4: a reader refuses such a token or takes the last; of STS it is not known.
    if len(found) != len(pairs):
        _refuse("a name stands twice in one object of the token")
    return found


def _no_constant(_: str) -> NoReturn:
    _refuse("the token holds NaN or Infinity, which JSON has not")


def _refuse(words: str) -> NoReturn:
    raise TokenError(words)
