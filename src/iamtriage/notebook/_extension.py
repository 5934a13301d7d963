"""Show an explanation after each failed cell.

Errors of the extension are only logged, so that they never affect the cell, its traceback or the kernel.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from iamtriage.notebook._magic import Magic, explain_failures, get_last_error, read_exception

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.notebook._shell import CellResult, Events, Shell

__all__ = ("load", "unload")

_MAGIC_NAME = "explain_aws"
_LOG = logging.getLogger("iamtriage.notebook")


class _Extension:
    """The state of the extension in one shell."""

    def __init__(self, shell: Shell) -> None:
        self.magic = Magic(shell, show_explanation)
        self._last_error = get_last_error()

    def before_cell(self, *_: object) -> None:
        """Record the last error before the cell."""
        self._last_error = get_last_error()

    def after_cell(self, result: CellResult | None) -> None:
        """Explain the error that ended the cell, or that was shown while the cell ran."""
        try:
            # Magics such as `%run` show an error, but the cell does not fail with it.
            earlier, self._last_error = self._last_error, get_last_error()
            error = getattr(result, "error_in_exec", None)
            if error is None and self._last_error is not earlier:
                error = self._last_error
            self._explain(error)
        except BaseException:  # noqa: BLE001 (an exception of the user can raise anything if inspected)
            _LOG.debug("could not show an explanation", exc_info=True)

    def _explain(self, error: BaseException | None) -> None:
        from IPython.core.error import UsageError

        # The message of a UsageError quotes the line of a magic.
        if error is None or isinstance(error, UsageError):
            return
        failures = (each for each in read_exception(error) if each is not None and each.kind != "aws_error")
        for explanation in explain_failures(failures, self.magic.take_facts(error)):
            show_explanation(explanation)


# These are strong references, because a shell exists as long as its kernel.
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

        %explain_aws                         the last exception
        %explain_aws error                   an expression: an exception, a string, lines, a failure
        %explain_aws error cluster=orders    the same, with facts named as in iamtriage.Facts
        %explain_aws --all log               every failure in a text, each with its own card

        %%explain_aws [--all] [facts]        the cell is an error message, which is not run
        %%explain_aws --run [facts]          run the cell; if it fails, explain it with the facts
        """
        __tracebackhide__ = True
        return extension.magic(line, cell)

    events: Events = shell.events
    events.register("pre_run_cell", extension.before_cell)
    events.register("post_run_cell", extension.after_cell)
    shell.magics_manager.register_function(explain_aws, "line_cell", _MAGIC_NAME)
    _loaded[shell] = extension, explain_aws


def unload(shell: Shell) -> None:
    """Remove the extension from a shell, if it is loaded."""
    loaded = _loaded.pop(shell, None)
    if loaded is None:
        return
    extension, explain_aws = loaded
    events: Events = shell.events
    events.unregister("pre_run_cell", extension.before_cell)
    events.unregister("post_run_cell", extension.after_cell)
    for magics in shell.magics_manager.magics.values():
        # The user can have replaced the magic since.
        if magics.get(_MAGIC_NAME) is explain_aws:
            del magics[_MAGIC_NAME]


def show_explanation(explanation: Explanation) -> None:
    """Display an explanation in the best format of the front end: HTML, Markdown or text."""
    from IPython.display import display  # pyright: ignore[reportUnknownVariableType] # half typed

    display(explanation)  # type: ignore[no-untyped-call] # half typed
