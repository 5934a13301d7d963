"""The names that announce a secret, and the values that they can have.

Names are compared without case and separators: ``aws_secret_access_key``, ``SecretAccessKey``,
``fs.secret.key``. The end of a name decides. Sources: the settings of the AWS CLI and the SDKs, the API
references of STS, ECR, SSO OIDC and Secrets Manager, Hadoop's S3A, Docker, npm and netrc files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from iamtriage.redaction._vocabulary.markers import is_marker
from iamtriage.redaction._vocabulary.notations import BASE64, BASE64_ESCAPES, PADDING

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = (
    "NAME_END",
    "Name",
    "Placement",
    "Sign",
    "can_be_secret",
    "classify_name",
    "is_class",
    "is_placeholder",
    "looks_random",
)

# How a name that announces a secret ends, in lower case. All alternatives begin with letters, so that the
# search is fast.
NAME_END = re.compile(
    r"secret(?:[-_. ]?access)?[-_. ]?key|secret(?:[-_. ]?(?:string|binary|value))?"
    r"|token(?:[-_. ]?code)?"
    r"|pass(?:word|wd|phrase|code)?|pwd"
    r"|signature(?:provided)?"
    r"|encoded[-_. ]?(?:authorization[-_. ]?)?(?:failure[-_. ]?)?message"
    r"|api[-_. ]?key|private[-_. ]?key|session[-_. ]?key"
    r"|saml[-_. ]?(?:assertion|response)"
    r"|cookie|auth|code[-_. ]?verifier|device[-_. ]?code"
)
_SEPARATORS = str.maketrans("", "", "-_. $@")

# Tokens that are not secrets: they page, order or count.
_HARMLESS = re.compile(
    r"(?:next|page|nextpage|continuation|pagination|clientrequest|request|client|idempotency|start|starting"
    r"|forward|backward|sequence|change|lock|sync|resume|marker|invalidation|cancellation|stop|max|min|total|prompt"
    r"|completion|input|output|cached|new|unexpected|num|count|creation)tokens?"
)
# Operations and error codes about secrets have names like them.
_OPERATION_OR_CODE = re.compile(
    r"(?:get|create|describe|assume|delete|decode|revoke|update|rotate|invalid|expired|missing|malformed|unknown"
    r"|unrecognized|unauthorized|generate|validate|verify)\w{0,60}"
)
_UNAMBIGUOUS = (
    "sessiontoken", "securitytoken", "secretkey", "secretaccesskey", "accesstoken", "refreshtoken", "idtoken",
    "identitytoken", "authtoken", "authorizationtoken", "bearertoken", "metadatatoken", "clientsecret",
    "secretstring", "secretbinary", "encodedmessage", "encodedauthorizationmessage",
    "encodedauthorizationfailuremessage", "samlassertion", "samlresponse", "awssecret",
)  # fmt: skip

# A mask, a variable, a placeholder of a template or manual, a path, or a word that means "none".
_PLACEHOLDER = re.compile(
    r"[*xX.…•#_-]+|<[^<>]{1,80}>|\[[^\[\]]{1,80}\]|\([^()]{1,60}\)|\{\{.{0,200}|\{[a-zA-Z_]\w{0,60}\}|!\w.*"
    r"|\$\{[^{}]{1,120}\}|\$\(.*|(?-i:\$[A-Z_][A-Z0-9_]*)|\$env:\w+|\$\w*(?:pass|token|secret|key|pwd|cred)\w*"
    r"|%[A-Za-z_]\w*%|(?:file|fileb)://.*|arn:.*|\\{0,8}/(?:var|etc|run|home|root|opt|tmp|usr|mnt|dev)\\{0,8}/.*"
    r"|none|null|nil|nothing|undefined|true|false|yes|no|not|optional|required|redacted|hidden|masked|empty|unset"
    r"|string|str|bool|missing|invalid|expired",
    re.IGNORECASE | re.DOTALL,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PATH = re.compile(r"[.~]{0,2}/\w")
_PLAIN_WORDS = re.compile(r"[A-Za-z]?[a-z]*(?:[-'_/][A-Za-z]?[a-z]+)*[.:!?…]*")
_TOKEN = re.compile(rf"(?:[A-Za-z0-9+/=_.~:@!*%|-]|{BASE64_ESCAPES})+")
_SIGNATURE = re.compile(rf"[0-9a-fA-F]{{8,64}}|(?:[~_-]|{BASE64}){{20,2048}}{PADDING}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
# A Python class with its module, without digits: "botocore.tokens.FrozenAuthToken".
_CLASS = re.compile(r"(?:[a-z_]{3,30}\.){1,6}(?:[A-Z][a-z]{2,20}){1,6}")
_PARTS_OF_TYPE = re.compile(r"\s?\|\s?")
# Secrets that people choose can have any form.
_CHOSEN = frozenset({"password", "cookie"})
_MAX_TYPE = 300


class Name(NamedTuple):
    """A name that announces a secret.

    Attributes:
        what: What the secret is.
        tail: The end of the name, without separators.
        key: The whole name, without separators.
        strong: Whether only secrets have this name.
    """

    what: Secret
    tail: str
    key: str
    strong: bool


Sign: TypeAlias = Literal["=", ":", "xml", "pair", "option", "tuple", "table", "space"]
"""What a notation puts between a name and its value."""


class Placement(NamedTuple):
    """How a value follows its name.

    Attributes:
        sign: What is between them.
        quoted: Whether the value is in quotes.
        structured: Whether they are part of an object, a query or a settings file.
        query: Whether they are in the query of a URL.
    """

    sign: Sign
    quoted: bool
    structured: bool
    query: bool


def classify_name(prefix: str, tail: str) -> Name | None:
    """Return what a name announces; ``None`` if it is not a secret.

    Args:
        prefix: How the name begins, in lower case.
        tail: How it ends, in lower case.
    """
    short = tail.translate(_SEPARATORS)
    key = prefix.translate(_SEPARATORS) + short
    if short == "auth":
        return Name("authorization", short, key, strong=False) if key in {"auth", "npmauth"} else None
    if short == "pass" and prefix[-1:] not in {"_", "-", "."} and prefix:
        return None
    if short in {"token", "secret", "password"} and _OPERATION_OR_CODE.fullmatch(key):
        return None
    if short == "token" and (_HARMLESS.fullmatch(key) or _HARMLESS.fullmatch(key.removeprefix("x"))):
        return None
    what = _secret_kind(short, key)
    return Name(what, short, key, strong=key.endswith(_UNAMBIGUOUS))


def _secret_kind(short: str, key: str) -> Secret:
    if short in {"secretkey", "secretaccesskey"} or key.endswith("awssecret"):
        return "secret access key"
    if short == "token":
        return "session token" if key.endswith(("sessiontoken", "securitytoken")) else "token"
    return _KINDS.get(short, "secret")


_KINDS: dict[str, Secret] = {
    "tokencode": "one-time code",
    "pass": "password",
    "password": "password",
    "passwd": "password",
    "passphrase": "password",
    "passcode": "password",
    "pwd": "password",
    "signature": "signature",
    "signatureprovided": "signature",
    "encodedmessage": "encoded message",
    "encodedauthorizationmessage": "encoded message",
    "encodedauthorizationfailuremessage": "encoded message",
    "encodedfailuremessage": "encoded message",
    "privatekey": "private key",
    "samlassertion": "SAML assertion",
    "samlresponse": "SAML assertion",
    "cookie": "cookie",
}


def can_be_secret(name: Name, value: str, placement: Placement) -> bool:
    """Return whether a value after a name can be the secret, and not a word about it."""
    if is_placeholder(value) or not any(map(str.isalnum, value)) or _is_type(name, value):
        return False
    if name.what == "signature":
        return _may_be_signature(name, value, placement)
    if name.tail == "auth":
        return (
            placement.quoted
            and placement.sign == ":"
            and _BASE64.fullmatch("".join(value.split())) is not None
        )
    if name.tail == "tokencode":
        return value.isdigit() and len(value) == 6
    if placement.sign in {"space", "tuple"}:
        return looks_random(value) and (name.strong or name.what == "password" or placement.sign == "tuple")
    if placement.sign == "table" and not name.strong and _PLAIN_WORDS.fullmatch(value):
        return False
    if name.what not in {"password", "cookie", "secret"} and not _may_be_token(name, value):
        return False
    if name.tail == "token" and name.key != "token" and not name.strong and _is_id(value, placement):
        return False
    if name.key in {"secret", "secrets"} and not looks_random(value) and placement.sign != "=":
        # Kubernetes, ECS and others use this for the name of a secret.
        return False
    if placement.quoted or placement.structured or placement.sign != ":":
        return True
    # Prose: "invalid password: must not be empty".
    return _PLAIN_WORDS.fullmatch(value) is None


def _is_id(value: str, placement: Placement) -> bool:
    """Return whether a value is a request ID, as in "RequestToken: 0f1e2d3c-…"."""
    return placement.sign == ":" and not placement.quoted and _UUID.fullmatch(value.rstrip(".,)")) is not None


def is_placeholder(value: str) -> bool:
    """Return whether a value is empty, a marker, a mask, a variable or a word that means "none"."""
    return not value or is_marker(value) or _PLACEHOLDER.fullmatch(value) is not None


def is_class(word: str) -> bool:
    """Return whether a word looks like a Python class with its module.

    >>> is_class("botocore.tokens.FrozenAuthToken"), is_class("eyJhbGci.eyJzdWIi.Abc1"), is_class("Token")
    (True, False, False)
    """
    return _CLASS.fullmatch(word) is not None


def _is_type(name: Name, value: str) -> bool:
    """Return whether a value is a type: "Token | botocore.tokens.FrozenAuthToken", or the name as a class."""
    if name.what in _CHOSEN or name.tail == "secret" or len(value) > _MAX_TYPE:
        return False
    if value == "Token" and name.tail == "token":
        return True
    parts = _PARTS_OF_TYPE.split(value)
    return all(is_class(part) or part.lower() in {name.key, "none", "str"} for part in parts) and any(
        is_class(part) and part.lower().endswith(name.tail) for part in parts
    )


def _may_be_signature(name: Name, value: str, placement: Placement) -> bool:
    if _SIGNATURE.fullmatch(value) is None:
        return False
    if placement.query or name.tail == "signatureprovided" or name.key != "signature":
        return True
    return len(value) == 64 and placement.sign == ":"


def _may_be_token(name: Name, value: str) -> bool:
    if len(value) < 6 and not name.strong:
        return False
    if value.isdigit() and len(value) < 8:
        return False
    return _TOKEN.fullmatch("".join(value.split())) is not None and not value.startswith(("http:", "https:"))


def looks_random(value: str) -> bool:
    """Return whether a value looks random, unlike a word, a name, an ID or a path."""
    return (
        len(value) >= 8
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
        and _UUID.fullmatch(value) is None
        and (any(c.isupper() for c in value) or len(value) >= 24)
        and _PATH.match(value) is None
    )
