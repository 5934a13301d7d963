"""Find out whether the values of a failure, and texts that quote it, contain secrets. Few do."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import are_searched, hide_secrets
from iamtriage.failures._failures import AccessDenied, KubernetesForbidden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.failures._failures import Failure

__all__ = ("are_plain", "has_secrets", "hide_quoted_secrets", "is_plain_action", "is_plain_word")

# A run of the characters of tokens.
_RUN = lazy_pattern(r"[A-Za-z0-9_~+=-]{16,}")
_UUID = lazy_pattern(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# The policies that remedies create are named after an action, with a digest.
_POLICY_NAME = lazy_pattern(r"Allow[A-Za-z0-9]*(?:-[0-9a-f]{6})?")
# In characters.
_MIN_TOKEN = 14
_MIN_LETTERS = 30
_NAME_SIGNS = ("pass", "pw", "secret", "token", "key", "cred", "cookie", "auth", "signature")
# What is before a secret, in lower case, and the pattern of what follows.
_SIGNS = (
    (
        _NAME_SIGNS,
        lazy_pattern(
            r"[\w-]{0,20}(?:"
            r"[\"'`\\\])*]{0,4}(?: ?(?:[=:,|\t>]|=>) ?|\s(?:is|was)\s)[\"'`\\*]{0,4}[^\s\"'`\\]{4}"
            r"|\s(?=\S{0,40}[0-9])[\"']?\S{4})"
        ),
    ),
    (("://",), lazy_pattern(r"[^/\s@]{0,200}:[^/\s@]{1,200}@")),
    (("basic ", "bearer "), lazy_pattern(r"\S{6}")),
    (
        (" -", "`-", "\n-"),
        lazy_pattern(
            r"[akpuw] ?\S{3}|-[a-z-]{0,20}(?:pass|token|secret)[a-z-]{0,20}[ =]\S"
            r"|-(?:proxy-)?user[ =](?!arn:)[^\s:]{0,128}:"
        ),
    ),
    (("echo ", "printf "), lazy_pattern(r"[^|\n]{1,200}\|")),
    (("<<<", "@tcp(", "@unix(", "identified ", "mask::", "securestring", ":*:"), lazy_pattern("")),
)
# Parts of a line in a PostgreSQL password file: a port and a database.
_PORT = lazy_pattern(r":[1-9][0-9]{3,4}:[a-z_]")
# Most parts of explanations are the same each time.
_MAX_PLAIN = 2_048
# In characters.
_MAX_LENGTH = 2_000
_plain: dict[str, None] = {}
_values_of = operator.attrgetter(
    *("principal", "account", "resource", "envelope.user_agent", "envelope.source_ip", "envelope.request_id"),
    *("envelope.host_id", "envelope.event_id", "envelope.time", "envelope.region"),
)
_words_of = operator.attrgetter("envelope.code", "envelope.operation", "envelope.service")
_values_of_request = operator.attrgetter("user", "verb", "kubernetes_resource", "api_group", "namespace")


def has_secrets(failure: Failure) -> bool:
    """Return whether ``redact_record()`` would change any value but the encoded message."""
    values: set[str | None] = {*_values_of(failure)}
    if not is_plain_action(failure.action):
        values.add(failure.action)
    for word in _words_of(failure):
        if word is not None and not is_plain_word(word):
            values.add(word)
    if isinstance(failure, AccessDenied):
        values |= {failure.policy_arn, failure.authorization_id}
    elif isinstance(failure, KubernetesForbidden):
        values.update(_values_of_request(failure))
    values.discard(None)
    if are_searched(values):
        return False
    return any(value is not None and hide_secrets(value) != value for value in values)


def is_plain_word(word: str) -> bool:
    """Return whether a code, operation or service has only letters, or is too short for a token."""
    return word.isalpha() or (len(word) < _MIN_TOKEN and word.isidentifier())


# Logs repeat the same actions.
@functools.lru_cache(maxsize=512)
def is_plain_action(action: str | None) -> bool:
    """Return whether an action has only letters after a prefix that names no secret."""
    prefix, _, name = (action or "").partition(":")
    return name.isalpha() and prefix.islower() and not any(map(prefix.__contains__, _NAME_SIGNS))


def are_plain(texts: Iterable[str]) -> bool:
    """Return whether no text contains a secret, if that was found out before."""
    return _plain.keys() >= set(texts)


def hide_quoted_secrets(text: str, encoded_message: str | None) -> str:
    """Return a part of an explanation without secrets, except the encoded message of the failure."""
    if text in _plain:
        return text
    if _may_quote_secret(text, encoded_message) and (hidden := hide_secrets(text)) != text:
        return hidden
    is_kept = encoded_message is not None and encoded_message in text
    if not is_kept and len(text) <= _MAX_LENGTH:
        if len(_plain) >= _MAX_PLAIN:
            _plain.clear()
        _plain[text] = None
    return text


def _may_quote_secret(text: str, encoded_message: str | None) -> bool:
    """Return whether a text can contain a secret other than an encoded message."""
    if encoded_message is not None and encoded_message in text:
        return False
    return any(map(_may_be_token, _RUN.findall(text))) or _has_sign(text.lower())


def _may_be_token(word: str) -> bool:
    """Return whether a long word can be a token: it has a digit, or many letters after a prefix."""
    if not any(map(str.isdigit, word)):
        return len(word.rpartition("_")[2]) >= _MIN_LETTERS and "_" in word
    is_plain = word.isdigit() or _POLICY_NAME.fullmatch(word) is not None
    return not is_plain and _UUID.fullmatch(word) is None


def _has_sign(text: str) -> bool:
    """Return whether a text in lower case contains a sign of a secret, and what follows it."""
    for signs, following in _SIGNS:
        for sign in signs:
            at = text.find(sign)
            while at >= 0:
                if following.match(text, at + len(sign)):
                    return True
                at = text.find(sign, at + 1)
    return _PORT.search(text) is not None
