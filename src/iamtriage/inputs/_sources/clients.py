"""Create the S3 client of a session when it is first needed."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from functools import cache
from typing import Any

from iamtriage._text import wrong_type_message

__all__ = ("Clients",)

_MAX_CONNECTIONS = 32


class Clients:
    """Creates the S3 client of a session on first use, in each process.

    A pickled instance contains the profile and the Region of its session, but never credentials. Another
    process finds credentials like botocore, in its environment and config files.
    """

    def __init__(self, session: object = None) -> None:
        """Store a session.

        Args:
            session: The boto3 or botocore session; ``None`` for a new one.

        Raises:
            TypeError: ``session`` is not a session.
        """
        core = getattr(session, "_session", session)  # boto3 has no public name for it
        if session is not None and not hasattr(core, "create_client"):
            raise TypeError(wrong_type_message("session", "a boto3 or botocore session", session))
        self._session: Any = core
        self._client: Any = None

    def get_client(self) -> Any:  # noqa: ANN401 (botocore has no types)
        """Return the client. Threads can share it."""
        if self._client is None:
            from botocore.config import Config
            from botocore.session import get_session

            session = get_session() if self._session is None else self._session
            self._client = session.create_client("s3", config=Config(max_pool_connections=_MAX_CONNECTIONS))
        return self._client

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the names of the profile and the Region."""
        if self._session is None:
            return _find_clients, (None, None)
        return _find_clients, (
            self._session.get_config_variable("profile"),
            self._session.get_config_variable("region"),
        )


@cache
def _find_clients(profile: str | None, region: str | None) -> Clients:
    """Return the clients of a profile and Region, one for all inputs of a process."""
    from botocore.session import Session

    session = Session(profile=profile)
    if region is not None:
        session.set_config_variable("region", region)
    return Clients(session)
