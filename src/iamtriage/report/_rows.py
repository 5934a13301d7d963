"""Read inputs into rows, one per denial.

Worker processes import this module, so it has few imports.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage.failures._failures import AccessDenied
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.inputs._records.events import parse_record
from iamtriage.report._assumptions import NOT_ASSUMED, read_assumption
from iamtriage.report._examples import build_example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.failures._failures import Failure
    from iamtriage.inputs import Input

__all__ = ("COLUMNS", "EXAMPLE_COLUMNS", "SIGN_IN", "Batch", "InputResult", "read_batch", "warm_up")

COLUMNS = (
    *("time", "account", "recipient_account", "region", "service", "operation", "action"),
    *("principal", "resource", "resource_account", "policy_type", "deny", "error_code", "kind"),
    *("fingerprint", "event_id", "mfa"),
    *("assumed_role", "identity_provider", "audience", "subject"),
)
"""The columns of a row, in addition to the input."""
EXAMPLE_COLUMNS = ("fingerprint", "time", "event_id", "record")

SIGN_IN = "console_sign_in"
"""The kind of a failed sign-in to the AWS Management Console, which is an event and not an API error."""

# Failures that are not denials, such as throttling and resources that do not exist, are only counted.
_OTHER_KIND = "aws_error"
_STS = "sts.amazonaws.com"
_SESSION = re.compile(r"arn:([^:]*):sts::(\d{12}):assumed-role/([\w+=,.@-]{1,64})/[^/]*\Z", re.ASCII)
_ROLE = re.compile(r"arn:([^:]*):iam::(\d{12}):role/(?:[!-.0-~][!-~]*/)?([\w+=,.@-]{1,64})\Z", re.ASCII)
_ACCOUNT = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):", re.ASCII)
_PART_SIZE = 1 << 20


@attrs.frozen
class InputResult:
    """The result of reading an input.

    Attributes:
        name: The name of the input.
        size: Its size.
        version: Its version.
        digest: A digest of the content as stored, which is equal for copies of a file; ``None`` if the
            content is not a local file.
        records: The number of records.
        denials: The number of rows.
        other_errors: The number of failures that are not denials.
        reason: Why the input was not read, or not completely.
        is_skipped: Whether it was skipped without an error, because it contains no API call events.
    """

    name: str
    size: int | None
    version: str | None
    digest: str | None
    records: int
    denials: int
    other_errors: int
    reason: str | None
    is_skipped: bool


@attrs.frozen
class Batch:
    """The result of reading several inputs.

    Attributes:
        results: The result of each input.
        columns: The values of each column of ``COLUMNS``.
        examples: The first failure of each problem in the batch: the values of ``EXAMPLE_COLUMNS``.
    """

    results: tuple[InputResult, ...]
    columns: tuple[Sequence[str | None], ...]
    examples: tuple[tuple[str, str, str, str], ...]


def read_batch(inputs: Sequence[Input]) -> Batch:
    """Read the rows of several inputs."""
    rows: list[tuple[str | None, ...]] = []
    examples: dict[str, tuple[str, str, object]] = {}
    results = [_read_input(each, rows, examples) for each in inputs]
    columns = tuple(zip(*rows, strict=True)) if rows else ((),) * len(COLUMNS)
    chosen = tuple((key, time, event, build_example(value)) for key, (time, event, value) in examples.items())
    return Batch(tuple(results), columns, chosen)


def warm_up() -> None:
    """Load the modules and tables that the first denial of a process needs."""
    message = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: sqs:SendMessage"
    error = {"errorCode": "AccessDenied", "errorMessage": message}
    _build_record_row({"eventSource": "sqs.amazonaws.com", "eventName": "SendMessage", **error})


_TIME_INDEX, _FINGERPRINT_INDEX, _EVENT_INDEX = (
    COLUMNS.index(name) for name in ("time", "fingerprint", "event_id")
)


def _read_input(
    source: Input, rows: list[tuple[str | None, ...]], examples: dict[str, tuple[str, str, object]]
) -> InputResult:
    start, others = len(rows), 0
    if source.skipped is None:
        for row, example in _read_rows(source):
            if row is None:
                others += 1
                continue
            rows.append(row)
            key = cast("str", row[_FINGERPRINT_INDEX])
            place = (row[_TIME_INDEX] or "", row[_EVENT_INDEX] or "")
            known = examples.get(key)
            if known is None or place < known[:2]:
                examples[key] = (*place, example)
    return InputResult(
        name=source.name,
        size=source.size,
        version=source.version,
        digest=None if source.skipped else _compute_digest(source),
        records=source.records,
        denials=len(rows) - start,
        other_errors=others,
        reason=source.problem or source.skipped,
        is_skipped=source.skipped is not None and source.problem is None,
    )


def _read_rows(source: Input) -> Iterator[tuple[tuple[str | None, ...] | None, object]]:
    """Yield the row of each failure (``None`` if it is not a denial) and its example."""
    is_record = False
    for record in source.denials():
        is_record = True
        yield _build_record_row(record), _wrap_flat(record) if "fingerprint" in record else record
    if is_record or source.records or source.problem is None or source.skipped is not None:
        return
    # Text, such as a log, has failures without records.
    for failure in source.failures():
        yield (
            None if failure.kind == _OTHER_KIND else (*_build_row(failure, None, None), *NOT_ASSUMED),
            failure,
        )


# The members that identify an error other than a denial. Such errors repeat, for example for missing objects.
_KIND_KEYS = ("errorCode", "errorMessage", "eventSource", "eventName")
_MAX_OTHERS = 65_536
_known_others: set[tuple[object, ...]] = set()


def _wrap_flat(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the example of a flat record."""
    return {"record": {key: value for key, value in record.items() if key != "fingerprint"}}


