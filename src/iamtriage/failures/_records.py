"""Convert failures to flat records and back.

The command line prints records as JSON lines; in tables, each key is a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast, get_args

from iamtriage._text import hide_secrets, quote_text, wrong_type_message
from iamtriage.exceptions import RecordError
from iamtriage.failures._checks import check_failure
from iamtriage.failures._failures import FAILURE_CLASSES, AccessDenied, Envelope, KubernetesForbidden
from iamtriage.failures._labels import KUBERNETES_ATTRIBUTES
from iamtriage.typing import Deny, PolicyType, Record

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("from_record", "redact_record", "to_record")

_CLASSES: dict[str, type[Failure]] = {cls.kind: cls for cls in FAILURE_CLASSES}
_KEYS = tuple(Record.__annotations__)

_ENVELOPE_KEYS = (
    "code", "operation", "service", "status_code", "request_id", "host_id",
    "time", "region", "source_ip", "user_agent", "event_id",
)  # fmt: skip
# What callers and servers choose. Other values have a fixed form, like IDs, codes and times.
_FREE_KEYS = (
    "principal", "action", "resource", "policy_arn", "user_agent", "source_ip",
    "k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace",
)  # fmt: skip
_COMMON_KEYS = ("principal", "account", "action", "resource")
_DENIAL_KEYS = ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message")
_CLOSED_VALUES: dict[str, tuple[str, ...]] = {"deny": get_args(Deny), "policy_type": get_args(PolicyType)}


def to_record(failure: Failure, *, redacted: bool = False) -> Record:
    """Return a failure as flat, JSON-ready data.

    The values are as read: data, not text to show. They can contain secrets, for example a token as the name
    of a user.

    Args:
        failure: What :func:`iamtriage.parse` or :func:`iamtriage.scan` returned.
        redacted: Whether to remove the secrets from the values, as :func:`iamtriage.redact` does. An encoded
            message, which shows the request, becomes a marker, too.

    Returns:
        A dict with every key of :class:`iamtriage.typing.Record`. A value is ``None`` if it is not stated.

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


# Names that AWS defines, whatever their length. A letter or digit is all that they consist of.
_WORDS = ("kind", "code", "operation", "service", "deny", "policy_type")


def redact_record(record: Record) -> Record:
    """Return a record with markers for the secrets in its values."""
    values: dict[str, object] = dict(record)
    for key in (*_FREE_KEYS, *_WORDS):
        value = values[key]
        if isinstance(value, str) and not (key in _WORDS and value.isidentifier()):
            values[key] = hide_secrets(value)
    if record["encoded_message"] is not None:
        values["encoded_message"] = "[REDACTED encoded message]"
    return cast("Record", values)


def from_record(record: Record | Mapping[str, object]) -> Failure:
    """Build the failure that a record describes.

    Args:
        record: A flat record. A missing key is the same as ``None``. The failure's ``text`` is empty, because
            a record does not include it.

    Raises:
        RecordError: The kind or a key is unknown, a key does not belong to the kind, or a value is wrong.
        TypeError: ``record`` is not a mapping.

    >>> from_record({"kind": "expired_credentials", "code": "ExpiredToken"}).envelope.code
    'ExpiredToken'
    """
    if not isinstance(record, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("the argument of from_record()", "a mapping", record))
    given = {key: value for key, value in record.items() if value is not None}
    kind = given.pop("kind", None)
    cls = _CLASSES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        msg = f"unknown kind {_quote(kind)}; expected one of {', '.join(_CLASSES)}"
        raise RecordError(msg, key="kind", value=kind)
    for key, value in given.items():
        _check(key, value)
    envelope: dict[str, Any] = {k: given.pop(k) for k in _ENVELOPE_KEYS if k in given}
    fields: dict[str, Any] = {"envelope": Envelope(**envelope)}
    fields.update((k, given.pop(k)) for k in _COMMON_KEYS if k in given)
    if issubclass(cls, AccessDenied):
        fields.update((k, given.pop(k)) for k in _DENIAL_KEYS if k in given)
    elif issubclass(cls, KubernetesForbidden):
        fields.update((name, given.pop(k)) for k, name in KUBERNETES_ATTRIBUTES.items() if k in given)
    if given:
        key, value = next(iter(given.items()))
        msg = f"{key} does not belong to a record of kind {kind}"
        raise RecordError(msg, key=key, value=value)
    return cls(**fields)


def _check(key: str, value: object) -> None:
    """Check that a key exists and can have this value."""
    if key not in _KEYS:
        msg = f"unknown key {_quote(key)}; expected one of {', '.join(_KEYS)}"
        raise RecordError(msg, key=key, value=value)
    expected, noun = (int, "an integer") if key == "status_code" else (str, "a string")
    if not isinstance(value, expected) or isinstance(value, bool):
        msg = f"{key} must be {noun}, not {type(value).__name__}"
        raise RecordError(msg, key=key, value=value)
    allowed = _CLOSED_VALUES.get(key)
    if allowed and value not in allowed:
        msg = f"unknown {key} {_quote(value)}; expected one of {', '.join(allowed)}"
        raise RecordError(msg, key=key, value=value)


def _quote(value: object) -> str:
    return quote_text(value) if isinstance(value, str) else type(value).__name__
