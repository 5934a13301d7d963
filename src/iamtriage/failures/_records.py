"""Convert failures to flat records.

The command line prints records as JSON lines; in tables, each key is a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from iamtriage._text import hide_secrets
from iamtriage.failures._checks import check_failure
from iamtriage.failures._failures import AccessDenied, KubernetesForbidden
from iamtriage.failures._secrets import is_plain_action, is_plain_word

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Record

__all__ = ("redact_record", "to_record")


# Values that callers and servers choose. Other values, such as IDs, codes and times, have a fixed format.
_FREE_KEYS = (
    "principal", "account", "action", "resource", "policy_arn", "user_agent", "source_ip",
    "k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace",
    "authorization_id", "request_id", "host_id", "event_id", "time", "region",
)  # fmt: skip


def to_record(failure: Failure, *, redacted: bool = False) -> Record:
    """Return a failure as flat, JSON-ready data.

    The values are unmodified: they are data, not text for display. They can contain secrets, for example a
    token as the name of a user.

    Args:
        failure: A failure, such as :func:`iamtriage.parse` returns.
        redacted: Whether to replace secrets in the values with markers, as :func:`iamtriage.redact` does. A
            marker also replaces an encoded message, because it contains the request.

    Returns:
        A dict with every key of :class:`iamtriage.typing.Record`. A value is ``None`` if the text does not
        state it.

    Raises:
        TypeError: ``failure`` is not a failure.

    >>> from iamtriage import parse
    >>> record = to_record(parse("error: You must be logged in to the server (Unauthorized)"))
    >>> record["kind"], record["code"]
    ('kubernetes_unauthorized', None)
    """
    check_failure(failure, "to_record()")
    envelope = failure.envelope
    record: Record = {
        "kind": failure.kind,
        "code": envelope.code,
        "operation": envelope.operation,
        "service": envelope.service,
        "principal": failure.principal,
        "account": failure.account,
        "action": failure.action,
        "resource": failure.resource,
        "deny": None,
        "policy_type": None,
        "policy_arn": None,
        "authorization_id": None,
        "encoded_message": None,
        "request_id": envelope.request_id,
        "host_id": envelope.host_id,
        "status_code": envelope.status_code,
        "k8s_user": None,
        "k8s_verb": None,
        "k8s_resource": None,
        "k8s_api_group": None,
        "k8s_namespace": None,
        "time": envelope.time,
        "region": envelope.region,
        "source_ip": envelope.source_ip,
        "user_agent": envelope.user_agent,
        "event_id": envelope.event_id,
    }
    if isinstance(failure, AccessDenied):
        record["deny"] = failure.deny
        record["policy_type"] = failure.policy_type
        record["policy_arn"] = failure.policy_arn
        record["authorization_id"] = failure.authorization_id
        record["encoded_message"] = failure.encoded_message
    elif isinstance(failure, KubernetesForbidden):
        record["k8s_user"] = failure.user
        record["k8s_verb"] = failure.verb
        record["k8s_resource"] = failure.kubernetes_resource
        record["k8s_api_group"] = failure.api_group
        record["k8s_namespace"] = failure.namespace
    return redact_record(record) if redacted else record


# Names that AWS defines. They consist of letters and digits, and can be as long as a token.
_WORDS = ("kind", "code", "operation", "service", "deny", "policy_type")


def redact_record(record: Record) -> Record:
    """Return a record with markers instead of the secrets in its values."""
    values: dict[str, object] = dict(record)
    for key in (*_FREE_KEYS, *_WORDS):
        value = values[key]
        if not isinstance(value, str) or (key in _WORDS and is_plain_word(value)):
            continue
        if key != "action" or not is_plain_action(value):
            values[key] = hide_secrets(value)
    if record["encoded_message"] is not None:
        values["encoded_message"] = "[REDACTED encoded message]"
    return cast("Record", values)
