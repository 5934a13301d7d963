"""Determine what the keys of an object, or the items of a list, announce about its values."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple
from iamtriage.redaction._finders.assignments import find_assigned_secrets
from iamtriage.redaction._finders.headers import find_header_secrets
from iamtriage.redaction._secret_spans import FoundSecret
from iamtriage.redaction._vocabulary.markers import MARKER, WORD
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.searched_text import SearchedText
from iamtriage.redaction._vocabulary.secret_names import Name, classify_key
from iamtriage.redaction._vocabulary.secret_values import ERROR, Placement, can_be_secret, looks_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from iamtriage.redaction._vocabulary.markers import Secret
    from iamtriage.redaction._vocabulary.secret_values import Sign

__all__ = (
    "Announced",
    "announce_items",
    "announce_key",
    "announce_members",
    "announce_pairs",
    "list_secret_keys",
)

# The keys of an object with a name and its value, in Kubernetes, ECS, HAR, CloudFormation and SSM.
_NAME_KEYS = frozenset(
    {"name", "key", "parameterkey", "parametername", "optionname", "outputkey", "header", "variable", "id"}
)
_VALUE_KEYS = frozenset(
    {"value", "parametervalue", "optionvalue", "outputvalue", "stringvalue", "default", "content", "values"}
)
# Between a key and its value: attribute values of DynamoDB, Vault, Terraform plans.
_WRAPPER_KEYS = """
    s n b l ss string current previous old new before after secret data
"""
_WRAPPERS = _VALUE_KEYS.union(_WRAPPER_KEYS.split())
# Keys that show that the value next to them is a secret, and their values, in lower case.
_SENSITIVE = {
    "type": "securestring",
    "sensitive": "true",
    "masked": "true",
    "issecret": "true",
    "noecho": "true",
}
# Keys whose value is a secret next to others: data keys of KMS, API keys of API Gateway, sessions of Cognito.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html
# https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html
# Private keys as JSON: https://www.rfc-editor.org/rfc/rfc7518#section-6
_SECRET_NEXT_TO = {
    "plaintext": frozenset({"keyid", "ciphertextblob"}),
    "value": frozenset({"stagekeys"}),
    "session": frozenset({"challengename"}),
    "signature": frozenset({"awsaccesskeyid"}),
    "secretid": frozenset({"accessorid"}),
    **dict.fromkeys(("d", "p", "q", "dp", "dq", "qi", "k"), frozenset({"kty"})),
}
# Objects of hosts and their tokens: https://getcomposer.org/doc/articles/authentication-for-private-packages.md
# The last two have the keys of an Azure function app.
_TOKEN_OBJECTS = frozenset({"githuboauth", "gitlaboauth", "gitlabtoken", "functionkeys", "systemkeys"})
# In the ID of a secret next to its value: https://learn.microsoft.com/en-us/azure/key-vault/general/about-keys-secrets-certificates
_IN_KEY_VAULT = ".vault.azure.net/secrets/"
_DATA_PATH = re.compile("/(?:data|stringData)/")
_PADDED = re.compile(r"[A-Za-z0-9+/]{6,20000}={1,2}")
_KUBERNETES_DATA = frozenset({"data", "stringdata"})
# In Kubernetes and Terraform.
_SECRET_KINDS = frozenset({"Secret", "kubernetes_secret", "kubernetes_secret_v1"})
_NONE: frozenset[str] = frozenset()
_NAME = re.compile(r"[\w.$@-]{1,60}(?:[ :][\w.$@-]{1,60}){0,4}")
_OPTION_OR_NAME = re.compile(r"-{0,2}[A-Za-z][\w.-]{1,80}")
# A sentence about the secret instead of a passphrase.
_SENTENCE = re.compile(
    r"\b(?:is|are|was|must|not|required|invalid|incorrect|expired|should|cannot|can't|too|wrong|missing|denied|the"
    r"|for|failed|with|does|your|please|has|have|be|to)\b",
    re.IGNORECASE,
)
_HEADER = "authorization: "
_BEARER_TOKEN = re.compile(r"bearer[ ](?P<token>[A-Za-z0-9._~+/-]{16,20000})", re.IGNORECASE)
_END_TAG = re.compile(r"</\w{1,40}>\Z")
_SCHEME = re.compile(r"(?:basic|bearer|token)[ ](?P<token>[^\s]{1,4000})", re.IGNORECASE)
# In Terraform's state and plans: an object, and the member that lists which of its values are secrets.
_SENSITIVE_PARTS = {
    "attributes": "sensitiveattributes",
    "after": "aftersensitive",
    "before": "beforesensitive",
    "values": "sensitivevalues",
}
# The keys of values in a secret's JSON that are not secret:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
_PUBLIC_MEMBERS = """
    user username engine host hostname port dbname database dbinstanceidentifier dbclusteridentifier region
    ssl masterarn superuserarn
