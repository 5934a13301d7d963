"""Find out whether an AWS service made the denied call for its caller, with the caller's permissions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html: such a call comes from the network of
the service. One that uses a role of its own has no caller behind it.
"""

from __future__ import annotations

from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.arns._principals import RoleSession, ServiceLinkedRole
from iamtriage.explaining._context.readers.endpoints import PUBLIC_ADDRESS
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.shared.texts.text_fragments import is_session_of_service
from iamtriage.explaining._rules.shared.wording import find_forwarding_service

# Whose actions a service checks in the request of the caller itself.
_OF_CALLERS, _INTERNAL = ("iam", "sts"), "AWS Internal"
_QUERY = ("Athena", ("athena:StartQueryExecution",))
# What only the messages of a service contain, and the call of the caller that it carries out.
_SIGNS = {
    "to execute the query": _QUERY,
    "writing output to url": _QUERY,
    "HandlerErrorCode: ": ("CloudFormation", ("cloudformation:CreateStack", "cloudformation:UpdateStack")),
}
_CHARS_AROUND = 400


class Forwarder(NamedTuple):
    """A service that made a call for its caller.

    Attributes:
        name: The service, in words.
        calls: The actions of the call of the caller itself, one of which was allowed. There are none if a record names
            the service.
    """

    name: str
    calls: tuple[str, ...] = ()


def find_recorded_service(denial: Denial) -> str | None:
    """Return the principal of the service from which the call came, by its record."""
    source, text = denial.failure.envelope.source_ip or "", denial.failure.text
    if source.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return source
    if source == _INTERNAL:
        return "an AWS service"
    # Of several records, another one can have it.
    is_known = PUBLIC_ADDRESS.fullmatch(source) or text.count("eventName") != 1
    return None if is_known else find_forwarding_service(text)


def find_forwarder(denial: Denial) -> Forwarder | None:
    """Return the service that made the call for its caller, by its record, its message or the operation of another service."""
    session, operation = denial.principal, denial.operation
    is_own = isinstance(session, RoleSession) and is_session_of_service(session.session_name)
    if is_own or isinstance(denial.role, ServiceLinkedRole) or denial.service in {None, *_OF_CALLERS}:
        return None
    if (recorded := find_recorded_service(denial)) is not None:
        return Forwarder(recorded)
    called = [each.service for each in actions_for(operation)] if operation else []
    if called:
        calls = tuple(f"{each}:{operation}" for each in called)
        return None if denial.service in called else Forwarder(f"the service of {operation}", calls)
    (start, end), text = denial.failure.span, denial.failure.text
    near = text[max(start - _CHARS_AROUND, 0) : end + _CHARS_AROUND]
    signs = (each for sign, each in _SIGNS.items() if sign in near and session is not None)
    found = next(signs, None)
    return None if found is None or found[0].lower() == denial.service else Forwarder(*found)


def comes_from_service(denial: Denial) -> tuple[str, ...] | None:
    """Return the value of aws:ViaAWSService in the denied request, ``None`` if it is unknown."""
    forwarder = find_forwarder(denial)
    if forwarder is not None:
        return None if forwarder.calls else ("true",)
    return ("false",) if denial.failure.envelope.service == denial.service is not None else None
