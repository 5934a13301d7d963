"""Define the names that announce a secret.

Names are compared without case and separators: ``aws_secret_access_key``, ``SecretAccessKey``,
``fs.secret.key``. The end of a name, before a suffix such as ``_prod`` or ``_v2``, decides. Sources: the settings
of the AWS CLI and the SDKs, the API references of STS, ECR, SSO OIDC, Secrets Manager, IAM and
CloudFormation, Hadoop's S3A, Kubernetes, Docker, npm, netrc and Azure connection strings.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

from iamtriage._typing import NamedTuple
from iamtriage.redaction._vocabulary.markers import Secret
from iamtriage.redaction._vocabulary.notations import build_tree

__all__ = (
    "MARKER_START",
    "NAME_END",
    "NAME_OR_MARKER",
    "NAME_ROWS",
    "WORDS",
    "Name",
    "classify_key",
    "classify_name",
    "classify_suffix",
)

Evidence: TypeAlias = Literal["name", "value", "word"]
"""The evidence that a value is a secret.

``name``: the name is enough. ``value``: the value must also look random. ``word``: like ``value``, and the name
must be a separate word.
"""

# The kind of secret, the required evidence, and the words of the names. A space means an optional separator, which
# must not be a space if the name alone is not enough.
_NAME_TABLE: tuple[tuple[Secret, Evidence, tuple[str, ...]], ...] = (
    ("secret access key", "name", ("secret access key", "secret key", "sec key", "access key secret")),
    ("secret", "name", (
        "secret", "secret string", "secret binary", "secret value", "api key", "session key", "account key",
        "shared key", "shared access key", "pre shared key", "dd app key", "datadog app key",
        "basic auth user info", "recovery key", "unseal key", "base32 string seed", "docker config json",
        "docker cfg", "docker auth config", "code verifier", "device code",
    )),
    ("token", "name", ("token",)),
    ("one-time code", "name", ("token code", "mfa code")),
    ("password", "name", (
        "password", "passwd", "passphrase", "passcode", "pass", "pwd", "bind pw", "bind pwd", "root pw", "root pwd", "master auth",
        "rediscli auth", "mot de passe",
    )),
    ("password", "word", ("pw", "psw", "pswd", "senha")),
    ("signature", "name", ("signature", "signature provided", "signature value")),
    ("signature", "word", ("sig",)),
    ("encoded message", "name", (
        "encoded message", "encoded authorization message", "encoded failure message",
        "encoded authorization failure message",
    )),
    ("private key", "name", ("private key", "client key data")),
    ("secret", "value", (
        "master key", "access key", "admin key", "app key", "application key", "auth key", "consumer key",
        "cosmos key", "customer key", "deploy key", "encryption key", "decryption key", "fernet key",
        "function key", "functions key", "hmac key", "integration key", "jwt key", "jwt:key", "license key", "replica set key", "routing key",
        "sdk key", "service key", "signing key", "ssh key", "storage key", "subscription key", "write key",
        "qrcode png", "fastly key", "jfrog art api", "honeycomb team", "zt1 auth",
    )),
    ("private key", "value", ("client key", "ssl key", "tls key")),
    ("secret", "word", ("psk", "totp", "seed")),
    ("web token", "word", ("jwt",)),
    ("token", "word", ("pat", "sas")),
    ("SAML assertion", "name", ("saml assertion", "saml response")),
    ("cookie", "name", ("cookie",)),
    ("authorization", "name", ("auth", "npm auth ident")),
    ("password", "value", (
        "passwort", "kennwort", "contraseña", "contrasena", "wachtwoord", "пароль", "パスワード", "密码", "密碼",
        "비밀번호",
    )),
    ("secret", "value", ("api schlüssel",)),
)  # fmt: skip
NAME_ROWS: tuple[tuple[str, Secret, Evidence], ...] = tuple(
    (words, what, evidence) for what, evidence, names in _NAME_TABLE for words in names
)


_NAME_ENDS = [
    ["[-_. ]?" if character == " " else character for character in words] for words, _, _ in NAME_ROWS
]
# The ends of names, in lower case.
NAME_END = re.compile(build_tree(_NAME_ENDS))
MARKER_START = "redacted"
_KINDS = sorted((kind.lower().replace(" ", "[ -]") for kind in get_args(Secret)), key=len, reverse=True)
_MARKED = f"[ -](?:{'|'.join(_KINDS)})"
# Names in a marker do not announce a secret. One tree, because a text is searched fast for its first characters.
NAME_OR_MARKER = re.compile(build_tree([*_NAME_ENDS, [*MARKER_START, _MARKED]]))
_SEPARATORS = str.maketrans("", "", "-_. $@")
_ROWS: dict[str, tuple[Secret, Evidence]] = {
    words.translate(_SEPARATORS): (what, evidence) for words, what, evidence in NAME_ROWS
}

# Names that are separate words.
WORDS = frozenset(words for words, _, evidence in NAME_ROWS if evidence == "word")

# Tokens that are not secrets: for pagination, ordering or counting.
_HARMLESS_WORDS = """
    next nextpage nextforward nextbackward nextcontinuation page continuation pagination clientrequest request client
    idempotency start starting forward backward sequence change lock sync resume marker invalidation cancellation stop
    max min total prompt completion input output cached new unexpected num count creation pad eos bos unk sep cls mask
    reasoning public design csstoken theme
