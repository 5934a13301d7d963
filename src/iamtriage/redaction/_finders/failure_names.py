"""Find the names that a failure states: principal, resource, policy, Kubernetes user."""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from typing import TYPE_CHECKING

from iamtriage._reading.readers.principals import SERVICE
from iamtriage._typing import NamedTuple
from iamtriage.failures._records import to_record
from iamtriage.redaction._finders.arn_names import find_names_in_arn
from iamtriage.redaction._pseudonyms import ACCOUNT
from iamtriage.redaction._vocabulary.identifier_nouns import Identifier, split_name
from iamtriage.redaction._vocabulary.known_words import INNER_TYPES, is_service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from iamtriage.failures._failures import Failure
    from iamtriage.redaction._vocabulary.identifier_nouns import IdentifierKind, Noun

__all__ = ("StatedFailure", "find_broken_values", "find_failure_names", "list_kept_words", "list_stated")

_NOUN_OF_KEY: dict[str, Noun] = {
    "k8s_namespace": "namespace",
    "k8s_user": "principal",
    "policy_arn": "policy",
    "principal": "principal",
    "resource": "resource",
}
_NOUN_OF_ID: dict[str, IdentifierKind] = {
    "account": "account",
    "authorization_id": "authorization",
    "host_id": "host-id",
    "request_id": "request",
}
_NOUNS: dict[str, IdentifierKind] = {**_NOUN_OF_KEY, **_NOUN_OF_ID}
_KEPT_KEYS = ("code", "operation", "service", "action", "k8s_verb", "k8s_resource", "k8s_api_group")
# The maximum length of a failure in which wrapped values are searched for, in characters.
_MAX_FAILURE = 8000
# The maximum length of a wrapped ARN whose repetitions are found, in characters.
_MAX_ARN = 400
# The number of characters before a value that identify its other occurrences.
_CONTEXT = 12

# The host or the name of a service, which is no identifier.
_SERVICE = re.compile(rf"[a-z0-9.-]+\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|amazon\.com|aws\.internal)|{SERVICE}")
# IAM's messages state resources without an ARN by type and name.
_NOUN_OF_TYPE: dict[str, Noun] = {
    "MFA device": "device",
    "access key": "name",
    "account alias": "alias",
    "account": "name",
    "group": "group",
    "instance profile": "profile",
    "login profile": "user",
    "mfa": "device",
    "oidc provider": "provider",
    "OIDC provider": "provider",
    "policy": "policy",
    "repository": "repository",
    "role": "role",
    "saml provider": "provider",
    "SAML provider": "provider",
    "server certificate": "certificate",
    "signing certificate": "certificate",
    "ssh public key": "name",
    "user": "user",
}
_TYPED = re.compile(rf"(?P<type>{'|'.join(_NOUN_OF_TYPE)})\s(?=\S)")
_PART = re.compile(r"(?:<[^<>\n]{0,80}>|\[[^\[\]\n]{0,80}\]|\{[^{}\n]{0,80}\}|[^/:\s])+")
# Names that exist in every Kubernetes or EKS cluster.
_KUBERNETES_WORDS = """
    anonymous authenticated aws aws-auth bootstrappers default eks kube-controller-manager kube-node-lease
    kube-proxy kube-public kube-scheduler kube-system masters node nodes serviceaccount serviceaccounts
    system unauthenticated
"""
_KUBERNETES = frozenset(_KUBERNETES_WORDS.split())
# A Kubernetes object: the words after its name, and the type and name before them.
_FORBIDDEN = re.compile(r"\"\sis\sforbidden")
_OBJECT = re.compile(
    r"(?<![\w.])[a-z][a-z0-9.]{2,120}(?:/[a-z]{2,40})?\s\\{0,64}\"(?P<name>[A-Za-z0-9][A-Za-z0-9.:_-]{0,252})\\{0,64}\Z"
)
_TYPE_CHARACTERS = f"{string.ascii_lowercase}{string.digits}./"
# With the escapes of their quotes. In characters.
_MAX_OBJECT_NAME, _MAX_OBJECT_TYPE = 320, 240


class StatedFailure(NamedTuple):
    """A failure with its values and their positions in the text.

    Attributes:
        span: The position of the failure.
        record: Its values by their keys.
        spans: The positions of the values that the text contains unbroken.
    """

    span: tuple[int, int]
    record: Mapping[str, object]
    spans: Mapping[str, tuple[int, int]]


def list_stated(failures: Iterable[Failure]) -> list[StatedFailure]:
    """Return the values of failures and their positions."""
    return [StatedFailure(failure.span, to_record(failure), failure.spans) for failure in failures]


def list_kept_words(failure: StatedFailure) -> Iterator[str]:
    """Yield the words of a failure that always stay: its code, operation and action."""
    for key in _KEPT_KEYS:
        value = failure.record[key]
        if isinstance(value, str):
            yield from (value, *value.split(":"))


