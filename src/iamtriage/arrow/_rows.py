"""Parse the rows of a batch, and cache rows that differ only in the role session.

The name of a role session changes with each instance, pod or run, and no other value of a row depends on it.
So most strings and records are parsed once and then looked up.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from importlib.util import find_spec
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from iamtriage._reading.parsing import parse
from iamtriage.arrow._schema import COLUMNS
from iamtriage.failures._fingerprints import fingerprint
from iamtriage.failures._records import to_record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ("OWN_COLUMNS", "SHARED_COLUMNS", "Row", "Shared", "read_record", "read_text")

# The columns that differ between two occurrences of a problem, and those that are equal.
OWN_COLUMNS = ("principal", "request_id", "time", "source_ip", "user_agent", "event_id")
SHARED_COLUMNS = tuple(column for column in COLUMNS if column not in OWN_COLUMNS)


class Shared:
    """The values that rows share, compared by identity.

    Attributes:
        values: The values of the shared columns.
        own: The values of the other columns in the row that was parsed.
        role: The ARN of the role session without the session name; ``None`` if the principal is always the
            same.
    """

    __slots__ = ("own", "role", "values")

    def __init__(self, values: tuple[object, ...], own: tuple[str | None, ...], role: str | None) -> None:
        self.values = values
        self.own = own
        self.role = role


Row: TypeAlias = "tuple[Shared, tuple[str | None, ...]]"
"""The shared values of a row, and the others."""

_get_shared = itemgetter(*map(COLUMNS.index, SHARED_COLUMNS))
_get_own = itemgetter(*map(COLUMNS.index, OWN_COLUMNS))
# Values that are different in each denial.
_get_unique = itemgetter(SHARED_COLUMNS.index("authorization_id"), SHARED_COLUMNS.index("encoded_message"))
_STATUS = COLUMNS.index("status_code")
_INT32 = range(-(2**31), 2**31)

_known_texts: dict[object, Shared | None] = {}
_known_records: dict[object, Shared | None] = {}
# An entry takes one to two kilobytes.
_MAX_CACHED = 32_768
# Longer strings are not messages, and are not kept.
_MAX_LENGTH = 4_096
_UNKNOWN: Any = object()

# A session name without repeated separators, which could be read as an ellipsis or a mask. Limits:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_ROLE_SESSION = r"/[\w+=,.@-]{1,64}/"
_SESSION = r"(?=[^\s/]{2,64}(?:\s|\Z))[A-Za-z0-9]++(?:[-_@.=+][A-Za-z0-9]++)*+"
_MARK = ":assumed-role"
_DENIED = " is not authorized to perform: "
_match_message = re.compile(rf"{_MARK}{_ROLE_SESSION}({_SESSION}){_DENIED}", re.ASCII).match
_match_arn = re.compile(
    rf"arn:[a-z-]{{3,20}}:sts::[0-9]{{12}}{_MARK}{_ROLE_SESSION}({_SESSION})\Z", re.ASCII
).match


def read_text(text: str | bytes) -> Row | None:
    """Return the row of a text, or ``None`` if it does not report a failure."""
    if len(text) > _MAX_LENGTH:
        return _read(text)
    session: str | None = None
    key: object = text
    # In several lines, the length of a line can show where the text was wrapped, so the session can matter.
    if isinstance(text, str) and "\n" not in text:
        session, key = _split_message(text)
    known = _known_texts.get(key, _UNKNOWN)
    if known is _UNKNOWN:
        row = _read(text)
        known = None if row is None else row[0]
        if session is None or _set_role(known, session):
            _remember(_known_texts, key, known)
        return row
    if known is None:
        return None
    return known, known.own if known.role is None else (f"{known.role}{session}", *known.own[1:])


def read_record(record: str | bytes | Mapping[str, object]) -> Row | None:
    """Return the row of a CloudTrail record or its JSON text, or ``None`` for anything else."""
    if isinstance(record, str | bytes):
        loaded = _load(record)
        if type(loaded) is not dict:
            return None
        members, is_short = cast("dict[str, object]", loaded), len(record) <= _MAX_RECORD
    else:
        members, is_short = cast("dict[str, object]", record), False
    try:
        fields = _get_fields(members)
    except KeyError:
        return _read_unusual(members)
    identity, message = members.get("userIdentity"), members.get("errorMessage", "")
    if (
        [*map(type, fields)] != _STRINGS
        or type(identity) is not dict
        or type(message) is not str
        or "" in fields
        or not _OTHER_KEYS.isdisjoint(members)
        or not (is_short or sum(map(len, fields), len(message)) <= _MAX_RECORD)
    ):
        return _read_unusual(members)
    caller = _split_caller(cast("dict[str, object]", identity), message)
    resource = _find_only_resource(members.get("resources"))
    if caller is None or resource is _UNKNOWN:
        return _read_unusual(members)
    session, stated = caller
    key = fields[:4], stated, resource
    known = _known_records.get(key, _UNKNOWN)
    if known is _UNKNOWN:
        row = _read(members)
        known = None if row is None else row[0]
        # The message itself can state a request ID.
        is_passed = known is None or known.own[1:] == fields[4:]
        if is_passed and (session is None or _set_role(known, session)):
            if known is not None:
                known.own = known.own[:1]  # the other values come from each record
            _remember(_known_records, key, known)
        return row
    if known is None:
        return None
    return known, (known.own[0] if known.role is None else f"{known.role}{session}", *fields[4:])


def _read_unusual(record: Mapping[str, object]) -> Row | None:
    # Engines write absent members of a struct as nulls.
    members = {name: value for name, value in record.items() if value is not None}
    return _read(members) if members.get("errorCode") else None


_get_fields = itemgetter(
    *("errorCode", "eventName", "eventSource", "awsRegion"),
    *("requestID", "eventTime", "sourceIPAddress", "userAgent", "eventID"),
)
_STRINGS = [str] * 9
# Readers truncate longer values.
_MAX_RECORD = 32_000
# With these keys, a mapping can be an event that contains a record, or a file of records.
_OTHER_KEYS = frozenset(
    {"CloudTrailEvent", "ErrorResponse", "Errors", "Events", "Records", "Response", "detail", "detail-type"}
    | {"events", "items"}
)


def _split_caller(identity: Mapping[str, object], message: str) -> tuple[str | None, object] | None:
    """Return the session name, if there is one, and the other values of identity and message.

    The values start with a number that identifies their combination. The result is ``None`` if the identity
    has an unusual form.
    """
    arn, account = identity.get("arn"), identity.get("accountId")
    if account is not None and type(account) is not str:
        return None
    if arn is None:
        session, stated = _split_message(message)
        return session, (0, account, stated)
    if type(arn) is not str:
        return None
    matched = _match_arn(arn)
    if matched is None:
        return None, (1, arn, account, message)
    session = matched[1]
    parts = message.split(session)
    if len(parts) == 1:  # the message names no principal
        return session, (2, arn[: -len(session)], account, message)
    if len(parts) == 2 and parts[1].startswith(_DENIED) and parts[0].endswith(arn[: -len(session)]):
        return session, (3, account, *parts)
    return None, (1, arn, account, message)


def _find_only_resource(resources: object) -> object:
    """Return the ARN of the only resource, ``None`` if there is not exactly one, or ``_UNKNOWN``.

    ``_UNKNOWN`` means that the resources have an unusual form.
    """
    if not resources:
        return None
    if type(resources) is not list:
        return _UNKNOWN
    listed = cast("list[object]", resources)
    if len(listed) != 1:
        return None if all(type(each) is dict and each for each in listed) else _UNKNOWN
    arn = cast("dict[str, object]", listed[0]).get("ARN") if type(listed[0]) is dict else _UNKNOWN
    return arn if arn is None or type(arn) is str else _UNKNOWN


def _split_message(message: str) -> tuple[str | None, object]:
    """Return the session name in a denial, and the parts of the message before and after it.

    Without a session name, the second value is the whole message.
    """
    at = message.find(_MARK)
    matched = _match_message(message, at) if at >= 0 else None
    if matched is None:
        return None, message
    session, start, end = matched[1], *matched.span(1)
    rest = message[end:]
    if session in rest or message.find(session, 0, start) >= 0:
        # "app/app": the session cannot be distinguished.
        return None, message
    return session, (message[:start], rest)


def _set_role(shared: Shared | None, session: str) -> bool:
    """Set the role if the principal ends with the session name, and return whether it does."""
    if shared is None:
        return True
    principal = shared.own[0]
    if principal is None or not principal.endswith(f"/{session}"):
        return False
    shared.role = principal[: -len(session)]
    return True


def _remember(known: dict[object, Shared | None], key: object, shared: Shared | None) -> None:
    if shared is not None and _get_unique(shared.values) != (None, None):
        return
    if len(known) >= _MAX_CACHED:
        known.clear()
    known[key] = shared


def _read(error: str | bytes | Mapping[str, object]) -> Row | None:
    failure = parse(error)
    if failure is None:
        return None
    values: list[Any] = [*to_record(failure).values(), fingerprint(failure)]
    status: object = values[_STATUS]
    if isinstance(status, int) and status not in _INT32:
        values[_STATUS] = None
    own = _get_own(values)
    return Shared(_get_shared(values), own, None), own


# ------------------------------------------------------------------------------------------------- JSON

_orjson_loads: Callable[[str | bytes], object] | None = (
    import_module("orjson").loads if find_spec("orjson") is not None else None
)


def _load(text: str | bytes) -> object:
    """Return the value of a JSON text, or ``None`` if it is invalid.

    The json module accepts some texts that orjson rejects, such as lone surrogates and NaN.
    """
    if _orjson_loads is not None:
        try:
            return _orjson_loads(text)
        except (ValueError, RecursionError):
            pass
    try:
        loaded: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return loaded
