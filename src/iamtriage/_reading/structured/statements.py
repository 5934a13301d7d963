"""Build a failure from the facts and the message of a structured error."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.canonical.denials import DENIAL, DENIAL_NAMES, PLAIN_DENIAL, parse_decision
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.strict import CODE, OPERATION
from iamtriage._typing import NamedTuple
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from iamtriage._reading.canonical.messages import Message
    from iamtriage.failures._failures import Failure, Marks
    from iamtriage.typing import Kind

    class _KindFinder(Protocol):
        def __call__(
            self, code: str | None, message: Message, *, is_exclusive: bool, is_sdk: bool
        ) -> Kind | None: ...


class Statement(NamedTuple):
    """The facts of a structured error; its message can state more.

    Attributes:
        message: The error message.
        source: The SDK or tool that uses this shape.
        is_exclusive: Whether only AWS or Kubernetes has errors of this shape.
        kind: The kind of failure, if the message does not matter for it.
        facts: The names and values of other facts.

    The other attributes are those of a failure and its envelope.
    """

    message: str
    source: str | None = None
    is_exclusive: bool = False
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


AWS_SOURCES = frozenset({"botocore", "cloudtrail", "js-v3", "python-v4"})
"""The SDKs and tools of which all errors are of AWS."""


_BOTOCORE, _CALLING = "An error occurred (", ") when calling the "
_CODE_START = len(_BOTOCORE)
_CALL_NAMES = ("code", "operation")
_CALLED_DENIAL = lazy_pattern(
    rf"An error occurred \(({CODE})\) when calling the ({OPERATION}) operation(?: \(reached max retries: [0-9]{{1,2}}\))?: {DENIAL}",
    re.ASCII,
)
_CALLED_NAMES = ("", *_CALL_NAMES, *DENIAL_NAMES[1:])


def parse_known_message(
    statement: Statement, text: str, parsed_message: Message | None = None
) -> Failure | None:
    """Build the failure of a structured error with a known message.

    Args:
        statement: The facts and the message.
        text: The text of the error, which ends with the message.
        parsed_message: The message, if it was already parsed.

    Returns:
        The failure, or ``None`` if the message is not in the table of messages.
    """
    (
        stated_message, source, is_exclusive, stated_kind, code, operation, service, status, request_id, host_id,
        principal, account, resource, time, region, source_ip, user_agent, event_id, _,
    ) = statement  # fmt: skip
    length = len(text)
    if code is None:
        return _parse_rbac(statement, text) if stated_kind == "kubernetes_forbidden" else None
    is_sdk = source in AWS_SOURCES
    kind: Kind = "access_denied"
    at = length - len(stated_message)
    if at and not text.endswith(stated_message):
        return None
    m = None
    if is_sdk and text.startswith("User: ", at):
        m = (_CALLED_DENIAL if at else PLAIN_DENIAL).match(text)
    if m is not None and m.end() == length and (not at or m.group(1, 2) == (code, operation)):
        # The most frequent message needs no further steps.
        denied, denied_account, action, prefix, _, denied_resource, reason, implicit, explicit, policy = (
            m.groups()[2:] if at else m.groups()
        )
        deny, policy_type = parse_decision(reason, implicit, explicit)
        names: tuple[str, ...] = _CALLED_NAMES if at else DENIAL_NAMES
        marks: tuple[tuple[int, int], ...] = m.regs
        kind_attributes: tuple[str | None, ...] = deny, policy_type, policy, None, None, reason
    else:
        parse_message, no_message = _message_parser()
        message = parsed_message or (parse_message(text, at) if stated_message else no_message)
        if message is None:
            return None
        # Unpacking takes less time than looking up each attribute.
        (
            _, _, _, stop, names, regs, denied, denied_account, action, denied_resource, prefix, kind_attributes, _, is_open,
        ) = message  # fmt: skip
        if stop != length and message is not no_message:
            return None
        # The kind of a message with an action does not depend on the code.
        if action is None or (is_open and not is_sdk):
            found = _kind_finder()(code, message, is_exclusive=is_exclusive, is_sdk=is_sdk)
            if found is None:
                return None
            kind = found
        if at and operation is not None:
            head_names, head_marks = mark_head(statement, text)
            names += head_names
            regs += head_marks
        marks = regs
    if denied is not None:
        principal, account = denied, denied_account
    elif principal is not None:
        # An account next to a principal without an account can be another one.
        account = account_of(principal)
    else:
        account = denied_account or account
    return build_failure(
        kind,
        build_envelope(
            code, operation, prefix or service, int(status) if status else None, request_id, host_id, source,
            time, region, source_ip, user_agent, event_id,
        ),
        text,
        (0, length),
        (names, marks),
        principal,
        account,
        action,
        denied_resource or resource,
        kind_attributes,
    )  # fmt: skip


def mark_head(statement: Statement, text: str) -> Marks:
    """Return the names and spans of the facts that the text of a ``ClientError`` has before its message."""
    code, operation = statement.code, statement.operation
    if not (code and operation and text.startswith(f"{_BOTOCORE}{code}{_CALLING}{operation} ")):
        return (), ()
    end = _CODE_START + len(code)
    start = end + len(_CALLING)
    names: tuple[str, ...] = _CALL_NAMES
    marks: tuple[tuple[int, int], ...] = (_CODE_START, end), (start, start + len(operation))
    if code == statement.status_code:
        return (*names, "status_code"), (*marks, marks[0])
    return names, marks


@cache
def _message_parser() -> tuple[Callable[[str, int], Message | None], Message]:
    """Return the parser of the messages that most denials do not have, and what it returns for none."""
    from iamtriage._reading.canonical.messages import NO_MESSAGE, parse_message

    return parse_message, NO_MESSAGE


@cache
def _kind_finder() -> _KindFinder:
    from iamtriage._reading.canonical.kinds import kind_of

    return kind_of


def _parse_rbac(statement: Statement, text: str) -> Failure | None:
    """Build the failure of a request that RBAC denied, if the message states nothing else."""
    from iamtriage._reading.canonical.messages import parse_rbac

    message = parse_rbac(text, 0)
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
        message.kind_attributes,
    )