"""
_PUBLIC_KEYS = frozenset(_PUBLIC_MEMBERS.split())


class Announced(NamedTuple):
    """What is known about a value before it is read.

    Attributes:
        name: The name that announces the value.
        what: The kind of secret, if it is certain.
        sign: How the value follows its name: after a key, an option, or another item.
        is_header: Whether the value is that of an Authorization header.
        is_secret_object: Whether the value is a Kubernetes Secret.
        is_secret_string: Whether the value is the object in the string of a secret.
        secret_keys: The keys of the values in it that are secrets.
    """

    name: Name | None = None
    what: Secret | None = None
    sign: Sign = ":"
    is_header: bool = False
    is_secret_object: bool = False
    is_secret_string: bool = False
    secret_keys: frozenset[str] = frozenset()

    @property
    def content(self) -> Announced | None:
        """What is known about a document in the value. In the string of a secret, most values are secrets."""
        is_secret = self.is_secret_string or (self.name is not None and self.name.key == "secretstring")
        return Announced(is_secret_string=True) if is_secret else None

    def secret_in(self, content: str, *, is_text: bool, is_quoted: bool = True) -> Secret | None:
        """Return the kind of secret, if a whole value is one; otherwise ``None``.

        Args:
            content: The value.
            is_text: Whether it is a string, not a number or a constant.
            is_quoted: Whether quotes or the notation show where the value ends.
        """
        if self.what is not None:
            return None if is_placeholder(content) or not content.strip() else self.what
        if self.name is None or self.is_header or len(content) > _MAX_SECRET:
            return None
        if self.name.what == "token" and " " in content and (scheme := _SCHEME.fullmatch(content)):
            return self.name.what if can_be_secret(self.name, scheme["token"], _KEY) else None
        if " " in content.strip() and self.name.what != "private key":
            is_text_of_secret = self.name.key == "secretstring" and not content.lstrip().startswith(_OPENING)
            if not (self.name.what in _MULTI_WORD or is_text_of_secret) or _SENTENCE.search(content):
                return None
            if not is_quoted and (self.name.key == "pass" or ERROR.match(content) or not _is_phrase(content)):
                return None
            return self.name.what if can_be_secret(self.name, content, _KEY) else None
        # YAML also reads a line of HTML.
        content = content.strip() if is_quoted else _END_TAG.sub("", content.strip())
        if self.name.key == "secretstring" and _OBJECT.match(content):
            # It is searched value by value.
            return None
        if not is_text and (self.name.what != "password" or not content.isdigit()):
            return None
        placement = (_QUOTED if is_quoted else _UNQUOTED)[self.sign]
        return self.name.what if can_be_secret(self.name, content, placement) else None

    def find_bearer_token(self, content: str) -> FoundSecret | None:
        """Return the token of a header, if it and its scheme are the whole value, as in most of them."""
        found = _BEARER_TOKEN.fullmatch(content) if self.is_header else None
        if found is None or found["token"].isalpha() or WORD in content or is_placeholder(found["token"]):
            return None
        return FoundSecret(*found.span("token"), "bearer token")

    def find_in(
        self, content: str, find: Callable[[str], Iterable[FoundSecret]], *, is_quoted: bool = True
    ) -> Iterator[FoundSecret]:
        """Find the secrets in a value that is not itself a secret."""
        if self.is_header and content:
            credentials = [*_find_after(_HEADER, content, find_header_secrets)]
            if not any(_is_token_of(content, each) for each in credentials):
                yield from find(content)
            yield from credentials
            return
        found = [*find(content)]
        yield from found
        if self.name is not None and not (is_quoted and len(content.split()) == 1):
            if any(each.start == 0 and each.end + 1 >= len(content) for each in found):
                # The value is a secret, at most with a quote after it.
                return
            # The value can contain more than the secret. In quotes, it is more likely a sentence.
            is_random = self.name.random or (is_quoted and "\n" not in content)
            for each in _find_after(f"{self.name.tail}: ", content, find_assigned_secrets):
                if not is_random or looks_random(content[each.start : each.end]):
                    yield each


def _is_token_of(content: str, found: FoundSecret) -> bool:
    """Return whether a bearer token and its scheme are all of a value, so that no other secret is in it."""
    is_rest = found.end == len(content) and content[: found.start].strip().isalpha()
    return is_rest and found.what == "bearer token"


def _is_phrase(content: str) -> bool:
    """Return whether words without quotes are a passphrase, not an expression or two words about it."""
    content = MARKER.sub("", content).rstrip()
    words = content.split()
    if not {"=", "||", "??"}.isdisjoint(words) or (" [" in content and content.endswith("]")):
        return False
    return len(words) > 2 or any(map(str.isdigit, content))


def _find_after(
    name: str, content: str, find: Callable[[SearchedText], Iterable[FoundSecret]]
) -> Iterator[FoundSecret]:
    """Find the secrets in a value as if its name were before it in a text."""
    for found in find(SearchedText(name + content)):
        if found.start >= len(name):
            yield found.moved(-len(name))


# Secrets that can contain spaces, and the beginnings of documents, which are read themselves.
_MULTI_WORD = frozenset({"password", "cookie"})
_OPENING = ("{", "[", "<")
_OBJECT = re.compile(r"\{\s{0,40}\"")
# In characters.
_MAX_SECRET = 100_000
_SIGNS: tuple[Sign, ...] = (":", "option", "tuple")
_QUOTED, _UNQUOTED = (
    {each: Placement(each, quoted, structured=True, query=False, is_key=True) for each in _SIGNS}
    for quoted in (True, False)
)
_KEY = _QUOTED[":"]


def announce_members(
    keys: Sequence[str],
    values: Sequence[str | None],
    announced: Announced | None,
    find_secret_keys: Callable[[int], Iterable[str]],
) -> list[Announced | None]:
    """Return what is known about each value of an object.

    Args:
        keys: The keys.
        values: The values that are scalars, as text; ``None`` for others.
        announced: What is known about the object.
        find_secret_keys: A function that returns the keys of secrets that the value at a position lists.
    """
    short = [key.lower().replace("_", "").replace("-", "") for key in keys]
    members = dict(zip(short, values, strict=True))
    is_secret_object = members.get("kind") in _SECRET_KINDS or (
        announced is not None and announced.is_secret_object
    )
    named = _classify_pair(members)
    has_parts = not _SENSITIVE_PARTS.keys().isdisjoint(short)
    result: list[Announced | None] = []
    for key, brief in zip(keys, short, strict=True):
        if announced is not None and announced.what is not None:
            result.append(announced)
        elif has_parts and _SENSITIVE_PARTS.get(brief) in members:
            position = short.index(_SENSITIVE_PARTS[brief])
            result.append(Announced(secret_keys=frozenset(find_secret_keys(position))))
        elif announced is not None and announced.secret_keys:
            result.append(
                Announced(what="secret") if key in announced.secret_keys else announce_key(key) or announced
            )
        elif announced is not None and announced.is_secret_string:
            result.append(
                announced if brief in _PUBLIC_KEYS else announce_key(key) or Announced(what="secret")
            )
        elif (
            # Only a Secret of Kubernetes has this key. In a schema, "kind" is an object.
            (brief == "stringdata" and members.get("kind", "") is not None)
            or (is_secret_object and brief in _KUBERNETES_DATA)
            or not members.keys().isdisjoint(_SECRET_NEXT_TO.get(brief, _NONE))
        ):
            result.append(Announced(what="secret"))
        elif brief in _TOKEN_OBJECTS and members[brief] is None:
            result.append(Announced(what="token"))
        elif brief == "items" and members.get("kind") == "SecretList":
            result.append(Announced(is_secret_object=True))
        elif named is not None and brief in _VALUE_KEYS:
            result.append(named)
        elif announced is not None and announced.name is not None and brief in _WRAPPERS:
            result.append(announced)
        else:
            result.append(announce_key(key))
    return result


def list_secret_keys(keys: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the keys of the secrets that Terraform lists: ``{"password": true}``, or a path of attributes.

    Args:
        keys: The keys of the list and of everything that it contains, each with its value as text.
    """
    for key, value in keys:
        if value == "true":
            yield key
        elif key == "value":
            yield value


