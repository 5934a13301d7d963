"""Turn what a structured error states, and the message in it, into a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage._reading.canonical.kinds import kind_of
from iamtriage._reading.canonical.messages import NO_MESSAGE, read_message, read_rbac
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.codes import is_status
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from iamtriage._reading.vocabulary.pieces import Piece
    from iamtriage.failures._failures import Failure
    from iamtriage.typing import Kind


class Statement(NamedTuple):
    """The facts of a structured error; its message may state others.

    Attributes:
        message: what the service said.
        source: the SDK or tool whose shape it is.
        claimed: whether only AWS or Kubernetes has such errors.
        kind: the kind that the error has whatever the message says.
    """

    message: str
    source: str | None = None
    claimed: bool = False
    kind: Kind | None = None
    code: str | None = None
    operation: str | None = None
    service: str | None = None
    status_code: str | None = None
    request_id: str | None = None
    host_id: str | None = None
    principal: str | None = None
    account: str | None = None
    resource: str | None = None
    time: str | None = None
    region: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    event_id: str | None = None
    facts: tuple[tuple[str, str | None], ...] = ()


# These SDKs print or give nothing of another system's.
_SDKS = frozenset({"botocore", "cloudtrail", "js-v3", "python-v4"})
_FACTS = Statement._fields[Statement._fields.index("code") : -1]


_BOTOCORE, _CALLING = "An error occurred (", ") when calling the "
_CODE_START = len(_BOTOCORE)
_CALL_NAMES = ("code", "operation")


def find_failure(statement: Statement) -> Failure | None:
    """Return the failure of a structured error of which no text is known but the message."""
    return read_exactly(statement, statement.message) or read_at_length(statement, statement.message)


def read_exactly(statement: Statement, text: str) -> Failure | None:
    """Build the failure of a structured error if the table has its message, with which the text ends."""
    (
        said, source, claimed, stated_kind, code, operation, service, status, request_id, host_id,
        principal, account, resource, time, region, source_ip, user_agent, event_id, _,
    ) = statement  # fmt: skip
    length = len(text)
    if code is None:
        return _read_rbac(statement, text) if stated_kind == "kubernetes_forbidden" else None
    if said:
        message = read_message(text, length - len(said)) if text.endswith(said) else None
    else:
        message = NO_MESSAGE
    if message is None or message.stop != length:
        return None
    kind = kind_of(code, message, claimed=claimed, sdk=source in _SDKS)
    if kind is None:
        return None
    if message.principal is not None:
        principal, account = message.principal, message.account
    elif principal is not None:
        # A principal without an account has none, whatever else is stated.
        account = account_of(principal)
    else:
        account = message.account or account
    places = message.names, message.marks
    if operation is not None and text.startswith(f"{_BOTOCORE}{code}{_CALLING}{operation} "):
        names, marks = places
        end = _CODE_START + len(code)
        called = end + len(_CALLING)
        places = (*names, *_CALL_NAMES), (*marks, (_CODE_START, end), (called, called + len(operation)))
        if code == status:
            places = (*places[0], "status_code"), (*places[1], (_CODE_START, end))
    return build_failure(
        kind,
        build_envelope(
            code, operation, message.service or service, int(status) if status else None, request_id, host_id, source,
            time, region, source_ip, user_agent, event_id,
        ),
        text,
        (0, length),
        places,
        principal,
        account,
        message.action,
        message.resource or resource,
        message.more,
    )  # fmt: skip


def _read_rbac(statement: Statement, text: str) -> Failure | None:
    """Build the failure of a request that RBAC forbids, if that is all that the API server says."""
    message = read_rbac(text, 0)
    if message is None or message.stop != len(text) or text != statement.message or statement.facts:
        return None
    status = statement.status_code
    return build_failure(
        "kubernetes_forbidden",
        build_envelope(None, None, None, int(status) if status else None, None, None, statement.source),
        text,
        (0, message.stop),
        (message.names, message.marks),
        message.principal,
        message.account,
        None,
        None,
        message.more,
    )


def read_at_length(statement: Statement, text: str) -> Failure | None:
    """Let the readers find what the text states besides."""
    # They are many, and most errors do without them.
    from iamtriage._reading.assembly import read_cause

    return read_cause(text, _piece(statement))


def _piece(statement: Statement) -> Piece:
    """Return the facts as a piece that surrounds what the readers find."""
    from iamtriage._reading.vocabulary.pieces import BEST, GIVEN, HINT, Piece

    ranks = {
        "code": HINT if statement.code and is_status(statement.code) else GIVEN,
        "operation": BEST,
        "status_code": BEST,
        "request_id": BEST,
        "host_id": BEST,
    }
    piece = Piece("body", 0, 0, kind=statement.kind, source=statement.source, is_aws=statement.claimed)
    for key in _FACTS:
        piece.put(key, getattr(statement, key), rank=ranks.get(key, HINT))
    for key, value in statement.facts:
        piece.put(key, value, rank=HINT)
    return piece
