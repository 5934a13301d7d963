"""Decide whether a value after a name can be a secret, or is only a word about one."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.notations import BASE64, BASE64_ESCAPES, PADDING
from iamtriage.redaction._vocabulary.placeholders import is_expression, is_placeholder
from iamtriage.redaction._vocabulary.secret_names import classify_key

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = (
    "COOKIE_ATTRIBUTE",
    "ERROR",
    "STATES",
    "WORDS_ABOUT_OPTIONS",
    "Placement",
    "Sign",
    "can_be_secret",
    "is_mixed",
    "is_other",
    "is_plain_secret",
    "judge_value",
    "looks_random",
)

ERROR = re.compile(
    r"(?:access|account|an error|authentication|bad|certificate|changed|client|connection|context|copied|created|deadline|deleted"
    r"|dial|does|exit|expires|internal|i/o|loaded|network|operation|permission|policy|quota|rate|removed|request|reset"
    r"|resource|rotated|server|service|session|signature|stored|token|unable|unexpected|updated|used|validation|value"
    r"|verification) [a-z0-9]|[1-5][0-9]{2} [a-z]|(?:get|head|post|put) \\{0,64}\"{1,2}http",
    re.IGNORECASE,
)
"""The beginning of an error or a report instead of a value, as in "password: context deadline exceeded"."""
# Alternatives in a pattern.
_ALTERNATIVES = re.compile(r"[A-Za-z_-]{1,40}(?:(?:\|[A-Za-z_-]{1,40}){1,80}\)?|\)[$)/\]a-z]{0,6})")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PATH = re.compile(r"[.~]{0,2}/\w")
_DIRECTORY = re.compile(r"[~.]{0,2}/|[A-Za-z]:[\\/]")
# An error code, such as "AccessDenied" or "botocore.exceptions.TokenRetrievalError".
_CODE = re.compile(
    r"(?:[A-Za-z_]{1,40}\.){0,6}(?:[A-Z][a-z]{1,30}|[A-Z]{2,5}(?=[A-Z][a-z])){2,8}|E[A-Z]{3,12}|[A-Z]{3,20}(?:_[A-Z]{2,20}){1,6}"
)
_CODE_AND_COLON = re.compile(rf"(?:{_CODE.pattern}):")
# A failure in quotes: "AccessDenied: …", "User: … is not authorized to perform: …". No word of it can be a secret.
_FAILURE = re.compile(
    rf"`?(?:[Ee]rror|{_CODE.pattern}): |An error occurred \(|(?s:.{{0,400}}?)not authorized to perform"
)
_DENSE_WORD = re.compile(
    r"(?<![\w.:/-])(?<!ID: )(?=[A-Za-z]{0,400}[0-9])(?=[0-9]{0,400}[A-Za-z])[A-Za-z0-9]{10,}(?![\w:/-])"
)
# A label that another value follows: "token: token: …", "token: oauth2: …".
_LABEL = re.compile(r"[A-Za-z_-]{1,40}[:=]|[a-z]{2,20}[0-9]:")
_PLAIN_WORDS = re.compile(r"[A-Z]?[a-z]*(?:[-'_/][A-Z]?[a-z]+)*[.:!?…]*")
_TOKEN = re.compile(rf"(?:[A-Za-z0-9+/=_.~:@!*%|-]++|{BASE64_ESCAPES})++")
# With the escapes of bytes in Python.
_CHOSEN_TOKEN = re.compile(r"(?:[A-Za-z0-9+/=_.~:@!*%|^#$?&,;-]|\\x[0-9a-f]{2})+")
_SIGNATURE = re.compile(rf"[0-9a-fA-F]{{8,64}}|(?:[~_-]|{BASE64}){{20,2048}}{PADDING}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_PLAIN_SECRET = re.compile(
    r"(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])(?=[A-Za-z]*[0-9])(?!A[A-Z0-9]{3}[A-Z0-9x]{12}|[Nn]?[Vv]ar[Cc]har2\Z)[A-Za-z0-9]{8,200}"
)
_ACCESS_KEY_ID = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9x*]{12,124}")
_HEX_DIGITS_OR_ID = re.compile(
    rf"(?:sha\d{{1,3}}:)?(?:[0-9a-f]{{40}}|[0-9a-f]{{64}})|[0-9A-F]{{16}}|{_ACCESS_KEY_ID.pattern}"
)
# The name of a Kubernetes object or of a secret.
_OBJECT_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9./]*[a-z0-9])?")
# A Python class with its module, without digits: "botocore.tokens.FrozenAuthToken".
_CLASS = re.compile(r"(?:[a-z_]{3,30}\.){1,6}(?:[A-Z][a-z]{2,20}){1,6}")
_PARTS_OF_TYPE = re.compile(r"\s?\|\s?")
_PASSED = re.compile(r"[A-Za-z_]{3,40}=[^=]|https?://[^@]*\Z")
_VERSION = re.compile(r"v?(?:[0-9]:)?[0-9]{1,4}(?:\.[0-9]{1,6}){1,4}(?:[-+.~][\w.+~-]{1,40})?")
COOKIE_ATTRIBUTE = r"(?:path|domain|expires|max-age|samesite|secure|httponly|partitioned|priority)\b"
_EMPTY_COOKIE = re.compile(
    rf"[\w.-]{{1,80}}=(?:\"\")?(?:; ?{COOKIE_ATTRIBUTE}[^;]{{0,200}}){{0,8}};?", re.IGNORECASE
)
# A session ID of only letters is longer than a word.
_MAX_COOKIE_WORD = 16
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].{0,40})?")
_DIGIT = re.compile(r"[0-9]")
_SHORT_WORD = re.compile("[a-z]+")
_NOT_ASCII = re.compile(r"%(?:25){0,16}[89A-Fa-f][0-9A-Fa-f]")
# Keys of 160 or 256 bits are written like hashes: Datadog's, New Relic's, those of AES and HMAC.
_HEX_KEY = re.compile(r"(?:application|license|encryption|decryption|hmac|master)key")
# On the line after a name: another setting or label, such as "requestId=0a1b…", also without a value, a host, an
# address or a file with a number.
_OTHER = re.compile(
    r"[A-Za-z_][\w.-]{0,80}(?:=[^=]|:[ ])|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+=?\Z|[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*=\Z|\w[\w.:-]{0,80}:\Z|\w[\w.-]{0,80}(?:\.(?:go|java|js|kt|php|py|rb|rs|sh|ts):[1-9]|:[1-9][0-9]{0,4}(?![A-Za-z0-9]))"
    r"|(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|io)\Z|[a-z_][\w-]{0,31}:[x*!]?:[0-9]"
)
_REQUEST = re.compile(r"[A-Z]{3,7} /")
# The name of an environment variable, which follows another one in a list: "S3_BUCKET".
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)+")
# An option with its value: -p'…'
_SHORT_OPTION = re.compile(r"-[A-Za-z](?:[\"']|\Z)")
# What a call that returns a token gets: buildAuthToken("db.example.com:5432").
_HOST = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,18}(?::[0-9]{1,5})?")
_MAX_TYPE = 300
# States after the name of a password, which are no passwords.
_STATE_WORDS = """
    accepted bad correct empty expired fail failed false incorrect invalid missing ok passed rejected required
    true unset valid wrong