def announce_items(values: Sequence[str | None], announced: Announced | None) -> list[Announced | None]:
    """Return what is known about each item: what is known about the list, or what the item before announces.

    Args:
        values: The items that are scalars, as text; ``None`` for others.
        announced: What is known about the list.
    """
    if announced is not None:
        # A list of kinds of tokens: ["refresh", "access"].
        has_kinds = announced.name is not None and announced.name.what == "token"
        return [
            None if has_kinds and value and value.isalpha() and value.islower() else announced
            for value in values
        ]
    result: list[Announced | None] = [None] * len(values)
    for at, (value, following) in enumerate(pairwise(values)):
        if value is None or following is None or not _OPTION_OR_NAME.fullmatch(value):
            continue
        name = classify_key(value.lstrip("-"))
        if name is not None and (value.startswith("-") or looks_random(following)):
            result[at + 1] = Announced(name=name, sign="option" if value.startswith("--") else "tuple")
    return result


def announce_pairs(values: Sequence[str | None]) -> list[Announced | None]:
    """Return what is known about each item in a list of names and values: what the name before announces.

    Args:
        values: The items that are scalars, as text; ``None`` for others.
    """
    result: list[Announced | None] = [None] * len(values)
    for at, value in enumerate(values[:-1]):
        if value is not None and _NAME.fullmatch(value.strip()):
            result[at + 1] = announce_key(value.strip())
    return result


