"""Classify errors by their code and message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.codes import is_known, is_weak, kind_of_code

if TYPE_CHECKING:
    from iamtriage._reading.canonical.messages import Message
    from iamtriage.typing import Kind

# EKS also returns these codes for access entries, which only the operation distinguishes from other errors.
_AMBIGUOUS = frozenset({"InvalidParameterException", "InvalidRequestException", "ResourceInUseException"})


def kind_of(code: str | None, message: Message, *, is_exclusive: bool, is_sdk: bool) -> Kind | None:
    """Return the kind of a failure from its code and message, or ``None`` if they do not determine it.

    Args:
        code: The error code.
        message: The parsed message.
        is_exclusive: Whether only AWS uses the format of the error.
        is_sdk: Whether only AWS uses it, even if the message contains names of other systems.
    """
    if message.is_open and not is_sdk:
        return None
    if message.action:
        return "access_denied"
    kind = message.kind
    if code is None:
        return kind if is_exclusive or message.is_exclusive else None
    by_code = kind_of_code(code)
    if kind is None or (by_code == "access_denied" and not is_weak(code)):
        kind = by_code
    if code in _AMBIGUOUS and kind in {None, "aws_error"}:
        return None
    if kind is None:
        return "aws_error" if is_exclusive else None
    return kind if is_exclusive or message.is_exclusive or is_known(code) else None
