"""Sessions by their shape, of boto3 and of botocore; not for what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ("client_maker", "core_of")


def core_of(session: object) -> Any:  # noqa: ANN401 (botocore has no types)
    """Give the botocore session in a boto3 session, or the botocore session itself.

    Raises:
        TypeError: not a session.
    """
    core = getattr(session, "_session", session)  # boto3 has no public name for it
    if not (hasattr(core, "create_client") and hasattr(core, "get_config_variable")):
        msg = f"a boto3 or botocore session is wanted, not {type(session).__name__}"
        raise TypeError(msg)
    return core


def client_maker(session: object) -> Callable[..., Any]:
    """Give the method with which a session makes clients.

    Raises:
        TypeError: not a session.
    """
    core = core_of(session)
    made: Callable[..., Any] = getattr(session, "client", None) or core.create_client
    return made
