"""Finds the names that the readers of failures know: who, on what, by which policy; not other names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.failures._records import to_record
from iamtriage.redaction._finders.arn_names import names_in_arn
from iamtriage.redaction._places import Place, pieces
from iamtriage.redaction._pseudonyms import ACCOUNT
from iamtriage.redaction._vocabulary.known_words import INNER_TYPES, is_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage.failures._failures import Failure
    from iamtriage.redaction._vocabulary.identifier_nouns import Noun, Numbered

__all__ = ("names_in_failure", "words_of")

_NOUN_OF_KEY: dict[str, Noun] = {
    "k8s_namespace": "namespace",
    "k8s_user": "principal",
    "policy_arn": "policy",
    "principal": "principal",
    "resource": "resource",
}
_NOUN_OF_ID: dict[str, Numbered] = {
    "account": "account",
    "authorization_id": "authorization",
    "host_id": "host-id",
    "request_id": "request",
}
_KEPT_KEYS = ("code", "operation", "service", "action", "k8s_verb", "k8s_resource", "k8s_api_group")
# A value that is broken over lines is looked for in no longer failure.
_LONGEST_FAILURE = 8000
# How much in front of a value tells where else it is printed.
_CONTEXT = 12

_SERVICE_HOST = re.compile(r"[a-z0-9.-]+\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|amazon\.com|aws\.internal)")
# IAM names what has no ARN in its message by type and name.
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
# What Kubernetes and EKS call so in every cluster.
_KUBERNETES_WORDS = """
    anonymous authenticated aws aws-auth bootstrappers default eks kube-controller-manager kube-node-lease
    kube-proxy kube-public kube-scheduler kube-system masters node nodes serviceaccount serviceaccounts
    system unauthenticated
"""
_KUBERNETES = frozenset(_KUBERNETES_WORDS.split())
_OBJECT = re.compile(
    r"(?<![\w.])[a-z][a-z0-9.]{2,120}(?:/[a-z]{2,40})?\s\\{0,64}\"(?P<name>[A-Za-z0-9][A-Za-z0-9.:_-]{0,252})\\{0,64}\""
    r"\sis\sforbidden"
)


def words_of(failure: Failure) -> Iterator[str]:
    """Give the words of a failure that stay, whatever is called so: its code, operation, action."""
    record = _record(failure)
    for key in _KEPT_KEYS:
        value = record[key]
        if isinstance(value, str):
            yield from (value, *value.split(":"))


def names_in_failure(text: str, failure: Failure) -> Iterator[Place]:
    """Find the names that a failure states, where they stand in the text that it was read from."""
    record = _record(failure)
    broken: list[tuple[str, Numbered]] = []
    for key, noun in (_NOUN_OF_KEY | _NOUN_OF_ID).items():
        value, span = record[key], failure.spans.get(key)
        if not isinstance(value, str):
            continue
        if span is None:
            broken.append((value, noun))
            continue
        for start, end in _prints(text, *span):
            yield from _names(text, start, end, noun)
    if broken:
        yield from _broken_names(text, failure, broken)
    if failure.kind == "kubernetes_forbidden":
        for m in _OBJECT.finditer(text):
            yield from pieces(text, *m.span("name"), "resource")


def _record(failure: Failure) -> Mapping[str, object]:
    return to_record(failure)


def _prints(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give where a value stands behind the same words: SDKs print a message twice, which is one failure."""
    before = max(0, start - _CONTEXT)
    words = text[before:end]
    at = text.find(words)
    while at >= 0:
        yield at + start - before, at + len(words)
        at = text.find(words, at + len(words))


def _broken_names(text: str, failure: Failure, values: list[tuple[str, Numbered]]) -> Iterator[Place]:
    """Find the names in values that stand somewhere in a failure with line ends in them."""
    start, end = failure.span
    if end - start > _LONGEST_FAILURE:
        return
    squeezed: dict[str, tuple[str, list[int]]] = {}
    for value, noun in values:
        blank = " " if " " in value else ""
        if blank not in squeezed:
            squeezed[blank] = _squeezed(text, start, end, blank)
        compact, places = squeezed[blank]
        at = compact.find(value)
        if at >= 0:
            for place in _names(compact, at, at + len(value), noun):
                yield Place(places[place.start], places[place.end - 1] + 1, place.noun)


def _squeezed(text: str, start: int, end: int, blank: str) -> tuple[str, list[int]]:
    """Give a part of a text with one blank, or none, for white space, and where each character stands."""
    places = [
        at
        for at in range(start, end)
        if not text[at].isspace() or (blank and at > start and not text[at - 1].isspace())
    ]
    return "".join(blank if text[at].isspace() else text[at] for at in places), places


def _names(text: str, start: int, end: int, noun: Numbered) -> Iterator[Place]:
    value = text[start:end]
    if noun in {"account", "authorization", "host-id", "request"}:
        yield Place(start, end, noun)
    elif value.startswith("arn:"):
        yield from names_in_arn(text, start, end)
    elif ACCOUNT.fullmatch(value):
        yield Place(start, end, "account")
    elif "://" not in value and not _SERVICE_HOST.fullmatch(value) and value not in {"anonymous", "*"}:
        # A host is of a service, and what is in a URL is found there.
        typed = _TYPED.match(text, start, end)
        if typed:
            start, noun = typed.end(), _NOUN_OF_TYPE[typed["type"]]
        for m in _PART.finditer(text, start, end):
            kind = noun == "resource" and m.end() < end and _is_type(m[0], text[m.end()])
            if m[0] not in _KUBERNETES and not kind:
                yield from pieces(text, *m.span(), noun)


def _is_type(word: str, following: str) -> bool:
    """Tell the type of a resource from its name, in what is left of an ARN or in another language.

    "…/role/orders", "aoss:collection/orders", "ロール orders".
    """
    if following.isspace():
        return not word.isascii()
    return word in INNER_TYPES or (following == ":" and is_service(word))