"""
STATES = frozenset(_STATE_WORDS.split())
# Words after an option in prose: "--password is required".
_ABOUT_OPTIONS = """
    a an and are argument arguments as can cannot command does false field fields flag flags for from given has have
    if in input instead is it may must need needs not of on only option options or parameter parameters required
    requires set setting should switch takes that the this to true usage value values via was when which will with
    without
"""
WORDS_ABOUT_OPTIONS = frozenset(_ABOUT_OPTIONS.split())


Sign: TypeAlias = Literal["=", ":", "xml", "pair", "option", "tuple", "table", "space"]
"""The sign between a name and its value in a notation."""


class Placement(NamedTuple):
    """How a value follows its name.

    Attributes:
        sign: The sign between the name and the value.
        quoted: Whether the value is in quotes.
        structured: Whether name and value are part of an object, a query or a settings file.
        query: Whether name and value are in the query of a URL.
        is_key: Whether the name is the key of a parsed object.
        is_variable: Whether the name is an environment variable in a row or a tuple.
    """

    sign: Sign
    quoted: bool
    structured: bool
    query: bool
    is_key: bool = False
    is_variable: bool = False


def can_be_secret(name: Name, value: str, placement: Placement) -> bool:
    """Return whether a value after a name can be the secret instead of a word about it."""
    return (placement.sign != "space" and is_plain_secret(name, value)) or judge_value(name, value, placement)


def is_plain_secret(name: Name, value: str) -> bool:
    """Return whether a value consists of letters in both cases and digits, and the name says nothing else about it."""
    return (
        name.what not in {"signature", "one-time code"}
        and name.tail != "auth"
        and _PLAIN_SECRET.fullmatch(value) is not None
    )


@lru_cache(maxsize=4_000)
def judge_value(name: Name, value: str, placement: Placement) -> bool:
    """Return whether a value of any form can be a secret."""
    # Tested first, because most other values are words, or have signs that no token contains.
    is_token = name.what not in _ANY_FORM and name.tail != "auth" and placement.sign not in {"space", "tuple"}
    if is_token and not _may_be_token(name, value, placement):
        return False
    if _is_no_secret(name, value, placement) or _is_next(value, placement.sign):
        return False
    if name.what == "signature":
        return _may_be_signature(name, value, placement)
    if name.tail == "auth":
        is_base64 = _BASE64.fullmatch("".join(value.split())) is not None
        return is_base64 and ((placement.quoted and placement.sign == ":") or _is_login(value))
    if name.what == "one-time code":
        return value.isdigit() and len(value) == 6
    if name.random and not _shows_itself(name, value, placement):
        return False
    if placement.sign == "tuple" and not name.random and is_mixed(value):
        is_specific = name.what == "secret" or (name.what == "token" and len(value) >= _MIN_TOKEN)
        if name.what == "password" or (is_specific and name.key != name.tail):
            return True
    is_weak = len(value) >= _MIN_WEAK and value.isalpha() and value.islower()
    if placement.is_variable and name.what in {"password", "secret"} and (is_weak or is_mixed(value)):
        return True
    if placement.sign in {"space", "tuple"}:
        is_random = looks_random(value) and _DATE.fullmatch(value) is None
        return is_random and (name.strong or name.what == "password" or placement.sign == "tuple")
    if placement.sign == "table" and not name.strong and _PLAIN_WORDS.fullmatch(value):
        return False
    if name.tail == "token" and name.key != "token" and not name.strong and _is_id(value, placement):
        return False
    if name.is_reference and _is_reference(name, value, placement):
        return False
    if placement.quoted or placement.structured or placement.sign != ":":
        return True
    # Prose: "invalid password: must not be empty".
    is_abbreviation = value.isalpha() and value.isupper()
    return (
        not is_abbreviation and not _PLAIN_WORDS.fullmatch(value) and not _CODE.fullmatch(value.rstrip(":,."))
    )


def _is_next(value: str, sign: Sign) -> bool:
    """Return whether a value is the next one in a list of names, or what a call gets.

    >>> [_is_next(value, "tuple") for value in ("S3_BUCKET", "api_key_v2", "password1", "secret_aB3dE6fG9hJ2")]
    [True, True, False, False]
    """
    if sign not in {"space", "tuple", "table"}:
        return False
    is_list = sign != "table"
    key = classify_key(value) if (is_list and "_" in value) or value.isalpha() else None
    return (
        (key is not None and not key.random)
        or (is_list and _VARIABLE.fullmatch(value) is not None)
        or _ALTERNATIVES.fullmatch(value) is not None
        or (sign == "tuple" and _HOST.fullmatch(value) is not None)
    )


def _is_login(value: str) -> bool:
    """Return whether a value is the base64 of a user and a password, as in the settings of npm.

    >>> _is_login("YW5hOmh1bnRlcjI="), _is_login("AccessDenied")
    (True, False)
    """
    try:
        login = base64.b64decode(value, validate=True).decode("ascii")
    except ValueError:
        return False
    return login.isprintable() and ":" in login


# Secrets without the form of a token.
_ANY_FORM = frozenset({"password", "cookie", "secret", "signature", "one-time code"})
# In characters.
_MIN_WEAK = 6
_MIN_TOKEN = 10
_MIN_LONG_TOKEN = 24


def _is_no_secret(name: Name, value: str, placement: Placement) -> bool:
    """Return whether a value is a placeholder, a type, an expression, an error code, a count or another name."""
    is_plain = value.isalnum()
    if is_placeholder(value) or not (is_plain or any(map(str.isalnum, value))) or _is_type(name, value):
        return True
    if name.key in {"pwd", "oldpwd"} and _DIRECTORY.match(value):
        # The working directory.
        return True
    if name.what == "cookie" and (
        value.isdigit()
        or (value.isalpha() and len(value) <= _MAX_COOKIE_WORD)
        or _EMPTY_COOKIE.fullmatch(value)
    ):
        return True
    if not name.is_chosen and _ACCESS_KEY_ID.fullmatch(value):
        return True
    if placement.quoted:
        return " " in value and _FAILURE.match(value) is not None and _DENSE_WORD.search(value) is None
    word = value if is_plain else value.rstrip("):;,]}*")
    if (
        (word != value and is_placeholder(word))
        or (value[0] == "-" and _SHORT_OPTION.match(value))
        # No expression consists of letters and digits.
        or (
            (value.isalpha() or not is_plain)
            and is_expression(name, value, is_assigned=placement.sign == "=" and not placement.query)
        )
        or (value[-1] == ":" and _CODE_AND_COLON.fullmatch(value))
    ):
        return True
    if name.key == "pass":
        # A result of tests, "pass: 17", or a verb, "pass MaxItems=17 to it".
        is_word = placement.is_key and value.isalpha()
        is_result = placement.sign == ":" and not is_word and not is_mixed(value)
        if is_result or (placement.sign == "space" and _PASSED.match(value)):
            return True
    return value[-1] in ":=" and not name.is_chosen and _LABEL.fullmatch(value) is not None


def _shows_itself(name: Name, value: str, placement: Placement) -> bool:
    """Return whether a value after a weak name is a secret by itself."""
    if looks_random(value) and not _is_version_or_date(value):
        pattern = _ACCESS_KEY_ID if _HEX_KEY.fullmatch(name.tail) else _HEX_DIGITS_OR_ID
        return pattern.fullmatch(value) is None
    if name.what != "password" or (placement.sign == ":" and not placement.quoted):
        return name.what == "password" and is_mixed(_NOT_ASCII.sub("", value))
    is_word = value.isalpha() or _PLAIN_WORDS.fullmatch(value) is not None
    return len(value) >= 6 and not is_word and not value.replace(".", "").isdigit()


def _is_version_or_date(value: str) -> bool:
    return _VERSION.fullmatch(value) is not None or _DATE.fullmatch(value) is not None


def _is_reference(name: Name, value: str, placement: Placement) -> bool:
    """Return whether a value is the name of a secret, as Kubernetes, ECS and others write it."""
    if looks_random(value):
        return False
    is_object_name = _OBJECT_NAME.fullmatch(value.rstrip("\"'")) is not None
    return is_object_name or (placement.sign != "=" and name.key in {"secret", "secrets"})


def _is_id(value: str, placement: Placement) -> bool:
    """Return whether a value is a request ID, as in "RequestToken: 0f1e2d3c-…"."""
    is_id = _UUID.fullmatch(value.rstrip(".,)")) is not None
    return is_id and placement.sign == ":" and not (placement.quoted and not placement.is_key)


def is_other(value: str, *, is_quoted: bool) -> bool:
    """Return whether a value on the line after a name is an address, a request or another setting."""
    if is_quoted:
        return _REQUEST.match(value) is not None
    return "://" in value or _OTHER.match(value) is not None


def _is_type(name: Name, value: str) -> bool:
    """Return whether a value is a type: "Token | botocore.tokens.FrozenAuthToken", or the name as a class."""
    if "." not in value and "|" not in value and value != "Token":
        return False
    if name.is_chosen or name.tail == "secret" or len(value) > _MAX_TYPE:
        return False
    if value == "Token" and name.tail == "token":
        return True
    parts = _PARTS_OF_TYPE.split(value) if "|" in value else [value]
    return all(_CLASS.fullmatch(part) or part.lower() in {name.key, "none", "str"} for part in parts) and any(
        _CLASS.fullmatch(part) and part.lower().endswith(name.tail) for part in parts
    )


def _may_be_signature(name: Name, value: str, placement: Placement) -> bool:
    if _SIGNATURE.fullmatch(value) is None:
        return False
    if placement.query or name.tail == "signatureprovided" or name.key != "signature":
        return True
    return len(value) == 64 and placement.sign == ":"


def _may_be_token(name: Name, value: str, placement: Placement) -> bool:
    if len(value) < 6 and not (name.strong and (placement.sign == "=" or not _SHORT_WORD.fullmatch(value))):
        return False
    if value.isdigit() and len(value) < 8:
        return False
    if value.isalnum() and value.isascii() and not value.isalpha():
        return True
    if not placement.query and _CODE.fullmatch(value.rstrip(":,.")):
        # "could not get token: AccessDenied: …"
        return False
    if value.startswith(("http:", "https:")) or (
        "." in value and len(value) < _MIN_LONG_TOKEN and _VERSION.fullmatch(value)
    ):
        return False
    if _TOKEN.fullmatch("".join(value.split())):
        return True
    # People also choose tokens like passwords.
    is_certain = placement.quoted or placement.structured or placement.sign == "="
    return is_certain and looks_random(value) and _CHOSEN_TOKEN.fullmatch(value) is not None


def is_mixed(value: str) -> bool:
    """Return whether a value has letters and digits, unlike a word, a version, an ID or a path.

    >>> is_mixed("tr0ub4dor"), is_mixed("letters"), is_mixed("1.2.3-rc1"), is_mixed("/etc/orders2")
    (True, False, False, False)
    """
    return (
        len(value) >= 6
        and any(map(str.isdigit, value))
        and any(map(str.isalpha, value))
        and _PATH.match(value) is None
        and _UUID.fullmatch(value) is None
        and not _is_version_or_date(value)
    )


def looks_random(value: str) -> bool:
    """Return whether a value looks random, unlike a word, a name, an ID or a path."""
    # A random value has each kind of character near its beginning. The rest can be as long as the text.
    value = value[:_MAX_SAMPLE]
    if "%" in value:
        # Words of other languages: "est%C3%A1".
        value = _NOT_ASCII.sub("", value)
    return (
        len(value) >= 8
        and _DIGIT.search(value) is not None
        and any(map(str.isalpha, value))
        and _UUID.fullmatch(value) is None
        and (len(value) >= 24 or any(map(str.isupper, value)))
        and (_PATH.match(value) is None or (value[-1] == "=" and _BASE64.fullmatch(value, 1) is not None))
    )


# In characters.
_MAX_SAMPLE = 400