def find_failure_names(text: str, failures: Sequence[StatedFailure]) -> Iterator[Identifier]:
    """Find the names that the failures of a text state in it."""
    # What was searched for, because many failures state the same.
    searched: set[tuple[str, IdentifierKind]] = set()
    # A line break can be in the place of any space.
    flat = text.replace("\n", " ")
    for failure in failures:
        yield from _find_stated_names(text, flat, failure, searched)
    if any(failure.record["kind"] == "kubernetes_forbidden" for failure in failures):
        for forbidden in _FORBIDDEN.finditer(text):
            yield from _find_object_name(text, forbidden.start())


def _find_object_name(text: str, end: int) -> Iterator[Identifier]:
    """Find the name of the Kubernetes object whose quoted name ends at a position."""
    quote = text.rfind('"', max(0, end - _MAX_OBJECT_NAME), end)
    low = max(0, quote - _MAX_OBJECT_TYPE)
    before = text[low : max(0, quote)].rstrip("\\")[:-1]
    m = _OBJECT.search(text, low + len(before.rstrip(_TYPE_CHARACTERS)), end)
    if m:
        yield from split_name(text, *m.span("name"), "resource")


def _find_stated_names(
    text: str, flat: str, failure: StatedFailure, searched: set[tuple[str, IdentifierKind]]
) -> Iterator[Identifier]:
    _, record, spans = failure
    broken: list[tuple[str, IdentifierKind]] = []
    for key, noun in _NOUNS.items():
        value, span = record[key], spans.get(key)
        if not isinstance(value, str):
            continue
        if span is None:
            broken.append((value, noun))
            continue
        before = max(0, span[0] - _CONTEXT)
        words = flat[before : span[1]]
        if (words, noun) not in searched:
            searched.add((words, noun))
            for start, end in _find_occurrences(flat, words):
                yield from _names(text, start + span[0] - before, end, noun)
    if broken:
        yield from _find_wrapped_names(text, failure, broken)


def find_broken_values(text: str, failures: Iterable[StatedFailure]) -> Iterator[tuple[int, int]]:
    """Yield the positions of values with line breaks or spaces in them, also in repeated reports of a failure."""
    values: set[str] = set()
    for failure in failures:
        span, record, spans = failure
        broken = {record[key] for key in _NOUN_OF_KEY if key not in spans}
        if broken != {None}:
            yield span
            values.update(value for value in broken if isinstance(value, str) and value.startswith("arn:"))
    ordered = sorted(values)
    at = text.find("arn:") if ordered else -1
    while at >= 0:
        written = "".join(text[at : at + _MAX_ARN].split())
        place = bisect_right(ordered, written)
        if place and written.startswith(ordered[place - 1]):
            yield at, at + len(ordered[place - 1])
        at = text.find("arn:", at + 1)


def _find_occurrences(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield each position of the words that end with a value. SDKs can print one message twice."""
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + len(words))


def _find_wrapped_names(
    text: str, failure: StatedFailure, values: list[tuple[str, IdentifierKind]]
) -> Iterator[Identifier]:
    """Find the names in values that are wrapped over lines in a failure."""
    start, end = failure.span
    if end - start > _MAX_FAILURE:
        return
    collapsed: dict[str, tuple[str, list[int]]] = {}
    for value, noun in values:
        space = " " if " " in value else ""
        if space not in collapsed:
            collapsed[space] = _collapse_spaces(text, start, end, space)
        compact, positions = collapsed[space]
        at = compact.find(value)
        if at >= 0:
            for each in _names(compact, at, at + len(value), noun):
                yield Identifier(positions[each.start], positions[each.end - 1] + 1, each.noun)


def _collapse_spaces(text: str, start: int, end: int, space: str) -> tuple[str, list[int]]:
    """Replace whitespace in a part of a text by one space or none, and return each character's position."""
    positions = [
        at
        for at in range(start, end)
        if not text[at].isspace() or (space and at > start and not text[at - 1].isspace())
    ]
    return "".join(space if text[at].isspace() else text[at] for at in positions), positions


def _names(text: str, start: int, end: int, noun: IdentifierKind) -> Iterator[Identifier]:
    value = text[start:end]
    if noun in {"account", "authorization", "host-id", "request"}:
        yield Identifier(start, end, noun)
    elif value.startswith("arn:"):
        yield from find_names_in_arn(text, start, end)
    elif ACCOUNT.fullmatch(value):
        yield Identifier(start, end, "account")
    elif "://" not in value and not _SERVICE.fullmatch(value) and value not in {"anonymous", "*"}:
        # Hosts of services contain no names, and another module finds names in URLs.
        typed = _TYPED.match(text, start, end)
        if typed:
            start, noun = typed.end(), _NOUN_OF_TYPE[typed["type"]]
        for m in _PART.finditer(text, start, end):
            kind = noun == "resource" and m.end() < end and _is_type(m[0], text[m.end()])
            if m[0] not in _KUBERNETES and not kind:
                yield from split_name(text, *m.span(), noun)


def _is_type(word: str, following: str) -> bool:
    """Return whether a word is a resource type, in a part of an ARN or in another language.

    Examples: "…/role/orders", "aoss:collection/orders", "ロール orders".
    """
    if following.isspace():
        return not word.isascii()
    return word in INNER_TYPES or (following == ":" and is_service(word))
