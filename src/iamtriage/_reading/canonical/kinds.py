"""Classify errors by their code and message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.codes import is_known, is_weak, kind_of_code

if TYPE_CHECKING:
    from iamtriage._reading.canonical.messages import Message
    from iamtriage.typing import Kind

# EKS gives them for access entries too, which only the operation tells from other errors.
_AMBIGUOUS = frozenset({"InvalidParameterException", "InvalidRequestException", "ResourceInUseException"})


def kind_of(code: str | None, message: Message, *, claimed: bool, sdk: bool) -> Kind | None:
    """Return the kind of a failure from its code and message, ``None`` if they do not decide.

    Args:
        code: the error code.
        message: what the message states.
        claimed: whether the print, or what else is known of the error, can only be of AWS.
        sdk: whether that is so whatever names are in the message.
    """
    if message.is_open and not sdk:
        return None
    if message.action:
        return "access_denied"
    said = message.kind
    if code is None:
        return said if claimed or message.claimed else None
    by_code = kind_of_code(code)
    if said is None or (by_code == "access_denied" and not is_weak(code)):
        said = by_code
    if said is None:
        return "aws_error" if claimed and code not in _AMBIGUOUS else None
    return said if claimed or message.claimed or is_known(code) else None
