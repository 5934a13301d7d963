"""Define protocols for the parts of IPython that the extension uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("CellResult", "Events", "Shell")


class Events(Protocol):
    """Registers callbacks, as IPython's ``EventManager`` does."""

    def register(self, event: str, function: Callable[..., Any], /) -> object: ...

    def unregister(self, event: str, function: Callable[..., Any], /) -> object: ...


class Shell(Protocol):
    """The members of IPython's ``InteractiveShell`` that the extension uses."""

    @property
    def events(self) -> Any: ...  # noqa: ANN401 (an Events; IPython's own has no types)

    @property
    def magics_manager(self) -> Any: ...  # noqa: ANN401 (as events)

    @property
    def user_ns(self) -> Any: ...  # noqa: ANN401 (as events)


class CellResult(Protocol):
    """The members of IPython's ``ExecutionResult`` that the extension uses."""

    @property
    def error_in_exec(self) -> BaseException | None: ...
