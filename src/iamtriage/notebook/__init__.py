"""The IPython extension that explains failed cells.

``%load_ext iamtriage`` loads it, in notebooks and in IPython in a terminal. IPython is imported only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.notebook._shell import Shell

__all__ = ("load_ipython_extension", "unload_ipython_extension")


def load_ipython_extension(ipython: Shell) -> None:
    """Show an explanation below each cell that fails with an access failure, and define ``%explain_aws``.

    IPython calls this function for ``%load_ext iamtriage``. Loading the extension again has no effect. Other
    errors, such as throttling, get no explanation. No exception, whatever its class, can break the cell.

    Args:
        ipython: The running shell.

    The protocol of extensions: https://ipython.readthedocs.io/en/stable/config/extensions/index.html

    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> shell = InteractiveShell()
    >>> load_ipython_extension(shell)
    >>> "explain_aws" in shell.magics_manager.magics["line"]
    True
    >>> unload_ipython_extension(shell)
    """
    from iamtriage.notebook._extension import load

    load(ipython)


def unload_ipython_extension(ipython: Shell) -> None:
    """Undo :func:`load_ipython_extension`. IPython calls this function for ``%unload_ext iamtriage``.

    Args:
        ipython: The running shell.

    >>> from IPython.core.interactiveshell import InteractiveShell
    >>> unload_ipython_extension(InteractiveShell())
    """
    from iamtriage.notebook._extension import unload

    unload(ipython)
