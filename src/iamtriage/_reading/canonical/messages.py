"""Match known messages of AWS services and Kubernetes word for word."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.canonical.denials import DENIAL_NAMES, PLAIN_DENIAL, parse_decision
from iamtriage._reading.vocabulary.strict import ACCOUNT, AUTHORIZATION_ID, ENCODED_MESSAGE, PRINCIPAL, USER
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.typing import Kind


class Message(NamedTuple):
    """A known message and the values in it.

    Attributes:
        kind: The kind of failure; ``None`` if the message does not determine it.
        start: Where the part that states the failure starts, or -1 if there is none.
        end: Where that part ends.
        stop: Where the message ends.
        names: The record keys of the values, ``""`` for those that have none.
        marks: The span of each value.
        principal: The principal that was denied.
        account: The account of the principal, if stated.
        action: The IAM action.
        resource: The resource that the action was denied on.
        service: The prefix of the action.
        kind_attributes: The attributes that only this kind of failure has, in their order.
        is_exclusive: Whether only AWS or Kubernetes sends this message.
        is_open: Whether a name in it can be of another cloud.
    """

    kind: Kind | None
    start: int
    end: int
    stop: int
    names: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    principal: str | None = None
    account: str | None = None
    action: str | None = None
    resource: str | None = None
    service: str | None = None
    kind_attributes: tuple[str | None, ...] = ()
    is_exclusive: bool = True
    is_open: bool = False


NO_MESSAGE = Message(None, -1, -1, 0, is_exclusive=False)
"""The message of an error that has none."""

_TAIL = lazy_pattern(
    rf"(?:\. Encoded authorization failure message: (?P<encoded_message>{ENCODED_MESSAGE}))?"
    rf"(?:\. Go to https://[a-z0-9-]+\.console\.aws\.amazon\.com/iam/home\?region=[a-z0-9-]+#/authorization-details/(?P<authorization_id>{AUTHORIZATION_ID})"
    r" for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: (?P=authorization_id))?",
    re.ASCII,
)
_TAIL_NAMES = ("", "encoded_message", "authorization_id")
# The __new__ of a named tuple takes twice the time.
_new: Callable[[type[Message], tuple[object, ...]], Message] = cast("Any", tuple).__new__


def _parse_denial(text: str, at: int) -> Message | None:
    m = PLAIN_DENIAL.match(text, at)
    if m is None:
        return None
    principal, account, action, service, _, resource, reason, implicit_type, explicit_type, policy = (
        m.groups()
    )
    names: tuple[str, ...] = DENIAL_NAMES
    marks = m.regs
    end = stop = marks[0][1]
    encoded_message = authorization_id = None
    if text.startswith(".", end):
        tail = _TAIL.match(text, end)
        if tail is not None and tail.lastindex:
            encoded_message, authorization_id = tail.groups()
            end = stop = tail.end()
            names, marks = names + _TAIL_NAMES, marks + tail.regs
        stop += text.startswith(".", end)
    deny, policy_type = parse_decision(reason, implicit_type, explicit_type)
    return _new(
        Message,
        (
            "access_denied",
            at,
            end,
            stop,
            names,
            marks,
            principal,
            account,
            action,
            resource,
            service,
            (deny, policy_type, policy, authorization_id, encoded_message, reason),
            True,
            # Names other than AWS ARNs can be of another cloud.
            account is None
            and (service != "sts" or policy is not None or principal not in {None, "anonymous"}),
        ),
    )


_Q = r'\\?"'
_RBAC = lazy_pattern(
    r'(?:[a-z][a-z0-9.-]*(?:/[a-z]+)?(?: \\?"[\w.:-]+\\?")? is forbidden: )?'
    rf"User {_Q}(?P<user>{PRINCIPAL}|(?!\S*arn:|[0-9]+{_Q}){USER}){_Q} cannot (?P<verb>[a-z]{{2,24}}) "
    rf"resource {_Q}(?P<resource>[a-z][a-z0-9./-]*){_Q} in API group {_Q}(?P<group>[a-z0-9.-]*){_Q}"
    rf"(?: in the namespace {_Q}(?P<namespace>[a-z0-9-]+){_Q}| at the cluster scope)",
    re.ASCII,
)
_RBAC_NAMES = ("", "k8s_user", "account", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace")


def parse_rbac(text: str, at: int) -> Message | None:
    """Parse the message of the Kubernetes API server for a request that RBAC denied."""
    m = _RBAC.match(text, at)
    if m is None:
        return None
    user, account, *rest = m.groups()
    return Message(
        "kubernetes_forbidden",
        at,
        m.end(),
        m.end(),
        (*_RBAC_NAMES, "principal"),
        (*m.regs, m.span("user")),
        user,
        account,
        None,
        None,
        None,
        (user, *rest),
    )


@cache
def _fixed_messages() -> tuple[Callable[[str, int], re.Match[str] | None], list[tuple[Kind | None, bool]]]:
    from iamtriage._reading.canonical.message_table import compile_table

    return compile_table()


def _parse_fixed(text: str, at: int) -> Message | None:
    match, meanings = _fixed_messages()
    m = match(text, at)
    if m is None or m.lastindex is None:
        return None
    kind, is_exclusive = meanings[m.lastindex - 1]
    start, end = m.span(m.lastindex) if kind else (-1, -1)
    return Message(kind, start, end, m.end(), is_exclusive=is_exclusive)


# Messages with one value, by their first characters: the kind, the fact and the pattern.
_MESSAGES_WITH_VALUE: dict[str, tuple[Kind, str, re.Pattern[str]]] = {
    "You a": ("access_denied", "encoded_message", lazy_pattern(rf"(You are not authorized to perform this operation\. Encoded authorization failure message: ({ENCODED_MESSAGE}))", re.ASCII)),
    "STS i": ("region_disabled", "account", lazy_pattern(rf"(STS is not activated in this region for account:({ACCOUNT}))\. Your account administrator can activate STS in this region using the IAM Console\.", re.ASCII)),
}  # fmt: skip


def _parse_with_value(text: str, at: int, start: str) -> Message | None:
    kind, key, pattern = _MESSAGES_WITH_VALUE[start]
    m = pattern.match(text, at)
    if m is None:
        return None
    account = m[2] if key == "account" else None
    kind_attributes = (None, None, None, None, m[2], None) if key == "encoded_message" else ()
    return Message(
        kind,
        *m.span(1),
        m.end(),
        ("", "", key),
        m.regs,
        account=account,
        kind_attributes=kind_attributes,
        is_open=account is None,
    )


# The first characters of denials.
_DENIAL_STARTS = frozenset({"User:", "Servi", "Not a", "You a"})


def parse_message(text: str, at: int) -> Message | None:
    """Parse the known message at a position; return ``None`` if there is none."""
    start = text[at : at + 5]
    if start in _DENIAL_STARTS:
        message = _parse_denial(text, at)
        if message is not None:
            return message
    if start in _MESSAGES_WITH_VALUE:
        message = _parse_with_value(text, at, start)
        if message is not None:
            return message
    return _parse_fixed(text, at)
