"""Which names tell of a secret, and what values they can have; not for where names and values stand.

Names count without case and separators: ``aws_secret_access_key``, ``SecretAccessKey``, ``fs.secret.key``.
What a name ends with decides. Sources: the settings of the AWS CLI and the SDKs, the API references of STS,
ECR, SSO OIDC and Secrets Manager, Hadoop's S3A, Docker, npm and netrc files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from iamtriage.redaction._vocabulary.markers import is_marker
from iamtriage.redaction._vocabulary.notations import BASE64, BASE64_ESCAPES, PADDING

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = (
    "TAIL",
    "Name",
    "Sign",
    "Stands",
    "is_class",
    "is_placeholder",
    "is_random",
    "may_be_value",
    "name_of",
)

# What a telling name ends with, in lower case. Alternatives begin with letters: so the search is quick.
TAIL = re.compile(
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

# Tokens that are no secrets: they page, order or count.
_HARMLESS = re.compile(
    r"(?:next|page|nextpage|continuation|pagination|clientrequest|request|client|idempotency|start|starting"
    r"|forward|backward|sequence|change|lock|sync|resume|marker|invalidation|cancellation|stop|max|min|total|prompt"
    r"|completion|input|output|cached|new|unexpected|num|count|creation)tokens?"
)
# Operations and error codes are named like what they are about.
_SPOKEN_OF = re.compile(
    r"(?:get|create|describe|assume|delete|decode|revoke|update|rotate|invalid|expired|missing|malformed|unknown"
    r"|unrecognized|unauthorized|generate|validate|verify)\w{0,60}"
)
_STRONG = (
    "sessiontoken", "securitytoken", "secretkey", "secretaccesskey", "accesstoken", "refreshtoken", "idtoken",
    "identitytoken", "authtoken", "authorizationtoken", "bearertoken", "metadatatoken", "clientsecret",
    "secretstring", "secretbinary", "encodedmessage", "encodedauthorizationmessage",
    "encodedauthorizationfailuremessage", "samlassertion", "samlresponse", "awssecret",
)  # fmt: skip

# Nothing but a mask, a variable, a template's or a manual's place, a path, or a word that says "none".
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
# A class of a module, without digits: "botocore.tokens.FrozenAuthToken".
_CLASS = re.compile(r"(?:[a-z_]{3,30}\.){1,6}(?:[A-Z][a-z]{2,20}){1,6}")
_PARTS_OF_TYPE = re.compile(r"\s?\|\s?")
# What people choose themselves may look like anything.
_CHOSEN = frozenset({"password", "cookie"})
_LONGEST_TYPE = 300


class Name(NamedTuple):
    """A telling name: what it tells of, and whether nothing else is called so."""

    what: Secret
    tail: str
    key: str
    strong: bool


Sign: TypeAlias = Literal["=", ":", "xml", "pair", "option", "tuple", "table", "blank"]
"""What a notation has between a name and its value."""


class Stands(NamedTuple):
    """How a value stands behind its name.

    Attributes:
        sign: what is between them.
        quoted: whether the value is in quotes.
        structured: whether name and value are one of several in an object, a query or a file of settings.
        query: whether they stand in a URL's query.
    """

    sign: Sign
    quoted: bool
    structured: bool
    query: bool


def name_of(prefix: str, tail: str) -> Name | None:
    """Give what a name tells of, None for one that tells of no secret.

    Args:
        prefix: what the name begins with, in lower case.
        tail: what it ends with, in lower case.
    """
    short = tail.translate(_SEPARATORS)
    key = prefix.translate(_SEPARATORS) + short
    if short == "auth":
        return Name("authorization", short, key, strong=False) if key in {"auth", "npmauth"} else None
    if short == "pass" and prefix[-1:] not in {"_", "-", "."} and prefix:
        return None
    if short in {"token", "secret", "password"} and _SPOKEN_OF.fullmatch(key):
        return None
    if short == "token" and (_HARMLESS.fullmatch(key) or _HARMLESS.fullmatch(key.removeprefix("x"))):
        return None
    what = _what(short, key)
    return Name(what, short, key, strong=key.endswith(_STRONG))


def _what(short: str, key: str) -> Secret:
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


def may_be_value(name: Name, value: str, stands: Stands) -> bool:
    """Tell whether a value, standing so behind its name, is a secret; else it is a word about one."""
    if is_placeholder(value) or not any(map(str.isalnum, value)) or _is_type(name, value):
        return False
    if name.what == "signature":
        return _may_be_signature(name, value, stands)
    if name.tail == "auth":
        return stands.quoted and stands.sign == ":" and _BASE64.fullmatch("".join(value.split())) is not None
    if name.tail == "tokencode":
        return value.isdigit() and len(value) == 6
    if stands.sign in {"blank", "tuple"}:
        return is_random(value) and (name.strong or name.what == "password" or stands.sign == "tuple")
    if stands.sign == "table" and not name.strong and _PLAIN_WORDS.fullmatch(value):
        return False
    if name.what not in {"password", "cookie", "secret"} and not _may_be_token(name, value):
        return False
    if name.tail == "token" and name.key != "token" and not name.strong and _is_id(value, stands):
        return False
    if name.key in {"secret", "secrets"} and not is_random(value) and stands.sign != "=":
        # Kubernetes, ECS and others write the name of a secret so.
        return False
    if stands.quoted or stands.structured or stands.sign != ":":
        return True
    # Prose: "invalid password: must not be empty".
    return _PLAIN_WORDS.fullmatch(value) is None


def _is_id(value: str, stands: Stands) -> bool:
    """Tell an id of a request, "RequestToken: 0f1e2d3c-…", also where a line end stands in its name."""
    return stands.sign == ":" and not stands.quoted and _UUID.fullmatch(value.rstrip(".,)")) is not None


def is_placeholder(value: str) -> bool:
    """Tell whether a value is empty, a marker, a mask, a variable or a word that says that there is none."""
    return not value or is_marker(value) or _PLACEHOLDER.fullmatch(value) is not None


def is_class(word: str) -> bool:
    """Tell whether a word has the shape of a module's class.

    >>> is_class("botocore.tokens.FrozenAuthToken"), is_class("eyJhbGci.eyJzdWIi.Abc1"), is_class("Token")
    (True, False, False)
    """
    return _CLASS.fullmatch(word) is not None


def _is_type(name: Name, value: str) -> bool:
    """Tell a type from a secret: "Token | botocore.tokens.FrozenAuthToken", a class called as the name is."""
    if name.what in _CHOSEN or name.tail == "secret" or len(value) > _LONGEST_TYPE:
        return False
    if value == "Token" and name.tail == "token":
        return True
    parts = _PARTS_OF_TYPE.split(value)
    return all(is_class(part) or part.lower() in {name.key, "none", "str"} for part in parts) and any(
        is_class(part) and part.lower().endswith(name.tail) for part in parts
    )


def _may_be_signature(name: Name, value: str, stands: Stands) -> bool:
    if _SIGNATURE.fullmatch(value) is None:
        return False
    if stands.query or name.tail == "signatureprovided" or name.key != "signature":
        return True
    return len(value) == 64 and stands.sign == ":"


def _may_be_token(name: Name, value: str) -> bool:
    if len(value) < 6 and not name.strong:
        return False
    if value.isdigit() and len(value) < 8:
        return False
    return _TOKEN.fullmatch("".join(value.split())) is not None and not value.startswith(("http:", "https:"))


def is_random(value: str) -> bool:
    """Tell a value from a word, a name, an id or a path."""
    return (
        len(value) >= 8
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
        and _UUID.fullmatch(value) is None
        and (any(c.isupper() for c in value) or len(value) >= 24)
        and _PATH.match(value) is None
    )
