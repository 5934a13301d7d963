"""Find out whether the values of a failure, and texts that quote it, contain secrets. Few do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import hide_secrets
from iamtriage.failures._failures import AccessDenied, KubernetesForbidden

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("has_secrets", "hide_quoted_secrets")

# A run of the characters of tokens, and a name, a login or an option with a value, in lower case.
_RUN = lazy_pattern(r"[A-Za-z0-9_~+=-]{16,}")
_UUID = lazy_pattern(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ASSIGNED = lazy_pattern(
    r"(?:pass|pwd|pw|secret|token|key|cred|cookie|auth|signature)[\w-]{0,20}"
    r"[\"'\\]{0,4} ?[=:] ?[\"'\\]{0,4}[^\s\"'\\]{4}"
    r"|://[^/\s@]{0,200}:[^/\s@]{1,200}@|\b(?:basic|bearer)\s\S{6}|\s-[pu] ?\S{3}"
    r"|--[a-z-]{0,20}(?:pass|token|secret)[a-z-]{0,20}[ =]\S"
)
# Most parts of explanations are the same each time.
_MAX_PLAIN = 2_048
_plain: dict[str, None] = {}


def has_secrets(failure: Failure) -> bool:
    """Return whether ``redact_record()`` would change any value but the encoded message."""
    envelope = failure.envelope
    words = (envelope.code, envelope.operation, envelope.service)
    values = [failure.principal, failure.action, failure.resource, envelope.user_agent, envelope.source_ip]
    values += (envelope.request_id, envelope.host_id, envelope.event_id, envelope.time, envelope.region)
    values += (word for word in words if word is not None and not word.isidentifier())
    if isinstance(failure, AccessDenied):
        values += (failure.policy_arn, failure.authorization_id)
    elif isinstance(failure, KubernetesForbidden):
        values += (
            failure.user,
            failure.verb,
            failure.kubernetes_resource,
            failure.api_group,
            failure.namespace,
        )
    # The user of a Kubernetes denial is also its principal.
    return any(value is not None and hide_secrets(value) != value for value in set(values))


def hide_quoted_secrets(text: str, encoded_message: str | None) -> str:
    """Return a part of an explanation without secrets, except the encoded message of the failure."""
    if text in _plain:
        return text
    if _may_quote_secret(text, encoded_message):
        return hide_secrets(text)
    if encoded_message is None or encoded_message not in text:
        if len(_plain) >= _MAX_PLAIN:
            _plain.clear()
        _plain[text] = None
    return text


def _may_quote_secret(text: str, encoded_message: str | None) -> bool:
    """Return whether a text can contain a secret other than an encoded message."""
    if encoded_message is not None and encoded_message in text:
        return False
    for run in _RUN.finditer(text):
        word = run[0]
        # The policies that remedies create are named after values without secrets.
        is_plain = word.isalpha() or word.isdigit() or (word.startswith("Allow") and word.isalnum())
        if not is_plain and any(map(str.isdigit, word)) and not _UUID.fullmatch(word):
            return True
    return _ASSIGNED.search(text.lower()) is not None
