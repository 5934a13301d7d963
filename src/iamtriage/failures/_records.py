"""Failures to flat records and back; not for reading texts.

The record is what the CLI prints as JSON lines and what tables hold: one key a column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from iamtriage.exceptions import RecordError
from iamtriage.failures._failures import AccessDenied, Envelope, Failure, KubernetesForbidden
from iamtriage.failures._labels import KUBERNETES_ATTRIBUTES
from iamtriage.typing import Deny, PolicyType, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("from_record", "to_record")

_CLASSES: dict[str, type[Failure]] = {cls.kind: cls for cls in get_args(Failure)}
_KEYS = tuple(Record.__annotations__)

_ENVELOPE_KEYS = ("code", "operation", "service", "status_code", "request_id", "host_id")
_COMMON_KEYS = ("principal", "account", "action", "resource")
_DENIAL_KEYS = ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message")
_CLOSED_VALUES: dict[str, tuple[str, ...]] = {"deny": get_args(Deny), "policy_type": get_args(PolicyType)}


def to_record(failure: Failure) -> Record:
    """Give a failure as flat, JSON-ready data.

    Args:
        failure: what :func:`iamtriage.parse` or :func:`iamtriage.scan` gave.

    Returns:
        A dict with every key of :class:`iamtriage.typing.Record`, None where the text is silent.

    >>> from iamtriage import parse
    >>> record = to_record(parse("error: You must be logged in to the server (Unauthorized)"))
    >>> record["kind"], record["code"]
    ('kubernetes_unauthorized', None)
    """
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
    return record


def from_record(record: Record | Mapping[str, object]) -> Failure:
    """Make the failure that has this record; keys that are left out count as None.

    Args:
        record: a flat record. The failure's ``text`` is empty, since a record holds none.

    Raises:
        RecordError: the kind is unknown, a key is unknown or does not belong to the kind, or a
            value is of the wrong type.

    >>> from_record({"kind": "expired_credentials", "code": "ExpiredToken"}).envelope.code
    'ExpiredToken'
    """
    given = {key: value for key, value in record.items() if value is not None}
    kind = given.pop("kind", None)
    cls = _CLASSES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        msg = f"kind is {kind!r}; it must be one of {', '.join(_CLASSES)}"
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
    """Refuse an unknown key, and a value that the key cannot have."""
    if key not in _KEYS:
        msg = f"a record has no key {key!r}"
        raise RecordError(msg, key=key, value=value)
    if key == "status_code":
        wanted: type = int
    else:
        wanted = str
    if not isinstance(value, wanted) or isinstance(value, bool):
        msg = f"{key} is {value!r}; it must be of type {wanted.__name__}"
        raise RecordError(msg, key=key, value=value)
    allowed = _CLOSED_VALUES.get(key)
    if allowed and value not in allowed:
        msg = f"{key} is {value!r}; it must be one of {', '.join(allowed)}"
        raise RecordError(msg, key=key, value=value)