"""
_HARMLESS = frozenset(f"{word}token" for word in _HARMLESS_WORDS.split())
# Operations and error codes about secrets have similar names.
_OPERATION_OR_CODE = (
    "get", "create", "describe", "assume", "delete", "decode", "revoke", "update", "rotate", "invalid", "expired", "missing",
    "malformed", "unknown", "unrecognized", "unauthorized", "generate", "validate", "verify",
)  # fmt: skip
_UNAMBIGUOUS = (
    "sessiontoken", "securitytoken", "secretkey", "secretaccesskey", "accesstoken", "refreshtoken", "idtoken",
    "identitytoken", "authtoken", "authorizationtoken", "bearertoken", "metadatatoken", "clientsecret",
    "secretstring", "secretbinary", "encodedmessage", "encodedauthorizationmessage",
    "encodedauthorizationfailuremessage", "samlassertion", "samlresponse", "awssecret", "awsseckey", "consultoken", "nomadtoken", "vaulttoken",
)  # fmt: skip
# Kubernetes, Helm charts and ECS use these names for the name of a Secret.
_REFERENCES = re.compile(
    r"(?:existing|imagepull|pull|tls|cert|certificate|mount|external|kube|kubernetes|k8s|image|registry|basicauth"
    r"|ingress|wildcard|config|envfrom|cluster|namespace)?secrets?|\w{1,60}(?:existing|credentials?|password|pull|tls)secret"
    r"|(?:credentials?|password)secret"
)
# Words that "pass" can follow without a separator: "dbpass", not "bypass".
_SHORT_PREFIXES = """
    admin db ftp http https key keystore ldap login mail my pg proxy require root sa smtp ssh store trust
    truststore user
"""
# After a name, these words show that the value describes the secret.
_DESCRIBING_WORDS = """
    age alg algorithm algorithms are arn arns at attempt attempts audience backend backends bucket budget by cache cached
    char character characters chars checksum class cmd column command config configuration cost count counts created creator
    date dates description digit digits dir directory disabled duration enable enabled encoding encryption endpoint
    env error errors exp expiration expire expired expires expiry expression field fields file filename
    files fingerprint folder for form format generator has hash hasher hashers hashing header headers help hint host hostname id identifier
    ids in incorrect index invalid is issued issuer key kind kinds label labels last len length less lifecycle lifetime limit
    limits location lock management manager max md message method min minimum mismatch missing mode modified name names next
    not num number option options param parameter parameters params path paths pattern period permission
    permissions placeholder policies policy port position prefix price prompt protected protection
    provider providers rate ref reference references refs regex region require required requirement
    requirements reset retries rotate rotated rotation rule rules scope scopes score selection selector
    server service settings sha size source sources spec state status stdin storage store strength suffix table tag
    tags template threshold time timestamp title tooltip ttl type types updated uri url urls usage used user
    username users valid validation validator validity variable variables version versions was wrong
"""
# After a name, these words show which secret it is, or its encoding.
_QUALIFIERS = """
    admin api app aws azure b b64 backup bak base base64 bedrock binary bytes c ci clear cleartext current
    data db default demo dev development docker east enc encoded encrypted eu gcp github gitlab google hex
    imap int integration json ldap live local main master mongo mysql n new npm old one openai pem pg
    plain plaintext postgres prd preprod prev previous primary prod production pypi qa r raw read reader
    redis replica ro root rw s sandbox secondary slack slave smtp sql stage staging stg str string stripe
    test testing text two uat us v val value w web west wo write writer x y z