@lru_cache(maxsize=2048)
def announce_key(key: str) -> Announced | None:
    """Return what a key announces about its value, regardless of the other members of the object."""
    if key.startswith("/") and key.count("/") == 1:
        # A route, not the path of a parameter.
        return None
    if key.endswith("]"):
        # The default of a prompt: "Password [None]".
        key = key.rpartition(" [")[0] or key
    if key.lower().replace("_", "-").rpartition(" ")[2] in _AUTHORIZATION:
        return Announced(is_header=True)
    name = classify_key(key)
    return Announced(name=name) if name is not None else None


_AUTHORIZATION = frozenset({"authorization", "proxy-authorization", "http-authorization", "x-authorization"})


def _classify_pair(members: dict[str, str | None]) -> Announced | None:
    """Return what the name in an object announces about the value in it."""
    for key in _SENSITIVE.keys() & members.keys():
        if (members[key] or "").lower() == _SENSITIVE[key]:
            return Announced(what="secret")
    if "op" in members and _DATA_PATH.match(members.get("path") or ""):
        # A patch of a Secret of Kubernetes, or of a ConfigMap.
        value = members.get("value") or ""
        return Announced(what="secret") if _PADDED.fullmatch(value) or looks_random(value) else None
    if "permissions" in members and (members.get("keyname") or "").startswith("key"):
        # A key of an Azure storage account.
        return Announced(what="secret")
    if _IN_KEY_VAULT in (members.get("id") or ""):
        return Announced(what="secret")
    for key in _NAME_KEYS & members.keys():
        name = (members[key] or "").rpartition("/")[2]
        if _NAME.fullmatch(name) and (found := announce_key(name)):
            return found
    return None