def _build_record_row(record: Mapping[str, Any]) -> tuple[str | None, ...] | None:
    reported = tuple(map(record.get, _KIND_KEYS))
    is_hashable = {*map(type, reported)} <= {str, type(None)}
    if is_hashable and reported in _known_others:
        return None
    failure = parse_record(record)
    recipient = record.get("recipientAccountId")
    recipient = recipient if isinstance(recipient, str) else None
    if failure is None:
        return _build_sign_in_row(record, recipient)
    if failure.kind == _OTHER_KIND:
        if is_hashable and None not in reported[2:] and len(_known_others) < _MAX_OTHERS:
            _known_others.add(reported)
        return None
    assumption = read_assumption(record) if record.get("eventSource") == _STS else NOT_ASSUMED
    return (*_build_row(failure, recipient, _read_mfa(record)), *assumption)


def _build_row(failure: Failure, recipient: str | None, mfa: str | None) -> tuple[str | None, ...]:
    envelope = failure.envelope
    policy_type, deny = (
        (failure.policy_type, failure.deny) if isinstance(failure, AccessDenied) else (None, None)
    )
    resource = failure.resource
    account = _ACCOUNT.match(resource) if resource is not None else None
    return (
        envelope.time,
        failure.account or recipient,
        recipient,
        envelope.region,
        envelope.service,
        envelope.operation,
        failure.action,
        _find_role(failure.principal),
        resource,
        account[1] if account else None,
        policy_type,
        deny,
        envelope.code,
        failure.kind,
        fingerprint(failure),
        envelope.event_id,
        mfa,
    )


def _find_role(principal: str | None) -> str | None:
    """Return the role of a session, a role without its path, or another principal unchanged.

    The result is that of ``normalize_principal()``, whose module imports all rules.
    """
    if principal is None:
        return None
    role = _SESSION.match(principal) or _ROLE.match(principal)
    if role is not None:
        return f"arn:{role[1]}:iam::{role[2]}:role/{role[3]}"
    return _normalize(principal) if "role/" in principal else principal


@lru_cache(4_096)
def _normalize(principal: str) -> str | None:
    from iamtriage.explaining._policy_for import normalize_principal

    return normalize_principal(principal)


def _build_sign_in_row(record: Mapping[str, Any], recipient: str | None) -> tuple[str | None, ...] | None:
    """Return the row of a failed sign-in to the console.

    Source:
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
    """
    operation = _get_string(record, "eventName")
    if operation not in {"ConsoleLogin", "CheckMfa"} or record.get("eventSource") != "signin.amazonaws.com":
        return None
    message = _get_string(record, "errorMessage")
    identity = record.get("userIdentity")
    identity = cast("Mapping[str, object]", identity if isinstance(identity, Mapping) else {})
    principal = _get_string(identity, "arn")
    account = _get_string(identity, "accountId") or recipient
    parts = (SIGN_IN, operation, principal or account or "", message or "")
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return (
        _get_string(record, "eventTime"),
        account,
        recipient,
        _get_string(record, "awsRegion"),
        "signin",
        operation,
        None,
        _find_role(principal),
        None,
        None,
        None,
        None,
        message,
        SIGN_IN,
        f"1:{digest[:32]}",
        _get_string(record, "eventID"),
        _read_mfa(record),
        *NOT_ASSUMED,
    )


def _read_mfa(record: Mapping[str, Any]) -> str | None:
    """Return whether the caller used multi-factor authentication, ``"true"`` or ``"false"``, if stated."""
    try:
        stated: object = record["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"]
    except (KeyError, TypeError):
        data = record.get("additionalEventData")
        stated = cast("Mapping[str, object]", data).get("MFAUsed") if isinstance(data, Mapping) else None
    return {"true": "true", "false": "false", "Yes": "true", "No": "false"}.get(str(stated))


def _get_string(record: Mapping[str, object], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) and value else None


def _compute_digest(source: Input) -> str | None:
    """Return a digest of a local file, or the ETag and size of an S3 object."""
    if source.name.startswith("s3://"):
        return None if source.version is None else f"{source.version}:{source.size}"
    if source.size is None or source.version is None:
        return None
    digest = hashlib.blake2b(digest_size=16)
    try:
        with open(source.name, "rb") as file:  # noqa: PTH123 (a name of any form)
            while part := file.read(_PART_SIZE):
                digest.update(part)
    except OSError:
        return None
    return digest.hexdigest()
