"""Build failures as fast as plain objects.

attrs sets each attribute of a frozen object by a function call. The classes here have the same slots and set
their attributes directly. Then ``__class__`` of the object is set to the frozen class. This takes a third of
the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage.failures._envelopes import Envelope, Referable
from iamtriage.failures._failures import (
    FAILURE_CLASSES,
    AccessDenied,
    KubernetesForbidden,
    _Failure,  # pyright: ignore[reportPrivateUsage] # the layout of its objects is what this is about
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.failures._failures import Failure, Marks
    from iamtriage.typing import Kind

__all__ = ("build_envelope", "build_failure", "move_failure", "place_failure")


class _PlainEnvelope(Referable):
    """An envelope that is being filled."""

    __slots__ = Envelope.__slots__

    def __init__(  # noqa: PLR0913, PLR0917 (one for each attribute)
        self,
        code: str | None,
        operation: str | None,
        service: str | None,
        status_code: int | None,
        request_id: str | None,
        host_id: str | None,
        source: str | None,
        time: str | None,
        region: str | None,
        source_ip: str | None,
        user_agent: str | None,
        event_id: str | None,
    ) -> None:
        self.code = code
        self.operation = operation
        self.service = service
        self.status_code = status_code
        self.request_id = request_id
        self.host_id = host_id
        self.source = source
        self.time = time
        self.region = region
        self.source_ip = source_ip
        self.user_agent = user_agent
        self.event_id = event_id


class _PlainFailure(_Failure):
    """A failure of a kind without further attributes that is being filled."""

    __slots__ = ()
    # With both, Python sets the slots without searching for methods.
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__

    def __init__(  # noqa: PLR0913, PLR0917 (one for each attribute)
        self: Any,
        envelope: Envelope,
        text: str,
        span: tuple[int, int],
        marks: Marks,
        principal: str | None,
        account: str | None,
        action: str | None,
        resource: str | None,
    ) -> None:
        self.envelope = envelope
        self.text = text
        self.span = span
        self._marks = marks
        self.principal = principal
        self.account = account
        self.action = action
        self.resource = resource


class _PlainDenial(_Failure):
    """An access denial that is being filled."""

    __slots__ = AccessDenied.__slots__
    __setattr__ = object.__setattr__
    __delattr__ = object.__delattr__

    def __init__(  # noqa: PLR0913, PLR0917 (one for each attribute)
        self: Any,
        envelope: Envelope,
        text: str,
        span: tuple[int, int],
        marks: Marks,
        principal: str | None,
        account: str | None,
        action: str | None,
        resource: str | None,
        deny: str | None,
        policy_type: str | None,
        policy_arn: str | None,
        authorization_id: str | None,
        encoded_message: str | None,
        reason: str | None,
    ) -> None:
        self.envelope = envelope
        self.text = text
        self.span = span
        self._marks = marks
        self.principal = principal
        self.account = account
        self.action = action
        self.resource = resource
        self.deny = deny
        self.policy_type = policy_type
        self.policy_arn = policy_arn
        self.authorization_id = authorization_id
        self.encoded_message = encoded_message
        self.reason = reason


_CLASSES: dict[Kind, type[Failure]] = {cls.kind: cls for cls in FAILURE_CLASSES}
_NOTHING = (None,) * len(AccessDenied.__slots__)


def build_envelope(  # noqa: PLR0913, PLR0917 (one for each attribute)
    code: str | None,
    operation: str | None,
    service: str | None,
    status_code: int | None,
    request_id: str | None,
    host_id: str | None,
    source: str | None,
    time: str | None = None,
    region: str | None = None,
    source_ip: str | None = None,
    user_agent: str | None = None,
    event_id: str | None = None,
) -> Envelope:
    """Build an envelope; the arguments are its attributes, in their order."""
    envelope: Any = _PlainEnvelope(
        code, operation, service, status_code, request_id, host_id, source,
        time, region, source_ip, user_agent, event_id,
    )  # fmt: skip
    envelope.__class__ = Envelope
    built: Envelope = envelope
    return built


def build_failure(  # noqa: PLR0913, PLR0917 (one for each attribute)
    kind: Kind,
    envelope: Envelope,
    text: str,
    span: tuple[int, int],
    marks: Marks,
    principal: str | None,
    account: str | None,
    action: str | None,
    resource: str | None,
    kind_attributes: tuple[Any, ...],
) -> Failure:
    """Build the failure of a kind.

    Args:
        kind: Its kind.
        envelope: The context of the message.
        text: The text that it was read from.
        span: Its position in the text.
        marks: The names and positions of its values.
        principal: The principal that was denied.
        account: The account of the principal.
        action: The IAM action.
        resource: The resource of the call.
        kind_attributes: The attributes that only this kind has, in their order; empty if none is stated.
    """
    failure: Any
    if kind == "access_denied":
        failure = _PlainDenial(
            envelope, text, span, marks, principal, account, action, resource, *(kind_attributes or _NOTHING)
        )
    elif kind == "kubernetes_forbidden":
        return KubernetesForbidden(
            envelope, text, span, marks, principal, account, action, resource, *kind_attributes
        )
    else:
        failure = _PlainFailure(envelope, text, span, marks, principal, account, action, resource)
    failure.__class__ = _CLASSES[kind]
    built: Failure = failure
    return built


def place_failure(failure: Failure, text: str, span: tuple[int, int], marks: Marks) -> None:
    """Set the text of a failure that was just built, its span and the spans of its values."""
    place = object.__setattr__
    place(failure, "text", text)
    place(failure, "span", span)
    place(failure, "_marks", marks)


def move_failure(failure: Failure, text: str, move: Callable[[int, int], tuple[int, int]]) -> None:
    """Set the text of a failure that was just built to one that contains its text.

    Args:
        failure: The failure.
        text: The text. Values that have escapes in it lose their spans.
        move: The function that returns the span in ``text`` of a span in the text of the failure.
    """
    before = failure.text
    names: list[str] = []
    places: list[tuple[int, int]] = []
    for name, (start, end) in failure.spans.items():
        place = move(start, end)
        if text[slice(*place)] == before[start:end]:
            names.append(name)
            places.append(place)
    place_failure(failure, text, move(*failure.span), (tuple(names), tuple(places)))
