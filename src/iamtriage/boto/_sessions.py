"""Recognize boto3 and botocore sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import wrong_type_message

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ("get_botocore_session", "get_client_factory")


def get_botocore_session(session: object) -> Any:  # noqa: ANN401 (botocore has no types)
    """Return the botocore session of a boto3 session, or the botocore session itself.

    Raises:
        TypeError: The argument is not a session.
    """
    core = getattr(session, "_session", session)  # boto3 has no public name for it
    if not (hasattr(core, "create_client") and hasattr(core, "get_config_variable")):
        raise TypeError(wrong_type_message("session", "a boto3 or botocore session", session))
    return core


def get_client_factory(session: object) -> Callable[..., Any]:
    """Return the method that creates the clients of a session.

    Raises:
        TypeError: The argument is not a session.
    """
    core = get_botocore_session(session)
    factory: Callable[..., Any] = getattr(session, "client", None) or core.create_client
    return factory
