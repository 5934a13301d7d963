"""Build failures from flat records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import RecordError
from iamtriage.failures._envelopes import Envelope
from iamtriage.failures._failures import FAILURE_CLASSES, AccessDenied, KubernetesForbidden
from iamtriage.failures._labels import KUBERNETES_ATTRIBUTES
from iamtriage.typing import Deny, PolicyType, Record

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("from_record",)

_CLASSES: dict[str, type[Failure]] = {cls.kind: cls for cls in FAILURE_CLASSES}
_KEYS = tuple(Record.__annotations__)
_ENVELOPE_KEYS = (
    "code", "operation", "service", "status_code", "request_id", "host_id",
    "time", "region", "source_ip", "user_agent", "event_id",
)  # fmt: skip
_COMMON_KEYS = ("principal", "account", "action", "resource")
_DENIAL_KEYS = ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message")
_CLOSED_VALUES: dict[str, tuple[str, ...]] = {"deny": get_args(Deny), "policy_type": get_args(PolicyType)}


def from_record(record: Record | Mapping[str, object]) -> Failure:
    """Build the failure that a record describes.

    Args:
        record: A flat record, such as :func:`iamtriage.to_record` returns. A missing key is the same as
            ``None``.

    Returns:
        The failure. Its ``text`` is empty, because a record does not include the text.

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
        problem = "the record has no kind" if kind is None else f"unknown kind {_quote(kind)}"
        msg = f"{problem}; expected one of {', '.join(_CLASSES)}"
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
