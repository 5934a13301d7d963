"""Hears of failed cells and shows their explanation; not for what ``%explain_aws`` is told, see ``_magic``.

Whatever goes wrong here is logged and nothing else: the cell, its traceback and the kernel are the user's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Protocol

from iamtriage.notebook._magic import Magic, explained, failures_of, last_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._explanations import Explanation

__all__ = ("Shell", "load", "unload")

_NAME = "explain_aws"
_log = logging.getLogger("iamtriage.notebook")


class _Events(Protocol):
    def register(self, event: str, function: Callable[..., Any], /) -> object: ...

    def unregister(self, event: str, function: Callable[..., Any], /) -> object: ...


class Shell(Protocol):
    """What is used of IPython's ``InteractiveShell``."""

    @property
    def events(self) -> Any: ...  # noqa: ANN401 (an _Events; IPython's own has no types)

    @property
    def magics_manager(self) -> Any: ...  # noqa: ANN401 (as events)

    @property
    def user_ns(self) -> Any: ...  # noqa: ANN401 (as events)


class _Result(Protocol):
    """What IPython tells of a cell that ran."""

    @property
    def error_in_exec(self) -> BaseException | None: ...


class _Extension:
    """What is loaded into one shell."""

    def __init__(self, shell: Shell) -> None:
        self.magic = Magic(shell, display)
        self.last = last_error()

    def before(self, *_: object) -> None:
        """Remember which error was the last one before the cell."""
        self.last = last_error()

    def after(self, result: _Result | None) -> None:
        """Show the explanation of the error that ended the cell, or that was shown while it ran."""
        try:
            # What `%run` and others show, and go on after, is no error of the cell.
            shown, self.last = self.last, last_error()
            error = getattr(result, "error_in_exec", None)
            if error is None and self.last is not shown:
                error = self.last
            self._show(error)
        except BaseException:  # noqa: BLE001 (a foreign exception may raise anything when it is looked at)
            _log.debug("no explanation could be shown", exc_info=True)

    def _show(self, error: BaseException | None) -> None:
        from IPython.core.error import UsageError

        # A magic's complaint may quote what it was given.
        if error is None or isinstance(error, UsageError):
            return
        failures = (each for each in failures_of(error) if each is not None and each.kind != "aws_error")
        for explanation in explained(failures, self.magic.facts_for(error)):
            display(explanation)


# A shell lives as long as its kernel.
_loaded: dict[Shell, tuple[_Extension, Callable[..., object]]] = {}


def load(shell: Shell) -> None:
    """Load the extension into a shell, once."""
    if shell in _loaded:
        return
    from IPython.core.magic import no_var_expand

    extension = _Extension(shell)

    @no_var_expand
    def explain_aws(line: str, cell: str | None = None) -> object:
        """Explain an access failure of AWS or Kubernetes.

        %explain_aws                          the last error
        %explain_aws error                    a name or an expression: an error, a text, lines, a failure
        %explain_aws error cluster=orders     with facts, as iamtriage.Facts has them
        %explain_aws --all text               all failures of a text, each with its card

        %%explain_aws [--all] [facts]         the cell is text of an error; nothing of it runs
        %%explain_aws --run [facts]           the cell runs; if it fails, the facts are known
        """
        __tracebackhide__ = True
        return extension.magic(line, cell)

    events: _Events = shell.events
    events.register("pre_run_cell", extension.before)
    events.register("post_run_cell", extension.after)
    shell.magics_manager.register_function(explain_aws, "line_cell", _NAME)
    _loaded[shell] = extension, explain_aws


def unload(shell: Shell) -> None:
    """Take the extension out of a shell, if it is there."""
    loaded = _loaded.pop(shell, None)
    if loaded is None:
        return
    extension, explain_aws = loaded
    events: _Events = shell.events
    events.unregister("pre_run_cell", extension.before)
    events.unregister("post_run_cell", extension.after)
    for magics in shell.magics_manager.magics.values():
        # Somebody may have defined another magic of this name since.
        if magics.get(_NAME) is explain_aws:
            del magics[_NAME]


def display(explanation: Explanation) -> None:
    """Show an explanation as the front end can: as HTML, Markdown or text."""
    from IPython.display import display as show  # pyright: ignore[reportUnknownVariableType] # half typed

    show(explanation)  # type: ignore[no-untyped-call] # half typed