"""
_BEFORE_PASS = frozenset(_SHORT_PREFIXES.split())
_ABOUT = frozenset(_DESCRIBING_WORDS.split())
_WHICH = frozenset(_QUALIFIERS.split())
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_FILE_END = re.compile(
    r"\.(?:cc?|cpp|cs|go|h|java|json|jsx?|kt|php|py|rb|rs|scala|sh|swift|tf|toml|tsx?|txt|ya?ml)\Z"
)
# "token", "tokens", "token2", S3's "Token-0"; not "token_file".
_COUNTED = re.compile(r"s?-?[0-9]{0,2}")


class Name(NamedTuple):
    """A name that announces a secret.

    Attributes:
        what: The kind of secret.
        tail: The end of the name, without separators.
        key: The whole name, without separators and suffix.
        strong: Whether only secrets have this name.
        random: Whether the value must look random.
        is_reference: Whether the value can be the name of a secret.
        takes_any: Whether any value of letters and digits can be the secret.
    """

    what: Secret
    tail: str
    key: str
    strong: bool
    random: bool = False
    is_reference: bool = False
    takes_any: bool = False

    @property
    def is_chosen(self) -> bool:
        """Return whether people or programs choose such a secret, so that it can have any form."""
        return self.what in {"password", "cookie"}


@lru_cache(maxsize=2048)
def classify_name(prefix: str, tail: str, suffix: str = "") -> Name | None:
    """Return what a name announces; ``None`` if it is not a secret.

    Args:
        prefix: The beginning of the name, in lower case.
        tail: The end that :data:`NAME_END` matches, in lower case.
        suffix: The text after the end, as written.
    """
    kind = classify_suffix(suffix) if suffix else "same"
    if kind == "about":
        return None
    short = tail if tail in _ROWS else tail.translate(_SEPARATORS)
    stripped = prefix.strip("-_")
    # Faster than a translation, for most names.
    key = (stripped if stripped.isalnum() else prefix.translate(_SEPARATORS)) + short
    what, evidence = _ROWS[short]
    if short == "auth":
        return Name(what, short, key, strong=False) if key in {"auth", "npmauth"} and not suffix else None
    if evidence != "name" and " " in tail:
        return None
    if evidence == "word" and prefix[-1:] not in {"_", "-", ".", ""}:
        return None
    if (
        short == "pass"
        and prefix[-1:] not in {"_", "-", ".", ""}
        and re.split("[-_.$@]", prefix)[-1] not in _BEFORE_PASS
    ):
        return None
    if key == "nopasswd":
        # A keyword of sudoers files.
        return None
    if short in {"token", "secret", "password"} and key.startswith(_OPERATION_OR_CODE) and key.isidentifier():
        return None
    if short == "token":
        # Also of an object: "response.next_token".
        last = prefix.rpartition(".")[2].translate(_SEPARATORS) + short if "." in prefix else key
        if last.removeprefix("x") in _HARMLESS:
            return None
    if key.endswith("awssecret"):
        what = "secret access key"
    elif short == "token" and key.endswith(("sessiontoken", "securitytoken")):
        what = "session token"
    strong = key.endswith(_UNAMBIGUOUS) and kind == "same"
    random = evidence != "name" or kind == "other"
    is_reference = "secret" in key and _REFERENCES.fullmatch(key) is not None
    is_limited = random or is_reference or key == "pass" or what in {"signature", "one-time code"}
    return Name(what, short, key, strong, random, is_reference, not is_limited)


@lru_cache(maxsize=2048)
def classify_key(key: str) -> Name | None:
    """Return what the key of an object announces; ``None`` if it is not a secret.

    >>> classify_key("DB_PASSWORD_PROD").what, classify_key("password_policy"), classify_key("nextToken")
    ('password', None, None)
    """
    ends = [*NAME_END.finditer(key.lower())] if len(key) <= _MAX_KEY else []
    if not ends:
        return None
    start, end = ends[-1].span()
    # A word begins with each capital: "smtpPass".
    separator = "_" if key[start].isupper() and key[start - 1 : start].islower() else ""
    return classify_name(key[:start].lower() + separator, ends[-1][0], key[end:])


_MAX_KEY = 200


def classify_suffix(suffix: str) -> Literal["same", "other", "about"]:
    """Return whether a name with a suffix means the same secret, another secret, or something about it.

    >>> [classify_suffix(suffix) for suffix in ("_PROD", "Bedrock", "_file", "izer", "_orders")]
    ['same', 'same', 'about', 'about', 'other']
    """
    if _COUNTED.fullmatch(suffix):
        return "same"
    if suffix[0].islower() or NAME_END.search(suffix.lower()) or _FILE_END.search(suffix):
        # The word continues, another name decides, or this is the name of a file: "tokens.py:65".
        return "about"
    words = [word.lower() for word in _WORDS.findall(suffix)]
    if not _ABOUT.isdisjoint(words):
        return "about"
    return "same" if all(word in _WHICH or word.isdigit() for word in words) else "other"
