"""Build and read the example of a problem: the record or text of one of its failures, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from iamtriage._reading.parsing import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.failures._failures import Failure

__all__ = ("build_example", "load_example", "read_example")

# The members of a CloudTrail record that parse() and the check of trust policies read.
_KEYS = (
    *("eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "errorMessage", "userIdentity"),
    *("resources", "requestID", "eventID", "sourceIPAddress", "userAgent", "recipientAccountId"),
    *("additionalEventData", "eventCategory", "vpcEndpointId"),
)
_MAX_LENGTH = 16_384


def build_example(value: object) -> str:
    """Return the example of a failure, or of a record that reports one, as JSON."""
    if isinstance(value, Mapping):
        record = cast("Mapping[str, Any]", value)
        if "eventSource" in record:
            keys = _KEYS if record["eventSource"] != "sts.amazonaws.com" else (*_KEYS, "requestParameters")
            record = {key: record[key] for key in keys if record.get(key) is not None}
        text = _dump(record)
        if len(text) <= _MAX_LENGTH:
            return text
        failure = parse(record)
    else:
        failure = cast("Failure", value)
        if 0 < len(failure.text) <= _MAX_LENGTH and parse(failure.text) == failure:
            return _dump(failure.text)
    if failure is None:
        return _dump({})
    from iamtriage.failures._records import to_record

    return _dump({"record": to_record(failure)})


def load_example(text: str) -> Mapping[str, Any] | str:
    """Return the record or text of an example."""
    return cast("Mapping[str, Any] | str", json.loads(text))


def read_example(text: str) -> Failure | None:
    """Return the failure of an example; ``None`` for a sign-in."""
    value = load_example(text)
    if isinstance(value, Mapping) and list(value) == ["record"]:
        from iamtriage.failures._record_parsing import from_record

        return from_record(value["record"])
    return parse(value)


def _find_dumper() -> Callable[[object], str]:
    try:
        from orjson import JSONEncodeError, dumps
    except ImportError:
        return _dump_with_json

    def dump(value: object) -> str:
        try:
            return dumps(value, default=str).decode()
        except JSONEncodeError:
            # Lone surrogates, and integers of more than 64 bits.
            return _dump_with_json(value)

    return dump


def _dump_with_json(value: object) -> str:
    return json.dumps(value, default=str, separators=(",", ":"))


_dump = _find_dumper()
